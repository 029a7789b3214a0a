# %% prelude
import math
import random
from collections import Counter
from itertools import combinations, pairwise

# %% wrong: frequencies of the words ignored
def count_pairs(words):
    counts = Counter()
    for symbols in words:
        for pair in pairwise(symbols):
            counts[pair] += 1
    return counts

# %% wrong: a pair counts once for each word
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in set(pairwise(symbols)):
            counts[pair] += times
    return counts

# %% wrong: overwrites instead of adding
def count_pairs(words):
    counts = {}
    for symbols, times in words.items():
        for pair in zip(symbols, symbols[1:]):
            counts[pair] = times
    return counts

# %% wrong: last pair left out
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(len(symbols) - 2):
            counts[symbols[i], symbols[i + 1]] += times
    return counts

# %% wrong: pairs do not overlap, steps of two
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(0, len(symbols) - 1, 2):
            counts[symbols[i], symbols[i + 1]] += times
    return counts

# %% wrong: any two symbols of a word, not only neighbours
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in combinations(symbols, 2):
            counts[pair] += times
    return counts

# %% wrong: keys are strings, not pairs
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in pairwise(symbols):
            counts[a + b] += times
    return counts

# %% wrong: letters of the joined word instead of symbols
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        letters = "".join(symbols)
        for i in range(len(letters) - 1):
            counts[letters[i], letters[i + 1]] += times
    return counts

# %% wrong: the order within a pair does not count
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in pairwise(symbols):
            counts[tuple(sorted((a, b)))] += times
    return counts

# %% wrong: the last symbol and the first are neighbours as well
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(len(symbols)):
            counts[symbols[i - 1], symbols[i]] += times
    return counts

# %% wrong: pairs across two words
def count_pairs(words):
    text = [symbol for symbols, times in words.items() for _ in range(times) for symbol in symbols]
    return Counter(pairwise(text))

# %% wrong: update counts each pair once more than it occurs
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        counts.update(pairwise(symbols))
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts

# %% right: pairwise and a Counter
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts

# %% right: plain dictionary and positions
def count_pairs(words):
    how_often = {}
    for word in words:
        for i in range(1, len(word)):
            key = (word[i - 1], word[i])
            how_often[key] = how_often.get(key, 0) + words[word]
    return how_often

# %% right: one Counter for each word, added up
def count_pairs(words):
    total = Counter()
    for word, n in words.items():
        once = Counter(zip(word[:-1], word[1:]))
        total.update({pair: k * n for pair, k in once.items()})
    return dict(total)

# %% right: a sum for each pair that occurs
def count_pairs(words):
    seen = {pair for symbols in words for pair in zip(symbols, symbols[1:])}
    return {pair: sum(times * list(zip(symbols, symbols[1:])).count(pair) for symbols, times in words.items())
            for pair in seen}

# %% prelude
from collections import Counter
from itertools import pairwise
# %% wrong: every word counted once
def count_pairs(words):
    counts = Counter()
    for symbols in words:
        for pair in zip(symbols, symbols[1:]):
            counts[pair] += 1
    return counts
# %% wrong: overwrites instead of adding, another one
def count_pairs(words):
    counts = {}
    for symbols, times in words.items():
        for i in range(len(symbols) - 1):
            counts[symbols[i], symbols[i + 1]] = times
    return counts
# %% wrong: a pair twice in a word counted once
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in set(pairwise(symbols)):
            counts[pair] += times
    return counts
# %% wrong: pairs joined to strings
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in pairwise(symbols):
            counts[a + b] += times
    return counts
# %% wrong: end-of-word mark added, as in Sennrich's script
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        symbols = list(symbols) + ["</w>"]
        for i in range(len(symbols) - 1):
            counts[symbols[i], symbols[i + 1]] += times
    return counts
# %% wrong: letters instead of symbols
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        word = "".join(symbols)
        for a, b in zip(word, word[1:]):
            counts[(a, b)] += times
    return counts
# %% wrong: last pair forgotten
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(len(symbols) - 2):
            counts[(symbols[i], symbols[i + 1])] += times
    return counts
