"""Exercise 8.4: training steps with one thing done differently, and what it means. Used by `lesson_08`."""
import math
from functools import partial

import torch

from classroom.ask.compare import differs
from classroom.ask.outcome import tolerance
from classroom.judge.evidence import Sight, two_rows
from classroom.judge.exercise import Misconception
from course._words import later, say
from course.training import label_smoothing_loss

from .mistakes import sloppy_loss

_LOSSES = {
    "right": label_smoothing_loss,
    "no smoothing": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(logits, labels, pad_id, 0.0),
    "the rest": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(logits, labels, pad_id, 1 - smoothing),
    "0.1": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(logits, labels, pad_id, 0.1),
    # An id is no share: some losses refuse it as a smoothing, others go on with it.
    "exchanged": lambda logits, labels, pad_id, smoothing: sloppy_loss(logits, labels, smoothing, pad_id),
    "exchanged, refused": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(
        logits, labels, smoothing, pad_id),
    "exchanged, PyTorch's": lambda logits, labels, pad_id, smoothing: torch.nn.functional.cross_entropy(
        logits.transpose(1, 2), labels, ignore_index=smoothing, label_smoothing=pad_id),
    "softmax": lambda logits, *others: label_smoothing_loss(logits.softmax(-1), *others),
    "negative": lambda *inputs: -label_smoothing_loss(*inputs),
    "padding": partial(sloppy_loss, mean="everything"), "sum": partial(sloppy_loss, mean="sum"),
    "divisor": partial(sloppy_loss, mean="padding in the divisor"), "batch": partial(sloppy_loss, mean="batch"),
    "sentences": partial(sloppy_loss, mean="sentences"), "above": partial(sloppy_loss, pad="up to pad_id"),
    "pad 0": partial(sloppy_loss, pad=0),
    "by tokens again": lambda logits, labels, pad_id, smoothing: label_smoothing_loss(
        logits, labels, pad_id, smoothing) / (labels != pad_id).sum(),
    "by tokens read": label_smoothing_loss,      # multiplied and divided by the numbers of tokens in `sloppy_step`
    "view": partial(sloppy_loss, order="view"), "positions first": partial(sloppy_loss, order="positions first"),
}


