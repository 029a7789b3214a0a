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


# How the lessons say how long they take, and how many minutes that is.
TIMES = {"two hours and three quarters": 165, "two hours and a half": 150, "two and a half hours": 150,
         "two hours and a quarter": 135, "two and a quarter hours": 135, "an hour and a half": 90, "two hours": 120}


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_table_of_lessons_says_the_minutes_of_the_lessons(readme):
    rows = re.findall(r"^\| \[(\d\d)\].*\| (\d+) \|$", (build.ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    assert [number for number, _ in rows] == [path.name[:2] for path in build.twins(build.ROOT)]
    for number, minutes in rows:
        twin = next((build.ROOT / "solutions").glob(f"{number}_*.py")).read_text(encoding="utf-8")
        told = re.sub(r"\n# ", " ", twin.split("**Time** about ", 1)[1].split("\n#\n", 1)[0])
        plain = re.match(r"(\d+) minutes", told)
        found = int(plain[1]) if plain else next(n for words, n in TIMES.items() if told.startswith(words))
        assert abs(found - int(minutes)) <= 5, f"lesson {number}: {found} minutes, {readme} says {minutes}"
