"""Numbers of a case, put so that a learner can read them."""
import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classroom.ask import compare
from classroom.ask.case import Case
from classroom.ask.outcome import Outcome, agree, axis_names, sizes, tolerance, wrong_outputs
from course._words import ENGLISH, language, later, say

from .exercise import Exercise

# What one step along an axis is called.
NOUNS = {"B": "sentence", "T": "position", "T_q": "query", "T_k": "key", "n_heads": "head", "d_model": "dimension",
          "d_head": "dimension", "d_k": "dimension", "d_v": "dimension", "place": "place"}
_SHOWN = 8           # entries of a row


@dataclass(frozen=True)
class Sight:
    """What the answer returned in one case, beside what it should have."""

    task: Exercise
    got: Outcome
    want: Outcome

    @property
    def inputs(self) -> dict[str, Any]:
        return self.got.case.inputs

    @property
    def sizes(self) -> dict[str, int]:
        return sizes(self.task, self.got)

    def labels(self, name: str) -> list[str]:
        """Names of the axes of an output, as the exercise has them."""
        return axis_names(self.task.gives.get(name, ""), self.want.values[name].ndim)

    def nouns(self, name: str) -> list[str]:
        """The same, for `NOUNS`: where positions are given, what is first in a tensor need not be position 0."""
        return ["place" if label == "T" and "positions" in self.task.takes else label for label in self.axes(name)]

    def axes(self, name: str) -> list[str]:
        """Names of the axes of an output, as a learner reads them."""
        return [axis_name(label) for label in self.labels(name)]


def smallest(
    task: Exercise, got: list[Outcome], want: list[Outcome], among: Sequence[Case] | None = None
) -> Sight | None:
    """The first case, they begin small, in which the answer returned something else than it should."""
    pairs = [(g, w) for g, w in zip(got, want, strict=True)
             if g.returned and (among is None or g.case in among) and wrong_outputs(g, w)]
    if not pairs:
        return None
    return Sight(task, *pairs[0])


def place(sight: Sight) -> str:
    """"On q (2, 4) and k (3, 4) (whole numbers)": the case, with its sizes."""
    if sight.task.place is not None:
        return say("On {place} ({about})", place=sight.task.place(sight.inputs), about=say(sight.got.case.about))
    arrays = [f"`{name}` {shape(value)}" for name, value in sight.inputs.items()
              if isinstance(value, np.ndarray) and name in sight.task.takes]
    plain = [f"`{name} = {value}`" for name, value in sight.inputs.items()
             if isinstance(value, (int, np.integer)) and name in sight.task.takes]
    return say("On {place} ({about})", place=listing(arrays + plain), about=say(sight.got.case.about))


def first_difference(sight: Sight, where: Callable[[np.ndarray], np.ndarray] | None = None) -> str:
    """The row of an output that holds the first differing number, or the first `where` says; and the expected one."""
    if sight.task.shows is not None:
        return sight.task.shows(sight)
    name = telling_output(sight)
    got, want = sight.got.values[name], sight.want.values[name]
    if got.shape != want.shape:
        return say("{place} your {have} the shape {got}; {want} is expected.", place=place(sight), have=have(name),
                   got=shape(got), want=shape(want))
    off = compare.differs(got, want, tolerance(sight.got, sight.want)) | (got != want) & (want == 0)
    off = off & where(got) if where is not None and (off & where(got)).any() else off
    row = tuple(int(i) for i in np.argwhere(off)[0][:-1])
    allowed = _mask_row(sight, name, row)
    return (say("{place}, {entry}:\n\n{rows}", place=place(sight), entry=entry(name, row, sight.nouns(name)),
                rows=two_rows(got[row], want[row]))
            + (say("\n    mask      {allowed}", allowed=allowed) if allowed else ""))


def telling_output(sight: Sight) -> str:
    """The wrong output to show: the shares, if they are wrong, since the others are made from them."""
    wrong = wrong_outputs(sight.got, sight.want)
    return next((name for name in wrong if name in sight.task.shares), wrong[0])


def _mask_row(sight: Sight, name: str, index: tuple[int, ...]) -> str:
    """Which entries of a row of shares the mask allows: "True True False"."""
    mask, shape = sight.inputs.get("mask"), sight.want.values[name].shape
    if not isinstance(mask, np.ndarray) or name not in sight.task.shares:
        return ""
    if mask.ndim == len(shape) - 1:
        mask = np.expand_dims(mask, -3)              # the same for all heads
    try:
        line = np.broadcast_to(mask, shape)[index]
    except ValueError:
        return ""
    return f"{' '.join(str(bool(x)) for x in line[:_SHOWN])}{' …' * (line.size > _SHOWN)}"


def axis_name(label: str) -> str:
    """The name of an axis, as a learner reads it: "T_q", "axis 0"."""
    return say("axis {i}", i=label.removeprefix("axis ")) if label.startswith("axis ") else label


