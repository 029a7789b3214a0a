"""Exercise 6.3: what learners write instead, and what it means. Used by `lesson_06`."""
from functools import partial

import torch
from torch import nn

from classroom.judge.exercise import Misconception
from course._words import later
from course.attention import MultiHeadAttention, causal_mask
from course.transformer import FeedForward, LayerNorm

JOINS = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
         "mean": lambda x, y: (x + y) / 2, "root": lambda x, y: (x + y) / 2 ** 0.5}
JOINED = (("-", "result-subtracted", "each sub-layer's result is subtracted from its input"),
          ("*", "result-multiplied", "each sub-layer's result is multiplied with its input"),
          ("mean", "sum-halved", "the mean of each sub-layer's input and result is taken"),
          ("root", "sum-halved", "each sum of input and result is divided by √2"))
PARTS_OF_MASK = {"first row": lambda mask: mask[:, :1], "last row": lambda mask: mask[:, -1:],
                 "first sentence": lambda mask: mask[:1]}


# The mask that attention gets in place of the one that came, which may be None.
OTHER_MASKS = {"one sentence": lambda mask, x: None if len(x) == 1 else mask,
               "several rows": lambda mask, x: None if mask.shape[1] > 1 else mask,
               "queries too": lambda mask, x: mask & mask.transpose(1, 2),
               "zeros": lambda mask, x: None, "zeros after the norm": lambda mask, x: None}


def parts_of_mask(name: str) -> list[tuple]:
    """Mistakes with the mask called `name`: slug, key in `PARTS_OF_MASK`, what is done, why it matters."""
    rows = "Row t of a mask is for query t. It makes no difference for a mask of padding, whose rows are all alike."
    slug = "of-" + name.replace("_", "-")
    return [
        (f"first-row-{slug}", "first row", f"every query gets the first row of `{name}`", rows),
        (f"last-row-{slug}", "last row", f"every query gets the last row of `{name}`", rows),
        (f"first-sentence-{slug}", "first sentence", f"all sentences get what `{name}` says of the first one",
         "The sentences of a batch differ in length, and so in what they allow."),
    ]


