# %% [markdown]
# # Lesson 03 · Self-attention and cross-attention
#
# So far queries, keys and values were given. In a Transformer they are made from the words, by three
# learned matrices. A translator has three kinds of attention, and they differ in *whose* words the
# three matrices are applied to.
#
# **After this lesson** you can
#
# - make queries, keys and values from word vectors, by hand and with `nn.Linear`;
# - say what a parameter, a loss, a gradient and a training step are, and write the loop that trains a module;
# - say what projections can do that word vectors alone cannot, however well they are learned;
# - write self-attention and cross-attention as modules;
# - say who supplies Q, K and V in the encoder, in the decoder, and between them;
# - write a test that holds for all weights: attention does not know the order of its words;
# - set two matrices by hand so that each word looks at the one before it, or an adjective at its noun.
#
# **You need** lessons 01 and 02: attention, gradients, masks.
#
# **Time** about two hours and three quarters, some 80 minutes of them for the seven exercises. The first part, on
# training, takes about half an hour; if you have trained networks with PyTorch before, do its exercise and go on.

# %%
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, evaluate, hint, own, solution
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## Layers that learn
#
# The three matrices are *learned*. What does that mean? Begin with one number. A model computes `w · x`, and w is
# its only **parameter**, a number that training changes. It starts at w = 1. For x = 2 we want the output 6. The
# **loss** says in one number how far off the model is; here it is the squared difference:
#
# $$\mathrm{loss}(w) = (w \cdot 2 - 6)^2$$
#
# That is 16. Should w grow or shrink? The slope of the loss, its **gradient**, is 2 · (w · 2 − 6) · 2: u² has the slope
# 2u, and u = w · 2 − 6 itself grows by 2 when w grows by 1. Compute it on paper for w = 1. Then take one step: go a
# little way *against* the gradient, w − 0.05 · gradient. (0.05 is the **learning rate**.) What are the new w and the
# new loss?

# %%
w = torch.tensor(1.0, requires_grad=True)
loss = (w * 2 - 6) ** 2
loss.backward()                                              # computes the gradient, and adds it to w.grad
print(f"w = {w.item():.1f}   loss {loss.item():5.2f}   gradient {w.grad.item():.0f}")
with torch.no_grad():                                        # what follows is no part of the computation
    w -= 0.05 * w.grad
print(f"w = {w.item():.1f}   loss {((w * 2 - 6) ** 2).item():5.2f}")

# %% [markdown]
# This is **gradient descent**, and the rest is repetition. The learning rate was a choice. What will larger ones do, in
# six steps?

# %%
for rate in (0.05, 0.125, 0.3):
    number, losses = 1.0, []
    for _ in range(6):
        losses.append((number * 2 - 6) ** 2)
        number -= rate * 2 * (number * 2 - 6) * 2
    print(f"rate {rate:<5}   losses", *(f"{one:7.2f}" for one in losses))

# %% [markdown]
# The first is slow, the second arrives at once, and the third jumps over the goal, further each time.
#
# An **optimiser** takes the steps, for all parameters at once. The usual one is **Adam**. It divides each gradient by
# its usual size, so that the length of a step does not depend on the scale of the loss. To see it, multiply the loss by
# 0.01 or by 100, and let plain gradient descent and Adam each take a first step. How far will w move?

# %%
for times in (0.01, 1, 100):
    moved = []
    for kind in (torch.optim.SGD, torch.optim.Adam):         # plain gradient descent, and Adam
        w = torch.tensor(1.0, requires_grad=True)
        optimiser = kind([w], lr=0.05)
        (times * (w * 2 - 6) ** 2).backward()
        optimiser.step()
        moved.append(w.item() - 1)
    print(f"loss times {times:<5}   gradient descent moves w by {moved[0]:6.3f}   Adam by {moved[1]:.3f}")

# %% [markdown]
# ### A loss for choices
#
# Most of our models *choose*: one digit of ten, masculine or feminine. Such a model gives each choice a score. These
# scores are called **logits**, and a softmax turns them into probabilities. The loss is minus the logarithm of the
# probability that the *right* choice gets: the **cross-entropy**. (The logarithm undoes the exponential: log p is the
# number x with exp(x) = p. It is 0 for p = 1, and far below 0 for p near 0.) Here are the scores 1 2 6 3 of lesson 01
# (not halved). For which right choice is the loss small? And what is the loss of a model that knows nothing?

# %%
logits = torch.tensor([1.0, 2, 6, 3])
probabilities = logits.softmax(dim=-1)
for right in range(4):
    by_torch = F.cross_entropy(logits, torch.tensor(right))
    print(f"right is choice {right}:   its probability {probabilities[right]:.3f}   "
          f"-log {-probabilities[right].log():.3f}   F.cross_entropy {by_torch:.3f}")
print(f"all four alike: {F.cross_entropy(torch.zeros(4), torch.tensor(0)):.3f}, and log 4 = {math.log(4):.3f}")

# %% [markdown]
# To be sure and right costs next to nothing, to be sure and wrong costs much. `F.cross_entropy` takes the logits: the
# softmax is inside.
#
# ### A module
#
# A model with more parameters is a **module**: a class that inherits from `nn.Module`, with its layers in `__init__`
# and its computation in `forward`. `super().__init__()` comes first: it prepares the object to keep a list of its
# parameters, which `named_parameters()` gives. You call the object itself, `model(x)`, and PyTorch calls `forward`.
# The layers here are `nn.Linear(inputs, outputs)`: a matrix of parameters, and a vector, the bias, that is added. (A
# tensor of your own becomes a parameter by `nn.Parameter`, and `nn.ModuleList` holds several modules.)

# %%
class TwoSteps(nn.Module):
    def __init__(self, d_in, d_hidden, d_out):
        super().__init__()
        self.first = nn.Linear(d_in, d_hidden)
        self.second = nn.Linear(d_hidden, d_out)

    def forward(self, x):
        return self.second(self.first(x).relu())             # relu: negative numbers become 0


torch.manual_seed(0)
model = TwoSteps(5, 64, 3)
print({name: tuple(parameter.shape) for name, parameter in model.named_parameters()})
print("logits for two inputs:", tuple(model(torch.randn(2, 5)).shape))

# %% [markdown]
# ### The loop
#
# A model learns from many examples. They come in **batches**, and each batch gives one step. Three calls make a step:
#
# 1. `optimiser.zero_grad()`: forget the old gradients, because `backward` *adds* to what is there;
# 2. `loss.backward()`: compute the new ones;
# 3. `optimiser.step()`: move.
#
# And there are two modes. Some models do something else while they learn; dropout, in lesson 08, switches numbers off
# at random. `model.train()` and `model.eval()` say which of the two it is now.

