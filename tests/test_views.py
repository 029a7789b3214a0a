"""The interactive views as Python sees them: where a function departs, what is sent, what remains without scripts."""
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from babel.messages.pofile import read_po

import course
from course._words import in_script, speaking
from course.attention import scaled_dot_product_attention
from course.views import base
from course.views._fonts import OWN, missing
from course.views.interactive import Attention, alignment, drag, heads, layers, masks, positions, shapes, temperature
from course.views.interactive import view as step_through
from course.views.stages import STAGES, departure, softmax, stages

RNG = np.random.default_rng(3)
Q, K, V = RNG.normal(size=(5, 7)), RNG.normal(size=(5, 7)), RNG.normal(size=(5, 6))
MASK = np.tril(np.ones((5, 5), dtype=bool), 1)
MASK[0] = False                                     # a query that may attend to nothing
ROOT = np.sqrt(7)


def closed(scores, value=-np.inf, mask=MASK):
    return np.where(mask, scores, value)


def mixed(weights):
    with np.errstate(invalid="ignore"):
        return weights @ V, weights


def naive(z):
    with np.errstate(invalid="ignore"):
        powers = np.exp(z - z.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)


SCORES = Q @ K.T
MISTAKES = {
    "keys times queries": ("scores", mixed(softmax(closed(SCORES.T / ROOT)))),
    "no scale": ("scale", mixed(softmax(closed(SCORES)))),
    "divided by d_k": ("scale", mixed(softmax(closed(SCORES / 7)))),
    "multiplied": ("scale", mixed(softmax(closed(SCORES * ROOT)))),
    "divided afterwards": ("scale", mixed(softmax(closed(SCORES)) / ROOT)),
    "divided by 3": ("scale", mixed(softmax(closed(SCORES / 3)))),
    "neither scale nor mask": ("scale", mixed(softmax(SCORES))),
    "no mask": ("mask", mixed(softmax(SCORES / ROOT))),
    "mask the wrong way round": ("mask", mixed(softmax(closed(SCORES / ROOT, mask=~MASK)))),
    "mask after the softmax": ("mask", mixed(np.where(MASK, softmax(SCORES / ROOT), 0))),
    "masked with 0": ("mask", mixed(softmax(closed(SCORES / ROOT, 0.0)))),
    "nothing open, equal shares": ("mask", mixed(softmax(closed(SCORES / ROOT, -1e9)))),
    "nothing open, NaN": ("softmax", mixed(naive(closed(SCORES / ROOT)))),
    "over the queries": ("softmax", mixed(softmax(closed(SCORES / ROOT), 0))),
    "no softmax": ("softmax", mixed(closed(SCORES / ROOT))),
    "not divided by the sum": ("softmax", mixed(np.exp(closed(SCORES / ROOT)))),
    "keys mixed": ("mix", (softmax(closed(SCORES / ROOT)) @ K, softmax(closed(SCORES / ROOT)))),
    "weights turned over": ("mix", (softmax(closed(SCORES / ROOT)).T @ V, softmax(closed(SCORES / ROOT)))),
    "other scores": ("weights", mixed(softmax(closed(np.sin(SCORES))))),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_first_departure_is_named(mistake):
    stage, (output, weights) = MISTAKES[mistake]
    with np.errstate(invalid="ignore"):
        found = departure(output, weights, Q, K, V, MASK)
    assert found.stage == stage, found.text
    assert len(found.text) > 20


@pytest.mark.parametrize("mask", [None, MASK], ids=["open", "masked"])
def test_right_answers_do_not_depart(mask):
    steps = stages(Q, K, V, mask)
    assert tuple(steps) == STAGES
    found = departure(steps["mix"].astype(np.float32), steps["softmax"].astype(np.float32), Q, K, V, mask)
    assert found.stage == ""
    tensors = [torch.tensor(x) for x in (Q, K, V)]
    expected = scaled_dot_product_attention(*tensors, None if mask is None else torch.tensor(mask))
    np.testing.assert_allclose(steps["mix"], expected[0].numpy(), atol=1e-12)


@pytest.mark.parametrize(("weights", "says"), [
    (closed(SCORES / ROOT), "after the mask"), (SCORES, "They are the scores."), (SCORES / ROOT, "divided by √d_k"),
    (2 * softmax(closed(SCORES / ROOT)), "adds up to 2"), (softmax(closed(SCORES)), "")])
def test_other_weights_beside_a_right_output(weights, says):
    output = stages(Q, K, V, MASK)["mix"]
    found = departure(output, weights, Q, K, V, MASK)
    assert found.stage == "softmax" and "Your output is right" in found.text and found.text.rstrip().endswith(".")
    assert says in found.text and "no softmax" not in found.text
    shown = step_through(lambda q, k, v, mask: (output, weights), Q, K, V, MASK)
    assert [table.caption for table in shown.tables()][:4] == ["Weights", "Output", "Your weights", "Your output"]


def test_the_scale_is_measured():
    assert "0.333" in departure(*mixed(softmax(SCORES / 3)), Q, K, V).text


@pytest.mark.parametrize(("answer", "message"), [
    (lambda q, k, v: None, "must return"),
    (lambda q, k, v: 1 / 0, "ZeroDivisionError"),
    (lambda q, k, v: (q, "x"), "cannot be shown"),
    (lambda q, k, v: (v, np.ones((2, 2))), "shape"),
    (lambda q, k, v: (v[:1], softmax(q @ k.T / ROOT)), "shape"),
])
def test_what_goes_wrong_is_told(answer, message):
    shown = step_through(answer, Q, K, V)
    assert message in shown.data["verdict"]
    assert shown.data["departs"] in ("weights", "mix")


def test_the_stepper_hands_out_copies_of_the_same_type():
    seen = []

    def attention(q, k, v, mask):
        seen.append((type(q), type(mask)))
        q *= 0
        return scaled_dot_product_attention(q, k, v, mask)

    tensors = [torch.tensor(x) for x in (Q, K, V)]
    step_through(attention, *tensors, torch.tensor(MASK))
    assert seen == [(torch.Tensor, torch.Tensor)]
    np.testing.assert_array_equal(tensors[0].numpy(), Q)


def unwritten(q, k, v):
    raise NotImplementedError


def test_an_unwritten_function_shows_the_reference():
    shown = step_through(unwritten, Q, K, V)
    assert "not written yet" in shown.data["verdict"]
    np.testing.assert_allclose(shown.data["weights"], stages(Q, K, V)["softmax"], atol=5e-5)


EVERY = {
    "view": lambda: step_through(lambda q, k, v: (v, q), Q, K, V),
    "drag": lambda: drag([1, 2], K[:, :2], V[:, :2]),
    "temperature": lambda: temperature(["a", "b", "<script>"]),
    "masks": lambda: masks(Q, K, V, pad=[4]),
    "heads": lambda: heads(softmax(RNG.normal(size=(2, 3, 4)))),
    "layers": lambda: layers({"cross": Attention(softmax(RNG.normal(size=(2, 2, 3, 4))), list("abc"), list("defg"))}),
    "shapes": lambda: shapes(),
    "positions": lambda: positions(lambda t, d: np.ones((t, d)), 5, [4]),
    "alignment": lambda: alignment({"mean": np.eye(2)}, ["a", "b"], ["c", "d"], {(0, 0)}),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_view_leaves_a_page_and_a_table(name):
    shown = EVERY[name]()
    data, _ = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    html = data["text/html"]
    assert html.count("<iframe") == 1 and html.count("<script") == 0, "scripts only inside the frame"
    assert html.count("<table") == len(shown.tables()) == html.count("</table>")
    assert shown.label in data["text/plain"] and "\n" in data["text/plain"]
    assert not re.search(r"https?://(?!www\.w3\.org/)", shown.page()), "no network"
    assert html == EVERY[name]()._repr_mimebundle_()[0]["text/html"] or name in ("heads", "layers")
    sent = json.loads(re.search(r'id="state">(.*?)</script>', shown.page(), re.DOTALL)[1])
    assert sent["kernel"] is False and sent["label"] == shown.label


def test_labels_cannot_break_out_of_the_page():
    shown = step_through(unwritten, Q, K, V, queries=["</script><b>", "a", "b", "c", "d"])
    assert "</script><b>" not in shown.page()
    assert "<b>" not in shown._repr_mimebundle_()[0]["text/html"]


def test_stored_views_get_the_scripts_of_today():
    stored = EVERY["masks"]()._repr_mimebundle_()[0]["text/html"]
    assert base.renewed(stored) == stored
    old = stored.replace("function softmax", "function softmin").replace(".course-view", ".old-view")
    assert old != stored
    assert base.renewed(old) == stored
    assert base.renewed(old.replace("masking", "gone")) == old.replace("masking", "gone")


SCRIPTS = sorted(path.stem for path in base.JS.glob("*.js") if path.stem not in ("base", "page"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_small(script):
    sent = base.module(script)
    assert 1_000 < len(sent.encode()) < 18_000, "with all that it uses of base.js"
    assert "import" not in sent and not re.search(r"^\s|^//", sent, flags=re.MULTILINE)


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_have_what_they_use(script):
    """Each name of base.js that a module mentions is declared in what is sent, once, and in its order."""
    sent, shared = base.module(script), base._shared()
    outer = re.findall(r"^(?:const|let|function) (\w+)", sent, flags=re.MULTILINE)
    declared = [name for name in outer if name in shared]
    assert declared == [name for name in shared if name in declared]
    used = {name for name in shared if re.search(rf"(?<![\w.$\"]){name}[(.\[]", sent)}
    assert used <= set(declared) and {"frame", "h"} <= used


def test_an_import_that_base_does_not_have_is_named(tmp_path, monkeypatch):
    (tmp_path / "base.js").write_text("export const one = 1;\n")
    (tmp_path / "mine.js").write_text('import { one, two } from "./base.js";\nexport default { one };\n')
    (tmp_path / "none.js").write_text("export default {};\n")
    monkeypatch.setattr(base, "JS", tmp_path)
    for cached in (base._text, base._shared, base.module):
        monkeypatch.setattr(base, cached.__name__, cached.__wrapped__)
    with pytest.raises(ValueError, match="does not have: two"):
        base.module("mine")
    with pytest.raises(ValueError, match="must import"):
        base.module("none")


def test_numbers_are_sent_rounded():
    text = json.dumps(EVERY["view"]().data)
    assert not re.search(r"\.\d{5}", text)
    assert base.rounded([[np.nan, -0.00001, 1.0]]) == [[None, 0, 1]]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: step_through(unwritten, Q, K[:, :3], V), "same d_k"),
    (lambda: step_through(unwritten, Q, K, V[:2]), "value for each key"),
    (lambda: step_through(unwritten, Q, K, V, mask=np.ones((5, 5))), "boolean"),
    (lambda: drag([1, 2, 3], [[1, 2]], [[1, 2]]), "2 numbers"),
    (lambda: drag([1, 9], [[1, 2]], [[1, 2]]), "between"),
    (lambda: masks(Q, K, V, pad=[7]), "names key 7"),
    (lambda: heads(np.ones((3, 4))), "n_heads, T_q, T_k"),
    (lambda: heads(np.full((1, 2, 2), np.nan)), "not numbers"),
    (lambda: layers({}), "no attention"),
    (lambda: shapes(length=9), "between 1 and 6"),
    (lambda: positions(lambda t, d: np.ones((t, d + 1))), "must have the shape"),
    (lambda: alignment({"mean": np.eye(2)}, ["a", "b"], ["c", "d"], {(5, 0)}), "outside"),
])
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_long_table_is_cut_and_says_so():
    wide = base.weights_table("numbers", np.zeros((900, 10)), [str(n) for n in range(900)], list("abcdefghij"))
    text = base._as_text(wide)
    assert "left out" in text and len(text.splitlines()) < 200


# ------------------------------------------------------------------------------------ in the reader's language

ENGLISH = re.compile(r"(?<![\w.(])(?:the|of|and|is|are|with|your|weights?|scores?|keys?|queries|query|masked|head|"
                     r"layer|token|links?|sure|possible|position|output)(?![\w(])", re.IGNORECASE)


def in_chinese(name):
    with speaking("zh"):
        shown = EVERY[name]()
        return shown, shown.page(), shown.tables()


@pytest.mark.parametrize("name", EVERY)
def test_a_view_in_chinese_has_all_its_words_and_no_english(name):
    shown, page, tables = in_chinese(name)
    said = in_script(base.module(shown.script))
    assert set(said) - {"softmax"} == set(shown.words) and '<html lang="zh"' in page
    sent = json.loads(re.search(r'id="state">(.*?)</script>', page, re.DOTALL)[1])
    assert sent["language"] == "zh" and sent["words"] == shown.words
    for text in shown.words:
        assert set(re.findall(r"\{\w+\}", shown.words[text])) <= set(re.findall(r"\{\w+\}", text)), text
    told = [shown.label, *(table.caption for table in tables), *(cell for table in tables for row in table.rows for cell
                                                                 in row)]
    assert [text for text in told if ENGLISH.search(text)] == []
    english = EVERY[name]()
    assert english.words == {} and '<html lang="en"' in english.page() and "words" not in english.state()


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_sentence_of_a_script_is_said(script):
    """What stands in quotation marks and has a blank between words is in a `say`, or is no language."""
    own = re.sub(r"^import .*\n", "", base._bare(base._text(f"{script}.js")), flags=re.MULTILINE)
    assert own.index("speak(model)") < own.index("frame(el")
    without = re.sub(r'(?<![\w.])say\(\s*"(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*', "say(", own)
    left = [text for text in re.findall(r'"([^"\\\n]*)"', without) if re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)]
    assert [text for text in left if ":" not in text and text != "secret scroll"] == [], "CSS has colons"
    templates = re.findall(r"`([^`]*)`", re.sub(r"\$\{[^{}]*\}", "X", without))
    assert [text for text in templates if re.search(r"[a-z]{3,} [a-z]{2,}", text) and ":" not in text] == []


@pytest.mark.slow
def test_figures_have_every_character_of_the_chinese_edition():
    """What the course says may stand in a figure, and so may each title in the code of a lesson."""
    root = Path(course.__file__).parents[1]
    for path in [*root.glob("c*/locale/zh/LC_MESSAGES/*.po"), *root.glob("solutions/zh/*.po")]:
        with path.open("rb") as file:
            said = "".join("".join(message.string) for message in read_po(file))
        assert missing(said, OWN) == "", path.name
