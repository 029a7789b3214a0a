"""What to look at when an answer raises an error: what it means here, in a sentence, for code that is there."""
import re

from classroom.ask import limits
from classroom.ask.call import Function
from classroom.ask.case import Case
from course._words import plural, say

from .evidence import an, listing
from .exercise import Exercise
from .own_line import TEMPLATE, by_its_text, its_own_raise, not_called, not_found, template_left, unknown_name
from .reductions import axis_taken_away

__all__ = ["by_kind", "on_error"]

Advice = tuple[str, str]      # a slug, or "" where the cause has no name, and a sentence

_BY_KIND = {
    "NameError": "A name is misspelt, or the cell that defines it has not been run.",
    "UnboundLocalError": "The name gets its value inside the function, but only after it is used, or on another path.",
    "RecursionError": "The function calls itself without end.",
    "SystemExit": "The code calls `exit` or `quit`. A function gives its result back with `return`.",
    "KeyboardInterrupt": "It was interrupted before it had finished.",
    "IndexError": "Most often an index is larger than the axis it is used on. Are two lengths confused?",
    "MemoryError": "It asked for more memory than there is. Is an array far larger than it should be?",
    "NotImplementedError": TEMPLATE,
    "AxisError": "The array has fewer axes than the code names.",
}

_BY_TEXT = [      # a slug, a pattern, and what it means, with the pattern's groups
    ("sequential-with-a-mask",
     r"Sequential\.forward\(\)",
     "An `nn.Sequential` hands one thing from layer to layer, so that a mask has no way through."),
    ("super-init-missing",
     r"before Module\.__init__",
     "`__init__` has to begin with `super().__init__()`, which prepares the module to hold layers."),
    ("super-of-another-class",
     r"obj must be an instance or subtype of type|"
     r"obj \(instance of \w+\) is not an instance or subtype of type",
     "The class that `super(...)` names is not the one it stands in. `super().__init__()` needs no name."),
    ("in-place-and-larger",
     r"output with shape \[.*\] doesn't match the broadcast shape|non-broadcastable output operand",
     "An operation in place, such as `&=`, `+=` or a method that ends in an underscore, writes into the thing on its "
     "left, and what comes out is larger than that. `a = a & b` makes a new one."),
    ("no-forward",
     r"missing the required",
     "The class has no method named `forward`."),
    ("vocabulary-not-on-axis-1",
     r"Expected target size (.*), got (.*)",
     "`cross_entropy` takes the classes on axis 1: logits (N, classes) with targets (N,), or (B, classes, T) with "
     "targets (B, T). On which axis of your logits is the vocabulary?"),
    ("flattened-unevenly",
     r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)",
     "Rows of logits that `cross_entropy` was given: {0}; rows of targets: {1}. Logits (B·T, vocabulary) and targets "
     "(B·T,) belong together. Has one of the two still its axes B and T, or another length?"),
    ("number-before-backward",
     r"'(?:float|int)' object has no attribute 'backward'",
     "The loss is a plain number of Python here, as `.item()` and `float()` make it. Only the tensor knows how it "
     "was computed, so `backward` is a method of the tensor."),
    ("backward-of-no-tensor",
     r"'NoneType' object has no attribute 'backward'|'tuple' object has no attribute 'backward'",
     "`backward` is a method of the loss, a tensor with one number in it. What does the name hold there?"),
    ("loss-without-gradients",
     r"does not require grad and does not have a grad_fn",
     "`backward` finds no way from this number to any weight. It was computed where gradients are switched off "
     "(`no_grad`, `inference_mode`), or detached, or made anew from plain numbers."),
    ("backward-of-many-numbers",
     r"grad can be implicitly created only for scalar outputs",
     "`backward` starts from one number. Which step makes one of them all?"),
    ("in-place-needs-gradient",
     r"modified by an inplace operation",
     "A method whose name ends in `_`, an `+=` or an assignment to `[...]` has overwritten numbers that PyTorch "
     "needs for the gradient. The same method without `_` makes a new tensor."),
    ("in-place-needs-gradient",
     r"a view of a leaf Variable that requires grad|"
     r"a leaf Variable that requires grad is being used in an in-place",
     "A weight is overwritten where PyTorch follows what is computed. An optimiser does that inside "
     "`torch.no_grad()`."),
    ("shapes-do-not-fit",
     r"mismatch in its core dimension|not aligned|could not be broadcast|must match the (?:existing )?size|"
     r"shapes cannot be multiplied|size mismatch, got|inconsistent tensor size|Expected size for first two|"
     r"operands could not be broadcast",
     "Two sizes that meet here do not fit: they must be equal or, where an operation goes number by number, one of "
     "them must be 1. Write the shape of each of the two beside it: which axes meet?"),
    ("index-beyond-the-end",
     r"^(list|tuple|string) index out of range",
     "The last element of a {0} of n has the index n − 1. Which index do you use in the last round?"),
    ("sizes-do-not-multiply",
     r"shape '?\[(.*?)\]'? is invalid for input of size (\d+)",
     "`reshape` and `view` keep the numbers that there are, {1} here: the sizes that you give, {0}, must multiply to "
     "that. Where does each of them come from?"),
    ("sizes-do-not-multiply",
     r"cannot reshape array of size (\d+) into shape (\(.*?\))",
     "`reshape` keeps the numbers that there are, {0} here: the sizes that you give, {1}, must multiply to that. Where "
     "does each of them come from?"),
    ("sizes-are-whole-numbers",
     r"must be tuple of ints, ?but got float|'float' object cannot be interpreted as an integer|"
     r"slice indices must be integers",
     "A size, a number of rounds and a place are whole numbers, and `/` makes a float even where it divides evenly. "
     "`//` gives a whole number."),
    ("view-of-a-transpose",
     r"view size is not compatible",
     "After `transpose`, and in a slice such as `x[:, 1:]`, the numbers do not lie in one block in the order in which "
     "they are read, and `view` cannot move them. The message names what can."),
    ("dtype-called",
     r"'torch\.dtype' object is not callable",
     "`torch.int8` and its like are names of dtypes, and no functions. `.to(...)` makes a tensor of another dtype."),
    ("in-place-on-integers",
     r"result type (\w+) can't be cast to the desired output type (Char|Byte|Short|Bool)",
     "Fractions ({0}) are to be written into a tensor of whole numbers or truth values ({1}). A tensor keeps the dtype "
     "that it was made with, whatever is written into it: make a new tensor."),
    ("whole-numbers",
     r"not implemented for '(Long|Int|Bool)'|Input dtype must be either a floating point|"
     r"only support floating-point|can't be cast to the desired output type (?:Long|Int)",
     "The tensor holds whole numbers or truth values, and this step needs fractions. Where is it made, and with "
     "which dtype?"),
    ("in-place-on-integers",
     r"Cannot cast ufunc '\w+' output from dtype\('float\d+'\) to dtype\('(\w+)'\)",
     "The array holds whole numbers ({0}), and fractions are to be written into it. An array keeps the dtype that it "
     "was made with: make a new one, or begin with one of floats."),
    ("ids-not-whole",
     r"used as indices must be",
     "Ids are whole numbers. Which dtype has the tensor that you made?"),
    ("unhashable",
     r"unhashable type: 'list'",
     "What a dictionary, a set or a Counter counts must not be changeable: a tuple, not a list."),
    ("tuple-cannot-change",
     r"'(tuple|range|str)' object does not support item assignment",
     "A {0} stays as it was made. Give the new things names of their own, and make a new one of them."),
    ("one-number-of-many",
     r"only (?:one element tensors|(?:length-1|0-dimensional) arrays) can be converted to Python scalars|"
     r"a Tensor with \d+ elements cannot be converted to Scalar",
     "Several numbers have come where one is asked for: by a function of Python's `math`, by `float`, `int` or `item`. "
     "Operators and the functions of NumPy and PyTorch take all of them at once."),
    ("index-beyond-the-end",
     r"index (-?\d+) is out of bounds for (?:axis|dimension) (\d+) with size (\d+)",
     "Axis {1} has the length {2}, so that its places are 0 to {2} − 1, and place {0} is asked for. Which length does "
     "your code take for this axis? Or is something that is no place, such as a score or an id, used as one?"),
    ("too-few-axes",
     r"Dimension out of range|axis (-?\d+) is out of bounds for array of dimension|too many indices for",
     "There are fewer axes here than your code names. Write down the shape on this line. (Counted from the end, −1 is "
     "the last axis, however many there are.)"),
    ("nothing-to-choose-from",
     r"(?:max|min)\(\) (?:arg|iterable argument) is (?:an )?empty|zero-size array to reduction|"
     r"Cannot choose from an empty|[Ee]xpected reduction dim.* to be specified for input\.numel\(\) == 0",
     "There is nothing to choose from in this case. What should come out then?"),
    ("argument-of-another-name",
     r"\b_?(\w+)\(\) got an unexpected keyword argument '(keep_dims?)'",
     "`{0}` has no argument called `{1}`. NumPy writes `keepdims`, in one word, and PyTorch `keepdim`."),
    ("argument-of-another-name",
     r"\b_?(\w+)\(\) got an unexpected keyword argument '(axes)'",
     "`{0}` has no argument called `{1}`. NumPy calls it `axis`, and PyTorch `dim`."),
    ("in-the-place-of-the-dtype",
     r"Cannot interpret '(.+)' as a data type",
     "`{0}` stands in the place of the dtype there. Arguments further back, such as `keepdims`, are given by their "
     "names; and a shape of several sizes is one tuple, `(2, 3)`."),
    ("fractions-for-per-cent",
     r"(Percentiles|Quantiles) must be in the range (\[.*?\])",
     "`percentile` counts from 0 to 100, `quantile` from 0 to 1. Which of the two do you call, with which numbers?"),
    ("divided-by-zero",
     r"^(?:integer |float )?division by zero|^float floor division by zero|modulo by zero",
     "What stands below the line is 0 in this case. Which sum or count is that, and why is it 0 here?"),
    ("max-gives-two-things",
     r"torch\.return_types\.(\w+)",
     "`{0}` along an axis returns two things in PyTorch: the values, and where they are. You need the values alone."),
    ("gone-through-once",
     r"'(list_iterator|generator|map|zip|enumerate|filter)'(?: object)? (?:has no len\(\)|is not subscriptable)",
     "A {0} hands out one thing after the other, to a `for` loop for example. It has no length and no places, and it "
     "can be gone through once."),
    ("more-than-there-are",
     r"selected index k out of range|kth\(=-?\d+\) out of bounds",
     "More are asked for than there are along this axis. How many are there at least, and along which axis is the "
     "choice to be made?"),
    ("joined-sizes-differ",
     r"Sizes of tensors must match except in dimension|dimensions except for the concatenation axis must match|"
     r"stack expects each tensor to be equal size|all input arrays must have the same shape",
     "What is joined must have equal sizes along all other axes. An axis of length 1 is not repeated here, as it is in "
     "arithmetic. Which shapes do the parts have in this case?"),
    ("another-number-of-names",
     r"too many values to unpack",
     "There are fewer names than values. (A loop over a dictionary gives its keys alone.)"),
]

