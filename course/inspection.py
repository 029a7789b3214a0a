"""Looking inside a model while it works."""
import contextlib
from collections.abc import Iterator

from torch import Tensor, nn

from course.attention import MultiHeadAttention

__all__ = ["record_attention"]


@contextlib.contextmanager
def record_attention(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Collect the attention weights of every `MultiHeadAttention` in `model`.

    Yields a dictionary that each forward pass fills anew: the module's name, for example
    "decoder.layers.1.cross_attention", to its weights (B, n_heads, T_q, T_k), detached.

        with record_attention(model) as weights:
            model(source, target)
        weights["decoder.layers.1.cross_attention"][0]      # the first sentence: (n_heads, T_q, T_k)
    """
    weights: dict[str, Tensor] = {}
    with contextlib.ExitStack() as stack:
        for name, module in model.named_modules():
            if not isinstance(module, MultiHeadAttention):
                continue

            def ask_for_weights(module, args, kwargs):
                return args[:4], {**kwargs, "need_weights": True}      # the fifth would be `need_weights` itself

            def keep_weights(module, args, output, name=name):
                weights[name] = output[1].detach()

            stack.callback(module.register_forward_pre_hook(ask_for_weights, with_kwargs=True).remove)
            stack.callback(module.register_forward_hook(keep_weights).remove)
        yield weights
