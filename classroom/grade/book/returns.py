"""All feedback pages in one zip, under the names by which Moodle and Canvas know whose a file is."""
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from classroom.grade.read.roster import Person
from course._paths import atomic_path

from .gradebook import Gradebook, Learner
from .mark import Mark
from .safe import plain
from .sheets import participant

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(file|onlinetext)_?$")
_CANVAS = re.compile(r"[^_]+_(LATE_)?\d+_\d+_.+$", re.I)


def write_moodle(path: Path, book: Gradebook, pages: Mapping[str, Path]) -> bool:
    """For *Upload multiple feedback files in a zip*; False, and no file, where no identifiers are known.

    Args:
        path: the zip.
        pages: each learner's page.
    """
    def name(learner: Learner, mark: Mark) -> str:
        match = _MOODLE.match(_top(mark)) if mark.own else None
        number = match["id"] if match else _identifier(learner.person, book)
        called = (match["name"] if match else learner.person.name) or "learner"
        called = re.sub(r'[_/\\:*?"<>|]+', " ", plain(called, keep="")).strip() or "learner"
        return f"{called}_{number}_assignsubmission_file_/feedback.html" if number else ""

    return _write(path, book, pages, name)


def write_canvas(path: Path, book: Gradebook, pages: Mapping[str, Path]) -> bool:
    """For *Upload submissions* on an assignment's page; False, and no file, unless Canvas' own download was graded.

    Canvas reads a learner's and a file's number in a name, and both are only in the names of its own download.
    """
    def name(learner: Learner, mark: Mark) -> str:
        top = _top(mark).removesuffix(".ipynb") if mark.own else ""
        return f"{top}.html" if _CANVAS.match(top) and not re.search(r'[/\\:*?"<>|]', plain(top)) else ""

    return _write(path, book, pages, name)


def _write(path: Path, book: Gradebook, pages: Mapping[str, Path], name: Callable[[Learner, Mark], str]) -> bool:
    members: dict[str, Path] = {}
    for learner in book.learners:
        for mark in learner.marks.values():
            member = name(learner, mark) if mark.record and learner.person.learner in pages else ""
            if member:
                members.setdefault(member, pages[learner.person.learner])
                break
    if not members:
        path.unlink(missing_ok=True)
        return False
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, page in members.items():
            entry = zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, page.read_bytes())
    return True


def _top(mark: Mark) -> str:
    return str((mark.record or {}).get("submission") or "").partition("/")[0]


def _identifier(person: Person, book: Gradebook) -> str:
    column = book.sheet.roles.get("identifier")
    return participant(person.row.get(column, "")) if column else ""
