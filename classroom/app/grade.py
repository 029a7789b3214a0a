"""`build-a-transformer grade`: a class's notebooks of lessons or, given the folder of an exam, an exam's sheets.

    build-a-transformer grade submissions --out grades
    build-a-transformer grade exam submissions --out marks        # exam: the folder that `exam new` has made
    build-a-transformer grade exam/submissions --out marks        # the same, where they lie in that folder
"""
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Hand over to the grader or to the exam's: the folder of an exam holds `exam.json`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for n, text in enumerate(given):
        if text.startswith("-") or n and given[n - 1].startswith("--"):
            continue                                    # an option, or what may be its value
        for folder in (Path(text), Path(text).parent):
            if (folder / "exam.json").is_file():
                from classroom.exam import command as exam
                return exam.main(["grade", *([str(folder)] if folder != Path(text) else []), *given])
        break
    from classroom.grade import command as lessons
    return lessons.main(given)
