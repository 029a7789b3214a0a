# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: the two masks are swapped
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, memory_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, self_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: self_mask is never handed on
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        out, _ = self.self_attention(h, h, h)
        x = x + out
        out, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + out
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: memory_mask is never handed on
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% wrong: causal mask made inside when none is given
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        causal = causal_mask(x.shape[1])
        self_mask = causal if self_mask is None else self_mask & causal
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: query from the memory, keys and values from the target
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(memory, h, h, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: second attention looks at the target again
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attn1 = MultiHeadAttention(d_model, n_heads)
        self.attn2 = MultiHeadAttention(d_model, n_heads)
        self.ff = FeedForward(d_model, d_ff)
        self.n1, self.n2, self.n3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        y = self.n1(x)
        x = x + self.attn1(y, y, y, self_mask)[0]
        y = self.n2(x)
        x = x + self.attn2(y, y, y, self_mask)[0]
        return x + self.ff(self.n3(x))

# %% wrong: no residual around cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% wrong: norms after the additions, as in the paper
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.norm_1(x + self.self_attention(x, x, x, self_mask)[0])
        x = self.norm_2(x + self.cross_attention(x, memory, memory, memory_mask)[0])
        x = self.norm_3(x + self.feed_forward(x))
        return x

# %% wrong: one norm serves all three sub-layers
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm(x))