# %% [markdown]
# ### Exercise 3.5 · the loop        ●●○  about 12 minutes · 3 points
# The loop that trains every model of this lesson and of the next three. (The numbers of exercises are names: this one
# comes first.)
#
# - **You have** a `model`; a function `loss_of(model, batch)`, which returns the loss as a tensor with one number; an
#   `optimiser` of the model's parameters; and `batches`, which a `for` loop can go through, once. It may have no
#   length. At the first call of `fit` no parameter has a gradient yet, so that it makes no difference whether you
#   forget the old gradients before `backward` or after the optimiser's step.
# - **Do** one step for each batch. The model may come in either mode. Train it in training mode, and leave it in
#   evaluation mode. The two modes hold for the model and for all its layers. A parameter may be frozen, that is, its
#   `requires_grad` is False: leave `requires_grad` as it is.
# - **Return** a list: for each batch the loss that its step was computed from, as a number (`loss.item()`) or at least
#   without its computation (`loss.detach()`). Compute it only once for each batch: with dropout, a second time gives
#   another number.

# %%
def fit(model, loss_of, batches, optimiser):
    """Train the model on each batch once, one step each; return the loss of each batch before its step."""
    ### BEGIN SOLUTION
    losses = []
    model.train()
    for batch in batches:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses
    ### END SOLUTION


# %%
check("3.5", fit)

# %% [markdown]
# ### Three parts of the data
#
# Now train something. Each input is a vector of five numbers, and it belongs to one of three groups; which one, is
# decided by a matrix that the model does not know. On average one label in five is drawn at random: real data have
# mistakes, too.
#
# The model learns from the **training data**, 80 examples, again and again. A pass through all of them is called an
# **epoch**. Does it then know the matrix, or just these 80 examples by heart? Only examples that it has not learned
# from can tell: the **validation data**. What do you expect of the two losses, over 40 epochs?

# %%
fit = carry_on("3.5", fit)

torch.manual_seed(0)
secret = torch.randn(5, 3)

def examples(n):
    """n vectors (n, 5), and the group of each (n,)."""
    x = torch.randn(n, 5)
    return x, torch.where(torch.rand(n) < 0.2, torch.randint(3, (n,)), (x @ secret).argmax(dim=-1))

def group_loss(model, batch):
    x, groups = batch
    return F.cross_entropy(model(x), groups)

x, groups = examples(80)                                     # training data
validation, test = examples(1000), examples(1000)
batches = list(zip(x.split(20), groups.split(20), strict=True))

# %% tags=["nbval-ignore-output"]
torch.manual_seed(0)
model = TwoSteps(5, 64, 3)
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
curves, best = {"training": [], "validation": []}, None
for epoch in range(40):
    losses = fit(model, group_loss, batches, optimiser)
    with torch.no_grad():
        curves["training"].append(sum(losses) / len(losses))
        curves["validation"].append(group_loss(model, validation).item())
    if curves["validation"][-1] == min(curves["validation"]):
        best, best_epoch = copy.deepcopy(model), epoch + 1       # a copy, which training does not change
show_curves(range(1, 41), curves, "epoch", "loss", "80 examples, again and again")

# %% [markdown]
# The training loss goes on falling. The validation loss falls, and then rises: from there on the model learns the 80
# examples, with their random labels, and not the matrix. This is **overfitting**. The validation data say when to
# stop: keep the model of the lowest validation loss. (In lesson 08 you write this.)
#
# How good is the model that we keep? It was chosen because its validation loss was the lowest of 40, and the lowest
# of many numbers is on average a little too low. So there is a third part, the **test data**: it decides nothing, and
# is used at the end only.

# %% tags=["nbval-ignore-output"]
for name, one in ((f"epoch {best_epoch}", best), ("epoch 40", model)):
    with torch.no_grad():
        right = (one(test[0]).argmax(dim=-1) == test[1]).float().mean()
        print(f"{name:9} validation loss {group_loss(one, validation):.2f}   "
              f"test loss {group_loss(one, test):.2f}   right {right:.2f}")

# %% [markdown]
# In our run the model that we keep is better on the test data, too. There both losses are lower than on the validation
# data: even with 1,000 examples, a loss differs by chance from one sample to the next. That is all you need to know of
# training for now. Back to attention.

# %% [markdown]
# ## One vector for each word
#
# In a model, each word comes as *one* vector. Each of our five numbers has a meaning. A trained model has
# hundreds of numbers for each word, and nobody has given them a meaning.

# %%
words = ["the", "black", "cat", "sleeps"]

#                   article dark animal resting beginning
X = torch.tensor([[1., 0, 0, 0, 0],       # the
                  [0., 1, 0, 0, 0],       # black
                  [0., 0, 1, 0, 0],       # cat
                  [0., 0, 1, 1, 0]])      # sleeps, which an animal does

# %% [markdown]
# (The last column is for later.) The simplest way is to use these vectors as queries, keys and values all
# at once. Which word will "black" look at most? Compare its row with the four rows, and decide.

# %%
_, weights = scaled_dot_product_attention(X, X, X)
show_weights(weights, words, words, title="The words as they are")

# %% [markdown]
# At itself: it has nothing in common with the other three. But "black" is not looking for something black, it is
# looking for a noun. **What a word looks for, what it can be found by, and what it hands over are three different
# things.** Hence three matrices, the **projections**, which turn a word's vector into its query, its key and its value:
#
# $$Q = X W_q \qquad K = X W_k \qquad V = X W_v$$

# %%
W_q = torch.tensor([[0., -1, 1, 1],       # what an article looks for
                    [0., 1, 2, 1],        # what something dark looks for
                    [1., 2, 0, 0],        # an animal
                    [0., -2, 2, 0],       # something resting
                    [0., 0, 0, 0]])       # the beginning
W_k = torch.tensor([[1., 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 0, -1, -1], [0, 0, 0, 0]])
W_v = torch.tensor([[0., 0, 0], [0, 4, 0], [4, 0, 3], [-4, 0, -1], [0, 0, 0]])      # masculine, dark, alive

Q, K, V = X @ W_q, X @ W_k, X @ W_v
for name, matrix in [("Q", Q), ("K", K), ("V", V)]:
    print(name, *(f"{word:>7} {row.int().tolist()}" for word, row in zip(words, matrix, strict=True)))

# %% [markdown]
# These are the queries, keys and values of lesson 01. "black" is dark and nothing else, so its query is
# the second row of `W_q`. "sleeps" is animal *and* resting: the sum of the third row and the fourth is
# its query, [1, 0, 2, 0].
#
# So the matrices hold knowledge about *kinds* of words: everything dark looks for what an animal can be found by. With
# vectors for "dim" or "dog", the same matrices work for these words, too.
#
# Sizes: the words have d_model = 5 numbers, queries and keys d_k = 4, values d_v = 3. Queries and keys
# must have the same size, because they are compared. The other sizes are free.
#
# ## The same as layers
#
# `nn.Linear(inputs, outputs)` is a matrix whose numbers will be learned. Two things to know about it:
# it adds a vector, the bias, unless you write `bias=False`; and it keeps its matrix transposed, with one
# row for each *output*. `W_q` is (5, 4). Which shape does the weight of the layer have?

# %%
w_q = nn.Linear(5, 4, bias=False)
print("W_q", tuple(W_q.shape), "  w_q.weight", tuple(w_q.weight.shape))
with torch.no_grad():
    w_q.weight.copy_(W_q.T)
print("the same queries:", torch.equal(w_q(X), Q))

# %% [markdown]
# A linear layer works on the last axis and leaves all others alone: X can be (T, 5) or (B, T, 5). Every word
# of every sentence goes through the same matrix.
#
# Can such a layer find `W_q` by itself, from examples? Each example is an input, and the query that we want for it.

