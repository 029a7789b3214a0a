"""Finding submissions: in a folder, a zip, or what a learning management system lets a teacher download.

Nothing here trusts a name or an archive, and nothing that one learner hands in changes what is found of another: each
has a budget of their own, and names that read the same are kept apart.
"""
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course._words import say

from . import apart
from .archives import DEPTH, MAX_CLASS, Budget, shortened
from .names import NOTEBOOKS, OTHERS, clean, stem, tell_apart
from .places import IGNORED, Kind, Place, Unpacked, on_disk

__all__ = ["Found", "Submission", "entries_of", "find", "owner_of"]

_NESTED = 2                    # zips around a zip that is still opened
_MOODLE = re.compile(r"(?P<learner>.+?)_(?P<id>\d+)_assignsubmission_(file|onlinetext)_?$")
_CANVAS = re.compile(r"(?P<learner>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(\d+)_(?P<file>.+)$", re.I)
_WRAPPERS = {"submitted", "submissions", "submission", "download", "downloads"}
_NOTES = (".txt", ".md", ".png", ".jpg", ".jpeg", ".heic")     # beside the learners' folders: more likely a teacher's
_LEFT = 100                    # names of what is left out
_NOT_HANDED_IN = {"timestamp.txt", "feedback.html", "requirements.txt", "readme.md", "readme.txt"}
_OWN = "solutions"             # the course's folder of solutions, in a repository that is handed in whole


@dataclass(frozen=True)
class Submission:
    """One notebook of one learner, or the folder of a learner who handed in none.

    Attributes:
        learner: who; what the folder or the file is called where nothing else says it.
        name: the path inside the folder or zip, with forward slashes.
        path: where it can be read now.
        notes: what the teacher should know: that it was late, that it was not unpacked.
        unreadable: why nothing of it could be read: looking through it took more than is allowed.
        ignored: what else this learner handed in and was not read, or whose name was not kept, as sentences. All of it
            is in the notes as well.
    """

    learner: str
    name: str
    path: Path
    notes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unreadable: str = ""


class Found(list[Submission]):
    """Submissions. `left`: files of the class's folder that are nobody's work, by name: a list, a note."""

    left: tuple[str, ...] = ()


@dataclass
class _Found:
    parts: tuple[str, ...]
    path: Path
    notes: tuple[str, ...] = ()
    missing: str = ""                  # why nothing of this learner's is a notebook
    unreadable: str = ""


@dataclass
class _Owner:
    """What one entry of the class's folder holds: what one learner handed in."""

    raw: str                           # as the entry is called
    learner: str
    id: str | None
    late: bool
    found: list[_Found]
    budget: Budget
    plain: bool = True                 # the name is spelt as it is read

    def told(self) -> dict[str, Any]:
        """As plain JSON; `heard` is the inverse."""
        return {"raw": self.raw, "learner": self.learner, "id": self.id, "late": self.late,
                "refused": list(self.budget.refused),
                "found": [[list(f.parts), str(f.path), list(f.notes), f.missing] for f in self.found]}

    @classmethod
    def heard(cls, given: dict[str, Any]) -> "_Owner":
        found = [_Found(tuple(parts), Path(path), tuple(notes), missing)
                 for parts, path, notes, missing in given["found"]]
        return cls(given["raw"], given["learner"], given["id"], given["late"], found,
                   Budget(refused=dict.fromkeys(given["refused"])))


def find(path: Path | str, separate: bool = hasattr(os, "fork")) -> Found:
    """All submissions under a folder, in a zip, or the one notebook that `path` is; in the order of their names.

    Understood are Moodle's and Canvas's downloads, nbgrader's `submitted/<student>/<assignment>`, a folder for each
    learner, and plain notebooks. A learner's folder without a notebook is a submission as well: a missing one, or,
    where there is something else in it, one that cannot be read.

    Args:
        separate: look at each learner's in the reader, a process with limits. What exceeds them is a submission that
            cannot be read.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it is neither a folder, a zip nor a notebook, or there is nothing in it.
    """
    path = Path(path)
    if not os.path.lexists(path):
        raise FileNotFoundError(say("{path}: there is nothing here; expected a folder, a zip or a notebook", path=path))
    place = on_disk(path)
    if path.is_dir():
        place = _read_as(place, "folder")
    elif place.name.lower().endswith(NOTEBOOKS):
        return Found([Submission(clean(stem(path.name)), clean(path.name), path)])
    elif place.kind == "file":
        place = _read_as(place, "zip")
    if place.kind not in ("folder", "zip"):
        raise ValueError(say("{file}: this is neither a folder nor a zip nor a notebook", file=path))
    owners: dict[tuple[str, str], _Owner] = {}
    left: list[str] = []
    for owner in _looked_at(place, left) if separate else _owners(place, left):
        if (first := owners.setdefault((owner.raw, owner.learner), owner)) is not owner:
            first.found += owner.found                       # a zip, and the folder that was made of it
            first.budget.refused |= owner.budget.refused
            first.budget.refuse(f"`{clean(owner.raw)}` is there twice, as a folder and a zip: both were taken for one "
                                "learner's.")
    if not owners:
        raise ValueError(say("{file}: there is no notebook in it, nor a folder of a learner", file=path))
    tell_apart(list(owners.values()))
    found = Found(sorted((s for owner in owners.values() for s in _submissions(owner)), key=lambda s: s.name))
    found.left = tuple(left)
    return found


