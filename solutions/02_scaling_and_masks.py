# %% [markdown]
# # Lesson 02 · Scaling and masks
#
# In this lesson you write the attention of lesson 01 once more, as the rest of the course needs it:
# in PyTorch, for whole batches of sentences, and with a *mask* that says which word may look at which. A mask is
# a simple thing, and a wrong mask often gives no error. The second half of the lesson is a clinic for wrong masks.
#
# **After this lesson** you can
#
# - write attention in PyTorch for any number of leading axes;
# - derive the variance of q·k, and say when √d_k is the right number to divide by;
# - show what √d_k does for learning, with gradients;
# - build masks for padding and for the future, and combine them;
# - find out from its symptoms what is wrong with a mask: True and False exchanged, shape, broadcasting, rows
#   with nothing to look at, float masks, PyTorch's opposite conventions.
#
# **You need** lesson 01, and that shapes like (2, 3) and (3,) can be added (broadcasting). PyTorch
# is introduced as far as your answers need it, here or in the hints.
#
# **Time** about two hours and a half, some 70 minutes of them for the eight exercises.

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, evaluate, hint, own, solution
from course.views import interactive
from course.views.figures import show_curves, show_weights

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## From arrays to tensors
#
# A PyTorch **tensor** is an array that can also tell how a result depends on it. Learning needs that.
# Most of what you know from NumPy has the same name here. These are the four words of lesson 01:

# %%
words = ["the", "black", "cat", "sleeps"]

Q = torch.tensor([[0., -1, 1, 1],     # the
                  [0., 1, 2, 1],      # black
                  [1., 2, 0, 0],      # cat
                  [1., 0, 2, 0]])     # sleeps
