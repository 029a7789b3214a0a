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
# - write a module, and say what a loss, a gradient and a training step are;
# - say what projections can do that word vectors alone cannot, however well they are learned;
# - write self-attention and cross-attention as modules;
# - say who supplies Q, K and V in the encoder, in the decoder, and between them;
# - write a test that holds for all weights: attention does not know the order of its words.
#
# **You need** lessons 01 and 02: attention, gradients, masks.
#
# **Time** about 110 minutes, some 45 of them for the four exercises.

# %%
import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, evaluate, hint, own, solution
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_weights
from course.views.suppliers import show_suppliers

torch.set_printoptions(precision=3, sci_mode=False)

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
# At itself. Each vector is similar to itself, and to vectors that mean the same. But "black" is not
# looking for something black, it is looking for a noun. **What a word is, what it looks
# for, and what it has to offer are three different things.** Hence three matrices, the **projections**,
# which turn a word's vector into its query, its key and its value:
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
# So the matrices hold knowledge about *kinds* of words: everything dark looks for what an animal
# offers. With vectors for "dim" or "dog", the same matrices work for these words, too.
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
# ## How a layer learns
#
# A new layer starts with random numbers. They are its **parameters**: the numbers that training changes. Can this
# layer find `W_q` by itself, from examples? An example is an input, and the output that we want. We measure how far
# off the layer is by *one* number, the **loss**: here the mean of the squared differences.
#
# The loss depends on each of the 20 parameters. Its **gradient** says, for each of them, how fast the loss grows when
# that parameter grows. `loss.backward()` computes it, and puts it into `.grad`. So one training step is: go a little
# way *against* the gradient. Will the loss be smaller after this step?

# %%
torch.manual_seed(0)
w_q = nn.Linear(5, 4, bias=False)                            # random numbers
inputs = torch.randn(64, 5)
wanted = inputs @ W_q

loss = ((w_q(inputs) - wanted) ** 2).mean()
loss.backward()
print(f"loss {loss.item():.3f}   gradient of the first parameter {w_q.weight.grad[0, 0].item():.3f}")
with torch.no_grad():                                        # what follows is no part of the computation
    w_q.weight -= 0.5 * w_q.weight.grad                      # 0.5 is the learning rate
print(f"loss after one step {((w_q(inputs) - wanted) ** 2).mean().item():.3f}")

# %% [markdown]
# That is all of learning, and the rest is repetition. An **optimiser** does the steps for all parameters at once;
# `Adam`, the usual one, also chooses for each parameter how far to go. Three calls make a step: forget the old
# gradients, compute new ones, move. (Lesson 08 looks inside.)

# %%
optimiser = torch.optim.Adam(w_q.parameters(), lr=0.05)
for step in range(301):
    loss = ((w_q(inputs) - wanted) ** 2).mean()
    if step % 100 == 0:
        print(f"step {step:3}   loss {loss.item():.5f}")
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
print(w_q.weight.detach().T.round(decimals=2) + 0.0)

# %% [markdown]
# It has found `W_q`. Here the examples came from a matrix that we knew. In a real task nobody knows it: there we look
# at examples that were not used for training, the **test data**, and count how many answers are right.
#
# A **module** is a class with its layers in `__init__` and its computation in `forward`. `super().__init__()` comes
# first: it prepares the object to keep a list of its parameters. You call the object itself, `layer(x)`, and PyTorch
# calls `forward`:

