# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: upper triangle
def causal_mask(size):
    return torch.triu(torch.ones(size, size, dtype=torch.bool))

# %% wrong: upper triangle above the diagonal, PyTorch layers' polarity
def causal_mask(size):
    return torch.triu(torch.ones(size, size, dtype=torch.bool), diagonal=1)

# %% wrong: nobody sees itself
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril(-1)

# %% wrong: one word ahead
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril(diagonal=1)

# %% wrong: Annotated Transformer, an axis in front
def causal_mask(size):
    attn_shape = (1, size, size)
    subsequent_mask = torch.triu(torch.ones(attn_shape), diagonal=1).type(torch.uint8)
    return subsequent_mask == 0

# %% wrong: minGPT, four axes
def causal_mask(size):
    return torch.tril(torch.ones(size, size)).view(1, 1, size, size).bool()

# %% wrong: numbers instead of booleans
def causal_mask(size):
    return torch.tril(torch.ones(size, size))

# %% wrong: zeros and minus infinity
def causal_mask(size):
    return torch.triu(torch.full((size, size), float("-inf")), diagonal=1)

# %% wrong: four positions always
def causal_mask(size):
    return torch.ones(4, 4, dtype=torch.bool).tril()

# %% wrong: comparison the wrong way round
def causal_mask(size):
    t = torch.arange(size)
    return t[None, :] >= t[:, None]

# %% wrong: range without the place itself
def causal_mask(size):
    mask = torch.zeros(size, size, dtype=torch.bool)
    for t in range(size):
        for j in range(t):
            mask[t, j] = True
    return mask

# %% wrong: a single row
def causal_mask(size):
    return torch.ones(size, dtype=torch.bool).cumsum(0) <= size

# %% wrong: tril of bytes
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.uint8).tril()

# %% right: method tril
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()

# %% right: positions compared
def causal_mask(size):
    t = torch.arange(size)
    return t.unsqueeze(0) <= t.unsqueeze(1)

# %% right: not the upper triangle
def causal_mask(n):
    return torch.triu(torch.ones(n, n), diagonal=1) == 0

# %% right: two loops
def causal_mask(size: int) -> torch.Tensor:
    mask = torch.zeros((size, size), dtype=torch.bool)
    for t in range(size):
        mask[t, : t + 1] = True
    return mask
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: PyTorch's additive mask
def causal_mask(size):
    return nn.Transformer.generate_square_subsequent_mask(size)
# %% wrong: floats, not boolean
def causal_mask(size):
    return torch.tril(torch.ones(size, size))
# %% wrong: batch axis in front, as in the Annotated Transformer
def causal_mask(size):
    attn_shape = (1, size, size)
    subsequent_mask = torch.triu(torch.ones(attn_shape), diagonal=1).type(torch.uint8)
    return subsequent_mask == 0
# %% wrong: slice ends before the position itself
def causal_mask(size):
    mask = torch.zeros(size, size, dtype=torch.bool)
    for t in range(size):
        mask[t, :t] = True
    return mask
# %% wrong: positions compared with rows and columns exchanged
def causal_mask(size):
    positions = torch.arange(size)
    return positions.unsqueeze(1) <= positions.unsqueeze(0)
# %% wrong: the size of the example
def causal_mask(size):
    return torch.ones(4, 4).tril().bool()
# %% wrong: True = forbidden
def causal_mask(size):
    mask = torch.triu(torch.ones(size, size), diagonal=1)
    return mask.bool()
# %% wrong: NumPy array
def causal_mask(size):
    import numpy as np
    return np.tril(np.ones((size, size))).astype(bool)
# %% right: comparing positions
def causal_mask(size):
    query = torch.arange(size)[:, None]
    key = torch.arange(size)[None, :]
    return key <= query
# %% right: nested lists
def causal_mask(size):
    return torch.tensor([[j <= t for j in range(size)] for t in range(size)])
# %% right: not the strict upper triangle
def causal_mask(size):
    return ~torch.full((size, size), True).triu(1)
