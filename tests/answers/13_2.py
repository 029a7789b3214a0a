# %% prelude
import copy
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: silu on the product
class SwiGLU(nn.Module):
    """A feed-forward layer with a gate, without biases: (..., d_model) -> (..., d_model)."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x) * self.w_up(x)))

# %% wrong: sigmoid gate, the plain GLU
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = torch.sigmoid(self.w_gate(x))
        return self.w_down(gate * self.w_up(x))

# %% wrong: one layer for gate and up
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: two thirds of d_ff taken inside the layer
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        hidden = int(2 * d_ff / 3)
        self.w_gate = nn.Linear(d_model, hidden, bias=False)
        self.w_up = nn.Linear(d_model, hidden, bias=False)
        self.w_down = nn.Linear(hidden, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: w_down keeps its bias
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: gate times its silu (silu taken for the sigmoid)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        z = self.w_gate(x)
        return self.w_down(z * F.silu(z) * self.w_up(x))

# %% wrong: misspelt keyword, TypeError
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, biases=False)
        self.w_up = nn.Linear(d_model, d_ff, biases=False)
        self.w_down = nn.Linear(d_ff, d_model, biases=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: silu on both paths
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        what = F.silu(self.w_up(x))
        how_much = F.silu(self.w_gate(x))
        return self.w_down(what * how_much)

# %% right: as the formula says
class SwiGLU(nn.Module):
    """A feed-forward layer with a gate, without biases: (..., d_model) -> (..., d_model)."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% right: silu by hand, layers made by partial
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        linear = partial(nn.Linear, bias=False)
        self.w_down = linear(d_ff, d_model)
        self.w_up, self.w_gate = linear(d_model, d_ff), linear(d_model, d_ff)

    def forward(self, x):
        z = self.w_gate(x)
        hidden = z * torch.sigmoid(z)
        hidden = hidden * self.w_up(x)
        return self.w_down(hidden)

# %% right: nn.SiLU as a part, both paths in one matrix product
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        for name, (n_in, n_out) in {"w_gate": (d_model, d_ff), "w_up": (d_model, d_ff), "w_down": (d_ff, d_model)}.items():
            setattr(self, name, nn.Linear(in_features=n_in, out_features=n_out, bias=False))
        self.activation = nn.SiLU()

    def forward(self, x):
        both = F.linear(x, torch.cat([self.w_gate.weight, self.w_up.weight]))
        gate, up = both.chunk(2, dim=-1)
        return self.w_down(torch.mul(self.activation(gate), up))
