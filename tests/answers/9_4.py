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
# %% prelude
import torch
# %% wrong: text after eos is kept: a sentence that has ended goes on being written
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(-1)
        ids = torch.cat([ids, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return ids[:, 1:]
# %% wrong: stops as soon as one sentence has ended (any for all)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id)
    done = torch.zeros(source.shape[0], dtype=torch.bool)
    while target.shape[1] <= max_len and not done.any():
        best = model(source, target)[:, -1, :].argmax(dim=-1)
        best[done] = pad_id
        target = torch.cat((target, best[:, None]), dim=1)
        done = done | (best == eos_id)
    return target[:, 1:]
# %% wrong: only looks whether the token before is eos; after one pad a finished sentence goes on
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    finished = torch.zeros(len(source), dtype=torch.bool)
    ever = finished.clone()
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(-1)
        token = torch.where(finished, pad_id, token)
        finished = token == eos_id
        ever = ever | finished
        ids = torch.cat([ids, token[:, None]], dim=1)
        if ever.all():
            break
    return ids[:, 1:]
# %% wrong: a pad written by the model ends the sentence, too
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    over = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(-1)
        token[over] = pad_id
        ids = torch.cat([ids, token[:, None]], dim=1)
        over |= (token == eos_id) | (token == pad_id)
        if over.all():
            break
    return ids[:, 1:]
# %% wrong: the eos itself is overwritten by pad
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), 1, dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1:].argmax(dim=-1)
        ended = ended | (token == eos_id)
        ids = torch.cat([ids, token.masked_fill(ended, pad_id)], dim=1)
        if ended.all():
            break
    return ids[:, 1:]
# %% wrong: bos counts towards max_len, one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    batch = source.shape[0]
    target = torch.full((batch, 1), bos_id, dtype=torch.long)
    done = torch.zeros(batch, dtype=torch.bool)
    while target.shape[1] < max_len:
        nxt = model(source, target)[:, -1].argmax(-1)
        nxt = torch.where(done, torch.full_like(nxt, pad_id), nxt)
        done = done | (nxt == eos_id)
        target = torch.cat([target, nxt[:, None]], dim=1)
        if done.all():
            break
    return target[:, 1:]
# %% wrong: gives the model only the newest token, not all tokens so far
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    token = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), 1, dtype=torch.bool)
    written = []
    for _ in range(max_len):
        token = model(source, token)[:, -1:].argmax(-1)
        token = token.masked_fill(ended, pad_id)
        written.append(token)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return torch.cat(written, dim=1)
# %% wrong: stops only if all sentences write eos in the same round, and else goes on with columns of padding to max_len
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(-1).masked_fill(ended, pad_id)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if (token == eos_id).all():
            break
        ended = ended | (token == eos_id)
    return ids[:, 1:]
# %% right: writes on freely, then puts padding after the first eos by a running count
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = source.new_full((source.shape[0], 1), bos_id)
    for _ in range(max_len):
        following = model(source, ids)[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, following], dim=1)
        if (ids[:, 1:] == eos_id).any(dim=1).all():
            break
    ids = ids[:, 1:]
    ends = (ids == eos_id).long()
    past_the_end = ends.cumsum(dim=1) - ends > 0
    return ids.masked_fill(past_the_end, pad_id)
# %% right: Python lists, only the sentences that are still going are given to the model
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = [[] for _ in range(len(source))]
    going = list(range(len(source)))
    for _ in range(max_len):
        if not going:
            break
        so_far = torch.tensor([[bos_id] + rows[i] for i in going])
        best = model(source[going], so_far)[:, -1].max(dim=-1).indices.tolist()
        for i, token in zip(going, best):
            rows[i].append(token)
        going = [i for i in going if rows[i][-1] != eos_id]
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [pad_id] * (longest - len(row)) for row in rows])
# %% prelude
import torch
# %% wrong: takes the first sentence's token for all, so only a batch of one is right
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos_id)
    finished = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, target)
        next_id = int(torch.argmax(logits[0, -1]))
        column = torch.full((B,), next_id).masked_fill(finished, pad_id)
        target = torch.cat([target, column[:, None]], dim=1)
        finished |= column == eos_id
        if finished.all():
            break
    return target[:, 1:]
