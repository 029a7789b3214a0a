"""Gradescope: results in its format, and an autograder to upload there.

The format is described in Gradescope's autograder documentation, "Autograder Specifications".
"""
import argparse
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classroom.grade.read import apart
from classroom.judge.prose import spaced
from classroom.judge.status import status_name
from classroom.judge.verdict import Verdict
from course._paths import atomic_path
from course._words import language, say

from . import adjust, gradebook, several
from .decisions import EXCUSED
from .mark import UNDECIDED, Mark
from .safe import plain

_ROOT = Path(__file__).resolve().parents[3]
_FILES = Path(__file__).parent / "autograder"
# Of the course's packages, what grading needs: the checker's own, and what learners' answers may import.
PACKAGES = ("babel", "filelock", "matplotlib", "numpy", "platformdirs", "sacrebleu", "tokenizers", "torch", "tqdm")


def results(mark: Mark, handing_in: bool = False) -> dict[str, Any] | None:
    """A mark as `results.json`, or None where Gradescope is to be told nothing.

    Gradescope cannot store "no mark". A file that cannot be read therefore becomes a zero that says
    so, in a failed test of its own. What failed in the grader gives no result at all.

    Args:
        mark: of one learner, for one lesson.
        handing_in: whether the learner is just handing in, so that a missing notebook is worth a result.
    """
    if mark.status == "graded":
        return {"score": mark.points, "max_score": mark.max_points, "output_format": "text", "visibility": "visible",
                "stdout_visibility": "hidden", "output": _overall(mark),
                "tests": [_test(exercise) for exercise in mark.exercises]}
    if mark.status in ("grader error", EXCUSED) or mark.status in ("missing", UNDECIDED) and not handing_in:
        return None
    message = plain((mark.record or {}).get("message") or "") if mark.status != "missing" else ""
    todo = say("Hand in the one notebook that is to count." if mark.status == UNDECIDED else
               "Hand in your notebook of this lesson: the file that ends in .ipynb, saved by Jupyter.")
    text = spaced(f"{plain(mark.why)} {message}".strip() + f"\n\n{say('This is not a judgement of your work.')} {todo}")
    most = mark.max_points or adjust.points_of(mark.lesson)
    return {"score": 0, "output": text, "output_format": "text", "visibility": "visible", "stdout_visibility": "hidden",
            "tests": [{"name": say("The notebook ({status})", status=status_name(mark.status)), "score": 0,
                       "max_score": most, "status": "failed", "output": text, "output_format": "text",
                       "visibility": "visible"}]}


