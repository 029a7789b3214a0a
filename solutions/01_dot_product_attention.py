# %% [markdown]
# # Lesson 01 · Dot-product attention
#
# Attention is one small computation that occurs everywhere in a Transformer. In this lesson you do
# it by hand, then with loops, then with arrays, and get the same numbers each time.
#
# **After this lesson** you can
#
# - say what a query, a key and a value are, and compute attention for a short sentence on paper;
# - write dot-product scores, a softmax that does not overflow, and attention, in NumPy;
# - show by measurement why the scores are divided by √d_k;
# - recognise the usual wrong versions by what they do to the numbers.
#
# **You need** lesson 00; NumPy arrays, `@` for the product of two matrices, and what `axis` means
# in `x.sum(axis=0)`. The exponential function is explained when it is needed.
#
# **Time** about 90 minutes, some 35 of them for the four exercises.

# %%
import math
import time

import numpy as np

from classroom import carry_on, check, evaluate, hint, own, solution
from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights

np.set_printoptions(precision=3, suppress=True)

# %% [markdown]
# ## What should "black" look at?
#
# *The black cat sleeps.* In Spanish, "black" is *negro* or *negra*, and the word alone does not tell
# which: it depends on the noun that it describes. To translate "black", a model has to look at
# the rest of the sentence, and at one word more than the others.
#
# Earlier neural translators could not look back. They read the sentence word by word, kept all of it in one
# list of numbers of fixed size, and wrote the translation from that list. In 2014 Bahdanau, Cho and Bengio
# suspected that this list is a bottleneck, and let the model look at all source words again for each word
# that it writes. That is attention. The Transformer is built from it.
#
# "black" asks a question, written as a list of numbers: its **query** $q$. Every word, also "black" itself, has a list
# by which it can be found, of as many numbers as the query: its **key** $k$. How well a key fits the query is measured
# by one number, their **dot product**: multiply the two lists number by number, and add up.
#
# In a trained model these lists are computed by matrices that are learned (lesson 03). Ours are small whole numbers, so
# that you can compute everything on paper. (They are other ones than in lesson 00, and their places have no names: in a
# trained model, too, a single place need not mean anything. The remarks beside them say what a whole list is for.)
#
# Which of the four words will get the highest score from "black"? Look at the lists first, then run the cell.

# %%
words = ["the", "black", "cat", "sleeps"]
q = np.array([0, 1, 2, 1])        # what "black" looks for
K = np.array([[1, 0, 0, 1],       # the
              [0, 2, 0, 0],       # black
              [0, 1, 2, 1],       # cat
              [1, 1, 1, 0]])      # sleeps

for word, k in zip(words, K, strict=True):
    products = " + ".join(f"{q[d]}·{k[d]}" for d in range(4))
    print(f"{word:7} {products} = {q @ k}")

# %% [markdown]
# "cat" fits best, with 6. That is no surprise once you compare the lists: the key of "cat" *is* the
# query of "black".
#
# What does a dot product respond to? Here is the same query with four other keys. Guess the sign of
# each result first.

# %%
for key in ([0, 2, 4, 2], [5, 0, 0, 0], [0, -1, -2, -1], [1, 1, 0, -1]):
    print(f"{q} · {np.array(key)} = {q @ np.array(key)}")

# %% [markdown]
# The score is large when the key is large in the places where the query is large. Twice the key, twice the score: so
# the key that equals the query need not be the best one. The score is 0 when one list is 0 wherever the other is not,
# or when positive and negative products cancel, and negative when the negative products outweigh the positive ones.
#
# ## Four questions at once
#
# "black" is not the only word with a question. Each word has a query of its own. The four queries are
# the rows of a matrix $Q$, as the keys are the rows of $K$:

# %%
Q = np.array([[0, -1, 1, 1],      # the: a noun, please, and not an adjective
              [0, 1, 2, 1],       # black
              [1, 2, 0, 0],       # cat: what am I like?
              [1, 0, 2, 0]])      # sleeps: who does it?

# %% [markdown]
# Every query is compared with every key, so there are 16 scores. We need three loops: one over the queries,
# one over the keys, and one over the numbers that are multiplied.

# %%
scores = np.zeros((4, 4), dtype=int)
for i in range(4):                # the query: a row
    for j in range(4):            # the key: a column
        for d in range(4):
            scores[i, j] += Q[i, d] * K[j, d]
print(scores)

# %% [markdown]
# The second row is the one from above: 1 2 6 3. In this course **rows are always queries and columns
# are always keys**: `scores[1, 2]` is how well the query of word 1, "black", fits the key of word 2,
# "cat".
#
# Before you go on, check the last row on paper, the row of "sleeps".

# %% [markdown]
# ### Exercise 1.1 · dot-product scores        ●○○  about 5 minutes · 1 point
# The same for any number of queries and keys. Without loops, one line is enough.
#
# - **You have** two arrays: `q` (T_q, d_k), T_q queries of d_k numbers each, and `k` (T_k, d_k).
# - **Return** the scores, an array (T_q, T_k).
# - **Use** one matrix product. It sums over one axis of each factor. Which axes should these be?

# %%
def dot_product_scores(q, k):
    """How well each query fits each key: (T_q, d_k), (T_k, d_k) -> (T_q, T_k)."""
    ### BEGIN SOLUTION
    return q @ k.T
    ### END SOLUTION


