"""Marking sheets: each against its own, in a confined child as ever, and whose question an answer answers."""
import functools
import hashlib
import inspect
import json
import tempfile
import textwrap
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classroom.ask import limits
from classroom.ask.outcome import KnownOutcomes, ask, bare, known_outcomes
from classroom.grade import absent
from classroom.grade.channel import Gone, Interfered
from classroom.grade.grader import Grader
from classroom.grade.read import alike, apart
from classroom.grade.read.notebooks import NoFile, content_of
from classroom.grade.read.reading import Notebook
from classroom.grade.read.submissions import Submission
from classroom.grade.record import Record
from classroom.judge import judgement
from classroom.judge.prose import spaced
from classroom.judge.verdict import Verdict
from course._words import listed, say

from .families import FAMILIES
from .sheet import LESSON, Exam, Sheet
from .trying import as_in_exams
from .values import equal, values

__all__ = ["ExamGrader"]

_SHARE, _LEAST = 0.6, 6     # of the statements of an answer, or of the family's own source, so many are worth a note


class ExamGrader(Grader):
    """Grades the sheets of one exam.

    Args:
        exam: the teacher's folder.
        learners: everybody who has a sheet.
        others: as for `Grader`.

    A record has, for each task, what the teacher reads of it and the learner does not:
        finding: "own", "published" (the lessons' own conventions), "other" (an answer to another sheet), "one off"
            (right but for one convention), "mistake" or "".
        sheets: the learners whose sheets ask what was answered, where they ask something else than the learner's own.
        apart: in how many conventions those sheets differ from the learner's own in this task.
        source: whether most of the answer stands in the course's own, public source of this family.
    And as a whole `sheet`: "own", "other" (somebody else's was handed in) or "altered".
    """

    def __init__(self, exam: str, learners: list[str], isolation: Any = "none", seed: int | None = None,
                 seconds: float | None = None):
        super().__init__(None, isolation, seed, seconds)
        self.exam = Exam.read(Path(exam))
        self.sheets = {learner: self.exam.sheet(learner) for learner in learners}
        self.keys = {self.exam.id(key): key for key in self.exam.tasks}
        self.found: dict[str, dict[str, Any]] = {}
        self.sheet: Sheet

    def _grade(self, submission: Submission, record: Record) -> None:
        if submission.unreadable:
            raise apart.Unreadable(submission.unreadable)
        record["sha256"] = hashlib.sha256(content_of(submission.path)).hexdigest()
        names = {id: [self.exam.family(key).name] for id, key in self.keys.items()}
        book = apart.notebook(submission.path, submission.name, LESSON, list(names.items()))
        record["notes"] += book.notes
        if lacking := absent.not_installed(book):
            record["not_installed"] = lacking
        record["lesson"] = self.exam.name
        if submission.learner not in self.sheets:
            raise NoFile(say("There is no sheet for a learner of this name in this exam."))
        self.sheet = self.sheets[submission.learner]
        if not set(book.ids) & set(self.keys):
            raise NoFile(say("This notebook is no sheet of this exam."))
        record["sheet"], notes = self._about(self.sheet, book.sheet)
        record["notes"] += notes
        record["max_points"] = sum(self.exam.family(key).points for key in self.exam.tasks)
        self.found = {}
        copied = self._from_source(book)
        try:
            for id, key in self.keys.items():
                task = self.exam.family(key).exercise(self.exam.variant(self.sheet, key), id)
                if self.seconds is not None:
                    task = replace(task, seconds=min(task.seconds, self.seconds))
                result = self._exercise(task, book, set(), record)
                result |= self.found.get(id, {"finding": "", "sheets": [], "apart": 0})
                result["source"] = key in copied
                record["exercises"].append(result)
        finally:
            self._end()
        record["points"] = sum(result["points"] for result in record["exercises"])
        failed = [r["id"] for r in record["exercises"] if r["status"] == "grader error"]
        if failed:
            record |= {"status": "grader error", "message": say("Not all tasks could be graded: {ids}.",
                                                                ids=listed(failed))}

    def _about(self, sheet: Sheet, seen: dict[str, str]) -> tuple[str, list[str]]:
        """Whose sheet was handed in, and what the teacher should know of it."""
        def signed(one: Sheet) -> bool:
            return self.exam.signed(one, seen["signature"], seen["texts"])

        if signed(sheet):
            return "own", []
        whose = next((other.learner for other in self.sheets.values() if signed(other)), None)
        if whose is not None:
            return "other", [say("This is the sheet of {whose}. It was marked against the sheet of {learner}.",
                                 whose=whose, learner=sheet.learner)]
        return "altered", [say("The sheet's texts or its signature are not as they were handed out. It was marked "
                               "against the sheet of {learner} as it was made.", learner=sheet.learner)]

    def _judge(self, task: Any, remote: Any) -> Verdict:
        return self._ruled(task, remote, super()._judge(task, remote))

    def judge_here(self, learner: str, key: str, answer: Any) -> tuple[Verdict, dict[str, Any]]:
        """What is ruled and found of an answer that lives in this process, as if this learner had handed it in.

        For measurements, with answers of our own. It needs no server.
        """
        self.sheet = self.sheets[learner]
        task = self.exam.family(key).exercise(self.exam.variant(self.sheet, key), self.exam.id(key))
        known = self._known(task)
        token = known_outcomes.set(known)
        try:
            with limits.undisturbed():
                verdict = self._ruled(task, answer, judgement.judge_on(task, answer, known.own))
        finally:
            known_outcomes.reset(token)
        return verdict, self.found[task.id]

    def _ruled(self, task: Any, remote: Any, verdict: Verdict) -> Verdict:
        """The verdict as it counts on a sheet; `found` keeps what the teacher reads."""
        verdict = as_in_exams(task, remote, self._known(task).own, verdict)
        found = self.found[task.id] = self._finding(task, remote, verdict)
        if found["finding"] == "one off":
            return replace(verdict, points=verdict.max_points // 2)
        if said := self._other_lines(self.keys[task.id], found):
            verdict = replace(verdict, message=f"{spaced(said)}\n\n{verdict.message}")
        return verdict

    def _finding(self, task: Any, remote: Any, verdict: Verdict) -> dict[str, Any]:
        """Whose question the answer answers, and which variant that is."""
        key, nothing = self.keys[task.id], {"finding": "", "sheets": [], "apart": 0}
        if verdict.status == "correct":
            return nothing | {"finding": "own"}
        if verdict.status != "wrong":
            return nothing
        nothing["finding"] = "mistake" if verdict.mistakes else ""
        if len(verdict.mistakes) == 1 and verdict.mistakes[0].startswith("switch-"):
            nothing["finding"] = "one off"                   # worth half, whoever's sheet asks it as well
        got = self._asked(task, remote)
        if got is None:
            return nothing
        if equal(got, self._usual(key)):
            return nothing | {"finding": "published"}
        number = next((n for n, known in enumerate(self._variants(key)) if equal(got, known)), None)
        if number is None:
            return nothing
        whose = [sheet.learner for sheet in self.sheets.values() if sheet.variants[key] == number]
        apart = self.exam.family(key).apart(self.exam.variant(self.sheet, key), number)
        if nothing["finding"] != "one off" and whose:
            nothing["finding"] = "other"
        return nothing | {"sheets": whose, "apart": apart, "variant": number}

    def _other_lines(self, key: str, found: dict[str, Any]) -> str:
        """For the learner: which lines of the sheet the answer does not follow, as it follows others throughout."""
        family = self.exam.family(key)
        own = self.exam.variant(self.sheet, key)
        if found["finding"] == "published":
            followed = family.usual
        elif "variant" in found:
            followed = family.variants[found["variant"]]
        else:
            return ""
        lines = "\n".join(f"- {say(switch.options[own[switch.name]])}" for switch in family.switches
                          if own[switch.name] != followed[switch.name])
        if found["finding"] == "published":
            return say("Your `{name}` follows other conventions than your sheet. They are those of lesson "
                       "{lesson:02d}. These lines of your sheet are not followed:\n{lines}", name=family.name,
                       lesson=family.lesson, lines=lines)
        return say("Your `{name}` follows other conventions than your sheet. These lines of your sheet are not "
                   "followed:\n{lines}", name=family.name, lines=lines)

    def _from_source(self, book: Notebook) -> set[str]:
        """The tasks whose answer, with all that it uses, is mostly the course's own source of the family.

        What a learner wrote is taken apart in the reader's process, into statements without names of their own: each
        answer as the body of a function, since several answers may use one name for different things.
        """
        bodies = {id: "\n".join(book.statements[n][-1] for n in book.parts[id].run) for id in self.keys
                  if id in book.parts and book.parts[id].run}
        cells = [{"cell_type": "code", "metadata": {}, "source":
                  f"def answer_{n}():\n{textwrap.indent(body, '    ')}"} for n, body in enumerate(bodies.values())]
        names = {id: [f"answer_{n}"] for n, id in enumerate(bodies)}
        if not bodies:
            return set()
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "answers.ipynb"
            path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
            answers = apart.answers(path, names)
        found = set()
        for id, (_, written) in answers.items():
            own = _source(self.keys[id])
            both = (written & own).total()
            if both >= max(_SHARE * min(written.total(), own.total()), _LEAST):
                found.add(self.keys[id])
        return found

    def _asked(self, task: Any, remote: Any) -> list[np.ndarray] | None:
        """What the answer returns on the hidden cases, in the order in which it returns it."""
        found: list[np.ndarray] = []
        try:
            for case in self._known(task).own:
                got = ask(task, remote, case, bare)
                if not got.returned:
                    return None
                found += [np.asarray(value, dtype=float) for value in got.values.values()]
        except (Gone, Interfered):
            return None
        return found

    def _known(self, task: Any) -> KnownOutcomes:
        """The same cases for everybody; what our own implementations return is kept by sheet's variant."""
        name = f"{task.id} {sorted(task.reference.keywords.items())}"
        if name not in self.known:
            self.known[name] = judgement.known(task, self._cases(self.keys[task.id]))
        return self.known[name]

    @functools.cache  # noqa: B019 - a grader lives as long as its process
    def _cases(self, key: str) -> list[Any]:
        return list(self.exam.family(key).cases(np.random.default_rng(self.exam.seed(key))))

    @functools.cache  # noqa: B019
    def _usual(self, key: str) -> list[np.ndarray]:
        return values(self.exam.family(key), self.exam.family(key).usual, self._cases(key))

    @functools.cache  # noqa: B019
    def _variants(self, key: str) -> list[list[np.ndarray]]:
        family = self.exam.family(key)
        return [values(family, variant, self._cases(key)) for variant in family.variants]


@functools.cache
def _source(key: str) -> Counter[str]:
    """The statements of a published family; a teacher's own is not public."""
    return alike.statements(inspect.getsource(FAMILIES[key].solve)) if key in FAMILIES else Counter()
