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
# %% prelude
import math
import torch


def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha


def beam_step(log_p, next_log_p, beam_size):
    scores, places = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    return scores, places // next_log_p.shape[1], places % next_log_p.shape[1]
# %% wrong: parents forgotten: each token is appended to the beginning in its own row
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        if len(target) == 1:
            target = target.expand(len(token), -1)
        target = torch.cat([target, token[:, None]], dim=1)
        ended = token == eos_id
        for s, row in zip(scores[ended], target[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    best = log_p.argmax()
    return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
# %% wrong: logits are summed without log_softmax
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p, n, alpha)
        finished += [(scores[i].item(), target[i, 1:].tolist()) for i in range(len(token)) if ended[i]]
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) >= beam_size:
            break
    if not finished:
        scores = length_penalty_score(log_p, max_len, alpha)
        return target[scores.argmax(), 1:].tolist(), scores.max().item()
    score, ids = max(finished)
    return ids, score
# %% wrong: finished sentences keep no place: every round takes beam_size continuations
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams, log_p = torch.tensor([[bos_id]]), torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(beams), -1), beams)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size)
        beams = torch.cat([beams[parent], token.unsqueeze(1)], dim=1)
        done = token == eos_id
        for lp, ids in zip(log_p[done], beams[done]):
            finished.append((ids[1:].tolist(), float(length_penalty_score(lp, n, alpha))))
        beams, log_p = beams[~done], log_p[~done]
        if len(finished) >= beam_size or len(beams) == 0:
            break
    if finished:
        return max(finished, key=lambda pair: pair[1])
    return beams[0, 1:].tolist(), float(length_penalty_score(log_p[0], max_len, alpha))
# %% wrong: stops with the first finished sentence
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p = torch.tensor([[bos_id]]), torch.zeros(1)
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        for i in range(len(token)):
            if token[i] == eos_id:                      # sorted, so the first one is the best
                return target[i, 1:].tolist(), length_penalty_score(log_p[i], n, alpha).item()
    return target[0, 1:].tolist(), length_penalty_score(log_p[0], max_len, alpha).item()
# %% wrong: the penalised score is carried on into the next round in place of log p
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, score, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        score, parent, token = beam_step(score, next_log_p, beam_size - len(finished))
        score = length_penalty_score(score, n, alpha)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += zip(score[ended].tolist(), target[ended, 1:].tolist())
        target, score = target[~ended], score[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = list(zip(score.tolist(), target[:, 1:].tolist()))
    best_score, ids = max(finished)
    return ids, best_score
# %% wrong: after max_len rounds the unfinished beginnings compete with the finished sentences
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, candidates = torch.tensor([[bos_id]]), torch.zeros(1), []
    finished = 0
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - finished)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        over = (token == eos_id) | (n == max_len)
        scores = length_penalty_score(log_p, n, alpha)
        candidates += [(s, row) for s, row in zip(scores[over].tolist(), target[over, 1:].tolist())]
        target, log_p = target[~over], log_p[~over]
        finished = len(candidates)
        if finished == beam_size:
            break
    score, ids = max(candidates)
    return ids, score
