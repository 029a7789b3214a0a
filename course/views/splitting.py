"""What splitting into heads does to memory: the right way, the wrong one, and the learner's."""
from collections.abc import Callable

import traitlets

from course._words import say
from course.views.base import Table, View, of_the_course

__all__ = ["Splitting", "shapes"]


class Splitting(View):
    """The numbers of x (T, D) and where each of them lands in (h, T, d), split rightly and wrongly.

    A batch has one more axis in front, on which nothing happens; one sentence is shown.
    """

    length = traitlets.Int(3, help="T").tag(sync=True)
    n_heads = traitlets.Int(2).tag(sync=True)
    d_head = traitlets.Int(2).tag(sync=True)
    yours = traitlets.Dict(help="{size: [T, h, d], text, same}, what split_heads does at that size").tag(sync=True)
    script = "splitting"
    height = 640

    def __init__(self, split_heads: Callable | None = None, **traits):
        super().__init__(**traits)
        self._split_heads = split_heads
        self.observe(self._ask, ["length", "n_heads", "d_head"])
        self._ask()

    def _ask(self, _change=None) -> None:
        if self._split_heads is not None:
            text, same = _judged(self._split_heads, self.length, self.n_heads, self.d_head)
            self.yours = {"size": [self.length, self.n_heads, self.d_head], "text": text, "same": same}

    def tables(self) -> list[Table]:
        t, h, d = self.length, self.n_heads, self.d_head
        head = ["", *(say("feature {n}", n=n) for n in range(d))]

        def row(index, g, r):
            return [say("position {r}", r=r), *("{}.{}".format(*divmod(index(g, r, c), h * d)) for c in range(d))]

        def table(name, index):
            return [Table(say("{name}, head {g}: token.feature of x", name=name, g=g),
                          [head, *(row(index, g, r) for r in range(t))]) for g in range(h)]

        yours = [Table(say("your split_heads"), [[self.yours["text"]]])] if self.yours else []
        return [*yours, *table("view(B, T, h, d).transpose(1, 2)", lambda g, r, c: r * h * d + g * d + c),
                *table(say("view(B, h, T, d), wrong"), lambda g, r, c: g * t * d + r * d + c)]


def shapes(split_heads: Callable | None = None, length: int = 3, n_heads: int = 2, d_head: int = 2) -> Splitting:
    """Follow the numbers from (B, T, D) to (B, h, T, d), with the wrong `view` beside the right one.

    Args:
        split_heads: your function, `split_heads(x, n_heads)`; it is tried at each size while there is a kernel.
        length: T, 1 to 6.
        n_heads: h, 1 to 4.
        d_head: d, 1 to 4.

    Raises:
        ValueError: if a size is outside these limits.
    """
    for name, size, most in (("length", length, 6), ("n_heads", n_heads, 4), ("d_head", d_head, 4)):
        if not 1 <= size <= most:
            raise ValueError(say("{name} must be between 1 and {most}, got {size}", name=name, most=most, size=size))
    return Splitting(split_heads, label=say("From (B, T, D) to (B, h, T, d): where does each number go?"),
                     length=length, n_heads=n_heads, d_head=d_head)


def _judged(split_heads: Callable, length: int, n_heads: int, d_head: int) -> tuple[str, bool]:
    import torch

    if of_the_course(split_heads):
        return say("Your split_heads is not written yet."), False
    x = torch.arange(length * n_heads * d_head, dtype=torch.float32).view(1, length, -1)
    try:
        found = split_heads(x.clone(), n_heads)
    except NotImplementedError:
        return say("Your split_heads is not written yet."), False
    except Exception as error:                          # whatever it is, it is the learner's to read
        return say("Your split_heads stopped with {name}: {error}", name=type(error).__name__, error=error), False
    right = x.view(1, length, n_heads, d_head).transpose(1, 2)
    if not isinstance(found, torch.Tensor):
        return say("Your split_heads returns a thing of the type {kind}; one tensor is expected.",
                   kind=type(found).__name__), False
    if found.shape != right.shape:
        return say("Your split_heads returns the shape {getattr}, expected {shape}.",
                   getattr=tuple(found.shape), shape=tuple(right.shape)), False
    if torch.equal(found, right):
        if n_heads == d_head:
            return say("At these sizes, with one sentence, your split_heads does what the upper row shows. Choose an h "
                       "and a d that differ, too."), True
        return say("With one sentence, your split_heads does what the upper row shows."), True
    if torch.equal(found, x.view(1, n_heads, length, d_head)):
        return say("Your split_heads does what the lower row shows: the heads cut up the "
                   "sentence, not the features."), False
    return say("Your split_heads has the right shape, and its numbers in other places than both rows."), False
