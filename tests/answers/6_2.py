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

# %% wrong: no bend
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x))

# %% wrong: ReLU behind the second layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return F.relu(self.w_2(self.w_1(x)))

# %% wrong: ReLU behind both
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return F.relu(self.w_2(F.relu(self.w_1(x))))

# %% wrong: ReLU before the first layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(F.relu(x)))

# %% wrong: minGPT, GELU
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.gelu(self.w_1(x)))

# %% wrong: ReLU with a leak
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.leaky_relu(self.w_1(x)))

# %% wrong: absolute value
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).abs())

# %% wrong: no biases
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff, bias=False)
        self.w_2 = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x)))

# %% wrong: four times d_model
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, 4 * d_model)
        self.w_2 = nn.Linear(4 * d_model, d_model)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x)))

# %% wrong: residual connection inside
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return x + self.w_2(F.relu(self.w_1(x)))

# %% right: dropout between, as in the Annotated Transformer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        return self.w_2(self.dropout(self.w_1(x).relu()))

# %% right: names of PyTorch's layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.linear2(F.relu(self.linear1(x)))

# %% right: a Sequential
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    def forward(self, x):
        return self.net(x)

# %% wrong: second layer made anew in forward
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.sizes = d_ff, d_model

    def forward(self, x):
        self.w_2 = nn.Linear(*self.sizes)
        return self.w_2(F.relu(self.w_1(x)))

# %% wrong: largest number for maximum
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).amax(dim=-1, keepdim=True).clamp(min=0).expand(*x.shape[:-1], self.w_1.out_features))

# %% wrong: softmax between
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).softmax(dim=-1))

# %% wrong: clamped from above
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).clamp(max=0))

# %% wrong: words averaged first
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x.mean(dim=1, keepdim=True).expand_as(x))))

# %% right: method relu
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).relu())

# %% right: clamped at zero
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(torch.clamp(self.w_1(x), min=0.0))

# %% right: ReLU as a part
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.activation = nn.ReLU()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.activation(self.w_1(x)))

# %% right: equation 2 letter by letter
class FeedForward(nn.Module):
    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        self.w_1 = nn.Linear(in_features=d_model, out_features=d_ff)
        self.w_2 = nn.Linear(in_features=d_ff, out_features=d_model)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        W_1, b_1 = self.w_1.weight.T, self.w_1.bias
        W_2, b_2 = self.w_2.weight.T, self.w_2.bias
        hidden = x @ W_1 + b_1
        return torch.maximum(hidden, torch.zeros_like(hidden)) @ W_2 + b_2

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: GELU as in BERT
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.gelu(self.w_1(x)))
# %% wrong: F.dropout, which is always on
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.dropout(self.w_1(x).relu(), 0.1))
# %% wrong: without biases
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff, bias=False)
        self.w_2 = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))
# %% wrong: residual connection inside, another one
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        h = F.relu(self.w_1(x))
        return x + self.w_2(h)
# %% wrong: ReLU on the input instead of the hidden numbers
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        x = torch.relu(x)
        x = self.w_1(x)
        x = self.w_2(x)
        return x
# %% wrong: Python's max
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(max(0, self.w_1(x)))
# %% wrong: layers made in forward
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.d_model = d_model
        self.d_ff = d_ff

    def forward(self, x):
        w_1 = nn.Linear(self.d_model, self.d_ff)
        w_2 = nn.Linear(self.d_ff, self.d_model)
        return w_2(F.relu(w_1(x)))
# %% wrong: hidden layer of d_model, d_ff forgotten
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_model)
        self.w_2 = nn.Linear(d_model, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).relu())
# %% right: Sequential
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    def forward(self, x):
        return self.net(x)
# %% right: clamp, and F.linear with the layers' weights
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(in_features=d_model, out_features=d_ff)
        self.w_2 = nn.Linear(in_features=d_ff, out_features=d_model)

    def forward(self, x):
        hidden = (x @ self.w_1.weight.T + self.w_1.bias).clamp(min=0)
        return hidden @ self.w_2.weight.T + self.w_2.bias
# %% right: subclass of Sequential with other names
class FeedForward(nn.Sequential):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.add_module("up", nn.Linear(d_model, d_ff))
        self.add_module("bend", nn.ReLU())
        self.add_module("down", nn.Linear(d_ff, d_model))

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: GELU as in BERT, once more
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.gelu(self.w_1(x)))
# %% wrong: ReLU before the first layer, once more
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        x = torch.relu(x)
        x = self.w_1(x)
        return self.w_2(x)
# %% wrong: return forgotten
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = F.relu(self.w_1(x))
        output = self.w_2(hidden)
# %% wrong: residual connection inside, once more
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return x + self.w_2(torch.relu(self.w_1(x)))
# %% right: products written out, clamp for ReLU
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = (x @ self.w_1.weight.T + self.w_1.bias).clamp(min=0)
        return hidden @ self.w_2.weight.T + self.w_2.bias
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: the result of ReLU is thrown away, so there is no bend
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        h = self.w_1(x)
        F.relu(h)
        return self.w_2(h)
