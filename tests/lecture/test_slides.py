"""Decks of slides: every cell of a lesson is there once, in order, predictions first, solutions only on request."""
import importlib.util
import re
from functools import cache

import pytest

from classroom.build.notebook import unexecuted
from classroom.build.twin import regions
from classroom.lecture import cells, deck, slides

pytestmark = pytest.mark.slow          # whole lessons

NAMES = sorted(path.stem for path in (slides.ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))
EACH = pytest.mark.parametrize("name", NAMES)


@cache
def lesson(name: str) -> cells.Lesson:
    (found,) = cells.lessons(slides.ROOT, [name[:2]])
    return found


@cache
def made(name: str, solutions: bool = False) -> list[slides.Slide]:
    return slides.slides(lesson(name), solutions)


def codes(of: list[slides.Slide]) -> str:
    return "\n".join(cell.source for slide in of for cell in slide.cells if cell.cell_type == "code")


@EACH
def test_all_prose_is_there_once_and_in_order(name):
    shown = [cell.source for slide in made(name) for cell in slide.cells if cell.cell_type == "markdown"]
    written = [block for cell in lesson(name).notebook.cells if cell.cell_type == "markdown"
               for block in cells.blocks(cell.source) if not block.startswith("<details")]
    assert "\n".join(shown) == "\n".join(written)         # a long list may go on on the next slide


@EACH
def test_all_outputs_are_there_once(name):
    shown = [cell for slide in made(name) for cell in slide.cells if cell.cell_type == "code"]
    ran = [cell for cell in lesson(name).notebook.cells
           if cell.cell_type == "code" and "nbgrader" not in cell.metadata
           and "solution-only" not in cell.metadata.get("tags", [])]
    for what in (cells.pictures, lambda cell: cell.outputs if cells.has_view(cell) else []):
        assert sum((what(cell) for cell in shown), []) == sum((what(cell) for cell in ran), [])
    lines = [[line for cell in some for line in cells.printed(cell).splitlines() if line.strip()]
             for some in (shown, ran)]
    assert lines[0] == lines[1]


@EACH
def test_solutions_are_shown_only_on_request(name):
    answers = []
    for cell in lesson(name).notebook.cells:
        if cell.cell_type == "code" and cells.solves(cell):
            lines = cell.source.splitlines()
            answers += [line for begin, end in regions(cell.source) for line in lines[begin + 1:end] if line.strip()]
    turns = [slide for slide in made(name) if slide.kind == "turn"]
    exercises = [found for cell in lesson(name).notebook.cells if (found := cells.exercise_of(cell))]
    assert [re.search(r"Exercise (\S+)", slide.cells[0].source)[1] for slide in turns] == exercises
    for slide in turns:                                  # neither in the box nor in the stub
        assert not [line for line in answers if len(line.strip()) > 12 and line in codes([slide])]
    assert not [slide for slide in made(name) if slide.kind == "solution"]
    with_solutions = codes([slide for slide in made(name, True) if slide.kind == "solution"])
    assert answers and not [line for line in answers if line not in with_solutions]
    assert "BEGIN SOLUTION" not in with_solutions and "check(" not in codes(turns)


@EACH
def test_a_prediction_comes_before_its_answer(name):
    predicted = list(cells.predictions(lesson(name).notebook))
    deck = made(name)
    for prediction in predicted:
        at = next(n for n, slide in enumerate(deck)
                  if slide.kind == "question" and any(cell.source == prediction.question[-1] for cell in slide.cells))
        after = next(n for n, slide in enumerate(deck) if n > at and slide.kind != "question")
        asked, answered = deck[at:after], deck[after]
        assert not [cell for slide in asked for cell in slide.cells if cell.get("outputs")]
        assert answered.kind in ("answer", "view") and answered.cells[0].outputs
    assert len(predicted) == len({id(prediction.cell) for prediction in predicted})


@EACH
def test_slides_are_not_crowded(name):
    """By the estimate; the page makes smaller what is higher than that. A picture may be as large as it is."""
    crowded = [(slide.section, slide.height()) for slide in made(name, True)
               if slide.height() > 1.7 * 560 and not any(map(cells.pictures, slide.cells))]
    assert not crowded
    assert all(slide.cells for slide in made(name))


@pytest.mark.slow
def test_a_deck_needs_no_network_and_is_the_same_twice():
    notebook = slides.notebook_of(slides.slides(lesson(NAMES[1])))
    text = deck.deck(notebook, "Attention & more")
    assert text == deck.deck(slides.notebook_of(slides.slides(lesson(NAMES[1]))), "Attention & more")
    assert "<title>Attention &amp; more</title>" in text
    own = re.sub(r"<script>.*?</script>|srcdoc=\"[^\"]*\"|<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert not re.search(r"<link|@import|url\(\s*['\"]?http|src=(?!['\"]data:)", own)
    assert own.count("<section") == own.count("</section>") == len(made(NAMES[1])) + sum(
        slide.first for slide in made(NAMES[1])) + (not made(NAMES[1])[0].first)
    assert "<math " in text and "MathJax" not in own and "reveal.js 5" in text


def test_no_block_of_a_diagram_leads_to_a_notebook_that_is_not_there():
    link = r'<a href="\d\d_\w+\.ipynb'
    assert any(re.search(link, str(cell.outputs)) for cell in lesson("06_encoder").notebook.cells if "outputs" in cell)
    assert not re.search(link, deck.deck(slides.notebook_of(made("06_encoder")), "The encoder"))


def test_the_command(tmp_path, capsys):
    target = tmp_path / "deep" / "lecture.html"
    assert slides.main([NAMES[0][:2], "--out", str(target)]) == 0
    assert str(target) in capsys.readouterr().out and target.stat().st_size > 200_000
    assert slides.main(["77", "--out", str(tmp_path / "none.html")]) == 1
    assert "there is no lesson '77'" in capsys.readouterr().err and not (tmp_path / "none.html").exists()


def test_without_reveal_it_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    deck._library.cache_clear()
    assert slides.main([NAMES[0][:2], "--out", str(tmp_path / "deck.html")]) == 1
    assert "pip install 'sphinx-revealjs" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_lesson_that_was_not_executed_is_refused(tmp_path):
    folder = tmp_path / "solutions"
    folder.mkdir()
    (folder / "01_x.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    with pytest.raises(cells.LectureError, match="not there; run `make notebooks`"):
        cells.lessons(tmp_path, ["1"])
    text = (slides.ROOT / "solutions" / f"{NAMES[0]}.ipynb").read_text(encoding="utf-8")
    (folder / "01_x.ipynb").write_text(re.sub(r'"execution_count": \d+', '"execution_count": null', text),
                                       encoding="utf-8")
    with pytest.raises(cells.LectureError, match="has not been executed"):
        cells.lessons(tmp_path, ["1"])
    assert not unexecuted(lesson(NAMES[0]).notebook)
