"""The translator as one page, in a real browser: opened from disk, with the network off, it says what Python says."""
import random

import pytest
import sacrebleu
import torch

from course.ablation import Config, Variant
from course.decoding import beam_search, greedy_decode, translate
from course.languages import SpacedSubwords
from course.page import About, export_page, with_fewer_bits
from course.transformer import Transformer

pytestmark = pytest.mark.slow          # a browser

TRICKY = [
    "the black cat sleeps", "", " ", "  the  cat ", "The cat!", "¿the,cat?", "it's 5+3=8 $9 <b>", "a\tb\nc",
    "cafe\u0301 café", "<eos> the <bos>cat", "😀 cat", "tom—x «y» …", "日本 the 猫", "の黑猫cat睡觉。",
    "▁the▁ cat", "a_b`c~d^e|f", "one\u00a0cat", "\u200bthe", "ⅷ½²", "𠀀a𠀀", "don't", "<unk>", "a" * 60,
]


def ids(model, subwords, sentences, beam_size=1, **options):
    """What Python writes, sentence by sentence; from a beam all that it has finished."""
    found = []
    for sentence in sentences:
        source = torch.tensor([[*subwords.encode(sentence), subwords.eos_id]])
        if beam_size == 1:
            found.append(greedy_decode(model, source, subwords.bos_id, subwords.eos_id, **options)[0].tolist())
        else:
            found.append([one.ids for one in beam_search(model, source, subwords.bos_id, subwords.eos_id, beam_size,
                                                         **options)[0]])
    return found


IN_THE_PAGE = """([sentences, beam_size]) => {
  const { model, subwords, follow, beam_search } = translator, ends = [subwords.bos_id, subwords.eos_id];
  return sentences.map((sentence) => {
    const source = [...subwords.encode(sentence), subwords.eos_id];
    return beam_size === 1 ? [...follow(model, source, ...ends)].map((step) => step.token)
      : beam_search(model, source, ...ends, beam_size).map((one) => one.ids);
  });
}"""


@pytest.fixture
def visit(open_page, tmp_path):
    """visit(model, subwords, ...): its page, from disk."""
    def visited(model, subwords, about=None, bits=32, **options):
        page = open_page(**options)
        path = export_page(model, subwords, tmp_path / "translator.html", about, bits)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        return page

    return visited


