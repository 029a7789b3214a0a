"""Lesson 04, the heads: what learners write instead, and what it means. Used by `lesson_04`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later
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


def transposed_first(x, n_heads, order, permute=(0, 1, 2, 3)):
    """The positions exchanged with the dimensions, the result poured into the named sizes, then permuted."""
    sizes = dict(zip("BT", x.shape, strict=False), h=n_heads, d=x.shape[-1] // n_heads)
    return x.transpose(1, 2).reshape([sizes[name] for name in order]).permute(permute)


def one_piece_for_all(x, n_heads, head):
    heads = split_heads(x, n_heads)
    return heads[:, [head]].expand_as(heads)


def poured_from_heads_first(x, n_heads):
    """The right pieces, stacked as (n_heads, B, T, d_head) and poured into the shape that is asked for."""
    batch, length, d_model = x.shape
    return torch.stack(x.chunk(n_heads, -1)).reshape(batch, n_heads, length, d_model // n_heads)


def without_the_last(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return torch.stack([x[..., h * d_head:(h + 1) * d_head] for h in range(n_heads - 1)], 1)


def zeros_around(x, n_heads):
    """Each head as wide as the whole vector: its own piece in its own place, zeros everywhere else."""
    own = torch.arange(x.shape[-1]) // (x.shape[-1] // n_heads) == torch.arange(n_heads).unsqueeze(1)
    return x.unsqueeze(1) * own.unsqueeze(1)


SPLIT = [
    Misconception(
        "view-without-transpose", partial(reshaped, order="BhTd"),
        "Your heads are exactly what comes out when the numbers are poured into the new shape in the order in which "
        "they lie in memory.",
        later("The shape is right and the contents are mixed: one head gets pieces of several positions. {heads}",
              heads=HEADS),
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
        "other instead of the positions.",
        "Which two axes have to change places? And is the result kept? `transpose` returns a new tensor."),
    Misconception(
        "positions-last", lambda x, n_heads: cut(x, n_heads).permute(0, 2, 3, 1),
        "Your heads are exactly the right pieces, but the axes are (B, n_heads, d_head, T).",
        "That is how keys look just before their product with queries; `split_heads` serves queries, keys and values.",
        "Which axis comes last?"),
    Misconception(
        "features-scrambled", partial(reshaped, order="BhdT", permute=(0, 1, 3, 2)),
        "Your heads are exactly what comes out when the numbers are poured into (B, n_heads, d_head, T) and the last "
        "two axes exchanged afterwards.",
        later("The shape is right and the contents are mixed. {heads}", heads=HEADS),
        "A reshape may cut an axis in two, but must not carry numbers from one position to another."),
    Misconception(
        "size-and-count-swapped", partial(reshaped, order="BTdh", permute=(0, 2, 1, 3)),
        "Your heads are exactly what comes out when the number of heads and their size are exchanged.",
        "The result has as many heads as a head should have dimensions.",
        "Where you cut the vectors: is `n_heads` the number of pieces there, or the size of one?"),
    Misconception(
        "sentences-mixed", partial(reshaped, order="hBTd", permute=(1, 0, 2, 3)),
        "Your heads are exactly what comes out when the heads are split off before the sentences.",
        "Pieces of one sentence end up in another, so that the result for a sentence depends on its neighbours in the "
        "batch.", "A reshape must leave the first two axes alone."),
    Misconception(
        "sentences-mixed", partial(reshaped, order="TBhd", permute=(1, 2, 0, 3)),
        "Your heads are exactly what comes out when the numbers are poured into (T, B, n_heads, d_head) as they lie in "
        "memory, and the axes are exchanged afterwards.",
        "With one sentence, or one position, nothing is seen of it. With more, pieces of one sentence stand in "
        "another.",
        "Which axis of `x` comes first? A reshape may cut an axis in two; it does not exchange B and T."),
    Misconception(
        "first-sentence-for-all", lambda x, n_heads: split_heads(x[:1], n_heads).expand(len(x), -1, -1, -1),
        "Your heads are exactly those of sentence 0, for every sentence.",
        "Each sentence of the batch has words of its own.", "Is there an index 0 on `x`?"),
    Misconception(
        "sequence-first", lambda x, n_heads: cut(x, n_heads).permute(1, 2, 0, 3),
        "Your heads are exactly what comes out when the first axis is taken for the positions and the second for the "
        "sentences.", "Older PyTorch code puts positions first; this course puts the batch first.",
        "What are the first two axes of `x`?"),
    Misconception(
        "one-head-without-axis", lambda x, n_heads: x if n_heads == 1 else split_heads(x, n_heads),
        "Your code does exactly what happens when a single head gets no axis of its own, and everything else is right.",
        "One head is a head, too: code that expects (B, n_heads, T, d_head) would take positions for heads.",
        "Do you return early for n_heads = 1, or is there a `squeeze`?"),
    *(Misconception(
        "heads-folded-into-batch", wrong, "Your heads are exactly the right ones, but batch and heads are one axis.",
        "Masks and weights have an axis for the heads everywhere in the course.", look)
      for wrong, look in ((lambda x, n_heads: split_heads(x, n_heads).flatten(0, 1),
                           "How many axes should the result have?"),
                          (lambda x, n_heads: torch.cat(x.chunk(n_heads, -1)),
                           "How many axes should the result have? `cat` joins along an axis that is there, and `stack` "
                           "makes a new one."))),
    *(Misconception(
        "transposed-before-cutting", partial(transposed_first, order=order, permute=permute),
        later("Your heads are exactly what comes out when positions and dimensions change places before the vectors "
              "are cut{then}.", then=then),
        later("The shape is right and the contents are mixed: after that exchange, a vector no longer lies in one "
              "row. {heads}",
              heads=HEADS), "Which comes first in your code, cutting an axis in two or exchanging two axes?")
      for order, permute, then in (("BhTd", (0, 1, 2, 3), ""),
                                   ("BThd", (0, 2, 1, 3), ", and positions and heads after that"))),
    *(Misconception(
        "one-piece-for-all-heads", partial(one_piece_for_all, head=head),
        later("Your heads are exactly n_heads copies of the {which} piece of every vector.", which=which),
        "All heads then see the same numbers, and the rest of each vector is lost.",
        "Where does the number of the head come in when you choose a piece?")
      for head, which in ((0, "first"), (-1, "last"))),
    Misconception(
        "zeros-around-the-pieces", zeros_around,
        "Your heads are exactly the right pieces, each in its own place in a whole vector of zeros.",
        "The scores of such a head would be right, but each head would cost as much as all of them together, and "
        "`merge_heads` could not put them side by side.", "How large is the last axis of your result?"),
    Misconception(
        "heads-before-sentences", lambda x, n_heads: cut(x, n_heads).permute(2, 0, 1, 3),
        "Your heads are exactly the right pieces, but the axes are (n_heads, B, T, d_head).",
        "The batch comes first everywhere in the course: a mask (B, 1, 1, T) would meet the wrong axis.",
        "Along which axis do you put the heads together?"),
    Misconception(
        "poured-from-heads-first", poured_from_heads_first,
        "Your heads are exactly what comes out when the right pieces stand in the order (n_heads, B, T, d_head) and "
        "are poured into (B, n_heads, T, d_head) as they lie in memory.",
        "With one sentence, or one head, nothing is seen of it. With more, pieces stand in another sentence or in "
        "another head.",
        "Which axis is the first one just before your last reshape? A reshape does not exchange axes: what does?"),
    Misconception(
        "all-sentences-in-a-row", lambda x, n_heads: split_heads(x.reshape(1, -1, x.shape[-1]), n_heads),
        "Your heads are exactly those of one long sentence, into which all sentences of the batch were put.",
        "In attention, the words of one sentence would then look at those of the others.",
        "Which number stands first in the shape that you ask for, and which one was first in the shape of `x`?"),
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
    *(Misconception(
        "fixed-number-of-heads", wrong, "Your heads are exactly those for 2 heads, whatever is asked for.",
        "The number of heads is an argument.", "Is there a number in your code that should be `n_heads`?")
      for wrong in (lambda x, n_heads: split_heads(x, 2),
                    lambda x, n_heads: x.reshape(*x.shape[:2], 2, -1).transpose(1, 2))),
    Misconception(
        "last-head-missing", without_the_last,
        "Your code does exactly what happens when the last head is left out: where there is one head, nothing is left.",
        "The numbers of the last piece are lost.", "What is the last number that your loop runs through?"),
    Misconception(
        "nothing-cut", lambda x, n_heads: x.unsqueeze(1).expand(-1, n_heads, -1, -1),
        "Your heads are exactly n_heads copies of the whole vector.",
        "Each head should get its own piece of d_model // n_heads numbers; together they cost no more than one.",
        "How large is the last axis of your result?"),
    Misconception(
        "pieces-overlap", lambda x, n_heads: torch.stack(
            [x[..., h:h + x.shape[-1] // n_heads] for h in range(n_heads)], 1),
        "Your heads are exactly what comes out when each piece begins one number after the one before.",
        "The pieces lie side by side: the second begins where the first ends.",
        "At which number does the piece of head h begin?"),
    Misconception(
        "positions-cut", lambda x, n_heads: torch.stack(x.chunk(n_heads, 1), 1),
        "Your heads are exactly pieces of the sentence: the positions were cut, not the vectors.",
        "Every head sees all positions, through its own part of each vector.", "Along which axis do you cut?"),
    Misconception(
        "positions-cut", lambda x, n_heads: x.reshape(len(x), n_heads, x.shape[1] // n_heads, x.shape[2]),
        "Your code does exactly what happens when the positions are cut into n_heads equal pieces, not the vectors; "
        "where their number is not divisible, it stops.",
        "Every head sees all positions, through its own part of each vector.", "Along which axis do you cut?"),
]

# --------------------------------------------------------------------------------- 4.2 merge


def _sizes(x):
    batch, n_heads, length, d_head = x.shape
    return batch, length, n_heads * d_head


def _read_after(x):
    """Sizes read in the order (B, n_heads, T, d_head) from a tensor that has (B, T, n_heads, d_head)."""
    batch, n_heads, length, d_head = x.transpose(1, 2).shape
    return x.transpose(1, 2).reshape(batch, length, n_heads * d_head)


def _numpys_transpose(x):
    return x.transpose(0, 2, 1, 3).reshape(_sizes(x))


def _squeezed_for_one_head(x):
    return x.squeeze() if x.shape[1] == 1 else merge_heads(x)


def _side_by_side(x, count):
    return torch.cat([x[:, h] for h in range(count)], -1)


MERGE = [
    Misconception(
        "merged-without-transpose", lambda x: x.reshape(_sizes(x)),
        "Your result is exactly what comes out when the numbers are poured into (B, T, d_model) as they lie in memory.",
        "There, the positions of one head lie next to each other, so that one row gets pieces of several positions. "
        "Training does not show the mistake.",
        "Which two axes have to be neighbours before they can become one? And if you call `transpose`: do you keep its "
        "result? It does not change `x`."),
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
    *(Misconception(
        "sentences-joined", join,
        "Your result is exactly what comes out when the *sentences* are put side by side, and not the heads.",
        "A loop over a tensor, and `list(x)`, go along its first axis, and that is the batch.",
        "Which axis of `x` does your code take apart?")
      for join in (lambda x: torch.cat(list(x), -1), lambda x: torch.stack(list(x), 2).flatten(2))),
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
        "sentences-mixed", lambda x: x.permute(2, 0, 1, 3).reshape(_sizes(x)),
        "Your result is exactly what comes out when the positions are put before the sentences and the numbers poured "
        "into (B, T, d_model).", "The shape is right, and rows of one sentence stand in another.",
        "A reshape may join neighbours; it must leave the first two axes as they are."),
    Misconception(
        "axes-reversed", lambda x: x.T.reshape(_sizes(x)),
        "Your result is exactly what comes out when all four axes are reversed, as `.T` does, before the reshape.",
        "Only heads and positions change places.", "Which two axes does `transpose(i, j)` exchange?"),
    *(Misconception(
        "other-axes-joined", join, later("Your result is exactly what comes out when {words}.", words=words),
        "Heads and dimensions become one axis, d_model; sentences and positions stay.",
        "Which axes stand behind each other before you join them?")
      for join, words in ((lambda x: x.transpose(2, 3).flatten(2), "dimensions and positions become one axis"),
                          (lambda x: x.transpose(1, 2).flatten(), "all axes become one"))),
    Misconception(
        "not-joined", lambda x: x.transpose(1, 2),
        "Your result is exactly (B, T, n_heads, d_head): the right order, not yet joined.",
        "The last two axes have to become one of size d_model.", "Which step is still missing?"),
    *(Misconception(
        "heads-joined-with-positions", join,
        later("Your result is exactly what comes out when heads and positions become one axis{then}.", then=then),
        "There is one vector for each position; the heads become parts of it.", "Which two axes do you join?")
      for join, then in ((lambda x: x.flatten(1, 2), ""),
                         (lambda x: x.transpose(1, 2).flatten(1, 2), ", after they have changed places"))),
    Misconception(
        "positions-for-numbers", lambda x: x.transpose(1, 2).reshape(len(x), -1, x.shape[1] * x.shape[2]),
        "Your result is exactly what comes out when the last axis gets n_heads · T numbers.",
        "A vector of the result has the numbers of all heads at *one* position: n_heads · d_head.",
        "Which two sizes do you multiply for the last axis, and what does each of them count?"),
    Misconception(
        "heads-counted-by-sentences", lambda x: _side_by_side(x, len(x)),
        "Your code does exactly what happens when as many heads are put side by side as there are sentences.",
        "With fewer sentences than heads the other heads are lost; with more, there are no further heads to take.",
        "Which axis of `x` does the length of your loop come from?"),
    Misconception(
        "last-head-missing", lambda x: _side_by_side(x, x.shape[1] - 1),
        "Your code does exactly what happens when the last head is left out: where there is one head, nothing is left.",
        "What that head found is lost.", "What is the last number that your loop runs through?"),
    Misconception(
        "fixed-number-of-heads", lambda x: _side_by_side(x, 2),
        "Your code does exactly what happens when the first two heads are put side by side, however many there are.",
        "With more heads the others are lost; with one, the code stops.",
        "Which numbers in your code should depend on the shape of `x`?"),
    Misconception(
        "positions-joined-with-dimensions", lambda x: x.flatten(2),
        "Your result is exactly what comes out when positions and dimensions become one axis, and sentences and heads "
        "stay.", "Heads and dimensions become one axis, d_model; sentences and positions stay.",
        "Which axis has to stand before the dimensions when you join them? If you call `transpose`: is its result "
        "kept? If you read sizes from `shape`: which axis does each of them come from?"),
    Misconception(
        "sizes-read-after-the-exchange", _read_after,
        "Your result is exactly what comes out when the number of heads and the number of positions are taken for each "
        "other.",
        "There is one vector for each position, and its length is the number of heads times their size.",
        "Which size stands in the place of the positions, and which number is multiplied by the heads' size, if you "
        "write that down? `transpose` and `permute` return a new tensor, with the sizes in the new order; that of `x` "
        "itself stays. Of which tensor do you read sizes?"),
    Misconception(
        "split-again", lambda x: split_heads(x.flatten(2), x.shape[1]),
        "Your code does exactly what happens when `split_heads` is called once more, on heads whose positions and "
        "dimensions were joined.",
        "The way back is another one: splitting cuts an axis in two, merging joins two.",
        "What are the axes of the tensor that you give to `split_heads`, and which does it expect?"),
    Misconception(
        "nothing-merged", lambda x: x + 0.0,
        "Your result is exactly `x`: the heads are as they were.",
        "There should be one vector for each position, (B, T, d_model).", "Is what you compute also what you return?"),
    Misconception(
        "numpys-transpose", _numpys_transpose,
        "Your code stops exactly where `transpose` is given an order of all four axes.",
        "That is NumPy's `transpose`. The one of a tensor exchanges two axes; for an order of all axes there is "
        "another method.", "How many numbers does `transpose` take here? It can do with two of them."),
    Misconception(
        "sentences-joined", lambda x: merge_heads(x).flatten(0, 1),
        "Your result is exactly the right rows, but sentences and positions are one axis.",
        "The batch keeps its own axis.", "How many axes should the result have?"),
    Misconception(
        "axis-of-positions-lost", lambda x: x.flatten(1) if x.shape[2] == 1 else merge_heads(x),
        "Where there is one position, the axis of the positions is missing from your result; elsewhere it is right.",
        "A sentence of one word is a sentence, too: (B, 1, d_model).", "What does your code do where T is 1?"),
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
        "largest-of-the-heads", lambda x: x.max(1).values,
        "Your result is exactly the largest number of all heads, in each place.",
        "Nothing can tell any more which head found what. They are put side by side.",
        "Which axis is gone from your result without a trace?"),
    Misconception(
        "first-head-only", lambda x: x[:, 0],
        "Your result is exactly head 0.", "The other heads are lost.", "Is there an index 0?"),
    Misconception(
        "last-head-only", lambda x: x[:, -1],
        "Your result is exactly the last head.", "The other heads are lost.",
        "Is there an index −1, or a loop that keeps only what came last?"),
    Misconception(
        "sentences-exchanged-with-heads", lambda x: x.transpose(0, 1).flatten(2),
        "Your result is exactly what comes out when sentences and heads change places before joining.",
        "Head and dimension become one axis, so it is these two that must be neighbours.",
        "Number the axes of `x` from 0. Which numbers do you exchange?"),
    Misconception(
        "poured-and-not-joined", lambda x: x.reshape(len(x), x.shape[2], x.shape[1], x.shape[3]),
        "Your result is exactly what comes out when the numbers are poured into (B, T, n_heads, d_head) as they lie in "
        "memory.", "A reshape does not exchange axes: one row gets pieces of several positions. And the last two axes "
        "have to become one.", "Which two axes have to change places, and what does that?"),
    Misconception(
        "joined-with-the-sentences", lambda x: x.transpose(1, 2).flatten(0, 1),
        "Your result is exactly what comes out when sentences and positions become one axis, and heads keep theirs.",
        "Head and dimension are to become one axis.", "Counted from 0, which two axes does your `flatten` join?"),
    *(Misconception(
        "squeezed", wrong, later("Your result is exactly what comes out when `squeeze()` is called {where}.",
                                 where=where),
        "`squeeze()` takes away all axes of length 1, not only that of the heads: with one sentence, with one word, or "
        "with heads of one number, another axis is gone as well.",
        "Which shape does your result have for one sentence of several words?")
      for wrong, where in ((_squeezed_for_one_head, "where there is one head"),
                           (lambda x: merge_heads(x).squeeze(), "on it"),
                           (lambda x: torch.cat([head.squeeze() for head in x.unbind(1)], -1), "on each head"),
                           (lambda x: x.transpose(1, 2).flatten(2).squeeze(0), "on axis 0"))),
    Misconception(
        "heads-in-reverse", lambda x: merge_heads(x.flip(1)),
        "Your result is exactly what comes out when the heads are put side by side in reverse order.",
        "Head 0 comes first, so that merging undoes splitting.", "In which order do you collect the heads?"),
]
