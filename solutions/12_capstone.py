# %% [markdown]
# # Lesson 12 · Capstone
#
# You have built a Transformer, and every part of it had a reason. In this lesson you put the reasons
# to the test: you take out one part at a time and measure what is lost. Then you leave Spanish,
# and give the whole pipeline a language of your own.
#
# **After this lesson** you can
#
# - design a comparison in which one thing differs, and see what is wrong with one in which two do;
# - report several runs as mean and spread, and compare them seed by seed;
# - say what a few seeds can establish, and what they cannot;
# - say which part of the uncertainty comes from the choice of test sentences;
# - take a file of sentence pairs in any language from text to BLEU.
#
# **You need** lesson 08 (loss, smoothing, warm-up), lesson 09 (subwords, BLEU), and of lessons 02 to 06 what
# √d_k, heads, positions and layer norms are for.
#
# **Time** about an hour and a half, 40 minutes of it for the five exercises, and some minutes of training, once.

# %%
from collections import Counter
from dataclasses import replace

import numpy as np
import sacrebleu
import torch
from tqdm import tqdm

from classroom import carry_on, check, hint, solution
from course.ablation import (
    Config,
    Variant,
    common_pairs,
    differences,
    results_table,
    run,
    sentence_losses,
    task_from,
)
from course.counting import begin_with, count_vectors
from course.data import Split, load_pairs, pairs_that_fit, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.languages import SpacedSubwords, space_characters
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.views.ablation import show_differences
from course.views.figures import show_weights

# %% [markdown]
# ## What is it for?
#
# The paper makes many choices: eight heads, division by √d_k, sinusoids, label smoothing, a warm-up. For most it gives
# a reason; for the warm-up others found one later. A reason is a hypothesis. To test some of the choices, the authors
# trained the same model again with one of them changed, and printed what came out: their Table 3. The division by √d_k,
# the warm-up, post-norm against pre-norm and a model without positions are not in it; here they are tested, too.
#
# Such an experiment is called an **ablation**, a word from surgery: a part is cut away, to see what
# it did. You have done it to single heads, after training, in lesson 11. Here the model is *trained* without the
# part, and may learn to do without.
#
# Everything that can be changed is a field of one object. A variant is a copy with another value. The name
# of one field may mislead: `warmup` is the share of the steps in which the learning rate rises, and not a rate.

# %%
base = Config()
variant = replace(base, n_heads=1)
print(base)
print("differs in:", differences(variant, base))

# %% [markdown]
# How is a part switched off that the model does not offer to switch off? For the division by √d_k there is a
# short way: multiply the queries by √d_k first. This is the class, without its annotations, from `course/ablation.py`:
#
# ```python
# class UnscaledAttention(MultiHeadAttention):
#     def attend(self, q, k, v, mask=None, need_weights=True):
#         return super().attend(q * math.sqrt(q.shape[-1]), k, v, mask, need_weights)
# ```
#
# On the query and the keys of lesson 01 you can see that it does what it should. There the weight of "cat" was 0.694.
# What will it be without the division?

# %%
words = ["the", "black", "cat", "sleeps"]
q = np.array([0, 1, 2, 1])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])

def softmax(scores):
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()

all_scores = {"divided by √4": q @ K.T / 2, "not divided": q @ K.T, "√4·q, divided": (2 * q) @ K.T / 2}
for name, scores in all_scores.items():
    print(f"{name:14} scores {scores}  weights {softmax(scores).round(3)}")

# %% [markdown]
# The second and the third row agree. Without the division "cat" takes nearly everything. With heads of 16 numbers, as
# below, the factor is 4 and no longer 2.

# %% [markdown]
# ## One switch at a time
#
# "The same model with one choice changed" is easily said. Here are five comparisons. On each side stands
# what was run; what is not mentioned is alike.
#
# | | left | right | measured by |
# |---|---|---|---|
# | **A** | 4 heads, 600 steps, seeds 0 and 1 | 1 head, 600 steps, seeds 0 and 1 | validation loss |
# | **B** | smoothing 0.1 | no smoothing | each by its own training loss |
# | **C** | pre-norm, 600 steps | post-norm, 1200 steps, since it learns more slowly | validation loss |
# | **D** | sinusoids, seed 0 | no positions, the best of seeds 0 to 4 | validation loss |
# | **E** | sinusoids, seeds 0 and 1 | learned positions, seeds 0 and 1 | validation loss |
#
# ### Exercise 12.1 · which comparison is fair?        ●○○  about 6 minutes · 1 point
# In which of the comparisons does one switch differ and nothing else? What is measured must be the same, too. What a
# switch brings with it, such as more parameters or other first values, belongs to the switch. Set `fair` to the set
# of their letters, for example `{"B", "C"}`.

# %%
fair = ...
### BEGIN SOLUTION
fair = {"A", "E"}
### END SOLUTION

# %%
check("12.1", fair)

# %% [markdown]
# One thing is missing from the table, and no comparison of this kind can avoid it: the *learning rate*. It was
# chosen for the base. A variant might do better with another. "Equal settings" is a choice, too, and it favours
# the side for which the settings were made. The paper's table has the same weakness, and so has ours.
#
# ## A task for which minutes are enough
#
# In lesson 09 one model took about five minutes. Here we need eighteen: nine variants with two seeds each. So the task
# must be smaller. We keep short sentences, and of these the ones made of common words only, so that a model of
# 64 numbers a vector learns the words in seconds and has time left for their order.

