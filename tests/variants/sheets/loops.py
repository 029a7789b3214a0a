"""Right answers to every variant, written number by number, or row by row, with loops and plain Python.

They know the conventions from the sheets' sentences, and share no code with the families.
"""
import itertools

import numpy as np

__all__ = ["NUMBER_BY_NUMBER"]


def attention_by_rows(q, k, v, mask, *, true, scale, base, empty, sink, order, time):
    if time == "columns":
        q, k, v = np.transpose(q), np.transpose(k), np.transpose(v)
    output, weights = [], []
    for query, row in zip(q, mask, strict=True):
        powers = []
        for key, marked in zip(k, row, strict=True):
            score = sum(a * b for a, b in zip(query, key, strict=True))
            score = {"root": score / len(query) ** 0.5, "width": score / len(query), "none": score,
                     "half": score / 2}[scale]
            powers.append((2.0 if base == "two" else np.e) ** score if bool(marked) == (true == "may") else 0.0)
        total = sum(powers) + (1 if sink == "one" else 0)
        if not any(powers):
            row_weights = [1 / len(k) if empty == "all" else 0.0] * len(k)
        else:
            row_weights = [power / total for power in powers]
        weights.append(row_weights)
        output.append(sum(w * x for w, x in zip(row_weights, v, strict=True)))
    output, weights = np.array(output), np.array(weights)
    output = output.T if time == "columns" else output
    return (output, weights) if order == "output" else (weights, output)


def mask_by_places(lengths, size, *, true, padding, present, window, heads, idle, kind):
    mask = np.zeros((len(lengths), size, size), bool)
    for b, length in enumerate(lengths):
        real = range(length) if padding == "end" else range(size - length, size)
        for i, j in itertools.product(range(size), repeat=2):
            seen = [p for p in range(size) if p < i or p == i and present == "seen"]
            if window != "none":
                seen = seen[-int(window):]
            mask[b, i, j] = j in seen and j in real if idle == "usual" or i in real else idle == "self" and i == j
    told = mask if true == "may" else np.logical_not(mask)
    told = np.where(told, 1.0, -1.0) if kind == "signs" else told
    return told[:, np.newaxis] if heads == "axis" else told


