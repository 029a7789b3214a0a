"""Code in the shapes in which learners write it: the grader, which runs parts of a notebook elsewhere, says of it what
`evaluate` says in the notebook, where all of it has run.

The notebook is run cell by cell in IPython, as Jupyter runs it. The statuses are written down as well, so that the two
cannot agree on nothing.
"""
import os
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import classroom
from classroom import evaluate
from classroom.grade.grader import Grader
from classroom.grade.read.submissions import Submission

from .helpers import NAMES, START, notebook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SEED = 3
RETURN = "p = np.exp(x - x.max(-1, keepdims=True))\n    return p / p.sum(-1, keepdims=True)"
SOFTMAX = f"def softmax(x):\n    {RETURN}"
TORCH = "import torch\nfrom torch import nn"
MODULE = """
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads < 1 or d_model % n_heads:
            raise ValueError("d_model must be divisible by n_heads")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
"""
FORWARD = """
    def split(self, x):
        return x.unflatten(-1, (self.n_heads, -1)).transpose(-2, -3)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.split(self.w_q(query)), self.split(self.w_k(key)), self.split(self.w_v(value))
        scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        if mask is not None:
            mask = torch.as_tensor(mask)
            if mask.dim() > 2:
                mask = mask.unsqueeze(-3)
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(-1).nan_to_num(0.0)
        return self.w_o((weights @ v).transpose(-2, -3).flatten(-2)), weights
"""
HEADS = f"class MultiHeadAttention(nn.Module):{MODULE}{FORWARD}"
LATE_FORWARD = "\n".join(line[4:] for line in FORWARD.splitlines())
OTHER_NAME = f"class Heads(nn.Module):{MODULE}{FORWARD}"

