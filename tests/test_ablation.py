"""Ablations: one switch changes one thing, equal seeds begin alike, and the table prints what differs."""
from dataclasses import replace

import pytest
import torch

from course import _checkpoints, ablation
from course.ablation import (
    Config,
    Result,
    UnscaledAttention,
    Variant,
    common_pairs,
    differences,
    results_table,
    run,
    sentence_losses,
    task_from,
)
from course.attention import MultiHeadAttention
from course.data import Pair
from course.decoding import greedy_decode
from course.tokens import Encoded
from course.transformer import Transformer

SMALL = Config(n_heads=2, d_model=12, d_ff=16, n_layers=1, steps=4)
SWITCHES = {
    "scaling": {"scaling": False}, "none": {"positions": "none"}, "learned": {"positions": "learned"},
    "post": {"norm": "post"}, "untied": {"tied": False}, "heads": {"n_heads": 3},
}


def small_pairs():
    words = ["a", "b", "c", "d", "e"]
    sources = [f"{x} {y} {z}" for x in words for y in words for z in words]
    return [Pair(source, source[::-1].upper()) for source in sources]


def model_of(seed=0, **changes):
    torch.manual_seed(seed)
    return Variant(20, replace(SMALL, **changes)).eval()


def ids(seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(4, 20, (2, 5), generator=generator), torch.randint(4, 20, (2, 4), generator=generator)


class TestVariant:
    def test_base_is_the_courses_transformer(self):
        torch.manual_seed(0)
        plain = Transformer(20, 12, 2, 16, 1).eval()
        assert torch.equal(model_of()(*ids()), plain(*ids()))

    @pytest.mark.parametrize("name", SWITCHES)
    def test_switch_changes_the_output_and_keeps_the_rest_of_the_weights(self, name):
        base, other = model_of(), model_of(**SWITCHES[name])
        assert not torch.allclose(base(*ids()), other(*ids()), atol=1e-4)
        ours, theirs = base.state_dict(), other.state_dict()
        common = [key for key in ours if key in theirs]
        assert len(common) >= len(ours) - 4                       # post-norm has no last norms
        assert all(torch.equal(ours[key], theirs[key]) for key in common)

    def test_unscaled_attention_does_not_divide(self):
        torch.manual_seed(0)
        attention = UnscaledAttention(6, 2).double()
        x = torch.randn(1, 4, 6, dtype=torch.float64)
        _, weights = attention(x, x, x)
        q, k = (w(x).view(1, 4, 2, 3).transpose(1, 2) for w in (attention.w_q, attention.w_k))
        assert torch.allclose(weights, (q @ k.mT).softmax(-1))

    def test_every_attention_is_replaced(self):
        attentions = [m for m in model_of(scaling=False).modules() if isinstance(m, MultiHeadAttention)]
        assert len(attentions) == 3 and all(isinstance(m, UnscaledAttention) for m in attentions)

    def test_without_positions_the_source_order_is_invisible(self):
        source, target = ids()
        order = torch.tensor([3, 1, 4, 0, 2])
        for positions, blind in (("none", True), ("sinusoid", False), ("learned", False)):
            model = model_of(positions=positions)
            assert torch.allclose(model(source, target), model(source[:, order], target), atol=1e-5) is blind

    def test_learned_positions_are_trained(self):
        model = model_of(positions="learned")
        model(*ids()).sum().backward()
        assert model.positions.grad[:5].abs().sum() > 0

    @pytest.mark.parametrize("name", SWITCHES)
    def test_cached_decoding_knows_the_switch(self, name):
        model = model_of(**SWITCHES[name]).double()
        source = ids()[0]
        cached, plain = (greedy_decode(model, source, 2, 3, max_len=8, cached=cached) for cached in (True, False))
        assert torch.equal(cached, plain)

    def test_every_setting_is_in_the_text_that_the_cache_goes_by(self):
        texts = {str(model_of(**changes)) for changes in [{}, *SWITCHES.values()]}
        assert len(texts) == len(SWITCHES) + 1

    @pytest.mark.parametrize(("name", "value"), [("positions", "rotary"), ("norm", "before")])
    def test_unknown_option(self, name, value):
        with pytest.raises(ValueError, match=f"{name} must be one of .*got '{value}'"):
            replace(SMALL, **{name: value})


class TestRun:
    def test_same_seed_same_result_and_other_seed_another(self):
        task = task_from(small_pairs(), n_valid=20, vocab_size=40)
        first, again, other = (run(SMALL, seed, task, progress=False) for seed in (0, 0, 1))
        assert first.loss == again.loss != other.loss
        assert len(first.history) == SMALL.steps and 0 <= first.bleu <= 100

    @pytest.mark.slow
    def test_what_was_measured_is_found_again_and_nothing_else(self, tmp_path, monkeypatch):
        monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
        task = task_from(small_pairs(), n_valid=20, vocab_size=40)
        first = run(SMALL, 0, task, progress=False)
        kept, = (tmp_path / "models").glob("*.json")
        measured, measure = [], ablation._measure
        monkeypatch.setattr(ablation, "_measure", lambda *args: measured.append(args) or measure(*args))
        again = run(SMALL, 0, task, progress=False)
        assert not measured and (again.loss, again.bleu) == (first.loss, first.bleu)
        fewer = task._replace(valid=Encoded(*(part[:10] for part in task.valid)), valid_pairs=task.valid_pairs[:10])
        assert run(SMALL, 0, fewer, progress=False).loss != first.loss
        run(SMALL, 1, task, progress=False)
        assert len(measured) == 2
        for text in ("{", "[]", '{"loss": "1"}'):
            kept.write_text(text, encoding="utf-8")
            assert run(SMALL, 0, task, progress=False).loss == first.loss
        assert len(measured) == 5

    def test_a_model_that_was_changed_since_is_measured_anew(self, tmp_path, monkeypatch):
        monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
        model = run(SMALL, 0, task_from(small_pairs(), n_valid=20, vocab_size=40), progress=False).model

        def found(number: float) -> float:
            return _checkpoints.measured(model, [b""], lambda: {"number": number})["number"]

        assert [found(1.0), found(2.0)] == [1.0, 1.0]
        with torch.no_grad():
            next(model.parameters()).mul_(2)
        assert [found(3.0), found(4.0)] == [3.0, 4.0]

    @pytest.mark.slow
    def test_warmup_off_begins_at_the_peak(self):
        task = task_from(small_pairs(), n_valid=20, vocab_size=40)
        rates = [r["lr"] for r in run(replace(SMALL, warmup=0.0), 0, task, progress=False).history]
        assert rates == pytest.approx([SMALL.lr * share for share in (1, 0.75, 0.5, 0.25)])

    def test_sentence_losses_ignore_padding(self):
        task = task_from([*small_pairs(), Pair("a", "A")], n_valid=30, vocab_size=40)
        model = Variant(len(task.subwords), SMALL).eval()
        losses, counts = sentence_losses(model, task.valid)
        for row in (0, 7):
            batch = task.valid.batch(torch.tensor([row]))
            log_p = model(batch.source, batch.target[:, :-1]).log_softmax(-1)
            expected = -log_p.gather(-1, batch.target[:, 1:, None]).sum()
            assert losses[row].item() == pytest.approx(expected.item(), rel=1e-5)
            assert counts[row] == batch.target.shape[1] - 1


class TestTable:
    def test_row_holds_only_what_differs(self):
        runs = [Result(loss, bleu, None, []) for loss, bleu in ((1.5, 30.0), (1.7, 32.0))]
        lines = results_table({SMALL: runs, replace(SMALL, n_heads=1): runs, replace(SMALL, scaling=False): runs},
                              SMALL).splitlines()
        assert lines[0].split() == ["n_heads", "scaling", "loss", "BLEU"]
        assert lines[2].split() == ["base", "2", "yes", *"1.60 ± 0.10 31.0 ± 1.0".split()]
        assert lines[3].split() == ["1", *"1.60 ± 0.10 31.0 ± 1.0".split()]
        assert lines[4].split()[0] == "no"

    def test_differences(self):
        assert differences(SMALL, SMALL) == {}
        assert differences(replace(SMALL, smoothing=0.0, n_heads=1), SMALL) == {"n_heads": 1, "smoothing": 0.0}


def test_common_pairs_counts_each_language_by_itself():
    pairs = [Pair("go home", "ve a"), Pair("go now", "ve a"), Pair("home", "a"), Pair("now", "b")]
    assert common_pairs(pairs, min_count=2) == pairs[:3]
