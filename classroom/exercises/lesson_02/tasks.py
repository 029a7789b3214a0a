"""Lesson 02: attention for batches, and the masks, in PyTorch."""
import functools
import math

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.exercises import closed
from classroom.judge.exercise import Choice, Exercise, Misconception
from course import attention as library

from . import (
    mistakes,
    mistakes_causal,
    mistakes_decoder,
    mistakes_key_padding,
    mistakes_masks,
    mistakes_powers,
    tasks_slopes,
    tasks_variance,
)


def scaled_dot_product_attention(q, k, v, mask=None):
    """Output (..., T_q, d_v) and weights (..., T_q, T_k); mask: True = may attend."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])    # (..., T_q, T_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)                # a row without any True becomes zero
    return weights @ v, weights


def causal_mask(size):
    """Position t may attend to positions 0 to t: bool (size, size)."""
    return torch.ones(size, size, dtype=torch.bool).tril()


def padding_mask(ids, pad_id):
    """Every query may attend to the real tokens only: ids (B, T) -> bool (B, 1, T)."""
    return (ids != pad_id).unsqueeze(1)


def decoder_mask(ids, pad_id):
    """Real tokens that are not in the future: ids (B, T) -> bool (B, T, T)."""
    return padding_mask(ids, pad_id) & causal_mask(ids.shape[1])


def to_key_padding_mask(mask):
    """Our padding mask (B, 1, T), True = may attend -> PyTorch's (B, T), True = ignore."""
    return ~mask.squeeze(1)


# -------------------------------------------------------------------------------------- cases

def _attentions(rng):
    """q, k, v and mask for 2.1."""
    def of(about, front, t_q, t_k, d_k, d_v, mask=None, dtype="float64", scale=1.0):
        def normal(*shape):
            return rng.normal(size=(*front, *shape)).astype(dtype)
        inputs = {} if mask is None else {"mask": mask}
        q = normal(t_q, d_k) * np.array(scale, dtype)
        return Case(about, q=q, k=normal(t_k, d_k), v=normal(t_k, d_v), **inputs)

    def some(*shape):
        """A mask with at least one True, and where there is room one False, in each row."""
        mask = rng.random(shape) < 0.6
        mask[..., 0] |= ~mask.any(-1)
        mask[..., -1] &= ~mask.all(-1)
        return mask

    yield Case("whole numbers", q=rng.integers(0, 3, (2, 4)).astype("float32"),
               k=rng.integers(0, 3, (3, 4)).astype("float32"), v=rng.integers(-3, 9, (3, 2)).astype("float32"))
    yield of("one sentence, no batch", (), 4, 5, 7, 6)
    yield of("a batch", (2,), 4, 5, 7, 6)
    yield of("sentences and heads", (2, 3), 4, 5, 7, 6)
    yield of("five axes", (2, 1, 3), 5, 5, 2, 6, dtype="float32")
    yield of("a causal mask", (2,), 4, 4, 7, 3, np.tri(4, dtype=bool))
    yield of("padding", (2,), 4, 5, 7, 6, np.array([[[1, 1, 1, 0, 0]], [[1, 1, 1, 1, 0]]], dtype=bool))
    yield of("a mask for each query", (3,), 4, 5, 6, 2, some(3, 4, 5))
    yield of("padding, and heads", (2, 3), 4, 5, 7, 6, some(2, 1, 1, 5), "float32")
    yield of("a mask, no batch", (), 4, 5, 7, 6, some(4, 5))
    yield of("everything square", (3,), 3, 3, 3, 3, some(3, 3, 3))
    yield of("a mask that forbids nothing", (2,), 3, 4, 5, 2, np.ones((2, 3, 4), dtype=bool))
    yield of("one query", (2,), 1, 5, 7, 6, some(2, 1, 5))
    yield of("a batch of one", (1,), 4, 5, 7, 6, some(1, 1, 5))
    yield of("one sentence, one head, one query", (1, 1), 1, 5, 7, 6, some(1, 1, 1, 5), "float32")
    yield of("a mask of one row", (2,), 4, 5, 7, 6, np.array([True, True, False, True, False]))
    yield of("a long sentence", (2,), 40, 60, 5, 3, some(2, 1, 60), "float32")
    yield of("one key", (2,), 4, 1, 7, 6)
    yield of("keys of one number", (2,), 3, 4, 1, 2, some(2, 3, 4))
    yield of("large scores", (2,), 3, 4, 6, 5, scale=400.0)
    empty = some(3, 4, 5)
    empty[0, 1] = empty[2] = False
    yield of("queries that may attend to nothing", (3,), 4, 5, 7, 6, empty)
    yield of("other such queries, in float32", (3,), 4, 5, 7, 6, empty[::-1].copy(), "float32")
    front = np.array([[[1, 1, 0, 1, 0]], [[0, 1, 1, 1, 1]]], dtype=bool)
    yield _towering(of("a forbidden score far above the allowed ones", (2,), 3, 5, 4, 6, front))
    yield _towering(of("a forbidden score far above, in float32", (2,), 3, 5, 4, 6, front, "float32"), 200.0)
    yield _far_below(of("very low scores", (4,), 3, 5, 6, 2, some(4, 3, 5)))
    first = front[[0] * len(_HEIGHTS)]
    yield _shifted(of("forbidden scores that grow from sentence to sentence", (len(first),), 3, 5, 4, 6, first,
                      scale=0.2), np.array(_HEIGHTS), ~first[:, 0])
    deep = front[[1] * len(_DEPTHS)]
    yield _shifted(of("scores that fall from sentence to sentence", (len(deep),), 3, 5, 4, 6, deep, scale=0.2),
                   -np.array(_DEPTHS), np.ones((len(deep), 5), dtype=bool))
    yield of("as many sentences as words, and a causal mask", (4,), 4, 4, 7, 3, np.tri(4, dtype=bool))
    yield of("padding, and as many queries as keys", (3,), 4, 4, 7, 3, np.array([[[1, 1, 1, 0]], [[1, 0, 0, 0]],
                                                                                 [[0, 0, 1, 1]]], dtype=bool))
    yield _with_zeros("our four words, and then a query of zeros")
    high = of("high scores that are all equal, in float32", (2,), 3, 5, 4, 6, front, "float32")
    yield high.without(q=np.full((2, 3, 4), 2 * _HIGHEST, "float32"), k=np.eye(4, dtype="float32")[[[0] * 5] * 2])


