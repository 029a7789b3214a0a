# %% [markdown]
# # Lesson 07 · The decoder, and the whole Transformer
#
# The encoder of lesson 06 reads the English sentence and turns it into a **memory**: one vector for
# each word. The decoder writes the Spanish sentence, one word at a time. For each word it looks back at
# what it has written so far, and across to the memory.
#
# At the end of this lesson you put all parts together, and compare the result, number by number, with
# PyTorch's own Transformer.
#
# **After this lesson** you can
#
# - say what each of the decoder's three sub-layers is for, and write the layer;
# - split a target sentence into what the decoder reads and what it is asked for;
# - explain what the causal mask saves in training;
# - write a test that finds out whether a decoder sees the future;
# - build a whole Transformer from encoder, decoder, embeddings, positions and masks.
#
# **You need** lessons 02 (masks), 03 (who supplies Q, K and V), 04 (heads), 05 (embeddings and positions) and 06 (the
# encoder layer).
#
# **Time** about two hours, some 80 minutes of them for the six exercises.

# %%
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from classroom import carry_on, check, evaluate, hint, solution
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift

torch.set_printoptions(precision=3, sci_mode=False)

# %% [markdown]
# ## What is the third word?
#
# *the black cat sleeps.* Two words of the translation are there already: *el gato*. What comes next, and
# what did you have to know to say so?
#
# You looked **back**: a masculine article and a noun are written, and an adjective may follow them. And you
# looked **across**: the English sentence has a "black" that has not been translated yet.
#
# The decoder does the same, with one attention for each. Every target starts with the token `<bos>`, so that
# there is something to begin from, and ends with `<eos>`, so that the model can say that it is done.
#
# ### Looking back
#
# Let the position that has just read *gato* ask the question of lesson 01, [0, 1, 2, 1]. In training we have
# the whole translation, so there are five keys to compare it with. Before you run the cell: which word will
# score highest, and why should that worry you?

# %%
target = ["<bos>", "el", "gato", "negro", "duerme"]
q = torch.tensor([0., 1, 2, 1])                         # asked by the position that has read "gato"
K = torch.tensor([[0., 1, 0, 0],                        # <bos>
                  [0., 0, 1, 0],                        # el
                  [0., 1, 2, 1],                        # gato
                  [0., 2, 3, 1],                        # negro
                  [1., 1, 1, 0]])                       # duerme
scores = K @ q
for word, k, score in zip(target, K, scores, strict=True):
    print(f"{word:7} {' + '.join(f'{a:.0f}·{b:.0f}' for a, b in zip(q, k, strict=True))} = {score:.0f}")

# %% [markdown]
# *negro*, with 9. But *negro* is exactly the word that this position will be asked for. In training it can
# simply be read; when the model writes by itself, it does not exist yet. So what comes later must be hidden,
# by the **causal mask** of lesson 02. Scores of later words become −∞, and the softmax shares everything
# among the rest:

# %%
allowed = torch.tensor([True, True, True, False, False])
shares = (scores / math.sqrt(4)).softmax(dim=-1)
masked = (scores / math.sqrt(4)).masked_fill(~allowed, -torch.inf).softmax(dim=-1)
print("         ", *(f"{word:>7}" for word in target))
print("no mask  ", *(f"{share:7.3f}" for share in shares))
print("masked   ", *(f"{share:7.3f}" for share in masked))

# %% [markdown]
# Check one of them on paper: exp(3) / (exp(0.5) + exp(1) + exp(3)) = 0.821.
#
# All five positions ask at once, each with its own row of the mask. Here all of them ask the same question,
# so that only the mask makes a difference:

# %%
weights = scaled_dot_product_attention(q.expand(5, 4), K, K, causal_mask(5))[1]
show_weights(weights, target, target, title="Looking back, under the causal mask", mask=causal_mask(5))

# %% [markdown]
# The row of *gato* is the one from above. `<bos>` can attend only to itself.
#
# ### Looking across
#
# Next, the same position asks the English sentence. It has a question of its own for that, [0, 6, 0, 0],
# as in lesson 03. Keys and values are made from the memory; here each word simply has a direction of its own.
# Which mask is needed?

# %%
source = ["the", "black", "cat", "sleeps"]
question = torch.tensor([[0., 6, 0, 0]])
output, weights = scaled_dot_product_attention(question, torch.eye(4), torch.eye(4))
print("         ", *(f"{word:>7}" for word in source))
print("scores   ", *(f"{score:7.0f}" for score in question[0]))
print("weights  ", *(f"{share:7.3f}" for share in weights[0]))

