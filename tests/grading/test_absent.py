"""What an answer needs and does not find here: a package, a newer Python, a right to read. Each is named."""
import ast
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from classroom.grade import absent
from classroom.grade.grader import Grader
from classroom.grade.read.newer import needs
from classroom.grade.read.notebooks import Forbidden, cells_of, content_of
from classroom.grade.read.submissions import Submission, find

from .helpers import ALL_RIGHT, SOFTMAX, lesson_01, notebook, result, statuses

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the grader needs fork")
HERE = f"Python {sys.version_info.major}.{sys.version_info.minor}"
NO = "a_package_of_nobody"             # no package of this name is anywhere


@pytest.fixture
def graded(grader, tmp_path):
    """The record of a notebook."""
    path = tmp_path / "x.ipynb"

    def grade(**cells) -> dict:
        path.write_bytes(lesson_01(**cells))
        return grader.grade(Submission("ada", path.name, path))
    return grade


PACKAGES = {       # what stands at the top, the answer to 1.2, and the name that has no value for want of the package
    "imported at the top": (f"import {NO}", f"def softmax(x):\n    return {NO}.softmax(x)", ""),
    "imported in the answer": ("", f"def softmax(x):\n    import {NO}.layers\n    return x", ""),
    "a name from it": (f"from {NO}.layers import rearrange as r", "def softmax(x):\n    return r(x)", "r"),
    "all names from it": (f"from {NO} import *", "def softmax(x):\n    return rearrange(x)", "rearrange"),
    "another package in the same line": (f"import {NO}, math as m", "def softmax(x):\n    return m.exp(x)", "m"),
    "a class that inherits from it":
        (f"import {NO}", f"class Rows({NO}.Layer):\n    pass\ndef softmax(x):\n    return Rows(x)", "Rows"),
    "a decorator": (f"import {NO}", f"@{NO}.jit\ndef softmax(x):\n    {SOFTMAX}", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", PACKAGES)
def test_a_package_that_is_not_installed_is_named(graded, case):
    before, answer, name = PACKAGES[case]
    record = graded(before=before, ex_1_2=answer, ex_1_3="def attention(q, k, v):\n    return 0, 0")
    got = result(record, "1.2")
    assert record["not_installed"] == [NO] and (got["status"], got["points"]) == ("error", 0)
    assert got["message"].startswith(f"`{NO}` is not installed here, where your notebook is graded")
    assert (f"nothing is called `{name}`" in got["message"]) == bool(name) and "misspelt" not in got["message"]
    assert (got["mistake"], got["mistakes"]) == ("not-installed", ["not-installed"])
    assert statuses(record)["1.1"] == "correct"


@pytest.mark.slow
def test_a_package_that_is_not_needed_costs_nothing(graded):
    record = graded(before=f"import {NO}\ntry:\n    import {NO}_2\nexcept ImportError:\n    {NO}_2 = None")
    assert statuses(record) == ALL_RIGHT and record["not_installed"] == [NO]
    assert "not_installed" not in graded(before="import math, numpy.linalg\nfrom torch import nn")


@pytest.mark.slow
def test_a_misspelt_name_is_still_misspelt(graded):
    got = result(graded(before=f"import {NO}", ex_1_2="def softmax(x):\n    return np.exp(y)"), "1.2")
    assert got["mistake"] == "unknown-name" and "misspelt" in got["message"]


@pytest.mark.slow
def test_a_name_in_a_cell_that_cannot_be_read(graded):
    for cell in ("def scaled(x) return x", "type Rows = list\ndef scaled(x): return x"):
        got = result(graded(before=cell, ex_1_2="def softmax(x):\n    return scaled(x)"), "1.2")
        assert got["message"].startswith("Cell 2, which holds `scaled`, ") and got["mistake"] == "syntax-error", got


def test_what_lies_about_is_not_installed():
    """The folder of the course and the one that the command was given in are out of an answer's reach."""
    assert absent.installed("numpy") and absent.installed("sys") and absent.installed("json")
    assert not absent.installed(NO) and not absent.installed("tests") and not absent.installed("tools")


SYNTAX = [         # by version: cells of it, and what is named
    ((3, 12), "type Rows = list[int]", "`type X = ...`"),
    ((3, 12), "x = 1\ntype Rows[T] = list[T]", "`type X = ...`"),
    ((3, 12), "def first[T](rows: list[T]) -> T:\n    return rows[0]", "type parameters"),
    ((3, 12), "class Rows[T: (int, str)]:\n    pass", "type parameters"),
    ((3, 12), 'd = {"a": 1}\nprint(f"{d["a"]}")', "f-string"),
    ((3, 12), "print(f'{'\\n'.join(x)} {y!r:>{10}} {z=}')", "f-string"),
    ((3, 12), 'f"{f"{1}"}"', "f-string"),
    ((3, 14), "try:\n    pass\nexcept ValueError, KeyError:\n    pass", "`except`"),
    ((3, 14), 'name = t"a {x}"', "template string"),
]


@pytest.mark.parametrize(("version", "cell", "what"), SYNTAX)
def test_syntax_that_is_too_new_is_named_with_both_versions(version, cell, what):
    (made,) = cells_of(notebook(cell))
    if version <= sys.version_info[:2]:
        assert made.tree is not None
        return
    assert made.tree is None and what in made.fault
    assert f"needs Python {version[0]}.{version[1]} or newer, and this was read by {HERE}" in made.fault
    assert made.notes == [f"cell 1 {made.fault}"]


@pytest.mark.parametrize("cell", [
    "def f(:", 'x = f"{a"', 'f"{a b}"', 'print "a"', "type Rows", "f'{a'", "type = = 3", "f'{x!}'", "x = 'it's'", "t'",
    "try:\n    x\nexcept ValueError, e:\n    pass", "class A[", "def f[T] return 1", "type X = (", "f'{' {", "\0"])
def test_what_no_python_reads_is_no_python(cell):
    (made,) = cells_of(notebook(cell))
    assert made.tree is None and made.fault.startswith("is no Python: ")
    with pytest.raises((SyntaxError, ValueError)) as error:
        ast.parse(cell)
    assert needs(cell, getattr(error.value, "lineno", 0) or 0) == ""


# ------------------------------------------------------------------------------------ a right to read

@pytest.fixture
def no_rights():
    """As an account that is not root's: for root, every file can be read."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        yield
        os.seteuid(0)
    else:
        yield


@pytest.mark.skipif("GRADING_AS_USER" in os.environ, reason="has the right to read everything")
def test_a_file_that_the_teacher_may_not_read_is_no_fault_of_the_learners(request):
    folder = Path(tempfile.mkdtemp())
    request.addfinalizer(lambda: shutil.rmtree(folder))
    (folder / "x.ipynb").write_bytes(lesson_01())
    (folder / "closed").mkdir()
    (folder / "closed" / "y.ipynb").write_bytes(lesson_01())
    for name in ("ada", "bob"):                              # a closed folder inside of one that is open
        (folder / "class" / name / "work").mkdir(parents=True)
        (folder / "class" / name / "work" / "x.ipynb").write_bytes(lesson_01())
        (folder / "class" / name / "work").chmod(0)
    (folder / "class" / "ada" / "report.pdf").write_bytes(b"%PDF")
    (folder / "class" / "bob" / "x.ipynb").write_bytes(lesson_01())
    (folder / "x.ipynb").chmod(0)
    (folder / "closed").chmod(0)
    folder.chmod(0o755)
    Grader(lesson="01", seed=1).grade(Submission("ada", "x", folder / "gone"))         # imports what it needs
    request.getfixturevalue("no_rights")
    try:
        for path in (folder / "x.ipynb", folder / "closed", folder / "closed" / "y.ipynb"):
            with pytest.raises(Forbidden, match="no fault of the learner's"):
                content_of(path)
            record = Grader(lesson="01", seed=1).grade(Submission("ada", path.name, path))
            assert (record["status"], record["points"]) == ("grader error", None) and json.dumps(record)
            assert f"`{path.name}` may not be read by the account that grades" in record["message"]
        ada, bob = find(folder / "class", separate=False)
        assert (ada.name, bob.name) == ("ada/work", "bob/x.ipynb")
        assert all("work: this folder cannot be read" in one.ignored[0] for one in (ada, bob))
        record = Grader(lesson="01", seed=1).grade(ada)
        assert record["status"] == "grader error" and "The folder `work` may not be read" in record["message"]
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        for path in (folder / "closed", *folder.glob("class/*/work")):
            path.chmod(0o700)
