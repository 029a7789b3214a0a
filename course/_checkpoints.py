"""What keeps a training: checkpoints, the cache's name for a run, and interruptions that leave no step half done."""
import ast
import contextlib
import hashlib
import json
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from course import _system
from course._paths import FolderError, atomic_path, cache_dir
from course._words import listed, say
from course.muon import Muon
from course.tokens import Encoded

__all__ = ["Run", "bytes_of", "code_of", "interrupts_between_steps", "load", "measured", "read", "runs", "save"]


@contextlib.contextmanager
def interrupts_between_steps() -> Iterator[Callable[[], None]]:
    """Yield a function that raises KeyboardInterrupt if there was one (■, Ctrl-C) since it was last called.

    Until then nothing is interrupted, so that no step is left half done; a second time it is, at once.
    """
    pressed = False

    def remember() -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def stop_if_interrupted() -> None:
        if pressed:
            raise KeyboardInterrupt

    with _system.interrupts(remember):      # or somebody else looks after them
        yield stop_if_interrupted


class Run(NamedTuple):
    """A run that is kept in the cache: its file is named by the weights it began with and all that is done to them."""

    start: str            # digest of the first weights
    rest: str             # digest of everything else that decides the result
    end: str = ""         # digest of the weights that it has left behind, finished or interrupted

    @classmethod
    def of(cls, model: torch.nn.Module, encoded: Encoded, recipe: dict[str, Any]) -> "Run":
        """The run that the model has been in, if it is just as that run has left it; else a new one."""
        code = code_of("attention", "transformer", "tokens", "training", "muon", "_team").encode()
        settings = json.dumps(recipe, sort_keys=True) + str(model)            # layers and sizes, dropout among them
        rest, now = _digest([settings.encode(), *map(bytes_of, encoded), code]), _digest_of(model)
        known = runs.get(model)
        same = known is not None and known.rest == rest and known.end == now
        return cls(known.start if known is not None and same else now, rest)

    @property
    def path(self) -> Path:
        """Where the run is kept; where there is no cache, a path that nothing can be written to, as `save` will say."""
        try:
            folder = cache_dir()
        except FolderError as error:
            folder = error.folder
        return folder / "models" / f"{_digest([self.start.encode(), self.rest.encode()])[:20]}.pt"

    def left(self, model: torch.nn.Module) -> "Run":
        """The run, with what it has made of the model."""
        return self._replace(end=_digest_of(model))


# The run of the cache that each model has been in last.
runs: weakref.WeakKeyDictionary[torch.nn.Module, Run | None] = weakref.WeakKeyDictionary()


