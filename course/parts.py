"""The translator made of the learner's own parts: what was right in lessons 02 to 07 is kept, and put together here.

`check` keeps each right answer as a file in the folder `parts` beside the learner's progress. A part is taken if the
model that it is put into still does what any Transformer must: a sentence alone gives what it gives in a batch, and
another future leaves the past alone. What is not solved, or cannot be taken, comes from the course's plain parts.
"""
import hashlib
import importlib.util
import inspect
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course import _plain
from course._paths import state_dir
from course._words import say
from course.tokens import Batch
from course.training import training_loss
from course.transformer import Transformer

__all__ = ["OwnTransformer", "Part", "as_library", "build_transformer", "describe", "own_parts", "seconds_per_step"]

# The exercises whose answers a translator consists of, in the order in which they are built on one another.
EXERCISES = {
    "2.1": "scaled_dot_product_attention", "2.2": "causal_mask", "2.3": "padding_mask", "2.4": "decoder_mask",
    "4.1": "split_heads", "4.2": "merge_heads", "4.3": "MultiHeadAttention", "5.1": "sinusoidal_encoding",
    "6.1": "LayerNorm", "6.2": "FeedForward", "6.3": "EncoderLayer", "6.4": "Encoder", "7.1": "DecoderLayer",
    "7.5": "Decoder", "7.6": "Transformer",
}
_NOT = "# Not kept: "


class Part(NamedTuple):
    """One of the learner's parts: the exercise, its name, the module it came from, and why it is not taken, or "".

    One that is `closed` is taken as it is, with the course's parts inside, since it uses them in a way of its own.
    """

    id: str
    name: str
    module: ModuleType | None
    why: str = ""
    closed: bool = False


class OwnTransformer(nn.Module):
    """A model that turns ids into logits, with what `course.training.train` and `course.decoding.translate` ask for.

    Args:
        model: called with source ids (B, T_k) and decoder input ids (B, T_q), returns logits (B, T_q, vocab_size).
        code: a digest of the code that it is made of.
        pad_id: the id of padding.
    """

    def __init__(self, model: nn.Module, code: str, pad_id: int = 0):
        super().__init__()
        self.model, self.code, self.pad_id = model, code, pad_id

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Logits (B, T_q, vocab_size)."""
        return self.model(source, target)

    def states(self, source: Tensor, target: Tensor) -> Tensor:
        """The logits themselves, since nobody knows what is inside; `unembed` leaves them as they are."""
        return self.model(source, target)

    def unembed(self, states: Tensor) -> Tensor:
        """What `states` has returned, unchanged."""
        return states

    def source_mask(self, source: Tensor) -> None:
        """None: the model makes its masks itself."""

    def encode(self, source: Tensor, source_mask: None = None) -> Tensor:
        """The ids themselves, in place of a memory."""
        return source

    def decode(self, target: Tensor, memory: Tensor, source_mask: None = None) -> Tensor:
        """`memory` are the ids that `encode` has returned."""
        return self.model(memory, target)

    def extra_repr(self) -> str:
        """Names the code that it is made of, so that a training of other code is another training."""
        return f"code={self.code}"


def own_parts() -> list[Part]:
    """The learner's parts that are kept, each loaded from its file, in the order of `EXERCISES`."""
    found = []
    for id, name in EXERCISES.items():
        path = state_dir() / "parts" / f"{id.replace('.', '_')}.py"
        if path.exists():
            found.append(_load(id, name, path))
    return found


def build_transformer(
    vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int, pad_id: int = 0, own: bool = True,
) -> tuple[Transformer | OwnTransformer, list[Part]]:
    """The model of lesson 09, and the learner's parts, taken or not.

    Args:
        vocab_size, d_model, n_heads, d_ff, n_layers, pad_id: as for `course.transformer.Transformer`.
        own: whether to build it from the learner's parts, where there are any. Else, and where none can be taken, it
            is the course's own.
    """
    parts = _taken(own_parts()) if own else []
    taken = [part for part in parts if not part.why]
    if not taken:
        return Transformer(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=pad_id), parts
    model = _assemble(taken)["Transformer"](vocab_size, d_model, n_heads, d_ff, n_layers, pad_id)
    return OwnTransformer(model, _digest(taken), pad_id), parts


