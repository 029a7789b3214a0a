"""The words in the code of a lesson: its comments, docstrings, labels, printed sentences. The rest of it is Python.

`solutions/zh/NN_name.po` has them beside their Chinese, piece by piece as they stand in the source: a comment without
its `#`, a string without its quotes, the braces of an f-string and its escapes as they are written. Code with such
pieces put in their places is the same code; nothing else of it can be changed here.
"""
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from course._paths import atomic_path

from .notebook import RAISE, STUB
from .twin import BEGIN, END, Cell

_STRING = re.compile(r"""(?P<prefix>[a-zA-Z]*)(?P<quotes>\"{3}|'{3}|"|')""")
_WORDS = re.compile(r"[A-Za-z]{2,}[,;:.?!]?\s+[A-Za-z“\"'(`{]")
_MARKS = {mark.lstrip("#").strip() for mark in (BEGIN, END, STUB)}
_STARTS = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")} - {None}
_ENDS = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")} - {None}


@dataclass(frozen=True)
class Piece:
    """A comment or the text of a string in a source, from `begin` to `end`."""

    text: str
    begin: int
    end: int

    @property
    def to_translate(self) -> bool:
        """Whether it is language: two words. (What is one word, a label say, may be translated, too.)"""
        return bool(_WORDS.search(self.text)) and self.text not in _MARKS


def pieces(source: str) -> Iterator[Piece]:
    """The comments and strings of Python code, in order. Of code that cannot be read, there are none."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def at(position: tuple[int, int]) -> int:
        return starts[position[0] - 1] + position[1]

    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            begin, end = at(token.start), at(token.end)
            if token.type == tokenize.COMMENT and not opened:
                text = token.string.lstrip("#").strip()
                yield Piece(text, end - len(text), end)
            elif token.type in _STARTS:
                opened.append(begin)
            elif token.type in _ENDS:
                begin = opened.pop()
                if not opened:
                    yield _of_string(source, begin, end)
            elif token.type == tokenize.STRING and not opened:
                yield _of_string(source, begin, end)
    except (tokenize.TokenError, SyntaxError):
        return


def _of_string(source: str, begin: int, end: int) -> Piece:
    head = _STRING.match(source, begin)
    assert head is not None
    return Piece(source[head.end():end - len(head["quotes"])], head.end(), end - len(head["quotes"]))


def translated(source: str, words: Mapping[str, str]) -> str:
    """The code with its comments and strings in another language, where `words` has them."""
    for piece in reversed(list(pieces(source))):
        if piece.text in words:
            source = source[:piece.begin] + words[piece.text] + source[piece.end:]
    return source


def words_of(twin: Path) -> Path:
    """Where the words of the code of `solutions/NN_name.py` stand in Chinese, whether there is such a file or not."""
    return twin.parent / "zh" / f"{twin.stem}.po"


def read_words(path: Path) -> dict[str, str]:
    """English and Chinese of what is translated."""
    if not path.exists():
        return {}
    return {message.id: message.string for message in read_po(io.BytesIO(path.read_bytes()), locale="zh")
            if message.id and message.string}


def renew_words(cells: Iterable[Cell], path: Path) -> int:
    """Bring the file at `path` up to date with the lesson's code; what is translated stays. How many are to be done."""
    text = _text(cells, read_words(path))
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return sum(piece.text not in read_words(path) for piece in _wanted(cells, {}))


def words_problems(cells: Iterable[Cell], path: Path) -> list[str]:
    """What the words of the code lack, a line each."""
    cells, known = list(cells), read_words(path)
    problems = [f"{path}: not translated in the code of {cell.id}: {piece.text!r}"
                for cell in _code(cells) for piece in pieces(cell.source)
                if piece.to_translate and piece.text not in known]
    for text, chinese in known.items():
        if sorted(_braces(text)) != sorted(_braces(chinese)):
            problems.append(f"{path}: what stands in braces differs: {text!r}")
    if not problems and (not path.exists() or path.read_text(encoding="utf-8") != _text(cells, known)):
        problems.append(f"{path}: out of date; `python -m classroom build --translate NN` renews it")
    return problems


def _braces(text: str) -> list[str]:
    return re.findall(r"\{[^{}]*\}", text.replace("{{", "").replace("}}", ""))


def _code(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.kind == "code"]


def _wanted(cells: Iterable[Cell], known: Mapping[str, str]) -> list[Piece]:
    """Each piece that is to be translated, or has been, once."""
    found: dict[str, Piece] = {}
    for cell in _code(cells):
        for piece in pieces(cell.source):
            if piece.text and (piece.to_translate or piece.text in known) and piece.text != RAISE:
                found.setdefault(piece.text, piece)
    return list(found.values())


def _text(cells: Iterable[Cell], known: Mapping[str, str]) -> str:
    catalogue = Catalog(locale="zh", project="Build a Transformer", version="1", fuzzy=False,
                        header_comment="# Comments and strings in the lesson's code, piece by piece.")
    for piece in _wanted(cells, known):
        catalogue.add(piece.text, known.get(piece.text, ""))
    made = io.BytesIO()
    write_po(made, catalogue, width=110, omit_header=True)
    return re.sub(r"^#, python-\w+-?\w*format\n", "", made.getvalue().decode(), flags=re.MULTILINE)
