"""Text for terminals: those that know fewer signs than the course uses (ASCII, Windows' cp1252), and columns of it."""
import codecs
import sys
from unicodedata import east_asian_width

__all__ = ["columns", "padded", "plain_output", "printable"]

_PLAIN = {"“": '"', "”": '"', "‘": "'", "’": "'", "·": "*", "√": "sqrt ", "∞": "inf", "−": "-", "–": "-", "—": "-",
          "…": "...", "×": "x", "→": "->", "≠": "!=", "≤": "<=", "≥": ">=", "²": "^2", "ᵀ": "^T", "Σ": "sum "}


def printable(text: str) -> str:
    """The text as the standard output's encoding can have it: where it must be, "…" as "...", "猫" as "\\u732b"."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "course_plain").decode(encoding)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(1 + (east_asian_width(character) in "WF") for character in text)


def padded(text: str, width: int) -> str:
    """The text with blanks behind it, or without its end, so that it takes so many columns of a terminal."""
    while columns(text) > width:
        text = text[:-1]
    return text + " " * (width - columns(text))


def plain_output() -> None:
    """From now on whatever this process prints is `printable`. For commands, which are a process of their own."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="course_plain")


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    written = "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs)
    return written, error.end


codecs.register_error("course_plain", _plainly)
