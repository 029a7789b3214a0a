"""The teacher's own decisions, and deadlines: what is taken off, what is put on, and what comes last."""
from datetime import timedelta

import pytest

from classroom.grade.book import adjust, decisions, due, gradebook, tables

from .test_exports_tables import LESSON, exercise, people, read, record

RECORDS = [record("ada", exercise(), exercise("4.2", "wrong", message="Twice.")),
           record("bob", status="unreadable", message="A PDF."),
           record("eve", exercise(), exercise("4.2", "grader error"))]
CLASS = "learner,name\nada,Ada\nbob,Bob\neve,Eve\nzoe,Zoë\n"


def decided(tmp_path, rows, late=None):
    (tmp_path / "adjust.csv").write_text("learner,lesson,exercise,points,comment\n" + rows, encoding="utf-8")
    return gradebook.build(RECORDS, people(tmp_path, CLASS), late=late, decided=decisions.read(tmp_path / "adjust.csv"))


def marks(book):
    return {learner.person.learner: learner.marks[LESSON] for learner in book.learners}


@pytest.mark.parametrize(("rows", "late", "points", "most"), [
    ("ada,,4.2,1.5,\n", 0, 3.5, 4), ("ada,,4.2,+1,\n", 0, 3, 4), ("Ada,4,4.2,-1,\n", 0, 2, 4),
    ("ada,,4.2,2,\n", 50, 3, 4),                 # late: half of 4.1's 2; what the teacher gives is given
    ("ada,04,,7,\n", 50, 7, 4), ("ada,04,,+1,\n", 50, 2, 4), ("ada,,4.1,EX,\n", 0, 0, 2), ("ada,4,,,Good.\n", 0, 2, 4),
    ("ada,,4.2,1,\nada,04,,+1,\n", 0, 4, 4), ("eve,,4.2,1,\n", 0, 3, 4), ("eve,,4.2,EX,\n", 0, 2, 2),
    ("bob,4,,2.5,Read by hand.\n", 0, 2.5, 4), ("zoe,4,,1,On paper.\n", 0, 1, 4),
])
def test_points_by_hand(tmp_path, rows, late, points, most):
    who = rows.partition(",")[0].casefold()
    mark = marks(decided(tmp_path, rows, {(who, None): late} if late else None))[who]
    assert (mark.status, mark.points, mark.max_points) == ("graded", points, most)
    assert mark.by_hand == (rows != "ada,4,,,Good.\n")


def test_a_pdf_marked_by_hand_exercise_by_exercise(tmp_path):
    bob = marks(decided(tmp_path, "bob,,4.1,1,Fine.\nbob,,4.3,2,\n"))["bob"]
    assert (bob.status, bob.points, bob.max_points) == ("graded", 3, adjust.points_of(LESSON))
    assert decisions.comments(bob) == ["4.1: Fine."]


def test_an_excuse_is_no_zero(tmp_path):
    zoe = marks(decided(tmp_path, "zoe,4,,EX,Was ill.\nada,4,,ex,\n"))["zoe"]
    assert (zoe.status, zoe.points) == ("excused", None)
    assert tables.summary(zoe) == "Was ill.\nExcused from this lesson."


def test_a_bonus_makes_no_mark_where_there_is_none(tmp_path):
    assert marks(decided(tmp_path, "zoe,4,,+1,\n"))["zoe"].status == "missing"


def test_decisions_are_in_the_tables(tmp_path):
    book = decided(tmp_path, "ada,,4.2,1,Half of it.\nada,,4.1,EX,\nada,4,,,Come and see me.\n")
    tables.write_grades(tmp_path / "g.csv", book)
    tables.write_exercises(tmp_path / "e.csv", book)
    ada = read(tmp_path / "g.csv", "utf-8-sig")[0]
    assert (ada["points"], ada["max_points"], ada["by_hand"]) == ("1", "2", "yes")
    assert ada["comment"] == "Come and see me.; 4.2: Half of it."
    one, two = read(tmp_path / "e.csv", "utf-8-sig")[:2]
    assert (one["status"], one["points"], two["points"], two["by_hand"]) == ("excused", "", "1", "yes")
    assert "4.2 title of 4.2: wrong. Twice. 1 points by your teacher. Half of it." in tables.summary(book.marks()[0])


@pytest.mark.parametrize(("rows", "says"), [
    ("ada,,4.99,1,\n", "there is no exercise '4.99'"), ("ada,77,,1,\n", "no lesson '77'"), ("ada,,,1,\n", "is needed"),
    ("ada,5,4.1,1,\n", "is in lesson 04"), ("ada,4,,one,\n", "got 'one'"), ("ada,4,,,\n", "decides nothing"),
    ("ada,4,,1,\nada,04,,2,\n", "there are two rows"), ("ada,4,,nan,\n", "got 'nan'"),
])
def test_decisions_that_cannot_be_used(tmp_path, rows, says):
    with pytest.raises(adjust.SettingsError, match=says):
        decided(tmp_path, rows)


