"""torch.nn.Transformer behind the same methods as `course.transformer.Transformer`."""
import math
import warnings

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.transformer import sinusoidal_encoding


class TorchTransformer(nn.Module):
    """PyTorch's module with tied embeddings and sinusoidal positions, initialised like ours.

    `forward` is the use that PyTorch's documentation shows: a causal mask, padding masks for
    source, target and memory, logits for every position. `states`, `unembed`, `encode`, `decode`
    let the course's training loop and greedy decoding drive the same module.
    """

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

    def source_mask(self, source: Tensor) -> Tensor:
        return source == self.pad_id                    # PyTorch's convention: True = ignore

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

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.unembed(self.states(source, target))

    def _causal_mask(self, target: Tensor) -> Tensor:
        return nn.Transformer.generate_square_subsequent_mask(target.shape[1], target.device, torch.bool)
