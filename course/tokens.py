"""From sentences to token ids and batches.

Subwords are learned by byte-pair encoding (Sennrich et al., 2016) with the `tokenizers` library,
from the training sentences of both languages together: the model shares one embedding table.
"""
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor

from course._paths import atomic_path
from course._words import say
from course.data import Pair

__all__ = ["Batch", "Encoded", "Subwords", "encode_pairs", "token_batches"]


class Subwords:
    """A subword vocabulary: sentences to ids and back.

    Ids 0 to 3 are `<pad>` (fills up short sentences), `<unk>` (a character never seen in
    training), `<bos>` and `<eos>` (begin and end of a sentence). A token that begins a word
    carries the mark `▁`.
    """

    pad_id, unk_id, bos_id, eos_id = range(4)

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer

    @classmethod
    def train(cls, sentences: Iterable[str], vocab_size: int = 2000) -> "Subwords":
        """Learn at most `vocab_size` subwords from `sentences`, special tokens and single characters included.

        Raises:
            TypeError: for a string in place of a list of strings.
            ValueError: if vocab_size is below 1, there is no sentence to learn from, or there are more single
                characters than vocab_size, as in Chinese, so that none could be joined.
        """
        if isinstance(sentences, str):
            raise TypeError(say("`train` takes a list of sentences: [{first!r}, ...]", first=sentences[:30]))
        if vocab_size < 1:
            raise ValueError(say("{name} must be at least 1, got {size}", name="vocab_size", size=vocab_size))
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()]
        )
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size, special_tokens=["<pad>", "<unk>", "<bos>", "<eos>"], show_progress=False
        )
        tokenizer.train_from_iterator(sentences, trainer)
        if tokenizer.get_vocab_size() == 4:
            raise ValueError(say("there is no sentence to learn subwords from"))
        if tokenizer.get_vocab_size() > vocab_size:
            n_characters = tokenizer.get_vocab_size() - 4
            raise ValueError(say(
                "vocab_size = {vocab_size} is too small: the sentences have {n_characters} different characters, so "
                "that no two could be joined. Take {enough}, or, for a script without blanks, "
                "`course.languages.SpacedSubwords`",
                vocab_size=vocab_size, n_characters=n_characters, enough=2 * n_characters))
        return cls(tokenizer)

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, sentence: str) -> list[int]:
        """The ids of a sentence, without special tokens."""
        return self._tokenizer.encode(sentence).ids

    def encode_all(self, sentences: Sequence[str]) -> list[list[int]]:
        """`encode` for many sentences at once, faster."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(sentences))]

    def decode(self, ids: Iterable[int]) -> str:
        """The sentence that the ids spell; special tokens are left out."""
        return self._tokenizer.decode([int(i) for i in ids])

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The token of each id, for labels: `["▁el", "▁gato", ...]`."""
        return cast(list[str], [self._tokenizer.id_to_token(int(i)) for i in ids])

    def save(self, path: Path | str) -> None:
        """Write the vocabulary as JSON."""
        with atomic_path(path) as temporary:
            temporary.write_text(self._tokenizer.to_str(), encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> "Subwords":
        """Read what `save` wrote."""
        return cls(Tokenizer.from_str(Path(path).read_text(encoding="utf-8")))


class Encoded(NamedTuple):
    """Sentence pairs as ids. Source rows end with eos; target rows begin with bos and end with eos."""

    source: Tensor            # (N, longest source), int64, filled up with pad
    target: Tensor            # (N, longest target), int64, filled up with pad
    source_lengths: Tensor    # (N,)
    target_lengths: Tensor    # (N,)

    def __len__(self) -> int:
        return len(self.source)

    def batch(self, rows: Tensor) -> "Batch":
        """The pairs of the given row numbers, cut to the longest among them."""
        return Batch(
            self.source[rows, : int(self.source_lengths[rows].max())],
            self.target[rows, : int(self.target_lengths[rows].max())],
        )


class Batch(NamedTuple):
    """Some pairs of an `Encoded`: source (B, T_k) and target (B, T_q + 1), both int64."""

    source: Tensor
    target: Tensor


def encode_pairs(pairs: Sequence[Pair], subwords: Subwords) -> Encoded:
    """Turn sentence pairs into ids with their special tokens. Raises ValueError if there are none."""
    if not pairs:
        raise ValueError(say("there are no sentence pairs to encode"))
    bos, eos = [subwords.bos_id], [subwords.eos_id]
    source = [ids + eos for ids in subwords.encode_all([pair.source for pair in pairs])]
    target = [bos + ids + eos for ids in subwords.encode_all([pair.target for pair in pairs])]
    return Encoded(
        _fill_up(source, subwords.pad_id), _fill_up(target, subwords.pad_id),
        torch.tensor([len(ids) for ids in source]), torch.tensor([len(ids) for ids in target]),
    )


def token_batches(encoded: Encoded, max_tokens: int, generator: torch.Generator) -> Iterator[Batch]:
    """One pass over the pairs in random order, in batches of about `max_tokens` tokens.

    Sentences of one batch have the same source length, and nearly the same target length, so
    that hardly a step is spent on padding. Source and target tokens are counted together (§5.1).
    Raises ValueError if max_tokens is below 1.
    """
    if max_tokens < 1:
        raise ValueError(say("{name} must be at least 1, got {size}", name="max_tokens", size=max_tokens))
    n = len(encoded)
    order = torch.randperm(n, generator=generator)
    width = int(encoded.target_lengths.max()) + 1
    key = encoded.source_lengths[order] * width + encoded.target_lengths[order]
    order = order[torch.argsort(key, stable=True)]       # by source length, then target length, ties at random

    batches, start = [], 0
    source_lengths, target_lengths = encoded.source_lengths[order].tolist(), encoded.target_lengths[order].tolist()
    for end in range(1, n + 1):
        if end < n and source_lengths[end] == source_lengths[start]:
            tokens = (end + 1 - start) * (source_lengths[start] + target_lengths[end])
            if tokens <= max_tokens:
                continue
        batches.append(order[start:end])
        start = end
    for i in torch.randperm(len(batches), generator=generator).tolist():
        yield encoded.batch(batches[i])


def _fill_up(rows: list[list[int]], pad_id: int) -> Tensor:
    lengths = torch.tensor([len(row) for row in rows])
    filled = torch.full((len(rows), int(lengths.max())), pad_id)
    filled[torch.arange(filled.shape[1]) < lengths.unsqueeze(1)] = torch.tensor([i for row in rows for i in row])
    return filled
