"""Lesson 06: right answers, written otherwise than the solutions."""
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import MultiHeadAttention
from course.transformer import EncoderLayer, FeedForward, LayerNorm


class NormByStd(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias, self.eps = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model)), eps

    def forward(self, x):
        x = x - x.mean(dim=-1, keepdim=True)
        return self.weight * x * torch.rsqrt(x.var(dim=-1, correction=0, keepdim=True) + self.eps) + self.bias


class NormByMoments(NormByStd):
    """In 64 bits on the way, so that no digits are lost far from 0."""

    def forward(self, x):
        x, dtype = x.double(), x.dtype
        mean, square = x.mean(-1, keepdim=True), x.pow(2).mean(-1, keepdim=True)
        return ((x - mean) / (square - mean ** 2 + self.eps).sqrt()).to(dtype) * self.weight + self.bias


class NormByMatrix(NormByStd):
    def forward(self, x):
        size = x.shape[-1]
        x = x @ (torch.eye(size, dtype=x.dtype) - 1 / size)
        variance = torch.einsum("...d,...d->...", x, x)[..., None] / size
        return torch.addcmul(self.bias, x / (variance + self.eps) ** 0.5, self.weight)


class NormFused(NormByStd):
    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, self.eps)


class Sequential(nn.Sequential):
    def __init__(self, d_model, d_ff):
        super().__init__(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Dropout(0.1), nn.Linear(d_ff, d_model))


class SecondFirst(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.down = nn.Linear(d_ff, d_model)
        self.up = nn.Linear(d_model, d_ff)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.down(self.dropout(F.relu(self.up(x), inplace=True)))


class Bare(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.B2, self.W2 = nn.Parameter(torch.zeros(d_model)), nn.Parameter(torch.randn(d_ff, d_model))
        self.B1, self.W1 = nn.Parameter(torch.zeros(d_ff)), nn.Parameter(torch.randn(d_model, d_ff))

    def forward(self, x):
        return torch.maximum(x @ self.W1 + self.B1, torch.zeros(())) @ self.W2 + self.B2


class Convolutions(nn.Module):
    """§3.3: "two convolutions with kernel size 1"."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.wider, self.narrower = nn.Conv1d(d_model, d_ff, 1), nn.Conv1d(d_ff, d_model, 1)

    def forward(self, x):
        return self.narrower(torch.relu(self.wider(x.transpose(1, 2)))).transpose(1, 2)


class OtherNames(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout=0.1):
        super().__init__()
        self.ln2, self.ln1 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.ffn = Sequential(d_model, d_ff)
        self.mha = MultiHeadAttention(d_model, n_heads, bias=False)
        self.drop1, self.drop2 = nn.Dropout(dropout), nn.Dropout(dropout)

    def forward(self, x, mask=None):
        normed = self.ln1(x)
        attended, _ = self.mha(query=normed, key=normed, value=normed, mask=mask)
        x = self.drop1(attended) + x
        return self.drop2(self.ffn(self.ln2(x))) + x


class WithoutBiases(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads, bias=False)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.dropout(self.self_attention(h, h, h, mask)[0])
        return x + self.dropout(self.feed_forward(self.norm_2(x)))


class Residual(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(0.1)

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))


class Wrapped(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.around = nn.ModuleList(Residual(d_model) for _ in range(2))
        self.inner = nn.ModuleDict({"ff": Bare(d_model, d_ff), "attn": MultiHeadAttention(d_model, n_heads)})

    def forward(self, x, mask=None):
        x = self.around[0](x, lambda h: self.inner["attn"](h, h, h, mask)[0])
        return self.around[1](x, self.inner["ff"])


class InOnePiece(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.norm1, self.norm2, self.spare = NormByStd(d_model), NormFused(d_model), LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = F.layer_norm(x, x.shape[-1:], self.norm1.weight, self.norm1.bias)
        y = x + self.attention(h, h, h, mask)[0]
        return y + self.linear2(torch.clamp(self.linear1(self.norm2(y)), min=0))


class OnTorchsAttention(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.ln1, self.ln2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.ff = Sequential(d_model, d_ff)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask.expand(-1, x.shape[1], -1).repeat_interleave(self.attention.num_heads, dim=0)
        h = self.ln1(x)
        x = x + self.attention(h, h, h, attn_mask=mask, need_weights=False)[0]
        return x + self.ff(self.ln2(x))


class StackOfOthers(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.ln_f = nn.LayerNorm(d_model)
        self.blocks = nn.ModuleList([OtherNames(d_model, n_heads, d_ff) for _ in range(n_layers)])

    def forward(self, x, mask=None):
        for i in range(len(self.blocks)):
            x = self.blocks[i](x, mask=mask)
        return self.ln_f(x)


class StackByNumber(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        for i in reversed(range(n_layers)):
            self.add_module(f"layer{i}", EncoderLayer(d_model, n_heads, d_ff))
        self.n_layers, self.norm = n_layers, LayerNorm(d_model)

    def forward(self, x, mask=None):
        for i in range(self.n_layers):
            x = getattr(self, f"layer{i}")(x, mask)
        return self.norm(x)


VARIANTS = {
    "6.1": [NormByStd, NormByMoments, NormByMatrix],
    "6.2": [Sequential, SecondFirst, Bare, Convolutions,
            FeedForward],
    "6.3": [OtherNames, Wrapped, InOnePiece, WithoutBiases,
            OnTorchsAttention, EncoderLayer],
    "6.4": [StackOfOthers, StackByNumber],
}
