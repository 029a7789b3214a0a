"""Exercise 3.6: matrices with which words look somewhere else, and what it means."""
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch

from classroom.judge.evidence import Sight
from classroom.judge.exercise import Misconception
from course._words import later, say

BIG = 100.0


def sloppy_matrices(n_words, n_places, back=1, factor=BIG, swapped=False, words=0.0, rows="places", keys="each",
                    scaled=True, edge="empty", wide=False, left_out="none"):
    """`look_back` with one thing done differently."""
    size = {"words only": n_words, "all": n_words + n_places}.get(rows, n_places)
    d_k = n_words + n_places if wide else size
    wanted = torch.zeros(size, d_k)                         # row i: what place i looks for
    for i in range(size):
        at = {"round": (i - back) % size, "last": min(max(i - back, 0), size - 1)}.get(edge, i - back)
        for j in range(size):
            wanted[i, j] = {"each": float(j == at), "all before": float(j < i), "first": float(j == 0),
                            "last": float(j == size - 1), "none": 0.0, "neighbours": float(abs(i - j) == 1),
                            "up to here": float(j <= i), "all others": float(j != i),
                            "two before": float(i - j in (1, 2)), "itself too": float(i - j in (0, 1))}[keys]
    W_q, W_k = torch.zeros(n_words + n_places, d_k), torch.zeros(n_words + n_places, d_k)
    start = n_words if rows == "places" else 0
    factor = n_places if factor == "n_places" else factor
    W_q[start : start + size] = factor * wanted * (d_k ** 0.5 if scaled else 1.0)
    W_k[start : start + size, :size] = torch.eye(size)
    if left_out == "last query":
        W_q[-1] = 0.0
    if left_out == "first key":
        W_k[n_words] = 0.0
    if words:
        size = min(n_words, d_k)
        W_q[:size, :size] += words * torch.eye(size)
        W_k[:size, :size] += torch.eye(size)
    return (W_k, W_q) if swapped else (W_q, W_k)


def whole_vectors(n_words, n_places, factor=BIG, scaled=True, words="equal"):
    """Words have numbers of their own in query and key: what looks for the place before looks for words, too."""
    d = n_words + n_places
    W_q, W_k = torch.eye(d), torch.eye(d)
    W_q[n_words:, n_words:] = torch.eye(n_places).roll(-1, dims=1)
    W_q[:n_words, :n_words] = {"equal": torch.eye(n_words), "before": torch.eye(n_words).roll(-1, dims=1)}[words]
    return factor * (d ** 0.5 if scaled else 1.0) * W_q, W_k


def by_numbers(n_words, n_places, factor=BIG, back=1, first=0, kind="product", scaled=True):
    """Places as numbers: their product, or the squared distance, with one thing done differently ("half": no 2); or
    "later is better", whichever place asks.
    """
    t = torch.arange(n_places, dtype=torch.float64)
    d_k = 1 if kind in ("product", "later is better") else 2
    W_q, W_k = (torch.zeros(n_words + n_places, d_k, dtype=torch.float64) for _ in range(2))
    if kind == "later is better":
        W_q[n_words:, 0], W_k[n_words:, 0] = factor, t
    elif kind == "product":
        W_q[n_words:, 0], W_k[n_words:, 0] = factor * (t + first - back), t + first
    else:
        factor = factor * (2 ** 0.5 if scaled else 1.0) * (-1 if kind == "far" else 1)
        W_q[n_words:, 0], W_q[n_words:, 1] = factor * (1 if kind == "half" else 2) * (t - back), factor
        W_k[n_words:, 0], W_k[n_words:, 1] = t, -t ** 2
    return W_q, W_k


def for_one_size(n_words, n_places, words=None, places=None):
    """`look_back` for fixed numbers of words or places, whatever it is given."""
    return sloppy_matrices(words or n_words, places or n_places)