# %% wrong: the model is given the last token only, not all those written so far
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    last = torch.full((len(source), 1), bos_id)
    done = torch.zeros(len(source), 1, dtype=torch.bool)
    written = []
    while len(written) < max_len and not done.all():
        last = model(source, last)[:, -1:].argmax(-1)
        last = torch.where(done, pad_id, last)
        done = done | (last == eos_id)
        written.append(last)
    return torch.cat(written, dim=1)
# %% wrong: a token that is padding also ends a sentence
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((source.size(0), 1), bos_id, dtype=torch.long)
    ended = torch.zeros(source.size(0), dtype=torch.bool)
    for step in range(max_len):
        nxt = model(source, ids)[:, -1, :].argmax(-1)
        nxt = torch.where(ended, torch.full_like(nxt, pad_id), nxt)
        ids = torch.cat((ids, nxt[:, None]), 1)
        ended = ended | (nxt == eos_id) | (nxt == pad_id)
        if ended.all():
            break
    return ids[:, 1:]
# %% wrong: never stops early: always max_len columns, the last ones all padding
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = len(source)
    out = torch.full((B, max_len + 1), pad_id)
    out[:, 0] = bos_id
    alive = torch.ones(B, dtype=torch.bool)
    for t in range(max_len):
        best = model(source, out[:, :t + 1])[:, t].argmax(-1)
        out[alive, t + 1] = best[alive]
        alive = alive & (best != eos_id)
    return out[:, 1:]
# %% wrong: eos itself is replaced by padding, too
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        next_ids = model(source, ids)[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, next_ids], dim=1)
        if (ids[:, 1:] == eos_id).any(dim=1).all():
            break
    ids = ids[:, 1:]
    ended = (ids == eos_id).cumsum(dim=1) > 0
    return ids.masked_fill(ended, pad_id)
# %% wrong: counts bos as one of the max_len tokens, so the result is one token too short
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    finished = torch.zeros(len(source), dtype=torch.bool)
    while target.shape[1] < max_len and not finished.all():
        token = model(source, target)[:, -1].argmax(-1)
        token = token.masked_fill(finished, pad_id)
        finished = finished | (token == eos_id)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
    return target[:, 1:]
# %% right: Python lists, one for each sentence
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows, ended = [[bos_id] for _ in source], [False] * len(source)
    for _ in range(max_len):
        logits = model(source, torch.tensor(rows, device=source.device))
        for n, row in enumerate(rows):
            token = pad_id if ended[n] else int(logits[n, -1].argmax())
            row.append(token)
            ended[n] = ended[n] or token == eos_id
        if all(ended):
            break
    return torch.tensor([row[1:] for row in rows], device=source.device)
# %% right: a table made beforehand, its columns filled, tidied at the end by cumsum
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    table = torch.full((source.shape[0], max_len + 1), pad_id, dtype=torch.long, device=source.device)
    table[:, 0] = bos_id
    width = 0
    for t in range(max_len):
        table[:, t + 1] = model(source, table[:, : t + 1])[:, t].max(dim=-1).indices
        width = t + 1
        ends = table[:, 1 : width + 1] == eos_id
        if ends.sum(dim=1).bool().all():
            break
    ends = table[:, 1 : width + 1] == eos_id
    over = ends.cumsum(dim=1) - ends.long() > 0              # strictly after the first eos
    return torch.where(over, pad_id, table[:, 1 : width + 1])


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

# %% wrong: stops only if all write eos in the same round
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token.masked_fill(ended, pad_id)[:, None]], dim=1)
        ended = ended | (token == eos_id)
        if (token == eos_id).all():
            break
    return target[:, 1:]

# %% wrong: the decoder is fed the newest token only
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    token = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    written = []
    for _ in range(max_len):
        token = model(source, token)[:, -1:].argmax(-1)
        token = token.masked_fill(ended[:, None], pad_id)
        written.append(token)
        ended = ended | (token[:, 0] == eos_id)
        if ended.all():
            break
    return torch.cat(written, dim=1)

