"""Attention: the function, its masks, and its heads.

Conventions, here and everywhere in the course:

* Batch first. `q` (..., T_q, d_k), `k` (..., T_k, d_k), `v` (..., T_k, d_v).
* Weights are (..., T_q, T_k): rows are queries, columns are keys.
* Masks are boolean, **True = may attend**, and broadcast to the weights. A query that may
  attend to nothing gets all-zero weights and a zero output, and its gradients are finite.

"The paper" is Vaswani et al., *Attention Is All You Need* (2017).
"""
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course._words import say

__all__ = [
    "MultiHeadAttention", "causal_mask", "decoder_mask", "fused_attention", "merge_heads",
    "padding_mask", "scaled_dot_product_attention", "split_heads",
]


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Mix the rows of `v`, each query weighting them by its similarity to the keys (paper, eq. 1).

    Args:
        q: queries (..., T_q, d_k), floating point.
        k: keys (..., T_k, d_k), of the dtype of `q`.
        v: values (..., T_k, d_v).
        mask: bool, broadcast to (..., T_q, T_k); True = this query may attend to this key.

    Returns:
        The output (..., T_q, d_v) and the weights (..., T_q, T_k). Each row of weights sums
        to 1, or is all zero where the mask leaves a query nothing to attend to.

    Raises:
        TypeError: if the mask is not boolean.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])   # (..., T_q, T_k)
    if mask is None:
        weights = scores.softmax(-1)
    else:
        _check_boolean(mask)
        # The smallest finite number rather than -inf: a row of nothing but -inf is NaN after
        # the softmax, and so is its gradient. The second fill makes the forbidden weights,
        # and rows that may attend to nothing, exactly zero.
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1).masked_fill(~mask, 0.0)
    return weights @ v, weights


def fused_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """The output of `scaled_dot_product_attention` from PyTorch's fused kernel, without weights.

    Same arguments and conventions.
    """
    if mask is not None:
        _check_boolean(mask)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def causal_mask(size: int, device: torch.device | str | None = None) -> Tensor:
    """Position t may attend to positions 0..t: bool (size, size), lower triangle True (paper, §3.2.3).

    Raises ValueError for a size below 0.
    """
    if size < 0:
        raise ValueError(say("size must not be below 0, got {size}", size=size))
    return torch.ones(size, size, dtype=torch.bool, device=device).tril()


def padding_mask(ids: Tensor, pad_id: int) -> Tensor:
    """Every query may attend to the real tokens only: ids (B, T) -> bool (B, 1, T)."""
    return (ids != pad_id).unsqueeze(1)


def decoder_mask(ids: Tensor, pad_id: int) -> Tensor:
    """Real tokens that are not in the future: ids (B, T) -> bool (B, T, T)."""
    return padding_mask(ids, pad_id) & causal_mask(ids.shape[1], ids.device)


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """Cut the last axis into `n_heads` pieces, one per head (paper, §3.2.2).

    (B, T, d_model) -> (B, n_heads, T, d_head). Raises ValueError if n_heads is below 1, or d_model is not divisible.
    """
    batch, length, d_model = x.shape
    if n_heads < 1 or d_model % n_heads:
        raise ValueError(say("d_model = {d_model} cannot be cut into n_heads = {n_heads} equal heads", d_model=d_model,
                             n_heads=n_heads))
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """Put the heads side by side again: (B, n_heads, T, d_head) -> (B, T, d_model)."""
    return x.transpose(1, 2).flatten(2)


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each in its own projection of the inputs (paper, §3.2.2).

    `w_q`, `w_k`, `w_v` and `w_o` are `nn.Linear(d_model, d_model)`, so that weights can be
    copied to and from `torch.nn.MultiheadAttention` (see `course.interop`).

    Args:
        d_model: size of the vectors that go in and come out.
        n_heads: number of heads; each has d_head = d_model // n_heads dimensions.
        bias: whether the four projections have a bias. The paper writes them without; PyTorch
            has one by default, and so do we.

    Raises:
        ValueError: if d_model or n_heads is below 1, or d_model is not divisible by n_heads.
    """

    def __init__(self, d_model: int, n_heads: int, bias: bool = True):
        super().__init__()
        if d_model < 1 or n_heads < 1:
            raise ValueError(say("d_model and n_heads must be at least 1, got {d_model} and {n_heads}", d_model=d_model,
                                 n_heads=n_heads))
        if d_model % n_heads:
            raise ValueError(say("{name} = {whole} is not divisible by {part_name} = {part}", name="d_model",
                                 whole=d_model, part_name="n_heads", part=n_heads))
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=bias)
        self.w_k = nn.Linear(d_model, d_model, bias=bias)
        self.w_v = nn.Linear(d_model, d_model, bias=bias)
        self.w_o = nn.Linear(d_model, d_model, bias=bias)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """Attend from `query` to `key` and `value`.

        Args:
            query: (B, T_q, d_model).  key, value: (B, T_k, d_model).
            mask: bool, True = may attend; (T_q, T_k), (B, 1, T_k) or (B, T_q, T_k) for all
                heads alike, or (B, n_heads, T_q, T_k).
            need_weights: False takes the fused kernel, which never stores the weights.

        Returns:
            The output (B, T_q, d_model), and the weights (B, n_heads, T_q, T_k) or None.
        """
        q = split_heads(self.w_q(query), self.n_heads)     # (B, T, d_model) -> (B, n_heads, T, d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        return self.attend(q, k, v, mask, need_weights)

    def attend(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, need_weights: bool = True
    ) -> tuple[Tensor, Tensor | None]:
        """Attention in every head, the heads side by side, the output projection; `q`, `k`, `v` are split already."""
        if mask is not None and mask.dim() == 3:
            mask = mask.unsqueeze(1)                       # the same mask for every head
        if need_weights:
            heads, weights = scaled_dot_product_attention(q, k, v, mask)
        else:
            heads, weights = fused_attention(q, k, v, mask), None
        return self.w_o(merge_heads(heads)), weights

    # For decoding with a cache, which keeps keys and values from step to step:

    def queries(self, query: Tensor) -> Tensor:
        """Project and split the queries: (B, T_q, d_model) -> (B, n_heads, T_q, d_head)."""
        return split_heads(self.w_q(query), self.n_heads)

    def keys_and_values(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Project and split keys and values: (B, T_k, d_model) -> (B, n_heads, T_k, d_head), twice."""
        return split_heads(self.w_k(key), self.n_heads), split_heads(self.w_v(value), self.n_heads)

    def extra_repr(self) -> str:
        return f"n_heads={self.n_heads}"


def _check_boolean(mask: Tensor) -> None:
    if mask.dtype != torch.bool:
        raise TypeError(say("the mask must be boolean with True = may attend, but its dtype is {dtype}; compare it "
                            "with something, for example `ids != pad_id`, or call `.bool()`", dtype=mask.dtype))
