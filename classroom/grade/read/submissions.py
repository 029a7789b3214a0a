"""Finding submissions: in a folder, a zip, or what a learning management system lets a teacher download.

Nothing here trusts a name or an archive: links are not followed, members of a zip are written under numbers and never
under their own names, and no archive unpacks to more than its share.
"""
import atexit
import os
import re
import shutil
import stat
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .notebooks import MAX_FILE

__all__ = ["Submission", "find"]

MAX_MEMBERS = 50_000
MAX_UNPACKED = 4 << 30         # bytes of one zip
_DEPTH = 8
_IGNORED = {"__MACOSX", ".ipynb_checkpoints", ".git", "__pycache__"}
_MOODLE = re.compile(r"(?P<learner>.+?)_(?P<id>\d+)_assignsubmission_(file|onlinetext)_?$")
_CANVAS = re.compile(r"(?P<learner>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(\d+)_(?P<file>.+)$", re.I)
_WRAPPERS = {"submitted", "submissions", "submission", "download", "downloads"}


@dataclass(frozen=True)
class Submission:
    """One notebook of one learner, or the folder of a learner who handed in none.

    Attributes:
        learner: who; what the folder or the file is called where nothing else says it.
        name: the path inside the folder or zip, with forward slashes.
        path: where it can be read now.
        notes: what the teacher should know: that it was late, that it was not unpacked.
    """

    learner: str
    name: str
    path: Path
    notes: tuple[str, ...] = ()


@dataclass
class _Found:
    parts: tuple[str, ...]
    path: Path
    notes: tuple[str, ...] = ()
    folder: bool = False


def find(path: Path | str) -> list[Submission]:
    """All submissions under a folder, in a zip, or the one notebook that `path` is; in the order of their names.

    Understood are Moodle's and Canvas's downloads, nbgrader's `submitted/<student>/<assignment>`, a folder for each
    learner, and plain notebooks. A learner's folder without a notebook is a submission as well: a missing one.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it is neither a folder, a zip nor a notebook, or there is nothing in it.
    """
    path = Path(path)
    if not os.path.lexists(path):
        raise FileNotFoundError(f"{path}: there is nothing here; expected a folder, a zip or a notebook")
    if path.is_dir():
        found = _in_folder(path)
    elif path.suffix.lower() == ".ipynb":
        return [Submission(_clean(path.stem), _clean(path.name), path)]
    elif zipfile.is_zipfile(path):
        found = _in_zip(path, ())
    else:
        raise ValueError(f"{path}: this is neither a folder nor a zip nor a notebook")
    found = _unwrapped(found)
    submissions = [s for s in map(_submission, _with_missing(found)) if s is not None]
    if not submissions:
        raise ValueError(f"{path}: there is no notebook in it, nor a folder of a learner")
    return sorted(_told_apart(submissions), key=lambda s: s.name)


def _in_folder(root: Path) -> list[_Found]:
    found: list[_Found] = []
    todo: list[tuple[Path, tuple[str, ...]]] = [(root, ())]
    while todo:
        folder, parts = todo.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            found.append(_Found(parts, folder, (f"this folder cannot be read: {error.strerror}",), True))
            continue
        for entry in entries:
            inside, path = (*parts, entry.name), folder / entry.name
            if entry.name in _IGNORED or len(found) > MAX_MEMBERS:
                continue
            if entry.is_symlink():
                if entry.name.lower().endswith(".ipynb"):
                    found.append(_Found(inside, path, ("it is a link, which is not followed",)))
            elif entry.is_dir(follow_symlinks=False):
                found.append(_Found(inside, path, folder=True))
                if len(inside) < _DEPTH:
                    todo.append((path, inside))
            elif entry.name.lower().endswith(".ipynb"):
                found.append(_Found(inside, path))
            elif entry.name.lower().endswith(".zip") and zipfile.is_zipfile(path):
                found += _in_zip(path, (*parts, entry.name[:-4]))
    return found


