"""Probe for two matrices: do words that are made into queries and keys by them look where they should?"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .limits import Problem

__all__ = ["FindsNoun", "LooksBack"]


@dataclass(frozen=True)
class LooksBack:
    """Call `answer(n_words, n_places)` for W_q and W_k; put sentences of `ids` (B, T) through them.

    A word's vector has a 1 for its id among the first n_words numbers and a 1 for its place among the last n_places.
    Read are, for each word but the first, the place that it looks at most, the first of them where several get alike,
    and how many do; and the share that the word before it gets, to four digits, and 0.9 at most: with more than that,
    matrices are right whatever they are.
    """

    enough: float = 0.9

    def __call__(self, answer: Callable, inputs: dict[str, Any], task: Any) -> dict[str, Any]:
        import torch
        n_words, n_places, ids = inputs["n_words"], inputs["n_places"], inputs["ids"]
        w_q, w_k = _two_matrices(answer(n_words, n_places), n_words + n_places)
        length = ids.shape[1]
        words = torch.eye(n_words, dtype=torch.float64)[ids]
        places = torch.eye(n_places, dtype=torch.float64)[:length].expand(len(ids), -1, -1)
        x = torch.cat([words, places], dim=-1)
        scores = (x @ w_q) @ (x @ w_k).transpose(1, 2) / w_q.shape[1] ** 0.5
        shares = _shares(scores)[:, 1:]                              # the first word may look where it likes
        before = shares.diagonal(dim1=1, dim2=2)                     # of query t + 1 for key t
        coarse = shares.mul(1e3).round()
        return {"looks_at": coarse.argmax(dim=-1), "alike": (coarse == coarse.amax(dim=-1, keepdim=True)).sum(dim=-1),
                "share": _coarse(before, self.enough)}


@dataclass(frozen=True)
class FindsNoun:
    """Call `answer(n_genders, n_numbers)` for W_q and W_k; put sentences of `words` (B, T, 3) through them.

    A word is its kind (0 noun, 1 adjective, 2 other), its gender and its number, −1 for none. Its vector has a 1 for
    each of them: among the first three numbers, among the genders, among the numbers. Read are, for each adjective,
    the place that it looks at most, and the share that its noun gets, the one with the same gender and number: 0.9 at
    most, since with more than that matrices are right whatever they are. Of other words −1 and 0.9 are read. Where the
    noun gets less, also the word that rivals it, which gets most of all others, and that word's share; else −1 and 0.
    """

    enough: float = 0.9

    def __call__(self, answer: Callable, inputs: dict[str, Any], task: Any) -> dict[str, Any]:
        import torch
        sizes, words = (3, inputs["n_genders"], inputs["n_numbers"]), inputs["words"]
        w_q, w_k = _two_matrices(answer(*sizes[1:]), sum(sizes))
        features = [torch.eye(size + 1, dtype=torch.float64)[:, :size] for size in sizes]     # the last row: none
        x = torch.cat([table[words[..., n]] for n, table in enumerate(features)], dim=-1)
        scores = (x @ w_q) @ (x @ w_k).transpose(1, 2) / w_q.shape[1] ** 0.5
        shares = _shares(scores)
        adjective, noun = words[..., 0] == 1, words[..., 0] == 0
        agree = (words[:, :, None, 1:] == words[:, None, :, 1:]).all(dim=-1)                  # (B, T, T)
        its_noun = (shares * (agree & noun.unsqueeze(1))).sum(dim=-1)
        looks_at = shares.mul(1e3).round().argmax(dim=-1)
        others = shares.masked_fill(agree & noun.unsqueeze(1), -1.0).mul(1e3).round()
        open_ = adjective & (its_noun <= self.enough)
        return {"looks_at": looks_at.where(adjective, -1),
                "share": _coarse(its_noun, self.enough).where(adjective, self.enough),
                "rival": others.argmax(dim=-1).where(open_, -1),
                "rival_share": others.amax(dim=-1).div(1e3).where(open_, 0.0)}


def _shares(scores: Any) -> Any:
    shares = scores.softmax(dim=-1)
    if bool(shares.isnan().any()):
        raise Problem("infinite-entries:scores")
    return shares


def _coarse(shares: Any, enough: float) -> Any:
    """Shares to four digits, so that e^-20 and e^-50 are both 0; `enough` where they are above it, less elsewhere."""
    return shares.mul(1e4).round().div(1e4).clamp(max=enough - 1e-4).masked_fill(shares > enough, enough)


def _two_matrices(returned: Any, d_model: int) -> tuple[Any, Any]:
    import torch
    if returned is None:
        raise Problem("returns-nothing")
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise Problem("not-two-matrices", kind=type(returned).__name__)
    for name, matrix in zip(("W_q", "W_k"), returned, strict=True):
        if not isinstance(matrix, torch.Tensor):
            raise Problem("wrong-type:no-tensor", name=name, what=type(matrix).__name__)
        if matrix.ndim != 2 or len(matrix) != d_model or not matrix.shape[1]:
            raise Problem("wrong-matrix-shape", name=name, shape=tuple(matrix.shape), rows=d_model)
        if matrix.is_complex() or not bool(torch.isfinite(matrix).all()):
            raise Problem("infinite-entries", name=name)
    w_q, w_k = (matrix.detach().to(torch.float64) for matrix in returned)
    if w_q.shape != w_k.shape:
        raise Problem("wrong-matrix-shape:differ", q=tuple(w_q.shape), k=tuple(w_k.shape))
    return w_q, w_k
