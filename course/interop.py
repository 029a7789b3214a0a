"""Weights to and from PyTorch's own Transformer modules.

After `copy_weights` both modules compute the same function, so that ours can be tested against
PyTorch's. Two differences of convention remain with the caller: PyTorch's boolean masks are True
where attention is *forbidden*, and its modules take the length first unless `batch_first=True`.
"""
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course._words import listed, say

__all__ = ["copy_weights"]

_LAYER = {
    "self_attn": "self_attention", "linear1": "feed_forward.w_1", "linear2": "feed_forward.w_2",
    "norm1": "norm_1", "norm2": "norm_2",
}
_STACK = {"layers": "layers", "norm": "norm"}
# What each of PyTorch's modules consists of, and where ours keeps the same part.
_PARTS: dict[type[nn.Module], dict[str, str]] = {
    nn.MultiheadAttention: {},
    nn.LayerNorm: {},
    nn.TransformerEncoderLayer: _LAYER,
    nn.TransformerDecoderLayer: {**_LAYER, "multihead_attn": "cross_attention", "norm3": "norm_3"},
    nn.TransformerEncoder: _STACK,
    nn.TransformerDecoder: _STACK,
    nn.Transformer: {"encoder": "encoder", "decoder": "decoder"},
}
# Settings that are no weights, but without which equal weights compute something else.
_SETTINGS = {"num_heads": "n_heads", "norm_first": "norm_first", "eps": "eps"}

Pair = tuple[Tensor, Tensor]


