# %% prelude
import math
import random
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: padding counts in the mean
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean()

# %% wrong: padding set to zero but still in the denominator
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * log_p.mean(dim=-1)
    loss = loss * (targets != pad_id)
    return loss.mean()

# %% wrong: smoothing shared among the V - 1 others
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    V = log_p.shape[-1]
    wanted = torch.full_like(log_p, smoothing / (V - 1))
    wanted.scatter_(-1, targets[real].unsqueeze(-1), 1 - smoothing)
    return -(wanted * log_p).sum(dim=-1).mean()

# %% wrong: right token gets 1 - smoothing, its share of the rest forgotten
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    wanted = torch.full_like(log_p, smoothing / log_p.shape[-1])
    wanted[torch.arange(len(wanted)), targets[real]] = 1 - smoothing
    return -(wanted * log_p).sum(dim=-1).mean()

# %% wrong: smoothing added without taking it from the right token
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -(right + smoothing * log_p.mean(dim=-1)).mean()

# %% wrong: sum over the vocabulary instead of its mean
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * log_p.sum(dim=-1)).mean()

# %% wrong: softmax followed by log, log 0 for extreme logits
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = torch.log(torch.softmax(logits[real], dim=-1))
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return (-(1 - smoothing) * right - smoothing * log_p.mean(dim=-1)).mean()

# %% wrong: view brings the vocabulary to axis 1
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    B, T, V = logits.shape
    return F.cross_entropy(logits.reshape(B, V, T), targets, ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: softmax before the cross-entropy
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    p = logits.softmax(dim=-1)
    return F.cross_entropy(p.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: ignore_index forgotten
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), label_smoothing=smoothing)

# %% wrong: padding typed in as 0
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=0, label_smoothing=smoothing)

# %% wrong: smoothing ignored
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    return -log_p.gather(-1, targets[real].unsqueeze(-1)).mean()

# %% wrong: sum of the real tokens' losses
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id,
                           label_smoothing=smoothing, reduction="sum")

# %% wrong: mean of the sentences' means
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    means = []
    for rows, ids in zip(logits, targets):
        real = ids != pad_id
        means.append(F.cross_entropy(rows[real], ids[real], label_smoothing=smoothing))
    return torch.stack(means).mean()

# %% wrong: softmax over the positions and smoothing over V - 1
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits.log_softmax(dim=1)[real]
    V = log_p.shape[-1]
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    rest = (log_p.sum(dim=-1) - right) / (V - 1)
    return -((1 - smoothing) * right + smoothing * rest).mean()

# %% wrong: returns a Python number without a gradient
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean().item()

# %% wrong: overwrites the padding in targets
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    targets[targets == pad_id] = -100
    return F.cross_entropy(logits.transpose(1, 2), targets, label_smoothing=smoothing)

# %% right: the formula with gather
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)                       # (N, V)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean()

# %% right: PyTorch's cross_entropy, flattened
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad_id,
                           label_smoothing=smoothing)

# %% right: wanted shares written out, every position, then masked
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = (targets != pad_id).to(logits.dtype)
    V = logits.shape[-1]
    shares = torch.full_like(logits, smoothing / V)
    ids = torch.where(targets == pad_id, 0, targets)
    shares.scatter_add_(-1, ids[..., None], torch.full_like(shares[..., :1], 1.0 - smoothing))
    costs = -torch.einsum("btv,btv->bt", shares, logits.log_softmax(dim=-1))
    return (costs * real).sum() / real.sum()

# %% right: token by token in loops
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    costs = []
    for b in range(targets.shape[0]):
        for t in range(targets.shape[1]):
            word = int(targets[b, t])
            if word == pad_id:
                continue
            scores = logits[b, t]
            log_p = scores - torch.logsumexp(scores, dim=0)
            costs.append(-(1 - smoothing) * log_p[word] - smoothing * log_p.mean())
    return torch.stack(costs).mean()

# %% prelude
import math
import torch
import torch.nn.functional as F
# %% wrong: smoothing shared among the V - 1 wrong tokens
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    real = targets != pad_id
    log_p = logits.log_softmax(dim=-1)[real]
    wanted = torch.full_like(log_p, smoothing / (V - 1))
    wanted.scatter_(1, targets[real].unsqueeze(1), 1 - smoothing)
    return -(wanted * log_p).sum(dim=-1).mean()
