# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: biases left on
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k)
        self.w_k = nn.Linear(d_model, d_k)
        self.w_v = nn.Linear(d_model, d_v)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: mask not handed on
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        return scaled_dot_product_attention(q, k, v)

# %% wrong: values have the size of keys
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = (nn.Linear(d_model, d_k, bias=False) for _ in range(3))

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: one matrix under two names
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: queries and keys exchanged
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_k(x), self.w_q(x), self.w_v(x), mask)

# %% wrong: own names for the layers
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.query = nn.Linear(d_model, d_k, bias=False)
        self.key = nn.Linear(d_model, d_k, bias=False)
        self.value = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.query(x), self.key(x), self.value(x), mask)

# %% wrong: parameters in the place of layers
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Parameter(torch.rand(d_model, d_k))
        self.w_k = nn.Parameter(torch.rand(d_model, d_k))
        self.w_v = nn.Parameter(torch.rand(d_model, d_v))

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(x @ self.w_q, x @ self.w_k, x @ self.w_v, mask)

# %% wrong: sizes in the wrong order
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_k, d_model, bias=False)
        self.w_k = nn.Linear(d_k, d_model, bias=False)
        self.w_v = nn.Linear(d_v, d_model, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: only the output
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        return output

# %% wrong: layers made in forward
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_model, self.d_k, self.d_v = d_model, d_k, d_v

    def forward(self, x, mask=None):
        self.w_q = nn.Linear(self.d_model, self.d_k, bias=False)
        self.w_k = nn.Linear(self.d_model, self.d_k, bias=False)
        self.w_v = nn.Linear(self.d_model, self.d_v, bias=False)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: scaled once more
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q = self.w_q(x) / math.sqrt(self.d_k)
        return scaled_dot_product_attention(q, self.w_k(x), self.w_v(x), mask)

# %% wrong: values not projected
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), x, mask)
        return output, weights

# %% wrong: keys used for values
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q = self.w_q(x)
        k = self.w_k(x)
        v = self.w_v(x)
        return scaled_dot_product_attention(q, k, k, mask)

# %% wrong: by hand, divided by the root of d_model
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.scale = d_model ** 0.5
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        scores = self.w_q(x) @ self.w_k(x).transpose(1, 2) / self.scale
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return weights @ self.w_v(x), weights

# %% wrong: batch of one squeezed away
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        x = x.squeeze()
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: computed without gradients
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        with torch.no_grad():
            return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% right: the plain one
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask=mask)
        return output, weights

# %% right: layers set in a loop
class SelfAttention(nn.Module):
    def __init__(self, d_model: int, d_k: int, d_v: int):
        super().__init__()
        for name, size in (("w_q", d_k), ("w_k", d_k), ("w_v", d_v)):
            setattr(self, name, nn.Linear(d_model, size, bias=False))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None):
        q, k, v = (layer(x) for layer in (self.w_q, self.w_k, self.w_v))
        return scaled_dot_product_attention(q, k, v, mask)

# %% right: attention written out, einsum
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_k = nn.Linear(in_features=d_model, out_features=d_k, bias=False)
        self.w_q = nn.Linear(in_features=d_model, out_features=d_k, bias=False)
        self.w_v = nn.Linear(in_features=d_model, out_features=d_v, bias=False)

    def forward(self, x, mask=None):
        scores = torch.einsum("bqd,bkd->bqk", self.w_q(x), self.w_k(x)) * self.d_k ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.nan_to_num(0.0)
        return torch.einsum("bqk,bkv->bqv", weights, self.w_v(x)), weights

# %% right: F.linear with the layers' weights
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        everything = torch.cat([self.w_q.weight, self.w_k.weight, self.w_v.weight])
        sizes = [m.weight.shape[0] for m in (self.w_q, self.w_k, self.w_v)]
        q, k, v = F.linear(x, everything).split(sizes, dim=-1)
        return scaled_dot_product_attention(q, k, v, mask)
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

