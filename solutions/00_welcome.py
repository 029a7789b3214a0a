# %% [markdown]
# # Build a Transformer
# ## Lesson 00 · Welcome
#
# In this course you write a Transformer, piece by piece, and train it to translate English
# into Spanish. It begins with the product of two short lists of numbers, and adds one piece at a time.
#
# One sentence is the example in most lessons, because its translation has to change the order of the words:
#
# > *the black cat sleeps* → *el gato negro duerme*
#
# **After this lesson** you know that your computer is ready, how the exercises answer you, where
# to find help, and what the course builds in which lesson. You have also seen what attention
# looks like.
#
# **You need** some Python: functions, loops, lists. What this lesson uses of NumPy arrays is explained in its boxes
# and hints. From lesson 01 on you need arrays and the product of two matrices. (The end of this page says where to
# read about them.) No machine learning is assumed.
#
# **Time** about 40 minutes, with three small exercises.

# %% [markdown]
# ## Is everything there?
#
# A notebook is made of cells. Click on the next one and press **Shift + Enter**: it runs, and the
# next cell is selected. The first run takes a few seconds, because PyTorch is a large library.

# %% tags=["nbval-ignore-output"]
import platform

import numpy as np
import torch

from classroom import carry_on, check, evaluate, hint, solution
from course.views.figures import show_shares, show_weights

print(f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}")

# %% [markdown]
# If you see three version numbers, all is well. If you see `ModuleNotFoundError`, the notebook
# does not run in the Python into which the course was installed. The README says how to start it.
#
# Three habits save a lot of confusion later:
#
# - **Run the cells from top to bottom.** A cell knows what was defined by the cells that *ran before it*,
#   wherever they stand on the page.
# - **When you have changed a cell, run it again**, and then the cells that depend on it.
# - **When in doubt, start again**: menu *Kernel → Restart Kernel and Run All Cells*. An exercise that is
#   still empty does not stop such a run. A wrong one does: the run ends at its check.

# %% [markdown]
# ## How an exercise works
#
# In the next lesson every word of our sentence looks at the four words and gives each of them
# a score. Suppose that "black" gives these:

# %%
words = ["the", "black", "cat", "sleeps"]
scores = np.array([1, 2, 6, 3])
for word, score in zip(words, scores, strict=True):
    print(f"{word:7} {score}")

# %% [markdown]
# We want to read the scores as *shares*: if the whole attention of "black" is 1, how much of it does
# each word get? Take a pencil first. The scores add up to 12. What is the share of "cat"? And the
# share of "the"?
#
# The exercise asks for a function that does the same for any scores. Every exercise of the course
# has the same three parts: a box that says what is wanted, a cell for your code, and a cell that
# checks it.
#
# How to read a box, in all lessons:
#
# - **You have** says what comes in, and **Return** what must come out. **Make** and **Not** are conditions, too.
#   **Use** is advice: any other way that returns the same is as good, unless the box says that it is not accepted.
# - Whatever a function is given stays as it is: it returns something new. The numbers that come in are
#   finite, unless the text says otherwise.
# - An *array* is one of NumPy's, a *tensor* one of PyTorch's, and a list is neither. (n,) is a shape: n numbers in a
#   row. All entries are of one kind, the *dtype*: `int64` are whole numbers, `float64` fractions, `float32` fractions
#   with fewer digits, and `bool` (*Boolean*) true or false.
# - Where the text names no dtype, fractions keep theirs: float32 comes out where float32 came in, and float64 where
#   float64 came in. (For an array float64 is always right, too; and where only whole numbers came in, float32 as well.)
# - The line that begins with `def` gives the arguments and their order. The pages call your function as `shares(x)`,
#   never as `shares(scores=x)`: so you may rename the arguments, but keep their order.
# - The circles say how hard an exercise is, from ●○○ to ●●●. Its points go into your record.

# %% [markdown]
# ### Exercise 0.1 · shares        ●○○  about 5 minutes · 1 point
# Turn scores into shares of 1.
#
# - **You have** `scores`, a NumPy array (n,) of numbers that are not negative, and not all 0.
# - **Return** a new array (n,) of fractions: each score's part of the total. `scores` itself stays as it is.
# - **Use** one division; an array can be divided by a number as a whole.

# %% [markdown]
# Please do this exercise in four steps. They show you how a check answers.
#
# 1. Leave the next cell as it is. Run it, and run the check below it. What does the check say about
#    an empty answer?
# 2. Make it **wrong on purpose**: replace the last line with `return scores / scores.max()`. Run the
#    cell again, then the check. Which number in its message tells you that something is wrong?
# 3. Ask for help: run `hint("0.1")` in the cell after the check.
# 4. Now write the right function, and check once more.

