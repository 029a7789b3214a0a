"""Each view driven by mouse and by keyboard, its state and its numbers against NumPy."""
import numpy as np
import pytest

from course.alignment import alignment_error_rate
from course.views import interactive
from course.views.running import attentions, intervene
from course.views.stages import softmax, stages

pytestmark = pytest.mark.slow

WORDS = ["the", "black", "猫", "sleeps"]
SPANISH = ["el", "gato", "negro", "duerme", "."]
RNG = np.random.default_rng(8)
Q, K, V = (RNG.normal(size=shape).round(2) for shape in ((5, 6), (4, 6), (4, 3)))
MASK = np.tril(np.ones((5, 4), dtype=bool))
TWO_DIGITS = {"rtol": 0, "atol": 0.0051}


def attention(q, k, v, mask=None):
    steps = stages(q, k, v, mask)
    return steps["mix"], steps["softmax"]


def unscaled(q, k, v, mask=None):
    weights = softmax(np.where(mask, q @ k.T, -np.inf))
    return weights @ v, weights


def cell(page, label: str, row: int, column: int):
    return page.get_by_label(label, exact=True).locator(f"tbody tr:nth-child({row + 1}) td >> nth={column}")


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


# The stepper

def test_stepper_shows_every_stage(show, read, said):
    page = show(interactive.view(attention, Q, K, V, MASK, SPANISH, WORDS))
    steps = stages(Q, K, V, MASK)
    expected = {"scores = Q·Kᵀ": steps["scores"], "scores / √6": steps["scale"],
                "masked": np.where(MASK, steps["scale"], 0), "weights": steps["softmax"], "output": steps["mix"]}
    page.get_by_label("1 scores").focus()
    for n, (label, values) in enumerate(expected.items()):
        grid = page.locator("table[role=grid]")
        assert grid.get_attribute("aria-label") == label
        np.testing.assert_allclose(read(page.locator("figure").last, label), values, **TWO_DIGITS)
        grid.locator("td.cell").nth(grid.locator("tbody tr").first.locator("td").count() * 2 + 1).hover()
        assert said(page).startswith("negro, " + (WORDS[1] if n < 4 else "1"))
        assert f"{values[2, 1]:.2f}".replace("-", "−")[:4] in said(page)
        assert page.locator(".lit").count() >= 1
        if n < 4:
            press(page, "ArrowRight")                      # the radio button still has the focus
    assert page.get_by_text("agrees with the reference").count() == 1


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_stepper_marks_the_first_departure(by, show, read, said, state):
    page = show(interactive.view(unscaled, Q, K, V, MASK, SPANISH, WORDS))
    assert state(page, "stage") == 1
    assert page.get_by_label("2 scale ≠").is_checked()
    assert page.get_by_text("not divided by √d_k").first.is_visible()
    label = "weights, as your function gives them"
    if by == "mouse":
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Next").click()
        cell(page, label, 3, 2).hover()
    else:
        page.get_by_label("2 scale ≠").focus()
        press(page, "ArrowRight", "ArrowRight", "Tab", "Tab", "Tab", "Tab", "Tab", "ArrowDown", "ArrowDown",
              "ArrowDown", "ArrowRight", "ArrowRight")
    weights = unscaled(Q, K, V, MASK)[1]
    np.testing.assert_allclose(read(page, label), weights, **TWO_DIGITS)
    right = stages(Q, K, V, MASK)["softmax"]
    assert said(page).startswith("duerme, 猫: e^(") and f"= {right[3, 2]:.3f}" in said(page)
    assert f"Yours: {weights[3, 2]:.3f}." in said(page)
    wrong = np.abs(weights - right) > 2e-4
    assert page.locator("td.off").count() == wrong.sum()
    page.get_by_label("my function's numbers").uncheck()
    assert page.locator("td.off").count() == 0


# The plane

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_plane_follows_what_is_dragged(by, show, read, state):
    keys, values = [[2, 0], [-1, 1.5], [1, 3], [-2, -2]], [[3, 0], [0, 3], [-3, 0], [0, -3]]
    page = show(interactive.drag([1, 2], keys, values, WORDS))
    tip = page.get_by_role("slider", name="key of black")
    if by == "mouse":
        box = page.get_by_label("queries and keys").bounding_box()
        tip.hover()
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25, steps=4)
        page.mouse.up()
    else:
        tip.focus()
        press(page, "Shift+ArrowRight", "ArrowUp", "ArrowUp")
        assert tip.evaluate("node => node === document.activeElement"), "the focus stays"
    moved = state(page, "places")
    assert moved[1] == pytest.approx([2, 2] if by == "mouse" else [0, 2], abs=0.11)
    assert moved[0] == keys[0]
    for scaled in (True, False):
        page.get_by_label("divide by √2").set_checked(scaled)
        scores = np.array(moved) @ [1, 2]
        weights = softmax(scores / (np.sqrt(2) if scaled else 1))
        np.testing.assert_allclose(read(page, "dot products"), [scores], **TWO_DIGITS)
        np.testing.assert_allclose(read(page, "weights"), [weights], **TWO_DIGITS)
        x, y = weights @ np.array(values)
        shown = page.get_by_text("mixed value:").inner_text().replace("−", "-").split(": ")[1].split(", ")
        np.testing.assert_allclose([float(number) for number in shown], [x, y], **TWO_DIGITS)


