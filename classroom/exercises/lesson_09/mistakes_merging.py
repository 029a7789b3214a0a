"""Lesson 09, merging a pair: what learners write instead, and what it means. Used by `lesson_09`."""
import re
from functools import partial

from classroom.ask.language import merged_with, spell
from classroom.judge.evidence import Sight
from classroom.judge.exercise import Misconception
from course._words import later, say

# -------------------------------------------------------------------------- evidence in words


def symbols_of(inputs: dict) -> str:
    return say("{spell} and the pair {spell2}", spell=spell(inputs['symbols']), spell2=tuple(spell(inputs['pair'])))


def as_symbols(sight: Sight) -> str:
    symbols, pair = spell(sight.inputs["symbols"]), spell(sight.inputs["pair"])
    known = merged_with(pair)
    got, want = (spell(values["merged"], known) for values in (sight.got.values, sight.want.values))
    return say("From {symbols} and the pair {pair} you make {got}; {want} is expected.", symbols=symbols,
               pair=tuple(pair), got=got, want=want)


# ---------------------------------------------------------------------------------- 9.2 merges

def _merge(symbols, pair, limit=None, skip=True, back=False, mirrored=False, whole=True, end=True, glue=True,
           last=True, spelt=False, either=False, others=True, step=2, letters=False, each=False, sets=False,
           spread=False, once=False, apart=False, own=False, turned=False):
    """`merge_pair` with one thing done differently."""
    pair = tuple(pair)
    symbols = list("".join(symbols)) if apart else symbols
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
        hit = hit or each and len(here) == 2 and here[0] in pair and here[1] in pair
        hit = hit or sets and set(here) == set(pair)
        if hit and (limit is None or done < limit) and (end or i + 2 < len(symbols)):
            written = "".join(here if own else pair[::-1] if turned else pair)
            merged += [] if not glue else written if letters else [written]
            done += 1
            i += len(symbols) if once else step if skip else 1
        else:
            merged += [] if not others else symbols[i] if spread else [symbols[i]]
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


def _merge_looks_back(symbols, pair):
    """Each symbol is compared with the one before it in the word as it came, which may have been used already."""
    merged = []
    for i, symbol in enumerate(symbols):
        if i and (symbols[i - 1], symbol) == tuple(pair):
            merged[-1] = "".join(pair)
        else:
            merged.append(symbol)
    return merged


def _merge_twice_in_twos(symbols, pair):
    """In steps of two: first from the first symbol, then from the second."""
    for start in (0, 1):
        merged = list(symbols[:start])
        for i in range(start, len(symbols), 2):
            two = symbols[i:i + 2]
            merged += ["".join(pair)] if tuple(two) == tuple(pair) else two
        symbols = merged
    return list(symbols)


def _merge_by_pattern(symbols, pair, before=r"(?<!\S)", after=r"(?!\S)", escape=False, at=None):
    """A regular expression over the symbols, joined by blanks, and split there again."""
    pattern = before + " ".join(re.escape(symbol) if escape else symbol for symbol in pair) + after
    return re.sub(pattern, lambda _: "".join(pair), " ".join(symbols)).split(at)


def _merge_between_blanks(symbols, pair, at=None):
    return f" {' '.join(symbols)} ".replace(f" {' '.join(pair)} ", f" {''.join(pair)} ").strip().split(at)


def _merge_by_text(symbols, pair, at=None):
    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split(at)


def _merge_first_place(symbols, pair):
    """Only where the first symbol of the pair stands for the first time."""
    merged = list(symbols)
    i = merged.index(pair[0]) if pair[0] in merged else len(merged)
    return _merge(merged, pair, limit=1) if tuple(merged[i:i + 2]) == tuple(pair) else merged


def _merge_first_places(symbols, pair):
    """Goes through the symbols, but asks `index` where each of them stands."""
    merged = list(symbols)
    for symbol in merged:
        i = merged.index(symbol)
        if merged[i:i + 2] == list(pair):
            merged[i:i + 2] = ["".join(pair)]
    return merged


