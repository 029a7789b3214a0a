"""The exercises of the course: `check` an answer, open a `hint`, look at the `solution`.

`evaluate` gives the verdict without drawing anything; `carry_on` lets a lesson continue with the
library's version of what is not solved yet. `course` is the library that learners read; this package is
what asks, judges, marks and builds, and nothing in `course` knows of it.
"""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classroom.face import carry_on, check, evaluate, hint, own, solution
    from classroom.judge.verdict import CheckError, CheckFailed, Verdict

__all__ = ["CheckError", "CheckFailed", "Verdict", "carry_on", "check", "evaluate", "hint", "own", "solution"]


def __getattr__(name: str):
    """The names above, imported when they are first asked for: the commands start without NumPy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import course  # noqa: F401 - it says so where this Python is too old
    from classroom import face
    globals().update({known: getattr(face, known) for known in __all__})
    return globals()[name]
