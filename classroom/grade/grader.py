"""The trusted checker: from a submission to a record of marks. No line of a learner's code runs in this process."""
import contextlib
import hashlib
import re
import secrets
import time
from dataclasses import replace
from typing import Any

import numpy as np

from classroom.ask import limits
from classroom.ask.outcome import KnownOutcomes, known_outcomes
from classroom.grade.read import apart
from classroom.grade.read.notebooks import Forbidden, NoFile, Unreadable, content_of
from classroom.grade.read.reading import Notebook, Part
from classroom.grade.read.submissions import Submission
from classroom.judge import choice, judgement, testing, words
from classroom.judge.evidence import an, line_of
from classroom.judge.exercise import Choice, Exercise, TestTask
from classroom.judge.prose import spaced
from classroom.judge.verdict import CheckError, Verdict, named, not_attempted, ruling
from course import _system
from course._words import listed, say

from . import absent, channel, lending
from .confine import wire
from .launch import IsolationError, Server, ServerError, need_fork
from .lessons import (
    before,
    described,
    lesson_name,
    lesson_number,
    majority,
    most_points,
    names,
    solutions,
    source,
    tasks,
)
from .own_time import TooLong, own_time
from .record import LEVELS, Level, Record, ResultStatus, new
from .remote import LACKING, Remote, errors_of, kind_of
from .told import GONE, chosen, halted

__all__ = ["Grader", "IsolationError"]

Ruled = tuple[ResultStatus, Verdict]
_LOADING = 8.0             # seconds for the statements that an answer depends on
_EXTRA = 2.0
_OWN = 60.0                # seconds that the checker may compute about one answer
_TRIES = 3                 # of an exercise, each with a new server, if the grader's own processes fail