# %% wrong: KL divergence, as in the Annotated Transformer
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    real = targets != pad_id
    log_p, t = log_p[real], targets[real]
    V = log_p.shape[-1]
    true_dist = torch.full_like(log_p, smoothing / V)
    true_dist.scatter_add_(1, t.unsqueeze(1), torch.full_like(log_p[:, :1], 1 - smoothing))
    return F.kl_div(log_p, true_dist, reduction="batchmean")
# %% wrong: reduction none, then a mean that counts the zeros of the padding
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    loss = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id,
                           label_smoothing=smoothing, reduction="none")
    return loss.mean()
# %% wrong: mean of the sentences' means, another one
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    right = log_p.gather(-1, targets.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * log_p.mean(-1)
    real = (targets != pad_id).float()
    per_sentence = (loss * real).sum(dim=1) / real.sum(dim=1)
    return per_sentence.mean()
# %% wrong: padding taken to be 0
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets > 0
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return (-(1 - smoothing) * right - smoothing * log_p.mean(dim=-1)).mean()
# %% wrong: 1 / V forgotten
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * log_p.sum(dim=-1)).mean()
# %% wrong: divided by the number of sentences
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    B, T, V = logits.shape
    total = F.cross_entropy(logits.reshape(B * T, V), targets.reshape(B * T), ignore_index=pad_id,
                            label_smoothing=smoothing, reduction="sum")
    return total / B
# %% wrong: right token gets 1 - eps plus its eps / V twice
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    V = log_p.shape[-1]
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing + smoothing / V) * right - smoothing * log_p.mean(dim=-1)
    return loss.mean()
# %% right: F.cross_entropy on flattened logits
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad_id, label_smoothing=smoothing)
# %% right: by the formula
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    """Mean loss of the real tokens, in nats: (B, T, V), (B, T) -> a scalar."""
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    index = targets[real].unsqueeze(-1)
    right = log_p.gather(-1, index).squeeze(-1)
    every = log_p.sum(dim=-1) / log_p.shape[-1]
    losses = -(1 - smoothing) * right - smoothing * every
    return losses.sum() / len(losses)
# %% right: wanted shares from one_hot and an einsum
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    keep = (targets != pad_id).reshape(-1)
    flat_logits = logits.reshape(-1, logits.size(-1))[keep]
    flat_targets = targets.reshape(-1)[keep]
    V = logits.size(-1)
    wanted = F.one_hot(flat_targets, num_classes=V).to(logits.dtype) * (1 - smoothing) + smoothing / V
    log_p = flat_logits - torch.logsumexp(flat_logits, dim=-1, keepdim=True)
    return -torch.einsum("nv,nv->n", wanted, log_p).mean()

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: the share goes to the V - 1 other tokens
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    log_p = logits.log_softmax(dim=-1)
    wanted = torch.full_like(log_p, smoothing / (V - 1))
    wanted.scatter_(-1, targets.unsqueeze(-1), 1 - smoothing)
    losses = -(wanted * log_p).sum(dim=-1)
    return losses[targets != pad_id].mean()
# %% wrong: padding is always 0
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0, label_smoothing=smoothing)
# %% wrong: divided by V twice
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing / logits.shape[-1] * log_p.mean(dim=-1)
    return loss.mean()
# %% wrong: cross_entropy given the vocabulary on the last axis
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits, targets, ignore_index=pad_id, label_smoothing=smoothing)
# %% right: wanted shares by lerp, product by einsum, weighted mean
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    certain = F.one_hot(targets, V).to(logits.dtype)
    wanted = torch.lerp(certain, torch.full_like(certain, 1 / V), smoothing)
    surprise = -torch.einsum("btv,btv->bt", wanted, logits.log_softmax(-1))
    counts = targets.ne(pad_id).to(logits.dtype)
    return (surprise * counts).sum() / counts.sum()
