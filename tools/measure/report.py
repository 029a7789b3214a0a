"""How good are the checks? This measures it and writes `docs/checks.md`.

    python -m tools.measure.report              # the exercises of which something has changed since
    python -m tools.measure.report --all        # every exercise: some minutes
    python -m tools.measure.report 1.3 4.2      # these, and what else has changed
    python -m tools.measure.report --check      # write nothing; fail if the file is out of date

What has changed is told by the digests in `docs/checks.json`, see `tools.measure.published`.
"""
import argparse
import contextlib
import dataclasses
import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from classroom import exercises
from classroom.judge import judgement, recognise
from classroom.judge.exercise import Choice, Exercise, Task
from classroom.judge.verdict import Verdict
from course._paths import atomic_path
from tests import variants
from tools.measure import answers, published
from tools.measure.answers import Tally
from tools.measure.mutants import survey
from tools.measure.rewriting import pairs, rewritings

PATH = Path(__file__).parents[2] / "docs" / "checks.md"
HEAD = Path(__file__).with_name("checks_head.md")          # what stands before the table, and above its columns

_SEEDS = (1, 2, 3, 4, None)                # None last: on those cases all else is asked, and they are remembered


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


def evaluate(id: str, answer: object, seed: int | None = None) -> Verdict:
    """As a learner's check does, without a panel."""
    return judgement.judge(exercises.get(id), answer, seed)


def measure(task: Exercise | Choice) -> Line:
    """Put everything that an exercise comes with to its checks."""
    with _unhurried(), judgement.remembering():
        return _measure(task)


def measure_all(id: str) -> tuple[Line, Tally]:
    """The same, and what becomes of the answers in `tests/answers`."""
    with _unhurried(), judgement.remembering():
        line = _measure(exercises.get(id))
        return line, answers.tally([(answer, answers.judged(answer)) for answer in answers.answers(id)])


@contextlib.contextmanager
def _unhurried() -> Iterator[None]:
    """Inside, mistakes are looked for however long that takes: the numbers are the same on every machine."""
    before = dict(recognise.patience)
    recognise.patience.update(dict.fromkeys(before, math.inf))
    try:
        yield
    finally:
        recognise.patience.update(before)


def _measure(task) -> Line:
    right = [task.reference, *variants.of(task.id)]
    accepted = sum(evaluate(task.id, answer, seed=seed).status == "correct" for seed in _SEEDS for answer in right)
    if isinstance(task, Choice):
        named = sum(evaluate(task.id, option).status == "wrong" for option in task.wrong)
        return Line(len(right) * len(_SEEDS), accepted, len(task.wrong), named)
    named = _named(((m.slug, m.wrong) for m in task.misconceptions), task.id, (1, None))
    line = Line(len(right) * len(_SEEDS), accepted, *named)
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


def _named(answers: Iterable[tuple[str, Callable]], id: str, seeds: Collection[int | None] = (None,)
           ) -> tuple[int, int]:
    """How many answers there are, and how many of them are refused, named by their slug and not told the solution, on
    each of the seeds."""
    given, task = list(answers), exercises.get(id)
    right = [True] * len(given)
    for seed in seeds:
        for n, (slug, answer) in enumerate(given):
            verdict = evaluate(id, answer, seed)
            right[n] &= verdict.mistake == slug and verdict.status in ("wrong", "error") and verdict.points == 0 \
                and not tells_the_solution(task, verdict.message)
    return len(right), sum(right)


def tells_the_solution(task: Task, message: str) -> bool:
    """Whether a message has what one of the longer lines of the solution computes, whatever it is called there."""
    lines = [line.strip().removeprefix("return ").split(" = ", 1)[-1] for line in task.source().splitlines()]
    return any(line in message for line in lines
               if len(line) > 30 and "def " not in line and "class " not in line and "(" in line)


def report(rows: dict[str, str], others: str = "not measured here") -> str:
    """The text of `docs/checks.md` with these lines of its table, by exercise.

    `others` is what is said of the answers that nobody wrote for the catalogue.
    """
    rows = {id: rows[id] for id in exercises.all_ids() if id in rows}
    total = sum(map(line_of, rows.values()), Line())
    head = HEAD.read_text(encoding="utf-8").format(answers=others, **recognise.patience)
    return head + "\n".join([*rows.values(), f"| **all** | {total.cells()} |"]) + "\n"


def row_of(id: str, line: Line) -> str:
    """The line of the table with these numbers."""
    return f"| {id} {exercises.get(id).title} | {line.cells()} |"


def rows_of(text: str) -> dict[str, str]:
    """The lines of the table by exercise: {"1.1": "| 1.1 dot-product scores | 45 | ..."}."""
    return {line.split()[1]: line for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()}


def line_of(row: str) -> Line:
    """The numbers of one line of the table."""
    return Line(*(int(cell) for cell in row.split("|")[2:-1]))


def out_of_date() -> list[str]:
    """The exercises whose digest has changed since they were measured."""
    measured = published.read()
    return [id for id in exercises.all_ids() if id not in measured or measured[id][0] != published.digest(id)]


def _measured(ids: Collection[str], workers: int) -> Iterator[tuple[str, Line, Tally]]:
    """Each of these, in processes of their own, each with one thread."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        results = pool.map(measure_all, ids)
        for id, (line, tally) in zip(ids, tqdm(results, total=len(ids), unit="exercise", disable=None), strict=True):
            yield id, line, tally


def main() -> None:
    """Write `docs/checks.md` and `docs/checks.json`; with `--check`, end with an error if they are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="exercises to measure in any case")
    parser.add_argument("--all", action="store_true", help="measure every exercise")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    options = parser.parse_args()
    if unknown := set(options.ids) - set(exercises.all_ids()):
        parser.error(f"there is no exercise {', '.join(sorted(unknown))}; there are: {', '.join(exercises.all_ids())}")
    text = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    rows, found = rows_of(text), published.read()
    wanted = {*options.ids, *out_of_date(), *(exercises.all_ids() if options.all else ())}
    for id, line, tally in _measured([id for id in exercises.all_ids() if id in wanted], options.workers):
        rows[id], found[id] = row_of(id, line), (published.digest(id), tally)
    found = {id: found[id] for id in exercises.all_ids()}
    new = report(rows, str(sum((tally for _, tally in found.values()), Tally())))
    if not options.check:
        with atomic_path(PATH) as path:
            path.write_text(new, encoding="utf-8")
        published.write(found)
        print(f"Wrote {PATH} and {published.PATH.name}: {len(wanted)} of {len(rows)} exercises were measured",
              file=sys.stderr)
    elif new != text:
        sys.exit(f"{PATH.name} is out of date: run `python -m tools.measure.report`")


if __name__ == "__main__":
    main()
