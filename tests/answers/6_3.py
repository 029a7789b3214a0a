# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred / torch.sqrt(variance + self.eps) * self.weight + self.bias


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

# %% wrong: post-norm, as the paper
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        x = self.norm_1(x + self.self_attention(x, x, x, mask)[0])
        return self.norm_2(x + self.feed_forward(x))

# %% wrong: normed vector carried on in the first half
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        x = self.norm_1(x)
        x = x + self.self_attention(x, x, x, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: norm behind the sub-layer, on the side road
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        x = x + self.norm_1(self.self_attention(x, x, x, mask)[0])
        return x + self.norm_2(self.feed_forward(x))

# %% wrong: only the queries are normed
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, x, x, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: values not normed
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, x, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: one residual connection around everything
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        return x + self.feed_forward(self.norm_2(attended))

# %% wrong: no residual connection around attention
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: no residual connection around feed-forward
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return self.feed_forward(self.norm_2(x))

# %% wrong: one norm for both
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_1(x))

# %% wrong: second norm forgotten
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(x)

# %% wrong: side by side, as GPT-J
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        return x + attended + self.feed_forward(self.norm_2(x))

# %% wrong: feed-forward first
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        x = x + self.feed_forward(self.norm_2(x))
        normed = self.norm_1(x)
        return x + self.self_attention(normed, normed, normed, mask)[0]

# %% wrong: mask not handed on
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: mask negated for PyTorch
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        mask = None if mask is None else ~mask
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: both things added
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: weights taken for the output
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        _, attended = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: second residual from the beginning
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        y = x + attended
        return x + self.feed_forward(self.norm_2(y))

# %% wrong: d_ff of the paper's rule
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, 4 * d_model)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: eight heads always
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, 8 if d_model % 8 == 0 else 1)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% right: dropout on the side roads
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.dropout = nn.Dropout(0.1)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + self.dropout(attended)
        return x + self.dropout(self.feed_forward(self.norm_2(x)))

# %% wrong: returns the weights, too
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, weights = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x)), weights

# %% wrong: a mask must be given
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% right: names of the drawing
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _ = self.self_attention(normed, normed, normed, mask)
        x = x + attended
        return x + self.feed_forward(self.norm_2(x))

# %% right: sub-layer connections as in the Annotated Transformer
class SublayerConnection(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.norm = LayerNorm(size)

    def forward(self, x, sublayer):
        return x + sublayer(self.norm(x))


class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.sublayer = nn.ModuleList([SublayerConnection(d_model) for _ in range(2)])

    def forward(self, x, mask=None):
        x = self.sublayer[0](x, lambda y: self.self_attn(y, y, y, mask)[0])
        return self.sublayer[1](x, self.feed_forward)

# %% right: minGPT's names
class EncoderLayer(nn.Module):
    def __init__(self, d_model: int, n_heads: int, d_ff: int):
        super().__init__()
        self.ln_1 = LayerNorm(d_model)
        self.attn = MultiHeadAttention(d_model=d_model, n_heads=n_heads)
        self.ln_2 = LayerNorm(d_model)
        self.mlp = FeedForward(d_model=d_model, d_ff=d_ff)

    def _attend(self, x, mask):
        return self.attn(query=x, key=x, value=x, mask=mask)[0]

    def forward(self, x, mask=None):
        x = x + self._attend(self.ln_1(x), mask)
        x = x + self.mlp(self.ln_2(x))
        return x

# %% right: terms added up at the end
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        y = self.norm_1(x)
        gathered = self.self_attention(y, y, y, mask=mask)[0]
        thought = self.feed_forward(self.norm_2(x + gathered))
        return torch.stack([x, gathered, thought]).sum(dim=0)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.transformer import FeedForward, LayerNorm
# %% wrong: post-norm as in the paper
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        attended, _ = self.self_attention(x, x, x, mask)
        x = self.norm_1(x + attended)
        return self.norm_2(x + self.feed_forward(x))
# %% wrong: only the query is normalised
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        x = x + self.feed_forward(self.norm_2(x))
        return x
# %% wrong: no plus around the feed-forward layer
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return self.feed_forward(self.norm_2(x))
# %% wrong: parallel sub-layers as in GPT-J
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        n1, n2 = self.norm_1(x), self.norm_2(x)
        gathered = self.self_attention(n1, n1, n1, mask)[0]
        thought = self.feed_forward(n2)
        return x + gathered + thought
# %% wrong: += writes into the caller's x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x += self.self_attention(h, h, h, mask)[0]
        x += self.feed_forward(self.norm_2(x))
        return x
# %% wrong: returns the weights, too, another one
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        out, weights = self.self_attention(h, h, h, mask)
        x = x + out
        x = x + self.feed_forward(self.norm_2(x))
        return x, weights
# %% wrong: PyTorch's attention with the sequence first
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = nn.MultiheadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h)[0]
        return x + self.feed_forward(self.norm_2(x))
