"""Lesson 04: the output of the layer, taken apart by heads."""
from functools import partial

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.judge.exercise import Exercise, Misconception
from course._words import later


def head_parts(heads, W_o):
    """What each head adds to the output: (B, n_heads, T, d_head), (d_model, d_model) -> (B, n_heads, T, d_model)."""
    n_heads, d_head = heads.shape[1], heads.shape[3]
    return heads @ W_o.reshape(n_heads, d_head, -1)          # head h meets its own d_head rows


def sloppy_parts(heads, W_o, matrix="right", rows="own", merge="parts", factor="none", order="right"):
    """`head_parts` with one thing done differently."""
    batch, n_heads, length, d_head = heads.shape
    W_o = W_o.T if matrix == "transposed" else W_o
    blocks = {"own": W_o.reshape(n_heads, d_head, -1), "reversed": W_o.reshape(n_heads, d_head, -1).flip(0),
              "first": W_o[:d_head].expand(n_heads, -1, -1), "last": W_o[-d_head:].expand(n_heads, -1, -1),
              "interleaved": W_o.reshape(d_head, n_heads, -1).transpose(0, 1),
              "columns": W_o.reshape(-1, n_heads, d_head).permute(1, 2, 0),
              "next": W_o.reshape(n_heads, d_head, -1).roll(-1, 0),
              "previous": W_o.reshape(n_heads, d_head, -1).roll(1, 0),
              "of all heads": W_o.reshape(n_heads, d_head, -1).sum(0).expand(n_heads, -1, -1),
              "summed": W_o.reshape(n_heads, d_head, -1).sum(1, keepdim=True).expand(-1, d_head, -1),
              "columns by reshape": W_o.reshape(n_heads, -1, d_head).transpose(1, 2)}[rows]
    parts = heads @ blocks
    if merge == "not projected":
        parts = torch.zeros(batch, n_heads, length, n_heads * d_head, dtype=heads.dtype)
        for h in range(n_heads):
            parts[:, h, :, h * d_head : (h + 1) * d_head] = heads[:, h]
    elif merge == "whole output":
        parts = parts.sum(1, keepdim=True).expand(-1, n_heads, -1, -1)
    elif merge in ("whole on the first", "whole on the last"):
        whole, parts = parts.sum(1), torch.zeros_like(parts)
        parts[:, 0 if merge == "whole on the first" else -1] = whole
    elif merge == "without":
        parts = parts.sum(1, keepdim=True) - parts
    elif merge == "so far":
        parts = parts.cumsum(1)
    elif merge == "output":
        return parts.sum(1)
    elif merge in ("only its own columns", "the output's columns"):
        kept, full = torch.zeros_like(parts), parts.sum(1, keepdim=True).expand_as(parts)
        for h in range(n_heads):
            mine = slice(h * d_head, (h + 1) * d_head)
            kept[:, h, :, mine] = (parts if merge == "only its own columns" else full)[:, h, :, mine]
        parts = kept
    else:
        parts = _rarely(heads, blocks, parts, merge)
    if factor != "none":
        parts = parts / {"heads": n_heads, "root": d_head ** 0.5, "root of heads": n_heads ** 0.5,
                         "root of all": (n_heads * d_head) ** 0.5, "positions": length}[factor]
    return {"right": lambda: parts, "reversed": lambda: parts.flip(1), "positions first": lambda: parts.transpose(1, 2),
            "heads in front": lambda: parts.transpose(0, 1), "heads last": lambda: parts.movedim(1, -1),
            "joined with positions": lambda: parts.flatten(1, 2), "joined with sentences": lambda: parts.flatten(0, 1),
            "joined with numbers": lambda: parts.transpose(1, 2).flatten(2),
            "heads last, joined": lambda: parts.movedim(1, -1).flatten(2)}[order]()


def _blocks_by_count(heads, W_o):
    n_heads = heads.shape[1]
    return torch.stack([heads[:, h] @ W_o[h * n_heads : (h + 1) * n_heads] for h in range(n_heads)], dim=1)


def _blocks_begin_by_count(heads, W_o):
    n_heads, d_head = heads.shape[1], heads.shape[3]
    return torch.stack([heads[:, h] @ W_o[h * n_heads : h * n_heads + d_head] for h in range(n_heads)], dim=1)


def _blocks_overlap(heads, W_o):
    n_heads, d_head = heads.shape[1], heads.shape[3]
    return torch.stack([heads[:, h] @ W_o[h : h + d_head] for h in range(n_heads)], dim=1)


def _blocks_meet_sentences(heads, W_o):
    return heads @ W_o.reshape(heads.shape[1], 1, heads.shape[3], -1)


