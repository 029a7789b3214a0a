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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, Encoder, sinusoidal_encoding
# %% wrong: √d_model is applied to the positions as well
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return (self.embedding(ids) + self.positions[: ids.shape[1]]) * self.scale

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T
# %% wrong: the padding of the source is masked in the encoder, but forgotten in cross-attention
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        src = self.embedding(source) * math.sqrt(self.d_model) + self.positions[: source.shape[1]]
        tgt = self.embedding(target) * math.sqrt(self.d_model) + self.positions[: target.shape[1]]
        memory = self.encoder(src, padding_mask(source, self.pad_id))
        states = self.decoder(tgt, memory, decoder_mask(target, self.pad_id))
        return F.linear(states, self.embedding.weight)
# %% wrong: pad_id is ignored, the masks are made with 0
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        x = self.embedding(ids)
        return x * math.sqrt(x.shape[-1]) + self.positions[: x.shape[1]]

    def forward(self, source, target):
        memory_mask = padding_mask(source, 0)
        self_mask = decoder_mask(target, 0)
        memory = self.encoder(self.embed(source), memory_mask)
        x = self.decoder(self.embed(target), memory, self_mask, memory_mask)
        return x @ self.embedding.weight.T
# %% wrong: the encoder gets a causal mask (decoder_mask of the source)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        x = self.embedding(ids)
        return x * math.sqrt(x.shape[-1]) + self.positions[: x.shape[1]]

    def forward(self, source, target):
        memory = self.encoder(self.embed(source), decoder_mask(source, self.pad_id))
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id),
                         padding_mask(source, self.pad_id))
        return x @ self.embedding.weight.T
# %% wrong: the logits are made with the table times √d_model
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        table = self.embedding.weight * self.embedding.embedding_dim ** 0.5
        source_mask, target_mask = padding_mask(source, self.pad_id), decoder_mask(target, self.pad_id)
        memory = self.encoder(table[source] + self.positions[: source.size(1)], source_mask)
        states = self.decoder(table[target] + self.positions[: target.size(1)], memory, target_mask, source_mask)
        return states @ table.T
# %% wrong: the output layer shares the table, but has a bias
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.out = nn.Linear(d_model, vocab_size)
        self.out.weight = self.embedding.weight

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        return self.out(self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask))
# %% wrong: the output layer is a copy of the table: equal at the beginning, but trained separately
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.out = nn.Linear(d_model, vocab_size, bias=False)
        with torch.no_grad():
            self.out.weight.copy_(self.embedding.weight)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        return self.out(self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask))
# %% wrong: Xavier for all matrices afterwards, as in a tutorial, overwrites the table's beginning (its size then depends on the vocabulary)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return x @ self.embedding.weight.T
# %% wrong: the positions are a parameter, so they are trained
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.positions = nn.Parameter(sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return torch.einsum("btd,vd->btv", x, self.embedding.weight)
# %% right: positions computed in forward, only a causal mask for the target, einsum, other names
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.table = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.table.weight, mean=0.0, std=d_model ** -0.5)
        self.reader = Encoder(n_layers, d_model, n_heads, d_ff)
        self.writer = Decoder(n_layers, d_model, n_heads, d_ff)

    def vectors(self, ids):
        d_model = self.table.weight.shape[1]
        places = sinusoidal_encoding(ids.shape[1], d_model).to(self.table.weight)
        return self.table(ids).mul(d_model ** 0.5).add(places)

    def forward(self, source, target):
        real = padding_mask(source, self.pad_id)
        past = causal_mask(target.shape[1], target.device).expand(len(target), -1, -1)
        states = self.writer(self.vectors(target), self.reader(self.vectors(source), real), past, real)
        return torch.einsum("btd,vd->btv", states, self.table.weight)
# %% right: an output nn.Linear without bias whose weight is the table itself; positions as an embedding that is frozen
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.out = nn.Linear(d_model, vocab_size, bias=False)
        self.out.weight = self.embedding.weight
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.position = nn.Embedding.from_pretrained(sinusoidal_encoding(max_len, d_model), freeze=True)

    def embed(self, ids):
        places = torch.arange(ids.shape[1], device=ids.device)
        return math.sqrt(self.d_model) * self.embedding(ids) + self.position(places)[None]

    def forward(self, source, target):
        masks = {"self_mask": decoder_mask(target, self.pad_id), "memory_mask": padding_mask(source, self.pad_id)}
        memory = self.encoder(self.embed(source), masks["memory_mask"])
        return self.out(self.decoder(self.embed(target), memory, **masks))
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, Encoder, sinusoidal_encoding
# %% wrong: the masks take 0 for padding, whatever pad_id is
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.scale = math.sqrt(d_model)

    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        target_mask = decoder_mask(target, 0)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, target_mask, source_mask)
        return out @ self.embedding.weight.T