def fixed_in_part(n_words, n_places, start=None, places=None, factor=BIG, cut=False, keys_at=None, edge="empty"):
    """Matrices of the right size, of which only rows for a fixed number of words or places are filled.

    `start` is the row of place 0, `keys_at` that in `W_k`, if it is another; with `cut` rows that do not exist are left
    out.
    """
    rows = {"exchanged": n_places, "right": n_words, None: n_words}
    begin = rows.get(start, start)
    of_keys = begin if keys_at is None else rows.get(keys_at, keys_at)
    W_q, W_k = (torch.zeros(n_words + n_places, n_places) for _ in range(2))
    for t in range(n_places if places is None else min(places, n_places)):
        for W, row, column, value in ((W_k, of_keys + t, t, 1.0), (W_q, begin + t, t - 1, factor * n_places ** 0.5)):
            if row >= len(W) and not cut:
                raise IndexError(f"index {row} is out of bounds for dimension 0 with size {len(W)}")
            if row < len(W) and (column >= 0 or edge == "round"):
                W[row, column] = value
    return W_q, W_k


def sentence(sight: Sight) -> tuple[int, int]:
    """The first sentence and query in which something differs."""
    got, want = sight.got.values, sight.want.values
    wrong = (got["looks_at"] != want["looks_at"]) | (np.abs(got["share"] - want["share"]) > 1e-6)
    b, t = np.argwhere(wrong)[0]
    return int(b), int(t) + 1


def shown(sight: Sight) -> str:
    """Where one word looks, in words."""
    b, t = sentence(sight)
    at, share = int(sight.got.values["looks_at"][b, t - 1]), float(sight.got.values["share"][b, t - 1])
    ids = sight.inputs["ids"][b].tolist()
    alike = int(sight.got.values["alike"][b, t - 1])
    most = say("looks at all {n} places alike", n=len(ids)) if alike == len(ids) else \
        say("looks most at {n} places alike, the first of them place {at}", n=alike, at=at) if alike > 1 else \
        say("looks most at itself") if at == t else say("looks most at place {at}", at=at)
    gives = say("more than {share:.2f}", share=share) if share >= 0.9 else f"{share:.2f}"
    return say("In the sentence with the words {ids}, with n_words = {n_words} and n_places = {n_places}, the word "
               "at place {t} {most}. To place {t2} it gives {gives} of its attention; more than 0.9 is asked for.",
               ids=ids, n_words=sight.inputs['n_words'], n_places=sight.inputs['n_places'], t=t,
               most=most, t2=t - 1, gives=gives)


def where_they_look(sights: Sequence[Sight]) -> tuple[str, str] | None:
    """Do all words look most at the right place, and some too softly? Read off, since any matrices may do that."""
    wrong = [sight for sight in sights if (sight.got.values["share"] < sight.want.values["share"] - 1e-6).any()]
    if not wrong:
        return None
    some = "" if len(wrong) == len(sights) else say("In {wrong} of the {sights} cases: ", wrong=len(wrong),
                                                    sights=len(sights))
    if all((sight.got.values["looks_at"] == sight.want.values["looks_at"]).all()
           and (sight.got.values["alike"] == 1).all() for sight in wrong):
        all_of_them = all((sight.got.values["share"] < sight.want.values["share"] - 1e-6).all() for sight in wrong)
        return "not-sharp-enough", say(
            "{some}With your matrices each word looks most at the right place, but {how_many} too softly.\n\n{shown}"
            "\n\n{soft} How far above the others must a score be? And by what is it divided?", some=some,
            how_many=say("all of them") if all_of_them else say("some of them"), shown=shown(wrong[0]), soft=say(_SOFT))
    return "looks-elsewhere", say(
        "{some}With your matrices some words do not look at the word before them.\n\n{shown}\n\nA word's query is "
        "the sum of two rows of `W_q`, one for the word and one for its place; its key is the sum of two rows of "
        "`W_k`. Which rows are these for the words at these two places, and what is the product of the query and the "
        "key?", some=some, shown=shown(wrong[0]))


def _looks(slug: str, says: str, why: str, look: str, how=sloppy_matrices, **slip) -> Misconception:
    return Misconception(slug, partial(how, **slip), says, why, look, shown)


# Factors for which, without √d_k, some softmax is not saturated. All larger ones give the same shares, to four digits.
_SMALL = (50.0, 40.0, 30.0, 20.0, 10.0, 1.0)


