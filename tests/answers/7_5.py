# %% prelude
import copy
import math
from functools import reduce

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import DecoderLayer, Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: one layer object n times in the list
class Decoder(nn.Module):
    """Layers that all read the same memory, and a norm at the end."""

    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        layer = DecoderLayer(d_model, n_heads, d_ff)
        self.layers = nn.ModuleList([layer] * n_layers)
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: plain Python list, layers not registered
class Decoder(nn.Module):
    """Layers that all read the same memory, and a norm at the end."""

    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = [DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)]
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: every layer reads the input x, only the last one counts
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            output = layer(x, memory, self_mask, memory_mask)
        return self.norm(output)

# %% wrong: self_mask not passed on to the layers
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, memory_mask=memory_mask)
        return self.norm(x)

# %% wrong: norm after every layer instead of once
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(n_layers):
            self.layers.append(DecoderLayer(d_model, n_heads, d_ff))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = self.norm(layer(x, memory, self_mask, memory_mask))
        return x

# %% wrong: a second residual connection around each layer
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = x + layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: d_ff ignored, 4 * d_model as in tutorials
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, 4 * d_model) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for l in self.layers:
            x = l(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: nn.Sequential called with four arguments, TypeError
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.Sequential(*[DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.layers(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% right: clones of one layer by deepcopy, nn.LayerNorm
def clones(module, n):
    return nn.ModuleList([copy.deepcopy(module) for _ in range(n)])

class Decoder(nn.Module):
    """Layers that all read the same memory, and a norm at the end."""

    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = clones(DecoderLayer(d_model, n_heads, d_ff), n_layers)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% right: reduce over the layers
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        make = lambda: DecoderLayer(d_model=d_model, n_heads=n_heads, d_ff=d_ff)
        self.layers = nn.ModuleList(make() for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return self.norm(reduce(lambda h, layer: layer(h, memory, self_mask, memory_mask), self.layers, x))

# %% right: other names, add_module and an index loop
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super(Decoder, self).__init__()
        self.N = n_layers
        for i in range(n_layers):
            self.add_module(f"block{i}", DecoderLayer(d_model, n_heads, d_ff))
        self.final = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        i = 0
        while i < self.N:
            block = getattr(self, f"block{i}")
            x = block(x=x, memory=memory, self_mask=self_mask, memory_mask=memory_mask)
            i += 1
        x = self.final(x)
        return x