def test_plane_asks_the_learners_function(live):
    asked = []

    def mine(q, k, v):
        asked.append(q.copy())
        return attention(q, k, v)[0], attention(q, k, v)[1] * 2

    page = live(interactive.drag([1, 2], K[:, :2], V[:, :2], WORDS, mine))
    page.get_by_role("slider", name="query").focus()
    press(page, "ArrowUp")
    page.wait_for_function("JSON.stringify(model.get('yours').query) === '[1,2.25]'")
    assert asked[-1].tolist() == [[1, 2.25]]
    page.get_by_text("Your function: A row of your weights adds up to 2").wait_for()


# Temperature and d_k

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_sharpness_follows_its_sliders(by, show, read, state):
    view = interactive.temperature(6, softmax)
    page = show(view)
    size, heat = page.get_by_role("slider", name="d_k"), page.get_by_role("slider", name="temperature")
    if by == "mouse":
        box = size.bounding_box()
        page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    else:
        size.focus()
        press(page, "End")
        heat.focus()
        press(page, "ArrowRight", "ArrowRight")
    page.get_by_label("divide by √d_k").uncheck()
    assert state(page, "size") == 9
    temperature = state(page, "temperature")
    assert temperature == pytest.approx(1 if by == "mouse" else 2 ** 0.5)
    scores = np.array(view.data["scores"][9]) / temperature
    weights = softmax(scores)
    np.testing.assert_allclose(read(page, "scores"), [scores], **TWO_DIGITS)
    np.testing.assert_allclose(read(page, "weights"), [weights], **TWO_DIGITS)
    bits = -(weights * np.log2(weights)).sum()
    assert float(page.locator("[data-bits]").get_attribute("data-bits")) == pytest.approx(bits, abs=1e-6)
    assert page.get_by_text("Your softmax agrees").count() == 1


# Masks

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_masks_renormalise(by, show, read, state):
    page = show(interactive.masks(Q, K, V, SPANISH, WORDS, pad=[3]))
    page.get_by_role("button", name="Causal and padding").click()
    mask = np.tril(np.ones((5, 4), dtype=bool)) & (np.arange(4) != 3)
    assert state(page, "mask") == mask.tolist()
    if by == "mouse":
        cell(page, "mask", 0, 0).click()
        cell(page, "mask", 1, 3).click()
    else:
        cell(page, "mask", 0, 0).focus()
        press(page, " ", "ArrowDown", "End", "Enter")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "gato, sleeps: open"
    mask[0, 0], mask[1, 3] = False, True
    assert state(page, "mask") == mask.tolist()
    weights = stages(Q, K, V, mask)["softmax"]
    np.testing.assert_allclose(read(page, "weights"), weights, **TWO_DIGITS)
    assert weights[0].tolist() == [0, 0, 0, 0]
    assert page.locator(".note", has_text="el may attend to nothing").is_visible()
    page.get_by_role("button", name="All open").click()
    assert not page.locator(".note", has_text="el may attend to nothing").is_visible()


def test_masks_ask_the_learners_function(live):
    def mine(q, k, v, mask):
        weights = softmax(np.where(mask, q @ k.T / np.sqrt(6), -1e9))
        return weights @ v, weights

    page = live(interactive.masks(Q, K, V, SPANISH, WORDS, MASK, attention=mine))
    page.get_by_text("Your function: Your function agrees").wait_for()
    cell(page, "mask", 0, 0).click()
    page.get_by_text("equal ones in this row").wait_for()
    assert page.locator("td.off").count() == 4


