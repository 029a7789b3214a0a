"""A sum, a maximum or the like that takes an axis away, on the line of a learner's code that an error names."""
import ast
import re

__all__ = ["axis_taken_away"]

_BRACKETS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_NAMES = "sum|mean|amax|amin|max|min|any|all|std|var|prod|logsumexp"
_REDUCTION = re.compile(rf"[\w.]*\.(?:{_NAMES}){_BRACKETS}")


def axis_taken_away(error: str, line: str) -> str:
    """The one that does, if there is one on a line whose shapes do not fit, and they would fit if the axis stayed."""
    if not re.search(r"must match the (?:existing )?size|could not be broadcast together", error):
        return ""
    found = [*dict.fromkeys(piece for piece in _REDUCTION.findall(line) if _without_its_axis(piece))]
    return found[0] if len(found) == 1 and _would_fit(error) and _meets_another(line) else ""


def _without_its_axis(reduction: str) -> bool:
    """Whether it takes an axis, and keeps none: `x.sum(-1)`, and neither `x.sum()` nor `x.sum(-1, keepdim=True)`."""
    inside = reduction[reduction.index("(") :]
    return "keepdim" not in inside and bool(re.search(r"\b(?:dim|axis)\s*=\s*\(?-?\d|[(,]\s*-?\d\s*[,)]", inside))


def _meets_another(line: str) -> bool:
    """Whether what comes out of it is joined to something else on the line. True if the line cannot be read."""
    try:
        tree = ast.parse(line.strip())
    except SyntaxError:
        return True
    return any(_takes_away(inner) for node in ast.walk(tree)
               if isinstance(node, ast.BinOp | ast.Compare | ast.AugAssign)
               or isinstance(node, ast.Call) and len(node.args) > 1
               for operand in ast.iter_child_nodes(node) for inner in ast.walk(operand))


def _takes_away(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    inside = ", ".join(map(ast.unparse, [*node.args, *node.keywords]))
    return node.func.attr in _NAMES.split("|") and _without_its_axis(f"({inside})")


def _would_fit(error: str) -> bool:
    """Whether two shapes would fit if the shorter one still had an axis, of length 1. True if they are not told."""
    told = re.search(r"with shapes \(([\d, ]+)\) \(([\d, ]+)\)", error)
    if told is None:
        return True
    short, long = sorted((tuple(int(n) for n in re.findall(r"\d+", shape)) for shape in told.groups()), key=len)
    return len(short) + 1 == len(long) and any(
        all(a == b or 1 in (a, b) for a, b in zip((*short[:at], 1, *short[at:]), long, strict=True))
        for at in range(len(long)))
