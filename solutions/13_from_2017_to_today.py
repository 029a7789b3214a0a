# %% [markdown]
# # Lesson 13 · From 2017 to today
#
# The Transformer that you have built is that of 2017. If you open the code of a large language model of today, you will
# find nearly the same thing: embeddings, layers of attention and feed-forward, residual connections, a softmax over the
# vocabulary. A handful of parts have been exchanged, and one of the two stacks is gone. In this lesson you write the
# new parts, check that a layer made of them is the library's, and measure with the library's model what each of them
# changes.
#
# **After this lesson** you can
#
# - write RMSNorm, SwiGLU, the rotation by given positions, and attention whose heads share keys and values;
# - translate with a single stack of layers, and say which mask that needs, and why;
# - say what a cache costs in bytes, and what sharing keys and values saves;
# - compare two kinds of models at an equal budget, and say in which sense it is equal;
# - say what a small experiment shows about these changes, and what it cannot show.
#
# **You need** lessons 04 to 07 (heads, rotary positions, layer norm, feed-forward, the causal mask), lesson 10 (the
# cache) and lesson 12 (seeds, spread, pooled intervals).
#
# **Time** about two hours, an hour of it for the six exercises, and some minutes of training, most of it once.

# %%
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from classroom import carry_on, check, hint, solution
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## What is it for?
#
# | part | 2017 | in most language models of today | since |
# |---|---|---|---|
# | arrangement | an encoder and a decoder | one stack, "decoder-only" | 2018 |
# | norm | LayerNorm, after the sum | RMSNorm, before the sub-layer | 2019 |
# | feed-forward | two matrices, ReLU | three matrices, a gate: SwiGLU | 2020 |
# | positions | sinusoids, added to the embeddings | rotary, in every attention | 2021 |
# | keys and values | one for each head | shared by a group of heads | 2019, 2023 |
# | biases | in the feed-forward layers and the layer norms; in PyTorch's attention, too | none | |
#
# Each change came with a paper, and each paper with a reason. Before you read on, write down your guess for a small
# model, like that of lesson 12: which of the six will make it better, which will make it worse, and which will not be
# seen?

# %% [markdown]
# ## A norm without the mean
#
# Layer norm (lesson 06) does two things with each vector: it subtracts the mean, and it divides by the spread that is
# left. Zhang and Sennrich (2019) asked which of the two is needed. They kept the division, and left out the mean, and
# the bias:
#
# $$y = \frac{x}{\sqrt{\text{mean}(x^2) + \epsilon}} \cdot \text{weight}$$
#
# The root of the mean of the squares is called the *root mean square*, RMS. By hand, for (1, −1, 7, 7): the squares
# are 1, 1, 49, 49, their mean is 25, its root 5. With weight 1 the result is (0.2, −0.2, 1.4, 1.4).
#
# ### Exercise 13.1 · norm without the mean        ●○○  about 8 minutes · 2 points
# - **You have** `x` (…, d_model), float32 or float64, `weight` (d_model,) and `eps`, 1e-6 unless something else is
#   given.
# - **Return** a tensor of the same shape and dtype, by the formula above, as exact as that dtype allows. Each vector is
#   scaled by itself, and `eps` stands under the root. The gradients are finite, also those of a vector of zeros.
# - **Use** squares, a mean and a root. PyTorch's finished `F.rms_norm` and `nn.RMSNorm` earn no points.

# %%
def rms_norm(x, weight, eps=1e-6):
    """Divide each vector x (..., d_model) by its root mean square, then scale it by weight (d_model,)."""
    ### BEGIN SOLUTION
    mean_square = x.square().mean(-1, keepdim=True)
    return x / torch.sqrt(mean_square + eps) * weight
    ### END SOLUTION


# %%
check("13.1", rms_norm)

# %%
rms_norm = carry_on("13.1", rms_norm)

x = torch.tensor([[1.0, -1.0, 7.0, 7.0], [100.0, -100.0, 700.0, 700.0], [5.0, 5.0, 5.0, 5.0]])
one, zero = torch.ones(4), torch.zeros(4)
print("RMSNorm  ", rms_norm(x, one))
print("LayerNorm", layer_norm(x, one, zero))

# %% [markdown]
# The second vector is the first one times 100, and the result is the same: both norms take away how large a vector is.
# The third one shows the difference. Layer norm makes a vector of equal numbers all zeros; RMSNorm keeps its direction.
#
# And RMSNorm of x minus its mean is the layer norm of x without a bias, if `eps` is the same (in `layer_norm` it is
# 1e-5). Check both claims, this one and that yours is PyTorch's:

# %%
torch.manual_seed(0)
x = torch.randn(2, 3, 8, dtype=torch.float64) + 1
weight = torch.rand(8, dtype=torch.float64)
theirs = nn.RMSNorm(8, eps=1e-6, dtype=torch.float64)
theirs.weight.data.copy_(weight)
centred = x - x.mean(-1, keepdim=True)
with torch.no_grad():
    print("equal to torch.nn.RMSNorm:", torch.allclose(rms_norm(x, weight), theirs(x)))
print("of x minus its mean, equal to layer norm:",
      torch.allclose(rms_norm(centred, weight, 1e-5), layer_norm(x, weight, torch.zeros(8, dtype=torch.float64))))

# %% [markdown]
# ## A gate
#
# The feed-forward layer (lesson 06) computes hidden numbers, sets the negative ones to 0, and leads back. ReLU is a
# switch: open or closed, decided by the hidden number itself. Shazeer (2020) took a second matrix for this decision.
# One path says *what*, the other, the **gate**, says *how much of it*:
#
# $$\text{SwiGLU}(x) = W_\text{down}\,\big(\text{silu}(W_\text{gate}\,x) \cdot W_\text{up}\,x\big)$$
#
# The dot between the two is a product number by number. The function silu(z) = z · sigmoid(z), where sigmoid(z) = 1 /
# (1 + e⁻ᶻ) goes from nearly 0 for very negative z to nearly 1 for large z, is a ReLU with its corner rounded off:

# %%
z = torch.tensor([-6.0, -2.0, -1.0, 0.0, 1.0, 2.0, 6.0])
print("z   ", z)
print("ReLU", z.relu())
print("SiLU", F.silu(z))
z = torch.linspace(-6, 4, 21)
show_curves(z, {"ReLU": z.relu(), "SiLU": F.silu(z)}, "z", "", "A corner, and the same corner rounded off")

