"""Canvas: its gradebook as it is exported, and what is imported again. The shapes are those that Canvas writes."""
import csv
import io
import zipfile

import pytest

from classroom import exercises
from classroom.grade.book import adjust, decisions, files, gradebook, lms, returns
from classroom.grade.read import roster

from .test_exports_tables import exercise, record
from .trips import WRONG, own, points, table, trip, zipped

COLUMN = "Attention (991)"
WHOLE = f"""\
Student,ID,SIS User ID,SIS Login ID,Section,{COLUMN},Essay (992),Current Score,Final Score
,,,,,Manual Posting,,,
    Points Possible,,,,,2.00,10.00,(read only),(read only)
"Lovelace, Ada",101,S1,ada@x.org,A,,9.00,50.00,50.00
"Núñez García, José",102,S2,jose@x.org,A and B,1.00,,50.00,50.00
"Bobson, Bob",103,,bob@x.org,B,EX,,,
"Cole, Cleo",104,,cleo@x.org,B,1.50,,,
"Student, Test",105,,4e6c,A,,,,
"""
SPLIT = f"""\
LastName,FirstName,ID,SIS Login ID,Section,Notes,{COLUMN},Current Score
,,,,,,Manual Posting,
    Points Possible,,,,,,"2,00",(read only)
Lovelace,Ada,101,ada@x.org,A,,,50
Núñez García,José,102,jose@x.org,A,likes @,,50
Student,Test,105,4e6c,A,,,
"""
RECORDS = [record("lovelaceada", exercise(), submission="lovelaceada_LATE_101_7001_04_multi.ipynb"),
           record("nunezgarciajose", exercise(status="wrong"), submission="nunezgarciajose_102_7002_04.ipynb"),
           record("bobsonbob", exercise(), submission="bobsonbob_103_7003_04.ipynb")]


