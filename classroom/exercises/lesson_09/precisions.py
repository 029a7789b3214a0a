"""Lesson 09: n-gram precision, wrongly done in ways that learners do it. Used by `mistakes_precision`."""
from collections import Counter

import numpy as np


def grams_of(sentence, n, kind="ngram"):
    if kind == "padded":
        sentence = ["<s>", *sentence, "</s>"]
    if kind == "short":
        return [tuple(sentence[i:i + n]) for i in range(len(sentence) - n)]
    if kind == "at least one":
        return [tuple(sentence[i:i + n]) for i in range(max(1, len(sentence) - n + 1))]
    if kind == "ragged":
        return [tuple(sentence[i:i + n]) for i in range(len(sentence))]
    if kind == "blocks":
        return [tuple(sentence[i:i + n]) for i in range(0, len(sentence) - n + 1, n)]
    if kind in ("letters", "letters and blanks"):
        sentence = ("" if kind == "letters" else " ").join(sentence)
        return [sentence[i:i + n] for i in range(len(sentence) - n + 1)]
    if kind in ("glued", "lower-cased", "words"):
        change = {"glued": "".join, "lower-cased": lambda gram: " ".join(gram).lower(), "words": " ".join}[kind]
        n = 1 if kind == "words" else n
        return [change(sentence[i:i + n]) for i in range(len(sentence) - n + 1)]
    if kind == "sets":
        return [frozenset(sentence[i:i + n]) for i in range(len(sentence) - n + 1)]
    if kind == "one longer":
        return [tuple(sentence[i:i + n + 1]) for i in range(len(sentence) - n + 1)]
    if kind == "bags":
        return [tuple(sorted(sentence[i:i + n])) for i in range(len(sentence) - n + 1)]
    if kind == "up to n":
        return [gram for m in range(1, n + 1) for gram in grams_of(sentence, m)]
    return [tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1)]


def precision(hypotheses, references, n, clip=True, unique=False, swap=False, mean=False, kind="ngram",
              by_words=False, joined=False, by_place=False, only=None, distinct=False, negative=False,
              every=False, added=False, whole=False, at_least_one=False, brevity=False, constant=None, guard=True,
              size=None, below="", without=0.0, more=0, smoothed=False, short="", then="skip", how="", digits=None,
              unmatched_too=True, by_sentences=False):
    """`ngram_precision` with one thing done differently."""
    if constant is not None:
        return constant
    n = (n if size is None else size) + more
    if swap:
        hypotheses, references = references, hypotheses
    if joined:
        hypotheses, references = [sum(hypotheses, [])], [sum(references, [])]
    matches, totals = [], []
    kept = Counter(), Counter()
    everywhere = Counter()
    for reference in references:
        grams = Counter(grams_of(reference, n))
        everywhere = everywhere + grams if how == "all, added" else everywhere | grams
    if only is not None:
        hypotheses, references = [hypotheses[only]], [references[only]]
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        length = {"translation": len(hypothesis), "reference": len(reference),
                  "either": min(len(hypothesis), len(reference))}.get(short, n)
        if length < n and then == "zero":
            return 0.0
        if length < n and then == "break":
            break
        if length < n:
            continue
        have, allowed = grams_of(hypothesis, n, kind), grams_of(reference, n, kind)
        if unique:
            have, allowed = sorted(set(have)), sorted(set(allowed))
        if how == "counters kept":
            kept[0].update(have)
            kept[1].update(allowed)
            have, allowed = list(kept[0].elements()), list(kept[1].elements())
        if how == "once":
            matches.append(len(set(have) & set(allowed)))
        elif how in ("all", "all, added"):
            matches.append((Counter(have) & everywhere).total())
        elif how == "left over":
            matches.append((Counter(have) - Counter(allowed)).total())
        elif how == "larger":
            matches.append(sum(max(k, Counter(allowed)[gram]) for gram, k in Counter(have).items()
                               if gram in allowed or not clip))
        elif how == "each with each":
            matches.append(sum(gram == other for gram in have for other in allowed))
        elif how == "best of all":
            matches.append(max((Counter(have) & Counter(grams_of(r, n))).total() for r in references))
        elif how in ("pieces", "pieces, each time"):
            text = " ".join(reference)
            matches.append(sum(min(k, text.count(" ".join(gram))) if how == "pieces" else k * (" ".join(gram) in text)
                               for gram, k in Counter(have).items()))
        elif how == "either":
            matches.append((Counter(have) | Counter(allowed)).total())
        elif by_place:
            matches.append(sum(a == b for a, b in zip(have, allowed, strict=False)))
        elif every:
            matches.append(sum((Counter(have) & Counter(grams_of(r, n))).total() for r in references))
        elif added:
            matches.append(sum(Counter(allowed)[gram] for gram in set(have)))
        elif clip:
            matches.append((Counter(have) & Counter(allowed)).total())
        else:
            matches.append(sum(gram in allowed for gram in have))
        total = len(hypothesis if by_words else set(have) if distinct else have)
        total = len(hypothesis) - n + 1 if negative else total
        total = {"": total, "larger": max(total, len(allowed)), "smaller": min(total, len(allowed)),
                 "mean": (total + len(allowed)) / 2, "union": (Counter(have) | Counter(allowed)).total()}[below]
        if matches[-1] or unmatched_too:
            totals.append(max(1, total) if at_least_one else total)
    if mean:
        scores = [match / total for match, total in zip(matches, totals, strict=True) if total]
        return sum(scores) / max(len(scores), 1)
    if not sum(totals) and guard:
        return without
    if below == "" and smoothed:
        return (sum(matches) + 1) / (sum(totals) + 1)
    if brevity and any(hypotheses):
        h, r = sum(map(len, hypotheses)), sum(map(len, references))
        return min(1.0, np.exp(1 - r / h)) * sum(matches) / sum(totals)
    if by_sentences:
        return sum(matches) / max(len(hypotheses), 1)
    found = sum(matches) // sum(totals) if whole else sum(matches) / sum(totals)
    return found if digits is None else round(found, digits)


def precision_of_pools(hypotheses, references, n):
    have = Counter(gram for sentence in hypotheses for gram in grams_of(sentence, n))
    allowed = Counter(gram for sentence in references for gram in grams_of(sentence, n))
    return (have & allowed).total() / max(have.total(), 1)


def mean_with_zeros(hypotheses, references, n):
    scores = []
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        have = grams_of(hypothesis, n)
        scores.append((Counter(have) & Counter(grams_of(reference, n))).total() / max(len(have), 1))
    return float(np.mean(scores))
