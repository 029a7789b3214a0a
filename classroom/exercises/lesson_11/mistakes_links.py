"""Exercise 11.2, links from attention: what learners write instead. Used by `lesson_11`."""
from collections import Counter
from functools import partial

import torch

from classroom.judge.exercise import Misconception


def _align(weights, rows=slice(None, -1), columns=slice(None, -1), heads="mean", axis=-1, add=0, pick="argmax"):
    """`align_from_attention` with switches."""
    joined = {"mean": lambda w: w.mean(0), "max": lambda w: w.amax(0), "first": lambda w: w[0],
              "last": lambda w: w[-1], "product": lambda w: w.log().sum(0), "min": lambda w: w.amin(0),
              "median": lambda w: w.median(0).values, "middle": lambda w: w.quantile(0.5, dim=0)}[heads](weights)
    part = joined[rows, columns]
    if part.shape[0] == 0 or part.shape[1] == 0:
        return torch.zeros(part.shape[0], dtype=torch.long)
    if pick == "second":
        return part.topk(min(2, part.shape[1]), axis).indices[:, -1] + add
    if pick == "value":
        return part.max(axis).values
    return (part.argmin(axis) if pick == "argmin" else part.argmax(axis)) + add


def _each_word_once(weights):
    """Each source word is given away once: its column is closed afterwards."""
    mean, found = weights.mean(0)[:-1, :-1].clone(), []
    for row in mean:
        found.append(int(row.argmax()))
        mean[:, found[-1]] = -1
    return torch.tensor(found)


def _again_to_one(weights):
    part = weights[:, :-1, :-1]
    return (part / part.sum(-1, keepdim=True)).mean(0).argmax(-1)


def _softmax_again(weights):
    return _align(weights.softmax(-1))


def _rolled(weights):
    return weights.mean(0)[:, :-1].argmax(-1).roll(1)[:-1]


def _row_above(weights, first):
    """Each token gets the link of the token before it; the first one gets `first`, or keeps its own."""
    found = weights.mean(0)[:-1, :-1].argmax(-1)
    return torch.cat([found[:1] if first is None else torch.full_like(found[:1], first), found[:-1]])


def _columns_divided(weights, rows):
    mean = weights.mean(0)
    return (mean / mean[:rows].sum(0))[:-1, :-1].argmax(-1)


def _columns_by_rows(weights):
    n = weights.shape[1] - 1
    return weights.mean(0)[:n, :n].argmax(-1)


def _above(weights, least):
    best = weights.mean(0)[:-1, :-1].max(-1)
    return torch.where(best.values > least, best.indices, -1)


def _one_place(weights, how):
    """One number in all."""
    return {"flat": lambda w: w.mean(0)[:-1, :-1].argmax(), "both axes": lambda w: w.mean((0, 1))[:-1].argmax(-1),
            "both axes, all": lambda w: w.mean((0, 1)).argmax(-1), "eos": lambda w: w.mean(0)[:-1, -1].argmax(-1),
            }[how](weights)


def _clamped(weights):
    return weights.mean(0)[:-1].argmax(-1).clamp(max=max(weights.shape[2] - 2, 0))


def _eos_to_zero(weights):
    found = weights.mean(0)[:-1].argmax(-1)
    return torch.where(found == weights.shape[2] - 1, 0, found)


def _eos_to_none(weights):
    found = weights.mean(0)[:-1].argmax(-1)
    return torch.where(found == weights.shape[2] - 1, -1, found)


def _two_rows(weights):
    """The mean of the row that predicts a token and the one that reads it."""
    mean = weights.mean(0)[:, :-1]
    return (mean[:-1] + mean[1:]).argmax(-1)


def _rows_dropped(weights):
    found = weights.mean(0)[:-1].argmax(-1)
    return found[found < weights.shape[2] - 1]


def _votes(weights, of_equals="word"):
    """The word with most votes of the heads; of equals the first in the sentence, or the first that was chosen."""
    votes = weights[:, :-1, :-1].argmax(-1)
    if of_equals == "word":
        return votes.mode(0).values
    return torch.tensor([Counter(column).most_common(1)[0][0] for column in votes.T.tolist()], dtype=torch.long)


def _numbers_averaged(weights):
    return weights[:, :-1, :-1].argmax(-1).float().mean(0)


def _numbers_averaged_and_cut(weights):
    return _numbers_averaged(weights).long()


def _numbers_averaged_and_rounded(weights):
    return _numbers_averaged(weights).round().long()


def _mean_over_rows(weights, heads=slice(None, -1), columns=slice(None, -1)):
    return weights.mean(1)[heads, columns].argmax(-1)