# %% wrong: mask turned round, True = forbidden
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))
# %% right: plain
class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward, each with a norm before it and a residual connection around it."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        normed = self.norm_1(x)
        attended, _weights = self.self_attention(normed, normed, normed, mask=mask)
        x = x + attended
        normed = self.norm_2(x)
        return x + self.feed_forward(normed)
# %% right: mask given a heads axis, no weights, other names
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attn = MultiHeadAttention(d_model, n_heads)
        self.ffn = nn.Sequential(LayerNorm(d_model), FeedForward(d_model, d_ff))
        self.ln = LayerNorm(d_model)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1)
        h = self.ln(x)
        y = torch.add(x, self.attn(h, h, h, mask, need_weights=False)[0])
        return torch.add(y, self.ffn(y))
# %% right: a class for the frame
class Residual(nn.Module):
    def __init__(self, d_model, inner):
        super().__init__()
        self.norm, self.inner = LayerNorm(d_model), inner

    def forward(self, x, *more):
        out = self.inner(self.norm(x), *more)
        return x + out


class SelfAttention(MultiHeadAttention):
    def forward(self, x, mask):
        return super().forward(x, x, x, mask)[0]


class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.gather = Residual(d_model, SelfAttention(d_model, n_heads))
        self.think = Residual(d_model, FeedForward(d_model, d_ff))

    def forward(self, x, mask=None):
        return self.think(self.gather(x, mask))

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.transformer import FeedForward, LayerNorm, sinusoidal_encoding
# %% wrong: only the queries are normalised
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        return x + self.feed_forward(self.norm_2(x))
# %% wrong: both sub-layers side by side on the same x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        attended, _ = self.self_attention(h, h, h, mask)
        thought = self.feed_forward(self.norm_2(x))
        return x + attended + thought
# %% wrong: the second plus goes back to the first x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        n = self.norm_1(x)
        h = x + self.self_attention(n, n, n, mask)[0]
        return x + self.feed_forward(self.norm_2(h))
# %% wrong: feed-forward first, once more
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = x + self.feed_forward(self.norm_1(x))
        h = self.norm_2(x)
        h, weights = self.self_attention(h, h, h, mask)
        return x + h
# %% right: a loop over norm and sub-layer
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, mask=None):
        look = lambda h: self.self_attention(h, h, h, mask)[0]
        road = x
        for norm, sublayer in zip((self.norm_1, self.norm_2), (look, self.feed_forward)):
            road = torch.add(road, sublayer(norm(road)))
        return road
# %% prelude
import torch
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
# %% wrong: post-norm, as in the paper: LayerNorm(x + sublayer(x))
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = self.norm_1(x + self.self_attention(x, x, x, mask)[0])
        return self.norm_2(x + self.feed_forward(x))
# %% wrong: the first sub-layer is right, in the second the normalised vector is carried on along the main road
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        attended, _ = self.self_attention(h, h, h, mask)
        x = x + attended
        h = self.norm_2(x)
        return h + self.feed_forward(h)
# %% wrong: one norm for both sub-layers
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        for sublayer in (lambda h: self.self_attention(h, h, h, mask)[0], self.feed_forward):
            x = x + sublayer(self.norm(x))
        return x
# %% wrong: the second plus adds the layer's input again instead of what came out of the first sub-layer
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        residual = x
        h = self.norm_1(x)
        h, _ = self.self_attention(h, h, h, mask)
        h = residual + h
        h = self.feed_forward(self.norm_2(h))
        return residual + h
# %% wrong: of a mask (B, T, T) only the first row is used, for all queries
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask[:, 0].unsqueeze(1)
        normed = self.norm_1(x)
        x = x + self.self_attention(normed, normed, normed, mask=mask)[0]
        return x + self.feed_forward(self.norm_2(x))
