"""What the grader itself rules, where there is no answer that could be judged."""
from typing import Any

from classroom.judge import choice
from classroom.judge.exercise import Choice
from classroom.judge.verdict import Verdict, ruling
from course._words import later, say

__all__ = ["GONE", "chosen", "halted"]

GONE = {        # why nothing came back: a `channel.Why`
    "timeout": later("Your code had not finished after {seconds} seconds, and did not stop when it was told to. Is "
                     "there a loop whose condition never becomes false?"),
    "killed": later("The process that ran your code ended before it had answered."),
}


def halted(task: Any, said: str, *mistakes: str) -> Verdict:
    """The verdict on an answer that ended in an error."""
    return ruling(task, "error", said, mistakes)


def chosen(task: Choice, value: Any) -> Verdict:
    """The verdict on what was chosen, whatever it is."""
    try:
        return choice.judge(task, value)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return halted(task, say("Your answer cannot be read."), "wrong-type")
