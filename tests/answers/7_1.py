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