# Heads and layers

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_layers_show_the_head_that_is_chosen(by, show, read, state):
    encoder, cross = softmax(RNG.normal(size=(2, 3, 4, 4))), softmax(RNG.normal(size=(2, 3, 5, 4)))
    page = show(interactive.layers({"encoder": (encoder, WORDS, WORDS), "cross": (cross, SPANISH, WORDS)}))
    np.testing.assert_allclose(read(page, "weights, encoder"), encoder[0, 0], **TWO_DIGITS)
    if by == "mouse":
        page.get_by_label("cross").check()
        page.get_by_label("layer 1, head 2").click()
        cell(page, "weights, cross", 3, 1).hover()
    else:
        page.get_by_label("encoder", exact=True).focus()
        press(page, "ArrowRight")
        page.get_by_label("layer 0, head 0").focus()
        press(page, "ArrowDown", "ArrowRight", "ArrowRight")
        assert page.get_by_label("layer 1, head 2").evaluate("node => node === document.activeElement")
        page.locator("table[role=grid] td[tabindex='0']").focus()
        press(page, "ArrowDown", "ArrowDown", "ArrowDown")
    assert [state(page, name) for name in ("kind", "layer", "head", "query")] == [1, 1, 2, 3]
    np.testing.assert_allclose(read(page, "weights, cross"), cross[1, 2], **TWO_DIGITS)
    drawn = [float(path.get_attribute("data-weight")) for path in page.locator("[data-weight]").all()]
    np.testing.assert_allclose(drawn, cross[1, 2, 3], atol=6e-4)


def test_heads_in_thumbnails(show):
    page = show(interactive.heads(softmax(RNG.normal(size=(8, 20, 20)))))
    assert page.locator("canvas").count() == 8
    assert page.locator("table[role=grid] td.cell").count() == 400


# Splitting

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_splitting_follows_each_number(by, show):
    page = show(interactive.shapes())
    if by == "mouse":
        for name, value in (("T", 4), ("h", 3)):
            page.get_by_role("slider", name=name, exact=True).fill(str(value))
        cell(page, "wrong, head 1", 2, 1).hover()
    else:
        for name, n in (("T", 1), ("h", 1)):
            page.get_by_role("slider", name=name, exact=True).focus()
            press(page, *["ArrowRight"] * n)
        cell(page, "wrong, head 1", 0, 0).focus()
        press(page, "ArrowDown", "ArrowDown", "ArrowRight")
    x = np.arange(4 * 6).reshape(4, 6)
    expected = {"right": x.reshape(4, 3, 2).transpose(1, 0, 2), "wrong": x.reshape(3, 4, 2)}
    names = np.array([[f"{t}.{f}" for f in range(6)] for t in range(4)]).ravel()
    for kind, heads in expected.items():
        for n, head in enumerate(heads):
            texts = page.get_by_label(f"{kind}, head {n}", exact=True).locator("td.cell").all_inner_texts()
            assert texts == names[head].ravel().tolist()
    assert page.locator("td.lit").all_inner_texts() == [names[expected["wrong"][1, 2, 1]]] * 3


def test_splitting_judges_the_learners_function(live):
    page = live(interactive.shapes(lambda x, h: x.view(1, h, x.shape[1], -1)))
    page.get_by_text("what the lower row shows").wait_for()
    page.get_by_role("slider", name="h", exact=True).fill("1")
    page.get_by_text("what the upper row shows").wait_for()


# Positions

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_positions_follow_the_sliders(by, show, read, state):
    def encoding(length, d_model):
        return np.sin(np.arange(length)[:, None] * (1 + np.arange(d_model)))

    page = show(interactive.positions(encoding, 10, [4, 8]))
    if by == "mouse":
        box = page.get_by_role("slider", name="position").bounding_box()
        page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
        page.get_by_role("slider", name="dimension").fill("6")
    else:
        page.get_by_role("slider", name="position").focus()
        press(page, "End", "Tab", *["ArrowRight"] * 6)
    assert (state(page, "position"), state(page, "dimension")) == (9, 6)
    values = encoding(10, 8)
    np.testing.assert_allclose(read(page, "dot products with the position"), [values @ values[9]], rtol=0, atol=0.06)
    wave = page.get_by_label("dimension 6 at every").get_attribute("aria-label")
    assert f"{values[9, 6]:.2f}".replace("-", "−") in wave
    page.get_by_role("slider", name="d_model").fill("0")
    assert state(page, "dimension") == 3, "there is no dimension 6 in 4"


# The translator

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_translator_writes_token_by_token(by, show, read, said, small_translator):
    view = interactive.translator(*small_translator, "the black cat sleeps")
    assert view.result["translation"] == "el gato negro duerme"
    page = show(view)
    assert page.get_by_label("sentence to translate").is_disabled()
    following = page.get_by_role("button", name="Next")
    for n, step in enumerate(view.result["steps"][1:], 2):
        if by == "mouse":
            following.click()
        else:
            following.focus()
            press(page, "Enter")
        assert f"Token {n} of {len(view.result['steps'])}: {step['token']}" in said(page)
        rows = [step["row"] for step in view.result["steps"][:n]]
        np.testing.assert_allclose(read(page, "cross-attention"), rows, **TWO_DIGITS)
        np.testing.assert_allclose(np.sum(rows, -1), 1, atol=0.01)
        assert page.get_by_label(f"candidates for token {n}").locator("tr").count() == 5
    assert following.is_disabled()


