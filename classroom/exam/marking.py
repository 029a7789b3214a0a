"""Marking sheets: each against its own, in a confined child as ever, and whose question an answer answers."""
import functools
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classroom.ask.outcome import KnownOutcomes, ask, bare
from classroom.grade import absent
from classroom.grade.channel import Gone, Interfered
from classroom.grade.grader import Grader
from classroom.grade.read import apart
from classroom.grade.read.notebooks import NoFile, content_of
from classroom.grade.read.submissions import Submission
from classroom.grade.record import Record
from classroom.judge import judgement
from classroom.judge.verdict import Verdict

from .families import FAMILIES
from .sheet import LESSON, Exam, Sheet, equal, task_id, values

__all__ = ["ExamGrader"]


class ExamGrader(Grader):
    """Grades the sheets of one exam.

    Args:
        exam: the teacher's folder.
        learners: everybody who has a sheet.
        others: as for `Grader`.

    A record has, for each task, `finding`: "own", "published" (the lessons' own conventions), "other" (an answer to
    another sheet, with the `sheets` that ask it), "one off" (right but for one convention), "mistake" or "". They are
    for the teacher: a learner is told what is wrong with the answer, and nobody else's name.
    """

    def __init__(self, exam: str, learners: list[str], isolation: Any = "none", seed: int | None = None,
                 seconds: float | None = None):
        super().__init__(None, isolation, seed, seconds)
        self.exam = Exam.read(Path(exam))
        self.sheets = {learner: self.exam.sheet(learner) for learner in learners}
        self.keys = {task_id(key): key for key in self.exam.tasks}
        self.found: dict[str, dict[str, Any]] = {}

    def _grade(self, submission: Submission, record: Record) -> None:
        if submission.unreadable:
            raise apart.Unreadable(submission.unreadable)
        record["sha256"] = hashlib.sha256(content_of(submission.path)).hexdigest()
        names = [(id, [FAMILIES[key].name]) for id, key in self.keys.items()]
        book = apart.notebook(submission.path, submission.name, LESSON, names)
        record["notes"] += book.notes
        if lacking := absent.not_installed(book):
            record["not_installed"] = lacking
        record["lesson"] = self.exam.name
        sheet = self.sheets.get(submission.learner)
        if sheet is None:
            raise NoFile("This learner has no sheet in this exam.")
        if not set(book.ids) & set(self.keys):
            raise NoFile("This is no sheet of this exam.")
        record["notes"] += self._about(sheet, book.sheet)
        record["max_points"] = sum(FAMILIES[key].points for key in self.exam.tasks)
        self.found = {}
        try:
            for id, key in self.keys.items():
                task = FAMILIES[key].exercise(sheet.variant(key), id)
                if self.seconds is not None:
                    task = replace(task, seconds=min(task.seconds, self.seconds))
                result = self._exercise(task, book, set(), record)
                result |= self.found.get(id, {"finding": "", "sheets": []})
                record["exercises"].append(result)
        finally:
            self._end()
        record["points"] = sum(result["points"] for result in record["exercises"])
        failed = [r["id"] for r in record["exercises"] if r["status"] == "grader error"]
        if failed:
            record |= {"status": "grader error", "message": f"Not all tasks could be graded: {', '.join(failed)}."}

    def _about(self, sheet: Sheet, seen: dict[str, str]) -> list[str]:
        """What the teacher should know of the sheet that was handed in."""
        def signed(one: Sheet) -> bool:
            return self.exam.signed(one, seen["signature"], seen["texts"])

        if signed(sheet):
            return []
        whose = next((other.learner for other in self.sheets.values() if signed(other)), None)
        if whose is not None:
            return [f"This is the sheet of {whose}. It was marked against the sheet of {sheet.learner}."]
        return ["The sheet's texts or its signature are not as they were handed out. It was marked against the sheet "
                f"of {sheet.learner} as it was made."]

    def _judge(self, task: Any, remote: Any) -> Verdict:
        verdict = super()._judge(task, remote)
        self.found[task.id] = self._finding(task, remote, verdict)
        if self.found[task.id]["finding"] == "one off":
            verdict = replace(verdict, points=verdict.max_points // 2)
        return verdict

    def _finding(self, task: Any, remote: Any, verdict: Verdict) -> dict[str, Any]:
        """Whose question the answer answers."""
        key = self.keys[task.id]
        if verdict.status == "correct":
            return {"finding": "own", "sheets": []}
        if verdict.status != "wrong":
            return {"finding": "", "sheets": []}
        got = self._asked(task, remote)
        if got is not None and equal(got, self._usual(key)):
            return {"finding": "published", "sheets": []}
        for number, known in enumerate(self._variants(key)):
            if got is not None and equal(got, known):
                whose = [sheet.learner for sheet in self.sheets.values() if sheet.variants[key] == number]
                if whose:
                    return {"finding": "other", "sheets": whose} | self._one_off(verdict)
                break
        return {"finding": "mistake" if verdict.mistakes else "", "sheets": []} | self._one_off(verdict)

    @staticmethod
    def _one_off(verdict: Verdict) -> dict[str, Any]:
        """Right but for one convention: that is worth half, whoever's sheet asks it as well."""
        one = len(verdict.mistakes) == 1 and verdict.mistakes[0].startswith("switch-")
        return {"finding": "one off"} if one else {}

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
        return list(FAMILIES[key].cases(np.random.default_rng(self.exam.seed(key))))

    @functools.cache  # noqa: B019
    def _usual(self, key: str) -> list[np.ndarray]:
        return values(FAMILIES[key], FAMILIES[key].usual, self._cases(key))

    @functools.cache  # noqa: B019
    def _variants(self, key: str) -> list[list[np.ndarray]]:
        return [values(FAMILIES[key], variant, self._cases(key)) for variant in FAMILIES[key].variants]
