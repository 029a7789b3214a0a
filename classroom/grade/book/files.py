"""Everything that is made of a class's marks, in one folder."""
import json
from collections.abc import Mapping
from pathlib import Path

from course import _system
from course._paths import atomic_path

from . import gradescope, likeness, lms, pages, returns, tables
from .gradebook import Gradebook
from .safe import file_names

_PAGE = b'<p class="kind">Build a Transformer \xc2\xb7 feedback</p>'


def write(out: Path, book: Gradebook, canvas_columns: Mapping[str, str] | None = None, *, scale: bool = False,
          alike: Mapping[tuple[str, str], Path] | None = None) -> lms.Written:
    """Write tables, pages, zips and Gradescope's files, each whole or not at all; remove those of an earlier run.

    Args:
        out: the folder: `grades.csv`, `exercises.csv`, `canvas*.csv`, `moodle*.csv`, `class.html`,
            `feedback/LEARNER.html`, `feedback_moodle.zip` and `feedback_canvas.zip` where they can be made,
            `gradescope/LEARNER/results.json` (`LEARNER_LESSON` if there are several), `likeness.csv` and `.html`.
        book: the marks.
        canvas_columns: see `lms.write_canvas`.
        scale: see `lms.write_canvas`.
        alike: where submissions can be read (see `likeness.pairs`), if answers that are alike are wanted.

    Returns what was written for Canvas and Moodle, and what is to be said about it.
    """
    tables.write_grades(out / "grades.csv", book)
    tables.write_exercises(out / "exercises.csv", book)
    canvas, moodle = lms.write_canvas(out, book, canvas_columns, scale), lms.write_moodle(out, book, scale)
    names = file_names(learner.person.learner for learner in book.learners)
    fresh = {*canvas.paths, *moodle.paths}
    feedback: dict[str, Path] = {}
    for learner in book.learners:
        name = names[learner.person.learner]
        feedback[learner.person.learner] = out / "feedback" / f"{name}.html"
        pages.write_feedback(feedback[learner.person.learner], learner)
        for mark in learner.marks.values():
            results = gradescope.results(mark)
            if results is not None:
                folder = name if len(learner.marks) == 1 else f"{name}_{mark.lesson[:2]}"
                write_json(out / "gradescope" / folder / "results.json", results)
                fresh.add(out / "gradescope" / folder / "results.json")
    returns.write_moodle(out / "feedback_moodle.zip", book, feedback)
    returns.write_canvas(out / "feedback_canvas.zip", book, feedback)
    pages.write_class(out / "class.html", book, {who: f"feedback/{name}.html" for who, name in names.items()})
    if alike is not None:
        called = {learner.person.learner: learner.person.name or learner.person.learner for learner in book.learners}
        found = likeness.pairs(book, alike)
        likeness.write_csv(out / "likeness.csv", found, called)
        pages.write_likeness(out / "likeness.html", found, called)
        fresh |= {out / "likeness.csv", out / "likeness.html"}
    _clear(out, fresh | set(feedback.values()))
    return lms.Written([*canvas.paths, *moodle.paths], canvas.notes + moodle.notes, canvas.refused + moodle.refused)


def private(out: Path) -> bool:
    """Make the folder, for its owner's eyes only on POSIX; a folder that is there is closed if it is one of results.

    Returns False if others can read it all the same: it holds something else, and is left as it is. Raises OSError if
    it cannot be made.
    """
    if not out.exists():
        out.mkdir(mode=0o700, parents=True)
    elif _system.posix() and ((out / "results.jsonl").exists() or not any(out.iterdir())):
        out.chmod(0o700)
    return not _system.posix() or not out.stat().st_mode & 0o077


def write_json(path: Path, content: object) -> None:
    """Write JSON in ASCII, at once or not at all. Raises ValueError for a number that JSON does not have."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=True, allow_nan=False) + "\n", encoding="utf-8")


def _clear(out: Path, fresh: set[Path]) -> None:
    """Remove what an earlier run wrote and this one did not: of who has left, or of other lessons."""
    kept = {str(path).casefold() for path in fresh}          # some file systems do not tell Ada.html from ada.html

    def old(pattern: str) -> list[Path]:
        return [path for path in out.glob(pattern) if str(path).casefold() not in kept]

    for name in ("canvas.csv", "canvas_[0-9][0-9]*.csv", "moodle.csv", "moodle_[0-9][0-9]*.csv", "likeness.csv",
                 "likeness.html"):
        for path in old(name):
            path.unlink()
    for path in old("feedback/*.html"):
        if not path.is_symlink() and _PAGE in path.read_bytes():
            path.unlink()
    for path in old("gradescope/*/results.json"):
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