def test_translator_translates_what_is_typed(live, small_translator):
    page = live(interactive.translator(*small_translator, "the cat sleeps"))
    page.get_by_label("sentence to translate").fill("the black dog eats")
    press(page, "Enter")
    page.get_by_text("the black dog eats → el perro negro come").first.wait_for()
    page.get_by_label("sentence to translate").fill("  ")
    page.get_by_role("button", name="Translate").click()
    page.get_by_role("alert").get_by_text("nothing to translate").wait_for()


# The beam

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_beam_grows_round_by_round(by, make, show, said, state):
    page = show(make("beam"))
    assert page.locator("g[data-fate]").count() == 3
    following = page.get_by_role("button", name="Next")
    if by == "mouse":
        following.click()
        following.click()
        page.get_by_label("“el gato <eos>”").hover()
    else:
        following.focus()
        press(page, "Enter", "Enter")
        page.locator("g[tabindex='0']").focus()
        press(page, "ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight")
    assert state(page, "step") == 3
    fates = [node.get_attribute("data-fate") for node in page.locator("g[data-fate]").all()]
    assert fates == ["kept", "kept", "pruned", "kept", "pruned", "kept", "best", "finished"]
    assert said(page) == "“el gato <eos>”: log p −1.00, finished and chosen"


# Switches

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_switches_without_a_kernel(by, show, state, small_translator):
    view = interactive.switches(*small_translator, "the black cat sleeps")
    names = list(attentions(small_translator[0]))
    page = show(view)
    if by == "mouse":
        cell(page, "heads", 5, 2).click()
    else:
        cell(page, "heads", 0, 0).focus()
        press(page, *["ArrowDown"] * 5, "ArrowRight", "ArrowRight", " ")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").endswith("2: off")
    assert state(page, "off") == [[names[5], 2]]
    expected = intervene(*small_translator, "the black cat sleeps", [(names[5], 2)])["translation"]
    assert page.locator(".note").inner_text().split(": ")[1].strip() == expected
    assert page.get_by_role("slider", name="weight").is_disabled()


def test_switches_with_a_kernel(live, small_translator):
    view = interactive.switches(*small_translator, "the black cat sleeps")
    names = list(attentions(small_translator[0]))
    page = live(view)
    for head in range(4):
        cell(page, "heads", 5, head).click()
        page.wait_for_function("n => model.get('result').off?.length === n", arg=head + 1)
    off = [(names[5], head) for head in range(4)]
    assert page.locator(".note").inner_text().split(": ")[1].strip() == \
        intervene(*small_translator, "the black cat sleeps", off)["translation"]
    page.get_by_role("button", name="As it was").click()
    cell(page, "weights of the head", 1, 0).click()
    page.get_by_role("slider", name="weight").fill("1")
    page.wait_for_function("model.get('result').edits?.length === 1")
    edit = (names[5], 0, 1, 0, 1)
    assert view.edits == [list(edit)]
    answer = intervene(*small_translator, "the black cat sleeps", (), [edit])
    assert answer["weights"][names[5]][0][1] == pytest.approx([1] + [0] * (len(answer["source"]) - 1))
    assert page.locator(".note").inner_text().split(": ")[1].strip() == answer["translation"]


# Alignment

@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_alignment_beside_gold(by, show, read, said):
    sure, possible = {(0, 0), (2, 1), (1, 2), (3, 3)}, {(0, 1)}
    weights = {name: softmax(RNG.normal(size=(5, 4))) for name in ("mean", "head 0")}
    page = show(interactive.alignment(weights, SPANISH, WORDS, sure, possible))
    if by == "mouse":
        page.get_by_label("head 0").check()
        cell(page, "attention", 1, 2).hover()
    else:
        page.get_by_label("mean").focus()
        press(page, "ArrowRight")
        cell(page, "attention", 0, 0).focus()
        press(page, "ArrowDown", "ArrowRight", "ArrowRight")
    assert said(page).startswith(f"gato – 猫: weight {weights['head 0'][1, 2]:.2f}, by hand: sure.")
    np.testing.assert_allclose(read(page, "attention"), weights["head 0"], **TWO_DIGITS)
    links = {(int(i), j) for j, i in enumerate(weights["head 0"].argmax(1))}
    assert float(page.locator("[data-aer]").get_attribute("data-aer")) == \
        pytest.approx(alignment_error_rate(links, sure, possible))
