"""Probe for whole models: token ids in, logits over the vocabulary out."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .blocks import Place
from .limits import Problem
from .own import OwnBlock

if TYPE_CHECKING:
    from .asked import Asked

__all__ = ["Whole"]

_TABLES = ("embedding.weight", "embedding_2.weight", "embedding_3.weight")
_BIAS = "output.bias"
_NONE = "–"              # in the place of shapes


@dataclass(frozen=True)
class Whole(OwnBlock):
    """As `OwnBlock`, for a model with tables of embeddings. What comes out where `target` is padding is set to 0.

    The table that is used first gets the case's "embedding.weight". A model that shares one table has no other; for
    those that do not, a case has spare ones, "embedding_2.weight" and "embedding_3.weight", and "output.bias", a
    number for each token; where nobody uses them they stay in the case. d_model, d_ff and the size
    of the vocabulary must differ. `longest` is `max_len` where a case says nothing of it.
    """

    longest: int = 256

    def _settle(self, module: Any, inputs: dict[str, Any]) -> None:
        """Positions may also be kept as a parameter that does not learn: here it becomes a buffer.

        A table of which only the numbers are shared is refused: moved to another dtype, it would be two tables.
        """
        from torch.nn.parameter import is_lazy
        held: dict[int, str] = {}
        for name, parameter in module.named_parameters():
            if not is_lazy(parameter) and parameter.ndim == 2 and held.setdefault(parameter.data_ptr(), name) != name:
                raise Problem("numbers-shared", one=held[parameter.data_ptr()], other=name)
        size = inputs.get("max_len", self.longest), inputs["d_model"]
        for part in module.modules():
            for name, value in list(part._parameters.items()):
                if value is not None and not value.requires_grad and tuple(value.shape[-2:]) == size:
                    del part._parameters[name]
                    part.register_buffer(name, value.detach())

    def _find(self, module: Any, inputs: dict[str, Any], used: Sequence) -> dict[str, Place]:
        try:
            return super()._find(module, inputs, used)
        except Problem as problem:
            size = str((inputs.get("max_len", self.longest), inputs["d_model"]))
            if problem.slug == "unexpected-layer" and problem.facts["shape"] == size:
                raise Problem("unexpected-layer:positions", name=problem.facts["name"], shape=size) from None
            raise

    def _besides(self, used: Sequence, weights: dict[str, Any]) -> dict[str, Place]:
        if _TABLES[0] not in weights:
            return {}
        shape = tuple(weights[_TABLES[0]].shape)
        tables = [p for p in used if tuple(p.shape) in (shape, shape[::-1])]
        if not tables:
            raise Problem("missing-layer:table", shape=shape,
                          have=", ".join(dict.fromkeys(str(tuple(p.shape)) for p in used if p.ndim > 1)) or _NONE)
        found = {name: Place(p, turned=tuple(p.shape) != shape) for name, p in zip(_TABLES, tables, strict=False)}
        bias = next((p for p in used if tuple(p.shape) == shape[:1]), None)
        return found if bias is None else found | {_BIAS: Place(bias)}

    def _filled(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> tuple[Any, dict[str, Place]]:
        try:
            return super()._filled(answer, inputs, task)
        except Problem as problem:
            if problem.key == "missing-layer:table" and problem.facts["have"] == _NONE:
                self._forward(self._ready(answer, inputs, task), inputs, task)     # what stops it before any is used
            raise

    def _forward(self, module: Any, inputs: dict[str, Any], task: "Asked") -> dict[str, Any]:
        values = super()._forward(module, inputs, task)
        padding = inputs["target"] == inputs.get("pad_id", 0)
        return {name: value.masked_fill(padding[..., None], 0.0)
                if value.ndim == 3 and value.shape[:2] == padding.shape else value for name, value in values.items()}
