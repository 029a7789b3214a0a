"""`tools/install.py`: whom it asks for what, what it says meanwhile, and when it fails. A script plays pip and uv."""
import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("install", ROOT / "tools" / "install.py")
install = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(install)
CUDA = " + torch==2.13.0\n  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (29 kB)"
CPU = " + torch==2.13.0+cpu\nProcessing /a/torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl"
ASKS = "--dry-run"
CPU_BUILD = "--torch-backend=cpu"
# It says what belongs to the first of its rules whose words are all among the arguments, and ends with that code.
PLAYER = """
import json, sys
rules = json.loads(sys.argv[1])
for words, said, code in rules:
    if all(word in " ".join(sys.argv[2:]) for word in words.split()):
        print(said)
        sys.exit(code)
"""


class Played:
    """A folder with small locks and an environment, and programs that say what they are told to."""

    def __init__(self, root: Path, monkeypatch):
        self.root, self.asked, self.rules = root, [], []
        (root / "requirements.lock").write_text("# made\na==1\nb==2\ntorch==2.13.0\nc==3 ; sys_platform == 'none'\n",
                                                "utf-8")
        (root / "requirements-test.lock").write_text("# made\nd==4\n", "utf-8")
        self.python = install.program(root / ".venv", "python")
        self.python.parent.mkdir(parents=True)
        self.python.touch()
        monkeypatch.setattr(install, "start", self.start)
        monkeypatch.setattr(install, "graphics_card", lambda: False)
        monkeypatch.setattr(install.shutil, "which", lambda name: None)
        monkeypatch.setattr(sys, "platform", "linux")

    def start(self, command, **options):
        program, *arguments = map(str, command)
        name = "uv" if Path(program).stem == "uv" else "pip"
        assert name == "uv" or (Path(program) == self.python and arguments[:2] == ["-m", "pip"])
        words = arguments[1:] if name == "uv" else arguments[len(install.PIP):]
        self.asked.append([name, *words])
        play = [sys.executable, "-I", "-S", "-c", PLAYER, json.dumps(self.rules), name, *words]
        return subprocess.Popen(play, **options)

    def __call__(self, *arguments) -> int:
        self.asked.clear()
        return install.main([*arguments], self.root)

    @property
    def installed(self) -> list[list[str]]:
        """What was asked of pip and uv, but for questions."""
        return [asked for asked in self.asked if ASKS not in asked and "config" not in asked]

    def has(self, package: str) -> None:
        folder = self.root / ".venv/lib/python3.11/site-packages" / f"{package}.dist-info"
        folder.mkdir(parents=True)


@pytest.fixture
def played(tmp_path, monkeypatch):
    return Played(tmp_path, monkeypatch)


OWN = ["pip", "install", "--no-deps", "--no-build-isolation", "--editable", "."]


def test_a_learner_gets_one_lock_and_the_tests_both(played):
    assert played("--", "--no-index") == 0
    assert played.installed == [["pip", "install", "--no-index", "-r", "requirements.lock"], OWN]
    assert [path.name for path in (played.root / ".venv").glob(".req*")] == [".requirements"]
    assert played("--tests") == 0
    assert played.installed == [["pip", "install", "-r", "requirements.lock", "-r", "requirements-test.lock"], OWN]
    assert (played.root / ".venv" / ".requirements-test").exists()


def test_uv_does_the_work_where_it_is_there(played, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: name)
    played.rules = [(f"{ASKS} torch", CPU, 0)]
    assert played("--tests") == 0
    environment = ["--python", str(played.python)]
    assert played.installed == [
        ["uv", "install", *environment, "-r", "requirements.lock", "-r", "requirements-test.lock"], OWN]


@pytest.mark.slow
@pytest.mark.parametrize("told", ["global.index-url='x'", ":env:.find" "-links='x'", "global.extra-index-url='x'"])
def test_pip_does_it_where_it_knows_where_packages_come_from(played, monkeypatch, told):
    monkeypatch.setattr(install.shutil, "which", lambda name: name)
    played.rules = [("config list", f"global.cert='c'\n{told}", 0), (ASKS, CPU, 0)]
    assert played() == 0
    assert {asked[0] for asked in played.asked} == {"pip"}
    played.rules = [("config list", "global.cert='c'", 0), (ASKS, CPU, 0)]
    assert played() == 0 and ["uv", "install"] in [asked[:2] for asked in played.asked]
    assert played("--", "--pre") == 0 and {asked[0] for asked in played.asked} == {"pip"}


@pytest.mark.parametrize("uv", [False, True])
def test_without_a_graphics_card_the_cpu_build_is_fetched_from_where_it_is(played, monkeypatch, capsys, uv):
    """pip cannot know the address; uv does, and is fetched for it."""
    monkeypatch.setattr(install.shutil, "which", lambda name: name if uv else None)
    played.rules = [(f"{ASKS} {CPU_BUILD}", CPU, 0), (ASKS, CUDA, 0)]
    assert played() == 0
    assert "PyTorch 2.13.0, the CPU build: 0.2 GB" in capsys.readouterr().out.splitlines()[0]
    fetching = [] if uv else [["pip", "install", "uv"]]
    [*before, torch, rest, own] = played.installed
    assert before == fetching and rest[-1] == "requirements.lock" and own == OWN
    assert torch[0] == "uv" and CPU_BUILD in torch and torch[-1] == "torch==2.13.0" and "--no-deps" in torch