def describe(model: Transformer | OwnTransformer, parts: Iterable[Part]) -> str:
    """What a model of `build_transformer` is made of, a line for each part that is kept."""
    lines = [f"{part.id:4} {part.name:28} " + (
        say("not taken: {why}", why=part.why) if part.why else
        say("yours, with the course's parts inside") if part.closed else say("yours")) for part in parts]
    if isinstance(model, OwnTransformer):
        return "\n".join([*lines, say("All other parts are the course's plain ones.")])
    return "\n".join([*lines, say("The model is the course's own: none of your parts could be taken.") if lines else
                      say("The model is the course's own: no part of yours is kept here, or none was asked for.")])


def as_library(
    model: OwnTransformer, vocab_size: int, d_model: int, n_heads: int, d_ff: int, n_layers: int
) -> Transformer | None:
    """The course's Transformer with the weights of a model of one's own, if both then compute the same; else None.

    Parameters are matched by their shapes and the order in which they are used. Sizes as for `build_transformer`.
    """
    random = torch.get_rng_state()
    ours = Transformer(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=model.pad_id).eval()
    torch.set_rng_state(random)
    training, _ = model.training, model.eval()
    try:
        source, target = _ids(vocab_size, model.pad_id)
        with torch.no_grad():
            for parameter, value in _matched(ours, model.model, source, target):
                parameter.copy_(value)
            same = torch.allclose(ours(source, target)[target != model.pad_id],
                                  model(source, target)[target != model.pad_id], atol=1e-3, rtol=1e-3)
    except (RuntimeError, ValueError):
        same = False
    model.train(training)
    return ours if same else None


def seconds_per_step(model: Any, batches: Iterable[Batch]) -> float:
    """How long a gradient takes, on average over the batches: forward and backward, without the optimiser's step.

    Raises ValueError if there is no batch.
    """
    model.train()
    started, n = time.perf_counter(), 0
    for n, batch in enumerate(batches, 1):  # noqa: B007 - counted
        training_loss(model, batch).backward()
    model.zero_grad()
    model.eval()
    if not n:
        raise ValueError(say("there is no batch to measure the time of"))
    return (time.perf_counter() - started) / n


# ------------------------------------------------------------------------------------ loading

def _load(id: str, name: str, path: Path) -> Part:
    try:
        text = path.read_text(encoding="utf-8")
        if (why := next((line for line in text.splitlines() if line.startswith(_NOT)), "")):
            return Part(id, name, None, why.removeprefix(_NOT))
        module = _import(f"_own_part_{id.replace('.', '_')}", path)
        vars(module)["__answer__"]
        return Part(id, name, module)
    except Exception as error:                 # it is code: anything may happen
        return Part(id, name, None, say("{name} cannot be loaded: {name2}: {error}", name=path.name,
                                        name2=type(error).__name__, error=error))