def _merge_at_old_places(symbols, pair):
    """Looks for the pair in the symbols as they came, and writes into a list that has become shorter."""
    merged = list(symbols)
    for i in range(len(symbols) - 1):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            merged[i:i + 2] = ["".join(pair)]
    return merged


def _merge_to_the_old_end(symbols, pair, both=False):
    """Raises once the list has become shorter; `both` symbols are read before one of them is compared."""
    merged = list(symbols)
    for i in range(len(merged) - 1):
        if (merged[i], merged[i + 1]) == tuple(pair) if both else merged[i] == pair[0] and merged[i + 1] == pair[1]:
            merged[i:i + 2] = ["".join(pair)]
    return merged


def _merge_until_the_last_pair(symbols, pair):
    merged, start = [], 0
    for i in range(len(symbols) - 1):
        if i >= start and tuple(symbols[i:i + 2]) == tuple(pair):
            merged += [*symbols[start:i], "".join(pair)]
            start = i + 2
    return merged


def _merge_and_remove(symbols, pair):
    merged = list(symbols)
    for i in range(len(merged)):
        if tuple(merged[i:i + 2]) == tuple(pair):
            merged[i] = "".join(pair)
            merged.remove(pair[1])
    return merged


def _merge_with_the_last_twice(symbols, pair):
    return _merge(symbols, pair) + list(symbols[-1:]) * (tuple(symbols[-2:]) == tuple(pair) and
                                                         _merge(symbols, pair)[-1] == "".join(pair))


