# %% prelude
import math
import random
from collections import Counter
from itertools import pairwise

# %% wrong: no clipping
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        known = {tuple(ref[i:i + n]) for i in range(len(ref) - n + 1)}
        grams = [tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1)]
        right += sum(gram in known for gram in grams)
        total += len(grams)
    return right / total

# %% wrong: every n-gram once, sets
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        a = {tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1)}
        b = {tuple(ref[i:i + n]) for i in range(len(ref) - n + 1)}
        right += len(a & b)
        total += len(a)
    return right / total

# %% wrong: mean of the sentences' precisions
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))
    shares = []
    for hyp, ref in zip(hypotheses, references, strict=True):
        h, r = grams(hyp), grams(ref)
        if h:
            shares.append((h & r).total() / h.total())
    return sum(shares) / len(shares)

# %% wrong: all sentences in one Counter
def ngram_precision(hypotheses, references, n):
    def grams(sentences):
        return Counter(tuple(s[i:i + n]) for s in sentences for i in range(len(s) - n + 1))
    h, r = grams(hypotheses), grams(references)
    return (h & r).total() / h.total()

# %% wrong: n-grams run from one sentence into the next
def ngram_precision(hypotheses, references, n):
    hyp = [word for sentence in hypotheses for word in sentence]
    ref = [word for sentence in references for word in sentence]
    h = Counter(zip(*(hyp[i:] for i in range(n))))
    r = Counter(zip(*(ref[i:] for i in range(n))))
    return sum((h & r).values()) / sum(h.values())

# %% wrong: last n-gram of each sentence left out
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        h = Counter(tuple(hyp[i:i + n]) for i in range(len(hyp) - n))
        r = Counter(tuple(ref[i:i + n]) for i in range(len(ref) - n))
        right += (h & r).total()
        total += h.total()
    return right / max(total, 1)

# %% wrong: divided by the references' n-grams, which is recall
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        h = Counter(tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1))
        r = Counter(tuple(ref[i:i + n]) for i in range(len(ref) - n + 1))
        right += (h & r).total()
        total += r.total()
    return right / total

# %% wrong: divided by the number of words
def ngram_precision(hypotheses, references, n):
    right = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        h = Counter(tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1))
        r = Counter(tuple(ref[i:i + n]) for i in range(len(ref) - n + 1))
        right += (h & r).total()
    return right / sum(len(hyp) for hyp in hypotheses)

# %% wrong: always pairs, n ignored
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        h, r = Counter(pairwise(hyp)), Counter(pairwise(ref))
        right += (h & r).total()
        total += h.total()
    return right / total

# %% wrong: all lengths up to n counted together
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        for k in range(1, n + 1):
            h = Counter(tuple(hyp[i:i + k]) for i in range(len(hyp) - k + 1))
            r = Counter(tuple(ref[i:i + k]) for i in range(len(ref) - k + 1))
            right += (h & r).total()
            total += h.total()
    return right / total

# %% wrong: n-grams glued together, so word borders vanish
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        h = Counter("".join(hyp[i:i + n]) for i in range(len(hyp) - n + 1))
        r = Counter("".join(ref[i:i + n]) for i in range(len(ref) - n + 1))
        right += (h & r).total()
        total += h.total()
    return right / total

# %% wrong: matched n-grams are cut out of the references themselves
def ngram_precision(hypotheses, references, n):
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        for i in range(len(hyp) - n + 1):
            total += 1
            for j in range(len(ref) - n + 1):
                if ref[j:j + n] == hyp[i:i + n]:
                    right += 1
                    del ref[j]
                    break
    return right / total

# %% right: Counters and their intersection
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))
    right = total = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        h, r = grams(hyp), grams(ref)
        right += (h & r).total()
        total += h.total()
    return right / total if total else 0.0

# %% right: min of the two counts, zip for the n-grams
def ngram_precision(hypotheses, references, n):
    matches, everything = 0, 0
    for h, r in zip(hypotheses, references):
        ours = Counter(zip(*[h[k:] for k in range(n)]))
        theirs = Counter(zip(*[r[k:] for k in range(n)]))
        for gram, times in ours.items():
            matches += min(times, theirs[gram])
            everything += times
    return matches / everything if everything > 0 else 0.0

# %% right: n-grams of the reference are crossed off a list
def all_runs(words, n):
    return [" ".join(map(repr, words[i:i + n])) for i in range(0, len(words) - n + 1)]

def ngram_precision(hypotheses, references, n):
    hits, n_grams = 0, 0
    for i in range(len(hypotheses)):
        left = all_runs(references[i], n)
        for gram in all_runs(hypotheses[i], n):
            n_grams += 1
            if gram in left:
                left.remove(gram)
                hits += 1
    return 0.0 if n_grams == 0 else hits / n_grams

# %% right: n-grams tagged with the number of their sentence
def ngram_precision(hypotheses, references, n):
    def tagged(sentences):
        return Counter((number, *words[i:i + n]) for number, words in enumerate(sentences)
                       for i in range(len(words) - n + 1))
    ours, theirs = tagged(hypotheses), tagged(references)
    return sum((ours & theirs).values()) / max(sum(ours.values()), 1)

