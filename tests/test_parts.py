"""The learner's own parts: kept by `check`, put together again, trained, and copied into the library's model."""
import copy
import sys
import textwrap

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from classroom import check, exercises
from classroom.judge import keep
from course import parts
from course.parts import OwnTransformer, as_library, build_transformer, describe, seconds_per_step
from course.tokens import Encoded
from course.training import train
from course.transformer import Transformer
from tests import variants

SIZES = {"vocab_size": 23, "d_model": 8, "n_heads": 2, "d_ff": 12, "n_layers": 2}


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "state" / "parts"


def written(id, source):
    """A part as if it had been kept."""
    keep.path(id).parent.mkdir(parents=True, exist_ok=True)
    keep.path(id).write_text(textwrap.dedent(source), encoding="utf-8")


def ids():
    generator = torch.Generator().manual_seed(1)
    source, target = (torch.randint(1, 23, (3, size), generator=generator) for size in (6, 5))
    source[1, 4:], target[2, 3:] = 0, 0
    return source, target


# ------------------------------------------------------------------------------------ keeping

def test_a_right_answer_from_a_notebook_is_kept_with_what_it_uses(own_state):
    shell = InteractiveShell.instance()
    shell.run_cell("import math as m\nimport torch\nfrom torch import nn\nfactor = 2\nnot_used = torch.ones(3)\n"
                   "from course.transformer import LayerNorm as LN")
    shell.run_cell("def twice(x):\n    not_used = x * factor\n    return not_used\n")
    shell.run_cell(textwrap.dedent("""
        %time pass
        class FeedForward(nn.Module):
            def __init__(self, d_model, d_ff):
                super(FeedForward, self).__init__()
                self.up, self.down = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
            def forward(self, x):
                return self.down(torch.relu(twice(self.up(x)) / m.sqrt(4)))
    """))
    assert not own_state.exists()
    check("6.2", shell.user_ns["FeedForward"])
    text = keep.path("6.2").read_text(encoding="utf-8")
    assert "import math as m" in text and "factor = 2" in text and "def twice(x):" in text and "%time" not in text
    assert "LN" not in text and "torch.ones" not in text
    alone = {"__name__": "alone"}
    exec(compile(text, "kept", "exec"), alone)
    assert alone["__answer__"](4, 6)(torch.zeros(1, 2, 4)).shape == (1, 2, 4)


def test_a_wrong_answer_is_not_kept_and_the_latest_right_one_is(capsys):
    first, second, *_ = variants.of("7.2")
    check("7.2", first)
    with pytest.raises(AssertionError):
        check("7.2", lambda ids: (ids, ids))
    assert first.__name__ in keep.path("7.2").read_text(encoding="utf-8")
    check("7.2", second)
    assert second.__name__ in keep.path("7.2").read_text(encoding="utf-8")


def _made(table):
    def causal_mask(size):
        return torch.ones(size, size).tril().bool() | table
    return causal_mask


_TABLE = torch.zeros((), dtype=torch.bool)


def _with_a_tensor(size):
    return torch.ones(size, size).tril().bool() | _TABLE


@pytest.mark.parametrize(("answer", "why"), [
    (_made(torch.tensor(False)), "inside another"),
    (_with_a_tensor, "it uses `_TABLE`, a Tensor"),
    (np.vectorize(abs), "no Python source"),
])
def test_what_cannot_be_written_down_is_said(answer, why):
    keep.keep("2.2", answer)
    model, [part] = build_transformer(**SIZES)
    assert why in part.why and isinstance(model, Transformer)
    assert f"not taken: {part.why}" in describe(model, [part])


def test_a_folder_that_cannot_be_written_stops_nothing(own_state, capsys):
    own_state.parent.mkdir()
    own_state.write_text("a file")
    assert check("2.2", exercises.get("2.2").reference).status == "correct"
    assert "could not be kept" in capsys.readouterr().err


# --------------------------------------------------------------------------------- putting together

def test_where_nothing_is_kept_it_is_the_librarys_model_with_the_same_weights():
    torch.manual_seed(4)
    want = Transformer(**SIZES).state_dict()
    torch.manual_seed(4)
    model, found = build_transformer(**SIZES)
    assert found == [] and isinstance(model, Transformer)
    assert all(torch.equal(value, want[name]) for name, value in model.state_dict().items())


def test_the_library_is_there_for_who_asks():
    keep.keep("7.6", exercises.get("7.6").reference)
    assert isinstance(build_transformer(**SIZES)[0], OwnTransformer)
    model, found = build_transformer(**SIZES, own=False)
    assert isinstance(model, Transformer) and found == [] and "was asked for" in describe(model, found)


def kept(answers):
    for id, answer in answers.items():
        keep.keep(id, answer)
    torch.manual_seed(2)
    return build_transformer(**SIZES)


