"""Files, zips, code and texts at random: the reader says what each is, and nothing else happens."""
import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.grade.book import files, gradebook
from classroom.grade.read import reading
from classroom.grade.read.notebooks import NoFile, Unreadable, cells_of
from classroom.grade.read.slicing import Missing, Slicer, TooDeep
from classroom.grade.read.submissions import find

from .helpers import START, lesson_01, notebook
from .test_reports_pages import Page, assert_harmless, exercise, record

EXERCISES = [("1.1", ["dot_product_scores"]), ("1.2", ["softmax"]), ("1.3", ["attention"]), ("1.4", ["prediction"])]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
KEYS = st.sampled_from(["cells", "source", "cell_type", "metadata", "input", "worksheets", "nbgrader", "grade_id"])
JSON = st.recursive(PLAIN | st.sampled_from(["code", 'check("1.2", softmax)', "def softmax(x): return x"]),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner,
                                                                                max_size=4), max_leaves=15)
CODE = st.lists(st.sampled_from([*" \n\t()[]{}:=,.@#%!?'\"\\0", "def softmax(x):\n    ", "class A", "softmax", "lambda",
                                 "await ", "import ", "from numpy import *", "%%time\n", "check('1.2', softmax)", "x",
                                 "global x", "return", "if ", "else", "for ", "f'{", "}'"]) | st.characters(),
                max_size=25).map("".join)


def mutated(draw, content: bytes) -> bytes:
    """The same with some bytes changed, left out, put in or repeated."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(made)))
        what = draw(st.sampled_from(("change", "cut", "insert", "repeat")))
        if what == "cut":
            del made[at:at + draw(st.integers(1, 30))]
        elif what == "insert":
            made[at:at] = draw(st.binary(max_size=9))
        elif what == "repeat":
            made += made[:at]
        elif at < len(made):
            made[at] = draw(st.integers(0, 255))
    return bytes(made)


def read(content: bytes) -> None:
    """All that the reader does with a file. What it says is plain JSON, or why there is nothing to say."""
    try:
        slicer = Slicer(cells_of(content))
    except Unreadable as error:
        assert str(error)
        return
    for id, names in EXERCISES:
        try:
            slicer.slice(id, tuple(names))
        except (Missing, TooDeep):
            pass
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.ipynb"
        path.write_bytes(content)
        json.dumps(reading.read(path, "x.ipynb", 1, EXERCISES), allow_nan=False)


@given(st.data())
def test_files(data):
    read(data.draw(st.binary(max_size=200)))
    read(mutated(data.draw, lesson_01()))


@pytest.mark.slow
@given(JSON)
@settings(max_examples=100)
def test_json(given):
    read(json.dumps(given).encode())
    read(json.dumps({"cells": given, "nbformat": 4}).encode())
    read(json.dumps({"cells": [{"cell_type": "code", "source": given, "metadata": given}]}).encode())


@pytest.mark.slow
@given(CODE, CODE)
@settings(max_examples=100)
def test_code(before, code):
    read(notebook(START, before, code, "softmax = carry_on('1.2', softmax)", f"check('1.2', softmax{code[:9]})"))


@pytest.mark.slow
@given(st.data())
def test_zips(data):
    """A class of two in a zip that is damaged, and in one that holds a damaged one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", data.draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))) as archive:
        archive.writestr("ada/x.ipynb", notebook("x = 1"))
        archive.writestr("bob/work.zip", b"PK\5\6")
    with tempfile.TemporaryDirectory() as folder:
        whole, inner = Path(folder) / "class.zip", Path(folder) / "class" / "ada" / "x.zip"
        inner.parent.mkdir(parents=True)
        (Path(folder) / "class" / "zoe").mkdir()
        for path in (whole, inner):
            path.write_bytes(mutated(data.draw, file.getvalue()))
        try:
            find(whole, separate=False)
        except ValueError as error:
            assert str(error)
        assert {one.learner for one in find(inner.parents[1], separate=False)} == {"ada", "zoe"}


TEXT = st.text(alphabet=st.sampled_from("`<>&\"'={{%-\n ab\u202e\x00\ud800") | st.characters(), max_size=40)


@pytest.mark.slow
@given(TEXT, TEXT, TEXT)
@settings(max_examples=25)
def test_reports(name, message, slug):
    """Learners, messages, slugs and file names of any text: every table and page is written, and harmless."""
    records = [record(name or "x", exercise(status="error", message=message, mistakes=[slug] * bool(slug)),
                      notes=[message], submission=f"{name}/{message}.ipynb", not_installed=[slug]),
               record("ada", status="unreadable", message=message)]
    with tempfile.TemporaryDirectory() as folder:
        files.write(Path(folder), gradebook.build(records))
        for path in (Path(folder) / "class.html", *(Path(folder) / "feedback").iterdir()):
            assert_harmless(Page(path))


def test_what_is_not_there_is_no_file(tmp_path):
    try:
        reading.read(tmp_path / "gone.ipynb", "gone.ipynb", 1, EXERCISES)
    except NoFile:
        return
    raise AssertionError
