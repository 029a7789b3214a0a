"""Other Transformers behind the same methods as `course.transformer.Transformer`, to be measured beside it.

`TorchTransformer` is PyTorch's module. `AnnotatedTransformer` and `BentrevettTransformer` are built as two tutorials
that many people learn from build theirs, "The Annotated Transformer" (Harvard NLP) and the sixth notebook of
"PyTorch Seq2Seq" (Ben Trevett): the same layers, norms, positions, embeddings and first weights, in code of our own,
with the sizes that are asked for. Their attention is written out, as there: products, a mask, a softmax, dropout.
`XTransformersTransformer` is the encoder-decoder of the library x-transformers, where that is installed
(`pip install x-transformers`; the course does not need it).

`states`, `unembed`, `encode`, `decode` let the course's training loop and greedy decoding drive each of them; `loss`
is the one that each is documented with.
"""
import importlib.util
import math
import warnings
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.tokens import Batch
from course.transformer import sinusoidal_encoding

SMOOTHING = 0.1


class Peer(nn.Module):
    """What all of them share: teacher forcing, and masks in which True means that a key is padding."""

    pad_id: int
    padding_is: ClassVar[bool] = False          # what a mask of theirs says of padding

    def source_mask(self, source: Tensor) -> Tensor:
        return (source == self.pad_id) == self.padding_is

    def states(self, source: Tensor, target: Tensor) -> Tensor:
        mask = self.source_mask(source)
        return self.decode(target, self.encode(source, mask), mask)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.unembed(self.states(source, target))

    def loss(self, batch: Batch) -> Tensor:
        """Logits for every position, and a loss that leaves out the padded ones."""
        labels = batch.target[:, 1:]
        logits = self(batch.source, batch.target[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=self.pad_id,
                               label_smoothing=SMOOTHING)


class TorchTransformer(Peer):
    """PyTorch's module with tied embeddings and sinusoidal positions, initialised like ours.

    `forward` is the use that PyTorch's documentation shows: a causal mask, padding masks for
    source, target and memory, logits for every position.
    """

    padding_is = True                           # PyTorch's convention: True = ignore

    def __init__(self, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int,
                 dropout: float = 0.0, pad_id: int = 0, max_len: int = 256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model), persistent=False)
        self.dropout = nn.Dropout(dropout)
        with warnings.catch_warnings():     # its nested tensors are for post-norm only, and it says so each time
            warnings.simplefilter("ignore", UserWarning)
            self.transformer = nn.Transformer(
                d_model, n_heads, n_layers, n_layers, d_ff, dropout, batch_first=True, norm_first=True
            )
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def embed(self, ids: Tensor) -> Tensor:
        scale = math.sqrt(self.embedding.embedding_dim)
        return self.dropout(self.embedding(ids) * scale + self.positions[: ids.shape[1]])

    def unembed(self, states: Tensor) -> Tensor:
        return F.linear(states, self.embedding.weight)

    def encode(self, source: Tensor, source_mask: Tensor) -> Tensor:
        return self.transformer.encoder(self.embed(source), src_key_padding_mask=source_mask)

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        return self.transformer.decoder(
            self.embed(target), memory, tgt_mask=self._causal_mask(target),
            tgt_key_padding_mask=target == self.pad_id, memory_key_padding_mask=source_mask,
        )

    def states(self, source: Tensor, target: Tensor) -> Tensor:
        return self.transformer(
            self.embed(source), self.embed(target), tgt_mask=self._causal_mask(target),
            src_key_padding_mask=source == self.pad_id, tgt_key_padding_mask=target == self.pad_id,
            memory_key_padding_mask=source == self.pad_id,
        )

    def _causal_mask(self, target: Tensor) -> Tensor:
        return nn.Transformer.generate_square_subsequent_mask(target.shape[1], target.device, torch.bool)


class Tutorial(Peer):
    """An encoder and a decoder out of `WrittenOutLayer`s, each language with vectors of its own, and a third table
    that turns states into logits. In its masks, True means that a key may be attended to, like in ours.
    """

    def __init__(self, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int, dropout: float,
                 pad_id: int, **layer: object):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.source_embedding, self.target_embedding = (nn.Embedding(vocab_size, d_model) for _ in range(2))
        self.encoder, self.decoder = (
            nn.ModuleList(WrittenOutLayer(d_model, n_heads, d_ff, dropout, crosses, **layer) for _ in range(n_layers))
            for crosses in (False, True))
        self.generator = nn.Linear(d_model, vocab_size)
        self.dropout = nn.Dropout(dropout)

    def begin(self) -> None:
        """First weights: every table and matrix uniform, by Glorot and Bengio's rule."""
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def unembed(self, states: Tensor) -> Tensor:
        return self.generator(states)

    def encode(self, source: Tensor, source_mask: Tensor) -> Tensor:
        x = self._place(self.source_embedding(source) * self.scale, side=0)
        for layer in self.encoder:
            x = layer(x, source_mask[:, None, None])
        return self._finish(x, side=0)

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        size = target.shape[1]
        earlier = torch.ones(size, size, dtype=torch.bool, device=target.device).tril()
        mask = (target != self.pad_id)[:, None, None] & earlier
        x = self._place(self.target_embedding(target) * self.scale, side=1)
        for layer in self.decoder:
            x = layer(x, mask, memory, source_mask[:, None, None])
        return self._finish(x, side=1)

    def _place(self, x: Tensor, side: int) -> Tensor:
        return self.dropout(x + self.positions[: x.shape[1]])

    def _finish(self, x: Tensor, side: int) -> Tensor:
        return x


