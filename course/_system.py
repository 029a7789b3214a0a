"""All that the course asks of the system it runs on, be it Linux, macOS or Windows.

What one of them lacks, or does otherwise, stands here once; everything else calls these functions. Each does something
sensible on every system, and its docstring says what. Nothing but the standard library is imported.

Four places ask for themselves, for they cannot import this: `classroom/ask`, which is sent to the confined child alone;
`classroom/grade/confine`, which is Linux's own; the first lines of the autograder, where the course is not on the path
yet; and `course/_team.py`, whose text names the trained models that are kept.
"""
import contextlib
import ctypes
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

__all__ = ["administrator", "become", "computing_alarm", "computing_time", "described", "end_after", "end_group",
           "end_overdue", "end_with", "ending", "forks", "interrupts", "limit_memory", "linux", "most_memory",
           "out_of_time", "overdue", "posix", "program", "replace", "windows"]

_PAUSES = (0.01, 0.03, 0.1, 0.3, 1.0)     # seconds between tries to replace a file that is open


def linux() -> bool:
    """Whether this is Linux, which alone can confine a process, and says in /proc how each one does."""
    return sys.platform == "linux"


def windows() -> bool:
    """Whether this is Windows."""
    return os.name == "nt"


def posix() -> bool:
    """Whether files have the rights of POSIX, and processes its signals: Linux and macOS."""
    return os.name == "posix"


def forks() -> bool:
    """Whether a process can be forked."""
    return hasattr(os, "fork")


def described() -> str:
    """Processor and system in words: "x86_64, Linux"."""
    return f"{platform.machine()}, {platform.system()}"


def administrator() -> bool:
    """Whether this process runs as root. False on Windows, where no program of ours makes a difference of it."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def program(environment: Path, name: str = "python") -> Path:
    """Where a program of a virtual environment is."""
    return environment / "Scripts" / f"{name}.exe" if windows() else environment / "bin" / name


def replace(source: Path | str, target: Path | str, pause: Callable[[float], None] = time.sleep) -> None:
    """Rename a file, over another one if there is one: who reads sees the old file or the whole new one.

    Windows refuses while any program has the target open, as a search index or a virus scanner has for a moment: there
    it is tried again for a second and a half.

    Raises:
        OSError: where it cannot be done; PermissionError if somebody still has the file open.
    """
    for seconds in _PAUSES if windows() else ():
        try:
            os.replace(source, target)
            return
        except PermissionError:
            pause(seconds)
    os.replace(source, target)


def become(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Become another program, so that whatever ends this process ends it.

    Returns only on Windows, where no process can become another one: the program then runs below this one, and its
    exit code is returned, 0 if it is interrupted.

    Args:
        command: the program's path, and its arguments.
        folder: where it begins.
        environment: its environment variables, all of them.
    """
    if posix():
        sys.stdout.flush()
        sys.stderr.flush()
        os.chdir(folder)
        os.execve(command[0], [*command], environment)
    try:
        return subprocess.run(command, cwd=folder, env=environment).returncode
    except KeyboardInterrupt:
        return 0


@contextlib.contextmanager
def interrupts(noticed: Callable[[], None]) -> Iterator[bool]:
    """Call `noticed()` for an interruption (Ctrl-C, ■), which then raises KeyboardInterrupt only if `noticed` does.

    Yields whether that is so: not where somebody else looks after interruptions, nor in a thread beside the main one.
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual is not signal.default_int_handler:
        yield False
        return
    signal.signal(signal.SIGINT, lambda number, frame: noticed())
    try:
        yield True
    finally:
        signal.signal(signal.SIGINT, usual)


@contextlib.contextmanager
def computing_alarm(seconds: float, ring: Callable[[], None], again: float = 0.2) -> Iterator[bool]:
    """Call `ring()` once this process has computed for so many seconds, and every `again` seconds from then on.

    Yields whether there is such a clock: not on Windows, nor in a thread beside the main one.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "ITIMER_PROF"):
        yield False
        return
    armed = True

    def handle(number: int, frame: object) -> None:
        if armed:
            ring()

    previous = signal.signal(signal.SIGPROF, handle)
    signal.setitimer(signal.ITIMER_PROF, seconds, again)
    try:
        yield True
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous if previous is not None else signal.SIG_DFL)


def end_after(seconds: float) -> None:
    """Have this process ended once it has computed for so long from now; 0 calls that off. On Windows, nothing."""
    if hasattr(signal, "ITIMER_PROF"):
        signal.setitimer(signal.ITIMER_PROF, seconds)      # its signal ends a process that says nothing of it


def end_overdue(process: subprocess.Popen) -> None:
    """End a process as if it had computed for too long."""
    process.send_signal(getattr(signal, "SIGPROF", signal.SIGTERM))


def overdue(status: int | None) -> bool:
    """Whether a process was ended because it had computed for too long.

    Args:
        status: what `Popen.wait` gave, negative for a signal; None if it has not ended.
    """
    return status is not None and status == -getattr(signal, "SIGPROF", signal.SIGTERM)


def end_with(parent: int) -> None:
    """Have this process ended when the process `parent`, which has started it, ends. On Linux; elsewhere nothing."""
    if not linux():
        return
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:                             # it was ended just now
        os._exit(1)


def end_group(leader: int) -> None:
    """End a process and all that it has started. Raises OSError if there is none. On Windows, the process alone."""
    if hasattr(os, "killpg"):
        os.killpg(leader, signal.SIGKILL)
    else:
        os.kill(leader, signal.SIGTERM)


def ending(status: int | None, waited: bool = False) -> str:
    """How a process ended, in words.

    Args:
        status: what `Popen.wait` gave, negative for a signal, or with `waited` what `os.waitpid` gave; None if nothing
            is known.
    """
    if status is None:
        return "it ended"
    code = os.waitstatus_to_exitcode(status) if waited else status
    return f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended itself, with the code {code}"


def out_of_time(status: int | None) -> bool:
    """Whether a process was ended because its computing time was used up, from what `os.waitpid` gave."""
    code = None if status is None else os.waitstatus_to_exitcode(status)
    return code is not None and code == -getattr(signal, "SIGXCPU", 0) != 0


def computing_time(process: int) -> float:
    """Seconds that a process has computed. On Linux; elsewhere, and for a process that has ended, 0."""
    if not linux():
        return 0.0
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def limit_memory(more: int) -> None:
    """Give this process `more` bytes beyond what it has, on Linux; and on POSIX no file of its memory if it fails."""
    try:
        import resource
    except ImportError:                                    # Windows
        return
    if linux():
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
        most = pages * resource.getpagesize() + more
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def most_memory() -> int:
    """The most bytes that this process has held; 0 on Windows, where that is not asked."""
    if linux():                                            # where `ru_maxrss` begins with what the parent held
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
