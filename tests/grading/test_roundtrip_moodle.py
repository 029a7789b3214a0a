"""Moodle: its grading worksheet as it is downloaded, in several languages, and what is uploaded again."""
import csv
import zipfile

import pytest

from classroom.grade.book import due, files, gradebook, lms
from classroom.grade.read import roster

from .test_exports_tables import LESSON, exercise, record
from .trips import WRONG, own, points, trip, zipped

ENGLISH = (["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
            "Last modified (submission)", "Last modified (grade)", "Feedback comments"],
           "Participant {}", "Submitted for grading - ", "Yes", "{}.00", "Monday, 5 May 2025, 9:07 PM")
GERMAN = (["ID", "Vollständiger Name", "E-Mail-Adresse", "Status", "Gruppe", "Bewertung", "Bestwertung",
           "Bewertung kann geändert werden", "Zuletzt geändert (Abgabe)", "Zuletzt geändert (Bewertung)",
           "Feedback als Kommentar"],
          "Teilnehmer/in{}", "Zur Bewertung abgegeben - ", "Ja", "{},00", "Montag, 5. Mai 2025, 21:07")
SPANISH = (["Identificador", "Nombre completo", "Número de ID", "Dirección de correo", "Estado", "Calificación",
            "Calificación máxima", "La calificación puede ser cambiada", "Última modificación (entrega)",
            "Texto en línea", "Última modificación (calificación)", "Comentarios de retroalimentación"],
           "Participante {}", "Enviado para calificar", "Sí", "{},00", "lunes, 5 de mayo de 2025, 21:07")
LANGUAGES = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}
EXTENSION = "Extension granted: medical certificate"
PEOPLE = [(4711, "Ada Lovelace", "ada@x.org"), (4712, "José Núñez", "jose@x.org"), (4713, "Zoë Z", "zoe@x.org")]