_SOFT = ("The scores are right in their order, but too close to each other: the softmax turns a difference of 1 into a "
         "factor of 2.7 only. And attention divides by √d_k before that.")
LOOKING = [
    _looks("looks-ahead", "With your matrices the words look exactly where they do when `W_q` and `W_k` are exchanged: "
           "at the word *after* them.",
           "Place t − 1 is then looking for what place t is found by: each word for the next one.",
           "Which of the two matrices says what place t *looks for*?", swapped=True),
    _looks("looks-ahead", "With your matrices each word looks at the word *after* it.",
           "Place t shall look for what place t − 1 is found by.", "Which of two rows has its 1 further to the left?",
           back=-1),
    _looks("looks-at-itself", "With your matrices each word looks at itself.",
           "Query and key of the same place are alike. What a place looks for has to differ from what it is found by.",
           "Take place 3: which key shall fit its query?", back=0),
    _looks("looks-two-back", "With your matrices each word looks two places back.",
           "One step in the queries and one in the keys make two.", "Is the step in one matrix only?", back=2),
    _looks("looks-at-the-first", "With your matrices all words look at the first one.",
           "What they look for must depend on their own place.", "Do the rows of `W_q` differ?", keys="first"),
    _looks("looks-at-the-last", "With your matrices all words look at the last place that there is.",
           "What they look for must depend on their own place.", "Do the rows of `W_q` differ?", keys="last"),
    _looks("looks-at-all-before", "With your matrices each word looks at all words before it, equally.",
           "That is what a causal mask leaves open, not the one word before.",
           "How many keys fit the query of place 3?", keys="all before"),
    _looks("looks-at-all-before", "With your matrices each word looks at itself and at all words before it, equally.",
           "That is what a causal mask leaves open, not the one word before.",
           "How many keys fit the query of place 3?", keys="up to here"),
    _looks("looks-both-ways", "With your matrices each word looks at the word before it and at the one after it, "
           "equally.", "A score that is the same both ways cannot tell before from after.",
           "Which keys fit the query of place 3?", keys="neighbours"),
    _looks("all-alike", "With your matrices all shares are equal, wherever a word stands.",
           "Scores that are all the same say nothing.", "Which numbers of a word's vector meet a number other than 0?",
           keys="none"),
    _looks("avoids-the-one-before", "With your matrices each word looks everywhere but at the word before it.",
           "A negative score pushes away.", "Is there a minus sign where none is needed?", factor=-BIG),
    *(_looks("not-sharp-enough", "With your matrices each word looks at the right place, but not always sharply "
                                 "enough.", _SOFT,
             "How far above the others must a score be? And by what is it divided?", factor=factor, scaled=scaled)
      for factor, scaled in ((1.0, False), (2.0, False), (1.0, True), (2.0, True), (3.0, False))),
    *(_looks("reads-the-words", "Your matrices read the first n_places numbers of a vector. The first n_words say "
             "which word it is.", "The place stands in the numbers after these.",
             "Which rows of the matrices meet the place?", rows="words", edge=edge) for edge in ("empty", "round")),
    *(_looks("words-count-too", "With your matrices the places pull in the right direction, and equal words pull as "
             "well.", "A word that occurs twice then looks at its twin. What shall decide is the place alone.",
             "Which rows of the matrices should be 0?", words=words * BIG) for words in (1.0, 10.0, 3.0)),
    *(_looks("looks-at-itself", "With your matrices each word looks at itself.", "Query and key of the same place are "
             "alike: a step that is in both matrices is in neither. What a place looks for has to differ from what it "
             "is found by.", "Take place 3: which key shall fit its query?", back=0, factor=factor, scaled=False,
             wide=wide) for factor in _SMALL for wide in (False, True)),
    *(_looks(slug, later("With your matrices each word looks {where}, and counts round at the end.",
                         where=where), why, look, back=back,
             edge="round", factor=factor, scaled=scaled)
      for back, slug, where, why, look in (
          (-1, "looks-ahead", "at the word *after* it", "Place t shall look for what place t − 1 is found by.",
           "Which of two rows has its 1 further to the left?"),
          (2, "looks-two-back", "two places back", "One step in the queries and one in the keys make two.",
           "Is the step in one matrix only?"))
      for factor, scaled in ((BIG, True), *((factor, False) for factor in _SMALL))),
    _looks("looks-ahead", "With your matrices each word looks at the word *after* it, and the last one at itself.",
           "Place t shall look for what place t − 1 is found by.", "Which of two rows has its 1 further to the left?",
           back=-1, edge="last"),
    _looks("looks-two-back", "With your matrices each word looks two places back, where there are two.",
           "One step in the queries and one in the keys make two.", "Is the step in one matrix only?",
           back=2, edge="last"),
    _looks("looks-at-all-others", "With your matrices each word looks at all words but itself, equally.",
           "That a place is not my own says little.", "How many keys fit the query of place 3?", keys="all others"),
    *(_looks("looks-at-two", later("With your matrices each word looks at {says} too, equally.",
                                   says=says), "All attention shall go "
             "to one place.", "How many keys fit the query of place 3?", keys=keys)
      for keys, says in (("two before", "the word before it, and at the one before that"),
                         ("itself too", "the word before it, and at itself"))),
    _looks("last-place-left-out", "With your matrices the last place that there is looks for nothing.",
           "The places have the rows n_words to n_words + n_places − 1, and the last of them needs a query, too.",
           "In which row do your lines begin, and in which do they end?", left_out="last query"),
    _looks("first-place-not-found", "With your matrices the first place has a key of zeros: place 1 looks for it, and "
           "does not find it.", "Place 0 looks for nothing, but it is looked for.", "Where does your loop begin, for "
           "each of the two matrices?", left_out="first key"),
    *(_looks("not-sharp-enough", "With your matrices each word looks at the right place, but not always sharply "
                                 "enough.", _SOFT,
             "How far above the others must a score be? And by what is it divided?", factor=factor, scaled=scaled,
             wide=wide, edge="round")
      for factor, scaled, wide in ((4.0, False, False), (5.0, False, False), (8.0, False, False), (10.0, False, False),
                                   (16.0, False, False), (20.0, False, False), (3.0, True, False), (4.0, True, False),
                                   (5.0, True, False), ("n_places", False, False), (1.0, False, True),
                                   (2.0, False, True), (5.0, False, True), (10.0, False, True), (20.0, False, True))),
    *(_looks("not-sharp-enough", "With your matrices each word looks at the right place, but not always sharply "
                                 "enough.", _SOFT,
             "How far above the others must a score be? And by what is it divided?", how=by_numbers, kind="distance",
             factor=factor, scaled=scaled) for factor in (1.0, 0.5, 2.0) for scaled in (False, True)),
    *(_looks("looks-at-the-last", "With your matrices all words look at the last one of the sentence.", "No mask here "
             "closes the words that come later.", "For which key is the score of place 1 largest? Does it grow with "
             "the key's place, whoever asks?", how=by_numbers, **slip)
      for slip in ({"kind": "later is better"}, {"first": 1})),
    *(_looks("numbers-multiplied", "Your matrices make a number of each place, and a score of the product of two "
             "numbers.", "A product is largest where the other number is largest, not where both are equal.",
             "Take place 2 and the keys 0, 1, 2, 3: which score is the largest?", how=by_numbers, factor=factor,
             back=back, first=first)
      for factor, back, first in ((100.0, 1, 0), (1.0, 1, 0), (1.0, 1, 1), (1.0, 0, 1), (-1.0, 1, 0),
                                  (-1.0, 1, 1), (-100.0, 1, 0))),
    *(_looks("squared-distance-turned", "With your matrices a word looks the harder at a place the *further* it is "
             "from the one before.", "The score has to be largest where the distance is 0.",
             "Which sign does the distance have in the score?", how=by_numbers, kind="far", factor=factor)
      for factor in (BIG, 1.0)),
    *(_looks("looks-at-itself", "With your matrices a score falls with the distance to the word's *own* place.",
             "The place that is looked for is t − 1.", "Where is the distance 0?", how=by_numbers, kind="distance",
             back=0, factor=factor, scaled=scaled) for factor, scaled in ((10.0, False), (1.0, True), (1.0, False))),
    *(_looks("words-count-too", "With your matrices query and key hold the *words* as well: equal words pull, beside "
             "the place before.", "Each word is equal to itself, and that pulls as hard as the place before. What "
             "shall decide is the place alone.", "Which rows of the matrices should be 0?", how=whole_vectors,
             words="equal", factor=factor, scaled=scaled)
      for factor, scaled in ((20.0, True), (10.0, True), *((factor, False) for factor in _SMALL))),
    *(_looks("words-shifted", later("Your matrices shift {says} by one: they look for a word with another *number*.",
                                    says=says),
             "A word's number says which word it is, not where it stands.", "Which rows of the matrices should be 0?",
             how=how, factor=factor, scaled=scaled, **more)
      for factor, scaled in ((100.0, True), (50.0, False), (10.0, False), (1.0, False))
      for says, how, more in (
          ("the words", sloppy_matrices, {"rows": "words only"}),
          ("the words", sloppy_matrices, {"rows": "words only", "edge": "round"}),
          ("the words", sloppy_matrices, {"rows": "words only", "back": -1}),
          ("the words", sloppy_matrices, {"rows": "words only", "back": -1, "edge": "round"}),
          ("words and places", sloppy_matrices, {"rows": "all"}),
          ("words and places", sloppy_matrices, {"rows": "all", "edge": "round"}),
          ("words and places", whole_vectors, {"words": "before"}))),
    *(_looks("words-alone", "With your matrices equal words look at each other; places count for nothing.",
             "What shall decide is the place alone.", "Which rows of the matrices meet the place?",
             rows="words only", back=0, factor=factor, scaled=scaled)
      for factor, scaled in ((100.0, True), (1.0, False))),
    *(_looks("for-one-size", later("Your matrices are made for {says}, whatever the function is given.", says=says),
             "Other sentences have other sizes: `n_words` and `n_places` say which.",
             "Which numbers in your function should be its arguments?", how=for_one_size, **fixed)
      for says, fixed in (("4 words and 4 places", {"words": 4, "places": 4}),
                          ("3 words and 5 places", {"words": 3, "places": 5}), ("4 words", {"words": 4}),
                          ("4 places", {"places": 4}), ("5 places", {"places": 5}), ("3 words", {"words": 3}))),
    *(_looks("for-one-size", later("Your matrices are made for {says}, whatever the function is given.", says=says),
             "Other sentences have other sizes: `n_words` and `n_places` say which.",
             "Which numbers in your function should be its arguments?", how=fixed_in_part, **fixed)
      for says, fixed in (("4 words", {"start": 4}), ("3 words", {"start": 3}), ("4 places", {"places": 4}),
                          ("5 places", {"places": 5}), ("8 places", {"places": 8}))),
    _looks("sizes-exchanged", "Your matrices have the rows of the places n_places further down, as though there were "
           "that many words.", "The numbers of the words come first, and there are n_words of them.",
           "At which row does place 0 begin?", how=fixed_in_part, start="exchanged"),
    *(_looks("sizes-exchanged", "Your matrices have the rows of the places from row n_places on, as though there were "
             "that many words, as far as there are rows.", "The numbers of the words come first, and there are n_words "
             "of them.", "At which row does place 0 begin?", how=fixed_in_part, start="exchanged", cut=True, edge=edge)
      for edge in ("empty", "round")),
    *(_looks("one-matrix-reads-the-words", later("Your `{matrix}` has the places in the first n_places rows, and the "
                                                 "other matrix has not.", matrix=matrix),
             "The numbers of the words come first, those of the places after them.",
             "At which row does place 0 begin, in each of the two matrices?", how=fixed_in_part, edge=edge, **at)
      for edge in ("empty", "round")
      for matrix, at in (("W_k", {"keys_at": 0}), ("W_q", {"start": 0, "keys_at": "right"}))),
    *(_looks("half-way", "With your matrices a score is largest half-way: at (t − 1) / 2.", "The square of a "
             "difference, multiplied out, has three parts. The one in the middle decides where it is smallest.",
             "What is (a − b)², multiplied out?", how=by_numbers, kind="half", factor=factor, scaled=scaled)
      for factor, scaled in ((BIG, True), (10.0, False), (1.0, False), (1.0, True))),
]
