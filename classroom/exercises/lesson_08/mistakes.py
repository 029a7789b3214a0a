"""Lesson 08: what learners write instead, and what it means. Used by `lesson_08`."""
import math
from functools import partial

import torch

from classroom.judge.evidence import Sight, first_difference, number, place
from classroom.judge.exercise import Misconception
from course.training import label_smoothing_loss

# ------------------------------------------------------------------------------------ evidence


def _as_number(name: str):
    def shows(sight: Sight) -> str:
        got, want = sight.got.values[name], sight.want.values[name]
        if got.shape:
            return first_difference(sight)
        return f"{place(sight)}, your {name} is {number(got)}; {number(want)} is expected."
    return shows


_loss_shown = _as_number("loss")
_rate_shown = _as_number("rate")

# ----------------------------------------------------------------------------------- 8.1 the loss


def sloppy_loss(logits, targets, pad_id, smoothing, log="stable", axis=-1, order="", spread="all", right=None,
                mean="tokens", pad=None, sign=-1, end=None, typed=None):
    """`label_smoothing_loss` with one thing or two done differently."""
    smoothing = smoothing if typed is None else typed
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
    real = targets != (pad_id if pad is None else pad)
    safe = targets.clamp(0, logits.shape[-1] - 1)
    of_right = logs.gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    vocab = logits.shape[-1]
    others = {
        "all": lambda: logs.mean(-1), "sum": lambda: logs.sum(-1), "none": lambda: 0,
        "others": lambda: (logs.sum(-1) - of_right) / (vocab - 1),
        "others not pad": lambda: (logs.sum(-1) - of_right - logs[..., pad_id]) / (vocab - 2),
        "divided by two less": lambda: (logs.sum(-1) - of_right) / max(vocab - 2, 1),
        "not pad": lambda: (logs.sum(-1) - logs[..., pad_id]) / (vocab - 1),
    }[spread]()
    share = {None: 1 - smoothing, "all": 1.0, "swapped": smoothing}[right]
    rest = 1 - smoothing if right == "swapped" else smoothing
    losses = sign * (share * of_right + rest * others)
    if end == "kl":
        losses = losses - _entropy(smoothing, vocab, spread)
    total = losses[real].sum()
    averaged = {
        "tokens": lambda: losses[real].mean(), "everything": lambda: losses.mean(),
        "padding in the divisor": lambda: total / real.numel(), "sum": lambda: total,
        "sentences": lambda: ((losses * real).sum(-1) / real.sum(-1).clamp(min=1)).mean(),
        "batch": lambda: total / len(targets), "length": lambda: total / targets.shape[1],
        "none": lambda: losses[real], "unmasked sum": lambda: losses.sum() / real.sum(),
    }[mean]()
    return averaged.exp() if end == "perplexity" else averaged


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
    return Misconception(slug, partial(sloppy_loss, **slip), f"Your loss is exactly {says}.", why, look, _loss_shown)


