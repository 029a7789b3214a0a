"""Attention with a mask, with switches for what learners write instead. Used by the mistakes of lessons 02 to 04."""
import math
from functools import partial

import torch


def _softmax(scores, axis=-1, stable=True):
    if axis == "everything":
        return scores.flatten().softmax(0).reshape(scores.shape)
    if axis == "table":
        return scores.flatten(-2).softmax(-1).reshape(scores.shape)
    if axis == "divided by all":
        powers = (scores - scores.amax(-1, keepdim=True)).exp()
        return powers / powers.sum()
    if axis == "no sum":
        return scores.exp()
    if axis == "nothing":
        return scores
    if axis == "logarithm":
        return scores.log_softmax(-1)
    if axis == "twice":
        return scores.softmax(-1).softmax(-1)
    if axis == "best":
        return torch.zeros_like(scores).scatter(-1, scores.argmax(-1, keepdim=True), 1)
    if axis == "all that are best":
        return (scores == scores.amax(-1, keepdim=True)).to(scores.dtype)
    if axis == "logarithm of the sum":
        return (scores - scores.logsumexp(-1, keepdim=True)).exp()
    if stable:
        return scores.softmax(axis)
    return scores.exp() / scores.exp().sum(axis, keepdim=True)


def _mask_as_used(mask, how, scores):
    """The mask after something was done to it that should not have been."""
    if how == "inverted":
        return ~mask
    if how == "first sentence":
        return mask[:1] if mask.dim() > 2 else mask
    if how == "first query":
        return mask[..., :1, :]
    if how.startswith("axis "):
        return mask.unsqueeze(int(how.removeprefix("axis ")))
    if how == "some key":
        return mask.any(-1, keepdim=True)
    if how == "rows as well" and mask.dim() > 1 and mask.shape[-2:] == (1, scores.shape[-2]):
        return mask & mask.transpose(-1, -2)
    if how == "as sentences" and scores.dim() == 3 and mask.shape == (len(scores), scores.shape[-1]):
        return mask.unsqueeze(1)
    return mask.transpose(-1, -2) if how == "transposed" else mask


# Right ways to close places and whole rows that come apart once the softmax runs along another axis.
STYLES = ("closed", "rows", "-inf, rows", "-inf, nan to 0", "opened")


def in_style(scores, mask, softmax, style):
    """Weights under a mask, in one of the `STYLES`."""
    nothing = ~mask.any(-1, keepdim=True)
    if style in ("closed", "rows"):
        weights = softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min))
    elif style == "opened":
        weights = softmax(scores.masked_fill(~(mask | nothing), float("-inf")))
    else:
        weights = softmax(scores.masked_fill(~mask, float("-inf")))
    if style == "-inf, nan to 0":
        return weights.nan_to_num(0.0)
    return weights.masked_fill(~mask if style == "closed" else nothing, 0)


# Ways to divide by what is left under a mask. Exponentials are taken as they come, or all shifted by one number.
DIVIDED = (*(f"powers{of}{by}" for of in ("", ", filled", ", shifted")
             for by in ("", ", 1e-9", ", 1e-6", ", nan to 0")),
           "renormalised", "renormalised, 1e-9", "renormalised, nan to 0")


def divided_by_what_is_left(scores, mask, softmax, how):
    """Weights whose mask is laid over the exponentials, or over the shares, in one of the ways of `DIVIDED`."""
    powers = softmax(scores)
    if how.startswith("powers"):
        powers = (scores - scores.max() if "shifted" in how else scores).exp()
    if mask is not None:
        powers = powers.masked_fill(~mask, 0) if "filled" in how else powers * mask
    small = float(how[-4:]) if how.endswith(("1e-9", "1e-6")) else 0.0
    weights = powers / (powers.sum(-1, keepdim=True) + small)
    return weights.nan_to_num(0.0) if how.endswith("nan to 0") else weights


def _allowed_for_forbidden(scores, mask, softmax, how):
    """Weights where one of the two fills takes the allowed places. "always": None becomes a mask that allows all."""
    if mask is None:
        if "always" not in how:
            return softmax(scores)
        mask = torch.ones_like(scores, dtype=torch.bool)
    low = float("-inf") if "-inf" in how else torch.finfo(scores.dtype).min
    if how.startswith("allowed closed"):
        return softmax(scores.masked_fill(~mask, low)).masked_fill(mask, 0)
    weights = softmax(scores.masked_fill(mask, low))
    return weights.masked_fill(~mask, 0) if "closed" in how else weights