# %% wrong: forbids <pad> and <bos> by -inf: not the most likely token any more
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, target)[:, -1].clone()
        logits[:, [pad_id, bos_id]] = -float("inf")
        token = logits.argmax(-1).masked_fill(ended, pad_id)
        target = torch.cat([target, token[:, None]], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: target on max_len in all, bos included: one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    while target.shape[1] < max_len and not ended.all():
        token = model(source, target)[:, -1].argmax(-1).masked_fill(ended, pad_id)
        target = torch.cat([target, token[:, None]], dim=1)
        ended |= token == eos_id
    return target[:, 1:]

# %% wrong: the source's padding decides who has ended: `ended` initialised from source rows / eos in source
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        if (target == eos_id).any():
            break
    out = target[:, 1:]
    after = ((out == eos_id).cumsum(1) - (out == eos_id).long()) > 0
    return out.masked_fill(after, pad_id)

# %% wrong: logits of position 0, and nothing filled up after eos
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, 0].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% right: each sentence by itself, a batch of one, then pad_sequence
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = []
    for one in source.split(1):
        ids = [bos_id]
        while len(ids) <= max_len and (len(ids) == 1 or ids[-1] != eos_id):
            ids.append(int(model(one, torch.tensor([ids]))[0, -1].argmax()))
        rows.append(torch.tensor(ids[1:]))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)


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
import re
from collections import Counter
from fractions import Fraction
from functools import reduce
from itertools import pairwise, product
import torch
def grams(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))

# %% wrong: counts bos among max_len: one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    while target.shape[1] < max_len and not ended.all():
        new = model(source, target)[:, -1].argmax(-1).masked_fill(ended, pad_id)
        ended |= new == eos_id
        target = torch.cat([target, new[:, None]], dim=1)
    return target[:, 1:]

# %% wrong: fills with eos, not with pad, after the end
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, target)[:, -1].argmax(-1)
        new[ended] = eos_id
        target = torch.cat([target, new[:, None]], dim=1)
        ended = new == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: looks at the first sentence only to stop
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, target)[:, -1].argmax(-1).masked_fill(ended, pad_id)
        ended |= new == eos_id
        target = torch.cat([target, new[:, None]], dim=1)
        if ended[0]:
            break
    return target[:, 1:]

# %% wrong: marks the end before it fills: eos itself becomes pad
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, target)[:, -1].argmax(-1)
        ended |= new == eos_id
        new = torch.where(ended, pad_id, new)
        target = torch.cat([target, new[:, None]], dim=1)
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: gives the decoder the last token only, not the whole beginning
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    last = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), 1, dtype=torch.bool)
    out = []
    for _ in range(max_len):
        last = model(source, last)[:, -1:].argmax(-1).masked_fill(ended, pad_id)
        ended |= last == eos_id
        out.append(last)
        if ended.all():
            break
    return torch.cat(out, dim=1)

# %% wrong: ended = (new == eos) forgets earlier ends: one pad, then the sentence goes on
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, target)[:, -1].argmax(-1)
        new[ended] = pad_id
        ended = new == eos_id
        target = torch.cat([target, new[:, None]], dim=1)
        if ((target == eos_id).any(dim=1)).all():
            break
    return target[:, 1:]

# %% wrong: bos stays in the answer, AND it stops when any sentence has ended
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, target)[:, -1].argmax(-1).masked_fill(ended, pad_id)
        ended |= new == eos_id
        target = torch.cat([target, new[:, None]], dim=1)
        if ended.any():
            break
    return target

# %% right: a table of pad prepared beforehand; only sentences that have not ended are asked; cut at the end
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    table = source.new_full((len(source), max_len + 1), pad_id)
    table[:, 0] = bos_id
    awake = torch.arange(len(source))
    step = 0
    while step < max_len and awake.numel():
        step += 1
        table[awake, step] = model(source[awake], table[awake, :step])[:, -1].max(dim=-1).indices
        awake = awake[table[awake, step] != eos_id]
    return table[:, 1:step + 1]

# %% prelude
import torch

# %% wrong: no pad after eos: the sentence that has ended goes on with what the model says
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id)
    done = torch.zeros(source.shape[0], dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, new[:, None]], dim=1)
        done |= new == eos_id
        if done.all():
            break
    return target[:, 1:]

# %% wrong: stops only when all write eos in the same round (new == eos).all(): trailing columns of pad / model called too often
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    ids = torch.full((B, 1), bos_id, dtype=torch.long)
    ended = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, ids)
        new = logits[:, -1, :].argmax(dim=-1)
        new = torch.where(ended, torch.tensor(pad_id), new)
        ids = torch.cat((ids, new.unsqueeze(1)), dim=1)
        ended = ended | (new == eos_id)
        if (new == eos_id).all():
            break
    return ids[:, 1:]

