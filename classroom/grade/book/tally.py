"""What the class as a whole got right, and which misconceptions it holds."""
import math
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classroom import exercises
from classroom.grade.record import OTHER, ResultStatus
from classroom.judge import words
from classroom.judge.prose import spaced
from course._words import later, say

from .gradebook import Gradebook
from .mark import Mark, Record
from .safe import line

# In the order of a stacked bar: from solved to not tried.
STATUSES: tuple[ResultStatus, ...] = (
    "correct", "wrong", "error", "timeout", "memory", "killed", "grader error", "missing", "not attempted")
# How an answer came not to be judged: the grader's slugs, in words that hold nothing of the learner's.
_NOT_RUN = {
    "cell-failed": later("A cell that the answer depends on stopped with an error."),
    "interfered": later("What came back from the code could not be read as an answer to what it was asked."),
    "no-such-option": later("What was chosen is none of the options."),
    "not-a-function": later("Something else was found in place of the function or class that is asked for."),
    "not-installed": later("The answer uses a package that is not installed where it was graded."),
    "syntax-error": later("The answer, or something that it uses, is in a cell that is no Python, or that needs a "
                          "newer one."),
    "too-deep": later("The code is nested too deeply to be read."),
    "unreadable": later("What the code returned could not be read."),
}
_ENDED = {
    "timeout": later("It had not finished in the time that the exercise allows."),
    "memory": later("It asked for more memory than there is."),
    "killed": later("The process that ran it ended before it had answered."),
}
STOPPED = ("error", *_ENDED)


@dataclass(frozen=True)
class Holding:
    """A misconception and who holds it."""

    slug: str
    says: str
    why: str
    learners: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One exercise over the whole class.

    Attributes:
        counts: by status, of those whose work was graded.
        holdings: the misconceptions, the commonest first.
        stopped: how code stopped without one being recognised: an error, too much time or memory. The slug is a status.
    """

    id: str
    title: str
    counts: Mapping[str, int]
    holdings: Sequence[Holding]
    stopped: Sequence[Holding] = ()

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def correct(self) -> int:
        return self.counts.get("correct", 0)


def lines(book: Gradebook, lesson: str) -> list[Line]:
    """A lesson's exercises, in order. A learner who makes two mistakes at once counts for both."""
    counts: dict[str, Counter] = {}
    titles: dict[str, str] = {}
    held: dict[str, dict[str, list[tuple[str, Record]]]] = {}
    stopped: dict[str, dict[tuple[str, str], list[str]]] = {}
    for learner in book.learners:
        mark = learner.marks.get(lesson)
        for exercise in mark.exercises if mark else ():
            id = exercise["id"]
            titles[id] = exercise["title"]
            counts.setdefault(id, Counter())[exercise["status"]] += 1
            for slug in _slugs(exercise):
                held.setdefault(id, {}).setdefault(slug, []).append((learner.person.learner, exercise))
            if exercise["status"] in STOPPED and not _slugs(exercise):
                said = exercise["status"], say(_ENDED.get(exercise["status"], "")) or _raised(exercise)
                stopped.setdefault(id, {}).setdefault(said, []).append(learner.person.learner)
    return [Line(id, titles[id], counts[id], [
        Holding(slug, *describe(id, slug, [record for _, record in found]), tuple(name for name, _ in found))
        for slug, found in sorted(held.get(id, {}).items(), key=lambda item: (-len(item[1]), item[0]))
    ], [
        Holding(status, says, "", tuple(names))
        for (status, says), names in sorted(stopped.get(id, {}).items(), key=lambda item: (-len(item[1]), item[0]))
    ]) for id in sorted(titles, key=_place)]


def not_installed(book: Gradebook) -> dict[str, int]:
    """Packages that notebooks import and that are not there where they were graded: of how many notebooks each."""
    records = {(record.get("learner"), record.get("submission")): record for mark in book.marks()
               if (record := mark.record)}
    found = Counter(line(name, 60) for record in records.values() for name in set(record.get("not_installed") or ()))
    return dict(found.most_common())


