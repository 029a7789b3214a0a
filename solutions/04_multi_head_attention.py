# %% [markdown]
# # Lesson 04 · Multi-head attention
#
# So far every word asked one question and got one answer. Here it asks several at once. The
# computation is still the one of lesson 01; what is new is how the numbers are laid out, and there it
# is easy to make mistakes that no error message shows.
#
# **After this lesson** you can
#
# - show with numbers what two heads find and one head mixes up;
# - cut vectors into heads and join them again without mixing up words and dimensions;
# - write `MultiHeadAttention` in PyTorch so that it equals PyTorch's own;
# - name several bugs that a falling loss does not reveal, and write the tests that do.
#
# **You need** lessons 01 to 03: attention, masks, projections, modules and the loop `fit`.
#
# **Time** about two hours and a quarter, about 60 minutes of it for the five exercises.

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from classroom import carry_on, check, evaluate, hint, own, solution
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## Two questions, one answer
#
# In lesson 01 "black" asked which noun it describes. It may have a second question, such as which word
# is before it. One attention, as in lesson 01, is called a **head**, and a head returns *one* mixture
# of the values.
#
# Now let a word have two questions. Two other words hold the answers, one on its left and one on its
# right. To keep it small, an answer is a single number, and our word gives half of its attention to
# each of the two.
#
# The word receives the mixture 4. What were the two answers, and which side gave which?

# %%
for left, right in [(2, 6), (6, 2), (3, 5), (4, 4)]:
    print(f"left says {left}, right says {right}:  half and half gives {0.5 * left + 0.5 * right}")

# %% [markdown]
# You cannot tell. A mean forgets who said what. With two heads, the first looks to the left and
# the second to the right. Nothing is mixed, and the two results are side by side: (2, 6) is not
# (6, 2).
#
# One number is an extreme case. Real values are long vectors, and a mixture of two long vectors keeps
# much of both. So we measure it.

# %% [markdown]
# ## Measured: six at a round table
#
# Six people sit at a round table. Each holds a card with a digit; all six digits are different. Each
# person has to say: *which digit is on my left, and which one on my right?*

# %%
def round_table(n):
    """n tables: the digits (n, 6), and of each place the digits to its left and right (n, 6, 2)."""
    digits = torch.rand(n, 10).argsort(dim=-1)[:, :6]
    neighbours = torch.stack([digits.roll(1, dims=1), digits.roll(-1, dims=1)], dim=-1)
    return digits, neighbours

torch.manual_seed(0)
digits, neighbours = round_table(1)
print("digits", digits[0].tolist())
print("left  ", neighbours[0, :, 0].tolist())
print("right ", neighbours[0, :, 1].tolist())

# %% [markdown]
# The model is small. Digit and place are turned into vectors and added, there is one
# attention layer, and a linear layer reads both answers off its output. The attention layer is the
# course's; in this lesson you will write it yourself. `fit` is the loop of lesson 03; `nn.init.normal_` draws
# a parameter's first numbers.

# %%
class OneLook(nn.Module):
    def __init__(self, n_heads, d_model=32):
        super().__init__()
        self.digit = nn.Embedding(10, d_model)
        self.place = nn.Embedding(6, d_model)
        self.attention = library.MultiHeadAttention(d_model, n_heads)
        self.answers = nn.Linear(d_model, 2 * 10)
        for table in (self.digit, self.place):
            nn.init.normal_(table.weight, std=0.3)              # small, so that at first all shares are similar

    def forward(self, digits):
        x = self.digit(digits) + self.place.weight
        output, self.weights = self.attention(x, x, x)
        return self.answers(output).unflatten(-1, (2, 10))      # (n, 6, 20) -> (n, 6, 2, 10)


def loss_of(model, batch):
    x, y = batch
    return F.cross_entropy(model(x).flatten(0, -2), y.flatten())


def train(model, make_batch, steps=200):
    """Train on fresh batches and return the last loss."""
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)       # fused: faster, the same steps
    return fit(model, loss_of, (make_batch(32) for _ in range(steps)), optimiser)[-1]

for n_heads in (1, 2):
    print(f"n_heads = {n_heads}: {sum(p.numel() for p in OneLook(n_heads).parameters())} parameters")

# %% [markdown]
# Both have the same number of parameters: two heads of 16 dimensions need as many as one head of 32.
#
# Make a prediction. How often, between 0 and 1, will the model with **one** head name *both* neighbours
# correctly? With answers at random each digit is right one time in ten. Write your number into the next
# cell.

# %%
my_guess = None     # a number between 0 and 1

# %% tags=["nbval-ignore-output"]
models = {}
print("n_heads   loss   left ok   right ok   both ok   same digit twice   the pair, in any order")
for n_heads in (1, 2):
    for start in range(3):                                      # three random starts each
        torch.manual_seed(start)
        models[n_heads] = model = OneLook(n_heads)
        loss = train(model, round_table)
        with torch.no_grad():
            digits, neighbours = round_table(1000)
            probabilities = model(digits).softmax(dim=-1)
        named = probabilities.argmax(dim=-1)                    # (n, 6, 2)
        good, same = named == neighbours, named[..., 0] == named[..., 1]
        best_two = probabilities.sum(dim=2).topk(2).indices.sort().values
        either_way = (best_two == neighbours.sort().values).all(dim=-1)
        left, right, both, twice, pair = (part.float().mean().item() for part in (
            good[..., 0], good[..., 1], good.all(dim=-1), same, either_way))
        print(f"{n_heads:7}{loss:7.2f}{left:10.2f}{right:11.2f}{both:10.2f}{twice:19.2f}{pair:25.2f}")
print(f"\nmy guess for one head: {my_guess}")

# %% [markdown]
# Two heads: everything right. One head: fewer than one person in five names both neighbours. Now look at
# the last column: the two most likely digits of one head *are* the two neighbours. It knows the pair. But
# both answers are read off one mixture, and mostly they are the same digit, named twice. One side is nearly
# always right and the other seldom. Which of the two it is differs from start to start.
#
# It is nearly the table of means from above, learned. But the shares of the two sides are not quite equal, and a digit
# that is named twice is nearly always the one with the larger share. Here are the shares of the last start with one
# head, and the weights for one of its tables:

# %% tags=["nbval-ignore-output"]
places = [f"place {i}" for i in range(6)]
to_left, to_right = (torch.stack([models[1].weights[:, 0, i, (i + step) % 6] for i in range(6)]).mean()
                     for step in (-1, 1))
