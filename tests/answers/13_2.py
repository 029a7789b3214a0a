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
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: GELU in place of SiLU (GEGLU)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.gelu(self.w_gate(x)) * self.w_up(x))
# %% wrong: SiLU on the up path, the gate is left linear
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate, up = self.w_gate(x), self.w_up(x)
        return self.w_down(gate * F.silu(up))
# %% wrong: SiLU on the product of the two paths
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        hidden = self.w_gate(x) * self.w_up(x)
        return self.w_down(F.silu(hidden))
# %% wrong: w_down has a bias
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.w_down(self.act(self.w_gate(x)) * self.w_up(x))
# %% wrong: adds the residual x to the result
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        inner = F.silu(self.w_gate(x)).mul(self.w_up(x))
        return x + self.w_down(inner)
# %% wrong: SiLU before the gate's matrix instead of after it
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = self.w_gate(F.silu(x))
        return self.w_down(gate * self.w_up(x))
# %% right: einsum over the weights, SiLU written out
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate, self.w_up = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        z = torch.einsum("...d,fd->...f", x, self.w_gate.weight)
        hidden = z * z.sigmoid() * torch.einsum("...d,fd->...f", x, self.w_up.weight)
        return torch.einsum("...f,df->...d", hidden, self.w_down.weight)
