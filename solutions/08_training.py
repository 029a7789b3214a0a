# %% [markdown]
# # Lesson 08 · Training
#
# The model of lesson 07 has everything it needs, except that it knows nothing. Its weights are
# random numbers. This lesson turns "a good translation" into one number, the loss, makes that number
# small, and watches it go down.
#
# Half of the lesson is about training that goes wrong. A bug in a training loop rarely raises an
# error. It changes a curve, a sample or a gradient, and you learn to read these three until you can
# tell five bugs apart without seeing the code.
#
# **After this lesson** you can
#
# - write the loss with label smoothing, averaged over the real tokens, and say how low it can get;
# - write the paper's learning rate, and show what happens without its warm-up;
# - write a training step with teacher forcing, and prove it on a single batch;
# - read a loss curve: too slow, too fast, overfitted;
# - say what dropout does in training and in evaluation, and where the paper puts it;
# - write a training loop that stops by the validation loss, and give its loss as a perplexity;
# - find a planted bug from its symptoms.
#
# **You need** lesson 07. Of optimisation you only need to know that an optimiser moves every weight a
# little against its gradient.
#
# **Time** about two and a half hours, some 90 minutes of them for the ten exercises.

# %%
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, hint, solution
from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## One token
#
# *the black cat sleeps* is to become *el gato negro duerme*. The decoder has read *el*, and gives every
# word of its vocabulary a score, the **logit**. Let the vocabulary be four words, and the scores those of
# lesson 01: 1, 2, 6 and 3. The right word is *gato*.
#
# A softmax makes probabilities of the scores. The loss of this token is $-\log p$ of the right word,
# in **nats** (natural logarithms). Before you run the cell: will it be near 0 or far from it? And what
# would it be if *el* had been the right word?

# %%
vocabulary_of_four = ["el", "negro", "gato", "duerme"]
logits = torch.tensor([1., 2., 6., 3.])
p = logits.softmax(dim=-1)
for word, score, share in zip(vocabulary_of_four, logits, p, strict=True):
    print(f"{word:7} score {score:.0f}   p = {share:.3f}   −log p = {-share.log():.3f}")

# %% [markdown]
# A confident right guess costs nearly nothing; *el* would have cost 5. A probability of one half for the
# right word costs log 2 = 0.69. A model that knows nothing gives each of V words the same 1/V, and pays
# log V.
#
# ## Not quite certain
#
# For $-\log p$ no probability is high enough: 0.99 is better than 0.9, and 0.9999 better still. To get
# there the model must push the right score further and further away from the others. But *gato* is not
# the only possible word: *el* could also be followed by *felino*. The paper (§5.4) asks for less:
#
# > During training, we employed label smoothing of value $\epsilon_{ls} = 0.1$. This hurts perplexity,
# > as the model learns to be more unsure, but improves accuracy and BLEU score.
#
# (Perplexity comes further down. BLEU is a score for translations, and comes in lesson 09.)
#
# **Label smoothing** takes a share of 0.1 away from the right word, and spreads it evenly over *all* V words of the
# vocabulary, the right one among them. This is PyTorch's convention; others give no share to the right word, or none to
# the token `<pad>`, and get slightly different numbers. (Positions that are padding are another matter: they are left
# out altogether, as you will see.) The loss is then the mean of $-\log p$ under these shares:
#
# $$-(1 - \epsilon) \log p_{right} \; - \; \epsilon \cdot \frac{1}{V} \sum_{w} \log p_w$$

# %%
smoothing = 0.1
wanted = torch.full((4,), smoothing / 4)
wanted[2] += 1 - smoothing                                  # gato
print("wanted shares        ", wanted, "  sum", wanted.sum())
print("−log p               ", -p.log())
print(f"shares times −log p   {(wanted * -p.log()).sum():.3f}")
print(f"by the formula        {-(0.9 * p[2].log() + 0.1 * p.log().mean()):.3f}")

# %% [markdown]
# What does this do to a model that grows more and more certain? The next cell gives *gato* a
# probability p and shares the rest among the other three. **At which p will the smoothed loss be
# lowest?**

# %%
for certain in (0.5, 0.8, 0.9, 0.925, 0.95, 0.99, 0.9999, 0.999999):
    shares = torch.full((4,), (1 - certain) / 3)
    shares[2] = certain
    smoothed = -(wanted * shares.log()).sum()
    print(f"p = {certain:<8}   −log p = {-math.log(certain):.4f}   smoothed {smoothed:.4f}")

# %% [markdown]
# At 0.925, exactly the share that was asked for. Beyond it the loss rises again, without limit: a
# probability of 0 for a word that should get 0.025 has an infinite loss.
#
# ## Many tokens, some of them padding
#
# A batch holds sentences of different lengths, and the short ones are filled up with padding. Here are
# *el gato negro duerme* and *el gato duerme*, each with its end mark, and the loss of every token:

# %%
losses = torch.tensor([[0.2, 0.4, 1.0, 0.3, 0.1],           # el gato negro duerme <eos>
                       [0.2, 0.4, 0.5, 0.1, 0.0]])          # el gato duerme <eos> <pad>
real = torch.tensor([[True] * 5, [True] * 4 + [False]])
print(f"mean over the real tokens       {losses[real].mean():.3f}   (3.2 / 9)")
print(f"mean over all positions         {losses.mean():.3f}   (3.2 / 10)")
print(f"mean of the sentences' means    {torch.stack([losses[0].mean(), losses[1, :4].mean()]).mean():.3f}")

# %% [markdown]
# Three numbers for the same model. The second changes with the amount of padding. In the third a word counts
# more when its sentence is short. We take the first: **every real token counts once.**