w_q = nn.Linear(5, 4, bias=False)      # left over from the section "The same as layers"
# %% wrong: keys and queries handed over in another order
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_k(x), self.w_q(x), self.w_v(x), mask)
# %% wrong: mask not handed on (again)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        output, weights = scaled_dot_product_attention(q, k, v, mask=None)
        return output, weights
# %% wrong: plain parameters in place of nn.Linear
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Parameter(torch.rand(d_model, d_k))
        self.w_k = nn.Parameter(torch.rand(d_model, d_k))
        self.w_v = nn.Parameter(torch.rand(d_model, d_v))

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(x @ self.w_q, x @ self.w_k, x @ self.w_v, mask)
# %% wrong: inputs and outputs of the layers exchanged
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_k, d_model, bias=False)
        self.w_k = nn.Linear(d_k, d_model, bias=False)
        self.w_v = nn.Linear(d_v, d_model, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: all three of size d_k
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = [nn.Linear(d_model, d_k, bias=False) for _ in range(3)]

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: new layers at every call
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_model, self.d_k, self.d_v = d_model, d_k, d_v

    def forward(self, x, mask=None):
        self.w_q = nn.Linear(self.d_model, self.d_k, bias=False)
        self.w_k = nn.Linear(self.d_model, self.d_k, bias=False)
        self.w_v = nn.Linear(self.d_model, self.d_v, bias=False)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: self forgotten in forward
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q = w_q(x)
        k = w_k(x)
        v = w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: the input added at the end when the sizes allow it
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        out, attn = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        return x + out, attn
# %% right: setattr in a loop, F.linear
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in {"w_q": d_k, "w_k": d_k, "w_v": d_v}.items():
            setattr(self, name, nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        q, k, v = (F.linear(x, layer.weight) for layer in (self.w_q, self.w_k, self.w_v))
        return scaled_dot_product_attention(q, k, v, mask)
# %% right: attention written out
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_q = nn.Linear(d_model, d_k, bias=False)

    def forward(self, x, mask=None):
        scores = torch.einsum("btd,bsd->bts", self.w_q(x), self.w_k(x)) / self.d_k ** 0.5
        if mask is None:
            weights = F.softmax(scores, dim=-1)
        else:
            weights = F.softmax(torch.where(mask, scores, torch.finfo(scores.dtype).min), dim=-1)
            weights = weights * mask
        return torch.bmm(weights, self.w_v(x)), weights
# %% right: a helper method and other argument names
class SelfAttention(nn.Module):
    def __init__(self, model_size, key_size, value_size):
        super(SelfAttention, self).__init__()
        self.w_q = nn.Linear(model_size, key_size, False)
        self.w_k = nn.Linear(model_size, key_size, False)
        self.w_v = nn.Linear(model_size, value_size, False)

    def project(self, sentence):
        return self.w_q(sentence), self.w_k(sentence), self.w_v(sentence)

    def forward(self, sentence, mask=None):
        output, weights = scaled_dot_product_attention(*self.project(sentence), mask=mask)
        return output, weights

# %% prelude
import copy
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
# %% wrong: the mask is not passed on
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        return scaled_dot_product_attention(q, k, v)
# %% wrong: values of size d_k
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_k, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: sizes of the layers the other way round
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_k, d_model, bias=False)
        self.w_k = nn.Linear(d_k, d_model, bias=False)
        self.w_v = nn.Linear(d_v, d_model, bias=False)

    def forward(self, x, mask=None):
        q = self.w_q(x)
        k = self.w_k(x)
        v = self.w_v(x)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return output, weights
# %% wrong: x overwritten by its query before key and value are made
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        x = q = self.w_q(x)
        k = self.w_k(x)
        v = self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% right: layers made in a loop, one product for all three
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for letter, size in dict(q=d_k, k=d_k, v=d_v).items():
            setattr(self, f"w_{letter}", nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        layers = (self.w_q, self.w_k, self.w_v)
        everything = x @ torch.cat([layer.weight for layer in layers]).mT
        parts = everything.split([layer.out_features for layer in layers], dim=-1)
        return scaled_dot_product_attention(*parts, mask=mask)
# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
# %% wrong: the mask is turned around, as in nn.MultiheadAttention (True = forbidden)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = ~mask
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: keys are handed over as queries and queries as keys
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        k, q, v = self.w_k(x), self.w_q(x), self.w_v(x)
        return scaled_dot_product_attention(k, q, v, mask)
# %% wrong: one sentence after another with mask[b], which is right for a mask (B, T, T) only and not for (T, T)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        outputs, weights = [], []
        for b in range(x.shape[0]):
            m = None if mask is None else mask[b]
            o, w = scaled_dot_product_attention(self.w_q(x[b]), self.w_k(x[b]), self.w_v(x[b]), m)
            outputs.append(o)
            weights.append(w)
        return torch.stack(outputs), torch.stack(weights)
# %% wrong: forbidden weights are set to 0 after the softmax and the rows are not normalised again
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        v = self.w_v(x)
        _, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), v)
        if mask is not None:
            weights = weights * mask
        return weights @ v, weights
