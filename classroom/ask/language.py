"""Probes for answers that work on words and on models: cases hold arrays, the answer sees the real thing."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .call import read
from .limits import Problem
from .replies import as_float

# What the numbers of a case stand for; -1 fills up short rows.
SYMBOLS = ("l", "o", "w", "e", "r", "s", "t", "n", "i", "d", "lo", "er", "es", "a", "ow", ".", "?",
           "low")
WORDS = ("the", "black", "cat", "sleeps", "on", "a", "mat", "and", "dreams", "of", "mice", "The", "no", "where", "now",
         "here")


def spell(row: Any, alphabet: tuple[str, ...] = SYMBOLS) -> list[str]:
    """Numbers to symbols: [0, 1, -1] -> ["l", "o"]."""
    return [alphabet[int(i)] for i in row if i >= 0]


def merged_with(pair: Sequence[str]) -> tuple[str, ...]:
    """All that can be read once `pair` is merged: the symbols, the merged pair, then any two symbols as one."""
    return (*SYMBOLS, "".join(pair), *(first + second for first in SYMBOLS for second in SYMBOLS))


@dataclass(frozen=True)
class PairCounts:
    """`answer({("l", "o", "w"): 5, ...}) -> {("l", "o"): 5, ...}`, read as a table symbols x symbols."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        words = {tuple(spell(row)): int(n) for row, n in zip(inputs["words"], inputs["times"], strict=True)}
        before = dict(words)
        counts = answer(words)
        if words != before:
            raise Problem("changes-inputs:words")
        if counts is None:
            raise Problem("returns-nothing:no-return")
        if not isinstance(counts, Mapping):
            raise Problem("not-a-dict", kind=type(counts).__name__)
        table = np.zeros((len(SYMBOLS), len(SYMBOLS)))
        for pair, n in counts.items():
            if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(s, str) for s in pair):
                raise Problem("keys-are-not-pairs", pair=f"{pair!r:.40}")
            if not set(pair) <= set(SYMBOLS):
                raise Problem("unknown-symbol:counts", pair=f"{pair!r:.60}")
            table[SYMBOLS.index(pair[0]), SYMBOLS.index(pair[1])] = n
        return {"counts": table.astype(int) if (table == table.round()).all() else table}


@dataclass(frozen=True)
class MergedSymbols:
    """`answer(["l", "o", "w"], ("l", "o")) -> ["lo", "w"]`, read as numbers: places in `merged_with`."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        symbols, pair = spell(inputs["symbols"]), tuple(spell(inputs["pair"]))
        before = list(symbols)
        merged = answer(tuple(symbols) if inputs.get("as_tuple") else symbols, pair)
        if symbols != before:
            raise Problem("changes-inputs:symbols")
        if merged is None:
            raise Problem("returns-nothing:no-return")
        if isinstance(merged, str):
            raise Problem("returns-a-string")
        known = merged_with(pair)
        merged = list(merged)
        strange = [symbol for symbol in merged if symbol not in known]
        if strange:
            raise Problem("unknown-symbol:merged", before=before, pair=pair, merged=merged, symbol=f"{strange[0]!r}")
        return {"merged": np.array([known.index(symbol) for symbol in merged], dtype=int)}


@dataclass(frozen=True)
class Sentences:
    """`answer(hypotheses, references, n) -> float`; both are lists of sentences, lists of words."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        hypotheses, references = ([spell(row, WORDS) for row in inputs[name]] for name in ("hypotheses", "references"))
        before = [list(map(list, side)) for side in (hypotheses, references)]
        precision = answer(hypotheses, references, inputs["n"])
        if [hypotheses, references] != before:
            raise Problem("changes-inputs:sentences")
        return read(as_float(precision), task.gives, task.framework)


@dataclass(frozen=True)
class NextTokens:
    """`answer(model, source, bos_id, eos_id, pad_id, max_len) -> ids`, with an `nn.Module` made of tables.

    What the model finds likely next depends on the sentence, the position and the token before:
    logits[b, t] = `by_position`[b, t] + `by_token`[target[b, t]]. It knows a sentence by all its tokens, padding at the
    end apart; of one that is not in the case it says something else. It goes on writing after eos,
    as real models do. In training mode, where another one would drop numbers at random, it says something else.
    Columns at the end that hold nothing but padding do not count.
    With `count_runs` the rows that went through the model are counted, and that number is read instead.
    """

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        import torch
        by_position, by_token = inputs["by_position"], inputs["by_token"]
        runs = []
        sentences = _without_padding(inputs["source"], inputs["pad_id"])

        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.by_position = torch.nn.Parameter(by_position, requires_grad=False)
                self.by_token = torch.nn.Parameter(by_token, requires_grad=False)

            def forward(self, source, target):
                if target.dim() != 2 or len(target) != len(source):
                    raise ValueError(f"the model was given source {tuple(source.shape)} and target "
                                     f"{tuple(target.shape)}; they must be (B, T_k) and (B, T), with the same B")
                runs.append(len(target))
                asked = _without_padding(source, inputs["pad_id"])
                known = [self.by_position[sentences.index(row)] if row in sentences else self.by_position[0].roll(1, -1)
                         for row in asked]
                positions = torch.arange(target.shape[1]).clamp(max=self.by_position.shape[1] - 1)
                logits = torch.stack(known)[:, positions] + self.by_token[target]
                return logits.roll(1, -1) if self.training else logits

        settings = [inputs[name] for name in ("bos_id", "eos_id", "pad_id", "max_len")]
        ids = read(answer(Model().eval(), inputs["source"], *settings), task.gives, task.framework)["ids"]
        if ids.is_floating_point() and ids.numel():         # `torch.tensor([])` is float: no ids, so no dtype of theirs
            raise Problem("wrong-dtype:ids", dtype=ids.dtype)
        while ids.dim() == 2 and ids.shape[1] and (ids[:, -1] == inputs["pad_id"]).all():
            ids = ids[:, :-1]
        return {"ids": torch.tensor([sum(runs)]) if inputs.get("count_runs") else ids.long()}


def _without_padding(source: Any, pad_id: int) -> list[list[int]]:
    """The rows of a batch as lists of ids, without the padding at their ends."""
    rows = source.tolist()
    for row in rows:
        while row and row[-1] == pad_id:
            row.pop()
    return rows