# %% [markdown]
# ### Exercise 8.1 · the loss        ●●○  about 20 minutes · 3 points
# Cross-entropy with label smoothing, averaged over the real tokens.
#
# - **You have** `logits` (B, T, V), `targets` (B, T) with the ids of the right tokens, `pad_id`, and
#   `smoothing` between 0 and 1. Positions whose target is `pad_id` do not count, wherever they stand;
#   one at least has another target.
# - **Return** one number, a tensor without axes. The smoothing goes in equal shares to all V tokens.
# - **Use** `log_softmax(dim=-1)`, which is safe where `softmax` followed by `log` meets log 0. A boolean
#   mask picks the real positions: `logits[real]` is (N, V). `x.gather(-1, index)` picks one number from
#   each row, with `index` of shape (N, 1). `F.cross_entropy` is allowed, too: it can do all of it, and its
#   documentation is worth reading.

# %%
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    """Mean loss of the real tokens, in nats: (B, T, V), (B, T) -> a scalar."""
    ### BEGIN SOLUTION
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)                            # (N, V)
    of_right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * of_right + smoothing * log_p.mean(dim=-1)).mean()
    ### END SOLUTION


# %%
check("8.1", label_smoothing_loss)

# %%
label_smoothing_loss = carry_on("8.1", label_smoothing_loss)

one_token = label_smoothing_loss(logits.reshape(1, 1, 4), torch.tensor([[2]]), pad_id=0, smoothing=0.1)
print(f"gato once more: {one_token:.3f}")

torch.manual_seed(0)
many, targets = torch.randn(2, 5, 7), torch.tensor([[3, 1, 6, 2, 4], [5, 2, 4, 0, 0]])
ours = label_smoothing_loss(many, targets, pad_id=0, smoothing=0.1)
theirs = F.cross_entropy(many.transpose(1, 2), targets, ignore_index=0, label_smoothing=0.1)
print(f"ours {ours:.4f}   PyTorch's {theirs:.4f}")

# %% [markdown]
# Notice the `transpose`: PyTorch wants the vocabulary on axis 1, (B, V, T).
#
# ### Perplexity
#
# Is a loss of 0.7 nats much? A second way to write the same number is easier to picture: **perplexity**, which is
# exp(loss). A perplexity of 5 means: the loss is that of a model that has to guess among 5 equally likely words. (One
# that is sure of wrong words can have a perplexity above the number of words.) What is the perplexity of a model that
# knows nothing, with 49 tokens to choose from? And of one that wavers between two?

# %%
for name, p_right in [("knows nothing of 49 tokens", 1 / 49), ("wavers between two words", 1 / 2),
                      ("gives the right word 0.93", 0.93), ("is certain, and right", 1.0)]:
    loss = math.log(1 / p_right)
    print(f"{name:26} loss {loss:.3f}   perplexity exp({loss:.3f}) = {math.exp(loss):5.2f}")

# %% [markdown]
# It is computed from the plain loss, without smoothing: with smoothing a perfect model would not have perplexity 1.
# That is also what the paper means by "hurts perplexity": a model that was trained to leave a tenth of its certainty
# to other words is never quite sure, and pays for it here.

# %% [markdown]
# ## How large a step?
#
# The gradient says in which direction to go, not how far. The paper (§5.3) lets the **learning rate**
# rise in a straight line for `warmup` steps and then fall as $1/\sqrt{step}$:
#
# $$rate = d_{model}^{-0.5} \cdot \min(step^{-0.5},\; step \cdot warmup^{-1.5})$$
#
# Why begin with small steps? The optimiser here is **Adam**. It divides each gradient by its usual size, and in the
# first step it has seen only one: what remains is +1 or −1. So nearly every weight moves by the full learning rate,
# whether its gradient is large or tiny (lesson 06 has measured it). That is much for a direction that comes from one
# batch and a random model. (Is it the first step alone? An experiment further down tells.)
#
# Put step = warmup into both terms. What do you get?

# %% [markdown]
# ### Exercise 8.2 · warm-up        ●○○  about 8 minutes · 1 point
# - **You have** `step`, counted from 1, `d_model` and `warmup`, three plain numbers.
# - **Return** the learning rate, a plain number, too: not a tensor.
# - **Use** `min`, and `x ** -0.5` for $1/\sqrt{x}$. (`x ** -1/2` is something else. What?)

# %%
def warmup_lr(step, d_model, warmup):
    """The paper's learning rate (§5.3, eq. 3)."""
    ### BEGIN SOLUTION
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)
    ### END SOLUTION


# %%
check("8.2", warmup_lr)

# %%
warmup_lr = carry_on("8.2", warmup_lr)

steps = list(range(200, 20_001, 200))
show_curves(steps, {
    "d_model 512, warmup 4000": [warmup_lr(n, 512, 4000) for n in steps],
    "d_model 512, warmup 8000": [warmup_lr(n, 512, 8000) for n in steps],
    "d_model 256, warmup 4000": [warmup_lr(n, 256, 4000) for n in steps],
}, "step", "learning rate", "The paper's learning rate")

# %% [markdown]
# Both terms are equal at step = warmup. There is the peak, $1/\sqrt{d_{model} \cdot warmup}$. From step
# 8,000 on, the two curves with d_model 512 are the same.
#
# **What goes wrong if** the steps are counted from 0, as Python's `range` does?

# %%
try:
    print(warmup_lr(0, 512, 4000))
except (ZeroDivisionError, ValueError) as error:
    print(type(error).__name__)
print(f"rate at the peak                                {warmup_lr(4000, 512, 4000):.6f}")
print(f"after 30 epochs, if the schedule counts epochs  {warmup_lr(30, 512, 4000):.6f}")

# %% [markdown]
# At step 0 the formula asks for $1/\sqrt{0}$, and most versions raise an error. A version with an `if` may give a rate
# of 0 instead: then the first step does nothing. The last line raises no error in any version: if you count *epochs*
# where steps are meant, the warm-up has hardly begun after 30 epochs of thousands of steps each, and the model
# "learns slowly".

# %% [markdown]
# ## A language of 49 tokens
#
# To watch training we need a task that a small model learns in seconds. Here is a small part of English
# and Spanish that still has what makes translating hard: the adjective moves behind its noun, and article
# and adjective follow the noun's gender. Our sentence belongs to it.

# %%
nouns = {"cat": ("gato", 0), "dog": ("perro", 0), "horse": ("caballo", 0),
         "cow": ("vaca", 1), "hen": ("gallina", 1), "frog": ("rana", 1)}
