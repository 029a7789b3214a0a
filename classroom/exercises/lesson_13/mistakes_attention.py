"""Exercise 13.4: what learners write instead, and what it means. Used by `lesson_13`."""
from functools import partial
from types import SimpleNamespace

import torch
from torch import nn

from classroom.exercises.lesson_02.mistakes import STYLES, in_style
from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later, say
from course.attention import merge_heads, scaled_dot_product_attention, split_heads


class Sloppy(nn.Module):
    """Grouped-query attention with switches."""

    def __init__(self, d_model, n_heads, n_kv_heads, repeat="each", keys="own", values="own", scale="sqrt d_head",
                 mask="", empty="zero", axis=-1, split="", merge="", project=True, gives="", roles="qkv", needs=None,
                 cut="qkv", again=False):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.how = SimpleNamespace(repeat=repeat, keys=keys, values=values, scale=scale, mask=mask, empty=empty,
                                   axis=axis, split=split, merge=merge, project=project, gives=gives, roles=roles,
                                   needs=needs, cut=cut, again=again)
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
        self.w_k, self.w_v = (nn.Linear(d_model, d_kv, bias=False) for _ in range(2))

    def forward(self, x, mask=None):
        how = self.how
        if mask is None and how.needs is not None:
            how.needs(mask)
        shared = {"q": self.w_q, "k": self.w_k, "v": self.w_v}
        q = self._heads(self.w_q(x), self.n_heads, "q")
        k, v = (self._heads(shared[name](x), self.n_heads if how.split == "into n_heads" else self.n_kv_heads, which)
                for name, which in zip(how.roles[1:], "kv", strict=True))
        if how.roles[0] == "m":
            q = q.unflatten(1, (self.n_kv_heads, -1))
            q = q.mean(2, keepdim=True).expand_as(q).flatten(1, 2)
        k, v = self._repeated(k, how.keys), self._repeated(v, how.values)
        if how.roles[0] == "k":
            q, k = k, q
        if mask is not None and how.mask == "axis 2":
            scaled_dot_product_attention(q, k, v, mask.unsqueeze(2))
        if mask is not None and how.mask == "axis 3":
            scaled_dot_product_attention(q, k, v, mask.unsqueeze(3))
        d_head, d_model = q.shape[-1], x.shape[-1]
        divisor = {"sqrt d_head": d_head ** 0.5, "none": 1, "d_head": d_head, "d_model": d_model ** 0.5, "after": 1,
                   "kv": (d_model / self.n_kv_heads) ** 0.5, "n_heads": self.n_heads ** 0.5}[how.scale]
        scores = q @ k.transpose(-2, -1) / divisor
        weights = self._weights(scores, mask)
        weights = weights / d_head ** 0.5 if how.scale == "after" else weights
        weights = weights.softmax(-1) if how.again else weights
        mixed = weights @ v
        output = {"": lambda: merge_heads(mixed), "view": lambda: mixed.reshape(x.shape),
                  "interleaved": lambda: mixed.permute(0, 2, 3, 1).reshape(x.shape)}[how.merge]()
        output = self.w_o(output) if how.project else output
        output = output + x if how.gives == "residual" else output
        if how.gives == "swapped":
            return weights, output
        if how.gives == "squeezed":
            return output.squeeze(), weights.squeeze()
        group = self.n_heads // self.n_kv_heads
        shown = {"scores": scores, "mean": weights.mean(1), "transposed": weights.transpose(-1, -2),
                 "softmax": weights.softmax(-1),
                 "of the groups": weights[:, ::group], "mean of the groups": weights.unflatten(1, (-1, group)).mean(2),
                 "by group": weights.unflatten(1, (-1, group))}
        return output, shown.get(how.gives, weights)

    def _heads(self, x, n_heads, which):
        if which not in self.how.cut:
            return split_heads(x, n_heads)
        if self.how.split == "view":
            return x.reshape(x.shape[0], n_heads, x.shape[1], -1)
        if self.how.split == "interleaved":
            return x.unflatten(-1, (-1, n_heads)).permute(0, 3, 1, 2)
        return split_heads(x, n_heads)

    def _repeated(self, shared, which):
        group = {"n_kv_heads": self.n_kv_heads, "n_heads": self.n_heads}.get(
            self.how.repeat, self.n_heads // self.n_kv_heads)
        if which == "first":
            return shared[:, :1].expand(-1, self.n_heads, -1, -1)
        if which == "last":
            return shared[:, -1:].expand(-1, self.n_heads, -1, -1)
        if which == "mean":
            return shared.mean(1, keepdim=True).expand(-1, self.n_heads, -1, -1)
        if which == "not repeated" or self.how.split == "into n_heads":
            return shared
        if "tiled" in (which, self.how.repeat):
            return shared.repeat(1, group, 1, 1)
        if "reversed" in (which, self.how.repeat):
            return shared.flip(1).repeat_interleave(group, 1)
        if "numbers" in (which, self.how.repeat):
            return split_heads(merge_heads(shared).repeat_interleave(group, -1), self.n_heads)
        if self.how.repeat == "length":
            return shared.repeat_interleave(group, 2)
        if self.how.repeat == "positions":
            return shared.repeat_interleave(group, 2).reshape(len(shared), self.n_heads, *shared.shape[2:])
        return shared.repeat_interleave(group, 1)

    def _weights(self, scores, mask):
        how = self.how
        if how.mask == "causal" or mask is None and how.mask == "causal if none":
            mask = torch.ones(1, *scores.shape[-2:], dtype=torch.bool).tril()
        if how.mask == "causal as well":
            past = torch.ones(1, *scores.shape[-2:], dtype=torch.bool).tril()
            mask = past if mask is None else mask & past
        if mask is None or how.mask == "ignored":
            return scores.softmax(how.axis)
        if how.mask == "axis 2":
            mask = mask.unsqueeze(2)
        elif how.mask == "axis 3":
            mask = mask.unsqueeze(3)
        elif how.mask == "repeated":
            mask = mask.repeat(scores.shape[1], 1, 1).reshape(scores.shape)
        elif how.mask == "first sentence":
            mask = mask[:1].unsqueeze(1)
        elif how.mask != "no head axis":
            mask = mask.unsqueeze(1)
        mask = ~mask if how.mask == "inverted" else mask
        if how.mask == "after":
            return scores.softmax(how.axis).masked_fill(~mask, 0)
        if how.mask == "zero":
            return scores.masked_fill(~mask, 0).softmax(how.axis)
        if how.mask == "times":
            return (scores * mask).softmax(how.axis)
        if how.mask == "weak":
            return scores.masked_fill(~mask, -1e4).softmax(how.axis)
        if how.empty in STYLES:
            return in_style(scores, mask, lambda s: s.softmax(how.axis), how.empty)
        low = float("-inf") if how.empty == "nan" else torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask, low).softmax(how.axis)
        return weights.masked_fill(~mask.any(-1, keepdim=True), 0) if how.empty == "zero" else weights


