"""Lesson 14: a trained model in fewer bits."""
import numpy as np
import torch

from classroom.ask.case import Case
from classroom.ask.decoding import WithoutGradients
from classroom.judge.exercise import Choice, Exercise
from course.page import rounding as library

from . import mistakes, mistakes_dequantise, mistakes_errors, mistakes_packing, mistakes_small


def quantise(w):
    """Rows of whole numbers from -127 to 127, and their scales: (out, in) -> int8 (out, in), (out,)."""
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale


def dequantise(q, scale):
    """The numbers that are meant: int8 (out, in), scale (out,) -> (out, in)."""
    return q * scale.unsqueeze(1)


def rounding_errors(w):
    """Root mean square error of each row, with one scale for the table and with one a row: (out,), (out,)."""
    def error(rounded):
        return (rounded - w).square().mean(dim=1).sqrt()

    by_table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    return error(by_table), error(dequantise(*quantise(w)))


def pack(q):
    """Two whole numbers from -7 to 7 in each byte, the first in its high four bits: -> uint8 (out, in / 2)."""
    digits = (q + 8).to(torch.uint8)
    return 16 * digits[:, 0::2] + digits[:, 1::2]


# ------------------------------------------------------------------------------------ cases

def _table(rng, n_out, n_in, dtype="float64", spread=1.0, largest=127, signs=None):
    """A table whose numbers lie between two whole multiples of their row's scale, and never halfway.

    `largest`: of the whole numbers. `spread`: how many times larger than the first row's the last row's scale is.
    `signs`: those of the largest numbers of the rows; by default at random.
    """
    q = rng.integers(-largest + 1, largest, (n_out, n_in)) + rng.uniform(0.1, 0.4, (n_out, n_in)) * rng.choice(
        [-1, 1], (n_out, n_in))
    at = rng.integers(0, n_in, n_out)
    q[np.arange(n_out), at] = largest * (rng.choice([-1, 1], n_out) if signs is None else np.array(signs))
    scale = rng.uniform(0.5, 1.5, n_out) * 0.01 * spread ** np.linspace(0, 1, n_out)
    return (q * scale[:, None]).astype(dtype)


def _tables(rng):
    """w for 14.1."""
    yield Case("round numbers", w=np.array([[0.5, -1.27, 0.03], [2.54, -0.02, 1.0]]))
    yield Case("the largest magnitudes below 0", w=_table(rng, 3, 4, signs=[-1, -1, 1]))
    yield Case("sizes that differ", w=_table(rng, 4, 7))
    yield Case("float32", w=_table(rng, 5, 3, "float32"))
    yield Case("a square", w=_table(rng, 4, 4))
    yield Case("rows of very different size", w=_table(rng, 5, 6, spread=1000.0))
    yield Case("one row", w=_table(rng, 1, 6))
    yield Case("one column", w=_table(rng, 5, 1, signs=[1, -1, 1, 1, -1]))
    yield Case("only numbers above 0", w=np.abs(_table(rng, 3, 5)))
    yield Case("only numbers below 0", w=-np.abs(_table(rng, 3, 5)))
    zero = _table(rng, 4, 5)
    zero[2] = 0
    yield Case("a row of zeros", w=zero)
    yield Case("a table of zeros", w=np.zeros((2, 3)))
    zero = _table(rng, 3, 6, "float32")
    zero[1] = 0
    yield Case("a row of zeros in float32", w=zero)
    # Rows that are not all zeros, though something in them, or made of them, is 0 or nearly.
    yield Case("a 0 in each row", w=np.array([
        [0, 0.51, -1.27, 0.33], [0.3, 0, -0.82, 1.27], [-0.45, -1.27, 0, -0.2], [1.27, 0, 0.58, 0.6],
        [0.62, -1.27, 0.4, 0]]))
    yield Case("rows that sum to 0", w=np.array([[1, -0.75, -0.25], [0.5, -2, 1.5], [0.9, -0.2, 0.3]]))
    yield Case("very small numbers", w=(3e-9 * _table(rng, 3, 6)).astype("float32"))