# %% wrong: the norm stands after the sub-layer, before the plus: x + norm(sublayer(x))
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.ff = FeedForward(d_model, d_ff)
        self.norm_a = LayerNorm(d_model)
        self.norm_b = LayerNorm(d_model)

    def forward(self, x, mask=None):
        a, _ = self.attention(x, x, x, mask)
        x = x + self.norm_a(a)
        return x + self.norm_b(self.ff(x))
# %% wrong: the mask is inverted, as if MultiHeadAttention had PyTorch's convention
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        forbidden = ~mask if mask is not None else None
        x = x + self.self_attention(h, h, h, forbidden)[0]
        return x + self.feed_forward(self.norm_2(x))
# %% right: a helper for the frame around both sub-layers, other names
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.gather, self.think = MultiHeadAttention(d_model, n_heads), FeedForward(d_model, d_ff)
        self.norms = nn.ModuleList(LayerNorm(d_model) for _ in range(2))

    def frame(self, x, norm, sublayer):
        return torch.add(x, sublayer(norm(x)))

    def forward(self, x, mask=None):
        def attend(h):
            output, _ = self.gather(query=h, key=h, value=h, mask=mask)
            return output

        x = self.frame(x, self.norms[0], attend)
        return self.frame(x, self.norms[1], self.think)
# %% right: all in one sum, written with a clone and a ModuleDict
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({
            "before attention": LayerNorm(d_model), "attention": MultiHeadAttention(d_model, n_heads),
            "before thinking": LayerNorm(d_model), "thinking": FeedForward(d_model, d_ff),
        })

    def forward(self, x, mask=None):
        road = x.clone()
        side = self.parts["before attention"](road)
        news = self.parts["attention"](side, side, side, mask)
        road = road + news[0]
        return sum([road, self.parts["thinking"](self.parts["before thinking"](road))])
# %% prelude
import torch
from torch import nn

from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
# %% wrong: half fixed: in the second sub-layer the normalised vector still goes on along the main road
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        n = self.norm_1(x)
        x = x + self.self_attention(n, n, n, mask)[0]
        n = self.norm_2(x)
        return n + self.feed_forward(n)
# %% wrong: only the query is normalised, keys and values are not
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.mha = MultiHeadAttention(d_model, n_heads)
        self.ffn = FeedForward(d_model, d_ff)
        self.ln1 = LayerNorm(d_model)
        self.ln2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = x + self.mha(self.ln1(x), x, x, mask)[0]
        x = x + self.ffn(self.ln2(x))
        return x
# %% wrong: feed-forward reads the x from before attention: both sub-layers side by side
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, mask=None):
        a = self.norm_1(x)
        b = self.norm_2(x)
        return x + self.self_attention(a, a, a, mask)[0] + self.feed_forward(b)
# %% wrong: one norm, with one weight and bias, for both sub-layers
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        y = self.norm(x)
        out, weights = self.attention(y, y, y, mask)
        x = x + out
        y = self.norm(x)
        return x + self.feed_forward(y)
# %% right: a loop over (norm, sub-layer) with local functions
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.self_attention = LayerNorm(d_model), MultiHeadAttention(d_model, n_heads)
        self.norm_2, self.feed_forward = LayerNorm(d_model), FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        def gather(h):
            out, _ = self.self_attention(h, h, h, mask=mask)
            return out

        for norm, sublayer in ((self.norm_1, gather), (self.norm_2, self.feed_forward)):
            x = x + sublayer(norm(x))
        return x
# %% right: other names, parts in a ModuleDict, a mask of all True when there is none
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({
            "gather": MultiHeadAttention(d_model, n_heads), "think": FeedForward(d_model, d_ff),
            "before_gather": LayerNorm(d_model), "before_think": LayerNorm(d_model)})

    def forward(self, x, mask=None):
        if mask is None:
            mask = torch.ones(x.shape[0], 1, x.shape[1], dtype=torch.bool, device=x.device)
        p = self.parts
        side_road = p["before_gather"](x)
        after = torch.add(x, p["gather"](side_road, side_road, side_road, mask)[0])
        return torch.add(after, p["think"](p["before_think"](after)))

# %% prelude

# %% wrong: x += ...: the caller's tensor is changed
import copy, functools, math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention

class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x += self.self_attention(h, h, h, mask)[0]
        x += self.feed_forward(self.norm_2(x))
        return x

# %% wrong: keeps the last mask: a call without a mask uses the old one
import copy, functools, math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention

