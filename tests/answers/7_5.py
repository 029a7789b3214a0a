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

# %% wrong: one more residual around each layer (x + layer(x))
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = x + layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: DenseNet-like: the sum of all layers' outputs is normed
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        outputs = []
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            outputs.append(x)
        return self.norm(sum(outputs))

# %% wrong: the last layer is skipped (index arithmetic)
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.n_layers = n_layers
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for i in range(1, self.n_layers):
            x = self.layers[i](x, memory, self_mask, memory_mask)
        return self.norm(x)


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

# %% wrong: [layer] * n_layers: one layer n times
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff)] * n_layers)
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: the norm is applied after every layer, inside the loop
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = self.norm(layer(x, memory, self_mask, memory_mask))
        return x

# %% prelude

# %% wrong: keeps the first memory: 'the memory is computed once'
from torch import nn
from course.transformer import DecoderLayer, LayerNorm
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)
        self.memory = None
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self.memory is None or self.memory.shape != memory.shape:
            self.memory = memory                      # computed once, before the first word is written
        for layer in self.layers:
            x = layer(x, self.memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: norm is made but F.layer_norm without its weights is used: parameters without gradient
import torch.nn.functional as F
from torch import nn
from course.transformer import DecoderLayer, LayerNorm
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return F.layer_norm(x, x.shape[-1:])

# %% prelude

# %% wrong: every layer reads the first x: the result of the layers before the last is thrown away
from torch import nn
from course.transformer import DecoderLayer, LayerNorm
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            output = layer(x, memory, self_mask, memory_mask)
        return self.norm(output)

# %% wrong: the last norm is written as one more residual: x + norm(x)
from torch import nn
from course.transformer import DecoderLayer, LayerNorm
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x + self.norm(x)

# %% prelude
from torch import nn
from course.transformer import DecoderLayer, LayerNorm

# %% wrong: a list of one layer, times n_layers
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff)] * n_layers)
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% right: reduce over layers that were registered by number
from functools import reduce
class Stack(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.last = LayerNorm(d_model)
        for i in range(n_layers):
            self.add_module(f"layer{i}", DecoderLayer(d_model, n_heads, d_ff))
        self.n = n_layers

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        blocks = (getattr(self, f"layer{i}") for i in range(self.n))
        return self.last(reduce(lambda h, block: block(h, memory, self_mask, memory_mask), blocks, x))

Decoder = Stack

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: the memory_mask is not handed on to the layers
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask)
        return self.norm(x)

# %% right: own layer built inside, other names, functools style
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.n_layers = n_layers
        for i in range(n_layers):
            self.add_module(f"block{i}", DecoderLayer(d_model, n_heads, d_ff))
        self.final = nn.LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = x
        for i in range(self.n_layers):
            h = getattr(self, f"block{i}")(h, memory, self_mask=self_mask, memory_mask=memory_mask)
        return self.final(h)

# %% prelude
import math
import torch
from torch import nn
import torch.nn.functional as F
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding, DecoderLayer, Decoder

# %% wrong: the last norm stands in the loop: after every layer
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            x = self.norm(x)
        return x

# %% wrong: nn.Sequential called with four arguments: raises
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.Sequential(*[DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return self.norm(self.layers(x, memory, self_mask, memory_mask))

# %% right: layers by add_module and getattr, norm from nn.LayerNorm, keywords
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.n_layers = n_layers
        for n in range(n_layers):
            self.add_module(f"block{n}", DecoderLayer(d_model, n_heads, d_ff))
        self.last = nn.LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for n in range(self.n_layers):
            x = getattr(self, f"block{n}")(x, memory, self_mask=self_mask, memory_mask=memory_mask)
        return self.last(x)

# %% prelude
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: [layer] * n: one layer used n times
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
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff)] * n_layers)
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: the last norm is inside the loop: after each layer
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
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            x = self.norm(x)
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
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

# %% wrong: the one norm is applied after every layer, on the road
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):

        for layer in self.layers:
            x = self.norm(layer(x, memory, self_mask, memory_mask))
        return x

# %% wrong: the two masks handed on in the wrong order
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):

        for layer in self.layers:
            x = layer(x, memory, memory_mask, self_mask)
        return self.norm(x)

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
import course.transformer as library
DecoderLayer = library.DecoderLayer
Decoder = library.Decoder

# %% wrong: x + layer(x, ...): one more skip around each layer
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = x + layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: the norm stands before the stack, not at its end
class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x
