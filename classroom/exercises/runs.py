"""A property of decoding: nothing that is written already is written again for each new token."""
from collections.abc import Callable

from classroom.judge.exercise import Property
from course._words import say

_LENGTHS = 6, 12
_GROWTH = 3.0     # twice the tokens: about 2 where each is found once, about 4 where the beginning is redone each time


def once_per_token(inputs_of: Callable[[int], dict]) -> Property:
    """A right answer whose runs of the model grow with the square of the length hears of it.

    Args:
        inputs_of: inputs for a model that never ends a sentence, by the number of tokens that it writes.
    """
    def broken(ask) -> str | None:
        runs = [ask(**inputs_of(length), count_runs=True).values.get("ids") for length in _LENGTHS]
        if any(found is None or found.size != 1 for found in runs):
            return None
        few, many = (int(found.flat[0]) for found in runs)
        if many <= _GROWTH * few:
            return None
        return say("One thing for later: your code puts {few} beginnings through the model to write {lengths} "
                   "tokens, and {many} to write {lengths2}.", few=few, lengths=_LENGTHS[0], many=many,
                   lengths2=_LENGTHS[1])
    return Property("redone-for-each-token", broken, "Twice the tokens should take twice the runs; yours grow with the "
                    "square.", "Does something begin again from bos for each new token?", refuses=False)
