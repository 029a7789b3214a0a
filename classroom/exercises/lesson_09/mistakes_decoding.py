"""Lesson 09, decoding and precision: what learners write instead, and what it means. Used by `lesson_09`."""
from collections import Counter
from functools import partial

import numpy as np
import torch

from classroom.ask.language import WORDS, spell
from classroom.judge.evidence import Sight, shape
from classroom.judge.exercise import Misconception

PAD, BOS, EOS = 0, 2, 3

# -------------------------------------------------------------------------- evidence in words


def source_of(inputs: dict) -> str:
    """The case as the learner knows it."""
    settings = ", ".join(f"{name} = {inputs[name]}" for name in ("bos_id", "eos_id", "pad_id", "max_len"))
    return f"`source` {shape(inputs['source'])} with {settings}"


def sentences_of(inputs: dict) -> str:
    n = len(inputs["hypotheses"])
    return f"{n} sentence{'s' * (n > 1)}, n = {inputs['n']}"


def as_ids(sight: Sight) -> str:
    got, want = sight.got.values["ids"], sight.want.values["ids"]
    if got.ndim != 2 or len(got) != len(want):
        return f"On {source_of(sight.inputs)} your ids have the shape {shape(got)}; {shape(want)} is expected."
    row = next(i for i in range(len(want)) if got[i].tolist() != want[i].tolist())
    return (f"On the case “{sight.got.case.about}” (bos {BOS}, eos {EOS}, pad {PAD}), sentence {row}:\n\n"
            f"    yours     {got[row].tolist()}\n    expected  {want[row].tolist()}")


def as_sentences(sight: Sight) -> str:
    pairs = zip(sight.inputs["hypotheses"], sight.inputs["references"], strict=True)
    lines = [f"    “{' '.join(spell(h, WORDS))}” against “{' '.join(spell(r, WORDS))}”" for h, r in pairs]
    shown = "\n".join(lines[:3]) + ("\n    …" if len(lines) > 3 else "")
    got, want = float(sight.got.values["precision"]), float(sight.want.values["precision"])
    return f"With n = {sight.inputs['n']} and\n\n{shown}\n\nyou find {got:.3f}; {want:.3f} is expected."


# -------------------------------------------------------------------------------- 9.4 decoding

def _decode(model, source, bos_id, eos_id, pad_id, max_len, start="bos", at=-1, after="pad", keep_eos=True,
            keep_bos=False, stop="all", feed="all", extra=0, worst=False, memory=True):
    """`greedy_decode` with one thing done differently."""
    target = torch.full((len(source), 1), {"bos": bos_id, "pad": pad_id, "eos": eos_id}[start])
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len + extra):
        logits = model(source, target if feed == "all" else target[:, -1:])
        token = logits[:, at].argmin(-1) if worst else logits[:, at].argmax(-1)
        ends = token == eos_id
        if after != "babble":
            token = torch.where(ended, eos_id if after == "eos" else pad_id, token)
        if not keep_eos:
            token = torch.where(ends, pad_id, token)
        if stop == "all, before it is appended" and (ended | ends).all():
            break
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | ends if memory else ends
        if stop == "all" and ended.all() or stop == "any" and ended.any():
            break
    return target if keep_bos else target[:, 1:]


def _decode_in_one_go(model, source, bos_id, eos_id, pad_id, max_len):
    target = _decode(model, source, bos_id, eos_id, pad_id, max_len, keep_bos=True)
    return model(source, target).argmax(-1)


def _decode_by_one_argmax(model, source, bos_id, eos_id, pad_id, max_len, set_ended=False):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax()
        if set_ended:
            token[ended] = pad_id                             # raises: there is only one token
        token = torch.where(ended, pad_id, token)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