# %% prelude
import math
from collections import Counter
from itertools import pairwise
# %% wrong: short sentences subtract from the total
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        h_grams = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        r_grams = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((h_grams & r_grams).values())
        total += len(h) - n + 1
    return matches / total if total else 0
# %% wrong: at least one n-gram for each sentence, as NLTK counts
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        h_grams = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        r_grams = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((h_grams & r_grams).values())
        total += max(1, sum(h_grams.values()))
    return matches / total
# %% wrong: counters of all sentences put together before comparing
def ngram_precision(hypotheses, references, n):
    h_grams, r_grams = Counter(), Counter()
    for h in hypotheses:
        h_grams.update(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
    for r in references:
        r_grams.update(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
    total = sum(h_grams.values())
    return sum((h_grams & r_grams).values()) / total if total else 0
# %% wrong: a match counts each time, no clipping
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        grams = [tuple(h[i:i + n]) for i in range(len(h) - n + 1)]
        ref = {tuple(r[i:i + n]) for i in range(len(r) - n + 1)}
        matches += sum(g in ref for g in grams)
        total += len(grams)
    return matches / total if total > 0 else 0.0
# %% wrong: mean of the sentences' precisions, another one
def ngram_precision(hypotheses, references, n):
    precisions = []
    for h, r in zip(hypotheses, references):
        a = Counter(zip(*[h[i:] for i in range(n)]))
        b = Counter(zip(*[r[i:] for i in range(n)]))
        if a:
            precisions.append(sum((a & b).values()) / sum(a.values()))
    return sum(precisions) / len(precisions) if precisions else 0
# %% wrong: divided by the references' n-grams
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        a = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        b = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((a & b).values())
        total += sum(b.values())
    return matches / total if total else 0
# %% wrong: words of an n-gram glued together
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        a = Counter("".join(h[i:i + n]) for i in range(len(h) - n + 1))
        b = Counter("".join(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((a & b).values())
        total += sum(a.values())
    return matches / total if total else 0
# %% wrong: each kind of n-gram counted once
def ngram_precision(hypotheses, references, n):
    hits, count = 0, 0
    for h, r in zip(hypotheses, references):
        a = {tuple(h[i:i + n]) for i in range(len(h) - n + 1)}
        b = {tuple(r[i:i + n]) for i in range(len(r) - n + 1)}
        hits += len(a & b)
        count += len(a)
    return hits / count if count else 0
# %% right: Counter and &
def ngram_precision(hypotheses, references, n):
    """The share of the hypotheses' n-grams that their references have, each at most as often as there."""
    def ngrams(words):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        found = ngrams(hypothesis)
        matches += (found & ngrams(reference)).total()
        total += found.total()
    return matches / total if total else 0
# %% right: crosses out n-grams of a list
def ngram_precision(hypotheses, references, n):
    good = 0
    everything = 0
    for k in range(len(hypotheses)):
        left = []
        for i in range(len(references[k]) - n + 1):
            left.append(references[k][i:i + n])
        for i in range(len(hypotheses[k]) - n + 1):
            everything += 1
            gram = hypotheses[k][i:i + n]
            if gram in left:
                left.remove(gram)
                good += 1
    if everything == 0:
        return 0
    return good / everything
# %% right: n-grams marked with the sentence's number
def ngram_precision(hypotheses, references, n):
    def tagged(sentences):
        return Counter((k, *gram) for k, s in enumerate(sentences) for gram in zip(*(s[i:] for i in range(n))))

    h, r = tagged(hypotheses), tagged(references)
    return sum(min(times, r[gram]) for gram, times in h.items()) / max(sum(h.values()), 1)

# %% prelude
import math
from collections import Counter
from itertools import pairwise
# %% wrong: divided by the n-grams of the references
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references):
        hyp = Counter(tuple(hypothesis[i:i + n]) for i in range(len(hypothesis) - n + 1))
        ref = Counter(tuple(reference[i:i + n]) for i in range(len(reference) - n + 1))
        matches += sum((hyp & ref).values())
        total += sum(ref.values())
    return matches / total if total else 0
# %% wrong: sets, every n-gram once
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for hypothesis, reference in zip(hypotheses, references):
        hyp = {tuple(hypothesis[i:i + n]) for i in range(len(hypothesis) - n + 1)}
        ref = {tuple(reference[i:i + n]) for i in range(len(reference) - n + 1)}
        matches += len(hyp & ref)
        total += len(hyp)
    return matches / total if total > 0 else 0
# %% wrong: all sentences in one counter
def ngram_precision(hypotheses, references, n):
    hyp, ref = Counter(), Counter()
    for sentence in hypotheses:
        hyp.update(tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1))
    for sentence in references:
        ref.update(tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1))
    total = sum(hyp.values())
    if total == 0:
        return 0
    return sum(min(times, ref[gram]) for gram, times in hyp.items()) / total
# %% wrong: the last n-gram of each sentence is missing
def ngram_precision(hypotheses, references, n):
    def grams(sentence):
        return Counter(tuple(sentence[i:i + n]) for i in range(len(sentence) - n))

    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references):
        hyp, ref = grams(hypothesis), grams(reference)
        matches += sum(min(hyp[g], ref[g]) for g in hyp)
        total += sum(hyp.values())
    return matches / total if total else 0
