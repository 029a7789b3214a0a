"""A folder for temporary files that is gone afterwards, also if this process is killed."""
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course import _system

__all__ = ["temporary_files"]

# It waits until its standard input ends, which happens when its parent does, however that ends. Processes that the
# parent had started may still write for a moment: so it looks again.
_JANITOR = """
import os, shutil, signal, sys, time
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
sys.stdin.buffer.read()
for wait in (0, 0.05, 0.2, 1, 3):
    time.sleep(wait)
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
"""


@contextlib.contextmanager
def temporary_files() -> Iterator[Path]:
    """Have this process, and those that it starts, keep their temporary files in one folder, and remove it.

    Nobody else can list the folder. It is a process of its own that removes it, so that learners' notebooks do not
    stay on the disk when the grader is killed. On Windows, where nothing is graded, nothing is changed.
    """
    if not _system.posix():
        yield Path(tempfile.gettempdir())
        return
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    folder = Path(tempfile.mkdtemp(prefix="grade-"))
    folder.chmod(0o711)              # a confined child, which may be another user, has to reach its own folder in it
    janitor = subprocess.Popen([sys.executable, "-I", "-S", "-c", _JANITOR, str(folder)], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True)
    tempfile.tempdir, os.environ["TMPDIR"] = str(folder), str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        if variable is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = variable
        janitor.communicate()
