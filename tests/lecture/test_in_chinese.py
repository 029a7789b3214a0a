"""Slides and questions of the Chinese lessons: the same questions, in Chinese."""
import re
from functools import cache
from xml.etree import ElementTree

import pytest

from classroom.lecture import bank, cells, deck, moodle, slides
from classroom.lecture.questions import questions
from course._words import speaking

pytestmark = pytest.mark.slow          # whole lessons

NAMES = sorted(path.stem for path in (bank.ROOT / "solutions" / "zh").glob("[0-9][0-9]_*.ipynb"))
EACH = pytest.mark.parametrize("name", NAMES)
HAN = re.compile("[\u4e00-\u9fff]")


@cache
def lesson(name: str, language: str) -> cells.Lesson:
    with speaking(language):
        (found,) = cells.lessons(bank.ROOT, [name[:2]])
    return found


@cache
def asked(name: str, language: str) -> list:
    with speaking(language):
        return list(questions(lesson(name, language)))


@EACH
def test_the_same_is_asked(name):
    """The ids, and so the questions, are the English lesson's; so are the options and which of them is right."""
    english, chinese = asked(name, "en"), asked(name, "zh")
    assert lesson(name, "zh").language == "zh" and lesson(name, "en").language == "en"
    for one, other in zip(english, chinese, strict=True):
        assert one.id == other.id and bool(one.answer) == bool(other.answer) and len(one.hints) == len(other.hints)
        assert [(o.name, o.right, bool(o.feedback)) for o in one.options] == [
            (o.name, o.right, bool(o.feedback)) for o in other.options]
        assert all(HAN.search(text) or " = " in text for text in (
            other.lesson, other.name, other.text, *other.hints,
            *filter(None, (option.feedback for option in other.options))))


@EACH
def test_no_choice_speaks_of_the_notebook(name):
    for question in asked(name, "zh"):
        if question.options:
            assert not re.search("设为|设定|用到|再运行|往下读", question.text), question.text


@EACH
def test_slides_hold_all_of_the_lesson(name):
    with speaking("zh"):
        made = slides.slides(lesson(name, "zh"))
    shown = [cell.source for slide in made for cell in slide.cells if cell.cell_type == "markdown"]
    written = [block for cell in lesson(name, "zh").notebook.cells if cell.cell_type == "markdown"
               for block in cells.blocks(cell.source) if not block.startswith("<details")]
    assert "\n".join(shown) == "\n".join(written)
    exercises = [found for cell in lesson(name, "zh").notebook.cells if (found := cells.exercise_of(cell))]
    turns = [slide for slide in made if slide.kind == "turn"]
    assert [re.match(r"### 练习 (\S+)", slide.cells[0].source)[1] for slide in turns] == exercises
    kinds = [{slide.kind for slide in slides.slides(lesson(name, language))} for language in ("en", "zh")]
    assert kinds[0] == kinds[1]
    assert not [slide.section for slide in made if slide.height() > 1.7 * 560
                and not any(map(cells.pictures, slide.cells))]


def test_the_frame_of_a_deck_speaks_as_its_lesson(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with speaking("zh"):
        assert slides.main([NAMES[0][:2]], slides.ROOT) == 0
    assert "张幻灯片" in capsys.readouterr().out
    text = (tmp_path / "slides" / "zh" / f"{NAMES[0]}.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in text and 'content: "轮到你了"' in text
    assert not [words for words in deck._ABOVE if f'"{words}"' in text]


def test_a_lesson_without_a_translation_is_english(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "solutions"
    folder.mkdir()
    for suffix in (".py", ".ipynb"):
        content = (bank.ROOT / "solutions" / f"{NAMES[0]}{suffix}").read_bytes()
        (folder / f"{NAMES[0]}{suffix}").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with speaking("zh"):
        assert slides.main(["0"], tmp_path) == 0
        assert "张幻灯片" in capsys.readouterr().out
        assert slides.main(["7"], tmp_path) == 1 and "没有 '07' 这一课" in capsys.readouterr().err
    text = (tmp_path / "slides" / f"{NAMES[0]}.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in text and 'content: "Your turn"' in text


def test_the_bank_is_chinese(tmp_path, capsys):
    with speaking("zh"):
        assert bank.main(["--lessons", "1", "--out", str(tmp_path)]) == 0
        quiz = ElementTree.fromstring(moodle.written(asked(NAMES[1], "zh")))
    assert "道选择题" in capsys.readouterr().out
    assert ElementTree.parse(tmp_path / "moodle.xml").getroot().findtext("question/category/text") == (
        quiz.findtext("question/category/text")) == "$course$/top/从零搭建 Transformer/第 01 课 · 点积注意力"
