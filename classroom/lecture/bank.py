"""`build-a-transformer question-bank`: all choices and predictions of the course, for a learning platform.

Three files: Moodle XML, QTI 2.1, and QTI 1.2 as Canvas reads it. The same lessons give the same bytes, and each
question keeps its id, so that a later version can be told from an earlier one.
"""
import sys
from pathlib import Path

from tqdm import tqdm

from classroom.arguments import Parser
from course._paths import atomic_path
from course._words import listed, say, speaking

from . import moodle, qti12, qti21
from .cells import LectureError, Lesson, lessons
from .questions import Question, questions

__all__ = ["FILES", "main"]

ROOT = Path(__file__).resolve().parents[2]
FILES = {"moodle.xml": moodle.written, "qti21.zip": qti21.written, "canvas_qti12.zip": qti12.written}


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `build-a-transformer question-bank`; returns its exit code."""
    parser = Parser(prog="build-a-transformer question-bank", description=say(
        "`build-a-transformer question-bank`: all choices and predictions of the course, for a learning platform."))
    parser.add_argument("--lessons", nargs="+", metavar="NN", help=say("lessons, as 01 02; by default all"))
    parser.add_argument("--out", metavar=say("FOLDER"), type=Path, required=True, help=say("where to put the files"))
    options = parser.parse_args(arguments)
    try:
        found = [question for lesson in tqdm(lessons(root, options.lessons), desc=say("questions"), unit=say("lesson"),
                                             disable=None, leave=False) for question in _asked(lesson)]
    except LectureError as error:
        print(error, file=sys.stderr)
        return 1
    if not found:
        print(say("These lessons have neither choices nor predictions."), file=sys.stderr)
        return 1
    for name, write in FILES.items():
        with atomic_path(options.out / name) as temporary:
            temporary.write_bytes(write(found))
    closed = sum(bool(question.options) for question in found)
    print(say("{closed} choices and {open} predictions: {files} in {folder}", closed=closed, open=len(found) - closed,
              files=listed(FILES), folder=options.out))
    return 0


def _asked(lesson: Lesson) -> list[Question]:
    """The questions of a lesson, all in its language."""
    with speaking(lesson.language):
        return list(questions(lesson))
