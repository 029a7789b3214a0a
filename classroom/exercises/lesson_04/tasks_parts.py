"""Lesson 04: the output of the layer, taken apart by heads."""
from functools import partial

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.judge.exercise import Exercise, Misconception


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
              "columns": W_o.reshape(-1, n_heads, d_head).permute(1, 2, 0)}[rows]
    parts = heads @ blocks
    if merge == "not projected":
        parts = torch.zeros(batch, n_heads, length, n_heads * d_head, dtype=heads.dtype)
        for h in range(n_heads):
            parts[:, h, :, h * d_head : (h + 1) * d_head] = heads[:, h]
    elif merge == "whole output":
        parts = parts.sum(1, keepdim=True).expand(-1, n_heads, -1, -1)
    elif merge == "without":
        parts = parts.sum(1, keepdim=True) - parts
    elif merge == "so far":
        parts = parts.cumsum(1)
    elif merge == "output":
        return parts.sum(1)
    elif merge == "only its own columns":
        kept = torch.zeros_like(parts)
        for h in range(n_heads):
            mine = slice(h * d_head, (h + 1) * d_head)
            kept[:, h, :, mine] = parts[:, h, :, mine]
        parts = kept
    if factor != "none":
        parts = parts / {"heads": n_heads, "root": d_head ** 0.5}[factor]
    return parts.transpose(1, 2) if order == "positions first" else parts


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
    return Misconception(slug, partial(sloppy_parts, **slip), f"Your parts are exactly {says}.", why, look)


_ROWS = ("Side by side, head h stands at the places h · d_head to (h + 1) · d_head − 1 of the vector. In a product "
         "with a matrix on its right these places meet the matrix's *rows* of the same numbers.")
_SUM = "The parts have to sum to the output, which is all heads side by side times W_o."
PARTS = [
    _slip("columns-for-rows", "those with head h's *columns* of W_o, transposed, in place of its rows", _ROWS,
          "Which axis of W_o does a vector on its left run along?", rows="columns"),
    _slip("columns-for-rows", "those with W_o transposed", _ROWS,
          "Which axis of W_o does a vector on its left run along?", matrix="transposed"),
    _slip("rows-interleaved", "those in which head h has every n_heads-th row of W_o", _ROWS,
          "Which numbers does a reshape put next to each other? Try it on the numbers of the rows.",
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
    _slip("without-the-head", "what the *other* heads add", "The question is what head h adds by itself.",
          "Which head do you leave out, and which do you keep?", merge="without"),
    _slip("summed-so-far", "sums over the heads so far", "The question is what head h adds by itself.",
          "Where do you add heads up?", merge="so far"),
    _slip("output-returned", "their sum, the output of the layer", "The exercise asks for its parts, before they are "
          "added up: (B, n_heads, T, d_model).", "Which axis has gone?", merge="output"),
    _slip("only-its-own-columns", "cut down to the columns h · d_head to (h + 1) · d_head − 1",
          "With W_o each head writes into *all* numbers of the output.", "How long is the part of one head?",
          merge="only its own columns"),
    _slip("mean-over-heads", "divided by n_heads", _SUM, "By what do you divide?", factor="heads"),
    _slip("scaled-once-more", "divided by √d_head", "Scores are scaled, before the softmax. Here nothing is left to "
          "scale.", "By what do you divide?", factor="root"),
    _slip("positions-first", "right, with the axes of heads and positions exchanged",
          "(B, n_heads, T, d_model) is asked for.", "Which axis comes second?", order="positions first"),
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
