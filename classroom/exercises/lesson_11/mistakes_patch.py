"""Exercise 11.6: other heads, other places, and other numbers than those of the head that is patched."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception


def sloppy_patch(mixed, other, head, n_heads, takes="slice", puts="other", swapped=False, rows="all", rest=1.0):
    """`patch` with one thing done differently."""
    b, t, d_model = mixed.shape
    d_head, numbers = d_model // n_heads, torch.arange(d_model)
    given = other.expand(mixed.shape)
    start, end = head * d_head, (head + 1) * d_head
    inside = {
        "slice": lambda: (numbers >= start) & (numbers < end),
        "interleaved": lambda: numbers % n_heads == head,
        "next": lambda: numbers // d_head == (head + 1) % n_heads,
        "before": lambda: numbers // d_head == (head - 1) % n_heads,
        "before or none": lambda: numbers // d_head == head - 1,
        "from the end": lambda: numbers // d_head == n_heads - 1 - head,
        "all": lambda: numbers >= 0,
        "none": lambda: numbers < 0,
        "up to": lambda: numbers < end,
        "from": lambda: numbers >= start,
        "one": lambda: numbers == head,
        "first": lambda: numbers == start,
        "one more": lambda: (numbers >= start) & (numbers <= end),
        "one less": lambda: (numbers >= start) & (numbers < end - 1),
        "by n_heads": lambda: (numbers >= head * n_heads) & (numbers < (head + 1) * n_heads),
        "not scaled": lambda: (numbers >= head) & (numbers < head + d_head),
        "begins by n_heads": lambda: (numbers >= head * n_heads) & (numbers < head * n_heads + d_head),
        "by T": lambda: (numbers >= head * (t // n_heads)) & (numbers < (head + 1) * (t // n_heads)),
        "by B": lambda: (numbers >= head * (b // n_heads)) & (numbers < (head + 1) * (b // n_heads)),
        "no brackets": lambda: (numbers >= start) & (numbers < head + d_head),
    }.get(takes, lambda: numbers < 0)().expand(mixed.shape)
    if takes == "position":
        inside = (torch.arange(t) == head)[None, :, None].expand(mixed.shape)
    elif takes == "slice of positions":
        inside = ((torch.arange(t) >= start) & (torch.arange(t) < end))[None, :, None].expand(mixed.shape)
    elif takes == "sentence":
        inside = (torch.arange(b) == head)[:, None, None].expand(mixed.shape)
    elif takes == "split without swapping":
        inside = (torch.arange(n_heads) == head)[None, :, None, None].expand(b, n_heads, t, d_head).reshape(mixed.shape)
    if rows == "last":
        inside = inside & (torch.arange(t) == t - 1)[None, :, None]
    elif rows == "first":
        inside = inside & (torch.arange(t) == 0)[None, :, None]
    elif rows == "first sentence":
        inside = inside & (torch.arange(b) == 0)[:, None, None]
    if swapped:
        inside = ~inside
    new = {
        "other": lambda: given,
        "zeros": lambda: torch.zeros_like(mixed),
        "sum": lambda: mixed + given,
        "difference": lambda: given - mixed,
        "half": lambda: (mixed + given) / 2,
        "mean of positions": lambda: given.mean(1, keepdim=True).expand(mixed.shape),
        "mean of sentences": lambda: given.mean(0, keepdim=True).expand(mixed.shape),
        "first position": lambda: given[:, :1].expand(mixed.shape),
        "first sentence": lambda: given[:1].expand(mixed.shape),
        "head 0": lambda: given[..., :d_head].repeat(1, 1, n_heads),
        "mean of all rows": lambda: given.mean((0, 1), keepdim=True).expand(mixed.shape),
        "first row": lambda: given[:1, :1].expand(mixed.shape),
        "mean of heads": lambda: given.unflatten(-1, (n_heads, d_head)).mean(2).repeat(1, 1, n_heads),
        "own mean": lambda: mixed.mean((0, 1), keepdim=True).expand(mixed.shape),
        "where not 0": lambda: torch.where(given == 0, mixed, given),
    }[puts]()
    return torch.where(inside, new, rest * mixed)


def _patch_alike(mixed, other, head, n_heads, how="slices"):
    """Right where `other` has the shape of `mixed`; where it has an axis of length 1, an error."""
    d_head = mixed.shape[-1] // n_heads
    start, end = head * d_head, (head + 1) * d_head
    if how == "slices":
        return torch.cat([mixed[..., :start], other[..., start:end], mixed[..., end:]], dim=-1)
    if how in ("heads", "stack"):
        parts = list(mixed.split(d_head, dim=-1))
        parts[head] = other[..., start:end]
        return torch.cat(parts, dim=-1) if how == "heads" else torch.stack(parts, dim=2).flatten(2)
    if how == "view":
        new, shape = mixed.clone(), (*mixed.shape[:2], n_heads, d_head)
        new.view(shape)[:, :, head] = other.reshape(shape)[:, :, head]
        return new
    new, inside = mixed.clone(), torch.zeros_like(mixed, dtype=torch.bool)
    if how == "mask":
        inside[..., start:end] = True
        new[inside] = other[inside]
        return new
    for i in range(len(mixed)):
        for j in range(mixed.shape[1]):
            new[i, j, start:end] = other[i, j, start:end] if how == "loop" else other[i][j][start:end]
    return new


def _slice_of_positions(mixed, other, head, n_heads):
    """Where `other` has one position, its slice is empty, or has one for several: an error."""
    d_head, new = mixed.shape[-1] // n_heads, mixed.clone()
    new[:, head * d_head:(head + 1) * d_head] = other[:, head * d_head:(head + 1) * d_head]
    return new


def _slip(slug, says, why, look, **slip):
    return Misconception(slug, partial(sloppy_patch, **slip), f"Your result is exactly {says}.", why, look)


_SIDE = "The numbers of a head lie side by side: d_head of them, after those of the heads before it."
_PUT = "What the head said is replaced by what `other` has in the same places."
PATCHING = [
    _slip("the-rest-patched", "`other` with this head's numbers from `mixed`",
          "It is this head that gets the numbers of `other`; all other heads stay as they were.",
          "Which of the two do you begin with, and which do you write into it?", swapped=True),
    _slip("all-heads-patched", "`other`, for all heads", "Then one cannot say which head has brought the change.",
          "Which part of the last axis do you write to?", takes="all"),
    _slip("nothing-patched", "`mixed` as it was", _PUT, "Is what you return the tensor that you have changed?",
          takes="none"),
    _slip("others-silenced", "what comes out when all *other* heads are zeros",
          "The other heads go on saying what they said: their numbers are those of `mixed`.",
          "What is in your new tensor before you write into it?", rest=0.0),
    _slip("zeros-put-in", "what comes out when the head is silenced with zeros", _PUT, "Where does `other` come in?",
          puts="zeros"),
    _slip("own-mean-put-in", "what comes out when the head gets the mean of `mixed`", _PUT,
          "Where does `other` come in?", puts="own mean"),
    _slip("added", "what comes out when the numbers of `other` are added to the head's",
          "Then the head still says what it said, and something besides.", "Is the old number gone?", puts="sum"),
    _slip("added", "what comes out when the head gets the *difference* of `other` and `mixed`", _PUT,
          "Is the old number gone?", puts="difference"),
    _slip("zeros-not-put-in", "what comes out when the head gets the numbers of `other` only where these are not 0",
          "A 0 in `other` is a number like any other: to silence a head, all of its numbers are 0.",
          "Is there a condition on `other`?", puts="where not 0"),
    _slip("half-and-half", "what comes out when the head gets the mean of the two",
          "Then half of what the head said is still there.", "Is the old number gone?", puts="half"),
    _slip("interleaved-heads", "what comes out when each head has every n_heads-th number", _SIDE,
          "Which numbers of a position are those of head 0?", takes="interleaved"),
    _slip("split-without-exchanging-axes", "what comes out when `mixed` is cut as (B, n_heads, T, d_head)",
          "In memory the heads of *one position* lie side by side. Cut like this, a head gets the numbers of some "
          "positions.", "Cut only the last axis: which two lengths does it fall into?", takes="split without swapping"),
    _slip("sizes-exchanged", "what comes out when a head has n_heads numbers, in place of d_head", _SIDE,
          "How many numbers has a head?", takes="by n_heads"),
    *(_slip("sizes-exchanged", f"what comes out when a head has {says} numbers, rounded down, in place of d_head",
            _SIDE, "Which axis of `mixed` do you divide by n_heads?", takes=takes)
      for takes, says in (("by T", "T / n_heads"), ("by B", "B / n_heads"))),
    *(Misconception(
        "lengths-of-1-not-repeated", partial(_patch_alike, how=how),
        "Your result is right where `other` has the shape of `mixed`. Where `other` has the length 1 in B or T, your "
        "code raises an error.", "A mean may be one vector for all sentences and positions. Then B and T of `other` "
        "are 1, and all get the same.", "Which of your steps asks `other` for as many sentences and positions as "
        "`mixed` has?") for how in ("slices", "heads", "stack", "view", "mask", "loop", "loop in loop")),
    *(_slip("wrong-place", f"what comes out when the head's numbers are those {says}", _SIDE,
            "At which number does this head begin, and at which does it end?", takes=takes)
      for takes, says in (("not scaled", "from place `head` on"),
                          ("begins by n_heads", "from place `head * n_heads` on"),
                          ("up to", "from the first to the end of this head"),
                          ("from", "from the beginning of this head to the last"),
                          ("one more", "of this head and one more"), ("one less", "of this head but its last"))),
    _slip("wrong-place", "what comes out when the head's numbers are those from its beginning to place `head + d_head`",
          _SIDE, "Python multiplies before it adds: what is `head + 1 * d_head`?", takes="no brackets"),
    *(_slip("one-number", f"what comes out when {says} of each position is replaced", _SIDE,
            "How many numbers has a head?", takes=takes)
      for takes, says in (("one", "number `head`"), ("first", "the first number of the head"))),
    *(_slip("wrong-head", f"what comes out when {says}", "Heads are counted from 0: head 0 has the first numbers.",
            "Which numbers belong to head 0 in your function?", takes=takes)
      for takes, says in (("next", "the head *after* this one is patched"),
                          ("before", "the head *before* this one is patched"),
                          ("before or none", "the head *before* this one is patched, and for head 0 none"),
                          ("from the end", "heads are counted from the last one"))),
    *(_slip("wrong-axis", f"what comes out when {says} number `head` is replaced",
            "The heads are along the last axis, d_model.", "Which axis do you index with `head`?", takes=takes)
      for takes, says in (("position", "position"), ("sentence", "sentence"))),
    _slip("wrong-axis", "what comes out when this head's slice is taken of the positions",
          "The heads are along the last axis, d_model.", "Which axis does your slice cut?", takes="slice of positions"),
    Misconception("wrong-axis", _slice_of_positions, "Your result is exactly what comes out when this head's slice is "
                  "taken of the positions, of `other` as well: where `other` has a single position, that may be an "
                  "error.", "The heads are along the last axis, d_model.", "Which axis does your slice cut?"),
    *(_slip("some-rows-only", f"what comes out when the head is patched {says}", "A head speaks at every position of "
            "every sentence.", "Which rows do you write to?", rows=rows)
      for rows, says in (("last", "at the last position alone"), ("first", "at the first position alone"),
                         ("first sentence", "in the first sentence alone"))),
    *(_slip("other-averaged", f"what comes out when `other` is averaged over the {says} first",
            "Whether it is a mean was decided before: `other` is put in as it is.", "What do you do with `other`?",
            puts=puts)
      for puts, says in (("mean of positions", "positions"), ("mean of sentences", "sentences"),
                         ("mean of all rows", "sentences and positions"), ("mean of heads", "heads"))),
    *(_slip("one-row-for-all", f"what comes out when {says} of `other` is used for all", "Each row of `mixed` has "
            "its own in `other`, except where an axis of `other` has the length 1.",
            "Which row of `other` do you take?",
            puts=puts)
      for puts, says in (("first position", "the first position"), ("first sentence", "the first sentence"),
                         ("first row", "the first position of the first sentence"))),
    _slip("wrong-head-of-other", "what comes out when head 0 of `other` is put in", "A head gets what the *same* head "
          "said of the other sentence.", "Which slice of `other` do you take?", puts="head 0"),
]