class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.mask = None
    def forward(self, x, mask=None):
        if mask is not None:
            self.mask = mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self.mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: takes the first row of the mask for every word: right for (B, 1, T), wrong for (B, T, T)
import copy, functools, math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention

class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        keys = None if mask is None else mask[:, :1]      # which words are real
        x = x + self.self_attention(h, h, h, keys)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: fairseq's conv models: each sum is multiplied by sqrt(0.5)
import copy, functools, math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention

class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = (x + self.self_attention(h, h, h, mask)[0]) * math.sqrt(0.5)
        return (x + self.feed_forward(self.norm_2(x))) * math.sqrt(0.5)

# %% right: lucidrains style: Residual(PreNorm(fn))
import copy, functools, math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention

class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

class PreNorm(nn.Module):
    def __init__(self, dim, fn):
        super().__init__()
        self.norm, self.fn = LayerNorm(dim), fn
    def forward(self, x, **kwargs):
        return self.fn(self.norm(x), **kwargs) + x

class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.inner = MultiHeadAttention(dim, heads)
    def forward(self, x, mask=None):
        out, _ = self.inner(x, x, x, mask)
        return out

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.sublayers = nn.ModuleList([PreNorm(d_model, SelfAttention(d_model, n_heads)),
                                        PreNorm(d_model, FeedForward(d_model, d_ff))])
    def forward(self, x, mask=None):
        attend, think = self.sublayers
        return think(attend(x, mask=mask))

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention

class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

# %% wrong: the feed-forward layer reads norm_2 of the old normalised h, not of the new x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        x = x + self.feed_forward(self.norm_2(h))
        return x

# %% wrong: mask inverted, as PyTorch wants it (True = forbidden)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        h = self.norm_1(x)
        new, _ = self.self_attention(h, h, h, mask)
        x = x + new
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: no residual connection around the feed-forward layer
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        new, _ = self.self_attention(h, h, h, mask)
        x = self.norm_2(x + new)
        return self.feed_forward(x)

# %% wrong: attention's pair is added to x: raises
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)
        x = x + self.feed_forward(self.norm_2(x))
        return x

# %% right: sub-layers in a ModuleDict, a helper for the frame, other names
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"gather": MultiHeadAttention(d_model, n_heads),
                                    "think": FeedForward(d_model, d_ff)})
        self.norms = nn.ModuleDict({name: LayerNorm(d_model) for name in self.parts})

    def around(self, name, x, *, sublayer):
        return torch.add(x, sublayer(self.norms[name](x)))

    def forward(self, x, mask=None):
        x = self.around("gather", x, sublayer=lambda h: self.parts["gather"](h, h, h, mask)[0])
        return self.around("think", x, sublayer=self.parts["think"])

# %% prelude
import math, copy
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.transformer import FeedForward, LayerNorm, EncoderLayer

# %% wrong: x += : the caller's x is changed in place
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x += self.self_attention(h, h, h, mask)[0]
        x += self.feed_forward(self.norm_2(x))
        return x

# %% wrong: only the queries are normalised, keys and values are the raw x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: second plus adds to the layer's input, not to the sum after attention
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        gathered = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(gathered))

# %% wrong: PyTorch habit: the mask is inverted
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% right: ModuleDict/ModuleList, a helper for the residual, other names
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"think": FeedForward(d_model, d_ff), "gather": MultiHeadAttention(d_model, n_heads)})
        self.norms = nn.ModuleList([LayerNorm(d_model), LayerNorm(d_model)])

    def residual(self, n, x, f):
        return torch.add(f(self.norms[n](x)), x)

    def forward(self, x, mask=None):
        gather = self.parts["gather"]
        def attend(h):
            out, _ = gather(h, h, h, mask)
            return out
        return self.residual(1, self.residual(0, x, attend), self.parts["think"])

# %% prelude
import copy
import functools
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm, EncoderLayer, Encoder

# %% right: with nn.Dropout, a ModuleList of norms and a helper
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norms = nn.ModuleList([LayerNorm(d_model), LayerNorm(d_model)])
        self.think = FeedForward(d_model, d_ff)
        self.gather = MultiHeadAttention(d_model, n_heads)
        self.drop = nn.Dropout(0.1)
    def _around(self, x, norm, part):
        return torch.add(self.drop(part(norm(x))), x)
    def forward(self, x, mask=None):
        x = self._around(x, self.norms[0], lambda h: self.gather(h, h, h, mask)[0])
        return self._around(x, self.norms[1], self.think)

