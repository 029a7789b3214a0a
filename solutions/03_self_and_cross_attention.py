# %% [markdown]
# # Lesson 03 · Self-attention and cross-attention
#
# So far queries, keys and values fell from the sky. In a Transformer they are made from the words, by
# three learned matrices; and *whose* words they are made from is what tells the three kinds of
# attention in a translator apart.
#
# **After this lesson** you can
#
# - make queries, keys and values from word vectors, by hand and with `nn.Linear`;
# - say what a model gains by learning them;
# - write self-attention and cross-attention as modules;
# - say who supplies Q, K and V in the encoder, in the decoder, and between them;
# - write a test that holds for all weights: attention does not know the order of its words.
#
# **You need** lessons 01 and 02: attention, gradients, masks.
#
# **Time** about 90 minutes, some 45 of them for the four exercises.

# %%
import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, evaluate, hint, solution
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_weights
from course.views.suppliers import show_suppliers

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## One vector for each word
#
# In a model, each word comes as *one* vector. Ours have five numbers with a meaning; in a trained model
# there are hundreds without.

# %%
words = ["the", "black", "cat", "sleeps"]

#                   article dark animal resting beginning
X = torch.tensor([[1., 0, 0, 0, 0],       # the
                  [0., 1, 0, 0, 0],       # black
                  [0., 0, 1, 0, 0],       # cat
                  [0., 0, 1, 1, 0]])      # sleeps, which somebody has to do

# %% [markdown]
# (The last column is for later.) The simplest thing would be to let these vectors be queries, keys and
# values all at once. Whom will "black" look at then? Compare its row with the four rows, and decide.

# %%
_, weights = scaled_dot_product_attention(X, X, X)
show_weights(weights, words, words, title="The words as they are")

# %% [markdown]
# At itself most of all. Vectors are most similar to themselves, and to those that mean the same; but
# "black" is not looking for something black, it is looking for a noun. **What a word is, what it looks
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
# These are the queries, keys and values of lesson 01. Since "black" is dark and nothing else, its query is
# the second row of `W_q`. "sleeps" is animal *and* resting: add the third row and the fourth, and you
# have its query, [1, 0, 2, 0].
#
# So the matrices hold knowledge about *kinds* of words: whatever is dark looks for what an animal
# offers. Put in "white" or "dog", with fitting vectors, and they work for them, too.
#
# Sizes: the words have d_model = 5 numbers, queries and keys d_k = 4, values d_v = 3. Queries and keys
# must have the same size, since they are compared. All else is free.
#
# ## The same as layers
#
# `nn.Linear(inputs, outputs)` is a matrix whose numbers will be learned. Two things to know about it:
# it adds a vector, the bias, unless told `bias=False`; and it keeps its matrix transposed, with one row
# for each *output*. If `W_q` is (5, 4), which shape does the weight of the layer have?

# %%
w_q = nn.Linear(5, 4, bias=False)
print("W_q", tuple(W_q.shape), "  w_q.weight", tuple(w_q.weight.shape))
with torch.no_grad():
    w_q.weight.copy_(W_q.T)
print("the same queries:", torch.equal(w_q(X), Q))

# %% [markdown]
# A linear layer works on the last axis and leaves all others alone: X can be (T, 5) or (B, T, 5). Every word
# of every sentence goes through the same matrix.

# %% [markdown]
# ### Exercise 3.1 · self-attention        ●●○  about 15 minutes · 3 points
# A sentence looks at itself: queries, keys and values are all made from the same words.
#
# - **You have** in `__init__`: `d_model`, `d_k` and `d_v`. In `forward`: `x` (B, T, d_model), and `mask`,
#   which is None or boolean and broadcasts to (B, T, T), True = may attend.
# - **Make** three `nn.Linear` without bias, with the names `w_q`, `w_k`, `w_v`.
# - **Return** the output (B, T, d_v) and the weights (B, T, T).
# - **Use** `scaled_dot_product_attention(q, k, v, mask)` of lesson 02, which returns both.

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
    """Put matrices from paper into a layer."""
    with torch.no_grad():
        for linear, matrix in [(layer.w_q, W_q), (layer.w_k, W_k), (layer.w_v, W_v)]:
            linear.weight.copy_(matrix.T)

