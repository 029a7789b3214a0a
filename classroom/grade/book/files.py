"""Everything that is made of a class's marks, in one folder."""
import json
from collections.abc import Mapping
from pathlib import Path

from course._paths import atomic_path

from . import gradescope, pages, tables
from .gradebook import Gradebook
from .safe import file_names


def write(out: Path, book: Gradebook, canvas_columns: Mapping[str, str] | None = None) -> None:
    """Write tables, pages and Gradescope's files, each whole or not at all.

    Args:
        out: the folder: `grades.csv`, `exercises.csv`, `canvas.csv`, `moodle*.csv`, `class.html`,
            `feedback/LEARNER.html`, `gradescope/LEARNER/results.json` (`LEARNER_LESSON` if there are several).
        book: the marks.
        canvas_columns: see `tables.write_canvas`.
    """
    tables.write_grades(out / "grades.csv", book)
    tables.write_exercises(out / "exercises.csv", book)
    tables.write_canvas(out / "canvas.csv", book, canvas_columns)
    tables.write_moodle(out, book)
    names = file_names(learner.person.learner for learner in book.learners)
    for learner in book.learners:
        name = names[learner.person.learner]
        pages.write_feedback(out / "feedback" / f"{name}.html", learner)
        for mark in learner.marks.values():
            results = gradescope.results(mark)
            if results is not None:
                folder = name if len(learner.marks) == 1 else f"{name}_{mark.lesson[:2]}"
                write_json(out / "gradescope" / folder / "results.json", results)
    pages.write_class(out / "class.html", book, {who: f"feedback/{name}.html" for who, name in names.items()})


def write_json(path: Path, content: object) -> None:
    """Write JSON in ASCII, at once or not at all. Raises ValueError for a number that JSON does not have."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=True, allow_nan=False) + "\n", encoding="utf-8")