def build_zip(path: Path, lesson: str, *, points: Path | None = None, isolation: str = "none",
              pip_args: str = "", rule: several.Rule = "best") -> Path:
    """Write an autograder for one lesson: what Gradescope runs to set up, what it runs to grade, and the course.

    It speaks the language of whoever writes it.

    Args:
        path: the zip file to write.
        lesson: "04_multi_head_attention".
        points: the teacher's own points, as for `adjust.read_points`.
        isolation: refuse to run with less.
        pip_args: options for pip while setting up.
        rule: which of several notebooks counts.

    Raises:
        SettingsError: if the course is not there as a repository, or a setting cannot be written safely.
    """
    project, lock = _ROOT / "pyproject.toml", _ROOT / "requirements.lock"
    if not (project.exists() and lock.exists()):
        raise adjust.SettingsError(say("{folder}: the autograder is built from a copy of the course's repository",
                                       folder=_ROOT))
    if not re.fullmatch(r"[\w .:/=+@~,%-]*", pip_args):
        raise adjust.SettingsError(say("--pip-args: {given} has characters that a shell would read",
                                       given=repr(pip_args)))
    requirements = [line for line in tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
                    if re.split(r"[^\w-]", line)[0] in PACKAGES]
    settings = [f"--lesson={int(lesson[:2]):02d}", f"--isolation={isolation}", f"--several={rule}"]
    if points:
        adjust.read_points(points)
        settings.append(f"--points=points{points.suffix.lower()}")
    fill = {"@LANGUAGE@": language(), "@PIP_ARGS@": pip_args, "@SETTINGS@": " ".join(settings),
            "@PYTHON@": f"{sys.version_info.major}.{sys.version_info.minor}"}
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("setup.sh", "run_autograder"):
            text = (_FILES / name).read_text(encoding="utf-8")
            for mark, value in fill.items():
                text = text.replace(mark, value)
            _add(archive, name, text.encode(), 0o755)
        _add(archive, "requirements.txt", "".join(f"{line}\n" for line in requirements).encode())
        _add(archive, "requirements.lock", lock.read_bytes())
        if points:
            _add(archive, f"points{points.suffix.lower()}", points.read_bytes())
        for solution in sorted((_ROOT / "solutions").rglob(f"{int(lesson[:2]):02d}_*.ipynb")):
            _add(archive, solution.relative_to(_ROOT).as_posix(), _code_of(solution))       # so that it never counts
        for package in ("course", "classroom"):
            for file in sorted((_ROOT / package).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    _add(archive, file.relative_to(_ROOT).as_posix(), file.read_bytes())
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """What `run_autograder` calls: grade the submission in a folder, write `results.json`.

    Ends with 1 and writes nothing if the grader failed, so that Gradescope reports an error of the
    autograder and no mark.
    """
    from classroom.grade.grader import Grader
    from classroom.grade.read import submissions

    parser = argparse.ArgumentParser(prog="python -m classroom.grade.book.gradescope")
    parser.add_argument("--lesson", required=True)
    parser.add_argument("--submission", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--points", type=Path)
    parser.add_argument("--isolation", default="none")
    parser.add_argument("--several", choices=several.RULES, default="best")
    options = parser.parse_args(arguments)
    points = adjust.read_points(options.points) if options.points else {}
    try:
        found = list(submissions.find(options.submission))
    except ValueError:                  # nothing that could be graded
        found = []
    with Grader(lesson=options.lesson, isolation=options.isolation) as grader:
        records = [{**grader.grade(submission), "learner": "you"} for submission in found]
    mark = mark_of(records, options.lesson, points, options.several)
    print(f"{mark.status}; isolation: {(mark.record or {}).get('isolation')}", *mark.notes, sep="\n")
    content = results(mark, handing_in=True)
    if content is None:
        print((mark.record or {}).get("message", ""), file=sys.stderr)
        return 1
    content["extra_data"] = {name: (mark.record or {}).get(name) for name in (
        "isolation", "seed", "sha256", "course", "python", "torch", "time")}
    with atomic_path(options.results) as temporary:
        temporary.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 0


def mark_of(records: Sequence[gradebook.Record], lesson: str, points: adjust.Points | None = None,
            rule: several.Rule = "best") -> Mark:
    """The mark of whoever handed in these; missing if there is nothing."""
    book = gradebook.build([{**record, "lesson": record.get("lesson") or lesson} for record in records],
                           lesson=None if records else lesson, points=points, rule=rule)
    marks = book.marks()
    return max(marks, key=lambda mark: mark.points or 0) if marks else Mark(lesson, "missing", None, None)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """With a fixed date, so that the same course gives the same file."""
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    entry.external_attr, entry.compress_type = (0o100000 | mode) << 16, zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _code_of(notebook: Path) -> bytes:
    """A notebook's code alone, as a notebook. It is looked at where those of learners are."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for _, source in apart.notebook(notebook, notebook.name, None, []).files.values()]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _overall(mark: Mark) -> str:
    text = say("{points} of {max_points} points.", points=f"{mark.points:g}", max_points=f"{mark.max_points:g}")
    text += " " + say("{late} % taken off: late.", late=f"{mark.late:g}") if mark.late else ""
    text += " " + say("{sentence}.", sentence=plain(mark.chosen)) if mark.chosen else ""
    return spaced(text) + _comment(mark.comment)


def _comment(comment: str) -> str:
    return "\n\n" + say("Your teacher writes: {comment}", comment=plain(comment)) if comment else ""


def _test(exercise: gradebook.Record) -> dict[str, Any]:
    return {"name": f"{exercise['id']} {plain(say(exercise['title']))}", "number": exercise["id"],
            "score": exercise["points"], "max_score": exercise["max_points"],
            "status": "passed" if exercise["status"] == "correct" else "failed",
            "output": _text(exercise) + _by_hand(exercise), "output_format": "text", "visibility": "visible"}


def _by_hand(exercise: gradebook.Record) -> str:
    """What the teacher decided about it."""
    text = ""
    if "before" in exercise:
        text = "\n\n" + say("Excused." if exercise.get("excused") else "Your teacher has set these points.")
    return text + _comment(exercise.get("comment") or "")


def _text(exercise: gradebook.Record) -> str:
    """What the notebook's panel would say, without the line of points."""
    status = exercise["status"]
    if status not in ("correct", "wrong", "error", "not attempted"):
        said = status_name(status)
        said = say("{sentence}.", sentence=said[:1].upper() + said[1:])
        return plain(spaced(f"{said} {exercise.get('message') or ''}")).strip()
    verdict = Verdict(exercise["id"], exercise["title"], status, exercise["points"], exercise["max_points"],
                      exercise.get("message") or "", printed=exercise.get("printed") or "")
    return plain(str(verdict).partition("\n\n")[2])


if __name__ == "__main__":
    raise SystemExit(main())
