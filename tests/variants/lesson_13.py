"""Lesson 13: right answers, written otherwise than the solutions."""
import torch
import torch.nn.functional as F
from torch import nn

from course import modern as library
from course.attention import scaled_dot_product_attention

# ----------------------------------------------------------------------------------- 13.1 rms_norm


def _by_rsqrt(x, weight, eps=1e-6):
    return weight * x * torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + eps)


def _by_sum(x, weight, eps=1e-6):
    square = (x * x).sum(-1) / x.shape[-1]
    return weight * (x / torch.sqrt(square + eps).unsqueeze(-1))


def _by_dot_product(x, weight, eps=1e-6):
    square = torch.einsum("...d,...d->...", x, x) / x.size(-1)
    return torch.einsum("...d,...,d->...d", x, (square + eps) ** -0.5, weight)


def _by_length(x, weight, eps=1e-6):
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x / (length ** 2 / x.shape[-1] + eps).sqrt() * weight


def _two_roots(x, weight, eps=1e-6):
    d_model = x.shape[-1]
    return x * weight * d_model ** 0.5 / (x.pow(2).sum(-1, keepdim=True) + d_model * eps).sqrt()


# ------------------------------------------------------------------------------------ 13.2 SwiGLU


class _BySigmoid(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.w_up, self.w_gate = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))

    def forward(self, x):
        gate = self.w_gate(x)
        return self.w_down(self.w_up(x) * gate * torch.sigmoid(gate))


class _ByLayer(nn.Module):
    def __init__(self, d_model: int, d_ff: int) -> None:
        super(_ByLayer, self).__init__()        # noqa: UP008, as many write it
        for name in ("w_gate", "w_up"):
            setattr(self, name, nn.Linear(d_model, d_ff, False))
        self.w_down = nn.Linear(d_ff, d_model, False)
        self.act = nn.SiLU()
        self.dropout = nn.Dropout(0.1)

    def forward(self, inputs):
        return self.dropout(self.w_down(torch.mul(self.act(self.w_gate(inputs)), self.w_up(inputs))))


class _ByQuotient(_BySigmoid):
    def forward(self, x):
        gate = self.w_gate(x)
        return self.w_down(gate / (1 + torch.exp(-gate)) * self.w_up(x))


class _ByMatrices(_BySigmoid):
    def forward(self, x):
        hidden = F.silu(x @ self.w_gate.weight.T) * F.linear(x, self.w_up.weight)
        return torch.einsum("...f,df->...d", hidden, self.w_down.weight)


# ------------------------------------------------------------------------------- 13.3 prefix_mask


def _mask_by_loops(prefix_lengths, size):
    mask = torch.zeros(len(prefix_lengths), size, size, dtype=torch.bool)
    for b, length in enumerate(prefix_lengths.tolist()):
        for t in range(size):
            for s in range(size):
                mask[b, t, s] = s <= t or s < length
    return mask


def _mask_by_slices(prefix_lengths, size):
    mask = torch.ones(size, size).tril().bool().repeat(len(prefix_lengths), 1, 1)
    for sentence, length in zip(mask, prefix_lengths, strict=True):
        sentence[:, :length] = True
    return mask


def _mask_of_a_square(prefix_lengths, size):
    """Only the words of the prefix need the exception: the others see it anyway."""
    inside = torch.arange(size)[None] < prefix_lengths[:, None]
    return torch.ones(size, size, dtype=torch.bool).tril() | (inside[:, :, None] & inside[:, None, :])


def _mask_by_the_later_end(prefix_lengths, size):
    place = torch.arange(size)
    last = torch.maximum(place.expand(len(prefix_lengths), -1), (prefix_lengths - 1).unsqueeze(-1))
    return place <= last.unsqueeze(-1)


def _mask_stacked(prefix_lengths, size):
    rows = [(torch.tril(torch.ones(size, size)) + (torch.arange(size) < n).float()) > 0 for n in prefix_lengths]
    return torch.stack(rows)


# ------------------------------------------------------------------------------- 13.4 attention


