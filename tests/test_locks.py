"""`tools/lock.py`, with a script in the place of uv, and that pip and uv can read what it writes."""
import importlib.util
import json
import os
import stat
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("lock", ROOT / "tools" / "lock.py")
lock = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(lock)
# What it "resolves": with the tests' group more than without; a version that is known is kept.
UV = """#!{python} -IS
import json, pathlib, sys
asked = sys.argv[1:]
target = pathlib.Path(asked[asked.index("--output-file") + 1])
known = dict(line.split("==") for line in target.read_text("utf-8").split())
found = {{"a": "2", "b": "2", "cuda-toolkit": "13", "nvidia-x": "1", "triton": "3"}}
if "test" in asked:
    found["d"] = "2"
pathlib.Path("asked.json").open("a").write(json.dumps([asked, known]) + "\\n")
if pathlib.Path("broken").exists():
    sys.exit("nothing fits together")
target.write_text("".join(f"{{name}}=={{known.get(name, version)}}\\n" for name, version in found.items()), "utf-8")
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with locks, and a uv on the path."""
    program = tmp_path / "bin" / "uv"
    program.parent.mkdir()
    program.write_text(UV.format(python=sys.executable), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "requirements.lock").write_text("# made\na==1\n", encoding="utf-8")
    (tmp_path / "requirements-test.lock").write_text("# made\nd==1\n", encoding="utf-8")
    return tmp_path


def written(folder: Path) -> list[list[str]]:
    return [folder.joinpath(name).read_text(encoding="utf-8").splitlines()[1:] for name in lock.LOCKS]


pytestmark = pytest.mark.skipif(os.name != "posix", reason="the program that stands for uv is a script")


def test_versions_are_kept_unless_the_newest_are_asked_for(project):
    assert lock.main([], project) == 0
    assert written(project) == [["a==1", "b==2"], ["d==1"]]
    assert lock.main(["--upgrade"], project) == 0
    assert written(project) == [["a==2", "b==2"], ["d==2"]]
    assert not list(project.glob(".*.part"))


def test_course_and_tests_have_the_same_versions(project):
    lock.main([], project)
    lines = (project / "asked.json").read_text(encoding="utf-8").splitlines()
    (everything, _), (course, known) = map(json.loads, lines)
    assert {"--universal", "--all-extras", "--group", "test"} <= {*everything} and "--group" not in course
    assert known == {"a": "1", "b": "2", "d": "1"}


def test_where_no_versions_fit_the_locks_stay_as_they_are(project, capsys):
    (project / "broken").touch()
    assert lock.main([], project) == 1
    assert "nothing fits together" in capsys.readouterr().err and written(project) == [["a==1"], ["d==1"]]


def test_without_uv_it_says_so(project, monkeypatch, capsys):
    monkeypatch.setattr(lock.shutil, "which", lambda name, path=None: None)
    assert lock.main([], project) == 1 and "pip install uv" in capsys.readouterr().err


def test_the_locks_are_what_it_writes():
    """Each line a requirement that pip and uv read, in order, once; no address, and nothing of CUDA's."""
    lines = [(ROOT / name).read_text(encoding="utf-8").splitlines() for name in lock.LOCKS]
    for (first, *rest), what in zip(lines, lock.LOCKS.values(), strict=True):
        assert first == f"# Made by `make lock`: {what}"
        assert rest == lock.pins("\n".join(rest)) and all(Requirement(line).url is None for line in rest)
    assert lock.beyond(lines[1][1:], lines[0][1:]) == lines[1][1:]
