"""Probe for modules made of modules: feed-forward, encoder and decoder layers, stacks of them.

A contract for such a class gives the signatures of `__init__` and `forward`, and not the names of the parts: one
learner writes `self.norm_1`, another `self.ln1`. `Block` therefore recognises a part by what it is, and which of
several it is by the order in which `forward` first uses them.
"""
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .call import backward, is_floating
from .limits import Problem
from .modules import Module, another_shape, like

if TYPE_CHECKING:
    import numpy as np

    from .asked import Asked

__all__ = ["Block", "block_weights"]

_PROJECTIONS = ("w_q", "w_k", "w_v", "w_o")


@dataclass(frozen=True)
class Block(Module):
    """Construct the answer, put the case's `weights` where they belong, call it in `eval()`.

    The `weights` bear the course's names, as `block_weights` makes them, the parts of a kind in the order in which a
    right answer uses them:

    * "self_attention.w_q.weight" ...: an attention, any module with four Linear layers `w_q, w_k, w_v, w_o`, or
      PyTorch's own `nn.MultiheadAttention`;
    * "feed_forward.w_1.weight" ...: two matrices, d_model to d_ff and back, wherever the answer keeps them;
    * "norm_1.weight", "norm_1.bias": any module with a `weight` vector.

    The answer's own names and the order in which it registers its parts play no role. A part that it does not have,
    a second norm say, is left out: then the values differ, and mistakes are recognised by their values as always.
    What nothing can be put into, and what `parameters()` does not list, is a Problem. d_ff must not be d_model.
    """

    optional: tuple[str, ...] = tuple(f"{name}.bias" for name in _PROJECTIONS)

    def parameters(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> set[str]:
        module = self._ready(answer, inputs, task)
        return set(self._find(module, inputs, self._used(module, inputs, task)))

    def suit(self, names: set[str]) -> Callable:
        def suit(case):
            weights = case.inputs.get("weights", {})
            if not weights or not names:
                return case
            lacking = {name for name in weights if name.endswith(self.optional)} - names
            # Cases differ in the number of layers: what the answer lacks is told by the names without numbers.
            kinds = {_kind(name) for name in lacking} - {_kind(name) for name in names}
            kept = {name: w for name, w in weights.items() if _kind(name) not in kinds}
            return case if len(kept) == len(weights) else case.without(weights=kept)
        return suit

    def gradients(
        self, answer: Callable, inputs: dict[str, Any], task: "Asked", project: Callable
    ) -> dict[str, Any]:
        module, found = self._filled(answer, inputs, task)
        leaves = {name: x.detach().requires_grad_() for name, x in inputs.items() if is_floating(x)}
        outputs = self._forward(module, {**inputs, **{name: leaf.clone() for name, leaf in leaves.items()}}, task)
        places = {name: found[name] for name in inputs.get("weights", {}) if name in found}
        gradients = backward(project(outputs), {**leaves, **{name: p.parameter for name, p in places.items()}})
        return {name: g if g is None or name not in places else places[name].part(g) for name, g in gradients.items()}

    def unexpected(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> dict[str, tuple[int, ...]]:
        return {}                                  # `_find` refuses them before anything is computed

    def _build(self, answer: Callable, inputs: dict[str, Any], task):
        return self._filled(answer, inputs, task)[0]

    def _ready(self, answer: Callable, inputs: dict[str, Any], task):
        module = self._construct(answer, inputs, task).train(inputs.get("training", False))
        weights = inputs.get("weights", {})
        if not weights:
            return module
        return like(module, next(iter(weights.values())))

    def _filled(self, answer: Callable, inputs: dict[str, Any], task) -> tuple[Any, dict[str, "Place"]]:
        """The module with the case's weights in it, and where each of them went."""
        import torch
        module, weights = self._ready(answer, inputs, task), inputs.get("weights", {})
        if not weights:
            return module, {}
        found = self._find(module, inputs, self._used(module, inputs, task))
        with torch.no_grad():
            parts = {name: place.part(place.parameter) for name, place in found.items()}
            self._refuse_sharing(parts)
            for name, place in found.items():
                part = parts[name]
                if name not in weights:
                    part.zero_()                   # the answer being compared has no such bias
                    continue
                if part.shape != weights[name].shape:
                    path = next(n for n, p in module.named_parameters() if p is place.parameter)
                    raise another_shape(path, place.parameter, weights[name], self.sizes(inputs), inputs)
                part.copy_(weights[name])
        return module, found

    def _find(self, module: Any, inputs: dict[str, Any], used: Sequence) -> dict[str, "Place"]:
        """For each of the course's names where the answer keeps that parameter. `used` is in the order of first use."""
        from torch import nn
        weights = inputs.get("weights", {})
        order = {id(parameter): n for n, parameter in enumerate(used)}
        own = {id(p): name for name, p in module.named_parameters(remove_duplicate=False)}
        self._refuse_hidden(used, own)

        def first_use(part) -> int:
            parameters = part.parameters(recurse=True) if isinstance(part, nn.Module) else [part]
            return min((order.get(id(p), len(order)) for p in parameters), default=len(order))

        found: dict[str, Place] = {}
        modules = list(module.modules())
        attentions = [places for m in modules if (places := _projections(m))]
        attentions.sort(key=lambda places: min(order.get(id(p.parameter), len(order)) for p in places.values()))
        for path, places in zip(_paths(weights, "w_q."), attentions, strict=False):
            found |= {f"{path}{name}": place for name, place in places.items()}
        inside = {id(place.parameter) for places in attentions for place in places.values()}

        norms = [m for m in modules if getattr(m._parameters.get("weight"), "ndim", 0) == 1]
        inside |= {id(p) for m in norms for p in m.parameters()}
        besides = self._besides(used, weights)
        found |= besides
        inside |= {id(place.parameter) for place in besides.values()}
        for path, norm in zip(_norm_paths(weights), sorted(norms, key=first_use), strict=False):
            found |= {f"{path}{end}": Place(p) for end, p in norm._parameters.items() if p is not None}

        rest = sorted((p for p in module.parameters() if id(p) not in inside), key=first_use)
        layers = _paths(weights, "w_1.")
        if layers:
            wide, narrow = weights[f"{layers[0]}w_1.weight"].shape
            linear = {id(m.weight) for m in modules if isinstance(m, (nn.Linear, nn.Conv1d))}
            shapes = {sizes + end for sizes in ((wide, narrow), (narrow, wide)) for end in ((), (1,))}
            matrices = [p for p in rest if p.shape in shapes]
            roles = [f"{path}w_{n}.weight" for path in layers for n in (1, 2)]
            for name, parameter in zip(roles, matrices, strict=False):
                turned = id(parameter) not in linear and parameter.shape[:2] != weights[name].shape
                found[name] = Place(parameter, turned=turned)
            for n, size in ((1, wide), (2, narrow)):
                vectors = [p for p in rest if p.shape == (size,)]
                for path, parameter in zip(layers, vectors, strict=False):
                    found[f"{path}w_{n}.bias"] = Place(parameter)
            if len(matrices) < 2:
                first, second, have = (wide, narrow), (narrow, wide), _shapes(own, rest)
                if sum(p.ndim >= 2 for p in rest) < 2:
                    raise Problem("missing-layer:feed-forward", first=first, second=second, have=have)
                raise Problem("missing-layer:other-sizes", first=first, second=second, have=have, d_model=narrow,
                              d_ff=wide)
        if _paths(weights, "w_q.") and not attentions:
            raise Problem("missing-layer:attention", have=_shapes(own, rest))
        placed = {id(place.parameter) for place in found.values()} | {id(p) for m in norms for p in m.parameters()}
        for parameter in used:
            if id(parameter) not in placed:
                name, shape = own[id(parameter)], tuple(parameter.shape)
                if "n_layers" in inputs and re.search(r"\.\d+\.", name):
                    raise Problem("unexpected-layer:stack", name=name, shape=shape, n_layers=inputs["n_layers"])
                raise Problem("unexpected-layer", name=name, shape=shape)
        return found

    def _besides(self, used: Sequence, weights: dict[str, Any]) -> dict[str, "Place"]:
        """What else an exercise asks for, by the course's names. `used` is in the order of first use."""
        return {}

    def _refuse_hidden(self, used: Iterable, own: dict[int, str]) -> None:
        hidden = next((p for p in used if id(p) not in own), None)
        if hidden is not None:
            raise Problem("not-registered:used", shape=tuple(hidden.shape))


@dataclass(frozen=True)
class Place:
    """Where an answer keeps one of the parameters: the whole of one of its own, or some rows, perhaps transposed.

    The last axis of a convolution over one position is left out.
    """

    parameter: Any
    rows: slice | None = None
    turned: bool = False

    def part(self, of: Any) -> Any:
        """The rows that are meant, of the parameter or of its gradient, as the course has them."""
        part = of if self.rows is None else of[self.rows]
        part = part[..., 0] if part.ndim == 3 else part
        return part.T if self.turned else part


def _shapes(own: dict[int, str], parameters: Iterable) -> str:
    return ", ".join(f"`{own[id(p)]}` {tuple(p.shape)}" for p in parameters) or "–"


def _projections(module) -> dict[str, Place]:
    """"w_q.weight" ... of an attention, ours or PyTorch's own; empty if the module is none."""
    from torch import nn
    if isinstance(module, nn.MultiheadAttention) and module.in_proj_weight is not None:
        size = module.embed_dim
        rows = {name: slice(n * size, (n + 1) * size) for n, name in enumerate(("w_q", "w_k", "w_v"))}
        places = {f"{name}.weight": Place(module.in_proj_weight, part) for name, part in rows.items()}
        places["w_o.weight"] = Place(module.out_proj.weight)
        if module.in_proj_bias is not None:
            places |= {f"{name}.bias": Place(module.in_proj_bias, part) for name, part in rows.items()}
            places["w_o.bias"] = Place(module.out_proj.bias)
        return places
    if not all(isinstance(getattr(module, name, None), nn.Linear) for name in _PROJECTIONS):
        return {}
    return {f"{name}.{end}": Place(p) for name in _PROJECTIONS for end, p in getattr(module, name).named_parameters()}


def block_weights(
    rng: "np.random.Generator", d_model: int, d_ff: int = 0, attentions: Sequence[str] = (), norms: Sequence[str] = (),
    feed_forwards: Sequence[str] = (), dtype: str = "float64",
) -> dict[str, Any]:
    """Random weights under the course's names, for the cases of a `Block`.

    Each sequence holds the paths of the parts of one kind in the order of their use: `norms=("norm_1", "norm_2")`.
    The path "" is the answer itself.
    """
    def normal(*shape, scale=1.0):
        return (scale * rng.normal(size=shape)).astype(dtype)

    weights = {}
    for path in attentions:
        for name in _PROJECTIONS:
            weights[_join(path, f"{name}.weight")] = normal(d_model, d_model, scale=1 / math.sqrt(d_model))
            weights[_join(path, f"{name}.bias")] = normal(d_model, scale=0.5)
    for path in norms:
        weights[_join(path, "weight")] = 1 + normal(d_model, scale=0.3)
        weights[_join(path, "bias")] = normal(d_model, scale=0.3)
    for path in feed_forwards:
        for name, (out, into) in (("w_1", (d_ff, d_model)), ("w_2", (d_model, d_ff))):
            weights[_join(path, f"{name}.weight")] = normal(out, into, scale=1 / math.sqrt(into))
            weights[_join(path, f"{name}.bias")] = normal(out, scale=0.5)
    return weights


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _paths(weights: dict[str, Any], part: str) -> list[str]:
    """"self_attention." for "self_attention.w_q.weight" and part "w_q."; in the order of the names."""
    return [name.removesuffix(f"{part}weight") for name in weights if name.endswith(f"{part}weight")]


def _norm_paths(weights: dict[str, Any]) -> list[str]:
    return [name.removesuffix("weight") for name, value in weights.items() if name.endswith("weight")
            and value.ndim == 1]


def _kind(name: str) -> str:
    """"layers.self_attention.w_q.bias" of "layers.0.self_attention.w_q.bias"."""
    return ".".join(part for part in name.split(".") if not part.isdigit())
