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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: the output is computed before the forbidden weights are set to 0 (rows with nothing to look at get a mean)
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    output = weights @ v
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return output, weights
# %% wrong: adds -inf and picks 0 for the NaN of empty rows by torch.where: the numbers are right, the gradients are NaN
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.transpose(-2, -1)) / q.shape[-1] ** 0.5
    if mask is None:
        w = torch.softmax(scores, dim=-1)
        return w @ v, w
    bias = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, float("-inf"))
    w = torch.softmax(scores + bias, dim=-1)
    w = torch.where(mask, w, torch.zeros_like(w))
    return w @ v, w
# %% wrong: turns the mask round in place and so changes the caller's mask
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.size(-1))
    if mask is not None:
        forbidden = mask.logical_not_()
        scores = scores.masked_fill(forbidden, float("-inf"))
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(forbidden, 0.0)
    return weights @ v, weights
# %% wrong: takes every mask with two axes for a padding mask (B, T) and puts an axis in, which spoils masks (T_q, T_k)
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if mask.dim() == 2:
            mask = mask.unsqueeze(1)
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1).masked_fill(~mask, 0.0)
    else:
        weights = scores.softmax(dim=-1)
    return weights @ v, weights
# %% wrong: computes and returns 32 bits whatever the dtype of q
def scaled_dot_product_attention(q, k, v, mask=None):
    q, k, v = q.float(), k.float(), v.float()
    scores = torch.einsum("...id,...jd->...ij", q, k) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    scores = scores.masked_fill(~mask, torch.finfo(torch.float32).min)
    weights = scores.softmax(-1) * mask
    return weights @ v, weights
# %% wrong: one row with nothing to look at sets the weights of all rows to 0
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    if weights.isnan().any():
        weights = torch.zeros_like(weights)
    return weights @ v, weights
# %% wrong: the rows with nothing to look at are found without keepdim, so they are lined up with the keys
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ v, weights
    mask = mask.expand(scores.shape)
    nothing = ~mask.any(dim=-1)
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1).masked_fill(nothing, 0.0)
    return weights @ v, weights
# %% wrong: two mistakes: divides by the root of d_v, and leaves NaN in rows with nothing to look at
def scaled_dot_product_attention(q, k, v, mask=None):
    d = v.size(-1)
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, float("-inf"))
    attn = torch.softmax(scores, dim=-1)
    return torch.matmul(attn, v), attn
# %% right: einsum, the softmax written out, and a denominator of 1 where nothing is allowed
def scaled_dot_product_attention(q, k, v, mask=None):
    s = torch.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5
    if mask is None:
        mask = s.new_ones(1, dtype=torch.bool)
    s = torch.where(mask, s, torch.full_like(s, torch.finfo(s.dtype).min))
    e = torch.exp(s - s.detach().amax(dim=-1, keepdim=True))
    e = torch.where(mask, e, torch.zeros_like(e))
    total = e.sum(dim=-1, keepdim=True)
    w = e / torch.where(total > 0, total, torch.ones_like(total))
    return torch.einsum("...ij,...jf->...if", w, v), w
# %% right: one query after the other, a softmax over the allowed keys alone
def scaled_dot_product_attention(q, k, v, mask=None):
    lead, T_q, T_k = q.shape[:-2], q.shape[-2], k.shape[-2]
    if mask is None:
        mask = torch.ones(T_k, dtype=torch.bool)
    mask = mask.expand(*lead, T_q, T_k).reshape(-1, T_q, T_k)
    flat_q, flat_k = q.reshape(-1, T_q, q.shape[-1]), k.reshape(-1, T_k, k.shape[-1])
    rows = []
    for b in range(len(flat_q)):
        for t in range(T_q):
            score = flat_k[b] @ flat_q[b, t] / math.sqrt(q.shape[-1])
            allowed = mask[b, t]
            row = torch.zeros_like(score)
            if allowed.any():
                row = row.masked_scatter(allowed, score[allowed].softmax(dim=0))
            rows.append(row)
    weights = torch.stack(rows).reshape(*lead, T_q, T_k)
    return weights @ v, weights
# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: k.transpose(1, 2) counts axes from the front: right for exactly three axes only
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights
# %% wrong: True taken as forbidden (the convention of nn.MultiheadAttention)
def scaled_dot_product_attention(q, k, v, mask=None):
    """Attention, eq. 1 of the paper, for any leading axes. Shapes and mask as above."""
    d_k = q.size(-1)
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask, float("-inf"))
    p_attn = F.softmax(scores, dim=-1)
    if mask is not None:
        p_attn = torch.where(mask, torch.zeros_like(p_attn), p_attn)
    return torch.matmul(p_attn, v), p_attn
