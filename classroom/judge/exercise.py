"""What an exercise is: data, not a script. `docs/adding_an_exercise.md` shows the smallest one."""
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from classroom.ask.call import Function
from classroom.ask.case import Case

__all__ = ["Choice", "Exercise", "Misconception", "Property", "Task", "TestTask"]


@dataclass(frozen=True)
class Misconception:
    """A known mistake, recognised because the answer returns exactly what `wrong` returns.

    Give several mistakes as `functools.partial(f, ...)` of one function with switches, and the
    engine also recognises any two of them made at once.

    Args:
        slug: its name, in lower case with hyphens.
        wrong: an answer that makes the mistake.
        says: what has been established, beginning "Your ... is exactly ...".
        why: why it matters.
        look: where to look; never the solution.
        shows: given a `Sight`, the evidence in numbers; by default the first difference.
    """

    slug: str
    wrong: Callable
    says: str
    why: str
    look: str
    shows: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Property:
    """Something that must hold beyond the values of single cases.

    `broken(ask)` is called after all values were right. `ask(**inputs)` puts the answer to
    new inputs and returns an `Outcome` (`.values`, `.error`), `ask.pull(**inputs)` gradients.
    Return None if the property holds and otherwise what was seen, as a sentence. Where the
    contract does not ask for the property, `refuses` is False: a right answer without it is right, and hears of it.
    """

    slug: str
    broken: Callable[[Any], str | None]
    why: str
    look: str
    refuses: bool = True


@dataclass(frozen=True, kw_only=True)
class Task:
    """What every kind of exercise has."""

    id: str
    title: str
    names: Sequence[str]                 # the names the answer goes by in the notebook
    points: int
    minutes: int
    difficulty: Literal[1, 2, 3]
    hints: Sequence[str]                 # three rungs, the last nearly there
    reference: Any                       # the right answer, in plain source
    misconceptions: Sequence[Misconception] = ()
    moral: str = ""                      # one sentence for whoever has solved it
    solution_source: str = ""            # by default the source of `reference`
    library: Any = None                  # what `carry_on` falls back to; by default `reference`
    framework: Literal["numpy", "torch"] = "numpy"
    seconds: float = 8.0                 # time limit for all of the answer's own work

    def source(self) -> str:
        """The reference solution, as it is shown to a learner who asks for it."""
        if self.solution_source:
            return textwrap.dedent(self.solution_source).strip()
        return textwrap.dedent(inspect.getsource(self.reference)).strip()

    def fallback(self) -> Any:
        return self.reference if self.library is None else self.library


@dataclass(frozen=True, kw_only=True)
class Exercise(Task):
    """A function or a class to write.

    Args:
        takes: for each argument, in order, the names of its axes: `{"q": "T_q d_k"}`. A leading
            "..." stands for any number of axes, "" for a plain number.
        gives: the same for what is returned, in order.
        cases: given a NumPy generator, yields `Case`s, the small and readable ones first.
        probe: how an answer is put to a case; `Function()` calls it. See `probes`.
        properties: further things that must hold.
        shares: names of outputs whose last axis holds shares of 1.
        may_change: inputs that an answer may change in place.
        place: what follows "On " in messages, made of a case's inputs; by default names and shapes of arrays.
        shows: the evidence in messages, made of a `Sight`; by default the first row that differs. For exercises
            whose answers never see the arrays of a case.
        describes: given what was returned in all cases, as `Sight`s, a slug and sentences, or None. For
            answers that are told apart by what they do rather than by equal numbers; asked after the mistakes that
            explain everything, and before those that explain a part.
        stops: given `ask`, as in a `Property`, and the outcome of a case that raised, a slug and what follows on the
            error, or None. Asked where no known mistake is found.
        read_off: whether the outputs are what the check reads off what the answer returns, so that their names mean
            nothing to a learner.
        styles: right ways of writing it that come apart once a mistake is made: `functools.partial`s of the function
            whose switches the misconceptions set. Every mistake is looked for in every style, before two are.
    """

    takes: dict[str, str]
    gives: dict[str, str]
    cases: Callable[[Any], Iterable[Case]]
    probe: Callable[..., dict[str, Any]] = Function()
    properties: Sequence[Property] = ()
    shares: Sequence[str] = ()
    may_change: Sequence[str] = ()
    place: Callable[[dict[str, Any]], str] | None = None
    shows: Callable[[Any], str] | None = None
    describes: Callable[[Sequence[Any]], tuple[str, str] | None] | None = None
    stops: Callable[[Any, Any], tuple[str, str] | None] | None = None
    read_off: bool = False
    styles: Sequence[Callable] = ()


@dataclass(frozen=True, kw_only=True)
class Choice(Task):
    """A prediction or a question with a few possible answers.

    The answer is a string, a number, a list or a set of them, or a function without arguments
    that returns one. `reference` is the right one. A set is compared without order.

    Args:
        wrong: for every wrong option, its own explanation.
        options: all options in the order in which they are offered; by default right and wrong.
    """

    wrong: dict[Any, str]
    options: Sequence[Any] = ()

    def source(self) -> str:
        return self.solution_source or f"{self.names[0]} = {self.reference!r}"


@dataclass(frozen=True, kw_only=True)
class TestTask(Task):
    """A test to write: it must accept every right implementation and reject every buggy one.

    The answer is a function of one implementation. It rejects by raising (`assert`) or by
    returning False.

    Args:
        right: right implementations, by a description of how they are written.
        buggy: `Misconception`s whose `wrong` is the buggy implementation; `says` describes the bug.
        takes: names of the implementation's arguments, for the message.
        notices: given a bug that the test let pass and the inputs of its calls, by name, as NumPy arrays: what can be
            said of them, or "".
        suspects: given the inputs of the calls of a test that refused what is right: what can be said of them, or "".
            Needs `notices`, since inputs are kept for that.
    """

    __test__ = False                     # this is not a test for pytest to collect

    right: dict[str, Callable]
    buggy: Sequence[Misconception]
    takes: dict[str, str]
    notices: Callable[[Misconception, Sequence[Mapping[str, Any]]], str] | None = None
    suspects: Callable[[Sequence[Mapping[str, Any]]], str] | None = None


def combine(first: Misconception, second: Misconception) -> Callable | None:
    """Both mistakes at once, if they are switches of the same function, else None."""
    return both(first.wrong, second.wrong)


def both(a: Callable, b: Callable) -> Callable | None:
    """The switches of two `functools.partial`s of the same function together, else None."""
    if not (isinstance(a, functools.partial) and isinstance(b, functools.partial)):
        return None
    if a.func is not b.func or a.args or b.args or a.keywords.keys() & b.keywords.keys():
        return None
    return functools.partial(a.func, **a.keywords, **b.keywords)
