"""The lecturer's guide speaks of lessons, exercises and mistakes that exist."""
import re

import pytest

from classroom import exercises
from classroom.judge.exercise import TestTask
from classroom.lecture import bank

TEXT = (bank.ROOT / "docs" / "lecture.md").read_text(encoding="utf-8")
MISUNDERSTANDINGS = TEXT[TEXT.index("\n## Usual misunderstandings"):]
LESSONS = sorted(path.stem for path in (bank.ROOT / "solutions").glob("[0-9][0-9]_*.py"))


def slugs(id: str) -> set[str]:
    task = exercises.get(id)
    return {mistake.slug for mistake in [*task.misconceptions, *(task.buggy if isinstance(task, TestTask) else ())]}


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_lesson_has_misunderstandings_and_a_question(lesson):
    section = re.search(rf"^### Lesson {lesson[:2]} · .*?(?=^### |\Z)", MISUNDERSTANDINGS, re.MULTILINE | re.DOTALL)[0]
    assert len(re.findall(r"^- \*", section, re.MULTILINE)) >= 3
    assert len(re.findall(r"^\*\*Ask:\*\* .+?\?.+", section, re.MULTILINE)) == 1


def test_every_mistake_that_is_named_is_in_the_catalogue():
    named = 0
    for brackets in re.findall(r"\((\d+\.\d+ [^()]*)\)", MISUNDERSTANDINGS):
        for part in re.split(r", (?=\d+\.\d+)", brackets):
            id, found = part.split()[0], re.findall(r"`([a-z0-9-]+)`", part)
            assert set(found) <= slugs(id), (id, set(found) - slugs(id))
            named += len(found)
    assert named > 50


def test_every_exercise_that_is_named_exists():
    known = set(exercises.all_ids())
    text = re.sub(r"§[\d., §]+|>=[\d.]+", "", TEXT)
    assert {id for id in re.findall(r"\b(\d{1,2}\.\d{1,2})\b", text)} <= known


@pytest.mark.parametrize("weeks", ["Six weeks", "Twelve weeks"])
def test_plans_go_through_the_lessons_in_order(weeks):
    plan = re.search(rf"^## {weeks}\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", plan, re.MULTILINE)
    assert [int(week) for week, _ in rows] == list(range(1, {"Six weeks": 7, "Twelve weeks": 13}[weeks]))
    lessons = [number for _, cell in rows for number in re.findall(r"\b\d\d\b", cell)]
    assert lessons == sorted(lessons) and set(lessons) <= {f"{n:02d}" for n in exercises.lessons()}
    if weeks == "Twelve weeks":
        assert {lesson[:2] for lesson in LESSONS} <= set(lessons)