# %% right: both paths in one product, cut in two; nn.SiLU as a module
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.silu = nn.SiLU()

    def forward(self, x):
        both = x @ torch.cat([self.w_gate.weight, self.w_up.weight]).T
        gate, up = both.chunk(2, dim=-1)
        return self.w_down(self.silu(gate) * up)
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: SiLU on the path w_up instead of on the gate
class SwiGLU(nn.Module):
    """A feed-forward layer with a gate, without biases: (..., d_model) -> (..., d_model)."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(self.w_gate(x) * F.silu(self.w_up(x)))
# %% wrong: sigmoid for the gate (GLU) instead of SiLU
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        what = self.w_up(x)
        how_much = torch.sigmoid(self.w_gate(x))
        return self.w_down(how_much * what)
# %% wrong: w_down still has a bias
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate, self.w_up = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
        self.w_down = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))
# %% wrong: SiLU on the product of the two paths (2)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.act = nn.SiLU()

    def forward(self, x):
        hidden = self.act(self.w_gate(x) * self.w_up(x))
        return self.w_down(hidden)
# %% wrong: d_ff is made two thirds as large inside the module
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        hidden_dim = int(2 * d_ff / 3)
        self.w_gate = nn.Linear(d_model, hidden_dim, bias=False)
        self.w_up = nn.Linear(d_model, hidden_dim, bias=False)
        self.w_down = nn.Linear(hidden_dim, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))
# %% right: dropout at the end, which is off in evaluation mode
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        return self.dropout(self.w_down(F.silu(self.w_gate(x)) * self.w_up(x)))
# %% wrong: adds x (a residual connection), which the formula does not have
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super(SwiGLU, self).__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        residual = x
        x = F.silu(self.w_gate(x)) * self.w_up(x)
        x = self.w_down(x)
        return residual + x
# %% right: z · sigmoid(z) written out, layers made in a loop
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        for name, n_in, n_out in (("w_gate", d_model, d_ff), ("w_up", d_model, d_ff), ("w_down", d_ff, d_model)):
            setattr(self, name, nn.Linear(n_in, n_out, bias=False))

    def forward(self, x):
        z = self.w_gate(x)
        return self.w_down(z.sigmoid().mul(z).mul(self.w_up(x)))
# %% right: one product for gate and up at once, einsum, an nn.SiLU beside the layers
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.silu = nn.SiLU()

    def forward(self, x):
        both = F.linear(x, torch.cat([self.w_gate.weight, self.w_up.weight]))
        gate, up = both.chunk(2, dim=-1)
        return torch.einsum("...f,df->...d", self.silu(gate) * up, self.w_down.weight)


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
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
class _GQA(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def qkv(self, x):
        return (split_heads(self.w_q(x), self.n_heads), split_heads(self.w_k(x), self.n_kv_heads),
                split_heads(self.w_v(x), self.n_kv_heads))
class _Sw(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
def _rot(x, phi):
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1)
def _freq(x):
    half = x.shape[-1] // 2
    return 10000 ** (-torch.arange(half, dtype=x.dtype) / half)

# %% wrong: sigmoid instead of silu (GLU)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return self.w_down(torch.sigmoid(self.w_gate(x)) * self.w_up(x))

# %% wrong: two thirds of d_ff taken inside the module
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        d_ff = d_ff * 2 // 3
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: residual connection added inside
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return x + self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))


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
from course.attention import MultiHeadAttention, fused_attention, merge_heads, scaled_dot_product_attention, split_heads
# Each answer: "#== id | exercise | wrong/right/double | what is wrong", then code; the last name is given to the check.

# %% wrong: sigmoid for silu (that is plain GLU)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return self.w_down(torch.sigmoid(self.w_gate(x)) * self.w_up(x))

# %% wrong: silu on x before the projection: w_gate(silu(x))
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return self.w_down(self.w_gate(F.silu(x)) * self.w_up(x))

# %% wrong: adds the residual connection inside the layer
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return x + self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: the hidden product is a matrix product by habit: w_down applied per path, then multiplied
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x))) * self.w_down(self.w_up(x))

# %% wrong: gelu for silu AND biases
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff)
        self.w_up = nn.Linear(d_model, d_ff)
        self.w_down = nn.Linear(d_ff, d_model)
    def forward(self, x):
        return self.w_down(F.gelu(self.w_gate(x)) * self.w_up(x))


# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: d_ff made smaller to two thirds inside the module (Llama's code does so)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        d_ff = int(2 * d_ff / 3)
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: sigmoid instead of SiLU: the plain GLU
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = torch.sigmoid(self.w_gate(x))
        return self.w_down(gate * self.w_up(x))

# %% wrong: residual connection added inside, again
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        hidden = F.silu(self.w_gate(x)) * self.w_up(x)
        return x + self.w_down(hidden)

# %% right: layers in another order, F.linear on the weights joined, nn.Dropout beside them
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.w_up, self.w_gate = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        both = F.linear(x, torch.cat([self.w_gate.weight, self.w_up.weight]))
        gate, up = both.chunk(2, dim=-1)
        return self.w_down(self.dropout(gate * torch.sigmoid(gate) * up))

# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: up path added, not multiplied
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = self.w_gate(x)
        return self.w_down(F.silu(gate) + self.w_up(x))

# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: silu on the product of both paths
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x) * self.w_up(x)))

# %% wrong: the gate is not multiplied but added
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = F.silu(self.w_gate(x))
        up = self.w_up(x)
        return self.w_down(gate + up)

# %% right: with nn.SiLU, Dropout, and torch.mul; layers made in a loop
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        for name, (n_in, n_out) in dict(w_gate=(d_model, d_ff), w_up=(d_model, d_ff), w_down=(d_ff, d_model)).items():
            setattr(self, name, nn.Linear(n_in, n_out, bias=False))
        self.act = nn.SiLU()
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        hidden = torch.mul(self.w_up(x), self.act(self.w_gate(x)))
        return self.w_down(self.drop(hidden))

# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: d_ff cut to two thirds inside
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        d_ff = int(d_ff * 2 / 3)
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: the two paths joined by @
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = F.silu(self.w_gate(x))
        return self.w_down(gate @ self.w_up(x))

# %% right: z * sigmoid(z) by hand, nn.Dropout beside
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate, self.w_up = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        z = self.w_gate(x)
        return self.w_down(self.drop(self.w_up(x) * z * torch.sigmoid(z)))

# %% prelude
from torch import nn
import torch
import torch.nn.functional as F

# %% right: nn.SiLU and nn.Dropout as modules, other order of the layers
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.w_up, self.w_gate = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
        self.act = nn.SiLU()
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        h = self.w_up(x)
        h = h.mul(self.act(self.w_gate(x)))
        return self.w_down(self.drop(h))

# %% prelude
from torch import nn
import torch
import torch.nn.functional as F

# %% wrong: F.dropout without training=self.training: active in evaluation mode
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        hidden = F.silu(self.w_gate(x)) * self.w_up(x)
        return self.w_down(F.dropout(hidden, 0.1))

# %% wrong: F.glu: sigmoid of the gate, its own z forgotten
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        both = torch.cat([self.w_up(x), self.w_gate(x)], dim=-1)
        return self.w_down(F.glu(both, dim=-1))

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: F.dropout without training=self.training: also active in evaluation
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):

        hidden = F.silu(self.w_gate(x)) * self.w_up(x)
        return self.w_down(F.dropout(hidden, 0.1))

# %% wrong: PyTorch's F.glu of (gate, up): gate * sigmoid(up)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):

        both = torch.cat([self.w_gate(x), self.w_up(x)], dim=-1)
        return self.w_down(F.glu(both, dim=-1))

# %% wrong: d_ff rounded up to a multiple of 8, as in Llama's code
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        d_ff = 8 * ((d_ff + 7) // 8)
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):

        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: z * sigmoid(1.702 z), the quick-GELU, instead of SiLU
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        gate = self.w_gate(x)
        return self.w_down(gate * torch.sigmoid(1.702 * gate) * self.w_up(x))

# %% wrong: shrinks d_ff itself to two thirds, though the page wants as many as given
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        inner = max(1, 2 * d_ff // 3)
        self.w_gate = nn.Linear(d_model, inner, bias=False)
        self.w_up = nn.Linear(d_model, inner, bias=False)
        self.w_down = nn.Linear(inner, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: chained assignment: w_gate and w_up are one and the same layer
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: two thirds of d_ff taken inside the module (2)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        hidden = max(1, 2 * d_ff // 3)
        self.w_gate = nn.Linear(d_model, hidden, bias=False)
        self.w_up = nn.Linear(d_model, hidden, bias=False)
        self.w_down = nn.Linear(hidden, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))

# %% wrong: F.dropout without training=self.training: drops in evaluation mode, too
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        hidden = F.silu(self.w_gate(x)) * self.w_up(x)
        return self.w_down(F.dropout(hidden, 0.1))

# %% wrong: chained assignment: w_gate and w_up are one and the same layer (2)
class SwiGLU(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))
