"""Lesson 05: positions as sines and cosines, as rotations, and added to the words."""
import math

import numpy as np
import torch

from classroom.ask.built import Built
from classroom.ask.call import FromHeads, Table
from classroom.ask.case import Case
from classroom.judge.exercise import Choice, Exercise, Misconception
from course.transformer import sinusoidal_encoding

from . import mistakes, mistakes_pairs, mistakes_rotary, mistakes_shift, mistakes_words, rotary_precision, searched


def shift_matrix(offset, d_model):
    """The matrix R (d_model, d_model) with encoding[t + offset] = R @ encoding[t], for every t."""
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = offset * 10000.0 ** (-even / d_model)
    matrix = torch.zeros(d_model, d_model)
    matrix[even, even], matrix[even, odd] = angle.cos(), angle.sin()     # the new sines
    matrix[odd, even], matrix[odd, odd] = -angle.sin(), angle.cos()      # the new cosines
    return matrix


def add_positions(embedded):
    """Word vectors times √d_model, plus the encodings of their positions: (B, T, d_model) -> (B, T, d_model)."""
    _, length, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(length, d_model)


def apply_rotary(x):
    """Turn each pair of neighbours in x (..., T, d_head) by its position times the pair's frequency."""
    length, d_head = x.shape[-2:]
    frequency = 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angle = torch.arange(length, dtype=x.dtype).unsqueeze(1) * frequency     # (T, d_head / 2)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)


# -------------------------------------------------------------------------------------- cases

def _tables(rng):
    """Sizes for 5.1."""
    yield Case("four words", max_len=4, d_model=4)
    # Before 6 and 12, which have as many frequencies: some keep them by their number.
    yield Case("an odd number of dimensions", max_len=6, d_model=5)
    yield Case("an odd number of dimensions, more of them", max_len=8, d_model=11)
    yield Case("more positions than dimensions", max_len=7, d_model=6)
    yield Case("more dimensions than positions", max_len=5, d_model=12)
    yield Case("as many positions as dimensions", max_len=6, d_model=6)
    yield Case("fifty positions", max_len=50, d_model=16)
    yield Case("one position", max_len=1, d_model=8)
    yield Case("one pair", max_len=9, d_model=2)
    yield Case("sizes at random", max_len=int(rng.integers(10, 30)), d_model=2 * int(rng.integers(7, 20)))
    yield Case("a thousand positions", max_len=1000, d_model=4)
    # The angle of the first pair is the position itself, exact in single precision. Beyond 8190 it would no longer be
    # near enough with π/2 added to it, as where a sine a quarter of a turn ahead is taken for the cosine. And who first
    # takes off all whole turns, with single precision's 2π, is off by 2e-4 at the end.
    yield Case("six thousand positions, one pair", max_len=6000, d_model=2).up_to(2e-4)


def _offsets(rng):
    """Offsets and sizes for 5.2."""
    yield Case("one step", offset=1, d_model=4)
    yield Case("no step", offset=0, d_model=6)
    yield Case("three steps", offset=3, d_model=6)
    yield Case("two steps back", offset=-2, d_model=4)
    yield Case("one pair", offset=5, d_model=2)
    yield Case("far away", offset=30, d_model=16)
    yield Case("many dimensions", offset=4, d_model=64)
    yield Case("sizes at random", offset=int(rng.integers(2, 20)), d_model=2 * int(rng.integers(4, 12)))


def _sentences(rng):
    """Word vectors for 5.3."""
    def of(about, *shape):
        x = rng.normal(scale=shape[-1] ** -0.5, size=shape)
        return Case(about, embedded=x.astype("float32"))
    yield Case("ones", embedded=np.ones((1, 3, 4), dtype="float32"))
    yield of("sizes that all differ", 2, 5, 6)
    yield of("more sentences than words", 5, 3, 8)
    yield of("as many sentences as words", 4, 4, 6)
    yield of("as many words as dimensions", 2, 6, 6)
    yield of("an odd number of dimensions", 3, 4, 5)
    yield of("one word", 3, 1, 8)
    yield of("one sentence", 1, 7, 10)
    yield of("a thousand words", 1, 1000, 4)
    yield of("six thousand words of two numbers", 1, 6000, 2).up_to(2e-4)     # small, longer than tables usually are
    zeros = np.array([[1, -1, 2, 0, 1, -2], [0] * 6, [-2, 1, 0, 1, -1, 2]], dtype="float32") / 4
    yield Case("a word whose numbers are all 0", embedded=zeros[None])
    double = of("float64", 2, 3, 4)
    yield double.without(embedded=double.inputs["embedded"].astype("float64"))


