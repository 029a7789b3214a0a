"""What learners and teachers read in Chinese: the pages, the comments, the lines of the commands."""
import csv
import html
import json
import platform
import re

import pytest

from classroom import evaluate, exercises
from classroom.app import doctor, progress
from classroom.grade import command
from classroom.grade.book import decisions, gradebook, pages, tables
from classroom.grade.read.roster import Person, Roster
from classroom.judge import record as learners_record
from course._words import speaking
from course.views._fonts import SCRIPTS
from tests.grading.helpers import one_exercise
from tests.grading.test_reports_pages import exercise, record

LESSON = "01_dot_product_attention"
# Names, and what is called the same in Chinese.
NAMES = set("Transformer Python PyTorch Landlock seccomp SHA PDF Ada Lovelace ada bob cleo dan eve softmax JupyterLab "
            "anywidget f-string Jupyter wheel".split())


def english(text):
    """The words of a page that are English, apart from names, code, formulas, names of files and addresses."""
    text = re.sub(r"<(style|script|code|pre)\b.*?</\1>", " ", text, flags=re.DOTALL)
    labels = re.findall(r'(?:aria-label|title)="([^"]*)"', text)
    text = html.unescape(" ".join([re.sub(r"<[^>]*>", " ", text), *labels]))
    text = re.sub(r"`[^`]*`|\S*[./_\d]\S*|--\S+", " ", text)
    return sorted(set(re.findall(r"[A-Za-z][A-Za-z-]{2,}", text)) - NAMES)


@pytest.fixture
def chinese(monkeypatch):
    monkeypatch.setenv("COURSE_LANG", "zh")
    with speaking("zh"):
        yield


@pytest.fixture
def book(chinese):
    """A class in which all has happened that pages tell; what the checks said was said in Chinese."""
    wrong = evaluate("1.3", exercises.get("1.3").misconceptions[0].wrong, seed=5).as_dict()
    wrong |= {"title": exercises.get("1.3").title, "raised": None, "seconds": 0.1}
    said = {"message": "中文。", "lesson": LESSON}
    mine = {"ada": [wrong, exercise("1.1", "timeout", message="慢。"), exercise("1.2", "memory", message="大。")],
            "bob": [wrong, exercise("1.1", "killed", message="停。")],
            "cleo": [wrong, exercise("1.1", "missing", message="")]}
    records = [record(who, *found, **said, course=f"1.{n}", time="2026-01-02", isolation=("full", "none", "partial")[n],
                      not_installed=["pandas"] * n, notes=[
                          "Exercise 1.1 is not solved; 1.2 was graded with the course's version of it."])
               for n, (who, found) in enumerate(mine.items())]
    twice = [record("dan", exercise("1.1", status, message="好。"), **said, sha256=status,
                    submission=f"dan/{status}.ipynb") for status in ("correct", "wrong")]
    failed = record("eve", exercise("1.1", "grader error"), status="grader error", **said)
    earlier = record("ada", exercise("1.1", "error"), lesson=LESSON, superseded={"why": "the notebook has changed"})
    roster = Roster((Person("ada", "Ada Lovelace"), Person("bob"), Person("zoe1"), Person("zoe2")))
    return gradebook.build(
        [*records, *twice, failed, record("zoe1", status="unreadable", **said)], roster, late={("ada", None): 10},
        earlier=[earlier], grouped={"7": ["ada", "bob"]},
        decided=[decisions.Decision("ada", "01", "1.1", 2, False, False, "好"),
                 decisions.Decision("zoe2", "01", "", None, False, True, "")])


def test_pages_and_comments_hold_no_english(book, tmp_path):
    for learner in book.learners:
        path = tmp_path / f"{learner.person.learner}.html"
        pages.write_feedback(path, learner)
        text = path.read_text(encoding="utf-8")
        assert '<html lang="zh">' in text and english(text) == [], learner.person.learner
        for mark in learner.marks.values():
            assert english(tables.summary(mark)) == []
    ada = (tmp_path / "ada.html").read_text(encoding="utf-8")
    assert all(text in ada for text in ("第 01 课 · 点积注意力", "1.3 · 注意力", "还不对。", "老师写道："))
    pages.write_class(tmp_path / "class.html", book, {"ada": "feedback/ada.html"})
    text = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in text and english(text) == []
    assert "你的权重恰好是分数没有除以任何数的结果。" in text and "读不了" in text


def test_what_is_told_is_not_empty():
    """The words that are looked for would be found."""
    assert english("<p>Your teacher writes: <code>no</code> 1.2</p>") == ["Your", "teacher", "writes"]
    assert english('<svg aria-label="correct">') == ["correct"]


@pytest.mark.slow
def test_doctor_and_progress_hold_no_english(chinese, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    doctor.main([])
    said = capsys.readouterr().out
    assert said.splitlines()[0].startswith(("正常   Python", "注意   Python"))
    for name in ["python -m classroom data", platform.machine(), platform.system(),
                 *(font for one in SCRIPTS.values() for font in one.fonts)]:
        said = said.replace(name, "")
    assert english(said) == []
    doctor.main(["--json"])
    found = json.loads(capsys.readouterr().out)
    assert {"sentences", "disk"} <= {finding["what"] for finding in found}, "what programs read stays as it is"
    learners_record.record("1.3", evaluate("1.3", exercises.get("1.3").reference))
    learners_record.record_hint("1.3", 2)
    learners_record.record_solution("1.3")
    table = progress.table()
    lines = [line for line in table.splitlines() if line.startswith("  1.3")]
    assert re.fullmatch(r" *1\.3 +注意力 +正确 +3/3 分 +试了 1 次、看了 2 条提示、看过解答", lines[0])
    titles = {word for id in exercises.all_ids() for word in re.findall(r"[A-Za-z][\w-]+", exercises.get(id).title)}
    assert [word for word in english(table) if word not in titles] == []


@pytest.mark.slow
def test_what_programs_read_stays_english(chinese, tmp_path, capsys):
    """Statuses, titles and headings; sentences are those of the run that graded."""
    (tmp_path / "in").mkdir()
    for name, answer in (("ada", "def dot_product_scores(q, k):\n    return q @ k.T"),
                         ("bob", "def dot_product_scores(q, k):\n    return k @ q.T")):
        (tmp_path / "in" / f"{name}.ipynb").write_bytes(one_exercise("1.1", answer))
    (tmp_path / "in" / "cleo.ipynb").write_text("%PDF", encoding="utf-8")
    out = tmp_path / "out"
    command.main([str(tmp_path / "in"), "--out", str(out), "--lesson", "01", "--workers", "1", "--no-progress"])
    said = capsys.readouterr().out
    assert "3 名学生：" in said and english(said.replace(str(tmp_path), "")) == []
    ada, bob, cleo = (json.loads(line) for line in sorted((out / "results.jsonl").read_text().splitlines()))
    assert [one["status"] for one in (ada, bob, cleo)] == ["graded", "graded", "unreadable"]
    assert "不是笔记本" in cleo["message"]
    assert [(one["exercises"][0]["status"], one["points"] > 0) for one in (ada, bob)] == [
        ("correct", True), ("wrong", False)]
    assert {e["status"] for e in ada["exercises"][1:]} <= {"missing", "not attempted"}
    assert [e["title"] for e in ada["exercises"]] == [exercises.get(e["id"]).title for e in ada["exercises"]]
    with (out / "exercises.csv").open(encoding="utf-8-sig") as file:
        assert file.readline().startswith("learner,lesson,exercise,title,status,points,max_points,by_hand,comment,")
    with (out / "grades.csv").open(encoding="utf-8-sig") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["graded", "graded", "unreadable"]
