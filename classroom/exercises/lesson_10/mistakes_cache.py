"""Lesson 10, the cache: what learners write instead, and what it means. Used by `lesson_10`."""
from functools import partial

import numpy as np
import torch

from classroom.judge import words
from classroom.judge.exercise import Misconception, Property
from course._words import later, say


def _past(ask) -> str | None:
    """Is what a step returns as the new past a pair of keys and values, and the old one left as it was?"""
    problem = ask("three positions", **example(), look_at_past=True).problem
    return None if problem is None else say("Your output is right. {problem}", problem=words.say(problem))


def _work(ask) -> str | None:
    """Is each position projected once?"""
    steps = ask("three positions", **example(), count_projected=True).values.get("output")
    if steps is None or not (steps > 1).any():
        return None
    return say("Your output is right. But in {steps} steps the number of positions that your code sends through "
               "`w_k` or `w_v` is {tolist}; 1 in each step is enough.", steps=len(steps), tolist=steps.tolist())


def example() -> dict:
    """Inputs for three positions of two sentences."""
    rng = np.random.default_rng(0)
    weights = {f"{name}.{part}": rng.normal(size=(6,) * n)
               for name in ("w_q", "w_k", "w_v", "w_o") for part, n in (("weight", 2), ("bias", 1))}
    return {"x": rng.normal(size=(2, 3, 6)), "n_heads": 2, "weights": weights}


PROPERTIES = [
    Property("another-past", _past, "The past goes through other hands: a beam that keeps some of its sentences reads "
             "what you return, and gives you another past than your last one.", "Compare with what the exercise asks "
             "for."),
    Property("projects-the-past-again", _work, "That is what the cache should save: t positions in step t, in place of "
             "one.", "What do you keep: what goes into the projections, or what comes out?"),
]


def _cached(attention, x, past, keeps="all", attends="all", project=True, mask=None, scaled=True, again=False,
            roles="qkv", join="", added=False, rounded=None, whose="own"):
    """`cached_attention` with one thing done differently."""
    k, v = new = attention.keys_and_values(x, x)
    if rounded is not None:
        k, v = new = tuple(part.to(rounded).to(x.dtype) for part in new)
    if whose == "past of the first" and past is not None:
        past = tuple(old[:1].expand_as(old) for old in past)
    if past is not None:
        k, v = (torch.cat([old, *([extra] * (2 if keeps == "twice" else 1))], dim=2)
                for old, extra in zip(past, new, strict=True))
    if join and past is not None:
        k, v = ((old + extra) / (2 if join == "mean" else 1) for old, extra in zip(past, new, strict=True))
    if roles == "past keys twice" and past is not None:
        v = torch.cat([past[0], new[1]], dim=2)
    kept = {"all": (k, v), "twice": (k, v), "new": new, "first": new if past is None else past,
            "swapped": (v, k)}.get(keeps)
    if isinstance(keeps, int):
        k, v = kept = k[:, :, -keeps:], v[:, :, -keeps:]
    if attends == "new":
        k, v = new
    if whose == "first":
        k, v = k[:1].expand_as(k), v[:1].expand_as(v)
    if attends == "past" and past is not None:
        k, v = past
    allowed = None
    if mask == "first":
        allowed = torch.ones(1, k.shape[2], dtype=torch.bool).tril()
    if mask == "of all":
        allowed = torch.ones(k.shape[2], k.shape[2], dtype=torch.bool).tril()
    q = attention.queries(x)
    if not project:
        attention = _with_identity(attention)
    q = q * q.shape[-1] ** {True: 0, False: 0.5, "twice": -0.5}[scaled]
    who = {"q": q, "k": k, "v": v, "n": new[0]}
    output = attention.attend(*(who[name] for name in (roles if len(roles) == 3 else "qkv")), allowed)[0]
    output = output + x if added else output
    return attention.w_o(output) if again else output, kept


def _with_identity(attention):
    import copy
    bare = copy.copy(attention)
    bare._modules = {**attention._modules, "w_o": torch.nn.Identity()}
    return bare


def _whole_sentence(attention, x, past):
    x_all = x if past is None else torch.cat([past, x], dim=1)
    causal = torch.ones(x_all.shape[1], x_all.shape[1], dtype=torch.bool).tril()
    return attention(x_all, x_all, x_all, causal)[0], x_all


def _along(axis):
    def wrong(attention, x, past):
        k, v = attention.keys_and_values(x, x)
        if past is not None:
            k, v = torch.cat([past[0], k], dim=axis), torch.cat([past[1], v], dim=axis)
        return attention.attend(attention.queries(x), k, v)[0], (k, v)
    return wrong


def _first_position_forgotten(attention, x, past, how="index"):
    k, v = attention.keys_and_values(x, x)
    if how == "unpack":
        old_k, old_v = past
    if how == "loop":
        past = [old for old in past]                             # noqa: C416 - what is raised is Python's own text
    if how == "zip":
        past = list(zip(past, (k, v), strict=True))
    k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    return attention.attend(attention.queries(x), k, v)[0], (k, v)


