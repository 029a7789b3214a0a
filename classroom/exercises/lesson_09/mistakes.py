"""Lesson 09, counting pairs: what learners write instead, and what it means. Used by `lesson_09`."""
from collections import Counter
from functools import partial
from itertools import combinations, pairwise

import numpy as np

from classroom.ask.language import SYMBOLS, spell
from classroom.judge.evidence import Sight, commas
from classroom.judge.exercise import Misconception
from course._words import later, say

# -------------------------------------------------------------------------- evidence in words


def words_of(inputs: dict) -> str:
    """The case as the learner knows it."""
    words = [say("{word} ({times} times)", word="-".join(spell(row)), times=int(times)) for row, times in
             zip(inputs["words"], inputs["times"], strict=True)]
    return say("the words {words}", words=commas(words))


def as_counts(sight: Sight) -> str:
    got, want = sight.got.values["counts"], sight.want.values["counts"]
    first, second = (int(i) for i in np.argwhere(got != want)[0])
    return say("In {words_of} you count the pair ({symbols}, {symbols2}) {times}; {times2} is expected.",
               words_of=words_of(sight.inputs), symbols=SYMBOLS[first], symbols2=SYMBOLS[second],
               times=_times(got[first, second]), times2=_times(want[first, second]))


def _times(n: float) -> str:
    return say("once") if n == 1 else say("{n} times", n=f"{n:g}")


# --------------------------------------------------------------------------------- 9.1 counts

def _count(words, times=True, once=False, mirrored=False, step=1, gap=1, wrap=False, first=True, last=True,
           overlap=True, power=1):
    """`count_pairs` with one thing done differently."""
    counts = Counter()
    for symbols, n in words.items():
        followers = (*symbols[gap:], *symbols[:1]) if wrap else symbols[gap:]
        pairs = list(zip(symbols, followers, strict=False))[::step]
        pairs = pairs[0 if first else 1:len(pairs) if last else -1]
        if not overlap:
            pairs = [pair for i, pair in enumerate(pairs) if not (i and pairs[i - 1] == pair)]
        for pair in set(pairs) if once else pairs:
            counts[tuple(sorted(pair)) if mirrored else pair] += n ** power if times else 1
    return counts


def _count_symbols_twice(words):
    return Counter({(a, b): n for (a, b), n in _count(words).items() if a != b})


def _count_without_adding(words):
    counts = {}
    for symbols, n in words.items():
        for pair in zip(symbols, symbols[1:], strict=False):
            counts[pair] = n
    return counts


def _count_first(words):
    counts = {}
    for symbols, n in words.items():
        for pair in pairwise(symbols):
            counts.setdefault(pair, n)
    return counts


def _count_of_one_word(words, which):
    symbols = list(words)[which]
    return _count({symbols: words[symbols]})


def _count_all_pairs(words):
    counts = Counter()
    for symbols, n in words.items():
        for pair in combinations(symbols, 2):
            counts[pair] += n
    return counts


def _count_by_length(words, times=True, less=0):
    counts = Counter()
    for symbols, n in words.items():
        for pair in pairwise(symbols):
            counts[pair] += (n if times else 1) * (len(symbols) - less)
    return counts


def _count_across(words, later=True):
    """Pairs across two words count as often as the later one of them occurs, or as the earlier one."""
    counts, before, times = Counter(), None, 0
    for symbols, n in words.items():
        for symbol in symbols:
            if before is not None:
                counts[before, symbol] += n if later else times
            before, times = symbol, n
    return counts


def _count_without_overlap(words):
    counts = Counter()
    for symbols, n in words.items():
        i = 0
        while i < len(symbols) - 1:
            counts[symbols[i], symbols[i + 1]] += n
            i += 2 if symbols[i:i + 2] == symbols[i + 1:i + 3] else 1
    return counts


def _count_two_on(words):
    counts = Counter()
    for symbols, n in words.items():
        i = 0
        while i < len(symbols) - 1:
            counts[symbols[i], symbols[i + 1]] += n
            i += 2 if symbols[i] == symbols[i + 1] else 1
    return counts


def _count_by_itself(words):
    counts = Counter()
    for symbols, n in words.items():
        of_the_word = Counter(pairwise(symbols))
        for pair in pairwise(symbols):
            counts[pair] += n * of_the_word[pair]
    return counts


def _count_first_then_one(words):
    counts = {}
    for symbols, n in words.items():
        for pair in pairwise(symbols):
            counts[pair] = counts[pair] + 1 if pair in counts else n
    return counts


def _count_largest(words, of_words=False):
    counts = Counter()
    for symbols, n in words.items():
        counts |= _count({symbols: n}, once=not of_words)
    return counts


def _count_by_index(words, end=-1):
    """Asks `index` where each symbol stands, which finds its first place."""
    counts = Counter()
    for symbols, n in words.items():
        for symbol in symbols[:end]:
            i = symbols.index(symbol)
            if i + 1 < len(symbols):
                counts[symbols[i], symbols[i + 1]] += n
    return counts


