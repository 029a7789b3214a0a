"""From a submitted file to code cells: whatever the file is, without running any of it."""
import ast
import functools
import hashlib
import json
import os
import re
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from course._words import later, say

from . import newer

__all__ = ["Cell", "Forbidden", "NoFile", "Unreadable", "cells_of", "content_of", "digest", "exercise_ids", "opened",
           "sheet_of", "texts_digest"]

MAX_FILE = 64 << 20            # bytes of a notebook, pictures and all
MAX_CELL = 200_000             # characters of code
MAX_CODE = 600_000

# Patterns see a learner's text only where it is short: everything longer is read from left to right, once.
_ID = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
_GRADES = re.compile(r"check-([0-9]{1,2})-([0-9]{1,2})")
_SIGNATURE = re.compile(r'^SHEET = "([0-9a-f]{64})"', re.M)
_HEAD = re.compile(r"# [^\n]{1,200} · sheet [0-9]{6}")
_SHOWN = 40                    # characters of the learner's in a note
_PYTHON_MAGICS = {"time", "timeit", "capture", "prun", "python3", "python"}


class Unreadable(Exception):
    """A file that is no notebook; its text says why, for the learner."""


class NoFile(Exception):
    """Nothing was handed in."""


class Forbidden(PermissionError):
    """A file that whoever grades may not read: no fault of its author's. The text says so, for the teacher."""


def content_of(path: Path) -> bytes:
    """The file's bytes; a link, a pipe or a device is not read. Raises NoFile, Unreadable or Forbidden."""
    try:
        os.lstat(path)
    except PermissionError:
        raise _forbidden("file", path) from None
    except OSError:
        raise NoFile(say("No notebook was handed in.")) from None
    if path.is_dir() and not path.is_symlink():
        try:
            os.scandir(path).close()
        except PermissionError:
            raise _forbidden("folder", path) from None
        raise NoFile(say("No notebook was handed in."))
    with opened(path) as file:
        return file.read(min(os.fstat(file.fileno()).st_size, MAX_FILE) + 1)     # so much is asked for at once


def opened(path: Path) -> IO[bytes]:
    """An ordinary file, to be read. Raises Unreadable, at once, for links, pipes and devices; Forbidden for a file that
    this account may not read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except PermissionError:
        raise _forbidden("file", path) from None
    except OSError as error:
        if path.is_symlink():
            raise Unreadable(say("This is a link, which is not followed: what it leads to was not handed "
                                 "in.")) from None
        raise Unreadable(say("The file cannot be opened: {error}.", error=error.strerror)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable(say("This is no ordinary file."))
    return os.fdopen(descriptor, "rb")


def _forbidden(what: str, path: Path) -> Forbidden:
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path.name[-100:])
    return Forbidden(f"The {what} `{name}` may not be read by the account that grades, which is no fault of the "
                     "learner's. Give that account the right to read it, and grade again.")


@dataclass
class Cell:
    """A cell of code."""

    number: int                                        # among the code cells, from 1
    source: str
    tree: ast.Module | None                            # None where it is no Python
    fault: str = ""                                    # why, as what comes behind "the cell": "is no Python: ..."
    grades: str = ""                                   # nbgrader's metadata says that it grades this exercise
    notes: list[str] = field(default_factory=list)

    @functools.cached_property
    def checks(self) -> list[tuple[int, str, list[ast.expr]]]:
        """Calls of `check`: the line, the exercise, and what is passed."""
        if self.tree is None or "check" not in self.source:
            return []
        known = vars(self.tree)                        # cells that many learners have in common are read once
        if "checks" not in known:
            known["checks"] = [(node.lineno, id, node.args[1:]) for node in ast.walk(self.tree)
                               if isinstance(node, ast.Call) and (id := checked(node))]
        return known["checks"]

    @property
    def file(self) -> str:
        return f"<cell {self.number}>"


def cells_of(content: bytes) -> list[Cell]:
    """The code cells of a notebook of format 3 or 4, in order. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(say("The file is empty."))
    if len(content) > MAX_FILE:
        raise Unreadable(say("The file has {size} MB; at most {most} are read. Clear the outputs and hand it in again.",
                             size=len(content) >> 20, most=MAX_FILE >> 20))
    for start, kind in ((b"%PDF", later("a PDF")), (b"PK\3\4", later("a zip or an Office document")),
                        (b"\x89PNG", later("a picture")), (b"\xff\xd8\xff", later("a picture")),
                        (b"<", later("HTML or XML"))):
        if content.lstrip().startswith(start):
            raise Unreadable(say("The file is {kind}, not a notebook, whatever its name says.", kind=say(kind)))
    found: list[Cell] = []
    total = 0
    for source, metadata in _sources(_json(content)):
        total += len(source)
        if len(source) > MAX_CELL or total > MAX_CODE:
            found.append(Cell(len(found) + 1, "", None, f"is not read: it holds {len(source)} characters"))
        else:
            found.append(_cell(len(found) + 1, source, metadata))
    if not found:
        raise Unreadable(say("The notebook holds no code."))
    return found


def sheet_of(content: bytes) -> dict[str, str]:
    """Of an exam's sheet: the signature that its code carries, and the digest of the texts that it came with."""
    notebook = _json(content)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    texts, signature = [], ""
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", "")
        source = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
        if not isinstance(source, str):
            continue
        if cell.get("cell_type") == "markdown":
            texts.append(source)
        elif len(source) < MAX_CELL and (found := _SIGNATURE.search(source)) and not signature:
            signature = found[1]
    return {"signature": signature, "texts": texts_digest(texts)}


