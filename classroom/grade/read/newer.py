"""Syntax that came with a later Python than the one that reads: told for certain, or not at all.

The line that was refused is written as an older Python would have it. If it is then no longer what is wrong, it was
that syntax, and the versions can be named.
"""
import ast
import re
import sys
import warnings
from collections.abc import Callable

from course._words import later, say

__all__ = ["needs"]

_LONGEST = 500                 # characters of a line that is looked at
_GENERIC = re.compile(r"(\s{0,200}(?:async +)?(?:def|class) +\w{1,200}) *\[")
_ALIAS = re.compile(r"(\s{0,200})type +(\w{1,200}) *(?=[\[=])")
_SEVERAL = re.compile(r"(\s{0,200}except\*? +)([A-Z][\w.]{0,200}(?: *, *[A-Z][\w.]{0,200}){1,20}) *:")
_TEMPLATE = re.compile(r"\b(?:[tT][rR]?|[rR][tT])(?=[\"'])")
_STRING = re.compile(r"\b(?:[fF][rR]?|[rR][fF])([\"'])(?!\1\1)")


def needs(source: str, line: int) -> str:
    """What a cell that cannot be parsed needs, in a sentence that names both versions; "" where that cannot be told.

    Args:
        line: where the parser gave up, from 1.
    """
    lines = source.split("\n")
    if not 1 <= line <= len(lines) or len(lines[line - 1]) > _LONGEST:
        return ""
    for version, what, older in _SYNTAX:
        written = older(lines[line - 1])
        if version <= sys.version_info[:2] or written is None or written == lines[line - 1]:
            continue
        if _gives_up_at("\n".join([*lines[:line - 1], written, *lines[line:]])) not in (line, 0):
            return say("{what} needs Python {version} or newer, and this was read by Python {here}", what=say(what),
                       version=f"{version[0]}.{version[1]}", here=f"{sys.version_info.major}.{sys.version_info.minor}")
    return ""


def _gives_up_at(source: str) -> int | None:
    """The line; 0 where the parser does not say; None where it does not give up."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        return 0
    return None


def _without_alias(line: str) -> str | None:
    found = _ALIAS.match(line)
    if found is None:
        return None
    rest = line[found.end():]
    return f"{found[1]}{found[2]} {_after_brackets(rest) if rest.startswith('[') else rest}"


def _without_parameters(line: str) -> str | None:
    found = _GENERIC.match(line)
    return None if found is None else found[1] + (_after_brackets(line[found.end() - 1:]) or "")


def _after_brackets(text: str) -> str | None:
    """What comes behind the square brackets that a text begins with."""
    depth = 0
    for n, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if depth == 0:
            return text[n + 1:]
    return None


def _with_brackets(line: str) -> str | None:
    found = _SEVERAL.match(line)
    return None if found is None else f"{found[1]}({found[2]}):{line[found.end():]}"


def _without_template(line: str) -> str:
    return _TEMPLATE.sub("f", line)


def _without_f_strings(line: str) -> str | None:
    """Each f-string as a tuple of what it shows, by the rules of Python 3.12: whatever stands inside the braces."""
    made, at = [], 0
    while (found := _STRING.search(line, at)) is not None:
        made.append(line[at:found.start()])
        shown, end = _shown(line, found.end(), found[1])
        if end is None:
            return None
        made.append("(" + "".join(f"({part}), " for part in shown) + ")")
        at = end
    return "".join([*made, line[at:]]) if made else None


def _shown(line: str, at: int, quote: str) -> tuple[list[str], int | None]:
    """The expressions of the f-string whose text begins here, and where it ends."""
    shown: list[str] = []
    while at < len(line):
        if line[at] == quote:
            return shown, at + 1
        if line[at] == "\\" or line.startswith(("{{", "}}"), at):
            at += 2
        elif line[at] == "{":
            end = _end(line, at + 1, "}!:")
            if line.startswith("!", end) and not line.startswith(("!r", "!s", "!a"), end):
                return shown, None
            shown.append(line[at + 1:end].rstrip().removesuffix("="))
            at = end if end < len(line) and line[end] == "}" else _end(line, end + 1, "}")
            at += 1
        else:
            at += 1
    return shown, None


def _end(line: str, at: int, signs: str) -> int:
    """The place of the next of these signs that stands in no brackets and no string; or else the line's end."""
    depth = 0
    while at < len(line):
        sign = line[at]
        if depth == 0 and sign in signs and not line.startswith("!=", at):
            return at
        if sign in "\"'":
            at = line.find(sign, at + 1)
            if at < 0:
                return len(line)
        depth += (sign in "([{") - (sign in ")]}")
        at += 1
    return len(line)


_SYNTAX: list[tuple[tuple[int, int], str, Callable[[str], str | None]]] = [
    ((3, 12), "`type X = ...`", _without_alias),
    ((3, 12), later("A function or class with type parameters in square brackets"), _without_parameters),
    ((3, 12), later("An f-string with its own quotes, or a backslash, inside its braces"), _without_f_strings),
    ((3, 14), later("`except` with several types and no brackets"), _with_brackets),
    ((3, 14), later("A template string, t\"...\","), _without_template),
]
