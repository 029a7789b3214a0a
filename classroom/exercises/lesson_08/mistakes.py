"""Exercise 8.1: what learners write instead, and what it means. Used by `lesson_08`."""
import math
from functools import partial

import torch

from classroom.judge.evidence import Sight, first_difference, number, place
from classroom.judge.exercise import Misconception
from course._words import later, say

# ------------------------------------------------------------------------------------ evidence


def as_number(name: str):
    def shows(sight: Sight) -> str:
        got, want = sight.got.values[name], sight.want.values[name]
        if got.shape:
            return first_difference(sight)
        return say("{place}, your {name} is {got}; {want} is expected.", place=place(sight), name=name,
                   got=_three_digits(got), want=_three_digits(want))
    return shows


def _three_digits(value) -> str:
    return f"{float(value):.3g}" if 1e-3 <= abs(value) < 0.1 else number(value)


_loss_shown = as_number("loss")

# ----------------------------------------------------------------------------------- 8.1 the loss


def sloppy_loss(logits, targets, pad_id, smoothing, log="stable", axis=-1, order="", spread="all", right=None,
                mean="tokens", pad=None, sign=-1, end=None, typed=None, stop=None, form="own", raw="", even=1,
                low=None, tiny=1e-9):
    """`label_smoothing_loss` with one thing or two done differently."""
    smoothing = smoothing if typed is None else typed
    if log == "mixed":                           # the probabilities are smoothed, not the targets
        shares = (1 - smoothing) * logits.softmax(-1) + smoothing / logits.shape[-1]
        return -shares.gather(-1, targets.unsqueeze(-1)).log()[targets != pad_id].mean()
    if form != "own":
        return _by_cross_entropy(logits, targets, pad_id, smoothing, form)
    if low is not None:                          # the logit of the padding token
        logits = logits.masked_fill(torch.arange(logits.shape[-1]) == pad_id, low)
    if raw == "0 at padding":
        logits = logits * (targets != pad_id).unsqueeze(-1)
    if order == "view":
        logits = logits.reshape(logits.shape[0], -1, logits.shape[1]).transpose(1, 2)
    elif order == "positions first":
        logits = logits.transpose(0, 1).reshape(logits.shape)
    logs = {
        "stable": lambda: logits.log_softmax(axis),
        "at least": lambda: logits.softmax(axis).clamp(min=tiny).log(), "zero": lambda: logits.softmax(axis).log(),
        "epsilon": lambda: (logits.softmax(axis) + tiny).log(), "twice": lambda: logits.softmax(-1).log_softmax(-1),
        "none": lambda: logits, "base 2": lambda: logits.log_softmax(-1) / torch.log(torch.tensor(2.0)),
        "one minus": lambda: logits.softmax(-1) - 1, "base 10": lambda: logits.log_softmax(-1) / 2.302585092994046,
    }[log]()
    real = targets > pad_id if pad == "up to pad_id" else targets != (pad if isinstance(pad, int) else pad_id)
    if pad == "guessed":
        real = logits.argmax(-1) != pad_id
    if stop is not None:
        real = {"first padding": real.cumprod(1).bool(), "count": torch.arange(real.shape[1]) < real.sum(1, True),
                "last column": real & (torch.arange(real.shape[1]) < real.shape[1] - 1),
                "first column": real & (torch.arange(real.shape[1]) > 0)}[stop]
    safe = targets.clamp(0, logits.shape[-1] - 1)
    of_right = (logits if raw == "right" else logs).gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    vocab = logits.shape[-1]
    logs = logits if raw == "others" else logs
    others = {
        "all": lambda: logs.mean(-1), "by tokens": lambda: logs.sum(-1) / real.sum(),
        "log of the mean": lambda: logs.exp().mean(-1).log(),
        "sum": lambda: logs.sum(-1), "by T": lambda: logs.sum(-1) / logits.shape[1], "none": lambda: 0,
        "mean by V": lambda: logs.mean(-1) / vocab,
        "others": lambda: (logs.sum(-1) - of_right) / (vocab - 1),
        "others not pad": lambda: (logs.sum(-1) - of_right - logs[..., pad_id]) / (vocab - 2),
        "divided by two less": lambda: (logs.sum(-1) - of_right) / max(vocab - 2, 1),
        "not pad": lambda: (logs.sum(-1) - logs[..., pad_id]) / (vocab - 1) if low is None else logs[
            ..., torch.arange(vocab) != pad_id].mean(-1),
    }[spread]()
    share = {None: 1 - smoothing, "all": 1.0, "swapped": smoothing, "less": 1 - smoothing - smoothing / vocab,
             "part twice": 1 - smoothing + smoothing / vocab}[right]
    rest = 1 - smoothing if right == "swapped" else smoothing
    losses = sign * (share * of_right + even * rest * others)
    if end == "kl":
        losses = losses - _entropy(smoothing, vocab, spread)
    if end == "kl by V":
        losses = (losses - _entropy(smoothing, vocab, spread)) / vocab
    if isinstance(mean, tuple):                  # each of the two terms has a mean of its own
        first, second = (_MEANS[how](sign * term, real) for how, term in zip(mean, (of_right, others), strict=True))
        return share * first + rest * second
    total = losses[real].sum()
    averaged = {
        "tokens": lambda: losses[real].mean(), "everything": lambda: losses.mean(),
        "padding in the divisor": lambda: total / real.numel(), "sum": lambda: total,
        "sentences": lambda: ((losses * real).sum(-1) / real.sum(-1).clamp(min=1)).mean(),
        "sentences, empty ones too": lambda: ((losses * real).sum(-1) / real.sum(-1)).mean(),
        "batch": lambda: total / len(targets), "length": lambda: total / targets.shape[1],
        "none": lambda: losses[real], "zeros": lambda: losses * real,
        "each sentence": lambda: (losses * real).sum(-1) / real.sum(-1),
        "unmasked sum": lambda: losses.sum() / real.sum(),
        "not zero": lambda: total / (losses[real] != 0).sum(),
    }[mean]()
    return averaged.exp() if end == "perplexity" else averaged


