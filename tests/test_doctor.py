"""`python -m classroom doctor` on a sound installation, and on broken ones."""
import ctypes
import dataclasses
import importlib.metadata
import json
import os
import re
import sys
import types
from pathlib import Path

import pytest
import torch

from classroom.app import doctor, main
from classroom.grade import channel
from classroom.grade.confine import landlock, seccomp
from course import data
from course.views import _fonts


def only(findings) -> doctor.Finding:
    [finding] = findings
    return finding


@pytest.mark.slow
def test_this_environment_is_sound(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(("ok     Python", "note   Python"))
    assert any(line.startswith("ok     packages") for line in lines)
    assert not any(line.startswith("broken") for line in lines)


@pytest.mark.slow
def test_as_json(capsys):
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"Python", "packages", "lock", "PyTorch", "disk", "sentences", "progress", "views", "fonts"} <= {
        finding["what"] for finding in findings
    }
    assert all(finding["state"] in ("ok", "note", "broken") for finding in findings)
    assert all(finding["todo"] for finding in findings if finding["state"] != "ok")


def test_an_old_python():
    finding = only(doctor.python((3, 10, 4)))
    assert finding.state == "broken"
    assert "3.10.4" in finding.seen and "3.11" in finding.todo


def test_no_environment_of_its_own():
    assert only(doctor.python((3, 12, 0), in_environment=False)).state == "note"
    assert only(doctor.python((3, 12, 0), in_environment=True)).state == "ok"


@pytest.mark.parametrize(("found", "said"), [
    (None, "tqdm is not installed"), ("1.0", "tqdm 1.0 is there, >=4.66 is needed"),
])
def test_a_package_is_missing_or_too_old(monkeypatch, found, said):
    real = importlib.metadata.version

    def version(name):
        if name != "tqdm":
            return real(name)
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found
    monkeypatch.setattr(importlib.metadata, "version", version)
    finding = only(doctor.packages())
    assert finding.state == "broken"
    assert said in finding.seen


def test_the_course_is_not_installed(monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(importlib.metadata, "requires", requires)
    assert only(doctor.packages()).state == "broken"


def test_other_versions_than_the_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_installed", lambda: [("Torch_Vision", "1.0+cpu"), ("numpy", "2.0.1")])
    lock = tmp_path / "requirements.lock"
    lock.write_text("# a comment\nnumpy==2.0.1\ntorch-vision==1.0 ; sys_platform == 'linux'\n", encoding="utf-8")
    assert only(doctor.locked(tmp_path)).state == "ok"
    lock.write_text("numpy==2.0.2\nabsent==1.0\n", encoding="utf-8")
    finding = only(doctor.locked(tmp_path))
    assert finding.state == "note"
    assert "numpy 2.0.1 (lock: 2.0.2)" in finding.seen


@pytest.mark.parametrize("wrong", ["missing", "miscounting"])
def test_pytorch_is_broken(monkeypatch, wrong):
    def load(name):
        if wrong == "missing":
            raise OSError("libtorch_cpu.so: cannot open shared object file")
        ones = types.SimpleNamespace(__matmul__=None)
        return types.SimpleNamespace(__version__="0", ones=lambda *shape: Wrong(), get_num_threads=lambda: ones)
    monkeypatch.setattr(doctor.importlib, "import_module", load)
    assert only(doctor.torch()).state == "broken"


class Wrong:
    """A tensor that comes to 11."""

    def __matmul__(self, other):
        return self

    def sum(self):
        return 11


def test_one_thread_is_worth_a_note(monkeypatch):
    module = types.SimpleNamespace(__version__="2", ones=lambda *shape: Right(), get_num_threads=lambda: 1)
    monkeypatch.setattr(doctor.importlib, "import_module", lambda name: module)
    monkeypatch.setattr(doctor.os, "cpu_count", lambda: 4)
    finding = only(doctor.torch())
    assert finding.state == "note" and "1 of 4" in finding.seen


class Right(Wrong):
    """A tensor that comes to 12."""

    def sum(self):
        return 12


def test_a_full_disk():
    assert only(doctor.disk(lambda folder: 20 * 10**6)).state == "broken"
    assert only(doctor.disk(lambda folder: 20 * 10**9)).seen.startswith("20 GB")


@pytest.mark.slow
def test_fonts(monkeypatch):
    found = only(doctor.fonts())
    lacking = [name for name, script in _fonts.SCRIPTS.items() if _fonts.missing(script.word)]
    assert found.state == ("note" if lacking else "ok")
    assert all(f"for {name}" in found.todo for name in lacking) and "Arabic" not in found.todo     # DejaVu has it
    monkeypatch.setattr(_fonts, "SCRIPTS", {"Klingon": _fonts.Script("\uf8d0", ("pIqaD",)), **_fonts.SCRIPTS})
    assert "pIqaD for Klingon" in only(doctor.fonts()).todo
    monkeypatch.setattr(_fonts, "missing", lambda word: "")
    assert only(doctor.fonts()).state == "ok"


def test_what_the_computer_has_is_added_to_the_courses_own_fonts(monkeypatch):
    assert _fonts.families()[:2] == ["DejaVu Sans", "Course CJK"]
    assert _fonts.missing("cat 猫 ή") == "" and _fonts.missing("a\uf8d0b\uf8d0") == "\uf8d0"
    known = list(_fonts.fontManager.ttflist)
    here = next(font for font in known if font.name == "DejaVu Sans")
    new = [dataclasses.replace(here, name="Noto Sans CJK SC"), dataclasses.replace(here, name="SimHei", fname="/gone")]
    monkeypatch.setattr(_fonts.fontManager, "ttflist", known + new)
    added = set(_fonts.families()) - {font.name for font in known}
    assert added == {"Noto Sans CJK SC"}, "matplotlib's list may be old"


def test_sentence_pairs(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert only(doctor.pairs()).todo == "python -m classroom data"
    (tmp_path / "spa.tsv").write_bytes(b"half a fi")
    finding = only(doctor.pairs())
    assert finding.state == "broken" and str(tmp_path / "spa.tsv") in finding.todo
    monkeypatch.setattr(data, "_SHA256", data._sha256(b"half a fi"))
    assert only(doctor.pairs()).state == "ok"


@pytest.mark.slow
def test_trained_models_are_opened(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert only(doctor.models()).seen == "none is trained yet"
    (tmp_path / "models").mkdir()
    torch.save({"model": torch.arange(5000.0)}, tmp_path / "models" / "a.pt")
    assert only(doctor.models()).state == "ok"
    whole = (tmp_path / "models" / "a.pt").read_bytes()
    at = len(whole) // 2
    for broken in (whole[:-40], b"", b"not a model", whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1:]):
        (tmp_path / "models" / "b.pt").write_bytes(broken)
        finding = only(doctor.models())
        assert finding.state == "note" and "b.pt" in finding.seen and "a.pt" not in finding.seen


@pytest.mark.parametrize("folder", ["a file", "nobody may write"])
def test_folders_are_tried_by_writing(folder, tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("no folder")
    place = file / "sub" if folder == "a file" else tmp_path
    for variable in ("COURSE_CACHE", "COURSE_STATE"):
        monkeypatch.setenv(variable, str(place))
    if folder != "a file":
        def refuse(*args, **kwargs):
            raise OSError(30, "Read-only file system")
        monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)
    for part, variable in ((doctor.disk, "COURSE_CACHE"), (doctor.progress, "COURSE_STATE")):
        finding = only(part())
        assert finding.state == "broken" and variable in finding.todo and str(place) in finding.seen
    assert list(doctor.models()) == [] or folder != "a file"


def test_progress_that_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path))
    assert only(doctor.progress()).seen.startswith("0 exercises")
    (tmp_path / "progress.json").write_text("{not JSON", encoding="utf-8")
    assert only(doctor.progress()).state == "note"


