"""Sheets: they follow from the secret and the learner, cannot be altered or exchanged unseen, and hold no more."""
import contextlib
import io
import json
import re
import stat
from pathlib import Path

import nbformat
import pytest

from classroom.app import main
from classroom.exam import check, command, run
from classroom.exam.families import FAMILIES
from classroom.exam.sheet import Exam, ExamError, texts_of
from classroom.exam.values import idle
from classroom.grade.read.notebooks import sheet_of

EXAM = Exam("Midterm", ("attention", "loss"), bytes(range(32)))


def signature_of(notebook) -> str:
    return re.search('SHEET = "(.*)"', notebook.cells[1].source)[1]


def exam_of(key, number):
    """The notebook that asks this variant of one task."""
    exam = Exam("Midterm", (key,), bytes(32))
    sheet = exam.sheet("ada")
    sheet.variants[key] = number
    return exam.notebook(sheet)


def played(notebook, **answers) -> str:
    """What running a sheet prints, with these answers by the names of their functions."""
    printed, space = io.StringIO(), dict[str, object]()
    with contextlib.redirect_stdout(printed):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                exec(cell.source, space)
                space |= answers
    return printed.getvalue()


def test_a_sheet_follows_from_the_secret_and_the_learner():
    ada = EXAM.sheet("ada")
    assert ada == EXAM.sheet("ada") and len(ada.number) == 6
    sheets = [EXAM.sheet(f"learner {n}") for n in range(300)]
    for key in EXAM.tasks:
        drawn = [sheet.variants[key] for sheet in sheets]
        assert len(set(drawn)) > 0.9 * len(FAMILIES[key].variants), "nearly all variants are dealt out"
    other = Exam("Midterm", EXAM.tasks, bytes(32))
    assert [other.sheet(f"learner {n}").variants for n in range(300)] != [sheet.variants for sheet in sheets]
    assert EXAM.sheet("ada").variants != Exam("Final", EXAM.tasks, EXAM.secret).sheet("ada").variants


def test_the_notebook_states_the_conventions_and_nothing_of_the_secret():
    sheet = EXAM.sheet("ada")
    notebook = EXAM.notebook(sheet)
    text = nbformat.writes(notebook)
    for key in EXAM.tasks:
        own = FAMILIES[key].conventions(EXAM.variant(sheet, key))
        assert all(sentence in notebook.cells[[c.id for c in notebook.cells].index(f"{key}-text")].source
                   for sentence in own)
        assert str(EXAM.seed(key)) not in text
    assert EXAM.secret.hex() not in text and not re.search("solve|classroom|course|variant|switch", text)
    assert played(notebook).count("Not attempted yet.") == 2, "untouched, it runs through"


def test_check_is_the_same_for_all_sheets_that_ask_for_the_same_shapes():
    """Nothing in its cell, and nothing that it does, depends on what is right."""
    family = FAMILIES["loss"]
    cells = {exam_of("loss", n).cells[-1].source for n in range(0, len(family.variants), 9)}
    assert len(cells) == 1
    assert "float (" not in cells.pop().replace("'float'", ""), "one number is asked for"
    assert len({exam_of("heads", n).cells[-1].source for n in range(0, 70, 7)}) == 4


def test_what_is_altered_or_exchanged_is_seen():
    ada, bob = EXAM.sheet("ada"), EXAM.sheet("bob")
    notebook = EXAM.notebook(ada)
    signature = signature_of(notebook)
    assert EXAM.signed(ada, signature, texts_of(notebook))
    assert not EXAM.signed(bob, signature, texts_of(notebook))
    assert not EXAM.signed(ada, signature[:-1] + ("0" if signature[-1] != "0" else "1"), texts_of(notebook))
    notebook.cells[2].source = notebook.cells[2].source.replace("softmax", "Softmax", 1)
    assert not EXAM.signed(ada, signature, texts_of(notebook))
    assert not Exam("Midterm", EXAM.tasks, bytes(32)).signed(ada, signature, texts_of(EXAM.notebook(ada)))