# %% wrong: ended = the eos of this round only: forgotten two rounds later (assignment for |=)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    ids = torch.full((B, 1), bos_id)
    ended = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        new = model(source, ids)[:, -1].argmax(-1)
        new[ended] = pad_id
        ids = torch.cat([ids, new[:, None]], 1)
        ended = new == eos_id
        if ended.all():
            break
    return ids[:, 1:]

# %% wrong: only the last token is given to the decoder, as with a cache (habit from another library)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    token = torch.full((B, 1), bos_id)
    ended = torch.zeros(B, 1, dtype=torch.bool)
    written = []
    for _ in range(max_len):
        token = model(source, token)[:, -1:].argmax(-1)
        token = token.masked_fill(ended, pad_id)
        written.append(token)
        ended |= token == eos_id
        if ended.all():
            break
    return torch.cat(written, dim=1)

# %% right: table of pad made first and filled in; cut at the end
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    n = len(source)
    table = torch.full((n, max_len + 1), pad_id, dtype=torch.long)
    table[:, 0] = bos_id
    going = torch.ones(n, dtype=torch.bool)
    t = 0
    while t < max_len and going.any():
        best = model(source, table[:, :t + 1])[:, t].max(dim=-1).indices
        t += 1
        table[going, t] = best[going]
        going &= best != eos_id
    return table[:, 1:t + 1]

# %% prelude
import torch

# %% wrong: ends when all have had an eos, but goes on writing behind the eos of the short ones
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        next_id = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, next_id[:, None]], dim=1)
        ended |= next_id == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: looks for eos in the whole target, bos included: with bos_id == eos_id all have ended at once
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id, dtype=torch.long)
    for _ in range(max_len):
        ended = (target == eos_id).any(dim=1)
        if ended.all():
            break
        next_id = model(source, target)[:, -1].argmax(-1)
        next_id = torch.where(ended, torch.full_like(next_id, pad_id), next_id)
        target = torch.cat([target, next_id[:, None]], dim=1)
    return target[:, 1:]

# %% wrong: gives the model only the last token, as one does with an RNN
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    token = torch.full((B, 1), bos_id, dtype=torch.long)
    done = torch.zeros(B, dtype=torch.bool)
    out = []
    for _ in range(max_len):
        token = model(source, token)[:, -1].argmax(-1, keepdim=True)
        token[done] = pad_id
        out.append(token)
        done |= token[:, 0] == eos_id
        if done.all():
            break
    return torch.cat(out, dim=1)

# %% wrong: done is set before the token is written, so that eos itself becomes pad
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long)
    done = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        next_id = model(source, target)[:, -1, :].argmax(dim=-1)
        done = done | (next_id == eos_id)
        next_id[done] = pad_id
        target = torch.cat((target, next_id.unsqueeze(1)), dim=1)
        if done.all():
            break
    return target[:, 1:]

# %% right: one sentence after the other, then padded
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = []
    for one in source:
        ids = [bos_id]
        while len(ids) <= max_len:
            best = int(model(one[None], torch.tensor([ids]))[0, -1].argmax())
            ids.append(best)
            if best == eos_id:
                break
        rows.append(torch.tensor(ids[1:]))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)

# %% wrong: eos counted, not the sentences that have one
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    n_ended = 0
    for _ in range(max_len):
        best = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, best[:, None]], 1)
        n_ended += int((best == eos_id).sum())
        if n_ended >= len(source):
            break
    out = target[:, 1:]
    is_eos = (out == eos_id).long()
    return out.masked_fill(is_eos.cumsum(1) - is_eos > 0, pad_id)

# %% wrong: a table of pad is given whole, and the logits of the place to be written are read
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    table = torch.full((len(source), max_len + 1), pad_id)
    table[:, 0] = bos_id
    done = torch.zeros(len(source), dtype=torch.bool)
    for t in range(max_len):
        token = model(source, table)[:, t + 1].argmax(-1)
        token[done] = pad_id
        table[:, t + 1] = token
        done |= token == eos_id
        if done.all():
            break
    return table[:, 1:]

# %% prelude
import torch

