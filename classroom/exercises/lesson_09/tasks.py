"""Lesson 09: subwords, the first loss, greedy decoding, and what BLEU counts."""
from collections import Counter
from itertools import pairwise

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.ask.language import MergedSymbols, NextTokens, PairCounts, Sentences
from classroom.ask.outcome import agree
from classroom.exercises import runs
from classroom.judge.exercise import Choice, Exercise, Property
from course._words import later, say

from . import mistakes, mistakes_decoding, mistakes_merging, mistakes_precision
from .decoders import BOS, EOS, PAD


def count_pairs(words):
    """How often each pair of neighbours occurs: {("l", "o", "w"): 5} -> {("l", "o"): 5, ("o", "w"): 5}."""
    counts = Counter()
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts


def merge_pair(symbols, pair):
    """Write the pair as one symbol wherever it occurs: (["l", "o", "w"], ("l", "o")) -> ["lo", "w"]."""
    merged, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged


def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    """The most likely next token, again and again: source ids (B, T_k) -> ids (B, T), without bos."""
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, target)                       # (B, T, vocab_size)
        token = logits[:, -1].argmax(-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def ngram_precision(hypotheses, references, n):
    """The share of the hypotheses' n-grams that their references have as well, each at most as often as there."""
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        have = Counter(tuple(hypothesis[i:i + n]) for i in range(len(hypothesis) - n + 1))
        allowed = Counter(tuple(reference[i:i + n]) for i in range(len(reference) - n + 1))
        matches += sum(min(count, allowed[gram]) for gram, count in have.items())
        total += sum(have.values())
    return matches / total if total else 0.0


# ------------------------------------------------------------------------------------ cases

def _rows(rows):
    """Lists of numbers as a table, filled up with -1."""
    table = np.full((len(rows), max(map(len, rows), default=0)), -1)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


def _word_counts(rng):
    yield Case("“low”, five times", words=_rows([[0, 1, 2]]), times=np.array([5]))
    yield Case("two words with a pair in common", words=_rows([[0, 1, 2], [7, 1, 2]]), times=np.array([5, 2]))
    yield Case("a pair twice in one word", words=_rows([[0, 1, 0, 1, 2]]), times=np.array([3]))
    yield Case("a letter four times in a row", words=_rows([[3, 3, 3, 3]]), times=np.array([4]))
    yield Case("a letter twice, and another one", words=_rows([[3, 3, 1]]), times=np.array([4]))
    yield Case("a word of one letter", words=_rows([[13], [0, 1]]), times=np.array([9, 1]))
    yield Case("symbols that are merged already", words=_rows([[10, 2, 11], [10, 2, 12, 6]]), times=np.array([2, 6]))
    yield Case("a pair and its mirror image", words=_rows([[0, 1], [1, 0]]), times=np.array([3, 4]))
    words = {tuple(rng.integers(0, 12, size=rng.integers(2, 7))) for _ in range(9)}
    yield Case("nine words", words=_rows(sorted(words)), times=rng.integers(1, 30, size=len(words)))


def _symbol_lists(rng):
    def of(about, symbols, pair):
        return Case(about, symbols=np.array(symbols, dtype=int), pair=np.array(pair))
    yield of("once", [0, 1, 2], (0, 1))
    yield of("at the end", [7, 0, 1], (0, 1))
    yield of("twice", [0, 1, 2, 0, 1], (0, 1))
    yield of("not there", [0, 2, 1], (0, 1))
    yield of("the mirror image", [1, 0, 2], (0, 1))
    yield of("the first symbol of the pair twice", [0, 0, 1], (0, 1))
    yield of("three equal letters", [3, 3, 3], (3, 3))
    yield of("four equal letters", [2, 3, 3, 3, 3], (3, 3))
    yield of("a pair of merged symbols", [10, 11, 0, 1], (10, 11))
    yield of("a symbol that begins like the pair", [10, 2, 0, 1, 2], (1, 2))
    yield of("other symbols that spell the same", [0, 14, 10, 2], (10, 2))
    yield of("punctuation", [2, 1, 2, 15, 1, 16], (2, 15))
    yield of("one symbol", [0], (0, 1))
    yield of("no symbols at all", [], (0, 1))
    yield of("a longer word", rng.integers(0, 3, size=14), (0, 1))
    yield of("another longer word", rng.integers(0, 3, size=13), (1, 1))


def _of_a_tuple(ask):
    """Does it take a tuple, too?"""
    found = [ask(symbols=np.array([0, 1, 2]), pair=np.array([0, 1]), as_tuple=how) for how in (False, True)]
    if not found[0].returned or agree(*found):
        return None
    if found[1].error:
        return say("With lists your code is right. With the tuple `('l', 'o', 'w')` and the pair `('l', 'o')` it "
                   "raised {kind}: {text}.", kind=found[1].error.kind, text=found[1].error.text.rstrip("."))
    return say("With lists your code is right. With the tuple `('l', 'o', 'w')` and the pair `('l', 'o')` something "
               "else comes out than with the list.")


_TUPLES = Property(
    "lists-only", _of_a_tuple, "The words of the next cells are tuples, since a dictionary takes no lists as keys.",
    "What do you do with `symbols` that only a list can do? `list(symbols)` makes a list of either.")


def _tables(rng):
    """Tables of a model in which sentence b ends after `ends[b]` tokens and then babbles on."""
    def of(about, ends, max_len, vocab=16, t_k=4, bos=BOS, eos=EOS, pad=PAD, written=()):
        by_position = rng.normal(size=(len(ends), max_len + 1, vocab))
        by_position[:, :, [*{PAD, EOS, BOS, bos, eos, pad}]] -= 9.0
        for row, end in enumerate(ends):
            if end <= max_len:
                by_position[row, end - 1, eos] += 40.0
        for row, t, token in written:                 # here the model itself writes padding, say, or bos
            by_position[row, t, token] += 40.0
        source = np.concatenate([10 + np.arange(len(ends))[:, None], rng.integers(6, vocab, (len(ends), t_k - 1))], 1)
        by_token = 2 * rng.normal(size=(vocab, vocab))
        # After bos, eos and pad, and only there, other tokens are likely than after all others: each start differs.
        for token, likely in zip((bos, eos, pad), (6, 7, 8), strict=True):
            by_token[token] = 0.0
            by_token[token, likely] = 15.0
        for token in {PAD, BOS, EOS} - {bos, eos, pad}:          # ... and after the usual ids, where these are others
            by_token[token] = 0.0
            by_token[token, 3] = 15.0
        return Case(about, source=source, bos_id=bos, eos_id=eos, pad_id=pad, max_len=max_len,
                    by_position=by_position, by_token=by_token)
    yield of("one sentence", [4], 8)
    yield of("three sentences of different lengths", [5, 2, 4], 8)
    yield of("a sentence that ends at once", [1, 3], 6)
    yield of("a sentence that does not end", [9, 3], 5)
    yield of("one token at most", [5, 5], 1)
    yield of("more sentences, a larger vocabulary", [3, 9, 7, 1, 12], 12, vocab=30, t_k=6)
    yield of("all end together", [3, 3], 7)
    yield of("other ids for bos, eos and pad", [4, 2, 5], 7, bos=1, eos=4, pad=5)
    yield of("the model writes a padding token in the middle", [5, 4], 8, written=[(0, 2, PAD), (1, 1, PAD)])
    yield of("the model writes bos in the middle", [5, 4], 8, written=[(0, 2, BOS), (1, 1, BOS)])
    yield of("the model writes a token twice in a row", [5, 4], 8, written=[(0, 1, 9), (0, 2, 9)])
    yield of("bos and eos have the same id", [4, 2], 6, bos=EOS)
    yield of("a sentence that has ended writes eos again", [2, 7], 9, written=[(0, 2, EOS), (0, 3, EOS)])


def _endless(length):
    """Inputs for two sentences that never end."""
    return {"source": np.array([[10, 4], [11, 4]]), "bos_id": BOS, "eos_id": EOS, "pad_id": PAD, "max_len": length,
            "by_position": np.eye(16)[[4]].repeat(length + 1, 0)[None].repeat(2, 0), "by_token": np.zeros((16, 16))}


def _stops(ask):
    """Does the loop end when all sentences have ended? What it writes after that cannot be seen: it is padding."""
    ends, lengths = (3, 5), (15, 30)
    runs = []
    for length in lengths:
        inputs = _endless(length)
        by_position = inputs["by_position"].copy()
        for row, end in enumerate(ends):
            by_position[row, end - 1, EOS] = 9.0
        runs.append(ask(**{**inputs, "by_position": by_position}, count_runs=True).values.get("ids"))
    if any(found is None or found.size != 1 for found in runs):
        return None
    few, many = (int(found.flat[0]) for found in runs)
    if many <= few:
        return None
    return say("Your ids are right. But for two sentences that end after {ends} and {ends2} tokens the model is given "
               "{few} rows in all with max_len = {lengths}, and {many} with max_len = {lengths2}: one for each "
               "sentence and round.", ends=ends[0], ends2=ends[1], few=few, lengths=lengths[0], many=many,
               lengths2=lengths[1])


_STOPS = Property("does-not-stop", _stops, "When every sentence has ended there is nothing left to ask the model: what "
                  "follows is padding. A batch of sentences then takes `max_len` rounds, however short they are.",
                  "Is there a `break`, and is its condition true when each sentence ended in a round of its own?")


def _corpora(rng):
    def of(about, hypotheses, references, n):
        return Case(about, hypotheses=_rows(hypotheses), references=_rows(references), n=n)
    yield of("words of one sentence", [[0, 2, 3]], [[0, 1, 2, 3]], 1)
    yield of("pairs of one sentence", [[0, 2, 3]], [[0, 1, 2, 3]], 2)
    yield of("a word said too often", [[0, 0, 0, 0]], [[0, 2, 0, 3]], 1)
    yield of("right words in another order", [[3, 2, 1, 0]], [[0, 1, 2, 3]], 2)
    yield of("a long and a short sentence", [[0, 1, 2, 3, 4, 0, 6], [2, 9]], [[0, 1, 2, 3, 4, 0, 5], [8, 9]], 1)
    yield of("a word of another sentence", [[0, 2], [5, 6]], [[0, 1], [2, 6]], 1)
    yield of("a sentence shorter than n", [[2], [0, 1, 2, 3]], [[2], [0, 1, 2, 4]], 2)
    yield of("a sentence much shorter than n", [[2], [0, 1, 2, 3]], [[2], [0, 1, 2, 4]], 3)
    yield of("a sentence shorter than n between two others", [[0, 1, 2, 3], [2], [5, 6, 7]],
             [[0, 1, 2, 4], [2, 8], [5, 6, 7]], 2)
    yield of("a reference shorter than n", [[0, 1, 2], [5, 6, 7], [8, 9]], [[0, 1, 3], [5], [8, 9]], 2)
    yield of("a translation longer than its reference", [[0, 1, 2, 3, 7, 4]], [[0, 1, 2]], 1)
    yield of("a perfect translation", [[0, 1, 2, 3], [5, 6]], [[0, 1, 2, 3], [5, 6]], 2)
    yield of("capitals", [[11, 2, 3]], [[0, 2, 3]], 1)
    yield of("other words that are written alike without blanks", [[14, 15, 2]], [[12, 13, 2]], 2)
    yield of("no n-gram at all", [[0, 2], [5]], [[0, 1, 2, 3], [5, 6]], 3)
    yield of("no words at all", [[]], [[0, 2]], 1)
    for n in (1, 2, 3):
        yield of(later("ten sentences, n = {n}", n=n), [rng.integers(0, 4, size=rng.integers(3, 9)) for _ in range(10)],
                 [rng.integers(0, 4, size=rng.integers(3, 9)) for _ in range(10)], n)


# -------------------------------------------------------------------- right answers, written otherwise


EXERCISES = [
    Exercise(
        id="9.1", title="count pairs", names=("count_pairs",), points=1, minutes=8, difficulty=1,
        takes={"words": "words letters", "times": "words"}, gives={"counts": "first second"},
        reference=count_pairs, cases=_word_counts, probe=PairCounts(),
        place=mistakes.words_of, shows=mistakes.as_counts,
        misconceptions=mistakes.COUNTS,
        hints=("Write down the pairs of `(\"l\", \"o\", \"w\")` by hand. How many are there for a word of n symbols?",
               "`zip(symbols, symbols[1:])` walks over neighbours. A `Counter` starts every count at 0.",
               "Each pair of a word counts as often as the word occurs: add `times`, not 1."),
        moral="The pair with the largest count is the next one to be merged.",
    ),
    Exercise(
        id="9.2", title="merge a pair", names=("merge_pair",), points=2, minutes=12, difficulty=2,
        takes={"symbols": "letters", "pair": ""}, gives={"merged": "symbols"},
        reference=merge_pair, cases=_symbol_lists, probe=MergedSymbols(),
        place=mistakes_merging.symbols_of, shows=mistakes_merging.as_symbols,
        misconceptions=mistakes_merging.MERGES, properties=[_TUPLES],
        hints=("Go through the list from left to right with an index of your own. What are the two things that can "
               "happen at each place, and how far does the index move in each?",
               "A `for` loop always moves by one. After a merge you have used up two symbols, so a `while` loop, or a "
               "flag, fits better.",
               "At place i compare `symbols[i:i + 2]` with the pair: a slice past the end is short, not an error. Mind "
               "that a list never equals a tuple."),
        moral="Byte-pair encoding is these two functions in a loop: count, merge the most frequent pair, count again.",
    ),
    Choice(
        id="9.3", title="the first loss", names=("prediction",), points=1, minutes=3, difficulty=1,
        options=(0, 0.5, 8.7, 6000), reference=8.7,
        wrong={
            0: "A loss of 0 means that all the probability lies on the right token. An untrained model does not know "
               "which one that is.",
            0.5: "That would be a probability of exp(−0.5), about 0.6, for the right token: a well-trained model. "
                 "How much can a model that knows nothing give to one token out of 6,000?",
            6000: "6,000 is the number of tokens. The loss is a logarithm: of which number?",
            # No options, but what a computation of one's own may give.
            12.55: "12.55 is the logarithm to the base 2, in bits. The loss is made with the natural logarithm.",
            3.778: "3.78 is the logarithm to the base 10. The loss is made with the natural logarithm.",
            -8.7: "−8.7 is log(1/6000). The loss is *minus* the logarithm of what the right token gets.",
        },
        hints=("A model that knows nothing spreads its probability over the whole vocabulary.",
               "Each of 6,000 tokens gets about 1/6000. The loss is −log of what the right one gets.",
               "−log(1/6000) = log 6000, the natural logarithm. `np.log(6000)` tells."),
        solution_source="prediction = 8.7",
        moral="log 6000 = 8.7. A new model is somewhat above that, as the next cell shows. At twice as much it would "
              "be sure of something wrong: with this number in mind you see at the first step that there is a mistake.",
    ),
    Exercise(
        id="9.4", title="greedy decoding", names=("greedy_decode",), points=3, minutes=20, difficulty=3,
        takes={"model": "", "source": "B T_k", "bos_id": "", "eos_id": "", "pad_id": "", "max_len": ""},
        gives={"ids": "B T"}, reference=greedy_decode, cases=_tables, probe=NextTokens(), framework="torch",
        place=mistakes_decoding.source_of, shows=mistakes_decoding.as_ids,
        misconceptions=mistakes_decoding.DECODING, properties=[_STOPS, runs.once_per_token(_endless)],
        hints=("Begin with a column of bos. In each round ask the model for logits, take what it says about the "
               "*last* position, and append the best token to the target.",
               "Keep a boolean vector `ended`, one entry a sentence. A sentence that has ended gets pad, whatever the "
               "model says; the eos itself is kept.",
               "The new tokens are the argmax over the vocabulary at the last position: (B,). As a column (B, 1) they "
               "are appended by `torch.cat` along axis 1. Leave the loop when all have ended, and drop the column of "
               "bos at the end."),
        moral="The loop that turns a predictor of one token into a translator.",
    ),
    Exercise(
        id="9.5", title="n-gram precision", names=("ngram_precision",), points=2, minutes=15, difficulty=2,
        takes={"hypotheses": "sentences words", "references": "sentences words", "n": ""}, gives={"precision": ""},
        reference=ngram_precision, cases=_corpora, probe=Sentences(),
        place=mistakes_precision.sentences_of, shows=mistakes_precision.as_sentences,
        misconceptions=mistakes_precision.PRECISION,
        hints=("For one sentence: list the n-grams of the translation, and those of the reference. How many of the "
               "first can be crossed out against the second, one for one?",
               "Two `Counter`s: an n-gram matches at most as often as the reference has it, `min` of the two counts.",
               "Add up matches and n-grams over all sentences first, and divide once at the end."),
        moral="BLEU is the geometric mean of four of these, n = 1 to 4, times a penalty for translations that are too "
              "short.",
    ),
]