# How a text is split into symbols again, and what that does where there are none.
SPLITS = ((None, ""), (" ", ", and `split(\" \")` makes `['']` of an empty text"))


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
    *(Misconception(
        "one-symbol-decides", partial(_merge, either=True, **written),
        "Your list is exactly what comes out when one of the two symbols is enough.",
        why, "Which word joins your two comparisons?", as_symbols)
      for written, why in (({}, "Both must fit, or other letters are swallowed."),
                           ({"own": True}, "Both must fit, or other pairs are merged, too."))),
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
        "symbol-used-twice", _merge_looks_back,
        "Your list is exactly what comes out when each symbol is compared with the one before it in the word as it "
        "came, also where that one has been merged already.",
        "In e-e-e the middle letter is used for the first pair, and the third one then vanishes into it. What is spelt "
        "must stay the same: join your list and compare it with the word.",
        "Has `symbols[i - 1]` been used when you compare it?", as_symbols),
    Misconception(
        "in-steps-of-two", _merge_twice_in_twos,
        "Your list is exactly what comes out when the word is walked through in steps of two, first from its first "
        "symbol and then once more from its second.",
        "After the first walk the places have moved: a pair may stand where neither of the two walks looks.",
        "At which places can a pair begin?", as_symbols),
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
    *(Misconception(
        "pattern-not-escaped", partial(_merge_by_pattern, before=edge, after=other, at=at),
        later("Your list is exactly what comes out when the pair is used as a regular expression as it stands{where}.",
              where=where),
        "There `.` means any character and `?` that the one before it may be missing: symbols are merged that are not "
        "the pair, or the pair is not found.", "What does `re.escape` do, and do you need a pattern at all?",
        as_symbols)
      for edge, other, where, at in (
          (r"(?<!\S)", r"(?!\S)", "", None), (r"\b", r"\b", ", with `\\b` on both sides", None),
          (r"(?<!\S)", r"(?!\S)", ", and `split(\" \")` makes `['']` of an empty text", " "),
          (r"\b", r"\b", ", with `\\b` on both sides, and `split(\" \")` makes `['']` of an empty text", " "))),
    *(Misconception(
        "marks-have-no-word-boundary", partial(_merge_by_pattern, before=r"\b", after=r"\b", escape=True, at=at),
        later("Your list is exactly what comes out when the pair is looked for with `\\b` on both sides{where}.",
              where=where),
        "`\\b` is a place between a letter or a digit and something else. Between a mark, such as `.`, and a blank "
        "there is none: a pair that ends with a mark is not found.",
        "What is a symbol for your pattern, and what is it for the exercise?", as_symbols) for at, where in SPLITS),
    *(Misconception(
        "blank-used-up", partial(_merge_between_blanks, at=at),
        later("Your list is exactly what comes out when the symbols are written as a text, and the pair is looked for "
              "together with a blank before it and one behind it{where}.", where=where),
        "The search goes on behind what was found. The blank behind one pair is used up then, and a pair that follows "
        "directly has none before it: it is not found.",
        "To how many pairs does the blank between two of them belong?", as_symbols) for at, where in SPLITS),
    *(Misconception(
        "found-inside-symbols", partial(_merge_by_pattern, before="", after="", at=at),
        later("Your list is exactly what comes out when the pair is used as a regular expression as it stands: it is "
              "found also where a symbol only ends or begins like one of the pair, and a mark is no mark "
              "there{where}.", where=where),
        "The symbol “lo” ends with “o”, but it is not the symbol “o”. And in a pattern `.` means any character.",
        "What in your code makes sure that a symbol begins and ends where the pair does, and that a mark means itself?",
        as_symbols) for at, where in SPLITS),
    *(Misconception(
        "found-inside-symbols", partial(_merge_by_text, at=at),
        "Your list is exactly what comes out when the symbols are written as a text, with blanks between them, and the "
        "pair is looked for in it: it is found also where a symbol only ends or begins like one of the pair.",
        "The symbol “lo” ends with “o”, but it is not the symbol “o”.",
        "What in your code makes sure that a symbol begins and ends where the pair does?", as_symbols)
      for at in (None, " ")),
    *(Misconception(
        "mirror-image-too", partial(_merge, mirrored=True, **written),
        later("Your list is exactly what comes out when the pair is merged in either order{and_}.", and_=and_), why,
        "How do you compare two symbols with the pair?", as_symbols)
      for written, and_, why in (
          ({}, "", "That would turn “ol” into “lo” and change the spelling."),
          ({"own": True}, ", each time as it stands there",
           "The pair (o, l) is not the pair (l, o): its symbol “ol” is another one, with a merge of its own."))),
    Misconception(
        "compared-as-sets", partial(_merge, sets=True),
        "Your list is exactly what comes out when the next symbols and the pair are compared as *sets*.",
        "A set knows no order, and each thing is in it once: {o, l} is {l, o}, and {e, e} is {e}, so that a single e "
        "at the end counts as the pair (e, e).",
        "What do you compare with the pair?", as_symbols),
    *(Misconception(
        "first-symbol-decides", partial(_merge, whole=False, **written),
        "Your list is exactly what comes out when any two symbols are merged whose first is that of the pair.",
        why, "Do you compare both symbols?", as_symbols)
      for written, why in (({}, "Both must fit, or other letters are swallowed."),
                           ({"own": True}, "Both must fit, or other pairs are merged, too."))),
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
        "letters-of-the-pair", partial(_merge, letters=True),
        "Your list is exactly the expected one, with the letters of the merged symbol one by one in its place.",
        "The merged symbol is one thing. `+=` and `extend` take a string for a row of letters, and put each of them "
        "into the list by itself.", "How do you put the merged symbol into your list?", as_symbols),
    Misconception(
        "letters-of-the-others", partial(_merge, spread=True),
        "Your list is exactly the expected one, with the letters of each symbol that was *not* merged one by one in "
        "its place.",
        "A symbol may have several letters already. `+=` and `extend` take a string for a row of letters, and put each "
        "of them into the list by itself.", "How do you put a symbol that is not merged into your list?", as_symbols),
    Misconception(
        "letters-first", partial(_merge, apart=True),
        "Your list is exactly what comes out when the word is taken apart into letters before the pair is looked for.",
        "A symbol that was merged before is one thing and stays so: lo and w are two symbols, not three letters.",
        "Do you join the symbols into a string on the way?", as_symbols),
    Misconception(
        "rest-lost", partial(_merge, once=True),
        "Your list is exactly what comes out when everything after the *first* merged pair is left out.",
        "What is no part of the pair stays as it is. Join your list and compare it with the word.",
        "What makes your code pass over the rest once it has merged a pair?", as_symbols),
    Misconception(
        "index-of-the-first-symbol", _merge_first_place,
        "Your list is exactly what comes out when only the place is looked at where the first symbol of the pair "
        "stands for the first time.",
        "The pair may stand further on, and more than once. `index` finds the first place of a symbol, whatever comes "
        "after it.", "Which places does your code look at?", as_symbols),
    Misconception(
        "index-of-the-first-symbol", _merge_first_places,
        "Your list is exactly what comes out when each symbol is looked at only at the first place where it stands.",
        "The pair may stand further on. `index` finds the first place of a symbol, whatever comes after it.",
        "How does your loop know at which place it is?", as_symbols),
    Misconception(
        "places-have-moved", _merge_at_old_places,
        "Your list is exactly what comes out when the places are counted in the list as it came, and the list that is "
        "changed has become shorter.",
        "After a merge all that follows stands one place further to the left.",
        "In which list do you look for the pair, and into which do you write?", as_symbols),
    *(Misconception(
        "list-becomes-shorter", partial(_merge_to_the_old_end, both=both),
        "Your code runs past the end of the list in just the cases in which this happens if the list becomes shorter "
        "in the loop.",
        "`range(len(...))` is computed once, before the first round. After a merge the list has one symbol less, and "
        "its last places are gone.", "Which list does your loop walk over, and which one does it change?", as_symbols)
      for both in (False, True)),
    Misconception(
        "rest-lost", _merge_until_the_last_pair,
        "Your list is exactly what comes out when everything after the last pair is left out.",
        "What is no part of the pair stays as it is. Join your list and compare it with the word.",
        "What is still to be done when the loop has ended?", as_symbols),
    Misconception(
        "another-one-removed", _merge_and_remove,
        "Your list is exactly what comes out when after a merge the *first* symbol of the list that equals the second "
        "of the pair is taken out.",
        "`remove` looks for a value from the beginning; the one that was merged may stand further on.",
        "Does your code say at which place a symbol is to go?", as_symbols),
    Misconception(
        "last-symbol-twice", _merge_with_the_last_twice,
        "Your list is exactly the expected one with the last symbol once more behind it, where a pair is at the end.",
        "It is in the merged symbol already. Join your list and compare it with the word.",
        "What do you append after the loop, and is it always still to come?", as_symbols),
    Misconception(
        "three-places-on", partial(_merge, step=3),
        "Your list is exactly what comes out when the symbol after a merged pair is left out.",
        "A pair uses two symbols up. Join your list and compare it with the word.",
        "How far does your index move after a merge?", as_symbols),
    *(Misconception(
        "either-symbol-twice", partial(_merge, each=True, own=own),
        "Your list is exactly what comes out when any two neighbours are merged that are both among the symbols of "
        "the pair.",
        "The order matters, and (l, l) is not the pair (l, o): `x in pair` is true for both symbols.",
        "How do you compare two symbols with the pair?", as_symbols)
      for own in (False, True)),
    Misconception(
        "merged-backwards", partial(_merge, turned=True),
        "Your list is exactly the expected one, with the two halves of the merged symbol in the other order.",
        "What is spelt must stay the same: join your list and compare it with the word.",
        "Which of the two symbols do you write first?", as_symbols),
    Misconception(
        "letters-again", lambda symbols, pair: list("".join(symbols)),
        "Your list is exactly that of the single letters of the word.",
        "A symbol is one thing. `list(\"lo\")` makes two of it, and so does `+=` with a string, which adds its letters "
        "to a list one by one.",
        "What is put into your list at each place: one thing, or several?", as_symbols),
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
