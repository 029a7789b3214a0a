"""What an error says of the line of the learner's own code that raised it."""
import importlib.util
import re
import types

import numpy as np

from classroom.ask import limits
from classroom.ask.case import Case
from classroom.ask.outcome import Outcome
from course._words import say

from .evidence import listing
from .exercise import Exercise

__all__ = ["by_its_text", "its_own_raise", "left_without_a_value", "not_called", "not_found", "template_left",
           "unknown_name"]

_BY_TEXT = [      # a slug, a pattern, and what it means, with the pattern's groups; tried after all others
    ("caret-for-a-power",
     r"unsupported operand type\(s\) for \^=?:|bitwise_xor",
     "`^` compares the bits of whole numbers. A power is written with two stars: `x ** 2`."),
    ("argument-left-out",
     r"(\w+)\(\) missing \d+ required positional arguments?: (.+)",
     "`{0}` asks for {1} as well, and your call leaves it out."),
    ("another-number-of-arguments",      # of a method written in Python, whose class is named
     r"\b\w+\.(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:were|was) given",
     "By their places `{0}` takes {1} at most, `self` counted, and your call hands it {2}. What is each of them?"),
    ("another-number-of-arguments",
     r"(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:were|was) given",
     "By their places `{0}` takes {1} at most, and your call hands it {2}. What is each of them?"),
    ("argument-of-another-name",
     r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'",
     "`{0}` has no argument called `{1}`. Which arguments does it take, how many of them must be given, and is what "
     "you want of it a step of its own?"),
    ("argument-of-another-name",
     r"(\w+)\(\) got (?:an unexpected keyword argument|some positional-only arguments passed as keyword arguments:?) "
     r"'(\w+)'",
     "`{0}` has no argument called `{1}`. Read its first line, or give the argument by its place."),
    ("sizes-do-not-multiply",
     r"Provided sizes (\[.*?\]) don't multiply up to the size of dim (\d+) \((\d+)\)",
     "`unflatten` cuts axis {1}, which is {2} long: the sizes {0} must multiply to that. Which axis is it?"),
    ("layer-not-called",
     r"'(?:Linear|LayerNorm|Embedding|Dropout|Sequential)' object (?:has no attribute|is not subscriptable)|"
     r"for .*'(?:Linear|LayerNorm|Embedding|Dropout|Sequential)'",
     "A layer is used here as if it were its result. It has to be called with what goes through it, as a function is."),
    ("sets-are-no-numbers",
     r"unsupported operand type\(s\) for \+: '(?:set|int)' and '(?:set|tuple)'",
     "Sets, and what is in them, are not added up here: `len` says how many there are, `a & b` what is in both, `a | "
     "b` what is in either."),
    ("several-for-one",
     r"'tuple' object has no attribute|must be real number, not (?:tuple|torch\.Size)|for .*'tuple'|"
     r"must be Tensor, not (?:tuple|torch\.Size)",
     "Several things have come where one is expected: a tuple. A function that returns two things gives both unless "
     "each gets a name, and `shape` without an index holds all sizes."),
    ("array-for-a-number",
     r"only integer (?:tensors of a single element|scalar arrays)",
     "A size, a number of rounds or an index is one whole number, and a whole array has come. What is to be counted?"),
    ("called-like-a-function",
     r"'(?:numpy\.ndarray|Tensor|numpy\.float64|float|int|list|tuple)' object is not callable",
     "Round brackets behind a name call it as a function, and this is none. Square ones take something out; a product "
     "needs its `*`."),
    ("function-for-tensors",
     r"(\w+)\(\)[^:]*: argument '\w+' \(position \d+\) must be Tensor, not (int|float)",
     "PyTorch's `{0}` takes a tensor, and this is a plain number, of type {1}. If it is always one, Python's `math` "
     "has a function for it; if a tensor comes in other cases, make the number a tensor first."),
    ("mask-not-as-large-as-the-scores",
     r"shape of the mask .* does not match the shape of the indexed tensor|boolean index did not match",
     "A mask in square brackets is not spread: from its first axis on, it must be as long as what it picks from. "
     "`masked_fill` and `where` spread a mask and compare from the last axis on, so that one entry for each row needs "
     "an axis of length 1 at the end."),
    ("mask-not-boolean",
     r"the mask must be boolean",
     "The function that you call tells True and False from numbers. Which dtype does your mask have here?"),
    ("not-one-array",
     r"inhomogeneous shape|expected sequence of length",
     "Things of different shapes cannot be rows of one array. Several results are given back one after the other, with "
     "a comma between them."),
    ("place-of-another-size",
     r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
     "Something of the shape {0} is to be written into a place of the shape {1}. Which shape has the array that you "
     "fill, and which should it have?"),
    ("power-too-large",
     r"math range error|Numerical result out of range",
     "e to the power of a large number is more than a float can hold: `math.exp(710)` stops with this error. Which "
     "number can be subtracted from all scores of a row without changing its shares?"),
    ("number-for-a-list",
     r"'int' object is not iterable",
     "A loop goes through a list, and here a number has come. (`enumerate` gives a number along with each thing, and "
     "`range(n)` is what a loop over n rounds goes through.)"),
    ("calls-itself",
     r"maximum recursion depth exceeded",
     "The function calls itself without end. Is another function of the page meant?"),
    ("gone-from-numpy",
     r"'numpy\.ndarray' object has no attribute '(ptp)'",
     "NumPy 2 has taken the method `.{0}` away, which older texts still show. The function `np.{0}(x, axis=...)` has "
     "stayed."),
    ("no-such-attribute",
     r"'(?:numpy\.)?(ndarray|Tensor|\w+)' object has no attribute '(\w+)'",
     "A thing of the type {0} has nothing called `{1}`. Is it misspelt, or is it not what you think it is? Print it."),
]