# %% [markdown]
# 0.87 for "black", as in lesson 03 (attention divides the 6 by √4 before the softmax). There is no causal mask here:
# the whole English sentence is known before the first Spanish word is written. And the order is another one: the
# position that has read *el*, the second, is asked for *gato* and needs "cat", the third English word. A causal mask
# would show it only the first two. Only the
# padding of the **source** is hidden.
#
# | | Q from | K, V from | mask (True = may attend) |
# |---|---|---|---|
# | encoder: self-attention | source | source | padding of the source |
# | decoder: self-attention | target so far | target so far | causal, and padding of the target |
# | decoder: **cross-attention** | target so far | memory | padding of the source |

# %% [markdown]
# ## The layer
#
# Three sub-layers, each of the form you know from lesson 06, $x + \mathrm{sublayer}(\mathrm{norm}(x))$:
#
# 1. masked self-attention: what has been written so far?
# 2. cross-attention: what does the source say about it?
# 3. feed-forward: what follows from the two?
#
# The paper's Figure 1 shows it on the right. (There the norms stand after the additions; ours stand before
# the sub-layers, as in lesson 06.) In self-attention query, key and value are all made from norm(x). In cross-attention
# only the query is: the memory needs no norm, since the encoder ends with one.

# %%
from course.views.blocks import show_blocks

show_blocks("decoder")

# %% [markdown]
# ### Exercise 7.1 · DecoderLayer        ●●●  about 20 minutes · 4 points
# - **You have** in `__init__`: `d_model`, `n_heads`, `d_ff`. In `forward`: `x` (B, T_q, d_model), `memory`
#   (B, T_k, d_model), and two masks, each None or bool: `self_mask` (B, T_q, T_q), `memory_mask` (B, 1, T_k)
#   or (B, T_q, T_k). None: everything is allowed. The layer makes no mask of its own, and is causal
#   only if `self_mask` is.
# - **Make** `self_attention`, `cross_attention`, `feed_forward`, `norm_1`, `norm_2`, `norm_3`. The two attentions are
#   `MultiHeadAttention`s, or of a class of your own with its `w_q`, `w_k`, `w_v` and `w_o`. The check does not mind
#   other names for the layers; with these, and the norms numbered in the order of their use, weights can be copied from
#   PyTorch's layer below. Dropout is not needed; as in lesson 06, modules are checked in evaluation mode.
# - **Return** a tensor (B, T_q, d_model).
# - **Use** `MultiHeadAttention(d_model, n_heads)`: called as `attention(query, key, value, mask)`, it returns output
#   *and* weights; `FeedForward(d_model, d_ff)` and `LayerNorm(d_model)`. PyTorch's finished
#   `nn.TransformerDecoderLayer` earns no points.

# %%
class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention, feed-forward. Shapes as above."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        ### BEGIN SOLUTION
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
        ### END SOLUTION

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        ### BEGIN SOLUTION
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
        ### END SOLUTION


# %%
check("7.1", DecoderLayer)

# %%
DecoderLayer = carry_on("7.1", DecoderLayer)

# %% [markdown]
# PyTorch has the same layer. Ours and theirs get the same weights and the same two masks:

# %%
def forbidden(mask):
    """PyTorch's masks are True where attention is forbidden."""
    return ~mask

torch.manual_seed(0)
theirs = nn.TransformerDecoderLayer(12, 3, 20, dropout=0.0, norm_first=True, batch_first=True)
mine = DecoderLayer(12, 3, 20).eval()
try:
    copy_weights(theirs, mine)
except (TypeError, ValueError) as error:                # a right layer with other names, or without biases
    print(f"{error}; the page goes on with the course's layer")
    DecoderLayer = library.DecoderLayer
    mine = DecoderLayer(12, 3, 20)
    copy_weights(theirs, mine)

x, memory = torch.randn(2, 4, 12), torch.randn(2, 5, 12)
memory_mask = torch.tensor([[[True] * 5], [[True, True, True, False, False]]])
with torch.no_grad():
    my_output = mine(x, memory, causal_mask(4).expand(2, 4, 4), memory_mask)
    output = theirs(x, memory, tgt_mask=forbidden(causal_mask(4)),
                    memory_key_padding_mask=forbidden(memory_mask[:, 0]))
print("equal:", torch.allclose(my_output, output, atol=1e-5), tuple(my_output.shape))

# %% [markdown]
# ## What it reads, and what it is asked for
#
# How is such a decoder trained? The target *el gato negro duerme* is known. We let the decoder read it,
# and ask it at **every** position for the token that comes **next**:

# %%
tokens = ["<bos>", "el", "gato", "negro", "duerme", "<eos>"]
for t in range(5):
    print(f"position {t}   it has read  {' '.join(tokens[: t + 1]):28}   it is asked for  {tokens[t + 1]}")

# %% [markdown]
# Five questions from one sentence. Written as two rows, one is the other shifted by one:

# %%
show_shift(tokens, title="The target shift")

# %% [markdown]
# The decoder always reads the *right* words, even if it would have written something else itself. That is
# called **teacher forcing**. Without it, the decoder would read its own words, and after a wrong one the next word of
# the translation may no longer fit what stands before it.

# %% [markdown]
# ### Exercise 7.2 · the shift        ●○○  about 5 minutes · 1 point
# - **You have** `ids` (B, T): each row holds bos, a sentence, eos, and then padding up to the longest row.
# - **Return** two tensors (B, T − 1): what the decoder reads, and the labels it is asked for.
# - **Use** slices. All rows are cut alike, the short ones, too.

# %%
def shift_targets(ids):
    """Decoder input and labels: (B, T) -> (B, T - 1), (B, T - 1)."""
    ### BEGIN SOLUTION
    return ids[:, :-1], ids[:, 1:]
    ### END SOLUTION


# %%
check("7.2", shift_targets)

# %%
shift_targets = carry_on("7.2", shift_targets)

vocabulary = ["<pad>", "<unk>", "<bos>", "<eos>", "the", "black", "cat", "sleeps",
              "el", "gato", "negro", "duerme"]
PAD, BOS, EOS = 0, 2, 3
number_of = {word: n for n, word in enumerate(vocabulary)}

target_ids = torch.tensor([[number_of[word] for word in "<bos> el gato negro duerme <eos>".split()],
                           [number_of[word] for word in "<bos> el gato duerme <eos> <pad>".split()]])
decoder_input, labels = shift_targets(target_ids)
for name, ids in [("ids", target_ids), ("reads", decoder_input), ("labels", labels)]:
    print(f"{name:7}", ids.tolist())

# %% [markdown]
# In the second sentence the decoder reads `<eos>` and is asked for `<pad>`. That does no harm: the loss of
# lesson 08 leaves out labels that are padding.
#
# **What goes wrong if** the shift is forgotten, and the decoder is asked for what it reads? There is no error.
# The loss even falls to almost 0, since the model only has to repeat what it has just read. Lesson 08 shows a
# training run with this bug.

# %% [markdown]
# ## Does the future leak?
#
# A decoder that sees the future can read the answers while it is trained. Its loss can become very low, and still it
# cannot write. So we want to know before we train anything. How could you find out, without reading the code?
#
# Use what must hold for every causal decoder: **change the future, and the past does not move.** And what goes
# wrong if the mask is left out? Run it both ways:

# %%
torch.manual_seed(0)
layer = DecoderLayer(16, 2, 32).eval()
x, memory = torch.randn(1, 5, 16), torch.randn(1, 4, 16)
other_future = x.clone()
other_future[:, 3:] = torch.randn(1, 2, 16)
with torch.no_grad():
    for name, mask in [("causal mask", causal_mask(5).unsqueeze(0)), ("no mask", None)]:
        moved = (layer(x, memory, mask) - layer(other_future, memory, mask)).abs().amax(dim=-1)[0]
        print(f"{name:12}", *(f"{word} {amount:.3f}  " for word, amount in zip(target, moved, strict=True)))

# %% [markdown]
# With other vectors from *negro* on, the first three positions do not move, as it should be; without the mask
# all three do.

# %% [markdown]
# ### Exercise 7.3 · a test for leaks        ●●○  about 15 minutes · 2 points
# - **You have** some decoder `decode(x, memory)`: `x` (B, T, d_model) and `memory` (B, T_k, d_model) to
#   (B, T, d_model). It makes its masks itself and takes x of any size. How many positions and sentences your test
#   needs, you decide; d_model = 16 is enough. (With d_model = 1 a layer norm turns every vector into the same one.)
# - **Return** nothing if the future does not leak; if it does, let an `assert` fail. (If your test returns False or
#   raises another error, that also says: it leaks.)
# - **Use** random `x` and `memory`, `x.clone()`, and `torch.allclose(a, b, atol=1e-5)`. Change x with new random
#   numbers. To add a number to the later vectors, to double them or to reverse their order is not enough: a layer norm
#   removes the first two, attention without a mask does not notice the third, and most leaks would not show.
#
# Your test will be tried on five right decoders and fifteen leaking ones. Some leak only a little, only from
# the next position, only into the first position, only out of the last one, only in sentences of
# more than four positions, or only in some sentences of a batch. So for *every* position t: change all that follows it,
# and look at t. Or change t alone, and look at *all* positions before it.