def people(tmp_path, text):
    path = tmp_path / "gradebook.csv"
    path.write_text("\ufeff" + text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    return roster.read(path)


def cells(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_whole_gradebook(tmp_path):
    class_ = people(tmp_path, WHOLE)
    assert [person.learner for person in class_.people] == ["ada@x.org", "jose@x.org", "bob@x.org", "cleo@x.org"]
    assert class_.sheet.possible == {COLUMN: 2, "Essay (992)": 10}
    book = gradebook.build(RECORDS, class_)
    assert all(learner.expected for learner in book.learners)
    written = lms.write_canvas(tmp_path, book, {"04": COLUMN})
    assert cells(tmp_path / "canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", COLUMN],
        ["    Points Possible", "", "", "", "", "2"],
        ["Lovelace, Ada", "101", "S1", "ada@x.org", "A", "2"],
        ["Núñez García, José", "102", "S2", "jose@x.org", "A and B", "0"]]
    assert written.notes == ["canvas.csv: left as they are in Canvas: bob@x.org (EX)."]


def test_names_in_two_columns(tmp_path):
    class_ = people(tmp_path, SPLIT)
    assert [person.name for person in class_.people] == ["Lovelace, Ada", "Núñez García, José"]
    assert class_.find("nunezgarciajose").learner == "jose@x.org"
    lms.write_canvas(tmp_path, gradebook.build(RECORDS[:2], class_), {"04": COLUMN})
    assert cells(tmp_path / "canvas.csv") == [
        ["LastName", "FirstName", "ID", "SIS Login ID", "Section", COLUMN],
        ["    Points Possible", "", "", "", "", "2"],
        ["Lovelace", "Ada", "101", "ada@x.org", "A", "2"], ["Núñez García", "José", "102", "jose@x.org", "A", "0"]]


def test_an_import_deletes_no_score(tmp_path):
    """Cleo has 1.5 in Canvas and handed in nothing here: an empty cell in her row would take it from her."""
    book = gradebook.build(RECORDS[:1] + [record("nunezgarciajose", status="unreadable")], people(tmp_path, WHOLE))
    lms.write_canvas(tmp_path, book, {"04": COLUMN})
    assert [row[0] for row in cells(tmp_path / "canvas.csv")[2:]] == ["Lovelace, Ada"]


def test_another_maximum_is_refused_or_converted(tmp_path):
    book = gradebook.build(RECORDS[:2], people(tmp_path, WHOLE.replace(",2.00,", ",100.00,")))
    refused = lms.write_canvas(tmp_path, book, {"04": COLUMN})
    assert not refused.paths and not (tmp_path / "canvas.csv").exists()
    assert "is worth 100 points, the lesson 2." in refused.refused[0] and "--scale" in refused.refused[0]
    done = lms.write_canvas(tmp_path, book, {"04": COLUMN}, scale=True)
    assert "is worth 100 points, the lesson 2. All points in it are multiplied by 50." in done.notes[0]
    assert [row[-1] for row in cells(tmp_path / "canvas.csv")[1:]] == ["100", "100", "0"]


def test_a_column_that_is_not_there_is_said(tmp_path):
    written = lms.write_canvas(tmp_path, gradebook.build(RECORDS, people(tmp_path, WHOLE)), {"04": "Atention (991)"})
    assert "no column 'Atention (991)'" in written.notes[0]


def test_who_is_excused(tmp_path):
    decided = [decisions.Decision("ada@x.org", "04", "", None, False, True, "")]
    lms.write_canvas(tmp_path, gradebook.build(RECORDS[:1], people(tmp_path, WHOLE), decided=decided), {"04": COLUMN})
    assert cells(tmp_path / "canvas.csv")[2][-1] == "EX"


def test_an_excused_exercise_leaves_the_share_of_the_others(tmp_path):
    records = [record("lovelaceada", exercise(), exercise("4.2", "wrong"), submission="x")]
    decided = [decisions.Decision("ada@x.org", "04", "4.2", None, False, True, "")]
    book = gradebook.build(records, people(tmp_path, WHOLE.replace(",2.00,", ",4.00,")), decided=decided)
    assert [(mark.points, mark.max_points) for mark in book.marks()][0] == (2, 2)
    lms.write_canvas(tmp_path, book, {"04": COLUMN})
    assert cells(tmp_path / "canvas.csv")[2][-1] == "4"


def test_all_pages_under_the_names_of_the_download(tmp_path):
    files.write(tmp_path / "out", gradebook.build(RECORDS, people(tmp_path, WHOLE)), {"04": COLUMN})
    with zipfile.ZipFile(tmp_path / "out" / "feedback_canvas.zip") as archive:
        assert archive.namelist() == ["lovelaceada_LATE_101_7001_04_multi.html", "nunezgarciajose_102_7002_04.html",
                                      "bobsonbob_103_7003_04.html"]
        assert b"Lovelace, Ada" in archive.read("lovelaceada_LATE_101_7001_04_multi.html")
    assert not (tmp_path / "out" / "feedback_moodle.zip").exists()


def test_no_zip_where_canvas_could_not_tell_whose_a_page_is(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"of before")
    book = gradebook.build([record("ada", exercise())])
    assert not returns.write_canvas(tmp_path / "x.zip", book, {}) and not (tmp_path / "x.zip").exists()


def test_semicolons_and_a_class_of_nobody(tmp_path):
    class_ = people(tmp_path, "Student;ID;SIS Login ID;Section;X (1)\n    Points Possible;;;;2,50\nA, B;1;ab;S;2,00\n")
    assert (class_.people[0].learner, class_.sheet.possible) == ("ab", {"X (1)": 2.5})
    with pytest.raises(adjust.SettingsError, match="nobody is in it"):
        people(tmp_path, "Student,ID,SIS Login ID,Section\n    Points Possible,,,\n")


DOWNLOAD = {              # as *Download submissions* names them: family and given name, numbers of learner and file
    "lovelaceada_LATE_101_7001_01_dot_product.ipynb": own("ada"),
    "nuezgarcajos_102_7002_01_dot_product.ipynb": own("old", WRONG),         # the second upload of one name
    "nuezgarcajos_102_7009_01_dot_product-1.ipynb": own("jose"),
    "bobsonbob_103_7003_homework.pdf": b"%PDF-1.7",
    "colecleo_104_7004_01_dot_product.ipynb": own("cleo", WRONG),
    "colecleo_104_7005_figure.pdf": b"%PDF-1.7",
}


@pytest.mark.parametrize("text", [WHOLE, SPLIT])
def test_from_the_download_to_the_import(tmp_path, monkeypatch, capsys, text):
    (tmp_path / "gradebook.csv").write_text("\ufeff" + text.replace("2.00", "7.00").replace("2,00", "7,00"),
                                            encoding="utf-8")
    download = zipped(tmp_path / "submissions.zip", DOWNLOAD)
    out, column = tmp_path / "grades", ("--canvas-column", f"01={COLUMN}")
    assert trip(monkeypatch, download, out, tmp_path / "gradebook.csv", *column, "--several", "latest") == 0
    said = capsys.readouterr().out
    assert "jose@x.org, lesson 01: 2 notebooks; the latest counts: nuezgarcajos_102_7009_" in said
    found = points(out)
    assert (found["ada@x.org"], found["jose@x.org"]) == (("graded", "7"), ("graded", "7"))
    if text == WHOLE:
        assert (found["bob@x.org"], found["cleo@x.org"]) == (("unreadable", ""), ("graded", "4"))
    ada = table(out / "grades.csv")[0]
    assert "handed in late" in ada["notes"] and "late" in (out / "class.html").read_text(encoding="utf-8")
    rows = {row["ID"]: row[COLUMN] for row in table(out / "canvas.csv")}
    assert rows == {"": "7", "101": "7", "102": "7"} | ({"104": "4"} if text == WHOLE else {})
    with zipfile.ZipFile(out / "feedback_canvas.zip") as archive:
        names = archive.namelist()
        assert {"lovelaceada_LATE_101_7001_01_dot_product.html",
                "nuezgarcajos_102_7009_01_dot_product-1.html"} <= {*names}
        assert b"Not counted: nuezgarcajos_102_7002" in archive.read("nuezgarcajos_102_7009_01_dot_product-1.html")


@pytest.mark.parametrize("handed_in", [["ada", "bob"], ["bob"]])
def test_changed_points_beside_a_file_that_cannot_be_read(tmp_path, handed_in):
    """Canvas' and our maximum are those of the changed points: also where nothing at all could be graded."""
    changed = {"4.1": 10, "4.2": 0}
    whole = adjust.points_of("04_multi_head_attention", changed)
    ada = record("lovelaceada", *(exercise(id, worth=exercises.get(id).points)
                                  for id in adjust.exercises_of("04_multi_head_attention")))
    records = [ada] * ("ada" in handed_in) + [record("bobsonbob", status="unreadable", lesson=None, max_points=9)]
    class_ = people(tmp_path, WHOLE.replace(",2.00,", f",{whole},").replace(",EX,", ",,"))
    book = gradebook.build(records, class_, lesson="04_multi_head_attention", points=changed)
    assert {mark.max_points for mark in book.marks()} == {whole}
    written = lms.write_canvas(tmp_path, book, {"04": COLUMN})
    assert not written.refused and cells(tmp_path / "canvas.csv")[1][-1] == f"{whole}"