def _stored(rng):
    """q and scale for 14.2."""
    def of(about, n_out, n_in, dtype="float64", spread=1.0):
        scale = rng.uniform(0.5, 1.5, n_out) * 0.01 * spread ** np.linspace(0, 1, n_out)
        q = rng.integers(-127, 128, (n_out, n_in))
        return Case(about, q=q.astype("int8"), scale=scale.astype(dtype))
    yield Case("round numbers", q=np.array([[50, -127, 3], [127, -1, 50]], dtype="int8"), scale=np.array([0.01, 0.02]))
    yield of("sizes that differ", 4, 7)
    yield of("float32", 5, 3, "float32")
    yield of("a square", 4, 4)
    yield of("rows of very different size", 5, 6, spread=1000.0)
    yield of("one row", 1, 6)
    yield of("one column", 5, 1)
    # Powers of 2, so that products, and the mean of four of them, are exact in float16, too.
    yield Case("float16", q=rng.integers(-127, 128, (4, 2)).astype("int8"),
               scale=np.array([2.0 ** -7, 2.0 ** -5, 2.0 ** -6, 2.0 ** -5], dtype="float16"))
    yield Case("scales above 1", q=np.array([[1, -2, 100], [127, 0, -127]], dtype="int8"), scale=np.array([3.5, 2.0]))
    yield Case("a row of zeros", q=np.array([[0, 0, 0], [12, -127, 5]], dtype="int8"), scale=np.array([1.0, 0.25]))


def _outliers(rng):
    """w for 14.4; numbers may lie anywhere: which way half a step is rounded does not change its size."""
    def of(about, n_out, n_in, dtype="float64", row=0, times=50.0):
        w = rng.normal(size=(n_out, n_in))
        w[row, rng.integers(n_in)] *= times
        return Case(about, w=w.astype(dtype))
    yield Case("round numbers", w=np.array([[0.012, 1.27, -0.5], [0.3, -0.127, 0.05], [-254, 0, 6]]))
    yield of("sizes that differ", 4, 7, row=2)
    yield of("float32", 5, 3, "float32", row=4)
    yield of("a square", 4, 4, row=1)
    yield of("no outlier", 6, 5, times=1.0)
    yield of("one row", 1, 6)
    yield of("long rows", 5, 40, row=3)
    yield Case("rows of very different size", w=_table(rng, 5, 6, spread=100.0))
    yield Case("an outlier below 0", w=np.where(np.eye(3, 5) > 0, -40, 1) * rng.uniform(0.5, 1, (3, 5)) *
               np.array([[1], [0.1], [0.2]]))


def _small_numbers(rng):
    """q for 14.5."""
    def of(about, n_out, n_in):
        return Case(about, q=rng.integers(-7, 8, (n_out, n_in)).astype("int8"))
    yield Case("one row of four", q=np.array([[-7, 2, 7, 0]], dtype="int8"))
    yield of("sizes that differ", 3, 10)
    yield of("as many bytes as rows", 4, 8)
    yield of("one byte a row", 5, 2)
    yield of("many rows", 12, 6)
    yield Case("the largest and the smallest", q=np.array([[7, 7, -7, -7], [7, -7, -7, 7]], dtype="int8"))
    yield Case("zeros", q=np.zeros((3, 4), dtype="int8"))


