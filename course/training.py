"""Training a translator: the loss, the learning rate, and a loop that survives interruption."""
import hashlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from course._paths import atomic_path, cache_dir
from course._team import Team
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
        ValueError: if there is no real token to average over.
    """
    real = targets != pad_id
    if not real.any():
        raise ValueError(f"all targets are padding (pad_id = {pad_id}), so there is nothing to average over")
    logits, targets = logits[real], targets[real]                      # (N, vocab_size), (N,)
    right = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    # -log p of a token is logsumexp(logits) - its logit; both parts of the mixture share the first term.
    losses = logits.logsumexp(-1) - (1 - smoothing) * right - smoothing * logits.mean(-1)
    return losses.mean()


def warmup_lr(step: int, d_model: int, warmup: int = 4000) -> float:
    """The paper's learning rate (§5.3, eq. 3): linear up for `warmup` steps, then as 1/√step.

    `step` counts from 1; 0 raises ValueError.
    """
    if step < 1:
        raise ValueError(f"steps count from 1, got {step}")
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)


def linear_schedule(progress: float, warmup: float = 0.05) -> float:
    """Share of the peak rate when `progress` (0 to 1) of the budget is spent: up during `warmup`, then down to 0."""
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
    model: torch.nn.Module, encoded: Encoded, *, steps: int | None = None, seconds: float | None = None,
    batch_tokens: int = 1200, lr: float = 3e-3, schedule: Callable[[float], float] = linear_schedule,
    smoothing: float = 0.1, seed: int = 0, device: str = "cpu", workers: int = 1,
    checkpoint: Path | str | None = None, checkpoint_seconds: float = 30.0, progress: bool = True,
) -> list[dict[str, float]]:
    """Train `model` in place with Adam (§5.3) and return its learning curve.

    Args:
        model: has `states`, `unembed` and `pad_id`, like `course.transformer.Transformer`.
        encoded: the training pairs.
        steps, seconds: the budget; exactly one of them.
        batch_tokens: source and target tokens in a batch.
        lr: the peak learning rate; `schedule` maps the spent share of the budget to a share of it.
        smoothing: see `label_smoothing_loss`.
        seed: decides the order of the batches and the dropout.
        device: "cpu", "cuda", "mps"; the model is moved there.
        workers: processes, of one core each, that share the work of a batch: each computes the
            gradient of its part. For models as small as ours that is faster than to let PyTorch split
            every single matrix product between the cores. See `course._team`.
        checkpoint: a file that is written every `checkpoint_seconds`, on interruption and at the end.
            If it exists, training goes on from there: with a budget of steps to the same curve
            as without the interruption. A finished one is loaded and returned at once.
            "cache" names a file in the course's cache by everything that decides the result:
            the initial model, the pairs, the settings and the code (but not the device).
        progress: whether to show a progress bar.

    Returns:
        One record per step: step, seconds, tokens (so far), lr, loss (nats per real token).

    Raises:
        ValueError: if the budget is not given once, or the checkpoint is of another run.
        FloatingPointError: if the loss is no longer a finite number.
    """
    if (steps is None) == (seconds is None):
        raise ValueError("give a budget as `steps` or as `seconds`, and not both")
    recipe = {
        "steps": steps, "seconds": seconds, "batch_tokens": batch_tokens, "lr": lr, "smoothing": smoothing,
        "seed": seed, "workers": workers, "pairs": len(encoded),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }
    if checkpoint == "cache":
        checkpoint = _cached_path(model, encoded, {**recipe, "schedule": [schedule(i / 20) for i in range(21)]})
    model.to(device).train()
    state = None
    if checkpoint is not None and Path(checkpoint).exists():
        state = _load(Path(checkpoint), recipe, device)
        model.load_state_dict(state["model"])
        if state["finished"]:
            torch.set_rng_state(state["random"].cpu())
            model.eval()
            return state["history"]
    team = Team(lambda batch: training_loss(model, _to(batch, device), smoothing), model.parameters(), workers, seed)
    optimizer = torch.optim.Adam([team.flat], lr=lr, betas=(0.9, 0.98), eps=1e-9, fused=device != "mps")
    history: list[dict[str, float]] = []
    torch.manual_seed(seed)
    if state is not None:
        history = state["history"]
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"].cpu())

    spent = history[-1]["seconds"] if history else 0.0
    tokens = history[-1]["tokens"] if history else 0
    started = saved = time.perf_counter()
    stream = _endless_batches(encoded, batch_tokens // workers, seed, skip=workers * len(history))
    bar = tqdm(total=steps or seconds, initial=len(history) if steps else min(spent, seconds), disable=not progress,
               unit="step" if steps else "s", bar_format="{l_bar}{bar}| {n:.0f}/{total:.0f} {unit}{postfix}")
    done = 0.0
    try:
        while True:
            elapsed = spent + time.perf_counter() - started
            done = len(history) / steps if steps else elapsed / seconds
            if done >= 1:
                break
            rate = lr * schedule(done)
            for group in optimizer.param_groups:
                group["lr"] = rate
            batches = [next(stream) for _ in range(workers)]
            loss = team.compute_gradients(batches, token_shares(batches, model.pad_id), len(history))
            optimizer.step()

            tokens += sum(_count_tokens(batch, model.pad_id) for batch in batches)
            record = {"step": len(history) + 1, "seconds": spent + time.perf_counter() - started,
                      "tokens": tokens, "lr": rate, "loss": loss}
            if not math.isfinite(record["loss"]):
                raise FloatingPointError(
                    f"the loss is {record['loss']} at step {record['step']}; "
                    f"a lower learning rate than {lr} often helps"
                )
            history.append(record)
            bar.update(1 if steps else min(record["seconds"], seconds) - bar.n)
            if len(history) % 50 == 0:
                bar.set_postfix_str(f"loss {sum(r['loss'] for r in history[-50:]) / 50:.2f}", refresh=False)
            if checkpoint is not None and time.perf_counter() - saved > checkpoint_seconds:
                _save(Path(checkpoint), model, optimizer, recipe, history, finished=False)
                saved = time.perf_counter()
    finally:
        bar.close()
        team.close()
        if checkpoint is not None and history and math.isfinite(history[-1]["loss"]):
            _save(Path(checkpoint), model, optimizer, recipe, history, finished=done >= 1)
        model.eval()
    return history


def _cached_path(model: torch.nn.Module, encoded: Encoded, recipe: dict) -> Path:
    digest = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode())
    digest.update(str(model).encode())                   # layers and sizes, dropout among them
    for tensor in [*model.state_dict().values(), *encoded]:
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    for module in ("attention", "transformer", "tokens", "training", "_team"):
        digest.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    return cache_dir() / "models" / f"{digest.hexdigest()[:20]}.pt"


def _to(batch: Batch, device: str) -> Batch:
    return Batch(batch.source.to(device), batch.target.to(device))


def token_shares(batches: list[Batch], pad_id: int) -> list[float]:
    """Of the real tokens that are to be predicted, the fraction that is in each batch."""
    counts = [int((batch.target[:, 1:] != pad_id).sum()) for batch in batches]
    return [count / sum(counts) for count in counts]


def _count_tokens(batch: Batch, pad_id: int) -> int:
    return int((batch.source != pad_id).sum() + (batch.target[:, 1:] != pad_id).sum())


def _endless_batches(encoded: Encoded, batch_tokens: int, seed: int, skip: int):
    """Epoch after epoch; each epoch's order follows from the seed, so that a resumed run can skip ahead."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        for batch in token_batches(encoded, batch_tokens, generator):
            if skip:
                skip -= 1
            else:
                yield batch


def _save(path: Path, model, optimizer, recipe: dict, history: list[dict], finished: bool) -> None:
    state = {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(), "recipe": recipe,
        "history": history, "random": torch.get_rng_state(), "finished": finished,
    }
    with atomic_path(path) as temporary:
        torch.save(state, temporary)


def _load(path: Path, recipe: dict, device: str) -> dict[str, Any]:
    state = torch.load(path, map_location=device, weights_only=True)     # never unpickles code
    differing = [name for name in recipe if state["recipe"].get(name) != recipe[name]]
    if differing:
        raise ValueError(
            f"{path} is the checkpoint of another run: it differs in "
            + ", ".join(f"{name} ({state['recipe'].get(name)} there, {recipe[name]} here)" for name in differing)
            + ". Delete it to start anew, or name another file."
        )
    return state
