"""Lesson 09: more answers as learners write them, and what they are to be told."""
import re
from collections import Counter
from itertools import pairwise

import pytest
import torch

from .told import refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


def counting(pairs, add=lambda counts, pair, times: counts[pair] + times, end=lambda counts: counts):
    def count(words):
        counts = Counter()
        for word, times in words.items():
            for pair in pairs(word):
                counts[pair] = add(counts, pair, times)
        return end(counts)
    return count


@pytest.mark.parametrize("answer, slug", [
    (counting(lambda word: [*pairwise(word)][1:]), "first-pair-missing"),
    (counting(pairwise, add=lambda counts, pair, times: counts[pair] + times * times), "count-multiplied-twice"),
    (counting(lambda word: [(s, word[word.index(s) + 1]) for s in word[:-1]]), "index-of-the-first-symbol"),
    (counting(pairwise, end=lambda counts: dict(counts.most_common(1))), "most-frequent-only"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_counts_that_go_astray_are_named(answer, slug):
    refused("9.1", answer, slug)


def by_text(find, text=" {} "):
    return lambda symbols, pair: find(pair, text.format(" ".join(symbols))).split()


def test_a_pair_looked_for_in_a_text_is_told_what_its_edges_do():
    refused("9.2", by_text(lambda pair, text: text.replace(f" {' '.join(pair)} ", f" {''.join(pair)} ")),
            "blank-used-up", ["'ee', 'e', 'e'", "blank"])
    refused("9.2", by_text(lambda pair, text: re.sub(rf"\b{re.escape(' '.join(pair))}\b", "".join(pair), text)),
            "marks-have-no-word-boundary", [r"`\b`"])
    refused("9.2", by_text(lambda pair, text: re.sub(" ".join(pair), "".join(pair), text)), "found-inside-symbols")


def test_what_becomes_of_the_other_symbols_is_told():
    def merging(hit, other, apart=False, stop=False):
        def merge(symbols, pair):
            symbols = list("".join(symbols)) if apart else symbols
            merged, i = [], 0
            while i < len(symbols):
                here = tuple(symbols[i:i + 2])
                merged += [pair[0] + pair[1]] if hit(here, pair) else other(symbols[i])
                i += len(symbols) if stop and hit(here, pair) else 1 + hit(here, pair)
            return merged
        return merge

    def same(here, pair):
        return here == pair
    refused("9.2", merging(same, str), "letters-of-the-others", ["`+=`"])
    refused("9.2", merging(same, lambda symbol: [symbol], apart=True), "letters-first")
    refused("9.2", merging(same, lambda symbol: [symbol], stop=True), "rest-lost", ["first"])
    refused("9.2", merging(lambda here, pair: set(here) == set(pair), lambda symbol: [symbol]), "compared-as-sets")


def decoding(join=lambda target, token: torch.cat([target, token[:, None]], 1), begin=None,
             ends=lambda ended, new: ended | new, enough=torch.all, end=lambda ids, eos_id, pad_id: ids):
    def decode(model, source, bos_id, eos_id, pad_id, max_len):
        target = torch.full((len(source), 1), bos_id) if begin is None else begin(source)
        ended = torch.zeros(len(source), dtype=torch.bool)
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1).masked_fill(ended, pad_id)
            target, ended = join(target, token), ends(ended, token == eos_id)
            if enough(ended):
                break
        return end(target[:, 1:], eos_id, pad_id)
    return decode


def test_a_sentence_without_eos_is_not_wiped():
    def cut(ids, eos_id, pad_id):
        place = (ids == eos_id).int().argmax(1)
        return torch.where(torch.arange(ids.shape[1]) > place[:, None], pad_id, ids)
    refused("9.4", decoding(ends=lambda ended, new: ended, end=cut), "no-eos-taken-for-the-first-place",
            ["left out here", "`argmax`"])


def test_ended_and_new_is_asked_how_they_are_joined():
    refused("9.4", decoding(ends=lambda ended, new: ended & new), "no-stop-at-all", ["joined"])


def test_columns_of_padding_that_are_not_shown_are_said_to_be_left_out():
    def filled_too_early(model, source, bos_id, eos_id, pad_id, max_len):
        target, ended = torch.full((len(source), 1), bos_id), torch.zeros(len(source), dtype=torch.bool)
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1)
            ended = ended | (token == eos_id)
            target = torch.cat([target, token.masked_fill(ended, pad_id)[:, None]], 1)
            if ended.all():
                break
        return target[:, 1:]
    refused("9.4", filled_too_early, "eos-left-out", ["Columns at the end that are pad in all sentences"])


@pytest.mark.parametrize("answer, slug", [
    (decoding(begin=lambda source: source[:, :1]), "starts-with-the-source"),
    (decoding(join=lambda target, token: torch.cat([token[:, None], target], 1)), "new-token-in-front"),
    (decoding(enough=lambda ended: ended.float().mean() > 0.5), "most-decide"),
    (decoding(end=lambda ids, *_: ids.T), "positions-first"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_decoders_that_begin_join_or_end_otherwise_are_named(answer, slug):
    refused("9.4", answer, slug)


@pytest.mark.parametrize("match, slug", [
    (lambda h, r: sum(max(n, r[gram]) for gram, n in h.items() if gram in r), "larger-count-taken"),
    (lambda h, r: sum(max(n, r[gram]) for gram, n in h.items()), "larger-count-taken"),
    (lambda h, r: sum(n * r[gram] for gram, n in h.items()), "each-with-each"),
], ids=["of-both", "of-all", "product"])
def test_matches_beyond_what_was_said_are_named(match, slug):
    def precision(hypotheses, references, n):
        sides = [[Counter(zip(*(s[k:] for k in range(n)), strict=False)) for s in side]
                 for side in (hypotheses, references)]
        total = sum(h.total() for h in sides[0])
        return sum(map(match, *sides)) / total if total else 0.0
    refused("9.5", precision, slug, ["1"])


# What is merged is written as it stands in the word, or backwards: such symbols are read, too.

@pytest.mark.parametrize("hit, written, slug", [
    (lambda here, pair: here[0] in pair and here[-1] in pair, lambda here, pair: here[0] + here[1],
     "either-symbol-twice"),
    (lambda here, pair: here in (pair, pair[::-1]), lambda here, pair: here[0] + here[1], "mirror-image-too"),
    (lambda here, pair: here == pair, lambda here, pair: pair[1] + pair[0], "merged-backwards"),
], ids=["in", "either order", "backwards"])
def test_the_order_of_a_pair_is_told(hit, written, slug):
    def merge(symbols, pair):
        merged, i = [], 0
        while i < len(symbols):
            here = tuple(symbols[i:i + 2])
            found = len(here) == 2 and hit(here, pair)
            merged.append(written(here, pair) if found else symbols[i])
            i += 1 + found
        return merged
    refused("9.2", merge, slug, ["'ol'"])


def test_a_model_switched_to_training_is_told():
    def switched(model, *given):
        model.train()
        return decoding()(model, *given)
    refused("9.4", switched, "training-mode")
