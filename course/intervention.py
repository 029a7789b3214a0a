"""Changing what attention does while a model works: not looking at the weights, but acting on them."""
import contextlib
from collections.abc import Callable, Iterable, Iterator

from torch import Tensor, nn

from course._words import listed, say
from course.attention import MultiHeadAttention, merge_heads, scaled_dot_product_attention

__all__ = ["attention_names", "edit_attention", "switch_off", "uniform"]


def attention_names(model: nn.Module, ending: str = "") -> list[str]:
    """The names of a model's `MultiHeadAttention` modules, of those with this ending, in order."""
    return [
        name for name, module in model.named_modules()
        if isinstance(module, MultiHeadAttention) and name.endswith(ending)
    ]


@contextlib.contextmanager
def switch_off(model: nn.Module, name: str, heads: Iterable[int]) -> Iterator[None]:
    """Silence some heads of one attention: what they have mixed is replaced by zeros.

        with switch_off(model, "decoder.layers.1.cross_attention", [2]):
            translate(model, sentences, subwords)

    The head's weights are as they were; only nobody hears of them. Works wherever the module's
    output projection is used, so in cached decoding too.

    Raises:
        ValueError: if there is no such attention or head.
    """
    module = _attention(model, name)
    heads = list(heads)
    if wrong := [head for head in heads if not 0 <= head < module.n_heads]:
        raise ValueError(say("{name} has the heads 0 to {n_heads}, not {wrong}", name=name, n_heads=module.n_heads - 1,
                             wrong=wrong[0]))

    def silence(w_o, args):
        mixed = args[0].unflatten(-1, (module.n_heads, -1)).clone()          # (B, T, n_heads, d_head)
        mixed[..., heads, :] = 0.0
        return (mixed.flatten(-2),)

    handle = module.w_o.register_forward_pre_hook(silence)
    try:
        yield
    finally:
        handle.remove()


@contextlib.contextmanager
def edit_attention(model: nn.Module, names: str | Iterable[str], edit: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Let `edit` replace the attention weights of the named modules before the values are mixed.

    Args:
        names: one name or several, for example `attention_names(model, "cross_attention")`.
        edit: weights (B, n_heads, T_q, T_k) -> weights of the same shape. Rows need not sum to 1. In
            cached decoding T_q is 1: the position that is being written.

    Raises:
        ValueError: if there is no such attention, or `edit` returns another shape.
    """
    modules = [_attention(model, name) for name in ([names] if isinstance(names, str) else names)]

    def edited(module):
        def attend(q, k, v, mask=None, need_weights=True):
            if mask is not None and mask.dim() == 3:
                mask = mask.unsqueeze(1)
            weights = scaled_dot_product_attention(q, k, v, mask)[1]
            new = edit(weights)
            if new.shape != weights.shape:
                raise ValueError(say("the edited weights have the shape {shape}, expected {shape2}",
                                     shape=tuple(new.shape), shape2=tuple(weights.shape)))
            return module.w_o(merge_heads(new @ v)), new
        return attend

    for module in modules:
        vars(module)["attend"] = edited(module)      # hides the method of the class until it is deleted again
    try:
        yield
    finally:
        for module in modules:
            vars(module).pop("attend", None)


def uniform(weights: Tensor) -> Tensor:
    """The same weight for every key that may be attended to: (..., T_q, T_k) -> the same shape."""
    allowed = (weights > 0).to(weights.dtype)
    return allowed / allowed.sum(-1, keepdim=True).clamp(min=1)


def _attention(model: nn.Module, name: str) -> MultiHeadAttention:
    module = dict(model.named_modules()).get(name)
    if not isinstance(module, MultiHeadAttention):
        raise ValueError(say("there is no attention {name!r}; there are: {attention_names}", name=name,
                             attention_names=listed(attention_names(model))))
    return module
