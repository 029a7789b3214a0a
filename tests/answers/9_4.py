# %% prelude
import math
import random
import torch
import torch.nn.functional as F

# %% wrong: never stops before max_len
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = len(source)
    target = torch.full((B, 1), bos_id)
    ended = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        token = torch.where(ended, pad_id, token)
        ended = ended | (token == eos_id)
        target = torch.cat([target, token[:, None]], dim=1)
    return target[:, 1:]

# %% wrong: text after eos is kept
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: stops only when all end in the same round
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        if (token == eos_id).all():
            break
        ended |= token == eos_id
    return target[:, 1:]

# %% wrong: stops as soon as one sentence has ended
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1, keepdim=True)
        target = torch.cat([target, token], dim=1)
        if (token == eos_id).any():
            break
    return target[:, 1:]

# %% wrong: eos itself becomes padding
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        ended |= token == eos_id
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: padding taken to be 0
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    going = torch.ones(len(source), dtype=torch.long)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1) * going
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        going = going * (token != eos_id)
        if going.sum() == 0:
            break
    return target[:, 1:]

# %% wrong: bos is returned too
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target

# %% wrong: max_len counts bos
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    while target.shape[1] < max_len and not ended.all():
        token = model(source, target)[:, -1].argmax(dim=-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
    return target[:, 1:]

# %% wrong: logits of the first position
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, 0].argmax(dim=-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: the model is given the last token only
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    token = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), 1, dtype=torch.bool)
    written = []
    for _ in range(max_len):
        token = model(source, token).argmax(dim=-1)
        token = token.masked_fill(ended, pad_id)
        written.append(token)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return torch.cat(written, dim=1)

# %% wrong: draws a token instead of taking the likeliest
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        p = model(source, target)[:, -1].softmax(dim=-1)
        token = torch.multinomial(p, 1).squeeze(1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: begins with padding, and eos typed in as 3
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), pad_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == 3
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: works for one sentence only
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = [bos_id]
    while len(ids) <= max_len and ids[-1] != eos_id:
        logits = model(source[:1], torch.tensor([ids]))
        ids.append(logits[0, -1].argmax().item())
    return torch.tensor([ids[1:]])

# %% right: a mask of the ended sentences
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, device=source.device)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(dim=-1)
        token = token.masked_fill(ended, pad_id)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% right: writes on, and cleans up behind eos at the end
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((source.shape[0], 1), bos_id, dtype=torch.long)
    for _ in range(max_len):
        best = model(source, ids)[:, -1, :].argmax(-1, keepdim=True)
        ids = torch.cat((ids, best), 1)
        if (ids[:, 1:] == eos_id).any(dim=1).all():
            break
    ids = ids[:, 1:]
    is_eos = (ids == eos_id).long()
    behind = is_eos.cumsum(dim=1) - is_eos > 0
    return torch.where(behind, torch.full_like(ids, pad_id), ids)

# %% right: a table filled in place, cut to what was used
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.size(0)
    table = torch.full((B, max_len + 1), pad_id)
    table[:, 0] = bos_id
    alive = [True] * B
    used = 1
    while used <= max_len and any(alive):
        logits = model(source, table[:, :used])
        for b in range(B):
            if alive[b]:
                table[b, used] = logits[b, used - 1].argmax()
                alive[b] = int(table[b, used]) != eos_id
        used += 1
    return table[:, 1:used]

# %% right: one sentence after the other, padded together
def write_one(model, row, bos_id, eos_id, max_len):
    ids = [bos_id]
    for _ in range(max_len):
        ids.append(int(model(row, torch.tensor([ids]))[0, -1].argmax()))
        if ids[-1] == eos_id:
            break
    return torch.tensor(ids[1:])

def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = [write_one(model, source[b:b + 1], bos_id, eos_id, max_len) for b in range(len(source))]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)

# %% prelude
import math
import torch
# %% wrong: eos itself is overwritten by padding
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(dim=-1)
        ended = ended | (token == eos_id)
        token = token.masked_fill(ended, pad_id)
        ids = torch.cat([ids, token.unsqueeze(1)], dim=1)
        if ended.all():
            break
    return ids[:, 1:]
# %% wrong: stops when the first sentence ends
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(dim=-1)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if (token == eos_id).any():
            break
    return ids[:, 1:]
# %% wrong: waits for all to write eos in the same round
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(dim=-1)
        token[ended] = pad_id
        ids = torch.cat([ids, token[:, None]], dim=1)
        ended |= token == eos_id
        if (token == eos_id).all():
            break
    return ids[:, 1:]
