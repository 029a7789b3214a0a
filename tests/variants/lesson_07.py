"""Lesson 07: right answers, written otherwise than the solutions."""
import math
from functools import reduce

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import (
    Decoder,
    DecoderLayer,
    Encoder,
    EncoderLayer,
    FeedForward,
    LayerNorm,
    sinusoidal_encoding,
)


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


class _StackOfOthers(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.ln_f = nn.LayerNorm(d_model)
        self.blocks = nn.ModuleList([_OtherNames(d_model, n_heads, d_ff) for _ in range(n_layers)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for i in range(len(self.blocks)):
            x = self.blocks[i](x, memory, memory_mask=memory_mask, self_mask=self_mask)
        return self.ln_f(x)


class _StackByNumber(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        for i in reversed(range(n_layers)):
            self.add_module(f"layer{i}", DecoderLayer(d_model, n_heads, d_ff))
        self.n_layers, self.norm = n_layers, LayerNorm(d_model)

    def forward(self, tgt, mem, tgt_mask=None, mem_mask=None):
        for i in range(self.n_layers):
            tgt = getattr(self, f"layer{i}")(tgt, mem, tgt_mask, mem_mask)
        return self.norm(tgt)


class _StackIsAList(nn.ModuleList):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__([*(_InOnePiece(d_model, n_heads, d_ff) for _ in range(n_layers)), nn.LayerNorm(d_model)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        *layers, norm = self
        return norm(reduce(lambda x, layer: layer(x, memory, self_mask, memory_mask), layers, x))


class _StackWithDropout(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)
        self.layers = nn.ModuleList()
        for _ in range(n_layers):
            self.layers.append(_WithDropout(d_model, n_heads, d_ff))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.dropout(x)
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)


class _StackByRecursion(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.last = n_layers == 0
        self.first = nn.LayerNorm(d_model) if self.last else _WithoutBiases(d_model, n_heads, d_ff)
        self.rest = None if self.last else _StackByRecursion(n_layers - 1, d_model, n_heads, d_ff)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self.last:
            return self.first(x)
        return self.rest(self.first(x, memory, self_mask, memory_mask), memory, self_mask, memory_mask)


class _NamesOfOthers(nn.Module):
    """Other names, the causal mask alone for the target, positions without a buffer, the output by `F.linear`."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.tok = nn.Embedding(vocab_size, d_model)
        self.tok.weight.data.normal_(0, d_model ** -0.5)
        self.pos = sinusoidal_encoding(max_len, d_model)
        self.dec, self.enc = Decoder(n_layers, d_model, n_heads, d_ff), Encoder(n_layers, d_model, n_heads, d_ff)
        self.pad, self.d_model = pad_id, d_model

    def forward(self, src, tgt):
        keep = (src != self.pad)[:, None, :]
        x, y = (self.tok(i) * self.d_model ** 0.5 + self.pos[:i.size(1)].to(self.tok.weight) for i in (src, tgt))
        causal = torch.ones(tgt.size(1), tgt.size(1), dtype=torch.bool, device=tgt.device).tril()
        return F.linear(self.dec(y, self.enc(x, keep), causal[None], keep), self.tok.weight)


class _TiedLinear(nn.Module):
    """The output is a Linear layer that has the embedding's weight, and there is dropout."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.output = nn.Linear(d_model, vocab_size, bias=False)
        nn.init.normal_(self.output.weight, std=d_model ** -0.5)
        self.embedding = nn.Embedding(vocab_size, d_model, padding_idx=pad_id)
        self.embedding.weight = self.output.weight
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model), persistent=False)
        self.dropout, self.pad_id = nn.Dropout(0.1), pad_id
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff, dropout=0.1)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff, dropout=0.1)

    def embed(self, ids):
        return self.dropout(self.embedding(ids).mul(math.sqrt(self.embedding.embedding_dim))
                            .add(self.positions[None, : ids.shape[1]]))

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        return self.output(self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask))


class _Embedder(nn.Module):
    def __init__(self, vocab_size, d_model, max_len):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, d_model) / math.sqrt(d_model))
        self.max_len = max_len

    def forward(self, ids):
        d_model = self.table.shape[1]
        positions = sinusoidal_encoding(self.max_len, d_model).to(self.table)
        return math.sqrt(d_model) * self.table[ids] + positions[torch.arange(ids.shape[1])]


