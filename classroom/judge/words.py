"""What a learner reads about an answer that could not be read. The probes say only why, and what they saw."""
import re
import string
from typing import Any

from classroom.ask.limits import Problem
from course._words import later, listed
from course._words import say as course_says

from .evidence import an

__all__ = ["known", "say", "templates"]


def say(problem: Problem) -> str:
    """The problem as a sentence. Raises KeyError for one that has no words here."""
    facts = {name: course_says(_FACTS[fact]) if fact in _FACTS else fact for name, fact in problem.facts.items()}
    for name in facts.keys() & {"asked_for", "layers", "tensors"}:
        facts[name] = listed(re.split(r", (?=`)", facts[name]))                      # between names, not in a shape
    return an(course_says(_WORDS[problem.key], **facts), *facts.values())


def known(key: Any, facts: Any) -> bool:
    """Whether `say` has words for this key, and the facts are those that its words name, and text."""
    return isinstance(key, str) and key in _WORDS and isinstance(facts, dict) and \
        facts.keys() == _names(_WORDS[key]) and all(isinstance(value, str) for value in facts.values())


def templates() -> dict[str, str]:
    """All words, by key, with the facts that they name in braces."""
    return dict(_WORDS)


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


# Facts of the probes that are words, and no names.
_FACTS = {"number": later("number"), "NumPy array": later("NumPy array")}
_WORDS = {
    "changes-inputs:pairs":
        "Your code changes the list `pairs` that it was given, or one of its sentences. What is counted with "
        "it next is something else.",
    "another-source":
        "The model is given another source than `source`: the row {row} in place of {given}. It reads the whole "
        "sentence in every round: all of it, in its order, once for each beginning.",
    "another-source:exchanged":
        "The model is given `source` as its second argument: `model(source, target)` takes the sentence first, and "
        "then the beginnings.",
    "changes-inputs:past":
        "Your code changes the past that it was given: its list, or its tensors. Whoever kept the earlier past, a beam "
        "for example, then finds another one in it. Leave it as it is, and return a new tuple `(k, v)`.",
    "changes-inputs:sentences":
        "Your code changes the lists of words that it was given. What is counted with them next is something else.",
    "changes-inputs:set":
        "Your code changes the set `{name}` that it was given. `a & b` and `a | b` make new sets; `a &= b` and "
        "`a |= b` change `a`, and so do methods such as `update` and `remove`.",
    "changes-inputs:symbols":
        "Your code changes the list `symbols` that it was given. Build a new list and return it.",
    "changes-inputs:words":
        "Your code changes the dictionary `words` that it was given. What is counted with it next is something else. "
        "Collect the counts in a dictionary of their own.",
    "frozen":
        "`{name}` has `requires_grad=False`, so no optimiser would ever change it. A parameter learns unless it is "
        "told not to.",
    "gives-back-its-input":
        "Where nothing is to be changed, your function gives back the very array `{name}` that it was given, or a view "
        "of it. A new array is asked for: whoever writes into the one changes the other, too.",
    "gradients-cleared-too-soon":
        "After your step the weights are what they were: when `optimiser.step()` was called, the gradients had "
        "been cleared, or not been computed yet.",
    "ids-and-score-swapped":
        "Your function returned one number first; first the ids are expected, then the score.",
    "keys-are-not-pairs":
        "Your counts have the key {pair}; each key is a pair of symbols, a tuple such as `(\"l\", \"o\")`.",
    "keyword-only":
        "Your code takes `{name}` by its name only: it stands after a `*`. The cells below pass it by its place, as "
        "the first line that you were given allows.",
    "keeps-the-computation":
        "The losses in your list are tensors that still know how they were computed: each of them keeps its whole "
        "computation in memory, and cannot be drawn. `loss.item()` is the number alone.",
    "layers-out-of-order":
        "`self.layers[0]` is not the first layer that `forward` uses. Layers are numbered in the order of their use: "
        "weights are copied from and to PyTorch's own module by these numbers.",
    "loss-called-wrongly":
        "`loss_of` was given a {kind} where the model is expected: `loss_of(model, batch)`.",
    "loss-called-wrongly:batch":
        "`loss_of` was given a {kind} where a batch is expected: `loss_of(model, batch)`, with a batch as it comes out "
        "of `batches`, in one piece.",
    "missing-layer:attention":
        "A `MultiHeadAttention`, with its `w_q`, `w_k`, `w_v` and `w_o`, is expected among the layers that "
        "`parameters()` lists. Found besides attention and norms: {have}. Is it one, or a class of your own with "
        "these four? (Layers in a plain list or dict would be hidden from PyTorch.)",
    "missing-layer:feed-forward":
        "Two Linear layers with weights of shape {first} and {second} are expected among the layers that "
        "`parameters()` lists. Of other kinds than attention and norms there are: {have}. Layers in a plain list or "
        "dict are hidden from PyTorch.",
    "missing-layer:other-sizes":
        "Here d_model is {d_model} and d_ff is {d_ff}, so that two Linear layers with weights of shape {first} and "
        "{second} are expected, wherever there is a feed-forward part. Yours are: {have}. Where does each of these "
        "sizes come from?",
    "missing-layer:has-none":
        "A parameter `{name}` of shape {shape} is expected. Yours has none at all. Are the layers made in "
        "`__init__`, and kept as attributes of `self`?",
    "missing-layer:has-others":
        "A parameter `{name}` of shape {shape} is expected. The parameters of yours are: {have}.",
    "missing-layer:one-matrix":
        "A parameter `{name}` of shape {shape} is expected. Yours seems to keep several projections in one "
        "matrix, {several}. That computes the same; here each is a layer of its own, with the name that the "
        "exercise gives it, so that weights can be copied from and to PyTorch's own module.",
    "missing-layer:table":
        "A table of embeddings of shape {shape} = (vocab_size, d_model) is expected among the parameters that "
        "`forward` uses. The shapes of its matrices are: {have}.",
    "missing-layer:torch-attention":
        "A parameter `{name}` of shape {shape} is expected. Yours uses PyTorch's own attention, which keeps its "
        "projections in one matrix; here they are layers of their own, with the names that the exercise gives "
        "them.",
    "model-called-wrongly":
        "The model was given a {name} of shape {shape}; it takes token ids, int64 (B, T), for both: "
        "`model(source, decoder_input)`.",
    "moved-without-the-optimiser":
        "Your step changes the weights, but it never calls `step()` of the `optimiser` that it is given. An optimiser "
        "that is made inside the step begins anew in every call, and weights that are changed by hand move along the "
        "bare gradient. This page trains with Adam, which remembers the gradients of earlier steps.",
    "no-backward":
        "After your step the weights are what they were: `backward` was never called on a loss that depends on "
        "them. Is it the model that you were given whose loss you compute, or a copy?",
    "no-step":
        "After your step the weights are what they were: `optimiser.step()` was never called.",
    "no-gradient":
        "After your step the weights are what they were: the model was called where gradients are switched off "
        "(`no_grad`, `inference_mode`), so that `backward` found no way to the weights.",
    "left-switched:dtype":
        "Your code calls `torch.set_default_dtype` and leaves it so: whatever is made after it, in any cell, has "
        "another dtype.",
    "left-switched:gradients":
        "Your code switches gradients off or on and leaves it so: what is computed after it, in any cell, is then "
        "without gradients, or with them. `with torch.no_grad():` is over at the end of its lines.",
    "not-a-dict":
        "Your function returned a {kind}; a dictionary from pairs to counts is expected.",
    "not-a-layer":
        "`{path}` is a bare tensor; an `nn.Linear` is expected, so that weights can be copied from and to "
        "PyTorch's own modules.",
    "not-a-list:each-batch":
        "Your function returned a {kind}; a list of numbers is expected, the loss of each batch.",
    "not-a-list:finite":
        "Your {kind} holds a loss that is infinite or not a number. The losses of these batches are finite, and stay "
        "so as long as each step goes against the gradient of its own batch.",
    "not-a-list:losses":
        "Your function returned a {kind}; a list of numbers is expected, the validation loss of each epoch.",
    "not-a-module":
        "`{answer}` must be a class that inherits from `nn.Module`; calling it gave a {kind}.",
    "not-a-number":
        "Your function returned a tensor of shape {shape}; the loss is one number, the mean over the real tokens.",
    "not-a-number:loss":
        "Your function returned a {kind}; the loss alone is expected, as a number.",
    "not-a-tensor":
        "Your result `{name}` is a NumPy array. It must stay a tensor all the way through: what passes through "
        "NumPy carries no gradient, so nothing before it could learn.",
    "not-a-tensor:mask":
        "Your result `{name}` is a NumPy array; a tensor is expected, since it meets tensors. PyTorch has the same "
        "functions, or `torch.from_numpy` makes a tensor of the array.",
    "not-a-tensor:table":
        "Your result `{name}` is a NumPy array; a tensor is expected, since it is added to tensors. PyTorch has the "
        "same functions, or `torch.from_numpy` makes a tensor of the array.",
    "not-an-array:list":
        "Your result `{name}` is a {kind}; a {wanted} is expected. With an array one can compute as a whole "
        "(`{name} * 2`, `{name}.shape`), with a list one cannot.",
    "not-an-array:matrix":
        "Your result `{name}` is of the type `np.matrix`, in which `*` and rows work otherwise than in arrays, so that "
        "the cells below cannot go on with it. `np.asarray(...)` makes an array of it.",
    "not-an-array:tensor":
        "Your result `{name}` is a torch tensor; a {wanted} is expected: this exercise does without PyTorch.",
    "infinite-entries":
        "Your `{name}` holds something that is no finite real number. Infinity times 0 is not a number, so the scores "
        "would not be any.",
    "infinite-entries:scores":
        "The scores that your matrices give are too large: with 64 bits they are infinite, and the softmax of infinite "
        "scores is no number. Are both matrices as large as that? Some dozens above the others is enough for a score.",
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
    "measured-again":
        "In a run of your loop `validate` was called {calls} times; {again} of these calls came without a step since "
        "the call before. Measuring takes as long as a pass over the validation part, and with the same weights it "
        "says the same. Call it once in every epoch, and give what it returns a name.",
    "epochs-without-steps":
        "In a run of your loop `validate` was called {calls} times, once for each loss that you return; {again} of "
        "these calls came without a step since the call before. Every epoch goes through all batches. Does the loop "
        "over the batches stand inside the loop over the epochs, and is there something left for it in the second "
        "epoch? (An iterator gives each batch only once.)",
    "measured-amid-epochs":
        "In a run here of {epochs} epochs with {batches} batches each, `validate` was called {amid} times in the "
        "middle of an epoch. Measuring takes as long as a pass over the validation part. Call it once in every epoch, "
        "after the last batch.",
    "not-the-model":
        "`step` and `validate` were given a {kind} where the model is expected: `step(model, batch)`, "
        "`validate(model)`.",
    "not-two-matrices":
        "Your function returned a {kind}; two tensors are expected, `W_q` and `W_k`.",
    "not-two-things:ids":
        "Your function returned this: {what}. Two things are expected, `ids` and `score`.",
    "not-two-things:output":
        "Your function returned this: {what}. Two things are expected, the output and the new past.",
    "parameter":
        "Your table is an `nn.Parameter`. With `requires_grad=False` it is not trained, but a module that holds it "
        "still lists it in its `named_parameters()`. Return a plain tensor.",
    "past-is-no-pair":
        "Your new past is a {what}; a tuple `(k, v)` of two tensors is expected, each {shape} = (B, n_heads, t, "
        "d_head), since others read it: `past[0]` are the keys.",
    "past-is-no-pair:others":
        "Your new past is a pair of the right shapes, but it does not hold the keys and the values of all positions "
        "so far: first the keys, then the values, as `attention.keys_and_values` makes them.",
    "past-is-no-pair:shapes":
        "Your new past holds tensors of the shapes {have}; keys and values are expected, each {shape} = (B, n_heads, "
        "t, d_head).",
    "past-is-no-pair:turned":
        "Your new past holds the positions from the last to the first: each new one is put in front of the old ones. "
        "Attention does not mind, but whoever reads the past, or lays a mask over it, counts the positions from the "
        "first.",
    "past-is-no-pair:swapped":
        "Your new past holds the values first and then the keys; `(k, v)` is expected, in this order.",
    "past-not-read:anew":
        "But when a new sentence begins on the same `attention`, with `past` None, your code gives another output than "
        "the first time. So it keeps something between calls besides `past`.",
    "past-not-read:once-more":
        "But when the same position is fed once more, with the same `past`, your code gives another output than the "
        "first time. So it keeps something between calls besides `past`.",
    "past-not-read:shared":
        "But when two different positions are put behind the same `past`, the second call changes what the first one "
        "has returned: both live in one tensor. `torch.cat` makes new tensors.",
    "returns-a-dict":
        "Your code returned a dict; it should return {asked_for}.",
    "returns-a-function:loss":
        "Your function returned a function or a method, not a number. Are the brackets of a call missing in the "
        "`return` line, as in `loss.item` for `loss.item()`?",
    "returns-a-string":
        "Your function returned one string; a list of symbols is expected.",
    "returns-a-tuple":
        "Your code returned a tuple of {count} things; it should return {asked_for}.",
    "returns-a-tuple:loss":
        "Your function returned a tuple of {count} things; the loss alone is expected, as a number.",
    "returns-another-number-of-things":
        "Your code returned {count} things; it should return {asked_for}.",
    "returns-nothing":
        "Your function returned `None` here: it comes to its end without a `return`, or returns `None` itself or the "
        "result of something that gives nothing back, as `print` does.",
    "returns-nothing:each-batch":
        "Your function returned `None`; a list is expected, the loss of each batch.",
    "returns-nothing:loss":
        "Your function returned `None`; the loss is expected, as a number.",
    "returns-nothing:losses":
        "Your function returned `None`; a list is expected, the validation loss of each epoch.",
    "returns-nothing:no-return":
        "Your function returned `None`: it ends without a `return`.",
    "returns-nothing:result":
        "Your result `{name}` is `None`.",
    "returns-one-thing":
        "Your function returned one thing, of type {what}; it should return {asked_for}.",
    "searched-for":
        "Your code searches for the matrix with a solver of PyTorch's, `{name}`. On the page that works for 4 "
        "dimensions. With more of them the slow clocks hardly move, so that many different matrices fit a few rows "
        "nearly as well. The matrix itself is asked for: build it from the two formulas above the exercise.",
    "shape-changes":
        "The shape of your output changes from step to step: {shape}. In each step one position comes in, and one goes "
        "out.",
    "numbers-shared":
        "`{one}` and `{other}` are two parameters that only share their numbers, as `.data` makes them do. Each has a "
        "gradient of its own, and moved to another device or dtype they are two tables. Where one parameter is meant, "
        "give the second place the parameter itself: `a.weight = b.weight`.",
    "shared-weights":
        "{layers} are one and the same layer: {tensors} are the same tensor, so they cannot learn different things. "
        "Each needs a layer of its own. (`a = b = layer` is one layer with two names, and `[layer] * n` a list in "
        "which one layer stands n times.)",
    "step-with-an-argument":
        "`optimiser.step` was given something that is no function. It needs nothing: it finds the gradients where "
        "`backward` has put them, at the weights.",
    "torchs-own":
        "`{answer}` is PyTorch's own `nn.{name}`, inherits from it, or holds one. What it computes may well be right; "
        "but the exercise is to write it yourself, from smaller parts, so this earns no points. The cells below go on "
        "with the course's version.",
    "torchs-own:function":
        "`{answer}` calls PyTorch's own `{name}`. What it computes may well be right; but the exercise is to write it "
        "yourself, from `mean` and arithmetic, so this earns no points. The cells below go on with the course's "
        "version.",
    "torchs-own:whole":
        "`{answer}` calls PyTorch's own `{name}`, which does all that is asked for. The exercise is to build it from "
        "its parts, so this earns no points. The cells below go on with the course's version.",
    "trailing-comma":
        "Your function returned a tuple with one thing in it. A comma at the end of the `return` line does that.",
    "trainable":
        "Your table is trainable (`requires_grad` is True): an `nn.Parameter`, or made of one. These positions "
        "are computed once and stay as they are. Return a plain tensor.",
    "unexpected-layer":
        "Your code also uses `{name}` of shape {shape}, which is none of the layers that are asked for.",
    "unexpected-layer:positions":
        "Your `{name}` of shape {shape} is a parameter, so that training would change it. The positions are computed "
        "once and stay as they are. How does the box keep a tensor with the model without training it?",
    "unexpected-layer:stack":
        "Your code also uses `{name}` of shape {shape}. Here n_layers is {n_layers}: which number says how many layers "
        "your code makes?",
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
    "wrong-dtype:index":
        "Your `{name}` has the dtype {dtype}. It is used as an index, so whole numbers (int64) are expected. `/` gives "
        "floating-point numbers, even where nothing stands after the point, and `floor` leaves the dtype as it is; "
        "`//` of whole numbers gives whole numbers.",
    "wrong-layer-shape":
        "`{name}` has the shape {shape}; {expected} is expected.",
    "wrong-layer-shape:matrix":
        "`{name}` has the shape {shape}; {expected} is expected. (A Linear's weight is (outputs, inputs).)",
    "wrong-layer-shape:matrix-of-sizes":
        "Here {sizes}, and `{name}` has the shape {shape}; {expected} is expected. (A Linear's weight is (outputs, "
        "inputs).) Which line makes this layer, and where does each of its two sizes come from?",
    "wrong-layer-shape:two-thirds":
        "Here {sizes}, and `{name}` has the shape {shape}; {expected} is expected. Your code takes two thirds of d_ff. "
        "Here the layer is as wide as d_ff says: who wants it narrower passes a smaller d_ff.",
    "wrong-layer-shape:group-for-keys":
        "Here {sizes}, and `{name}` has the shape {shape}; {expected} is expected. Yours has n_heads / n_kv_heads keys "
        "in all, {of_a_group}. That is how many heads share one key; n_kv_heads says how many keys there are.",
    "wrong-matrix-shape":
        "Your `{name}` has the shape {shape}; a matrix with {rows} rows is expected, one for each number of a word's "
        "vector, and at least one column. How many columns it has is up to you.",
    "wrong-matrix-shape:differ":
        "Your `W_q` has the shape {q}, and your `W_k` {k}. Queries and keys are compared number by number, so both "
        "matrices have the same number of columns.",
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
    "wrong-type:links":
        "Your links are not a row of whole numbers, one for each target token.",
    "wrong-type:several":
        "Your result `{name}` is a tuple of {n} things; a tensor is expected. Which function that you call returns "
        "several things?",
    "wrong-type:no-tensor":
        "Your result `{name}` is of type {what}; a tensor is expected.",
    "wrong-type:plain-number":
        "Your result `{name}` is a plain number of Python, as `.item()` and `float()` make it; a tensor is "
        "expected. A plain number has no gradient, so nothing could learn from it.",
    "wrong-type:result":
        "Your result `{name}` is of type {what}; a {wanted} is expected.",
    "wrong-type:yes-or-no":
        "Your result `{name}` is {value}: one yes or no for everything. A tensor is expected, with one for each place. "
        "`is`, `in` and `not` ask about the whole thing, and so does `== None`; `==` with a number and `~` ask about "
        "each place.",
    "wrong-type:score-with-axes":
        "Your score has the shape {shape}; one number without any axis is expected: the cells below print it as a "
        "number.",
    "wrong-type:score":
        "Your score is a {kind}; one number is expected.",
}