def sloppy_step(model, optimiser, source, target, pad_id, smoothing, shift="right", inputs="right", loss="right",
                zero="before", backward=True, move=True, times=1, after=False, clip=None, cut="", along="",
                gives="loss", mode="", penalty=0.0, begins=None):
    """`training_step` with one thing done differently."""
    if mode in ("evaluation", "training"):
        model.train(mode == "training")
    if inputs == "ends taken out":               # where padding is asked for, it is also read; both are views
        target[:, :-1][target[:, 1:] == pad_id] = pad_id
    given, labels = {
        "right": (target[:, :-1], target[:, 1:]), "none": (target, target), "none, cut": (target[:, :-1],) * 2,
        "none, cut in front": (target[:, 1:],) * 2, "backwards": (target[:, 1:], target[:, :-1]),
        "two": (target[:, :-2], target[:, 2:]), "no eos": (target[:, :-2], target[:, 1:-1]),
        "no bos": (target[:, 1:-1], target[:, 2:]), "rolled": (target, target.roll(-1, 1)),
        "two, rolled": (target[:, :-1], target.roll(-1, 1)[:, 1:]),
        "bos only": (target[:, :1].expand(-1, target.shape[1] - 1), target[:, 1:]), "shortest": (None, None),
    }[shift]
    if shift == "shortest":
        shortest = int((target != pad_id).sum(1).min())
        given, labels = target[:, :shortest - 1], target[:, 1:shortest]
    if begins is not None:                       # one more column in front; the whole target is asked for
        given = torch.cat([target[:, :1] if begins == "bos" else torch.full_like(target[:, :1], begins), given], 1)
        labels = target
    if inputs == "ends not asked for":
        real = labels != pad_id
        labels = labels.masked_fill(real & ~torch.cat([real[:, 1:], torch.zeros_like(real[:, :1])], 1), pad_id)
    if inputs == "both backwards":
        given, labels = given.flip(1), labels.flip(1)
    if inputs == "first not asked for":
        labels = labels.masked_fill(torch.arange(labels.shape[1]) == 0, pad_id)
    source = {"source backwards": lambda: source.flip(1), "source sorted": lambda: source.sort(1).values,
              "source as long as the target": lambda: source[:, :given.shape[1]]}.get(inputs, lambda: source)()
    if inputs in ("source cut", "source cut in front"):
        source = source[:, :-1] if inputs == "source cut" else source[:, 1:]
    if inputs == "guesses at once":
        given = torch.cat([given[:, :1], model(source, given).argmax(-1)[:, :-1]], 1)
    if inputs == "own guesses":
        given = target[:, :1]
        for _ in range(target.shape[1] - 2):
            given = torch.cat([given, model(source, given)[:, -1:].argmax(-1)], 1)
    if inputs == "last only":
        labels = labels.masked_fill(torch.arange(labels.shape[1]) < labels.shape[1] - 1, pad_id)
    if inputs == "sentences":
        source, given, labels = source[:-1], target[:-1], target[1:]
    sources = {"swapped": (given, source), "target twice": (given, given)}.get(inputs, (source, given))
    if zero in ("before", "each time"):
        optimiser.zero_grad()
    for again in range(times):
        if again and zero == "each time":
            optimiser.zero_grad()
        logits = model(*sources)[:, : labels.shape[1]]
        found = _LOSSES[loss](logits, labels[:, : logits.shape[1]], pad_id, smoothing)
        if loss == "by tokens read":
            found = found * (labels != pad_id).sum() / (given != pad_id).sum()
        plain = found
        if penalty:
            found = found + penalty * sum(parameter.square().sum() for parameter in model.parameters())
        if cut:
            found = {"number": found.item, "detached": found.detach}[cut]()
        if backward:
            (found * {"minus": -1, "sentences": len(source), "one by sentences": 1 / len(source), "T": labels.shape[1],
                      "tokens": int((labels != pad_id).sum())}[along] if along else found).backward()
        if zero == "after backward":
            optimiser.zero_grad()
        if clip == "by value":
            torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)
        elif clip is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        for _ in range(move):
            optimiser.step()
    if after:
        with torch.no_grad():
            found = _LOSSES[loss](model(*sources)[:, : labels.shape[1]], labels, pad_id, smoothing)
    if mode.endswith("afterwards"):
        model.train(mode == "training afterwards")
    if gives == "without smoothing":
        found = _LOSSES["no smoothing"](logits, labels[:, : logits.shape[1]], pad_id, smoothing)
    return {"perplexity": lambda: math.exp(found.item()), "plain": plain.item}.get(gives, found.item)()


def _sentence_by_sentence(model, optimiser, source, target, pad_id, smoothing, gives):
    losses = [sloppy_step(model, optimiser, source[n:n + 1], target[n:n + 1], pad_id, smoothing)
              for n in range(len(source))]
    return {"mean": sum(losses) / len(losses), "sum": sum(losses), "last": losses[-1]}[gives]


def _losses_shown(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    steps, batch = len(want["losses"]), say("on one batch ({about})", about=sight.got.case.about)
    done = "one step" if steps == 1 else say("{steps} steps in a row", steps=steps)
    if differs(got["losses"], want["losses"], tolerance(sight.got, sight.want)).any():
        losses = "The loss" if steps == 1 else "The losses"
        return say("{losses} of {done} {batch}:\n\n{two_rows}", losses=losses, done=done, batch=batch,
                   two_rows=two_rows(got['losses'], want['losses']))
    off = differs(got["weights"], want["weights"], tolerance(sight.got, sight.want)).any(-1)
    row = int(off.argmax())
    return say("A row of the model's weights after {done} {batch}:\n\n{two_rows}", done=done, batch=batch,
               two_rows=two_rows(got['weights'][row], want['weights'][row]))


def _step(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_step, **slip), says, why, look, _losses_shown)


NEXT = "At position t the decoder has read the target up to t, and is asked for t + 1."
_SHIFT = later("{next} If it is asked for what it has just read, it learns to copy, reaches a loss near 0, and cannot "
               "write a word.", next=NEXT)
