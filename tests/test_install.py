"""`tools/install.py`: what it says while pip works, and when pip fails. Pip itself is played by a script."""
import ast
import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("install", ROOT / "tools" / "install.py")
install = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(install)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with small locks, an environment whose Python is this one, and a pip that says what it is told to."""
    (tmp_path / "requirements.lock").write_text("# made\na==1\nb==2\nc==3 ; sys_platform == 'none'\n", "utf-8")
    (tmp_path / "requirements-test.lock").write_text("# made\nd==4\n", "utf-8")
    python = tmp_path / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()
    asked = []
    pip = install.pip

    def play(said: str, code: int = 0) -> list:
        (tmp_path / "pip.py").write_text(f"import sys; print({said!r}); sys.exit({code})", "utf-8")
        monkeypatch.setattr(install, "PIP", [str(tmp_path / "pip.py")])
        monkeypatch.setattr(install, "pip", lambda _, wanted, *rest: asked.append(wanted) or pip(
            Path(sys.executable), wanted, *rest))
        return asked
    return tmp_path, play


def test_a_learner_gets_one_lock_and_the_tests_both(copy):
    root, play = copy
    asked = play("fine")
    assert install.main(["--", "--no-index"], root) == 0
    assert asked[0] == ["--no-index", "-r", "requirements.lock"]
    assert [path.name for path in (root / ".venv").glob(".req*")] == [".requirements"]
    assert install.main(["--tests"], root) == 0
    assert asked[2] == ["-r", "requirements.lock", "-r", "requirements-test.lock"]
    assert (root / ".venv" / ".requirements-test").exists()


def test_it_is_calm_and_says_how_far_it_is(copy, capsys):
    root, play = copy
    play("Collecting a==1 (from -r requirements.lock (line 2))\n  Downloading a-1-py3-none-any.whl (2 kB)\n"
         "Requirement already satisfied: b==2 in x (from -r requirements.lock (line 3))\n"
         "Requirement already satisfied: q>1 in x (from a==1->-r requirements.lock (line 2))\n"
         "Installing collected packages: a, b")
    assert install.main([], root) == 0
    said = capsys.readouterr().out
    assert "into .venv: once" in said and "2 of about" in said and "unpacking 2 packages" in said
    assert len(said.splitlines()) < 8 and "already satisfied" not in said


@pytest.mark.parametrize(("said", "told"), [
    ("WARNING: Retrying ... connection broken by 'NewConnectionError'\nERROR: no", "Connect this computer"),
    ("ERROR: [Errno 28] No space left on device", "The disk is full"),
    ("ERROR: Could not find a version\nERROR: No matching distribution found for a==1", "No matching distribution"),
], ids=["network", "disk", "version"])
def test_what_is_said_when_pip_fails(copy, capsys, said, told):
    root, play = copy
    play(said, 1)
    assert install.main([], root) == 1
    assert told in capsys.readouterr().err
    assert not (root / ".venv" / ".requirements").exists(), "the next run tries again"


def test_makefile_and_script_name_the_same_marks():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    marks = re.findall(r"^READY\w* := \$\(VENV\)/\.(\S+)$", makefile, re.MULTILINE)
    assert marks == [Path(install.LOCK).stem, Path(install.TESTS).stem]


def test_an_old_python_is_told_that_it_is_old(monkeypatch, capsys):
    """It gets as far as that: nothing that only newer Pythons know is evaluated on the way."""
    source = (ROOT / "tools" / "install.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    first = next(node for node in tree.body if isinstance(node, ast.ImportFrom))
    assert first.module == "__future__" and first.names[0].name == "annotations"
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    assert install.main([], ROOT) == 1
    assert "Python 3.11 or newer is needed; this is 3.8" in capsys.readouterr().err