# %% right: matches crossed off a list
def ngram_precision(hypotheses, references, n):
    hits = tries = 0
    for hypothesis, reference in zip(hypotheses, references):
        left = list(zip(*(reference[i:] for i in range(n))))
        for gram in zip(*(hypothesis[i:] for i in range(n))):
            tries += 1
            if gram in left:
                left.remove(gram)
                hits += 1
    return hits / max(tries, 1)
# %% prelude
from collections import Counter
# %% wrong: not clipped: an n-gram matches as often as the hypothesis has it
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references):
        known = {tuple(reference[i:i + n]) for i in range(len(reference) - n + 1)}
        grams = [tuple(hypothesis[i:i + n]) for i in range(len(hypothesis) - n + 1)]
        matches += sum(gram in known for gram in grams)
        total += len(grams)
    return matches / total if total else 0
# %% wrong: mean of the sentences' precisions, not all matches divided by all n-grams
def ngram_precision(hypotheses, references, n):
    def grams(sentence):
        return Counter(tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1))

    precisions = []
    for h, r in zip(hypotheses, references):
        ours, theirs = grams(h), grams(r)
        if ours:
            precisions.append((ours & theirs).total() / ours.total())
    return sum(precisions) / len(precisions) if precisions else 0.0
# %% wrong: counts of all sentences are pooled before they are compared, so that n-grams match across sentences
def ngram_precision(hypotheses, references, n):
    def grams(sentences):
        return Counter(tuple(s[i:i + n]) for s in sentences for i in range(len(s) - n + 1))

    ours, theirs = grams(hypotheses), grams(references)
    if not ours:
        return 0
    return sum((ours & theirs).values()) / sum(ours.values())
# %% wrong: words of an n-gram are joined without a space, so different n-grams become equal
def ngram_precision(hypotheses, references, n):
    matched, total = 0, 0
    for h, r in zip(hypotheses, references):
        a = Counter("".join(h[i:i + n]) for i in range(len(h) - n + 1))
        b = Counter("".join(r[i:i + n]) for i in range(len(r) - n + 1))
        matched += sum(min(count, b[gram]) for gram, count in a.items())
        total += sum(a.values())
    return matched / total if total else 0
# %% wrong: returns 0 as soon as one hypothesis is shorter than n, not only if all are
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        if len(h) < n:
            return 0
        ours = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        theirs = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((ours & theirs).values())
        total += sum(ours.values())
    return matches / total if total else 0
# %% wrong: against division by zero each sentence counts at least one n-gram, also one that is too short
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        ours = Counter(zip(*(h[k:] for k in range(n))))
        theirs = Counter(zip(*(r[k:] for k in range(n))))
        matches += sum((ours & theirs).values())
        total += max(1, len(h) - n + 1)
    return matches / total
# %% wrong: the last n-gram of every sentence is missing (range(len - n))
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        ours = Counter(tuple(h[i:i + n]) for i in range(len(h) - n))
        theirs = Counter(tuple(r[i:i + n]) for i in range(len(r) - n))
        matches += (ours & theirs).total()
        total += ours.total()
    return matches / total if total else 0
# %% wrong: divides by the n-grams of the references, which is recall
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

    matches = sum((grams(h) & grams(r)).total() for h, r in zip(hypotheses, references))
    total = sum(grams(r).total() for r in references)
    return matches / total if total else 0.0
# %% wrong: divides by the number of different n-grams (len of the Counter), not by all of them
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        ours = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        theirs = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        for gram in ours:
            matches += min(ours[gram], theirs[gram])
        total += len(ours)
    return matches / total if total else 0
# %% right: strikes each match off a list of the reference's n-grams
def ngram_precision(hypotheses, references, n):
    hits = tried = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        left = [reference[i:i + n] for i in range(len(reference) - n + 1)]
        for start in range(len(hypothesis) - n + 1):
            tried += 1
            gram = hypothesis[start:start + n]
            if gram in left:
                left.remove(gram)
                hits += 1
    return hits / tried if tried else 0.0
# %% right: one Counter for all, with the number of the sentence in the key
def ngram_precision(hypotheses, references, n):
    def numbered(sentences):
        return Counter((k, *gram) for k, words in enumerate(sentences)
                       for gram in zip(*[words[shift:] for shift in range(n)]))

    ours, theirs = numbered(hypotheses), numbered(references)
    unmatched = (ours - theirs).total()
    return 1 - unmatched / ours.total() if ours else 0
# %% prelude
from collections import Counter
# %% wrong: one Counter for all hypotheses and one for all references, so it compares across sentences
def ngram_precision(hypotheses, references, n):
    def count(sentences):
        return Counter(tuple(s[i:i + n]) for s in sentences for i in range(len(s) - n + 1))

    hyp, ref = count(hypotheses), count(references)
    total = sum(hyp.values())
    return sum((hyp & ref).values()) / total if total else 0
# %% wrong: sets, so a repeated n-gram counts once among the matches and among all
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hyp, ref in zip(hypotheses, references):
        h = {tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1)}
        r = {tuple(ref[i:i + n]) for i in range(len(ref) - n + 1)}
        matches += len(h & r)
        total += len(h)
    if total == 0:
        return 0
    return matches / total
