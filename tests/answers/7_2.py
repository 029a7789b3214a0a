# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: labels and input exchanged
def shift_targets(ids):
    return ids[:, 1:], ids[:, :-1]

# %% wrong: slices the batch axis
def shift_targets(ids):
    return ids[:-1], ids[1:]

# %% wrong: no shift, both lose the last token
def shift_targets(ids):
    decoder_input = ids[:, :-1]
    labels = ids[:, :-1]
    return decoder_input, labels

# %% wrong: both lose the first token
def shift_targets(ids):
    return ids[:, 1:], ids[:, 1:]

# %% wrong: the input keeps all T tokens
def shift_targets(ids):
    return ids, ids[:, 1:]

# %% wrong: shifted by two
def shift_targets(ids):
    return ids[:, :-2], ids[:, 2:]

# %% wrong: one token too many cut off at the end
def shift_targets(ids):
    T = ids.shape[1] - 1
    return ids[:, :T - 1], ids[:, 1:T]

# %% wrong: rolled the wrong way
def shift_targets(ids):
    return ids[:, :-1], ids.roll(1, dims=1)[:, :-1]

# %% wrong: rolled, but T tokens stay
def shift_targets(ids):
    labels = torch.roll(ids, shifts=-1, dims=1)
    return ids, labels

# %% wrong: length typed in from the example
def shift_targets(ids):
    return ids[:, 0:5], ids[:, 1:6]

# %% wrong: eos in the input overwritten, which changes ids
def shift_targets(ids):
    decoder_input, labels = ids[:, :-1], ids[:, 1:]
    decoder_input[decoder_input == 3] = 0        # the decoder need not read <eos>
    return decoder_input, labels

# %% wrong: only the first sentence
def shift_targets(ids):
    row = ids[0]
    return row[:-1].unsqueeze(0), row[1:].unsqueeze(0)

# %% wrong: nested lists instead of tensors
def shift_targets(ids):
    rows = ids.tolist()
    return [row[:-1] for row in rows], [row[1:] for row in rows]

# %% right: two slices
def shift_targets(ids):
    return ids[:, :-1], ids[:, 1:]

# %% right: narrow, with the length
def shift_targets(ids):
    T = ids.size(1)
    return ids.narrow(1, 0, T - 1), ids.narrow(1, 1, T - 1)

# %% right: rolled, then both cut
def shift_targets(ids):
    following = torch.roll(ids, -1, dims=1)
    return ids[:, :-1].clone(), following[:, :-1].clone()

# %% right: column by column
def shift_targets(ids):
    columns = list(ids.unbind(dim=1))
    reads = torch.stack(columns[:-1], dim=1)
    asked = torch.stack(columns[1:], dim=1)
    return reads, asked

# %% prelude
import torch
# %% wrong: slices the batch axis, another one
def shift_targets(ids):
    return ids[:-1], ids[1:]
# %% wrong: labels first
def shift_targets(ids):
    labels = ids[:, 1:]
    decoder_input = ids[:, :-1]
    return labels, decoder_input
# %% wrong: Hugging Face's shift_tokens_right, labels of full length
def shift_targets(ids):
    shifted = ids.new_zeros(ids.shape)
    shifted[:, 1:] = ids[:, :-1].clone()
    shifted[:, 0] = 2
    return shifted, ids
# %% wrong: eos hidden from the decoder input
def shift_targets(ids):
    EOS, PAD = 3, 0
    decoder_input = ids[:, :-1]
    decoder_input = decoder_input.masked_fill(decoder_input == EOS, PAD)
    return decoder_input, ids[:, 1:]
# %% wrong: padding in the labels becomes -100, in place
def shift_targets(ids):
    decoder_input, labels = ids[:, :-1], ids[:, 1:]
    labels[labels == 0] = -100
    return decoder_input, labels
# %% wrong: bos and eos both cut off the labels
def shift_targets(ids):
    return ids[:, :-1], ids[:, 1:-1]
# %% wrong: rolled round, bos as the last label
def shift_targets(ids):
    return ids, torch.roll(ids, shifts=-1, dims=1)
# %% wrong: lists instead of tensors
def shift_targets(ids):
    decoder_input = [row[:-1] for row in ids.tolist()]
    labels = [row[1:] for row in ids.tolist()]
    return decoder_input, labels
