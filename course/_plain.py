"""The Transformer as the lessons write it: without switches, without fused kernels. `course.parts` fills gaps with it.

Where a learner has solved some exercises and not others, these stand for the others. Each class finds the parts that it
is made of by their names in this module, so that other parts can be put in.
"""
import math

from torch import Tensor, nn

from course.attention import (
    causal_mask,
    decoder_mask,
    merge_heads,
    padding_mask,
    scaled_dot_product_attention,
    split_heads,
)
from course.transformer import FeedForward, LayerNorm, sinusoidal_encoding

__all__ = [
    "Decoder", "DecoderLayer", "Encoder", "EncoderLayer", "FeedForward", "LayerNorm", "MultiHeadAttention",
    "Transformer", "causal_mask", "decoder_mask", "merge_heads", "padding_mask", "scaled_dot_product_attention",
    "sinusoidal_encoding", "split_heads",
]


class MultiHeadAttention(nn.Module):
    """Project, split, attend, merge, project (lesson 04)."""

    def __init__(self, d_model: int, n_heads: int, bias: bool = True):
        super().__init__()
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model, bias=bias) for _ in range(4))

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None, need_weights: bool = True
    ) -> tuple[Tensor, Tensor]:
        """Mask (T_q, T_k), (B, 1, T_k) or (B, T_q, T_k) -> (B, T_q, d_model), weights (B, n_heads, T_q, T_k).

        The weights are computed in any case; `need_weights` is there for layers that say so.
        """
        q, k, v = (split_heads(w(x), self.n_heads)
                   for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        heads, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(-3))
        return self.w_o(merge_heads(heads)), weights


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward (lesson 06)."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, T, d_model) -> (B, T, d_model)."""
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))


class Encoder(nn.Module):
    """A stack of encoder layers, and a norm (lesson 06)."""

    def __init__(self, n_layers: int, d_model: int, n_heads: int, d_ff: int):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, T_k, d_model) -> (B, T_k, d_model)."""
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention and feed-forward (lesson 07)."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(
        self, x: Tensor, memory: Tensor, self_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """x (B, T_q, d_model), memory (B, T_k, d_model) -> (B, T_q, d_model)."""
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))


class Decoder(nn.Module):
    """A stack of decoder layers, and a norm (lesson 07)."""

    def __init__(self, n_layers: int, d_model: int, n_heads: int, d_ff: int):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(
        self, x: Tensor, memory: Tensor, self_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """x (B, T_q, d_model), memory (B, T_k, d_model) -> (B, T_q, d_model)."""
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)


class Transformer(nn.Module):
    """Ids in, logits out (lesson 07)."""

    positions: Tensor

    def __init__(
        self, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int, pad_id: int = 0,
        max_len: int = 256,
    ):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids: Tensor) -> Tensor:
        """(B, T) -> (B, T, d_model)."""
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Source (B, T_k), decoder input (B, T_q) -> logits (B, T_q, vocab_size)."""
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        states = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return states @ self.embedding.weight.T