articles = {"the": ("el", "la"), "a": ("un", "una"), "this": ("este", "esta")}
adjectives = {"black": ("negro", "negra"), "white": ("blanco", "blanca"),
              "tired": ("cansado", "cansada"), "small": ("pequeño", "pequeña")}
verbs = {"sleeps": "duerme", "eats": "come", "runs": "corre", "sings": "canta", "dreams": "sueña"}

def clause(rng):
    article, noun, verb = rng.choice(list(articles)), rng.choice(list(nouns)), rng.choice(list(verbs))
    adjective = rng.choice([None, *adjectives])
    spanish, gender = nouns[noun]
    english = [article, adjective, noun, verb]
    translation = [articles[article][gender], spanish,
                   adjective and adjectives[adjective][gender], verbs[verb]]
    return [word for word in english if word], [word for word in translation if word]

def sentence_pair(rng):
    english, spanish = clause(rng)
    if rng.random() < 0.5:
        more_english, more_spanish = clause(rng)
        english, spanish = [*english, "and", *more_english], [*spanish, "y", *more_spanish]
    return " ".join(english), " ".join(spanish)

rng = random.Random(0)
pairs = {"the black cat sleeps": "el gato negro duerme"}
while len(pairs) < 1401:
    english, spanish = sentence_pair(rng)
    pairs[english] = spanish
ours, *others = pairs.items()
rng.shuffle(others)              # no sentence is taken twice, and of the short ones, which are few, most came early
english, spanish = zip(ours, *others, strict=True)
for n in (0, 1, 2, 3):
    print(f"{english[n]:48} {spanish[n]}")

# %% [markdown]
# The ids are those of the whole course: 0 is padding, 2 begins a sentence, 3 ends it. A source row ends with
# the end mark; a target row also begins with the beginning mark. We keep two parts of the pairs away from
# training. On the **validation** part, 201 pairs with our sentence among them, we look as often as we like: to
# draw curves, to choose a learning rate, to read what the model writes. The **test** part, 200 pairs, is measured
# once, at the end. If you choose a learning rate by its loss on some pairs, that loss is no longer a fair measure.
#
# The language is small. Most sentences of both parts are made of clauses that also stand in the training part, only
# put together in another way. The cell counts them.

# %%
PAD, BOS, EOS = 0, 2, 3
words = sorted({word for sentence in [*english, *spanish] for word in sentence.split()})
vocabulary = ["<pad>", "<unk>", "<bos>", "<eos>", *words]
number_of = {word: n for n, word in enumerate(vocabulary)}

def to_ids(sentences, begin=""):
    rows = [[number_of[word] for word in f"{begin} {sentence} <eos>".split()] for sentence in sentences]
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])

source, target = to_ids(english), to_ids(spanish, begin="<bos>")
validation_source, validation_target = source[:201], target[:201]
test_source, test_target = source[1201:], target[1201:]
source, target = source[201:1201], target[201:1201]
print(len(vocabulary), "tokens;", tuple(source.shape), "and", tuple(target.shape))
print("source", validation_source[0].tolist(), "\ntarget", validation_target[0].tolist())
print(f"padding in the target: {(target == PAD).float().mean():.0%}")

clauses = [sentence.split(" and ") for sentence in english]
known = {clause for parts in clauses[201:1201] for clause in parts}
for name, part in [("validation part", clauses[:201]), ("test part", clauses[1201:])]:
    print(f"{name}: {sum(known.issuperset(parts) for parts in part)} of {len(part)} sentences have known clauses only")
print("training sentences with our sentence as a clause:", sum(english[0] in parts for parts in clauses[201:1201]))

# %% [markdown]
# ### Batches by tokens
#
# Every padded position is computed and thrown away. The paper (§5.1) puts sentences of similar length into the same
# batch. And it measures a batch in tokens, not in sentences, so that each step costs about the same. The course's
# `token_batches` does both; it counts the tokens of source and target together. The shapes below are those of the
# targets. Which batches will hold the most sentences?

# %%
lengths = (source != PAD).sum(dim=1), (target != PAD).sum(dim=1)
encoded = Encoded(source, target, *lengths)
shuffle = torch.Generator().manual_seed(0)

at_random = torch.randperm(len(source), generator=shuffle).split(32)
by_tokens = list(token_batches(encoded, max_tokens=500, generator=shuffle))
at_random = [encoded.batch(rows) for rows in at_random]
for name, batches in [("32 at random", at_random), ("about 500 tokens", by_tokens)]:
    all_targets = torch.cat([batch.target.flatten() for batch in batches])
    padding = (all_targets == PAD).float().mean()
    print(f"{name:17} {len(batches)} batches, padding {padding:5.1%}, for example", end="")
    print(*(f"  {tuple(batch.target.shape)}" for batch in batches[:4]))

# %% [markdown]
# Short sentences come in large batches, long ones in small batches. What is left over of each length makes a smaller
# one. The *order* of the batches is still random: a model that first sees only short sentences would learn that
# sentences are short.
#
# On this page we still take 32 sentences at random. The task is small, and some of the bugs below show only
# where there is padding.

# %% [markdown]
# ## The training step
#
# You know it from lesson 07: the decoder reads the *right* words so far, whatever it would have written itself
# (**teacher forcing**). At every position at once it is asked for the next token.
#
# | position | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | it reads | `<bos>` | el | gato | negro | duerme |
# | it is asked for | el | gato | negro | duerme | `<eos>` |
#
# A question before we train. With smoothing 0.1 and 49 tokens, a model learns its sentences by heart, until
# nothing is left to improve. What will its loss be then?

# %% [markdown]
# ### Exercise 8.3 · the lowest loss        ●●○  about 5 minutes · 1 point
# Set `prediction` to one of 0, 0.1, 0.7, 3.9. You may compute it; the table with 0.925 above shows how.

# %%
prediction = ...
### BEGIN SOLUTION
prediction = 0.7
### END SOLUTION

# %%
check("8.3", prediction)

