"""Which word belongs to which: alignments made by hand, read off attention, and learned by counting.

A link is a pair (source word, target word), both counted from 0; an alignment is a set of links.
Words are runs of letters and digits, apostrophes inside them included, so that "don't" is one
word; punctuation is not counted.
"""
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch import Tensor

from course._words import say

__all__ = [
    "GoldPair", "IBMModel1", "align_from_attention", "alignment_error_rate", "gold_alignments", "pool", "word_links",
    "word_numbers", "word_weights", "words",
]

Links = set[tuple[int, int]]

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SPECIAL = {"<pad>": "", "<bos>": "", "<eos>": "", "<unk>": "x"}     # an unknown character counts as a letter


def words(sentence: str) -> list[str]:
    """The words of a sentence: "¿Te gusta?" -> ["Te", "gusta"]."""
    return _WORD.findall(sentence)


def word_numbers(tokens: Sequence[str]) -> list[int]:
    """For each subword token the number of its word, -1 for special tokens and punctuation.

    ["▁I", "▁don", "'", "t", "▁know", ".", "<eos>"] -> [0, 1, 1, 1, 2, -1, -1]
    """
    spelt = [_SPECIAL.get(token, token) for token in tokens]
    number_at = {
        place: number for number, match in enumerate(_WORD.finditer("".join(spelt))) for place in range(*match.span())
    }
    numbers, start = [], 0
    for piece in spelt:
        numbers.append(max((number_at.get(place, -1) for place in range(start, start + len(piece))), default=-1))
        start += len(piece)
    return numbers


class GoldPair(NamedTuple):
    """A sentence pair aligned by hand. The possible links include the sure ones."""

    source: str
    target: str
    sure: Links
    possible: Links
    attribution: str


def gold_alignments(path: Path | str | None = None) -> list[GoldPair]:
    """The course's hand-made alignments, or those of another file in the same format (see its first lines).

    Raises:
        ValueError: for a line that is not in the format, or a link to a word that is not there.
    """
    path = Path(__file__).with_name("gold_alignments.tsv") if path is None else Path(path)
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        try:
            source, target, links, attribution = line.split("\t")
            kinds = {(int(i), int(j)): kind for i, kind, j in (re.split("([-?])", link) for link in links.split())}
        except ValueError:
            raise ValueError(
                say("{path}, line {number}: expected source, target, links such as 0-0 1?2, and attribution, "
                    "separated by tabs", path=path, number=number)
            ) from None
        n, m = len(words(source)), len(words(target))
        if outside := [(i, j) for i, j in kinds if i >= n or j >= m]:
            raise ValueError(say("{path}, line {number}: the sentences have {n} and {m} words, but a link is "
                                 "{outside}", path=path, number=number, n=n, m=m, outside=outside[0]))
        sure = {link for link, kind in kinds.items() if kind == "-"}
        pairs.append(GoldPair(source, target, sure, set(kinds), attribution))
    return pairs


def alignment_error_rate(predicted: set, sure: set, possible: set) -> float:
    """1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|), 0 for a perfect alignment (Och and Ney, 2003).

    Args:
        predicted: the links A to be judged, each a tuple; see `pool` for many sentences.
        sure: the links S that must be there.
        possible: the links P that may be there; the sure ones count as possible too.

    Raises:
        ValueError: if there is neither a predicted nor a sure link.
    """
    if not predicted and not sure:
        raise ValueError(say("there is no link at all, so there is no rate"))
    hits = len(predicted & sure) + len(predicted & (possible | sure))
    return 1 - hits / (len(predicted) + len(sure))


def pool(alignments: Iterable[Links]) -> set[tuple[int, int, int]]:
    """The links of many sentences in one set, each with the number of its sentence in front."""
    return {(sentence, *link) for sentence, links in enumerate(alignments) for link in links}


def align_from_attention(weights: Tensor) -> Tensor:
    """For each target token the source token with the largest weight, averaged over the heads.

    Args:
        weights: cross-attention of one sentence (n_heads, T_q, T_k). The decoder reads <bos> and then the T_q - 1
            tokens of the target; the last source token is <eos>.

    Returns:
        (T_q - 1,) int64, for each target token the number of a source token, never that of <eos>. The
        row that counts for a token is the one that predicts it: the row of the token *before* it.

    Raises:
        ValueError: if the source has no token but <eos>.
    """
    if weights.shape[-1] < 2:
        raise ValueError(say("the source has no token but <eos>, so there is nothing to align with"))
    return weights.mean(0)[:-1, :-1].argmax(-1)


