"""Token vectors by counting: what a table of embeddings can know before any training.

Which tokens go together is counted over sentence pairs, across the two languages, and compared with chance. The
strongest patterns in that table of numbers are the vectors. In such a pattern the number of a token is a sum over the
tokens that it goes with. So a token becomes like its translation, and tokens with the same translations become alike.
"""
import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from course._words import say
from course.tokens import Encoded

__all__ = ["begin_with", "count_vectors", "largest_patterns", "pair_counts", "positive_pmi"]


def pair_counts(encoded: Encoded, vocab_size: int, special: int = 4) -> Tensor:
    """How many pairs have token i on one side and token j on the other: float32 (vocab_size, vocab_size).

    Symmetric: each pair is counted in both directions, so a pair that has both tokens on both sides counts twice. A
    token counts once in a sentence. Ids below `special`, padding and the ends of sentences among them, are not counted.
    """
    counts = torch.zeros(vocab_size * vocab_size, dtype=torch.int32)
    for rows in torch.arange(len(encoded)).split(10_000):
        source, target = _once(encoded.source[rows], special), _once(encoded.target[rows], special)
        both = source.unsqueeze(2) * vocab_size + target.unsqueeze(1)            # (N, T_k, T_q): a number for each i, j
        found = both[(source >= special).unsqueeze(2) & (target >= special).unsqueeze(1)]
        counts.scatter_add_(0, found, torch.ones_like(found, dtype=torch.int32))
    across = counts.view(vocab_size, vocab_size)
    return (across + across.T).float()


def positive_pmi(counts: Tensor) -> Tensor:
    """log of how many times as often as by chance i and j go together; 0 where it is not more often (n, n) -> (n, n).

    The *pointwise mutual information*, log p(i, j) / (p(i) p(j)), of Church and Hanks (1990), cut off at 0. Chance
    draws both tokens from all counts. Where only pairs across two languages are counted, a token of one and a token of
    the other that have nothing to do with each other go together about twice as often as that: log 2.
    """
    of_each = counts.sum(1)
    ratio = counts * counts.sum()
    ratio /= (of_each.unsqueeze(1) * of_each).clamp_(min=1e-9)
    return ratio.clamp_(min=1.0).log_()


def count_vectors(encoded: Encoded, vocab_size: int, d_model: int, special: int = 4) -> Tensor:
    """A vector of length 1 for each token: float32 (vocab_size, d_model); zeros for one that goes with no other.

    The eigenvectors of the `d_model` largest eigenvalues of `positive_pmi`, as columns; then each row is made as long
    as the others. The largest eigenvalues are positive: in their patterns, tokens that go together have numbers of the
    same sign. (Levy and Goldberg, 2014, factorise such a table; their columns are also stretched by the eigenvalues.)

    Args:
        encoded: the training pairs.
        vocab_size: number of tokens.
        d_model: size of the vectors, at most vocab_size.
        special: see `pair_counts`.

    Raises:
        ValueError: if d_model is below 1 or above vocab_size.
    """
    if not 1 <= d_model <= vocab_size:
        raise ValueError(say("d_model must be from 1 to vocab_size = {vocab_size}, got {d_model}",
                             vocab_size=vocab_size, d_model=d_model))
    with _one_thread():                                   # so that the last bits are the same however many there are
        together = positive_pmi(pair_counts(encoded, vocab_size, special))
        patterns = largest_patterns(together, d_model)
    vectors = patterns * (together.sum(1, keepdim=True) > 0)
    return vectors / vectors.norm(dim=1, keepdim=True).clamp(min=1e-6)


def largest_patterns(table: Tensor, n: int, rounds: int = 8) -> Tensor:
    """The eigenvectors of the `n` largest eigenvalues of a symmetric table (size, size), as columns: (size, n).

    Floating point, of the table's dtype; they come in rising order of the eigenvalues. `n` is at most the size.

    Those of a large table come out nearly, and much sooner than all `size` of them would: the table is put into words
    of the directions that it reaches in `rounds` steps from some random ones, where its largest patterns lie nearly
    whole (*block Lanczos*; Golub and Underwood, 1977).
    """
    if len(table) <= n * (rounds + 1):
        return torch.linalg.eigh(table)[1][:, -n:]                       # eigenvalues come in rising order
    start = torch.randn(len(table), n, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(table)
    directions = torch.linalg.qr(start)[0]                               # (size, n), at right angles to each other
    for step in range(rounds):
        further = table @ directions[:, n * step:]
        for _ in range(2):                                               # once leaves what rounding has added
            further -= directions @ (directions.T @ further)
        directions = torch.cat([directions, torch.linalg.qr(further)[0]], dim=1)
    small = directions.T @ (table @ directions)                          # the table, in words of the directions
    return directions @ torch.linalg.eigh((small + small.T) / 2)[1][:, -n:]


def begin_with(model: nn.Module, vectors: Tensor) -> None:
    """Put vectors (vocab_size, d_model) into each `nn.Embedding` of that shape, as long as its rows are on average.

    A row of zeros leaves the model's own. Raises ValueError if the model has no such table.
    """
    tables = [part.weight for part in model.modules() if isinstance(part, nn.Embedding)
              and part.weight.shape == vectors.shape]
    if not tables:
        raise ValueError(say("the model has no table of embeddings of shape {shape}", shape=tuple(vectors.shape)))
    known = vectors.any(dim=1, keepdim=True)
    with torch.no_grad():
        for table in tables:
            length = table.norm(dim=1).mean()
            table.copy_(torch.where(known, length * vectors.to(table), table))


def _once(ids: Tensor, special: int) -> Tensor:
    """Sentences (N, T) in which each token stands once, in rising order; -1 in the place of all else."""
    ids = ids.sort(dim=1).values
    again = torch.zeros_like(ids, dtype=torch.bool)
    again[:, 1:] = ids[:, 1:] == ids[:, :-1]
    return ids.masked_fill(again | (ids < special), -1)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