# %% wrong: adds -10000 to forbidden scores, which a high forbidden score outweighs
def scaled_dot_product_attention(q, k, v, mask=None):
    scale = q.shape[-1] ** 0.5
    scores = torch.einsum("...qd,...kd->...qk", q, k) / scale
    if mask is not None:
        bias = (1.0 - mask.to(scores.dtype)) * -10000.0
        weights = torch.softmax(scores + bias, dim=-1) * mask.to(scores.dtype)
    else:
        weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights
# %% wrong: keeps the scale of the very first call (mutable default argument), wrong as soon as d_k changes
def scaled_dot_product_attention(q, k, v, mask=None, _scale=[]):
    if not _scale:
        _scale.append(1 / math.sqrt(q.shape[-1]))          # compute the root only once
    scores = (q @ k.mT) * _scale[0]
    if mask is None:
        weights = scores.softmax(-1)
    else:
        low = torch.finfo(scores.dtype).min
        weights = torch.where(mask, scores, low).softmax(-1) * mask
    return weights @ v, weights
# %% wrong: scales q in place, so the caller's queries are changed
def scaled_dot_product_attention(q, k, v, mask=None):
    q *= q.shape[-1] ** -0.5
    scores = torch.matmul(q, k.transpose(-1, -2))
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), -torch.inf)
    weights = scores.softmax(dim=-1).nan_to_num(0.0)
    return torch.matmul(weights, v), weights
# %% wrong: -inf is added, and the NaN of empty rows replaced afterwards: NaN in the gradient
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])
    if mask is not None:
        attn_bias = torch.zeros(mask.shape, dtype=q.dtype)
        attn_bias.masked_fill_(mask.logical_not(), float("-inf"))
        scores = scores + attn_bias
    weights = torch.softmax(scores, dim=-1)
    weights = torch.nan_to_num(weights)
    return weights @ v, weights
# %% right: einsum and an own softmax, whose sum is replaced by 1 where it is 0
def scaled_dot_product_attention(q, k, v, mask=None):
    s = torch.einsum("...id,...jd->...ij", q, k) / math.sqrt(q.size(-1))
    if mask is not None:
        s = torch.where(mask, s, torch.full_like(s, -math.inf))
    top = s.detach().amax(dim=-1, keepdim=True)
    top = torch.where(top.isinf(), torch.zeros_like(top), top)
    e = torch.exp(s - top)
    total = e.sum(dim=-1, keepdim=True)
    weights = e / torch.where(total == 0, torch.ones_like(total), total)
    return torch.einsum("...ij,...jv->...iv", weights, v), weights
# %% right: empty rows opened before the softmax and closed after it
def scaled_dot_product_attention(q, k, v, mask=None):
    logits = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2))
    if mask is None:
        p = torch.softmax(logits, dim=-1)
        return torch.matmul(p, v), p
    allowed = mask.expand(logits.shape)
    empty = ~allowed.any(dim=-1, keepdim=True)
    p = torch.softmax(logits.masked_fill(~(allowed | empty), float("-inf")), dim=-1)
    p = p.masked_fill(empty, 0)
    return torch.matmul(p, v), p


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
import math, torch, torch.nn.functional as F
from functools import wraps
LOW = lambda s: torch.finfo(s.dtype).min
def core(q,k): return q @ k.transpose(-2,-1)/math.sqrt(q.shape[-1])
def pm(ids,pad_id): return (ids!=pad_id).unsqueeze(1)
def cm(n): return torch.ones(n,n,dtype=torch.bool).tril()

# %% wrong: weights[~mask]=0 in place after softmax: backward raises
def scaled_dot_product_attention(q,k,v,mask=None):
    s = core(q,k)
    if mask is not None: s = s.masked_fill(~mask, LOW(s))
    w = s.softmax(-1)
    if mask is not None: w.masked_fill_(~mask, 0.0)
    return w@v, w

# %% wrong: detach().clone() to get rid of the in-place error: no gradient to q and k
def scaled_dot_product_attention(q,k,v,mask=None):
    s = core(q,k)
    if mask is not None: s = s.masked_fill(~mask, LOW(s))
    w = s.softmax(-1)
    if mask is not None:
        w = w.detach().clone(); w.masked_fill_(~mask, 0.0)
    return w@v, w

