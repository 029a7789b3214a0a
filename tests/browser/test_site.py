"""The exported site, opened from disk with the network off."""
import ast

import pytest

from classroom import site

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]
NAMES = sorted(path.stem for path in (site.ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="session")
def folder(chromium, tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    written = site.export(site.ROOT, target)
    assert [path.stem for path in written] == ["index", *NAMES]
    return target


@pytest.fixture
def visit(open_page, folder):
    """visit(name): a page from disk. Whatever it asks for that is not a file is an error."""
    asked = []

    def visited(name: str):
        page = open_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield visited
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []


def test_the_index_leads_to_every_lesson(visit):
    page = visit("index")
    links = page.locator("ol.lessons a")
    assert [link.get_attribute("href") for link in links.all()] == [f"{name}.html" for name in NAMES]
    links.first.click()
    page.wait_for_url(f"**/{NAMES[0]}.html")
    page.locator("a[rel=next]").first.click()
    page.wait_for_url(f"**/{NAMES[1]}.html")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("lesson", NAMES)
def test_a_lesson_is_whole(lesson, visit):
    page = visit(lesson)
    text = page.locator("main").inner_text()
    twin = (site.ROOT / "solutions" / f"{lesson}.py").read_text(encoding="utf-8")
    assert "FORMULA" not in text
    formulas = page.evaluate("[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().width)")
    assert all(width > 0 for width in formulas)
    assert bool(formulas) == ("$" in twin)
    assert page.locator("merror").count() == 0
    pictures = page.evaluate("[...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt.length > 0])")
    assert all(drawn and told for drawn, told in pictures)
    frames = page.locator("iframe")
    assert frames.count() == count_views(twin)
    for n in range(frames.count()):
        frame = frames.nth(n).content_frame
        frame.locator("html[data-ready=yes]").wait_for(state="attached")
        assert frame.locator(".course-view").is_visible()
        assert frame.locator(".course-view :is(svg, table, [role=grid])").count(), "the view has drawn nothing"
    page.wait_for_function("[...document.querySelectorAll('iframe')].every(f => "
                           "Math.abs(f.getBoundingClientRect().height - f.contentDocument.body.scrollHeight) < 4)")


def test_a_view_on_a_page_works(visit):
    page = visit(NAMES[1])
    frame = page.locator("iframe").first.content_frame
    frame.get_by_role("button", name="Next").click()
    frame.get_by_label("2 scale").wait_for()
    assert frame.get_by_label("2 scale").is_checked()
    assert not page.locator("details:has(table)").first.evaluate("node => node.open"), "the table is folded away"


def test_axe_finds_nothing_serious_on_a_page(visit):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for name in ("index", NAMES[1]):
        found = axe.run(visit(name), options={"preload": False, "iframes": False}).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:150]) for v in found if v["impact"] in ("serious", "critical")] == []


def count_views(twin: str) -> int:
    """The cells of a twin whose last line shows an interactive view."""
    cells = twin.split("\n# %%")
    count = 0
    for cell in cells:
        if "interactive." not in cell or cell.startswith(" [markdown]"):
            continue
        body = ast.parse(cell.partition("\n")[2]).body
        count += isinstance(body[-1], ast.Expr) and ast.unparse(body[-1]).startswith("interactive.")
    return count