def test_the_reader_sees_what_was_signed_also_after_an_editor_has_saved_it():
    ada = EXAM.sheet("ada")
    notebook = EXAM.notebook(ada)
    for cell in notebook.cells:
        cell.pop("id")
    notebook.cells.append(nbformat.v4.new_markdown_cell("my own note"))
    notebook.cells[3].source = "def masked_attention(q, k, v, mask):\n    return q, k"
    saved = json.loads(json.dumps(notebook))
    for cell in saved["cells"]:
        cell["source"] = cell["source"] if isinstance(cell["source"], list) else cell["source"].splitlines(True)
    seen = sheet_of(json.dumps(saved).encode())
    assert EXAM.signed(ada, seen["signature"], seen["texts"])
    assert sheet_of(b'{"cells": [1, {"cell_type": "markdown", "source": 5}]}')["signature"] == ""


def test_a_wrong_exam_is_named(tmp_path):
    for tasks, said in ((["attention", "sudoku"], "there is no task sudoku"), ([], "one or more"),
                        (["loss", "loss"], "different tasks")):
        with pytest.raises(ExamError, match=said):
            Exam.new("x", tasks)
    with pytest.raises(ExamError, match="holds no exam"):
        Exam.read(tmp_path)
    (tmp_path / "exam.json").write_text('{"name": "x"}')
    with pytest.raises(ExamError, match="cannot be read"):
        Exam.read(tmp_path)


def test_new_writes_a_folder_for_the_teacher_alone(tmp_path, capsys):
    roster = tmp_path / "class.csv"
    roster.write_text("learner,name\nada,Ada L\n李雷,Li Lei\n", encoding="utf-8")
    arguments = ["exam", "new", "--roster", str(roster), "--tasks", "masks,beam", "--out", str(tmp_path / "exam"),
                 "--no-progress"]
    assert main(arguments) == 0
    folder = tmp_path / "exam"
    assert sorted(path.stem for path in (folder / "sheets").iterdir()) == ["ada", "李雷"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "exam.json").stat().st_mode) == 0o600
    exam = Exam.read(folder)
    assert exam.tasks == ("masks", "beam") and len(exam.secret) == 32
    assert "李雷" in (folder / "sheets.csv").read_text(encoding="utf-8")
    assert main(arguments) == 2 and "holds an exam already" in capsys.readouterr().err
    assert main(["exam", "tasks"]) == 0 and "Ranking hypotheses" in capsys.readouterr().out


# ------------------------------------------------------------------------------------------- check

def told(key, answer, variant=0) -> str:
    return played(exam_of(key, variant), **{FAMILIES[key].name: answer})


def test_in_an_exam_check_speaks_of_shapes_only():
    family = FAMILIES["residual"]
    right, wrong = (family.reference(variant) for variant in (family.variants[0], family.variants[1]))
    assert told("residual", right) == told("residual", wrong), "right or wrong, it says the same"
    assert "right shapes" in told("residual", right)
    for answer, said in (
            (lambda *given: right(*given).T, "returns float (4, 2); your sheet asks for float (2, 4)"),
            (lambda *given: 1 / 0, "On two rows, your function stops with ZeroDivisionError"),
            (lambda *given: right(*given).tolist(), "returns list; your sheet asks for float (2, 4)"),
            (lambda *given: (right(*given), 1), "returns float (2, 4), int; your"),
            (lambda *given: right(*given) > 0, "returns bool (2, 4); your"),
            (lambda *given: None, "returns NoneType; your"), (None, "stops with TypeError")):
        assert said in told("residual", answer), said


@pytest.mark.parametrize("key", FAMILIES)
def test_check_is_content_with_right_answers(key):
    family = FAMILIES[key]
    for number in range(0, len(family.variants), 16):
        assert "right shapes" in told(key, family.reference(family.variants[number]), number)


