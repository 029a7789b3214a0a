"""Zips that learners made, and how much of what one learner hands in is read.

Each learner has a budget of their own. What goes beyond it is not read, and said; it costs nobody else anything.
"""
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .notebooks import MAX_FILE, Unreadable, opened

__all__ = ["DEPTH", "Budget", "Member", "ZipError", "entries", "is_zip", "shortened", "unpack"]

MAX_MEMBERS = 5000             # files and folders of one learner, in zips as well
MAX_UNPACKED = 256 << 20       # bytes that are unpacked for one learner, from all zips together
MAX_NOTEBOOKS = 40             # of one learner: more than twice the lessons
MAX_CLASS = 200_000            # members of the zip that a teacher gives
DEPTH = 8                      # folders in folders
_NAME = 150                    # characters of one part of a name
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}         # what is unpacked piece by piece, in bounded memory


@dataclass
class Budget:
    """What one learner may still use.

    Attributes:
        refused: what was not read, and why, as sentences; each once.
    """

    members: int = field(default_factory=lambda: MAX_MEMBERS)
    unpacked: int = field(default_factory=lambda: MAX_UNPACKED)
    notebooks: int = field(default_factory=lambda: MAX_NOTEBOOKS)
    refused: dict[str, None] = field(default_factory=dict)

    def member(self) -> bool:
        """Take one file or folder. False where there are too many."""
        self.members -= 1
        if self.members < 0:
            self.refuse(f"There are more than {MAX_MEMBERS} files and folders; the rest was not read.")
        return self.members >= 0

    def notebook(self) -> bool:
        """Take one notebook. False where there are too many."""
        self.notebooks -= 1
        if self.notebooks < 0:
            self.refuse(f"There are more than {MAX_NOTEBOOKS} notebooks; the rest was not read.")
        return self.notebooks >= 0

    def refuse(self, what: str) -> None:
        """Remember what was not read; a learner cannot make this list long."""
        if len(self.refused) < 20:
            self.refused[what] = None


class ZipError(ValueError):
    """A zip that is not read; its text says why."""


@dataclass(frozen=True)
class Member:
    """A file or a folder in a zip. `parts` lead nowhere: no root, no drive, no `..`."""

    parts: tuple[str, ...]
    folder: bool
    info: zipfile.ZipInfo


def is_zip(path: Path) -> bool:
    """Whether an ordinary file begins like a zip or ends like one. Links, pipes and devices are not opened."""
    try:
        with opened(path) as file:
            return zipfile.is_zipfile(file)
    except (Unreadable, OSError):
        return False


@contextmanager
def entries(path: Path, most: int) -> Iterator[tuple[zipfile.ZipFile, list[Member]]]:
    """An open zip and its members. Raises ZipError where it cannot be read or says that it holds more than `most`."""
    try:
        with opened(path) as file:
            _counted(file, most)
            with zipfile.ZipFile(file) as archive:
                members = [Member(_parts(info), info.is_dir(), info) for info in archive.infolist()]
                if len(members) > most:
                    raise ZipError("it holds more files and folders than are read")
                yield archive, [member for member in members if member.parts]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, NotImplementedError, struct.error, Unreadable,
            UnicodeError, RuntimeError) as error:
        raise ZipError(f"it cannot be read: {str(error)[:200]}") from None


def _counted(file, most: int) -> None:
    """Before the list of members is read into memory: how long it says it is, at the end of the file.

    A zip without a count that can be believed is left to `zipfile`, which reads no more than the length given there.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    end = file.read()
    at = len(end) - 22 if end[-22:-18] == b"PK\5\6" and end[-2:] == b"\0\0" else end.rfind(b"PK\5\6")
    if at < 0 or at + 22 > len(end):
        raise ZipError("it has no list of its members, or was cut off")
    count, length = struct.unpack_from("<HL", end, at + 10)
    if count == 0xFFFF or length == 0xFFFFFFFF:
        start = at - 20
        if start < 0 or end[start:start + 4] != b"PK\6\7":
            raise ZipError("its list of members is of unknown length")
        file.seek(struct.unpack_from("<Q", end, start + 8)[0])
        record = file.read(56)
        if len(record) < 56 or record[:4] != b"PK\6\6":
            raise ZipError("its list of members is of unknown length")
        count, length = struct.unpack_from("<QQ", record, 32)
    if count > most or length > most * 1000:
        raise ZipError("it holds more files and folders than are read")


def unpack(archive: zipfile.ZipFile, member: Member, copy: Path, budget: Budget) -> str:
    """Write one member to `copy`, piece by piece, within the budget. Says what went wrong, or nothing."""
    if stat.S_ISLNK(member.info.external_attr >> 16):
        return "it is a link, which is not followed"
    if member.info.compress_type not in _PACKED:
        return "it is packed in a way that is not read here; an ordinary zip is (deflate)"
    try:
        with archive.open(member.info) as source, open(copy, "wb") as target:
            size = 0
            while size <= MAX_FILE and (part := source.read(1 << 20)):
                size += len(part)
                budget.unpacked -= len(part)
                if budget.unpacked < 0:
                    budget.refuse(f"The zips hold more than {MAX_UNPACKED >> 20} MB; the rest was not unpacked.")
                    raise ValueError("the zips hold more than is unpacked")
                target.write(part)
        return ""
    except Exception as error:                          # zlib has errors of its own
        copy.unlink(missing_ok=True)
        return f"it could not be unpacked: {str(error)[:200] or type(error).__name__}"


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of a member's name that are names; `..`, roots and drives are dropped."""
    name = info.filename
    if not info.flag_bits & 0x800:                      # no word on the encoding: UTF-8 if it can be
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    parts = PurePosixPath(name[:4000].replace("\\", "/")).parts
    return tuple(shortened(p) for p in parts if p not in ("/", "//", "..", ".")
                 and not re.fullmatch(r"[A-Za-z]:", p[:3]))


def shortened(name: str) -> str:
    """A name of at most 150 characters, with its ending."""
    return name if len(name) <= _NAME else name[:_NAME - 12] + "…" + name[-11:]
