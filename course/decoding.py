"""From a trained model to sentences: greedy decoding, beam search, and a cache that makes both fast."""
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from course.tokens import Subwords
from course.transformer import DecoderLayer, Transformer, residual

__all__ = ["CachedDecoder", "Hypothesis", "UncachedDecoder", "beam_search", "greedy_decode", "translate"]


class UncachedDecoder:
    """A decoder fed one token at a time, that reads the whole target anew at every step.

    Args:
        model: has `decode`, like `course.transformer.Transformer`.
        memory: (B, T_k, d_model), from `model.encode`.
        memory_mask: from `model.source_mask`.
    """

    def __init__(self, model: Any, memory: Tensor, memory_mask: Tensor | None = None):
        self.model, self.memory, self.memory_mask = model, memory, memory_mask
        self.target = torch.empty(len(memory), 0, dtype=torch.long, device=memory.device)

    def step(self, tokens: Tensor) -> Tensor:
        """Append one token to each sentence: ids (B,) -> state of the new position (B, d_model)."""
        self.target = torch.cat([self.target, tokens.unsqueeze(1)], dim=1)
        return self.model.decode(self.target, self.memory, self.memory_mask)[:, -1]

    def keep(self, rows: Tensor) -> None:
        """Go on with these sentences only: row numbers (B',), in any order, repeated as needed."""
        self.target, self.memory = self.target[rows], self.memory[rows]
        self.memory_mask = _rows(self.memory_mask, rows)


class CachedDecoder:
    """The same, with the keys and values of earlier positions kept, so that only the new one is computed.

    Keys and values of the memory are computed once. Nothing is lost: under the causal mask an
    earlier position never changes when a later one is added. Same arguments and methods as
    `UncachedDecoder`; `model` is a `course.transformer.Transformer`.
    """

    def __init__(self, model: Transformer, memory: Tensor, memory_mask: Tensor | None = None):
        self.model, self.memory_mask = model, memory_mask
        layers = model.decoder.layers
        self.position = 0
        self.past: list[tuple[Tensor, Tensor] | None] = [None] * len(layers)     # each (B, n_heads, t, d_head)
        self.of_memory = [layer.cross_attention.keys_and_values(memory, memory) for layer in layers]

    def step(self, tokens: Tensor) -> Tensor:
        """Append one token to each sentence: ids (B,) -> state of the new position (B, d_model)."""
        x = self.model.embed(tokens.unsqueeze(1), start=self.position)
        for i, layer in enumerate(self.model.decoder.layers):
            x = self._through(layer, i, x)
        self.position += 1
        return self.model.decoder.norm(x)[:, 0]

    def _through(self, layer: DecoderLayer, i: int, x: Tensor) -> Tensor:
        """`DecoderLayer.forward` for one new position, x (B, 1, d_model)."""
        def attend_to_self(x):
            attention = layer.self_attention
            new = attention.keys_and_values(x, x)
            if self.past[i] is not None:
                new = tuple(torch.cat([old, extra], dim=2) for old, extra in zip(self.past[i], new, strict=True))
            self.past[i] = new                              # the past and the present, never the future
            return attention.attend(attention.queries(x), *new, need_weights=False)[0]

        def attend_to_memory(x):
            attention = layer.cross_attention
            return attention.attend(attention.queries(x), *self.of_memory[i], self.memory_mask, need_weights=False)[0]

        x = residual(x, attend_to_self, layer.norm_1, layer.dropout, layer.norm_first)
        x = residual(x, attend_to_memory, layer.norm_2, layer.dropout, layer.norm_first)
        return residual(x, layer.feed_forward, layer.norm_3, layer.dropout, layer.norm_first)

    def keep(self, rows: Tensor) -> None:
        """Go on with these sentences only: row numbers (B',), in any order, repeated as needed."""
        self.past = [None if kept is None else (kept[0][rows], kept[1][rows]) for kept in self.past]
        self.of_memory = [(k[rows], v[rows]) for k, v in self.of_memory]
        self.memory_mask = _rows(self.memory_mask, rows)


@torch.no_grad()
def greedy_decode(
    model: Any, source: Tensor, bos_id: int, eos_id: int, max_len: int = 60, cached: bool | None = None
) -> Tensor:
    """Write the most likely next token until every sentence has ended.

    Args:
        model: has `source_mask`, `encode`, `decode`, `unembed` and `pad_id`; should be in eval mode.
        source: (B, T_k) ids, filled up with pad.
        max_len: the most tokens to write.
        cached: whether to use `CachedDecoder`; by default wherever the model is a `Transformer`.

    Returns:
        ids (B, T) without bos; after a sentence's eos there is only pad.
    """
    decoder = _start(model, source, cached)
    token = torch.full((len(source),), bos_id, device=source.device)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    written = []
    for _ in range(max_len):
        token = model.unembed(decoder.step(token)).argmax(-1).masked_fill(ended, model.pad_id)
        written.append(token)
        ended |= token == eos_id
        if ended.all():
            break
    return torch.stack(written, dim=1) if written else source.new_empty(len(source), 0)


class Hypothesis(NamedTuple):
    """A finished translation: its ids with eos, and its score, the larger the better."""

    ids: list[int]
    score: float


