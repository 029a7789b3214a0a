"""What `check` says in an exam. Its source is written into every sheet, so that a sheet needs nothing but NumPy.

So neither the families, with their references, nor the number of a sheet's variant have to be where an exam is sat.
"""
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from classroom.ask.case import Case
from course._words import later, say

__all__ = ["SAID", "check", "written"]

# Words in the source of `check`: a sheet in another language has its source with these in that language.
SAID = (
    later("Say whether the function runs and returns arrays of the right shapes; not whether the numbers are right."),
    later('"float 4 4": drawn here'), later("of what is no array or number"),
    later("Not attempted yet."), later("On {about}, your function stops with {type(error).__name__}: {error}"),
    later("On {about}, your function returns {', '.join(got)}; your sheet asks for {', '.join(asked)}."),
    later("It runs, and what it returns has the right shapes. Whether the numbers are right is not said here."))


def check(task: str, function: Any, cases: Sequence[Any]) -> None:
    """Say whether the function runs and returns arrays of the right shapes; not whether the numbers are right."""
    rng = np.random.default_rng(0)
    for about, inputs, asked in cases:
        given = []
        for value in inputs.values():
            kind, *size = value.split() if isinstance(value, str) else ("", "")      # "float 4 4": drawn here
            drawn = rng.uniform(0.1, 1, [int(n) for n in size if n])
            given.append({"float": drawn, "bool": drawn < 0.5}.get(
                kind, np.array(value) if isinstance(value, list) else value))
        try:
            found = function(*given)
        except NotImplementedError:
            print("Not attempted yet.")
            return
        except Exception as error:
            print(f"On {about}, your function stops with {type(error).__name__}: {error}")
            return
        got = []
        for part in found if isinstance(found, tuple) else (found,):
            kind = type(part).__name__                                               # of what is no array or number
            if isinstance(part, (np.ndarray, np.generic, bool, int, float)):
                kind = {"f": "float", "i": "int", "u": "int", "b": "bool"}.get(np.asarray(part).dtype.kind, "other")
            got.append(kind + (f" {np.shape(part)}" if np.shape(part) else "") if kind[0] in "fibo" else kind)
        if got != asked:
            print(f"On {about}, your function returns {', '.join(got)}; your sheet asks for {', '.join(asked)}.")
            return
    print("It runs, and what it returns has the right shapes. Whether the numbers are right is not said here.")


def written(cases: Iterable[Case], returned: Sequence[Sequence[np.ndarray]]) -> str:
    """What a sheet's cell passes to `check` as its cases: the inputs, or how to draw some, and the shapes wanted.

    Numbers and arrays of whole numbers are written out, others as "float 4 4" and "bool 4 4".

    Args:
        cases: of the family.
        returned: for each, what a right answer returns, in order. Only kinds and shapes of it are used.
    """
    lines = []
    for case, wanted in zip(cases, returned, strict=True):
        inputs = {name: _input(value) for name, value in case.inputs.items()}
        asked = [_KINDS[value.dtype.kind] + (f" {value.shape}" if value.shape else "") for value in wanted]
        lines.append(f"({say(case.about)!r}, {inputs!r},\n {asked!r}),")
    return "[\n" + textwrap.indent("\n".join(lines), "    ") + "\n]"


_KINDS = {"f": "float", "i": "int", "u": "int", "b": "bool"}


def _input(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    return value.tolist() if value.dtype.kind in "iu" else " ".join([_KINDS[value.dtype.kind], *map(str, value.shape)])