K = torch.tensor([[1., 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = torch.tensor([[0., 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])      # masculine, dark, alive

scores = Q @ K.T / math.sqrt(K.shape[-1])
weights = scores.softmax(dim=-1)
print(weights[1])
print(weights[1] @ V)

# %% [markdown]
# The row of "black", 0.057 0.094 0.694 0.155, and its output, as before. Three things to notice:
#
# - The dots in `0.` make the numbers floating-point. A softmax of whole numbers is an error in PyTorch.
# - `axis` is called `dim`. PyTorch has a softmax, protected against overflow like yours.
# - Numbers have 32 bits by default, not 64: about seven digits. So we compare with `torch.allclose`.
#
# What is new are the slopes. In lesson 01 you changed a score by 0.001 to see how much the weight of "cat"
# reacts. PyTorch computes such a slope without a small step: mark the scores, compute, and go backwards.

# %%
row = scores[1].clone().requires_grad_()
weight_of_cat = row.softmax(dim=-1)[2]
weight_of_cat.backward()
print("slope for each score:", row.grad)

# %% [markdown]
# The slope is 0.212 for its own score, as you measured in lesson 01. The slopes for the other scores are negative: a
# higher score of another word takes something from "cat". The four slopes sum to 0, because no share changes when the
# same number is added to all four scores. A list of slopes, one for each number, is called a **gradient**.
# `requires_grad_()`, compute, `backward()`, read `.grad`: the training in this course uses these four steps.
#
# Where do the negative slopes come from? Each share is a fraction, $w_i = e^{s_i} / (e^{s_1} + \dots + e^{s_n})$, and
# *every* score stands in its denominator. On paper: what is the slope of share $w_i$ for the score $s_j$? You know the
# answer for $i = j$ from lesson 01, $w_i(1 - w_i)$.

# %% [markdown]
# ### Exercise 2.7 · the slopes of a softmax        ●●●  about 12 minutes · 2 points
# Derive them on paper, and write the result down, for all i and j at once. (The numbers of exercises are names: this
# one comes first. If you have never taken the slope of a fraction, `hint("2.7")` helps.)
#
# - **You have** the shares `w` (..., n) that a softmax has given; not the scores. (The dots stand for any number of
#   axes in front, also none: one row is (n,), a table (T, n), a batch of tables (B, T, n).)
# - **Return** the slopes (..., n, n): entry (i, j) is the slope of share i for score j.
# - **Use** products and sums of shares; the check also has shares of 0 and of 1. `torch.diag_embed(x)` is a table with
#   `x` on its diagonal and 0 elsewhere. `w.unsqueeze(-1)` has one axis more, of length 1, at the end, `w.unsqueeze(-2)`
#   one before the last.

# %%
def softmax_jacobian(w):
    """Slopes (..., n, n) of a softmax with the shares w (..., n): entry (i, j) is that of share i for score j."""
    ### BEGIN SOLUTION
    return torch.diag_embed(w) - w.unsqueeze(-1) * w.unsqueeze(-2)
    ### END SOLUTION


# %%
check("2.7", softmax_jacobian)

# %% [markdown]
# A table of all slopes is called a **Jacobian**. Here it is for "black", from your formula, and from PyTorch, which
# goes backwards from one share after the other:

# %%
softmax_jacobian = carry_on("2.7", softmax_jacobian)

by_formula = softmax_jacobian(weights[1])
row = scores[1].clone().requires_grad_()
shares = row.softmax(dim=-1)
by_torch = torch.stack([torch.autograd.grad(share, row, retain_graph=True)[0] for share in shares])
print(by_formula)
print("equal to PyTorch's:", torch.allclose(by_formula, by_torch, atol=1e-6))
print("largest slope of a sharper row:", softmax_jacobian((10 * scores[1]).softmax(dim=-1)).abs().max())

# %% [markdown]
# The row of "cat" has the four numbers from above. With scores ten times as large one share is nearly 1, and all
# slopes are nearly 0. So it matters how large the scores are. How large will they be?
#
# ## How far a dot product strays
#
# Lesson 01 measured it: if all numbers of q and k are random and independent, with mean 0 and variance 1, then the
# variance of q·k is d_k. Why d_k? And what if the numbers are larger, or not 0 on average? Three rules are enough to
# find out:
#
# 1. The mean of a product of two independent numbers is the product of their means. (Their squares are independent as
#    well, so that the rule holds for these, too.)
# 2. The variance of a sum of independent numbers is the sum of their variances. (q_1·k_1 and q_2·k_2 are independent
#    as well, since they have no number in common.)
# 3. The variance of a number is the mean of its square, minus the square of its mean.
#
# Begin on paper with one product, q_1·k_1. Let q_1 have mean 1 and variance 1, and k_1 mean 0 and variance 1. What is
# the mean of q_1², by the third rule? And what is the variance of the product?

# %% [markdown]
# ### Exercise 2.8 · the variance of q·k        ●●●  about 12 minutes · 2 points
# Derive it on paper, for any means and variances, and write the result down.
#
# - **You have** `d_k`, how many numbers q and k have; `mean_q` and `var_q`, the mean and the variance of each number of
#   q; `mean_k` and `var_k`, those of each number of k. All of these numbers are independent of each other.
# - **Return** the variance of q·k, a plain number: the exact one, not an estimate from random numbers.
# - **Use** the three rules.

# %%
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    """The variance of q·k: d_k independent products of numbers with these means and variances."""
    ### BEGIN SOLUTION
    square = (var_q + mean_q ** 2) * (var_k + mean_k ** 2)       # the mean of the square of one product
    return d_k * (square - (mean_q * mean_k) ** 2)
    ### END SOLUTION


# %%
check("2.8", score_variance)

# %% [markdown]
# Does it agree with random numbers? Here are 20,000 pairs of a query and a key for each line. The last column is the
# standard deviation of the scores, after the division by √d_k. In which lines will it be 1?

# %%
score_variance = carry_on("2.8", score_variance)

torch.manual_seed(0)
d_k = 64
print("mean_q  var_q   mean_k  var_k   variance of q·k: derived  measured   divided by √d_k")
for mean_q, var_q, mean_k, var_k in [(0, 1, 0, 1), (0, 4, 0, 1), (1, 1, 0, 1), (0, 1, 3, 1)]:
    q = mean_q + math.sqrt(var_q) * torch.randn(20_000, d_k)
    k = mean_k + math.sqrt(var_k) * torch.randn(20_000, d_k)
    derived, measured = score_variance(d_k, mean_q, var_q, mean_k, var_k), (q * k).sum(dim=-1).var()
    print(f"{mean_q:6}{var_q:7}{mean_k:9}{var_k:7}{derived:25.0f}{measured:10.0f}{(measured / d_k).sqrt():18.2f}")

# %% [markdown]
# Only in the first. With means of 0, √d_k is the right number if var_q · var_k = 1, for example with variances of 1, as
# the paper assumes (in footnote 4). A model has to keep its numbers near that size in other ways: by how its matrices
# begin, and by a norm before the attention, which lesson 06 adds.
#
# Does the softmax notice all of it? In the last line the keys have a mean of 3. Take one query and six keys, and add 3
# to every number of every key. What happens to the six weights?

# %%
torch.manual_seed(0)
q, k = torch.randn(64), torch.randn(6, 64)
for mean_k in (0, 3):
    scores = (k + mean_k) @ q / 8
    print(f"mean {mean_k}   scores ", scores)
    print("         weights", scores.softmax(dim=-1))

# %% [markdown]
# Nothing. What the mean of the keys adds to a score, 3 · (q_1 + q_2 + …) / 8, is the same for all keys of this query,
# and a softmax does not see it. It counts in the variance because another query gets another number. So for the
# *weights*, √d_k is the right number in the last line of the table, too. A mean of the *queries* is not so harmless: it
# adds mean_q · (k_1 + k_2 + …) / 8, which differs from key to key.
#
# ## What √d_k does for learning
#
# Large differences between scores make a softmax with one weight close to 1, which hardly reacts. With gradients we
# can see the consequence.
#
# We take 2,000 random queries, ten random keys for each, and random values. The output of attention depends on the ten
# scores. How long is the gradient that reaches them, as a vector? We print the median: half of the queries have a
# shorter one. Beside it stands the gradient that goes on from there to the query.
#
# With the division it will be about the same for all d_k. What do you expect without it, at d_k = 256?

# %%
sizes = [4, 16, 64, 256, 1024]
typical = {"not divided": [], "divided by √d_k": []}
for d_k in sizes:
    torch.manual_seed(d_k)
    q, k, v = torch.randn(2000, 1, d_k), torch.randn(2000, 10, d_k), torch.randn(2000, 10)
    dots = (q * k).sum(dim=-1)                                   # (2000, 10)
    line = f"d_k {d_k:4}   variance of q·k {dots.var():6.1f}"
    for name, divisor in [("not divided", 1.0), ("divided by √d_k", math.sqrt(d_k))]:
        s = (dots / divisor).requires_grad_()
        output = (s.softmax(dim=-1) * v).sum()
        output.backward()
        lengths = s.grad.norm(dim=-1)
        typical[name].append(lengths.median().item())
        at_query = ((s.grad / divisor).unsqueeze(-1) * k).sum(dim=1).norm(dim=-1)     # back through q·k / divisor
        line += f"   {name}: {lengths.median():.6f}, query {at_query.median():.5f}"
    print(line)

# %%
title = "The gradient that reaches the scores of a typical query"
show_curves(sizes, typical, "d_k", "median length", title, xscale="log", yscale="log")

# %% [markdown]
# The variance is close to d_k. Without the division, the typical gradient shrinks: at d_k = 256 it is about 200 times
# shorter than with it, and at 1024 only about 0.000001 is left. (Both axes are logarithmic.) Softmax has **saturated**.
# And the gradient that goes on to the query? On the way it is multiplied by the keys, which grow longer with d_k, and
# in the divided case it is divided by √d_k once more. With the division it is then about as long for every d_k, between
# 0.25 and 0.31. Without it, it is longer than that up to d_k = 64, and vanishes after that.
#
# Does that matter, as long as there is *some* gradient? We train 500 random queries. For each we choose one of its
# ten keys at random, and train the query to attend to that key. The number that training makes smaller is called
# the **loss**; here it is the squared distance between the output and the value of the chosen key. Each step moves
# the query a little against the gradient of the loss. The **learning rate** says how far.
#
# The learning rate is chosen so that the comparison is fair. A step moves a score by about rate · d_k / divisor² times
# the slope of the loss with respect to it: the divisor comes in once in the gradient of the query, and once when the
# new score is computed, and d_k is about the square of a key's length (the sum of its d_k squares, each of them 1 on
# average). So with and without the division, a score with a slope of 1 moves by about `pace`.

# %%
def learned(d_k, divisor, pace=0.3, steps=200, n=500, begin=1.0):
    """The share of n queries that attend most to the key chosen for them, after training; `begin` scales them first."""
    torch.manual_seed(0)
    rate = pace * divisor**2 / d_k       # dividing the scores makes both the gradient and its effect smaller
    q, k, v = begin * torch.randn(n, d_k), torch.randn(n, 10, d_k), torch.randn(n, 10, 8)
    chosen = torch.randint(10, (n,))
    target = v[torch.arange(n), chosen]
    for _ in range(steps):
        q.requires_grad_()
        w = ((q.unsqueeze(1) * k).sum(dim=-1) / divisor).softmax(dim=-1)       # (n, 10)
        loss = ((w.unsqueeze(1) @ v).squeeze(1) - target).square().sum()
        loss.backward()
        q = (q - rate * q.grad).detach()
    return (w.argmax(dim=-1) == chosen).float().mean().item()

# %% [markdown]
# Before we run it, look at one random query with six keys. From which d_k on does one key
# get more than nine tenths of the weight, if nothing is divided? And does the largest weight still grow with d_k, if
# all scores are divided by √d_k? (A box in the view turns this division on and off. The **temperature** is one more
# number to divide by. **Entropy** says in bits how evenly the weight is shared: 0 bits when one key has all of it.)
# Guess, then use the box and the sliders. The cell below the view prints the largest weight, on average over 1,000 such
# queries.

# %%
interactive.temperature(6)

# %%
torch.manual_seed(3)
for d_k in (1, 4, 16, 64, 256):
    dots = (torch.randn(1000, 1, d_k) * torch.randn(1000, 6, d_k)).sum(dim=-1)      # six scores for each query
    divided, plain = (x.softmax(dim=-1).amax(dim=-1).mean() for x in (dots / math.sqrt(d_k), dots))
    print(f"d_k = {d_k:<4} largest weight: divided {divided:.2f}, not divided {plain:.2f}")

# %% [markdown]
# In the view one key gets more than nine tenths from d_k = 16 on, if nothing is divided. After the division the largest
# weight seems to grow as well, to 0.80 at d_k = 256, but at 512 it is 0.51: this is a single query. On average the
# largest weight passes nine tenths between d_k = 64 and 256 without the division, and stays near 0.4 with it.
#
# Now the 500 queries. Before the training, one in ten attends most to its chosen key, by chance. And after it, at
# d_k = 128, with and without the division? Guess two numbers.

# %%
my_guess = None     # for example (0.9, 0.7): divided, not divided

# %% tags=["nbval-ignore-output"]
for name, divisor in [("divided by √d_k", math.sqrt(128)), ("not divided", 1.0)]:
    print(f"{name:16} {learned(128, divisor):.2f}")
print("my guess:", my_guess)

# %% [markdown]
# With the division, nearly all queries learn what they should. Without it, most of them do not. Were the steps too
# small, or too large? The next cell takes a tenth of the pace, and ten times the pace. Its last three lines
# do not divide, but the queries begin smaller: half as large, a quarter, and 1/√d_k. What do you expect there?

# %% tags=["nbval-ignore-output"]
for pace in (0.03, 3):
    print(f"pace {pace:<4}   divided by √d_k {learned(128, math.sqrt(128), pace):.2f}"
          f"   not divided {learned(128, 1.0, pace):.2f}")
for begin in (1 / 2, 1 / 4, 1 / math.sqrt(128)):
    print(f"not divided, queries {begin:.2f} times as large at the beginning {learned(128, 1.0, begin=begin):.2f}")

# %% [markdown]
# Without the division, the result is far worse at all three paces. But the smaller the queries begin, the more of
# them learn without it. What decides in this experiment is how large the scores are when training begins, and the
# division makes that the same for all d_k. (The last line is the same computation as with the division: its queries
# are those of the other, divided by √d_k.)
#
# ## Many sentences at once
#
# Training works on many sentences at a time. In a tensor all of them have the same length, so short sentences
# are filled up with a token that means nothing, the **padding**. Words become numbers, their **ids**:

# %%
vocabulary = ["<pad>", "the", "black", "cat", "sleeps"]
pad_id = 0
ids = torch.tensor([[1, 2, 3, 4],         # the black cat sleeps
                    [3, 4, 0, 0]])        # cat sleeps

# A query, a key and a value for each word of the vocabulary. Those of the padding are nonsense.
query_of = torch.cat([torch.tensor([[5., 5, 5, 5]]), Q])
key_of = torch.cat([torch.tensor([[2., 2, 2, 2]]), K])
value_of = torch.cat([torch.tensor([[9., 9, 9]]), V])

q, k, v = query_of[ids], key_of[ids], value_of[ids]              # look up every id
print("ids", tuple(ids.shape), "  q", tuple(q.shape), "  k", tuple(k.shape), "  v", tuple(v.shape))

# %% [markdown]
# There is a new axis in front, for the sentences: (B, T, d_k), with B = 2 sentences. Attention should work
# within each sentence. Here is a loop over the sentences:

# %%
scores = torch.stack([q[b] @ k[b].T / 2 for b in range(2)])      # (B, T_q, T_k), and √d_k is 2
weights = scores.softmax(dim=-1)
print("weights", tuple(weights.shape))
print("black in sentence 0:", weights[0, 1])
print("cat in sentence 1:  ", weights[1, 0])

# %% [markdown]
# You will not need the loop: `@` multiplies the last two axes, and does so for each sentence. But `k.T` reverses
# the order of *all* axes. `transpose(i, j)` exchanges two, and they may be counted from the end, as in `dim=-1`.
#
# The row of "black" is right. But look at "cat": in a sentence of two words it gives 0.848 of its attention to two
# places where there is no word, and most of its output comes from the padding. This is how it should be,
# *cat sleeps* by itself:

# %%
alone = (Q[2:] @ K[2:].T / 2).softmax(dim=-1)
print("cat:   ", alone[0], "  output", alone[0] @ V[2:])
print("sleeps:", alone[1], "  output", alone[1] @ V[2:])

# %% [markdown]
# ## Closing a place
#
# We want the same from the padded sentence: for "cat" the weights 0.378 0.622 0 0. A **mask** says for
# every query and every key whether the query may look at the key. In this course **True means: may attend**.
# For "cat" in sentence 1:

# %%
mask_row = torch.tensor([True, True, False, False])
row = scores[1, 0]
print("scores", row)

# %% [markdown]
# How do you get a share of exactly 0 for a forbidden place, and shares that sum to 1 for the others? Here are two
# attempts. What is wrong with each of them?

# %%
attempts = {
    "0 into the weights": row.softmax(dim=-1) * mask_row,
    "0 into the scores":  (row * mask_row).softmax(dim=-1),
}
for name, w in attempts.items():
    print(f"{name}   {w}   sum {w.sum():.3f}")

# %% [markdown]
# - The first comes too late: the softmax has already given most of the attention to forbidden places.
# - The second forgets that exp(0) is 1. A score of 0 is an ordinary score.
#
# So which number has to stand in the place of a forbidden score? Here are five, in the two forbidden places of the
# row. For which of them are the shares exactly as wanted?

# %%
for number in (-1.0, -10.0, -80.0, -1000.0, -math.inf):
    w = torch.tensor([row[0], row[1], number, number]).softmax(dim=-1)
    print(f"{number:7}   {w}   each forbidden share {w[2]:.0e}")

# %% [markdown]
# For the last two: the number has to be far below all scores. (Far below *all*: −1000 is an ordinary score where the
# others are −1001.)
#
# Can the first attempt be repaired, if each row is divided by the sum of what is left? Here is the same row, and
# then the same row with higher scores at the forbidden places. What does the division give?
# (`~` exchanges True and False.)

# %%
for extra in (0, 20, 200):
    left = (row + extra * ~mask_row).softmax(dim=-1) * mask_row
    print(f"forbidden scores + {extra:<3}   left {left.sum():.1e}   divided {left / left.sum()}")

# %% [markdown]
# The division works as long as enough is left. A forbidden score that is far above the others takes all there
# is, and then it is 0/0: NaN, *not a number*. So forbidden scores must not get into the softmax at all.
#
# What if *everything* is forbidden? Before you run it: what do you think comes out?

# %%
print(torch.full((4,), -math.inf).softmax(dim=-1))

# %% [markdown]
# Four times NaN: by the formula, a row of nothing but −∞ is 0/0 as well. Such rows do occur: in a sentence that is
# nothing but padding, or where padding at the front meets a mask that closes the future. A loss that is computed from
# a NaN is NaN, it puts NaN into gradients, and after one training step there is NaN among the numbers of the model.
#
# The convention of this course: **a query that may attend to nothing gets weights of 0, an output of 0,
# and finite gradients.** One way to get there avoids the infinity, and fills with a very low number instead. What
# will the softmax make of a row in which all four scores are the lowest number of their dtype?

# %%
for dtype in (torch.float32, torch.float16):
    four_lowest = torch.full((4,), torch.finfo(dtype).min, dtype=dtype)
    print(f"{dtype}: lowest {four_lowest[0]:.2e}, softmax of four of them {four_lowest.softmax(-1).tolist()}")

try:
    torch.full((4,), -1e9, dtype=torch.float16)
except RuntimeError as error:
    print("−10⁹ in 16 bits:", error)

# %% [markdown]
# Quarters: equal shares of four forbidden places. So the fill alone is not enough; after the softmax something is
# left to do. And the lowest number depends on the dtype: there is no −10⁹ in `float16`, which takes half the memory.

# %% [markdown]
# ### Exercise 2.1 · attention with a mask        ●●●  about 20 minutes · 4 points
# The function that later lessons call wherever they look at the weights, in the course's own version. (Where the output
# alone is needed, as in training, the course's models call PyTorch's fast function, which computes the same.)
#
# - **You have** `q` (..., T_q, d_k), `k` (..., T_k, d_k), `v` (..., T_k, d_v). The dots stand for any
#   number of axes, also none. `mask` is None or boolean, True = may attend, and its shape can be
#   broadcast to that of the weights.
# - **Return** the output (..., T_q, d_v) and the weights (..., T_q, T_k), in the dtype of `q`, float32 or float64.
#   Where a query may attend to nothing, both are 0.
# - **Use** what you have seen above, for all sentences at once. Count axes from the end. `x.masked_fill(where, value)`
#   is a copy of `x` with `value` wherever `where` is True. Which places are these, and which value? Any way of masking
#   is right if, for all scores between −10⁷ and 10¹³, in both dtypes, a forbidden place gets a weight of 0 and changes
#   nothing, and all gradients are finite. Dividing by what is left, as above, is not. A fixed low number such as −10⁹
#   may be filled in. If it is added, a forbidden score of 10¹³ stays above all others. The function keeps nothing from
#   one call to the next.

# %%
def scaled_dot_product_attention(q, k, v, mask=None):
    """Attention, eq. 1 of the paper, for any leading axes. Shapes and mask as above."""
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])    # (..., T_q, T_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)                # a row without any True becomes zero
    return weights @ v, weights
    ### END SOLUTION


# %%
check("2.1", scaled_dot_product_attention)

# %%
scaled_dot_product_attention = carry_on("2.1", scaled_dot_product_attention)

mask = torch.tensor([[[True, True, True, True]],
                     [[True, True, False, False]]])              # (B, 1, T_k)
output, weights = scaled_dot_product_attention(q, k, v, mask)
print("black in sentence 0:", weights[0, 1], "  output", output[0, 1])
print("cat in sentence 1:  ", weights[1, 0], "  output", output[1, 0])

# %% [markdown]
# The row of "black" is unchanged, and "cat" has the numbers that it had when its sentence was alone. That is a
# test of a padding mask: **padding must make no difference.** Masked places are hatched in our pictures, so that
# you can tell "forbidden" from "a share of 0":

# %%
shown = [vocabulary[i] for i in ids[1]]
show_weights(weights[1], shown, shown, mask=mask[1], title="cat sleeps, with padding")

# %% [markdown]
# Only the *columns* of the padding are closed. Its rows are filled: the padding looks at words. That does no
# harm as long as no word looks at the padding, and the loss does not count its outputs (lesson 08).
#
# ## The future
#
# A translator writes one word after another: *el*, then *gato*, then *negro*. When it has to
# find the third word, only two are there. In training, however, the whole Spanish sentence is known,
# and all positions are trained at once. So no position may look at the words after it: it could copy the next
# word instead of predicting it. This is the **causal mask**: position t may look at 0, 1, …, t. The
# paper says (§3.2.3):
#
# > "We need to prevent leftward information flow in the decoder to preserve the auto-regressive property."
#
# (The *decoder* is the half of the model that writes Spanish. *Leftward* is from a later word to an earlier one, and
# *auto-regressive* a model that makes each word from the words before it.)
#
# Rows are queries and columns are keys. Draw the mask for *el gato negro duerme* on paper.

# %% [markdown]
# ### Exercise 2.2 · causal mask        ●○○  about 5 minutes · 1 point
# Each position sees itself and the past.
#
# - **You have** `size`, the number of positions, which can be any number from 1 on.
# - **Return** a boolean tensor (size, size): entry (t, j) is True if query t may attend to key j.
# - **Use** what you like. There are at least two ways without a loop: begin with a table of True and keep a part
#   of it, or compare the numbers of the positions with each other.

# %%
def causal_mask(size):
    """Position t may attend to positions 0 to t: bool (size, size)."""
    ### BEGIN SOLUTION
    return torch.ones(size, size, dtype=torch.bool).tril()
    ### END SOLUTION


# %%
check("2.2", causal_mask)

# %%
causal_mask = carry_on("2.2", causal_mask)

print(causal_mask(4).int())

# %% [markdown]
# We try it on the English sentence, whose numbers we know. No batch this time: one mask (4, 4), and
# tensors (4, d). Which row will be the same as without a mask?

# %%
causal_output, causal_weights = scaled_dot_product_attention(Q, K, V, causal_mask(4))
show_weights(causal_weights, words, words, mask=causal_mask(4), title="No word looks ahead")

# %% [markdown]
# The last row is unchanged, since no word stands after "sleeps". "black" can no longer look at
# "cat", which comes after it. "the" has only itself.
#
# Here is a mask in which you can click. What happens to the row of "cat" when you close its own cell? And what does a
# row look like in which everything is closed? Guess, then click. The cell after the view prints the first answer. (The
# buttons set a whole mask; "Padding" closes the column of "sleeps", as if it were padding.)

# %%
interactive.masks(Q, K, V, words, words, mask=causal_mask(4), pad=[3], attention=own("2.1"))

# %%
mask_of_mine = causal_mask(4).clone()
mask_of_mine[2, 2] = False
print("cat, as above:                    ", causal_weights[2])
print("cat, when it cannot see itself:   ", scaled_dot_product_attention(Q, K, V, mask_of_mine)[1][2])

# %% [markdown]
# The next view shows your own function under the causal mask of before, in which "cat" sees itself, stage by stage,
# also when the check refused it. If your function goes wrong with these numbers, the view marks the first stage where
# it shows. (Some mistakes do not show here: there is no batch, and no row in which everything is closed.) There are
# five stages, and the mask is the third: what does it do to the scores, and what does the softmax make of that?

# %%
interactive.view(own("2.1"), Q, K, V, causal_mask(4), words, words)

# %% [markdown]
# This is a test of a causal mask: **another future must not change the past.** We replace the key and the value of one
# word at a time by absurd numbers, and see which outputs change.

# %%
for j, word in enumerate(words):
    K_other, V_other = K.clone(), V.clone()
    K_other[j], V_other[j] = 100.0, -100.0
    other_output, _ = scaled_dot_product_attention(Q, K_other, V_other, causal_mask(4))
    changed = (other_output - causal_output).abs().amax(dim=-1) > 1e-4
    print(f"{word:7} replaced, changed outputs:", [words[i] for i in changed.nonzero().flatten().tolist()])

# %% [markdown]
# The words before the replaced one keep their outputs. (The test finds a mask that shows too much. One that closes too
# much passes it.)
#
# ## Padding, from ids
#
# Above we wrote the padding mask by hand. The ids say where the padding is.

# %% [markdown]
# ### Exercise 2.3 · padding mask        ●●○  about 8 minutes · 2 points
# No word looks at padding.
#
# - **You have** `ids` (B, T), and `pad_id`, the id of the padding, which can be any number. The padding
#   usually stands at the end, but it need not.
# - **Return** a boolean mask (B, 1, T), True for real tokens. It will be combined with weights (B, T_q, T_k): the
#   axis of length 1 says *the same for all queries*.
# - **Use** one comparison, and `unsqueeze(i)`, which puts an axis of length 1 at place i.

# %%
def padding_mask(ids, pad_id):
    """Every query may attend to the real tokens only: ids (B, T) -> bool (B, 1, T)."""
    ### BEGIN SOLUTION
    return (ids != pad_id).unsqueeze(1)
    ### END SOLUTION


# %%
check("2.3", padding_mask)

# %%
padding_mask = carry_on("2.3", padding_mask)

print(padding_mask(ids, pad_id).int())
print("the mask from above:", torch.equal(padding_mask(ids, pad_id), mask))

# %% [markdown]
# ## Both at once
#
# The decoder is the half of the translator that writes Spanish. It needs both masks: what it looks at must be real
# *and* not in the future.

# %% [markdown]
# ### Exercise 2.4 · decoder mask        ●○○  about 5 minutes · 1 point
# Real tokens that are not in the future.
#
# - **You have** `ids` (B, T) of the target sentences, and `pad_id`.
# - **Return** a boolean mask (B, T, T): entry (b, t, j) is True if key j of sentence b is real and not after query t.
#   This holds for queries that are padding, too.
# - **Use** the two masks that you have. Write their shapes under each other: what does broadcasting make of them?

# %%
def decoder_mask(ids, pad_id):
    """Real tokens that are not in the future: ids (B, T) -> bool (B, T, T)."""
    ### BEGIN SOLUTION
    return padding_mask(ids, pad_id) & causal_mask(ids.shape[1])
    ### END SOLUTION


# %%
check("2.4", decoder_mask)

# %%
decoder_mask = carry_on("2.4", decoder_mask)

print("padding", tuple(padding_mask(ids, pad_id).shape), "  causal", tuple(causal_mask(4).shape),
      "  decoder", tuple(decoder_mask(ids, pad_id).shape))
print(decoder_mask(ids, pad_id)[1].int())

# %% [markdown]
# This is *cat sleeps* with two places of padding. By broadcasting, (B, 1, T) and (T, T)
# become (B, T, T). Broadcasting compares shapes **from the right**, and an axis of length 1, or a missing axis,
# is repeated. Most of the clinic below is about this rule, or about the meaning of True.

# %% [markdown]
# ## The mask clinic
#
# Here are six patients, short pieces of code with a mask. Of the first five you see the symptoms; diagnose each, and
# repair it.
#
# The symptoms come from a function that does not look into the code. It examines only what must be true of attention
# with padding at the end, and at least one sentence of two words or more, whatever the numbers in q, k and v are. (One
# symptom is an exception: a gradient reaches the queries if the values differ, as random ones do, but not if all are
# equal.) *Healthy* means: without these symptoms. It is no proof: a mask that closes some real words as well may show
# none of them.

# %%
four = torch.tensor([[1, 2, 3, 4],        # the black cat sleeps
                     [3, 4, 0, 0],        # cat sleeps
                     [1, 3, 4, 0],        # the cat sleeps
                     [4, 0, 0, 0]])       # sleeps

def examine(attend, ids=four):
    """Look for symptoms of `attend(q, k, v, is_real)`, which returns the output of attention."""
    is_real = ids != pad_id
    torch.manual_seed(1)
    q, k, v = (torch.randn(*ids.shape, size) for size in (6, 6, 3))
    q.requires_grad_()
    output = attend(q, k, v, is_real)
    symptoms = []

    # 1. Other numbers in the padding: the outputs of real words must not move.
    noise = 5 * torch.randn(*ids.shape, 1) * ~is_real.unsqueeze(-1)
    moved = (attend(q, k + noise, v + noise, is_real) - output)[is_real].abs().max().item()
    if moved > 1e-4:
        symptoms.append(f"other padding moves the output of a real word by {moved:.2f}")

    # 2. A sentence alone, without its padding: the same output as in the batch.
    different = []
    for b, n in enumerate(is_real.sum(dim=-1).tolist()):
        if n == 0:
            continue
        one = slice(b, b + 1)
        alone = attend(q[one, :n], k[one, :n], v[one, :n], is_real[one, :n])
        if not torch.allclose(alone, output[one, :n], atol=1e-4):
            different.append(b)
    if different:
        symptoms.append(f"alone, sentences {different} have other outputs than in the batch")

    # 3. Nothing but numbers, forwards and backwards, and not only zeros backwards.
    output.sum().backward()
    for name, numbers in [("output", output), ("gradient", q.grad)]:
        if numbers.isnan().any():
            where = numbers.isnan().flatten(1).any(dim=1).nonzero().flatten().tolist()
            symptoms.append(f"NaN in the {name} of sentences {where}")
    if not q.grad.any():
        symptoms.append("no gradient reaches the queries")

    # 4. Where there is nothing to look at, the output is 0.
    empty = (~is_real.any(dim=-1)).nonzero().flatten().tolist()
    if output[empty].any():
        symptoms.append(f"the output of the empty sentences {empty} is not 0")
    print("\n".join(f"- {symptom}" for symptom in symptoms) or "healthy")

def right(q, k, v, is_real):
    return scaled_dot_product_attention(q, k, v, is_real.unsqueeze(1))[0]

examine(right)

# %% [markdown]
# ### Patient 1
#
# The first line is a colleague's tensor. It was used as it is; only the axis for the queries was added.
#
# **Repair it**: change the function below and run its cell again, until it says *healthy*. Do the same for the
# other patients.

# %%
def patient_1(q, k, v, is_real):
    is_padding = ~is_real                                        # the colleague's tensor; leave this line
    mask = is_padding.unsqueeze(1)
    return scaled_dot_product_attention(q, k, v, mask)[0]

examine(patient_1)

# %% tags=["solution-only"]
def patient_1(q, k, v, is_real):
    is_padding = ~is_real
    mask = ~is_padding.unsqueeze(1)                              # True = may attend
    return scaled_dot_product_attention(q, k, v, mask)[0]

examine(patient_1)

# %% [markdown]
# True and False were exchanged. With a *causal* mask, the same mistake can look like success. The mask then shows each
# position the words after it, also the very next one, which it has to predict. A model can copy that word, and its loss
# looks superb:

# %%
print((~causal_mask(4)).int())

# %% [markdown]
# ### Exercise 2.5 · whose padding?        ●●○  about 4 minutes · 1 point
# Somebody takes the comparison alone as the mask: `mask = ids != pad_id`, of shape (B, T). Our batch `four` has
# 4 sentences with 4 places each, so the mask is (4, 4) and the weights are (4, 4, 4). What happens?
#
# - **Set** `prediction` to one of: `"error"`, `"right"` (each sentence gets its own padding),
#   `"first sentence"` (the padding of sentence 0 is used for all), `"by query"` (query i of every sentence
#   gets the padding of sentence i).
# - **Use** the rule of broadcasting, with the two shapes written under each other.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "by query"
### END SOLUTION

# %%
check("2.5", prediction)

# %% [markdown]
# ### Patient 2
#
# This is the mask of exercise 2.5.

# %%
def patient_2(q, k, v, is_real):
    mask = is_real                                               # (B, T)
    return scaled_dot_product_attention(q, k, v, mask)[0]

examine(patient_2)

# %% [markdown]
# This is what the mask did to the sentence *sleeps*, which has only one real word:

# %%
allowed = (four != pad_id).expand(4, 4, 4)[3]                    # as broadcasting sees it
for i, query in enumerate(vocabulary[token] for token in four[3]):
    print(f"query {i} ({query:6}) may look at places {allowed[i].nonzero().flatten().tolist()}")

# %% tags=["solution-only"]
def patient_2(q, k, v, is_real):
    mask = is_real.unsqueeze(1)                                  # (B, T) -> (B, 1, T)
    return scaled_dot_product_attention(q, k, v, mask)[0]

examine(patient_2)

# %% [markdown]
# There is no error, because the batch has as many sentences as a sentence has places. With the first three
# sentences alone there is one:

# %%
three = torch.randn(3, 4, 6)
try:
    scaled_dot_product_attention(three, three, three, four[:3] != pad_id)
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
# So **try masks on sizes that all differ.** An error is much better than a wrong mask that nobody sees.

# %% [markdown]
# ### Patient 3
#
# This mask has three axes, and broadcasting raises no error. To what do the rows of the weights belong, and to
# what the columns? Which axis of the weights will the last axis of this mask line up with?

# %%
def patient_3(q, k, v, is_real):
    mask = is_real.unsqueeze(2)                                  # (B, T, 1)
    return scaled_dot_product_attention(q, k, v, mask)[0]

examine(patient_3)

# %% tags=["solution-only"]
def patient_3(q, k, v, is_real):
    mask = is_real.unsqueeze(1)                                  # (B, 1, T): the keys
    return scaled_dot_product_attention(q, k, v, mask)[0]

examine(patient_3)

# %% [markdown]
# The mask closed the rows of the padding: the padding may look at nothing. But it should close the columns, so that
# no word looks at the padding.

# %% [markdown]
# ### Patient 4
#
# This batch has an empty sentence. The author had seen NaN in the output and replaced it by 0. Now the
# output is right. Is the gradient?

# %%
with_empty = torch.tensor([[1, 2, 3, 4], [0, 0, 0, 0], [3, 4, 0, 0]])

def patient_4(q, k, v, is_real):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    forbidden = torch.zeros(is_real.shape).masked_fill(~is_real, float("-inf")).unsqueeze(1)
    weights = (scores + forbidden).softmax(dim=-1).nan_to_num(0.0)
    return weights @ v

examine(patient_4, with_empty)

# %% tags=["solution-only"]
def patient_4(q, k, v, is_real):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    mask = is_real.unsqueeze(1)
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return scores.softmax(dim=-1).masked_fill(~mask, 0.0) @ v

examine(patient_4, with_empty)

# %% [markdown]
# The gradient goes backwards through the softmax, where the NaN still is, and from there into `q`, and into all
# numbers of the model from which `q` is computed. (In a row in which everything is closed, the gradient of the scores
# is 0 when −∞ is filled in by `masked_fill`, and NaN when it is added. The next cell shows both.)

# %%
closed = torch.zeros(4, dtype=torch.bool)                        # nothing may be looked at
for how in ("filled in", "added"):
    row = torch.zeros(4, requires_grad=True)
    low = torch.full((4,), float("-inf"))
    hidden = row.masked_fill(~closed, float("-inf")) if how == "filled in" else row + low
    hidden.softmax(-1).nan_to_num(0.0).sum().backward()
    print(f"{how:10} gradient {row.grad}")

# %% [markdown]
# ### Patient 5
#
# PyTorch has the function of exercise 2.1, too, in a fast version that does not return the weights:
# `F.scaled_dot_product_attention(q, k, v, attn_mask=...)`. There, a boolean mask means the same as in this
# course. A mask of *floats* means something else. Do the symptoms tell you what it is?

# %%
def patient_5(q, k, v, is_real):
    mask = is_real.unsqueeze(1).float()
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

examine(patient_5)

# %% tags=["solution-only"]
def patient_5(q, k, v, is_real):
    mask = is_real.unsqueeze(1)                                  # boolean: True = may attend
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

examine(patient_5)

# %% [markdown]
# Floats are **added** to the scores: 1 for real words and 0 for padding. That is a slight preference, and it
# forbids nothing. A float mask needs 0 where a query may look and −∞ where it may not. There is a second mistake
# to make here. What will the first `print` below show?

# %%
is_real = (with_empty != pad_id)[2]
print((1 - is_real.float()) * float("-inf"))
print(torch.zeros(4).masked_fill(~is_real, float("-inf")))

# %% [markdown]
# 0 · (−∞) is not a number. When you need a *choice* between two values, do not use a product.
#
# What does PyTorch's function do with a row in which everything is forbidden? The values are 1, 2, 3 and 4, so
# equal shares of all four would give 2.5.

# %%
one, numbers = torch.zeros(1, 1, 2), torch.tensor([[[1.], [2], [3], [4]]])
for name, low in (("−∞", float("-inf")), ("−10⁹", -1e9)):
    found = F.scaled_dot_product_attention(one, one.expand(1, 4, 2), numbers, attn_mask=torch.full((1, 4), low))
    print(f"{name:5} output {found.item():.2f}")

# %% [markdown]
# With −∞ the output is 0, as with our function. With −10⁹ it is the mean of the four values, though all of them
# are forbidden.
#
# Later lessons take our function from `course/attention.py`. There it accepts boolean masks only: a tensor of any other
# dtype raises a `TypeError`.
#
# <details><summary>Treatments for patients 1 to 5</summary>
#
# 1. `mask = ~is_padding.unsqueeze(1)`: the course's masks say who may be looked at.
# 2. `mask = is_real.unsqueeze(1)`: an axis of length 1 for the queries.
# 3. The same: `unsqueeze(1)`, so that the words of the mask line up with the keys, not with the queries.
# 4. With `mask = is_real.unsqueeze(1)`, fill the scores by `masked_fill(~mask, torch.finfo(scores.dtype).min)`, then
#    set the forbidden weights to 0 by a second `masked_fill`. Nothing infinite, nothing to repair afterwards. (Filling
#    in −∞ and replacing the NaN in the weights is right as well, as the cell after this patient shows. Adding −∞ is
#    not.)
# 5. Leave out `.float()`.
#
# </details>

# %% [markdown]
# ### Patient 6: the opposite convention
#
# The last patient comes from PyTorch itself. Its *layer* `nn.MultiheadAttention`, which you will rebuild in
# lesson 04, takes a `key_padding_mask` of shape (B, T), in which **True means: ignore this key**. In the
# *function* of patient 5, True means the opposite. In one library the word "mask" has two meanings.
# (`torch.no_grad()` tells PyTorch that no slopes will be needed.)

# %%
torch.manual_seed(0)
layer = nn.MultiheadAttention(embed_dim=4, num_heads=1, batch_first=True)
x = torch.randn(2, 4, 4)                                         # ids: the black cat sleeps; cat sleeps
ours = padding_mask(ids, pad_id)                                 # (2, 1, 4)
with torch.no_grad():
    _, layer_weights = layer(x, x, x, key_padding_mask=ours.squeeze(1))
print("cat in sentence 1:  ", layer_weights[1, 0])
print("black in sentence 0:", layer_weights[0, 1])

# %% [markdown]
# "cat" looks at nothing but padding. In sentence 0 all four words are forbidden, and all four
# weights are NaN.

# %% [markdown]
# ### Exercise 2.6 · a mask for PyTorch        ●○○  about 5 minutes · 1 point
# Translate between the two conventions.
#
# - **You have** `mask` (B, 1, T), boolean, as `padding_mask` makes it: True = may attend.
# - **Return** a boolean `key_padding_mask` (B, T) for PyTorch's layers: True = ignore. For a sentence of nothing
#   but padding, all of them are True. (The layers also take floats, to be added. This exercise asks for the boolean
#   kind.)
# - **Use** what you know of the two conventions: what differs in the meaning, and what in the shape? B and T may
#   also be 1.

# %%
def to_key_padding_mask(mask):
    """Our padding mask (B, 1, T), True = may attend -> PyTorch's (B, T), True = ignore."""
    ### BEGIN SOLUTION
    return ~mask.squeeze(1)
    ### END SOLUTION


# %%
check("2.6", to_key_padding_mask)

# %%
to_key_padding_mask = carry_on("2.6", to_key_padding_mask)

with torch.no_grad():
    _, layer_weights = layer(x, x, x, key_padding_mask=to_key_padding_mask(ours))
print("cat in sentence 1:  ", layer_weights[1, 0])
print("black in sentence 0:", layer_weights[0, 1])

# %% [markdown]
# For reference, everything that is called a mask:
#
# | | shape | True | floats |
# |---|---|---|---|
# | this course | any that broadcasts to (..., T_q, T_k) | may attend | refused by `course/attention.py` |
# | `F.scaled_dot_product_attention`: `attn_mask` | the same (one axis may fail) | may attend | added to the scores |
# | `nn.MultiheadAttention`: `attn_mask` | (T_q, T_k) or (B · heads, T_q, T_k) | **forbidden** | added to the scores |
# | `nn.MultiheadAttention`: `key_padding_mask` | (B, T_k) | **ignored** | added to the scores |
# | Hugging Face tokenizers: `attention_mask` | (B, T) | 1: real token | |

# %% [markdown]
# ## What goes wrong if …
#
# … the mask is applied, and its result is not kept? `masked_fill` returns a new tensor. What will the check
# say about this function?

# %%
def forgetful(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


evaluate("2.1", forgetful)

# %% [markdown]
# The check looks at values, not at code: these are the numbers that come out without a mask. In PyTorch, the names of
# methods that change a tensor in place end in an underscore: `masked_fill_`. The same method without the
# underscore returns a new tensor.
#
# ## What it costs
#
# Every query is compared with every key. What happens to the cost when a sentence is twice as long? Guess first.

# %%
d = 64                                                           # numbers in a key, and in a value
for T in (10, 20, 1000, 2000):
    print(f"T {T:4}   numbers in the weights {T * T:9,}   multiplications {T * T * d + T * T * d:13,}")

# %% [markdown]
# It is four times as much, in numbers to keep and in multiplications: the weights have T · T numbers, and each costs d
# multiplications for its score and d more in the mixing. (The clock follows this only roughly, as lesson 01 has
# measured.) For our sentences that is nothing. For long texts it is what limits attention. This is why PyTorch's fast
# function does not return the weights: so it need not store the whole table.
#
# ## Recap
#
# - The variance of q·k is d_k, if all numbers are independent, with mean 0 and variance 1. Without the division by √d_k
#   softmax saturates as keys get longer: the typical gradient vanishes. In our experiment most queries then did not
#   learn.
# - Count axes from the end: `transpose(-2, -1)`, `softmax(dim=-1)`. Then any number of axes may stand in
#   front.
# - **True = may attend.** Forbidden scores get the lowest number before the softmax. A row with nothing
#   to look at becomes zero.
# - Padding closes *columns*, (B, 1, T). The causal mask is a lower triangle, (T, T). The decoder needs both.
# - Two tests of a mask: *padding must make no difference*, and *another future must not change the past*. (A mask that
#   closes too much can pass both.)
# - The cost grows with the square of the length.
#
# **Common mistakes**
#
# - True and False exchanged; `triu` for `tril`; a diagonal too few (row 0 sees nothing) or too many (the
#   next word is seen).
# - (B, T) where (B, 1, T) is needed: an error on most sizes; no error and the right result with one sentence, no error
#   and a wrong one with as many sentences as words, or with one word each. (B, T, 1): rows instead of columns.
# - 0 in the place of −∞; −10000, which is not below every score; 0 · (−∞).
# - Masking after the softmax. Dividing by what is left helps only while enough is left.
# - −∞ added to the scores, and the NaN replaced afterwards: it is still there in the gradient.
# - A float mask where a boolean one is meant: it is added.
# - `k.T` with more than two axes: PyTorch reverses the order of all of them.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.2.1 with its footnote 4 on the variance, and
#   the end of §3.2.3 on the mask.
# - [scaled_dot_product_attention](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html)
#   in PyTorch's documentation: it contains a version in plain Python. Compare it with yours.
# - [Broadcasting semantics](https://docs.pytorch.org/docs/stable/notes/broadcasting.html): the rule, in half a page.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code.
#
# **A · A window.** For long texts, let each position look only at the last `width` positions, itself included. Write
# `window_mask(size, width)` in one line, with two triangles.
#
# **B · A prefix.** A model reads a question and then writes the answer. The words of the question, the first
# `prefix` positions, may all look at each other; the answer is causal. Write `prefix_mask(size, prefix)`.
#
# **C · A float mask of use.** Add −|i − j| to the score of query i and key j: near words count
# more, and none is forbidden. ([Press et al., 2022](https://arxiv.org/abs/2108.12409), train with such a bias
# instead of positions.) Do it with `F.scaled_dot_product_attention` for our sentence, and show that it equals a
# softmax over the sum.

# %% [markdown]
# <details><summary>A: how to begin</summary>
#
# `causal_mask(size)` forbids everything above the diagonal. `triu(-2)` keeps everything from the second
# diagonal below the main one upwards: that is a `width` of 3. What is in both?
#
# </details>
#
# <details><summary>B: how to begin</summary>
#
# A key may be attended to if it is not in the future *or* belongs to the prefix. The second condition is a row of
# True and False, the same for every query.
#
# </details>
#
# <details><summary>C: how to begin</summary>
#
# `position = torch.arange(4.)`; the table of all differences is `position[:, None] - position[None, :]`. Give the fast
# function `torch.eye(4)` as values: then its output is its weights.
#
# </details>

# %% tags=["solution-only"]
# A
def window_mask(size, width):
    return causal_mask(size).triu(1 - width)

print(window_mask(5, 3).int())

# %% tags=["solution-only"]
# B
def prefix_mask(size, prefix):
    return causal_mask(size) | (torch.arange(size) < prefix)

print(prefix_mask(5, 2).int())

# %% tags=["solution-only"]
# C
position = torch.arange(4.)
bias = -(position[:, None] - position[None, :]).abs()
fast = F.scaled_dot_product_attention(Q, K, torch.eye(4), attn_mask=bias)
slow = (Q @ K.T / 2 + bias).softmax(dim=-1)
print(fast)
print("equal:", torch.allclose(fast, slow, atol=1e-6))

# %% [markdown]
# So far queries, keys and values were given. Lesson 03 shows where they come from, and from which words.
