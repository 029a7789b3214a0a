"""Probe for answers that are `nn.Module` classes: build one, give it the case's weights, call it."""
import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from .call import backward, invoke, is_floating, read
from .limits import Problem

if TYPE_CHECKING:
    from .asked import Asked


@dataclass(frozen=True)
class Module:
    """Construct the answer, copy the case's `weights` into it, put it in `eval()`, call it.

    A case of such an exercise has the constructor's arguments among its inputs, and `weights`, a
    dict from parameter names ("w_q.weight") to arrays. Weights whose names end in ".bias" are
    optional: where the answer has none, the expected values are computed without it as well. A case
    may have `earlier`, a dict of inputs with which the same object is called before; `relearned`, with which it is
    called before with the very same tensors and other weights; and `training`, which puts it in `train()` instead.

    Args:
        init: names of the inputs that the constructor takes, in order.
        optional: endings of the names of parameters that an answer may do without.
    """

    init: tuple[str, ...]
    optional: tuple[str, ...] = (".bias",)

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        return self._forward(self._build(answer, inputs, task), inputs, task)

    def prepare(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> Callable:
        """How cases must be changed to suit the answer: weights that it does not have are left out."""
        return self.suit(self.parameters(answer, inputs, task))

    def parameters(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> set[str]:
        """The names of the parameters that the answer has."""
        return {name for name, _ in self._construct(answer, inputs, task).named_parameters()}

    def suit(self, names: set[str]) -> Callable:
        """From a case to the same case for an answer with parameters of these names only."""
        def suit(case):
            weights = case.inputs.get("weights", {})
            kept = {name: w for name, w in weights.items() if name in names or not name.endswith(self.optional)}
            return case if len(kept) == len(weights) else case.without(weights=kept)
        return suit

    def gradients(
        self, answer: Callable, inputs: dict[str, Any], task: "Asked", project: Callable
    ) -> dict[str, Any]:
        """Gradients of `project(outputs)` for the inputs and for the weights."""
        module = self._build(answer, inputs, task)
        leaves = {name: x.detach().requires_grad_() for name, x in inputs.items() if is_floating(x)}
        outputs = self._forward(module, {**inputs, **{name: leaf.clone() for name, leaf in leaves.items()}}, task)
        weights = {name: module.get_parameter(name) for name in inputs.get("weights", {})}
        return backward(project(outputs), {**leaves, **weights})

    def unexpected(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> dict[str, tuple[int, ...]]:
        """Names and shapes of parameters that `forward` uses and for which the case has no weights."""
        module, weights = self._build(answer, inputs, task), inputs.get("weights", {})
        used = {id(parameter) for parameter in self._used(module, inputs, task)}
        return {name: tuple(parameter.shape) for name, parameter in module.named_parameters()
                if id(parameter) in used and name not in weights
                and not (name.endswith(self.optional) and _sibling(name) in weights)}

    def _used(self, module, inputs: dict[str, Any], task) -> list:
        """All parameters that `forward` uses, in the order of their first use."""
        import torch
        from torch.overrides import TorchFunctionMode
        seen: dict[int, Any] = {}
        parameter, tensor = torch.nn.Parameter, torch.Tensor

        class Watch(TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                kwargs = kwargs or {}
                for value in (*args, *kwargs.values()) if kwargs else args:
                    kind = type(value)
                    if kind is parameter:                      # `isinstance` takes long to say no to other tensors
                        seen.setdefault(id(value), value)
                    elif isinstance(value, (list, tuple)):
                        for one in value:
                            if isinstance(one, parameter):
                                seen.setdefault(id(one), one)
                    elif kind is not tensor and isinstance(value, tensor) and isinstance(value, parameter):
                        seen.setdefault(id(value), value)
                return function(*args, **kwargs)

        takes = {name: axes for name, axes in task.takes.items() if name not in self.init}
        copies = {name: x.clone() if isinstance(x, torch.Tensor) else x for name, x in inputs.items()}
        before = [(vars(part), _own_state(part)) for part in module.modules()]
        try:
            with torch.no_grad(), Watch():
                invoke(module, copies, takes, masks_by_name=True)
        except Exception:  # will show itself again when the answer is asked
            pass
        for now, then in before:                   # this call has left no trace
            for name in [name for name in now if name[:1] != "_" and name not in then]:
                del now[name]
            now.update(then)
        return list(seen.values())

    def sizes(self, inputs: dict[str, Any]) -> str:
        """The whole numbers that the constructor is given: "d_model = 4, n_heads = 2"."""
        return ", ".join(f"{name} = {inputs[name]}" for name in self.init
                         if isinstance(inputs.get(name), Integral) and not isinstance(inputs[name], bool))

    def _construct(self, answer: Callable, inputs: dict[str, Any], task):
        from torch import nn
        with _by_its_name(answer, task.names[0]):
            module = invoke(answer, inputs, {name: "" for name in self.init})
        if not isinstance(module, nn.Module):
            raise Problem("not-a-module", answer=task.names[0], kind=type(module).__name__)
        return module

    def _build(self, answer: Callable, inputs: dict[str, Any], task):
        import torch
        module = self._construct(answer, inputs, task).train(inputs.get("training", False))
        weights = inputs.get("weights", {})
        if not weights:
            return module
        like(module, next(iter(weights.values())))
        parameters = dict(module.named_parameters(remove_duplicate=False))
        for name, value in weights.items():
            if name not in parameters:
                raise self._missing(module, name, value)
            if parameters[name].shape != value.shape:
                raise another_shape(name, parameters[name], value, self.sizes(inputs), inputs)
        self._refuse_sharing({name: parameters[name] for name in weights})
        with torch.no_grad():
            for name, parameter in parameters.items():
                if name in weights:
                    parameter.copy_(weights[name])
                elif name.endswith(self.optional) and _sibling(name) in weights:
                    parameter.zero_()          # the answer being compared has no such bias
        return module

    def _forward(self, module, inputs: dict[str, Any], task) -> dict[str, Any]:
        takes = {name: axes for name, axes in task.takes.items() if name not in self.init}
        if "earlier" in inputs:
            invoke(module, inputs["earlier"], takes, masks_by_name=True)
        if inputs.get("relearned"):
            self._with_other_weights(module, inputs, takes)
        return read(invoke(module, inputs, takes, masks_by_name=True), task.gives, task.framework)

    def _with_other_weights(self, module, inputs: dict[str, Any], takes: dict[str, str]) -> None:
        """A call, as before a step of training; afterwards the weights are what they were."""
        import torch
        parameters = list(module.parameters())
        with torch.no_grad():
            torch._foreach_neg_(parameters)
            invoke(module, inputs, takes, masks_by_name=True)
            torch._foreach_neg_(parameters)

    def _refuse_sharing(self, parameters: dict[str, Any]) -> None:
        names: dict[int, list[str]] = {}
        for name, parameter in parameters.items():
            names.setdefault(parameter.data_ptr() or id(parameter), []).append(name)
        for same in names.values():
            if len(same) > 1:
                layers, tensors = (", ".join(f"`{name}`" for name in found) for found in
                                   ([name.rpartition(".")[0] or name for name in same], same))
                raise Problem("shared-weights", layers=layers, tensors=tensors)

    def _missing(self, module, name: str, value) -> Problem:
        import torch
        found: Any = module
        path, _, last = name.rpartition(".")
        for part in name.split("."):
            if isinstance(found, (list, tuple)) and part.isdigit() and int(part) < len(found):
                found = found[int(part)]
            else:
                found = getattr(found, part, None)
        if isinstance(found, torch.Tensor):
            return Problem("not-registered:exists", name=name)
        layer = getattr(module, path.split(".")[0], None)
        if path and isinstance(layer, torch.Tensor):
            return Problem("not-a-layer", path=path)
        hidden = [n for n, v in vars(module).items()
                  if not n.startswith("_") and isinstance(v, (list, tuple, dict)) and _holds_modules(v)]
        if hidden:
            return Problem("not-registered:hidden", name=name, holder=hidden[0],
                           kind=type(getattr(module, hidden[0])).__name__)
        if any(isinstance(part, torch.nn.MultiheadAttention) for part in module.modules()):
            return Problem("missing-layer:torch-attention", name=name, shape=tuple(value.shape))
        several = next((f"`{n}` {tuple(p.shape)}" for n, p in module.named_parameters() if p.ndim == value.ndim == 2
                        and p.shape in ((2 * len(value), value.shape[1]), (3 * len(value), value.shape[1]))), None)
        if several and last == "weight":
            return Problem("missing-layer:one-matrix", name=name, shape=tuple(value.shape), several=several)
        have = ", ".join(f"`{n}`" for n, _ in module.named_parameters())
        if have:
            return Problem("missing-layer:has-others", name=name, shape=tuple(value.shape), have=have)
        return Problem("missing-layer:has-none", name=name, shape=tuple(value.shape))


@contextlib.contextmanager
def _by_its_name(answer: Any, name: str) -> Iterator[None]:
    """Inside, the code of a class finds it under its own name and under the exercise's.

    `super(SelfAttention, self).__init__()` is right, and would fail where the class has been given another name, was
    made inside a function, or where the course's stands under its name for the time being.
    """
    own = vars(answer).get("__init__") if isinstance(answer, type) else None
    known = getattr(own, "__globals__", None)
    if not isinstance(known, dict):
        yield
        return
    missing = object()
    before = {n: known.get(n, missing) for n in {answer.__name__, name} if known.get(n) not in answer.__mro__}
    known.update(dict.fromkeys(before, answer))
    try:
        yield
    finally:
        for n, value in before.items():
            if value is missing:
                known.pop(n, None)
            else:
                known[n] = value


def like(module: Any, tensor: Any) -> Any:
    """The module, moved to where the tensor is and to its dtype, if it is not there already."""
    if all(p.dtype == tensor.dtype and p.device == tensor.device for p in itertools.chain(
            module.parameters(), module.buffers())):
        return module
    return module.to(tensor.device, tensor.dtype)


def _own_state(part) -> dict[str, Any]:
    """What an answer keeps on `self` besides its layers."""
    return {name: value.copy() if isinstance(value, (list, dict, set)) else value
            for name, value in vars(part).items() if name[:1] != "_"}


def another_shape(name: str, found: Any, wanted: Any, sizes: str = "", inputs: dict | None = None) -> Problem:
    """A parameter has another shape than the weights that belong there. `sizes` are those that it is made of."""
    shape, expected = tuple(found.shape), tuple(wanted.shape)
    if wanted.ndim == 2 and len(shape) == 2 and inputs and (reason := _known_size(shape, expected, inputs)):
        return Problem(f"wrong-layer-shape:{reason}", name=name, shape=shape, expected=expected, sizes=sizes,
                       of_a_group=inputs.get("n_heads", 0) // inputs.get("n_kv_heads", 1))
    if wanted.ndim == 2 and sizes:
        return Problem("wrong-layer-shape:matrix-of-sizes", name=name, shape=shape, expected=expected, sizes=sizes)
    if wanted.ndim == 2:
        return Problem("wrong-layer-shape:matrix", name=name, shape=shape, expected=expected)
    return Problem("wrong-layer-shape", name=name, shape=shape, expected=expected)


def _known_size(shape: tuple[int, ...], expected: tuple[int, ...], inputs: dict[str, Any]) -> str:
    """Where the one size that differs seems to come from, if that is known."""
    differ = [(have, want) for have, want in zip(shape, expected, strict=True) if have != want]
    if len(differ) != 1 or differ[0][0] == inputs.get("d_model"):
        return ""
    have, want = differ[0]
    if want == inputs.get("d_ff") and have in (2 * want // 3, round(2 * want / 3)):
        return "two-thirds"
    heads, keys = inputs.get("n_heads", 0), inputs.get("n_kv_heads", 0)
    if keys and heads // keys != keys and have * keys == want * (heads // keys):
        return "group-for-keys"
    return ""


def _sibling(name: str) -> str:
    return name.rpartition(".")[0] + ".weight"


def _holds_modules(values: Any) -> bool:
    from torch import nn
    return any(isinstance(v, nn.Module) for v in (values.values() if isinstance(values, dict) else values))