# %%
torch.manual_seed(0)
w_q = nn.Linear(5, 4, bias=False)                            # random numbers
inputs = torch.randn(64, 5)
examples_of_queries = inputs, inputs @ W_q

def squared_difference(layer, batch):
    x, wanted = batch
    return ((layer(x) - wanted) ** 2).mean()

optimiser = torch.optim.Adam(w_q.parameters(), lr=0.05)
losses = fit(w_q, squared_difference, [examples_of_queries] * 301, optimiser)
for step in (0, 100, 200, 300):
    print(f"step {step:3}   loss {losses[step]:.5f}")
print(w_q.weight.detach().T.round(decimals=2) + 0.0)

# %% [markdown]
# It has found `W_q`. Here the examples came from a matrix that we knew. In a real task nobody knows it.

# %% [markdown]
# ### Exercise 3.1 · self-attention        ●●○  about 15 minutes · 3 points
# A sentence looks at itself: queries, keys and values are all made from the same words.
#
# - **You have** in `__init__`: `d_model`, `d_k` and `d_v`. In `forward`: `x` (B, T, d_model), float32 or float64, as
#   the layers then are; and `mask`, None or boolean, True = may attend. It has two or three axes and broadcasts to
#   (B, T, T), as (T, T), (B, 1, T), (B, T, 1) and (1, T, T) do. The mask is used in training mode and in evaluation
#   mode. A query that may attend to nothing gets zeros, as in lesson 02.
# - **Make** three `nn.Linear` without bias, with the names `w_q`, `w_k`, `w_v`, and use no other parameters.
# - **Return** the output (B, T, d_v) and the weights (B, T, T).
# - **Use** `scaled_dot_product_attention(q, k, v, mask)` of lesson 02, which divides by √d_k and returns both.
#   (PyTorch's `nn.MultiheadAttention` does not fit: it has other parameters under other names.)

# %%
class SelfAttention(nn.Module):
    """A sentence looks at itself. Shapes as above."""

    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        ### BEGIN SOLUTION
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        ### END SOLUTION

    def forward(self, x, mask=None):
        ### BEGIN SOLUTION
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
        ### END SOLUTION


# %%
check("3.1", SelfAttention)

# %%
SelfAttention = carry_on("3.1", SelfAttention)

def set_weights(layer, W_q, W_k, W_v):
    """Put the matrices from above into a layer."""
    with torch.no_grad():
        for linear, matrix in [(layer.w_q, W_q), (layer.w_k, W_k), (layer.w_v, W_v)]:
            linear.weight.copy_(matrix.T)

def with_mask(layer, *inputs, mask):
    """Output and weights; the mask goes in by position, or by name where `forward` asks for that."""
    try:
        return layer(*inputs, mask)
    except TypeError:
        return layer(*inputs, mask=mask)

by_hand = SelfAttention(5, 4, 3).eval()                      # d_model, d_k, d_v
set_weights(by_hand, W_q, W_k, W_v)
with torch.no_grad():
    output, weights = by_hand(X.unsqueeze(0))                # a batch of one sentence
print("weights of black", weights[0, 1])
print("output of black ", output[0, 1])

# %% [markdown]
# 0.057 0.094 0.694 0.155, and the output 2.777 0.376 2.392: the numbers of lesson 01, now made from words.

# %%
show_weights(weights[0], words, words, title="The words through three projections")

# %% [markdown]
# ## Does a model need projections?
#
# We made the matrices by hand. Can a model find such matrices by itself, and does it need them? Here is
# a language of twelve words. Each sentence has an animal, a thing, and four adjectives, in any order: two
# adjectives for animals and two for things. As in Spanish, an adjective takes the gender
# of its noun. So each adjective has to find out: *is my noun masculine or feminine?*

# %%
animals = {"cat": "m", "dog": "m", "cow": "f", "hen": "f"}         # gato, perro, vaca, gallina
things = {"book": "m", "car": "m", "table": "f", "bed": "f"}       # libro, coche, mesa, cama
kinds = [list(animals), list(things), ["hungry", "asleep"], ["new", "red"]]
lexicon = [word for kind in kinds for word in kind]
feminine = torch.tensor([(animals | things).get(word) == "f" for word in lexicon]).long()

def agreement(n):
    """n sentences: ids (n, 6), and for every word the gender of the noun that it belongs to (n, 6)."""
    kind = torch.tensor([0, 1, 2, 2, 3, 3])
    first, size = torch.tensor([0, 4, 8, 10])[kind], torch.tensor([4, 4, 2, 2])[kind]
    ids = first + (torch.rand(n, 6) * size).long()
    answers = feminine[ids[:, [0, 1, 0, 0, 1, 1]]]
    order = torch.rand(n, 6).argsort(dim=-1)
    return ids.gather(1, order), answers.gather(1, order)

torch.manual_seed(0)
ids, answers = agreement(1)
print(" ".join(f"{lexicon[i]}({'mf'[a]})" for i, a in zip(ids[0], answers[0], strict=True)))

# %% [markdown]
# Each model has word vectors, one attention, and a linear layer that reads the gender off its output. (`nn.Embedding`
# is a table with one vector for each word.) We vary two things:
#
# - the attention is your `SelfAttention`, or it has no projections: words as they are, as in the first picture;
# - the word vectors stay the random numbers that they begin with, or they are learned along with the rest.
#
# Guess: what share of the adjectives is right *without* projections and with *fixed* vectors? (Tossing a coin
# gives 0.5.) And will learned vectors help?

# %%
my_guess = None     # a number between 0.5 and 1

# %% tags=["nbval-ignore-output"]
class AsTheyAre(nn.Module):
    def forward(self, x):
        return scaled_dot_product_attention(x, x, x)


def train(layer, d_out, make_batch, n_words, learn_vectors=False, steps=300, seed=0):
    """Train the layer, a linear reader and perhaps the word vectors.

    Returns the model as a function, from ids and perhaps a mask to weights and genders; and 2,000 new sentences.
    """
    torch.manual_seed(seed)
    vector_of, reader = nn.Embedding(n_words, 16), nn.Linear(d_out, 2)
    vector_of.requires_grad_(learn_vectors)
    model = nn.ModuleList([vector_of, layer, reader])        # a module that only holds other modules

    def loss_of(model, batch):
        ids, answers = batch
        return F.cross_entropy(reader(layer(vector_of(ids))[0]).flatten(0, 1), answers.flatten())

    optimiser = torch.optim.Adam([one for one in model.parameters() if one.requires_grad], lr=0.01)
    fit(model, loss_of, (make_batch(64) for _ in range(steps)), optimiser)       # fresh examples for each step

    def says(ids, mask=None):
        with torch.no_grad():
            x = vector_of(ids)
            output, weights = layer(x) if mask is None else with_mask(layer, x, mask=mask)
            return weights, reader(output).argmax(dim=-1)

    return says, *make_batch(2000)                           # test data


def without_projections():
    return AsTheyAre(), 16                                   # the layer, and how long its outputs are


def with_projections(seed=3):
    torch.manual_seed(seed)
    return SelfAttention(16, 8, 8), 8


