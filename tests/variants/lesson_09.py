"""Lesson 09: right answers, written otherwise than the solutions."""
from collections import Counter
from fractions import Fraction

import numpy as np
import torch

from classroom.exercises.lesson_09.tasks import count_pairs


def _counts_by_index(words):
    counts = {}
    for symbols in words:
        for i in range(len(symbols) - 1):
            pair = (symbols[i], symbols[i + 1])
            counts[pair] = counts.get(pair, 0) + words[symbols]
    return counts


def _counts_with_zeros(words):
    return {(a, b): sum(times * sum(p == (a, b) for p in zip(w, w[1:], strict=False)) for w, times in words.items())
            for w0 in words for a in w0 for b in w0} | dict(count_pairs(words))


def _merge_from_the_left(symbols, pair):
    if len(symbols) < 2:
        return list(symbols)
    if (symbols[0], symbols[1]) == tuple(pair):
        return [symbols[0] + symbols[1], *_merge_from_the_left(symbols[2:], pair)]
    return [symbols[0], *_merge_from_the_left(symbols[1:], pair)]


def _merge_with_a_flag(symbols, pair):
    merged, used = [], False
    for i, symbol in enumerate(symbols):
        if used:
            used = False
        elif i + 1 < len(symbols) and symbol == pair[0] and symbols[i + 1] == pair[1]:
            merged.append(pair[0] + pair[1])
            used = True
        else:
            merged.append(symbol)
    return tuple(merged)


def _decode_to_the_end(model, source, bos_id, eos_id, pad_id, max_len):
    ids = source.new_full((source.shape[0], max_len + 1), pad_id)
    ids[:, 0] = bos_id
    for t in range(max_len):
        ids[:, t + 1] = model(source, ids[:, : t + 1])[:, t].softmax(-1).max(-1).indices
        if (ids[:, 1:] == eos_id).any(1).all():
            break
    ids = ids[:, 1:]
    after_eos = (ids == eos_id).cumsum(1) - (ids == eos_id).long() > 0
    return ids.masked_fill(after_eos, pad_id)


def _decode_one_by_one(model, source, bos_id, eos_id, pad_id, max_len):
    written = []
    for row in source:
        ids = []
        while len(ids) < max_len and ids[-1:] != [eos_id]:
            ids.append(int(model(row[None], torch.tensor([[bos_id, *ids]]))[0, -1].topk(1).indices))
        written.append(torch.tensor(ids))
    return torch.nn.utils.rnn.pad_sequence(written, batch_first=True, padding_value=pad_id)


def _precision_by_crossing_out(hypotheses, references, n):
    matches, total = 0, 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        left = [tuple(reference[i:i + n]) for i in range(len(reference) - n + 1)]
        for i in range(len(hypothesis) - n + 1):
            total += 1
            if tuple(hypothesis[i:i + n]) in left:
                left.remove(tuple(hypothesis[i:i + n]))
                matches += 1
    return np.float64(matches / max(total, 1))


def _precision_by_intersection(hypotheses, references, n):
    def grams(sentence):
        return Counter(" ".join(words) for words in zip(*(sentence[i:] for i in range(n)), strict=False))
    pairs = [(grams(h), grams(r)) for h, r in zip(hypotheses, references, strict=True)]
    total = sum(h.total() for h, _ in pairs)
    return Fraction(sum((h & r).total() for h, r in pairs), total) if total else 0


VARIANTS = {
    "9.1": [_counts_by_index, _counts_with_zeros],
    "9.2": [_merge_from_the_left, _merge_with_a_flag],
    "9.4": [_decode_to_the_end, _decode_one_by_one],
    "9.5": [_precision_by_crossing_out, _precision_by_intersection],
}
