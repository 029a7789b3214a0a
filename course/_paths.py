"""Where the course keeps its files, and how it writes them so that nothing is half written."""
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from course._system import replace

_NAME = "build-a-transformer"


class FolderError(OSError):
    """A folder of the course's cannot be made; the message says which variable names another one."""

    def __init__(self, message: str, folder: Path):
        super().__init__(message)
        self.folder = folder


def cache_dir() -> Path:
    """Downloads and trained models, all of which can be made again. `COURSE_CACHE` overrides it.

    Raises FolderError, which is an OSError, where there is no such folder and it cannot be made.
    """
    return _directory("COURSE_CACHE", platformdirs.user_cache_dir(_NAME, appauthor=False))


def state_dir() -> Path:
    """The learner's own progress. `COURSE_STATE` overrides it. Raises as `cache_dir`."""
    return _directory("COURSE_STATE", platformdirs.user_data_dir(_NAME, appauthor=False))


@contextlib.contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on failure.

    Readers see the old file or the whole new one, never half of it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _directory(variable: str, default: str) -> Path:
    try:
        path = Path(os.environ.get(variable) or default).expanduser()
    except RuntimeError:
        raise FolderError("nobody knows where your home folder is, in which the course would keep its files. Name a "
                          f"folder that can be written to in the variable {variable}.", Path(default)) from None
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"the folder {path} cannot be made ({error.strerror}). Name one that can be written to in "
                          f"the variable {variable}.", path) from error
    return path