# %%
check("1.1", dot_product_scores)

# %%
dot_product_scores = carry_on("1.1", dot_product_scores)

scores = dot_product_scores(Q, K)
print(scores)

# %% [markdown]
# The same sixteen numbers. The picture shows one of them: for the cell in row "black" and column "cat", take the row of
# "black" from $Q$ and the column of "cat" from $K^\top$ (*K transposed*, in NumPy `K.T`: the keys, standing as
# columns).

# %%
show_product(Q, K.T, (1, 2), rows=words, columns=words, title='"black" meets "cat"')

# %% [markdown]
# In this picture and all later pictures of scores, positive ones are red, negative ones blue, and 0 is white:

# %%
show_scores(scores, words, words, title="Who fits whom?")

# %% [markdown]
# ## From scores to shares
#
# "black" has a limited amount of attention, 1 in all, and we want to know each word's share of it.
# Lesson 00 divided each score by the sum of its row. Before you run the cell, look at the picture: for
# which word will that go wrong?

# %%
for word, row in zip(words, scores, strict=True):
    print(f"{word:7} {row} / {row.sum():2} = {row / row.sum()}")

# %% [markdown]
# For "black" this gives "cat" one half. But "the" would give 200 % of its attention to "cat"
# and −200 % to "black". These are not shares.
#
# What do we want of a function that turns scores into shares?
#
# 1. No share is negative, whatever the scores.
# 2. A higher score gets a larger share.
# 3. The shares sum to 1.
#
# The third is easy: divide by the sum at the end. For the first two, every score has to become positive,
# and the order has to stay. The exponential function does both:

# %%
for x in (-2, -1, 0, 1, 2, 3, 6):
    print(f"exp({x:2}) = {math.exp(x):7.3f}")

# %% [markdown]
# With each step of 1 the result grows by the same *factor*, $e ≈ 2.718$. So the ratio of two shares depends
# only on the *difference* of their scores.
#
# First the exponential, then divide by the sum: this is the **softmax**. Plain shares gave "cat" one
# half. Will softmax give it more, or less?

# %%
powers = np.exp(scores[1])
print("exponentials", powers)
print("shares      ", powers / powers.sum())
print(f"cat : sleeps = {powers[2] / powers[3]:.3f}, and exp(6 - 3) = {math.exp(3):.3f}")

# %% [markdown]
# Much more. A score that is higher by 3 gives a share that is 20 times as large.
#
# The shares become more equal if the scores are divided by a number above 1 first. The paper divides them
# by $\sqrt{d_k}$, where $d_k$ is the number of numbers in a key. Our keys have 4, so the scores
# are halved. Why this divisor? We measure that below. First see what it does:

# %%
d_k = K.shape[1]
halved = scores[1] / math.sqrt(d_k)
black_weights = np.exp(halved) / np.exp(halved).sum()
print(f"{scores[1]} / {math.sqrt(d_k)} = {halved}")
print(black_weights)

# %%
show_shares(black_weights, words, title='How "black" shares out its attention')

# %% [markdown]
# Remember these four numbers: **0.057 0.094 0.694 0.155**. They are the **attention weights** of
# "black". The same four numbers must come out when all words are computed at once, and from your own functions.
#
# ## What is handed over
#
# "black" now knows where to look. What does it get from there?
#
# Each word has a third list, its **value**: what it hands over to the words that look at it. A word is
# found by its key, and what it hands over is its value. The two may have different sizes.
# Our values have three numbers: *is it masculine* (*el gato*: yes), *is it dark, is it alive?* A larger number says
# that more strongly.

# %%
features = ["masc.", "dark", "alive"]
V = np.array([[0, 0, 0],          # the: nothing to hand over
              [0, 4, 0],          # black
              [4, 0, 3],          # cat
              [0, 0, 2]])         # sleeps

# %% [markdown]
# "black" takes from every word in proportion to its weight: 0.057 times the value of "the", plus
# 0.094 times the value of "black", and so on. Compute the first of the three results on paper: only
# one word has a number other than 0 there.

# %%
for feature, column in zip(features, V.T, strict=True):
    terms = " + ".join(f"{black_weights[j]:.3f}·{column[j]}" for j in range(4))
    print(f"{feature:6} {terms} = {black_weights @ column:.3f}")

# %% [markdown]
# (If your last digit differs, it is because the weights are rounded when they are printed.)
#
# The value of "black" itself says nothing about gender. Its *output* does: it has 2.777 of the 4 that "cat"
# has. With the output of "black", the next layer of a model can choose *negro* and not *negra*.
# This is the purpose of attention: **a word takes what it needs from other words.**
#
# ## The three steps
#
# You have now done the whole computation:
#
# 1. **Scores**: every query with every key, $QK^\top$. They are divided by $\sqrt{d_k}$:  $QK^\top / \sqrt{d_k}$.
# 2. **Weights**: softmax along each row, so that each query has shares that sum to 1.
# 3. **Output**: the values, mixed in proportion to the weights:  weights · $V$.
#
# In one line, which is equation 1 of the paper *Attention Is All You Need*:
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right) V$$
#
# Here are the three steps for all four words, in plain Python, without NumPy:

