"""What is accepted, works: each right answer runs the rest of its lesson to the end, and prints what the page says.

The cells of the solved lesson run in one process, up to an exercise; then, for each right answer, a fork of it goes on
with all cells that use the answer, and with what these need. Training is cut to a few steps. What is printed must say
the same as with the course's solution: what is equal, what passes, what is right.
"""
import ast
import contextlib
import io
import json
import os
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

import classroom
from classroom import build, exercises
from classroom.build.notebook import code_cells
from classroom.judge.exercise import Choice
from tests import variants

from .test_lessons import EACH_LESSON, graded, read

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

FEW = {"06": 25, "08": 10}  # steps of training, as many as a window that the page looks at; elsewhere 3
PATIENCE = 300             # seconds of computing for one answer, before it counts as one that never ends
TELLING = r"\b(True|False|passes|fails|equal|same|right|wrong|leaks?|notices|blind|Error)\b|Error:|by hand"
EXCUSED = "cannot be compared|the page goes on with"       # right parts by other names, which PyTorch's do not fit
HEAVY = ("09", "10", "11", "12")          # their cells ask a trained translator


@dataclass
class Cell:
    """A code cell: its source with little training, the names it reads and those it binds or changes."""

    source: str
    checks: str = ""                        # the exercise that it checks
    solves: bool = False
    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)


def cells_of(lesson: str) -> list[Cell]:
    found = []
    for cell in code_cells(read(build.ROOT / "solutions" / f"{lesson}.ipynb")):
        if "solution-only" in cell.metadata.get("tags", []):
            continue                                # learners do not get it
        source = "\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!")))
        few = FEW.get(lesson[:2], 3)
        source = re.sub(r"\b((?:n_)?steps|epochs)(:\s*int)?(\s*=\s*)(\d[\d_]+)", rf"\1\2\g<3>{few}", source)
        source = re.sub(r"\brange\((\d{3,})\)", f"range({few})", source)
        source = re.sub(r"\brange\(1, \d{3}\)", f"range(1, {few + 1})", source)
        source = re.sub(r"\brange\((\d+), \d{3}, \1\)", rf"range(\1, {few + 1}, \1)", source)
        grader = cell.metadata.get("nbgrader", {})
        one = Cell(source, grader.grade_id.removeprefix("check-").replace("-", ".") if grader.get("grade") else "",
                   bool(grader.get("solution")))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Name):
                (one.reads if isinstance(node.ctx, ast.Load) else one.binds).add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                one.binds.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                one.binds |= {(name.asname or name.name).split(".")[0] for name in node.names}
            elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
                one.binds |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                one.binds |= {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)} \
                    if node.func.attr in ("append", "update", "load_state_dict", "copy_", "backward", "step") else set()
        found.append(one)
    return found


def to_run(cells: list[Cell], names: set[str]) -> list[int]:
    """The cells that use these names, or what comes of them, and those that they need."""
    tainted, using = set(names), set()
    for n, cell in enumerate(cells):
        if cell.reads & tainted:
            using.add(n)
            tainted |= cell.binds
    needed: set[str] = set()
    for n in reversed(range(len(cells))):
        if n in using or cells[n].binds & needed:
            using.add(n)
            needed |= cells[n].reads
    return sorted(using)


def run(cell: Cell, space: dict[str, Any]) -> str:
    """What the cell prints, its last value included."""
    said = io.StringIO()
    body = ast.parse(cell.source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(ast.Module(body, []), "<cell>", "exec"), space)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), space)
            if isinstance(value, (str, bool, int, float, tuple, list)):
                print(repr(value))
    return said.getvalue()


def telling(text: str) -> list[str]:
    """The lines that say whether something holds, without numbers: losses depend on the weights to begin with."""
    return [re.sub(r"[-−]?\d[\d,.]*(e[-+]?\d+)?|nan|inf|\s+", "", re.sub(r"\b(\w+Error): .*", r"\1", line))
            for line in text.splitlines() if re.search(TELLING, line) and not re.search(EXCUSED, line)]


def known_as(answer: Any, name: str) -> Any:
    """The answer under the name that a learner would give it."""
    with contextlib.suppress(AttributeError, TypeError):
        answer.__name__ = answer.__qualname__ = name
    return answer


def follow(answer: Any, names: list[str], cells: list[Cell], space: dict[str, Any]) -> dict[str, Any]:
    """In a fork: go on with this answer. What each cell printed, and the error that stopped it."""
    read_end, write_end = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read_end)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
        told: dict[str, Any] = {"printed": {}, "error": None}
        warnings.simplefilter("ignore")                        # as in a notebook, where they do not stop a cell
        try:
            given = answer if len(names) > 1 else [answer]
            space.update({name: known_as(one, name) for name, one in zip(names, given, strict=True)})
            for n in to_run(cells, set(names)):
                told["at"] = cells[n].source[:300]
                told["printed"][n] = run(cells[n], space)
        except BaseException as error:
            lines = "".join(traceback.format_exception_only(error)), *traceback.format_tb(error.__traceback__)[-3:]
            told["error"] = "".join(lines) + told.get("at", "")
        finally:
            with os.fdopen(write_end, "w") as pipe:
                json.dump(told, pipe)
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return json.loads(told) if told else {"printed": {}, "error": "it did not end"}


@contextlib.contextmanager
def unjudged() -> Iterator[None]:
    """Lessons call `check` and its like; here every answer is taken as right."""
    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    stand_ins: dict[str, Callable] = {name: nothing for name in ("check", "hint", "solution")}
    stand_ins["carry_on"] = lambda id, *answer: answer[0] if len(answer) == 1 else answer
    known = {name: getattr(classroom, name) for name in stand_ins}
    vars(classroom).update(stand_ins)
    try:
        yield
    finally:
        vars(classroom).update(known)


def right_answers(id: str) -> list[Any]:
    return [exercises.get(id).reference, *variants.of(id)]


@EACH_LESSON
def test_right_answers_run_the_rest_of_their_lesson(lesson, monkeypatch, tmp_path):
    if lesson.startswith(HEAVY):
        pytest.skip("its cells ask a trained translator")
    monkeypatch.chdir(tmp_path)
    wanted = [id for id in graded(read(build.ROOT / "solutions" / f"{lesson}.ipynb"))
              if not isinstance(exercises.get(id), Choice)]
    cells, space, done, failed, tried = cells_of(lesson), {"__name__": "__main__"}, 0, [], 0
    with unjudged():
        loaded: dict[str, Any] = {"__name__": "__main__"}
        for cell in cells:                      # so that no fork imports what is imported at its first use
            run(cell, loaded)
        for id in wanted:
            at = next(n for n, cell in enumerate(cells) if cell.checks == id)
            for cell in cells[done:at]:
                run(cell, space)
            done = at
            names = list(exercises.get(id).names)
            own = space[names[0]] if len(names) == 1 else [space[name] for name in names]
            expected = follow(own, names, cells[at:], dict(space))
            assert expected["error"] is None, expected["error"]
            for number, answer in enumerate(right_answers(id)):
                tried += 1
                told = follow(answer, names, cells[at:], dict(space))
                if told["error"]:
                    failed.append(f"{id}, right answer {number}: {told['error']}")
                for n, text in told["printed"].items():
                    if not set(telling(text)) <= set(telling(expected["printed"][n])):
                        failed.append(f"{id}, right answer {number}, printed\n{text}\ninstead of\n"
                                      f"{expected['printed'][n]}\nin\n{cells[at + int(n)].source}")
    assert tried >= len(wanted)
    assert not failed, "\n\n".join(failed)
