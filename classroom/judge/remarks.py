"""What is language in a piece of Python: its docstrings and comments. A solution is shown with them in the reader's."""
import io
import re
import tokenize
from collections.abc import Iterator

from course._words import say

__all__ = ["in_words", "remarks"]

_QUOTES = re.compile(r"""[A-Za-z]*(\"{3}|'{3}|"|')""")
_LANGUAGE = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")


def remarks(source: str) -> list[str]:
    """The docstrings and comments with two words or more, without their quotes and `#`."""
    return [text for _, text in _places(source)]


def in_words(source: str) -> str:
    """The same code, its docstrings and comments in the language of the reader."""
    for begin, text in reversed(list(_places(source))):
        source = source[:begin] + say(text) + source[begin + len(text):]
    return source


def _places(source: str) -> Iterator[tuple[int, str]]:
    """Each remark, with where it begins."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    before = tokenize.ENCODING
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        begin, text = starts[token.start[0] - 1] + token.start[1], ""
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("#").strip()
            begin += token.string.index(text)
        elif token.type == tokenize.STRING and before == tokenize.INDENT and (quotes := _QUOTES.match(token.string)):
            text = token.string[quotes.end():-len(quotes[1])]
            begin += quotes.end()
        if _LANGUAGE.search(text):
            yield begin, text
        before = token.type
