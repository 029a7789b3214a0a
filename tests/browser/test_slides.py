"""A deck of slides, opened from disk with the network off."""
import pytest

from classroom.lecture import slides

pytestmark = pytest.mark.slow
HERE = "section section.present"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    target = tmp_path_factory.mktemp("slides") / "lesson.html"
    assert slides.main(["01", "--out", str(target)]) == 0
    return target


@pytest.fixture
def page(open_page, file):
    """The deck at 1280 by 720."""
    page = open_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    return page


def place(page) -> list[int]:
    return page.evaluate("(() => { const i = Reveal.getIndices(); return [i.h, i.v]; })()")


def to_the_first_view(page) -> None:
    page.evaluate("""(() => {
      const i = Reveal.getIndices(document.querySelector("iframe").closest("section"));
      Reveal.slide(i.h, i.v);
    })()""")
    page.wait_for_selector(f"{HERE}[data-settled=yes]")


def test_keys_lead_through_sections_and_slides(page):
    assert place(page) == [0, 0]
    page.keyboard.press("Space")
    assert place(page) == [0, 1]
    page.keyboard.press("ArrowRight")
    assert place(page) == [1, 0]
    assert page.locator(f"{HERE} h2").inner_text() == 'What should "black" look at?'
    page.keyboard.press("PageUp")
    assert place(page) == [0, 1]


def test_everything_fits(page):
    """Nothing ends below the slide or beyond its side, and nothing became too small to read."""
    count = page.evaluate("Reveal.getTotalSlides()")
    assert count > 70
    for _ in range(count):
        if page.evaluate("!!Reveal.getCurrentSlide().querySelector('iframe')"):
            page.wait_for_selector(f"{HERE}[data-settled=yes]")
        seen = page.evaluate("""(() => {
          const slide = Reveal.getCurrentSlide(), inner = slide.querySelector(".fit");
          const parts = [...inner.querySelectorAll("p, li, pre, img, table, iframe, math, h2, h3")];
          const boxes = parts.map((part) => part.getBoundingClientRect());
          return {text: inner.innerText.slice(0, 60), scale: Number(slide.dataset.scale),
                  bottom: Math.max(...boxes.map((box) => box.bottom)),
                  right: Math.max(...boxes.map((box) => box.right))};
        })()""")
        assert seen["bottom"] <= 720 and seen["right"] <= 1280 and seen["scale"] >= 0.6, seen
        page.evaluate("""(() => {
          const here = Reveal.getCurrentSlide();
          while (Reveal.getCurrentSlide() === here && (Reveal.availableFragments().next || !Reveal.isLastSlide())) {
            Reveal.next();
          }
        })()""")
    assert page.evaluate("Reveal.isLastSlide()")


def test_a_view_is_alive_and_lets_a_remote_through(page):
    to_the_first_view(page)
    before = place(page)
    frame = page.locator(f"{HERE} iframe").content_frame
    frame.get_by_role("button", name="Next").click()
    frame.get_by_label("2 scale").wait_for()
    assert frame.get_by_label("2 scale").is_checked()
    frame.get_by_label("2 scale").press("ArrowRight")
    assert place(page) == before and frame.get_by_label("3 mask").is_checked(), "arrows belong to the view"
    page.keyboard.press("PageDown")
    assert place(page) != before
    page.keyboard.press("PageUp")
    assert place(page) == before


def test_an_answer_is_not_on_the_slide_of_its_question(page):
    page.evaluate("""(() => {
      const i = Reveal.getIndices(document.querySelector("section.question"));
      Reveal.slide(i.h, i.v);
    })()""")
    assert page.locator(f"{HERE} .output_subarea").count() == 0
    page.keyboard.press("Space")
    assert page.locator(f"{HERE}.answer .output_subarea").is_visible()
    comment = page.locator(f"{HERE} .fragment")
    assert not comment.evaluate("node => node.classList.contains('visible')")
    page.keyboard.press("Space")
    assert comment.evaluate("node => node.classList.contains('visible')")


def test_it_prints_a_page_for_each_slide(page, file):
    page.goto(f"{file.as_uri()}?print-pdf")
    page.wait_for_selector("html[data-printable=yes]", state="attached")
    pages, slides, over = page.evaluate("""[
      document.querySelectorAll(".pdf-page").length, Reveal.getTotalSlides(),
      [...document.querySelectorAll(".fit")].filter((inner) => inner.getBoundingClientRect().bottom
        > inner.closest(".pdf-page").getBoundingClientRect().top + 720).map((inner) => inner.innerText.slice(0, 60)),
    ]""")
    assert pages == slides and over == []


def test_the_speakers_view_opens(page):
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.wait_for_selector("#current-slide iframe", state="attached")
    opened.value.close()


def test_axe_finds_nothing_serious(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"preload": False, "iframes": False}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:150]) for v in found if v["impact"] in ("serious", "critical")] == []
