"""The builder, on a made-up lesson of a few cells."""
import json
import re
from pathlib import Path

import nbformat
import pytest

from classroom import build
from classroom.build.execute import drop_progress_bars, machine_traces
from classroom.build.notebook import without_solution
from classroom.build.twin import BuildError, read

POINTS = {"1.1": 2, "1.2": 3}
TWIN = '''\
# %% [markdown]
# # A lesson
# Text.

# %%
def check(exercise, answer):
    print(exercise, answer(2))

# %% [markdown]
# ### Exercise 1.1 · double        ●○○  about 5 minutes · 2 points

# %%
def double(x):
    """Twice `x`."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %%
check("1.1", double)

# %% tags=["solution-only"]
print("for the teacher")

# %% [markdown]
# ### Exercise 1.2 · a class

# %%
class Twice:
    def __init__(self):
        ### BEGIN SOLUTION
        self.factor = 2
        ### END SOLUTION

    def __call__(self, x):
        ### BEGIN SOLUTION
        if x:
            return self.factor * x
        return 0
        ### END SOLUTION

# %%
check("1.2", Twice())
'''


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    path = tmp_path / "solutions" / "01_sample.py"
    path.parent.mkdir()
    path.write_text(TWIN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The made-up lesson, built once."""
    path = tmp_path_factory.mktemp("course") / "solutions" / "01_sample.py"
    path.parent.mkdir()
    path.write_text(TWIN, encoding="utf-8")
    build.build(path, POINTS)
    return path


def solution(twin: Path):
    return nbformat.read(twin.with_suffix(".ipynb"), as_version=4)


def student(twin: Path):
    return nbformat.read(twin.parents[1] / "notebooks" / "01_sample.ipynb", as_version=4)


@pytest.mark.slow
def test_solution_is_executed(built):
    outputs = [output.text for cell in solution(built).cells for output in cell.get("outputs", [])]
    assert outputs == ["1.1 4\n", "for the teacher\n", "1.2 4\n"]


@pytest.mark.slow
def test_student_has_stubs_and_no_outputs(built):
    code = [cell for cell in student(built).cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert code[1].source == (
        'def double(x):\n    """Twice `x`."""\n    # YOUR CODE HERE\n    raise NotImplementedError'
    )
    assert code[3].source == (
        "class Twice:\n    def __init__(self):\n        # YOUR CODE HERE\n        raise NotImplementedError\n\n"
        "    def __call__(self, x):\n        # YOUR CODE HERE\n        raise NotImplementedError"
    )
    assert not any("teacher" in cell.source for cell in code)


def test_a_region_at_the_outer_level_leaves_a_comment():
    source = "guess = None\n### BEGIN SOLUTION\nguess = 3\n### END SOLUTION\nprint(guess)"
    assert without_solution(source) == "guess = None\n# YOUR CODE HERE\nprint(guess)"


def test_nbgrader_metadata(built):
    for notebook in (solution(built), student(built)):
        marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert [mark.grade_id for mark in marks] == ["exercise-1-1", "check-1-1", "exercise-1-2", "check-1-2"]
        assert [(mark.solution, mark.grade, mark.locked) for mark in marks] == [
            (True, False, False), (False, True, True)
        ] * 2
        assert [mark.get("points") for mark in marks] == [None, 2, None, 3]
        assert {mark.schema_version for mark in marks} == {3}
    assert solution(built).metadata == student(built).metadata


def test_ids_come_from_headings(built):
    ids = [cell.id for cell in solution(built).cells]
    assert ids == [
        "a-lesson-1", "a-lesson-2", "exercise-1-1-double-1", "exercise-1-1-double-2", "exercise-1-1-double-3",
        "exercise-1-1-double-4", "exercise-1-2-a-class-1", "exercise-1-2-a-class-2", "exercise-1-2-a-class-3",
    ]


def test_an_edited_line_is_one_line_of_difference(built, tmp_path):
    edited = tmp_path / "solutions" / built.name
    edited.parent.mkdir()
    edited.write_text(TWIN.replace("# Text.", "# Other text."), encoding="utf-8")
    edited.with_suffix(".ipynb").write_text(built.with_suffix(".ipynb").read_text())
    build.build(edited, POINTS)
    before, after = (path.with_suffix(".ipynb").read_text().splitlines() for path in (built, edited))
    assert [line for line in after if line not in before] == ['    "Other text."']
    assert len(before) == len(after)


def test_current_notebooks_are_left_alone(built):
    files = [built.with_suffix(".ipynb"), built.parents[1] / "notebooks" / "01_sample.ipynb"]
    times = [path.stat().st_mtime_ns for path in files]
    assert build.build(built, POINTS) == []
    assert build.stale(built, POINTS) == []
    assert [path.stat().st_mtime_ns for path in files] == times


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(built):
    before = built.with_suffix(".ipynb").read_bytes()
    build.build(built, POINTS, force=True)
    assert built.with_suffix(".ipynb").read_bytes() == before


def test_nothing_of_the_run_is_stored(built):
    text = built.with_suffix(".ipynb").read_text()
    assert str(built.parent) not in text
    assert not re.search(r"iopub|widget|3\.1[0-9]\.", text)


@pytest.mark.parametrize("change", [
    lambda notebook: notebook["cells"][3].update(source="2 + 2"),
    lambda notebook: notebook["cells"][1].update(execution_count=None),
    lambda notebook: notebook["metadata"]["course"].update(code="0"),
    lambda notebook: notebook["cells"][0].update(source="Other text."),
    lambda notebook: notebook["cells"][4]["metadata"]["nbgrader"].update(points=1),
], ids=["code", "not run", "digest", "text", "points"])
def test_a_change_by_hand_is_stale(built, tmp_path, change):
    twin = _copy(built, tmp_path)
    notebook = json.loads(twin.with_suffix(".ipynb").read_text())
    change(notebook)
    twin.with_suffix(".ipynb").write_text(json.dumps(notebook))
    assert len(build.stale(twin, POINTS)) == 1


@pytest.mark.parametrize("line", ["return 2 * x", "# Text."])
def test_an_edited_twin_is_stale(built, tmp_path, line):
    twin = _copy(built, tmp_path)
    twin.write_text(TWIN.replace(line, line + "  # new"))
    assert build.stale(twin, POINTS)


def test_check_names_what_is_stale(built, tmp_path, capsys, monkeypatch):
    twin = _copy(built, tmp_path)
    monkeypatch.setattr(build, "Registry", lambda: POINTS)
    assert build.main(["--check"], root=tmp_path) == 0
    (tmp_path / "notebooks" / "01_sample.ipynb").write_text("{}")
    (tmp_path / "notebooks" / "02_lost.ipynb").write_text("{}")
    capsys.readouterr()
    assert build.main(["--check"], root=tmp_path) == 1
    message = capsys.readouterr().err
    assert "notebooks/01_sample.ipynb: not what the twin gives" in message
    assert "notebooks/02_lost.ipynb: there is no twin" in message
    assert build.main(["--check", "07"], root=tmp_path) == 1
    assert "no lesson '07'" in capsys.readouterr().err
    assert twin.exists()


@pytest.mark.parametrize(("old", "new", "line", "message"), [
    ("    ### END SOLUTION\n\n# %%\ncheck(\"1.1\"", "\n# %%\ncheck(\"1.1\"", 15, "without `### END SOLUTION`"),
    ("    return 2 * x\n", "    ### BEGIN SOLUTION\n", 16, "inside a solution region"),
    ("    ### BEGIN SOLUTION\n    return 2", "    return 2", 16, "without `### BEGIN SOLUTION`"),
    ("    ### BEGIN SOLUTION\n    return 2", "    ## BEGIN SOLUTION\n    return 2", 15, "must be exactly"),
    ('check("1.2", Twice())', "Twice()", 28, "no check follows"),
    ('check("1.2"', 'check("1.1"', 42, "a second time, first in line 19"),
    ('check("1.2"', 'check("1.7"', 42, "no exercise '1.7'"),
    ("return 2 * x", "return 2 *", 16, "invalid syntax"),
    ("# # A lesson\n", "# # A lesson\n# ### BEGIN SOLUTION\n# ### END SOLUTION\n", 1, "in a text cell"),
    ("# %% [markdown]\n# # A", "print()\n# %% [markdown]\n# # A", 1, "before the first"),
    ("# %% [markdown]\n# # A", "# %% [raw]\n# # A", 1, "raw cell"),
])
def test_a_wrong_twin_is_reported_by_line(twin, old, new, line, message):
    assert old in TWIN
    twin.write_text(TWIN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildError, match=re.escape(message)) as caught:
        read(twin, POINTS)
    assert str(caught.value).startswith(f"{twin}:{line}:")


@pytest.mark.parametrize(("code", "message"), [
    ("1 / 0", "ZeroDivisionError"),
    ("print(object())", "at 0x"),
    ("import tempfile; print(tempfile.gettempdir() + '/x')", "differs from run to run"),
])
@pytest.mark.slow
def test_a_lesson_that_fails_is_not_written(twin, code, message):
    twin.write_text(TWIN + f"\n# %%\n{code}\n", encoding="utf-8")
    with pytest.raises(BuildError, match=message) as caught:
        build.build(twin, POINTS)
    assert str(caught.value).startswith(f"{twin}:45:")
    assert not twin.with_suffix(".ipynb").exists()
    assert not list(twin.parent.glob(".*"))


def test_machine_traces_pass_over_links_and_pictures():
    html = '<a href="https://example.org/home/page">x</a> <img src="data:image/png;base64,/home/abc=">'
    output = nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "a/home/b"})
    assert machine_traces(nbformat.v4.new_code_cell("", outputs=[output])) is None


@pytest.mark.parametrize("text", ["/home" "/ada/x.py:3", "x at 0x7f3a1c", f"{build.ROOT}/course/x.py:3: warned"])
def test_machine_traces_are_found(text):
    output = nbformat.v4.new_output("stream", name="stderr", text=f"a {text}")
    assert machine_traces(nbformat.v4.new_code_cell("", outputs=[output])) in text


def test_progress_bars_are_not_kept():
    def outputs(*streams):
        return [nbformat.v4.new_output("stream", name=name, text=text) for name, text in streams]

    bar = " 40%|████      | 120/300 s, loss 2.31"
    cell = nbformat.v4.new_code_cell("", outputs=outputs(
        ("stdout", "29% of the sentences | 3 of them\n"), ("stderr", f"{bar}\r100%|██████████| 300/300 s\n"),
        ("stdout", "100%|██████████| 18/18 [00:19<00:00,  1.08s/model]\nloss 1.5\n")))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    drop_progress_bars(notebook)
    assert cell.outputs == outputs(("stdout", "29% of the sentences | 3 of them\n"), ("stdout", "loss 1.5\n"))


@pytest.mark.slow
def test_built_lessons_keep_no_progress_bar(twin):
    twin.write_text(TWIN + "\n# %%\nimport tqdm\nprint(sum(tqdm.trange(3)), 'steps')\n", encoding="utf-8")
    build.build(twin, POINTS)
    [output] = nbformat.read(twin.with_suffix(".ipynb"), as_version=4).cells[-1].outputs
    assert output.text == "3 steps\n"


def test_the_registry_knows_the_course():
    registry = build.Registry()
    assert "1.3" in registry
    assert "1.99" not in registry
    assert registry["1.3"] > 0


def _copy(built: Path, folder: Path) -> Path:
    for path in (built, built.with_suffix(".ipynb"), built.parents[1] / "notebooks" / "01_sample.ipynb"):
        target = folder / path.relative_to(built.parents[1])
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder / "solutions" / built.name