def texts_digest(texts: list[str]) -> str:
    """Of the markdown cells that every sheet has: its head and its tasks. What a learner has added does not count."""
    own = [text.strip() for text in texts if text.startswith("## Task ") or _HEAD.match(text[:300])]
    return hashlib.sha256("\0".join(own).encode("utf-8", "replace")).hexdigest()


def digest(cells: list[Cell]) -> str:
    """Of the code alone, without empty lines and spaces at the ends of lines: it stays when a notebook is run."""
    lines = (line.rstrip() for cell in cells for line in cell.source.split("\n"))
    return hashlib.sha256("\n".join(line for line in lines if line).encode()).hexdigest()


def exercise_ids(cells: list[Cell]) -> list[str]:
    """The exercises that the notebook checks, in its order."""
    found = [id for cell in cells for _, id, _ in cell.checks]
    return list(dict.fromkeys([*found, *(cell.grades for cell in cells if cell.grades)]))


def checked(node: ast.Call) -> str | None:
    """The id in `check("1.3", ...)`."""
    if node.args and isinstance(node.args[0], ast.Constant) and (
            isinstance(node.func, ast.Name) and node.func.id == "check"
            or isinstance(node.func, ast.Attribute) and node.func.attr == "check"):
        id = node.args[0].value
        return id if isinstance(id, str) and len(id) <= 5 and _ID.fullmatch(id) else None
    return None


def _json(content: bytes) -> Any:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return json.loads(content.decode(encoding, "replace"))
    except RecursionError:
        raise Unreadable(say("The file is no notebook: it is nested without end.")) from None
    except ValueError as error:
        if not isinstance(error, json.JSONDecodeError):
            raise Unreadable(say("The file is no notebook: it is not valid JSON. Was the download cut off?")) from None
        raise Unreadable(say("The file is no notebook: it is not valid JSON (line {line}). Was the download cut off?",
                             line=error.lineno)) from None


def _sources(notebook: Any) -> list[tuple[str, dict]]:
    if not isinstance(notebook, dict):
        raise Unreadable(say("The file is no notebook: it holds JSON, but no cells."))
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):            # format 3
        parts = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for part in parts if isinstance(part, list) for cell in part]
    if not isinstance(cells, list):
        raise Unreadable(say("The file is no notebook: it holds JSON, but no cells."))
    found = []
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            if isinstance(source, list):
                source = "".join(part for part in source if isinstance(part, str))
            metadata = cell.get("metadata")
            if isinstance(source, str):
                found.append((source, metadata if isinstance(metadata, dict) else {}))
    return found


def _cell(number: int, source: str, metadata: dict) -> Cell:
    source = source.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    cell = Cell(number, source, None, grades=_grades(metadata))
    first = source.lstrip().splitlines()[0] if source.strip() else ""
    if first.startswith("%%"):
        name = next(iter(first[2:].split(maxsplit=1)), "")[:_SHOWN]
        if name not in _PYTHON_MAGICS:
            cell.source, cell.tree = "", ast.Module([], [])
            cell.notes.append(f"cell {number}: `%%{name}` is not run")
            return cell
        cell.notes.append(f"cell {number}: `%%{name}` is left out")
        source = cell.source = source.replace(first, "", 1)
    cell.tree, cell.fault = _parse(source)
    if cell.tree is None:
        lines = [_without_magic(line) for line in source.split("\n")]
        if lines != source.split("\n"):
            tree, cell.fault = _parse("\n".join(lines))
            if tree is not None:
                cell.notes += [f"cell {number}: `{old.strip()[:40]}` is not run"
                               for old, new in zip(source.split("\n"), lines, strict=True) if old != new][:5]
                cell.source, cell.tree = "\n".join(lines), tree
    if cell.tree is None:
        cell.notes.append(say("cell {number} {fault}", number=number, fault=cell.fault))
    return cell


def _without_magic(line: str) -> str:
    """A line without what only IPython understands: `%magic`, `!shell`, `x = !shell`, `name?`."""
    code = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if code.startswith(("%", "!", "?")) or code.endswith("?") and _dotted(code.rstrip("?")):
        return indent + "pass"
    targets, sign, value = code.partition("=")
    value = value.lstrip()
    if sign and value.startswith(("%", "!")) and not value.startswith(("%=", "!=")) and all(
            name.strip().isidentifier() for name in targets.split(",")):
        return f"{indent}{targets.rstrip()} = None"
    return line


def _dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _parse(source: str) -> tuple[ast.Module | None, str]:
    """The syntax tree, or None and why not. Most cells of a class are the lesson's own: those are parsed once."""
    return _parse_once(source) if len(source) < 4000 else _parse_now(source)


@functools.lru_cache(maxsize=256)
def _parse_once(source: str) -> tuple[ast.Module | None, str]:
    return _parse_now(source)


def _parse_now(source: str) -> tuple[ast.Module | None, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source), ""
    except SyntaxError as error:
        text = (error.text or "").strip()[:80]
        where = say("line {line}: `{text}`", line=error.lineno, text=text) if text else \
            say("line {line}", line=error.lineno)
        if told := newer.needs(source, error.lineno or 0):
            return None, say("cannot be read: {why} ({where})", why=told, where=where)
        seen = f"{type(error).__name__}: {str(error.msg)[:200]}"
        return None, say("is no Python: {error} ({where})", error=seen, where=where)
    except (ValueError, RecursionError, MemoryError) as error:
        return None, say("is no Python: {error}", error=f"{type(error).__name__}: {str(error)[:80]}")


def _grades(metadata: dict) -> str:
    nbgrader = metadata.get("nbgrader")
    if not isinstance(nbgrader, dict) or nbgrader.get("grade") is not True:
        return ""
    id = nbgrader.get("grade_id")
    match = _GRADES.fullmatch(id) if isinstance(id, str) and len(id) <= 11 else None
    return f"{match[1]}.{match[2]}" if match else ""