# %% wrong: the bias is left out of w_q and w_k but not of w_v
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v)

    def forward(self, x, mask=None):
        q = self.w_q(x)
        k = self.w_k(x)
        v = self.w_v(x)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return output, weights
# %% wrong: an output projection w_o, which belongs to multi-head attention
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.w_o = nn.Linear(d_v, d_v, bias=False)

    def forward(self, x, mask=None):
        out, w = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        return self.w_o(out), w
# %% wrong: an axis for heads is put into the mask, though there are none: the results get a fourth axis
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: the weights that are returned are the scores' softmax without the mask (the output has it)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        output = scaled_dot_product_attention(q, k, v, mask)[0]
        weights = torch.softmax(torch.einsum("bqd,bkd->bqk", q, k) / math.sqrt(self.d_k), dim=-1)
        return output, weights
# %% wrong: two mistakes: the queries are divided by the root of d_k before the function does it again, and the mask is dropped
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.scale = d_k ** 0.5
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x) / self.scale, self.w_k(x), self.w_v(x))
# %% right: the three layers made in a loop with setattr, the products through F.linear
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in {"w_q": d_k, "w_k": d_k, "w_v": d_v}.items():
            setattr(self, name, nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        projected = (F.linear(x, getattr(self, name).weight) for name in ("w_q", "w_k", "w_v"))
        return scaled_dot_product_attention(*projected, mask)
# %% right: einsum and a softmax of its own, forbidden weights and empty rows exactly 0
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = [nn.Linear(d_model, n, bias=False) for n in (d_k, d_k, d_v)]

    def forward(self, x, mask=None):
        scores = torch.einsum("btd,kd,ke,bse->bts", x, self.w_q.weight, self.w_k.weight, x)
        scores = scores / math.sqrt(self.w_q.out_features)
        if mask is not None:
            mask = mask.expand_as(scores)
            scores = torch.where(mask, scores, torch.full_like(scores, torch.finfo(scores.dtype).min))
        shares = scores.softmax(dim=2)
        if mask is not None:
            shares = torch.where(mask, shares, torch.zeros_like(shares))
        return torch.einsum("bts,bsv->btv", shares, self.w_v(x)), shares
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
# %% wrong: scales twice: divides the queries by sqrt(d_k), and the function divides again
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q = self.w_q(x) / math.sqrt(self.d_k)
        k = self.w_k(x)
        v = self.w_v(x)
        return scaled_dot_product_attention(q, k, v, mask)
# %% wrong: adds the boolean mask to the scores, as if it were a mask of 0 and -inf
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.scale = d_k ** -0.5

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        scores = torch.einsum("bqd,bkd->bqk", q, k) * self.scale
        if mask is not None:
            scores = scores + mask
        attn = F.softmax(scores, dim=-1)
        return torch.einsum("bqk,bkd->bqd", attn, v), attn
# %% wrong: output from PyTorch's own function, but the weights computed without the mask
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        output = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)   # fast kernel
        weights = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(q.size(-1)), dim=-1)
        return output, weights