# Between these lie the numbers that are added or filled in: −50, −100, −1000, −10000, −10⁵, −10⁶, −10⁹. And
# exp(−745) is the last that is not 0. The page names the limits, −10⁷ and 10¹³.
_HEIGHTS = (0.0, 84.0, 500.0, 850.0, 4e3, 4e4, 4e5, 4e7, 4e12)
_DEPTHS = (75.0, 500.0, 4e3, 4e4, 4e5, 4e6, 1e7 - 5)
_HIGHEST = 9e12


def _with_zeros(about: str) -> Case:
    """The words of the page under a causal mask, where one score is 0; and again, with 0 for the last query."""
    q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]], "float32")
    k = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]], "float32")
    v = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]], "float32")
    without = q * (np.arange(4) < 3)[:, None].astype("float32")
    return Case(about, q=np.stack([q, without]), k=np.stack([k, k]), v=np.stack([v, v]), mask=np.tri(4, dtype=bool))


def _shifted(case: Case, by: np.ndarray, where: np.ndarray) -> Case:
    """Scores of sentence b that are `by[b]` higher at the keys `where` (B, T_k). There are 4 numbers in a key."""
    q, k = case.inputs["q"].copy(), case.inputs["k"].copy()
    q[..., 0], k[..., 0] = 2 * by[:, None], where
    return case.without(q=q, k=k)


def _towering(case: Case, high: float = 100.0) -> Case:
    """Scores of high² / 2 at the forbidden places, and ordinary ones at the others. There are 4 numbers in a key."""
    q, k = case.inputs["q"].copy(), case.inputs["k"].copy()
    q[..., 0], k[..., 0] = high, high * ~case.inputs["mask"][:, 0]
    return case.without(q=q, k=k)


def _far_below(case: Case) -> Case:
    """All scores beyond ±20,000, those of half of the sentences negative, and those of a row close to each other."""
    q, k = case.inputs["q"], case.inputs["k"]
    direction = q[0, 0] / np.linalg.norm(q[0, 0])
    signs = np.resize([1.0, -1.0], (len(q), 1, 1))
    length = 3e4 * math.sqrt(q.shape[-1])
    noise = np.clip(k, -1.5, 1.5) / (3 * length)
    return case.without(q=signs * length * np.broadcast_to(direction, q.shape), k=direction + noise)