# %%
def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    ### BEGIN SOLUTION
    return scores / scores.sum()
    ### END SOLUTION


# %%
check("0.1", shares)

# %%
# hint("0.1")       # take away the first # and run; run it again for the next hint

# %% [markdown]
# ## What the check has just done
#
# It judges what your function returns, and whether the array that it was given is still the same; not how it is
# written. It called your function on several inputs, the four scores of this page among them, and compared the results
# with the right ones. If they differ, it tries a catalogue of mistakes that people make here. If one of these returns
# *exactly* your numbers, on all inputs or on most of them, the check tells you which one it is.
#
# You can watch it. `evaluate` gives a verdict and keeps no record: the points in its panel are those of the function
# that it is given, and what you have earned stays. Here it judges the function of step 2:

# %%
def divided_by_the_largest(scores):
    return scores / scores.max()

evaluate("0.1", divided_by_the_largest)

# %% [markdown]
# The numbers in the panel were computed with that function a moment ago: its shares sum to 2.
#
# Here is another function. It is right for the four scores of this page. Is it right for all scores?
# Decide before you run the cell.

# %%
def divided_by_twelve(scores):
    return scores / 12

evaluate("0.1", divided_by_twelve)

# %% [markdown]
# This is why a check tries several inputs of different sizes: a function that works on one example
# may work on that example alone.
#
# ## Help, and going on without it
#
# | you run | you get |
# |---|---|
# | `hint("0.1")` | the first hint; run again, the second; there are three, and the last is nearly the answer |
# | `solution("0.1")` | a solution to read. Your record keeps that you looked; nothing else happens |
# | `check("0.1", shares)` | a verdict, as often as you like. There is no penalty for trying |
# | `python -m classroom progress` in a terminal, with the course's Python | what you have solved so far |
#
# You can go on after any exercise, also after one that you cannot solve. Where the lesson needs your function later,
# a cell such as the next one calls `carry_on`. If your function is right, the lesson goes on with yours. If it is
# not, the lesson goes on with the course's function, and a line says so.

# %%
shares = carry_on("0.1", shares)
show_shares(shares(scores), words, title='What "black" attends to, in shares of its scores')

# %% [markdown]
# Half of the attention goes to "cat": 6 of 12, as on paper. "the" gets 1 of 12.
#
# When you come back to an exercise later, run the cell with your function again, then the check. After
# `carry_on` the name `shares` may mean the course's function.

# %% [markdown]
# ## What goes wrong if a score is negative?
#
# A score says how well two words fit, and a bad fit may get a negative score. The box of exercise 0.1
# did not allow that: *numbers that are not negative*. Guess what comes out when 3, −1 and −1 are divided by their
# total. Will the results still sum to 1?

# %%
some_negative = np.array([3, -1, -1])
print(some_negative / some_negative.sum())

# %% [markdown]
# They do sum to 1, but they are not shares: the first word gets three times the whole, and the
# others get less than nothing. For the scores 1 and −1 we would divide by 0, since their total is 0.
# So scores have to be made positive first. Lesson 01 shows how.

# %% [markdown]
# ## A first attention picture
#
# Now Spanish words look at English ones. Imagine that you translate, and *el gato* is written already.

# %% [markdown]
# ### Exercise 0.2 · where to look?        ●○○  about 2 minutes · 1 point
# The next word to write is *negro*, the third one. Which word of *the black cat sleeps* do you need to
# look at for that? Decide before you read on.
#
# Set `looks_at` to one of "the", "black", "cat", "sleeps": replace the three dots.

# %%
looks_at = ...
### BEGIN SOLUTION
looks_at = "black"
### END SOLUTION

# %%
check("0.2", looks_at)

# %% [markdown]
# How could a computer find that out? We describe each English word by four numbers, its **key**: *how
# much is it about an article, a dark colour, an animal, resting?* "sleeps" is about resting, and a
# little about an animal, since it is an animal that sleeps. The cat is black, so "black" is also a little
# about an animal, and "cat" about a dark colour. Each Spanish word gets four numbers of the same kind for
# what it looks for, its **query**. All these numbers are made up.

# %%
spanish = ["el", "gato", "negro", "duerme"]

#                 article, dark, animal, resting
keys = np.array([[2, 0, 0, 0],      # the
                 [0, 2, 1, 0],      # black
                 [0, 1, 2, 0],      # cat
                 [0, 0, 1, 2]])     # sleeps

