"""nbgrader: its folder `submitted`, as `nbgrader collect` leaves it."""
import pytest

from classroom.grade.book import due
from classroom.grade.read import submissions

from .trips import WRONG, own, points, table, trip


def submitted(tmp_path, stamps=("2025-05-03 12:00:00.123456 UTC", "2025-05-05 12:00:00.000001 UTC")):
    """Two learners, the second late, and what nbgrader and Jupyter leave beside the notebooks."""
    folder = tmp_path / "submitted"
    for name, content, stamp in zip(("ada", "bob"), (own("ada"), own("bob", WRONG)), stamps, strict=True):
        there = folder / name / "lesson01"
        (there / ".ipynb_checkpoints").mkdir(parents=True)
        (there / "01_dot_product_attention.ipynb").write_bytes(content)
        (there / ".ipynb_checkpoints" / "01_dot_product_attention-checkpoint.ipynb").write_bytes(content)
        (there / "timestamp.txt").write_text(stamp)
    return folder


def test_from_the_folder_to_the_marks(tmp_path, monkeypatch, capsys):
    folder = submitted(tmp_path)
    (tmp_path / "students.csv").write_text("id,first_name,last_name,email\nada,Ada,Lovelace,a@x.org\n"
                                           "bob,Bob,B,b@x.org\nzoe,Zo\u00eb,Z,z@x.org\n", encoding="utf-8")
    (tmp_path / "due.csv").write_text("lesson,due,percent_per_day\n01,2025-05-04 12:00Z,10\n")
    out = tmp_path / "grades"
    more = "--due", str(tmp_path / "due.csv")
    assert trip(monkeypatch, folder, out, tmp_path / "students.csv", *more) == 0
    assert capsys.readouterr().err == ""
    assert points(out) == {"a@x.org": ("graded", "7"), "b@x.org": ("graded", "3.6"), "z@x.org": ("missing", "")}
    assert [row["handed_in"][:16] for row in table(out / "grades.csv")] == ["2025-05-03 12:00", "2025-05-05 12:00", ""]


@pytest.mark.parametrize("stamp", ["2025-05-05 12:00 PST", "yesterday", "", "2025-05-05 12:00:00 UTC" + " " * 500])
def test_what_is_no_time_is_not_guessed(tmp_path, stamp):
    folder = submitted(tmp_path, ("2025-05-05 12:00:00 UTC", stamp))
    assert [*due.nbgrader(folder, submissions.find(folder))] == ["ada/lesson01/01_dot_product_attention.ipynb"]


def test_elsewhere_such_a_file_may_be_a_learners(tmp_path):
    folder = submitted(tmp_path).rename(tmp_path / "downloads")
    assert due.nbgrader(folder, submissions.find(folder)) == {}