# %% wrong: unpacks the keys, items() forgotten
def count_pairs(words):
    counts = Counter()
    for symbols, times in words:
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts
# %% right: pairwise
def count_pairs(words):
    """How often each pair of neighbours occurs: {("l", "o", "w"): 5} -> {("l", "o"): 5, ("o", "w"): 5}."""
    counts = Counter()
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts
# %% right: plain dictionary and indices
def count_pairs(words):
    result = {}
    for word in words:
        n = words[word]
        i = 1
        while i < len(word):
            key = (word[i - 1], word[i])
            result[key] = result.get(key, 0) + n
            i += 1
    return result
# %% right: zip in a generator, repeated elements
def count_pairs(words):
    every = (pair for symbols, times in words.items() for pair in list(zip(symbols[:-1], symbols[1:])) * times)
    return dict(Counter(every))

# %% prelude
from collections import Counter
from itertools import pairwise
# %% wrong: = in place of +=, the last word wins
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] = times
    return counts
# %% wrong: one pair too few in each word
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(len(symbols) - 2):
            counts[symbols[i], symbols[i + 1]] += times
    return counts
# %% wrong: pairs written as strings
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in zip(symbols, symbols[1:]):
            counts[a + b] += times
    return counts
# %% wrong: a pair counted once for each word that has it
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in set(zip(symbols, symbols[1:])):
            counts[pair] += times
    return counts
# %% right: plain dictionary with get, word by word
def count_pairs(words):
    total = {}
    for symbols in words:
        left = symbols[:-1]
        for i, a in enumerate(left):
            key = (a, symbols[i + 1])
            total[key] = total.get(key, 0) + words[symbols]
    return dict(total)
# %% prelude
from collections import Counter, defaultdict
from itertools import pairwise
# %% wrong: every word counts once, how often it occurs is not used
def count_pairs(words):
    counts = Counter()
    for word in words:
        for pair in zip(word, word[1:]):
            counts[pair] += 1
    return counts
# %% wrong: a pair that stands twice in one word counts only once (set of pairs)
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(pairwise(word)):
            counts[pair] += times
    return counts
# %% wrong: overwrites the count with that of the last word that has the pair (= for +=)
def count_pairs(words):
    counts = {}
    for word, times in words.items():
        for i in range(len(word) - 1):
            counts[word[i], word[i + 1]] = times
    return counts
# %% wrong: the last pair of each word is missing (range(len - 2))
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for i in range(len(word) - 2):
            counts[(word[i], word[i + 1])] += times
    return counts
# %% wrong: the keys are joined strings, not tuples of two symbols
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for a, b in zip(word, word[1:]):
            counts[a + b] += times
    return counts
# %% wrong: index i - 1 begins at -1, so the last and the first symbol of a word count as a pair
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for i, symbol in enumerate(word):
            counts[word[i - 1], symbol] += times
    return counts
# %% wrong: order of the two symbols is lost (sorted pair)
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[tuple(sorted(pair))] += times
    return counts
# %% wrong: pairs run across the border between one word and the next
def count_pairs(words):
    text = [symbol for word, times in words.items() for _ in range(times) for symbol in word]
    return Counter(zip(text, text[1:]))
# %% right: defaultdict, iterator with the symbol before
def count_pairs(words):
    counts = defaultdict(int)
    for word in words:
        before = None
        for place, symbol in enumerate(word):
            if place > 0:
                counts[before, symbol] += words[word]
            before = symbol
    return dict(counts)
# %% right: sum of one Counter for each word, with multiplied counts
def count_pairs(words):
    total = Counter()
    for word, times in words.items():
        inside = Counter(zip(word[:-1], word[1:]))
        total.update({pair: n * times for pair, n in inside.items()})
    return total
# %% prelude
from collections import Counter, defaultdict
from itertools import combinations, pairwise
# %% wrong: joins the symbols first, so it counts pairs of letters, not of symbols
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        word = "".join(symbols)
        for a, b in pairwise(word):
            counts[a, b] += times
    return counts
