"""Attention one stage at a time, on the learner's own function: scores, scale, mask, softmax, mix."""
from collections.abc import Callable, Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from course._words import say
from course.views._matrix import as_mask, as_matrix
from course.views.base import Table, View, of_the_course, rounded, tokens, weights_table
from course.views.stages import STAGES, Departure, departure, stages

__all__ = ["Stepper", "run", "view"]


class Stepper(View):
    """Five stages, from Q, K and V to the output; a cell under the mouse or the focus shows the sum that made it."""

    stage = traitlets.Int(0, help="0 to 4: scores, scale, mask, softmax, mix").tag(sync=True)
    script = "stepper"
    height = 560

    def tables(self) -> list[Table]:
        data = self.data
        yours = data["yours"] if data["departs"] else None
        return [
            weights_table(say("Weights"), data["weights"], data["queries"], data["keys"]),
            weights_table(say("Output"), data["output"], data["queries"], data["features"]),
            *([] if yours is None else [
                weights_table(say("Your weights"), yours["weights"], data["queries"], data["keys"]),
                weights_table(say("Your output"), yours["output"], data["queries"], data["features"])]),
            Table(say("Your function"), [[say("departs at"), say("what was seen")],
                                         [_stage(data["departs"]), data["verdict"]]]),
        ]


def _stage(name: str) -> str:
    """A stage, as `Departure` has it, in the reader's language."""
    return {"scores": say("scores"), "scale": say("scale"), "mask": say("mask"), "softmax": say("softmax"),
            "mix": say("mix"), "weights": say("weights")}.get(name, say("no stage"))


def view(
    attention: Callable, q: ArrayLike, k: ArrayLike, v: ArrayLike, mask: ArrayLike | None = None,
    queries: Sequence | None = None, keys: Sequence | None = None,
    features: Sequence | None = None, predict: bool = False,
) -> Stepper:
    """Step through attention, and see the first stage at which `attention` departs from the reference.

    Args:
        attention: your function, called once as `attention(q, k, v)`, with `mask` as a fourth argument if there is
            one; it returns (output, weights). It gets copies, of the type of `q`, `k` and `v`.
        q: queries (T_q, d_k), an array or a tensor.
        k: keys (T_k, d_k).
        v: values (T_k, d_v).
        mask: boolean, True = may attend, broadcasts to (T_q, T_k).
        queries, keys, features: labels for the T_q queries, the T_k keys and the d_v columns of `v`.
        predict: hide the weights until the learner has guessed the largest.

    Raises:
        ValueError: if q, k, v, the mask or the labels do not fit together. What goes wrong inside
            `attention` is not raised, but told in the view.
    """
    arrays = [as_matrix(values, name) for values, name in ((q, "q"), (k, "k"), (v, "v"))]
    if arrays[0].shape[1] != arrays[1].shape[1]:
        raise ValueError(say("q and k must have the same d_k, but it is {shape} and {shape2}",
                             shape=arrays[0].shape[1], shape2=arrays[1].shape[1]))
    if len(arrays[1]) != len(arrays[2]):
        raise ValueError(say("there must be a value for each key, but there are {arrays} keys and {arrays2} values",
                             arrays=len(arrays[1]), arrays2=len(arrays[2])))
    allowed = as_mask(mask, (len(arrays[0]), len(arrays[1])))
    steps = stages(arrays[0], arrays[1], arrays[2], allowed)
    found, seen = run(attention, (q, k, v), mask, arrays, allowed)
    data = {
        "queries": tokens(queries, len(arrays[0]), say("queries (rows)")),
        "keys": tokens(keys, len(arrays[1]), say("keys (columns)")),
        "features": tokens(features, arrays[2].shape[1], say("columns of v")),
        **{name: rounded(values) for name, values in zip("qkv", arrays, strict=True)},
        "scores": rounded(steps["scores"]), "scaled": rounded(steps["scale"]),
        "weights": rounded(steps["softmax"]), "output": rounded(steps["mix"]),
        "mask": None if allowed is None else allowed.tolist(), "d_k": arrays[0].shape[1],
        "yours": None if found is None else {"weights": rounded(found[1]), "output": rounded(found[0])},
        "departs": seen.stage, "verdict": seen.text,
    }
    name = getattr(attention, "__name__", type(attention).__name__)
    start = STAGES.index(seen.stage) if seen.stage in STAGES else 0
    label = say("Attention, stage by stage: the course's {name}.", name=name) if of_the_course(attention) else \
        say("Attention, stage by stage: your {name}.", name=name)
    return Stepper(label=label, data=data, stage=start, predict=predict)


def run(
    attention: Callable, inputs: Sequence[ArrayLike], mask: ArrayLike | None, arrays: Sequence[np.ndarray],
    allowed: np.ndarray | None,
) -> tuple[tuple | None, Departure]:
    """Call the learner's function and judge it: ((output, weights) as arrays or None, where it departs).

    `inputs` are q, k and v as the learner gave them, `arrays` the same as float64 arrays, `allowed`
    the mask broadcast to the weights. The learner's errors become part of the verdict.
    """
    if of_the_course(attention):
        return None, Departure("", say("This is the course's function. Yours is not written yet."))
    copies = [values.clone() if hasattr(values, "clone") else np.array(values) for values in inputs]
    try:
        answer = attention(*copies) if mask is None else attention(*copies, mask)
    except NotImplementedError:
        return None, Departure("", say("Your function is not written yet; this is the reference."))
    except Exception as error:                          # whatever it is, it is the learner's to read
        return None, Departure("weights", say("Your function stopped with {name}: {error}", name=type(error).__name__,
                                              error=error))
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return None, Departure("weights", say("Your function must return (output, weights), not {name}.",
                                              name=type(answer).__name__))
    try:
        found = as_matrix(answer[0], "output"), as_matrix(answer[1], "weights")
    except ValueError as error:
        return None, Departure("weights", say("What your function returned cannot be shown: {error}.", error=error))
    seen = departure(*found, arrays[0], arrays[1], arrays[2], allowed)
    fits = found[0].shape == (len(arrays[0]), arrays[2].shape[1]) and found[1].shape == (len(arrays[0]), len(arrays[1]))
    return (found if fits else None), seen
