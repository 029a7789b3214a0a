# %% [markdown]
# # Lesson 11 · Reading attention
#
# Pictures of attention are convincing. You look at the dark cells and seem to see the model think: this
# word comes from that one. In this lesson you find out how far that can be trusted. First you compare
# your translator's attention with links made by hand, and with an aligner from 1993 that only counts.
# Then you stop looking and begin to change things: you silence heads, exchange words inside the model,
# shuffle attention weights, let a head say what it said of another sentence, and see what happens to the translation.
#
# **After this lesson** you can
#
# - judge an alignment against one made by hand, with baselines that keep the number honest;
# - read the right row of a cross-attention matrix;
# - write a round of expectation maximisation, and align words by counting;
# - change attention inside a trained model, and predict what the change will do;
# - say, with evidence, what a picture of attention shows and what it does not.
#
# **You need** lesson 09, and the translator that is trained there. If it is not on this computer, or its training
# was interrupted, it is trained to its end now. On two cores with nothing else to do that takes about five minutes; a
# line says which model it is.
#
# **Time** about two and a quarter hours, some 60 minutes of them for the six exercises.

# %%
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from classroom import carry_on, check, hint, solution
from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

np.set_printoptions(precision=3, suppress=True)
warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% tags=["nbval-ignore-output"]
model, subwords, split = trained_translator()
print(", ".join(translate(model, ["Where does the cat sleep?", "I have a red car."], subwords)))

# %% [markdown]
# ## A picture
#
# We give the model the sentence of this course and its translation, whatever it would have written
# itself: the decoder reads the right Spanish words, as in training (**teacher forcing**), and we
# record the cross-attention of both its layers. Rows are the tokens that the decoder reads, columns
# the English tokens.

# %%
CROSS = attention_names(model, "cross_attention")

def read_pairs(pairs):
    """For each pair: cross-attention (n_layers, n_heads, T_q, T_k), source tokens, target tokens."""
    encoded = encode_pairs(pairs, subwords)
    with torch.no_grad(), record_attention(model) as weights:
        model(encoded.source, encoded.target[:, :-1])
    layers = torch.stack([weights[name] for name in CROSS], dim=1)   # (N, n_layers, n_heads, T_q, T_k)
    found = []
    for n in range(len(encoded)):
        t_q, t_k = int(encoded.target_lengths[n]) - 1, int(encoded.source_lengths[n])
        tokens = subwords.tokens(encoded.source[n, :t_k]), subwords.tokens(encoded.target[n, : t_q + 1])
        found.append((layers[n, :, :, :t_q, :t_k], *tokens))
    return found

[(cat_weights, cat_source, cat_target)] = read_pairs([Pair("The black cat sleeps.", "El gato negro duerme.")])
print("source tokens", *cat_source)
print("target tokens", *cat_target)

# %% tags=["nbval-ignore-output"]
mean = cat_weights.mean(dim=(0, 1))                  # over layers and heads
show_weights(mean, cat_target[:-1], cat_source, title="Cross-attention, mean of all heads")

# %% [markdown]
# Look at the row of `▁El`, "the". Where is it darkest, and does that make sense? The English sentence
# does have a "The". Note down your answer; we come back to it.

# %% tags=["nbval-ignore-output"]
print("the row of ▁El is darkest at", cat_source[mean[cat_target.index("▁El")].argmax()])

# %% [markdown]
#
# ## Links made by hand
#
# To judge such a picture we need to know what is right. For this lesson pairs of the *test* part
# were read one by one, and each word was linked by hand to those that it stands for:

# %%
gold = gold_alignments()
print(f"{len(gold)} pairs, {sum(len(pair.sure) for pair in gold)} sure links,",
      f"{sum(len(pair.possible - pair.sure) for pair in gold)} that are only possible")
example = next(pair for pair in gold if pair.source.startswith("Where does the cat"))
source, target = words(example.source), words(example.target)
print(example.source, "|", example.target, "|", example.attribution)
for i, j in sorted(example.possible):
    print(f"  {source[i]:6} {target[j]:7}", "sure" if (i, j) in example.sure else "possible")

# %% [markdown]
# A **link** is a pair of word numbers, source first. Most links are **sure**. Some are only
# **possible**: the English *does* has no word of its own in Spanish, only the form of the verb
# carries it. People who align the same text disagree about such links, so no aligner should be
# punished for making them or for leaving them out.
#
# In how many of the pairs does the order of words change, so that two sure links cross?

# %%
def crosses(links):
    return any(i < k and j > m for (i, j), (k, m) in itertools.permutations(links, 2))

print(f"{sum(crosses(pair.sure) for pair in gold) / len(gold):.0%} of the pairs have crossing links")

# %% [markdown]
# ### Which pairs are these?
#
# If you judge by a sample, you should know how it was drawn. The file with the links (`course/gold_alignments.tsv`)
# says where the sentences come from, and by which rules words were linked. It does not say why these pairs were taken,
# and not others, and nobody wrote it down elsewhere. So do not assume that they were drawn by chance. Look: where in
# the test part do they lie? Are their sentences as long as those of the test part?

# %%
place = {(pair.source, pair.target): n for n, pair in enumerate(split.test)}
places = [place[pair.source, pair.target] for pair in gold]
last = int(np.diff(places).argmax())                       # before the widest gap
print(f"of {len(split.test):,} places: {last + 1} pairs from {places[0]} to {places[last]}, "
      f"{len(places) - last - 1} from {places[last + 1]} to {places[-1]}")
print("English words   gold pairs   test part")
lengths = [np.array([len(words(pair.source)) for pair in pairs]) for pairs in (gold, split.test)]
for n in range(1, 9):
    print(f"{n:13}{np.mean(lengths[0] == n):13.0%}{np.mean(lengths[1] == n):12.0%}")
print(f"         mean{lengths[0].mean():13.1f}{lengths[1].mean():12.1f}")

# %% [markdown]
# They come from two stretches of the test part, with none from the middle. None has fewer than four English words,
# though one in eight sentences of the test part has, and sentences of seven words are far more frequent here. So the
# rates that you will see are rates for sentences like these, and not for the test part as a whole. (Within the two
# stretches about one pair in five was taken. These numbers do not tell whether those were easy or hard ones.)

# %% [markdown]
# ## A number for it
#
# Let A be the links that somebody predicts, S the sure and P the possible ones; the sure links belong
# to P as well. The **alignment error rate** of Och and Ney counts what is right in two ways: predicted
# links that are sure, and predicted links that are at least possible.
#
# $$\mathrm{AER} = 1 - \frac{|A \cap S| + |A \cap P|}{|A| + |S|}$$
#
# For *the black cat sleeps* → *el gato negro duerme* the sure links are (0, 0), (1, 2), (2, 1), (3, 3).
# Suppose an aligner goes straight down the diagonal: (0, 0), (1, 1), (2, 2), (3, 3). What is its error
# rate? Work it out on paper.
#
# ### Exercise 11.1 · alignment error rate        ●○○  about 8 minutes · 2 points
# - **You have** three sets of links; each link is a tuple. `possible` contains the sure links.
# - **Return** one number of any kind, 0 for a perfect alignment. At least one of `predicted` and `sure` holds a link;
#   where the other is empty, the formula needs no special case.
# - **Use** `a & b` for what is in both sets, and `len`.

# %%
def alignment_error_rate(predicted, sure, possible):
    """1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) for sets of links; the sure links are possible too."""
    ### BEGIN SOLUTION
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / (len(predicted) + len(sure))
    ### END SOLUTION


# %%
check("11.1", alignment_error_rate)

# %%
alignment_error_rate = carry_on("11.1", alignment_error_rate)

cat_sure = {(0, 0), (1, 2), (2, 1), (3, 3)}
diagonal = {(0, 0), (1, 1), (2, 2), (3, 3)}
one_more = cat_sure | {(0, 1)}
for name, predicted, possible in (("the diagonal", diagonal, cat_sure),
                                  ("one link too many", one_more, cat_sure),
                                  ("if that is possible", one_more, one_more)):
    print(f"{name:20}{float(alignment_error_rate(predicted, cat_sure, possible)):.3f}")

