"""From a trained model to sentences: greedy decoding, beam search, and a cache that makes both fast."""
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from course._words import say
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
        layers = self.layers = cast(list[DecoderLayer], list(model.decoder.layers))
        self.position = 0
        self.past: list[tuple[Tensor, Tensor] | None] = [None] * len(layers)     # each (B, n_heads, t, d_head)
        self.of_memory = [layer.cross_attention.keys_and_values(memory, memory) for layer in layers]

    def step(self, tokens: Tensor) -> Tensor:
        """Append one token to each sentence: ids (B,) -> state of the new position (B, d_model)."""
        x = self.model.embed(tokens.unsqueeze(1), start=self.position)
        for i, layer in enumerate(self.layers):
            x = self._through(layer, i, x)
        self.position += 1
        return self.model.decoder.norm(x)[:, 0]

    def _through(self, layer: DecoderLayer, i: int, x: Tensor) -> Tensor:
        """`DecoderLayer.forward` for one new position, x (B, 1, d_model)."""
        def attend_to_self(x):
            attention = layer.self_attention
            k, v = attention.keys_and_values(x, x)
            if (past := self.past[i]) is not None:
                k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
            self.past[i] = k, v                             # the past and the present, never the future
            return attention.attend(attention.queries(x), k, v, need_weights=False)[0]

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

    Raises:
        ValueError: if max_len is below 1.
    """
    _at_least_one(max_len=max_len)
    if not len(source):
        return source.new_empty(0, 0)
    decoder = _start(model, source, cached)
    written = torch.full((len(source), max_len), model.pad_id, device=source.device)
    rows = torch.arange(len(source), device=source.device)       # the sentences that have not ended
    token = torch.full((len(source),), bos_id, device=source.device)
    for length in range(1, max_len + 1):
        token = model.unembed(decoder.step(token)).argmax(-1)
        written[rows, length - 1] = token
        going = (token != eos_id).nonzero().squeeze(1)
        if not len(going):
            break
        if len(going) < len(token):
            decoder.keep(going)
            rows, token = rows[going], token[going]
    return written[:, :length]


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

    In each round the best continuations are kept. Those that end are finished and give up their
    place, so that the beam becomes narrower until none is left, or `max_len` tokens are written.
    A finished hypothesis of n tokens, eos included, scores log p / ((5 + n) / 6)^length_penalty
    (Wu et al., 2016, eq. 14): without a penalty every token more can only lower log p, so that
    short translations win.

    Args:
        model, source, bos_id, eos_id, max_len, cached: as for `greedy_decode`.

    Returns:
        For each sentence its finished hypotheses, best first, at most `beam_size`. If none has
        ended, the best unfinished one stands in.

    Raises:
        ValueError: if beam_size or max_len is below 1.
    """
    _at_least_one(beam_size=beam_size, max_len=max_len)
    n_sentences, device = len(source), source.device
    finished: list[list[Hypothesis]] = [[] for _ in range(n_sentences)]
    if not n_sentences:
        return []

    decoder = _start(model, source, cached)
    decoder.keep(torch.arange(n_sentences, device=device).repeat_interleave(beam_size))
    sentences = list(range(n_sentences))                # those that are not done yet, a row of each tensor
    written = torch.empty(n_sentences, beam_size, 0, dtype=torch.long, device=device)
    token = torch.full((n_sentences, beam_size), bos_id, device=device)
    log_p = torch.full((n_sentences, beam_size), -torch.inf, device=device)    # -inf: a place given up
    log_p[:, 0] = 0.0                                   # at first all beams are equal: let only one count
    places = torch.arange(beam_size, device=device)

    for length in range(1, max_len + 1):
        next_log_p = model.unembed(decoder.step(token.flatten())).log_softmax(-1)
        vocab_size = next_log_p.shape[-1]
        candidates = log_p.unsqueeze(-1) + next_log_p.view(*log_p.shape, vocab_size)
        best, index = candidates.flatten(1).topk(beam_size)
        parent, token = index // vocab_size, index % vocab_size
        left = torch.tensor([[beam_size - len(finished[i])] for i in sentences], device=device)
        log_p = best.masked_fill(places >= left, -torch.inf)
        written = written.gather(1, parent.unsqueeze(-1).expand(-1, -1, length - 1))
        written = torch.cat([written, token.unsqueeze(-1)], dim=-1)

        ends = token == eos_id
        for row, place in (ends & (log_p > -torch.inf)).nonzero().tolist():
            score = _penalised(log_p[row, place].item(), length, length_penalty)
            finished[sentences[row]].append(Hypothesis(written[row, place].tolist(), score))
        log_p = log_p.masked_fill(ends, -torch.inf)

        going = (log_p > -torch.inf).any(1).nonzero().squeeze(1)
        sentences = [sentences[row] for row in going.tolist()]
        if not sentences:
            break
        decoder.keep((going.unsqueeze(1) * beam_size + parent[going]).flatten())
        token, log_p, written = token[going], log_p[going], written[going]

    for row, i in enumerate(sentences):                 # out of room
        if not finished[i]:
            place = int(log_p[row].argmax())
            score = _penalised(log_p[row, place].item(), written.shape[-1], length_penalty)
            finished[i].append(Hypothesis(written[row, place].tolist(), score))
    return [sorted(hypotheses, key=lambda hypothesis: -hypothesis.score) for hypotheses in finished]


