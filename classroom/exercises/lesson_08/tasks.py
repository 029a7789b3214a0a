"""Lesson 08: the loss, the schedule, the training step, five planted bugs, and the training loop."""
import copy
import math

import numpy as np

from classroom.ask.case import Case
from classroom.ask.loops import TrainingLoop
from classroom.ask.training import TrainingSteps
from classroom.judge.exercise import Choice, Exercise
from course import training as library
from course._words import later, say
from course.training import label_smoothing_loss as library_loss

from . import mistakes, mistakes_loops, mistakes_rates, mistakes_steps, stops


def label_smoothing_loss(logits, targets, pad_id, smoothing):
    """Cross-entropy with smoothed targets, mean over the real tokens: (B, T, V), (B, T) -> a scalar."""
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)                             # (N, V), real tokens only
    of_right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * of_right + smoothing * log_p.mean(dim=-1)).mean()


def warmup_lr(step, d_model, warmup):
    """The paper's learning rate (§5.3, eq. 3); `step` counts from 1."""
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)


def training_step(model, optimiser, source, target, pad_id, smoothing):
    """One step of teacher forcing: change the weights, return the loss before the change."""
    decoder_input, labels = target[:, :-1], target[:, 1:]
    logits = model(source, decoder_input)                                # (B, T - 1, V)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def train_until(model, step, batches, validate, patience, max_epochs):
    """Train until the validation loss has had no new lowest value for `patience` epochs; return it for each epoch."""
    losses, best, waited = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(kept)
    return losses


# -------------------------------------------------------------------------------------- cases

def _padded(rng, lengths, vocab, pad_id, first=()):
    """Random ids (B, T) with sentences of these lengths, begun with `first`, filled up with `pad_id`."""
    ids = np.full((len(lengths), max(lengths)), pad_id)
    real = [i for i in range(vocab) if i != pad_id and i not in first]
    for row, length in enumerate(lengths):
        ids[row, :length] = [*first, *rng.choice(real, size=length - len(first))]
    return ids


def _logits(rng):
    """Everything for 8.1."""
    def of(about, lengths, vocab, smoothing, pad_id=0, dtype="float32", scale=2.0, gaps=()):
        targets = _padded(rng, lengths, vocab, pad_id)
        for place in gaps:
            targets[place] = pad_id
        logits = (scale * rng.normal(size=(*targets.shape, vocab))).astype(dtype)
        return Case(about, logits=logits, targets=targets, pad_id=pad_id, smoothing=smoothing)
    yield Case("one token, the scores of lesson 01", logits=np.array([[[1, 2, 6, 3]]], dtype="float32"),
               targets=np.array([[2]]), pad_id=0, smoothing=0.1)
    yield of("no padding, no smoothing", [3, 3], 5, 0.0)
    yield of("no padding", [4, 4], 6, 0.1)
    yield of("padding, no smoothing", [5, 2], 7, 0.0)
    yield of("padding", [5, 2, 3], 7, 0.1)
    yield of("strong smoothing, float64", [2, 6, 4], 9, 0.4, dtype="float64")
    yield of("padding that is not token 0", [4, 6, 1], 8, 0.2, pad_id=5)
    yield of("a sentence that is all padding", [3, 0, 5], 6, 0.1)
    yield of("as many positions as tokens in the vocabulary", [6, 3], 6, 0.1)
    yield of("as many sentences as positions", [3, 2, 3], 5, 0.15)
    yield of("logits in the hundreds", [4, 3], 6, 0.1, scale=300.0)
    yield of("logits in the hundreds, no smoothing", [4, 3], 6, 0.0, scale=300.0)
    certain = np.zeros((1, 3, 5), dtype="float32")
    certain[0, 0, 3], certain[0, 1, 1] = 120, 1
    yield Case("a token of which the model is certain, no smoothing", logits=certain, targets=np.array([[3, 1, 0]]),
               pad_id=0, smoothing=0.0)
    yield of("a larger vocabulary", [7, 4, 2, 5], 40, 0.1, pad_id=1)
    yield of("padding at the beginning and in the middle", [6, 6, 6], 7, 0.1, gaps=((0, 0), (1, 2), (1, 3), (2, 4)))
    yield of("the last id is padding, and stands in the middle", [5, 5], 6, 0.2, pad_id=5, gaps=((0, 2), (1, 0)))
    yield of("one sentence of one token", [1], 3, 0.3, pad_id=2)