# %% prelude
import torch
import torch.nn.functional as F
# %% wrong: the losses of the padding are set to 0, but the mean is over all positions
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * log_p.mean(dim=-1)
    loss = loss.masked_fill(targets == pad_id, 0.0)
    return loss.mean()
# %% wrong: mean of the sentences' means, so a word counts more in a short sentence
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    per_sentence = []
    for row_logits, row_targets in zip(logits, targets):
        real = row_targets != pad_id
        if real.any():
            per_sentence.append(F.cross_entropy(row_logits[real], row_targets[real], label_smoothing=smoothing))
    return torch.stack(per_sentence).mean()
# %% wrong: real tokens are taken to be those with an id greater than pad_id (right only for pad_id 0)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets > pad_id
    log_p = logits[real].log_softmax(dim=-1)
    nll = -log_p.gather(-1, targets[real][:, None])[:, 0]
    smooth = -log_p.mean(dim=-1)
    return ((1 - smoothing) * nll + smoothing * smooth).mean()
# %% wrong: takes the padding to be at the end of each row: the first n positions count, n = number of real tokens
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    lengths = (targets != pad_id).sum(dim=1)
    total, count = 0.0, 0
    for b, n in enumerate(lengths.tolist()):
        for t in range(n):
            log_p = logits[b, t].log_softmax(dim=-1)
            total = total - (1 - smoothing) * log_p[targets[b, t]] - smoothing * log_p.mean()
            count += 1
    return total / count
# %% wrong: softmax over the positions (axis 1), not over the vocabulary
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=1)
    real = targets != pad_id
    log_p, targets = log_p[real], targets[real]
    right = log_p[torch.arange(len(targets)), targets]
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean()
# %% wrong: only the first term is limited to real tokens; the smoothing term is the mean over padding, too
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    real = targets != pad_id
    nll = -log_p[real].gather(-1, targets[real].unsqueeze(-1)).mean()
    uniform = -log_p.mean()
    return (1 - smoothing) * nll + smoothing * uniform
# %% wrong: the smoothing goes to V - 1 tokens (padding gets no share), not to all V
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    vocab = logits.shape[-1]
    real = targets != pad_id
    log_p = F.log_softmax(logits[real], dim=-1)
    wanted = torch.full_like(log_p, smoothing / (vocab - 1))
    wanted[:, pad_id] = 0.0
    wanted[torch.arange(len(wanted)), targets[real]] += 1 - smoothing
    return -(wanted * log_p).sum(dim=-1).mean()
# %% wrong: returns a plain Python number (item), through which no gradient flows, not a tensor
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad_id, label_smoothing=smoothing)
    return loss.item()
# %% wrong: softmax before cross_entropy, which has one inside, and padding is not ignored (two mistakes)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    p = logits.softmax(dim=-1)
    return F.cross_entropy(p.transpose(1, 2), targets, label_smoothing=smoothing)
# %% right: einsum of wanted shares with log p, weighted by the mask
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    vocab = logits.shape[-1]
    wanted = F.one_hot(targets, vocab).to(logits.dtype) * (1 - smoothing) + smoothing / vocab
    keep = (targets != pad_id).to(logits.dtype)
    per_token = -torch.einsum("btv,btv->bt", wanted, torch.log_softmax(logits, dim=-1))
    return (per_token * keep).sum() / keep.sum()
# %% right: logsumexp minus scores, by picking the real rows; no log_softmax
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    rows, columns = (targets != pad_id).nonzero(as_tuple=True)
    scores, labels = logits[rows, columns], targets[rows, columns]
    norm = scores.logsumexp(dim=-1)
    chosen = scores.take_along_dim(labels[:, None], dim=-1).squeeze(-1)
    mixed = (1 - smoothing) * chosen + smoothing * scores.mean(dim=-1)
    return (norm - mixed).mean()
# %% prelude
import torch
import torch.nn.functional as F
# %% wrong: the smoothing is shared among the V - 1 other tokens, not all V
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    lprobs = logits[real].log_softmax(dim=-1)
    nll = -lprobs.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    smooth = -lprobs.sum(dim=-1)
    eps_i = smoothing / (lprobs.size(-1) - 1)
    loss = (1.0 - smoothing - eps_i) * nll + eps_i * smooth
    return loss.mean()