# %%
short = short_pairs(load_pairs(), max_source_words=5, max_target_words=6)
task = task_from(common_pairs(short, min_count=100))
print(f"{len(task.train):,} pairs to train, {len(task.valid):,} held out, {len(task.subwords):,} subwords")
for pair in task.valid_pairs[:4]:
    print(f"{pair.source:28} {pair.target}")

# %% [markdown]
# The budget is counted in **steps**, not in seconds. A fast computer and a slow one then do the same work, and a
# variant that happens to run while your computer is busy with something else is not at a disadvantage.
#
# Each run is measured in two ways on the held-out sentences: the loss in nats per token, *without* smoothing for
# all of them, and BLEU of greedy translations.
#
# ### Exercise 12.2 · with and without smoothing        ●●○  about 4 minutes · 1 point
# A model is trained without label smoothing, another with 0.1. Both are then measured on held-out sentences by the
# same plain loss, without smoothing. **In this table, after 600 steps**: compared with the smoothed model, is the loss
# of the one trained *without* smoothing lower, higher or the same? Think of what each of them was asked to do with a
# token that it is sure of. Set `prediction` to `"lower"`, `"higher"` or `"the same"`.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "lower"
### END SOLUTION

# %%
check("12.2", prediction)

# %% [markdown]
# Write down your guesses for the others as well: which of these will hurt most, and which will hardly be seen?
#
# The next cell trains eighteen models, each for 600 steps. That takes some minutes the first time, and longer if
# your computer is busy with something else. What has been trained is kept, so that you may interrupt it and run the
# cell again; the second time it takes seconds.

# %% tags=["nbval-ignore-output"]
torch.set_num_threads(1)          # one core: for models as small as these, faster than sharing each product
SEEDS = (0, 1)
variants = {
    "base": base,
    "1 head": replace(base, n_heads=1),
    "16 heads": replace(base, n_heads=16),
    "no scaling": replace(base, scaling=False),
    "no positions": replace(base, positions="none"),
    "learned positions": replace(base, positions="learned"),
    "post-norm": replace(base, norm="post"),
    "no smoothing": replace(base, smoothing=0.0),
    "no warm-up": replace(base, warmup=0.0),
}
results = {config: [] for config in variants.values()}
models = [(config, seed) for config in results for seed in SEEDS]
for config, seed in tqdm(models, unit="model"):
    results[config].append(run(config, seed, task, progress=False))
for name, config in variants.items():
    print(f"{name:18} loss {', '.join(f'{r.loss:.2f}' for r in results[config])}")

# %% [markdown]
# ## Table 3
#
# In the paper's table only what differs from the base is printed, and empty cells mean "as in the base". So is
# it here. Behind each mean stands ± half the distance between the two seeds.

# %% tags=["nbval-ignore-output"]
print(results_table(results, base))

# %% [markdown]
# Before you interpret it, look at how it was made. Each row has *two* runs.
#
# ### Exercise 12.3 · mean and spread        ●○○  about 6 minutes · 1 point
# - **You have** `losses`, an array (n_variants, n_seeds).
# - **Return** two arrays (n_variants,): the mean of each variant, and its spread, which is half the distance from its
#   lowest loss to its highest.
# - **By hand**, for the losses 1.5 and 1.7 of one variant: mean 1.6, spread 0.1.

# %%
def mean_and_spread(losses):
    """Mean and half range over the seeds: (n_variants, n_seeds) -> (n_variants,), (n_variants,)."""
    ### BEGIN SOLUTION
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
    ### END SOLUTION


# %%
check("12.3", mean_and_spread)

# %% tags=["nbval-ignore-output"]
mean_and_spread = carry_on("12.3", mean_and_spread)

losses = np.array([[r.loss for r in runs] for runs in results.values()])
for name, mean, spread in zip(variants, *mean_and_spread(losses), strict=True):
    print(f"{name:18} {mean:.2f} ± {spread:.2f}")

# %% [markdown]
# The same numbers as in the table. Look at the base alone: the two runs differ in nothing but the seed, that is in
# the random first weights and the order of the batches. **Every other difference has to be compared with that.** A
# first rule, which this lesson will replace: where a variant's mean is nearer to the base's than the base's seeds are
# to each other, the seed alone may be the reason.
#
# ## Seed against seed
#
# We can do better than compare two intervals. The run of a variant with seed 1 began with the same
# random numbers as the base's with seed 1, wherever the shapes allow, and read the same batches. If that order of
# batches was a good one, it was good for both. So compare them with *each other*, and take the spread of the
# differences.
#
# By hand, first:
#
# | | seed 0 | seed 1 |
# |---|---|---|
# | base | 1.5 | 1.9 |
# | variant | 1.6 | 2.2 |
# | difference | +0.1 | +0.3 |
#
# By the first rule the seed alone may be the reason: the means are 0.2 apart, the base's seeds 0.4. But the differences
# are +0.2 ± 0.1: both seeds agree that the variant is worse. How much that says, we shall see after the exercise.
#
# ### Exercise 12.4 · seed against seed        ●●○  about 12 minutes · 2 points
# - **You have** `losses` (n_variants, n_seeds) and `base`, the number of the base's row (here a number, and not the
#   `Config` of that name).
# - **Return** three arrays (n_variants,): the mean of the differences *variant − base*, each run against the run
#   of the base with the same seed; half their range; and `agree`, True where all seeds say worse (above 0) or all
#   say better (below 0).
# - **Use** `mean_and_spread` if you like.

# %%
def paired(losses, base):
    """Differences to the base, seed by seed: mean, half range, whether all seeds agree; (n_variants,) each."""
    ### BEGIN SOLUTION
    difference = losses - losses[base]
    agree = (difference > 0).all(axis=1) | (difference < 0).all(axis=1)
    return difference.mean(axis=1), (difference.max(axis=1) - difference.min(axis=1)) / 2, agree
    ### END SOLUTION