# %% prelude

# %% wrong: opens the closed rows in place in the caller's mask (mask |= empty)
import math, torch
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ v, weights
    empty = ~mask.any(dim=-1, keepdim=True)
    mask |= empty
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
    weights = weights.masked_fill(empty, 0.0)
    return weights @ v, weights

# %% wrong: Hugging Face: softmax in float32, then cast back: wrong digits in float64
import math, torch
import torch.nn.functional as F
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e30)
    weights = F.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: Annotated Transformer: mask.unsqueeze(1) for heads that are not there
import math, torch
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = q.size(-1)
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        mask = mask.unsqueeze(1)          # the same mask for all heads
        scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
    p = scores.softmax(dim=-1)
    if mask is not None:
        p = p.masked_fill(mask == 0, 0.0)
    return torch.matmul(p, v), p

# %% wrong: exp(s - logsumexp(s)): in float32 the ln n is lost beside large scores; shares of ties at 1e8 sum to 2
import math, torch
def scaled_dot_product_attention(q, k, v, mask=None):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        s = s.masked_fill(~mask, torch.finfo(s.dtype).min)
    weights = torch.exp(s - torch.logsumexp(s, dim=-1, keepdim=True))
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% right: softmax by hand; queries scaled first by d_k**-0.5; -1e9 filled in; sum of 0 replaced by 1
import torch
def scaled_dot_product_attention(q, k, v, mask=None):
    s = torch.einsum("...qd,...kd->...qk", q * q.shape[-1] ** -0.5, k)
    if mask is None:
        mask = torch.ones((1, 1), dtype=torch.bool)
    s = torch.where(mask, s, -1e9)
    e = (s - s.amax(dim=-1, keepdim=True)).exp() * mask
    total = e.sum(dim=-1, keepdim=True)
    w = e / torch.where(total > 0, total, 1.0)
    return torch.einsum("...qk,...kd->...qd", w, v), w

# %% prelude

# %% wrong: lowest number of the dtype filled in, and the forbidden weights not set to 0 (empty row: equal shares)
import math
import torch
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights

# %% wrong: q /= sqrt(d_k) in place, with two ways for the mask: the caller's q is changed
import math
import torch
def scaled_dot_product_attention(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(q.dtype).min).softmax(dim=-1)
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: axes counted from the front, transpose(1, 2) and softmax(dim=2): only (B, T, d)
import math
import torch
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=2)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0)
    return weights @ v, weights

# %% wrong: -10000 filled in, and the forbidden weights set to 0: not below every score
import math
import torch
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, -10000.0)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return torch.matmul(weights, v), weights

# %% right: softmax by hand: lowest number, minus maximum, exp, times mask, sum clamped to at least 1
import torch
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    e = (scores - scores.amax(dim=-1, keepdim=True)).exp() * mask
    weights = e / e.sum(dim=-1, keepdim=True).clamp(min=1.0)      # the largest allowed score gives exp(0) = 1
    return weights @ v, weights

# %% prelude
import math, torch
import torch

# %% wrong: d_k taken from k.shape[1], as with a single sentence
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = k.shape[1]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: -inf added as float mask, NaN replaced in the weights: NaN gradient
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        bias = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -math.inf)
        scores = scores + bias
    weights = scores.softmax(dim=-1).nan_to_num(0.0)
    return weights @ v, weights

# %% wrong: output 0 for closed rows, but the weights returned are still the quarters
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, dim=-1)
    output = weights @ v
    if mask is not None:
        output = output.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
    return output, weights

# %% wrong: k.transpose(1, 2): axes counted from the front; raises without/with more leading axes
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.transpose(1, 2)) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights @ v, weights

# %% right: einsum, -inf by masked_fill, closed rows zeroed with torch.where on the row
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    if mask is None:
        w = torch.softmax(scores, -1)
    else:
        w = torch.softmax(scores.masked_fill(mask.logical_not(), float("-inf")), -1)
        w = torch.where(mask.any(-1, keepdim=True), w, torch.zeros_like(w))
    return torch.einsum("...qk,...kd->...qd", w, v), w

# %% prelude
import math

import torch

# %% wrong: d_k taken from q.shape[1], which is T_q in a batch
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = q.shape[1]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: NaN replaced in the weights only after the output was computed
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    output = weights @ v
    weights = torch.nan_to_num(weights, 0.0)
    return output, weights

