"""Ablations: train the same small translator with one thing changed, and compare fairly.

A `Config` holds everything that may be switched. Two runs with the same seed start from the same
numbers, wherever the changed part has the same shape, and read the same batches in the same order,
so that their difference is due to the switch and to nothing else that could be helped.
"""
import dataclasses
import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import sacrebleu
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course._checkpoints import bytes_of, code_of, measured
from course._words import listed, say
from course.attention import MultiHeadAttention
from course.data import Pair, normalise, split_pairs
from course.decoding import translate
from course.tokens import Encoded, Subwords, encode_pairs
from course.training import linear_schedule, train
from course.transformer import Transformer

__all__ = [
    "Config", "Result", "Task", "UnscaledAttention", "Variant", "common_pairs", "differences", "results_table", "run",
    "sentence_losses", "task_from",
]

_CODE = code_of("ablation")[:12]
_MEASURED = f"{code_of('ablation', 'decoding', 'tokens')} {sacrebleu.__version__} {torch.__version__}"


@dataclass(frozen=True)
class Config:
    """Everything an ablation may change; `dataclasses.replace(base, n_heads=1)` makes a variant.

    Args:
        n_heads, d_model, d_ff, n_layers, dropout: as for `Transformer`.
        scaling: whether scores are divided by √d_k (§3.2.1).
        positions: "sinusoid" (§3.5), "learned" (a table that is trained), or "none".
        norm: "pre" or, as in the paper, "post".
        tied: whether the output layer is the embedding table (§3.4), or a table of its own.
        smoothing: of the labels during training (§5.4).
        warmup: share of the steps during which the learning rate rises (§5.3).
        lr: the peak learning rate.
        steps: the budget.
        max_len: how many tokens of a sentence there are positions for.

    Raises:
        ValueError: for positions or norm that are none of those above, and for numbers out of their range.
    """

    n_heads: int = 4
    scaling: bool = True
    positions: str = "sinusoid"
    norm: str = "pre"
    tied: bool = True
    smoothing: float = 0.1
    warmup: float = 0.1
    dropout: float = 0.0
    d_model: int = 64
    d_ff: int = 256
    n_layers: int = 2
    lr: float = 3e-3
    steps: int = 600
    max_len: int = 256

    def __post_init__(self):
        for name, options in (("positions", ("sinusoid", "learned", "none")), ("norm", ("pre", "post"))):
            if getattr(self, name) not in options:
                raise ValueError(say("{name} must be one of {options}, got {value!r}", name=name,
                                     options=listed(options), value=getattr(self, name)))
        for name in ("n_heads", "d_model", "d_ff", "n_layers", "steps", "max_len"):
            if getattr(self, name) < 1:
                raise ValueError(say("{name} must be at least 1, got {size}", name=name, size=getattr(self, name)))
        for name in ("smoothing", "warmup", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(say("{name} must be from 0 to below 1, got {value}", name=name,
                                     value=getattr(self, name)))
        if not self.lr > 0:
            raise ValueError(say("lr must be above 0, got {lr}", lr=self.lr))


class UnscaledAttention(MultiHeadAttention):
    """`MultiHeadAttention` without the division by √d_k: the queries are multiplied by it beforehand."""

    def attend(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, need_weights: bool = True
    ) -> tuple[Tensor, Tensor | None]:
        """As in `MultiHeadAttention`; q (B, n_heads, T_q, d_head)."""
        return super().attend(q * math.sqrt(q.shape[-1]), k, v, mask, need_weights)


class Variant(Transformer):
    """The course's Transformer with the switches of a `Config`."""

    def __init__(self, vocab_size: int, config: Config, pad_id: int = 0):
        super().__init__(vocab_size, config.d_model, config.n_heads, config.d_ff, config.n_layers, config.dropout,
                         norm_first=config.norm == "pre", pad_id=pad_id, max_len=config.max_len)
        self.config = config
        if not config.scaling:
            for name, module in list(self.named_modules()):
                if isinstance(module, MultiHeadAttention):
                    self.set_submodule(name, _without_scaling(module))
        if config.positions == "none":
            self.positions = torch.zeros_like(self.positions)
        if config.positions == "learned":
            shape = self.positions.shape
            del self.positions
            self.positions = nn.Parameter(0.1 * torch.randn(shape))
        if not config.tied:
            self.output = nn.Linear(config.d_model, vocab_size, bias=False)
            nn.init.normal_(self.output.weight, std=config.d_model ** -0.5)

    def unembed(self, states: Tensor) -> Tensor:
        """States (..., d_model) -> logits (..., vocab_size)."""
        return super().unembed(states) if self.config.tied else self.output(states)

    def extra_repr(self) -> str:
        return f"{self.config}, code={_CODE}"           # a part of what a cached training is found by


class Task(NamedTuple):
    """What all runs of an ablation have in common: vocabulary, training pairs, held-out pairs."""

    subwords: Subwords
    train: Encoded
    valid: Encoded
    valid_pairs: Sequence[Pair]


class Result(NamedTuple):
    """One trained variant, measured on held-out pairs: nats per token, sacreBLEU of greedy translations."""

    loss: float
    bleu: float
    model: Variant
    history: list[dict[str, float]]


def common_pairs(pairs: Sequence[Pair], min_count: int = 100) -> list[Pair]:
    """The pairs whose words all occur in at least `min_count` of `pairs`, counted for each language.

    A small model learns their few words in seconds, and then has something to say about order.
    """
    sides = [[set(normalise(pair[side]).split()) for pair in pairs] for side in (0, 1)]
    counts = [Counter(word for words in side for word in words) for side in sides]
    return [pair for pair, *words in zip(pairs, *sides, strict=True)
            if all(counts[side][word] >= min_count for side in (0, 1) for word in words[side])]


def task_from(pairs: Sequence[Pair], n_valid: int = 500, vocab_size: int = 1000) -> Task:
    """Split `pairs` by sentence, learn a vocabulary from the training part, and encode both parts."""
    split = split_pairs(pairs, n_valid=n_valid, n_test=0, seed=0)
    subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size)
    return Task(subwords, encode_pairs(split.train, subwords), encode_pairs(split.valid, subwords), split.valid)


