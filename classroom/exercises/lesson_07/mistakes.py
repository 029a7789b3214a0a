"""Exercise 7.1: what learners write instead, and what it means. Used by `lesson_07`."""
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from classroom.exercises.lesson_06.mistakes_layers import JOINED, JOINS, NO_DEFAULT, PARTS_OF_MASK, parts_of_mask
from classroom.judge.exercise import Misconception
from course._words import later
from course.attention import MultiHeadAttention, causal_mask
from course.transformer import FeedForward, LayerNorm

# Where the memory is kept if it is set to 0 elsewhere, made of a mask with a row for each query or for all.
_ZEROED = {"zeroed, first row": lambda mask: mask[:, 0, :, None], "zeroed, turned": lambda mask: mask.mT,
           "zeroed, any row": lambda mask: mask.any(1)[..., None],
           "zeroed, all rows": lambda mask: mask.all(1)[..., None]}


class SloppyDecoderLayer(nn.Module):
    """A decoder layer with switches. Sub-layers are s (self-attention), c (cross-attention) and f (feed-forward)."""

    def __init__(self, d_model, n_heads, d_ff, order="scf", norm="before", normed="123", shared="", residual="123",
                 source="x", start="x", self_mask="right", memory_mask="right", asks="hmm", memory="as it is",
                 final=False, relu="between", inputs="normed", discard="", join="+", heads=None, top="", stale="",
                 early="", norms="layer", first_alone="", ahead=False, fed="", again=""):
        super().__init__()
        self.attentions = nn.ModuleList(MultiHeadAttention(d_model, heads or n_heads) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norms = nn.ModuleList((nn.RMSNorm if norms == "rms" else LayerNorm)(d_model) for _ in range(4))
        self.order, self.norm, self.normed, self.shared, self.residual = order, norm, normed, shared, residual
        self.source, self.start, self.asks, self.memory, self.final = source, start, asks, memory, final
        self.masks, self.relu, self.inputs, self.discard = (self_mask, memory_mask), relu, inputs, discard
        self.join, self.top, self.stale, self.early, self.again = JOINS[join], top, stale, early, again
        self.plain, self.first_alone, self.ahead, self.fed = norms == "plain", first_alone, ahead, fed

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        given, last, seen, y = x, None, [], x
        self_mask, memory_mask = self._masks(x, self_mask, memory_mask, memory.shape[1])
        memory = self.norms[3](memory) if self.memory == "normalised anew" else memory
        if self.memory in _ZEROED and memory_mask is not None:
            memory, memory_mask = memory * _ZEROED[self.memory](memory_mask), None
        for n, name in enumerate(self.order, 1):
            seen.append(x)                         # what lay on the road before each sub-layer
            begin = given if self.start == "input" else seen[-2] if str(n) in self.early else x
            begin = y if str(n) in self.fed else begin
            if self.ahead and n == 2:              # the feed-forward part is called first, its result added last
                made = self._sublayer("f", 3, x, self._norm(3)(x), memory, self_mask, memory_mask)
            h = self._norm(n)(last if str(n) in self.again else begin) if self.norm == "before" else begin
            h = last = last if str(n) in self.stale else h
            y = made if self.ahead and n == 3 else self._sublayer(name, n, begin, h, memory, self_mask, memory_mask)
            y = self._norm(n)(y) if self.norm == "on the branch" else y
            y = y[:1] if str(n) in self.first_alone else y
            if str(n) in self.discard:
                continue
            if str(n) not in self.residual:
                x = y
            else:
                known = {"normed": h, "input": given, f"normed {n}": h, f"input {n}": given}
                x = self.join(known.get(self.source, x), y)
            x = self._norm(n)(x) if self.norm == "after" else x
        if self.residual == "whole":
            x = given + x
        if self.memory == "added":
            x = x + memory.mean(1, keepdim=True)
        x = self.norms[2 if self.final == "third" else 3](x) if self.final else x
        return {"": x, "relu": x.relu(), "input added": given + x}[self.top]

    def _masks(self, x, self_mask, memory_mask, length):
        causal = causal_mask(x.shape[1])[None]

        def choose(switch, own, other):
            if switch in PARTS_OF_MASK:
                return own if own is None else PARTS_OF_MASK[switch](own)
            if switch in ("inverted", "causal as well", "causal if given") and own is not None:
                return ~own if switch == "inverted" else own & causal
            if own is not None and switch in ("itself", "all rows"):
                return own | torch.eye(x.shape[1]).bool() if switch == "itself" else own.all(1, keepdim=True)
            return {"right": own, "ignored": None, "inverted": None, "causal if given": None, "other": other,
                    "itself": None, "all rows": None,
                    "causal": causal, "causal as well": causal,
                    "causal if none": causal if own is None else own, "other if none": other if own is None else own,
                    "other if none and it fits": other if own is None and x.shape[1] == length else own}[switch]
        return choose(self.masks[0], self_mask, memory_mask), choose(self.masks[1], memory_mask, self_mask)

    def _norm(self, n):
        if str(n) not in self.normed:
            return nn.Identity()
        if self.plain:
            return lambda x: F.layer_norm(x, x.shape[-1:])
        return self.norms[{"all": 0, "last two": min(n, 2) - 1, "first two": max(n, 2) - 2,
                           "second and fourth": (n - 1) % 2 or n - 1}.get(self.shared, n - 1)]

    def _sublayer(self, name, n, x, h, memory, self_mask, memory_mask):
        if name == "f":
            hidden = self.feed_forward.w_1(h)
            y = self.feed_forward.w_2(hidden.relu() if self.relu in ("between", "both") else hidden)
            return y.relu() if self.relu in ("after", "both") else y
        if name == "s":
            k, v = {"normed": (h, h), "plain": (x, x), "plain keys": (x, h), "plain values": (h, x)}[self.inputs]
            return self.attentions[0](h, k, v, self_mask)[0]
        m = self._norm(n)(memory) if self.memory == "normalised" else memory
        of = {"h": h, "m": m, "x": x, "n": self._norm(n)(memory)}
        attention = self.attentions[0 if self.shared == "attention" else 1]
        return attention(*(of[who] for who in self.asks), memory_mask)[0]


class _Packed(SloppyDecoderLayer):
    """Attention's pair (output, weights) is used as if it were the output."""

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norms[0](x)
        x = x + self.attentions[0](h, h, h, self_mask)
        x = x + self.attentions[1](self.norms[1](x), memory, memory, memory_mask)
        return x + self.feed_forward(self.norms[2](x))


class _NoDefaults(SloppyDecoderLayer):
    """The masks have no default. The error that Python raises names the learner's function."""

    def forward(self, x, memory, self_mask, memory_mask):
        return super().forward(x, memory, self_mask, memory_mask)

    forward.__qualname__ = "DecoderLayer.forward"


_HIGHWAY = ("The residual connection is the road on which a word's own vector travels from layer to layer, and on "
            "which the gradient travels back. A sub-layer only adds to it.")
_CLEAR = "In the arrangement of this page no norm stands on that road. In your code one does."
_THREE = "Three sub-layers, each with a norm of its own before it and a residual connection around it."
_ROLES = "The decoder asks, and the encoder's memory answers: queries from the one, keys and values from the other."
_FIRST = "First a position looks back at what is written, then at the source, then it works on what it has gathered."


def _layer(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(SloppyDecoderLayer, **switches), later(
        "Your result is exactly {says}.", says=says), why, look)


LAYER = [
    _layer("memory-ignored", "what comes out when the second attention, too, looks at the target", later(
        "{roles} Without it the translation has nothing to do with the source.",
        roles=_ROLES), "Where is `memory` used?", asks="hhh"),
    _layer("cross-attention-roles-swapped", "what comes out when the memory asks and the target answers", later(
        "{roles} There must be one result for each position of the target.",
        roles=_ROLES), "What does `query` get, and what `key`?",
           asks="mhh"),
    _layer("values-from-the-target", "what comes out when the values of cross-attention come from the target",
           _ROLES, "What are the three inputs of your second attention?", asks="hmh"),
    _layer("keys-from-the-target", "what comes out when the keys of cross-attention come from the target",
           _ROLES, "What are the three inputs of your second attention?", asks="hhm"),
    _layer("memory-asks-itself", "what comes out when query, key and value of cross-attention are all the memory",
           _ROLES, "What are the three inputs of your second attention?", asks="mmm"),
    _layer("memory-normalised", "what comes out when the memory passes through the norm of the decoder", "The encoder "
           "ends with a norm of its own. The one here is for what comes along the decoder's road.",
           "What does your second norm get?", memory="normalised"),
    _layer("memory-normalised", "what comes out when the memory passes through a norm of its own", "The encoder ends "
           "with a norm already.", "How many norms does your layer use?", memory="normalised anew"),
    *(_layer(f"{what}-from-the-normalised-memory", later(
        "what comes out when the {what} of cross-attention are made from the memory after a norm of the decoder, and "
        "the {others} from the memory as it is", what=what, others=others),
             "The encoder ends with a norm of its own. Keys and values are made from one and the same memory.",
             "What are the three inputs of your second attention?", asks=asks)
      for what, others, asks in (("values", "keys", "hmn"), ("keys", "values", "hnm"))),
    _layer("memory-added", "the right one with the mean of the memory added", "The memory reaches the decoder through "
           "attention alone.", "Where is `memory` used?", memory="added"),
    _layer("query-not-normalised", "what comes out when the queries of cross-attention are not normalised", _THREE,
           "What is the query of your second attention?", asks="xmm"),
    _layer("keys-and-values-not-normalised", "what comes out when keys and values of self-attention are not normalised",
           "In self-attention all three come from the same vectors.", "Which three things does it get?",
           inputs="plain"),
    *(_layer(f"self-attention-{what}-not-normalised", later("what comes out when the {what} of self-attention are "
                                                            "not normalised",
                                                            what=what),
            "In self-attention all three come from the same vectors.", "Which three things does it get?",
             inputs=f"plain {what}")
      for what in ("keys", "values")),
    _layer("self-mask-ignored", "what comes out without `self_mask`", "Then every position sees the words that it is "
           "to predict. The training loss becomes wonderful, and the model cannot write.",
           "Is it handed on to the first attention?", self_mask="ignored"),
    _layer("memory-mask-ignored", "what comes out without `memory_mask`", "Padding of the source then takes part in "
           "every translation.", "Is it handed on to the second attention?", memory_mask="ignored"),
    _layer("masks-ignored", "what comes out without the two masks", "Then every position sees the words that it is to "
           "predict, and padding takes part.", "Are they handed on to the attentions?", self_mask="ignored",
           memory_mask="ignored"),
    _layer("self-mask-inverted", "what comes out when True and False of `self_mask` are exchanged",
           "In this course True means: may attend. PyTorch's own layer has it the other way round.",
           "What happens to the mask before attention gets it?", self_mask="inverted"),
    *(_layer("memory-zeroed-by-the-mask", "what comes out when the memory is set to 0 where `memory_mask` forbids, "
             "and no scores are masked", "A position of zeros still has a score, and so a share of what every query "
             "gathers. What a mask forbids is to have the share 0.", "What does your second attention get as its mask?",
             memory=how) for how in _ZEROED),
    _layer("memory-mask-inverted", "what comes out when True and False of `memory_mask` are exchanged",
           "In this course True means: may attend. PyTorch's own layer has it the other way round.",
           "What happens to the mask before attention gets it?", memory_mask="inverted"),
    _layer("masks-inverted", "what comes out when True and False of both masks are exchanged",
           "In this course True means: may attend. PyTorch's own layer has it the other way round.",
           "What happens to the masks before attention gets them?", self_mask="inverted", memory_mask="inverted"),
    *(_layer(slug, later("what comes out when {words}", words=words), why,
             "What happens to the mask before attention gets it?", **{mask: part})
      for mask in ("self_mask", "memory_mask") for slug, part, words, why in parts_of_mask(mask)),
    _layer("self-mask-opened-at-itself", "what comes out when every position may attend to itself, whatever "
           "`self_mask` says", "The mask that is given is all of it: a position that is padding may be hidden from "
           "itself, too.", "What happens to the mask before attention gets it?", self_mask="itself"),
    _layer("memory-mask-of-all-rows", "what comes out when a source position counts only if `memory_mask` allows it "
           "to every query", "Row t of a mask is for query t. It makes no difference for a mask of padding, whose rows "
           "are all alike.", "What happens to the mask before attention gets it?", memory_mask="all rows"),
    _layer("masks-swapped", "what comes out when the two masks have changed places", "`self_mask` speaks of the "
           "target's positions, `memory_mask` of the source's.", "Which attention gets which mask?",
           self_mask="other", memory_mask="other"),
    _layer("self-mask-in-cross-attention", "what comes out when cross-attention gets `self_mask`", "The source is "
           "known from end to end; nothing of it is the future.", "Which attention gets which mask?",
           memory_mask="other"),
    _layer("memory-mask-in-self-attention", "what comes out when self-attention gets `memory_mask`",
           "`memory_mask` speaks of the source's positions.", "Which attention gets which mask?", self_mask="other"),
    *(_layer("self-mask-in-cross-attention", "what comes out when cross-attention gets `self_mask` where `memory_mask` "
             "is None", "None forbids nothing, and nothing of the source is the future.",
             "What happens where `memory_mask` is None?", memory_mask=mask)
      for mask in ("other if none", "other if none and it fits")),
    _layer("causal-without-a-mask", "what comes out when self-attention is causal where `self_mask` is None",
           "None forbids nothing. Which positions may be looked at is the caller's business.",
           "What happens where `self_mask` is None?", self_mask="causal if none"),
    _layer("causal-besides-the-mask", "what comes out when self-attention is causal besides what `self_mask` says",
           "Which positions may be looked at is the caller's business: the mask that is given is all of it.",
           "Do you make a mask?", self_mask="causal as well"),
    _layer("causal-besides-the-mask", "what comes out when self-attention is causal besides what `self_mask` says, "
           "where one is given", "Which positions may be looked at is the caller's business: the mask that is given is "
           "all of it.", "What happens to the mask before attention gets it?", self_mask="causal if given"),
    _layer("causal-whatever-the-mask", "what comes out when self-attention is causal, whatever `self_mask` says",
           "The mask is the caller's business: it also knows about padding, or wants none.", "Do you make a mask?",
           self_mask="causal"),
    _layer("cross-attention-first", "what comes out with cross-attention before self-attention", _FIRST,
           "In which order does `forward` call the three?", order="csf"),
    _layer("feed-forward-in-the-middle", "what comes out with the feed-forward part between the two attentions",
           _FIRST, "In which order does `forward` call the three?", order="sfc"),
    _layer("feed-forward-first", "what comes out with the feed-forward part first", _FIRST,
           "In which order does `forward` call the three?", order="fsc"),
    _layer("reversed-order", "what comes out when the three come in reverse order", _FIRST,
           "In which order does `forward` call the three?", order="fcs"),
    _layer("feed-forward-twice", "what comes out with the feed-forward part after each attention", _THREE,
           "How many sub-layers does `forward` call?", order="sfcf", normed="1234", residual="1234"),
    _layer("feed-forward-twice", "what comes out with the feed-forward part after each attention, and one norm for "
           "both of its calls", _THREE, "How many sub-layers does `forward` call?", order="sfcf", normed="1234",
           residual="1234", shared="second and fourth"),
    _layer("no-cross-attention", "what comes out without cross-attention", later(
        "{roles} Without it the translation has nothing to do with the source.",
        roles=_ROLES), "Where is `memory` used?", order="sf"),
    _layer("no-self-attention", "what comes out without self-attention",
           "A position must know what is written already.", "Which sub-layer does `forward` never call?", order="cf"),
    _layer("no-feed-forward", "what comes out without the feed-forward part", "Attention only mixes vectors. What to "
           "make of the mixture is worked out there.", "Which sub-layer does `forward` never call?", order="sc"),
    _layer("result-of-self-attention-lost", "what comes out when self-attention is called and its result used nowhere",
           "A position must know what is written already.", "Which name does the result get, and where is it used?",
           discard="1"),
    _layer("result-of-cross-attention-lost", "what comes out when cross-attention is called and its result used "
           "nowhere", _ROLES, "Which name does the result get, and where is it used?", discard="2"),
    *(_layer("first-sentence-for-all", later(
        "what comes out when every sentence gets the result that {words} has for the first one", words=words),
             "`MultiHeadAttention` returns a pair, and its first half holds a result for each sentence of the batch. "
             "With a single sentence nothing shows.", "How often does `[0]` stand behind an attention, and what is "
             "taken each time?", first_alone=which)
      for words, which in (("self-attention", "1"), ("cross-attention", "2"), ("each of the two attentions", "12"))),
    _layer("attentions-shared", "what comes out when one and the same attention serves for both",
           "Looking back at one's own words and looking at the source are two tasks, with weights of their own.",
           "How many `MultiHeadAttention`s does `__init__` make, and which are called?", shared="attention"),
    *(_layer("feed-forward-of-cross-attention-alone", later(
        "what comes out when the feed-forward part gets the result of cross-attention alone, {words}", words=words),
             later("{three} So each of them works on what the one before it has added.", three=_THREE),
             "Of what is your third norm, and what has been added to it before?", fed="3", discard=lost)
      for lost, words in (("2", "which is added to nothing"), ("", "and not what it was added to"))),
    *(_layer(slug, later("what comes out when {words}", words=words), later(
        "{three} So each of them works on what the one before it has added.", three=_THREE),
             "What do your second and your third norm get?", fed=fed)
      for slug, fed, words in (
          ("cross-attention-of-self-attention-alone", "2", "cross-attention asks with the result of self-attention "
           "alone, and not with what it was added to"),
          ("sublayers-chained", "23", "each sub-layer after the first gets the result of the one before it alone, and "
           "not what it was added to"))),
    _layer("no-residual", "what comes out without any residual connection", _HIGHWAY,
           "What is added to the result of each sub-layer?", residual=""),
    *(_layer("no-residual-around-" + name, later("what comes out without the residual connection around {words}",
                                                 words=words), _HIGHWAY,
             "Which of the three sub-layers has nothing added to it?", residual=kept)
      for name, words, kept in (("self-attention", "self-attention", "23"),
                                ("cross-attention", "cross-attention", "13"),
                                ("feed-forward", "the feed-forward part", "12"))),
    *(_layer(slug, later("what comes out when {words}",
                         words=words), later("{highway} So the two are added, and that is all.",
                                                         highway=_HIGHWAY),
             "What happens to `x` and the result of a sub-layer?", join=join) for join, slug, words in JOINED),
    _layer("residual-around-whole-block", "what comes out with one residual connection around all three sub-layers",
           f"{_THREE} {_HIGHWAY}", "How often is something added in your `forward`?", residual="whole"),
    _layer("residual-from-normalised", "what comes out when the normalised vector is what each result is added to",
           later("{highway} {clear}", highway=_HIGHWAY, clear=_CLEAR),
           "Have you overwritten `x` with its normalised version?", source="normed"),
    *(_layer(f"{word}-residual-from-normalised", later("what comes out when the result of {words} is added to its "
                                                       "normalised input",
                                                       words=words),
            later("{highway} {clear}", highway=_HIGHWAY, clear=_CLEAR),
             later("To what do you add the result of {words}?", words=words), source=f"normed {n}")
      for n, word, words in ((1, "first", "self-attention"), (2, "second", "cross-attention"),
                             (3, "third", "the feed-forward part"))),
    _layer("stale-norm", "what comes out when the queries of cross-attention are the normalised vectors that "
           "self-attention got, and know nothing of what it has found", _THREE,
           "Which `h` does your second attention get: is it made anew from `x`?", stale="2"),
    _layer("stale-norm", "what comes out when the feed-forward part gets the normalised vectors that cross-attention "
           "got, and knows nothing of what it has found", _THREE,
           "Which `h` does your feed-forward part get: is it made anew from `x`?", stale="3"),
    _layer("stale-norm", "what comes out when all three sub-layers get the same normalised vectors", _THREE,
           "Is `h` made anew from `x` before each sub-layer?", stale="23"),
    _layer("stale-norm", "what comes out when the queries of cross-attention are the normalised vectors that "
           "self-attention got, and know nothing of what it has found, and only two norms are used", _THREE,
           "Which `h` does your second attention get: is it made anew from `x`?", stale="2", normed="13"),
    *(_layer("stale-norm", later("what comes out when {words}", words=words), later(
        "{three} So each of them works on what the one before it has added.", three=_THREE),
             "What does each of your norms get: `x`, or what another norm has made?", again=again)
      for again, words in (("2", "the second norm gets what the first one has made, and not the new `x`"),
                           ("3", "the third norm gets what the second one has made, and not the new `x`"),
                           ("23", "each norm after the first gets what the one before it has made"))),
    *(_layer("one-step-behind", later("what comes out when {words}", words=words), later(
        "{three} So each of them works on what the one before it has added.",
        three=_THREE), "What does each of your norms get: what the step before it has just made, or an older vector?",
             early=late)
      for late, words in (("2", "cross-attention asks with what lay there *before* self-attention"),
                          ("3", "the feed-forward part gets what lay there *before* cross-attention"),
                          ("23", "each sub-layer after the first gets what lay there one step earlier"))),
    _layer("one-step-behind", "what comes out when the feed-forward part is called before cross-attention, and its "
           "result added after it, so that it gets what lay there *before* cross-attention", _THREE,
           "In which line does your `forward` call the feed-forward part?", ahead=True),
    _layer("norms-one-place-late", "what comes out when the third norm stands at the end, and the feed-forward part "
           "gets vectors that were never normalised", _THREE,
           "What does the feed-forward part get, and what is the last thing your `forward` does?", normed="12",
           final=True),
    _layer("one-head-only", "what attentions with a single head give, whatever `n_heads` says",
           "Several heads look at several things at once.", "What is `MultiHeadAttention` told?", heads=1),
    _layer("relu-at-the-end", "the right one with a ReLU on top",
           "All that is negative in a word's vector is lost, in every layer.",
           "What is the last thing your `forward` does?", top="relu"),
    _layer("input-added-again", "the right one with the layer's input added once more",
           "The residual connections have carried it through already.", "How often is `x` added?", top="input added"),
    _layer("relu-after-second", "what comes out when the ReLU of the feed-forward part follows its second layer",
           "Between the two layers it bends; behind them it only cuts off what is negative.",
           "Do you call your `FeedForward`, or its two layers one by one?", relu="after"),
    _layer("residual-from-input", "what comes out when every residual connection starts at the layer's input",
           "What a sub-layer before has added is then missing on the road.",
           "Which vector do you add to the result of each sub-layer?", source="input"),
    *(_layer(f"{word}-residual-from-input", later("what comes out when the result of {words} is added to the layer's "
                                                  "input", words=words),
             "What a sub-layer before has added is then missing on the road.",
             later("To what do you add the result of {words}?", words=words), source=f"input {n}")
      for n, word, words in ((2, "second", "cross-attention"), (3, "third", "the feed-forward part"))),
    _layer("sublayers-in-parallel", "what comes out when all three sub-layers get the layer's input", _FIRST,
           "What does the second norm get?", start="input"),
    _layer("post-norm", "the paper's arrangement: each norm after the addition", "That is a right decoder layer, in "
           "the other of two arrangements. The course's default is the norm before the sub-layer.",
           "What does each norm get, and what happens with its result?", norm="after"),
    _layer("norm-on-the-branch", "what comes out when each norm is applied to the result of the sub-layer",
           "The sub-layers then get vectors that were never normalised.", "Does the norm come before or after?",
           norm="on the branch"),
    _layer("no-norms", "what comes out without any norm", _THREE, "Where are the three norms called?", normed=""),
    *(_layer("no-norm-before-" + name, later("what comes out without a norm before {words}", words=words), _THREE,
             later("What does {words} get?", words=words), normed=kept)
      for name, words, kept in (("self-attention", "self-attention", "23"),
                                ("cross-attention", "cross-attention", "13"),
                                ("feed-forward", "the feed-forward part", "12"))),
    _layer("norms-without-weights", "what comes out when the norms have no weights that are learned", "After it has "
           "set mean and spread, a `LayerNorm` multiplies each dimension by a number and adds another. Both learn.",
           "What are your norms, and what do `F.layer_norm` and `elementwise_affine=False` leave out?", norms="plain"),
    _layer("rms-norms", "what comes out when each norm divides by the root of the mean square, and subtracts no mean",
           "That is an RMSNorm, which lesson 13 comes to. The paper's norm, and the box's, is a layer norm.",
           "Which class are your norms made of?", norms="rms"),
    _layer("one-norm-shared", "what comes out when one norm serves all three sub-layers", _THREE,
           "How many norms does `__init__` make, and which are called?", shared="all"),
    _layer("one-norm-shared", "what comes out when the second and the third sub-layer share a norm", _THREE,
           "How many norms does `__init__` make, and which are called?", shared="last two"),
    _layer("one-norm-shared", "what comes out when the first and the second sub-layer share a norm", _THREE,
           "How many norms does `__init__` make, and which are called?", shared="first two"),
    _layer("norm-at-the-end", "the right one with a norm on top", "With pre-norm there is one more norm, but only "
           "once, at the end of the whole stack.", "What is the last thing your `forward` does?", final=True),
    _layer("norm-at-the-end", "the right one with the third norm once more on top", "With pre-norm there is one more "
           "norm, but only once, at the end of the whole stack.", "What is the last thing your `forward` does?",
           final="third"),
    _layer("relu-on-what-is-added", "what comes out when a second ReLU follows the feed-forward part",
           "Then it can only add to a word's vector, and never subtract. Its ReLU stands between its two layers.",
           "What happens to what `feed_forward` returns?", relu="both"),
    _layer("relu-missing", "what comes out when the feed-forward part has no ReLU",
           "Two linear layers with nothing between them are one linear layer.",
           "Do you call your `FeedForward`, or its two layers one by one?", relu="missing"),
    Misconception(
        "weights-not-unpacked", _Packed,
        "Your code stops exactly where attention's pair (output, weights) is treated as one tensor.",
        "`MultiHeadAttention` returns two things, and only the first is needed here.",
        "What does an attention return?"),
    Misconception(
        "mask-has-no-default", _NoDefaults,
        "Your `forward` stops exactly where it is called without masks: they have no default value.", NO_DEFAULT,
        "Compare the line that begins with `def forward` with the one you were given."),
]
