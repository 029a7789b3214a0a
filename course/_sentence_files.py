"""Files of sentences in the shapes in which people have them: bytes to text, text to rows of cells.

Whatever is guessed (an encoding, what separates the cells) is returned as a note, so that `load_pairs` can say it.
"""
import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from course._words import later, listed, say

__all__ = ["DataError", "Row", "Table", "read_lines", "read_table"]

_LARGEST = 2**30                 # bytes of text, unpacked: a hundred times the course's corpus
_BYTE_ORDER_MARKS = {            # the longer first: UTF-32's begins as UTF-16's does
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATORS = {"\t": later("tabs"), ";": later("semicolons"), ",": later("commas"), "|": later("vertical bars")}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class DataError(Exception):
    """The sentence pairs could not be fetched or read; the message says why and what to do."""


class Row(NamedTuple):
    """The cells of a line, and its number in the file, from 1."""

    line: int
    cells: list[str]


class Table(NamedTuple):
    """The rows of a file, and what was guessed on the way."""

    rows: list[Row]
    notes: list[str]


def read_lines(path: Path, encoding: str | None = None, *, to_the_end: bool = False) -> tuple[list[str], list[str]]:
    """The lines of a text file without their ends, and what was guessed.

    Blank lines at the end are dropped, unless all lines are wanted, `to_the_end`.

    Raises:
        DataError: for a file that is missing, empty, unreadable, or in another encoding.
    """
    text, notes = _text(path, encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")                     # not splitlines(): it also cuts at rarer characters
    if lines[-1] == "":
        lines.pop()                               # the file ends with the end of its last line
    while lines and not to_the_end and not lines[-1].strip():
        lines.pop()
    if not any(line.strip() for line in lines):
        raise DataError(say("{path} is empty; expected one sentence pair a line", path=path))
    return lines, notes


def read_table(path: Path, encoding: str | None = None) -> Table:
    """The rows of a file of pairs: cells between tabs, a spreadsheet's CSV, or a translation memory (TMX).

    Raises:
        DataError: as `read_lines`, and where nothing separates the cells.
    """
    if _name(path).suffix.lower() == ".tmx":
        return _translation_memory(path, encoding)
    lines, notes = read_lines(path, encoding)
    separator = _separator(lines)
    if separator is None:
        raise DataError(
            say("{path}, line 1: expected source and target separated by a tab (or CSV, with the same separator in "
                "every line), found {shown}", path=path, shown=shown(lines[0])))
    if separator == "\t" and not _quoted_by_a_spreadsheet(lines):
        return Table([Row(n, line.split("\t")) for n, line in enumerate(lines, 1)], notes)
    name = say(_SEPARATORS[separator])
    notes.append(say("the cells are separated by {separators}, and quoted as spreadsheets do", separators=name)
                 if any('"' in line for line in lines) else
                 say("the cells are separated by {separators}", separators=name))
    return Table(list(_spreadsheet(path, lines, separator)), notes)


def shown(line: str, width: int = 40) -> str:
    """The beginning of a line, in quotes."""
    return repr(line if len(line) <= width else line[: width - 1] + "…")


def _name(path: Path) -> Path:
    """The name without .gz."""
    return path.with_suffix("") if path.suffix.lower() == ".gz" else path


def _text(path: Path, encoding: str | None) -> tuple[str, list[str]]:
    content, notes = _content(path)
    if encoding is not None:
        try:
            return content.decode(encoding).removeprefix("\ufeff"), notes
        except LookupError as error:
            raise DataError(say("there is no encoding {encoding!r}; Python knows utf-8, gb18030, cp1252, …",
                                encoding=encoding)) from error
        except UnicodeError as error:
            raise DataError(say("{path} is not in the encoding {encoding}: {error}", path=path, encoding=encoding,
                                error=error)) from error
    for mark, name in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            if name != "utf-8-sig":
                notes.append(say("the file is {upper}, by its first bytes", upper=name.upper()))
            encoding = name
            break
    if encoding is None and content[:1000].count(0) > len(content[:1000]) / 5:    # letters of one byte, in two
        encoding = "utf-16-le" if content[1:1000:2].count(0) > content[0:1000:2].count(0) else "utf-16-be"
        notes.append(say("the file is {upper}, by its zero bytes", upper=encoding.upper()))
    try:
        return content.decode(encoding or "utf-8"), notes
    except UnicodeError as error:
        raise _undecodable(path, content, error) from error


def _undecodable(path: Path, content: bytes, error: UnicodeError) -> DataError:
    start = getattr(error, "start", 0)
    number = content.count(b"\n", 0, start) + 1
    likely = _likely(content)
    facts = {"path": path, "number": number, "byte": content[start], "likely": likely}
    return DataError(
        say("{path}, line {number}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8 and try again, or say its "
            "encoding: perhaps `encoding=\"{likely}\"`", **facts) if likely else
        say("{path}, line {number}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8 and try again", **facts))


def _likely(content: bytes) -> str:
    """The usual encoding that bytes beyond ASCII look like, or ""; from where they stand, and what follows them."""
    high = re.findall(rb"[\x80-\xff]", content)

    def share(pattern: bytes) -> float:
        """Of the bytes beyond ASCII, those that the pattern finds."""
        return sum(len(re.sub(rb"[\x00-\x7f]", b"", found)) for found in re.findall(pattern, content)) / len(high)

    # Letters with accents stand alone between ASCII ones; below them in cp1252 are quotation marks and dashes.
    if share(rb"[\xa0-\xff]{2,}") < 0.4 and share(rb"[\x81-\x84\x86-\x90\x98-\x9f]") < 0.2:
        name = "cp1252"
    elif share(rb"[\xe0-\xff]") > 0.7:                 # small Cyrillic letters
        name = "cp1251"
    elif share(rb"[\xc0-\xdf]") > 0.7:
        name = "koi8_r"
    elif share(rb"[\x81-\x9f][\x40-\xfc]") > 0.4:      # kana, whose first byte is 0x82 or 0x83, and most ideographs
        name = "shift_jis"
    elif share(rb"[\xa1-\xf9][\x40-\x7e]") > 0.15:     # ASCII as second bytes
        name = "big5"
    elif share(rb"[\xa4\xa5][\xa1-\xf6]") > 0.3:       # kana
        name = "euc_jp"
    elif share(rb"[\xb0-\xc8][\xa1-\xfe]") > 0.95:     # syllables of Korean
        name = "euc_kr"
    else:
        name = "gb18030"
    try:
        content.decode(name)
    except UnicodeError:
        return ""
    return name


def _content(path: Path) -> tuple[bytes, list[str]]:
    """The bytes, unpacked if need be."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(say("there is no file {path}", path=path)) from error
    except OSError as error:
        raise DataError(say("{path} cannot be read: {strerror}", path=path, strerror=error.strerror)) from error
    if content.startswith(b"\x1f\x8b"):
        return _limited(path, gzip.GzipFile(fileobj=io.BytesIO(content))), []
    if content.startswith(b"PK\x03\x04"):
        return _member(path, content)
    return content, []


def _member(path: Path, content: bytes) -> tuple[bytes, list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            # manythings.org adds _about.txt; macOS adds a folder of its own
            texts = [name for name in names if not name.rpartition("/")[2].startswith(("_", ".")) and
                     not name.startswith("__MACOSX/")]
            if len(texts) != 1:
                raise DataError(say("{path} has to hold one file of sentences; it holds {texts}: {what}. Unpack it, "
                                    "and name the file.", path=path, texts=len(texts),
                                    what=listed(texts[:5]) or say("nothing")))
            with archive.open(texts[0]) as member:
                return _limited(path, member), [say("{texts} is read from the archive", texts=texts[0])]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DataError(say("{path} is a damaged or encrypted archive ({error})", path=path, error=error)) from error


def _limited(path: Path, packed) -> bytes:
    try:
        content = packed.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(say("{path} is damaged, it cannot be unpacked ({error})", path=path, error=error)) from error
    if len(content) > _LARGEST:
        raise DataError(say("{path} unpacks to more than {largest} MB; take a part of it", path=path,
                            largest=_LARGEST >> 20))
    return content


def _separator(lines: list[str]) -> str | None:
    """What stands between the cells: a tab if there is one at all, else what cuts every line into as many cells."""
    if any("\t" in line for line in lines[:100]):
        return "\t"
    for separator in ";,|":
        counts = {len(row) for row in csv.reader(lines[:200], delimiter=separator) if row}
        if len(counts) == 1 and counts.pop() > 1:
            return separator
    return None


def _quoted_by_a_spreadsheet(lines: list[str]) -> bool:
    """Whether quotation marks are doubled inside quoted cells, and no cell has a single one, as speech has."""
    doubled = False
    for line in lines:
        for cell in line.split("\t"):
            if '"' in cell:
                if not re.fullmatch(r'"(?:[^"]|"")*"', cell):
                    return False
                doubled = doubled or '""' in cell[1:-1]
    return doubled


def _spreadsheet(path: Path, lines: list[str], separator: str) -> Iterator[Row]:
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            yield Row(number, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise DataError(say("{path}, line {number}: a quoted cell is not closed as CSV asks ({error})", path=path,
                            number=number, error=error)) from error


def _translation_memory(path: Path, encoding: str | None) -> Table:
    """A row of each unit of a TMX file: its segments in the first two languages that the file has."""
    content, notes = _content(path)
    if b"<!ENTITY" in content or "<!ENTITY".encode("utf-16-le") in content:
        raise DataError(say("{path} defines entities of its own; such files are not read. Save it without them.",
                            path=path))
    try:
        root = ElementTree.fromstring(content if encoding is None else content.decode(encoding))
    except (ElementTree.ParseError, UnicodeError, LookupError) as error:
        raise DataError(say("{path} is not the XML that TMX files are: {error}", path=path, error=error)) from error
    languages: list[str] = []
    rows = []
    for number, unit in enumerate(root.iter("tu"), 1):
        found = {}
        for variant in unit.iter("tuv"):
            language = variant.get(_LANGUAGE) or variant.get("lang") or "?"
            segment = variant.find("seg")
            found[language.lower()] = " ".join("".join(segment.itertext()).split()) if segment is not None else ""
        languages += [language for language in found if language not in languages]
        rows.append((number, found))
    if len(languages) < 2:
        raise DataError(say("{path} has segments in {languages} languages; expected two", path=path,
                            languages=len(languages)))
    notes.append(say("source and target are the segments in {languages} and {languages2}; lines are units",
                     languages=languages[0], languages2=languages[1]))
    return Table([Row(n, [found.get(language, "") for language in languages[:2]]) for n, found in rows], notes)
