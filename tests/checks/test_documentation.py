"""The example in `docs/adding_an_exercise.md` is a whole exercise; the report counts what it says."""
import re
import sys
import types
from pathlib import Path

import pytest

from course.checks import evaluate, exercises
from course.checks.report import report

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
    assert all(evaluate("77.1", variant).status == "correct" for variant in task.valid_variants)
    for mistake in task.misconceptions:
        assert evaluate("77.1", mistake.wrong).mistake == mistake.slug
    assert "def centre(x):" in task.source()


def test_two_of_its_mistakes_at_once_are_named(task):
    verdict = evaluate("77.1", lambda x: x + x.mean(0))
    assert verdict.mistakes == ("over-positions", "mean-added")


def test_the_report_counts_what_was_caught():
    rows = [line for line in report(["1.1", "1.4"]).splitlines() if line.startswith("| 1.") or line.startswith("| **")]
    first, second, total = ([int(n) for n in re.findall(r" (\d+) (?=\|)", row)] for row in rows)
    answers, accepted, mistakes, named, mutants, refused, same, survivors = first
    assert answers == accepted == 45 and mistakes == named == len(exercises.get("1.1").misconceptions)
    assert mutants == refused + same > 0 and survivors == 0
    assert total == [a + b for a, b in zip(first, second, strict=True)]