def _sizes(rng):
    for size, about in ((4, "our sentence"), (1, "one word"), (2, "two words"), (7, "seven words"), (5, "five words"),
                        (600, "six hundred words")):
        yield Case(about, size=size)


def _ids(rng):
    """ids and pad_id for 2.3 and 2.4."""
    yield Case("two sentences", ids=np.array([[4, 5, 6, 7], [6, 7, 0, 0]]), pad_id=0)
    yield Case("padding has the id 3", ids=np.array([[5, 1, 2, 7, 6], [0, 4, 9, 3, 3], [8, 3, 3, 3, 3]]), pad_id=3)
    yield Case("padding in front", ids=np.array([[2, 2, 2, 5, 9], [2, 7, 1, 4, 8]]), pad_id=2)
    yield Case("padding has the largest id", ids=np.array([[3, 1, 9], [4, 9, 9]]), pad_id=9)
    yield Case("as many sentences as words", ids=np.array([[5, 0, 0], [6, 7, 0], [5, 6, 7]]), pad_id=0)
    yield Case("one sentence", ids=np.array([[5, 6, 2, 1, 1]]), pad_id=1)
    yield Case("one word each", ids=np.array([[5], [1], [6]]), pad_id=1)
    yield Case("one sentence of one word", ids=np.array([[5]]), pad_id=1)
    yield Case("long sentences", ids=np.sort(rng.integers(4, 99, size=(3, 80)) % 70)[:, ::-1].copy(), pad_id=4)
    yield Case("a sentence that is all padding", ids=np.array([[1, 1, 1, 1], [5, 4, 0, 1]]), pad_id=1)
    pad_id = int(rng.integers(0, 9))
    ids = rng.integers(0, 9, size=(4, 6))
    ids[0, 2] = ids[1, 0] = pad_id
    yield Case("padding anywhere", ids=ids, pad_id=pad_id)


def _padding_masks(rng):
    yield Case("two sentences", mask=np.array([[[1, 1, 1, 1]], [[1, 1, 0, 0]]], dtype=bool))
    mixed = rng.random((3, 1, 5)) < 0.6
    mixed[1] = False
    yield Case("sizes that differ", mask=mixed)
    yield Case("one sentence", mask=np.array([[[1, 1, 0]]], dtype=bool))
    yield Case("one word each", mask=np.array([[[True]], [[False]], [[True]]]))
    yield Case("one sentence of one word", mask=np.array([[[True]]]))
    yield Case("long sentences", mask=rng.random((2, 1, 80)) < 0.6)
    yield Case("as many sentences as words", mask=np.array([[[1, 0, 0]], [[1, 1, 0]], [[1, 1, 1]]], dtype=bool))
    yield Case("padding in front", mask=np.array([[[0, 0, 1, 1]], [[0, 1, 1, 0]]], dtype=bool))


# ---------------------------------------------------------------- right answers, written otherwise


def _option(slug: str, option: str) -> Misconception:
    return Misconception(slug, lambda: option, "", "", "")