LOSS = [
    _loss("padding-counted", "the mean over all positions, padding among them",
          f"Predicting padding is easy, so that the loss looks better than it is, and the model spends its effort on "
          f"it. {_MEAN}", "Where do you leave out the positions that hold `pad_id`?", mean="everything"),
    _loss("padding-in-the-divisor", "the sum over the real tokens divided by the number of all positions",
          f"The more padding, the smaller your loss. {_MEAN}", "By how many is the sum to be divided?",
          mean="padding in the divisor"),
    _loss("padding-in-the-sum", "the sum over all positions, divided by the number of the real ones", _MEAN,
          "Which positions are in your sum?", mean="unmasked sum"),
    _loss("not-averaged", "the sum over the real tokens, not their mean",
          "A batch with more tokens would then take larger steps.", "What happens to the sum?", mean="sum"),
    _loss("mean-of-sentences", "the mean of each sentence's own mean",
          f"A word of a short sentence then counts more than one of a long sentence. {_MEAN}",
          "Do you average twice?", mean="sentences"),
    _loss("divided-by-the-batch", "the sum over the real tokens divided by the number of sentences", _MEAN,
          "By how many is the sum to be divided?", mean="batch"),
    _loss("divided-by-the-length", "the sum over the real tokens divided by T", _MEAN,
          "By how many is the sum to be divided?", mean="length"),
    _loss("one-loss-per-token", "a list of losses, one for each real token",
          "`backward()` needs one number.", "What turns many losses into one?", mean="none"),
    _loss("pad-id-typed-in", "what comes out when 0 is taken for padding, whatever `pad_id` is",
          "Which id stands for padding is decided by the vocabulary.", "Do you use `pad_id`?", pad=0),
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
    _loss("right-token-not-reduced", "what comes out when the right token keeps all of its 1 and the smoothing comes "
          "on top", _TARGET, "What share is left for the right token?", right="all"),
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
    _loss("softmax-over-positions", "what comes out when the softmax runs over the positions",
          "At each position the tokens of the vocabulary compete with each other.", "Along which axis?", axis=1),
    _loss("softmax-over-sentences", "what comes out when the softmax runs over the sentences",
          "At each position the tokens of the vocabulary compete with each other.", "Along which axis?", axis=0),
    _loss("log-plus-epsilon", "what comes out when 1e-9 is added before the logarithm",
          f"{_STABLE} A small number added hides the infinity, and cuts the gradient off with it.",
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
    _loss("perplexity", "e to the power of the loss, the perplexity", "It is a way of reporting a loss, "
          "not of training with it.", "What is the last thing you do?", end="perplexity"),
    _loss("kl-divergence", "the KL divergence: the loss minus the entropy of the target distribution",
          "It has the same gradient, and it ends at 0 where the cross-entropy ends at a number above 0. Both are in "
          "use; asked for is the cross-entropy, as in PyTorch.", "What is subtracted from your loss?", end="kl"),
]

# ------------------------------------------------------------------------------- 8.2 the schedule


def sloppy_rate(step, d_model, warmup, shift=0, pick=min, up="right", down=-0.5, size=-0.5, after=None, typed=None):
    """`warmup_lr` with one thing done differently."""
    step = step + shift
    d_model, warmup = {"d_model": (512, warmup), "warmup": (d_model, 4000)}.get(typed, (d_model, warmup))
    rising = {"right": step * warmup ** -1.5, "linear": step * warmup ** -1.0, "root": step * warmup ** -0.5,
              "one bracket": (step * warmup) ** -1.5, "no step": warmup ** -1.5, "none": float("inf")}[up]
    falling = warmup ** -0.5 if after == "constant" else step ** down if step > 0 else float("inf")
    if after == "continues":
        falling = float("inf")
    if after == "restarts":
        falling = (step - warmup) ** down if step > warmup else float("inf")
    return d_model ** size * pick(rising, falling)


def _rate(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_rate, **slip), f"Your rate is exactly {says}.", why, look, _rate_shown)


