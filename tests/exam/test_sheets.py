"""Sheets: they follow from the secret and the learner, cannot be altered or exchanged unseen, and hold no more."""
import contextlib
import io
import json
import stat

import nbformat
import numpy as np
import pytest

from classroom.app import main
from classroom.exam import check
from classroom.exam.families import FAMILIES
from classroom.exam.sheet import Exam, ExamError, task_id, texts_of
from classroom.grade.read.notebooks import sheet_of

EXAM = Exam("Midterm", ("attention", "loss"), bytes(range(32)))


def signature_of(notebook) -> str:
    return notebook.cells[1].source.split('"')[1]


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
        own = FAMILIES[key].conventions(sheet.variant(key))
        assert all(sentence in notebook.cells[[c.id for c in notebook.cells].index(f"{key}-text")].source
                   for sentence in own)
        assert str(EXAM.seed(key)) not in text
    assert EXAM.secret.hex() not in text and "solve" not in text
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):               # untouched, it runs through
        space: dict = {}
        for source in code:
            exec(source, space)
    assert printed.getvalue().count("Not attempted yet.") == 2


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

def told(key, answer, variant=0, practice=False) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        check(task_id(key), answer, variant=variant, practice=practice)
    return printed.getvalue()


def test_in_an_exam_check_speaks_of_shapes_only():
    family = FAMILIES["residual"]
    right, wrong = (family.reference(variant) for variant in (family.variants[0], family.variants[1]))
    assert told("residual", right) == told("residual", wrong), "right or wrong, it says the same"
    assert "right shapes" in told("residual", right)
    assert "has the shape (4, 2)" in told("residual", lambda x, w, gain, bias, eps: right(x, w, gain, bias, eps).T)
    assert "ZeroDivisionError" in told("residual", lambda x, w, gain, bias, eps: 1 / 0)
    assert "Not attempted" in told("residual", None)
    assert "wants the function `sublayer` itself" in told("residual", np.ones(3))
    assert told("residual", lambda *given: None) != told("residual", right)
    for task, variant in (("90.99", 0), (task_id("residual"), 10**6)):
        with pytest.raises(ValueError, match="there is no"):
            check(task, right, variant=variant)


def test_for_practice_check_says_what_is_wrong():
    family = FAMILIES["residual"]
    right, usual = family.reference(family.variants[0]), family.reference(family.usual)
    assert told("residual", lambda *a: right(*a), practice=True).startswith("Correct.")
    assert told("residual", lambda *a: usual(*a), practice=True).startswith("Wrong.")
    practice = Exam("Practice", ("residual",), bytes(32), practice=True)
    notebook = practice.notebook(practice.sheet("ada"))
    assert "practice=True" in notebook.cells[-1].source and "practice" in notebook.cells[0].source
