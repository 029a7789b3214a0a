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
# %% prelude
import torch
from torch import nn
from course.attention import causal_mask
from course.transformer import DecoderLayer, LayerNorm
# %% wrong: return inside the loop: only the first layer is used
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            return self.norm(x)
# %% wrong: the two masks are given to the layers in exchanged order
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, memory_mask, self_mask)
        return self.norm(x)
# %% wrong: memory_mask is not passed on
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask=self_mask)
        return self.norm(x)
# %% wrong: deeper layers get the output of the layer before as their memory (with the causal mask for it)
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            memory, memory_mask = x, self_mask
        return self.norm(x)
# %% wrong: the norm is used on the memory, too
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        memory = self.norm(memory)
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)
# %% wrong: a causal mask is always added, also where self_mask is None or allows more
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        causal = causal_mask(x.shape[1]).unsqueeze(0)
        self_mask = causal if self_mask is None else self_mask & causal
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)
# %% wrong: one layer, used n_layers times
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        layer = DecoderLayer(d_model, n_heads, d_ff)
        self.layers = nn.ModuleList([layer for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)
# %% wrong: the norm stands before the first layer instead of after the last
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm(x)
        for layer in self.layers:
            h = layer(h, memory, self_mask, memory_mask)
        return h
# %% wrong: both masks only in the first layer
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for i, layer in enumerate(self.layers):
            x = layer(x, memory, self_mask, memory_mask) if i == 0 else layer(x, memory)
        return self.norm(x)
# %% right: an iterator and while
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.stack = nn.ModuleList()
        while len(self.stack) < n_layers:
            self.stack.append(DecoderLayer(d_model, n_heads, d_ff))
        self.at_the_end = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        others = dict(memory=memory, self_mask=self_mask, memory_mask=memory_mask)
        n = 0
        while n != len(self.stack):
            x, n = self.stack[n](x, **others), n + 1
        return self.at_the_end(x)
# %% right: layers and norm in one ModuleList
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        layers = [DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)]
        self.parts = nn.ModuleList(layers + [LayerNorm(d_model)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        *layers, norm = self.parts
        states = [x]
        for layer in layers:
            states.append(layer(states[-1], memory, self_mask, memory_mask))
        return norm(states[-1])
# %% prelude
import functools

import torch
from torch import nn

from course.attention import causal_mask
from course.transformer import DecoderLayer, LayerNorm
# %% wrong: memory_mask is not handed on to the layers
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask)
        return self.norm(x)
# %% wrong: the norm is applied after every layer
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = self.norm(layer(x, memory, self_mask, memory_mask))
        return x
# %% wrong: six layers, as in the paper, whatever n_layers is
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(6)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        x = self.norm(x)
        return x
# %% wrong: the masks are used in the first layer only
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        first, *others = self.layers
        x = first(x, memory, self_mask, memory_mask)
        for layer in others:
            x = layer(x, memory)
        return self.norm(x)
# %% wrong: makes a causal mask where self_mask is None
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is None:
            self_mask = causal_mask(x.size(1), x.device)
        for layer in self.layers:
            x = layer(x, memory, self_mask=self_mask, memory_mask=memory_mask)
        return self.norm(x)
# %% wrong: two mistakes: all layers are the same one, and the last norm is missing
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(n_layers * [DecoderLayer(d_model, n_heads, d_ff)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        out = x
        for decoder_layer in self.layers:
            out = decoder_layer(out, memory, self_mask, memory_mask)
        return out
# %% right: reduce over the layers with the rest bound in a partial
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        make = functools.partial(DecoderLayer, d_model, n_heads, d_ff)
        self.layers = nn.ModuleList(make() for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        rest = dict(memory=memory, self_mask=self_mask, memory_mask=memory_mask)
        return self.norm(functools.reduce(lambda h, layer: layer(h, **rest), self.layers, x))
# %% right: other names, a while loop over numbered layers
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.depth = n_layers
        for i in range(n_layers):
            self.add_module(f"block{i}", DecoderLayer(d_model, n_heads, d_ff))
        self.final = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        i = 0
        while i < self.depth:
            x = self.get_submodule(f"block{i}")(x, memory, self_mask, memory_mask)
            i += 1
        return self.final(x)