# What it is: the cells, and the status; of 1.2 where nothing else is said, and of 4.3 for classes. A cell with `check` in
# it is the check, which otherwise comes at the end.
FUNCTIONS: dict[str, tuple[list[str], str]] = {
    "as it is asked for": ([SOFTMAX], "correct"),
    "a lambda": (["softmax = lambda x: np.exp(x - x.max(-1, keepdims=True)) / "
                  "np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)"], "correct"),
    "a partial": ([f"import functools\ndef general(x, axis):\n    p = np.exp(x - x.max(axis, keepdims=True))\n"
                   "    return p / p.sum(axis, keepdims=True)", "softmax = functools.partial(general, axis=-1)"], "correct"),
    "a callable object": ([f"class Softmax:\n    def __call__(self, x):\n        {RETURN.replace(chr(10), chr(10) + '    ')}",
                           "softmax = Softmax()"], "correct"),
    "a static method": ([f"class Tools:\n    @staticmethod\n    def softmax(x):\n        "
                         f"{RETURN.replace(chr(10), chr(10) + '    ')}", "softmax = Tools.softmax"], "correct"),
    "a bound method": ([f"class Tools:\n    axis = -1\n    def softmax(self, x):\n        p = np.exp(x - x.max(self.axis, "
                        "keepdims=True))\n        return p / p.sum(self.axis, keepdims=True)", "tools = Tools()",
                        'check("1.2", tools.softmax)'], "correct"),
    "a closure": ([f"def make(axis):\n    def inner(x):\n        p = np.exp(x - x.max(axis, keepdims=True))\n"
                   "        return p / p.sum(axis, keepdims=True)\n    return inner\nsoftmax = make(-1)"], "correct"),
    "another name that is passed": ([f"def my_softmax(x):\n    {RETURN}", 'check("1.2", my_softmax)'], "correct"),
    "an alias": ([f"def _f(x):\n    {RETURN}\nsoftmax = _f"], "correct"),
    "a decorator": ([f"import functools\ndef logged(f):\n    @functools.wraps(f)\n    def g(*a):\n        return f(*a)\n"
                     f"    return g", f"@logged\n{SOFTMAX}"], "correct"),
    "a decorator with arguments": ([f"def times(n):\n    def wrap(f):\n        def g(x):\n            return f(x) * n\n"
                                    f"        return g\n    return wrap", f"@times(2)\n{SOFTMAX}"], "wrong"),
    "a cache of its own": ([f"seen = {{}}\ndef softmax(x):\n    seen[len(seen)] = x.shape\n    {RETURN}"], "correct"),
    "a global counter": ([f"CALLS = 0\ndef softmax(x):\n    global CALLS\n    CALLS += 1\n    {RETURN}"], "correct"),
    "a global that is set later": ([f"def softmax(x):\n    p = np.exp(x - x.max(AXIS, keepdims=True))\n"
                                    "    return p / p.sum(AXIS, keepdims=True)", "AXIS = -1"], "correct"),
    "a global that is changed": ([f"axis = [0]\ndef softmax(x):\n    p = np.exp(x - x.max(axis[0], keepdims=True))\n"
                                  "    return p / p.sum(axis[0], keepdims=True)", "axis[0] = -1"], "correct"),
    "a helper that is defined later": (["def softmax(x):\n    return normed(np.exp(x - x.max(-1, keepdims=True)))",
                                        "def normed(p):\n    return p / p.sum(-1, keepdims=True)"], "correct"),
    "two that call each other": ([f"def softmax(x, ready=False):\n    return finish(x) if not ready else x",
                                  f"def finish(x):\n    x = x - x.max(-1, keepdims=True)\n    return softmax("
                                  "np.exp(x) / np.exp(x).sum(-1, keepdims=True), True)"], "correct"),
    "a star import": (["from numpy import *", "def softmax(x):\n    p = exp(x - x.max(-1, keepdims=True))\n"
                       "    return p / p.sum(-1, keepdims=True)"], "correct"),
    "a star import of a name that nobody listed": (
        ["from numpy import *", "def softmax(x):\n    p = exp(subtract(x, amax(x, -1, keepdims=True)))\n"
         "    return divide(p, add.reduce(p, -1, keepdims=True))"], "correct"),
    "two star imports": (["from numpy import *\nfrom math import *", "def softmax(x):\n    e = x - x.max(-1, keepdims=True)\n"
                          "    p = np.power(e * 0 + exp(1.0), e)\n    return p / p.sum(-1, keepdims=True)"], "correct"),
    "another name of numpy": (["import numpy", "def softmax(x):\n    p = numpy.exp(x - x.max(-1, keepdims=True))\n"
                               "    return p / p.sum(-1, keepdims=True)"], "correct"),
    "imports in the answer": (["def softmax(x):\n    import numpy as n\n    from math import inf\n"
                               "    p = n.exp(x - x.max(-1, keepdims=True))\n    return p / p.sum(-1, keepdims=True)"],
                              "correct"),
    "exec": ([f"exec({SOFTMAX!r})"], "correct"),
    "exec of a text that is put together": (["axis = '-1'", f"code = {SOFTMAX.replace('-1', 'AXIS')!r}.replace('AXIS', axis)\n"
                                             "exec(code)"], "correct"),
    "globals": ([f"def _f(x):\n    {RETURN}", "globals()['softmax'] = _f"], "correct"),
    "eval": (["softmax = eval('lambda x: np.exp(x - x.max(-1, keepdims=True)) / "
              "np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)')"], "correct"),
    "a walrus": (["def softmax(x):\n    return (p := np.exp(x - x.max(-1, keepdims=True))) / p.sum(-1, keepdims=True)"],
                 "correct"),
    "a walrus at the outer level": (["print(axis := -1)", "def softmax(x):\n    p = np.exp(x - x.max(axis, keepdims=True))\n"
                                     "    return p / p.sum(axis, keepdims=True)"], "correct"),
    "names bound in a with": (["import contextlib\nwith contextlib.nullcontext(-1) as axis:\n    pass",
                               "def softmax(x):\n    p = np.exp(x - x.max(axis, keepdims=True))\n"
                               "    return p / p.sum(axis, keepdims=True)"], "correct"),
    "names bound in a loop": (["for axis in (0, -1):\n    pass", "def softmax(x):\n    p = np.exp(x - x.max(axis, "
                               "keepdims=True))\n    return p / p.sum(axis, keepdims=True)"], "correct"),
    "defined in an if": ([f"if True:\n    def softmax(x):\n        {RETURN.replace(chr(10), chr(10) + '    ')}\nelse:\n"
                          "    softmax = None"], "correct"),
    "defined in a try": (["try:\n    import cupy as xp\nexcept ImportError:\n    xp = np", SOFTMAX.replace("np.", "xp.")],
                         "correct"),
    "unpacked": (["axis, keep = -1, True", "def softmax(x):\n    p = np.exp(x - x.max(axis, keepdims=keep))\n"
                  "    return p / p.sum(axis, keepdims=keep)"], "correct"),
    "annotated": (["axis: int = -1", "def softmax(x: np.ndarray) -> np.ndarray:\n    p = np.exp(x - x.max(axis, "
                   "keepdims=True))\n    return p / p.sum(axis, keepdims=True)"], "correct"),
    "an alias of a type": (["from typing import TypeAlias\nArray: TypeAlias = 'np.ndarray'",
                            f"def softmax(x: Array) -> Array:\n    {RETURN}"], "correct"),
    "postponed annotations": ([f"from __future__ import annotations\ndef softmax(x: Nowhere) -> Never:\n    {RETURN}"], "correct"),
    "a data class": (["from dataclasses import dataclass\n@dataclass\nclass Options:\n    axis: int = -1\noptions = Options()",
                      "def softmax(x):\n    p = np.exp(x - x.max(options.axis, keepdims=True))\n"
                      "    return p / p.sum(options.axis, keepdims=True)"], "correct"),
    "a named tuple": (["from collections import namedtuple\nOptions = namedtuple('Options', 'axis')\noptions = Options(-1)",
                       "def softmax(x):\n    p = np.exp(x - x.max(options.axis, keepdims=True))\n"
                       "    return p / p.sum(options.axis, keepdims=True)"], "correct"),
    "an enumeration": (["import enum\nclass Axis(enum.IntEnum):\n    LAST = -1", "def softmax(x):\n    p = np.exp(x - x.max("
                        "int(Axis.LAST), keepdims=True))\n    return p / p.sum(int(Axis.LAST), keepdims=True)"], "correct"),
    "a generator": (["def rows(x):\n    for row in x.reshape(-1, x.shape[-1]):\n        p = np.exp(row - row.max())\n"
                     "        yield p / p.sum()", "def softmax(x):\n    return np.array(list(rows(x))).reshape(x.shape)"], "correct"),
    "nested functions and nonlocal": ([f"def softmax(x):\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n"
                                       f"    count()\n    {RETURN}"], "correct"),
    "a match": (["def softmax(x):\n    match x.ndim:\n        case 0:\n            return np.ones_like(x)\n        case _:\n"
                 "            p = np.exp(x - x.max(-1, keepdims=True))\n            return p / p.sum(-1, keepdims=True)"], "correct"),
    "keyword only": ([f"def softmax(x, *, axis=-1):\n    {RETURN}"], "correct"),
    "stars": ([f"def softmax(*args, **kwargs):\n    x, = args\n    {RETURN}"], "correct"),
    "defaults taken from a name": (["AXIS = -1", "def softmax(x, axis=AXIS):\n    p = np.exp(x - x.max(axis, keepdims=True))\n"
                                    "    return p / p.sum(axis, keepdims=True)"], "correct"),
    "a docstring with odd text": ([f'def softmax(x):\n    """%matplotlib !ls check("1.2", softmax) \\\\d {{}} %s\n    '
                                   f'!rm -rf\n    %time\n    """\n    {RETURN}'], "correct"),
    "comments and blank lines": ([f"# softmax\n\n\ndef softmax(x):  # see above\n\n    # first\n    {RETURN}\n\n\n# end"], "correct"),
    "semicolons": (["def softmax(x): p = np.exp(x - x.max(-1, keepdims=True)); return p / p.sum(-1, keepdims=True)"], "correct"),
    "letters of another language": ([f"def нормы(ξ):\n    п = np.exp(ξ - ξ.max(-1, keepdims=True))\n"
                                     "    return п / п.sum(-1, keepdims=True)\nsoftmax = нормы"], "correct"),
    "drawn in the answer": ([f"import matplotlib.pyplot as plt\ndef softmax(x):\n    plt.figure(); plt.imshow(x.reshape(1, -1)); "
                             f"plt.show(); plt.close()\n    {RETURN}"], "correct"),
    "printed in the answer": ([f"def softmax(x):\n    print('shape', x.shape)\n    {RETURN}"], "correct"),
    "a magic before it": (["%matplotlib inline", SOFTMAX], "correct"),
    "a magic in its cell": ([f"%time y = 1\n{SOFTMAX}"], "correct"),
    "a cell that is timed": ([f"%%time\n{SOFTMAX}"], "correct"),
    "a shell line": (["!ls", f"files = !ls\n{SOFTMAX}"], "correct"),
    "help": (["np.exp?", SOFTMAX], "correct"),
    "await at the outer level": (["import asyncio\nasync def last():\n    return -1\naxis = await last()",
                                  "def softmax(x):\n    p = np.exp(x - x.max(axis, keepdims=True))\n"
                                  "    return p / p.sum(axis, keepdims=True)"], "correct"),
    "asserts between": ([SOFTMAX, "assert np.allclose(softmax(np.zeros((2, 2))), 0.5)", "softmax(np.zeros(3)).sum()"], "correct"),
    "a second try below the first": (["def softmax(x):\n    return x", SOFTMAX], "correct"),
    "a second try that is worse": ([SOFTMAX, "def softmax(x):\n    return np.exp(x) / np.exp(x).sum(0)"], "wrong"),
    "wrapped afterwards": ([SOFTMAX, "_first = softmax\ndef softmax(x):\n    return _first(x) * 2"], "wrong"),
    "deleted helper": (["def _unused(x):\n    return x\ndel _unused", SOFTMAX], "correct"),
    "a cell with an error before": (["1 / 0", SOFTMAX], "correct"),
    "random numbers": (["rng = np.random.default_rng(0)", f"def softmax(x):\n    x = x + rng.normal() * 0\n    {RETURN}"], "correct"),
    "a misspelt name": (["def softmax(x):\n    return nonsense(x)"], "error"),
    "an argument too few": (["def softmax():\n    return 1"], "error"),
    "a known mistake": (["def softmax(x):\n    p = np.exp(x - x.max())\n    return p / p.sum()"], "wrong"),
    "a list": (["def softmax(x):\n    return (np.exp(x) / np.exp(x).sum(-1, keepdims=True)).tolist()"], "wrong"),
    "nothing returned": (["def softmax(x):\n    np.exp(x)"], "wrong"),
    "a stub": (["def softmax(x):\n    # YOUR CODE HERE\n    raise NotImplementedError"], "not attempted"),
    "a value": (["softmax = 3"], "error"),
}
CLASSES: dict[str, tuple[list[str], str]] = {
    "as it is asked for": ([HEADS], "correct"),
    "again in a second cell": ([f"class MultiHeadAttention(nn.Module):{MODULE}",
                                f"class MultiHeadAttention(MultiHeadAttention):{FORWARD}"], "correct"),
    "methods by setattr": ([f"class MultiHeadAttention(nn.Module):{MODULE}", LATE_FORWARD,
                            "setattr(MultiHeadAttention, 'split', split)\nsetattr(MultiHeadAttention, 'forward', forward)"],
                           "correct"),
    "methods by assignment": ([f"class MultiHeadAttention(nn.Module):{MODULE}", LATE_FORWARD,
                               "MultiHeadAttention.split = split\nMultiHeadAttention.forward = forward"], "correct"),
    "methods by a decorator": ([f"class MultiHeadAttention(nn.Module):{MODULE}",
                                "def method_of(cls):\n    def add(f):\n        setattr(cls, f.__name__, f)\n        return f\n"
                                "    return add", LATE_FORWARD.replace("def ", "@method_of(MultiHeadAttention)\ndef ")],
                               "correct"),
    "a decorator of the class": (["def with_forward(cls):\n    cls.split, cls.forward = split, forward\n    return cls",
                                  LATE_FORWARD, f"@with_forward\nclass MultiHeadAttention(nn.Module):{MODULE}"], "correct"),
    "a mixin": ([f"class Mixin:{FORWARD}", f"class MultiHeadAttention(Mixin, nn.Module):{MODULE}"], "correct"),
    "made by type": ([OTHER_NAME, "MultiHeadAttention = type('MultiHeadAttention', (Heads,), {})"], "correct"),
    "another name that is passed": ([OTHER_NAME, 'check("4.3", Heads)'], "correct"),
    "star imports of torch": (["from torch.nn import *\nfrom torch import as_tensor", HEADS.replace("nn.Module", "Module").replace(
        "nn.Linear", "Linear").replace("torch.as_tensor", "as_tensor")], "correct"),
    "torch by another name": (["import torch as th, torch.nn as layers", HEADS.replace("nn.Module", "layers.Module").replace(
        "nn.Linear", "layers.Linear").replace("torch.as_tensor", "th.as_tensor")], "correct"),
    "a base class of one's own": (["class Base(nn.Module):\n    def split(self, x):\n        return x.unflatten(-1, (self.n_heads, "
                                   "-1)).transpose(-2, -3)", HEADS.replace("(nn.Module)", "(Base)").replace(
                                       "    def split(self, x):\n        return x.unflatten(-1, (self.n_heads, -1))."
                                       "transpose(-2, -3)\n", "")], "correct"),
    "a factory": ([OTHER_NAME, "def MultiHeadAttention(d_model, n_heads):\n    return Heads(d_model, n_heads)"], "correct"),
    "an object in place of the class": ([f"{HEADS}\nlayer = MultiHeadAttention(8, 2)", 'check("4.3", layer)'], "error"),
    "without a forward": ([f"class MultiHeadAttention(nn.Module):{MODULE}"], "error"),
}
SHAPES = [pytest.param("1.2", *shape, id=f"function: {name}") for name, shape in FUNCTIONS.items()] + \
    [pytest.param("4.3", [TORCH, *cells], status, id=f"class: {name}") for name, (cells, status) in CLASSES.items()]