_NUMPY = "The inputs of this exercise are NumPy arrays."
_TENSORS = "The inputs of this exercise are PyTorch tensors."
_NUMPYS = {"dim": "axis", "keepdim": "keepdims"}
_METHODS_OF_TENSORS = {"softmax", "masked_fill", "masked_fill_", "unsqueeze", "permute", "matmul", "mm", "bmm", "exp",
                       "sqrt", "float", "long", "mT", "contiguous", "expand", "softmax_", "log_softmax", "dim", "log"}
_METHODS_OF_ARRAYS = {"astype", "copy", "dot", "swapaxes", "tolist", "ravel"}
_NOTHING = ("", "")
_COMPARED_AND_JOINED = r"[<>]=?[^<>=()]+[|&][^<>=()]+[<>]|[<>]=?[^<>=()]+[|&] *\(|\) *[|&][^<>=()]+[<>]"


def by_kind(kind: str) -> str:
    """What errors of this class, "IndexError" for one, often come from; empty if there is nothing to say."""
    return say(_BY_KIND.get(kind, ""))


def on_error(task: Exercise, raised: limits.Raised, case: Case | None = None) -> Advice:
    """A slug and a sentence on the error that an answer raised on `case`; empty if there is nothing to say."""
    line = raised.where.partition("\n")[0].partition(": `")[2]
    line = re.sub(r"'[^']*'|\"[^\"]*\"|#.*", "", line)                                             # the code alone
    for ask in (template_left, its_own_raise, _how_it_is_called, not_called, unknown_name, not_found, _other_library,
                _a_yes_or_no, _wrong_thing, _dtypes, _of_the_inputs):
        said = ask(task, raised, line, case)
        if said[1]:
            return said
    for slug, pattern, says in _BY_TEXT:
        if (found := re.search(pattern, raised.text)) is not None:
            if slug == "sizes-do-not-multiply" and line and not re.search(r"shape|view|flatten", line):
                return "shapes-do-not-fit", say("The function on this line makes rows of its inputs, and they are "
                                                "not equally long. Which product is asked for?")
            told = an(say(says).format(*found.groups()), *filter(None, found.groups()))
            taken = axis_taken_away(raised.text, line) if slug == "shapes-do-not-fit" else ""
            return slug, told + (say(" Here `{taken}` takes an axis away. With `{keep}=True` it stays, with the "
                                     "length 1. Would the two fit then?", taken=taken, keep="keepdim" if
                                     task.framework == "torch" else "keepdims") if taken else "")
    if raised.kind == "KeyError":
        return "missing-key", say("A dictionary has no entry {text_}. A Counter gives 0 for what it does not know, "
                                  "and `get` what you tell it.", text_=raised.text)
    slug, means = by_its_text(task, raised, line, case)
    return slug, means or by_kind(raised.kind)