# %% wrong: takes mask[b] for each sentence, also where the mask has no axis of the sentences
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        outputs = []
        weights = []
        for b in range(len(x)):
            m = None
            if mask is not None:
                m = mask[b]
            o, w = scaled_dot_product_attention(self.w_q(x[b]), self.w_k(x[b]), self.w_v(x[b]), m)
            outputs.append(o)
            weights.append(w)
        return torch.stack(outputs), torch.stack(weights)
# %% wrong: asks whether the mask is true ("if not mask"), an error for any mask of more than one number
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if not mask:
            mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
# %% wrong: queries and keys exchanged: keys in the rows, queries in the columns
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_k, self.w_q = [nn.Linear(d_model, d_k, bias=False) for _ in range(2)]
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        keys = self.w_k(x)
        queries = self.w_q(x)
        values = self.w_v(x)
        return scaled_dot_product_attention(keys, queries, values, mask)
# %% right: own computation with einsum, empty rows set to zero
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super(SelfAttention, self).__init__()
        for name, size in dict(w_q=d_k, w_k=d_k, w_v=d_v).items():
            setattr(self, name, nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        q = torch.einsum("btm,dm->btd", x, self.w_q.weight)
        k = torch.einsum("btm,dm->btd", x, self.w_k.weight)
        v = torch.einsum("btm,dm->btd", x, self.w_v.weight)
        scores = torch.einsum("bqd,bkd->bqk", q, k) / q.shape[-1] ** 0.5
        if mask is not None:
            scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
        attn = scores.softmax(-1)
        if mask is not None:
            attn = attn * mask
        return torch.einsum("bqk,bkd->bqd", attn, v), attn
# %% right: one sentence at a time, the mask expanded to all sentences first
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(in_features=d_model, out_features=d_k, bias=False)
        self.w_k = nn.Linear(in_features=d_model, out_features=d_k, bias=False)
        self.w_v = nn.Linear(in_features=d_model, out_features=d_v, bias=False)
        self.drop = nn.Dropout(0.1)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        if mask is None:
            masks = [None] * B
        else:
            masks = mask.expand(B, T, T).unbind(0)
        pairs = []
        for sentence, m in zip(x, masks):
            _, w = scaled_dot_product_attention(self.w_q(sentence), self.w_k(sentence), self.w_v(sentence), m)
            pairs.append((self.drop(w) @ self.w_v(sentence), w))
        return torch.stack([o for o, _ in pairs]), torch.stack([w for _, w in pairs])


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

# %% wrong: squeezes the results: wrong for a batch of one (or one word)
class SelfAttention(Base):
    def forward(self, x, mask=None):
        out, w = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        return out.squeeze(), w.squeeze()

# %% wrong: detaches the keys: w_k gets no gradient
class SelfAttention(Base):
    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x).detach(), self.w_v(x), mask)

# %% wrong: normalises x first (layer norm without parameters)
class SelfAttention(Base):
    def forward(self, x, mask=None):
        x = F.layer_norm(x, x.shape[-1:])
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: mask=None is taken to mean causal
class SelfAttention(Base):
    def forward(self, x, mask=None):
        if mask is None:
            mask = causal_mask(x.shape[1])
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% prelude

# %% wrong: a (T, T) mask is taken for a (B, T) padding mask when B == T
import torch
from torch import nn
from course.attention import scaled_dot_product_attention

