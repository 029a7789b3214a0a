"""`build-a-transformer update`: newer lessons, cell by cell, beside what the learner has written.

An answer is kept, whatever has become of its exercise; so is every cell that the learner has added. Text and code that
the learner has not touched are renewed. Where both have changed, the new cell comes first and the learner's follows.
The notebook as it was goes to the folder `backups`.
"""
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from classroom.arguments import Parser
from course._paths import atomic_path
from course._words import say

from . import lessons
from .lessons import LessonsError, digest

__all__ = ["main", "merged", "newer", "update"]

BACKUPS = "backups"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns 1 if a notebook could not be renewed, in which case it is as it was."""
    parser = Parser(prog="build-a-transformer update", description=say(
        "`build-a-transformer update`: newer lessons, cell by cell, beside what the learner has written."))
    parser.add_argument("folder", nargs="?", metavar=say("folder"), help=say(
        "where your lessons are (default: here, or that of last time)"))
    parser.add_argument("--check", action="store_true", help=say("only name what is newer; exit 1 if anything is"))
    options = parser.parse_args(arguments)
    try:
        source, folder = lessons.source(), lessons.chosen(options.folder)
        if not any(folder.glob("[0-9][0-9]_*.ipynb")):
            raise LessonsError(say("There are no lessons in {folder}. `build-a-transformer lab` copies them to a "
                                   "folder; or name the folder that yours are in.", folder=folder))
    except LessonsError as error:
        print(error, file=sys.stderr)
        return 1
    said: list[str] = []
    failed = renewed = 0
    for name in tqdm(lessons.names(source), unit=say("notebook"), disable=None, leave=False):
        try:
            lines = newer(folder, name) if options.check else update(folder, name)
            renewed += bool(lines)
            said += lines
        except LessonsError as error:
            failed += 1
            said.append(str(error))
    print(*said, sep="\n", end="\n" if said else "")
    if not renewed and not failed:
        print(say("The lessons in {folder} are those of this version of the course.", folder=folder))
    elif renewed and not options.check:
        print(say("What was there before is in {folder}. A notebook that is open: in JupyterLab, choose File, Reload "
                  "Notebook from Disk.", folder=folder / BACKUPS))
    return 1 if failed or options.check and renewed else 0


def update(folder: Path, name: Path) -> list[str]:
    """Renew one lesson in the learner's folder, or copy it there if it is missing. Returns what to say of it.

    Raises LessonsError if the notebook cannot be read or written, or was saved meanwhile; it is then as it was.
    """
    path = folder / name
    if not path.exists():
        lessons.copy_one(folder, name)
        return [say("{name}: new", name=name)]
    before = _content(path)
    theirs = lessons.read(path, before)
    result, notes = merged(theirs, lessons.read(lessons.source() / name))
    if _same(result, theirs):
        return []
    _keep(folder, name, before)
    if _content(path) != before:
        raise LessonsError(say("{path} was saved while it was being renewed: close it, and run the command again.",
                               path=path))
    lessons.write(path, result)
    return [say("{name}: renewed", name=name), *(f"  {note}" for note in notes)]


def merged(theirs: NotebookNode, new: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The new lesson with the learner's answers and cells in it, and what the learner should know of it.

    Args:
        theirs: the learner's notebook. Without `course.given` in its metadata only cells that are just as in the new
            lesson count as untouched, so that nothing is taken for old text that might be the learner's.
        new: the lesson as this version gives it.
    """
    course, given = theirs.metadata.get("course"), lessons.given(new)
    noted = course.get("given") if isinstance(course, dict) else None
    known = isinstance(noted, dict)
    base: dict[str, str] = noted if isinstance(noted, dict) else given
    partner = _partners(theirs.cells, new.cells, base)
    by_partner = {id: theirs.cells[n] for n, id in partner.items()}
    added = _added(theirs.cells, partner, base, given)
    cells, notes = [*added.get("", [])], []
    for cell in new.cells:
        old = by_partner.get(cell.id)
        before = None if old is None else _before(old, cell, base)
        if old is None:
            cells.append(cell)
        elif digest(old) == digest(cell):
            cells.append(_like(old, cell))                       # with its outputs
        elif known and digest(old) == before:
            cells.append(cell)                                   # the learner has not touched it
        elif _solves(cell):
            cells.append(_like(old, cell))
            if known and before != digest(cell):
                notes.append(say("{exercise}: your answer is kept. The cell given for it has changed: compare your "
                                 "answer with the text of the exercise.", exercise=_exercise(cell)))
        elif known and before == digest(cell):
            cells.append(_like(old, cell))                       # only the learner has changed it
        else:
            cells += [cell, _own(old, given)]
            notes.append(say("cell {id}: you and the course have both changed it; yours follows the new one.",
                             id=cell.id))
        cells += added.get(cell.id, [])
    result = nbformat.from_dict({**theirs, "cells": _with_ids(cells), "nbformat": 4,
                                 "nbformat_minor": max(5, theirs.get("nbformat_minor", 5))})
    result.metadata["course"] = {**new.metadata.get("course", {}), "given": given}
    return result, notes