def test_widgets(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    assert only(doctor.widgets(tmp_path)).state == "broken"
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: name)
    assert only(doctor.widgets(tmp_path)).state == "broken"
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: "0.9")
    for name in ("anywidget", "@jupyter-widgets/jupyterlab-manager"):
        (tmp_path / "share/jupyter/labextensions" / name).mkdir(parents=True)
    assert only(doctor.widgets(tmp_path)).state == "ok"


@pytest.mark.parametrize(("abi", "state"), [(4, "ok"), (0, "note")])
def test_how_far_submissions_can_be_confined(monkeypatch, abi, state):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(landlock, "abi", lambda: abi)
    monkeypatch.setattr(seccomp, "available", lambda: True)
    assert only(doctor.grading()).state == state


@pytest.fixture(params=["win32", "darwin"])
def elsewhere(request, monkeypatch):
    """A computer without Linux, on which no function of the C library's may be looked for."""
    def asked(*arguments, **options):
        raise AssertionError("the C library was asked")

    for name in ("CDLL", "PyDLL"):
        monkeypatch.setattr(ctypes, name, asked)
    monkeypatch.setattr(sys, "platform", request.param)
    return request.param


def test_nothing_of_linux_is_asked_elsewhere(elsewhere):
    finding = only(doctor.grading())
    assert finding.state == "note" and "Linux" in finding.seen and finding.todo


def test_the_parts_ask_nothing_elsewhere_either(elsewhere, monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("/proc was read"))
    assert landlock.abi() == 0 and seccomp.available() is False
    for attempt in (lambda: landlock.make([]), lambda: landlock.restrict(3), lambda: seccomp.restrict(b"")):
        with pytest.raises(OSError, match="is Linux's"):
            attempt()
    assert channel.computing_time(1) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the fork server needs fork")
def test_a_child_is_not_confined_elsewhere(monkeypatch, tmp_path):
    """It says so, and asks for nothing of Linux's on the way."""
    from classroom.grade.confine import sandbox

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: pytest.fail("the C library was asked"))
    for change in ("chdir", "umask"):
        monkeypatch.setattr(os, change, lambda _: None)
    monkeypatch.setattr(sandbox.resource, "setrlimit", lambda *_: None)
    prison = sandbox.Prison(str(tmp_path), [])
    assert (prison.ruleset, prison.filter, prison.abi) == (None, None, 0)
    assert sandbox.enter(prison, str(tmp_path), 60) == ("none", ["limits"])


@pytest.mark.slow
def test_what_fails_while_looking_is_a_finding(monkeypatch, tmp_path, capsys):
    def fails():
        raise RuntimeError("no fonts at all")
    fails.__name__ = "fonts"
    monkeypatch.setattr(doctor, "fonts", fails)
    assert doctor.main([], tmp_path) == 1
    assert re.search(r"broken *fonts +RuntimeError: no fonts at all\n +-> ", capsys.readouterr().out)


@pytest.mark.slow
def test_it_changes_nothing(tmp_path):
    before = sorted(Path(tmp_path).iterdir())
    doctor.examine(tmp_path)
    assert sorted(Path(tmp_path).iterdir()) == before
