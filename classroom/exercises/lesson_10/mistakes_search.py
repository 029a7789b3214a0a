"""Lesson 10, beam search: what learners write instead, and what it means. Used by `lesson_10`."""
from functools import partial

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.judge.evidence import Sight, commas, number
from classroom.judge.exercise import Misconception
from course._words import later, say

BOS, EOS = 5, 6

# -------------------------------------------------------------------------- evidence in words


def as_sentence(sight: Sight) -> str:
    got, want, inputs = sight.got.values, sight.want.values, sight.inputs
    return say("On the case “{about}” (beam_size {beam_size}, α {alpha}, max_len {max_len}, bos {bos}, eos "
               "{eos}):\n\n    yours     {tolist}, score {score}\n    expected  {tolist2}, score {score2}",
               about=say(sight.got.case.about), beam_size=inputs['beam_size'], alpha=inputs['alpha'],
               max_len=inputs['max_len'], bos=BOS, eos=EOS, tolist=got['ids'].tolist(), score=number(got['score']),
               tolist2=want['ids'].tolist(), score2=number(want['score']))


# -------------------------------------------------------------------------------- 10.3 search

def _search(model, source, bos_id, eos_id, beam_size, alpha, max_len, width="shrinks", finished="kept", parents=True,
            logits="log", choice="score", n_more=0, ids="eos", start="bos", rounds=0, running="log p",
            returned="score", lengths="own", stand_in="none", at=-1, feed="all", fewer=0, ended_more=0):
    """`beam_search` with one thing done differently."""
    alpha = 0.6 if lengths == "alpha typed in" else alpha
    target = torch.tensor([[{"bos": bos_id, "eos": eos_id, "pad": 0}[start]]])
    log_p = torch.zeros(1, dtype=torch.float64)
    beam_size = {"one": 1, "four": 4}.get(width, beam_size)
    done = []

    def score(value, n):
        n = max_len if lengths == "same" else n + n_more
        return value / ((5 + n) / 6) ** alpha

    for n in range(1, max_len + rounds + 1):
        raw = model(source.expand(len(target), -1), target if feed == "all" else target[:, -1:])[:, at]
        following = {"log": lambda raw: raw.log_softmax(-1), "raw": lambda raw: raw,
                     "p": lambda raw: raw.softmax(-1), "beams": lambda raw: raw.log_softmax(0)}[logits](raw)
        places = beam_size - len(done) if width in ("shrinks", "one", "four") else beam_size
        places = 2 * beam_size if width.startswith("twice") else places
        candidates = ((0 if running == "last" else log_p.unsqueeze(1)) + following).flatten()
        before_p, (log_p, index) = log_p, candidates.topk(min(places, len(candidates)))
        parent, token = index // raw.shape[1], index % raw.shape[1]
        log_p = log_p + before_p[parent] if running == "twice" else log_p
        before = target[parent] if parents else target[torch.arange(len(parent)).clamp(max=len(target) - 1)]
        target = torch.cat([before, token.unsqueeze(1)], dim=1)
        if running.startswith("score"):
            log_p = score(log_p, n)
        ended = (token == eos_id) if finished != "written on" else torch.zeros(len(token), dtype=torch.bool)
        if finished != "lost":
            done += [(score(p, n + ended_more).item() if running[:5] != "score" else p.item(), p.item(), row)
                     for p, row in zip(log_p[ended], target[ended, 1:].tolist(), strict=True)]
        if finished != "go on":
            target, log_p = target[~ended], log_p[~ended]
        if width.startswith("twice"):                  # as many unfinished ones as the beam is wide
            target, log_p = target[:beam_size], log_p[:beam_size]
        if not len(target) or width not in ("wide", "twice") and len(done) >= max(beam_size - fewer, 1):
            break
    if not done and stand_in in ("max", "first"):
        return max(done) if stand_in == "max" else done[0]           # raises
    if not done and stand_in == "empty":
        return [], 0.0
    if len(target) and not done and stand_in == "log p":
        done = [(log_p[0].item(), log_p[0].item(), target[0, 1:].tolist())]
    if len(target) and (not done or stand_in == "always"):
        done += [(p.item() if running == "score alone" else score(p, n).item(), p.item(), row)
                 for p, row in zip(log_p, target[:, 1:].tolist(), strict=True)]
        done = done[:1] if stand_in == "none" else done
    if not done:
        raise IndexError("list index out of range")
    best = {"score": max, "worst": min, "first": lambda rows: rows[0], "last": lambda rows: rows[-1],
            "log p": lambda rows: max(rows, key=lambda row: row[1]),
            "longest": lambda rows: max(rows, key=lambda row: len(row[2]))}[choice](done)
    row = best[2]
    if ids == "bos" or ids == "bos, finished" and row[-1] == eos_id or ids == "bos, unfinished" and row[-1] != eos_id:
        row = [bos_id, *row]
    if ids == "cut":
        row = row[:-1]
    if ids == "no eos":
        row = row[:-1] if row[-1] == eos_id else row
    return row, best[1] if returned == "log p" else best[0]


