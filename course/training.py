"""Training a translator: the loss, the learning rate, and a loop that survives interruption."""
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from course._checkpoints import Run, interrupts_between_steps, load, runs, save
from course._team import Team
from course._words import later, say
from course.muon import Muon, matrices_of
from course.tokens import Batch, Encoded, token_batches

__all__ = ["best_device", "label_smoothing_loss", "linear_schedule", "token_shares", "train", "training_loss",
           "warmup_lr"]


def label_smoothing_loss(logits: Tensor, targets: Tensor, pad_id: int, smoothing: float = 0.1) -> Tensor:
    """Cross-entropy against a target that is not quite certain, averaged over the real tokens (§5.4).

    The target distribution gives `smoothing` to all tokens of the vocabulary in equal shares and
    the rest to the right one, as `torch.nn.functional.cross_entropy` does.

    Args:
        logits: (..., vocab_size), floating point.
        targets: (...), int64; positions that hold `pad_id` do not count.

    Returns:
        A scalar in nats per real token.

    Raises:
        ValueError: if there is no real token to average over, or smoothing is not from 0 to 1.
    """
    if not 0 <= smoothing <= 1:
        raise ValueError(say("smoothing is a share, from 0 to 1, got {smoothing}", smoothing=smoothing))
    real = targets != pad_id
    if not real.any():
        raise ValueError(say("all targets are padding (pad_id = {pad_id}), so there is nothing to average over",
                             pad_id=pad_id))
    logits, targets = logits[real], targets[real]                      # (N, vocab_size), (N,)
    right = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    # -log p of a token is logsumexp(logits) - its logit; both parts of the mixture share the first term.
    losses = logits.logsumexp(-1) - (1 - smoothing) * right - smoothing * logits.mean(-1)
    return losses.mean()


def warmup_lr(step: int, d_model: int, warmup: int = 4000) -> float:
    """The paper's learning rate (§5.3, eq. 3): linear up for `warmup` steps, then as 1/√step.

    `step` counts from 1; 0 raises ValueError, as do d_model and warmup below 1.
    """
    if step < 1:
        raise ValueError(say("steps count from 1, got {step}", step=step))
    if d_model < 1 or warmup < 1:
        raise ValueError(say("d_model and warmup must be at least 1, got {d_model} and {warmup}", d_model=d_model,
                             warmup=warmup))
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)


def linear_schedule(progress: float, warmup: float = 0.05) -> float:
    """Share of the peak rate when `progress` (0 to 1) of the budget is spent: up during `warmup`, then down to 0.

    Raises ValueError unless 0 <= warmup < 1.
    """
    if not 0 <= warmup < 1:
        raise ValueError(say("warmup is a share of the budget, from 0 to below 1, got {warmup}", warmup=warmup))
    if progress < warmup:
        return progress / warmup
    return max(0.0, (1 - progress) / (1 - warmup))


def training_loss(model: Any, batch: Batch, smoothing: float = 0.1) -> Tensor:
    """Teacher forcing on one batch: the decoder reads the target and predicts it one token ahead.

    Only the real tokens are projected onto the vocabulary, which saves the most expensive
    product of the model for every padded position.
    """
    decoder_input, labels = batch.target[:, :-1], batch.target[:, 1:]
    states = model.states(batch.source, decoder_input)
    real = labels != model.pad_id
    # The same number as `label_smoothing_loss`, from PyTorch's fused kernel.
    return F.cross_entropy(model.unembed(states[real]), labels[real], label_smoothing=smoothing)