# %% wrong: a second ReLU, after the second layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        for layer in (self.w_1, self.w_2):
            x = torch.relu(layer(x))
        return x
# %% wrong: the residual connection is put in here already
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return x + self.w_2(self.w_1(x).clamp(min=0))
# %% wrong: ReLU before the first layer instead of between the two
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.net = nn.Sequential(nn.ReLU(), nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model))

    def forward(self, x):
        return self.net(x)
# %% right: dropout of 0.1 inside, which is off in evaluation mode
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.w_2(self.dropout(self.w_1(x).relu()))
# %% wrong: d_ff is ignored, the hidden size is always 4 · d_model
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, 4 * d_model)
        self.w_2 = nn.Linear(4 * d_model, d_model)

    def forward(self, x):
        return self.w_2(torch.relu(self.w_1(x)))
# %% wrong: min and max confused: keeps the negative numbers instead of the positive ones
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = torch.clamp(self.w_1(x), max=0)
        return self.w_2(hidden)
# %% wrong: ReLU after the second layer instead of between the two
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return torch.max(self.w_2(self.w_1(x)), torch.zeros_like(x))
# %% right: word by word, with einsum over the layers' weights
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def think(self, word):
        hidden = torch.einsum("fd,bd->bf", self.w_1.weight, word) + self.w_1.bias
        hidden = torch.where(hidden > 0, hidden, torch.zeros_like(hidden))
        return torch.einsum("df,bf->bd", self.w_2.weight, hidden) + self.w_2.bias

    def forward(self, x):
        return torch.stack([self.think(x[:, t]) for t in range(x.shape[1])], dim=1)
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: the ReLU stands in front of the first layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        h = self.w_1(torch.relu(x))
        return self.w_2(h)
# %% wrong: GELU, as in BERT and GPT, in the place of ReLU
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.act = nn.GELU()
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.act(self.w_1(x)))
# %% wrong: the residual connection is added here already, as TensorFlow's tutorial does
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.seq = nn.Sequential(
            nn.Linear(d_model, d_ff),
            nn.ReLU(),
            nn.Linear(d_ff, d_model),
        )

    def forward(self, x):
        x = x + self.seq(x)
        return x
# %% wrong: torch.max(h, 0) takes the maximum over the batch axis, not max(0, h)
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        h = self.w_1(x)
        h = torch.max(h, 0)[0]
        return self.w_2(h)
# %% wrong: the layers have no biases
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff, bias=False)
        self.w_2 = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return F.linear(F.relu(F.linear(x, self.w_1.weight)), self.w_2.weight)
# %% right: einsum on the weights, and clamp
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        questions = torch.einsum("btd,fd->btf", x, self.w_1.weight) + self.w_1.bias
        answers = questions.clamp(min=0)
        return torch.einsum("btf,df->btd", answers, self.w_2.weight) + self.w_2.bias
# %% right: an nn.Sequential, one position after the other
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    def forward(self, x):
        return torch.stack([self.net(x[:, t]) for t in range(x.shape[1])], dim=1)


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
LN_INIT = '''
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

'''
def ln(body): return LN_INIT + "\n".join("    " + l for l in body.strip("\n").splitlines())
FF = '''
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        '''
EL = '''
class EncoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, mask=None):
'''
def el(body): return EL + "\n".join("        " + l for l in body.strip("\n").splitlines())
EN = '''
class Encoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
'''
def en(body): return EN + "\n".join("        " + l for l in body.strip("\n").splitlines())

# %% wrong: F.dropout without training=self.training: drops in evaluation, too
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.dropout(F.relu(self.w_1(x)), 0.1))

# %% wrong: ReLU6 instead of ReLU
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.relu6(self.w_1(x)))

# %% wrong: bend on the wrong side: clamp(max=0)
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).clamp(max=0))

# %% prelude

# %% wrong: F.dropout without training=self.training: still at work in evaluation mode
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

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(F.dropout(F.relu(self.w_1(x)), 0.1))

# %% wrong: ReLU6 (Keras mobile models): cut off at 6
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

class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(F.relu6(self.w_1(x)))

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

# %% wrong: ReLU twice: also on the output
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        for layer in (self.w_1, self.w_2):
            x = F.relu(layer(x))
        return x

# %% wrong: nn.Linear with (out, in), the shape of its weight: raises
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_ff, d_model)
        self.w_2 = nn.Linear(d_model, d_ff)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x)))

# %% right: other names, clamp instead of relu, weights used through F.linear, dropout inside
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        hidden = F.linear(x, self.up.weight, self.up.bias).clamp(min=0)
        return F.linear(self.drop(hidden), self.down.weight, self.down.bias)

# %% prelude
import math, copy
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, padding_mask, scaled_dot_product_attention
from course.transformer import FeedForward, LayerNorm, EncoderLayer

# %% wrong: F.dropout without training=self.training: active in evaluation, too
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(F.dropout(torch.relu(self.w_1(x)), 0.1))

# %% wrong: the bias b_2 forgotten
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x)))