class SloppyLayer(nn.Module):
    """An encoder layer with switches. "a" is attention, "f" the feed-forward part, in whichever order they come."""

    def __init__(self, d_model, n_heads, d_ff, norm="before", normed="af", shared=False, residual="af", source="x",
                 order="af", wiring="chain", mask="", final=None, keys="normed", gives="", last_relu=False,
                 discard="", activation="between", join="+", twice=False, heads=None, across=False, stale="",
                 doubled="", eps=1e-5):
        super().__init__()
        self.across, self.stale, self.doubled = across, stale, doubled
        self.attention = MultiHeadAttention(d_model, heads or n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norms = nn.ModuleList(LayerNorm(d_model, eps) for _ in range(3))
        self.norm, self.normed, self.shared, self.residual, self.source = norm, normed, shared, residual, source
        self.order, self.wiring, self.mask, self.final, self.keys = order, wiring, mask, final, keys
        self.gives, self.last_relu, self.discard, self.activation = gives, last_relu, discard, activation
        self.join, self.twice = JOINS[join], twice

    def forward(self, x, mask=None):
        if self.mask == "ignored":
            mask = None
        elif self.mask == "inverted" and mask is not None:
            mask = ~mask
        elif self.mask == "causal":
            mask = causal_mask(x.shape[1])[None]
        elif self.mask == "causal as well":
            past = causal_mask(x.shape[1])[None]
            mask = past if mask is None else mask & past
        elif self.mask == "causal if none" and mask is None:
            mask = causal_mask(x.shape[1])[None]
        elif self.mask in PARTS_OF_MASK and mask is not None:
            mask = PARTS_OF_MASK[self.mask](mask)
        closed = mask is not None and mask.shape[1] == 1 and self.mask.startswith("zeros")
        zeros = mask.transpose(1, 2) if closed else 1
        x = x * zeros if self.mask == "zeros" else x
        self.zeros = zeros if self.mask == "zeros after the norm" else 1
        if self.mask in OTHER_MASKS and mask is not None:
            mask = OTHER_MASKS[self.mask](mask, x)
        given, branch = x, None
        for n, name in enumerate(self.order, 1):
            start = given if self.wiring == "parallel" else x
            alone = self.wiring == "feed-forward gets attention alone" and n > 1 and name == "f"
            branch = self._branch(branch if alone else start, name, n, mask)
            branch = start + branch if name in self.doubled else branch
            if name == self.discard:
                continue
            if name not in self.residual:
                x = branch
            elif self.source in ("normed", f"normed {name}") and self.norm == "before":
                x = self.join(self._norm(n, name)(start), branch)
            elif self.wiring == "second adds the input":
                x = self.join(given, branch)
            else:
                x = self.join(x, branch)
            if self.norm == "after":
                x = self._norm(n, name)(x)
        if self.residual == "whole":
            x = given + x
        x = x if self.final is None else self.norms[self.final](x)
        x = torch.relu(x) if self.last_relu else x
        if self.gives == "padding zeroed" and mask is not None:
            x = x * mask.expand(-1, x.shape[1], -1)[:, 0].unsqueeze(-1)
        return given + x if self.gives == "input added" else x

    def _norm(self, n, name):
        if name not in self.normed:
            return nn.Identity()
        return self.norms[0 if self.shared else n - 1]

    def _branch(self, x, name, n, mask):
        second_on_attention = self.norm == "second on attention"
        h = self._norm(n, name)(x) if self.norm == "before" or second_on_attention and name == "a" else x
        if self.stale and n == 2 and name == "f":
            h = self._norm(2, name)(self.seen) if self.stale == "normed again" else self.seen
        self.seen = h
        if name == "f":
            hidden = self.feed_forward.w_1(h)
            y = self.feed_forward.w_2(hidden.relu() if "between" in self.activation else hidden)
            y = y.relu() if "after" in self.activation else y
            y = self.feed_forward(y) if self.twice else y
        else:
            k, v = {"normed": (h, h), "plain": (x, x), "plain values": (h, x), "plain keys": (x, h),
                    "plain queries": (h, h), "first sentence": (h, h)}[self.keys]
            q, k, v = x if self.keys == "plain queries" else h, k * self.zeros, v * self.zeros
            q = q * self.zeros
            if self.across:                        # what `nn.MultiheadAttention` does without `batch_first`
                q, k, v, mask = q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1), None
            y = self.attention(q, k, v, mask)[0]
            y = y[0] if self.keys == "first sentence" else y
            y = y.transpose(0, 1) if self.across else y
        y = self._norm(2, "f")(y) if second_on_attention and name == "a" else y
        return self._norm(n, name)(y) if self.norm == "on the branch" else y


class _Packed(SloppyLayer):
    """Attention's pair (output, weights) is used as if it were the output."""

    def forward(self, x, mask=None):
        h = self.norms[0](x)
        x = x + self.attention(h, h, h, mask)
        return x + self.feed_forward(self.norms[1](x))


class _Weights(SloppyLayer):
    """The second of attention's two results is used."""

    def forward(self, x, mask=None):
        h = self.norms[0](x)
        x = x + self.attention(h, h, h, mask)[1]
        return x + self.feed_forward(self.norms[1](x))


class _NoDefault(SloppyLayer):
    """`mask` has no default. The error that Python raises names the learner's function."""

    def forward(self, x, mask):
        return super().forward(x, mask)

    forward.__qualname__ = "EncoderLayer.forward"


NO_DEFAULT = ("`mask=None` in the signature is what lets a caller leave it out, as one does where nothing is padded.")
_HIGHWAY = ("The residual connection is the road on which a word's own vector travels from layer to layer, and on "
            "which the gradient travels back. A sub-layer only adds to it.")
_TWO = "Two sub-layers, each with a norm before it and a residual connection around it."


def _layer(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(SloppyLayer, **switches), says, why, look)


