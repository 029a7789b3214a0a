"""What a learner reads about an answer that could not be read. The probes say only why, and what they saw."""
import string
from typing import Any

from classroom.ask.limits import Problem

__all__ = ["known", "say"]


def say(problem: Problem) -> str:
    """The problem as a sentence. Raises KeyError for one that has no words here."""
    return _WORDS[problem.key].format_map(problem.facts)


def known(key: Any, facts: Any) -> bool:
    """Whether `say` has words for this key, and the facts are those that its words name, and text."""
    return isinstance(key, str) and key in _WORDS and isinstance(facts, dict) and \
        facts.keys() == _names(_WORDS[key]) and all(isinstance(value, str) for value in facts.values())


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


_WORDS = {
    "changes-inputs:pairs":
        "Your code changes the list `pairs` that it was given, or one of its sentences. Whoever counts with it "
        "next counts something else.",
    "changes-inputs:set":
        "Your code changes the set `{name}` that it was given. `a & b` and `a | b` make new sets; methods such "
        "as `update` and `remove`, and `|=`, do not.",
    "changes-inputs:symbols":
        "Your code changes the list `symbols` that it was given. Build a new list and return it.",
    "changes-inputs:words":
        "Your code changes the dictionary `words` that it was given. Whoever uses it next counts something else. "
        "Collect the counts in a dictionary of their own.",
    "gradients-cleared-too-soon":
        "After your step the weights are what they were: when `optimiser.step()` was called, the gradients had "
        "been cleared, or not been computed yet.",
    "ids-and-score-swapped":
        "Your function returned one number first; first the ids are expected, then the score.",
    "keys-are-not-pairs":
        "Your counts have the key {pair}; each key is a pair of symbols, a tuple such as `(\"l\", \"o\")`.",
    "missing-layer:attention":
        "A `MultiHeadAttention`, with its `w_q`, `w_k`, `w_v` and `w_o`, is expected among the layers that "
        "`parameters()` lists. Found besides attention and norms: {have}. Layers in a plain list or dict are "
        "hidden from PyTorch.",
    "missing-layer:feed-forward":
        "Two Linear layers with weights of shape {first} and {second} are expected among the layers that "
        "`parameters()` lists. Found besides attention and norms: {have}. Layers in a plain list or dict are "
        "hidden from PyTorch.",
    "missing-layer:has-none":
        "A parameter `{name}` of shape {shape} is expected. Yours has none at all. Are the layers made in "
        "`__init__`, and kept as attributes of `self`?",
    "missing-layer:has-others":
        "A parameter `{name}` of shape {shape} is expected. The parameters of yours are: {have}.",
    "missing-layer:one-matrix":
        "A parameter `{name}` of shape {shape} is expected. Yours seems to keep several projections in one "
        "matrix, {several}. That computes the same; here each is a layer of its own, with the name that the "
        "exercise gives it, so that weights can be copied from and to PyTorch's own module.",
    "missing-layer:torch-attention":
        "A parameter `{name}` of shape {shape} is expected. Yours uses PyTorch's own attention, which keeps its "
        "projections in one matrix; here they are layers of their own, with the names that the exercise gives "
        "them.",
    "model-called-wrongly":
        "The model was given a {name} of shape {shape}; it takes token ids, int64 (B, T), for both: "
        "`model(source, decoder_input)`.",
    "no-backward":
        "After your step the weights are what they were: `backward` was never called on a loss that depends on "
        "them.",
    "no-step":
        "After your step the weights are what they were: `optimiser.step()` was never called.",
    "not-a-dict":
        "Your function returned a {kind}; a dictionary from pairs to counts is expected.",
    "not-a-layer":
        "`{path}` is a bare tensor; an `nn.Linear` is expected, so that weights can be copied from and to "
        "PyTorch's own modules.",
    "not-a-module":
        "`{answer}` must be a class that inherits from `nn.Module`; calling it gave a {kind}.",
    "not-a-number":
        "Your function returned a tensor of shape {shape}; the loss is one number, the mean over the real tokens.",
    "not-a-tensor":
        "Your result `{name}` is a NumPy array. It must stay a tensor all the way through: what passes through "
        "NumPy carries no gradient, so nothing before it could learn.",
    "not-an-array:list":
        "Your result `{name}` is a {kind}; a {wanted} is expected. The cells below use array operations on it, "
        "which lists do not have.",
    "not-an-array:tensor":
        "Your result `{name}` is a torch tensor; a {wanted} is expected: this exercise does without PyTorch.",
    "not-registered:exists":
        "`{name}` exists, but `parameters()` does not list it, so an optimiser would never change it and it "
        "would not be saved. Modules kept in a plain list or dict are hidden from PyTorch, and so is a tensor "
        "that is not an `nn.Parameter`.",
    "not-registered:hidden":
        "`parameters()` does not list `{name}`. `{holder}` holds modules in a plain {kind}, where PyTorch does "
        "not see them.",
    "not-registered:used":
        "Your code uses a parameter of shape {shape} that `parameters()` does not list, so an optimiser would "
        "never change it. Either its layer is kept in a plain list or dict, where PyTorch does not see it, or it "
        "is made anew in each call. Make layers in `__init__`, as attributes or in an `nn.ModuleList`.",
    "not-two-things:ids":
        "Your function returned this: {what}. Two things are expected, `ids` and `score`.",
    "not-two-things:output":
        "Your function returned this: {what}. Two things are expected, the output and the new past.",
    "returns-a-dict":
        "Your function returned a dict; it should return {asked_for}.",
    "returns-a-string":
        "Your function returned one string; a list of symbols is expected.",
    "returns-a-tuple":
        "Your function returned a tuple of {count} things; it should return {asked_for}.",
    "returns-a-tuple:loss":
        "Your function returned a tuple of {count} things; the loss alone is expected, as a number.",
    "returns-another-number-of-things":
        "Your function returned {count} things; it should return {asked_for}.",
    "returns-nothing":
        "Your function returned `None`: it ends without a `return`, or returns the result of something that "
        "gives nothing back.",
    "returns-nothing:loss":
        "Your function returned `None`; the loss is expected, as a number.",
    "returns-nothing:no-return":
        "Your function returned `None`: it ends without a `return`.",
    "returns-nothing:result":
        "Your result `{name}` is `None`.",
    "returns-one-thing":
        "Your function returned one thing, of type {what}; it should return {asked_for}.",
    "shape-changes":
        "The shape of your output changes from step to step: {shape}.",
    "shared-weights":
        "`{a}` and `{b}` are one and the same layer: `{other}` and `{name}` are the same tensor, so they cannot "
        "learn different things. Each needs a layer of its own.",
    "trailing-comma":
        "Your function returned a tuple with one thing in it. A comma at the end of the `return` line does that.",
    "trainable":
        "Your table is trainable (`requires_grad` is True): an `nn.Parameter`, or made of one. These positions "
        "are computed once and stay as they are. Return a plain tensor.",
    "unexpected-layer":
        "Your code also uses `{name}` of shape {shape}, which is none of the layers that are asked for.",
    "unknown-symbol:counts":
        "Your counts have the pair {pair}, which holds something that is no symbol of any of the words.",
    "unknown-symbol:merged":
        "From {before} and the pair {pair} your function made {merged}. There {symbol} is neither one of the "
        "symbols nor the merged pair.",
    "unreadable":
        "What your code returned could not be read ({kind}: {text}).",
    "unreadable:values":
        "What your code returned cannot be read: {text}.",
    "wrong-dtype:ids":
        "Your ids have the dtype {dtype}; token ids are whole numbers.",
    "wrong-layer-shape":
        "`{name}` has the shape {shape}; {expected} is expected. (A Linear's weight is (outputs, inputs).)",
    "wrong-number-of-axes:ids":
        "Your ids have the shape {shape}; one sentence is expected, a row of ids.",
    "wrong-number-of-axes:output":
        "Your output has the shape {shape}; (B, 1, d_model) = {expected} is expected.",
    "wrong-type:array":
        "Your result `{name}` is an array of {dtype}; numbers are expected.",
    "wrong-type:choice":
        "Your answer is of type {kind}.",
    "wrong-type:ids":
        "Your ids are a {kind} that is no list of whole numbers.",
    "wrong-type:no-tensor":
        "Your result `{name}` is of type {what}; a tensor is expected.",
    "wrong-type:plain-number":
        "Your result `{name}` is a plain number of Python, as `.item()` and `float()` make it; a tensor is "
        "expected. A plain number has no gradient, so nothing could learn from it.",
    "wrong-type:result":
        "Your result `{name}` is of type {what}; a {wanted} is expected.",
    "wrong-type:score":
        "Your score is a {kind}; one number is expected.",
}