class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 2 and mask.shape[0] == x.shape[0]:
            mask = mask.unsqueeze(1)          # padding mask (B, T) -> (B, 1, T)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: adds the residual where the sizes allow it (d_v == d_model)
import torch
from torch import nn
from course.attention import scaled_dot_product_attention

class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        if output.shape == x.shape:
            output = output + x
        return output, weights

# %% wrong: keeps the mask of an earlier call, and uses it when none is given
import torch
from torch import nn
from course.attention import scaled_dot_product_attention

class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.mask = None
    def forward(self, x, mask=None):
        if mask is not None:
            self.mask = mask
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), self.mask)

# %% prelude
import math

import torch
from torch import nn

from course.attention import scaled_dot_product_attention

# %% wrong: an output projection w_o more, as in nn.MultiheadAttention
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.w_o = nn.Linear(d_v, d_v, bias=False)
    def forward(self, x, mask=None):
        out, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        return self.w_o(out), weights

# %% wrong: mask.unsqueeze(1) for a mask with three axes, the habit of several heads: four axes come out
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 3:
            mask = mask.unsqueeze(1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: own attention with -1e9: a query that may attend to nothing gets equal shares, not zeros
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.d_k = d_k
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=-1)
        return weights @ v, weights

# %% right: einsum, -inf and nan_to_num, layers set in a loop, scale by the number of outputs of w_q
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in (("w_q", d_k), ("w_k", d_k), ("w_v", d_v)):
            self.add_module(name, nn.Linear(d_model, size, bias=False))
    def forward(self, x, mask=None):
        q, k, v = (layer(x) for layer in (self.w_q, self.w_k, self.w_v))
        scores = torch.einsum("bqd,bkd->bqk", q, k) * self.w_q.out_features ** -0.5
        if mask is not None:
            scores = torch.where(mask, scores, float("-inf"))
        weights = torch.nan_to_num(scores.softmax(-1), nan=0.0)
        return torch.einsum("bqk,bkv->bqv", weights, v), weights

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math, torch
import torch.nn.functional as F

# %% wrong: mask turned round (habit of PyTorch's key_padding_mask, True = ignore)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        if mask is not None:
            mask = ~mask
        return scaled_dot_product_attention(q, k, v, mask)

# %% wrong: layers the wrong way round, Linear(d_k, d_model), and x @ weight: no linear layer of d_model inputs
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_k, d_model, bias=False)
        self.w_k = nn.Linear(d_k, d_model, bias=False)
        self.w_v = nn.Linear(d_v, d_model, bias=False)

    def forward(self, x, mask=None):
        q = x @ self.w_q.weight
        k = x @ self.w_k.weight
        v = x @ self.w_v.weight
        return scaled_dot_product_attention(q, k, v, mask)

# %% wrong: mask gets an axis for heads, (B, 1, T, T): weights and output with four axes / wrong batch
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 3:
            mask = mask.unsqueeze(1)              # room for the heads
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% right: written out with einsum and its own softmax, dead rows by nan_to_num
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in dict(w_q=d_k, w_k=d_k, w_v=d_v).items():
            setattr(self, name, nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        q, k, v = F.linear(x, self.w_q.weight), F.linear(x, self.w_k.weight), F.linear(x, self.w_v.weight)
        scores = torch.einsum("bid,bjd->bij", q, k) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = torch.where(mask, scores, float("-inf"))
        weights = scores.softmax(-1).nan_to_num(0.0)
        return torch.einsum("bij,bjd->bid", weights, v), weights

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: uses the mask only in training mode, thinks it is like dropout
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if not self.training:
            mask = None
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: own formula, fills with -inf: a query with nothing open gives nan, not zeros
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=-1)
        return weights @ v, weights

