"""`update`: newer lessons come beside the learner's answers, and nothing that a learner wrote is lost."""
import copy
import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from classroom.app import lessons, main, update

STUB = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError"


def solution(source=STUB, id="exercise-1-1-2", exercise="1-1"):
    return new_code_cell(source, id=id, metadata={"nbgrader": {"grade_id": f"exercise-{exercise}", "solution": True}})


def lesson():
    """Five cells: text, given code, an exercise's text, its stub, its check."""
    return new_notebook(metadata={"course": {"code": "1"}}, cells=[
        new_markdown_cell("# Lesson", id="lesson-1"), new_code_cell("x = 1", id="lesson-2"),
        new_markdown_cell("### Exercise 1.1", id="exercise-1-1-1"), solution(),
        new_code_cell('check("1.1", f)', id="exercise-1-1-3",
                      metadata={"nbgrader": {"grade_id": "check-1-1", "solution": False, "grade": True}})])


def handed_out():
    """The lesson as a learner gets it: with the digests of what was given."""
    notebook = lesson()
    notebook.metadata.course["given"] = lessons.given(notebook)
    return notebook


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def merged(theirs, new):
    """Both as they were before, and the result valid and stable: a second update changes nothing."""
    before = copy.deepcopy(theirs), copy.deepcopy(new)
    result, notes = update.merged(theirs, new)
    assert (theirs, new) == before
    nbformat.validate(result)
    assert update.merged(result, new) == (result, [])
    return result, notes


def test_untouched_cells_are_renewed_and_answers_kept():
    theirs, new = handed_out(), lesson()
    theirs.cells[3].source = "def f(x):\n    return 2 * x"
    theirs.cells[3].outputs = [nbformat.v4.new_output("stream", text="mine")]
    new.cells[0].source, new.cells[1].source = "# A better lesson", "x = 2"
    result, notes = merged(theirs, new)
    assert texts(result) == ["# A better lesson", "x = 2", "### Exercise 1.1", "def f(x):\n    return 2 * x",
                             'check("1.1", f)']
    assert result.cells[3].outputs[0].text == "mine" and not notes


def test_the_learners_own_cells_stay_where_they_were():
    theirs, new = handed_out(), lesson()
    theirs.cells.insert(2, new_code_cell("print(x)  # mine", id="abc"))
    theirs.cells.insert(0, new_markdown_cell("my notes", id="def"))
    theirs.cells.append(new_code_cell("last = 1", id="ghi"))
    new.cells.insert(2, new_code_cell("y = 3", id="lesson-3"))
    result, _ = merged(theirs, new)
    assert texts(result) == ["my notes", "# Lesson", "x = 1", "print(x)  # mine", "y = 3", "### Exercise 1.1", STUB,
                             'check("1.1", f)', "last = 1"]


def test_a_given_cell_that_only_the_learner_changed_stays_so():
    theirs, new = handed_out(), lesson()
    theirs.cells[1].source = "x = 100"
    new.cells[0].source = "# Newer"
    result, notes = merged(theirs, new)
    assert texts(result)[:2] == ["# Newer", "x = 100"] and not notes


def test_what_both_changed_is_there_twice_the_learners_after_the_new():
    theirs, new = handed_out(), lesson()
    theirs.cells[1].source, theirs.cells[4].source = "x = 100", 'check("1.1", g)'
    new.cells[1].source, new.cells[4].source = "x = 2", 'check("1.1", f)  # newer'
    result, notes = merged(theirs, new)
    assert texts(result)[1:3] == ["x = 2", "x = 100"]
    assert texts(result)[-2:] == ['check("1.1", f)  # newer', 'check("1.1", g)']
    assert "nbgrader" not in result.cells[-1].metadata, "an exercise has one check"
    assert len(notes) == 2 and "lesson-2" in notes[0]


def test_an_answer_is_found_by_its_exercise_when_ids_have_moved():
    theirs, new = handed_out(), lesson()
    theirs.cells[3].source = "def f(x):\n    return 1"
    new.cells[4].id = "exercise-1-1-4"
    new.cells[3:4] = [new_code_cell("an_example = 1", id="exercise-1-1-2"), solution(id="exercise-1-1-3")]
    result, _ = merged(theirs, new)
    assert texts(result)[3:5] == ["an_example = 1", "def f(x):\n    return 1"]


def test_an_answer_is_kept_and_a_new_stub_told_of():
    theirs, new = handed_out(), lesson()
    theirs.cells[3].source = "def f(x):\n    return 1"
    new.cells[3].source = STUB.replace("f(x)", "f(x, y)")
    result, notes = merged(theirs, new)
    assert texts(result)[3] == "def f(x):\n    return 1"
    assert len(notes) == 1 and "exercise 1.1" in notes[0]


