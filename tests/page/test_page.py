"""A translator as one page: what is in it, and what is refused. In a browser: tests/browser/test_page.py."""
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from classroom.app import main
from classroom.app import page as command
from course import attention, decoding, languages, tokens, transformer
from course import page as page_of_the_course
from course._words import in_script, speaking
from course.ablation import Config, Variant
from course.languages import SpacedSubwords
from course.page import (
    About,
    PageError,
    as_html,
    dequantise,
    export_page,
    in_frame,
    load_translator,
    pack,
    quantise,
    rounding,
    save_translator,
    score_of,
    script,
    show_page,
    source_of,
    with_fewer_bits,
)
from course.parts import OwnTransformer
from course.tokens import Subwords
from course.transformer import Transformer

PAGE = Path(page_of_the_course.__file__).parent
SENTENCES = ["the black cat sleeps", "el gato negro duerme", "黑猫 sleeps."]


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(SENTENCES, 60)


@pytest.fixture
def model(subwords):
    torch.manual_seed(0)
    return Transformer(len(subwords), d_model=16, n_heads=4, d_ff=24, n_layers=2)


# --------------------------------------------------------------------------------------------- quantise


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_row_is_off_by_half_a_step_at_most(bits, dtype):
    w = torch.randn(7, 5, dtype=dtype, generator=torch.Generator().manual_seed(bits))
    w *= torch.logspace(-3, 3, 7).unsqueeze(1)
    w[3] = 0
    q, scale = quantise(w, bits)
    largest = 2 ** (bits - 1) - 1
    assert q.dtype == torch.int8 and scale.dtype == dtype and q.shape == w.shape and scale.shape == (7,)
    assert q.abs().max() == largest and (q.abs().amax(1) == torch.tensor([largest] * 3 + [0] + [largest] * 3)).all()
    assert scale[3] == 1 and (scale > 0).all()
    error = (dequantise(q, scale) - w).abs()
    assert (error <= scale[:, None] * 0.500001).all() and dequantise(q, scale).dtype == dtype
    assert torch.equal(quantise(-w, bits)[0], -q), "symmetric"
    again = quantise(dequantise(q, scale), bits)
    assert torch.equal(again[0], q), "a second time changes nothing"


@pytest.mark.parametrize("w", [torch.zeros(3), torch.zeros(2, 2, dtype=torch.int64), torch.tensor([[1.0, np.nan]])])
def test_what_is_no_table_is_refused(w):
    with pytest.raises(ValueError, match="expected a table"):
        quantise(w)


def test_fewer_bits_change_the_tables_alone(model):
    small = with_fewer_bits(model)
    for (name, before), after in zip(model.named_parameters(), small.parameters(), strict=True):
        if before.dim() == 2:
            assert torch.equal(after, dequantise(*quantise(before))), name
            assert not torch.equal(after, before), name
        else:
            assert torch.equal(after, before), name


# ------------------------------------------------------------------------------------------ what is in it