# %% right: slices
def shift_targets(ids):
    """Decoder input and labels: (B, T) -> (B, T - 1), (B, T - 1)."""
    return ids[:, :-1], ids[:, 1:]
# %% right: narrow and clone
def shift_targets(ids):
    length = ids.size(1) - 1
    reads = ids.narrow(1, 0, length).clone()
    asked = ids.narrow(1, 1, length).clone()
    return reads, asked
# %% right: unfold
def shift_targets(ids):
    windows = ids.unfold(1, ids.shape[1] - 1, 1)
    return windows.unbind(dim=1)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: labels first, once more
def shift_targets(ids):
    labels = ids[:, 1:]
    decoder_input = ids[:, :-1]
    return labels, decoder_input
# %% wrong: sliced along the batch
def shift_targets(ids):
    return ids[:-1], ids[1:]
# %% wrong: rolled round, nothing cut off
def shift_targets(ids):
    return ids, ids.roll(-1, dims=1)
# %% wrong: the last column missing from the labels, to leave out eos
def shift_targets(ids):
    decoder_input = ids[:, :-1]
    labels = ids[:, 1:-1]
    return decoder_input, labels
# %% right: windows of two
def shift_targets(ids):
    now, following = ids.unfold(1, 2, 1).unbind(-1)
    return now, following
# %% prelude
import torch
# %% wrong: shifted to the right with one more bos in front, as in T5; (B, T) instead of (B, T − 1)
def shift_targets(ids):
    decoder_input = torch.cat([ids[:, :1], ids[:, :-1]], dim=1)
    return decoder_input, ids
# %% wrong: padding in the labels becomes −100 in place, through a view: ids is changed, and so is the decoder input
def shift_targets(ids):
    reads, labels = ids[:, :-1], ids[:, 1:]
    labels[labels == 0] = -100
    return reads, labels
# %% wrong: only the first sentence of the batch, and without its batch axis
def shift_targets(ids):
    sentence = ids[0]
    return sentence[:-1], sentence[1:]
# %% wrong: right numbers, but as floats instead of ids
def shift_targets(ids):
    B, T = ids.shape
    reads, labels = torch.zeros(B, T - 1), torch.zeros(B, T - 1)
    for b in range(B):
        for t in range(T - 1):
            reads[b, t] = ids[b, t]
            labels[b, t] = ids[b, t + 1]
    return reads, labels
# %% wrong: the labels are one too far ahead (two places later than what is read), with wrap-around by roll
def shift_targets(ids):
    labels = torch.roll(ids, shifts=-1, dims=1)
    return ids[:, :-1], labels[:, 1:]
# %% right: windows with unfold
def shift_targets(ids):
    reads, labels = ids.unfold(1, ids.shape[1] - 1, 1).unbind(1)
    return reads, labels
# %% right: index_select with a range of positions
def shift_targets(ids):
    places = torch.arange(ids.size(1) - 1, device=ids.device)
    return torch.index_select(ids, 1, places), torch.index_select(ids, 1, places + 1)
# %% prelude
import torch
# %% wrong: cuts along the batch axis instead of the positions
def shift_targets(ids):
    decoder_input = ids[:-1]
    labels = ids[1:]
    return decoder_input, labels
# %% wrong: two mistakes: padding in the labels becomes -100, and that in place, so ids and the input change, too
def shift_targets(ids):
    decoder_input = ids[:, :-1]
    labels = ids[:, 1:]
    labels[labels == 0] = -100
    return decoder_input, labels
# %% wrong: puts a second bos in front instead of cutting, so it reads bos bos … and is asked for bos first
def shift_targets(ids):
    shifted = torch.zeros_like(ids)
    shifted[:, 1:] = ids[:, :-1].clone()
    shifted[:, 0] = ids[:, 0]
    return shifted[:, :-1], ids[:, :-1]
# %% wrong: the labels begin at position 2, so the first word is skipped
def shift_targets(ids):
    return ids[:, :-1], ids[:, 2:]
# %% wrong: forgets the shift, labels are what is read
def shift_targets(ids):
    T = ids.shape[1]
    x = ids[:, :T - 1]
    y = ids[:, :T - 1]
    return x, y
