"""What a page is given of a translator: its sizes, weights and subwords, ready for JSON."""
import base64
import json
import math
from typing import Any, cast

import torch
from torch import Tensor, nn

from course._words import listed, say
from course.attention import MultiHeadAttention
from course.languages import SpacedSubwords
from course.page.rounding import quantise
from course.parts import OwnTransformer
from course.tokens import Subwords
from course.transformer import EncoderLayer, Transformer, sinusoidal_encoding

__all__ = ["PageError", "PlainTransformer", "pack", "plain"]


class PageError(Exception):
    """The page cannot be made; the message says why and what to do."""


class PlainTransformer(Transformer):
    """The course's Transformer, float32 on the CPU, in eval mode, whose output layer may be a table of its own.

    Args:
        config: `d_model`, `n_heads`, `d_ff`, `n_layers`, `norm_first`, `pad_id`, `max_len`.
        state: its weights by name; besides those of `Transformer`, `positions` (max_len, d_model) where they are
            not the sinusoids, and `output.weight` (vocab_size, d_model) where it is not the embedding table.
    """

    def __init__(self, config: dict[str, Any], state: dict[str, Tensor]):
        vocab_size, d_model = state["embedding.weight"].shape
        if d_model != config["d_model"]:
            raise ValueError(say("d_model is {d_model}, but the vectors have {d_model2} numbers",
                                 d_model=config['d_model'], d_model2=d_model))
        super().__init__(vocab_size, d_model, config["n_heads"], config["d_ff"], config["n_layers"],
                         norm_first=config["norm_first"], pad_id=config["pad_id"], max_len=config["max_len"])
        own = dict(state)
        if "positions" in own:
            self.positions = own.pop("positions").clone()
        self.output = nn.Linear(d_model, vocab_size, bias=False) if "output.weight" in own else None
        missing, unexpected = self.load_state_dict(own, strict=False)
        optional = ("w_q.bias", "w_k.bias", "w_v.bias", "w_o.bias")      # zeros, where a layer has none
        missing = [name for name in missing if not name.endswith(optional)]
        if missing or unexpected:
            lacks, has = (listed([*names[:3], *["…"] * (len(names) > 3)]) for names in (missing, unexpected))
            wrong = [*[say("it lacks {names}", names=lacks)] * bool(lacks),
                     *[say("it also has {names}", names=has)] * bool(has)]
            raise ValueError(listed(wrong, "{first}; {next}"))
        self.eval()

    def unembed(self, states: Tensor) -> Tensor:
        """States (..., d_model) -> logits (..., vocab_size)."""
        return super().unembed(states) if self.output is None else self.output(states)

    def contents(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """`config` and `state`, as they are given to a new one."""
        first = cast(EncoderLayer, self.encoder.layers[0])
        state = {name: tensor.detach() for name, tensor in self.state_dict().items()}
        max_len, d_model = self.positions.shape
        if not torch.equal(self.positions, sinusoidal_encoding(max_len, d_model)):
            state["positions"] = self.positions.detach()
        config = {"d_model": d_model, "n_heads": first.self_attention.n_heads,
                  "d_ff": first.feed_forward.w_1.out_features, "n_layers": len(self.encoder.layers),
                  "norm_first": bool(first.norm_first), "pad_id": self.pad_id, "max_len": max_len}
        return config, state


def plain(model: nn.Module) -> PlainTransformer:
    """The same translator as a `PlainTransformer`, tried on a few tokens: what it computes is what `model` computes.

    Takes `course.transformer.Transformer`, the variants of lesson 12, and any class with the same parts, also within a
    `course.parts.OwnTransformer`.

    Raises:
        PageError: if the model has other parts, or computes something else.
    """
    if isinstance(model, OwnTransformer):
        model = model.model
    try:
        found = _taken_apart(model)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise PageError(say("{name} is not put together as course.transformer.Transformer is ({splitlines}). A page "
                            "can be made of that class, of course.ablation.Variant, and of classes with the same "
                            "parts and names; course.parts.as_library makes that class of other parts, where both "
                            "compute the same.", name=type(model).__name__,
                            splitlines=str(error).splitlines()[0] if str(error) else type(error).__name__)
                        ) from error
    generator = torch.Generator().manual_seed(0)
    device, longest = next(model.parameters()).device, min(7, len(found.positions))
    source, target = (torch.randint(1, len(found.embedding.weight), (2, length), generator=generator)
                      for length in (longest, min(5, longest)))
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            theirs = model(source.to(device), target.to(device)).float().cpu()
            ours = found(source, target)
    except Exception as error:
        raise PageError(say("the model could not be run on a few tokens ({name}: {error})", name=type(error).__name__,
                            error=error)) from error
    finally:
        model.train(training)
    if theirs.shape != ours.shape or not torch.allclose(theirs, ours, rtol=0, atol=1e-3 * float(ours.abs().max())):
        raise PageError(say("{name} has the parts of course.transformer.Transformer, but computes something else "
                            "with them, so that the page would not translate as it does. A page can be made of "
                            "models whose parts work as the course's do.", name=type(model).__name__))
    return found


def pack(model: nn.Module, subwords: Subwords, bits: int = 8) -> dict[str, Any]:
    """Sizes, weights and subwords of a translator as `torch.js` and `tokens.js` read them, ready for JSON.

    Args:
        model: see `plain`.
        subwords: those that it was trained with.
        bits: 8 for tables of int8 with a float32 scale for each row (vectors stay float32), 32 for float32.

    Raises:
        PageError: see `plain`; and if the subwords are not the model's, or not made by `course.tokens`.
        ValueError: if bits is neither 8 nor 32.
    """
    if bits not in (8, 32):
        raise ValueError(say("bits must be 8 or 32, got {bits}", bits=bits))
    config, state = plain(model).contents()
    tokeniser = _vocabulary(subwords)
    if len(tokeniser["tokens"]) != len(state["embedding.weight"]):
        raise PageError(say("the model knows {state} tokens, the subwords are {tokens}: these are not the subwords "
                            "that it was trained with", state=len(state['embedding.weight']),
                            tokens=len(tokeniser['tokens'])))
    return {"config": config, "subwords": tokeniser, "bits": bits,
            "weights": {name: _stored(tensor, bits) for name, tensor in state.items()}}


def _taken_apart(model: Any) -> PlainTransformer:
    """A `PlainTransformer` of the parts of `model`. Raises whatever is raised where they are not there."""
    state = {name: tensor.detach().float().cpu() for name, tensor in model.state_dict().items()}
    positions = model.positions.detach().float().cpu()
    state["positions"] = positions
    first = model.encoder.layers[0]
    config = {"d_model": positions.shape[1], "n_heads": int(first.self_attention.n_heads),
              "d_ff": len(state["encoder.layers.0.feed_forward.w_1.weight"]), "n_layers": len(model.encoder.layers),
              "norm_first": "encoder.norm.weight" in state, "pad_id": int(model.pad_id), "max_len": len(positions)}
    for name, module in model.named_modules():
        if type(module).__name__ == "UnscaledAttention" and isinstance(module, MultiHeadAttention):
            # Nothing is divided by √d_head there. Queries √d_head times as long come to the same.
            for part in (f"{name}.w_q.weight", f"{name}.w_q.bias"):
                state[part] = state[part] * math.sqrt(config["d_model"] / module.n_heads)
    return PlainTransformer(config, state)


def _vocabulary(subwords: Subwords) -> dict[str, Any]:
    """Tokens by id, and merges by rank; whether characters are spaced. Raises PageError for other tokenisers."""
    if type(subwords) not in (Subwords, SpacedSubwords):
        raise PageError(say("expected course.tokens.Subwords or course.languages.SpacedSubwords, got {name}: the "
                            "page cuts words as these two do", name=type(subwords).__name__))
    own, theirs = (json.loads(one._tokenizer.to_str()) for one in (type(subwords).train(["a"], 6), subwords))
    vocab, merges = theirs["model"].pop("vocab"), theirs["model"].pop("merges")
    for key in ("vocab", "merges"):
        own["model"].pop(key)
    tokens = sorted(vocab, key=vocab.__getitem__)
    if own != theirs or sorted(vocab.values()) != list(range(len(vocab))):
        raise PageError(say("this tokeniser is set up in another way than `Subwords.train` does it, so that the page "
                            "would cut words otherwise; train it with `Subwords.train` or `SpacedSubwords.train`"))
    return {"tokens": tokens, "spaced": isinstance(subwords, SpacedSubwords),
            "merges": [pair if isinstance(pair, str) else " ".join(pair) for pair in merges]}


def _stored(tensor: Tensor, bits: int) -> dict[str, Any]:
    shape = list(tensor.shape)
    if bits == 32 or tensor.dim() != 2:
        return {"shape": shape, "float32": _base64(tensor.float())}
    q, scale = quantise(tensor)
    return {"shape": shape, "int8": _base64(q), "scale": _base64(scale)}


def _base64(tensor: Tensor) -> str:
    """The numbers, one row after the other, lowest byte first, as base64."""
    array = tensor.contiguous().cpu().numpy()
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode("ascii")
