"""Probes for answers about alignments: cases hold arrays, the answer sees sets and lists."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .call import invoke, read
from .limits import Problem
from .replies import as_float


@dataclass(frozen=True)
class LinkSets:
    """`answer({(0, 0), (1, 2)}, ...) -> float`: each table of links (n, 2 or 3) becomes a set of tuples."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        sets = {name: {tuple(link) for link in table.tolist()} for name, table in inputs.items()}
        before = {name: set(links) for name, links in sets.items()}
        value = answer(*(sets[name] for name in task.takes))
        for name, links in sets.items():
            if links != before[name]:
                raise Problem("changes-inputs:set", name=name)
        return read(as_float(value), task.gives, task.framework)


@dataclass(frozen=True)
class Edit:
    """Call the answer with the case's inputs, in order. It edits a trained model, without gradients."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        return read(invoke(answer, inputs, task.takes), task.gives, task.framework)


@dataclass(frozen=True)
class SentencePairs:
    """`answer(t, [([0, 1], [2, 0]), ...]) -> array`: rows of two tables, filled up with -1, become lists of ids."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        def pairs():
            return [tuple([i for i in row.tolist() if i >= 0] for row in rows)
                    for rows in zip(inputs["sources"], inputs["targets"], strict=True)]
        given = pairs()
        table = answer(inputs["t"], given)
        if given != pairs():
            raise Problem("changes-inputs:pairs")
        return read(table, task.gives, task.framework)


@dataclass(frozen=True)
class Links:
    """`answer(weights) -> numbers of tokens`, as a tensor, an array or a list: what links words takes each of them."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        import numpy as np
        import torch
        found = answer(inputs["weights"])
        if isinstance(found, (np.ndarray, list)):
            try:
                found = torch.as_tensor(found)
            except (TypeError, ValueError, RuntimeError):
                raise Problem("wrong-type:links") from None
        [(name, links)] = read(found, task.gives, task.framework).items()
        if not links.is_floating_point() and links.dtype != torch.bool:
            links = links.long()
        return {name: links}
