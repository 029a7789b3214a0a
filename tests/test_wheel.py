"""The wheel, from the source archive to a solved exercise, in an environment that does not know the repository.

All of it lies below a path with spaces and Chinese characters.
"""
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

from classroom.app import COMMANDS
from classroom.grade import lessons as graders
from course import _system

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PARTS = ("course", "classroom", "notebooks", "solutions", "docs", "pyproject.toml", "setup.py", "MANIFEST.in",
         "README.md", "README.zh.md", "LICENSE", "LICENSE-TEXT", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md")
JUNK = shutil.ignore_patterns("__pycache__", ".*", "*.part")
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, 'build_' + sys.argv[1])(sys.argv[2])"
# As `build-a-transformer`, but that what would become JupyterLab is printed, and nothing is fetched.
LAB = """
import json, sys
from classroom.app import lab, main
from course import data
data.fetch = lambda: None
lab._no_pop_ups = lambda prefix: None
lab._system.become = lambda command, folder, environment: print(json.dumps([command, str(folder)])) or 0
sys.exit(main(sys.argv[1:]))
"""
# The code cells of a notebook up to the check of an exercise, as a learner would run them.
CHECK = """
import sys, nbformat
names = {"__name__": "__main__"}
for cell in nbformat.read(sys.argv[1], as_version=4).cells:
    if cell.cell_type == "code":
        exec(compile(cell.source, cell.id, "exec"), names)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "check-" + sys.argv[2].replace(".", "-"):
            break
from classroom import evaluate
print(evaluate(sys.argv[2], names["dot_product_scores"]).status)
"""
# Commands of those who work in the repository: each says so and returns 1.
MAINTAINERS = """
import contextlib, io, json
from classroom.app import main
from classroom.grade import lessons
from classroom.grade.book import likeness
said = {}
for arguments in (["build"], ["site", "--translator", "none", "pages"], ["slides", "01", "--out", "deck"],
                  ["question-bank", "--out", "bank"], ["editions", "https://example.org/a/b.git"]):
    with contextlib.redirect_stderr(io.StringIO()) as text:
        code = main(arguments)
    said[arguments[0]] = [code, text.getvalue()]
published = [bool(likeness._published("01_dot_product_attention", "1.1"))] if hasattr(likeness, "_published") else []
print(json.dumps([said, sorted(lessons.solutions()), lessons.lesson_name(4), published]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("wheel") / "a path with spaces 变形金刚"


@pytest.fixture(scope="module")
def archives(place):
    """A source archive of the repository, and the wheel that is built from it and from nothing else."""
    source, out = place / "source", place / "dist"
    source.mkdir(parents=True)
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=JUNK)
        else:
            shutil.copy(ROOT / name, source / name)
    run([sys.executable, "-c", BUILD, "sdist", str(out)], source)
    [archive] = out.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(place / "unpacked", filter="data")
    [unpacked] = (place / "unpacked").iterdir()
    run([sys.executable, "-c", BUILD, "wheel", str(out)], unpacked)
    [wheel] = out.glob("*.whl")
    return archive, wheel


@pytest.fixture(scope="module")
def fresh(place, archives):
    """How a program is run in a new environment with the wheel in it; the packages that it needs are those of here."""
    folder, work = place / "environment", place / "work"
    work.mkdir()
    own_pip = importlib.util.find_spec("pip") is not None
    venv.create(folder, with_pip=not own_pip)
    python = _system.program(folder)
    [packages] = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], work).splitlines()
    # A folder that a .pth file names is searched, but the .pth files in it, as that of the repository, are not read.
    import torch
    others = os.path.dirname(os.path.dirname(torch.__file__))
    Path(packages, "others.pth").write_text(f"{others}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python)] if own_pip else [str(python), "-m", "pip"]
    run([*pip, "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index", "--no-compile",
         "--ignore-installed", str(archives[1])], work)

    def start(*arguments, code=0, program=python):
        return run([str(program), *map(str, arguments)], work, code, COURSE_STATE=str(place / "state"),
                   COURSE_CACHE=str(place / "cache"))

    start.packages, start.program, start.work = Path(packages), _system.program(folder, "build-a-transformer"), work
    return start


def run(command, folder, code=0, **more):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=environment | {"PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"} | more,
                          capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert code is None or done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_wheel_holds_packages_and_lessons(archives, place):
    with zipfile.ZipFile(archives[1]) as wheel:
        there = {name for name in wheel.namelist() if ".dist-info/" not in name}
    source = place / "source"
    wanted = {path.relative_to(source).as_posix() for package in ("course", "classroom")
              for path in (source / package).rglob("*") if path.is_file()}
    lessons = {f"classroom/lessons/{path.relative_to(source / 'notebooks').as_posix()}"
               for path in (source / "notebooks").rglob("*.ipynb")}
    assert len(lessons) > 15 and there == wanted | lessons | {"classroom/lessons/solutions.json"}


def test_the_source_archive_holds_no_executed_solution(archives):
    with tarfile.open(archives[0]) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert not [name for name in names if name.startswith("solutions/") and name.endswith(".ipynb")]
    assert {"solutions.json", "solutions/01_dot_product_attention.py", "docs/teachers_guide.md"} <= {*names}
    assert not (ROOT / "classroom" / "lessons").exists(), "copies are made where a wheel is built, not here"


def test_the_program_starts_and_knows_its_commands(fresh):
    shown = fresh("--help", program=fresh.program)
    assert COMMANDS.keys() <= {line.split()[0] for line in shown.splitlines() if line.strip()}
    where = fresh("-c", "import course, classroom; print(course.__file__); print(classroom.__file__)")
    assert all(Path(line).is_relative_to(fresh.packages) for line in where.splitlines())


def test_from_lab_to_a_solved_exercise_and_a_newer_lesson(fresh):
    folder = fresh.work / "我的 lessons"
    *said, last = fresh("-c", LAB, "lab", "--lessons", folder, "--no-browser").splitlines()
    command, root = json.loads(last)
    assert (root, command[-1]) == (str(folder), "00_welcome.ipynb") and "--no-browser" in command
    assert f"--ServerApp.root_dir={folder}" in command and f"notebooks are now in {folder}" in said[0]

    path = folder / "01_dot_product_attention.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [answer] = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "exercise-1-1"]
    assert fresh("-c", CHECK, path, "1.1").splitlines()[-1] == "not attempted"
    answer.source = "def dot_product_scores(q, k):\n    return q @ k.T"
    notebook.cells.append(nbformat.v4.new_markdown_cell("My own notes.", id="mine"))
    nbformat.write(notebook, path)
    assert fresh("-c", CHECK, path, "1.1").splitlines()[-1] == "correct"

    packaged = fresh.packages / "classroom" / "lessons" / path.name            # as a newer wheel would bring it
    newer = nbformat.read(packaged, as_version=4)
    newer.cells[0].source += "\n\nA new paragraph."
    nbformat.write(newer, packaged)
    *said, last = fresh("-c", LAB).splitlines()                                # without a command and a folder
    assert json.loads(last)[1] == str(folder) and "build-a-transformer update" in said[1]
    assert f"{path.name}: renewed" in fresh("update", program=fresh.program)
    renewed = nbformat.read(path, as_version=4)
    assert renewed.cells[0].source.endswith("A new paragraph.")
    assert answer.source in [cell.source for cell in renewed.cells] and renewed.cells[-1].source == "My own notes."
    assert len(list((folder / "backups").iterdir())) == 1
    assert "are those of this version" in fresh("update", program=fresh.program)


def test_what_needs_the_repository_says_so(fresh):
    said, solutions, name, published = json.loads(fresh("-c", MAINTAINERS).splitlines()[-1])
    for command, (code, text) in said.items():
        assert code == 1 and "repository" in text, f"{command}: {text}"
    assert solutions == sorted(graders.solutions()), "a published solution is known without the repository"
    assert name == "04_multi_head_attention" and all(published)


def test_the_doctor_knows_no_repository(fresh):
    found = json.loads(fresh("doctor", "--json", code=None, program=fresh.program))
    assert {finding["what"] for finding in found} >= {"Python", "packages", "PyTorch"}
    assert not [finding for finding in found if "requirements.lock" in finding["todo"]]