# %% [markdown]
# The diagonal has 4 links, of which 2 are sure, and the same 2 possible: 1 − (2 + 2) / (4 + 4) = 0.5.
# (A predicted link that is only possible adds 1 above the line and 1 below it. This even lowers every rate above 0 a
# little.)
#
# For many sentences we put all links into one set, each with the number of its sentence in front, so
# that (7, 0, 1) is link (0, 1) of sentence 7. Then the same function judges them all at once. What do
# aligners get that know nothing? Rank these before you run the cell: everything with everything, a
# word drawn at random, the diagonal.

# %%
SURE, POSSIBLE = pool(pair.sure for pair in gold), pool(pair.possible for pair in gold)

def error_rate(alignments):
    """The error rate of one set of links for each gold pair."""
    return float(alignment_error_rate(pool(alignments), SURE, POSSIBLE))

sizes = [(len(words(pair.source)), len(words(pair.target))) for pair in gold]
draw = random.Random(0)
at_random = np.mean([
    error_rate([{(draw.randrange(n), j) for j in range(m)} for n, m in sizes]) for _ in range(20)
])
everything = error_rate([set(itertools.product(range(n), range(m))) for n, m in sizes])
on_diagonal = error_rate([{(int((j + 0.5) * n / m), j) for j in range(m)} for n, m in sizes])
print(f"at random  {at_random:.2f}\neverything {everything:.2f}\ndiagonal   {on_diagonal:.2f}")

# %% [markdown]
# Word order in English and Spanish is alike enough for the diagonal to be right half of the time.
# That is what attention has to beat. If it does not, its rate does not show that it says more than that both
# sentences run from left to right.
#
# ## From weights to links
#
# Back to the row of `▁El`. Did you expect it to be darkest at *The*? If it is darkest at *cat*, that is no mistake
# of the model. The decoder has just *read* "El"; what it has to do in this row is to *predict the next word*,
# "gato", and for this it may look at "cat".
#
# **The row at position t predicts token t + 1**, counted with `<bos>` as 0. The row of `<bos>` predicts the first
# token, and the last row predicts `<eos>`.
#
# ### Exercise 11.2 · links from attention        ●●○  about 10 minutes · 2 points
# - **You have** `weights` (n_heads, T_q, T_k), the cross-attention of one sentence, a tensor. The rows
#   belong to what the decoder reads: `<bos>`, then the T_q − 1 target tokens. The last column is the
#   source's `<eos>`.
# - **Return** a tensor (T_q − 1,) of whole numbers (int64): for each target token the number of the source token
#   with the largest weight in the row that *predicts* it. The weights are first averaged over the heads. `<eos>` is no
#   word: leave it out before you look for the largest. (A list or an array of whole numbers will do as well.)
# - **Use** `mean`, slices, and `argmax` along the right axis.

# %%
def align_from_attention(weights):
    """For each target token its source token: cross-attention (n_heads, T_q, T_k) -> (T_q - 1,) int64."""
    ### BEGIN SOLUTION
    mean = weights.mean(dim=0)            # (T_q, T_k)
    return mean[:-1, :-1].argmax(dim=-1)
    ### END SOLUTION


# %%
check("11.2", align_from_attention)

# %%
align_from_attention = carry_on("11.2", align_from_attention)

example_weights = torch.tensor([[[0.7, 0.1, 0.1, 0.0, 0.1],       # <bos> predicts el
                                 [0.1, 0.2, 0.6, 0.0, 0.1],       # el predicts gato
                                 [0.0, 0.8, 0.1, 0.0, 0.1],       # gato predicts negro
                                 [0.0, 0.0, 0.1, 0.5, 0.4],       # negro predicts duerme
                                 [0.1, 0.0, 0.0, 0.1, 0.8]]])     # duerme predicts <eos>
print(align_from_attention(example_weights))

# %% [markdown]
# "el" from word 0, "gato" from 2, "negro" from 1, "duerme" from 3: the gold links.
#
# One thing remains. Our tokens are pieces of words, the links are about words. `word_numbers` tells
# to which word each token belongs (−1: to none), and `word_links` links two words if any of their
# tokens are linked.

# %%
print(list(zip(cat_source, word_numbers(cat_source), strict=True)))

# %% [markdown]
# ## By layer and head
#
# Now every head is an aligner, and so is the mean of a layer's heads, or of all heads. Which will
# be best: one of the eight heads, or a mean?

# %%
readings = read_pairs(gold)

def links_of(reading, layers, heads):
    """Word links of one gold pair, from the mean of the given layers and heads."""
    weights, source_tokens, target_tokens = reading
    chosen = weights[layers][:, heads].flatten(0, 1)                 # (layers · heads, T_q, T_k)
    aligned = align_from_attention(chosen)
    return word_links(aligned, word_numbers(source_tokens), word_numbers(target_tokens[1:-1]))

def rate_of(layers, heads):
    return error_rate([links_of(reading, list(layers), list(heads)) for reading in readings])

LAYERS, HEADS = range(len(CROSS)), range(model.decoder.layers[0].cross_attention.n_heads)
rates = {(layer, head): rate_of([layer], [head]) for layer in LAYERS for head in HEADS}
of_layers = [rate_of([layer], HEADS) for layer in LAYERS]
of_all = rate_of(LAYERS, HEADS)

# %% tags=["nbval-ignore-output"]
print("         " + "".join(f"  head {head}" for head in HEADS) + "   mean of heads")
for layer in LAYERS:
    of_heads = "".join(f"{rates[layer, head]:8.2f}" for head in HEADS)
    print(f"layer {layer}  {of_heads}{of_layers[layer]:12.2f}")
print(f"mean of both layers {of_all:.2f}, diagonal {on_diagonal:.2f}, at random {at_random:.2f}")

# %% [markdown]
# Which of them beat the diagonal? And compare each mean with the heads that it is made of: where these err in different
# places, their mean can be better than each of them.
#
# How exact are these rates? There are only as many gold pairs as you have seen, and other pairs like these would give
# other rates. The bootstrap of lesson 09 says how much: draw pairs with replacement, again and again, and take the
# middle 95 % of the rates. For the difference of two rates, draw the same pairs for both.

# %%
drawings = np.random.default_rng(0).integers(0, len(gold), size=(1000, len(gold)))

def parts(alignments):
    """For each gold pair what stands above and below the line of the error rate: (N, 2)."""
    return np.array([(len(a & pair.sure) + len(a & pair.possible), len(a) + len(pair.sure))
                     for a, pair in zip(alignments, gold, strict=True)])

def drawn_rates(alignments):
    """The error rate of each drawing of gold pairs, (1000,)."""
    hits, total = parts(alignments)[drawings].sum(axis=1).T
    return 1 - hits / total

def interval(values):
    low, high = np.percentile(values, [2.5, 97.5])
    return f"95 % from {low:.2f} to {high:.2f}"

def links_of_all(layers, heads):
    return [links_of(reading, list(layers), list(heads)) for reading in readings]

# %% tags=["nbval-ignore-output"]
drawn = {f"layer {layer}, mean of heads": drawn_rates(links_of_all([layer], HEADS)) for layer in LAYERS}
drawn["mean of both layers"] = drawn_rates(links_of_all(LAYERS, HEADS))
for name, values in drawn.items():
    print(f"{name:24} {interval(values)}")
apart = drawn["layer 0, mean of heads"] - drawn["layer 1, mean of heads"]
print(f"layer 0 minus layer 1    {interval(apart)}")

# %% [markdown]
# A difference whose interval does not contain 0 would hardly reverse with other pairs like these. (With a model from
# another seed it still might.)
#
# Has attention found out alone which words belong together? It did not begin from nothing. Lesson 09 gave the model
# vectors to begin with, counted across the two languages, so that a token begins close to its translation. How well do
# such vectors align, before any training and without any attention? Link each Spanish token to the English token whose
# vector has the largest cosine with its own. (To save time, only one training pair in eight is counted here. The model
# began with the counts of all of them.)

# %%
vectors = count_vectors(encode_pairs(split.train[::8], subwords), *model.embedding.weight.shape)

def vector_links(pair, reading):
    """Each token of the target with the most similar one of the source, by vectors of length 1."""
    _, source_tokens, target_tokens = reading
    similar = vectors[subwords.encode(pair.target)] @ vectors[subwords.encode(pair.source)].T
    return word_links(similar.argmax(-1), word_numbers(source_tokens), word_numbers(target_tokens[1:-1]))

