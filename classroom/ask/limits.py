"""Run a learner's code so that nothing it does gets out: exceptions, exits, loops, prints."""
import contextlib
import ctypes
import dis
import io
import linecache
import signal
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from .room import left_switched
from .room import seed_all as seed_all
from .room import undisturbed as undisturbed
from .stubs import nothing_written

_CLASSROOM = str(Path(__file__).parents[1])
_OURS = (_CLASSROOM, _CLASSROOM.removesuffix("classroom") + "course")   # frames of these are not the learner's
_LIBRARY = sysconfig.get_path("stdlib")
_TICK = 0.05           # seconds between two looks at the clock
_PATIENCE = 4          # waiting may take this many times as long as computing


class TimeLimit(BaseException):
    """The answer's time is up. Not an Exception, so that `except Exception` does not catch it."""


class Problem(Exception):
    """What an answer returned cannot be read: why, and what was seen. `judge.words` makes a sentence of it.

    Args:
        key: a slug, and after a colon which of several kinds: "wrong-type:ids".
        facts: what was seen: names, numbers, shapes.
    """

    def __init__(self, key: str, **facts: Any):
        super().__init__(key, facts)
        self.key = key
        self.facts = {name: str(value) for name, value in facts.items()}

    @property
    def slug(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True)
class Raised:
    """An exception that came out of an answer."""

    kind: str              # "ValueError"
    text: str              # its message
    where: str             # "line 3 of `attention`: `return q @ k`", or ""; on a second line, who has called it
    function: str          # the function of the learner's that raised, or ""
    unwritten: bool        # it was a stub's `raise NotImplementedError`, with nothing beside it
    timed_out: bool = False


class Printed(io.TextIOBase):
    """Keeps the first characters written to it, of each case also by itself, and drops the rest."""

    def __init__(self, limit: int = 2000):
        self.kept = ""
        self.limit = limit
        self.by_case: dict[str, str] = {}
        self.case = ""

    def turn_to(self, case: str) -> None:
        """What is printed from now on belongs to this case; to none if it is empty."""
        self.case = case

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.kept += str(text)[: self.limit - len(self.kept)]
        if self.case:
            before = self.by_case.get(self.case, "")
            self.by_case[self.case] = before + str(text)[: self.limit - len(before)]
        return len(text)


class Clock:
    """Time that an answer may still use, over all the calls of one evaluation.

    It is computing time, so that a busy or sleeping computer does no harm. Time in which the answer
    only waits counts a quarter, and is counted in ticks: of an hour's pause, one tick is seen.
    """

    def __init__(self, seconds: float):
        self.total = self.left = seconds


def run(call: Callable[[], Any], clock: Clock, printed: Printed) -> tuple[Any, Raised | None]:
    """Call it. Returns its value and None, or None and what it raised.

    Raises KeyboardInterrupt where the process was interrupted meanwhile, whatever the code made of that.
    """
    meter = _Meter(clock.left)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), _interrupts(meter), \
                _time_limit(meter):
            value, switched = left_switched(call)
            raised = None
            if switched == "gradients":
                raise Problem("left-switched:gradients")
            if switched:
                raise Problem("left-switched:dtype")
    except Problem:
        value, raised = None, None
        if not meter.interrupted:
            raise
    except BaseException as error:  # noqa: B902 - exits are the answer's doing, too
        value, raised = None, _describe(error, clock)
    finally:
        clock.left = max(clock.left - meter.used(), _TICK)
    if meter.interrupted:
        raise KeyboardInterrupt
    return value, raised


class _Meter:
    """How much of its time one call has used. Made in the thread that makes the call."""

    def __init__(self, seconds: float):
        self.seconds, self.ticks, self.interrupted = seconds, 0, False
        self._clock = time.thread_time
        if hasattr(time, "pthread_getcpuclockid"):           # can be read from another thread as well
            number = time.pthread_getcpuclockid(threading.get_ident())
            self._clock = lambda: time.clock_gettime(number)
        elif threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            self._clock = time.process_time
        self._started = self._clock()

    def used(self) -> float:
        return max(self._clock() - self._started, self.ticks * _TICK / _PATIENCE)

    def tick(self) -> bool:
        """One more tick has passed. True once the time is up."""
        self.ticks += 1
        return self.interrupted or self.used() >= self.seconds