# %% wrong: the target gets no positions
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        src = self.embedding(source) * math.sqrt(self.d_model)
        tgt = self.embedding(target) * math.sqrt(self.d_model)
        src = src + self.positions[:source.shape[1]]
        src_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(src, src_mask)
        h = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), src_mask)
        return h @ self.embedding.weight.T
# %% wrong: the decoder's output is divided by the root of d_model before the table, as T5 does
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.model_dim = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def _embed(self, ids):
        return self.embedding(ids) * self.model_dim ** 0.5 + self.positions[:ids.size(1)]

    def forward(self, source, target):
        mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self._embed(source), mask)
        sequence_output = self.decoder(self._embed(target), memory, decoder_mask(target, self.pad_id), mask)
        # rescale output before projecting on vocab, because the embeddings are tied
        sequence_output = sequence_output * (self.model_dim ** -0.5)
        return F.linear(sequence_output, self.embedding.weight)
# %% wrong: positions are counted from 1, so all are shifted, and the longest sentence fails
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        pos = torch.arange(1, ids.shape[1] + 1, device=ids.device)
        return self.embedding(ids) * math.sqrt(self.embedding.embedding_dim) + self.positions[pos]

    def forward(self, source, target):
        mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), mask)
        return x @ self.embedding.weight.T
# %% wrong: the embedding keeps PyTorch's first numbers, of size 1 instead of 1/√d_model
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.embedding.embedding_dim) + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), mask)
        states = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), mask)
        return states @ self.embedding.weight.T
# %% wrong: the positions are a parameter, so they are trained (2)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.scale = d_model ** 0.5
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / self.scale)
        self.positions = nn.Parameter(sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        s_mask, t_mask = padding_mask(source, self.pad_id), decoder_mask(target, self.pad_id)
        s = self.embedding(source) * self.scale + self.positions[:source.shape[1]]
        t = self.embedding(target) * self.scale + self.positions[:target.shape[1]]
        t = self.decoder(t, self.encoder(s, s_mask), t_mask, s_mask)
        return torch.einsum("btd,vd->btv", t, self.embedding.weight)
# %% wrong: source and target have an embedding table each; the output shares the target's only
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.d_model = d_model
        self.src_embed = nn.Embedding(vocab_size, d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        for table in (self.src_embed, self.embedding):
            nn.init.normal_(table.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        src_mask = padding_mask(source, self.pad_id)
        src = self.src_embed(source) * math.sqrt(self.d_model) + self.positions[: source.shape[1]]
        memory = self.encoder(src, src_mask)
        tgt = self.embedding(target) * math.sqrt(self.d_model) + self.positions[: target.shape[1]]
        out = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), src_mask)
        return out @ self.embedding.weight.T
# %% right: positions computed in forward, masks made by comparing, other names
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad = pad_id
        self.d = d_model
        self.table = nn.Embedding(vocab_size, d_model)
        with torch.no_grad():
            self.table.weight.copy_(torch.randn(vocab_size, d_model) / math.sqrt(d_model))
        self.reader = Encoder(n_layers, d_model, n_heads, d_ff)
        self.writer = Decoder(n_layers, d_model, n_heads, d_ff)

    def vectors(self, ids):
        places = sinusoidal_encoding(ids.shape[1], self.d).to(self.table.weight)
        return torch.add(places, self.table(ids), alpha=self.d ** 0.5)

    def forward(self, source, target):
        real = source.ne(self.pad)[:, None, :]
        t = torch.arange(target.shape[1], device=target.device)
        no_future = (t[:, None] >= t[None, :]).expand(len(target), -1, -1)
        memory = self.reader(self.vectors(source), real)
        states = self.writer(self.vectors(target), memory, no_future, real)
        return torch.einsum("bqd,vd->bqv", states, self.table.weight)
# %% right: an nn.Linear without bias whose weight is the table itself, F.embedding on a scaled table
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.root = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.logits = nn.Linear(d_model, vocab_size, bias=False)
        self.logits.weight = self.embedding.weight
        nn.init.normal_(self.embedding.weight, std=1 / self.root)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        scaled = self.embedding.weight * self.root
        inside, outside = (F.embedding(ids, scaled) + self.positions[None, : ids.size(1)] for ids in (source, target))
        hide = padding_mask(source, self.pad_id)
        return self.logits(self.decoder(outside, self.encoder(inside, hide), decoder_mask(target, self.pad_id), hide))


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
DecoderLayer, Decoder = library.DecoderLayer, library.Decoder
class Parts(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)
class Base(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: positions[: len(ids)] - the number of SENTENCES, not of tokens
class Transformer(Base):
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: len(ids)]

# %% wrong: pad_id ignored: padding is taken to be 0
class Transformer(Base):
    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, 0), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: std = 1/d_model instead of 1/sqrt(d_model)