class _BareTable(nn.Module):
    """A bare parameter for a table, and positions that are made anew in each call."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.read = _Embedder(vocab_size, d_model, max_len)
        self.stacks = nn.ModuleDict({"decoder": _StackOfOthers(n_layers, d_model, n_heads, d_ff),
                                     "encoder": Encoder(n_layers, d_model, n_heads, d_ff)})
        self.pad_id = pad_id

    def forward(self, source, target):
        padding = source.ne(self.pad_id).unsqueeze(1)
        memory = self.stacks["encoder"](self.read(source), padding)
        mask = causal_mask(target.shape[1]).unsqueeze(0).expand(len(target), -1, -1)
        return torch.einsum("btd,vd->btv", self.stacks["decoder"](self.read(target), memory, mask, padding),
                            self.read.table)


class _LayersInside(nn.Module):
    """No classes for the stacks; queries that are padding get an empty row."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.max_len = pad_id, max_len
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.up = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.down = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.end_up, self.end_down = LayerNorm(d_model), LayerNorm(d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model).unsqueeze(0))

    def encode(self, source):
        real = source != self.pad_id
        x = self.embedding(source) * self.embedding.embedding_dim ** 0.5 + self.positions[:, : source.shape[1]]
        for layer in self.up:
            x = layer(x, real[:, None, :] & real[:, :, None])
        return self.end_up(x), real

    def forward(self, source, target):
        memory, real = self.encode(source)
        mine = target != self.pad_id
        y = self.embedding(target) * self.embedding.embedding_dim ** 0.5 + self.positions[:, : target.shape[1]]
        for layer in self.down:
            y = layer(y, memory, decoder_mask(target, self.pad_id) & mine[:, :, None],
                      real[:, None, :] & mine[:, :, None])
        return self.end_down(y).matmul(self.embedding.weight.t())


class _InTwoSteps(nn.Module):
    """`encode`, `decode` and `forward`; the target's mask is made from an upper triangle."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        nn.Module.__init__(self)
        sizes = n_layers, d_model, n_heads, d_ff
        self.encoder, self.decoder = Encoder(*sizes), _StackWithDropout(*sizes)
        self.embedding = nn.Embedding(vocab_size, d_model, _weight=torch.randn(vocab_size, d_model) / d_model ** 0.5)
        self.positions = nn.Buffer(sinusoidal_encoding(max_len, d_model)) if hasattr(nn, "Buffer") else \
            sinusoidal_encoding(max_len, d_model)
        self.pad_id = pad_id

    def vectors(self, ids):
        x = self.embedding(ids)
        return x * math.sqrt(x.shape[-1]) + self.positions.narrow(0, 0, ids.shape[1])

    def encode(self, source):
        mask = padding_mask(source, self.pad_id)
        return self.encoder(self.vectors(source), mask), mask

    def decode(self, target, memory, memory_mask):
        size = target.shape[-1]
        future = torch.triu(torch.ones((size, size), dtype=torch.bool), diagonal=1)
        states = self.decoder(self.vectors(target), memory, ~future & padding_mask(target, self.pad_id), memory_mask)
        return (self.embedding.weight @ states.mT).mT

    def forward(self, source, target):
        return self.decode(target, *self.encode(source))


class _PositionsInATable(_InTwoSteps):
    """Positions are a second `nn.Embedding`, which does not learn."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id, max_len)
        del self.positions
        self.places = nn.Embedding.from_pretrained(sinusoidal_encoding(max_len, d_model))

    def vectors(self, ids):
        x = self.embedding(ids)
        return x * math.sqrt(x.shape[-1]) + self.places(torch.arange(ids.shape[1], device=ids.device))


VARIANTS = {
    "7.1": [_OtherNames, _Wrapped, _InOnePiece, _OnTorchsAttention, _WithoutBiases, _WithDropout],
    "7.2": [_shift_by_index, _shift_by_narrow],
    "7.5": [_StackOfOthers, _StackByNumber, _StackIsAList, _StackWithDropout, _StackByRecursion],
    "7.6": [_NamesOfOthers, _TiedLinear, _BareTable, _LayersInside, _InTwoSteps, _PositionsInATable],
    "7.3": [_test_by_gradient, _test_by_prefix, _test_that_returns_false, _test_with_an_error_of_its_own],
}
