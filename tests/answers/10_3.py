# %% prelude
import math
import torch

def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

# %% wrong: parents forgotten, row i continues row i
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[:1].expand(len(token), -1) if n == 1 else target[torch.arange(len(token)) % len(target)], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: raw logits, log_softmax missing
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: probabilities instead of their logarithms
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: finished sentences keep no place
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) >= beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: stops at the first finished sentence
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if finished:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: length counts bos too
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, len(ids), alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: penalty by max_len, the same for all
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, max_len, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: winner chosen by log p, score with penalty
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((s.item(), n, ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    log_p, n, ids = max(finished)
    return ids, length_penalty_score(log_p, n, alpha)

# %% wrong: score returned without the penalty
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), s.item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    _, log_p, ids = max(finished)
    return ids, log_p

# %% wrong: alpha ignored
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, 0.6).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: eos cut off
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:-1].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: bos returned, too
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids.tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: nothing stands in when none has finished
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams, done = [([bos_id], 0.0)], []
    for n in range(1, max_len + 1):
        target = torch.tensor([ids for ids, _ in beams])
        logits = model(source.expand(len(target), -1), target)[:, -1]
        scores, parent, token = beam_step(torch.tensor([p for _, p in beams]), logits.log_softmax(-1),
                                          beam_size - len(done))
        new = []
        for s, b, t in zip(scores.tolist(), parent.tolist(), token.tolist()):
            if t == eos_id:
                done.append((beams[b][0][1:] + [t], length_penalty_score(s, n, alpha)))
            else:
                new.append((beams[b][0] + [t], s))
        beams = new
        if not beams:
            break
    return max(done, key=lambda pair: pair[1])

# %% wrong: unfinished beginnings compete with finished ones
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    for ids, s in zip(target, log_p):
        finished.append((length_penalty_score(s, max_len, alpha).item(), ids[1:].tolist()))
    score, ids = max(finished)
    return ids, score

# %% wrong: begins with beam_size equal rows
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.full((beam_size, 1), bos_id), torch.zeros(beam_size), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: finished ones stay in the beam and are continued
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        log_p = scores
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: prunes by the penalised score
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], length_penalty_score(scores[~ended], n, alpha)
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: one round too few, and log p of each round only
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(torch.zeros(len(target)), next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: logits of the first position
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, 0]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: stand-in without the length penalty
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), log_p[best].item()
    score, ids = max(finished)
    return ids, score

