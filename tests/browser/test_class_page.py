"""The teacher's page of a class: its table sorts, from disk and by keyboard."""
import pytest

from tests.grading.test_reports_pages import class_page, exercise, record


@pytest.mark.slow
def test_sorting_by_keyboard(open_page, tmp_path):
    records = [record("ada", exercise()), record("bob", exercise(status="wrong")), record("cleo", exercise(), late=0)]
    class_page(tmp_path, records)
    page = open_page()
    page.goto((tmp_path / "class.html").as_uri())
    order = "() => [...document.querySelectorAll('tbody tr')].map(row => row.cells[0].dataset.sort)"
    page.locator("thead button").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate(order)[0] == "bob" and page.locator("[aria-sort=ascending]").count() == 1
    page.keyboard.press("Enter")
    assert page.evaluate(order)[-1] == "bob"
    page.locator("thead button").first.focus()
    page.keyboard.press("Space")
    assert page.evaluate(order) == ["ada", "bob", "cleo"]
