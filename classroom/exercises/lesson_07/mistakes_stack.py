"""Exercise 7.5: what learners write instead, and what it means. Used by `lesson_07`."""
from functools import partial

import torch.nn.functional as F
from torch import nn

from classroom.exercises.lesson_06.mistakes_layers import NO_DEFAULT, PARTS_OF_MASK, parts_of_mask
from classroom.judge.exercise import Misconception
from course._words import later
from course.attention import causal_mask
from course.transformer import DecoderLayer, LayerNorm


class SloppyDecoder(nn.Module):
    """A stack of decoder layers with switches."""

    def __init__(self, n_layers, d_model, n_heads, d_ff, norm="end", count="all", layers="own", memory="as it is",
                 flow="chain", self_mask="right", memory_mask="right", roles="right", join="", heads=None, top=""):
        super().__init__()
        made = n_layers if layers == "own" else 1
        self.layers = nn.ModuleList(DecoderLayer(d_model, heads or n_heads, d_ff) for _ in range(made))
        self.order = [self.layers[i % made] for i in range(n_layers)]
        self.order = {"all": self.order, "first": self.order[:1], "one less": self.order[:-1],
                      "one more": [*self.order, self.order[-1]], "first twice": [self.order[0], *self.order]}[count]
        self.norms = nn.ModuleList(LayerNorm(d_model) for _ in range(2 + n_layers))
        self.norm, self.memory, self.flow, self.roles, self.join, self.top = norm, memory, flow, roles, join, top
        self.masks = self_mask, memory_mask

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        given, every = x, []
        if self.norm in ("beginning", "both ends", "both ends, two"):
            x = self.norms[self.norm == "both ends, two"](x)
        if self.memory in ("normed", "normed anew"):
            memory = self.norms[self.memory == "normed anew"](memory)
        for n, layer in enumerate(self.order):
            memory = self.norms[0](memory) if self.memory == "normed in each round" else memory
            start, of = (given, memory) if self.flow == "all from the input" else (x, memory)
            if self.memory == "the target" or self.memory == "last layer only" and n < len(self.order) - 1:
                of = x
            masks = self._masks(n, start, of, self_mask, memory_mask)
            y = layer(of, start, *masks) if self.roles == "swapped" else layer(start, of, *masks)
            if self.memory in ("the last result", "the last result and its mask", "in place of x"):
                memory = y
                memory_mask = self_mask if self.memory == "the last result and its mask" else memory_mask
            every.append(y)
            x = {"": y, "added": x + y, "input": given + y}[self.join] if self.memory != "in place of x" else x
            if self.norm in ("every", "every, one"):
                x = self.norms[n + 2 if self.norm == "every" else 0](x)
        if self.flow == "sum":
            x = sum(every)
        if self.memory == "in place of x":
            x = memory
        x = road = given + x if self.top == "input" else x
        x = self.norms[0](x) if self.norm in ("end", "twice", "both ends", "both ends, two") else x
        x = self.norms[1](x) if self.norm == "twice" else x
        x = F.layer_norm(x, x.shape[-1:]) if self.norm == "plain" else x
        x = self.layers[-1].norm_3(x) if self.norm == "last layer's" else x
        return {"relu": x.relu(), "input after the norm": given + x, "around the norm": road + x}.get(self.top, x)

    def _masks(self, n, x, memory, self_mask, memory_mask):
        causal = causal_mask(x.shape[1])[None]

        def choose(switch, own, other):
            if switch in PARTS_OF_MASK:
                return own if own is None else PARTS_OF_MASK[switch](own)
            if own is not None and switch in ("inverted", "causal as well"):
                return ~own if switch == "inverted" else own & causal
            return {"right": own, "ignored": None, "inverted": None, "other": other, "causal": causal,
                    "causal if none": causal if own is None else own, "causal as well": causal,
                    "other if none": other if own is None else own,
                    "first layer": None if n else own, "last layer": own if n == len(self.order) - 1 else None}[switch]
        own = choose(self.masks[0], self_mask, memory_mask)
        return own, choose(self.masks[1], memory_mask, self_mask)