_NOTHING = ("", "")
TEMPLATE = ("Your code runs into the line `raise NotImplementedError` that was there to begin with. It stands for what "
            "is still to be written: take it out, and give the result back with `return`.")


def by_its_text(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """What many errors mean wherever they come from."""
    for slug, pattern, says in _BY_TEXT:
        if (found := re.search(pattern, raised.text)) is not None:
            return slug, say(says).format(*map(_in_words, found.groups()))
    return _NOTHING


def _in_words(names: str | None) -> str | None:
    """Names as Python lists them, "'q' and 'k'": its "and" in the reader's language."""
    first, joint, last = (names or "").rpartition(" and ")
    return say("{first} and {last}", first=first, last=last) if joint else names


def its_own_raise(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """The learner's own `raise` or `assert` has stopped the code: with which numbers?"""
    found = re.search(r"(?:^|:\s*)(raise|assert)\b", line)
    if found is None or found[1] == "assert" and raised.kind != "AssertionError" or case is None:
        return _NOTHING
    if found[1] == "raise" and not re.search(rf"raise {raised.kind}\b", line):      # one that came from elsewhere
        return _NOTHING
    numbers = [f"{name} = {value}" for name, value in case.inputs.items()
               if name in task.takes and isinstance(value, (int, float, np.number))]
    where = say(" with {numbers}", numbers=listing(numbers)) if numbers else say(" in this case")
    if raised.function == "__init__" and len(numbers) > 1:
        return "stops-by-itself", say("Your own `raise` or `assert` in `__init__` stops it when the class is made with "
                                      "{numbers}, in this order. This is a case that should go through. What does the "
                                      "condition ask, when is that true, and in which order does the line with `def "
                                      "__init__` name its arguments?", numbers=listing(numbers))
    holds = say("its condition holds") if found[1] == "raise" else say("its condition does not hold")
    return "stops-by-itself", say("Your own `{found}` stops it: {holds}{where}. This is a case that should go "
                                  "through. What does the condition ask, and when is that true?", found=found[1],
                                  holds=holds, where=where)


def template_left(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """The stub's last line still stands below what was written."""
    if raised.kind != "NotImplementedError" or not re.search(r"\braise NotImplementedError\b", line):
        return _NOTHING
    return "template-line-left", say(TEMPLATE)


def not_called(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """A method or function was used without brackets, so that it was not called."""
    no_axes = re.search(r"does not have enough dimensions \(has 0", raised.text)
    if not no_axes and not re.search(
            r"builtin_function_or_method|_ArrayFunctionDispatcher|'(?:function|method|method_descriptor|numpy\.ufunc)'|"
            r"must be Tensor, not (?:builtin_)?(?:function|method)", raised.text):
        return _NOTHING
    kinds: list[type] = [np.ndarray]
    if task.framework == "torch":
        import torch
        kinds = [torch.Tensor]
    names = [name for name in re.findall(r"\.([A-Za-z_]\w*)(?!\w*\s*\()", line)
             if any(isinstance(getattr(kind, name, None), (types.MethodDescriptorType, types.FunctionType))
                    for kind in kinds)]
    if no_axes and not names:
        return _NOTHING
    names = names or re.findall(r"(?<![\w.])(sum|max|min|abs|len|round)\b(?!\s*[(=])", line)
    which = say("`{names}` has none", names=names[0]) if names else say("one on this line has none")
    if own := re.search(r"'(?:function|method)' object has no attribute '(\w+)'", raised.text):
        before = re.search(rf"(\w+)\.{own[1]}\b", line)
        return "not-called", say("{what} is a function, which can be called and has nothing named `{name}`. Are "
                                 "brackets missing behind its name, or is more asked of it than the exercise says?",
                                 what=f"`{before[1]}`" if before else say("What stands there"), name=own[1])
    return "not-called", say("A function does nothing until it is called, with brackets behind its name: here "
                             "{which}.", which=which)


def unknown_name(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """A name that nothing has been given to."""
    if raised.kind != "NameError" or (found := re.search(r"name '(\w+)' is not defined", raised.text)) is None:
        return _NOTHING
    for given, axes in task.takes.items():
        if found[1] in (names := axes.split()):
            place = names.index(found[1]) - (len(names) if names[0] == "..." else 0)
            return "unknown-name", say("`{found}` is a size in the text, and no name of your code: it is "
                                       "`{given}.shape[{place}]`.", found=found[1], given=given, place=place)
    return "unknown-name", say("Nothing has been called `{found}`: it is misspelt, or the cell that defines it has "
                               "not been run.", found=found[1])


def not_found(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """A package that is not installed, or a name that a package does not have."""
    if (found := re.match(r"No module named '([\w.]+)'", raised.text)) and raised.kind == "ModuleNotFoundError":
        package, _, part = found[1].partition(".")
        if part and _installed(package):
            return "not-in-the-package", say("`{package}` is installed here, and has no part called `{part}`: it is "
                                             "misspelt, or belongs to another version.", package=package, part=part)
        return "not-installed", say("`{package}` is not installed here, or its name is misspelt. This answer can be "
                                    "written without it.", package=package)
    if (found := re.match(r"cannot import name '(\w+)' from '([\w.]+)'", raised.text)) and raised.kind == "ImportError":
        return "not-in-the-package", say("`{found}` has nothing called `{found2}`: it is misspelt, or belongs to "
                                         "another version.", found=found[2], found2=found[1])
    return _NOTHING


def _installed(package: str) -> bool:
    """Whether there is such a package. Nothing is imported for it."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def left_without_a_value(task: Exercise, got: list[Outcome], failed: Outcome) -> tuple[str, str]:
    """A name of the function that has no value yet where it is used: in which cases?"""
    raised = failed.error
    if raised is None or raised.kind != "UnboundLocalError":
        return _NOTHING
    found = re.search(r"variable '(\w+)'", raised.text)
    name = f"`{found[1]}`" if found else say("A name")
    stopped = [g for g in got if g.error is not None and g.error.kind == raised.kind]
    ran = [g for g in got if g not in stopped]
    for given in task.takes:
        if ran and all(g.case.inputs.get(given) is None for g in stopped) and \
                all(g.case.inputs.get(given) is not None for g in ran):
            return "name-without-a-value", say("It stops in just those cases in which no `{given}` is given: {name} "
                                               "gets its value only where there is one.", given=given, name=name)
    if not ran:
        return "name-without-a-value", say("{name} is used before it gets its value. A name that gets one anywhere "
                                           "in a function belongs to the function, from its first line on.", name=name)
    return "name-without-a-value", say("{name} gets its value on one path through the function only: under an `if`, "
                                       "or in a loop that had no round here. In this case another path was taken.",
                                       name=name)