def test_an_untouched_stub_is_renewed():
    new = lesson()
    new.cells[3].source = STUB.replace("f(x)", "f(x, y)")
    result, notes = merged(handed_out(), new)
    assert texts(result)[3] == new.cells[3].source and not notes


def test_what_the_course_took_out_goes_unless_the_learner_changed_it():
    new = lesson()
    del new.cells[1], new.cells[2]                                    # given code, and the exercise's stub
    assert texts(merged(handed_out(), new)[0]) == texts(new)
    theirs = handed_out()
    theirs.cells[1].source, theirs.cells[3].source = "x = 100", "def f(x):\n    return 1"
    result, _ = merged(theirs, new)
    assert texts(result) == ["# Lesson", "x = 100", "### Exercise 1.1", "def f(x):\n    return 1", 'check("1.1", f)']


def test_a_deleted_cell_comes_back():
    theirs = handed_out()
    del theirs.cells[3]
    assert texts(merged(theirs, lesson())[0]) == texts(lesson())


def test_a_split_answer_keeps_both_halves_in_order():
    theirs = handed_out()
    theirs.cells[3].source = "def f(x):\n    return g(x)"
    theirs.cells.insert(3, solution("def g(x):\n    return x", id="new-half"))
    result, _ = merged(theirs, lesson())
    assert texts(result)[3:5] == ["def g(x):\n    return x", "def f(x):\n    return g(x)"]
    assert sum("nbgrader" in cell.metadata for cell in result.cells) == 2


def test_cells_whose_ids_a_program_took_away_are_known_by_text():
    theirs, new = handed_out(), lesson()
    theirs.nbformat_minor = 4
    theirs.cells[3].source = "def f(x):\n    return 1"
    theirs.cells.append(new_code_cell("mine"))
    for cell in theirs.cells:
        cell.pop("id")
    new.cells[0].source = "# Newer"
    result, _ = merged(theirs, new)
    assert texts(result) == ["# Newer", "x = 1", "### Exercise 1.1", "def f(x):\n    return 1", 'check("1.1", f)',
                             "mine"]


def test_without_a_record_of_what_was_given_nothing_is_taken_for_old_text():
    theirs, new = lesson(), lesson()                                  # copied by hand from a repository
    theirs.cells[1].source, theirs.cells[3].source = "x = 7", "def f(x):\n    return 1"
    result, _ = merged(theirs, new)
    assert texts(result) == ["# Lesson", "x = 1", "x = 7", "### Exercise 1.1", "def f(x):\n    return 1",
                             'check("1.1", f)']


def test_spaces_at_the_ends_of_lines_are_no_change():
    theirs, new = handed_out(), lesson()
    theirs.cells[1].source += " \n"
    new.cells[1].source = "x = 2"
    assert texts(merged(theirs, new)[0])[1] == "x = 2"


# ------------------------------------------------------------------------- files and the command
@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A course with two lessons, one of them in Chinese too, and a learner's folder that does not exist yet."""
    source = tmp_path / "course"
    (source / "zh").mkdir(parents=True)
    for name in ("00_welcome.ipynb", "01_second.ipynb", "zh/00_welcome.ipynb"):
        (source / name).write_text(nbformat.writes(lesson()), encoding="utf-8")
    (source / ".ipynb_checkpoints").mkdir()
    (source / ".ipynb_checkpoints" / "00_old.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(lessons, "PACKAGED", source)
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "my folder 课"


def renew(learner, name="01_second.ipynb"):
    """The course's lesson, in a newer state."""
    new = lesson()
    new.cells[0].source = "# Newer"
    (lessons.PACKAGED / name).write_text(nbformat.writes(new), encoding="utf-8")


def answer(path, source="def f(x):\n    return 2 * x"):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].source = source
    nbformat.write(notebook, path)


def test_lessons_are_copied_once_and_never_over_a_file(learner):
    (learner / "zh").mkdir(parents=True)
    (learner / "01_second.ipynb").write_text("mine", encoding="utf-8")
    assert [name.as_posix() for name in lessons.copy(learner)] == ["00_welcome.ipynb", "zh/00_welcome.ipynb"]
    assert (learner / "01_second.ipynb").read_text(encoding="utf-8") == "mine"
    assert lessons.copy(learner) == []
    assert nbformat.read(learner / "00_welcome.ipynb", 4).metadata.course.given == lessons.given(lesson())


