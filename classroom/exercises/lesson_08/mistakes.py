"""Exercises 8.1 and 8.2: what learners write instead, and what it means. Used by `lesson_08`."""
import math
from functools import partial

import torch

from classroom.judge.evidence import Sight, first_difference, number, place
from classroom.judge.exercise import Misconception
from course._words import later, say

# ------------------------------------------------------------------------------------ evidence


def _as_number(name: str):
    def shows(sight: Sight) -> str:
        got, want = sight.got.values[name], sight.want.values[name]
        if got.shape:
            return first_difference(sight)
        return say("{place}, your {name} is {got}; {want} is expected.", place=place(sight), name=name,
                   got=number(got), want=number(want))
    return shows


_loss_shown = _as_number("loss")
_rate_shown = _as_number("rate")

# ----------------------------------------------------------------------------------- 8.1 the loss


def sloppy_loss(logits, targets, pad_id, smoothing, log="stable", axis=-1, order="", spread="all", right=None,
                mean="tokens", pad=None, sign=-1, end=None, typed=None, stop=None, form="own", raw="", even=1):
    """`label_smoothing_loss` with one thing or two done differently."""
    smoothing = smoothing if typed is None else typed
    if form != "own":
        return _by_cross_entropy(logits, targets, pad_id, smoothing, form)
    if order == "view":
        logits = logits.reshape(logits.shape[0], -1, logits.shape[1]).transpose(1, 2)
    elif order == "positions first":
        logits = logits.transpose(0, 1).reshape(logits.shape)
    logs = {
        "stable": lambda: logits.log_softmax(axis), "zero": lambda: logits.softmax(axis).log(),
        "epsilon": lambda: (logits.softmax(axis) + 1e-9).log(), "twice": lambda: logits.softmax(-1).log_softmax(-1),
        "none": lambda: logits, "base 2": lambda: logits.log_softmax(-1) / torch.log(torch.tensor(2.0)),
        "one minus": lambda: logits.softmax(-1) - 1, "base 10": lambda: logits.log_softmax(-1) / 2.302585092994046,
    }[log]()
    real = targets > pad_id if pad == "up to pad_id" else targets != (pad_id if pad is None else pad)
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
        "sum": lambda: logs.sum(-1), "none": lambda: 0,
        "mean by V": lambda: logs.mean(-1) / vocab,
        "others": lambda: (logs.sum(-1) - of_right) / (vocab - 1),
        "others not pad": lambda: (logs.sum(-1) - of_right - logs[..., pad_id]) / (vocab - 2),
        "divided by two less": lambda: (logs.sum(-1) - of_right) / max(vocab - 2, 1),
        "not pad": lambda: (logs.sum(-1) - logs[..., pad_id]) / (vocab - 1),
    }[spread]()
    share = {None: 1 - smoothing, "all": 1.0, "swapped": smoothing, "less": 1 - smoothing - smoothing / vocab,
             "part twice": 1 - smoothing + smoothing / vocab}[right]
    rest = 1 - smoothing if right == "swapped" else smoothing
    losses = sign * (share * of_right + even * rest * others)
    if end == "kl":
        losses = losses - _entropy(smoothing, vocab, spread)
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
        "none": lambda: losses[real], "unmasked sum": lambda: losses.sum() / real.sum(),
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
    raise ValueError(form)


_MEAN = ("The mean runs over the real tokens: then the loss does not depend on how much padding a batch happens to "
         "have, and every word of every sentence counts the same.")
_TARGET = "The target distribution must sum to 1: 1 − smoothing for the right token, and smoothing / V for each token."
_STABLE = ("A probability too small for float32 is 0, and log 0 is −∞: the loss becomes infinite exactly where the "
           "model is most wrong and has most to learn.")


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
          later("Predicting padding is easy, so that the loss looks better than it is, and the model spends its "
                "effort on it. {mean}",
                mean=_MEAN), "Where do you leave out the positions that hold `pad_id`?", mean="everything"),
    _loss("padding-in-the-divisor", "the sum over the real tokens divided by the number of all positions",
          later("The more padding, the smaller your loss. {mean}", mean=_MEAN), "By how many is the sum to be divided?",
          mean="padding in the divisor"),
    _loss("padding-in-the-sum", "the sum over all positions, divided by the number of the real ones", _MEAN,
          "Which positions are in your sum?", mean="unmasked sum"),
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
    _loss("one-loss-per-token", "a list of losses, one for each real token",
          "`backward()` needs one number.", "What turns many losses into one?", mean="none"),
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
    _loss("smoothing-divided-twice", "what comes out when the share of each token is smoothing / V, and the mean over "
          "the vocabulary is taken on top", later("{target} A mean divides by V already.", target=_TARGET),
          "Is there both a mean over the vocabulary and a division by V?", spread="mean by V"),
    _loss("smoothing-divided-by-the-tokens", "what comes out when the sum over the vocabulary is divided by the number "
          "of real tokens, not by V", later("{target} V is the length of the last axis of `logits`.", target=_TARGET),
          "By which number do you divide the smoothing?", spread="by tokens"),
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
    _loss("log-plus-epsilon", "what comes out when 1e-9 is added before the logarithm",
          later("{stable} A small number added hides the infinity, and cuts the gradient off with it.", stable=_STABLE),
          "PyTorch can take both steps as one.", log="epsilon"),
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
    _loss("perplexity", "e to the power of the loss, the perplexity", "It is a way of reporting a loss, "
          "not of training with it.", "What is the last thing you do?", end="perplexity"),
    _loss("kl-divergence", "the KL divergence: the loss minus the entropy of the target distribution",
          "It has the same gradient, and it ends at 0 where the cross-entropy ends at a number above 0. Both are in "
          "use; asked for is the cross-entropy, as in PyTorch.", "What is subtracted from your loss?", end="kl"),
]