def histogram(marks: Sequence[Mark], bins: int = 10) -> list[int]:
    """How many graded learners have 0-10 %, 10-20 %, ... of the points; full marks are in the last bin."""
    counts = [0] * bins
    for mark in marks:
        if mark.share is not None:
            counts[min(math.floor(mark.share * bins + 1e-9), bins - 1)] += 1
    return counts


def describe(id: str, slug: str, records: Sequence[Record] = ()) -> tuple[str, str]:
    """What has been established about whoever makes this mistake, and why it matters.

    From the exercise's catalogue. Where there is nothing in it: what could not be read, or did not run, is told without
    the facts, and an error by its name alone, since the rest was chosen by the learner's code, and this page is the
    teacher's. What else the engine finds is told in the first sentences of a message that holds nothing of that kind.
    """
    try:
        task = exercises.get(id)
    except exercises.UnknownExercise:
        task = None
    for mistake in getattr(task, "misconceptions", ()):
        if mistake.slug == slug and (mistake.says or mistake.why):
            return spaced(say(mistake.says)), spaced(say(mistake.why))
    for bug in getattr(task, "buggy", ()):
        if slug == f"misses-{bug.slug}":
            return (spaced(say("The test lets a buggy implementation through. {bug}", bug=say(bug.says))),
                    spaced(say(bug.why)))
    alone = [record for record in records if tuple(_slugs(record)) == (slug,)] or list(records)
    if slug in _NOT_RUN:
        return say(_NOT_RUN[slug]), ""
    if general := _without_facts(slug, alone[0]["message"] if alone else ""):
        return general, ""
    ours = next((record for record in alone if record.get("raised", OTHER) is None), None)
    if ours is not None:
        return line(ours["message"].split("\n\n")[0], 240), ""
    words_of = slug.replace("-", " ").capitalize()
    if not alone or not alone[0].get("raised"):
        return say("{mistake}.", mistake=words_of), ""
    kind = alone[0]["raised"]
    return say("{mistake}: the code stopped with an error.", mistake=words_of) if kind == OTHER else \
        say("{mistake}: the code raised `{kind}`.", mistake=words_of, kind=kind), ""


def _raised(exercise: Record) -> str:
    """What the code did, by the name of the exception alone."""
    kind = exercise.get("raised") or OTHER
    return say("The code stopped with an error.") if kind == OTHER else say("The code raised `{kind}`.", kind=kind)


def _without_facts(slug: str, message: str) -> str:
    """The words for a problem with this slug, with "…" for each fact; "" where there are none.

    Of several, those that a message is made of.
    """
    found = [text for key, text in words.templates().items() if key.partition(":")[0] == slug]
    fitting = [text for text in found if any(_in_order(message, [part for part, *_ in _parts(said)])
                                             for said in (text, say(text)))]       # graded in English, or as here
    chosen = next(iter(fitting or found), "")
    return "".join(text + "…" * (name is not None) for text, name, *_ in _parts(say(chosen)))


def _parts(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(string.Formatter().parse(template))


def _in_order(message: str, texts: Sequence[str]) -> bool:
    """Whether the message has these texts one after the other. Blanks do not count: Chinese sets them anew."""
    message, at = "".join(message.split()), 0
    for text in map("".join, map(str.split, texts)):
        at = message.find(text, at)
        if at < 0:
            return False
        at += len(text)
    return True


def _slugs(exercise: Record) -> list[str]:
    """The mistakes that were recognised; how an answer was stopped is a status, and no misconception."""
    if exercise["status"] in ("correct", "grader error", "timeout", "memory", "killed"):
        return []
    return [slug for slug in dict.fromkeys(exercise.get("mistakes") or [exercise.get("mistake")]) if slug]


def _place(id: str) -> list[tuple[float, str]]:
    return [(int(part), "") if part.isdigit() else (math.inf, part) for part in id.split(".")]