def one_axis(ask, failed) -> tuple[str, str] | None:
    """Does the error say that what is asked for a second axis, multiplied by a matrix or split has a single one?"""
    raised = failed.error
    split = "expected 3, got 1" in raised.text and "split_heads(" in raised.where
    if not split and "expected to be in range of [-1, 0]" not in raised.text and ", vec (" not in raised.text:
        return None
    return "one-axis-left", say("Something has a single axis there. `repeat_interleave(n)` leaves one, if it has no "
                                "`dim`: it lays all numbers in a row. Along which axis do the heads stand, and do "
                                "keys and values both have it afterwards?")


def _group(slug: str, says: str, why: str, look: str, shows=None, **switches) -> Misconception:
    return Misconception(slug, partial(Sloppy, **switches), later("Your {says}.", says=says), why, look, shows)


_GROUP = ("With 4 heads and 2 keys, heads 0 and 1 use key 0, heads 2 and 3 use key 1: a group is made of heads that "
          "stand side by side. Another order learns as well, but not beside weights of a model that has this one.")
_SHARED = "Keys and values are shared in the same way: what is found by a key of group 1 is the value of group 1."
_ROOT = "A score is a sum over d_head numbers, whatever the number of keys and values."
_MASK = "True means: may attend. The mask (B, T, T) is the same for every head."
_SHARES = "Each query of each head has 1 to give away among the keys."
_TWICE = ("What `scaled_dot_product_attention` returns are shares already. A second softmax makes them more alike, and "
          "forbidden places get a share again.")
_EMPTY = "A query that may attend to nothing gets zero weights and adds nothing: that is the course's convention."