@contextlib.contextmanager
def _interrupts(meter: _Meter) -> Iterator[None]:
    """Notice that somebody interrupts: code that catches everything would hide it."""
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return

    def noticed(number, frame):
        meter.interrupted = True
        return previous(number, frame)

    signal.signal(signal.SIGINT, noticed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@contextlib.contextmanager
def _time_limit(meter: _Meter) -> Iterator[None]:
    """Raise TimeLimit in the running code once its time is up, again and again until it stops."""
    main = threading.current_thread() is threading.main_thread()
    with _by_signal(meter) if main and hasattr(signal, "setitimer") else _by_thread(meter):
        yield


@contextlib.contextmanager
def _by_signal(meter: _Meter) -> Iterator[None]:
    armed = True

    def ring(number, frame):
        if meter.tick() and armed:
            raise TimeLimit

    previous = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    outer, interval = signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
    try:
        try:
            yield
        finally:
            armed = False
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous if previous is not None else signal.SIG_DFL)
        if outer:                          # somebody else's alarm was running: set it again
            signal.setitimer(signal.ITIMER_REAL, max(outer - (time.monotonic() - started), 0.001), interval)


@contextlib.contextmanager
def _by_thread(meter: _Meter) -> Iterator[None]:
    """The same where there are no timer signals: another thread plants the exception."""
    target = threading.get_ident()
    finished = threading.Event()
    lock = threading.Lock()

    def watch():
        while not finished.wait(_TICK):
            with lock:
                if meter.tick() and not finished.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), ctypes.py_object(TimeLimit))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with lock:
            finished.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), None)


def _describe(error: BaseException, clock: Clock) -> Raised:
    entry, around, caller = _own_frames(error.__traceback__)
    where = function = ""
    if entry is not None and around is not None:
        function = around.tb_frame.f_code.co_name
        called = caller if caller is not None and caller.tb_frame.f_code is not around.tb_frame.f_code else None
        where = _line(entry.tb_lineno, around, whose=called is not None)
        if called is not None:
            where += "\n" + _line(called.tb_lineno, called, whose=True)
    try:
        text = str(error).partition("Hint: enable anomaly detection")[0]        # this hint is not for learners
    except Exception:  # an exception whose own __str__ fails
        text = ""
    unwritten = isinstance(error, NotImplementedError) and _raised_in_python(error.__traceback__) and \
        (around is None or function == "<module>" or nothing_written(around.tb_frame.f_code))
    return Raised(type(error).__name__, shorten(text), where, function, unwritten, isinstance(error, TimeLimit))


def _line(number: int, around: TracebackType, whose: bool = False) -> str:
    """A line of a function, with its class if asked `whose`. A comprehension belongs to the function it stands in."""
    code = around.tb_frame.f_code
    line = linecache.getline(code.co_filename, number).strip()
    number = number - code.co_firstlineno + 1 if code.co_name != "<module>" else number
    name = code.co_qualname.rpartition("<locals>.")[2] if whose else code.co_name
    return f"line {number} of `{name}`" + (f": `{line}`" if line else "")


def _own_frames(trace: TracebackType | None) -> tuple[TracebackType | None, ...]:
    """The innermost frame of the learner's own code, the function around it, and the frame that called that one.

    Frames of the engine or of a library are not the learner's.
    """
    own = around = caller = None
    while trace is not None:
        code = trace.tb_frame.f_code
        name = code.co_filename
        if not name.startswith((*_OURS, _LIBRARY, "<frozen")) and "site-packages" not in name:
            inside = code.co_name in ("<listcomp>", "<genexpr>", "<setcomp>", "<dictcomp>")
            if not (inside and around is not None and around.tb_frame.f_code.co_filename == name):
                around, caller = trace, around
            own = trace
        trace = trace.tb_next
    return own, around, caller


def _raised_in_python(trace: TracebackType | None) -> bool:
    """By a `raise` statement, and not by torch, which reports missing kernels by the same class."""
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    operation = dis.opname[code.co_code[trace.tb_lasti]]
    return operation == "RAISE_VARARGS" and "site-packages" not in code.co_filename


def shorten(text: str, limit: int = 300) -> str:
    """A text in one line of at most `limit` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
