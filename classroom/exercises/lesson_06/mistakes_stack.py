"""Exercise 6.4: what learners write instead, and what it means. Used by `lesson_06`."""
from functools import partial

from torch import nn

from classroom.judge.exercise import Misconception
from course._words import later
from course.transformer import EncoderLayer, LayerNorm, sinusoidal_encoding

from .mistakes_layers import NO_DEFAULT, OTHER_MASKS, PARTS_OF_MASK, parts_of_mask


class SloppyEncoder(nn.Module):
    """A stack of layers with switches."""

    def __init__(self, n_layers, d_model, n_heads, d_ff, norm="end", mask="", shared=False, feed="chain", count="all",
                 part="", scaled=False, positions=False):
        super().__init__()
        n_made = {"one less": n_layers - 1, "one": 1, "two": 2}.get(count, n_layers)
        layer = EncoderLayer(d_model, n_heads, d_ff)
        self.layers = nn.ModuleList(
            layer if shared else EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_made))
        for made in self.layers[1:]:
            if part:
                setattr(made, part, getattr(self.layers[0], part))
        self.final = LayerNorm(d_model)
        self.scaled, self.positions = scaled, positions
        self.own = nn.ModuleList(LayerNorm(d_model) for _ in range(n_made))
        self.norm, self.mask, self.feed, self.count = norm, mask, feed, count

    def forward(self, x, mask=None):
        x = x * x.shape[-1] ** 0.5 if self.scaled else x
        x = x + sinusoidal_encoding(*x.shape[1:]).to(x) if self.positions else x
        given, outputs = x, []
        x = self.final(x) if self.norm in ("begin", "begin and end") else x
        used = self.layers[1:] if self.count == "first unused" else [] if self.feed == "nothing" else self.layers
        for n, layer in enumerate(used):
            use = None if self.mask == "ignored" or self.mask == "first only" and n else mask
            use = None if self.mask == "last only" and n < len(self.layers) - 1 else use
            use = None if self.mask == "not the last" and n == len(self.layers) - 1 else use
            use = ~use if self.mask == "inverted" and use is not None else use
            use = PARTS_OF_MASK[self.mask](use) if self.mask in PARTS_OF_MASK and use is not None else use
            use = OTHER_MASKS[self.mask](use, x) if self.mask in OTHER_MASKS and use is not None else use
            before = x
            last = n == len(self.layers) - 1
            x = self.final(x) if self.norm.startswith("before each") or self.norm == "before the last" and last else x
            x = layer(x, use) if self.feed == "first twice" and not n else x
            x = layer(given if self.feed == "input" else x, use)
            x = x + before if self.feed == "itself added" else x
            x = x + given if self.feed == "input added" else x
            x = self.final(x) if self.norm == "each" else x
            x = before if self.feed == "lost" else x
            x = self.own[n](x) if self.norm == "each its own" else x
            outputs.append(x)
        x = sum(outputs) if self.feed in ("sum", "mean") else x
        x = x / len(outputs) if self.feed == "mean" else x
        x = given + x if self.feed == "around" else x
        if self.feed == "twice":
            for layer in self.layers:
                x = layer(x, mask)
        if self.feed == "input subtracted":
            x = x - given
        x = self.final(x) if self.norm == "end twice" else x
        if self.norm == "plain":
            return nn.functional.layer_norm(x, x.shape[-1:])
        if self.norm == "norm of the last layer":
            return self.layers[-1].norm_2(x)
        return self.final(x) if self.norm.endswith("end") or self.norm == "end twice" else x


class _NoMaskDefault(SloppyEncoder):
    """`mask` has no default. The error that Python raises names the learner's function."""

    def forward(self, x, mask):
        return super().forward(x, mask)

    forward.__qualname__ = "Encoder.forward"


def _stack(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(SloppyEncoder, **switches), says, why, look)


_LAST = ("In pre-norm layers nothing is ever normalised on the road itself, and its vectors usually grow with every "
         "layer. One norm at the end brings them back to the size that the decoder expects.")

_CHAIN = "Each layer works on what the one before it has made."