# %%
check("12.4", paired)

# %% tags=["nbval-ignore-output"]
paired = carry_on("12.4", paired)

for name, difference, spread, agree in zip(variants, *paired(losses, base=0), strict=True):
    if name != "base":
        print(f"{name:18} {difference:+.2f} ± {spread:.2f}  ", "seeds agree" if agree else "seeds disagree")

# %% tags=["nbval-ignore-output"]
show_differences(losses[1:] - losses[0], list(variants)[1:], "nats per token above the base",
                 "What one switch costs")

# %% [markdown]
# Which variants lie far from 0, with both seeds close together? Be careful with the others, and here is why.
#
# Suppose a switch does *nothing at all*, and chance decides each seed. How often will two seeds agree all the
# same? Whatever the first says, the second says the same in one case of two. With eight variants that
# do nothing, four would "agree" on average. Let us see how many seeds it takes until agreement means something.

# %%
rng = np.random.default_rng(0)
for n_seeds in (2, 3, 5, 8):
    nothing = rng.normal(size=(100_000, n_seeds))            # differences that are chance alone
    agree = (nothing > 0).all(axis=1) | (nothing < 0).all(axis=1)
    print(f"{n_seeds} seeds agree by chance in {agree.mean():.0%} of all cases; "
          f"2 / 2^{n_seeds} = {2 / 2**n_seeds:.1%}")

# %% [markdown]
# So that two seeds agree proves nothing. What about a *large* difference, many times the distance between the seeds?
#
# An interval for a mean of n numbers, which is right in 95 of 100 cases, is mean ± t · s / √n. Here s is the standard
# deviation with n − 1 below, and t is a factor that is large when s itself is known from few numbers. Two numbers leave
# one difference between them: one **degree of freedom**, and t is 12.7. We call a difference *shown* if 0 lies outside
# of its interval. With two seeds, the mean of the two differences has to be more than six times their distance for
# that; and how far these two lie apart is mostly chance.
#
# But the table has nine rows, and all of them together can say how large chance is: this is called **pooling**. From
# each loss take away the mean of its row and the mean of its column, both of the table as it is, and add the mean of
# the whole table, which was taken away twice. What a switch does is gone then, and so is the luck that a seed brings to
# all rows. What is left is chance, and s² is the sum of its squares divided by (9 − 1) · (2 − 1) = 8. These are eight
# degrees of freedom, and t is 2.3. The difference of two means of n runs each has the interval ± t · s · √(2 / n); the
# 2 is there because chance is in both means.
#
# By hand, with the two rows of the table in the section before: the means of the rows are 1.7 and 1.9, those of the
# columns 1.55 and 2.05, that of all is 1.8. Left over are 1.5 − 1.7 − 1.55 + 1.8 = +0.05, and then −0.05, −0.05 and
# +0.05: since each row and each column of them sums to 0, one decides the other three. That is (2 − 1) · (2 − 1) = 1
# degree of freedom. So s² is 4 · 0.05² = 0.01, s is 0.1, and the interval is ± 12.7 · 0.1 · √(2 / 2), that is ± 1.27.
# With only two rows, pooling has gained nothing.
#
# This assumes that what is left is normally distributed, about as large in every row, and independent from row to row.
# Two seeds are too few to check whether it is about as large in every row. They leave one number in each row, once with
# + and once with −, and the cell prints it. The cell after that counts how far such numbers lie apart by chance.

# %% tags=["nbval-ignore-output"]
def t_95(free):
    """95 of 100 numbers from Student's t distribution lie between -t and t; found by drawing many."""
    return np.quantile(np.abs(np.random.default_rng(1).standard_t(free, size=2_000_000)), 0.95)

def left_over(losses):
    """Losses (..., n_variants, n_seeds) without the means of their rows and columns."""
    rows, columns = losses.mean(axis=-1, keepdims=True), losses.mean(axis=-2, keepdims=True)
    return losses - rows - columns + losses.mean(axis=(-2, -1), keepdims=True)

def pooled_interval(losses):
    """Losses (..., n_variants, n_seeds) -> half the width (...) of the interval of each difference to the base."""
    n_variants, n_seeds = losses.shape[-2:]
    free = (n_variants - 1) * (n_seeds - 1)
    s = np.sqrt((left_over(losses) ** 2).sum(axis=(-2, -1)) / free)
    return t_95(free) * s * np.sqrt(2 / n_seeds)

n_variants, n_seeds = losses.shape
enough = n_variants > 1 and n_seeds > 1
if enough:
    free = (n_variants - 1) * (n_seeds - 1)
    print(f"t is {t_95(n_seeds - 1):.1f} for {n_seeds} numbers, and {t_95(free):.1f} for {free} degrees of freedom")
    d, together = (losses - losses[0])[1:], pooled_interval(losses)
    by_itself = t_95(n_seeds - 1) * d.std(axis=1, ddof=1) / np.sqrt(n_seeds)
    left = np.abs(left_over(losses)).mean(axis=1)
    print(f"left over in each row: {', '.join(f'{x:.3f}' for x in left)}; "
          f"the most is {left.max() / left.min():.0f} times the least")
    for name, mean, own in zip(list(variants)[1:], d.mean(axis=1), by_itself, strict=True):
        print(f"{name:18} {mean:+.2f}   by itself ± {own:.2f}   pooled ± {together:.2f}  ",
              "shown" if abs(mean) > together else "not shown")
else:
    print("For an interval, `variants` needs a row beside the base, and `SEEDS` at least two seeds.")