def test_the_command_renews_and_keeps_what_was_there(learner, capsys):
    lessons.copy(learner)
    assert main(["update", str(learner)]) == 0
    assert "are those of this version" in capsys.readouterr().out and not (learner / "backups").exists()
    answer(learner / "01_second.ipynb")
    before = (learner / "01_second.ipynb").read_bytes()
    renew(learner)
    (learner / "zh" / "00_welcome.ipynb").unlink()
    assert main(["update", "--check", str(learner)]) == 1
    assert (learner / "01_second.ipynb").read_bytes() == before, "--check changes nothing"
    assert capsys.readouterr().out.splitlines() == ["01_second.ipynb: newer", f"zh{os.sep}00_welcome.ipynb: new"]
    assert main(["update", str(learner)]) == 0
    assert "01_second.ipynb: renewed" in capsys.readouterr().out
    [kept] = (learner / "backups").glob("01_second-*.ipynb")
    assert kept.read_bytes() == before
    assert texts(nbformat.read(learner / "01_second.ipynb", 4))[::3] == ["# Newer", "def f(x):\n    return 2 * x"]
    assert main(["update", "--check", str(learner)]) == 0


def test_two_backups_of_one_second_are_two_files(learner):
    for _ in range(2):
        update._keep(learner, lessons.Path("zh/01_second.ipynb"), b"x")
    assert len(list((learner / "backups").glob("zh-01_second-*.ipynb"))) == 2


def test_a_notebook_that_cannot_be_read_is_left_and_the_others_are_renewed(learner, capsys):
    lessons.copy(learner)
    (learner / "00_welcome.ipynb").write_text("half a notebo", encoding="utf-8")
    renew(learner)
    assert main(["update", str(learner)]) == 1
    out = capsys.readouterr().out
    assert "no notebook that can be read" in out and "01_second.ipynb: renewed" in out
    assert (learner / "00_welcome.ipynb").read_text(encoding="utf-8") == "half a notebo"


def test_a_notebook_that_is_saved_meanwhile_is_not_overwritten(learner, monkeypatch, capsys):
    lessons.copy(learner)
    renew(learner)
    keep = update._keep
    monkeypatch.setattr(update, "_keep", lambda *given: (keep(*given), answer(learner / "01_second.ipynb", "saved")))
    assert main(["update", str(learner)]) == 1
    assert "was saved while" in capsys.readouterr().out
    assert nbformat.read(learner / "01_second.ipynb", 4).cells[3].source == "saved"


def test_a_file_that_another_program_holds_is_told_of(learner, monkeypatch, capsys):
    """As on Windows, where a file that is open cannot be replaced."""
    lessons.copy(learner)
    renew(learner)

    def refused(source, target):
        raise PermissionError(13, "The process cannot access the file", str(target))
    keep = update._keep
    monkeypatch.setattr(update, "_keep", lambda *given: (keep(*given), monkeypatch.setattr(os, "replace", refused)))
    before = (learner / "01_second.ipynb").read_bytes()
    assert main(["update", str(learner)]) == 1
    assert "Close the notebook" in capsys.readouterr().out
    assert (learner / "01_second.ipynb").read_bytes() == before
    assert not list(learner.glob("*.part")) + list(learner.glob(".*.part"))


def test_where_lessons_go(learner, monkeypatch, tmp_path):
    assert lessons.chosen() == tmp_path / "build-a-transformer-lessons"
    assert lessons.chosen("my folder 课") == learner
    lessons.copy(learner)
    lessons.remember(learner)
    assert lessons.chosen() == learner, "that of last time"
    other = tmp_path / "other"
    lessons.copy(other)
    monkeypatch.chdir(other)
    assert lessons.chosen() == other, "this one"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state" / "lessons.json").write_text(json.dumps([1]), encoding="utf-8")
    assert lessons.chosen() == tmp_path / "build-a-transformer-lessons"


@pytest.mark.parametrize(("folder", "said"), [
    ("course", "course's own folder"), ("file", "is a file"), ("nowhere", "There are no lessons in"),
])
def test_folders_that_will_not_do(learner, tmp_path, folder, said, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["update", str(tmp_path / folder)]) == 1
    assert said in capsys.readouterr().err


def test_an_installation_without_lessons_says_so(learner, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(lessons, "PACKAGED", tmp_path / "none")
    monkeypatch.setattr(lessons, "REPOSITORY", tmp_path / "none")
    assert main(["update"]) == 1
    assert "holds no lessons" in capsys.readouterr().err