def test_the_page_is_whole_and_asks_for_nothing(model, subwords):
    text = as_html(model, subwords, About(examples=("the cat",)))
    assert "{{" not in text and "}}" not in text.split('type="application/json"')[0]
    assert not re.search(r"""\b(src|href)=["'](?!data:)""", text)
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|import\(|^import ", script(), re.MULTILINE)
    assert "default-src 'none'" in text


@pytest.mark.parametrize(("file", "counterparts", "own"), [
    ("transformer.js", (attention, transformer, decoding), {"follow"}), ("tokens.js", (tokens, languages), set()),
    ("torch.js", (torch, torch.nn, rounding), {"mix", "range", "read_weights"})])
def test_the_modules_have_the_names_of_the_python(file, counterparts, own):
    known = {name for module in counterparts for name in dir(module)}
    text = (PAGE / file).read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:export )?(?:function\*? |class )(\w+)|^export const (\w+)", text, re.MULTILINE))
    named = {function or constant for function, constant in named} - own - {"read_bytes"}
    assert len(named) >= 3 and named <= known
    for class_name, body in re.findall(r"^(?:export )?class (\w+).*?\{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        [python] = {getattr(module, class_name) for module in counterparts if hasattr(module, class_name)}
        methods = set(re.findall(r"^  (\w+)\(.*?\) \{", body, re.MULTILINE)) - {"constructor"}
        assert methods <= {*dir(python), "copy", "merge", "spell"}, class_name


def test_the_transformer_can_be_read_beside_the_python():
    lines = (PAGE / "transformer.js").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 250 and max(map(len, lines)) <= 120
    assert script().index("class Transformer") < script().index("class Subwords"), "each once, in one text"
    assert script().count("class Transformer ") == 1 and "import " not in script()


def test_what_is_said_about_it_stays_text(model, subwords):
    about = About("<b>A</b>", "B", trained="</script><script>alert(1)</script>", licence="{{MODEL}}")
    text = as_html(model, subwords, about)
    assert "<title>&lt;b&gt;A&lt;/b&gt; → B" in text
    assert text.count("<script") == 2 and "alert(1)</script>" not in text
    [stored] = re.findall(r'<script type="application/json" id="model">(.*?)</script>', text, re.DOTALL)
    assert json.loads(stored)["about"]["trained"] == about.trained
    assert json.loads(stored)["about"]["licence"] == "{{MODEL}}"


def test_what_is_not_said_is_not_made_up(model, subwords):
    about = json.loads(re.findall(r'id="model">(.*?)</script>', as_html(model, subwords), re.DOTALL)[0])["about"]
    assert about["score"] == about["licence"] == about["trained"] == "not stated by whoever made this page"


def test_the_page_speaks_the_language_of_whoever_exports_it(model, subwords):
    english, said = as_html(model, subwords), in_frame(source_of("page.html")) + in_script(source_of("page.js"))
    assert len(said) > 30 and '<html lang="en">' in english and '"words":{}' in english
    with speaking("zh"):
        text = as_html(model, subwords, About(examples=("the cat",)))
    stored = json.loads(re.findall(r'id="model">(.*?)</script>', text, re.DOTALL)[0])
    assert '<html lang="zh">' in text and "<title>英语 → 西班牙语：" in text and set(stored["words"]) == set(
        in_script(source_of("page.js")))
    assert stored["about"]["score"] == "网页的作者没有说明" and stored["about"]["target_code"] == "es"
    frame = re.sub(r"<(script|style).*?</\1>|<!--.*?-->|<code>.*?</code>|<em>.*?</em>", "", text, flags=re.DOTALL)
    spoken = re.sub(r"<[^>]*>|&lt;eos&gt;", "", frame) + "".join(re.findall(r'aria-label="([^"]*)"', frame))
    assert set(re.findall(r"[A-Za-z]{2,}", spoken)) <= {"Transformer", "JavaScript", "DOCTYPE", "html"}
    assert all(sentence.split("<")[0] in english for sentence in in_frame(source_of("page.html")) if len(sentence) < 60)


def test_int8_is_a_quarter_of_float32(subwords):
    model = Transformer(len(subwords), d_model=64, n_heads=4, d_ff=256, n_layers=2)
    sizes = {bits: len(json.dumps(pack(model, subwords, bits)["weights"])) for bits in (8, 32)}
    assert 3.2 < sizes[32] / sizes[8] < 4
    with pytest.raises(ValueError, match="8 or 32, got 4"):
        pack(model, subwords, 4)


@pytest.mark.filterwarnings("ignore:.*did not end within")      # a model that has learned nothing
def test_the_score_is_that_of_the_translations(model, subwords):
    from course.data import Pair
    from course.decoding import translate
    written = translate(model, SENTENCES, subwords)
    pairs = [Pair(source, target) for source, target in zip(SENTENCES, written, strict=True)]
    assert score_of(model, subwords, pairs, "char").startswith("100.0 sacreBLEU on 3 sentences")
    with pytest.raises(ValueError, match="no sentence pairs"):
        score_of(model, subwords, [])


# ---------------------------------------------------------------------------------------- files


def test_a_file_is_replaced_as_a_whole(model, subwords, tmp_path, monkeypatch):
    path = tmp_path / "translator.html"
    path.write_text("old")
    assert export_page(model, subwords, path) == path and path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    path.write_text("old")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(PageError, match="cannot be written: No space left"):
        export_page(model, subwords, path)
    monkeypatch.undo()
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["translator.html"]
    with pytest.raises(PageError, match="is a folder; name a file in it"):
        export_page(model, subwords, tmp_path)


def test_a_page_is_shown_by_its_name_alone(model, subwords, tmp_path, monkeypatch):
    (tmp_path / "a folder").mkdir()
    monkeypatch.chdir(tmp_path / "a folder")
    shown = show_page(export_page(model, subwords, "my <first> page.html"), height=300).data
    assert 'src="my%20%3Cfirst%3E%20page.html"' in shown and "my &lt;first&gt; page.html</a>" in shown
    assert "height: 300px" in shown and len(shown) < 600 and str(tmp_path) not in shown
    with pytest.raises(PageError, match="there is no file other.html"):
        show_page("other.html")
    elsewhere = export_page(model, subwords, tmp_path / "elsewhere.html")
    with pytest.raises(PageError, match="outside of this notebook's folder"):
        show_page(elsewhere)


@pytest.mark.parametrize("changes", [{}, {"norm": "post"}, {"scaling": False}, {"tied": False},
                                     {"positions": "learned"}, {"positions": "none"}, {"n_heads": 1}])
@pytest.mark.parametrize("kind", [Subwords, SpacedSubwords])
def test_what_was_saved_is_what_is_loaded(changes, kind, tmp_path):
    subwords = kind.train(SENTENCES, 60)
    torch.manual_seed(1)
    model = Variant(len(subwords), Config(d_model=16, d_ff=8, n_layers=1, **changes))
    about = About("English", "Chinese", target_code="zh", examples=("the cat",))
    loaded = load_translator(save_translator(tmp_path / "mine.pt", model, subwords, about))
    assert loaded.about == about and type(loaded.subwords) is kind and not loaded.model.training
    assert [loaded.subwords.encode(one) for one in SENTENCES] == [subwords.encode(one) for one in SENTENCES]
    source, target = torch.tensor([[5, 6, 7]]), torch.tensor([[2, 8]])
    torch.testing.assert_close(loaded.model(source, target), model.eval()(source, target), rtol=1e-4, atol=1e-4)
    assert pack(loaded.model, loaded.subwords) == pack(model, subwords)


def test_a_layer_without_biases_is_one_with_zeros(model, subwords):
    for module in list(model.modules()):
        if isinstance(module, attention.MultiHeadAttention):
            for name in "qkvo":
                getattr(module, f"w_{name}").bias = None
    assert pack(model, subwords)["config"]["n_heads"] == 4


def test_a_model_of_ones_own_parts_is_taken(model, subwords):
    assert pack(OwnTransformer(model, "code"), subwords) == pack(model, subwords)
    with pytest.raises(PageError, match="as_library"):
        pack(OwnTransformer(torch.nn.Linear(2, 2), "code"), subwords)


# ---------------------------------------------------------------------------------------- what is refused


class OtherActivation(Transformer):
    """Has every part of the course's Transformer, and does something else at the end."""

    def unembed(self, states):
        return super().unembed(states).tanh()


def test_foreign_models_are_refused(model, subwords):
    foreign = OtherActivation(len(subwords), d_model=16, n_heads=4, d_ff=24, n_layers=2)
    with pytest.raises(PageError, match="OtherActivation has the parts .* but computes something else"):
        pack(foreign, subwords)
    assert foreign.training, "it is left as it was"
    with pytest.raises(PageError, match="Linear is not put together as course.transformer.Transformer"):
        pack(torch.nn.Linear(2, 2), subwords)
    model.gate = torch.nn.Linear(2, 2)
    with pytest.raises(PageError, match="it also has gate.weight, gate.bias"):
        pack(model, subwords)


def test_foreign_subwords_are_refused(model, subwords):
    with pytest.raises(PageError, match="the model knows 60 tokens, the subwords are 16"):
        pack(model, Subwords.train(["the cat"], 16))
    with pytest.raises(PageError, match="expected course.tokens.Subwords"):
        pack(model, object())

    from tokenizers import normalizers
    other = Subwords.train(SENTENCES, 60)
    other._tokenizer.normalizer = normalizers.Lowercase()
    with pytest.raises(PageError, match="set up in another way"):
        pack(model, other)


@pytest.fixture
def saved(model, subwords, tmp_path):
    return save_translator(tmp_path / "mine.pt", model, subwords, About(score="34 of 100"))


def test_the_command_writes_a_page(saved, tmp_path, capsys):
    out = tmp_path / "mine.html"
    assert main(["page", str(saved), "--out", str(out)]) == 0
    assert "English to Spanish" in (said := capsys.readouterr().out) and str(out) in said
    small = out.stat().st_size
    assert "34 of 100" in out.read_text(encoding="utf-8")
    assert command.main([str(saved), "--out", str(out), "--float32"]) == 0
    assert out.stat().st_size > small


def _damaged(path, what):
    if what == "cut off":
        path.write_bytes(path.read_bytes()[:2000])
    elif what == "text":
        path.write_text("a poem")
    elif what == "missing":
        path.unlink()
    else:
        contents = torch.load(path, weights_only=True)
        {"a checkpoint": lambda: (contents.clear(), contents.update(recipe={}, model={}, history=[])),
         "a list": lambda: contents.update(format="something else"),
         "heads": lambda: contents["config"].update(n_heads=5),
         "weights": lambda: contents["state"].pop("encoder.norm.bias"),
         "subwords": lambda: contents.update(subwords="{}"),
         "about": lambda: contents.update(about='{"score": 3}')}[what]()
        torch.save(contents, path)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "said"), [
    ("missing", "There is no file"), ("cut off", "is damaged, or no translator"), ("text", "damaged, or no translator"),
    ("a checkpoint", "is a checkpoint of `train`"), ("a list", "is no translator of this course"),
    ("heads", "is damaged"), ("weights", "it lacks encoder.norm.bias"), ("subwords", "is damaged"),
    ("about", "what is said about the translator is not text")])
def test_the_command_refuses_what_is_no_translator(what, said, saved, tmp_path, capsys):
    out = tmp_path / "mine.html"
    out.write_text("old")
    _damaged(saved, what)
    assert main(["page", str(saved), "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert said in told.err and not told.out and "Traceback" not in told.err
    assert what == "missing" or "save_translator(path, model, subwords)" in told.err
    assert out.read_text() == "old"


def test_no_code_in_a_file_is_run(tmp_path):
    class Harmful:
        def __reduce__(self):
            return print, ("run",)

    path = tmp_path / "harmful.pt"
    torch.save({"format": Harmful()}, path)
    with pytest.raises(PageError, match="no translator"):
        load_translator(path)
