"""One worker of a batch: a Grader of its own, fed with lines on standard input, one record to each."""
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from classroom.grade.read.submissions import Submission
from course import _system

from .grader import Grader

__all__ = ["main"]


def main(make: Callable[..., Grader] = Grader) -> None:
    """The first line is the Grader's setting, every other one a submission; answers go to standard output."""
    _system.end_with(os.getppid())              # if the command is killed, whatever is being computed
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)                                   # what a library prints does not get between the records
    setting = json.loads(sys.stdin.readline())

    def answer(message: dict) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    try:
        with make(**setting) as grader:
            answer({"ready": grader.level})
            for line in sys.stdin:
                given = json.loads(line)
                answer(grader.grade(Submission(given["learner"], given["name"], Path(os.fsdecode(
                    bytes.fromhex(given["path"]))), tuple(given["notes"]), unreadable=given["unreadable"])))
    except Exception as error:
        answer({"failed": f"{type(error).__name__}: {error}"})
    os._exit(0)                                     # torch takes its time to be taken apart


if __name__ == "__main__":
    main()