def _read_as(place: Place, kind: Kind) -> Place:
    """What a teacher names may be a link, or a zip by another name."""
    return Place(place.name, kind, place.path)


# ------------------------------------------------------------------------------------ here, or in the reader

def _owners(place: Place, left: list[str]) -> Iterator[_Owner]:
    with Unpacked() as unpacked:
        tops, note, left[:] = entries_of(place, unpacked)
        if note:
            raise ValueError(_neither(place, note))
        for top in tops:
            with Unpacked(unpacked.folder, unpacked.count) as open_zips:
                owner = owner_of(top, open_zips)
            if owner is not None:
                yield owner


def _looked_at(place: Place, left: list[str]) -> Iterator[_Owner]:
    """The same. A reader that is lost is followed by another, which goes on with the next learner."""
    folder, reader = Unpacked().folder, apart.shared()

    def opened() -> list[tuple[str, bool]]:
        try:
            told = reader.ask("class", path=str(place.path), kind=place.kind, folder=str(folder / str(reader.started)))
        except apart.TooMuch as error:
            raise ValueError(f"{place.path}: listing what is in it took {error}") from None
        if told["note"]:
            raise ValueError(_neither(place, told["note"]))
        left[:] = told["left"]
        return told["tops"]

    def told(n: int) -> dict[str, Any] | None:
        for again in (False, True):
            if reader.process is None:
                opened()
            try:
                return reader.ask("owner", n=n, tries=1)["owner"]
            except apart.TooMuch as error:
                if error.certain or again:
                    raise
        raise AssertionError

    with reader.lock:
        for n, (name, holds) in enumerate(opened()):
            try:
                given = told(n)
            except apart.TooMuch as error:
                yield _given_up(name, holds, folder / f"unread-{n}", f"`{clean(name)}`: looking through it took "
                                                                     f"{error}. Nothing of it was read.")
            else:
                if given is not None:
                    yield _Owner.heard(given)
        if reader.process is not None:
            reader.ask("done")


def _given_up(name: str, holds: bool, path: Path, why: str) -> _Owner:
    raw = name[:-4] if holds and name.lower().endswith(".zip") else name
    return _Owner(raw, *_who(raw, holds), [_Found((raw,), path, unreadable=why)], Budget(refused={why: None}))


def _neither(place: Place, note: str) -> str:
    return say("{path}: this is neither a folder nor a zip nor a notebook ({note})", path=place.path, note=note)


# ------------------------------------------------------------------------------------ the class

def entries_of(place: Place, unpacked: Unpacked) -> tuple[list[Place], str, list[str]]:
    """The learners' entries of a class's folder or zip, why there are none, and the names of what is left out."""
    left: list[str] = []
    tops = _tops(place, unpacked, Budget(members=MAX_CLASS, unpacked=4 << 30, notebooks=MAX_CLASS), left)
    return tops, place.note, left


def _tops(place: Place, unpacked: Unpacked, budget: Budget, left: list[str]) -> list[Place]:
    """The learners' entries, without folders that hold the whole class: `submitted`, or one that is alone and holds
    several others."""
    while True:
        tops = []
        for child in place.children(unpacked, budget):
            if _counts(child):
                tops.append(child)
            elif len(left) < _LEFT and not child.name.startswith("."):
                left.append(clean(shortened(child.name)))
        if len(tops) != 1 or not _holds(tops[0]):
            return tops
        top = tops[0]
        inner = [child for child in top.children(unpacked, budget) if _counts(child)]
        folders = [child for child in inner if _holds(child)]
        files = [child for child in inner if not _holds(child)]
        class_of_files = len(files) > 1 and all(_CANVAS.match(child.name) for child in files)
        known = _entry(top).lower() in _WRAPPERS or any(_MOODLE.match(child.name) for child in inner) or class_of_files
        if _MOODLE.match(_entry(top)) or not (known or len(folders) > 1 and not files):
            return tops
        place = top


def _holds(place: Place) -> bool:
    return place.kind in ("folder", "zip")


def _counts(place: Place) -> bool:
    """Whether an entry of the class's folder can be what somebody handed in."""
    name = place.name.lower()
    return place.kind != "file" or name.endswith(NOTEBOOKS) or bool(_CANVAS.match(place.name)) or (
        name.endswith(OTHERS) and not name.endswith(_NOTES) and name not in _NOT_HANDED_IN)