def _count_most_frequent(words, n=None):
    counts = _count(words)
    return {pair: times for pair, times in counts.most_common(n) if times == max(counts.values())}


def _count_running(words):
    together = [symbol for symbols, n in words.items() for _ in range(n) for symbol in symbols]
    return Counter(pairwise(together))


def _count_one_more(words, each=False):
    counts = _count(words)
    return counts + _count(words, times=False) if each else Counter({pair: n + 1 for pair, n in counts.items()})


def _count_letters(words):
    counts = Counter()
    for symbols, n in words.items():
        for pair in pairwise("".join(symbols)):
            counts[pair] += n
    return counts


def _shares(words, of_each=False):
    counts = Counter()
    for symbols, n in words.items():
        for pair in pairwise(symbols):
            counts[pair] += n / (len(symbols) - 1) if of_each else n
    return counts if of_each else {pair: n / counts.total() for pair, n in counts.items()}


COUNTS = [
    *(Misconception(
        "shares", partial(_shares, of_each=of_each),
        later("Your counts are exactly the expected ones, but each {what}.", what=what),
        "A count says how often a pair occurs: whole numbers here, as the words have.", look, as_counts)
      for of_each, what, look in (
          (False, "divided by the sum of all", "What is done with the counts after the loop?"),
          (True, "place adds its word's count divided by the number of pairs in the word",
           "What do you add at each place?"))),
    Misconception(
        "word-counted-once", partial(_count, times=False),
        "Your counts are exactly those of a list in which every word occurs once.",
        "“low” five times means five times (l, o). Without that, rare words count as much as frequent ones, and the "
        "merges do not serve the text.", "What do you add for each pair?", as_counts),
    Misconception(
        "pair-counted-once-a-word", partial(_count, once=True),
        "Your counts are exactly those you get when a pair counts at most once in each word.",
        "A pair that stands in two places of a word counts twice there.",
        "Do you collect the pairs of a word in a set, or as keys of a dictionary?",
        as_counts),
    Misconception(
        "order-ignored", partial(_count, mirrored=True),
        "Your counts are exactly those you get when (o, l) counts as (l, o).",
        "The order matters: merging (l, o) gives “lo”, and does nothing for “ol”.", "Is anything sorted?", as_counts),
    Misconception(
        "every-other-pair", partial(_count, step=2),
        "Your counts are exactly those of every other pair: (1st, 2nd), (3rd, 4th), …",
        "Neighbours overlap: in l-o-w there is (l, o) and also (o, w).",
        "How far do you move from one pair to the next?", as_counts),
    Misconception(
        "one-apart", partial(_count, gap=2),
        "Your counts are exactly those of symbols with one other between them.",
        "Only neighbours can be merged.", "Which index does the second symbol have?", as_counts),
    Misconception(
        "around-the-end", partial(_count, wrap=True),
        "Your counts are exactly those you get when the last symbol is paired with the first.",
        "The end of a word and its beginning are no neighbours.",
        "In Python the index −1 is the last element. Does an index of yours reach it?", as_counts),
    *(Misconception(
        f"{name}-pair-missing", partial(_count, **{name: False}),
        later("Your counts are exactly the expected ones without the {name} pair of each word.", name=name),
        "A word of n symbols has n − 1 pairs.", look, as_counts)
      for name, look in (("last", "Where does your loop stop?"), ("first", "Where does your loop begin?"))),
    Misconception(
        "set-not-added", _count_without_adding,
        "Your counts are exactly those of the last place where each pair was seen.",
        "A pair that occurs in several words has the sum of their counts.",
        "Do you set the count, or add to it?", as_counts),
    *(Misconception(
        "one-word-only", partial(_count_of_one_word, which=which),
        later("Your counts are exactly those of the {name} word alone.", name=name),
        "All words of the dictionary count.", look, as_counts)
      for which, name, look in ((0, "first", "Is your `return` inside the loop?"),
                                (-1, "last", "Where do your counts begin: before the loop over the words, or in it?"))),
    *(Misconception(
        "across-two-words", wrong, later("Your counts are exactly those of {what}.", what=what),
        "The end of one word and the beginning of the next are no neighbours: a symbol never reaches over a blank.",
        "What is the pair that you count first in each word?", as_counts)
      for wrong, what in ((_count_across, "each word's own pairs and one more: the last symbol of the word before and "
                           "its first one, as often as this word occurs"),
                          (partial(_count_across, later=False), "each word's own pairs and one more: its last symbol "
                           "and the first one of the next word, as often as this word occurs"),
                          (_count_running, "a text in which the words follow each other without anything between"))),
    *(Misconception(
        "one-too-many", partial(_count_one_more, each=each),
        later("Your counts are exactly the expected ones plus 1{where}.", where=where),
        "A count begins at 0. `Counter(pairs)` or `update` counts each pair once already.",
        "With which number does the count of a new pair begin?", as_counts)
      for each, where in ((False, ""), (True, " for each place where the pair stands"))),
    Misconception(
        "all-pairs-of-a-word", _count_all_pairs,
        "Your counts are exactly those you get when every symbol is paired with all that follow it in the word.",
        "Only neighbours can be merged.", "How far from the first symbol may the second one stand?", as_counts),
    *(Misconception(
        "weighted-by-length", wrong, later("Your counts are exactly those you get when each pair adds {what}.",
                                           what=what),
        "The length of a word does not matter: a pair that stands once in a word was read once each time the word was "
        "read.",
        "What do you add for each pair?", as_counts)
      for wrong, what in ((_count_by_length, "its word's count times its word's length"),
                          (partial(_count_by_length, times=False), "the length of its word"),
                          (partial(_count_by_length, less=1), "its word's count times the number of pairs in it"))),
    Misconception(
        "letters-for-symbols", _count_letters,
        "Your counts are exactly those of the single letters, as if nothing had been merged yet.",
        "Later a word is made of longer symbols: in lo-w there is one pair, (lo, w).",
        "Do you join the symbols into a string on the way?", as_counts),
    Misconception(
        "counted-without-overlap", _count_without_overlap,
        "Your counts are exactly those you get when the equal pairs of a word may not overlap.",
        "In e-e-e-e there are three pairs (e, e): places 1 and 2, 2 and 3, 3 and 4. All are counted; that they cannot "
        "all be merged is the other function's business.",
        "What finds the pairs: an index that may move by two, or a method that never counts a letter twice, as "
        "`str.count` and `re.findall` do?", as_counts),
    Misconception(
        "two-places-on", _count_two_on,
        "Your counts are exactly those you get when the next pair after two equal symbols is passed over.",
        "In e-e-l there are two pairs, (e, e) and (e, l). Each pair begins one place after the one before it.",
        "How far does your index move after two equal symbols?", as_counts),
    Misconception(
        "times-its-own-count", _count_by_itself,
        "Your counts are exactly those you get when a pair that stands k times in a word counts k times at each of "
        "these places.",
        "It stands there k times, so it counts k times as often as the word occurs, and no more.",
        "Does one of your loops go over each place of a pair, and what is added there?", as_counts),
    Misconception(
        "one-for-each-further-place", _count_first_then_one,
        "Your counts are exactly those you get when the first place of a pair adds its word's count, and each further "
        "place adds 1.",
        "At each place the pair occurs as often as the word.", "What do you add to a count that is there already?",
        as_counts),
    Misconception(
        "first-place-kept", _count_first,
        "Your counts are exactly those you get when of all places of a pair only the first one is counted.",
        "A pair that stands in several places has the sum of their counts.",
        "What does `setdefault` do where there is a count already?", as_counts),
    Misconception(
        "largest-kept", _count_largest,
        "Your counts are exactly those you get when of all places of a pair only the one with the largest count is "
        "kept.",
        "A pair that stands in several places has the sum of their counts.", "How do you join the count that is there "
        "with the new one?", as_counts),
    Misconception(
        "largest-kept", partial(_count_largest, of_words=True),
        "Your counts are exactly those you get when a pair is counted in each word, and of these counts only the "
        "largest is kept.",
        "A pair that stands in several words has the sum of their counts.", "How do you join the count that is there "
        "with the new one?", as_counts),
    *(Misconception(
        "index-of-the-first-symbol", partial(_count_by_index, end=end),
        "Your counts are exactly those you get when the place of a symbol is always the first one where it stands in "
        "the word.",
        "A symbol may stand in a word more than once, with another one after it each time. `index` finds the first "
        "place only.", "How does your loop know at which place it is?", as_counts)
      for end in (-1, None)),
    *(Misconception(
        "most-frequent-only", partial(_count_most_frequent, n=n), later(
            "Your counts are exactly the expected ones of {what} alone.", what=what),
        "All pairs are to be counted. Which of them is merged is decided later.",
        "What do you return: all of your counts, or a part of them?", as_counts)
      for n, what in ((None, "the most frequent pairs"), (1, "one pair, the most frequent,"))),
    Misconception(
        "count-multiplied-twice", partial(_count, power=2),
        "Your counts are exactly those you get when each pair adds the *square* of its word's count.",
        "A pair that stands once in a word that occurs five times has the count 5, and not 5 · 5 = 25.",
        "At how many places in your code does the count of the word come in?", as_counts),
    Misconception(
        "single-words-left-out", lambda words: _count({symbols: n for symbols, n in words.items() if n > 1}),
        "Your counts are exactly the expected ones without the words that occur once.",
        "A word that occurs once has pairs like any other.", "Which words does your loop pass over?", as_counts),
    Misconception(
        "equal-neighbours-once", partial(_count, overlap=False),
        "Your counts are exactly those you get when a pair is skipped because the one before it was the same.",
        "In e-e-e there are two pairs (e, e). Both are counted; that only one of them can be merged is the other "
        "function's business.", "Do you compare a pair with the one before it?", as_counts),
    Misconception(
        "equal-letters-left-out", _count_symbols_twice,
        "Your counts are exactly the expected ones without pairs of equal symbols.",
        "(e, e) is a pair like any other: “ee” may well become a symbol.", "Do you compare the two symbols?",
        as_counts),
]
