"""`python -m classroom doctor`: whether this computer is ready for the course, and what to do if not.

It looks and changes nothing. Each finding is "ok", "note" (the course works, something could be
better) or "broken" (something the course needs is missing).
"""
import importlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from classroom.arguments import Parser
from course import _system
from course._paths import FolderError, cache_dir, state_dir
from course._printing import columns, padded
from course._words import later, listed, say

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = (3, 11)
FREE_MB = 500   # the sentence pairs, their download, and the trained models
INSTALL = later("run `make lab`, or `pip install -r requirements.lock` and `pip install --no-deps -e .`, in the "
                "course's own environment")
if not (ROOT / "pyproject.toml").exists():      # installed from a wheel
    INSTALL = later("install the course's wheel again, in an environment of its own: `pip install --force-reinstall` "
                    "and its name")
# How findings and their states are called, apart from names; as JSON they keep their English names.
_CALLED = [later("ok"), later("note"), later("broken"), later("packages"), later("lock"), later("disk"),
           later("sentences"), later("models"), later("progress"), later("views"), later("fonts"), later("grading"),
           later("files")]


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, how it is, what was seen, and what to do about it."""

    what: str
    state: Literal["ok", "note", "broken"]
    seen: str
    todo: str = ""


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `python -m classroom doctor`; returns 1 if something the course needs is broken."""
    parser = Parser(prog="python -m classroom doctor", description=say(
        "`python -m classroom doctor`: whether this computer is ready for the course, and what to do if not."))
    parser.add_argument("--json", action="store_true", help=say("print the findings as JSON"))
    options = parser.parse_args(arguments)
    findings = examine(root)
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    else:
        width = max(columns(say(finding.what)) for finding in findings)
        for finding in findings:
            print(f"{padded(say(finding.state), 7)}{padded(say(finding.what), width)}  {finding.seen}")
            if finding.todo:
                print(f"{'':7}{'':{width}}  -> {finding.todo}")
    return 1 if any(finding.state == "broken" for finding in findings) else 0


def examine(root: Path = ROOT) -> list[Finding]:
    """All findings. A part of the examination that itself fails is a finding too, not an exception."""
    findings: list[Finding] = []
    for part in (python, packages, lambda: locked(root), torch, disk, pairs, models, progress,
                 widgets, fonts, grading):
        name = getattr(part, "__name__", "").replace("<lambda>", "files")
        try:
            findings += part()
        except Exception as error:   # whatever is wrong with a broken installation
            findings.append(Finding(name, "broken", f"{type(error).__name__}: {error}", say(INSTALL)))
    return findings


def python(version: tuple[int, ...] = sys.version_info[:3], in_environment: bool | None = None) -> Iterator[Finding]:
    """The Python that runs, and whether it is an environment of its own."""
    shown = ".".join(map(str, version))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    if version < OLDEST_PYTHON:
        yield Finding("Python", "broken", say("{shown}; the course needs {wanted} or newer", shown=shown,
                                              wanted=wanted),
                      say("install a newer Python, then `make PYTHON=python{wanted} lab`", wanted=wanted))
        return
    if in_environment is None:
        in_environment = sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ
    if in_environment:
        yield Finding("Python", "ok", f"{shown}, {_system.described()}")
    else:
        yield Finding("Python", "note", say("{shown}, outside of any environment", shown=shown),
                      say("an environment of its own keeps the course's packages apart: the README says how"))


def packages() -> Iterator[Finding]:
    """Whether every package the course requires is there, in a version that it admits."""
    from packaging.requirements import Requirement  # comes with JupyterLab

    try:
        required = importlib.metadata.requires("build-a-transformer") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("packages", "broken", say("the course itself is not installed in this Python"), say(INSTALL))
        return
    wanted = [requirement for requirement in map(Requirement, required)
              if not requirement.marker or requirement.marker.evaluate({"extra": ""})]
    missing = []
    for requirement in wanted:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(say("{name} is not installed", name=requirement.name))
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            missing.append(say("{name} {version} is there, {specifier} is needed", name=requirement.name,
                               version=version, specifier=requirement.specifier))
    if missing:
        yield Finding("packages", "broken", listed(missing, "{first}; {next}"), say(INSTALL))
    else:
        yield Finding("packages", "ok", say("all {wanted} that the course names, in versions it admits",
                                            wanted=len(wanted)))


