"""Messages as lines: where blanks stand, and where a line ends. Chinese has rules of its own for both."""
import re
import textwrap
from unicodedata import east_asian_width

from course._words import ENGLISH, language

__all__ = ["filled", "spaced", "wrapped"]

_CHARACTER, _MARK = "\u3400-\u9fff", "，。：；？！、（）《》"
_HAN = re.compile(f"[{_CHARACTER}]")
_CODE = re.compile("`[^`]*`")
_HELD = "\0"                               # stands for code while blanks are looked at
_NO_BLANK = re.compile(rf"(?<=[{_CHARACTER}]) +(?=[{_CHARACTER}])|(?<=[{_MARK}]) +|(?<=……) +| +(?=[{_MARK}])")
_ONE_BLANK = re.compile(rf"(?<=[{_CHARACTER}])(?=[A-Za-z0-9{_HELD}])|(?<=[A-Za-z0-9{_HELD}])(?=[{_CHARACTER}])")
# What stays on one line: a character or a word, with the punctuation that may not be parted from it.
_UNIT = re.compile(rf" |[（“《]*(?:[{_CHARACTER}]|[^ {_CHARACTER}{_MARK}“]+)?[，。：；？！、）”》…]*")


def wrapped(message: str) -> str:
    """For a terminal: paragraphs wrapped, indented blocks left as they are."""
    blocks = re.split(r"\n\s*\n(?=\S)|\n\s*\n(?=    )", message.strip("\n"))
    return "\n\n".join(block if block.startswith("    ") else filled(spaced(" ".join(block.split())), 96)
                       for block in blocks)


def spaced(text: str) -> str:
    """Blanks as Chinese has them, where sentences were put together; indented lines and `code` stay as they are.

    There is none between Chinese characters, nor beside their punctuation, and one between them and Latin letters,
    digits or code. English is left alone, whatever it quotes.
    """
    if language() == ENGLISH or not _HAN.search(text):
        return text
    return "\n".join(line if line.startswith("    ") else _spaced(line) for line in text.split("\n"))


def _spaced(line: str) -> str:
    line = line.replace(_HELD, "")
    codes = iter(_CODE.findall(line))
    held = _ONE_BLANK.sub(" ", _NO_BLANK.sub("", _CODE.sub(_HELD, line)))
    return re.sub(_HELD, lambda _: next(codes), held)


def filled(text: str, width: int) -> str:
    """As `textwrap.fill`, also where characters are two columns wide and have no blanks between them."""
    if not _HAN.search(text):
        return textwrap.fill(text, width)
    lines, used = [""], 0
    for unit in filter(None, _UNIT.findall(text)):
        columns = sum(1 + (east_asian_width(character) in "WF") for character in unit)
        if used + columns > width and unit != " ":
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            used = 0
        if used or unit != " ":
            lines[-1] += unit
            used += columns
    return "\n".join(lines)
