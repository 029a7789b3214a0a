"""Lesson 10, steps of a beam: what learners write instead, and what it means. Used by `lesson_10`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later

from .rounds import as_round

# ---------------------------------------------------------------------------------- 10.2 step

def _step(log_p, next_log_p, beam_size, table="sum", back="right", order="best", gives="right"):
    """`beam_step` with one thing done differently."""
    past, vocab_size = log_p.unsqueeze(1), next_log_p.shape[1]
    if isinstance(table, float):
        table, eps = "plus", table
    candidates = {
        "plus": lambda: ((past + next_log_p).exp() + eps).log(),
        "half": lambda: (past + next_log_p).half().to(next_log_p.dtype),
        "sum": lambda: past + next_log_p, "next only": lambda: next_log_p + 0 * past.nan_to_num(neginf=0.0),
        "product": lambda: past * next_log_p, "probabilities": lambda: past.exp() + next_log_p.exp(),
        "exp": lambda: (past + next_log_p).exp(), "mean": lambda: (past + next_log_p) / 2,
        "renormalised": lambda: (past + next_log_p).flatten().log_softmax(0).view_as(next_log_p),
        "difference": lambda: next_log_p - past,
        "past renormalised": lambda: past.log_softmax(0) + next_log_p,
        "best past": lambda: past.max() + next_log_p,
        "tiled": lambda: (next_log_p.flatten() + log_p.repeat(vocab_size)).view_as(next_log_p),
        "log of next": lambda: past + next_log_p.log(), "log of past": lambda: past.log() + next_log_p,
        "sum of p": lambda: torch.logaddexp(past, next_log_p),
        "product of p": lambda: (past.exp() * next_log_p.exp()).log(),
        "log of both": lambda: past.log() + next_log_p.log(), "log of sum": lambda: (past + next_log_p).log(),
    }[table]()
    candidates = candidates.T if back == "transposed" else candidates
    if order == "lowest":                                     # as "worst", where several are equally bad
        index = candidates.flatten().argsort()[:beam_size]
        scores = candidates.flatten()[index]
    else:
        scores, index = candidates.flatten().topk(beam_size, largest=order != "worst")
    if order == "ascending":
        scores, index = scores.flip(0), index.flip(0)
    parent, token = index // vocab_size, index % vocab_size
    if back == "by beams":
        parent, token = index // len(log_p), index % len(log_p)
    if back == "one less":
        parent, token = index // max(vocab_size - 1, 1), index % max(vocab_size - 1, 1)
    if back == "rest by beams":
        token = index % len(log_p)
    if back == "first parent":
        parent = torch.zeros_like(parent)
    if back == "from one":
        parent = parent + 1
    if back == "by beam size":
        parent, token = index // beam_size, index % beam_size
    if isinstance(back, int):
        parent, token = index // back, index % back
    if back == "index":
        token = index
    if back == "rounded":
        parent = (index / vocab_size).round().long()
    if back == "fraction":
        parent = index / vocab_size
    if gives == "swapped":
        parent, token = token, parent
    if gives == "next":
        scores = next_log_p[parent, token]
    return scores, parent, token


def _step_each_alone(log_p, next_log_p, beam_size):
    best, token = next_log_p.max(-1)
    scores, parent = (log_p + best).topk(min(beam_size, len(log_p)))
    return scores, parent, token[parent]


def _step_each_alone_unless_too_few(log_p, next_log_p, beam_size):
    best, token = (log_p.unsqueeze(1) + next_log_p).max(-1)
    scores, parent = best.topk(beam_size)
    return scores, parent, token[parent]


def _step_best_of_each(log_p, next_log_p, beam_size):
    return _step_each_alone_unless_too_few(log_p, next_log_p, min(beam_size, len(log_p)))


def _step_all_of_each(log_p, next_log_p, beam_size):
    best, token = (log_p.unsqueeze(1) + next_log_p).topk(min(beam_size, next_log_p.shape[1]))
    parent = torch.arange(len(log_p)).unsqueeze(1).expand_as(token)
    return best.flatten(), parent.flatten(), token.flatten()


def _step_first_beginnings(log_p, next_log_p, beam_size):
    """Beginnings beyond number `beam_size` are cut off, as if the best ones stood in front."""
    return _step(log_p[:beam_size], next_log_p[:beam_size], beam_size)


def _step_as_many_as_beginnings(log_p, next_log_p, beam_size):
    return _step(log_p, next_log_p, len(log_p))


def _step_in_rows(log_p, next_log_p, beam_size):
    scores, index = (log_p.unsqueeze(1) + next_log_p).topk(beam_size)
    return scores, index // next_log_p.shape[1], index % next_log_p.shape[1]


def _step_first_beam(log_p, next_log_p, beam_size):
    scores, token = (log_p[0] + next_log_p[0]).topk(min(beam_size, next_log_p.shape[1]))
    return scores, torch.zeros_like(token), token


def _axes_confused(log_p, next_log_p, beam_size):
    return _step(torch.zeros(len(log_p), dtype=log_p.dtype), log_p + next_log_p, beam_size)


def _step_beam_of_each(log_p, next_log_p, beam_size):
    """Right, but `topk` asks each row for more than it has where there are more places than tokens."""
    best, token = (log_p.unsqueeze(1) + next_log_p).topk(beam_size)
    scores, place = best.flatten().topk(beam_size)
    return scores, place // beam_size, token.flatten()[place]


def _step_past_added_last(log_p, next_log_p, beam_size):
    scores, index = next_log_p.flatten().topk(beam_size)
    parent = index // next_log_p.shape[1]
    return scores + log_p[parent], parent, index % next_log_p.shape[1]


def _step_places_for_tokens(log_p, next_log_p, beam_size):
    """The best of each beginning first; the token is where one stands among these, and not in the vocabulary."""
    few = min(beam_size, next_log_p.shape[1])
    best = (log_p.unsqueeze(1) + next_log_p).topk(few).values
    scores, index = best.flatten().topk(min(beam_size, best.numel()))
    return scores, index // few, index % few


def _step_shared_out(log_p, next_log_p, beam_size, each="up", then="best", by="topk"):
    """As many children for each beginning as for every other one: `each` says how that is made a whole number.

    `by` decides which tokens stand behind a beginning that is dead, where all are equally bad.
    """
    beginnings, vocab_size = next_log_p.shape
    few, more = divmod(beam_size, beginnings)
    numbers = {"up": [few + (more > 0)] * beginnings, "down": [max(few, 1)] * beginnings,
               "rest to the first": [few + (k < more) for k in range(beginnings)]}[each]
    table = log_p.unsqueeze(1) + next_log_p
    best, token = table.topk(min(max(numbers), vocab_size)) if by == "topk" else table.sort(descending=True)
    if by == "first":                                 # the best of each row, and only then the beginnings' own scores
        best, token = next_log_p.topk(min(max(numbers), vocab_size))
        best = best + log_p.unsqueeze(1)
    rows = [(k, i) for k, number_of in enumerate(numbers) for i in range(min(number_of, vocab_size))]
    parent, place = torch.tensor(rows).unbind(1)
    scores, token = best[parent, place], token[parent, place]
    if then == "all":
        return scores, parent, token
    if then == "first":
        return scores[:beam_size], parent[:beam_size], token[:beam_size]
    scores, order = scores.topk(min(beam_size, len(scores)) if then == "best there are" else beam_size)
    return scores, parent[order], token[order]


def _step_each_token_once(log_p, next_log_p, beam_size, there="all"):
    """The best beginning for each token first, and then the best of these V; they may be too few."""
    best, parent = (log_p.unsqueeze(1) + next_log_p).max(0)
    scores, token = best.topk(min(beam_size, len(best)) if there == "all" else beam_size)
    return scores, parent[token], token


def _step_each_beginning_kept(log_p, next_log_p, beam_size, dead="given up"):
    """The best continuation of each beginning has its place; the places left over go to the best of the rest."""
    table = log_p.unsqueeze(1) + next_log_p
    first = torch.zeros_like(table, dtype=torch.bool)
    first[torch.arange(len(table)), table.argmax(1)] = True
    first = first & (table > -torch.inf) if dead == "given up" else first
    flat, first = table.flatten(), first.flatten()
    order = flat.argsort(descending=True, stable=True)
    chosen = torch.cat([order[first[order]], order[~first[order]]])[:beam_size]
    chosen = chosen[flat[chosen].argsort(descending=True, stable=True)]
    return flat[chosen], chosen // table.shape[1], chosen % table.shape[1]


def _round(slug, says, why, look, **switches):
    return Misconception(slug, partial(_step, **switches), says, why, look, as_round)


_ROW = "The flattened table has V places for each beginning: place i lies in row i // V and column i % V."

STEPS = [
    _round("past-ignored", "Your scores are exactly those of the next tokens alone.",
           "A likely word after an unlikely beginning would then win against a good sentence.",
           "Where does `log_p` come in?", table="next only"),
    _round("logs-multiplied", "Your scores are exactly the *products* of the log-probabilities.",
           "Probabilities are multiplied, and so their logarithms are added. The product of two negative numbers is "
           "positive: the least likely pairs would win.", "Which sign stands between the two?", table="product"),
    _round("probabilities-summed", "Your scores are exactly sums of *probabilities*.",
           "The probability of a sequence is a product. A sum does not become small when one of its parts is "
           "impossible.", "Is there an `exp`?", table="probabilities"),
    _round("probabilities-returned", "Your scores are exactly the probabilities, not their logarithms.",
           "They choose the same tokens, but the next round adds them to logarithms.", "Is there an `exp`?",
           table="exp"),
    _round("through-probabilities", "Your scores are exactly what comes out when probabilities are multiplied, and the "
           "logarithm is taken of the product.",
           "That is the same on paper. But the probability of a long sentence is too small for float32: it becomes 0, "
           "and its logarithm −∞.", "Is there an `exp`? What becomes of a product when logarithms are taken?",
           table="product of p"),
    _round("probabilities-added", "Your scores are exactly the logarithms of p + p′: the probabilities are added, as "
           "`logaddexp` does.", "The probability of a sentence is the product of its tokens' probabilities, and the "
           "logarithm of a product is the sum of the logarithms.",
           "What is done with the two logarithms, and what does that do to the probabilities?", table="sum of p"),
    *(_round("small-number-added", later("Your scores are exactly what comes out when {eps} is added to the "
                                         "probabilities before the logarithm is taken.", eps=eps),
             "The probability of a long sentence is far smaller than that, so that all long sentences become alike.",
             "Is there an `exp`? What becomes of a product when logarithms are taken?", table=float(eps))
      for eps in ("1e-12", "1e-10", "1e-9", "1e-8")),
    _round("half-precision", "Your scores are exactly what comes out when they are rounded to float16.",
           "With three digits left, continuations that differ become equal.",
           "Is there a `.half()`, or a dtype that is written down?", table="half"),
    *(_round("logarithm-taken-twice", later("Your scores are exactly what comes out when the logarithm is taken of "
                                            "{what}, a second time.",
                                            what=what),
            "Log-probabilities are negative, and a negative number has no logarithm: NaN.",
             "Is there a `log`? Which of your numbers are probabilities, and which logarithms already?", table=table)
      for table, what in (("log of next", "`next_log_p`"), ("log of past", "`log_p`"), ("log of both", "both inputs"),
                          ("log of sum", "the sum"))),
    _round("subtracted", "Your scores are exactly next_log_p minus log_p.",
           "That rewards beginnings for being unlikely.", "Which sign stands between the two?", table="difference"),
    _round("averaged", "Your scores are exactly half of what they should be.",
           "The log-probability of the whole is the sum of its parts, not their mean.", "What do you divide by?",
           table="mean"),
    _round("renormalised", "Your scores are exactly what comes out when the table goes through one more softmax.",
           "The logarithms are right as they are. Made to sum to 1 among the candidates, they are no longer those of "
           "the sentences.", "How many times is there a softmax?", table="renormalised"),
    _round("renormalised", "Your scores are exactly what comes out when the log-probabilities of the beginnings go "
           "through one more softmax.", "The logarithms are right as they are. Made to sum to 1 among the beginnings, "
           "they are no longer those of the sentences.", "What happens to `log_p` before it is added?",
           table="past renormalised"),
    _round("axes-confused", "Your scores are exactly what comes out when `log_p` is laid along the flattened table "
           "again and again.", "V places in a row belong to the same beginning there; yours gives each another one.",
           "How often does each number of `log_p` have to stand in a row, if V continuations belong to it?",
           table="tiled"),
    _round("rows-and-columns-confused", "Your parents and tokens are exactly what comes out when places are turned "
           "back with the number of beginnings.", _ROW, "What do you divide the place by?", back="by beams"),
    _round("divided-by-the-beam", "Your parents and tokens are exactly what comes out when places are turned back "
           "with the beam size.", _ROW, "What do you divide the place by?", back="by beam size"),
    *(_round(slug, later("Your {words}.", words=words), why, look, **switch)
      for slug, switch, words, why, look in (
          ("rows-and-columns-confused", {"back": "rest by beams"}, "parents are right, and your tokens exactly what "
           "is left of "
           "the places when the number of beginnings is taken off", _ROW, "What do you take off the place?"),
          ("divided-by-one-less", {"back": "one less"}, "parents and tokens are exactly what comes out when places "
           "are turned "
           "back with V − 1", _ROW, "What do you divide the place by?"),
          ("parent-rounded", {"back": "rounded"}, "parents are exactly places divided by V and rounded to the nearest "
           "whole number", _ROW, "What becomes of a place in the second half of a row?"),
          ("first-parent-for-all", {"back": "first parent"}, "parents are all 0", _ROW, "Where do your parents come "
           "from?"),
          ("counted-from-one", {"back": "from one"}, "parents are exactly the right ones plus 1",
           "Beginnings are counted from 0.", "What is added at the end?"),
          ("one-past-for-all", {"table": "best past"}, "scores are exactly what comes out when every beginning gets "
           "the "
           "log-probability of the best one", "A likely word after an unlikely beginning would then win.",
           "Which axis does `log_p` have where it is added?"))),
    *(_round("vocabulary-size-typed-in", later("Your parents and tokens are exactly what comes out when places are "
                                               "turned back with {size}, however many tokens there are.",
                                               size=size), _ROW, "How many columns has `next_log_p`?", back=size)
      for size in (8, 2000)),
    _round("place-as-token", "Your tokens are exactly the places in the flattened table.",
           later("A place is no id of a token. {row}",
                 row=_ROW), "What is left of the place when whole rows are taken off?",
           back="index"),
    _round("fraction-as-parent", "Your parents are exactly places divided by V, with what comes after the point.",
           "A beginning is found by a whole number.", "`/` or `//`?", back="fraction"),
    _round("parent-and-token-swapped", "You return exactly the right things, with parent and token exchanged.",
           "Both are whole numbers, so nothing complains; the sentences are nonsense.",
           "Compare the order with the one that is asked for.", gives="swapped"),
    _round("last-step-returned", "Your parents and tokens are right, and your scores exactly the log-probabilities of "
           "the last token alone.", "The next round has to know how likely the whole beginning is.",
           "Which values do you return?", gives="next"),
    _round("worst-kept", "You keep exactly the *least* likely continuations.", "A beam keeps the best.",
           "Which end of the order do you take?", order="worst"),
    _round("worst-kept", "You keep exactly the *least* likely continuations.", "A beam keeps the best.",
           "Which end of the order do you take?", order="lowest"),
    _round("table-transposed", "Your scores are right, and your parents and tokens exactly those of a table (V, K), "
           "read as if it were (K, V).", _ROW, "Which axis comes first in the table that you flatten?",
           back="transposed"),
    _round("worst-first", "You return exactly the right continuations, the best one last.",
           "What follows takes the first for the best.", "In which order does your sorting go?", order="ascending"),
    Misconception(
        "each-beginning-alone", _step_each_alone,
        "Your continuations are exactly the one best of each beginning.",
        "Then no beginning could have two children and none could die out: several greedy searches side by side. All "
        "K · V continuations compete with each other.", "Over how many numbers does your `topk` or `max` go?",
        as_round),
    Misconception(
        "each-beginning-alone", _step_best_of_each,
        "Your continuations are exactly the one best of each beginning.",
        "Then no beginning could have two children and none could die out: several greedy searches side by side. All "
        "K · V continuations compete with each other.", "Over how many numbers does your `topk` or `max` go?",
        as_round),
    Misconception(
        "each-beginning-alone-too-few", _step_each_alone_unless_too_few,
        "Your continuations are exactly the one best of each beginning. Where there are fewer beginnings than places, "
        "`topk` finds too few to choose from and raises an error.",
        "All K · V continuations compete with each other: a beginning may have two children, or die out.",
        "Over how many numbers does your `topk` or `max` go?", as_round),
    Misconception(
        "past-added-last", _step_past_added_last,
        "Your continuations are exactly those with the likeliest next tokens; the log-probabilities of their "
        "beginnings are added only after the choice.",
        "A poor beginning with a likely next token then takes the place of a good one.",
        "By which numbers does your `topk` choose?", as_round),
    Misconception(
        "place-for-token", _step_places_for_tokens,
        "Your scores are right. Your tokens are exactly the places in a shorter table, where each beginning has only "
        "its best continuations, sorted.",
        "There, place 0 is the best token of a beginning, whichever token that is.",
        "Which of your `topk` knows the tokens themselves, and where do you keep what it says?", as_round),
    Misconception(
        "more-asked-of-a-row-than-it-has", _step_beam_of_each,
        "Your continuations are right wherever `beam_size` is at most V. Where it is larger, `topk` is asked for more "
        "numbers than a row has, and raises an error.",
        "A row has V tokens and no more. `beam_size` may be larger: it is K · V at most.",
        "Over how many numbers does each `topk` of yours go?", as_round),
    *(Misconception(
        "places-shared-out", partial(_step_shared_out, each=each, then=then, by=by),
        "Your continuations are exactly what comes out when the places are shared out evenly among the beginnings.",
        "All K · V continuations compete with each other: a good beginning may take all places, and a bad one none.",
        "Can all the best continuations come from one beginning in your code?", as_round)
      for each in ("up", "down", "rest to the first") for then in ("best", "best there are", "all", "first")
      for by in ("topk", "sort", "first") if (each, then) != ("down", "best")),
    *(Misconception(
        "places-shared-out-too-few", partial(_step_shared_out, each="down", by=by),
        "Your continuations are exactly what comes out when the places are shared out evenly among the beginnings. "
        "Where that leaves too few to choose from, `topk` raises an error.",
        "All K · V continuations compete with each other: a good beginning may take all places, and a bad one none.",
        "Can all the best continuations come from one beginning in your code?", as_round) for by in ("topk", "sort")),
    *(Misconception(
        "each-token-once", partial(_step_each_token_once, there=there),
        says, "Two beginnings may well go on with the same word: all K · V continuations compete with each other.",
        "Over what does your first `max` or `topk` go?", as_round)
      for there, says in (
          ("all", "Your continuations are exactly what comes out when the best beginning is chosen for each token "
           "first, so that no token can come twice."),
          ("too few", "Your continuations are exactly what comes out when the best beginning is chosen for each token "
           "first, so that no token can come twice. Where `beam_size` is larger than V, `topk` finds too few to "
           "choose from and raises an error."))),
    *(Misconception(
        "each-beginning-kept", partial(_step_each_beginning_kept, dead=dead),
        "Your continuations are exactly what comes out when each beginning has a place for its best continuation, and "
        "only the places left over go to the best of the rest.",
        "All K · V continuations compete with each other: a good beginning may take all places, and a bad one none.",
        "Can a beginning be left without any continuation in your code?", as_round) for dead in ("given up", "kept")),
    Misconception(
        "nothing-pruned", _step_all_of_each,
        "Your continuations are exactly the beam_size best of *each* beginning.",
        "The beam would grow by the factor beam_size in every round.", "Over how many numbers does your `topk` go?",
        as_round),
    Misconception(
        "beam-size-ignored", _step_as_many_as_beginnings,
        "You return exactly as many continuations as there were beginnings, whatever `beam_size` is.",
        "In the first round there is one beginning, and the beam has to grow; later it becomes narrower.",
        "Where does `beam_size` stand in your code?", as_round),
    Misconception(
        "rows-not-flattened", _step_in_rows,
        "Your `topk` chooses in each row of the table by itself: you return exactly one row for each beginning.",
        "All K · V continuations compete with each other, and only beam_size of them stay.",
        "Over how many numbers does your `topk` go?", as_round),
    Misconception(
        "first-beginning-only", _step_first_beam,
        "Your continuations are exactly those of beginning 0.", "The others never get a chance.",
        "Is there an index 0?", as_round),
    Misconception(
        "first-beginnings-only", _step_first_beginnings,
        "Your continuations are exactly those of the first `beam_size` beginnings.",
        "There may be more beginnings than places, and they stand in no order: all K · V continuations compete.",
        "What in your code cuts off `log_p` or the table?", as_round),
    Misconception(
        "axes-confused", _axes_confused,
        "Your table is exactly `log_p + next_log_p`, where the axes meet the wrong way round.",
        "Axes are lined up from the right: the K beginnings meet the V tokens. With K = 1 that comes out right. Else "
        "it stops with an error, or, where the sizes happen to fit, gives wrong numbers without one.",
        "Which axis is `log_p` missing?", as_round),
]