# %% [markdown]
# ### Exercise 8.4 · the training step        ●●○  about 15 minutes · 3 points
# One step on one batch.
#
# - **You have** `model(source, decoder_input)`, which returns logits (B, T, V) for a decoder input (B, T);
#   `optimiser`; `source` (B, T_k); `target` (B, T + 1) with beginning, end and padding; `pad_id` and
#   `smoothing`.
# - **Do** change the weights of the model once, by one call of `optimiser.step()`, without arguments.
#   `loss.backward()` *adds* a gradient to that of each weight, `optimiser.step()` moves the weights by the
#   gradients it finds, `optimiser.zero_grad()` clears them. Before the first step there are no gradients. Use the
#   gradients as they are, without clipping.
# - **Leave** the model in the mode that it is in: whoever calls the step has chosen it, by `model.train()` or
#   `model.eval()`.
# - **Return** the loss of this batch, a number: `loss.item()`, or the tensor with that one number in it.
# - **Use** your `label_smoothing_loss`. If there is a `view` in it, it will refuse a slice such as `target[:, 1:]`;
#   `reshape` and `flatten` take one.

# %%
def training_step(model, optimiser, source, target, pad_id, smoothing):
    """One step of teacher forcing; returns the loss before the change."""
    ### BEGIN SOLUTION
    decoder_input, labels = target[:, :-1], target[:, 1:].contiguous()    # one block, should the loss use `view`
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
    ### END SOLUTION


# %%
check("8.4", training_step)

# %%
training_step = carry_on("8.4", training_step)

# %% [markdown]
# ## Overfit one batch
#
# Before any real training, try a new training loop on *one* small batch, and let the model learn it by
# heart. If it cannot learn eight sentences by heart, there is a bug, and you know it after seconds. Will the
# loss end where exercise 8.3 says?

# %% tags=["nbval-ignore-output"]
def new_model(**changes):
    torch.manual_seed(1)
    sizes = dict(d_model=48, n_heads=4, d_ff=96, n_layers=1, pad_id=PAD) | changes
    model = Transformer(len(vocabulary), **sizes)
    # the paper's numbers (§5.3): gradients are averaged over about 10 steps, their squares over about 50
    return model, torch.optim.Adam(model.parameters(), lr=4e-3, betas=(0.9, 0.98), eps=1e-9)

model, optimiser = new_model()
for n in range(1, 101):
    loss = training_step(model, optimiser, source[:8], target[:8], PAD, smoothing=0.1)
    loss = torch.as_tensor(loss).item()                 # a number, whether it was one or a tensor
    if n in (1, 2, 5, 10, 20, 40, 60, 80, 100):
        print(f"step {n:3}   loss {loss:.3f}")

# %%
share = torch.full((49,), 0.1 / 49)
share[0] += 0.9
print(f"lowest possible            {-(share * share.log()).sum():.3f}")
print(f"knowing nothing, log 49    {math.log(49):.3f}")

# %% [markdown]
# It does, to within a few hundredths. Look at the *first* loss, too. A model that knows nothing would pay
# log 49; ours pays more, so it is convinced of something wrong. Of what? Its embedding table is also its
# output layer (lesson 07), so a new model expects the token that it has just read. Remember that for later.

# %% [markdown]
# ## Reading a curve
#
# Now with all sentences. This `fit` is not that of lesson 03: it is given a training step, makes a new model, takes
# random batches of 32, and the learning rate of exercise 8.2 with a peak of our choice. From here on there is no
# smoothing, so that losses can be read as $-\log p$.