# %% wrong: `if mask:` raises for a tensor with more than one value
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: empty rows handled only when the whole mask is empty (mask.any() without dim)
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    elif not mask.any():
        weights = torch.zeros_like(scores)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1)
    return weights @ v, weights

# %% right: torch.where with -1e9, times the mask afterwards, q divided first
def scaled_dot_product_attention(q, k, v, mask=None):
    q = q * q.size(-1) ** -0.5
    scores = torch.einsum("...qd,...kd->...qk", q, k)
    if mask is None:
        weights = torch.softmax(scores, -1)
    else:
        weights = torch.softmax(torch.where(mask, scores, -1e9), -1) * mask
    return torch.matmul(weights, v), weights

# %% prelude
import math

import torch

# %% wrong: -1e9 filled in at mask == 0, nothing done after the softmax
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p = scores.softmax(dim=-1)
    return p @ v, p

# %% wrong: empty rows set to 0 by an index that is not broadcast to the batch
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        w = scores.softmax(dim=-1)
        return w @ v, w
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    w = scores.softmax(dim=-1).clone()
    nothing = ~mask.any(dim=-1)
    w[nothing] = 0.0
    return w @ v, w

# %% wrong: softmax output closed by masked_fill_: backward raises
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores.masked_fill_(~mask, torch.finfo(scores.dtype).min)
    w = scores.softmax(dim=-1)
    if mask is not None:
        w.masked_fill_(~mask, 0.0)
    return w @ v, w

# %% wrong: d_k taken from k.size(1)
def scaled_dot_product_attention(q, k, v, mask=None):
    d_k = k.size(1)
    scores = q @ k.transpose(-2, -1) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    w = scores.softmax(dim=-1)
    if mask is not None:
        w = w.masked_fill(~mask, 0.0)
    return w @ v, w

# %% wrong: output of empty rows set to 0, the returned weights left as equal shares
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    w = scores.softmax(dim=-1)
    output = w @ v
    if mask is not None:
        output = output.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
    return output, w

# %% right: own softmax with the maximum detached; empty rows divided by 1
def scaled_dot_product_attention(q, k, v, mask=None):
    s = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    if mask is None:
        mask = torch.ones_like(s, dtype=torch.bool)
    s = torch.where(mask, s, torch.finfo(s.dtype).min)
    top = s.amax(dim=-1, keepdim=True).detach()
    e = torch.where(mask, (s - top).exp(), 0.0)
    total = e.sum(dim=-1, keepdim=True)
    w = e / torch.where(total > 0, total, 1.0)
    return torch.einsum("...qk,...kd->...qd", w, v), w

# %% prelude
import math, torch
import torch
import torch.nn.functional as F

# %% wrong: k.shape[1], the d_k of lesson 01: with a batch that is T_k
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: only a mask that forbids everything is treated; one closed row among others gives NaN
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if not mask.any():                       # nothing to look at
            weights = torch.zeros_like(scores)
            return weights @ v, weights
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return weights @ v, weights

# %% wrong: q /= sqrt(d_k) changes the caller's queries in place
def scaled_dot_product_attention(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: fills with the lowest score minus 100: rounded away where the scores are 10^13
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        low = scores.min().item() - 100          # far below all scores
        scores = scores.masked_fill(~mask, low)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% right: where() and a factor of 0 for rows with nothing to look at
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.mT) * q.shape[-1] ** -0.5
    if mask is None:
        weights = F.softmax(scores, -1)
    else:
        lowest = torch.finfo(scores.dtype).min
        weights = F.softmax(torch.where(mask, scores, lowest), -1) * mask.any(-1, keepdim=True)
    return torch.matmul(weights, v), weights

# %% prelude
import math, torch
import torch

# %% wrong: output computed before the forbidden weights are set to 0: closed rows get the mean of the values
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ v, weights
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    output = weights @ v
    weights = weights.masked_fill(~mask, 0)
    return output, weights

# %% wrong: q /= sqrt(d_k): changes the caller's q in place
def scaled_dot_product_attention(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0)
    return weights @ v, weights

# %% wrong: -1e9 added (not filled), then weights times mask: a forbidden score of 1e13 still wins
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + (1.0 - mask.to(scores.dtype)) * -1e9
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights @ v, weights

