"""The example in `docs/adding_an_exercise.md` is a whole exercise; the report counts what it says."""
import os
import re
import sys
import types
from pathlib import Path

import pytest

from classroom import evaluate, exercises
from classroom.judge.exercise import Exercise
from tests import variants
from tools.measure import published, report

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


@pytest.mark.slow
def test_the_report_counts_what_was_caught():
    text = report.report({id: report.row_of(id, report.measure(exercises.get(id))) for id in ("1.1", "1.4")})
    rows = [line for line in text.splitlines() if line.startswith("| 1.") or line.startswith("| **")]
    first, second, total = ([int(n) for n in re.findall(r" (\d+) (?=\|)", row)] for row in rows)
    line = report.Line(*first)
    assert line.answers == line.accepted == 45
    assert line.mistakes == line.named == len(exercises.get("1.1").misconceptions)
    assert line.rewritten == line.still_named == 2 * line.mistakes and 0 < line.pairs_named <= line.pairs
    assert line.mutants == line.refused + line.same > 0 and line.survivors == 0
    assert total == [a + b for a, b in zip(first, second, strict=True)]
    assert report.report(report.rows_of(text)) == text


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
    assert total.still_named >= 0.95 * total.rewritten and total.pairs_named >= 0.94 * total.pairs
    assert f"| **all** | {total.cells()} |" in TEXT_PUBLISHED


def test_the_published_table_counts_the_catalogues_as_they_are():
    for id, line in LINES.items():
        task = exercises.get(id)
        assert line.answers == 5 * (1 + len(variants.of(task.id))), f"{id}: run `python -m tools.measure.report`"
        if isinstance(task, Exercise):
            assert line.mistakes == len(task.misconceptions), f"{id}: run `python -m tools.measure.report`"


ALWAYS = ("0.1", "1.1", "2.2", "2.3", "8.2")
OLD = PUBLISHED if "MEASURE_ALL" in os.environ else report.out_of_date()
TO_MEASURE = [id for id in PUBLISHED if id in ALWAYS or id in OLD]


@pytest.mark.slow
@pytest.mark.parametrize("id", TO_MEASURE)
def test_the_published_numbers_are_measured(id):
    """Of some exercises each time; of those of which something has changed since; of all, where MEASURE_ALL is set."""
    assert PUBLISHED[id] == report.row_of(id, report.measure(exercises.get(id))), \
        "out of date: run `python -m tools.measure.report`"


# ------------------------------------------------------------------------------- docs/checks.json


@pytest.mark.parametrize(("module", "changes"), [
    ("classroom.exercises.lesson_01.mistakes", {"1.1", "1.4"}), ("tests.variants.lesson_01", {"1.1", "1.4"}),
    ("classroom.exercises.lesson_06.mistakes_layers", {"6.4", "7.1"}),       # lesson 07 takes some from there
    ("classroom.ask.blocks", {"6.4", "7.1"}), ("course.attention", {"6.4", "7.1"}),
    *((module, {"1.1", "1.4", "6.4", "7.1"}) for module in (
        "classroom.ask.call", "classroom.judge.recognise", "classroom.judge.objects", "tools.measure.mutants")),
    ("course.page.rounding", set()), ("classroom.exercises.lesson_14.tasks", set())])
def test_a_digest_changes_with_what_the_numbers_come_from(module, changes, monkeypatch, tmp_path):
    ids = ("1.1", "1.4", "6.4", "7.1")
    before = {id: published.digest(id) for id in ids}
    other = tmp_path / "other.py"
    other.write_bytes(published.FILES[module].read_bytes() + b"\n")
    monkeypatch.setattr(published, "FILES", {**published.FILES, module: other})
    monkeypatch.setattr(published, "_of", published._of.__wrapped__)
    assert {id for id in ids if published.digest(id) != before[id]} == changes


def test_a_digest_changes_with_the_answers_of_its_exercise(monkeypatch, tmp_path):
    before = {id: published.digest(id) for id in ("1.1", "1.2")}
    for file in published.FOLDER.glob("1_*.py"):
        (tmp_path / file.name).write_bytes(file.read_bytes() + b"\n" * (file.name == "1_1.py"))
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    assert published.digest("1.1") != before["1.1"] and published.digest("1.2") == before["1.2"]


def test_what_has_another_digest_is_measured_again(monkeypatch):
    monkeypatch.setattr(published, "digest", {id: digest for id, (digest, _) in published.read().items()}.get)
    assert report.out_of_date() == []
    monkeypatch.setattr(published, "digest", lambda id: "another")
    assert report.out_of_date() == exercises.all_ids()


def test_what_was_measured_is_written_as_it_is_read(monkeypatch, tmp_path):
    measured = published.read()
    monkeypatch.setattr(published, "PATH", tmp_path / "checks.json")
    assert published.read() == {}
    published.write(measured)
    assert published.read() == measured and list(measured) == exercises.all_ids()