def worksheet(path, language, most=2, grades=("", "", ""), comments=("", "", EXTENSION)):
    header, participant, status, yes, number, date = LANGUAGES[language]
    rows = []
    for (id, name, email), grade, comment in zip(PEOPLE, grades, comments, strict=True):
        row = dict.fromkeys(header, "")
        grade_at = next(n for n, column in enumerate(header) if column in ("Grade", "Bewertung", "Calificación"))
        row |= {header[0]: participant.format(id), header[1]: name, header[3 if language == "es" else 2]: email,
                header[grade_at]: grade and number.format(grade), header[grade_at + 1]: number.format(most),
                header[grade_at + 2]: yes, header[grade_at + 3]: date if id != 4713 else "-", header[-2]: "-",
                header[-1]: comment} | {column: status for column in header if column in ("Status", "Estado")}
        rows.append(list(row.values()))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return roster.read(path)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def records(*more):
    names = [f"{name}_{id}_assignsubmission_file_" for id, name, _ in PEOPLE]
    return [record(names[0], exercise()), record(names[1], exercise(status="wrong", message="<b>"), *more)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worksheet_in_any_language(tmp_path, language):
    class_ = worksheet(tmp_path / "w.csv", language)
    header = LANGUAGES[language][0]
    assert class_.sheet.system == "moodle" and class_.sheet.columns == tuple(header)
    assert [(p.learner, p.name) for p in class_.people] == [(email, name) for _, name, email in PEOPLE]
    assert class_.find("x_4712_assignsubmission_file_").name == "José Núñez"
    lms.write_moodle(tmp_path, gradebook.build(records(), class_))
    top, *rows = read(tmp_path / "moodle.csv")
    assert top == header
    ours = {class_.sheet.roles["grade"]: ["2", "0"]}
    before = read(tmp_path / "w.csv")
    for n, row in enumerate(rows):
        for column, old, new in zip(header, before[n + 1], row, strict=True):
            if column == header[-1]:
                assert new.startswith("From the grader:<br>")
            else:
                assert new == ours.get(column, [old, old])[n], column
    assert len(rows) == 2, "Zoë handed in nothing: what is in her row stays as it is in Moodle"
    assert "4.1 title of 4.1: wrong. &lt;b&gt;" in rows[1][-1], "Moodle reads HTML"


@pytest.mark.parametrize("language", LANGUAGES)
def test_dashes_stay_dashes(tmp_path, language):
    lms.write_moodle(tmp_path, gradebook.build(records(), worksheet(tmp_path / "w.csv", language)))
    assert {row[-2] for row in read(tmp_path / "moodle.csv")[1:]} == {"-"}


def test_what_a_teacher_wrote_stays(tmp_path):
    class_ = worksheet(tmp_path / "w.csv", "en", comments=("Well done!", "", EXTENSION))
    missing = [{"learner": "Zoë Z", "submission": "Zoë Z_4713_assignsubmission_file_", "lesson": LESSON,
                "status": "missing", "notes": []}]
    lms.write_moodle(tmp_path, gradebook.build(records() + missing, class_))
    first = read(tmp_path / "moodle.csv")
    assert EXTENSION not in str(first) and "Nothing was handed in" not in str(first), "no row, nothing overwritten"
    assert first[1][-1].startswith("Well done!<br>From the grader:<br>2 of 2 points.")
    again = worksheet(tmp_path / "w.csv", "en", comments=(first[1][-1], first[2][-1], EXTENSION), grades=(2, 0, ""))
    lms.write_moodle(tmp_path, gradebook.build(records(), again))
    assert read(tmp_path / "moodle.csv")[1:] == first[1:], "and it does not grow"


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_maximum(tmp_path, language):
    book = gradebook.build(records(), worksheet(tmp_path / "w.csv", language, most=5))
    refused = lms.write_moodle(tmp_path, book)
    assert not refused.paths and "is worth 5 points, the lesson 2." in refused.refused[0]
    done = lms.write_moodle(tmp_path, book, scale=True)
    assert "multiplied by 2.5" in done.notes[0] and done.paths
    column = LANGUAGES[language][0].index(book.sheet.roles["grade"])
    assert [row[column] for row in read(tmp_path / "moodle.csv")[1:]] == ["5", "0"]


def test_numbers_as_the_worksheet_writes_them(tmp_path):
    found = [record("Ada Lovelace", exercise(points=1.5))]
    for language, says in (("de", "1,5"), ("en", "1.5")):
        class_ = worksheet(tmp_path / "w.csv", language)
        lms.write_moodle(tmp_path, gradebook.build(found, class_))
        assert says in read(tmp_path / "moodle.csv")[1]


def test_everybody_has_the_same_mark_already(tmp_path):
    """Then the grades are one number in every row, as the maximum is."""
    class_ = worksheet(tmp_path / "w.csv", "de", grades=(1, 1, 1))
    assert (class_.sheet.roles["grade"], class_.sheet.roles["max"]) == ("Bewertung", "Bestwertung")


def test_an_anonymous_assignment(tmp_path):
    (tmp_path / "w.csv").write_text("Identifier,Status,Grade,Maximum grade,Grade can be changed,Last modified (grade)\n"
                                    "Participant 7,,,2.00,Yes,-\nParticipant 8,,,2.00,Yes,-\n")
    class_ = roster.read(tmp_path / "w.csv")
    lms.write_moodle(tmp_path, gradebook.build([record("x_7_assignsubmission_file_", exercise())], class_))
    assert read(tmp_path / "moodle.csv")[1:] == [["Participant 7", "", "2", "2.00", "Yes", "-"]]


def test_a_scale_is_said_and_no_other_format_is_taken(tmp_path):
    (tmp_path / "w.csv").write_text("ID,Name,E-Mail,Status,Bewertung,Skala,Geändert\n"
                                    "Teilnehmer/in7,A,a@x,,,gut/schlecht,-\n", encoding="utf-8")
    written = lms.write_moodle(tmp_path, gradebook.build([record("a@x", exercise())], roster.read(tmp_path / "w.csv")))
    assert not written.paths and "marked with a scale" in written.refused[0]


def test_moodles_gradebook_goes_by_email(tmp_path):
    (tmp_path / "r.csv").write_text("learner,email\nada,ada@x.org\nbob,bob@x.org\n")
    found = [record("ada", exercise()), record("bob", status="unreadable", lesson=None)]
    written = lms.write_moodle(tmp_path, gradebook.build(found, roster.read(tmp_path / "r.csv")))
    assert written.paths == [tmp_path / "moodle.csv"]
    assert [row[:3] for row in read(written.paths[0])] == [
        ["Email address", "Full name", LESSON], ["ada@x.org", "ada", "2"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_deadlines_by_the_worksheets_times(tmp_path, language):
    class_ = worksheet(tmp_path / "w.csv", language)
    rule = due.Rule(due.parse("2025-05-04 20:00"), per_day=10)
    book = gradebook.build(records(), class_, deadlines=due.Deadlines({"04": rule}))
    ada = book.learners[0].marks[LESSON]
    assert (ada.late, ada.points, due.said(ada.time), book.untimed) == (20, 1.6, "2025-05-05 21:07", ())


@pytest.mark.parametrize("with_folders", [True, False])
def test_all_pages_in_the_folders_that_moodle_takes(tmp_path, with_folders):
    found = records() if with_folders else [record("ada@x.org", exercise()), record("José Núñez", exercise())]
    files.write(tmp_path / "out", gradebook.build(found, worksheet(tmp_path / "w.csv", "de")))
    with zipfile.ZipFile(tmp_path / "out" / "feedback_moodle.zip") as archive:
        assert archive.namelist() == ["Ada Lovelace_4711_assignsubmission_file_/feedback.html",
                                      "José Núñez_4712_assignsubmission_file_/feedback.html"]
        for name in archive.namelist():                       # as Moodle reads it
            called, number, kind, plugin, rest = name.split("/")[0].split("_", 4)
            assert (number.isdigit(), kind, plugin, rest) == (True, "assignsubmission", "file", "")
            assert called.encode() in archive.read(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_download_to_the_upload(tmp_path, monkeypatch, language):
    """*Download all submissions*: a folder for each file submission, and one more for a text."""
    worksheet(tmp_path / "w.csv", language, most=7, comments=("Well begun.", "", EXTENSION))
    download = zipped(tmp_path / "submissions.zip", {
        "Ada Lovelace_4711_assignsubmission_file_/01.ipynb": own("ada"),
        "Ada Lovelace_4711_assignsubmission_onlinetext_/onlinetext.html": b"<p>See the file.</p>",
        "José Núñez_4712_assignsubmission_file_/my work/01.ipynb": own("jose", WRONG)})
    out = tmp_path / "grades"
    assert trip(monkeypatch, download, out, tmp_path / "w.csv", "--several", "refuse") == 0
    assert points(out) == {"ada@x.org": ("graded", "7"), "jose@x.org": ("graded", "4"), "zoe@x.org": ("missing", "")}
    header, *rows = read(out / "moodle.csv")
    assert header == LANGUAGES[language][0] and len(rows) == 2
    assert rows[0][-1].startswith("Well begun.<br>From the grader:<br>7 of 7 points.")
    with zipfile.ZipFile(out / "feedback_moodle.zip") as archive:
        assert archive.namelist() == ["Ada Lovelace_4711_assignsubmission_file_/feedback.html",
                                      "José Núñez_4712_assignsubmission_file_/feedback.html"]
    again = roster.read(out / "moodle.csv")
    assert again.sheet.roles == roster.read(tmp_path / "w.csv").sheet.roles, "Moodle and we read it as before"
