"""The Transformer, from the positions up to the whole encoder-decoder.

Two arrangements of the layer norms are offered by one switch. `norm_first=True`, the course's
default, normalises what goes *into* a sub-layer, and once more at the end of the stack;
`norm_first=False` is the paper's: it normalises what comes *out*, after the residual addition.
Section and equation numbers are those of the paper, *Attention Is All You Need*.
"""
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course._words import say
from course.attention import MultiHeadAttention, causal_mask, padding_mask

__all__ = [
    "Decoder", "DecoderLayer", "Dropout", "Encoder", "EncoderLayer", "FeedForward", "LayerNorm",
    "Transformer", "layer_norm", "residual", "sinusoidal_encoding",
]


def sinusoidal_encoding(max_len: int, d_model: int) -> Tensor:
    """Positions as points on circles of growing wavelength (§3.5): float32 (max_len, d_model).

    Column 2i is sin(pos / 10000^(2i/d_model)), column 2i+1 the cosine of the same angle.
    An odd d_model ends with a sine. Raises ValueError if max_len or d_model is below 1.
    """
    _at_least_one(max_len=max_len, d_model=d_model)
    position = torch.arange(max_len, dtype=torch.float64).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angle = position * frequency                         # (max_len, ceil(d_model / 2))
    encoding = torch.empty(max_len, d_model)
    encoding[:, 0::2] = angle.sin()
    encoding[:, 1::2] = angle[:, : d_model // 2].cos()
    return encoding


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Give each vector x (..., d_model) mean 0 and variance 1, then scale and shift (Ba et al., 2016)."""
    mean = x.mean(-1, keepdim=True)
    variance = (x - mean).square().mean(-1, keepdim=True)   # divided by d_model, not d_model - 1
    return (x - mean) / torch.sqrt(variance + eps) * weight + bias


class LayerNorm(nn.Module):
    """`layer_norm` with learned `weight` and `bias` (d_model,), computed by PyTorch's fused kernel.

    Raises ValueError if d_model is below 1.
    """

    def __init__(self, d_model: int, eps: float = 1e-5):
        super().__init__()
        _at_least_one(d_model=d_model)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x: Tensor) -> Tensor:
        """(..., d_model) -> (..., d_model)."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class Dropout(nn.Module):
    """While training, set each number to zero with probability `p` and divide the others by 1 - p (§5.4).

    What `torch.nn.Dropout` does, at half its price on a CPU: 16 random bits decide about a number,
    so that `p` is met to 1/65536. Raises ValueError unless 0 <= p <= 1.
    """

    def __init__(self, p: float = 0.0):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(say("dropout is a probability, from 0 to 1, got {p}", p=p))
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """(...) -> (...), of the same dtype."""
        if not self.training or self.p == 0:
            return x
        if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64) or self.p > 0.9999:
            return F.dropout(x, self.p)
        words = torch.empty(math.ceil(x.numel() / 4), dtype=torch.int64).random_(-2**63, None)
        bits = words.view(torch.int16)[: x.numel()].view(x.shape)      # each of -32768 to 32767 is as likely
        keep = bits.to(x.dtype).ge_(round(self.p * 2**16) - 2**15)     # 1.0 or 0.0
        return x * keep.div_(1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class FeedForward(nn.Module):
    """Two linear layers with a ReLU between, at each position alike (§3.3, eq. 2).

    Raises ValueError if a size is below 1.
    """

    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        _at_least_one(d_model=d_model, d_ff=d_ff)
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x: Tensor) -> Tensor:
        """(..., d_model) -> (..., d_model)."""
        return self.w_2(self.w_1(x).relu())


class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward, each inside a residual connection (§3.1)."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int, dropout: float = 0.0, norm_first: bool = True):
        super().__init__()
        self.norm_first = norm_first
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, T, d_model) -> (B, T, d_model); `mask` as for `MultiHeadAttention`."""
        def attend(x):
            return self.self_attention(x, x, x, mask, need_weights=False)[0]

        x = residual(x, attend, self.norm_1, self.dropout, self.norm_first)
        return residual(x, self.feed_forward, self.norm_2, self.dropout, self.norm_first)


class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention to the memory, feed-forward (§3.1)."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int, dropout: float = 0.0, norm_first: bool = True):
        super().__init__()
        self.norm_first = norm_first
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Tensor, memory: Tensor, self_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """x (B, T_q, d_model) and memory (B, T_k, d_model) -> (B, T_q, d_model).

        `self_mask` says who among the target positions may see whom, `memory_mask` which source
        positions may be looked at; both as for `MultiHeadAttention`.
        """
        def attend_to_self(x):
            return self.self_attention(x, x, x, self_mask, need_weights=False)[0]

        def attend_to_memory(x):
            return self.cross_attention(x, memory, memory, memory_mask, need_weights=False)[0]

        x = residual(x, attend_to_self, self.norm_1, self.dropout, self.norm_first)
        x = residual(x, attend_to_memory, self.norm_2, self.dropout, self.norm_first)
        return residual(x, self.feed_forward, self.norm_3, self.dropout, self.norm_first)


class Encoder(nn.Module):
    """A stack of `n_layers` encoder layers; with `norm_first` a last norm closes it.

    Raises ValueError if a size is below 1, or n_heads does not divide d_model.
    """

    def __init__(
        self, n_layers: int, d_model: int, n_heads: int, d_ff: int, dropout: float = 0.0, norm_first: bool = True
    ):
        super().__init__()
        _at_least_one(n_layers=n_layers)
        self.layers = nn.ModuleList(
            EncoderLayer(d_model, n_heads, d_ff, dropout, norm_first) for _ in range(n_layers)
        )
        self.norm = LayerNorm(d_model) if norm_first else nn.Identity()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Embedded source (B, T_k, d_model) -> memory (B, T_k, d_model)."""
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


