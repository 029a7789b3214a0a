# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

lowest = torch.finfo(torch.float32).min

# %% wrong: Annotated Transformer, -1e9 and nothing after
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = q.size(-1)
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    return torch.matmul(p_attn, v), p_attn

# %% wrong: minGPT, -inf and nothing after
def scaled_dot_product_attention(q, k, v, mask=None):
    att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
    if mask is not None:
        att = att.masked_fill(mask == 0, float("-inf"))
    att = F.softmax(att, dim=-1)
    return att @ v, att

# %% wrong: mask not inverted for masked_fill
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(mask, 0.0)
    return weights @ v, weights

# %% wrong: multiplied after the softmax
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights @ v, weights

# %% wrong: tiny number instead of a very negative one
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, 1e-9)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: minus ten thousand, then zeros
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: minus infinity added, NaN replaced in the weights
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        bias = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, float("-inf"))
        scores = scores + bias
    weights = scores.softmax(dim=-1).nan_to_num(0.0)
    return weights @ v, weights

# %% wrong: only the output is repaired
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    output = (weights @ v).nan_to_num(0.0)
    return output, weights

# %% wrong: zeros written by index, the mask not expanded
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.clone()
        weights[~mask] = 0
    return weights @ v, weights

# %% wrong: keys transposed with .T
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.T / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: axes counted from the front
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=2)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: einsum with three axes spelled out
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("bqd,bkd->bqk", q, k) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return torch.einsum("bqk,bkv->bqv", weights, v), weights

# %% wrong: truth value of a tensor
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: scaled by the number of keys
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-2))
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: scaled after the mask, and softmax over the queries
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = (scores / math.sqrt(q.shape[-1])).softmax(dim=-2)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: an axis put into every mask
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        mask = mask.unsqueeze(1)
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: rows with a single forbidden key set to zero
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, lowest).softmax(dim=-1)
        weights = weights.masked_fill(~mask.all(dim=-1, keepdim=True), 0.0)
    return weights @ v, weights

# %% wrong: weights detached before mixing
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = weights.detach()
    return weights @ v, weights

# %% wrong: in place on the query
def scaled_dot_product_attention(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, lowest)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% right: the steps of the text
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])        # (..., T_q, T_k)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% right: minus infinity by masked_fill, NaN to zero
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.mT) * q.size(-1) ** -0.5
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.nan_to_num(nan=0.0)
    return torch.matmul(weights, v), weights

# %% right: exponentials of the allowed ones, renormalised
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-1, -2) / math.sqrt(k.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    low = torch.finfo(scores.dtype).min
    top = scores.masked_fill(~mask, low).amax(dim=-1, keepdim=True).detach()
    powers = torch.where(mask, scores - top, 0.0).exp() * mask
    total = powers.sum(dim=-1, keepdim=True)
    weights = powers / total.masked_fill(total == 0, 1.0)
    return weights @ v, weights

# %% right: einsum with dots, and torch.where
def scaled_dot_product_attention(query, key, value, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", query, key) / query.shape[-1] ** 0.5
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        low = torch.full_like(scores, torch.finfo(scores.dtype).min)
        weights = F.softmax(torch.where(mask, scores, low), dim=-1)
        weights = torch.where(mask, weights, torch.zeros_like(weights))
    return torch.einsum("...qk,...kv->...qv", weights, value), weights

# %% right: empty rows opened, then set to zero
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(-1)
        return weights @ v, weights
    empty = ~mask.any(dim=-1, keepdim=True)
    weights = scores.masked_fill(~(mask | empty), -math.inf).softmax(-1) * ~empty
    return weights @ v, weights
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: minus infinity, empty rows not considered
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = q.size(-1)
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, float("-inf"))
    p_attn = scores.softmax(dim=-1)
    return torch.matmul(p_attn, v), p_attn
# %% wrong: 1e-9 typed for -1e9
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, 1e-9)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights
# %% wrong: BERT's additive mask, -10000
def scaled_dot_product_attention(q, k, v, mask=None):
    attention_scores = q @ k.transpose(-1, -2)
    attention_scores = attention_scores / math.sqrt(k.shape[-1])
    if mask is not None:
        extended = (1.0 - mask.to(q.dtype)) * -10000.0
        attention_scores = attention_scores + extended
    probs = F.softmax(attention_scores, dim=-1)
    return probs @ v, probs
# %% wrong: empty rows only repaired in the output
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    output = weights @ v
    if mask is not None:
        output = output.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
    return output, weights
# %% wrong: axes counted from the front (again)
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=2)
    if mask is not None:
        weights = weights * mask
    return weights @ v, weights
# %% wrong: softmax over everything, zeroed and renormalised
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    weights = torch.exp(scores)
    if mask is not None:
        weights = weights * mask
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ v, weights
# %% wrong: if mask
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask:
        scores = scores.masked_fill(~mask, -1e9)
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights
# %% wrong: weights only defined with a mask
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        lowest = torch.finfo(scores.dtype).min
        scores = torch.where(mask, scores, lowest)
        weights = scores.softmax(dim=-1).masked_fill(~mask, 0)
    return weights @ v, weights
# %% right: where, then times the mask
def scaled_dot_product_attention(q, k, v, mask=None):
    if mask is None:
        mask = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool)
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    lowest = torch.tensor(torch.finfo(q.dtype).min, dtype=q.dtype)
    weights = torch.where(mask, scores, lowest).softmax(dim=-1)
    weights = torch.where(mask, weights, torch.zeros_like(weights))
    return torch.einsum("...qk,...kd->...qd", weights, v), weights
# %% right: minus infinity, empty rows opened for the softmax
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = (q / math.sqrt(q.size(-1))).matmul(k.mT)
    if mask is None:
        w = F.softmax(scores, dim=-1)
        return w.matmul(v), w
    empty = ~mask.any(dim=-1, keepdim=True)
    w = scores.masked_fill(~mask & ~empty, -math.inf).softmax(-1)
    w = w.masked_fill(empty, 0.0)
    return w.matmul(v), w
# %% right: softmax by hand over the allowed places
def scaled_dot_product_attention(q, k, v, mask=None):
    def shares(s, allowed):
        top = s.masked_fill(~allowed, torch.finfo(s.dtype).min).amax(dim=-1, keepdim=True).detach()
        shifted = (s - top).masked_fill(~allowed, 0.0)
        powers = shifted.exp().masked_fill(~allowed, 0.0)
        total = powers.sum(dim=-1, keepdim=True)
        return powers / total.masked_fill(total == 0, 1.0)

    s = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5
    allowed = torch.ones_like(s, dtype=torch.bool) if mask is None else mask.expand(s.shape)
    weights = shares(s, allowed)
    return weights @ v, weights

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: -1e9 as in the Annotated Transformer, closed rows share equally
def scaled_dot_product_attention(query, key, value, mask=None):
    d_k = query.size(-1)
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    return torch.matmul(p_attn, value), p_attn
# %% wrong: result of masked_fill not kept
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights.masked_fill(~mask, 0.0)
    return weights @ v, weights
# %% wrong: transpose(1, 2), which fits three axes only
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
        weights = scores.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights
# %% wrong: asks whether the mask is true
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights
# %% right: closed rows are left open for the softmax and put to zero afterwards
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", q * q.shape[-1] ** -0.5, k)
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    mask = mask.expand(scores.shape)
    closed = mask.logical_not().all(dim=-1, keepdim=True)
    scores = torch.where(mask | closed, scores, -math.inf)
    weights = torch.where(closed, torch.zeros_like(scores), scores.softmax(dim=-1))
    return weights @ v, weights