links_by_vectors = [vector_links(pair, reading) for pair, reading in zip(gold, readings, strict=True)]
of_vectors = error_rate(links_by_vectors)

# %% tags=["nbval-ignore-output"]
print(f"vectors before training {of_vectors:.2f}, {interval(drawn_rates(links_by_vectors))}")
apart = drawn["mean of both layers"] - drawn_rates(links_by_vectors)
print(f"mean of both layers minus these vectors: {interval(apart)}")

# %% [markdown]
# Read the last line. If its interval contains 0, no difference is visible: such vectors align about as well as the mean
# of all heads. If it lies below 0, attention aligns better, and the first line says how much could be done without it.
# So a low error rate alone does not show that attention has *learned* which words belong together: the model was told
# much of that. (Their tasks differ. A vector is compared with that of the Spanish token itself; attention looks before
# this token is written.)
#
# Here is a pair as a picture, words instead of tokens, rows put where they belong. The frames are the
# links made by hand.

# %% tags=["nbval-ignore-output"]
n = gold.index(next(pair for pair in gold if pair.source.startswith("Tom asked some very good")))
weights, source_tokens, target_tokens = readings[n]
predicting = weights.mean(dim=(0, 1))[:-1]           # without the row that predicts <eos>
table = word_weights(predicting, word_numbers(source_tokens), word_numbers(target_tokens[1:-1]))
show_alignment(table, words(gold[n].target), words(gold[n].source), gold[n].sure, gold[n].possible,
               title="Mean of all heads")

# %% [markdown]
# The same pair, head by head, beside the links made by hand. Which head's largest weights will agree best? The
# print-out counts; the view shows where each one errs.

# %% tags=["nbval-ignore-output"]
by_head = {"mean of all": table}
for layer in LAYERS:
    for head in HEADS:
        by_head[f"layer {layer}, head {head}"] = word_weights(
            weights[layer, head][:-1], word_numbers(source_tokens), word_numbers(target_tokens[1:-1]))
for name, shares in by_head.items():
    hits = sum((int(i), j) in gold[n].sure for j, i in enumerate(shares.argmax(axis=1)))
    print(f"{name:16} {hits} of {len(shares)} words on a sure link")

# %% tags=["nbval-ignore-output"]
interactive.alignment(by_head, words(gold[n].target), words(gold[n].source), gold[n].sure, gold[n].possible)

# %% [markdown]
# ## What goes wrong if …
#
# … you read each token's own row, as the first picture invites you to? Guess the error rate for the
# mean of all heads. Will it still beat the diagonal?

# %%
def unshifted_links(reading):
    weights, source_tokens, target_tokens = reading
    aligned = weights.mean(dim=(0, 1))[1:, :-1].argmax(dim=-1)       # the row in which the token is read
    return word_links(aligned, word_numbers(source_tokens), word_numbers(target_tokens[1:-1]))

unshifted = error_rate([unshifted_links(reading) for reading in readings])

def unshifted_rate(layer):
    """The same for one layer alone."""
    return error_rate([unshifted_links((reading[0][[layer]], *reading[1:])) for reading in readings])

# %% tags=["nbval-ignore-output"]
print(f"the row that predicts the token {of_all:.2f}")
print(f"the row that reads the token    {unshifted:.2f}")
print(f"diagonal                        {on_diagonal:.2f}")
for layer in LAYERS:
    print(f"layer {layer} alone: {of_layers[layer]:.2f} in the row that predicts, "
          f"{unshifted_rate(layer):.2f} in the row that reads")

# %% [markdown]
# One row too low, and the same weights have another rate. Is it worse than that of the diagonal, which does not look at
# the words at all? Nothing crashes, and the picture looks as neat as before. Many attention pictures do not
# say which of the two they show.
#
# But do not make a law of it. In larger models there are layers in which a token's *own* row aligns better: Chen et al.
# (2020, below) read links from there, call it Shift-Att, and do well. So measure both rows before you trust either.

# %% [markdown]
# ## An aligner that only counts
#
# Is the rate of our attention good? Compare it with something that was made for the job. **IBM model 1**
# (Brown et al., 1993) has no vectors, no layers and no word order. It has one table, t(target word |
# source word), and finds it by counting. The idea fits on a page. Take two pairs:
#
# - *black cat* → *gato negro*
# - *cat sleeps* → *gato duerme*
#
# At first every entry of the table is 1/3. Now look at the first pair. "gato" comes from "black" or
# from "cat", we cannot tell: each gets **half a count**. The same for "negro". In the second pair
# "gato" and "duerme" are shared between "cat" and "sleeps". The counts then are
#
# | | gato | negro | duerme | sum |
# |---|---|---|---|---|
# | black | ½ | ½ | 0 | 1 |
# | cat | ½ + ½ | ½ | ½ | 2 |
# | sleeps | ½ | 0 | ½ | 1 |
#
# Divide each row by its sum, and there is a new table, in which "cat" prefers "gato". With it, count
# again: in the first pair "negro" is now shared in the ratio t(negro | black) : t(negro | cat) = ½ : ¼,
# so two thirds go to "black". Each round makes the table a little more certain. Sharing by the present table is the
# *expectation*, counting again the *maximisation*: this is the **EM algorithm**.
#
# ### Exercise 11.3 · one round of counting        ●●●  about 20 minutes · 3 points
# - **You have** `t` (n_source, n_target), a NumPy array, rows sum to 1; and `pairs`, a list of (source, target), each
#   a list of word ids: rows of t for the source, columns for the target. No sum will be 0, neither when you share
#   out a target word nor when you divide a row.
# - **Return** the new table, of the same shape.
# - **How**: each target word of each pair has 1 to give. It shares this among the source words *of its
#   own sentence*, in proportion to their t. A word that occurs twice counts twice. At the end every row
#   is divided by its sum.

# %%
def em_step(t, pairs):
    """One round of IBM model 1: t (n_source, n_target) and pairs of lists of ids -> the new t."""
    ### BEGIN SOLUTION
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("11.3", em_step)

# %%
em_step = carry_on("11.3", em_step)

tiny = [([0, 1], [0, 1]), ([1, 2], [0, 2])]          # black cat, gato negro; cat sleeps, gato duerme
t = np.full((3, 3), 1 / 3)
for round_ in range(1, 21):
    t = em_step(t, tiny)
    if round_ in (1, 2, 20):
        print(f"round {round_}")
        for word, row in zip(("black", "cat", "sleeps"), t, strict=True):
            print(f"  {word:7} gato {row[0]:.3f}   negro {row[1]:.3f}   duerme {row[2]:.3f}")

# %% [markdown]
# Round 1 is the table above. In round 2, "black" has 2/3 of "negro" and half of "gato": 4/7 against 3/7.
# After twenty rounds each word has its partner. Nobody said that "gato" is "cat"; it follows
# from "gato" being there whenever "cat" is.
#
# The same for all training pairs is a matter of seconds, with the loops replaced by arrays
# (the class `IBMModel1` in `course/alignment.py`). Each sentence also gets an *empty word*, for Spanish words that
# nothing in the English accounts for. Will it beat all heads of your model?

# %%
ibm = IBMModel1.train([(pair.source, pair.target) for pair in split.train], n_iterations=5)
ibm_links = [ibm.align(pair.source, pair.target) for pair in gold]
of_ibm = error_rate(ibm_links)
print(f"IBM model 1  {of_ibm:.2f}, {interval(drawn_rates(ibm_links))}")
print(" " * 11 + "gato  gata  negro negra duerme el")
for word in ("cat", "black", "sleeps"):                     # row 0 is that of the empty word
    row = ibm.probabilities([word], ["gato", "gata", "negro", "negra", "duerme", "el"])[1]
    print(f"  {word:7}", row)

# %% tags=["nbval-ignore-output"]
for name, rate in {"at random": at_random, "everything": everything, "diagonal": on_diagonal,
                   "attention, own row": unshifted, "attention, best head": min(rates.values()),
                   "attention, mean of all": of_all, "vectors before training": of_vectors,
                   "IBM model 1": of_ibm}.items():
    print(f"{name:23} {rate:.2f}  {'█' * round(40 * rate)}")
