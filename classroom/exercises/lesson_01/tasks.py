"""Lesson 01: scores, softmax and attention, in NumPy."""
import numpy as np

from classroom.ask.case import Case
from classroom.judge.evidence import row
from classroom.judge.exercise import Choice, Exercise
from course._words import later

from . import mistakes, mistakes_attention, mistakes_softmax
from .further import always_the_same_divisor, left_alone, right_in_64_bits_alone
from .mistakes_softmax import CLIPPED

# The first sentence of the course: what "black" looks for, and what each word offers.
WORDS = ("the", "black", "cat", "sleeps")
BLACK = np.array([0, 1, 2, 1])
KEYS = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])


def dot_product_scores(q, k):
    """How well each query fits each key: (T_q, d_k), (T_k, d_k) -> (T_q, T_k)."""
    return q @ k.T


def softmax(x):
    """Shares along the last axis: none below 0, and summing to 1."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def attention(q, k, v):
    """Scaled dot-product attention: the output (T_q, d_v) and the weights (T_q, T_k)."""
    weights = softmax(dot_product_scores(q, k) / np.sqrt(q.shape[-1]))
    return weights @ v, weights


def _pairs(rng):
    """q and k for 1.1."""
    def of(about, t_q, t_k, d_k, dtype="float64", scale=1.0):
        return Case(about, q=(scale * rng.normal(size=(t_q, d_k))).astype(dtype),
                    k=(scale * rng.normal(size=(t_k, d_k))).astype(dtype))
    yield Case("whole numbers", q=rng.integers(-2, 4, (2, 4)), k=rng.integers(-2, 4, (3, 4)))
    yield of("sizes that all differ", 3, 5, 7)
    yield of("float32", 6, 4, 8, "float32")
    yield of("a square", 3, 3, 3)
    yield of("one query", 1, 5, 7)
    yield of("one key", 4, 1, 7)
    yield of("vectors of one number", 3, 5, 1)
    yield of("large numbers", 6, 2, 5, scale=300.0)


def _arrays(rng):
    """x for 1.2."""
    yield Case("whole numbers", x=rng.permuted(np.array([[0, 1, 3], [-1, 2, 4]]), axis=1))
    yield Case("one row", x=rng.normal(size=5))
    yield Case("a table", x=2 * rng.normal(size=(4, 5)))
    yield Case("a square", x=2 * rng.normal(size=(3, 3)))
    yield Case("float32", x=rng.normal(size=(5, 4)).astype("float32"))
    yield Case("a batch of tables", x=2 * rng.normal(size=(2, 4, 5)))
    yield Case("four axes", x=2 * rng.normal(size=(2, 3, 4, 5)))
    yield Case("rows of one number", x=rng.normal(size=(4, 1)))
    yield Case("one number", x=rng.normal(size=1))
    yield Case("a batch of one", x=2 * rng.normal(size=(1, 3, 4)))
    yield Case("equal numbers", x=np.array([[2.0, 2.0, 2.0], [-1.0, 3.0, 3.0]]))
    yield Case("rows of 60 numbers", x=2 * rng.normal(size=(3, 60)))
    yield Case("large numbers", x=1000 + rng.normal(size=(2, 4)))
    yield Case("very negative numbers", x=-1000 + rng.normal(size=(2, 4)))
    yield Case("negative numbers", x=np.array([[-400.0, -401.0, -399.5], [-380.0, -380.5, -382.0]]))
    yield Case("rows far apart", x=rng.normal(size=(3, 4)) + np.array([[0.0], [2000.0], [-300.0]]))
    yield Case("rows far apart in a batch", x=rng.normal(size=(2, 3, 4)) + np.array(
        [[0.0, 2000.0, -2000.0], [6000.0, 8000.0, 4000.0]])[..., None])
    yield Case("rows far apart, four axes", x=rng.normal(size=(2, 2, 2, 3)) + np.array(
        [[[0.0, 2000.0], [4000.0, 6000.0]], [[8000.0, 10000.0], [12000.0, 14000.0]]])[..., None])
    yield Case("a wide spread", x=rng.normal(size=(3, 3)) + np.array(
        [[0.0, 1000.0, 999.0], [-700.0, 0.0, 100.0], [900.0, 1000.0, -500.0]]))
    yield Case("a very wide spread", x=np.array([[-9000.0, 0.0, 9000.0, 8999.0]]) + rng.normal(size=(1, 4)))
    yield Case("rows at many heights", x=np.array(
        [*([c - 1.0, c + 1.5] for n in CLIPPED for c in (n, -n)), [710.5, 708.0]]))
    yield Case("very large numbers", x=np.array(
        [[1e5, 1e5 + 1.3, 1e5 - 2], [-1e5, -1e5 - 1, -1e5 + 0.5], [1e20, 0.0, -1e20]]))
    yield Case("large numbers in float32", x=np.array([[249, 250, 248], [-249, -250, -248]], dtype="float32"))
    yield Case("just out of range in float32", x=np.array([[99.5, 99.75, 99.25], [1, 2, 0]], dtype="float32"))


def _triples(rng):
    """q, k and v for 1.3."""
    def of(about, t_q, t_k, d_k, d_v, dtype="float64", scale=1.0):
        return Case(about, q=(scale * rng.normal(size=(t_q, d_k))).astype(dtype),
                    k=(scale * rng.normal(size=(t_k, d_k))).astype(dtype), v=rng.normal(size=(t_k, d_v)).astype(dtype))
    # Half of a score that is odd is no whole number: what cuts it off gives other weights.
    q, k = rng.integers(0, 3, (2, 4)), 2 * rng.integers(0, 2, (3, 4))
    q[:, 0], k[:, 0] = 1, k[:, 0] + rng.permutation([0, 1, 1])
    yield Case("whole numbers", q=q, k=k, v=rng.integers(-3, 9, (3, 2)))
    yield of("sizes that all differ", 3, 5, 7, 6)
    yield of("float32", 6, 4, 8, 2, "float32")
    yield of("as many queries as keys", 4, 4, 9, 3)
    yield of("a square", 3, 3, 3, 3)
    yield of("values as large as keys", 5, 3, 6, 6)
    yield of("one query", 1, 5, 7, 6)
    yield of("one key", 4, 1, 7, 6)
    yield of("vectors of one number", 4, 5, 1, 1)
    yield of("one query, one key", 1, 1, 7, 6)
    yield of("many queries and keys", 40, 60, 5, 3)
    # One row has scores of 25,000, one of −25,000: the exponential of either is out of range in any dtype.
    yield Case("large scores", q=np.array([[-1e3, 0.0, 0, 1], [1e3, 0, 0, 2]]),
               k=np.array([[50.0, 1, 0, 0], [50, 0, 3, 1], [50, 2, 1, -1]]), v=rng.normal(size=(3, 5)))
    yield Case("very negative scores", q=np.array([[-1e3, 0.0, 0, 1], [-1e3, 0, 0, 2]]),
               k=np.array([[50.0, 1, 0, 0], [50, 0, 3, 1], [50, 2, 1, -1]]), v=rng.normal(size=(3, 5)))
    yield Case("scores far apart", q=np.array([[1e3, 0.0, 0, 1], [-1e3, 0, 0, 2]]),
               k=np.array([[50.0, 1, 0, 0], [-50, 0, 3, 1], [50, 2, 1, -1]]), v=rng.normal(size=(3, 5)))


# ------------------------------------------------------------------ right answers, written otherwise


def _black(factor: float) -> str:
    """The attention of "black" with its query multiplied by `factor`, as text."""
    return row(attention(factor * BLACK[None], KEYS, KEYS)[1][0])


EXERCISES = [
    Exercise(
        id="1.1", title="dot-product scores", names=("dot_product_scores",), points=1, minutes=5, difficulty=1,
        takes={"q": "T_q d_k", "k": "T_k d_k"}, gives={"scores": "T_q T_k"},
        reference=dot_product_scores, cases=_pairs,
        hints=(
            "One score compares one query with one key. Which axis do q and k share, and is it still there afterwards?",
            "A matrix product computes all dot products at once, if the two axes that meet are the ones to be summed.",
            "(T_q, d_k) times (d_k, T_k) gives (T_q, T_k). Your k is (T_k, d_k): what has to happen to it first?"),
        misconceptions=mistakes.SCORES, properties=(left_alone(q=BLACK[None] / 2, k=KEYS / 2),),
        moral="Row i, column j: how well query i fits key j. The whole lesson works on this table.",
    ),
    Exercise(
        id="1.2", title="softmax", names=("softmax",), points=2, minutes=10, difficulty=1,
        takes={"x": "... n"}, gives={"shares": "... n"}, shares=("shares",), reference=softmax, cases=_arrays,
        hints=(
            "Two steps: make every number positive, keeping their order; then divide each row by its sum. "
            "Try it on one row first.",
            "For many axes, let `sum` run over the last one and keep that axis with length 1, so that the division "
            "lines up. For large numbers, remember that exp(x − c) / Σ exp(x − c) is the same for every c.",
            "Choose c as the largest number of each row: `x.max(axis=-1, keepdims=True)`. Subtract it before `np.exp`; "
            "the sum takes the same two arguments."),
        misconceptions=mistakes_softmax.SOFTMAX, describes=right_in_64_bits_alone,
        properties=(left_alone(x=BLACK / 2),),
        moral="Large numbers give no NaN, and it works along the last axis of anything: that will be needed for "
              "batches and heads.",
    ),
    Exercise(
        id="1.3", title="attention", names=("attention",), points=3, minutes=15, difficulty=2,
        takes={"q": "T_q d_k", "k": "T_k d_k", "v": "T_k d_v"}, gives={"output": "T_q d_v", "weights": "T_q T_k"},
        shares=("weights",), reference=attention, cases=_triples,
        hints=(
            "Four steps, each one line or less: scores, scaling, softmax, weighted sum. You have written two of them.",
            "Scaling comes before the softmax: divide the scores by the root of the size of one query. The weighted "
            "sum of the rows of v, for all queries at once, is a matrix product.",
            "(T_q, T_k) times (T_k, d_v) gives (T_q, d_v). The size under the root is `q.shape[-1]`. Return the output "
            "first, then the weights."),
        misconceptions=mistakes_attention.ATTENTION, describes=always_the_same_divisor,
        properties=(left_alone(q=BLACK[None] / 2, k=KEYS / 2, v=KEYS / 4),),
        moral="This is equation 1 of the paper. Everything after this lesson feeds it, masks it or runs it several "
              "times.",
    ),
    Choice(
        id="1.4", title="a louder question", names=("prediction",), points=1, minutes=3, difficulty=1,
        options=("doubled", "unchanged", "sharper", "flatter"), reference="sharper",
        wrong={
            "doubled": "The scores double, the weights cannot: they are shares, and a row of shares sums to 1 whatever "
                       "goes in. Run the example with the query multiplied by 2 and look at the row.",
            "unchanged": "That would be so if the same number were added to every score. Multiplying moves them apart: "
                         "scores 1 and 6 become 2 and 12. What does softmax make of a larger distance?",
            "flatter": "The other way round: halving the query flattens the row. Multiplying moves the scores apart. "
                       "What does softmax make of a larger distance?",
        },
        hints=("Softmax turns distances between scores into ratios of shares. What happens to the distances?",
               "Try it on two scores, 1 and 3, and then on 2 and 6.",
               "exp(3 − 1) is 7.4 and exp(6 − 2) is 54.6: that is how many times the larger share exceeds the "
               "smaller."),
        solution_source='prediction = "sharper"',
        moral=later("The row of “black” goes from {black} to {black2}. The length of a query as a vector says how "
                    "sharply it chooses.", black=_black(1), black2=_black(2)),
    ),
]
