"""Where the learner's notebooks are: in a copy of the repository, or copied into a folder of the learner's own.

A wheel brings the notebooks along as `classroom/lessons`. They are copied once, and never over a file that is there.
Each copy notes in its metadata, as `course.given`, a digest of every cell, by cell id: `update` can tell from it what
the learner has changed.
"""
import hashlib
import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course._paths import atomic_path, state_dir
from course._words import say

__all__ = ["FIRST", "LessonsError", "chosen", "copy", "copy_one", "digest", "given", "names", "read", "remember",
           "source", "write"]

FIRST = "00_welcome.ipynb"
FOLDER = "build-a-transformer-lessons"
PACKAGED = Path(__file__).resolve().parents[1] / "lessons"
REPOSITORY = Path(__file__).resolve().parents[2] / "notebooks"


class LessonsError(Exception):
    """Lessons cannot be read, found or written; the message says what to do."""


def source() -> Path:
    """The folder that lessons are copied from. Raises LessonsError where this installation has none."""
    for folder in (PACKAGED, REPOSITORY):
        if (folder / FIRST).is_file():
            return folder
    raise LessonsError(say("This installation of the course holds no lessons. Install its wheel again (pip install "
                           "--force-reinstall --no-deps, and the wheel's name), or clone the repository."))


def names(folder: Path) -> list[Path]:
    """The lessons in a folder, those in other languages too, relative to it and in their order."""
    found = [path.relative_to(folder) for pattern in ("", "*/") for path in folder.glob(f"{pattern}[0-9][0-9]_*.ipynb")]
    return sorted(name for name in found if not name.parts[0].startswith("."))        # .ipynb_checkpoints


def chosen(folder: str | Path | None = None) -> Path:
    """The learner's folder: the one that is named, else this one, else that of last time, else a new one in this one.

    Raises LessonsError for a folder that is the course's own, or that is a file.
    """
    here = Path.cwd()
    if folder is not None:
        found = Path(folder).expanduser().absolute()
    elif (here / FIRST).is_file():
        found = here
    else:
        found = _remembered() or here / FOLDER
    if found.exists() and not found.is_dir():
        raise LessonsError(say("{found} is a file. Name a folder for the lessons; it is made if it is not there.",
                               found=found))
    if found.resolve() in (PACKAGED, REPOSITORY):
        raise LessonsError(say("{found} is the course's own folder, which `git pull` or `pip install --upgrade` "
                               "renews. Name another one for your answers.", found=found))
    return found


def copy(folder: Path) -> list[Path]:
    """Copy the lessons that are not in `folder`, which is made if need be; whatever is there stays as it is.

    Returns:
        Those that were copied, relative to the folder.

    Raises:
        LessonsError: if the folder cannot be written to.
    """
    copied = []
    for name in names(source()):
        if (folder / name).exists() or (folder / name).is_symlink():
            continue
        copy_one(folder, name)
        copied.append(name)
    return copied


def copy_one(folder: Path, name: Path) -> None:
    """Write one lesson into the learner's folder, with the digests of its cells."""
    notebook = read(source() / name)
    notebook.metadata.setdefault("course", {})["given"] = given(notebook)
    write(folder / name, notebook)


def read(path: Path, content: bytes | None = None) -> NotebookNode:
    """A notebook, from the file or from what was read of it. Raises LessonsError if it cannot be read or is none."""
    try:
        return nbformat.reads((path.read_bytes() if content is None else content).decode("utf-8"), as_version=4)
    except OSError as error:
        raise LessonsError(say("{path} cannot be read: {strerror}", path=path, strerror=error.strerror)) from None
    except Exception as error:          # nbformat meets broken files in many ways: what is no notebook has no one error
        raise LessonsError(say("{path} is no notebook that can be read ({name}). Move it away, and run the command "
                               "again to get a new one.", path=path, name=type(error).__name__)) from None


def write(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook as a whole or not at all. Raises LessonsError if it cannot be written."""
    try:
        with atomic_path(path) as temporary:
            temporary.write_bytes((nbformat.writes(notebook, version=4) + "\n").encode("utf-8"))
    except OSError as error:
        raise LessonsError(say("{path} cannot be written ({strerror}). Close the notebook in other programs, or name "
                               "a folder that you may write to.", path=path, strerror=error.strerror)) from None


def given(notebook: NotebookNode) -> dict[str, str]:
    """A digest of each cell, by its id."""
    return {cell["id"]: digest(cell) for cell in notebook.cells}


def digest(cell: NotebookNode) -> str:
    """Of a cell's kind and text; spaces at the ends of lines, which some editors take away, do not count."""
    lines = "\n".join(line.rstrip() for line in cell.source.splitlines()).strip()
    return hashlib.sha256(f"{cell.cell_type}\0{lines}".encode()).hexdigest()[:16]


def remember(folder: Path) -> None:
    """Keep the folder for next time. Where nothing can be kept, the folder has to be named again."""
    try:
        with atomic_path(state_dir() / "lessons.json") as temporary:
            temporary.write_text(json.dumps({"folder": str(folder)}), encoding="utf-8")
    except OSError:
        pass


def _remembered() -> Path | None:
    try:
        folder = Path(json.loads((state_dir() / "lessons.json").read_text(encoding="utf-8"))["folder"])
        return folder if (folder / FIRST).is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
