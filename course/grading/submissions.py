"""Finding submissions."""
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Submission:
    """One notebook of one learner."""

    learner: str
    name: str
    path: Path
    notes: tuple[str, ...] = ()