# %%
def test_no_leak(decode):
    """Pass if position t never depends on what comes after t."""
    ### BEGIN SOLUTION
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    before = decode(x, memory)
    for t in range(1, 6):
        changed = x.clone()
        changed[:, t:] = torch.randn(2, 6 - t, 16)
        after = decode(changed, memory)
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5)
    ### END SOLUTION


# %%
check("7.3", test_no_leak)

# %%
test_no_leak = carry_on("7.3", test_no_leak)

def masked_by(make_mask):
    """A decoder of one layer with this mask, for vectors of any size and dtype."""
    layers = {}

    def decode(x, memory):
        d_model = x.shape[-1]
        if d_model not in layers:
            layers[d_model] = DecoderLayer(d_model, 1, 2 * d_model).eval()
        return layers[d_model].to(x.dtype)(x, memory, make_mask(x.shape[1]).expand(len(x), -1, -1))

    return decode

masks = {
    "causal": causal_mask,
    "off by one": lambda size: torch.ones(size, size).tril(1).bool(),
    "transposed": lambda size: causal_mask(size).T,
}
for name, make_mask in masks.items():
    try:
        said = test_no_leak(masked_by(make_mask))
        leaks = said is not None and not said           # a test may also return False
    except Exception:
        leaks = True
    print(f"{name:12}", "leaks" if leaks else "no leak")

# %% [markdown]
# ## What the mask is worth
#
# What comes out at position t does not depend on which words follow, nor on whether any follow at all: under the causal
# mask their weights are exactly 0, and all the rest of the layer works on each position by itself.

# %% [markdown]
# ### Exercise 7.4 · how many runs?        ●○○  about 3 minutes · 1 point
# *el gato negro duerme* `<eos>` are five tokens to be predicted. How often must the decoder run (a) for one
# training step on all five, (b) to write them by itself?
#
# Set `runs` to one of (1, 1), (1, 5), (5, 1), (5, 5), training first.

# %%
runs = ...
### BEGIN SOLUTION
runs = (1, 5)
### END SOLUTION

# %%
check("7.4", runs)

# %% [markdown]
# Is it true? One run over five positions, and five runs over longer and longer beginnings:

# %%
with torch.no_grad():
    in_one_run = layer(x, memory, causal_mask(5).unsqueeze(0))
    one_by_one = [layer(x[:, : t + 1], memory, causal_mask(t + 1).unsqueeze(0))[:, -1] for t in range(5)]
print("the same:", torch.allclose(in_one_run, torch.stack(one_by_one, dim=1), atol=1e-5))

# %% [markdown]
# The paper (§3.1) says it of masking and shift together:
#
# > This masking, combined with fact that the output embeddings are offset by one position, ensures that the
# > predictions for position $i$ can depend only on the known outputs at positions less than $i$.

# %% [markdown]
# ## A stack of layers
#
# One layer looks back once and across once. The paper stacks six of them, as lesson 06 did with the encoder.
# What each layer reads across is always the same: the memory, the output of the *whole* encoder. The first layer of the
# decoder does not read what the first layer of the encoder has made: encoder and decoder may even differ in their
# number of layers. For each sentence the memory is computed once, before the first word is written, and then given to
# the decoder.

# %% [markdown]
# ### Exercise 7.5 · the decoder        ●○○  about 8 minutes · 2 points
# - **You have** in `__init__`: `n_layers`, `d_model`, `n_heads`, `d_ff`. In `forward`: what the layer of 7.1 gets.
# - **Make** `layers`, an `nn.ModuleList` with `n_layers` of your `DecoderLayer` in the order of their use, and
#   `norm`, a `LayerNorm` for the end. The check does not mind other names; with these, weights can be copied from
#   PyTorch's decoder.
# - **Return** a tensor (B, T_q, d_model).

# %%
class Decoder(nn.Module):
    """Layers that all read the same memory, and a norm at the end."""

    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)
        ### END SOLUTION

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)
        ### END SOLUTION


# %%
check("7.5", Decoder)

# %%
Decoder = carry_on("7.5", Decoder)