def place(inputs: dict) -> str:
    """The case as the learner knows it."""
    return commas([f"`{name} = {inputs[name]}`" for name in ("beam_size", "alpha", "max_len", "bos_id", "eos_id")])


def told_apart(case: Case) -> set[str]:
    """Which of some mistakes give another sentence in this case, tried in NumPy since it is asked often."""
    x = case.inputs

    def run(width, shrinks=True, revived=False, fewer=0, alpha=x["alpha"]):
        beams, done = [(0.0, [])], []
        for n in range(1, x["max_len"] + 1):
            last = [ids[-1] if ids else BOS for _, ids in beams]
            logits = x["by_position"][n - 1] + x["by_token"][last]
            if n > 1:
                logits = logits + x["by_first"][[ids[0] for _, ids in beams]]
            table = np.array([[log_p] for log_p, _ in beams]) + logits
            table -= np.log(np.exp(logits).sum(-1, keepdims=True))
            best = np.argsort(-table, axis=None)[: width - len(done) if shrinks else width]
            rows = [(table.flat[i], [*beams[i // table.shape[1]][1], int(i % table.shape[1])]) for i in best]
            done += [(log_p / ((5 + n) / 6) ** alpha, log_p, ids) for log_p, ids in rows if ids[-1] == EOS]
            beams = rows if revived else [row for row in rows if row[1][-1] != EOS]
            if not beams or shrinks and len(done) >= max(width - fewer, 1):
                break
        return done, [(log_p / ((5 + n) / 6) ** alpha, log_p, ids) for log_p, ids in beams]

    done, left = run(x["beam_size"])
    if not done:
        return set()
    best = max(done)
    others = {"greedy": run(1), "wide": run(x["beam_size"], shrinks=False),
              "revived": run(x["beam_size"], revived=True), "early": run(x["beam_size"], fewer=1),
              "four": run(4), "typed": run(x["beam_size"], alpha=0.6)}
    others = {name: max(finished or unfinished) for name, (finished, unfinished) in others.items()}
    others |= {"first": done[0], "last": done[-1], "log p": max(done, key=lambda row: row[1]),
               "longest": max(done, key=lambda row: len(row[2])), "worst": min(done), "unfinished": max(done + left)}
    different = {name for name, other in others.items() if other[2] != best[2]}
    return different | {f"{a} and {b}" for a, b in (("first", "log p"), ("first", "worst"), ("last", "longest"))
                        if others[a][2] != others[b][2]}


def _found(slug, says, why, look, **switches):
    return Misconception(slug, partial(_search, **switches), says, why, look, as_sentence)


SEARCHES = [
    _found("greedy", "Your sentence is exactly the one of greedy decoding, whatever the beam size.",
           "So one beginning is followed, or several copies of one: a search that starts with `beam_size` equal rows "
           "of bos keeps `beam_size` copies of its best continuation, and adds nothing.",
           "How many *different* beginnings does `target` hold in the second round?", width="one"),
    _found("beam-size-typed-in", "Your result is exactly that of a beam of 4, whatever `beam_size` is.",
           "The caller says how wide the beam is.", "Where does `beam_size` stand in your code, and where a number?",
           width="four"),
    _found("stops-too-early", "Your sentence is exactly what comes out when the search ends with one finished sentence "
           "fewer than `beam_size`.", "The last place may hold the best sentence, which is still being written.",
           "What does your loop compare with `beam_size`, and by which sign?", fewer=1),
    _found("alpha-typed-in", "Your result is exactly that of α = 0.6, whatever `alpha` is.",
           "The caller says how much length counts.", "Where does `alpha` stand in your code?",
           lengths="alpha typed in"),
    _found("places-not-given-up", "Your sentence is exactly what comes out when the beam stays as wide as it was, "
           "although some of its sentences are finished.",
           "The search then goes on to `max_len` every time, and collects long sentences that become less and less "
           "likely. Here a finished sentence keeps its place.",
           "How many places does `beam_step` get after one sentence is finished?", width="wide"),
    _found("places-not-given-up", "Your sentence is exactly what comes out when the beam stays as wide as it was until "
           "`beam_size` sentences are finished.",
           "A finished sentence keeps its place here: one place less is left for the others.",
           "How many places does `beam_step` get after one sentence is finished?", width="wide, stops"),
    *(_found("places-not-given-up", later("Your sentence is exactly what comes out when twice as many continuations "
                                          "are looked at, so that `beam_size` unfinished ones are left in every "
                                          "round{until}.", until=until),
             "Some libraries search like that. Here a finished sentence keeps its place, and one place less is left "
             "for the others.", "For how many continuations do you ask `beam_step`?", width=width)
      for width, until in (("twice, stops", ", until `beam_size` have finished"), ("twice", ""))),
    _found("finished-go-on", "Your sentence is exactly what comes out when finished sentences are put aside, and go on "
           "being continued as well.",
           "What the model writes after eos means nothing, and it takes places from sentences that still need them.",
           "Which rows are left in `target` and `log_p` when a round is over?", finished="go on"),
    _found("finished-lost", "Your sentence is exactly what comes out when finished sentences are dropped and never "
           "come back.",
           "They are the only complete ones. What is left at the end is a beginning that found no end.",
           "Where are the sentences kept that end in eos, and what is done with them at the end?", finished="lost"),
    _found("keeps-writing-after-eos", "Your sentence is exactly what comes out when sentences go on after their eos.",
           "The model writes something after eos, too; it means nothing. And a sentence never ends.",
           "Where does your code look for `eos_id`?", finished="written on"),
    _found("first-finished-chosen", "Your sentence is exactly the one that was finished first.",
           "The first to finish is a short one, and seldom the best.",
           "When do you leave the loop, and how do you choose among the finished ones?", choice="first"),
    _found("last-finished-chosen", "Your sentence is exactly the one that was finished last.",
           "The best may have come before.", "How do you choose among the finished ones?", choice="last"),
    _found("chosen-without-penalty", "Your sentence is exactly the finished one with the largest log-probability, not "
           "the one with the largest score.", "So the penalty is computed, and changes nothing.",
           "By which number do you choose?", choice="log p"),
    _found("no-penalty", "Your sentence and score are exactly those of α = 0.",
           "Sentences of different lengths are compared by their log-probability alone, and short ones win.",
           "Where does `alpha` come in?", choice="log p", returned="log p"),
    _found("log-p-returned", "Your sentence is right, and your score exactly its log-probability, without the penalty.",
           "The score is the number that it was chosen by.", "Which number do you return?", returned="log p"),
    *(_found("penalty-in-each-round", "Your result is exactly what comes out when the beam goes on with the penalised "
             "scores, so that the penalty is applied once more in each round.",
             "`log_p` has to stay the log-probability; the score is only for comparing finished sentences.",
             "What does `beam_step` get in the next round?", running=running) for running in ("score", "score alone")),
    _found("beginning-counted-twice", "Your result is exactly what comes out when the log-probability of a beginning "
           "is added once more after `beam_step`.", "`beam_step` adds it already: its scores are those of the longer "
           "beginnings.", "What do the scores of `beam_step` stand for?", running="twice"),
    _found("one-round-too-few", "Your result is exactly what comes out when there is one round less than `max_len`.",
           "A sentence may have `max_len` tokens, and each round writes one.",
           "Which numbers does your `range` go through?", rounds=-1),
    _found("past-ignored", "Your result is exactly what comes out when a beginning counts for nothing but its last "
           "token.", "`beam_step` adds the log-probability of the whole beginning to that of the next token, and "
           "with the sum the next round begins.", "What does `beam_step` get as `log_p` from the second round on?",
           running="last"),
    _found("same-length-for-all", "Your score is exactly what comes out when the penalty takes `max_len` for every "
           "sentence's length.", "A penalty that is the same for all changes no order: it is without effect.",
           "Which n does your penalty get?", lengths="same"),
    _found("bos-counted", "Your score is exactly what comes out when one token too many is counted.",
           "n counts the tokens that were written, eos included; bos was given.", "Do you count bos?", n_more=1),
    _found("bos-counted", "Your score is exactly what comes out when one token too many is counted in finished "
           "sentences.", "n counts the tokens that were written, eos included; bos was given.",
           "Of what do you take the length: of the row with bos, or without?", ended_more=1),
    _found("eos-not-counted", "Your score is exactly what comes out when one token too few is counted in finished "
           "sentences.", "n counts the tokens that were written, eos included.",
           "Of what do you take the length when a sentence ends?", ended_more=-1),
    *(_found("nothing-stands-in", "Your sentences are right wherever one has finished. Where none has, there is "
             "nothing to choose from, and your code raises an error.", "The model may not end a sentence within "
             "`max_len`. The beginning with the best log-probability is then returned.",
             "What happens when the list of finished sentences is empty?", stand_in=kind) for kind in ("max", "first")),
    _found("eos-not-counted", "Your score is exactly what comes out when one token too few is counted.",
           "n counts the tokens that were written, eos included.", "Which n does your penalty get in the first round?",
           n_more=-1),
    _found("parents-ignored", "Your sentence is exactly what comes out when new tokens are put behind whatever "
           "beginning stands in the same row, and not behind their parents.",
           "After a round, row 0 need not come from row 0. The tokens of different sentences get mixed.",
           "What is `parent` used for?", parents=False),
    _found("logits-summed", "Your result is exactly what comes out when raw logits are added up.",
           "Logits are only comparable within one distribution. Each beginning has its own, and only `log_softmax` "
           "makes them probabilities.", "What happens to the model's logits before `beam_step`?", logits="raw"),
    _found("probabilities-summed", "Your result is exactly what comes out when probabilities are added up, not their "
           "logarithms.", "The probability of a sequence is a product. A sum grows with every word, so that long "
           "sentences win, and one impossible word does no harm.", "`softmax` or `log_softmax`?", logits="p"),
    _found("softmax-over-the-beam", "Your result is exactly what comes out when `log_softmax` runs over the beginnings "
           "and not over the tokens.", "The probabilities of the next token sum to 1 for *each* beginning.",
           "Which axis counts the tokens?", logits="beams"),
    _found("longest-chosen", "Your sentence is exactly the longest finished one.",
           "The penalty balances what each further token costs; it does not reward length as such.",
           "By which number do you choose?", choice="longest"),
    _found("worst-chosen", "Your sentence is exactly the finished one with the *lowest* score.",
           "Log-probabilities are negative: the best is the one nearest to 0.", "`min` or `max`?", choice="worst"),
    _found("unfinished-chosen", "Your result is exactly what comes out when unfinished sentences compete with finished "
           "ones at the end.", "A sentence without end has not paid for its ending yet, and is no translation.",
           "What happens with the beginnings that are left when the loop is over?", stand_in="always"),
    _found("nothing-without-an-end", "Where no sentence has finished, you return exactly nothing.",
           "A translation that was cut off is worth more than none. The box says what stands in.",
           "What happens when the list of finished sentences is empty?", stand_in="empty"),
    _found("stand-in-without-penalty", "Where no sentence has finished, your score is exactly the log-probability of "
           "the beginning that stands in, without the penalty.",
           "The scores of several sentences are then not the same quantity, and cannot be compared.",
           "What happens when the list of finished sentences is empty?", stand_in="log p"),
    _found("bos-kept", "Your ids are exactly the expected ones with bos in front.",
           "bos only starts the model; it is not part of the translation.", "What do you return?", ids="bos"),
    _found("bos-kept", "Your ids are exactly the expected ones, with bos in front of those that are finished.",
           "bos only starts the model; it is not part of the translation.",
           "Which part of `target` is put aside when a sentence has ended?", ids="bos, finished"),
    _found("bos-kept", "Your ids are exactly the expected ones; where no sentence has finished, bos stands in front.",
           "bos only starts the model; it is not part of the translation.",
           "Which part of `target` do you return when nothing has finished?", ids="bos, unfinished"),
    _found("last-token-cut-off", "Your ids are exactly the expected ones without their last token, eos or not.",
           "The eos belongs to the answer; and a sentence that was cut off at `max_len` ends in a word.",
           "What do you return?", ids="cut"),
    _found("eos-left-out", "Your ids are exactly the expected ones without the eos.",
           "Without it a finished sentence looks like one that was cut off at `max_len`.",
           "What do you return?", ids="no eos"),
    _found("starts-with-eos", "Your result is exactly what comes out when the target begins with eos instead of bos.",
           "In training every target began with bos; any other beginning is one that the model has never seen.",
           "What stands in the first column?", start="eos"),
    _found("starts-with-padding", "Your result is exactly what comes out when the target begins with 0, the id of "
           "padding, instead of bos.",
           "In training every target began with bos; any other beginning is one that the model has never seen.",
           "What stands in the first column?", start="pad"),
    _found("first-position", "Your result is exactly what comes out when the logits of the *first* position are read "
           "in every round.", "The logits at position t say what follows the tokens up to t. What is new is at the "
           "end.", "At which position do you read the logits?", at=0),
    _found("only-the-last-token-fed", "Your result is exactly what comes out when the model is given the last tokens "
           "alone.", "The next word depends on all words before it, and the model tells positions by counting from "
           "the start of what it is given.", "What do you hand to the model in each round?", feed="last"),
    _found("one-round-too-many", "Your result is exactly what comes out when one token more than `max_len` may be "
           "written.", "`max_len` counts the tokens that are returned; bos is none of them.",
           "How often does your loop run?", rounds=1),
    _found("one-round-too-few", "Your result is exactly what comes out when one token less than `max_len` may be "
           "written.", "`max_len` counts the tokens that are returned; bos is none of them.",
           "How often does your loop run?", rounds=-1),
]
