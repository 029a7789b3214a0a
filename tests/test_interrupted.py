"""`course.training`: a run that is interrupted goes on, one that is finished loads, and no failing file costs a run."""
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from course import training
from course.training import train

from .test_training import reverse_task, small_model

pytestmark = pytest.mark.slow          # training, interrupted

ROOT = Path(__file__).parents[1]

class Interrupted:
    """A cell that is interrupted (■) after some steps, as the toolbar does it: by a signal."""

    def __init__(self, monkeypatch, after):
        self.monkeypatch, self.after, self.steps, self.original = monkeypatch, after, 0, training.training_loss

    def __enter__(self):
        self.monkeypatch.setattr(training, "training_loss", self)

    def __exit__(self, *_):
        self.monkeypatch.setattr(training, "training_loss", self.original)

    def __call__(self, *args):
        self.steps += 1
        if self.steps == self.after:
            signal.raise_signal(signal.SIGINT)
        return self.original(*args)


@pytest.fixture(autouse=True)
def not_ignored():
    """What a shell starts with `&` ignores interruptions."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    return tmp_path / "models"


class TestACellThatIsInterrupted:
    """`model = ...` in one cell, `history = train(model, ..., checkpoint="cache")` in the next."""

    options = dict(tokens=9000, batch_tokens=200, checkpoint="cache", progress=False)

    def interrupt(self, model, monkeypatch, after=18):
        with pytest.raises(KeyboardInterrupt), Interrupted(monkeypatch, after):
            train(model, reverse_task(), **self.options)
        return model

    def whole(self):
        return train(small_model(dropout=0.2), reverse_task(), **self.options | {"checkpoint": None})

    def assert_same(self, history, other):
        assert [{**r, "seconds": 0} for r in history] == [{**r, "seconds": 0} for r in other]

    def test_run_again_it_goes_on_where_it_stopped(self, cache, monkeypatch):
        model = self.interrupt(small_model(dropout=0.2), monkeypatch)
        assert not model.training, "one can translate with it meanwhile"
        self.interrupt(model, monkeypatch, after=5)
        self.assert_same(train(model, reverse_task(), **self.options), self.whole())
        assert len(list(cache.iterdir())) == 1

    def test_the_step_that_was_begun_is_finished_first(self, cache, monkeypatch):
        self.interrupt(small_model(dropout=0.2), monkeypatch)
        [path] = cache.iterdir()
        state = torch.load(path)
        assert len(state["history"]) == 18 and int(state["optimizer"]["state"][0]["step"]) == 18
        assert not state["finished"]

    @pytest.mark.slow
    def test_after_a_restart_of_the_kernel_it_goes_on_too(self, cache, monkeypatch):
        self.interrupt(small_model(dropout=0.2), monkeypatch)
        script = (
            "import sys; sys.path[:0] = ['.']\n"
            "from tests.test_interrupted import *\n"
            "history = train(small_model(dropout=0.2), reverse_task(), **TestACellThatIsInterrupted.options)\n"
            "print([record['loss'] for record in history])\n")
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == pytest.approx([record["loss"] for record in self.whole()], rel=1e-6)
        assert len(list(cache.iterdir())) == 1

    def test_a_finished_cell_run_again_loads(self, cache, monkeypatch):
        model = small_model(dropout=0.2)
        history = train(model, reverse_task(), **self.options)
        before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        monkeypatch.setattr(training, "training_loss", None)
        assert train(model, reverse_task(), **self.options) == history
        assert train(model, reverse_task(), **self.options) == history, "and once more"
        assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())

    def test_a_model_that_was_changed_in_between_is_another_run(self, cache, monkeypatch):
        model = self.interrupt(small_model(), monkeypatch)
        with torch.no_grad():
            model.embedding.weight[5] += 1
        assert len(train(model, reverse_task(), **self.options)) == len(self.whole())
        assert len(list(cache.iterdir())) == 2

    def test_a_new_model_never_gets_what_was_trained_on_from_another_run(self, cache):
        model = small_model()
        train(model, reverse_task(), **self.options)
        train(model, reverse_task(), **self.options | {"lr": 1e-3})          # goes on from trained weights
        fresh = small_model()
        history = train(fresh, reverse_task(), **self.options | {"lr": 1e-3})
        assert history[0]["loss"] > 2 and len(list(cache.iterdir())) == 3
        assert not torch.equal(fresh.embedding.weight, model.embedding.weight)

    def test_an_interruption_pressed_twice_stops_at_once(self, cache, monkeypatch):
        original, calls = training.training_loss, []

        def stuck(*args):
            calls.append(1)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("not reached")

        monkeypatch.setattr(training, "training_loss", stuck)
        with pytest.raises(KeyboardInterrupt):
            train(small_model(), reverse_task(), **self.options)
        monkeypatch.setattr(training, "training_loss", original)
        assert len(calls) == 1 and signal.getsignal(signal.SIGINT) is signal.default_int_handler


class TestFilesThatFail:
    options = dict(steps=4, batch_tokens=200, progress=False)

    @pytest.mark.parametrize("content", [b"", b"garbage", None], ids=["empty", "garbage", "cut short"])
    def test_a_damaged_file_is_named_and_in_the_cache_made_anew(self, cache, content):
        history = train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        [path] = cache.iterdir()
        path.write_bytes(path.read_bytes()[:3000] if content is None else content)
        with pytest.raises(ValueError, match=f"{path.name} is damaged.*Delete it"):
            train(small_model(), reverse_task(), checkpoint=path, **self.options)
        with pytest.warns(UserWarning, match=f"{path.name} should hold.*begins anew"):
            again = train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        assert [r["loss"] for r in again] == [r["loss"] for r in history]
        assert train(small_model(), reverse_task(), checkpoint="cache", **self.options) == again

    def test_what_is_set_aside_is_kept_under_another_name(self, cache):
        train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        [path] = cache.iterdir()
        path.write_bytes(b"garbage")
        with pytest.warns(UserWarning, match=f"It is now called {path.name}.unusable, and training begins anew"):
            train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        assert {file.name for file in cache.iterdir()} == {path.name, f"{path.name}.unusable"}
        assert path.with_name(f"{path.name}.unusable").read_bytes() == b"garbage"

    @pytest.mark.parametrize("foreign", ["another run's", "another recipe's", "no checkpoint", "a list"])
    def test_a_foreign_file_in_the_cache_is_set_aside_too(self, cache, foreign):
        history = train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        [path] = cache.iterdir()
        if foreign == "another run's":                       # the same recipe, from other first weights
            state = torch.load(path)
            train(small_model(dropout=0.3), reverse_task(), checkpoint="cache", **self.options)
            [other] = set(cache.iterdir()) - {path}
            other.replace(path)
            assert torch.load(path)["recipe"] == state["recipe"]
        elif foreign == "another recipe's":
            train(small_model(), reverse_task(), checkpoint=path.with_name("x.pt"), **self.options | {"steps": 3})
            path.with_name("x.pt").replace(path)
        else:
            torch.save({"model": {}} if foreign == "no checkpoint" else [1], path)
        with pytest.warns(UserWarning, match=f"{path.name} should hold an earlier training, but .*begins anew"):
            again = train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        assert [r["loss"] for r in again] == [r["loss"] for r in history]

    def test_a_broken_file_that_cannot_be_renamed_is_in_nobodys_way(self, cache, monkeypatch):
        history = train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        [path] = cache.iterdir()
        path.write_bytes(b"")

        def refuse(*_):
            raise OSError(30, "Read-only file system")
        monkeypatch.setattr(os, "replace", refuse)
        with pytest.warns(UserWarning) as said:
            again = train(small_model(), reverse_task(), checkpoint="cache", **self.options)
        assert [r["loss"] for r in again] == [r["loss"] for r in history]
        assert "It cannot be renamed" in str(said[0].message) and "could not be written" in str(said[1].message)

    def test_a_file_that_cannot_be_written_is_spoken_of_once(self, tmp_path):
        (tmp_path / "file").write_text("no folder")
        path = tmp_path / "file" / "run.pt"
        options = self.options | {"steps": 5}
        with pytest.warns(UserWarning, match="could not be written") as said:
            train(small_model(), reverse_task(), checkpoint=path, checkpoint_seconds=0.0, **options)
        assert len(said) == 1 and "Training goes on" in str(said[0].message)

    def test_a_full_disk_costs_the_file_and_not_the_training(self, tmp_path, monkeypatch):
        def full(*_, **__):
            raise RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 64 vs 0")

        monkeypatch.setattr(torch, "save", full)
        model = small_model()
        with pytest.warns(UserWarning, match="could not be written to .*run.pt.*Is the disk full"):
            history = train(model, reverse_task(), checkpoint=tmp_path / "run.pt", **self.options)
        assert len(history) == 4 and not model.training and not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_notebook_is_interrupted_and_run_again(tmp_path, monkeypatch):
    """With a real kernel, and its real ■."""
    from jupyter_client.manager import start_new_kernel
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))

    def run(code):
        return client.execute_interactive(code, timeout=120, output_hook=lambda message: None)["content"]

    try:
        first = run("import sys; sys.path[:0] = ['.']\nfrom tests.test_interrupted import *\nmodel = small_model()\n"
                    "data = reverse_task(3000)\n"
                    "train(small_model(), data, steps=1)      # what torch imports when it first trains")
        assert first["status"] == "ok"
        cell = "history = train(model, data, tokens={}, batch_tokens=200, checkpoint='cache', progress=False)"
        threading.Timer(5, manager.interrupt_kernel).start()
        stopped = run(cell.format(2_000_000))
        assert stopped["status"] == "error" and stopped["ename"] == "KeyboardInterrupt"
        [path] = (tmp_path / "models").iterdir()
        before = torch.load(path)
        assert not before["finished"] and before["history"]
        threading.Timer(5, manager.interrupt_kernel).start()
        assert run(cell.format(2_000_000))["ename"] == "KeyboardInterrupt"
        after = torch.load(path)
        assert after["history"][:len(before["history"])] == before["history"]
        assert len(after["history"]) > len(before["history"]) and len(list((tmp_path / "models").iterdir())) == 1
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