class Decoder(nn.Module):
    """A stack of `n_layers` decoder layers, all reading the same memory.

    Raises ValueError if a size is below 1, or n_heads does not divide d_model.
    """

    def __init__(
        self, n_layers: int, d_model: int, n_heads: int, d_ff: int, dropout: float = 0.0, norm_first: bool = True
    ):
        super().__init__()
        _at_least_one(n_layers=n_layers)
        self.layers = nn.ModuleList(
            DecoderLayer(d_model, n_heads, d_ff, dropout, norm_first) for _ in range(n_layers)
        )
        self.norm = LayerNorm(d_model) if norm_first else nn.Identity()

    def forward(
        self, x: Tensor, memory: Tensor, self_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """Embedded target (B, T_q, d_model) and memory (B, T_k, d_model) -> (B, T_q, d_model)."""
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)


class Transformer(nn.Module):
    """The whole translator: token ids in, logits over the next target token out (§3).

    One embedding table serves source, target and the output layer (§3.4), so source and target
    share one vocabulary.

    Args:
        vocab_size: number of tokens in the shared vocabulary.
        d_model, n_heads, d_ff, n_layers: the paper's sizes; `n_layers` each for both stacks.
        dropout: on the embeddings and on each sub-layer's output before it is added, as in the paper
            (§5.4). PyTorch's module also drops attention weights and hidden units.
        norm_first: see the module's text.
        pad_id: the token that fills up short sentences; it is never attended to.
        max_len: the longest sentence, in tokens, that can be given a position.

    Raises:
        ValueError: if a size is below 1, n_heads does not divide d_model, or dropout is not from 0 to 1.
    """

    positions: Tensor                                    # (max_len, d_model)

    def __init__(
        self, vocab_size: int, d_model: int = 128, n_heads: int = 4, d_ff: int = 512, n_layers: int = 2,
        dropout: float = 0.0, norm_first: bool = True, pad_id: int = 0, max_len: int = 256,
    ):
        super().__init__()
        _at_least_one(vocab_size=vocab_size, d_model=d_model, max_len=max_len)
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model), persistent=False)
        self.dropout = Dropout(dropout)
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff, dropout, norm_first)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff, dropout, norm_first)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Glorot-uniform matrices, zero biases; embeddings of variance 1/d_model, since `embed` scales them up."""
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        nn.init.normal_(self.embedding.weight, std=self.embedding.embedding_dim ** -0.5)

    def embed(self, ids: Tensor, start: int = 0) -> Tensor:
        """Token vectors times √d_model, plus positions (§3.4, §3.5): (B, T) -> (B, T, d_model).

        The first token stands at position `start`. Raises ValueError beyond max_len.
        """
        end = start + ids.shape[1]
        if end > len(self.positions):
            raise ValueError(say("the sentence has {end} tokens, but this model knows positions only up to max_len = "
                                 "{max_len}; build it with a larger max_len", end=end, max_len=len(self.positions)))
        scale = math.sqrt(self.embedding.embedding_dim)
        return self.dropout(self.embedding(ids) * scale + self.positions[start:end])

    def source_mask(self, source: Tensor) -> Tensor | None:
        """The padding mask (B, 1, T_k) of the source, or None where nothing is padded."""
        mask = padding_mask(source, self.pad_id)
        return None if mask.all() else mask

    def encode(self, source: Tensor, source_mask: Tensor | None = None) -> Tensor:
        """Source ids (B, T_k) -> memory (B, T_k, d_model)."""
        return self.encoder(self.embed(source), source_mask)

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor | None = None) -> Tensor:
        """Target ids so far (B, T_q) and the memory -> states (B, T_q, d_model), one per position.

        Padding stands at the end of a target, where the causal mask already hides it from every
        real token, so no other mask is needed.
        """
        return self.decoder(self.embed(target), memory, causal_mask(target.shape[1], target.device), source_mask)

    def unembed(self, states: Tensor) -> Tensor:
        """States (..., d_model) -> logits (..., vocab_size), by the transposed embedding table (§3.4)."""
        return F.linear(states, self.embedding.weight)

    def states(self, source: Tensor, target: Tensor) -> Tensor:
        """Source ids (B, T_k) and decoder input ids (B, T_q) -> decoder states (B, T_q, d_model)."""
        mask = self.source_mask(source)
        return self.decode(target, self.encode(source, mask), mask)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Logits (B, T_q, vocab_size): entry t scores what follows target[:, : t + 1]."""
        return self.unembed(self.states(source, target))


def residual(
    x: Tensor, sublayer: Callable[[Tensor], Tensor], norm: nn.Module, dropout: nn.Module, norm_first: bool
) -> Tensor:
    """x + sublayer(norm(x)), or norm(x + sublayer(x)) as in the paper (§3.1)."""
    if norm_first:
        return x + dropout(sublayer(norm(x)))
    return norm(x + dropout(sublayer(x)))


def _at_least_one(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(say("{name} must be at least 1, got {size}", name=name, size=size))