# %% [markdown]
# On paper: for one hidden number, $W_\text{gate}\,x$ is 2, and the other path has 3. What gets through? And where
# $W_\text{gate}\,x$ is −6? The numbers of SiLU stand above: the answers are 1.762 · 3 = 5.29 and −0.015 · 3 =
# −0.045, open and closed.
#
# ### Exercise 13.2 · a gate in the feed-forward layer        ●○○  about 8 minutes · 2 points
# - **Make** the module `SwiGLU(d_model, d_ff)` with three layers, `w_gate`, `w_up` and `w_down`, all `nn.Linear`, and
#   d_ff hidden numbers, just as many as are given. Modules without weights may stand beside them, such as
#   `nn.SiLU()`, or `nn.Dropout`: modules are checked in evaluation mode, where it does nothing.
# - **Not**: biases. `nn.Linear(..., bias=False)` has none.
# - **Return** from `forward(x)`, for `x` (…, d_model), a tensor of the same shape by the formula above.
# - **Use** `F.silu`.

# %%
class SwiGLU(nn.Module):
    """A feed-forward layer with a gate, without biases: (..., d_model) -> (..., d_model)."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        ### BEGIN SOLUTION
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))
        ### END SOLUTION


# %%
check("13.2", SwiGLU)

# %% [markdown]
# Three matrices instead of two have one and a half times as many weights. In a fair comparison the new layer must not
# win by being larger. So d_ff is made smaller. By which factor?

# %%
SwiGLU = carry_on("13.2", SwiGLU)

def n_weights(module):
    return sum(parameter.numel() for parameter in module.parameters())

print("ReLU,   d_ff = 256:", n_weights(library.ReLULayer(64, 256, bias=False)))
for d_ff in (256, 170):
    print(f"SwiGLU, d_ff = {d_ff}:", n_weights(SwiGLU(64, d_ff)))

# %% [markdown]
# By a factor of two thirds: 170 of 256. All comparisons below do so.
#
# Why does it help? The author's own words, at the end of the paper: "We offer no explanation as to why these
# architectures seem to work; we attribute their success, as all else, to divine benevolence." At least one difference
# can be said with certainty: ReLU's layer, without biases, doubles its result when x is doubled. With a gate,
# two numbers made of x are *multiplied*. What happens to the result when x becomes large, times 10?

# %%
torch.manual_seed(0)
x = 100 * torch.randn(1, 64)
for name, layer in (("ReLU", library.ReLULayer(64, 256, bias=False)), ("SwiGLU", SwiGLU(64, 170))):
    layer.eval()
    with torch.no_grad():
        print(f"{name:7} x times 10: the result is {layer(10 * x).norm() / layer(x).norm():.0f} times as large")

# %% [markdown]
# ReLU's result grows as x does. In SwiGLU, SiLU of a large z is nearly z, or nearly 0. Where it is not nearly 0, both
# factors of the product become about ten times as large, and ten times ten is a hundred.
#
# ## One stack
#
# The Transformer of 2017 reads with one stack and writes with another. Cross-attention leads from one to the other.
# Now imagine that we write source and target in one row,
#
# > the black cat sleeps `<eos>` `<bos>` el gato negro duerme `<eos>`
#
# and give this row to a decoder alone. When it writes "gato", its *self*-attention sees "cat", since that stands in
# the same row, before it. Cross-attention and the encoder are no longer needed. To read and to write become the same
# thing. That is a **decoder-only** model.
#
# What about the mask? A causal mask would be enough to write. But "the" is read before "black", and under a causal mask
# it never hears of what follows. The encoder had no mask but that of the padding: each source word saw all the others.
# We can have both: the source is known from the start, so that all may see it. It is a **prefix** (Raffel et al.,
# 2020).
#
# Position t may see position s if s lies in the prefix, *or* if s is not in the future. For a prefix of 2 in a row of
# 4, with rows as queries:
#
# | | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | **0** | ✓ | ✓ | – | – |
# | **1** | ✓ | ✓ | – | – |
# | **2** | ✓ | ✓ | ✓ | – |
# | **3** | ✓ | ✓ | ✓ | ✓ |
#
# Which of the places with ✓ would a causal mask close? A single one: row 0, column 1.
#
# ### Exercise 13.3 · the mask of a prefix        ●●○  about 10 minutes · 2 points
# - **You have** `prefix_lengths` (B,), whole numbers from 0 to `size`, one for each sentence; and `size`, the number of
#   positions.
# - **Return** a boolean tensor (B, size, size), True = may attend: row t, column s is True where s lies in the prefix
#   of that sentence or s ≤ t.
# - **Use** `torch.arange(size)`, comparisons, and `|` for "or". Python computes `|` before `<` and `<=`, so that each
#   comparison needs brackets.

# %%
def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    ### BEGIN SOLUTION
    place = torch.arange(size)
    causal = place <= place.unsqueeze(1)                         # (size, size)
    in_prefix = place < prefix_lengths.unsqueeze(1)              # (B, size)
    return causal | in_prefix.unsqueeze(1)
    ### END SOLUTION


# %%
check("13.3", prefix_mask)

# %%
prefix_mask = carry_on("13.3", prefix_mask)

row = "the black cat sleeps <eos> <bos> el gato negro duerme".split()
mask = prefix_mask(torch.tensor([5]), len(row))
print("what 'the' sees:  ", [word for word, open_ in zip(row, mask[0, 0], strict=True) if open_])
print("what 'gato' sees: ", [word for word, open_ in zip(row, mask[0, 7], strict=True) if open_])
even = mask[0] / mask[0].sum(-1, keepdim=True)
show_weights(even, row, row, mask=mask[0], title="Equal shares for all that may be seen")

# %% [markdown]
# In the picture are the two attentions of the old decoder and that of the encoder, all in one table: above left the
# source sees the source, below left the target sees the source, below right the target sees its own past. Above right
# is closed: the source must not see the translation.
#
# ## Heads that share keys and values
#
# Lesson 10 kept keys and values of all earlier positions, so that nothing is computed twice. That memory is the
# **cache**, and it grows with each token: for each layer, each head and each position a key and a value of d_head
# numbers. How much is that for a large model? Guess first: 80 layers, 64 heads of 128 numbers, a text of 4096 tokens,
# 2 bytes a number. (These are the sizes of Llama 2 with 70 billion parameters, Touvron et al., 2023.)

# %%
def cache_bytes(n_layers, n_kv_heads, d_head, n_tokens, bytes_per_number=2):
    """Two for key and value."""
    return 2 * n_layers * n_kv_heads * d_head * n_tokens * bytes_per_number

for n_kv_heads in (64, 8, 1):
    size = cache_bytes(80, n_kv_heads, 128, 4096) / 1e9
    print(f"{n_kv_heads:2} keys and values a position and layer: {size:5.2f} GB a text")

# %% [markdown]
# With a key and a value for each head, ten gigabytes for a single text, and a server answers many at once. For each
# token that is written, all of it must be read from memory. So Shazeer (2019) let all heads share *one* key and value,
# **multi-query attention**; only the queries differ. Ainslie et al. (2023) took the middle: **grouped-query
# attention**, where each group of heads shares one. The model above has 8.
#
# In numbers: with 4 heads and 2 keys, heads 0 and 1 use key 0, and heads 2 and 3 use key 1. The layers `w_k` and `w_v`
# become smaller; before attention each key and each value is repeated for the heads of its group.
#
# ### Exercise 13.4 · heads that share keys and values        ●●●  about 20 minutes · 4 points
# - **Make** the module `GroupedQueryAttention(d_model, n_heads, n_kv_heads)`, self-attention with four `nn.Linear`
#   layers: `w_q` and `w_o` of the usual size, `w_k` and `w_v` from d_model to n_kv_heads · d_head, where
#   d_head = d_model // n_heads. The sizes that are given always fit.
# - **Not**: biases.
# - **Return** from `forward(x, mask=None)`, for `x` (B, T, d_model) and a mask (B, T, T), the output (B, T, d_model)
#   and the weights (B, n_heads, T, T). Where the mask forbids a query every key, its weights are 0 in all heads, as
#   `scaled_dot_product_attention` has it.
# - **Use** `split_heads`, `scaled_dot_product_attention` and `merge_heads`, which are imported above, and
#   `repeat_interleave(n, dim=1)`, which writes each head n times in a row.

# %%
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups: (B, T, d_model) and weights (B, n_heads, T, T)."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        ### BEGIN SOLUTION
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
        ### END SOLUTION

    def forward(self, x, mask=None):
        ### BEGIN SOLUTION
        q = split_heads(self.w_q(x), self.n_heads)               # (B, n_heads, T, d_head)
        k = split_heads(self.w_k(x), self.n_kv_heads)            # (B, n_kv_heads, T, d_head)
        v = split_heads(self.w_v(x), self.n_kv_heads)
        group = self.n_heads // self.n_kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights
        ### END SOLUTION


# %%
check("13.4", GroupedQueryAttention)

# %% [markdown]
# PyTorch's function knows such groups, too (`enable_gqa=True`). Beside it, one of the two ends: with as many keys as
# heads it must be multi-head attention, here PyTorch's.

# %%
GroupedQueryAttention = carry_on("13.4", GroupedQueryAttention)

torch.manual_seed(0)
attention, x = GroupedQueryAttention(24, 6, 2).double(), torch.randn(2, 5, 24, dtype=torch.float64)
mask = prefix_mask(torch.tensor([3, 1]), 5)
with torch.no_grad():
    q = split_heads(attention.w_q(x), 6)
    k, v = split_heads(attention.w_k(x), 2), split_heads(attention.w_v(x), 2)
    theirs = F.scaled_dot_product_attention(q, k, v, mask.unsqueeze(1), enable_gqa=True)
    print("6 heads, 2 keys, equal to PyTorch's:",
          torch.allclose(attention(x, mask)[0], attention.w_o(merge_heads(theirs))))

    many = nn.MultiheadAttention(24, 6, bias=False, batch_first=True, dtype=torch.float64)
    attention = GroupedQueryAttention(24, 6, 6).double()
    for layer, part in zip((attention.w_q, attention.w_k, attention.w_v), many.in_proj_weight.chunk(3), strict=True):
        layer.weight.copy_(part)
    attention.w_o.weight.copy_(many.out_proj.weight)
    theirs, _ = many(x, x, x, attn_mask=~mask.repeat_interleave(6, 0))
    print("6 heads, 6 keys, equal to PyTorch's multi-head attention:", torch.allclose(attention(x, mask)[0], theirs))

# %% [markdown]
# ## Positions that are given
#
# In lesson 05 you turned queries and keys by their positions, and the positions were 0, 1, 2, … in order. With a cache
# this does not hold: a new token comes alone, T is 1, and its position is 17. And in a batch with padding, what stands
# in column 9 need not be the tenth word of its sentence. So the positions become an argument. Here you write it for one
# row of positions. The course's own `rotate` also takes a row for each sentence, as padding needs it.
#
# There is a second difference. Lesson 05, like the paper (Su et al., 2021), pairs *neighbours*: numbers 0 and 1, 2 and
# 3. Most code of today pairs *halves*: number i and number i + d_head/2. Which of the two does not matter, as long as
# queries and keys are turned alike and no weights are exchanged.
#
# ### Exercise 13.5 · rotate by given positions        ●●○  about 12 minutes · 3 points
# - **You have** `x` (…, T, d_head), queries or keys with an even d_head, and `positions` (T,), whole numbers.
# - **Return** a tensor of the shape and dtype of x, in which each pair $(a, b)$, where $a$ is number $i$ and $b$ is
#   number $i + d_{head}/2$, for $i$ from 0 to $d_{head}/2 - 1$, is turned by the angle
#   $\varphi = \text{position} \cdot 10000^{-2i/d_{head}}$, to
#   $(a \cos\varphi - b \sin\varphi,\; a \sin\varphi + b \cos\varphi)$.
# - **Make** the angles in the dtype of x, which is float32 or float64: `torch.arange(..., dtype=x.dtype)`. Angles or
#   results in float32 are too coarse for x in float64.

# %%
def rotate(x, positions):
    """Turn the pairs (i, i + d_head/2) of x (..., T, d_head) by their positions (T,) times their frequencies."""
    ### BEGIN SOLUTION
    half = x.shape[-1] // 2
    frequency = 10000.0 ** (-torch.arange(half, dtype=x.dtype) / half)
    angle = positions.unsqueeze(-1) * frequency                  # (T, d_head / 2)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
    ### END SOLUTION


# %%
check("13.5", rotate)

# %% [markdown]
# The promise of rotary positions is that only the *difference* of two positions counts. Here "sleeps" asks from
# position t and "cat" answers from position s, with the query and the key of lesson 01. Which of the four scores will
# be equal?

# %%
rotate = carry_on("13.5", rotate)

q, k = torch.tensor([[1.0, 0, 2, 0]]), torch.tensor([[0.0, 1, 2, 1]])
for t, s in ((3, 2), (4, 2), (1003, 1002), (1004, 1002)):
    score = rotate(q, torch.tensor([t])) @ rotate(k, torch.tensor([s])).T
    print(f"t = {t:4}, s = {s:4}, t - s = {t - s}: score {score.item():.3f}")

# %% [markdown]
# The first score equals the third, and the second the fourth: t − s is 1 in the one pair and 2 in the other.
#
# ## Put together
#
# Now you have all parts. A layer of today is pre-norm (Xiong et al., 2020; lesson 06):

# %%
def layer_of_today(parts, x, mask):
    """Your parts as one layer, without positions: x (B, T, d_model) -> (B, T, d_model)."""
    norm_1, attention, norm_2, feed_forward = parts
    x = x + attention(rms_norm(x, norm_1), mask)[0]
    return x + feed_forward(rms_norm(x, norm_2))

today = Design(norm="rms", feed_forward="swiglu", positions="rotary", bias=False, n_kv_heads=2)
torch.manual_seed(0)
theirs = library.Layer(today).double()
for parameter in theirs.parameters():
    nn.init.normal_(parameter, std=0.3)
attention, feed_forward = GroupedQueryAttention(64, 4, 2).double().eval(), SwiGLU(64, 170).double().eval()
attention.load_state_dict(theirs.attention.state_dict())
feed_forward.load_state_dict(theirs.feed_forward.state_dict())
x, mask = torch.randn(2, 6, 64, dtype=torch.float64), prefix_mask(torch.tensor([4, 2]), 6)
with torch.no_grad():
    ours = layer_of_today((theirs.norm_1.weight, attention, theirs.norm_2.weight, feed_forward), x, mask)
    print("your parts, equal to the layer of course/modern.py:", torch.allclose(ours, theirs(x, mask)))

# %% [markdown]
# The rest is what you know: embeddings, a stack of layers, a last norm, and the embedding table once more as the
# output layer. Read `DecoderOnly` in `course/modern.py`; it is two screens long. Two things are worth a look there.
#
# - **Padding stands in the middle.** Where the sources of a batch differ in length, the shorter ones are filled up
#   before the target begins. Padding is closed in the mask, and it does not count as a position.
# - **One method reads everything**: a whole row in training, the source once when a cache is filled, and one
#   token at a time when it writes. What is in the cache is not read again.
#
# Each part has its switch, in an object as in lesson 12. (`d_ff` is that of the ReLU layer. SwiGLU gets two thirds.)

# %%
base = Design()
print("base: ", base)
print("today:", today)

# %% [markdown]
# ## At an equal budget
#
# First the larger question: two stacks or one? Give both models the same sentences, the same batches in the same
# order, and so the same number of tokens. How large should they be? An encoder layer has attention and feed-forward,
# a decoder layer has a second attention besides. One stack of four layers, a little wider inside, has nearly as many
# weights as an encoder and a decoder of two layers each:

# %%
VOCABULARY = 1000
two_stacks = Transformer(VOCABULARY, d_model=64, n_heads=4, d_ff=256, n_layers=2)
one_stack = DecoderOnly(VOCABULARY, replace(base, n_layers=4, d_ff=320))
half_stack = DecoderOnly(VOCABULARY, base)
for name, model in (("2 + 2 layers", two_stacks), ("one stack of 4", one_stack), ("one stack of 2", half_stack)):
    print(f"{name:15} {n_weights(model):,} parameters, {n_weights(model) - n_weights(model.embedding):,} of them "
          "outside the embedding table")

# %% [markdown]
# Nearly equal numbers of weights, equal numbers of tokens. Is that an equal budget? Think of what the computer does.
#
# ### Exercise 13.6 · what one stack costs        ●●○  about 5 minutes · 1 point
# Source and target are equally long. How many multiplications does the one stack of 4 layers need in its linear
# layers, for one pass over both, compared with the encoder-decoder of 2 + 2 layers? Leave out embeddings and the output
# layer. Set `prediction` to `"half as many"`, `"as many"`, `"twice as many"` or `"four times as many"`.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "twice as many"
### END SOLUTION

# %%
check("13.6", prediction)

# %%
def multiplications(model, source, target):
    """In all linear layers, for one pass over source (B, S) and target (B, T) up to the last states."""
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        total += output.numel() * layer.in_features

    hooks = [part.register_forward_hook(count) for part in model.modules() if isinstance(part, nn.Linear)]
    with torch.no_grad():
        model.states(source, target)
    for hook in hooks:
        hook.remove()
    return total

ids = torch.full((1, 10), 5)
for name, model in (("2 + 2 layers", two_stacks), ("one stack of 4", one_stack), ("one stack of 2", half_stack)):
    print(f"{name:15} {multiplications(model, ids, ids):,}")

# %% [markdown]
# Twice as many. Follow one token: in the encoder-decoder a source token goes through the encoder only and a target
# token through the decoder only, so that each meets about half of the weights. (Keys and values of cross-attention are
# the exception: there the decoder works on the source.) In the one stack every token meets all weights. The stack of 2
# layers needs somewhat fewer multiplications than the encoder-decoder, and has less than half as many weights in its
# layers.
#
# So with nearly equal weights the work is not equal, and with about equal work the weights are not. There is no
# comparison that is fair in every sense. We run both, and say which is which. (Products of queries with keys come on
# top. In sentences as short as ours they are few.)
#
# ## The task
#
# The sentences are those of lesson 12: short ones, of common words. Each run sees the same sentences, in batches of at
# most 400 tokens, `<bos>` and padding included, for 600 steps; equal seeds give the same batches in the same order.
# Each model of one stack begins with the same numbers, wherever the parts have the same shape. What differs is the
# switch.

# %%
torch.set_num_threads(1)          # with models as small as these, faster than sharing every product
short = short_pairs(load_pairs(), max_source_words=5, max_target_words=6)
task = task_from(common_pairs(short, min_count=100))
print(f"{len(task.train):,} pairs to train, {len(task.valid):,} held out, {len(task.subwords):,} subwords")
pair = task.valid.batch(torch.tensor([0]))
print("one row:", *task.subwords.tokens(torch.cat([pair.source, pair.target], dim=1)[0]))

# %% [markdown]
# The next cell trains the models of all tables below, twelve kinds with three seeds each. That takes some minutes the
# first time, and longer if your computer is busy with something else. What has been trained is kept, so that you may
# interrupt it and run the cell again; the second time it takes seconds.

# %% tags=["nbval-ignore-output"]
SEEDS = (0, 1, 2)
references = [[pair.target for pair in task.valid_pairs]]

def run_stack(design, seed, steps=600):
    """Train one stack, from the cache if it was trained before, and measure it on the held-out pairs."""
    torch.manual_seed(seed)
    model = DecoderOnly(len(task.subwords), design, task.subwords.pad_id)
    history = train(model, task.train, steps=steps, batch_tokens=400, seed=seed, checkpoint="cache", progress=False,
                    schedule=partial(linear_schedule, warmup=0.1))
    losses, counts = sentence_losses(model, task.valid)
    written = generate(model, task.valid.source, task.subwords.bos_id, task.subwords.eos_id, 16, Cache())
    bleu = sacrebleu.corpus_bleu([task.subwords.decode(row) for row in written], references).score
    return Result(float(losses.sum() / counts.sum()), bleu, model, history)

four_layers = replace(base, n_layers=4, d_ff=320)
arrangements = {"one stack of 4": four_layers, "the same, causal": replace(four_layers, mask="causal"),
                "one stack of 2": base}
switches = {"RMSNorm": replace(base, norm="rms"), "SwiGLU": replace(base, feed_forward="swiglu"),
            "rotary": replace(base, positions="rotary"), "no biases": replace(base, bias=False),
            "2 keys": replace(base, n_kv_heads=2), "1 key": replace(base, n_kv_heads=1)}
together = {"today": today, "today, sinusoids": replace(today, positions="sinusoid")}

results = {"2 + 2 layers": [run(Config(steps=600), seed, task, progress=False) for seed in tqdm(SEEDS, unit="model")]}
designs = arrangements | switches | together
for name, seed in tqdm([(name, seed) for name in designs for seed in SEEDS], unit="model"):
    results.setdefault(name, []).append(run_stack(designs[name], seed))
losses = {name: np.array([r.loss for r in runs]) for name, runs in results.items()}
read = {int(runs[0].history[-1]["tokens"]) for runs in results.values()}
print("tokens that each model has read with seed 0, without <bos> and padding:", *read)

# %% [markdown]
# ## Two stacks or one?

# %% tags=["nbval-ignore-output"]
def show_runs(names):
    for name in names:
        bleu = [r.bleu for r in results[name]]
        print(f"{name:18} loss {losses[name].mean():.3f}  ({', '.join(f'{x:.3f}' for x in losses[name])})   "
              f"BLEU {np.mean(bleu):.1f}  ({', '.join(f'{x:.1f}' for x in bleu)})")

show_runs(["2 + 2 layers", *arrangements])

# %% [markdown]
# Now seed against seed, as in lesson 12: the differences to the encoder-decoder, and a 95 % interval from the spread of
# all of them together.

# %% tags=["nbval-ignore-output"]
T_95 = {2: 4.30, 4: 2.78, 6: 2.45, 16: 2.12}      # Student's t, by degrees of freedom

def compared(names, reference, only=None):
    """Differences in loss to `reference`, seed by seed, with pooled intervals: (n_variants, n_seeds)."""
    return show_intervals(names, np.array([losses[name] - losses[reference] for name in names]), only)

def show_intervals(names, d, only=None):
    """Mean of each row of d (n_variants, n_seeds), or of one alone; a 95 % interval from the spread of all rows."""
    n_seeds, free = d.shape[1], len(d) * (d.shape[1] - 1)
    table = np.vstack([np.zeros(n_seeds), d])                     # with the base, as in lesson 12
    left = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    width = T_95[free] * np.sqrt((left ** 2).sum() / free) * np.sqrt(2 / n_seeds)
    for name, mean in zip(names, d.mean(axis=1), strict=True):
        if only in (None, name):
            print(f"{name:18} {mean:+.3f} ± {width:.3f}  ", "shown" if abs(mean) > width else "not shown")
    return d

d = compared(list(arrangements), "2 + 2 layers")
print("and the causal mask, compared with the prefix:")
d = compared(["the same, causal"], "one stack of 4")

# %% [markdown]
# "Shown" means that the interval does not contain 0. In our run:
#
# - **With nearly equal weights** no difference between two stacks and one is shown. That is less than "they are
#   equal". The interval says how large a difference may still hide there.
# - **The stack of 2 layers** does about as much work as the encoder-decoder, with less than half as many weights in its
#   layers, and is worse.
# - **Causal or prefix** cannot be told apart. The target sees the whole source in both; what the prefix adds is that
#   source words see the words behind them.
#
# So at this size nothing speaks for one stack, at least not the quality of translations. Raffel et al. (2020) compared
# both on a large scale, and found the encoder-decoder ahead at equal work, with twice as many weights. Why then do so
# many models have one stack? The reasons that are given are others. Nothing has to be cut into source and target, so
# that any text can be used, and each of its tokens is a question to learn from. (Our losses count the target's tokens
# only, for both kinds of models.) And in a conversation the cache simply grows, no matter who wrote last.
#
# ## One switch at a time
#
# The base is the stack of 2 layers. One row, one switch; only the last two rows have several. Two of the switches
# change the biases of the norms as well: RMSNorm has none, and "no biases" takes away those of the linear layers and
# those of the layer norms. In the table, ± is half the distance from the best seed to the worst, as in lesson 12; in
# the intervals after it, ± is half of a 95 % interval.

# %% tags=["nbval-ignore-output"]
rows = {"one stack of 2": base, **switches, **together}
print(results_table({design: results[name] for name, design in rows.items()}, base))

# %% tags=["nbval-ignore-output"]
d = compared([*switches, *together], "one stack of 2")
print("weights in the layers:", ", ".join(f"{name} {n_weights(results[name][0].model.layers):,}" for name in rows))

# %% tags=["nbval-ignore-output"]
show_differences(d, [*switches, *together], "nats per token above the base", "What the switches change")

# %% [markdown]
# Compare with your guesses. In our run, three single switches make a difference that is shown.
#
# - **SwiGLU** is better than ReLU, with no more weights. That is what Shazeer found for much larger models.
# - **Shared keys and values** make this model worse: two for four heads, and one still more. (They also have fewer
#   weights, as the line under the table says: how much of the loss comes from sharing, and how much from being smaller,
#   the table does not tell.) What is gained in exchange comes below. For large models Ainslie et al. report that groups
#   cost hardly any quality. Ours has four heads of 16 numbers.
# - **RMSNorm** and **no biases**: nothing is shown. Of RMSNorm, Zhang and Sennrich promise just this: as much quality
#   for less work. But an interval around 0 is no proof; it says how large the difference may still be. For "no biases"
#   it is even too wide: biases begin with 0, so that these models compute at first exactly what the base computes, and
#   they hardly part from it with any seed, as the figure shows.
# - **Rotary positions**: nothing is shown, either. In lesson 05 they were far ahead, on sentences longer than those of
#   training. Here the held-out sentences are as short as the others.
#
# The learning rate and the budget are those of lesson 12, chosen for the encoder-decoder. Another choice may give
# another table.
#
# ### Why is the mean not needed?
#
# No difference is shown between the two norms, though RMSNorm leaves out two things, the mean and the bias. Here we ask
# about the mean. **An explanation**: the means are small beside the rest, so that it does not matter whether they
# are subtracted. Are they small? For each norm of a trained model we take the vectors that go in, without those of
# padding, and ask which share of their mean square comes from their mean. For vectors of 64 random numbers it is
# 1/64 = 0.016.

# %% tags=["nbval-ignore-output"]
def norm_inputs(model):
    """For each norm, by name: the vectors (n, d_model) that go in for the real tokens of 100 held-out sentences."""
    batch, found = task.valid.batch(torch.arange(100)), {}
    real = torch.cat([batch.source, batch.target], dim=1) != task.subwords.pad_id
    hooks = [part.register_forward_hook(lambda part, inputs, output, name=name: found.update({name: inputs[0][real]}))
             for name, part in model.named_modules() if isinstance(part, (nn.LayerNorm, library.RMSNorm))]
    with torch.no_grad():
        model.states(batch.source, batch.target)
    for hook in hooks:
        hook.remove()
    return found

def show_shares(name, models):
    """mean² / mean square of the vectors that go into each norm, averaged over tokens and models."""
    shares = [[(x.mean(-1).square() / x.square().mean(-1)).mean().item() for x in norm_inputs(model).values()]
              for model in models]
    print(f"{name:15}", *(f"{share:.3f}" for share in np.mean(shares, axis=0)))

for name in ("one stack of 2", "RMSNorm", "rotary", "today"):
    show_shares(name, [r.model for r in results[name]])

# %% [markdown]
# A row has the five norms in order. In our run, the shares are well above that of chance in the models with sinusoids:
# with layer norm at all five norms, with RMSNorm at the first one. In the models with rotary positions ("today" is one
# of them, and has RMSNorm) all shares are near that of chance.
#
# So the sinusoids are suspect. Their slow cosines are nearly 1 at the positions of a short row, and they are added to
# every embedding. If the means come from there, then they are there *before* training, and they go away if each vector
# of the table of sinusoids loses its mean:

# %% tags=["nbval-ignore-output"]
for name, centred in (("untrained", False), ("centred", True)):
    models = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        model = DecoderOnly(len(task.subwords), base, task.subwords.pad_id)
        if centred:
            model.positions = model.positions - model.positions.mean(-1, keepdim=True)
        models.append(model)
    show_shares(name, models)

# %% [markdown]
# Both hold. But do the means matter? If not, a trained model works with the other norm as well. We exchange all five
# norms after training, with the same weights (and keep the biases). In the models with RMSNorm we also try something
# milder: each mean is not subtracted, but replaced by the average of all means at that norm. And a control: what does
# it cost to take away the part along some other direction, drawn at random for each norm? What do you expect?

# %% tags=["nbval-ignore-output"]
class OtherNorm(nn.Module):
    """A layer norm that does not subtract the mean; or an RMSNorm of vectors whose mean was set to `mean`."""

    def __init__(self, norm, mean=0.0):
        super().__init__()
        self.norm, self.mean = norm, mean

    def forward(self, x):
        if isinstance(self.norm, nn.LayerNorm):
            return library.rms_norm(x, self.norm.weight) + self.norm.bias
        return self.norm(x - x.mean(-1, keepdim=True) + self.mean)

class WithoutDirection(nn.Module):
    """A norm of vectors without their part along one random direction."""

    def __init__(self, norm, d_model):
        super().__init__()
        direction = torch.randn(d_model)
        self.norm, self.direction = norm, direction / direction.norm()

    def forward(self, x):
        return self.norm(x - (x @ self.direction).unsqueeze(-1) * self.direction)

def rise(r, other):
    """How much the loss of r rises when each norm is replaced by other(norm, the vectors that go in)."""
    model = copy.deepcopy(r.model)
    torch.manual_seed(0)
    for path, x in norm_inputs(model).items():
        model.set_submodule(path, other(model.get_submodule(path), x))
    nats, counts = sentence_losses(model, task.valid)
    return float(nats.sum() / counts.sum()) - r.loss

for what, other, names in (
        ("with the other norm", lambda norm, x: OtherNorm(norm), ("one stack of 2", "RMSNorm", "rotary", "today")),
        ("with constant means", lambda norm, x: OtherNorm(norm, x.mean()), ("RMSNorm", "today")),
        ("without a direction", lambda norm, x: WithoutDirection(norm, x.shape[-1]), ("RMSNorm", "today"))):
    for name in names:
        print(f"{name:15} {what} the loss changes by", *(f"{rise(r, other):+.3f}" for r in results[name]))

# %% [markdown]
# With sinusoids the loss rises by more than most switches of the table change it: there the explanation is wrong. With
# rotary positions it rises much less, but it rises.
#
# Does the rise show that the models use the means? With layer norm they cannot: each norm takes the means away before a
# weight sees them. What hurts the models with layer norm is a mean that their weights have never met in training. In
# the models with RMSNorm and sinusoids, most of the rise is gone once each mean is a constant. Their weights rely on
# this constant, as on a bias. What is left there with constant means, and what it costs "today" to lose the mean, is
# about what it costs to lose a random direction: compare the rows with the last two. So in these models nothing but a
# constant makes the mean special. And between models that have *learned* with the one norm and with the other, no
# difference is shown.
#
# ### What does sharing save?
#
# The cache of the trained models, after 500 sentences have been translated at once, and beside it what the formula
# says.

# %% tags=["nbval-ignore-output"]
for name in ("one stack of 2", "2 keys", "1 key"):
    model, cache = results[name][0].model, Cache()
    generate(model, task.valid.source, task.subwords.bos_id, task.subwords.eos_id, 16, cache)
    n_tokens = cache.real.numel()
    formula = cache_bytes(2, model.design.n_kv_heads, 16, n_tokens, bytes_per_number=4)
    print(f"{name:15} {cache.nbytes() / 1e6:.2f} MB for {n_tokens:,} places, by the formula {formula / 1e6:.2f} MB; "
          f"loss {losses[name].mean():.3f}")

# %% [markdown]
# That the cache changes nothing in what is written, we have seen in lesson 10 for two stacks. Here the same for one:

# %% tags=["nbval-ignore-output"]
model = results["today"][0].model
ids = [generate(model, task.valid.source, task.subwords.bos_id, task.subwords.eos_id, 16, kept)
       for kept in (None, Cache())]
print("the same translations with and without a cache:", torch.equal(*ids))
for pair, row in list(zip(task.valid_pairs, ids[1], strict=True))[:5]:
    print(f"{pair.source:26} {task.subwords.decode(row):30} reference: {pair.target}")

# %% [markdown]
# ### Do the changes add up?
#
# If each switch did its work by itself, the changes of several switches at once would be the sum of the single ones.
# The table has two rows with several switches: "today", with all five parts (one of the five is the keys that heads
# share: there are 2), and the same with sinusoids in place of rotary positions. Will they lie above the sum, below it,
# or on it? (The parts overlap: RMSNorm and "no biases" both take away the biases of the norms, and the sum
# counts this twice.)

# %% tags=["nbval-ignore-output"]
parts = ["RMSNorm", "SwiGLU", "no biases", "2 keys"]
rest = {}
for name, added in (("today, sinusoids", parts), ("today", [*parts, "rotary"])):
    single = sum(losses[part] - losses["one stack of 2"] for part in added)         # (n_seeds,)
    measured = losses[name] - losses["one stack of 2"]
    rest[name] = measured - single
    print(f"{name:18} sum of the single switches {single.mean():+.3f}, measured {measured.mean():+.3f}")
print("what the sum does not explain:")
for name, differences in rest.items():          # not pooled, since the two rows have most of their runs in common
    show_intervals([name], differences[None])
print("and rotary positions, compared with sinusoids, beside the other four parts (interval of the table above):")
d = compared(["one stack of 2", *switches, "today"], "today, sinusoids", only="today")
print("the same by its own three numbers:", ", ".join(f"{x:+.2f}" for x in d[-1]))
d = show_intervals(["today"], d[-1:])

# %% [markdown]
# In the two rows under "what the sum does not explain" nothing is shown. Each is made of five or six differences, the
# measured one and four or five single ones, and all of them contain the same runs of the base: what is chance there
# counts several times. And each row has only its own three numbers for the width of its interval. So whether these
# changes add up, three seeds cannot tell; stretch exercise D asks with more. The last two rows are about a single
# difference: beside the other four parts, rotary positions made this model worse than sinusoids. By the spread of all
# rows this is shown, by its own three numbers it is not. It is a hint, and no more.
#
# What is shown stands in the table above: "today" is worse than the base, by about as much as its 2 keys alone. And the
# base is not the model of 2017, but one stack, with pre-norm and a prefix mask. This is a result about a small model,
# short sentences and 600 steps. What it teaches is how such a claim is made: not by one table in which everything has
# changed, but one switch at a time, then together, with an interval for each.
#
# ## What goes wrong if …
#
# … padding is taken for words? In training, all sources of a batch have the same length, so that there is none between
# source and target. In the test there is. We let a trained model take padding for a real token, which is then attended
# to, and counts as a position; and compare with the right model, in a batch and one sentence at a time. Guess first:
# which three of the four numbers will be equal?

# %% tags=["nbval-ignore-output"]
def loss_in_batches(model, batch_size, n=200):
    """Nats per real target token on the first n held-out sentences."""
    total, count = 0.0, 0
    for rows in torch.arange(n).split(batch_size):
        batch = task.valid.batch(rows)
        labels = batch.target[:, 1:]
        real = labels != task.subwords.pad_id
        with torch.no_grad():
            logits = model(batch.source, batch.target[:, :-1])
        total += F.cross_entropy(logits[real], labels[real], reduction="sum").item()
        count += int(real.sum())
    return total / count

for name in ("one stack of 2", "today"):
    model = results[name][0].model
    print(name)
    for how, pad_id in (("padding known", task.subwords.pad_id), ("padding taken for words", -1)):
        model.pad_id = pad_id
        print(f"    {how:25} one by one {loss_in_batches(model, 1):.3f}   in batches {loss_in_batches(model, 100):.3f}")
    model.pad_id = task.subwords.pad_id

# %% [markdown]
# Three are equal: with one sentence at a time there is no padding. In a batch the wrong model is worse, though the
# sentences are the same. What it says of a sentence depends on the length of its neighbours: padding is attended to,
# and it moves the target away from the source. A test that compares a batch with single sentences finds this in a
# second.
#
# … rows and columns of the prefix are exchanged, so that the *source* may look at everything? It is a mistake of one
# line, and one of those that the check of 13.3 names. We train a model with it, and look at the loss on held-out
# sentences, and at what it writes. Guess both. (`patch.object(library, "prefix_mask", f)`, from Python's tools for
# tests, puts f in the place of the library's function while the `with` block runs, and puts the old one back
# afterwards. It has nothing to do with the `patch` of lesson 11.)

# %% tags=["nbval-ignore-output"]
def rows_for_columns(prefix_lengths, size):
    place = torch.arange(size)
    return (place <= place.unsqueeze(1)) | (place < prefix_lengths.unsqueeze(1)).unsqueeze(2)

torch.manual_seed(0)
leaky = DecoderOnly(len(task.subwords), base)
with patch.object(library, "prefix_mask", rows_for_columns):
    train(leaky, task.train, steps=600, batch_tokens=400, schedule=partial(linear_schedule, warmup=0.1))
for name, model, mask in (("columns open", results["one stack of 2"][0].model, library.prefix_mask),
                          ("rows open", leaky, rows_for_columns)):
    with patch.object(library, "prefix_mask", mask):
        held_out = loss_in_batches(model, 100, n=500)
        ids = generate(model, task.valid.source, task.subwords.bos_id, task.subwords.eos_id, 16)
    written = [task.subwords.decode(row) for row in ids]
    bleu = sacrebleu.corpus_bleu(written, references).score
    print(f"{name:13} loss {held_out:.2f}, BLEU {bleu:4.1f}   {', '.join(written[1:4])}")

# %% [markdown]
# The loss is far better, and the translations are far worse. A loss that is too good is a symptom, too (lesson 08).
#
# How does the model cheat? No *target* position may look ahead, even with this mask. An explanation: in the first layer
# the source reads the translation, and in the second the translation reads the source, and finds there what it is to
# predict. If that is how it happens, then one layer cannot be enough. Exchange the last word of a target, and see
# whether anything before it changes:

# %%
source, target = torch.tensor([[5, 6, 7, 3]]), torch.tensor([[2, 8, 9, 10]])
changed = torch.tensor([[2, 8, 9, 11]])
for n_layers in (1, 2):
    torch.manual_seed(0)
    model = DecoderOnly(VOCABULARY, replace(base, n_layers=n_layers))
    for name, mask in (("columns open", library.prefix_mask), ("rows open", rows_for_columns)):
        with patch.object(library, "prefix_mask", mask), torch.no_grad():
            before, after = (model(source, ids)[:, :3] for ids in (target, changed))
        print(f"layers: {n_layers}, {name:13} the last word leaks: {not torch.allclose(before, after, atol=1e-5)}")

# %% [markdown]
# With one layer nothing leaks, with two it does. When the model writes, there is nothing ahead that it could read.
#
# ## Recap
#
# - **RMSNorm** divides by the root mean square and subtracts nothing. **SwiGLU** multiplies two paths, one of which,
#   the gate, goes through SiLU; d_ff becomes two thirds. **Rotary positions** turn queries and keys by positions that
#   are given. In **grouped-query attention** the heads of a group share keys and values, which divides the size of the
#   cache by the number of heads in a group.
# - A **decoder-only** model reads source and target in one row. A prefix mask lets all see the source and nobody the
#   future of the target.
# - Equal numbers of weights, of tokens and of multiplications are three different budgets.
# - A difference has an interval. "Not shown" is a result about this experiment, and no proof that there is none.
# - Changes need not add up. Whether they do takes more runs to see than each change by itself.
# - A plausible explanation is a hypothesis. Look for the experiment that would refute it.
#
# ## Common mistakes
#
# - Square, mean and root in another order; a mean subtracted, or `std` taken, where RMS is asked for.
# - SiLU on the wrong path, or on the product; d_ff not made smaller in a comparison.
# - Prefix in the rows instead of the columns; `<=` for `<` at the end of the prefix.
# - `repeat` for `repeat_interleave`: the groups are dealt out in turn, and trained weights do not fit.
# - Neighbours paired in one place and halves in another; positions that begin at 0 again for each new token.
# - A table of many new parts, all switched at once: it shows that *something* has changed.
#
# ## Further reading
#
# - Zhang and Sennrich (2019), [*Root Mean Square Layer Normalization*](https://arxiv.org/abs/1910.07467), §3 and 4.
# - Shazeer (2020), [*GLU Variants Improve Transformer*](https://arxiv.org/abs/2002.05202): four pages.
# - Su et al. (2021), [*RoFormer: Enhanced Transformer with Rotary Position
#   Embedding*](https://arxiv.org/abs/2104.09864), §3.
# - Shazeer (2019), [*Fast Transformer Decoding: One Write-Head is All You Need*](https://arxiv.org/abs/1911.02150), and
#   Ainslie et al. (2023), [*GQA*](https://arxiv.org/abs/2305.13245).
# - Xiong et al. (2020), [*On Layer Normalization in the Transformer
#   Architecture*](https://arxiv.org/abs/2002.04745): pre-norm, of which lesson 06 tested one explanation.
# - Raffel et al. (2020), [*Exploring the Limits of Transfer Learning with a Unified Text-to-Text
#   Transformer*](https://arxiv.org/abs/1910.10683), §3.2: encoder-decoder, decoder and prefix, compared at scale.
# - Touvron et al. (2023), [*Llama 2*](https://arxiv.org/abs/2307.09288), §2.2: pre-norm, RMSNorm, SwiGLU and rotary
#   positions in one model, and shared keys in the larger ones.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks.
#
# **A · Another budget.** Train base, SwiGLU and "today" for 2400 steps instead of 600. Which differences stay?
#
# **B · Longer than in training.** Take the trained models with sinusoids and with rotary positions, and measure
# their loss on sentences of 8 to 10 words. Lesson 05 found a large difference on such a test. Is it here, too?
#
# **C · Norms of queries and keys.** Some models apply RMSNorm to each query and key of each head, after the projection
# and before the rotation. Write it, and train it.
#
# **D · Do they add up?** Try rotary positions with one other part at a time, and with six seeds. Is the change of both
# the sum of the two?

# %% [markdown]
# <details><summary>A: a solution</summary>
#
# ```python
# longer = {name: [run_stack(designs[name], seed, steps=2400) for seed in SEEDS]
#           for name in ("one stack of 2", "SwiGLU", "today")}
# for name, runs in longer.items():
#     print(name, [round(r.loss, 3) for r in runs])
# ```
#
# Watch for learning by heart, as in lesson 12: with so few sentences the held-out loss may rise again.
#
# </details>
#
# <details><summary>B: a solution</summary>
#
# ```python
# longer = [pair for pair in load_pairs() if 8 <= len(pair.source.split()) <= 10][:300]
# encoded = encode_pairs(longer, task.subwords)          # from course.tokens
# for name in ("one stack of 2", "rotary"):
#     for r in results[name]:
#         nats, counts = sentence_losses(r.model, encoded)
#         print(name, float(nats.sum() / counts.sum()))
# ```
#
# In our run both are bad, and hardly differ. That is the difficulty of such a test: two things change at once, the
# length, and the words, since these models have seen common words only. How could you separate them?
#
# </details>
#
# <details><summary>C: a way to start</summary>
#
# ```python
# class Normed(library.GroupedQueryAttention):
#     def project(self, x, positions=None):
#         q, k, v = super().project(x)
#         one = torch.ones(q.shape[-1])
#         q, k = rms_norm(q, one), rms_norm(k, one)
#         return (q, k, v) if positions is None else (
#             library.rotate(q, positions.unsqueeze(-2)), library.rotate(k, positions.unsqueeze(-2)), v)
#
# model = DecoderOnly(len(task.subwords), replace(base, positions="rotary"))
# for layer in model.layers:
#     normed = Normed(64, 4, 4, bias=True)
#     normed.load_state_dict(layer.attention.state_dict())
#     layer.attention = normed
# ```
#
# Scores then lie between −√d_head and √d_head, whatever the weights. That helps large models at high learning rates;
# whether it helps here, the interval says.
#
# </details>
#
# <details><summary>D: a solution</summary>
#
# ```python
# seeds = range(6)
# found = {}
# for switched in ({}, {"norm": "rms"}, {"feed_forward": "swiglu"}, {"bias": False}, {"n_kv_heads": 2}):
#     for turn in ({}, {"positions": "rotary"}):
#         design = replace(base, **switched, **turn)
#         found[(*switched, *turn)] = np.array([run_stack(design, seed).loss for seed in seeds])
# for name in ("norm", "feed_forward", "bias", "n_kv_heads"):
#     both = found[name, "positions"] - found[name,] - found["positions",] + found[()]
#     print(name, f"{both.mean():+.3f} ± {2.57 * both.std(ddof=1) / np.sqrt(len(both)):.3f}")    # t for 5 degrees
# ```
#
# `both` holds a number for each seed, made of the losses of four models. Statisticians call it an *interaction*. Its
# spread is larger than that of a single difference, since four runs contribute to it.
#
# </details>

# %% [markdown]
# ## Where to go next
#
# You can now read the code of a model of today. Take one that publishes it, and look for the five parts: the norm, the
# gate, the rotation, the shared keys, the missing biases.
