"""Lesson 04, the heads: what learners write instead, and what it means. Used by `lesson_04`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course.attention import merge_heads, split_heads

HEADS = ("Head i of a position is the i-th piece of that position's own vector, and of no other position. Training "
          "does not show the mistake: a model with scrambled heads still learns many tasks.")

# --------------------------------------------------------------------------------- 4.1 split


def cut(x, n_heads):
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads)


def reshaped(x, n_heads, order, permute=(0, 1, 2, 3)):
    """`x` reshaped to the named sizes, then permuted."""
    sizes = dict(zip("BT", x.shape, strict=False), h=n_heads, d=x.shape[-1] // n_heads)
    return x.reshape([sizes[name] for name in order]).permute(permute)


SPLIT = [
    Misconception(
        "view-without-transpose", partial(reshaped, order="BhTd"),
        "Your heads are exactly what comes out when the numbers are poured into the new shape in the order in which "
        "they lie in memory.",
        f"The shape is right and the contents are mixed: one head gets pieces of several positions. {HEADS}",
        "In memory the pieces of one position lie next to each other. Which two axes does the last axis fall into "
        "first, and what has to happen to them afterwards?"),
    Misconception(
        "interleaved", partial(reshaped, order="BTdh", permute=(0, 3, 1, 2)),
        "Your heads are exactly what comes out when the numbers of a vector are dealt out in turn: every n_heads-th "
        "number to the same head.",
        "Each head should get neighbouring numbers, so that weights can be copied from other implementations and "
        "`merge_heads` can simply put the pieces side by side.",
        "The last axis is cut into two. Which of them counts the pieces, and which counts within a piece?"),
    Misconception(
        "heads-after-positions", cut,
        "Your heads are exactly the right pieces, but the axes are (B, T, n_heads, d_head).",
        "Attention works on the last two axes: with heads there, it would let the heads of one position attend to each "
        "other instead of the positions.", "Which two axes have to change places?"),
    Misconception(
        "positions-last", lambda x, n_heads: cut(x, n_heads).permute(0, 2, 3, 1),
        "Your heads are exactly the right pieces, but the axes are (B, n_heads, d_head, T).",
        "That is how keys look just before their product with queries; `split_heads` serves queries, keys and values.",
        "Which axis comes last?"),
    Misconception(
        "features-scrambled", partial(reshaped, order="BhdT", permute=(0, 1, 3, 2)),
        "Your heads are exactly what comes out when the numbers are poured into (B, n_heads, d_head, T) and the last "
        "two axes exchanged afterwards.",
        f"The shape is right and the contents are mixed. {HEADS}",
        "A reshape may cut an axis in two, but must not carry numbers from one position to another."),
    Misconception(
        "size-and-count-swapped", partial(reshaped, order="BTdh", permute=(0, 2, 1, 3)),
        "Your heads are exactly what comes out when the number of heads and their size are exchanged.",
        "The result has as many heads as a head should have dimensions.",
        "In your reshape, which of the last two sizes is `n_heads`?"),
    Misconception(
        "sentences-mixed", partial(reshaped, order="hBTd", permute=(1, 0, 2, 3)),
        "Your heads are exactly what comes out when the heads are split off before the sentences.",
        "Pieces of one sentence end up in another, so that the result for a sentence depends on its neighbours in the "
        "batch.", "A reshape must leave the first two axes alone."),
    Misconception(
        "sequence-first", lambda x, n_heads: cut(x, n_heads).permute(1, 2, 0, 3),
        "Your heads are exactly what comes out when the first axis is taken for the positions and the second for the "
        "sentences.", "Older PyTorch code puts positions first; this course puts the batch first.",
        "What are the first two axes of `x`?"),
    Misconception(
        "heads-folded-into-batch", lambda x, n_heads: split_heads(x, n_heads).flatten(0, 1),
        "Your heads are exactly the right ones, but batch and heads are one axis.",
        "Masks and weights have an axis for the heads everywhere in the course.", "How many axes should the result "
                                                                                  "have?"),
    Misconception(
        "squeezed", lambda x, n_heads: split_heads(x, n_heads).squeeze(),
        "Your heads are exactly the right ones, but every axis of length 1 is gone.",
        "`squeeze()` takes away all axes of length 1: with one sentence, one head or one position, axes that are "
        "needed.", "Where is there a `squeeze()`? With a number in its brackets it takes away that axis only."),
    Misconception(
        "heads-in-reverse", lambda x, n_heads: split_heads(x, n_heads).flip(1),
        "Your heads are exactly the right ones in reverse order.",
        "Head 0 is the first piece of the vector, so that merging can put them side by side.",
        "In which order do you collect the heads?"),
    Misconception(
        "fixed-number-of-heads", lambda x, n_heads: split_heads(x, 2),
        "Your heads are exactly those for 2 heads, whatever is asked for.",
        "The number of heads is an argument.", "Is there a number in your code that should be `n_heads`?"),
    Misconception(
        "nothing-cut", lambda x, n_heads: x.unsqueeze(1).expand(-1, n_heads, -1, -1),
        "Your heads are exactly n_heads copies of the whole vector.",
        "Each head should get its own piece of d_model // n_heads numbers; together they cost no more than one.",
        "How large is the last axis of your result?"),
    Misconception(
        "positions-cut", lambda x, n_heads: torch.stack(x.chunk(n_heads, 1), 1),
        "Your heads are exactly pieces of the sentence: the positions were cut, not the vectors.",
        "Every head sees all positions, through its own part of each vector.", "Along which axis do you cut?"),
]

# --------------------------------------------------------------------------------- 4.2 merge


def _sizes(x):
    batch, n_heads, length, d_head = x.shape
    return batch, length, n_heads * d_head


def _squeezed_for_one_head(x):
    return x.squeeze() if x.shape[1] == 1 else merge_heads(x)


MERGE = [
    Misconception(
        "merged-without-transpose", lambda x: x.reshape(_sizes(x)),
        "Your result is exactly what comes out when the numbers are poured into (B, T, d_model) as they lie in memory.",
        "There, the positions of one head lie next to each other, so that one row gets pieces of several positions. "
        "Training does not show the mistake.",
        "Which two axes have to be neighbours before they can become one?"),
    Misconception(
        "interleaved", lambda x: x.permute(0, 2, 3, 1).reshape(_sizes(x)),
        "Your result is exactly what comes out when the heads are shuffled together, one number of each in turn.",
        "The heads lie side by side in the result: first all of head 0, then all of head 1.",
        "In which order do head and dimension stand before you join them?"),
    Misconception(
        "missing-contiguous", lambda x: x.transpose(1, 2).view(_sizes(x)),
        "Your code stops exactly where `view` is asked to join axes that do not lie next to each other in memory.",
        "`transpose` only changes how the numbers are read, it does not move them, and `view` cannot move them either.",
        "Read the end of PyTorch's message: it names what can move them."),
    Misconception(
        "wrong-axes-exchanged", lambda x: x.transpose(2, 3).reshape(_sizes(x)),
        "Your result is exactly what comes out when position and dimension are exchanged before joining.",
        "Head and dimension become one axis, so it is these two that must be neighbours, in this order.",
        "Number the axes of `x` from 0. Which numbers do you exchange?"),
    Misconception(
        "head-and-dimension-exchanged", lambda x: x.transpose(1, 3).reshape(_sizes(x)),
        "Your result is exactly what comes out when head and dimension change places before joining.",
        "Head and dimension become one axis, head first; the positions come before them.",
        "Number the axes of `x` from 0. Which numbers do you exchange?"),
    Misconception(
        "not-joined", lambda x: x.transpose(1, 2),
        "Your result is exactly (B, T, n_heads, d_head): the right order, not yet joined.",
        "The last two axes have to become one of size d_model.", "Which step is still missing?"),
    Misconception(
        "heads-joined-with-positions", lambda x: x.flatten(1, 2),
        "Your result is exactly what comes out when heads and positions become one axis.",
        "There is one vector for each position; the heads become parts of it.", "Which two axes do you join?"),
    Misconception(
        "sentences-joined", lambda x: merge_heads(x).flatten(0, 1),
        "Your result is exactly the right rows, but sentences and positions are one axis.",
        "The batch keeps its own axis.", "How many axes should the result have?"),
    Misconception(
        "heads-added", lambda x: x.sum(1),
        "Your result is exactly the sum of the heads.",
        "Added up, nothing can tell any more which head found what. They are put side by side.",
        "Which axis is gone from your result without a trace?"),
    Misconception(
        "heads-averaged", lambda x: x.mean(1),
        "Your result is exactly the mean of the heads.",
        "Averaged, nothing can tell any more which head found what. They are put side by side.",
        "Which axis is gone from your result without a trace?"),
    Misconception(
        "first-head-only", lambda x: x[:, 0],
        "Your result is exactly head 0.", "The other heads are lost.", "Is there an index 0?"),
    *(Misconception(
        "squeezed", wrong, f"Your result is exactly what comes out when `squeeze()` is called {where}.",
        "`squeeze()` takes away all axes of length 1, not only that of the heads: with one sentence, or with one "
        "word, the axis of the sentences or of the words is gone as well.",
        "Which shape does your result have for one sentence of several words?")
      for wrong, where in ((_squeezed_for_one_head, "where there is one head"),
                           (lambda x: merge_heads(x).squeeze(), "on it"),
                           (lambda x: x.transpose(1, 2).flatten(2).squeeze(0), "on axis 0"))),
    Misconception(
        "heads-in-reverse", lambda x: merge_heads(x.flip(1)),
        "Your result is exactly what comes out when the heads are put side by side in reverse order.",
        "Head 0 comes first, so that merging undoes splitting.", "In which order do you collect the heads?"),
]
