# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: embeddings begin with std 1/d_model
class Transformer(nn.Module):
    """Source ids (B, T_k) and decoder input ids (B, T_q) -> logits (B, T_q, vocab_size)."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return x @ self.embedding.weight.T

# %% wrong: output layer tied, but an nn.Linear with its bias
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.output = nn.Linear(d_model, vocab_size)
        self.output.weight = self.embedding.weight

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target_mask = decoder_mask(target, self.pad_id)
        s = self.embedding(source) * math.sqrt(self.d_model) + self.positions[: source.size(1)]
        t = self.embedding(target) * math.sqrt(self.d_model) + self.positions[: target.size(1)]
        memory = self.encoder(s, source_mask)
        return self.output(self.decoder(t, memory, target_mask, source_mask))

# %% wrong: pad_id taken as 0 whatever is given
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        vectors = self.embedding(ids)
        return vectors * math.sqrt(vectors.shape[-1]) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, 0), source_mask)
        return x @ self.embedding.weight.T

# %% wrong: positions of the source's length for the target, too
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / self.scale)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        T = source.shape[1]
        pos = self.positions[:T]
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embedding(source) * self.scale + pos, source_mask)
        out = self.decoder(self.embedding(target) * self.scale + pos, memory,
                           decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: two tables, one for each language
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.source_embedding = nn.Embedding(vocab_size, d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        for table in (self.source_embedding, self.embedding):
            nn.init.normal_(table.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        src = self.source_embedding(source) * math.sqrt(self.d_model) + self.positions[:source.shape[1]]
        tgt = self.embedding(target) * math.sqrt(self.d_model) + self.positions[:target.shape[1]]
        memory = self.encoder(src, source_mask)
        x = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return x @ self.embedding.weight.T

# %% wrong: d_model never stored, AttributeError
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return x @ self.embedding.weight.T

# %% wrong: padding mask for the target, no causal mask
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target_mask = padding_mask(target, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, target_mask, source_mask)
        return x @ self.embedding.weight.T

# %% wrong: decoder gets the embedded source, the encoder's result is thrown away
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.embed(source)
        self.encoder(memory, source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return x @ self.embedding.weight.T

# %% right: helper methods, F.linear
class Transformer(nn.Module):
    """Source ids (B, T_k) and decoder input ids (B, T_q) -> logits (B, T_q, vocab_size)."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.scale = d_model ** 0.5
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, mean=0.0, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.scale * self.embedding(ids) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        states = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return F.linear(states, self.embedding.weight)

# %% right: tied nn.Linear without bias, positions with a batch axis, other names
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad = pad_id
        self.d = d_model
        self.tok = nn.Embedding(vocab_size, d_model)
        self.lm_head = nn.Linear(d_model, vocab_size, bias=False)
        self.lm_head.weight = self.tok.weight
        torch.nn.init.normal_(self.lm_head.weight, 0, 1 / math.sqrt(d_model))
        self.register_buffer("pe", sinusoidal_encoding(max_len, d_model).unsqueeze(0), persistent=False)
        self.enc = Encoder(n_layers, d_model, n_heads, d_ff)
        self.dec = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        B, Tk = source.shape
        _, Tq = target.shape
        src = self.tok(source) * math.sqrt(self.d) + self.pe[:, :Tk]
        tgt = self.tok(target) * math.sqrt(self.d) + self.pe[:, :Tq]
        src_mask = (source != self.pad)[:, None, :]
        tgt_mask = (target != self.pad)[:, None, :] & torch.ones(Tq, Tq, dtype=torch.bool, device=target.device).tril()
        return self.lm_head(self.dec(tgt, self.enc(src, src_mask), tgt_mask, src_mask))

# %% right: padding_idx, positions looked up by number, causal mask only, einsum
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model, padding_idx=pad_id)
        with torch.no_grad():
            self.embedding.weight.copy_(torch.randn(vocab_size, d_model) / math.sqrt(d_model))
        self.positions = nn.Parameter(sinusoidal_encoding(max_len, d_model), requires_grad=False)
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        def vectors(ids):
            places = torch.arange(ids.shape[1], device=ids.device)
            return self.embedding(ids) * math.sqrt(self.embedding.embedding_dim) + self.positions[places]

        mask = padding_mask(source, self.pad_id)
        memory = self.encoder(vectors(source), mask)
        causal = causal_mask(target.shape[1]).to(target.device).expand(len(target), -1, -1)
        h = self.decoder(vectors(target), memory, causal, mask)
        return torch.einsum("btd,vd->btv", h, self.embedding.weight)
