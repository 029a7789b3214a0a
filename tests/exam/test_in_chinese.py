"""Exams in Chinese: what is read is Chinese, what is asked and marked is the same."""
import ast
import contextlib
import csv
import html
import inspect
import io
import os
import re
import secrets

import nbformat
import pytest

from classroom.app import main
from classroom.exam import check, tables
from classroom.exam.families import FAMILIES
from classroom.exam.sheet import Exam, texts_of
from course._words import say, speaking

ENGLISH = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")          # three words in a row
EXAM = Exam("Midterm", tuple(FAMILIES), bytes(range(32)))


def english(text):
    """Lines with an English sentence, code apart."""
    return [line for line in re.sub(r"`[^`]*`", "X", text).splitlines() if ENGLISH.search(line)]


def sheets(learner):
    """A sheet in English and in Chinese."""
    with speaking("zh"):
        chinese = EXAM.notebook(EXAM.sheet(learner))
    return EXAM.notebook(EXAM.sheet(learner)), chinese


def skeleton(source):
    """What Python makes of a cell, strings apart."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not re.fullmatch(
                r"90\.\d+|(float|bool|int)\b.*", node.value):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("learner", [f"learner {n}" for n in range(5)])
def test_a_sheet_has_no_english_outside_of_code_and_asks_the_same(learner):
    plain, chinese = sheets(learner)
    assert [cell.id for cell in plain.cells] == [cell.id for cell in chinese.cells]
    for own, other in zip(plain.cells, chinese.cells, strict=True):
        if other.cell_type == "markdown":
            assert english(other.source) == [] and re.search("[\u4e00-\u9fff]", other.source)
        else:
            assert skeleton(own.source) == skeleton(other.source)
            words = [node.value for node in ast.walk(ast.parse(other.source))
                     if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            assert english("\n".join([*words, *re.findall("  # (.*)", other.source)])) == []
    signature = re.search('SHEET = "(.*)"', chinese.cells[1].source)[1]
    assert EXAM.signed(EXAM.sheet(learner), signature, texts_of(chinese)), "whoever marks may speak another language"


def test_every_sentence_of_every_family_is_chinese_and_they_differ():
    with speaking("zh"):
        assert english(tables.tasks()) == [] and english(tables.switches()) == []
        for family in FAMILIES.values():
            said = [say(sentence) for switch in family.switches for sentence in switch.options.values()]
            assert len(set(said)) == len(said)
            assert all(sentence[-1] == "。" for sentence in said)
            assert all(name in say(family.text) for name in (family.name, *family.takes))


def test_check_says_the_same_in_chinese():
    _, notebook = sheets("ada")
    space, printed = dict[str, object](), io.StringIO()
    family = FAMILIES["attention"]
    right = family.reference(EXAM.variant(EXAM.sheet("ada"), "attention"))
    cells = {cell.id: cell.source for cell in notebook.cells}
    exec(cells["sheet"], space)
    for answer in (right, lambda *given: 1 / 0, lambda *given: right(*given)[0]):
        with contextlib.redirect_stdout(printed):
            exec(cells["attention-check"], space | {"masked_attention": answer})
    lines = printed.getvalue().splitlines()
    assert lines[0] == "它能运行，返回的东西形状也对。数对不对，这里不说。"
    assert lines[1] == "在“样样都是四个”上，你的函数出错停止，ZeroDivisionError: division by zero"
    assert lines[2] == "在“样样都是四个”上，你的函数返回 float (4, 4)；你的试卷要的是 float (4, 4), float (4, 4)。"


@pytest.mark.parametrize("key", FAMILIES)
def test_for_practice_check_speaks_chinese(key, capsys):
    family = FAMILIES[key]
    with speaking("zh"):
        for answer in (family.reference(family.usual), family.reference(family.variants[0]),
                       lambda *given: family.solve(*given, **family.variants[1], **family.mistakes[0].how)):
            check("90.1", answer, task=key, variant=1)
    said = capsys.readouterr().out
    assert said.count("还不对。") >= 2 and english(said) == []


def test_the_same_is_drawn_whatever_is_spoken(tmp_path):
    (tmp_path / "class.csv").write_text("learner\nada\n", encoding="utf-8")
    with speaking("zh"):
        assert main(["exam", "new", "--roster", str(tmp_path / "class.csv"), "--tasks", "loss", "--out",
                     str(tmp_path / "exam"), "--no-progress"]) == 0
        exam = Exam.read(tmp_path / "exam")
        assert exam.notebook(exam.sheet("ada")).cells[0].source.startswith("# 考试 · 试卷 ")
    assert exam.name == "Exam", "sheets are drawn by it"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.xdist_group("exam")
def test_marks_are_the_same_and_reports_are_chinese(tmp_path, capsys, monkeypatch):
    """Somebody is right, answers as the lessons do, writes nothing, hands in another's sheet, misses one convention,
    alters the texts, or hands in nothing. The secret is the same each time: others give two of them one sheet at times.
    """
    monkeypatch.setattr(secrets, "token_bytes", bytes)
    key, family, folder = "positions", FAMILIES["positions"], tmp_path / "exam"
    learners = ["right", "published", "empty", "exchanged", "one-off", "altered", "absent"]
    (tmp_path / "class.csv").write_text("\n".join(["learner", *learners]), encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    with speaking("zh"):
        assert main(["exam", "new", "--roster", str(tmp_path / "class.csv"), "--tasks", key, "--out", str(folder),
                     "--no-progress"]) == 0
    exam = Exam.read(folder)
    answers = {learner: exam.variant(exam.sheet(learner), key) for learner in learners}
    assert family.apart(answers["right"], exam.sheet("exchanged").variants[key]) > 1
    near = next(switch for switch in family.switches if answers["one-off"][switch.name] == switch.usual)
    answers |= {"published": family.usual, "exchanged": answers["right"],
                "one-off": {**answers["one-off"], near.name: list(near.options)[1]}}
    for learner in learners[:-1]:
        sheet = folder / "sheets" / f"{'right' if learner == 'exchanged' else learner}.ipynb"
        notebook = nbformat.read(sheet, as_version=4)
        if learner != "empty":
            notebook.cells[3].source = (
                f"import numpy as np\n\n{inspect.getsource(family.solve)}\n\ndef position_table(length, width):\n"
                f"    return _solve(length, width, **{dict(answers[learner])!r})")
        notebook.cells[2].source += "?" * (learner == "altered")
        nbformat.write(notebook, tmp_path / "inbox" / f"{learner}.ipynb")
    with speaking("zh"):
        main(["grade", str(folder), str(tmp_path / "inbox"), "--out", str(tmp_path / "marks"), "--no-progress",
              "--workers", "0"])
    said = capsys.readouterr()
    assert english(said.out + said.err) == [] and "请打开" in said.out
    with (tmp_path / "marks" / "marks.csv").open(encoding="utf-8", newline="") as file:
        points = {row["learner"]: row["points"] for row in csv.DictReader(file)}
    assert points == {"right": "4", "published": "0", "empty": "0", "exchanged": "0", "one-off": "2", "altered": "4",
                      "absent": ""}
    pages = [tmp_path / "marks" / "report.html", *(tmp_path / "marks" / "feedback").iterdir()]
    assert len(pages) == len(learners)
    for path in pages:
        text = path.read_text(encoding="utf-8")
        shown = re.sub(r"<(style|pre|code)\b.*?</\1>", " ", text, flags=re.DOTALL)
        assert '<html lang="zh">' in text and english(html.unescape(re.sub("<[^>]+>", "\n", shown))) == [], path.name