DECODING = [
    Misconception(
        "keeps-writing-after-eos", partial(_decode, after="babble"),
        "Your ids are exactly what comes out when a sentence that has ended goes on until all have.",
        "The model writes something after eos, too; it means nothing. In a batch the short sentences would end in "
        "noise.", "What is appended to a sentence that has ended already?", as_ids),
    Misconception(
        "no-stop-at-all", partial(_decode, after="babble", stop="never"),
        "Your ids are exactly what comes out when nothing ever stops a sentence but `max_len`.",
        "The model writes something after eos, too; it means nothing, and every round costs time.",
        "Where does your code look for `eos_id`?", as_ids),
    Misconception(
        "stops-only-if-all-end-together", partial(_decode, after="babble", memory=False),
        "Your ids are exactly what comes out when the loop ends only if all sentences write eos in the same round.",
        "The model writes something after eos, too; it means nothing. Which sentences have ended must be remembered "
        "from round to round.", "What is appended to a sentence that has ended already?", as_ids),
    Misconception(
        "ended-forgotten", partial(_decode, memory=False),
        "Your ids are exactly what comes out when it is remembered for one round only that a sentence has ended.",
        "After one pad the sentence goes on. Whoever has ended stays so.",
        "How is the old knowledge of who has ended joined with the new?", as_ids),
    Misconception(
        "last-eos-lost", partial(_decode, stop="all, before it is appended"),
        "Your ids are exactly what comes out when the loop ends before the last column is appended.",
        "The eos of the longest sentence is in that column, and it is part of the answer.",
        "Which comes first in your loop, the `break` or the appending?", as_ids),
    Misconception(
        "filled-with-eos", partial(_decode, after="eos"),
        "Your ids are exactly the expected ones, with eos instead of pad after the end of a sentence.",
        "The exercise asks for pad there, so that the end of a sentence can be told from what fills it up.",
        "With which id do you fill up?", as_ids),
    Misconception(
        "stops-at-the-first-eos", partial(_decode, stop="any"),
        "Your ids are exactly what comes out when the loop ends as soon as one sentence has ended.",
        "The others of the batch are cut off in the middle.", "`any` or `all`?", as_ids),
    Misconception(
        "eos-left-out", partial(_decode, keep_eos=False),
        "Your ids are exactly the expected ones without the eos.",
        "The eos is part of the answer: without it nobody can tell a finished sentence from one that was cut off at "
        "`max_len`.", "When does a sentence count as ended: before its eos is written, or after?", as_ids),
    Misconception(
        "bos-kept", partial(_decode, keep_bos=True),
        "Your ids are exactly the expected ones with bos in front.",
        "bos only starts the model up; it is no part of the translation.", "What do you return?", as_ids),
    Misconception(
        "starts-with-padding", partial(_decode, start="pad"),
        "Your ids are exactly what comes out when the target begins with pad instead of bos.",
        "In training every target began with bos; from anything else the model starts on ground it has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "starts-with-eos", partial(_decode, start="eos"),
        "Your ids are exactly what comes out when the target begins with eos instead of bos.",
        "In training every target began with bos; from anything else the model starts on ground it has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "first-position", partial(_decode, at=0),
        "Your ids are exactly what comes out when the logits of the *first* position are read in every round.",
        "The logits at position t say what follows the tokens up to t. What is new is at the end.",
        "At which position do you read the logits?", as_ids),
    Misconception(
        "only-the-last-token-fed", partial(_decode, feed="last"),
        "Your ids are exactly what comes out when the model is given the last token alone.",
        "The next word depends on all words before it, and the model tells positions by counting from the start of "
        "what it is given.", "What do you hand to the model in each round?", as_ids),
    Misconception(
        "one-round-too-many", partial(_decode, extra=1),
        "Your ids are exactly what comes out when one token more than `max_len` may be written.",
        "`max_len` counts the tokens that are returned; bos is none of them.", "How often does your loop run?",
        as_ids),
    Misconception(
        "one-round-too-few", partial(_decode, extra=-1),
        "Your ids are exactly what comes out when one token less than `max_len` may be written.",
        "`max_len` counts the tokens that are returned; bos is none of them.", "How often does your loop run?",
        as_ids),
    Misconception(
        "least-likely", partial(_decode, worst=True),
        "Your ids are exactly those of the *least* likely tokens.",
        "Greedy decoding takes the most likely one each time.", "Which end of the logits do you take?", as_ids),
    *(Misconception(
        "one-argmax-for-all", wrong,
        "Your code does exactly what it does when `argmax` is given no axis: it finds one place in the whole table "
        "(B, vocab_size), not one in each row.",
        "For one sentence both are the same. For several, the place counts through all rows and is no id of a token.",
        "Which axis of (B, vocab_size) counts the tokens to choose from?", as_ids)
      for wrong in (_decode_by_one_argmax, partial(_decode_by_one_argmax, set_ended=True))),
    Misconception(
        "predicted-in-one-go", _decode_in_one_go,
        "Your ids are exactly the model's predictions for every position of the finished target, one more than needed.",
        "After the loop the translation is already there; the model need not be asked again.", "What do you return?",
        as_ids),
]


# ------------------------------------------------------------------------------- 9.5 precision

