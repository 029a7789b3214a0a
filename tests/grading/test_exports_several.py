"""Several notebooks of one learner, and one notebook of several learners."""
import zipfile

import pytest

from classroom.grade.book import adjust, decisions, due, files, gradebook, groups, likeness, returns
from classroom.grade.book.mark import UNDECIDED

from .helpers import lesson_01
from .test_exports_tables import LESSON, exercise, people, read, record
from .test_reports_pages import Page

RIGHT, HALF = (exercise(), exercise("4.2")), (exercise(), exercise("4.2", "wrong"))
THREE = [record("ada", *HALF, submission="ada/first.ipynb", sha256="1"),
         record("ada", *RIGHT, submission="ada/second.ipynb", sha256="2"),
         record("ada", status="unreadable", submission="ada/third.ipynb", sha256="3")]


def the_mark(records, **settings):
    (mark,) = gradebook.build(records, **settings).marks()
    return mark


def test_the_best_counts_and_the_others_are_named():
    mark = the_mark(THREE)
    assert (mark.status, mark.points, mark.record["submission"]) == ("graded", 4, "ada/second.ipynb")
    assert mark.chosen == ("3 notebooks; the best counts: ada/second.ipynb (4 of 4). Not counted: ada/first.ipynb "
                           "(2 of 4), ada/third.ipynb (unreadable)")
    assert mark.notes[0] == mark.chosen


def at(time, number=0):
    return THREE[number] | {"handed_in": time}


@pytest.mark.parametrize(("records", "counts"), [
    ([at("2025-05-01 10:00", 1), at("2025-05-02 10:00")], "ada/first.ipynb"),
    ([at("2025-05-01 10:00+00:00", 1), at("2025-05-01 11:00+02:00")], "ada/second.ipynb"),        # zones are compared
    ([at("2025-05-01 10:00"), at("2025-05-02 10:00", 2)], "ada/third.ipynb"),                     # unreadable, and last
    ([at("2025-05-01 10:00"), at("2025-05-01 10:00", 1)], None),
    ([at("2025-05-01 10:00"), THREE[1]], None),
    (THREE, None),
    ([THREE[0] | {"submission": "ada_7_900_a.ipynb"}, THREE[1] | {"submission": "ada_LATE_7_899_a-1.ipynb"}],
     "ada_7_900_a.ipynb"),                                                                        # Canvas' file numbers
])
def test_the_latest(records, counts):
    mark = the_mark(records, rule="latest")
    if counts is None:
        assert (mark.status, mark.points) == (UNDECIDED, None) and "which was the latest is not known" in mark.chosen
    else:
        assert mark.record["submission"] == counts and "the latest counts" in mark.chosen
        assert mark.status == ("unreadable" if "third" in counts else "graded")


def test_none_counts_until_the_teacher_has_decided(tmp_path):
    book = gradebook.build(THREE, rule="refuse")
    (mark,) = book.marks()
    assert (mark.status, mark.points, list(mark.exercises)) == (UNDECIDED, None, [])
    assert mark.chosen.startswith("3 notebooks; none counts until you have decided: ada/first.ipynb (2 of 4), ")
    files.write(tmp_path, book)
    assert "Your teacher decides which of them counts." in Page(tmp_path / "feedback" / "ada.html").text
    assert "1 undecided" in " ".join(Page(tmp_path / "class.html").text.split())
    assert read(tmp_path / "moodle.csv") == [], "no mark, no row"
    decided = [decisions.Decision("ada", "04", "", 3, False, False, "The second.")]
    assert the_mark(THREE, rule="refuse", decided=decided).points == 3


@pytest.mark.parametrize("rule", ["best", "latest", "refuse"])
def test_nothing_to_choose(rule):
    """The same file twice, or beside it what is no notebook of this lesson."""
    twice = [THREE[0], THREE[0] | {"submission": "ada/copy.ipynb"}]
    other = record("ada", status="missing", submission="ada/lesson_01.ipynb", message="Wrong lesson", sha256="9")
    pdf = record("ada", status="unreadable", submission="ada/printed.pdf", sha256="8")
    for records in (THREE[:1], twice, [THREE[0], other], [other, THREE[0]], [pdf, THREE[0]]):
        mark = the_mark(records, rule=rule)
        assert (mark.status, mark.points, mark.chosen) == ("graded", 2, "")
    assert the_mark([other, other], rule=rule).status == "missing"


def test_the_better_after_lateness_is_the_best():
    records = [at("2025-05-09 10:00", 1), at("2025-05-01 10:00")]
    rules = due.Deadlines({"04": due.Rule(due.parse("2025-05-04 10:00"), per_day=20)})
    mark = the_mark(records, deadlines=rules)
    assert (mark.record["submission"], mark.points, mark.late) == ("ada/first.ipynb", 2, 0)


# ---------------------------------------------------------------------------------------------- groups

CLASS = "learner,name\nada,Ada\nbob,Bob\ncleo,Cleo\ndan,Dan\n"


def grouped(tmp_path, text):
    (tmp_path / "groups.csv").write_text(f"group,learner\n{text}")
    return groups.read(tmp_path / "groups.csv")


def test_one_notebook_counts_for_all_members(tmp_path):
    book = gradebook.build(THREE[:1] + [record("dan", *RIGHT)], people(tmp_path, CLASS),
                           grouped=grouped(tmp_path, "Red,ada\nRed,Bob\nBlue,cleo\n"))
    marks = {learner.person.learner: learner.marks[LESSON] for learner in book.learners}
    assert {who: (mark.status, mark.points, mark.group, mark.own) for who, mark in marks.items()} == {
        "ada": ("graded", 2, "Red", True), "bob": ("graded", 2, "Red", False), "cleo": ("missing", None, "Blue", True),
        "dan": ("graded", 4, "", True)}
    assert marks["bob"].notes == ("handed in for the group Red",)
    files.write(tmp_path / "out", book)
    assert "A notebook of your group Red counts for all its members." in Page(tmp_path / "out/feedback/bob.html").text
    assert "group" not in Page(tmp_path / "out/feedback/dan.html").text
    assert "group Red" in Page(tmp_path / "out/class.html").text