print(f"mean share: left {to_left:.2f}, right {to_right:.2f}")
show_heads(models[1].weights[0], places, places, title="One head looks to both sides")

# %% tags=["nbval-ignore-output"]
show_heads(models[2].weights[0], places, places, title="Two heads: one for each side")

# %% [markdown]
# Nobody told the two heads to share the work. They learned it.
#
# The paper says (§3.2.2):
#
# > Multi-head attention allows the model to jointly attend to information from different
# > representation subspaces at different positions. With a single attention head, averaging
# > inhibits this.
#
# (A *representation subspace* is here what the projections of one head make of a vector: in the next section two
# numbers for its query, two for its key and two for its value, each a weighted sum of the four numbers of the vector
# (some of the weights are 0).) "Inhibits" does not mean *prevents*. A head that gives 0.7 to one side and 0.3 to the
# other keeps them apart, and a network behind it can learn to undo the mixture. Stretch exercise B does that. With
# several heads it is easy; with one it is possible.

# %% [markdown]
# ## Two heads by hand
#
# Back to *the black cat sleeps*. Each word is a vector of four numbers, and three matrices make its
# query, its key and its value. Ours give the queries and keys of lesson 01.

# %%
words = ["the", "black", "cat", "sleeps"]

#                    article dark animal resting
X = torch.tensor([[1., 0, 0, 0],       # the
                  [0., 1, 0, 0],       # black
                  [0., 0, 1, 0],       # cat
                  [0., 0, 1, 1]])      # sleeps, which an animal does