results = {}
for make in (without_projections, with_projections):
    for vectors in ("fixed", "learned"):
        says, ids, answers = results[make, vectors] = train(*make(), agreement, 12, vectors == "learned")
        weights, said = says(ids)
        to_itself = (weights * (ids.unsqueeze(1) == ids.unsqueeze(2))).sum(dim=-1)  # and to the same word elsewhere
        print(f"{make.__name__:20} {vectors:7} vectors: {(said == answers)[ids >= 8].float().mean():.2f} of the "
              f"adjectives right; they give their own word {to_itself[ids >= 8].mean():.2f} of their attention")
print("my guess:", my_guess)

# %% [markdown]
# In our run all adjectives are right with projections, with either kind of vectors. Nobody told the model which words
# are nouns, nor that "hungry" is said of animals; the loss did. Without projections and with fixed vectors, an
# adjective looks mostly at its own word: at itself, or at the same word elsewhere. But **with learned vectors this task
# needs no projections**: training changes the vectors themselves until attention finds what it needs.
#
# So is there anything that word vectors cannot do, however well they are learned? Without projections the score of
# two words is $x_i \cdot x_j$, and that is the same as $x_j \cdot x_i$. **"black" has the same score for "cat" as
# "cat" has for "black".** (The shares may differ: each row has a softmax of its own.)
#
# Here is a language that shows the limit. Each sentence has an animal, a thing and a place, in any order. The
# animal has to name the gender of the thing, the thing that of the place, and the place that of the animal: each
# asks the next one, in a circle. Call the three scores $a$ (animal–thing), $b$ (thing–place) and $c$
# (place–animal), and try to make each word prefer the one it asks. What do you get?

# %% tags=["nbval-ignore-output"]
def circle(n):
    """n sentences of 3 words out of 6, and for each word the gender of the next kind: ids and answers (n, 3)."""
    gender = torch.randint(2, (n, 3))
    order = torch.rand(n, 3).argsort(dim=-1)
    return (torch.tensor([0, 2, 4]) + gender).gather(1, order), gender.roll(-1, dims=1).gather(1, order)

for make, seed in ((without_projections, 0), (without_projections, 4), (with_projections, 0)):
    says, ids, answers = train(*make(), circle, 6, learn_vectors=True, steps=600, seed=seed)
    right = says(ids)[1] == answers
    animal, thing, place = (right[ids // 2 == i].float().mean() for i in range(3))
    print(f"{make.__name__:20} learned vectors: {right.float().mean():.2f} right   "
          f"(animal {animal:.2f}, thing {thing:.2f}, place {place:.2f})")

# %% [markdown]
# The animal must prefer the thing to the place, the thing must prefer the place to the animal, and the place the
# animal to the thing. With equal scores both ways, this says $a > c$, $b > a$ and $c > b$: impossible for all three at
# once. Any two of them are possible. In our two runs without projections, two kinds of words are always right. The
# third is right half of the time in the first run, as with a coin, and three times out of four in the second. With
# other seeds it may be one kind alone: try a few. Do you find a seed with all three? (The argument is about what words
# can prefer. What a model can answer all the same, only the run shows.) Two projections, one for asking and one for
# being found, make the score of $i$ for $j$ another number than that of $j$ for $i$.
#
# Back to the adjectives, and to the model with projections and fixed vectors. Where does it look? Perhaps you expect:
# each adjective at its noun. We measure, for each noun, how much of their attention its adjectives give it.

# %% tags=["nbval-ignore-output"]
def print_shares(says, ids, answers, hide=False):
    """For each noun, the share that its adjectives give it; with `hide`, also how many are right if it is hidden."""
    weights, said = says(ids)
    print(f"{(said == answers)[ids >= 8].float().mean():.2f} of the adjectives right")
    for adjectives, nouns in [((8, 9), range(0, 4)), ((10, 11), range(4, 8))]:
        shares, without = [], []
        for noun in nouns:
            is_noun = ids == noun
            its = is_noun.any(dim=-1, keepdim=True) & ((ids == adjectives[0]) | (ids == adjectives[1]))
            shares.append((weights * is_noun.unsqueeze(1)).sum(dim=-1)[its].mean())
            without.append((says(ids, padding_mask(ids, noun))[1] == answers)[its].float().mean())
        print("the noun       ", *(f"{lexicon[noun]} ({'mf'[feminine[noun]]})".rjust(10) for noun in nouns))
        print("its share      ", *(f"{share:10.2f}" for share in shares))
        if hide:
            print("right if hidden", *(f"{right:10.2f}" for right in without))


learned = results[with_projections, "fixed"]
print_shares(*learned)

# %% tags=["nbval-ignore-output"]
says, ids, _ = learned
sentence = [lexicon[i] for i in ids[0]]
show_weights(says(ids)[0][0], sentence, sentence, title="Learned: who looks at whom")

# %% [markdown]
# Not every adjective looks at its noun. In our run "bed" gets a share of 0.00, and "cow" less than a fifth. All answers
# are right all the same. What does the model need, then? **Hide** a noun: the padding mask of lesson 02 closes its
# place to all words, as if it were padding. Guess: for which nouns will the adjectives still be right if the noun is
# hidden? And what if we train the same layer once more, from other random numbers?

# %% tags=["nbval-ignore-output"]
print_shares(*learned, hide=True)
print()
print_shares(*train(*with_projections(seed=0), agreement, 12), hide=True)

# %% [markdown]
# In our run all answers stay right without "bed" or "cow". Without "hen" or "table" they do, too, although these get
# three quarters of the attention! Without a masculine noun all are wrong. For each adjective this model says "feminine"
# unless it finds a masculine noun of its kind: an animal for "hungry", a thing for "new". The second model does the
# opposite: it says "masculine" unless it finds a feminine noun of its kind.
# This is a **short cut**: the model learns what solves the task, and no more. Remember it when you want to read
# attention as an explanation: where a model looks does not say what it needs. Lesson 11 comes back to it.
#
# ## Self-attention in the decoder
#
# Now the other language. The decoder writes *el gato negro duerme*. To know what comes next, it looks at what it
# has written so far. At the very beginning there is nothing, so every target starts with a special token,
# `<bos>`, for "beginning of sentence". The fifth number is for this token.

# %%
spanish = ["<bos>", "el", "gato", "negro", "duerme"]

#                   article dark animal resting beginning
Y = torch.tensor([[0., 0, 0, 0, 1],       # <bos>
                  [1., 0, 0, 0, 0],       # el
                  [0., 0, 1, 0, 0],       # gato
                  [0., 1, 0, 0, 0],       # negro
                  [0., 0, 1, 1, 0]])      # duerme

# %% [markdown]
# The decoder has a self-attention of its own, with matrices of its own, and with the causal mask: at *gato*, the
# word *negro* has not been written yet. The layer is the same class. Its matrices are random here, so only the
# pattern of zeros has a meaning:

# %%
torch.manual_seed(0)
decoder_self = SelfAttention(5, 4, 3).eval()
with torch.no_grad():
    _, weights = with_mask(decoder_self, Y.unsqueeze(0), mask=causal_mask(5))
show_weights(weights[0], spanish, spanish, mask=causal_mask(5), title="Spanish looks at Spanish, never ahead")

# %% [markdown]
# ## Looking across
#
# To write *negro*, the decoder must know that the cat is black, and that is only said in English. So it has a
# second attention, which looks from one sentence into the other: **cross-attention**.
#
# The encoder turns the English sentence into the **memory**, (B, T_k, d_model). (We have no encoder yet; X takes its
# place.) The target so far is x, (B, T_q, d_model). The two lengths differ: ours are 5 and 4.
#
# Before you write it, think about the shapes. The decoder needs an output for each of *its* five positions.
# Attention returns an output for each query. And the weights have a column for each key; it says how much is taken
# of the value that belongs to this key.

# %% [markdown]
# ### Exercise 3.4 · who supplies what?        ●○○  about 3 minutes · 1 point
# In *cross*-attention, which half of the translator supplies the queries, which the keys, which the values?
#
# - **Set** `suppliers` to three words, each `"encoder"` or `"decoder"`: `("...", "...", "...")` for Q, K and V.

# %%
suppliers = ...
### BEGIN SOLUTION
suppliers = ("decoder", "encoder", "encoder")
### END SOLUTION

# %%
check("3.4", suppliers)

# %% [markdown]
# ### Exercise 3.2 · cross-attention        ●●○  about 10 minutes · 2 points
# One sentence looks at another.
#
# - **You have** in `__init__`: `d_model`, `d_k` and `d_v`. In `forward`: `x` (B, T_q, d_model), the
#   target; `memory` (B, T_k, d_model), the source; and `mask`, which broadcasts to (B, T_q, T_k). The rest is as
#   in 3.1.
# - **Make** `w_q`, `w_k`, `w_v` as before.
# - **Return** the output (B, T_q, d_v) and the weights (B, T_q, T_k).

# %%
class CrossAttention(nn.Module):
    """The words of x look at those of memory. Shapes as above."""

    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        ### BEGIN SOLUTION
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)
        ### END SOLUTION

    def forward(self, x, memory, mask=None):
        ### BEGIN SOLUTION
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)
        ### END SOLUTION