# %% [markdown]
# ## The whole model
#
# Now everything that you have built since lesson 01 comes together:
#
# ```
# source ids ─ embedding · √d_model + positions ─ encoder ─ memory ┐
#                                                                  ▼
# target ids ─ embedding · √d_model + positions ──────────────── decoder ─ × embeddingᵀ ─ logits
# ```
#
# One **table** of embeddings is used three times. The paper (§3.4) says:
#
# > In our model, we share the same weight matrix between the two embedding layers and the pre-softmax linear
# > transformation [...]. In the embedding layers, we multiply those weights by $\sqrt{d_{model}}$.
#
# It serves for the source, for the target and, transposed, for the output. The logit of a token is the dot product
# of the decoder's last vector with the embedding of that token. The first idea of lesson 01, similarity as a dot
# product, is also the last step of the model.
#
# With which numbers should such a table begin? In lesson 05 they had the standard deviation 1/√d_model; `nn.Embedding`
# begins with a standard deviation of 1. For which of the two do the logits spread wider? And how long is a word's
# vector, before it is multiplied by √d_model and after? Guess before you run the cell. Here d_model is 512, and a
# vector of the positions has the length √(512 / 2) = 16. (There is no right token yet. So each of the 2000 in turn is
# taken as the right one, and the mean of these losses is printed; `log_softmax` is the logarithm of the softmax. How
# far logits spread is their standard deviation.)

# %%
torch.manual_seed(0)
state = LayerNorm(512)(torch.randn(512))                  # in place of a decoder's output: random numbers
for name, size in [("1", 1.0), ("1/√d_model", 512 ** -0.5)]:
    table = size * torch.randn(2000, 512)
    logits = table @ state
    loss, length = -logits.log_softmax(0).mean(), table.norm(dim=1).mean()
    print(f"standard deviation {name:11} logits spread by {logits.std():5.2f}, loss {loss:4.1f}")
    print(f"{'':30} length of a word's vector {length:5.2f}, times √d_model {math.sqrt(512) * length:6.2f}")
print(f"with equal logits the loss would be log 2000 = {math.log(2000):.1f}")

# %% [markdown]
# With a standard deviation of 1 the logits spread by 22.70, and the loss is 70.5. With 1/√d_model they spread by 0.99,
# and the loss of 8.1 is close to 7.6. A word's vector then has length 1; the factor √d_model makes it 22.62, not far
# from the 16 of a position, as in lesson 05. In the first case it is 511.68, and the 16 is small beside it.
#
# Here `state` has nothing to do with the table. Keep that in mind until the whole model runs.

# %% [markdown]
# All parts together. Each block is a link to the lesson that builds it:

# %%
show_blocks("transformer")

# %% [markdown]
# ### Exercise 7.6 · the Transformer        ●●●  about 25 minutes · 5 points
# - **You have** in `__init__`: the number of tokens, the sizes, the number of layers in *each* of the two stacks, the
#   id of padding, and `max_len`, the longest sentence in tokens. In `forward`: `source` (B, T_k) and `target`
#   (B, T_q), ids of tokens, each row at most `max_len` long. The target has been shifted already; padding stands at the
#   end of a sentence.
# - **Make** `embedding`, an `nn.Embedding(vocab_size, d_model)` whose weights begin as random numbers with a
#   standard deviation of 1/√d_model: `nn.init.normal_(self.embedding.weight, std=...)`; `positions`, from
#   `sinusoidal_encoding(max_len, d_model)`, which are not trained; `encoder` and `decoder`. The check does not mind
#   other names, nor positions that are computed in `forward`; with these, weights can be copied from PyTorch's model
#   at the end.
# - **Return** the logits (B, T_q, vocab_size), without a softmax, from the same table, transposed, and without a
#   bias. What comes out where the target is padding does not matter.
# - **Use** `Encoder(n_layers, d_model, n_heads, d_ff)` of lesson 06, called as `encoder(x, mask)`, your `Decoder`, and
#   `padding_mask(ids, pad_id)` and `decoder_mask(ids, pad_id)` of lesson 02: the model makes its masks itself. The
#   table below “Looking across” says who gets which. `self.register_buffer("positions", ...)` keeps a tensor with the
#   model, without training it.
#   PyTorch's finished `nn.Transformer` earns no points.

# %%
class Transformer(nn.Module):
    """Source ids (B, T_k) and decoder input ids (B, T_q) -> logits (B, T_q, vocab_size)."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        ### BEGIN SOLUTION
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]
        ### END SOLUTION

    def forward(self, source, target):
        ### BEGIN SOLUTION
        source_mask = padding_mask(source, self.pad_id)                 # (B, 1, T_k)
        target_mask = decoder_mask(target, self.pad_id)                 # (B, T_q, T_q)
        memory = self.encoder(self.embed(source), source_mask)
        states = self.decoder(self.embed(target), memory, target_mask, source_mask)
        return states @ self.embedding.weight.T
        ### END SOLUTION


# %%
check("7.6", Transformer)

# %%
Transformer = carry_on("7.6", Transformer)

def like_pytorchs():
    """PyTorch's encoder and decoder, of the sizes of this page."""
    warnings.filterwarnings("ignore", message="enable_nested_tensor")     # a shortcut that is not taken here
    return nn.Transformer(d_model=16, nhead=2, num_encoder_layers=2, num_decoder_layers=2, dim_feedforward=32,
                          dropout=0.0, norm_first=True, batch_first=True)