def test_two_members_hand_in(tmp_path):
    records = [THREE[0], record("bob", *RIGHT, sha256="b")]
    red = grouped(tmp_path, "Red,ada\nRed,bob\n")
    for rule, points in (("best", [4, 4]), ("refuse", [None, None])):
        book = gradebook.build(records, people(tmp_path, "learner\nada\nbob\n"), grouped=red, rule=rule)
        assert [mark.points for mark in book.marks()] == points
        assert all("2 notebooks" in mark.chosen for mark in book.marks())


def test_a_groups_lateness_is_by_who_handed_in_and_each_ones_deadline(tmp_path):
    red = grouped(tmp_path, "Red,ada\nRed,bob\n")
    times = {("ada", None): due.parse("2025-05-05 12:00")}
    deadlines = due.Deadlines({"04": due.Rule(due.parse("2025-05-04 12:00"), per_day=10)},
                              {("bob", "04"): due.parse("2025-05-06 12:00")}, times)
    book = gradebook.build(THREE[1:2], people(tmp_path, "learner\nada\nbob\n"), grouped=red, deadlines=deadlines)
    assert [(mark.points, mark.late) for mark in book.marks()] == [(3.6, 10), (4, 0)] and book.untimed == ()


@pytest.mark.parametrize(("text", "says"), [
    ("Red,ada\nBlue,ada\n", "ada is in Red and in Blue"), ("Red,\n", "both are needed"), (",ada\n", "both are needed"),
])
def test_groups_that_cannot_be_used(tmp_path, text, says):
    with pytest.raises(adjust.SettingsError, match=says):
        grouped(tmp_path, text)


def test_one_person_by_two_names_in_two_groups(tmp_path):
    with pytest.raises(adjust.SettingsError, match="bob in Red and in Blue"):
        gradebook.build(THREE, people(tmp_path, CLASS), grouped=grouped(tmp_path, "Red,bob\nBlue,Bob\n"))


def test_who_is_in_no_class_is_said(tmp_path):
    book = gradebook.build(THREE, people(tmp_path, CLASS), grouped=grouped(tmp_path, "Red,ada\nRed,bert\n"))
    assert book.ungrouped == ("bert",)


def test_a_groups_pages_go_back_to_each_member(tmp_path):
    """In Moodle each member has a number of their own; Canvas knows only who handed in."""
    sheet = ("Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
             "Last modified (submission),Last modified (grade),Feedback comments\n"
             "Participant 11,Ada A,a@x.org,,,4.00,Yes,-,-,\nParticipant 12,Bob B,b@x.org,,,4.00,Yes,-,-,\n")
    red = grouped(tmp_path, "Red,a@x.org\nRed,b@x.org\n")
    book = gradebook.build([record("Ada A", *RIGHT, submission="Ada A_11_assignsubmission_file_/x.ipynb")],
                           people(tmp_path, sheet), grouped=red)
    files.write(tmp_path / "out", book)
    with zipfile.ZipFile(tmp_path / "out" / "feedback_moodle.zip") as archive:
        assert archive.namelist() == ["Ada A_11_assignsubmission_file_/feedback.html",
                                      "Bob B_12_assignsubmission_file_/feedback.html"]
        assert b"Bob B" in archive.read(archive.namelist()[1])
    canvas = "Student,ID,SIS Login ID,Section\n\"B, Bob\",12,b@x.org,S\n\"A, Ada\",11,a@x.org,S\n"
    book = gradebook.build([record("aada", *RIGHT, submission="aada_11_77_x.ipynb")], people(tmp_path, canvas),
                           grouped=red)
    pages = {"a@x.org": tmp_path / "out/feedback/a@x.org.html", "b@x.org": tmp_path / "out/feedback/b@x.org.html"}
    assert returns.write_canvas(tmp_path / "c.zip", book, pages)
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        assert archive.namelist() == ["aada_11_77_x.html"] and b"Ada A" in archive.read("aada_11_77_x.html")


def test_members_of_a_group_are_no_pair_of_likeness(tmp_path):
    code = "def softmax(x):\n    a = np.abs(x)\n    b = a * 3\n    c = b - 1\n    d = c * b\n    return d + a\n"
    found = {}
    for name in ("ada", "bob", "cleo"):
        (tmp_path / f"{name}.ipynb").write_bytes(lesson_01(ex_1_2=code) + b" " * len(found))
        found[name, f"{name}.ipynb"] = tmp_path / f"{name}.ipynb"
    records = [record(name, submission=file, lesson="01_dot_product_attention", sha256=name) for name, file in found]
    book = gradebook.build(records, people(tmp_path, "learner\nada\nbob\ncleo\n"),
                           grouped=grouped(tmp_path, "Red,ada\nRed,bob\n"), rule="best")
    pairs = {(pair.first, pair.second) for pair in likeness.pairs(book, found)}
    assert pairs == {("ada", "cleo"), ("bob", "cleo")}


def test_members_by_any_of_their_names(tmp_path):
    found, nobody = groups.members({"Red": ["Ada", "BOB", "eve"]}, people(tmp_path, CLASS).people)
    assert [person.learner for person in found["bob"][1]] == ["ada", "bob"] and nobody == ["eve"]