def _keys_only(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    k = k if past is None else torch.cat([past[0], k], dim=2)
    return attention.attend(attention.queries(x), k, v)[0], (k, v)


def _one_head(attention, x, past):
    q, k, v = (layer(x).unsqueeze(1) for layer in (attention.w_q, attention.w_k, attention.w_v))
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    return attention.attend(q, k, v)[0], (k, v)


def _own_past(attention, x, past):
    new = attention.keys_and_values(x, x)
    k, v = (torch.cat(pair, dim=2) for pair in zip(new if past is None else past, new, strict=True))
    return attention.attend(attention.queries(x), k, v)[0], (k, v)


def _one_tensor_kept(attention, x, past, how="index"):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        old_k, old_v = past if how == "unpack" else past[:2] if len(past) > 1 else (past[0], None)
        k, v = torch.cat([old_k, k], dim=2), torch.cat([old_v, v], dim=2)
    return attention.attend(attention.queries(x), k, v)


def _memory(slug, says, why, look, **switches):
    return Misconception(slug, partial(_cached, **switches), says, why, look)


_PAST = "Each position attends to all positions up to its own, in training under the causal mask, and here as well."

def _orders_differ(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([k, past[0]], dim=2), torch.cat([past[1], v], dim=2)
    return attention.attend(attention.queries(x), k, v)[0], (k, v)


def _queries_kept(attention, x, past):
    new = (*attention.keys_and_values(x, x), attention.queries(x))
    k, v, q = new if past is None else (torch.cat(pair, dim=2) for pair in zip(past, new, strict=True))
    return attention.attend(q, k, v)[0], (k, v, q)


CACHES = [
    _memory("past-not-used", "Your output is exactly what comes out when each position attends to itself alone.",
            _PAST, "Which keys does the query meet, and which values are mixed?", attends="new"),
    _memory("past-not-kept", "Your output is exactly what comes out when only the newest keys and values are kept, so "
            "that a position sees itself and the one before.", f"{_PAST}", "What do you return as the new past?",
            keeps="new"),
    *(_memory("only-the-last-kept", later("Your output is exactly what comes out when only the last {n} positions "
                                          "are kept.", n=n),
              later("{past} Some models do keep a window; this one was trained without.", past=_PAST),
              "Is something cut off the past?", keeps=n) for n in (3, 4, 5)),
    _memory("only-the-first-kept", "Your output is exactly what comes out when the past is never extended: each "
            "position sees itself and the very first.", f"{_PAST}", "What do you return as the new past?",
            keeps="first"),
    _memory("present-left-out", "Your output is exactly what comes out when a position sees the past, and not itself.",
            later("{past} It sees its own key, too: the causal mask has True on its diagonal.", past=_PAST),
            "Do you put the new keys behind the old ones before the query meets them, or after?", attends="past"),
    _memory("appended-twice", "Your output is exactly what comes out when keys and values are appended twice in each "
            "step.", "Every position after the first then counts twice.", "How often is `torch.cat` called on each?",
            keeps="twice"),
    _memory("keys-and-values-swapped", "Your output is exactly what comes out when keys and values change places in "
            "the past that you return.", "They have the same shape, so nothing complains.",
            "Compare the order of what you return with the order in which you read it.", keeps="swapped"),
    _memory("first-key-only", "Your output is exactly what comes out when every query sees the first position alone.",
            "A causal mask for *one* query over t keys, built as a triangle, has True in its first place only: it is "
            "the first row of the triangle. The row of the newest position is the last one, and forbids nothing. The "
            "same comes out when `past` is never extended and the new position is left out.",
            "Is there a mask? Do you need one? And do the new keys and values get into what the query meets?",
            mask="first"),
    _memory("mask-of-all-positions", "Your output is exactly what comes out under a causal mask of all positions so "
            "far: each step gives as many rows as there are keys.",
            "One position comes in, and one query has one row. The row of the newest position forbids nothing, so that "
            "no mask is needed.",
            "How many rows does your mask have, and how many queries are there?", mask="of all"),
    _memory("no-output-projection", "Your output is exactly the right one without the last projection, `w_o`.",
            "Without it this is another layer than the one that was trained.", "What does `attend` do at its end?",
            project=False),
    _memory("projected-twice", "Your output is exactly the right one, sent through the last projection, `w_o`, once "
            "more.", "Without that it is the layer that was trained.", "What does `attend` do at its end, and what do "
            "you do after it?", again=True),
    *(_memory(slug, later("Your output is exactly what comes out when {words}.", words=words), why, look, **switch)
      for slug, switch, words, why, look in (
          ("keys-and-values-exchanged", {"roles": "qvk"}, "`attend` gets the values as keys and the keys as values",
           "They have the same shape, so nothing complains.", "In which order does `attend` take the three?"),
          ("scaled-twice", {"scaled": "twice"}, "the scores are divided by √d_head twice", "The layer was trained with "
           "one such division; after two the weights are more alike.", "Which of the functions that you call divides "
           "already?"),
          ("key-asks", {"roles": "nkv"}, "the new key asks in place of the query", "What a position looks for and "
           "what it "
           "offers are two projections.", "What does `attend` get as its first argument?"),
          ("keys-kept-as-values", {"roles": "past keys twice"}, "the old keys are put in front of the new values",
           "They have the same shape, so nothing complains.", "Which part of `past` goes before the new values?"),
          ("past-added", {"join": "sum"}, "the old keys and values are added to the new ones", "Each position keeps a "
           "key and "
           "a value of its own; a sum is one key for all.", "How are the old and the new put together?"),
          ("past-added", {"join": "mean"}, "the mean of the old and the new keys and values is taken", "Each position "
           "keeps a "
           "key and a value of its own.", "How are the old and the new put together?"),
          ("residual-inside", {"added": True}, "x is added to the right output", "The residual connection belongs to "
           "the "
           "layer around attention.", "What is added up in your code?"))),
    *(_memory("keys-of-sentence-0", later("Your output is exactly what comes out when every sentence attends to the "
                                          "{what} of sentence 0.", what=what),
              "Each of the B sentences has keys and values of its own. With one sentence alone nothing of this shows.",
              "Which axis counts the sentences, and what in your code has the length 1 there, or the index 0?",
              whose=whose)
      for whose, what in (("first", later("keys and values")),
                          ("past of the first", later("earlier keys and values")))),
    *(_memory("kept-in-half-precision", later("Your output is exactly what comes out when keys and values are rounded "
                                              "to {dtype}.", dtype=name),
              "They lose digits in each layer and at each position: the output is no longer that of the whole sentence "
              "at once.", "Is there a `.half()`, or a dtype that is written down?", rounded=dtype)
      for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16))),
    _memory("no-scaling", "Your output is exactly what comes out when the scores are not divided by √d_head.",
            "The layer was trained with that division; without it, it looks elsewhere.",
            "Do you compute the scores yourself? `attend` does it.", scaled=False),
    Misconception(
        "orders-differ", _orders_differ,
        "Your output is exactly what comes out when new keys are put in front of the old ones, and new values behind.",
        "Weight t then meets the value of another position. Both belong behind the old ones.",
        "Compare the two calls of `torch.cat`."),
    Misconception(
        "heads-not-split", _one_head, "Your output is exactly that of a single head over all of d_model.",
        "The layer was trained with n_heads heads, and each has weights of its own.",
        "Which axis of your keys counts the heads, and how long is it?"),
    Misconception(
        "first-position-twice", _own_past, "Your output is exactly what comes out when the first position is put in "
        "twice: it is its own past.", "Every later query then meets it twice, and it gets too large a share.",
        "What stands in front of the keys of the first position?"),
    *(Misconception(
        "past-is-one-tensor", partial(_one_tensor_kept, how=how),
        "Your code does exactly what happens when the new past is a single tensor, such as the weights.",
        "What the next position needs are the keys and the values of the earlier ones. An index on a single tensor "
        "takes a sentence out of it.", "What do you return as the second thing, and what does `attend`?")
      for how in ("index", "unpack")),
    Misconception(
        "queries-kept-too", _queries_kept,
        "Your output is exactly what comes out when the queries are kept as well.",
        "The queries of earlier positions are not needed again: only the newest one is answered, (B, 1, d_model).",
        "What does `past` have to hold, and what not?"),
    Misconception(
        "whole-sentence-again", _whole_sentence,
        "Your output is exactly that of the whole sentence, computed anew in each step.",
        "Only the newest position is asked for, (B, 1, d_model), and only that has to be computed.",
        "How many queries do you make from x?"),
    *(Misconception(
        "wrong-axis", _along(axis),
        later("Your code does exactly what joining along axis {axis} does.", axis=axis),
        "Keys and values are (B, n_heads, t, d_head), and the new one belongs behind the others as a further "
        "*position*.", "Which axis of (B, n_heads, t, d_head) counts the positions?") for axis in (0, 1, 3)),
    *(Misconception(
        "first-position-forgotten", partial(_first_position_forgotten, how=how),
        "At the first position `past` is None, and your code takes something out of it.",
        "Nothing lies before the first position, so there is nothing to put in front of its keys and values.",
        "What is to happen when `past` is None?") for how in ("index", "unpack", "loop", "zip")),
    Misconception(
        "values-not-kept", _keys_only,
        "Your code does exactly what happens when the keys are kept and the values are not.",
        "There are then t weights, and only one value to be mixed.", "What happens to `past[1]`?"),
]