# %% wrong: length for the penalty counts bos as well (row length of the target, n + 1)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    while target.shape[1] <= max_len and len(finished) < beam_size:
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        scores = length_penalty_score(log_p, target.shape[1], alpha)
        going = []
        for i, t in enumerate(token.tolist()):
            if t == eos_id:
                finished.append((scores[i].item(), target[i, 1:].tolist()))
            else:
                going.append(i)
        target, log_p = target[going], log_p[going]
    if not finished:
        finished = [(length_penalty_score(log_p, max_len, alpha)[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score
# %% wrong: if none has finished, the plain log-probability is returned, without penalty
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += zip(length_penalty_score(log_p[ended], n, alpha).tolist(), target[ended, 1:].tolist())
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax().item()
        return target[best, 1:].tolist(), log_p[best].item()
    score, ids = max(finished)
    return ids, score
# %% wrong: chooses among the finished by log p and penalises only the number that it returns
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for _ in range(max_len):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished.extend(zip(log_p[ended], target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = list(zip(log_p, target[:, 1:].tolist()))
    best_log_p, ids = max(finished, key=lambda pair: pair[0])
    return ids, length_penalty_score(best_log_p, len(ids), alpha).item()
# %% right: beginnings as Python lists, finished ones in a dictionary of lists
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    alive, log_p = [[]], torch.zeros(1)
    finished = {"ids": [], "score": []}
    for n in range(1, max_len + 1):
        target = torch.tensor([[bos_id, *ids] for ids in alive])
        table = torch.log_softmax(model(source.repeat(len(alive), 1), target)[:, -1, :], dim=-1)
        places = min(beam_size - len(finished["ids"]), table.numel())
        values, parent, token = beam_step(log_p, table, places)
        longer = [alive[p] + [t] for p, t in zip(parent.tolist(), token.tolist())]
        going = []
        for i, ids in enumerate(longer):
            if ids[-1] == eos_id:
                finished["ids"].append(ids)
                finished["score"].append(length_penalty_score(values[i:i + 1], n, alpha).item())
            else:
                going.append(i)
        alive, log_p = [longer[i] for i in going], values[going]
        if not alive or len(finished["ids"]) == beam_size:
            break
    if finished["ids"]:
        best = max(range(len(finished["score"])), key=finished["score"].__getitem__)
        return finished["ids"][best], finished["score"][best]
    best = max(range(len(alive)), key=lambda i: log_p[i].item())
    return alive[best], length_penalty_score(log_p[best:best + 1], max_len, alpha).item()
# %% right: recursion, one call a round
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    def scored(log_p, target):
        ids = target[:, 1:]
        scores = length_penalty_score(log_p, ids.shape[1], alpha)
        return [(row.tolist(), float(score)) for row, score in zip(ids, scores, strict=True)]

    def search(target, log_p, finished):
        if len(finished) >= beam_size or len(target) == 0:
            return finished
        if target.shape[1] > max_len:
            return finished or scored(log_p, target)
        logits = model(source.expand(target.shape[0], -1), target)[:, -1]
        places = min(beam_size - len(finished), logits.numel())
        log_p, parent, token = beam_step(log_p, logits.log_softmax(dim=-1), places)
        target = torch.cat([target.index_select(0, parent), token.view(-1, 1)], dim=1)
        end = token.eq(eos_id)
        return search(target[~end], log_p[~end], finished + scored(log_p[end], target[end]))

    found = search(torch.full((1, 1), bos_id), torch.zeros(1), [])
    return max(found, key=lambda pair: pair[1])
# %% prelude
import math
import torch
import torch.nn.functional as F

def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]
# %% wrong: begins with beam_size copies of bos that all count, so that the beam is filled with duplicates
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    """The best translation that a beam finds for source (1, T_k): its ids with eos, and its score."""
    target = torch.full((beam_size, 1), bos_id)
    log_p = torch.zeros(beam_size)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        places = beam_size - len(finished)
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), places)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        done = token == eos_id
        scores = length_penalty_score(log_p, n, alpha)
        finished += [(scores[i].item(), target[i, 1:].tolist()) for i in range(len(token)) if done[i]]
        log_p, target = log_p[~done], target[~done]
        if len(finished) >= beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p, max_len, alpha)[best].item()
    score, ids = max(finished, key=lambda pair: pair[0])
    return ids, score
# %% wrong: appends the tokens to row 0, 1, 2, ... and not to their parents' beginnings
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams = torch.full((beam_size, 1), bos_id, dtype=torch.long)
    log_p = torch.full((beam_size,), float("-inf"))
    log_p[0] = 0.0
    finished_ids, finished_scores = [], []
    for step in range(max_len):
        out = model(source.expand(beams.size(0), -1), beams)
        next_log_p = F.log_softmax(out[:, -1, :], dim=-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished_ids))
        beams = torch.cat([beams, token[:, None]], dim=-1)
        alive = []
        for i in range(beams.size(0)):
            if token[i].item() == eos_id:
                finished_ids.append(beams[i, 1:].tolist())
                finished_scores.append(length_penalty_score(log_p[i:i + 1], step + 1, alpha).item())
            else:
                alive.append(i)
        beams, log_p = beams[alive], log_p[alive]
        if len(finished_ids) == beam_size:
            break
    if len(finished_ids) == 0:
        i = log_p.argmax().item()
        return beams[i, 1:].tolist(), length_penalty_score(log_p[i:i + 1], max_len, alpha).item()
    i = finished_scores.index(max(finished_scores))
    return finished_ids[i], finished_scores[i]
# %% wrong: takes the length with bos for the score (n one too large)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    score_of = lambda rows, p: length_penalty_score(p, rows.shape[1], alpha).tolist()
    for _ in range(max_len):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        finished.extend(zip(score_of(target[ended], log_p[ended]), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = list(zip(score_of(target, log_p), target[:, 1:].tolist()))
    score, ids = max(finished)
    return ids, score
# %% wrong: finished sentences do not keep their place: every round continues beam_size beginnings
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    hypotheses = [([bos_id], 0.0)]
    finished = []
    for n in range(1, max_len + 1):
        target = torch.tensor([ids for ids, _ in hypotheses])
        log_p = torch.tensor([p for _, p in hypotheses])
        logits = model(source.expand(len(target), -1), target)[:, -1]
        scores, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size)
        new = []
        for s, p, t in zip(scores.tolist(), parent.tolist(), token.tolist()):
            ids = hypotheses[p][0] + [t]
            if t == eos_id:
                finished.append((ids[1:], length_penalty_score(torch.tensor([s]), n, alpha).item()))
            else:
                new.append((ids, s))
        hypotheses = new
        if len(finished) >= beam_size or not hypotheses:
            break
    if finished:
        return max(finished, key=lambda f: f[1])
    ids, s = max(hypotheses, key=lambda h: h[1])
    return ids[1:], length_penalty_score(torch.tensor([s]), max_len, alpha).item()
# %% wrong: the penalised score is carried into the next round as if it were log p, so that the penalties pile up
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        log_p = length_penalty_score(log_p, n, alpha)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        for i in (token == eos_id).nonzero().flatten().tolist():
            finished.append((log_p[i].item(), target[i, 1:].tolist()))
        going = token != eos_id
        target, log_p = target[going], log_p[going]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = list(zip(log_p.tolist(), target[:, 1:].tolist()))
    score, ids = max(finished, key=lambda x: x[0])
    return ids, score
# %% wrong: after max_len rounds unfinished beginnings compete with the finished sentences
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    rows = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    candidates = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(rows), -1), rows)[:, -1, :]
        log_p, parent, token = beam_step(log_p, torch.log_softmax(logits, dim=-1), beam_size - len(candidates))
        rows = torch.hstack([rows[parent], token[:, None]])
        end = token == eos_id
        for ids, p in zip(rows[end], log_p[end]):
            candidates.append((ids[1:].tolist(), float(length_penalty_score(p[None], n, alpha))))
        rows, log_p = rows[~end], log_p[~end]
        if len(candidates) == beam_size:
            break
    for ids, p in zip(rows, log_p):
        candidates.append((ids[1:].tolist(), float(length_penalty_score(p[None], max_len, alpha))))
    return max(candidates, key=lambda c: c[1])