def translate(
    model: Any, sentences: Sequence[str], subwords: Subwords, beam_size: int = 1, length_penalty: float = 0.6,
    batch_size: int = 100, max_len: int = 60,
) -> list[str]:
    """Translate sentences, greedily or with a beam; the order of the answers is that of the questions.

    Args:
        model, beam_size, length_penalty: as for `beam_search`; a `beam_size` of 1 is greedy.
        sentences: a list of them, also for a single one.
        subwords: the vocabulary that the model was trained with.
        batch_size: how many are translated at once.
        max_len: the most tokens to write for a sentence. What does not end by then is cut there, and a warning says
            how many sentences that are.

    Raises:
        TypeError: for a string in place of a list of strings, or something else in the list.
        ValueError: if a sentence is empty, or has more tokens than the model knows positions; it is named. If
            beam_size, batch_size or max_len is below 1.
    """
    _at_least_one(beam_size=beam_size, batch_size=batch_size, max_len=max_len)
    if isinstance(sentences, str):
        raise TypeError(say("`translate` takes a list of sentences: translate(model, [{sentences!r}], subwords)",
                            sentences=sentences[:30]))
    for n, sentence in enumerate(sentences):
        if not isinstance(sentence, str):
            raise TypeError(say("`translate` takes a list of strings; number {n}, counted from 0, is {sentence!r:.60}",
                                n=n, sentence=sentence))
        if not sentence.strip():
            raise ValueError(say("sentence {n}, counted from 0, is empty: there is nothing to translate", n=n))
    device, positions = next(model.parameters()).device, len(getattr(model, "positions", range(10**9)))
    encoded = [ids + [subwords.eos_id] for ids in subwords.encode_all(sentences)]
    order = sorted(range(len(sentences)), key=lambda i: len(encoded[i]))    # similar lengths together
    if order and len(encoded[order[-1]]) > positions:
        raise ValueError(say("sentence {order}, counted from 0, has {encoded} tokens with its end; the model knows "
                             "positions only up to max_len = {positions}: {sentences!r}…", order=order[-1],
                             encoded=len(encoded[order[-1]]), positions=positions,
                             sentences=sentences[order[-1]][:40]))
    max_len = min(max_len, positions)
    translations, n_cut = [""] * len(sentences), 0
    model.eval()
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        source = torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(encoded[i]) for i in rows], batch_first=True, padding_value=subwords.pad_id
        ).to(device)
        if beam_size == 1:
            written = greedy_decode(model, source, subwords.bos_id, subwords.eos_id, max_len).tolist()
        else:
            beams = beam_search(model, source, subwords.bos_id, subwords.eos_id, beam_size, length_penalty, max_len)
            written = [hypotheses[0].ids for hypotheses in beams]
        for i, ids in zip(rows, written, strict=True):
            translations[i] = subwords.decode(ids)
            n_cut += subwords.eos_id not in ids
    if n_cut:
        more = say("the model has no more positions") if max_len == positions else say(
            "`max_len={max_len}` allows more", max_len=2 * max_len)
        warnings.warn(say("{n_cut} of {sentences} translations did not end within max_len = {max_len} tokens; they "
                          "are cut there ({more})", n_cut=n_cut, sentences=len(sentences), max_len=max_len,
                          more=more), stacklevel=2)
    return translations


def _at_least_one(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(say("{name} must be at least 1, got {number}", name=name, number=number))


def _penalised(log_p: float, n: int, length_penalty: float) -> float:
    return log_p / ((5 + n) / 6) ** length_penalty


def _start(model: Any, source: Tensor, cached: bool | None) -> CachedDecoder | UncachedDecoder:
    mask = model.source_mask(source)
    if cached is None:
        cached = isinstance(model, Transformer)
    return (CachedDecoder if cached else UncachedDecoder)(model, model.encode(source, mask), mask)


def _rows(mask: Tensor | None, rows: Tensor) -> Tensor | None:
    return None if mask is None else mask[rows]