# %% wrong: padding is set to 0 but still counted in the mean
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * logp.mean(dim=-1)
    loss = loss * (targets != pad_id)
    return loss.mean()
# %% wrong: the smoothing part is averaged over all positions, padding among them
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    V = logits.shape[-1]
    nll = F.nll_loss(logp.reshape(-1, V), targets.reshape(-1), ignore_index=pad_id)
    uniform = -logp.mean()
    return (1 - smoothing) * nll + smoothing * uniform
# %% wrong: the mean of the sentences' means, so words of short sentences count more
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    per_sentence = []
    for b in range(len(targets)):
        real = targets[b] != pad_id
        if real.any():
            per_sentence.append(F.cross_entropy(logits[b][real], targets[b][real], label_smoothing=smoothing))
    return torch.stack(per_sentence).mean()
# %% wrong: KL divergence: the entropy of the wanted shares is subtracted, so the lowest loss is 0
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.size(-1)
    x = logits.reshape(-1, V).log_softmax(dim=-1)
    t = targets.reshape(-1)
    true_dist = torch.full_like(x, smoothing / V)
    true_dist.scatter_add_(1, t.unsqueeze(1), torch.full_like(x[:, :1], 1 - smoothing))
    true_dist[t == pad_id] = 0
    n_tokens = (t != pad_id).sum()
    return F.kl_div(x, true_dist, reduction="sum") / n_tokens
# %% wrong: takes the first n positions of each sentence, which is right only if padding stands at the end
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    total, count = 0.0, 0
    lengths = (targets != pad_id).sum(dim=1).tolist()
    for scores, answers, n in zip(logits, targets, lengths):
        if n == 0:
            continue
        total = total + F.cross_entropy(scores[:n], answers[:n], label_smoothing=smoothing, reduction="sum")
        count += n
    return total / count
# %% wrong: returns a Python float, so nothing can be trained with it
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    loss = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)
    return loss.item()
# %% right: wanted shares as a table, einsum with the log-probabilities
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    keep = targets.ne(pad_id)
    scores, right = logits[keep], targets[keep]
    n, V = scores.shape
    shares = F.one_hot(right, V).to(scores) * (1 - smoothing) + smoothing / V
    return torch.einsum("nv,nv->", shares, -scores.log_softmax(-1)) / n
# %% right: logsumexp minus the wanted score, with the padding left out by where
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    wanted_score = (1 - smoothing) * logits.gather(2, targets[..., None])[..., 0] + smoothing * logits.mean(-1)
    losses = torch.where(real, logits.logsumexp(-1) - wanted_score, 0.0)
    return losses.sum() / real.sum()


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
import copy
from course.training import label_smoothing_loss

# %% wrong: .sum instead of .mean over V in the uniform part (1/V forgotten)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    right = logp.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return (-(1 - smoothing) * right - smoothing * logp.sum(dim=-1)).mean()

# %% wrong: sign of the uniform part is plus
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    right = logp.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return (-(1 - smoothing) * right + smoothing * logp.mean(dim=-1)).mean()

# %% wrong: log_softmax over the positions (dim=1), not over the vocabulary
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=1)
    real = targets != pad_id
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * logp.mean(dim=-1)
    return loss[real].mean()

# %% wrong: uniform part is averaged over padded positions too, right part is masked
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = -logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)[real].mean()
    even = -logp.mean()
    return (1 - smoothing) * right + smoothing * even

# %% wrong: padding is hard-coded as 0
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != 0
    logp = logits[real].log_softmax(dim=-1)
    right = logp.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return (-(1 - smoothing) * right - smoothing * logp.mean(dim=-1)).mean()

# %% wrong: smoothing only to the V-1 others AND mean of the sentences' means
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    V = logits.shape[-1]
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    others = (logp.sum(dim=-1) - right) / (V - 1)
    loss = -(1 - smoothing) * right - smoothing * others
    real = (targets != pad_id).float()
    return ((loss * real).sum(dim=1) / real.sum(dim=1)).mean()

