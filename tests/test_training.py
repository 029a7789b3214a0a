"""The loss, the schedules and the training loop."""
import functools
import itertools
import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from course import _checkpoints, training
from course.tokens import Batch, Encoded
from course.training import best_device, label_smoothing_loss, linear_schedule, train, training_loss, warmup_lr
from course.transformer import Transformer

PAD, BOS, EOS = 0, 2, 3
ROOT = Path(__file__).parents[1]


def reverse_task(n=300, vocab=12, seed=0):
    """Sentences of 3 to 6 random tokens, to be written backwards."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(3, 7, (n,), generator=generator)
    source, target = torch.full((n, 7), PAD), torch.full((n, 8), PAD)
    for i, length in enumerate(lengths.tolist()):
        ids = torch.randint(4, vocab, (length,), generator=generator)
        source[i, : length + 1] = torch.cat([ids, torch.tensor([EOS])])
        target[i, : length + 2] = torch.cat([torch.tensor([BOS]), ids.flip(0), torch.tensor([EOS])])
    return Encoded(source, target, lengths + 1, lengths + 2)


def small_model(seed=0, n_heads=2, **options):
    torch.manual_seed(seed)
    return Transformer(vocab_size=12, d_model=32, n_heads=n_heads, d_ff=64, n_layers=1, **options)


class TestLoss:
    @pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
    @pytest.mark.parametrize("shape", [(7,), (3, 5)])
    def test_equals_pytorch_on_the_real_tokens(self, smoothing, shape):
        torch.manual_seed(0)
        logits = 30 * torch.randn(*shape, 11, dtype=torch.float64)
        targets = torch.randint(0, 11, shape)
        targets.view(-1)[:2] = torch.tensor([PAD, 4])
        expected = F.cross_entropy(logits.view(-1, 11), targets.view(-1), ignore_index=PAD, label_smoothing=smoothing)
        torch.testing.assert_close(label_smoothing_loss(logits, targets, PAD, smoothing), expected)

    def test_padding_logits_have_no_influence_and_no_gradient(self):
        logits = torch.randn(2, 3, 5, requires_grad=True)
        targets = torch.tensor([[1, 2, PAD], [3, PAD, PAD]])
        label_smoothing_loss(logits, targets, PAD).backward()
        assert (logits.grad[targets == PAD] == 0).all()
        assert (logits.grad[targets != PAD] != 0).any(-1).all()

    def test_nothing_but_padding_is_an_error(self):
        with pytest.raises(ValueError, match="all targets are padding"):
            label_smoothing_loss(torch.randn(2, 5), torch.tensor([PAD, PAD]), PAD)

    @pytest.mark.parametrize("smoothing", [0.0, 0.1])
    def test_training_loss_is_the_smoothed_loss_of_all_logits(self, smoothing):
        model, data = small_model(), reverse_task(40)
        batch = data.batch(torch.arange(40))
        assert (batch.source == PAD).any() and (batch.target == PAD).any()
        logits = model(batch.source, batch.target[:, :-1])
        expected = label_smoothing_loss(logits, batch.target[:, 1:], PAD, smoothing)
        torch.testing.assert_close(training_loss(model, batch, smoothing), expected)

    def test_more_padding_changes_nothing(self):
        model, batch = small_model(), reverse_task(20).batch(torch.arange(20))
        longer = Batch(F.pad(batch.source, (0, 3), value=PAD), F.pad(batch.target, (0, 2), value=PAD))
        torch.testing.assert_close(training_loss(model, longer), training_loss(model, batch))


class TestSchedules:
    def test_warmup_rises_to_its_peak_and_falls(self):
        rates = [warmup_lr(step, 512, 100) for step in range(1, 400)]
        assert max(range(399), key=rates.__getitem__) + 1 == 100
        assert rates[99] == pytest.approx(512 ** -0.5 * 100 ** -0.5)
        assert rates[49] == pytest.approx(rates[99] / 2)
        assert rates[399 - 1] == pytest.approx(rates[99] * math.sqrt(100 / 399))

    def test_step_zero_is_an_error(self):
        with pytest.raises(ValueError, match="count from 1"):
            warmup_lr(0, 512)

    def test_linear_schedule_goes_up_and_down_to_zero(self):
        assert [linear_schedule(p, 0.2) for p in (0, 0.1, 0.2, 0.6, 1.0, 1.1)] == pytest.approx([0, 0.5, 1, 0.5, 0, 0])


class TestTrain:
    @pytest.mark.slow
    def test_learns_the_reverse_task(self):
        history = train(
            small_model(), reverse_task(2000), steps=400, lr=5e-3, batch_tokens=600, smoothing=0.0, progress=False
        )
        losses = [record["loss"] for record in history]
        assert len(history) == 400
        assert losses[0] > 2.0
        assert sum(losses[-20:]) / 20 < 0.25

    @pytest.mark.slow
    def test_same_seed_same_curve_other_seed_another(self):
        def curve(seed):
            model = small_model(dropout=0.1)
            history = train(model, reverse_task(), steps=12, seed=seed, batch_tokens=200, progress=False)
            return [record["loss"] for record in history]

        assert curve(1) == curve(1)
        assert curve(1) != curve(2)

    @pytest.mark.slow
    @pytest.mark.parametrize("rates", [{}, {"matrix_lr": 0.01}, {"matrix_lr": 0.01, "matrix_every": 3}])
    def test_an_interrupted_run_resumes_to_the_same_curve(self, tmp_path, monkeypatch, rates):
        options = dict(steps=40, batch_tokens=200, progress=False, **rates)
        whole = train(small_model(dropout=0.2), reverse_task(), **options)

        calls = 0
        original = training.training_loss

        def interrupted(*args):
            nonlocal calls
            calls += 1
            if calls == 18:
                raise KeyboardInterrupt
            return original(*args)

        path = tmp_path / "run.pt"
        monkeypatch.setattr(training, "training_loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(small_model(dropout=0.2), reverse_task(), checkpoint=path, **options)
        monkeypatch.setattr(training, "training_loss", original)

        model = small_model(seed=99, dropout=0.2)
        resumed = train(model, reverse_task(), checkpoint=path, **options)
        assert [r["loss"] for r in resumed] == [r["loss"] for r in whole]
        assert [r["lr"] for r in resumed] == [r["lr"] for r in whole]
        assert [path.name for path in tmp_path.iterdir()] == ["run.pt"], "no half-written file is left"

    @pytest.mark.skipif(best_device() == "cpu", reason="needs a graphics card")
    @pytest.mark.parametrize("rates", [{}, {"matrix_lr": 0.01, "matrix_every": 2}], ids=["adam", "muon"])
    def test_a_graphics_card_gives_the_curve_of_the_processor(self, rates):
        curves = []
        for device in ("cpu", best_device()):
            model = small_model()
            history = train(model, reverse_task(), steps=20, workers=2, device=device, progress=False, **rates)
            curves.append([record["loss"] for record in history])
            assert next(model.parameters()).device.type == "cpu"
        assert curves[0] == pytest.approx(curves[1], rel=0.01)

    @pytest.mark.slow
    @pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
        best_device() != "cuda", reason="needs a graphics card"))])
    @pytest.mark.parametrize("rates", [{}, {"matrix_lr": 0.01, "matrix_every": 2}], ids=["adam", "muon"])
    def test_bfloat16_gives_nearly_the_same_curve(self, device, rates):
        exact, short = (
            [record["loss"] for record in train(small_model(), reverse_task(), steps=20, device=device,
                                                precision=precision, progress=False, **rates)]
            for precision in ("float32", "bfloat16"))
        assert short != exact, "it has been computed in another way"
        assert short == pytest.approx(exact, rel=0.02)

    def test_bfloat16_keeps_the_weights_in_float32(self):
        model = small_model()
        train(model, reverse_task(), steps=3, precision="bfloat16", progress=False)
        assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}

    @pytest.mark.slow
    def test_compiled_steps_give_the_same_curve(self, monkeypatch):
        # All that PyTorch does for a compiler, up to the compiler itself, which not every machine has.
        traced = functools.partial(torch.compile, backend="aot_eager")
        monkeypatch.setattr(training.torch, "compile", traced)
        plain, compiled = (
            [record["loss"] for record in train(small_model(), reverse_task(), steps=3, batch_tokens=200,
                                                compiled=compiled, progress=False)] for compiled in (False, True))
        assert compiled == pytest.approx(plain, rel=1e-4)

    @pytest.mark.skipif(best_device() != "cuda", reason="needs a graphics card")
    @pytest.mark.parametrize("precision", ["float32", "bfloat16"])
    def test_compiled_steps_on_a_graphics_card(self, precision):
        options = dict(steps=8, batch_tokens=200, precision=precision, device="cuda", progress=False)
        plain, compiled = (
            [record["loss"] for record in train(small_model(), reverse_task(), compiled=compiled, **options)]
            for compiled in (False, True))
        assert compiled == pytest.approx(plain, rel=0.02)

    @pytest.mark.slow
    def test_muon_learns_the_reverse_task_in_fewer_steps(self):
        losses = {rate: train(small_model(), reverse_task(), steps=60, batch_tokens=400, matrix_lr=rate,
                              progress=False)[-1]["loss"] for rate in (None, 0.02)}
        assert losses[0.02] < losses[None] - 0.1

    def test_a_step_moves_all_directions_of_a_matrix_alike(self):
        model = small_model()
        before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
        train(model, reverse_task(), steps=1, batch_tokens=400, matrix_lr=0.02, schedule=lambda done: 1.0,
              progress=False)
        changes = {name: parameter.detach() - before[name] for name, parameter in model.named_parameters()}
        values = torch.linalg.svdvals(changes["decoder.layers.0.self_attention.w_v.weight"])
        assert 0.02 * 0.18 < values[10] <= values[0] < 0.02 * 1.87
        # A first step of Adam is the rate times the gradient's sign.
        assert changes["embedding.weight"].abs().max().item() == pytest.approx(0.003, rel=1e-3)

    def test_a_finished_run_is_loaded_and_not_trained_again(self, tmp_path, monkeypatch, capsys):
        options = dict(steps=5, batch_tokens=200, checkpoint=tmp_path / "run.pt")
        model, again = small_model(dropout=0.1), small_model(seed=1, dropout=0.1)
        history = train(model, reverse_task(), **options)
        next_number = torch.rand(1)
        assert "5/5 steps" in capsys.readouterr().err
        monkeypatch.setattr(training, "training_loss", None)
        assert train(again, reverse_task(), **options) == history
        assert torch.equal(torch.rand(1), next_number), "what is random afterwards does not depend on the cache"
        assert not again.training and capsys.readouterr().err == "", "no bar where there is nothing to wait for"
        for name, tensor in model.state_dict().items():
            assert torch.equal(tensor, again.state_dict()[name]), name

    @pytest.mark.slow
    def test_the_cache_knows_a_run_by_all_that_decides_it(self, tmp_path, monkeypatch):
        monkeypatch.setenv("COURSE_CACHE", str(tmp_path))

        def runs_after(model=None, data=None, **changed):
            options = dict(steps=2, batch_tokens=200, progress=False, checkpoint="cache") | changed
            train(model or small_model(), data or reverse_task(), **options)
            return len(list((tmp_path / "models").iterdir()))

        assert runs_after() == 1
        assert runs_after() == 1, "the same run again"
        assert runs_after(small_model(seed=1)) == 2
        assert runs_after(small_model(dropout=0.1)) == 3
        assert runs_after(data=reverse_task(seed=1)) == 4
        assert runs_after(lr=1e-3) == 5
        assert runs_after(schedule=lambda progress: 1.0) == 6
        assert runs_after(small_model(norm_first=False)) == 7
        assert runs_after(small_model(n_heads=4)) == 8

    def test_the_code_of_a_module_is_what_it_computes(self, tmp_path, monkeypatch):
        """Words may change without a run being lost; a number may not."""
        monkeypatch.setattr(_checkpoints, "__file__", str(tmp_path / "_checkpoints.py"))
        text = ('"""Rises."""\nimport math\n\nclass Rate:\n    """A rate."""\n    def at(self, x):\n        if x < 0:\n'
                '            raise ValueError("below 0")\n        return 2 * math.exp(x)    # steeply\n')

        def code(*replacement):
            (tmp_path / "rate.py").write_text(text.replace(*replacement) if replacement else text)
            return _checkpoints.code_of("rate")

        first = code()
        for same in [("Rises", "Climbs"), ("A rate", "One"), ('"below 0"', 'say("below {n}", n=0)'), ("steeply", "!"),
                     ("import math", "import math, time")]:
            assert same[0] in text and code(*same) == first, same
        for other in [("2 *", "3 *"), ("x < 0", "x < 1"), ("exp", "log"), ("2 * ", "")]:
            assert other[0] in text and code(*other) != first, other

    def test_a_checkpoint_of_another_run_is_refused(self, tmp_path):
        options = dict(batch_tokens=200, progress=False, checkpoint=tmp_path / "run.pt")
        train(small_model(), reverse_task(), steps=3, **options)
        with pytest.raises(ValueError, match=r"steps \(3 there, 4 here\)"):
            train(small_model(), reverse_task(), steps=4, **options)

    def test_what_another_process_has_made_of_the_run_stays_if_it_is_further(self, tmp_path):
        path, options = tmp_path / "run.pt", dict(batch_tokens=200, progress=False)
        model = small_model()
        train(model, reverse_task(), steps=8, checkpoint=path, **options)
        kept, written = _checkpoints.read(path), path.read_bytes()
        optimizer = torch.optim.Adam(model.parameters())
        for recipe, steps, stays in ((kept["recipe"], 5, True), (kept["recipe"], 9, False),
                                     ({**kept["recipe"], "seed": 1}, 5, False)):
            path.write_bytes(written)
            _checkpoints.save(path, model, optimizer, recipe, kept["history"][:1] * steps, finished=False)
            assert (path.read_bytes() == written) == stays

    def test_a_budget_of_seconds_ends_and_is_kept_over_a_resume(self, tmp_path, monkeypatch):
        clock = itertools.count()               # a hundredth of a second passes whenever somebody looks
        monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: next(clock) / 100))
        options = dict(seconds=0.3, batch_tokens=200, progress=False, checkpoint=tmp_path / "run.pt")
        history = train(small_model(), reverse_task(), **options)
        assert [record["step"] for record in history] == list(range(1, len(history) + 1))
        assert 5 < len(history) <= 30 and history[-1]["seconds"] < 0.3 + 2 / 100
        assert history[-1]["lr"] < max(r["lr"] for r in history)
        assert len(train(small_model(), reverse_task(), **options)) == len(history)

    @pytest.mark.slow
    def test_workers_resume_and_leave_the_number_of_threads_alone(self, tmp_path):
        options = dict(batch_tokens=400, workers=2, progress=False)
        threads = torch.get_num_threads()
        whole = train(small_model(), reverse_task(), steps=8, **options)
        path = tmp_path / "run.pt"
        assert [r["loss"] for r in train(small_model(), reverse_task(), steps=8, checkpoint=path, **options)] == \
            [r["loss"] for r in whole]
        assert torch.get_num_threads() == threads

    def test_a_budget_of_tokens_is_the_same_on_every_computer(self, tmp_path, monkeypatch, capsys):
        options = dict(tokens=3000, batch_tokens=200)
        history = train(small_model(), reverse_task(), **options)
        assert "0.00/0.00 million tokens" in capsys.readouterr().err
        assert history[-2]["tokens"] < 3000 <= history[-1]["tokens"]
        assert history[-1]["lr"] < history[len(history) // 2]["lr"]
        clock = itertools.count()                       # ten seconds pass whenever somebody looks
        monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: 10 * next(clock)))
        slow = train(small_model(), reverse_task(), progress=False, **options)
        assert [(r["loss"], r["lr"]) for r in slow] == [(r["loss"], r["lr"]) for r in history]
        assert slow[-1]["seconds"] > 300

    @pytest.mark.parametrize("budget", [{}, {"steps": 1, "seconds": 1.0}, {"steps": 1, "tokens": 100}])
    def test_the_budget_is_given_once(self, budget):
        with pytest.raises(ValueError, match="exactly one of them"):
            train(small_model(), reverse_task(), **budget)

    @pytest.mark.parametrize("name, amount", [
        ("steps", 0), ("tokens", 0), ("seconds", 0), ("seconds", -1.0), ("seconds", math.nan), ("steps", 2.5),
        ("tokens", math.inf), ("workers", 0), ("batch_tokens", 0), ("matrix_every", 0)])
    def test_no_budget_at_all_is_an_error_that_says_so(self, name, amount):
        options = {"steps": 1} if name in ("workers", "batch_tokens", "matrix_every") else {}
        with pytest.raises(ValueError, match=f"`{name}` must be .* got {amount}"):
            train(small_model(), reverse_task(), **options, **{name: amount})

    @pytest.mark.parametrize("rates", [{"lr": 0.0}, {"matrix_lr": 0.0}, {"matrix_lr": -1.0}])
    def test_a_rate_is_above_0(self, rates):
        with pytest.raises(ValueError, match="`lr` must be above 0, `matrix_lr` too"):
            train(small_model(), reverse_task(), steps=1, **rates)

    @pytest.mark.parametrize("options, said", [
        ({"precision": "float16"}, '`precision` is "float32" or "bfloat16"; got \'float16\''),
        ({"compiled": True, "workers": 2}, "`compiled=True` needs `workers=1`: .* got 2")])
    def test_how_a_step_is_computed_is_one_of_what_there_is(self, options, said):
        with pytest.raises(ValueError, match=said):
            train(small_model(), reverse_task(), steps=1, **options)

    def test_a_sentence_that_is_too_long_is_named_before_anything_is_trained(self):
        data = reverse_task(20)
        longest = int(data.source_lengths.argmax())
        with pytest.raises(ValueError, match=f"a source sentence, that of pair {longest}, .* 7 tokens; .* max_len = 6"):
            train(small_model(max_len=6), data, steps=1)

    def test_a_loss_that_is_not_a_number_stops_the_run_and_spares_the_checkpoint(self, tmp_path):
        model = small_model()
        torch.nn.init.constant_(model.embedding.weight, float("nan"))
        with pytest.raises(FloatingPointError, match="at step 1; a lower learning rate"):
            train(model, reverse_task(), steps=3, progress=False, checkpoint=tmp_path / "run.pt")
        assert not (tmp_path / "run.pt").exists()

    def test_counts_the_tokens_it_has_seen(self):
        data = reverse_task(50)
        history = train(small_model(), data, steps=1, batch_tokens=10 ** 6, progress=False)
        first = next(training.token_batches(data, 10 ** 6, torch.Generator().manual_seed(0)))
        assert history[0]["tokens"] == (first.source != PAD).sum() + (first.target[:, 1:] != PAD).sum()