# %% wrong: the words of an n-gram are joined without a space, so "no sé" equals "nos é"
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        h_grams = Counter("".join(h[i:i + n]) for i in range(len(h) - n + 1))
        r_grams = Counter("".join(r[i:i + n]) for i in range(len(r) - n + 1))
        for gram, count in h_grams.items():
            matches += min(count, r_grams[gram])
            total += count
    return matches / total if total > 0 else 0.0
# %% wrong: counts all n-grams from 1 up to n, not only those of length n
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        for k in range(1, n + 1):
            a = Counter(zip(*(hypothesis[i:] for i in range(k))))
            b = Counter(zip(*(reference[i:] for i in range(k))))
            matches += (a & b).total()
            total += a.total()
    return matches / total if total else 0
# %% wrong: a hypothesis shorter than n - 1 adds a negative number to the total
def ngram_precision(hypotheses, references, n):
    matched = 0
    total = 0
    for hyp, ref in zip(hypotheses, references):
        hyp_counts = Counter(tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1))
        ref_counts = Counter(tuple(ref[i:i + n]) for i in range(len(ref) - n + 1))
        matched += sum(min(c, ref_counts[g]) for g, c in hyp_counts.items())
        total += len(hyp) - n + 1
    if total <= 0:
        return 0
    return matched / total
# %% wrong: the mean of the sentences' precisions instead of all matches by all n-grams
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

    precisions = []
    for h, r in zip(hypotheses, references):
        h, r = grams(h), grams(r)
        if h:
            precisions.append(sum((h & r).values()) / sum(h.values()))
    return sum(precisions) / len(precisions) if precisions else 0
# %% wrong: not clipped: an n-gram matches as often as the hypothesis repeats it
def ngram_precision(hypotheses, references, n):
    matches = 0
    total = 0
    for hyp, ref in zip(hypotheses, references):
        ref_ngrams = [ref[i:i + n] for i in range(len(ref) - n + 1)]
        for i in range(len(hyp) - n + 1):
            total += 1
            if hyp[i:i + n] in ref_ngrams:
                matches += 1
    return matches / total if total else 0
# %% right: each match is struck from a list of the reference's n-grams
def ngram_precision(hypotheses, references, n):
    hits = count = 0
    for said, wanted in zip(hypotheses, references):
        left = [wanted[i:i + n] for i in range(len(wanted) - n + 1)]
        for i in range(len(said) - n + 1):
            count += 1
            if said[i:i + n] in left:
                left.remove(said[i:i + n])
                hits += 1
    return hits / max(count, 1)
# %% right: all sentences at once, with the sentence's number as a part of the n-gram
def ngram_precision(hypotheses, references, n):
    def grams(sentences):
        return Counter((number, *words) for number, s in enumerate(sentences) for words in zip(*(s[i:] for i in range(n))))

    ours, theirs = grams(hypotheses), grams(references)
    missing = ours - theirs
    return 1 - missing.total() / ours.total() if ours else 0


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: range(len(words) - n): the last n-gram is missing
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        ch = Counter(tuple(h[i:i + n]) for i in range(len(h) - n))
        cr = Counter(tuple(r[i:i + n]) for i in range(len(r) - n))
        matches += (ch & cr).total()
        total += ch.total()
    return matches / total if total else 0.0

# %% wrong: n-grams as strings joined without blank: 'de l' = 'del'
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter("".join(words[i:i + n]) for i in range(len(words) - n + 1))
    pairs = [(grams(h), grams(r)) for h, r in zip(hypotheses, references)]
    total = sum(h.total() for h, _ in pairs)
    return sum((h & r).total() for h, r in pairs) / total if total else 0

# %% wrong: total counts different n-grams, len(counter), not all
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        ch = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        cr = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum(min(ch[g], cr[g]) for g in ch)
        total += len(ch)
    return matches / total if total else 0

# %% wrong: lower case, and one pooled Counter for the whole corpus
def ngram_precision(hypotheses, references, n):
    def grams(sentences):
        return Counter(tuple(w.lower() for w in s[i:i + n]) for s in sentences for i in range(len(s) - n + 1))
    h, r = grams(hypotheses), grams(references)
    return sum((h & r).values()) / sum(h.values()) if h else 0

