"""Who handed in what: names as teachers, LMSs and file systems write them."""
import pytest

from classroom.grade.book import adjust, gradebook
from classroom.grade.read import roster


def made(tmp_path, text, name="roster.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("submitted", [
    "ada", "ADA", "Ada Lovelace", "Lovelace, Ada", "lovelaceada", "ada.lovelace@x.org", "ada.lovelace",
    "lovelaceada_4711", "Ada Lovelace_4711_assignsubmission_file_", "x_4711_y",
])
def test_one_person_by_many_names(tmp_path, submitted):
    class_ = roster.read(made(tmp_path, "learner,name,email,id\nada,Ada Lovelace,ada.lovelace@x.org,4711\n"
                                        "bob,Bob Lovelace,bob@x.org,4712\n"))
    assert class_.find(submitted).learner == "ada"


@pytest.mark.parametrize("submitted", ["", "lovelace", "ad", "4713", "x_4713_4711", "x4711", "---"])
def test_who_is_not_clear_is_nobody(tmp_path, submitted):
    class_ = roster.read(made(tmp_path, "learner,name,id\nada,Ada Lovelace,4711\nbob,Bob Lovelace,4712\n"))
    assert class_.find(submitted) is None


def test_two_of_the_same_name_are_not_mixed_up(tmp_path):
    class_ = roster.read(made(tmp_path, "learner,name\nkim1,Kim Lee\nkim2,Kim Lee\n"))
    assert class_.find("Kim Lee") is None
    assert class_.find("kim2").learner == "kim2"
    record = {"learner": "Kim Lee", "lesson": "01_x", "status": "unreadable", "submission": "s"}
    book = gradebook.build([record], class_)
    assert [(learner.person.learner, learner.expected, learner.marks["01_x"].status) for learner in book.learners] == [
        ("kim1", True, "missing"), ("kim2", True, "missing"), ("Kim Lee", False, "unreadable")]


@pytest.mark.parametrize(("header", "row", "learner"), [
    ("identifier,github_username,github_id,name", "ada@x.org,adalove,1,Ada", "adalove"),     # GitHub Classroom
    ("First Name,Last Name,SID,Email,Sections", "Ada,Lovelace,17,ada@x.org,A", "ada@x.org"),  # Gradescope
    ("Identifier,Full name,Email address", "Participant 17,Ada Lovelace,ada@x.org", "ada@x.org"),  # Moodle
    ("Student,ID,SIS User ID,SIS Login ID,Section", '"Lovelace, Ada",17,S1,ada,A', "ada"),    # Canvas
    ("Learner;Name", "ada;Ada Lovelace", "ada"),
    ("Name\tE-mail", "Ada Lovelace\tada@x.org", "ada@x.org"),
])
def test_lists_as_they_come(tmp_path, header, row, learner):
    (person,) = roster.read(made(tmp_path, f"\ufeff{header}\r\n{row}\r\n\r\n")).people
    assert person.learner == learner


@pytest.mark.parametrize(("content", "says"), [
    ("", "header"), ("learner\n", "nobody"), ("favourite colour\nblue\n", "A column `learner`"),
    ("learner\nada\nada\n", "'ada' is there twice"), ("learner,name\nada,Ada\n,\nx,\n,Bob\n", None),
    (b"learner\n\xff\xfe\n", "not UTF-8"), ('learner\n"ada\n', "not a CSV file"),
])
def test_lists_that_cannot_be_used(tmp_path, content, says):
    path = made(tmp_path, content)
    if says is None:
        assert [person.learner for person in roster.read(path).people] == ["ada", "x", "Bob"]
    else:
        with pytest.raises(adjust.SettingsError, match=says):
            roster.read(path)


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(adjust.SettingsError, match="cannot be read"):
        roster.read(tmp_path / "none.csv")


def test_a_large_class_is_found_quickly():
    """One look-up each, not one comparison for each pair: the index is made once."""
    class_ = roster.of_learners(f"learner {n}" for n in range(3000))
    asked = []
    keys = roster._keys
    try:
        roster._keys = lambda person: asked.append(person) or keys(person)
        assert all(class_.find(f"LEARNER-{n}").learner == f"learner {n}" for n in range(0, 3000, 7))
    finally:
        roster._keys = keys
    assert len(asked) <= 4 * 3000


def test_an_lms_writes_the_number_into_the_file_name(tmp_path):
    class_ = roster.read(made(tmp_path, "Student,ID,SIS Login ID\n李明,101,lm\n王芳,102,wf\n"))
    book = gradebook.build([{"learner": "liming", "lesson": "01_x", "status": "unreadable",
                             "submission": "liming_LATE_102_555_01_x.ipynb"},
                            {"learner": "liming", "lesson": "01_x", "status": "unreadable",
                             "submission": "liming_101_555_01_x.ipynb"}], class_)
    assert [(learner.person.name, learner.marks["01_x"].record["submission"][:11]) for learner in book.learners] == [
        ("李明", "liming_101_"), ("王芳", "liming_LATE")]
