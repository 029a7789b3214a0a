"""What the checks say to answers that were written without a look at the catalogue of known mistakes.

    python -m tools.measure.answers               # all of tests/answers: what is caught, named, accepted
    python -m tools.measure.answers 1.3 4.3       # of two exercises, with what was said of each answer

The answers lie in `tests/answers`, a file an exercise (`1_3.py`), in cells: a `prelude`, whose names those after it may
use (up to the next `prelude`: each belongs to one author), then cells `wrong: what is wrong` and `right: how it is
written`. Their authors saw the learners' notebooks alone.
"""
import argparse
import linecache
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from classroom import exercises
from classroom.judge import judgement
from classroom.judge.verdict import Verdict

__all__ = ["Answer", "Tally", "answers", "judged", "named", "tally"]

FOLDER = Path(__file__).parents[2] / "tests" / "answers"
# What establishes no cause: that it is another shape, not finite, or elsewhere. An answer told only this is not named.
VAGUE = {None, "wrong-shape", "not-finite", "reordered", "imprecise", "rows-do-not-sum-to-one", "unreadable"}


@dataclass(frozen=True)
class Answer:
    """One answer: of which exercise, whether it is right, what it does, and its code."""

    id: str
    right: bool
    about: str
    prelude: str
    code: str

    def given(self) -> Any:
        """Run the code; what a learner passes to `check`. Raises what the code raises."""
        space: dict[str, Any] = {"__name__": "__main__"}
        for name, source in (("prelude", self.prelude), (self.about, self.code)):
            file = f"<{self.id} {name}>"
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
            exec(compile(source, file, "exec"), space)
        names = exercises.get(self.id).names
        return space[names[0]] if len(names) == 1 else tuple(space[name] for name in names)


@dataclass(frozen=True)
class Tally:
    """How many wrong answers there are, were refused, and were named; how many right ones, and accepted."""

    wrong: int = 0
    caught: int = 0
    named: int = 0
    right: int = 0
    accepted: int = 0

    def __iter__(self) -> Iterator[int]:
        return iter((self.wrong, self.caught, self.named, self.right, self.accepted))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        share = 100 * self.named / max(self.wrong, 1)
        return (f"{self.caught} of {self.wrong} wrong answers caught, {self.named} named ({share:.1f} %), "
                f"{self.accepted} of {self.right} right ones accepted")


def answers(id: str | None = None) -> Iterator[Answer]:
    """All of them, or those to one exercise. Raises ValueError for a cell without a kind."""
    for path in sorted(FOLDER.glob("*.py"), key=lambda path: [int(n) for n in path.stem.split("_")]):
        own = path.stem.replace("_", ".")
        if id not in (None, own):
            continue
        prelude = ""
        for title, code in re.findall(r"^# %% (.*)\n((?:(?!# %% ).*\n?)*)", path.read_text(encoding="utf-8"), re.M):
            kind, _, about = title.partition(": ")
            if kind.strip() == "prelude":
                prelude = code
            elif kind in ("wrong", "right"):
                yield Answer(own, kind == "right", about.strip(), prelude, code)
            else:
                raise ValueError(f"{path}: the cell {title!r} is neither prelude, wrong nor right")


def judged(answer: Answer) -> Verdict:
    """What the check says of it."""
    return judgement.judge(exercises.get(answer.id), answer.given())


def named(verdict: Verdict) -> bool:
    """Whether a wrong answer is told what is wrong, and not only that something is."""
    return verdict.mistake not in VAGUE


def tally(found: list[tuple[Answer, Verdict]]) -> Tally:
    """Count them."""
    wrong = [verdict for answer, verdict in found if not answer.right]
    right = [verdict for answer, verdict in found if answer.right]
    caught = [verdict for verdict in wrong if verdict.status in ("wrong", "error")]
    return Tally(len(wrong), len(caught), sum(map(named, caught)), len(right),
                 sum(verdict.status == "correct" for verdict in right))


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; with exercises named, each answer's verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="exercises (default: all)")
    parser.add_argument("--missed", action="store_true", help="say what was said where an answer was not named")
    options = parser.parse_args(arguments)
    chosen = [answer for answer in answers() if not options.ids or answer.id in options.ids]
    with judgement.remembering():
        found = [(answer, judged(answer)) for answer in tqdm(chosen, unit="answer", disable=None)]
    for answer, verdict in found:
        good = verdict.status == "correct" if answer.right else verdict.status != "correct" and named(verdict)
        if options.ids and not options.missed or options.missed and not good:
            kind = "right" if answer.right else "wrong"
            print(f"{answer.id:5} {kind}: {answer.about}\n      {verdict.status} {verdict.mistakes}", file=sys.stderr)
            if not good:
                print("      " + verdict.message.replace("\n", "\n      "), file=sys.stderr)
    print(tally(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