# %%
def attention_by_loops(Q, K, V):
    all_outputs, all_weights = [], []
    for q in Q:
        # 1. scores
        scores = [sum(q[d] * k[d] for d in range(len(k))) / math.sqrt(len(k)) for k in K]
        # 2. weights
        powers = [math.exp(score) for score in scores]
        weights = [power / sum(powers) for power in powers]
        # 3. output
        output = [sum(weights[j] * V[j][f] for j in range(len(V))) for f in range(len(V[0]))]
        all_outputs.append(output)
        all_weights.append(weights)
    return all_outputs, all_weights


loop_output, loop_weights = attention_by_loops(Q.tolist(), K.tolist(), V.tolist())
for word, w, o in zip(words, loop_weights, loop_output, strict=True):
    print(f"{word:7} weights {np.array(w)}   output {np.array(o)}")

# %% [markdown]
# In the row of "black" you find your four weights and your three results. Each of the other words, too,
# looks at one word most. Would you have chosen the same word?
#
# ## The same with arrays
#
# The equation has no loops. With NumPy each of the three steps becomes one expression. For step 1 you have
# `dot_product_scores`; only the division is missing. Step 2 is a softmax that works on a whole table at once. It has
# one difficulty. For one row, you would write it like this:

# %%
def naive_softmax(x):
    powers = np.exp(x)
    return powers / powers.sum()


with np.errstate(all="ignore"):       # no warnings: we want to see what happens
    print(naive_softmax(np.array([0.5, 1.0, 3.0, 1.5])))
    print(naive_softmax(np.array([10.5, 11.0, 13.0, 11.5])))
    print(naive_softmax(np.array([1000.5, 1001.0, 1003.0, 1001.5])))

# %% [markdown]
# The first row is "black" again. In the second, every score is larger by 10, and nothing changes:
# only differences matter. In the third, every score is larger by 1000, and the answer should still be the
# same. What has happened?

# %%
with np.errstate(all="ignore"):
    for x in (709.0, 710.0):
        print(f"64 bits: exp({x:.0f}) = {np.exp(x):.1e}")
    for x in (88, 89):
        print(f"32 bits: exp({x}) = {np.exp(np.float32(x)):.1e}")
    print("exp(710) / exp(710) =", np.exp(710.0) / np.exp(710.0))

# %% [markdown]
# The largest floating-point number of 64 bits is about 1.8 · 10³⁰⁸. $e^{709}$ still fits, $e^{710}$
# becomes infinite, and infinity divided by infinity is *not a number*, NaN. (PyTorch uses 32 bits unless it is
# told otherwise. There $e^{89}$ is already infinite.) Nearly everything that is computed from a NaN becomes NaN, too.
#
# You have just seen what helps: adding the same number to all scores of a row changes nothing. Which
# number would you subtract, so that no exponential can overflow?

# %% [markdown]
# ### Exercise 1.2 · softmax        ●○○  about 10 minutes · 2 points
# Softmax along the last axis, without overflow.
#
# - **You have** `x`, an array with any number of axes, such as (n,), (T_q, T_k) or (B, T_q, T_k). Leave it as it is.
# - **Return** an array of the same shape; the numbers along its last axis are shares of 1. It has to be right for whole
#   numbers such as our scores, and for floating-point numbers, also for large ones: the check goes up to ±250 in 32
#   bits, and up to ±10⁵ in 64 bits. Beyond these limits it tries only rows such as 10²⁰, 0, −10²⁰.
# - **Use** `axis=-1`, the last axis. What does `keepdims=True` do to the shape of `x.sum(axis=-1)`?

# %%
def softmax(x):
    """Shares along the last axis, of any number of axes: none below 0, summing to 1."""
    ### BEGIN SOLUTION
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %%
check("1.2", softmax)

# %%
softmax = carry_on("1.2", softmax)

print(softmax(np.array([1000.5, 1001.0, 1003.0, 1001.5])))
print(softmax(scores / math.sqrt(d_k)))

# %% [markdown]
# Scores around 1000 are no longer a problem, and the second row of the table is the row of "black" again.
#
# You have the products and the softmax. Now add the division and the mixture, and put all of them together.

# %% [markdown]
# ### Exercise 1.3 · attention        ●●○  about 15 minutes · 3 points
# Scores, scaling, softmax, weighted sum.
#
# - **You have** three arrays: `q` (T_q, d_k), `k` (T_k, d_k), `v` (T_k, d_v).
# - **Return** two arrays: the output (T_q, d_v) and the weights (T_q, T_k).
# - **Use** your `dot_product_scores` and `softmax`. Write the shape of each step beside it.

# %%
def attention(q, k, v):
    """Scaled dot-product attention, eq. 1 of the paper.

    (T_q, d_k), (T_k, d_k), (T_k, d_v) -> output (T_q, d_v), weights (T_q, T_k).
    """
    ### BEGIN SOLUTION
    weights = softmax(dot_product_scores(q, k) / np.sqrt(q.shape[-1]))   # (T_q, T_k)
    return weights @ v, weights                                          # (T_q, d_v)
    ### END SOLUTION


# %%
check("1.3", attention)

# %%
attention = carry_on("1.3", attention)