def _number_by_weight(weights, norm=False):
    part = weights.mean(0)[:-1, :-1]
    part = part / part.sum(-1, keepdim=True) if norm else part
    return (part * torch.arange(part.shape[1])).sum(-1).round().long()


def _never_back(weights):
    found = weights.mean(0)[:-1, :-1].argmax(-1)
    return found.cummax(0).values


def _surest_head(weights):
    return weights[weights.amax(-1).sum(-1).argmax(), :-1, :-1].argmax(-1)


def _each_head(weights):
    return weights[:, :-1, :-1].argmax(-1)


_SHIFT = "The decoder reads a token and predicts the next: what it looks at in that row, it looks at for the next one."

ALIGNERS = [
    *(Misconception(
        "one-number-in-all", partial(_one_place, how=how), f"What you return is exactly {says}.",
        "One number for each target token is asked for.", look)
      for how, says, look in (
          ("flat", "the place of the largest weight in the whole table, all rows counted through",
           "What does `argmax` do when it is not told an axis?"),
          ("both axes", "the source token that gets most on average over heads *and rows*",
           "`weights` has three axes here: (n_heads, T_q, T_k). Over which of them do you average?"),
          ("both axes, all", "the source token that gets most on average over heads *and rows*",
           "`weights` has three axes here: (n_heads, T_q, T_k). Over which of them do you average?"),
          ("eos", "the row in which <eos> gets most", "`[:-1, -1]` is the last column alone. Which columns are "
           "meant?"))),
    Misconception(
        "each-word-once", _each_word_once,
        "Your links are exactly what comes out when a source word that has been linked is not linked again.",
        "Two target words may come from one source word.", "What happens to a column after it was chosen?"),
    Misconception(
        "made-to-sum-to-one-again", _again_to_one,
        "Your links are exactly what comes out when each head's rows are made to sum to 1 again without <eos>.",
        "A head that gives nearly everything to <eos> then counts as much as one that looks at words.",
        "What is divided before the mean?"),
    Misconception(
        "softmax-again", _softmax_again,
        "Your links are exactly what comes out when the weights of each head go through a softmax once more.",
        "They are shares already. A second softmax makes sure and unsure heads alike.",
        "What happens to the weights before the mean?"),
    Misconception(
        "links-rolled", _rolled,
        "Your links are exactly those of all rows, rolled by one: the first token gets the link of the row that "
        "predicts <eos>.", "Row t predicts token t + 1, and `<bos>` is row 0: nothing has to be moved, only the last "
        "row left out.", "Which row predicts the first target token?"),
    *(Misconception(
        "one-row-too-high", partial(_row_above, first=first),
        f"Your links are exactly what comes out when each token but the first gets the link of the token before it, "
        f"and the first one {what}.", "Row t predicts token t + 1, and `<bos>` is row 0: the row number is the token "
        "number, counted without <bos>.", "What do you put in front, or move?")
      for first, what in ((None, "keeps its own"), (0, "gets 0"))),
    *(Misconception(
        "columns-divided", partial(_columns_divided, rows=rows),
        f"Your links are exactly what comes out when each *column* is divided by its sum{which} before the largest "
        "of a row is looked for.",
        "A word that many rows look at then counts less, and one that hardly any row looks at counts more. The weights "
        "of a row are compared as they are.", "What is divided before the argmax?")
      for rows, which in ((-1, ", the last row left out,"), (None, ""))),
    *(Misconception(
        "weak-links-dropped", partial(_above, least=least),
        f"Your links are exactly the expected ones, with −1 where the largest weight is {least} or less.",
        "Each target token gets a link here, however weak it is.", "Is there a limit in your code?")
      for least in (0.25, 0.3, 0.4, 0.5)),
    Misconception(
        "last-word-dropped", partial(_align, columns=slice(None, -2)),
        "Your links are exactly what comes out when the last *two* columns are left out.",
        "Only the last one belongs to <eos>.", "Which columns do you leave out?"),
    Misconception(
        "no-shift", partial(_align, rows=slice(1, None)),
        "Your links are exactly those of the rows in which the target tokens are *read*.",
        f"{_SHIFT} Your links say where the word *after* each word comes from.",
        "Which row predicts the first target token?"),
    Misconception(
        "no-shift", partial(_align, rows=slice(1, None), columns=slice(None)),
        "Your links are exactly those of the rows in which the target tokens are *read*, with <eos> among the columns.",
        f"{_SHIFT} Your links say where the word *after* each word comes from. And <eos> is no word.",
        "Which row predicts the first target token?"),
    Misconception(
        "two-rows-averaged", _two_rows,
        "Your links are exactly those of the mean of two rows: the one that predicts a token, and the one that reads "
        "it.",
        f"{_SHIFT} The second of your rows says where the word *after* each word comes from.",
        "Which single row predicts the first target token?"),
    Misconception(
        "last-row-kept", partial(_align, rows=slice(None)),
        "You return exactly one number too many: the last row is there as well.",
        "The last row predicts <eos>, which is no token of the sentence.", "How many target tokens are there?"),
    Misconception(
        "last-row-kept", partial(_align, rows=slice(None), columns=slice(None)),
        "You return exactly one number too many, and <eos> may be among the source tokens.",
        "The last row predicts <eos>, and the last column belongs to <eos>; neither is a token of the sentence.",
        "How many target tokens are there, and how many source tokens?"),
    Misconception(
        "columns-cut-at-the-rows", _columns_by_rows,
        "Your links are exactly what comes out when there are as many columns left as rows: T_q − 1.",
        "The last column belongs to <eos> of the *source*, which may be shorter or longer than the target.",
        "Where does the number come from at which you cut the columns?"),
    Misconception(
        "eos-as-source", partial(_align, columns=slice(None)),
        "Your links are exactly what comes out when a word may be linked to <eos>.",
        "<eos> often gets the weight that is of no use elsewhere. It is no word, so nothing is a translation of it.",
        "Which column is that of <eos>?"),
    *(Misconception(
        "eos-replaced", wrong,
        f"Your links are exactly what comes out when a token that looks mostly at <eos> is linked to {what} instead.",
        "That word need not have any weight. Where <eos> comes first, the word that comes *second* is asked for: leave "
        "the column of <eos> out before you look for the largest weight.",
        "When is <eos> taken out: before the argmax, or after it?")
      for wrong, what in ((_clamped, "the last word"), (_eos_to_zero, "the first word"))),
    Misconception(
        "eos-as-none", _eos_to_none,
        "Your links are exactly what comes out when a token that looks mostly at <eos> gets −1 instead of a link.",
        "Each target token gets a link here. Where <eos> comes first, the word that comes *second* is asked for: leave "
        "the column of <eos> out before you look for the largest weight.",
        "When is <eos> taken out: before the argmax, or after it?"),
    Misconception(
        "eos-rows-dropped", _rows_dropped,
        "Your links are exactly the expected ones without the tokens that look mostly at <eos>.",
        "Then nobody knows to which target token a number belongs. Each of them gets a link, to the word with the "
        "largest weight.", "When is <eos> taken out: before the argmax, or after it?"),
    Misconception(
        "first-column-dropped", partial(_align, columns=slice(1, None)),
        "Your links are exactly what comes out when the *first* column is left out instead of the last.",
        "The source has no <bos> in this course, only an <eos> at its end. Besides, a 0 of yours then means the second "
        "column.",
        "Which special tokens does the source have, and where?"),
    Misconception(
        "first-column-dropped", partial(_align, columns=slice(1, None), add=1),
        "Your links are exactly what comes out when the *first* source token may not be chosen, but <eos> may.",
        "The source has no <bos> in this course, only an <eos> at its end.",
        "Which special tokens does the source have, and where?"),
    Misconception(
        "over-the-target", partial(_align, axis=0),
        "Your numbers are exactly those of the target token that looks hardest at each source token.",
        "The question goes the other way: for each target token, a row, one source token, a column.",
        "Along which axis does your argmax run?"),
    Misconception(
        "largest-of-all-heads", partial(_align, heads="max"),
        "Your links are exactly what comes out when the largest weight of any head decides.",
        "One head that is sure of itself then outvotes all others; the exercise asks for the average.",
        "How do you join the heads?"),
    Misconception(
        "product-of-heads", partial(_align, heads="product"),
        "Your links are exactly what comes out when the weights of the heads are multiplied.",
        "One head that does not look at a word then forbids it; the exercise asks for the average.",
        "How do you join the heads?"),
    Misconception(
        "smallest-of-all-heads", partial(_align, heads="min"),
        "Your links are exactly what comes out when the smallest weight of any head decides.",
        "One head that does not look at a word then forbids it; the exercise asks for the average.",
        "How do you join the heads?"),
    *(Misconception(
        "median-of-heads", partial(_align, heads=heads), f"Your links are exactly those of the heads' median{which}.",
        "A word that few heads look at, and these firmly, has a median near 0. The exercise asks for the average.",
        "What does `median` do with the largest and the smallest weight, and what does `mean` do?")
      for heads, which in (("median", ", as `torch.median` takes it"), ("middle", ""))),
    *(Misconception(
        "heads-vote", partial(_votes, of_equals=of_equals),
        f"Your links are exactly what comes out when each head votes for one word, and the word with most votes is "
        f"taken; where words have equally many votes, {which}.",
        "A head that hardly prefers one word counts as much as one that is certain; average first, choose afterwards.",
        "What comes first, the argmax or the average?")
      for of_equals, which in (("word", "the first of them in the sentence"),
                               ("head", "the one that a head chose first, counted from head 0"))),
    *(Misconception(
        "numbers-averaged", wrong,
        "Your links are exactly what comes out when the token *numbers* that the heads choose are averaged.",
        "A number is a name here, not an amount: half-way between token 0 and token 2 stands token 1, which no head "
        "need have chosen. The weights are to be averaged.", "What comes first, the argmax or the average?")
      for wrong in (_numbers_averaged, _numbers_averaged_and_cut, _numbers_averaged_and_rounded,
                    lambda weights: weights[:, :-1, :-1].argmax(-1).mean(0))),
    *(Misconception(
        "rows-cut-twice", partial(_align, rows=rows, columns=columns),
        f"Your links are exactly what comes out when {says}.",
        "Each row but the last predicts a token. `[:-1]` behind another one cuts rows again; columns stand behind a "
        "comma: `[:-1, :-1]`.", "How many rows and columns are left in your code?")
      for rows, columns, says in (
          (slice(None, -2), slice(None), "the last two rows are left out, and no column"),
          (slice(None, -2), slice(None, -1), "the last two rows are left out"),
          (slice(1, -1), slice(None, -1), "the first row is left out as well as the last"),
          (slice(1, -1), slice(None), "the first row and the last are left out, and no column"))),
    *(Misconception(
        "averaged-over-rows", partial(_mean_over_rows, heads=heads, columns=columns),
        "Your numbers are exactly what comes out when the average runs over the rows, T_q, and not over the heads.",
        "Then there is one number for each head, and the target tokens are lost.",
        "Which axis of (n_heads, T_q, T_k) counts the heads?")
      for heads in (slice(None, -1), slice(None)) for columns in (slice(None, -1), slice(None))),
    Misconception(
        "first-head-only", partial(_align, heads="first"),
        "Your links are exactly those of head 0.", "The exercise asks for the average of all heads.",
        "Is there an index 0 where a mean should be?"),
    Misconception(
        "last-head-only", partial(_align, heads="last"),
        "Your links are exactly those of the last head.", "The exercise asks for the average of all heads.",
        "Is there an index -1 where a mean should be?"),
    Misconception(
        "heads-not-joined", _each_head,
        "You return exactly one row of links for each head.",
        "One source token is asked for, for each target token; the heads are averaged before anything is chosen.",
        "Which axis is one too many?"),
    Misconception(
        "counted-from-one", partial(_align, add=1),
        "Your links are exactly the expected ones plus 1.", "Tokens are counted from 0.", "What is added at the end?"),
    Misconception(
        "least-weight", partial(_align, pick="argmin"),
        "Your links are exactly those with the *smallest* weight.", "Look for where most of the weight is.",
        "Which end of the row do you take?"),
    Misconception(
        "second-largest", partial(_align, columns=slice(None), pick="second"),
        "What you return is exactly the place of the second largest weight of each row.",
        "It is wanted only where `<eos>` has the largest.", "Which rows have their largest weight on `<eos>`?"),
    Misconception(
        "second-largest", partial(_align, pick="second"),
        "What you return is exactly the place of the second largest weight of each row, `<eos>` left out.",
        "A word is linked to the word that it looks at most.", "Which of the places that `topk` returns do you take?"),
    Misconception(
        "weights-instead-of-numbers", partial(_align, pick="value"),
        "What you return is exactly the largest weight of each row, not where it stands.",
        "A link needs the number of the column.", "What do `max` and `argmax` return?"),
    *(Misconception(
        "numbers-averaged", partial(_number_by_weight, norm=norm),
        "Your links are exactly the token *numbers*, averaged with their weights and rounded.",
        "A number is a name here, not an amount: half-way between token 0 and token 2 stands another token.",
        "Do you look for the largest weight, or for a middle?") for norm in (False, True)),
    Misconception(
        "never-back", _never_back,
        "Your links are exactly the expected ones, but none lies before the one of the token before.",
        "Languages differ in the order of their words: that is what links are to show.",
        "What do you do after the argmax?"),
    Misconception(
        "surest-head-only", _surest_head,
        "Your links are exactly those of the head whose largest weights are the largest.",
        "A head that is sure of itself need not be right; the exercise asks for the average of all heads.",
        "How do you join the heads?"),
    Misconception(
        "first-column-dropped", partial(_align, columns=slice(1, -1)),
        "Your links are exactly what comes out when the first column is left out as well as the last.",
        "The source has no <bos> in this course, only an <eos> at its end. Besides, a 0 of yours then means the second "
        "column.",
        "Which special tokens does the source have, and where?"),
]
