"""Answers that are alike: what counts, what does not, and that no mark depends on it."""
import csv

import pytest

from classroom.grade.book import files, gradebook, gradescope_export, likeness
from classroom.grade.read import alike, apart

from .helpers import NAMES, RIGHT, lesson_01

LESSON = "01_dot_product_attention"
SOFTMAX = """\
def softmax(x):
    biggest = np.amax(x, axis=-1)[..., None]
    shifted = np.subtract(x, biggest)
    powers = np.e ** shifted
    total = np.einsum("...i->...", powers)
    if total.min() <= 0:
        raise ValueError("no")
    return np.divide(powers, total[..., None])
"""
RENAMED = '''\
def softmax(  scores  ) :
    """Mine alone."""
    top: np.ndarray = np.amax(scores, axis = -1)[ ... , None ]   # largest
    z = np.subtract(scores, top)
    e = np.e**z
    s = np.einsum('...i->...', e)
    unused = 0
    if s.min() <= 0: raise ValueError("no")
    return np.divide(e, s[..., None])
'''
OWN = """\
def softmax(x):
    rows = []
    for row in np.reshape(x, (-1, x.shape[-1])):
        row = [2.718281828459045 ** (value - max(row)) for value in row]
        rows.append([value / sum(row) for value in row])
    answer = np.array(rows)
    return answer.reshape(x.shape)
"""


def book(tmp_path, **answers):
    """A gradebook of learners with their softmax, and where their notebooks are."""
    records, paths = [], {}
    for learner, code in answers.items():
        path = tmp_path / f"{learner}.ipynb"
        path.write_bytes(code if isinstance(code, bytes) else lesson_01(ex_1_2=code))
        paths[learner, path.name] = path
        records.append({"learner": learner, "submission": path.name, "lesson": LESSON, "status": "graded", "notes": [],
                        "points": 1, "max_points": 7, "exercises": []})
    return gradebook.build(records), paths


def test_names_and_layout_do_not_hide_a_copy(tmp_path):
    (pair,) = likeness.pairs(*book(tmp_path, ada=SOFTMAX, bob=RENAMED, eve=OWN))
    assert (pair.first, pair.second, list(pair.answers)) == ("ada", "bob", ["1.2"])
    assert pair.common >= 6 and 0.8 < pair.share < 1, "one statement is only bob's"
    assert "biggest" in pair.answers["1.2"][0] and "largest" in pair.answers["1.2"][1]


def test_the_published_solution_and_the_stub_do_not_count(tmp_path):
    from classroom.grade.book.likeness import _ROOT
    solution = (_ROOT / "solutions" / f"{LESSON}.ipynb").read_bytes()
    stub = (_ROOT / "notebooks" / f"{LESSON}.ipynb").read_bytes()
    assert likeness.pairs(*book(tmp_path, ada=solution, bob=solution, cleo=stub, dan=stub)) == []
    assert all(alike.answers(tmp_path / "ada.ipynb", {id: [NAMES[id]]}) for id in NAMES if id != "1.4")


def test_what_many_wrote_does_not_count(tmp_path):
    assert likeness.pairs(*book(tmp_path, **{f"learner{n}": SOFTMAX for n in range(7)})) == []
    assert len(likeness.pairs(*book(tmp_path, **{f"learner{n}": SOFTMAX for n in range(3)}))) == 3


def test_a_group_with_one_submission_is_no_pair(tmp_path):
    made, paths = book(tmp_path, ada=SOFTMAX, bob=RENAMED)
    both = [gradescope_export.Submitter("A"), gradescope_export.Submitter("B")]
    group = gradescope_export.Export({"ada.ipynb": both}, {})
    made = gradebook.build([made.learners[0].marks[LESSON].record], export=group)
    assert len(made.learners) == 2 and likeness.pairs(made, paths) == []


def test_short_answers_are_never_a_pair(tmp_path):
    assert likeness.pairs(*book(tmp_path, ada=RIGHT["1.2"], bob=RIGHT["1.2"])) == []


@pytest.mark.parametrize(("one", "other"), [
    ("def f(a):\n    b = a + 1", "def f(x):\n    y: int = x + 1"),
    ("def f(a): return a", 'def f(b):\n    "Doc."\n    return b'),
    ("class A:\n    def f(self, x):\n        self.u = x", "class A:\n    def f(self, z):\n        self.weights = z"),
    ("for i in range(3):\n    pass", "for j in range(3):\n    pass"),
    ("def f(a):\n    match a:\n        case 1:\n            return a",
     "def f(b):\n    match b:\n        case 2:\n            return b"),
])
def test_the_same_statements(one, other):
    assert alike.statements(one) == alike.statements(other) != {} or "for" in one


@pytest.mark.parametrize("other", ["def f(a): return a * 2", "def f(a): return a + a", "def f(a): return np.sum(a)"])
def test_other_statements(other):
    assert alike.statements("def f(a): return a + 2") != alike.statements(other)


@pytest.mark.parametrize("code", ["def f(:", "", "x\x00", "(" * 5000])
def test_what_is_no_python_has_no_statements(code):
    assert not alike.statements(code)


def test_files_only_if_asked_for(tmp_path):
    made, paths = book(tmp_path, ada=SOFTMAX, bob=RENAMED, eve=b"no notebook")
    out = tmp_path / "out"
    files.write(out, made, alike=paths)
    with (out / "likeness.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["first"], row["second"], row["exercises"]) == ("ada", "bob", "1.2")
    page = (out / "likeness.html").read_text(encoding="utf-8")
    assert "np.einsum(&#34;...i-&gt;...&#34;, powers)" in page and "no proof" in page
    marks = (out / "grades.csv").read_bytes()
    files.write(out, made)
    assert not list(out.glob("likeness*")) and (out / "grades.csv").read_bytes() == marks


@pytest.mark.slow
@pytest.mark.parametrize("code", [
    "def softmax(x):\n    return " + "lambda: " * 400 + "x", "def softmax(x):\n    return x" + ".a" * 3000,
    "def softmax(x):\n" + "".join(f"    y{n} = x + {n}\n" for n in range(3500)),
    "\n".join(f"def softmax(x): return x + {n}" for n in range(4000)),
])
def test_what_no_answer_looks_like_hides_and_holds_up_nobody(tmp_path, code):
    (pair,) = likeness.pairs(*book(tmp_path, ada=SOFTMAX, bob=RENAMED, eve=code, mallory=code))
    assert (pair.first, pair.second) == ("ada", "bob")


def test_padding_hides_no_copy(tmp_path):
    (pair,) = likeness.pairs(*book(tmp_path, ada=SOFTMAX, bob=RENAMED.replace("# largest", "# " + "x" * 50_000)))
    assert (pair.first, pair.second) == ("ada", "bob")


def test_what_learners_wrote_is_taken_apart_by_the_reader_alone(tmp_path, monkeypatch):
    """None of their answers is parsed in the process that writes the tables. One that the reader gives up has none."""
    made, paths = book(tmp_path, ada=SOFTMAX, bob=RENAMED)
    own = {path.read_bytes() for path in paths.values()}
    real, read = alike.cells_of, []
    monkeypatch.setattr(alike, "cells_of", lambda content: read.append(content) or real(content))
    (pair,) = likeness.pairs(made, paths)
    assert pair.common >= 6 and read and not own & set(read), "read here: what the course has published, and no more"
    monkeypatch.setattr(apart.shared(), "ask", lambda *_, **__: (_ for _ in ()).throw(apart.TooMuch("too much", True)))
    assert likeness.pairs(made, paths) == []
