"""The example in `docs/adding_an_exercise.md` is a whole exercise; the report counts what it says."""
import re
import sys
import types
from pathlib import Path

import pytest

from classroom import evaluate, exercises
from classroom.judge.exercise import Exercise
from tests import variants
from tools.measure import report

TEXT = (Path(__file__).parents[2] / "docs" / "adding_an_exercise.md").read_text(encoding="utf-8")


@pytest.fixture
def task(monkeypatch, tmp_path):
    source, = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    file = tmp_path / "lesson_77.py"
    file.write_text(source, encoding="utf-8")
    module = types.ModuleType("lesson_77")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "lesson_77", module)
    exec(compile(source, str(file), "exec"), vars(module))
    task, = module.EXERCISES
    monkeypatch.setitem(exercises._known, task.id, task)
    return task


def test_the_smallest_example_works(task):
    assert evaluate("77.1", task.reference).status == "correct"
    assert evaluate("77.1", lambda x: (x.T - x.mean(1)).T).status == "correct"
    for mistake in task.misconceptions:
        assert evaluate("77.1", mistake.wrong).mistake == mistake.slug
    assert "def centre(x):" in task.source()


def test_two_of_its_mistakes_at_once_are_named(task):
    verdict = evaluate("77.1", lambda x: x + x.mean(0))
    assert verdict.mistakes == ("over-positions", "mean-added")


def test_the_report_counts_what_was_caught():
    text = report.report(["1.1", "1.4"])
    rows = [line for line in text.splitlines() if line.startswith("| 1.") or line.startswith("| **")]
    first, second, total = ([int(n) for n in re.findall(r" (\d+) (?=\|)", row)] for row in rows)
    line = report.Line(*first)
    assert line.answers == line.accepted == 45
    assert line.mistakes == line.named == len(exercises.get("1.1").misconceptions)
    assert line.rewritten == line.still_named == 2 * line.mistakes and 0 < line.pairs_named <= line.pairs
    assert line.mutants == line.refused + line.same > 0 and line.survivors == 0
    assert total == [a + b for a, b in zip(first, second, strict=True)]
    assert report.report(["1.4"], known=text) == text          # the other row stays as it is


# -------------------------------------------------------------------------------- docs/checks.md

TEXT_PUBLISHED = report.PATH.read_text(encoding="utf-8") if report.PATH.exists() else ""
PUBLISHED = report.rows_of(TEXT_PUBLISHED)
LINES = {id: report.line_of(row) for id, row in PUBLISHED.items()}


def test_the_published_table_has_every_exercise_and_shows_nothing_missed():
    assert list(PUBLISHED) == exercises.all_ids(), "out of date: run `python -m tools.measure.report`"
    for id, line in LINES.items():
        assert (line.answers, line.mistakes, line.survivors) == (line.accepted, line.named, 0), id
        assert line.mutants == line.refused + line.same, id
    total = sum(LINES.values(), report.Line())
    assert total.still_named >= 0.95 * total.rewritten and total.pairs_named >= 0.95 * total.pairs
    assert f"| **all** | {total.cells()} |" in TEXT_PUBLISHED


def test_the_published_table_counts_the_catalogues_as_they_are():
    for id, line in LINES.items():
        task = exercises.get(id)
        assert line.answers == 5 * (1 + len(variants.of(task.id))), f"{id}: run `python -m tools.measure.report`"
        if isinstance(task, Exercise):
            assert line.mistakes == len(task.misconceptions), f"{id}: run `python -m tools.measure.report`"


QUICK = ("0.1", "1.1", "2.2", "2.3", "8.2")


@pytest.mark.parametrize("id", [id if id in QUICK else pytest.param(id, marks=pytest.mark.slow) for id in PUBLISHED])
def test_the_published_numbers_are_measured(id):
    task = exercises.get(id)
    assert PUBLISHED[id] == f"| {id} {task.title} | {report.measure(task).cells()} |", \
        "out of date: run `python -m tools.measure.report`"