EXERCISES = [
    Exercise(
        id="14.1", title="quantise", names=("quantise",), points=2, minutes=12, difficulty=2, framework="torch",
        takes={"w": "out in"}, gives={"q": "out in", "scale": "out"}, reference=quantise, cases=_tables,
        probe=WithoutGradients(), library=library.quantise,
        hints=(
            "The scale of a row is the size of one step. The number of largest magnitude is to be 127 steps from 0.",
            "The largest magnitude of each row is `w.abs().amax(dim=1)`. Which row could then not be divided by its "
            "scale, and what is its scale agreed to be?",
            "For the division, the scales (out,) must line up with the rows: give them an axis of length 1 at the end. "
            "Round before you turn the result into `torch.int8`, which cuts off what stands after the point."),
        misconceptions=[*mistakes.QUANTISE, *mistakes_small.SMALL],
        moral="A byte for each number, and one scale for each row. No number is off by more than half a step.",
    ),
    Exercise(
        id="14.2", title="dequantise", names=("dequantise",), points=1, minutes=5, difficulty=1, framework="torch",
        takes={"q": "out in", "scale": "out"}, gives={"output": "out in"}, reference=dequantise, cases=_stored,
        probe=WithoutGradients(), library=library.dequantise,
        hints=(
            "A whole number counts steps. How long is one step in its row?",
            "Every number of row i belongs with `scale[i]`. Write the two shapes under each other, from the right.",
            "(out, in) and (out,) do not line up; (out, in) and (out, 1) do."),
        misconceptions=mistakes_dequantise.DEQUANTISE,
        moral="What comes back is not what went in, but the nearest multiple of the row's step.",
    ),
    Choice(
        id="14.3", title="one large row", names=("prediction",), points=1, minutes=3, difficulty=1,
        options=("that row", "the other rows", "all rows", "no row"), reference="the other rows",
        wrong={
            "that row": "With a scale of its own, that row has the step “its largest magnitude / 127”. With one scale "
                        "for the table the step is the largest magnitude of the table / 127. Which row's is that? "
                        "So how do the two steps of that row differ?",
            "all rows": "One row is just as exact with one scale as with its own: the one whose largest magnitude is "
                        "that of the table. Compare its step in both cases.",
            "no row": "With one scale the step is about 50 times as long as with a scale for each of the other rows. "
                      "Write one of their numbers down, and round it to a multiple of that step.",
        },
        hints=("How long is one step, with one scale for the table? Which row decides that?",
               "Rounding is off by half a step at most. For which rows is that step longer than a step of their own?",
               "The large row has the same step in both cases."),
        solution_source='prediction = "the other rows"',
        moral="The row with the outlier is stored just as exactly with one scale. It is the others that pay for it.",
    ),
    Exercise(
        id="14.4", title="who pays for an outlier?", names=("rounding_errors",), points=2, minutes=12, difficulty=2,
        framework="torch", takes={"w": "out in"}, gives={"by_table": "out", "by_row": "out"},
        reference=rounding_errors, cases=_outliers, probe=WithoutGradients(),
        hints=(
            "You have `quantise` with a scale for each row. A table that is one single row has one scale.",
            "`w.reshape(1, -1)` is such a table; after `dequantise`, `reshape(w.shape)` gives back the old shape. The "
            "error of a row: differences, squared, their mean, the root.",
            "The mean runs along a row, `dim=1`, so that (out,) numbers are left. Return the errors with one scale for "
            "the table first."),
        misconceptions=mistakes_errors.ERRORS,
        moral="One number in one row decides how exact all the others can be. That is why each row has its own scale.",
    ),
    Exercise(
        id="14.5", title="two in a byte", names=("pack",), points=2, minutes=10, difficulty=2, framework="torch",
        takes={"q": "out in"}, gives={"packed": "out half"}, reference=pack, cases=_small_numbers,
        probe=WithoutGradients(),
        hints=(
            "Plus 8, the numbers go from 1 to 15. Those are the digits of the numbers to the base 16, and a byte has "
            "two of them.",
            "Every second number of a row, from the first one on, is `q[:, 0::2]`; those between are `q[:, 1::2]`.",
            "A byte is 16 · (first + 8) + (second + 8). That goes up to 255, and int8 ends at 127: turn the digits "
            "into `torch.uint8` before you multiply."),
        misconceptions=mistakes_packing.PACKED,
        moral="Half the bytes. Whoever unpacks them has to know which of the two comes first, and that 8 was added.",
    ),
]