def fits(model):
    """The weights give the same logits in the library's class, for real tokens."""
    source, target = ids()
    library = as_library(model, **SIZES)
    assert library is not None
    real = target != 0
    with torch.no_grad():
        return torch.allclose(library(source, target)[real], model.eval()(source, target)[real], atol=1e-4)


STYLES = [{id: of[n] for id in parts.EXERCISES if len(of := variants.of(id)) > n} for n in range(5)]


@pytest.mark.parametrize("answers", [{id: exercises.get(id).reference for id in parts.EXERCISES}, *STYLES],
                         ids=["the lessons'", *map(str, range(5))])
@pytest.mark.slow
def test_parts_in_any_style_go_together(answers):
    model, found = kept(answers)
    unknown = [part for part in found if part.why]
    assert all("another statement" in part.why for part in unknown), describe(model, found)   # lambdas in a list
    assert isinstance(model, OwnTransformer) and len(found) == len(answers) and fits(model)


@pytest.mark.parametrize(("id", "n"), [("4.3", 4), ("4.3", 5), ("6.3", 4), ("7.1", 3), ("7.1", 4), ("7.6", 1)])
def test_a_single_part_goes_with_the_plain_ones(id, n):
    answer = variants.of(id)[n]
    model, [part] = kept({id: answer})
    assert not part.why and fits(model)
    assert any(type(module).__name__ in (answer.__name__, "MultiHeadAttention") for module in model.modules())


def test_parts_use_each_other():
    calls = []
    model, found = kept({id: exercises.get(id).reference for id in ("2.1", "4.3", "7.1")})
    attention = next(m for m in model.modules() if type(m).__name__ == "MultiHeadAttention")
    module = sys.modules[type(attention).__mro__[1].__module__]
    inner = module.scaled_dot_product_attention
    assert inner.__module__.startswith("_own_part")
    module.scaled_dot_product_attention = lambda *given: calls.append(1) or inner(*given)
    model(*ids())
    assert len(calls) == 6 and [part.id for part in found] == ["2.1", "4.3", "7.1"]     # 2 + 2 · 2 attentions


@pytest.mark.parametrize(("id", "source", "why"), [
    ("2.4", "def m(ids, pad_id):\n    return (ids != pad_id)[:, None, :]\n__answer__ = m", "sees the future"),
    ("2.3", "def m(ids, pad_id):\n    return (ids == ids)[:, None, :]\n__answer__ = m", "alone"),
    ("2.4", "__answer__ = None", "stops: TypeError"),
    ("2.4", "1 / 0", "2_4.py cannot be loaded: ZeroDivisionError"),
    ("2.4", "def (", "2_4.py cannot be loaded: SyntaxError"),
    ("2.4", "x = 3", "cannot be loaded: KeyError"),
    ("6.2", "from torch import nn\nclass F(nn.Module):\n    def __init__(self, d_model, d_ff):\n"
            "        super().__init__()\n    def forward(self, x):\n        return x / 0\n__answer__ = F",
     "no numbers"),
])
def test_a_part_that_spoils_the_model_is_not_taken(id, source, why):
    written(id, source)
    model, [part] = build_transformer(**SIZES)
    assert why in part.why and isinstance(model, Transformer)


def test_weights_that_fit_nothing_of_ours_are_left_where_they_are():
    model, _ = kept({"7.6": exercises.get("7.6").reference})
    model.model.embedding.weight.data[:, 0] += 1
    half = copy.deepcopy(model)
    half.model.scale = 1.0                                  # computes something else from the same weights
    assert as_library(model, **SIZES) is not None and as_library(half, **SIZES) is None


# ------------------------------------------------------------------------------------- training

def pairs():
    generator = torch.Generator().manual_seed(5)
    source, target = (torch.randint(4, 23, (40, size), generator=generator) for size in (5, 6))
    target[:, 0] = 2
    return Encoded(source, target, torch.full((40,), 5), torch.full((40,), 6))


@pytest.mark.slow
def test_own_parts_train_and_other_code_is_another_training(own_state):
    model, _ = kept({"4.3": variants.of("4.3")[0], "7.6": variants.of("7.6")[0]})
    options = {"steps": 12, "batch_tokens": 200, "checkpoint": "cache", "progress": False}
    first = train(model, pairs(), workers=2, **options)
    assert first[-1]["loss"] < first[0]["loss"] and fits(model)
    known, _ = kept({})
    again = train(known, pairs(), workers=2, **options)
    assert again == first                                   # from the cache, times included

    file = keep.path("4.3")
    file.write_text(file.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    changed, _ = kept({})
    assert train(changed, pairs(), workers=2, **options) != first
    assert len(list((own_state.parents[1] / "cache" / "models").glob("*.pt"))) == 2


def test_time_is_measured_and_leaves_no_gradient():
    model, _ = kept({"7.6": exercises.get("7.6").reference})
    encoded = pairs()
    assert seconds_per_step(model, [encoded.batch(torch.arange(8))] * 2) > 0
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())
