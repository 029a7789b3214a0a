"""The exported site, opened from disk with the network off."""
import ast
import re

import pytest

from classroom import site
from course.decoding import beam_search
from course.page import Saved, with_fewer_bits
from course.page.saved import About
from course.views import running
from course.views.beam import Node, _layout, _ways_to_the_best

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]
NAMES = sorted(path.stem for path in (site.ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))
TRANSLATOR, DECODING, READING, SHIP = "09_translator", "10_decoding", "11_reading_attention", "14_ship_it"


@pytest.fixture(scope="session")
def folder(chromium, small_translator, tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    written = site.export(site.ROOT, target, Saved(*small_translator, About()))
    assert [path.stem for path in written] == ["index", *NAMES]
    return target


@pytest.fixture
def visit(open_page, folder):
    """visit(name): a page from disk."""
    def visited(name: str, **options):
        page = open_page(**options)
        page.goto((folder / f"{name}.html").as_uri())
        return page

    return visited


def test_the_front_page_leads_to_every_lesson(visit):
    page = visit("index")
    links = page.locator(".cards a")
    assert [link.get_attribute("href") for link in links.all()] == [f"{name}.html" for name in NAMES]
    assert all(len(card.inner_text()) > 40 for card in page.locator(".cards li p:first-of-type").all()[:3])
    assert page.locator(".cards li p:first-of-type").count() == len(NAMES), "each says what is built in it"
    links.first.click()
    page.wait_for_url(f"**/{NAMES[0]}.html")
    page.locator("a[rel=next]").click()
    page.wait_for_url(f"**/{NAMES[1]}.html")
    assert page.locator("h1").count() == 1


def test_the_view_on_the_front_page_can_be_touched(visit):
    frame = visit("index").locator("iframe").content_frame
    frame.get_by_role("button", name="Next").click()
    assert frame.get_by_label("2 scale").is_checked()
    assert "Your function" not in frame.locator("body").inner_text()


@pytest.mark.parametrize("lesson", [*NAMES, f"zh/{NAMES[1]}", f"zh/{DECODING}"])
def test_a_lesson_is_whole(lesson, visit):
    page = visit(lesson)
    text = page.locator("main").inner_text()
    twin = (site.ROOT / "solutions" / f"{lesson.removeprefix('zh/')}.py").read_text(encoding="utf-8")
    assert "FORMULA" not in text
    formulas = page.evaluate("""() => {
      document.querySelectorAll("details.solution").forEach((one) => { one.open = true; });
      return [...document.querySelectorAll("math")].map((m) => m.getBoundingClientRect().width);
    }""")
    assert all(width > 0 for width in formulas)
    assert bool(formulas) == ("$" in twin)
    assert page.locator("merror").count() == 0
    pictures = page.evaluate("[...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt.length > 0])")
    assert all(drawn and told for drawn, told in pictures)
    frames = page.locator(".output_html > div > iframe")
    assert frames.count() == count_views(twin)
    for n in range(frames.count()):
        frame = frames.nth(n).content_frame
        frame.locator("html[data-ready=yes]").wait_for(state="attached")
        assert frame.locator(".course-view").is_visible()
        assert frame.locator(".course-view :is(svg, table, [role=grid])").count(), "the view has drawn nothing"
    page.wait_for_function("[...document.querySelectorAll('iframe')].every(f => "
                           "Math.abs(f.getBoundingClientRect().height - f.contentDocument.body.scrollHeight) < 4)")
    sections = page.locator("#lessons ul a").evaluate_all(
        "links => links.map(a => decodeURIComponent(a.hash.slice(1)))")
    assert len(sections) == len(set(sections)) > 4
    assert page.evaluate("ids => ids.filter(id => !document.getElementById(id))", sections) == []
    assert page.evaluate("[...document.querySelectorAll('[id]')].map(n => n.id).filter((id, i, all) => "
                         "all.indexOf(id) !== i)") == []
    assert page.locator("#lessons > ol > li").count() == len(NAMES)


def test_solutions_are_folded_below_their_stubs(visit):
    page = visit(NAMES[1])
    first = page.locator("details.solution").first
    assert page.locator("details.solution[open]").count() == 0
    assert not page.get_by_text("return q @ k.T").first.is_visible()
    assert page.get_by_text("YOUR CODE HERE").first.is_visible()
    first.locator("summary").click()
    assert page.get_by_text("return q @ k.T").first.is_visible()
    assert "SOLUTION" not in page.locator("main").inner_text()


def test_the_search_finds_a_word_in_any_lesson_and_leads_there(visit):
    page = visit("index")
    page.keyboard.press("/")
    page.keyboard.type("label smoothing")
    page.locator("#results a").first.wait_for()
    assert re.fullmatch(r"\d+ found", page.locator("#count").inner_text())
    assert page.locator("#results mark").first.inner_text().lower() in ("label", "smoothing")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*.html#*")
    heading = page.url.partition("#")[2]
    assert page.locator(f"[id='{heading}']").is_visible()
    assert "smoothing" in page.locator("main").inner_text()
    page.locator("#query").fill("zzzxq")
    page.get_by_text("Nothing found.").wait_for()
    page.locator("#query").press("Escape")
    assert not page.locator("#results").is_visible()


def test_code_can_be_copied(visit):
    page = visit(NAMES[1], permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".highlight").first
    block.hover()
    block.get_by_role("button", name="Copy", exact=True).click()
    block.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == block.locator("pre").inner_text().rstrip("\n")


def test_the_theme_follows_the_system_until_one_is_chosen(visit):
    def colours(page):
        page.locator("iframe").first.content_frame.locator("html[data-ready=yes]").wait_for(state="attached")
        return page.evaluate("[document.body, document.querySelector('iframe').contentDocument.querySelector("
                             "'.course-view')].map(node => getComputedStyle(node).backgroundColor)")

    page = visit("index", color_scheme="dark", own=True)
    assert colours(page) == ["rgb(20, 23, 26)"] * 2
    page.get_by_role("button", name="Dark", pressed=True).click()
    assert colours(page) == ["rgb(255, 255, 255)"] * 2
    page.get_by_role("link", name="Start reading").click()
    page.wait_for_url(f"**/{NAMES[0]}.html")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="light")
    assert page.get_by_role("button", name="Dark", pressed=False).is_visible()


