"""Results in Gradescope's format, and the autograder that is uploaded there."""
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from classroom import evaluate, exercises
from classroom.grade.book import adjust, gradescope
from classroom.grade.book.mark import Mark

ROOT = Path(__file__).parents[2]
LESSON = "01_dot_product_attention"


def mark(status="graded", *found, **more):
    record = {"exercises": list(found), "message": "Cut off.", "status": status}
    points = sum(e["points"] for e in found) if status == "graded" else None
    return Mark(LESSON, status, points, 7 if points is not None else None, record=record, **more)


def verdict(id, answer):
    return {**evaluate(id, answer, seed=1).as_dict(), "seconds": 0.0}


def test_a_graded_notebook():
    right, wrong = exercises.get("1.1").reference, exercises.get("1.3").misconceptions[0]
    found = gradescope.results(mark("graded", verdict("1.1", right), verdict("1.3", wrong.wrong)))
    assert (found["score"], found["visibility"], found["stdout_visibility"]) == (1, "visible", "hidden")
    one, three = found["tests"]
    assert (one["number"], one["score"], one["max_score"], one["status"]) == ("1.1", 1, 1, "passed")
    assert (three["number"], three["score"], three["max_score"], three["status"]) == ("1.3", 0, 3, "failed")
    assert three["output"].startswith("Not yet. ") and " ".join(wrong.says.split()[:6]) in three["output"]
    assert {test["output_format"] for test in found["tests"]} == {"text"}, "never read as HTML"


def test_what_the_teacher_decided():
    changed = {**verdict("1.1", exercises.get("1.1").reference), "points": 0.5, "before": 1,
               "comment": "Copied from 1.2."}
    excused = {**verdict("1.3", None), "points": 0, "max_points": 0, "before": 0, "excused": True}
    found = gradescope.results(mark("graded", changed, excused, comment="See me.", late=10))
    assert "10 % taken off" in found["output"] and "Your teacher writes: See me." in found["output"]
    one, three = found["tests"]
    assert one["score"] == 0.5 and one["output"].endswith(
        "Your teacher has set these points.\n\nYour teacher writes: Copied from 1.2.")
    assert three["max_score"] == 0 and three["output"].endswith("Excused.")
    assert gradescope.results(mark("excused")) is None


def test_what_cannot_be_read_is_a_marked_zero():
    found = gradescope.results(mark("unreadable"))
    (test,) = found["tests"]
    assert (found["score"], test["score"], test["max_score"], test["status"]) == (0, 0, 7, "failed")
    assert test["name"] == "The notebook (unreadable)" and "Cut off." in found["output"]


def test_no_result_where_there_is_nothing_to_say():
    assert gradescope.results(mark("grader error")) is None
    assert gradescope.results(mark("missing")) is None
    assert gradescope.results(mark("missing"), handing_in=True)["tests"][0]["name"] == "The notebook (missing)"


def test_other_statuses_have_words():
    late = gradescope.results(mark("graded", {**verdict("1.1", None), "status": "timeout", "message": "8 seconds."}))
    assert late["tests"][0]["output"] == "Timeout. 8 seconds."


@pytest.fixture
def autograder(tmp_path):
    """The zip, unpacked as Gradescope does."""
    path = gradescope.build_zip(tmp_path / "autograder.zip", LESSON, pip_args="--extra-index-url ADDRESS")
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            archive.extract(entry, root / "source")
            (root / "source" / entry.filename).chmod(entry.external_attr >> 16)
    return root


def test_the_zip_has_what_gradescope_asks_for(autograder, tmp_path):
    source = autograder / "source"
    for name in ("setup.sh", "run_autograder"):
        text = (source / name).read_text()
        assert text.startswith("#!/usr/bin/env bash\n") and "@" not in text.replace("$@", "")
        assert stat.S_IMODE((source / name).stat().st_mode) == 0o755
        subprocess.run(["bash", "-n", source / name], check=True)
    assert "pip install --no-cache-dir --extra-index-url ADDRESS" in (source / "setup.sh").read_text()
    assert (source / "classroom" / "grade" / "book" / "templates" / "style.css").exists()
    assert not list(source.rglob("__pycache__")) and not list(source.rglob("*.ipynb"))
    again = gradescope.build_zip(tmp_path / "again.zip", LESSON, pip_args="--extra-index-url ADDRESS")
    assert again.read_bytes() == (tmp_path / "autograder.zip").read_bytes(), "the same course, the same file"


