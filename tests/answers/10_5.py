# %% prelude
import math
import torch
from course.attention import MultiHeadAttention, causal_mask, scaled_dot_product_attention

# %% wrong: past ignored
def cached_attention(attention, x, past):
    q = attention.queries(x)
    k, v = attention.keys_and_values(x, x)
    output, _ = attention.attend(q, k, v)
    return output, (k, v)

# %% wrong: joined along the heads
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k = torch.cat([past[0], k], dim=1)
        v = torch.cat([past[1], v], dim=1)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% wrong: joined along d_head
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past[0], k], dim=-1), torch.cat([past[1], v], dim=-1)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% wrong: joined along the batch
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past[0], k]), torch.cat([past[1], v])
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% wrong: attends to what it has kept, without the new position
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is None:
        return attention.attend(attention.queries(x), k, v)[0], (k, v)
    output, _ = attention.attend(attention.queries(x), *past)
    return output, (torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2))

# %% wrong: only the new keys and values become the new past
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    all_k, all_v = k, v
    if past is not None:
        all_k, all_v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    output, _ = attention.attend(attention.queries(x), all_k, all_v)
    return output, (k, v)

# %% wrong: the old past is returned
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is None:
        past = (k, v)
    else:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, past

# %% wrong: keys and values exchanged in the past
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        old_k, old_v = past
        k, v = torch.cat([old_k, k], dim=2), torch.cat([old_v, v], dim=2)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (v, k)

# %% wrong: keys appended, values not
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k = torch.cat([past[0], k], dim=2)
        v = v.expand(-1, -1, k.shape[2], -1)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% wrong: a causal mask that lets the new position see the first one only
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    mask = causal_mask(k.shape[2])[:1]
    output, _ = attention.attend(attention.queries(x), k, v, mask)
    return output, (k, v)

# %% wrong: returns output and weights together
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    return attention.attend(attention.queries(x), k, v), (k, v)

# %% wrong: None at the first position not thought of
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    k = torch.cat([past[0], k], dim=2)
    v = torch.cat([past[1], v], dim=2)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% wrong: states are kept instead of keys and values
def cached_attention(attention, x, past):
    states = x if past is None else torch.cat([past, x], dim=1)
    output, _ = attention(x, states, states)
    return output, states

# %% wrong: forgets all but the last four positions
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2)[:, :, -4:], torch.cat([past[1], v], dim=2)[:, :, -4:]
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% wrong: heads mixed, one sum of values without the output projection
def cached_attention(attention, x, past):
    q = attention.queries(x)
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    output = (weights @ v).transpose(1, 2).flatten(2)
    return output, (k, v)

# %% right: joined along the positions
def cached_attention(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k = torch.cat([past[0], k], dim=2)
        v = torch.cat([past[1], v], dim=2)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)

# %% right: two returns
def cached_attention(attention, x, past):
    q, new = attention.queries(x), attention.keys_and_values(x, x)
    if past is None:
        return attention.attend(q, *new)[0], tuple(new)
    kept = tuple(torch.cat(both, dim=-2) for both in zip(past, new, strict=True))
    return attention.attend(q, *kept)[0], kept

# %% right: begins with an empty memory
def grow(old, new):
    return torch.cat((old, new), dim=2)

def cached_attention(attention, x, past):
    new_k, new_v = attention.keys_and_values(x, x)
    if past is None:
        past = new_k[:, :, :0], new_v[:, :, :0]
    memory = grow(past[0], new_k), grow(past[1], new_v)
    mixed, _weights = attention.attend(attention.queries(x), memory[0], memory[1])
    return mixed, memory

# %% right: last row of a causal mask, and a table that is filled
def cached_attention(attention, x, past):
    new = attention.keys_and_values(x, x)
    t = 0 if past is None else past[0].shape[2]
    tables = []
    for i, part in enumerate(new):
        B, H, _, d = part.shape
        table = part.new_zeros(B, H, t + 1, d)
        if t:
            table[:, :, :t] = past[i]
        table[:, :, t:] = part
        tables.append(table)
    output, _ = attention.attend(attention.queries(x), *tables, causal_mask(t + 1)[-1:])
    return output, (tables[0], tables[1])