# %% right: tensors, finished ones in a list
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(dim=-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, s in zip(target[ended], scores[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% right: a list of beginnings, each with its log p
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams, done, n = [([], 0.0)], [], 0
    while n < max_len and len(done) < beam_size:
        n += 1
        target = torch.tensor([[bos_id, *ids] for ids, _ in beams])
        next_log_p = model(source.expand(len(beams), -1), target)[:, -1].log_softmax(-1)
        log_p = torch.tensor([p for _, p in beams])
        triples = zip(*(x.tolist() for x in beam_step(log_p, next_log_p, beam_size - len(done))))
        continued = [(beams[b][0] + [t], s) for s, b, t in triples]
        done += [(ids, length_penalty_score(s, n, alpha)) for ids, s in continued if ids[-1] == eos_id]
        beams = [(ids, s) for ids, s in continued if ids[-1] != eos_id]
    if done:
        return max(done, key=lambda pair: pair[1])
    ids, s = max(beams, key=lambda pair: pair[1])
    return ids, length_penalty_score(s, n, alpha)

# %% right: best so far kept, no list of finished ones
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    places, winner, winning = beam_size, None, -math.inf
    beginnings = torch.full((1, 1), bos_id)
    log_p = torch.zeros(1)
    for length in range(1, max_len + 1):
        repeated = source.expand(beginnings.shape[0], -1)
        table = torch.log_softmax(model(repeated, beginnings)[:, -1, :], dim=-1)
        log_p, parent, token = beam_step(log_p, table, places)
        beginnings = torch.cat([beginnings.index_select(0, parent), token[:, None]], dim=1)
        alive = []
        for i in range(len(token)):
            if token[i] != eos_id:
                alive.append(i)
                continue
            places -= 1
            score = float(length_penalty_score(log_p[i], length, alpha))
            if winner is None or score > winning:
                winner, winning = beginnings[i, 1:].tolist(), score
        beginnings, log_p = beginnings[alive], log_p[alive]
        if places == 0:
            break
    if winner is None:
        return beginnings[0, 1:].tolist(), float(length_penalty_score(log_p[0], max_len, alpha))
    return winner, winning

# %% right: own step inside, scores computed at the end
def extend(model, source, rows, log_p, places):
    """The best continuations: rows (K, T) and log_p (K,) -> longer rows (places, T + 1), log p."""
    total = log_p[:, None] + model(source.repeat(len(rows), 1), rows)[:, -1].log_softmax(-1)
    best, where = total.view(-1).topk(places)
    parent, token = where // total.size(1), where % total.size(1)
    return torch.cat([rows[parent], token[:, None]], 1), best

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    rows, log_p = torch.tensor([[bos_id]]), torch.zeros(1)
    finished = []
    for _ in range(max_len):
        rows, log_p = extend(model, source, rows, log_p, beam_size - len(finished))
        over = rows[:, -1] == eos_id
        finished.extend(zip(rows[over][:, 1:].tolist(), log_p[over].tolist()))
        rows, log_p = rows[~over], log_p[~over]
        if len(finished) == beam_size:
            break
    candidates = finished or [(rows[0, 1:].tolist(), log_p[0].item())]
    scored = [(ids, p / ((5 + len(ids)) / 6) ** alpha) for ids, p in candidates]
    return max(scored, key=lambda pair: pair[1])

# %% prelude
import math
import torch

def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]
# %% wrong: begins with beam_size copies of bos
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.full((beam_size, 1), bos_id)
    log_p = torch.zeros(beam_size)
    finished = []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p, n, alpha)
        for i in ended.nonzero().flatten().tolist():
            finished.append((scores[i].item(), target[i, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) >= beam_size:
            break
    if not finished:
        i = log_p.argmax()
        return target[i, 1:].tolist(), length_penalty_score(log_p[i], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score
# %% wrong: stops at the first finished sentence, another one
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p = torch.tensor([[bos_id]]), torch.zeros(1)
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        scores = length_penalty_score(log_p, n, alpha)
        for i in range(beam_size):
            if token[i] == eos_id:
                return target[i, 1:].tolist(), scores[i].item()
    return target[0, 1:].tolist(), scores[0].item()
# %% wrong: finished sentences keep no place, the beam stays as wide
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), 2 * beam_size)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for row, lp in zip(target[ended], log_p[ended]):
            finished.append((length_penalty_score(lp, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~ended][:beam_size], log_p[~ended][:beam_size]
        if len(finished) >= beam_size:
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    return target[0, 1:].tolist(), length_penalty_score(log_p[0], max_len, alpha).item()
# %% wrong: unfinished beginnings compete at the end
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        going = []
        for i, t in enumerate(token.tolist()):
            if t == eos_id:
                finished.append((length_penalty_score(log_p[i], n, alpha).item(), target[i, 1:].tolist()))
            else:
                going.append(i)
        target, log_p = target[going], log_p[going]
        if len(finished) == beam_size:
            break
    for i in range(len(target)):
        finished.append((length_penalty_score(log_p[i], n, alpha).item(), target[i, 1:].tolist()))
    score, ids = max(finished)
    return ids, score
# %% wrong: chooses by score, but returns log p
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, lp in zip(target[ended, 1:].tolist(), log_p[ended].tolist()):
            finished.append((ids, lp))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(target[log_p.argmax(), 1:].tolist(), log_p.max().item())]
    return max(finished, key=lambda f: length_penalty_score(torch.tensor(f[1]), len(f[0]), alpha).item())
# %% wrong: bos counted in the length
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for _ in range(max_len):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p, target.shape[1], alpha)
        finished += list(zip(scores[ended].tolist(), target[ended, 1:].tolist()))
        if not (~ended).any():
            break
        target, log_p = target[~ended], log_p[~ended]
    if not finished:
        finished = [(length_penalty_score(log_p[0], target.shape[1], alpha).item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score
# %% wrong: nothing finished is an error
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for i in torch.where(ended)[0]:
            finished.append((length_penalty_score(log_p[i], n, alpha).item(), target[i, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    score, ids = sorted(finished, reverse=True)[0]
    return ids, score
# %% wrong: eos cut off the answer
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        ended = token == eos_id
        for i in torch.where(ended)[0].tolist():
            finished.append((length_penalty_score(log_p[i], n, alpha).item(), target[parent[i], 1:].tolist()))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)[~ended]
        log_p = log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        return target[0, 1:].tolist(), length_penalty_score(log_p[0], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score
# %% right: tensors
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    """The best translation that a beam finds for source (1, T_k): its ids with eos, and its score."""
    target, log_p = torch.tensor([[bos_id]]), torch.zeros(1)
    best_ids, best_score, n_finished = None, -math.inf, 0
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - n_finished)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        scores = length_penalty_score(log_p, n, alpha)
        ended = token == eos_id
        for i in ended.nonzero().flatten().tolist():
            n_finished += 1
            if best_ids is None or scores[i] > best_score:
                best_ids, best_score = target[i, 1:].tolist(), scores[i].item()
        target, log_p, scores = target[~ended], log_p[~ended], scores[~ended]
        if n_finished == beam_size:
            break
    if best_ids is None:
        i = int(log_p.argmax())
        return target[i, 1:].tolist(), scores[i].item()
    return best_ids, best_score
# %% right: Python tuples, own sorting
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beam = [([bos_id], 0.0)]
    done = []
    for _ in range(max_len):
        candidates = []
        for ids, lp in beam:
            rates = torch.log_softmax(model(source, torch.tensor([ids]))[0, -1], dim=0)
            for token, rate in enumerate(rates.tolist()):
                candidates.append((ids + [token], lp + rate))
        candidates.sort(key=lambda c: c[1], reverse=True)
        kept = candidates[: beam_size - len(done)]
        done += [c for c in kept if c[0][-1] == eos_id]
        beam = [c for c in kept if c[0][-1] != eos_id]
        if len(done) == beam_size:
            break

    def score(c):
        return float(length_penalty_score(torch.tensor([c[1]]), len(c[0]) - 1, alpha)[0])

    if done:
        winner = max(done, key=score)
    else:
        winner = max(beam, key=lambda c: c[1])
    return winner[0][1:], score(winner)
# %% right: recursion over the rounds
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    def rounds(target, log_p, finished, n):
        if len(finished) == beam_size or n > max_len:
            return target, log_p, finished
        logits = model(source.expand(target.size(0), -1), target)
        log_p, parent, token = beam_step(log_p, logits[:, -1, :].log_softmax(dim=-1), beam_size - len(finished))
        target = torch.cat((target.index_select(0, parent), token.view(-1, 1)), dim=-1)
        new = [(row[1:].tolist(), length_penalty_score(log_p[i:i + 1], torch.tensor([n]), alpha).item())
               for i, row in enumerate(target) if row[-1] == eos_id]
        alive = token.ne(eos_id)
        return rounds(target[alive], log_p[alive], finished + new, n + 1)

    target, log_p, finished = rounds(torch.full((1, 1), bos_id), torch.zeros(1), [], 1)
    if finished:
        return sorted(finished, key=lambda pair: -pair[1])[0]
    best = log_p.argmax().item()
    n = target.shape[1] - 1
    return [int(i) for i in target[best][1:]], float(length_penalty_score(log_p, n, alpha)[best])

# %% prelude
import math
import torch

def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, index = total.flatten().topk(beam_size)
    vocab_size = next_log_p.shape[1]
    return scores, index // vocab_size, index % vocab_size
# %% wrong: bos counted in the length, once more
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for _ in range(max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        places = beam_size - len(finished)
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), places)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        n = target.shape[1]
        for ids, lp in zip(target[ended], log_p[ended]):
            finished.append((length_penalty_score(lp, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) >= beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], target.shape[1], alpha).item()
    score, ids = max(finished, key=lambda pair: pair[0])
    return ids, score
# %% wrong: the beam does not become narrower
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, lp in zip(target[ended], log_p[ended]):
            finished.append((length_penalty_score(lp, n, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished, key=lambda pair: pair[0])
    return ids, score
# %% wrong: the winner is chosen by log p, the penalty only computed for it
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += [(lp, ids[1:].tolist()) for lp, ids in zip(log_p[ended], target[ended])]
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(lp, ids[1:].tolist()) for lp, ids in zip(log_p, target)]
    best_log_p, best_ids = max(finished, key=lambda f: f[0])
    return best_ids, float(length_penalty_score(best_log_p, len(best_ids), alpha))
# %% wrong: nothing finished, so max of an empty list
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p = torch.tensor([[bos_id]]), torch.tensor([0.0])
    finished = {}
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(dim=-1), beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(-1)], dim=-1)
        keep = []
        for i in range(len(token)):
            if token[i] == eos_id:
                finished[tuple(target[i, 1:].tolist())] = length_penalty_score(log_p[i], n, alpha).item()
            else:
                keep.append(i)
        target, log_p = target[keep], log_p[keep]
        if len(finished) == beam_size:
            break
    best = max(finished, key=finished.get)
    return list(best), finished[best]
# %% right: beginnings as plain lists, without beam_step
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beam, done = [(0.0, [bos_id])], []
    for n in range(1, max_len + 1):
        ids = torch.tensor([beginning for _, beginning in beam])
        shares = model(source.expand(len(beam), -1), ids)[:, -1].log_softmax(-1)
        candidates = [(log_p + step, beginning + [token])
                      for (log_p, beginning), row in zip(beam, shares.tolist()) for token, step in enumerate(row)]
        candidates.sort(key=lambda candidate: candidate[0], reverse=True)
        best = candidates[: beam_size - len(done)]
        penalty = ((5 + n) / 6) ** alpha
        done += [(log_p / penalty, beginning[1:]) for log_p, beginning in best if beginning[-1] == eos_id]
        beam = [(log_p, beginning) for log_p, beginning in best if beginning[-1] != eos_id]
        if len(done) == beam_size:
            break
    if done:
        score, winner = max(done, key=lambda pair: pair[0])
        return winner, score
    log_p, beginning = beam[0]
    return beginning[1:], log_p / ((5 + max_len) / 6) ** alpha