# %% wrong: stops as soon as the first sentence has ended (any instead of all)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos_id, dtype=torch.long)
    done = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        nxt = model(source, target)[:, -1].argmax(-1)
        nxt = torch.where(done, pad_id, nxt)
        target = torch.cat([target, nxt[:, None]], dim=1)
        done = done | (nxt == eos_id)
        if done.any():
            break
    return target[:, 1:]

# %% wrong: what comes after eos is kept: stop is right, but no padding after a sentence's end
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for step in range(max_len):
        logits = model(source, target)
        next_token = logits[:, -1, :].argmax(dim=-1, keepdim=True)
        target = torch.cat((target, next_token), dim=1)
        ended |= next_token.squeeze(1) == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: looks for eos in the whole target, bos column included: wrong where bos_id == eos_id
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id, dtype=torch.long)
    for _ in range(max_len):
        ended = (target == eos_id).any(dim=1)
        if ended.all():
            break
        token = model(source, target)[:, -1].argmax(dim=-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
    return target[:, 1:]

# %% wrong: max_len counts bos: one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    batch_size = source.size(0)
    output = torch.full((batch_size, 1), bos_id, dtype=torch.long)
    finished = torch.zeros(batch_size, dtype=torch.bool)
    while output.size(1) < max_len and not finished.all():
        logits = model(source, output)
        next_id = torch.argmax(logits[:, -1], dim=-1)
        next_id = next_id.masked_fill(finished, pad_id)
        finished = finished | next_id.eq(eos_id)
        output = torch.cat([output, next_id.view(-1, 1)], dim=-1)
    return output[:, 1:]

# %% right: each sentence by itself (batch of one), then filled up with pad_sequence
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = []
    for i in range(len(source)):
        ids = [bos_id]
        while len(ids) <= max_len:
            logits = model(source[i:i + 1], torch.tensor([ids]))
            ids.append(int(logits[0, -1].argmax()))
            if ids[-1] == eos_id:
                break
        rows.append(torch.tensor(ids[1:]))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)

# %% prelude
from torch.nn.utils.rnn import pad_sequence
import torch

# %% wrong: bos is returned as well
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos_id, dtype=torch.long)
    done = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token[done] = pad_id
        target = torch.cat([target, token[:, None]], dim=1)
        done |= token == eos_id
        if done.all():
            break
    return target

# %% wrong: goes on after eos: no padding
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    finished = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, target)
        token = logits[:, -1, :].argmax(dim=-1)
        finished = finished | (token == eos_id)
        target = torch.cat((target, token.unsqueeze(1)), dim=1)
        if finished.all():
            break
    return target[:, 1:]

# %% wrong: stops only when all write eos in the same round
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    out = torch.full((source.size(0), 1), bos_id, dtype=torch.long)
    for _ in range(max_len):
        nxt = model(source, out)[:, -1].argmax(-1, keepdim=True)
        ended = (out[:, 1:] == eos_id).any(dim=1, keepdim=True)
        nxt = torch.where(ended, torch.full_like(nxt, pad_id), nxt)
        out = torch.cat([out, nxt], 1)
        if (nxt == eos_id).all():
            break
    return out[:, 1:]

# %% wrong: looks for eos in the whole target, bos included: bos == eos ends at once
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((source.shape[0], 1), bos_id, dtype=torch.long)
    for _ in range(max_len):
        ended = (ids == eos_id).any(dim=1)
        if ended.all():
            break
        nxt = model(source, ids)[:, -1].argmax(-1)
        nxt = nxt.masked_fill(ended, pad_id)
        ids = torch.cat([ids, nxt[:, None]], dim=1)
    return ids[:, 1:]

# %% right: each sentence on its own, then pad_sequence
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = []
    for sentence in source:
        ids = [bos_id]
        while len(ids) <= max_len:
            logits = model(sentence[None], torch.tensor([ids]))
            ids.append(int(logits[0, -1].argmax()))
            if ids[-1] == eos_id:
                break
        rows.append(torch.tensor(ids[1:]))
    return pad_sequence(rows, batch_first=True, padding_value=pad_id)

# %% prelude
import torch

# %% wrong: looks for eos in the whole target, with bos in it
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long)
    for _ in range(max_len):
        ended = (target == eos_id).any(dim=1)
        if ended.all():
            break
        token = model(source, target)[:, -1].argmax(-1)
        token[ended] = pad_id
        target = torch.cat([target, token[:, None]], dim=1)
    return target[:, 1:]