# %% right: softmax by hand: maximum of the open scores, exp, safe division
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    if mask is None:
        mask = torch.ones((), dtype=torch.bool)
    top = scores.detach().masked_fill(~mask, float("-inf")).amax(-1, keepdim=True)
    top = torch.where(top.isinf(), torch.zeros_like(top), top)
    e = torch.where(mask, scores - top, torch.zeros_like(scores)).clamp(max=0.0).exp() * mask
    total = e.sum(-1, keepdim=True)
    weights = e / torch.where(total == 0, torch.ones_like(total), total)
    return torch.einsum("...qk,...kd->...qd", weights, v), weights

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: divides q in place (q /= sqrt(d_k)): the caller's q is changed
def scaled_dot_product_attention(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: one empty row -> ALL weights are set to 0 (if any NaN: zeros_like)
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    if weights.isnan().any():
        weights = torch.zeros_like(weights)
    return weights @ v, weights

# %% wrong: softmax(dim=1), carried over from tables: right with no leading axes, over the queries with one
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% right: RIGHT: einsum, exponentials by hand, largest ALLOWED score subtracted, sum of 0 replaced by 1
def scaled_dot_product_attention(q, k, v, mask=None):
    s = torch.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5
    allowed = torch.ones_like(s, dtype=torch.bool) if mask is None else mask.expand(s.shape)
    s = torch.where(allowed, s, float("-inf"))
    top = s.detach().amax(dim=-1, keepdim=True)
    top = torch.where(top.isinf(), 0.0, top)
    e = (s - top).exp()
    total = e.sum(dim=-1, keepdim=True)
    w = e / torch.where(total == 0, 1.0, total)
    return torch.einsum("...ij,...jf->...if", w, v), w

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: every mask with two axes is taken for (B, T): unsqueeze(1) inside (Hugging Face habit)
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if mask.dim() == 2:
            mask = mask.unsqueeze(1)
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: q /= sqrt(d_k): the query of the caller is changed (in place)
def scaled_dot_product_attention(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: fill number = lowest score - 1000: lost by rounding where float32 scores are above 1.7e10
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ v, weights
    far_below = scores.min().item() - 1000          # far below ALL scores
    weights = scores.masked_fill(~mask, far_below).softmax(dim=-1)
    weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong: closed rows are opened against NaN, then only the OUTPUT is set to 0; the weights stay 1/T_k
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
        return weights @ v, weights
    closed = ~mask.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~(mask | closed), float("-inf"))
    weights = scores.softmax(dim=-1)
    output = (weights @ v).masked_fill(closed, 0.0)
    return output, weights

# %% right: PyTorch's fast function with the unit matrix as values gives the weights
def scaled_dot_product_attention(q, k, v, mask=None):
    T_k = k.shape[-2]
    unit = torch.eye(T_k, dtype=q.dtype).expand(*k.shape[:-2], T_k, T_k)
    if mask is not None:
        mask = mask.expand(*q.shape[:-1], T_k)
    weights = F.scaled_dot_product_attention(q, k, unit, attn_mask=mask)
    return torch.einsum("...ij,...jf->...if", weights, v), weights

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: closed rows: output set to 0, weights left as equal shares
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        w = scores.softmax(dim=-1)
        return w @ v, w
    w = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1)
    out = (w @ v).masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
    return out, w

# %% wrong: closed rows treated only if the WHOLE mask is closed
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    w = scores.softmax(dim=-1)
    if mask is not None and not mask.any():
        w = w * 0
    return w @ v, w

# %% wrong: weights set to 0 in place after the softmax: backward() raises
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    w = scores.softmax(dim=-1)
    if mask is not None:
        w.masked_fill_(~mask, 0.0)
    return w @ v, w

# %% wrong: fill = lowest score of all minus 10000: swallowed by rounding when all scores are near 1e13
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        w = scores.softmax(dim=-1)
        return w @ v, w
    low = scores.detach().min() - 10000
    w = torch.where(mask, scores, low).softmax(dim=-1)
    w = torch.where(mask, w, torch.zeros_like(w))
    return w @ v, w

# %% right: softmax by hand: row maximum of the allowed scores, exp, where, sum clamped at 1
def scaled_dot_product_attention(q, k, v, mask=None):
    s = torch.einsum("...qd,...kd->...qk", q, k) * k.shape[-1] ** -0.5
    allowed = torch.ones_like(s, dtype=torch.bool) if mask is None else mask.broadcast_to(s.shape)
    s = torch.where(allowed, s, torch.finfo(s.dtype).min)
    e = torch.where(allowed, (s - s.detach().amax(-1, keepdim=True)).exp(), 0.0)
    w = e / e.sum(-1, keepdim=True).clamp(min=1.0)
    return torch.einsum("...qk,...kd->...qd", w, v), w