def best_device() -> str:
    """ "cuda" or "mps" where there is one, else "cpu"."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def train(
    model: torch.nn.Module, encoded: Encoded, *, steps: int | None = None, tokens: int | None = None,
    seconds: float | None = None, batch_tokens: int = 1200, lr: float = 3e-3, matrix_lr: float | None = None,
    matrix_every: int = 1, schedule: Callable[[float], float] = linear_schedule, smoothing: float = 0.1, seed: int = 0,
    device: str = "cpu", precision: str = "float32", compiled: bool = False, workers: int = 1,
    checkpoint: Path | str | None = None, checkpoint_seconds: float = 30.0, progress: bool = True,
) -> list[dict[str, float]]:
    """Train `model` in place with Adam (§5.3), or Adam and Muon, and return its learning curve.

    Args:
        model: has `states`, `unembed` and `pad_id`, like `course.transformer.Transformer`.
        encoded: the training pairs.
        steps, tokens, seconds: the budget, exactly one of them, above 0. Steps, and the real tokens
            that are read, source and target together, are the same work on every computer; what
            comes out of a budget of seconds depends on the computer.
        batch_tokens: source and target tokens in a batch.
        lr: the peak learning rate; `schedule` maps the spent share of the budget to a share of it.
        matrix_lr: if given, weight matrices are changed by Muon, with this peak rate; tables of embeddings, biases and
            norms by Adam as ever. See `course.muon`.
        matrix_every: Muon changes the matrices at every `matrix_every`-th step.
        smoothing: see `label_smoothing_loss`.
        seed: decides the order of the batches and the dropout.
        device: "cpu", "cuda", "mps"; the model is moved there, and afterwards back to where it was.
        precision: "float32", or "bfloat16": then matrix products and attention are computed with half as many bits
            (`torch.autocast`), while weights, norms and the loss keep theirs. Meant for graphics cards.
        compiled: whether to compute the loss with `torch.compile`, which joins small operations. The first steps
            wait for the compiler (on a card Triton, else C++). Needs `workers=1`.
        workers: processes, of one core each, that share the work of a batch: each computes the
            gradient of its part. For models as small as ours that is faster than to let PyTorch split
            every single matrix product between the cores. See `course._team`.
        checkpoint: a file that is written every `checkpoint_seconds`, on interruption and at the end.
            If it exists, training goes on from there, to the same curve as without the interruption
            (but for the time). A finished one is loaded and returned at once.
            "cache" names a file in the course's cache by everything that decides the result: the
            weights that the run began with, the pairs, the settings and the code (but not the
            device). A model that was interrupted in such a run goes on with it, if it has not been
            changed since; so does a new one that begins with the same weights.
        progress: whether to show a progress bar.

    Returns:
        One record per step: step, seconds, tokens (so far), lr, loss (nats per real token).

    Raises:
        ValueError: if the budget is not given once and above 0, `batch_tokens`, `workers` or `matrix_every` is below 1,
            a rate is not above 0, `smoothing` is not from 0 to 1, `precision` is another word, `compiled` is asked of
            several workers, a sentence is longer than the model's positions, or the checkpoint is of another run or
            damaged.
        FloatingPointError: if the loss is no longer a finite number.
    """
    budget = _checked(model, encoded, {"steps": steps, "tokens": tokens, "seconds": seconds}, batch_tokens, workers,
                      matrix_every)
    (unit, total), = budget.items()
    if not (lr > 0 and (matrix_lr is None or matrix_lr > 0) and 0 <= smoothing <= 1):
        raise ValueError(say("`lr` must be above 0, `matrix_lr` too where it is given, and `smoothing` from 0 to 1; "
                             "got {lr}, {matrix_lr} and {smoothing}", lr=lr, matrix_lr=matrix_lr, smoothing=smoothing))
    if precision not in ("float32", "bfloat16"):
        raise ValueError(say('`precision` is "float32" or "bfloat16"; got {precision!r}', precision=precision))
    if compiled and workers > 1:
        raise ValueError(say("`compiled=True` needs `workers=1`: each worker would compile for itself; got {workers}",
                             workers=workers))
    pad_id, home = cast(int, model.pad_id), next(model.parameters()).device
    recipe = {
        **budget, "batch_tokens": batch_tokens, "lr": lr, "matrix_lr": matrix_lr, "matrix_every": matrix_every,
        "smoothing": smoothing, "seed": seed, "workers": workers,
        "pairs": len(encoded), "parameters": sum(parameter.numel() for parameter in model.parameters()),
        **({} if precision == "float32" else {"precision": precision}),
    }
    run = None
    if checkpoint == "cache":
        run = Run.of(model, encoded, {**recipe, "schedule": [schedule(i / 20) for i in range(21)]})
        checkpoint = run.path
    path = None if checkpoint is None else Path(checkpoint)
    state = None if path is None else load(path, recipe, ours=run is not None)
    if state is not None:
        model.load_state_dict(state["model"])
        if state["finished"]:
            torch.set_rng_state(state["random"])
            runs[model] = run and run.left(model)
            model.eval()
            return state["history"]

    model.to(device).train()
    matrices = [] if matrix_lr is None else matrices_of(model)
    parameters = [*matrices, *(p for p in model.parameters() if not any(p is matrix for matrix in matrices))]
    compute = torch.compile(training_loss, dynamic=True) if compiled else training_loss

    def loss_of(batch: Batch) -> Tensor:
        if precision == "float32":
            return compute(model, _to(batch, device), smoothing)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            return compute(model, _to(batch, device), smoothing)

    team = Team(loss_of, parameters, workers, seed)
    adam: dict[str, Any] = dict(lr=lr, betas=(0.9, 0.98), eps=1e-9, fused=device != "mps")
    optimizer = torch.optim.Adam([team.flat], **adam) if matrix_lr is None else \
        Muon(team.flat, [matrix.shape for matrix in matrices], matrix_lr, every=matrix_every, spread=team.spread,
             **adam)
    peaks = [group["lr"] for group in optimizer.param_groups]
    history: list[dict[str, float]] = []
    torch.manual_seed(seed)
    if state is not None:
        history = state["history"]
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])

    last = history[-1] if history else {"seconds": 0.0, "tokens": 0}
    earlier = last["seconds"]
    started = saved = time.perf_counter()
    stream = _endless_batches(encoded, max(batch_tokens // workers, 1), seed, skip=workers * len(history))
    bar = _bar(unit, total, {"steps": len(history), **last}[unit], progress)
    finished = False
    try:
        with interrupts_between_steps() as stop_if_interrupted:
            while True:
                stop_if_interrupted()
                elapsed = earlier + time.perf_counter() - started
                done = {"steps": len(history), "tokens": last["tokens"], "seconds": elapsed}[unit] / total
                if finished := done >= 1:
                    break
                share = schedule(done)
                for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                    group["lr"] = share * peak
                batches = [next(stream) for _ in range(workers)]
                loss = team.compute_gradients(batches, token_shares(batches, pad_id), len(history))
                if not math.isfinite(loss):
                    raise FloatingPointError(say("the loss is {loss} at step {step}; a lower learning rate than {lr} "
                                                 "often helps", loss=loss, step=len(history) + 1, lr=lr))
                optimizer.step()

                read = sum(_count_tokens(batch, pad_id) for batch in batches)
                last = {"step": len(history) + 1, "seconds": earlier + time.perf_counter() - started,
                        "tokens": last["tokens"] + read, "lr": lr * share, "loss": loss}
                history.append(last)
                bar.update(min({"steps": len(history), **last}[unit], total) / _UNITS[unit][0] - bar.n)
                if len(history) % 50 == 0:
                    bar.set_postfix_str(f"loss {sum(r['loss'] for r in history[-50:]) / 50:.2f}", refresh=False)
                if path is not None and time.perf_counter() - saved > checkpoint_seconds:
                    save(path, model, optimizer, recipe, history, finished=False)
                    saved = time.perf_counter()
    finally:
        bar.close()
        team.close()
        model.to(home).eval()
        if run is not None:
            runs[model] = run.left(model)
        if path is not None and history:
            save(path, model, optimizer, recipe, history, finished)
    return history


# What one step of the bar is, and how it is written.
_UNITS = {"steps": (1, "{n:.0f}/{total:.0f} steps"), "tokens": (1_000_000, "{n:.2f}/{total:.2f} million tokens"),
          "seconds": (1, "{n:.0f}/{total:.0f} s")}


def _bar(unit: str, total: float, spent: float, progress: bool) -> tqdm:
    size, written = _UNITS[unit]
    return tqdm(total=total / size, initial=min(spent, total) / size, disable=not progress,
                bar_format=f"{{l_bar}}{{bar}}| {written} [{{elapsed}}<{{remaining}}]{{postfix}}")


def _checked(
    model: torch.nn.Module, encoded: Encoded, budgets: dict[str, float | None], batch_tokens: int, workers: int,
    matrix_every: int,
) -> dict[str, float]:
    """The one budget that is given, by its unit."""
    given = {unit: amount for unit, amount in budgets.items() if amount is not None}
    if len(given) != 1:
        raise ValueError(say("give a budget as `steps`, as `tokens` or as `seconds`: exactly one of them"))
    for name, amount in [*given.items(), ("batch_tokens", batch_tokens), ("workers", workers),
                         ("matrix_every", matrix_every)]:
        if not amount > 0 or name != "seconds" and amount % 1 != 0:
            raise ValueError(
                say("`{name}` must be above 0; got {amount}", name=name, amount=amount) if name == "seconds" else
                say("`{name}` must be a whole number, at least 1; got {amount}", name=name, amount=amount))
    positions = getattr(model, "positions", None)
    for side, lengths in ((later("source"), encoded.source_lengths), (later("target"), encoded.target_lengths - 1)):
        if positions is not None and lengths.max() > len(positions):
            raise ValueError(say(
                "a {side} sentence, that of pair {pair}, counted from 0, has {tokens} tokens; this model knows "
                "positions only up to max_len = {max_len}. Leave such pairs out, or build the model with a larger "
                "max_len.",
                side=say(side), pair=int(lengths.argmax()), tokens=int(lengths.max()), max_len=len(positions)))
    return given


def _to(batch: Batch, device: str) -> Batch:
    return Batch(batch.source.to(device), batch.target.to(device))


def token_shares(batches: list[Batch], pad_id: int) -> list[float]:
    """Of the real tokens that are to be predicted, the fraction that is in each batch.

    Raises ValueError if there is none.
    """
    counts = [int((batch.target[:, 1:] != pad_id).sum()) for batch in batches]
    if not any(counts):
        raise ValueError(say("all targets are padding (pad_id = {pad_id}), so there is nothing to predict",
                             pad_id=pad_id))
    return [count / sum(counts) for count in counts]


def _count_tokens(batch: Batch, pad_id: int) -> int:
    return int((batch.source != pad_id).sum() + (batch.target[:, 1:] != pad_id).sum())


def _endless_batches(encoded: Encoded, batch_tokens: int, seed: int, skip: int) -> Iterator[Batch]:
    """Epoch after epoch; each epoch's order follows from the seed, so that a resumed run can skip ahead."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        for batch in token_batches(encoded, batch_tokens, generator):
            if skip:
                skip -= 1
            else:
                yield batch