# %% right: distribution of wanted shares, dot product, weights 0 for padding
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    wanted = (1 - smoothing) * F.one_hot(targets, V).to(logits) + smoothing / V
    wanted = wanted * (targets != pad_id).unsqueeze(-1)
    return -torch.einsum("btv,btv->", wanted, F.log_softmax(logits, -1)) / (targets != pad_id).sum()


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
import copy
from course.training import label_smoothing_loss
LOOP = '''
def train_until(model, step, batches, validate, patience, max_epochs):
'''
NAMES = ["no shift", "padding counted", "softmax twice", "axes mixed", "zero_grad forgotten",
         "future visible", "learning rate too high", "learning rate too low"]
RIGHT = {"a": "no shift", "b": "softmax twice", "c": "zero_grad forgotten", "d": "padding counted", "e": "axes mixed"}

# %% wrong: eps spread over the V-1 other words only (right word gets exactly 1-eps)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    V = logits.shape[-1]
    wanted = torch.full_like(logp, smoothing / (V - 1))
    wanted.scatter_(-1, targets[real].unsqueeze(-1), 1 - smoothing)
    return -(wanted * logp).sum(-1).mean()

# %% wrong: class weight 0 for the padding word: F.cross_entropy(weight=...) also takes its share of the smoothing away
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    weight = torch.ones(logits.shape[-1])
    weight[pad_id] = 0.0
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), weight=weight, label_smoothing=smoothing)

# %% wrong: the smoothing part is averaged over all positions, padding too; only the first part is masked
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -(1 - smoothing) * right[real].mean() - smoothing * logp.mean()

# %% wrong: padding taken from what the model predicts (argmax), not from the targets
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = logits.argmax(dim=-1) != pad_id
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

# %% wrong: takes padding for a tail: counts real tokens in each row and takes that many from the left
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    losses, n = 0.0, 0
    for row, t in zip(logits, targets):
        length = int((t != pad_id).sum())
        losses = losses + F.cross_entropy(row[:length], t[:length], label_smoothing=smoothing, reduction="sum")
        n += length
    return losses / n

# %% wrong: smoothing also left on the score: 1/V forgotten (sum for mean)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    right = logp.gather(-1, targets[real][:, None]).squeeze(-1)
    return (-(1 - smoothing) * right - smoothing * logp.sum(dim=-1)).mean()

# %% right: target distribution by one_hot and cross_entropy with soft labels, logsumexp by hand
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    rows, ids = logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)
    keep = ids.ne(pad_id).nonzero().squeeze(-1)
    rows, ids = rows.index_select(0, keep), ids.index_select(0, keep)
    mean_score = torch.lerp(rows[torch.arange(len(ids)), ids], rows.mean(-1), smoothing)
    return (torch.logsumexp(rows, -1) - mean_score).mean()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: masked with 0, then .mean() over all positions, padding in the denominator
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * logp.mean(dim=-1)
    mask = (targets != pad_id).float()
    return (loss * mask).mean()

# %% wrong: padding thought to stand only at the end: first n positions of each row, n = number of real tokens
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    lengths = (targets != pad_id).sum(dim=1)
    total, count = 0.0, 0
    for b, n in enumerate(lengths.tolist()):
        lp = logp[b, :n]
        right = lp.gather(-1, targets[b, :n, None]).squeeze(-1)
        total = total - ((1 - smoothing) * right + smoothing * lp.mean(dim=-1)).sum()
        count += n
    return total / count

# %% wrong: Annotated Transformer: smoothing/(V-2) for the others, nothing for padding
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.size(-1)
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    logp, t = logp[real], targets[real]
    dist = torch.full_like(logp, smoothing / (V - 2))
    dist.scatter_(1, t.unsqueeze(1), 1 - smoothing)
    dist[:, pad_id] = 0
    return -(dist * logp).sum() / len(t)

# %% right: soft targets given to F.cross_entropy, one_hot
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    flat, t = logits.flatten(0, 1), targets.flatten()
    keep = torch.nonzero(t != pad_id).squeeze(1)
    soft = F.one_hot(t[keep], V).to(logits.dtype) * (1 - smoothing) + smoothing / V
    return F.cross_entropy(flat[keep], soft, reduction="sum") / keep.numel()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: the smoothing term is averaged over all positions, padding too; only the right-word term is masked
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    hit = -right[real].mean()
    spread = -logp.mean()
    return (1 - smoothing) * hit + smoothing * spread

