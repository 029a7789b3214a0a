"""How an answer is put to a case, and how what it returns is read."""
import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .limits import Problem

if TYPE_CHECKING:
    import torch

    from .asked import Asked


@dataclass(frozen=True)
class Function:
    """Call the answer with the case's inputs, in order; an input that the case leaves out is left out.

    A case may have `later`, a dict of inputs with which it is called once more before the first result is looked at.
    """

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        found = read(invoke(answer, inputs, task.takes), task.gives, task.framework)
        if "later" in inputs:
            invoke(answer, inputs["later"], task.takes)
        return found

    def gradients(
        self, answer: Callable, inputs: dict[str, Any], task: "Asked", project: Callable
    ) -> dict[str, Any]:
        """Gradients of `project(outputs)` for each floating-point input; None where none arrives."""
        leaves = {name: x.detach().requires_grad_() for name, x in inputs.items() if is_floating(x)}
        outputs = self(answer, {**inputs, **{name: leaf.clone() for name, leaf in leaves.items()}}, task)
        return backward(project(outputs), leaves)


@dataclass(frozen=True)
class Table(Function):
    """A table that is computed, not learned."""

    def __call__(self, answer, inputs, task):
        returned = invoke(answer, inputs, task.takes)
        if isinstance(returned, np.ndarray) and task.framework == "torch":
            raise Problem("not-a-tensor:table", name=next(iter(task.gives)))
        values = read(returned, task.gives, task.framework)
        if any(value.requires_grad for value in values.values()):
            raise Problem("trainable")
        if any(type(value).__name__ == "Parameter" for value in values.values()):
            raise Problem("parameter")
        return values


@dataclass(frozen=True)
class FromHeads(Function):
    """What has four axes comes as heads do, cut out of (B, T, n_heads, d_head): the same numbers, in another order in
    memory."""

    def __call__(self, answer, inputs, task):
        return super().__call__(answer, {name: _as_heads(x) for name, x in inputs.items()}, task)


@dataclass(frozen=True)
class Ends(Function):
    """Two numbers, `low, high`; an array or a list of the two is as good as a tuple."""

    def __call__(self, answer, inputs, task):
        returned = invoke(answer, inputs, task.takes)
        if isinstance(returned, np.ndarray) and returned.shape == (2,):
            returned = tuple(returned)
        return read(returned, task.gives, task.framework)


@dataclass(frozen=True)
class OwnArray(Function):
    """What comes back is an array of its own, also where its numbers are those of the array that was given."""

    def __call__(self, answer, inputs, task):
        before = {name: x.copy() for name, x in inputs.items()}
        returned = invoke(answer, inputs, task.takes)
        given = next((name for name, x in inputs.items() if _is_part(returned, x) and np.array_equal(x, before[name])),
                     None)
        if given is not None:                      # always, and for whoever writes into it, there is another reason
            twice = {name: 2 * x for name, x in before.items()}
            if not _is_part(invoke(answer, twice, task.takes), twice[given]):
                raise Problem("gives-back-its-input", name=given)
        return read(returned, task.gives, task.framework)


def _is_part(returned: Any, x: np.ndarray) -> bool:
    return isinstance(returned, np.ndarray) and np.shares_memory(returned, x)


def _as_heads(x: Any) -> Any:
    return x.transpose(1, 2).contiguous().transpose(1, 2) if is_tensor(x) and x.dim() == 4 else x


def invoke(function: Callable, inputs: dict[str, Any], takes: dict[str, str], masks_by_name: bool = False) -> Any:
    """Positional arguments, as the signatures of the course have them; by keyword where one before is left out.

    The cells of a lesson give by its place what has no default, and a mask. A function that takes it by its name only
    is a Problem; `masks_by_name` lets it pass for masks, where the cells are written for either.
    """
    keyword_only = _keyword_only(getattr(type(function), "forward", function))
    positional, named, gap = [], {}, False
    for name in takes:
        is_mask = name.endswith("mask")
        if name in keyword_only and (not masks_by_name if is_mask else not keyword_only[name]):
            raise Problem("keyword-only", name=name)
        if name not in inputs:
            gap = True
        elif gap or name in keyword_only:
            named[name] = inputs[name]
        else:
            positional.append(inputs[name])
    return function(*positional, **named)


def _keyword_only(function: Callable) -> dict[str, bool]:
    """The arguments that can be given by their names only, and whether they have a default."""
    if type(function) is functools.partial:            # new ones of the same kind are made all the time
        return _read_keyword_only(function.func, len(function.args), tuple(function.keywords))
    return _read_keyword_only(function)


