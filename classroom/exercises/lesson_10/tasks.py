"""Lesson 10: scores of finished translations, beam search, and a cache of keys and values."""
import functools

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.ask.decoding import BestSentence, Continuations, StepByStep, WithoutGradients
from classroom.exercises import runs
from classroom.judge.exercise import Choice, Exercise

from . import mistakes, mistakes_cache, mistakes_search, mistakes_step, rounds
from .searches import BOS, EOS, told_apart


def length_penalty_score(log_p, n, alpha):
    """Log-probabilities (N,) of sentences of n tokens, with a penalty for being short: scores (N,)."""
    return log_p / ((5 + n) / 6) ** alpha


def beam_step(log_p, next_log_p, beam_size):
    """The best continuations of all beginnings: log_p (K,), next_log_p (K, V) -> scores, parent, token."""
    candidates = log_p.unsqueeze(1) + next_log_p              # (K, V)
    scores, index = candidates.flatten().topk(beam_size)
    vocab_size = next_log_p.shape[1]
    return scores, index // vocab_size, index % vocab_size


def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    """The best translation that a beam finds for one sentence, source (1, T_k): its ids with eos, and its score."""
    target = torch.tensor([[bos_id]])
    log_p = torch.zeros(1)
    finished = []
    for n in range(1, max_len + 1):
        next_log_p = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
        target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
        scores = length_penalty_score(log_p, n, alpha)
        ended = token == eos_id
        finished += zip(scores[ended].tolist(), target[ended, 1:].tolist(), strict=True)
        if len(finished) == beam_size:
            break
        target, log_p, scores = target[~ended], log_p[~ended], scores[~ended]
    if not finished:
        finished = [(scores[0].item(), target[0, 1:].tolist())]
    score, ids = max(finished)
    return ids, score


def cached_attention(attention, x, past):
    """Self-attention for one new position x (B, 1, d_model) -> output (B, 1, d_model), and keys and values so far."""
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k = torch.cat([past[0], k], dim=2)
        v = torch.cat([past[1], v], dim=2)
    output, _ = attention.attend(attention.queries(x), k, v)
    return output, (k, v)


# ------------------------------------------------------------------------------------ cases

def _sentences(rng):
    def of(about, log_p, n, alpha, dtype="float64"):
        return Case(about, log_p=np.array(log_p, dtype=dtype), n=np.array(n), alpha=alpha)
    yield of("two of the tree's sentences, α = 0.6", np.log([0.1764, 0.1652]), [4, 5], 0.6)
    yield of("the same, α = 0", np.log([0.1764, 0.1652]), [4, 5], 0)
    yield of("the same, α = 1", np.log([0.1764, 0.1652]), [4, 5], 1)
    yield of("one token, whose penalty is 1", [-2.5], [1], 0.8)
    yield of("one sentence", [-6.0], [13], 2)
    yield of("six sentences", -rng.gamma(4, size=6), rng.permutation(np.arange(2, 12))[:6], 0.6)
    yield of("float32", -rng.gamma(4, size=4), rng.permutation(np.arange(2, 12))[:4], 1.3, "float32")
    yield Case("one length for all", log_p=-rng.gamma(4, size=3), n=int(rng.integers(2, 9)), alpha=0.6)


def _log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def _rounds(rng):
    def of(about, beams, vocab, beam_size, dtype="float64", spread=1.0):
        log_p = np.sort(-rng.gamma(3, 0.4 * spread, size=beams))[::-1] if beams > 1 else np.zeros(1)
        next_log_p = _log_softmax(spread * rng.normal(size=(beams, vocab)))
        return Case(about, log_p=log_p.astype(dtype), next_log_p=next_log_p.astype(dtype), beam_size=beam_size)
    yield Case("a round of a tree like ours", log_p=np.log([0.45, 0.36]),
               next_log_p=np.log([[0.38, 0.36, 0.26], [0.51, 0.485, 0.005]]), beam_size=2)
    yield of("the first round", 1, 7, 3)
    yield of("sizes that all differ", 3, 8, 4)
    yield of("a beam that has become narrower", 4, 9, 2)
    yield of("more places than tokens", 4, 3, 5)
    yield of("as many tokens as beginnings", 4, 4, 4)
    yield of("a beam of one", 1, 6, 1)
    yield of("a beginning that is far ahead", 3, 6, 3).without(log_p=np.array([-1.0, -30.0, -40.0]))
    yield of("a beginning that is dead", 3, 6, 3).without(log_p=np.array([-1.0, -np.inf, -1.5]))
    yield of("beginnings in no order, the last one the best", 5, 8, 4).without(
        log_p=-np.append(rng.permutation(np.linspace(1, 3, 4)), 0.3))
    yield of("float32", 3, 30, 5, "float32", 2.0)
    yield Case("long beginnings, float32", log_p=np.array([-70, -71], dtype="float32"), next_log_p=np.array(
        [[-0.4, -1.2, -2.9], [-0.1, -3.0, -40.0]], dtype="float32"), beam_size=6)       # e^-111 is 0 in float32


