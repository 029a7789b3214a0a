"""Lesson 10, beam search: what learners write instead, and what it means. Used by `lesson_10`."""
from functools import partial

from classroom.judge.evidence import Sight, commas, number
from classroom.judge.exercise import Misconception
from course._words import later, say

from .searches import BOS, EOS, search, search_in_one_beam, search_with_ids

# -------------------------------------------------------------------------- evidence in words


def as_sentence(sight: Sight) -> str:
    got, want, inputs = sight.got.values, sight.want.values, sight.inputs
    return say("On the case “{about}” (beam_size {beam_size}, α {alpha}, max_len {max_len}, bos {bos}, eos "
               "{eos}):\n\n    yours     {tolist}, score {score}\n    expected  {tolist2}, score {score2}",
               about=say(sight.got.case.about), beam_size=inputs['beam_size'], alpha=inputs['alpha'],
               max_len=inputs['max_len'], bos=BOS, eos=EOS, tolist=got['ids'].tolist(), score=number(got['score']),
               tolist2=want['ids'].tolist(), score2=number(want['score']))


def place(inputs: dict) -> str:
    """The case as the learner knows it."""
    return commas([f"`{name} = {inputs[name]}`" for name in ("beam_size", "alpha", "max_len", "bos_id", "eos_id")])


# -------------------------------------------------------------------------------- 10.3 search

