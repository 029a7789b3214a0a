"""Properties of masked attention: what is forbidden stays without influence, however well it would fit.

Scores of ±40,000 tell a mask that closes from one that only discourages: −10000, filled in or added,
lets a forbidden key win whose own score is that much higher. A mask that is laid over the shares and
followed by a division by their sum closes, and is left with 0/0 where a forbidden score towers above
the others: cases made by `towering` show it.
"""
import math
from collections.abc import Callable, Mapping

import numpy as np

from classroom.judge.evidence import number
from classroom.judge.exercise import Property
from course._words import say

_HIGH = 40_000.0      # scores of forbidden keys; those of allowed ones are just as low
_TOWER = 5_000.0
_WHY = ("Whatever you fill in or add is not low enough: a score can be higher than that, and the forbidden place wins. "
        "Numbers as large as this are rare, and a model that meets them reads what it must not.")
_LOOK = "Which number is below every score there can be?"
_SHARE = 1e-30


def towering(
    asking: np.ndarray, asked: np.ndarray, allowed: np.ndarray, weights: Mapping[str, np.ndarray], n_heads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of a layer with projections, such that every score of a forbidden key is far above those of the others.

    Args:
        asking: what is projected by `w_q`: (B, T_q, d_model). All of it comes back close to its first vector.
        asked: what is projected by `w_k`: (B, T_k, d_model). Forbidden ones come back as another vector.
        allowed: bool (B, T_k).
        weights: with "w_q.weight" and "w_k.weight"; there are at least as many dimensions as numbers of a key.
        n_heads: the keys are cut into as many pieces.
    """
    query = weights["w_q.weight"] @ asking[0, 0]
    least = (query.reshape(n_heads, -1) ** 2).sum(-1).min() / math.sqrt(len(query) / n_heads)
    key = np.linalg.pinv(weights["w_k.weight"]) @ query * (_TOWER / least)
    near = asking[0, 0] + 0.05 * asking
    return near.astype(asking.dtype), np.where(allowed[..., None], asked, key).astype(asked.dtype)


def of_function() -> Property:
    """For `answer(q, k, v, mask)`."""
    def broken(ask) -> str | None:
        q, k = np.ones((2, 3, 4)), _keys(4, _HIGH / 2)
        outcome = ask(q=q, k=k, v=_values(2, 4, 3), mask=_mask(3))
        return _leak(outcome) or _starved(outcome, high=True)
    return Property("fill-not-low-enough", broken, _WHY, _LOOK)


def of_projections(memory: bool, heads: bool = False) -> Property:
    """For modules with `w_q`, `w_k` and `w_v` of (d_model, d_k, d_v), or with heads and `w_o`."""
    def broken(ask) -> str | None:
        length = math.sqrt(_HIGH / (2 if heads else 4) ** 0.5)
        x = np.concatenate([_keys(1, 1.0), np.ones((2, 4, 1)), _values(2, 4, 2)], axis=-1)
        weights = {"w_q.weight": np.zeros((4, 4)), "w_k.weight": np.zeros((4, 4)), "w_v.weight": np.eye(4)}
        weights["w_q.weight"][:, 1] = weights["w_k.weight"][:, 0] = length
        if heads:
            sizes, given = {"d_model": 4, "n_heads": 2}, {"query": x[:, :3], "key": x, "value": x}
            weights["w_o.weight"] = np.eye(4)
            mask = _mask(3)
        else:
            sizes, given, mask = {"d_model": 4, "d_k": 4, "d_v": 4}, {"x": x}, _mask(4)
            if memory:
                given, mask = {"x": x[:, :3], "memory": x}, _mask(3)
        outcome = ask(**sizes, **given, mask=mask, weights=weights)
        if (seen := _leak(outcome) or _starved(outcome, high=True)) is not None:
            return seen
        x[..., 0] = -1.0                                   # all keys as low as the allowed ones were
        return _starved(ask(**sizes, **given, mask=mask, weights=weights), high=False)
    return Property("fill-not-low-enough", broken, _WHY, _LOOK)


def of_block(paths: dict[str, str], attentions: tuple[str, ...], weights_of: Callable, **sizes) -> Property:
    """For layers, whose shares are not seen: other values at forbidden places, and nothing else may change.

    Args:
        paths: for each mask that the answer takes, the input that holds its keys.
        attentions: names of the attentions, as in `block_weights`.
        weights_of: weights for d_model 4 and d_ff 6 under the names of the exercise.
        sizes: other arguments of the constructor.
    """
    def broken(ask) -> str | None:
        weights = weights_of()
        for path in attentions:
            for name, column in (("w_q", 1), ("w_k", 0)):
                weights[f"{path}.{name}.weight"] = np.zeros((4, 4))
                weights[f"{path}.{name}.weight"][:, column] = 200.0
                weights[f"{path}.{name}.bias"] = np.zeros(4)
        for mask, keys in paths.items():
            seen = []
            for forbidden in ([1.5, 0.5, -1.0, -1.0], [1.5, 0.5, -2.0, 0.0]):
                x = np.array([[[-1.5, 1.2, 0.1, 0.2], [-1.2, 1.5, -0.2, -0.1], forbidden]])
                other = {name: x[:, :2] for name in set(paths.values()) - {keys}}
                inputs = {**other, keys: x, mask: np.array([[[True, True, False]]])}
                seen.append(ask(**sizes, d_model=4, n_heads=2, d_ff=6, **_first(paths, inputs), weights=weights))
            if not all(outcome.returned for outcome in seen):
                return None                        # nothing has been established
            a, b = (outcome.values["y"][:, :2] for outcome in seen)
            if a.shape == b.shape and np.isfinite(a).all() and np.abs(a - b).max() > 1e-6:
                return say("Two words are allowed by `{mask}` and a third is forbidden, with scores {high:.0f} and "
                           "more above theirs. When the forbidden word is exchanged for another one, what comes out "
                           "for the other two changes by up to {max}.", mask=mask, high=_HIGH,
                           max=number(np.abs(a - b).max()))
        for mask, keys in paths.items():
            x = np.array([[[-1.5, 1.2, 0.1, 0.2], [-1.2, 1.5, -0.2, -0.1], [-1.4, 1.3, 0.3, -0.2]]])
            other = {name: x[:, :2] for name in set(paths.values()) - {keys}}
            seen = [ask(**sizes, d_model=4, n_heads=2, d_ff=6, weights=weights, **_first(paths, {
                **other, keys: x[:, :words], mask: np.arange(words)[None, None] < 2})) for words in (3, 2)]
            if not all(outcome.returned for outcome in seen):
                return None
            a, b = (outcome.values["y"][:, :2] for outcome in seen)
            if a.shape == b.shape and np.isfinite(a).all() and np.abs(a - b).max() > 1e-6:
                return say("Two words are allowed by `{mask}` and a third is forbidden, all with scores of about "
                           "−{high:.0f}. Without the third, what comes out for the other two is another thing, by up "
                           "to {max}.", mask=mask, high=_HIGH, max=number(np.abs(a - b).max()))
        return None
    return Property("fill-not-low-enough", broken, _WHY, _LOOK)


def _first(paths: dict[str, str], inputs: dict) -> dict:
    """With the other masks as None, so that nothing is left out in the middle."""
    return {**dict.fromkeys(paths), **inputs}


def _keys(size: int, high: float) -> np.ndarray:
    """(2, 4, size): two allowed keys of −high and two forbidden ones of +high, in other places in each sentence."""
    signs = np.where(_mask(1)[:, 0], -1.0, 1.0)[..., None]
    return high * signs * np.ones((2, 4, size))


def _mask(t_q: int) -> np.ndarray:
    return np.array([[[True, True, False, False]], [[False, True, True, False]]]).repeat(t_q, axis=1)


def _values(*shape: int) -> np.ndarray:
    return np.random.default_rng(8).normal(size=shape)


def _leak(outcome) -> str | None:
    """What the answer gives to forbidden places of `_mask`, if anything."""
    weights = outcome.values.get("weights")
    if weights is None or weights.ndim < 3 or weights.shape[-1] != 4:
        return None
    allowed = _mask(1)[:, 0]
    share = max((float(weights[b][..., ~row].max()) for b, row in enumerate(allowed)), default=0.0)
    if not share > _SHARE:
        return None
    return say("Two keys are allowed, with scores of about −{high:.0f}, and two are forbidden, with scores of about "
               "{high:.0f}. A forbidden one gets a share of {share}; it should be 0.", high=_HIGH, share=number(share))


def _starved(outcome, high: bool) -> str | None:
    """What the allowed places of `_mask` get together, if that is not 1; `high`: the others have high scores."""
    weights = outcome.values.get("weights")
    if weights is None or weights.ndim < 3 or weights.shape[-1] != 4:
        return None
    total = min(float(weights[b][..., row].sum(-1).min()) for b, row in enumerate(_mask(1)[:, 0]))
    if not abs(total - 1) > 1e-3:
        return None
    if high:
        return say("Two keys are allowed, with scores of about −{high:.0f}, and two are forbidden, with scores of "
                   "about {high:.0f}. The allowed ones get {total} together; it should be 1.", high=_HIGH,
                   total=number(total))
    return say("Two keys are allowed, with scores of about −{high:.0f}, and two are forbidden, with scores just as "
               "low. The allowed ones get {total} together; it should be 1.", high=_HIGH, total=number(total))