by_hand = SelfAttention(d_model=5, d_k=4, d_v=3)
set_weights(by_hand, W_q, W_k, W_v)
with torch.no_grad():
    output, weights = by_hand(X.unsqueeze(0))                # a batch of one sentence
print("weights of black", weights[0, 1])
print("output of black ", output[0, 1])

# %% [markdown]
# 0.057 0.094 0.694 0.155, and the output 2.777 0.376 2.392: lesson 01, starting from words.

# %%
show_weights(weights[0], words, words, title="The words through three projections")

# %% [markdown]
# ## What learning them is good for
#
# We made the matrices by hand. Can a model find such matrices by itself, and does it need them? Here is
# a language of twelve words. Each sentence has an animal, a thing, and four adjectives, in any order: two
# that are said of animals and two that are said of things. As in Spanish, an adjective takes the gender
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
# Two models. Both have fixed random word vectors, one attention, and a linear layer that reads the gender off its
# output. One uses your `SelfAttention`; the other has no projections: words as they are, as in the first
# picture.
#
# Guess: how many adjectives, out of 100, does the one *without* projections get right? Tossing a coin gets
# 50.

# %%
my_guess = None     # a number between 50 and 100

# %% tags=["nbval-ignore-output"]
class AsTheyAre(nn.Module):
    def forward(self, x):
        return scaled_dot_product_attention(x, x, x)