def test_pip_args_cannot_smuggle_commands(tmp_path):
    with pytest.raises(adjust.SettingsError, match="a shell would read"):
        gradescope.build_zip(tmp_path / "x.zip", LESSON, pip_args="; rm -rf ~")
    assert not list(tmp_path.iterdir())


def test_setup_finds_a_python_and_installs(autograder, tmp_path):
    """With a pip that only says what it was asked for."""
    fake = tmp_path / "bin" / "python3.12"
    fake.parent.mkdir()
    fake.write_text("#!/usr/bin/env bash\n"
                    'if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi\n'
                    'if [ "$1" = -m ] && [ "$2" = pip ]; then echo "$@" > "$AUTOGRADER/asked"; fi\n'
                    'if [ "$1" = -c ] && [ "$(basename "$0")" != python3.12 ]; then exit 1; fi\n')
    fake.chmod(0o755)
    (fake.parent / "python3.13").write_text("#!/usr/bin/env bash\nexit 1\n")
    (fake.parent / "python3.13").chmod(0o755)
    (fake.parent / "python3.14").symlink_to("python3.13")
    subprocess.run([autograder / "source" / "setup.sh"], check=True, capture_output=True,
                   env={"AUTOGRADER": str(autograder), "PATH": f"{fake.parent}:{os.environ['PATH']}"})
    asked = (autograder / "asked").read_text()
    assert "--constraint" in asked and asked.split("--requirement ")[1].strip().endswith("source/requirements.txt")


@pytest.mark.slow
@pytest.mark.parametrize(("handed_in", "score", "says"), [
    ("right", 7, "7 of 7 points."), ("cut off", 0, "The file could not be read as a notebook."),
    ("nothing", 0, "Nothing was handed in."),
])
def test_the_autograder_grades(autograder, handed_in, score, says):
    """As Gradescope runs it, apart from the folder and the Python."""
    if handed_in != "nothing":
        text = (ROOT / "solutions" / f"{LESSON}.ipynb").read_text(encoding="utf-8")
        text = text if handed_in == "right" else text[:5000]
        (autograder / "submission" / "mine.ipynb").write_text(text, encoding="utf-8")
    run = subprocess.run([autograder / "source" / "run_autograder"], cwd=autograder, capture_output=True, text=True,
                         env=os.environ | {"AUTOGRADER": str(autograder), "PYTHON": sys.executable})
    assert run.returncode == 0, run.stderr
    found = json.loads((autograder / "results" / "results.json").read_text())
    assert found["score"] == score and says in found["output"]
    assert len(found["tests"]) == (4 if handed_in == "right" else 1)
    assert all(test["max_score"] for test in found["tests"])


def test_a_failing_grader_writes_no_result(tmp_path, monkeypatch, capsys):
    from classroom.grade import grader
    from classroom.grade.read import submissions

    class Failing:
        def __init__(self, **settings):
            assert settings == {"lesson": "01", "isolation": "full"}

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def grade(self, submission):
            return {"learner": "x", "lesson": LESSON, "status": "grader error", "message": "No memory.",
                    "exercises": []}

    monkeypatch.setattr(grader, "Grader", Failing)
    monkeypatch.setattr(submissions, "find", lambda path: [path])
    arguments = ["--lesson=01", "--isolation=full", f"--submission={tmp_path}", f"--results={tmp_path / 'r.json'}"]
    assert gradescope.main(arguments) == 1
    assert "No memory." in capsys.readouterr().err and not (tmp_path / "r.json").exists()