def _search(rng, about, beam_size, alpha, max_len, tells="", vocab=8, ending=0.0, special=-9.0):
    """Tables of a model for which the usual mistakes, those named in `tells`, find another sentence."""
    source = np.append(rng.integers(1, BOS, size=4), EOS)[None]
    wanted = set(tells.split(", ")) - {""}
    for _ in range(3000):
        by_position = rng.normal(size=(max_len + 2, vocab))
        by_position[:, [0, BOS]] += special
        by_position[:, EOS] += ending
        case = Case(about, source=source, bos_id=BOS, eos_id=EOS, beam_size=beam_size, alpha=alpha,
                    max_len=max_len, by_position=by_position, by_token=rng.normal(size=(vocab, vocab)),
                    by_first=rng.normal(size=(vocab, vocab)))
        if told_apart(case, wanted) == wanted:
            return case
    raise ValueError(f"no such case was found: {about}")


@functools.cache
def _deciding():
    """Cases that are always the same: what they tell apart does not depend on the draw."""
    def of(seed, *case, **more):
        return _search(np.random.default_rng(seed), *case, **more)
    return (
        of(1, "a beam of 2", 2, 0.6, 6, "greedy, four"),
        of(2, "a beam of 3", 3, 0.6, 8, "greedy, last, longest, worst"),
        of(3, "no penalty", 3, 0, 7, "greedy, typed"),
        of(4, "a strong penalty", 4, 2.0, 9, "log p, first and log p, typed", ending=0.5),
        of(5, "a beam of 4", 4, 1.0, 8, "wide", vocab=9),
        of(6, "a beam of 5, a larger vocabulary", 5, 0.6, 9,
           "first, last, longest, worst, first and worst, last and longest", vocab=20, ending=1.0),
        of(7, "nearly as many places as tokens", 5, 0.6, 4, "unfinished, four", vocab=7),
        of(8, "a beam of 2, long", 2, 1.5, 9, "wide", ending=-1.0),
        of(9, "sentences that end early", 4, 2.0, 8, "revived", ending=1.5),
        of(11, "the last one to finish is the best", 3, 2.0, 8, "early"),
        of(12, "the second of two to finish is the best", 2, 1.5, 7, "early"),
        of(41, "a longer sentence that overtakes", 2, 0.6, 8, "stops by score, stops by likeliest"),
        of(15, "an early end that is not the best", 4, 2.0, 10,
           "stops by score, stops by likeliest, stops by score and stops by likeliest, stops by log p, stops by both "
           "log p", vocab=12),
        of(10, "one token at most", 3, 0.6, 1, "unfinished", ending=1.0),
        of(13, "a model that writes every token", 3, 1.0, 6,
           "no bos, no 0, neither, no bos and neither, no 0 and neither", special=0.5),
    )


def _searches(rng):
    yield from (case.without() for case in _deciding())
    yield _search(rng, "a beam of one", 1, 0.6, 6)
    yield _search(rng, "a sentence that never ends", 3, 0.6, 5, ending=-40.0)
    yield _search(rng, "a beam of 3, once more", 3, 0.8, 7)


def _endless(length):
    """Inputs for a sentence that never ends."""
    by_position = np.tile(np.linspace(0, 1, 8), (length + 2, 1))
    by_position[:, [0, BOS, EOS]] = -40.0
    return {"source": np.array([[1, EOS]]), "bos_id": BOS, "eos_id": EOS, "beam_size": 2, "alpha": 0.6,
            "max_len": length, "by_position": by_position, "by_token": np.zeros((8, 8)), "by_first": np.zeros((8, 8))}


def _positions(rng):
    def of(about, batch, length, d_model, n_heads, dtype="float64"):
        weights = {}
        for name in ("w_q", "w_k", "w_v", "w_o"):
            weights[f"{name}.weight"] = (rng.normal(size=(d_model, d_model)) / np.sqrt(d_model)).astype(dtype)
            weights[f"{name}.bias"] = (0.3 * rng.normal(size=d_model)).astype(dtype)
        x = rng.normal(size=(batch, length, d_model)).astype(dtype)
        return Case(about, x=x, n_heads=n_heads, weights=weights)
    yield of("two positions", 1, 2, 4, 2)
    yield of("five positions, two sentences", 2, 5, 12, 3)
    yield of("one position", 2, 1, 6, 3)
    yield of("as many heads as sentences", 2, 4, 6, 2)
    yield of("one head", 2, 6, 5, 1)
    yield of("heads of one number", 2, 4, 3, 3)
    yield of("float32", 3, 7, 8, 4, "float32")


# -------------------------------------------------------------------- right answers, written otherwise