def _schedules(rng):
    """Everything for 8.2."""
    def of(about, step, d_model, warmup):
        return Case(about, step=step, d_model=d_model, warmup=warmup)
    yield of("the first step", 1, 16, 100)
    yield of("the middle of the warm-up", 50, 16, 100)
    yield of("the end of the warm-up", 100, 16, 100)
    yield of("four times as far", 400, 16, 100)
    yield of("one step after the warm-up", 101, 64, 100)
    yield of("one step before its end", 99, 64, 100)
    yield of("the paper's first step", 1, 512, 4000)
    yield of("the paper's peak", 4000, 512, 4000)
    yield of("the paper's last step", 100_000, 512, 4000)
    yield of("a warm-up of one step", 3, 128, 1)
    for _ in range(4):
        step, warmup = (int(n) for n in rng.integers(2, 5000, size=2))
        yield of(later("step {step} of a warm-up of {warmup}", step=step,
                       warmup=warmup), step, int(rng.integers(8, 600)), warmup)


def _batches(rng):
    """Everything for 8.4."""
    def of(about, lengths, source_lengths, vocab, smoothing, steps, pad_id=0, **more):
        bos = 1 if pad_id != 1 else 2
        return Case(about, source=_padded(rng, source_lengths, vocab, pad_id),
                    target=_padded(rng, lengths, vocab, pad_id, first=(bos,)), pad_id=pad_id, smoothing=smoothing,
                    steps=steps, of_last=rng.normal(size=(vocab, vocab)), of_source=rng.normal(size=(vocab, vocab)),
                    **more)
    yield of("one step, no padding, no smoothing", [5, 5], [4, 4], 8, 0.0, 1)
    yield of("two steps", [5, 5], [4, 4], 8, 0.0, 2)
    yield of("padding", [6, 4, 3], [5, 3, 4], 9, 0.0, 2)
    yield of("smoothing", [6, 6], [5, 5], 7, 0.1, 2)
    yield of("all together", [4, 7, 5], [6, 3, 4], 10, 0.25, 4)
    yield of("padding that is not token 0", [3, 6, 5], [4, 2, 5], 8, 0.1, 3, pad_id=4)
    yield of("as many positions as tokens in the vocabulary", [8, 5], [7, 6], 7, 0.1, 2)
    yield of("a model in evaluation mode", [4, 6], [5, 4], 8, 0.1, 2, training=False)
    yield of("gradients that are long", [4, 3], [3, 2], 6, 0.1, 1, stretch=60.0)
    yield of("sources longer than their targets", [4, 3], [7, 5], 8, 0.1, 2)


