"""What learners wrote, made harmless: in spreadsheets, in file names and on a line of text."""
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# What a spreadsheet takes for the beginning of a formula. Excel also takes the wide forms.
_FORMULA = "=+\\-@＝＋－＠"
# A cell that one program reads as a whole, another may cut here (a semicolon separates in half of Europe).
_INSIDE = re.compile(rf"([;,|\t\r\n\"]\s*)(?=[{_FORMULA}])")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def cell(value: object) -> object:
    """A value for a CSV file that no spreadsheet runs as a formula.

    Numbers and None stay. Text that begins like a formula (`=`, `+`, `-`, `@`, a tab or a carriage
    return, also after invisible characters) gets an apostrophe in front, which spreadsheets show as text.
    """
    if value is None or isinstance(value, (int, float)) or value == "-":      # a dash alone is no formula
        return value
    text = "".join(" " if c in "\t\r\v\f" else c for c in plain(str(value), keep="\n\t\r\v\f"))
    text = _INSIDE.sub(r"\1'", text)
    begins = str(value)[:1] in ("\t", "\r", "\n") or re.match(rf"\s*[{_FORMULA}]", text)
    return f"'{text}" if begins else text


def plain(text: str, keep: str = "\n\t") -> str:
    """Text without control characters, invisible ones and those that turn the writing direction round."""
    return "".join(c for c in text if c in keep or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
                   or c in "\u200c\u200d")


def line(text: object, length: int = 200) -> str:
    """Text on one line, cut to `length` characters."""
    text = " ".join(plain(str(text)).split())
    return text if len(text) <= length else text[: length - 1] + "…"


def file_names(names: Iterable[str], length: int = 60) -> dict[str, str]:
    """For each name a file name (without suffix) that every system takes, and that no other has.

    A name that had to be changed, or that differs from another only in case, gets some characters
    of its digest. The result for a name does not depend on the order of the others.
    """
    names = list(dict.fromkeys(names))
    short = {name: _file_name(name, length) for name in names}
    taken = Counter(text.casefold() for text in short.values())
    return {name: text if text == name and taken[text.casefold()] == 1 and not _RESERVED.fullmatch(text)
            else f"{text or 'learner'}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
            for name, text in short.items()}


def _file_name(name: str, length: int) -> str:
    text = unicodedata.normalize("NFC", plain(name, keep=""))
    text = re.sub(r"[^\w.@-]+", "-", text)[:length].strip(".-")
    return text.encode("utf-8", "ignore")[:180].decode("utf-8", "ignore")      # 255 bytes with what follows
