"""What learners call, in text, in IPython and in a notebook, and how it looks there."""
import html.parser
import re

import nbclient
import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from classroom import CheckFailed, carry_on, check, evaluate, hint, own, solution
from classroom.judge import panel, record
from classroom.judge.verdict import Verdict
from course.views import interactive


@pytest.fixture(autouse=True)
def own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path))


def right(q, k):
    return q @ k.T


def wrong(q, k):
    return q @ k.T / np.sqrt(q.shape[-1])


# ------------------------------------------------------------------------------------- in text

def test_check_prints_the_verdict_and_returns_it(capsys):
    verdict = check("1.1", right)
    assert verdict.status == "correct"
    text = capsys.readouterr().out
    assert text.startswith("Exercise 1.1 · dot-product scores: 1 of 1 point\n\nCorrect. ")
    assert max(map(len, text.splitlines())) <= 100


def test_check_raises_an_assertion_error_that_carries_the_text(capsys):
    with pytest.raises(AssertionError, match="exactly the dot products divided by √d_k") as caught:
        check("1.1", wrong)
    assert isinstance(caught.value, CheckFailed)
    assert caught.value.verdict.mistake == "scaled-already"
    assert "Not yet." in "\n".join(caught.value._render_traceback_())


def test_an_untouched_exercise_does_not_raise(capsys):
    def stub(q, k):
        raise NotImplementedError

    assert check("1.1", stub).status == "not attempted"
    assert "Not attempted yet." in capsys.readouterr().out
    assert record.load().get("1.1", {"attempts": 0})["attempts"] == 0


def test_hints_open_one_at_a_time_and_are_recorded(capsys):
    texts = []
    for _ in range(4):
        hint("1.1")
        texts.append(capsys.readouterr().out)
    assert [text.count("Hint ") for text in texts] == [1, 2, 3, 3]
    assert "last hint" in texts[2] and "last hint" not in texts[1]
    assert record.load()["1.1"]["hints"] == 3


def test_the_solution_is_shown_and_recorded(capsys):
    solution("1.1")
    text = capsys.readouterr().out
    assert "def dot_product_scores(q, k):" in text and "    return q @ k.T" in text
    assert record.load()["1.1"]["solution"] is True


def test_unknown_exercises_are_refused_by_all():
    for call in (hint, solution, lambda id: check(id, right), lambda id: carry_on(id, right)):
        with pytest.raises(KeyError, match="there is no exercise '1.77'"):
            call("1.77")


def test_carry_on_gives_back_what_is_right_and_else_the_librarys(capsys):
    assert carry_on("1.1", right) is right
    assert capsys.readouterr().out == ""
    library = carry_on("1.1", wrong)
    assert library is not wrong and (library(np.eye(2), np.eye(2)) == np.eye(2)).all()
    line = capsys.readouterr().out
    assert line == ("Exercise 1.1: what you have here is still to be written, or not right yet. The cells below use "
                    "the course's `dot_product_scores`.\n")
    assert record.load() == {}


def test_carry_on_does_not_evaluate_again_what_was_just_checked(monkeypatch, capsys):
    from classroom.judge import judgement
    check("1.1", right)
    monkeypatch.setattr(judgement, "judge", lambda *args, **kwargs: pytest.fail("evaluated again"))
    assert carry_on("1.1", right) is right


# ------------------------------------------------------------------------------------ the panel

