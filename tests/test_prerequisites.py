"""Nothing is used before it is taught: imports and names of every lesson, against the table in CONTRIBUTING.md."""
import ast
import re

import jupytext
import pytest

from classroom import build, exercises

TWINS = build.twins(build.ROOT)
EACH = pytest.mark.parametrize("twin", TWINS, ids=lambda path: path.stem[:2])
ROW = re.compile(r"^\| (\d\d) \| (.*?) \| ?(.*?) ?\|$", re.MULTILINE)
OF_TORCH = r"(?:nn|F|torch\.optim|nn\.init|nn\.utils)\.\w+"
PACKAGES = {"nn.init", "nn.utils", "nn.functional", "torch.optim"}
EVERYWHERE = {"course.views"}                       # pictures are seen, not taught


def table() -> dict[int, tuple[str, list[str]]]:
    """For each lesson what it takes for granted, and the names that it introduces."""
    text = (build.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## What a lesson takes for granted")[1]
    rows = ROW.findall(text.split("\n## ")[0])
    return {int(lesson): (granted, re.findall(r"`([^`]+)`", names)) for lesson, granted, names in rows}


TABLE = table()
TAUGHT = {name: lesson for lesson, (_, names) in TABLE.items() for name in names}


def trees(twin, solutions: bool) -> list[ast.Module]:
    """The code cells of a lesson, those with solutions of stretch exercises only if asked for."""
    cells = [cell for cell in jupytext.read(twin).cells if cell.cell_type == "code"]
    return [ast.parse("\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!"))))
            for cell in cells if solutions or "solution-only" not in cell.metadata.get("tags", [])]


def used(twin, solutions: bool = False) -> set[str]:
    """What a lesson uses: `nn.Linear`, `backward`, `course.attention`."""
    found: set[str] = set()
    for node in [node for tree in trees(twin, solutions) for node in ast.walk(tree)]:
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
            if re.fullmatch(OF_TORCH, ast.unparse(node)):
                found.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course."):
            found.add(".".join(node.module.split(".")[:2]))
        elif isinstance(node, ast.Import):
            found |= {".".join(name.name.split(".")[:2]) for name in node.names if name.name.startswith("course.")}
    return found - PACKAGES - EVERYWHERE


def number(twin) -> int:
    return int(twin.stem[:2])


def test_each_lesson_has_a_row_and_each_name_one_lesson():
    assert sorted(TABLE) == [number(twin) for twin in TWINS]
    names = [name for _, introduced in TABLE.values() for name in introduced]
    assert len(names) == len(set(names)) > 40


@EACH
def test_what_is_taken_for_granted_comes_earlier(twin):
    lesson = number(twin)
    granted = re.sub(r"\bto\b", "–", TABLE[lesson][0])
    earlier = [int(n) for n in re.findall(r"\b\d\d\b", granted)]
    assert all(n < lesson for n in earlier) and (earlier or lesson == 0)


@pytest.mark.slow
@EACH
def test_no_name_is_used_before_it_is_taught(twin):
    early = {name: TAUGHT[name] for name in used(twin) & TAUGHT.keys() if TAUGHT[name] > number(twin)}
    nowhere = {name for name in used(twin, solutions=True) - TAUGHT.keys()
               if re.fullmatch(OF_TORCH, name) or name.startswith("course.")}
    assert (early, nowhere) == ({}, set())


@pytest.mark.slow
@EACH
def test_what_a_lesson_introduces_is_in_its_text(twin):
    """A name of PyTorch stands in the prose, or its line has a comment; a module of ours is imported."""
    cells = jupytext.read(twin).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    text = "\n".join([*(cell.source for cell in cells if cell.cell_type == "markdown"),
                      *re.findall(r"^.*\S {2,}# .*$|^ *#.*$", code, re.MULTILINE)])
    names = TABLE[number(twin)][1]
    assert [name for name in names if not name.startswith("course.")
            and not re.search(rf"\b{name.split('.')[-1]}\b", text)] == []
    assert {name for name in names if name.startswith("course.")} <= used(twin)


@EACH
def test_parts_that_the_learner_builds_are_not_imported_before(twin):
    """From the library comes what earlier lessons have built; of its own parts a lesson imports the whole module."""
    built = {name: int(id.split(".")[0]) for id in reversed(exercises.all_ids()) for name in exercises.get(id).names}
    imported = {name.name for tree in trees(twin, solutions=False) for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course.")
                for name in node.names}
    assert {name: built[name] for name in imported & built.keys() if built[name] >= number(twin)} == {}