# %% right: Sequential, with Dropout; clamp in place of relu in forward
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.down = nn.Linear(d_ff, d_model)
        self.up = nn.Linear(d_model, d_ff)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        hidden = self.up(x).clamp(min=0)
        return F.linear(self.dropout(hidden), self.down.weight, self.down.bias)

# %% prelude
import copy
import functools
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm, EncoderLayer, Encoder

# %% right: torch.where instead of relu, F.linear written out
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_2 = nn.Linear(in_features=d_ff, out_features=d_model)
        self.w_1 = nn.Linear(in_features=d_model, out_features=d_ff)
    def forward(self, x):
        hidden = x @ self.w_1.weight.T + self.w_1.bias
        hidden = torch.where(hidden > 0, hidden, torch.zeros_like(hidden))
        return F.linear(hidden, self.w_2.weight, self.w_2.bias)

# %% wrong: Python's max(0, ...), literally equation 2: raises
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(max(0, self.w_1(x)))

# %% wrong: GELU, a habit from GPT-2 code
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_2(F.gelu(self.w_1(x)))

# %% wrong: the residual connection built into the feed-forward layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
    def forward(self, x):
        return x + self.w_2(torch.relu(self.w_1(x)))

# %% prelude
from collections import OrderedDict
from course.attention import MultiHeadAttention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: Keras habit: nn.Linear(d_ff, activation='relu') raises
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_ff, activation="relu")
        self.w_2 = nn.Linear(d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x))

# %% wrong: the residual connection put into the feed-forward layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = F.relu(self.w_1(x))
        return x + self.w_2(hidden)

# %% wrong: F.dropout without training=self.training
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = F.dropout(F.relu(self.w_1(x)), 0.1)
        return self.w_2(hidden)

# %% right: a subclass of nn.Sequential without a forward of its own
class FeedForward(nn.Sequential):
    def __init__(self, d_model, d_ff):
        super().__init__(OrderedDict([("w_1", nn.Linear(d_model, d_ff)), ("bend", nn.ReLU()),
                                      ("w_2", nn.Linear(d_ff, d_model))]))

# %% prelude
from course.attention import MultiHeadAttention
from torch import nn
import math, copy, functools
import torch
import torch.nn.functional as F

# %% wrong: linear layers made in forward: new random weights at each call
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.d_model, self.d_ff = d_model, d_ff
    def forward(self, x):
        w_1 = nn.Linear(self.d_model, self.d_ff)
        w_2 = nn.Linear(self.d_ff, self.d_model)
        return w_2(torch.relu(w_1(x)))

# %% right: words as rows of one matrix, clamp, other names
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        hidden = (rows @ self.up.weight.T + self.up.bias).clamp(min=0.0)
        return (hidden @ self.down.weight.T + self.down.bias).reshape(x.shape)

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

# %% wrong: F.relu6 (from image models): cut off at 6 above
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):

        return self.w_2(F.relu6(self.w_1(x)))

# %% wrong: residual connection put inside the feed-forward layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):

        return x + self.w_2(F.relu(self.w_1(x)))

# %% wrong: second linear layer without its bias
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x)))

# %% right: einsum with the weights, ReLU as (h + |h|) / 2
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):

        h = torch.einsum("...d,fd->...f", x, self.w_1.weight) + self.w_1.bias
        h = (h + h.abs()) / 2
        return torch.einsum("...f,df->...d", h, self.w_2.weight) + self.w_2.bias

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

# %% wrong: equation misread: max(0, x) W_1 + b_1, then W_2 (ReLU on the input)
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)


    def forward(self, x):
        return self.w_2(self.w_1(torch.relu(x)))

# %% wrong: ReLU6 of mobile networks: clamp(0, 6); right unless a hidden number exceeds 6
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)


    def forward(self, x):
        return self.w_2(self.w_1(x).clamp(0, 6))

# %% wrong: residual connection already inside the feed-forward layer
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)


    def forward(self, x):
        return x + self.w_2(torch.relu(self.w_1(x)))

# %% right: einsum over the weights, ReLU as (h + |h|) / 2
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)


    def forward(self, x):
        h = torch.einsum("btd,fd->btf", x, self.w_1.weight) + self.w_1.bias
        h = (h + h.abs()) / 2
        return torch.einsum("btf,df->btd", h, self.w_2.weight) + self.w_2.bias

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

# %% wrong: max(0, x) read as applied to x: relu(x) W1 W2
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(torch.clamp(x, min=0)))

# %% wrong: the residual connection put inside the feed-forward
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return x + self.w_2(F.relu(self.w_1(x)))

# %% wrong: hidden clamped to 0..1, since the hidden number is 1 for black cats
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).clamp(0, 1))

# %% right: einsum with the Linears' weights, where() as the bend
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        h = torch.einsum("...d,fd->...f", x, self.w_1.weight) + self.w_1.bias
        h = torch.where(h > 0, h, torch.zeros_like(h))
        return torch.einsum("...f,df->...d", h, self.w_2.weight) + self.w_2.bias