W_q = torch.tensor([[0., -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [0, -2, 2, 0]])    # a row for each feature
W_k = torch.tensor([[1., 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 0, -1, -1]])
W_v = torch.tensor([[4., 0, 0, 0], [0, 4, 0, 0], [0, 0, 4, 3], [0, 0, -4, -1]])

Q, K, V = X @ W_q, X @ W_k, X @ W_v
for name, matrix in [("Q", Q), ("K", K), ("V", V)]:
    print(name, *(f"{word:>7} {row.int().tolist()}" for word, row in zip(words, matrix, strict=True)))

# %% [markdown]
# "black" is only dark, so its query is the second row of `W_q`: [0, 1, 2, 1]. Do "sleeps" on paper:
# add two rows. The values say *is it definite, is it dark, is it masculine, is it alive?* You know the
# last three from lesson 01.
#
# Now the one step that is new. **Head 0 gets the first two numbers of every query, key and value,
# head 1 the last two.** Each is an attention of its own, with scores of its own. Before you run the cell: how do
# those of "black" relate to its scores in lesson 01?

# %%
q = Q[1].int().tolist()
for word, row in zip(words, K, strict=True):
    k = row.int().tolist()
    score_0 = q[0] * k[0] + q[1] * k[1]
    score_1 = q[2] * k[2] + q[3] * k[3]
    print(f"{word:7}  head 0: {q[0]}·{k[0]} + {q[1]}·{k[1]} = {score_0}    "
          f"head 1: {q[2]}·{k[2]} + {q[3]}·{k[3]} = {score_1}    together {score_0 + score_1}")

# %% [markdown]
# Together they are 1 2 6 3, the scores of lesson 01. A dot product is a sum, and we have cut the sum in two. **One
# head adds up all products and then takes the softmax; with two heads, each adds up half of the products and takes a
# softmax of its own.**
#
# They choose differently. In head 0 "black" itself has the highest score, 2; in head 1 it is "cat", with
# 5. Next come the shares, now with $\sqrt{2}$, because a head's keys have two numbers. Then the values:
# each head mixes *its own* two columns.

# %%
def by_loop(Q, K, V, n_heads):
    """Multi-head attention, one head after another: outputs side by side, and all weights."""
    d_head = Q.shape[-1] // n_heads
    outputs, weights = [], []
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        output_h, weights_h = scaled_dot_product_attention(Q[:, mine], K[:, mine], V[:, mine])
        outputs.append(output_h)
        weights.append(weights_h)
    return torch.cat(outputs, dim=-1), weights

one, [weights_one] = by_loop(Q, K, V, n_heads=1)
two, weights_two = by_loop(Q, K, V, n_heads=2)
print("weights of black            ", *(f"{word:>7}" for word in words))
rows = {"one head": weights_one, "head 0 of 2": weights_two[0], "head 1 of 2": weights_two[1]}
for name, weights in rows.items():
    print(f"{name:28}", *(f"{weight:7.3f}" for weight in weights[1]))
print("\noutput of black                 def.    dark   masc.   alive")
for name, output in [("one head", one), ("two heads, side by side", two)]:
    print(f"{name:28}", *(f"{number:7.3f}" for number in output[1]))

# %% [markdown]
# You know the first line from lesson 01: 0.057 0.094 0.694 0.155. Now compare the outputs. One head has
# an attention of 1 to give: what it gives to "cat" it cannot give to "black", so little of
# *dark* arrives. With two heads, each has a 1 of its own. Head 0 gives its largest share to "black": **more of *dark*
# arrives, and nothing of *masculine* is lost**. These are the two things that *negro* needs. (*Masculine* even grows,
# for another reason: √2 in place of √4 makes the shares of head 1 more unequal.)
#
# ### The output projection
#
# One thing is missing. In the vector of four numbers, the first two come from head 0 only, and the last
# two from head 1 only. A last matrix $W_o$ makes every number of the result from all heads. Here is one
# by hand, which takes sums and differences:

# %%
side_by_side = torch.tensor([8., 2, 3, 1])          # head 0 said (8, 2), head 1 said (3, 1)
W_o = torch.tensor([[1., 0, 1, 0],
                    [0., 1, 0, 1],
                    [1., 0, -1, 0],
                    [0., 1, 0, -1]])
print(side_by_side @ W_o)

# %% [markdown]
# 8 + 3, 2 + 1, 8 − 3, 2 − 1: each number of the result is made from both heads.
#
# This is all of multi-head attention: **project, cut, attend in each head, join, project.** The
# paper writes it with small matrices, one for each head. We have one large matrix, and cut its
# result. Both give the same numbers:

# %%
print("queries of head 1, cut from all:  ", (X @ W_q)[:, 2:].int().tolist())
print("queries of head 1, projected alone:", (X @ W_q[:, 2:]).int().tolist())

# %% [markdown]
# ## An axis for the heads
#
# `by_loop` takes one head after another, and a single sentence.
# `scaled_dot_product_attention` works for any number of leading axes, so one call is enough,
# *if the heads have an axis of their own*:
#
# $$(B, T, d_{model}) \;\to\; (B, n_{heads}, T, d_{head})$$
#
# To see where each number goes, we take numbers that tell where they come from: the tens are the word,
# the ones are the dimension.

# %%
x = torch.tensor([[[0, 1, 2, 3],            # the
                   [10, 11, 12, 13],        # black
                   [20, 21, 22, 23],        # cat
                   [30, 31, 32, 33]]])      # sleeps
print(tuple(x.shape), " B, T, d_model")
print("head 0 should be", x[0, :, :2].tolist())
print("head 1 should be", x[0, :, 2:].tolist())

# %% [markdown]
# The first idea is to ask for the shape that we want. `view` does it without an error:

# %%
wrong = x.view(1, 2, 4, 2)
print(tuple(wrong.shape), " B, n_heads, T, d_head")
print("head 0 is       ", wrong[0, 0].tolist())
print("head 1 is       ", wrong[0, 1].tolist())

# %% [markdown]
# The right shape, all sixteen numbers, no error. But look at the tens.
#
# Head 0 has four rows, but they are the two halves of "the" and the two halves of
# "black". It will never see "cat" or "sleeps". Why? In memory a tensor is one long tape of numbers.
# `view` does not change the tape. It only says where to cut it, and the first half of the tape goes to
# head 0:

# %%
tape = x.flatten().tolist()
wanted = [number % 10 // 2 for number in tape]                  # the head, from the dimension
got = [h for h in range(2) for _ in range(8)]                   # the first eight numbers, the last eight
for name, row in [("on the tape", tape), ("wanted head", wanted), ("view's head", got)]:
    print(f"{name}  ", " | ".join(" ".join(f"{n:2}" for n in row[i : i + 4]) for i in range(0, 16, 4)))

# %% [markdown]
# So we have to cut *inside each word*. Only then may the heads' axis move to the front.

# %% [markdown]
# ### Exercise 4.1 · split_heads        ●●○  about 10 minutes · 2 points
# Give the heads an axis of their own, and keep words together.
#
# - **You have** `x` (B, T, d_model) and `n_heads`, which divides d_model. Any of these sizes may be 1.
# - **Return** a tensor (B, n_heads, T, d_head) with d_head = d_model / n_heads.
# - **Use** two steps: `x.reshape(...)` to cut the last axis in two, which makes four axes, and
#   `transpose(i, j)`, which swaps two axes. Python's `//` divides whole numbers.

# %%
def split_heads(x, n_heads):
    """Cut every vector into one piece per head: (B, T, d_model) -> (B, n_heads, T, d_head)."""
    ### BEGIN SOLUTION
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)
    ### END SOLUTION


# %%
check("4.1", split_heads)

# %%
split_heads = carry_on("4.1", split_heads)

heads = split_heads(x, 2)
print(tuple(heads.shape))
print("head 0 is", heads[0, 0].tolist())
print("head 1 is", heads[0, 1].tolist())

# %% [markdown]
# These are the two heads that we wanted.
#
# At which sizes does the wrong `view` give the same numbers as the right way, so that a test with these sizes cannot
# find it? Think of two before you run the next cell. The picture below it shows where every number of one sentence
# goes, and says whether your own `split_heads` does the same. Some mistakes do not show at some sizes. And the picture
# has one sentence only, so that it cannot show a mistake that mixes sentences.

# %%
for batch, length, n_heads, d_head in [(1, 3, 2, 2), (1, 3, 1, 4), (1, 1, 4, 2)]:
    tape = torch.arange(batch * length * n_heads * d_head).reshape(batch, length, n_heads * d_head)
    same = torch.equal(split_heads(tape, n_heads), tape.view(batch, n_heads, length, d_head))
    print(f"T = {length}, h = {n_heads}, d = {d_head}: the wrong view gives the same numbers: {same}")

# %%
interactive.shapes(own("4.1"), length=3, n_heads=2, d_head=4)

# %% [markdown]
# Where there is only one word or one head, the wrong `view` gives the right numbers: an axis of length 1 can be moved
# without moving a number. Everywhere else the right way needs one more step:
#
# | | axes | what the last step did |
# |---|---|---|
# | `x` | (B, T, d_model) | |
# | cut | (B, T, **n_heads, d_head**) | each word's vector is cut into pieces; the tape is as before |
# | swap | (B, **n_heads, T**, d_head) | heads outside, words inside; from now on a head is a table of words |
#
# After the swap, the order of the numbers is no longer that of the tape. PyTorch does not move them; it remembers how
# far to jump for a step along each axis: its **stride**. The next section needs this.

# %% [markdown]
# ## And back
#
# After attention, (B, n_heads, T, d_head) has to become (B, T, d_model) again. We undo the two steps, in
# the opposite order. Attention writes its result on a new tape, head after head; here `contiguous()`
# does this with our numbers. Two things can go wrong now. The first gives an error:

# %%
fresh = heads.contiguous()
print("the tape now:", fresh.flatten().tolist())
try:
    fresh.transpose(1, 2).view(1, 4, 4)
except RuntimeError as error:
    print(error)

# %% [markdown]
# On this tape the numbers of a word lie apart, head after head, and `view` can only cut the tape. `reshape` copies the
# numbers if it must; so does `flatten`. Hence the rule: **after a `transpose`, no `view`.** (If your `split_heads` only
# swaps axes, the tape of `heads` is still that of `x`, and there `view` would run. Do not rely on it.)
#
# The second is silent: calling `reshape` without undoing the swap. What will the first row be?

# %%
print(fresh.reshape(1, 4, 4)[0].tolist())

# %% [markdown]
# The vector of "the" is now made of "the" and "black". Every position holds pieces of several words, and
# not because attention has chosen them.

# %% [markdown]
# ### Exercise 4.2 · merge_heads        ●○○  about 5 minutes · 1 point
# Put the heads side by side again.
#
# - **You have** `x` (B, n_heads, T, d_head). Any of these sizes may be 1.
# - **Return** a tensor (B, T, n_heads · d_head): the inverse of `split_heads`.
# - **Use** `transpose`, then `reshape` or `flatten`.

# %%
def merge_heads(x):
    """Join the pieces of every vector again: (B, n_heads, T, d_head) -> (B, T, d_model)."""
    ### BEGIN SOLUTION
    return x.transpose(1, 2).flatten(2)
    ### END SOLUTION


# %%
check("4.2", merge_heads)

# %%
merge_heads = carry_on("4.2", merge_heads)

print("there and back:", torch.equal(merge_heads(split_heads(x, 2)), x))

# %% [markdown]
# There and back gives what we began with. Is that a good test of the two functions? Here is the wrong
# `view` again, with its own wrong way back. What will be printed?

# %%
there = x.view(1, 2, 4, 2)
back = there.view(1, 4, 4)
print("there and back, both wrong:", torch.equal(back, x))

# %% [markdown]
# The two mistakes cancel. So there and back tests one of the two functions, and only if the other is known to be right.

# %% [markdown]
# ## The layer
#
# Now the module. The four projections are `nn.Linear(d_model, d_model)`, now with their biases. (In lesson 03 we left
# these out, to compare with products on paper. The paper writes none; PyTorch's layer has them.)
#
# The layer gets `query`, `key` and `value` separately, because in translation the queries come from the
# Spanish sentence and keys and values from the English one: T_q and T_k differ. And it takes a
# **mask**, True where a query may attend to a key. The mask has one of two shapes:
#
# - (B, 1, T_k), one row for all queries of a sentence; it hides the padding of a short sentence;
# - (B, T_q, T_k), a row for every query.
#
# Neither has an axis for heads. Weights are (B, n_heads, T_q, T_k), and shapes are lined up from the right.
# The mask below is for two sentences, and there are two heads. Which axis of the weights will meet its first axis, that
# of the sentences?

# %%
mask = torch.tensor([[[True, True, True, True]],          # sentence 0 has four words
                     [[True, True, False, False]]])       # sentence 1 has two, then padding
print("mask   ", tuple(mask.shape))
print("weights", (2, 2, 4, 4))
print("match  ", tuple(torch.broadcast_shapes(mask.shape, (2, 2, 4, 4))), "without an error")
allowed = mask.expand(2, 2, 4, 4)
for sentence in range(2):
    for head in range(2):
        seen = allowed[sentence, head, 0].nonzero().flatten().tolist()
        print(f"sentence {sentence}, head {head}: may see words {seen}")

# %% [markdown]
# The mask's sentence axis was taken for the heads' axis: head 1 cannot see two words of *every* sentence,
# and head 0 sees the padding. With three sentences there would be an error. With two there is none.
# So the mask needs an axis for the heads: `mask.unsqueeze(1)` makes (B, 1, 1, T_k) of the first shape and
# (B, 1, T_q, T_k) of the second.

# %% [markdown]
# The whole layer, from the bottom to the top. (Each block is a link to the lesson that builds it.)

# %%
show_blocks("attention")

# %% [markdown]
# ### Exercise 4.3 · MultiHeadAttention        ●●●  about 25 minutes · 4 points
# Project, cut, attend, join, project.
#
# - **You have** in `__init__`: `d_model` and `n_heads`. In `forward`: `query` (B, T_q, d_model), `key` and `value` (B,
#   T_k, d_model), and `mask`, which is None or bool, (B, 1, T_k) or (B, T_q, T_k), True = may attend. A query that may
#   attend to nothing gets weights of 0, as in lesson 02. Its mixture is then 0, and its output is what `w_o` makes of
#   that: the bias of `w_o`, if it has one. (A mask without the axis of the sentences is never given.)
# - **Make** four `nn.Linear(d_model, d_model)` with the names `w_q`, `w_k`, `w_v`, `w_o`; with or without
#   biases; `forward` uses only these four. (You may add dropout; the check turns it off. All else must be the same
#   after `.train()` and after `.eval()`.) In `__init__`, raise a `ValueError` if `n_heads` does not divide `d_model`.
# - **Return** the output (B, T_q, d_model) and the weights (B, n_heads, T_q, T_k).
# - **Use** your `split_heads` and `merge_heads`, and `scaled_dot_product_attention(q, k, v, mask)` of
#   lesson 02, which scales, takes any number of leading axes, and returns output and weights.
# - **Not** PyTorch's `nn.MultiheadAttention`: this is what you are writing. You will compare with it below.

# %%
class MultiHeadAttention(nn.Module):
    """Attention in `n_heads` heads side by side. Shapes as above."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        ### BEGIN SOLUTION
        if d_model % n_heads:
            raise ValueError(f"d_model = {d_model} is not divisible by n_heads = {n_heads}")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(self, query, key, value, mask=None):
        ### BEGIN SOLUTION
        q = split_heads(self.w_q(query), self.n_heads)      # (B, T, d_model) -> (B, n_heads, T, d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)                        # the same for all heads
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights
        ### END SOLUTION


# %%
check("4.3", MultiHeadAttention)

# %%
MultiHeadAttention = carry_on("4.3", MultiHeadAttention)

# %% [markdown]
# Does it give the numbers that you got by hand? We put our matrices into the layer, transposed as in lesson 03.

# %%
def with_mask(layer, *inputs, mask):
    """Output and weights; the mask goes in by position, or by name where `forward` asks for that."""
    try:
        return layer(*inputs, mask)
    except TypeError:
        return layer(*inputs, mask=mask)

by_hand = MultiHeadAttention(4, 2).eval()                   # d_model, n_heads
with torch.no_grad():
    for linear, matrix in [(by_hand.w_q, W_q), (by_hand.w_k, W_k), (by_hand.w_v, W_v), (by_hand.w_o, W_o)]:
        linear.weight.copy_(matrix.T)
        if linear.bias is not None:
            linear.bias.zero_()
    sentence = X.unsqueeze(0)                               # (4, 4) -> (1, 4, 4), a batch of one
    output, weights = by_hand(sentence, sentence, sentence)

print("weights of black, head 0:", weights[0, 0, 1])
print("weights of black, head 1:", weights[0, 1, 1])
print("output of black:         ", output[0, 1])
print("by hand, with W_o:       ", two[1] @ W_o)

# %% [markdown]
# The rows of the two heads are those of the loop above. All four words at once, head by head:

# %%
show_heads(weights[0], words, words, title="the black cat sleeps, two heads")

# %% [markdown]
# The same heads as lines: choose a head, then a row. In one of the heads, "cat" looks at all words alike. In which, and
# why? Find it in the picture; the cell below it prints the answer.

# %%
interactive.heads(weights[0], words, words, title="the black cat sleeps, two heads")

# %%
for head in range(2):
    print(f"head {head}: query of cat {Q[2, 2 * head : 2 * head + 2].int().tolist()}, weights", weights[0, head, 2])

# %% [markdown]
# ### Who has said what?
#
# With $W_o$, every number of the output is made from all heads. Can one still tell what a single head has
# contributed? Take the $W_o$ from above. Write the first number of $(a, b, c, d)\, W_o$ as a sum of four products, and
# mark those of head 0.
#
# <details><summary>Answer</summary>
#
# a · 1 + b · 0 + c · 1 + d · 0. The first two products are those of head 0.
#
# </details>

# %% [markdown]
# ### Exercise 4.5 · a sum over heads        ●●●  about 12 minutes · 2 points
# Take the output of the layer apart. (Exercise 4.4 comes at the end, in the lab.)
#
# - **You have** `heads` (B, n_heads, T, d_head), the mixture of each head, and `W_o` (d_model, d_model). The output of
#   the layer, but for a bias, is `merge_heads(heads) @ W_o`.
# - **Return** the parts (B, n_heads, T, d_model): what each head adds to the output. Their sum over the heads is that
#   product, and the part of a head must not change when another head does.
# - **Use** `W_o` as it stands in the product. (The weight of an `nn.Linear` is stored transposed.)

# %%
def head_parts(heads, W_o):
    """What each head adds to the output: (B, n_heads, T, d_head), (d_model, d_model) -> (B, n_heads, T, d_model)."""
    ### BEGIN SOLUTION
    n_heads, d_head = heads.shape[1], heads.shape[3]
    return heads @ W_o.reshape(n_heads, d_head, -1)          # head h meets its own d_head rows
    ### END SOLUTION


# %%
check("4.5", head_parts)

# %%
head_parts = carry_on("4.5", head_parts)

mixtures, _ = scaled_dot_product_attention(*(split_heads(matrix.unsqueeze(0), 2) for matrix in (Q, K, V)))
parts = head_parts(mixtures, W_o)
for head in range(2):
    print(f"black, head {head} adds", parts[0, head, 1])
print("together          ", parts.sum(dim=1)[0, 1])
print("output of black   ", output[0, 1])

# %% [markdown]
# **The output is a sum over heads.** Each head reads from the words, and adds what it has found to the output, without
# knowing of the others. (A bias of `w_o` is added once, and belongs to no head.)
#
# Now the mask, with *the black cat sleeps* and *cat sleeps*. The second sentence is filled up with two
# vectors of padding. We choose vectors that head 0 of "cat" would like best, to see whether any of them leaks:

# %%
padding = torch.ones(2, 4)
batch = torch.stack([X, torch.cat([X[2:], padding])])       # (2, 4, 4)
with torch.no_grad():
    _, without = by_hand(batch, batch, batch)
    masked, with_it = with_mask(by_hand, batch, batch, batch, mask=mask)
    alone, _ = by_hand(X[2:].unsqueeze(0), X[2:].unsqueeze(0), X[2:].unsqueeze(0))
print("cat in sentence 1, head 0, without the mask:", without[1, 0, 0])
print("                           with the mask:   ", with_it[1, 0, 0])
print("sentence 0 as before:                       ", torch.allclose(masked[0], two @ W_o))
print("cat sleeps, as if it were alone:            ", torch.allclose(masked[1, :2], alone[0]))

# %% [markdown]
# ### Is it the real thing?
#
# PyTorch has the same layer. We give both the same weights, a batch of unequal sizes and a mask, and compare all
# numbers. PyTorch keeps the three input matrices in one, below each other. Its boolean mask is True where attention is
# *forbidden*, the opposite of ours, and an `attn_mask` that differs from sentence to sentence needs a copy for each
# head: (B, T_q, T_k) becomes (B · n_heads, T_q, T_k), first the copies for sentence 0, then those for sentence 1. That
# is what `repeat_interleave` makes. (`chunk(3)` cuts into three along the first axis.)

# %%
torch.manual_seed(0)
B, T_q, T_k, d_model, n_heads = 2, 6, 5, 12, 3
mine = MultiHeadAttention(d_model, n_heads).eval()
theirs = nn.MultiheadAttention(d_model, n_heads, batch_first=True).eval()
with torch.no_grad():
    for i, linear in enumerate([mine.w_q, mine.w_k, mine.w_v, mine.w_o]):
        weight = theirs.in_proj_weight.chunk(3)[i] if i < 3 else theirs.out_proj.weight
        bias = theirs.in_proj_bias.chunk(3)[i] if i < 3 else theirs.out_proj.bias
        weight.copy_(linear.weight)
        bias.copy_(torch.zeros(d_model) if linear.bias is None else linear.bias)

query, memory = torch.randn(B, T_q, d_model), torch.randn(B, T_k, d_model)
random_mask = torch.rand(B, T_q, T_k) < 0.7
random_mask[..., 0] = True                                  # `theirs` gives NaN where nothing is allowed
with torch.no_grad():
    my_output, my_weights = with_mask(mine, query, memory, memory, mask=random_mask)
    their_output, their_weights = theirs(query, memory, memory, average_attn_weights=False,
                                         attn_mask=~random_mask.repeat_interleave(n_heads, dim=0))
print("shapes ", tuple(my_output.shape), tuple(my_weights.shape))
print("output ", torch.allclose(my_output, their_output, atol=1e-6))
print("weights", torch.allclose(my_weights, their_weights, atol=1e-6))

# %% [markdown]
# They are equal up to rounding in the last digits. Your layer computes what PyTorch's layer computes.
# (`course.interop.copy_weights`, which we use from now on, does this copying for whole Transformers.)
#
# **What it costs.** Every query meets every key: B · n_heads · T_q · T_k scores are computed *and stored*, each
# a sum of d_head products. Twice the length costs four times the scores. How many megabytes do the attention weights
# of one layer take, for a batch of 32, 8 heads and T = 512?

# %%
for length in (64, 512, 4096):
    print(f"T = {length:4}: {32 * 8 * length**2 * 4 / 1e6:9,.0f} MB in float32")

# %% [markdown]
# Faster programs do scores, softmax and mixture in one go (a *fused kernel*): they compute the same output piece by
# piece and never store the weights. Then the memory grows with T, and the computing still with T².

# %% [markdown]
# ## Lab: bugs that still train
#
# Suppose your layer had a mistake. Would you notice? You would train it, see that it learns, and
# believe that it is right. Let us try.
#
# Here is the layer again, in pieces, so that a bug can replace any one of them. It has only what this experiment
# needs: its mask is one for all sentences and heads, (T, T) or (1, T, T), and leaves no row empty, so that −10⁹ is low
# enough.

# %%
class Layer(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def split(self, x):
        return split_heads(x, self.n_heads)

    def merge(self, x):
        return merge_heads(x)

    def scale(self, scores, d_head):
        return scores / math.sqrt(d_head)

    def shares(self, scores):                               # scores (B, n_heads, T_q, T_k)
        return scores.softmax(dim=-1)

    def project(self, x):
        return self.w_o(x)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.split(self.w_q(query)), self.split(self.w_k(key)), self.split(self.w_v(value))
        scores = self.scale(q @ k.transpose(-2, -1), q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = self.shares(scores)
        return self.project(self.merge(weights @ v)), weights

# %% [markdown]
# And seven ways to get it wrong. Each class takes everything from `Layer` but the one method that it writes anew.
# `BothOfThese` writes none: it takes `split` from the first class in its brackets, and `merge` from the second.

# %%
class SplitByView(Layer):
    def split(self, x):
        return x.view(x.shape[0], self.n_heads, x.shape[1], -1)

class MergedWithoutSwap(Layer):
    def merge(self, x):
        return x.reshape(x.shape[0], x.shape[2], -1)

class BothOfThese(SplitByView, MergedWithoutSwap):
    pass

class NoOutputProjection(Layer):
    def project(self, x):
        return x

class SoftmaxOverQueries(Layer):
    def shares(self, scores):
        return scores.softmax(dim=-2)

class SoftmaxOverHeads(Layer):
    def shares(self, scores):
        return scores.softmax(dim=1)

class Unscaled(Layer):
    def scale(self, scores, d_head):
        return scores

variants = [Layer, SplitByView, MergedWithoutSwap, BothOfThese, NoOutputProjection, SoftmaxOverQueries,
            SoftmaxOverHeads, Unscaled]

# %% [markdown]
# The task: return eight random digits in reverse order. Every place has to get its digit
# from another place, so a model without attention cannot do it.
#
# Seven of the eight variants reach the same result. **Which one does not?** Write down its name first.

# %%
class Reader(nn.Module):
    """Digits and places in, one attention layer, scores of ten digits for every place out."""

    def __init__(self, layer, d_model=32, n_heads=4, length=8):
        super().__init__()
        self.digit = nn.Embedding(10, d_model)
        self.place = nn.Embedding(length, d_model)
        self.attention = layer(d_model, n_heads)
        self.answer = nn.Linear(d_model, 10)
        self.mask = None

    def forward(self, digits):
        x = self.digit(digits) + self.place.weight
        output, self.weights = self.attention(x, x, x, self.mask)
        return self.answer(x + output)


def reversal(n):
    digits = torch.randint(10, (n, 8))
    return digits, digits.flip(1)


def trained(layer, make_batch, mask=None):
    """A trained Reader, and the share of its answers to 1,000 new lines of digits that are right."""
    torch.manual_seed(0)
    model = Reader(layer)
    model.mask = mask
    train(model, make_batch)
    digits, answers = make_batch(1000)
    with torch.no_grad():
        return model, (model(digits).argmax(dim=-1) == answers).float().mean().item()

# %%
my_guess = None     # the name of the variant that does not learn to reverse

# %% tags=["nbval-ignore-output"]
print(f"{'':20} reversed correctly   weight of the right place, in the head that gives it most")
for layer in variants:
    model, accuracy = trained(layer, reversal)
    right_place = model.weights[:, :, range(8), range(7, -1, -1)].mean(dim=(0, 2))       # of each head
    print(f"{layer.__name__:20} {accuracy:18.0%} {right_place.max():14.2f}")
print("\nmy guess:", my_guess)

# %% [markdown]
# Only the one with *two* bugs fails. With each of them alone the model learns the task perfectly.
#
# How is that possible? The matrices before and after the mistake are trained *with* it. Where numbers are mixed up in a
# fixed way, by one wrong reshape, the matrices adapt, as long as the numbers that are needed still arrive. (In
# `SplitByView`, and so in `BothOfThese`, a row of the weights is no longer one place. In `MergedWithoutSwap` it is, but
# what it mixes goes to other places. So the second column says nothing of these three.) Where $W_o$ is missing, the
# next layer mixes the heads. Where the division is missing, the scores begin √8 times as large (4 heads share 32
# numbers, so a head has 8); yet here one head ends with nearly all of its weight at the right place, as the second
# column shows, and so does one with the division. With a softmax along another axis a head can still learn that, too.
#
# With the two reshapes together, the numbers that are needed do not arrive. You saw above that the two cancel: the
# numbers go back where they came from. But each of the four heads sees only a quarter of the numbers, which is two of
# the eight places, and the digit that is needed is in another one.
#
# So a falling loss says little. But do these bugs do any harm?
#
# ### What they cost
#
# Another task: predict the *next* of nine random digits, with a causal mask. Every place sees itself and
# the places before it. Random digits cannot be predicted, so a correct model is right one time in ten.
# What will the variants do?

# %%
def clairvoyance(n):
    digits = torch.randint(10, (n, 9))
    return digits[:, :-1], digits[:, 1:]

# %% tags=["nbval-ignore-output"]
print("random digits predicted")
for layer in variants:
    print(f"{layer.__name__:20} {trained(layer, clairvoyance, causal_mask(8))[1]:4.0%}")

# %% [markdown]
# Some of them see the future. With *one* wrong reshape, as in `SplitByView` and in `MergedWithoutSwap`, an early word
# gets what was mixed for a later one. With both, it goes back to where it came from. In `SoftmaxOverHeads` a forbidden
# place has the same very negative score in every head, and each head gives it the same share. In `SoftmaxOverQueries`
# a forbidden place gets 0, but every weight is divided by a sum over all queries, and the later words are among these.
# In training, a translator with such a layer would see the word that it has to predict. Its loss would look far too
# good, and it would fail at its first real sentence, where that word is not there yet.
#
# The other bugs have other costs: in `NoOutputProjection` each head reaches only its own part of the output, `Unscaled`
# makes the softmax too sharp when heads are large (lesson 02 measured it), and none of the seven can use the weights of
# a correct model.
#
# ### Tests that tell
#
# You have already seen the strongest test: **equality with a trusted implementation, under the same
# weights, on unequal sizes.** Where there is none, test **properties**, things that must hold for all
# weights. Neither needs any training.

# %%
def equals_pytorch(layer):
    mine, theirs = layer(12, 3), nn.MultiheadAttention(12, 3, batch_first=True)
    for bias in (theirs.in_proj_bias, theirs.out_proj.bias):
        nn.init.normal_(bias)                               # PyTorch starts with biases of 0
    copy_weights(theirs, mine)
    query, key, value = (torch.randn(2, length, 12) for length in (6, 5, 5))
    mask = torch.rand(1, 6, 5) < 0.7                        # one for all sentences and heads
    mask[..., 0] = True
    return torch.allclose(mine(query, key, value, mask)[0], theirs(query, key, value, attn_mask=~mask[0])[0], atol=1e-5)


def rows_sum_to_1(layer):
    _, weights = layer(12, 3)(torch.randn(2, 6, 12), *[torch.randn(2, 5, 12)] * 2)
    return torch.allclose(weights.sum(dim=-1), torch.ones(2, 3, 6))


def order_of_keys(layer):
    """A dictionary does not care in which order its entries stand."""
    attend, query, memory = layer(12, 3), torch.randn(2, 6, 12), torch.randn(2, 5, 12)
    shuffled = memory[:, [3, 0, 4, 2, 1]]
    return torch.allclose(attend(query, memory, memory)[0], attend(query, shuffled, shuffled)[0], atol=1e-5)


def query_alone(layer):
    """A query gets the same output whether or not other queries and other sentences stand beside it."""
    attend, query, memory = layer(12, 3), torch.randn(2, 6, 12), torch.randn(2, 5, 12)
    together = attend(query, memory, memory)[0]
    alone = [attend(query[n : n + 1, t : t + 1], memory[n : n + 1], memory[n : n + 1])[0][0, 0]
             for n in range(2) for t in range(6)]
    return torch.allclose(together.flatten(0, 1), torch.stack(alone), atol=1e-5)


def causal(layer):
    """Under a causal mask, another future does not change the past."""
    attend, x = layer(12, 3), torch.randn(2, 5, 12)
    changed = torch.cat([x[:, :3], torch.randn(2, 2, 12)], dim=1)
    before, after = (attend(y, y, y, causal_mask(5).unsqueeze(0))[0] for y in (x, changed))
    return torch.allclose(before[:, :3], after[:, :3], atol=1e-5)

# %% [markdown]
# Five tests, eight variants. One of the tests will find all seven bugs. And two of the bugs pass
# all the other tests: which two?

# %%
tests = [equals_pytorch, rows_sum_to_1, order_of_keys, query_alone, causal]
print(" " * 20, *(f"{test.__name__:>14}" for test in tests))
torch.manual_seed(0)
with torch.no_grad():
    for layer in variants:
        print(f"{layer.__name__:20}", *(("ok" if test(layer) else "FAILS").rjust(14) for test in tests))

# %% [markdown]
# These properties find many of the bugs that carry numbers to another word. They do not find every wrong constant and
# every missing part, nor numbers that change places within a word: an attention without output projection has all these
# properties, and so has one whose heads take each other's numbers; they are just other functions. Equality finds every
# difference that its inputs show, and no other. Without a mask, `equals_pytorch` would not see an ignored mask. With
# the keys as values, it would not see a key taken for a value. With PyTorch's first biases, which are 0, it would not
# see a forgotten bias. And as it stands, it does not see a mask without an axis for the heads, because it has one mask
# for all sentences: `Layer` has no such axis, and passes. (Your own layer was compared above with a mask for each
# sentence.)
#
# Equality also needs an implementation to compare with. So use both, before you train.
#
# What goes wrong if the sizes are equal? A layer that takes T_q for T_k is right in every number as long as the two
# are equal, and no comparison finds it. This is why B, n_heads, d_head, T_k, T_q and d_model above are 2, 3, 4, 5, 6
# and 12.

# %% [markdown]
# ### Exercise 4.4 · a test that finds the bug        ●●○  about 10 minutes · 2 points
# *There and back* was not enough: the wrong `view` passes it together with its own wrong way back. Write a
# test of `split_heads` that says itself what the heads should hold, and needs no `merge_heads`.
#
# - **You have** some implementation of `split_heads(x, n_heads)`, as an argument.
# - **Return** nothing if it is right; if it is wrong, let an `assert` fail. (Returning False or raising another
#   error counts as well.)
# - **Use** an `x` in which all numbers differ, such as `torch.arange` gives,
#   with two sentences at least, and four sizes B, T, n_heads and d_head that all differ, none of them 1. Then say what
#   head h should hold.
#
# Your test will be run on four right implementations, written in different ways, and on thirty-nine wrong ones. The
# right ones differ in how the result lies in memory, and in what they do if `n_heads` does not divide d_model: your
# test must not depend on that. Some wrong ones are wrong in one sentence only, or in one head, or at one position, or
# in one number: look at all of them. In some a head is missing, or there is one too many: look at the shape, too.

# %%
def test_split_heads(split_heads):
    """Pass if `split_heads` is right, fail an `assert` if it is not."""
    ### BEGIN SOLUTION
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    for h in range(3):
        assert torch.equal(heads[:, h], x[:, :, 4 * h : 4 * (h + 1)])
    ### END SOLUTION


# %%
check("4.4", test_split_heads)

# %%
test_split_heads = carry_on("4.4", test_split_heads)

def by_view(x, n_heads):
    return x.view(x.shape[0], n_heads, x.shape[1], -1)

def passes(test, function):
    """Whether a test accepts the function: it raises nothing, and does not return False."""
    try:
        return str(test(function)) not in ("False", "tensor(False)")
    except Exception:
        return False

for name, function in [("split_heads", split_heads), ("by view", by_view)]:
    result = "passes" if passes(test_split_heads, function) else "fails"
    print(f"{name:12} {result}")

# %% [markdown]
# ## Recap
#
# - One head has one set of shares for each query. What it returns is *one* mixture. At the round table
#   a linear layer read one of the two answers from it, and seldom both.
# - Multi-head attention: **project, cut, attend in each head, join, project.** Heads of size d_model
#   / n_heads cost no more parameters than one large head. The output is a sum over heads.
# - A dot product is a sum; heads cut the sum, and each part has a softmax of its own.
# - (B, T, d_model) → (B, T, n_heads, d_head) → (B, n_heads, T, d_head), and the same way back. `view` only cuts the
#   tape; `reshape` cuts it, too, and copies it first if it must. Neither swaps axes; `transpose` does.
# - A falling loss proves little. Before you train, test for equality on unequal sizes, and for properties.
#
# **Common mistakes**
#
# - `view(B, n_heads, T, d_head)` in one go: heads made of blocks of words.
# - `reshape` back without swapping first; `view` after a `transpose`.
# - Scaling by √d_model: the keys of a head have d_head numbers.
# - A mask without an axis for the heads: no error when there are as many sentences as heads. With a single sentence it
#   is even right, so that a test with one sentence does not find it.
# - A head size of d_model instead of d_model / n_heads; no `ValueError` when n_heads does not divide d_model.
# - `squeeze()` without a number: with one head, one sentence or one word it takes away axes that are needed.
# - T_q taken for T_k: fine in self-attention, wrong in translation.
# - Averaging the heads' weights and calling the result "the attention": the mean of a head that looks left and one
#   that looks right shows neither.
# - A test that returns False in place of an `assert`: pytest lets it pass, with a warning at most. (The check of 4.4
#   takes it for a no.)
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.2.2, half a page, and rows A of
#   its Table 3: what 1, 4, 16 and 32 heads did to translation.
# - [Michel, Levy and Neubig (2019)](https://arxiv.org/abs/1905.10650), *Are Sixteen Heads Really
#   Better than One?* Many heads can be removed from a trained model without harm. (Lesson 11 tries.)
# - [Voita et al. (2019)](https://arxiv.org/abs/1905.09418): what the heads of a translator do, and
#   which of them matter.
# - [torch.nn.MultiheadAttention](https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html):
#   you now know most of what its documentation says. True in its masks means the opposite, and it returns the mean of
#   the heads' weights unless it is told not to.
# - [Dao et al. (2022)](https://arxiv.org/abs/2205.14135), *FlashAttention*: the same output without storing the
#   weights.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code.
#
# **A · One product instead of three.** In self-attention, query, key and value are projections of the
# same x. Do all three with a single `nn.Linear(d_model, 3 * d_model)`, and show that it gives the
# same numbers. (PyTorch's layer keeps its weights in this form.)
#
# **B · What one head can do.** Put a small network, `nn.Linear(32, 128)`, ReLU, `nn.Linear(128, 20)`, in the place of
# the linear layer that reads the answers at the round table. Does one head still mix up the sides? Train both for 400
# steps, `train(model, round_table, steps=400)`, to compare them fairly. Look at the weights.
#
# **C · Fewer keys than queries.** Large language models let several query heads share one head of
# keys and values ([Ainslie et al., 2023](https://arxiv.org/abs/2305.13245): grouped-query attention).
# Write it for 4 query heads and 2 heads of keys and values. What does it save?

# %% [markdown]
# <details><summary>A: how to begin</summary>
#
# Stack the three weight matrices, `torch.cat([w_q.weight, w_k.weight, w_v.weight])`, and the three
# biases. The result of the large layer is (B, T, 3 · d_model); `chunk(3, dim=-1)` cuts it.
#
# </details>
#
# <details><summary>B: what to expect</summary>
#
# The network gets both neighbours right, with a single head. It can, because the head learns *unequal* shares: a digit
# that arrives with a weight of 0.7 is on one side, a digit with 0.3 on the other. A linear layer can name the stronger
# one, but hardly ever the weaker one. With a weight w above 0 the stronger digit gets the higher score, 0.7 w against
# 0.3 w. With w below 0 the weaker one is ahead of the stronger, but both are behind the digits that are not there,
# which get 0. This is what "inhibits" means, and "prevents" would not.
#
# </details>
#
# <details><summary>C: how to begin</summary>
#
# `w_k` and `w_v` become `nn.Linear(d_model, 2 * d_head)`, and are split into 2 heads. Then
# `repeat_interleave(2, dim=1)` gives each of them to two neighbouring query heads. It saves half of
# the parameters of `w_k` and `w_v`. More important, it saves half of the keys and values that are
# kept while a text is written word by word (lesson 10).
#
# </details>

# %% tags=["solution-only"]
# A
layer = MultiHeadAttention(12, 3)
parts = [layer.w_q, layer.w_k, layer.w_v]
large = nn.Linear(12, 36)
with torch.no_grad():
    large.weight.copy_(torch.cat([part.weight for part in parts]))
    large.bias.copy_(torch.cat([part.bias for part in parts]))
    x = torch.randn(2, 5, 12)
    q, k, v = (split_heads(part, 3) for part in large(x).chunk(3, dim=-1))
    output = layer.w_o(merge_heads(scaled_dot_product_attention(q, k, v)[0]))
    print("A, the same numbers:", torch.allclose(output, layer(x, x, x)[0], atol=1e-6))

# %% tags=["solution-only", "nbval-ignore-output"]
# B
behind = {"the linear layer": lambda layer: layer,
          "a small network": lambda layer: nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 20))}
for name, make in behind.items():
    torch.manual_seed(0)
    model = OneLook(n_heads=1)
    model.answers = make(model.answers)
    train(model, round_table, steps=400)
    with torch.no_grad():
        digits, neighbours = round_table(1000)
        both = (model(digits).argmax(dim=-1) == neighbours).all(dim=-1).float().mean()
    print(f"B, one head and {name} behind it, 400 steps: both right {both:.2f}")
print("the weights of place 0:", model.weights[0, 0, 0])

# %% tags=["solution-only"]
# C
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_groups):
        super().__init__()
        self.n_heads, self.n_groups = n_heads, n_groups
        narrow = d_model // n_heads * n_groups
        self.w_q, self.w_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.w_k, self.w_v = nn.Linear(d_model, narrow), nn.Linear(d_model, narrow)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k, v = (split_heads(x, self.n_groups).repeat_interleave(self.n_heads // self.n_groups, dim=1)
                for x in (self.w_k(key), self.w_v(value)))
        mixed, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(mixed)), weights

x = torch.randn(2, 5, 16)
output, weights = GroupedQueryAttention(16, n_heads=4, n_groups=2)(x, x, x)
print("C", tuple(output.shape), tuple(weights.shape))
for name, module in [("multi-head", MultiHeadAttention(16, 4)), ("grouped", GroupedQueryAttention(16, 4, 2))]:
    print(f"  {name:10} {sum(p.numel() for p in module.parameters())} parameters")

# %% [markdown]
# Next, in lesson 05: attention does not know in which order the words stand. Why did the round table
# work all the same?