def _found(slug, says, why, look, **switches):
    return Misconception(slug, partial(search, **switches), says, why, look, as_sentence)


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
    *(_found("stops-when-satisfied", later("Your sentence is exactly what comes out when the search ends as soon as "
                                           "{words}.", words=words), why,
             "When does the exercise let the search end, and when does your loop end?", stops=rule)
      for rule, words, why in (
          ("score", "the best finished score is at least as high as the score so far of every beginning left",
           "Such a beginning may still overtake: each further token lowers log p, but makes the divisor larger, too."),
          ("log p", "the best finished score is at least as high as the log-probability of every beginning left",
           "One of these numbers has the penalty, the other has not: they are not the same quantity."),
          ("both log p", "the best log-probability of a finished sentence is at least as high as that of every "
           "beginning that is left",
           "A beginning that is behind in log p may still win by its score, which takes its length into account."),
          ("likeliest", "the likeliest continuation of a round is one that ends",
           "That one has the best log p up to there. A longer one may still have the better score."))),
    _found("stops-at-half", "Your sentence is exactly what comes out when the search ends as soon as at least half of "
           "`beam_size` sentences are finished.", "All `beam_size` places are to be filled: the best "
           "sentence may be one that ends later.", "Which two numbers decide whether your loop goes on, and which of "
           "them does a finished sentence change?", width="halved"),
    _found("stops-at-half", "Your sentence is exactly what comes out when each finished sentence takes two places, so "
           "that the search ends with half of `beam_size` of them.", "A finished sentence keeps one place, its own.",
           "How many times does a finished sentence change the number of places in your code?",
           width="halved, places too"),
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
    _found("places-not-given-up", "Your sentence is exactly what comes out when twice as many continuations are looked "
           "at, so that `beam_size` unfinished ones are left in every round, and those that end are put aside if they "
           "are among the best `beam_size`.",
           "Some libraries search like that. Here a finished sentence keeps its place, and one place less is left "
           "for the others.", "For how many continuations do you ask `beam_step`?", width="twice, top"),
    _found("places-not-given-up", "Your sentence is exactly what comes out when a finished sentence keeps its place "
           "for one round only.", "A finished sentence keeps its place to the end, whichever round it ended in.",
           "Which finished sentences are counted where you compute how many places are left?", width="last round"),
    Misconception(
        "finished-may-be-pushed-out", search_in_one_beam,
        "Your result is exactly what comes out when finished sentences stay in the beam, continued by eos with "
        "log-probability 0, and compete with the others for their places.",
        "A finished sentence may then be pushed out by beginnings that have a better log p so far. Here it is put "
        "aside, and cannot be lost.", "Can a finished sentence disappear from your beam before the end?", as_sentence),
    _found("finished-go-on", "Your sentence is exactly what comes out when finished sentences are put aside, and go on "
           "being continued as well.",
           "What the model writes after eos means nothing, and it takes places from sentences that still need them.",
           "Which rows are left in `target` and `log_p` when a round is over?", finished="go on"),
    _found("finished-lost", "Your sentence is exactly what comes out when finished sentences are dropped and never "
           "come back.",
           "They are the only complete ones. What is left at the end is a beginning that found no end.",
           "Where are the sentences kept that end in eos, and what is done with them at the end?", finished="lost"),
    *(_found("last-round-not-counted", "Your result is exactly what comes out when a sentence that ends in the last of "
             "the `max_len` rounds does not count as finished.", "A sentence may have `max_len` tokens, eos included.",
             "Where are finished sentences collected, and does your code come there in the last round, too?",
             finished=finished) for finished in ("unseen at the end", "lost at the end")),
    _found("keeps-writing-after-eos", "Your sentence is exactly what comes out when sentences go on after their eos.",
           "The model writes something after eos, too; it means nothing. And a sentence never ends.",
           "Where does your code look for `eos_id`?", finished="written on"),
    _found("first-finished-chosen", "Your sentence is exactly the one that was finished first.",
           "The first to finish is a short one, and seldom the best.",
           "When do you leave the loop, and how do you choose among the finished ones?", choice="first"),
    _found("first-finished-chosen", "Your sentence is exactly the best of the round in which the first one was "
           "finished.", "The first to finish is a short one, and seldom the best.", "When do you leave the loop?",
           stops="first"),
    _found("last-finished-chosen", "Your sentence is exactly the one that was finished last.",
           "The best may have come before.", "How do you choose among the finished ones?", choice="last"),
    _found("last-finished-chosen", "Your sentence is exactly the one that was finished last, and where none has "
           "finished, the last of the beginnings.", "The last one is not always the best.",
           "How do you choose among several sentences?", choice="last", stand_in="all"),
    _found("chosen-without-penalty", "Your sentence is exactly the finished one with the largest log-probability, not "
           "the one with the largest score.", "So the penalty does not decide which sentence is chosen.",
           "By which number do you choose?", choice="log p"),
    _found("no-penalty", "Your sentence and score are exactly those of α = 0.",
           "Sentences of different lengths are compared by their log-probability alone, and short ones win.",
           "Where does `alpha` come in?", choice="log p", returned="log p"),
    _found("log-p-returned", "Your sentence is right, and your score exactly its log-probability, without the penalty.",
           "The score is the number that it was chosen by.", "Which number do you return?", returned="log p"),
    _found("log-p-returned", "Your sentence is right, and where it has finished, your score is exactly its "
           "log-probability, without the penalty.", "The score is the number that it was chosen by.",
           "Which number do you return?", returned="log p, finished"),
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
    _found("one-round-too-few", "Your result is exactly what comes out when there is one round less than `max_len`. "
           "With a `max_len` of 1 there is none, and a name that a round gives is missing.",
           "A sentence may have `max_len` tokens, and each round writes one.",
           "Which numbers does your `range` go through?", rounds=-1, bare=True),
    *(_found("one-round-too-few", "Your result is exactly what comes out when there is one round less than `max_len`.",
             "A sentence may have `max_len` tokens, and each round writes one; bos is none of them.",
             "What does your loop count, and from which number on?", rounds=-1, stand_in_n=n)
      for n in ("max_len", "written")),
    _found("log-p-renormalised", "Your result is exactly what comes out when the log-probabilities of the beam go "
           "through one more softmax in each round.", "They are right as they are. Made to sum to 1 among the "
           "beginnings, they are no longer those of the sentences.", "How many times is there a softmax in a round?",
           running="renormalised"),
    _found("log-p-renormalised", "Your result is exactly what comes out when the log-probabilities of what is left of "
           "the beam go through one more softmax after each round.", "They are right as they are. Made to sum to 1 "
           "among the beginnings, they are no longer those of the sentences.",
           "How many times is there a softmax in a round?", running="renormalised later"),
    _found("log-p-of-others", "Your result is exactly what comes out when finished rows are taken out of `target`, and "
           "as many numbers from the end of `log_p`.", "Row i of the one then no longer belongs to row i of the "
           "other.", "By what do you choose the rows of `target` that stay, and by what the numbers of `log_p`?",
           running="cut"),
    _found("rows-of-others", "Your result is exactly what comes out when finished rows are taken out of `log_p`, and "
           "as many rows from the end of `target`.", "Row i of the one then no longer belongs to row i of the "
           "other; and a finished sentence may go on.",
           "By what do you choose the rows of `target` that stay, and by what the numbers of `log_p`?",
           running="rows cut"),
    _found("log-p-of-others", "Your result is exactly what comes out when every finished sentence gets the score of "
           "the likeliest continuation of its round.", "Each sentence has a log p of its own.",
           "Which number of `log_p` does the score of a finished sentence come from?", score_of="first"),
    _found("eos-costs-nothing", "Your result is exactly what comes out when the score of a finished sentence leaves "
           "out the log-probability of its own eos.", "eos is a token, too, and the model gives it a probability.",
           "Is the `log_p` that your score is made of the one before `beam_step`, or the one after it?",
           score_of="parent"),
    _found("first-of-a-round-only", "Your result is exactly what comes out when of several sentences that end in the "
           "same round only the likeliest is put aside.", "It is the best of its round, but the others keep places, "
           "too: without them the search goes on with more beginnings than it should.",
           "How many sentences can end in one round, and how many of them does your code keep?",
           finished="first of a round"),
    _found("stand-in-length", "Where no sentence has finished, your score is exactly what comes out when one token too "
           "many is counted.", "n counts the tokens that were written, here `max_len`; bos was given.",
           "Which n does the penalty get for the beginning that stands in?", stand_in_n="more"),
    _found("stand-in-length", "Where no sentence has finished, your score is exactly what comes out when one token too "
           "few is counted.", "n counts the tokens that were written. Without an eos they are `max_len`, too.",
           "Which n does the penalty get for the beginning that stands in?", stand_in_n="less"),
    _found("the-worst-stands-in", "Where no sentence has finished, you return exactly the beginning with the lowest "
           "log-probability.", "Where none has finished, the exercise asks for the beginning with the best "
           "log-probability.", "In which order does `beam_step` return them?", stand_in="last"),
    _found("past-ignored", "Your result is exactly what comes out when a beginning counts for nothing but its last "
           "token.", "`beam_step` adds the log-probability of the whole beginning to that of the next token, and "
           "with the sum the next round begins.", "What does `beam_step` get as `log_p` from the second round on?",
           running="last"),
    _found("same-length-for-all", "Your score is exactly what comes out when the penalty takes `max_len` for every "
           "sentence's length.", "A penalty that is the same for all changes no order: it is without effect.",
           "Which n does your penalty get?", lengths="same"),
    *(_found("same-length-for-all", later("Your score is exactly what comes out when the penalty takes, for every "
                                          "finished sentence, {which}.", which=which),
             "A penalty that is the same for all changes no order: it is without effect.",
             "Which n does the penalty get for a sentence that has ended before the last round?", lengths=lengths)
      for lengths, which in (("rounds", later("the number of rounds that were run")),
                             ("longest", later("the length of the longest one")))),
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
    _found("softmax-over-positions", "Your result is exactly what comes out when `log_softmax` runs over the positions "
           "and not over the tokens.", "The probabilities of the next token sum to 1 at *each* position.",
           "Which axis of (K, T, V) counts the tokens?", logits="positions"),
    _found("softmax-over-the-beam", "Your result is exactly what comes out when `log_softmax` runs over the beginnings "
           "and not over the tokens.", "The probabilities of the next token sum to 1 for *each* beginning.",
           "Which axis counts the tokens?", logits="beams"),
    _found("longest-chosen", "Your sentence is exactly the longest finished one.",
           "The penalty balances what each further token costs; it does not reward length as such.",
           "By which number do you choose?", choice="longest"),
    _found("worst-chosen", "Your sentence is exactly the finished one with the *lowest* score.",
           "Log-probabilities are negative: the best is the one nearest to 0.", "`min` or `max`?", choice="worst"),
    _found("worst-chosen", "Your sentence is exactly the finished one with the *lowest* score, and where none has "
           "finished, the beginning with the lowest.",
           "Log-probabilities are negative: the best is the one nearest to 0.",
           "Which end of a sorted list is the best, and does your code take it?", choice="worst", stand_in="all"),
    _found("unfinished-chosen", "Your result is exactly what comes out when unfinished sentences compete with finished "
           "ones at the end.", "A sentence without end has not paid for its ending yet, and is no translation.",
           "What happens with the beginnings that are left when the loop is over?", stand_in="always"),
    _found("eos-added", "Your ids are exactly the expected ones, with eos behind a beginning that has not finished.",
           "Then nobody sees that it was cut off at `max_len`; and its score has not paid for an eos.",
           "What do you return when nothing has finished?", ids="eos added"),
    _found("nothing-without-an-end", "Where no sentence has finished, you return exactly no ids, with the score −∞.",
           "A translation that was cut off is worth more than none. The exercise says what stands in.",
           "What happens when the list of finished sentences is empty?", stand_in="empty, worst"),
    _found("nothing-without-an-end", "Where no sentence has finished, you return exactly nothing.",
           "A translation that was cut off is worth more than none. The exercise says what stands in.",
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
    *(Misconception("ids-typed-in", partial(search_with_ids, **ids),
                    later("Your result is exactly what comes out when {what}, whatever `bos_id` and `eos_id` are.",
                          what=what),
                    "The caller says which ids these are: on the page they are 1 and 2 for the tree, 2 and 3 for your "
                    "translator.",
                    "Where do `bos_id` and `eos_id` stand in your code, and where a number or a name of the page?",
                    as_sentence)
      for bos, eos in ((1, 2), (2, 3))
      for ids, what in (({"eos": eos}, later("the id {eos} ends a sentence", eos=eos)),
                        ({"bos": bos}, later("the id {bos} begins the target", bos=bos)),
                        ({"bos": bos, "eos": eos}, later("the id {bos} begins the target and the id {eos} ends a "
                                                         "sentence", bos=bos, eos=eos)))),
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
    _found("one-round-too-many", "Your result is exactly what comes out when one token more than `max_len` may be "
           "written.", "`max_len` counts the tokens that are returned; bos is none of them.",
           "How often does your loop run?", rounds=1, stand_in_n="max_len"),
    *(_found("tokens-forbidden", later("Your result is exactly what comes out when {which} may never be written.",
                                       which=which),
             "A search takes what the model gives. Nothing in the exercise forbids a token; where the model does write "
             "one that makes no sense, that is an error of the model.", "Where does −∞ or a mask come into your code?",
             never=never)
      for never, which in (("bos", "bos"), ("0", later("the id 0")), ("both", later("bos and the id 0")))),
    _found("one-round-too-few", "Your result is exactly what comes out when one token less than `max_len` may be "
           "written.", "`max_len` counts the tokens that are returned; bos is none of them.",
           "How often does your loop run?", rounds=-1),
]
