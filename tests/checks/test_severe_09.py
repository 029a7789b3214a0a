"""Lesson 09: answers that were accepted though wrong, or not told what they do."""
import re
from collections import Counter

import pytest
import torch

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


def looking_for_eos(ended):
    def decode(model, source, bos_id, eos_id, pad_id, max_len):
        ids = torch.full((len(source), 1), bos_id)
        for _ in range(max_len):
            done = ended(ids, eos_id)
            if done.all() and ids.shape[1] > 1:
                break
            token = model(source, ids)[:, -1].argmax(-1).masked_fill(done, pad_id)
            ids = torch.cat([ids, token[:, None]], 1)
        return ids[:, 1:]
    return decode


def test_bos_may_have_the_id_of_eos():
    accepted("9.4", looking_for_eos(lambda ids, eos_id: (ids[:, 1:] == eos_id).any(1)))
    refused("9.4", looking_for_eos(lambda ids, eos_id: (ids == eos_id).any(1)), "bos-taken-for-eos", ["same id"])

    def after_the_first(model, source, bos_id, eos_id, pad_id, max_len):
        ids, done = torch.full((len(source), 1), bos_id), torch.zeros(len(source), dtype=torch.bool)
        for _ in range(max_len):
            token = model(source, ids)[:, -1].argmax(-1).masked_fill(done, pad_id)
            ids = torch.cat([ids, token[:, None]], 1)
            done = (ids == eos_id).any(1)
            if done.all():
                break
        return ids[:, 1:]
    refused("9.4", after_the_first, "bos-taken-for-eos", ["same id"])

    def one_by_one(model, source, bos_id, eos_id, pad_id, max_len):
        written = []
        for row in source:
            ids = [bos_id]
            while len(ids) <= max_len and ids[-1] != eos_id:
                ids.append(int(model(row[None], torch.tensor([ids]))[0, -1].argmax()))
            written.append(torch.tensor(ids[1:]))
        return torch.nn.utils.rnn.pad_sequence(written, batch_first=True, padding_value=pad_id)
    refused("9.4", one_by_one, "bos-taken-for-eos", ["no ids beside padding"], ["float"])


def test_sentences_come_back_to_their_rows():
    def in_order_of_ending(model, source, bos_id, eos_id, pad_id, max_len):
        ids, finished = torch.full((len(source), 1), bos_id), []
        for _ in range(max_len):
            token = model(source, ids)[:, -1].argmax(-1)
            ids = torch.cat([ids, token[:, None]], 1)
            done = token == eos_id
            finished += list(ids[done][:, 1:])
            ids, source = ids[~done], source[~done]
            if not len(ids):
                break
        return torch.nn.utils.rnn.pad_sequence(finished + list(ids[:, 1:]), batch_first=True, padding_value=pad_id)
    refused("9.4", in_order_of_ending, "rows-in-order-of-ending", ["order in which the sentences end"])


def precision(end, grams=lambda words, n: Counter(zip(*(words[i:] for i in range(n)), strict=False))):
    def ngram_precision(hypotheses, references, n):
        found = [(grams(h, n), grams(r, n)) for h, r in zip(hypotheses, references, strict=True)]
        return end(sum((h & r).total() for h, r in found), sum(h.total() for h, _ in found))
    return ngram_precision


def test_smoothing_is_one_mistake_not_two():
    refused("9.5", precision(lambda m, t: (m + 1) / (t + 1)), "smoothed", ["1 is added"], ["Two things"])
    refused("9.5", precision(lambda m, t: (m + 1) / (t + 1) if t else 0), "smoothed", ["1 is added"])


def test_a_short_sentence_is_no_n_gram():
    def at_least_one(words, n):
        return Counter(tuple(words[i:i + n]) for i in range(max(1, len(words) - n + 1)))
    refused("9.5", precision(lambda m, t: m / t if t else 0, at_least_one), "short-sentence-taken-as-one",
            ["counts as one n-gram"])


def test_the_length_of_a_counter_is_asked_for():
    def different(hypotheses, references, n):
        def grams(words):
            return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))
        matches = sum(len(grams(h) & grams(r)) for h, r in zip(hypotheses, references, strict=True))
        total = sum(len(grams(h)) for h in hypotheses)
        return matches / total if total else 0
    refused("9.5", different, "each-once", ["`len` of a Counter"])


def test_a_list_that_becomes_shorter_in_the_loop():
    def both_read(symbols, pair):
        symbols = list(symbols)
        for i in range(len(symbols) - 1):
            if (symbols[i], symbols[i + 1]) == pair:
                symbols[i] = symbols[i] + symbols[i + 1]
                del symbols[i + 1]
        return symbols
    refused("9.2", both_read, "list-becomes-shorter", ["computed once"], ["The last element of a list"])

    def one_after_the_other(symbols, pair):
        symbols = list(symbols)
        for i in range(len(symbols) - 1):
            if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
                symbols[i] += symbols.pop(i + 1)
        return symbols
    refused("9.2", one_after_the_other, "list-becomes-shorter", ["computed once"], ["a pair before the end is merged"])

    def past_the_end(symbols, pair):
        merged, skip = [], False
        for i in range(len(symbols)):
            if skip:
                skip = False
            elif skip := (symbols[i], symbols[i + 1]) == pair:
                merged.append("".join(pair))
            else:
                merged.append(symbols[i])
        return merged
    refused("9.2", past_the_end, "index-beyond-the-end", ["The last element of a list"])


def by_pattern(before, after, escape):
    def merge_pair(symbols, pair):
        pattern = before + " ".join(re.escape(symbol) if escape else symbol for symbol in pair) + after
        return re.sub(pattern, "".join(pair), " ".join(symbols)).split(" ")
    return merge_pair


def test_a_text_that_is_split_at_single_blanks():
    made = ["`split(\" \")` makes `['']`"]
    refused("9.2", by_pattern(r"(?<!\S)", r"(?!\S)", False), "pattern-not-escaped", ["re.escape", *made])
    refused("9.2", by_pattern(r"\b", r"\b", False), "pattern-not-escaped", ["re.escape", *made])
    refused("9.2", by_pattern(r"\b", r"\b", True), "marks-have-no-word-boundary", made)
    refused("9.2", by_pattern("", "", False), "found-inside-symbols", made)
    refused("9.2", by_pattern(r"(?<!\S)", r"(?!\S)", True), "unknown-symbol", ["['']"])


def test_a_tuple_of_symbols_is_taken_too():
    def merge_pair(symbols, pair):
        out, i = symbols.copy(), 0
        while i < len(out) - 1:
            if (out[i], out[i + 1]) == pair:
                out[i : i + 2] = [pair[0] + pair[1]]
            i += 1
        return out

    refused("9.2", merge_pair, "lists-only", ("it raised AttributeError",))
    accepted("9.2", lambda symbols, pair: merge_pair(list(symbols), pair))


def test_two_places_on_after_equal_symbols():
    def count_pairs(words):
        counts = Counter()
        for symbols, times in words.items():
            i = 0
            while i < len(symbols) - 1:
                counts[symbols[i], symbols[i + 1]] += times
                i += 2 if symbols[i] == symbols[i + 1] else 1
        return counts
    refused("9.1", count_pairs, "two-places-on", ["after two equal symbols"])


def test_nan_is_no_zero():
    refused("9.5", precision(lambda m, t: m / t if t else float("nan")), "nan-for-nothing", ["not a number"])
    refused("9.5", precision(lambda m, t: torch.tensor(m) / torch.tensor(t)), "nan-for-nothing", ["not a number"])