# %% wrong: only the query is normalised, key and value are the raw x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        x = x + self.feed_forward(self.norm_2(x))
        return x

# %% wrong: the second plus adds to the layer's input x, not to h = x + attention
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
    def forward(self, x, mask=None):
        n = self.norm_1(x)
        out, _ = self.self_attention(n, n, n, mask)
        h = x + out
        return x + self.feed_forward(self.norm_2(h))

# %% wrong: ~mask, as in PyTorch's key_padding_mask
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: F.dropout(..., 0.1) without training=self.training: drops in evaluation mode, too
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + F.dropout(self.self_attention(h, h, h, mask)[0], 0.1)
        return x + F.dropout(self.feed_forward(self.norm_2(x)), 0.1)

# %% wrong: the norm stands on the side road, but after the sub-layer: x + norm(sublayer(x))
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
    def forward(self, x, mask=None):
        x = x + self.norm_1(self.self_attention(x, x, x, mask)[0])
        x = x + self.norm_2(self.feed_forward(x))
        return x

# %% prelude
from course.attention import MultiHeadAttention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: both sub-layers read the first x (parallel), feed-forward does not see attention
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        gathered, _ = self.self_attention(h, h, h, mask)
        thought = self.feed_forward(self.norm_2(x))
        return x + gathered + thought

# %% wrong: only the query is normalised; key and value are the raw x
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        x = x + self.feed_forward(self.norm_2(x))
        return x

# %% wrong: mask inverted, as PyTorch's key_padding_mask would need it
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: second residual adds to the normalised vector (first sub-layer is correct)
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        x = self.norm_2(x)
        return x + self.feed_forward(x)

# %% right: a Residual helper module, lambda, dropout, other names
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class Around(nn.Module):
    """x + dropout(f(norm(x)))"""
    def __init__(self, d_model):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.drop = nn.Dropout(0.1)

    def forward(self, x, f):
        return x + self.drop(f(self.norm(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.think = FeedForward(d_model, d_ff)
        self.gather = MultiHeadAttention(d_model, n_heads)
        self.around = nn.ModuleList([Around(d_model), Around(d_model)])

    def forward(self, x, mask=None):
        x = self.around[0](x, lambda h: self.gather(h, h, h, mask)[0])
        return self.around[1](x, self.think)

# %% prelude
from course.attention import MultiHeadAttention
from torch import nn
import math, copy, functools
import torch
import torch.nn.functional as F

# %% wrong: mask turned round (True = forbidden, habit from key_padding_mask)
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps
    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: only the query is normalised; key and value are the bare x
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps
    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        gathered, _ = self.self_attention(self.norm_1(x), x, x, mask)
        x = x + gathered
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: second sub-layer: the normalised vector is carried on (norm on the road, once)
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps
    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        h = self.norm_2(x)
        return h + self.feed_forward(h)

# %% wrong: both sub-layers side by side: feed-forward reads x from before attention
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps
    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        gathered = self.self_attention(h, h, h, mask)[0]
        thought = self.feed_forward(self.norm_2(x))
        return x + gathered + thought

# %% right: a small Sublayer helper class with a lambda, other names
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps
    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt((d ** 2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

class Around(nn.Module):
    """x + f(norm(x))"""
    def __init__(self, d_model):
        super().__init__()
        self.norm = LayerNorm(d_model)
    def forward(self, x, f):
        return torch.add(x, f(self.norm(x)))

class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"think": FeedForward(d_model, d_ff), "gather": MultiHeadAttention(d_model, n_heads)})
        self.around = nn.ModuleList([Around(d_model), Around(d_model)])
    def forward(self, x, mask=None):
        x = self.around[0](x, lambda h: self.parts["gather"](h, h, h, mask)[0])
        return self.around[1](x, self.parts["think"])

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.transformer import sinusoidal_encoding
from course.views.blocks import show_blocks
from course.views.figures import show_curves
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

# %% wrong: only the query is normalised; keys and values are x itself
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):

        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: first row of the mask for all queries: right for (B,1,T), wrong for (B,T,T)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):

        if mask is not None:
            mask = mask[:, :1]
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: second residual adds to the layer's input, so attention's road is lost
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):

        h = self.norm_1(x)
        gathered = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(gathered))

