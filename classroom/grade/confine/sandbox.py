"""Confinement of a child: what the server prepares once, and what each child does to itself before any answer runs."""
import contextlib
import ctypes
import os
import resource
import shutil
import signal
import socket
import struct
import sys
import sysconfig
from pathlib import Path

from . import landlock, seccomp

__all__ = ["Prison", "enter"]

MEMORY = 1 << 30               # bytes that an answer may ask for, on top of what the server has
FILE = 8 << 20
OPEN_FILES = 64
_TASKS = 32                    # threads of one child
_NO_NEW_PRIVS, _PDEATHSIG, _DUMPABLE = 38, 1, 4
_KEEP_CAPABILITIES, _DAC_READ_SEARCH = 8, 2
_FIRST_USER = 1_300_000_000    # far from any real user


class Prison:
    """What is the same for all children of a server."""

    def __init__(self, work: str, hidden: list[str]):
        self.work = work                        # the only folder that children write to; empty before each
        self.linux = sys.platform == "linux"
        self.filter = seccomp.program() if seccomp.available() else None
        self.ruleset = landlock.make(_rules(work, hidden)) if self.linux and landlock.abi() else None
        self.abi = landlock.abi() if self.linux else 0
        self.root = hasattr(os, "geteuid") and os.geteuid() == 0
        self.reads_private = self.ruleset is not None and not all(
            map(_open_to_all, {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}))
        self.count = 0
        self.user = 0                           # that of the next child, if we are root
        if self.root:
            self._next_user()

    def _next_user(self) -> None:
        self.count += 1
        self.user = _FIRST_USER + os.getpid() % 100_000 * 1000 + self.count % 1000

    def folder(self) -> str:
        """An empty working folder for the next child, which has a user of its own if we are root."""
        if self.root:
            self._next_user()
        path = os.path.join(self.work, f"work-{self.count}")
        self.count += not self.root
        os.mkdir(path, 0o700)
        if self.root:
            with contextlib.suppress(OSError):
                os.chown(path, self.user, self.user)
        return path

    def clean(self) -> None:
        """Remove what children left."""
        for entry in os.scandir(self.work):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _rules(work: str, hidden: list[str]) -> list[tuple[str, int]]:
    """Python's own files, but neither this package nor anything in `hidden`; the shared libraries; the folder."""
    rules = [(work, landlock.READ | landlock.WRITE),
             ("/dev/null", landlock.READ | landlock.WRITE_FILE), ("/dev/zero", landlock.READ),
             ("/dev/urandom", landlock.READ), ("/etc/ld.so.cache", landlock.READ), ("/etc/localtime", landlock.READ),
             ("/usr/share/zoneinfo", landlock.READ)]
    packages = {os.path.realpath(p) for p in sys.path if p and os.path.isdir(p)}
    packages |= {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    kept_out = ("course", "build_a_transformer", "__editable__")
    secret = [os.path.realpath(path) for path in hidden]
    for folder in packages:
        rules.append((folder, landlock.READ_DIR))                  # names only: the finder of modules lists them
        for entry in os.scandir(folder):
            real = os.path.realpath(entry.path)
            if entry.name.startswith(kept_out) or entry.name in ("site-packages", "dist-packages") or real in packages:
                continue
            if any(real == s or real.startswith(s + os.sep) for s in secret) and not real.startswith(
                    tuple(p + os.sep for p in packages)):
                continue
            rules.append((entry.path, landlock.READ))
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    for library in {line.split(maxsplit=5)[5].strip() for line in mapped.splitlines() if line.count("/")}:
        if os.path.isfile(library) and (".so" in library or "python" in os.path.basename(library)):
            rules.append((library, landlock.READ_FILE))
    for folder in {"/lib64", "/usr/lib64", *map(str, Path("/usr/lib").glob("*-linux-gnu"))}:
        if not os.path.exists(os.path.join(folder, "python3")):
            rules.append((folder, landlock.READ))
    return rules


def enter(prison: Prison, folder: str, cpu_seconds: int) -> tuple[str, list[str]]:
    """Confine this process, for good.

    Returns the level ("full", "partial", "none") and what was done. What should have worked and did not is an OSError:
    the child then gives up before any answer runs, which is a grader error.
    """
    done: list[str] = []
    os.chdir(folder)
    os.umask(0o077)
    if not prison.linux:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        return "none", ["limits"]
    libc = ctypes.CDLL(None, use_errno=True)
    _limits(cpu_seconds, own_user=prison.root)
    done.append("limits")
    if prison.root:
        _become(libc, prison.user, prison.reads_private)
        done.append("a user of its own")
    elif os.geteuid() == 0 or os.getuid() != os.geteuid():
        raise OSError("the privileges could not be dropped")
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    done.append("no new privileges")
    if prison.ruleset is not None:
        own = landlock.make([(folder, landlock.WRITE), (os.devnull, landlock.WRITE)], landlock.WRITE)
        for ruleset in (prison.ruleset, own):        # the second: of the working folders, only its own
            landlock.restrict(ruleset)
            os.close(ruleset)
        done.append(f"landlock {prison.abi}")
    if prison.filter is not None:
        seccomp.restrict(prison.filter)
        done.append("seccomp")
    full = prison.ruleset is not None and prison.filter is not None
    if full:
        _try_the_door()
    return "full" if full else "partial", done


def _become(libc, user: int, reads_private: bool) -> None:
    """Another user, without capabilities; but for reading Python where it is installed in root's own home.

    That one is kept only beside Landlock, which then says what may be read.
    """
    if reads_private:
        libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if reads_private:
        header = struct.pack("<Ii", 0x20080522, 0)
        if libc.capset(header, struct.pack("<6I", *(1 << _DAC_READ_SEARCH,) * 2, 0, 0, 0, 0)):
            raise OSError(ctypes.get_errno(), "capset")


def _open_to_all(path: str) -> bool:
    """Whether any user may enter a folder and those above it."""
    path = os.path.realpath(path)
    return all(os.stat(p).st_mode & 1 for p in (path, *map(str, Path(path).parents)))


def _limits(cpu_seconds: int, own_user: bool) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    memory = pages * resource.getpagesize() + MEMORY
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: FILE, resource.RLIMIT_NOFILE: OPEN_FILES,
              resource.RLIMIT_CORE: 0, resource.RLIMIT_MEMLOCK: 0, resource.RLIMIT_MSGQUEUE: 0}
    # Threads count as processes. For an ordinary user the rest of the desktop is counted with them.
    limits[resource.RLIMIT_NPROC] = _TASKS if own_user else _tasks() + 2 * _TASKS
    for what, value in limits.items():
        most = resource.getrlimit(what)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(what, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def _tasks() -> int:
    """Processes and threads of this user, as far as /proc shows them."""
    user, count = os.getuid(), 0
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError, KeyError):                    # one that has just ended
            if entry.name.isdigit():
                lines = Path(entry.path, "status").read_bytes().split(b"\n")
                of = {key: value.split() for key, _, value in (line.partition(b":") for line in lines)}
                count += int(of[b"Threads"][0]) * (int(of[b"Uid"][0]) == user)
    return count


def _try_the_door() -> None:
    """What must fail now, does."""
    for attempt in (lambda: os.open("/proc/self/status", os.O_RDONLY), lambda: os.open("/", os.O_RDONLY),
                    lambda: os.open("../door", os.O_CREAT | os.O_WRONLY), os.fork,
                    lambda: socket.socket(socket.AF_INET)):
        try:
            attempt()
        except OSError:
            continue
        os._exit(70)