# %%
class TwoSteps(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.first = nn.Linear(d_in, 8)
        self.second = nn.Linear(8, d_out)

    def forward(self, x):
        return self.second(self.first(x).relu())


layer = TwoSteps(5, 4)
print(tuple(layer(X).shape))
print({name: tuple(parameter.shape) for name, parameter in layer.named_parameters()})

# %% [markdown]
# ### Exercise 3.1 · self-attention        ●●○  about 15 minutes · 3 points
# A sentence looks at itself: queries, keys and values are all made from the same words.
#
# - **You have** in `__init__`: `d_model`, `d_k` and `d_v`. In `forward`: `x` (B, T, d_model), and `mask`,
#   which is None or boolean and broadcasts to (B, T, T), True = may attend.
# - **Make** three `nn.Linear` without bias, with the names `w_q`, `w_k`, `w_v`, and no other parameters. (Dropout,
#   if you add it, is off in the check.)
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
kinds = [list(animals), list(things), ["hungry", "asleep"], ["wooden", "shiny"]]
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
# is a table with one vector for each word. `F.cross_entropy` is the loss for a choice: minus the logarithm of the
# probability that the model gives to the right answer.) We vary two things:
#
# - the attention is your `SelfAttention`, or it has no projections: words as they are, as in the first picture;
# - the word vectors stay as they were drawn, or they are learned along with the rest.
#
# Guess: how many adjectives, out of 100, are right *without* projections and with *fixed* vectors? Tossing a coin
# gives
# 50. And will learned vectors help?

# %%
my_guess = None     # a number between 50 and 100

# %% tags=["nbval-ignore-output"]
class AsTheyAre(nn.Module):
    def forward(self, x):
        return scaled_dot_product_attention(x, x, x)


def train(layer, d_out, make_batch, n_words, learn_vectors=False, steps=300):
    """Train the layer, a linear reader and perhaps the word vectors.

    Returns for 2,000 new sentences: ids, weights, and which answers are right.
    """
    torch.manual_seed(0)
    vector_of, reader = nn.Embedding(n_words, 16), nn.Linear(d_out, 2)
    vector_of.requires_grad_(learn_vectors)
    learned = [*layer.parameters(), *reader.parameters(), *(vector_of.parameters() if learn_vectors else [])]
    optimiser = torch.optim.Adam(learned, lr=0.01)
    for _ in range(steps):
        ids, answers = make_batch(64)
        loss = F.cross_entropy(reader(layer(vector_of(ids))[0]).flatten(0, 1), answers.flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    ids, answers = make_batch(2000)                          # test data
    with torch.no_grad():
        output, weights = layer.eval()(vector_of(ids))
        return ids, weights, reader(output).argmax(dim=-1) == answers


def without_projections():
    return AsTheyAre(), 16                                   # the layer, and how long its outputs are


def with_projections():
    torch.manual_seed(3)
    return SelfAttention(16, 8, 8), 8


results = {}
for make in (without_projections, with_projections):
    for vectors in ("fixed", "learned"):
        ids, weights, right = results[make, vectors] = train(*make(), agreement, 12, vectors == "learned")
        print(f"{make.__name__:20} {vectors:7} vectors: {right[ids >= 8].float().mean():.2f} of the adjectives right")
print("my guess:", my_guess)

# %% [markdown]
# With projections everything is right, with either kind of vectors. Nobody told the model which words are nouns,
# nor that "hungry" is said of animals; the loss did. Without projections and with fixed vectors, words look at
# others that happen to resemble them. But **with learned vectors this task needs no projections**: training changes
# the vectors themselves until attention finds what it needs.
#
# So is there anything that word vectors cannot do, however well they are learned? Without projections the score of
# two words is $x_i \cdot x_j$, and that is the same as $x_j \cdot x_i$. **If "black" looks for "cat", then "cat"
# looks for "black", just as strongly.** A question that goes one way only cannot be asked.
#
# Here is a language that needs such questions. Each sentence has an animal, a thing and a place, in any order. The
# animal has to name the gender of the thing, the thing that of the place, and the place that of the animal: each
# asks the next one, in a circle. Call the three scores $a$ (animal–thing), $b$ (thing–place) and $c$
# (place–animal), and try to make each word prefer the one it asks. What do you get?

# %% tags=["nbval-ignore-output"]
def circle(n):
    """n sentences of 3 words out of 6, and for each word the gender of the next kind: ids and answers (n, 3)."""
    gender = torch.randint(2, (n, 3))
    order = torch.rand(n, 3).argsort(dim=-1)
    return (torch.tensor([0, 2, 4]) + gender).gather(1, order), gender.roll(-1, dims=1).gather(1, order)

for make in (without_projections, with_projections):
    *_, right = train(*make(), circle, 6, learn_vectors=True, steps=600)
    print(f"{make.__name__:20} learned vectors: {right.float().mean():.2f} right")

# %% [markdown]
# The animal must prefer the thing to the place, the thing must prefer the place to the animal, and the place the
# animal to the thing. With equal scores both ways, this says $a > c$, $b > a$ and $c > b$: impossible. Two
# projections, one for asking and one for being found, make the score of $i$ for $j$ another number than that of $j$
# for $i$.
#
# Back to the adjectives, and to the model with projections and fixed vectors. Where does it look? Perhaps you expect:
# each adjective at its noun. We measure, for each adjective and each noun, how much of the adjective's attention goes
# to that noun.

# %% tags=["nbval-ignore-output"]
learned_ids, learned_weights, _ = results[with_projections, "fixed"]
for adjectives, nouns in [((8, 9), range(0, 4)), ((10, 11), range(4, 8))]:
    print(" " * 9, *(f"{lexicon[j]} ({'mf'[feminine[j]]})".rjust(10) for j in nouns))
    for i in adjectives:
        shares = []
        for j in nouns:
            has_noun = (learned_ids == j).any(dim=-1, keepdim=True)              # sentences with this noun
            to_noun = (learned_weights * (learned_ids == j).unsqueeze(1)).sum(dim=-1)
            shares.append(to_noun[(learned_ids == i) & has_noun].mean())
        print(f"{lexicon[i]:9}", *(f"{share:10.2f}" for share in shares))

# %% tags=["nbval-ignore-output"]
sentence = [lexicon[i] for i in learned_ids[0]]
show_weights(learned_weights[0], sentence, sentence, title="Learned: who looks at whom")

# %% [markdown]
# Each adjective looks at three of its four nouns, and hardly at the fourth: one animal and one thing are left out.
# All answers are right all the same. An adjective that finds none of the other three nouns knows that its noun is
# the fourth one, and so knows the gender. Which noun is left out is chance; another seed leaves out another one.
# This is a **short cut**: the least that solves the task. Remember it when you want to read attention as an
# explanation: a share of nearly 0 does not mean that the word had no effect. Lesson 11 comes back to it.
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
# of the value that belongs to this key. So which of Q, K and V are made from x, and which from the memory?

# %% [markdown]
# ### Exercise 3.2 · cross-attention        ●●○  about 10 minutes · 2 points
# One sentence looks at another.
#
# - **You have** in `__init__`: `d_model`, `d_k` and `d_v`. In `forward`: `x` (B, T_q, d_model), the
#   target; `memory` (B, T_k, d_model), the source; and `mask`, None or boolean, which broadcasts to
#   (B, T_q, T_k).
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
# The view goes through these steps. It judges your own `CrossAttention`, also when it is wrong: the first stage that
# differs is marked.

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
# **That is the Spanish order.** Two languages with different word orders are no difficulty for attention: the place
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
# (*In*variance would mean that nothing changes at all.) It holds for all weights and all words. Such a
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
# Your test will be run on four right implementations and on twelve wrong ones. Most of the wrong ones know about
# places. One only uses the *distance* of words, another only which word comes *next*. Some are wrong in one
# sentence of the batch only, some at the first or the last place only, one by less than a hundredth: choose x and
# the order so that none of these bugs slips through.

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
# The mask tells earlier places from later ones, so the order matters. Adding something to the vectors has the same
# effect, and this is how the encoder will learn about places, in lesson 05. What if we shuffle the *memory* of
# cross-attention?

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
# ## Who supplies what
#
# The three attentions of a translator differ only in where Q, K and V come from, and in the mask. The encoder reads
# the source, the decoder writes the target. You know two of the three: in the encoder's self-attention Q, K and V all
# come from the encoder, in the decoder's self-attention all come from the decoder.

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
# Let us ask the layers themselves. We give the source numbers in its first three columns only, and the target in
# its last two only. The gradient of a layer's matrix is 0 in every column where the layer's input was 0. So the
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
# Two things to remember. K and V always come from the same place: a key without its value is of no use. And the
# mask belongs to the *keys*: it says what may be looked at, so in cross-attention the source's padding counts.
# There is no causal mask in cross-attention: the whole English sentence is known before the first Spanish word is
# written.

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
# With equal lengths there is no error, and even the weights are right. But after *gato* the model now takes the
# value at place 1 of the *Spanish* sentence: *el*, which is neither dark nor alive. Instead of 3.48, *dark* is now
# 0.17. The check tries equal and unequal lengths:

# %%
evaluate("3.2", Slip)

# %% [markdown]
# And the mask? Here is a batch of two, with English sentences of 4 words and of 2. Which of the two padding masks
# belongs into cross-attention? Look at the shapes:

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
# - A training step: compute the loss, compute its gradient, move each parameter a little against it.
# - Without projections scores are the same both ways: *i* looks at *j* as strongly as *j* at *i*. Learned word
#   vectors cannot change that. Two projections, for queries and for keys, can.
# - **Self-attention**: Q, K and V from the same sentence. **Cross-attention**: Q from the target, K and V from the
#   memory; one output for each target position.
# - The mask belongs to the keys.
# - Self-attention is equivariant under permutations: shuffle the words, and the outputs are shuffled with them.
#   Cross-attention does not notice a shuffled source at all.
#
# **Common mistakes**
#
# - One projection used for two of the three; `w_q` and `w_k` exchanged.
# - K from one sentence and V from another: an error only if their lengths differ.
# - The target's padding mask, or the causal mask, in cross-attention.
# - Queries from the encoder: an output for each *source* word, which the decoder cannot use.
# - Scaling by √d_model: the dot products have d_k terms. Scaling twice: `scaled_dot_product_attention` does it
#   already.
# - Calling attention *invariant* under permutations, or believing that it knows the word order.
# - `nn.Linear` has its matrix transposed, and a bias by default.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.2.3: the three uses of attention, in half a
#   page.
# - [Bahdanau et al. (2015)](https://arxiv.org/abs/1409.0473): the first translator with cross-attention. Before it,
#   the decoder got the whole source as one vector, and long sentences did not fit into it.
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