_MEANS = {"tokens": lambda term, real: term[real].mean(), "everything": lambda term, real: term.mean(),
          "padding in the divisor": lambda term, real: term[real].sum() / real.numel(),
          "unmasked sum": lambda term, real: term.sum() / real.sum()}


def _by_cross_entropy(logits, targets, pad_id, smoothing, form):
    """PyTorch's own function, called as it does not want to be called."""
    cross_entropy = partial(torch.nn.functional.cross_entropy, label_smoothing=smoothing)
    if form == "axes as they are":
        return cross_entropy(logits, targets, ignore_index=pad_id)
    if form == "targets not flattened":
        return cross_entropy(logits.flatten(0, 1), targets, ignore_index=pad_id)
    weight = torch.ones(logits.shape[-1], dtype=torch.float32 if "float32" in form else logits.dtype)
    weight[pad_id] = 0.0
    if "weights" in form:
        return cross_entropy(logits.transpose(1, 2), targets, weight=weight,
                             ignore_index=pad_id if "ignored" in form else -100)
    raise ValueError(form)


_MEAN = ("The mean runs over the real tokens: then the loss does not depend on how much padding a batch happens to "
         "have, and every word of every sentence counts the same.")
_OF_V = ("Positions whose *target* is padding do not count. At the others the padding token is one of the V tokens of "
         "the softmax, and gets its share of the smoothing.")
_WHICH = "What does `pad_id` decide here: which positions count, or which tokens the softmax runs over?"
_TARGET = "The target distribution must sum to 1: 1 − smoothing for the right token, and smoothing / V for each token."
_STABLE = ("A probability too small for float32 is 0, and log 0 is −∞: the loss becomes infinite exactly where the "
           "model is most wrong and has most to learn.")


_WEIGHT_TOO = ("A weight belongs to a token of the vocabulary, and the smoothing is weighted, too: padding loses its "
               "share of it. Here the smoothing goes to all V tokens.")
_WEIGHT = ("A weight belongs to a token of the vocabulary, and the smoothing is weighted, too: padding loses its share "
           "of it, and at the positions that hold padding the term of the smoothing is still added. Here the smoothing "
           "goes to all V tokens, and those positions do not count.")


def _entropy(smoothing: float, vocab: int, spread: str) -> float:
    """Of the smoothed target: the lowest cross-entropy there can be."""
    among = {"others": vocab - 1, "not pad": vocab - 1, "others not pad": vocab - 2}.get(spread, vocab)
    small = smoothing / among
    others, certain = (among, 1 - smoothing) if spread.startswith("others") else (among - 1, 1 - smoothing + small)
    return -sum(count * share * math.log(share) for count, share in ((1, certain), (others, small)) if share > 0)