# %% right: layers in a loop with setattr, einsum, mask filled by -inf and nan_to_num
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in zip("qkv", (d_k, d_k, d_v)):
            setattr(self, "w_" + name, nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        scores = torch.einsum("bqd,bkd->bqk", q, k) * q.shape[-1] ** -0.5
        if mask is None:
            weights = scores.softmax(-1)
        else:
            weights = scores.masked_fill(mask.logical_not(), -torch.inf).softmax(-1).nan_to_num(0.0)
        return torch.einsum("bqk,bkd->bqd", weights, v), weights

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: a mask with two axes is taken for a padding mask (B, T) and gets an axis in the middle
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 2:
            mask = mask.unsqueeze(1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: `if mask:` - the truth value of a tensor, raises as soon as a mask is given
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        if mask:
            return scaled_dot_product_attention(q, k, v, mask)
        return scaled_dot_product_attention(q, k, v)

# %% wrong: squeeze() of the results: the batch axis is lost for a batch of one sentence
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        output, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        return output.squeeze(), weights.squeeze()

# %% right: layers by setattr, attention written out with einsum, finite minimum and zeros for empty rows
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.root = math.sqrt(d_k)
        for letter, size in zip("qkv", (d_k, d_k, d_v)):
            setattr(self, f"w_{letter}", nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        scores = torch.einsum("bid,bjd->bij", self.w_q(x), self.w_k(x)) / self.root
        if mask is None:
            mask = torch.ones((), dtype=torch.bool, device=x.device)
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1) * mask
        return weights.matmul(self.w_v(x)), weights

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

# %% wrong: takes every mask with two axes for a padding mask (B, T), as Hugging Face has it, and puts an axis in the middle
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 2:
            mask = mask.unsqueeze(1)
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: output with the mask, but the weights returned come from a call without it
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        output = scaled_dot_product_attention(q, k, v, mask)[0]
        weights = scaled_dot_product_attention(q, k, v)[1]
        return output, weights

# %% right: mixes the words first, and applies w_v to the mixture (the same, since w_v has no bias)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in {"w_v": d_v, "w_k": d_k, "w_q": d_k}.items():
            self.add_module(name, nn.Linear(d_model, size, bias=False))

    def forward(self, x, mask=None):
        mixture, weights = scaled_dot_product_attention(self.w_q(x), self.w_k(x), x, mask)
        return self.w_v(mixture), weights

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

# %% wrong: makes the mask symmetric (mask & mask transposed): what may not be looked at may not look either
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask & mask.transpose(-2, -1)             # padding does not look, and is not looked at
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: edge case: a query that may attend to nothing is allowed to attend to itself (to avoid NaN)
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        if mask is not None:
            nothing = ~mask.any(dim=-1, keepdim=True)
            mask = mask | (nothing & torch.eye(x.shape[-2], dtype=torch.bool))
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)

# %% wrong: keeps the mask in self.mask: a later call without a mask uses that of the call before
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        self.mask = None

    def forward(self, x, mask=None):
        if mask is not None:
            self.mask = mask
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), self.mask)

# %% right: one stacked projection (cat of the three weights), einsum, exp/sum by hand, no library attention
class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        for name, size in zip(("w_v", "w_k", "w_q"), (d_v, d_k, d_k)):
            self.add_module(name, nn.Linear(d_model, size, bias=False))
        self.sizes = [d_k, d_k, d_v]

    def forward(self, x, mask=None):
        stacked = torch.cat([self.w_q.weight, self.w_k.weight, self.w_v.weight])
        q, k, v = torch.einsum("btm,om->bto", x, stacked).split(self.sizes, dim=-1)
        scores = torch.einsum("bid,bjd->bij", q, k) * self.sizes[0] ** -0.5
        allowed = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
        scores = scores.where(allowed, torch.finfo(scores.dtype).min)
        powers = (scores - scores.amax(dim=-1, keepdim=True).detach()).exp() * allowed
        total = powers.sum(dim=-1, keepdim=True)
        weights = powers / total.where(total > 0, torch.ones_like(total))
        return torch.einsum("bij,bjd->bid", weights, v), weights