class Grader:
    """Grades submissions one after the other; owns the fork server.

    Args:
        lesson: "04", "4" or "04_multi_head_attention"; None finds it in each notebook.
        isolation: the least that is accepted: "full", "partial" or "none".
        seed: of the random cases; None draws one. All submissions get the same cases, and each record holds the seed:
            `evaluate(id, answer, seed=seed)` repeats a verdict.
        seconds: at most this much computing time for each exercise; None leaves it at what the exercise says.

    Use it as a context manager. `level` is the isolation that was reached.
    """

    def __init__(self, lesson: str | int | None = None, isolation: Level = "none", seed: int | None = None,
                 seconds: float | None = None):
        if isolation not in LEVELS:
            raise ValueError(f"isolation is {isolation!r}; expected one of {', '.join(LEVELS)}")
        self.lesson = None if lesson is None else lesson_number(lesson)
        self.isolation = isolation
        self.seed = secrets.randbits(31) if seed is None else int(seed)
        self.seconds = seconds
        self.level: Level = "none"
        self.details: list[str] = []
        self.server: Server | None = None
        self.line: channel.Channel | None = None             # to the child at work
        self.known: dict[str, KnownOutcomes] = {}
        self.lacks = False                                   # the last answer stopped for want of a name or a method
        self.raised: str | None = None                       # the first error on the way to a verdict, by name

    def __enter__(self) -> "Grader":
        need_fork()
        import torch
        torch.set_num_threads(1)
        self.server = Server()
        try:
            line, hello = self.server.fork()
            line.close()
            self.server.end()
            self._confined(hello)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server."""
        if self.server is not None:
            self.server.close()
            self.server = None

    def grade(self, submission: Submission) -> Record:
        """One record, plain JSON. Never raises for what a submission is or does."""
        started = time.monotonic()
        lesson = None if self.lesson is None else lesson_name(self.lesson)
        record = new(submission, status="graded", seed=self.seed, lesson=lesson,
                     max_points=most_points(self.lesson), isolation=self.level, details=self.details)
        try:
            self._grade(submission, record)
        except NoFile as error:
            record |= {"status": "missing", "message": str(error)}
        except Unreadable as error:
            record |= {"status": "unreadable", "message": str(error)}
        except Forbidden as error:
            record |= {"status": "grader error", "message": str(error)}
        except Exception as error:  # ours, whatever the submission did to bring it about
            record |= {"status": "grader error", "message": f"{type(error).__name__}: {error}"[:500]}
        if record["status"] == "grader error":
            record["points"] = None
        record["seconds"] = round(time.monotonic() - started, 4)
        return record

    def _grade(self, submission: Submission, record: Record) -> None:
        if submission.unreadable:
            raise Unreadable(submission.unreadable)
        record["sha256"] = hashlib.sha256(content_of(submission.path)).hexdigest()
        book = apart.notebook(submission.path, submission.name, self.lesson, list(names().items()))
        record["notes"] += book.notes
        if lacking := absent.not_installed(book):
            record["not_installed"] = lacking
        if book.digest in solutions():
            raise NoFile(say("This is the course's own solution, cell by cell. Only your own work counts: hand in the "
                             "notebook that you wrote in."))
        known = {int(id.split(".")[0]) for id in book.ids if id in names()}
        lesson = self.lesson if self.lesson is not None else majority(book.ids)
        if self.lesson is not None and known and self.lesson not in known:
            raise NoFile(say("Wrong lesson: this is a notebook of lesson {found}; lesson {wanted} was to be handed in.",
                             found=listed(f"{n:02d}" for n in sorted(known)), wanted=f"{self.lesson:02d}"))
        if lesson is None:
            raise Unreadable(say("No exercise of the course was found in the notebook: it holds no "
                                 "`check(\"…\", …)` cell."))
        others = sorted({id for id in book.ids if int(id.split(".")[0]) != lesson})
        if others:
            record["notes"].append(f"The notebook also checks exercises of other lessons: {', '.join(others[:5])}.")
        record |= {"lesson": lesson_name(lesson), "max_points": most_points(lesson)}
        right: set[str] = set()
        try:
            for task in tasks(lesson):
                if self.seconds is not None:
                    task = replace(task, seconds=min(task.seconds, self.seconds))
                result = self._exercise(task, book, right, record)
                record["exercises"].append(result)
                if result["status"] == "correct":
                    right.add(task.id)
        finally:
            with contextlib.suppress(ServerError):
                self._end()
        record["points"] = sum(result["points"] for result in record["exercises"])
        failed = [r["id"] for r in record["exercises"] if r["status"] == "grader error"]
        if failed:
            record |= {"status": "grader error", "message": say(
                "Not all exercises could be graded: {ids}.", ids=listed(failed))}

    # -------------------------------------------------------------------------------- one exercise

    def _exercise(self, task: Any, book: Notebook, right: set[str], record: Record) -> dict[str, Any]:
        started, self.raised = time.monotonic(), None
        status: ResultStatus
        for tries in range(1, _TRIES + 1):
            try:
                if isinstance(task, Choice) and not book.parts[task.id].value:
                    self._end()                                # a child of its own: it is asked once, and no more
                used = self.line is not None and not isinstance(task, Choice)
                status, verdict, notes = self._attempt(task, book, right)
                if used and status not in ("correct", "not attempted", "missing"):
                    self._end()                                # what came before may have had its part in it
                    status, verdict, notes = self._attempt(task, book, right)
                if status == "error" and self.lacks and book.parts[task.id].wide:
                    self._end()                                # something that it needs was not seen to belong to it
                    wider = self._attempt(task, book, right, wide=True)
                    status, verdict, notes = wider if wider[0] in ("correct", "wrong") else (status, verdict, notes)
                break
            except ServerError as error:                       # once more, with a new server
                status, verdict, notes = "grader error", ruling(task, "error", str(error)), []
                self.line = None
                if tries < _TRIES:
                    with contextlib.suppress(ServerError):     # then the next try says so
                        self._renew()
            except Exception as error:                         # ours: this exercise alone cannot be graded
                status, notes = "grader error", []
                verdict = ruling(task, "error", f"{type(error).__name__}: {error}"[:500])
                with contextlib.suppress(ServerError):
                    self._end()
                break
        record["notes"] += notes[:5]
        return {"id": task.id, "title": task.title, "status": status, "points": verdict.points,
                "max_points": verdict.max_points, "message": verdict.message, "mistake": verdict.mistake,
                "mistakes": list(verdict.mistakes), "printed": verdict.printed, "raised": self.raised,
                "seconds": round(time.monotonic() - started, 4)}

    def _attempt(self, task: Any, book: Notebook, right: set[str],
                 wide: bool = False) -> tuple[ResultStatus, Verdict, list[str]]:
        part, self.lacks = book.parts[task.id], False
        if wide:
            part = replace(part, run=part.wide)
        if part.missing:
            return "missing", ruling(task, "not attempted", say("{what} Was its cell deleted or renamed?",
                                                                what=part.missing)), []
        if part.deep:
            return "error", halted(task, say("{what}. Write it in shorter steps.", what=part.deep), "too-deep"), []
        if part.faults:
            return "error", ruling(task, "error", part.faults[0], ("syntax-error",)), []
        if isinstance(task, Choice) and part.value is not None:          # written down as it is: nothing has to run
            verdict = chosen(task, wire.decode(part.value, []))
            return verdict.status, verdict, []
        if self.line is None:
            self.line, hello = self._running().fork()
            self._confined(hello)
        remote = Remote(self.line, task, self._known(task), self.seed)
        notes: list[str] = []
        try:
            status, verdict = self._ask(task, part, book, right, remote, notes)
        except channel.Gone as gone:
            said = say(GONE[gone.why].text, seconds=f"{task.seconds:g}")
            status, verdict = gone.why, ruling(task, "error", said, (gone.why,))
            how = self._end()
            if status == "killed":
                told = str(gone) if "folder" in str(gone) else _system.ending(how, waited=True)
                verdict.message = spaced(say("{message} What was seen: {seen}.", message=verdict.message, seen=told))
                if _system.out_of_time(how):
                    status = "timeout"
        except channel.Interfered as error:
            self._end()
            status, verdict = "error", halted(task, say(
                "What came back from your code cannot be read as an answer to what it was asked ({error}). No points "
                "can be given for it.", error=error), "interfered")
        if status in ("timeout", "memory"):
            self._end()
        self.lacks = remote.lacks and not isinstance(task, Choice)
        if self.raised is None and remote.stopped is not None:
            self.raised = kind_of(remote.stopped)
        verdict.printed = verdict.printed or remote.printed
        return status, absent.explain(book, remote.stopped, remote.cells, verdict), notes

    def _end(self) -> int | None:
        """End the child at work, and all that came from it; says how it ended."""
        if self.line is None:
            return None
        self.line.close()
        self.line = None
        return self._running().end()["status"]

    def _ask(self, task: Any, part: Part, book: Notebook, right: set[str], remote: Remote,
             notes: list[str]) -> Ruled:
        facts, stopped = self._load(task, part, book, right, remote, notes)
        if stopped is not None:
            return stopped
        if facts.get("stub") is True:
            if isinstance(task, Choice):
                return "not attempted", choice.judge(task, None)
            return "not attempted", not_attempted(task)
        remote.channel.allow(task.seconds + _EXTRA)
        if isinstance(task, Choice):
            verdict = self._choice(task, remote)
        elif facts.get("callable") is not True or facts.get("module") is True and hasattr(task, "probe") \
                and hasattr(task.probe, "prepare"):
            kind = wire.text(facts.get("type"), 60)
            told = say("A {kind} was found in place of {named}; the function or class itself is wanted.", kind=kind,
                       named=named(task))
            verdict = halted(task, an(told, kind), "not-a-function")
        else:
            remote.__name__ = wire.text(facts.get("name"), 80)
            verdict = self._judge(task, remote)
        status: ResultStatus = verdict.status
        if "time-limit" in verdict.mistakes:
            status = "timeout"
        elif status == "error" and remote.out_of_memory:
            status = "memory"
        return status, verdict

    def _judge(self, task: Any, remote: Remote) -> Verdict:
        """As `evaluate` does."""
        token = known_outcomes.set(remote.known)
        own = [] if remote.known is None else remote.known.own
        try:
            with limits.undisturbed(), own_time(_OWN):
                limits.seed_all()
                if isinstance(task, TestTask):
                    return testing.judge(task, remote)
                return judgement.judge_on(task, remote, own)
        except (channel.Gone, channel.Interfered, ServerError, CheckError):
            raise
        except limits.Problem as problem:
            return ruling(task, "wrong", words.say(problem), (problem.slug,))
        except TooLong:
            return halted(task, say("What your code returned could not be examined within {seconds:g} seconds.",
                                    seconds=_OWN), "too-long")
        except Exception as error:
            return halted(task, say("The check could not read what your code returned ({kind}: {error}).",
                                    kind=type(error).__name__, error=error), "unreadable")
        finally:
            known_outcomes.reset(token)

    def _choice(self, task: Choice, remote: Remote) -> Verdict:
        try:
            value, error = remote.choose()
        except limits.Problem as problem:
            return ruling(task, "error", words.say(problem), ("wrong-type",))
        if error is not None and not error.unwritten:
            return halted(task, say("Your code raised {kind}: {error}.", kind=error.kind, error=error.text),
                          *["time-limit"] * error.timed_out)
        return chosen(task, None if error is not None else value)

    def _load(self, task: Any, part: Part, book: Notebook, right: set[str], remote: Remote,
              notes: list[str]) -> tuple[dict[str, Any], Ruled | None]:
        """Have the child run what the answer depends on. Returns facts about the answer, or a final verdict."""
        chosen = [book.statements[n] for n in part.run]
        statements = [[file, line, code] for _, file, line, code in chosen]
        lesson, lend = int(task.id.split(".")[0]), dict[str, tuple[str, str]]()
        for carried in sorted(part.carries - {task.id} - right):
            if carried in names() and before(carried, task.id) and (given := lending.fallback(carried)):
                lend[carried] = given
                notes.append(f"Exercise {carried} is not solved; {task.id} was graded with the course's version of it.")
        text = "\n".join([code for *_, code in chosen] + [source for source, _ in lend.values()])
        modules = set(re.findall(r"\bcourse\.(\w+)", text)) | set(re.findall(r"from course import (\w+)", text))
        if hasattr(task, "probe"):
            modules |= set(re.findall(r"from course\.(\w+) import", source(type(task.probe))))
        request = {
            "op": "load", "task": described(task), "future": book.future, "seconds": self._loading(),
            "statements": [*statements, ["<answer>", 1, f"__answer__ = {part.answer}"]],
            "files": [book.files[number] for number in dict.fromkeys(number for number, *_ in chosen)],
            "lent": lending.lent(lesson, modules), "lend": lend}
        remote.channel.allow(self._loading() + _EXTRA)
        try:
            reply, _ = remote.request(request)
        except wire.WireError:
            return {}, ("error", halted(task, say("More code belongs to this answer than can be sent: the cells that "
                                                   "it depends on are too long."), "too-long"))
        facts = reply.get("facts")
        if not isinstance(facts, dict):
            facts = {}
        remote.cells = errors = errors_of(reply.get("errors"))
        if reply.get("found") is True:
            return facts, None
        remote.lacks = any(error.kind in LACKING for error in errors)
        remote.stopped = first = next((e for e in errors if e.timed_out), errors[0] if errors else None)
        if first is None:
            return facts, ("error", halted(task, say("{named} could not be found when the notebook ran.",
                                                     named=named(task))))
        if first.timed_out:
            return facts, ("timeout", halted(task, say(
                "The cells that your answer depends on had not finished after {seconds:g} seconds.",
                seconds=self._loading()), "time-limit"))
        if first.unwritten:
            return facts, ("not attempted", not_attempted(task))
        where = f" ({line_of(first.where)})" if first.where else ""
        memory_gone = "MemoryError" in first.kind or "allocate memory" in first.text
        return facts, ("memory" if memory_gone else "error",
                       halted(task, say("A cell that your answer depends on stopped with an error: {error}",
                                        error=f"{first.kind}: {first.text}{where}"), "cell-failed"))

    # ---------------------------------------------------------------------------------------------

    def _loading(self) -> float:
        return _LOADING if self.seconds is None else min(_LOADING, self.seconds)

    def _known(self, task: Any) -> KnownOutcomes | None:
        if not isinstance(task, Exercise):
            return None
        if task.id not in self.known:
            self.known[task.id] = judgement.known(task, list(task.cases(np.random.default_rng(self.seed))))
        return self.known[task.id]

    def _confined(self, hello: dict) -> None:
        self.level, self.details = hello["level"], hello["details"]
        if LEVELS.index(self.level) < LEVELS.index(self.isolation):
            raise IsolationError(say("Submissions would run with isolation {level} ({details}); {wanted} is required. "
                                     "Full isolation needs Linux 5.13 or newer with Landlock and seccomp, on x86-64 or "
                                     "arm64.", level=repr(self.level),
                                     details=listed(self.details), wanted=repr(self.isolation)))

    def _running(self) -> Server:
        if self.server is None:
            raise ServerError("The fork server is not running.")
        return self.server

    def _renew(self) -> None:
        self.line = None
        self.close()
        self.server = Server()
