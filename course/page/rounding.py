"""Numbers of a table in fewer bits: each row as whole numbers and one scale (lesson 14 builds these functions)."""
import copy

import torch
from torch import Tensor, nn

from course._words import say

__all__ = ["dequantise", "quantise", "with_fewer_bits"]


def quantise(w: Tensor, bits: int = 8) -> tuple[Tensor, Tensor]:
    """Round each row of `w` to whole multiples of its own scale, symmetric about 0.

    Args:
        w: (out, in), floating point.
        bits: 2 to 8. The whole numbers go from -(2^(bits-1) - 1) to 2^(bits-1) - 1; for 8 bits from -127 to 127.

    Returns:
        int8 (out, in), and the scales (out,) in the dtype of `w`: the largest magnitude of the row divided by the
        largest whole number, and 1 for a row of zeros.

    Raises:
        ValueError: unless w is a table of finite floating-point numbers, and bits is 2 to 8.
    """
    if not 2 <= bits <= 8:
        raise ValueError(say("bits must be 2 to 8, so that a whole number fits into int8; got {bits}", bits=bits))
    if w.dim() != 2 or not w.is_floating_point() or not w.isfinite().all():
        raise ValueError(say("expected a table (out, in) of finite floating-point numbers, got {dtype} {shape}",
                             dtype=w.dtype, shape=tuple(w.shape)))
    largest = 2 ** (bits - 1) - 1
    scale = w.abs().amax(1) / largest
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return (w / scale.unsqueeze(1)).round().clamp(-largest, largest).to(torch.int8), scale


def dequantise(q: Tensor, scale: Tensor) -> Tensor:
    """The table that `quantise` stands for: int8 (out, in), scale (out,) -> (out, in), in the dtype of `scale`."""
    return q.to(scale.dtype) * scale.unsqueeze(1)


def with_fewer_bits(model: nn.Module, bits: int = 8) -> nn.Module:
    """A copy of a model in which every table has gone through `quantise` and back; vectors stay as they are.

    It computes what the page computes with weights of that many bits.
    """
    copied = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in copied.parameters():
            if parameter.dim() == 2:
                parameter.copy_(dequantise(*quantise(parameter, bits)))
    return copied
