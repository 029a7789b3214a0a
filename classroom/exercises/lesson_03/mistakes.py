"""Lesson 03: what learners write instead, and what it means. Used by `lesson_03`."""
from functools import partial

import torch
from torch import nn

from classroom.exercises.lesson_02.mistakes import sloppy_attention
from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later
from course.attention import scaled_dot_product_attention


def normalised(x, eps=1e-5):
    """As a fresh `nn.LayerNorm` returns it."""
    return nn.functional.layer_norm(x, x.shape[-1:], eps=eps)


class Sloppy(nn.Module):
    """Attention with learned projections, and with switches.

    `projections` names the layer that makes queries, keys and values, "-" for none; `sources` where
    each comes from: x, memory, or both, memory first ("+") or x first ("*"); `bend` which of them go
    through a ReLU; `as_stored` multiplies by the layers' weights without transposing them; `masked_by`
    memory puts it in the mask's place; `own` says what x may see of itself where both supply keys under a mask ("all",
    or the "past"), and `cut` leaves it out of the weights; `residual` adds x to the output ("where it fits": where the
    shapes are equal); `norm` normalises "x", the "output", or the "sum" of both; `closed` shuts out "zeros", vectors
    that are all 0, "itself", or, where x is as long as the memory and no mask is given, the "future", by a triangle
    as long as x ("no mask": wherever none is given, or "any mask"), which may not fit; `mask_as` makes
    another mask of one with "a row for each sentence" or for "padded queries" (of any mask
    "of one row"), too, or gives "an axis more" to all, or to those of "3 axes and one"; `zeroed` sets outputs at padded
    places to 0; `cosine` makes queries and keys as long as 1; `first` takes the memory of sentence 0.
    What else there is goes to `sloppy_attention`.
    """

    def __init__(self, d_model, d_k, d_v, projections="qkv", sources="xmm", scale="sqrt d_k", bend="",
                 as_stored=False, masked_by="mask", residual=False, norm="", own="",
                 cut=False, closed="", mask_as="", zeroed=False, cosine=False, first=False, **switches):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.projections, self.sources, self.scale, self.switches = projections, sources, scale, switches
        self.d_model, self.d_k, self.bend, self.as_stored = d_model, d_k, bend, as_stored
        self.masked_by, self.residual, self.norm, self.own, self.cut = masked_by, residual, norm, own, cut
        self.closed, self.cosine, self.first = closed, cosine, first
        self.mask_as, self.zeroed = mask_as, zeroed

    def forward(self, x, memory=None, mask=None):
        memory = x if memory is None else memory
        if self.norm == "x":
            x, memory = normalised(x), normalised(x) if memory is x else memory
        memory = memory[:1].expand_as(memory) if self.first else memory
        given = {"x": x, "m": memory}
        if "+" in self.sources:
            given["+"] = torch.cat([memory, x], dim=1)
        if "*" in self.sources:
            given["*"] = torch.cat([x, memory], dim=1)
        q, k, v = (given[source] if name == "-" else self.project(getattr(self, f"w_{name}"), given[source])
                   for name, source in zip(self.projections, self.sources, strict=True))
        q, k = (nn.functional.normalize(t, dim=-1) for t in (q, k)) if self.cosine else (q, k)
        q, k, v = (x.relu() if name in self.bend else x for name, x in zip("qkv", (q, k, v), strict=True))
        if self.masked_by == "memory":
            return scaled_dot_product_attention(q, k, v, memory)
        scale = self.scale
        if scale in ("d_model", "as projected"):
            q, scale = q * (q.shape[-1] / (self.d_model if scale == "d_model" else self.d_k)) ** 0.5, "sqrt d_k"
        mask = self.widened(mask, x, memory) if self.own and mask is not None else mask
        one_row = mask is not None and mask.dim() == 3 and mask.shape[1] == 1
        if self.mask_as == "a row for each sentence" and mask is not None and mask.dim() == 2 and len(mask) == len(x):
            mask = mask.unsqueeze(1)
        if mask is not None and self.mask_as in ("an axis more", f"{mask.dim()} axes and one"):
            mask = mask.unsqueeze(1)
        if self.mask_as.startswith("padded queries") and (one_row or (
                self.mask_as.endswith("row") and mask is not None and mask.shape[-2] == 1)):
            mask = mask & mask.mT
        if self.closed == "future":
            square = mask is None and x.shape[1] == memory.shape[1]
            mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril() if square else mask
        elif self.closed.endswith("mask"):
            past = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()
            mask = past if mask is None else mask & past if self.closed == "any mask" else mask
        elif self.closed:
            open_ = (memory != 0).any(-1).unsqueeze(1) if self.closed == "zeros" else ~torch.eye(x.shape[1]).bool()
            mask = open_ if mask is None else mask & open_
        output, weights = sloppy_attention(q, k, v, mask, scale=scale, **self.switches)
        if self.cut:
            weights = weights[..., x.shape[1] :] if "*" in self.sources else weights[..., : memory.shape[1]]
        if self.zeroed and one_row:
            output = output * mask.mT
        fits = self.residual != "where it fits" or output.shape == x.shape
        output = output + x if self.residual and fits or self.norm == "sum" else output
        return normalised(output) if self.norm in ("output", "sum") else output, weights

    def widened(self, mask, x, memory):
        """With places for the words of x itself, behind those of memory or before them."""
        open_ = torch.ones(len(x), x.shape[1], x.shape[1], dtype=torch.bool)
        parts = [mask.expand(len(x), x.shape[1], memory.shape[1]), open_.tril() if self.own == "past" else open_]
        return torch.cat(parts[::-1] if "*" in self.sources else parts, dim=-1)

    def project(self, layer, x):
        return x @ layer.weight if self.as_stored else layer(x)


