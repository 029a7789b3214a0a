"""In the child: what `course` and `classroom` are there. What the checker lends, and stand-ins for the rest."""
import importlib.abc
import importlib.util
import sys
import types
from collections.abc import Iterable
from typing import Any

__all__ = ["install", "prepare"]

_SILENT = ("course.views", "classroom")        # calling what these hold draws a picture or a verdict: nothing here
_PACKAGES = ("course.views", "classroom.grade", "classroom.judge", "classroom.exercises")


class Unavailable(RuntimeError):
    """A part of the course's library that an answer of this exercise may not use."""


class _StandIn:
    """Takes the place of a name that is not lent. Drawing does nothing; the rest says that it is not there."""

    def __init__(self, name: str):
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        if not self._name.startswith(_SILENT):
            raise Unavailable(f"`{self._name}` cannot be used in this answer: it is what the exercise, or a later one, "
                              "asks for")

    def __getattr__(self, name: str) -> "_StandIn":
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(f"{self._name}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, lent: dict[str, str], names: list[str]):
        self.lent, self.names = lent, names

    def find_spec(self, name: str, path=None, target=None):
        if name.startswith(("course.", "classroom.")):
            self.names.append(name)
            return importlib.util.spec_from_loader(name, self, is_package=name in _PACKAGES)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        vars(module)["__getattr__"] = lambda attribute: _stand_in(name, attribute)
        if name in self.lent:
            exec(compile(self.lent[name], f"<{name}>", "exec", dont_inherit=True), module.__dict__)


# Modules of these two packages: those of the server, and then those that were lent. Kept, for whoever looks through
# `sys.modules` touches, and so copies, the memory of all that torch has loaded: a thousand pages in every child.
_names: list[str] = []


def prepare(modules: Iterable[str]) -> None:
    """In the server, once: remember which modules there are."""
    _names[:] = [name for name in modules if name.startswith(("course.", "classroom."))]


def _stand_in(module: str, attribute: str) -> _StandIn:
    if attribute.startswith("__"):
        raise AttributeError(attribute)
    return _StandIn(f"{module}.{attribute}")


def install(lent: dict[str, str], lend: dict[str, list[str]], modules: dict[str, Any]) -> None:
    """Make `import course...` give what is lent.

    Args:
        lent: source text of modules, by name.
        lend: for each exercise that is not solved, what `carry_on` gives in its place: source text and a name.
        modules: sys.modules; the engine's own modules leave it, so that their names are free.
    """
    for name in _names:
        if name.startswith(("course.", "classroom.grade")):
            modules.pop(name, None)
    _names.clear()
    sys.meta_path[:] = [_Finder(lent, _names), *(f for f in sys.meta_path if not isinstance(f, _Finder))]
    face = modules["classroom"]
    fallen_back: dict[str, Any] = {}

    def carry_on(id: str, *answer: Any) -> Any:
        if id in lend:
            if id not in fallen_back:
                source, name = lend[id]
                space: dict[str, Any] = {"__name__": f"course_exercise_{id.replace('.', '_')}"}
                exec(compile(source, f"<exercise {id}>", "exec", dont_inherit=True), space)
                fallen_back[id] = space[name]
            return fallen_back[id]
        return answer[0] if len(answer) == 1 else answer

    silent = {name: _StandIn(f"classroom.{name}") for name in ("check", "hint", "solution", "evaluate", "own")}
    face.__dict__.update(silent, carry_on=carry_on)
    face.__getattr__ = lambda attribute: _stand_in("classroom", attribute)
