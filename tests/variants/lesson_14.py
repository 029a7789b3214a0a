"""Lesson 14: right answers, written otherwise than the solutions."""
import torch

from classroom.exercises.lesson_14.tasks import dequantise, quantise

# ------------------------------------------------------------------------------------- 14.1


def _by_clamp_and_where(w):
    largest, _ = w.abs().max(-1, keepdim=True)
    scale = largest / 127.0
    scale[scale == 0] = 1
    return torch.clamp(torch.round(w / scale), -127, 127).to(torch.int8), scale.squeeze(1)


def _by_extremes(w):
    scale = torch.maximum(w.max(dim=1).values, -w.min(dim=1).values) / 127
    scale = scale.masked_fill(scale == 0, 1.0)
    return (w * (1 / scale)[:, None]).round().char(), scale


def _by_loop(w):
    rows, scales = [], []
    for row in w:
        largest = row.abs().max()
        scale = largest / 127 if largest > 0 else torch.ones_like(largest)
        rows.append((row / scale).round().to(torch.int8))
        scales.append(scale)
    return torch.stack(rows), torch.stack(scales)


def _half_added(w):
    scale = torch.linalg.vector_norm(w, ord=float("inf"), dim=1) / 127
    scale = scale + (scale == 0)
    counted = w.T / scale
    return (torch.sign(counted) * torch.floor(counted.abs() + 0.5)).to(torch.int8).T, scale


def _before_division(w):
    largest = w.abs().amax(1)
    largest = torch.where(largest == 0, torch.tensor(127.0, dtype=w.dtype), largest)
    return torch.round(127 * w / largest.unsqueeze(-1)).type(torch.int8), largest / 127


def _without_gradients(w):
    with torch.no_grad():
        return quantise(w.detach())


# ------------------------------------------------------------------------------------- 14.2


def _back_by_einsum(q, scale):
    return torch.einsum("oi,o->oi", q.to(scale.dtype), scale)


def _back_by_diagonal(q, scale):
    return torch.diag(scale) @ q.to(scale.dtype)


def _back_by_transposing(q, scale):
    return (q.T * scale).T


def _back_by_loop(q, scale):
    return torch.stack([row * s for row, s in zip(q, scale, strict=True)])


def _back_by_none(q, scale):
    return scale[:, None] * q


def _back_expanded(q, scale):
    return torch.mul(q.type_as(scale), scale.view(-1, 1).expand(q.shape))


# ------------------------------------------------------------------------------------- 14.4


def _errors_by_hand(w):
    found = []
    for largest in (w.abs().max(), w.abs().amax(1, keepdim=True)):
        step = largest / 127
        found.append((((w / step).round() * step - w) ** 2).mean(-1) ** 0.5)
    return tuple(found)


def _errors_by_norm(w):
    def size(d):
        return torch.linalg.norm(d, dim=1) / d.shape[1] ** 0.5
    q, scale = quantise(w.flatten().unsqueeze(0))
    return size(w - (q * scale).view_as(w)), size(w - dequantise(*quantise(w)))


def _errors_by_loop(w):
    step = float(w.abs().max()) / 127
    table = [((row / step).round() * step - row).pow(2).mean().sqrt() for row in w]
    rows = [((row / (row.abs().max() / 127)).round() * (row.abs().max() / 127) - row).pow(2).mean().sqrt() for row in w]
    return torch.stack(table), torch.stack(rows)


def _errors_with_a_repeated_scale(w):
    scale = (w.abs().max() / 127).repeat(len(w))
    by_table = dequantise((w / scale[:, None]).round().to(torch.int8), scale)
    by_row = dequantise(*quantise(w))
    return [torch.sqrt(torch.mean(torch.square(w - x), dim=-1)) for x in (by_table, by_row)]


def _errors_by_variance(w):
    def rms(d):
        return torch.sqrt(d.var(1, correction=0) + d.mean(1) ** 2)
    return (rms(dequantise(*quantise(w.reshape(1, w.numel()))).reshape_as(w) - w), rms(dequantise(*quantise(w)) - w))


# ------------------------------------------------------------------------------------- 14.5


def _pack_by_bits(q):
    high, low = (q[:, ::2] + 8).to(torch.uint8), (q[:, 1::2] + 8).to(torch.uint8)
    return (high << 4) | low


def _pack_by_reshape(q):
    pairs = q.reshape(len(q), -1, 2).int() + 8
    return (pairs[..., 0] * 16 + pairs[..., 1]).to(torch.uint8)


def _pack_by_product(q):
    pairs = (q.long() + 8).unflatten(1, (-1, 2))
    return (pairs * torch.tensor([16, 1])).sum(-1).to(torch.uint8)


def _pack_by_loop(q):
    return torch.tensor([[16 * (a + 8) + b + 8 for a, b in zip(row[0::2], row[1::2], strict=True)]
                         for row in q.tolist()], dtype=torch.uint8)


def _pack_wrapped(q):
    return ((q[:, 0::2] + 8) * 16 + (q[:, 1::2] + 8)).view(torch.uint8)


VARIANTS = {
    "14.1": [_by_clamp_and_where, _by_extremes, _by_loop, _half_added, _before_division, _without_gradients],
    "14.2": [_back_by_einsum, _back_by_diagonal, _back_by_transposing, _back_by_loop, _back_by_none, _back_expanded],
    "14.4": [_errors_by_hand, _errors_by_norm, _errors_by_loop, _errors_with_a_repeated_scale, _errors_by_variance],
    "14.5": [_pack_by_bits, _pack_by_reshape, _pack_by_product, _pack_by_loop, _pack_wrapped],
}
