"""Exercises 8.4 and 8.10: what an error says of the learner's own step or loop. Used by `lesson_08`."""
import re
from typing import Any

import numpy as np

from course._words import say

from .mistakes_steps import NEXT

# Of a batch whose sizes, and their products, all differ: sentences, columns of the target, tokens of the vocabulary.
# The model's tables have one row more, so that an error tells whether it was the model that looked up an unknown id.
_B, _COLUMNS, _VOCAB, _UNKNOWN = 3, 8, 11, 99


def _batch(unknown: Any = None) -> dict[str, Any]:
    """Inputs of a step. `unknown` is the place of ids that are not in the vocabulary: whoever reads one stops there."""
    rng = np.random.default_rng(0)
    target = rng.integers(1, _VOCAB, size=(_B, _COLUMNS))
    if unknown is not None:
        target[unknown] = _UNKNOWN
    tables = {name: rng.normal(size=(_VOCAB + 1, _VOCAB)) for name in ("of_last", "of_source")}
    return {"source": rng.integers(1, _VOCAB, size=(_B, 5)), "target": target, "pad_id": 0, "smoothing": 0.1,
            "steps": 1, **tables}


def lengths(ask, failed) -> tuple[str, str] | None:
    """Has a sentence or a token been cut off one of two things that meet, and not off the other?"""
    raised = ask(**_batch()).error
    met = _met(raised.text) if raised is not None else []
    if len(met) < 2 or None in met[:2]:
        return None
    (rows, columns), (others, other_columns) = met[0], met[1]
    if rows != others:
        return "sentences-shifted", say("Here B − 1 sentences meet B. {next} The first axis of `source` and of "
                                        "`target` counts sentences. Which one counts tokens?", next=NEXT)
    if columns == other_columns or raised.kind != failed.error.kind:
        return None
    n = failed.case.inputs["target"].shape[1]
    if _reads(ask, (slice(None), -1)):
        return "one-of-the-two-not-cut", say(
            "Here T + 1 = {n} positions meet T = {m}. Your model reads the last column of `target`, and no token comes "
            "after it that could be asked for. Which columns is the model to read, and which are to be the labels?",
            n=n, m=n - 1)
    if not _reads(ask, (slice(None), 0)):
        return None
    return "one-of-the-two-not-cut", say(
        "Here T + 1 = {n} positions meet T = {m}. Your model reads all columns of `target` but the last, as it should. "
        "Which columns does the loss get as labels? {next}", n=n, m=n - 1, next=NEXT)


def _reads(ask, place: Any) -> bool:
    """Whether the model is handed what stands there: it looks each token up on axis 0 of its table."""
    raised = ask(**_batch(place)).error
    told = f"index {_UNKNOWN} is out of bounds for dimension 0 with size {_VOCAB + 1}"
    return raised is not None and told in raised.text


def _met(text: str) -> list[tuple[int, int] | None]:
    """Sentences and positions of the shapes in an error's text; 0 stands for what a shape does not say."""
    def parts(shape: tuple[int, ...]) -> tuple[int, int] | None:
        for rows in (_B, _B - 1):
            for columns in (_COLUMNS, _COLUMNS - 1):
                if shape[:2] == (rows, columns) or shape[:1] == (rows * columns,):
                    return rows, columns
        return {(_COLUMNS,): (0, _COLUMNS), (_COLUMNS - 1,): (0, _COLUMNS - 1), (_B,): (_B, 0),
                (_B - 1,): (_B - 1, 0)}.get(shape)
    return [parts(tuple(map(int, re.findall(r"\d+", shape)))) for shape in re.findall(r"[\[(](\d[\d, ]*)[\])]", text)]


def nothing_kept(ask, failed) -> tuple[str, str] | None:
    """Has something been loaded that is no weights by name?"""
    found = re.search(r"Expected state_dict to be dict-like, got <class '([\w.]+)'>", failed.error.text)
    if found is None:
        return None
    if found[1] == "NoneType":
        return "nothing-kept", say("What is to be loaded is None, and no weights. Which line puts weights there, and "
                                   "has it run in this case? With which number is the loss of the first epoch "
                                   "compared, and can a loss be above that number?")
    return "not-a-state-dict", say("What is to be loaded is of the type {kind}. `load_state_dict` takes weights by "
                                   "name, as `state_dict()` gives them. What do you keep at a new best?",
                                   kind=found[1].rpartition(".")[2])