def _import(name: str, path: Path) -> ModuleType:
    """A fresh module from a file, under a name of its own."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module                 # so that `super().__init__` and the like find it
    spec.loader.exec_module(module)
    return module


def _digest(parts: Iterable[Part]) -> str:
    digest = hashlib.sha256(Path(_plain.__file__).read_bytes())
    for part in parts:
        if part.module is not None and part.module.__file__:
            digest.update(part.id.encode() + Path(part.module.__file__).read_bytes())
    return digest.hexdigest()[:16]


# ----------------------------------------------------------------------------------- assembling

def _assemble(parts: Iterable[Part]) -> dict[str, Any]:
    """All parts by name: the given ones, and plain ones for the rest; each is made to use the others.

    Modules are loaded anew, so that what is put into one assembly changes no other.
    """
    plain = _import("_own_part_plain", Path(_plain.__file__))
    modules = {part.name: _import(f"_own_part_{part.name}", Path(str(part.module.__file__)))
               for part in parts if part.module is not None}
    table = {name: vars(modules[name])["__answer__"] if name in modules else getattr(plain, name)
             for name in EXERCISES.values()}
    if "MultiHeadAttention" in modules:
        table["MultiHeadAttention"] = _called_as_ours(table["MultiHeadAttention"])
    vars(plain).update(table)
    closed = {part.name for part in parts if part.closed}
    for own, module in modules.items():
        for name, value in list(vars(module).items()):
            of_course = (getattr(value, "__module__", "") or "").startswith(("course.", "classroom."))
            if name in table and name != own and of_course and own not in closed:
                vars(module)[name] = table[name]
    return table


def _called_as_ours(attention: type[nn.Module]) -> type[nn.Module]:
    """The same attention for callers that know the library's: with or without biases, with masks of two axes."""
    by_name = "mask" in inspect.signature(attention.forward).parameters

    class MultiHeadAttention(attention):  # type: ignore[valid-type, misc]
        """The learner\'s, called by the library\'s names."""

        def __init__(self, d_model: int, n_heads: int, bias: bool = True):
            super().__init__(d_model, n_heads)
            for layer in (self.w_q, self.w_k, self.w_v, self.w_o) if not bias else ():
                layer.register_parameter("bias", None)

        def forward(
            self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None, need_weights: bool = True
        ) -> Any:
            if mask is not None:
                mask = mask.expand(len(query), *mask.shape[-2:])
            return super().forward(query, key, value, **{"mask": mask}) if by_name else \
                super().forward(query, key, value, mask)

    return MultiHeadAttention


def _taken(parts: list[Part]) -> list[Part]:
    """Each part, with why it is not taken: one after the other is put in, and stays if the model still works."""
    done: list[Part] = []
    with torch.random.fork_rng(devices=[]):
        for part in parts:
            taken = [other for other in done if not other.why]
            if not part.why and (why := _trouble([*taken, part])):
                closed = part._replace(closed=True)
                part = part._replace(why=why) if _trouble([*taken, closed]) else closed
            done.append(part)
    return done


_SIZES = (11, 8, 2, 12, 2)                     # vocab_size, d_model, n_heads, d_ff, n_layers


def _ids(vocab_size: int, pad_id: int) -> tuple[Tensor, Tensor]:
    """As many sentences as target tokens, so that confused axes show; some padding in both."""
    generator = torch.Generator().manual_seed(3)
    ids = [token for token in range(min(vocab_size, 50)) if token != pad_id]
    source, target = (torch.tensor(ids)[torch.randint(len(ids), (4, size), generator=generator)] for size in (5, 4))
    source[1, 3:], target[2, 3:] = pad_id, pad_id
    return source, target


def _trouble(parts: list[Part]) -> str:
    """What is wrong with a small model of these parts, or ""."""
    try:
        torch.manual_seed(0)
        model = _assemble(parts)["Transformer"](*_SIZES, 0).eval()
        source, target = _ids(_SIZES[0], 0)
        logits = model(source, target)
        if logits.shape != (4, 4, _SIZES[0]):
            return say("with it the model gives logits of shape {shape}.", shape=tuple(logits.shape))
        if not logits[target != 0].isfinite().all():
            return say("with it some logits are no numbers.")
        alone = torch.cat([model(s[s != 0][None], t[None])[:, :3] for s, t in zip(source, target, strict=True)])
        if not torch.allclose(alone, logits[:, :3], atol=1e-4):
            return say("with it a sentence alone gives other logits than the same sentence in a batch.")
        other = target.clone()
        other[:, 2:] = 1 + other[:, 2:] % (_SIZES[0] - 1)
        if not torch.allclose(model(source, other)[:, :2], logits[:, :2], atol=1e-4):
            return say("with it the model sees the future.")
        loss = F.cross_entropy(model.train()(source, target)[target != 0], target[target != 0])
        gradients = torch.autograd.grad(loss, [p for p in model.parameters() if p.requires_grad],
                                        materialize_grads=True)
        if not all(gradient.isfinite().all() for gradient in gradients):
            return say("with it some gradients are no numbers.")
    except Exception as error:                 # the learner's code, used in a way that no exercise asks for
        return say("with it the model stops: {name}: {error}", name=type(error).__name__, error=error)
    return ""