def axis_word(label: str) -> str:
    """The same within a sentence, where a name may be a word of English: "T_q", "`out`"."""
    return f"`{label}`" if re.fullmatch("[a-z]{2,}", label) else axis_name(label)


def the_axis(label: str) -> str:
    """"axis 0", "the axis `out`"."""
    return axis_name(label) if label.startswith("axis ") else say("the axis {axis}", axis=axis_word(label))


def lines_of(where: str) -> str:
    """The line that raised an error, and below it the one that called its function, as preformatted text."""
    return "\n".join(f"    {line_of(line).replace('`', '')}" for line in where.split("\n"))


def line_of(where: str) -> str:
    """The line that raised an error: "line 3 of `attention`: `return q @ k`"."""
    where = where.partition("\n")[0]
    found = re.fullmatch(r"line (\d+) of `([^`]*)`(?:: (.*))?", where, re.DOTALL)
    if found is None:
        return where
    line = say("line {n} of `{function}`", n=found[1], function=found[2])
    return say("{line}: {code}", line=line, code=found[3]) if found[3] else line


def entry(name: str, index: tuple[int, ...], axes: list[str]) -> str:
    """"`weights[0, 1]` (head 0, query 1)"."""
    if not index:
        return f"`{name}`"
    known = [say("{noun} {i}", noun=say(NOUNS[axis]), i=i)
             for axis, i in zip(axes, index, strict=False) if axis in NOUNS]
    code = f"`{name}[{', '.join(map(str, index))}]`"
    return say("{code} ({places})", code=code, places=commas(known)) if known else code


def two_rows(got: np.ndarray, want: np.ndarray) -> str:
    """Two rows under each other, as preformatted text."""
    a, b = np.atleast_1d(got), np.atleast_1d(want)
    start = 0
    if a.size > _SHOWN:                    # keep the first difference in sight
        start = max(int(np.argmax(compare.differs(a, b))) - 2, 0)
    for digits in (3, 6, 9, 12):           # as many as it takes to see a difference
        yours, expected = row(a, start, b, digits), row(b, start, a, digits)
        if yours.replace(".000", "") != expected.replace(".000", ""):
            break
    if np.ndim(got) == np.ndim(want) == 0:               # one number is no list
        yours, expected = yours.strip("[]"), expected.strip("[]")
    return say("    yours     {yours}\n    expected  {expected}", yours=yours, expected=expected)


def row(values: np.ndarray, start: int = 0, beside: np.ndarray | None = None, digits: int = 3) -> str:
    """[0.057 0.094 0.694 0.155], columns aligned with those of `beside`."""
    values = np.atleast_1d(values)
    part = [number(x, digits) for x in values[start:start + _SHOWN]]
    if beside is not None and beside.shape == values.shape:
        other = [number(x, digits) for x in np.atleast_1d(beside)[start:start + _SHOWN]]
        part = [a.rjust(max(len(a), len(b))) for a, b in zip(part, other, strict=True)]
    before, after = "… " * (start > 0), " …" * (start + _SHOWN < values.size)
    return f"[{before}{' '.join(part)}{after}]"


def number(value: Any, digits: int = 3) -> str:
    """Three decimals, or none for a whole number."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    value = float(value)
    if not np.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:.{digits}f}"
    return f"{value:.{digits - 1}e}"


def shape(value: Any) -> str:
    """"(2, 4)": the shape of an array or a tensor, as a tuple is written."""
    return str(tuple(int(n) for n in value.shape))


def plural(name: str) -> bool:
    """Whether an output's name is one: "weights", and not "loss"."""
    return name.endswith("s") and not name.endswith("ss")


def verb(name: str, word: str) -> str:
    """"weights hold", "output holds"."""
    return word if plural(name) else f"{word}s"


def worded(name: str) -> str:
    """An output within an English sentence: "weights", and "`w`" where the name is no word."""
    return f"`{name}`" if language() == ENGLISH and (len(name) == 1 or "_" in name) else name


def have(name: str) -> str:
    """"weights have", "output has"."""
    return say("{name} have", name=worded(name)) if plural(name) else say("{name} has", name=worded(name))


def be(names: str | list[str]) -> str:
    """"weights are", "output is", "output and weights are"."""
    names = [names] if isinstance(names, str) else names
    listed = listing([say("{name}", name=worded(name)) for name in names])
    return say("{names} are", names=listed) if len(names) > 1 or plural(names[0]) else say("{names} is", names=listed)


def listing(words: list[str], last: str = "and") -> str:
    """"a, b and c"; with `last="or"`, "a, b or c"."""
    words = list(words)
    if len(words) < 2:
        return words[0] if words else ""
    first = commas(words[:-1])
    return say("{first} or {last}", first=first, last=words[-1]) if last == "or" else \
        say("{first} and {last}", first=first, last=words[-1])


