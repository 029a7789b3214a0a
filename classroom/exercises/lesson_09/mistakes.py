"""Lesson 09, subwords: what learners write instead, and what it means. Used by `lesson_09`."""
import re
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


def symbols_of(inputs: dict) -> str:
    return say("{spell} and the pair {spell2}", spell=spell(inputs['symbols']), spell2=tuple(spell(inputs['pair'])))


def as_counts(sight: Sight) -> str:
    got, want = sight.got.values["counts"], sight.want.values["counts"]
    first, second = (int(i) for i in np.argwhere(got != want)[0])
    return say("In {words_of} you count the pair ({symbols}, {symbols2}) {times}; {times2} is expected.",
               words_of=words_of(sight.inputs), symbols=SYMBOLS[first], symbols2=SYMBOLS[second],
               times=_times(got[first, second]), times2=_times(want[first, second]))


def _times(n: int) -> str:
    return say("once") if n == 1 else say("{n} times", n=int(n))


def as_symbols(sight: Sight) -> str:
    symbols, pair = spell(sight.inputs["symbols"]), spell(sight.inputs["pair"])
    known = (*SYMBOLS, "".join(pair))
    got, want = (spell(values["merged"], known) for values in (sight.got.values, sight.want.values))
    return say("From {symbols} and the pair {pair} you make {got}; {want} is expected.", symbols=symbols,
               pair=tuple(pair), got=got, want=want)


# --------------------------------------------------------------------------------- 9.1 counts

def _count(words, times=True, once=False, mirrored=False, step=1, gap=1, wrap=False, last=True, overlap=True):
    """`count_pairs` with one thing done differently."""
    counts = Counter()
    for symbols, n in words.items():
        followers = (*symbols[gap:], *symbols[:1]) if wrap else symbols[gap:]
        pairs = list(zip(symbols, followers, strict=False))[::step]
        pairs = pairs if last else pairs[:-1]
        if not overlap:
            pairs = [pair for i, pair in enumerate(pairs) if not (i and pairs[i - 1] == pair)]
        for pair in set(pairs) if once else pairs:
            counts[tuple(sorted(pair)) if mirrored else pair] += n if times else 1
    return counts


def _count_symbols_twice(words):
    return Counter({(a, b): n for (a, b), n in _count(words).items() if a != b})


def _count_without_adding(words):
    counts = {}
    for symbols, n in words.items():
        for pair in zip(symbols, symbols[1:], strict=False):
            counts[pair] = n
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


def _count_across(words):
    counts, before = Counter(), None
    for symbols, n in words.items():
        for symbol in symbols:
            if before is not None:
                counts[before, symbol] += n
            before = symbol
    return counts


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


