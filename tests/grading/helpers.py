"""Notebooks as learners hand them in, put together from code."""
import json

from classroom import exercises

RIGHT = {
    "1.1": "def dot_product_scores(q, k):\n    return q @ k.T",
    "1.2": "def softmax(x):\n    p = np.exp(x - x.max(-1, keepdims=True))\n    return p / p.sum(-1, keepdims=True)",
    "1.3": "def attention(q, k, v):\n    w = softmax(dot_product_scores(q, k) / np.sqrt(q.shape[-1]))\n"
           "    return w @ v, w",
    "1.4": "prediction = 'sharper'",
}
NAMES = {"1.1": "dot_product_scores", "1.2": "softmax", "1.3": "attention", "1.4": "prediction"}
ALL_RIGHT = {"1.1": "correct", "1.2": "correct", "1.3": "correct", "1.4": "correct"}
MET = "the hostile code ran"              # printed on the way, and so in the record
STANDALONE = ("def attention(q, k, v):\n    s = q @ k.T / np.sqrt(q.shape[-1])\n"
              "    p = np.exp(s - s.max(-1, keepdims=True))\n    w = p / p.sum(-1, keepdims=True)\n    return w @ v, w")
SOFTMAX = "p = np.exp(x - x.max(-1, keepdims=True))\n    return p / p.sum(-1, keepdims=True)"
START = "import numpy as np\nfrom classroom import carry_on, check, hint, solution"


def notebook(*cells: str, **more) -> bytes:
    """An .ipynb file with these code cells."""
    made = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
            for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def lesson_01(before: str = "", **instead: str) -> bytes:
    """Lesson 01, solved, but for the exercises given: `lesson_01(ex_1_2="def softmax(x): ...")`."""
    answers = RIGHT | {name[3:].replace("_", "."): code for name, code in instead.items()}
    cells = [START] + ([before] if before else [])
    for id, code in answers.items():
        cells += [code, f'check("{id}", {NAMES[id]})']
        if id != "1.4":
            cells.append(f'{NAMES[id]} = carry_on("{id}", {NAMES[id]})')
    return notebook(*cells)


def statuses(record: dict) -> dict[str, str]:
    """The status of each exercise."""
    return {result["id"]: result["status"] for result in record["exercises"]}


def handed_in(path) -> bytes:
    """A notebook of the course as somebody's own work: with a cell more, for the course's own never counts."""
    made = json.loads(path.read_text(encoding="utf-8"))
    made["cells"].append({"cell_type": "code", "metadata": {}, "source": "# worked through from the top", "outputs": [],
                          "execution_count": None})
    return json.dumps(made).encode()


def result(record: dict, id: str) -> dict:
    """What a record says of one exercise."""
    return next(r for r in record["exercises"] if r["id"] == id)


def one_exercise(id: str, code: str) -> bytes:
    """A notebook that answers one exercise in PyTorch."""
    return notebook(START, "import torch\nfrom torch import nn", code, f'check("{id}", {exercises.get(id).names[0]})')