# %% right: a Fraction, removing used n-grams from a list
from fractions import Fraction
def ngram_precision(hypotheses, references, n):
    found = every = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        free = [reference[i:i + n] for i in range(len(reference) - n + 1)]
        for i in range(len(hypothesis) - n + 1):
            every += 1
            gram = hypothesis[i:i + n]
            if gram in free:
                free.remove(gram)
                found += 1
    return Fraction(found, every) if every else Fraction(0)


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import re
from collections import Counter
from fractions import Fraction
from functools import reduce
from itertools import pairwise, product
import torch
def grams(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

# %% wrong: at least 1 in the denominator for each sentence, as in NLTK: short ones count as an n-gram
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        matches += (grams(h, n) & grams(r, n)).total()
        total += max(1, len(h) - n + 1)
    return matches / total if total else 0

# %% wrong: compares n-grams place by place
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        hs = [tuple(h[i:i + n]) for i in range(len(h) - n + 1)]
        rs = [tuple(r[i:i + n]) for i in range(len(r) - n + 1)]
        matches += sum(a == b for a, b in zip(hs, rs))
        total += len(hs)
    return matches / total if total else 0

# %% wrong: divides by the number of DIFFERENT n-grams: len(Counter), not its total
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        have, want = grams(h, n), grams(r, n)
        matches += sum(min(times, want[g]) for g, times in have.items())
        total += len(have)
    return matches / total if total else 0

# %% wrong: range(len - n) loses the last n-gram, AND no limit by the reference (not clipped)
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        want = {tuple(r[i:i + n]) for i in range(len(r) - n)}
        have = [tuple(h[i:i + n]) for i in range(len(h) - n)]
        matches += sum(g in want for g in have)
        total += len(have)
    return matches / total if total else 0

# %% right: returns a Fraction, uses multiset intersection of Counters of zipped slices
def ngram_precision(hypotheses, references, n):
    count = lambda words: Counter(zip(*(words[k:] for k in range(n))))
    mine, theirs = [*map(count, hypotheses)], [*map(count, references)]
    total = sum(c.total() for c in mine)
    return Fraction(sum((a & b).total() for a, b in zip(mine, theirs, strict=True)), total) if total else Fraction(0)

# %% prelude
from collections import Counter

# %% wrong: not clipped: an n-gram counts as often as the hypothesis has it
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return [tuple(words[i:i + n]) for i in range(len(words) - n + 1)]
    right = total = 0
    for h, r in zip(hypotheses, references):
        known = set(grams(r))
        right += sum(g in known for g in grams(h))
        total += len(grams(h))
    return right / total if total else 0

# %% wrong: mean of the sentences' precisions, of those that have an n-gram, by Counter &
def ngram_precision(hypotheses, references, n):
    values = []
    for h, r in zip(hypotheses, references):
        ch = Counter(zip(*[h[i:] for i in range(n)]))
        cr = Counter(zip(*[r[i:] for i in range(n)]))
        total = sum(ch.values())
        values.append(sum((ch & cr).values()) / total if total else 0.0)
    return sum(values) / len(values)

# %% wrong: one Counter for all hypotheses and one for all references: matches across sentences
def ngram_precision(hypotheses, references, n):
    ch, cr = Counter(), Counter()
    for h in hypotheses:
        ch.update(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
    for r in references:
        cr.update(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
    if not ch:
        return 0
    return sum((ch & cr).values()) / sum(ch.values())

# %% wrong: range(len - n): the last n-gram of each sentence is missing
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        ch = Counter(tuple(h[i:i + n]) for i in range(len(h) - n))
        cr = Counter(tuple(r[i:i + n]) for i in range(len(r) - n))
        matches += sum(min(times, cr[gram]) for gram, times in ch.items())
        total += sum(ch.values())
    return matches / total if total else 0

# %% right: zip of shifted lists, Counter &, total(); Fraction-free, max(total, 1)
def ngram_precision(hypotheses, references, n):
    counted = [[Counter(zip(*(words[k:] for k in range(n)))) for words in side] for side in (hypotheses, references)]
    matches = sum((h & r).total() for h, r in zip(*counted))
    return matches / max(1, sum(h.total() for h in counted[0]))

# %% prelude
from collections import Counter
from fractions import Fraction

# %% wrong: mean of the precisions of the sentences
def ngram_precision(hypotheses, references, n):
    def grams(s):
        return Counter(tuple(s[i:i + n]) for i in range(len(s) - n + 1))
    scores = []
    for h, r in zip(hypotheses, references):
        a, b = grams(h), grams(r)
        if a:
            scores.append((a & b).total() / a.total())
    return sum(scores) / len(scores) if scores else 0

# %% wrong: all references in one Counter: a match may come from another sentence
def ngram_precision(hypotheses, references, n):
    hyp, ref = Counter(), Counter()
    for h, r in zip(hypotheses, references):
        hyp.update(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        ref.update(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
    total = sum(hyp.values())
    return sum((hyp & ref).values()) / total if total else 0.0

# %% wrong: every n-gram counted once on both sides (sets)
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        a = {tuple(h[i:i + n]) for i in range(len(h) - n + 1)}
        b = {tuple(r[i:i + n]) for i in range(len(r) - n + 1)}
        matches += len(a & b)
        total += len(a)
    return matches / total if total else 0

# %% wrong: a hypothesis shorter than n: len - n + 1 is negative and lowers the total
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        a = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        b = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum(min(times, b[g]) for g, times in a.items())
        total += len(h) - n + 1
    return matches / total if total > 0 else 0

# %% right: takes each match out of a list of the reference's n-grams; a Fraction
def ngram_precision(hypotheses, references, n):
    hits = every = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        left = list(zip(*(ref[k:] for k in range(n))))
        for gram in zip(*(hyp[k:] for k in range(n))):
            every += 1
            if gram in left:
                left.remove(gram)
                hits += 1
    return Fraction(hits, every) if every else Fraction(0)

# %% wrong: looks for the n-gram in the text of the reference, where pieces of words match
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references):
        text = " ".join(reference)
        grams = Counter(tuple(hypothesis[i:i + n]) for i in range(len(hypothesis) - n + 1))
        for gram, count in grams.items():
            matches += min(count, text.count(" ".join(gram)))
        total += sum(grams.values())
    return matches / total if total else 0.0

# %% wrong: whether the text of the reference has it, each time it is said
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references):
        for i in range(len(hypothesis) - n + 1):
            total += 1
            matches += " ".join(hypothesis[i:i + n]) in " ".join(reference)
    return matches / total if total else 0.0

# %% prelude
from collections import Counter

# %% wrong: the total adds len - n + 1, which is negative for a sentence shorter than n - 1
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        h_ngrams = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        r_ngrams = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((h_ngrams & r_ngrams).values())
        total += len(h) - n + 1
    return matches / total if total > 0 else 0

# %% wrong: one Counter for all hypotheses and one for all references: matches across sentences, summed at the end
def ngram_precision(hypotheses, references, n):
    def ngrams(sentences):
        return Counter(tuple(s[i:i + n]) for s in sentences for i in range(len(s) - n + 1))
    hyp, ref = ngrams(hypotheses), ngrams(references)
    total = sum(hyp.values())
    if total == 0:
        return 0
    return sum(min(count, ref[gram]) for gram, count in hyp.items()) / total

# %% wrong: range(len - n): the last n-gram of each sentence is forgotten
def ngram_precision(hypotheses, references, n):
    matched = 0
    total = 0
    for hyp, ref in zip(hypotheses, references):
        hyp_counts = Counter([tuple(hyp[i:i+n]) for i in range(len(hyp) - n)])
        ref_counts = Counter([tuple(ref[i:i+n]) for i in range(len(ref) - n)])
        for ngram in hyp_counts:
            matched += min(hyp_counts[ngram], ref_counts[ngram])
        total += sum(hyp_counts.values())
    if total == 0:
        return 0.0
    return matched / total

# %% right: no Counter: each reference n-gram is crossed off a list when it is used
def ngram_precision(hypotheses, references, n):
    good = 0
    everything = 0
    for hyp, ref in zip(hypotheses, references):
        left = [ref[j:j + n] for j in range(0, len(ref) - n + 1)]
        for i in range(0, len(hyp) - n + 1):
            everything += 1
            if hyp[i:i + n] in left:
                left.remove(hyp[i:i + n])
                good += 1
    return good / everything if everything else 0

# %% prelude
from collections import Counter

# %% wrong: mean of the sentences' precisions, once more
def ngram_precision(hypotheses, references, n):
    scores = []
    for hyp, ref in zip(hypotheses, references):
        h = Counter(tuple(hyp[i:i + n]) for i in range(len(hyp) - n + 1))
        r = Counter(tuple(ref[i:i + n]) for i in range(len(ref) - n + 1))
        total = sum(h.values())
        if total:
            scores.append(sum((h & r).values()) / total)
    return sum(scores) / len(scores) if scores else 0

# %% wrong: no clipping, once more
def ngrams(sentence, n):
    return [tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1)]
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for hyp, ref in zip(hypotheses, references):
        known = set(ngrams(ref, n))
        for gram in ngrams(hyp, n):
            total += 1
            if gram in known:
                matches += 1
    return matches / total if total else 0.0

# %% wrong: range(len - n): the last n-gram is missing
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for hyp, ref in zip(hypotheses, references):
        h = Counter(tuple(hyp[i:i + n]) for i in range(len(hyp) - n))
        r = Counter(tuple(ref[i:i + n]) for i in range(len(ref) - n))
        matches += sum((h & r).values())
        total += h.total()
    return matches / total if total else 0

# %% wrong: one Counter for all sentences: n-grams match in another sentence
def ngram_precision(hypotheses, references, n):
    h, r = Counter(), Counter()
    for hyp in hypotheses:
        h.update(zip(*(hyp[k:] for k in range(n))))
    for ref in references:
        r.update(zip(*(ref[k:] for k in range(n))))
    if not h:
        return 0
    return (h & r).total() / h.total()

# %% right: removes matched n-grams from a list, Fraction-free
def ngram_precision(hypotheses, references, n):
    hit = all_ = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        left = list(zip(*[ref[k:] for k in range(n)]))
        for gram in zip(*[hyp[k:] for k in range(n)]):
            all_ += 1
            if gram in left:
                left.remove(gram)
                hit += 1
    return hit / max(all_, 1)

# %% prelude
from collections import Counter
from fractions import Fraction

# %% wrong: len(h) - n + 1 is negative for a short hypothesis and lowers the total
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))
    matches = total = 0
    for h, r in zip(hypotheses, references):
        matches += sum((grams(h) & grams(r)).values())
        total += len(h) - n + 1
    return matches / total if total > 0 else 0