# %%
check("3.2", CrossAttention)

# %%
CrossAttention = carry_on("3.2", CrossAttention)

# %% [markdown]
# Let us give it matrices that translate. At each position the decoder is about to write the *next* word. It should
# look at the English word that tells which one: after `<bos>` comes an article, after an article the
# animal, after the animal its adjective, after the adjective the verb. And after *duerme*, which is
# animal and resting, there is nothing left to look for: two rows cancel.

# %%
#                     the black cat sleeps
W_q_cross = torch.tensor([[0., 0, 6, 0],      # after an article: the cat
                          [0., 0, 0, 6],      # after something dark: sleeps
                          [0., 6, 0, 0],      # after an animal: black
                          [0., -6, 0, 0],     # after something resting: no longer
                          [6., 0, 0, 0]])     # at the beginning: the
W_k_cross = torch.tensor([[1., 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, -1, 1], [0, 0, 0, 0]])

cross = CrossAttention(5, 4, 3).eval()
set_weights(cross, W_q_cross, W_k_cross, W_v)
with torch.no_grad():
    output, weights = cross(Y.unsqueeze(0), X.unsqueeze(0))
print("output", tuple(output.shape), "  weights", tuple(weights.shape))
show_weights(weights[0], spanish, words, title="Spanish looks at English")

# %% [markdown]
# Five queries, four keys. Do the row of *gato* on paper: its query is [0, 6, 0, 0], its scores are 0 6 0 0, divided
# by 2 they are 0 3 0 0, and exp(3) / (exp(3) + 3) is 0.87. After *gato* the model looks at "black", and its output
# says so:

# %%
for word, row in zip(spanish, output[0], strict=True):
    print(f"after {word:7} masculine {row[0]:5.2f}   dark {row[1]:5.2f}   alive {row[2]:5.2f}")

# %% [markdown]
# Where do these numbers come from? Queries are made from the Spanish vectors, keys and values from the English
# ones. Five by four scores: what shape do Q, K and V have? Then follow the row of *gato* through your layer.

# %%
with torch.no_grad():
    q, k, v = cross.w_q(Y), cross.w_k(X), cross.w_v(X)
print("Q", tuple(q.shape), "  K", tuple(k.shape), "  V", tuple(v.shape))
print("scores of gato", (q @ k.T)[2])

# %% [markdown]
# The view goes through these steps. It tries your own `CrossAttention`, without a mask: the first stage that differs
# is marked.

# %%
your_class = own("3.2")

def my_layer(q, k, v):
    """Your layer's output and weights for the same two sentences; q, k and v are those of the cell above."""
    layer = your_class(5, 4, 3).eval()
    set_weights(layer, W_q_cross, W_k_cross, W_v)
    with torch.no_grad():
        output, weights = layer(Y.unsqueeze(0), X.unsqueeze(0))
    return output[0], weights[0]

my_layer.of_the_course = getattr(your_class, "of_the_course", False)       # while you have not written one
interactive.view(my_layer, q, k, v, queries=spanish, keys=words, features=["masculine", "dark", "alive"])

# %% [markdown]
# Dark, 3.48 of 4. *el gato* … **negro**. Read the picture of the weights from top to bottom: the, cat, black, sleeps.
# **That is the Spanish order.** A different word order alone is no difficulty for attention: the place
# of a key plays no role. (After *duerme* all shares are equal. That can serve as our stop signal; a trained model
# learns one.)

# %% [markdown]
# ## Blind to order
#
# Does the place of a key play no role? Lesson 01 showed it on one example. Let us look more closely, because this is
# both the strength of attention and its greatest weakness. We shuffle the words of a sentence and let it attend to
# itself. Will the outputs be the same as before, or others?

# %%
order = [2, 0, 3, 1]
with torch.no_grad():
    before, _ = by_hand(X.unsqueeze(0))
    after, _ = by_hand(X[order].unsqueeze(0))
for i, (word, row) in enumerate(zip(words, before[0], strict=True)):
    j = order.index(i)
    print(f"{word:7} at place {i}: {row}     at place {j}: {after[0, j]}")

# %% [markdown]
# Each word keeps its output, and takes it to its new place. So the outputs are not the same as before; they are
# shuffled in the same way. This is called **permutation equivariance**:
#
# $$\mathrm{attend}(\mathrm{shuffle}(x)) = \mathrm{shuffle}(\mathrm{attend}(x))$$
#
# (*In*variance would mean that nothing changes at all.) Without a mask it holds for all weights and all words. Such a
# property makes a strong test: it needs no expected numbers, only two ways that must give the same result.