def _how_it_is_called(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> Advice:
    """The signature does not fit: what is given in this case, and which argument wants a default."""
    if raised.kind != "TypeError" or raised.function:
        return _NOTHING
    init = getattr(task.probe, "init", ())
    names = [name for name in task.takes if (name in init) == ("__init__" in raised.text)] if init else list(task.takes)
    if not init and "__init__()" in raised.text:
        return "class-for-a-function", say("A function is asked for, written with `def`, and this is a class: to "
                                           "call it makes an object. It is called with ({names}).",
                                           names=', '.join(names))
    given = [name for name in names if case is None or name in case.inputs]
    left_out = [name for name in names if name not in given and f"'{name}'" in raised.text]
    slug = "wrong-number-of-arguments" if re.search(r"argument", raised.text) else ""
    if left_out:
        defaults = listing([f"`{name}=None`" for name in left_out])
        return slug, say("In this case it is called without {listing}, with ({given}). What may be left out needs a "
                         "default in the first line: {defaults}.", listing=listing([f'`{name}`' for name in left_out]),
                         given=', '.join(given), defaults=defaults)
    return slug, plural("It is called with {n} argument: ({names}).", "It is called with {n} arguments: ({names}).",
                        len(names), n=len(names), names=", ".join(names))


def _other_library(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> Advice:
    """PyTorch's words in a NumPy exercise, or NumPy's in one of PyTorch."""
    if task.framework == "torch":
        return "numpy-in-torch", _numpy_in_pytorch(raised.text, line)
    return "torch-in-numpy", _pytorch_in_numpy(raised.text, line) if isinstance(task.probe, Function) else ""


def _pytorch_in_numpy(text: str, line: str) -> str:
    if "'int' object is not callable" in text and ".size(" in line:
        return say("{numpy} There, `size` is a number, how many there are in all, and cannot be called as PyTorch's "
                   "can; the length of each axis is in `shape`.", numpy=say(_NUMPY))
    if re.search(r"must be Tensor, not (?:numpy\.)?ndarray", text):
        return say("{numpy} A function of PyTorch does not take them: this exercise does without PyTorch.",
                   numpy=say(_NUMPY))
    if found := re.search(r"(?:numpy\.ndarray|numpy\.float\d+)' object has no attribute '(\w+)'", text):
        if found[1] in _METHODS_OF_TENSORS:
            return say("{numpy} `.{found}` belongs to PyTorch's tensors; NumPy says it in another way.",
                       numpy=say(_NUMPY),
                       found=found[1])
    if found := re.search(r"unexpected keyword argument '(dim|keepdim)'", text):
        told = say("{numpy} What PyTorch calls `{found}`, NumPy calls `{numpys}`.", numpy=say(_NUMPY), found=found[1],
                   numpys=_NUMPYS[found[1]])
        other, = {"dim", "keepdim"} - {found[1]}
        return say("{told} (And `{found}` is `{numpys}`.)", told=told, found=other, numpys=_NUMPYS[other]) \
            if re.search(rf"\b{other}\s*=", line) else told
    if re.search(r"\.transpose\(\s*-?\d+\s*,\s*-?\d+\s*\)", line) and \
            re.search(r"core dimension|axes don't match", text):
        return say("{numpy} There, the numbers in `transpose(...)` are the new order of *all* axes, not two that "
                   "change places as in PyTorch. `swapaxes` exchanges two.", numpy=say(_NUMPY))
    if ".view(" in line and re.search(r"data type|dtype|positional arguments?", text):
        return say("{numpy} There, `view` reads the same bytes as another dtype; `reshape` gives another shape.",
                   numpy=say(_NUMPY))
    return ""


def _numpy_in_pytorch(text: str, line: str) -> str:
    if re.search(r"must be Tensor, not (?:numpy\.)?(?:ndarray|float\d+)", text):
        return say("{tensors} An array of NumPy has come in between, as a function of NumPy's returns it. Which line?",
                   tensors=say(_TENSORS))
    if found := re.search(r"'Tensor' object has no attribute '(\w+)'", text):
        if found[1] in _METHODS_OF_ARRAYS:
            return say("{tensors} `.{found}` belongs to NumPy's arrays; PyTorch says it in another way.",
                       tensors=say(_TENSORS), found=found[1])
    if re.search(r"\btranspose\(\)(?: takes [23] positional|: argument 'dim[01]' .* not (?:tuple|list))", text):
        return say("{tensors} Their `transpose(i, j)` makes two axes change places. A new order of all axes is "
                   "`permute`.", tensors=say(_TENSORS))
    if re.search(r"invalid combination of arguments - got \([^)]*\b(?:out|axis)=", text) or \
            "Can't call numpy() on Tensor that requires grad" in text:
        return say("{tensors} A function of NumPy was given one. PyTorch has functions of its own for all of these, "
                   "and gradients go through no others.", tensors=say(_TENSORS))
    if re.search(r"unsupported operand type\(s\) for .*'numpy\.ndarray'|'numpy\.ndarray' object has no", text):
        return say("{tensors} An array of NumPy has come in between. Which line makes one?", tensors=say(_TENSORS))
    return ""


def _a_yes_or_no(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> Advice:
    """A whole array was asked whether it is true: by what?"""
    if re.search(r"Negati(?:ve|on), the `-` operator|Subtraction, the `-` operator|numpy boolean (?:subtract|negative)",
                 raised.text):
        return "not-on-booleans", say("True and False cannot be subtracted or negated with `-`. The other way round "
                                      "is `~mask`.")
    if re.search(r"ufunc 'bitwise_(?:and|or)' not supported|"
                 r"\"bitwise_(?:and|or)\w*\" not implemented for '\w*(?:Float|Double|Half)'", raised.text):
        return "brackets-around-comparisons", say("`&` and `|` are done before `<`, `<=` and `==`: `a < b | c < d` "
                                                  "takes `b | c` first. Put each comparison in brackets.") \
            if re.search(_COMPARED_AND_JOINED, line) else say("`&` and `|` join truth values, and on this line "
                                                              "fractions have come to one of them. Which of the two "
                                                              "sides is not a comparison?")
    if not re.search(r"truth value of an array|Boolean value of Tensor", raised.text):
        return _NOTHING
    if found := re.search(r"(?<![\w.])(max|min|sorted)\(", line):
        whose = "NumPy" if task.framework == "numpy" else "PyTorch"
        return f"pythons-{found[1]}", say("`{found}` is Python's own: it compares whole things and needs one yes or "
                                          "no for each pair. Comparing element by element is done by a function of "
                                          "{whose}'s.", found=found[1], whose=whose)
    if re.search(r"\b(and|or|not)\b", line):
        return "not-on-booleans", say("`and`, `or` and `not` ask for one yes or no. Element by element, arrays are "
                                      "joined by `&`, `|` and `~`.")
    if re.search(r"\b(if|while|elif|assert)\b", line):
        return "condition-on-an-array", say("`if`, `while` and `assert` ask for one yes or no, and here is one for "
                                            "each element. (Whether there is anything at all, `is not None` asks.)")
    if re.search(_COMPARED_AND_JOINED, line):
        return "brackets-around-comparisons", say("`&` and `|` are done before `<`, `<=` and `==`: `a < b | c < d` "
                                                  "takes `b | c` first. Put each comparison in brackets.")
    if re.search(r"[<>]=?[^<>=]+[<>]", line):
        return "condition-on-an-array", say("A chain of comparisons asks for one yes or no after the first. Write "
                                            "two, joined by `&`.")
    return "", say("One yes or no was asked of a whole array, which has one for each element.")


def _wrong_thing(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> Advice:
    """Something that is no tensor was given to a function of PyTorch's."""
    for name in re.findall(r"'(\w+)'", raised.text) if "unsupported operand" in raised.text else ():
        if _is_layer(name):
            return "layer-not-called", say("`nn.{name}(...)` only makes a layer, with which nothing can be computed. "
                                           "The layer is then to be called.", name=name)
    if (kind := re.search(r"must be Tensor, not (?!int\b|float\b|tuple\b|torch)(\w+)", raised.text)) is None:
        return _NOTHING
    layer = say(" `nn.{kind}(...)` only makes a layer, which is then to be called.",
                kind=kind[1]) if _is_layer(kind[1]) else ""
    return "layer-not-called" if layer else "", an(say(
        "A {kind} was given where a tensor is expected.{layer}", kind=kind[1], layer=layer), kind[1])


def _of_the_inputs(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> Advice:
    """Something is None, or a plain number, and was treated as more than that: is it an argument of the exercise?"""
    if (two := re.search(r"(\w+) = (\d+) is not divisible by (\w+) = (\d+)", raised.text)) and case is not None:
        wrong = [(name, given) for name, given in (two.group(1, 2), two.group(3, 4))
                 if case.inputs.get(name) not in (None, int(given))]
        if wrong:
            name, given = wrong[0]
            return "arguments-exchanged", say("In this case `{name}` is {inputs}, and {given} has been handed on in "
                                              "its place. Are two arguments exchanged, in your call or in the line "
                                              "with `def`, or is one typed in?",
                                              name=name, inputs=case.inputs[name], given=given)
    nothing = re.search(r"'NoneType' object (?!has no attribute 'backward')|non-iterable NoneType|"
                        r"for .*: '\w+' and 'NoneType'|for .*: 'NoneType' and", raised.text)
    number = re.search(r"'(?:int|float)' object (?:has no attribute '(\w+)'|is not (?:subscriptable|iterable))|"
                       r"len\(\) of unsized|object of type '(?:int|float)' has no len", raised.text)
    if not nothing and not number or "backward" in raised.text or case is None:
        return _NOTHING
    for name in task.takes:
        given = case.inputs.get(name)
        if not re.search(rf"\b{name}\b", line):
            continue
        if nothing and given is None:
            return "none-not-thought-of", say("`{name}` is None in this case, and None has nothing that could be "
                                              "used. What is to happen where no `{name}` is given?", name=name)
        if number and isinstance(given, (int, float)):
            return "plain-number", say("`{name}` is a plain number of Python in this case, {given}: it has no "
                                       "axes, and no methods of an array or a tensor.", name=name, given=given)
    if nothing:
        return "none-not-thought-of", say("Something on this line is None: an argument for which nothing was given, "
                                          "or what a function without a `return` gives back.")
    return _NOTHING


def _dtypes(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> Advice:
    """Numbers of two dtypes meet."""
    if not re.search(r"same dtype|expected scalar type", raised.text):
        return _NOTHING
    made = say("a tensor that is made on the way takes `dtype=x.dtype`, that of an input, and a `.float()` or "
               "`.double()` is one too many")
    if hasattr(task.probe, "prepare"):
        made = say("layers are made in `__init__`, not in `forward`, and {made}", made=made)
    return "dtypes-mixed", say("Two things of different dtypes have met, one of them float32 most likely: {made}.",
                               made=made)


def _is_layer(name: str) -> bool:
    from torch import nn
    kind = getattr(nn, name, None)
    return isinstance(kind, type) and issubclass(kind, nn.Module)