sizes = dict(d_model=16, n_heads=2, d_ff=32, n_layers=2)
try:
    model = Transformer(len(vocabulary), *sizes.values())
    copy_weights(like_pytorchs(), model)
    model.embedding.weight
    if sum(isinstance(part, MultiHeadAttention) for part in model.modules()) != 3 * sizes["n_layers"]:
        raise TypeError("the pictures below look into `MultiHeadAttention`s of the course only")
except (AttributeError, TypeError, ValueError) as error:    # a right model with other names, or without biases
    print(f"{error}; the page goes on with the course's model")
    Transformer = library.Transformer

# %% [markdown]
# The encoder needs to run only once for a sentence, however many words are written. `forward` runs it each time;
# lesson 10 calls the encoder and the decoder separately.
#
# We put two sentences through, *the black cat sleeps* and *the cat sleeps*. Which shape will the logits have?

# %%
source_ids = torch.tensor([[number_of[word] for word in "the black cat sleeps".split()],
                           [number_of[word] for word in "the cat sleeps <pad>".split()]])
torch.manual_seed(0)
model = Transformer(len(vocabulary), *sizes.values()).eval()
with torch.no_grad():
    logits = model(source_ids, decoder_input)
for name, tensor in [("source", source_ids), ("decoder input", decoder_input), ("logits", logits)]:
    print(f"{name:13} {tuple(tensor.shape)}")
for t, word in enumerate(target):
    best = logits[0, t].topk(2).indices.tolist()
    first, second = (vocabulary[n] for n in best)
    print(f"after {word:7} it prefers {first:7} then {second:7} and is asked for {tokens[t + 1]}")

# %% [markdown]
# The model has three kinds of attention. How many tables of weights are there for one sentence, with two
# layers and two heads? Of what shape, and which of them have a corner that is all zeros? Decide, then look.

# %%
with torch.no_grad(), record_attention(model) as recorded:
    model(source_ids[:1], decoder_input[:1])
of_encoder = [w[0] for name, w in recorded.items() if name.startswith("encoder")]
of_decoder = [w[0] for name, w in recorded.items() if name.startswith("decoder")]      # self and cross in turn
kinds = {
    "encoder self-attention": interactive.Attention(of_encoder, source, source),
    "decoder self-attention": interactive.Attention(of_decoder[0::2], target, target),
    "cross-attention": interactive.Attention(of_decoder[1::2], target, source),
}
for name, (weights, _, _) in kinds.items():
    print(f"{name:22} {len(weights)} layers, each {tuple(weights[0].shape)}, "
          f"{sum((w == 0).sum().item() for w in weights)} weights are 0")
print("tables of weights in all:", sum(len(w) for w in [*of_encoder, *of_decoder]))

# %%
interactive.layers(kinds, title="Every head of the untrained model")

# %% [markdown]
# It knows nothing yet, of course. Why, then, did it prefer the token that it had just read, in some rows or in all? The
# output is a product with the embeddings, and the vector of that token is still part of the sum on the main road of
# lesson 06. If that is the reason, this one logit should stand out in a larger model, too. And
# it should not, if that vector is taken out of the sum just before the last norm. What does the loss do?

# %%
torch.manual_seed(0)
large = Transformer(2000, 512, 8, 2048, 2).eval()
read, other_source = torch.randint(4, 2000, (2, 4, 12))
just_read = torch.zeros(4, 12, 2000, dtype=torch.bool).scatter(-1, read.unsqueeze(-1), True)

def take_out(norm, given):
    """What the last norm gets, without the vectors of the tokens just read."""
    return given[0] - math.sqrt(512) * large.embedding(read)

for name in ["as it is", "without that vector"]:
    with torch.no_grad():
        all_logits = large(other_source, read)
    print(f"{name:20} logit of the token just read {all_logits[just_read].mean():5.2f}, "
          f"the others spread by {all_logits[~just_read].std():4.2f}, loss {-all_logits.log_softmax(-1).mean():4.1f}")
    large.decoder.norm.register_forward_pre_hook(take_out)      # from now on it is called before the norm