class Reader(html.parser.HTMLParser):
    """Checks that tags are closed in order, and collects text and attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.attributes = [], "", []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(markup):
    reader = Reader()
    reader.feed(markup)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("status, words", [("correct", "Correct."), ("wrong", "Not yet."),
                                           ("error", "It stopped with an error."),
                                           ("not attempted", "Not attempted yet.")])
def test_the_panel_says_its_status_in_words(status, words):
    verdict = Verdict("1.1", "scores", status, 0, 1, "Two rows:\n\n    1 2\n    3 4\n\nand `code`.")
    reader = read(panel.as_html(verdict))
    assert words in reader.text and "0 of 1 point" in reader.text
    assert ("aria-label", f"Exercise 1.1 · scores: {words}") in reader.attributes
    assert "    1 2\n    3 4" in str(verdict)


def test_the_panel_follows_the_theme():
    markup = panel.as_html(Verdict("1.1", "scores", "wrong", 0, 1, "A `b`.\n\n    c"))
    colours = re.findall(r"(?:color|background|border-left):[^;']*", markup)
    assert colours and all("var(--jp-" in c or "inherit" in c or "none" in c for c in colours)


def test_everything_in_the_panel_is_escaped():
    nasty = "<script>alert('1')</script> & \"quoted\""
    verdict = Verdict("1.1", nasty, "wrong", 0, 1, f"{nasty} `{nasty}`\n\n    {nasty}", printed=nasty)
    markup = panel.as_html(verdict)
    assert "<script" not in markup
    assert read(markup).text.count("<script>") == 5


def test_a_learners_own_text_reaches_the_panel_escaped():
    def answer(q, k):
        raise ValueError("<img src=x onerror=alert(1)>")

    verdict = evaluate("1.1", answer)
    assert "<img" in verdict.message and "<img" not in panel.as_html(verdict)


# ------------------------------------------------------------------------------------ in IPython

@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_cell("import numpy as np\nfrom classroom import check, carry_on, hint, solution")
    yield shell
    InteractiveShell.clear_instance()


def test_in_ipython_a_wrong_answer_shows_the_text_once_and_no_traceback(shell):
    with capture_output() as captured:
        result = shell.run_cell("check('1.1', lambda q, k: k @ q.T)")
    shown = captured.stdout + "".join(str(o.data.get("text/plain", "")) for o in captured.outputs)
    assert isinstance(result.error_in_exec, CheckFailed)
    assert shown.count("rows and columns exchanged") == 1
    assert "Traceback" not in shown and "See the panel above" in shown


def test_in_ipython_a_right_answer_is_shown_once_even_as_the_last_expression(shell):
    with capture_output() as captured:
        shell.run_cell("verdict = check('1.1', lambda q, k: q @ k.T)\nverdict")
    assert len(captured.outputs) == 1
    assert re.fullmatch(r"(Out\[\d\]:)?", captured.stdout.strip())     # a terminal's empty prompt
    assert set(captured.outputs[0].data) == {"text/plain", "text/html"}
    with capture_output() as again:
        shell.run_cell("verdict")
    assert len(again.outputs) == 1


def test_the_answer_is_bound_late(shell):
    with capture_output():
        shell.run_cell("def half(q, k): return k")
        shell.run_cell("def dot_product_scores(q, k): return half(q, k)")
        assert shell.run_cell("check('1.1', dot_product_scores)").error_in_exec is not None
        shell.run_cell("def half(q, k): return q @ k.T")
        assert shell.run_cell("check('1.1', dot_product_scores)").error_in_exec is None


def test_an_error_shows_the_line_of_the_cell(shell):
    with capture_output() as captured:
        shell.run_cell("def dot_product_scores(q, k):\n    scores = q @ k.T\n    return scores[7]")
        shell.run_cell("check('1.1', dot_product_scores)")
    assert "line 3 of dot_product_scores: return scores[7]" in captured.outputs[0].data["text/plain"]


@pytest.mark.slow
def test_in_a_real_notebook(tmp_path, monkeypatch):
    """The kernel's own way of showing errors, and outputs that a notebook can store."""
    cells = [
        "from classroom import check, carry_on, hint",
        "def dot_product_scores(q, k):\n    return k @ q.T",
        "check('1.1', dot_product_scores)",
        "dot_product_scores = carry_on('1.1', dot_product_scores)",
        "check('1.1', dot_product_scores)",
        "hint('1.1')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3").execute()
    nbformat.validate(notebook)
    wrong, error = notebook.cells[2].outputs
    assert wrong.output_type == "display_data" and "Not yet." in wrong.data["text/html"]
    assert error.output_type == "error" and error.ename == "CheckFailed"
    assert error.traceback == ["Exercise 1.1: not right yet. See the panel above."]
    assert "use the course's" in notebook.cells[3].outputs[0].text
    lent, = notebook.cells[4].outputs
    assert "Not attempted yet." in lent.data["text/plain"] and "`carry_on` lends" in lent.data["text/plain"]
    assert "Hint 1 of 3" in notebook.cells[5].outputs[0].data["text/plain"]


# ------------------------------------------------------------------- the learner's own, also when it is wrong


def test_own_is_the_last_attempt_whatever_carry_on_gave():
    def softmax_then_scale(q, k, v):
        shares = np.exp(q @ k.T) / np.exp(q @ k.T).sum(-1, keepdims=True) / np.sqrt(q.shape[-1])
        return shares @ v, shares

    with pytest.raises(CheckFailed):
        check("1.3", softmax_then_scale)
    assert carry_on("1.3", softmax_then_scale) is not softmax_then_scale
    assert own("1.3") is softmax_then_scale
    q = np.array([[0.0, 1], [2, 1], [1, 1]])
    seen = interactive.view(own("1.3"), q, q, q)
    assert seen.data["departs"] == "scale" and seen.stage == 1 and "agrees" not in seen.data["verdict"]


def test_own_is_the_courses_while_nothing_is_written_and_says_so():
    def split_heads(x, n_heads):
        raise NotImplementedError

    assert carry_on("4.1", split_heads) is not split_heads
    view = interactive.shapes(own("4.1"))
    assert view.yours["text"] == "Your split_heads is not written yet." and not view.yours["same"]
    carry_on("1.3", lambda q, k, v: None)
    q = np.eye(2)
    seen = interactive.view(own("1.3"), q, q, q)
    assert "the course's" in seen.label and seen.data["yours"] is None
    assert seen.data["verdict"] == "This is the course's function. Yours is not written yet."
    with pytest.raises(KeyError, match="there is no exercise '99.1'"):
        own("99.1")


def test_stressed_words_are_stressed_and_products_are_left_alone():
    from classroom.judge.panel import to_html
    shown = to_html("It looks for a *noun*, and `f(*a, *b)` or 2 * x * y are code.")
    assert "a <em>noun</em>, and" in shown and shown.count("<em>") == 1