@torch.no_grad()
def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Copy all weights of `source` into `target`; one of the two is PyTorch's, the other ours.

    PyTorch's is a MultiheadAttention, LayerNorm, TransformerEncoderLayer, TransformerDecoderLayer,
    TransformerEncoder, TransformerDecoder or Transformer. Ours is the module of `course` of the same
    meaning, or any module with parts of the same names (`w_q`, `self_attention`, ...). The embedding
    of our Transformer stays as it is, since PyTorch's has none; so do dtype and device of `target`.

    Raises:
        TypeError: if not exactly one module is PyTorch's, or the two are not of one kind.
        ValueError: if sizes or settings differ. Whatever is raised, `target` is unchanged.
    """
    from_torch, to_torch = (isinstance(module, tuple(_PARTS)) for module in (source, target))
    if from_torch == to_torch:
        raise TypeError(say("one module must be PyTorch's and the other ours, but these are {name} and {name2}; "
                            "between two of one kind, use `target.load_state_dict(source.state_dict())`",
                            name=type(source).__name__, name2=type(target).__name__))
    ours, theirs = (target, source) if from_torch else (source, target)
    pairs = list(_pairs(ours, theirs, ""))               # all are checked before the first is copied
    _check_nothing_left(ours, theirs, pairs)
    for our_tensor, their_tensor in pairs:
        if from_torch:
            our_tensor.copy_(their_tensor)
        else:
            their_tensor.copy_(our_tensor)


def _pairs(ours: Any, theirs: nn.Module, where: str) -> Iterator[Pair]:
    """All tensors that mean the same in both, ours first; `where` is the path so far, for errors."""
    for name, our_name in _SETTINGS.items():
        if hasattr(theirs, name) and hasattr(ours, our_name):
            _same(f"{where}{our_name}", getattr(ours, our_name), getattr(theirs, name))
    activation = getattr(theirs, "activation", F.relu)
    if activation is not F.relu and not isinstance(activation, nn.ReLU):
        raise ValueError(say("PyTorch's {what} has another activation than ReLU, the only one in ours",
                             what=where or say("layer")))

    if isinstance(theirs, nn.MultiheadAttention):
        yield from _attention_pairs(ours, theirs, where)
    elif isinstance(theirs, nn.LayerNorm | nn.Linear):
        for name in ("weight", "bias"):
            yield from _tensor_pair(f"{where}{name}", _part(ours, name, theirs), getattr(theirs, name))
    elif isinstance(theirs, nn.ModuleList):
        _same(say("the number of {rstrip}", rstrip=where.rstrip(".")), len(ours), len(theirs))
        for i, (our_layer, their_layer) in enumerate(zip(ours, theirs, strict=True)):
            yield from _pairs(our_layer, their_layer, f"{where}{i}.")
    else:
        for name, our_name in _PARTS[_kind(theirs)].items():
            our_part, their_part = _part(ours, our_name, theirs), getattr(theirs, name)
            if name == "norm" and not _both_have_norm(our_part, their_part, where):
                continue
            yield from _pairs(our_part, their_part, f"{where}{our_name}.")


def _attention_pairs(ours: Any, theirs: nn.MultiheadAttention, where: str) -> Iterator[Pair]:
    """PyTorch keeps the three input projections in one matrix, one below the other."""
    if theirs.in_proj_weight is None or theirs.bias_k is not None or theirs.add_zero_attn:
        raise ValueError(say("a MultiheadAttention with kdim, vdim, add_bias_kv or add_zero_attn has no counterpart "
                             "here"))
    weights = (*theirs.in_proj_weight.chunk(3), theirs.out_proj.weight)
    biases: tuple[Tensor | None, ...] = (None,) * 4
    if theirs.in_proj_bias is not None:
        biases = (*theirs.in_proj_bias.chunk(3), theirs.out_proj.bias)
    for name, weight, bias in zip(("w_q", "w_k", "w_v", "w_o"), weights, biases, strict=True):
        yield from _tensor_pair(f"{where}{name}.weight", _part(ours, f"{name}.weight", theirs), weight)
        yield from _tensor_pair(f"{where}{name}.bias", _part(ours, f"{name}.bias", theirs), bias)


def _tensor_pair(name: str, ours: Tensor | None, theirs: Tensor | None) -> Iterator[Pair]:
    _same(say("the shape of {name}", name=name),
          *(None if tensor is None else tuple(tensor.shape) for tensor in (ours, theirs)))
    if ours is not None and theirs is not None:
        yield ours, theirs


def _both_have_norm(ours: nn.Module | None, theirs: nn.Module | None, where: str) -> bool:
    ours_has, theirs_has = (norm is not None and not isinstance(norm, nn.Identity) for norm in (ours, theirs))
    if ours_has != theirs_has:
        raise ValueError(
            say("ours alone has a final norm ({where}norm). torch.nn.Transformer has one even with norm_first=False; "
                "`.norm = None` takes it away", where=where) if ours_has else
            say("PyTorch alone has a final norm ({where}norm). torch.nn.Transformer has one even with "
                "norm_first=False; `.norm = None` takes it away", where=where)
        )
    return ours_has


def _check_nothing_left(ours: Any, theirs: nn.Module, pairs: list[Pair]) -> None:
    covered = {id(tensor) for tensor, _ in pairs}
    parts = [ours.encoder, ours.decoder] if isinstance(theirs, nn.Transformer) else [ours]
    left = [name for part in parts for name, tensor in part.named_parameters() if id(tensor) not in covered]
    if left:
        raise TypeError(say("{name} has no counterpart of {left} in {name2}", name=_kind(theirs).__name__,
                            left=listed(left), name2=type(ours).__name__))


def _same(name: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise ValueError(say("{name} is {ours} in ours, but {theirs} in PyTorch's", name=name, ours=ours,
                             theirs=theirs))


def _kind(theirs: nn.Module) -> type[nn.Module]:
    return next(kind for kind in _PARTS if isinstance(theirs, kind))


def _part(module: Any, path: str, theirs: nn.Module) -> Any:
    try:
        for name in path.split("."):
            module = getattr(module, name)
    except AttributeError:
        message = say("{name} has no `{name2}`, so it cannot be matched with {name3}", name=type(module).__name__,
                      name2=name, name3=type(theirs).__name__)
        raise TypeError(message) from None
    return module