# %% [markdown]
# It does stand out, while the others spread by about 1, as above. Without that vector it is one of them, and the loss
# is about 8, as above. With it, the softmax gives nearly all to the token just read. Another token has a logit near 0,
# so that minus the logarithm of its probability is about the logit of the one just read; and the loss is the mean over
# all 2000 tokens, each taken for the right one, as in the cell with the two tables. So training of this model begins at
# a loss of about the size of this logit. (In a deeper model, or with larger first weights, such as those of
# `nn.init.xavier_uniform_`, more is added on the road, and the logit is smaller.)
#
# Back to the small model: its parts, and what they cost (a table that is used in two places may be listed twice):

# %%
for name, part in model.named_children():
    print(f"{name:10} {sum(p.numel() for p in part.parameters()):>6,} parameters")
layers = model.encoder.layers[0], model.decoder.layers[0]
layer_costs = [sum(p.numel() for p in one.parameters()) for one in layers]
print("one encoder layer and one decoder layer:", *layer_costs)

# %% [markdown]
# A decoder layer has one attention and one norm more. Two properties must hold, whatever the weights. What
# would break each of them?

# %%
alone = model(source_ids[1:, :3], decoder_input[1:])
together = model(source_ids, decoder_input)[1:]
print("a sentence alone equals the same sentence in a padded batch:",
      torch.allclose(alone, together, atol=1e-5))

changed = decoder_input.clone()
changed[:, 3:] = number_of["el"]
print("another future leaves the past alone:",
      torch.allclose(model(source_ids, changed)[:, :3], model(source_ids, decoder_input)[:, :3], atol=1e-5))

# %% [markdown]
# The first breaks when the source's padding is not masked, in the encoder or in cross-attention, the second
# when the causal mask is missing.
#
# And the target's padding: `decoder_mask` hides it. Would a real token notice if it did not? Decide first.

# %%
def embed(ids):
    return model.embedding(ids) * math.sqrt(16) + sinusoidal_encoding(ids.shape[1], 16)

longer = torch.cat([decoder_input, torch.full((2, 3), PAD)], dim=1)
real = longer != PAD

def logits_under(mask):
    """The logits of `model` for `longer`, with this mask for the target."""
    source_mask = padding_mask(source_ids, PAD)
    memory = model.encoder(embed(source_ids), source_mask)
    return model.decoder(embed(longer), memory, mask, source_mask) @ model.embedding.weight.T

with torch.no_grad():
    moved = (logits_under(decoder_mask(longer, PAD)) - logits_under(causal_mask(8).expand(2, 8, 8))).abs()
print(f"largest difference at real tokens {moved[real].max():.5f}, at padding {moved[~real].max():.5f}")

# %% [markdown]
# No: only padding does. It stands at the end, and the end is hidden from real tokens anyway. That is why the course's
# library leaves this mask out, and why the check accepts both.

# %% [markdown]
# ### Is it the real thing?
#
# `torch.nn.Transformer` is encoder and decoder without embeddings and output. We give it our vectors, our
# masks inverted (its True means forbidden), and the same weights, and compare the logits.

# %%
torch.manual_seed(1)
theirs = like_pytorchs()
copy_weights(theirs, model)

source_padding = source_ids == PAD                      # True = forbidden, PyTorch's way
with torch.no_grad():
    states = theirs(embed(source_ids), embed(decoder_input), tgt_mask=forbidden(causal_mask(5)),
                    src_key_padding_mask=source_padding, memory_key_padding_mask=source_padding)
    their_logits = states @ model.embedding.weight.T
    my_logits = model(source_ids, decoder_input)
print("shapes", tuple(my_logits.shape), tuple(their_logits.shape))
print("equal ", torch.allclose(my_logits, their_logits, atol=1e-5))
print(f"largest difference below 0.00001: {(my_logits - their_logits).abs().max() < 1e-5}")

# %% [markdown]
# For both sentences our logits are PyTorch's. From the dot product of two vectors to the whole model, you have written
# every part of a Transformer, except `nn.Linear`, `nn.Embedding` and dropout (lesson 08).

