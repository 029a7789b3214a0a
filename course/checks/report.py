"""How good are the checks? `python -m course.checks.report` measures it and writes `docs/checks.md`."""
import dataclasses
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tqdm import tqdm

from course.paths import atomic_path

from . import exercises, recognise
from .engine import evaluate
from .exercise import Choice, Exercise
from .mutation import survey
from .rewriting import pairs, rewritings

PATH = Path(__file__).parents[2] / "docs" / "checks.md"

_HEAD = """\
# How good are the checks?

Measured by `python -m course.checks.report`, which writes this file; `python -m course.checks.report --check` says
whether it is up to date. For each exercise:

* **right answers**: the reference and other right ways of writing it, each tried on several seeds, and how many of
  these trials were accepted;
* **mistakes**: the entries of its catalogue, and how many were refused and named by their slug;
* **rewritten**: the same mistakes as other code would compute them, with other rounding and in another precision, and
  how many of these were named by the same slug;
* **pairs**: two mistakes at once, up to ten pairs for each exercise, and for how many the verdict named at least one
  mistake;
* **mutants**: mechanical changes of the reference (an operator, an axis, a constant, a comparison, an argument, a name,
  a slice, a method, a statement), how many of them were refused, and how many compute the same as the reference on all
  inputs tried. The rest would be wrong answers that are accepted.

`python -m course.checks.seeds` tries the right answers on 200 seeds for each exercise, `python benchmarks/checks.py`
times the verdicts.

| exercise | right answers | accepted | mistakes | named | rewritten | named | pairs | named | mutants | refused | \
compute the same | wrongly accepted |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""
_SEEDS = (None, 1, 2, 3, 4)


@dataclasses.dataclass(frozen=True)
class Line:
    """The numbers of one exercise, or of all."""

    answers: int = 0
    accepted: int = 0
    mistakes: int = 0
    named: int = 0
    rewritten: int = 0
    still_named: int = 0
    pairs: int = 0
    pairs_named: int = 0
    mutants: int = 0
    refused: int = 0
    same: int = 0
    survivors: int = 0

    def __add__(self, other: "Line") -> "Line":
        return Line(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    def cells(self) -> str:
        return " | ".join(map(str, dataclasses.astuple(self)))


def measure(task: Exercise | Choice) -> Line:
    """Put everything that an exercise comes with to its checks."""
    before = dict(recognise.patience)
    recognise.patience.update(dict.fromkeys(before, math.inf))     # the numbers are the same on every machine
    try:
        return _measure(task)
    finally:
        recognise.patience.update(before)


def _measure(task) -> Line:
    answers = [task.reference, *task.valid_variants]
    accepted = sum(evaluate(task.id, answer, seed=seed).status == "correct" for answer in answers for seed in _SEEDS)
    if isinstance(task, Choice):
        named = sum(evaluate(task.id, option).status == "wrong" for option in task.wrong)
        return Line(len(answers) * len(_SEEDS), accepted, len(task.wrong), named)
    named = _named(((m.slug, m.wrong) for m in task.misconceptions), task.id)
    line = Line(len(answers) * len(_SEEDS), accepted, *named)
    if not isinstance(task, Exercise):
        return line
    rewritten = _named(((m.slug, answer) for m in task.misconceptions for _, answer in rewritings(task, m)), task.id)
    both = [evaluate(task.id, wrong) for _, _, wrong in pairs(task)]
    both = [verdict for verdict in both if verdict.status != "correct"]     # two mistakes may make one right
    known = {mistake.slug for mistake in task.misconceptions}
    found = survey(task)
    refused, same, survivors = len(found.refused), len(found.same), len(found.survivors)
    return line + Line(
        rewritten=rewritten[0], still_named=rewritten[1], pairs=len(both),
        pairs_named=sum(verdict.mistake in known for verdict in both),
        mutants=refused + same + survivors, refused=refused, same=same, survivors=survivors)


def _named(answers: Iterable[tuple[str, Callable]], id: str) -> tuple[int, int]:
    """How many answers there are, and how many of them are named by their slug."""
    right = [evaluate(id, answer).mistake == slug for slug, answer in answers]
    return len(right), sum(right)


def report(ids: list[str] | None = None) -> str:
    """The text of `docs/checks.md`."""
    total, rows = Line(), []
    for id in tqdm(ids or exercises.all_ids(), unit="exercise", disable=None):
        task = exercises.get(id)
        line = measure(task)
        total += line
        rows.append(f"| {id} {task.title} | {line.cells()} |")
    rows.append(f"| **all** | {total.cells()} |")
    return _HEAD + "\n".join(rows) + "\n"


def rows_of(text: str) -> dict[str, str]:
    """The lines of the table by exercise: {"1.1": "| 1.1 dot-product scores | 45 | ..."}."""
    return {line.split()[1]: line for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()}


def main() -> None:
    """Write `docs/checks.md`; with `--check`, end with an error if it is out of date."""
    text = report()
    if "--check" in sys.argv[1:]:
        if not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
            sys.exit(f"{PATH.name} is out of date: run `python -m course.checks.report`")
        return
    with atomic_path(PATH) as path:
        path.write_text(text, encoding="utf-8")
    print(f"Wrote {PATH}", file=sys.stderr)


if __name__ == "__main__":
    main()
