"""Lesson 10: right answers, written otherwise than the solutions."""
import torch


def _score_by_exponential(log_p, n, alpha):
    if not torch.is_tensor(n):
        n = torch.tensor(n)
    return log_p * torch.exp(-alpha * torch.log((n + 5.0) / 6.0))


def _score_one_by_one(log_p, n, alpha):
    lengths = n.tolist() if torch.is_tensor(n) else [n] * len(log_p)
    return torch.stack([p * 6 ** alpha / (5 + m) ** alpha for p, m in zip(log_p, lengths, strict=True)])


def _step_by_sorting(log_p, next_log_p, beam_size):
    table = next_log_p + log_p[:, None]
    order = table.reshape(-1).argsort(descending=True)[:beam_size]
    parent = torch.div(order, table.shape[1], rounding_mode="floor")
    token = order - parent * table.shape[1]
    return table[parent, token], parent, token


def _step_in_two_stages(log_p, next_log_p, beam_size):
    per_row, tokens = next_log_p.topk(min(beam_size, next_log_p.shape[1]), dim=-1)
    scores, place = (log_p.view(-1, 1) + per_row).view(-1).topk(beam_size)
    return scores, place // per_row.shape[1], tokens.reshape(-1)[place]


def _step_with_lists(log_p, next_log_p, beam_size):
    candidates = [(float(log_p[i] + next_log_p[i, j]), i, j)
                  for i in range(next_log_p.size(0)) for j in range(next_log_p.size(1))]
    best = sorted(candidates, key=lambda c: c[0], reverse=True)[:beam_size]
    scores, parent, token = zip(*best, strict=True)
    return torch.tensor(scores, dtype=log_p.dtype), torch.tensor(parent), torch.tensor(token)


def _search_with_lists(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams, done = [(0.0, [bos_id])], []
    for _ in range(max_len):
        candidates = []
        for log_p, ids in beams:
            following = torch.log_softmax(model(source, torch.tensor([ids]))[0, -1], dim=-1)
            candidates += [(log_p + following[token].item(), [*ids, token]) for token in range(len(following))]
        candidates.sort(key=lambda c: -c[0])
        best = candidates[: beam_size - len(done)]
        done += [c for c in best if c[1][-1] == eos_id]
        beams = [c for c in best if c[1][-1] != eos_id]
        if not beams:
            break

    def score(candidate):
        return candidate[0] / ((5 + len(candidate[1]) - 1) / 6) ** alpha
    winner = max(done or beams[:1], key=score)
    return torch.tensor(winner[1][1:]), score(winner)


def _search_in_fixed_tensors(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.full((beam_size, 1), bos_id)
    log_p = torch.full((beam_size,), -torch.inf, dtype=torch.float64)
    log_p[0] = 0.0
    best_ids, best_score, places = None, -torch.inf, beam_size
    for n in range(1, max_len + 1):
        logits = model(source.repeat(beam_size, 1), target)[:, -1]
        table = log_p[:, None] + logits - logits.logsumexp(-1, keepdim=True)
        log_p, index = table.flatten().topk(beam_size)
        log_p[places:] = -torch.inf
        target = torch.cat([target[index // table.shape[1]], (index % table.shape[1])[:, None]], 1)
        for i in range(beam_size):
            if target[i, -1] == eos_id and log_p[i] > -torch.inf:
                score = log_p[i] / ((5 + n) / 6) ** alpha
                places -= 1
                if score > best_score:
                    best_ids, best_score = target[i, 1:], score
                log_p[i] = -torch.inf
        if places == 0:
            break
    if best_ids is None:
        return target[0, 1:], log_p[0] / ((5 + n) / 6) ** alpha
    return best_ids, best_score


def _search_that_ends_when_none_can_overtake(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        table = (log_p[:, None] + following).flatten()
        log_p, index = table.topk(beam_size - len(finished))
        token = index % following.shape[1]
        target = torch.cat([target[index // following.shape[1]], token[:, None]], dim=1)
        ended = token == eos_id
        finished += [(p / ((5 + n) / 6) ** alpha, row)
                     for p, row in zip(log_p[ended].tolist(), target[ended, 1:].tolist(), strict=True)]
        target, log_p = target[~ended], log_p[~ended]
        if len(log_p) == 0 or finished and max(finished)[0] >= log_p.max().item() / ((5 + max_len) / 6) ** alpha:
            break
    score, ids = max(finished or [(log_p[0].item() / ((5 + max_len) / 6) ** alpha, target[0, 1:].tolist())])
    return ids, score


def _cache_by_hand(attention, x, past):
    heads = attention.n_heads
    q, k, v = (w(x).unflatten(-1, (heads, -1)).transpose(1, 2)
               for w in (attention.w_q, attention.w_k, attention.w_v))
    known = {} if past is None else {"k": past[0], "v": past[1]}
    k = torch.cat((known["k"], k), -2) if known else k
    v = torch.cat((known["v"], v), -2) if known else v
    weights = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
    return attention.w_o((weights @ v).transpose(1, 2).flatten(2)), [k, v]


def _cache_under_an_open_mask(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past:
        k, v = (torch.cat([old, new], dim=2) for new, old in zip((k, v), past, strict=True))
    mask = torch.ones(1, k.shape[2], dtype=torch.bool)
    return attention.attend(attention.queries(x), k, v, mask)[0], [k, v]


VARIANTS = {
    "10.1": [_score_by_exponential, _score_one_by_one],
    "10.2": [_step_by_sorting, _step_in_two_stages, _step_with_lists],
    "10.3": [_search_with_lists, _search_in_fixed_tensors, _search_that_ends_when_none_can_overtake],
    "10.5": [_cache_by_hand, _cache_under_an_open_mask],
}
