"""What is accepted, works: each right answer runs the rest of its lesson to the end, and prints what the page says.

The cells of the solved lesson run in one process, up to an exercise; then, for each right answer, a fork of it goes on
with all cells that use the answer, and with what these need. Training is cut to a few steps. What is printed must say
the same as with the course's solution: what is equal, what passes, what is right. Figures are made each time, of the
numbers that came; their pixels only with the course's solution.

Lessons 09 to 12 take the translator from the cache, a few sentences and models that were not trained, and run before an
exercise only the cells that are needed. There nothing depends on chance, and all numbers must be the same as well.
"""
import ast
import contextlib
import functools
import gc
import io
import json
import os
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import classroom
from classroom import build, exercises
from classroom.judge.exercise import Choice
from course.views import picture
from tests import variants

from .cells import Cell, cells_of, needed_first, to_run
from .test_lessons import EACH_LESSON, graded, read

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

PATIENCE = 300             # seconds of computing for one answer, before it counts as one that never ends
TELLING = r"\b(True|False|passes|fails|equal|same|right|wrong|leaks?|notices|blind|Error)\b|Error:|by hand"
EXCUSED = ("cannot be compared|the page goes on with"     # right parts by other names, which PyTorch's do not fit
           "|starting with <eos>")    # who looks for eos in all that is written finds it at once
HEAVY = ("09", "10", "11", "12", "14")    # their cells ask a trained translator
TIMES = r"second|minute|times as fast|\bs$"  # lines that say how long something took
FORM = r"tensor|array|dtype=[\w.]+|[][(),]"           # a list, a tuple, an array and a tensor say the same
NUMBER = r"[-−+]?\d+\.?\d*(?:e[-+]?\d+)?"


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


def follow(
    answer: Any, names: list[str], cells: list[Cell], follows: list[int], space: dict[str, Any], pixels: bool = True
) -> dict[str, Any]:
    """In a fork: go on with this answer in these cells. What each of them printed, and the error that stopped it."""
    read_end, write_end = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read_end)
        gc.freeze()                                            # what is there is not looked through again, nor copied
        if not pixels:
            picture._drawn = lambda figure: (b"", True)        # type: ignore[assignment]
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
        told: dict[str, Any] = {"printed": {}, "error": None}
        warnings.simplefilter("ignore")                        # as in a notebook, where they do not stop a cell
        try:
            given = answer if len(names) > 1 else [answer]
            space.update({name: known_as(one, name) for name, one in zip(names, given, strict=True)})
            for n in follows:
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


@functools.cache
def translator():
    """Lesson 09's: model, subwords, and the split that it was trained on."""
    from course.translator import trained_translator
    return trained_translator(progress=False)


def untrained(config, seed, task):
    """In the place of `course.ablation.run`: the model before its first step, and its loss."""
    import torch

    from course.ablation import Result, Variant, sentence_losses
    torch.manual_seed(seed)
    model = Variant(len(task.subwords), config, task.subwords.pad_id).eval()
    losses, counts = sentence_losses(model, task.valid)
    return Result(float(losses.sum() / counts.sum()), 0.0, model, [])


def astray(said: str, expected: str, exactly: bool) -> bool:
    """Whether a cell prints something else than with the course's solution."""
    if not exactly:
        return not set(telling(said)) <= set(telling(expected))
    lines, wanted = ([re.sub(FORM, "", line) for line in text.splitlines() if not re.search(f"{TIMES}|{EXCUSED}", line)]
                     for text in (said, expected))
    for line, want in zip(lines, wanted, strict=False):
        if re.sub(rf"{NUMBER}|\s+", "", line) != re.sub(rf"{NUMBER}|\s+", "", want):
            return True
        pairs = zip(re.findall(NUMBER, line), re.findall(NUMBER, want), strict=False)
        for x, y in [[float(text.replace("−", "-")) for text in pair] for pair in pairs]:
            if abs(x - y) > 0.002 + 0.002 * abs(y):
                return True
    return len(lines) != len(wanted)


def run_all(lesson: str, folder: str) -> str | None:
    """All cells of the lesson's notebook in that folder, with little training, in a fork: the error that stopped it."""
    space = {"__name__": "__main__", "untrained": untrained}
    if lesson.startswith(("09", "10", "11", "14")):
        space["translator"] = translator()
    cells = cells_of(lesson, folder)
    return follow(None, ["nothing"], cells, list(range(len(cells))), space)["error"]


@EACH_LESSON
def test_right_answers_run_the_rest_of_their_lesson(lesson, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    heavy = lesson.startswith(HEAVY)
    wanted = [id for id in graded(read(build.ROOT / "solutions" / f"{lesson}.ipynb"))
              if not isinstance(exercises.get(id), Choice)]
    cells, space = cells_of(lesson), {"__name__": "__main__", "untrained": untrained}
    at = {cell.checks: n for n, cell in enumerate(cells)}
    follows = {id: to_run(cells, set(exercises.get(id).names), at[id]) for id in wanted}
    needed = set(range(len(cells)))
    if heavy:
        needed = {n for id in wanted for n in (at[id] - 1, *needed_first(cells, follows[id]))}
    done, tried, failed = 0, 0, []
    if lesson.startswith(("09", "10", "11", "14")):
        space["translator"] = translator()
    with unjudged():
        if not heavy:                           # so that no fork imports what is imported at its first use
            loaded: dict[str, Any] = {"__name__": "__main__"}
            for cell in cells:
                run(cell, loaded)
        for id in wanted:
            for n in range(done, at[id]):
                if n in needed:
                    run(cells[n], space)
            done, names = at[id], list(exercises.get(id).names)
            own = space[names[0]] if len(names) == 1 else [space[name] for name in names]
            expected = follow(own, names, cells, follows[id], dict(space))
            assert expected["error"] is None, expected["error"]
            for number, answer in enumerate(right_answers(id)):
                tried += 1
                if heavy and answer is exercises.get(id).reference:
                    continue                            # has just been `own`, as the twin has it
                told = follow(answer, names, cells, follows[id], dict(space), pixels=False)
                if told["error"]:
                    failed.append(f"{id}, right answer {number}: {told['error']}")
                for n, text in told["printed"].items():
                    if astray(text, expected["printed"][n], heavy):
                        failed.append(f"{id}, right answer {number}, printed\n{text}\ninstead of\n"
                                      f"{expected['printed'][n]}\nin\n{cells[int(n)].source}")
    assert tried >= len(wanted)
    assert not failed, "\n\n".join(failed)
