"""From 2017 to today: the parts that have been exchanged since, and a model that is one stack of layers.

What most language models of today have in common, each part with the paper that brought it:

* RMSNorm for LayerNorm (Zhang and Sennrich, 2019),
* SwiGLU for the feed-forward layer with ReLU (Shazeer, 2020),
* rotary positions for sinusoids that are added (Su et al., 2021),
* keys and values that several heads share (Shazeer, 2019; Ainslie et al., 2023),
* no biases, pre-norm (Xiong et al., 2020), and a decoder without an encoder.

`Design` has a switch for each, so that they can be compared one at a time. The conventions are those of
`course.attention`: batch first, rows are queries, masks are True where attention is allowed.
"""
import math
import zlib
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course._checkpoints import code_of
from course._words import listed, say
from course.attention import fused_attention, merge_heads, scaled_dot_product_attention, split_heads
from course.transformer import sinusoidal_encoding

__all__ = [
    "Cache", "DecoderOnly", "Design", "GroupedQueryAttention", "Layer", "RMSNorm", "ReLULayer", "SwiGLU", "generate",
    "prefix_mask", "rms_norm", "rotate",
]

_CODE = code_of("modern")[:12]


def rms_norm(x: Tensor, weight: Tensor, eps: float = 1e-6) -> Tensor:
    """Divide each vector x (..., d_model) by its root mean square, then scale it (Zhang and Sennrich, 2019, eq. 4).

    Unlike `layer_norm` it subtracts no mean and adds no bias. `eps` stands under the root. `weight` is (d_model,).
    """
    return x / torch.sqrt(x.square().mean(-1, keepdim=True) + eps) * weight


class RMSNorm(nn.Module):
    """`rms_norm` with a learned `weight` (d_model,), computed by PyTorch's own function."""

    def __init__(self, d_model: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))

    def forward(self, x: Tensor) -> Tensor:
        """(..., d_model) -> (..., d_model)."""
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


class ReLULayer(nn.Module):
    """The feed-forward layer of 2017, with or without biases: `w_1` up, ReLU, `w_2` down."""

    def __init__(self, d_model: int, d_ff: int, bias: bool = True):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff, bias=bias)
        self.w_2 = nn.Linear(d_ff, d_model, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """(..., d_model) -> (..., d_model)."""
        return self.w_2(self.w_1(x).relu())


class SwiGLU(nn.Module):
    """A feed-forward layer with a gate: w_down(silu(w_gate(x)) · w_up(x)), where silu(z) = z · sigmoid(z).

    Shazeer (2020), *GLU Variants Improve Transformer*, eq. 6. Three matrices instead of two, so that d_ff is usually
    chosen as two thirds of what it would be with ReLU. The paper has no biases, and so has this layer by default.
    """

    def __init__(self, d_model: int, d_ff: int, bias: bool = False):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=bias)
        self.w_up = nn.Linear(d_model, d_ff, bias=bias)
        self.w_down = nn.Linear(d_ff, d_model, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """(..., d_model) -> (..., d_model)."""
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))


def rotate(x: Tensor, positions: Tensor, base: float = 10000.0) -> Tensor:
    """Turn pairs of numbers in x (..., T, d_head) by their position times the pair's frequency (Su et al., 2021, §3).

    Number i makes a pair with number i + d_head / 2, as in most of today's code; Su et al. pair neighbours. Which
    numbers make a pair does not matter, as long as queries and keys are turned alike.

    Args:
        x: queries or keys, floating point, with an even d_head.
        positions: of each vector, whole numbers, broadcast to (..., T).
        base: pair i has the frequency base^(-2i / d_head).

    Returns:
        A tensor of the shape and dtype of x. Scores between two such tensors depend on the differences of their
        positions only.
    """
    half = x.shape[-1] // 2
    frequency = base ** (-torch.arange(half, dtype=x.dtype, device=x.device) / half)
    angle = positions.unsqueeze(-1) * frequency                      # (..., T, d_head / 2)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def prefix_mask(prefix_lengths: Tensor, size: int) -> Tensor:
    """Every position may attend to the whole prefix of its sentence, and to what is not in the future.

    Raffel et al. (2020), fig. 4. With a prefix of length 0 it is the causal mask, with one of length `size` no mask.

    Args:
        prefix_lengths: (B,), whole numbers from 0 to `size`.
        size: number of positions T.

    Returns:
        bool (B, T, T): rows are queries, True = may attend.
    """
    place = torch.arange(size, device=prefix_lengths.device)
    causal = place <= place.unsqueeze(1)                             # (T, T)
    in_prefix = place < prefix_lengths.unsqueeze(1)                  # (B, T)
    return causal | in_prefix.unsqueeze(1)