COUNTS = [
    Misconception(
        "word-counted-once", partial(_count, times=False),
        "Your counts are exactly those of a list in which every word occurs once.",
        "“low” five times means five times (l, o). Without that, rare words count as much as frequent ones, and the "
        "merges do not serve the text.", "What do you add for each pair?", as_counts),
    Misconception(
        "pair-counted-once-a-word", partial(_count, once=True),
        "Your counts are exactly those you get when a pair counts at most once in each word.",
        "A pair that stands twice in a word is merged twice there.", "Do you collect the pairs of a word in a set?",
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
    Misconception(
        "last-pair-missing", partial(_count, last=False),
        "Your counts are exactly the expected ones without the last pair of each word.",
        "A word of n symbols has n − 1 pairs.", "Where does your loop stop?", as_counts),
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
      for wrong, what in ((_count_across, "the words written one after the other, once each, with pairs across them"),
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


# ---------------------------------------------------------------------------------- 9.2 merges

def _merge(symbols, pair, limit=None, skip=True, back=False, mirrored=False, whole=True, end=True, glue=True,
           last=True, spelt=False, either=False, others=True):
    """`merge_pair` with one thing done differently."""
    pair = tuple(pair)
    merged, i, done = [], 0, 0
    if back:
        turned = _merge(symbols[::-1], pair[::-1], limit, skip, False, mirrored, whole, end, glue, last, spelt)
        return ["".join(pair) if symbol == "".join(pair[::-1]) else symbol for symbol in turned[::-1]]
    while i < len(symbols) - (not last):
        here = tuple(symbols[i:i + 2])
        hit = here == pair or mirrored and here == pair[::-1]
        hit = hit or not whole and len(here) == 2 and pair[0] == here[0]
        hit = hit or either and len(here) == 2 and (pair[0] == here[0] or pair[1] == here[1])
        hit = hit or spelt and len(here) == 2 and "".join(here) == "".join(pair)
        if hit and (limit is None or done < limit) and (end or i + 2 < len(symbols)):
            merged += ["".join(pair)] if glue else []
            done += 1
            i += 2 if skip else 1
        else:
            merged += [symbols[i]] if others else []
            i += 1
    return merged


def _merge_first_stays(symbols, pair):
    return [part for i, symbol in enumerate(symbols)
            for part in ([symbol, "".join(pair)] if tuple(symbols[i:i + 2]) == tuple(pair) else [symbol])
            if not (i and tuple(symbols[i - 1:i + 1]) == tuple(pair) and part == symbol)]


def _merge_used_twice(symbols, pair):
    pair, merged = tuple(pair), []
    for i, symbol in enumerate(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            merged.append("".join(pair))
        elif not (i and tuple(symbols[i - 1:i + 1]) == pair):
            merged.append(symbol)
    return merged


def _merge_by_pattern(symbols, pair):
    """A regular expression over the symbols, joined by blanks, without `re.escape`."""
    pattern = r"(?<!\S)" + " ".join(pair) + r"(?!\S)"
    return re.sub(pattern, "".join(pair), " ".join(symbols)).split()


MERGES = [
    Misconception(
        "first-only", partial(_merge, limit=1),
        "Your list is exactly what comes out when only the first occurrence is merged.",
        "The merge is a rule for the whole word, and later for every word of every text.",
        "Is there a `break`, a `return` inside the loop, or `.index`?", as_symbols),
    Misconception(
        "last-only", partial(_merge, back=True, limit=1),
        "Your list is exactly what comes out when only the last occurrence is merged.",
        "The merge is a rule for the whole word, and later for every word of every text.",
        "Is there a `break` or a `return` inside the loop, and from which end do you walk?", as_symbols),
    Misconception(
        "one-symbol-decides", partial(_merge, either=True),
        "Your list is exactly what comes out when one of the two symbols is enough.",
        "Both must fit, or other letters are swallowed.", "Which word joins your two comparisons?", as_symbols),
    Misconception(
        "others-lost", partial(_merge, others=False),
        "Your list is exactly the merged symbols alone.",
        "What is no part of the pair stays as it is. Join your list and compare it with the word.",
        "What happens at a place where no pair begins?", as_symbols),
    Misconception(
        "second-symbol-kept", partial(_merge, skip=False),
        "Your list is exactly what comes out when the second symbol of a merged pair is looked at once more.",
        "The merged symbol has used both of its parts up. What is spelt must stay the same: join your list and "
        "compare it with the word.", "How far does your index move after a merge?", as_symbols),
    Misconception(
        "symbol-used-twice", _merge_used_twice,
        "Your list is exactly what comes out when one symbol may belong to two merged pairs.",
        "In e-e-e the middle letter is used for the first pair, and is gone. What is spelt must stay the same: join "
        "your list and compare it with the word.", "How do you keep in mind that a symbol has been used?", as_symbols),
    Misconception(
        "first-symbol-kept", _merge_first_stays,
        "Your list is exactly what comes out when the first symbol stays in front of the merged one.",
        "The merged symbol stands in place of both. Join your list and compare it with the word.",
        "What has been put into the list before you find out that a pair begins?", as_symbols),
    Misconception(
        "from-the-right", partial(_merge, back=True),
        "Your list is exactly what comes out when the merging begins at the right end.",
        "In e-e-e the two directions differ. The convention is left to right; a text must be cut in the same way "
        "each time.", "From which end do you walk?", as_symbols),
    Misconception(
        "pattern-not-escaped", _merge_by_pattern,
        "Your list is exactly what comes out when the pair is used as a regular expression as it stands.",
        "There `.` means any character and `?` that the one before it may be missing: symbols are merged that are not "
        "the pair, or the pair is not found.", "What does `re.escape` do, and do you need a pattern at all?",
        as_symbols),
    Misconception(
        "mirror-image-too", partial(_merge, mirrored=True),
        "Your list is exactly what comes out when the pair is merged in either order.",
        "That would turn “ol” into “lo” and change the spelling.", "How do you compare two symbols with the pair?",
        as_symbols),
    Misconception(
        "first-symbol-decides", partial(_merge, whole=False),
        "Your list is exactly what comes out when any two symbols are merged whose first is that of the pair.",
        "Both must fit, or other letters are swallowed.", "Do you compare both symbols?", as_symbols),
    Misconception(
        "compared-by-spelling", partial(_merge, spelt=True),
        "Your list is exactly what comes out when any two symbols are merged that *spell* what the pair spells.",
        "The pair (lo, w) is not the pair (l, ow), although both spell “low”: the counts were counted for one of them. "
        "A tokeniser must cut a word in the way in which it was trained.",
        "What do you compare: two symbols with two symbols, or two strings that are joined?", as_symbols),
    Misconception(
        "not-at-the-end", partial(_merge, end=False),
        "Your list is exactly what comes out when a pair at the very end is left alone.",
        "The last two symbols are a pair like any other.", "Where does your loop stop?", as_symbols),
    Misconception(
        "last-symbol-lost", partial(_merge, last=False),
        "Your list is exactly what comes out when the last symbol is dropped, unless it belongs to a pair.",
        "No symbol may get lost: join your list and compare it with the word.",
        "Where does your loop stop, and what happens to a symbol that is left over then?", as_symbols),
    Misconception(
        "letters-again", lambda symbols, pair: list("".join(symbols)),
        "Your list holds the single letters of the word, on every case.",
        "`+=` with a string adds its letters to a list one by one, and so does `list(\"lo\")`.",
        "What is put into your list after a match: one thing, or several?", as_symbols),
    Misconception(
        "pair-removed", partial(_merge, glue=False),
        "Your list is exactly the expected one without the merged symbols.",
        "The pair is to be replaced by its merged form, not taken out.", "What do you append after a match?",
        as_symbols),
    Misconception(
        "unchanged", lambda symbols, pair: list(symbols),
        "Your function returns the symbols as they came in, on every case.",
        "Nothing was merged, even where the pair was there. A frequent cause: a list never equals a tuple, so "
        "`symbols[i:i + 2] == pair` is always false when `pair` is a tuple.", "Print both sides of your comparison.",
        as_symbols),
]