# %% [markdown]
# ## Recap
#
# - The decoder looks **back** (self-attention under the causal mask), looks **across** (cross-attention to the
#   memory), and then works on what it has found (feed-forward).
# - In cross-attention the query comes from the target; keys, values *and the mask* from the source.
# - It reads `ids[:, :-1]` and is asked for `ids[:, 1:]`. With teacher forcing and the causal mask one run
#   trains all positions; writing takes a run for each token, `<eos>` included.
# - Change the future, and the past does not move: a test without training.
# - Every layer of the decoder reads the same memory, the output of the whole encoder.
# - One embedding table serves source, target and output. It begins small, and what goes in is multiplied by √d_model.
#
# **Common mistakes**
#
# - Labels that are not shifted: a loss near 0, and a model that repeats what it reads.
# - A causal mask in cross-attention, or the target's padding there.
# - Queries of cross-attention made from the memory, keys and values from `x`: where both sentences are equally long,
#   there is no error.
# - A norm shared by several sub-layers, or one on the memory.
# - The causal mask off by one; made once for a fixed length; dropped in deeper layers.
# - Each decoder layer given the encoder layer of the same height instead of the finished memory.
# - The padding of the source masked in the encoder, and forgotten in cross-attention.
# - √d_model forgotten, or applied to the positions as well; an output layer with a table of its own.
#
# **Further reading**
#
# - [Attention Is All You Need](https://arxiv.org/abs/1706.03762), §3.1, §3.2.3 and §3.4, with Figure 1. You
#   can now name every arrow of that figure.
# - [Press and Wolf (2017)](https://arxiv.org/abs/1608.05859): why one table for input and output.
# - [torch.nn.Transformer](https://docs.pytorch.org/docs/stable/generated/torch.nn.Transformer.html): look at
#   its masks, and at what it does *not* contain.

# %% [markdown]
# ## Stretch exercises
# Without points and without checks. The solution notebook of this lesson has the code.
#
# **A · The leak, by gradient.** Write the test of 7.3 without changing x: with `x.requires_grad_()`, the gradient
# of what comes out at position t with respect to x must be exactly 0 at later positions.
#
# **B · A decoder without an encoder.** Leave out cross-attention. What remains predicts the next word from those
# before it: a language model. Build the layer from your parts. Which layer that you have written computes the
# same, if it gets a causal mask?
#
# **C · The paper's arrangement.** Build the model with `norm_first=False` (`library.Transformer` has the switch)
# and compare it with PyTorch's. PyTorch puts a norm at the end of each stack even then; the paper does not.

# %% [markdown]
# <details><summary>A: how to begin</summary>
#
# `torch.autograd.grad(y[:, t].cos().sum(), x, retain_graph=True)` returns a tuple with one gradient of the shape
# of x. (Why not simply `.sum()`? A new `Decoder` ends with a layer norm whose weight is 1 and whose bias is 0. After it
# a plain sum is 0 but for rounding, and so is its gradient.)
#
# </details>
#
# <details><summary>B: what to expect</summary>
#
# Self-attention, then feed-forward: that is the *encoder* layer. "Decoder-only" models such as GPT are encoder
# layers with a causal mask.
#
# </details>
#
# <details><summary>C: how to begin</summary>
#
# `theirs.encoder.norm = theirs.decoder.norm = None` takes PyTorch's last norms away. `copy_weights` says so when
# you forget it.
#
# </details>

# %% tags=["solution-only"]
# A
x = torch.randn(2, 6, 16, requires_grad=True)
y = masked_by(causal_mask)(x, torch.randn(2, 4, 16))
later = []
for t in range(5):
    [gradient] = torch.autograd.grad(y[:, t].cos().sum(), x, retain_graph=True)
    later.append(gradient[:, t + 1 :].abs().max())
print("A, largest gradient of the future:", max(later).item())

# %% tags=["solution-only"]
# B
class DecoderOnlyLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, mask):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))

decoder_only, encoder_layer = DecoderOnlyLayer(16, 2, 32), library.EncoderLayer(16, 2, 32)
encoder_layer.load_state_dict(decoder_only.state_dict())
x, mask = torch.randn(2, 5, 16), causal_mask(5).unsqueeze(0)
print("B, the same as an encoder layer:",
      torch.allclose(decoder_only(x, mask), encoder_layer(x, mask), atol=1e-6))

# %% tags=["solution-only"]
# C
post_norm = library.Transformer(len(vocabulary), d_model=16, n_heads=2, d_ff=32, n_layers=2, norm_first=False)
theirs = nn.Transformer(16, 2, 2, 2, 32, dropout=0.0, norm_first=False, batch_first=True)
theirs.encoder.norm = theirs.decoder.norm = None
copy_weights(theirs, post_norm)
with torch.no_grad():
    states = theirs(post_norm.embed(source_ids), post_norm.embed(decoder_input),
                    tgt_mask=forbidden(causal_mask(5)),
                    src_key_padding_mask=source_padding, memory_key_padding_mask=source_padding)
    print("C, equal:",
          torch.allclose(post_norm.unembed(states), post_norm(source_ids, decoder_input), atol=1e-5))

# %% [markdown]
# Next, in lesson 08: the model has everything it needs, except that it knows nothing.