# %% [markdown]
# Look at the column "by itself" first. Two seeds that happen to lie close together give a narrow interval, two that do
# not a very wide one: with one degree of freedom the width is itself mostly chance. Pooled, all rows have the same
# width. The large differences are shown, and the small ones are not, even where both seeds agree.
#
# Is the truth inside such an interval as often as it should be? And how often is *something* shown where there is
# nothing? Here are tables in which no switch does anything: first with chance equally large in every row, then with
# chance five times as large in the last one, then in the base's. Which of the three misleads most?

# %%
if enough:
    equal = np.random.default_rng(0).normal(size=(20_000, n_variants, n_seeds))
    last_row = np.concatenate([equal[:, :-1], 5 * equal[:, -1:]], axis=1)
    base_row = np.concatenate([5 * equal[:, :1], equal[:, 1:]], axis=1)
    for about, tables in {"equally large in every row": equal, "five times as large in the last row": last_row,
                          "five times as large in the base's row": base_row}.items():
        off = np.abs((tables - tables[:, :1]).mean(axis=2))[:, 1:]
        outside = off > pooled_interval(tables)[:, None]
        left = np.abs(left_over(tables)).mean(axis=2)
        print(f"chance {about}")
        print(f"    the interval contains 0 in {', '.join(f'{1 - share:.0%}' for share in outside.mean(axis=0))}")
        print(f"    chance alone shows at least one difference in {outside.any(axis=1).mean():.0%} of the tables")
        print("    in half of the tables, the most that is left over in a row is more than "
              f"{np.median(left.max(axis=1) / left.min(axis=1)):.0f} times the least")
        print(f"    it is the base's row that has the most in {(left.argmax(axis=1) == 0).mean():.0%} of the tables")

# %% [markdown]
# Where the assumptions hold, each interval is right in 95 of 100 cases. But a table has eight of them, and in about one
# table of five at least one row is "shown" by chance. Then it is often more than one, since all differences contain the
# same runs of the base: if these were lucky, all variants look worse.
#
# Where chance is larger in the row of one variant, the interval of that row is too narrow, and the others are too wide.
# Where it is larger in the base's row, all are too narrow, since the base is in every difference: this kind misleads
# most. Does what is left over in our rows tell of which kind our table is? How far apart they lie hardly does. Compare
# the ratio that the first cell prints, of the most to the least, with the ones that half of the tables exceed: in our
# run it is below all three. Which row has the most says more. Is it the base's in yours? In our run it is not, which
# speaks against the third kind, and proves nothing. To be sure of one row, run it and the base with more seeds: stretch
# exercise D does it for "1 head". Will what is shown here stay shown?
#
# What no number of seeds can establish is how it would go **with another budget**. A variant that learns slowly may be
# behind after 600 steps and ahead after 6,000. With another task it is the same: in sentences of five words much of
# the order can be guessed, and what "no positions" costs with long ones this table does not say. (Besides, a decoder
# with a causal mask can find out positions by itself: the first token sees one token, the tenth sees ten.)
#
# And a switch may bring more with it than its name says. What comes with learned positions?

# %%
torch.manual_seed(0)
for name, positions in {"base": "sinusoid", "learned positions": "learned"}.items():
    model = Variant(len(task.subwords), replace(base, positions=positions))
    n_parameters, size = sum(p.numel() for p in model.parameters()), model.positions.square().mean().sqrt()
    print(f"{name:18} {n_parameters:,} parameters; size of the positions at the start {size:.2f}")

# %% [markdown]
# So there are more parameters, and the position vectors begin much smaller than the base's sinusoids (the size is the
# root of the mean square). The row of the table is about all of this together.
#
# The paper's remarks are about BLEU, too. So here is the pooled interval of that column:

# %% tags=["nbval-ignore-output"]
if enough:
    bleu = np.array([[r.bleu for r in runs] for runs in results.values()])
    together = pooled_interval(bleu)
    for name, mean in zip(list(variants)[1:], (bleu - bleu[0])[1:].mean(axis=1), strict=True):
        print(f"{name:18} {mean:+.1f} BLEU   pooled ± {together:.1f}  ",
              "shown" if abs(mean) > together else "not shown")

# %% [markdown]
# Now read the tables once more.
#
# - **No scaling.** The heads have 16 numbers, so the scores are four times as large, and the softmax is nearer to all
#   or nothing from the first step (lesson 02).
# - **Post-norm.** The paper's own arrangement, with two layers, a high learning rate and 60 steps of warm-up. Lesson 06
#   measured how alike the words of a new post-norm model are, there with six layers, and that the size of its gradients
#   is not what keeps it from learning. The paper gave it a warm-up of 4000 steps. This is a result about the
#   arrangement *together with* our settings. Whether the settings are the reason, stretch exercise C asks.
# - **One head, sixteen heads.** The paper's row (A) says: "While single-head attention is 0.9 BLEU worse than the best
#   setting, quality also drops off with too many heads." Does our table show either half, by its pooled interval?
# - **Learned positions.** The paper's row (E) finds "nearly identical results". Is the difference here larger than
#   its pooled interval?
# - **No smoothing.** Is the loss lower, and what does BLEU say? The paper: smoothing "hurts perplexity, as the model
#   learns to be more unsure, but improves accuracy and BLEU score". Is the second half to be seen here? And the first
#   half depends on the budget: trained for much longer, the model without smoothing learns its sentences by heart,
#   becomes certain of wrong tokens too, and loses its lead (stretch exercise B).
# - **No warm-up.** Is it behind, and is the difference larger than its pooled interval? The first steps are taken at
#   the full rate, by a model that is still random. Pre-norm is said to forgive that more easily than post-norm (Xiong
#   et al., below): add `"post-norm, no warm-up": replace(base, norm="post", warmup=0.0)` to `variants`, and compare it
#   with "post-norm".
#
# ## What goes wrong if …
#
# … each is measured by its own training loss, as in comparison B? Run it. For two runs of the table, the cell
# measures the *same* models on the *same* held-out sentences with smoothing in the loss, and without.

