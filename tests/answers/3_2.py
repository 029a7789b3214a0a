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
