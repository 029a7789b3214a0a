"""The exercises of the course: `check` an answer, open a `hint`, look at the `solution`.

`evaluate` gives the verdict without drawing anything; `carry_on` lets a lesson continue with the
library's version of what is not solved yet.
"""
from .notebook import carry_on, check, hint, solution
from .verdict import CheckFailed, Verdict

__all__ = ["CheckFailed", "Verdict", "carry_on", "check", "evaluate", "hint", "solution"]


def __getattr__(name: str):
    if name == "evaluate":
        from .engine import evaluate
        return evaluate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
