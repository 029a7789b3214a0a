"""Exercise 11.5: words taken away from attention in other ways, and what it means."""
from functools import partial

import numpy as np
import torch

from classroom.judge.evidence import Sight, entry, first_difference, place
from classroom.judge.exercise import Misconception
from course._words import say


def sloppy_taking(weights, lost, fill=0.0, grown="divided", along=-1, kept="others", places="columns", empty="zero",
                  eps=0.0, heads="all", least=0.0, dropped=0.0):
    """`take_away` with one thing done differently."""
    size = weights.shape[-1]
    if kept == "lost":
        lost = ~lost
    lost = {"first": lambda: lost[:1].expand_as(lost), "any": lambda: lost.any(0, keepdim=True).expand_as(lost),
            "next": lambda: lost.roll(1, -1), "before": lambda: lost.roll(-1, -1), "last too": lambda: torch.cat(
                [lost[:, :-1], torch.ones_like(lost[:, -1:])], dim=-1)}.get(places, lambda: lost)()
    gone = {"rows": lambda: lost[:, None, :, None], "heads": lambda: lost[:, None],
            "sentences": lambda: lost[None, None]}.get(places.partition(",")[0], lambda: lost[:, None, None, :])()
    if not places.endswith("spread"):                        # else the weights are spread where they are fewer
        gone = gone.expand_as(weights)
    left = weights.masked_fill(gone, fill)
    if heads == "mean":
        left = left.mean(1, keepdim=True).expand_as(weights)
    if heads == "first":
        left = torch.cat([left[:, :1], weights[:, 1:]], dim=1)
    taken, still = weights.sum(-1, keepdim=True) - left.sum(-1, keepdim=True), (~gone).expand_as(left)
    if grown == "softmax":
        return left.softmax(-1)
    if grown == "softmax of the rest":
        return weights.masked_fill(gone, torch.finfo(weights.dtype).min).softmax(-1).masked_fill(gone, 0.0)
    if grown == "alike":
        return left + taken / still.sum(-1, keepdim=True).clamp(min=1) * still
    if grown == "alike, lost too":
        return left + taken / size
    if grown == "largest":
        best = torch.nn.functional.one_hot(left.argmax(-1), size)
        return left + taken * best
    if grown in ("largest, not a lost one", "largest, but for empty rows"):
        best = torch.nn.functional.one_hot(left.argmax(-1), size)
        return left + taken * best * (still if grown == "largest, not a lost one" else left.sum(-1, keepdim=True) > 0)
    if grown == "last token":
        return (left + taken * (torch.arange(size) == size - 1)).masked_fill(gone, 0.0)
    if grown == "last token, lost too":
        return left + taken * (torch.arange(size) == size - 1)
    if grown == "even":
        return still / still.sum(-1, keepdim=True).clamp(min=1) * torch.ones_like(weights)
    if grown == "squared":
        left = left ** 2
    total = {"divided": lambda: left.sum(along, keepdim=True), "largest is 1": lambda: left.amax(-1, keepdim=True),
             "root": lambda: left.square().sum(-1, keepdim=True).sqrt(), "by the lost": lambda: taken,
             "squared": lambda: left.sum(-1, keepdim=True), "not": lambda: torch.ones_like(taken),
             "mean": lambda: left.mean(-1, keepdim=True), "by the number": lambda: still.sum(-1, keepdim=True) / size,
             "number": lambda: still.sum(-1, keepdim=True).to(left.dtype),
             "mean of heads": lambda: left.mean(1, keepdim=True).sum(-1, keepdim=True).expand_as(taken),
             "largest lost": lambda: 1 - (weights * gone).amax(-1, keepdim=True),
             "rest of 1": lambda: 1 - (weights * gone).sum(-1, keepdim=True),
             }[grown]().clamp(min=least or -1.0) + eps
    if empty == "nan":
        return left / total
    if empty == "finite":
        return (left / total).nan_to_num(0)
    if empty == "nan, but for whole sentences":
        return (left / total).masked_fill(lost.all(-1)[:, None, None, None], 0.0)
    new = left / total.masked_fill(total == 0, 1.0)
    if dropped:
        new = new.masked_fill(left.sum(-1, keepdim=True) < dropped, 0.0)
    nothing = left.sum(-1, keepdim=True) == 0
    if empty == "even":
        return torch.where(nothing, still / still.sum(-1, keepdim=True).clamp(min=1), new)
    if empty == "rows too":
        return new.masked_fill(lost[:, None, :, None], 0.0) if weights.shape[2] == size else new
    return {"zero": new, "alike": new.masked_fill(nothing, 1 / size), "as before": torch.where(nothing, weights, new),
            "one": new.masked_fill(nothing, 1.0)}[empty]