# %% wrong: takes each sentence's eos out of what the decoder reads (padding in its place)
def shift_targets(ids, eos_id=3, pad_id=0):
    decoder_input = ids.clone()
    decoder_input[decoder_input == eos_id] = pad_id
    return decoder_input[:, :-1], ids[:, 1:]
# %% right: windows of two neighbours, by unfold
def shift_targets(ids):
    neighbours = ids.unfold(1, 2, 1)
    return neighbours[..., 0], neighbours[..., 1]
# %% right: index_select with row numbers
def shift_targets(ids):
    places = torch.arange(ids.shape[1] - 1, device=ids.device)
    return ids.index_select(1, places), ids.index_select(1, places + 1)


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
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, EncoderLayer, FeedForward, LayerNorm
def layer(fwd, init_extra="", norms=None):
    norms = norms or """        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
"""
    return f"""
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
{norms}{init_extra}
    def forward(self, x, memory, self_mask=None, memory_mask=None):
{fwd}
"""
def transformer(spec):
    o, flags = {}, set()
    for part in [p for p in spec.split(";") if p]:
        if "=" in part: k, v = part.split("=", 1); o[k] = v
        else: flags.add(part)
    g = o.get
    head = f"""
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, {g('pad', 'pad_id')}
"""
    if "max_len" in o: head += f"        max_len = {o['max_len']}\n"
    head += f"        self.embedding = {g('emb', 'nn.Embedding(vocab_size, d_model)')}\n"
    if "posinit" in o: head += f"        self.positions = {o['posinit']}\n"
    elif "tied" not in flags: head += "        self.register_buffer('positions', sinusoidal_encoding(max_len, d_model))\n"
    head += f"        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)\n        self.decoder = {g('decoder', 'Decoder(n_layers, d_model, n_heads, d_ff)')}\n"
    head += f"        {g('init', 'nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)')}\n"
    if "clone" in flags: head += "        self.out = nn.Linear(d_model, vocab_size, bias=False)\n        self.out.weight = nn.Parameter(self.embedding.weight.detach().clone())\n"
    if "tied" in flags: head += "        self.out = nn.Linear(d_model, vocab_size, bias=False)\n        self.out.weight = self.embedding.weight\n"
    if "cache" in flags: head += "        self.memory = None\n"
    scale = g("scale", "math.sqrt(self.d_model)")
    pos = g("pos", "sinusoidal_encoding(ids.shape[1], self.d_model)" if "tied" in flags else "self.positions[:ids.shape[1]]")
    out = g("out", "self.out(states)" if flags & {"clone", "tied"} else "states @ self.embedding.weight.T")
    body = f"""
    def embed(self, ids):
        return self.embedding(ids) * {scale} + {pos}
    def forward(self, source, target):
        src = {g('src', 'padding_mask(source, self.pad_id)')}
"""
    enc = f"self.encoder(self.embed(source), {g('enc_mask', 'src')})"
    if "nograd" in flags: body += f"        with torch.no_grad():\n            memory = {enc}\n"
    elif "cache" in flags: body += f"        if self.memory is None:\n            self.memory = {enc}\n        memory = self.memory\n"
    else: body += f"        memory = {enc}\n"
    if "memory" in o: body += f"        memory = {o['memory']}\n"
    tgt = "self.embed(target)"
    if "tpos" in o: body += f"        ids = target\n        tgt = self.embedding(ids) * {scale} + {o['tpos']}\n"; tgt = "tgt"
    body += f"        states = self.decoder({tgt}, memory, {g('self_mask', 'decoder_mask(target, self.pad_id)')}, {g('memory_mask', 'src')})\n        return {out}\n"
    return head + body

# %% wrong: labels: padding set to -100 in place, through the view, so ids change as well
def shift_targets(ids):
    reads, labels = ids[:, :-1].clone(), ids[:, 1:]
    labels[labels == 0] = -100
    return reads, labels

# %% wrong: eos in what the decoder reads is replaced by padding ('it must not read eos')
def shift_targets(ids):
    reads = ids[:, :-1].clone()
    reads[reads == 3] = 0
    return reads, ids[:, 1:]

# %% right: unfold: windows of two tokens
def shift_targets(ids):
    return ids.unfold(1, 2, 1).unbind(-1)


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

# %% wrong: <bos> is dropped from what the decoder reads, and both rows start one later
def shift_targets(ids):
    return ids[:, 1:-1], ids[:, 2:]

