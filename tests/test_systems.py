"""Linux, macOS, Windows: what a learner's computer is asked for is there on each, or is guarded."""
import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [path for package in ("course", "classroom") for path in sorted((ROOT / package).rglob("*.py"))]
# Without this the system's own encoding is used, on Windows often cp1252, which has no √ and no Chinese. For each
# function, at which place its mode and its encoding stand if they are not named.
TEXT = {"open": (1, 3), "read_text": (None, 0), "write_text": (None, 1), "fdopen": (1, 3),
        "NamedTemporaryFile": (0, 2), "TemporaryFile": (0, 2)}
# Modules and names that only POSIX, or only Linux, has.
MODULES = {"resource", "fcntl", "pwd", "grp", "termios", "pty", "tty", "syslog"}
NAMES = {"os": {"fork", "geteuid", "getuid", "setsid", "killpg", "mkfifo", "uname", "wait4", "waitid", "nice",
                "sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "O_NONBLOCK", "O_NOFOLLOW",
                "O_CLOEXEC", "O_PATH", "O_DIRECTORY"},
         "signal": {"SIGALRM", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGXCPU", "setitimer", "alarm", "pthread_kill"},
         "time": {"pthread_getcpuclockid", "clock_gettime"},
         "socket": {"AF_UNIX", "SCM_RIGHTS"}}
GRADER = ("grade", "exam")          # the grader is Linux's and macOS's; `grade/command.py` says so on Windows


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


@pytest.mark.parametrize("package", ["course", "classroom"])
def test_every_text_names_its_encoding(package):
    lost = [f"{path.relative_to(ROOT)}:{line}" for path in FILES if path.is_relative_to(ROOT / package)
            for line in unnamed(ast.parse(path.read_text(encoding="utf-8")))]
    assert not lost, f"name an encoding, or open it as bytes: {lost}"


def unguarded(tree: ast.AST) -> list[tuple[int, str]]:
    """Names that some systems lack, where nothing in the same function or module asks for the system or the name."""
    found = []

    def asks(node: ast.AST) -> bool:
        """Whether some code asks which system this is, or whether a name is there."""
        text = ast.unparse(node)
        return any(word in text for word in ("hasattr(", "os.name", "sys.platform", "getattr("))

    def visit(node: ast.AST, guarded: bool) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            guarded = guarded or asks(node)
        elif isinstance(node, ast.Try):
            caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type is not None]
            guarded = guarded or any("ImportError" in text or "AttributeError" in text for text in caught)
        if not guarded:
            if isinstance(node, ast.Import):
                found.extend((node.lineno, name.name) for name in node.names if name.name in MODULES)
            elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
                found.append((node.lineno, node.module))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) \
                    and node.attr in NAMES.get(node.value.id, ()):
                found.append((node.lineno, f"{node.value.id}.{node.attr}"))
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_context") \
                    and any(getattr(argument, "value", "") in ("fork", "forkserver") for argument in node.args):
                found.append((node.lineno, "fork"))
        for child in ast.iter_child_nodes(node):
            visit(child, guarded)

    visit(tree, False)
    return found


@pytest.mark.parametrize(("code", "found"), [
    ("import resource", ["resource"]), ("def f():\n os.fork()", ["os.fork"]),
    ("def f():\n if hasattr(os, 'fork'):\n  os.fork()", []), ("signal.setitimer(0, 1)", ["signal.setitimer"]),
    ("try:\n import fcntl\nexcept ImportError:\n fcntl = None", []), ("os.replace(a, b)", []),
    ("multiprocessing.get_context('fork')", ["fork"]),
])
def test_what_counts_as_unguarded(code, found):
    assert [name for _, name in unguarded(ast.parse(code))] == found


# Reached only from a place that has asked: for each, that place.
ASKED_ELSEWHERE = {
    ("course/_team.py", "fork"): 'fork = sys.platform == "linux" and',
    ("classroom/ask/limits.py", "signal.SIGALRM"): 'with _by_signal(meter) if main and hasattr(signal, "setitimer")',
    ("classroom/ask/limits.py", "signal.setitimer"): 'with _by_signal(meter) if main and hasattr(signal, "setitimer")',
}


def test_a_learner_meets_nothing_that_a_system_lacks():
    lost = []
    for path in FILES:
        name = path.relative_to(ROOT).as_posix()
        if name.split("/")[1] in GRADER:
            continue
        text = path.read_text(encoding="utf-8")
        for line, what in unguarded(ast.parse(text)):
            if ASKED_ELSEWHERE.get((name, what), "\0") not in text:
                lost.append(f"{name}:{line}: {what}")
    assert not lost, f"ask first whether this system has it: {lost}"