@pytest.mark.parametrize("uv", [False, True])
def test_where_only_the_usual_index_answers_its_build_is_taken(played, monkeypatch, capsys, uv):
    monkeypatch.setattr(install.shutil, "which", lambda name: name if uv else None)
    played.rules = [(f"{ASKS} {CPU_BUILD}", "error: Request failed", 2), (ASKS, CUDA, 0), (CPU_BUILD, "", 9)]
    assert played("--torch", "cpu") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("PyTorch 2.13.0 with CUDA: 2.7 GB.") and "does not answer" in said[0]
    assert played.installed[-2][-1] == "requirements.lock"


def test_where_uv_is_not_to_be_had_either(played, capsys):
    played.rules = [(ASKS, CUDA, 0), ("install uv", "ERROR: no", 1)]
    assert played() == 0 and "with CUDA: 2.7 GB" in capsys.readouterr().out.splitlines()[0]


def test_where_the_settings_of_pip_lead_to_the_cpu_build_nothing_else_is_asked(played, capsys):
    played.rules = [(ASKS, CPU, 0)]
    assert played("--", "--pre") == 0
    assert "the CPU build: 0.2 GB" in capsys.readouterr().out.splitlines()[0]
    assert [asked[0] for asked in played.asked] == ["pip"] * 3


@pytest.mark.parametrize(("card", "word"), [(True, "auto"), (False, "cuda")])
def test_a_graphics_card_or_the_word_brings_cuda(played, monkeypatch, capsys, card, word):
    monkeypatch.setattr(install, "graphics_card", lambda: card)
    played.rules = [(ASKS, CUDA, 0)]
    assert played("--torch", word) == 0
    assert "with CUDA, for NVIDIA's graphics cards: 2.7 GB" in capsys.readouterr().out.splitlines()[0]
    assert [asked[1] for asked in played.installed] == ["install", "install"]


def test_another_build_than_the_one_that_is_there(played, capsys):
    played.has("torch-2.13.0+cpu")
    assert played() == 0 and "PyTorch 2.13.0+cpu is there" in capsys.readouterr().out
    assert len(played.installed) == 2
    assert played("--torch", "cuda") == 0
    assert played.installed[0] == ["pip", "uninstall", "--yes", "torch"], "pip would leave it"


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_nothing_is_chosen(played, monkeypatch, capsys, system):
    monkeypatch.setattr(sys, "platform", system)
    assert played("--torch", "cpu") == 0
    assert "PyTorch 2.13.0 for this system: 0.1 GB" in capsys.readouterr().out.splitlines()[0]
    assert len(played.installed) == 2


def test_it_is_calm_and_says_how_far_it_is(played, capsys):
    played.rules = [("-r requirements.lock", (
        "Collecting a==1 (from -r requirements.lock (line 2))\n  Downloading a-1-py3-none-any.whl (2 kB)\n"
        "Requirement already satisfied: b==2 in x (from -r requirements.lock (line 3))\n"
        "Requirement already satisfied: q>1 in x (from a==1->-r requirements.lock (line 2))\n"
        "Installing collected packages: a, b"), 0)]
    assert played() == 0
    said = capsys.readouterr().out
    assert "into .venv with pip: once" in said and "2 of about 4" in said and "unpacking 2 packages" in said
    assert len(said.splitlines()) < 8 and "already satisfied" not in said


@pytest.mark.parametrize(("said", "told"), [
    ("WARNING: Retrying ... connection broken by 'NewConnectionError'\nERROR: no", "Connect this computer"),
    ("error: Failed to fetch\n  cause: error sending request\n  cause: dns error", "Connect this computer"),
    ("ERROR: [Errno 28] No space left on device", "The disk is full"),
    ("ERROR: Could not find a version\nERROR: No matching distribution found for a==1", "No matching distribution"),
], ids=["network", "network, uv", "disk", "version"])
def test_what_is_said_when_it_fails(played, capsys, said, told):
    played.rules = [("config", "", 0), ("", said, 1)]
    assert played() == 1
    assert told in capsys.readouterr().err
    assert not (played.root / ".venv" / ".requirements").exists(), "the next run tries again"


@pytest.mark.parametrize("uv", [False, True])
def test_where_python_cannot_make_an_environment_uv_does(tmp_path, monkeypatch, uv):
    ran = []
    monkeypatch.setattr(install.shutil, "which", lambda name: "uv" if uv else None)
    monkeypatch.setattr(install.subprocess, "run", lambda command, **_: ran.append(command[0]) or
                        subprocess.CompletedProcess(command, command[0] != "uv"))
    assert install.environment(tmp_path / ".venv") == uv
    assert ran == [sys.executable, "uv"] if uv else [sys.executable]


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


@pytest.mark.skipif(install.shutil.which("make") is None, reason="make is never needed")
def test_make_passes_the_word_on_and_looks_each_time():
    def asked(*words: str) -> str:
        command = ["make", "-n", "-C", str(ROOT), *words]
        outer = {name for name in os.environ if name.startswith("MAKE") or name in ("MFLAGS", "TORCH", "PIP_ARGS")}
        clean = {name: value for name, value in os.environ.items() if name not in outer}
        return subprocess.run(command, env=clean, capture_output=True, text=True, check=True).stdout

    assert "tools/install.py --venv .venv --torch cpu --" in asked("lab", "TORCH=cpu")
    assert "tools/install.py --venv none --tests --torch cuda -- --pre" in asked(
        "quick", "VENV=none", "TORCH=cuda", "PIP_ARGS=--pre")
    assert "--torch" not in asked("lab", "VENV=none")
