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
# %% prelude
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: > instead of >=, so no position sees itself
def causal_mask(size):
    position = torch.arange(size)
    return position[:, None] > position[None, :]
# %% wrong: a float mask of 0 and minus infinity, to be added, as PyTorch's generate_square_subsequent_mask
def causal_mask(size):
    return torch.full((size, size), float("-inf")).triu(1)
# %% wrong: off by one, the loop leaves out the last position, whose row stays closed
def causal_mask(size):
    mask = torch.zeros(size, size, dtype=torch.bool)
    for t in range(size - 1):
        mask[t, : t + 1] = True
    return mask
# %% wrong: each position sees only itself and the one before, not the whole past
def causal_mask(size):
    i = torch.arange(size).unsqueeze(1)
    j = torch.arange(size).unsqueeze(0)
    return (i == j) | (i - 1 == j)
# %% wrong: a NumPy array instead of a tensor
def causal_mask(size):
    return np.tril(np.ones((size, size), dtype=bool))
# %% wrong: cut from a table of fixed size 8 (a block size), so larger sizes come out too small
def causal_mask(size):
    block_size = 8
    tril = torch.tril(torch.ones(block_size, block_size)).bool()
    return tril[:size, :size]
# %% right: the identity, summed up down the rows
def causal_mask(size):
    return torch.eye(size).cumsum(dim=0) > 0
# %% prelude
import math
import torch
from torch import nn
# %% wrong: list of rows made by * size, so all rows are one and the same list
def causal_mask(size):
    rows = [[False] * size] * size
    for t in range(size):
        for j in range(t + 1):
            rows[t][j] = True
    return torch.tensor(rows)
# %% wrong: positions compared the other way round, each position sees itself and the future
def causal_mask(size):
    i = torch.arange(size)
    return i.unsqueeze(1) <= i.unsqueeze(0)
# %% wrong: a table of whole numbers 0 and 1 instead of booleans
def causal_mask(size):
    """Position t may attend to positions 0 to t: bool (size, size)."""
    return torch.ones(size, size).tril().int()
# %% wrong: an extra axis in front, (1, size, size), as in The Annotated Transformer
def causal_mask(size):
    "Mask out subsequent positions."
    attn_shape = (1, size, size)
    subsequent_mask = torch.triu(torch.ones(attn_shape), diagonal=1).type(torch.uint8)
    return subsequent_mask == 0
# %% right: identity summed down the rows
def causal_mask(size):
    return torch.eye(size).cumsum(dim=0).bool()
# %% right: nested list of comparisons
def causal_mask(size):
    table = []
    for query in range(size):
        table.append([key <= query for key in range(size)])
    return torch.tensor(table)

# %% prelude

# %% wrong: nanoGPT: cut from a buffer with block_size 64: too small above 64
import torch
block_size = 64
bias = torch.tril(torch.ones(block_size, block_size)).bool()
def causal_mask(size):
    return bias[:size, :size]

# %% right: running sum over the rows of the unit matrix
import torch
def causal_mask(size):
    return torch.eye(size).cumsum(dim=0).bool()

# %% prelude
import torch

# %% wrong: comparison the wrong way round: sees itself and the future
def causal_mask(size):
    position = torch.arange(size)
    return position.unsqueeze(0) >= position.unsqueeze(1)

# %% right: not triu(1)
def causal_mask(size):
    return torch.triu(torch.ones(size, size), diagonal=1) == 0

# %% prelude
import torch

# %% wrong: strict comparison: itself not seen
def causal_mask(size):
    position = torch.arange(size)
    return position.unsqueeze(1) > position.unsqueeze(0)

# %% prelude
import torch

# %% wrong: query positions <= key positions: the present and the future
def causal_mask(size):
    position = torch.arange(size)
    return position[:, None] <= position[None, :]

# %% wrong: a leading axis of length 1: (1, size, size)
def causal_mask(size):
    future = torch.triu(torch.ones(1, size, size), diagonal=1).type(torch.uint8)
    return future == 0

# %% prelude
import torch

# %% wrong: only the past, without itself; row 0 repaired by hand because it was empty
def causal_mask(size):
    mask = torch.ones(size, size, dtype=torch.bool).tril(-1)
    mask[0, 0] = True
    return mask

# %% prelude
import torch

# %% wrong: positions compared the wrong way round: rows see the future (transposed)
def causal_mask(size):
    pos = torch.arange(size)
    return pos[None, :] >= pos[:, None]

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: PyTorch's own float mask (0 and -inf, to be added) instead of a boolean one
def causal_mask(size):
    return nn.Transformer.generate_square_subsequent_mask(size)

# %% wrong: tril_indices not unpacked: mask[indices] opens whole rows, so everything is True
def causal_mask(size):
    mask = torch.zeros(size, size, dtype=torch.bool)
    mask[torch.tril_indices(size, size)] = True
    return mask

# %% right: RIGHT: identity table summed up down the rows
def causal_mask(size):
    return torch.eye(size).cumsum(dim=0).bool()

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: generate_square_subsequent_mask(size).bool(): -inf becomes True, so the future is open, all else closed
def causal_mask(size):
    return nn.Transformer.generate_square_subsequent_mask(size).bool()

# %% wrong: cumsum counts keys 1..size, queries are counted 0..size-1: own place closed
def causal_mask(size):
    key_number = torch.ones(size, size).cumsum(dim=1)
    query_number = torch.arange(size).unsqueeze(1)
    return key_number <= query_number

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: ~ of a uint8 table: 254 and 255, not bool
def causal_mask(size):
    return ~torch.ones(size, size).triu(1).to(torch.uint8)

# %% wrong: PyTorch's float mask (0 and -inf) turned to bool: -inf becomes True
def causal_mask(size):
    return nn.Transformer.generate_square_subsequent_mask(size).bool()

# %% right: running sum of the identity down the rows
def causal_mask(size):
    return torch.eye(size).cumsum(dim=0).bool()