class Transformer(Base):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id, max_len)
        nn.init.normal_(self.embedding.weight, std=1 / d_model)

# %% wrong: the encoder is given the causal decoder_mask of the source
class Transformer(Base):
    def forward(self, source, target):
        memory = self.encoder(self.embed(source), decoder_mask(source, self.pad_id))
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id),
                           padding_mask(source, self.pad_id))
        return out @ self.embedding.weight.T

# %% wrong: sqrt(d_model) forgotten, AND the decoder gets only the target's padding mask (not causal)
class Transformer(Base):
    def embed(self, ids):
        return self.embedding(ids) + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, padding_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% right: a tied nn.Linear for the output, positions computed in forward, the scale kept as a number, masks by hand
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad, self.scale = pad_id, d_model ** 0.5
        self.table = nn.Embedding(vocab_size, d_model)
        self.to_logits = nn.Linear(d_model, vocab_size, bias=False)
        self.to_logits.weight = self.table.weight
        nn.init.normal_(self.table.weight, std=1 / self.scale)
        self.reader = Encoder(n_layers, d_model, n_heads, d_ff)
        self.writer = Decoder(n_layers, d_model, n_heads, d_ff)
    def prepare(self, ids):
        vectors = self.scale * self.table(ids)
        return vectors + sinusoidal_encoding(*vectors.shape[1:]).to(vectors)
    def forward(self, source, target):
        real = source.ne(self.pad)[:, None, :]
        future = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).tril()[None]
        states = self.writer(self.prepare(target), self.reader(self.prepare(source), real), future, real)
        return self.to_logits(states)

# %% prelude

# %% wrong: output nn.Linear shares only .data with the embedding: two parameters, gradients apart
import math
import torch
from torch import nn
from course.attention import decoder_mask, padding_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.out = nn.Linear(d_model, vocab_size, bias=False)
        self.out.weight.data = self.embedding.weight.data
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        return self.out(self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask))

