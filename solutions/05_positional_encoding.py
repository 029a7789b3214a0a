# %% [markdown]
# # Lesson 05 · Positional encoding
#
# Attention does not know the order of the words. In this lesson you show this, give every
# word a position, and find out why the paper uses sines and cosines for it.
#
# **After this lesson** you can
#
# - demonstrate that attention without positions sees a bag of words;
# - name the places where a position can go in: the vectors, the queries and keys, the scores;
# - write the sinusoidal encoding of the paper, and explain it as hands of clocks;
# - show in numbers that a step from one word to the next is a rotation, the same everywhere;
# - say what the factor √d_model does to the length of a word's vector;
# - write rotary encoding, and say what each kind of positions did in two measured tasks, also beyond the
#   sentence lengths of training.
#
# **You need** lessons 01 to 04: scores, weights, masks, modules, the training loop and heads. Sine and cosine
# are explained again.
#
# **Time** about 110 minutes, some 55 of them for the five exercises. Two cells train small models and
# take up to half a minute each.

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, evaluate, hint, solution
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## A bag of words
#
# Here are four words as vectors; the numbers are the keys of lesson 01. Each word attends to all
# four. To keep it simple, the query, the key and the value of a word are the word's own vector.
#
# Then we write the sentence backwards: *sleeps cat black the*. What will change in the output?

# %%
words = ["the", "black", "cat", "sleeps"]
vectors = {"the": [1.0, 0, 0, 1], "black": [0.0, 2, 0, 0], "cat": [0.0, 1, 2, 1], "sleeps": [1.0, 1, 1, 0]}


def embed(sentence):
    return torch.tensor([vectors[word] for word in sentence])


def attend(x):
    return scaled_dot_product_attention(x, x, x)[0]


for sentence in (words, words[::-1]):
    print(" ".join(sentence))
    for word, row in zip(sentence, attend(embed(sentence)), strict=True):
        print(f"   {word:7} {row}")

# %% [markdown]
# Find "cat" in both lists: the same four numbers. The same is true of every word. The rows have moved with
# their words, and nothing else has changed. **Shuffle the input of attention, and its output is
# shuffled in the same way.** Lesson 03 called this permutation equivariance.
#
# Projections, heads and further layers do not help. Each of them treats all positions alike, so the
# outputs are still only shuffled. For such a model *the dog sees the cat* and *the cat sees the dog*
# are the same bag of words.
#
# So something must treat positions differently. It can be put in at three places:
#
# - **into the vectors**, before attention: the way of the paper, and the first half of this lesson. (At the round
#   table of lesson 04, each place had a vector that was learned and added to that of the digit. That is why it worked.)
# - **into queries and keys**, after the projections: rotary encoding, the second half;
# - **into the scores**: a penalty on distance, or a mask. Will a causal mask alone change the output of "cat"?

# %%
for sentence in (words, words[::-1]):
    x = embed(sentence)
    output, _ = scaled_dot_product_attention(x, x, x, causal_mask(4))
    print(f"{' '.join(sentence):23} cat: {output[sentence.index('cat')]}")

# %% [markdown]
# Yes: in the two sentences "cat" sees different words. At the end of this lesson we measure what each of these ways can
# do. An encoder has no causal mask, so there a mask is no answer. The paper adds positions to the vectors, in the
# encoder and in the decoder.

# %% [markdown]
# ## How to write down a position
#
# What could we add to the vector of word number $t$?
#
# - **The number $t$ itself.** At the end of a long sentence it would dwarf every number in the word's
#   vector.
# - **A fraction**, $t$ divided by the length of the sentence. It stays between 0 and 1, but the step to
#   the next word depends on how long the sentence is.
# - **The number in binary.** Only zeros and ones, a fixed number of digits, and every position looks
#   different:

# %%
for t in range(8):
    print(t, " ".join(f"{t:03b}"))

# %% [markdown]
# Look down the columns. The last one changes at every step, the one before it half as often, and the first
# one even more slowly. Fast columns tell neighbours apart, slow ones tell the beginning from the end.
#
# This is nearly what we want, but it jumps: from 3 to 4 all three digits change, from 2 to 3 only one. The
# paper makes the same idea smooth, with fast and slow **waves**.
# For position $t$ and the pair of columns $2i$ and $2i+1$ (§3.5 of the paper; it writes *pos* for $t$):
#
# $$PE_{t,\,2i} = \sin\!\left(t \,/\, 10000^{2i/d_{model}}\right) \qquad
#   PE_{t,\,2i+1} = \cos\!\left(t \,/\, 10000^{2i/d_{model}}\right)$$
#
# The angles are in *radians*, as `torch.sin` takes them: 1 is about 57°. (The section *Hands of clocks* shows what sine
# and cosine are.)
#
# By hand, for vectors of $d_{model} = 4$ numbers. There are two pairs, $i = 0$ and $i = 1$. What are the
# two divisors?