def locked(root: Path) -> Iterator[Finding]:
    """How the installed versions compare with the locks, the versions the course is tested with."""
    paths = [path for name in ("requirements.lock", "requirements-test.lock") if (path := root / name).exists()]
    if not paths:
        return
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    pins = re.findall(r"^([\w.-]+)==([\w.]+)(?: *;.*)?$", text, re.MULTILINE)
    installed = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in _installed()}
    other = [
        say("{name} {installed} (lock: {version})", name=name, installed=installed[name],
            version=version) for name, version in pins
        if name in installed and installed[name].split("+")[0] != version
    ]
    if not other:
        yield Finding("lock", "ok", say("versions are those of requirements.lock"))
    else:
        shown = listed(other[:4])
        if len(other) > 4:
            shown = say("{names} and {n} more", names=shown, n=len(other) - 4)
        yield Finding("lock", "note", say("other versions than the lock's: {shown}", shown=shown),
                      say("if something looks odd, `pip install -r requirements.lock` gives the tested versions"))


def torch() -> Iterator[Finding]:
    """Whether PyTorch can compute, and with how many threads."""
    try:
        module = importlib.import_module("torch")
        right = float((module.ones(2, 3) @ module.ones(3, 2)).sum()) == 12.0
    except Exception as error:   # a broken build fails in many ways
        yield Finding("PyTorch", "broken", f"{type(error).__name__}: {str(error).splitlines()[0]}", say(INSTALL))
        return
    if not right:
        yield Finding("PyTorch", "broken", say("{version} multiplies matrices wrongly",
                                               version=module.__version__), say(INSTALL))
        return
    threads, cores = module.get_num_threads(), os.cpu_count() or 1
    seen = say("{version}, {threads} of {cores} processors", version=module.__version__, threads=threads, cores=cores)
    if threads < min(cores, 2):
        yield Finding("PyTorch", "note", seen, say("training is faster with more threads: unset OMP_NUM_THREADS"))
    else:
        yield Finding("PyTorch", "ok", seen)


def disk(free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Iterator[Finding]:
    """Whether there is room for the sentence pairs and trained models, and they can be written."""
    try:
        folder = cache_dir()
        _write_to(folder)
    except OSError as error:
        yield _unwritable("disk", error, "COURSE_CACHE", say("the sentence pairs and trained models cannot be kept"))
        return
    megabytes = free(folder) // 10**6
    if megabytes < FREE_MB:
        yield Finding("disk", "broken", say("{megabytes} MB free at {folder}", megabytes=megabytes, folder=folder),
                      say("make room for {free_mb} MB, or name another folder in the variable COURSE_CACHE",
                          free_mb=FREE_MB))
    else:
        yield Finding("disk", "ok", say("{megabytes:.0f} GB free at {folder}", megabytes=megabytes / 1000,
                                        folder=folder))


def _write_to(folder: Path) -> None:
    """Try it: permissions alone do not say so, on a full disk or a network folder. Nothing is left there."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
        file.write(bytes(4096))
        file.flush()


def _unwritable(what: str, error: OSError, variable: str, so: str) -> Finding:
    where = os.environ.get(variable) or say("its folder")
    why = str(error) if isinstance(error, FolderError) else f"{error.strerror}: {where}"
    return Finding(what, "broken", f"{so}: {why}", say("name a folder that can be written to in the variable "
                                                       "{variable}", variable=variable))


def pairs() -> Iterator[Finding]:
    """Whether the sentence pairs are in the cache, and are the right ones."""
    from course import data

    try:
        path = cache_dir() / "spa.tsv"
    except OSError:
        return                                  # `disk` has said so
    if not path.exists():
        yield Finding("sentences", "note", say("the sentence pairs are not there yet; lessons 09 to 14 need them"),
                      say("python -m classroom data"))
    elif data._sha256(path.read_bytes()) != data._SHA256:
        yield Finding("sentences", "broken", say("{path} is not the file the course was written for", path=path),
                      say("delete {path}, then: python -m classroom data", path=path))
    else:
        yield Finding("sentences", "ok", say("{path}, verified", path=path))


def models() -> Iterator[Finding]:
    """Whether every trained model in the cache is whole."""
    try:
        files = sorted((cache_dir() / "models").glob("*.pt"))
    except OSError:
        return
    if not files:
        yield Finding("models", "ok", say("none is trained yet"))
    elif damaged := [path for path in files if not _whole(path)]:
        yield Finding("models", "note", say("damaged: {path}", path=listed(str(path) for path in damaged)),
                      say("delete it; training begins anew"))
    else:
        size = sum(path.stat().st_size for path in files) / 10**6
        yield Finding("models", "ok", say("{files} trained, {size:.0f} MB, all whole", files=len(files), size=size))


def _whole(path: Path) -> bool:
    """Whether the archive that `torch.save` writes can be read to its end, with the sums that it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, zlib.error):
        return False