def _two_heads(heads, W_o):
    d_head = heads.shape[3]
    return torch.stack([heads[:, h] @ W_o[h * d_head : (h + 1) * d_head] for h in range(2)], dim=1)


def _rarely(heads, blocks, parts, merge):
    """The rarer ways in which `sloppy_parts` puts the parts together."""
    batch, n_heads, length, d_head = heads.shape
    if merge in ("output cut", "parts cut"):
        cut = parts.sum(1).reshape(batch, length, n_heads, d_head).transpose(1, 2)
        own = [parts[:, h, :, h * d_head : (h + 1) * d_head] for h in range(n_heads)]
        return cut if merge == "output cut" else torch.stack(own, dim=1)
    if merge == "axes not exchanged":
        flat = []
        for h in range(n_heads):
            alone = torch.zeros_like(heads)
            alone[:, h] = heads[:, h]
            flat.append(alone.reshape(batch, length, -1) @ blocks.flatten(0, 1))
        return torch.stack(flat, dim=1)
    total = parts.sum(1, keepdim=True)
    first = torch.zeros_like(parts)
    first[:, 0] = parts[:, 0]
    last = torch.zeros_like(parts)
    last[:, -1] = parts[:, -1]
    return {"first alone": first, "last alone": last, "heads": heads, "from here on": total - parts.cumsum(1) + parts,
            "after it": total - parts.cumsum(1), "before it": parts.cumsum(1) - parts, "fraction": parts / total,
            "absolute": parts.abs(), "negative": -parts, "softmax": parts.softmax(-1),
            "shares": parts.softmax(1)}.get(merge, parts)


def _cases(rng):
    """Everything for 4.5."""
    def of(about, batch, n_heads, length, d_head, dtype="float64"):
        d_model = n_heads * d_head
        return Case(about, heads=rng.normal(size=(batch, n_heads, length, d_head)).astype(dtype),
                    W_o=rng.normal(size=(d_model, d_model)).astype(dtype))
    yield Case("one position, whole numbers", heads=np.array([[[[1.0, 2.0]], [[6.0, 3.0]]]]),
               W_o=np.array([[1.0, 0, 1, 0], [0, 1, 0, 1], [2, 0, -1, 0], [0, 3, 0, -1]]))
    yield of("sizes that all differ", 2, 3, 5, 4)
    yield of("float32", 3, 2, 4, 5, dtype="float32")
    yield of("as many heads as positions", 2, 4, 4, 3)
    yield of("everything square", 3, 3, 3, 3)
    yield of("one head", 2, 1, 3, 4)
    yield of("heads of one number", 2, 5, 3, 1)
    yield of("one sentence", 1, 2, 6, 3)


def _slip(slug, says, why, look, **slip):
    return Misconception(slug, partial(sloppy_parts, **slip), later(
        "Your parts are exactly {says}.", says=says), why, look)


_ROWS = ("Side by side, head h stands at the places h · d_head to (h + 1) · d_head − 1 of the vector. In a product "
         "with a matrix on its right these places meet the matrix's *rows* of the same numbers.")