# %%
def fit(step, source=source, target=target, steps=160, peak=8e-3, warmup=20, **changes):
    """Train a new model and return it with its losses. `step` is a training step without smoothing."""
    model, optimiser = new_model(**changes)
    order = torch.Generator().manual_seed(0)
    losses = []
    for n in range(1, steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = peak * warmup_lr(n, 48, warmup) / warmup_lr(warmup, 48, warmup)
        rows = torch.randint(len(source), (32,), generator=order)
        losses.append(step(model, optimiser, source[rows], target[rows], PAD))
    return model.eval(), losses

def healthy(model, optimiser, source, target, pad_id):
    loss = training_step(model, optimiser, source, target, pad_id, smoothing=0.0)
    return torch.as_tensor(loss).item()

def loss_on(model, source, target):
    with torch.no_grad():
        logits = model(source, target[:, :-1])
    labels = target[:, 1:].contiguous()                 # a copy without gaps: `view` refuses this slice
    return label_smoothing_loss(logits, labels, PAD, smoothing=0.0).item()

def write(model, source, length=10):
    """The most probable next word, `length` times: we do not stop at <eos>."""
    ids = torch.full((len(source), 1), BOS)
    with torch.no_grad():
        for _ in range(length):
            ids = torch.cat([ids, model(source, ids)[:, -1:].argmax(dim=-1)], dim=1)
    return ids[:, 1:]

def in_words(ids):
    return " ".join(vocabulary[n] for n in ids)

def show_samples(model):
    for n in range(3):
        print(f"  {english[n]:48} {in_words(write(model, validation_source[n : n + 1])[0])}")

def smooth(losses, width=10):
    """The mean of every 10 losses in a row."""
    return torch.tensor(losses).unfold(0, width, width).mean(dim=-1).tolist()

# %% tags=["nbval-ignore-output"]
model, healthy_losses = fit(healthy)
print("every 20th loss:", *(f"{loss:.2f}" for loss in healthy_losses[::20]))
loss = loss_on(model, validation_source, validation_target)
print(f"validation loss: {loss:.2f}, perplexity {math.exp(loss):.2f}")
show_samples(model)
healthy_model = model

# %% [markdown]
# Our sentence itself is not among the training sentences, though five of them have it as a clause. The model translates
# it: it moves the adjective, and it chooses between *el* and *la* by the noun, which comes later.
#
# What it writes after the first `<eos>` means nothing: it was never asked what follows an end. Remember that
# for later.
#
# Next, three ways in which a curve says that something is wrong. First the learning rate: one that is 20
# times smaller, and one that is 10 times larger. Sketch the two curves before you run the cell.

# %% tags=["nbval-ignore-output"]
curves = {"peak 0.008": smooth(healthy_losses)}
for peak in (0.0004, 0.08):
    model, losses = fit(healthy, peak=peak)
    curves[f"peak {peak}"] = smooth(losses)
show_curves(range(10, 161, 10), curves, "step", "loss (mean of 10 steps)", "Three learning rates")

# %% [markdown]
# - **Too low**: the right curve in slow motion. More steps would help, or a higher rate.
# - **Too high**: it falls fast at first, then only slowly.
#
# Now the number of sentences: the same model, trained on 20 sentences instead of 1,000.

# %% tags=["nbval-ignore-output"]
seen, unseen = [], []

def watched(model, optimiser, *batch):
    seen.append(healthy(model, optimiser, *batch))
    if len(seen) % 10 == 0:                                 # after 10, 20, 30 ... steps
        unseen.append(loss_on(model, validation_source, validation_target))
    return seen[-1]

fit(watched, source[:20], target[:20])
show_curves(range(10, 161, 10), {"20 training sentences": smooth(seen), "validation sentences": unseen},
            "step", "loss", "Learning by heart")

# %% [markdown]
# The training loss goes to 0. The validation loss falls with it for a while, and then rises: from there on the model
# becomes more and more certain, also of wrong tokens in sentences that it has not seen, and for these the loss charges
# most. This is **overfitting**, and the training curve alone does not show it. What helps against it comes after the
# next experiment.
#
# And the warm-up. The paper's model has its norms *after* the residual connection (lesson 06), and is known
# to need one. With two layers and without warm-up, which of the two arrangements will suffer? In the second column only
# the first step is as small as with a warm-up, and all others are full ones. Will that be enough?

# %% tags=["nbval-ignore-output"]
schedules = {"warm-up": lambda n: min(1, n / 40), "first step only": lambda n: 1 / 40 if n == 1 else 1,
             "none": lambda n: 1}
print("loss after 120 steps  ", *(f"{schedule:>15}" for schedule in schedules))
for name, norm_first in [("norm first (ours)", True), ("norm last (the paper)", False)]:
    ends = []
    for share in schedules.values():
        model, optimiser = new_model(norm_first=norm_first, n_layers=2)
        order = torch.Generator().manual_seed(0)
        losses = []
        for n in range(1, 121):
            optimiser.param_groups[0]["lr"] = 0.015 * share(n)
            rows = torch.randint(len(source), (32,), generator=order)
            losses.append(healthy(model, optimiser, source[rows], target[rows], PAD))
        ends.append(smooth(losses)[-1])
    print(f"{name:22}", *(f"{end:15.2f}" for end in ends))

# %% [markdown]
# With a warm-up of 40 steps both losses come down. Without it ours is higher, and the paper's arrangement has hardly
# learned anything in this time. A small first step alone does not help it: so it is not the first step alone that
# harms. (In lesson 06, with six layers and another task, a warm-up was not enough for it.) One seed is no proof. Lesson
# 12 trains models of both arrangements with two seeds each, and ours without a warm-up, too, and asks what two seeds
# can say.

# %% [markdown]
# ## Dropout
#
# The first remedy for overfitting is more sentences, if one has them. The paper has another one (§5.4):
# **dropout**. While training, each number is set to 0 with probability p, other numbers in each step. The idea: a
# model that can lose any number at any time must not rely on single ones.
#
# What becomes of the numbers that are left? Look at the first three rows, with p = 0.25. Which number stands there
# instead of 1, and why not 1?

# %%
torch.manual_seed(0)
dropout, ones = nn.Dropout(0.25), torch.ones(8)
for _ in range(3):
    print("training  ", *(f"{number:.3f}" for number in dropout(ones).tolist()))
dropout.eval()
print("evaluation", *(f"{number:.3f}" for number in dropout(ones).tolist()))
dropout.train()
many = dropout(torch.ones(100_000))
print(f"of 100,000 numbers {(many == 0).float().mean():.3f} are 0; mean of all {many.mean():.3f}, "
      f"without the factor it would be {(many != 0).float().mean():.3f}")

# %% [markdown]
# 1.333 is 1/(1 − 0.25). Of many numbers a quarter is missing (of eight it may be none). Those that are left are made
# larger, so that sums are as large as before, on average. In **evaluation** nothing is missing, and nothing has to be
# made larger: what goes in comes out. That is what `model.train()` and `model.eval()` switch.
#
# Where does it belong? The paper:
#
# > We apply dropout [...] to the output of each sub-layer, before it is added to the sub-layer input and normalized.
# > In addition, we apply dropout to the sums of the embeddings and the positional encodings in both the encoder and
# > decoder stacks. For the base model, we use a rate of $P_{drop} = 0.1$.
#
# Our model does the same. We count the zeros that each dropout makes, with p = 0.25 and one layer in each stack, and
# those that come out of the encoder layer, after the addition. How many places will there be? How many zeros will be
# left after the addition?

# %%
model, _ = new_model(dropout=0.25)
hooks, ran = [], []                                         # ran: the names of the modules that have run so far

def look(name, module, numbers):
    if isinstance(module, Dropout | EncoderLayer):
        where = f"{name}, after the addition" if isinstance(module, EncoderLayer) else f"dropout after {ran[-1]}"
        print(f"{where:46} {str(tuple(numbers.shape)):13}", f"{(numbers == 0).float().mean():5.1%} zeros")
    ran.append(name)

for name, module in model.named_modules():
    hooks.append(module.register_forward_hook(lambda module, given, numbers, name=name: look(name, module, numbers)))
model(source[:32], target[:32, :-1])
for hook in hooks:
    hook.remove()

# %% [markdown]
# Seven places: two sums of embedding and position, two sub-layers of the encoder layer, three of the decoder layer.
# After the addition hardly any is left. A number is 0 there only if it was lost three times, in the embedding and in
# both sub-layers: 0.25 · 0.25 · 0.25 = 1.6 %. The dropout of a sub-layer takes away part of what this sub-layer gives,
# and nothing of what is carried past it.

# %% [markdown]
# ## Stop in time
#
# The validation loss says when to stop, if one looks. **Early stopping** looks after every epoch, which is one pass
# through all training sentences. It keeps a copy of the best weights so far, and gives up when there has been no new
# best for some epochs, the *patience*. In the end it goes back to the best weights.

# %% [markdown]
# ### Exercise 8.10 · the training loop        ●●●  about 20 minutes · 3 points
# (Exercises 8.5 to 8.9 come after this one, in the clinic.)
#
# - **You have** `model`; `step(model, batch)`, which changes its weights once; `batches`, a list or a tuple of
#   at least one; `validate(model)`, which returns the validation loss, a finite number; `patience` and `max_epochs`,
#   each at least 1.
# - **Do**, in every epoch: switch to training mode; one step for each batch, in the given order; switch to evaluation
#   mode; `validate`, once.
# - **Stop** when `patience` epochs in a row have brought no new lowest loss, or after `max_epochs`. An equal loss is
#   no new one; a lower one is, however small the difference.
# - **Leave** the model with the weights of its best epoch. `model.state_dict()` gives its weights by name, and
#   `model.load_state_dict(weights)` puts some in. Mind that the first does not copy: what it gives are the weights
#   themselves, and the next step changes them. `copy.deepcopy(...)` makes a copy. The mode at the end does not matter.
# - **Return** the list of the validation losses, one for each epoch, not rounded.

# %%
def train_until(model, step, batches, validate, patience, max_epochs):
    """Train with early stopping; return the validation loss after each epoch."""
    ### BEGIN SOLUTION
    losses, best, waited = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(kept)
    return losses
    ### END SOLUTION


# %%
check("8.10", train_until)

# %% [markdown]
# Now 60 sentences in three batches, with dropout and without. Which of the two will stop sooner, and which will have
# the lower validation loss? The losses of training below are measured in evaluation mode, too.

# %% tags=["nbval-ignore-output"]
train_until = carry_on("8.10", train_until)

def validate(model):
    return loss_on(model, validation_source, validation_target)

def stopped_in_time(dropout, epochs=100):
    """A model trained on 60 sentences, and its validation losses."""
    model, optimiser = new_model(dropout=dropout)
    torch.manual_seed(5)

    def one_step(model, rows):
        return healthy(model, optimiser, source[rows], target[rows], PAD)

    losses = train_until(model, one_step, torch.arange(60).split(20), validate, patience=10, max_epochs=epochs)
    return model.eval(), [float(loss) for loss in losses]

curves, stopped = {}, {}
for p in (0.0, 0.2):
    stopped[p], losses = stopped_in_time(p)
    curves[f"dropout {p}"], loss = losses, validate(stopped[p])
    print(f"dropout {p}: {len(losses):3} epochs, the best was epoch {losses.index(min(losses)) + 1:2}; "
          f"training loss {loss_on(stopped[p], source[:60], target[:60]):.3f}, "
          f"validation loss {loss:.3f}, perplexity {math.exp(loss):.2f}")

# %% tags=["nbval-ignore-output"]
length = max(map(len, curves.values()))
shown = {name: losses + [min(losses)] * (length - len(losses)) for name, losses in curves.items()}
show_curves(range(1, length + 1), shown, "epoch", "validation loss", "60 training sentences")

# %% [markdown]
# (Where one of them has stopped, its line goes on with the loss of the weights that were kept.)
#
# Both learn their 60 sentences nearly by heart. But in our run the one with dropout has learned much more of the
# language on the way, and takes longer to stop getting better. (It is one seed and a tiny task. In lesson 09 the model
# sees each of 115,000 pairs only a few times, and there the course trains without dropout.)
#
# **What goes wrong if** evaluation mode is forgotten? The validation loss of both models, three times in each mode:

# %% tags=["nbval-ignore-output"]
for p, model in stopped.items():
    measured = []
    for mode in (True, False):
        model.train(mode)
        measured.append(" ".join(f"{validate(model):.3f}" for _ in range(3)))
    print(f"dropout {p}   training mode {measured[0]}   evaluation mode {measured[1]}")

# %% [markdown]
# Without dropout the mode makes no difference. With it, the loss is higher than it should be, and different each
# time. It is a bug that raises no error, like those in the clinic.

# %% [markdown]
# ## The clinic
#
# Five people send us their training steps. All of them run without an error. Each has one bug, and we do not
# look at the code. We have
#
# 1. **the curve**, beside that of a healthy step, and with it the validation loss, computed as in exercise 8.1. With
#    the healthy step it came out as low as the last losses in training. If it is far higher, the step computes another
#    loss, or the model has overfitted;
# 2. **samples**, written past the end of the sentence;
# 3. **the gradient.** We give the step a "model" whose logits are all 0, and an "optimiser" that moves nothing
#    and notes the gradients that it gets. They say which logits the step wants to raise: *at this position it
#    pushes that token*. No training is needed for that.
#
# First all three for the healthy step, so that we know what health looks like. The sentences of the third
# are *el gato negro duerme* and *el gato duerme*. For each token that the decoder could read, the table names the one
# token that is pushed most there; – means that none is. Which tokens should be pushed where?

# %%
class Blank(nn.Module):
    """Logits that depend on nothing, and keep their gradient."""

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(2, 6, len(vocabulary)))

    def forward(self, source, target):
        return self.logits[:, : target.shape[1]] * 1

