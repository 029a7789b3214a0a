"""`python -m classroom lab`: what it starts, without starting it, and what it says when it cannot."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.app import lab, main
from course import data


@pytest.fixture
def started(monkeypatch, tmp_path):
    """A copy of the repository with lesson 00 alone; what would have been run is collected."""
    calls = []

    def become(command, folder, environment):
        calls.append((command, {"cwd": folder, "env": environment}))
        return 3

    (tmp_path / "notebooks").mkdir()
    (tmp_path / lab.LESSON).write_text("{}", encoding="utf-8")
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    monkeypatch.setattr(lab._system, "become", become)
    monkeypatch.setattr(lab, "_no_pop_ups", lambda prefix: None)
    monkeypatch.setattr(data, "fetch", lambda: tmp_path / "spa.tsv")
    return calls


def test_jupyterlab_opens_lesson_00_in_this_python(started, tmp_path):
    assert lab.main(["--no-browser"], tmp_path) == 3
    [(command, options)] = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert command[-2:] == ["--no-browser", lab.LESSON]
    assert options["cwd"] == tmp_path
    assert options["env"]["PATH"].split(os.pathsep)[0] == os.path.dirname(sys.executable)


def test_another_lesson_can_be_named(started, tmp_path):
    lab.main(["notebooks/02_scaling_and_masks.ipynb"], tmp_path)
    assert lab.LESSON not in started[0][0]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no root")
@pytest.mark.parametrize("user", [0, 1000])
def test_root_must_be_allowed(monkeypatch, tmp_path, user):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ("--allow-root" in lab.command([], tmp_path)) == (user == 0)


def test_without_the_data_it_opens_all_the_same(started, tmp_path, monkeypatch, capsys):
    def fails():
        raise data.DataError("the sentence pairs could not be downloaded")
    monkeypatch.setattr(data, "fetch", fails)
    assert lab.main([], tmp_path) == 3
    assert "The sentence pairs could not be downloaded" in capsys.readouterr().err
    assert len(started) == 1


@pytest.mark.slow
def test_without_a_copy_of_the_repository_the_lessons_are_copied(started, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "build-a-transformer-lessons"
    assert lab.main(["--no-browser"], tmp_path / "none") == 3
    [(command, options)] = started
    assert command[-2:] == ["--no-browser", "00_welcome.ipynb"] and options["cwd"] == folder
    assert (folder / "zh" / "00_welcome.ipynb").exists() and "notebooks are now in" in capsys.readouterr().out


def test_lessons_can_be_put_elsewhere_and_are_never_copied_over(started, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "00_welcome.ipynb").write_text("an answer", encoding="utf-8")
    assert lab.main(["--lessons", str(tmp_path / "mine")], tmp_path) == 3
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["00_welcome.ipynb"]
    assert (tmp_path / "mine" / "00_welcome.ipynb").read_text(encoding="utf-8") == "an answer"


def test_a_folder_that_will_not_do_is_refused(started, tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert lab.main(["--lessons", str(tmp_path / "file")], tmp_path) == 1
    assert not started and "is a file" in capsys.readouterr().err


def test_the_command_passes_its_arguments_on(monkeypatch):
    seen = []
    monkeypatch.setattr(lab, "main", lambda arguments: seen.append(arguments) or 0)
    assert main(["lab", "--no-browser", "--port=8899"]) == 0
    assert seen == [["--no-browser", "--port=8899"]]


def test_pop_ups_are_silenced_in_the_courses_own_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(lab.sys, "base_prefix", "elsewhere")
    lab._no_pop_ups(tmp_path)
    written = tmp_path / "share/jupyter/lab/settings/overrides.json"
    assert '"fetchNews": "false"' in written.read_text(encoding="utf-8")


# What stands for JupyterLab: it says who and where it is, and runs until its input ends.
STANDS_FOR_IT = "import os, sys; print(os.getpid(), os.getcwd(), os.environ['SAID'], flush=True); sys.stdin.read()"
LAB = f"""
import os, signal, sys
from pathlib import Path
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)        # whoever started the tests may ignore it, as nohup does
from classroom.app import lab
from course import data
data.fetch = lambda: print("fetched")
lab._no_pop_ups = lambda prefix: None
lab.command = lambda arguments, root, lesson: [sys.executable, "-c", {STANDS_FOR_IT!r}]
os.environ["SAID"] = "yes"
sys.exit(lab.main([], Path(sys.argv[1])))
"""


@pytest.fixture
def running(started, tmp_path):
    """`lab` in a process of its own, when what stands for JupyterLab has begun; and who that is."""
    process = subprocess.Popen([sys.executable, "-c", LAB, str(tmp_path)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, start_new_session=True,
                               env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])})
    try:
        # Where the pairs are not there yet, a line before says how large they are.
        assert "fetched\n" in iter(process.stdout.readline, "")
        pid, folder, said = process.stdout.readline().split()
        assert (Path(folder).resolve(), said) == (tmp_path.resolve(), "yes")
        yield process, int(pid)
    finally:
        process.stdin.close()                # the stand-in's own end, wherever it runs
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a word to it")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_jupyterlab_ends_when_lab_is_ended(running, name):
    process, pid = running
    process.send_signal(getattr(signal, name))
    assert process.wait() == -getattr(signal, name)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_its_exit_code_is_jupyterlabs(running):
    process, _ = running
    process.stdin.close()
    assert process.wait() == 0