def test_for_practice_check_says_what_is_wrong():
    practice = Exam("Practice", ("residual",), bytes(32), practice=True)
    sheet = practice.sheet("ada")
    notebook, family = practice.notebook(sheet), FAMILIES["residual"]
    assert "from classroom.exam import check" in notebook.cells[1].source and "practice" in notebook.cells[0].source
    right, usual = family.reference(practice.variant(sheet, "residual")), family.reference(family.usual)
    assert played(notebook, sublayer=lambda *given: right(*given)).startswith("Correct.")
    assert played(notebook, sublayer=lambda *given: usual(*given)).startswith("Not yet.")
    assert "hint" not in played(notebook)
    for task, variant in (("sudoku", 0), ("residual", 10**6)):
        with pytest.raises(ValueError, match="there is no"):
            check("90.1", right, task=task, variant=variant)


# ------------------------------------------------------------------------------------------- more sheets, own tasks

def test_more_learners_get_sheets_of_an_exam_that_there_is(tmp_path, capsys):
    command.new(EXAM, ["ada"], tmp_path / "exam", progress=False)
    before = (tmp_path / "exam" / "sheets" / "ada.ipynb").read_bytes()
    assert main(["exam", "add", str(tmp_path / "exam"), "bob", "--no-progress"]) == 0
    assert run.learners_of(tmp_path / "exam") == ["ada", "bob"]
    assert (tmp_path / "exam" / "sheets" / "bob.ipynb").exists()
    assert (tmp_path / "exam" / "sheets" / "ada.ipynb").read_bytes() == before
    assert len((tmp_path / "exam" / "sheets.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert main(["exam", "add", str(tmp_path / "exam"), "Ada", "--no-progress"]) == 2
    assert "too much alike" in capsys.readouterr().err


def test_a_task_of_ones_own_as_the_guide_has_it(tmp_path, capsys):
    guide = (Path(__file__).parents[2] / "docs" / "exams.md").read_text(encoding="utf-8")
    own = tmp_path / "mine.py"
    own.write_text(re.search(r"```python\n(.*?)```", guide, re.S)[1], encoding="utf-8")
    (tmp_path / "class.csv").write_text("learner\nada\nbob\n")
    arguments = ["exam", "new", "--roster", str(tmp_path / "class.csv"), "--out", str(tmp_path / "exam"),
                 "--no-progress", "--own", str(own), "--tasks"]
    assert main([*arguments, "softmax,loss"]) == 0
    exam = Exam.read(tmp_path / "exam")
    family = exam.family("softmax")
    assert len(family.variants) >= 8 and exam.id("softmax") == "90.1" and idle(family, 3) == []
    number = exam.sheet("ada").variants["softmax"]
    notebook = nbformat.read(tmp_path / "exam" / "sheets" / "ada.ipynb", as_version=4)
    assert all(sentence in notebook.cells[2].source for sentence in family.conventions(family.variants[number]))
    (tmp_path / "exam" / "own_tasks.py").unlink()
    with pytest.raises(ExamError, match="own_tasks"):
        Exam.read(tmp_path / "exam")
    capsys.readouterr()
    for text, said in (("x = 1", "defines no Family"), ("1 / 0", "ZeroDivisionError"),
                       (own.read_text(encoding="utf-8").replace('key="softmax"', 'key="loss"'), "already")):
        own.write_text(text, encoding="utf-8")
        assert main([*arguments, "loss"]) == 2 and said in capsys.readouterr().err


def test_grade_knows_an_exam_by_its_folder(tmp_path, monkeypatch):
    from classroom.exam import command as exam
    from classroom.grade import command as lessons
    asked = []
    monkeypatch.setattr(exam, "main", lambda given: asked.append(["exam", *given]) or 0)
    monkeypatch.setattr(lessons, "main", lambda given: asked.append(["lessons", *given]) or 0)
    folder, other = tmp_path / "exam", tmp_path / "submissions"
    EXAM.write(folder)
    for given in ([str(folder), str(other), "--out", "m"], ["--out", "m", str(folder / "in")],
                  [str(other), "--out", str(folder)], ["--gradescope-zip", "a.zip"], []):
        main(["grade", *given])
    assert asked == [["exam", "grade", str(folder), str(other), "--out", "m"],
                     ["exam", "grade", str(folder), "--out", "m", str(folder / "in")],
                     ["lessons", str(other), "--out", str(folder)], ["lessons", "--gradescope-zip", "a.zip"],
                     ["lessons"]]
