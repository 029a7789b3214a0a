"""Linux, macOS, Windows: texts name their encoding, and one module, `course._system`, asks which system this is."""
import ast
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

from course import _system

ROOT = Path(__file__).parents[1]
FILES = [path for package in ("course", "classroom") for path in sorted((ROOT / package).rglob("*.py"))]
# Without this the system's own encoding is used, on Windows often cp1252, which has no √ and no Chinese. For each
# function, at which place its mode and its encoding stand if they are not named.
TEXT = {"open": (1, 3), "read_text": (None, 0), "write_text": (None, 1), "fdopen": (1, 3),
        "NamedTemporaryFile": (0, 2), "TemporaryFile": (0, 2)}


def unnamed(tree: ast.AST) -> list[int]:
    """The lines that open a text without saying in which encoding."""
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        method = isinstance(call.func, ast.Attribute)
        name = call.func.attr if method else getattr(call.func, "id", "")
        owner = call.func.value.id if method and isinstance(call.func.value, ast.Name) else ""
        if name not in TEXT or (name == "open" and owner in ("os", "class_", "archive", "webbrowser")):
            continue
        mode_at, encoding_at = TEXT[name]
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if name == "open" and method and owner not in ("io", "gzip", "bz2", "lzma", "codecs", "tokenize"):
            mode_at, encoding_at = 0, 2                            # Path.open
        mode = given.get("mode", call.args[mode_at] if mode_at is not None and len(call.args) > mode_at else None)
        binary = isinstance(mode, ast.Constant) and "b" in str(mode.value)
        binary |= mode is None and name.endswith("TemporaryFile")  # they are binary if nothing else is said
        if not binary and "encoding" not in given and len(call.args) <= encoding_at:
            found.append(call.lineno)
    return found


@pytest.mark.parametrize(("code", "found"), [
    ("open(p)", True), ("open(p, 'w')", True), ("open(p, 'rb')", False), ("open(p, mode='wb')", False),
    ("open(p, encoding='utf-8')", False), ("p.open('a')", True), ("p.open('ab')", False), ("p.read_text()", True),
    ("p.read_text('utf-8')", False), ("p.write_text(t)", True), ("p.write_text(t, encoding='utf-8')", False),
    ("os.open(p, os.O_RDONLY)", False), ("os.fdopen(n, 'w')", True), ("NamedTemporaryFile()", False),
    ("NamedTemporaryFile('w')", True), ("io.open(p, 'rb')", False),
])
def test_what_is_looked_for(code, found):
    assert bool(unnamed(ast.parse(code))) == found


@pytest.mark.slow
@pytest.mark.parametrize("package", ["course", "classroom"])
def test_every_text_names_its_encoding(package):
    lost = [f"{path.relative_to(ROOT)}:{line}" for path in FILES if path.is_relative_to(ROOT / package)
            for line in unnamed(ast.parse(path.read_text(encoding="utf-8")))]
    assert not lost, f"name an encoding, or open it as bytes: {lost}"


# Modules that some system lacks or that are about the system, and names that ask it or that some system lacks.
MODULES = {"resource", "fcntl", "pwd", "grp", "termios", "pty", "tty", "syslog", "signal", "msvcrt", "winreg",
           "platform"}
NAMES = {"os": {"name", "fork", "geteuid", "getuid", "setsid", "killpg", "kill", "mkfifo", "uname", "wait4", "waitid",
                "nice", "sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "O_NONBLOCK",
                "O_NOFOLLOW", "O_CLOEXEC", "O_PATH", "O_DIRECTORY", "replace", "rename", "execve"},
         "sys": {"platform"},
         "time": {"pthread_getcpuclockid", "clock_gettime"},
         "socket": {"AF_UNIX", "SCM_RIGHTS"}}
MODULE = "course/_system.py"
# These cannot import it, or are one system's alone; the reason is in its docstring.
THEMSELVES = ("classroom/ask/", "classroom/grade/confine/", "classroom/grade/book/autograder/warm.py",
              "course/_team.py")
# A record of results names the Python that made it.
ALLOWED = {"classroom/grade/record.py": {"platform"}}


