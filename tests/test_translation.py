"""The Chinese edition: the same code, all of the prose, and nothing out of date unnoticed."""
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from classroom import build
from classroom.build.code_words import pieces, read_words, renew_words, translated, words_of, words_problems
from classroom.build.translation import (
    digest,
    prose_cells,
    read_translation,
    renew_translation,
    translated_notebook,
    translation_of,
    translation_problems,
    unwrapped,
)
from classroom.build.twin import BuildError, Cell, read

TRANSLATED = [twin for twin in build.twins(build.ROOT) if translation_of(twin).exists()]
CHINESE = re.compile(r"[\u4e00-\u9fff，：]")
NAMES = {"exp", "sin", "log", "ids", "weight", "base", "today", "RuntimeError", "LayerNorm", "RMSNorm", "ReLU", "SiLU",
         "MB", "cat", "sleeps", "dog", "and"}         # of code, a unit, and words of the example
EACH = pytest.mark.parametrize("twin", TRANSLATED, ids=lambda twin: twin.stem)


def cells(*texts: str) -> list[Cell]:
    """Prose cells as a twin would have them, with a code cell after each."""
    found = []
    for number, text in enumerate(texts, 1):
        found.append(Cell("markdown", text, 1, 1, [], id=f"part-{number}"))
        found.append(Cell("code", "1 + 1", 1, 1, [], id=f"code-{number}"))
    return found


@pytest.fixture
def path(tmp_path) -> Path:
    """A finished translation of two cells."""
    path = tmp_path / "zh" / "01_lesson.md"
    renew_translation(cells("One.", "Two."), path)
    finish(path, "一。", "二。")
    return path


