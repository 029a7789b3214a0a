"""In the checker: an answer that lives in a child. The checks ask it as they ask any other answer."""
import builtins
import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from classroom.ask import limits
from classroom.ask.case import Case
from classroom.ask.outcome import KnownOutcomes, Outcome, ask, bare
from classroom.judge import words
from classroom.judge.exercise import TestTask
from classroom.judge.testing import Trial

from .channel import Channel, Gone, Interfered
from .confine import wire
from .record import OTHER
from .trials import STOPPED, Tried

__all__ = ["LACKING", "Remote", "errors_of", "kind_of", "raised"]

_EXTRA = 2.0               # seconds beyond an exercise's own limit before the child is killed
_SUITS = 64                # kinds of cases that are kept, for modules with and without biases
_CALLS = 5000               # of one implementation by a learner's test
MOST_VALUES = 4 << 20          # bytes of all that an answer returns for one case: more than any case has
LACKING = ("NameError", "AttributeError", "KeyError", "NotImplementedError")   # raised where a definition was left out
_FACT = 200                # characters of one thing that was seen
_KINDS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)} \
    | {"AxisError", "LinAlgError", "OutOfMemoryError"}


class Remote:
    """An answer in a child, after it has been loaded: see `classroom.ask.outcome.Elsewhere`."""

    lives_elsewhere = True

    def __init__(self, channel: Channel, task: Any, known: KnownOutcomes | None = None, seed: int = 0):
        self.channel, self.task, self.known, self.seed = channel, task, known, seed
        self.printed = ""
        self.out_of_memory = self.lacks = False
        self.stopped: limits.Raised | None = None            # what was raised first
        self.cells: list[limits.Raised] = []                 # what the statements before it raised
        self.asked = 0
        self.trials: dict[int, Trial] = {}
        self.own = limits.Clock(2 * task.seconds)            # for what our own implementations compute in a test
        self.__name__ = ""

    def __call__(self):                            # it is a function, elsewhere
        raise TypeError("this answer is in another process")

    def request(self, header: dict, arrays: Sequence[np.ndarray] = ()) -> tuple[dict, list]:
        """Ask the child. Raises Gone, Interfered, and limits.Problem where the child reports one."""
        reply, found = self.channel.ask(header, list(arrays))
        return self._opened(reply), found

    def _opened(self, reply: dict) -> dict:
        self.printed = wire.text(reply.get("printed"))
        if "tripped" in reply:
            kind, text = _texts(reply["tripped"], 2)
            raise limits.Problem("unreadable", kind=kind, text=text)
        if reply.get("problem") is not None and "values" not in reply:
            raise _problem(reply["problem"])
        return reply

    def _raised(self, given: Any) -> limits.Raised | None:
        error = raised(given)
        if error is not None and ("MemoryError" in error.kind or "allocate memory" in error.text
                                  or "Unable to allocate" in error.text):
            self.out_of_memory = True
        if error is not None:
            self.lacks, self.stopped = self.lacks or error.kind in LACKING, self.stopped or error
        return error

    # ------------------------------------------------------------------ what the checks ask of it

    def ask(self, task: Any, case: Case) -> Outcome:
        outcome = Outcome(case, shares=task.shares)
        try:
            reply, arrays = self.request(*self._with(case, "ask"))
        except limits.Problem as problem:
            outcome.problem = problem
            return outcome
        self.asked += 1
        outcome.error = self._raised(reply.get("error"))
        if reply.get("problem") is not None:
            outcome.problem = _problem(reply["problem"])
        elif outcome.error is None:
            for name, (value, dtype) in self._values(reply, arrays, 3).items():
                if not isinstance(value, (np.ndarray, np.generic)):
                    raise Interfered("a value that is no array")
                value = np.asarray(value)
                low = dtype in ("float16", "bfloat16") or str(dtype).startswith("float8")
                if dtype != str(value.dtype) and not (low and value.dtype == np.float32):
                    raise Interfered("a dtype that is not the array's")
                outcome.values[name], outcome.dtypes[name] = value, dtype
            expected = ask(task, task.reference, self._first(), bare).values.keys()
            if outcome.values.keys() != expected:
                raise Interfered("values of other names")
        changed = reply.get("changed")
        outcome.changed = [name for name in case.inputs if name in changed] if isinstance(changed, list) else []
        return outcome

    def suit(self, task: Any, case: Case) -> Callable[[Case], Case]:
        """How cases are changed to suit the answer: as the probe's own."""
        try:
            reply, _ = self.request(*self._with(case, "names"))
        except limits.Problem:
            return lambda case: case
        names = reply.get("names")
        if not isinstance(names, list):
            return lambda case: case
        make = task.probe.suit({name for name in names if isinstance(name, str)})

        def suit(case: Case) -> Case:
            made = make(case)
            return made if made is case else self._same(case, made)
        return suit

    def pull(self, task: Any, case: Case) -> tuple[dict | None, limits.Raised | None]:
        """Gradients, or what was raised on the way."""
        try:
            reply, arrays = self.request(*self._with(case, "pull"))
        except limits.Problem as problem:
            return None, limits.Raised("Problem", limits.shorten(words.say(problem)), "", "", False)
        error = self._raised(reply.get("error"))
        if error is not None:
            return None, error
        found = {name: value for name, (value,) in self._values(reply, arrays, 2).items()}
        if any(value is not None and not isinstance(value, np.ndarray) for value in found.values()):
            raise Interfered("a gradient that is no array")
        return _Lenient(found), None

    def stays_on_device(self, task: Any, case: Case) -> tuple[bool, limits.Raised | None]:
        try:
            reply, _ = self.request(*self._with(case, "device"))
        except limits.Problem:
            return False, limits.Raised("Problem", "", "", "", False)
        return reply.get("stays") is True, self._raised(reply.get("error"))

    def choose(self) -> tuple[Any, limits.Raised | None]:
        """The chosen option: text, a number, or a tuple or set of them; None where there is none."""
        reply, arrays = self.request({"op": "choose"})
        if "type" in reply:
            raise limits.Problem("wrong-type:choice", kind=wire.text(reply["type"], 60))
        try:
            return wire.decode(reply.get("value"), arrays), self._raised(reply.get("error"))
        except wire.WireError as error:
            raise Interfered(str(error)) from None

    # ------------------------------------------------------------------------------ tests to write

    def trial(self, task: TestTask, implementation: Callable) -> Trial:
        """Put the learner's test to an implementation that stays here.

        All of them are tried at once, in an order that the learner cannot know: a test that counts its calls, and
        accepts the first few, is no test. One that does not end rejects nothing, and no more are tried.
        """
        if not self.trials:
            every = [*task.right.values(), *(bug.wrong for bug in task.buggy)]
            random.Random(f"{self.seed} {task.id}").shuffle(every)
            for one in every:
                self.trials[id(one)] = trial = self._try(task, one)
                if trial.error and trial.error.timed_out:
                    break
        late = next((trial for trial in self.trials.values() if trial.error and trial.error.timed_out), None)
        return late or self.trials[id(implementation)]

    def _try(self, task: TestTask, implementation: Callable) -> Trial:
        tried = Tried(task, copy.deepcopy(implementation), self.seed, self.own)
        reply, arrays = self.channel.ask({"op": "trial"}, [])
        for _ in range(_CALLS):
            if reply.get("op") not in ("call", "back"):
                break
            answer, sent = tried.serve(reply, arrays)
            self.channel.send(answer, sent)
            reply, arrays = self.channel.receive()
        else:
            raise Gone("timeout", f"your test calls the function more than {_CALLS} times")
        reply = self._opened(reply)
        error = self._raised(reply.get("error"))
        if error is not None and error.timed_out:
            return Trial(False, error, tried.calls, tried.inputs)
        if error is not None and tried.raised is not None and error.text == STOPPED:
            error = replace(error, kind=tried.raised.kind, text=tried.raised.text)      # the page may say which
            return Trial(True, error, tried.calls, tried.inputs, stopped=tried.stopped)
        return Trial(error is not None or reply.get("said_no") is True, error, tried.calls,
                     tried.inputs)

    # ---------------------------------------------------------------------------------------------

    def _with(self, case: Case, op: str) -> tuple[dict, list]:
        arrays: list = []
        inputs = wire.encode(case.inputs, arrays)
        fresh = self.known is not None and self.asked == len(self.known.own)
        if fresh:
            self.channel.allow(self.task.seconds + _EXTRA)
            self.asked += 1
        return {"op": op, "about": case.about, "inputs": inputs, "fresh": fresh}, arrays

    def _first(self) -> Case:
        return self._known().own[0]

    def _known(self) -> KnownOutcomes:
        """Of an exercise with cases: those that have none are not asked what needs it."""
        assert self.known is not None
        return self.known

    def _same(self, case: Case, made: Case) -> Case:
        """The same changed case for every answer that needs the same change, so that it is computed once."""
        key = id(case), tuple(sorted(made.inputs.get("weights", {})))
        known = self._known()
        if key not in known.suits:
            if len(known.suits) > _SUITS * len(known.own):
                return made
            known.suits[key] = known.cases[id(made)] = made
        return known.suits[key]

    def _values(self, reply: dict, arrays: list, length: int) -> dict[str, tuple]:
        values = reply.get("values")
        if not isinstance(values, list) or len(values) > 200:
            raise Interfered("a reply without values")
        found = {}
        for entry in values:
            if not isinstance(entry, list) or len(entry) != length or not isinstance(entry[0], str):
                raise Interfered("a value without a name")
            try:
                value = wire.decode(entry[1], arrays)
            except wire.WireError as error:
                raise Interfered(str(error)) from None
            if length == 3 and not isinstance(entry[2], str):
                raise Interfered("a value without a dtype")
            found[entry[0]] = (value, *entry[2:])
        if sum(value.nbytes for value, *_ in found.values() if isinstance(value, np.ndarray)) > MOST_VALUES:
            raise limits.Problem("unreadable:values", text=f"it holds more than {MOST_VALUES >> 20} MB")
        return found