def measured(model: torch.nn.Module, by: Iterable[bytes], measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What `measure` finds of a model. Of one that is just as a run of the cache has left it, it is kept beside that
    run's file, and found there the next time; `by` is all else that decides the result.
    """
    run = runs.get(model)
    if run is None or run.end != _digest_of(model):
        return measure()
    path = run.path.with_suffix(f".{_digest(by)[:12]}.json")
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and found and all(isinstance(number, float) for number in found.values()):
            return found
    found = measure()
    with contextlib.suppress(OSError), atomic_path(path) as temporary:
        temporary.write_text(json.dumps(found), encoding="utf-8")
    return found


def code_of(*modules: str) -> str:
    """Digest of what these modules of the course compute: of their code without comments, docstrings, imports and
    errors. A sentence in a module may change, or be translated, and the models that it has trained are still found.
    """
    texts = [Path(__file__).with_name(f"{module}.py").read_bytes() for module in modules]
    return _digest(ast.dump(_Computed().visit(ast.parse(text))).encode() for text in texts)


class _Computed(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> ast.AST:
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [ast.Pass() if isinstance(part, ast.Raise) else part for part in body if not (     # type: ignore
                isinstance(part, ast.Import | ast.ImportFrom)
                or isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))] or [ast.Pass()]
        return super().generic_visit(node)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _digest_of(model: torch.nn.Module) -> str:
    return _digest(map(bytes_of, model.state_dict().values()))


def bytes_of(tensor: Tensor) -> bytes:
    return tensor.cpu().contiguous().numpy().tobytes()


_KEPT = {"model": dict, "optimizer": dict, "recipe": dict, "history": list, "random": Tensor, "finished": bool}
_said: set[Path] = set()            # files that could not be written, and of which that has been said


def save(
    path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer | Muon, recipe: dict[str, Any],
    history: list[dict[str, float]], finished: bool,
) -> None:
    """Write a checkpoint. Where that fails, a full disk for one, say so once: training is not to end because of it.

    What another process has made of the same run stays if it is further: two notebooks may train it at the same time.
    """
    if not finished and _steps_in(path, recipe) > len(history):
        return
    state = {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(), "recipe": recipe,
        "history": history, "random": torch.get_rng_state(), "finished": finished, "name": path.stem,
    }
    try:
        with atomic_path(path) as temporary:
            torch.save(state, temporary)
        _said.discard(path)
    except (OSError, RuntimeError) as error:           # torch.save raises RuntimeError on a full disk
        if path in _said:
            return
        _said.add(path)
        warnings.warn(
            say("the training so far could not be written to {path} ({what}). Is the disk full, or the folder "
                "read-only? Training goes on, and the model in memory is all right, but it will have to be trained "
                "again next time. The variable COURSE_CACHE names another folder.", path=path,
                what=getattr(error, 'strerror', '') or say("broken off")), stacklevel=3)


def _steps_in(path: Path, recipe: dict[str, Any]) -> int:
    """How many steps of the run with this recipe a file holds; 0 if it is of another run, or no file of ours."""
    try:
        state = read(path)
    except Exception:
        return 0
    return len(state["history"]) if state["recipe"] == recipe else 0


def load(path: Path, recipe: dict[str, Any], ours: bool) -> dict[str, Any] | None:
    """What `save` has written of this run; None if there is nothing.

    A damaged file is an error (ValueError), as is that of another run. In the cache (`ours`) such a file is set aside
    with a warning, so that training begins anew.
    """
    try:
        if not path.exists():
            return None
        state = read(path)
    except Exception as error:
        wrong = say("is damaged, or no checkpoint of `train` ({first_line})", first_line=_first_line(error))
    else:
        kept = state["recipe"]
        differing = [say("{name} ({get} there, {get2} here)", name=name, get=kept.get(name), get2=recipe.get(name))
                     for name in sorted(recipe.keys() | kept.keys()) if kept.get(name) != recipe.get(name)]
        if ours and state.get("name", path.stem) != path.stem:
            differing.append(say("its name ({name} when it was written)", name=state['name']))
        if not differing:
            return state
        wrong = say("is the checkpoint of another run: it differs in {differing}", differing=listed(differing))
    if not ours:
        raise ValueError(say("{path} {wrong}. Delete it to start anew, or name another file.", path=path, wrong=wrong))
    warnings.warn(say("{path} should hold an earlier training, but {wrong}. {set_aside}, and training begins anew.",
                      path=path, wrong=wrong, set_aside=_set_aside(path)),
                  stacklevel=3)
    return None


def read(path: Path) -> dict[str, Any]:
    """The checkpoint in a file; its code, if there is any, is never run. Raises whatever is wrong with the file."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict) or not all(isinstance(state.get(name), kind) for name, kind in _KEPT.items()):
        raise ValueError(say("it holds something else"))
    return state


def _set_aside(path: Path) -> str:
    """Give a file another name, so that it is in nobody's way; a sentence of what has become of it."""
    aside = path.with_name(f"{path.name}.unusable")
    try:
        _system.replace(path, aside)
    except OSError:
        return say("It cannot be renamed")
    return say("It is now called {name}", name=aside.name)


def _first_line(error: Exception) -> str:
    """An error in one line: PyTorch's tell long stories."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines and len(lines[0]) < 120 else type(error).__name__