@functools.lru_cache(maxsize=512)
def _read_keyword_only(function: Callable, given: int = 0, named: tuple[str, ...] = ()) -> dict[str, bool]:
    if given or named:
        function = functools.partial(function, *[None] * given, **dict.fromkeys(named))
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default is not p.empty for p in parameters if p.kind is p.KEYWORD_ONLY}


def read(returned: Any, gives: dict[str, str], framework: str) -> dict[str, Any]:
    """Name what came back, or raise Problem saying what it is instead of what was asked for."""
    names = list(gives)
    if returned is None:
        raise Problem("returns-nothing")
    if isinstance(returned, dict):
        raise Problem("returns-a-dict", asked_for=_asked_for(gives))
    if len(names) == 1:
        if isinstance(returned, tuple):
            if len(returned) == 1:
                raise Problem("trailing-comma")
            raise Problem("returns-a-tuple", count=len(returned), asked_for=_asked_for(gives))
        returned = (returned,)
    elif not isinstance(returned, (tuple, list)):
        raise Problem("returns-one-thing", what=_what(returned), asked_for=_asked_for(gives))
    elif len(returned) != len(names):
        raise Problem("returns-another-number-of-things", count=len(returned), asked_for=_asked_for(gives))
    for name, value in zip(names, returned, strict=True):
        _check_type(name, value, framework, "number" if gives[name] == "" else "NumPy array")
    return dict(zip(names, returned, strict=True))


def backward(total: "torch.Tensor", leaves: dict[str, Any]) -> dict[str, Any]:
    """Gradients of the number `total`, None for leaves that it does not depend on."""
    import torch
    if not total.requires_grad:
        return dict.fromkeys(leaves)
    open_ = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    found = torch.autograd.grad(total, list(open_.values()), allow_unused=True)
    return dict.fromkeys(leaves) | dict(zip(open_, found, strict=True))


def to_numpy(value: Any) -> np.ndarray:
    """A copy, out of the answer's reach."""
    if is_tensor(value):
        value = value.detach().cpu()
        if value.dtype.is_floating_point and value.element_size() < 4:
            value = value.float()          # NumPy has no bfloat16
        value = value.numpy()
    return np.array(value, copy=True, subok=False)


def dtype_name(value: Any) -> str:
    """"float32", "int64", "bool"."""
    return str(getattr(value, "dtype", None) or np.asarray(value).dtype).removeprefix("torch.")


def to_framework(value: Any, framework: str) -> Any:
    """A fresh copy of an input: arrays become tensors in torch exercises."""
    if isinstance(value, dict):
        return {name: to_framework(item, framework) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        if framework == "torch":
            import torch
            return torch.from_numpy(value.copy())
        return value.copy()
    return value


def _check_type(name: str, value: Any, framework: str, wanted: str) -> None:
    if framework == "torch":
        if isinstance(value, (np.ndarray, np.generic)):
            if "mask" in name:
                raise Problem("not-a-tensor:mask", name=name)
            raise Problem("not-a-tensor", name=name)
        if isinstance(value, bool):
            raise Problem("wrong-type:yes-or-no", name=name, value=value)
        if isinstance(value, (int, float)):
            raise Problem("wrong-type:plain-number", name=name)
        if not is_tensor(value):
            if isinstance(value, tuple):
                raise Problem("wrong-type:several", name=name, n=len(value))
            raise Problem("wrong-type:no-tensor", name=name, what=_what(value))
        return
    if is_tensor(value):
        raise Problem("not-an-array:tensor", name=name, wanted=wanted)
    if isinstance(value, (list, tuple)):
        raise Problem("not-an-array:list", name=name, kind=type(value).__name__, wanted=wanted)
    if value is None:
        raise Problem("returns-nothing:result", name=name)
    if not isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        raise Problem("wrong-type:result", name=name, what=_what(value), wanted=wanted)
    if isinstance(value, np.matrix):
        raise Problem("not-an-array:matrix", name=name)
    if np.asarray(value).dtype.kind not in "biuf":
        raise Problem("wrong-type:array", name=name, dtype=np.asarray(value).dtype)


def _asked_for(gives: dict[str, str]) -> str:
    """"`output` (T_q, d_v), `weights` (T_q, T_k)"."""
    return ", ".join(f"`{name}` ({axes.replace(' ', ', ')})" if axes else f"`{name}`" for name, axes in gives.items())


def _what(value: Any) -> str:
    """"Tensor (2, 3)", "str"."""
    shape = getattr(value, "shape", None)
    return type(value).__name__ + (f" {tuple(shape)}" if isinstance(shape, tuple) else "")


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor of PyTorch, which is not imported for this."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_floating(value: Any) -> bool:
    """Whether it is a tensor of floating-point numbers."""
    return is_tensor(value) and value.is_floating_point()