EXERCISES = [
    Exercise(
        id="10.1", title="the score of a sentence", names=("length_penalty_score",), points=1, minutes=5, difficulty=1,
        takes={"log_p": "N", "n": "N", "alpha": ""}, gives={"scores": "N"}, framework="torch",
        reference=length_penalty_score, cases=_sentences, probe=WithoutGradients(),
        misconceptions=mistakes.SCORES,
        hints=("It is one line: the formula as it stands above, with n for the length.",
               "In Python `**` binds more tightly than `/`, and `/` more tightly than `+`. Where must brackets stand?",
               "Say it in words first: what is divided by 6, what is raised to the power alpha, and what is divided "
               "last? Each of these three steps can be a line of its own."),
        moral="A log-probability is negative, so dividing by something larger than 1 brings it up. The longer the "
              "sentence, the more.",
    ),
    Exercise(
        id="10.2", title="one round of the beam", names=("beam_step",), points=2, minutes=15, difficulty=2,
        takes={"log_p": "K", "next_log_p": "K V", "beam_size": ""},
        gives={"scores": "beam_size", "parent": "beam_size", "token": "beam_size"}, framework="torch",
        reference=beam_step, cases=_rounds, probe=Continuations(),
        misconceptions=mistakes_step.STEPS, properties=rounds.PROPERTIES, describes=rounds.in_another_order,
        hints=("Make a table of all K · V continuations first, each with the log-probability of the whole.",
               "`topk` on the flattened table gives the best of all beginnings together, and their places in the row "
               "of K · V numbers. How do you get row and column back from such a place?",
               "`unsqueeze` gives `log_p` the axis that it lacks, so that each beginning meets its own row. Rows lie "
               "one behind the other in the flattened table, V places each: how many whole rows lie before a place, "
               "and how many places are left over?"),
        moral="All beginnings compete with each other: a good one may have several children, a bad one none.",
    ),
    Exercise(
        id="10.3", title="beam search", names=("beam_search",), points=3, minutes=25, difficulty=3,
        takes={"model": "", "source": "1 T_k", "bos_id": "", "eos_id": "", "beam_size": "", "alpha": "", "max_len": ""},
        gives={"ids": "T", "score": ""}, framework="torch",
        reference=beam_search, cases=_searches, probe=BestSentence(),
        place=mistakes_search.place, shows=mistakes_search.as_sentence,
        misconceptions=mistakes_search.SEARCHES, properties=[runs.once_per_token(_endless)],
        hints=("Keep three things from round to round: the beginnings `target` (K, T), their `log_p` (K,), and a list "
               "of what is finished. At first there is one beginning, which holds only bos and has the "
               "log-probability 0.",
               "A round: logits of the last position, `log_softmax`, `beam_step` with the places that are left, then "
               "`target[parent]` with the new tokens behind it. Those whose token is eos move to the list, with their "
               "score; a boolean vector as an index keeps the others.",
               "`source.expand(len(target), -1)` gives each beginning its row of the source; `beam_size - "
               "len(finished)` places are left; stop when that is 0. At the end `max(finished)` finds the best, if "
               "each entry is a pair (score, ids)."),
        moral="With a beam of one it is greedy decoding.",
    ),
    Choice(
        id="10.4", title="without a penalty", names=("prediction",), points=1, minutes=3, difficulty=1,
        options=("shorter", "longer", "as long"), reference="shorter",
        wrong={
            "longer": "No factor is larger than 1: a beginning never becomes more probable with a further token, and a "
                      "long sentence has more factors than a short one. Which sentences does a better search for the "
                      "most probable ones find, then?",
            "as long": "That would be so if the number of tokens did not matter for the probability. But each further "
                       "token is one factor more, and none is larger than 1.",
        },
        hints=("Think of the tree: which sentence did greedy decoding find there, and which one was the most probable?",
               "No factor is larger than 1. What happens to the product with every further factor?",
               "Leaving a word out saves a factor. Which of the two searches finds out that this pays?"),
        solution_source='prediction = "shorter"',
        moral="A token more is a factor more, so that the most probable translations often leave words out. A wider "
              "beam finds more of them.",
    ),
    Exercise(
        id="10.5", title="attention with a past", names=("cached_attention",), points=2, minutes=15, difficulty=2,
        takes={"x": "B T d_model", "n_heads": ""}, gives={"output": "B T d_model"},
        framework="torch", reference=cached_attention, cases=_positions, probe=StepByStep(),
        misconceptions=mistakes_cache.CACHES, properties=mistakes_cache.PROPERTIES,
        hints=("Keys and values of the new position come from x. Those of the earlier ones lie in `past`; nothing has "
               "to be computed for them.",
               "Positions are the third axis of (B, n_heads, t, d_head). `torch.cat` puts two tensors together along "
               "an axis; at the first step there is nothing to put in front.",
               "The keys that the query meets are the past ones with the new one behind them, the values likewise; and "
               "just these long keys and values are what the next position needs as its past. No mask."),
        moral="No mask was needed: the future is not masked, it is simply not there yet.",
    ),
]
