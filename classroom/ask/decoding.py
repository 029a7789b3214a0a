"""Probes for decoding: a step that is asked for no gradient, a search through a model made of tables, a cache."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .call import Function, invoke, is_tensor, read
from .limits import Problem


@dataclass(frozen=True)
class WithoutGradients:
    """Call the answer as `Function` does, and never ask for gradients: decoding does not learn."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        return Function()(answer, inputs, task)


@dataclass(frozen=True)
class Continuations(WithoutGradients):
    """As `WithoutGradients`; whole numbers, as which rows and tokens are counted, may be of any such dtype."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        values = super().__call__(answer, inputs, task)
        for name in ("parent", "token"):
            found = values[name]
            if found.is_floating_point() and found.numel() and (found == found.floor()).all():
                raise Problem("wrong-dtype:index", name=name, dtype=found.dtype)
            if not found.is_floating_point():
                values[name] = found.long()
        return values


@dataclass(frozen=True)
class BestSentence:
    """`answer(model, source, bos_id, eos_id, beam_size, alpha, max_len) -> (ids, score)` for one sentence.

    What the model finds likely next depends on the position, on the token before and on the first that was
    written: the logits at t are `by_position`[t] + `by_token`[target[t]] + `by_first`[target[1]], the last from
    t = 1 on, for as in a real model nothing depends on what comes later. It goes on writing after eos, as real
    models do. `ids` may be a list or a tensor (T,).
    With `count_runs` the rows that went through the model are counted, and read in place of the ids.
    """

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        import torch
        by_position, by_token, by_first = (inputs[name] for name in ("by_position", "by_token", "by_first"))
        runs = []

        def model(source, target):
            if source.dim() != 2 or target.dim() != 2 or len(target) != len(source):
                raise ValueError(f"the model was given source {tuple(source.shape)} and target {tuple(target.shape)}; "
                                 "both must be (B, T) with the same B: every beginning needs its row of the source")
            _check_source(source, target, inputs["source"])
            runs.append(len(target))
            positions = torch.arange(target.shape[1]).clamp(max=len(by_position) - 1)
            logits = by_position[positions] + by_token[target]
            if target.shape[1] > 1:                           # position 0 has not seen token 1
                seen = (positions > 0).unsqueeze(1)
                logits = logits + seen * by_first[target[:, 1]].unsqueeze(1)
            return logits

        settings = {name: inputs[name] for name in ("bos_id", "eos_id", "beam_size", "alpha", "max_len")}
        arguments = {"model": model, "source": inputs["source"], **settings}
        ids, score = _two_things(invoke(answer, arguments, arguments), task)
        if isinstance(ids, float) or is_tensor(ids) and ids.is_floating_point() and ids.dim() == 0:
            raise Problem("ids-and-score-swapped")
        return {"ids": torch.tensor([sum(runs)]) if inputs.get("count_runs") else _ids(ids), "score": _number(score)}


def _check_source(source: Any, target: Any, given: Any) -> None:
    """Whether every row of the source that the model is given is the sentence: a model reads all of it."""
    if source.shape[1] == given.shape[1] and (source == given).all():
        return
    if target.shape[1] == given.shape[1] and (target == given).all():
        raise Problem("another-source:exchanged")
    row = next(row for row in source.tolist() if row != given[0].tolist())
    raise Problem("another-source", row=row, given=given[0].tolist())


@dataclass(frozen=True)
class StepByStep:
    """`answer(attention, x, past) -> (output, past)`, fed the positions of x (B, T, d_model) one after the other.

    Read are the outputs side by side, (B, T, d_model). With `count_projected` it is, in their place, how many
    positions went through `w_k` or `w_v` in each step, at least 1. With `look_at_past` the past is looked at as well:
    a pair of keys and values, each (B, n_heads, t, d_head), that the next step leaves as it is; two positions are fed
    once more, with the past that they had; and two others are put behind the same past, one after the other.
    """

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        import torch

        from course.attention import MultiHeadAttention
        x = inputs["x"]
        attention = MultiHeadAttention(x.shape[-1], inputs["n_heads"]).to(x.dtype).eval()
        attention.load_state_dict(inputs["weights"])
        seen = []
        for layer in (attention.w_k, attention.w_v):
            layer.register_forward_hook(lambda _, given, __: seen.append(given[0].numel() // given[0].shape[-1]))
        past, outputs, projected, pasts, order = None, [], [], [None], [""]
        with torch.no_grad():
            for t in range(x.shape[1]):
                seen.clear()
                before: Any = past and [part.clone() for part in past] if inputs.get("look_at_past") else None
                output, new_past = _two_things(answer(attention, x[:, t : t + 1], past), task)
                if not is_tensor(output):
                    return read((output, new_past), {"output": "B 1 d_model", "past": ""}, "torch")
                if output.dim() != 3:
                    raise Problem("wrong-number-of-axes:output", shape=tuple(output.shape),
                                  expected=(len(x), 1, x.shape[-1]))
                outputs.append(output)
                projected.append(max([1, *(n // len(x) for n in seen)]))
                if inputs.get("look_at_past"):
                    order.append(_check_past(attention, x[:, : t + 1], before, past, new_past))
                past = new_past
                pasts.append(past)
        if any(order):                    # two positions alone are turned round by many roads
            raise Problem(f"past-is-no-pair:{order[-1] or 'others'}")
        if inputs.get("look_at_past"):
            _check_again(answer, attention, x, pasts, outputs)
            _check_branches(answer, attention, x, pasts)
        sizes = {tuple(output.shape[::2]) for output in outputs}
        if len(sizes) > 1:
            raise Problem("shape-changes", shape=', '.join(str(tuple(output.shape)) for output in outputs[:3]))
        return {"output": torch.tensor(projected) if inputs.get("count_projected") else torch.cat(outputs, dim=1)}


def _check_past(attention: Any, x: Any, before: Any, past: Any, new: Any) -> str:
    """Whether a step has left `past` as it was `before`, and what `new` holds in place of the keys and values of x."""
    import torch
    if before is not None and (len(past) != 2 or not all(map(torch.equal, before, past))):
        raise Problem("changes-inputs:past")
    wanted = attention.keys_and_values(x, x)
    shape = tuple(wanted[0].shape)
    if not isinstance(new, (tuple, list)) or len(new) != 2 or not all(is_tensor(part) for part in new):
        count = f" of {len(new)}" if isinstance(new, (tuple, list)) else ""
        raise Problem("past-is-no-pair", what=type(new).__name__ + count, shape=shape)
    if any(tuple(part.shape) != shape for part in new):
        raise Problem("past-is-no-pair:shapes", have=[tuple(part.shape) for part in new], shape=shape)

    def holds(part, keys):
        return torch.allclose(part, keys, atol=1e-4)

    if all(map(holds, new, wanted)):
        return ""
    turned = all(holds(part.flip(2), keys) for part, keys in zip(new, wanted, strict=True))
    return "swapped" if all(map(holds, new, wanted[::-1])) else "turned" if turned else "others"


def _check_again(answer: Any, attention: Any, x: Any, pasts: list, outputs: list) -> None:
    """Whether the first position and the last give the same once more, each with the past that it had."""
    import torch
    for t, which in ((0, "anew"), (x.shape[1] - 1, "once-more")):
        output = answer(attention, x[:, t : t + 1], pasts[t])[0]
        if output.shape != outputs[t].shape or not torch.allclose(output, outputs[t], atol=1e-4):
            raise Problem(f"past-not-read:{which}")


def _check_branches(answer: Any, attention: Any, x: Any, pasts: list) -> None:
    """Whether what one continuation of a past returned is left as it is by another continuation of the same past."""
    import torch
    t = x.shape[1] - 1
    first = answer(attention, x[:, t : t + 1], pasts[t])[1]
    kept = [part.clone() for part in first]
    answer(attention, x[:, t : t + 1].flip(-1) + 1, pasts[t])
    if not all(map(torch.equal, kept, first)):
        raise Problem("past-not-read:shared")


def _two_things(returned: Any, task) -> tuple:
    if returned is None:
        raise Problem("returns-nothing:no-return")
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        count = f" ({len(returned)})" if isinstance(returned, (tuple, list)) else ""
        asked = "ids" if next(iter(task.gives)) == "ids" else "output"
        raise Problem(f"not-two-things:{asked}", what=type(returned).__name__ + count)
    return tuple(returned)


def _ids(ids: Any):
    import torch
    try:
        ids = torch.as_tensor(ids)
    except (TypeError, ValueError, RuntimeError):
        raise Problem("wrong-type:ids", kind=type(ids).__name__) from None
    if ids.dim() != 1:
        raise Problem("wrong-number-of-axes:ids", shape=tuple(ids.shape))
    if ids.numel() and (ids.is_floating_point() or ids.dtype == torch.bool):
        raise Problem("wrong-dtype:ids", dtype=ids.dtype)
    return ids.long()


def _number(score: Any):
    import torch
    if getattr(score, "ndim", 0):
        raise Problem("wrong-type:score-with-axes", shape=tuple(score.shape))
    try:
        return torch.tensor(float(score), dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        raise Problem("wrong-type:score", kind=type(score).__name__) from None
