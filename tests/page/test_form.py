"""The form of lesson 14: what stands in its fields is what the page will say."""
import pytest

from course.page import About
from course.page.form import AboutForm

ABOUT = About("English", "<b>Chinese", "en", "zh", "patterns", "20", "CC BY", ("A cat.", "A dog."))


@pytest.fixture
def form(tmp_path):
    """A form, and what it has handed over."""
    given = []

    def write(about):
        given.append(about)
        if about.source == "nothing":
            raise ValueError("a <language> is needed")
        (tmp_path / "mine.html").write_bytes(bytes(20_000))
        return tmp_path / "mine.html"
    return AboutForm(ABOUT, write), given


def test_what_it_begins_with_is_what_it_hands_over(form):
    form, given = form
    assert form.about() == ABOUT
    form.button.click()
    assert given == [ABOUT] and "mine.html: 0.02 MB" in form.said.value


def test_what_is_typed_is_handed_over(form):
    form, given = form
    form.fields["target"].value = " Hindi "
    form.fields["examples"].value = "One.\n\n  Two. \n"
    form.button.click()
    assert (given[0].target, given[0].examples, given[0].licence) == ("Hindi", ("One.", "Two."), "CC BY")


def test_what_is_wrong_is_said_in_the_form(form):
    form, _ = form
    form.fields["source"].value = "nothing"
    form.button.click()
    assert "a &lt;language&gt; is needed" in form.said.value


def test_without_a_kernel_a_table_remains(form):
    data, _ = form[0]._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert all(text in data["text/html"] for text in ("&lt;b&gt;Chinese", "patterns", "CC BY", "A dog."))
    assert "trained with: patterns" in data["text/plain"]
