"""Lesson 04, multi-head attention: what learners write instead, and what it means. Used by `lesson_04`."""
from functools import partial

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes import HEADS
from .mistakes_heads import Sloppy, equal_lengths
from .mistakes_projections import PROJECTIONS

_ROOT = ("A score is a sum over d_head numbers, so it spreads about √d_head wide. Dividing by just that keeps the "
         "softmax equally sharp, however many heads there are.")
_SHARES = "Each query of each head has 1 to give away among the keys."
_MEETS_HEADS = ("Axes are lined up from the right, so that the mask's sentences meet the scores' heads. With several "
                "sentences that is wrong, and with as many sentences as heads no error says so.")
_EMPTY = ("A query that may attend to nothing, in a sentence that is all padding for instance, gets zero weights, so "
          "that no value comes through: that is the course's convention.")


def _scaled(by: str, slug: str, words: str, look: str) -> Misconception:
    return Misconception(slug, partial(Sloppy, scale=by), later(
        "Your weights are exactly what comes out when {words}.", words=words),
                         _ROOT, look)


MULTI_HEAD = [
    Misconception(
        "split-by-view", partial(Sloppy, split="view"),
        "Your output is exactly what comes out when the heads are split by a reshape to (B, n_heads, T, d_head) alone.",
        HEADS, "Is it your `split_heads` of exercise 4.1 that you call?"),
    Misconception(
        "split-interleaved", partial(Sloppy, split="interleaved"),
        "Your output is exactly what comes out when each head gets every n_heads-th number of a vector.",
        "Each head should get neighbouring numbers, as in PyTorch, so that weights can be copied.",
        "Is it your `split_heads` of exercise 4.1 that you call?"),
    Misconception(
        "attends-over-heads", partial(Sloppy, split="heads last"),
        "Your output is exactly what comes out when the heads of one position attend to each other.",
        "The positions are to attend to each other, in every head: they must be the axis before the last.",
        "Which axes does your attention see as queries and keys?"),
    Misconception(
        "merged-without-transpose", partial(Sloppy, merge="view"),
        "Your output is exactly what comes out when the heads are joined by a reshape to (B, T, d_model) alone.",
        "One row then gets pieces of several positions. Training does not show the mistake.",
        "Is it your `merge_heads` of exercise 4.2 that you call?"),
    Misconception(
        "merged-interleaved", partial(Sloppy, merge="interleaved"),
        "Your output is exactly what comes out when the heads are shuffled together, one number of each in turn.",
        "The heads lie side by side: first all of head 0, then all of head 1.",
        "Is it your `merge_heads` of exercise 4.2 that you call?"),
    *PROJECTIONS,
    Misconception(
        "size-and-count-swapped", partial(Sloppy, split="sizes exchanged"),
        "Your numbers are exactly what comes out when the number of heads and their size are exchanged.",
        "There are then as many heads as one of them should have numbers.",
        "What do you give to `split_heads` besides the vectors: how many heads there are, or how large one is?"),
    Misconception(
        "nothing-split", partial(Sloppy, split="none"),
        "Your output is exactly that of a single head, and every head shows its weights.",
        "With one head as large as the vector, each query has one choice; several heads have several.",
        "Where do you call `split_heads`?"),
    Misconception(
        "output-projection-twice", partial(Sloppy, at="twice"),
        "Your output is exactly what comes out when it goes through `w_o` twice.",
        "One product puts together what the heads found.", "How often do you call `w_o`?"),
    Misconception(
        "output-projection-of-the-values", partial(Sloppy, at="values", project=""),
        "Your output is exactly what comes out when `w_o` follows `w_v`, before the values are mixed.",
        "Then each head mixes numbers of all heads, and what the heads found never meets.",
        "At which place of `forward` do you call `w_o`?"),
    Misconception(
        "heads-added", partial(Sloppy, merge="sum"),
        "Your output is exactly what comes out when every head is replaced by the sum of all before `w_o`.",
        "Added up, nothing can tell any more which head found what. They are put side by side.",
        "How do you make one vector of the heads?"),
    Misconception(
        "heads-averaged", partial(Sloppy, merge="mean"),
        "Your output is exactly what comes out when every head is replaced by the mean of all before `w_o`.",
        "Averaged, nothing can tell any more which head found what. They are put side by side.",
        "How do you make one vector of the heads?"),
    Misconception(
        "values-not-split", partial(Sloppy, merge="whole values"),
        "Your output is exactly what comes out when every head mixes the whole values, and the mean of all heads goes "
        "through `w_o`.", "Averaged, nothing can tell any more which head found what. Each head mixes its own piece of "
        "the values, and the pieces are put side by side.", "Which of queries, keys and values do you split?"),
    Misconception(
        "bias-once-per-head", partial(Sloppy, products="bias for each head"),
        "Your output is exactly the right one with the bias of `w_o` added once for each head.",
        "The output is a sum over the heads; the bias belongs to no head and is added once.",
        "In each head's turn, what is added besides the product with the head's own part of the matrix?"),
    *(Misconception(
        "relu-inside", wrong,
        later("Your numbers are exactly what comes out when {words} through a ReLU.", words=words),
        "A ReLU sets everything negative to 0. It belongs to another layer of the model.",
        "Which functions does your `forward` call besides the four layers and the attention?")
      for wrong, words in ((partial(Sloppy, products="relu", at="qkv"), "queries, keys and values go"),
                           (partial(Sloppy, products="relu", at="v"), "the values go"),
                           (partial(Sloppy, gives="relu before"), "the heads, side by side, go"))),
    Misconception(
        "relu-after-the-output", partial(Sloppy, gives="relu"),
        "Your output is exactly the right one with everything negative set to 0.",
        "`w_o` comes last. A ReLU belongs to another layer of the model.", "What happens after `w_o`?"),
    *(Misconception(
        "residual-added", partial(Sloppy, gives=gives),
        later("Your output is exactly the right one with `query` added {where}.", where=where),
        "This layer only attends. Lesson 06 adds the input to its output; with a sum inside as well, it would be added "
        "twice.", "What is your output the sum of?")
      for gives, where in (("residual", "at the end"), ("residual before", "before `w_o`"))),
    *(Misconception(
        "norm-added", partial(Sloppy, gives=gives),
        later("Your output is exactly the right one{after}, normalised as an `nn.LayerNorm` does.", after=after),
        "This layer only attends. Lesson 06 puts norms, and sums with the input, around it; what is inside as well "
        "would be done twice.", "Which layers does your `forward` use, besides the four?")
      for gives, after in (("norm", ""), ("norm 1e-6", ""), ("norm of the sum", " with `query` added"),
                           ("norm of the sum 1e-6", " with `query` added"))),
    *(Misconception(
        "mask-needed", partial(Sloppy, needs=use),
        "Without a mask, your code stops exactly where None is used like a mask.",
        "`mask=None` says that everything may attend to everything. None has no axes and no methods.",
        "Which line uses the mask, and does it also run where there is none?")
      for use in (lambda mask: mask.unsqueeze(1), lambda mask: mask[:, None], lambda mask: ~mask,
                  lambda mask: mask.dim(), lambda mask: mask.repeat_interleave(2, 0), lambda mask: mask.shape,
                  lambda mask: mask.bool(), lambda mask: mask.expand(1), lambda mask: mask.repeat(1))),
    *(Misconception(
        "inputs-confused", partial(Sloppy, roles=roles), later(
            "Your output is exactly what comes out when {words}.", words=words),
        why, "Which of its three arguments does `forward` give to each projection?" if "stands" in words else
             "Which of its three arguments does `forward` give to each projection, and in which order does its `def` "
             "name them? The call gives query, key, value.")
      for why, found in (
          ("In self-attention all three are the same and nothing is seen of this; where the decoder asks the encoder, "
           "`query` is another one.", (("qqq", "`query` also stands in for `key` and `value`"),
                                       ("kqv", "`query` and `key` have changed places"),
                                       ("kkv", "`key` also stands in for `query`"),
                                       ("qqv", "`query` also stands in for `key`"))),
          ("In the Transformer, `key` and `value` are always the same, so that nothing would ever be seen of this; but "
           "the layer promises to take two.", (("qkk", "`key` also stands in for `value`"),
                                               ("qvv", "`value` also stands in for `key`"),
                                               ("qvk", "`key` and `value` have changed places"))))
      for roles, words in found),
    _scaled("none", "no-scaling", "the scores are not divided by anything", "Which step comes before the softmax?"),
    _scaled("d_head", "scaled-twice", "the scores are divided by d_head in all: by √d_head twice, or by d_head without "
            "the root", "`scaled_dot_product_attention` divides already. Does your own code divide as well?"),
    _scaled("d_model", "divided-by-root-of-d-model", "the scores are divided by √d_model",
            "How many numbers does the dot product of one head add up?"),
    _scaled("T_k", "divided-by-root-of-t-k", "the scores are divided by √T_k, the root of the number of keys",
            "Which axis does the size under your root come from?"),
    _scaled("n_heads", "divided-by-root-of-n-heads", "the scores are divided by √n_heads",
            "Which axis does the size under your root come from?"),
    Misconception(
        "scaled-after-softmax", partial(Sloppy, scale="after"),
        "Your weights are exactly what comes out when the division by √d_head happens after the softmax.",
        "Dividing before the softmax changes how sharp the choice is; dividing after only makes all of it smaller.",
        "Look at the order of the two steps.", sums("weights")),
    Misconception(
        "softmax-over-queries", partial(Sloppy, axis=-2),
        "Your weights are exactly what comes out when the softmax runs over the queries.",
        later("{shares} Yours lets the queries compete for each key instead.",
              shares=_SHARES), "Along which axis does your softmax run?",
        sums("weights")),
    Misconception(
        "softmax-over-heads", partial(Sloppy, axis=1),
        "Your weights are exactly what comes out when the softmax runs over the heads.",
        later("{shares} Axis 1 was right before there was an axis for the heads.",
              shares=_SHARES), "Along which axis does your softmax "
                                                                               "run?", sums("weights")),
    Misconception(
        "softmax-over-sentences", partial(Sloppy, axis=0),
        "Your weights are exactly what comes out when the softmax runs over the sentences of the batch.",
        _SHARES, "Along which axis does your softmax run?", sums("weights")),
    Misconception(
        "mask-ignored", partial(Sloppy, mask="ignored"),
        "Your weights are exactly what comes out without the mask.",
        "Padding and future words then take part like all others.",
        "Does the mask reach the scores, whatever shape it has? And if you fill something in, is the result kept? "
        "`masked_fill` returns a new tensor."),
    Misconception(
        "mask-inverted", partial(Sloppy, mask="inverted"),
        "Your weights are exactly what comes out when True and False of the mask are exchanged.",
        "In this course True means: may attend. PyTorch's own modules have it the other way round. With a causal mask, "
        "such a model sees the words that it has to predict, and its score looks far too good.",
        "Which places does your code close? If it gives the mask to a function: what does True mean there?"),
    Misconception(
        "mask-after-softmax", partial(Sloppy, mask="after"),
        "Your weights are exactly those without the mask, with zeros put in afterwards.",
        "The softmax had already given part of the attention to forbidden places; with zeros there, the rest no longer "
        "sums to 1.", "Where does the mask come in, before or after the softmax?", sums("weights")),
    *(Misconception(
        "mask-axis-in-another-place", partial(Sloppy, mask=how),
        "Your code does exactly what happens when the mask gets its axis for the heads at place 2.",
        "Weights are (B, n_heads, T_q, T_k): heads come before queries. For padding, (B, 1, T_k), both places look "
        "alike; for a mask with a row for each query they do not.",
        "Write the shapes of mask and weights one below the other. Which axes meet?")
      for how in ("axis 2", "axis 2 of the fill")),
    Misconception(
        "mask-head-axis-for-padding-only", partial(Sloppy, mask="head axis for padding"),
        "Your code does exactly what happens when only a mask (B, 1, T_k) gets an axis for the heads, and a mask with "
        "a row for each query meets the scores (B, n_heads, T_q, T_k) as it is.",
        _MEETS_HEADS,
        "What is asked before the mask gets its axis, and for which of the two shapes is that true?"),
    Misconception(
        "no-head-axis-for-padding", partial(Sloppy, mask="head axis but for padding"),
        "Your code does exactly what happens when only a mask with a row for each query gets an axis for the heads, "
        "and a mask (B, 1, T_k) meets the scores (B, n_heads, T_q, T_k) as it is.", _MEETS_HEADS,
        "What is asked before the mask gets its axis, and for which of the two shapes is that true?"),
    Misconception(
        "mask-added-to-scores", partial(Sloppy, mask="one added"),
        "Your weights are exactly what comes out when the mask is added to the scores: 1 where it is True, 0 where it "
        "is False.", "An allowed key then gets e times as much as it would get otherwise, and a forbidden one still "
        "takes part.", "Which score gives a share of 0?"),
    Misconception(
        "mask-of-any-query", partial(Sloppy, mask="some query"),
        "Your weights are exactly what comes out when a key is open to all queries of a sentence as soon as it is open "
        "to one of them.", "What is closed to some queries only is then open to all: with a causal mask, all see the "
        "future.", "Over which axis of the mask does your `any` run, and what is left of its rows?"),
    *(Misconception(
        "forbidden-scores-zero", partial(Sloppy, mask=kind),
        "Your weights are exactly what comes out when forbidden scores become 0, by filling or by multiplying.",
        "exp(0) is 1, not 0: a score of 0 is an ordinary score, larger than every negative one.",
        "Which score gives a share of 0?")
      for kind in ("zero", "times")),
    Misconception(
        "zero-times-infinity", partial(Sloppy, mask="times -inf"),
        "Your weights are exactly what comes out when −∞ is multiplied by the mask: NaN.",
        "0 · (−∞) is not 0 but NaN, so that the allowed places are spoilt.",
        "Where do you need a choice between two values, and use a product?"),
    *(Misconception(
        "fill-not-low-enough", partial(Sloppy, mask=how),
        later("For scores far below 0, your weights are exactly what comes out when forbidden places get −10000 or a "
              "similar number{then}.", then=then), "Scores can be lower than that; then the forbidden places win.",
        "Which number is below every score there can be?")
      for how, then in (("weak", ""), ("weak, closed", ", and their shares are set to 0 afterwards"))),
    *(Misconception(
        "fill-not-low-enough", partial(Sloppy, mask=how),
        later("Where a forbidden score is far above the allowed ones, your weights are exactly what comes out when "
              "−10000 or a similar number is added to forbidden scores{then}.", then=then),
        "The scores of one row can lie further apart than that; then the forbidden places win.",
        "Which score gives a share of 0, and is that what you add, or what comes out?")
      for how, then in (("weak, added", ""),
                        ("weak, added, closed", ", and their shares are set to 0 afterwards"))),
    *(Misconception(
        f"causal-{slug}", partial(Sloppy, mask=f"causal {when}, {long}"),
        later("Your weights are exactly what comes out when a causal mask is {words}.", words=words)
        if long == "scores" else
        later("Your code does exactly what happens when a square causal mask is {words}: it fits only where there are "
              "as many queries as keys.", words=words),
        "`mask` alone says what may be looked at; with None, that is everything.", "Where does the triangle come from?")
      for long in ("scores", "queries", "keys")
      for slug, when, words in (("whatever-the-mask", "instead", "used, whatever mask is given"),
                                ("as-well", "as well", "added to whatever mask is given"),
                                ("as-well", "given", "added to the mask, where one is given"),
                                ("without-a-mask", "no mask", "used wherever none is given"))),
    Misconception(
        "mask-of-first-sentence", partial(Sloppy, mask="first sentence"),
        "Your weights are exactly what comes out when the mask of sentence 0 is used for all.",
        "Sentences differ in length, so that each has its own padding.", "Is there an index 0 on the mask?"),
    Misconception(
        "mask-of-first-query", partial(Sloppy, mask="first query"),
        "Your weights are exactly what comes out when the mask of query 0 is used for all.",
        "With a causal mask each query may see one place more than the one before.", "Is there an index 0 on the "
                                                                                     "mask?"),
    Misconception(
        "mask-of-last-query", partial(Sloppy, mask="last query"),
        "Your weights are exactly what comes out when the mask of the last query is used for all.",
        "With a causal mask the last query may see all places, and so would every other one.",
        "Is there an index −1 on the mask?"),
    Misconception(
        "mask-without-head-axis", partial(Sloppy, mask="no head axis"),
        "Your weights are exactly what comes out when the mask (B, T_q, T_k) meets the scores (B, n_heads, T_q, T_k) "
        "as it is.", _MEETS_HEADS, "Where does the mask need an axis of length 1?"),
    Misconception(
        "mask-repeated-in-wrong-order", partial(Sloppy, mask="repeated"),
        "Your weights are exactly what comes out when the mask is repeated for the heads as a whole: all sentences, "
        "and then all sentences again.",
        "Where sentences and heads share an axis, the heads of one sentence follow each other. Repeated as a whole, "
        "the mask of one sentence lands on a head of another.",
        "`repeat` and `repeat_interleave` put copies in a different order. Is there an axis you could add instead?"),
    Misconception(
        "output-unmasked", partial(Sloppy, gives="unmasked output"),
        "Your output is exactly the one without the mask, beside weights that have it.",
        "The values are to be mixed with the weights that are returned.", "Which weights meet the values?"),
    Misconception(
        "weights-unmasked", partial(Sloppy, gives="unmasked weights"),
        "Your weights are exactly those without the mask, beside an output that has it.",
        "What is returned should be what the values were mixed with.", "What does the second name in your `return` "
        "hold: what was made with the mask, or without it?"),
    Misconception(
        "zeros-after-the-output-layer", partial(Sloppy, gives="zeros"),
        "Your output is exactly the right one, except that it is 0 for a query that may attend to nothing.",
        "The mixture of such a query is 0, and `w_o` adds its bias to it: the output is that bias.",
        "What does your code do after `w_o`?"),
    Misconception(
        "squeezed", partial(Sloppy, gives="squeezed"),
        "What you return is exactly right, but every axis of length 1 is gone.",
        "`squeeze()` takes away all axes of length 1: with one sentence, one head or one query, axes that are needed.",
        "Where is there a `squeeze()`? With a number in its brackets it takes away that axis only."),
    Misconception(
        "outputs-swapped", partial(Sloppy, gives="swapped"),
        "You return exactly the right two tensors in the wrong order: the weights first.",
        "All attention of the course returns (output, weights).", "Look at your `return` line."),
    Misconception(
        "weights-of-head-0-for-all", partial(Sloppy, gives="head 0"),
        "The weights you return are exactly those of head 0, for every head.",
        "What the other heads look at stays hidden.", "Which heads do the weights come from that you return?"),
    Misconception(
        "weights-of-head-0-only", partial(Sloppy, gives="first head"),
        "The weights you return are exactly those of head 0.", "What the other heads look at stays hidden.",
        "Which heads do the weights come from that you return?"),
    Misconception(
        "weights-summed", partial(Sloppy, gives="sum"),
        "The weights you return are exactly the sum over the heads.",
        "Here each head is to be seen by itself: (B, n_heads, T_q, T_k).",
        "What happens to your weights before you return them?"),
    Misconception(
        "weights-averaged", partial(Sloppy, gives="mean"),
        "The weights you return are exactly the mean over the heads.",
        "PyTorch's own module does that by default. Here each head is to be seen by itself: (B, n_heads, T_q, T_k).",
        "What happens to your weights before you return them?"),
    Misconception(
        "scores-returned", partial(Sloppy, gives="scores"),
        "In place of the weights you return exactly the scores before mask and softmax.",
        "The weights are what the values were mixed with.", "What does the second name in your `return` line hold: the "
        "scores, or what the softmax has made of them?"),
    Misconception(
        "softmax-twice", partial(Sloppy, gives="softmax twice"),
        "In place of the weights you return exactly a softmax of the weights.",
        "The weights are shares already. A second softmax makes them more alike, and gives a forbidden key a share.",
        "Does `scaled_dot_product_attention` return scores or weights?"),
    Misconception(
        "softmax-twice", partial(Sloppy, gives="softmax again"),
        "Your numbers are exactly what comes out when the weights go through a softmax once more, and the values are "
        "mixed with the result.",
        "The weights are shares already. A second softmax makes them more alike, and gives a forbidden key a share.",
        "How many times does a softmax run in all? `scaled_dot_product_attention` has one in it."),
    Misconception(
        "weights-transposed", partial(Sloppy, gives="transposed"),
        "The weights you return are exactly the right ones with queries and keys exchanged.",
        "Rows are queries and columns are keys, everywhere in the course.", "Is there a transpose too many?"),
    *(Misconception(
        "lengths-confused", partial(equal_lengths, size=size),
        "Your code stops exactly where the length of `query` is also taken for that of `key`.",
        "In the decoder's attention to the encoder the two sentences have different lengths.",
        "Where does the length come from that you split keys and values with?") for size in (-1, "d_head")),
    # Last, because they show in few cases: made together with another mistake, the other is named first.
    Misconception(
        "unstable-softmax", partial(Sloppy, stable=False),
        "Your weights are exactly what exp divided by its sum gives, on the scores as they come.",
        "It is right until the scores get large; then exp is infinity, and infinity divided by infinity is NaN.",
        "PyTorch's own softmax is protected against this, and so is yours of exercise 1.2."),
    Misconception(
        "empty-rows-nan", partial(Sloppy, empty="nan"),
        "Your weights are exactly what filling with −∞ gives: NaN for queries that may attend to nothing.",
        later("A row of nothing but −∞ is 0/0 after the softmax, and one NaN spreads through the whole model. {empty}",
              empty=_EMPTY),
        "What do the rows without any True need?"),
    *(Misconception(
        "empty-rows-not-zero", partial(Sloppy, empty=how),
        "Queries that may attend to nothing get exactly the weights of a softmax over forbidden places.",
        later("However low all scores of a row are, the softmax makes shares of them. {empty}", empty=_EMPTY),
        "What do the rows without any True need after the softmax?")
      for how in ("kept", "added", "added, weak")),
    *(Misconception(
        "renormalised-after-softmax", partial(Sloppy, empty=how),
        later("Your weights are exactly what comes out when the mask is laid over the shares, or over the powers, "
              "and each row is then divided by what is left of it{left}.", left=left),
        "Where a forbidden score is far above the allowed ones, the softmax gives it all there is, and nothing is left "
        "for the others. So forbidden scores must not get into it.", "Do the forbidden scores get into your softmax?")
      for how, left in (("renormalised", ": 0/0, NaN, where nothing is left"),
                        ("renormalised, 1e-9", ", and nothing is left where a forbidden score is high"))),
    Misconception(
        "powers-under-the-mask", partial(Sloppy, empty="powers"),
        "Your weights are exactly what comes out when the mask is laid over the exponentials of the scores as they "
        "come, and each row is divided by what is left of it.",
        "The exponential of a large score is infinity, and infinity times 0 is NaN.",
        "What does `exp` make of a large score? PyTorch's own softmax is protected."),
    Misconception(
        "missing-contiguous", partial(Sloppy, merge="view of a transpose"),
        "Your code stops exactly where `view` is asked to join axes that do not lie next to each other in memory.",
        "`transpose` only changes how the numbers are read, it does not move them, and `view` cannot move them either.",
        "Read the end of PyTorch's message: it names what can move them."),
]
