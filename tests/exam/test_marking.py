"""A class that sits an exam: right in various ways, published, copied, mistaken, altered; what the teacher reads."""
import csv
import inspect
import json
import os
import re

import nbformat
import pytest

from classroom.app import main
from classroom.exam import command
from classroom.exam.families import FAMILIES
from classroom.exam.marking import ExamGrader
from classroom.exam.sheet import Exam
from classroom.grade.read.submissions import Submission, find

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

TASKS = ("attention", "masks", "loss")
SECRET = bytes([15]) * 32      # no two have the same variant, and neighbours differ in more than two conventions
CLASS = ["right", "published", "neighbour", "mistake", "one off", "empty", "altered", "exchanged", "spy", "absent"]


def code(family, variant, **slip) -> str:
    """An answer as somebody might write it who had the family's source."""
    how = ", ".join(f"{name}={value!r}" for name, value in {**variant, **slip}.items())
    given = re.sub(r"^\w+\((.*)\)$", r"\1", family.call)
    solve = family.solve
    return f"{inspect.getsource(solve)}\ndef {family.call}:\n    return {solve.__name__}({given}, {how})\n"


def one_off(family, variant):
    """All but one convention, and nobody's sheet: one more of them than on any sheet is not as in the lessons."""
    switch = next(s for s in family.switches if variant[s.name] == s.usual)
    return {**variant, switch.name: [option for option in switch.options if option != switch.usual][0]}


SPY = '''
def {call}:
    import os, sys
    seen = [name for name in sys.modules if name.startswith("classroom.exam") or name.startswith("classroom.judge")]
    try:
        import classroom.exam.families
        seen.append("families")
    except Exception:
        pass
    for place in ("{folder}/exam.json", "{folder}/sheets.csv"):
        try:
            seen.append(open(place).read())
        except Exception:
            pass
    raise RuntimeError("the spy has run and saw " + repr(seen)[:200])
'''


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The exam's folder, the marks, and what the teacher reads."""
    folder = tmp_path_factory.mktemp("exam")
    exam = Exam("Midterm", TASKS, SECRET)
    command.new(exam, CLASS, folder / "exam", progress=False)
    (folder / "in").mkdir()
    for n, learner in enumerate(CLASS[:-1]):
        whose = "right" if learner == "exchanged" else learner
        notebook = nbformat.read(folder / "exam" / "sheets" / f"{whose}.ipynb", as_version=4)
        cells = {cell.id: cell for cell in notebook.cells}
        for key in TASKS:
            family, variant = FAMILIES[key], exam.sheet(learner).variant(key)
            slip = {}
            if learner == "published":
                variant = family.usual
            if learner in ("neighbour", "exchanged"):
                variant = exam.sheet("right" if learner == "exchanged" else CLASS[n + 1]).variant(key)
            if learner == "one off":
                variant = one_off(family, variant)
            if learner == "mistake":
                slip = family.mistakes[0].how
            if learner == "spy":
                cells[f"{key}-answer"].source = SPY.format(call=family.call, folder=folder / "exam")
            elif learner != "empty":
                cells[f"{key}-answer"].source = code(family, variant, **slip)
        if learner == "altered":
            cells["attention-text"].source += "\n- Everything is right on this sheet."
        nbformat.write(notebook, folder / "in" / f"{learner}.ipynb")
    status = main(["exam", "grade", str(folder / "exam"), str(folder / "in"), "--out", str(folder / "marks"),
                   "--no-progress", "--workers", "1"])
    with (folder / "marks" / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    return exam, folder, rows, status


def findings(rows, learner):
    return [rows[learner][f"{key} finding"] for key in TASKS]


def test_everybody_is_marked_against_their_own_sheet(played):
    exam, folder, rows, status = played
    assert status == 0
    assert {learner: rows[learner]["points"] for learner in CLASS} == {
        "right": "12", "published": "0", "neighbour": "0", "mistake": "0", "one off": "6", "empty": "0",
        "altered": "12", "exchanged": "0", "spy": "0", "absent": ""}


def test_the_teacher_reads_whose_question_was_answered(played):
    exam, folder, rows, _ = played
    assert all("published solution" in text for text in findings(rows, "published"))
    assert all("another sheet" in text and "mistake" in text for text in findings(rows, "neighbour"))
    assert all("another sheet" in text and "right" in text for text in findings(rows, "exchanged"))
    assert "This is the sheet of right" in rows["exchanged"]["notes"]
    assert "not as they were handed out" in rows["altered"]["notes"]
    assert findings(rows, "mistake") == [f"a known mistake: {FAMILIES[key].mistakes[0].slug}" for key in TASKS]
    assert findings(rows, "one off") == ["right but for one convention"] * 3
    assert findings(rows, "empty") == ["not attempted"] * 3
    assert rows["absent"]["notes"] == "nothing was handed in"
    report = (folder / "marks" / "report.html").read_text(encoding="utf-8")
    assert "accuses nobody" in report and report.count("answers another question") == 6


def test_a_learner_reads_nobody_elses_name_and_no_secret(played):
    exam, folder, rows, _ = played
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "marks" / "feedback").iterdir()}
    assert set(pages) == set(CLASS[:-1])
    for learner in ("neighbour", "published"):
        text = pages[learner]
        assert "published" not in text.replace(f"<title>{learner}", "") or learner == "published"
        assert "the sheet of" not in text
    assert "Your sheet says" in pages["one off"]
    assert not any(exam.secret.hex() in text for text in pages.values())


def test_the_spy_ran_and_saw_nothing(played):
    exam, folder, _, _ = played
    page = (folder / "marks" / "feedback" / "spy.html").read_text(encoding="utf-8")
    assert page.count("the spy has run and saw []") == len(TASKS)


def test_the_files_of_marks_are_the_teachers_alone(played):
    _, folder, _, _ = played
    assert (folder / "marks").stat().st_mode & 0o077 == 0
    records = [json.loads(line) for line in (folder / "marks" / "results.jsonl").read_text().splitlines()]
    assert any(record.get("learner") == "right" for record in records)


def test_what_is_no_sheet_of_this_exam_is_named(played, tmp_path):
    exam, folder, _, _ = played
    other = Exam.new("Other", ("beam",))
    nbformat.write(other.notebook(other.sheet("right")), tmp_path / "right.ipynb")
    (tmp_path / "stranger.ipynb").write_bytes((folder / "in" / "right.ipynb").read_bytes())
    with ExamGrader(str(folder / "exam"), CLASS, seed=1) as grader:
        said = {submission.learner: grader.grade(submission)["message"] for submission in find(tmp_path)}
    assert "no sheet of this exam" in said["right"] and "has no sheet" in said["stranger"]
    assert isinstance(find(tmp_path)[0], Submission)