# %% wrong: the eos itself is overwritten by pad, too
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id)
    finished = torch.zeros(source.shape[0], dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1, :].argmax(dim=-1)
        finished = finished | (token == eos_id)
        token = torch.where(finished, pad_id, token)
        target = torch.cat((target, token.unsqueeze(1)), dim=1)
        if finished.all():
            break
    return target[:, 1:]

# %% wrong: bos counts for max_len: one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id)
    done = torch.zeros(source.shape[0], dtype=torch.bool)
    while target.shape[1] < max_len and not done.all():
        token = model(source, target)[:, -1].argmax(dim=-1)
        token = torch.where(done, torch.full_like(token, pad_id), token)
        done |= token == eos_id
        target = torch.cat((target, token[:, None]), dim=1)
    return target[:, 1:]

# %% wrong: stops only if all write eos in the same round, cleans up afterwards
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ys = torch.ones(source.size(0), 1).fill_(bos_id).type_as(source)
    for _ in range(max_len):
        next_word = model(source, ys)[:, -1].argmax(dim=-1)
        ys = torch.cat([ys, next_word[:, None]], dim=1)
        if (next_word == eos_id).all():
            break
    ys = ys[:, 1:]
    for row in ys:
        ends = (row == eos_id).nonzero()
        if len(ends):
            row[ends[0, 0] + 1:] = pad_id
    return ys

# %% right: one sentence after the other, a table of max_len columns
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    out = torch.full((len(source), max_len), pad_id, dtype=torch.int64)
    for b in range(len(source)):
        prefix = [bos_id]
        for t in range(max_len):
            logits = model(source[b:b + 1], torch.tensor([prefix]))
            best = int(logits[0, -1].argmax())
            out[b, t] = best
            prefix.append(best)
            if best == eos_id:
                break
    return out

# %% prelude
import torch

# %% wrong: stops only if all sentences write eos in the same round (ids are right, but it goes on to max_len)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos_id, dtype=torch.long)
    finished = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        nxt = model(source, target)[:, -1].argmax(-1)
        nxt = torch.where(finished, torch.full_like(nxt, pad_id), nxt)
        target = torch.cat([target, nxt[:, None]], dim=1)
        finished = finished | (nxt == eos_id)
        if (nxt == eos_id).all():
            break
    return target[:, 1:]

# %% wrong: looks for eos in the whole target, bos included: wrong if bos_id == eos_id
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=source.dtype)
    for _ in range(max_len):
        done = (target == eos_id).any(dim=1)
        if done.all():
            break
        nxt = model(source, target)[:, -1].argmax(-1)
        nxt[done] = pad_id
        target = torch.cat([target, nxt.unsqueeze(1)], dim=1)
    return target[:, 1:]

# %% wrong: table allocated beforehand, full of padding, but the logits are read at its last position
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.size(0)
    target = torch.full((B, max_len + 1), pad_id)
    target[:, 0] = bos_id
    ended = torch.zeros(B, dtype=torch.bool)
    for t in range(max_len):
        logits = model(source, target)
        nxt = logits[:, -1].argmax(-1)
        target[:, t + 1] = torch.where(ended, pad_id, nxt)
        ended |= nxt == eos_id
        if ended.all():
            break
    return target[:, 1:]

# %% wrong: finished is updated before the padding is put in, so the eos itself becomes padding
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.size(0)
    target = torch.full((B, 1), bos_id)
    finished = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        nxt = model(source, target)[:, -1, :].argmax(dim=-1)
        finished |= nxt == eos_id
        nxt[finished] = pad_id
        target = torch.cat((target, nxt[:, None]), dim=1)
        if finished.all():
            break
    return target[:, 1:]

# %% right: columns in a list, everything after eos is filled at the end with a cumulative sum
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    columns = [source.new_full((len(source),), bos_id)]
    has_ended = source.new_zeros(len(source), dtype=torch.bool)
    while len(columns) <= max_len and not has_ended.all():
        scores = model(source, torch.stack(columns, dim=1))
        columns.append(scores[:, -1].topk(1).indices[:, 0])
        has_ended = has_ended | columns[-1].eq(eos_id)
    ids = torch.stack(columns[1:], dim=1)
    is_end = ids.eq(eos_id).long()
    after = (is_end.cumsum(1) - is_end) > 0
    return ids.masked_fill(after, pad_id)