GROUPED = [
    _group("groups-dealt-in-turn", "numbers are exactly what comes out when keys and values are repeated as a whole: "
           "0, 1, 0, 1 instead of 0, 0, 1, 1", _GROUP, "`repeat` and `repeat_interleave` put copies in a different "
           "order. Which heads use key 0 in your code?", repeat="tiled"),
    _group("keys-dealt-in-turn", "numbers are exactly what comes out when the keys are repeated as a whole, 0, 1, 0, "
           "1, and the values each by itself, 0, 0, 1, 1", _SHARED, "Are keys and values repeated by the same "
           "function?", keys="tiled"),
    _group("values-dealt-in-turn", "numbers are exactly what comes out when the values are repeated as a whole, 0, 1, "
           "0, 1, and the keys each by itself, 0, 0, 1, 1", _SHARED, "Are keys and values repeated by the same "
           "function?", values="tiled"),
    _group("groups-reversed", "numbers are exactly what comes out when the first heads use the last keys and values",
           _GROUP, "Which heads use key 0 in your code?", repeat="reversed"),
    _group("repeated-along-positions", "numbers are exactly what comes out when keys and values are repeated along the "
           "positions and cut into heads afterwards", "There must be more heads, not more positions.",
           "Which axis does your repetition work on?", repeat="positions"),
    *(_group("numbers-repeated-one-by-one", later("numbers are exactly what comes out when each number of {words} is "
                                                  "written several times in a row, and the vector is cut into heads "
                                                  "afterwards", words=words), "A head then has the same "
             "number several times, and only part of what it should have. Heads are to be repeated, as wholes.",
             "Which comes first in your code, `split_heads` or the repetition, and along which axis does it work?",
             **switches)
      for words, switches in (("keys and values", {"repeat": "numbers"}), ("the keys", {"keys": "numbers"}),
                              ("the values", {"values": "numbers"}))),
    *(_group(f"{which}-key-and-value-for-all", later("numbers are exactly what comes out when all heads use the "
                                                     "{which} keys and values",
                                                     which=which),
            later("The others are computed and thrown away. {group}", group=_GROUP),
             "Which heads use which of the keys?", keys=which, values=which) for which in ("first", "last")),
    _group("first-key-for-all", "numbers are exactly what comes out when all heads use the first keys, and each group "
           "its own values", _SHARED, "How do you repeat the keys?", keys="first"),
    _group("first-value-for-all", "numbers are exactly what comes out when all heads use the first values, and each "
           "group its own keys", _SHARED, "How do you repeat the values?", values="first"),
    _group("keys-and-values-averaged", "numbers are exactly what comes out when keys and values are averaged over "
           "their heads", "Averaged, nothing can tell any more what the groups have found.",
           "What do you do with the axis of the keys' heads?", keys="mean", values="mean"),
    _group("not-repeated", "code does exactly what happens when the keys, the values or both are not repeated",
           "There are then fewer of them than queries' heads: PyTorch can lay them side by side only where there is "
           "a single one, or as many as heads.", "Which shapes meet in each of the two products?",
           keys="not repeated", values="not repeated"),
    *(_group("repeated-another-number-of-times", later("code does exactly what happens when keys, values or both are "
                                                       "repeated {times} times", times=times),
             "Afterwards there must be as many as there are heads: n_heads in all, made of n_kv_heads.",
             "With 6 heads and 2 keys, how often must each key be written, and how often does your code write it?",
             repeat=times)
      for times in ("n_kv_heads", "n_heads")),
    _group("repeated-along-positions", "code does exactly what happens when keys and values are repeated along the "
           "positions", "There must be more heads, not more positions.", "Which axis does your repetition work on?",
           repeat="length"),
    _group("keys-cut-into-n-heads", "code does exactly what happens when keys and values are cut into n_heads heads",
           "They have n_kv_heads · d_head numbers. Cut into n_heads pieces, a piece is shorter than a query, or cannot "
           "be cut at all.", "How many heads do you tell `split_heads` for keys and values?", split="into n_heads"),
    _group("queries-averaged", "numbers are exactly what comes out when the queries of a group are averaged",
           "Only keys and values are shared: each head asks a question of its own.",
           "What do you do with the axis of the queries' heads?", roles="mkv"),
    _group("values-from-the-keys-layer", "numbers are exactly what comes out when `w_k` projects the values",
           "What a word can be found by and what it hands over are two things.",
           "Which layer does each of query, key and value go through?", roles="qkk"),
    _group("keys-from-the-values-layer", "numbers are exactly what comes out when `w_v` projects the keys",
           "What a word can be found by and what it hands over are two things.",
           "Which layer does each of query, key and value go through?", roles="qvv"),
    _group("queries-and-keys-exchanged", "weights are exactly what comes out when queries and keys have changed places",
           "Row t then holds what all positions ask of position t. It should hold what position t asks of all.",
           "In which order does your attention get queries, keys and values?", roles="kkv"),
    _group("keys-and-values-exchanged", "numbers are exactly what comes out when `w_k` and `w_v` have changed places",
           "Trained from nothing, nobody would see it; with the weights of a trained model everything is wrong.",
           "Which layer does each of query, key and value go through?", roles="qvk"),
    _group("divided-by-d-model-over-n-kv-heads", "weights are exactly what comes out when the scores are divided by "
           "√(d_model / n_kv_heads)", later("{root} d_head is d_model / n_heads.",
                                            root=_ROOT), "What is d_head in your code?",
           scale="kv"),
    _group("divided-by-root-of-d-model", "weights are exactly what comes out when the scores are divided by √d_model",
           _ROOT, "How many numbers does the dot product of one head add up?", scale="d_model"),
    _group("divided-by-root-of-n-heads", "weights are exactly what comes out when the scores are divided by √n_heads",
           _ROOT, "How many numbers does the dot product of one head add up?", scale="n_heads"),
    _group("no-scaling", "weights are exactly what comes out when the scores are not divided by anything", _ROOT,
           "Which step comes before the softmax?", scale="none"),
    _group("scaled-twice", "weights are exactly what comes out when the scores are divided by d_head in all", _ROOT,
           "`scaled_dot_product_attention` divides already. Does your own code divide as well?", scale="d_head"),
    _group("scaled-after-softmax", "weights are exactly what comes out when the division happens after the softmax",
           "Dividing before the softmax changes how sharp the choice is; dividing after only makes all of it smaller.",
           "Look at the order of the two steps.", sums("weights"), scale="after"),
    _group("softmax-over-queries", "weights are exactly what comes out when the softmax runs over the queries",
           _SHARES, "Along which axis does your softmax run?", sums("weights"), axis=-2),
    _group("softmax-over-heads", "weights are exactly what comes out when the softmax runs over the heads", _SHARES,
           "Along which axis does your softmax run?", sums("weights"), axis=1),
    _group("mask-ignored", "weights are exactly what comes out without the mask", "Padding and future words then take "
           "part like all others.", "Does the mask reach the scores?", mask="ignored"),
    _group("mask-inverted", "weights are exactly what comes out when True and False of the mask are exchanged", _MASK,
           "Is there a `~` too many, or one too few?", mask="inverted"),
    _group("mask-after-softmax", "weights are exactly those without the mask, with zeros put in afterwards",
           "The softmax had already given part of the attention to forbidden places; what is left no longer sums to 1.",
           "Where does the mask come in, before or after the softmax?", sums("weights"), mask="after"),
    *(_group("forbidden-scores-zero", "weights are exactly what comes out when forbidden scores become 0",
             "exp(0) is 1, not 0: a score of 0 is an ordinary score.", "Which score gives a share of 0?", mask=kind)
      for kind in ("zero", "times")),
    _group("causal-whatever-the-mask", "weights are exactly what comes out with a causal mask, whatever mask is given",
           "The mask also knows about the prefix and about padding.", "Do you make a mask?", mask="causal"),
    _group("causal-without-a-mask", "weights are exactly what comes out when attention is causal where `mask` is None",
           "None forbids nothing.", "What happens where `mask` is None?", mask="causal if none"),
    _group("causal-besides-the-mask", "weights are exactly what comes out when attention is causal besides what the "
           "mask says", "The mask that is given is all of it: in a prefix, the future may be seen.",
           "Do you make a mask?", mask="causal as well"),
    _group("mask-of-first-sentence", "weights are exactly what comes out when the mask of sentence 0 is used for all",
           "Sentences differ in length.", "Is there an index 0 on the mask?", mask="first sentence"),
    _group("mask-repeated-as-a-whole", "weights are exactly what comes out when the masks of all sentences are "
           "repeated as a whole, 0, 1, 0, 1, and then cut into sentences and heads", "With several sentences, heads of "
           "the one then have the mask of another.", "Which masks stand side by side after your `repeat`?",
           mask="repeated"),
    _group("mask-without-head-axis", "weights are exactly what comes out when the mask (B, T, T) meets the scores "
           "(B, n_heads, T, T) as it is", "Axes are lined up from the right, so that the mask's sentences meet the "
           "scores' heads.", "Where does the mask need an axis of length 1?", mask="no head axis"),
    *(_group("mask-axis-in-another-place", later("code does exactly what happens when the mask gets its axis for the "
                                                 "heads at place {n}", n=n),
             "Weights are (B, n_heads, T, T): heads come before queries.",
             "Write the shapes of mask and weights one below the other. Which axes meet?", mask=f"axis {n}")
      for n in (2, 3)),
    *(_group("mask-needed", "code stops, without a mask, exactly where None is used like a mask",
             "`mask=None` says that everything may attend to everything. None has no axes and no methods.",
             "Which line uses the mask, and does it also run where there is none?", needs=use)
      for use in (lambda mask: mask.unsqueeze(1), lambda mask: mask[:, None], lambda mask: ~mask)),
    *(_group(f"split-{name}", later("output is exactly what comes out when {words}",
                                    words=words), "Head i of a position is the i-th "
             "piece of that position's own vector.", "Is it `split_heads` that you call?", split=split)
      for name, split, words in (("by-view", "view", "the heads are split by a reshape alone"),
                                 ("interleaved", "interleaved", "each head gets every n-th number of a vector"))),
    *(_group(slug, later("numbers are exactly what comes out when {words} {split_so}", words=words, split_so=says),
             "Head i of a position is the i-th piece of that position's own vector.",
             "Is it `split_heads` that you call, each time?", split=split, cut=cut)
      for slug, split, says in (
          ("split-by-view", "view", "split into heads by a reshape alone"),
          ("split-interleaved", "interleaved", "dealt out in turn, so that each head gets every n-th number of a "
                                               "vector"))
      for words, cut in (("the queries are", "q"), ("the keys are", "k"), ("the values are", "v"),
                         ("keys and values are", "kv"))),
    *(_group(f"merged-{name}", later("output is exactly what comes out when {words}",
                                     words=words), "The heads lie side by side: first "
             "all of head 0, then all of head 1.", "Is it `merge_heads` that you call?", merge=merge)
      for name, merge, words in (("without-transpose", "view", "the heads are joined by a reshape alone"),
                                 ("interleaved", "interleaved", "the heads are shuffled together"))),
    _group("no-output-projection", "output is exactly the heads side by side, without `w_o`", "`w_o` is where what the "
           "heads found is put together.", "Which of your four layers is never called?", project=False),
    _group("residual-added", "output is exactly the right one with `x` added", "The sum with the input comes around "
           "this layer. With one inside as well, it would be added twice.", "What is your output the sum of?",
           gives="residual"),
    _group("outputs-swapped", "two results are exactly the right ones in the wrong order: the weights come first",
           "All attention of the course returns (output, weights).", "Look at your `return` line.", gives="swapped"),
    _group("scores-returned", "second result is exactly the scores, before mask and softmax", "The weights are what "
           "the values were mixed with.", "What does the second name in your `return` line hold: the scores, or what "
           "the softmax has made of them?", gives="scores"),
    _group("softmax-twice", "weights are exactly what comes out when the softmax is taken twice, and the values are "
           "mixed with the result", _TWICE, "How often does a softmax run over your weights?", again=True),
    _group("weights-softmaxed-again", "weights are exactly the softmax of the right ones, while the output is right",
           _TWICE, "What happens to your weights before you return them?", gives="softmax"),
    _group("weights-averaged", "weights are exactly the mean over the heads", "Each head has queries of its own, and "
           "so weights of its own: (B, n_heads, T, T).", "What happens to your weights before you return them?",
           gives="mean"),
    _group("weights-of-groups", "weights are exactly those of the first head of each group",
           "Only keys and values are shared; the queries are not, and so each head has weights of its own.",
           "Which heads do the weights come from that you return?", gives="of the groups"),
    _group("weights-averaged-over-groups", "weights are exactly the mean over the heads of each group",
           "Only keys and values are shared; the queries are not, and so each head has weights of its own.",
           "What happens to your weights before you return them?", gives="mean of the groups"),
    _group("weights-by-group", "weights are exactly the right ones with an axis for the groups and one for the heads "
           "in them", "For all who use the weights, heads are one axis: (B, n_heads, T, T).",
           "Which shape is asked for?", gives="by group"),
    _group("weights-transposed", "weights are exactly the right ones with queries and keys exchanged",
           "Rows are queries and columns are keys, everywhere in the course.", "Is there a transpose too many?",
           gives="transposed"),
    _group("squeezed", "results are exactly right, but every axis of length 1 is gone", "`squeeze()` takes away all "
           "axes of length 1: with one sentence or one head, axes that are needed.", "Where is there a `squeeze()`?",
           gives="squeezed"),
    # Last, because they show in few cases.
    _group("fill-not-low-enough", "weights, for scores far below 0, are exactly what comes out when forbidden places "
           "get −10000 or a similar number", "Scores can be lower than that; then the forbidden places win.",
           "Which number is below every score there can be?", mask="weak"),
    _group("empty-rows-nan", "weights are exactly what filling with −∞ gives: NaN for queries that may attend to "
           "nothing", _EMPTY, "What do the rows without any True need?", empty="nan"),
    _group("empty-rows-not-zero", "weights are exactly those of a softmax over forbidden places, where a query may "
           "attend to nothing", _EMPTY, "What do the rows without any True need after the softmax?", empty="kept"),
]