def _partners(theirs: list[NotebookNode], new: list[NotebookNode], base: dict[str, str]) -> dict[int, str]:
    """Of the learner's cells, by number, the id of the cell in the new lesson that each is an older state of.

    An answer is found by its exercise, since ids may have moved on; other cells by their ids; and where a program has
    taken the ids away, by their text.
    """
    fits = {cell.id: cell for cell in new}
    of_exercise = {_grade_id(cell): cell.id for cell in new if _solves(cell)}
    of_text = {text: id for id, text in base.items()}
    found: dict[int, str] = {}
    taken: set[str] = set()

    def by_exercise_and_id(cell: NotebookNode) -> str | None:
        return cell.get("id") if cell.get("id") == of_exercise.get(_grade_id(cell)) else None

    def by_exercise(cell: NotebookNode) -> str | None:
        return of_exercise.get(_grade_id(cell))

    def by_id(cell: NotebookNode) -> str | None:
        other = fits.get(cell.get("id"))
        if other is None or other.id not in base or other.cell_type != cell.cell_type:
            return None
        return other.id if _grade_id(cell) in ("", _grade_id(other)) else None

    def by_text(cell: NotebookNode) -> str | None:
        return None if "id" in cell else of_text.get(digest(cell))

    for way in (by_exercise_and_id, by_exercise, by_id, by_text):
        for n, cell in enumerate(theirs):
            id = way(cell)
            if id is not None and n not in found and id in fits and id not in taken:
                found[n] = id
                taken.add(id)
    return found


def _added(theirs: list[NotebookNode], partner: dict[int, str], base: dict[str, str],
           given: dict[str, str]) -> dict[str, list[NotebookNode]]:
    """The learner's own cells, by the id of the new lesson's cell that they follow; "" for the beginning.

    A cell that the course has taken out counts as the learner's if it was changed, and is left out otherwise.
    """
    found: dict[str, list[NotebookNode]] = {}
    after, texts = "", set(base.values())
    for n, cell in enumerate(theirs):
        if n in partner:
            after = partner[n]
        elif (digest(cell) != base.get(cell["id"])) if "id" in cell else (digest(cell) not in texts):
            found.setdefault(after, []).append(_own(cell, given))
    return found


def _before(old: NotebookNode, cell: NotebookNode, base: dict[str, str]) -> str | None:
    """The digest of what the learner was given as `old`, whose partner in the new lesson is `cell`."""
    if "id" not in old and digest(old) in base.values():
        return digest(old)
    return base.get(old.get("id", cell.id), base.get(cell.id))


def _like(old: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """The learner's cell, outputs and all, under the id and with the marks of the new lesson's."""
    return nbformat.from_dict({**old, "id": cell.id, "metadata": {**old.metadata, **cell.metadata}})


def _own(cell: NotebookNode, given: dict[str, str]) -> NotebookNode:
    """A cell as the learner's own: nothing marks it as the place of an answer or a check, and no id of the lesson's."""
    own = nbformat.from_dict({**cell, "metadata": {key: value for key, value in cell.metadata.items()
                                                   if key != "nbgrader"}})
    if own.get("id") in given:
        del own["id"]
    return own


def _with_ids(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Each cell with an id that no other one has. Only cells of the learner's are without, or have one twice."""
    used = {cell["id"] for cell in cells if "id" in cell}
    seen: set[str] = set()
    for cell in cells:
        if cell.get("id") is None or cell["id"] in seen:
            n = 1
            while (id := f"own-{digest(cell)}-{n}") in used:
                n += 1
            cell["id"] = id
            used.add(id)
        seen.add(cell["id"])
    return cells


def _grade_id(cell: NotebookNode) -> str:
    mark = cell.metadata.get("nbgrader")
    return str(mark.get("grade_id", "")) if isinstance(mark, dict) else ""


def _solves(cell: NotebookNode) -> bool:
    mark = cell.metadata.get("nbgrader")
    return isinstance(mark, dict) and mark.get("solution") is True


def _exercise(cell: NotebookNode) -> str:
    return say("exercise {id}", id=".".join(_grade_id(cell).split("-")[1:3]))


def _same(one: NotebookNode, other: NotebookNode) -> bool:
    return nbformat.writes(one, version=4) == nbformat.writes(other, version=4)


def newer(folder: Path, name: Path) -> list[str]:
    """What `update` would have to say of one lesson, in a line, without doing it; nothing if it would do nothing."""
    path = folder / name
    if not path.exists():
        return [say("{name}: new", name=name)]
    theirs = lessons.read(path)
    result, _ = merged(theirs, lessons.read(lessons.source() / name))
    return [] if _same(result, theirs) else [say("{name}: newer", name=name)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LessonsError(say("{path} cannot be read: {strerror}", path=path, strerror=error.strerror)) from None


def _keep(folder: Path, name: Path, content: bytes) -> None:
    """The notebook as it was, beside all earlier ones."""
    stem = f"{'-'.join(name.with_suffix('').parts)}-{datetime.now():%Y%m%d-%H%M%S}"
    path, n = folder / BACKUPS / f"{stem}.ipynb", 1
    while os.path.lexists(path):
        n += 1
        path = path.with_name(f"{stem}-{n}.ipynb")
    try:
        with atomic_path(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise LessonsError(say("{path} cannot be written ({strerror}), and without a copy of what you have written "
                               "nothing is renewed. Make room, or see who may write to the folder.", path=path,
                               strerror=error.strerror)) from None