apart = drawn["mean of both layers"] - drawn_rates(ibm_links)
print(f"attention, mean of all, minus IBM model 1: {interval(apart)}")

# %% [markdown]
# Does counting win, and is 0 outside the interval of the difference? Before you think less of your model, consider
# what each of the two knows when it makes a link. IBM model 1 sees *both* words, and asks which belong together. The
# attention row that predicts "negro" has **not seen "negro"**: it looks at the English sentence and must find out what
# to say next. That is another task. The loss did not ask attention to align. And the model was given vectors that were
# counted as well, in another way.
#
# And the other way round: can the table translate? Write for each English word its likeliest Spanish word, and leave
# the order as it is. What BLEU will the table get on the first 500 sentences of the test part, and what
# will your model get?

# %% tags=["nbval-ignore-output"]
spanish, likeliest = list(ibm.target_ids), {}
for key in ibm.keys[np.argsort(ibm.table, kind="stable")]:           # the largest entry of each English word comes last
    likeliest[int(key) // len(spanish)] = spanish[int(key) % len(spanish)]

def word_by_word(sentence):
    return " ".join(likeliest.get(ibm.source_ids.get(word.lower()), word) for word in words(sentence))

some = split.test[:500]
in_words = [[" ".join(words(pair.target)) for pair in some]]
by_model = [" ".join(words(text)) for text in translate(model, [pair.source for pair in some], subwords)]
print("BLEU without case and punctuation")
for name, texts in (("word by word", [word_by_word(pair.source) for pair in some]), ("your model", by_model)):
    print(f"  {name:13} {sacrebleu.corpus_bleu(texts, in_words, lowercase=True).score:4.1f}")
for sentence in ("The black cat sleeps.", "The white house is big."):
    print(sentence, "->", word_by_word(sentence))

# %% [markdown]
# Many right words, and far from a translation: an adjective stands where English has it, and its ending takes no notice
# of the noun. Your model began with counts, too. The order of words and their endings it had to learn.

# %% [markdown]
# ## From looking to acting
#
# A picture shows where weight goes. It does not show whether it matters. To find that out, change
# something and see what happens.
#
# First we silence heads: `switch_off(model, name, heads)` puts zeros in place of what these heads have
# mixed, as long as the `with` block lasts. (Zero is one choice, and the model has never met it in training. At the end
# of this lesson you put something else there.)
#
# One cross-attention head at a time: how many points of BLEU does each cost, on 500 test sentences? And is a head
# that *aligns well* also one that the model *needs*? Decide what you expect.
#
# (A model with a part missing may also fail to find the end of its sentence. `translate` then cuts it after 60 tokens,
# and warns. Here that is expected, so the last line of the cell with the imports turns this one warning off.)

# %%
test_pairs = split.test[:500]
sources, references = [pair.source for pair in test_pairs], [pair.target for pair in test_pairs]

def bleu():
    return sacrebleu.corpus_bleu(translate(model, sources, subwords), [references]).score

whole, without = bleu(), {}
for layer, head in rates:
    with switch_off(model, CROSS[layer], [head]):
        without[layer, head] = bleu()

# %% [markdown]
# And how much does the loss gain, for the words that people have written? That can be measured token by token.

# %%
held_out = encode_pairs(test_pairs, subwords)

def losses():
    """For each test pair its loss per token, without smoothing."""
    labels = held_out.target[:, 1:]
    real = labels != subwords.pad_id
    with torch.no_grad():
        logits = model.unembed(model.states(held_out.source, held_out.target[:, :-1])[real])
    of_tokens = F.cross_entropy(logits, labels[real], reduction="none")
    sums = torch.zeros(len(labels)).index_add(0, real.nonzero()[:, 0], of_tokens)
    return sums / real.sum(1)

whole_losses, costs = losses(), {}
for layer, head in rates:
    with switch_off(model, CROSS[layer], [head]):
        costs[layer, head] = whole - without[layer, head], losses() - whole_losses

# %% tags=["nbval-ignore-output"]
print(f"the whole model: BLEU {whole:.1f}, loss {whole_losses.mean():.2f}")
print("without            BLEU lost   loss gained          AER")
for (layer, head), (lost, gained) in costs.items():
    error = gained.std() / len(gained) ** 0.5
    print(f"layer {layer}, head {head} {lost:10.1f}   {gained.mean():8.3f} ± {error:.3f}"
          f"{rates[layer, head]:11.2f}")

# %% tags=["nbval-ignore-output"]
show_points(
    [rates[key] for key in costs], [costs[key][0] for key in costs],
    [f"head {head}" for _, head in costs], "alignment error rate", "BLEU lost without it",
    "Does the model need the heads that align well?", groups=[f"layer {layer}" for layer, _ in costs],
)

# %% [markdown]
# (The ± is the *standard error* of the mean over the sentences: the standard deviation of the 500 numbers,
# divided by √500. In 95 of 100 choices of 500 sentences, the mean over all sentences of this kind lies within
# twice that distance of theirs. A difference in BLEU of one point may well be chance on 500 sentences;
# the loss, which is measured token by token, varies less.)
#
# If alignment were what heads are for, the points would fall on a line from top left to bottom right. Do they?
# Look at all of them first, then at the heads of one layer only. The next cell puts it into a number, the correlation
# of the error rate with the points of BLEU, and with the loss. For the loss it draws other gold pairs and other test
# sentences a thousand times, as above, and gives the interval. The last column says how often as many *random* points
# have a correlation at least as far from 0 as that with the loss. You look at three lines: how often will random points
# give at least one line that is rare, below 5 %?

# %% tags=["nbval-ignore-output"]
def correlation(x, y):
    """Along the first axis: -1 for points on a falling line, +1 on a rising one."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return (x * y).sum(axis=0) / np.sqrt((x ** 2).sum(axis=0) * (y ** 2).sum(axis=0))

rng = np.random.default_rng(0)
sentences = rng.integers(0, len(test_pairs), size=(1000, len(test_pairs)))
points = {key: (rates[key], lost, gained.mean().item(), drawn_rates(links_of_all([key[0]], [key[1]])),
                gained.numpy()[sentences].mean(axis=1)) for key, (lost, gained) in costs.items()}
groups = {"all heads": list(costs), **{f"layer {layer}": [key for key in costs if key[0] == layer] for layer in LAYERS}}
noise, rare = rng.normal(size=(2, len(costs), 5000)), []                # 5000 tables of random points
print("AER and      BLEU lost   loss gained, 95 % of drawings   random points")
for name, keys in groups.items():
    error, lost, gained, drawn_error, drawn_gain = map(np.array, zip(*map(points.get, keys), strict=True))
    low, high = np.percentile(correlation(drawn_error, drawn_gain), [2.5, 97.5])
    far = np.abs(correlation(*noise[:, [key in keys for key in costs]]))
    rare.append(far > np.percentile(far, 95))
    print(f"{name:10} {correlation(error, lost):+11.2f} {correlation(error, gained):+13.2f}, "
          f"{low:+.2f} to {high:+.2f} {np.mean(far >= abs(correlation(error, gained))):16.1%}")
print(f"tables of random points with at least one line below 5 %: {np.any(rare, axis=0).mean():.0%}")

# %% [markdown]
# A correlation of −1 means that the points lie on a falling line, +1 on a rising one, 0 that they follow neither. Be
# careful with the first line. If one layer aligns better *and* is missed more, that pulls the number down: two groups
# of points lie on a falling line, which can hide what the heads within them do. Within one layer this cannot happen.
# But four points say little if they are not close to a line. Do BLEU and loss agree on a layer? The loss is the
# steadier of the two. Look at the line of each layer. If its interval contains 0, or the last column is above 5 %,
# these heads do not tell whether those that align better are missed more. If neither, read the sign: above 0, the heads
# that align *better* are missed *less*. But look at the last line of the print-out, too: one rare line of three is a
# hint, no more. And whether a head is needed *because* it aligns, no correlation can show: for that you would have to
# change how it aligns, and nothing else.

# %% [markdown]
# What does a missing head mean for one sentence? (Look at the first line: is the sentence translated well while nothing
# is missing? If not, take another one.) Switch heads off, one or many, or choose a weight and change it. Does a
# head change the translation when it alone is missing, and which? How many can be missing before it breaks?

# %% tags=["nbval-ignore-output"]
print("with all heads:", *translate(model, ["I like the black cat."], subwords))
for layer in LAYERS:
    for head in HEADS:
        with switch_off(model, CROSS[layer], [head]):
            [written] = translate(model, ["I like the black cat."], subwords)
        print(f"without layer {layer}, head {head}: {written}")

# %% tags=["nbval-ignore-output"]
interactive.switches(model, subwords, "I like the black cat.", CROSS)

# %% [markdown]
# Read them. Has anything changed? If a sentence can do without any single head, do not conclude that the heads are
# copies of each other: the table above says what each of them costs over 500 sentences. What if a whole layer is
# missing? And if the layer stays, but looks at all words alike?

# %%
whole_layers = {}
for layer in LAYERS:
    with switch_off(model, CROSS[layer], HEADS):
        whole_layers[f"layer {layer} silent"] = bleu()
    with edit_attention(model, CROSS[layer], uniform):
        whole_layers[f"layer {layer} uniform"] = bleu()
with edit_attention(model, CROSS, uniform):
    whole_layers["both uniform"] = bleu()

# %% tags=["nbval-ignore-output"]
for name, score in {"as it is": whole, **whole_layers}.items():
    print(f"{name:16} BLEU {score:4.1f}  {'█' * round(score)}")

# %% [markdown]
# With both layers uniform, only the mean of the encoder's vectors gets through, that of `<eos>` included. (Each of them
# has read the whole sentence.) What is missing from the score then says how much *this* model, as it was trained,
# depends on its weights. Keep this in mind when we become sceptical. How well a model would translate that was
# *trained* with uniform weights is another question. (With one layer silent, the decoder knows of the English sentence
# only what the other one passes on.)

# %% [markdown]
# ## Exchanging words inside the model
#
# `edit_attention(model, names, edit)` hands the weights to a function of yours before the values are
# mixed. Let us exchange two columns: whatever weight "cat" would get goes to "dog", and the reverse.
# The encoder still reads the sentence as it stands.
#
# *The cat is black and the dog is white.* What will the model write?

# %%
def exchange(sentence, a, b):
    """An edit that exchanges the columns of two words, each as it stands in the sentence, with equally many tokens."""
    for word in (a, b):
        if word not in words(sentence):
            raise ValueError(f"{word} is not one of {words(sentence)}")
    tokens = subwords.tokens(subwords.encode(sentence) + [subwords.eos_id])
    places = [
        [n for n, number in enumerate(word_numbers(tokens)) if number == words(sentence).index(word)]
        for word in (a, b)
    ]
    if len(places[0]) != len(places[1]):
        raise ValueError(f"{a} has {len(places[0])} tokens, {b} has {len(places[1])}: take words with equally many")
    order = list(range(len(tokens)))
    for i, j in zip(*places, strict=True):
        order[i], order[j] = j, i
    return lambda weights: weights[..., order]

# %% tags=["nbval-ignore-output"]
for sentence, a, b in (
    ("The cat is black and the dog is white.", "cat", "dog"),
    ("My brother is older than my sister.", "brother", "sister"),
    ("The house is white and the car is red.", "house", "car"),
    ("Tom is in Boston.", "Tom", "Boston"),
):
    try:
        edit = exchange(sentence, a, b)
    except ValueError as error:
        print(f"{sentence}   {error}")
        continue
    [before] = translate(model, [sentence], subwords)
    with edit_attention(model, CROSS, edit):
        [after] = translate(model, [sentence], subwords)
    print(f"{sentence}   {a} ↔ {b}\n    before {before}\n    after  {after}")
some_words = "house car door tree book water girl boy father mother big new old good red white black small tall".split()
print("one token each:", *(word for word in some_words if len(subwords.encode(word)) == 1))

# %% [markdown]
# In how many of the four did the words change places? Where they did not, see what was written instead: a word left
# out, or said twice, or another slip. Look at what the model writes *before* as well: where that is wrong already, an
# exchange shows little. Try sentences of your own. Both words must have equally many tokens: the last line names some
# that have one.
#
# This is much stronger evidence than a picture. We did not find a dark cell and tell a story about
# it; we predicted what would happen if it moved, and such a prediction can fail.
#
# How often does it? And does each layer take its words from where it looks? Make it a count: pairs of nouns in three
# sentence patterns. An exchange *succeeds* if the model writes exactly what it writes for the
# sentence with the nouns exchanged. We do it in both layers, then in each alone. Look up above
# how well each of the two aligns. What do you expect?

# %%
NOUNS = ["cat", "dog", "book", "father", "brother", "man", "doctor", "car"]
NOUNS = [noun for noun in NOUNS if len(subwords.encode(noun)) == 1]    # all at the same places
PATTERNS = ["The {} is bigger than the {}.", "The {} is near the {}.", "My {} knows your {}."]
VARIANTS = {"both layers": CROSS, **{f"layer {layer} only": [CROSS[layer]] for layer in LAYERS}}

def darkest_at_noun(reading, nouns):
    """For both layers and for each: is the row that predicts the Spanish noun darkest at the English one?"""
    weights, source_tokens, target_tokens = reading
    for noun in nouns:
        predicted = subwords.tokens(subwords.encode(word_by_word(noun)))[0]
        if predicted in target_tokens:
            rows = weights[:, :, target_tokens.index(predicted) - 1].mean(1)             # (n_layers, T_k)
            yield [source_tokens[row.argmax()] == f"▁{noun}" for row in (rows.mean(0), *rows)]

succeeded, untouched, n_tried, darkest = dict.fromkeys(VARIANTS, 0), dict.fromkeys(VARIANTS, 0), 0, []
for pattern in PATTERNS:
    pairs = list(itertools.permutations(NOUNS, 2))
    before = translate(model, [pattern.format(a, b) for a, b in pairs], subwords)
    wanted = [before[pairs.index((b, a))] for a, b in pairs]
    n_tried += sum(x != y for x, y in zip(before, wanted, strict=True))
    read = read_pairs([Pair(pattern.format(*nouns), text) for nouns, text in zip(pairs, before, strict=True)])
    darkest += [found for reading, nouns in zip(read, pairs, strict=True) for found in darkest_at_noun(reading, nouns)]
    for name, layers in VARIANTS.items():
        with edit_attention(model, layers, exchange(pattern.format("cat", "dog"), "cat", "dog")):
            after = translate(model, [pattern.format(a, b) for a, b in pairs], subwords)
        for x, y, z in zip(before, wanted, after, strict=True):
            succeeded[name] += x != y == z
            untouched[name] += x == z != y

# %% tags=["nbval-ignore-output"]
print(f"{n_tried} sentences       exchanged   unchanged   AER of the mean   noun's row darkest at the noun")
for name, rate, share in zip(VARIANTS, [of_all, *of_layers], np.mean(darkest, axis=0), strict=True):
    print(f"{name:16} {succeeded[name] / n_tried:11.0%} {untouched[name] / n_tried:11.0%} {rate:13.2f} {share:21.0%}")
print(f"last column: {len(darkest)} of {2 * len(PATTERNS) * len(pairs)} nouns, as the table of IBM model 1 writes them")

# %% [markdown]
# Without an exchange, none would have come out as predicted. How many did, with both layers at once, and with each
# alone? (Exchanged and unchanged need not add up to 100 %: in the rest, something else was written.) Would the error
# rates have told you in which layer the exchange works? (The interval of their difference stands above.) Now look at
# the last column: how often is the row that writes a noun, mean of the heads of a layer, darkest at that noun? (Only
# nouns count that the model translates as the table of IBM model 1 does: the row is found by that word.) From such a
# picture you would read that the noun comes from there. **If a layer's rows are nearly always darkest at the noun, and
# the exchange of its columns hardly ever gives the sentence with the nouns exchanged, then the picture alone would have
# misled you.** That such a layer passes on nothing does not follow: you have seen what it costs to silence it. (With
# other settings or another seed the layers may divide the work differently. What your table says is what your model
# does.)

# %% [markdown]
# ## What a weight does not show
#
# How can a weight be large and without effect? Here is the simplest way.
#
# ### Exercise 11.4 · equal values        ●○○  about 3 minutes · 1 point
# In some head, two source words have the same value vector. You take all the weight of the first and
# add it to the weight of the second. What becomes of the head's output?
#
# Set `prediction` to `"unchanged"`, `"doubled"`, `"exchanged"` or `"depends on the query"`.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = "unchanged"
### END SOLUTION

# %%
check("11.4", prediction)

# %%
values = np.array([[4.0, 0.0, 3.0], [1.0, 2.0, 0.0], [1.0, 2.0, 0.0]])
for row in ([0.2, 0.5, 0.3], [0.2, 0.0, 0.8]):
    print(row, "->", np.array(row) @ values)

# %% [markdown]
# Two pictures that differ widely in their last two columns, one output. Real values are not
# *equal*, but there are more ways: values can be small, the output projection can throw away what
# distinguishes them, another head or the next layer can cancel or repeat it, and after the encoder the
# vector at the place of "cat" does not stand for "cat" alone, since every word has looked at every
# other by then.
#
# How much does it happen in our model? A first test, after Jain and Wallace (2019): **shuffle** the
# weights of each row over the source tokens, and count how often the most likely next token
# stays what it was. First in one head, then in all heads of a layer, then everywhere; and, to compare, with the same
# heads silenced. Guess the first number.

# %%
encoded = encode_pairs(gold, subwords)
labels = encoded.target[:, 1:]
real = labels != subwords.pad_id
inside = (encoded.source != subwords.pad_id)[:, None, None, :]           # padding stays where it is

def favourites():
    with torch.no_grad():
        return model(encoded.source, encoded.target[:, :-1]).argmax(-1)[real]

def shuffle(heads, generator):
    def edit(weights):
        keys = torch.rand(weights.shape, generator=generator).masked_fill(~inside, 2.0)
        new = weights.clone()
        new[:, heads] = weights.gather(-1, keys.argsort(dim=-1, stable=True))[:, heads]
        return new
    return edit

normal = favourites()
generator = torch.Generator().manual_seed(0)
def same():
    """Which next tokens are what they were."""
    return favourites() == normal

shuffled, silenced = {}, {}
for name, layers, heads in (
    *((f"layer {layer}, head {head}", [CROSS[layer]], [head]) for layer, head in rates),
    *((f"layer {layer}, all heads", [CROSS[layer]], list(HEADS)) for layer in LAYERS),
    ("both layers, all heads", CROSS, list(HEADS)),
):
    with edit_attention(model, layers, shuffle(heads, generator)):
        shuffled[name] = same()
    with contextlib.ExitStack() as stack:
        for layer in layers:
            stack.enter_context(switch_off(model, layer, heads))
        silenced[name] = same()

# %% tags=["nbval-ignore-output"]
print(f"of {len(normal):,} next tokens stay the same, if these are   shuffled   silenced")
for name, stays in shuffled.items():
    print(f"{name:49} {stays.float().mean():10.0%} {silenced[name].float().mean():10.0%}")
first, *_, last = shuffled
for name, layers, heads in ((first, CROSS[:1], [0]), (last, CROSS, list(HEADS))):
    always = shuffled[name]
    for _ in range(4):
        with edit_attention(model, layers, shuffle(heads, generator)):
            always = always & same()
    print(f"{name}: in all of five shuffles {always.float().mean():.0%} stay")

# %% [markdown]
# Shuffle the weights of one head: how many tokens stay what they were? If somebody shows you the picture of that head
# as *the reason* for one of these tokens: a shuffled picture has done as well. Do more tokens stay than when the
# head is silent? A shuffled head is not a missing one: it still mixes values of this sentence.
#
# But read the table to its end before you conclude that weights mean nothing. How many tokens stay if all weights are
# shuffled? So compare the share of one head with that of all heads, and not with 0 %. And some tokens only had luck,
# with one head as with all: the last two lines shuffle five times. With more shuffles fewer still would stay. So the
# share that stays in all five shuffles is an upper limit for the share of tokens that *no* shuffle changes. It is none
# for the tokens that can do without the head: compare the column *silenced*. Some tokens stay when the head says
# nothing, and change when it looks at the wrong words.
#
# A second test: **take a column away**. For each token to be predicted and each source token, set the column of the
# source token to 0 in all heads of both layers, let the rest of each row grow to sum to 1, and see how far the
# log-probability of the right token falls. That is an effect. (It is the effect of the column. The word is not gone
# with it: in the encoder, the other tokens have read it.) The edit is yours to write.
#
# ### Exercise 11.5 · take words away        ●●○  about 10 minutes · 2 points
# - **You have** `weights` (B, n_heads, T_q, T_k), attention weights, each row sums to 1; and `lost` (B, T_k), boolean:
#   True says that this token is taken away from this sentence.
# - **Return** new weights of the same shape and dtype. In the columns of lost tokens they are 0. What is left of a row
#   keeps its proportions, and sums to 1 again, even if hardly anything is left, say 1e-10 in all. A row of which
#   nothing is left is 0. Leave `weights` itself as it is.
# - **Use** `masked_fill`, and `sum` with `keepdim=True`. Which axes of length 1 does `lost` need?

# %%
def take_away(weights, lost):
    """Weights (B, n_heads, T_q, T_k) without the tokens that are lost (B, T_k): what is left grows to sum to 1."""
    ### BEGIN SOLUTION
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    total = left.sum(dim=-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)         # a row of which nothing is left stays 0
    ### END SOLUTION


# %%
check("11.5", take_away)

# %% [markdown]
# Now one column at a time, for each of the gold pairs. Does the largest *weight* lie where the largest *effect* is? And
# does it do so more often than the diagonal, which looks at nothing?

# %%
take_away = carry_on("11.5", take_away)

def effects(pair):
    """Mean weights, and the fall of log p of each right token without each column, (T_q, T_k) each."""
    batch = encode_pairs([pair], subwords)
    n, right = batch.source.shape[1], batch.target[0, 1:]
    lost = torch.eye(n, dtype=torch.bool)                            # copy k of the sentence loses column k

    def log_p(copies):
        logits = model(batch.source.expand(copies, -1), batch.target[:, :-1].expand(copies, -1))
        return logits.log_softmax(-1)[:, torch.arange(len(right)), right]      # (copies, T_q)

    with torch.no_grad(), record_attention(model) as weights:
        full = log_p(1)
    mean = torch.stack([weights[name][0] for name in CROSS]).mean(dim=(0, 1))
    with torch.no_grad(), edit_attention(model, CROSS, lambda weights: take_away(weights, lost)):
        return mean, (full - log_p(n)).T

def kinds_of(word_before, next_word, on_a_word):
    """What kinds of row this is: by the words of two tokens (-1: none), and by where its largest weight lies."""
    following = ("▁, punctuation or <eos>" if next_word < 0 else
                 "it goes on with a word" if next_word == word_before else "it begins a word")
    return "all rows", f"next token: {following}", "most weight: a word" if on_a_word else "most weight: no word"

measured = {}               # kind: (largest effect there too, harmless, largest effect on the diagonal) of each row
for pair, (_, english_tokens, spanish_tokens) in zip(gold, readings, strict=True):
    average, fall = effects(pair)
    most, is_word = average.argmax(-1), torch.tensor(word_numbers(english_tokens)) >= 0
    falls = fall.gather(1, most[:, None])[:, 0]
    for row, pair_of_words in enumerate(itertools.pairwise(word_numbers(spanish_tokens))):
        largest, diagonal_at = int(fall[row].argmax()), int((row + 0.5) * fall.shape[1] / len(fall))
        found = int(most[row]) == largest, bool(falls[row] < 0.1), diagonal_at == largest
        for kind in kinds_of(*pair_of_words, bool(is_word[most[row]])):
            measured.setdefault(kind, []).append(found)

# %% tags=["nbval-ignore-output"]
print(f"{'':38} rows   largest effect there too   on the diagonal   no harm without it")
for kind, rows in sorted(measured.items()):
    agree, harmless, on_it = np.mean(rows, axis=0)
    print(f"{kind:38} {len(rows):4} {agree:22.0%} {on_it:19.0%} {harmless:20.0%}")

# %% [markdown]
# (No harm: the log-probability of the right token falls by less than 0.1, or rises. A ▁ alone is a token, too: it
# stands before ¿, for instance, and belongs to no word.)
#
# Compare the first line with 100 %. But do not stop there: the kinds of rows differ. Is the largest effect on the
# diagonal as often as at the largest weight? Then these numbers do not show that the weight says more than that both
# sentences run from left to right. In which kind of rows is the weight better than the diagonal by most, and is there
# one in which it is not? One number for all rows would have hidden this. Then read the last column: in how many rows is
# little or nothing lost without that weight, less than 0.1? There the model can do without the column at which the
# picture is darkest. (It does not follow that it needs no word there: it may need another one, or find this one in
# other columns.)

# %% [markdown]
# ## Words of another sentence
#
# Back to the silent heads. `switch_off` puts zeros in the place of what a head has mixed. This is called **zero
# ablation**. In training the model has never met such zeros. So when it gets worse, is it because it misses what the
# head had to say, or because zeros are strange? Two other things can stand in the place:
#
# - the *mean* of what the head says, over many sentences: **mean ablation**. No other fixed vector has a smaller mean
#   squared distance from what the head says, and it says nothing about *this* sentence;
# - what the head said when the model read *another* sentence: **activation patching**. If the model then writes the
#   other sentence's word, this head has brought it.
#
# All three are one edit. Only what is put in differs.
#
# ### Exercise 11.6 · patch a head        ●●○  about 10 minutes · 2 points
# - **You have** `mixed` (B, T, d_model), what the heads of one attention have mixed, side by side as `w_o` reads it:
#   the first d_head = d_model / n_heads numbers of each position belong to head 0, the next to head 1, and so on;
#   `other`, of the same shape, except that B or T may be 1: then all sentences, or all positions, get the same;
#   `head`, the number of a head, counted from 0; and `n_heads`.
# - **Return** a new tensor of the shape and dtype of `mixed`. The numbers of this head are those of `other`, all the
#   rest are those of `mixed`. Leave `mixed` itself as it is.
# - **Use** `clone`, and a slice of the last axis.

# %%
def patch(mixed, other, head, n_heads):
    """What the heads have mixed (B, T, d_model), with one head's numbers from `other` (B or 1, T or 1, d_model)."""
    ### BEGIN SOLUTION
    d_head = mixed.shape[-1] // n_heads
    part = slice(head * d_head, (head + 1) * d_head)
    new = mixed.clone()
    new[..., part] = other[..., part]
    return new
    ### END SOLUTION


# %%
check("11.6", patch)

# %% [markdown]
# First mean ablation, for all heads, beside the zeros from above: by how much does the loss rise on the 500 test
# sentences? Will a head look less important if its mean is put in? Decide before you run the cell. (`at_w_o` hands what
# reaches `w_o` to a function. The first time this function only keeps it, then it patches. The mean is taken over all
# rows of all sentences that have a token to predict.)

# %%
patch = carry_on("11.6", patch)

@contextlib.contextmanager
def at_w_o(names, edit):
    """Put `edit(name, mixed)` in the place of what the heads of these attentions have mixed."""
    handles = [model.get_submodule(name).w_o.register_forward_pre_hook(lambda w_o, args, name=name: edit(name, args[0]))
               for name in names]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

def mixtures(source, target):
    """What the heads of each cross-attention mix, by its name, and the logits."""
    seen = {}
    with torch.no_grad(), at_w_o(CROSS, seen.setdefault):
        logits = model(source, target)
    return seen, logits

def patches(heads, other):
    """An edit that patches these heads."""
    def edit(name, mixed):
        for head in heads:
            mixed = patch(mixed, other[name], head, len(HEADS))
        return mixed
    return edit

decoder_input = held_out.target[:, :-1]
mixed, _ = mixtures(held_out.source, decoder_input)
reads = held_out.target[:, 1:] != subwords.pad_id                       # rows that have something to predict
means = {name: rows[reads].mean(dim=0)[None, None] for name, rows in mixed.items()}
by_mean = {}
for layer, head in costs:
    with at_w_o([CROSS[layer]], patches([head], means)):
        by_mean[layer, head] = losses() - whole_losses

# %% tags=["nbval-ignore-output"]
print("loss gained        zeros             mean              zeros − mean")
for (layer, head), gained in by_mean.items():
    values = (costs[layer, head][1], gained, costs[layer, head][1] - gained)
    print(f"layer {layer}, head {head}  " + "   ".join(
        f"{value.mean():7.4f} ± {value.std() / len(value) ** 0.5:.4f}" for value in values))

def size(vectors):
    """The mean length of each head's part, (n_heads,)."""
    return vectors.reshape(-1, len(HEADS), vectors.shape[-1] // len(HEADS)).norm(dim=-1).mean(dim=0)

of_means = torch.stack([size(means[name]) / size(rows[reads]) for name, rows in mixed.items()])
print(f"a head's mean is {of_means.min():.2f} to {of_means.max():.2f} times as long as what the head usually mixes")

# %% [markdown]
# Read the last column with its sign. Above 0, zeros hurt more: they take away what the head says of *every* sentence
# as well, or they are strange. Below 0, the mean hurts *more* than zeros: the head looks more important with its mean
# put in, not less. (A difference of less than twice its ± may be chance.) Then compare the differences with the
# losses. Where a difference is small beside the loss, it matters little which of the two is put in: both say nothing
# of *this* sentence. It does not follow that neither is strange to the model: the mean of a head can be short beside
# what it usually mixes (last line), and then zeros are not far from it. In a model whose heads have a large mean, the
# two can differ much. So say which one you have used.
#
# Now patching. Two sentences, *Where is the cat?* and *Where is the dog?*, and one beginning of the translation,
# *¿Dónde está el …*. The model goes on with *gato* for *cat*, and with *perro* for *dog*: that word has the largest
# logit. The *lead* of *perro* is its logit minus that of *gato*: below 0 for *cat*, above 0 for *dog*. While the model
# reads "cat", we give it, head by head, what that head said of "dog". How far does the lead go over to *perro*? 0: it
# stays as it was, 1: it is as if the whole sentence were about the dog. The same for all pairs of nouns whose next
# tokens differ, and for three sentences. Which heads will bring the noun? Will one head alone be enough to change the
# word that is written?

# %%
BEGINNINGS = {"Where is the {}?": "¿Dónde está el", "I like the {}.": "Me gusta el", "I have a {}.": "Tengo un"}
PLACES = {**{f"layer {layer}, head {head}": ([layer], [head]) for layer, head in costs},
          **{f"layer {layer}, all heads": ([layer], HEADS) for layer in LAYERS},
          "both layers, all heads": (LAYERS, HEADS)}

def lead(logits, a, b):
    """By how much the logit of token b is above that of token a, after the beginning."""
    rows = torch.arange(len(a))
    return logits[rows, -1, b] - logits[rows, -1, a]

went_over, turned = {name: [] for name in PLACES}, {name: [] for name in PLACES}
for english, spanish in BEGINNINGS.items():
    source = torch.tensor([subwords.encode(english.format(noun)) + [subwords.eos_id] for noun in NOUNS])
    target = torch.tensor([[subwords.bos_id, *subwords.encode(spanish)]] * len(NOUNS))
    of_nouns, logits = mixtures(source, target)
    best = logits[:, -1].argmax(-1)                                     # the next token, for each noun
    a, b = torch.tensor([(a, b) for a, b in itertools.permutations(range(len(NOUNS)), 2) if best[a] != best[b]]).T
    at_first, at_most = (lead(logits[nouns], best[a], best[b]) for nouns in (a, b))
    of_b = {name: rows[b] for name, rows in of_nouns.items()}
    for name, (layers, heads) in PLACES.items():
        with torch.no_grad(), at_w_o([CROSS[layer] for layer in layers], patches(heads, of_b)):
            patched = model(source[a], target[a])
        went_over[name] += ((lead(patched, best[a], best[b]) - at_first) / (at_most - at_first)).tolist()
        turned[name] += (patched[:, -1].argmax(-1) == best[b]).tolist()

# %% tags=["nbval-ignore-output"]
print(f"{len(list(turned.values())[-1])} pairs                lead gone over   next word is the other's")
for name in PLACES:
    print(f"{name:24}{np.mean(went_over[name]):12.2f}{np.mean(turned[name]):22.0%}")
for layer in LAYERS:
    added = sum(np.mean(went_over[f"layer {layer}, head {head}"]) for head in HEADS)
    print(f"layer {layer}, what its heads bring one by one, added up: {added:.2f}")

# %% [markdown]
# The line of both layers had to come out like this: the source reaches the decoder through cross-attention only, so
# that all of it together is the other sentence. It shows that nothing was left out, and not that the heads were cut
# rightly: the check has tested that. The lines before it are the finding. Which layer brings more of the noun, and does
# that fit the exchange of columns above? Within that layer, does one head bring nearly all, and the others little? Then
# it pushes the noun nearly alone. Or do the parts, added up, come near to what the heads bring at once? Then **several
# heads push the noun, each with a part of the lead**. Do they add up to much less, or to much more? Then what one head
# brings depends on what the others say. A part need not be enough to change the word: compare the two columns. (All
# this says what a head *pushes*, and not what it contains: the whole noun may be readable from each of them.)
#
# (A zero or a mean asks whether a head is *needed*, patching asks what it *brings*. The two need not agree: a layer
# that brings little of the noun may still cost BLEU when it is silent. Does yours?)

# %% [markdown]
# ## So what does attention explain?
#
# Two papers with nearly the same title have argued about it. Jain and Wallace, *Attention is not
# Explanation* (2019), report two things:
#
# > "learned attention weights are frequently uncorrelated with gradient-based measures of feature importance,
# > and one can identify very different attention distributions that nonetheless yield equivalent predictions."
#
# What you did with shuffled weights comes near to the second. (They compared the probabilities of all outputs, you
# only asked which token is the likeliest.) The first you have not tested: you computed no gradients. You took columns
# away, and counted how often the largest weight was the largest effect.
#
# Wiegreffe and Pinter, *Attention is not not Explanation* (2019), answered that it depends on what one calls
# an explanation, and on the experiment: to change weights in a model that was trained with others shows
# little, and all parts of the model have to be taken into account. They conclude that
#
# > "prior work does not disprove the usefulness of attention mechanisms for explainability."
#
# Put together what you have measured yourself.
#
# | what you did | what its numbers tell you |
# |---|---|
# | compared with links made by hand | how much more often than the diagonal averaged weights point to the right word |
# | linked words by vectors that were only counted | how much of that the model was told before training |
# | read one row too low | that the same weights then say something else, and the picture does not warn you |
# | made all weights alike | how far this model, as it was trained, can do without them |
# | exchanged columns in both layers | in how many sentences the words changed places, as predicted |
# | exchanged columns layer by layer | whether a noun comes from where a layer looks; not every layer need pass it on |
# | silenced or shuffled one head | how many tokens come out without it, or with other weights (some by luck) |
# | took columns away | how much more often than the diagonal the largest weight is the largest effect, in which rows |
# | gave a head what it said of another sentence | how far each head, and each layer, moves the noun by itself |
#
# A weight says how much of a value is mixed in. It does not say what the value contains, nor what
# becomes of it later. **A picture of attention is a hypothesis. An intervention tests it.**

# %% [markdown]
# ## Recap
#
# - Links made by hand, sure and possible; the error rate asks for the sure ones and allows the possible ones.
# - The row at position t predicts token t + 1 (`<bos>` is 0): for the links of a token take the row before its own.
# - Compare a rate with others: a random word, the diagonal, what the model was given to begin with, and an aligner
#   made for the job. IBM model 1 counts, in shares, which word occurs with which.
# - `switch_off` and `edit_attention` change a model while it works. What they show is cause and effect.
# - Zeros, a mean, or what was said of another sentence can stand in a head's place: zero ablation, mean ablation,
#   activation patching. The first two ask what is needed, the third what is brought.
# - Attention is one of the causes of an output. It is not a summary of them.
#
# ## Common mistakes
#
# - **The wrong row.** The picture is one word off, and plausible.
# - **No baseline.** A rate says nothing until you know what the diagonal gets.
# - **A sample taken for the whole.** How the judged pairs were chosen decides for what a rate speaks.
# - **One head, one sentence, one story.** Among eight heads and a hundred sentences there is always one
#   that shows what you want.
# - **`<eos>` and punctuation taken for words.** The links made by hand are between words only.
# - **Tokens aligned, words judged.** A word may be several tokens: turn links of tokens into links of words first.
# - **"Shuffled weights changed nothing, so attention is useless"**, from one head out of eight.
#
# ## Further reading
#
# - Och and Ney, *A Systematic Comparison of Various Statistical Alignment Models* (2003), for the error rate.
# - Brown et al., *The Mathematics of Statistical Machine Translation* (1993), for model 1 to 5.
# - Jain and Wallace, [*Attention is not Explanation*](https://arxiv.org/abs/1902.10186), and Wiegreffe and
#   Pinter, [*Attention is not not Explanation*](https://arxiv.org/abs/1908.04626). Read them in this order.
# - Voita et al., [*Analyzing Multi-Head Self-Attention: Specialized Heads Do the Heavy Lifting, the Rest Can Be
#   Pruned*](https://arxiv.org/abs/1905.09418), and Michel et al., [*Are Sixteen Heads Really Better than
#   One?*](https://arxiv.org/abs/1905.10650): what happens when heads are taken out.
# - Chen et al., [*Accurate Word Alignment Induction from Neural Machine
#   Translation*](https://arxiv.org/abs/2004.14837) (2020): which row to read, and in which layer.
# - *Attention Is All You Need*, appendix: pictures of heads. Reread its captions with what you know now.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks.
#
# **A · Both directions.** Train `IBMModel1` from Spanish to English as well, and keep only the links that both
# directions make. What happens to the error rate, and is 0 outside the interval of the difference? (Many aligners begin
# with these links, and then add some that only one direction makes.)
#
# **B · Where does the rest go?** For each head, what share of its weight lies on `<eos>` and punctuation, on
# average? Does a head with much of it cost less when it is silenced?
#
# **C · All attention.** Silence each head of the model, those of self-attention too, in encoder and decoder. Which one
# is missed most, and what do the translations look like without it?

# %% [markdown]
# <details><summary>A: a solution</summary>
#
# ```python
# back = IBMModel1.train([(pair.target, pair.source) for pair in split.train])
# both = [ibm.align(pair.source, pair.target) & {(i, j) for j, i in back.align(pair.target, pair.source)}
#         for pair in gold]
# print(f"{error_rate(both):.3f}, one direction {of_ibm:.3f}")
# print("difference:", interval(drawn_rates(both) - drawn_rates(ibm_links)))
# ```
#
# From English to Spanish each Spanish word gets at most one link, and an English word any number. From Spanish to
# English it is the reverse. A link that both make is rarely wrong, but some right ones are lost. How the rate comes out
# depends on how many links have to be one-to-many. If the interval contains 0, these pairs show no change.
#
# </details>
#
# <details><summary>B: a solution</summary>
#
# ```python
# for layer, head in rates:
#     shares = []
#     for weights, source_tokens, _ in readings:
#         no_word = torch.tensor(word_numbers(source_tokens)) < 0
#         shares += weights[layer, head][:, no_word].sum(-1).tolist()
#     print(f"layer {layer}, head {head}: {np.mean(shares):.0%}, BLEU lost {costs[layer, head][0]:.1f}")
# ```
#
# </details>
#
# <details><summary>C: a solution</summary>
#
# ```python
# import re
#
# def twice(texts):
#     return [text for text in texts if re.search(r"\b(\w+) \1\b", text.lower())]
#
# print(f"the whole model: a word twice in {len(twice(translate(model, sources, subwords)))} sentences")
# for name in attention_names(model):
#     for head in range(model.get_submodule(name).n_heads):
#         with switch_off(model, name, [head]):
#             texts = translate(model, sources, subwords)
#         lost = whole - sacrebleu.corpus_bleu(texts, [references]).score
#         found = twice(texts)
#         print(f"{name}, head {head}: BLEU lost {lost:.1f}, a word twice in {len(found)} sentences:", *found[:2])
# ```
#
# Which kind of attention does the head belong to that is missed most? And without which heads does the decoder write a
# word twice in a row? Compare with the count for the whole model. Such a head need not be the one that costs most BLEU.
# No picture of cross-attention shows what the heads of self-attention do.
#
# </details>
