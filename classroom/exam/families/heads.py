"""Several heads: how weights are stored, which numbers belong to a head, the scale, the mask, what is returned."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch


def _solve(x, w_q, w_k, w_v, w_o, n_heads, *, stored, share, scale, future, told, order, joined, one_head=False,
          no_output=False, over=-1):
    """x (T, d), four matrices (d, d) -> (T, d) and weights (n_heads, T, T) or (T, T)."""
    size, d = x.shape
    if stored == "out_in":
        w_q, w_k, w_v, w_o = w_q.T, w_k.T, w_v.T, w_o.T
    h = 1 if one_head else n_heads

    def split(a):                                                        # (T, d) -> (h, T, d_head)
        if share == "blocks":
            return a.reshape(size, h, d // h).transpose(1, 0, 2)
        return a.reshape(size, d // h, h).transpose(2, 0, 1)

    q, k, v = split(x @ w_q), split(x @ w_k), split(x @ w_v)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt({"head": d // h, "model": d, "none": 1}[scale])
    apart = np.arange(size)[:, None] - np.arange(size)
    may = {"seen": apart == apart, "hidden": apart >= 0, "near": abs(apart) <= 1}[future]
    scores = np.where(may, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=over, keepdims=True)
    mixed = weights @ v
    if joined == "turned":
        mixed = mixed[::-1]
    merged = mixed.transpose(1, 0, 2).reshape(size, d)
    output = merged if no_output else merged @ w_o
    shown = weights if told == "each" else weights.mean(axis=0)
    return (output, shown) if order == "output" else (shown, output)


def _cases(rng):
    for about, size, d, n_heads in (("two heads", 3, 4, 2), ("three heads", 5, 12, 3), ("four heads", 4, 8, 4)):
        matrices = {name: rng.normal(size=(d, d)) / np.sqrt(d) for name in ("w_q", "w_k", "w_v", "w_o")}
        yield Case(about, x=2 * rng.normal(size=(size, d)), **matrices, n_heads=n_heads)


FAMILY = Family(
    key="heads", title="Multi-head self-attention", lesson=4, name="multi_head",
    call="multi_head(x, w_q, w_k, w_v, w_o, n_heads)",
    text="Write `multi_head(x, w_q, w_k, w_v, w_o, n_heads)` with NumPy: self-attention of one sentence x (T, d) with "
         "`n_heads` heads. The four matrices are (d, d), there are no biases, and `n_heads` divides d. Each head "
         "attends with its own columns of the projected queries, keys and values. The heads' results are then put "
         "side by side, a block of columns for each head, and projected with w_o. Heads and columns are counted from "
         "0.",
    takes={"x": "T d", "w_q": "d d", "w_k": "d d", "w_v": "d d", "w_o": "d d", "n_heads": ""},
    gives={"output": "T d", "weights": "..."},
    ordered=lambda gives, variant: dict(reversed(gives.items())) if variant["order"] == "weights" else gives,
    switches=(
        Switch("stored", {"in_out": "A matrix is stored as (in, out): a row x becomes x W.",
                          "out_in": "A matrix is stored as (out, in): a row x becomes x Wᵀ."}),
        Switch("share", {"blocks": "Head j has the j-th block of d / n_heads neighbouring columns.",
                         "turns": "The columns are dealt out in turn: head j has the columns j, j + n_heads, j + 2 "
                                  "n_heads and so on."}),
        Switch("scale", {"head": "Scores are divided by √(d / n_heads), the root of a head's width.",
                         "model": "Scores are divided by √d, the root of the whole width.",
                         "none": "Scores are not divided by anything."}),
        Switch("future", {"seen": "Every position may attend to every position.",
                          "hidden": "A position may attend to itself and to those before it.",
                          "near": "A position may attend to itself and to its neighbours, one on each side."}),
        Switch("told", {"each": "The weights are returned for each head: (n_heads, T, T).",
                        "mean": "The weights are returned as their mean over the heads: (T, T)."}),
        Switch("order", {"output": "Return `(output, weights)`.", "weights": "Return `(weights, output)`."}),
        Switch("joined", {"same": "Side by side, the heads stand in their order: head 0 comes first.",
                          "turned": "Side by side, the heads stand in reverse order: the last head comes first."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    mistakes=(
        Mistake("one-head", {"one_head": True}, "Your `multi_head` computes one wide head."),
        Mistake("output-matrix-missing", {"no_output": True}, "Your `multi_head` leaves out the last matrix."),
        Mistake("softmax-over-queries", {"over": -2}, "Your `multi_head` normalises over the queries."),
    ))