output, weights = attention(Q, K, V)
print(weights)
print(output)
print("same weights as with loops:", np.allclose(weights, loop_weights))
print("same output as with loops: ", np.allclose(output, loop_output))

# %% [markdown]
# Three steps, three pictures: the scores, divided by $\sqrt{d_k} = 2$, the weights, and what each word has taken. In
# the first and the third, red is positive and blue is negative; in the second, dark blue is a large share. Follow the
# row of "black" from left to right:

# %%
show_steps(scores / math.sqrt(d_k), weights, output, words, words, features)

# %% [markdown]
# "sleeps" took most from "cat", and its output says *masculine* and *alive*. "cat" took most from "black", and its
# output says *dark*.
#
# Now go through the steps one by one. Which four products make the score of "sleeps" for "black"? Compute them first.
# Then print the row, and look the sums up in the view: choose a stage, and point at a cell. The view shows what your
# function returns, also when the check refused it. If that is wrong on these numbers, the view marks the first stage
# where this can be seen. (Some mistakes do not show here: T_q, T_k and d_k are all 4, and half of 4 is also its root.
# The check tries other sizes.)

# %%
print("scores of sleeps ", scores[3])
print("weights of sleeps", weights[3])

# %%
interactive.view(own("1.3"), Q, K, V, queries=words, keys=words, features=features)

# %% [markdown]
# The score of "sleeps" for "black" is 1·0 + 0·2 + 2·0 + 0·0 = 0.
#
# ## A dictionary that always answers
#
# You know another thing with keys and values: a Python `dict`. There, a query that equals a key gets its
# value, and any other query gets none.

# %%
dictionary = {"the": V[0], "black": V[1], "cat": V[2], "sleeps": V[3]}
print(dictionary["cat"])
print(dictionary.get("dog", "no such key"))

# %% [markdown]
# Attention also answers a query that equals no key. Below, the query and the keys lie in a plane, and you can drag
# them. What does the query receive at the starting position? And where must you drag it, so that "black" gets about
# nine tenths? In the direction of the key of "black"? (`query_2d[None]` has one axis more, of length 1, in front: a
# table with one row.)

# %%
query_2d = np.array([1.0, 2.0])
keys_2d = np.array([[2.0, 0.0], [-1.0, 1.5], [1.0, 3.0], [-2.0, -2.0]])
values_2d = np.array([[3.0, 0.0], [0.0, 3.0], [-3.0, 0.0], [0.0, -3.0]])
output_2d, weights_2d = attention(query_2d[None], keys_2d, values_2d)
print("weights", weights_2d[0], "  mixed value", output_2d[0])

# %%
interactive.drag(query_2d, keys_2d, values_2d, words, own("1.3"))

# %%
for query in ([-2, 3], [-4, 2.5]):
    print(f"query {query}: weights {attention(np.array([query]), keys_2d, values_2d)[1][0]}")

# %% [markdown]
# The first of these two queries points in the direction of the key of "black". The key of "cat" is longer, as an arrow,
# and its score is higher there. The second query points further away from "cat" and is longer, and "black" gets more
# than nine tenths.
#
# Attention is a soft dictionary: the query is compared with *every* key, and the answer is a mixture of all values, in
# which the values with the best-fitting keys count most. How soft it is depends on the number by which the scores are
# divided, the **temperature** $t$. For the query of "black" with its four numbers it was $\sqrt 4 = 2$, and in the
# plane it is $\sqrt 2$.
#
# Before you run the cell: what happens to the weights when $t$ is very small? And when it is very large?

# %%
temperatures = [100, 2, 0.5, 0.1]
by_temperature = np.array([softmax(scores[1] / t) for t in temperatures])
for t, w in zip(temperatures, by_temperature, strict=True):
    print(f"t = {t:<4} weights {w}   output {w @ V}")
print(f"cat's value: {V[2]}   mean of all values: {V.mean(axis=0)}")

# %%
labels = [f"t = {t}" for t in temperatures]
show_weights(by_temperature, labels, words, title='"black" at four temperatures')

# %% [markdown]
# When $t$ is small, attention is a look-up: all the weight is on the best key, and the output is, to all printed
# digits, the value of "cat" that the `dict` returned. When $t$ is large, the keys hardly matter, and the output is
# close to the mean of all values.
#
# ## Why √d_k?
#
# Our keys have 4 numbers. In the paper they have 64. Do dot products get larger when there are more numbers to add up?
# Let us measure it. We draw 10,000 random queries and keys, every number with mean 0 and variance 1. Then we take the
# variance of their dot products: the mean of the squares of their distances from their mean. Its root, the standard
# deviation, says how far from the mean a number typically is.
#
# What do you expect for $d_k = 64$, compared with $d_k = 4$?

# %%
rng = np.random.default_rng(0)
sizes = [4, 16, 64, 256]
for size in sizes:
    q_random = rng.normal(size=(10_000, size))
    k_random = rng.normal(size=(10_000, size))
    dots = (q_random * k_random).sum(axis=1)
    spread = f"variance {dots.var():5.1f}   standard deviation {dots.std():4.1f}"
    print(f"d_k {size:3}   √d_k {math.sqrt(size):2.0f}   {spread}")

