"""Exercise 3.6: matrices with which words look somewhere else, and what it means."""
from functools import partial

import numpy as np
import torch

from classroom.judge.evidence import Sight
from classroom.judge.exercise import Misconception

BIG = 100.0


def sloppy_matrices(n_words, n_places, back=1, factor=BIG, swapped=False, words=0.0, rows="places", keys="each",
                    scaled=True):
    """`look_back` with one thing done differently."""
    d_k = n_places
    wanted = torch.zeros(n_places, d_k)                     # row i: what place i looks for
    for i in range(n_places):
        for j in range(d_k):
            wanted[i, j] = {"each": float(j == i - back), "all before": float(j < i), "first": float(j == 0),
                            "last": float(j == d_k - 1), "none": 0.0, "neighbours": float(abs(i - j) == 1),
                            "up to here": float(j <= i)}[keys]
    W_q, W_k = torch.zeros(n_words + n_places, d_k), torch.zeros(n_words + n_places, d_k)
    start = n_words if rows == "places" else 0
    W_q[start : start + n_places] = factor * wanted * (d_k ** 0.5 if scaled else 1.0)
    W_k[start : start + n_places] = torch.eye(n_places)
    if words:
        size = min(n_words, d_k)
        W_q[:size, :size] += words * torch.eye(size)
        W_k[:size, :size] += torch.eye(size)
    return (W_k, W_q) if swapped else (W_q, W_k)


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
    where = "itself" if at == t else f"place {at}"
    return (f"In the sentence with the words {ids}, with n_words = {sight.inputs['n_words']} and n_places = "
            f"{sight.inputs['n_places']}, the word at place {t} looks most at {where}. To place {t - 1} it gives "
            f"{'more than ' if share >= 0.9 else ''}{share:.2f} of its attention; more than 0.9 is asked for.")


def _looks(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_matrices, **slip), says, why, look, shown)


_SOFT = ("The scores are right in their order, but too close to each other: the softmax turns a difference of 1 into a "
         "factor of 2.7 only. And attention divides by √d_k before that.")
LOOKING = [
    _looks("looks-ahead", "With your matrices the words look exactly where they do when `W_q` and `W_k` are exchanged: "
           "at the word *after* them.", "Then the word before would be found by what it looks for.",
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
    *(_looks("not-sharp-enough", "With your matrices each word looks at the right place, and too softly.", _SOFT,
             "How far above the others must a score be? And by what is it divided?", factor=factor, scaled=scaled)
      for factor, scaled in ((1.0, False), (2.0, False), (1.0, True), (2.0, True), (3.0, False))),
    _looks("reads-the-words", "With your matrices a word's *identity* decides: they read the first numbers of a "
           "vector, which say which word it is.", "The place stands in the numbers after these.",
           "Which rows of the matrices meet the place?", rows="words"),
    *(_looks("words-count-too", "With your matrices the places pull in the right direction, and equal words pull as "
             "well.", "A word that occurs twice then looks at its twin. What shall decide is the place alone.",
             "Which rows of the matrices should be 0?", words=words * BIG) for words in (1.0, 10.0, 3.0)),
]
