"""Elsewhere: terminals that know few signs, Pythons that are too old, homes that nobody knows."""
import importlib.util
import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest

from classroom import check, hint, solution
from classroom.app import lab, main
from course import _paths
from course._printing import printable
from course.data import Pair, load_pairs, pairs_that_fit
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.transformer import Transformer

ROOT = Path(__file__).parents[1]


@pytest.fixture(params=["ascii", "cp1252", "latin-1"])
def terminal(request):
    """A terminal, or a pipe, of that encoding, to print to; and what has been printed."""
    class Terminal(io.TextIOWrapper):
        def text(self):
            return self.buffer.getvalue().decode(self.encoding)
    return Terminal(io.BytesIO(), encoding=request.param, write_through=True)


def test_signs_that_are_lacking_are_written_otherwise(terminal):
    with redirect_stdout(terminal):
        plain, written = printable("plain\n"), printable("√d → “1” … 猫 é")
    assert plain == "plain\n" and written.startswith("sqrt d -> ") and "\\u732b" in written
    assert ("é" in written) == (terminal.encoding != "ascii") and ("“" in written) == (terminal.encoding == "cp1252")
    assert written.encode(terminal.encoding)


@pytest.mark.slow
def test_the_commands(terminal, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "état 猫"))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache 猫"))
    monkeypatch.setattr(lab, "_fetch", lambda: None)
    monkeypatch.setattr(lab, "_no_pop_ups", lambda prefix: None)
    monkeypatch.setattr(lab._system, "become", lambda *_: 0)
    with redirect_stdout(terminal):
        codes = [main(["progress"]), main(["data", "--wheel", str(tmp_path / "猫.whl")]), main(["doctor"]),
                 main(["lab", "--lessons", str(tmp_path / "mes leçons")])]
    assert codes[:2] == [0, 1] and codes[3] == 0
    assert "cache \\u732b" in terminal.text() and "notebooks are now in" in terminal.text()


@pytest.mark.slow
def test_a_plain_script(terminal, tmp_path):
    def softmax(x):
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    path = tmp_path / "猫.tsv"
    path.write_text("cat\t猫\nHi.\tHi.\n" + "a dog " * 9 + "\t狗\n", encoding="utf-8")
    with redirect_stdout(terminal):
        check("1.2", softmax)
        with pytest.raises(AssertionError):
            check("1.2", lambda x: x)
        hint("1.2")
        solution("1.2")
        pairs = load_pairs(path)
        pairs_that_fit(pairs, Subwords.train(["a cat", "猫"] * 3, 40), max_len=12, skip_long=True)
    said = terminal.text()
    assert "\\u732b.tsv: 3 pairs" in said and "1 line too long" in said and "Correct" in said and "Hint 1" in said
    assert pairs[0] == Pair("cat", "猫")


def test_progress_bars(terminal):
    subwords = Subwords.train(["a cat", "un gato"], 40)
    model = Transformer(len(subwords), 8, 2, 8, 1)
    with redirect_stderr(terminal):
        train(model, encode_pairs([Pair("a cat", "un gato")] * 4, subwords), steps=3)
    assert "3/3 steps" in terminal.text()


@pytest.mark.parametrize("name", ["course/__init__.py", "classroom/__main__.py"])
def test_an_old_python_is_told_so(monkeypatch, name):
    """These files are read by it, before any other of the course's."""
    spec = importlib.util.spec_from_file_location("course", ROOT / name)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    if name.startswith("classroom"):
        monkeypatch.delitem(sys.modules, "course")
    with pytest.raises((ImportError, SystemExit), match="he course needs Python 3.11 or newer; this is 3.9"):
        spec.loader.exec_module(module)
    compile((ROOT / name).read_text(encoding="utf-8"), name, "exec", dont_inherit=True)


def test_a_home_that_nobody_knows(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for variable in ("COURSE_CACHE", "COURSE_STATE"):
        monkeypatch.delenv(variable, raising=False)

    def unknown(path):
        raise RuntimeError("Could not determine home directory.")
    monkeypatch.setattr(Path, "expanduser", unknown)
    for folder, variable in ((_paths.cache_dir, "COURSE_CACHE"), (_paths.state_dir, "COURSE_STATE")):
        with pytest.raises(_paths.FolderError, match=f"where your home folder is.*{variable}"):
            folder()
    assert not list(tmp_path.iterdir())


def test_a_folder_may_be_named_from_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_CACHE", "~/mine")
    assert _paths.cache_dir() == tmp_path / "mine" and (tmp_path / "mine").is_dir()