# %% wrong: all words in one row, so the end of a word and the beginning of the next are neighbours
def count_pairs(words):
    everything = []
    for symbols, times in words.items():
        everything += list(symbols) * times
    return Counter(zip(everything[:-1], everything[1:]))
# %% wrong: a pair that occurs twice in the same word is counted once, because of the set
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        counts.update({pair: times for pair in set(pairwise(symbols))})
    return counts
# %% right: a Counter for each word, every count multiplied, then added up
def count_pairs(words):
    total = Counter()
    for symbols, times in words.items():
        of_word = Counter(pairwise(symbols))
        total.update({pair: n * times for pair, n in of_word.items()})
    return total
# %% right: a plain dictionary with get, the pair remembered from the symbol before
def count_pairs(words):
    found = {}
    for symbols in words:
        before = None
        for symbol in symbols:
            if before is not None:
                found[before, symbol] = found.get((before, symbol), 0) + words[symbols]
            before = symbol
    return found


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

# %% wrong: pair is sorted, so (e,w) and (w,e) are counted as one
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in pairwise(symbols):
            counts[tuple(sorted((a, b)))] += times
    return counts

# %% wrong: word[i-1] at i = 0: the last symbol and the first are counted as neighbours
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(len(symbols)):
            counts[symbols[i - 1], symbols[i]] += times
    return counts

# %% wrong: joins the symbols first: counts letters, not symbols
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        word = "".join(symbols)
        for a, b in zip(word, word[1:]):
            counts[a, b] += times
    return counts

# %% wrong: set(): a pair twice in one word counts once
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in set(pairwise(symbols)):
            counts[pair] += times
    return counts

# %% wrong: Counter(pairwise) of the words once each: the times are lost (text half warns)
def count_pairs(words):
    counts = Counter()
    for symbols in words:
        counts.update(pairwise(symbols))
    return counts

# %% right: plain dict with all pairs of symbols, most of them 0 (allowed)
def count_pairs(words):
    symbols = {s for word in words for s in word}
    counts = {(a, b): 0 for a in symbols for b in symbols}
    for word, times in words.items():
        for a, b in zip(word[:-1], word[1:]):
            counts[a, b] += times
    return counts


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

# %% wrong: = instead of +=: the last word that has a pair overwrites the earlier ones
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] = times
    return counts

# %% wrong: set(): a pair that is twice in one word is counted once for it
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(zip(word, word[1:])):
            counts[pair] += times
    return counts

# %% wrong: pairs are sorted: (e, s) and (s, e) are one
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for a, b in pairwise(word):
            counts[tuple(sorted((a, b)))] += times
    return counts

# %% wrong: joins the symbols, and counts letters: merged symbols are taken apart again
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        text = "".join(word)
        for i in range(len(text) - 1):
            counts[text[i], text[i + 1]] += times
    return counts

# %% right: a plain dictionary of ALL pairs of symbols, most with the count 0
def count_pairs(words):
    symbols = {symbol for word in words for symbol in word}
    return {(a, b): sum(times * [*pairwise(word)].count((a, b)) for word, times in words.items())
            for a, b in product(symbols, repeat=2)}

# %% prelude
from collections import Counter
from itertools import pairwise

# %% wrong: the times of the word forgotten: each word counts once
def count_pairs(words):
    counts = Counter()
    for symbols in words:
        counts.update(pairwise(symbols))
    return counts

# %% wrong: word joined to a string, pairs of letters instead of symbols
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        word = "".join(symbols)
        for a, b in zip(word, word[1:]):
            counts[a, b] += times
    return counts

# %% wrong: pairs of a word made a set: a pair that is twice in a word counts once
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for pair in set(pairwise(symbols)):
            counts[pair] += times
    return counts

# %% right: plain dict, indices and get
def count_pairs(words):
    result = {}
    for word in words:
        for i in range(1, len(word)):
            key = word[i - 1], word[i]
            result[key] = result.get(key, 0) + words[word]
    return result

# %% prelude
from collections import Counter
from itertools import pairwise
import numpy as np

