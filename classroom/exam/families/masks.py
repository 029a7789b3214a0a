"""Masks made of lengths: what True means, the side of the padding, the present, a window, the shape, idle rows."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch
from course._words import later


def _solve(lengths, size, *, true, padding, present, window, heads, idle, kind, transposed=False, causal=True,
          padded=True, rows=False):
    """lengths (B,), size -> (B, size, size) or (B, 1, size, size)."""
    place = np.arange(size)
    real = place < lengths[:, None] if padding == "end" else place >= size - lengths[:, None]       # (B, size)
    back = place[:, None] - place                                                                   # (size, size)
    may = back >= (0 if present == "seen" else 1) if causal else np.ones((size, size), bool)
    if window != "none":
        may = may & (back < int(window) + (present != "seen"))
    may = np.broadcast_to(may, (len(lengths), size, size))
    if padded:
        may = may & (real[:, :, None] if rows else real[:, None, :])
    if idle == "closed":
        may = may & real[:, :, None]
    if idle == "self":
        may = np.where(real[:, :, None], may, np.eye(size, dtype=bool))
    if transposed:
        may = may.transpose(0, 2, 1)
    told = may if true == "may" else ~may
    if kind == "signs":
        told = np.where(told, 1.0, -1.0)
    return told[:, None] if heads == "axis" else told


def _cases(rng):
    yield Case("three sentences of 3, 5 and 1 words", lengths=np.array([3, 5, 1]), size=5)
    yield Case("one sentence without padding", lengths=np.array([4]), size=4)
    yield Case("two sentences", lengths=np.array([7, rng.integers(2, 6)]), size=7)


FAMILY = Family(
    key="masks", title="A mask for a batch", lesson=2, name="make_mask", call="make_mask(lengths, size)",
    text="Write `make_mask(lengths, size)` with NumPy: the mask of a decoder's self-attention, for a batch of "
         "sentences that have been filled up to `size` tokens with padding. `lengths` (B,) says how many real tokens "
         "each sentence has. Rows are queries, columns are keys. A query may attend to a key that is neither padding "
         "nor in the future.",
    takes={"lengths": "B", "size": ""}, gives={"mask": "..."},
    switches=(
        Switch("true", {"may": "`True` in the mask means that the query may attend to the key.",
                        "hidden": "`True` in the mask means that the key is hidden from the query."}),
        Switch("padding", {"end": "Sentences are filled up at their end: the real tokens come first.",
                           "begin": "Sentences are filled up at their beginning: the real tokens come last."}),
        Switch("present", {"seen": "A position may attend to itself and to those before it.",
                           "unseen": "A position may attend only to those before it, not to itself."}),
        Switch("window", {"none": "There is no limit to how far a position may look back.",
                          **{n: later("A position sees at most the latest {n} of the positions up to its own, or up to "
                                      "the one before if it may not attend to itself. Padding takes up places there, "
                                      "but stays hidden.", n=n) for n in ("2", "3", "4")}}),
        Switch("heads", {"plain": "The result has the shape (B, size, size).",
                         "axis": "The result has the shape (B, 1, size, size): an axis for the heads."}),
        Switch("idle", {"usual": "Queries that are padding follow the same rules as all others.",
                        "closed": "Queries that are padding may attend to nothing.",
                        "self": "Queries that are padding may attend to themselves and to nothing else, whatever the "
                                "other lines say."}),
        Switch("kind", {"bool": "The result is boolean.",
                        "signs": "The result holds numbers: 1.0 in place of `True`, −1.0 in place of `False`."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    # Padding that comes first has nothing before it that it could attend to.
    sensible=lambda variant: variant["padding"] == "end" or variant["idle"] != "closed",
    mistakes=(
        Mistake("keys-in-rows", {"transposed": True}, "Your `make_mask` has keys in its rows and queries in its "
                                                      "columns."),
        Mistake("future-seen", {"causal": False}, "Your `make_mask` does not hide the future."),
        Mistake("padding-seen", {"padded": False}, "Your `make_mask` does not hide the padding."),
        Mistake("padding-of-queries", {"rows": True}, "Your `make_mask` hides rows of padding, not columns."),
    ))