def clauses(parts: Sequence[str]) -> str:
    """As `listing`, where each part has a verb: "a is 1, b is 2 and c is 3"."""
    *begin, last = parts
    first = functools.reduce(lambda clause, part: say("{clause}, {next}", clause=clause, next=part), begin or [""])
    return say("{clause} and {next}", clause=first, next=last) if begin else last


def commas(words: Sequence[str]) -> str:
    """"a, b, c"."""
    return functools.reduce(lambda first, word: say("{first}, {next}", first=first, next=word), words or [""])


def series(names: Sequence[str]) -> str:
    """"a, b, c"; or "a, with b; c" where a name has a comma of its own."""
    if not any(comma in name for name in names for comma in ",，"):
        return commas(names)
    return functools.reduce(lambda first, name: say("{first}; {next}", first=first, next=name), names)


def joined(*sentences: str) -> str:
    """Sentences of an exercise one after the other."""
    return functools.reduce(lambda first, second: say("{first} {second}", first=first, second=second),
                            [say(sentence) for sentence in sentences if sentence] or [""])


def an(text: str, *facts: str) -> str:
    """A sentence with "an" for the "a" before those of its facts that begin with a vowel, if it is English."""
    for fact in facts if language() == ENGLISH else ():
        if re.match("[AEIOaeio]|nd", fact):
            text = re.sub(rf"(?<![`\w])([Aa]) (?={re.escape(fact)})", r"\1n ", text)
    return text


def capital(text: str) -> str:
    """The first letter large: "Axis 0 is 3"."""
    return text[:1].upper() + text[1:]


def sums(name: str) -> Callable[[Sight], str]:
    """Evidence: what a row of an output sums to, where it should sum to 1, or to 0 if it may attend to nothing."""
    def shows(sight: Sight) -> str:
        got = sight.got.values[name]
        if got.shape != sight.want.values[name].shape:
            return first_difference(sight)
        total, right = got.sum(-1), sight.want.values[name].sum(-1)
        off = np.nan_to_num(np.abs(total - right), nan=np.inf)
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), total.shape))
        should = say("a row of shares sums to 1") if abs(right[index] - 1) < 0.1 else \
            say("it should sum to {right}, as there is nothing to share out among", right=number(right[index]))
        return say("{place}, {name} is\n\n    {got}\n\nand sums to {total}; {should}.", place=place(sight),
                   name=entry(name, index, sight.nouns(name)), got=row(got[index]), total=number(total[index]),
                   should=should)
    return shows


def what_ran(got: list[Outcome], want: list[Outcome]) -> str:
    """Of an answer that stops in some cases: how many others ran, and what of them came out right; or ""."""
    ran = [(g, w) for g, w in zip(got, want, strict=True) if g.returned]
    if not ran:
        return ""
    said = say("The other {worked} cases ran. ", worked=len(ran)) if len(ran) == len(got) - 1 else \
        say("{worked} of the {got} cases ran. ", worked=len(ran), got=len(got))
    right = sum(agree(g, w) for g, w in ran)
    if right:
        return said + (say("Of what ran, {right} came out right. ", right=right) if right < len(ran) else "")
    good = [name for name in ran[0][1].values if not any(name in wrong_outputs(g, w) for g, w in ran)]
    bad = [name for name in ran[0][1].values if name not in good]
    return said + (say("Of what ran, your {be} right; your {be2} not. ", be=be(good), be2=be(bad)) if good else
                   say("Of what ran, nothing came out right. "))


def which_cases(task: Exercise, got: list[Outcome], want: list[Outcome]) -> str:
    """What the right cases have in common that the wrong ones have not, or which they are; and which raised something.
    """
    right = [g for g, w in zip(got, want, strict=True) if agree(g, w)]
    wrong = [g for g, w in zip(got, want, strict=True) if not agree(g, w)]
    if not right or not wrong:
        return ""
    common: list[tuple[str, Callable]] = [
        (later("without a mask"), lambda c: c.inputs.get("mask") is None),
        (later("with numbers that are not whole"), lambda c: _kinds(c) == {"f"}),
        (later("in float64"), lambda c: "float32" not in {
            str(x.dtype) for x in c.inputs.values() if hasattr(x, "dtype")}),
    ]
    for text, holds in common:
        if all(holds(g.case) for g in right) and not any(holds(g.case) for g in wrong):
            return say("It is right in every case {text_}, and wrong in the others.", text_=say(text))
    stopped = [say(g.case.about) for g in wrong if g.error]
    few = len(wrong) <= len(right)
    names = [say(g.case.about) for g in (wrong if few else right) if not g.error or not few]
    told = say("The cases that {which}, {names} of {got}: {names2}.", which=say("differ") if few else say("are right"),
               names=len(names), got=len(got), names2=series(names))
    return told if not stopped else joined(told, say(
        "Your code raises an error in {n} of the {got} cases: {names}.", n=len(stopped), got=len(got),
        names=series(stopped)))


def _kinds(case: Case) -> set[str]:
    return {x.dtype.kind for x in case.inputs.values() if isinstance(x, np.ndarray)} - {"b"}