# %% wrong: a dict of the pairs of one word: a pair that occurs twice in a word counts once
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        counts.update({pair: times for pair in pairwise(word)})
    return counts

# %% wrong: last letter of one word paired with the first of the next
def count_pairs(words):
    counts = Counter()
    stream = [s for word, times in words.items() for _ in range(times) for s in word]
    for a, b in zip(stream, stream[1:]):
        counts[a, b] += 1
    return counts

# %% right: numpy integers, zero counts for all pairs of symbols
def count_pairs(words):
    symbols = sorted({s for word in words for s in word})
    place = {s: i for i, s in enumerate(symbols)}
    table = np.zeros((len(symbols), len(symbols)), dtype=int)
    for word, times in words.items():
        ids = [place[s] for s in word]
        np.add.at(table, (ids[:-1], ids[1:]), times)
    return {(a, b): table[place[a], place[b]] for a in symbols for b in symbols}

# %% prelude
from collections import Counter
from itertools import pairwise

# %% wrong: assigns instead of adding: a pair of several words keeps the count of the last word
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(len(symbols) - 1):
            counts[symbols[i], symbols[i + 1]] = times
    return counts

# %% wrong: a set of the pairs of each word: a pair twice in a word counts once
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        pairs_in_word = set(pairwise(symbols))
        for pair in pairs_in_word:
            counts[pair] += times
    return counts

# %% wrong: joins the word to a string first: merged symbols are cut into letters again
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        word = "".join(word)
        for i in range(len(word) - 1):
            counts[(word[i], word[i + 1])] += times
    return counts

# %% right: plain dict with get, index loop
def count_pairs(words):
    counts = {}
    for symbols in words:
        for i in range(1, len(symbols)):
            pair = symbols[i - 1], symbols[i]
            counts[pair] = counts.get(pair, 0) + words[symbols]
    return counts

# %% prelude
from collections import Counter
from collections import defaultdict
from itertools import pairwise

# %% wrong: counts a word once, not `times` times
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in zip(symbols, symbols[1:]):
            counts[a, b] += 1
    return counts

# %% wrong: assigns the count, so the last word overwrites earlier ones
def count_pairs(words):
    counts = {}
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] = times
    return counts

# %% right: defaultdict, index loop
def count_pairs(words):
    counts = defaultdict(int)
    for symbols in words:
        for i in range(1, len(symbols)):
            counts[symbols[i - 1], symbols[i]] += words[symbols]
    return dict(counts)

# %% prelude
from collections import Counter
from itertools import pairwise

# %% wrong: a dict comprehension per word: a pair twice in one word counts once
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        counts.update({pair: times for pair in pairwise(symbols)})
    return counts

# %% wrong: the key is the joined string, not the pair
def count_pairs(words):
    counts = Counter()
    for word, n in words.items():
        for a, b in zip(word, word[1:]):
            counts[a + b] += n
    return dict(counts)

# %% right: plain dict with zeros for all pairs of known symbols
def count_pairs(words):
    alphabet = {s for word in words for s in word}
    counts = {(a, b): 0 for a in alphabet for b in alphabet}
    for word in words:
        for i in range(1, len(word)):
            counts[word[i - 1], word[i]] = counts[word[i - 1], word[i]] + words[word]
    return counts

# %% prelude
from collections import Counter
from itertools import pairwise

# %% wrong: pairs sorted, so that (e, w) and (w, e) are the same pair
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in zip(symbols, symbols[1:]):
            counts[tuple(sorted((a, b)))] += times
    return counts

# %% wrong: index begins at 1, the first pair of each word is never counted
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for i in range(1, len(symbols) - 1):
            counts[symbols[i], symbols[i + 1]] += times
    return counts

# %% right: plain dict, get, and two slices in one comprehension
def count_pairs(words):
    found = [((a, b), n) for w, n in words.items() for a, b in zip(w[:-1], w[1:])]
    result = {key: 0 for key, _ in found}
    for key, n in found:
        result[key] = result.get(key, 0) + n
    return result

# %% prelude
from collections import Counter
from itertools import pairwise

