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