# %% wrong: labels are flattened, as cross_entropy likes them
def shift_targets(ids):
    return ids[:, :-1], ids[:, 1:].reshape(-1)

# %% right: pairs of neighbours by unfold, then unbind
def shift_targets(ids):
    reads, labels = ids.unfold(1, 2, 1).unbind(-1)
    return reads, labels

# %% prelude

# %% wrong: HuggingFace: padding in the labels becomes -100
def shift_targets(ids):
    labels = ids[:, 1:].clone()
    labels[labels == 0] = -100
    return ids[:, :-1], labels

# %% wrong: takes <eos> (3) out of each row instead of the last column: wrong for padded rows
EOS = 3
def shift_targets(ids):
    B, T = ids.shape
    reads = ids[ids != EOS].view(B, T - 1)      # the decoder never reads the end
    return reads, ids[:, 1:]

# %% right: windows of two by unfold
def shift_targets(ids):
    return tuple(ids.unfold(1, 2, 1).unbind(-1))

# %% prelude

# %% wrong: the labels are sliced on the rows: ids[1:]
def shift_targets(ids):
    return ids[:, :-1], ids[1:]

# %% wrong: <eos> is taken out of what the decoder reads, instead of the last column
EOS = 3
def shift_targets(ids):
    B, T = ids.shape
    reads = ids[ids != EOS].view(B, T - 1)      # the decoder must never read <eos>
    labels = ids[:, 1:]
    return reads, labels

# %% prelude

# %% wrong: <eos> becomes padding in what the decoder reads
def shift_targets(ids):
    """Decoder input and labels: (B, T) -> (B, T - 1), (B, T - 1)."""
    decoder_input = ids[:, :-1].clone()
    decoder_input[decoder_input == 3] = 0       # <eos> is never read
    labels = ids[:, 1:]
    return decoder_input, labels

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask, scaled_dot_product_attention
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: eos is also taken out of the decoder's input of short rows (replaced by padding 0)
def shift_targets(ids):
    reads = ids[:, :-1].clone()
    reads[reads == 3] = 0          # the decoder should not read <eos>
    return reads, ids[:, 1:]

# %% right: narrow instead of slices
def shift_targets(ids):
    n = ids.size(1) - 1
    return torch.narrow(ids, 1, 0, n), ids.narrow(1, 1, n)

# %% prelude
import math
import torch
from torch import nn
import torch.nn.functional as F
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding, DecoderLayer, Decoder

# %% wrong: the decoder input is everything but <eos>, removed row by row (id 3)
def shift_targets(ids):
    B, T = ids.shape
    EOS = 3
    return ids[ids != EOS].view(B, T - 1), ids[:, 1:]

# %% prelude
import torch

# %% wrong: the two results swapped: labels first
def shift_targets(ids):
    labels, decoder_input = ids[:, :-1], ids[:, 1:]
    return decoder_input, labels

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

# %% wrong: the decoder is not to read <eos>: it is replaced by padding in what it reads
def shift_targets(ids):
    """Decoder input and labels."""
    PAD, EOS = 0, 3
    reads = ids[:, :-1].clone()
    reads[reads == EOS] = PAD              # nothing is written after <eos>
    return reads, ids[:, 1:]

# %% wrong: labels that are padding set to -100 (Hugging Face / ignore_index)
def shift_targets(ids):
    """Decoder input and labels."""
    labels = ids[:, 1:].clone()
    labels[labels == 0] = -100             # so that the loss leaves them out
    return ids[:, :-1], labels

# %% right: unfold into windows of two, unbind
def shift_targets(ids):
    """Decoder input and labels."""
    reads, labels = ids.unfold(1, 2, 1).unbind(dim=-1)
    return reads, labels

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

# %% wrong: labels that are padding replaced by -100 (Hugging Face)
def shift_targets(ids):
    reads, labels = ids[:, :-1], ids[:, 1:]
    return reads, labels.masked_fill(labels == 0, -100)

# %% wrong: the decoder must not read eos: replaced by padding in what it reads
def shift_targets(ids):
    reads, labels = ids[:, :-1].clone(), ids[:, 1:]
    reads[labels == 0] = 0
    return reads, labels

# %% right: RIGHT: windows by unfold, unbind
def shift_targets(ids):
    return ids.unfold(1, ids.shape[1] - 1, 1).unbind(1)