_UP = "During the warm-up the rate grows by the same amount with every step, and meets 1/√step at step `warmup`."
RATE = [
    _rate("larger-of-the-two", "the larger of the two terms, where the smaller is asked for",
          "It begins high and falls, then rises without end.", "`min` or `max`?", pick=max),
    _rate("no-warm-up", "1/√step from the first step on: without warm-up",
          "The first steps then are the largest, when the gradients are least to be trusted.",
          "What is the second thing that `min` compares?", up="none"),
    _rate("never-falls", "the straight line: it goes on rising after the warm-up",
          "A rate that grows without end makes the weights jump about.", "What is the first thing that `min` compares?",
          after="continues"),
    _rate("constant-after-warm-up", "what comes out when the rate stays at its peak after the warm-up",
          "In the paper it falls as 1/√step.", "What happens after step `warmup`?", after="constant"),
    _rate("d-model-forgotten", "the right one without the factor for d_model", "The paper gives larger models smaller "
          "steps.", "Where does `d_model` come in?", size=0),
    _rate("d-model-without-root", "what comes out with 1/d_model in place of 1/√d_model", "Compare with the formula.",
          "Which power of `d_model` do you take?", size=-1),
    _rate("times-root-of-d-model", "what comes out when √d_model multiplies instead of dividing",
          "Larger models then would take larger steps.", "Is the exponent negative?", size=0.5),
    _rate("wrong-power-of-warmup", "what comes out with `warmup` to the power −1 in place of −1.5", _UP,
          "Put step = warmup into both terms: they should be equal.", up="linear"),
    _rate("wrong-power-of-warmup", "what comes out with `warmup` to the power −0.5 in place of −1.5", _UP,
          "Put step = warmup into both terms: they should be equal.", up="root"),
    _rate("step-in-the-power", "what comes out with (step · warmup)^−1.5 in place of step · warmup^−1.5", _UP,
          "To what does the exponent −1.5 belong?", up="one bracket"),
    _rate("step-forgotten", "what comes out when the second term does not depend on the step", _UP,
          "What grows during the warm-up?", up="no step"),
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

# --------------------------------------------------------------------------------- 8.4 the step


_LOSSES = {
    "right": label_smoothing_loss,
    "no smoothing": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(logits, labels, pad_id, 0.0),
    "0.1": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(logits, labels, pad_id, 0.1),
    "softmax": lambda logits, *others: label_smoothing_loss(logits.softmax(-1), *others),
    "negative": lambda *inputs: -label_smoothing_loss(*inputs),
    "padding": partial(sloppy_loss, mean="everything"), "sum": partial(sloppy_loss, mean="sum"),
    "view": partial(sloppy_loss, order="view"), "positions first": partial(sloppy_loss, order="positions first"),
}


def sloppy_step(model, optimiser, source, target, pad_id, smoothing, shift="right", inputs="right", loss="right",
                zero="before", backward=True, move=True, times=1, after=False):
    """`training_step` with one thing done differently."""
    given, labels = {
        "right": (target[:, :-1], target[:, 1:]), "none": (target, target), "none, cut": (target[:, :-1],) * 2,
        "none, cut in front": (target[:, 1:],) * 2, "backwards": (target[:, 1:], target[:, :-1]),
        "two": (target[:, :-2], target[:, 2:]), "rolled": (target, target.roll(-1, 1)),
        "bos only": (target[:, :1].expand(-1, target.shape[1] - 1), target[:, 1:]),
    }[shift]
    sources = {"right": (source, given), "swapped": (given, source), "target twice": (given, given)}[inputs]
    if zero == "before":
        optimiser.zero_grad()
    for _ in range(times):
        logits = model(*sources)[:, : labels.shape[1]]
        found = _LOSSES[loss](logits, labels[:, : logits.shape[1]], pad_id, smoothing)
        if backward:
            found.backward()
        if zero == "after backward":
            optimiser.zero_grad()
        if move:
            optimiser.step()
    if after:
        with torch.no_grad():
            found = _LOSSES[loss](model(*sources)[:, : labels.shape[1]], labels, pad_id, smoothing)
    return found.item()


def _losses_shown(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    steps = len(want["losses"])
    lines = [f"    {name}  " + "  ".join(number(x).rjust(6) for x in values["losses"])
             for name, values in (("yours   ", got), ("expected", want))]
    begins = "The loss of one step on one batch" if steps == 1 else f"The losses of {steps} steps in a row on one batch"
    return f"{begins} ({sight.got.case.about}):\n\n" + "\n".join(lines)


def _step(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_step, **slip), says, why, look, _losses_shown)


_SHIFT = ("At position t the decoder has read the target up to t, and is asked for t + 1. If it is asked for what it "
          "has just read, it learns to copy, reaches a loss near 0, and cannot write a word.")
_WHOSE = "The decoder reads bos and the words; it is asked for the words and eos."
STEP = [
    *(_step("no-shift", f"Your step is exactly one in which the decoder {words}.", _SHIFT,
            f"Which part of `target` does the model read, and which is it asked for? {_WHOSE}", shift=shift)
      for shift, words in (("none", "reads the whole target and is asked for the same"),
                           ("none, cut", "reads target[:, :-1] and is asked for the same"),
                           ("none, cut in front", "reads target[:, 1:] and is asked for the same"))),
    _step("shifted-backwards", "Your step is exactly one in which the decoder is asked for the token *before* the one "
          "it has read last.", _SHIFT, f"Which end is cut off which? {_WHOSE}", shift="backwards"),
    _step("shifted-by-two", "Your step is exactly one in which the decoder is asked for the token after the next.",
          _SHIFT, f"How much is cut off at each end? {_WHOSE}", shift="two"),
    _step("rolled-around", "Your step is exactly one in which the labels are the target rolled round by one, so that "
          "bos comes last.", "The last position of a full row is then asked to predict bos.",
          f"`roll` moves in a circle. {_WHOSE}", shift="rolled"),
    _step("reads-bos-only", "Your step is exactly one in which the decoder reads bos at every position.",
          "Teacher forcing hands it the right words so far.", _WHOSE, shift="bos only"),
    _step("source-and-target-swapped", "Your step is exactly one in which source and target have changed places in the "
          "call of the model.", "The model takes (source, decoder input).", "Look at the call of `model`.",
          inputs="swapped"),
    _step("target-as-source", "Your step is exactly one in which the encoder reads the target, too.",
          "Then it is told what it should find.", "Look at the call of `model`.", inputs="target twice"),
    _step("padding-counted", "Your step is exactly one whose loss counts padding.",
          "Predicting padding is easy, so that the loss looks better than it is.", "Which loss do you use?",
          loss="padding"),
    _step("softmax-twice", "Your step is exactly one in which the logits pass a softmax before the loss.",
          "The loss has a softmax of its own. Doubled, its gradients are tiny and it never comes near 0.",
          "What happens to the logits before the loss gets them?", loss="softmax"),
    _step("axes-mixed", "Your step is exactly one in which a reshape brings the vocabulary's axis before the "
          "positions.", "A reshape does not move numbers: scores of one position are taken for those of another.",
          "In which shape does the loss get the logits?", loss="view"),
    _step("sentences-and-positions-mixed", "Your step is exactly one in which logits are lined up position by position "
          "and labels sentence by sentence.", "Then words are compared with the scores of other sentences.",
          "Are logits and labels flattened in the same order?", loss="positions first"),
    _step("smoothing-ignored", "Your step is exactly one without label smoothing.", "`smoothing` then has no effect.",
          "Do you pass `smoothing` on?", loss="no smoothing"),
    _step("smoothing-typed-in", "Your step is exactly one with smoothing 0.1, whatever `smoothing` is.",
          "It is an argument.", "Do you pass `smoothing` on?", loss="0.1"),
    _step("not-averaged", "Your step is exactly one whose loss is a sum over the tokens, not their mean.",
          "A batch with more tokens then takes larger steps.", "Which loss do you use?", loss="sum"),
    _step("climbs", "Your step is exactly one that goes uphill: it makes the loss larger.",
          "An optimiser walks downhill on what `backward` was called on.", "Is there a minus too many?",
          loss="negative"),
    _step("zero-grad-forgotten", "Your step is exactly one in which the gradients of earlier steps are still there.",
          "`backward` adds to the gradients it finds. From the second step on yours walks along the sum of old and "
          "new ones.", "What has to happen before `backward`?", zero="never"),
    _step("gradients-cleared-too-soon", "Your step is exactly one in which the gradients are cleared before they are "
          "used: the weights never move.", "`backward` fills them, `step` uses them, `zero_grad` empties them.",
          "In which order do you call the three?", zero="after backward"),
    _step("no-backward", "Your step is exactly one in which no gradients are computed: the weights never move.",
          "`optimiser.step()` uses the gradients that `backward` has left.", "Which of the three calls is missing?",
          backward=False),
    _step("no-step", "Your step is exactly one in which the weights are never changed.",
          "`backward` computes gradients, and leaves the weights as they are.", "Which of the three calls is missing?",
          move=False),
    _step("loss-after-the-change", "Your losses are exactly those of the model *after* its weights were changed.",
          "The loss of a step is that of the forward pass that its gradients come from; a second pass costs time and "
          "says what the next step will say.", "When is the loss computed that you return?", after=True),
    _step("two-steps", "Your step is exactly two steps, one after the other.", "One call is one step.",
          "Is there a loop?", times=2),
]