# %% [markdown]
# The variance is close to $d_k$. The reason: a dot product is a sum of $d_k$ products. Each has mean 0 and variance 1:
# its square is the square of a number of the query times that of a number of the key, both are 1 on average, and
# neither knows anything of the other. For numbers that know nothing of each other, *independent* ones, the variances
# add up.
#
# So a typical dot product is about $\sqrt{d_k}$ away from 0. Divided by $\sqrt{d_k}$, it is
# about 1 away, whatever $d_k$ is. **The scale of the scores no longer depends on the size of
# the keys.**
#
# What does the softmax do if we do not divide? And if we divide by $d_k$ itself? We let each of 2,000 random
# queries choose among 10 random keys, and look at the largest of the ten weights. Guess: what is it for
# $d_k = 256$, in each of the three cases? (If all ten weights were equal, each would be 0.1.)

# %%
def random_scores(size, n_queries=2000, n_keys=10):
    """Dot products of random queries, each with keys of its own: (n_queries, n_keys)."""
    rng = np.random.default_rng(size)
    q = rng.normal(size=(n_queries, 1, size))            # the axis of length 1 is repeated to fit the keys
    k = rng.normal(size=(n_queries, n_keys, size))
    return (q * k).sum(axis=-1)


print("largest of ten weights, on average")
for size in sizes:
    dots = random_scores(size)
    plain, scaled, small = (softmax(dots / by).max(axis=-1).mean() for by in (1, math.sqrt(size), size))
    print(f"d_k {size:3}   not divided {plain:.2f}   divided by √d_k {scaled:.2f}   divided by d_k {small:.2f}")

# %% [markdown]
# Without the division, a model that begins with such queries and keys, of many numbers each, gives nearly all the
# weight to one key before it has learned anything, and chance decides which key that is. Divided by $d_k$ itself, the
# scores shrink towards 0, and the weights become nearly equal.
#
# Does it matter that the weights are so sharp in the beginning? A model learns by small changes. How much does a weight
# move when its score, as it enters the softmax, changes a little? Try it on "black" and "cat":

# %%
nudge = 0.001
row = scores[1] / math.sqrt(d_k)
before, after = softmax(row), softmax(row + nudge * np.array([0, 0, 1, 0]))
w = before[2]
print(f"the weight moves by {(after[2] - before[2]) / nudge:.3f} times the nudge")
print(f"w·(1 − w) =         {w * (1 - w):.3f}")

# %% [markdown]
# The slope of a weight $w$ with respect to its own score, as it enters the softmax, is $w(1 - w)$. It is largest, 0.25,
# for a weight of one half, and almost 0 when the weight is close to 0 or to 1. A softmax that gives nearly everything
# to one key hardly reacts any more, and a model learns from how weights react. We take the slope for the largest of the
# ten weights. Its median is shown (half of the random queries have a smaller slope), and beside it the mean.

# %%
slopes = {"not divided": [], "divided by √d_k": []}
print("slope of the largest weight: median (mean)")
for size in sizes:
    dots, shown = random_scores(size), []
    for name, divisor in (("not divided", 1.0), ("divided by √d_k", math.sqrt(size))):
        w = softmax(dots / divisor).max(axis=-1)
        slopes[name].append(np.median(w * (1 - w)))
        shown.append(f"{slopes[name][-1]:.4f} ({(w * (1 - w)).mean():.3f})")
    print(f"d_k {size:3}   not divided {shown[0]}   divided by √d_k {shown[1]}")
title = "How much a weight reacts to its score"
show_curves(sizes, slopes, "d_k", "median slope w(1 − w)", title, xscale="log")

# %% [markdown]
# With the division, the slope is about the same for keys of all four sizes. Without it, the median shrinks as keys
# grow, to 0.0014 for $d_k = 256$. The mean is larger there, 0.047: half of the queries hardly react, and some still do.
# (The slopes with respect to several numbers, taken together, are called a *gradient*.) The paper says (§3.2.1):
#
# > "We suspect that for large values of $d_k$, the dot products grow large in magnitude, pushing the softmax
# > function into regions where it has extremely small gradients."
#
# You have just measured both, for random queries and keys: the dot products grow, and the median slope of the largest
# weight, with respect to what enters the softmax, shrinks. (Here we nudged what *enters* the softmax. A nudge of the
# dot product itself is divided by √d_k first, so that its slopes are √d_k times smaller than those in the second
# column: for 256 the median is then still larger than without the division, for the other sizes it is not, and the mean
# is for none.) In any case, how sharply the softmax chooses hardly depends on $d_k$ any more.

# %% [markdown]
# ### Exercise 1.4 · a louder question        ●○○  about 3 minutes · 1 point
# "black" asks its question twice as loudly: every number of its query is multiplied by 2, and
# the keys stay as they are. What happens to its four weights?
#
# - **Set** `prediction` to one of these words: `"doubled"`, `"unchanged"`, `"sharper"` (the largest
#   weight grows, the smallest shrinks), `"flatter"` (they come closer to each other).
# - **Use** what you know about softmax. Decide first, and run it afterwards.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "sharper"
### END SOLUTION

# %%
check("1.4", prediction)

# %% [markdown]
# Now run it:

# %%
for factor in (1, 2, 4):
    print(f"query of black times {factor}: weights {attention(factor * Q[1:2], K, V)[1][0]}")