# %% wrong: joins the symbols first and counts letters, not symbols
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for a, b in pairwise("".join(symbols)):
            counts[a, b] += times
    return counts

# %% right: plain dict, all pairs of symbols set to 0 first
def count_pairs(words):
    alphabet = {s for word in words for s in word}
    counts = {(a, b): 0 for a in alphabet for b in alphabet}
    for word in words:
        last = None
        for s in word:
            if last is not None:
                counts[(last, s)] = counts[(last, s)] + words[word]
            last = s
    return counts

# %% prelude
from collections import Counter

# %% wrong: a pair that occurs in a second word overwrites its count (= for +=)
def count_pairs(words):
    counts = {}
    for word, times in words.items():
        for a, b in zip(word, word[1:]):
            counts[(a, b)] = times
    return counts

# %% wrong: a pair that occurs twice in one word counts once (dict comprehension in update)
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        counts.update({(word[i], word[i + 1]): times for i in range(len(word) - 1)})
    return counts

# %% wrong: pairs of letters instead of pairs of symbols (word joined first)
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        spelt = "".join(word)
        for i in range(len(spelt) - 1):
            counts[spelt[i], spelt[i + 1]] += times
    return counts

# %% right: plain dict with get, enumerate
def count_pairs(words):
    found = {}
    for word in words:
        for place, symbol in enumerate(word):
            if place == 0:
                continue
            key = word[place - 1], symbol
            found[key] = found.get(key, 0) + words[word]
    return found

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

# %% wrong: `before` set once, outside the loop over words: last letter of a word + first of the next count as a pair
def count_pairs(words):
    counts = Counter()
    before = None
    for symbols, times in words.items():
        for symbol in symbols:
            if before is not None:
                counts[before, symbol] += times
            before = symbol
    return counts

# %% wrong: no overlap: in e e e the pair (e, e) is counted once (as merging would use it)
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        last_at = {}
        for i, pair in enumerate(zip(symbols, symbols[1:])):
            if last_at.get(pair) == i - 1:      # this symbol is used already
                last_at[pair] = None
                continue
            counts[pair] += times
            last_at[pair] = i
    return counts

# %% wrong: joins the symbols to a word again and counts pairs of letters
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        word = "".join(symbols)
        for i in range(len(word) - 1):
            counts[word[i], word[i + 1]] += times
    return counts

# %% right: a plain dict with all combinations of symbols, also those with 0
def count_pairs(words):
    from itertools import product
    alphabet = sorted({s for symbols in words for s in symbols})
    return {(a, b): sum(times * sum(symbols[i:i + 2] == (a, b) for i in range(len(symbols)))
                        for symbols, times in words.items())
            for a, b in product(alphabet, repeat=2)}

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

# %% wrong: a word that has the same pair twice counts it once (dict comprehension collapses)
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        counts.update({pair: times for pair in pairwise(symbols)})
    return counts

# %% wrong: counts without overlap, as merging would: e e e has (e, e) once
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        last = {}
        for i in range(len(symbols) - 1):
            pair = (symbols[i], symbols[i + 1])
            if last.get(pair) == i - 1 and pair[0] == pair[1]:
                continue                      # this symbol is used already
            counts[pair] += times
            last[pair] = i
    return counts

# %% wrong: neighbours without order: (o, l) counted as (l, o)
def count_pairs(words):
    counts = Counter()
    for symbols, times in words.items():
        for left, right in zip(symbols, symbols[1:]):
            counts[tuple(sorted((left, right)))] += times
    return counts

# %% right: NumPy table of all symbols x symbols, np.add.at; zeros kept; plain dict
def count_pairs(words):
    alphabet = sorted({s for symbols in words for s in symbols})
    number = {s: i for i, s in enumerate(alphabet)}
    table = np.zeros((len(alphabet), len(alphabet)), dtype=np.int64)
    for symbols, times in words.items():
        ids = np.array([number[s] for s in symbols], dtype=np.int64)
        np.add.at(table, (ids[:-1], ids[1:]), times)
    return {(a, b): int(table[i, j]) for i, a in enumerate(alphabet) for j, b in enumerate(alphabet)}