# %% prelude
import torch

# %% wrong: looks for eos in the whole target, bos column included (bos_id may be eos_id)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.shape[0], 1), bos_id, dtype=torch.long, device=source.device)
    for _ in range(max_len):
        done = (target == eos_id).any(dim=1)
        if done.all():
            break
        token = model(source, target)[:, -1].argmax(dim=-1)
        token = torch.where(done, torch.full_like(token, pad_id), token)
        target = torch.cat([target, token[:, None]], dim=1)
    return target[:, 1:]

# %% wrong: stops rightly but goes on writing after eos in the sentences that have ended
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    done = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos_id)
        if done.all():
            break
    return target[:, 1:]

# %% wrong: marks the sentence done before it writes the token: eos becomes pad
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    done = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        done |= token == eos_id
        token[done] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        if done.all():
            break
    return target[:, 1:]

# %% wrong: counts bos among the max_len tokens
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    done = torch.zeros(len(source), dtype=torch.bool)
    while target.shape[1] < max_len and not done.all():
        token = model(source, target)[:, -1].argmax(-1)
        token[done] = pad_id
        done |= token == eos_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
    return target[:, 1:]

# %% right: a table filled with pad first; only the rows not ended are given to the model
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    n = source.size(0)
    table = source.new_full((n, max_len + 1), pad_id)
    table[:, 0] = bos_id
    open_rows = torch.arange(n, device=source.device)
    for t in range(max_len):
        if open_rows.numel() == 0:
            break
        logits = model(source[open_rows], table[open_rows, :t + 1])
        best = logits[:, t, :].max(dim=-1).indices
        table[open_rows, t + 1] = best
        open_rows = open_rows[best != eos_id]
    return table[:, 1:]

# %% prelude
import torch

# %% wrong: stops only when all write eos in the same round (ended rows get pad): goes on to max_len
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    B = source.shape[0]
    target = torch.full((B, 1), bos_id, dtype=torch.long)
    done = torch.zeros(B, dtype=torch.bool)
    for _ in range(max_len):
        nxt = model(source, target)[:, -1].argmax(-1)
        nxt[done] = pad_id
        done = done | (nxt == eos_id)
        target = torch.cat([target, nxt[:, None]], dim=1)
        if (nxt == eos_id).all():
            break
    return target[:, 1:]

# %% wrong: the bos at the beginning counts as eos if both are the same number
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        ended = (target == eos_id).any(dim=1)
        if ended.all():
            break
        token = model(source, target)[:, -1, :].argmax(dim=-1)
        token = torch.where(ended, torch.full_like(token, pad_id), token)
        target = torch.cat((target, token.unsqueeze(1)), dim=1)
    return target[:, 1:]

# %% wrong: softmax over the positions (dim 1) before argmax
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((source.size(0), 1), bos_id)
    finished = torch.zeros(source.size(0), dtype=torch.bool)
    for step in range(max_len):
        probs = torch.softmax(model(source, target), dim=1)
        token = probs[:, -1].argmax(dim=-1)
        token = token.masked_fill(finished, pad_id)
        target = torch.cat([target, token[:, None]], dim=1)
        finished |= token == eos_id
        if finished.all():
            break
    return target[:, 1:]

# %% wrong: max_len counts bos too: one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((source.size(0), 1), bos_id)
    ended = torch.zeros(source.size(0), dtype=torch.bool)
    while ids.size(1) < max_len and not ended.all():
        token = model(source, ids)[:, -1].argmax(-1)
        token[ended] = pad_id
        ended = ended | token.eq(eos_id)
        ids = torch.hstack([ids, token.view(-1, 1)])
    return ids[:, 1:]

# %% wrong: eos itself is replaced by padding in the result
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    ids = torch.full((source.size(0), 1), bos_id)
    ended = torch.zeros(source.size(0), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, ids)[:, -1].argmax(-1)
        ended = ended | (token == eos_id)
        token[ended] = pad_id
        ids = torch.cat([ids, token[:, None]], 1)
        if ended.all():
            break
    return ids[:, 1:]