# %% [markdown]
# A louder query acts like a lower temperature. So the *direction* of a query says what a word looks for, and its
# *length* as a vector (the root of the sum of its squares) says how sharply it chooses. Both are learned. The division
# by $\sqrt{d_k}$ does not keep a model from learning longer queries.
#
# ## What attention does not see
#
# Suppose that the words are shuffled before "black" looks at them: the keys, and the values in the
# same way. What changes in the output of "black"?

# %%
order = [2, 0, 3, 1]
shuffled_output, shuffled_weights = attention(Q[1:2], K[order], V[order])
print("columns", [words[j] for j in order])
print("weights", shuffled_weights[0])
print("output ", shuffled_output[0])
print("before ", output[1])

# %% [markdown]
# The weights have moved with their words, and the output is the same. It does not matter *where* a key
# stands. For attention a sentence is a bag of words: *the cat sees the dog* and *the
# dog sees the cat* are the same to it. Lesson 05 changes that.
#
# Note also that `Q[1:2]` is a single query. The number of queries is free, and each row is computed as if it were
# alone. There may also be more or fewer queries than keys, and they may come from another sentence: in lesson 00,
# Spanish words looked at English ones.
#
# | | shape | for us |
# |---|---|---|
# | queries | (T_q, d_k) | (4, 4) |
# | keys | (T_k, d_k) | (4, 4): as many numbers as a query |
# | values | (T_k, d_v) | (4, 3): one for each key |
# | scores, weights | (T_q, T_k) | (4, 4) |
# | output | (T_q, d_v) | (4, 3): one for each query |

# %% [markdown]
# ## What goes wrong if …
#
# Here are four versions of attention, each with one mistake. Which of them will stop with an
# error? Which will return a wrong shape? Decide, then run them.

# %%
def over_the_queries(q, k, v):
    weights = softmax(dot_product_scores(q, k).T / math.sqrt(q.shape[-1])).T
    return weights @ v, weights

def scaled_too_late(q, k, v):
    weights = softmax(dot_product_scores(q, k)) / math.sqrt(q.shape[-1])
    return weights @ v, weights

def not_transposed(q, k, v):
    weights = softmax(q @ k / math.sqrt(q.shape[-1]))
    return weights @ v, weights