# %% wrong: one Counter over all sentences: matches across sentences
def ngram_precision(hypotheses, references, n):
    hyp, ref = Counter(), Counter()
    for h, r in zip(hypotheses, references):
        hyp.update(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        ref.update(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
    total = sum(hyp.values())
    return sum(min(c, ref[g]) for g, c in hyp.items()) / total if total else 0

# %% wrong: the mean of the precisions of the sentences
def ngram_precision(hypotheses, references, n):
    scores = []
    for h, r in zip(hypotheses, references):
        a = Counter(zip(*[h[k:] for k in range(n)]))
        b = Counter(zip(*[r[k:] for k in range(n)]))
        if a.total():
            scores.append((a & b).total() / a.total())
    return sum(scores) / len(scores) if scores else 0.0

# %% wrong: len(Counter): divides by the number of *different* n-grams
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        h = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        r = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        for gram in h:
            matches += min(h[gram], r[gram])
        total += len(h)
    return matches / total if total else 0

# %% right: removes each match from a list, returns a Fraction
def ngram_precision(hypotheses, references, n):
    good, everything = 0, 0
    for h, r in zip(hypotheses, references):
        left = [r[i:i + n] for i in range(len(r) - n + 1)]
        for i in range(len(h) - n + 1):
            everything += 1
            gram = h[i:i + n]
            if gram in left:
                left.remove(gram)
                good += 1
    return Fraction(good, everything) if everything else Fraction(0)

# %% prelude
from collections import Counter
from fractions import Fraction

# %% wrong: returns 0 as soon as ONE hypothesis is shorter than n
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        if len(h) < n:
            return 0
        hyp = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        ref = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += (hyp & ref).total()
        total += hyp.total()
    return matches / total if total else 0

# %% wrong: n-grams that do not overlap: steps of n through the sentence
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter(tuple(words[i:i + n]) for i in range(0, len(words) - n + 1, n))
    matches = total = 0
    for h, r in zip(hypotheses, references):
        h, r = grams(h), grams(r)
        matches += sum(min(times, r[gram]) for gram, times in h.items())
        total += sum(h.values())
    return matches / total if total > 0 else 0

# %% wrong: divides by the number of DIFFERENT n-grams of the hypothesis (len of the Counter)
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        h = Counter(zip(*(h[k:] for k in range(n))))
        r = Counter(zip(*(r[k:] for k in range(n))))
        matches += sum((h & r).values())
        total += len(h)
    return matches / total if total else 0

# %% right: lists: each match is crossed out in the reference; returns a Fraction (one number)
def ngram_precision(hypotheses, references, n):
    good = everything = 0
    for hyp, ref in zip(hypotheses, references, strict=True):
        left = [list(ref[i:i + n]) for i in range(len(ref) - n + 1)]
        for i in range(len(hyp) - n + 1):
            everything += 1
            piece = list(hyp[i:i + n])
            if piece in left:
                left.remove(piece)
                good += 1
    return Fraction(good, everything) if everything else Fraction(0)

# %% prelude
from collections import Counter

# %% wrong: one Counter for the whole corpus on each side: matches across sentences
def ngram_precision(hypotheses, references, n):
    def grams(sentences):
        return Counter(tuple(s[i:i + n]) for s in sentences for i in range(len(s) - n + 1))
    h, r = grams(hypotheses), grams(references)
    total = sum(h.values())
    return sum((h & r).values()) / total if total else 0

# %% wrong: mean of the precisions of the sentences, once more
def ngram_precision(hypotheses, references, n):
    scores = []
    for h, r in zip(hypotheses, references):
        hc = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        rc = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        total = sum(hc.values())
        if total:
            scores.append(sum((hc & rc).values()) / total)
    return sum(scores) / len(scores) if scores else 0.0

# %% wrong: a hypothesis shorter than n counts as one n-gram in the denominator
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        hc = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        rc = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum(min(c, rc[g]) for g, c in hc.items())
        total += max(len(h) - n + 1, 1)
    return matches / total if total else 0.0

# %% wrong: n-grams glued into one string without a space: ('a','la') equals ('al','a')
def ngram_precision(hypotheses, references, n):
    def grams(s):
        return Counter("".join(s[i:i + n]) for i in range(len(s) - n + 1))
    matches = total = 0
    for h, r in zip(hypotheses, references):
        hc, rc = grams(h), grams(r)
        matches += sum((hc & rc).values())
        total += sum(hc.values())
    return matches / total if total else 0.0

# %% right: without Counter: each reference n-gram is struck off when it matches
def ngram_precision(hypotheses, references, n):
    hit, all_ = 0, 0
    for hyp, ref in zip(hypotheses, references):
        left = list(zip(*[ref[k:] for k in range(n)]))
        for gram in zip(*[hyp[k:] for k in range(n)]):
            all_ += 1
            if gram in left:
                left.remove(gram)
                hit += 1
    if all_ == 0:
        return 0
    return hit / all_

# %% prelude
from collections import Counter

# %% wrong: clipped against the references of all sentences together
def ngram_precision(hypotheses, references, n):
    hyp, ref = Counter(), Counter()
    for sentence in hypotheses:
        hyp.update(tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1))
    for sentence in references:
        ref.update(tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1))
    total = sum(hyp.values())
    return sum((hyp & ref).values()) / total if total else 0.0