def _weights(scores, mask, axis, stable, how, empty):
    if empty in DIVIDED and (mask is not None or empty.startswith("powers") and how != "only under a mask"):
        return divided_by_what_is_left(scores, mask, partial(_softmax, axis=axis, stable=stable), empty)
    if how == "causal":
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is None and how == "always there":
        raise TypeError("bad operand type for unary ~: 'NoneType'")
    if mask is None and (how == "causal without a mask"
                         or how == "causal if square" and scores.shape[-2] == scores.shape[-1]):
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if how == "causal as well":
        past = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        mask = past if mask is None else mask & past
    if mask is not None and how == "by index":
        scores.detach().clone()[~mask] = 0.0            # PyTorch stops, unless the mask is as large as the scores
    if mask is not None and how == "by index, behind one":
        scores.detach().clone()[:, ~mask] = 0.0
    if mask is not None and how == "by index, behind all":
        scores.detach().clone()[..., ~mask] = 0.0
    if how == "zeros filled":
        scores = scores.masked_fill(scores == 0, torch.finfo(scores.dtype).min)
    if how == "zeros closed" and mask is not None:
        scores = scores * mask
        closed = scores == 0
        return _softmax(scores.masked_fill(closed, torch.finfo(scores.dtype).min), axis, stable).masked_fill(closed, 0)
    if how.startswith("allowed "):                      # "allowed filled, -inf, closed, always"
        return _allowed_for_forbidden(scores, mask, partial(_softmax, axis=axis, stable=stable), how)
    if mask is None or how == "ignored":
        return _softmax(scores, axis, stable)
    mask = _mask_as_used(mask, how, scores)
    if how == "after":
        return _softmax(scores, axis, stable).masked_fill(~mask, 0)
    if how == "times":
        return _softmax(scores * mask, axis, stable)
    if how == "added":
        return _softmax(scores + mask.to(scores.dtype), axis, stable)
    if how == "times -inf":
        return _softmax(scores + (~mask) * float("-inf"), axis, stable)
    if how == "times lowest":                           # True times a number of Python's is float32
        spoilt = _softmax(scores + (~mask) * torch.finfo(scores.dtype).min, axis, stable)
        closed = {"zero": ~mask, "closed": ~mask, "rows": ~mask.any(-1, keepdim=True)}.get(empty)
        spoilt = spoilt * mask if empty == "multiplied" else spoilt
        return spoilt if closed is None else spoilt.masked_fill(closed, 0)
    if how.startswith("fixed "):                        # "fixed -1000, added, closed"
        low = float(how.split(",")[0].removeprefix("fixed "))
        filled = scores + (~mask) * low if ", added" in how else scores.masked_fill(~mask, low)
        weights = _softmax(filled, axis, stable)
        if how.endswith("closed"):
            return weights * mask
        return weights if empty == "kept" else weights.masked_fill(~mask.any(-1, keepdim=True), 0)
    fills = {"zero": 0.0, "zero, closed": 0.0, "weak": -1e4,
             "tiny": torch.finfo(scores.dtype).tiny, "tiny, closed": torch.finfo(scores.dtype).tiny,
             "high": torch.finfo(scores.dtype).max}
    if how == "equal shares closed":
        weights = _softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min), axis, stable)
        return weights.masked_fill((weights == weights[..., :1]).all(-1, keepdim=True), 0)
    if how.startswith("lowest score"):
        times, less = 2 if "twice" in how else 1, 100 if "less" in how else 0
        filled = scores.masked_fill(~mask, times * scores.amin() - less) if "all" in how else torch.where(
            mask, scores, times * scores.amin(-1, keepdim=True) - less)
        weights = _softmax(filled, axis, stable)
        return weights * mask if how.endswith("closed") else weights.masked_fill(~mask.any(-1, keepdim=True), 0)
    if how == "in 32 bits":
        low = scores.masked_fill(~mask, max(torch.finfo(torch.float32).min, torch.finfo(scores.dtype).min))
        return _softmax(low.float(), axis, stable).to(scores.dtype) * mask
    if empty == "opened, kept":
        return _softmax(scores.masked_fill(~mask & mask.any(-1, keepdim=True), float("-inf")), axis, stable)
    if empty in STYLES and how not in fills:
        return in_style(scores, mask, partial(_softmax, axis=axis, stable=stable), empty)
    low = fills.get(how, torch.finfo(scores.dtype).min)
    filled = scores.masked_fill(~mask, float("-inf") if empty == "nan" and low < 0 else low)
    weights = _softmax(filled, axis, stable)
    if empty == "columns":                              # places that nobody may look at, in the place of such rows
        return weights.masked_fill(~mask.expand_as(weights).any(-2, keepdim=True), 0)
    if empty in ("all together", "by sentence"):        # one row without any place closes others, too
        nothing = ~mask.any(-1, keepdim=True)
        nothing = nothing.any() if empty == "all together" else nothing.any(-2, keepdim=True)
        return weights.masked_fill(~mask | nothing, 0)
    if empty == "all":                                  # rows are closed where any place of theirs is
        return weights.masked_fill(~mask.all(-1, keepdim=True), 0)
    if empty == "zero" and how not in ("zero", "weak", "high", "tiny"):       # as the reference: every forbidden place
        return weights.masked_fill(~mask, 0)
    return weights.masked_fill(~mask.any(-1, keepdim=True), 0) if empty in ("zero", *STYLES) else weights