# %% wrong: the share is spread over the V - 1 other words, the right word gets exactly 1 - smoothing
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    labels = targets[real].unsqueeze(-1)
    wanted = torch.full_like(logp, smoothing / (V - 1))
    wanted.scatter_(-1, labels, 1 - smoothing)
    return -(wanted * logp).sum(dim=-1).mean()

# %% wrong: padding taken to be id 0, pad_id is not used
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets.bool()
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

# %% right: wanted shares from one_hot, a product with the mask, a division by the number of real tokens
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.size(2)
    wanted = F.one_hot(targets, V).to(logits.dtype) * (1 - smoothing) + smoothing / V
    each = (wanted * (torch.logsumexp(logits, 2, keepdim=True) - logits)).sum(2)
    mask = (targets != pad_id).to(logits.dtype)
    return (each * mask).sum() / mask.sum()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: mean of the sentences' means (each sentence counts once)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    losses = -(1 - smoothing) * right - smoothing * logp.mean(dim=-1)
    real = (targets != pad_id).float()
    per_sentence = (losses * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
    return per_sentence.mean()

# %% wrong: shares eps/V everywhere, then the right word is set to 1-eps instead of having 1-eps added (shares do not sum to 1)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    wanted = torch.full_like(logits, smoothing / V)
    wanted.scatter_(-1, targets.unsqueeze(-1), 1 - smoothing)
    losses = -(wanted * logits.log_softmax(dim=-1)).sum(dim=-1)
    return losses[targets != pad_id].mean()

# %% wrong: the nll part is averaged over real tokens, the smoothing part over all positions
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    nll = -logp.gather(-1, targets[..., None])[..., 0][real].mean()
    uniform = -logp.mean()
    return (1 - smoothing) * nll + smoothing * uniform

# %% right: F.cross_entropy with sum, divided by the number of real tokens; pads put to -100 first
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    labels = targets.clone()
    labels[targets == pad_id] = -100
    total = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum", label_smoothing=smoothing)
    return total / (labels != -100).sum()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: share of smoothing given to the V-1 other words only, right word left out
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    log_p = logits.log_softmax(dim=-1)
    wanted = torch.full_like(log_p, smoothing / (V - 1))
    wanted.scatter_(-1, targets.unsqueeze(-1), 1 - smoothing)
    loss = -(wanted * log_p).sum(dim=-1)
    return loss[targets != pad_id].mean()

# %% wrong: mask used for the right-word term, forgotten for the smoothing term
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = log_p[real].gather(-1, targets[real].unsqueeze(-1)).mean()
    everything = log_p.mean()
    return -(1 - smoothing) * right - smoothing * everything

# %% right: F.cross_entropy position by position, weights, sum over sum
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    B, T, V = logits.shape
    each = F.cross_entropy(logits.reshape(B * T, V), targets.reshape(B * T),
                           reduction="none", label_smoothing=smoothing)
    weight = (targets.reshape(-1) != pad_id).to(each.dtype)
    return (each * weight).sum() / weight.sum()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: the smoothing part is logp.mean(), over padding as well
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * right[real].mean() + smoothing * logp.mean())

# %% wrong: takes padding to stand at the end of a row: first n positions of each row
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    total, count = 0.0, 0
    for b in range(len(targets)):
        n = int((targets[b] != pad_id).sum())
        rows, ids = logp[b, :n], targets[b, :n]
        right = rows.gather(-1, ids[:, None])[:, 0]
        total = total - ((1 - smoothing) * right + smoothing * rows.mean(dim=-1)).sum()
        count += n
    return total / count

# %% wrong: wanted[right] = 1 - smoothing instead of +=: the right token loses its own share of smoothing / V
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    V = logits.shape[-1]
    wanted = torch.full_like(logp, smoothing / V)
    wanted.scatter_(-1, targets[real].unsqueeze(-1), 1 - smoothing)
    return -(wanted * logp).sum(dim=-1).mean()

