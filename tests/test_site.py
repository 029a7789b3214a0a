"""What the exported site is made of, without a browser."""
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from classroom import site
from classroom.site.lesson import body, read_lesson
from classroom.site.words import described, name_of, words
from course._words import in_script, languages, speaking, translated

SOLUTION = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
STUB = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError"
HEADINGS = ("# Lesson 01 · Doubles\n\nA $x^2$ and `$y$`.\n\n## The same words\n\nfirst\n\n## The same words\n\n"
            "See [above](#The-same-words).\n\n### Exercise 1.1 · double        ●○○  about 5 minutes · 1 point\n\n"
            "Double it.")
EMBED = '<p><a href="translator.html">translator.html</a></p><embed src="translator.html" title="The translator">'


@pytest.fixture
def repository(tmp_path):
    """A repository of one lesson with a Chinese edition."""
    def cells(*sources):
        made = [new_markdown_cell(sources[0]), new_code_cell(sources[1], execution_count=1),
                new_code_cell("print(2)", execution_count=2, metadata={"tags": ["solution-only"]})]
        for number, cell in enumerate(made):
            cell.id = f"cell-{number}"
        return made

    solved = cells(HEADINGS, SOLUTION)
    solved[2].outputs = [new_output("stream", text="unsearchable\n"),
                         new_output("display_data", {"text/html": EMBED, "text/plain": ""})]
    chinese = "# 第 01 课 · 加倍\n\n## 加倍\n\n中文"
    translated = cells(chinese, SOLUTION.replace("def", "# 两倍\ndef"))
    translated[2].outputs = [new_output("stream", text="输出\n")]
    for folder, made in (("solutions", solved), ("notebooks", cells(HEADINGS, STUB)),
                         ("solutions/zh", translated), ("notebooks/zh", cells(chinese, STUB))):
        (tmp_path / folder).mkdir(exist_ok=True)
        nbformat.write(new_notebook(cells=made), tmp_path / folder / "01_doubles.ipynb")
    return tmp_path


def test_a_site_without_a_translator_is_whole(repository, tmp_path):
    target = tmp_path / "out"
    written = site.export(repository, target)
    assert [path.name for path in written] == ["index.html", "01_doubles.html"]
    page = (target / "01_doubles.html").read_text(encoding="utf-8")
    assert "translator.js" not in page and "<embed" not in page and words("en")["no_page"] in page
    assert "Try the translator" not in (target / "index.html").read_text(encoding="utf-8")
    assert not (target / "translator.html").exists()
    chinese = (target / "zh/01_doubles.html").read_text(encoding="utf-8")
    assert '<html lang="zh"' in chinese and all(text in chinese for text in ("中文", "# 两倍", "输出", "解答"))
    assert 'href="../01_doubles.html" lang="en"' in chinese and 'href="zh/01_doubles.html" lang="zh"' in page
    linked = {address.partition("#")[0] for text in map(lambda path: path.read_text(encoding="utf-8"), written)
              for address in re.findall(r'(?:href|src)="([^"]*)"', text)} - {"", "data:,"}
    assert "assets/site.css" in linked
    assert [address for address in linked if not (target / address).exists()] == []


def test_a_solution_is_folded_below_its_stub(repository):
    notebook = read_lesson(repository / "solutions/01_doubles.ipynb", repository / "notebooks", words("en"))
    text, _ = body(notebook)
    before, folded, with_output = re.sub(r"</?span[^>]*>", "", text).split('<details class="solution">')
    assert "YOUR CODE HERE" in before and "return" not in before
    assert "2 * x" in folded and "SOLUTION" not in folded
    assert all(part in with_output.partition("</details>")[0] for part in ("print", "unsearchable"))


def test_sections_have_anchors_of_their_own_and_hold_what_can_be_searched(repository):
    notebook = read_lesson(repository / "solutions/01_doubles.ipynb", repository / "notebooks", words("en"))
    text, sections = body(notebook)
    assert [(one.level, one.anchor, one.short) for one in sections] == [
        (1, "lesson-01-doubles", "Lesson 01 · Doubles"), (2, "the-same-words", "The same words"),
        (2, "the-same-words-2", "The same words"), (3, "exercise-1-1-double", "Exercise 1.1 · double")]
    assert all(f'id="{one.anchor}"' in text for one in sections)
    assert 'href="#the-same-words"' in text
    assert sections[1].text == "first"
    assert sections[0].text == "A and $y$."            # formulas are left out, code is not
    assert "return 2 * x" in sections[3].text and "unsearchable" not in sections[3].text