# %% tags=["nbval-ignore-output"]
smoothed = results[base][0].model
plain = run(replace(base, smoothing=0.0), SEEDS[0], task, progress=False).model       # from the cache
measures = {"the same plain loss for both": (0.0, 0.0), "each by the loss it was trained with": (0.1, 0.0),
              "the smoothed loss for both": (0.1, 0.1)}
for title, rates in measures.items():
    print(title)
    for name, model, rate in zip(("smoothing 0.1", "no smoothing"), (smoothed, plain), rates, strict=True):
        total, count = sentence_losses(model, task.valid, smoothing=rate)
        print(f"    {name:14} {total.sum() / count.sum():.2f}")

# %% [markdown]
# In our run each of the two is the better one where its own goal is the measure. In the middle the distance between
# them is mostly the distance between two ways to measure. A table has one measure, and says which.

# %% [markdown]
# ## Other sentences
#
# The seed is one source of chance. The held-out sentences are another: with 500 others the losses would be
# different. We have no others. But we can *draw* test sets from those we have, with replacement, some
# sentences twice and some not at all, and see how much the mean difference varies. Lesson 09 let sacreBLEU do
# that; it is called the **bootstrap**.
#
# Again the comparison is paired: both models are asked the same drawn sentences.
#
# By hand, with three sentences, b − a = (1, −1, 4) and the drawings (0, 1, 2) and (2, 2, 0): the means are 4/3 and 3.
#
# ### Exercise 12.5 · other sentences        ●●○  about 12 minutes · 2 points
# - **You have** `a` and `b` (N,), the losses of two models on the same N sentences, and `draws` (R, N), whole
#   numbers: each row says which N sentences were drawn.
# - **Return** `low, high`: 95 of 100 drawings have a mean of b − a between them. That is the 2.5th and the 97.5th
#   percentile of the R means.
# - **Use** the drawings that are given, and `np.percentile(means, [2.5, 97.5])`.