queries = np.array([[2, 0, 1, 0],   # el      an article, and one that goes with an animal
                    [0, 0, 2, 0],   # gato
                    [0, 2, 0, 0],   # negro
                    [0, 0, 0, 2]])  # duerme

fit = queries @ keys.T              # how well each Spanish query fits each English key
print(fit)

# %% [markdown]
# Each row belongs to a Spanish word and holds its scores for the four English words. Check one of
# them on paper: *gato* is [0, 0, 2, 0], "cat" is [0, 1, 2, 0]; multiply number by number and add up.
# (`keys.T` has a key in each column, and `@` does the same for each query with each key.)
#
# Each row needs shares of its own, and they must sum to 1. So we need the function once more, now for a
# whole table.

# %% [markdown]
# ### Exercise 0.3 · shares, row by row        ●○○  about 8 minutes · 1 point
# Turn a table of scores into shares, each row by itself.
#
# - **You have** `scores`, a NumPy array (T_q, T_k): a row for each word that looks, a column for each word
#   that it can look at. T_q and T_k may differ. No number is negative, no row all 0.
# - **Return** a new array (T_q, T_k): each score's part of the total of its row. So each row sums to 1.
# - **Use** the sum along an axis. Axis 0 counts the rows, axis 1 the columns. A sum along an axis takes this axis
#   away; `keepdims=True` keeps it, with length 1.

# %%
def shares_by_row(scores):
    """Each score's part of its row: (T_q, T_k) -> (T_q, T_k), every row summing to 1."""
    ### BEGIN SOLUTION
    return scores / scores.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("0.3", shares_by_row)

# %%
shares_by_row = carry_on("0.3", shares_by_row)
print(shares_by_row(fit).round(3))

# %% [markdown]
# For the picture below, each score first goes through `np.exp`, the exponential function. It makes a positive number of
# any number: 0 becomes 1, 2 becomes 7.4 and 4 becomes 54.6. So in the first three rows the largest share becomes larger
# than it was in the table above; and since 0 becomes 1, no share is 0 any more. Lesson 01 explains why this is done.

# %%
weights = shares_by_row(np.exp(fit))
show_weights(weights, spanish, words, title="Where each Spanish word looks")

# %% [markdown]
# Read it row by row: a row is the Spanish word to be written next, the columns are the
# English words that it can look at, and each row sums to 1 (but for the rounding of the numbers in
# the cells). Dark blue is a large share.
# (Our queries know the word that is to be written. A real model has to make them without it.)
#
# Now look at the two rows in the middle. *gato* looks at the third word and *negro* at the second:
# the dark cells cross. That crossing is the change of word order. The lists say nothing about
# order; they only say what each word is about. Attention has three steps, and you have seen
# two: **compare** and **turn into shares**. The third, **mix**, is in lesson 01.
#
# Here the lists were made up. A Transformer computes them from the sentences, with numbers that are
# learned: they are random at first, and training adjusts them, sentence pair by sentence pair. In lesson 09
# you train one and draw such a picture.

# %% [markdown]
# ## The map
#
# | lesson | you build | you see |
# |---|---|---|
# | **00** welcome | shares | how the course works |
# | **01** dot-product attention | scores, softmax, attention in NumPy | three steps by hand; why √d_k |
# | **02** scaling and masks | batched attention with masks | what a word may not look at |
# | **03** self- and cross-attention | projections, both kinds of attention | where q, k and v come from |
# | **04** multi-head attention | splitting, merging and the whole layer in PyTorch | bugs that no loss reveals |
# | **05** positional encoding | sinusoids, and shifts as rotations | how a model knows about order |
# | **06** encoder | layer norm, feed-forward, an encoder layer | residuals, norms, stacking |
# | **07** decoder and Transformer | the decoder, then the whole Transformer | the full model, equal to PyTorch's |
# | **08** training | a smoothed loss, warm-up, a training step and loop | loss, schedule, reading a curve |
# | **09** translator | a translator, trained on real sentence pairs | its translations, good and bad |
# | **10** decoding | beam search, a key-value cache | better search, faster |
# | **11** reading attention | an aligner, and a measure of it | what attention pictures do and do not tell |
# | **12** capstone | fair comparisons of models | what each part is worth; your own language |
# | **13** from 2017 to today | RMSNorm, SwiGLU, shared keys, one stack | what each new part changes |
# | **14** ship it | weights in 8 bits, and in 4 | your translator as a page that you can send |
#
# What an earlier lesson built, a later one imports from the course's library: from `course/attention.py` and
# `course/transformer.py`, and after lesson 08 also from `course/training.py` and `course/decoding.py`. These files are
# meant to be read. Allow between 80 minutes and three hours for each lesson from 01 on.

