"""Exercise 7.6: with which numbers a new model begins. Used by `lesson_07`."""
import math
from functools import partial

import numpy as np

from classroom.judge.evidence import number
from classroom.judge.exercise import Property
from course._words import later, say


def _first_logits(ask, low=0.0, high=math.inf):
    """Do the logits of a new model spread by less than `low`, or by more than `high`? 1.2 is right, to within 0.2."""
    ids = {name: np.random.default_rng(n).integers(1, 90, size=(4, 6)) for n, name in enumerate(("source", "target"))}
    seen = ask(vocab_size=90, d_model=64, n_heads=4, d_ff=96, n_layers=2, **ids)
    if not seen.returned or seen.values["logits"].shape != (4, 6, 90):
        return None
    size = float(seen.values["logits"].std(-1).mean())
    if low < size < high:
        return None
    return say("With given weights your logits are right. But those of a new model, with d_model = 64 and 90 tokens, "
               "spread by {size} around their mean.", size=number(size))


def _sizes(ask, *given):
    """By how much the logits of new models of the given sizes spread around their mean, or None."""
    sizes, rng = [], np.random.default_rng(0)
    source, target = rng.integers(1, 40, size=(2, 4, 6))
    for one in given:
        seen = ask(**{"vocab_size": 40, "d_model": 16, "n_heads": 2, "d_ff": 24, "n_layers": 1, **one}, source=source,
                   target=target)
        if not seen.returned or seen.values["logits"].ndim != 3:
            return None
        sizes.append(float(seen.values["logits"].std(-1).mean()))
    few, many = sizes
    return None if 1 / 2.5 < few / many < 2.5 else sizes


def _spread_by_vocabulary(ask):
    """Do the logits of a new model spread alike, however many tokens there are? With Xavier's numbers they do not."""
    if (sizes := _sizes(ask, {"vocab_size": 40}, {"vocab_size": 2000})) is None:
        return None
    few, many = sizes
    return say("With given weights your logits are right. But those of a new model with d_model = 16 spread by {few} "
               "around their mean with 40 tokens, and by {many} with 2000.", few=number(few), many=number(many))


def _spread_by_d_ff(ask):
    """Do the logits of a new model spread alike, however large d_ff is?"""
    if (sizes := _sizes(ask, {"d_ff": 8}, {"d_ff": 512})) is None:
        return None
    few, many = sizes
    return say("With given weights your logits are right. But those of a new model with d_model = 16 spread by {few} "
               "around their mean with d_ff = 8, and by {many} with d_ff = 512.", few=number(few), many=number(many))


_WIDE = ("The wider the logits of a new model spread, the surer it is before it has learned anything, and the higher "
         "is the loss with which training begins.")
_USUAL = ("A table that begins as the box says gives about 1.2, if the numbers of the norms begin as they do in "
          "`LayerNorm`.")
BEGINNINGS = [
    Property(
        "table-begins-by-d-ff", _spread_by_d_ff, "How large the numbers of the table are at the start should depend on "
        "d_model alone.", "Which size stands in the standard deviation?"),
    Property(
        "table-begins-too-large-or-small", partial(_first_logits, low=0.5), later(
            "{usual} If it is the table that holds smaller numbers, a word's vector is short beside the position that "
            "is added to it, even after the factor √d_model.", usual=_USUAL),
        "Which lines of your `__init__` write into the model's numbers: into those of the table alone, or into others, "
        "too? And with what do they fill the table? The box says what to use."),
    Property(
        "table-begins-too-large-or-small", partial(_first_logits, high=16.0), later(
            "{usual} `nn.Embedding` itself begins with numbers of size 1, which would give about 10. Yours spread "
            "wider still. {wide}", usual=_USUAL, wide=_WIDE),
        "What is the standard deviation in your `__init__`: is √d_model multiplied or divided by?"),
    Property(
        "table-begins-too-large-or-small", partial(_first_logits, high=6.0), later(
            "{usual} `nn.Embedding` itself begins with numbers of size 1, which are √d_model times as large. {wide}",
            usual=_USUAL, wide=_WIDE),
        "With which numbers does your table begin? If a line of yours fills it, which of the arguments is the mean, "
        "and which the standard deviation? The box says what to use."),
    Property(
        "table-begins-too-large-or-small", partial(_first_logits, high=1.5), later(
            "{usual} {wide}", usual=_USUAL, wide=_WIDE),
        "With which numbers does your table begin? The box says what to use."),
    Property(
        "table-begins-by-the-vocabulary", _spread_by_vocabulary, "How large the numbers of the table are at the start "
        "should depend on d_model alone. A vector of small numbers, multiplied by √d_model, is lost beside the "
        "position that is added to it.",
        "Which lines of your `__init__` write into the table, and which of them comes last?"),
]