# %%
d_model = 4
for i in range(2):
    print(f"pair {i}: exponent {2 * i}/{d_model} = {2 * i / d_model}, divisor {10000 ** (2 * i / d_model):.0f}")

for t in range(4):
    angles = [t / 10000 ** (2 * i / d_model) for i in range(2)]
    row = [f(angle) for angle in angles for f in (math.sin, math.cos)]
    print(f"position {t}: angles {angles[0]:.2f} {angles[1]:.2f}   row", " ".join(f"{x:6.3f}" for x in row))

# %% [markdown]
# Position 0 is `0 1 0 1`, because sin 0 = 0 and cos 0 = 1. The first pair changes quickly, the second
# hardly at all: it is needed in longer sentences.

# %% [markdown]
# ### Exercise 5.1 · sinusoidal encoding        ●●○  about 15 minutes · 3 points
# The table of all positions at once.
#
# - **You have** `max_len`, the number of positions, and `d_model`, which may be odd: then the last
#   column is a sine without its cosine.
# - **Return** the table (max_len, d_model), a tensor of float32, right for any max_len; column $2i$ holds sines, column
#   $2i+1$ the cosines of the same angles. A plain tensor, not a parameter.
# - **Use** a column of positions (max_len, 1) and a row of frequencies, each 1 over the divisor of its pair: their
#   product is a table of all angles. `table[:, 0::2]` is the even columns; numbers can be assigned to it.