def _entry(place: Place) -> str:
    return place.name[:-4] if place.kind == "zip" and place.name.lower().endswith(".zip") else place.name


def _who(raw: str, holds: bool) -> tuple[str, str | None, bool]:
    """Learner, number and lateness, from what an entry is called; `holds`: it is a folder or a zip."""
    learner, id, late = raw if holds else stem(raw), None, False
    if match := _MOODLE.match(raw):
        learner, id = match["learner"], match["id"]
    elif match := _CANVAS.match(raw):
        id = match["id"]
        if not holds:
            learner, late = match["learner"], bool(match["late"])
    return learner, id, late


def owner_of(top: Place, unpacked: Unpacked) -> _Owner | None:
    """Who, and what they handed in; None for an empty folder that is nobody's."""
    raw, budget = _entry(top), Budget()
    learner, id, late = _who(raw, _holds(top))
    found = _handed_in(top, unpacked, budget)
    if not found and raw.lower() in _WRAPPERS:
        return None
    return _Owner(raw, learner, id, late, found, budget)


# ------------------------------------------------------------------------------------ one learner

def _handed_in(top: Place, unpacked: Unpacked, budget: Budget) -> list[_Found]:
    """The notebooks; or the other files that were handed in instead; or, of an empty folder, the folder."""
    notebooks: list[_Found] = []
    others: list[tuple[tuple[str, ...], Place]] = []
    closed: list[_Found] = []                                # folders that may not be looked into
    todo: list[tuple[Place, tuple[str, ...], int]] = [(top, (_entry(top),), 0)]
    while todo:
        place, parts, nested = todo.pop()
        name = place.name.lower()
        if not budget.member():
            break
        if place.kind == "folder" and name == _OWN:
            budget.refuse(f"`{'/'.join(map(clean, parts))}` is where the course keeps its own solutions; nothing in "
                          "it counts.")
        elif _holds(place):
            if len(parts) > DEPTH or nested > _NESTED:
                budget.refuse(f"`{'/'.join(map(clean, parts))[-200:]}` is too deep in other folders or zips, and was "
                              "not read.")
                continue
            inside = place.children(unpacked, budget)
            if place.note and place.kind == "zip":
                others.append(((*parts[:-1], place.name), place))
            elif place.note and place.path is not None:
                closed.append(_Found(parts, place.path, (place.note,)))
            deeper = nested + (place.kind == "zip")
            todo += [(child, (*parts, shortened(_entry(child))), deeper) for child in reversed(inside)]
        elif name.endswith(".ipynb"):
            if budget.notebook():
                notebooks.append(_read(parts, place, unpacked, budget))
        elif name not in IGNORED | _NOT_HANDED_IN and not name.startswith("."):
            others.append((parts, place))
            if place.kind == "other":
                budget.refuse(f"`{clean(place.name)}` is no ordinary file, and was not opened.")
    if notebooks:
        return notebooks
    if closed:                                               # whatever else there is, the notebook may be in there
        return closed[:1]
    instead = [_read(parts, place, unpacked, budget) for parts, place in others
               if place.name.lower().endswith(NOTEBOOKS) and budget.notebook()]
    if instead:
        return instead
    likely = sorted(others, key=lambda other: (_rank(other[1].name), other[0]))
    if likely:
        (parts, place), names = likely[0], [clean(place.name)[:60] for _, place in likely]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        found = _read(parts, place, unpacked, budget)
        found.missing = f"there is no notebook (.ipynb), but {', '.join(names[:3])}{more}"
        return [found]
    folder = top.path if top.path is not None and top.kind == "folder" else unpacked.folder
    return [_Found((_entry(top),), folder, (top.note,) if top.note else (), "there is no notebook in this folder")]


def _read(parts: tuple[str, ...], place: Place, unpacked: Unpacked, budget: Budget) -> _Found:
    """One file, and where it can be read."""
    if place.kind == "link":
        return _Found(parts, place.path or unpacked.copy(".ipynb"), ("it is a link, which is not followed",))
    path = place.file(unpacked, budget, ".ipynb")
    return _Found(parts, path, (place.note,) if place.note else ())


def _rank(name: str) -> int:
    return next((n for n, suffix in enumerate(OTHERS) if name.lower().endswith(suffix)), len(OTHERS))


def _submissions(owner: _Owner) -> list[Submission]:
    """One for each file, none of which has the name of another."""
    made: dict[str, Submission] = {}
    for found in owner.found:
        notes = list(found.notes) + ["handed in late"] * owner.late + [found.missing] * bool(found.missing)
        name = "/".join(clean(part) for part in (owner.raw, *found.parts[1:]))
        if name in made:
            owner.budget.refuse(f"Two files are called {name}; only the first was read.")
            continue
        made[name] = Submission(owner.learner, name, found.path, tuple(notes), unreadable=found.unreadable)
    first, *rest = made.values()
    refused = tuple(owner.budget.refused)
    return [replace(first, notes=first.notes + refused, ignored=refused), *rest]
