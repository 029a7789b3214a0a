"""Lesson 07: right answers, written otherwise than the solutions."""
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm


class _OtherNames(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout=0.1):
        super().__init__()
        self.ffn = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))
        self.ln3, self.ln2, self.ln1 = (nn.LayerNorm(d_model) for _ in range(3))
        self.src_attn = MultiHeadAttention(d_model, n_heads, bias=False)
        self.self_attn = MultiHeadAttention(d_model, n_heads, bias=False)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        normed = self.ln1(x)
        x = self.drop(self.self_attn(normed, normed, normed, mask=self_mask)[0]) + x
        x = x + self.drop(self.src_attn(query=self.ln2(x), key=memory, value=memory, mask=memory_mask)[0])
        return x + self.drop(self.ffn(self.ln3(x)))


class _WithoutBiases(nn.Module):
    """The course's names, so that only the biases are lacking when weights are copied; and dropout."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads, bias=False)
        self.cross_attention = MultiHeadAttention(d_model, n_heads, bias=False)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))
        self.dropout = nn.Dropout(0.3)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.dropout(self.self_attention(h, h, h, self_mask)[0])
        x = x + self.dropout(self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0])
        return x + self.dropout(self.feed_forward(self.norm_3(x)))


class _WithDropout(_WithoutBiases):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)


class _Residual(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.norm = LayerNorm(d_model)

    def forward(self, x, sublayer):
        return x + sublayer(self.norm(x))


class _Wrapped(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attend = nn.ModuleList([MultiHeadAttention(d_model, n_heads), MultiHeadAttention(d_model, n_heads)])
        self.around = nn.ModuleList(_Residual(d_model) for _ in range(3))
        self.think = FeedForward(d_model, d_ff)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.around[0](x, lambda h: self.attend[0](h, h, h, self_mask)[0])
        x = self.around[1](x, lambda h: self.attend[1](h, memory, memory, memory_mask)[0])
        return self.around[2](x, self.think)


class _InOnePiece(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3, self.spare = (LayerNorm(d_model) for _ in range(4))
        self.first, self.second = MultiHeadAttention(d_model, n_heads), MultiHeadAttention(d_model, n_heads)

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None):
        h = F.layer_norm(tgt, tgt.shape[-1:], self.norm1.weight, self.norm1.bias)
        attended, _ = self.first(h, h, h, tgt_mask)
        y = tgt + attended
        attended, weights = self.second(self.norm2(y), memory, memory, memory_mask)
        y = y + attended
        return torch.add(y, self.linear2(torch.clamp(self.linear1(self.norm3(y)), min=0)))


class _OnTorchsAttention(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.own, self.cross = (nn.MultiheadAttention(d_model, n_heads, batch_first=True) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(d_model) for _ in range(3))
        self.ff = FeedForward(d_model, d_ff)

    def _for_torch(self, mask, x):
        return None if mask is None else ~mask.expand(-1, x.shape[1], -1).repeat_interleave(self.own.num_heads, dim=0)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norms[0](x)
        x = x + self.own(h, h, h, attn_mask=self._for_torch(self_mask, x))[0]
        h = self.norms[1](x)
        x = x + self.cross(h, memory, memory, attn_mask=self._for_torch(memory_mask, x))[0]
        return x + self.ff(self.norms[2](x))


def _shift_by_index(ids):
    length = ids.size(1)
    return ids[:, torch.arange(length - 1)], ids[:, torch.arange(1, length)]


def _shift_by_narrow(ids):
    shorter = ids.shape[-1] - 1
    return ids.narrow(1, 0, shorter).clone(), ids.narrow(1, 1, shorter).clone()


def _test_by_gradient(decode):
    x = torch.randn(3, 7, 8, requires_grad=True)
    y = decode(x, torch.randn(3, 4, 8))
    for t in range(6):
        gradient, = torch.autograd.grad(y[:, t].cos().sum(), x, retain_graph=True)
        assert (gradient[:, t + 1:] == 0).all()


def _test_by_prefix(decode):
    x, memory = torch.randn(2, 8, 12, dtype=torch.float64), torch.randn(2, 3, 12, dtype=torch.float64)
    whole = decode(x, memory)
    return all(torch.allclose(whole[:, :t], decode(x[:, :t], memory)) for t in range(1, 9))


def _test_that_returns_false(decode):
    x = torch.randn(2, 6, 5, dtype=torch.float64, requires_grad=True)
    y = decode(x, torch.randn(2, 3, 5, dtype=torch.float64))
    return all(not torch.autograd.grad(y[:, t].cos().sum(), x, retain_graph=True)[0][:, t + 1:].any() for t in range(5))


def _test_with_an_error_of_its_own(decode):
    x, memory = torch.randn(3, 7, 12), torch.randn(3, 2, 12)
    for t in range(1, 7):
        changed = torch.cat([x[:, :t], torch.randn(3, 7 - t, 12)], dim=1)
        if not torch.allclose(decode(x, memory)[:, :t], decode(changed, memory)[:, :t], atol=1e-4):
            raise ValueError("the future leaks")


VARIANTS = {
    "7.1": [_OtherNames, _Wrapped, _InOnePiece, _OnTorchsAttention, _WithoutBiases, _WithDropout],
    "7.2": [_shift_by_index, _shift_by_narrow],
    "7.3": [_test_by_gradient, _test_by_prefix, _test_that_returns_false, _test_with_an_error_of_its_own],
}