# %% wrong: causal mask in training mode only ('when it writes by itself there is no future'): wrong in eval
import math
import torch
from torch import nn
from course.attention import decoder_mask, padding_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        self_mask = decoder_mask(target, self.pad_id) if self.training else padding_mask(target, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        return self.decoder(self.embed(target), memory, self_mask, source_mask) @ self.embedding.weight.T

# %% wrong: fairseq: positions begin at pad_id + 1
import math
import torch
from torch import nn
from course.attention import decoder_mask, padding_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len + pad_id + 1, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        start = self.pad_id + 1
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[start : start + ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        states = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return states @ self.embedding.weight.T

# %% prelude

# %% wrong: nn.init.normal_(w, 1/sqrt(d)): the second argument is the mean, the deviation stays 1
import math
import torch
from torch import nn
from course.attention import padding_mask, decoder_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, 1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: an output layer with a COPY of the table: equal only until the first step
import math
import torch
from torch import nn
from course.attention import padding_mask, decoder_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.output = nn.Linear(d_model, vocab_size, bias=False)
        self.output.weight.data.copy_(self.embedding.weight.data)
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return self.output(out)

# %% wrong: pad_id is never used: padding is taken to be 0
import math
import torch
from torch import nn
from course.attention import padding_mask, decoder_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
PAD = 0
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def forward(self, source, target):
        s = self.embedding(source) * math.sqrt(self.d_model) + self.positions[:source.shape[1]]
        t = self.embedding(target) * math.sqrt(self.d_model) + self.positions[:target.shape[1]]
        source_mask = padding_mask(source, PAD)
        memory = self.encoder(s, source_mask)
        out = self.decoder(t, memory, decoder_mask(target, PAD), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: positions cut to the length of the source, and added to the target, too
import math
import torch
from torch import nn
from course.attention import padding_mask, decoder_mask
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def forward(self, source, target):
        pos = self.positions[:source.size(1)]
        s = self.embedding(source) * math.sqrt(self.d_model) + pos
        t = self.embedding(target) * math.sqrt(self.d_model) + pos
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(s, source_mask)
        out = self.decoder(t, memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% right: a tied nn.Linear, masks by hand, positions computed in forward
import torch
from torch import nn
from course.transformer import Encoder, Decoder, sinusoidal_encoding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.to_logits = nn.Linear(d_model, vocab_size, bias=False)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.embedding.weight = self.to_logits.weight
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
    def embed(self, ids):
        table = self.embedding.weight
        d_model = table.shape[1]
        return table[ids] * d_model ** 0.5 + sinusoidal_encoding(ids.shape[1], d_model)
    def forward(self, source, target):
        T = target.shape[1]
        source_mask = (source != self.pad_id)[:, None, :]
        self_mask = torch.ones(T, T, dtype=torch.bool, device=target.device).tril().repeat(len(target), 1, 1)
        memory = self.encoder(self.embed(source), source_mask)
        return self.to_logits(self.decoder(self.embed(target), memory, self_mask, source_mask))

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import decoder_mask, padding_mask
from course.transformer import Decoder, Encoder, sinusoidal_encoding

# %% wrong: √d_model times the sum of embedding and position
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def forward(self, source, target):
        scale = math.sqrt(self.d_model)
        s = (self.embedding(source) + self.positions[:source.shape[1]]) * scale
        t = (self.embedding(target) + self.positions[:target.shape[1]]) * scale
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(s, source_mask)
        out = self.decoder(t, memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: an nn.Linear that shares the table, with its bias
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.output = nn.Linear(d_model, vocab_size)
        self.output.weight = self.embedding.weight

    def embed(self, ids):
        return self.embedding(ids) * self.d_model ** 0.5 + self.positions[:ids.size(1)]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return self.output(out)

# %% wrong: both masks are made with 0, whatever pad_id is
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        target_mask = decoder_mask(target, 0)
        memory = self.encoder(self.embed(source), source_mask)
        y = self.decoder(self.embed(target), memory, target_mask, source_mask)
        return y @ self.embedding.weight.T

# %% right: positions computed in forward, a causal mask alone, F.linear, other names
class Seq2Seq(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        table = torch.empty(vocab_size, d_model).normal_(0, 1 / math.sqrt(d_model))
        self.words = nn.Embedding.from_pretrained(table, freeze=False)
        self.reader = Encoder(n_layers, d_model, n_heads, d_ff)
        self.writer = Decoder(n_layers, d_model, n_heads, d_ff)
        self.pad = pad_id

    def vectors(self, ids):
        d = self.words.embedding_dim
        return math.sqrt(d) * self.words(ids) + sinusoidal_encoding(ids.shape[-1], d).to(ids.device)

    def forward(self, source, target):
        visible = (source != self.pad)[:, None, :]
        n = target.shape[1]
        past = torch.ones(n, n, dtype=torch.bool).tril().expand(len(target), n, n)
        memory = self.reader(self.vectors(source), visible)
        return F.linear(self.writer(self.vectors(target), memory, past, visible), self.words.weight)

Transformer = Seq2Seq

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask, scaled_dot_product_attention
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding

class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: pad_id ignored: the masks are made for 0
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        memory = self.encoder(self.embed(source), source_mask)
        y = self.decoder(self.embed(target), memory, decoder_mask(target, 0), source_mask)
        return y @ self.embedding.weight.T

# %% wrong: the target's embeddings are not multiplied by sqrt(d_model)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.embedding(target) + self.positions[: target.shape[1]]
        y = self.decoder(x, memory, decoder_mask(target, self.pad_id), source_mask)
        return y @ self.embedding.weight.T

# %% wrong: the output's table is multiplied by sqrt(d_model), too
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        y = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return y @ (self.embedding.weight * self.scale).T

# %% wrong: std = 1/d_model: variance taken for the standard deviation
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        y = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return y @ self.embedding.weight.T

# %% right: positions computed in forward, masks by hand, einsum for the output
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad, self.d = pad_id, d_model
        self.table = nn.Parameter(torch.randn(vocab_size, d_model) / d_model ** 0.5)
        self.enc = Encoder(n_layers, d_model, n_heads, d_ff)
        self.dec = Decoder(n_layers, d_model, n_heads, d_ff)
    def vectors(self, ids):
        return F.embedding(ids, self.table) * self.d ** 0.5 + sinusoidal_encoding(ids.size(-1), self.d)
    def forward(self, source, target):
        real = (source != self.pad).unsqueeze(1)
        causal = torch.ones(target.size(1), target.size(1), dtype=torch.bool).tril()
        memory = self.enc(self.vectors(source), real)
        out = self.dec(self.vectors(target), memory, causal.expand(target.size(0), -1, -1), real)
        return torch.einsum("btd,vd->btv", out, self.table)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: cross-attention gets the mask of the decoder's self-attention (no: the padding mask of the target)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        target_mask = decoder_mask(target, self.pad_id)
        x = self.decoder(self.embed(target), memory, target_mask, padding_mask(target, self.pad_id))
        return x @ self.embedding.weight.T

# %% wrong: root of d_model applied to embedding plus positions
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return (self.embedding(ids) + self.positions[:ids.shape[1]]) * math.sqrt(self.d_model)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return x @ self.embedding.weight.T

# %% wrong: padding_idx given to nn.Embedding, then std init; but a separate target embedding
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.target_embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        nn.init.normal_(self.target_embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        src = self.embedding(source) * self.scale + self.positions[:source.shape[1]]
        tgt = self.target_embedding(target) * self.scale + self.positions[:target.shape[1]]
        memory = self.encoder(src, source_mask)
        out = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.target_embedding.weight.T

# %% wrong: pad id written as 0 in the masks, the argument pad_id forgotten
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        target_mask = decoder_mask(target, 0)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, target_mask, source_mask)
        return out @ self.embedding.weight.T

# %% right: F.linear, masks written by hand, positions computed in forward, causal mask only
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.d_model = pad_id, d_model
        self.tok = nn.Embedding(vocab_size, d_model)
        with torch.no_grad():
            self.tok.weight.copy_(torch.randn(vocab_size, d_model) / d_model ** 0.5)
        self.enc = Encoder(n_layers, d_model, n_heads, d_ff)
        self.dec = Decoder(n_layers, d_model, n_heads, d_ff)

    def _in(self, ids):
        pos = sinusoidal_encoding(ids.size(1), self.d_model).to(self.tok.weight)
        return self.tok(ids).mul(self.d_model ** 0.5).add(pos)

    def forward(self, source, target):
        keep = (source != self.pad_id)[:, None, :]
        n = target.size(1)
        causal = torch.ones(n, n, dtype=torch.bool, device=target.device).tril()[None]
        memory = self.enc(self._in(source), keep)
        return F.linear(self.dec(self._in(target), memory, causal, keep), self.tok.weight)

# %% wrong: ties the embedding to nn.Linear's weight after the init: the init is lost (std 1/sqrt(3 d))
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.d_model = d_model
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.output = nn.Linear(d_model, vocab_size, bias=False)
        self.embedding.weight = self.output.weight

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        x = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return self.output(x)

# %% prelude
import math
import torch
from torch import nn
import torch.nn.functional as F
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding, DecoderLayer, Decoder

# %% wrong: the std given as second positional argument of normal_, which is the mean (std stays 1)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, 1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: n_layers shared out: half for each stack
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers // 2, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers // 2, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: pad id 0 written into the masks, the argument pad_id is not used
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, 0), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: positions for 256, max_len is not used
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(256, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: positions as nn.Parameter: they are trained
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model = d_model
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.positions = nn.Parameter(sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% right: positions in forward, causal only, masks by hand, F.linear, other names, table shrunk in place
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad, self.width = pad_id, d_model
        self.table = nn.Embedding(vocab_size, d_model)
        with torch.no_grad():
            self.table.weight.mul_(d_model ** -0.5)          # nn.Embedding begins with a standard deviation of 1
        self.enc = Encoder(n_layers, d_model, n_heads, d_ff)
        self.dec = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        def vectors(ids):
            return self.table(ids) * self.width ** 0.5 + sinusoidal_encoding(ids.size(1), self.width)
        real = source.ne(self.pad)[:, None, :]
        future = torch.tril(torch.ones(target.size(1), target.size(1), dtype=torch.bool)).expand(len(target), -1, -1)
        states = self.dec(vectors(target), self.enc(vectors(source), real), future, real)
        return F.linear(states, self.table.weight)

# %% prelude
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: sqrt(d_model) applied to the positions as well
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return (self.embedding(ids) + self.positions[:ids.shape[1]]) * math.sqrt(self.d_model)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        y = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return y @ self.embedding.weight.T

# %% wrong: std = 1/d_model: the root forgotten in the initialisation
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.scale, self.pad_id = math.sqrt(d_model), pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        s = self.embedding(source) * self.scale + self.positions[:source.shape[1]]
        t = self.embedding(target) * self.scale + self.positions[:target.shape[1]]
        source_mask = padding_mask(source, self.pad_id)
        y = self.decoder(t, self.encoder(s, source_mask), decoder_mask(target, self.pad_id), source_mask)
        return y @ self.embedding.weight.T

# %% wrong: padding of the target, not of the source, as mask of cross-attention
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.scale, self.pad_id = math.sqrt(d_model), pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(d_model))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        s = self.embedding(source) * self.scale + self.positions[:source.shape[1]]
        t = self.embedding(target) * self.scale + self.positions[:target.shape[1]]
        memory = self.encoder(s, padding_mask(source, self.pad_id))
        y = self.decoder(t, memory, decoder_mask(target, self.pad_id), padding_mask(target, self.pad_id))
        return y @ self.embedding.weight.T

# %% right: own names, positions computed in forward, tied nn.Linear without bias, causal mask only
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))

class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.width, self.pad = d_model, pad_id
        self.reader = Encoder(n_layers, d_model, n_heads, d_ff)
        self.writer = Decoder(n_layers, d_model, n_heads, d_ff)
        self.words = nn.Embedding(vocab_size, d_model)
        with torch.no_grad():
            self.words.weight.copy_(torch.randn(vocab_size, d_model) / d_model ** 0.5)
        self.out = nn.Linear(d_model, vocab_size, bias=False)
        self.out.weight = self.words.weight

    def vectors(self, ids):
        return self.words(ids) * self.width ** 0.5 + sinusoidal_encoding(ids.size(1), self.width)

    def forward(self, source, target):
        seen = padding_mask(source, self.pad)
        now = causal_mask(target.size(1)).expand(len(target), -1, -1)
        return self.out(self.writer(self.vectors(target), self.reader(self.vectors(source), seen), now, seen))

# %% prelude
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))


class Decoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)

# %% wrong: states multiplied by d_model ** -0.5 before the tied table (T5's convention)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target = target
        factor = math.sqrt(self.embedding.embedding_dim)
        src = self.embedding(source) * factor + self.positions[:source.shape[1]]
        tgt = self.embedding(target) * factor + self.positions[:target.shape[1]]
        memory = self.encoder(src, source_mask)
        states = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return (states * self.embedding.embedding_dim ** -0.5) @ self.embedding.weight.T

# %% wrong: the factor is the root of the number of tokens (weight.shape[0]), not of d_model
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target = target
        factor = math.sqrt(self.embedding.weight.shape[0])
        src = self.embedding(source) * factor + self.positions[:source.shape[1]]
        tgt = self.embedding(target) * factor + self.positions[:target.shape[1]]
        memory = self.encoder(src, source_mask)
        states = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return states @ self.embedding.weight.T

# %% wrong: first weights uniform in ±1/√d_model: standard deviation 0.58/√d_model
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.uniform_(self.embedding.weight, -d_model ** -0.5, d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target = target
        factor = math.sqrt(self.embedding.embedding_dim)
        src = self.embedding(source) * factor + self.positions[:source.shape[1]]
        tgt = self.embedding(target) * factor + self.positions[:target.shape[1]]
        memory = self.encoder(src, source_mask)
        states = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return states @ self.embedding.weight.T

# %% wrong: positions of the target go on where the source's end
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target = target
        factor = math.sqrt(self.embedding.embedding_dim)
        src = self.embedding(source) * factor + self.positions[:source.shape[1]]
        tgt = self.embedding(target) * factor + self.positions[source.shape[1]:source.shape[1] + target.shape[1]]
        memory = self.encoder(src, source_mask)
        states = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return states @ self.embedding.weight.T

# %% wrong: shifts the target once more, to the right, beginning with pad_id (T5's shift_right)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        target = torch.cat([torch.full_like(target[:, :1], self.pad_id), target[:, :-1]], dim=1)
        factor = math.sqrt(self.embedding.embedding_dim)
        src = self.embedding(source) * factor + self.positions[:source.shape[1]]
        tgt = self.embedding(target) * factor + self.positions[:target.shape[1]]
        memory = self.encoder(src, source_mask)
        states = self.decoder(tgt, memory, decoder_mask(target, self.pad_id), source_mask)
        return states @ self.embedding.weight.T

# %% right: first weights uniform with the right deviation, positions computed in forward, masks written by hand, logits by einsum, sentence by sentence
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad = pad_id
        self.table = nn.Embedding(vocab_size, d_model)
        nn.init.uniform_(self.table.weight, -math.sqrt(3 / d_model), math.sqrt(3 / d_model))
        self.reads = Encoder(n_layers, d_model, n_heads, d_ff)
        self.writes = Decoder(n_layers, d_model, n_heads, d_ff)

    def vectors(self, ids):
        E = self.table.weight
        x = F.one_hot(ids, E.shape[0]).to(E.dtype) @ (E * E.shape[1] ** 0.5)
        return x + sinusoidal_encoding(ids.shape[1], E.shape[1]).to(E.dtype)

    def forward(self, source, target):
        out = []
        for s, t in zip(source.split(1), target.split(1), strict=True):
            seen = s.ne(self.pad)[:, None]
            T = t.shape[1]
            no_future = torch.arange(T)[:, None] >= torch.arange(T)
            memory = self.reads(self.vectors(s), seen)
            out.append(torch.einsum("btd,vd->btv", self.writes(self.vectors(t), memory, no_future[None], seen), self.table.weight))
        return torch.cat(out)

# %% prelude
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift
import course.transformer as library
DecoderLayer = library.DecoderLayer
Decoder = library.Decoder

# %% wrong: embeddings multiplied by the root of d_k (d_model / n_heads)
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.n_heads, self.pad_id = d_model, n_heads, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model // self.n_heads) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: std and variance confused: std = 1 / d_model
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.n_heads, self.pad_id = d_model, n_heads, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=1 / d_model)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: output layer begins as a copy of the table (data.clone()), not the same table
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.n_heads, self.pad_id = d_model, n_heads, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
        self.out = nn.Linear(d_model, vocab_size, bias=False)
        self.out.weight.data = self.embedding.weight.data.clone()

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return self.out(out)

# %% wrong: pad_id ignored: padding of the source taken to be 0
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.n_heads, self.pad_id = d_model, n_heads, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[:ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, 0)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% right: RIGHT: tied nn.Linear made first, positions computed in forward, masks by hand, causal only
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad = pad_id
        self.unembed = nn.Linear(d_model, vocab_size, bias=False)
        with torch.no_grad():
            self.unembed.weight.copy_(torch.randn(vocab_size, d_model).div(math.sqrt(d_model)))
        self.table = nn.Embedding(vocab_size, d_model)
        self.table.weight = self.unembed.weight
        self.enc = Encoder(n_layers, d_model, n_heads, d_ff)
        self.dec = Decoder(n_layers, d_model, n_heads, d_ff)

    def words(self, ids):
        d = self.unembed.in_features
        angle = torch.arange(ids.size(1), device=ids.device)[:, None] * 10000.0 ** (-torch.arange(0, d, 2, device=ids.device) / d)
        wave = torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :d]
        return torch.add(wave.to(self.table.weight.dtype), self.table(ids), alpha=d ** 0.5)

    def forward(self, source, target):
        seen = source.ne(self.pad)[:, None, :]
        steps = torch.arange(target.size(1), device=target.device)
        past = (steps[None, :] <= steps[:, None]).expand(len(target), -1, -1)
        return self.unembed(self.dec(self.words(target), self.enc(self.words(source), seen), past, seen))
