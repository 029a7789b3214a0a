"""Where submissions lie: folders on the disk and zips, looked at in the same way. Nothing is opened but ordinary
files, no link is followed, and members of a zip are written under numbers, never under their own names."""
import atexit
import itertools
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

from .archives import DEPTH, Budget, Member, ZipError, entries, is_zip, unpack

__all__ = ["IGNORED", "Place", "Unpacked", "on_disk"]

Kind = Literal["folder", "file", "zip", "link", "other"]
IGNORED = {"__MACOSX", ".ipynb_checkpoints", ".git", "__pycache__", ".DS_Store", "Thumbs.db"}


class Unpacked(ExitStack):
    """The zips that are open, and the folder for what they hold.

    Args:
        folder: None makes one, which stays until the program ends.
        count: of the files in it, where another one has some there as well.
    """

    def __init__(self, folder: Path | None = None, count: Iterator[int] | None = None):
        super().__init__()
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="submissions-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self.folder, self.count = folder, itertools.count() if count is None else count

    def copy(self, suffix: str) -> Path:
        """A new path for one member."""
        return self.folder / f"{next(self.count)}{suffix}"


@dataclass(eq=False)
class Place:
    """A folder, a file, or something that is not read, on the disk or in a zip.

    Attributes:
        path: on the disk; of a member of a zip, its copy once `file` has written it.
        inner: what is in a folder of a zip, by name.
    """

    name: str
    kind: Kind
    path: Path | None = None
    archive: ZipFile | None = None
    member: Member | None = None
    inner: "dict[str, Place]" = field(default_factory=dict)
    note: str = ""

    def children(self, unpacked: Unpacked, budget: Budget) -> "list[Place]":
        """What is in a folder or a zip, in the order of the names; no more than the budget allows."""
        try:
            if self.kind == "zip":
                return self._of_zip(unpacked, budget)
            if self.kind == "folder" and self.path is not None:
                with os.scandir(self.path) as found:
                    listed = [on_disk(Path(entry.path)) for entry in itertools.islice(found, max(budget.members, 0) + 1)
                              if entry.name not in IGNORED]
                return sorted(listed, key=lambda place: place.name)
        except OSError as error:
            self.note = f"this folder cannot be read: {error.strerror}"
            budget.refuse(f"{_printable(self.name)}: {self.note}.")
        return [self.inner[name] for name in sorted(self.inner)] if self.path is None else []

    def file(self, unpacked: Unpacked, budget: Budget, suffix: str) -> Path:
        """Where it can be read now; `note` says what went wrong."""
        if self.path is None:
            self.path = unpacked.copy(suffix)
            assert self.archive is not None and self.member is not None
            self.note = unpack(self.archive, self.member, self.path, budget)
        return self.path

    def _of_zip(self, unpacked: Unpacked, budget: Budget) -> "list[Place]":
        path = self.file(unpacked, budget, ".zip")
        if self.note:
            return []
        if not is_zip(path):
            self.note = "it is no zip"
            return []
        try:
            archive, members = unpacked.enter_context(entries(path, max(budget.members, 0)))
        except ZipError as error:
            self.note = f"the zip cannot be read: {error}"
            budget.refuse(f"{_printable(self.name)}: {error}.")
            return []
        root = Place("", "folder")
        for member in members:
            if len(member.parts) > DEPTH:
                budget.refuse(f"In the zip are more than {DEPTH} folders in one another; what is deeper was not read.")
            elif not set(member.parts) & IGNORED:
                root._put(member, archive, budget)
        return [root.inner[name] for name in sorted(root.inner)]

    def _put(self, member: Member, archive: ZipFile, budget: Budget) -> None:
        """Into the tree of a zip."""
        at = self
        *above, last = member.parts
        for name in [*above, last] if member.folder else above:
            at = at.inner.setdefault(name, Place(name, "folder"))
            if at.kind != "folder":
                break
        if member.folder and at.kind == "folder":
            return
        if at.kind != "folder" or last in at.inner:
            budget.refuse(f"{_printable('/'.join(member.parts))} is in the zip twice; only the first was read.")
            return
        kind: Kind = "zip" if last.lower().endswith(".zip") else "file"
        if stat.S_ISLNK(member.info.external_attr >> 16):
            kind = "link"
        at.inner[last] = Place(last, kind, None, archive, member)


def on_disk(path: Path) -> Place:
    """What lies at a path. A link is a link, whatever it leads to; pipes and devices are "other"."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return Place(path.name, "other", path)
    kind: Kind = ("link" if stat.S_ISLNK(mode) else "folder" if stat.S_ISDIR(mode) else "other"
                  if not stat.S_ISREG(mode) else "zip" if path.name.lower().endswith(".zip") else "file")
    return Place(path.name, kind, path)


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name[-200:])
