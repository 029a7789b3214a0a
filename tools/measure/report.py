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

_HEAD = """\
# How good are the checks?

Measured by `python -m tools.measure.report`, which writes this file; `python -m tools.measure.report --check` says
whether it is up to date. What has changed since is measured by the tests again (`checks.json` has digests of what each
exercise's numbers come from); each week all is. For each exercise:

* **right answers**: the reference and other right ways of writing it, each tried on several seeds, and how many of
  these trials were accepted;
* **mistakes**: the entries of its catalogue, and how many were refused and named by their slug, each on the cases that
  learners get and on others;
* **rewritten**: the same mistakes as other code would compute them, with other rounding and in another precision, and
  how many of these were named by the same slug;
* **pairs**: two mistakes at once, up to ten pairs for each exercise, and for how many the verdict named at least one
  mistake. This is measured without a time limit, so that it comes out the same on every machine. A learner is not
  kept waiting: `check` looks for a second mistake for {function:g} seconds of computing ({module:g} in exercises on
  modules), and then refuses the answer without naming the pair. Single mistakes have no such limit;
* **mutants**: mechanical changes of the reference (an operator, an axis, a constant, a comparison, an argument, a name,
  a slice, a method, a statement), how many of them were refused, and how many compute the same as the reference on all
  inputs tried. The rest would be wrong answers that are accepted.

`python -m tools.measure.seeds` tries the right answers on 200 seeds for each exercise, with `--mistakes` the known
mistakes; `python benchmarks/checks.py` times the verdicts.

## Answers that nobody wrote for the catalogue

The table below says how well the checks know what they know. What they do with other answers is measured on
`tests/answers`: wrong and right ones to every exercise that is a function or a class, written from the learners'
notebooks alone, without a look at the catalogue. (The notebooks warn of many mistakes, so these come more often than
they would from people who have not read to the end.)

* **At first contact**, before anything was mended for them. The latest two sets cover every exercise. 585 wrong and
  130 right answers are by five authors; 455 and 130 are by four others, who wrote as seven kinds of learners would
  (new to Python, from another library, from another course's code, by trial and error, ...). Of the first, 574 were
  caught, 537 named (91.8 %), 129 of 130 right ones accepted; of the second, by the same state of the checks, 449
  caught, 429 named (94.3 %), 130 of 130 accepted. Together: **1,023 of 1,040 caught, 966 named (92.9 %), 259 of 260
  accepted.** Of the 17 that were accepted, 7 do not contradict the text of their exercise: they count as right now, or
  were left out. With the kinds of mistakes of the first set added, the second had 450 caught and 438 named (96.3 %).
  131 of the 1,300 had been written by somebody before, word for word.
* **As learners read it.** After that, others tried one lesson each as new users, with answers of their own, and judged
  every message severely: was the very mistake told, or the question asked that finds it? Six of them (02 to 06, 10):
  120 of 120 wrong ones refused, 106 told (88 %), 24 of 24 right ones accepted. What was unclear, misleading or without
  a name was mended each time. Then eight (01, 07, 08, 09, 11 to 14): 159 of 160, 144 (90 %), 32 of 32; some 600
  answers more, which they wrote to find holes, found eight that were accepted wrongly. Then eight (01 to 07, 10), who
  were asked for answers that are not the obvious ones: 420 of 427, 323 (76 %), 52 of 55. By the rule below, the 324
  wrong and 59 right ones that the last sixteen had written before they tried any: **318 caught, 297 named (91.7 %), 58
  accepted.** Then six (08, 09, 11 to 14), again not the obvious ones: 117 of 120, 105 (88 %), 24 of 24; by the rule
  below 108 named (90.0 %). Some 600 more, to find holes, found a dozen. Then eight (01 to 07, 10) once more, each with
  what nobody had written in that lesson before: 107 of 120, 86 (72 %), 24 of 24; by the rule below 100 named (83.3 %).
  Of the 13 that were accepted, two do not contradict the text; most of the others were right in evaluation mode or at
  the first call alone, or for shapes that no case had. Then four (00, 04, 08, 09, drawn by lot), who made the mistakes
  of a capable beginner: **64 of 64 caught**, 61 (95 %), 16 of 16; by the rule below 63 named (98.4 %). Some 440 more,
  to find holes, found three kinds that were accepted wrongly. All this has been mended since.
* **Earlier.** Three sets were written one after the other, each by authors who had not seen the ones before:
  661 of 676 wrong answers caught, 547 named (80.9 %), 185 of 189 right ones accepted; then 358 of 360 caught, 328
  named (91.1 %), 135 of 135 accepted; then 132 of 132 caught, 129 named (97.7 %), 33 of 33 accepted. Exercises
  that were new then began lower (103 of 132 named, 78.0 %). One author, who judged severely what counts as named,
  found 114 of 142 named in eight exercises (80.3 %; by the rule below 125, 88.0 %).
* **Looked for**: two more authors took one lesson each, 01 and 11, and were asked to find what the checks get wrong, in
  280 answers. 249 of 251 wrong ones were caught, 199 named (79.3 %), 26 of 29 right ones accepted.
* **Now**, all sets together, where the texts that did not decide were made to decide (14 answers were left out for
  that, 16 changed sides): {answers}. `python -m tools.measure.answers` measures it.

"Named" is an answer that is told what it did, and not only that its shape, its sums or its numbers are wrong.

## Exercise by exercise

| exercise | right answers | accepted | mistakes | named | rewritten | named | pairs | named | mutants | refused | \
compute the same | wrongly accepted |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""
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
    head = _HEAD.format(answers=others, **recognise.patience)
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
