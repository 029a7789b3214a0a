"""Right answers to every variant, written with PyTorch: they take NumPy's arrays and return tensors.

They know the conventions from the sheets' sentences, and share no code with the families.
"""
import math

import numpy as np
import torch
from torch.nn import functional as F

__all__ = ["WITH_TENSORS"]


def _attention(q, k, v, mask, *, true, scale, base, empty, sink, order, time):
    q, k, v, mask = map(torch.from_numpy, (q, k, v, mask))
    if time == "columns":
        q, k, v = q.mT, k.mT, v.mT
    hidden = mask if true == "hidden" else mask.logical_not()
    scores = torch.einsum("id,jd->ij", q, k)
    scores = {"root": scores.div(math.sqrt(q.size(-1))), "width": scores.div(q.size(-1)), "none": scores,
              "half": scores.mul(0.5)}[scale]
    if base == "two":
        scores = scores.mul(math.log(2))
    scores = scores.masked_fill(hidden, -torch.inf)
    if sink == "one":                                        # a key whose score is 0 and whose value nobody mixes in
        scores = F.pad(scores, (1, 0))
    weights = scores.softmax(-1).nan_to_num(0.0)
    weights = weights[:, 1:] if sink == "one" else weights
    if empty == "all":
        weights = weights.where(~hidden.all(-1, keepdim=True), torch.full_like(weights, 1 / len(k)))
    output = torch.einsum("ij,jd->id", weights, v)
    output = output.mT if time == "columns" else output
    return (output, weights) if order == "output" else (weights, output)


def _masks(lengths, size, *, true, padding, present, window, heads, idle, kind):
    lengths = torch.as_tensor(lengths)
    real = torch.arange(size).expand(len(lengths), size) < lengths.unsqueeze(1)
    real = real.flip(-1) if padding == "begin" else real
    causal = torch.ones(size, size, dtype=torch.bool).tril(0 if present == "seen" else -1)
    if window != "none":
        causal = causal.triu(1 - int(window) if present == "seen" else -int(window))
    mask = causal & real.unsqueeze(1)
    if idle != "usual":
        instead = torch.eye(size, dtype=torch.bool) if idle == "self" else torch.zeros(size, size, dtype=torch.bool)
        mask = torch.where(real.unsqueeze(-1), mask, instead)
    mask = mask if true == "may" else ~mask
    mask = mask.double() * 2 - 1 if kind == "signs" else mask
    return mask.unsqueeze(1) if heads == "axis" else mask


def _heads(x, w_q, w_k, w_v, w_o, n_heads, *, stored, share, scale, future, told, order, joined):
    x, *matrices = map(torch.from_numpy, (x, w_q, w_k, w_v, w_o))
    w_q, w_k, w_v, w_o = (w if stored == "in_out" else w.mT for w in matrices)
    size, d = x.shape
    columns = torch.arange(d).view(n_heads, -1) if share == "blocks" else torch.arange(d).view(-1, n_heads).mT
    q, k, v = ((x @ w)[:, columns].transpose(0, 1) for w in (w_q, w_k, w_v))          # (n_heads, T, d / n_heads)
    scores = q @ k.mT / {"head": math.sqrt(d / n_heads), "model": math.sqrt(d), "none": 1.0}[scale]
    ones = torch.ones(size, size, dtype=torch.bool)
    may = {"seen": ones, "hidden": ones.tril(), "near": ones.tril(1).triu(-1)}[future]
    weights = scores.masked_fill(~may, -1e12).softmax(-1)
    parts = list(weights @ v)
    output = torch.cat(parts if joined == "same" else parts[::-1], dim=-1) @ w_o
    weights = weights if told == "each" else weights.mean(0)
    return (output, weights) if order == "output" else (weights, output)


