"""Nothing of a learner's stays in temporary folders: neither after a run nor after one that was killed."""
import os
import select
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from classroom.grade import tidy
from classroom.grade.read import submissions

from .helpers import lesson_01

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="nothing is graded on Windows")


def a_class(tmp_path):
    with ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ada/01.ipynb", lesson_01())
        archive.writestr("bob/01.ipynb", lesson_01())
    return tmp_path / "class.zip"


def test_all_of_it_is_in_one_folder_that_goes(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with tidy.temporary_files() as folder:
        found = submissions.find(a_class(tmp_path))
        assert all(folder in submission.path.parents for submission in found) and found[0].path.exists()
        inner = folder / found[0].path.relative_to(folder).parts[0]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o711, "a confined child goes through; nobody sees what is there"
        assert stat.S_IMODE(inner.stat().st_mode) == 0o700
        assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(folder), "for workers as well"
    assert not folder.exists() and os.environ["TMPDIR"] == str(tmp_path) and tempfile.gettempdir() == str(tmp_path)
    with pytest.raises(ZeroDivisionError), tidy.temporary_files() as folder:
        1 / 0  # noqa: B018
    assert not folder.exists()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux says when a process that is no child ends")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_it_goes_when_the_grader_is_killed(tmp_path, name):
    (tmp_path / "tmp").mkdir()
    code = ("import sys\nfrom classroom.grade import tidy\nfrom classroom.grade.read import submissions\n"
            "with tidy.temporary_files() as folder:\n    found = submissions.find(sys.argv[1])\n"
            "    print(found[0].path, flush=True)\n    sys.stdin.read()")
    grader = subprocess.Popen([sys.executable, "-c", code, a_class(tmp_path)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, env=os.environ | {
                                  "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")})
    try:
        notebook = Path(grader.stdout.readline().strip())
        assert notebook.read_bytes() == lesson_01() and tmp_path / "tmp" in notebook.parents
        children = Path(f"/proc/{grader.pid}/task/{grader.pid}/children").read_text().split()
        (janitor,) = [pid for pid in children if b"grade-" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        its_end = os.pidfd_open(int(janitor))
        os.kill(grader.pid, getattr(signal, name))
        assert grader.wait() == -getattr(signal, name)
        select.select([its_end], [], [])                      # it ends when it has done its work
        os.close(its_end)
        assert not list((tmp_path / "tmp").iterdir())
    finally:
        grader.kill()
        grader.communicate()