# %% right: table of padding filled column by column, returned with all pad columns
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    n = source.shape[0]
    table = torch.full((n, max_len + 1), pad_id)
    table[:, 0] = bos_id
    alive = [True] * n
    for t in range(max_len):
        best = model(source, table[:, :t + 1].clone())[:, t].topk(1).indices.flatten().tolist()
        for row in range(n):
            if alive[row]:
                table[row, t + 1] = best[row]
                alive[row] = best[row] != eos_id
        if not any(alive):
            break
    return table[:, 1:]

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% wrong: gives the model the last token only, as an RNN (or a cache) would have it
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    last = torch.full((len(source), 1), bos_id, dtype=torch.long, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    written = []
    for _ in range(max_len):
        token = model(source, last)[:, -1].argmax(-1)
        token = torch.where(done, pad_id, token)
        written.append(token)
        done = done | (token == eos_id)
        if done.all():
            break
        last = token[:, None]
    return torch.stack(written, dim=1)

# %% wrong: a pad that the model writes ends the sentence as well
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token = torch.where(done, pad_id, token)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos_id) | (token == pad_id)
        if done.all():
            break
    return target[:, 1:]

# %% wrong: finished sentences leave the batch; the rows come back in the order in which they ended
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long, device=source.device)
    ready = []
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token[:, None]], dim=1)
        ended = token == eos_id
        ready.extend(target[ended, 1:])
        source, target = source[~ended], target[~ended]
        if len(source) == 0:
            break
    ready.extend(target[:, 1:])
    return torch.nn.utils.rnn.pad_sequence(ready, batch_first=True, padding_value=pad_id)

# %% wrong: bos counts as one of the max_len tokens: one token too few
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    while target.shape[1] < max_len and not done.all():
        token = model(source, target)[:, -1].argmax(-1)
        token = token.masked_fill(done, pad_id)
        target = torch.cat([target, token[:, None]], dim=1)
        done |= token == eos_id
    return target[:, 1:]

# %% right: one sentence after the other, Python lists, topk, pad_sequence
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    rows = []
    for sentence in source.split(1):
        ids = []
        while len(ids) < max_len and eos_id not in ids:
            logits = model(sentence, torch.tensor([[bos_id, *ids]], device=source.device))
            ids.append(logits[0, len(ids)].topk(1).indices.item())
        rows.append(torch.tensor(ids, device=source.device))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)

# %% prelude
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% wrong: 'done' is made anew in each round: one pad after eos, then text again
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id, dtype=torch.long, device=source.device)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token = torch.where(done, torch.full_like(token, pad_id), token)
        target = torch.cat([target, token[:, None]], dim=1)
        done = token == eos_id
        if done.all():
            break
    return target[:, 1:]

# %% wrong: a pad that the model writes ends the sentence, too
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = source.new_full((len(source), 1), bos_id)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1).masked_fill(done, pad_id)
        target = torch.cat([target, token[:, None]], dim=1)
        done = done | (token == eos_id) | (token == pad_id)
        if done.all():
            break
    return target[:, 1:]

# %% wrong: leaves the loop before the last column is appended: who ends last loses the eos
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = source.new_full((len(source), 1), bos_id)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1).masked_fill(done, pad_id)
        done = done | (token == eos_id)
        if done.all():
            break
        target = torch.cat([target, token[:, None]], dim=1)
    return target[:, 1:]

# %% wrong: stops only where all write eos in the same round: else runs on to max_len (ids are right)
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    target = source.new_full((len(source), 1), bos_id)
    done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        token[done] = pad_id
        target = torch.cat([target, token[:, None]], dim=1)
        if (token == eos_id).all():
            break
        done |= token == eos_id
    return target[:, 1:]

# %% right: table of pads filled column by column; only the rows that go on are given to the model
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    table = torch.full((source.shape[0], max_len + 1), pad_id, dtype=source.dtype, device=source.device)
    table[:, 0] = bos_id
    going = torch.arange(source.shape[0], device=source.device)
    t = 0
    while going.numel() and t < max_len:
        logits = model(source.index_select(0, going), table.index_select(0, going)[:, :t + 1])
        best = logits.select(1, t).topk(1, dim=-1).indices.flatten()
        t += 1
        table[going, t] = best
        going = going[best.ne(eos_id)]
    return table[:, 1:]
