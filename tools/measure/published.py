"""What `docs/checks.md` was measured of: `docs/checks.json` has a digest for each exercise.

A digest is that of the source of everything that an exercise's numbers come from: its lesson's exercises and right
variants, the answers to it in `tests/answers`, how answers are asked and judged, how it is measured, and what all of
these import; with them the versions of Python, NumPy and PyTorch. What still has its digest need not be measured again.
"""
import functools
import hashlib
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

from course._paths import atomic_path
from tools.imports import FILES, closure
from tools.measure.answers import FOLDER, Tally

__all__ = ["PATH", "digest", "read", "write"]

PATH = Path(__file__).parents[2] / "docs" / "checks.json"
_VERSIONS = [f"{sys.version_info.major}.{sys.version_info.minor}",
             *(version(package).partition("+")[0] for package in ("numpy", "torch"))]


@functools.cache
def _of(module: str) -> bytes:
    return hashlib.sha256(FILES[module].read_bytes()).digest()


def digest(id: str) -> str:
    """Of what the numbers of this exercise come from."""
    lesson = f"lesson_{int(id.partition('.')[0]):02}"
    answers = FOLDER / f"{id.replace('.', '_')}.py"
    given = answers.read_bytes() if answers.exists() else b""
    used = {name for name in re.findall(r"(?:from|import) (course[.\w]*)", given.decode()) if name in FILES}
    own = {module for module in FILES
           if f"{module}.".startswith((f"classroom.exercises.{lesson}.", f"tests.variants.{lesson}."))}
    modules = sorted(closure({"tools.measure.report", *own, *used}, without={"classroom"}))
    found = hashlib.sha256(repr((id, _VERSIONS, modules)).encode() + given)
    for module in modules:
        found.update(_of(module))
    return found.hexdigest()[:16]


def read() -> dict[str, tuple[str, Tally]]:
    """By exercise: the digest with which it was measured, and what its answers in `tests/answers` came to."""
    if not PATH.exists():
        return {}
    return {id: (entry["digest"], Tally(*entry["answers"]))
            for id, entry in json.loads(PATH.read_text(encoding="utf-8")).items()}


def write(measured: dict[str, tuple[str, Tally]]) -> None:
    """As `read` returns it."""
    lines = [f"  {json.dumps(id)}: {json.dumps({'digest': digest, 'answers': list(tally)})}"
             for id, (digest, tally) in measured.items()]
    with atomic_path(PATH) as path:
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