def heads_one_by_one(x, w_q, w_k, w_v, w_o, n_heads, *, stored, share, scale, future, told, order, joined):
    def times(a, w):
        return np.einsum("ti,io->to", a, w) if stored == "in_out" else np.einsum("ti,oi->to", a, w)
    q, k, v, d = times(x, w_q), times(x, w_k), times(x, w_v), x.shape[1]
    outputs, shown = [], []
    for j in range(n_heads):
        own = list(range(d))[j::n_heads] if share == "turns" else list(range(d))[j * (d // n_heads):][:d // n_heads]
        scores = q[:, own] @ k[:, own].T / {"head": len(own) ** 0.5, "model": d ** 0.5, "none": 1}[scale]
        for a, b in itertools.product(range(len(x)), repeat=2):
            if future == "hidden" and b > a or future == "near" and abs(a - b) > 1:
                scores[a, b] = -1e9
        weights = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        outputs.append(weights @ v[:, own])
        shown.append(weights)
    output = times(np.hstack(outputs if joined == "same" else outputs[::-1]), w_o)
    shown = np.stack(shown) if told == "each" else sum(shown) / n_heads
    return (output, shown) if order == "output" else (shown, output)


def positions_number_by_number(length, width, *, layout, first, base, count, size, steps, direction):
    table = np.zeros((length, width))
    for row, i in itertools.product(range(length), range(width // 2)):
        place = (length - 1 - row if direction == "back" else row) + (1 if count == "one" else 0)
        power = 2 * i / width if steps == "paper" else i / (width // 2 - 1)
        angle = place / float(base) ** power
        pair = [np.sin(angle), np.cos(angle)][::1 if first == "sine" else -1]
        places = (2 * i, 2 * i + 1) if layout == "pairs" else (i, i + width // 2)
        table[row, places] = pair
    return table * (width ** -0.5 if size == "small" else 1)


def residual_by_rows(x, w, gain, bias, eps, *, spread, root, where, amount, grows, centred, function):
    def norm(row):
        away = row - row.mean() if centred == "mean" else row
        variance = (away * away).sum() / (len(row) - (1 if spread == "n-1" else 0))
        size = (variance + eps) ** 0.5 if root == "inside" else variance ** 0.5 + eps
        return away / size * ((1 + gain) if grows == "one" else gain) + bias
    rows = []
    for row in x:
        inner = (norm(row) if where != "after" else row) @ w
        inner = inner.clip(0) if function == "relu" else np.tanh(inner)
        total = row + inner * {"whole": 1, "half": 0.5, "root": 2 ** -0.5}[amount]
        rows.append(norm(total) if where != "before" else total)
    return np.array(rows)


def loss_token_by_token(logits, targets, pad_id, *, amount, spread, mean, unit, ends, cool):
    sums, weights = [], []
    for sentence, rights in zip(logits, targets, strict=True):
        real = [t for t in range(len(rights)) if rights[t] != pad_id]
        total = weight = 0.0
        for t in real:
            z = sentence[t] / (2 if cool == "half" else 1)
            log_p = z - np.log(sum(np.exp(z)))
            share = {"all": range(len(z)), "others": set(range(len(z))) - {rights[t]},
                     "real": set(range(len(z))) - {rights[t], pad_id}}[spread]
            target = np.zeros(len(z))
            target[list(share)] = float(amount) / len(share)
            target[rights[t]] += 1 - float(amount)
            times = 2 if ends == "twice" and t == real[-1] else 1
            total -= times * (target * log_p).sum() / (np.log(2) if unit == "bits" else 1)
            weight += times
        sums.append(total)
        weights.append(weight)
    if mean == "tokens":
        return sum(sums) / sum(weights)
    return sum(sums) if mean == "sum" else sum(s / w for s, w in zip(sums, weights, strict=True)) / len(sums)


def adam_number_by_number(p, g, m, v, t, lr, *, correction, root, decay, limit, betas, order, t_from):
    a, b = {"usual": (0.9, 0.999), "paper": (0.9, 0.98), "slow": (0.95, 0.99)}[betas]
    t, length = t if t_from == "one" else t + 1, sum(x * x for x in g) ** 0.5
    new = []
    for p_i, g_i, m_i, v_i in zip(p, g, m, v, strict=True):
        if limit == "length" and length > 1:
            g_i = g_i / length
        if limit == "each":
            g_i = min(max(g_i, -1), 1)
        if decay == "gradient":
            g_i = g_i + 0.1 * p_i
        m_i, v_i = a * m_i + (1 - a) * g_i, b * v_i + (1 - b) * g_i * g_i
        top, below = (m_i / (1 - a ** t), v_i / (1 - b ** t)) if correction == "both" else (m_i, v_i)
        below = below ** 0.5 + 0.01 if root == "outside" else (below + 0.01) ** 0.5
        new.append((p_i - lr * top / below - (lr * 0.1 * p_i if decay == "apart" else 0), m_i, v_i))
    p, m, v = (np.array(column) for column in zip(*new, strict=True))
    return (p, m, v) if order == "p" else (m, v, p)


def rank_by_sorting(log_p, lengths, ended, *, penalty, alpha, counted, unfinished, scores, best):
    alpha, found = float(alpha), []
    for x, n, done in zip(log_p, lengths, ended, strict=True):
        n = max(n - 1, 1) if counted == "words" and done else n
        score = {"wu": x / ((5 + n) / 6) ** alpha, "power": x / n ** alpha, "reward": x + alpha * n}[penalty]
        found.append(score - (2 if unfinished == "fined" and not done else 0))
    def place(i):
        return (unfinished == "last" and not ended[i], -found[i] if best == "high" else found[i], i)
    order = sorted(range(len(found)), key=place)
    return np.array(order), np.array([found[i] for i in order] if scores == "ranked" else found)


NUMBER_BY_NUMBER = {"attention": attention_by_rows, "masks": mask_by_places, "heads": heads_one_by_one,
             "positions": positions_number_by_number, "residual": residual_by_rows, "loss": loss_token_by_token,
             "optimiser": adam_number_by_number, "beam": rank_by_sorting}
