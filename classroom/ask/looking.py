"""Probe for two matrices: do words that are made into queries and keys by them look where they should?"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .limits import Problem

__all__ = ["LooksBack"]


@dataclass(frozen=True)
class LooksBack:
    """Call `answer(n_words, n_places)` for W_q and W_k; put sentences of `ids` (B, T) through them.

    A word's vector has a 1 for its id among the first n_words numbers and a 1 for its place among the last n_places.
    Read are, for each word but the first, the place that it looks at most, and the share that the word before it
    gets, 0.9 at most: with more than that, matrices are right whatever they are.
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
        shares = scores.softmax(dim=-1)[:, 1:]                       # the first word may look where it likes
        before = shares.diagonal(dim1=1, dim2=2)                     # of query t + 1 for key t
        return {"looks_at": shares.mul(1e6).round().argmax(dim=-1), "share": before.clamp(max=self.enough)}


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
            raise Problem("not-finite:matrix", name=name)
    w_q, w_k = (matrix.detach().to(torch.float64) for matrix in returned)
    if w_q.shape != w_k.shape:
        raise Problem("wrong-matrix-shape:differ", q=tuple(w_q.shape), k=tuple(w_k.shape))
    return w_q, w_k
