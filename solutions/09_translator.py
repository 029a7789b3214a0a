# %% [markdown]
# # Lesson 09 · The translator
#
# You have all the parts now: attention, heads, positions, layers, a loss. In this lesson they meet
# real sentences. You train a Transformer, made of the parts that you have written, on 115,000 pairs of English
# and Spanish sentences, on your own computer. Then you let it translate, and find out how good it is.
#
# **After this lesson** you can
#
# - split a corpus of sentence pairs so that the test is honest, and show what goes wrong
#   otherwise;
# - explain byte-pair encoding, having written it, and use a library for the real thing;
# - say about what the loss of a new model must be before you train it;
# - tell by counting which tokens belong together, and make vectors of it to begin with;
# - write greedy decoding for a batch of sentences;
# - compute what BLEU is made of, report a score that others can compare with theirs, and say what
#   it does not tell, and what a human would get.
#
# **You need** lesson 04 (`MultiHeadAttention`), the loss of lesson 08, and a rough idea of encoder, decoder and
# cross-attention: an encoder reads the English sentence, a decoder writes the Spanish one word by
# word and looks back at the English with attention at every step.
#
# **Time** about two hours, one of them for the five exercises, and the training: about five minutes for the course's
# own model, on two processor cores with nothing else to do. A model made of your parts takes longer, and the page
# measures how much before the training begins. A slow or busy computer takes longer, too, and ends with nearly the
# same model.

# %%
import math
import random
import re
import time
import warnings
from collections import Counter
from itertools import cycle, pairwise

import numpy as np
import sacrebleu
import torch
from sacrebleu.significance import PairedTest

from classroom import carry_on, check, hint, solution
from course.counting import begin_with, count_vectors, pair_counts, positive_pmi
from course.data import load_pairs, normalise, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.muon import orthogonalise
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded, Subwords, encode_pairs, token_batches
from course.training import best_device, train, training_loss
from course.transformer import Transformer
from course.views import interactive
from course.views.figures import show_curves, show_heads, show_weights

# %% [markdown]
# ## Real sentences
#
# The pairs come from [Tatoeba](https://tatoeba.org), a collection of sentences translated by
# volunteers. If they are not on your computer yet, the next cell fetches them (85 MB, once).
#
# To be able to train in minutes we keep the short ones: at most 8 English and 10 Spanish words.

# %%
pairs = load_pairs()
short = short_pairs(pairs, max_source_words=8, max_target_words=10)
print(f"{len(pairs):,} pairs, {len(short):,} of them short")
for pair in short[50_000:50_005]:
    print(f"{pair.source:35} {pair.target}")
print(short[50_000].attribution)

# %% [markdown]
# The last line is about the first of these pairs. For every pair the file names the people who wrote it, as the
# licence, CC BY 2.0 FR, asks.
#
# Look at the sentences above: is there one "right" translation of an English sentence? Let
# us count how many the corpus has.

# %%
by_source = {}
for pair in short:
    by_source.setdefault(normalise(pair.source), []).append(pair)

print(f"{len(short):,} pairs, but {len(by_source):,} different English sentences")
most = max(by_source, key=lambda key: len(by_source[key]))
print(f"{len(by_source[most])} translations of {by_source[most][0].source!r}:")
print("  " + ", ".join(sorted({pair.target for pair in by_source[most]})[:8]), "…")

# %% [markdown]
# Here `normalise` drops case and punctuation, so that "Go!" and "Go." are one sentence.
#
# ## Keeping the test honest
#
# Some of the sentences must not be used in training: we test on them. The obvious way is to
# shuffle the pairs and put a thousand aside. With what we have just seen: what is wrong with
# that? How many of the thousand will also be in the rest? Guess, in per cent, before you run the cell.

# %%
shuffled = short.copy()
random.Random(0).shuffle(shuffled)
test, rest = shuffled[:1000], shuffled[1000:]
seen = {normalise(pair.source) for pair in rest}
leaked = sum(normalise(pair.source) in seen for pair in test)
print(f"{leaked / len(test):.0%} of the test sentences are in the training part as well")

# %% [markdown]
# For these the model could simply remember a translation. A score measured that way looks better
# than the model is, and this mistake is common.
#
# So we split *sentences*, not pairs: an English sentence, normalised, is in one part only. If a sentence that is held
# out for validation or test has several translations, one pair is kept, and the others are in no part.

# %%
train_pairs, valid_pairs, test_pairs = split_pairs(short, n_valid=1000, n_test=1000, seed=0)
seen = {normalise(pair.source) for pair in train_pairs}
leaked = sum(normalise(pair.source) in seen for pair in test_pairs)
print(f"{len(train_pairs):,} pairs to train, {len(valid_pairs):,} to validate, {len(test_pairs):,} to test")
print(f"{leaked / len(test_pairs):.0%} of the test sentences are in the training part as well")

# %% [markdown]
# That is about the English side. The same Spanish sentence can still be in both parts, as the translation of
# *another* English one. In how many of the 1,000 pairs?

# %%
spanish = {}
for pair in train_pairs:
    spanish.setdefault(normalise(pair.target), pair)
known_reference = [normalise(pair.target) in spanish for pair in test_pairs]
print(f"{sum(known_reference)} of {len(test_pairs)} references are translations of a training sentence.")
for pair in [pair for pair, known in zip(test_pairs, known_reference, strict=True) if known][:2]:
    print(f"    test {pair.source!r}, training {spanish[normalise(pair.target)].source!r}: {pair.target}")

# %% [markdown]
# These are easier. We leave them in, since a translator will meet such sentences, and give their score apart from
# that of the others.
#
# Everything from here on is learned from `train_pairs` alone: the vocabulary too. Looking up in
# the test part which words will be needed is a leak like any other.
#
# And the sentence of this course? It is not in the corpus. Here is what the training part has of it, and of another
# sentence that we shall ask for.

# %%
english_words = [set(normalise(pair.source).split()) for pair in train_pairs]

def seen_in_training(*words):
    """The training pairs whose English side has all these words."""
    return [pair for pair, known in zip(train_pairs, english_words, strict=True) if known.issuperset(words)]

for sentence in ("The black cat sleeps.", "The white house is big."):
    print(f"{sentence}  in the training part: {normalise(sentence) in seen}")
    the, colour, noun, *rest = normalise(sentence).split()
    for some in ((colour,), (noun,), (rest[-1],), (colour, noun), (noun, *rest)):
        print(f"    {' + '.join(some):18} {len(seen_in_training(*some)):4} pairs")
for pair in seen_in_training("black", "cat") + seen_in_training("white", "house"):
    print(f"{pair.source:50} {pair.target}")

# %% [markdown]
# All words of both sentences occur, most of them more than a hundred times. Neither sentence occurs as a whole. For the
# first one the model has to put together what it knows: not even "the black cat" occurs. For the second one it may
# remember a part: "the White House" occurs, as *la Casa Blanca*.

# %% [markdown]
# ## Words in pieces
#
# A model works with a fixed list of tokens. What should be in it? Whole words? Then let us see
# how many words of the test part would have no token.

# %%
def count_words(pairs):
    return Counter(word for pair in pairs for word in normalise(pair.target).split())

known, needed = count_words(train_pairs), count_words(test_pairs)
rare = sum(times < 5 for times in known.values())
missing = sorted(word for word in needed if word not in known)
letters = sum(len(word) * times for word, times in known.items()) / known.total()
print(f"{len(known):,} different Spanish words in the training part, {rare:,} of them fewer than five times")
print(f"{len(missing)} words of the test part never occur there:", ", ".join(missing[::25]), "…")
print(f"a word has {letters:.1f} letters on average")

# %% [markdown]
# A list of whole words is long, most of its words are too rare to learn much about, and it
# still has gaps. Single letters have hardly any gaps, but they make sentences as many times longer as a
# word has letters, and the model has to learn spelling as well.
#
# Subwords are between the two: frequent words are one token, rare ones are put together from
# pieces. **Byte-pair encoding** finds the pieces by a simple rule. Begin with letters. Count
# which two neighbours occur together most often. Make them one symbol. Repeat. (The name is older than
# its use for words: it comes from a method to compress files, where the symbols were bytes. Ours
# are letters.)
#
# Here is a text of four words, with the number of times each occurs, cut into letters:

# %%
text = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
words = {tuple(word): times for word, times in text.items()}
for symbols, times in words.items():
    print(times, *symbols)

# %% [markdown]
# Which pair of neighbours is the most frequent? Count on paper: "newest" occurs
# six times.
#
# ### Exercise 9.1 · count pairs        ●○○  about 8 minutes · 1 point
# - **You have** `words`, a dictionary from words, as tuples of symbols, to how often they occur.
# - **Return** a dictionary from pairs of neighbouring symbols to how often *they* occur. Pairs that do not occur may
#   be left out, or have the count 0.
# - **Use** `Counter()`, in which every count starts at 0.

