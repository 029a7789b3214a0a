# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: queries from the memory, keys and values from x
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(memory), self.w_k(x), self.w_v(x), mask)

# %% wrong: everything from x
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: everything from the memory
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(memory), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: keys from x
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(memory), mask)

# %% wrong: mask forgotten
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory))

# %% wrong: memory first
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, memory, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: causal mask put in
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        future = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        mask = future if mask is None else mask & future
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: mask turned round
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = ~mask
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: mask transposed
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = mask.transpose(-2, -1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: keys and values of both sentences
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        both = torch.cat([x, memory], dim=1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(both), self.w_v(both), mask)

# %% wrong: weights of the keys used for the values
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_k(memory), mask)

# %% wrong: three outputs
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(x), self.w_k(memory), self.w_v(memory)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return output, weights, v

# %% wrong: memory passed as the mask of self-attention
class CrossAttention(SelfAttention):
    def __init__(self, d_model, d_k, d_v):
        super().__init__(d_model, d_k, d_v)

    def forward(self, x, memory, mask=None):
        return super().forward(x, memory)

# %% wrong: bias in the query's layer
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: residual connection added
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
        return output + x, weights

# %% right: the plain one
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q = self.w_q(x)
        k = self.w_k(memory)
        v = self.w_v(memory)
        return scaled_dot_product_attention(q, k, v, mask)

# %% right: subclass of self-attention
class CrossAttention(SelfAttention):
    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(x), self.w_k(memory), self.w_v(memory)
        output, weights = scaled_dot_product_attention(q, k, v, mask=mask)
        return output, weights

# %% right: written out, sentence by sentence
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        outputs, shares = [], []
        for b in range(x.shape[0]):
            scores = self.w_q(x[b]) @ self.w_k(memory[b]).T / math.sqrt(self.w_q.out_features)
            if mask is not None:
                allowed = mask.expand(x.shape[0], x.shape[1], memory.shape[1])[b]
                scores = scores.masked_fill(~allowed, torch.finfo(scores.dtype).min)
            w = scores.softmax(-1)
            if mask is not None:
                w = w.masked_fill(~allowed, 0.0)
            outputs.append(w @ self.w_v(memory[b]))
            shares.append(w)
        return torch.stack(outputs), torch.stack(shares)

# %% right: scores through one joined matrix
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        joined = self.w_q.weight.T @ self.w_k.weight                # (d_model, d_model)
        root = math.sqrt(self.w_k.weight.shape[0])
        scores = x @ joined @ memory.transpose(1, 2) / root
        if mask is None:
            weights = torch.softmax(scores, dim=2)
        else:
            weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=2).nan_to_num(0.0)
        return torch.bmm(weights, self.w_v(memory)), weights
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)


# %% wrong: memory and x exchanged in the signature
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, memory, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
# %% wrong: x and memory joined for the keys and values
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        both = torch.cat([x, memory], dim=1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(both), self.w_v(both), mask)
# %% wrong: inherits, and hands the memory over as the mask
class CrossAttention(SelfAttention):
    def forward(self, x, memory, mask=None):
        return super().forward(x, memory)
# %% wrong: keys are the memory itself
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q = self.w_q(x)
        v = self.w_v(memory)
        return scaled_dot_product_attention(q, memory, v, mask)
# %% wrong: mask turned round, "it belongs to the keys"
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = mask.transpose(-2, -1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
# %% wrong: one layer for keys and values
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        k = self.w_k(memory)
        return scaled_dot_product_attention(self.w_q(x), k, k, mask)
# %% wrong: queries from the source, keys and values from the target
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(memory), self.w_k(x), self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: a causal mask when none is given
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is None:
            mask = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
# %% right: inherits the layers
class CrossAttention(SelfAttention):
    def forward(self, x, memory, mask=None):
        q = self.w_q(x)
        k, v = self.w_k(memory), self.w_v(memory)
        return scaled_dot_product_attention(q, k, v, mask=mask)
# %% right: written out, other names
class CrossAttention(nn.Module):
    def __init__(self, dim, dk, dv):
        super().__init__()
        linear = lambda out: nn.Linear(dim, out, bias=False)
        self.w_q, self.w_k, self.w_v = linear(dk), linear(dk), linear(dv)
        self.scale = dk ** -0.5

    def forward(self, target, source, mask=None):
        scores = self.w_q(target).bmm(self.w_k(source).transpose(1, 2)).mul(self.scale)
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), torch.finfo(scores.dtype).min)
        weights = scores.softmax(2)
        if mask is not None:
            weights = weights.masked_fill(mask.logical_not(), 0)
        return weights.bmm(self.w_v(source)), weights