# %% right: one-hot shares, weights for the mean, logsumexp in place of log_softmax
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    B, T, V = logits.shape
    flat, ids = logits.reshape(B * T, V), targets.reshape(-1)
    keep = (ids != pad_id).nonzero()[:, 0]
    flat, ids = flat[keep], ids[keep]
    logp = flat - flat.logsumexp(-1, keepdim=True)
    shares = F.one_hot(ids, V) * (1 - smoothing) + smoothing / V
    return torch.einsum("nv,nv->", shares.to(logp.dtype), -logp) / len(ids)

# %% prelude
import copy, io, math
import torch
import torch.nn.functional as F

# %% wrong: cuts each row at its number of real tokens: padding only at the end is assumed
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    total, count = 0, 0
    for row, wanted in zip(logits, targets):
        n = int((wanted != pad_id).sum())
        logp = row[:n].log_softmax(dim=-1)
        right = logp.gather(-1, wanted[:n, None])[:, 0]
        total = total - ((1 - smoothing) * right + smoothing * logp.mean(dim=-1)).sum()
        count += n
    return total / count

# %% wrong: the even share is averaged over all positions, padding among them
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = logp[real].gather(-1, targets[real].unsqueeze(-1))
    return -(1 - smoothing) * right.mean() - smoothing * logp.mean()

# %% wrong: KL divergence (habit from the Annotated Transformer): the entropy of the wanted shares is taken off
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logp = logits[real].log_softmax(dim=-1)
    wanted = torch.full_like(logp, smoothing / logits.size(-1))
    wanted.scatter_(-1, targets[real].unsqueeze(-1), 1 - smoothing + smoothing / logits.size(-1))
    return F.kl_div(logp, wanted, reduction="batchmean")

# %% right: one matrix of wanted shares, logsumexp by hand
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    scores, right = logits[real], targets[real]
    logp = scores - scores.logsumexp(dim=-1, keepdim=True)
    wanted = (1 - smoothing) * F.one_hot(right, scores.size(-1)).to(logp) + smoothing / scores.size(-1)
    return -torch.einsum("nv,nv->", wanted, logp) / len(right)

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: KL divergence instead of cross-entropy (entropy of the shares is missing)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    wanted = torch.full_like(log_p, smoothing / V)
    wanted.scatter_add_(-1, targets[real].unsqueeze(-1), torch.full_like(log_p[:, :1], 1 - smoothing))
    return F.kl_div(log_p, wanted, reduction="batchmean")

# %% wrong: the smoothing term is averaged over all positions, padding too
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = log_p[real].gather(-1, targets[real].unsqueeze(-1)).mean()
    even = log_p.mean()
    return -(1 - smoothing) * right - smoothing * even

# %% wrong: mask from the lengths: takes it that padding stands at the end only
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    lengths = (targets != pad_id).sum(dim=1)
    total, count = 0.0, 0
    for row, ids, n in zip(logits, targets, lengths.tolist()):
        log_p = row[:n].log_softmax(dim=-1)
        right = log_p.gather(-1, ids[:n, None]).squeeze(-1)
        total = total - ((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).sum()
        count += n
    return total / count

# %% right: logsumexp instead of log_softmax, where instead of a boolean index
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    counts = targets.ne(pad_id)
    safe = targets.masked_fill(~counts, 0)
    picked = logits.gather(2, safe[..., None])[..., 0]
    each = torch.logsumexp(logits, 2) - (1 - smoothing) * picked - smoothing * logits.mean(2)
    return torch.where(counts, each, torch.zeros_like(each)).sum() / counts.sum()

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: padding left out of the -log p of the right word, but not of the smoothing term (mean over all positions)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)[real].mean()
    spread = log_p.mean()
    return -(1 - smoothing) * right - smoothing * spread

# %% wrong: KL divergence as in other tutorials: the entropy of the wanted shares is subtracted, lowest loss 0
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    wanted = torch.full_like(log_p, smoothing / log_p.shape[-1])
    wanted.scatter_add_(-1, targets[real].unsqueeze(-1), torch.full_like(log_p[:, :1], 1 - smoothing))
    return F.kl_div(log_p, wanted, reduction="batchmean")