# %% wrong: raw logits are added up, without log_softmax (right for the tree only, whose logits are log p)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p, n, alpha)
        finished += list(zip(scores[ended].tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = list(zip(scores.tolist(), target[:, 1:].tolist()))
    score, ids = max(finished)
    return ids, score
# %% right: hypotheses in Python lists, the model called once for each
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    alive = [(0.0, [bos_id])]
    done = []
    n = 0
    while n < max_len and len(done) < beam_size and alive:
        n += 1
        rows = [model(source, torch.tensor([ids]))[0, -1].log_softmax(-1) for _, ids in alive]
        table = torch.stack(rows)
        places = min(beam_size - len(done), table.numel())
        scores, parent, token = beam_step(torch.tensor([p for p, _ in alive], dtype=table.dtype), table, places)
        grown = [(s, alive[p][1] + [t]) for s, p, t in zip(scores.tolist(), parent.tolist(), token.tolist())]
        done += [(s, ids) for s, ids in grown if ids[-1] == eos_id]
        alive = [(s, ids) for s, ids in grown if ids[-1] != eos_id]
    chosen = done
    if not done:
        chosen = [max(alive, key=lambda pair: pair[0])]
    best_score, best_ids = -math.inf, None
    for s, ids in chosen:
        score = length_penalty_score(torch.tensor([s], dtype=torch.float64), len(ids) - 1, alpha).item()
        if best_ids is None or score > best_score:
            best_score, best_ids = score, ids[1:]
    return best_ids, best_score
# %% right: one tensor of ids, finished rows put aside with their scores, argmax at the end
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    ids = source.new_full((1, 1), bos_id)
    log_p = None
    kept, kept_scores = [], []
    for length in range(1, max_len + 1):
        next_log_p = model(source.repeat(ids.shape[0], 1), ids)[:, -1, :]
        next_log_p = next_log_p - next_log_p.logsumexp(dim=-1, keepdim=True)
        if log_p is None:
            log_p = next_log_p.new_zeros(1)
        log_p, parent, token = beam_step(log_p, next_log_p, min(beam_size - len(kept), next_log_p.numel()))
        ids = torch.cat((ids.index_select(0, parent), token.view(-1, 1)), 1)
        is_eos = token.eq(eos_id)
        if is_eos.any():
            kept.extend(ids[is_eos, 1:].unbind(0))
            kept_scores.extend(length_penalty_score(log_p[is_eos], length, alpha).unbind(0))
        ids, log_p = ids[is_eos.logical_not()], log_p[is_eos.logical_not()]
        if len(kept) == beam_size or ids.shape[0] == 0:
            break
    if kept:
        scores = torch.stack(kept_scores)
        return kept[int(scores.argmax())].tolist(), float(scores.max())
    best = int(log_p.argmax())
    return ids[best, 1:].tolist(), float(length_penalty_score(log_p[best : best + 1], max_len, alpha))


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
from classroom import exercises

length_penalty_score, beam_step = (exercises.get(id).reference for id in ("10.1", "10.2"))

# %% wrong: beam_size is lowered for each finished one AND compared with len(finished): stops at half
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        for lp, ids in zip(log_p[ended], target[ended]):
            finished.append((length_penalty_score(lp[None], n, alpha).item(), ids[1:].tolist()))
            beam_size -= 1
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        finished = [(length_penalty_score(log_p[:1], n, alpha).item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: while target.shape[1] < max_len: bos is counted, one round too few (and none at all with max_len 1)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    while target.shape[1] < max_len and len(finished) < beam_size:
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        for lp, ids in zip(log_p[ended], target[ended]):
            finished.append((length_penalty_score(lp[None], len(ids) - 1, alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
    if not finished:
        finished = [(length_penalty_score(log_p[:1], max_len, alpha).item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: the penalised scores, not log p, are carried into the next round
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        log_p = length_penalty_score(log_p, n, alpha)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += list(zip(log_p[ended].tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(log_p[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: the softmax is taken over the positions: log_softmax(1) before [:, -1]
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target).log_softmax(1)[:, -1]
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p[ended], n, alpha)
        finished += list(zip(scores.tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(length_penalty_score(log_p[:1], n, alpha).item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: stops as soon as the best finished score beats all that is alive (penalised so far): early stopping
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p[ended], n, alpha)
        finished += list(zip(scores.tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
        if finished and max(finished)[0] >= length_penalty_score(log_p, n, alpha).max():
            break
    if not finished:
        finished = [(length_penalty_score(log_p[:1], n, alpha).item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: after max_len rounds the unfinished ones compete with the finished ones
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        scores = length_penalty_score(log_p[ended], n, alpha)
        finished += list(zip(scores.tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    rest = length_penalty_score(log_p, max_len, alpha).tolist()
    score, ids = max(finished + list(zip(rest, target[:, 1:].tolist())))
    return ids, score

# %% wrong: the beam starts with beam_size copies of bos, and the winner is taken by log p (penalty only for the number re
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.full((beam_size, 1), bos_id)
    log_p, finished = torch.zeros(beam_size), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += list(zip(log_p[ended].tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(log_p[0].item(), target[0, 1:].tolist())]
    lp, ids = max(finished)
    return ids, length_penalty_score(torch.tensor([lp]), len(ids), alpha).item()

# %% right: lists of Python ids, a dictionary of finished ones, numbers from tolist, no cat
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    alive, finished = {(): 0.0}, {}
    for n in range(1, max_len + 1):
        rows = list(alive)
        target = torch.tensor([(bos_id, *ids) for ids in rows])
        with torch.no_grad():
            next_log_p = torch.log_softmax(model(source.repeat(len(rows), 1), target)[:, -1, :], dim=-1)
        step = beam_step(torch.tensor(list(alive.values())), next_log_p, beam_size - len(finished))
        alive = {}
        for log_p, parent, token in zip(*(t.tolist() for t in step)):
            ids = rows[parent] + (token,)
            if token == eos_id:
                finished[ids] = float(length_penalty_score(torch.tensor([log_p]), n, alpha))
            else:
                alive[ids] = log_p
        if not alive:
            break
    if not finished:
        ids = max(alive, key=alive.get)
        return list(ids), float(length_penalty_score(torch.tensor([alive[ids]]), max_len, alpha))
    best = max(finished, key=finished.get)
    return list(best), finished[best]

# %% prelude

# %% wrong: fairseq: 2 * beam candidates, finished ones take no place in the beam; stop at beam_size finished
import math
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        wanted = min(2 * beam_size, next_log_p.numel())
        scores, parent, token = beam_step(log_p, next_log_p, wanted)
        alive = []
        for i in range(wanted):
            if token[i] == eos_id:
                if i < beam_size and len(finished) < beam_size:
                    ids = target[parent[i], 1:].tolist() + [eos_id]
                    finished.append((length_penalty_score(scores[i], n, alpha).item(), ids))
            elif len(alive) < beam_size:
                alive.append(i)
        target = torch.cat([target[parent[alive]], token[alive].unsqueeze(1)], dim=1)
        log_p = scores[alive]
        if len(finished) >= beam_size:
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    return target[0, 1:].tolist(), length_penalty_score(log_p[0], max_len, alpha).item()

# %% wrong: mutable default argument: finished sentences of earlier calls stay in the list
import math
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len, finished=[]):
    target, log_p = torch.tensor([[bos_id]]), torch.zeros(1)
    for n in range(1, max_len + 1):
        places = beam_size - len(finished)
        if places <= 0:
            break
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        scores, parent, token = beam_step(log_p, next_log_p, places)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for s, row in zip(scores[ended], target[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
    if finished:
        score, ids = max(finished)
        return ids, score
    return target[0, 1:].tolist(), length_penalty_score(log_p[0], max_len, alpha).item()

# %% wrong: an unfinished beginning gets an eos stuck on ('ids with eos')
import math
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for s, row in zip(scores[ended], target[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    return target[0, 1:].tolist() + [eos_id], length_penalty_score(log_p[0], max_len, alpha).item()

# %% wrong: stops early when the best finished score beats log p of all that is left: valid for alpha = 0 alone
import math
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for s, row in zip(scores[ended], target[ended]):
            finished.append((length_penalty_score(s, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~ended], scores[~ended]
        if len(finished) == beam_size:
            break
        if finished and max(finished)[0] >= log_p.max().item():
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    return target[0, 1:].tolist(), length_penalty_score(log_p[0], max_len, alpha).item()

# %% right: beginnings as Python lists, the model asked for one at a time
import math
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams, done = [([bos_id], 0.0)], {}
    for n in range(1, max_len + 1):
        rows = [model(source, torch.tensor([ids]))[0, -1].log_softmax(dim=-1) for ids, _ in beams]
        s, b, t = beam_step(torch.tensor([p for _, p in beams]), torch.stack(rows), beam_size - len(done))
        grown = [(beams[j][0] + [k], p) for p, j, k in zip(s.tolist(), b.tolist(), t.tolist())]
        for ids, p in grown:
            if ids[-1] == eos_id:
                done[tuple(ids[1:])] = float(length_penalty_score(torch.tensor([p]), n, alpha)[0])
        beams = [(ids, p) for ids, p in grown if ids[-1] != eos_id]
        if not beams:
            break
    if not done:
        ids, p = max(beams, key=lambda pair: pair[1])
        return ids[1:], float(length_penalty_score(torch.tensor([p]), max_len, alpha)[0])
    best = max(done, key=done.get)
    return list(best), done[best]

# %% prelude
import math
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

# %% wrong: parents forgotten: token i is appended to row i (first round repeated by hand)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        places = beam_size - len(finished)
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), places)
        if len(target) == 1:
            target = target.expand(places, -1)
        target = torch.cat([target, token[:, None]], dim=1)
        done = token == eos_id
        for row, lp in zip(target[done], log_p[done]):
            finished.append((length_penalty_score(lp, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) >= beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: n counts bos too (the width of target)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for _ in range(max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        for row, lp in zip(target[done], log_p[done]):
            finished.append((length_penalty_score(lp, len(row), alpha).item(), row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], target.shape[1], alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: at max_len the unfinished beginnings compete with the finished sentences
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    candidates = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(candidates))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        for row, lp in zip(target[done], log_p[done]):
            candidates.append((length_penalty_score(lp, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(candidates) == beam_size:
            break
    for row, lp in zip(target, log_p):          # what is still open
        candidates.append((length_penalty_score(lp, max_len, alpha).item(), row[1:].tolist()))
    score, ids = max(candidates)
    return ids, score

# %% wrong: finished sentences do not take a place: always beam_size continuations
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        for row, lp in zip(target[done], log_p[done]):
            finished.append((length_penalty_score(lp, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% right: python lists, the model asked for one beginning at a time, own sorting
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    alive = [(0.0, [bos_id])]
    finished = []
    for n in range(1, max_len + 1):
        step = []
        for lp, ids in alive:
            logits = model(source, torch.tensor([ids]))[0, -1]
            for token, more in enumerate(logits.log_softmax(dim=0).tolist()):
                step.append((lp + more, ids + [token]))
        step.sort(key=lambda pair: pair[0], reverse=True)
        step = step[:beam_size - len(finished)]
        finished += [(length_penalty_score(torch.tensor(lp), n, alpha).item(), ids[1:])
                     for lp, ids in step if ids[-1] == eos_id]
        alive = [pair for pair in step if pair[1][-1] != eos_id]
        if not alive:
            break
    if finished:
        score, ids = max(finished, key=lambda pair: pair[0])
    else:
        lp, ids = alive[0]
        ids, score = ids[1:], length_penalty_score(torch.tensor(lp), max_len, alpha).item()
    return ids, score

# %% prelude
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

# %% wrong: n counts bos too
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for _ in range(max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        for lp, row in zip(log_p[done], target[done]):
            score = length_penalty_score(lp, len(row), alpha).item()
            finished.append((score, row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: places never get fewer: beam_size continuations in each round
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beams = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for step in range(1, max_len + 1):
        logits = model(source.expand(len(beams), -1), beams)[:, -1, :]
        scores, parent, token = beam_step(log_p, torch.log_softmax(logits, dim=-1), beam_size)
        new_beams, new_log_p = [], []
        for s, p, t in zip(scores, parent, token):
            row = torch.cat([beams[p], t.view(1)])
            if t == eos_id:
                finished.append((row[1:].tolist(), float(length_penalty_score(s, step, alpha))))
            else:
                new_beams.append(row)
                new_log_p.append(s)
        if len(finished) >= beam_size or not new_beams:
            break
        beams = torch.stack(new_beams)
        log_p = torch.stack(new_log_p)
    if finished:
        return max(finished, key=lambda f: f[1])
    best = int(log_p.argmax())
    return beams[best, 1:].tolist(), float(length_penalty_score(log_p[best], max_len, alpha))

# %% wrong: starts with beam_size copies of bos, all with log_p 0: the beam is full of duplicates
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.full((beam_size, 1), bos_id)
    log_p = torch.zeros(beam_size)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        alive = []
        for i in range(len(token)):
            if token[i] == eos_id:
                finished.append((length_penalty_score(log_p[i], n, alpha).item(), target[i, 1:].tolist()))
            else:
                alive.append(i)
        target, log_p = target[alive], log_p[alive]
        if len(finished) == beam_size:
            break
    if len(finished) == 0:
        i = log_p.argmax()
        return target[i, 1:].tolist(), length_penalty_score(log_p[i], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: winner chosen by log p, the penalty only applied to the returned score
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for _ in range(max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += list(zip(log_p[ended].tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(target) == 0:
            break
    if not finished:
        finished = list(zip(log_p.tolist(), target[:, 1:].tolist()))
    best_log_p, ids = max(finished)
    score = length_penalty_score(best_log_p, len(ids), alpha)
    return ids, score

# %% wrong: nothing finished: max of an empty list raises
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    rounds = 0
    while len(finished) < beam_size and rounds < max_len:
        rounds += 1
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        for s, row in zip(log_p[ended], target[ended]):
            finished.append((length_penalty_score(s, rounds, alpha).item(), row[1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
    score, ids = max(finished)
    return ids, score

# %% right: plain Python lists of beginnings, one at a time through the model
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    alive = [([bos_id], 0.0)]
    done = []
    for n in range(1, max_len + 1):
        rows = [model(source, torch.tensor([ids]))[0, -1].log_softmax(-1) for ids, _ in alive]
        so_far = torch.tensor([lp for _, lp in alive])
        scores, parent, token = beam_step(so_far, torch.stack(rows), beam_size - len(done))
        following = []
        for s, p, t in zip(scores.tolist(), parent.tolist(), token.tolist()):
            ids = alive[p][0] + [t]
            (done if t == eos_id else following).append((ids, s))
        alive = following
        if len(done) == beam_size:
            break
    pool = done if done else [max(alive, key=lambda b: b[1])]
    scored = [(ids[1:], lp / ((5 + len(ids) - 1) / 6) ** alpha) for ids, lp in pool]
    return max(scored, key=lambda pair: pair[1])

# %% prelude
import torch

# %% wrong: places do not shrink: beam_size continuations in every round
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        for ids, p in zip(target[ended, 1:].tolist(), log_p[ended]):
            finished.append((length_penalty_score(p, n, alpha).item(), ids))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) >= beam_size or not len(target):
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    best = log_p.argmax()
    return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()

# %% wrong: n counts bos too: target.shape[1]
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for _ in range(max_len):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        for ids, p in zip(target[ended], log_p[ended]):
            finished.append((length_penalty_score(p, len(ids), alpha).item(), ids[1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    best = log_p.argmax()
    return target[best, 1:].tolist(), length_penalty_score(log_p[best], target.shape[1], alpha).item()

# %% wrong: winner chosen by log p, the penalty only in the number returned
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for _ in range(max_len):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        ended = token == eos_id
        finished += list(zip(log_p[ended].tolist(), target[ended, 1:].tolist()))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    candidates = finished or list(zip(log_p.tolist(), target[:, 1:].tolist()))
    p, ids = max(candidates)
    return ids, length_penalty_score(torch.tensor(p), len(ids), alpha).item()

# %% wrong: unfinished beginnings compete with the finished ones at max_len
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, results = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(results))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        last = n == max_len
        keep = []
        for i in range(len(token)):
            if token[i] == eos_id or last:
                score = length_penalty_score(log_p[i], n, alpha).item()
                results.append((score, target[i, 1:].tolist()))
            else:
                keep.append(i)
        if len(results) == beam_size:
            break
        target, log_p = target[keep], log_p[keep]
    score, ids = max(results)
    return ids, score

# %% wrong: log_p of those that go on is cut from the front, not picked by index
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        scores, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        going = []
        for s, b, t in zip(scores, parent, token):
            ids = target[b].tolist() + [int(t)]
            if t == eos_id:
                finished.append((float(length_penalty_score(s, n, alpha)), ids[1:]))
            else:
                going.append(ids)
        if not going:
            break
        target = torch.tensor(going)
        log_p = scores[:len(going)]
    if finished:
        score, ids = max(finished)
        return ids, score
    return target[0, 1:].tolist(), float(length_penalty_score(log_p[0], max_len, alpha))

# %% right: plain Python lists, one call of the model for each beginning
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    beam, done = [([], 0.0)], []
    for n in range(1, max_len + 1):
        rows = []
        for ids, _ in beam:
            logits = model(source, torch.tensor([[bos_id, *ids]]))
            rows.append(torch.log_softmax(logits[0, -1], dim=0))
        step = beam_step(torch.tensor([p for _, p in beam]), torch.stack(rows), beam_size - len(done))
        children = [(beam[b][0] + [t], s) for s, b, t in zip(*(x.tolist() for x in step))]
        done += [(length_penalty_score(s, n, alpha), ids) for ids, s in children if ids[-1] == eos_id]
        beam = [child for child in children if child[0][-1] != eos_id]
        if not beam:
            break
    if not done:
        ids, p = beam[0]
        return ids, length_penalty_score(p, max_len, alpha)
    score, ids = max(done, key=lambda pair: pair[0])
    return ids, score

# %% prelude
from course.attention import causal_mask
import math
import torch

# %% wrong: n counts bos too, once more
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for _ in range(max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        scores = length_penalty_score(log_p, target.shape[1], alpha)
        done = token == eos_id
        for i in done.nonzero().flatten().tolist():
            finished.append((scores[i].item(), target[i, 1:].tolist()))
        target, log_p, scores = target[~done], log_p[~done], scores[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(scores[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: winner chosen by log p, its score returned
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []                                        # (log p, ids)
    for _ in range(max_len):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        finished += zip(log_p[done].tolist(), target[done, 1:].tolist())
        target, log_p = target[~done], log_p[~done]
        if len(finished) == beam_size:
            break
    best, ids = max(finished or list(zip(log_p.tolist(), target[:, 1:].tolist())))
    return ids, length_penalty_score(torch.tensor([best]), len(ids), alpha).item()

# %% wrong: always beam_size places: finished ones keep no place
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        scores = length_penalty_score(log_p[done], n, alpha)
        finished += zip(scores.tolist(), target[done, 1:].tolist())
        target, log_p = target[~done], log_p[~done]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        return target[0, 1:].tolist(), length_penalty_score(log_p[:1], n, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: after max_len the unfinished ones compete too (habit from transformers)
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    hypotheses = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(hypotheses))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        scores = length_penalty_score(log_p, n, alpha)
        hypotheses += zip(scores[done].tolist(), target[done, 1:].tolist())
        target, log_p = target[~done], log_p[~done]
        if len(hypotheses) == beam_size:
            break
    # finalize: what is still open is a hypothesis as well
    if len(target):
        hypotheses += zip(length_penalty_score(log_p, n, alpha).tolist(), target[:, 1:].tolist())
    score, ids = max(hypotheses)
    return ids, score

# %% wrong: log_softmax over the positions (dim=1) before the last one is taken
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target).log_softmax(dim=1)[:, -1]
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        scores = length_penalty_score(log_p, n, alpha)
        finished += zip(scores[done].tolist(), target[done, 1:].tolist())
        target, log_p, scores = target[~done], log_p[~done], scores[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        return target[0, 1:].tolist(), scores[0].item()
    score, ids = max(finished)
    return ids, score

# %% right: plain Python lists, the model asked for one beginning at a time
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    def score(log_p, n):
        return log_p / math.pow((5 + n) / 6, alpha)

    beam, finished = [(0.0, [bos_id])], []
    for _ in range(max_len):
        tables = [model(source, torch.tensor([ids]))[0, -1].log_softmax(0) for _, ids in beam]
        values, parents, tokens = beam_step(
            torch.tensor([p for p, _ in beam]), torch.stack(tables), beam_size - len(finished))
        new = [(v, beam[b][1] + [t])
               for v, b, t in zip(values.tolist(), parents.tolist(), tokens.tolist())]
        finished += [pair for pair in new if pair[1][-1] == eos_id]
        beam = [pair for pair in new if pair[1][-1] != eos_id]
        if not beam:
            break
    if finished:
        p, ids = max(finished, key=lambda pair: score(pair[0], len(pair[1]) - 1))
    else:
        p, ids = beam[0]
    return ids[1:], score(p, len(ids) - 1)

# %% prelude
import torch

# %% wrong: begins with beam_size copies of bos, all with log p 0: the beam is full of duplicates
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.full((beam_size, 1), bos_id)
    log_p = torch.zeros(beam_size)
    finished = []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        done = token == eos_id
        for row, lp in zip(target[done], log_p[done]):
            finished.append((length_penalty_score(lp, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: always beam_size continuations: the places of the finished are not taken away
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        done = token == eos_id
        for row, lp in zip(target[done], log_p[done]):
            finished.append((length_penalty_score(lp, n, alpha).item(), row[1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        best = log_p.argmax()
        return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()
    score, ids = max(finished)
    return ids, score

# %% wrong: no case for 'none has finished': max() of an empty list
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    n = 0
    while len(finished) < beam_size and n < max_len:
        n += 1
        next_log_p = torch.log_softmax(model(source.expand(len(target), -1), target)[:, -1], dim=-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        for i in range(len(token)):
            if token[i] == eos_id:
                finished.append((target[i, 1:].tolist(), length_penalty_score(log_p[i], n, alpha).item()))
        target, log_p = target[token != eos_id], log_p[token != eos_id]
    return max(finished, key=lambda pair: pair[1])

# %% wrong: chooses the finished sentence by log p; the penalty only in the number returned
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for _ in range(max_len):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        finished += zip(log_p[ended].tolist(), target[ended, 1:].tolist())
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = list(zip(log_p.tolist(), target[:, 1:].tolist()))
    best, ids = max(finished)
    return ids, length_penalty_score(torch.tensor(best), len(ids), alpha).item()

# %% wrong: parents forgotten: token i is appended to row i
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        if n == 1:
            target = target.expand(len(token), -1)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = token == eos_id
        for ids, lp in zip(target[ended, 1:].tolist(), log_p[ended]):
            finished.append((length_penalty_score(lp, n, alpha).item(), ids))
        target, log_p = target[~ended], log_p[~ended]
        if len(finished) == beam_size:
            break
    if finished:
        score, ids = max(finished)
        return ids, score
    best = log_p.argmax()
    return target[best, 1:].tolist(), length_penalty_score(log_p[best], max_len, alpha).item()

# %% right: right: Python lists of (log p, ids)
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    def score(hyp):
        return float(length_penalty_score(torch.tensor(hyp[0]), len(hyp[1]), alpha))
    alive, done, rounds = [(0.0, [])], [], 0
    while rounds < max_len and len(done) < beam_size:
        rounds += 1
        target = torch.tensor([[bos_id] + ids for _, ids in alive])
        table = torch.log_softmax(model(source.repeat(len(alive), 1), target)[:, -1, :], dim=1)
        s, b, t = beam_step(torch.tensor([lp for lp, _ in alive]), table, beam_size - len(done))
        grown = [(lp, alive[i][1] + [tok]) for lp, i, tok in zip(s.tolist(), b.tolist(), t.tolist())]
        done += [hyp for hyp in grown if hyp[1][-1] == eos_id]
        alive = [hyp for hyp in grown if hyp[1][-1] != eos_id]
    best = max(done, key=score) if done else max(alive, key=lambda hyp: hyp[0])
    return best[1], score(best)

# %% prelude
import math
import time

import sacrebleu
import torch
from sacrebleu.significance import PairedTest

import course.decoding as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.decoding import CachedDecoder, UncachedDecoder
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.beam import Node, show_beam
from course.views.figures import show_curves, show_weights
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

def beam_step(log_p, next_log_p, beam_size):
    candidates = log_p[:, None] + next_log_p
    scores, index = candidates.flatten().topk(beam_size)
    return scores, index // next_log_p.shape[1], index % next_log_p.shape[1]

# %% wrong: the penalised score is carried on as log p of the next round
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        log_p = length_penalty_score(log_p, n, alpha)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        for s, row in zip(log_p[done].tolist(), target[done].tolist()):
            finished.append((s, row[1:]))
        if len(finished) == beam_size:
            break
        target, log_p = target[~done], log_p[~done]
    if not finished:
        finished = [(log_p[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: after max_len rounds the unfinished beginnings compete with the finished ones
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        score = length_penalty_score(log_p, n, alpha)
        done = token == eos_id
        if n == max_len:
            done[:] = True                      # time is up: all of them are finished
        for s, row in zip(score[done].tolist(), target[done].tolist()):
            finished.append((s, row[1:]))
        if len(finished) == beam_size:
            break
        target, log_p = target[~done], log_p[~done]
    score, ids = max(finished)
    return ids, score

# %% wrong: stops as soon as the first-ranked continuation is eos
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        log_p, parent, token = beam_step(log_p, logits.log_softmax(-1), beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        score = length_penalty_score(log_p, n, alpha)
        done = token == eos_id
        for s, row in zip(score[done].tolist(), target[done].tolist()):
            finished.append((s, row[1:]))
        if len(finished) == beam_size or token[0] == eos_id:      # nothing can be better than the best
            break
        target, log_p, score = target[~done], log_p[~done], score[~done]
    if not finished:
        finished = [(score[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% wrong: finished sentences give their place back: always beam_size continuations, until at least beam_size have finished
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        logits = model(source.expand(len(target), -1), target)[:, -1]
        next_log_p = logits.log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, min(beam_size, next_log_p.numel()))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        score = length_penalty_score(log_p, n, alpha)
        done = token == eos_id
        for s, row in zip(score[done].tolist(), target[done].tolist()):
            finished.append((s, row[1:]))
        target, log_p, score = target[~done], log_p[~done], score[~done]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        finished = [(score[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score

# %% right: right: python lists, one beginning at a time, its log p computed from nothing each round
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    alive, done = [[bos_id]], []
    for n in range(1, max_len + 1):
        table, totals = [], []
        for ids in alive:
            all_log_p = torch.log_softmax(model(source, torch.tensor([ids])), dim=-1)[0]
            totals.append(sum((all_log_p[t, ids[t + 1]] for t in range(len(ids) - 1)), torch.tensor(0.0)))
            table.append(all_log_p[-1])
        s, parent, token = beam_step(torch.stack(totals), torch.stack(table), beam_size - len(done))
        grown = [(float(a), alive[int(b)] + [int(c)]) for a, b, c in zip(s, parent, token)]
        done += [(a, ids) for a, ids in grown if ids[-1] == eos_id]
        rest = [(a, ids) for a, ids in grown if ids[-1] != eos_id]
        alive = [ids for _, ids in rest]
        if len(done) >= beam_size:
            break
    if not done:
        done = rest[:1]
    ranked = [(float(length_penalty_score(torch.tensor(a), len(ids) - 1, alpha)), ids[1:]) for a, ids in done]
    best = max(ranked, key=lambda pair: pair[0])
    return best[1], best[0]

# %% prelude
import math
import time

import sacrebleu
import torch
from sacrebleu.significance import PairedTest

import course.decoding as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.decoding import CachedDecoder, UncachedDecoder
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.beam import Node, show_beam
from course.views.figures import show_curves, show_weights
import torch
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha
def beam_step(log_p, next_log_p, beam_size):
    scores, index = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    return scores, index // next_log_p.shape[1], index % next_log_p.shape[1]

# %% wrong: HF convention: beginnings cut off at max_len compete with the finished ones
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        score = length_penalty_score(log_p, n, alpha)
        done = token == eos_id
        for s, row in zip(score[done], target[done]):
            finished.append((s.item(), row[1:].tolist()))
        target, log_p, score = target[~done], log_p[~done], score[~done]
        if len(finished) == beam_size:
            break
    # what is still open at the end is a hypothesis, too
    for s, row in zip(score, target):
        finished.append((s.item(), row[1:].tolist()))
    best = max(finished)
    return best[1], best[0]

# %% wrong: early stopping: ends as soon as the best finished one beats every open beginning's score
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        score = length_penalty_score(log_p, n, alpha)
        done = token == eos_id
        for s, row in zip(score[done], target[done]):
            finished.append((s.item(), row[1:].tolist()))
        target, log_p, score = target[~done], log_p[~done], score[~done]
        if len(finished) == beam_size:
            break
        if finished and max(finished)[0] >= score.max().item():   # nothing open is better
            break
    if not finished:
        return target[0, 1:].tolist(), score[0].item()
    best = max(finished)
    return best[1], best[0]

# %% wrong: the finished one is chosen by log p, the penalty only put on the score returned
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        finished += list(zip(log_p[done].tolist(), target[done, 1:].tolist()))
        target, log_p = target[~done], log_p[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        finished = [(log_p[0].item(), target[0, 1:].tolist())]
    best_log_p, ids = max(finished)
    return ids, length_penalty_score(torch.tensor(best_log_p), len(ids), alpha).item()

# %% wrong: edge only: a sentence that never ends is scored with n = max_len + 1 (an eos counted that is not there)
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        finished += zip(length_penalty_score(log_p[done], n, alpha).tolist(), target[done, 1:].tolist())
        target, log_p = target[~done], log_p[~done]
        if len(finished) == beam_size:
            break
    if not finished:
        n = target.shape[1]
        return target[0, 1:].tolist(), length_penalty_score(log_p[:1], n, alpha).item()
    best, ids = max(finished)
    return ids, best

# %% wrong: fairseq convention: finished ones take no place; beam_size open ones are always kept
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size)
        target = torch.cat([target[parent], token[:, None]], dim=1)
        done = token == eos_id
        finished += zip(length_penalty_score(log_p[done], n, alpha).tolist(), target[done, 1:].tolist())
        target, log_p = target[~done], log_p[~done]
        if len(finished) >= beam_size or len(target) == 0:
            break
    if not finished:
        return target[0, 1:].tolist(), length_penalty_score(log_p[:1], max_len, alpha).item()
    best, ids = max(finished)
    return ids, best

# %% right: lists of ids, the model asked one beginning at a time, while loop, numpy-free max by key
def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    open_ones = [([], 0.0)]                     # ids without bos, log p
    done = []
    rounds = 0
    while rounds < max_len and len(done) < beam_size:
        rounds += 1
        rows = []
        for ids, _ in open_ones:
            logits = model(source, torch.tensor([[bos_id, *ids]]))
            rows.append(logits[0, -1] - logits[0, -1].logsumexp(0))
        scores, parent, token = beam_step(torch.tensor([p for _, p in open_ones], dtype=rows[0].dtype),
                                          torch.stack(rows), beam_size - len(done))
        grown = []
        for i in range(len(scores)):
            ids = open_ones[int(parent[i])][0] + [int(token[i])]
            if ids[-1] == eos_id:
                done.append((ids, float(length_penalty_score(scores[i:i + 1], len(ids), alpha))))
            else:
                grown.append((ids, float(scores[i])))
        open_ones = grown
    if done:
        return sorted(done, key=lambda pair: pair[1])[-1]
    ids, p = open_ones[0]
    return ids, float(length_penalty_score(torch.tensor([p]), max_len, alpha)[0])