# %% right: values mixed before they are projected
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        mixed, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), memory, mask)
        return self.w_v(mixed), weights

# %% prelude
import copy
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
# %% wrong: copied from self-attention, memory is not looked at
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: values made from the projected keys
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_k, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        x = self.w_q(x)
        memory = self.w_k(memory)
        return scaled_dot_product_attention(x, memory, self.w_v(memory), mask)
# %% wrong: weights given back turned over
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q = self.w_q(x)
        k, v = self.w_k(memory), self.w_v(memory)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return output, weights.transpose(1, 2)
# %% wrong: looks at the target's own words as well as at the memory
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        both = torch.cat([memory, x], dim=1)
        if mask is not None:
            mask = F.pad(mask, (0, x.shape[1]), value=True)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(both), self.w_v(both), mask)
# %% right: mask given by name, projections by einsum
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in "qk")
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        project = "btm,om->bto"
        asked = torch.einsum(project, x, self.w_q.weight)
        found, given = (torch.einsum(project, memory, layer.weight) for layer in (self.w_k, self.w_v))
        return scaled_dot_product_attention(mask=mask, v=given, k=found, q=asked)
# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: a causal mask is added, as in the decoder's self-attention
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        not_ahead = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        mask = not_ahead if mask is None else mask & not_ahead
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
# %% wrong: queries from the memory, keys and values from the target: the roles are exchanged
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = (nn.Linear(d_model, d, bias=False) for d in (d_k, d_k, d_v))

    def forward(self, x, memory, mask=None):
        q = self.w_q(memory)
        k, v = self.w_k(x), self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: keys and values are made from target and memory together, so that x looks at itself, too
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        both = torch.cat([memory, x], dim=1)
        if mask is not None:
            b, tq, tk = x.shape[0], x.shape[1], memory.shape[1]
            mask = torch.cat([mask.expand(b, tq, tk), torch.ones(b, tq, tq, dtype=torch.bool)], dim=-1)
        out, w = scaled_dot_product_attention(self.w_q(x), self.w_k(both), self.w_v(both), mask)
        return out, w[..., :memory.shape[1]]
# %% wrong: masked words of the memory are set to zero vectors, whose keys still get a share
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = mask.expand(x.shape[0], x.shape[1], memory.shape[1])
            seen = mask.any(dim=1)                                   # (B, T_k)
            memory = memory.masked_fill(~seen.unsqueeze(-1), 0.0)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory))
# %% wrong: the mask of the first query is taken for all queries (fits a padding mask only)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = mask.expand(x.shape[0], x.shape[1], memory.shape[1])[:, :1]
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
# %% wrong: -inf by hand: a query that may attend to nothing gets NaN
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        scores = self.w_q(x) @ self.w_k(memory).transpose(-2, -1) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = F.softmax(scores, dim=-1)
        return weights @ self.w_v(memory), weights
# %% wrong: the softmax goes over the queries (dim=1), not over the keys
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(x), self.w_k(memory), self.w_v(memory)
        scores = torch.bmm(q, k.transpose(1, 2)) / k.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return torch.bmm(weights, v), weights
# %% wrong: a residual connection: x is added to the output (needs d_v = d_model, too)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        attended, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
        return x + attended, weights