def _vectors(rng):
    """Queries or keys for 5.4."""
    def of(about, *shape, dtype="float32"):
        return Case(about, x=rng.normal(size=shape).astype(dtype))
    yield Case("the point (1, 0) at each position", x=np.array([[1, 0]] * 4, dtype="float32"))
    yield Case("whole numbers", x=(rng.permutation(12) - 5).reshape(3, 4).astype("float32"))   # no two are equal
    yield of("a batch", 2, 5, 6)
    yield of("heads", 2, 3, 4, 8)
    yield of("as many heads as positions", 2, 4, 4, 6)
    yield of("as many sentences as positions", 3, 3, 4)
    yield of("as many positions as dimensions", 2, 6, 6)
    yield of("many positions", 1, 40, 16)
    yield of("one position", 2, 2, 1, 4)
    yield of("one position for each sentence", 3, 1, 6)
    yield of("one pair", 3, 7, 2)
    yield of("float64", 2, 3, 4, dtype="float64")
    yield of("600 positions in float64", 1, 600, 16, dtype="float64")
    yield of("six thousand positions, one pair", 6000, 2, dtype="float64")


# ---------------------------------------------------------------- right answers, written otherwise


_BEYOND = {
    "no positions": "Without positions the model sees a bag of words, and which of them stood three places before is "
                    "not to be found in a bag.",
    "learned": "The rows of the table from 16 on were never used in training. What do they hold?",
    "sinusoidal": "The encoding exists for every position. But what `w_q` and `w_k` see is its sum with the words, "
                  "and they have learned to deal with positions 0 to 15. Beyond that the hands stand in combinations "
                  "which they have never met, even where each hand alone has been there before.",
    "sinusoidal and rotary": "It holds for one of the two. One step is the same rotation everywhere for both, and for "
                             "sinusoidal positions a matrix that serves everywhere exists. Does training on positions "
                             "0 to 15 have to find that one?",
    "all": "Attention itself does not mind the length. What do the positions beyond 15 look like to a model that has "
           "never seen them?",
}

