"""Lesson 04: which of the four layers is used for what, and how. Used by `mistakes_attention`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes_heads import Sloppy

PROJECTIONS = [
    *(Misconception(
        "weights-not-transposed", partial(Sloppy, products=products, at=at),
        later("Your numbers are exactly what comes out when {words} multiplied by the layers' `weight` as it is "
              "stored{what}.", words=words, what=', and the biases are left out' if 'bias' in products else ''),
        "`nn.Linear` stores its weight as (d_out, d_in) and multiplies by the transposed one. Here both sizes are "
        "d_model, so that the other product runs as well, and is another one.",
        "What does calling a layer do that multiplying by its `weight` does not?")
      for products in ("as stored", "as stored, no bias")
      for at, words in (("qkvo", "all four inputs are"), ("qkv", "queries, keys and values are"),
                        ("o", "the heads, side by side, are"))),
    *(Misconception(
        "bias-left-out", partial(Sloppy, products="no bias", at=at),
        later("Your numbers are exactly what comes out when the biases of {words} are left out.", words=words),
        "An `nn.Linear` multiplies and then adds its `bias`.",
        "Do you call the layers, or do you multiply by their weights?")
      for at, words in (("qkvo", "all four layers"), ("qkv", "`w_q`, `w_k` and `w_v`"), ("o", "`w_o`"))),
    Misconception(
        "no-output-projection", partial(Sloppy, project=""),
        "Your output is exactly the heads side by side, without `w_o`.",
        "Side by side, the heads never meet. `w_o` is where what they found is put together.",
        "Which of your four layers is never called?"),
    *(Misconception(
        "same-projection", partial(Sloppy, projections=projections),
        later("Your output is exactly what comes out when {words}.", words=words),
        "What a word asks, what it can be found by and what it hands over are three different things, so each has its "
        "own projection.", "Which layer does each of query, key and value go through?")
      for projections, words in (("qqq", "`w_q` projects query, key and value alike"), ("qqv", "`w_q` projects the "
                                                                                               "keys"),
                                 ("qkk", "`w_k` projects the values"), ("qkq", "`w_q` projects the values"),
                                 ("kqv", "`w_q` and `w_k` have changed places"),
                                 ("qvk", "`w_k` and `w_v` have changed places"))),
    *(Misconception(
        "changed-places", partial(Sloppy, projections=order, roles=order),
        later("Your output is exactly what comes out when {words} have changed places after their projections.",
              words=words),
        "Each goes through its own layer, and then stands in the other's place.",
        "Where several names stand on the left of one `=`: is their order that of the right side?")
      for order, words in (("qvk", "keys and values"), ("kqv", "queries and keys"))),
    *(Misconception(
        "not-projected", partial(Sloppy, projections=projections),
        later("Your output is exactly what comes out when {words} not projected.", words=words),
        "Each head gets a piece of what the projections make, and it is there that the heads learn to differ.",
        "What do you give to `split_heads`, for each of the three?")
      for projections, words in (("-kv", "the queries are"), ("q-v", "the keys are"), ("qk-", "the values are"),
                                 ("--v", "queries and keys are"), ("---", "queries, keys and values are"))),
    *(Misconception(
        "output-projection-confused", partial(Sloppy, projections=projections, project=last),
        later("Your output is exactly what comes out when {words}.", words=words),
        "`w_v` makes the values that are mixed, and `w_o` puts together what the heads have found. Where weights are "
        "copied, each of them has to be used in its own place.",
        "Which layer does `value` go through, and which one do the merged heads go through?")
      for projections, last, words in (("qko", "v", "`w_v` and `w_o` have changed places"),
                                       ("qkv", "v", "`w_v` also projects the merged heads"),
                                       ("qko", "o", "`w_o` also projects the values"))),
]