# %% [markdown]
# ## Coming from a blog article?
#
# You may have read these six statements in an article on attention. Here each of them is taught, and written by you:
#
# 1. *The scores are* $QK^\top$, *divided by* $\sqrt{d_k}$: lesson [01](01_dot_product_attention.ipynb), which also
#    measures why the root; lesson [02](02_scaling_and_masks.ipynb) derives it. You write the product in exercise
#    1.1, the division in 1.3 and 2.1, and in 2.8 the variance behind the root.
# 2. *A softmax turns scores into weights that sum to 1*: lesson [01](01_dot_product_attention.ipynb), exercises 1.2
#    and 2.7.
# 3. *The output is the sum of the values, weighted*: lesson [01](01_dot_product_attention.ipynb), exercise 1.3.
# 4. *In the encoder, Q, K and V come from the same words*: lessons [03](03_self_and_cross_attention.ipynb) and
#    [06](06_encoder.ipynb), exercises 3.1 and 6.3.
# 5. *In the decoder, Q comes from the target, K and V from the encoder's output*: lessons
#    [03](03_self_and_cross_attention.ipynb) and [07](07_decoder_and_transformer.ipynb), exercises 3.2, 3.4 and 7.1.
# 6. *Several heads, each with projections of its own, are joined and projected once more*: lesson
#    [04](04_multi_head_attention.ipynb), exercises 4.1, 4.2, 4.3 and 4.5.
#
# The fifth is about one of *two* attentions that the decoder has. In the other, which comes first, all three come
# from the target, and no word may see a later one.

# %% [markdown]
# ## When you are stuck
#
# 1. **Read the message to its end.** It shows a case in which your answer differs, and names the mistake
#    if it knows it.
# 2. **Look at that case**: put `print(scores)` into the first line of your function, run its cell and the check again.
#    What your code prints in the case that the message names stands below it. Print each step in the same way, and the
#    `.shape` of each array.
# 3. **Restart and run all cells.** A name that you defined an hour ago may still be in memory.
# 4. **`hint`**, one at a time. Then do something else for ten minutes.
# 5. **`solution`**: read it, close it, and write your own from memory. Or go on, and come back later.

# %% [markdown]
# ## Recap
#
# - A check compares what your function *returns* with what it should return, on several inputs, which must stay as they
#   are. It names the mistake if it knows one that gives exactly your numbers, on all inputs or on most of them.
# - With `hint`, `solution` and `carry_on` you can always go on.
# - An attention picture is a table of shares: a row for each word that looks, a column for each word that it
#   can look at.
#
# **Common mistakes.** Changing a function, and running the check without running the cell of the function
# again. Passing a result, `check("0.1", shares(scores))`, instead of the function itself.
# Reading an attention picture by columns: in this course rows are always queries.
#
# **Further.** If arrays are new to you, read
# [NumPy: the absolute basics for beginners](https://numpy.org/doc/stable/user/absolute_beginners.html)
# before lesson 01. It does not explain the product of two matrices, `A @ B`: for each row of A and each column of B
# it is what you did on paper for *gato* and "cat".
# [Wikipedia](https://en.wikipedia.org/wiki/Matrix_multiplication) says more. If you want to see the whole before
# its parts, read Jay Alammar's [The Illustrated Transformer](https://jalammar.github.io/illustrated-transformer/).
#
# **Stretch, without points.** Change the queries so that *el* looks at "cat" more than at "the". How large does the
# third number of its query have to be? (In Spanish the article takes the gender of its noun: *el gato*, *la casa*.
# Adjectives do so, too, in lesson 03.)

# %% [markdown]
# <details><summary>One way to think about it</summary>
#
# The score of *el* for "the" is 2 · 2 = 4, whatever its third number is. Its score for "cat" is twice
# the third number. So anything above 2 will do: at exactly 2 the two scores are equal, and so are
# the shares.
#
# </details>

# %% tags=["solution-only"]
for third in (1, 2, 3):
    el = np.array([2, 0, third, 0])
    row = shares(np.exp(el @ keys.T))
    print(f"third number {third}: the {row[0]:.2f}, cat {row[2]:.2f}")

# %% [markdown]
# Next: **lesson 01**, in which you write attention.
