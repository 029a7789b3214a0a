"""Exams: sheets that differ from learner to learner, and verdicts that know whose sheet an answer answers.

A sheet for practice imports `check` from here. One for an exam carries its own, and needs nothing of the course.
"""
from typing import Any

__all__ = ["check"]


def check(id: str, answer: Any, *, task: str, variant: int) -> None:
    """Say what is wrong with an answer to a sheet for practice.

    Args:
        id: of the task, as the sheet has it: "90.1".
        answer: the function itself.
        task: which family the sheet asks.
        variant: which variant of it.
    """
    from .trying import check as tried
    tried(id, answer, task, variant)