class GroupedQueryAttention(nn.Module):
    """Self-attention in which groups of heads share their keys and values (Ainslie et al., 2023).

    With n_kv_heads = n_heads it is multi-head attention, with n_kv_heads = 1 multi-query attention (Shazeer, 2019).
    Heads 0 to n_heads / n_kv_heads - 1 use the first keys and values, the next as many the second, and so on.

    Args:
        d_model: size of the vectors that go in and come out.
        n_heads: number of heads, each with its own queries, of d_head = d_model // n_heads numbers.
        n_kv_heads: number of different keys and values.
        bias: whether the four projections have a bias.

    Raises:
        ValueError: if d_model is not divisible by n_heads, or n_heads not by n_kv_heads.
    """

    def __init__(self, d_model: int, n_heads: int, n_kv_heads: int, bias: bool = False):
        super().__init__()
        for name, whole, part_name, part in (("d_model", d_model, "n_heads", n_heads),
                                             ("n_heads", n_heads, "n_kv_heads", n_kv_heads)):
            if min(whole, part) < 1 or whole % part:
                raise ValueError(say("{name} = {whole} is not divisible by {part_name} = {part}", name=name,
                                     whole=whole, part_name=part_name, part=part))
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=bias)
        self.w_k = nn.Linear(d_model, d_kv, bias=bias)
        self.w_v = nn.Linear(d_model, d_kv, bias=bias)
        self.w_o = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, x: Tensor, mask: Tensor | None = None, positions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, T, d_model), mask (B, T, T) -> output (B, T, d_model) and weights (B, n_heads, T, T).

        With `positions` (T,) or (B, T), queries and keys are rotated.
        """
        q, k, v = self.project(x, positions)
        k, v = self.repeat(k), self.repeat(v)
        heads, weights = scaled_dot_product_attention(q, k, v, _for_heads(mask))
        return self.w_o(merge_heads(heads)), weights

    def project(self, x: Tensor, positions: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Queries (B, n_heads, T, d_head), and keys and values (B, n_kv_heads, T, d_head): these go into a cache."""
        q = split_heads(self.w_q(x), self.n_heads)
        k, v = split_heads(self.w_k(x), self.n_kv_heads), split_heads(self.w_v(x), self.n_kv_heads)
        if positions is not None:
            positions = positions.unsqueeze(-2)                      # the same for every head
            q, k = rotate(q, positions), rotate(k, positions)
        return q, k, v

    def repeat(self, shared: Tensor) -> Tensor:
        """Each head's own view of the shared ones: (B, n_kv_heads, T, d_head) -> (B, n_heads, T, d_head)."""
        return shared.repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """What `forward` does after `project`, by PyTorch's fused kernel, which returns no weights."""
        return self.w_o(merge_heads(fused_attention(q, self.repeat(k), self.repeat(v), _for_heads(mask))))

    def extra_repr(self) -> str:
        return f"n_heads={self.n_heads}, n_kv_heads={self.n_kv_heads}"