def test_the_index_names_each_section_once(repository, tmp_path):
    site.export(repository, tmp_path / "out")
    stored = (tmp_path / "out/assets/index.js").read_text(encoding="utf-8")
    index = json.loads(stored.removeprefix("window.courseIndex = ").removesuffix(";\n"))
    assert {(one["page"], one["language"]) for one in index} == {
        ("01_doubles.html", "en"), ("zh/01_doubles.html", "zh")}
    places = [(one["page"], one["anchor"]) for one in index]
    assert len(places) == len(set(places)) == 6


def test_what_is_missing_is_said(repository, tmp_path, capsys):
    with pytest.raises(site.SiteError, match="there are no lessons here"):
        site.export(tmp_path / "notebooks", tmp_path / "out")
    path = repository / "solutions/01_doubles.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].execution_count = None
    nbformat.write(notebook, path)
    assert site.main([str(tmp_path / "out"), "--translator", "none"], root=repository) == 1
    assert "01_doubles.ipynb has not been executed" in capsys.readouterr().err
    assert site.main([str(tmp_path / "out"), "--translator", str(tmp_path / "no.pt")], root=repository) == 1
    assert "there is no file" in capsys.readouterr().err


def test_without_lessons_no_translator_is_trained(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(site, "_trained", lambda: pytest.fail("a translator was asked for"))
    assert site.main([str(tmp_path / "out")], root=tmp_path) == 1
    assert "there are no lessons here" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_each_language_has_all_words():
    named = {code: words(code) for code in languages()}
    assert [name_of(code) for code in ("en", "zh", "fr", "qqq")] == ["English", "中文", "français", "qqq"]
    assert all(all(own.values()) and own.keys() == named["en"].keys() for own in named.values())
    with pytest.raises(KeyError, match="no edition in 'xx'"):
        words("xx")


@pytest.mark.slow
def test_the_chinese_front_page_names_all_lessons_in_chinese(tmp_path):
    """Made from the headings alone of the lessons that there are."""
    names = sorted(path.stem for path in (site.ROOT / "solutions").glob("[0-9][0-9]_*.py"))
    for folder, source in (("solutions", "solutions"), ("solutions/zh", "notebooks/zh")):
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            notebook = nbformat.read(site.ROOT / source / f"{name}.ipynb", as_version=4)
            heading = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
            nbformat.write(new_notebook(cells=[heading]), tmp_path / folder / f"{name}.ipynb")
    for name in ("README.md", "README.zh.md"):
        (tmp_path / name).write_bytes((site.ROOT / name).read_bytes())
    site.export(tmp_path, tmp_path / "out", only=[])
    front = (tmp_path / "out/zh/index.html").read_text(encoding="utf-8")
    cards = re.findall(r"<li>\s*<a href=.*?</li>", front.partition('class="cards"')[2], re.DOTALL)
    assert len(cards) == len(names) == len(described(tmp_path, "zh")) == 15
    for number, card in enumerate(cards):
        title, builds, minutes = re.fullmatch(
            r'<li>\s*<a href=[^>]*>(.*?)</a>\s*<p>(.*?)</p>\s*<p class="small">(.*?)</p>\s*</li>', card, re.DOTALL,
        ).groups()
        assert title.startswith(f"第 {number:02d} 课 · ") and re.search("[\u3400-\u9fff]", title)
        assert len(re.findall("[\u3400-\u9fff]", builds)) > 6 and minutes.endswith(" 分钟"), builds
        assert 'lang="en"' not in card
    assert '<html lang="zh"' in front and 'href="../index.html" lang="en"' in front


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_what_the_scripts_of_the_site_say_is_translated(code):
    said = in_script((site.ROOT / "classroom/site/assets/alive.js").read_text(encoding="utf-8"))
    with speaking(code):
        assert len(said) > 5 and translated(said).keys() == set(said)