def _curves(rng):
    """Everything for 8.10. `curve` begins with the loss before training, and goes on after `max_epochs`."""
    def of(about, curve, patience, max_epochs, n_batches=3, size=2, training=True, untrained=None):
        before = curve[0] + 1.0 if untrained is None else untrained
        curve = np.array([before, *curve, *(curve[-1] - 0.5 * n for n in range(1, 5))], dtype=float)
        return Case(about, curve=curve, patience=patience, max_epochs=max_epochs, training=training,
                    batches=rng.integers(-4, 5, size=(n_batches, size)) + np.arange(1.0, size + 1))
    yield of("it falls, then rises", [4, 3, 2, 2.5, 3, 3.5, 4], 2, 7)
    yield of("it rises at once", [3, 4, 5, 6, 7], 3, 5)
    yield of("it falls to the end", [5, 4.5, 4, 3.5], 2, 4)
    yield of("two valleys", [5, 4, 4.75, 3, 3.5, 3.25, 3.125, 3.0625, 2], 3, 9, size=3)
    yield of("no patience", [5, 3, 4, 2, 1], 1, 5, n_batches=2)
    yield of("the end comes before patience runs out", [6, 4, 5, 4.5], 4, 4, training=False)
    yield of("losses in the tens", [40, 30, 45, 20, 25, 30, 28], 2, 7, n_batches=2)
    yield of("it falls by very little", [0.5, 0.499999, 0.499998, 0.75, 1, 1.25], 2, 6, n_batches=1)
    yield of("it falls by next to "
             "nothing", [0.5, 0.5 - 1e-11, 0.5 - 2e-11, 0.5 - 3e-11, 0.75, 1, 1.25], 2, 7, n_batches=1)
    yield of("losses in the millions", [5e6, 4e6, 6e6, 7e6], 1, 4, n_batches=1, training=False)
    yield of("equal losses", [3, 2, 2, 2, 2, 1], 3, 6, training=False)
    yield of("one epoch", [2], 2, 1, n_batches=4, size=1)
    yield of("losses in the hundreds", [900, 700, 750, 650, 660, 655, 640], 2, 8, n_batches=1)
    yield of("up and down", [5, 6, 4, 5, 3, 4, 2, 3, 4, 5], 2, 10, size=4, training=False)
    yield of("no epoch is as good as the untrained model", [4, 3, 3.5, 2.5, 3.25, 3, 3.75], 2, 8, untrained=1.5)
    curve = np.round(4 * rng.random(12) + 1, 3) + 0.00034             # rounded to 3 places or 4, it is another
    yield of("twelve epochs by chance", curve.tolist(), int(rng.integers(2, 5)), 12, n_batches=2, size=3)


def _on_a_curve(inputs) -> str:
    losses = ", ".join(f"{loss:g}" for loss in inputs["curve"][1:].tolist())
    return say("validation losses of {losses} (0.1 more in the middle of an epoch, 0.25 more in training mode), "
               "patience = {patience}, max_epochs = {max_epochs}", losses=losses, patience=inputs['patience'],
               max_epochs=inputs['max_epochs'])


# ------------------------------------------------------------------------------ 8.5 to 8.9, the clinic

# What one would see if it were this: the same in every patient's explanations.
_IF = {
    "no shift": "Without the shift the decoder is asked for the token it has just read: the step would push that very "
                "token, beginning with <bos>, and the first loss would already be low.",
    "padding counted": "If padding were counted, the step would push <pad> where the second sentence reads <eos>, and "
                       "the model would write <pad> after an end.",
    "softmax twice": "With a softmax too many the right tokens would be pushed, but only feebly, and the loss would "
                     "stay above a floor.",
    "axes mixed": "If positions and vocabulary were mixed up, tokens would be pushed that do not occur in the "
                  "sentence.",
    "zero_grad forgotten": "Without `zero_grad` the push would be right the first time, and twice as strong the second "
                           "time, on the very same sentence.",
    "future visible": "If the decoder saw the future, the right tokens would be pushed at full strength, for the "
                      "mistake would be in the model; the loss would fall to 0, and the samples would be nonsense.",
    "learning rate too high": "With too high a rate the loss would fall fast at first and then only slowly, without "
                              "jumps, as in the picture above, and the pushes would be right, for they do not depend "
                              "on the rate.",
    "learning rate too low": "With too low a rate the loss would fall along the right curve in slow motion, and the "
                             "pushes would be right, for they do not depend on the rate.",
}
_SEEN = {
    "A": "Patient A begins with a loss far below that of guessing, and writes nothing but <bos>.",
    "B": "In patient B the right tokens are pushed, 50 times too feebly, and the loss falls only from 3.9 to 3.4.",
    "C": "In patient C the first push is right, and the second, on the same sentence, is twice as strong.",
    "D": "Patient D translates well. But there is something to be seen after the end of a sentence.",
    "E": "In patient E the loss falls, though less far than the healthy one, and most of the tokens that are pushed "
         "do not occur in the sentence.",
}
_BUG = {
    "A": ("no shift", "The labels are the decoder's input: the model learns to copy what it reads. A loss that is too "
                      "good is a symptom, too."),
    "B": ("softmax twice", "`cross_entropy` takes logits and has a softmax inside. Given probabilities it never gets "
                           "below a floor. And the less probable the right token is, the less it is pushed: least of "
                           "all where the model is most wrong. Adam makes up for gradients that are all too small, but "
                           "not for that."),
    "C": ("zero_grad forgotten", "`backward` adds to the gradients that are there. Every step then follows the sum of "
                                 "all gradients so far, most of them long out of date."),
    "D": ("padding counted", "The model works, which is why this one survives so often: its loss cannot be compared "
                             "with others, and part of its effort goes into writing padding."),
    "E": ("axes mixed", "A reshape to (B, V, T) where a transpose was needed. The confusion is always the same, and a "
                        "network can learn it: the loss of such a step falls on new sentences, too. But the scores at "
                        "a position are not those of the next token, as the samples show."),
}