_SUM = "The parts have to sum to the output, which is all heads side by side times W_o."
PARTS = [
    _slip("columns-for-rows", "those with head h's *columns* of W_o, transposed, in place of its rows", _ROWS,
          "Which axis of W_o does a vector on its left run along?", rows="columns"),
    _slip("columns-for-rows", "those with W_o transposed", _ROWS,
          "Which axis of W_o does a vector on its left run along?", matrix="transposed"),
    _slip("rows-interleaved", "those in which head h has every n_heads-th row of W_o",
          "Side by side, the numbers of one head are neighbours, and so are the rows that they meet.",
          "Which rows of W_o does your code give to head 0? Try it on a matrix whose rows are numbered.",
          rows="interleaved"),
    _slip("rows-of-the-first-head", "those in which every head has the first head's rows of W_o", _ROWS,
          "Do the rows change with the head?", rows="first"),
    _slip("rows-of-the-last-head", "those in which every head has the last head's rows of W_o", _ROWS,
          "Do the rows change with the head?", rows="last"),
    _slip("rows-reversed", "those in which the first head has the last rows of W_o", _ROWS,
          "Which head stands first when they are side by side?", rows="reversed"),
    _slip("not-projected", "the heads at their places, with zeros around them: W_o is missing", _SUM,
          "Which of your two arguments does nothing?", merge="not projected"),
    _slip("whole-output", "the whole output, once for each head", _SUM,
          "What would the output be if the other heads had said nothing but zeros?", merge="whole output"),
    _slip("equal-parts", "the whole output, divided by n_heads: an equal part for every head",
          "They sum to the output, and yet the part of head h must not change with what the other heads have found.",
          "What would the part of head 0 be if all other heads had found nothing but zeros?", merge="whole output",
          factor="heads"),
    *(_slip("whole-on-one-head", later("the whole output as the part of the {which} head, and 0 for the others",
                                       which=which),
            "They sum to the output, and yet the part of head h must not change with what the other heads have found.",
            "What would the part of that head be if all other heads had found nothing but zeros?",
            merge=f"whole on the {which}") for which in ("first", "last")),
    Misconception(
        "size-and-count-swapped", _blocks_by_count,
        "Your code does exactly what happens when each head gets n_heads rows of W_o in place of d_head.", _ROWS,
        "How many numbers has one head, and at which row does the second head begin?"),
    Misconception(
        "rows-begin-by-count", _blocks_begin_by_count,
        "Your code does exactly what happens when the rows of head h begin at row h · n_heads of W_o. That is right "
        "only where n_heads and d_head are equal, or there is one head.", _ROWS,
        "How many rows belong to the heads before head h?"),
    Misconception(
        "rows-overlap", _blocks_overlap,
        "Your code does exactly what happens when the rows of head h begin at row h of W_o. That is right only where "
        "heads have one number, or there is one head.",
        "The rows of two heads do not overlap: those of head 1 begin where those of head 0 end.",
        "How many rows belong to the heads before head h?"),
    Misconception(
        "blocks-meet-sentences", _blocks_meet_sentences,
        "Your code does exactly what happens when the blocks of W_o meet the sentences of `heads`, one block for each, "
        "and not its heads.",
        "Axes are lined up from the right. Where there are as many sentences as heads, no error says so; from one "
        "sentence, n_heads come out.",
        "Write the shapes of both sides of your `@` one below the other, from the right. Which axis of `heads` do the "
        "blocks meet?"),
    Misconception(
        "fixed-number-of-heads", _two_heads,
        "Your code does exactly what happens when the first two heads are taken, however many there are.",
        "The exercise asks for the parts of all heads; with one head, there is no second to take.",
        "Which numbers in your code should depend on the shape of `heads`?"),
    _slip("all-rows-for-every-head", "those in which each head meets the rows of all heads, added up. A head's vector "
          "that is repeated n_heads times gives the same", "A head's numbers stand once in the vector that meets W_o, "
          "at the head's own places; at the other places stand those of the other heads.",
          "Which numbers does your code put at the places of the other heads?", rows="of all heads"),
    _slip("numbers-added-up", "those in which the d_head numbers of a head are added up, and the rows of W_o that "
          "belong to it as well", "In a product, the first number meets the first row and the second the second; the "
          "products are added, not the numbers.",
          "Which axis of `heads` and which axis of W_o have to run together, and do they in your code?",
          rows="summed"),
    _slip("without-the-head", "what the *other* heads add", "The question is what head h adds by itself.",
          "Which head do you leave out, and which do you keep?", merge="without"),
    _slip("summed-so-far", "sums over the heads so far", "The question is what head h adds by itself.",
          "What does your code keep from one head's turn to the next?", merge="so far"),
    _slip("output-returned", "their sum, the output of the layer", "The exercise asks for its parts, before they are "
          "added up: (B, n_heads, T, d_model).", "Which axis has gone?", merge="output"),
    _slip("only-its-own-columns", "cut down to the columns h · d_head to (h + 1) · d_head − 1",
          "With W_o each head writes into *all* numbers of the output.",
          "Which columns of W_o does your code use for head h?",
          merge="only its own columns"),
    _slip("mean-over-heads", "divided by n_heads", _SUM, "By what do you divide?", factor="heads"),
    _slip("scaled-once-more", "divided by √d_head", "Scores are scaled, before the softmax. Here nothing is left to "
          "scale.", "By what do you divide?", factor="root"),
    _slip("positions-first", "right, with the axes of heads and positions exchanged",
          "(B, n_heads, T, d_model) is asked for.", "Which axis comes second?", order="positions first"),
    _slip("heads-in-reverse", "right, with the heads in reverse order", "Head 0 comes first, as in `heads`.",
          "In which order do you collect the parts?", order="reversed"),
    _slip("heads-in-front", "right, with the axes of sentences and heads exchanged",
          "(B, n_heads, T, d_model) is asked for.", "Along which axis do you stack?", order="heads in front"),
    _slip("heads-last", "right, with the axis of heads at the end", "(B, n_heads, T, d_model) is asked for.",
          "Along which axis do you stack?", order="heads last"),
    *(_slip("heads-joined", later("the right ones, joined along the axis of {axis}: no axis is left for the heads",
                                  axis=axis),
            "(B, n_heads, T, d_model) is asked for: an axis of its own for the heads.",
            "What do `torch.cat` and `torch.stack` do to the number of axes?", order=order)
      for order, axis in (("joined with positions", "positions"), ("joined with numbers", "numbers"),
                          ("joined with sentences", "sentences"), ("heads last, joined", "numbers"))),
    _slip("output-cut-again", "the output, cut into n_heads pieces of d_head numbers", "After W_o each number of the "
          "output is a sum over all heads. To cut it gives pieces of the output, and no head's part.",
          "Do you take the heads apart before they meet W_o, or after?", merge="output cut"),
    _slip("output-cut-again", "the output's numbers h · d_head to (h + 1) · d_head − 1 for head h, and 0 elsewhere",
          "After W_o each number of the output is a sum over all heads. To cut it gives pieces of the output, and no "
          "head's part.", "Do you take the heads apart before they meet W_o, or after?", merge="the output's columns"),
    _slip("only-its-own-columns", "of d_head numbers: those of each head's own rows *and* columns of W_o",
          "With W_o each head writes into *all* numbers of the output.", "How long is the part of one head?",
          merge="parts cut"),
    _slip("first-head-only", "right for the first head, and 0 for the others",
          "The exercise asks for the parts of all heads.", "What happens in your first round that changes the next "
          "ones: a `return` that ends the loop, or numbers that are set to 0 in an argument itself and not in a copy?",
          merge="first alone"),
    _slip("last-head-only", "right for the last head, and 0 for the others",
          "The exercise asks for the parts of all heads.", "What do you overwrite in each round?", merge="last alone"),
    _slip("summed-from-here-on", "sums over this head and those after it",
          "The question is what head h adds by itself.",
          "Which heads are 0 when head h has its turn? Do you work on a copy?", merge="from here on"),
    *(_slip("others-summed", later("sums over the heads {says} this one",
                                   says=says), "The question is what head h adds by itself.",
            "Which heads are 0 when head h has its turn? Do you work on a copy?", merge=merge)
      for merge, says in (("after it", "after"), ("before it", "before"))),
    _slip("axes-not-exchanged", "those of heads put side by side without exchanging the axes of heads and positions",
          "A reshape reads numbers in their order. What lies side by side must be the heads of *one* position.",
          "What does `merge_heads` do before it reshapes?", merge="axes not exchanged"),
    _slip("heads-returned", "the heads as they came", _SUM, "Which of your two arguments does nothing?", merge="heads"),
    _slip("fraction-of-the-output", "divided by the output", "The parts have to sum to the output, not to 1.",
          "By what do you divide?", merge="fraction"),
    _slip("sign-lost", "without their signs", _SUM, "A head may take away as well as add.", merge="absolute"),
    _slip("sign-turned", "those with their signs turned", _SUM, "What is subtracted from what?", merge="negative"),
    *(_slip("softmax-once-more", later("those with a softmax over the {axis}",
                                       axis=axis), _SUM, "The shares have been used already.",
            merge=merge) for merge, axis in (("softmax", "numbers"), ("shares", "heads"))),
    *(_slip("rows-of-the-neighbour", later("those in which each head has the rows of the {which} head",
                                           which=which), _ROWS,
            "At which row does head 0 begin?", rows=which) for which in ("next", "previous")),
    _slip("columns-for-rows", "those with W_o reshaped to (n_heads, d_model, d_head), and each block transposed", _ROWS,
          "Which axis of W_o does a vector on its left run along?", rows="columns by reshape"),
    *(_slip("scaled-once-more", later("divided by {says}", says=says), _SUM, "By what do you divide?", factor=factor)
      for factor, says in (("root of heads", "√n_heads"), ("root of all", "√d_model"), ("positions", "T"))),
]

EXERCISES = [
    Exercise(
        id="4.5", title="a sum over heads", names=("head_parts",), points=2, minutes=12, difficulty=3,
        takes={"heads": "B n_heads T d_head", "W_o": "d_model d_model"}, gives={"parts": "B n_heads T d_model"},
        framework="torch", reference=head_parts, cases=_cases, misconceptions=PARTS,
        hints=(
            "Take one position and two heads of two numbers: (a, b, c, d) @ W_o. Write the first number of the result "
            "as a sum of four products. Which of them belong to the first head?",
            "Head h alone is the vector with zeros at the places of all other heads. Which rows of W_o does it meet?",
            "Cut W_o into n_heads blocks of d_head rows each: an axis in front. Then `@` multiplies each head by its "
            "own block, for all sentences and positions."),
        moral="So one may ask of each head what it has added; lesson 11 does.",
    ),
]
