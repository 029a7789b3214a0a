"""Lesson 10, beam search: the searches that learners write instead. Used by `mistakes_search` and by the cases."""
import numpy as np
import torch

from classroom.ask.case import Case

BOS, EOS = 5, 6


def search(model, source, bos_id, eos_id, beam_size, alpha, max_len, width="shrinks", finished="kept", parents=True,
            logits="log", choice="score", n_more=0, ids="eos", start="bos", rounds=0, running="log p",
            returned="score", lengths="own", stand_in="none", at=-1, feed="all", fewer=0, ended_more=0,
            stand_in_n="rounds", stops="", score_of="own", never="",
            bare=False):
    """`beam_search` with one thing done differently."""
    alpha = 0.6 if lengths == "alpha typed in" else alpha
    if bare and max_len + rounds < 1:
        raise UnboundLocalError("a name that only a round gives")
    target = torch.tensor([[{"bos": bos_id, "eos": eos_id, "pad": 0}[start]]])
    log_p = torch.zeros(1, dtype=torch.float64)
    beam_size = {"one": 1, "four": 4}.get(width, beam_size)
    done, just_ended = [], 0

    def score(value, n):
        n = max_len if lengths == "same" else n + n_more
        return value / ((5 + n) / 6) ** alpha

    for n in range(1, max_len + rounds + 1):
        everywhere = model(source.expand(len(target), -1), target if feed == "all" else target[:, -1:])
        raw = (everywhere.log_softmax(1) if logits == "positions" else everywhere)[:, at]
        following = {"log": lambda raw: raw.log_softmax(-1), "raw": lambda raw: raw, "positions": lambda raw: raw,
                     "p": lambda raw: raw.softmax(-1), "beams": lambda raw: raw.log_softmax(0)}[logits](raw)
        for token in {"": [], "bos": [bos_id], "0": [0], "both": [0, bos_id]}[never]:
            following[:, token] = -torch.inf
        places = beam_size - len(done) if width in ("shrinks", "one", "four", "halved") else beam_size
        places = 2 * beam_size if width.startswith("twice") else places
        places = beam_size - just_ended if width == "last round" else places
        places = beam_size - 2 * len(done) if width == "halved, places too" else places
        candidates = ((0 if running == "last" else log_p.unsqueeze(1)) + following).flatten()
        before_p, (log_p, index) = log_p, candidates.topk(min(places, len(candidates)))
        parent, token = index // raw.shape[1], index % raw.shape[1]
        log_p = log_p + before_p[parent] if running == "twice" else log_p
        log_p = log_p.log_softmax(-1) if running == "renormalised" else log_p
        before = target[parent] if parents else target[torch.arange(len(parent)).clamp(max=len(target) - 1)]
        target = torch.cat([before, token.unsqueeze(1)], dim=1)
        if running.startswith("score"):
            log_p = score(log_p, n)
        unseen = finished == "written on" or finished == "unseen at the end" and n == max_len
        ended = (token == eos_id) if not unseen else torch.zeros(len(token), dtype=torch.bool)
        counted = ended if width != "twice, top" else ended & (torch.arange(len(ended)) < beam_size)
        counted = ended & (ended.cumsum(0) == 1) if finished == "first of a round" else counted
        if finished != "lost" and (finished != "lost at the end" or n < max_len):
            whose = {"own": log_p, "first": log_p[:1].expand(len(log_p)), "parent": before_p[parent]}[score_of][counted]
            done += [(score(p, n + ended_more).item() if running[:5] != "score" else p.item(), p.item(), row)
                     for p, row in zip(whose, target[counted, 1:].tolist(), strict=True)]
        done = done[:beam_size] if width == "twice, top" else done
        just_ended, first_ended = int(ended.sum()), bool(ended[0])
        if finished != "go on":
            left = int((~ended).sum())
            target = target[~ended] if running != "rows cut" else target[:left]
            log_p = log_p[~ended] if running != "cut" else log_p[:left]
        log_p = log_p.log_softmax(-1) if running == "renormalised later" and len(log_p) else log_p
        if width.startswith("twice"):                  # as many unfinished ones as the beam is wide
            target, log_p = target[:beam_size], log_p[:beam_size]
        enough = beam_size - len(done) if width.startswith("halved") else max(beam_size - fewer, 1)
        if not len(target) or width not in ("wide", "twice") and len(done) >= enough:
            break
        if done and (stops == "first" or stops == "likeliest" and first_ended
                     or stops == "score" and max(done)[0] >= score(log_p, n).max()
                     or stops == "log p" and max(done)[0] >= log_p.max()
                     or stops == "both log p" and max(row[1] for row in done) >= log_p.max()):
            break
    if not done and stand_in in ("max", "first"):
        return max(done) if stand_in == "max" else done[0]           # raises
    if not done and stand_in.startswith("empty"):
        return [], -float("inf") if stand_in == "empty, worst" else 0.0
    if len(target) and not done and stand_in == "log p":
        done = [(log_p[0].item(), log_p[0].item(), target[0, 1:].tolist())]
    if len(target) and (not done or stand_in == "always"):
        counted = {"rounds": lambda: n, "max_len": lambda: max_len, "written": lambda: target.shape[1] - 1,
                   "more": lambda: n + 1, "less": lambda: n - 1}[stand_in_n]()
        done += [(p.item() if running == "score alone" else score(p, counted).item(), p.item(), row)
                 for p, row in zip(log_p, target[:, 1:].tolist(), strict=True)]
        done = done[:1] if stand_in == "none" else done[-1:] if stand_in == "last" else done
    if not done:
        raise IndexError("list index out of range")
    if lengths in ("rounds", "longest") and done:
        m = n if lengths == "rounds" else max(len(row) for *_, row in done)
        done = [(score(p, m), p, row) for _, p, row in done]
    best = {"score": max, "worst": min, "first": lambda rows: rows[0], "last": lambda rows: rows[-1],
            "log p": lambda rows: max(rows, key=lambda row: row[1]),
            "longest": lambda rows: max(rows, key=lambda row: len(row[2]))}[choice](done)
    row = best[2]
    ended = row[-1:] == [eos_id]                       # of no round, no token
    if ids == "bos" or ids == "bos, finished" and row[-1] == eos_id or ids == "bos, unfinished" and row[-1] != eos_id:
        row = [bos_id, *row]
    if ids == "eos added" and row[-1] != eos_id:
        row = [*row, eos_id]
    if ids == "cut":
        row = row[:-1]
    if ids == "no eos":
        row = row[:-1] if row[-1] == eos_id else row
    return row, best[1] if returned == "log p" or returned == "log p, finished" and ended else best[0]