def _patient(number: int, letter: str) -> Choice:
    bug, moral = _BUG[letter]
    return Choice(
        id=f"8.{number}", title=later("patient {letter}",
                                      letter=letter), names=(f"diagnosis_{letter.lower()}",), points=1, minutes=4,
        difficulty=2, options=tuple(_IF), reference=bug, framework="torch",
        wrong={option: f"{says} {_SEEN[letter]}" for option, says in _IF.items() if option != bug},
        hints=_PATIENT_HINTS[letter], solution_source=f'diagnosis_{letter.lower()} = "{bug}"', moral=moral)


_PATIENT_HINTS = {
    "A": ("Compare the first loss with that of a healthy model. How can an untrained model be so good?",
          "Look at the pushes: which token is read, and which one is pushed?",
          "It is asked for exactly what it has read, and no model needs to be clever for that."),
    "B": ("Are the right tokens pushed? And how strongly, compared with a healthy step?",
          "The loss behaves as if the model could never be sure. What keeps the scores between 0 and 1?",
          "Work out the loss of a token with score 1 among 48 with score 0: log(1 + 48/e). Where does the curve end?"),
    "C": ("The first step is flawless. What has changed by the second one?",
          "The two steps were given the same logits and the same sentence: the only thing that differs is what the "
          "first one has left behind.",
          "`backward` adds to the gradients that are there."),
    "D": ("The translations are good. Read on, past the end of the sentence.",
          "Look at the row of the second sentence that reads <eos>. What would a healthy step push there?",
          "It is asked to predict <pad>, and pays attention to whether it does."),
    "E": ("The loss falls and the sentences are nonsense. So the loss does not measure what it should.",
          "Look at the tokens that are pushed. Do they occur in the sentence at all?",
          "A label meets a score that belongs to another token at another position. Which operation changes a shape "
          "without moving numbers?"),
}

