"""Every lesson has the same parts, and its headings say what the exercises say."""
import re

import jupytext
import pytest

from classroom import build, exercises

PARTS = {
    "goals": r"^\*\*After this lesson\*\* you ", "prerequisites": r"^\*\*You need\*\* ",
    "minutes": r"^\*\*Time\*\* .*(minutes|hour)", "recap": r"^(## |\*\*)Recap",
    "common mistakes": r"^(## |\*\*)Common mistakes", "further reading": r"^(## |\*\*)Further",
    "stretch exercises": r"^(## Stretch exercises$|\*\*Stretch, without points)",
    "solutions to them": r"^<details>", "what goes wrong": r"(?i)goes wrong if",
    "a question before its answer": r"(?i)guess|predict|before you run",
}
STRETCH = re.compile(r"^## Stretch exercises$(.*?)^<details>", re.MULTILINE | re.DOTALL)
HEADING = re.compile(
    r"^### Exercise (\d+\.\d+) · .+? {2,}([●○]{3}) +about (\d+) minutes · (\d+) points?$", re.MULTILINE)

TWINS = pytest.mark.parametrize("twin", build.twins(build.ROOT), ids=lambda path: path.stem[:2])


def prose(twin) -> str:
    return "\n\n".join(cell.source for cell in jupytext.read(twin).cells if cell.cell_type == "markdown")


@TWINS
def test_every_part_is_there(twin):
    text = prose(twin)
    assert [part for part, pattern in PARTS.items() if not re.search(pattern, text, re.MULTILINE)] == []
    assert len(HEADING.findall(text)) >= 3, "graded exercises"


@pytest.mark.slow
@TWINS
def test_every_stretch_exercise_has_a_solution(twin):
    text = prose(twin)
    for stretch in STRETCH.finditer(text):
        asked = re.findall(r"^\*\*([A-Z]) · ", stretch[1], re.MULTILINE)
        told = re.findall(r"<details><summary>([A-Z]): ", text[stretch.start():])
        assert asked and asked == told


@TWINS
def test_headings_say_what_the_exercises_say(twin):
    found = {name: (marks.count("●"), int(minutes), int(points))
             for name, marks, minutes, points in HEADING.findall(prose(twin))}
    known = [exercises.get(name) for name in exercises.all_ids() if name.split(".")[0] == str(int(twin.stem[:2]))]
    assert found == {task.id: (task.difficulty, task.minutes, task.points) for task in known}
