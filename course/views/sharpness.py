"""How sharply attention chooses: temperature, d_k, and the division by its root."""
from collections.abc import Callable, Sequence

import numpy as np
import traitlets

from course._words import say
from course.views.base import Table, View, rounded, tokens, weights_table
from course.views.stages import softmax

__all__ = ["Sharpness", "temperature"]

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Sharpness(View):
    """Sliders for d_k and the temperature, a switch for √d_k; scores, softmax and entropy follow."""

    size = traitlets.Int(6, help="index into the sizes of d_k").tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    root = traitlets.Bool(True, help="divide by √d_k").tag(sync=True)
    script = "sharpness"

    def tables(self) -> list[Table]:
        scores = np.array(self.data["scores"], dtype=float)
        roots = np.sqrt(self.data["sizes"])[:, None]
        labels = [f"d_k = {d}" for d in self.data["sizes"]]
        return [weights_table(say("Weights, divided by √d_k"), softmax(scores / roots), labels, self.data["words"]),
                weights_table(say("Weights, not divided"), softmax(scores), labels, self.data["words"])]


def temperature(words: Sequence | int = 6, softmax: Callable | None = None, seed: int = 0,
                predict: bool = False) -> Sharpness:
    """What d_k, √d_k and the temperature do to the softmax of random scores.

    For each d_k one query and a key for each word are drawn from the standard normal distribution
    (seeded); the scores of a smaller d_k are the first terms of those of a larger one.

    Args:
        words: labels for the keys, or how many.
        softmax: your softmax over the last axis of an array (T_k,); it is compared once for every d_k.
        seed: for the random numbers.
        predict: hide the weights until the learner has guessed the largest.
    """
    words = tokens(None, words, say("words")) if isinstance(words, int) else tokens(words, len(words), say("words"))
    rng = np.random.default_rng(seed)
    products = rng.standard_normal(SIZES[-1]) * rng.standard_normal((len(words), SIZES[-1]))
    scores = np.stack([products[:, :d].sum(1) for d in SIZES])
    return Sharpness(
        label=say("How sharp is the choice? Scores of random vectors, and their softmax."),
        data={"words": words, "sizes": list(SIZES), "scores": rounded(scores), "verdict": _verdict(softmax, scores)},
        predict=predict,
    )


def _verdict(answer: Callable | None, scores: np.ndarray) -> str:
    if answer is None:
        return ""
    try:
        rows = [np.asarray(answer(row.copy()), dtype=float) for row in scores]
    except NotImplementedError:
        return say("Your softmax is not written yet; this is the reference.")
    except Exception as error:                         # whatever it is, it is the learner's to read
        return say("Your softmax stopped with {name}: {error}", name=type(error).__name__, error=error)
    for d, row, mine in zip(SIZES, scores, rows, strict=True):
        if mine.shape != row.shape or not np.allclose(mine, softmax(row), atol=1e-6):
            return say("Your softmax departs from the reference at d_k = {d}, without the root.", d=d)
    return say("Your softmax agrees with the reference for every d_k, with all rows undivided.")