# %% [markdown]
# ### Exercise 3.3 · a test for blindness to order        ●●○  about 15 minutes · 2 points
# Write a test that passes what is equivariant, and fails what is not.
#
# - **You have** a function `attend`, as an argument. It takes `x` (B, T, d_model), of any size, float32 or float64, as
#   `torch.randn` makes it, and returns an output (B, T, d_v), the same each time for the same x.
# - **Return** nothing if it is blind to the order of the words; if it is not, let an `assert` fail. (Returning
#   False or raising another error counts as well.)
# - **Use** `x[:, order]`, which puts the words of every sentence into the order that a tensor of
#   positions gives, and `torch.allclose(a, b, atol=1e-5)`.
#
# Your test will be run on four right implementations and on sixteen wrong ones. Most of the wrong ones know about
# places. One only uses the *distance* of words, another only which word comes *next*. Some are wrong in a part of the
# batch only, one in the last number of each output only. Some favour the word at the first or at the last place, and
# three are off by less than a hundredth for each place. One returns the right outputs at the wrong places. Choose x,
# the order and what you compare so that none of these bugs slips through. (An order that is drawn at random may leave
# words where they are: choose one, or try several.)

# %%
def test_equivariance(attend):
    """Pass if shuffling the words shuffles the outputs in the same way, fail an `assert` if not."""
    ### BEGIN SOLUTION
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 5, 0, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
    ### END SOLUTION


# %%
check("3.3", test_equivariance)

# %%
test_equivariance = carry_on("3.3", test_equivariance)

# %% [markdown]
# Now run your test on the layers of this lesson. Which of the four will fail? Decide for each:
#
# 1. self-attention;
# 2. self-attention with a causal mask;
# 3. cross-attention, when the *target* is shuffled;
# 4. self-attention on vectors to which the number of their place has been added.

# %%
def made_for(x, kind):
    """A layer for vectors as long as those of x, with the same weights at every call."""
    with torch.random.fork_rng():                            # leaves the random numbers outside as they are
        torch.manual_seed(0)
        return kind(x.shape[-1], 4, 3).to(x.dtype).eval()

def mask_added(x):
    return with_mask(made_for(x, SelfAttention), x, mask=causal_mask(x.shape[-2]))[0]

def target_shuffled(x):
    some_memory = torch.linspace(-1, 1, 5 * x.shape[-1], dtype=x.dtype).view(1, 5, -1).sin()
    return made_for(x, CrossAttention)(x, some_memory.expand(len(x), -1, -1))[0]

def places_added(x):
    return made_for(x, SelfAttention)(x + torch.arange(x.shape[-2]).unsqueeze(-1))[0]

def passes(test, attend):
    """Whether a test accepts `attend`: it raises nothing, and does not return False."""
    try:
        return str(test(attend)) not in ("False", "tensor(False)")
    except Exception:
        return False

candidates = {
    "self-attention": lambda x: made_for(x, SelfAttention)(x)[0],
    "with a causal mask": mask_added,
    "cross-attention": target_shuffled,
    "with places added": places_added,
}
for name, attend in candidates.items():
    if passes(test_equivariance, attend):
        print(f"{name:19} passes: blind to order")
    else:
        print(f"{name:19} fails: it knows something about order")

# %% [markdown]
# The mask tells earlier places from later ones, so the order matters. Adding the number of the place has the same
# effect. In lesson 05 the encoder learns about places in a similar way: there, too, something is added to the vectors.
# What if we shuffle the *memory* of cross-attention?

# %%
torch.manual_seed(0)
cross_attention = CrossAttention(8, 4, 3).eval()
x, memory = torch.randn(3, 6, 8), torch.randn(3, 5, 8)
with torch.no_grad():
    shuffled = memory[:, [3, 0, 4, 2, 1]]
    print("another order of the source, the same output:",
          torch.allclose(cross_attention(x, memory)[0], cross_attention(x, shuffled)[0], atol=1e-6))

# %% [markdown]
# *In*variant: cross-attention sees the source as a bag of words. Without something that tells it the places, *the dog
# bites the man* and *the man bites the dog* would get the same translation.

# %% [markdown]
# ## Looking one place back
#
# Attention itself is blind to order. But a word's vector may say at which place the word stands; then `W_q` and
# `W_k` can make use of it. Many heads of trained models attend to the previous word. How do they find it?
#
# In the vectors below, the first four numbers say which word it is, and the last four at which place it stands. The
# place is not one number, from which 1 could be taken away. Yet two matrices are enough. Which numbers should the
# matrices make use of, and which not? A key says where a word *is*. What does the query of place 2 have to look like?

# %%
lexicon_of_4 = ["the", "black", "cat", "sleeps"]
which, where = torch.eye(4), torch.eye(4)
with_places = torch.cat([which, where], dim=1)               # word i at place i
for word, row in zip(lexicon_of_4, with_places, strict=True):
    print(f"{word:7} {row.int().tolist()}")

# %% [markdown]
# ### Exercise 3.6 · looking back        ●●●  about 12 minutes · 2 points
# Set two matrices by hand so that each word attends to the one before it.
#
# - **You have** `n_words` and `n_places`, which is at most 24. A vector has n_words + n_places numbers, all 0 but two:
#   a 1 among the first n_words says which word it is, and a 1 among the last n_places at which place it stands. The
#   words of a sentence stand at the places 0, 1, 2 and so on.
# - **Return** two tensors `W_q` and `W_k`, each (n_words + n_places, d_k). You choose d_k.
# - **It is right** if in every sentence of up to n_places words, each word but the first gives more than 0.9 of its
#   attention to the word before it. Queries are `x @ W_q`, keys are `x @ W_k`, scores are divided by √d_k, all in
#   64 bits, and there is no mask. The first word may attend to what it likes.

# %%
def look_back(n_words, n_places):
    """W_q and W_k, (n_words + n_places, d_k), with which each word looks at the one before it."""
    ### BEGIN SOLUTION
    d_model = n_words + n_places
    W_q, W_k = torch.zeros(d_model, n_places), torch.zeros(d_model, n_places)
    for t in range(n_places):
        W_k[n_words + t, t] = 1.0                            # place t is found by the number t
        if t > 0:
            W_q[n_words + t, t - 1] = 20.0 * n_places ** 0.5     # and looks for t - 1
    return W_q, W_k
    ### END SOLUTION


# %%
check("3.6", look_back)

# %%
look_back = carry_on("3.6", look_back)

back_q, back_k = (matrix.double() for matrix in look_back(4, 4))           # 64 bits, whatever they were
for order in ([0, 1, 2, 3], [2, 2, 0, 2]):
    sentence = torch.cat([which[order], where], dim=1).double()
    _, weights = scaled_dot_product_attention(sentence @ back_q, sentence @ back_k, sentence)
    spoken = [lexicon_of_4[i] for i in order]
    for t in range(1, 4):
        at = int(weights[t].argmax())
        print(f"{spoken[t]:7} at place {t} looks at place {at}, {spoken[at]}")

# %% [markdown]
# It works for a word that occurs three times, too: only the places count. "One less" is nowhere computed. It stands
# in a table.
#
# ## Looking for what fits
#
# An adjective looks for its noun. In Spanish the noun often stands just before it, but not always: *la casa de los
# gatos es blanca*, "the house of the cats is white". The nearest noun is *gatos*, and what is white is the *casa*. How
# can one tell? An adjective takes the gender and the number of its noun. *blanca* is feminine and singular, and so is
# *casa*; *gatos* is masculine and plural.
#
# So *blanca* looks for three things at once: a **noun**, that is **feminine**, and **singular**. In the vectors below
# each of these is a number, 1 or 0. Some words have two of the three. Which? They must get nearly nothing.

