"""What a status is called in the reader's language; in English by its own name."""
from course._words import later, say

__all__ = ["status_name"]

# Names that mean something else as well: what is looked up instead, so that a translator sees which meaning it is.
_MEANT = {"memory": later("memory (too much was needed)"), "open": later("open (not solved yet)")}


def status_name(status: str) -> str:
    """A status of a verdict, of a record or of the table of progress, for people to read."""
    meant = _MEANT.get(status, status)
    said = say(meant)
    return status if said == meant else said