def _in_zip(path: Path, parts: tuple[str, ...], depth: int = 0) -> list[_Found]:
    """What a zip holds; notebooks are unpacked under numbers."""
    target = Path(tempfile.mkdtemp(prefix="submissions-"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    found: list[_Found] = [_Found(parts, target, folder=True)] if parts else []
    left = MAX_UNPACKED
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()[:MAX_MEMBERS]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return [_Found((*parts, path.name), target / "none", (f"the zip cannot be read: {error}",))]
    for number, member in enumerate(members):
        inside = (*parts, *_parts(member))
        if len(inside) == len(parts) or set(inside) & _IGNORED:
            continue
        name = inside[-1].lower()
        if member.is_dir():
            found.append(_Found(inside, target, folder=True))
            continue
        found += [_Found(inside[:n], target, folder=True) for n in range(len(parts) + 1, len(inside))]
        if not name.endswith((".ipynb", ".zip")):
            continue
        copy = target / f"{number}{'.zip' if name.endswith('.zip') else '.ipynb'}"
        notes: tuple[str, ...] = ()
        if stat.S_ISLNK(member.external_attr >> 16):
            notes = ("it is a link, which is not followed",)
        else:
            left, fault = _unpack(archive, member, copy, left)
            notes = (fault,) if fault else ()
        if name.endswith(".zip") and not notes and depth < 1 and zipfile.is_zipfile(copy):
            found += _in_zip(copy, (*inside[:-1], inside[-1][:-4]), depth + 1)
        elif name.endswith(".ipynb"):
            found.append(_Found(inside, copy, notes))
    archive.close()
    folders = {f.parts: f for f in reversed(found) if f.folder}
    return [f for f in found if not f.folder or folders[f.parts] is f]


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, copy: Path, left: int) -> tuple[int, str]:
    """Write one member, no more of it than is read anyway. What is left of the zip's share, and what went wrong."""
    try:
        with archive.open(member) as source, open(copy, "wb") as target:
            size = 0
            while size <= MAX_FILE and (part := source.read(1 << 20)):
                size += len(part)
                left -= len(part)
                if left < 0:
                    raise ValueError("the zip holds more than is unpacked")
                target.write(part)
        return left, ""
    except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile,
            MemoryError) as error:
        copy.unlink(missing_ok=True)
        return left, f"it could not be unpacked: {error}"
    except Exception as error:                          # zlib and lzma have errors of their own
        copy.unlink(missing_ok=True)
        return left, f"it could not be unpacked: {type(error).__name__}"


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of a member's name that are names; `..`, roots and drives are dropped."""
    name = member.filename
    if not member.flag_bits & 0x800:                    # no word on the encoding: UTF-8 if it can be
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return tuple(p for p in parts if p not in ("/", "..", ".") and not re.fullmatch(r"[A-Za-z]:", p))[:_DEPTH]


def _unwrapped(found: list[_Found]) -> list[_Found]:
    """Without folders that hold the whole class: `submitted`, or one that is alone and holds several others."""
    while True:
        tops = {f.parts[0] for f in found if f.parts}
        if len(tops) != 1 or any(len(f.parts) == 1 and not f.folder for f in found):
            return found
        inner = {f.parts[1] for f in found if len(f.parts) > 1}
        folders = {f.parts[1] for f in found if len(f.parts) > 2 or len(f.parts) == 2 and f.folder}
        top = next(iter(tops))
        files = inner - folders
        class_of_files = len(files) > 1 and all(_CANVAS.match(name) for name in files)
        known = top.lower() in _WRAPPERS or any(_MOODLE.match(name) for name in inner) or class_of_files
        if _MOODLE.match(top) or not (known or len(folders) > 1 and not files):
            return found
        if not inner:
            return []
        found = [_Found(f.parts[1:], f.path, f.notes, f.folder) for f in found if len(f.parts) > 1]


def _with_missing(found: list[_Found]) -> list[_Found]:
    """The notebooks, and the learners' folders that hold none."""
    notebooks = [f for f in found if not f.folder]
    owners = {f.parts[0] for f in notebooks if len(f.parts) > 1}
    return notebooks + [f for f in found if f.folder and len(f.parts) == 1 and f.parts[0] not in owners
                        and f.parts[0] not in _WRAPPERS]


def _submission(found: _Found) -> Submission | None:
    top, notes = found.parts[0], list(found.notes)
    learner = top
    if match := _MOODLE.match(top):
        learner = match["learner"]
    elif len(found.parts) == 1 and not found.folder:
        learner = top[: -len(".ipynb")]
        if match := _CANVAS.match(learner):
            learner = match["learner"]
            if match["late"]:
                notes.append("handed in late")
    if found.folder:
        notes.append("there is no notebook in this folder")
    return Submission(_clean(learner), "/".join(map(_clean, found.parts)), found.path, tuple(notes))


def _told_apart(submissions: list[Submission]) -> list[Submission]:
    """Canvas writes `anderskim` for two people of one name: their numbers tell them apart."""
    numbers: dict[str, set[str]] = {}
    for s in submissions:
        if match := _numbered(s):
            numbers.setdefault(s.learner, set()).add(match)
    return [Submission(f"{s.learner} ({_numbered(s)})", s.name, s.path, s.notes)
            if len(numbers.get(s.learner, ())) > 1 else s for s in submissions]


def _numbered(submission: Submission) -> str | None:
    first = submission.name.split("/")[0]
    match = _MOODLE.match(first) or _CANVAS.match(first)
    return match["id"] if match else None


def _clean(name: str) -> str:
    """Fit to be written to a file: no lone surrogates, no control characters, one form for each letter."""
    name = unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace") if _surrogates(name) else name)
    turned = "\u202a\u202b\u202d\u202e"              # these would show a name in another order
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cs") or c in turned else c
                   for c in name).strip() or "unnamed"


def _surrogates(name: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in name)
