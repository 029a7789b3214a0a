"""How good are the checks? `python -m course.checks.report` measures it and writes `docs/checks.md`."""
import dataclasses
import sys
from pathlib import Path

from . import exercises
from .engine import evaluate
from .exercise import Choice, Exercise
from .mutation import survey

_HEAD = """\
# How good are the checks?

Measured by `python -m course.checks.report`, which writes this file. For each exercise:

* **right answers**: the reference and other right ways of writing it, each tried on several seeds, and how many of
  these trials were accepted;
* **mistakes**: the entries of its catalogue, and how many were refused and named by their slug;
* **mutants**: mechanical changes of the reference (an operator, an axis, a constant, a comparison, an argument, a name,
  a statement), how many of them were refused, and how many compute the same as the reference on all inputs tried. The
  rest would be wrong answers that are accepted.

| exercise | right answers | accepted | mistakes | named | mutants | refused | compute the same | wrongly accepted |
|---|---|---|---|---|---|---|---|---|
"""
_SEEDS = (None, 1, 2, 3, 4)


@dataclasses.dataclass(frozen=True)
class Line:
    """The numbers of one exercise, or of all."""

    answers: int = 0
    accepted: int = 0
    mistakes: int = 0
    named: int = 0
    mutants: int = 0
    refused: int = 0
    same: int = 0
    survivors: int = 0

    def __add__(self, other: "Line") -> "Line":
        return Line(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    def cells(self) -> str:
        return " | ".join(map(str, dataclasses.astuple(self)))


def measure(task) -> Line:
    """Put everything that an exercise comes with to its checks."""
    answers = [task.reference, *task.valid_variants]
    accepted = sum(evaluate(task.id, answer, seed=seed).status == "correct" for answer in answers for seed in _SEEDS)
    if isinstance(task, Choice):
        named = sum(evaluate(task.id, option).status == "wrong" for option in task.wrong)
        return Line(len(answers) * len(_SEEDS), accepted, len(task.wrong), named)
    named = sum(evaluate(task.id, m.wrong).mistake == m.slug for m in task.misconceptions)
    line = Line(len(answers) * len(_SEEDS), accepted, len(task.misconceptions), named)
    if not isinstance(task, Exercise):
        return line
    found = survey(task)
    refused, same, survivors = len(found.refused), len(found.same), len(found.survivors)
    return line + Line(mutants=refused + same + survivors, refused=refused, same=same, survivors=survivors)


def report(ids: list[str] | None = None) -> str:
    """The text of `docs/checks.md`."""
    total, rows = Line(), []
    for id in ids or exercises.all_ids():
        task = exercises.get(id)
        line = measure(task)
        total += line
        rows.append(f"| {id} {task.title} | {line.cells()} |")
    rows.append(f"| **all** | {total.cells()} |")
    return _HEAD + "\n".join(rows) + "\n"


def main() -> None:
    path = Path(__file__).parents[2] / "docs" / "checks.md"
    path.write_text(report(), encoding="utf-8")
    print(f"Wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
