"""Lesson 11: another edit, one head given what it said of another sentence."""
import numpy as np

from classroom.ask.alignments import Edit
from classroom.ask.case import Case
from classroom.judge.exercise import Exercise

from .mistakes_patch import PATCHING


def patch(mixed, other, head, n_heads):
    """What the heads have mixed (B, T, d_model), with one head's numbers from `other` (B or 1, T or 1, d_model)."""
    d_head = mixed.shape[-1] // n_heads
    part = slice(head * d_head, (head + 1) * d_head)
    new = mixed.clone()
    new[..., part] = other[..., part]
    return new


def _mixtures(rng):
    """Everything for 11.6."""
    def of(about, b, t, n_heads, d_head, head, dtype="float32", b_other=None, t_other=None, other=None):
        shape = (b_other or b, t_other or t, n_heads * d_head)
        given = rng.normal(size=shape) if other is None else np.full(shape, other)
        return Case(about, mixed=rng.normal(size=(b, t, n_heads * d_head)).astype(dtype), other=given.astype(dtype),
                    head=head, n_heads=n_heads)
    yield Case("two heads of two numbers", mixed=np.array([[[1.0, 2, 3, 4], [5, 6, 7, 8]]]),
               other=np.array([[[10.0, 20, 30, 40], [50, 60, 70, 80]]]), head=1, n_heads=2)
    yield of("sizes that all differ", 2, 3, 4, 5, 1)
    yield of("the first head", 2, 4, 3, 5, 0)
    yield of("the last head", 3, 2, 4, 3, 3, "float64")
    yield of("heads of as many numbers as there are heads", 2, 5, 3, 3, 1)
    yield of("everything square", 3, 3, 3, 3, 2, "float64")
    yield of("a mean, the same for all sentences and positions", 3, 4, 2, 5, 0, b_other=1, t_other=1)
    yield of("another vector for each sentence", 3, 4, 2, 3, 1, t_other=1)
    yield of("another vector for each position", 2, 4, 3, 2, 1, "float64", b_other=1)
    yield of("zeros", 2, 3, 3, 4, 2, other=0.0)
    yield of("one position", 2, 1, 4, 3, 2)
    yield of("one sentence", 1, 4, 5, 2, 3)
    yield of("one head", 2, 3, 1, 4, 0)
    yield of("heads of one number", 2, 3, 5, 1, 3)


EXERCISES = [
    Exercise(
        id="11.6", title="patch a head", names=("patch",), points=2, minutes=10, difficulty=2,
        takes={"mixed": "B T d_model", "other": "B T d_model", "head": "", "n_heads": ""},
        gives={"new": "B T d_model"}, framework="torch", reference=patch, cases=_mixtures, probe=Edit(),
        misconceptions=PATCHING,
        hints=(
            "The heads lie side by side along the last axis. How many numbers has each, and where do those of this "
            "head begin?",
            "d_head is d_model / n_heads, without a remainder. `mixed.clone()` is a copy that you may change: write "
            "the numbers of `other` into one slice of its last axis.",
            "The slice is `[..., head * d_head : (head + 1) * d_head]`, on both sides of the `=`. Where `other` has "
            "the length 1, PyTorch repeats it by itself."),
        moral="What is put in decides what is asked: zeros and a mean ask whether a head is needed, another sentence "
              "asks what it brings.",
    ),
]
