"""A sum, a maximum or the like that takes an axis away, on the line of a learner's code that an error names."""
import re

__all__ = ["axis_taken_away"]

_BRACKETS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_REDUCTION = re.compile(rf"[\w.]*\.(?:sum|mean|amax|amin|max|min|any|all|std|var|prod|logsumexp){_BRACKETS}")


def axis_taken_away(error: str, line: str) -> str:
    """The one that does, if there is one on a line whose shapes do not fit, and they would fit if the axis stayed."""
    if not re.search(r"must match the (?:existing )?size|could not be broadcast together", error):
        return ""
    found = [*dict.fromkeys(piece for piece in _REDUCTION.findall(line) if _without_its_axis(piece))]
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