LAYER = [
    _layer("no-residual", "Your result is exactly what comes out without any residual connection.",
           later("{highway} Stacked deep, layers without it hardly learn.", highway=_HIGHWAY),
           "What is added to the result of each sub-layer?", residual=""),
    _layer("no-residual-around-attention", "Your result is exactly what comes out without the residual connection "
           "around attention.", _HIGHWAY, "Which of the two sub-layers has nothing added to it?", residual="f"),
    _layer("no-residual-around-feed-forward", "Your result is exactly what comes out without the residual connection "
           "around the feed-forward part.", _HIGHWAY, "Which of the two sub-layers has nothing added to it?",
           residual="a"),
    *(_layer(slug, later("Your result is exactly what comes out when {words}.", words=words), later(
        "{highway} So the two are added, and that is all.",
        highway=_HIGHWAY), "What happens to `x` and the result of a sub-layer?", join=join)
      for join, slug, words in JOINED),
    _layer("feed-forward-twice", "Your result is exactly what comes out when the feed-forward part is called on its "
           "own result once more.", _TWO, "How often does `forward` call the feed-forward part?", twice=True),
    _layer("residual-around-whole-block", "Your result is exactly what comes out with one residual connection around "
           "both sub-layers together.", f"{_TWO} {_HIGHWAY}", "How often is something added in your `forward`?",
           residual="whole"),
    _layer("post-norm", "Your result is exactly the paper's arrangement: each norm after the addition.",
           "That is a right encoder layer, in the other of two arrangements. The course's default is the norm before "
           "the sub-layer, which trains more easily; you will measure it below.",
           "What does each norm get, and what happens with its result?", norm="after"),
    _layer("norm-on-the-branch", "Your result is exactly what comes out when each norm is applied to the result of the "
           "sub-layer, before the addition.", "The sub-layer then gets vectors that were never normalised, and they "
           "usually grow from layer to layer.", "Does the norm come before or after the sub-layer?",
           norm="on the branch"),
    _layer("second-norm-on-attention", "Your result is exactly what comes out when the second norm is applied to what "
           "attention returns, before the addition, and the feed-forward part gets a vector that is not normalised.",
           _TWO, "What goes into the second norm?", norm="second on attention"),
    *(_layer("another-eps", later("Your result is exactly what comes out when the norms have the eps {eps:g}.",
                                  eps=eps),
             "The norms of this course have the eps 1e-5, unless they are given another one.",
             "What do you hand to `LayerNorm`?", eps=eps) for eps in (1e-3, 1e-6, 1e-8, 1e-12, 0.0)),
    _layer("residual-from-normalised", "Your result is exactly what comes out when the normalised vector is what the "
           "sub-layer's result is added to.", later("{highway} So nothing may stand on that road, and a norm does.",
                                                    highway=_HIGHWAY),
           "Have you overwritten `x` with its normalised version?", source="normed"),
    _layer("first-residual-from-normalised", "Your result is exactly what comes out when the result of attention is "
           "added to the normalised vector, and not to the one that came in.", later(
               "{highway} So nothing may stand on that road, and a norm does.",
               highway=_HIGHWAY), "To what do you add the result of attention?", source="normed a"),
    _layer("second-residual-from-normalised", "Your result is exactly what comes out when the norm before the "
           "feed-forward part stands on the road: its result is also what that part's result is added to.",
           later("{highway} So nothing may stand on that road, and a norm does.", highway=_HIGHWAY),
           "To what do you add the result of the feed-forward part?", source="normed f"),
    _layer("second-residual-from-input", "Your result is exactly what comes out when the second residual connection "
           "starts at the layer's input.", "What the first sub-layer has added then reaches only the second one. On "
           "the road it is missing.",
           "Which vector do you add to the result of the second sub-layer?", wiring="second adds the input"),
    _layer("sublayers-in-parallel", "Your result is exactly what comes out when both sub-layers get the layer's input "
           "and both results are added to it.", "Some newer models do that for speed. Here the feed-forward part works "
           "on what attention has gathered.", "Which vector does the second norm get?", wiring="parallel"),
    _layer("feed-forward-gets-attention-alone", "Your result is exactly what comes out when the second norm gets the "
           "result of attention alone, before `x` has been added to it.", "The feed-forward part works on what stands "
           "on the road: the word's own vector together with what it has gathered.",
           "Which vector does the second norm get?", wiring="feed-forward gets attention alone"),
    _layer("sublayers-in-wrong-order", "Your result is exactly what comes out with the feed-forward part first and "
           "attention second.", "First a word gathers from the others, then it works on what it has.",
           "Which sub-layer does `forward` call first?", order="fa"),
    _layer("one-norm-shared", "Your result is exactly what comes out when one norm serves both sub-layers.",
           "The two sub-layers get differently distributed vectors, and each norm has its own weight and bias to learn "
           "for its own.", "How many norms does `__init__` make, and which of them are called?", shared=True),
    _layer("no-norms", "Your result is exactly what comes out without any norm.",
           "Every layer adds to the vectors, so that they usually grow from layer to layer, and nothing holds the "
           "scores of attention within bounds.", "Where are the two norms called?", normed=""),
    _layer("no-norm-before-attention", "Your result is exactly what comes out without a norm before attention.",
           _TWO, "What does attention get?", normed="f"),
    _layer("no-norm-before-feed-forward", "Your result is exactly what comes out without a norm before the "
           "feed-forward part.", _TWO, "What does the feed-forward part get?", normed="a"),
    _layer("only-queries-normalised", "Your result is exactly what comes out when only the queries are "
           "normalised, and keys and values are not.", "In self-attention all three come from the same vectors.",
           "Which three things does attention get?", keys="plain"),
    _layer("values-not-normalised", "Your result is exactly what comes out when the values are not normalised.",
           "In self-attention all three come from the same vectors.", "Which three things does attention get?",
           keys="plain values"),
    _layer("keys-not-normalised", "Your result is exactly what comes out when the keys are not normalised.",
           "In self-attention all three come from the same vectors.", "Which three things does attention get?",
           keys="plain keys"),
    _layer("first-sentence-of-attention", "Your result is exactly what comes out when every sentence gets what "
           "attention has made of the first one.", "Attention returns a pair. One `[0]` takes the output (B, T, "
           "d_model) out of it, and one more `[0]` takes the first sentence out of that.",
           "How many `[0]` stand behind what attention returns?", keys="first sentence"),
    _layer("queries-not-normalised", "Your result is exactly what comes out when the queries are not normalised.",
           "In self-attention all three come from the same vectors.", "Which three things does attention get?",
           keys="plain queries"),
    *(_layer("norm-at-the-end", "Your result is exactly the right one with a norm on top.",
             "With pre-norm there is one more norm, but only once, at the end of the whole stack.",
             "What is the last thing your `forward` does?", final=final)
      for final in (2, 1, 0)),
    _layer("norms-one-place-late", "Your result is exactly what comes out when the second norm stands at the end, and "
           "the feed-forward part gets vectors that were never normalised.", _TWO,
           "What does the feed-forward part get, and what is the last thing your `forward` does?", normed="a",
           final=2),
    *(_layer("stale-norm", later("Your result is exactly what comes out when the feed-forward part gets the "
                                 "normalised vectors that attention got{how}, and knows nothing of what attention "
                                 "has found.", how=how), _TWO,
             "Which vector is normalised for the feed-forward part, and has the result of attention been added to it?",
             stale=stale)
      for stale, how in (("as it is", ""), ("normed again", ", normalised once more"))),
    _layer("attends-across-sentences", "Your result is exactly what comes out when the first axis is taken for the "
           "positions: each word attends to the words at its place in the *other sentences*, whatever the mask says.",
           "PyTorch's own attention expects (T, B, d_model) unless it is told `batch_first=True`, and says nothing if "
           "it gets (B, T, d_model).", "Which axis counts the sentences for your attention?", across=True),
    _layer("relu-at-the-end", "Your result is exactly the right one with a ReLU on top.",
           "All that is negative in a word's vector is lost, in every layer.",
           "What is the last thing your `forward` does?", last_relu=True),
    _layer("input-added-again", "Your result is exactly the right one with the layer's input added once more.",
           "The residual connections have carried it through already; now it counts twice, and in the next layer four "
           "times.", "How often is `x` added?", gives="input added"),
    *(_layer("residual-twice", later("Your result is exactly what comes out with two residual connections {where}: "
                                     "what stands on the road is added twice.", where=where), _HIGHWAY,
             "How often is `x` added in each of your two steps?", doubled=doubled)
      for doubled, where in (("a", "around attention"), ("f", "around the feed-forward part"),
                             ("af", "around each sub-layer"))),
    _layer("no-feed-forward", "Your result is exactly what comes out without the feed-forward part.",
           "Attention only mixes vectors. What to make of the mixture is worked out in the feed-forward part.",
           "Which of your sub-layers does `forward` never call?", order="a"),
    _layer("no-attention", "Your result is exactly what comes out without attention.",
           "No word then learns anything of the others.", "Which of your sub-layers does `forward` never call?",
           order="f"),
    _layer("result-of-attention-lost", "Your result is exactly what comes out when attention is called and its result "
           "used nowhere.", "No word then learns anything of the others.", "Which name does the result of attention "
           "get, and where is that name used?", discard="a"),
    _layer("relu-missing", "Your result is exactly what comes out when the feed-forward part has no ReLU.",
           "Two linear layers with nothing between them are one linear layer.", "Do you call your `FeedForward`, or "
           "its two layers one by one?", activation=""),
    _layer("relu-after-second", "Your result is exactly what comes out when the ReLU of the feed-forward part follows "
           "its second layer.", "Between the two layers it bends; behind them it only cuts off what is negative.",
           "Do you call your `FeedForward`, or its two layers one by one?", activation="after"),
    _layer("attention-twice", "Your result is exactly what comes out when attention is called in both places.",
           "The second sub-layer is the feed-forward part.", "Which sub-layer does the second line call?", order="aa"),
    _layer("mask-ignored", "Your result is exactly what comes out without the mask.",
           "Padding then takes part like every other word.", "Is the mask handed on to attention?", mask="ignored"),
    _layer("mask-ignored", "Your result is exactly what comes out when the mask is used only where there are several "
           "sentences.", "A single sentence may be padded, too, and a causal mask is needed for it as for many.",
           "What does your code ask before it hands the mask on?", mask="one sentence"),
    _layer("mask-ignored", "Your result is exactly what comes out when a mask with a row for each query is not used.",
           "`mask` may be (B, 1, T) or (B, T, T).", "What does your code ask before it hands the mask on?",
           mask="several rows"),
    _layer("padding-may-not-look", "Your result is exactly what comes out when the mask is joined with its own "
           "transpose, so that padding may not look at anything, either.",
           "The mask says who may be looked *at*, and goes to attention as it is.",
           "What is done to the mask before attention gets it?", mask="queries too"),
    *(_layer("padding-made-zeros", later("Your result is exactly what comes out when the vectors of the padding are "
                                         "set to 0{when}, and attention gets no mask.", when=when),
             "A vector of zeros gets a score, too, and with it a share of the weights.",
             "What does attention get as its mask?", mask=mask)
      for mask, when in (("zeros", ""), ("zeros after the norm", " after the norm"))),
    _layer("mask-inverted", "Your result is exactly what comes out when True and False of the mask are exchanged.",
           "In this course True means: may attend. PyTorch's own layer has it the other way round.",
           "What happens to the mask before attention gets it?", mask="inverted"),
    _layer("causal-whatever-the-mask", "Your result is exactly what comes out when attention is causal, whatever "
           "`mask` says.", "The encoder reads a sentence that is known from end to end.",
           "Do you make a mask?", mask="causal"),
    _layer("causal-besides-the-mask", "Your result is exactly what comes out when attention is causal besides what "
           "`mask` says.", "The encoder reads a sentence that is known from end to end.",
           "Do you make a mask?", mask="causal as well"),
    _layer("causal-without-a-mask", "Your result is exactly what comes out when attention is causal where no mask is "
           "given.", "None forbids nothing: every word may look at every word.", "What happens where `mask` is None?",
           mask="causal if none"),
    *(_layer(slug, later("Your result is exactly what comes out when {words}.", words=words), why,
             "What happens to the mask before attention gets it?", mask=part)
      for slug, part, words, why in parts_of_mask("mask")),
    _layer("one-head-only", "Your result is exactly what attention with a single head gives, whatever `n_heads` says.",
           "Several heads look at several things at once.", "What is `MultiHeadAttention` told?", heads=1),
    _layer("padding-set-to-zero", "Your result is exactly the right one with the rows of the padding set to 0.",
           "The mask says who may be looked at. What stands in the rows of the padding does not matter, as no word "
           "looks there: `MultiHeadAttention` sees to that.", "What is done with the mask, besides handing it to "
           "attention?", gives="padding zeroed"),
    Misconception(
        "weights-not-unpacked", _Packed,
        "Your code stops exactly where attention's pair (output, weights) is treated as one tensor.",
        "`MultiHeadAttention` returns two things, and only the first is needed here.",
        "What does `self.self_attention(...)` return?"),
    Misconception(
        "weights-for-output", _Weights,
        "Your code stops exactly where attention's weights are added to `x`, in place of its output.",
        "`MultiHeadAttention` returns (output, weights): first what was read, then from where.",
        "Which of the two results do you take?"),
    Misconception(
        "mask-has-no-default", _NoDefault,
        "Your `forward` stops exactly where it is called without a mask: its `mask` has no default value.", NO_DEFAULT,
        "Compare the line that begins with `def forward` with the one you were given."),
]
