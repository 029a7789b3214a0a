"""Gradescope: its list, and *Export submissions* with `submission_metadata.yml`."""
import zipfile

import pytest

from classroom.grade.book import due, gradebook, gradescope_export
from classroom.grade.read import roster, submissions

from .helpers import lesson_01
from .test_exports_tables import LESSON, exercise, record
from .trips import WRONG, own, points, trip


def people(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    return roster.read(tmp_path / "roster.csv")


def put(folder, *names):
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "04.ipynb").write_bytes(lesson_01())
    return [record(s.learner, exercise(), submission=s.name) for s in submissions.find(folder)]


METADATA = """\
---
submission_901:
  :submitters:
  - :name: Ada Lovelace
    :sid: '3031'
    :email: ada@x.org
  :created_at: 2025-05-05 20:11:37.318000000 Z
  :score: 3.0
  :status: processed
  :results:
    output: ":submitters:"
    tests:
    - name: 'it: says'
      :name: Nobody
  :history:
  - :id: 5
    :created_at: 2024-01-01 00:00:00.000000000 Z
    :submitters:
    - :name: Somebody Else
submission_902:
  :submitters:
    - :name: "Jos\\u00e9 N\\xFA\\xF1ez"
      :sid: ~
      :email: jose@x.org
    - :name: Bob O''Bob
      :sid: 3033
      :email: bob@x.org
  :created_at: !ruby/object:Time 2025-05-06
submission_903:
  :submitters:
  - :name: A Stranger
    :sid: ''
    :email: stranger@x.org
submission_904:
  :submitters: []
"""
SCOPE = "First Name,Last Name,SID,Email,Sections\nAda,Lovelace,3031,ada@x.org,A\nJosé,Núñez,3032,jose@x.org,A\n" \
        "Bob,O'Bob,3033,bob@x.org,A\nZoë,Z,3034,zoe@x.org,A\n"


def test_submission_metadata_is_read_without_making_objects():
    found = gradescope_export.parse(METADATA.splitlines(keepends=True))
    assert found.submitters == {
        "submission_901": [gradescope_export.Submitter("Ada Lovelace", "3031", "ada@x.org")],
        "submission_902": [gradescope_export.Submitter("José Núñez", "", "jose@x.org"),
                           gradescope_export.Submitter("Bob O''Bob", "3033", "bob@x.org")],
        "submission_903": [gradescope_export.Submitter("A Stranger", "", "stranger@x.org")]}
    assert found.times == {"submission_901": due.parse("2025-05-05T20:11:37Z")}


@pytest.mark.parametrize("kind", ["folder", "zip", "wrapped zip"])
def test_the_bulk_export_of_gradescope(tmp_path, kind):
    folder = tmp_path / "assignment_55_export"
    put(folder, "submission_901", "submission_902", "submission_903", "submission_904")
    (folder / "submission_metadata.yml").write_text(METADATA, encoding="utf-8")
    path = folder
    if kind != "folder":
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.rglob("*.*")):
                archive.write(file, file.relative_to(tmp_path if kind == "wrapped zip" else folder))
    records = [record(s.learner, exercise(), submission=s.name) for s in submissions.find(path)]
    rules = due.Deadlines({"04": due.Rule(due.parse("2025-05-05 20:11Z"), per_day=50)})
    book = gradebook.build(records, people(tmp_path, SCOPE), export=gradescope_export.find(path), deadlines=rules)
    assert [(learner.person.learner, learner.marks[LESSON].status, learner.marks[LESSON].late, learner.expected)
            for learner in book.learners] == [
        ("ada@x.org", "graded", 50, True), ("jose@x.org", "graded", 0, True), ("bob@x.org", "graded", 0, True),
        ("zoe@x.org", "missing", 0, True), ("stranger@x.org", "graded", 0, False),
        ("submission_904", "graded", 0, False)]
    assert book.untimed == ("jose@x.org", "bob@x.org", "stranger@x.org", "submission_904")
    alone = gradebook.build(records, export=gradescope_export.find(path))
    assert [learner.person.name for learner in alone.learners if learner.person.name][:2] == ["Ada Lovelace",
                                                                                               "Bob O''Bob"]


def test_no_export_no_metadata(tmp_path):
    put(tmp_path / "class", "ada")
    assert gradescope_export.find(tmp_path / "class") is None
    assert gradescope_export.find(tmp_path / "class" / "ada" / "04.ipynb") is None


def test_from_the_export_to_the_marks(tmp_path, monkeypatch, capsys):
    """Jos\u00e9 and Bob are a group; the times are those of the submissions."""
    folder = tmp_path / "assignment_55_export"
    for name, content in (("submission_901", own("ada")), ("submission_902", own("both", WRONG))):
        (folder / name).mkdir(parents=True)
        (folder / name / "work.ipynb").write_bytes(content)
    (folder / "submission_metadata.yml").write_text(METADATA.partition("submission_903")[0], encoding="utf-8")
    (tmp_path / "roster.csv").write_text(SCOPE, encoding="utf-8")
    (tmp_path / "due.csv").write_text("lesson,due,percent_per_day\n01,2025-05-05 20:11Z,50\n")
    out = tmp_path / "grades"
    assert trip(monkeypatch, folder, out, tmp_path / "roster.csv", "--due", str(tmp_path / "due.csv")) == 0
    assert points(out) == {"ada@x.org": ("graded", "3.5"), "jose@x.org": ("graded", "4"), "bob@x.org": ("graded", "4"),
                           "zoe@x.org": ("missing", "")}
    assert "nothing was taken off: jose@x.org, bob@x.org." in capsys.readouterr().err
    assert (out / "gradescope" / "bob@x.org" / "results.json").exists()
