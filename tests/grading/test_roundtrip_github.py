"""GitHub Classroom: its lists, and the clones of `gh classroom clone`."""
from classroom.grade.book import due, gradebook
from classroom.grade.read import roster, submissions

from .helpers import lesson_01
from .test_exports_tables import LESSON, exercise, record
from .trips import WRONG, own, points, table, trip

GITHUB = """\
"identifier","github_username","github_id","name"
"ada@x.org","adalove","11","Ada Lovelace"
"lovelace@x.org","love","12","L. Love"
"bob@x.org","x-bob","13","Bob"
"zoe@x.org","","",""
"""


def people(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    return roster.read(tmp_path / "roster.csv")


def put(folder, *names):
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "04.ipynb").write_bytes(lesson_01())
    return [record(s.learner, exercise(), submission=s.name) for s in submissions.find(folder)]


def test_clones_of_github_classroom(tmp_path):
    """`gh classroom clone student-repos` makes a folder with a clone for each learner."""
    folder = tmp_path / "attention-submissions"
    records = put(folder, "attention-adalove", "attention-Love", "attention-x-bob", "attention-x-love")
    book = gradebook.build(records, people(tmp_path, GITHUB))
    assert [(learner.person.learner, [mark.status for mark in learner.marks.values()], learner.expected)
            for learner in book.learners] == [
        ("adalove", ["graded"], True), ("love", ["graded"], True), ("x-bob", ["graded"], True),
        ("zoe@x.org", ["missing"], True), ("attention-x-love", ["graded"], False)]
    assert book.learners[1].marks[LESSON].record["submission"].startswith("attention-Love/")


def test_clones_of_two_assignments(tmp_path):
    class_ = people(tmp_path, GITHUB)
    names = ["hw-1-adalove", "hw-1-x-bob", "hw-2-adalove", "hw-2-love"]
    assert {name: person.learner for name, person in class_.clones(names).items()} == {
        "hw-1-adalove": "adalove", "hw-1-x-bob": "x-bob", "hw-2-adalove": "adalove", "hw-2-love": "love"}
    assert people(tmp_path, "learner\nadalove\n").clones(names) == {}, "only a list that has GitHub's names"


# *Download grades* of an assignment for groups: one row for each member, and the times of the last pushes.
GRADES = """\
"assignment_name","assignment_url","starter_code_url","github_username","roster_identifier","student_repository_name",\
"student_repository_url","submission_timestamp","points_awarded","points_available","group_name"
"attention","u","u","adalove","ada@x.org","attention-team-red","u","2025-05-05 12:00:00 UTC","","","team-red"
"attention","u","u","x-bob","bob@x.org","attention-team-red","u","2025-05-05 12:00:00 UTC","","","team-red"
"attention","u","u","love","lovelace@x.org","attention-Blue","u","2025-05-03T12:00:00Z","","","Blue"
"attention","u","u","zoe","zoe@x.org","","","","","",""
"""


def test_from_the_clones_to_the_marks(tmp_path, monkeypatch, capsys):
    for name, content in (("attention-team-red", own("red")), ("attention-blue", own("blue", WRONG))):
        notebooks = tmp_path / "attention-submissions" / name / "notebooks"
        notebooks.mkdir(parents=True)
        (notebooks / "01_dot_product_attention.ipynb").write_bytes(content)
        (notebooks.parent / ".git").mkdir()
        (notebooks.parent / "README.md").write_text("# attention")
    (tmp_path / "grades.csv").write_text(GRADES)
    (tmp_path / "due.csv").write_text("lesson,due,percent_per_day\n01,2025-05-04 12:00Z,10\n")
    out = tmp_path / "out"
    code = trip(monkeypatch, tmp_path / "attention-submissions", out, tmp_path / "grades.csv", "--due",
                str(tmp_path / "due.csv"))
    assert code == 0 and capsys.readouterr().err == ""
    assert points(out) == {"adalove": ("graded", "6.3"), "x-bob": ("graded", "6.3"), "love": ("graded", "4"),
                           "zoe": ("missing", "")}
    assert [row["handed_in"] for row in table(out / "grades.csv")] == [
        "2025-05-05 12:00+00:00", "2025-05-05 12:00+00:00", "2025-05-03 12:00+00:00", ""]


def test_a_time_without_a_zone_is_githubs(tmp_path):
    (tmp_path / "g.csv").write_text(GRADES.replace("2025-05-05 12:00:00 UTC", "2025-05-05 12:00"))
    book = gradebook.build([record("attention-team-red", exercise(), submission="attention-team-red/04.ipynb")],
                           roster.read(tmp_path / "g.csv"))
    assert book.learners[0].marks[LESSON].time == due.parse("2025-05-05 12:00Z")