def word_links(aligned: Sequence[int], source_words: Sequence[int], target_words: Sequence[int]) -> Links:
    """From tokens to words: two words are linked if any of their tokens are.

    Args:
        aligned: for each target token the number of a source token.
        source_words, target_words: for each token the number of its word or -1, see `word_numbers`.
    """
    linked = zip(aligned, target_words, strict=True)
    return {(source_words[int(i)], j) for i, j in linked if j >= 0 and source_words[int(i)] >= 0}


def word_weights(weights: Tensor, source_words: Sequence[int], target_words: Sequence[int]) -> np.ndarray:
    """From tokens to words, for a picture: weights (T, S) -> (n_target_words, n_source_words).

    What the tokens of one source word get is added up; the rows of one target word's tokens are
    averaged. The columns of <eos> and punctuation are left out, so that rows sum to less than 1.
    Row t of `weights` has to be the one that predicts target token t.
    """
    def belongs(numbers):
        return np.array(numbers) == np.arange(max(numbers, default=-1) + 1)[:, None]  # (n_words, n_tokens)

    rows, columns = belongs(target_words), belongs(source_words)
    return rows / rows.sum(1, keepdims=True) @ np.asarray(weights) @ columns.T


class IBMModel1:
    """A statistical aligner that knows nothing but which words occur in the same pairs (Brown et al., 1993).

    It learns a table t(target word | source word) by expectation maximisation. Each source
    sentence has an empty word besides its own, for target words that nothing in it explains.
    Case does not count.
    """

    def __init__(self, source_ids: dict[str, int], target_ids: dict[str, int], keys: np.ndarray, table: np.ndarray):
        self.source_ids, self.target_ids, self.keys, self.table = source_ids, target_ids, keys, table

    @classmethod
    def train(cls, pairs: Iterable[tuple[str, str]], n_iterations: int = 5) -> "IBMModel1":
        """Learn from (source, target) sentences; entries of the table exist only for words that meet.

        Raises:
            ValueError: if no target sentence has a word, or n_iterations is below 1.
        """
        if n_iterations < 1:
            raise ValueError(say("n_iterations must be at least 1, got {n_iterations}", n_iterations=n_iterations))
        source_ids: dict[str, int] = {"": 0}                       # the empty word
        target_ids: dict[str, int] = {}
        words_e: list[int] = []
        words_f: list[int] = []
        n_e, n_f = [], []
        for source, target in pairs:
            new_e = [0, *(source_ids.setdefault(word.lower(), len(source_ids)) for word in words(source))]
            new_f = [target_ids.setdefault(word.lower(), len(target_ids)) for word in words(target)]
            words_e += new_e
            words_f += new_f
            n_e.append(len(new_e))
            n_f.append(len(new_f))
        if not words_f:
            raise ValueError(say("there is no word on the target side to learn from"))
        # One entry for each source word and target word that meet; those of one target word stand together.
        n_meet = np.repeat(n_e, n_f)                               # for each target word, how many it meets
        place = np.repeat(np.arange(len(words_f)), n_meet)
        first_e = np.repeat(np.cumsum(n_e) - n_e, n_f)
        within = np.arange(len(place)) - (np.cumsum(n_meet) - n_meet)[place]
        e, f = np.array(words_e)[first_e[place] + within], np.array(words_f)[place]
        keys, entry = np.unique(e * len(target_ids) + f, return_inverse=True)
        e_of_key = keys // len(target_ids)
        table = np.ones(len(keys))
        for _ in range(n_iterations):
            share = table[entry]
            share /= np.bincount(place, share)[place]              # each target word is shared out among the source
            counts = np.bincount(entry, share)
            table = counts / np.bincount(e_of_key, counts)[e_of_key]
        return cls(source_ids, target_ids, keys, table)

    def probabilities(self, source: Sequence[str], target: Sequence[str]) -> np.ndarray:
        """t(target word | source word), (n_source + 1, n_target); row 0 is the empty word; 0 if they never met."""
        e = np.array([0, *(self.source_ids.get(word.lower(), -1) for word in source)])
        f = np.array([self.target_ids.get(word.lower(), -1) for word in target], dtype=int)
        key = e[:, None] * len(self.target_ids) + f
        found = np.searchsorted(self.keys, key).clip(max=len(self.keys) - 1)
        known = (self.keys[found] == key) & (e[:, None] >= 0) & (f >= 0)
        return np.where(known, self.table[found], 0.0)

    def align(self, source: str, target: str) -> Links:
        """Link each target word to its most probable source word, or to none if that is the empty word."""
        t = self.probabilities(words(source), words(target))
        return {(int(i) - 1, j) for j, i in enumerate(t.argmax(0)) if i > 0}