# %%
features = ["noun", "adjective", "other", "masculine", "feminine", "singular", "plural"]
description = {"la": "other feminine singular", "casa": "noun feminine singular", "de": "other",
               "los": "other masculine plural", "gatos": "noun masculine plural", "es": "other singular",
               "blanca": "adjective feminine singular"}

def vector(description):
    """1 for each word of the description that is a feature, 0 for the others: (7,)."""
    return torch.tensor([float(feature in description.split()) for feature in features])

print(", ".join(features))
for word, text in description.items():
    print(f"{word:7} {vector(text).int().tolist()}   {text}")

# %% [markdown]
# *la* is feminine and singular, but it is not a noun. The same is true of *blanca* itself. A score is a sum of
# products. How can one sum ask for three things?

# %% [markdown]
# ### Exercise 3.7 · an adjective's noun        ●●●  about 12 minutes · 2 points
# Set two matrices by hand so that each adjective attends to its noun. And not in Spanish alone: German has three
# genders, Slovene three numbers (one, two, many).
#
# - **You have** `n_genders` and `n_numbers`. A vector has 3 + n_genders + n_numbers numbers, each 0 or 1. Among the
#   first three a 1 says what the word is: a noun, an adjective, or another word. Among the next n_genders it says which
#   gender it has, among the last n_numbers which number. Nouns and adjectives have both; other words have one, both or
#   none.
# - **Return** two tensors `W_q` and `W_k`, each (3 + n_genders + n_numbers, d_k). You choose d_k.
# - **It is right** if in every sentence of up to 40 words each adjective gives more than 0.9 of its attention to its
#   noun: the one that has its gender *and* its number; there is exactly one. Queries, keys and scores are made as in
#   3.6, without a mask. Words that are no adjectives may attend to what they like.

# %%
def find_noun(n_genders, n_numbers):
    """W_q and W_k, (3 + n_genders + n_numbers, d_k), with which each adjective looks at its noun."""
    ### BEGIN SOLUTION
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = torch.zeros(2 + d_k, d_k), torch.zeros(2 + d_k, d_k)
    W_k[0, 0] = W_q[1, 0] = 1.0                              # nouns are found as nouns, adjectives look for one
    W_k[3:, 1:] = W_q[3:, 1:] = torch.eye(d_k - 1)           # of the same gender, of the same number
    return 20.0 * d_k ** 0.5 * W_q, W_k
    ### END SOLUTION


# %%
check("3.7", find_noun)

# %% [markdown]
# Three sentences. The second, "the cat of the white house is black", has two adjectives. Where will each of them look?

# %%
find_noun = carry_on("3.7", find_noun)

description |= {"negro": "adjective masculine singular", "blancos": "adjective masculine plural",
                "gato": "noun masculine singular", "el": "other masculine singular", "son": "other plural"}
noun_q, noun_k = (matrix.double() for matrix in find_noun(2, 2))           # 64 bits, whatever they were
for text in ("la casa de los gatos es blanca", "el gato de la casa blanca es negro",
             "los gatos de la casa son blancos"):
    spoken = text.split()
    sentence = torch.stack([vector(description[word]) for word in spoken]).double()
    _, weights = scaled_dot_product_attention(sentence @ noun_q, sentence @ noun_k, sentence)
    for t, word in enumerate(spoken):
        if "adjective" in description[word]:
            print(f"{text:36} {word:8} looks at {spoken[weights[t].argmax()]:6} {weights[t].max():.2f}")

# %% [markdown]
# No part of attention computes "and". Each thing that fits adds its part to the sum, and only the right noun gets all
# three. Large numbers in your matrices make its lead large, and the softmax turns that into nearly everything. So such
# matrices do exist for these vectors. (The trained model further up had other vectors, which do not say the gender of
# an adjective. Its matrices were learned, and its adjectives hardly looked at some of their nouns and were right all
# the same.)

# %% [markdown]
# ## Who supplies what
#
# The three attentions of a translator differ only in where Q, K and V come from, and in the mask. Let us ask the layers
# themselves. Our source is 0 outside its first three columns, and our target outside its last two. PyTorch keeps a
# layer's matrix transposed, so that each of its columns belongs to one number of the input, and is multiplied with
# nothing else. Where that number was 0, no weight of the column made a difference: their gradient is 0. So the
# gradients tell which of the two sentences each matrix was applied to.

# %%
torch.manual_seed(0)
source = torch.cat([torch.randn(1, 4, 3), torch.zeros(1, 4, 2)], dim=-1)        # (1, 4, 5)
target = torch.cat([torch.zeros(1, 5, 3), torch.randn(1, 5, 2)], dim=-1)        # (1, 5, 5)

def supplier(linear):
    """From which half of the translator came the input of this layer?"""
    columns = linear.weight.grad.abs().sum(dim=0)
    return "encoder" if columns[:3].sum() > columns[3:].sum() else "decoder"

layers = {
    "encoder self-attention": (SelfAttention, lambda layer: layer(source)),
    "masked decoder self-attention": (SelfAttention, lambda layer: with_mask(layer, target, mask=causal_mask(5))),
    "cross-attention": (CrossAttention, lambda layer: layer(target, source)),
}
found = {}
for name, (kind, run) in layers.items():
    layer = kind(5, 4, 3).eval()
    output, weights = run(layer)
    output.square().sum().backward()
    found[name] = [supplier(linear) for linear in (layer.w_q, layer.w_k, layer.w_v)]
    print(f"{name:30} Q {found[name][0]}   K {found[name][1]}   V {found[name][2]}   weights {tuple(weights.shape)}")

# %%
show_suppliers(found)

# %% [markdown]
# The paper says (§3.2.3):
#
# > "In "encoder-decoder attention" layers, the queries come from the previous decoder layer, and the memory keys
# > and values come from the output of the encoder. This allows every position in the decoder to attend over
# > all positions in the input sequence."
#
# And of the encoder: "In a self-attention layer all of the keys, values and queries come from the same place".
#
# | | Q from | K, V from | weights | mask |
# |---|---|---|---|---|
# | encoder self-attention | source | source | (B, T_source, T_source) | padding of the source |
# | decoder self-attention | target | target | (B, T_target, T_target) | padding of the target, and causal |
# | cross-attention | target | source | (B, T_target, T_source) | padding of the **source** |
#
# Two things to remember. K and V always come from the same place: a key without its value is of no use. And a
# *padding* mask belongs to the *keys*: it says what may be looked at, so in cross-attention the source's padding
# counts. There is no causal mask in cross-attention: the whole English sentence is known before the first Spanish word
# is written.

# %% [markdown]
# ## What goes wrong if …
#
# … the values of cross-attention are made from the target: `self.w_v(x)` in place of `self.w_v(memory)`, one wrong
# word? Will there be an error? We try a target of five positions, and then one of four.

# %%
class Slip(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(x), mask)


slip = Slip(5, 4, 3)
set_weights(slip, W_q_cross, W_k_cross, W_v)
for length in (5, 4):
    try:
        with torch.no_grad():
            output, _ = slip(Y[:length].unsqueeze(0), X.unsqueeze(0))
        print(f"{length} positions: output {tuple(output.shape)}, after gato: {output[0, 2]}")
    except RuntimeError as error:
        print(f"{length} positions: {error}")

