"""Exams: sheets that differ from learner to learner, and verdicts that know whose sheet an answer answers.

A sheet's notebook imports `check` from here. In an exam it says only whether an answer runs and has the right shapes.
"""
from typing import Any

__all__ = ["check"]


def check(task: str, answer: Any, variant: int, practice: bool = False) -> None:
    """Say whether an answer runs and returns what a sheet asks for; for practice, what is wrong with it.

    Args:
        task: its number, as the sheet has it.
        answer: the function itself.
        variant: which variant the sheet asks, as the sheet has it.
        practice: whether to say more than that.
    """
    from .trying import check as tried
    tried(task, answer, variant, practice)