# %% wrong: counts different matching n-grams: len(h & r) instead of the total
def ngram_precision(hypotheses, references, n):
    def grams(s):
        return Counter(zip(*[s[i:] for i in range(n)]))
    matches = total = 0
    for h, r in zip(hypotheses, references):
        h, r = grams(h), grams(r)
        matches += len(h & r)
        total += sum(h.values())
    return matches / total if total > 0 else 0

# %% wrong: total += len(h) - n + 1 gets negative for sentences shorter than n - 1
def ngram_precision(hypotheses, references, n):
    matches, total = 0, 0
    for h, r in zip(hypotheses, references):
        ch = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        cr = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum(min(ch[g], cr[g]) for g in ch)
        total += len(h) - n + 1
    if total <= 0:
        return 0
    return matches / total

# %% right: no Counter: matched n-grams are taken out of a list
def ngram_precision(hypotheses, references, n):
    hits, tries = 0, 0
    for h, r in zip(hypotheses, references, strict=True):
        left = [r[i:i + n] for i in range(len(r) - n + 1)]
        for i in range(len(h) - n + 1):
            tries += 1
            if h[i:i + n] in left:
                left.remove(h[i:i + n])
                hits += 1
    return hits / max(tries, 1)

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% wrong: len(h) - n + 1 without max(.., 0): a hypothesis shorter than n - 1 takes away from the denominator
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        in_h = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        in_r = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += (in_h & in_r).total()
        total += len(h) - n + 1
    return matches / total if total > 0 else 0.0