class Recorder(torch.optim.SGD):
    """An optimiser that changes nothing: each `step` notes where it would have gone, against the gradient."""

    def __init__(self, model):
        super().__init__(model.parameters(), lr=0.0)
        self.seen = []

    def step(self, closure=None):
        if closure is not None:
            closure()
        [weights] = self.param_groups[0]["params"]
        self.seen.append(-weights.grad.detach().clone())

def pushes(step):
    """What a step pushes at each position, the first time and, nothing else changed, the second time."""
    ids = to_ids(["el gato negro duerme", "el gato duerme"], begin="<bos>")
    blank = Blank()
    recorder = Recorder(blank)
    for _ in range(2):
        step(blank, recorder, to_ids(["the black cat sleeps", "the cat sleeps"]), ids, PAD)
    seen = recorder.seen
    for sentence in range(2):
        print("reads    pushes     first time  second time")
        for t, read in enumerate(ids[sentence].tolist()):
            strength, token = seen[0][sentence, t].max(dim=-1)
            again = seen[1][sentence, t, token]
            line = f"{vocabulary[token]:10} {strength:10.4f} {again:12.4f}" if strength > 0 else "–"
            print(f"{vocabulary[read]:8} {line}")

pushes(healthy)

# %% [markdown]
# Each position pushes the word after the one it reads, up to the end mark, all with the same strength: nearly
# 1/9, since there are nine real tokens. Nothing is pushed after the end, for two reasons: the last row of each table is
# not read at all, since no token follows it; and after the `<eos>` of the second sentence comes padding, which does not
# count. And the second time equals the first.
#
# Now the patients. The bug of each is one of these eight; five of them occur. A step can make each of
# them, for it is handed the model and the optimiser.
#
# | | |
# |---|---|
# | `"no shift"` | decoder input and labels are the same |
# | `"padding counted"` | padding counts in the loss |
# | `"softmax twice"` | a softmax before the cross-entropy, which has one inside |
# | `"axes mixed"` | a `view` or `reshape` confuses positions and vocabulary |
# | `"zero_grad forgotten"` | gradients are never cleared |
# | `"future visible"` | the decoder has no causal mask |
# | `"learning rate too high"` | ten times too high |
# | `"learning rate too low"` | twenty times too low |