# ------------------------------------------------------------------------------- 8.2 the schedule


def sloppy_rate(step, d_model, warmup, shift=0, pick=min, up="right", down=-0.5, size=-0.5, after=None, typed=None,
                halves="", times=""):
    """`warmup_lr` with one thing done differently."""
    step = step + shift
    if times:                                   # a power with one star: x * -0.5
        return (d_model * -0.5 if times == "d" else d_model ** -0.5) * min(
            step * -0.5 if times == "s" else step ** -0.5, step * (warmup * -1.5 if times == "w" else warmup ** -1.5))
    if halves:                                  # x ** -1/2 is (x ** -1) / 2
        def power(name, x, half):
            return x ** -(2 * half) / 2 if name in halves else x ** -half
        return power("d", d_model, 0.5) * min(power("s", step, 0.5), step * power("w", warmup, 1.5))
    d_model, warmup = {"d_model": (512, warmup), "warmup": (d_model, 4000)}.get(typed, (d_model, warmup))
    rising = {"right": step * warmup ** -1.5, "linear": step * warmup ** -1.0, "root": step * warmup ** -0.5,
              "one bracket": (step * warmup) ** -1.5, "exchanged": warmup * max(step, 1) ** -1.5,
              "late": (step - 1) * warmup ** -1.5,
              "whole": step // warmup * warmup ** -0.5, "no step": warmup ** -1.5, "none": float("inf")}[up]
    falling = warmup ** -0.5 if after == "constant" else step ** down if step > 0 else float("inf")
    if after == "continues":
        falling = float("inf")
    if after == "restarts":
        falling = (step - warmup) ** down if step > warmup else float("inf")
    if after == "inverse":
        falling = warmup ** 0.5 / step if step > 0 else float("inf")
    if after == "flat before":
        return d_model ** size * max(step, warmup) ** -0.5
    if size == "under one root":
        return (d_model * pick(rising, falling)) ** -0.5
    if size == "first only":
        return pick(rising, d_model ** -0.5 * falling)
    return d_model ** size * pick(rising, falling)


def _rate(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_rate, **slip), later(
        "Your rate is exactly {says}.", says=says), why, look, _rate_shown)