class SloppySelf(Sloppy):
    """The same for `forward(x, mask)`."""

    def forward(self, x, mask=None):
        return super().forward(x, None, mask)


_SHARES = "Each query has 1 to give away among its keys."
_THREE = ("What a word asks, what it can be found by and what it hands over are three different things, so each has a "
          "projection of its own.")
_ROOT = ("A dot product of d_k numbers spreads about √d_k wide. Dividing by √d_k keeps the softmax about "
         "equally sharp for vectors of few and of many numbers.")
_EMPTY = ("A query that may attend to nothing gets zero weights and adds nothing; `scaled_dot_product_attention` of "
          "lesson 02 does that.")
_CALL = "Is it `scaled_dot_product_attention` of lesson 02 that you call, and with the mask?"


def _shared(cls) -> list[Misconception]:
    """What can go wrong in self-attention and in cross-attention alike."""
    return [
        *(Misconception(
            slug, partial(cls, projections=projections),
            later("Your output is exactly what comes out when {words}.", words=words), _THREE,
            "Which layer does each of query, key and value go through?")
          for slug, projections, words in (
              ("same-projection", "qqv", "`w_q` makes the keys as well"),
              ("same-projection", "kkv", "`w_k` makes the queries as well"),
              ("same-projection", "qkk", "`w_k` makes the values as well"),
              ("same-projection", "qkq", "`w_q` makes the values as well"),
              ("same-projection", "qqq", "`w_q` makes queries, keys and values"),
              ("projections-swapped", "kqv", "`w_q` and `w_k` have changed places"),
              ("projections-swapped", "qvk", "`w_k` and `w_v` have changed places"),
              ("projections-swapped", "vkq", "`w_q` and `w_v` have changed places"),
              ("not-projected", "qk-", "the values are not projected at all"),
              ("not-projected", "q-v", "the keys are not projected at all"),
              ("not-projected", "-kv", "the queries are not projected at all"),
              ("not-projected", "---", "nothing is projected at all"))),
        Misconception(
            "not-projected", partial(cls, projections="---", scale="as projected"),
            "Your output is exactly what comes out when nothing is projected at all.", _THREE,
            "Which layer does each of query, key and value go through?"),
        Misconception(
            "weights-not-transposed", partial(cls, as_stored=True),
            "Your code does exactly what happens when inputs are multiplied by the layers' `weight` as it is stored.",
            "`nn.Linear(d_in, d_out)` stores its weight as (d_out, d_in) and multiplies by the transposed one; only "
            "where both sizes are equal does the other product run at all.",
            "What does `self.w_q(x)` do that `x @ self.w_q.weight` does not?"),
        *(Misconception(
            "relu-after-projections", partial(cls, bend=names),
            later("Your output is exactly what comes out when a ReLU follows the projections of {words}.", words=words),
            "A projection is a matrix product and nothing else. With everything negative gone, no score could say that "
            "two words do not fit.", "What happens to the result of each layer?")
          for names, words in (("qkv", "queries, keys and values"), ("qk", "queries and keys"), ("v", "the values"))),
        *(Misconception(
            "residual-added", partial(cls, residual=residual),
            later("Your code does exactly what happens when `x` is added to the output{where}.", where=where),
            "Attention hands over values, d_v numbers for each query, and nothing else. A sum with the input comes "
            "later in the course, around this layer.", "What is your output the sum of?")
          for residual, where in ((True, ""), ("where it fits", " wherever both have the same shape"))),
        *(Misconception(
            "cosine-for-dot-product", partial(cls, cosine=True, scale=scale),
            later("Your weights are exactly what comes out when queries and keys are made as long as 1 first{how}.",
                  how=how),
            "A score is the dot product of query and key as they are. With the lengths gone, no score is above 1 or "
            "below −1, and no word can be preferred by far.", "What happens to queries and keys after their layers?")
          for scale, how in (("sqrt d_k", ""), ("none", ", and nothing is divided by √d_k"))),
        Misconception(
            "zeros-taken-for-padding", partial(cls, closed="zeros"),
            "Your weights are exactly what comes out when a word whose numbers are all 0 is taken for padding.",
            "What is padding, only the mask says. A vector of zeros may be a word like any other.",
            "Where does your code look at the numbers of the vectors to decide who may be looked at?"),
        *(Misconception(
            "norm-added", partial(cls, norm=norm),
            later("Your code does exactly what happens when {words} goes through an `nn.LayerNorm`.", words=words),
            "Attention hands over values, and nothing else. Norms come later in the course, around this layer.",
            "Which layers does your `forward` use, besides the three?")
          for norm, words in (("output", "the output"), ("sum", "the sum of output and `x`"), ("x", "`x`"))),
        Misconception(
            "no-scaling", partial(cls, scale="none"),
            "Your weights are exactly what comes out when the scores are not divided by anything.", _ROOT,
            "Which step stands between the scores and the softmax?"),
        Misconception(
            "scaled-twice", partial(cls, scale="d_k"),
            "Your weights are exactly what comes out when the scores are divided by d_k in all: by √d_k twice, or by "
            "d_k without the root.", _ROOT,
            "`scaled_dot_product_attention` divides already. Does your own code divide as well?"),
        *(Misconception(
            f"divided-by-root-of-{by.lower().replace('_', '-')}", partial(cls, scale=by),
            later("Your weights are exactly what comes out when the scores are divided by √{by}.", by=by), _ROOT,
            "How many numbers does one dot product add up?") for by in ("d_model", "d_v", "T_k")),
        Misconception(
            "scaled-after-softmax", partial(cls, scale="after"),
            "Your weights are exactly what comes out when the division by √d_k happens after the softmax.",
            "Dividing before the softmax changes how sharp the choice is; dividing after only makes all of it "
            "smaller.", "Look at the order of the two steps.", sums("weights")),
        Misconception(
            "softmax-over-queries", partial(cls, axis=-2),
            "Your weights are exactly what comes out when the softmax runs over the queries.",
            later("{shares} Yours lets the queries compete for each key instead.",
                  shares=_SHARES), "Along which axis does your softmax "
                                                                               "run?", sums("weights")),
        Misconception(
            "softmax-over-sentences", partial(cls, axis=0),
            "Your weights are exactly what comes out when the softmax runs over the sentences of the batch.", _SHARES,
            "Along which axis does your softmax run?", sums("weights")),
        Misconception(
            "keys-not-transposed-by-sentence", partial(cls, keys="all"),
            "Your code does exactly what happens when all axes of the keys are reversed, as `.T` does.",
            "With a batch in front only the last two axes should change places.",
            "What does `.T` do to the shape (2, 5, 7)?"),
        Misconception(
            "mask-ignored", partial(cls, how="ignored"), "Your weights are exactly what comes out without the mask.",
            "What it forbids, padding for example, then takes part like all the rest.", _CALL),
        Misconception(
            "mask-inverted", partial(cls, how="inverted"),
            "Your weights are exactly what comes out when True and False of the mask are exchanged.",
            "In this course True means: may attend.", "What happens to the mask before the scores meet it?"),
        Misconception(
            "mask-after-softmax", partial(cls, how="after"),
            "Your weights are exactly those without the mask, with zeros put in afterwards.",
            "The softmax had already given part of the attention to forbidden places.", _CALL, sums("weights")),
        *(Misconception(
            "mask-fills-zero", partial(cls, how="zero", empty=empty),
            "Your weights are exactly what comes out when forbidden scores are set to 0.",
            why, _CALL)
          for empty, why in (("zero", "exp(0) is 1, not 0: a score of 0 is an ordinary score."),
                             ("kept", "exp(0) is 1, not 0: a score of 0 is an ordinary score. And where all scores of "
                                      "a row are 0, all shares are equal."))),
        Misconception(
            "causal-whatever-the-mask", partial(cls, how="causal"),
            "Your weights are exactly what comes out with a causal mask, whatever mask is given.",
            "`mask` alone says what may be looked at; with None, that is everything.", _CALL),
        Misconception(
            "mask-of-first-sentence", partial(cls, how="first sentence"),
            "Your weights are exactly what comes out when the mask of sentence 0 is used for all.",
            "Sentences differ in length, so that each has its own padding.", "Is there an index 0 on the mask?"),
        Misconception(
            "empty-rows-nan", partial(cls, empty="nan"),
            "Your weights are exactly what comes out when forbidden scores are −∞ and queries that may attend to "
            "nothing get NaN.", _EMPTY, _CALL),
        Misconception(
            "empty-rows-not-zero", partial(cls, empty="kept"),
            "Your weights are exactly what comes out when queries that may attend to nothing get weights from a "
            "softmax over forbidden places.", _EMPTY, _CALL, sums("weights")),
        Misconception(
            "output-unmasked", partial(cls, gives="unmasked output"),
            "Your output is exactly the one without the mask, beside weights that have it.",
            "The values are to be mixed with the weights that are returned.", "Which weights meet the values?"),
        Misconception(
            "weights-unmasked", partial(cls, gives="unmasked weights"),
            "Your weights are exactly those without the mask, beside an output that has it.",
            "What is returned should be what the values were mixed with.", _CALL),
        *(Misconception(
            "renormalised-after-softmax", partial(cls, empty=empty),
            later("Your weights are exactly what comes out when the mask is laid over the shares, or over the "
                  "powers, and each row is then divided by what is left of it{left}.", left=left),
            "Where a forbidden score is far above the allowed ones, the softmax gives it all there is, and nothing is "
            "left for the others. So forbidden scores must not get into it.", _CALL)
          for empty, left in (("renormalised", ": 0/0, NaN, where nothing is left"),
                              ("renormalised, 1e-9", ", and nothing is left where a forbidden score is high"))),
        Misconception(
            "mask-of-two-axes-for-padding", partial(cls, mask_as="a row for each sentence"),
            "Your code does exactly what happens when a mask of two axes with as many rows as there are sentences is "
            "taken for one with a row for each sentence.",
            "Axes are matched from the last one on: the rows of a mask of two axes are queries, for all sentences "
            "alike, and `scaled_dot_product_attention` takes it as it is.",
            "Which of your lines gives the mask another axis, and when?"),
        *(Misconception(
            "mask-given-an-axis", partial(cls, mask_as=mask_as),
            later("Your code does exactly what happens when {any_} is given one axis more, behind its first.",
                  any_=any_),
            "The mask of each sentence then meets the words of every sentence, and not only its own. "
            "`scaled_dot_product_attention` takes the mask as it is.",
            "Which of your lines gives the mask another axis?")
          for mask_as, any_ in (("3 axes and one", "a mask of three axes"), ("an axis more", "any mask"))),
        *(Misconception(
            f"causal-{slug}", partial(cls, how=f"causal {how}"),
            later("Your weights are exactly what comes out when a causal mask is {words}.", words=words),
            "`mask` alone says what may be looked at; with None, that is everything.",
            "Where does the triangle come from?")
          for slug, how, words in (("as-well", "as well", "added to whatever mask is given"),
                                   ("without-a-mask", "without a mask", "used wherever none is given"))),
        Misconception(
            "mask-transposed", partial(cls, how="transposed"),
            "Your code does exactly what happens when the mask is transposed.",
            "Rows of the mask are queries and columns are keys. Transposed, it hides keys from the wrong queries.",
            "Is there a transpose too many?"),
        Misconception(
            "fill-not-low-enough", partial(cls, how="weak"),
            "For scores far below 0, your weights are exactly what comes out when forbidden places get −10000 or a "
            "similar number.", "Scores can be lower than that; then the forbidden places win.", _CALL),
        Misconception(
            "mask-of-first-query", partial(cls, how="first query"),
            "Your weights are exactly what comes out when the mask of query 0 is used for all.",
            "With a causal mask each query may see one place more than the one before.",
            "Is there an index 0 on the mask?"),
        Misconception(
            "outputs-swapped", partial(cls, gives="swapped"),
            "You return exactly the right two tensors in the wrong order: the weights first.",
            "All attention of the course returns (output, weights).", "Look at your `return` line."),
        Misconception(
            "scores-returned", partial(cls, gives="scores"),
            "In place of the weights you return exactly the scores before mask and softmax.",
            "The weights are what the values were mixed with.", "What does the second name in your `return` line hold: "
            "the scores, or what the softmax has made of them?"),
        Misconception(
            "weights-transposed", partial(cls, gives="transposed"),
            "The weights you return are exactly the right ones with queries and keys exchanged.",
            "Rows are queries and columns are keys, everywhere in the course.", "Is there a transpose too many?"),
    ]


