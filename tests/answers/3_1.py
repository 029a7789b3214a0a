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