def search_with_ids(model, source, bos_id, eos_id, *settings, bos=None, eos=None):
    """`beam_search` with ids of its own, whatever it is given."""
    return search(model, source, bos or bos_id, eos or eos_id, *settings)


def search_in_one_beam(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    """Finished sentences stay in the beam, are continued by eos at no cost, and may lose their place."""
    target, log_p = torch.tensor([[bos_id]]), torch.zeros(1, dtype=torch.float64)
    for _ in range(max_len):
        following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        over = target[:, -1] == eos_id
        following[over] = -torch.inf
        following[over, eos_id] = 0.0
        log_p, index = (log_p.unsqueeze(1) + following).flatten().topk(beam_size)
        token = index % following.shape[1]
        target = torch.cat([target[index // following.shape[1]], token.unsqueeze(1)], dim=1)
        if (token == eos_id).all():
            break
    rows = [(p, row[:row.index(eos_id) + 1] if eos_id in row else row)
            for p, row in zip(log_p.tolist(), target[:, 1:].tolist(), strict=True)]
    done = [row for row in rows if row[1][-1] == eos_id] or rows[:1]
    score, ids = max((p / ((5 + len(ids)) / 6) ** alpha, ids) for p, ids in done)
    return ids, score


def told_apart(case: Case, wanted: set[str]) -> set[str]:
    """Which of the wanted mistakes give another sentence in this case, tried in NumPy since it is asked often."""
    x = case.inputs

    def run(width, shrinks=True, revived=False, fewer=0, alpha=x["alpha"], stops="", never=()):
        beams, done = [(0.0, [])], []
        for n in range(1, x["max_len"] + 1):
            last = [ids[-1] if ids else BOS for _, ids in beams]
            logits = x["by_position"][n - 1] + x["by_token"][last]
            if n > 1:
                logits = logits + x["by_first"][[ids[0] for _, ids in beams]]
            table = np.array([[log_p] for log_p, _ in beams]) + logits
            table -= np.log(np.exp(logits).sum(-1, keepdims=True))
            table[:, list(never)] = -np.inf
            best = np.argsort(-table, axis=None)[: width - len(done) if shrinks else width]
            rows = [(table.flat[i], [*beams[i // table.shape[1]][1], int(i % table.shape[1])]) for i in best]
            done += [(log_p / ((5 + n) / 6) ** alpha, log_p, ids) for log_p, ids in rows if ids[-1] == EOS]
            beams = rows if revived else [row for row in rows if row[1][-1] != EOS]
            if not beams or shrinks and len(done) >= max(width - fewer, 1):
                break
            if done and (stops == "likeliest" and rows[0][1][-1] == EOS
                         or stops == "score" and max(done)[0] >= beams[0][0] / ((5 + n) / 6) ** alpha
                         or stops == "log p" and max(done)[0] >= beams[0][0]
                         or stops == "both log p" and max(row[1] for row in done) >= beams[0][0]):
                break
        return done, [(log_p / ((5 + n) / 6) ** alpha, log_p, ids) for log_p, ids in beams]

    done, left = run(x["beam_size"])
    if not done:
        return set()
    best = max(done)
    changed: dict[str, dict] = {"greedy": {"width": 1}, "wide": {"shrinks": False}, "revived": {"revived": True},
                                "early": {"fewer": 1}, "four": {"width": 4}, "typed": {"alpha": 0.6}}
    changed |= {f"stops by {rule}": {"stops": rule} for rule in ("likeliest", "score", "log p", "both log p")}
    changed |= {"no bos": {"never": (BOS,)}, "no 0": {"never": (0,)}, "neither": {"never": (0, BOS)}}
    others = {}
    for name in changed.keys() & wanted:
        finished, unfinished = run(**{"width": x["beam_size"]} | changed[name])
        others[name] = max(finished or unfinished)
    others |= {"first": done[0], "last": done[-1], "log p": max(done, key=lambda row: row[1]),
               "longest": max(done, key=lambda row: len(row[2])), "worst": min(done), "unfinished": max(done + left)}
    different = {name for name, other in others.items() if other[2] != best[2]}
    pairs = (("first", "log p"), ("first", "worst"), ("last", "longest"), ("stops by score", "stops by likeliest"),
             ("no bos", "neither"), ("no 0", "neither"))
    different |= {f"{a} and {b}" for a, b in pairs if f"{a} and {b}" in wanted and others[a][2] != others[b][2]}
    return wanted & different