def test_slips_are_found(tmp_path):
    book = decided(tmp_path, "adda,4,,1,\nada,5,,1,\nada,4,,1,\n")
    found = decisions.read(tmp_path / "adjust.csv")
    assert gradebook.undecided(found, book) == ["adda", "ada (lesson 05)"]


@pytest.mark.parametrize(("time", "percent"), [
    ("2025-05-04 23:59", 0), ("2025-05-05 05:59", 0), ("2025-05-05 06:00", 10), ("2025-05-05 23:58", 10),
    ("2025-05-06 00:00", 20), ("2025-06-30 12:00", 100),
])
def test_what_lateness_costs(time, percent):
    rule = due.Rule(due.parse("2025-05-04 23:59"), timedelta(hours=6), 10)
    assert rule.percent(due.parse(time)) == percent


@pytest.mark.parametrize("text", [
    "2025-05-05 21:07", "2025-05-05T21:07:00", "2025-05-05 21:07:00.123000000", "Monday, 5 May 2025, 9:07 PM",
    "Montag, 5. Mai 2025, 21:07", "lunes, 5 de mayo de 2025, 21:07", "5 May 2025 21:07",
])
def test_times_as_they_are_written(text):
    assert due.said(due.parse(text)) == "2025-05-05 21:07"


@pytest.mark.parametrize("text", ["", "-", "yesterday", "2025-13-05 21:07", "31 February 2025, 9:00",
                                  "5 Smarch 2025, 9:00", "0001-01-01 00:00",
                                  "2025-05-05 21:07+99:99", "99 May 2025, 9:00"])
def test_what_is_no_time(text):
    assert due.parse(text) is None


def test_zones_are_compared():
    rule = due.Rule(due.parse("2025-05-04 22:00+02:00"), per_day=10)
    assert (rule.percent(due.parse("2025-05-04T20:00:00Z")), rule.percent(due.parse("2025-05-04 20:01 UTC"))) == (0, 10)


def test_deadlines_extensions_and_times(tmp_path):
    (tmp_path / "due.csv").write_text("lesson,due,grace_hours,percent_per_day,learner\n4,2025-05-04,2,25%,\n"
                                      "04,2025-05-09,,,Bob\n")
    (tmp_path / "times.csv").write_text("learner,lesson,time\nada,04,2025-05-05 10:00\nBob,,2025-05-08 10:00\n"
                                        "who,,2025-05-08 10:00\n")
    found = due.read(tmp_path / "due.csv", tmp_path / "times.csv")
    class_ = people(tmp_path, "learner,name\nada,Ada\nb1,Bob\neve,Eve\n")
    records = [record(name, exercise(), exercise("4.2")) for name in ("ada", "b1", "eve")]
    book = gradebook.build(records, class_, deadlines=found)
    assert {who: (mark.late, mark.points) for who, mark in marks(book).items()} == {
        "ada": (25, 3), "b1": (0, 4), "eve": (0, 4)}
    assert book.untimed == ("eve",) and gradebook.unmatched(found.times, book) == ["who"]
    given = gradebook.build(records, class_, deadlines=found, late={("ada", None): 5, ("eve", "04"): 0})
    assert marks(given)["ada"].late == 5 and given.untimed == (), "--late is the teacher's last word"


def test_the_better_of_two_after_lateness(tmp_path):
    records = [record("ada", exercise(), exercise("4.2"), handed_in="2025-05-09 10:00", submission="late"),
               record("ada", exercise(), exercise("4.2", "wrong"), handed_in="2025-05-01 10:00", submission="early")]
    rules = due.Deadlines({"04": due.Rule(due.parse("2025-05-04 10:00"), per_day=20)})
    (mark,) = gradebook.build(records, deadlines=rules).marks()
    assert (mark.record["submission"], mark.points, mark.late) == ("early", 2, 0)


@pytest.mark.parametrize(("text", "says"), [
    ("lesson,due\n4,soon\n", "got 'soon'"), ("lesson,due\n77,2025-05-04\n", "no lesson '77'"),
    ("lesson,due,learner\n4,2025-05-04,ada\n", "no row says when"),
    ("lesson,due\n4,2025-05-04\n04,2025-05-04\n", "twice"),
    ("lesson,due,percent_per_day\n4,2025-05-04,120\n", "from 0 to 100"),
])
def test_deadlines_that_cannot_be_used(tmp_path, text, says):
    (tmp_path / "due.csv").write_text(text)
    with pytest.raises(adjust.SettingsError, match=says):
        due.read(tmp_path / "due.csv")