# %% wrong: norm behind each sub-layer, on the side road: x + norm(attention(x))
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):

        x = x + self.norm_1(self.self_attention(x, x, x, mask)[0])
        return x + self.norm_2(self.feed_forward(x))

# %% right: other names in a ModuleDict, a loop over sub-layers, None made into an all-True mask
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"think": FeedForward(d_model, d_ff), "gather": MultiHeadAttention(d_model, n_heads)})
        self.before = nn.ModuleDict({"think": LayerNorm(d_model), "gather": LayerNorm(d_model)})

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        if mask is None:
            mask = torch.ones(B, 1, T, dtype=torch.bool, device=x.device)
        for name in ("gather", "think"):
            h = self.before[name](x)
            new = self.parts[name](*[h] * 3, mask=mask)[0] if name == "gather" else self.parts[name](h)
            x = torch.stack([x, new]).sum(0)
        return x

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.transformer import sinusoidal_encoding
from course.views.blocks import show_blocks
from course.views.figures import show_curves
import torch
from torch import nn
from course.attention import MultiHeadAttention


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        d = x - x.mean(-1, keepdim=True)
        return d / torch.sqrt(d.square().mean(-1, keepdim=True) + self.eps) * self.weight + self.bias


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))

# %% wrong: parallel as in GPT-J: the feed-forward layer reads the x from before attention
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)


    def forward(self, x, mask=None):
        h = self.norm_1(x)
        attended, _ = self.self_attention(h, h, h, mask)
        return x + attended + self.feed_forward(self.norm_2(x))

# %% wrong: only the query is normalised: self_attention(norm(x), x, x)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)


    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: norm on the side road, but behind the sub-layer: x + norm(sublayer(x))
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)


    def forward(self, x, mask=None):
        x = x + self.norm_1(self.self_attention(x, x, x, mask)[0])
        return x + self.norm_2(self.feed_forward(x))

# %% wrong: input mutated: x += attention(...)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)


    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x += self.self_attention(h, h, h, mask)[0]
        x += self.feed_forward(self.norm_2(x))
        return x

# %% wrong: d_ff ignored: FeedForward(d_model, 4 * d_model)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, 4 * d_model)


    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% right: attention sentence by sentence in a loop, parts in one ModuleDict, norms with other names
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"think": FeedForward(d_model, d_ff), "before_gather": LayerNorm(d_model),
                                    "before_think": LayerNorm(d_model), "gather": MultiHeadAttention(d_model, n_heads)})

    def forward(self, x, mask=None):
        rows = []
        for b in range(len(x)):
            h = self.parts["before_gather"](x[b:b + 1])
            rows.append(self.parts["gather"](h, h, h, None if mask is None else mask[b:b + 1])[0])
        x = torch.cat(rows).add(x)
        return torch.add(self.parts["think"](self.parts["before_think"](x)), x)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.transformer import sinusoidal_encoding
from course.views.blocks import show_blocks
from course.views.figures import show_curves
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).square().mean(-1, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).relu())

# %% wrong: only the query is normalised; keys and values are x itself (2)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% wrong: parallel: the feed-forward reads the input x, not x + attention
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        gathered, _ = self.self_attention(h, h, h, mask)
        thought = self.feed_forward(self.norm_2(x))
        return x + gathered + thought

# %% wrong: second plus adds to the original x (attention's part is dropped from the road)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        y = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(y))

# %% wrong: norm_2 on attention's output before the plus; feed-forward reads un-normalised x
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.norm_2(self.self_attention(h, h, h, mask)[0])
        return x + self.feed_forward(x)

# %% wrong: only the mask's first row is used: right for (B,1,T), wrong for (B,T,T)
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        if mask is not None:
            mask = mask[:, :1]
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% right: nn.ModuleDict frames in a loop of lambdas, all-ones mask for None
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.do = nn.ModuleDict({"think": FeedForward(d_model, d_ff), "gather": MultiHeadAttention(d_model, n_heads)})
        self.norms = nn.ModuleDict({name: LayerNorm(d_model) for name in ("gather", "think")})

    def forward(self, x, mask=None):
        if mask is None:
            mask = torch.ones(x.shape[0], x.shape[1], x.shape[1], dtype=torch.bool, device=x.device)
        steps = {"gather": lambda h: self.do["gather"](h, h, h, mask)[0], "think": self.do["think"]}
        for name, step in steps.items():
            x = torch.add(step(self.norms[name](x)), x)
        return x
