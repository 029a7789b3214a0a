"""Families of exam tasks: one task in many variants, whose conventions differ and are all sensible.

A variant is a choice for each switch. Its text, reference, cases and mistakes are made from the choice. All variants
of a family turn the same number of switches away from the lessons' own conventions, so that they are equally hard,
and the published solution of a lesson is none of them.
"""
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classroom.ask.case import Case
from classroom.judge.exercise import Exercise, Misconception
from course._words import later, say

__all__ = ["Family", "Mistake", "Switch", "Variant"]

Variant = Mapping[str, str]        # option by switch


@dataclass(frozen=True)
class Switch:
    """A convention that can be one way or another.

    Sentences here, in mistakes and in families are English; sheets and verdicts say them in the reader's language.

    Args:
        name: the keyword of the family's `solve`.
        options: for each option the sentence that a sheet says; the first is the one of the lessons.
    """

    name: str
    options: Mapping[str, str]

    @property
    def usual(self) -> str:
        return next(iter(self.options))


@dataclass(frozen=True)
class Mistake:
    """A slip that is one under every convention: further keywords of `solve`, and what a verdict says of them."""

    slug: str
    how: Mapping[str, Any]
    says: str


@dataclass(frozen=True)
class Family:
    """A task with switches.

    Args:
        key: what it is called on the command line and in notebooks.
        title: of the task, for the sheet.
        lesson: where it is taught; its published solution follows the usual options.
        name: of the function that is asked for; `call` is its first line without `def`.
        text: what is asked, before the conventions.
        takes, gives: as in `Exercise`. `ordered`, if given, makes `gives` of a variant.
        switches: the conventions.
        turned: how many of them differ from the usual in each variant.
        solve: computes the answer: the arguments of the function, and the switches by keyword.
        cases: given a NumPy generator, the cases that every variant of the family is asked.
        mistakes: slips besides taking another option.
        sensible: whether a variant is one; without those whose switches have no part in the answer, say.
    """

    key: str
    title: str
    lesson: int
    name: str
    call: str
    text: str
    takes: dict[str, str]
    gives: dict[str, str]
    switches: Sequence[Switch]
    turned: int
    solve: Callable[..., Any]
    cases: Callable[[Any], Iterable[Case]]
    mistakes: Sequence[Mistake] = ()
    ordered: Callable[[dict[str, str], Variant], dict[str, str]] | None = None
    sensible: Callable[[Variant], bool] = bool
    minutes: int = 20
    points: int = 4

    @property
    def usual(self) -> dict[str, str]:
        """What the lessons do."""
        return {switch.name: switch.usual for switch in self.switches}

    @functools.cached_property
    def variants(self) -> list[dict[str, str]]:
        """All of them, in an order that never changes."""
        found = []
        for chosen in itertools.product(*(switch.options for switch in self.switches)):
            variant = {switch.name: option for switch, option in zip(self.switches, chosen, strict=True)}
            if self.number_turned(variant) == self.turned and self.sensible(variant):
                found.append(variant)
        return found

    def number_turned(self, variant: Variant) -> int:
        """How many switches of it are not as in the lessons."""
        return sum(variant[switch.name] != switch.usual for switch in self.switches)

    def apart(self, variant: Variant, number: int) -> int:
        """In how many switches the variant of this number differs from another."""
        return sum(self.variants[number][name] != option for name, option in variant.items())

    def reference(self, variant: Variant) -> Callable:
        """The right answer to this variant."""
        return functools.partial(self.solve, **variant)

    def conventions(self, variant: Variant) -> list[str]:
        """The sentences of the sheet, one for each switch: it does not say which of them are turned."""
        return [say(switch.options[variant[switch.name]]) for switch in self.switches]

    def stub(self) -> str:
        """What the learner completes."""
        doc = say("{title}, by the conventions above.", title=say(self.title))
        return f'def {self.call}:\n    """{doc}"""\n    # YOUR CODE HERE\n    raise NotImplementedError'

    def exercise(self, variant: Variant, id: str = "") -> Exercise:
        """What the judge reads: reference and cases of this variant, and the mistakes that its switches make."""
        gives = self.gives if self.ordered is None else self.ordered(self.gives, variant)
        return Exercise(
            id=id or self.key, title=self.title, names=(self.name,), points=self.points,
            minutes=self.minutes, difficulty=2, hints=("", "", ""), reference=self.reference(variant),
            misconceptions=[*self._other_options(variant), *self._slips(variant)], takes=self.takes, gives=gives,
            cases=self.cases)

    def _other_options(self, variant: Variant) -> Iterable[Misconception]:
        """For every other option of a switch: right but for this one."""
        for switch in self.switches:
            for option in switch.options:
                if option != variant[switch.name]:
                    yield Misconception(
                        slug=f"switch-{switch.name}-{option}",
                        wrong=functools.partial(self.solve, **{**variant, switch.name: option}),
                        says=later("Your `{name}` follows another convention in one place: {convention}",
                                   name=self.name, convention=switch.options[option]),
                        why=later("Your sheet says: {convention}", convention=switch.options[variant[switch.name]]),
                        look=later("Read this line of the sheet again."))

    def _slips(self, variant: Variant) -> Iterable[Misconception]:
        for mistake in self.mistakes:
            yield Misconception(
                slug=mistake.slug, wrong=functools.partial(self.solve, **variant, **mistake.how), says=mistake.says,
                why=later("No convention of your sheet asks for that."),
                look=later("Go through your function line by line."))