@torch.no_grad()
def beam_search(
    model: Any, source: Tensor, bos_id: int, eos_id: int, beam_size: int = 4, length_penalty: float = 0.6,
    max_len: int = 60, cached: bool | None = None,
) -> list[list[Hypothesis]]:
    """Follow the `beam_size` most likely beginnings of each sentence at once (§6.1).

    A finished hypothesis of n tokens, eos included, scores log p / ((5 + n) / 6)^length_penalty
    (Wu et al., 2016, eq. 14): without a penalty every token more can only lower log p, so that
    short translations win. A sentence is done when no beginning that is still alive can overtake
    its `beam_size` best finished ones, or after `max_len` tokens.

    Args:
        model, source, bos_id, eos_id, max_len, cached: as for `greedy_decode`.

    Returns:
        For each sentence its finished hypotheses, best first, at most `beam_size`. If none has
        ended, the best unfinished one stands in.

    Raises:
        ValueError: if beam_size is below 1.
    """
    if beam_size < 1:
        raise ValueError(f"beam_size must be at least 1, got {beam_size}")

    def scored(log_p: float, n: int) -> float:
        return log_p / ((5 + n) / 6) ** length_penalty

    n_sentences, device = len(source), source.device
    decoder = _start(model, source, cached)
    decoder.keep(torch.arange(n_sentences, device=device).repeat_interleave(beam_size))
    first_rows = torch.arange(n_sentences, device=device).unsqueeze(1) * beam_size       # of each sentence's beam
    token = torch.full((n_sentences * beam_size,), bos_id, device=device)
    written = torch.empty(n_sentences, beam_size, 0, dtype=torch.long, device=device)
    log_p = torch.full((n_sentences, beam_size), -torch.inf, device=device)
    log_p[:, 0] = 0.0                                   # at first all beams are equal: let only one count
    finished: list[list[Hypothesis]] = [[] for _ in range(n_sentences)]
    done = [False] * n_sentences

    for length in range(1, max_len + 1):
        logits = model.unembed(decoder.step(token)).log_softmax(-1).view(n_sentences, beam_size, -1)
        vocab_size = logits.shape[-1]
        candidates = (log_p.unsqueeze(-1) + logits).flatten(1)                          # (sentences, beam · vocab)
        # At most beam_size of these can end in eos, so enough remain to go on with.
        best, index = candidates.topk(min(2 * beam_size, candidates.shape[1]))
        parent, next_token = index // vocab_size, index % vocab_size
        ends = next_token == eos_id

        for row, column in ends.nonzero().tolist():
            if column < beam_size and not done[row] and best[row, column] > -torch.inf:
                ids = written[row, parent[row, column]].tolist() + [eos_id]
                finished[row].append(Hypothesis(ids, scored(best[row, column].item(), length)))
        # Those that go on: the best that do not end. Sorting is stable, so their order stays.
        going = ends.to(torch.int8).argsort(dim=1, stable=True)[:, :beam_size]
        log_p = best.gather(1, going).masked_fill(ends.gather(1, going), -torch.inf)
        parent, next_token = parent.gather(1, going), next_token.gather(1, going)
        written = torch.cat([
            written.gather(1, parent.unsqueeze(-1).expand(-1, -1, written.shape[-1])), next_token.unsqueeze(-1)
        ], dim=-1)
        decoder.keep((first_rows + parent).flatten())
        token = next_token.flatten()

        for row, hypotheses in enumerate(finished):
            hypotheses.sort(key=lambda hypothesis: -hypothesis.score)
            del hypotheses[beam_size:]
            # log p only falls, and no hypothesis is longer than max_len: the most that is still possible.
            hope = max(scored(log_p[row, 0].item(), length + 1), scored(log_p[row, 0].item(), max_len))
            done[row] = len(hypotheses) == beam_size and hypotheses[-1].score >= hope
        if all(done):
            break
    for row, hypotheses in enumerate(finished):
        if not hypotheses:
            hypotheses.append(Hypothesis(written[row, 0].tolist(), scored(log_p[row, 0].item(), written.shape[-1])))
    return finished


def translate(
    model: Any, sentences: Sequence[str], subwords: Subwords, beam_size: int = 1, length_penalty: float = 0.6,
    batch_size: int = 100,
) -> list[str]:
    """Translate sentences, greedily or with a beam; the order of the answers is that of the questions."""
    device = next(model.parameters()).device
    encoded = [ids + [subwords.eos_id] for ids in subwords.encode_all(sentences)]
    order = sorted(range(len(sentences)), key=lambda i: len(encoded[i]))    # similar lengths together
    translations = [""] * len(sentences)
    model.eval()
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        source = torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(encoded[i]) for i in rows], batch_first=True, padding_value=subwords.pad_id
        ).to(device)
        if beam_size == 1:
            written = greedy_decode(model, source, subwords.bos_id, subwords.eos_id).tolist()
        else:
            beams = beam_search(model, source, subwords.bos_id, subwords.eos_id, beam_size, length_penalty)
            written = [hypotheses[0].ids for hypotheses in beams]
        for i, ids in zip(rows, written, strict=True):
            translations[i] = subwords.decode(ids)
    return translations


def _start(model: Any, source: Tensor, cached: bool | None) -> CachedDecoder | UncachedDecoder:
    mask = model.source_mask(source)
    if cached is None:
        cached = isinstance(model, Transformer)
    return (CachedDecoder if cached else UncachedDecoder)(model, model.encode(source, mask), mask)


def _rows(mask: Tensor | None, rows: Tensor) -> Tensor | None:
    return None if mask is None else mask[rows]