# %% wrong: right number, but writes -100 over the padding in the caller's targets
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    targets[targets == pad_id] = -100
    return F.cross_entropy(logits.transpose(1, 2), targets, label_smoothing=smoothing)

# %% wrong: mask by lengths: counts the real tokens of a row and takes the first so many positions
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    lengths = (targets != pad_id).sum(dim=1, keepdim=True)
    real = torch.arange(targets.shape[1])[None, :] < lengths
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

# %% right: loop with logsumexp: sum over shares, by einsum
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    vocab_size = logits.shape[-1]
    total, count = logits.new_zeros(()), 0
    eye = torch.eye(vocab_size, dtype=logits.dtype)
    for row_of_logits, row in zip(logits, targets):
        for scores, token in zip(row_of_logits, row.tolist()):
            if token == pad_id:
                continue
            shares = (1 - smoothing) * eye[token] + smoothing / vocab_size
            total = total + torch.logsumexp(scores, 0) - torch.einsum("v,v->", shares, scores)
            count += 1
    return total / count

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: class weight 0 for padding besides ignore_index: the padding token's share of the smoothing is dropped
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    weight = torch.ones(V, dtype=logits.dtype)
    weight[pad_id] = 0.0
    return F.cross_entropy(logits.reshape(-1, V), targets.reshape(-1), weight=weight,
                           ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: mask made of sentence lengths: takes the first n positions, as if padding stood at the end only
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    lengths = (targets != pad_id).sum(dim=1)
    real = torch.arange(targets.shape[1]) < lengths[:, None]
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real][:, None])[:, 0]
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean()

# %% wrong: KL divergence (as the Annotated Transformer): the entropy of the wanted shares is subtracted
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    V = log_p.shape[-1]
    wanted = torch.full_like(log_p, smoothing / V)
    wanted.scatter_add_(-1, targets[real][:, None], torch.full_like(log_p[:, :1], 1 - smoothing))
    return F.kl_div(log_p, wanted, reduction="batchmean")

# %% right: one_hot shares, einsum over all positions with a mask, divided by the number of real tokens
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    real = (targets != pad_id).to(logits.dtype)
    wanted = torch.lerp(F.one_hot(targets, V).to(logits.dtype), torch.full_like(logits, 1 / V), smoothing)
    log_p = logits - logits.logsumexp(dim=-1, keepdim=True)
    return -torch.einsum("btv,btv,bt->", wanted, log_p, real) / real.sum()

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: the smoothing half is averaged over ALL positions, padding too; only the right-word half is masked
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    log_p = logits.log_softmax(dim=-1)
    real = targets != pad_id
    right = log_p[real].gather(-1, targets[real].unsqueeze(-1)).mean()
    even = log_p.mean()                        # the same for every word anyway
    return -(1 - smoothing) * right - smoothing * even

# %% wrong: KL divergence (F.kl_div) instead of cross-entropy: the entropy of the wanted shares is missing
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    V = logits.shape[-1]
    real = targets != pad_id
    log_p = F.log_softmax(logits[real], dim=-1)
    wanted = torch.full_like(log_p, smoothing / V)
    wanted.scatter_(-1, targets[real].unsqueeze(-1), 1 - smoothing + smoothing / V)
    return F.kl_div(log_p, wanted, reduction="batchmean")

# %% wrong: log of the mean probability instead of mean of the log probabilities (smoothing term is the constant log V)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real][:, None])[:, 0]
    even = log_p.exp().mean(dim=-1).log()
    return -((1 - smoothing) * right + smoothing * even).mean()

# %% wrong: every row is cut at its first padding: real tokens behind padding are lost
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    # after the first padding of a sentence there is nothing to count
    real = (targets == pad_id).long().cumsum(dim=1) == 0
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real][:, None])[:, 0]
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean()

# %% right: torch.distributions.Categorical, padding masked by weights that sum to 1
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    guess = torch.distributions.Categorical(logits=logits)
    share = (targets != pad_id).to(logits.dtype)
    share = share / share.sum()
    cost = (1 - smoothing) * guess.log_prob(targets) + smoothing * guess.logits.mean(-1)
    return torch.einsum("bt,bt->", share, -cost)