def finish(path: Path, *texts: str) -> None:
    """Put a text below each header that is marked, as a translator does."""
    new = iter(texts)
    text = re.sub(r" todo -->\n<!-- English\n.*?\n-->\n?", lambda match: f" -->\n{next(new)}\n",
                  path.read_text(encoding="utf-8"), flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")


def test_there_is_a_chinese_edition():
    assert [twin.stem for twin in TRANSLATED][:2] == ["00_welcome", "01_dot_product_attention"]


@pytest.mark.slow
@EACH
def test_no_cell_is_missing_or_out_of_date(twin):
    assert translation_problems(read(twin, build.Registry()).cells, translation_of(twin)) == []


@pytest.mark.slow
@EACH
def test_code_is_the_english_lessons_own(twin):
    """Cells are the same, and so is their code but for what is in strings and comments; in both notebooks."""
    for folder in ("solutions", "notebooks"):
        english = nbformat.read(build.ROOT / folder / f"{twin.stem}.ipynb", as_version=4).cells
        chinese = nbformat.read(build.ROOT / folder / "zh" / f"{twin.stem}.ipynb", as_version=4).cells
        assert [cell.id for cell in chinese] == [cell.id for cell in english]
        for one, other in zip(english, chinese, strict=True):
            assert other.metadata == one.metadata
            if one.cell_type == "code":
                (code, strings), (same, others) = bare(one.source), bare(other.source)
                assert same == code, one.id
                assert all(a == b or CHINESE.search(b) for a, b in zip(strings, others, strict=True)), one.id
            else:
                assert CHINESE.search(other.source), f"{one.id} is not Chinese"


def bare(source: str) -> tuple[str, list[str]]:
    """The syntax tree of code without what its strings say, and the strings.

    What is computed in them counts, in whatever order a language says it.
    """
    tree, strings = ast.parse(TransformerManager().transform_cell(source)), []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = sorted((part for part in node.values if isinstance(part, ast.FormattedValue)), key=ast.dump)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.append(node.value)
            node.value = ""
    return ast.dump(tree), strings


@pytest.mark.slow
@EACH
def test_words_of_the_code_are_translated(twin):
    assert words_problems(read(twin, build.Registry()).cells, words_of(twin)) == []


@pytest.mark.slow
@EACH
def test_formulas_code_and_links_are_kept(twin):
    """What is not language is the same in both: inline code of the course, formulas, addresses."""
    english = {digest(cell.source): cell.source for cell in prose_cells(read(twin, build.Registry()).cells)}
    for cell in read_translation(translation_of(twin)):
        for pattern in (r"https?://[^)\s]+", r"`(?:check|hint|solution|evaluate)\(?[^`]*`", r"[●○]{3}"):
            assert set(re.findall(pattern, english[cell.digest])) == set(re.findall(pattern, cell.text)), cell.id


@EACH
def test_code_shown_in_the_prose_speaks_of_the_names_in_the_chinese_code(twin):
    """A row that is called "基准" in the code cannot be looked up as "base"."""
    words = read_words(words_of(twin))
    for cell in read_translation(translation_of(twin)):
        for block in re.findall(r"^```python\n(.*?)^```$", cell.text, re.MULTILINE | re.DOTALL):
            english = [p.text for p in pieces(block) if words.get(p.text, p.text) != p.text]
            assert english == [], f"{cell.id}: in Chinese it is {words[english[0]]}"
            said = [p.text for p in pieces(block) if p.to_translate and not p.text.endswith((".", ".\\n"))]
            assert [text for text in said if not CHINESE.search(text)] == [], cell.id


@pytest.mark.slow
@EACH
def test_single_words_that_are_printed_are_chinese_or_names(twin):
    known = read_words(words_of(twin))
    for cell in read(twin, build.Registry()).cells:
        for label in printed(cell.source) if cell.kind == "code" else []:
            words = re.findall(r"\b[A-Za-z]{2,}\b", re.sub(r"\{[^{}]*\}", "", label))
            assert label in known or set(words) <= NAMES, f"{cell.id}: in English: {label!r}"


def printed(source: str) -> Iterator[str]:
    """The texts that are written out in calls of `print`, as they stand in the source."""
    source = TransformerManager().transform_cell(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            for part in node.args:
                if isinstance(part, ast.JoinedStr | ast.Constant):
                    yield from (piece.text for piece in pieces(ast.get_source_segment(source, part) or ""))


@pytest.mark.slow
@EACH
def test_no_label_stands_within_the_braces_of_an_f_string(twin):
    """What stands in braces is kept as it is: a label there would stay English."""
    for cell in read(twin, build.Registry()).cells:
        tree = ast.parse(TransformerManager().transform_cell(cell.source) if cell.kind == "code" else "")
        said = [part.value.value for part in ast.walk(tree)
                if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Constant)]
        assert [text for text in said if re.search("[A-Za-z]", str(text))] == [], cell.id


def test_a_finished_translation_has_no_problems(path):
    assert translation_problems(cells("One.", "Two."), path) == []


def test_an_edited_cell_is_noticed_and_its_old_text_kept(path):
    edited = cells("One.", "Two, and more.")
    [problem] = translation_problems(edited, path)
    assert problem == f"{path}: the English cell part-2 was changed after it was translated"
    assert renew_translation(edited, path) == 1
    text = path.read_text(encoding="utf-8")
    assert "<!-- English\nTwo, and more.\n-->\n二。" in text
    assert translation_problems(edited, path), "marked cells are not done"
    path.write_text(re.sub(" todo -->\n<!-- English\n.*?\n-->", " -->", text, flags=re.DOTALL), encoding="utf-8")
    assert translation_problems(edited, path) == []


def test_a_new_cell_is_noticed(path):
    longer = cells("One.", "New.", "Two.")
    [problem] = translation_problems(longer, path)
    assert "part-2" in problem
    assert renew_translation(longer, path) == 1
    finish(path, "新。")
    assert translation_problems(longer, path) == []
    assert [cell.text for cell in read_translation(path)] == ["一。", "新。", "二。"]


def test_a_moved_cell_keeps_its_translation(path):
    moved = cells("Two.", "One.")
    [problem] = translation_problems(moved, path)
    assert "another order" in problem
    assert renew_translation(moved, path) == 0
    assert translation_problems(moved, path) == []


def test_a_cell_left_over_is_noticed(path):
    [problem] = translation_problems(cells("One."), path)
    assert "part-2 translates no cell" in problem
    renew_translation(cells("One."), path)
    assert "二。" in path.read_text(encoding="utf-8"), "a text is never thrown away"


def test_prose_that_is_out_of_date_stays_english(path):
    make = nbformat.v4
    notebook = make.new_notebook(cells=[make.new_markdown_cell("One."), make.new_markdown_cell("Two, edited.")])
    notebook.metadata["course"] = {}
    assert [cell.source for cell in translated_notebook(notebook, path).cells] == ["一。", "Two, edited."]


def test_lines_are_joined_without_a_blank(path):
    make = nbformat.v4
    notebook = make.new_notebook(cells=[make.new_markdown_cell("One.")], metadata={"course": {}})
    kept = "\n\n- 行\n- 列\n\n```\n源\n目\n```"
    chinese = path.read_text(encoding="utf-8").replace("一。", "# 题\n## 分\n词，\n与键 a\nb" + kept)
    path.write_text(chinese, encoding="utf-8")
    assert translated_notebook(notebook, path).cells[0].source == "# 题\n## 分\n词，与键 a\nb" + kept


@pytest.mark.parametrize("text", ["一。", "<!-- cell part-1 0123456789 -->\n\n<!-- cell part-2 0123456780 -->\n二。"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, text):
    path = tmp_path / "bad.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"bad\.md:1: "):
        read_translation(path)


# ------------------------------------------------------------------------- words in the code

CODE = '''def double(x):
    """Twice the number: x -> 2x."""
    return 2 * x      # no loop is needed

print(f"Twice {x} is {double(x):.1f}, of course", "plain", 'it\\'s not "that"')
'''


def test_pieces_are_comments_and_strings():
    assert [piece.text for piece in pieces(CODE)] == [
        "Twice the number: x -> 2x.", "no loop is needed", "Twice {x} is {double(x):.1f}, of course", "plain",
        "it\\'s not \"that\""]
    assert [piece.text for piece in pieces(CODE) if not piece.to_translate] == ["plain"]
    assert all(CODE[piece.begin:piece.end] == piece.text for piece in pieces(CODE))


def test_only_words_change():
    chinese = translated(CODE, {"no loop is needed": "不用循环", "Twice {x} is {double(x):.1f}, of course":
                                "{x} 的两倍当然是 {double(x):.1f}", "return 2 * x": "return 3"})
    assert "# 不用循环" in chinese and 'f"{x} 的两倍当然是 {double(x):.1f}"' in chinese and "return 2 * x" in chinese


@pytest.mark.parametrize("code", ["print('open", "def f(:\n", ""])
def test_code_that_cannot_be_read_stays(code):
    assert translated(code, {"open": "开"}) == code


def test_words_are_missing_changed_and_done(tmp_path):
    path, lesson = tmp_path / "zh" / "01_lesson.po", [Cell("code", CODE, 1, 1, [], id="code-1")]
    assert len(words_problems(lesson, path)) == 4
    assert renew_words(lesson, path) == 4 and read_words(path) == {}
    text = path.read_text(encoding="utf-8")
    for english, chinese in (("no loop is needed", "不用循环"), ("Twice the number: x -> 2x.", "两倍：x -> 2x。"),
                             ("Twice {x} is {double(x):.1f}, of course", "{x} 两倍是 {y}"),
                             ("it\\'s not \"that\"", "不是 “那个”")):
        id = english.replace("\\", "\\\\").replace('"', '\\"')
        assert f'msgid "{id}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{id}"\nmsgstr ""', f'msgid "{id}"\nmsgstr "{chinese}"')
    path.write_text(text, encoding="utf-8")
    [problem] = words_problems(lesson, path)
    assert "braces" in problem, "another value than the English would be shown"
    path.write_text(text.replace("{y}", "{double(x):.1f}"), encoding="utf-8")
    assert words_problems(lesson, path) == []
    edited = Cell("code", CODE.replace("no loop", "no such loop"), 1, 1, [], id="code-1")
    assert len(words_problems([edited], path)) == 1


@pytest.mark.parametrize("text, joined", [
    ("两个\n字", "两个字"), ("一个句子，\n`代码`", "一个句子，`代码`"), ("说：\n2 的平方", "说：2 的平方"),
    ("他说：\n\"是\"", "他说：\"是\""), ("得到：\n$x$ 和", "得到：$x$ 和"),
])
def test_lines_of_chinese_are_joined_where_a_blank_would_show(text, joined):
    assert unwrapped(text) == joined


@pytest.mark.parametrize("text", [
    "说：\n\n```\n中\n文\n```", "有：\n* 一\n* 二", "有：\n1. 一", "得到：\n$$x$$", "# 标题\n正文", "用 q\n和 k",
])
def test_what_is_a_line_by_itself_stays_one(text):
    assert unwrapped(text) == text