def _grams(sentence, n, kind="ngram"):
    if kind == "short":
        return [tuple(sentence[i:i + n]) for i in range(len(sentence) - n)]
    if kind == "ragged":
        return [tuple(sentence[i:i + n]) for i in range(len(sentence))]
    if kind == "blocks":
        return [tuple(sentence[i:i + n]) for i in range(0, len(sentence) - n + 1, n)]
    if kind in ("letters", "letters and blanks"):
        sentence = ("" if kind == "letters" else " ").join(sentence)
        return [sentence[i:i + n] for i in range(len(sentence) - n + 1)]
    if kind == "bags":
        return [tuple(sorted(sentence[i:i + n])) for i in range(len(sentence) - n + 1)]
    if kind == "up to n":
        return [gram for m in range(1, n + 1) for gram in _grams(sentence, m)]
    return [tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1)]


def _precision(hypotheses, references, n, clip=True, unique=False, swap=False, mean=False, kind="ngram",
               by_words=False, joined=False, by_place=False, only=None, distinct=False, negative=False,
               every=False, added=False, whole=False):
    """`ngram_precision` with one thing done differently."""
    if swap:
        hypotheses, references = references, hypotheses
    if joined:
        hypotheses, references = [sum(hypotheses, [])], [sum(references, [])]
    matches, totals = [], []
    if only is not None:
        hypotheses, references = [hypotheses[only]], [references[only]]
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        have, allowed = _grams(hypothesis, n, kind), _grams(reference, n, kind)
        if unique:
            have, allowed = sorted(set(have)), sorted(set(allowed))
        if by_place:
            matches.append(sum(a == b for a, b in zip(have, allowed, strict=False)))
        elif every:
            matches.append(sum((Counter(have) & Counter(_grams(r, n))).total() for r in references))
        elif added:
            matches.append(sum(Counter(allowed)[gram] for gram in set(have)))
        elif clip:
            matches.append((Counter(have) & Counter(allowed)).total())
        else:
            matches.append(sum(gram in allowed for gram in have))
        totals.append(len(hypothesis) - n + 1 if negative else
                      len(hypothesis if by_words else set(have) if distinct else have))
    if mean:
        scores = [match / total for match, total in zip(matches, totals, strict=True) if total]
        return sum(scores) / len(scores)
    return sum(matches) // sum(totals) if whole else sum(matches) / sum(totals)


def _precision_of_pools(hypotheses, references, n):
    have = Counter(gram for sentence in hypotheses for gram in _grams(sentence, n))
    allowed = Counter(gram for sentence in references for gram in _grams(sentence, n))
    return (have & allowed).total() / have.total()


def _mean_with_zeros(hypotheses, references, n):
    scores = []
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        have = _grams(hypothesis, n)
        scores.append((Counter(have) & Counter(_grams(reference, n))).total() / max(len(have), 1))
    return float(np.mean(scores))