class _Shared(nn.Module):
    """The layers, for the variants below."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.heads, self.groups, self.d_head = n_heads, n_kv_heads, d_model // n_heads
        self.w_q, self.w_o = nn.Linear(d_model, d_model, bias=False), nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, self.d_head * n_kv_heads, bias=False)
        self.w_v = nn.Linear(d_model, self.d_head * n_kv_heads, bias=False)


class _WithAnAxisForGroups(_Shared):
    def forward(self, x, mask=None):
        q = self.w_q(x).unflatten(-1, (self.groups, self.heads // self.groups, self.d_head))
        k, v = (w(x).unflatten(-1, (self.groups, self.d_head)) for w in (self.w_k, self.w_v))
        scores = torch.einsum("btghd,bsgd->bghts", q, k) / self.d_head ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], float("-inf"))
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.nan_to_num(0.0)
        output = torch.einsum("bghts,bsgd->btghd", weights, v)
        return self.w_o(output.flatten(2)), weights.flatten(1, 2)


class _HeadByHead(_Shared):
    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        outputs, shares = [], []
        for h in range(self.heads):
            g = h * self.groups // self.heads
            mine, ours = (slice(n * self.d_head, (n + 1) * self.d_head) for n in (h, g))
            output, weights = scaled_dot_product_attention(q[..., mine], k[..., ours], v[..., ours], mask)
            outputs.append(output)
            shares.append(weights)
        return self.w_o(torch.cat(outputs, -1)), torch.stack(shares, 1)


class _Expanded(_Shared):
    def _repeat(self, x):
        batch, length, _ = x.shape
        x = x.view(batch, length, self.groups, 1, self.d_head).expand(-1, -1, -1, self.heads // self.groups, -1)
        return x.reshape(batch, length, self.heads, self.d_head).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.w_q(x).view(*x.shape[:2], self.heads, self.d_head).transpose(1, 2)
        output, weights = scaled_dot_product_attention(
            q, self._repeat(self.w_k(x)), self._repeat(self.w_v(x)), None if mask is None else mask[:, None])
        return self.w_o(output.transpose(1, 2).reshape(x.shape)), weights


class _ByIndex(_Shared):
    def forward(self, x, mask=None):
        which = torch.arange(self.heads) // (self.heads // self.groups)
        q, k, v = (w(x).unflatten(-1, (-1, self.d_head)).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        scores = q @ k[:, which].mT * self.d_head ** -0.5
        if mask is None:
            weights = F.softmax(scores, dim=-1)
        else:
            allowed = mask.unsqueeze(1).expand_as(scores)
            weights = torch.where(allowed, scores, -1e30).softmax(-1) * allowed
        return self.w_o((weights @ v[:, which]).transpose(1, 2).flatten(2)), weights


# ------------------------------------------------------------------------------------ 13.5 rotate


def _by_half_turn(x, positions):
    """As in the code of many models: cos and sin for the whole row, and the row turned by a right angle."""
    d = x.shape[-1]
    inverse = 1.0 / (10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d))
    angle = torch.outer(positions.to(x.dtype), inverse)
    angle = torch.cat((angle, angle), dim=-1)
    first, second = x.chunk(2, dim=-1)
    return x * angle.cos() + torch.cat((-second, first), dim=-1) * angle.sin()


def _by_complex_numbers(x, positions):
    half = x.size(-1) // 2
    exponents = -2 * torch.arange(half, dtype=x.dtype) / x.size(-1)
    angle = positions[:, None] * 10000.0 ** exponents
    z = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat((z.real, z.imag), dim=-1)


def _by_matrices(x, positions):
    half = x.shape[-1] // 2
    angle = positions.to(torch.float64)[:, None] * 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    turn = torch.stack((torch.stack((cos, -sin), -1), torch.stack((sin, cos), -1)), -2)      # (T, half, 2, 2)
    pairs = x.unflatten(-1, (2, half)).transpose(-1, -2)                                     # (..., T, half, 2)
    return (turn @ pairs.unsqueeze(-1)).squeeze(-1).transpose(-1, -2).flatten(-2)


def _by_loop(x, positions):
    half = x.shape[-1] // 2
    rows = []
    for t, position in enumerate(positions.tolist()):
        angle = position * 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        a, b = x[..., t, :half], x[..., t, half:]
        rows.append(torch.cat((a * cos - b * sin, b * cos + a * sin), -1))
    return torch.stack(rows, dim=-2)


VARIANTS = {
    "13.1": [_by_rsqrt, _by_sum, _by_dot_product, _by_length, _two_roots, library.rms_norm],
    "13.2": [_BySigmoid, _ByLayer, _ByQuotient, _ByMatrices, library.SwiGLU],
    "13.3": [_mask_by_loops, _mask_by_slices, _mask_of_a_square, _mask_by_the_later_end, _mask_stacked,
             library.prefix_mask],
    "13.4": [_WithAnAxisForGroups, _HeadByHead, _Expanded, _ByIndex, library.GroupedQueryAttention],
    "13.5": [_by_half_turn, _by_complex_numbers, _by_matrices, _by_loop, library.rotate],
}