@pytest.mark.parametrize("name", ["index", NAMES[1], TRANSLATOR])
def test_on_a_narrow_screen_the_sidebar_folds_and_nothing_sticks_out(name, visit):
    page = visit(name, width=380)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    if name == "index":
        return
    link = page.locator("#lessons").get_by_role("link", name="Lesson 02")
    assert not link.is_visible()
    page.get_by_role("button", name="Lessons").click()
    link.click()
    page.wait_for_url(f"**/{NAMES[2]}.html")
    assert not page.locator("#lessons").is_visible()


def test_a_lesson_has_its_notebook_and_its_other_languages(visit, folder):
    page = visit(NAMES[1])
    assert (folder / page.get_by_role("link", name="Notebook of this lesson").get_attribute("href")).read_bytes() == \
        (site.ROOT / "notebooks" / f"{NAMES[1]}.ipynb").read_bytes()
    page.get_by_role("link", name="中文").click()
    page.wait_for_url(f"**/zh/{NAMES[1]}.html")
    assert page.locator("html").get_attribute("lang") == "zh"
    assert "注意力" in page.locator("h1").inner_text()
    assert page.locator("details.solution summary").first.inner_text() == "解答"
    page.locator("#query").fill("点积")
    page.locator("#results a").first.click()
    page.wait_for_url("**/zh/*.html#*")
    page.locator("#lessons").get_by_role("link", name="第 02 课").click()
    page.wait_for_url(f"**/zh/{NAMES[2]}.html")
    page.get_by_role("link", name="English").click()
    page.wait_for_url(lambda url: url.endswith(f"/{NAMES[2]}.html") and "/zh/" not in url)


def test_the_chinese_pages_are_answered_in_chinese(visit, folder):
    page = visit(f"zh/{DECODING}")
    place = page.locator(".own-beam")
    place.get_by_label("要翻译的句子").fill("")
    place.get_by_role("button", name="画出束搜索").click()
    trouble = place.get_by_role("alert")
    trouble.wait_for()
    assert not re.search("[A-Za-z]", trouble.inner_text())
    page = visit("zh/index")
    page.get_by_role("link", name="试用翻译机").click()
    page.wait_for_url("**/zh/translator.html")
    assert page.locator("html").get_attribute("lang") == "zh"


@pytest.mark.parametrize(("name", "scheme", "width"), [
    ("index", "light", 1000), ("index", "dark", 380), (NAMES[3], "light", 380), (DECODING, "dark", 1000),
    ("zh/index", "light", 1000),
])
def test_axe_finds_nothing_serious(name, scheme, width, visit):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(name, color_scheme=scheme, width=width)
    if name == NAMES[3]:                         # its formulas and code are wider than a narrow screen
        page.wait_for_function("document.querySelectorAll('.formula[tabindex], pre[tabindex]').length > 2")
    # The contrast of each coloured word takes long to compute: a few blocks of code stand for all.
    page.evaluate("[...document.querySelectorAll('pre')].slice(6).forEach(one => { one.textContent = one.innerText; })")
    found = axe.run(page, options={"preload": False, "iframes": False}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:150]) for v in found if v["impact"] in ("serious", "critical")] == []


# ------------------------------------------------------------------------------------------ views that ask a model

SENTENCES = ["the black cat sleeps", "the dog eats", "The cat, the cat!"]


@pytest.fixture
def shown_model(small_translator):
    """The model that the site has: its weights rounded to int8."""
    model, subwords = small_translator
    return with_fewer_bits(model, 8), subwords


def view_frame(page, kind: str):
    """The frame of a view that is answered by the page around it."""
    page.wait_for_function("kind => [...document.querySelectorAll('iframe')].some(f => f.contentDocument?."
                           "documentElement.matches(`[data-view=${kind}][data-alive=yes]`))", arg=kind)
    return next(frame for frame in page.frames if frame.evaluate("document.documentElement.dataset.view") == kind)