def _loss(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_loss, **slip), later(
        "Your loss is exactly {says}.", says=says), why, look, _loss_shown)


LOSS = [
    _loss("padding-counted", "the mean over all positions, padding among them",
          later("A model learns to predict padding, and its loss then looks better than it is. (Before that, it may be "
                "higher.) And the model spends effort on padding. {mean}",
                mean=_MEAN), "Where do you leave out the positions that hold `pad_id`?", mean="everything"),
    _loss("padding-in-the-divisor", "the sum over the real tokens divided by the number of all positions",
          later("The more padding, the smaller your loss. {mean}", mean=_MEAN), "By how many is the sum to be divided?",
          mean="padding in the divisor"),
    _loss("padding-in-the-sum", "the sum over all positions, divided by the number of the real ones", _MEAN,
          "Which positions are in your sum?", mean="unmasked sum"),
    _loss("padding-counted", "the mean over all positions, with logits of 0 where there is padding",
          later("Logits of 0 do not switch a position off: they make all V tokens equally likely there, and that costs "
                "log V. {mean}", mean=_MEAN), "What do you multiply by the mask?", mean="everything",
          raw="0 at padding"),
    _loss("padding-in-the-sum", "the sum over all positions, with logits of 0 where there is padding, divided by the "
          "number of the real ones",
          later("Logits of 0 do not switch a position off: they make all V tokens equally likely there, and that costs "
                "log V. {mean}", mean=_MEAN), "What do you multiply by the mask?", mean="unmasked sum",
          raw="0 at padding"),
    *(_loss("padding-token-switched-off", later("what comes out when the logit of the padding token is set to {low} "
                                                "before the softmax", low=written), _OF_V, _WHICH, low=float(written))
      for written in ("-1e9", "-1e4", "-inf")),
    _loss("padding-token-switched-off", "what comes out when the padding token gets no probability, and no share of "
          "the smoothing", _OF_V, _WHICH, low=-math.inf, spread="not pad"),
    *(_loss("padding-in-one-term", later("what comes out when padding is left out of the loss of the right token, but "
                                         "the term of the smoothing is {words}", words=words), _MEAN,
            "Which of your two terms leave out the padding, and before or after they are averaged?",
            mean=("tokens", how))
      for how, words in (("everything", "the mean over all positions"),
                         ("padding in the divisor", "divided by the number of all positions"),
                         ("unmasked sum", "a sum over all positions, divided by the number of the real ones"))),
    *(_loss("padding-in-one-term", later("what comes out when padding is left out of the term of the smoothing, but "
                                         "the loss of the right token is {words}", words=words), _MEAN,
            "Which of your two terms leave out the padding, and before or after they are averaged?",
            mean=(how, "tokens"))
      for how, words in (("everything", "the mean over all positions"),
                         ("padding in the divisor", "divided by the number of all positions"),
                         ("unmasked sum", "a sum over all positions, divided by the number of the real ones"))),
    _loss("not-averaged", "the sum over the real tokens, not their mean",
          "It grows with the number of tokens, so that losses of two batches cannot be compared, and the learning rate "
          "would have to follow the size of the batch.", "What happens to the sum?", mean="sum"),
    _loss("mean-of-sentences", "the mean of each sentence's own mean",
          later("A word of a short sentence then counts more than one of a long sentence. {mean}", mean=_MEAN),
          "Do you average twice?", mean="sentences"),
    _loss("mean-of-sentences", "the mean of each sentence's own mean, which is NaN where a sentence is all padding",
          later("A word of a short sentence then counts more than one of a long sentence. {mean}", mean=_MEAN),
          "Do you average twice?", mean="sentences, empty ones too"),
    _loss("divided-by-the-batch", "the sum over the real tokens divided by the number of sentences", _MEAN,
          "By how many is the sum to be divided?", mean="batch"),
    _loss("divided-by-the-length", "the sum over the real tokens divided by T", _MEAN,
          "By how many is the sum to be divided?", mean="length"),
    _loss("zero-losses-not-counted", "the sum over the real tokens divided by the number of losses that are not 0",
          "The loss of a real token can be 0, where the model is certain: the probability is then rounded to 1. Such a "
          "token counts as well.", "How do you count the real tokens: by `targets`, or by their losses?",
          mean="not zero"),
    _loss("one-loss-per-token", "a list of losses, one for each real token",
          "`backward()` needs one number.", "What turns many losses into one?", mean="none"),
    _loss("one-loss-per-token", "a loss for each position, 0 where padding stands",
          "`backward()` needs one number.", "What turns many losses into one?", mean="zeros"),
    _loss("one-loss-per-sentence", "the mean of each sentence, one number for each of them",
          later("`backward()` needs one number. {mean}", mean=_MEAN), "Over which axes do you take the mean?",
          mean="each sentence"),
    _loss("stops-at-the-first-padding", "what comes out when everything from the first padding of a row on is left out",
          "Padding may stand anywhere: `pad_id` says which positions do not count, and all others do.",
          "Do you find the real tokens one by one, or a length?", stop="first padding"),
    _loss("counts-from-the-left", "what comes out when a row's real tokens are taken to stand at its beginning",
          "Padding may stand anywhere: `pad_id` says which positions do not count, and all others do.",
          "Do you find the real tokens one by one, or a length?", stop="count"),
    _loss("a-column-left-out", "what comes out when the last column does not count",
          "The shift is done already: `targets` has one label for each row of `logits`.",
          "Do you cut anything off?", stop="last column"),
    _loss("a-column-left-out", "what comes out when the first column does not count",
          "The shift is done already: `targets` has one label for each row of `logits`.",
          "Do you cut anything off?", stop="first column"),
    _loss("pad-id-typed-in", "what comes out when 0 is taken for padding, whatever `pad_id` is",
          "Which id stands for padding is decided by the vocabulary.", "Do you use `pad_id`?", pad=0),
    _loss("ids-below-padding-left-out", "what comes out when only tokens with an id above `pad_id` count",
          "Ids have no order. The id of padding may be any, and tokens below it are as real as those above.",
          "How do you ask whether a token is padding?", pad="up to pad_id"),
    _loss("padding-by-guess", "what comes out when positions are left out where the model finds `pad_id` likeliest",
          "Which positions are padding is said by the targets. A real token for which the model guesses padding is a "
          "mistake of the model, and has to count.", "Which array does your mask come from?", pad="guessed"),
    _loss("smoothing-ignored", "the loss without smoothing", "Then `smoothing` has no effect.",
          "Where does `smoothing` come in?", spread="none", right="all"),
    _loss("smoothing-typed-in", "the one with smoothing 0.1, whatever `smoothing` is", "It is an argument.",
          "Does `smoothing` occur in your code?", typed=0.1),
    _loss("smoothing-over-the-others", "what comes out when the smoothing goes to the V − 1 other tokens only",
          "That is a convention, too, and some libraries have it. Here the smoothing is spread over all V tokens, the "
          "right one among them, as in PyTorch; the two differ a little in every loss, so that numbers cannot be "
          "compared.", "Over how many tokens do you spread?", spread="others"),
    _loss("smoothing-over-too-few", "what comes out when each of the V − 1 other tokens gets smoothing / (V − 2)",
          "The smoothed shares then add up to more than 1. Here the smoothing is spread over all V tokens.",
          "What do your smoothed targets of one position add up to?", spread="divided by two less"),
    _loss("no-smoothing-for-padding", "what comes out when the smoothing leaves out the right token and padding",
          "That is the Annotated Transformer's convention. Here the smoothing is spread over all V tokens, padding "
          "among them, as in PyTorch, so that numbers can be compared.", "Over how many tokens do you spread?",
          spread="others not pad"),
    _loss("no-smoothing-for-padding", "what comes out when the smoothing leaves out the padding token",
          "Here it is spread over all V tokens, as in PyTorch, so that numbers can be compared.",
          "Over how many tokens do you spread?", spread="not pad"),
    _loss("smoothing-mass-lost", "1 − smoothing times the loss without smoothing: the rest goes nowhere", _TARGET,
          "Who gets the rest?", spread="none"),
    _loss("smoothing-not-divided", "what comes out when every token gets the whole of `smoothing`, not its V-th part",
          _TARGET, "Do you take a sum over the vocabulary, or a mean?", spread="sum"),
    _loss("log-of-the-mean", "what comes out when the term of the smoothing is the logarithm of the mean probability, "
          "and not the mean of the logarithms",
          "The probabilities of V words sum to 1, so that their mean is always 1/V and this term log V, whatever the "
          "model says.", "Which comes first in your second term, the logarithm or the mean?", spread="log of the mean"),
    _loss("smoothing-divided-twice", "what comes out when the share of each token is smoothing / V, and the mean over "
          "the vocabulary is taken on top", later("{target} A mean divides by V already.", target=_TARGET),
          "Is there both a mean over the vocabulary and a division by V?", spread="mean by V"),
    _loss("smoothing-divided-by-the-tokens", "what comes out when the sum over the vocabulary is divided by the number "
          "of real tokens, not by V", later("{target} V is the length of the last axis of `logits`.", target=_TARGET),
          "By which number do you divide the smoothing?", spread="by tokens"),
    _loss("smoothing-divided-by-the-length", "what comes out when the sum over the vocabulary is divided by the number "
          "of positions, not by V", later("{target} V is the length of the last axis of `logits`.", target=_TARGET),
          "By which number do you divide the smoothing?", spread="by T"),
    _loss("smoothing-with-the-other-sign", "what comes out when the two terms have different signs",
          "Training would then make all tokens but the right one as improbable as it can, which is the opposite of "
          "smoothing.",
          "To how much of your formula does the minus belong?", even=-1),
    _loss("right-token-not-reduced", "what comes out when the right token keeps all of its 1 and the smoothing comes "
          "on top", _TARGET, "What share is left for the right token?", right="all"),
    _loss("right-token-without-its-part", "what comes out when the right token gets 1 − smoothing and each other one "
          "smoothing / V", _TARGET, "Does the right token get its own part of the smoothing, too?", right="less"),
    _loss("right-token-counted-twice", "what comes out when the right token gets its smoothing / V twice: once beside "
          "1 − smoothing, and once among all tokens", _TARGET, "Is the right token among those that you spread over?",
          right="part twice"),
    _loss("smoothing-swapped", "what comes out when `smoothing` and 1 − `smoothing` have changed places", _TARGET,
          "With smoothing 0.1, what should the right token get?", right="swapped"),
    _loss("probabilities-smoothed", "what comes out when the model's probabilities are smoothed, and not the targets",
          "The mixed probability is never below smoothing / V, so that a right token which the model finds impossible "
          "costs no more than −log(smoothing / V). And the loss is lowest for a model that is certain.",
          "What are the shares 1 − ε and ε/V multiplied by in the formula: probabilities, or their logarithms?",
          log="mixed"),
    _loss("softmax-twice", "what comes out when the logits pass a softmax before the one inside the cross-entropy",
          "Probabilities taken for logits all lie between 0 and 1, so that even a perfect model looks unsure, the "
          "loss has a floor far above 0, and the gradients are tiny.",
          "Do you call `softmax` and then something that contains one, as `cross_entropy` and `log_softmax` do?",
          log="twice"),
    _loss("logits-taken-for-log-probabilities", "what comes out when the logits are taken for log-probabilities",
          "Logits are scores: they sum to anything. `F.nll_loss` expects log-probabilities.",
          "Which step makes log-probabilities of logits?", log="none"),
    *(_loss("logits-in-one-term", later("what comes out when {words} taken from the logits, not from the "
                                        "log-probabilities", words=words),
            "Logits are scores, and differ from log p by another number in each row. Both terms are made of log p.",
            "Which array does each of your two terms come from?", raw=raw)
      for raw, words in (("right", "the number of the right token is"), ("others", "the mean over the vocabulary is"))),
    _loss("softmax-over-positions", "what comes out when the softmax runs over the positions",
          "At each position the tokens of the vocabulary compete with each other.", "Along which axis?", axis=1),
    _loss("softmax-over-sentences", "what comes out when the softmax runs over the sentences",
          "At each position the tokens of the vocabulary compete with each other.", "Along which axis?", axis=0),
    *(_loss("log-plus-epsilon", later("what comes out when {tiny} is {what} before the logarithm", tiny=f"{tiny:g}",
                                      what=what),
            later("{stable} A small number hides the infinity, and cuts the gradient off with it.", stable=_STABLE),
            "PyTorch can take both steps as one.", log=log, tiny=tiny)
      for tiny in (1e-9, 1e-7, 1e-8, 1e-10, 1e-12, 1e-6, 1e-15, 1e-20)
      for log, what in (("epsilon", later("added")), ("at least", later("the smallest probability that is let "
                                                                        "through")))),
    _loss("log-of-zero", "what the logarithm of a softmax gives: infinity or NaN where the logits are large", _STABLE,
          "PyTorch can take both steps as one.", log="zero"),
    _loss("wrong-logarithm", "what comes out with logarithms to base 2",
          "The course counts in nats: natural logarithms.", "Which logarithm do you use?", log="base 2"),
    _loss("wrong-logarithm", "what comes out with logarithms to base 10",
          "The course counts in nats: natural logarithms.", "Which logarithm do you use?", log="base 10"),
    _loss("one-minus-probability", "what comes out when 1 − p takes the place of −log p",
          "The difference between 0.01 and 0.0001 is then hardly worth anything, and it is a factor of 100.",
          "Where is the logarithm?", log="one minus"),
    _loss("sign-missing", "the right number with the wrong sign",
          "Training would make it smaller, and so the right token less likely.", "Logarithms of shares are negative.",
          sign=1),
    _loss("axes-mixed", "what comes out when a reshape brings the vocabulary's axis before the positions",
          "A reshape does not move numbers: scores of one position are taken for scores of another. `transpose` moves "
          "an axis.", "How do you bring the logits into the shape that `cross_entropy` wants?", order="view"),
    _loss("sentences-and-positions-mixed", "what comes out when the logits are lined up position by position, and the "
          "targets sentence by sentence", "Then words are compared with the scores of other sentences.",
          "Are logits and targets flattened in the same order?", order="positions first"),
    Misconception(
        "vocabulary-not-on-axis-1", partial(sloppy_loss, form="axes as they are"),
        "Your code does exactly what `F.cross_entropy(logits, targets)` does with logits (B, T, V).",
        "It takes axis 1 for the vocabulary: logits are to be (B, V, T), or (N, V) beside targets (N,). Where T and V "
        "happen to be equal it raises nothing and compares the wrong numbers.",
        "Which shapes does its documentation ask for? An axis is moved by `transpose`, two are joined by `flatten`.",
        _loss_shown),
    Misconception(
        "only-the-logits-flattened", partial(sloppy_loss, form="targets not flattened"),
        "Your code does exactly what `F.cross_entropy` does with logits (N, V) and targets that still are (B, T).",
        "Beside logits (N, V) it wants targets (N,): one label for each row.",
        "Which of the two did you flatten?", _loss_shown),
    *(_loss("weight-zero-for-padding", says, why,
            "What does the weight of `pad_id` change in each of the two terms of the formula?", form=form)
      for form, why, says in (
          ("weights", _WEIGHT, "what `F.cross_entropy` gives with a weight of 0 for `pad_id`"),
          ("weights, ignored", _WEIGHT_TOO,
           "what `F.cross_entropy` gives with a weight of 0 for `pad_id`, and `ignore_index` beside it"),
          ("weights, float32", _WEIGHT, "what `F.cross_entropy` gives with a weight of 0 for `pad_id` in a float32 "
           "tensor, which raises an error where the logits are float64"),
          ("weights, float32, ignored", _WEIGHT_TOO, "what `F.cross_entropy` gives with `ignore_index` and a weight of "
           "0 for `pad_id` in a float32 tensor, which raises an error where the logits are float64"))),
    _loss("perplexity", "e to the power of the loss, the perplexity", "It is a way of reporting a loss, "
          "not of training with it.", "What is the last thing you do?", end="perplexity"),
    _loss("kl-divergence", "the KL divergence: the loss minus the entropy of the target distribution",
          "It has the same gradient, and it ends at 0 where the cross-entropy ends at a number above 0. Both are in "
          "use; asked for is the cross-entropy, as in PyTorch.", "What is subtracted from your loss?", end="kl"),
    _loss("kl-divergence", "the KL divergence, divided by V as well, as `F.kl_div` gives it unless it is told "
          "otherwise", "Its `reduction` is a mean over all numbers, N · V of them. And the KL divergence is the loss "
          "minus the entropy of the target distribution; asked for is the cross-entropy.",
          "By how many numbers is the sum divided, and what is subtracted?", end="kl by V"),
]