@dataclass(frozen=True)
class Design:
    """Everything that may be switched; `dataclasses.replace(design, norm="rms")` makes a variant.

    Args:
        norm: "layer" or "rms".
        feed_forward: "relu", or "swiglu" with two thirds of d_ff, so that it has as many weights.
        positions: "sinusoid", added to the embeddings, or "rotary", in every attention.
        bias: whether linear layers and layer norms have biases.
        n_kv_heads: number of heads with their own keys and values; n_heads of them is multi-head attention.
        mask: "prefix", every position sees the whole source, or "causal", also source positions see no future.
        n_heads, d_model, d_ff, n_layers: sizes as for `course.transformer.Transformer`, with one stack.

    Raises:
        ValueError: for norm, feed_forward, positions or mask that are none of those above, and sizes below 1.
    """

    norm: str = "layer"
    feed_forward: str = "relu"
    positions: str = "sinusoid"
    bias: bool = True
    n_kv_heads: int = 4
    mask: str = "prefix"
    n_heads: int = 4
    d_model: int = 64
    d_ff: int = 256
    n_layers: int = 2

    def __post_init__(self):
        for name, options in (("norm", ("layer", "rms")), ("feed_forward", ("relu", "swiglu")),
                              ("positions", ("sinusoid", "rotary")), ("mask", ("prefix", "causal"))):
            if getattr(self, name) not in options:
                raise ValueError(say("{name} must be one of {options}, got {value!r}", name=name,
                                     options=listed(options), value=getattr(self, name)))
        if min(self.n_heads, self.n_kv_heads, self.d_model, self.d_ff, self.n_layers) < 1:
            raise ValueError(say("all sizes must be at least 1: {design}", design=self))

    def new_norm(self) -> nn.Module:
        """A norm of this design."""
        return RMSNorm(self.d_model) if self.norm == "rms" else nn.LayerNorm(self.d_model, bias=self.bias)

    def new_feed_forward(self) -> nn.Module:
        """A feed-forward layer of this design."""
        if self.feed_forward == "swiglu":
            return SwiGLU(self.d_model, self.d_ff * 2 // 3, self.bias)
        return ReLULayer(self.d_model, self.d_ff, self.bias)


class Cache:
    """What a model keeps of the tokens that it has read: keys and values of every layer, and which tokens are real.

    `layers[i]` holds the two tensors (B, n_kv_heads, t, d_head) of layer i, `real` is bool (B, t).
    """

    def __init__(self) -> None:
        self.layers: dict[int, tuple[Tensor, Tensor]] = {}
        self.real: Tensor | None = None

    def append(self, i: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Put the new keys and values of layer i behind the earlier ones; return all of them."""
        if i in self.layers:
            past_k, past_v = self.layers[i]
            k, v = torch.cat([past_k, k], dim=2), torch.cat([past_v, v], dim=2)
        self.layers[i] = k, v
        return k, v

    def nbytes(self) -> int:
        """The memory that keys and values take."""
        return sum(tensor.nbytes for pair in self.layers.values() for tensor in pair)


class Layer(nn.Module):
    """Self-attention, then feed-forward, both pre-norm and inside a residual connection."""

    def __init__(self, design: Design):
        super().__init__()
        self.attention = GroupedQueryAttention(design.d_model, design.n_heads, design.n_kv_heads, design.bias)
        self.feed_forward = design.new_feed_forward()
        self.norm_1, self.norm_2 = design.new_norm(), design.new_norm()

    def forward(
        self, x: Tensor, mask: Tensor, positions: Tensor | None = None, cache: Cache | None = None, i: int = 0,
    ) -> Tensor:
        """x (B, T, d_model) -> (B, T, d_model); mask (B, T, t + T), where t positions are in the cache of layer i."""
        q, k, v = self.attention.project(self.norm_1(x), positions)
        if cache is not None:
            k, v = cache.append(i, k, v)
        x = x + self.attention.attend(q, k, v, mask)
        return x + self.feed_forward(self.norm_2(x))


class DecoderOnly(nn.Module):
    """A translator without an encoder: it reads source and target as one sequence, with one stack of layers.

    It has what `course.training.train` asks of a model: `states`, `unembed`, `pad_id`. The source ends with eos, the
    target begins with bos, so that the model sees where one ends and the other begins. Padding between the two is
    never attended to, and does not count as a position.

    Equal seeds give equal numbers to all parameters that have the same name and shape, whatever else is switched.

    Args:
        vocab_size: number of tokens in the vocabulary of source and target; the embedding table is also the output
            layer.
        design: sizes and switches.
        pad_id: the token that fills up short sentences.
        max_len: the most tokens, source and target together, that a model with sinusoids knows positions for.
    """

    def __init__(self, vocab_size: int, design: Design | None = None, pad_id: int = 0, max_len: int = 256):
        super().__init__()
        self.design, self.pad_id = design or Design(), pad_id
        start = int(torch.randint(2**31, ()))                        # before the parts draw their own numbers
        self.embedding = nn.Embedding(vocab_size, self.design.d_model)
        self.layers = nn.ModuleList(Layer(self.design) for _ in range(self.design.n_layers))
        self.norm = self.design.new_norm()
        self.positions: Tensor | None
        table = sinusoidal_encoding(max_len, self.design.d_model) if self.design.positions == "sinusoid" else None
        self.register_buffer("positions", table, persistent=False)
        self.reset_parameters(start)

    def reset_parameters(self, start: int) -> None:
        """Glorot-uniform matrices, zero biases, embeddings of variance 1/d_model; each from `start` and its name."""
        for name, parameter in self.named_parameters():
            generator = torch.Generator().manual_seed(start + zlib.crc32(name.encode()))
            if name == "embedding.weight":
                nn.init.normal_(parameter, std=self.design.d_model ** -0.5, generator=generator)
            elif parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter, generator=generator)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def read(self, ids: Tensor, prefix_lengths: Tensor, cache: Cache | None = None) -> Tensor:
        """Ids (B, T), behind those that are in the cache -> states (B, T, d_model).

        `prefix_lengths` (B,): as many tokens at the beginning may be seen by all; see `prefix_mask`.
        Raises ValueError beyond the positions that a model with sinusoids knows.
        """
        length, real = ids.shape[1], ids != self.pad_id
        if cache is not None:
            real = cache.real = real if cache.real is None else torch.cat([cache.real, real], dim=1)
        if self.design.mask == "causal":
            prefix_lengths = torch.zeros_like(prefix_lengths)
        mask = prefix_mask(prefix_lengths, real.shape[1]) & real.unsqueeze(1)
        mask = mask[:, -length:]                                     # queries are the new positions only
        places = (real.cumsum(1) - 1).clamp(min=0)[:, -length:]      # (B, T), padding not counted

        x = self.embedding(ids) * math.sqrt(self.design.d_model)
        if self.positions is not None:
            if real.shape[1] > len(self.positions):
                raise ValueError(say("source and target have {tokens} tokens together; this model knows positions only "
                                     "up to max_len = {max_len}", tokens=real.shape[1], max_len=len(self.positions)))
            x = x + self.positions[places]
        for i, layer in enumerate(self.layers):
            x = layer(x, mask, places if self.positions is None else None, cache, i)
        return self.norm(x)

    def states(self, source: Tensor, target: Tensor) -> Tensor:
        """Source ids (B, S) and target ids (B, T) -> the states of the target's positions (B, T, d_model)."""
        return self.read(torch.cat([source, target], dim=1), self.lengths(source))[:, source.shape[1]:]

    def lengths(self, source: Tensor) -> Tensor:
        """The number of real tokens of each source (B, S) -> (B,)."""
        return (source != self.pad_id).sum(1)

    def unembed(self, states: Tensor) -> Tensor:
        """States (..., d_model) -> logits (..., vocab_size), by the transposed embedding table."""
        return F.linear(states, self.embedding.weight)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Logits (B, T, vocab_size): entry t scores what follows target[:, : t + 1]."""
        return self.unembed(self.states(source, target))

    def extra_repr(self) -> str:
        return f"{self.design}, code={_CODE}"           # a part of what a cached training is found by


@torch.no_grad()
def generate(
    model: DecoderOnly, source: Tensor, bos_id: int, eos_id: int, max_len: int = 60, cache: Cache | None = None,
) -> Tensor:
    """Write the most likely next token until every sentence has ended.

    Args:
        model: should be in eval mode.
        source: (B, S) ids, each with its eos, filled up with pad.
        max_len: the most tokens to write.
        cache: an empty one, which is filled; without it, everything is read anew for each token.

    Returns:
        ids (B, T) without bos; after a sentence's eos there is only pad.
    """
    lengths = model.lengths(source)
    written = torch.full((len(source), 1), bos_id, device=source.device)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    if cache is not None:
        model.read(source, lengths, cache)
    for _ in range(max_len):
        if cache is None:
            state = model.states(source, written)[:, -1]
        else:
            state = model.read(written[:, -1:], lengths, cache)[:, -1]
        token = model.unembed(state).argmax(-1).masked_fill(ended, model.pad_id)
        written = torch.cat([written, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return written[:, 1:]


def _for_heads(mask: Tensor | None) -> Tensor | None:
    """The same mask for every head: (B, T_q, T_k) -> (B, 1, T_q, T_k)."""
    return mask if mask is None else mask.unsqueeze(1)