def train(layer, d_out, steps=300):
    """Train the layer and a linear reader.

    Returns the share of adjectives that are right, and 2,000 sentences: ids, answers, weights.
    """
    torch.manual_seed(0)
    vector_of = torch.randn(len(lexicon), 16)                # stays as it is
    reader = nn.Linear(d_out, 2)
    optimiser = torch.optim.Adam([*layer.parameters(), *reader.parameters()], lr=0.01)
    for _ in range(steps):
        ids, answers = agreement(64)
        loss = F.cross_entropy(reader(layer(vector_of[ids])[0]).flatten(0, 1), answers.flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    ids, answers = agreement(2000)
    with torch.no_grad():
        output, weights = layer(vector_of[ids])
        right = reader(output).argmax(dim=-1) == answers
    return right[ids >= 8].float().mean().item(), ids, answers, weights

plain, *_ = train(AsTheyAre(), 16)
torch.manual_seed(3)
learned, ids, answers, learned_weights = train(SelfAttention(16, 8, 8), 8)
print(f"without projections {plain:.2f}")
print(f"with projections    {learned:.2f}")
print("my guess:", my_guess)

# %% [markdown]
# With learned projections every adjective gets it right. Nobody told the model which words are nouns, nor that
# "hungry" is said of animals; the loss did. Without projections words look at others that happen to resemble them,
# whatever the task is.
#
# Where does it look? You would say: each adjective at its noun. We measure, for each adjective, how much of its
# attention goes there.

# %% tags=["nbval-ignore-output"]
kind_of = torch.tensor([0] * 4 + [1] * 4 + [0] * 2 + [1] * 2)[ids]                     # animal or thing
own_noun = (ids.unsqueeze(1) < 8) & (kind_of.unsqueeze(1) == kind_of.unsqueeze(2))     # (n, 6, 6)
to_noun = (learned_weights * own_noun).sum(dim=-1)
for i in range(8, 12):
    shares = [to_noun[(ids == i) & (answers == gender)].mean() for gender in (0, 1)]
    print(f"{lexicon[i]:7} to a masculine noun {shares[0]:.2f}   to a feminine noun {shares[1]:.2f}")

# %% tags=["nbval-ignore-output"]
sentence = [lexicon[i] for i in ids[0]]
show_weights(learned_weights[0], sentence, sentence, title="Learned: who looks at whom")

# %% [markdown]
# It depends on the gender: on average most of the attention goes to nouns of *one* gender, and much less to the other.
# That is not a failure but a short cut. An adjective that looks for a masculine noun of its kind and finds none
# knows that its noun is feminine (or the other way round: which of the two it looks for is chance). All answers are
# right. Remember it when you are tempted to read attention as an explanation; lesson 11 comes back to it.
#
# ## Self-attention in the decoder
#
# Now the other language. The decoder writes *el gato negro duerme*, and to know how to go on it looks at what it
# has written so far. At the very beginning there is nothing, so every target starts with a special token,
# `<bos>`, for "beginning of sentence"; that is what the fifth number is for.

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
# pattern means something:

# %%
torch.manual_seed(0)
decoder_self = SelfAttention(d_model=5, d_k=4, d_v=3)
with torch.no_grad():
    _, weights = decoder_self(Y.unsqueeze(0), causal_mask(5))
show_weights(weights[0], spanish, spanish, mask=causal_mask(5), title="Spanish looks at Spanish, never ahead")

# %% [markdown]
# ## Looking across
#
# To write *negro*, the decoder must know that the cat is black, and that is only said in English. So it has a
# second attention, which looks from one sentence into the other: **cross-attention**.
#
# What the English sentence has become in the encoder is called the **memory**, (B, T_k, d_model). (We have no
# encoder yet; X takes its place.) The target so far is x, (B, T_q, d_model). The two lengths differ: ours are 5
# and 4.
#
# Before you write it, think about the shapes. The decoder needs an output for each of *its* positions, five of
# them. Attention returns an output for each query. And the weights have a column for each key, which says how
# much of which value is taken. So which of Q, K and V are made from x, and which from the memory?

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
# Let us give it matrices that translate. At each position the decoder is about to write the *next* word, and it should
# look at the English word that says which: after `<bos>` comes an article, after an article the
# animal, after the animal what is said about it, after that what it does. And after *duerme*, which is
# animal and resting, there is nothing left to look for: two rows cancel.

# %%
#                     the black cat sleeps
W_q_cross = torch.tensor([[0., 0, 6, 0],      # after an article: the cat
                          [0., 0, 0, 6],      # after something dark: sleeps
                          [0., 6, 0, 0],      # after an animal: black
                          [0., -6, 0, 0],     # after something resting: no longer
                          [6., 0, 0, 0]])     # at the beginning: the
W_k_cross = torch.tensor([[1., 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, -1, 1], [0, 0, 0, 0]])

cross = CrossAttention(d_model=5, d_k=4, d_v=3)
set_weights(cross, W_q_cross, W_k_cross, W_v)
with torch.no_grad():
    output, weights = cross(Y.unsqueeze(0), X.unsqueeze(0))
print("output", tuple(output.shape), "  weights", tuple(weights.shape))
show_weights(weights[0], spanish, words, title="Spanish looks at English")

# %% [markdown]
# Five queries, four keys. Do the row of *gato* on paper: its query is [0, 6, 0, 0], its scores are 0 6 0 0, halved
# 0 3 0 0, and exp(3) / (exp(3) + 3) is 0.87. Having written *gato*, the model looks at "black", and its output says so:

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

# %%
def my_layer(q, k, v):
    """What the layer makes of the same sentences; its queries, keys and values are those of the cell above."""
    with torch.no_grad():
        output, weights = cross(Y.unsqueeze(0), X.unsqueeze(0))
    return output[0], weights[0]


interactive.view(my_layer, q, k, v, queries=spanish, keys=words, features=["masculine", "dark", "alive"])

# %% [markdown]
# Dark, 3.48 of 4. *el gato* … **negro**. Read the picture from top to bottom: the, cat, black, sleeps. **That is the
# Spanish order.** Two languages that order their words differently are no difficulty for attention: where a key stands
# plays no role. (That after *duerme* all shares are equal will do as a sign for "stop". A trained model learns
# one.)

# %% [markdown]
# ## Blind to order
#
# Where a key stands plays no role? Lesson 01 showed it on one example. It deserves better, since it is both the
# strength of attention and its greatest weakness. Shuffle the words of a sentence, let it attend to
# itself, and compare. What do you expect of the outputs: the same, or others?

# %%
order = [2, 0, 3, 1]
with torch.no_grad():
    before, _ = by_hand(X.unsqueeze(0))
    after, _ = by_hand(X[order].unsqueeze(0))
for i, (word, row) in enumerate(zip(words, before[0], strict=True)):
    j = order.index(i)
    print(f"{word:7} at place {i}: {row}     at place {j}: {after[0, j]}")

# %% [markdown]
# Each word takes its output along. The outputs as a whole are not the same as before; they are shuffled in the
# same way. This is called **permutation equivariance**:
#
# $$\mathrm{attend}(\mathrm{shuffle}(x)) = \mathrm{shuffle}(\mathrm{attend}(x))$$
#
# (*In*variance would mean that nothing changes at all.) It holds for all weights and all words. Such a
# property makes a strong test: it needs no expected numbers, only two ways that must lead to the same place.

# %% [markdown]
# ### Exercise 3.3 · a test for blindness to order        ●●○  about 15 minutes · 2 points
# Write a test that passes what is equivariant, and fails what is not.
#
# - **You have** a function `attend`, as an argument. It takes `x` (B, T, d_model), of any size, and returns an output
#   (B, T, d_v), the same each time for the same x.
# - **Return** nothing if it is blind to the order of the words; if it is not, let an `assert` fail.
# - **Use** `x[:, order]`, which puts the words of every sentence into the order that a tensor of
#   positions gives, and `torch.allclose(a, b, atol=1e-5)`.
#
# Your test will be put to four right implementations and to seven that secretly know about places. One of them
# only minds the *distance* of words, another only who comes *next*, a third is right in the first
# sentence of a batch: choose x and the order so that nothing of that can hide.

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
# We put it to what this lesson has built. Which of the four will fail? Decide for each:
#
# 1. self-attention;
# 2. self-attention with a causal mask;
# 3. cross-attention, when the *target* is shuffled;
# 4. self-attention on vectors to each of which a number has been added that says where it stands.

# %%
def made_for(x, kind):
    """A layer for vectors as long as those of x, the same at every call."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return kind(x.shape[-1], 4, 3)

def mask_added(x):
    return made_for(x, SelfAttention)(x, causal_mask(x.shape[-2]))[0]

def target_shuffled(x):
    some_memory = torch.linspace(-1, 1, 5 * x.shape[-1]).view(1, 5, -1).sin()
    return made_for(x, CrossAttention)(x, some_memory)[0]

def places_added(x):
    return made_for(x, SelfAttention)(x + torch.arange(x.shape[-2]).unsqueeze(-1))[0]

candidates = {
    "self-attention": lambda x: made_for(x, SelfAttention)(x)[0],
    "with a causal mask": mask_added,
    "cross-attention": target_shuffled,
    "with places added": places_added,
}
for name, attend in candidates.items():
    try:
        test_equivariance(attend)
        print(f"{name:19} passes: blind to order")
    except AssertionError:
        print(f"{name:19} fails: it knows something about order")

# %% [markdown]
# The mask breaks the symmetry: it tells earlier from later. Adding something to the vectors breaks it, too, and that
# is how the encoder will be told about places, in lesson 05. And if we shuffle the *memory* of
# cross-attention?

# %%
torch.manual_seed(0)
cross_attention = CrossAttention(8, 4, 3)
x, memory = torch.randn(3, 6, 8), torch.randn(3, 5, 8)
with torch.no_grad():
    shuffled = memory[:, [3, 0, 4, 2, 1]]
    print("another order of the source, the same output:",
          torch.allclose(cross_attention(x, memory)[0], cross_attention(x, shuffled)[0], atol=1e-6))

# %% [markdown]
# *In*variant: the source is a bag of words to it. As it stands, *the dog bites the man* and *the man bites the dog*
# would be translated alike.

# %% [markdown]
# ## Who supplies what
#
# The three attentions of a translator differ only in where Q, K and V come from, and in the mask. The encoder reads
# the source, the decoder writes the target. Two of the three you know: in the encoder's self-attention all three come
# from the encoder, in the decoder's from the decoder.

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
# Do not take anybody's word for it. We ask the layers themselves. Before each of the nine projections is
# computed, a *hook* writes down which of the two tensors has arrived there.

# %%
encoder_self = SelfAttention(5, 4, 3)
decoder_self = SelfAttention(5, 4, 3)
source, target = X.unsqueeze(0), Y.unsqueeze(0)
arrived = {}

def note(name, part):
    def hook(linear, inputs):
        arrived.setdefault(name, {})[part] = "encoder" if inputs[0] is source else "decoder"
    return hook

layers = {"encoder self-attention": encoder_self, "masked decoder self-attention": decoder_self,
          "cross-attention": cross}
for name, layer in layers.items():
    for part, linear in [("Q", layer.w_q), ("K", layer.w_k), ("V", layer.w_v)]:
        linear.register_forward_pre_hook(note(name, part))

with torch.no_grad():
    all_weights = {
        "encoder self-attention": encoder_self(source)[1],
        "masked decoder self-attention": decoder_self(target, causal_mask(5))[1],
        "cross-attention": cross(target, source)[1],
    }
for name, parts in arrived.items():
    print(f"{name:30} Q {parts['Q']}   K {parts['K']}   V {parts['V']}", end="")
    print(f"   weights {tuple(all_weights[name].shape)}")

# %%
show_suppliers({name: [parts[part] for part in "QKV"] for name, parts in arrived.items()})

# %% [markdown]
# The paper puts it in these words (§3.2.3):
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
# Two things to keep in mind. K and V always come from the same place: a key without its value is of no use. And
# the mask goes with the *keys*: it says what may be looked at, so in cross-attention it is the source's padding
# that counts. No causal mask there: the whole English sentence has been read before the first Spanish word is written.

# %% [markdown]
# ## What goes wrong if …
#
# … the values of cross-attention are made from the target? `self.w_v(x)` for `self.w_v(memory)`, a slip of one word.
# Will it stop with an error? Try the target with five positions, and then without its last one.

# %%
class Slip(CrossAttention):
    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(x), mask)


slip = Slip(5, 4, 3)
set_weights(slip, W_q_cross, W_k_cross, W_v)
for length in (5, 4):
    try:
        with torch.no_grad():
            output, _ = slip(target[:, :length], source)
        print(f"{length} positions: output {tuple(output.shape)}, after gato: {output[0, 2]}")
    except RuntimeError as error:
        print(f"{length} positions: {error}")

# %% [markdown]
# With equal lengths there is no error, and the weights are even right. But after *gato* the model now takes up what
# stands at place 1 of the *Spanish* sentence: *el*, which has nothing to hand over. The dark 3.48 has become 0.17. The
# check tries lengths of both sorts:

# %%
evaluate("3.2", Slip)

# %% [markdown]
# And the mask? A batch of two, whose English sentences have 4 words and 2. Which of the two padding masks belongs into
# cross-attention can be read off the shapes:

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
# - Projections are what is learned in attention. Without them words look at whatever resembles them.
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
# - Queries from the encoder: an output for each *source* word, of which the decoder has no use.
# - Scaling by √d_model: the dot products have d_k terms.
# - Calling attention *invariant* under permutations, or believing that it knows the word order.
# - `nn.Linear` has its matrix transposed, and a bias by default.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.2.3: the three uses of attention, in half a
#   page.
# - [Lin et al. (2017)](https://arxiv.org/abs/1703.03130), self-attention shortly before the Transformer.
# - [Lee et al. (2019)](https://arxiv.org/abs/1810.00825), *Set Transformer*: what blindness to order is
#   good for.
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
# **C · Two sources.** A decoder is to look at an English sentence *and* at its French translation. Write it with one
# `CrossAttention`, without changing the class. What about the mask?

# %% [markdown]
# <details><summary>A: how to begin</summary>
#
# $W_q R (W_k S)^\top = W_q R S^\top W_k^\top$. It stays the same if $R S^\top$ is the identity.
#
# </details>
#
# <details><summary>B: why</summary>
#
# That of `w_k`. The same vector is added to every key, so each query's scores are all shifted by the same number,
# which softmax does not see. (A bias of `w_v` is added to every output, and one of `w_q` favours some keys.)
#
# </details>
#
# <details><summary>C: how to begin</summary>
#
# Keys and values are a set, whose order does not matter. Put the two memories one after the other,
# `torch.cat([...], dim=1)`, and their padding masks too, along the last axis.
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
    print("A", torch.allclose(other(source)[1], by_hand(source)[1], atol=1e-4))

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
    output, weights = cross_attention(x, both, mask)
print("C", tuple(output.shape), tuple(weights.shape))
print("  to English in sentence 0:", weights[0, :, :4].sum(dim=-1))

# %% [markdown]
# Next, in lesson 04: one head has one set of shares for each word. What if a word has two questions?