# %%
def count_pairs(words):
    """How often each pair of neighbours occurs: {("l", "o", "w"): 5} -> {("l", "o"): 5, ("o", "w"): 5}."""
    ### BEGIN SOLUTION
    counts = Counter()
    for symbols, times in words.items():
        for pair in pairwise(symbols):
            counts[pair] += times
    return counts
    ### END SOLUTION


# %%
check("9.1", count_pairs)

# %%
count_pairs = carry_on("9.1", count_pairs)

counts = count_pairs(words)
for pair in sorted(counts, key=lambda pair: (-counts[pair], pair))[:4]:
    print(pair, counts[pair])

# %% [markdown]
# Two pairs share the first place, both from "-est". We take the one that comes first in the
# alphabet, so that everybody gets the same result.
#
# ### Exercise 9.2 · merge a pair        ●●○  about 12 minutes · 2 points
# - **You have** `symbols`, a list or tuple of symbols, and `pair`, a tuple of two symbols. A symbol is a string: a
#   letter, letters that were merged before, or a mark such as `?`.
# - **Return** a list, or a tuple, in which the pair is one symbol wherever it occurs, from left to right:
#   each symbol can be used once, so `e e e` with the pair `(e, e)` becomes `ee e`. Leave `symbols` as it is.
# - **Compare** symbol with symbol: `l ow` is not the pair `(lo, w)`, although both spell "low".
# - **Mind** that a list never equals a tuple in Python: `["e", "s"] == ("e", "s")` is false.

# %%
def merge_pair(symbols, pair):
    """Write the pair as one symbol wherever it occurs: (["l", "o", "w"], ("l", "o")) -> ["lo", "w"]."""
    ### BEGIN SOLUTION
    merged, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == tuple(pair):
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged
    ### END SOLUTION


# %%
check("9.2", merge_pair)

# %% [markdown]
# Now the loop. Before you run it: after how many merges will "est" be one symbol?

# %%
merge_pair = carry_on("9.2", merge_pair)

words = {tuple(word): times for word, times in text.items()}
merges = []
for step in range(6):
    counts = count_pairs(words)
    best = min(counts, key=lambda pair: (-counts[pair], pair))
    merges.append(best)
    words = {tuple(merge_pair(symbols, best)): times for symbols, times in words.items()}
    cut = "   ".join(" ".join(symbols) for symbols in words)
    print(f"{step + 1}  {'+'.join(best):8} ({counts[best]})  ->  {cut}")

# %% [markdown]
# This list of merges is the whole tokeniser: a new word is cut by applying them in order.
# Take "lowest", which the text does not contain. Which pieces will it have?

# %%
symbols = list("lowest")
for pair in merges:
    symbols = merge_pair(symbols, pair)
print(symbols)

# %% [markdown]
# A word that was never seen, made of two pieces that were. That is what subwords are for.
#
# For 115,000 pairs of sentences we let a library do the same thing faster. One vocabulary of 6,000
# subwords serves both languages, because our model has one table of embeddings for both (§3.4 of
# the paper). The mark `▁` says that a word begins here.

# %%
sentences = [sentence for pair in train_pairs for sentence in (pair.source, pair.target)]
subwords = Subwords.train(sentences, vocab_size=6000)
for sentence in ("The black cat sleeps.", "El gato negro duerme.", "Electromagnetism is everywhere."):
    ids = subwords.encode(sentence)
    print(" ".join(subwords.tokens(ids)))
    print("   ", ids, "->", subwords.decode(ids))

# %% [markdown]
# "black" and "negro", "cat" and "gato" are frequent enough to be one token. "sleeps" and "duerme" are put together from
# two pieces, and "Electromagnetism" is cut into many small pieces. `decode` gives each sentence back.
#
# Is nothing ever lost? Guess which of these words will not come back as they were.

# %%
for word in ("Zuckerberg", "naïve", "café", "Straße", "猫"):
    ids = subwords.encode(word)
    print(f"{word:12} {' '.join(subwords.tokens(ids)):28} -> {subwords.decode(ids)}")
letters_known = {letter for sentence in sentences for letter in sentence}
lost = sum(not set(pair.source + pair.target) <= letters_known for pair in test_pairs)
print(f"{lost} of {len(test_pairs)} test pairs have a letter that the training part does not have")

# %% [markdown]
# A *letter* that never occurred in training has no token. It becomes `<unk>`, "unknown", and `decode` leaves it
# out. So with subwords every word of known letters has tokens, and only unknown letters are lost. (Tokenisers of
# today close this gap too: they begin with the 256 possible bytes, of which every letter of every script is
# made.)

# %% [markdown]
# ## Batches without waste
#
# The sentences of a batch are in one table, so the short ones are filled up with padding. Every padded place is
# computed and thrown away. How much that is depends on which sentences are together in a batch. Two ways, measured:
# drawn at random, or sorted, so that sentences of equal length are together.

# %%
encoded = encode_pairs(train_pairs, subwords)

def share_of_padding(batches):
    tables = [table for batch in batches for table in (batch.source, batch.target)]
    padding = sum(int((table == subwords.pad_id).sum()) for table in tables)
    return padding / sum(table.numel() for table in tables)

order = torch.randperm(len(encoded), generator=torch.Generator().manual_seed(0))
at_random = [encoded.batch(rows) for rows in order.split(36)]
by_length = list(token_batches(encoded, max_tokens=800, generator=torch.Generator().manual_seed(0)))
print(f"at random:    {share_of_padding(at_random):.0%} padding in {len(at_random):,} batches")
print(f"by length:    {share_of_padding(by_length):.1%} padding in {len(by_length):,} batches")

# %% [markdown]
# Here is one pair of a batch. The source ends with `<eos>`. The target begins with `<bos>` as
# well: the decoder reads it without its last token and has to predict it without its first, so
# that at each position it predicts the *next* one.

# %%
batch = encoded.batch(torch.tensor([60_000]))
print("encoder reads    ", *subwords.tokens(batch.source[0]))
print("decoder reads    ", *subwords.tokens(batch.target[0, :-1]))
print("decoder predicts ", *subwords.tokens(batch.target[0, 1:]))

# %% [markdown]
# ## The model
#
# The same parts as in the paper, only smaller: 2 layers instead of 6, vectors of 128 numbers
# instead of 512, 4 heads instead of 8. (The norms stand before each part, with one more at the end of each stack, as in
# lesson 06; and there is no dropout.) And they are **yours**: what `check` has found right in lessons 02 to 07 was
# kept on this computer, and `build_transformer` puts it together. Where an exercise is not solved, a plain version of
# the course's stands in. Set `own = False` if you would rather train the course's own model. It computes the same from
# the same weights, and is faster. But its first weights are other random numbers.

# %%
own = True
sizes = dict(d_model=128, n_heads=4, d_ff=512, n_layers=2)
torch.manual_seed(0)
model, parts = build_transformer(len(subwords), **sizes, pad_id=subwords.pad_id, own=own)
print(describe(model, parts))

# %% [markdown]
# Which part has the most parameters?

# %%
total = sum(p.numel() for p in model.parameters())
for name, part in (model.model if isinstance(model, OwnTransformer) else model).named_children():
    print(f"{name:10} {sum(p.numel() for p in part.parameters()):>9,}")
print(f"total      {total:>9,}   (the paper's base model has about 65 million)")

# %% [markdown]
# How much slower are parts that are written to be read? The course's own attention leaves scores, softmax and weights
# to one function of PyTorch's that never stores the weights; yours makes each of them a tensor. The next cell measures
# it, on the gradients of 20 batches.