# %% wrong: two mistakes: w_v is made with d_k outputs, and the weights come first in what is returned
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = (nn.Linear(d_model, d_k, bias=False) for _ in range(3))

    def forward(self, x, memory, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
        return weights, output
# %% right: inherits the layers of SelfAttention and only replaces forward
class CrossAttention(SelfAttention):
    def forward(self, x, memory, mask=None):
        words_of = {"q": x, "k": memory, "v": memory}
        q, k, v = (getattr(self, f"w_{name}")(words) for name, words in words_of.items())
        return scaled_dot_product_attention(q=q, k=k, v=v, mask=mask)
# %% right: values mixed first and projected afterwards (the projection is linear and has no bias)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        linear = lambda size: nn.Linear(d_model, size, bias=False)
        self.w_q, self.w_k, self.w_v = linear(d_k), linear(d_k), linear(d_v)

    def forward(self, x, memory, mask=None):
        mixture, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), memory, mask)
        return self.w_v(mixture), weights
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
# %% wrong: queries from the memory, keys and values from the target
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q = self.w_q(memory)
        k = self.w_k(x)
        v = self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: values made from the target in place of the memory
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in "qk")
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(x), mask)
# %% wrong: a causal mask where none is given
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is None:
            # the decoder must not look ahead
            mask = torch.ones(x.size(1), memory.size(1), dtype=torch.bool, device=x.device).tril()
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
# %% wrong: multiplies the scores by the mask, so forbidden scores are 0 and still get a share
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q = self.w_q(x)
        k = self.w_k(memory)
        v = self.w_v(memory)
        scores = torch.bmm(q, k.permute(0, 2, 1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores * mask
        w = torch.softmax(scores, dim=2)
        return torch.bmm(w, v), w
# %% wrong: forward takes the memory first and the target second
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, encoder_output, decoder_input, mask=None):
        queries = self.w_q(decoder_input)
        keys, values = self.w_k(encoder_output), self.w_v(encoder_output)
        return scaled_dot_product_attention(queries, keys, values, mask)
# %% wrong: F.dropout on the weights, which is on in evaluation mode, too
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v, dropout=0.1):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.dropout = dropout

    def forward(self, x, memory, mask=None):
        values = self.w_v(memory)
        _, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), values, mask)
        weights = F.dropout(weights, self.dropout)
        return weights @ values, weights
# %% wrong: takes the mask's first row for all queries, as if it were always a padding mask
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(x), self.w_k(memory), self.w_v(memory)
        if mask is not None:
            mask = mask[..., :1, :]          # which words of the source are real
        return scaled_dot_product_attention(q, k, v, mask)
# %% right: the products of matrices written out, masked_fill with a large negative number and zeros after it
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.factor = 1 / math.sqrt(d_k)

    def forward(self, x, memory, mask=None):
        target_q = x @ self.w_q.weight.T
        source_k = memory @ self.w_k.weight.T
        source_v = memory @ self.w_v.weight.T
        logits = (target_q * self.factor) @ source_k.mT
        if mask is not None:
            forbidden = torch.logical_not(mask)
            logits = logits.masked_fill(forbidden, -1e9)
        e = (logits - logits.amax(dim=-1, keepdim=True)).exp()
        if mask is not None:
            e = e.masked_fill(forbidden, 0.0)
        total = e.sum(dim=-1, keepdim=True)
        weights = e / torch.where(total == 0, torch.ones_like(total), total)
        return weights @ source_v, weights
# %% right: one target word at a time, the pieces put together
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        def proj(size):
            return nn.Linear(d_model, size, bias=False)
        self.w_q, self.w_k, self.w_v = proj(d_k), proj(d_k), proj(d_v)

    def forward(self, x, memory, mask=None):
        B, Tq, Tk = x.shape[0], x.shape[1], memory.shape[1]
        k, v = self.w_k(memory), self.w_v(memory)
        full = None if mask is None else mask.broadcast_to((B, Tq, Tk))
        outs, ws = [], []
        for t in range(Tq):
            m = None if full is None else full[:, t:t + 1]
            o, w = scaled_dot_product_attention(self.w_q(x[:, t:t + 1]), k, v, m)
            outs.append(o)
            ws.append(w)
        return torch.cat(outs, dim=1), torch.cat(ws, dim=1)


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
import copy, math
import torch, torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention
class Base(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

# %% wrong: queries from the last target position only (habit of decoding with a cache)
class CrossAttention(Base):
    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x[:, -1:]), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: cuts the memory to the length of the target