# %% wrong: the memory is normalised as well
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        m = self.norm_2(memory)
        x = x + self.cross_attention(self.norm_2(x), m, m, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: cross-attention comes before self-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.cross_attention(self.norm_1(x), memory, memory, memory_mask)[0]
        h = self.norm_2(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% wrong: one attention module used for both
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.attention(h, h, h, self_mask)[0]
        x = x + self.attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: inner width typed in as four times d_model
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, 4 * d_model)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% right: plain, with the names of the text
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        out, _ = self.self_attention(h, h, h, self_mask)
        x = x + out
        out, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + out
        return x + self.feed_forward(self.norm_3(x))

# %% right: a residual wrapper class around each sub-layer
class AddNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.norm = LayerNorm(size)

    def forward(self, x, function):
        return x + function(self.norm(x))

class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.look_back = MultiHeadAttention(d_model, n_heads)
        self.look_across = MultiHeadAttention(d_model, n_heads)
        self.think = FeedForward(d_model, d_ff)
        self.roads = nn.ModuleList([AddNorm(d_model) for _ in range(3)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.roads[0](x, lambda y: self.look_back(y, y, y, mask=self_mask)[0])
        x = self.roads[1](x, lambda y: self.look_across(y, memory, memory, mask=memory_mask)[0])
        return self.roads[2](x, self.think)

# %% right: parts in a ModuleDict, attention called by keyword
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({
            "back": MultiHeadAttention(d_model, n_heads), "across": MultiHeadAttention(d_model, n_heads),
            "ff": FeedForward(d_model, d_ff),
            "norm_back": LayerNorm(d_model), "norm_across": LayerNorm(d_model), "norm_ff": LayerNorm(d_model),
        })

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        p = self.parts
        seen = p["norm_back"](x)
        after_back = x + p["back"](query=seen, key=seen, value=seen, mask=self_mask)[0]
        asked = p["norm_across"](after_back)
        after_across = after_back + p["across"](query=asked, key=memory, value=memory, mask=memory_mask)[0]
        return after_across + p["ff"](p["norm_ff"](after_across))

# %% right: a method for each sub-layer
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1 = LayerNorm(d_model)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_3 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)

    def back(self, x, mask):
        h = self.norm_1(x)
        return self.self_attention(h, h, h, mask)[0]

    def across(self, x, memory, mask):
        return self.cross_attention(self.norm_2(x), memory, memory, mask)[0]

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.back(x, self_mask)
        x = x + self.across(x, memory, memory_mask)
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask, scaled_dot_product_attention
from course.transformer import Encoder, FeedForward, LayerNorm
# %% wrong: cross-attention asks with the vectors from before self-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h1, h2 = self.norm_1(x), self.norm_2(x)
        x = x + self.self_attention(h1, h1, h1, self_mask)[0]
        x = x + self.cross_attention(h2, memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x
# %% wrong: makes a causal mask when there is none
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is None:
            self_mask = causal_mask(x.shape[1])
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: post-norm, as in Figure 1
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.norm_1(x + self.self_attention(x, x, x, self_mask)[0])
        x = self.norm_2(x + self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.norm_3(x + self.feed_forward(x))
# %% wrong: one attention module for both
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: first across, then back
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.cross_attention(self.norm_1(x), memory, memory, memory_mask)[0]
        h = self.norm_2(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: memory_mask not passed on
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask=self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory)[0]
        h = self.norm_3(x)
        return x + self.feed_forward(h)
# %% wrong: third norm at the end, feed-forward gets none
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x = x + self.feed_forward(x)
        return self.norm_3(x)
# %% wrong: unsqueezes masks that may be None
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        self_mask = self_mask.unsqueeze(1)
        memory_mask = memory_mask.unsqueeze(1)
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% right: plain
class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention, feed-forward. Shapes as above."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        q = self.norm_1(x)
        back, _ = self.self_attention(query=q, key=q, value=q, mask=self_mask)
        x = x + back
        across, _ = self.cross_attention(query=self.norm_2(x), key=memory, value=memory, mask=memory_mask)
        x = x + across
        return x + self.feed_forward(self.norm_3(x))
# %% right: sub-layers as functions in a loop, other names
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norms = nn.ModuleList([LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)])
        self.attentions = nn.ModuleList([MultiHeadAttention(d_model, n_heads), MultiHeadAttention(d_model, n_heads)])
        self.mlp = FeedForward(d_model, d_ff)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        back, across = self.attentions
        steps = [
            lambda h: back(h, h, h, self_mask)[0],
            lambda h: across(h, memory, memory, memory_mask)[0],
            self.mlp,
        ]
        for norm, step in zip(self.norms, steps):
            x = step(norm(x)) + x
        return x
# %% right: all-True masks for None, fused attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.d_model = d_model
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_1 = LayerNorm(d_model)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_3 = LayerNorm(d_model)

    def look_back(self, x, mask):
        h = self.norm_1(x)
        return self.self_attention(h, h, h, mask, need_weights=False)[0]

    def look_across(self, x, memory, mask):
        return self.cross_attention(self.norm_2(x), memory, memory, mask, need_weights=False)[0]

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        b, t_q, _ = x.shape
        t_k = memory.size(1)
        if self_mask is None:
            self_mask = torch.ones(b, t_q, t_q, dtype=torch.bool)
        if memory_mask is None:
            memory_mask = torch.ones(b, 1, t_k, dtype=torch.bool)
        x = x + self.look_back(x, self_mask)
        x = x + self.look_across(x, memory, memory_mask)
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask, scaled_dot_product_attention
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
# %% wrong: makes a causal mask of its own when none is given
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is None:
            self_mask = causal_mask(x.shape[1])
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: looks across first, then back
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.cross_attention(self.norm_1(x), memory, memory, memory_mask)[0]
        h = self.norm_2(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: one attention layer used for both
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.attention(h, memory, memory, memory_mask)[0]
        h = self.norm_3(x)
        return x + self.feed_forward(h)
# %% wrong: no plus around cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + self.feed_forward(self.norm_3(x))
        return x
# %% right: sub-layers as methods, one frame for all three
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention, self.cross_attention = (MultiHeadAttention(d_model, n_heads) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff)
        for n in (1, 2, 3):
            self.add_module(f"norm_{n}", LayerNorm(d_model))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        def back(h):
            return self.self_attention(query=h, key=h, value=h, mask=self_mask)[0]

        def across(h):
            return self.cross_attention(query=h, key=memory, value=memory, mask=memory_mask)[0]

        for n, sublayer in enumerate((back, across, self.feed_forward), start=1):
            x = sublayer(getattr(self, f"norm_{n}")(x)) + x
        return x
# %% prelude
import torch
from torch import nn
from course.attention import MultiHeadAttention, causal_mask
from course.transformer import FeedForward, LayerNorm
# %% wrong: the memory is normalised as well, by the norm of cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h, m = self.norm_2(x), self.norm_2(memory)
        x = x + self.cross_attention(h, m, m, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: the values of cross-attention are taken from the target (runs only where T_q = T_k)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        q = k = v = self.norm_1(x)
        x = x + self.self_attention(q, k, v, self_mask)[0]
        q = v = self.norm_2(x)
        x = x + self.cross_attention(q, memory, v, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: cross-attention comes before self-attention (2)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: makes a causal mask of its own when self_mask is None
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is None:
            self_mask = causal_mask(x.shape[1]).unsqueeze(0)
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: two mistakes: one norm for all three sub-layers, and memory_mask forgotten in cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm(x)
        x = x + self.cross_attention(h, memory, memory)[0]
        return x + self.feed_forward(self.norm(x))
# %% wrong: around cross-attention the normalised vector is carried on along the main road
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        attended, _ = self.self_attention(h, h, h, self_mask)
        x = x + attended
        x = self.norm_2(x)
        crossed, _ = self.cross_attention(x, memory, memory, memory_mask)
        x = x + crossed
        h = self.norm_3(x)
        return x + self.feed_forward(h)
# %% wrong: of a memory_mask (B, T_q, T_k) only the first row is used, for all queries
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        if memory_mask is not None:
            memory_mask = memory_mask[:, :1]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: cross-attention asks with the layer's input instead of what self-attention has made of it
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x1 = self.norm_1(x)
        back, _ = self.self_attention(x1, x1, x1, self_mask)
        x2 = self.norm_2(x)
        across, _ = self.cross_attention(x2, memory, memory, memory_mask)
        x = x + back + across
        return x + self.feed_forward(self.norm_3(x))
# %% right: a list of sub-layers in a loop, other names
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.back = MultiHeadAttention(d_model, n_heads)
        self.across = MultiHeadAttention(d_model, n_heads)
        self.think = FeedForward(d_model, d_ff)
        self.norms = nn.ModuleList([LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        steps = [lambda h: self.back(h, h, h, self_mask)[0],
                 lambda h: self.across(h, memory, memory, memory_mask)[0],
                 self.think]
        for norm, step in zip(self.norms, steps):
            x = x + step(norm(x))
        return x
# %% right: keyword arguments and a helper method for both attentions
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm_1, self.self_attention = LayerNorm(d_model), MultiHeadAttention(d_model, n_heads)
        self.norm_2, self.cross_attention = LayerNorm(d_model), MultiHeadAttention(d_model, n_heads)
        self.norm_3, self.feed_forward = LayerNorm(d_model), FeedForward(d_model, d_ff)

    @staticmethod
    def look(attention, query, where=None, mask=None):
        where = query if where is None else where
        found, weights = attention(key=where, value=where, query=query, mask=mask)
        return found

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        first = self.look(self.self_attention, self.norm_1(x), mask=self_mask) + x
        second = self.look(self.cross_attention, self.norm_2(first), memory, memory_mask) + first
        third = self.feed_forward(self.norm_3(second)) + second
        return third
# %% prelude
import torch
from torch import nn

from course.attention import MultiHeadAttention, causal_mask
from course.transformer import FeedForward, LayerNorm
# %% wrong: cross-attention comes before self-attention (3)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        y = self.norm_1(x)
        x = x + self.self_attention(y, y, y, self_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: the query of cross-attention is still the normalised x from before self-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        q1, q2 = self.norm_1(x), self.norm_2(x)
        x = x + self.self_attention(q1, q1, q1, self_mask)[0]
        x = x + self.cross_attention(q2, memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x
# %% wrong: no residual connection around cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        out, _ = self.self_attention(h, h, h, self_mask)
        x = x + out
        x, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        return x + self.feed_forward(self.norm_3(x))
# %% wrong: takes only the first row of memory_mask, so (B, T_q, T_k) is treated as (B, 1, T_k)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if memory_mask is not None:
            memory_mask = memory_mask[:, 0].view(x.shape[0], 1, 1, -1)      # (B, 1, 1, T_k) for all heads
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        h = self.norm_3(x)
        return x + self.feed_forward(h)
# %% wrong: the memory is normalised as well (2)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        a = self.norm_1(x)
        x = x + self.self_attention(a, a, a, self_mask)[0]
        b, m = self.norm_2(x), self.norm_2(memory)
        x = x + self.cross_attention(b, m, m, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
# %% right: a helper for the frame, lambdas for the sub-layers
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention, self.cross_attention = (MultiHeadAttention(d_model, n_heads) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff)
        for n in (1, 2, 3):
            setattr(self, f"norm_{n}", LayerNorm(d_model))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        frame = ((self.norm_1, lambda h: self.self_attention(h, h, h, self_mask)[0]),
                 (self.norm_2, lambda h: self.cross_attention(h, memory, memory, memory_mask)[0]),
                 (self.norm_3, self.feed_forward))
        for norm, sublayer in frame:
            x = x + sublayer(norm(x))
        return x
# %% right: other names, masks brought to four axes before use
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.back = MultiHeadAttention(d_model, n_heads)
        self.across = MultiHeadAttention(d_model, n_heads)
        self.think = FeedForward(d_model, d_ff)
        self.norms = nn.ModuleList([LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)])

    @staticmethod
    def per_head(mask):
        return None if mask is None else mask[:, None]

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        side = self.norms[0](x)
        road = x + self.back(query=side, key=side, value=side, mask=self.per_head(self_mask))[0]
        found, _ = self.across(query=self.norms[1](road), key=memory, value=memory, mask=self.per_head(memory_mask))
        road = road + found
        return road + self.think(self.norms[2](road))


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, EncoderLayer, FeedForward, LayerNorm
def layer(fwd, init_extra="", norms=None):
    norms = norms or """        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
"""
    return f"""
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
{norms}{init_extra}
    def forward(self, x, memory, self_mask=None, memory_mask=None):
{fwd}
"""
def transformer(spec):
    o, flags = {}, set()
    for part in [p for p in spec.split(";") if p]:
        if "=" in part: k, v = part.split("=", 1); o[k] = v
        else: flags.add(part)
    g = o.get
    head = f"""
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, {g('pad', 'pad_id')}
"""
    if "max_len" in o: head += f"        max_len = {o['max_len']}\n"
    head += f"        self.embedding = {g('emb', 'nn.Embedding(vocab_size, d_model)')}\n"
    if "posinit" in o: head += f"        self.positions = {o['posinit']}\n"
    elif "tied" not in flags: head += "        self.register_buffer('positions', sinusoidal_encoding(max_len, d_model))\n"
    head += f"        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)\n        self.decoder = {g('decoder', 'Decoder(n_layers, d_model, n_heads, d_ff)')}\n"
    head += f"        {g('init', 'nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)')}\n"
    if "clone" in flags: head += "        self.out = nn.Linear(d_model, vocab_size, bias=False)\n        self.out.weight = nn.Parameter(self.embedding.weight.detach().clone())\n"
    if "tied" in flags: head += "        self.out = nn.Linear(d_model, vocab_size, bias=False)\n        self.out.weight = self.embedding.weight\n"
    if "cache" in flags: head += "        self.memory = None\n"
    scale = g("scale", "math.sqrt(self.d_model)")
    pos = g("pos", "sinusoidal_encoding(ids.shape[1], self.d_model)" if "tied" in flags else "self.positions[:ids.shape[1]]")
    out = g("out", "self.out(states)" if flags & {"clone", "tied"} else "states @ self.embedding.weight.T")
    body = f"""
    def embed(self, ids):
        return self.embedding(ids) * {scale} + {pos}
    def forward(self, source, target):
        src = {g('src', 'padding_mask(source, self.pad_id)')}
"""
    enc = f"self.encoder(self.embed(source), {g('enc_mask', 'src')})"
    if "nograd" in flags: body += f"        with torch.no_grad():\n            memory = {enc}\n"
    elif "cache" in flags: body += f"        if self.memory is None:\n            self.memory = {enc}\n        memory = self.memory\n"
    else: body += f"        memory = {enc}\n"
    if "memory" in o: body += f"        memory = {o['memory']}\n"
    tgt = "self.embed(target)"
    if "tpos" in o: body += f"        ids = target\n        tgt = self.embedding(ids) * {scale} + {o['tpos']}\n"; tgt = "tgt"
    body += f"        states = self.decoder({tgt}, memory, {g('self_mask', 'decoder_mask(target, self.pad_id)')}, {g('memory_mask', 'src')})\n        return {out}\n"
    return head + body

# %% wrong: parallel: the query of cross-attention is made from the x before self-attention was added
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        seen = self.self_attention(self.norm_1(x), self.norm_1(x), self.norm_1(x), self_mask)[0]
        looked = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x = x + seen + looked
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: x += : the tensor of the caller is changed in place
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n = self.norm_1(x)
        x += self.self_attention(n, n, n, self_mask)[0]
        x += self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x += self.feed_forward(self.norm_3(x))
        return x

# %% wrong: cross-attention only where a memory_mask is given (None read as 'no memory')
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n = self.norm_1(x)
        x = x + self.self_attention(n, n, n, self_mask)[0]
        if memory_mask is not None:
            x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: memory_mask: the first row is used for every query (wrong for (B, T_q, T_k))
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n = self.norm_1(x)
        x = x + self.self_attention(n, n, n, self_mask)[0]
        if memory_mask is not None:
            memory_mask = memory_mask[:, :1]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: self-attention keys and values not normed; feed-forward normed afterwards instead of before
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.norm_3(self.feed_forward(x))

# %% right: ModuleDict, 4-dimensional masks, fused kernel
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.part = nn.ModuleDict({"back": MultiHeadAttention(d_model, n_heads), "across": MultiHeadAttention(d_model, n_heads), "think": FeedForward(d_model, d_ff)})
        self.norm = nn.ModuleDict({name: nn.LayerNorm(d_model) for name in self.part})
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        wide = lambda m: None if m is None else m[:, None]
        steps = {"back": lambda n: self.part["back"](n, n, n, wide(self_mask), need_weights=False)[0],
                 "across": lambda n: self.part["across"](n, memory, memory, wide(memory_mask), need_weights=False)[0],
                 "think": self.part["think"]}
        for name, step in steps.items():
            x = x + step(self.norm[name](x))
        return x


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
DecoderLayer, Decoder = library.DecoderLayer, library.Decoder
class Parts(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)
class Base(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: one attention module serves both self- and cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.attention(h, h, h, self_mask)[0]
        x = x + self.attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: cross-attention asks with norm_2 of the layer's INPUT (kept from above), not of the sum after self-attention
class DecoderLayer(Parts):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h1, h2 = self.norm_1(x), self.norm_2(x)
        x = x + self.self_attention(h1, h1, h1, self_mask)[0]
        x = x + self.cross_attention(h2, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: in SELF-attention only the query is normalised; keys and values are raw x
class DecoderLayer(Parts):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the residual of cross-attention starts from the NORMED x (x is overwritten by its norm)
class DecoderLayer(Parts):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = self.norm_2(x)
        x = x + self.cross_attention(x, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: PyTorch's habit: both masks are inverted before use
class DecoderLayer(Parts):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is not None:
            self_mask = ~self_mask
        if memory_mask is not None:
            memory_mask = ~memory_mask
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the residual is forgotten around cross-attention
class DecoderLayer(Parts):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: memory_mask not handed on, AND norm_2 used again before feed-forward
class DecoderLayer(Parts):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory)[0]
        return x + self.feed_forward(self.norm_2(x))

# %% right: a list of (norm, sub-layer) pairs and closures, other names, no [0] but unpacking
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norms = nn.ModuleList([LayerNorm(d_model) for _ in range(3)])
        self.parts = nn.ModuleDict({"back": MultiHeadAttention(d_model, n_heads),
                                    "across": MultiHeadAttention(d_model, n_heads),
                                    "work": FeedForward(d_model, d_ff)})
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        def back(h):
            out, _ = self.parts["back"](query=h, key=h, value=h, mask=self_mask, need_weights=False)
            return out
        def across(h):
            out, _ = self.parts["across"](h, memory, memory, mask=memory_mask)
            return out
        for norm, sublayer in zip(self.norms, (back, across, self.parts["work"]), strict=True):
            x = torch.add(x, sublayer(norm(x)))
        return x

# %% prelude

# %% wrong: x += ...: the caller's x is changed in place (values returned are right)
import torch
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x += self.self_attention(h, h, h, self_mask)[0]
        x += self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x += self.feed_forward(self.norm_3(x))
        return x

# %% wrong: takes only the first row of memory_mask: right for (B, 1, T_k), wrong for (B, T_q, T_k)
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if memory_mask is not None:
            memory_mask = memory_mask[:, :1, :]          # padding is the same for every query
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: third norm made anew in forward: its weights are never registered or trained
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.d_model = d_model
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(LayerNorm(self.d_model).to(x.dtype)(x))

# %% right: dropout 0.1 on every sub-layer in training mode (copied from a library); right in eval
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout=0.1):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.dropout(self.self_attention(h, h, h, self_mask)[0])
        h = self.norm_2(x)
        x = x + self.dropout(self.cross_attention(h, memory, memory, memory_mask)[0])
        return x + self.dropout(self.feed_forward(self.norm_3(x)))

# %% right: ModuleDict, other names, masks given as 4-D, sub-layers in a loop
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"back": MultiHeadAttention(d_model, n_heads),
                                    "across": MultiHeadAttention(d_model, n_heads),
                                    "think": FeedForward(d_model, d_ff)})
        self.norms = nn.ModuleDict({name: LayerNorm(d_model) for name in self.parts})
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        four = lambda m: None if m is None else m[:, None]
        run = {"back": lambda h: self.parts["back"](h, h, h, four(self_mask))[0],
               "across": lambda h: self.parts["across"](h, memory, memory, four(memory_mask))[0],
               "think": self.parts["think"]}
        for name, f in run.items():
            x = x.add(f(self.norms[name](x)))
        return x

# %% prelude

# %% wrong: in self-attention only the query is normalised (the sentence on cross-attention read for both)
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% wrong: the query of cross-attention is made from the layer's input x, not from what self-attention has left
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n1 = self.norm_1(x)
        back, _ = self.self_attention(n1, n1, n1, self_mask)
        h = x + back
        n2 = self.norm_2(x)
        across, _ = self.cross_attention(n2, memory, memory, memory_mask)
        h = h + across
        return h + self.feed_forward(self.norm_3(h))

# %% wrong: x += ... works in place: the caller's x is changed
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n = self.norm_1(x)
        x += self.self_attention(n, n, n, self_mask)[0]
        x += self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x += self.feed_forward(self.norm_3(x))
        return x

# %% wrong: both masks inverted, as PyTorch wants them (True = forbidden)
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is not None:
            self_mask = ~self_mask
        if memory_mask is not None:
            memory_mask = ~memory_mask
        n = self.norm_1(x)
        x = x + self.self_attention(n, n, n, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% right: other names, the three sub-layers in a loop of functions
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norms = nn.ModuleList([LayerNorm(d_model) for _ in range(3)])
        self.parts = nn.ModuleDict({"back": MultiHeadAttention(d_model, n_heads),
                                    "across": MultiHeadAttention(d_model, n_heads),
                                    "think": FeedForward(d_model, d_ff)})
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        steps = [
            lambda h: self.parts["back"](h, h, h, self_mask)[0],
            lambda h: self.parts["across"](h, memory, memory, memory_mask)[0],
            lambda h: self.parts["think"](h),
        ]
        for norm, step in zip(self.norms, steps):
            x = x + step(norm(x))
        return x

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask
from course.transformer import FeedForward, LayerNorm

# %% wrong: the query of cross-attention is the second norm of the h that self-attention got
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(h)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the layer makes a causal mask of its own and adds it to self_mask
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        causal = causal_mask(x.shape[1]).to(x.device)
        self_mask = causal if self_mask is None else self_mask & causal
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: no x + in cross-attention, whose pair is unpacked
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x, weights = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the keys of cross-attention from the normalised memory, the values from the memory as it is
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        q, k = self.norm_2(x), self.norm_2(memory)
        x = x + self.cross_attention(q, k, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% right: functions in a list, names of its own, masks by keyword
class Layer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.back = MultiHeadAttention(d_model, n_heads)
        self.across = MultiHeadAttention(d_model, n_heads)
        self.mlp = FeedForward(d_model, d_ff)
        self.norms = nn.ModuleList([LayerNorm(d_model) for _ in range(3)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        steps = [
            lambda h: self.back(h, h, h, mask=self_mask)[0],
            lambda h: self.across(h, memory, memory, mask=memory_mask)[0],
            self.mlp,
        ]
        for norm, step in zip(self.norms, steps):
            x = step(norm(x)).add(x)
        return x

DecoderLayer = Layer

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask, scaled_dot_product_attention
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: cross-attention's addition starts from the normalised x, not from x
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        q = self.norm_2(x)
        x = q + self.cross_attention(q, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: 'only the query is normalised' taken for self-attention, too: K and V from raw x
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        a, _ = self.self_attention(self.norm_1(x), x, x, self_mask)
        x = x + a
        c, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + c
        return x + self.feed_forward(self.norm_3(x))

# %% right: own names, a ModuleDict, keyword arguments
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({
            "back": MultiHeadAttention(d_model, n_heads),
            "across": MultiHeadAttention(d_model, n_heads),
            "think": FeedForward(d_model, d_ff),
        })
        self.norms = nn.ModuleDict({name: LayerNorm(d_model) for name in self.parts})
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        steps = {
            "back": lambda h: self.parts["back"](h, h, h, self_mask)[0],
            "across": lambda h: self.parts["across"](h, memory, memory, memory_mask)[0],
            "think": lambda h: self.parts["think"](h),
        }
        for name, step in steps.items():
            x = x + step(self.norms[name](x))
        return x

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: only the query is normed in self-attention; key and value are the raw x
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h, _ = self.self_attention(self.norm_1(x), x, x, self_mask)
        x = x + h
        h, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + h
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: norm written over x, so the residual adds the normed x (main road broken)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.norm_1(x)
        x = x + self.self_attention(x, x, x, self_mask)[0]
        x = self.norm_2(x)
        x = x + self.cross_attention(x, memory, memory, memory_mask)[0]
        x = self.norm_3(x)
        x = x + self.feed_forward(x)
        return x

# %% wrong: forgets that the attention returns (output, weights)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% wrong: all three sub-layers start from the same x, results added at the end
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        a = self.norm_1(x)
        looked_back, _ = self.self_attention(a, a, a, self_mask)
        looked_across, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        thought = self.feed_forward(self.norm_3(x))
        return x + looked_back + looked_across + thought

# %% prelude
import math
import torch
from torch import nn
import torch.nn.functional as F
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding, DecoderLayer, Decoder

# %% wrong: x is overwritten by the norm of x, so the residual carries norm(x)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.norm_1(x)
        x = x + self.self_attention(x, x, x, self_mask)[0]
        x = self.norm_2(x)
        x = x + self.cross_attention(x, memory, memory, memory_mask)[0]
        x = self.norm_3(x)
        return x + self.feed_forward(x)

# %% wrong: second residual adds the first x: what self-attention found is only in the query
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n = self.norm_1(x)
        back, _ = self.self_attention(n, n, n, self_mask)
        looked_back = x + back
        across, _ = self.cross_attention(self.norm_2(looked_back), memory, memory, memory_mask)
        looked_across = x + across
        return looked_across + self.feed_forward(self.norm_3(looked_across))

# %% wrong: makes a causal mask itself where self_mask is None
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is None:
            self_mask = causal_mask(x.shape[1]).unsqueeze(0)
        n = self.norm_1(x)
        x = x + self.self_attention(n, n, n, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% right: other names, ModuleDict, a helper for the residual
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict({"back": MultiHeadAttention(d_model, n_heads),
                                    "across": MultiHeadAttention(d_model, n_heads),
                                    "think": FeedForward(d_model, d_ff)})
        self.norms = nn.ModuleDict({name: LayerNorm(d_model) for name in self.parts})

    def _residual(self, name, x, f):
        return x + f(self.norms[name](x))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self._residual("back", x, lambda n: self.parts["back"](n, n, n, self_mask)[0])
        x = self._residual("across", x, lambda n: self.parts["across"](n, memory, memory, memory_mask)[0])
        return self._residual("think", x, self.parts["think"])

# %% prelude
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: query of cross-attention from the layer's input x, not from x after self-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        n = self.norm_1(x)
        a = x + self.self_attention(n, n, n, self_mask)[0]
        b = a + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return b + self.feed_forward(self.norm_3(b))

# %% wrong: residual in sub-layer 2 starts from the normed x (x overwritten by its norm)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = self.norm_2(x)
        x = x + self.cross_attention(x, memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% wrong: in self-attention only the query is normed; key and value are the bare x
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        out, _ = self.self_attention(self.norm_1(x), x, x, self_mask)
        x = x + out
        out, _ = self.cross_attention(self.norm_2(x), memory, memory, memory_mask)
        x = x + out
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: no residual around the feed-forward
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return self.feed_forward(self.norm_3(x))

# %% wrong: makes its own causal mask when self_mask is None
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is None:
            self_mask = causal_mask(x.shape[1]).expand(x.shape[0], -1, -1)
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        return x

# %% right: a loop over three lambdas, ModuleDict
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.parts = nn.ModuleDict(dict(look_back=MultiHeadAttention(d_model, n_heads),
                                        look_across=MultiHeadAttention(d_model, n_heads),
                                        think=FeedForward(d_model, d_ff)))
        self.norms = nn.ModuleList([LayerNorm(d_model) for _ in range(3)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        steps = [lambda h: self.parts["look_back"](h, h, h, self_mask)[0],
                 lambda h: self.parts["look_across"](h, memory, memory, memory_mask)[0],
                 self.parts["think"]]
        for norm, step in zip(self.norms, steps):
            x = torch.add(x, step(norm(x)))
        return x

# %% prelude
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift

# %% wrong: self-attention: only the query is normed, key and value are the raw x (mixed up with the rule for cross-attention)
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):

        x = x + self.self_attention(self.norm_1(x), x, x, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: memory_mask taken for a padding mask: of (B, T_q, T_k) only row 0 is used, for all queries
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):

        if memory_mask is not None:
            memory_mask = memory_mask[:, 0].unsqueeze(1)        # the source's padding is the same for every query
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: cross-attention's query is made from the layer's input, not from what self-attention has added to
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):

        h = self.norm_1(x)
        out = x + self.self_attention(h, h, h, self_mask)[0]
        out = out + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return out + self.feed_forward(self.norm_3(out))

# %% right: sentence by sentence in a loop, parts in ModuleDict / ModuleList with other names, PyTorch's nn.LayerNorm
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.looks = nn.ModuleDict({"across": MultiHeadAttention(d_model, n_heads), "back": MultiHeadAttention(d_model, n_heads)})
        self.norms = nn.ModuleList([nn.LayerNorm(d_model) for _ in range(3)])
        self.think = FeedForward(d_model, d_ff)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        rows = []
        for b in range(x.shape[0]):
            one, other = x[b:b + 1], memory[b:b + 1]
            m1 = None if self_mask is None else self_mask[b:b + 1]
            m2 = None if memory_mask is None else memory_mask[b:b + 1]
            steps = [lambda h: self.looks["back"](h, h, h, m1)[0],
                     lambda h: self.looks["across"](h, other, other, m2)[0],
                     self.think]
            for norm, step in zip(self.norms, steps, strict=True):
                one = torch.add(one, step(norm(one)))
            rows.append(one)
        return torch.cat(rows)

# %% prelude
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift

# %% wrong: self-attention: only the query is normed; keys and values are the plain x
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.self_attention(self.norm_1(x), x, x, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the skip of cross-attention starts at the layer's input: what self-attention added is lost from the road
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = x + self.self_attention(*[self.norm_1(x)] * 3, self_mask)[0]
        out = x + self.cross_attention(self.norm_2(h), memory, memory, memory_mask)[0]
        return out + self.feed_forward(self.norm_3(out))

# %% wrong: takes memory_mask to be (B, 1, T_k) always: uses its first row only
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        if memory_mask is not None:
            memory_mask = memory_mask[:, :1]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the last sub-layer post-norm: norm_3(x + feed_forward(x))
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return self.norm_3(x + self.feed_forward(x))