# %%
def sinusoidal_encoding(max_len, d_model):
    """Sines and cosines of growing wavelength, interleaved: (max_len, d_model)."""
    ### BEGIN SOLUTION
    position = torch.arange(max_len).unsqueeze(1)                            # (max_len, 1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)          # (pairs,)
    angle = position * frequency                                             # (max_len, pairs)
    encoding = torch.zeros(max_len, d_model)
    encoding[:, 0::2] = angle.sin()
    encoding[:, 1::2] = angle[:, : d_model // 2].cos()                       # one less if d_model is odd
    return encoding
    ### END SOLUTION


# %%
check("5.1", sinusoidal_encoding)

# %%
sinusoidal_encoding = carry_on("5.1", sinusoidal_encoding)

print(sinusoidal_encoding(4, 4))

# %% [markdown]
# The same four rows as above. Here is a larger table, 32 positions with 16 numbers each; red is positive,
# blue negative:

# %%
show_encoding(sinusoidal_encoding(32, 16), title="32 positions, d_model = 16")

# %% [markdown]
# On the left are the fast waves, on the right columns that hardly change within 32 words.
#
# ## Hands of clocks
#
# Why two columns for each frequency? Let the sine be a height and the cosine a distance to the right. Then the pair is
# a **point on a circle** of radius 1 (so that sin² + cos² = 1), and with each position it moves by the same angle, like
# the hand of a clock (but it starts at three o'clock and turns the other way):

# %%
show_hands(sinusoidal_encoding(8, 8), title="Positions 0 to 7, d_model = 8: four clocks")

# %%
for i in range(4):
    print(f"pair {i}: {math.degrees(10000 ** (-2 * i / 8)):6.3f}° for each word")

# %% [markdown]
# The fastest hand moves by 1 radian for each word. Each next one is slower by a fixed
# factor, here 10. Together they tell the position as the hands of a clock tell the time: the fast
# hand is exact but comes round again and again, the slow ones are rough but come round much later. A single sine does
# not say where its hand stands: it is the same for 80° and 100°. Sine and cosine together do, and the next section
# needs both.
#
# ## One step is the same everywhere
#
# The paper gives a reason for this choice:
#
# > "… we hypothesized it would allow the model to easily learn to attend by relative positions, since for any
# > fixed offset $k$, $PE_{pos+k}$ can be represented as a linear function of $PE_{pos}$." (§3.5)
#
# Let us test this. Is there *one* matrix that leads from the row of any position $t$ to the row of position $t + 3$? We
# search for it with least squares (of all matrices, the one with the smallest sum of squared errors), on the positions
# 0 to 59, and then try it on positions that were not used:

# %%
table = sinusoidal_encoding(1000, 4).double()
found = torch.linalg.lstsq(table[:60], table[3:63]).solution.T      # so that it acts on columns
print(found.round(decimals=3) + 0.0)                                # + 0.0 turns −0.0 into 0.0
for t in (63, 300, 900):
    print(f"t = {t:3}: largest error {(found @ table[t] - table[t + 3]).abs().max():.3f}")

# %% [markdown]
# There is one. It has two blocks, one for each pair, and zeros elsewhere: the clocks do not influence each other.
# Do you recognise the numbers in the first block?

# %%
print(f"cos 3 = {math.cos(3):.3f}, sin 3 = {math.sin(3):.3f}")

# %% [markdown]
# Three steps turn the first hand by 3 radians, wherever it stands, and a turn is a **rotation**, which is a linear map:
# each new number is a sum of the old ones, each times a fixed number, so that a matrix can do it. Two formulas from
# school say so:
#
# $$\sin(a + b) = \sin a\, \cos b + \cos a\, \sin b \qquad \cos(a + b) = \cos a\, \cos b - \sin a\, \sin b$$
#
# Let $a$ be the hand's angle and $b$ the turn. Then the new sine is made of the old sine and the old cosine, and
# so is the new cosine. The coefficients depend on $b$ alone.
#
# The next exercise puts numbers into a matrix at chosen places. There are two ways that look alike. Which one
# writes two numbers, and which one four?

# %%
rows, columns = torch.tensor([0, 2]), torch.tensor([3, 1])
first, second = torch.zeros(4, 4), torch.zeros(4, 4)
first[rows, columns] = torch.tensor([7.0, 8.0])       # one place for each pair: (0, 3) and (2, 1)
second[0::2, 1::2] = torch.tensor([7.0, 8.0])         # every even row with every odd column
for name, matrix in (("first", first), ("second", second)):
    print(name, matrix.int(), sep="\n")

# %% [markdown]
# ### Exercise 5.2 · a step is a rotation        ●●●  about 15 minutes · 2 points
# Build the matrix, instead of searching for it. (In many dimensions a search can find *another* matrix that fits its
# rows, even many rows: the slow clocks hardly move, and many different matrices fit nearly as well. You are asked for
# the one that turns each pair by itself. Any way of computing it is accepted, but no search, and nothing that calls
# PyTorch's `lstsq` or `pinv`.)
#
# - **You have** `offset`, a whole number, also negative or 0, and `d_model`, even.
# - **Return** a matrix $R$ (d_model, d_model), float32, with `encoding[t + offset]` = $R$ `@ encoding[t]` for every
#   t for which there are both rows.
# - **Use** the two formulas. Begin with a single pair, on paper. Put the numbers into a matrix of zeros as in the
#   cell above.

# %%
def shift_matrix(offset, d_model):
    """The matrix R (d_model, d_model) with encoding[t + offset] = R @ encoding[t], for every t."""
    ### BEGIN SOLUTION
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = offset * 10000.0 ** (-even / d_model)
    matrix = torch.zeros(d_model, d_model)
    matrix[even, even], matrix[even, odd] = angle.cos(), angle.sin()     # the new sines
    matrix[odd, even], matrix[odd, odd] = -angle.sin(), angle.cos()      # the new cosines
    return matrix
    ### END SOLUTION


# %%
check("5.2", shift_matrix)

# %%
shift_matrix = carry_on("5.2", shift_matrix)

print(shift_matrix(3, 4))
table = sinusoidal_encoding(100, 16)
for t in (0, 7, 90):
    print(f"t = {t:2}: largest error {(shift_matrix(5, 16) @ table[t] - table[t + 5]).abs().max():.4f}")

# %% [markdown]
# The first matrix is the one that least squares has found.
#
# How can a model use this? The query of a vector is a learned matrix times this vector: the weight of `w_q`. Suppose
# that the vectors are positions alone, and that the key of each position is its vector, unchanged. Put
# `shift_matrix(-3, d_model)` in the place of the weight of `w_q`: then the query of position t is the vector of
# position t − 3, and every position asks for "three places before me", with one matrix for all. (With words in the
# vectors, the matrices must learn to leave the words out. And in $Q = XW_q$, where the vectors are rows, $W_q$ is the
# transpose of this matrix.) Scores are dot products, so we look at the dot products of positions with each other. The
# three curves begin at different positions, and each is drawn 4 higher than the one before. How do they differ?

# %%
table = sinusoidal_encoding(64, 32)
similarity = table @ table.T
distances = range(0, 25)
curves = {t: torch.stack([similarity[t, t + d] for d in distances]) for t in (0, 10, 35)}
largest = max((curve - curves[0]).abs().max() for curve in curves.values())
print(f"largest difference from the first curve: {largest:.5f}")
show_curves(distances, {f"from position {t} (+ {4 * n})": curve + 4 * n for n, (t, curve) in enumerate(curves.items())},
            "distance", "dot product", "How similar are two positions?")

# %% [markdown]
# The three curves are the same: **how similar two positions are depends only on the distance between
# them**, not on where they are. Near ones are similar, and the similarity falls off, with large ripples from the fast
# clocks.
#
# (Why: the dot product of two points on this circle is the cosine of the angle between them, and that angle is the
# distance times the frequency. The curve is a sum of 16 cosines; at distance 0 each of them is 1.)

# %% [markdown]
# Are the nearest positions also the most similar? With only 4 dimensions, which of the positions 1 to 23 look most like
# position 0? And with 64?

# %%
for d_model in (4, 64):
    alike = sinusoidal_encoding(24, d_model) @ sinusoidal_encoding(24, d_model)[0]
    print(f"d_model = {d_model:<3} most like position 0: {(1 + alike[1:].topk(3).indices).tolist()}")

# %% [markdown]
# With 4 numbers, no: 6, 13 and 19 steps are nearly 1, 2 and 3 whole turns of the fast hand (a turn is 2π, about 6.28),
# and the slow hand has hardly moved. With 64 numbers the other hands tell these positions apart. The view has three
# sliders: a position, a dimension, the size of the vectors.

# %%
interactive.positions(sinusoidal_encoding)

# %% [markdown]
# ## Positions meet words
#
# The paper *adds* the encoding to the vectors of the words. Do they not disturb each other? In
# vectors with many numbers there is room for both: a model can learn to use some directions for words and
# others for positions. How long are the two?
#
# The vectors of the words, the **embeddings**, are learned. In this course they start small: numbers of about
# $1/\sqrt{d_{model}}$, so that a word's vector has a length of about 1. (PyTorch's `nn.Embedding` itself starts with
# numbers of about 1.)

# %%
torch.manual_seed(0)
d_model = 128
embeddings = torch.randn(1000, d_model) / math.sqrt(d_model)
print(f"length of a word's vector,    on average {embeddings.norm(dim=-1).mean():5.2f}")
print(f"length of a position's vector, on average {sinusoidal_encoding(50, d_model).norm(dim=-1).mean():5.2f}")
print(f"√(d_model/2) = {math.sqrt(d_model / 2):.2f}   √d_model = {math.sqrt(d_model):.2f}")

# %% [markdown]
# Every pair adds sin² + cos² = 1 to the square of a position's length, so for an even $d_{model}$ the length is exactly
# $\sqrt{d_{model}/2}$ at all positions. Here a word's vector is one eighth as long. The paper multiplies
# the embeddings by $\sqrt{d_{model}}$ (§3.4) and gives no reason. What it does to vectors that start as small as ours:
# they get a length similar to that of a position's vector (here 11.31, beside 8.00).

# %% [markdown]
# ### Exercise 5.3 · words and positions        ●○○  about 5 minutes · 1 point
# What goes into the first layer of a Transformer.
#
# - **You have** `embedded` (B, T, d_model): the vectors of the words of B sentences. T and d_model are whatever
#   comes in; a sentence may have 1 word, or 1,000.
# - **Return** (B, T, d_model): the vectors times √d_model, plus the encoding of each word's position; the
#   first word of every sentence has position 0.
# - **Use** your `sinusoidal_encoding`.

# %%
def add_positions(embedded):
    """Word vectors times √d_model, plus the encodings of their positions: (B, T, d_model), same shape back."""
    ### BEGIN SOLUTION
    _, length, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(length, d_model)
    ### END SOLUTION


# %%
check("5.3", add_positions)

# %%
add_positions = carry_on("5.3", add_positions)

for sentence in (words, words[::-1]):
    x = add_positions(embed(sentence).unsqueeze(0) / 2)[0]       # √d_model is 2: as long as before
    print(" ".join(sentence))
    for word, row in zip(sentence, attend(x), strict=True):
        print(f"   {word:7} {row}")

# %% [markdown]
# Compare "cat" in the two sentences: the numbers differ now. The bag of words has become a sentence.
#
# ## What goes wrong if …
#
# … the position is taken from the wrong axis? Older PyTorch code has the length first, (T, B, d_model), and there
# `x.size(0)` is the length. In this course the batch comes first. Here is such code with our tensors.
# Which words now have the same position?

# %%
def positions_of_the_batch(embedded):
    batch, _, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(batch, d_model).unsqueeze(1)


two = torch.stack([embed(words), embed(words[::-1])]) / 2
both = attend(positions_of_the_batch(two))
alone = attend(positions_of_the_batch(two[1:]))
print("cat in the first sentence:            ", both[0, 2])
print("cat in the second:                    ", both[1, 1])
print("cat in the second, alone in its batch:", alone[0, 1])
evaluate("5.3", positions_of_the_batch)

# %% [markdown]
# No error, no wrong shape, but the result of a sentence depends on its place in the batch: lines 2 and 3
# should be equal. All words of a sentence have the same position. So it is still a bag of words: lines 1 and 3 are
# equal, though one sentence is the other backwards.
#
# … and if the code multiplies by $10000^{2i/d_{model}}$ instead of dividing?

# %%
def too_fast(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)


show_encoding(too_fast(32, 16), title="Multiplied instead of divided")

# %% [markdown]
# The columns no longer go from fast to slow, and neighbours no longer resemble each other. But every
# position is still different from every other, so a model can learn them one by one, and its loss need not show the
# mistake. A picture of the table does.

# %% [markdown]
# ## Three other ways
#
# **Learned positions.** Why compute the table at all? It can be a parameter, one row of random numbers for each
# position, learned along with everything else: `nn.Embedding(max_len, d_model)`. The paper
# tried this, too, and found "nearly identical results" (§3.5). BERT and GPT-2 do it.
#
# **A penalty on distance** (Press et al., 2021: ALiBi). The vectors stay as they are. Each score is made
# smaller by the distance of the two words times a fixed number, which differs from head to head. There is also a
# causal mask.
#
# **Rotary positions** (Su et al., 2021; many of today's large models). If a step is a rotation, why *add*
# anything? Leave the words as they are. Before the scores are computed, *turn* the query and the key, each
# by its own position: pair $i$ of the word at position $t$ by the angle $t \cdot 10000^{-2i/d_{head}}$. A
# score is a dot product, and it depends on the angle between the two. If both are turned by the same
# amount, nothing changes; only the difference of the positions counts.
#
# A point $(a, b)$ turned by the angle $\varphi$ is
#
# $$(a\, \cos\varphi - b\, \sin\varphi,\;\; a\, \sin\varphi + b\, \cos\varphi)$$
#
# Here $a$ is the distance to the right, and $b$ the height. In your table the height, the sine, comes first. So the
# minus of `shift_matrix` stands in the other corner.

# %% [markdown]
# ### Exercise 5.4 · rotary encoding        ●●●  about 15 minutes · 3 points
# Turn queries or keys by their positions.
#
# - **You have** `x` (…, T, d_head) with any T and an even d_head; there may be none, one or two axes before T
#   (sentences, heads).
# - **Return** a tensor of the same shape and dtype, in which each pair of neighbours, columns $2i$ and $2i+1$, is
#   turned by $t \cdot 10000^{-2i/d_{head}}$. Position 0 stays as it is.
# - **Use** the angles of exercise 5.1, computed in the dtype of x, which is float32 or float64:
#   `torch.arange(..., dtype=x.dtype)`, for the positions and for the frequencies. Frequencies or angles in float32 are
#   too coarse for x in float64, and are refused. `x[..., 0::2]` is every $a$, `x[..., 1::2]` every $b$.

# %%
def apply_rotary(x):
    """Turn each pair of neighbours in x (..., T, d_head) by its position times the pair's frequency."""
    ### BEGIN SOLUTION
    length, d_head = x.shape[-2:]
    frequency = 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angle = torch.arange(length, dtype=x.dtype).unsqueeze(1) * frequency     # (T, d_head / 2)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)
    ### END SOLUTION


# %%
check("5.4", apply_rotary)

# %% [markdown]
# Now put the query of "sleeps" and the key of "cat" from lesson 01 at every position, and look at all scores:

# %%
apply_rotary = carry_on("5.4", apply_rotary)

q = torch.tensor([1.0, 0, 2, 0]).repeat(8, 1)        # "sleeps" asks, from each of 8 positions
k = torch.tensor([0.0, 1, 2, 1]).repeat(8, 1)        # "cat" answers, from each of 8 positions
scores = apply_rotary(q) @ apply_rotary(k).T
show_scores(scores, range(8), range(8), title='Rotary: "sleeps" in row t asks, "cat" in column s answers')

# %% [markdown]
# On the main diagonal both have the same position, and the score is 4, as in lesson 01. Along each diagonal all
# numbers are equal: the score depends on the two words, and on how far the second is before
# or after the first, and on nothing else.
#
# ## Which of them is better?
#
# Let us measure, on a small model: embeddings, one attention with one head, one linear layer. There are six
# versions, and they differ only in how positions come in. (`register_buffer` keeps a table with the model; it is
# not a parameter. `fit` is the loop of lesson 03.)

# %%
class Reader(nn.Module):
    """One attention between embeddings and logits: ids (B, T) -> (B, T, n_answers)."""

    def __init__(self, positions, n_words, n_answers, d_model=64, max_len=64):
        super().__init__()
        self.positions = positions
        self.embedding = nn.Embedding(n_words, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("sinusoids", sinusoidal_encoding(max_len, d_model))
        self.w_q, self.w_k, self.w_v = (nn.Linear(d_model, d_model) for _ in range(3))
        self.out = nn.Linear(d_model, n_answers)
        if positions == "learned":
            self.table = nn.Parameter(torch.randn(max_len, d_model) / math.sqrt(2))   # as long as sinusoids

    def forward(self, ids):
        length = ids.shape[1]
        x = self.embedding(ids) * math.sqrt(self.embedding.embedding_dim)
        if self.positions == "sinusoidal":
            x = x + self.sinusoids[:length]
        elif self.positions == "learned":
            x = x + self.table[:length]
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        if self.positions == "rotary":
            q, k = apply_rotary(q), apply_rotary(k)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if self.positions == "penalty":
            place = torch.arange(length)
            scores = scores - 0.5 * (place.unsqueeze(1) - place).abs()
        if self.positions in ("causal mask", "penalty"):
            scores = scores.masked_fill(~causal_mask(length), float("-inf"))
        return self.out(scores.softmax(dim=-1) @ v)


def loss_of(model, batch):
    ids, of_logits = batch                    # of_logits: a function from logits to loss
    return of_logits(model(ids))


def train(model, make_batch, steps):
    """Train on fresh batches."""
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    fit(model, loss_of, (make_batch() for _ in range(steps)), optimiser)


kinds = ["no positions", "causal mask", "penalty", "sinusoidal", "learned", "rotary"]

# %% [markdown]
# **A task that needs order.** Sentences of 6 words, among them exactly one "cat" and one "dog". Which of the two comes
# first? A bag of words does not say. (The model gives two logits at each place; its answer is their mean over all
# places.) How often will the version without positions be right? And the one with nothing but a causal mask?

# %% tags=["nbval-ignore-output"]
CAT, DOG, N_WORDS = 0, 1, 12


def who_is_first(n, length=6):
    """Sentences (n, length) with one cat and one dog each, and 1 where the cat comes first."""
    ids = torch.randint(2, N_WORDS, (n, length))
    places = torch.rand(n, length).argsort(dim=1)[:, :2]
    ids.scatter_(1, places, torch.tensor([[CAT, DOG]]).expand(n, 2))   # CAT at places[:, 0], DOG at places[:, 1]
    return ids, (places[:, 0] < places[:, 1]).long()


def order_batch():
    ids, first = who_is_first(64)
    return ids, lambda logits: F.cross_entropy(logits.mean(dim=1), first)


for kind in kinds:
    torch.manual_seed(0)
    model = Reader(kind, N_WORDS, 2, d_model=32)
    train(model, order_batch, steps=400)
    with torch.no_grad():
        ids, first = who_is_first(1000)
        accuracy = (model(ids).mean(dim=1).argmax(dim=-1) == first).float().mean()
    print(f"{kind:12} {accuracy:.0%} right")

# %% [markdown]
# Without positions the model is right about half of the time, as by tossing a coin. With any of the other five it is
# right nearly always, **also with nothing but a causal mask**: the mask tells earlier from later, and this task
# needs no more.
#
# **A task that needs distance.** At every place, say which word was *three places before*. We train on
# sentences of 16 words only, and then test on sentences of 64. At which places do you expect the models
# to fail?

# %% [markdown]
# ### Exercise 5.5 · beyond the training length        ●●○  about 3 minutes · 1 point
# Four of the versions: no positions, sinusoidal, learned, rotary. Which will still be right nearly always at places 20
# to 63? No sentence of the training was so long.
#
# - **Set** `prediction` to `"no positions"`, `"sinusoidal"`, `"learned"` or `"rotary"`; or to
#   `"sinusoidal and rotary"`, if it holds for these two; or to `"all"`, if it holds for sinusoidal, learned and
#   rotary alike.
# - **Use** what you know of each: what does place 40 look like to it? Decide before you run the next cells.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "rotary"
### END SOLUTION

# %%
check("5.5", prediction)

# %% tags=["nbval-ignore-output"]
STEP, N_WORDS = 3, 10


def distance_batch(n=32, length=16):
    ids = torch.randint(N_WORDS, (n, length))
    return ids, lambda logits: F.cross_entropy(logits[:, STEP:].flatten(0, 1), ids[:, :-STEP].flatten())


accuracy, models = {}, {}
for kind in kinds:
    torch.manual_seed(0)
    model = models[kind] = Reader(kind, N_WORDS, N_WORDS)
    train(model, distance_batch, steps=300)
    right = torch.zeros(64)
    with torch.no_grad():
        for length in (16, 64):               # the first 16 places from short sentences, as in training
            ids = torch.randint(N_WORDS, (500, length))
            answers = model(ids).argmax(dim=-1)
            start = STEP if length == 16 else 16
            right[start:length] = (answers[:, start:] == ids[:, start - STEP:-STEP]).float().mean(dim=0)
    accuracy[kind] = right[STEP:]
    print(f"{kind:12} places 3 to 15: {right[3:16].mean():4.0%}   places 20 to 63: {right[20:].mean():4.0%}")

ids = torch.randint(N_WORDS, (4000, 16))
most_frequent = ids.mode(dim=1).values.unsqueeze(1)           # the same answer at every place of a sentence
print(f"always the most frequent word of 16: {(ids[:, :-STEP] == most_frequent).float().mean():.0%}")
so_far = torch.stack([ids[:, :place].mode(dim=1).values for place in range(STEP, 16)], dim=1)
print(f"the most frequent of the words before: {(ids[:, :-STEP] == so_far).float().mean():.0%}")
ids = torch.rand(500, N_WORDS).argsort(dim=1)                 # each of the ten words once
with torch.no_grad():
    just_before = (models["penalty"](ids).argmax(dim=-1)[:, STEP:] == ids[:, STEP - 1:-1]).float().mean()
print(f"penalty, ten different words in a row: the word just before in {just_before:.0%} of the places from 3 on")

# %% tags=["nbval-ignore-output"]
shown = {kind: accuracy[kind] for kind in ("no positions", "sinusoidal", "learned", "rotary")}
show_curves(range(STEP, 64), shown, "place in the sentence", "share of right answers",
            "Three places back: trained on 16 words, tested on 64")

# %% [markdown]
# Within the length of training, sinusoidal, learned and rotary positions are equally good. The causal mask and the
# penalty are not enough for this task, so the picture leaves them out. In one layer, a mask says which words are
# earlier, not how much earlier. (Several layers can learn positions from a mask alone: Haviv et al., below.) And with
# this penalty nearer words get more. The model can learn not to name the word itself, but among those before it the
# nearest wins: in sentences of ten different words it mostly names the word just before (the last line of the list).
# Without positions, a model can still name the most frequent word of the sentence; with a mask, the most frequent of
# the words before: the two lines of the list that begin with "always" and "the most" show how often that is right.
# Beyond the length of training:
#
# - **learned**: the rows from 16 on still hold the random numbers of the beginning. One word
#   in ten is right by chance.
# - **sinusoidal**: at most places about as bad as without positions, at a few much better: the peaks of its curve.
#   There *is* one rotation that would serve everywhere, as you have shown. But training on 16 places does not force the
#   model to find this one, and beyond them the clocks stand in combinations that it has never met. (Why it is right at
#   a few of those places all the same, we have not found out.)
# - **rotary**: as good as before. The model never sees a position, only differences of positions,
#   and "three back" is the same everywhere.
#
# (The curve without positions has a step at place 16, since from there on the sentences have 64 words, and the most
# frequent word has a smaller part of these.)
#
# What does this show, and what not? In the long sentences, the words that are *not* wanted are up to 63 places
# away, which training never had, and rotary encoding still finds the third one. But the task never *needs* a
# distance that training did not have. And real texts are another matter: Press et al. (2021) report that language
# models with rotary positions, too, get worse on texts much longer than those of training, and that models with the
# penalty do not. So our picture is no proof that rotary positions are better for long texts.
#
# The translator of the next lessons uses sinusoids, as the paper does: its sentences are short, and training has
# sentences of every length. Lesson 12 also trains learned positions, and lesson 13 rotary ones.

# %% [markdown]
# ## Recap
#
# - Attention treats all positions alike. Without a mask and without positions it sees a bag of words. Positions can
#   go into the vectors, into queries and keys, or into the scores. A causal mask alone already tells earlier from
#   later.
# - The **sinusoidal encoding** is a set of clocks, fast ones and slow ones; each pair of columns is one hand.
# - A fixed offset is a **rotation** of each hand, the same for every position, so it is one matrix.
# - Embeddings that start small are multiplied by **√d_model**. Then words and positions have similar lengths.
# - **Learned** positions end where the training data end. **Rotary** encoding turns queries and keys; then scores
#   depend only on the words and on how far the second is before or after the first.
#
# **Common mistakes**
#
# - Multiplying by $10000^{2i/d}$ instead of dividing; the loss need not show it, a picture does.
# - `//` in the exponent; an exponent for every column instead of for every pair; doubling an index that
#   already counts in twos.
# - Taking the position from the batch axis.
# - A table that is a parameter, that crashes for an odd d_model, or that has a fixed number of rows.
# - `matrix[0::2, 1::2] = numbers` for `matrix[even, odd] = numbers`: the first fills a whole quarter.
# - Forgetting the factor √d_model, or giving it to the positions as well.
# - In decoding, word by word: starting at position 0 again for every new word. (Lesson 10.)
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.4 and §3.5: together less than a page.
# - [Su et al. (2021), RoFormer](https://arxiv.org/abs/2104.09864), §3.2: rotary encoding, as in exercise 5.4.
# - [Shaw et al. (2018)](https://arxiv.org/abs/1803.02155): a learned vector for each
#   distance, up to a largest one, is added to keys and values.
# - [Press et al. (2021), ALiBi](https://arxiv.org/abs/2108.12409): a penalty on distance instead of an
#   encoding, and measurements beyond the training length for four kinds of positions.
# - [Haviv et al. (2022)](https://arxiv.org/abs/2203.16634): language models with a causal mask and no positions.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code of A and B; what comes out of C
# is told below.
#
# **A · Two steps.** Show in numbers that `shift_matrix(2, d) @ shift_matrix(3, d)` is `shift_matrix(5,
# d)`, and that `shift_matrix(-3, d)` is the transpose of `shift_matrix(3, d)`. Why must both be true of
# rotations?
#
# **B · A head that looks back.** Choose `w_q` and `w_k` by hand, without any training, so that attention
# over positions without words puts nearly all weight on the position before (position 0 has none). One of the two is a
# multiple of a `shift_matrix`. Take vectors of 16 numbers or more.
#
# **C · Rotary as a bag.** Rotate queries and keys, but give all words the position 0. What happens to
# the order task above, and why?

# %% [markdown]
# <details><summary>A: why</summary>
#
# Turning by 3 steps and then by 2 is turning by 5. And turning back undoes turning forward: the inverse
# of a rotation is its transpose, because it keeps lengths and angles.
#
# </details>
#
# <details><summary>B: a way to start</summary>
#
# The key of position s may be its encoding as it is. The query of position t should be most like the key
# of t − 1, so it should *be* the encoding of t − 1: `shift_matrix(-1, d) @ encoding[t]`. Similarity falls
# off slowly, so multiply by a number that makes the softmax sharp (temperature, in lesson 01).
#
# </details>
#
# <details><summary>C: what to expect</summary>
#
# An angle of 0 turns nothing: this is the version without positions, and it is right about half of the time.
#
# </details>

# %% tags=["solution-only"]
# A
print("A", torch.allclose(shift_matrix(2, 8) @ shift_matrix(3, 8), shift_matrix(5, 8), atol=1e-5),
      torch.allclose(shift_matrix(-3, 8), shift_matrix(3, 8).T, atol=1e-5))

# %% tags=["solution-only"]
# B
encoding = sinusoidal_encoding(8, 32)
query = encoding @ (40 * shift_matrix(-1, 32)).T
_, weights = scaled_dot_product_attention(query, encoding, encoding)
show_weights(weights, range(8), range(8), title="Attending to the position before")

# %% [markdown]
# Next, in lesson 06: attention, positions and two new parts, the norm and the feed-forward layer, become
# an encoder.
