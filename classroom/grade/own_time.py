"""A limit on what the checker itself computes because of what one answer returned."""
import contextlib
from collections.abc import Iterator

from course import _system

__all__ = ["TooLong", "own_time"]


class TooLong(BaseException):
    """The checker has computed for too long. Not an Exception, so that no code of ours takes it for a failed answer."""


@contextlib.contextmanager
def own_time(seconds: float) -> Iterator[None]:
    """Raise TooLong inside once this process has computed for so long; waiting for a child does not count.

    In threads, as on a Dask worker with several, and on Windows there is no such clock, and no limit.
    """
    def ring() -> None:
        raise TooLong                # again and again, should something have caught the first

    with _system.computing_alarm(seconds, ring):
        yield