def run(config: Config, seed: int, task: Task, batch_tokens: int = 400, progress: bool = True) -> Result:
    """Train one variant and measure it, or find both in the cache if that was done before.

    The seed decides the initial weights, the order of the batches, and the dropout.
    """
    torch.manual_seed(seed)
    model = Variant(len(task.subwords), config, task.subwords.pad_id)
    history = train(model, task.train, steps=config.steps, batch_tokens=batch_tokens, lr=config.lr,
                    schedule=partial(linear_schedule, warmup=config.warmup) if config.warmup else _only_down,
                    smoothing=config.smoothing, seed=seed, checkpoint="cache", progress=progress)
    by = [_MEASURED.encode(), *map(bytes_of, task.valid), repr(list(task.valid_pairs)).encode()]
    found = measured(model, by, lambda: _measure(model, task))
    return Result(found["loss"], found["bleu"], model.eval(), history)


def _measure(model: Transformer, task: Task) -> dict[str, float]:
    losses, counts = sentence_losses(model, task.valid)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                 # a model of few steps may not end its sentences
        written = translate(model, [pair.source for pair in task.valid_pairs], task.subwords, batch_size=500)
    bleu = sacrebleu.corpus_bleu(written, [[pair.target for pair in task.valid_pairs]]).score
    return {"loss": float(losses.sum() / counts.sum()), "bleu": bleu}


@torch.no_grad()
def sentence_losses(model: Transformer, encoded: Encoded, smoothing: float = 0.0) -> tuple[Tensor, Tensor]:
    """Nats of each target sentence (N,), summed over its tokens with eos, and the number of these tokens (N,)."""
    model.eval()
    losses, counts = [], []
    for rows in torch.arange(len(encoded)).split(250):
        batch = encoded.batch(rows)
        labels = batch.target[:, 1:]
        real = labels != model.pad_id
        loss = F.cross_entropy(model(batch.source, batch.target[:, :-1]).transpose(1, 2), labels, reduction="none",
                               label_smoothing=smoothing)
        losses.append((loss * real).sum(-1))
        counts.append(real.sum(-1))
    return torch.cat(losses), torch.cat(counts)


def differences(config: Config, base: Config) -> dict[str, object]:
    """The settings of `config` that are not those of `base`."""
    return {field.name: getattr(config, field.name) for field in dataclasses.fields(config)
            if getattr(config, field.name) != getattr(base, field.name)}


def results_table(results: Mapping[Config, Sequence[Result]], base: Config) -> str:
    """The results as the paper's Table 3 shows them: a row holds only what differs from the base.

    Loss and BLEU are the mean over the seeds, ± half the distance between the best and the worst. A row without any
    run raises ValueError.
    """
    for config, runs in results.items():
        if not runs:
            raise ValueError(say("there is no run of {config}", config=differences(config, base) or say("the base")))
    switched = {name for config in results for name in differences(config, base)}
    columns = [field.name for field in dataclasses.fields(base) if field.name in switched]
    rows = [["", *columns, "loss", "BLEU"]]
    for config, runs in results.items():
        own = dataclasses.asdict(config) if config == base else differences(config, base)
        rows.append(["base" if config == base else "", *(_shown(own.get(name, "")) for name in columns),
                     _mean_and_spread([r.loss for r in runs], 2), _mean_and_spread([r.bleu for r in runs], 1)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _without_scaling(module: MultiHeadAttention) -> UnscaledAttention:
    unscaled = UnscaledAttention(module.w_q.in_features, module.n_heads)
    unscaled.load_state_dict(module.state_dict())
    return unscaled


def _only_down(progress: float) -> float:
    return 1 - progress


def _shown(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _mean_and_spread(values: Sequence[float], digits: int) -> str:
    middle, spread = sum(values) / len(values), (max(values) - min(values)) / 2
    return f"{middle:.{digits}f} ± {spread:.{digits}f}"
