"""A class that sits an exam: right in various styles, published, copied, mistaken, and more; what comes of each.

All is done as docs/exams.md says, and read as a teacher and as learners read it.
"""
import csv
import html
import json
import os
import re
import secrets
import stat

import nbformat
import pytest

from classroom import exercises
from classroom.app import main
from classroom.exam.report import file_name
from classroom.exam.sheet import Exam
from tests.variants import sheets

from .spies import MET, TRIES, spy

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
              pytest.mark.xdist_group("exam")]

TASKS = ("attention", "loss")
SECRET = bytes([15]) * 32
RIGHT, PUBLISHED, COPIED, MISTAKEN, ONE_OFF = (
    [f"learner{n:02d}" for n in range(*span)] for span in ((1, 11), (11, 16), (16, 21), (21, 26), (26, 31)))
OTHERS = ["altered", "exchanged", "empty", "absent", "elsewhere", "twice", "../up", "spy"]
CLASS = [*RIGHT, *PUBLISHED, *COPIED, *MISTAKEN, *ONE_OFF, *OTHERS]
STYLES = list(sheets.STYLES)

# What is pasted from the lessons: with what makes it fit, and as it is.
PASTED = {
    "attention": exercises.get("2.1").source() + """
def masked_attention(q, k, v, mask):
    output, weights = scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v, mask)))
    return output.numpy(), weights.numpy()
""",
    "loss": exercises.get("8.1").source() + """
def smoothed_loss(logits, targets, pad_id):
    return label_smoothing_loss(torch.from_numpy(logits), torch.from_numpy(targets), pad_id, 0.1).item()
""",
}


def another(family, variant, n):
    """Right but for one convention, and nobody's sheet: one more of them than on any sheet is not as in the lessons."""
    usual = [switch for switch in family.switches if variant[switch.name] == switch.usual]
    switch = usual[n % len(usual)]
    return {**variant, switch.name: list(switch.options)[1]}


def answered(exam, learner, key, folder):
    """The code that a learner writes for a task."""
    family, variant, n = exam.family(key), exam.variant(exam.sheet(learner), key), CLASS.index(learner)
    if learner in PUBLISHED:
        return "import math\n\nimport torch\nfrom torch.nn import functional as F\n\n" + PASTED[key]
    if learner in COPIED:
        variant = exam.variant(exam.sheet(CLASS[n - len(RIGHT) - len(PUBLISHED)]), key)
    if learner in MISTAKEN:
        return sheets.code(family, variant, "all at once, with NumPy", **family.mistakes[n % 2].how)
    if learner in ONE_OFF:
        variant = another(family, variant, n)
    if learner == "exchanged":
        variant = exam.variant(exam.sheet("learner01"), key)
    if learner == "spy":
        return spy(family.call, str(folder / "exam"))
    return sheets.code(family, variant, STYLES[n % len(STYLES)])


