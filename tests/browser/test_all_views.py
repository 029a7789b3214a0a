"""What every view owes to everyone: keyboard, speech, contrast, zoom, motion, and life without a kernel."""
import re

import pytest

from course._words import speaking

pytestmark = pytest.mark.slow
# JupyterLab's dark theme.
DARK = """:root { --jp-content-font-color1: #fff; --jp-layout-color0: #111; --jp-layout-color2: #424242;
  --jp-border-color1: #616161; --jp-brand-color1: #42a5f5; }"""


def test_axe_finds_nothing_serious(name, make, show):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = show(make(name), reduced_motion="reduce")
    for colours in ("/* light */", DARK):
        page.add_style_tag(content=colours)
        found = axe.run(page).response["violations"]
        serious = [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found
                   if v["impact"] in ("serious", "critical")]
        assert serious == []


def test_twice_the_size_and_no_motion(name, make, show):
    """A window of 500 CSS pixels is one of 1,000 at 200 %: nothing is cut off, tables scroll in their own frame."""
    page = show(make(name), width=500, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.getAnimations().length") == 0
    durations = "[...document.querySelectorAll('*')].map(e => getComputedStyle(e).transitionDuration)"
    assert set(page.evaluate(durations)) == {"0s"}


def test_what_is_shown_is_said(name, make, show, said):
    page = show(make(name))
    page.keyboard.press("Tab")
    for _ in range(12):                                     # somewhere among the first stops there is something to do
        page.keyboard.press("ArrowRight")
        if page.locator("[aria-live]").inner_text():
            break
        page.keyboard.press("Tab")
    assert page.locator("[aria-live]").inner_text() == said(page).replace("\n", " ")
    assert page.locator(".course-view").get_attribute("aria-label")


def test_arrow_keys_move_in_a_grid_and_the_focus_stays(name, make, show):
    page = show(make(name))
    grids = page.locator("table[role=grid]").count()
    assert grids or name == "beam"
    for n in range(grids):
        table = page.locator("table[role=grid]").nth(n)
        assert table.locator("td[tabindex='0']").count() == 1, "one stop in the order of tabs"
        size = table.evaluate("t => [t.tBodies[0].rows.length, t.tHead.rows[0].cells.length - 1]")
        table.locator("td[tabindex='0']").focus()
        place = "() => [document.activeElement.parentNode.rowIndex - 1, document.activeElement.cellIndex - 1]"
        for key, expected in [("Home", (0, 0)), ("ArrowRight", (0, min(1, size[1] - 1))), ("End", (0, size[1] - 1)),
                              ("ArrowRight", (0, size[1] - 1)), ("ArrowDown", (min(1, size[0] - 1), size[1] - 1)),
                              ("ArrowUp", (0, size[1] - 1)), ("ArrowUp", (0, size[1] - 1))]:
            page.keyboard.press(key)
            assert tuple(page.evaluate(place)) == expected
    if grids:
        page.evaluate("() => { for (const n of ['data', 'mask', 'off', 'query', 'choice', 'position', 'result']) "
                      "if (model.get(n) !== undefined) model.set(n, model.get(n)); }")
        if name not in ("translator", "shapes", "heads", "layers", "view"):
            assert page.evaluate("document.activeElement.tagName") == "TD", "after it was drawn again"


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_predict_then_reveal(name, by, make, show, state, said):
    if name == "shapes":                        # it shows places, not sizes: there is nothing to guess
        assert show(make(name)).get_by_role("button", name="Guess first").count() == 0
        return
    page = show(make(name, predict=True))
    if name == "view":
        page.get_by_label("4 softmax").check()
    if name == "beam":
        cells = page.locator("svg g[role=button]")
        assert page.locator("[data-fate=hidden]").count() == cells.count() == 3
        values = [-0.4, -1.3, -2.9]
    else:
        cells = page.locator("table[role=grid]:has(.hid) td.cell")
        assert set(cells.all_inner_texts()) == {"?"}
    if by == "mouse":
        cells.nth(0).click()
    else:
        cells.nth(0).focus()
        page.keyboard.press("Enter")
    assert state(page, "guess") == [0, 0]
    assert page.locator(".hid, [data-fate=hidden]").count() == 0
    if name != "beam":
        grid = page.locator("table[role=grid]:has(.guess)")
        values = [float(text.replace("−", "-") or 0) for text in grid.locator("td.cell").all_inner_texts()]
        best = grid.locator("td.best.best").first
        assert float(best.inner_text().replace("−", "-")) == max(values) or name == "alignment"
    assert said(page).startswith("Right" if values[0] == max(values) else "You chose")
    if values[0] != max(values):
        assert f"{max(values):.2f}"[:4].replace("-", "−") in said(page)


def test_chinese_tokens_are_drawn(make, show):
    """Not as the box that stands for what a font does not have: another character is as wide, but looks otherwise."""
    page = show(make("masks"))
    draw = """text => { const c = document.createElement('canvas'); const p = c.getContext('2d');
        p.font = getComputedStyle(document.querySelector('.course-view')).font; p.fillText(text, 5, 20);
        return c.toDataURL(); }"""
    if page.evaluate(draw, "猫") == page.evaluate(draw, "\U0010fffd"):
        pytest.skip("there is no font with Chinese characters here")
    assert page.evaluate(draw, "猫") != page.evaluate(draw, "狗")
    assert page.get_by_role("columnheader", name="猫").first.is_visible()


def test_a_view_in_chinese(make, show, state, said):
    """All that can be read in it, and all that a screen reader gets: tokens and formulas are the only Latin letters."""
    with speaking("zh"):
        page = show(make("masks"))
    assert page.evaluate("document.documentElement.lang") == "zh"
    page.get_by_role("button", name="因果加填充").click()
    assert [row[3] for row in state(page, "mask")] == [False] * 5 and "关上了" in said(page)
    weights = page.get_by_label("权重", exact=True)
    weights.locator("td.cell").nth(1).hover()
    assert said(page) == "el，black：关上了，所以它的分数按 −∞ 算，份额是 0"
    texts = page.evaluate("""[...document.querySelectorAll('.course-view, .course-view *')].flatMap((node) =>
      [node.getAttribute('aria-label') ?? '', ...[...node.childNodes].filter((n) => n.nodeType === 3).map((n) =>
        n.textContent)]).join(' ')""")
    words = set(re.findall(r"[A-Za-z]{2,}", texts))
    assert words <= {*"el gato negro duerme the black sleeps NaN softmax Tab".split()}, words