class _NoDefaults(SloppyDecoder):
    """The masks have no default. The error that Python raises names the learner's function."""

    def forward(self, x, memory, self_mask, memory_mask):
        return super().forward(x, memory, self_mask, memory_mask)

    forward.__qualname__ = "Decoder.forward"


_CHAIN = "Each layer goes on with what the one before it returned, beside the same memory."
_NORM = "With pre-norm nothing has normalised what the last layer added, so that one norm closes the stack."
_MEMORY = "The memory is finished before the decoder begins: every layer reads all of it, as it is."
_PASS = "`self_mask` hides the future of the target, `memory_mask` the padding of the source, in every layer."
_TRUE = "In this course True means: may attend. PyTorch's own decoder has it the other way round."
_CALLER = "Which positions may be looked at is the caller's business; None forbids nothing."


def _decoder(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(SloppyDecoder, **switches), later(
        "Your result is exactly {says}.", says=says), why, look)


DECODER = [
    _decoder("final-norm-missing", "what comes out without the norm at the end", _NORM,
             "What is the last thing that your `forward` does?", norm="none"),
    _decoder("norm-without-weights", "what comes out when the norm at the end has no weights that are learned",
             "After it has set mean and spread, a `LayerNorm` multiplies each dimension by a number and adds another. "
             "Both learn.",
             "What is your last norm, and what do `F.layer_norm` and `elementwise_affine=False` leave out?",
             norm="plain"),
    _decoder("norm-at-the-beginning", "what comes out when the norm stands before the first layer instead of after the "
             "last one", _NORM, "When does your `forward` call the norm?", norm="beginning"),
    *(_decoder("norm-at-the-beginning-as-well", later(
        "what comes out when {words} stands before the first layer, besides the one at the end", words=words), later(
          "{norm} Before the first layer none is needed: each layer begins with a norm of its own.", norm=_NORM),
               "What happens to `x` before the loop?", norm=norm)
      for words, norm in (("the same norm", "both ends"), ("one more norm", "both ends, two"))),
    _decoder("norm-of-the-last-layer-again", "what comes out when the last norm is the third norm of the last layer",
             "It serves the feed-forward part of that layer. The norm of the stack has weights of its own.",
             "What is `norm` made from in your `__init__`?", norm="last layer's"),
    _decoder("norm-after-each-layer", "what comes out when one norm is called after each layer", later(
        "{norm} Within the stack the road from layer to layer stays free of norms.",
        norm=_NORM), "Is the norm called inside the loop?",
             norm="every, one"),
    _decoder("norm-after-each-layer", "what comes out when each layer is followed by a norm of its own", later(
        "{norm} Within the stack the road from layer to layer stays free of norms.",
        norm=_NORM), "How many norms does your stack "
             "use?", norm="every"),
    _decoder("two-norms-at-the-end", "what comes out with two norms at the end", _NORM,
             "How many norms does your stack use?", norm="twice"),
    _decoder("one-layer-reused", "what comes out when one and the same layer is called again and again",
             "Layers do different work, with weights of their own.",
             "How often is `DecoderLayer(...)` called? `[layer] * n` repeats one object.", layers="one"),
    _decoder("one-layer-only", "what a single layer and the norm give: the others are never used", _CHAIN,
             "Is the `return` inside the loop? Or which layers does it run over?", count="first"),
    _decoder("one-layer-left-out", "what comes out when one of the layers is left out, the first or the last", _CHAIN,
             "With which layer does the loop begin, and with which does it end?", count="one less"),
    _decoder("first-layer-twice", "what comes out when the first layer is called twice", _CHAIN,
             "Is a layer called before the loop, and in the loop again?", count="first twice"),
    _decoder("last-layer-twice", "what comes out when the last layer is called twice", _CHAIN,
             "Is a layer called again after the loop?", count="one more"),
    _decoder("every-layer-gets-the-input", "what comes out when every layer gets the input of the stack, so that only "
             "the last one counts", _CHAIN, "Which name does a layer's result get, and what does the next one get?",
             flow="all from the input"),
    _decoder("layers-summed", "what comes out when the results of all layers are added up, or their mean is taken (the "
             "norm makes them equal)", _CHAIN,
             "What does the norm get?", flow="sum"),
    _decoder("residual-around-layers", "what comes out with one more residual connection around each layer",
             "The residual connections are inside the layers already.", "What is added to a layer's result?",
             join="added"),
    _decoder("residual-from-input", "what comes out when the input of the stack is added after each layer",
             "The residual connections are inside the layers already.", "What is added to a layer's result?",
             join="input"),
    _decoder("residual-around-the-stack", "what comes out when the input of the stack is added before the norm",
             "The residual connections are inside the layers already.", "What does the norm get?", top="input"),
    _decoder("residual-around-the-stack", "what comes out when the input of the stack is added after the norm",
             "The residual connections are inside the layers already.", "What is added to what the norm returns?",
             top="input after the norm"),
    _decoder("residual-around-the-norm", "what comes out when what goes into the last norm is added to its result",
             "The last norm is not a sub-layer. It stands on the main road itself, and what it returns is the result.",
             "What does your `forward` return?", top="around the norm"),
    _decoder("memory-normalised", "what comes out when the memory passes through the decoder's norm", later(
        "{memory} The encoder has ended with a norm of its own.",
        memory=_MEMORY), "What happens to `memory` before the loop?",
             memory="normed"),
    _decoder("memory-normalised", "what comes out when the memory passes through a norm of its own", later(
        "{memory} The encoder has ended with a norm already.",
        memory=_MEMORY), "What happens to `memory` before the loop?",
             memory="normed anew"),
    _decoder("memory-normalised", "what comes out when the memory passes through the decoder's norm once more before "
             "each layer", later("{memory} The encoder has ended with a norm of its own.", memory=_MEMORY),
             "What happens to `memory` inside the loop?", memory="normed in each round"),
    _decoder("memory-replaced", "what comes out when the result of each layer is the memory of the next, so that only "
             "the first one reads the source", _MEMORY,
             "Which names does the loop assign to, and what does each layer get?",
             memory="the last result"),
    _decoder("memory-replaced", "what comes out when the result of each layer is the memory of the next, with "
             "`self_mask` for it, so that only the first one reads the source", _MEMORY,
             "Which names does the loop assign to, and what does each layer get?",
             memory="the last result and its mask"),
    _decoder("memory-replaced", "what comes out when the result of each layer is the memory of the next, and all of "
             "them get the same x", _MEMORY, "Which name does the result of a layer get?", memory="in place of x"),
    _decoder("memory-ignored", "what comes out when every layer looks at the target in place of the memory", _MEMORY,
             "What does each layer get as its second input?", memory="the target"),
    _decoder("memory-in-last-layer-only", "what comes out when only the last layer gets the memory", _MEMORY,
             "What does each layer get as its second input?", memory="last layer only"),
    _decoder("inputs-swapped", "what comes out when x and memory have changed places in the call of the layers",
             "A layer takes `(x, memory, self_mask, memory_mask)`: the target asks, the memory answers.",
             "In which order do your layers get the two?", roles="swapped"),
    _decoder("self-mask-ignored", "what comes out without `self_mask`", later(
        "{pass_} Without it every position sees the words that it is to predict.",
        pass_=_PASS), "Is it handed on to the layers?", self_mask="ignored"),
    _decoder("memory-mask-ignored", "what comes out without `memory_mask`", later(
        "{pass_} Without it padding takes part in every translation.",
        pass_=_PASS), "Is it handed on to the layers?", memory_mask="ignored"),
    _decoder("masks-ignored", "what comes out without the two masks", _PASS, "Are they handed on to the layers?",
             self_mask="ignored", memory_mask="ignored"),
    _decoder("self-mask-in-first-layer-only", "what comes out when only the first layer gets `self_mask`", later(
        "{pass_} One layer that looks ahead is enough for a leak.", pass_=_PASS), "Do the later layers get it, too?",
             self_mask="first layer"),
    _decoder("memory-mask-in-first-layer-only", "what comes out when only the first layer gets `memory_mask`", _PASS,
             "Do the later layers get it, too?", memory_mask="first layer"),
    _decoder("masks-in-first-layer-only", "what comes out when only the first layer gets the masks", _PASS,
             "Do the later layers get them, too?", self_mask="first layer", memory_mask="first layer"),
    _decoder("self-mask-in-last-layer-only", "what comes out when only the last layer gets `self_mask`", later(
        "{pass_} One layer that looks ahead is enough for a leak.", pass_=_PASS),
             "Do the layers before it get it, too?", self_mask="last layer"),
    _decoder("memory-mask-in-last-layer-only", "what comes out when only the last layer gets `memory_mask`", _PASS,
             "Do the layers before it get it, too?", memory_mask="last layer"),
    _decoder("masks-swapped", "what comes out when the two masks have changed places", _PASS,
             "In which order do your layers get the two?", self_mask="other", memory_mask="other"),
    _decoder("self-mask-for-both", "what comes out when cross-attention gets `self_mask`", _PASS,
             "Which masks do your layers get?", memory_mask="other"),
    _decoder("self-mask-for-both", "what comes out when cross-attention gets `self_mask` where `memory_mask` is None",
             _CALLER, "What happens where `memory_mask` is None?", memory_mask="other if none"),
    _decoder("memory-mask-for-both", "what comes out when self-attention gets `memory_mask`", _PASS,
             "Which masks do your layers get?", self_mask="other"),
    _decoder("self-mask-inverted", "what comes out when True and False of `self_mask` are exchanged", _TRUE,
             "What happens to the mask before the layers get it?", self_mask="inverted"),
    _decoder("memory-mask-inverted", "what comes out when True and False of `memory_mask` are exchanged", _TRUE,
             "What happens to the mask before the layers get it?", memory_mask="inverted"),
    _decoder("masks-inverted", "what comes out when True and False of both masks are exchanged", _TRUE,
             "What happens to the masks before the layers get them?", self_mask="inverted", memory_mask="inverted"),
    *(_decoder(slug, later("what comes out when {words}", words=words), why,
               "What happens to the mask before the layers get it?", **{mask: part})
      for mask in ("self_mask", "memory_mask") for slug, part, words, why in parts_of_mask(mask)),
    _decoder("causal-without-a-mask", "what comes out when self-attention is causal where `self_mask` is None",
             _CALLER, "What happens where `self_mask` is None?", self_mask="causal if none"),
    _decoder("causal-besides-the-mask", "what comes out when self-attention is causal besides what `self_mask` says",
             _CALLER, "Do you make a mask?", self_mask="causal as well"),
    _decoder("causal-whatever-the-mask", "what comes out when self-attention is causal, whatever `self_mask` says",
             later("{caller} It also knows about padding.", caller=_CALLER), "Do you make a mask?", self_mask="causal"),
    _decoder("one-head-only", "what layers with a single head give, whatever `n_heads` says",
             "Several heads look at several things at once.", "What is each `DecoderLayer` told?", heads=1),
    _decoder("relu-at-the-end", "the right one with a ReLU on top", "The logits are made from these vectors, and half "
             "of their numbers would be lost.", "What is the last thing your `forward` does?", top="relu"),
    Misconception(
        "mask-has-no-default", _NoDefaults,
        "Your `forward` stops exactly where it is called without masks: they have no default value.", NO_DEFAULT,
        "Compare the line that begins with `def forward` with the one you were given."),
]
