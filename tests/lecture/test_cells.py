"""Reading a lesson for a lecture: blocks of prose, what asks a question, which cell answers it."""
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from classroom.lecture import cells
from classroom.lecture.text import with_mathml, with_tex


def test_blocks_stay_whole():
    text = ("# Title\nA paragraph\nof two lines.\n\n- one\n- two\n\n```python\nx = 1\n\ny = 2\n```\n\n"
            "$$\na\n\nb\n$$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
            "<details><summary>S</summary>\n\nhidden\n\n</details>\n")
    assert cells.blocks(text) == [
        "# Title", "A paragraph\nof two lines.", "- one\n- two", "```python\nx = 1\n\ny = 2\n```", "$$\na\n\nb\n$$",
        "| a | b |\n|---|---|\n| 1 | 2 |", "<details><summary>S</summary>\n\nhidden\n\n</details>"]
    assert cells.blocks("$$ a $$\n\nText") == ["$$ a $$", "Text"]


@pytest.mark.parametrize(("block", "expected"), [
    ("Which word fits best? Look at the lists first, then run the cell.", True),
    ("Will softmax give it more, or less?", True),
    ('"cat" got one half. Will it get "more"?', True),
    ("Sketch the two curves before you run the cell.", True),
    ("What do the pieces cost? Guess first. Then run it. And read the table.", True),
    ("Why this divisor? We measure that below. First see what it does:", False),
    ("The values say: *is it dark, is it alive?*", False),
    ("A model can copy the word that it has to predict:", False),
    ("It is what the paper calls attention.", False),
    ("> \"Is it so?\"", False), ('"Do I need a larger model?"', False), ("### Does it learn?", False),
    ("| a? |", False),
])
def test_what_asks(block, expected):
    assert cells.asks(block) is expected


def output(text: str):
    return [new_output("stream", text=text)]


def test_a_prediction_has_its_question_its_cell_and_its_answer():
    notebook = new_notebook(cells=[
        new_markdown_cell("# Lesson\n\nWhat is 1 + 1?"), new_code_cell("print(1 + 1)", outputs=output("2\n")),
        new_markdown_cell("It is 2, as always:\n\n$$1 + 1 = 2$$\n\nAnd 2 + 2?"),
        new_code_cell("print(2 + 2)", outputs=output("4\n")), new_code_cell("draw()", outputs=output("again\n")),
        new_markdown_cell("### Exercise 1.1 · sum\nWhat is 3 + 3?"), new_code_cell("x = 6", outputs=output("6\n")),
        new_markdown_cell("What does this show?"), new_code_cell("silent = 1"),
    ])
    first, second = cells.predictions(notebook)
    assert (first.section, first.question, first.cell.source) == ("Lesson", ["What is 1 + 1?"], "print(1 + 1)")
    assert first.comment == ["It is 2, as always:", "$$1 + 1 = 2$$"]
    assert second.question[-1] == "And 2 + 2?" and second.comment == []      # an exercise comes next


def test_lines_that_go_on_are_taken_out():
    cell = new_code_cell('f = carry_on(\n    "1.1", f)\n\nprint(f(1))')
    assert cells.without_going_on(cell) == "print(f(1))"
    assert cells.without_going_on(new_code_cell("print(2)")) == "print(2)"


def test_formulas():
    text = "Divide by $\\sqrt{d_k}$ if $a<b$; `$x$` costs 5 $. Stop at <eos>.\n\n$$QK^\\top$$"
    tex = with_tex(text)
    assert r"\(\sqrt{d_k}\)" in tex and r"\(a&lt;b\)" in tex and r"\[QK^\top\]" in tex
    assert "<code>$x$</code> costs 5 $" in tex and "&lt;eos&gt;" in tex
    mathml = with_mathml(text)
    assert mathml.count("<math ") == 3 and 'display="block"' in mathml and "<code>$x$</code>" in mathml


def test_links_within_the_course_become_text():
    assert with_tex("See [lesson 02](02_x.ipynb) and [the paper](https://example.org/p).") == (
        '<p>See lesson 02 and <a href="https://example.org/p">the paper</a>.</p>')