EXERCISES = [
    Exercise(
        id="2.1", title="attention with a mask", names=("scaled_dot_product_attention",), points=4, minutes=20,
        difficulty=3, takes={"q": "... T_q d_k", "k": "... T_k d_k", "v": "... T_k d_v", "mask": "... T_q T_k"},
        gives={"output": "... T_q d_v", "weights": "... T_q T_k"}, shares=("weights",), framework="torch",
        reference=scaled_dot_product_attention, library=library.scaled_dot_product_attention, cases=_attentions,
        hints=(
            "Write it without the mask first: the four steps of exercise 1.3, with the last two axes of k exchanged. "
            "The first check cases have no mask and will tell you whether that much is right.",
            "The mask comes in between scaling and softmax: `scores.masked_fill(where, value)` returns new scores in "
            "which `value` stands wherever `where` is True. Which places are to be filled, and with how low a number?",
            "Fill `~mask` with `torch.finfo(scores.dtype).min`, the lowest finite number; after the softmax, put 0 "
            "into the forbidden places once more. That leaves good rows alone and makes empty ones zero."),
        misconceptions=[*mistakes.ATTENTION, *mistakes_powers.POWERS],
        styles=[functools.partial(mistakes.sloppy_attention, empty=style) for style in mistakes.STYLES],
        properties=[closed.of_function()],
        moral="Later lessons call this function wherever they look at the weights, in the course's own version of it.",
    ),
    Exercise(
        id="2.2", title="causal mask", names=("causal_mask",), points=1, minutes=5, difficulty=1,
        takes={"size": ""}, gives={"mask": "T_q T_k"}, framework="torch", reference=causal_mask,
        library=library.causal_mask, cases=_sizes,
        hints=(
            "Write the mask for three words on paper: three rows of yes and no.",
            "What you have on paper is a triangle. `torch.ones(n, n, dtype=torch.bool)` is all yes, and a tensor has "
            "methods that keep one triangle of it.",
            "`tril` keeps the lower left triangle with the diagonal, `triu` the upper right one."),
        misconceptions=mistakes_causal.CAUSAL, properties=[mistakes_causal.ANY_SIZE],
        moral="Row t has t + 1 places open.",
    ),
    Exercise(
        id="2.3", title="padding mask", names=("padding_mask",), points=2, minutes=8, difficulty=2,
        takes={"ids": "B T", "pad_id": ""}, gives={"mask": "B 1 T"}, framework="torch", reference=padding_mask,
        library=library.padding_mask, cases=_ids,
        hints=(
            "Which tokens are real? One comparison of the whole tensor `ids` says it, for all words at once.",
            "The comparison gives (B, T). It will be laid over weights (B, T_q, T_k): where must an axis of length 1 "
            "go, so that T meets the keys and B the sentences?",
            "`ids != pad_id` is True for real tokens; `unsqueeze(i)` puts an axis of length 1 at place i."),
        misconceptions=mistakes_masks.PADDING,
        moral="It closes columns, for every query alike, and fits any number of queries.",
    ),
    Exercise(
        id="2.4", title="decoder mask", names=("decoder_mask",), points=1, minutes=5, difficulty=1,
        takes={"ids": "B T", "pad_id": ""}, gives={"mask": "B T_q T_k"}, framework="torch", reference=decoder_mask,
        library=library.decoder_mask, cases=_ids,
        hints=(
            "Two conditions, and both must hold. You have written both.",
            "Boolean tensors are joined by `&` (and) and `|` (or), place by place, after broadcasting.",
            "(B, 1, T) and (T, T) broadcast to (B, T, T). How long are the sentences of `ids`?"),
        misconceptions=mistakes_decoder.DECODER, properties=[mistakes_causal.ANY_LENGTH],
        moral="What the decoder may look at, sentence by sentence.",
    ),
    Choice(
        id="2.5", title="whose padding?", names=("prediction",), points=1, minutes=4, difficulty=2,
        options=("error", "right", "first sentence", "by query"), reference="by query",
        wrong={
            "error": "With three sentences of four words there would be one. Here the shapes are (4, 4) and (4, 4, 4), "
                     "and lined up from the right they fit. What do the axes of the mask meet?",
            "right": "That needs each sentence's padding to be met by that sentence's weights. Write the two shapes "
                     "under each other, aligned on the right. Which axis of the weights stands above B?",
            "first sentence": "No axis of the mask has length 1, so no row of it is used for everything. Write the two "
                              "shapes under each other, aligned on the right. Which axis of the weights stands above "
                              "B?",
        },
        misconceptions=[_option("expects-an-error", "error"), _option("sentences-meet-sentences", "right"),
                        _option("expects-the-first", "first sentence")],
        hints=("Broadcasting lines shapes up from the right.",
               "Under (B, T_q, T_k) = (4, 4, 4) stands (B, T) = (4, 4), with nothing under the first axis.",
               "The T of the mask meets T_k, as it should. Its B meets the axis to the left of that."),
        solution_source='prediction = "by query"',
        moral="Row i of the mask, the padding of sentence i, is used for query i of every sentence. Only the equal "
              "sizes hide it.",
    ),
    Exercise(
        id="2.6", title="a mask for PyTorch", names=("to_key_padding_mask",), points=1, minutes=5, difficulty=1,
        takes={"mask": "B 1 T"}, gives={"key_padding_mask": "B T"}, framework="torch", reference=to_key_padding_mask,
        cases=_padding_masks,
        hints=(
            "Two things differ: what True means, and how many axes there are.",
            "`~` exchanges True and False. An axis of length 1 goes away by an index 0 on it, or by `squeeze`.",
            "Name the axis to be squeezed: without a number, `squeeze` removes every axis of length 1."),
        misconceptions=mistakes_key_padding.KEY_PADDING,
        moral="With it, PyTorch's layer ignores just what ours ignores.",
    ),
    *tasks_slopes.EXERCISES,
    *tasks_variance.EXERCISES,
]
