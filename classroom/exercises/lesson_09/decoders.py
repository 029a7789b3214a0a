"""Lesson 09: greedy decoding, wrongly done in ways that learners do it. Used by `mistakes_decoding`."""
import torch

PAD, BOS, EOS = 0, 2, 3


def decode(model, source, bos_id, eos_id, pad_id, max_len, start="bos", at=-1, after="pad", keep_eos=True,
           keep_bos=False, stop="all", feed="all", extra=0, worst=False, memory=True, typed=(), pad_ends=False,
           rounds=None, over=-1, rank=0, of=slice(None), also_ends=(), cut=0, swapped=False, never=(), repeats=True,
           last_is_eos=False, part_of_source=False, front=False, training=False, bos_too=None):
    """`greedy_decode` with one thing done differently."""
    bos_id, eos_id, pad_id = (usual if name in typed else given for name, usual, given in
                              (("bos", BOS, bos_id), ("eos", EOS, eos_id), ("pad", PAD, pad_id)))
    if training:
        model.train()
    begins = {"bos": bos_id, "pad": pad_id, "eos": eos_id}
    target = source[:, :1] if start == "source" else torch.full((len(source), 1), begins[start])
    ended = torch.zeros(len(source), dtype=torch.bool)
    ever = ended.clone()
    limit = (source.shape[1] if rounds == "source" else max_len) + extra
    if bos_too is not None and bos_id == eos_id:              # eos is looked for in the first column as well
        limit = bos_too                                       # ... before or after a token is written
    for _ in range(limit):
        read = {"all": target, "last": target[:, -1:], "no bos": target[:, min(1, target.shape[1] - 1):]}[feed]
        given = source[:, :-1] if part_of_source else source
        logits = model(read, given) if swapped else model(given, read)
        logits = logits.softmax(over) if over != -1 else logits
        logits = logits.scatter(-1, logits.argmax(-1, keepdim=True), -torch.inf) if rank else logits
        special = {"bos": bos_id, "eos": eos_id, "pad": pad_id}
        for name in never:
            logits = logits.index_fill(-1, torch.tensor([special[name]]), -torch.inf)
        if not repeats:
            newest = torch.nn.functional.one_hot(target[:, -1:], logits.shape[-1]).bool()
            logits = logits.masked_fill(newest, -torch.inf)
        token = logits[:, at].argmin(-1) if worst else logits[:, at].argmax(-1)
        token = token[of].expand(len(source))
        ends = (token == eos_id) | (token == pad_id) if pad_ends else token == eos_id
        for name in also_ends:
            ends = ends | (token == special[name])
        if after != "babble":
            token = torch.where(ended, eos_id if after == "eos" else pad_id, token)
        if not keep_eos:
            token = torch.where(ends, pad_id, token)
        if stop == "all, before it is appended" and (ended | ends).all():
            break
        target = torch.cat([token.unsqueeze(1), target] if front else [target, token.unsqueeze(1)], dim=1)
        ends = token == eos_id if memory == "as written" else ends
        ended, ever = ended | ends if memory is True else ends, ever | ends
        if {"all": ended.all(), "any": ended.any(), "all, each in its round": ever.all(), "first": ended[0],
                "last": ended[-1], "most": ended.sum() > len(ended) // 2}.get(stop, False):
            break
    if last_is_eos:
        target[:, -1] = torch.where(ended, target[:, -1], eos_id)
    return target[:, 0 if keep_bos else 1:target.shape[1] - cut]


def decode_in_one_go(model, source, bos_id, eos_id, pad_id, max_len):
    target = decode(model, source, bos_id, eos_id, pad_id, max_len, keep_bos=True)
    return model(source, target).argmax(-1)


def decode_over_sentences(model, source, bos_id, eos_id, pad_id, max_len):
    """`argmax` over the sentences, for each token of the vocabulary; the first of these are taken."""
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = torch.where(ended, pad_id, model(source, target)[:, -1].argmax(0)[:len(source)])
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def decode_by_one_argmax(model, source, bos_id, eos_id, pad_id, max_len, set_ended=False):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax()
        if set_ended:
            token[ended] = pad_id                             # raises: there is only one token
        token = torch.where(ended, pad_id, token)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def decode_counting(model, source, bos_id, eos_id, pad_id, max_len):
    """The loop ends when as many eos are there as sentences; what stands behind the first eos is taken away then."""
    target = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        if (target[:, 1:] == eos_id).sum() >= len(source):
            break
    ids = target[:, 1:]
    ends = (ids == eos_id).long()
    return ids.masked_fill(ends.cumsum(1) > ends, pad_id)


def decode_in_a_buffer(model, source, bos_id, eos_id, pad_id, max_len, width=1, ahead=False):
    """The target has its full length from the start, and the logits behind its padding are read, or one place ahead."""
    target = torch.full((len(source), max_len + width), pad_id)
    target[:, 0] = bos_id
    ended = torch.zeros(len(source), dtype=torch.bool)
    for t in range(max_len):
        logits = model(source, target)
        token = torch.where(ended, pad_id, logits[:, t + 1 if ahead else -1].argmax(-1))
        if t + 1 < target.shape[1]:
            target[:, t + 1] = token
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def decode_over_positions(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = torch.where(ended, pad_id, model(source, target).argmax(1)[:, -1])
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def decode_leaving(model, source, bos_id, eos_id, pad_id, max_len, source_too=True, remembered=True):
    """Sentences that have ended leave the batch: with their source or without, and back to their rows or not."""
    ids = torch.full((len(source), max_len), pad_id)
    rows, target = torch.arange(len(source)), torch.full((len(source), 1), bos_id)
    for t in range(max_len):
        token = model(source[rows] if source_too else source[:len(rows)], target)[:, -1].argmax(-1)
        ids[rows if remembered else slice(len(rows)), t] = token
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        rows, target = rows[token != eos_id], target[token != eos_id]
        if not len(rows):
            break
    return ids


def decode_in_order_of_ending(model, source, bos_id, eos_id, pad_id, max_len):
    """Sentences that have ended leave the batch, and come back in the order in which they left it."""
    target, finished = torch.full((len(source), 1), bos_id), []
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ends = token == eos_id
        finished += list(target[ends, 1:])
        source, target = source[~ends], target[~ends]
        if not len(source):
            break
    return torch.nn.utils.rnn.pad_sequence([*finished, *target[:, 1:]], batch_first=True, padding_value=pad_id)


def decode_first_only(model, source, *settings):
    return decode(model, source[:1], *settings)


def decode_and_cut(model, source, bos_id, eos_id, pad_id, max_len):
    """Looks for the end of each sentence when all is written; one without eos seems to end with its first token."""
    target = torch.full((len(source), 1), bos_id)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax(-1)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        if (target[:, 1:] == eos_id).any(1).all():
            break
    ids = target[:, 1:]
    end = (ids == eos_id).int().argmax(1, keepdim=True)
    return ids.masked_fill(torch.arange(ids.shape[1]) > end, pad_id)