def random_model(vocab_size: int, seed: int = 0, **changes) -> torch.nn.Module:
    """A model of lesson 12 that has learned nothing, but whose every weight counts, biases and norms too."""
    torch.manual_seed(seed)
    config = Config(**{"d_model": 24, "n_heads": 3, "d_ff": 40, "n_layers": 2} | changes)
    model = Variant(vocab_size, config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model.eval()


@pytest.fixture(scope="module")
def words():
    """Sentences of the small translator's words, in any order."""
    draw = random.Random(0)
    known = "the black cat sleeps dog eats el gato negro duerme perro come".split()
    return [" ".join(draw.choices(known, k=draw.randint(1, 9))) for _ in range(12)]


def test_words_are_cut_as_in_python(visit, small_translator):
    model, subwords = small_translator
    page = visit(model, subwords)
    assert page.evaluate("texts => texts.map(text => translator.subwords.encode(text))", TRICKY) \
        == [subwords.encode(text) for text in TRICKY]
    written = [subwords.encode(text) + [subwords.eos_id] for text in TRICKY]
    assert page.evaluate("all => all.map(ids => translator.subwords.decode(ids))", written) \
        == [subwords.decode(row) for row in written]


def test_characters_are_cut_as_in_python(visit):
    subwords = SpacedSubwords.train(["the cat 黑猫在桌子下。", "日本の猫 sleeps", "don't 睡觉"], 60)
    page = visit(random_model(len(subwords)), subwords)
    assert page.evaluate("texts => texts.map(text => translator.subwords.encode(text))", TRICKY) \
        == [subwords.encode(text) for text in TRICKY]
    written = [subwords.encode(text) for text in TRICKY]
    assert page.evaluate("all => all.map(ids => translator.subwords.decode(ids))", written) \
        == [subwords.decode(row) for row in written]


@pytest.mark.slow
@pytest.mark.parametrize("changes", [
    {}, {"norm": "post"}, {"scaling": False}, {"positions": "learned"}, {"positions": "none", "tied": False},
    {"n_heads": 1, "n_layers": 1}, {"n_heads": 12, "d_ff": 7, "n_layers": 3},
], ids=lambda changes: ", ".join(f"{name} {value}" for name, value in changes.items()) or "base")
def test_any_model_of_lesson_12_writes_what_it_writes_in_python(changes, visit, small_translator, words):
    subwords = small_translator[1]
    model = random_model(len(subwords), **changes)
    page = visit(model, subwords)
    logits = page.evaluate("""([source, target]) => {
      const { model } = translator;
      return model.decode(target, model.encode(source)).map((state) => [...model.unembed(state)]);
    }""", [[5, 6, 7, 8], [2, 9, 10]])
    expected = model(torch.tensor([[5, 6, 7, 8]]), torch.tensor([[2, 9, 10]]))[0]
    torch.testing.assert_close(torch.tensor(logits), expected, rtol=0, atol=1e-4 * float(expected.detach().abs().max()))
    for beam_size in (1, 3):
        assert page.evaluate(IN_THE_PAGE, [words[:5], beam_size]) == ids(model, subwords, words[:5], beam_size)


def test_with_int8_it_writes_what_python_writes_with_int8(visit, small_translator, words):
    model, subwords = small_translator
    page = visit(model, subwords, bits=8)
    assert page.evaluate(IN_THE_PAGE, [words, 1]) == ids(with_fewer_bits(model), subwords, words)


def test_the_cache_changes_nothing(visit, small_translator, words):
    """What the page writes step by step is the most likely token of a decoder that reads everything anew."""
    model, subwords = small_translator
    page = visit(model, subwords)
    assert page.evaluate("""(words) => words.every((sentence) => {
      const { model, subwords, follow } = translator;
      const source = [...subwords.encode(sentence), subwords.eos_id], memory = model.encode(source);
      const written = [...follow(model, source, subwords.bos_id, subwords.eos_id)].map((step) => step.token);
      const states = model.decode([subwords.bos_id, ...written.slice(0, -1)], memory);
      return states.every((state, t) => {
        const logits = model.unembed(state);
        return logits[written[t]] > Math.max(...logits) - 1e-4;
      });
    })""", words)


ABOUT = About("English", "Español", trained="six sentences & <b>no</b> more", score="1 of 1", licence="</script> CC0",
              examples=("the black cat sleeps", "the dog sleeps"))


def test_it_translates_as_one_types(visit, small_translator):
    page = visit(*small_translator, ABOUT, bits=8)
    model, subwords = with_fewer_bits(small_translator[0]), small_translator[1]
    translation = page.locator("#translation")
    assert translation.inner_text() == translate(model, ["the black cat sleeps"], subwords)[0]
    field = page.get_by_label("English", exact=True)
    field.fill("")
    assert translation.inner_text() == "" and page.locator("#working").is_hidden()
    field.press_sequentially("the cat")
    assert translation.inner_text() == translate(model, ["the cat"], subwords)[0]
    field.press_sequentially(" eats")
    assert translation.inner_text() == translate(model, ["the cat eats"], subwords)[0]
    page.get_by_role("button", name="the dog sleeps").click()
    assert translation.inner_text() == translate(model, ["the dog sleeps"], subwords)[0]
    page.wait_for_selector("#said:has-text('el')", state="attached")
    assert page.locator("#said").get_attribute("aria-live") == "polite"
    for name, text in (("trained", ABOUT.trained), ("score", ABOUT.score), ("licence", ABOUT.licence)):
        assert page.locator(f"#{name}").inner_text() == text


def test_each_token_shows_where_it_looked_and_what_it_could_have_been(visit, small_translator):
    from course.views.running import follow
    model, subwords = small_translator
    page = visit(model, subwords, ABOUT)
    expected = follow(model, subwords, "the black cat sleeps")
    rows = page.locator("#grid tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => Number(cell.textContent)))")
    assert torch.allclose(torch.tensor(rows), torch.tensor([step["row"] for step in expected["steps"]]), atol=0.0051)
    tokens = page.locator("#tokens button")
    assert tokens.count() == len(expected["steps"])
    tokens.first.focus()
    for step in expected["steps"]:
        names = page.locator("#candidates b").all_inner_texts()
        assert names == [name.replace("▁", "␣") for name, _ in step["candidates"]]
        assert page.locator("[aria-pressed=true]").inner_text().startswith(names[0])
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    assert tokens.first.get_attribute("aria-pressed") == "true"
    assert tokens.first.evaluate("button => button === document.activeElement")


def test_a_beam_shows_what_else_it_found(visit, small_translator):
    model, subwords = small_translator
    page = visit(model, subwords, ABOUT)
    page.get_by_label("beam of 4").check()
    source = torch.tensor([[*subwords.encode("the black cat sleeps"), subwords.eos_id]])
    [found] = beam_search(model, source, subwords.bos_id, subwords.eos_id, beam_size=4)
    buttons = page.locator("#hypotheses button")
    assert [text.split("\n")[0] for text in buttons.all_inner_texts()] == [
        subwords.decode(one.ids) or "(nothing)" for one in found]
    buttons.nth(1).focus()
    page.keyboard.press("Enter")
    assert page.locator("#translation").inner_text() == subwords.decode(found[1].ids)
    assert page.locator("#tokens button").count() == len(found[1].ids)
    assert buttons.nth(1).evaluate("button => button === document.activeElement")
    page.get_by_label("greedy").check()
    assert page.locator("#found").is_hidden()


@pytest.mark.filterwarnings("ignore:.*did not end within")
def test_a_sentence_that_is_too_long_is_refused_in_words(visit, small_translator):
    subwords = small_translator[1]
    torch.manual_seed(0)
    model = Transformer(len(subwords), d_model=8, n_heads=2, d_ff=8, n_layers=1, max_len=12).eval()
    page = visit(model, subwords, About(examples=("xyz xyz xyz xyz",)))
    assert "positions only up to max_len = 12" in page.get_by_role("alert").inner_text()
    assert page.locator("#working").is_hidden()
    with torch.no_grad():                            # a model that never ends: it stops where its positions do
        model.embedding.weight[subwords.eos_id] = 0
        model.decoder.norm.bias += 3 * model.embedding.weight[9]
    page = visit(model, subwords, About(examples=("the cat",)))
    written = translate(model, ["the cat"], subwords)[0]
    assert page.locator("#translation").inner_text().strip() == written.strip()
    assert page.locator("#tokens button").count() == 12
    page.get_by_label("beam of 4").check()
    assert page.locator("#tokens button").count() == 12


@pytest.mark.parametrize("options", [{}, {"width": 320}, {"color_scheme": "dark"}, {"reduced_motion": "reduce"}],
                         ids=["wide", "narrow", "dark", "reduced motion"])
def test_axe_finds_nothing_and_nothing_runs_out_of_the_page(options, visit, small_translator):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(*small_translator, ABOUT, **options)
    page.get_by_label("beam of 4").check()
    page.get_by_role("button", name="the dog sleeps").click()
    page.locator("#translation").evaluate("async node => Promise.all(node.getAnimations({subtree: true}).map("
                                          "animation => animation.finished))")
    found = axe.run(page, options={"preload": False}).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"][:150]) for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    moving = page.evaluate("getComputedStyle(document.querySelector('.translation span')).animationName")
    assert (moving == "none") == (options.get("reduced_motion") == "reduce")


@pytest.mark.slow
@pytest.mark.xdist_group("translator")
def test_the_translator_of_the_course(visit, tmp_path):
    """A sample of what benchmarks/page.py measures on all sentences: as in Python, and hardly worse with int8."""
    from course.translator import trained_translator

    model, subwords, split = trained_translator(progress=False)
    sample = split.test[::20]
    sentences = [pair.source for pair in sample]
    page = visit(model, subwords)
    written, expected = page.evaluate(IN_THE_PAGE, [sentences, 1]), ids(model, subwords, sentences)
    assert sum(ours == theirs for ours, theirs in zip(written, expected, strict=True)) >= len(sample) - 1
    page = visit(model, subwords, bits=8)
    assert (tmp_path / "translator.html").stat().st_size < 3_000_000
    small = with_fewer_bits(model)
    written, expected = page.evaluate(IN_THE_PAGE, [sentences, 1]), ids(small, subwords, sentences)
    assert sum(ours == theirs for ours, theirs in zip(written, expected, strict=True)) >= len(sample) - 1
    references = [[pair.target for pair in sample]]
    as_float = sacrebleu.corpus_bleu(translate(model, sentences, subwords), references).score
    as_int8 = sacrebleu.corpus_bleu([subwords.decode(row) for row in written], references).score
    assert as_int8 > as_float - 2, "on so few sentences; the benchmark measures it on all"