class _Lenient(dict):
    """Gradients by name; one that was not sent did not arrive."""

    def __missing__(self, name: str) -> None:
        return None


def raised(given: Any) -> limits.Raised | None:
    """What the child says was raised, believed as far as it has the right form."""
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != 6:
        raise Interfered("an exception without its parts")
    kind, text, where, function = _texts(given[:4], 4)
    return limits.Raised(kind[:80], text[:300], where[:300], function[:80], given[4] is True, given[5] is True)


def kind_of(error: limits.Raised) -> str:
    """The exception's name if it is one of Python's, NumPy's or PyTorch's, else `OTHER`. All else that the child says
    of it was chosen by the learner's code."""
    return error.kind if error.kind in _KINDS else OTHER


def errors_of(given: Any) -> list[limits.Raised]:
    """Of the cells that stopped, as far as what the child says of them can be believed; no more than matter."""
    if not isinstance(given, list):
        raise Interfered("errors that are no list")
    return [error for entry in given[:100] if isinstance(entry, list) and (error := raised(entry[1:])) is not None]


def _problem(given: Any) -> limits.Problem:
    """A problem that the child reports: one that we have words for. What it says it saw is only quoted, and cut."""
    key, facts = given if isinstance(given, list) and len(given) == 2 else (None, None)
    if not isinstance(key, str) or not isinstance(facts, dict) or not words.known(key, facts):
        raise Interfered("a problem that there is not")
    return limits.Problem(key, **{name: wire.text(value, _FACT) for name, value in facts.items()})


def _texts(given: Any, n: int) -> list[str]:
    if not isinstance(given, list) or len(given) != n:
        raise Interfered("a message without its parts")
    return [wire.text(part) for part in given]
