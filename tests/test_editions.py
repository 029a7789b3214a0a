"""The edition for Colab: what its first cell does there, after a restart, and elsewhere."""
import subprocess
import sys
import types

import nbformat
import pytest

from classroom.app import main
from classroom.build import ROOT, editions

ADDRESS = "https://example.org/somebody/course.git"


@pytest.fixture
def cell(tmp_path, monkeypatch):
    """The first cell, in a folder of its own where git and pip are played; and what was asked of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    asked = []

    def run(command, check):
        asked.append(command)
        if command[0] == "git":
            (tmp_path / command[-1]).mkdir()
    monkeypatch.setattr(subprocess, "run", run)
    notebook = nbformat.read(ROOT / "notebooks" / "01_dot_product_attention.ipynb", as_version=4)
    edition = editions.colab(notebook, ADDRESS)
    nbformat.validate(edition)
    assert edition.cells[1:] == notebook.cells
    return lambda: exec(compile(edition.cells[0].source, "<first cell>", "exec"), {}), asked


def test_elsewhere_it_does_nothing(cell, tmp_path):
    run, asked = cell
    before = list(sys.path)
    run()
    assert not asked and not list(tmp_path.iterdir()) and sys.path == before


def test_on_colab_it_fetches_the_course_once_and_works_after_a_restart(cell, tmp_path, monkeypatch, capsys):
    run, asked = cell
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "anywidget" else name)
    (tmp_path / "build-a-transformer.part").mkdir()                     # an earlier clone that was interrupted
    run()
    folder = str(tmp_path / "build-a-transformer")
    assert [command[0] for command in asked] == ["git", sys.executable] and ADDRESS in asked[0]
    assert asked[1][-1] == "anywidget" and sys.path[0] == folder
    assert "Fetching the course" in capsys.readouterr().out
    sys.path.remove(folder)                                             # another process, on the same machine
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    run()
    run()
    assert len(asked) == 2 and sys.path[0] == folder and sys.path.count(folder) == 1


def test_the_command_writes_every_lesson_and_wants_an_address(tmp_path, capsys):
    assert main(["editions", ADDRESS, "--out", str(tmp_path)]) == 0
    there = sorted(path.name for path in tmp_path.iterdir())
    assert there == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert ADDRESS in nbformat.read(tmp_path / there[3], as_version=4).cells[0].source
    for wrong in ("somewhere", "file:///tmp/x", "https://"):
        with pytest.raises(SystemExit):
            main(["editions", wrong, "--out", str(tmp_path)])
        assert "https://…" in capsys.readouterr().err


@pytest.mark.slow
def test_on_github_each_notebook_and_a_table_open_it_elsewhere(tmp_path):
    address = "https://github.com/somebody/course.git"
    assert main(["editions", address, "--out", str(tmp_path), "--branch", "open"]) == 0
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        edition = nbformat.read(tmp_path / path.name, as_version=4)
        nbformat.validate(edition)
        badges, fetches = edition.cells[:2]
        assert fetches.id == "for-colab" and badges.source in text
        assert f"https://colab.research.google.com/github/somebody/course/blob/open/{path.name}" in badges.source
        binder = "https://mybinder.org/v2/gh/somebody/course/HEAD?urlpath=lab/tree/notebooks"
        assert f"{binder}/{path.name}" in badges.source
        assert (ROOT / "notebooks" / path.name).exists() and edition.cells[2:] == nbformat.read(path, 4).cells
    title = nbformat.read(ROOT / "notebooks" / "01_dot_product_attention.ipynb", 4).cells[0].source
    assert f"| 01 | {title.splitlines()[0].lstrip('# ')} | [![Open in Colab]" in text
    assert not editions.links("https://example.org/somebody/course.git", "01", "open")
    assert not editions.links("https://github.com/somebody", "01", "open")