# %% wrong: n-grams as words joined without a space: (no, che) equals (noc, he)
def ngram_precision(hypotheses, references, n):
    def grams(words):
        return Counter("".join(words[i:i + n]) for i in range(len(words) - n + 1))
    matches = total = 0
    for h, r in zip(hypotheses, references):
        matches += (grams(h) & grams(r)).total()
        total += grams(h).total()
    return matches / total if total else 0

# %% wrong: one Counter for all hypotheses, one for all references: an n-gram matches in another sentence's reference
def ngram_precision(hypotheses, references, n):
    in_h, in_r = Counter(), Counter()
    for h in hypotheses:
        in_h.update(zip(*(h[i:] for i in range(n))))
    for r in references:
        in_r.update(zip(*(r[i:] for i in range(n))))
    total = sum(in_h.values())
    return sum((in_h & in_r).values()) / total if total else 0

# %% wrong: add-one smoothing for n > 1, as NLTK (method2) and sentence BLEU do
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        in_h = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        in_r = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum(min(times, in_r[gram]) for gram, times in in_h.items())
        total += in_h.total()
    if total == 0:
        return 0.0
    return matches / total if n == 1 else (matches + 1) / (total + 1)

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights
from fractions import Fraction

# %% right: strikes matched n-grams off a list; returns a Fraction
def ngram_precision(hypotheses, references, n):
    hits, tries = 0, 0
    for k in range(len(hypotheses)):
        left = [references[k][i:i + n] for i in range(len(references[k]) - n + 1)]
        for i in range(len(hypotheses[k]) - n + 1):
            tries += 1
            gram = hypotheses[k][i:i + n]
            if gram in left:
                left.remove(gram)
                hits += 1
    return Fraction(hits, tries) if tries else Fraction(0)

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% wrong: denominator len - n + 1 without max(0, .): very short sentences make it smaller
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        in_h = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
        in_r = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum((in_h & in_r).values())
        total += len(h) - n + 1
    return matches / total if total > 0 else 0.0

# %% wrong: the words of an n-gram glued together without a space: (a, bc) = (ab, c)
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        in_h = Counter("".join(h[i:i + n]) for i in range(len(h) - n + 1))
        in_r = Counter("".join(r[i:i + n]) for i in range(len(r) - n + 1))
        matches += sum(min(times, in_r[gram]) for gram, times in in_h.items())
        total += sum(in_h.values())
    return matches / total if total else 0.0

# %% wrong: clipped the wrong way: each different n-gram of the hypothesis counts as often as the reference has it
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        in_h = Counter(zip(*(h[i:] for i in range(n))))
        in_r = Counter(zip(*(r[i:] for i in range(n))))
        matches += sum(in_r[gram] for gram in in_h)
        total += in_h.total()
    return matches / total if total else 0.0

# %% wrong: add-one smoothing for n > 1, as BLEU functions of other libraries have it
def ngram_precision(hypotheses, references, n):
    matches = total = 0
    for h, r in zip(hypotheses, references):
        in_h = Counter(zip(*(h[i:] for i in range(n))))
        in_r = Counter(zip(*(r[i:] for i in range(n))))
        matches += (in_h & in_r).total()
        total += in_h.total()
    if total == 0:
        return 0.0
    return matches / total if n == 1 else (matches + 1) / (total + 1)

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights
from fractions import Fraction

# %% right: n-grams tagged with the sentence's number, one Counter for all, a Fraction
def ngram_precision(hypotheses, references, n):
    def grams(side):
        return Counter((k, *words[i - n:i]) for k, words in enumerate(side) for i in range(n, len(words) + 1))
    ours = grams(hypotheses)
    missing = ours - grams(references)
    return Fraction(ours.total() - missing.total(), ours.total()) if ours else Fraction(0)