STACK = [
    _stack("no-final-norm", "Your result is exactly what comes out without a norm at the end.", _LAST,
           "What happens after the last layer?", norm="none"),
    _stack("final-norm-without-weights", "Your result is exactly what comes out when the norm at the end has no weight "
           "and no bias.", "PyTorch's encoder, and that of the course, learn them there as well.",
           "What normalises after the last layer, and does it have parameters?", norm="plain"),
    _stack("norm-after-each-layer", "Your result is exactly what comes out when the last norm is applied after every "
           "layer.", later("{last} In between it would stand on the road.",
                           last=_LAST), "Is the norm inside your loop?", norm="each"),
    _stack("norm-after-each-layer", "Your result is exactly what comes out when every layer is followed by a norm of "
           "its own.", later("{last} In between it would stand on the road.",
                             last=_LAST), "How many norms does your `__init__` make?",
           norm="each its own"),
    _stack("norm-before-the-first-layer", "Your result is exactly what comes out when the norm stands before the first "
           "layer instead of after the last.", _LAST, "Where does `forward` call the norm?", norm="begin"),
    _stack("norm-before-the-first-layer", "Your result is exactly what comes out when the norm stands before the first "
           "layer as well as after the last.", later("{last} Every layer has norms of its own for what comes in.",
                                                     last=_LAST),
           "How often does `forward` call the norm?", norm="begin and end"),
    _stack("normalised-twice", "Your result is exactly what comes out when the last norm is applied twice.",
           later("{last} One is enough.", last=_LAST), "How often does `forward` call the norm?", norm="end twice"),
    _stack("layers-twice", "Your result is exactly what comes out when all layers are gone through twice.",
           "Each layer has its turn once.", "How often does your loop run?", feed="twice"),
    _stack("input-subtracted", "Your result is exactly what comes out when the encoder's input is taken away before "
           "the norm.", "What the words were at the start belongs to the result.", "What happens after the loop?",
           feed="input subtracted"),
    _stack("layers-shared", "Your result is exactly what comes out when all layers are one and the same.",
           "One layer that is used several times has its weights only once, so that it must do the same each time.",
           "How many layers does your `__init__` make? In `[layer] * n` there is one, n times.", shared=True),
    *(_stack("part-shared", later("Your result is exactly what comes out when all layers share one {what}.", what=what),
             "Every layer is to learn something of its own, and so has its own weights.",
             "What do your layers have in common?", part=part)
      for part, what in (("feed_forward", "feed-forward part"), ("self_attention", "attention"))),
    _stack("mask-dropped-in-deeper-layers", "Your result is exactly what comes out when only the first layer gets the "
           "mask.", "In every layer there is padding that must not be looked at.",
           "What does each layer get in your loop?", mask="first only"),
    _stack("mask-in-the-last-layer-only", "Your result is exactly what comes out when only the last layer gets the "
           "mask.", "In every layer there is padding that must not be looked at.",
           "What does each layer get in your loop?", mask="last only"),
    _stack("mask-dropped-in-the-last-layer", "Your result is exactly what comes out when all layers but the last get "
           "the mask.", "In every layer there is padding that must not be looked at.",
           "What does each layer get, the last one, too?", mask="not the last"),
    _stack("mask-ignored", "Your result is exactly what comes out without the mask.",
           "Padding then takes part like every other word.", "Is the mask handed on to the layers?", mask="ignored"),
    _stack("mask-ignored", "Your result is exactly what comes out when the mask is used only where there are several "
           "sentences.", "A single sentence may be padded, too, and a causal mask is needed for it as for many.",
           "What does your code ask before it hands the mask on?", mask="one sentence"),
    _stack("mask-inverted", "Your result is exactly what comes out when True and False of the mask are exchanged.",
           "In this course True means: may attend. PyTorch's own encoder has it the other way round.",
           "What happens to the mask before a layer gets it?", mask="inverted"),
    *(_stack(slug, later("Your result is exactly what comes out when {words}.", words=words), why,
             "What happens to the mask before a layer gets it?", mask=part)
      for slug, part, words, why in parts_of_mask("mask")),
    _stack("every-layer-gets-the-input", "Your result is exactly what the last layer and the norm make of the "
           "encoder's input.", "Each layer works on what the one before it has made; here that is lost.",
           "Which name do you hand to each layer, and which one do you assign what it returns?", feed="input"),
    _stack("layers-unused", "Your result is exactly what the last norm makes of the encoder's input. What the layers "
           "return is used nowhere.", _CHAIN, "Which name does the result of a layer get in your loop, and what does "
           "the next layer get?", feed="lost"),
    _stack("layers-unused", "Your result is exactly what the last norm makes of the encoder's input. No layer is "
           "called.", _CHAIN, "Where does `forward` call the layers?", feed="nothing"),
    _stack("outputs-added-up", "Your result is exactly what comes out when the results of all layers are added up.",
           "The residual connections already carry everything along; here the input would count many times.",
           "What does your loop collect?", feed="sum"),
    _stack("mean-of-outputs", "Your result is exactly what comes out when the mean of the results of all layers is "
           "taken.", "The last layer's result holds what all layers have added; the mean gives less of what the later "
           "ones have found.", "What does your loop collect?", feed="mean"),
    _stack("residual-around-the-stack", "Your result is exactly what comes out when the encoder's input is added once "
           "more at the end.", "The residual connections have carried it through already.",
           "What is added after the loop?", feed="around"),
    _stack("residual-around-each-layer", "Your result is exactly what comes out when the encoder's input is added "
           "again after every layer.", "The residual connections inside the layers carry it along already.",
           "What happens in your loop besides the call of the layer?", feed="input added"),
    _stack("residual-around-each-layer", "Your result is exactly what comes out when what goes into a layer is added "
           "to its result once more.", "The residual connections inside the layers carry it along already.",
           "What happens in your loop besides the call of the layer?", feed="itself added"),
    *(_stack("one-layer-too-few", "Your result is exactly what comes out when there is one layer less.",
             "`n_layers` counts all of them.", "How many times does your loop run?", count=count)
      for count in ("one less", "first unused")),
    _stack("one-layer-only", "Your result is exactly what a single layer and the norm give, whatever `n_layers` "
           "says.",
           "Each layer builds on what the one before has gathered.",
           "Where is `n_layers` used, and does `return` stand inside the loop?", count="one"),
    _stack("one-layer-too-many", "Your result is exactly what comes out when the first layer is used twice.",
           "Each layer has its turn once.", "Which layers are called before your loop, and which in it?",
           feed="first twice"),
    _stack("norm-before-each-layer", "Your result is exactly what comes out when the last norm is applied before every "
           "layer as well as after the last.", later("{last} Every layer has norms of its own for what comes in.",
                                                     last=_LAST),
           "How often does `forward` call the norm?", norm="before each and end"),
    _stack("norm-before-each-layer", "Your result is exactly what comes out when the last norm is applied before every "
           "layer, and not after the last.", later("{last} Every layer has norms of its own for what comes in.",
                                                   last=_LAST),
           "Is the norm inside your loop?", norm="before each"),
    _stack("norm-before-the-last-layer", "Your result is exactly what comes out when the norm stands before the last "
           "layer and not after it.", _LAST, "Where does `forward` call the norm?", norm="before the last"),
    _stack("norm-of-the-last-layer", "Your result is exactly what comes out when the norm at the end is the second "
           "norm of the last layer.", "That one learns what the feed-forward part needs. What the decoder needs, a "
           "norm with weights of its own has to learn.", "Which norm does `forward` call after the last layer?",
           norm="norm of the last layer"),
    _stack("positions-added", "Your result is exactly what comes out when the positions are added to `x` in here.",
           "They belong to the embeddings, before the encoder. What comes in here has them already, and would get them "
           "twice.", "What happens to `x` before the first layer?", positions=True),
    _stack("input-scaled", "Your result is exactly what comes out when `x` is multiplied with √d_model in here.",
           "That belongs to the embeddings, before the encoder.", "What happens to `x` before the first layer?",
           scaled=True),
    _stack("two-layers-typed-in", "Your result is exactly what two layers and the norm give, whatever `n_layers` says: "
           "it is wrong where one is asked for, and where four are.", "How many layers a model has is decided where it "
           "is made.",
           "Does `n_layers` occur in your `__init__`?", count="two"),
    Misconception(
        "mask-has-no-default", _NoMaskDefault,
        "Your `forward` stops exactly where it is called without a mask: its `mask` has no default value.", NO_DEFAULT,
        "Compare the line that begins with `def forward` with the one you were given."),
]
