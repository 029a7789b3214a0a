"""The CSV files: what a spreadsheet and the LMSs read, and that no cell is run."""
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.grade.book import adjust, gradebook, lms, safe, tables
from classroom.grade.read import roster

LESSON = "04_multi_head_attention"


def exercise(id="4.1", status="correct", points=None, worth=2, **more):
    points = (worth if status == "correct" else 0) if points is None else points
    return {"id": id, "title": f"title of {id}", "status": status, "points": points, "max_points": worth,
            "message": "What was seen.\n\nWhy.", "mistake": None, "mistakes": [], "printed": "", "seconds": 0.0, **more}


def record(learner, *exercises, status="graded", lesson=LESSON, **more):
    graded = status == "graded"
    return {"learner": learner, "submission": f"{learner}/{lesson}.ipynb", "lesson": lesson, "sha256": "00",
            "status": status, "message": "", "isolation": "full", "isolation_details": [], "seed": 1, "seconds": 0.0,
            "notes": [], "exercises": list(exercises),
            "points": sum(e["points"] for e in exercises) if graded else None,
            "max_points": sum(e["max_points"] for e in exercises) if graded else None, **more}


def read(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def people(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return roster.read(path)


RECORDS = [
    record("ada", exercise(), exercise("4.2", "wrong", mistakes=["merged-without-transpose"])),
    record("bob", status="unreadable", message="Not JSON.", lesson=None),
    record("eve", exercise(), exercise("4.2", "grader error")),
]


def test_grades_say_why_there_are_no_points(tmp_path):
    book = gradebook.build(RECORDS, people(tmp_path, "learner,name\nada,Ada\nbob,Bob\neve,Eve\nzoe,Zoë\n"))
    tables.write_grades(tmp_path / "grades.csv", book)
    rows = read(tmp_path / "grades.csv", "utf-8-sig")
    assert [(r["learner"], r["status"], r["points"], r["max_points"]) for r in rows] == [
        ("ada", "graded", "2", "4"), ("bob", "unreadable", "", "4"), ("eve", "grader error", "", "4"),
        ("zoe", "missing", "", "4")]
    assert [r["lesson"] for r in rows] == [LESSON] * 4
    assert "Not JSON." in rows[1]["notes"] and "not the learner" in rows[2]["notes"]
    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs it to read Zoë"


def test_one_row_for_each_exercise(tmp_path):
    tables.write_exercises(tmp_path / "exercises.csv", gradebook.build(RECORDS))
    rows = read(tmp_path / "exercises.csv", "utf-8-sig")
    assert [(r["learner"], r["exercise"], r["status"], r["points"]) for r in rows] == [
        ("ada", "4.1", "correct", "2"), ("ada", "4.2", "wrong", "0"), ("eve", "4.1", "correct", "2"),
        ("eve", "4.2", "grader error", "")]
    assert rows[1]["mistakes"] == "merged-without-transpose"


@pytest.mark.parametrize("text", [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200b=1", "\ufeff=1", "\u00a0=1", "＝1", "＠x",
    "\u202e=1", "=cmd|' /C calc'!A0", "\tx", "\rx", "\x00=1",
])
def test_no_cell_is_a_formula(text):
    assert safe.cell(text).startswith("'")


@pytest.mark.slow
@given(st.text() | st.text(alphabet="=+-@;,\t\r\n\"'ａ＝ x1"))
def test_no_piece_of_a_cell_is_a_formula(text):
    """Nor when a program cuts the file at other characters than commas."""
    written = io.StringIO()
    csv.writer(written).writerow(["first", safe.cell(text), "last"])
    (row,) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert row[0] == "first" and row[2] == "last"
    for cut in ",;|\n":
        for piece in row[1].replace('"', cut).split(cut):
            assert row[1] == "-" or not piece.strip().startswith(tuple("=+-@＝＋－＠"))


@pytest.mark.parametrize("text", ["-", "Ada", "ada@x.org", "José Núñez", "李明", "O'Neil", "Anne-Marie", "a + b",
                                  "0 of 2"])
def test_plain_cells_stay(text):
    assert safe.cell(text) == text


@pytest.mark.slow
@given(st.lists(st.text(min_size=1) | st.sampled_from(["a", "A", "con", "..", "/", "a/b", "a-b", "Ada"]), max_size=9))
def test_file_names_are_safe_and_unique(names):
    made = safe.file_names(names)
    assert set(made) == set(names)
    assert len({name.casefold() for name in made.values()}) == len(made)
    for name in made.values():
        assert name and len(name.encode()) <= 200 and not name.startswith((".", "-"))
        assert not set(name) & set('/\\:*?"<>|\0\n') and name.casefold() not in ("con", "nul", "..")
    for name in names:
        assert safe.file_names(reversed(names))[name] == made[name]


def test_points_are_changed_after_grading(tmp_path):
    changed = tmp_path / "points.toml"
    changed.write_text('"4.1" = 5\n"4.2" = 2.5\n')
    book = gradebook.build(RECORDS, points=adjust.read_points(changed))
    ada = book.marks()[0]
    assert (ada.points, ada.max_points, book.max_points) == (5, 7.5, {LESSON: 7.5})
    same = tmp_path / "points.csv"
    same.write_text("exercise,points\n4.1,5\n4.2,2.5\n")
    assert adjust.read_points(same) == adjust.read_points(changed)


def test_an_unreadable_file_does_not_keep_the_old_maximum(tmp_path):
    """Of a run with --lesson, such a record has the lesson's own maximum, which the teacher has changed."""
    changed = tmp_path / "points.csv"
    changed.write_text("exercise,points\n4.1,0\n4.2,1\n")
    records = [*RECORDS[:1], record("bob", status="unreadable") | {"max_points": 99}]
    book = gradebook.build(records, lesson=LESSON, points=adjust.read_points(changed))
    assert book.max_points == {LESSON: 1}
    alone = gradebook.build(records[1:], lesson=LESSON, points=adjust.read_points(changed))
    assert alone.max_points == {LESSON: adjust.points_of(LESSON, {"4.1": 0, "4.2": 1})} != {LESSON: 99}


@pytest.mark.parametrize(("text", "says"), [
    ('"4.99" = 1', "there is no exercise '4.99'"), ('"4.1" = -1', "a number of 0 or more"), ("4.1 = 3", "in quotes"),
    ('"4.1" = true', "a number of 0 or more"), ('"4.1" = inf', "a number of 0 or more"), ("= x", "not TOML"),
])
def test_points_that_cannot_be_used(tmp_path, text, says):
    path = tmp_path / "points.toml"
    path.write_text(text)
    with pytest.raises(adjust.SettingsError, match=says):
        adjust.read_points(path)


def test_late_work_loses_its_share(tmp_path):
    path = tmp_path / "late.csv"
    path.write_text("learner,percent,lesson\nAda,50,\nada,25%,04\nbob,100,\nnobody,10,\n")
    late = adjust.read_late(path)
    class_ = people(tmp_path, "learner,name\nada,Ada\nbob,Bob\neve,Eve\n")
    book = gradebook.build(RECORDS, class_, late=late)
    ada, bob, eve = (learner.marks[LESSON] for learner in book.learners)
    assert (ada.points, ada.max_points, ada.late) == (1.5, 4, 25), "the lesson's own entry counts"
    assert (bob.points, eve.late) == (None, 0)
    assert gradebook.unmatched(late, book) == ["nobody"]
    path.write_text("learner,percent\nada,120\n")
    with pytest.raises(adjust.SettingsError, match="from 0 to 100"):
        adjust.read_late(path)


def test_several_lessons(tmp_path):
    records = [record("ada", exercise()), record("ada", exercise("1.1", worth=1), lesson="01_dot_product_attention"),
               record("bob", exercise(status="wrong")), record("eve", status="unreadable", lesson=None)]
    book = gradebook.build(records)
    assert book.lessons == ("01_dot_product_attention", LESSON, gradebook.UNKNOWN)
    bob = next(learner for learner in book.learners if learner.person.learner == "bob")
    assert {name: mark.status for name, mark in bob.marks.items()} == {
        "01_dot_product_attention": "missing", LESSON: "graded"}
    assert [path.name for path in lms.write_canvas(tmp_path, book).paths] == [
        "canvas_01_dot_product_attention.csv", "canvas_04_multi_head_attention.csv"]
    assert [row["Student"] for row in read(tmp_path / "canvas_01_dot_product_attention.csv")[1:]] == ["ada"], (
        "a row for bob would have an empty cell, and delete his score")