class CrossAttention(Base):
    def forward(self, x, memory, mask=None):
        memory = memory[:, :x.shape[1]]
        if mask is not None:
            mask = mask[..., :x.shape[1]]
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: mask.squeeze(1): the padding mask (B, 1, T_k) becomes (B, T_k), read as (T_q, T_k)
class CrossAttention(Base):
    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = mask.squeeze(1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: w_v has d_k outputs, AND the mask is not handed on
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = (nn.Linear(d_model, d_k, bias=False) for _ in range(3))
    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory))

# %% prelude

# %% wrong: 'repairs' a mask whose last axis is not T_k by transposing it: wrong for (B, T_q, 1)
import torch
from torch import nn
from course.attention import scaled_dot_product_attention

class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, memory, mask=None):
        if mask is not None and mask.shape[-1] != memory.shape[1]:
            mask = mask.transpose(-2, -1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: Transformer-XL's memory.detach(): the encoder gets no gradient
import torch
from torch import nn
from course.attention import scaled_dot_product_attention

class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, memory, mask=None):
        memory = memory.detach()
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% right: layers made in a loop by setattr, F.linear with the weights, mask by name
import torch
from torch import nn
from course.attention import scaled_dot_product_attention

import torch.nn.functional as F
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for letter, size in zip("vkq", (d_v, d_k, d_k)):
            setattr(self, f"w_{letter}", nn.Linear(d_model, size, bias=False))
    def forward(self, x, memory, mask=None):
        q = F.linear(x, self.w_q.weight)
        k, v = (F.linear(memory, layer.weight) for layer in (self.w_k, self.w_v))
        return scaled_dot_product_attention(q, k, v, mask=mask)

# %% prelude
import math

import torch
from torch import nn

from course.attention import scaled_dot_product_attention

# %% wrong: a mask with two axes is taken for a padding mask (B, T_k): unsqueeze(1)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, memory, mask=None):
        if mask is not None and mask.dim() == 2:
            mask = mask.unsqueeze(1)          # (B, 1, T_k)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math, torch
import torch.nn.functional as F

# %% wrong: keys and values from target and memory joined together
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        both = torch.cat([x, memory], dim=1)
        q, k, v = self.w_q(x), self.w_k(both), self.w_v(both)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return output, weights

# %% wrong: mask transposed: 'the mask is (B, 1, T_k) but I need it for the queries'
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q = self.w_q(x)
        k = self.w_k(memory)
        v = self.w_v(memory)
        if mask is not None:
            mask = mask.transpose(-2, -1)
        return scaled_dot_product_attention(q, k, v, mask)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: copied from 3.1 and the mask is not handed on
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        q, k, v = self.w_q(x), self.w_k(memory), self.w_v(memory)
        out, weights = scaled_dot_product_attention(q, k, v)
        return out, weights

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: mask multiplied onto the weights after the softmax, not renormalised
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        v = self.w_v(memory)
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(memory), v)
        if mask is not None:
            weights = weights * mask
            output = weights @ v
        return output, weights

# %% wrong: keys and values from memory AND x, joined along the words: weights (B, T_q, T_k + T_q)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        both = torch.cat([memory, x], dim=1)
        if mask is not None:
            B, T_q, T_k = x.shape[0], x.shape[1], memory.shape[1]
            mask = mask.expand(B, T_q, T_k)
            mask = torch.cat([mask, torch.ones(B, T_q, T_q, dtype=torch.bool)], dim=-1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(both), self.w_v(both), mask)

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: order of the arguments as in nn.Transformer: forward(source, target)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, memory, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: never ahead in the source either: target place t may look at source places up to t only
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        future = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).tril()
        mask = future if mask is None else mask & future
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: sets the vectors of closed source words to 0 in place of handing the mask on (a score of 0 is an ordinary score)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            memory = memory * mask.any(dim=-2).unsqueeze(-1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory))

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: uses the first query's row of the mask for all queries (thinks of a padding mask only)
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = mask[..., :1, :]                          # a padding mask is the same for all queries
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

# %% wrong: puts 0 into the forbidden vectors of memory instead of masking the scores
class CrossAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            closed = ~mask.any(dim=-2)                       # (B, T_k) or (T_k,): nobody may look there
            memory = memory.masked_fill(closed.unsqueeze(-1), 0.0)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory))