# %% tags=["nbval-ignore-output"]
if isinstance(model, OwnTransformer):
    some = by_length[:: len(by_length) // 20][:20]
    library = Transformer(len(subwords), **sizes, pad_id=subwords.pad_id)
    mine, ours = (min(seconds_per_step(one, some) for _ in range(3)) for one in (model, library))
    print(f"a step takes {1000 * mine:.0f} ms with your parts, {1000 * ours:.0f} ms with the course's: "
          f"{mine / ours:.1f} times as long")
else:
    print("The model is the course's own, so there is nothing to compare.")

# %% [markdown]
# ### Exercise 9.3 · the first loss        ●○○  about 3 minutes · 1 point
# The model is new: its weights are random numbers. What will its loss be, in nats per token, before the first step?
# (The loss is the mean of −log p. Here p is the probability that the model gives to the right token, and log is the
# natural logarithm.) The vocabulary has 6,000 tokens.
#
# Set `prediction` to one of 0, 0.5, 8.7, 6000.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = 8.7
### END SOLUTION

# %%
check("9.3", prediction)

# %%
with torch.no_grad():
    read, labels = by_length[0].target[:, :-1], by_length[0].target[:, 1:]
    real = labels != subwords.pad_id
    logits, read, labels = model(by_length[0].source, read)[real], read[real, None], labels[real]
cross_entropy = torch.nn.functional.cross_entropy
print(f"loss before training {cross_entropy(logits, labels):.2f}, log 6000 = {math.log(6000):.2f}")
repeats = logits.argmax(-1, keepdim=True) == read
print(f"In {repeats.float().mean():.0%} of the places the likeliest token is the one that was just read. "
      f"Its probability is {logits.softmax(-1).max(-1, keepdim=True).values[repeats].mean():.2f} on average.")
all_others_alike = logits.mean(-1, keepdim=True).expand_as(logits).scatter(-1, read, logits.gather(-1, read))
print(f"The loss if all other logits were equal: {cross_entropy(all_others_alike, labels):.2f}, "
      f"if that token were forbidden: {cross_entropy(logits.scatter(-1, read, -torch.inf), labels):.2f}")
print(f"The standard deviation of the logits is {logits.std(-1).mean():.1f} on average.")

# %% [markdown]
# Above the logarithm: the right token gets less than it would if all got the same. The model has one favourite, the
# token that it has just read. The vector of that token is still in what comes out of the last layer, and this is
# compared with the same table of vectors from which it came. Compare the third line with log 6000: the first number
# shows what this favourite costs by itself, the second what the others cost without it. And that is chance: they have
# a standard deviation of about 1, so that some wrong tokens get far more than most. Which of the two costs more depends
# on the first weights, so yours may differ from the course's. But a loss somewhat above the logarithm is what to
# expect. If it were twice as large, we would know that something is wrong before spending a minute on training.

# %% [markdown]
# ## A better beginning
#
# The model's table of embeddings is random: nothing in it says that "cat" and "gato" have to do with each other. But
# there are 115,000 pairs of sentences. Can we find out by counting alone which tokens belong together, without a single
# step of training?
#
# For each two tokens, we count the pairs of sentences that have one of them on the English side and the other one on
# the Spanish side. Which Spanish token will be there most often when the English sentence has "cat"?
# Guess, then look.

# %%
together = pair_counts(encoded, len(subwords))                      # (vocab_size, vocab_size)
every_token = subwords.tokens(range(len(subwords)))

def show_largest(word, values, n=6):
    """The tokens of the n largest values, one value for each token."""
    found = values.argsort(descending=True, stable=True)[:n].tolist()
    print(f"{word:10}" + "   ".join(f"{every_token[i]} {values[i]:.3g}" for i in found))

cat = subwords.encode("cat")[0]
show_largest("cat", together[cat])

# %% [markdown]
# The full stop: it is there with every word. *gato* is only second. So a count means nothing until we compare it
# with chance. If we drew two tokens by chance, $p(i)$ being the share of all counts that are of token $i$, the share of
# the two together would be $p(i)\,p(j)$. The **pointwise mutual information** compares that with their real share,
# $p(i, j)$:
#
# $$\text{PMI}(i, j) = \log \frac{p(i, j)}{p(i)\,p(j)}$$
#
# It is log 100 if they are together a hundred times as often as by chance. (This chance draws both tokens from both
# languages, and in half of its draws they are of the same one. But only pairs across are counted, so that if the
# sentences were paired at random, an English and a Spanish token would be together about twice as often: their PMI
# would be about log 2. In real pairs most tokens that have nothing to do with each other have less.) Where it is below
# 0 we set it to 0; for a count of 0 it would be −∞. Large values say which tokens go together.

# %%
pmi = positive_pmi(together)
for word in ("cat", "yesterday", "house"):
    show_largest(word, pmi[subwords.encode(word)[0]])

# %% [markdown]
# Now the translation comes first, or nearly. (▁cat also begins *catches*, and *catches colds* is *se resfría*, which
# begins with ▁resf. Where a token is rare, a few sentences are enough for a high PMI.)
#
# A row of 6,000 numbers describes "cat" by the tokens that it goes with. But the model's vectors have 128 numbers, not
# 6,000. So we look for 128 strong *patterns* in the table. A pattern gives each token one number, such that the number
# of a token is the sum of those of the tokens that it goes with, each times their PMI, and all divided by one constant.
# In the language of matrices the pattern is an **eigenvector** of the table and the constant its **eigenvalue**. We
# take those with the 128 largest eigenvalues, or nearly, since to find all 6,000 exactly would take much longer.
# Side by side they give each token 128 numbers, its vector. Then all vectors are made equally long, of length 1.
# (Some tokens are in no count: special ones, such as `<bos>`, and pieces that are always merged further, such as
# ▁underst. They keep the model's random vectors.)
#
# Which vectors will be close to that of "cat"? Those of the tokens that it goes with? Those of the tokens that go with
# the same ones? Or both?

# %%
vectors = count_vectors(encoded, len(subwords), sizes["d_model"])
print(tuple(vectors.shape))
for word in ("cat", "yesterday", "house", "red"):
    i = subwords.encode(word)[0]
    show_largest(word, vectors @ vectors[i])                         # of length 1: this is the cosine

# %% [markdown]
# Both: *gato*, with which it goes, and "dog", whose row of the table is like its own. All this is known before the
# first step.
#
# Will it help? And if it does, is it because of what the vectors *know*? They could also help because they are spread
# in another way than random ones, or because they know which tokens are frequent and which are Spanish. So let four
# small models learn for 250 steps. The first has random vectors, the second those from the counts. The third has the
# same ones, but dealt out to the tokens at random. And the fourth has vectors that come from counts, too, but the
# sentences were paired at random before they were counted. What do you expect of their losses on the validation part?
# (Each takes from some seconds to a minute, as do the small models further below.)

# %%
@torch.no_grad()
def plain_loss(pairs, model):
    """Nats per token, without smoothing."""
    part, total, tokens = encode_pairs(pairs, subwords), 0.0, 0
    for rows in part.target_lengths.argsort().split(125):                # like lengths together: less padding
        batch = part.batch(rows)
        n = int((batch.target[:, 1:] != subwords.pad_id).sum())
        total += n * training_loss(model, batch, smoothing=0.0).item()
        tokens += n
    return total / tokens

def learn_shortly(vectors=None, lr=0.003, matrix_lr=None):
    """The loss of a small model on the validation part after 250 steps."""
    torch.manual_seed(0)
    small = Transformer(len(subwords), d_model=64, n_heads=4, d_ff=256, n_layers=1, pad_id=subwords.pad_id)
    if vectors is not None:
        begin_with(small, vectors)
    train(small, encoded, steps=250, batch_tokens=600, lr=lr, matrix_lr=matrix_lr, checkpoint="cache", progress=False)
    return plain_loss(valid_pairs, small)

def at_random(n):
    return torch.randperm(n, generator=torch.Generator().manual_seed(0))

from_counts = count_vectors(encoded, len(subwords), 64)
dealt_out = from_counts[at_random(len(subwords))]
rows = at_random(len(encoded))
paired_at_random = Encoded(encoded.source, encoded.target[rows], encoded.source_lengths, encoded.target_lengths[rows])
from_wrong_pairs = count_vectors(paired_at_random, len(subwords), 64)

# %% tags=["nbval-ignore-output"]
for name, beginning in (("random vectors", None), ("vectors from counts", from_counts),
                        ("the same, dealt out at random", dealt_out), ("counts of wrong pairs", from_wrong_pairs)):
    print(f"{name:30} {learn_shortly(beginning):.2f} nats per token")

# %% [markdown]
# In our run the counts were worth three quarters of a nat, and the same vectors in the wrong places nothing. So it is
# what they know about each token. Wrong pairs, which know nothing of translation, gave about a sixth of the gain. The
# rest comes from knowing which tokens go together.
#
# So our model is built anew, from the same random numbers, and begins with these vectors.

# %%
torch.manual_seed(0)
model, parts = build_transformer(len(subwords), **sizes, pad_id=subwords.pad_id, own=own)
begin_with(model, vectors)
learning = model                                # after the training `model` may become a copy

# %% [markdown]
# ## A step for a whole matrix
#
# Adam (lesson 08) looks at each number of a weight matrix by itself, and makes steps of about equal size for all of
# them. But a matrix does not act number by number. It maps vectors to vectors: it is a sum of simple matrices, each of
# which takes one direction of its input to one direction of its output. Its **singular value** says how strongly. A
# matrix of 128 × 128 has 128 such directions (its *singular value decomposition* finds them).
#
# Here is the gradient of one matrix, the queries of the first layer. How many of its 128 directions are strong? And how
# many in the first step of Adam, which has the gradient's signs, each times the learning rate?

# %% tags=["nbval-ignore-output"]
model.zero_grad()
training_loss(model, by_length[0]).backward()
gradient = next(matrix for matrix in model.parameters() if matrix.shape == (128, 128)).grad.clone()
model.zero_grad()
steps_of = {"gradient": gradient, "Adam's first step": gradient.sign(), "Muon": orthogonalise(gradient[None])[0]}
strengths = {name: torch.linalg.svdvals(step) for name, step in steps_of.items()}
for name, values in strengths.items():
    strong = int((values > values[0] / 10).sum())
    print(f"{name:18} {strong:3} of 128 directions have at least a tenth of the strength of the strongest")
show_curves(np.arange(1, 129), {name: (values / values[0]).tolist() for name, values in strengths.items()},
            "direction", "strength, of the strongest", "How strong each direction of a step is")

# %% [markdown]
# The gradient is mostly a few directions. Adam makes *numbers* alike, and with them the *directions* somewhat more
# alike. **Muon** (Jordan et al., 2024) makes the directions alike themselves, so that weak ones get their step, too. As
# in Adam's first step, the learning rate alone sets how long the step is; the size of the gradient does not matter.
#
# To find all singular values at each step would take too long. But $XX^TX$ has the same directions as $X$, and the
# singular values to the third power. So $aX + bXX^TX + c\,XX^TXX^TX$ makes of each singular value $s$ the number
# $as + bs^3 + cs^5$. Three such rounds, each with its own $a$, $b$ and $c$, bring most of them within a factor of about
# ten; very small ones stay smaller. Read `orthogonalise` in `course/muon.py`: it is ten lines.
#
# Is it worth that? A comparison is fair only if each side has a good learning rate. So here is the small model again,
# with the vectors from counts and three rates for Adam: for everything, or for everything but the matrices of the
# layers. Which rate will be best, and who will be ahead?

# %% tags=["nbval-ignore-output"]
print("Adam's rate    Adam for everything    Muon for matrices (0.01)")
for lr in (0.003, 0.01, 0.02):
    print(f"{lr:<11}{learn_shortly(from_counts, lr):15.2f} nats{learn_shortly(from_counts, lr, 0.01):19.2f} nats")

# %% [markdown]
# In our run Muon was ahead at each rate, and its best result is ahead of Adam's best. Your model is larger, and
# learns for longer. There we have tried other rates, too, with a vocabulary of 2,000 (`benchmarks/README.md` has the
# numbers), and Muon was ahead at equal numbers of tokens. But to orthogonalise the step of each matrix takes time:
# made at every step, it left nothing of the gain at equal *time* on our two cores. Made at every second step only, at
# twice the rate, it gave nearly the same loss in about an eighth less time. So this is what the training below does.
#
# ## Training
#
# `train` does what lesson 08 takes apart: a learning rate that rises and falls, a loss with label smoothing, and
# batches sorted by length. Muon changes the matrices of the layers at every second step. Adam changes all the rest at
# each: the table of embeddings too, which is the largest matrix, and biases and norms. Each batch has two parts of 600
# tokens. On Linux two processes work on them at the same time, one on each core; elsewhere PyTorch uses the cores in
# its own way. If the model is made of your parts, all of it takes about as many times longer as the cell under "The
# model" says.
#
# The budget is counted in **tokens**: 6 million, source and target together. So a fast and a slow computer do the
# same work, and end with nearly the same model; only the time differs. On two cores with nothing else to do it is about
# five minutes; the bar shows how far it is and how long it will still take.
#
# You may interrupt the cell (■ in the toolbar). Run it again, even after a restart of the kernel, and it goes on
# where it stopped. When it is finished the result is kept: run the cell once more, and it is loaded in a second.
# Until then the model translates worse than this lesson says, and the two cells that need `history` or `last`, the
# curve below and the table of losses of two small models, stop with a `NameError`. Lessons 10 and 11 find out by
# themselves, and first finish this training. (They work with the course's own model. If you train yours here, they
# will train that one, too, once.)

# %% tags=["nbval-ignore-output"]
model, yours = learning, isinstance(learning, OwnTransformer)
started = time.perf_counter()
history = train(model, encoded, tokens=6_000_000, batch_tokens=1200, lr=3e-3, matrix_lr=0.02, matrix_every=2, workers=2,
                device="cpu" if yours else best_device(), checkpoint="cache")
waited, last = time.perf_counter() - started, history[-1]
print(f"{len(history):,} steps, {last['tokens'] / 1e6:.1f} million tokens "
      f"in {last['seconds']:.0f} seconds of training, in all runs of this cell")
print(f"this run took {waited:.1f} seconds")

# %% [markdown]
# The steps that come now ask the model for many sentences, and look inside it. The course's class is made for that: it
# remembers keys and values while it writes (lesson 10). So the weights that your parts have learned are copied into
# it, if both then compute the same.

# %%
if yours:
    library = as_library(learning, len(subwords), **sizes)
    print("Your weights give the same logits in the course's class: the page goes on with it." if library else
          "Your weights do not fit into the course's class. The page goes on with yours: it is slower, and the "
          "pictures stay empty.")
    model = library or learning
else:
    print("The model is of the course's class already.")

# %% tags=["nbval-ignore-output"]
size = max(len(history) // 40, 1)
chunks = [history[i:i + size] for i in range(0, len(history) - size + 1, size)]
show_curves(
    [chunk[-1]["tokens"] / 1e6 for chunk in chunks],
    {"training loss, mean of some steps": [np.mean([record["loss"] for record in chunk]) for chunk in chunks]},
    "million tokens", "nats per token", "The training",
)

# %% [markdown]
# Steep at first, then slow. Do not judge the slow part by the curve. If you want to see what it is
# worth, build a second model that begins with `vectors`, give `train` a tenth of the tokens, and let it translate some
# sentences with the cells below.
#
# The loss cannot reach 0, for two reasons. One is label smoothing: we ask the model to be a
# little unsure. What is the other? Think of the many translations of one sentence.
#
# Has it learned sentences by heart? Then it would be much better on those that it was trained on than on others. Here
# is the plain loss, without smoothing, on 1,000 training pairs, on the 1,000 of the validation part, and on each half
# of these.

# %% tags=["nbval-ignore-output"]
half = len(valid_pairs) // 2
for name, some in (("training pairs", train_pairs[::len(train_pairs) // 1000][:1000]),
                   ("validation pairs", valid_pairs),
                   ("    first half", valid_pairs[:half]), ("    second half", valid_pairs[half:])):
    print(f"{name:16} {plain_loss(some, model):.2f} nats per token")

# %% [markdown]
# If the second number is larger, a part of what the model has learned helps with its training sentences only. (The two
# halves show how much the choice of sentences alone can do.) If it is far larger, or grows while the first one falls,
# more training does harm.

# %% [markdown]
# ## A curve for the validation part
#
# Did it grow? The first two numbers are the ends of two curves, but on the way `train` has recorded the training loss
# only. So let us watch a small model, of one layer and vectors of 64 numbers, for 150 steps of a loop as in lesson 08.
# After every 15 steps it is asked for its loss on 200 of the pairs that it learns from, and on 200 of the
# validation part. Twice: first it learns from all 115,000 pairs, then from 200 of them. Sketch the four curves before
# you run the cell.

# %%
def watch(learned, table, steps=150, every=15):
    """Train a small model on these pairs; `table` has their ids.

    Returns the model, its losses on training and validation pairs (n, 2) and its weights on the way, and how often it
    has read each pair.
    """
    torch.manual_seed(0)
    small = Transformer(len(subwords), d_model=64, n_heads=4, d_ff=256, n_layers=1, pad_id=subwords.pad_id)
    optimizer = torch.optim.Adam(small.parameters(), lr=5e-3, betas=(0.9, 0.98))
    some, losses, weights = learned[:: len(learned) // 200][:200], [], []
    batches = list(token_batches(table, 600, torch.Generator().manual_seed(0)))
    for step, batch in zip(range(1, steps + 1), cycle(batches), strict=False):
        optimizer.zero_grad()
        training_loss(small.train(), batch, smoothing=0.0).backward()
        optimizer.step()
        if step % every == 0:
            losses.append([plain_loss(part, small.eval()) for part in (some, valid_pairs[:200])])
            weights.append({name: tensor.clone() for name, tensor in small.state_dict().items()})
    return small, np.array(losses), weights, steps / len(batches)

few = train_pairs[:: len(train_pairs) // 200][:200]
watched = {"all pairs": watch(train_pairs, encoded), "200 pairs": watch(few, encode_pairs(few, subwords))}

# %% tags=["nbval-ignore-output"]
at = range(15, 151, 15)
for name, (*_, times_read) in watched.items():
    print(f"{name}: each was read {times_read:.2f} times")
rounds = last["tokens"] / int((encoded.source_lengths + encoded.target_lengths - 1).sum())
print(f"(Your translator has read each pair {rounds:.1f} times.)")
print("        " + "".join(f"{name:^24}" for name in watched))
print("step    " + "    training  validation" * len(watched))
for n, step in enumerate(at):
    print(f"{step:4}    " + "".join("{:12.2f}{:12.2f}".format(*losses[n]) for _, losses, _, _ in watched.values()))

# %% tags=["nbval-ignore-output"]
show_curves(
    at, {f"{name}: {part}": losses[:, i] for name, (_, losses, _, _) in watched.items()
         for i, part in enumerate(("training", "validation"))},
    "steps", "nats per token, without smoothing", "Two small models, watched")

# %% [markdown]
# With all pairs the two curves fall together: the model has not read most of them yet, so that even its training
# sentences are new to it. With 200 pairs the training loss falls all the faster, but in our run the validation loss
# soon stops falling, stays for a while, and then rises: from there on the model learns these sentences, and no longer
# the language. The training curve alone would have promised the opposite.
#
# And your translator? Its gap at the end of its training, above, lies between these two pictures, and much closer to
# the first.
#
# ### The mean of several checkpoints
#
# The paper (§6.1) does not translate with the last weights:
#
# > "For the base models, we used a single model obtained by averaging the last 5 checkpoints, which were written at
# > 10-minute intervals."
#
# A **checkpoint** is a copy of the weights, kept on the way. The *weights* are averaged, number by number, not what the
# models say. Can that be of any use? `watch` has kept checkpoints of two runs here, one that is still learning, and one
# that has learned too much. For which of them will it help?

# %% tags=["nbval-ignore-output"]
print("validation loss    " + "".join(f"{name:>14}" for name in watched))
for n in (1, 2, 3, 5, 8):
    found = []
    for small, _, weights, _ in watched.values():
        mean = {name: torch.stack([some[name] for some in weights[-n:]]).mean(dim=0) for name in weights[-1]}
        small.load_state_dict(mean)
        found.append(plain_loss(valid_pairs[:200], small))
    which = "the last one" if n == 1 else f"mean of the last {n}"
    print(f"{which:19}" + "".join(f"{loss:14.2f}" for loss in found))
print("the best one       " + "".join(f"{losses[:, 1].min():14.2f}" for _, losses, *_ in watched.values()))

# %% [markdown]
# In our run the first gains next to nothing from a mean, and loses with more of them: its older weights are worse than
# its last. The second gains, and the more the better: its older weights are better than its last. But the best
# checkpoint alone is better still: if you look at the validation loss and stop in time (lesson 08), you need no mean
# here. So a mean does not always help. It is said to help where a model is nearly done, and its weights go back and
# forth around a good place. In the training of your translator the learning rate falls to 0, so that its last steps
# hardly move the weights; we take them as they are. This page does not measure whether a mean would be better there.

# %% [markdown]
# ## From probabilities to a sentence
#
# The model predicts one token, given those before it. To get a sentence we ask again and again:
# give it `<bos>`, take the most likely next token, append it, ask again, until it predicts
# `<eos>`.
#
# ### Exercise 9.4 · greedy decoding        ●●●  about 20 minutes · 3 points
# - **You have** `model(source, target)`, which returns logits (B, T, vocab_size): those at
#   position t say what comes after target position t. `source` (B, T_k) are ids; `bos_id`,
#   `eos_id`, `pad_id` too. The model is in eval mode already; your function only calls it.
# - **Return** ids (B, T), without bos. Keep each sentence's eos; after it, only `pad_id`. Columns of `pad_id` at the
#   end do not matter.
# - **Stop** when every sentence has ended (they need not end in the same round), or after `max_len` tokens, which is
#   at least 1. Only an eos that the model writes ends a sentence: `bos_id` may be the same number as `eos_id`.

# %%
def greedy_decode(model, source, bos_id, eos_id, pad_id, max_len):
    """The most likely next token, again and again: source ids (B, T_k) -> ids (B, T), without bos."""
    ### BEGIN SOLUTION
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        logits = model(source, target)                       # (B, T, vocab_size)
        token = logits[:, -1].argmax(-1)
        token[ended] = pad_id
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]
    ### END SOLUTION


# %%
check("9.4", greedy_decode)

# %% [markdown]
# Now the sentence that has been with us since lesson 01:

# %% tags=["nbval-ignore-output"]
greedy_decode = carry_on("9.4", greedy_decode)

def ask(*sentences):
    """Translate a few sentences with your own decoder."""
    rows = [torch.tensor(subwords.encode(sentence) + [subwords.eos_id]) for sentence in sentences]
    source = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=subwords.pad_id)
    with torch.no_grad():
        ids = greedy_decode(model, source, subwords.bos_id, subwords.eos_id, subwords.pad_id, max_len=40)
    for sentence, row in zip(sentences, ids, strict=True):
        print(f"{sentence:30} -> {subwords.decode(row)}")

ask("The black cat sleeps.", "The white house is big.", "The cat sleeps.", "The cat is black.",
    "The house is white.", "I have a black cat.", "I don't know your sister.")

# %% [markdown]
# The black cat sleeps, in Spanish, and nobody has shown this sentence to the model. In our run all are right but one:
# *La casa es blanco* should be *blanca*, since *casa* is feminine. In the second sentence it is right. (Yours may
# differ: a model of your own parts began with other weights, and even from the same ones two computers do not round
# alike.)
#
# So an adjective can have the wrong ending. It can also be lost as a whole. Seven sentences do not tell how often, nor
# where. So let us measure. Six adjectives, six nouns, and eight sentences to put them in. In how many of the 36
# translations is the adjective still there, whatever its ending, and whether or not all the rest is right?

# %% tags=["nbval-ignore-output"]
STEMS = {"black": ["negr"], "white": ["blanc"], "red": ["roj"], "big": ["grand", "gran "],
         "new": ["nuev"], "old": ["viej", "antigu", "mayor", "ancian"]}
NOUNS = ["cat", "dog", "house", "car", "book", "table"]
for pattern in ("The NOUN is ADJ.", "I have a ADJ NOUN.", "I like the ADJ NOUN.", "Where is the ADJ NOUN?",
                "A ADJ NOUN is here.", "The ADJ NOUN is here.", "A ADJ NOUN is good.", "The ADJ NOUN is good."):
    asked = [(adjective, noun) for adjective in STEMS for noun in NOUNS]
    english = [pattern.replace("ADJ", adjective).replace("NOUN", noun) for adjective, noun in asked]
    english = [re.sub(r"\b([Aa]) old", r"\1n old", sentence) for sentence in english]
    written = translate(model, english, subwords)
    kept = sum(any(stem in text.lower() + " " for stem in STEMS[adjective])
               for (adjective, _), text in zip(asked, written, strict=True))
    print(f"{pattern:24} {kept:2} of {len(asked)}    for example: {english[0]} → {written[0]}")

# %% [markdown]
# The same adjectives and nouns each time; what differs is the sentence around them. In our run the adjective is never
# lost where it stands alone behind *is*, nor where somebody has, likes or looks for the thing. It gets lost only
# where the noun is the subject and something else is said of it, in three of these four patterns: more often before
# *is good* than before *is here*, and more often after *The* than after *A*. So this is not about a word that the
# model does not know. Does it not want the right sentence, or does greedy decoding, which never takes a word back, not
# find it? Lesson 10 can tell. Whether a longer training helps, stretch exercise D lets you find out.
#
# Ask for some sentences of your own: short ones, of everyday life, with a full stop, since that is what it has read.
#
# What goes wrong if the decoder begins with padding instead of `<bos>`? Guess, then look.

# %% tags=["nbval-ignore-output"]
source = torch.tensor([subwords.encode("The black cat sleeps.") + [subwords.eos_id]])
with torch.no_grad():
    for name, start in (("<bos>", subwords.bos_id), ("<pad>", subwords.pad_id), ("<eos>", subwords.eos_id)):
        ids = greedy_decode(model, source, start, subwords.eos_id, subwords.pad_id, max_len=12)
        print(f"starting with {name}: {subwords.decode(ids[0])!r}")

# %% [markdown]
# In training no target ever began like that, so nothing says what the model will do.

# %% [markdown]
# ## How good is it?
#
# A few nice examples prove nothing. We translate the 1,000 held-out sentences, with the library's
# decoder, which does what yours does, and compare them with their references.

# %% tags=["nbval-ignore-output"]
sources = [pair.source for pair in test_pairs]
references = [pair.target for pair in test_pairs]
with warnings.catch_warnings(record=True) as warned:                  # a translation may never come to its end
    translations = translate(model, sources, subwords)
print(*[warning.message for warning in warned], sep="\n")
for i in range(0, 1000, 125):
    print(f"{sources[i]}\n    model      {translations[i]}\n    reference  {references[i]}")

# %% [markdown]
# If the first line says that some did not end: they are cut there, and count as they are.
#
# How many of the 1,000 are *word for word* the reference? And why is that number unfair?

# %% tags=["nbval-ignore-output"]
exact = sum(a == b for a, b in zip(translations, references, strict=True))
print(f"{exact / len(references):.0%} equal their reference")

# %% [markdown]
# "¿Qué hora es?" is not wrong because the reference says "¿Qué horas son?". A fairer measure
# counts which parts agree: single words, and, so that the order matters too, runs of two, three
# and four words: **n-grams**.
#
# The **n-gram precision** is the share of the translation's n-grams that the reference has as
# well. There is one trap in it. What would "the the the the" get for single words, against "the
# cat is on the mat"? All four words are in the reference. To prevent that, an n-gram may match at most as often as the
# reference has it: here 2 of the 4.
#
# ### Exercise 9.5 · n-gram precision        ●●○  about 15 minutes · 2 points
# - **You have** `hypotheses`, as translations that are to be judged are called, and `references`, two lists of
#   sentences, each a list of words, and `n`, at least 1.
# - **Return** one number for the whole list: all matches divided by all n-grams of the
#   hypotheses.
#   If there are none at all, because every hypothesis is shorter than n, return 0.
# - **Compare** words as they are: "The" is not "the". Never compare across sentences.
# - **Use** a `Counter` of n-grams for each sentence.

# %%
def ngram_precision(hypotheses, references, n):
    """The share of the hypotheses' n-grams that their references have, each at most as often as there."""
    ### BEGIN SOLUTION
    matches = total = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        have = Counter(tuple(hypothesis[i:i + n]) for i in range(len(hypothesis) - n + 1))
        allowed = Counter(tuple(reference[i:i + n]) for i in range(len(reference) - n + 1))
        matches += sum(min(count, allowed[gram]) for gram, count in have.items())
        total += sum(have.values())
    return matches / total if total else 0.0
    ### END SOLUTION


# %%
check("9.5", ngram_precision)

# %% [markdown]
# On a sentence whose precisions you can check on paper:

# %%
ngram_precision = carry_on("9.5", ngram_precision)

hypothesis, reference = "el gato negro duerme mucho".split(), "el gato negro no duerme".split()
for n in (1, 2, 3):
    print(f"n = {n}: {float(ngram_precision([hypothesis], [reference], n)):.3f}")

# %% [markdown]
# 4 of 5 words, 2 of 4 pairs, 1 of 3 triples: the longer the run, the harder it is to get right.
#
# **BLEU** takes the four precisions for n = 1 to 4 and forms their geometric mean: the fourth root of their product.
# (So if one of them is 0, BLEU is 0.) One more thing is needed, since a translation could be precise by saying little:
# the **brevity penalty**. Where the translations, h words in all, are shorter than the references, r words in all, the
# mean is multiplied by
#
# $$\exp\left(1 - \frac{r}{h}\right)$$

# %%
def bleu(hypotheses, references):
    precisions = [ngram_precision(hypotheses, references, n) for n in (1, 2, 3, 4)]
    h, r = sum(map(len, hypotheses)), sum(map(len, references))
    brevity = min(1.0, math.exp(1 - r / h)) if h else 0.0
    return 100 * brevity * math.prod(precisions) ** (1 / 4)

two = ["el gato negro no duerme en la casa", "no sé qué hora es"]
whole, cut_short = [s.split() for s in two], [s.split()[:-1] for s in two]
print(f"the references themselves:  {bleu(whole, whole):.1f}")
print(f"without their last word:    {bleu(cut_short, whole):.1f}")

# %% [markdown]
# In the second line every n-gram is right; only the brevity penalty lowers the score.
#
# Report scores with **sacreBLEU**, not with your own function: tokenisation and case change them, as you will see
# below. sacreBLEU does both in one fixed way, and gives a *signature* that says which, so that scores can be compared.
# It also estimates how much the score varies with the choice of sentences: again and again it draws 1,000 sentences
# from the test, some of them twice and others not at all (*with replacement*), and scores each drawing. About 95 of 100
# such scores lie in the *95 % interval*.

# %% tags=["nbval-ignore-output"]
metric = sacrebleu.BLEU()
score = metric.corpus_score(translations, [references], n_bootstrap=1000)
print(score)
print(metric.get_signature())
print(f"BLEU {score.score:.1f}, 95 % interval {score._mean - score._ci:.1f} to {score._mean + score._ci:.1f}")
for name, known in (("a training sentence has the same translation", True), ("the others", False)):
    rows = [i for i in range(1000) if known_reference[i] == known]
    part = metric.corpus_score([translations[i] for i in rows], [[references[i] for i in rows]])
    print(f"    {part.score:4.1f}  on {len(rows):3} sentences: {name}")
chrf = sacrebleu.CHRF()
print(chrf.corpus_score(translations, [references]))

# %% [markdown]
# The last line is **chrF**. It counts runs of one to six *letters* instead of words, how many of the translation's are
# in the reference and how many of the reference's in the translation. So a right word with a wrong ending, *negra* for
# *negro*, is partly right for chrF, and simply wrong for BLEU.
#
# Is that much? Compare. What does copying the English score? One fixed sentence, the most frequent one? And the same
# translations, by your own function, with punctuation cut off from the words in the same way? With the punctuation
# left on the words? With all letters small?

# %% tags=["nbval-ignore-output"]
frequent = Counter(pair.target for pair in train_pairs).most_common(1)[0][0]
cut = sacrebleu.tokenizers.tokenizer_13a.Tokenizer13a()
words_of = [[cut(sentence).split() for sentence in side] for side in (translations, references)]

def library_bleu(hypotheses, **options):
    return sacrebleu.corpus_bleu(hypotheses, [references], **options).score

print(" BLEU   chrF")
for name, hypotheses in {
    "copy the English": sources,
    f"always {frequent!r}": [frequent] * len(references),
    "your model": translations,
}.items():
    print(f"{library_bleu(hypotheses):5.1f}  {chrf.corpus_score(hypotheses, [references]).score:5.1f}  {name}")
for name, value in {
    "your model, by your own function": bleu(*words_of),
    "your model, punctuation left on": library_bleu(translations, tokenize="none"),
    "your model, all letters small": library_bleu(translations, lowercase=True),
}.items():
    print(f"{value:5.1f}         {name}")

# %% [markdown]
# ### What would a human get?
#
# 100 is what the references themselves get. But nobody guesses them word for word. Some sentences of the test part
# have another Spanish translation in the corpus, by another person or by the same. Take that one for the hypothesis:
# what will people get? Guess, and guess also how far the model is from it, on the same sentences and with the same
# references.

# %% tags=["nbval-ignore-output"]
def another_translation(pair):
    """The first pair in the corpus with a translation that differs in more than case and punctuation; or None."""
    own, others = normalise(pair.target), by_source[normalise(pair.source)]
    return next((other for other in others if normalise(other.target) != own), None)

def translator(pair):
    """The name of the one who wrote the Spanish sentence, which is the last name of the attribution."""
    return pair.attribution.rsplit("(", 1)[-1]

found = [(i, another_translation(pair)) for i, pair in enumerate(test_pairs)]
several = [i for i, other in found if other is not None]
by_people = [other.target for _, other in found if other is not None]
by_model = [translations[i] for i in several]
same = sum(other is not None and translator(other) == translator(test_pairs[i]) for i, other in found)
print(f"{len(several)} sentences of the test part have another translation in the corpus, "
      f"{same} of them by the same person")
_, found = PairedTest(
    [("another translation", by_people), ("your model, the same sentences", by_model)],
    {"BLEU": metric, "chrF": chrf}, [[references[i] for i in several]], test_type="bs", n_samples=1000)()
print(" BLEU (95 % interval)   chrF (95 % interval)")
for name, *of_both in zip(found["System"], found["BLEU"], found["chrF2"], strict=True):
    numbers = (f"{one.score:5.1f} ({one.mean - one.ci:.1f} to {one.mean + one.ci:.1f})  " for one in of_both)
    print("".join(numbers) + name)
print(f"p = {found['BLEU'][1].p_value:.2f}{'':15}p = {found['chrF2'][1].p_value:.2f}{'':15}of the difference")

# %% [markdown]
# Sometimes the model writes the reference itself. How near are the two on the other sentences, again in BLEU and chrF?

# %% tags=["nbval-ignore-output"]
differ = [n for n, i in enumerate(several) if normalise(by_model[n]) != normalise(references[i])]
print(f"{len(several) - len(differ)} times the model wrote the reference itself. On the other {len(differ)} sentences:")
theirs = [[references[several[n]] for n in differ]]
for name, texts in (("another translation", by_people), ("your model", by_model)):
    part = [texts[n] for n in differ]
    print(f"{metric.corpus_score(part, theirs).score:5.1f}{chrf.corpus_score(part, theirs).score:23.1f}{'':17}{name}")

# %% [markdown]
# The whole corpus has more sentences with another translation. First every fourth of these; then those with three
# translations or more, the first of them by one other as its reference, and by all others.

# %% tags=["nbval-ignore-output"]
both = [(group[0], another_translation(group[0])) for group in by_source.values() if len(group) > 1]
both = [(pair.target, other.target) for pair, other in both if other is not None]
others, hypotheses = map(list, zip(*both[::4], strict=True))
print(f"{metric.corpus_score(hypotheses, [others]).score:5.1f}{chrf.corpus_score(hypotheses, [others]).score:23.1f}"
      f"{'':17}another translation, on every fourth of all {len(both):,} such sentences of the corpus")

different = [list({normalise(pair.target): pair.target for pair in group}.values()) for group in by_source.values()]
rich = [texts for texts in different if len(texts) > 2]
for n, which in ((2, "the second is the only reference"), (max(map(len, rich)), "all others are its references")):
    sides = [[texts[k] if k < len(texts) else None for texts in rich] for k in range(n)]       # None: no such reference
    scores = [one.corpus_score(sides[0], sides[1:]).score for one in (metric, chrf)]
    print(f"{scores[0]:5.1f}{scores[1]:23.1f}{'':17}the first of three or more translations; {which}: "
          f"{len(rich):,} sentences")

# %% tags=["nbval-ignore-output"]
for i, person in list(zip(several, by_people, strict=True))[:: len(several) // 4]:
    print(f"{sources[i]}\n    reference  {references[i]}\n    person     {person}\n    model      {translations[i]}")

# %% [markdown]
# People are far from 100, although about half of these translations are by the same person as the reference. That is
# what to have in mind with a score such as ours: a good translator does not get 100 either. How far depends on the
# references: where a sentence has several, the same translation of the same person gets much more by all of them than
# by one.
#
# And the model? In our run BLEU gives it even more than a person, and chrF a little less. How sure is that? p says how
# often so large a difference would come out by the draw of the sentences alone, if both were equally good: for neither
# score would it be rare. So is the model as good as a person? Read the examples. A person who does not agree with the
# reference has mostly said the same thing in other words; the model has often said something else. On these sentences
# the scores do not tell one from the other. No number replaces reading.
#
# And the comparison is unfair to the person. Only translations that differ from the reference were taken, so the person
# never equals it, and the model sometimes does. Where the model differs from it as well, the person is far ahead in our
# run. (Now it is unfair to the model: its best sentences are left out.) If the translations of people that equal the
# reference counted too, a person would get more than here. These pairs do not tell how much more.
#
# What would a strong system get? Once it has its sentences, this page needs no network, and it has none. The makers of
# one, OPUS-MT, which was trained on a great many texts, [report](https://huggingface.co/Helsinki-NLP/opus-mt-en-es)
# 54.9 BLEU and 72.1 chrF on sentences of the same collection. They are *other* sentences, also longer ones, so you
# cannot subtract; but a strong system does not come near 100 either.

# %% [markdown]
# ### What the number means, and what it does not
#
# - It is about **short, everyday sentences** from one collection. The scores in most papers are for longer sentences,
#   from newspapers for example. They cannot be compared with ours.
# - There is **one reference** for each sentence. A translation in other words is counted as
#   wrong: *tú* for *usted*, *ella es* for *es*. With several references the same translations
#   would score higher.
# - The corpus has many **near-duplicates**. "She lives in the country." is in the training part, and "Tom lives in the
#   country." in the test. We keep equal English sentences apart, not similar ones, and not equal Spanish ones: their
#   score stands above.
# - The interval is about **chance in the choice of sentences**, not about other seeds or other
#   kinds of text.
# - BLEU counts words, not meaning. A missing *no* costs as little as a missing comma. Read
#   translations!

# %% [markdown]
# ## Where does it fail?
#
# So let us read, but not at random. First by length: BLEU for sentences of up to 4, 5 or 6, and 7 or 8
# words. Which will be the hardest?

# %% tags=["nbval-ignore-output"]
for low, high in ((1, 4), (5, 6), (7, 8)):
    rows = [i for i, sentence in enumerate(sources) if low <= len(sentence.split()) <= high]
    part = sacrebleu.corpus_bleu([translations[i] for i in rows], [[references[i] for i in rows]])
    print(f"{low}-{high} words: BLEU {part.score:4.1f} on {len(rows)} sentences")

# %% [markdown]
# If the score falls by much more than the width of the interval above, longer sentences are harder. By two or three
# points, as in our run, this cannot be told: each line is about a few hundred sentences, and even for all 1,000 the
# interval is wider than that.
#
# Then the worst ones, by chrF, which counts letters instead of words and therefore works for a single sentence.

# %% tags=["nbval-ignore-output"]
by_quality = sorted(range(1000), key=lambda i: chrf.sentence_score(translations[i], [references[i]]).score)
for i in by_quality[:60:6]:
    print(f"{sources[i]}\n    model      {translations[i]}\n    reference  {references[i]}")

# %% [markdown]
# Sort these into groups. Look for five: translations that are *right*, only in other words than
# the reference; words that the model has seen too seldom, and replaces by something it knows; words that it
# *invents*, since it may put any pieces together; idioms, which cannot be translated piece by piece; and sentences in
# which a part is left out. Only the first group is no fault of the model.
#
# Two of these can be counted, roughly. How many translations have a word that is in no Spanish training sentence, and
# neither copied from the English sentence nor in the reference? (Not all of these are invented: some may be Spanish
# words that the training part happens not to have.) And are sentences worse whose words are rare in training?

# %% tags=["nbval-ignore-output"]
frequency = Counter(word for pair in train_pairs for word in normalise(pair.source).split())
rarest = [min(frequency[word] for word in normalise(sentence).split()) for sentence in sources]
for low, high in ((0, 4), (5, 49), (50, 10 ** 9)):
    rows = [i for i, n in enumerate(rarest) if low <= n <= high]
    part = sacrebleu.corpus_bleu([translations[i] for i in rows], [[references[i] for i in rows]])
    times = f"{low} to {high}" if high < 10 ** 9 else f"{low} or more"
    print(f"rarest word seen {times} times: BLEU {part.score:4.1f} on {len(rows)} sentences")
known_words = count_words(train_pairs)
invented = [[word for word in normalise(text).split() if word not in known_words
             and word not in normalise(f"{english} {reference}").split()]
            for text, english, reference in zip(translations, sources, references, strict=True)]
print(f"{sum(map(bool, invented))} of {len(translations)} translations have such a word:")
print("   ", ", ".join([some[0] for some in invented if some][:9]), "…")

# %% [markdown]
# ## Where does it look?
#
# In the decoder each Spanish token asks, by cross-attention, which English tokens to look at:
# queries from the Spanish side, keys and values from the encoder's memory. Here are the weights
# of the last layer, averaged over its heads. So that everybody looks at the same translation, we
# give it to the model, as in training, whether or not it would write it by itself.
#
# Rows are the Spanish tokens that are *read*; each row is used to predict the token *after* it.
# Spanish says "the house white". Find the row that predicts the beginning of *blanca*. If the model looks where a
# person would, under which English word is it dark? And the row above it?

# %% tags=["nbval-ignore-output"]
source = torch.tensor([subwords.encode("The white house is big.") + [subwords.eos_id]])
ids = torch.tensor([[subwords.bos_id, *subwords.encode("La casa blanca es grande."), subwords.eos_id]])
target, following = ids[:, :-1], ids[:, 1:]
with torch.no_grad(), record_attention(model) as weights:
    chances = model(source, target).softmax(-1)
cross = weights.get("decoder.layers.1.cross_attention")                   # None if the weights fit no class of ours
cross = torch.zeros(4, target.shape[1], source.shape[1]) if cross is None else cross[0]     # (n_heads, T_q, T_k)
rows = [f"{read} → {next_}" for read, next_ in
        zip(subwords.tokens(target[0]), subwords.tokens(following[0]), strict=True)]
columns = subwords.tokens(source[0])
show_weights(cross.mean(0), rows, columns, title="Cross-attention, last layer, mean of the heads")

# %% tags=["nbval-ignore-output"]
show_heads(cross, rows, columns, title="The four heads one by one")

# %% [markdown]
# Where the order of the two languages differs, a model that has learned which words belong together
# leaves the diagonal. Which words belong together, ours was told at the beginning, by the vectors from counts. Where to
# look, it was not told: its queries and keys began with random matrices, and it has learned to use them because that
# helps to predict. Does yours do it in all heads? (In the middle of a word, when it writes the rest of it, it need not
# look at the English at all.)
#
# Be careful with such a picture: lesson 11 asks how far these weights can be trusted, and
# measures it.
#
# And how sure was it of each token of this translation? Where was it surprised? What would it have written there?

# %% tags=["nbval-ignore-output"]
print("token         p   the likeliest of all others")
for name, token, p in zip(subwords.tokens(following[0]), following[0], chances[0], strict=True):
    rival = p.index_fill(0, token, 0.0).argmax()
    print(f"{name:10} {p[token]:.2f}   {subwords.tokens([rival])[0]} {p[rival]:.2f}")

# %% [markdown]
# In our run each token is the likeliest in its place: that must be so where greedy decoding finds the sentence by
# itself. It is least sure of what follows *casa*: *blanca* begins with ▁bl, which has 0.30, and *de*, "of", has 0.20.
#
# Now type sentences of your own, and go through the translation token by token. After which token is
# the model least sure how to go on? Which English word does it look at when it writes the verb?

# %% tags=["nbval-ignore-output"]
interactive.translator(model, subwords, "The black cat is sleeping.") if isinstance(model, Transformer) else None

# %% [markdown]
# ## Recap
#
# - Split by *sentence*, learn everything, the vocabulary included, from the training part alone.
# - Byte-pair encoding: letters, then again and again the most frequent pair becomes a symbol.
# - An untrained model has a loss of about log(vocabulary size).
# - Counts, compared with chance, know which tokens belong together before the first step.
# - The validation loss beside the training loss says whether the model learns the language or the sentences.
# - Greedy decoding: the most likely token, appended, until eos.
# - BLEU: n-gram precisions for n = 1 to 4, clipped and pooled over all sentences, geometric mean,
#   brevity penalty. Report it with its signature and an interval, and read the translations as
#   well.
#
# ## Common mistakes
#
# - **The test leaks.** Pairs are dealt out instead of sentences, or the vocabulary is built from
#   everything.
# - **High accuracy taken for success.** With the right tokens before it, the *next* one is easy.
#   In decoding the model goes on from its own mistakes; only decoded translations count.
# - **BLEU computed on token ids, or with `<eos>` in the text**, or as a mean of sentence scores.
#   Each gives a number, none gives BLEU.
# - **References not nested**: `corpus_bleu(translations, references)` without the inner list takes *letters* for
#   references: sentence i is compared with the i-th letter of each reference. After as many sentences as the shortest
#   reference has letters it stops, and says nothing. Compare: `corpus_bleu(translations, [references])`.
# - **Text after eos is kept**, or decoding starts with padding.
#
# ## Further reading
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §5 for their training, §6.1 for their
#   results. On the data (§5.1): "Sentence pairs were batched together by approximate sequence length."
# - [Sennrich, Haddow and Birch (2016), Neural Machine Translation of Rare Words with Subword
#   Units](https://arxiv.org/abs/1508.07909), §3.2: byte-pair encoding, with the same four words.
# - [Levy and Goldberg (2014), Neural Word Embedding as Implicit Matrix
#   Factorization](https://papers.nips.cc/paper/2014/hash/feab05aa91085b7a8012516bc3533958-Abstract.html): what word2vec
#   learns step by step, and what counts give at once, are nearly the same.
# - [Jordan et al. (2024), Muon](https://kellerjordan.github.io/posts/muon/): the step for matrices.
# - [Papineni et al. (2002), BLEU](https://aclanthology.org/P02-1040/), §2: where the trap and the brevity
#   penalty come from.
# - [Post (2018), A Call for Clarity in Reporting BLEU Scores](https://arxiv.org/abs/1804.08771): the paper
#   behind sacreBLEU.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks.
#
# **A · Accuracy against BLEU.** Feed the model the reference itself (teacher forcing) and count how
# often its most likely token is the right one. Compare with the share of sentences that come out right.
#
# **B · More or fewer subwords.** Train with `vocab_size=500` and 2000, until each pair has been read as often as
# above. How long do sentences become, how large the model, how long does it take, and which translates best?
#
# **C · Your own sentences.** `load_pairs("mine.tsv")` reads a file with a source and a target sentence
# in each line, separated by a tab. Everything above works with it.
#
# **D · Longer.** Train a second model for twice the tokens. What becomes of BLEU, of the two losses, and of the table
# of adjectives? Is the house *blanca*?

# %% [markdown]
# <details><summary>A: a solution</summary>
#
# ```python
# held_out = encode_pairs(test_pairs, subwords)
# right = total = 0
# with torch.no_grad():
#     for rows in torch.arange(1000).split(100):
#         batch = held_out.batch(rows)
#         labels = batch.target[:, 1:]
#         real = labels != subwords.pad_id
#         guess = model(batch.source, batch.target[:, :-1]).argmax(-1)
#         right += int((guess == labels)[real].sum())
#         total += int(real.sum())
# print(f"{right / total:.0%} of the next tokens, but {exact / 1000:.0%} of the sentences")
# ```
#
# The first share is far the larger one: one wrong token spoils a sentence, and changes what comes after
# it. With teacher forcing the next token never has to follow a wrong one.
#
# </details>
#
# <details><summary>B: a way to start</summary>
#
# ```python
# both = [sentence for pair in train_pairs for sentence in (pair.source, pair.target)]
# for vocab_size in (500, 2000, 6000):
#     pieces = Subwords.train(both, vocab_size=vocab_size)
#     table = encode_pairs(train_pairs, pieces)
#     tokens = int((table.source_lengths + table.target_lengths - 1).sum())             # of all training pairs
#     new = Transformer(len(pieces), d_model=128, n_heads=4, d_ff=512, n_layers=2)
#     parameters = sum(p.numel() for p in new.parameters())
#     print(f"{vocab_size:5} subwords: {tokens / len(table):.1f} tokens a pair, {parameters:,} parameters, "
#           f"train(..., tokens={round(rounds * tokens)})")
# ```
#
# Then `encode_pairs`, `count_vectors`, `begin_with`, `train` and `translate` as above, with `pieces` for `subwords` and
# `new` for `model`, and BLEU on the same test sentences: it is computed on words, so that the three can be
# compared, which the losses cannot. With fewer subwords a pair has more tokens, so that each model needs a budget of
# its own, which the cell prints. (`rounds`, from above, says how often your translator has read each pair.) When we
# chose the 6,000, one run each, 2,000 came out about 3 BLEU lower. There are more reasons than one why more subwords
# may help: shorter sentences, whole words that have a vector of their own from the counts, a larger table. And one why
# they may do harm: each of them is seen less often.
#
# </details>
#
# <details><summary>C: a first file</summary>
#
# ```python
# from pathlib import Path
# Path("mine.tsv").write_text("The cat sleeps.\tLe chat dort.\nI sleep.\tJe dors.\n", encoding="utf-8")
# print(load_pairs("mine.tsv"))
# ```
#
# To learn something, a model needs many thousands of pairs. Lesson 12 comes back to it.
#
# </details>
#
# <details><summary>D: a way to start</summary>
#
# ```python
# torch.manual_seed(0)
# longer = Transformer(len(subwords), d_model=128, n_heads=4, d_ff=512, n_layers=2)
# begin_with(longer, vectors)
# train(longer, encoded, tokens=12_000_000, batch_tokens=1200, lr=3e-3, matrix_lr=0.02, matrix_every=2, workers=2,
#       checkpoint="cache")
# ```
#
# Then put `longer` in the place of `model` in the cells above. With `own = False` it begins with the same weights as
# the translator of this page. One made of your parts began with others, and a part of the difference may come from
# that.
# The name in the cache differs, since the budget does, so that nothing is overwritten.
#
# </details>

# %% [markdown]
# Would you like to show it to someone now? Two lines make one file of it that translates in any browser, without Python
# and without a network. Lesson 14 explains how it works.
#
# ```python
# from course.page import export_page
# export_page(model, subwords, "translator.html")
# ```
#
# Next, in lesson 10: better sentences from the same model, by following several at a time.