@pytest.fixture(scope="module")
def grader():
    with Grader(seed=SEED) as grader:
        yield grader


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """A fresh notebook: a function that runs one cell, and what its checks were given."""
    given: list[tuple[str, Any]] = []
    monkeypatch.setattr(classroom, "check", lambda id, *answer: given.append((id, answer)), raising=False)
    monkeypatch.chdir(tmp_path)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    yield shell, given
    InteractiveShell.clear_instance()


def in_the_notebook(shell, cells: list[str], given: list) -> Any:
    for cell in cells:
        shell.run_cell(cell, store_history=False, silent=True)
    ((id, answer),) = given
    return evaluate(id, *answer, seed=SEED)


@pytest.mark.parametrize("id, cells, status", SHAPES)
def test_the_grader_says_what_the_notebook_says(shell, grader, tmp_path, id, cells, status):
    name = NAMES.get(id, "MultiHeadAttention")
    cells = [START, *cells] + ([] if "check(\"" in cells[-1] else [f'check("{id}", {name})'])
    verdict = in_the_notebook(shell[0], cells, shell[1])
    path = tmp_path / "x.ipynb"
    path.write_bytes(notebook(*cells))
    record = grader.grade(Submission("ada", "x.ipynb", path))
    got = next(result for result in record["exercises"] if result["id"] == id)
    assert verdict.status == status, verdict.message
    assert got["status"] == status, (got["message"], record["notes"])
    assert (got["points"], got["mistakes"]) == (verdict.points, list(verdict.mistakes))


def test_there_are_fifty_of_them():
    assert len(SHAPES) >= 50 and len({str(shape.values) for shape in SHAPES}) == len(SHAPES)