_UP = "During the warm-up the rate grows by the same amount with every step, and meets 1/√step at step `warmup`."
RATE = [
    _rate("larger-of-the-two", "the larger of the two terms, where the smaller is asked for",
          "It begins high and falls, then rises without end.", "`min` or `max`?", pick=max),
    _rate("no-warm-up", "1/√step from the first step on: without warm-up",
          "The first steps are then the largest ones. The page shows further down what that does to training.",
          "What is the second thing that `min` compares?", up="none"),
    _rate("never-falls", "the straight line: it goes on rising after the warm-up",
          "A rate that grows without end is too high at some point.", "What is the first thing that `min` compares?",
          after="continues"),
    _rate("constant-after-warm-up", "what comes out when the rate stays at its peak after the warm-up",
          "In the paper it falls as 1/√step.", "What happens after step `warmup`?", after="constant"),
    _rate("flat-before", "what comes out when the rate is the same up to step `warmup`, and then falls as 1/√step",
          "Without a rise, the first steps are as large as any. The page shows further down what that does.",
          "What does your rate do from step 1 to step `warmup`?", after="flat before"),
    _rate("all-under-one-root", "one over the root of d_model times the smaller term",
          "The root belongs to d_model alone: the two terms have their powers already.",
          "Where does your root end?", size="under one root"),
    _rate("d-model-forgotten", "the right one without the factor for d_model", "The paper gives larger models smaller "
          "steps.", "Where does `d_model` come in?", size=0),
    _rate("d-model-in-one-term-only", "what comes out when the factor for d_model belongs to the first term alone",
          "It stands before the bracket: both terms are multiplied by it.", "Where do your brackets begin and end?",
          size="first only"),
    _rate("d-model-without-root", "what comes out with 1/d_model in place of 1/√d_model", "Compare with the formula.",
          "Which power of `d_model` do you take?", size=-1),
    *(_rate("exponent-without-brackets", later("what comes out when {powers} without brackets around the exponent",
                                               powers=powers),
            "Python takes the power first: `x ** -1/2` is (1/x)/2.", "What belongs to the exponent, and what does not?",
            halves=halves)
      for halves, powers in (
          ("d", "d_model to the power −1/2 is written"), ("s", "step to the power −1/2 is written"),
          ("ds", "d_model and step to the power −1/2 are written"), ("w", "warmup to the power −3/2 is written"),
          ("dsw", "all three powers, −1/2, −1/2 and −3/2, are written"),
          ("sw", "step to the power −1/2 and warmup to the power −3/2 are written"),
          ("dw", "d_model to the power −1/2 and warmup to the power −3/2 are written"))),
    *(_rate("multiplied-by-the-exponent", later("what comes out when {name} is multiplied by {exponent}, and not taken "
                                                "to that power", name=name, exponent=exponent),
            "The rate is then negative, and the weights move along the gradient: the loss grows.",
            "`*` multiplies. How is a power written?", times=times)
      for times, name, exponent in (("d", "d_model", "−0.5"), ("s", "step", "−0.5"), ("w", "warmup", "−1.5"))),
    _rate("times-root-of-d-model", "what comes out when √d_model multiplies instead of dividing",
          "Larger models then would take larger steps.", "Is the exponent negative?", size=0.5),
    _rate("wrong-power-of-warmup", "what comes out with `warmup` to the power −1 in place of −1.5", _UP,
          "Put step = warmup into both terms: they should be equal.", up="linear"),
    _rate("wrong-power-of-warmup", "what comes out with `warmup` to the power −0.5 in place of −1.5", _UP,
          "Put step = warmup into both terms: they should be equal.", up="root"),
    _rate("step-in-the-power", "what comes out with (step · warmup)^−1.5 in place of step · warmup^−1.5", _UP,
          "To what does the exponent −1.5 belong?", up="one bracket"),
    _rate("step-and-warmup-exchanged", "what comes out when step and warmup have changed places in the rising term",
          _UP, "Which of the two grows during training, and which one stays?", up="exchanged"),
    _rate("step-forgotten", "what comes out when the second term does not depend on the step", _UP,
          "What grows during the warm-up?", up="no step"),
    _rate("rise-one-step-late", "what comes out when the rising part counts from 0 and the falling part from 1",
          "The first step of training is number 1, in both parts. Otherwise the first step does nothing.",
          "Do you subtract 1 somewhere?", up="late"),
    _rate("whole-number-division", "what comes out when step // warmup takes the place of step / warmup",
          "`//` leaves out the fraction, so that the rate is 0 up to the end of the warm-up.",
          "Which kind of division do you use?", up="whole"),
    _rate("falls-too-fast", "what comes out when the rate falls from its peak as 1/step",
          "The paper's falls as 1/√step.", "Which power of `step` do you take?", after="inverse"),
    _rate("falls-too-fast", "what comes out with 1/step in place of 1/√step", "The paper's rate falls slowly.",
          "Which power of `step` do you take?", down=-1),
    _rate("root-of-step-rises", "what comes out with √step in place of 1/√step", "After the warm-up the rate falls.",
          "Is the exponent negative?", down=0.5),
    _rate("counted-from-0", "that of the step after: `step` counts from 1 here, and 1 was added to it",
          "The first step of training is number 1.", "Do you add 1 somewhere?", shift=1),
    _rate("one-step-late", "that of the step before: the first rate is then 0, and the first step does nothing",
          "The first step of training is number 1.", "Do you subtract 1 somewhere?", shift=-1),
    _rate("d-model-typed-in", "the one for d_model = 512, whatever `d_model` is",
          "512 is the size of the paper's model.",
          "Does `d_model` occur in your code?", typed="d_model"),
    _rate("warmup-typed-in", "the one for a warm-up of 4000 steps, whatever `warmup` is", "4000 is the paper's number.",
          "Does `warmup` occur in your code?", typed="warmup"),
    _rate("restarts-after-warm-up", "what comes out when the falling part counts its steps from the end of the "
          "warm-up", "Both parts count from the beginning of training; that is why they meet.",
          "What do you put under the root?", after="restarts"),
]