def _nearly_one(sight: Sight) -> str:
    """Evidence: the row whose sum is farthest from 1, with more digits than a row is shown with."""
    got = sight.got.values["new"]
    off = np.abs(got.sum(-1) - sight.want.values["new"].sum(-1))
    if not np.isfinite(off).all():
        return first_difference(sight)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))
    return say("{place}, {name} sums to {total:.7f}; a row of shares sums to 1.", place=place(sight),
               name=entry("new", index, sight.nouns("new")), total=float(got[index].sum()))


def _taken(slug, says, why, look, shows=None, **slip):
    return Misconception(slug, partial(sloppy_taking, **slip), f"Your weights are exactly {says}.", why, look, shows)


_SHARES = "A row of shares sums to 1. What is left has to grow, and to keep its proportions."
_COLUMNS = "A column is a key: what may be looked at. A row is a query: who looks."
TAKING = [
    _taken("not-grown", "the given ones with 0 in the lost columns, and the others as they were", _SHARES,
           "What do your rows sum to?", grown="not"),
    _taken("lost-kept", "what comes out when the *others* are taken away", "True says: this token is taken away.",
           "Which places does your mask fill?", kept="lost"),
    _taken("softmax-once-more", "what a softmax makes of the weights with 0 in the lost columns", "exp(0) is 1, so "
           "that the lost tokens get a share again. And weights are shares already: no exponential is needed.",
           "What do your rows need, after the zeros, to sum to 1?", grown="softmax"),
    _taken("softmax-once-more", "what a softmax makes of the weights that are left", "Weights are shares already, all "
           "between 0 and 1: a softmax of them is nearly even.",
           "What do your rows need, after the zeros, to sum to 1?", grown="softmax of the rest"),
    *(_taken("grown-along-another-axis", f"what comes out when they are divided by the sum over {says}", _SHARES,
             "Along which axis do your weights sum to 1?", along=axis)
      for axis, says in ((-2, "the queries"), (1, "the heads"), (0, "the sentences"), ((-2, -1), "the whole table"),
                         ((1, -1), "the heads and the keys"), ((0, -1), "the sentences and the keys"),
                         ((1, -2, -1), "the whole sentence, all heads"), ((0, 1, -2, -1), "everything"))),
    _taken("shared-out-alike", "what comes out when the weight that was taken is shared out equally among the others",
           "Then a token that was hardly looked at gets as much of it as one that was looked at most.",
           "By how much has each weight to be *multiplied*?", grown="alike"),
    _taken("shared-out-alike", "what comes out when the weight that was taken is shared out equally among all tokens, "
           "the lost ones too", "A lost token must get nothing.", "By how much has each weight to be *multiplied*?",
           grown="alike, lost too"),
    *(_taken("given-to-the-largest", "what comes out when the weight that was taken goes to the largest that is left",
             "What is left keeps its proportions: all grow by the same factor.", "By which factor?", grown=grown)
      for grown in ("largest", "largest, not a lost one", "largest, but for empty rows")),
    *(_taken("given-to-the-last", f"what comes out when the weight that was taken goes to the last token{more}",
             "What is left keeps its proportions: all grow by the same factor.", "By which factor?", grown=grown)
      for grown, more in (("last token", ", unless that is lost itself"), ("last token, lost too", ""))),
    _taken("all-alike", "the same for all tokens that are left", "What is left keeps its proportions.",
           "Where do the given weights come in?", grown="even"),
    _taken("wrong-divisor", "what comes out when each row is divided by its largest number", _SHARES,
           "What do your rows sum to?", grown="largest is 1"),
    _taken("wrong-divisor", "what comes out when each row is divided by its length as a vector", _SHARES,
           "What do your rows sum to?", grown="root"),
    _taken("wrong-divisor", "what comes out when what is left is divided by the weight that was *taken*", _SHARES,
           "What do your rows sum to?", grown="by the lost"),
    _taken("wrong-divisor", "what comes out when each row is divided by its mean", _SHARES, "What do your rows sum to?",
           grown="mean"),
    _taken("wrong-divisor", "what comes out when each row is divided by the share of *tokens* that are left", "It "
           "depends on how much weight they have, not on how many they are.", "What do your rows sum to?",
           grown="by the number"),
    _taken("wrong-divisor", "what comes out when each row is divided by the *number* of tokens that are left", "It "
           "depends on how much weight they have, not on how many they are.", "What do your rows sum to?",
           grown="number"),
    _taken("wrong-divisor", "what comes out when each row is divided by what is left of it on average over the heads",
           "Each head has rows of its own, and each row sums to 1.", "Which axes does your sum join, and which your "
           "mean?", grown="mean of heads"),
    _taken("wrong-divisor", "what comes out when each row is divided by 1 minus its *largest* lost weight",
           "A sentence may lose several tokens: the weights of all of them are missing from the row.",
           "What do your rows sum to where two tokens are lost?", grown="largest lost"),
    *(_taken("rest-of-one", "what comes out when what is left is divided by 1 minus the weight that was taken",
             "On paper that is the sum of what is left. In float32 it is not: just below 1 the numbers are 6e-8 apart, "
             "so that 1 minus one of them keeps few digits. A row of which little is left does not sum to 1 then.",
             "Is there a `1 -` in your code?", _nearly_one, grown="rest of 1", **more)
      for more in ({}, {"empty": "nan"}, {"empty": "finite"})),
    _taken("heads-averaged", "what comes out when the heads are averaged first", "Each head has weights of its own: it "
           "keeps its proportions.", "Which axes do your `sum` and `mean` join?", heads="mean"),
    _taken("squared", "what comes out when the weights that are left are squared before they are divided", "What is "
           "left keeps its proportions.", "What do you do with the weights besides dividing?", grown="squared"),
    *(_taken("rows-taken", "what comes out when *rows* are taken away", _COLUMNS, "Which axis of the weights does "
             "`lost` belong to?", places=places) for places in ("rows", "rows, spread")),
    *(_taken("axes-mixed-up", f"what comes out when the sentences of `lost` meet the {says} of the weights", "(B, T_k) "
             "has to line up with (B, n_heads, T_q, T_k). Shapes are lined up from the right.",
             "Which axes of length 1 does `lost` need, and where?", places=f"{places}{spread}")
      for places, says in (("heads", "heads"), ("sentences", "queries")) for spread in ("", ", spread")),
    *(_taken("one-mask-for-all", f"what comes out when {says}", "Each sentence has its own row of `lost`.",
             "Which row of `lost` is used for sentence 1?", places=places)
      for places, says in (("first", "the row of sentence 0 is used for all sentences"),
                           ("any", "a token that is lost in one sentence is lost in all"))),
    *(_taken("wrong-column", f"what comes out when {says}", "Entry k of `lost` is about column k.",
             "Which column does your mask fill?", places=places)
      for places, says in (("next", "the column *after* each lost one is taken"),
                           ("before", "the column *before* each lost one is taken"),
                           ("last too", "the last column is taken as well"))),
    _taken("only-the-first-head", "what comes out when the words are taken from the first head alone", "The others "
           "would go on reading them.", "Does your mask reach all heads?", heads="first"),
    _taken("nan-where-nothing-is-left", "right, apart from rows of which nothing is left: there they are NaN", "0 / 0 "
           "is NaN. A softmax over −∞ alone is NaN, too. Such a row is 0.",
           "What does your code do with a row all of whose weight is taken?", empty="nan"),
    _taken("nan-where-a-row-has-nothing-left", "right, apart from rows that lose all their weight in a sentence that "
           "keeps some token: there they are NaN", "0 / 0 is NaN. A softmax over −∞ alone is NaN, too. A row may have "
           "all its weight on one token, and lose it.", "Of what is nothing left: of a row, or of a whole sentence?",
           empty="nan, but for whole sentences"),
    *(_taken("empty-rows-filled", f"right, apart from rows of which nothing is left: there {says}", "Such a row is 0: "
             "what was taken away must not come back.", "What happens in your function where the sum is 0?",
             empty=empty)
      for empty, says in (("alike", "all weights are equal"), ("as before", "they are as they were"),
                          ("one", "each weight is 1"),
                          ("even", "the tokens that stay have equal weights"))),
    _taken("rows-emptied-too", "right, but where there are as many queries as keys, the *rows* of the lost tokens are "
           "0 as well", _COLUMNS, "Which axis of the weights does `lost` belong to?", empty="rows too"),
    *(_taken("something-added-to-the-sum", f"what comes out when {eps} is added to the sums", "Then rows do not sum "
             "to 1, least of all those of which little is left.", "How large is what you add to the sum?",
             _nearly_one, eps=float(eps))
      for eps in ("1", "0.1", "0.01", "0.001", "0.0001", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10",
                  "1e-11", "1e-12")),
    *(_taken("small-rows-emptied", "right, apart from rows of which hardly anything is left: there they are 0",
             "Only a row of which *nothing* is left is 0.", "With which number do you compare the sum?",
             dropped=dropped)
      for dropped in (1e-7, 3e-5, 1e-4, 0.01)),
    *(_taken("divided-by-at-least", f"what comes out when no row is divided by less than {least}", "A row of which "
             "less than that is left does not sum to 1 then. Only a row of which *nothing* is left is 0.",
             "What is the smallest number that your code divides by?", _nearly_one, least=float(least))
      for least in ("0.5", "0.1", "0.01", "0.001", "0.0001", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9")),
    *(_taken("not-quite-taken", f"what comes out when {what} is filled in, not 0", "A lost token must get exactly "
             "nothing.", "Which number do you fill in?", fill=fill)
      for what in ("0.01", "0.001", "0.0001", "-1", "1", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12")
      for fill in (float(what),)),
]
