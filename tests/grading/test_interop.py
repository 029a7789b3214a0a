"""The notebooks in other people's programs: nbgrader itself, and the workflow for GitHub Classroom."""
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml

from classroom import CheckFailed, check
from classroom.grade import command as cli

ROOT = Path(__file__).parents[2]
LESSON = "01_dot_product_attention"


def nbgrader(folder: Path, *arguments: str) -> str:
    """Run a command of nbgrader in `folder`, with settings and progress of its own."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "COURSE_STATE": str(folder / "state"), "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_DATA_DIR": str(folder / "data"), "HOME": str(folder),
    }
    run = subprocess.run([sys.executable, "-W", "ignore", "-m", "nbgrader", *arguments], cwd=folder, env=environment,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stderr


def edited(source: Path, target: Path, **changes: str) -> None:
    """A copy of a notebook in which some lines read otherwise."""
    notebook = nbformat.read(source, as_version=4)
    for old, new in changes.values():
        (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and old in cell.source]
        cell.source = cell.source.replace(old, new)
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def stripped(path: Path) -> list[str]:
    """The code of a notebook, without what differs between nbgrader's stubs and ours, and its solutions counted."""
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert sum("YOUR CODE HERE" in source for source in code) == 4
    assert not any("SOLUTION" in source for source in code)
    return ["".join(re.sub(r"raise NotImplementedError(\(\))?", "", source).split()) for source in code]


@pytest.mark.slow
def test_nbgrader_takes_the_notebooks_and_marks_as_we_do(tmp_path):
    shutil.copy(ROOT / "docs" / "nbgrader_config.py", tmp_path)
    solution = ROOT / "solutions" / f"{LESSON}.ipynb"
    edited(solution, tmp_path / "source" / LESSON / f"{LESSON}.ipynb")
    nbgrader(tmp_path, "generate_assignment", LESSON, "--create")

    released = tmp_path / "release" / LESSON / f"{LESSON}.ipynb"
    assert stripped(released) == stripped(ROOT / "notebooks" / f"{LESSON}.ipynb"), "it is our learner's notebook"

    submitted = tmp_path / "submitted"
    edited(solution, submitted / "right" / LESSON / f"{LESSON}.ipynb")
    edited(solution, submitted / "wrong" / LESSON / f"{LESSON}.ipynb",
           scaling=("softmax(dot_product_scores(q, k) / np.sqrt(q.shape[-1]))", "softmax(dot_product_scores(q, k))"))
    edited(released, submitted / "untouched" / LESSON / f"{LESSON}.ipynb")
    nbgrader(tmp_path, "autograde", LESSON, "--create")
    api = pytest.importorskip("nbgrader.api")
    with api.Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        scores = {one.student.id: (one.score, one.max_score) for one in book.assignment_submissions(LESSON)}
    assert scores == {"right": (7, 7), "wrong": (4, 7), "untouched": (0, 7)}


def test_the_workflow_for_github_classroom():
    """Its commands are ones that we have, and learners' code gets no rights."""
    workflow = yaml.safe_load((ROOT / "docs" / "github-classroom.yml").read_text(encoding="utf-8"))
    assert set(workflow[True]) == {"push", "workflow_dispatch"}, "`on`, which YAML reads as a truth value"
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert job["timeout-minutes"] <= 30
    checkouts = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/checkout")]
    assert all(options["persist-credentials"] is False for options in checkouts)
    script = "\n".join(step["run"] for step in job["steps"] if "run" in step).replace("\\\n", " ")
    assert "${{" not in script, "nothing that a learner can name gets into a shell"
    (command,) = re.findall(r"-m classroom grade (.+)", script)
    options = cli.parser("grade").parse_args(shlex.split(command))
    assert options.require_isolation == "full" and options.out is not None and not options.gradescope_zip


def test_what_is_not_attempted_is_no_pass_under_nbgrader(monkeypatch, capsys):
    """nbgrader gives the points of a cell that raises nothing."""
    def softmax(x):
        raise NotImplementedError

    assert check("1.2", softmax).status == "not attempted"
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed) as raised:
        check("1.2", softmax)
    assert raised.value.verdict.status == "not attempted"

    def softmax(x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    assert check("1.2", softmax).status == "correct"
