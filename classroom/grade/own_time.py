"""A limit on what the checker itself computes because of what one answer returned."""
import contextlib
import signal
import threading
from collections.abc import Iterator

__all__ = ["TooLong", "own_time"]

_AGAIN = 0.2               # seconds until the next one, should something have caught the first


class TooLong(BaseException):
    """The checker has computed for too long. Not an Exception, so that no code of ours takes it for a failed answer."""


@contextlib.contextmanager
def own_time(seconds: float) -> Iterator[None]:
    """Raise TooLong inside once this process has computed for so long; waiting for a child does not count.

    In threads, as on a Dask worker with several, and on Windows there is no such clock, and no limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "ITIMER_PROF"):
        yield
        return
    armed = True

    def ring(number, frame):
        if armed:
            raise TooLong

    previous = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous if previous is not None else signal.SIG_DFL)
