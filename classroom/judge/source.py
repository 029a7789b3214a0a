"""What stands in a learner's own code: for sentences that may speak only of what is there. No verdict is decided by it.

Where the code is not known, as in a grader's child, nothing is said of it.
"""
import inspect
import re
import types
from typing import Any

__all__ = ["axis_taken_away", "for_so_many_axes", "source_of"]

_TEXT = re.compile(r"\"{3}.*?\"{3}|'{3}.*?'{3}|\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*", re.DOTALL)
_BRACKETS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_REDUCTION = re.compile(rf"[\w.]*\.(?:sum|mean|amax|amin|max|min|any|all|std|var|prod|logsumexp){_BRACKETS}")
_MOST = 3              # pieces of code that are named


def source_of(answer: Any) -> str:
    """The code of a function, or of the methods of a class, without texts and remarks; empty if it is not known."""
    things = vars(answer).values() if isinstance(answer, type) else [answer]
    found = []
    for thing in things:
        if isinstance(thing, types.FunctionType):
            try:
                found.append(inspect.getsource(thing.__code__))
            except Exception:                # it was not written into a file or a cell, or is no Python any more
                continue
    return _TEXT.sub("", "\n".join(found))


def for_so_many_axes(source: str, name: str) -> list[str]:
    """Pieces of code that mean one axis for two axes, and another for three; `name` is what has these axes."""
    number = r"\(?[0-9]"
    patterns = (r"\b(?:np|torch)\.(?:outer|diag|diagflat|dot|mm|mv|trace|inner)\b",
                r"(?<!\bnp)(?<!\btorch)\.(?:diag|mm|mv|T)\b",
                rf"\b(?:axis|dim)\s*=\s*{number}", r"\.shape\[[0-9]\]", r"\.size\([0-9]\)",
                r"\.(?:sum|mean|amax|amin|max|min|softmax|unsqueeze|squeeze|flip|cumsum|any|all)\([0-9][^()]*\)",
                r"\.(?:transpose|swapaxes|permute)\([0-9][^()]*\)", rf"\blen\({name}\)",
                rf"\b{name}\[(?!\.\.\.)[^\]]*\]", rf"\b{name}\.(?:sum|mean|amax|amin|max|min)\(\)")
    found: list[str] = []
    for pattern in patterns:
        found += [piece for piece in re.findall(pattern, source) if piece not in found]
    taken = [piece for piece in _REDUCTION.findall(source) if _without_its_axis(piece)]
    return [*dict.fromkeys((*found, *taken))][:_MOST]


def axis_taken_away(error: str, line: str, source: str) -> str:
    """A sum, a maximum or the like without `keepdim` on a line whose shapes do not fit, or that made a name on it."""
    if not re.search(r"must match the (?:existing )?size|could not be broadcast together", error):
        return ""
    here = [piece for piece in _REDUCTION.findall(line) if _without_its_axis(piece)]
    made = [piece for name, piece in re.findall(rf"^\s*(\w+) *= *({_REDUCTION.pattern})\s*$", source, re.MULTILINE)
            if _without_its_axis(piece) and re.search(rf"(?<![.\w]){name}\b", line)]
    found = [*dict.fromkeys((*here, *made))]
    return found[0] if len(found) == 1 and _would_fit(error) else ""


def _without_its_axis(reduction: str) -> bool:
    """Whether it takes an axis, and keeps none: `x.sum(-1)`, and neither `x.sum()` nor `x.sum(-1, keepdim=True)`."""
    inside = reduction[reduction.index("(") :]
    return "keepdim" not in inside and bool(re.search(r"\b(?:dim|axis)\s*=\s*\(?-?\d|[(,]\s*-?\d\s*[,)]", inside))


def _would_fit(error: str) -> bool:
    """Whether two shapes would fit if the shorter one still had an axis, of length 1. True if they are not told."""
    told = re.search(r"with shapes \(([\d, ]+)\) \(([\d, ]+)\)", error)
    if told is None:
        return True
    short, long = sorted((tuple(int(n) for n in re.findall(r"\d+", shape)) for shape in told.groups()), key=len)
    return len(short) + 1 == len(long) and any(
        all(a == b or 1 in (a, b) for a, b in zip((*short[:at], 1, *short[at:]), long, strict=True))
        for at in range(len(long)))