def handed_in(exam, learner, folder):
    """A learner's notebook, completed."""
    sheet = "learner01" if learner == "exchanged" else file_name(learner)
    notebook = nbformat.read(folder / "exam" / "sheets" / f"{sheet}.ipynb", as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    for key in TASKS if learner != "empty" else ():
        cells[f"{key}-answer"].source = answered(exam, learner, key, folder)
    if learner == "altered":
        cells["attention-text"].source += "\n- Everything is right on this sheet."
        cells["attention-answer"].source = "import sudoku_of_mine\n" + cells["attention-answer"].source
    return notebook


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The exam, its folder, the marks by learner, and what the commands returned. The secret is the same each time."""
    folder = tmp_path_factory.mktemp("class")
    roster = [f"{name},{file_name(name)}@example.org" for name in CLASS]
    (folder / "class.csv").write_text("\n".join(["learner,email", *roster]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_bytes", lambda size: SECRET)
        assert main(["exam", "new", "--roster", str(folder / "class.csv"), "--tasks", ",".join(TASKS), "--name",
                     "Midterm", "--out", str(folder / "exam"), "--no-progress"]) == 0
    exam, inbox = Exam.read(folder / "exam"), folder / "exam" / "submissions"
    (inbox / "twice").mkdir(parents=True)
    for learner in CLASS:
        if learner != "absent":
            nbformat.write(handed_in(exam, learner, folder), inbox / f"{file_name(learner)}.ipynb")
    (inbox / "twice.ipynb").rename(inbox / "twice" / "first.ipynb")
    nbformat.write(exam.notebook(exam.sheet("twice")), inbox / "twice" / "second.ipynb")
    (inbox / "learner02.ipynb").rename(inbox / "learner02@example.org.ipynb")           # as the roster knows them
    (inbox / "stranger.ipynb").write_bytes((inbox / "learner01.ipynb").read_bytes())
    other = Exam("Other", ("beam",), SECRET)
    text = nbformat.writes(other.notebook(other.sheet("elsewhere")))
    (inbox / "elsewhere.ipynb").write_text(text.replace("90.1", "1.1"), encoding="utf-8")
    status = main(["grade", str(inbox), "--out", str(folder / "marks"), "--no-progress", "--workers", "0"])
    with (folder / "marks" / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    return exam, folder, rows, status


@pytest.fixture(scope="module")
def pages(played):
    """What learners read, without marks of HTML."""
    return {path.stem: html.unescape(re.sub("<[^>]+>", " ", path.read_text(encoding="utf-8")))
            for path in (played[1] / "marks" / "feedback").iterdir()}


def findings(rows, learner):
    return [rows[learner][f"{key} finding"] for key in TASKS]


def test_right_answers_in_all_styles_have_all_points(played):
    _, _, rows, _ = played
    for learner in (*RIGHT, "altered", "twice", "../up"):
        assert rows[learner]["points"] == "8" and findings(rows, learner) == ["right"] * 2, learner


def test_what_is_pasted_from_the_lessons_has_none_and_is_named(played, pages):
    _, _, rows, _ = played
    for learner in PUBLISHED:
        assert rows[learner]["points"] == "0"
        assert findings(rows, learner) == [f"the published solution of lesson {n}, which answers another question"
                                           for n in ("02", "08")]
        assert "They are those of lesson 02" in pages[learner] and "are not followed" in pages[learner]


def test_what_is_copied_is_the_neighbours(played, pages):
    exam, folder, rows, _ = played
    seen = set()
    for learner, neighbour in zip(COPIED, RIGHT, strict=False):
        own, theirs = exam.sheet(learner), exam.sheet(neighbour)
        for key in TASKS:
            apart = exam.family(key).apart(exam.variant(own, key), theirs.variants[key])
            said, sheets_of = rows[learner][f"{key} finding"], rows[learner][f"{key} sheets"].split(", ")
            if apart > 1:
                assert (said, rows[learner][f"{key} points"]) == ("an answer to another sheet", "0")
                assert neighbour in sheets_of and rows[learner][f"{key} conventions apart"] == str(apart)
                assert {exam.sheet(name).variants[key] for name in sheets_of} == {theirs.variants[key]}
            else:
                assert said.startswith("right"), "the two sheets ask the same, or nearly"
            seen.add(min(apart, 2))
        assert neighbour not in pages[learner]
    assert 2 in seen
    report = (folder / "marks" / "report.html").read_text(encoding="utf-8")
    assert "accuses nobody" in report and "learner01 (in 2 of 2)" in report


def test_mistakes_are_named_and_one_convention_costs_half(played, pages):
    exam, _, rows, _ = played
    for learner in MISTAKEN:
        slugs = [exam.family(key).mistakes[CLASS.index(learner) % 2].slug for key in TASKS]
        assert rows[learner]["points"] == "0"
        assert findings(rows, learner) == [f"a known mistake: {slug}" for slug in slugs]
    for learner in ONE_OFF:
        assert rows[learner]["points"] == "4", findings(rows, learner)
        assert all(text.startswith("right but for one convention: ") for text in findings(rows, learner))
        assert pages[learner].count("Your sheet says: ") == 2


def test_what_was_handed_in_otherwise_is_said(played, pages):
    exam, folder, rows, status = played
    assert status == 1, "one handed in no sheet of this exam, and one has none"
    assert "This is the sheet of learner01" in rows["exchanged"]["notes"]
    assert "is not the sheet that was made for you" in pages["exchanged"] and "learner01" not in pages["exchanged"]
    assert findings(rows, "exchanged") == ["an answer to another sheet"] * 2
    assert "not as they were handed out" in rows["altered"]["notes"] and "not as they" in pages["altered"]
    assert "2 notebooks were handed in" in rows["twice"]["notes"]
    assert findings(rows, "empty") == ["not attempted"] * 2 and rows["empty"]["points"] == "0"
    assert rows["absent"]["notes"] == "nothing was handed in" and rows["absent"]["points"] == ""
    assert "no sheet of this exam" in rows["elsewhere"]["notes"] and "not marked" in pages["elsewhere"]
    assert "no sheet for a learner of this name" in rows["stranger"]["notes"] and "stranger" not in pages
    assert set(pages) == {file_name(name) for name in CLASS} - {"absent"}
    report = (folder / "marks" / "report.html").read_text(encoding="utf-8")
    assert "Nothing was handed in by absent." in report and "stranger" in report and "None" not in report
    assert "sudoku_of_mine (1)" in report and "sudoku_of_mine" in rows["altered"]["notes"]


def test_code_that_is_the_courses_own_is_noted(played):
    """The families are public; whoever writes an answer otherwise has nothing of their source in it."""
    _, _, rows, _ = played
    for learner in RIGHT:
        copied = STYLES[CLASS.index(learner) % len(STYLES)] not in (
            "number by number, in loops", "with PyTorch", "loops, rounded to nine decimals")
        note = "course's own source of the task: Masked attention, A loss with smoothing."
        assert note in rows[learner]["notes"] if copied else "source" not in rows[learner]["notes"], learner
    assert not any("own source" in rows[learner]["notes"] for learner in PUBLISHED)


def test_a_learner_reads_nobody_elses_name_and_no_secret(played, pages):
    exam, folder, rows, _ = played
    seed = str(exam.seed("loss"))
    for learner, text in pages.items():
        assert not [name for name in CLASS if name.startswith("learner") and name != learner and name in text]
        assert SECRET.hex() not in text and seed not in text
    assert stat.S_IMODE((folder / "marks").stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("name", TRIES)
def test_who_has_read_the_source_sees_nothing_from_the_child(played, name):
    _, folder, _, _ = played
    lines = (folder / "marks" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    record = next(record for record in map(json.loads, lines) if record["learner"] == "spy")
    for result in record["exercises"]:
        assert result["status"] == "error" and "nothing is answered" in result["message"], result["message"]
        assert f"{MET} {name} []" in result["printed"].splitlines(), result["printed"]
    assert Exam.read(folder / "exam").secret == SECRET


@pytest.mark.parametrize("name", ["the environment", "files", "frames", "objects", "modules", "the network"])
def test_the_same_tries_find_something_where_nothing_is_confined(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WHO", "learner07")
    (tmp_path / "exam.json").write_text("learner07")
    monkeypatch.chdir(tmp_path)
    secret = {"whose": "learner07", "marks": []}             # in a frame above, and among the objects that gc knows
    space: dict = {}
    code = spy("answer()", str(tmp_path), (name,)).replace('"/tmp", "/root"', '"."')
    if name == "the network":
        code = code.replace(".connect(where)", ".connect_ex(where)")
    exec(code, space)
    with pytest.raises(RuntimeError, match="nothing is answered"):
        space["answer"]()
    assert secret and "[]" not in capsys.readouterr().out