def progress() -> Iterator[Finding]:
    """Whether the learner's record can be read and written."""
    try:
        path = state_dir() / "progress.json"
        _write_to(path.parent)
    except OSError as error:
        yield _unwritable("progress", error, "COURSE_STATE", say("what you have solved cannot be kept"))
        return
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["exercises"] if path.exists() else {}
        solved = sum(entry["status"] == "correct" for entry in entries.values())
    except (ValueError, KeyError, TypeError, OSError):
        yield Finding("progress", "note", say("{path} cannot be read",
                                              path=path), say("move it away; a new one is begun"))
        return
    yield Finding("progress", "ok", say("{solved} exercises solved, kept in {path}", solved=solved, path=path))


def widgets(prefix: Path | None = None) -> Iterator[Finding]:
    """Whether the interactive views can be drawn: anywidget, and its extension to JupyterLab."""
    if importlib.util.find_spec("anywidget") is None:
        yield Finding("views", "broken", say("anywidget is not installed: lessons stop at the first cell with a view"),
                      say(INSTALL))
        return
    places = [prefix or Path(sys.prefix)]
    found = [name for name in ("anywidget", "@jupyter-widgets/jupyterlab-manager")
             if any((place / "share" / "jupyter" / "labextensions" / name).is_dir() for place in places)]
    if len(found) == 2:
        yield Finding("views", "ok", say("anywidget {version}, in JupyterLab too",
                                         version=importlib.metadata.version('anywidget')))
    else:
        yield Finding("views", "broken", say("JupyterLab in this environment lacks the extension for widgets"),
                      say("pip install --force-reinstall jupyterlab_widgets anywidget, then restart JupyterLab"))


def fonts() -> Iterator[Finding]:
    """In which scripts figures can have labels, tried with a word in each. Those of the course need no other fonts."""
    from course.views import picture  # noqa: F401 - it brings the course's own font along
    from course.views._fonts import SCRIPTS, look_again, missing

    look_again()
    lacking = {name: script for name, script in SCRIPTS.items() if missing(script.word)}
    there = listed(say(name) for name in SCRIPTS if name not in lacking)
    own = say("the course's figures bring their characters along")
    if not lacking:
        yield Finding("fonts", "ok", say("{own}; your own can have labels in {there}, too", own=own, there=there))
        return
    todo = listed(say("{fonts} for {name}", fonts=script.fonts[0], name=say(name))
                  for name, script in lacking.items())
    yield Finding("fonts", "note", say("{own}; other text in your own language may lack some: {lacking}", own=own,
                                       lacking=listed(map(say, lacking))),
                  say("if that is yours, install a font: {todo}", todo=todo))


def grading() -> Iterator[Finding]:
    """How well the grader could confine a submission here; only teachers need it."""
    todo = say("only teachers need it: docs/teachers_guide.md says what the grader protects against")
    if not _system.linux():
        yield Finding("grading", "note", say("submissions can be confined on Linux alone"), todo)
        return
    landlock = importlib.import_module("classroom.grade.confine.landlock")
    seccomp = importlib.import_module("classroom.grade.confine.seccomp")
    there = {"Landlock": landlock.abi() > 0, "seccomp": seccomp.available()}
    seen = listed(say("{name} there" if found else "{name} missing", name=name) for name, found in there.items())
    if all(there.values()):
        yield Finding("grading", "ok", say("submissions can be confined: {seen}", seen=seen))
    else:
        yield Finding("grading", "note", say("submissions can be confined in part only: {seen}", seen=seen), todo)


def _installed() -> Iterator[tuple[str, str]]:
    for distribution in importlib.metadata.distributions():
        if distribution.metadata["Name"]:
            yield distribution.metadata["Name"], distribution.version