# %% wrong: a predicted pad ends the sentence, too
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(dim=-1)
        token = torch.where(ended, pad_id, token)
        ids = torch.cat([ids, token[:, None]], dim=1)
        ended = ended | (token == eos_id) | (token == pad_id)
        if ended.all():
            break
    return ids[:, 1:]
# %% wrong: the model reads only the last token
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    token = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), 1, dtype=torch.bool)
    written = []
    for _ in range(max_len):
        token = model(source, token)[:, -1:].argmax(dim=-1)
        token = token.masked_fill(ended, pad_id)
        written.append(token)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return torch.cat(written, dim=1)
# %% wrong: bos counts as one of the max_len tokens
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    while ids.shape[1] < max_len and not ended.all():
        token = model(source, ids)[:, -1].argmax(dim=-1).masked_fill(ended, pad_id)
        ids = torch.cat([ids, token[:, None]], dim=1)
        ended |= token == eos_id
    return ids[:, 1:]
# %% wrong: goes on writing after eos
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, ids)
        token = logits[:, -1, :].argmax(-1)
        ids = torch.cat((ids, token.unsqueeze(1)), 1)
        ended |= token.eq(eos_id)
        if ended.all():
            break
    return ids[:, 1:]
# %% wrong: never stops early, always max_len columns
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), max_len + 1), pad_id)
    ids[:, 0] = bos_id
    ended = torch.zeros(len(source), dtype=torch.bool)
    for t in range(max_len):
        token = model(source, ids[:, :t + 1])[:, -1].argmax(dim=-1)
        ids[:, t + 1] = torch.where(ended, pad_id, token)
        ended = ended | (ids[:, t + 1] == eos_id)
    return ids[:, 1:]
# %% right: plain
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    """The most likely next token, again and again: source ids (B, T_k) -> ids (B, T), without bos."""
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token = token.masked_fill(ended, pad_id)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]
# %% right: writes on, and cleans up at the end
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = source.new_full((source.size(0), 1), bos_id)
    while ids.size(1) - 1 < max_len:
        best = model(source, ids)[:, -1:].max(dim=-1).indices
        ids = torch.cat((ids, best), dim=1)
        if (ids[:, 1:] == eos_id).any(dim=1).all():
            break
    out = ids[:, 1:]
    is_eos = (out == eos_id).long()
    after = is_eos.cumsum(dim=1) - is_eos > 0
    return out.masked_fill(after, pad_id)
# %% right: Python lists, sentence by sentence in each round
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    rows = [[bos_id] for _ in range(B)]
    done = [False] * B
    n = 0
    while n < max_len and not all(done):
        logits = model(source, torch.tensor(rows))
        for b in range(B):
            if done[b]:
                rows[b].append(pad_id)
            else:
                nxt = int(torch.argmax(logits[b, n]))
                rows[b].append(nxt)
                if nxt == eos_id:
                    done[b] = True
        n += 1
    return torch.tensor([row[1:] for row in rows])

# %% prelude
import math
import torch
# %% wrong: bos counted in max_len
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos_id)
    finished = torch.zeros(B, dtype=torch.bool)
    while target.shape[1] < max_len and not finished.all():
        token = model(source, target)[:, -1].argmax(dim=-1)
        token = token.masked_fill(finished, pad_id)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        finished = finished | (token == eos_id)
    return target[:, 1:]
# %% wrong: eos itself becomes padding, once more
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long)
    finished = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1, :].argmax(dim=-1)
        finished |= token == eos_id
        token = torch.where(finished, torch.tensor(pad_id), token)
        target = torch.cat([target, token[:, None]], dim=1)
        if finished.all():
            break
    return target[:, 1:]
# %% wrong: stops only when all end in the same round, once more
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(-1)], dim=-1)
        ended = ended | (token == eos_id)
        if (token == eos_id).all():
            break
    return target[:, 1:]
# %% wrong: a sentence also ends when it writes padding
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        last = target[:, -1]
        done = (last == eos_id) | (last == pad_id)
        if done.all():
            break
        token = model(source, target)[:, -1].argmax(-1)
        token[done] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], 1)
    return target[:, 1:]
# %% right: a table filled in column by column
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    table = source.new_full((source.shape[0], max_len + 1), pad_id)
    table[:, 0] = bos_id
    going = set(range(source.shape[0]))
    written = 0
    while going and written < max_len:
        best = model(source, table[:, : written + 1]).select(1, -1).max(dim=-1).indices.tolist()
        written += 1
        for row in sorted(going):
            table[row, written] = best[row]
            if best[row] == eos_id:
                going.discard(row)
    return table[:, 1 : written + 1]