EXERCISES = [
    Exercise(
        id="8.1", title="the loss", names=("label_smoothing_loss",), points=3, minutes=20, difficulty=2,
        takes={"logits": "B T V", "targets": "B T", "pad_id": "", "smoothing": ""}, gives={"loss": ""},
        framework="torch", reference=label_smoothing_loss, library=library_loss, cases=_logits,
        misconceptions=mistakes.LOSS,
        hints=(
            "Three steps: keep the real positions only; turn their logits into log-probabilities; mix two losses, "
            "that of the right token and the mean over all tokens.",
            "`targets != pad_id` selects positions, from the targets and from the logits alike. `log_softmax(dim=-1)` "
            "is safe for any logits. `gather` picks one number from each row: its index needs a last axis of length 1.",
            "For each real position there are two numbers: the log-probability of its right token, and the mean of its "
            "row. How large a share has each of them, so that the shares sum to 1? Mind the sign, and take the mean "
            "over positions last."),
        moral="The number that every training of the course makes small.",
    ),
    Exercise(
        id="8.2", title="warm-up", names=("warmup_lr",), points=1, minutes=8, difficulty=1,
        takes={"step": "", "d_model": "", "warmup": ""}, gives={"rate": ""},
        reference=warmup_lr, library=library.warmup_lr, cases=_schedules,
        misconceptions=mistakes_rates.RATE,
        hints=(
            "Two curves, a rising line and a falling one; at every step the lower of the two counts.",
            "x to the power −0.5 is `x ** -0.5`, which is 1/√x. `min(a, b)` is the smaller.",
            "Try d_model = 4 and warmup = 4 by hand. At step 4 both curves give 0.25; at step 1 the line is at a "
            "quarter of that, at step 16 the other curve is at half of it. Which of your numbers differs?"),
        moral="The two curves meet at step `warmup`: there the rate is 1/√(d_model · warmup).",
    ),
    Choice(
        id="8.3", title="the lowest loss", names=("prediction",), points=1, minutes=5, difficulty=2,
        options=(0, 0.1, 0.7, 3.9), reference=0.7,
        wrong={
            0: "That takes a probability of 1 for the right token, and so 0 for the others. What does the smoothed "
               "loss charge for a probability of 0?",
            0.1: "0.1 is the share that is given away. It is no loss yet: in the loss every share is multiplied by a "
                 "logarithm. Look at the table above once more: the lowest loss belongs to a model that gives exactly "
                 "the smoothed shares. (−log 0.9 is 0.105. Times its share, the right token adds 0.09; all the rest "
                 "comes "
                 "from the 48 wrong ones.)",
            0.325: "That is the entropy of two shares, 0.9 and 0.1. But the 0.1 is spread over all 49 tokens. Which "
                   "share has each of them, and what does each add to the sum?",
            0.712: "That is the entropy of 0.9 and of 48 shares of 0.1/48. Here all 49 tokens get 0.1/49, the right "
                   "one included.",
            3.9: "3.9 is log 49, the loss of a model that knows nothing. This one knows everything it can.",
        },
        hints=("The loss is lowest for a model whose probabilities are the smoothed targets themselves.",
               "The right token has 0.9 + 0.1/49, each of the other 48 has 0.1/49. The loss is −Σ share · log share.",
               "One large share with a logarithm near 0, and 48 small ones whose logarithms are large: which part of "
               "the sum is the larger one? `math.log` is the natural logarithm, as in the loss."),
        solution_source="prediction = 0.7",
        moral="It is the entropy of the smoothed target. If you expect 0, you will hunt for a bug that isn't there.",
    ),
    Exercise(
        id="8.4", title="the training step", names=("training_step",), points=3, minutes=15, difficulty=2,
        takes={"source": "B T_k", "target": "B T", "pad_id": "", "smoothing": "", "steps": ""},
        gives={"losses": "steps", "weights": "read next"},
        framework="torch", reference=training_step, cases=_batches, probe=TrainingSteps(),
        misconceptions=mistakes_steps.STEP, stops=stops.lengths,
        hints=(
            "Six lines: shift, model, loss, and the three calls that every training with PyTorch has.",
            "Both parts of the shift are slices of `target`: one lacks its last column, the other its first. Your "
            "`label_smoothing_loss` takes care of padding.",
            "`optimiser.zero_grad()`, `loss.backward()`, `optimiser.step()`, in this order, and `loss.item()` is the "
            "number to return."),
        moral="Schedules, progress bars and checkpoints come around it. The step itself stays as it is.",
    ),
    *(_patient(n, letter) for n, letter in enumerate("ABCDE", 5)),
    Exercise(
        id="8.10", title="the training loop", names=("train_until",), points=3, minutes=20, difficulty=3,
        takes={"model": "", "step": "", "batches": "batches d", "validate": "", "patience": "", "max_epochs": ""},
        gives={"losses": "epochs", "weights": "d"},
        framework="torch", reference=train_until, cases=_curves, probe=TrainingLoop(), place=_on_a_curve,
        misconceptions=mistakes_loops.LOOP, stops=stops.nothing_kept,
        hints=(
            "Two loops, one inside the other: over epochs, and over batches. Beside them three things are remembered: "
            "the lowest loss so far, a copy of the weights that gave it, and how many epochs have passed since.",
            "An epoch: training mode, all batches, evaluation mode, `validate`, append. Then there are two cases. A "
            "new lowest loss is remembered, with its weights, and the counter begins anew; otherwise the counter goes "
            "up, and when it has reached `patience` the loop is left.",
            "`copy.deepcopy(model.state_dict())` is a copy that stays as it is, and `model.load_state_dict(...)` puts "
            "it back. Before the first epoch the lowest loss is `math.inf`. Put the weights back after the loop, so "
            "that it happens on both ways out of it."),
        moral="Libraries stop in much the same way. Many let you choose by how much a loss must be lower to count.",
    ),
]