_WHOSE = "The decoder reads bos and the words; it is asked for the words and eos."
_CLIP = ("Clipping is useful where single batches have wild gradients. It is not asked for here: with it, a step is "
         "another one.")
STEP = [
    *(_step("no-shift", later("Your step is exactly one in which the decoder {words}.", words=words), _SHIFT,
            later("Which part of `target` does the model read, and which is it asked for? {whose}",
                  whose=_WHOSE), shift=shift, inputs=inputs)
      for shift, inputs, words in (
          ("none", "right", "reads the whole target and is asked for the same"),
          ("none, cut", "right", "is asked for target[:, :-1] where it has just read these tokens"),
          ("none, cut in front", "right", "is asked for target[:, 1:] where it has just read these tokens"),
          ("none", "first not asked for", "is asked for target[:, 1:] where it has just read these tokens"))),
    _step("shifted-backwards", "Your step is exactly one in which the decoder is asked for the token *before* the one "
          "it has read last.", later("{next} What yours is asked for it has read already, apart from bos.", next=NEXT),
          later("Which end is cut off which? {whose}", whose=_WHOSE), shift="backwards"),
    _step("shifted-by-two", "Your step is exactly one in which the decoder is asked for the token after the next.",
          NEXT, later("How much is cut off at each end? {whose}", whose=_WHOSE), shift="two"),
    _step("shifted-by-two", "Your step is exactly one in which the decoder is asked for the token after the next, and "
          "at the end of each row for bos, which a `roll` brings there.", NEXT,
          later("Which column do your labels begin with? {whose}", whose=_WHOSE), shift="two, rolled"),
    *(_step("cut-twice", later("Your step is exactly one that cuts off the {words}", words=words), later(
        "{next} One column is cut off each, no more.",
        next=NEXT), later("How long is `target`, and how long are the two that you make of it? {whose}",
                              whose=_WHOSE), shift=shift)
      for shift, words in (("no eos", "last column first, and shifts what is left: where a sentence fills its row, the "
                            "model is never asked for eos."),
                           ("no bos", "first column first, and shifts what is left: the model never reads bos, from "
                            "which it has to begin."))),
    _step("rolled-around", "Your step is exactly one in which the labels are the target rolled round by one, so that "
          "bos comes last.", "The last position of a full row is then asked to predict bos.",
          later("`roll` moves in a circle. {whose}", whose=_WHOSE), shift="rolled"),
    *(_step("begins-twice", later("Your step is exactly one in which the decoder reads {words} in front of "
                                  "`target[:, :-1]`, and is asked for the whole target.", words=words),
            "`target` begins with bos already: yours is asked for bos as well, and reads each word one place later.",
            later("What do you put in front of `target`? {whose}", whose=_WHOSE), begins=begins)
      for begins, words in (("bos", "bos once more"), (2, "the id 2"))),
    _step("reads-bos-only", "Your step is exactly one in which the decoder reads bos at every position.",
          "Teacher forcing hands it the right words so far.", _WHOSE, shift="bos only"),
    _step("source-and-target-swapped", "Your step is exactly one in which source and target have changed places in the "
          "call of the model.", "The model takes (source, decoder input).", "Look at the call of `model`.",
          inputs="swapped"),
    _step("target-as-source", "Your step is exactly one in which the encoder reads the target, too.",
          "Then it is told what it should find.", "Look at the call of `model`.", inputs="target twice"),
    _step("padding-counted", "Your step is exactly one whose loss counts padding.",
          "A model learns to predict padding, and its loss then looks better than it is. (Before that, it may be "
          "higher.)", "Which loss do you use?",
          loss="padding"),
    _step("padding-in-the-divisor", "Your step is exactly one whose loss is a sum over the real tokens, divided by the "
          "number of all positions.", "The more padding, the smaller the loss, and its gradients with it.",
          "Which loss do you use?", loss="divisor"),
    _step("divided-by-the-tokens-read", "Your step is exactly one whose loss is a sum over the real tokens that it is "
          "asked for, divided by the number of real tokens that it reads.", "Where a sentence is padded, the decoder "
          "reads eos, too, and is asked for padding there: the two numbers differ.",
          "Which tokens do you count: those of `target[:, :-1]`, or those of `target[:, 1:]`?", loss="by tokens read"),
    _step("mean-of-sentences", "Your step is exactly one whose loss is the mean of each sentence's own mean.",
          "A word of a short sentence then counts more than one of a long sentence. The loss of a batch is the mean "
          "over all its real tokens.", "Does `label_smoothing_loss` get the whole batch at once?", loss="sentences"),
    _step("divided-by-the-batch", "Your step is exactly one whose loss is a sum over the real tokens, divided by the "
          "number of sentences.", "It grows with the length of the sentences, and its gradients with it.",
          "Which loss do you use?", loss="batch"),
    _step("ids-below-padding-left-out", "Your step is exactly one whose loss counts only tokens with an id above "
          "`pad_id`.", "Ids have no order: tokens below it are as real as those above.", "Which loss do you use?",
          loss="above"),
    _step("end-taken-out", "Your step is exactly one that writes padding over the end of each sentence that is padded: "
          "eos is neither read nor asked for, and in the next step another token goes.",
          "`target[:, :-1]` is a view of `target`: what is written into it is missing in the labels as well, and in "
          "the caller's batch. The decoder may read eos: what is asked for there is padding, which does not count.",
          "Which line writes into `target`, or into a part of it?", inputs="ends taken out"),
    _step("end-not-asked-for", "Your step is exactly one whose loss leaves out the last real token of each sentence, "
          "eos.", "A model that is never asked for eos does not learn where to end, and writes on. What is left out of "
          "the loss is padding alone.", "Which positions count in your loss?", inputs="ends not asked for"),
    _step("last-position-only", "Your step is exactly one whose loss counts the last position of each row alone.",
          "The model is asked for the next token at every position at once, and learns from all of them. To take the "
          "last position alone is for writing.", "Which positions of the logits does your loss get?",
          inputs="last only"),
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
    _step("returned-without-smoothing", "Your step is exactly one that trains with smoothing, and returns the loss "
          "without it.", "That is a number that one may want to see as well. Asked for is the loss that training makes "
          "small: the one on which `backward` is called.", "Which loss does the `return` line give?",
          gives="without smoothing"),
    _step("not-averaged", "Your step is exactly one whose loss is a sum over the tokens, not their mean.",
          "It grows with the number of tokens, and its gradients with it.", "Which loss do you use?", loss="sum"),
    _step("divided-by-the-tokens-again", "Your step is exactly one whose loss is divided by the number of real tokens "
          "once more.", "`label_smoothing_loss` gives a mean already. Divided again, the loss and its gradients are "
          "smaller the larger the batch is.", "What happens to the loss after `label_smoothing_loss`?",
          loss="by tokens again"),
    _step("climbs", "Your step is exactly one that goes uphill: it makes the loss larger.",
          "An optimiser walks downhill on what `backward` was called on.", "Is there a minus too many?",
          loss="negative"),
    _step("climbs", "Your step is exactly one that goes uphill, and returns the right loss.",
          "An optimiser walks downhill on what `backward` was called on.", "Is there a minus too many?",
          along="minus"),
    *(_step("gradient-of-another-length", later("Your step is exactly one in which `backward` is called on the loss "
                                                "{words}.", words=words),
            "The loss is a mean so that its gradient does not grow with the number of tokens in the batch.",
            "What is `backward` called on, and what do you return?", along=along)
      for along, words in (("sentences", "times the number of sentences"),
                           ("tokens", "times the number of real tokens"), ("T", "times T"),
                           ("one by sentences", "divided by the number of sentences"))),
    _step("zero-grad-forgotten", "Your step is exactly one in which the gradients of earlier steps are still there.",
          "`backward` adds to the gradients it finds. From the second step on yours walks along the sum of old and "
          "new ones.", "What has to happen before `backward`?", zero="never"),
    *(_step("trained-in-evaluation-mode", says, "`model.eval()` switches dropout off, which is there for training. The "
            "step leaves the mode as it is.", "Where is `model.eval()` called?", mode=mode)
      for mode, says in (
          ("evaluation", "Your step is exactly one that computes its loss in evaluation mode."),
          ("evaluation afterwards", "Your step is exactly one that leaves the model in evaluation mode, and the next "
           "step is made in it."))),
    *(_step("switched-to-training-mode", says, "The step leaves the mode as it is. Where evaluation mode was chosen, "
            "dropout is to stay off.", "Where is `model.train()` called?", mode=mode)
      for mode, says in (
          ("training", "Your step is exactly one that computes its loss in training mode, also where it was given a "
           "model in evaluation mode."),
          ("training afterwards", "Your step is exactly one that leaves the model in training mode, also where it was "
           "given one in evaluation mode, and the next step is made in it."))),
    _step("gradients-cleared-too-soon", "Your step is exactly one in which the gradients are cleared before they are "
          "used: the weights never move.", "`backward` fills them, `step` uses them, `zero_grad` empties them.",
          "In which order do you call the three?", zero="after backward"),
    _step("no-backward", "Your step is exactly one in which no gradients are computed: the weights never move.",
          "`optimiser.step()` uses the gradients that `backward` has left.", "Is one of the three calls missing, or "
          "is the way from the loss to the weights cut, as by `.detach()`, `.data` or a tensor made anew?",
          backward=False),
    _step("no-step", "Your step is exactly one in which the weights are never changed.",
          "`backward` computes gradients, and leaves the weights as they are.", "Which of the three calls is missing?",
          move=False),
    _step("loss-after-the-change", "Your losses are exactly those of the model *after* its weights were changed.",
          "The loss of a step is that of the forward pass that its gradients come from; a second pass costs time, and "
          "no gradients come from its loss.", "When is the loss computed that you return?", after=True),
    *(_step("gradients-clipped", later("Your step is exactly one that {words}.", words=words), _CLIP,
            "What happens between `backward` and `step`?", clip=clip)
      for clip, words in (*((length, later("shortens the gradient to length {length:g} where it is longer",
                                           length=length))
                            for length in (1.0, 5.0, 10.0, 0.1, 0.5, 0.25, 2.0)),
                          ("by value", "cuts off every gradient at −1 and 1"))),
    *(_step("weights-penalised", later(
        "Your step is exactly one that adds {penalty} times the sum of all squared weights to the loss{returned}.",
        penalty=written, returned=returned),
            "Such a penalty has its uses; most optimisers can add its gradient themselves (`weight_decay`). It is not "
            "asked for here: with it, a step is another one.", "What is added to the loss?", penalty=float(written),
            gives=gives)
      for gives, returned in (("loss", ""), ("plain", ", and returns the loss without it"))
      for written in ("0.1", "0.01", "0.001", "0.0001", "0.05", "0.005", "0.0005")),
    *(_step("arguments-exchanged", "Your step is exactly one in which the loss gets `smoothing` and `pad_id` in each "
            "other's place.", "Then no position is padding, and the smoothing is the number of a token.",
            "In which order does `label_smoothing_loss` take its arguments?", loss=loss)
      for loss in ("exchanged", "exchanged, refused")),
    _step("arguments-exchanged", "Your code stops exactly where `F.cross_entropy` takes `smoothing` for the id of "
          "padding.",
          "`smoothing` and `pad_id` are in each other's place somewhere between your step and `F.cross_entropy`.",
          "In which order do you pass the two on, and in which does your `label_smoothing_loss` take them?",
          loss="exchanged, PyTorch's"),
    _step("number-before-backward", "Your code stops exactly where `backward` is called on a plain number.",
          "`.item()` and `float()` take the number out of the tensor, and with it everything that leads back to the "
          "weights. It is the last thing to do, for the `return`.", "Where do you make a number of the loss?",
          cut="number"),
    _step("loss-without-gradients", "Your code stops exactly where `backward` is called on a loss that has no way back "
          "to the weights.", "Gradients are switched off under `no_grad` and `inference_mode`, and cut off by `detach` "
          "and `.data`.", "Where on the way from the model to the loss is one of these?", cut="detached"),
    _step("pad-id-typed-in", "Your step is exactly one that takes 0 for padding, whatever `pad_id` is.",
          "Which id stands for padding is decided by the vocabulary.", "Do you pass `pad_id` on?", loss="pad 0"),
    _step("moved-twice", "Your step is exactly one that moves the weights twice as far: by two calls of "
          "`optimiser.step()` for one gradient, or by one along a gradient twice as long.", "One call is one step, "
          "along the gradient of the loss as it is.", "How often is it called, and what is `backward` called on?",
          move=2),
    _step("two-steps", "Your step is exactly two whole steps, one after the other, and the loss that of the second.",
          "One call is one step.", "Is there a loop?", times=2, zero="each time"),
    *(Misconception(
        "a-step-for-each-sentence", partial(_sentence_by_sentence, gives=gives), later(
            "Your step is exactly one that makes a step for each sentence, and returns {words}.", words=words),
        "One call is one step, on the whole batch: with 32 sentences the weights would move 32 times.",
        "How often is `optimiser.step()` called?", _losses_shown)
      for gives, words in (("mean", "the mean of their losses"), ("sum", "the sum of their losses"),
                           ("last", "the loss of the last one"))),
    _step("perplexity", "Your losses are exactly e to the power of the loss, the perplexity.",
          "It is a way of reporting a loss. Asked for is the loss itself.", "What does the `return` line give?",
          gives="perplexity"),
    _step("smoothing-turned-round", "Your step is exactly one with a smoothing of 1 minus the one that it was given.",
          "`smoothing` is the share that is given away, not that of the right token.", "What do you pass on?",
          loss="the rest"),
    _step("first-word-not-asked-for", "Your step is exactly one whose loss leaves out the first position: the model is "
          "never asked for the first word.", "It has to write the first word, too, and knows only bos then.",
          "What do your labels begin with?", inputs="first not asked for"),
    _step("target-backwards", "Your step is exactly one in which the decoder reads the target from its end to its "
          "beginning, and is asked for it in that order.", "Each position then reads the word that is asked for one "
          "place before it: the answer.", "In which order do the words stand that the decoder reads?",
          inputs="both backwards"),
    *(_step("source-in-another-order", says, "`source` is read as it is, here and when the model translates.",
            "What do you do with `source`?", inputs=inputs)
      for inputs, says in (
          ("source backwards", "Your step is exactly one in which the encoder reads `source` from its end to its "
           "beginning, padding first."),
          ("source sorted", "Your step is exactly one in which the encoder reads the ids of `source` in order of "
           "size."))),
    _step("source-cut", "Your step is exactly one in which `source` is cut to as many columns as the decoder reads.",
          "Source and target differ in length. The decoder looks at the whole source.",
          "What do you do with `source`?", inputs="source as long as the target"),
    *(_step("source-cut", says, "`source` is read as it is: only `target` is used twice, and shifted.",
            "What do you do with `source`?", inputs=inputs)
      for inputs, says in (
          ("source cut", "Your step is exactly one in which the encoder does not get the last column of `source`."),
          ("source cut in front", "Your step is exactly one in which the encoder does not get the first column of "
           "`source`."))),
    *(_step("reads-its-own-guesses", says,
            "In training it is handed the right words so far (teacher forcing): a guess that went wrong at the start "
            "would spoil all that comes after it.", "What does the decoder read in your code?", inputs=inputs)
      for inputs, says in (
          ("own guesses", "Your step is exactly one in which the decoder reads what the model itself finds likeliest, "
           "token by token."),
          ("guesses at once", "Your step is exactly one in which the decoder reads bos, and then the tokens that the "
           "model itself found likeliest when it read the target."))),
    _step("cut-to-the-shortest", "Your step is exactly one in which the target is cut to the length of its shortest "
          "sentence.", "What the longer sentences have after that is then never learned. Padding does not count in "
          "`label_smoothing_loss`, and need not be cut off.", "How many columns of `target` do you keep?",
          shift="shortest"),
    _step("sentences-shifted", "Your step is exactly one that shifts by one *sentence* of the batch, not by one token.",
          NEXT, "The first axis of `target` counts sentences. Which one counts tokens?", inputs="sentences"),
    _step("two-steps", "Your step is exactly two steps, one after the other.", "One call is one step.",
          "Is there a loop?", times=2),
]