def asked(tree: ast.AST) -> list[tuple[int, str]]:
    """Where a module asks the system by itself."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names if name.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found.append((node.lineno, node.module))
        elif isinstance(node, ast.ImportFrom):
            names = NAMES.get(node.module or "", ())
            found += [(node.lineno, f"{node.module}.{name.name}") for name in node.names if name.name in names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) \
                and node.attr in NAMES.get(node.value.id, ()):
            found.append((node.lineno, f"{node.value.id}.{node.attr}"))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("get_context", "set_start_method")):
            found.append((node.lineno, "how processes are started"))
    return found


@pytest.mark.parametrize(("code", "found"), [
    ("import resource", ["resource"]), ("def f():\n os.fork()", ["os.fork"]), ("if os.name == 'nt': pass", ["os.name"]),
    ("if hasattr(os, 'fork'):\n pass", []), ("signal.setitimer(0, 1)", []), ("import signal", ["signal"]),
    ("from os import replace", ["os.replace"]), ("os.replace(a, b)", ["os.replace"]), ("text.replace('a', 'b')", []),
    ("multiprocessing.get_context('fork')", ["how processes are started"]), ("x = sys.platform", ["sys.platform"]),
])
def test_what_counts_as_asking(code, found):
    assert [name for _, name in asked(ast.parse(code))] == found


@pytest.mark.slow
def test_one_module_asks_the_system():
    lost = []
    for path in FILES:
        name = path.relative_to(ROOT).as_posix()
        if name != MODULE and not name.startswith(THEMSELVES):
            lost += [f"{name}:{line}: {what}" for line, what in asked(ast.parse(path.read_text(encoding="utf-8")))
                     if what not in ALLOWED.get(name, ())]
    assert not lost, f"{MODULE} is asked instead: {lost}"


@pytest.mark.parametrize("name", THEMSELVES)
def test_who_asks_for_itself_is_still_there_and_does(name):
    paths = [path for path in FILES if path.relative_to(ROOT).as_posix().startswith(name)]
    assert any(asked(ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


# Reached only from a place that has asked: for each, that place.
@pytest.mark.parametrize(("name", "guard"), [
    ("course/_team.py", 'fork = sys.platform == "linux" and'),
    ("classroom/ask/limits.py", 'with _by_signal(meter) if main and hasattr(signal, "setitimer")'),
    ("classroom/ask/limits.py", 'if hasattr(time, "pthread_getcpuclockid"):'),
])
def test_what_a_learner_meets_there_is_guarded(name, guard):
    assert guard in (ROOT / name).read_text(encoding="utf-8")


# ------------------------------------------------------------------------------ systems that this one is not

@pytest.fixture(params=["linux", "darwin", "win32"])
def system(request, monkeypatch):
    """Each system in turn, with what it lacks taken away; what only Linux has may not be called elsewhere."""
    monkeypatch.setattr(sys, "platform", request.param)
    monkeypatch.setattr(_system, "os", types.SimpleNamespace(
        **{name: value for name, value in vars(os).items() if not name.startswith("__")}))
    if request.param != "linux":
        monkeypatch.setattr(_system.ctypes, "CDLL", lambda *_: pytest.fail("the C library was asked"))
        monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("/proc was read"))
    if request.param == "win32":
        monkeypatch.setattr(_system.os, "name", "nt")
        for name in ("fork", "killpg", "geteuid"):
            monkeypatch.delattr(_system.os, name, raising=False)
        monkeypatch.setattr(_system, "signal", types.SimpleNamespace(**{
            name: getattr(signal, name) for name in ("SIGINT", "SIGTERM", "Signals", "default_int_handler", "getsignal",
                                                     "signal")}))
        monkeypatch.setitem(sys.modules, "resource", None)
    elif os.name == "nt":
        pytest.skip("Windows cannot stand for a system with more than it has")
    return request.param


def test_each_system_is_known(system):
    assert (_system.linux(), _system.windows()) == (system == "linux", system == "win32")
    assert _system.posix() is _system.forks() is (system != "win32")
    names = {"win32": ("Scripts", "tool.exe")}.get(system, ("bin", "tool"))
    assert _system.program(Path("x"), "tool").parts == ("x", *names)


def test_nothing_is_called_that_a_system_lacks(system, monkeypatch):
    """Each function does what its docstring says of the system."""
    limits, timers = [], []
    if system != "win32":
        resource = pytest.importorskip("resource")
        monkeypatch.setattr(resource, "setrlimit", lambda what, value: limits.append(what))
        monkeypatch.setattr(_system.signal, "setitimer", lambda *given: timers.append(given))
    assert _system.administrator() is (system != "win32" and os.geteuid() == 0)
    _system.end_with(os.getppid()) if system != "linux" else None
    _system.limit_memory(1 << 40)
    assert len(limits) == {"linux": 2, "darwin": 1, "win32": 0}[system]
    _system.end_after(0)
    assert bool(timers) is (system != "win32")
    assert (_system.most_memory() > 0) is (system != "win32")
    assert (_system.computing_time(os.getpid()) > 0) is (system == "linux")
    rung = []
    with _system.computing_alarm(1000, lambda: rung.append(1)) as there:
        assert there is (system != "win32") and not rung
    assert not _system.overdue(None) and not _system.overdue(0)


def test_a_group_is_ended_or_the_process_alone(system, monkeypatch):
    ended = []
    monkeypatch.setattr(_system.os, "kill", lambda process, number: ended.append((process, number)))
    if system != "win32":
        monkeypatch.setattr(_system.os, "killpg", lambda process, number: ended.append((process, number)))
    _system.end_group(12)
    assert ended == [(12, signal.SIGTERM if system == "win32" else signal.SIGKILL)]


def test_a_program_is_become_or_runs_below(system, monkeypatch, tmp_path):
    done = []
    monkeypatch.setattr(_system.os, "chdir", lambda folder: done.append(folder))
    monkeypatch.setattr(_system.os, "execve", lambda *given: done.append(given) or (_ for _ in ()).throw(SystemExit))
    monkeypatch.setattr(_system.subprocess, "run", lambda command, cwd, env: done.append((command, cwd, env)) or
                        subprocess.CompletedProcess(command, 3))
    if system == "win32":
        assert _system.become(["lab", "x"], tmp_path, {"A": "b"}) == 3
        assert done == [(["lab", "x"], tmp_path, {"A": "b"})]
    else:
        with pytest.raises(SystemExit):
            _system.become(["lab", "x"], tmp_path, {"A": "b"})
        assert done == [tmp_path, ("lab", ["lab", "x"], {"A": "b"})]


@pytest.mark.parametrize("times", [0, 1, 3, 99])
def test_a_file_that_is_open_for_a_moment_is_replaced_all_the_same(system, monkeypatch, tmp_path, times):
    """Windows refuses while it is open; elsewhere a refusal is final."""
    refusals, pauses = iter(range(times)), []

    def replace(source, target):
        if next(refusals, None) is not None:
            raise PermissionError(13, "it is open", str(target))
        return os.replace(source, target)

    monkeypatch.setattr(_system.os, "replace", replace)
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    if times and (system != "win32" or times == 99):
        with pytest.raises(PermissionError):
            _system.replace(tmp_path / "new", tmp_path / "old", pauses.append)
        assert (tmp_path / "old").read_bytes() == b"old" and len(pauses) == 5 * (system == "win32")
    else:
        _system.replace(tmp_path / "new", tmp_path / "old", pauses.append)
        assert (tmp_path / "old").read_bytes() == b"new" and len(pauses) == times


def test_how_a_process_ended(system):
    assert _system.ending(None) == "it ended" and _system.ending(3) == "it ended itself, with the code 3"
    assert _system.ending(-int(signal.SIGTERM)) == "it was ended by SIGTERM"


@pytest.mark.skipif(os.name != "posix", reason="asks how processes end on POSIX")
def test_endings_of_real_processes():
    code = "import os, signal; os.kill(os.getpid(), signal.{})"
    for name, late, used_up in (("SIGPROF", True, False), ("SIGXCPU", False, True), ("SIGKILL", False, False)):
        process = subprocess.Popen([sys.executable, "-IS", "-c", code.format(name)])
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert (_system.overdue(process.returncode), _system.out_of_time(status)) == (late, used_up)
        assert _system.ending(status, waited=True) == f"it was ended by {name}" == _system.ending(process.returncode)


def test_interruptions_are_noticed_and_given_back():
    def handler(number, frame):
        raise AssertionError("it was asked")

    before, noticed = signal.getsignal(signal.SIGINT), []
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with _system.interrupts(lambda: noticed.append(1)) as ours:
            signal.raise_signal(signal.SIGINT)
        assert ours and noticed == [1] and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, handler)
        with _system.interrupts(lambda: noticed.append(2)) as ours:
            assert not ours and signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert noticed == [1]
