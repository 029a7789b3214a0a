"""Pairs of learners whose answers are alike, for the teacher to read. Never a mark, and never a proof.

An answer is taken apart into statements. Names of its own, layout, comments, docstrings and annotations do not count;
nor does what the stub or a published solution has, nor what many in the class wrote. What is left is compared.
"""
import inspect
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from classroom import exercises
from classroom.grade.read import alike, apart

from . import adjust
from .gradebook import Gradebook
from .tables import write

_ROOT = Path(__file__).resolve().parents[3]
_LEAST, _SHARE = 4, 0.6             # statements in common, and their share of what the two have
_OFTEN, _PART = 5, 0.2              # what more learners than this have, is common
_Answers = Mapping[str, tuple[str, Counter[str]]]     # by exercise: what was written, and its statements


@dataclass(frozen=True)
class Pair:
    """Two learners in one lesson.

    Attributes:
        share: of the statements that are left of both, how many they have in common, from 0 to 1.
        common: how many those are.
        answers: by exercise, what the first and the second wrote.
    """

    first: str
    second: str
    lesson: str
    share: float
    common: int
    answers: Mapping[str, tuple[str, str]]


def pairs(book: Gradebook, files: Mapping[tuple[str, str], Path]) -> list[Pair]:
    """Those who are alike, the most alike first.

    Args:
        book: says which submission counts, and whose it is.
        files: where a submission can be read, by its learner and name as in the records.
    """
    found: list[Pair] = []
    for lesson in book.lessons:
        names = {id: exercises.get(id).names for id in adjust.exercises_of(lesson)}
        answers: dict[str, _Answers] = {}
        handed_in: dict[str, Path] = {}
        groups = {learner.person.learner: mark.group for learner in book.learners
                  if (mark := learner.marks.get(lesson)) and mark.group}
        for learner in book.learners:
            record = (learner.marks[lesson].record if lesson in learner.marks else None) or {}
            path = files.get((str(record.get("learner")), str(record.get("submission"))))
            if path and names:
                answers[learner.person.learner], handed_in[learner.person.learner] = apart.answers(path, names), path
        known = {id: _published(lesson, id) for id in names} if len(answers) > 1 else {}
        found += [pair for pair in _alike(lesson, answers, known)
                  if handed_in[pair.first] != handed_in[pair.second]         # a group's one submission
                  and (pair.first not in groups or groups[pair.first] != groups.get(pair.second))]
    return sorted(found, key=lambda pair: (-pair.share, -pair.common, pair.first, pair.second))


def write_csv(path: Path, found: Sequence[Pair], names: Mapping[str, str]) -> None:
    """`likeness.csv`."""
    header = "first", "first_name", "second", "second_name", "lesson", "share", "statements_in_common", "exercises"
    write(path, header, (
        (pair.first, names.get(pair.first), pair.second, names.get(pair.second), pair.lesson, round(pair.share, 2),
         pair.common, " ".join(pair.answers)) for pair in found), "utf-8-sig")


def _alike(lesson: str, answers: Mapping[str, _Answers], known: Mapping[str, Counter[str]]) -> Iterator[Pair]:
    left = {who: Counter({(id, text): n for id, (_, statements) in mine.items()
                          for text, n in (statements - known.get(id, Counter())).items()})
            for who, mine in answers.items()}
    holders = defaultdict(list)
    for who, mine in left.items():
        for statement in mine:
            holders[statement].append(who)
    often = max(_OFTEN, math.floor(_PART * len(answers)))
    common_to_many = {statement for statement, who in holders.items() if len(who) > often}
    left = {who: Counter({s: n for s, n in mine.items() if s not in common_to_many}) for who, mine in left.items()}
    candidates = Counter(pair for statement, who in holders.items() if statement not in common_to_many
                         for pair in combinations(who, 2))
    for first, second in candidates:
        both = left[first] & left[second]
        share = 2 * both.total() / (left[first].total() + left[second].total())
        if both.total() >= _LEAST and share >= _SHARE:
            ids = [id for id in answers[first] if any(of == id for of, _ in both)]
            yield Pair(first, second, lesson, share, both.total(),
                       {id: (answers[first][id][0], answers[second][id][0]) for id in ids})


def _published(lesson: str, id: str) -> Counter[str]:
    """The statements of the stub and of the solutions that everybody can read."""
    found: Counter[str] = Counter()
    for folder in ("notebooks", "solutions", "classroom/lessons"):        # the last in an installed wheel
        for path in sorted((_ROOT / folder).glob(f"{lesson[:2]}_*.ipynb")):
            found |= alike.statements(alike.answers(path, {id: exercises.get(id).names}).get(id, ""))
    for name in ("reference", "fallback"):
        try:
            given = getattr(exercises.get(id), name)
            found |= alike.statements(inspect.getsource(given() if name == "fallback" else given))
        except (AttributeError, TypeError, OSError):
            continue
    return found
