"""What is handed in is unpacked, parsed and sliced in a process with limits: who exceeds them is alone in it."""
import json
import os
import select
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from classroom.grade.grader import Grader
from classroom.grade.read import apart
from classroom.grade.read.notebooks import NoFile, Unreadable
from classroom.grade.read.reading import read
from classroom.grade.read.submissions import find

from .helpers import START, lesson_01, notebook

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the grader needs fork")

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = [("1.1", ["dot_product_scores"]), ("1.2", ["softmax"]), ("1.3", ["attention"]), ("1.4", ["prediction"])]
SLOW = "\n".join(f"x{n + 1} = x{n} + x{n // 2}" for n in range(9000))       # seconds of slicing


@pytest.fixture
def reader(monkeypatch):
    """A reader of this test alone."""
    fresh = apart.Reader()
    monkeypatch.setattr(apart, "_shared", fresh)
    yield fresh
    fresh.close()


@pytest.fixture
def school(tmp_path):
    """A class of two, and what Mallory handed in: first in the order of the names."""
    for name in ("ada", "zoe"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "01.ipynb").write_bytes(lesson_01())
    (tmp_path / "class" / "mallory").mkdir()
    return tmp_path / "class"


def slow(answer: str = "def softmax(x):\n    return x8999") -> bytes:
    return notebook(START, SLOW, answer, 'check("1.2", softmax)')


def wrote(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def asked(path: Path):
    return apart.notebook(path, path.name, 1, EXERCISES)


def test_it_says_what_is_said_here(reader, tmp_path):
    path = wrote(tmp_path / "x.ipynb", lesson_01(ex_1_2="%time y = 1\ndef softmax(x):\n    return x"))
    book, here = asked(path), read(path, "x.ipynb", None, EXERCISES)
    assert (book.ids, book.digest, book.notes, book.future) == (here["ids"], here["digest"], here["notes"], False)
    assert "is not run" in book.notes[0] and list(book.parts) == ["1.1", "1.2", "1.3", "1.4"]
    assert book.statements[book.parts["1.3"].run[-1]][3].startswith("def attention")
    assert book.parts["1.3"].carries == {"1.1", "1.2"} and book.parts["1.4"].value == {"plain": "sharper"}
    number = book.statements[book.parts["1.2"].run[-1]][0]
    assert book.files[number][1].endswith("return x") and book.parts["1.2"].value is None
    with pytest.raises(Unreadable, match="empty"):
        asked(wrote(tmp_path / "empty.ipynb", b""))
    with pytest.raises(NoFile):
        asked(tmp_path / "gone.ipynb")
    assert reader.started == 1


@pytest.mark.slow
def test_computing_without_end_is_the_authors(reader, tmp_path, monkeypatch):
    """The limit is a real one: the same notebook is read where there is more time."""
    path = wrote(tmp_path / "x.ipynb", slow())
    monkeypatch.setattr(apart, "SECONDS", 0.2)
    with pytest.raises(Unreadable, match=r"0\.2 seconds of computing"):
        asked(path)
    monkeypatch.undo()
    monkeypatch.setattr(apart, "_shared", reader)
    assert asked(path).parts["1.2"].run and reader.started == 2


@pytest.mark.slow
def test_memory_without_end_is_the_authors(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "MEMORY", 64 << 20)
    large = b'{"cells": [' + b"[[]]," * 1_000_000 + b"[]]}"
    with pytest.raises(Unreadable, match="64 MB of memory"):
        asked(wrote(tmp_path / "x.ipynb", large))
    assert asked(wrote(tmp_path / "y.ipynb", lesson_01())).ids == ["1.1", "1.2", "1.3", "1.4"]
    assert reader.started == 2
    monkeypatch.undo()
    monkeypatch.setattr(apart, "_shared", reader)
    reader.close()
    with pytest.raises(Unreadable, match="no code"):                # it is no notebook, wherever it can be read
        asked(tmp_path / "x.ipynb")


def test_a_reader_that_somebody_else_ended_is_nobodys_fault(reader, tmp_path):
    path = wrote(tmp_path / "x.ipynb", lesson_01())
    asked(path)
    os.kill(reader.process.pid, signal.SIGKILL)
    assert asked(path).ids and reader.started == 2


def test_what_ends_two_readers_is_unreadable(reader, tmp_path, monkeypatch):
    path = wrote(tmp_path / "x.ipynb", lesson_01())
    real = reader._line

    def line():
        os.kill(reader.process.pid, signal.SIGSEGV)
        return real()

    monkeypatch.setattr(reader, "_line", line)
    with pytest.raises(Unreadable, match="SIGSEGV"):
        asked(path)
    assert reader.started == 2
    monkeypatch.undo()
    monkeypatch.setattr(apart, "_shared", reader)
    assert asked(path).ids


@pytest.mark.slow
def test_one_who_hides_a_mountain_in_a_zip_is_named_and_the_others_are_found(reader, school, monkeypatch):
    with zipfile.ZipFile(school / "mallory" / "w.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(2):
            archive.writestr(f"{n}.ipynb", bytes(60 << 20))
    real = reader.ask

    def ask(op, **given):                                    # as if hers were a hundred times as much
        monkeypatch.setattr(apart, "SECONDS", 0.05 if (op, given.get("n")) == ("owner", 1) else 30.0)
        return real(op, **given)

    monkeypatch.setattr(reader, "ask", ask)
    ada, mallory, zoe = find(school)
    assert "0.05 seconds of computing" in mallory.unreadable and mallory.ignored and mallory.learner == "mallory"
    assert (ada.learner, zoe.learner, ada.ignored, zoe.ignored, zoe.unreadable) == ("ada", "zoe", (), (), "")
    assert zoe.path.read_bytes() == lesson_01() and reader.started == 2
    record = Grader(lesson="01", seed=1).grade(mallory)
    assert (record["status"], record["points"]) == ("unreadable", 0) and "0.05 seconds" in record["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and prctl are Linux's")
def test_it_ends_with_its_parent_in_the_middle_of_its_work(tmp_path):
    path = wrote(tmp_path / "x.ipynb", slow())
    code = ("import sys, threading\nfrom pathlib import Path\nfrom classroom.grade.read import apart\n"
            "reader = apart.shared()\nreader._start()\nprint(reader.process.pid, flush=True)\n"
            f"while True: apart.notebook(Path(sys.argv[1]), 'x.ipynb', 1, {EXERCISES!r})")
    parent = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE,
                              env=os.environ | {"PYTHONPATH": str(ROOT)})
    with parent:
        handle = os.pidfd_open(int(parent.stdout.readline()))
        try:
            assert not select.select([handle], [], [], 0)[0]
            parent.kill()
            assert select.select([handle], [], [], 60)[0], "it went on alone"
        finally:
            os.close(handle)


def test_it_runs_nothing(reader, tmp_path):
    """Names, decorators, literals: whatever is written, it is only read."""
    met = tmp_path / "met"
    touch = f"open({str(met)!r}, 'w').close()"
    hostile = [f"x = [{touch}]", f"@{touch.removesuffix('.close()')}\ndef softmax(x):\n    return x",
               f"class A(metaclass={touch}): pass", f"prediction = {touch} or 'sharper'",
               f'check("1.4", {touch})', f"%time {touch}", f"!touch {met}"]
    for code in hostile:
        asked(wrote(tmp_path / "x.ipynb", notebook(START, code, 'check("1.2", softmax)')))
    assert not met.exists() and reader.started == 1
    assert json.loads(json.dumps(read(tmp_path / "x.ipynb", "x.ipynb", 1, EXERCISES)))
