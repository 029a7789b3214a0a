"""What values alone do not show: changed inputs, lost gradients and dtypes, hidden state."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Right numbers, but something else is not."""

    slug: str
    message: str
    status: str = "wrong"


def examine(task, answer, got, want, run) -> Finding | None:
    """The first thing that is not as it should be, or None."""
    changed = next((g for g in got if g.changed), None)
    if changed is not None:
        return Finding("changes-inputs", f"Your numbers are right, but your function changes its input `{changed.changed[0]}` in place.")
    return None