def _positions(length, width, *, layout, first, base, steps, count, size, direction):
    p = torch.arange(length, dtype=torch.float64) + (1 if count == "one" else 0)
    p = p.flip(0) if direction == "back" else p
    i = torch.arange(width // 2, dtype=torch.float64)
    exponents = 2 * i / width if steps == "paper" else torch.linspace(0, 1, width // 2, dtype=torch.float64)
    angles = torch.outer(p, torch.exp(-math.log(int(base)) * exponents))
    waves = [angles.sin(), angles.cos()] if first == "sine" else [angles.cos(), angles.sin()]
    table = torch.cat(waves, 1) if layout == "halves" else torch.stack(waves, 2).flatten(1)
    return table / math.sqrt(width) if size == "small" else table


def _residual(x, w, gain, bias, eps, *, function, where, amount, centred, spread, root, grows):
    x, w, gain, bias = map(torch.from_numpy, (x, w, gain, bias))

    def norm(a):
        a = a - a.mean(-1, keepdim=True) if centred == "mean" else a
        variance = a.pow(2).sum(-1, keepdim=True) / (a.size(-1) - (spread == "n-1"))
        a = a * (variance + eps).rsqrt() if root == "inside" else a / (variance.sqrt() + eps)
        return torch.addcmul(bias, a, gain if grows == "zero" else gain + 1)
    inner = (x if where == "after" else norm(x)) @ w
    inner = inner.relu() if function == "relu" else inner.tanh()
    total = torch.add(x, inner, alpha={"whole": 1.0, "half": 0.5, "root": math.sqrt(0.5)}[amount])
    return total if where == "before" else norm(total)


def _loss(logits, targets, pad_id, *, amount, spread, cool, unit, mean, ends):
    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    log_p = F.log_softmax(logits * (0.5 if cool == "half" else 1.0), dim=-1)
    right = F.one_hot(targets, log_p.size(-1)).double()
    others = torch.ones_like(right) if spread == "all" else 1 - right
    if spread == "real":
        others[..., pad_id] = 0
    share = float(amount)
    wanted = (1 - share) * right + share * others / others.sum(-1, keepdim=True)
    losses = -(wanted * log_p).sum(-1) / (math.log(2) if unit == "bits" else 1)
    weight = (targets != pad_id).double()
    if ends == "twice":
        follows = F.pad(weight, (0, 1))[:, 1:]
        weight = weight * (2 - follows)
    sums = (weight * losses).sum(1)
    return {"tokens": sums.sum() / weight.sum(), "sentences": (sums / weight.sum(1)).mean(), "sum": sums.sum()}[mean]


def _optimiser(p, g, m, v, t, lr, *, limit, decay, betas, correction, t_from, root, order):
    p, g, m, v = (torch.from_numpy(x.copy()) for x in (p, g, m, v))
    one, two = {"usual": (0.9, 0.999), "paper": (0.9, 0.98), "slow": (0.95, 0.99)}[betas]
    if limit != "none":
        g = g.clamp(-1, 1) if limit == "each" else g / g.norm().clamp(min=1)
    if decay == "gradient":
        g = g + 0.1 * p
    m, v = torch.lerp(g, m, one), torch.lerp(g.square(), v, two)
    number = t + 1 if t_from == "zero" else t
    m_hat, v_hat = (m / (1 - one ** number), v / (1 - two ** number)) if correction == "both" else (m, v)
    step = m_hat / (v_hat.sqrt() + 0.01 if root == "outside" else (v_hat + 0.01).sqrt())
    shrunk = p * (1 - lr * 0.1) if decay == "apart" else p
    p = shrunk - lr * step
    return (p, m, v) if order == "p" else (m, v, p)


def _beam(log_p, lengths, ended, *, penalty, alpha, counted, unfinished, best, scores):
    log_p, lengths, ended = torch.from_numpy(log_p), torch.from_numpy(np.asarray(lengths)), torch.from_numpy(ended)
    n = lengths.double()
    if counted == "words":
        n = torch.where(ended, n - 1, n).clamp(min=1)
    alpha = float(alpha)
    score = {"wu": log_p / ((n + 5) / 6).pow(alpha), "power": log_p / n.pow(alpha),
             "reward": log_p + alpha * n}[penalty]
    if unfinished == "fined":
        score = score - 2 * (~ended).double()
    order = torch.sort(score, stable=True, descending=best == "high").indices
    if unfinished == "last":
        order = torch.cat([order[ended[order]], order[~ended[order]]])
    return order, score[order] if scores == "ranked" else score


WITH_TENSORS = {"attention": _attention, "masks": _masks, "heads": _heads, "positions": _positions,
                "residual": _residual, "loss": _loss, "optimiser": _optimiser, "beam": _beam}