class AnnotatedTransformer(Tutorial):
    """Pre-norm, with a norm of its own at the end of each stack; sinusoidal positions; smoothing as a divergence."""

    def __init__(self, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int,
                 dropout: float = 0.0, pad_id: int = 0, max_len: int = 256):
        super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, dropout, pad_id, norm=WrittenOutNorm,
                         norm_first=True)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model), persistent=False)
        self.norms = nn.ModuleList(WrittenOutNorm(d_model) for _ in range(2))
        self.begin()

    def _finish(self, x: Tensor, side: int) -> Tensor:
        return self.norms[side](x)

    def loss(self, batch: Batch) -> Tensor:
        labels = batch.target[:, 1:].flatten()
        log_p = self(batch.source, batch.target[:, :-1]).log_softmax(-1).flatten(0, 1)
        wanted = torch.full_like(log_p, SMOOTHING / (log_p.shape[-1] - 2))      # the right one and padding get none
        wanted.scatter_(1, labels[:, None], 1 - SMOOTHING)
        wanted[:, self.pad_id] = 0
        wanted.masked_fill_((labels == self.pad_id)[:, None], 0)
        return F.kl_div(log_p, wanted, reduction="sum") / (labels != self.pad_id).sum()


class BentrevettTransformer(Tutorial):
    """Post-norm, learned positions for each language, cross-entropy without smoothing."""

    def __init__(self, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int,
                 dropout: float = 0.0, pad_id: int = 0, max_len: int = 100):
        super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, dropout, pad_id, norm=nn.LayerNorm,
                         norm_first=False)
        self.places = nn.ModuleList(nn.Embedding(max_len, d_model) for _ in range(2))
        self.begin()

    def _place(self, x: Tensor, side: int) -> Tensor:
        return self.dropout(x + self.places[side](torch.arange(x.shape[1], device=x.device)))

    def loss(self, batch: Batch) -> Tensor:
        logits = self(batch.source, batch.target[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), batch.target[:, 1:].flatten(), ignore_index=self.pad_id)


class WrittenOutLayer(nn.Module):
    """Self-attention, cross-attention if it `crosses`, and a feed-forward layer, each with residual and norm."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int, dropout: float, crosses: bool, norm: type[nn.Module],
                 norm_first: bool):
        super().__init__()
        self.attentions = nn.ModuleList(
            WrittenOutAttention(d_model, n_heads, dropout) for _ in range(2 if crosses else 1))
        self.feed_forward = nn.Sequential(
            nn.Linear(d_model, d_ff), nn.ReLU(), nn.Dropout(dropout), nn.Linear(d_ff, d_model))
        self.norms = nn.ModuleList(norm(d_model) for _ in range(3 if crosses else 2))
        self.dropout, self.norm_first = nn.Dropout(dropout), norm_first

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor | None = None,
                memory_mask: Tensor | None = None) -> Tensor:
        works = [lambda y: self.attentions[0](y, y, mask)]
        if memory is not None:
            works.append(lambda y: self.attentions[1](y, memory, memory_mask))
        for norm, work in zip(self.norms, [*works, self.feed_forward], strict=True):
            x = x + self.dropout(work(norm(x))) if self.norm_first else norm(x + self.dropout(work(x)))
        return x


class WrittenOutAttention(nn.Module):
    """Multi-head attention, one product after the other."""

    def __init__(self, d_model: int, n_heads: int, dropout: float):
        super().__init__()
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        q, k, v = (w(y).unflatten(-1, (self.n_heads, -1)).transpose(1, 2)
                   for w, y in ((self.w_q, x), (self.w_k, memory), (self.w_v, memory)))
        scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(~mask, -1e9)
        return self.w_o((self.dropout(scores.softmax(-1)) @ v).transpose(1, 2).flatten(2))


class WrittenOutNorm(nn.Module):
    """Layer norm by mean and standard deviation, the latter of a sample (n - 1), and epsilon outside of the root."""

    def __init__(self, d_model: int, eps: float = 1e-6):
        super().__init__()
        self.gain, self.shift, self.eps = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model)), eps

    def forward(self, x: Tensor) -> Tensor:
        return self.gain * (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + self.eps) + self.shift


class XTransformersTransformer(Peer):
    """The encoder-decoder that x-transformers documents: pre-norm, learned positions, one table for both languages
    and a matrix of its own for the logits. The loss is the library's: cross-entropy without smoothing.
    """

    def __init__(self, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int,
                 dropout: float = 0.0, pad_id: int = 0, max_len: int = 256):
        super().__init__()
        from x_transformers import XTransformer

        self.pad_id = pad_id
        sizes = {"num_tokens": vocab_size, "depth": n_layers, "heads": n_heads, "attn_dim_head": d_model // n_heads,
                 "ff_mult": d_ff / d_model, "max_seq_len": max_len, "emb_dropout": dropout, "attn_dropout": dropout,
                 "ff_dropout": dropout}
        self.transformer = XTransformer(
            dim=d_model, tie_token_emb=True, ignore_index=pad_id, pad_value=pad_id,
            **{f"{side}_{name}": size for side in ("enc", "dec") for name, size in sizes.items()})

    def encode(self, source: Tensor, source_mask: Tensor) -> Tensor:
        return self.transformer.encoder(source, mask=source_mask, return_embeddings=True)

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        return self.transformer.decoder.net(
            target, context=memory, context_mask=source_mask, return_embeddings=True)

    def unembed(self, states: Tensor) -> Tensor:
        return self.transformer.decoder.net.to_logits(states)

    def loss(self, batch: Batch) -> Tensor:
        return self.transformer(batch.source, batch.target, mask=self.source_mask(batch.source))


PEERS = {"torch": TorchTransformer, "annotated": AnnotatedTransformer, "bentrevett": BentrevettTransformer}
if importlib.util.find_spec("x_transformers"):
    PEERS["x-transformers"] = XTransformersTransformer
