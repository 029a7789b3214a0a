"""Code in the shapes in which learners write it: the grader, which runs parts of a notebook elsewhere, says of it what
`evaluate` says in the notebook, where all of it has run.

The notebook is run cell by cell in IPython, as Jupyter runs it. The statuses are written down as well, so that the two
cannot agree on nothing.
"""
import gc
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import classroom
from classroom import evaluate
from classroom.grade.read.submissions import Submission
from classroom.judge import judgement

from .helpers import NAMES, START, notebook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SEED = 7               # the grader's
REMEMBERED = judgement.Remembered()
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

# Of 4.3: the cells, and the status. Those of 1.2 are in `shapes.txt`. A cell that begins with `check` is the check,
# which otherwise comes at the end.
CLASSES: dict[str, tuple[list[str], str]] = {
    "as it is asked for": ([HEADS], "correct"),
    "again in a second cell": ([f"class MultiHeadAttention(nn.Module):{MODULE}",
                                f"class MultiHeadAttention(MultiHeadAttention):{FORWARD}"], "correct"),
    "methods by setattr": (
        [f"class MultiHeadAttention(nn.Module):{MODULE}", LATE_FORWARD, "setattr(MultiHeadAttention, 'split', split)",
         "setattr(MultiHeadAttention, 'forward', forward)"], "correct"),
    "methods by assignment": ([f"class MultiHeadAttention(nn.Module):{MODULE}", LATE_FORWARD,
                               "MultiHeadAttention.split = split\nMultiHeadAttention.forward = forward"], "correct"),
    "methods by a decorator": (
        [f"class MultiHeadAttention(nn.Module):{MODULE}",
         "def method_of(cls):\n    def add(f):\n        setattr(cls, f.__name__, f)\n        return f\n    return add",
         LATE_FORWARD.replace("def ", "@method_of(MultiHeadAttention)\ndef ")], "correct"),
    "methods by a function that is given the class": (
        [f"class MultiHeadAttention(nn.Module):{MODULE}", LATE_FORWARD,
         "def complete(cls):\n    cls.split, cls.forward = split, forward", "complete(MultiHeadAttention)"], "correct"),
    "a decorator of the class": (
        ["def with_forward(cls):\n    cls.split, cls.forward = split, forward\n    return cls", LATE_FORWARD,
         f"@with_forward\nclass MultiHeadAttention(nn.Module):{MODULE}"], "correct"),
    "a mixin": ([f"class Mixin:{FORWARD}", f"class MultiHeadAttention(Mixin, nn.Module):{MODULE}"], "correct"),
    "made by type": ([OTHER_NAME, "MultiHeadAttention = type('MultiHeadAttention', (Heads,), {})"], "correct"),
    "another name that is passed": ([OTHER_NAME, 'check("4.3", Heads)'], "correct"),
    "a function of the library, which can say what is wrong": (
        ["from course.attention import causal_mask\nLOWER = causal_mask(3)",
         HEADS.replace("scores = q", "assert LOWER.shape == causal_mask(3).shape\n        scores = q")], "correct"),
    "an error of the library's": (
        ["from course.attention import causal_mask",
         HEADS.replace("scores = q", "causal_mask(-1)\n        scores = q")],
        "error"),
    "star imports of torch": (
        ["from torch.nn import *\nfrom torch import as_tensor",
         HEADS.replace("nn.Module", "Module").replace("nn.Linear", "Linear").replace("torch.as_", "as_")], "correct"),
    "torch by another name": (
        ["import torch as th, torch.nn as layers",
         HEADS.replace("nn.", "layers.").replace("torch.as_tensor", "th.as_tensor")], "correct"),
    "a base class of one's own": (
        [f"class Base(nn.Module):{FORWARD}", f"class MultiHeadAttention(Base):{MODULE}"], "correct"),
    "a factory": (
        [OTHER_NAME, "def MultiHeadAttention(d_model, n_heads):\n    return Heads(d_model, n_heads)"], "correct"),
    "an object in place of the class": (
        [f"{HEADS}\nlayer = MultiHeadAttention(8, 2)", 'check("4.3", layer)'], "error"),
    "without a forward": ([f"class MultiHeadAttention(nn.Module):{MODULE}"], "error"),
}


def written() -> dict[str, tuple[list[str], str]]:
    """What `shapes.txt` holds: `=== what it is: status`, and cells with `---` between them."""
    found = {}
    for part in Path(__file__).with_name("shapes.txt").read_text(encoding="utf-8").split("=== ")[1:]:
        title, _, code = part.partition("\n")
        name, _, status = title.rpartition(": ")
        found[name] = [cell.strip("\n") for cell in code.split("\n---\n")], status
    return found


SHAPES = [pytest.param("1.2", *shape, id=f"function: {name}") for name, shape in written().items()] + \
    [pytest.param("4.3", [TORCH, *cells], status, id=f"class: {name}") for name, (cells, status) in CLASSES.items()]


@pytest.fixture(scope="module")
def ipython(grader):
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(ipython, monkeypatch, tmp_path):
    """A fresh notebook, and what its checks were given."""
    given: list[tuple[str, Any]] = []
    monkeypatch.setattr(classroom, "check", lambda id, *answer: given.append((id, answer)), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "collect", lambda *_: 0)     # `reset` collects: all that PyTorch has loaded, each time
    ipython.reset(new_session=False)
    return ipython, given


QUIETLY = {"store_history": False, "silent": True}


def in_the_notebook(shell, cells: list[str], given: list) -> Any:
    for cell in cells:
        if "await" in cell:          # in a thread: the browser's tests leave a loop of events behind in this one
            thread = threading.Thread(target=shell.run_cell, args=(cell,), kwargs=QUIETLY)
            thread.start()
            thread.join()
        else:
            shell.run_cell(cell, **QUIETLY)
    ((id, answer),) = given
    with judgement.remembering(REMEMBERED):                 # what our own answers give is the same for all shapes
        return evaluate(id, *answer, seed=SEED)


@pytest.mark.parametrize("id, cells, status", SHAPES)
def test_the_grader_says_what_the_notebook_says(shell, grader, tmp_path, id, cells, status):
    name = NAMES.get(id, "MultiHeadAttention")
    cells = [START, *cells] + ([] if cells[-1].startswith("check(") else [f'check("{id}", {name})'])
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