SELF = [
    *_shared(SloppySelf),
    Misconception(
        "itself-forbidden", partial(SloppySelf, closed="itself"),
        "Your weights are exactly what comes out when no word may look at itself.",
        "`mask` alone says what may be looked at. A word may look at itself like at any other.",
        "Where does the diagonal come from?"),
    *(Misconception(
        "padded-queries-closed", partial(SloppySelf, mask_as=mask_as),
        "Your weights are exactly what comes out when padded words may not look at anything, besides not being looked "
        "at.", "A padding mask is about keys: it says who may be looked at. Who looks is another question, and nobody "
        "reads what comes out at padded places.", "Which axis of the weights does your mask close?")
      for mask_as in ("padded queries", "padded queries of one row")),
    Misconception(
        "padded-outputs-zeroed", partial(SloppySelf, zeroed=True),
        "Your output is exactly what comes out when it is set to 0 at padded places.",
        "A padding mask is about keys: it says who may be looked at. What comes out at padded places is read by "
        "nobody, and the exercise asks for it as it is.", "What happens to the output after the attention?"),
]

_FROM = ("In the decoder's attention to the encoder, the target asks and the source answers: queries from `x`, keys "
         "and values from `memory`.")

CROSS = [
    *(Misconception(
        slug, partial(Sloppy, sources=sources), later("Your output is exactly what comes out when {words}.",
                                                      words=words), _FROM,
        "Which of the two goes through `w_q`, and which through the others? And does `forward` take `x` first?")
      for slug, sources, words in (
          ("memory-ignored", "xxx", "`x` supplies all three: self-attention of the target"),
          ("target-ignored", "mmm", "`memory` supplies all three: self-attention of the source"),
          ("inputs-swapped", "mxx", "`x` and `memory` have changed places: the source asks and the target answers"),
          ("values-from-target", "xmx", "the values come from `x`"),
          ("keys-from-target", "xxm", "the keys come from `x`"),
          ("keys-and-queries-swapped", "mxm", "the queries come from `memory` and the keys from `x`"),
          ("only-keys-and-queries-from-memory", "mmx", "queries and keys come from `memory`, the values from `x`"),
          ("memory-and-target-joined", "x++", "`memory` and `x`, one after the other, supply keys and values"),
          ("memory-and-target-joined", "x**", "`x` and `memory`, one after the other, supply keys and values"))),
    *(Misconception(
        "memory-and-target-joined", partial(Sloppy, sources=sources, own=own, cut=cut),
        later("Your output is exactly what comes out when {words}, and the mask opens {seen}{cut}.",
              words=words, seen=seen, cut=", while the weights are cut to the places of `memory`" if cut else ""),
        later("{source} What the words of `x` get is missing from the share of `memory`.", source=_FROM),
        "Which words can be looked at in your code, and which should be?")
      for cut in (True, False) for own, seen in (("all", "all places of `x`"), ("past", "the past places of `x`"))
      for sources, words in (("x++", "`memory` and `x`, one after the other, supply keys and values"),
                             ("x**", "`x` and `memory`, one after the other, supply keys and values"))),
    Misconception(
        "memory-of-first-sentence", partial(Sloppy, first=True),
        "Your output is exactly what comes out when all sentences look into the memory of sentence 0.",
        "Each target sentence has a source sentence of its own.", "Is there an index 0 on `memory`?"),
    Misconception(
        "memory-taken-for-the-mask", partial(Sloppy, masked_by="memory"),
        "Your code stops exactly where `memory` arrives as the mask.",
        "Arguments without a name go by their places. `SelfAttention.forward` and `scaled_dot_product_attention` have "
        "the mask in another place than `CrossAttention.forward` has `memory`.",
        "Which functions do you give `memory` to, and what is the argument called there?"),
    Misconception(
        "causal-where-square", partial(Sloppy, closed="future"),
        "Your weights are exactly what comes out with a causal mask where `x` and `memory` are equally long and no "
        "mask is given.", "The whole source is known before the first word of the target is written, at any length.",
        "Where does the triangle come from?"),
    *(Misconception(
        f"causal-{slug}", partial(Sloppy, closed=closed),
        later("Your code does exactly what happens when a causal mask as long as `x` is {words}: it fits only where "
              "`memory` is as long.", words=words),
        "The whole source is known before the first word of the target is written, at any length.",
        "Where does the triangle come from?")
      for closed, slug, words in (("no mask", "without-a-mask", "used wherever none is given"),
                                  ("any mask", "as-well", "added to whatever mask is given"))),
    Misconception(
        "queries-as-values", partial(Sloppy, values="q"), "Your output is exactly a mixture of the queries.",
        "Values are what a word hands over; queries only decide where to look.",
        "In which order do you pass q, k and v?"),
    Misconception(
        "roles-swapped", partial(Sloppy, roles="kq"),
        "Your weights are exactly what comes out when queries and keys change places, after their projections.",
        "Rows are queries: each spreads its attention over the keys.", "In which order do you pass q, k and v?"),
    *_shared(Sloppy),
]
