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


def _spreads(ask, *given):
    """By how much the logits of new models of the given sizes spread around their mean, or None."""
    sizes, rng = [], np.random.default_rng(0)
    source, target = rng.integers(1, 40, size=(2, 4, 6))
    for one in given:
        seen = ask(**{"vocab_size": 40, "d_model": 16, "n_heads": 2, "d_ff": 24, "n_layers": 1, **one}, source=source,
                   target=target)
        if not seen.returned or seen.values["logits"].ndim != 3:
            return None
        sizes.append(float(seen.values["logits"].std(-1).mean()))
    return sizes


def _sizes(ask, *given):
    """The spreads of two models, if they are far apart."""
    sizes = _spreads(ask, *given)
    return None if sizes is None or 1 / 2.5 < sizes[0] / sizes[1] < 2.5 else sizes


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


def _over_widths(ask, judged):
    """What was seen of new models with 2000 tokens, if `judged(narrow, wide)`. Right are 1 and 1, to within 0.05.

    Among so many tokens those of the sentence itself, whose logits are large, count for little.
    """
    if (sizes := _spreads(ask, {"vocab_size": 2000}, {"vocab_size": 2000, "d_model": 256})) is None:
        return None
    narrow, wide = sizes
    if not judged(narrow, wide):
        return None
    return say("With given weights your logits are right. But those of a new model with 2000 tokens spread by {narrow} "
               "around their mean with d_model = 16, and by {wide} with d_model = 256.", narrow=number(narrow),
               wide=number(wide))


def _as_linear(*sizes):
    """Is it 1/√3 = 0.577, the standard deviation of uniform numbers up to 1, and with it what `nn.Linear` has?"""
    return all(0.56 < size < 0.61 for size in sizes)


def _whatever_d_model(narrow, wide):
    """Is it √256 / √16 = 4 times as much, as with one standard deviation for all sizes?"""
    return 3.5 < wide / narrow < 4.5


def _off(*sizes):
    return not all(0.84 < size < 1.2 for size in sizes)


_WIDE = ("The wider the logits of a new model spread, the surer it is before it has learned anything, and the higher "
         "is the loss with which training begins.")
_USUAL = ("A table that begins as the box says gives about 1.2, if the numbers of the norms begin as they do in "
          "`LayerNorm`.")
_ABOUT_ONE = ("A table that begins as the box says gives about 1 in both, if the numbers of the norms begin as they do "
              "in `LayerNorm`.")
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
    Property(
        "table-begins-as-a-linear-layer", partial(_over_widths, judged=_as_linear), later(
            "{about_one} 0.58 times as much comes from a table with the numbers with which `nn.Linear` begins, or with "
            "those of `uniform_(-a, a)` with a = 1/√d_model: their standard deviation is a/√3.",
            about_one=_ABOUT_ONE),
        "Is the table filled as the box says, and does it stay the model's table, or does another one take its place "
        "later in `__init__`?"),
    Property(
        "table-begins-whatever-d-model", partial(_over_widths, judged=_whatever_d_model), later(
            "{about_one} With one standard deviation for all sizes, the spread grows with √d_model.",
            about_one=_ABOUT_ONE),
        "Which standard deviation do you give, and does it depend on d_model?"),
    Property(
        "table-begins-too-large-or-small", partial(_over_widths, judged=_off), _ABOUT_ONE,
        "Which lines of your `__init__` write into the table, and what is the standard deviation of the numbers with "
        "which they fill it?"),
]