# %%
def examine(letter):
    """Train with a patient's step; print losses and samples; return the curve beside the healthy one."""
    model, losses = fit(patient(letter))
    print("every 20th loss:", *(f"{loss:.2f}" for loss in losses[::20]))
    print(f"validation loss, computed as in exercise 8.1: {loss_on(model, validation_source, validation_target):.2f}")
    show_samples(model)
    curves = {"healthy": smooth(healthy_losses), f"patient {letter}": smooth(losses)}
    return show_curves(range(10, 161, 10), curves, "step", "loss (mean of 10 steps)", f"Patient {letter}")

# %% [markdown]
# ### Patient A
# "I have never seen a model learn so fast!" Compare the very first loss, too.

# %% tags=["nbval-ignore-output"]
examine("A")

# %%
pushes(patient("A"))

# %% [markdown]
# ### Exercise 8.5 · patient A        ●●○  about 4 minutes · 1 point
# Set `diagnosis_a` to one of the eight.

# %%
diagnosis_a = ...
### BEGIN SOLUTION
diagnosis_a = "no shift"
### END SOLUTION

# %%
check("8.5", diagnosis_a)

# %% [markdown]
# ### Patient B
# "It learns, but so slowly. Do I need a larger model?"

# %% tags=["nbval-ignore-output"]
examine("B")

# %%
pushes(patient("B"))

# %% [markdown]
# ### Exercise 8.6 · patient B        ●●○  about 4 minutes · 1 point
# Set `diagnosis_b`. Compare the strengths with the healthy ones.

# %%
diagnosis_b = ...
### BEGIN SOLUTION
diagnosis_b = "softmax twice"
### END SOLUTION

# %%
check("8.6", diagnosis_b)

# %% [markdown]
# ### Patient C
# "It began so well."

# %% tags=["nbval-ignore-output"]
examine("C")

# %%
pushes(patient("C"))

# %% [markdown]
# ### Exercise 8.7 · patient C        ●●○  about 4 minutes · 1 point
# Set `diagnosis_c`.

# %%
diagnosis_c = ...
### BEGIN SOLUTION
diagnosis_c = "zero_grad forgotten"
### END SOLUTION

# %%
check("8.7", diagnosis_c)

# %% [markdown]
# ### Patient D
# "Nothing is wrong with mine. Most of the time my loss is even lower than yours."

# %% tags=["nbval-ignore-output"]
examine("D")

# %%
pushes(patient("D"))

# %% [markdown]
# ### Exercise 8.8 · patient D        ●●○  about 4 minutes · 1 point
# Set `diagnosis_d`.

# %%
diagnosis_d = ...
### BEGIN SOLUTION
diagnosis_d = "padding counted"
### END SOLUTION

# %%
check("8.8", diagnosis_d)

# %% [markdown]
# ### Patient E
# "The loss is fine. It must be my decoding that is broken."

# %% tags=["nbval-ignore-output"]
examine("E")

# %%
pushes(patient("E"))

# %% [markdown]
# ### Exercise 8.9 · patient E        ●●○  about 4 minutes · 1 point
# Set `diagnosis_e`.

# %%
diagnosis_e = ...
### BEGIN SOLUTION
diagnosis_e = "axes mixed"
### END SOLUTION

# %%
check("8.9", diagnosis_e)

# %% [markdown]
# ### The files are opened
#
# When you have your five diagnoses, look at the lines in question.

# %%
for letter in "ABCDE":
    print(f"{letter}\n{reveal(letter)}\n")

# %% [markdown]
# D's curve looks healthy: a sample and the gradient gave it away. E's falls, too, only less far, as that of a harder
# task might; its validation loss, its samples and its gradient say that something is wrong. C's begins like the healthy
# one and then stays high. With too high a rate it stayed high, too, but fell faster at first, and did not go up and
# down; and C's pushes grow: gradients add up. And A's curve is the best of all: **a loss that is too good is a
# symptom.**
#
# B's loss has a floor, and you can compute it. Probabilities lie between 0 and 1; taken for scores, the
# best a model can offer is a 1 among 48 zeros:

# %%
best = torch.zeros(49)
best[0] = 1.0
print(f"{-best.log_softmax(dim=-1)[0]:.2f}, and by hand log(e + 48) − 1 = {math.log(math.e + 48) - 1:.2f}")

# %% [markdown]
# In 160 steps, B has not come down to it.
#
# One thing is left: the test part. Until here nobody has measured a loss on it, neither we nor the loop that chose the
# best epoch. Now it is measured once, with the healthy model. Both parts are drawn in the same way. Will the loss be
# like that on the validation part?