# %%
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a (N,), from drawings of sentences (R, N): low, high."""
    ### BEGIN SOLUTION
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high
    ### END SOLUTION


# %%
check("12.5", bootstrap_interval)

# %% tags=["nbval-ignore-output"]
bootstrap_interval = carry_on("12.5", bootstrap_interval)

def nats(model):
    return sentence_losses(model, task.valid)[0].numpy()

n = len(task.valid)
lengths = sentence_losses(results[base][0].model, task.valid)[1]
print(f"{n} sentences of {lengths.float().mean():.1f} tokens on average")
draws = np.random.default_rng(0).integers(0, n, size=(2000, n))
asked = [name for name in ("no scaling", "16 heads", "learned positions") if name in variants]
for name in asked:
    for seed, of_base, of_variant in zip(SEEDS, results[base], results[variants[name]], strict=True):
        a, b = nats(of_base.model), nats(of_variant.model)
        low, high = bootstrap_interval(a, b, draws)
        print(f"{name:18} seed {seed}: {(b - a).mean():+.2f} nats a sentence, "
              f"95 % between {low:+.2f} and {high:+.2f}")

# %% [markdown]
# (The unit is nats per *sentence* here, since a sentence is what is drawn; in the table it is nats per token. So these
# numbers are larger, by as many times as a sentence has tokens.)
#
# Compare the two seeds of one variant. Where the interval of one does not contain the result of the other, the
# interval was not *wrong*: it answered another question. It says what other sentences would do to *these two
# models*. About other models, from other seeds, it knows nothing. Some papers report the one and mean the other.

# %% [markdown]
# ## Your own language
#
# Nothing in the pipeline knows Spanish. `load_pairs` reads files with a sentence and its translation in each line, in
# the shapes in which people have them (between tabs, a spreadsheet's CSV, packed, TMX), or two files, one sentence a
# line each. What it guesses it says; what it cannot read it refuses, and names the line:

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from course.data import DataError

with TemporaryDirectory() as folder:
    path = Path(folder) / "mine.tsv"
    path.write_text("The cat sleeps.\t猫睡觉。\nThe dog sleeps. 狗睡觉。\n", encoding="utf-8")
    try:
        load_pairs(path)
    except DataError as error:
        print(str(error).replace(str(path), path.name))

# %% [markdown]
# A file to try comes with the course: nearly a thousand English sentences with their Chinese translations. They were
# written for it, a few one by one and most from patterns such as *(someone) (does something) (somewhere)*, and are
# licensed like the text of the course (CC BY 4.0). **So do not expect the difficulties of real text**: what is learned
# here are about a dozen patterns and their words. But they are true to one thing: Chinese puts many of these words in
# another place.

# %%
import course

FILE = Path(course.__file__).parent / "examples" / "english_chinese.tsv"     # or "mine.tsv"
FORWARD = True                                  # False: from the second language into the first
BLEU_TOKENS = "zh"                              # of the language that is written: "13a" where blanks part the words

pairs = load_pairs(FILE)
if not FORWARD:
    pairs = [pair._replace(source=pair.target, target=pair.source) for pair in pairs]
own = split_pairs(pairs, n_valid=0, n_test=min(len(pairs) // 10, 1000), seed=0)
if not own.test:
    raise DataError(f"{len(pairs)} pairs are too few to put some aside for a test; a few hundred are needed")
print(f"{len(own.train)} pairs to train, {len(own.test)} to test")
for pair in [*pairs[:1], *own.train[200:900:120]]:
    print(f"{pair.source:36} {pair.target}")

# %% [markdown]
# ### Tokens without blanks
#
# Chinese is written without blanks. For `Subwords` a word ends at a blank or at a punctuation mark, so that a whole
# sentence up to its full stop is one "word", and byte-pair encoding finds pieces in it as before. The other way is to
# make every character a token. A Chinese character is not like a letter: it nearly always has a meaning of its own, and
# a few thousand make up nearly all of everyday text. `SpacedSubwords` puts a blank between them, and cuts English as
# before. A character that comes only once, or never, is spelled with its bytes, so that nothing is lost.
#
# Which cuts a sentence into more tokens, `Subwords` or `SpacedSubwords`? And with which will the model meet more tokens
# in the test that it has hardly seen in training?
#
# How large the vocabulary, the model and the budget have to be depends on the file. The next cell has sizes for the
# example, and others for a file of real text with some thousand pairs or more.

# %%
LARGE = len(own.train) > 2_000
N_SUBWORDS = 2_000 if LARGE else 600            # of several letters, besides the single characters
CONFIG = Config(d_model=128, d_ff=512, dropout=0.2) if LARGE else Config()
BUDGET = {"tokens": 4_000_000} if LARGE else {"steps": 400}
BATCH_TOKENS, WORKERS = (1200, 2) if LARGE else (400, 1)
MATRIX_LR = 0.01 if LARGE else None             # for real text: Muon, and vectors from counts, as in lesson 09

own_sentences = [sentence for pair in own.train for sentence in pair[:2]]
characters = SpacedSubwords.train(own_sentences, N_SUBWORDS)
tokenisers = {"subwords": Subwords.train(own_sentences, len(characters)), "characters": characters}
spaced = [any(space_characters(sentence) != sentence for sentence in pair[:2]) for pair in own.train]
if LARGE or np.mean(spaced) < 0.5:
    del tokenisers["subwords"]                  # one model is enough, or most pairs get no more blanks
for tokens in tokenisers.values():              # what is too long for the model's positions is left out, and named
    own = Split(*(pairs_that_fit(part, tokens, CONFIG.max_len, skip_long=True) for part in own))
for name, tokens in tokenisers.items():
    seen = Counter(token for pair in own.train for token in tokens.encode(pair.target))
    met = [token for pair in own.test for token in tokens.encode(pair.target)]
    rare = sum(seen[token] < 10 for token in met) / len(met)
    print(f"{name:11} {seen.total() / len(own.train):.1f} tokens in a target sentence; in the test "
          f"{rare:.0%} of them were seen fewer than 10 times")
    print("           ", *tokens.tokens(tokens.encode(pairs[0].target)))
    few = Counter(token for token in met if seen[token] < 10).most_common(9)
    print("            hardly seen:", *tokens.tokens([token for token, _ in few]))

# %% [markdown]
# In our example the characters give more tokens, and far fewer that are rare. Look at the subwords that were hardly
# seen: most are several words run together, such as 今天吃面包, "eat bread today". Its characters are frequent. On the
# other hand, a model has to spell everything with them.
#
# Train one model with each, from the same seed for the same number of steps. Is this a fair comparison by the
# standard of exercise 12.1?

# %% tags=["nbval-ignore-output"]
references = [pair.target for pair in own.test]
own_models, own_translations = {}, {}
for name, tokens in tokenisers.items():
    torch.manual_seed(0)
    own_models[name], own_encoded = Variant(len(tokens), CONFIG), encode_pairs(own.train, tokens)
    if LARGE:
        print("Counting which tokens go together: up to a minute where the script has thousands of characters")
        begin_with(own_models[name], count_vectors(own_encoded, len(tokens), CONFIG.d_model))
    train(own_models[name], own_encoded, **BUDGET, batch_tokens=BATCH_TOKENS, matrix_lr=MATRIX_LR, workers=WORKERS,
          checkpoint="cache", progress=LARGE)
    own_translations[name] = translate(own_models[name], [pair.source for pair in own.test], tokens)
    score = sacrebleu.corpus_bleu(own_translations[name], [references], tokenize=BLEU_TOKENS)
    n_parameters = sum(p.numel() for p in own_models[name].parameters())
    print(f"{name:11} {len(tokens)} kinds of tokens, {n_parameters:,} parameters; "
          f"BLEU {score.score:.0f} on {len(references)} sentences")

# %% [markdown]
# The comparison is fair: both vocabularies have the same size, and so have the models. 400 tokens a batch are more
# *sentences* where the sentences have fewer tokens, but that comes with the way to cut. (One thing more comes with it:
# a character that was never seen is spelled with bytes by the one, and is `<unk>` for the other, which a few test
# sentences contain.) The comparison is only weak: it has one seed. In our run the characters are far ahead. Do subwords
# always lose here?
#
# Try a smaller vocabulary for them, with 200 tokens more than there are different characters: put
# `len(set("".join(own_sentences))) + 200` in place of `len(characters)`, and run the two cells above again. In our run
# the subwords are then as good as the characters. But look at the first sentence: 黑, 猫, 睡 and 觉 now stand alone.
# With fewer kinds of tokens the pieces are shorter, so that two things have changed. The result shows that subwords
# need not lose. It does not show which of the two helped them.
#
# The score of the characters is far higher than those for Spanish, and means far less: nearly every test sentence is
# made from a pattern whose other fillings stood in the training part. A few were written by hand, without a pattern.
# Are these the sentences that go wrong?

# %% tags=["nbval-ignore-output"]
wrong = [(pair, written) for pair, written in zip(own.test, own_translations["characters"], strict=True)
         if written != pair.target]
print(f"{len(wrong)} of {len(own.test)} differ from the reference")
for pair, written in wrong[:10]:
    print(f"{pair.source:32} model {written}   reference {pair.target}")

# %% [markdown]
# In our run the four that were written by hand all went wrong: "Let us go.", "Goodbye!", "Thank you very much." and "I
# speak a little Chinese." So did four of the 91 others, although their patterns were in the training part.
#
# What goes wrong if BLEU is not told about the language? Its usual rule, `13a`, cuts at blanks and at the punctuation
# of English. The cell also scores perfect translations, the references themselves. Guess first.

# %% tags=["nbval-ignore-output"]
for tokenize in ("zh", "char", "13a"):
    metric = sacrebleu.BLEU(tokenize=tokenize)
    score = metric.corpus_score(own_translations["characters"], [references]).score
    perfect = metric.corpus_score(references, [references]).score
    print(f"model {score:5.1f}   perfect {perfect:5.1f}   {metric.get_signature()}")

# %% [markdown]
# With `13a` each of these sentences is one "word". BLEU looks for up to four words in a row, there are not even two,
# and so even perfect translations score 0. The signature is where a reader can see it. Use `zh` for Chinese, `char` for
# Japanese and Korean (or `ja-mecab` and `ko-mecab`, for which sacreBLEU needs more packages), and `13a` for other
# languages with blanks.
#
# ## Where does it look?
#
# English says *the black cat is under the table*, Chinese *black cat at table under*: 黑猫在桌子下。 Rows are
# the Chinese tokens that are read; each is used to predict the token after it. In which row should "table" be dark,
# and where does the order of looking reverse?

# %% tags=["nbval-ignore-output"]
model, tokens = own_models["characters"], tokenisers["characters"]

def look(sentence):
    """The cross-attention of the last layer, mean of the heads, while the model translates a sentence."""
    written = tokens.encode(translate(model, [sentence], tokens)[0]) + [tokens.eos_id]
    source = torch.tensor([tokens.encode(sentence) + [tokens.eos_id]])
    target = torch.tensor([[tokens.bos_id] + written[:-1]])
    with torch.no_grad(), record_attention(model) as weights:
        model(source, target)
    cross = weights["decoder.layers.1.cross_attention"][0].mean(0)
    rows = [f"{read} → {following}".replace("▁", "")
            for read, following in zip(tokens.tokens(target[0]), tokens.tokens(written), strict=True)]
    return show_weights(cross, rows, [t.replace("▁", "") for t in tokens.tokens(source[0])],
                        title="Cross-attention, last layer, mean of the heads")

look("The black cat is under the table.")

# %% [markdown]
# One expects the row that ends in → 桌, which predicts 桌, to look at "table", near the end of the sentence, and two
# rows later the one that predicts 下 to look *back*, at "under": there the order reverses. In our run the second is so:
# that row is darkest on "under", with 0.27. The first is not: it is darkest on "is", and "table" has less than half of
# that. The translation is right all the same. What cross-attention reads under a word need not be that word alone,
# since the encoder's self-attention has mixed the words of the sentence. Lesson 11 measured how much to believe of such
# a picture: treat it as a hypothesis.
#
# ### Your file
#
# Put the path of your file into `FILE` above, the right tokeniser into `BLEU_TOKENS`, and run the cells from there on.
# A few thousand short sentences are enough to see something; with more than 2,000 pairs *to train* the larger sizes are
# taken, the model begins with vectors from counts (lesson 09), and training takes some minutes. Two files, a sentence
# in each line, are read by `load_pairs("mine.en", "mine.de")`. Six things to mind:
#
# - Real files have bad lines. `load_pairs(FILE, skip_bad=True)` leaves them out and counts them.
# - `short_pairs` counts words between blanks, and to it a Chinese sentence is one word. `pairs_that_fit` counts tokens.
#   And `translate` writes at most 60 tokens: if it says that translations were cut, give it a larger `max_len`.
# - Split by sentence, with `split_pairs`. Collections of sentences have more near-duplicates than you think.
# - Where words stand between blanks, `SpacedSubwords` puts in no more. Then, and with the larger sizes, one model is
#   trained, not two, and it is called "characters" all the same.
# - Give `look` a sentence of words that your file has.
# - Look where the sentences come from, and what their licence asks of you. [Tatoeba](https://tatoeba.org/en/downloads)
#   has short everyday sentences in hundreds of languages, and lets you download pairs; [OPUS](https://opus.nlpl.eu)
#   collects translated texts of many kinds, with a licence for each.

# %% [markdown]
# ## The whole way
#
# This is the sentence you began with. The first of these two cells is from lesson 01, the second from this lesson:

# %%
scores = q @ K.T                              # 01: how well does each key fit the query of "black"?
weights = softmax(scores / np.sqrt(4))        # 01, 02: scaled, so that the softmax does not saturate
print("scores ", dict(zip(words, scores.tolist(), strict=True)))
print("weights", dict(zip(words, weights.round(3).tolist(), strict=True)))

# %% tags=["nbval-ignore-output"]
sentence = "The black cat sleeps."
print(f"{sentence}  ->", translate(model, [sentence], tokens)[0])
seen = [pair.target for pair in own.train if pair.source == sentence]
print("in the training part:", f"yes, with {seen[0]}" if seen else "no")
look(sentence)

# %% [markdown]
# If the sentence is in the training part, as in our run, this is no proof of skill: the model may know it by heart. The
# test sentences above are what shows that it can do more than that.
#
# Between the two cells is the whole course up to here.
#
# | lesson | what it added to the row of four numbers |
# |---|---|
# | 01, 02 | a query meets keys, a softmax makes shares, shares mix values; masks say who may be looked at |
# | 03, 04 | queries, keys and values are learned projections, from one sentence or from two; several heads at once |
# | 05 | positions, without which a sentence is a bag of words |
# | 06, 07 | residuals, norms, feed-forward; an encoder to read, a decoder to write, and the target shift |
# | 08 | a loss, a learning rate that rises first, and how to find bugs |
# | 09, 10 | subwords, real sentences, BLEU; a search for the best translation, made fast by a cache |
# | 11, 12 | what a model does not show by itself, and experiments that show it |
#
# ## Recap
#
# - An ablation changes one switch. Budget, seeds, data and measure are alike on both sides.
# - Report mean and spread, never the best seed. Compare seed against seed.
# - Two seeds agree by chance every second time. An interval that measures chance by all rows of the table can show
#   large differences, if chance is about as large in every row; and with many rows one may be shown by chance.
# - The bootstrap speaks of other sentences, not of other seeds; neither speaks of another budget.
# - For another language: `load_pairs`, tokens that fit its script, and a BLEU that knows it.
#
# ## Common mistakes
#
# - **Two switches at once**, often because one of them "obviously" belongs to the other.
# - **The base was tuned, the variant was not.** Then the table shows who was tuned.
# - **A measure that the switch changes**: training losses with and without smoothing, or perplexities per token
#   with two vocabularies.
# - **The best of several seeds** on one side.
# - **"No significant difference, so it is useless."** Absence of evidence after 600 steps of a small model.
# - **BLEU of Chinese with `13a`**, or numbers with different signatures side by side.
#
# ## Further reading
#
# - *Attention Is All You Need*, §6.2 and Table 3. Look for what they varied, what they kept, and how many
#   runs stand behind a row.
# - Xiong et al., [*On Layer Normalization in the Transformer Architecture*](https://arxiv.org/abs/2002.04745):
#   post-norm and the warm-up it needs.
# - Koehn, [*Statistical Significance Tests for Machine Translation
#   Evaluation*](https://aclanthology.org/W04-3250/) (2004): the bootstrap for BLEU.
# - Narang et al., [*Do Transformer Modifications Transfer Across Implementations and
#   Applications?*](https://arxiv.org/abs/2102.11972): what became of many published improvements.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks.
#
# **A · Two more switches.** `Config` also has `tied` and `dropout`. Add two rows, one with `tied=False` and one with
# `dropout=0.1`, to `variants`, and run the cells from there on.
#
# **B · Another budget.** Run base, "no smoothing" and "1 head" with `steps=150`, `steps=2400` and `steps=4800`. Does
# any ranking reverse? This is about four times as much training as that of the eighteen models.
#
# **C · Post-norm at another rate.** Give base and post-norm a third of the learning rate. Is the comparison still
# fair? What do you conclude about the row in the table?
#
# **D · More seeds.** Run "1 head" and the base with five seeds, or another row that you would like to know. How wide is
# its interval by itself now? And is chance about as large in this row as in the base's?

# %% [markdown]
# <details><summary>A: a solution</summary>
#
# ```python
#     "not tied": replace(base, tied=False),
#     "dropout 0.1": replace(base, dropout=0.1),
# ```
#
# The untied model has a second table of vocabulary size × d_model numbers. As with learned positions, more parameters
# come with the switch, and the row is about both.
#
# </details>
#
# <details><summary>B: a solution</summary>
#
# ```python
# for steps in (150, 600, 2400, 4800):
#     other = replace(base, steps=steps)
#     rows = [other, replace(other, smoothing=0.0), replace(other, n_heads=1)]
#     print(results_table({config: [run(config, seed, task) for seed in SEEDS] for config in rows}, other))
# ```
#
# Watch the loss of the long runs: a few sentences, seen again and again, can be learned by heart. What prevents that,
# smoothing for one, then helps.
#
# </details>
#
# <details><summary>C: a solution</summary>
#
# ```python
# slow = replace(base, lr=1e-3)
# print(results_table({config: [run(config, seed, task) for seed in SEEDS]
#                      for config in (slow, replace(slow, norm="post"))}, slow))
# ```
#
# Within itself it is fair: both have the same, other learning rate. If the distance shrinks, the row in the table
# was about post-norm *at that learning rate*. To say more, give each its own best rate, and count the tries.
#
# </details>
#
# <details><summary>D: a solution</summary>
#
# ```python
# rows = [base, replace(base, n_heads=1)]
# more = np.array([[run(config, seed, task).loss for seed in range(5)] for config in rows])
# d = more[1] - more[0]
# print(more.round(2))
# print(f"{d.mean():+.2f} ± {t_95(4) * d.std(ddof=1) / np.sqrt(5):.2f}")
# ```
#
# Six of the ten runs are new; the other four are in the cache. In our run one head ends far higher with seed 4 than
# with the others, and the base with none. That one run makes the interval so wide that 0 lies in it, although all five
# seeds agree. And it speaks against chance that is equally large in every row.
#
# </details>

# %% [markdown]
# ## Where to go next
#
# Read `course/transformer.py` from top to bottom. You know nearly all of it, and the code of larger models
# will look familiar: most language models of today are the decoder of lesson 07 without its cross-attention, with
# rotary positions (lesson 05), pre-norm (lesson 06), a cache (lesson 10), and very many more numbers. Lesson 13 builds
# what else has changed since 2017, and lesson 14 makes your translator small and puts it on a page.