# %% [markdown]
# With equal lengths there is no error. But after *gato* the model now takes the
# value at place 1 of the *Spanish* sentence: *el*, which is neither dark nor alive. Instead of 3.48, *dark* is now
# 0.17. The check tries equal and unequal lengths:

# %%
evaluate("3.2", Slip)

# %% [markdown]
# And if the mask is the padding mask of the target? Here is a batch of two, with English sentences of 4 words and
# of 2. Will there be an error now?

# %%
source_ids = torch.tensor([[1, 2, 3, 4], [3, 4, 0, 0]])          # the black cat sleeps; cat sleeps
target_ids = torch.tensor([[5, 6, 7, 8, 9],                      # <bos> el gato negro duerme
                           [5, 7, 9, 0, 0]])                     # <bos> gato duerme
print("weights of cross-attention", (2, 5, 4))
for name, some_ids in [("source", source_ids), ("target", target_ids)]:
    mask = padding_mask(some_ids, pad_id=0)
    try:
        fits = f"gives {tuple(torch.broadcast_shapes(mask.shape, (2, 5, 4)))}"
    except RuntimeError:
        fits = "does not fit"
    print(f"padding mask of the {name} {tuple(mask.shape)}: {fits}")

# %% [markdown]
# If source and target had the same length, both would fit, and only one would be right.
#
# ## Recap
#
# - Each word is one vector. Three learned matrices make its query, key and value: what it looks for, what it can
#   be found by, what it hands over.
# - A training step: compute the loss, compute its gradient, move each parameter a little against it. In the loop
#   each batch has three calls: `zero_grad`, `backward`, `step`.
# - Training data to learn from, validation data to decide by, test data for the number that is reported.
# - Without projections scores are the same both ways: that of *i* for *j* is that of *j* for *i*. Learned word
#   vectors cannot change that. Two projections, for queries and for keys, can.
# - **Self-attention**: Q, K and V from the same sentence. **Cross-attention**: Q from the target, K and V from the
#   memory; one output for each target position.
# - A padding mask belongs to the keys.
# - Self-attention is equivariant under permutations: shuffle the words, and the outputs are shuffled with them.
#   Cross-attention does not notice a shuffled source at all, if its padding mask is shuffled along. Places in the
#   vectors change both; a causal mask changes the first.
#
# **Common mistakes**
#
# - `zero_grad` forgotten: each step then follows the sum of all gradients so far. A model left in training mode.
# - Logits put through a softmax before `F.cross_entropy`, which has one inside.
# - A number reported that was used to decide something.
# - One projection used for two of the three; `w_q` and `w_k` exchanged.
# - K from one sentence and V from another: an error only if their lengths differ.
# - The target's padding mask, or the causal mask, in cross-attention.
# - Queries from the encoder: an output for each *source* word, which the decoder cannot use.
# - Scaling by √d_model: the dot products have d_k terms. Scaling twice: `scaled_dot_product_attention` does it
#   already.
# - Calling *self*-attention invariant under permutations (it is equivariant; cross-attention is invariant, for the
#   source), or believing that either knows the word order.
# - `nn.Linear` has its matrix transposed, and a bias by default.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.2.3: the three uses of attention, in half a
#   page.
# - [Bahdanau et al. (2015)](https://arxiv.org/abs/1409.0473): the first translator with cross-attention. Before it,
#   the decoder got the whole source as one vector, and long sentences were translated badly.
# - [Lin et al. (2017)](https://arxiv.org/abs/1703.03130), self-attention shortly before the Transformer.
# - [Lee et al. (2019)](https://arxiv.org/abs/1810.00825), *Set Transformer*: tasks in which blindness to order is
#   wanted.
# - [Raschka: self-attention from scratch](https://sebastianraschka.com/blog/2023/self-attention-from-scratch.html),
#   the same steps with other numbers, cross-attention included.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code.
#
# **A · Two matrices, one product.** Scores are $X W_q (X W_k)^\top = X (W_q W_k^\top) X^\top$. So different pairs of
# matrices can give the same weights. Take any invertible (4, 4) matrix $R$, and find what $W_k$ must become when
# $W_q$ becomes $W_q R$.
#
# **B · A bias that does nothing.** Give `w_q`, `w_k` and `w_v` biases, one after the other. One of the three never
# changes anything. Which, and why? (Stretch exercise A of lesson 01 helps.)
#
# **C · Two sources.** Let a decoder look at an English sentence *and* at its French translation. Use one
# `CrossAttention`, and do not change the class. What happens to the mask?

# %% [markdown]
# <details><summary>A: how to begin</summary>
#
# $W_q R (W_k S)^\top = W_q R S^\top W_k^\top$. It stays the same if $R S^\top$ is the identity.
#
# </details>
#
# <details><summary>B: why</summary>
#
# That of `w_k`. The same vector is added to every key, so all scores of a query grow by the same number, and the
# softmax does not change. (A bias of `w_v` is added to every output, and one of `w_q` favours some keys.)
#
# </details>
#
# <details><summary>C: how to begin</summary>
#
# The order of keys and values does not matter. Put the two memories one after the other with
# `torch.cat([...], dim=1)`, and join their padding masks along the last axis.
#
# </details>

# %% tags=["solution-only"]
# A
torch.manual_seed(0)
R = torch.randn(4, 4)
S = torch.linalg.inv(R).T
other = SelfAttention(5, 4, 3)
set_weights(other, W_q @ R, W_k @ S, W_v)
with torch.no_grad():
    print("A", torch.allclose(other(X.unsqueeze(0))[1], by_hand(X.unsqueeze(0))[1], atol=1e-4))

# %% tags=["solution-only"]
# B
x = torch.randn(1, 5, 6)
q, k, v, bias = torch.randn(1, 5, 4), torch.randn(1, 5, 4), torch.randn(1, 5, 4), torch.randn(4)
before, _ = scaled_dot_product_attention(q, k, v)
for name, (b_q, b_k, b_v) in {"w_q": (bias, 0, 0), "w_k": (0, bias, 0), "w_v": (0, 0, bias)}.items():
    after, _ = scaled_dot_product_attention(q + b_q, k + b_k, v + b_v)
    print("B a bias in", name, "changes the output:", not torch.allclose(before, after, atol=1e-5))

# %% tags=["solution-only"]
# C
english, french, x = torch.randn(2, 4, 8), torch.randn(2, 6, 8), torch.randn(2, 3, 8)
english_mask = torch.tensor([[[True] * 4], [[True] * 2 + [False] * 2]])
french_mask = torch.tensor([[[True] * 6], [[True] * 3 + [False] * 3]])
with torch.no_grad():
    both, mask = torch.cat([english, french], dim=1), torch.cat([english_mask, french_mask], dim=-1)
    output, weights = cross_attention(x, both, mask=mask)
print("C", tuple(output.shape), tuple(weights.shape))
print("  to English in sentence 0:", weights[0, :, :4].sum(dim=-1))

# %% [markdown]
# Next, in lesson 04: one head gives each word one set of shares. What if a word has two questions?