def sloppy_attention(q, k, v, mask=None, scale="sqrt d_k", axis=-1, stable=True, how="", empty="zero", keys="last two",
                     values="v", gives="", roles="qk", inside=None):
    """Attention with switches."""
    if inside is not None:
        found = sloppy_attention(q.to(inside), k.to(inside), v.to(inside), mask, scale, axis, stable, how, empty, keys,
                                 values, gives, roles)
        return tuple(x.to(q.dtype) for x in found)
    a, b = {"qk": (q, k), "kq": (k, q), "qq": (q, q), "kk": (k, k)}[roles]
    turned = {"last two": lambda: b.transpose(-2, -1), "all": lambda: b.permute(*reversed(range(b.dim()))),
              "first two": lambda: b.transpose(0, 1), "middle two": lambda: b.transpose(1, 2),
              "reshaped": lambda: b.reshape(*b.shape[:-2], b.shape[-1], b.shape[-2]), "none": lambda: b}[keys]()
    d_k = q.shape[-1]
    divisor = {"sqrt d_k": math.sqrt(d_k), "d_k": d_k, "T_k": math.sqrt(k.shape[-2]), "first": math.sqrt(q.shape[0]),
               "second": math.sqrt(q.shape[1]), "second of k": math.sqrt(k.shape[1]),
               "T_q": math.sqrt(q.shape[-2]), "d_v": math.sqrt(v.shape[-1]),
               "up": 1 / math.sqrt(d_k), "d_k / 2": d_k / 2, "2 d_k": 2 * d_k, "fixed": 2.0, "fixed 8": 8.0,
               "rounded": int(math.sqrt(d_k)), "d_k // 2": d_k // 2, "keys": k.shape[-2], "values": v.shape[-1],
               "up d_k": 1 / d_k, "fourth root": d_k ** 0.25, "fourth root more": d_k ** 0.75,
               "clamped 50": math.sqrt(d_k), "clamped 100": math.sqrt(d_k)}.get(scale, 1.0)
    if scale.startswith("cosine"):
        a, turned = (x / x.norm(dim=dim, keepdim=True).clamp(min=1e-12) for x, dim in ((a, -1), (turned, -2)))
        divisor = math.sqrt(d_k) if scale == "cosine, divided" else 1.0
    scores = a @ turned / divisor
    if scale.startswith("clamped"):
        limit = float(scale.split()[1])
        scores = scores.clamp(-limit, limit)
    if (flat := gives.removeprefix("flattened, ")) != gives and mask is not None and q.dim() > 3:
        found = scores.flatten(0, -3).masked_fill(~mask, 0)          # PyTorch stops here, or where it is reshaped
        sizes = {"output": (found @ v.flatten(0, -3), (*q.shape[:-1], v.shape[-1])), "weights": (found, scores.shape)}
        sizes[flat][0].reshape(sizes[flat][1])
    weights = _weights(scores, mask, axis, stable, how, empty)
    if scale == "after":
        weights = weights / math.sqrt(d_k)
    if values == "of the best key":
        output = torch.zeros_like(weights).scatter(-1, weights.argmax(-1, keepdim=True), 1) @ v
    elif values == "of weights transposed":
        output = weights.transpose(-2, -1) @ v
    elif values == "of scores":
        output = scores @ v
    else:
        output = weights @ {"k": k, "q": q}.get(values, v)
    if scale == "output" or values == "scaled":
        output = output / math.sqrt(d_k)
    if gives == "output repaired":
        return output.nan_to_num(0.0), weights
    if gives == "weights repaired":
        return output, weights.nan_to_num(0.0)
    if gives == "output closed":
        return output if mask is None else output.masked_fill(~mask.any(-1, keepdim=True), 0), weights
    if gives == "weights closed":
        return output, weights if mask is None else weights.masked_fill(~mask.any(-1, keepdim=True), 0)
    if gives == "swapped":
        return weights, output
    if gives == "unmasked output":
        return _softmax(scores) @ v, weights
    shown = {"scores": scores, "transposed": weights.transpose(-2, -1)}.get(gives, weights)
    if gives == "unmasked weights":
        shown = _softmax(scores)
    return output, shown