# ------------------------------------------------------------------------- into the library's model

def _matched(ours: nn.Module, theirs: nn.Module, source: Tensor, target: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Pairs of parameters that mean the same. Biases of an attention that only ours has are paired with zeros."""
    (a, biases), (b, others) = (_in_order(model, source, target) for model in (ours, theirs))
    if len(a) != len(b) or not others.keys() <= biases.keys():
        raise ValueError(say("not the same parameters"))
    pairs = [(one, _turned(other, one.shape)) for one, other in zip(a, b, strict=True)]
    return pairs + [(bias, others.get(key, torch.zeros_like(bias))) for key, bias in biases.items()]


def _turned(value: Tensor, shape: torch.Size) -> Tensor:
    """A matrix as `nn.Linear` has it: that of a convolution over one position, or a transposed one."""
    value = value.squeeze(-1) if value.dim() == 3 else value
    return value.T if value.shape != shape and value.T.shape == shape else value


def _in_order(
    model: nn.Module, source: Tensor, target: Tensor
) -> tuple[list[Tensor], dict[tuple[int, int], Tensor]]:
    """All parameters that `forward` uses, in the order of their first use; apart, the biases of the attentions.

    The four matrices of an attention come as q, k, v, o, whichever is used first, and a bias after its weight. A bias
    of an attention is found by the number of the attention, and that of the matrix.
    """
    from torch.overrides import TorchFunctionMode
    order: dict[int, Tensor] = {}

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            for value in (*args, *(kwargs or {}).values()):
                for one in value if isinstance(value, (list, tuple)) else (value,):
                    if isinstance(one, nn.Parameter):
                        order.setdefault(id(one), one)
            return function(*args, **(kwargs or {}))

    with Watch(), torch.no_grad():
        model(source, target)
    place = {key: n for n, key in enumerate(order)}
    found: list[tuple[int, int, Tensor]] = []          # where it stands in the order, and after what
    attentions: list[tuple[int, list[Tensor | None]]] = []
    inside: set[int] = set()
    for module in model.modules():
        weights, biases, own = _projections(module)
        if weights and all(key in place for key in own[:1]):
            first = min(place[key] for key in own if key in place)
            found += [(first, n, weight) for n, weight in enumerate(weights)]
            attentions.append((first, biases))
            inside |= set(own)
    for module in model.modules():
        weight, bias = (module._parameters.get(name) for name in ("weight", "bias"))
        if weight is not None and id(weight) in place and bias is not None and id(bias) in place:
            place[id(bias)] = place[id(weight)]
            found += [(place[id(weight)], n, one) for n, one in enumerate((weight, bias)) if id(one) not in inside]
            inside |= {id(weight), id(bias)}
    found += [(n, 0, order[key]) for key, n in place.items() if key not in inside]
    numbered = enumerate(biases for _, biases in sorted(attentions, key=lambda one: one[0]))
    return ([one for *_, one in sorted(found, key=lambda one: one[:2])],
            {(k, n): bias for k, biases in numbered for n, bias in enumerate(biases) if bias is not None})


def _projections(module: nn.Module) -> tuple[list[Tensor], list[Tensor | None], list[int]]:
    """Weights and biases q, k, v, o of an attention, the learner's or PyTorch's, and what they are kept in."""
    if isinstance(module, nn.MultiheadAttention) and module.in_proj_weight is not None:
        packed, output = module.in_proj_bias, module.out_proj
        kept = [module.in_proj_weight, output.weight, packed, output.bias]
        biases = [None] * 3 if packed is None else [*packed.chunk(3)]
        return [*module.in_proj_weight.chunk(3), output.weight], [*biases, output.bias], [id(p) for p in kept]
    layers = [getattr(module, name, None) for name in ("w_q", "w_k", "w_v", "w_o")]
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    if len(linear) < 4:
        return [], [], []
    weights, biases = [layer.weight for layer in linear], [layer.bias for layer in linear]
    return [*weights], [*biases], [id(p) for p in (*weights, *biases) if p is not None]