EXERCISES = [
    Exercise(
        id="5.1", title="sinusoidal encoding", names=("sinusoidal_encoding",), points=3, minutes=15, difficulty=2,
        takes={"max_len": "", "d_model": ""}, gives={"encoding": "max_len d_model"}, framework="torch",
        reference=sinusoidal_encoding, cases=_tables, probe=Table(),
        hints=(
            "One frequency for each pair of columns, one position for each row, and their product is a table of "
            "angles (max_len, number of pairs). Print it before you take any sine.",
            "The exponents are 0/d, 2/d, 4/d, …: `torch.arange(0, d_model, 2) / d_model`. A column of positions "
            "(max_len, 1) times a row of frequencies gives all angles at once.",
            "`table[:, 0::2]` are the even columns, `table[:, 1::2]` the odd ones. With 5 columns there are 3 sines "
            "but only 2 cosines: cut the angles for the cosines to d_model // 2 columns."),
        misconceptions=[*mistakes.ENCODING, Misconception(
            "trainable", lambda max_len, d_model: torch.nn.Parameter(sinusoidal_encoding(max_len, d_model)),
            "Your table is trainable.", "These positions are computed once and stay as they are.",
            "Is there an `nn.Parameter`, or an `nn.Embedding`, whose weight is one?"), Misconception(
            "parameter", lambda max_len, d_model: torch.nn.Parameter(sinusoidal_encoding(max_len, d_model), False),
            "Your table is an `nn.Parameter`, though it is not trained.",
            "A module that holds it still lists it in its `named_parameters()`.", "Is there an `nn.Parameter`?")],
        moral="Row t is the encoding of position t, whatever the length of the table.",
    ),
    Exercise(
        id="5.2", title="a step is a rotation", names=("shift_matrix",), points=2, minutes=15, difficulty=3,
        takes={"offset": "", "d_model": ""}, gives={"matrix": "d_model d_model"}, framework="torch",
        reference=shift_matrix, cases=_offsets, probe=Built(),
        hints=(
            "Begin with d_model = 2. The row of position t is (sin t, cos t), and that of t + k is "
            "(sin(t + k), cos(t + k)). The two formulas above the exercise write the second in terms of the first.",
            "The matrix for one pair is 2 × 2. Its first row makes the new sine from the old sine and the old cosine; "
            "its second row the new cosine. Only one of the four entries has a minus.",
            "The block of pair i stands at rows and columns 2i and 2i + 1, and its angle is "
            "offset · 10000^(−2i/d_model). For offset 0 it must be 1 0 / 0 1: that tells where the cosines go. Begin "
            "with zeros, and write four rows of numbers into it: with `even` = 0, 2, 4, … and `odd` = 1, 3, 5, …, "
            "`matrix[odd, even] = numbers` writes to (1, 0), (3, 2), (5, 4), …, one number each."),
        misconceptions=mistakes_shift.SHIFT, describes=searched.found_by_a_search,
        properties=[mistakes_shift.ANY_OFFSET],
        moral="One matrix for all t: how to get from a word to its neighbour does not depend on where the word stands.",
    ),
    Exercise(
        id="5.3", title="words and positions", names=("add_positions",), points=1, minutes=5, difficulty=1,
        takes={"embedded": "B T d_model"}, gives={"x": "B T d_model"}, framework="torch",
        reference=add_positions, cases=_sentences,
        hints=(
            "Two things are added: the words' vectors times √d_model, and a table with one row for each position.",
            "The table needs as many rows as the sentences have words. Which axis of `embedded` is that?",
            "`sinusoidal_encoding(T, d_model)` is (T, d_model), and is added to every sentence of (B, T, d_model) "
            "alike. `math.sqrt` takes the root."),
        misconceptions=mistakes_words.ADD,
        moral="From here on, two equal words in different places are different vectors.",
    ),
    Exercise(
        id="5.4", title="rotary encoding", names=("apply_rotary",), points=3, minutes=15, difficulty=3,
        takes={"x": "... T d_head"}, gives={"y": "... T d_head"}, framework="torch",
        reference=apply_rotary, cases=_vectors, probe=FromHeads(),
        hints=(
            "The angles are those of your encoding: position times frequency, (T, d_head / 2). They serve every "
            "sentence and every head alike.",
            "`x[..., 0::2]` and `x[..., 1::2]` are the first and second numbers of all pairs, a and b in the formula. "
            "Both are (…, T, d_head / 2), like the angles.",
            "Angles and `x` have one dtype: give each `arange` the `dtype=x.dtype`. Compute the new a and the new b. "
            "`torch.stack((new_a, new_b), dim=-1)` puts each pair side by side, and "
            "`.flatten(-2)` makes one row of the pairs again."),
        misconceptions=[*mistakes_rotary.ROTARY, *mistakes_pairs.PAIRS, *rotary_precision.COARSE],
        properties=[rotary_precision.ALL_DIGITS],
        stops=rotary_precision.time_on_axis_1,
        moral="Scores between rotated queries and keys depend on how far the key stands before or after the query, "
              "and on nothing else of their positions.",
    ),
    Choice(
        id="5.5", title="beyond the training length", names=("prediction",), points=1, minutes=3, difficulty=2,
        options=("no positions", "sinusoidal", "learned", "rotary", "sinusoidal and rotary", "all"), reference="rotary",
        wrong=_BEYOND,
        hints=(
            "Ask of each: what does position 40 look like to a model that has only ever seen positions 0 to 15?",
            "A table has rows that were never trained. A sine exists everywhere, but takes values, together with the "
            "others, that training never showed.",
            "One of them never looks at a position, only at a difference of positions, and the difference is 3 "
            "everywhere."),
        moral="Of the positions, its scores depend on differences alone, and “three back” is a difference that "
              "training "
              "has shown.",
    ),
]