# %% tags=["nbval-ignore-output"]
print("the healthy model")
for name, *part in [("validation part", validation_source, validation_target), ("test part", test_source, test_target)]:
    loss = loss_on(healthy_model, *part)
    print(f"{name:16} loss {loss:.2f}, perplexity {math.exp(loss):.2f}")

# %% [markdown]
# ## Recap
#
# - The loss is $-\log p$ of the right token, averaged over the **real** tokens. A model that knows nothing
#   pays log V.
# - Label smoothing asks for a share of 0.9 and a little; its lowest loss is not 0.
# - The rate rises for `warmup` steps and falls as $1/\sqrt{step}$; steps count from 1.
# - Teacher forcing: read `target[:, :-1]`, be asked for `target[:, 1:]`.
# - First overfit one batch. Then look at three things: the curve, beside one that you know to be healthy;
#   samples; gradients. None of them is enough alone.
# - Perplexity is exp(loss): among how many words one might as well guess.
# - Dropout: zeros with probability p and the factor 1/(1 − p) in training, nothing in evaluation; on what a sub-layer
#   gives, before it is added.
# - Early stopping: keep a copy of the best weights, and wait for as long as patience says.
# - Choose by the validation loss; measure the test loss once, at the end.
#
# **Common mistakes**
#
# - Labels not shifted: a very low loss, and a model that repeats `<bos>`.
# - Padding in the mean. The loss cannot be compared, and changes with the batch.
# - `softmax` before `cross_entropy`; `softmax` followed by `log`.
# - `view(B, V, T)` for `transpose(1, 2)`.
# - `zero_grad` forgotten, or called between `backward` and `step`.
# - A schedule that counts epochs, or from 0.
# - Comparing a smoothed training loss with a validation loss that is not smoothed.
# - `eval()` and `no_grad()` forgotten when testing: dropout stays on, and each pass needs more memory.
# - `model.state_dict()` kept without a copy: the best weights go on changing.
# - A choice made by the test part: a learning rate, an epoch, one model of several.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §5: one page on batches, the learning rate, dropout
#   and label smoothing.
# - [Karpathy, *A Recipe for Training Neural Networks*](https://karpathy.github.io/2019/04/25/recipe/): how
#   to come to trust a training loop, step by step. Overfitting one batch is one of them.
# - [Srivastava et al. (2014), *Dropout*](https://jmlr.org/papers/v15/srivastava14a.html): where it comes from, and
#   why it helps. There the weights are made smaller in evaluation; the factor in training is the same thing.
# - [Müller, Kornblith and Hinton (2019)](https://arxiv.org/abs/1906.02629), *When Does Label Smoothing
#   Help?*
# - [Xiong et al. (2020)](https://arxiv.org/abs/2002.04745): an explanation of why post-norm needs a warm-up and
#   pre-norm does not. Lesson 06 has tested it for one small model.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code.
#
# **A · A sixth patient.** Take away the causal mask: `model.decode` uses `causal_mask`. Which of the three
# examinations shows it, and which does not? (Hint: the `pushes` do not look into the model.)
#
# **B · The gradient by hand.** The gradient of $-\log p_{right}$ with respect to the logits is $p$ minus 1 at
# the right token. Show it with numbers, and explain the strength of nearly 1/9 in the table of the healthy
# step.
#
# **C · Clipping.** `nn.utils.clip_grad_norm_(model.parameters(), 1.0)` between `backward` and `step` shortens
# a gradient that is too long. Does it save the run with the rate that was ten times too high?

# %% [markdown]
# <details><summary>A: how to begin</summary>
#
# Give a model its own `decode`, which calls `model.decoder(model.embed(target), memory, None, source_mask)`.
# The curve falls to near 0 as well, since every position can look up its answer one place further on. So does the
# validation loss: there, too, the answer can be looked up. The samples are nonsense, since that place is empty when
# the model writes by itself. The pushes are flawless: the loss is right, the model is not. The test for it is that of
# lesson 07: change the future, and see whether the past moves.
#
# </details>
#
# <details><summary>B: what to expect</summary>
#
# With all logits 0, p is 1/49 everywhere. The right token gets a push of 1 − 1/49, divided by the nine real
# tokens of the mean: 0.109.
#
# </details>
#
# <details><summary>C: what to expect</summary>
#
# Hardly. In this run most gradients are shorter than 1 and stay as they are. A limit that shortens them all would help
# as little: Adam divides every gradient by its usual size, and if all are shortened, so is the usual size, and the
# steps are as long as before. Clipping is made for single bad batches, not for a rate that is too high.
#
# </details>

# %% tags=["solution-only", "nbval-ignore-output"]
# A
def sees_the_future(model, optimiser, source, target, pad_id):
    model.decode = lambda target, memory, mask=None: model.decoder(model.embed(target), memory, None, mask)
    return healthy(model, optimiser, source, target, pad_id)

model, losses = fit(sees_the_future)
print("A, every 20th loss:", *(f"{loss:.2f}" for loss in losses[::20]))
print(f"   validation loss {loss_on(model, validation_source, validation_target):.2f}")
print("  ", in_words(write(model, validation_source[:1])[0]))

# %% tags=["solution-only"]
# B
scores = torch.zeros(49, requires_grad=True)
F.cross_entropy(scores, torch.tensor(5)).backward()
print("B, gradient at the right token and at another:", scores.grad[[5, 6]])
print(f"  by hand: {1 / 49 - 1:.3f} and {1 / 49:.3f}")
print(f"  divided by nine tokens: {(1 - 1 / 49) / 9:.3f}")

# %% tags=["solution-only", "nbval-ignore-output"]
# C
def clipped(model, optimiser, source, target, pad_id):
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing=0.0)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.item()

_, losses = fit(clipped, peak=0.08)
print("C, every 20th loss:", *(f"{loss:.2f}" for loss in losses[::20]))

# %% [markdown]
# Next, in lesson 09: the same step on 115,000 real pairs, for five minutes.
