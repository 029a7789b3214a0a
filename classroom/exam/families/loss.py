"""A loss with smoothing: how it is spread, over what it is averaged, in which unit."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch
from course._words import later


def _solve(logits, targets, pad_id, *, amount, spread, mean, unit, ends, cool, pads=False, unsmoothed=False):
    """logits (B, T, V), targets (B, T), pad_id -> a number."""
    logits = logits / 2 if cool == "half" else logits
    log_p = logits - logits.max(axis=-1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(axis=-1, keepdims=True))
    size, share = logits.shape[-1], 0.0 if unsmoothed else float(amount)
    right = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    if spread == "all":
        rest = log_p.mean(axis=-1)
    elif spread == "others":
        rest = (log_p.sum(axis=-1) - right) / (size - 1)
    else:                                                                # nor the padding
        rest = (log_p.sum(axis=-1) - right - log_p[..., pad_id]) / (size - 2)
    losses = -((1 - share) * right + share * rest)                       # (B, T)
    real = np.ones_like(targets, bool) if pads else targets != pad_id
    if unit == "bits":
        losses = losses / np.log(2)
    if ends == "twice":                                                  # the last real token of each sentence
        last = real.sum(axis=-1) - 1
        weight = real.astype(float)
        weight[np.arange(len(last)), last] *= 2
    else:
        weight = real.astype(float)
    total = (losses * weight).sum(axis=-1)                               # (B,)
    if mean == "tokens":
        return total.sum() / weight.sum()
    return (total / weight.sum(axis=-1)).mean() if mean == "sentences" else total.sum()


def _cases(rng):
    for about, lengths, vocab in (("two sentences", (3, 1), 5), ("three sentences", (2, 4, 3), 7), ("one", (2,), 4)):
        size = max(lengths)
        targets = np.zeros((len(lengths), size), int)
        for row, length in enumerate(lengths):
            targets[row, :length] = rng.integers(1, vocab, size=length)
        yield Case(about, logits=1.5 * rng.normal(size=(len(lengths), size, vocab)), targets=targets, pad_id=0)


FAMILY = Family(
    key="loss", title="A loss with smoothing", lesson=8, name="smoothed_loss",
    call="smoothed_loss(logits, targets, pad_id)",
    text="Write `smoothed_loss(logits, targets, pad_id)` with NumPy: the cross-entropy of logits (B, T, V) against "
         "smoothed targets. `targets` (B, T) holds the right tokens; sentences are filled up at the end with "
         "`pad_id`, and these places do not count. Return one number.",
    takes={"logits": "B T V", "targets": "B T", "pad_id": ""}, gives={"loss": ""},
    switches=(
        Switch("amount", {
            share: later("The smoothing takes a share of {share} of the target away from the right token.", share=share)
            for share in ("0.1", "0.2", "0.3", "0.4")}),
        Switch("spread", {"all": "This share is spread evenly over all V tokens, the right one among them.",
                          "others": "This share is spread evenly over all tokens but the right one.",
                          "real": "This share is spread evenly over all tokens but the right one and the padding "
                                  "token."}),
        Switch("cool", {"one": "The softmax is taken of the logits as they are.",
                        "half": "The logits are divided by 2 before the softmax."}),
        Switch("unit", {"nats": "Logarithms are natural.", "bits": "Logarithms are to the base 2."}),
        Switch("mean", {"tokens": "The loss is the mean over all tokens that count.",
                        "sentences": "The loss is the mean over the sentences, each of which gives the mean over its "
                                     "tokens.",
                        "sum": "The loss is the sum over all tokens that count."}),
        Switch("ends", {"once": "All tokens that count have the same weight, 1.",
                        "twice": "The last token that counts in each sentence has the weight 2, and the others 1; a "
                                 "mean of tokens is a weighted mean."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    mistakes=(
        Mistake("padding-counted", {"pads": True}, "Your `smoothed_loss` counts the padding."),
        Mistake("not-smoothed", {"unsmoothed": True}, "Your `smoothed_loss` does not smooth the targets."),
    ))