PRECISION = [
    Misconception(
        "not-clipped", partial(_precision, clip=False),
        "Your precision is exactly what comes out when an n-gram counts each time the translation says it, however "
        "often the reference has it.",
        "“the the the the” would then be a perfect translation of any sentence with a “the”.",
        "How often may one n-gram match?", as_sentences),
    Misconception(
        "each-once", partial(_precision, unique=True),
        "Your precision is exactly what comes out when every n-gram counts once, however often it is said.",
        "A word that is rightly said twice should count twice.", "Do you make a set of the n-grams?", as_sentences),
    Misconception(
        "mean-of-sentences", partial(_precision, mean=True),
        "Your precision is exactly the mean of the sentences' precisions.",
        "That gives a sentence of two words as much weight as one of twenty. BLEU adds up first and divides once.",
        "Where is your division: inside the loop over sentences, or after it?", as_sentences),
    Misconception(
        "mean-of-sentences", _mean_with_zeros,
        "Your precision is exactly the mean of the sentences' precisions, with 0 for sentences that have no n-gram.",
        "That gives a sentence of two words as much weight as one of twenty. BLEU adds up first and divides once.",
        "Where is your division: inside the loop over sentences, or after it?", as_sentences),
    Misconception(
        "recall", partial(_precision, swap=True),
        "Your precision is exactly what comes out when translation and reference change places. That is the recall: "
        "how much of the reference was said.",
        "Precision asks how much of what was said is right. BLEU punishes what is missing in another way.",
        "Whose n-grams do you divide by?", as_sentences),
    Misconception(
        "pooled", _precision_of_pools,
        "Your precision is exactly what comes out when the n-grams of all sentences lie in one heap before they are "
        "compared.",
        "A word would then be right because some other sentence's reference has it.",
        "Are translation and reference compared sentence by sentence?", as_sentences),
    Misconception(
        "joined", partial(_precision, joined=True),
        "Your precision is exactly what comes out when all sentences are joined into one before n-grams are formed.",
        "That makes n-grams across the ends of sentences, and lets words match in other sentences.",
        "Are n-grams formed sentence by sentence?", as_sentences),
    Misconception(
        "letters-for-words", partial(_precision, kind="letters"),
        "Your precision is exactly that of n-grams of *letters*, of the words of a sentence written together.",
        "A sentence is a list of words, and an n-gram is n words of it.", "Do you join the words into a string?",
        as_sentences),
    Misconception(
        "letters-for-words", partial(_precision, kind="letters and blanks"),
        "Your precision is exactly that of n-grams of *letters*, with the blanks between the words.",
        "A sentence is a list of words, and an n-gram is n words of it.", "Do you join the words into a string?",
        as_sentences),
    *(Misconception(
        "one-sentence-only", partial(_precision, only=only),
        f"Your precision is exactly that of the {name} sentence alone.",
        "Matches and n-grams are added up over all sentences.", look, as_sentences)
      for only, name, look in ((0, "first", "Is your `return` inside the loop?"),
                               (-1, "last", "Where are your sums set to 0: before the loop, or in it?"))),
    Misconception(
        "every-reference-counts", partial(_precision, every=True),
        "Your precision is exactly what comes out when each translation is compared with *all* references, and all "
        "matches are added up.", "A word would then be right because some other sentence's reference has it.",
        "Which two sentences belong together?", as_sentences),
    Misconception(
        "reference-counts-added", partial(_precision, added=True),
        "Your precision is exactly what comes out when an n-gram matches as often as the reference has it, even if "
        "the translation says it less often.", "A word said once can be right only once.",
        "Of which two numbers must it be the smaller one?", as_sentences),
    Misconception(
        "divided-by-different-n-grams", partial(_precision, distinct=True),
        "Your precision is exactly the number of matches divided by the number of *different* n-grams.",
        "An n-gram that is said twice counts twice, above the line and below it.",
        "What is the length of a Counter?", as_sentences),
    Misconception(
        "negative-counts", partial(_precision, negative=True),
        "Your precision is exactly what comes out when every sentence of m words counts as m − n + 1 n-grams, even "
        "where that is negative.", "A sentence shorter than n has no n-grams, and must not take away those of others.",
        "What is m − n + 1 for m = 1 and n = 3?", as_sentences),
    Misconception(
        "rounded-down", partial(_precision, whole=True),
        "Your precision is exactly the expected one, rounded down to a whole number.",
        "A share lies between 0 and 1.", "In Python `/` divides, and `//` divides and rounds down.", as_sentences),
    Misconception(
        "last-n-gram-missing", partial(_precision, kind="short"),
        "Your precision is exactly what comes out when the last n-gram of every sentence is left out.",
        "A sentence of m words has m − n + 1 n-grams.", "Where does your range end?", as_sentences),
    Misconception(
        "ragged-end", partial(_precision, kind="ragged"),
        "Your precision is exactly what comes out when the shorter remains at the end of a sentence count as n-grams.",
        "A slice past the end is short and not an error. A sentence of m words has m − n + 1 n-grams.",
        "Where does your range end?", as_sentences),
    Misconception(
        "blocks", partial(_precision, kind="blocks"),
        "Your precision is exactly what comes out when sentences are cut into blocks of n words.",
        "N-grams overlap: of “the black cat” both “the black” and “black cat” are pairs.",
        "How far do you move from one n-gram to the next?", as_sentences),
    Misconception(
        "order-ignored", partial(_precision, kind="bags"),
        "Your precision is exactly what comes out when the order of the words within an n-gram does not count.",
        "Word order is what n-grams of two and more words are there to judge.", "Is anything sorted, or a set?",
        as_sentences),
    Misconception(
        "all-sizes-up-to-n", partial(_precision, kind="up to n"),
        "Your precision is exactly what comes out when all n-grams from 1 to n are counted together.",
        "BLEU has one precision for each n and then takes their geometric mean.", "Is there a loop over n?",
        as_sentences),
    Misconception(
        "divided-by-words", partial(_precision, by_words=True),
        "Your precision is exactly the number of matches divided by the number of *words*.",
        "There are fewer n-grams than words, so even a perfect translation would not reach 1.",
        "What do you divide by?", as_sentences),
    Misconception(
        "same-place-only", partial(_precision, by_place=True),
        "Your precision is exactly what comes out when an n-gram counts only at the place where the reference has it.",
        "One word more at the start would then make everything after it wrong.",
        "Do you compare place by place?", as_sentences),
]