def keys_mixed(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return weights @ k, weights


for version in (attention, over_the_queries, scaled_too_late, not_transposed, keys_mixed):
    o, w = version(Q, K, V)
    print(f"{version.__name__:17} output {o.shape}   black {w[1]}   sum {w[1].sum():.3f}")

# %% [markdown]
# None stops, and only one returns another shape. Two of them have wrong sums: each row of
# weights has to sum to 1. The other two pass this test. The weights of `keys_mixed` are right, but they mix the keys
# instead of the values. The rows of `not_transposed` are shares, but shares of the wrong scores. Our example has as
# many words as numbers in a key, so $K$ is square, and `q @ k` has the same shape as `q @ k.T`.
# With unequal sizes the mistake becomes an error:

# %%
rng = np.random.default_rng(1)
q2, k2, v2 = rng.normal(size=(2, 5)), rng.normal(size=(3, 5)), rng.normal(size=(3, 4))
try:
    not_transposed(q2, k2, v2)
except ValueError:
    print(f"ValueError: {q2.shape} and {k2.shape} cannot be multiplied")

# %% [markdown]
# So make it a habit: **try code on sizes that all differ.** The checks of this course
# do. This is what they say about the first of the four:

# %%
evaluate("1.3", over_the_queries)

# %% [markdown]
# And these are its weights. Add up the columns, then the rows:

# %%
show_weights(over_the_queries(Q, K, V)[1], words, words, title="Softmax over the queries")

# %% [markdown]
# Every *column* sums to 1. Each key is shared among the queries, but each query should share
# its attention among the keys. The picture looks plausible, and nothing stops with an error. Lesson 04 has
# more mistakes of this kind.

# %% [markdown]
# ## Why not one list for the whole sentence?
#
# Earlier translators kept a whole sentence in one list of numbers of fixed size. How many of the words can be read from
# it? Here is a very simple network that reads one word after the other. At each word it turns its state by a matrix,
# which keeps the state's length as a vector, so that nothing fades, and adds the list of the word. It is not trained;
# its numbers are random. In the end we ask its last state: which word stood at place t? (There are 20 different words.
# For each place we look for a matrix that turns the state into 20 new numbers, one for each word: as near as possible
# to 1 for the word that stood there and to 0 for the other 19, over 3,000 sentences. In 1,000 others, the word with the
# largest number is the answer. You need not follow the code.) The state has 32 numbers, or 128.
#
# Beside it stands your attention, on 50 sentences. The value of a word is its list of 128 numbers, and the word that is
# read is the one whose list has the largest dot product with the output. Attention does not see where a key stands, so
# the key itself says its place: it is 0 everywhere, but 10 at its own place. The query for this place is the same list.
# (The 10 makes the scores so large that the choice is sharp.) There are 20 different words, so that by chance 0.05 of
# the answers are right. What do you expect for 2 words, and for 32?

# %%
rng = np.random.default_rng(0)
networks = [(rng.normal(size=(20, n)), np.linalg.qr(rng.normal(size=(n, n)))[0]) for n in (32, 128)]

def last_state(ids, word_vectors, turn):
    """Read the words one after the other into one list of numbers: ids (n, T) -> (n, 32) or (n, 128)."""
    state = np.zeros((len(ids), len(turn)))
    for column in ids.T:
        state = state @ turn + word_vectors[column]
    return state

print("share of the words that are read correctly\nwords   last state: 32 numbers   128 numbers   attention")
for T in (2, 4, 8, 16, 32):
    ids, told = rng.integers(20, size=(4000, T)), []
    for word_vectors, turn in networks:
        state = last_state(ids, word_vectors, turn)
        inverse = np.linalg.pinv(state[:3000])      # gives the least squares for each place
        answers = [(state[3000:] @ (inverse @ np.eye(20)[ids[:3000, t]])).argmax(axis=-1) for t in range(T)]
        told.append((np.array(answers) == ids[3000:].T).mean())
    places = 10 * np.eye(T)
    looked_up = [attention(places, places, word_vectors[sentence])[0] @ word_vectors.T for sentence in ids[:50]]
    by_attention = (np.argmax(looked_up, axis=-1) == ids[:50]).mean()
    print(f"{T:5}{told[0]:25.2f}{told[1]:14.2f}{by_attention:12.2f}")

# %% [markdown]
# Of two words, both are read. Of sixteen, about a third are read from 32 numbers, and nearly all from 128; of
# thirty-two words, 128 numbers are not enough either. (This is what one matrix for each place can read. The list may
# hold more that is harder to read, and a network that is trained can keep what it needs where it is easy to read.) A
# list of fixed size does not grow with the sentence. What attention keeps does grow: a key and a value for every word,
# so that each word can be looked up by itself.
#
# That has a price. T words have T · T scores, and each is a sum of d_k products. How much longer does it take if the
# text is twice as long? Guess, then look at the clock (the best of three times).

# %% tags=["nbval-ignore-output"]
for T in (100, 200, 400, 800):
    x, seconds = rng.normal(size=(T, 64)), []
    for _ in range(3):
        start = time.perf_counter()
        attention(x, x, x)
        seconds.append(time.perf_counter() - start)
    print(f"T {T:3}   weights {T * T:7,}   products for the scores {T * T * 64:10,}   {1000 * min(seconds):6.2f} ms")
    if min(seconds) > 0.5:           # loops in Python show it sooner
        break
print(f"100,000 words: {100_000 ** 2:,} weights, in numbers of 64 bits {8 * 100_000 ** 2 / 1e9:.0f} GB")

# %% [markdown]
# There are four times as many weights and products each time. So expect about four times the time; the clock may show
# less, or much more, depending on the computer, and on what else it does. For a sentence that is nothing. For a book of
# 100,000 words, the table of weights alone would take 80 GB.

# %% [markdown]
# ## The first attention
#
# Bahdanau, Cho and Bengio did not multiply query and key. They multiplied each by a matrix of its own, *added* the two,
# and made one number of the sum with a small network:
#
# $$\mathrm{score}(q, k) = v \cdot \tanh(Wq + Uk)$$
#
# In their translator $q$ comes from what has been written so far, and $k$ from a word of the source. $W$, $U$ and $v$
# are learned. ($v$ is a list of numbers here, and not the value of a word.) The next cell begins with a small $W$,
# $U$ and $v$ that you can follow. $W$ and $U$ leave out the first place; for each of the other three, $Wq + Uk$ says
# how much more the key has there than the query asks for. tanh leaves 0 at 0, and brings everything between −1 and 1.
# For which word will "black" get the highest score? Look at the matrices, and compute that score on paper first.

# %%
W = np.array([[0, -1, 0, 0], [0, 0, -1, 0], [0, 0, 0, -1]])
U = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
v = np.array([2, 2, 2])

additive = [v @ np.tanh(W @ q + U @ k) for k in K]
print("        Wq + Uk       tanh(Wq + Uk)           score   dot product")
for word, k, score in zip(words, K, additive, strict=True):
    print(f"{word:7} {str(W @ q + U @ k):13} {str(np.tanh(W @ q + U @ k)):23} {score:5.2f} {q @ k:8}")
print("weights from the network     ", softmax(np.array(additive)))
print("weights from the dot products", softmax(K @ q / 2))

every = np.array([[v @ np.tanh(W @ query + U @ k) for k in K] for query in Q])       # (4, 4), as the dot products
for title, scores in (("from the network", every), ("from the dot products", Q @ K.T)):
    largest = [" or ".join(word for word, x in zip(words, row, strict=True) if x == row.max()) for row in scores]
    print(f"largest weight, query by query, {title:21}", "; ".join(largest))

# %% [markdown]
# "cat" has just what "black" asks for: three zeros, and the score 0. It gets the largest weight, as with the dot
# product. But these $W$, $U$ and $v$ prefer large keys: look at the last two lines. Learned ones can do better. (A key
# with more than that would get a score above 0, as it would get a larger dot product.) The step after the scores is the
# same, and so is the mixture.
#
# Why then does the Transformer use the dot product? Written with arrays, for all queries and keys at once: how many
# numbers are in the largest array that each of the two makes on the way to 16 scores?

# %%
sums = (Q @ W.T)[:, None, :] + (K @ U.T)[None, :, :]          # each query with each key
table = np.tanh(sums) @ v
print("additive:    sums", sums.shape, "→ scores", table.shape, "  row of black", table[1])
print("dot product:                 scores", (Q @ K.T).shape, "  row of black", (Q @ K.T)[1])

# %% [markdown]
# The network's largest table on the way has 4 · 4 · 3 = 48 numbers, a list of three for each pair of words. The dot
# product is one product of matrices, and keeps the 16 scores alone. The paper says (§3.2.1) of the two:
#
# > "While the two are similar in theoretical complexity, dot-product attention is much faster and more space-efficient
# > in practice, since it can be implemented using highly optimized matrix multiplication code."
#
# There is another difference: an additive score cannot leave the range from −6 to 6 here, however large the numbers of
# query and key are: each tanh lies between −1 and 1, and the three are multiplied by 2 and added. A dot product has no
# such bound. It is the one that the paper divides by $\sqrt{d_k}$.

# %% [markdown]
# ## Recap
#
# - A **query** says what a word looks for, a **key** what it can be found by, a **value** what it hands over.
# - Three steps: **scores** $QK^\top$, divided by $\sqrt{d_k}$; **weights** by a softmax along each row; **output** as
#   the values mixed by the weights.
# - Softmax depends only on differences of scores. Subtracting the largest changes nothing and prevents overflow.
# - The variance of a dot product grows with $d_k$. The division by $\sqrt{d_k}$ keeps the weights from becoming
#   so sharp that most of them hardly react.
# - Attention is a soft dictionary. It does not know in which order its keys stand.
#
# **Common mistakes**
#
# - Softmax over the wrong axis: rows do not sum to 1. (Or no axis given at all: the whole table does.)
# - Dividing by $d_k$ instead of $\sqrt{d_k}$, after the softmax instead of before, or not at all. (`d_k ** 1/2` is
#   half of $d_k$: Python computes `**` before `/`.)
# - Forgetting `keepdims=True`: with as many rows as columns, NumPy then divides along the wrong axis
#   without an error.
# - Exponentials without subtracting the maximum: fine on small examples, NaN on a large one.
# - Mixing the keys instead of the values; returning weights and output in the wrong order.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.2.1, one page: you can now read all of it.
# - [Bahdanau, Cho and Bengio (2014)](https://arxiv.org/abs/1409.0473): where attention in translation began, with
#   a small network in place of the dot product.
# - [Dive into Deep Learning, Queries, Keys, and Values](https://d2l.ai/chapter_attention-mechanisms-and-transformers/queries-keys-values.html):
#   the dictionary view, taken further.
# - [Attention in transformers, step-by-step](https://www.3blue1brown.com/lessons/attention): the same three steps in
#   moving pictures, with a vector that moves when its word takes something from others.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code.
#
# **A · A constant for everyone.** Add the same vector $c$ to *every* key. What happens to the weights? Try it,
# then prove it in one line.
#
# **B · Other queries.** Find a query for which "the" gets more than 90 % of the attention. Then find one for which
# all four words get equal shares.
#
# **C · Attention draws a curve.** Take 50 points $x$ between 0 and 6 as keys, and noisy measurements of $\sin x$ as
# values. A new $x$ is the query, and the score is $-(q - k)^2 / t$. What comes out for the queries 1, 2, … 5, and
# what does the temperature $t$ do? (Statisticians have known this since 1964 as the Nadaraya–Watson estimator.)

# %% [markdown]
# <details><summary>A: why</summary>
#
# The score of query $q$ for key $k + c$ is $q·k + q·c$. The second part is the same for every key, so
# it shifts the whole row, and softmax does not see a shift. The weights stay as they are.
#
# </details>
#
# <details><summary>B: a way to start</summary>
#
# Only "the" and "sleeps" have a 1 in the first place, and only "the" and "cat" in the last. A query
# that is large in both of these places, and negative in the second and third, leaves only "the". For equal shares
# all scores must be equal: there is one query for which they are equal whatever the keys are.
#
# </details>
#
# <details><summary>C: what to expect</summary>
#
# For each query the measurements are averaged; the closest ones count most, and the noise averages out.
# A small $t$ follows the noise, a large $t$ flattens the curve. Attention in a Transformer does the same, but
# it learns how to measure closeness.
#
# </details>

# %% tags=["solution-only"]
# A
c = np.array([3, -1, 2, 5])
print("A", np.allclose(attention(Q, K + c, V)[1], weights))

# B
for query in ([4, -4, -4, 4], [0, 0, 0, 0]):
    print("B", query, softmax(K @ np.array(query) / 2))

# %% tags=["solution-only"]
# C
rng = np.random.default_rng(2)
x = np.sort(rng.uniform(0, 6, size=50))
y = np.sin(x) + rng.normal(scale=0.2, size=50)
queries = np.arange(1, 6)
print("sin ", np.sin(queries))
for t in (0.01, 0.2, 20.0):
    print(f"t = {t:<5}", softmax(-(queries[:, None] - x) ** 2 / t) @ y)

# %% [markdown]
# Next is lesson 02: the same computation in PyTorch, for many sentences at once, and with words that no word may
# look at.