def test_what_answers_on_the_site_says_what_python_says(visit, shown_model):
    page = visit(READING)
    for sentence in SENTENCES:
        here, there = page.evaluate("s => courseAnswers.follow(s)", sentence), running.follow(*shown_model, sentence)
        assert [here[key] for key in ("source", "translation")] == [there[key] for key in ("source", "translation")]
        for mine, theirs in zip(here["steps"], there["steps"], strict=True):
            assert mine["token"] == theirs["token"]
            assert mine["row"] == pytest.approx(theirs["row"], abs=2e-3)
            chances, wanted = (dict(map(tuple, one["candidates"])) for one in (mine, theirs))
            assert chances == pytest.approx(wanted, abs=2e-3)
    cross = [f"decoder.layers.{n}.cross_attention" for n in (0, 1)]
    heads = [["decoder.layers.0.self_attention", head] for head in range(4)] + [["encoder.layers.1.self_attention", 0]]
    edits = [[cross[0], head, row, column, value] for head in range(4) for row in range(8)
             for column, value in ((2, 0.3), (1, 1.0))]
    before, seen = page.evaluate("s => courseAnswers.follow(s).translation", SENTENCES[0]), []
    all_cross = [[name, head] for name in cross for head in range(4)]
    for off, edited in (([], []), (heads, []), ([], edits), (all_cross, edits[1:4])):
        here = page.evaluate("given => courseAnswers.intervene(...given)", [SENTENCES[0], off, edited])
        there = running.intervene(*shown_model, SENTENCES[0], off, edited)
        assert here == {key: there[key] for key in ("translation", "tokens")}
        seen.append(here["translation"])
    assert seen[0] == before and len(set(seen)) == 4, "without an effect nothing would have been tried"
    assert page.evaluate("s => courseAnswers.follow(s).translation", SENTENCES[0]) == before, "the model is as it was"


def test_the_beam_on_the_site_is_pythons(visit, shown_model):
    import torch

    page, (model, subwords) = visit(DECODING), shown_model
    for beam_size in (1, 3):
        made = page.evaluate("size => courseAnswers.laid_out(courseAnswers.rounds_of('the black cat eats', size))",
                             beam_size)
        rounds = [[Node(**node) for node in nodes] for nodes in made["rounds"]]
        assert (made["heights"], made["leaves"]) == _layout(rounds)
        assert {tuple(place) for place in made["best"]} == _ways_to_the_best(rounds)
        best = [rounds[n][i].label for n, i in sorted(_ways_to_the_best(rounds))]
        source = torch.tensor([[*subwords.encode("the black cat eats"), subwords.eos_id]])
        found = beam_search(model, source, subwords.bos_id, subwords.eos_id, beam_size)[0][0]
        assert best == subwords.tokens(found.ids)


def test_the_views_that_ask_a_model_are_alive(visit, shown_model):
    page = visit(TRANSLATOR)
    frame = view_frame(page, "box")
    frame.get_by_label("sentence to translate").fill("the dog sleeps")
    frame.get_by_role("button", name="Translate").click()
    wanted = running.follow(*shown_model, "the dog sleeps")["translation"]
    frame.locator(".course-view .sr", has_text=wanted).wait_for(state="attached")
    frame.get_by_label("sentence to translate").fill(" ")
    frame.get_by_role("button", name="Translate").click()
    frame.get_by_text("There is nothing to translate").wait_for()

    page = visit(READING)
    frame = view_frame(page, "switches")
    head = frame.locator("table[aria-label=heads] td.cell")
    head.nth(0).click()
    head.nth(1).click()
    frame.locator(".explain", has_text="Heads off: 2; weights edited: 0.").wait_for()
    frame.locator("table[aria-label='weights of the head'] td.cell").first.click()
    frame.locator("input[type=range]").fill("1")
    frame.locator(".explain", has_text="Heads off: 2; weights edited: 1.").wait_for()
    assert "the kernel" not in frame.locator(".controls").first.inner_text()

    page = visit(DECODING)
    place = page.locator(".own-beam")
    place.get_by_label("sentence to translate").fill("the cat eats")
    place.get_by_label("size of the beam").select_option("3")
    tree = place.locator("iframe[title^='the cat eats A beam of 3']").content_frame
    tree.get_by_role("button", name="Next").click()
    tree.locator(".explain", has_text="Round 2: ").wait_for()
    place.get_by_label("sentence to translate").fill("")
    place.get_by_role("button", name="Draw the beam").click()
    place.get_by_text("There is nothing to translate").wait_for()


def test_weights_are_loaded_only_where_a_view_asks_a_model(folder):
    with_weights = [name for name in NAMES if "translator.js" in (folder / f"{name}.html").read_text(encoding="utf-8")]
    assert with_weights == [TRANSLATOR, DECODING, READING]
    for edition in (folder, folder / "zh"):
        assert 'src="translator.html"' in (edition / f"{SHIP}.html").read_text(encoding="utf-8")
        assert (edition / "translator.html").exists()


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
