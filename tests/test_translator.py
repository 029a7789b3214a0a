"""The translator that later lessons load is the one that lesson 09 trains."""
import inspect
from pathlib import Path

import jupytext
import pytest
import torch

import course.training
import course.translator
from course.translator import trained_translator

LESSON = Path(__file__).parents[1] / "solutions" / "09_translator.py"


@pytest.mark.slow
def test_lesson_09_and_trained_translator_are_one_and_the_same_run(monkeypatch):
    runs = []
    defaults = inspect.signature(course.training.train).parameters

    def keep_the_run(model, encoded, *, progress=True, device="cpu", **options):
        recipe = {name: defaults[name].default for name in ("batch_tokens", "lr", "seed")} | options
        runs.append(([tensor.clone() for tensor in [*model.state_dict().values(), *encoded]], str(model), recipe))
        raise InterruptedError

    monkeypatch.setattr(course.translator, "train", keep_the_run)
    monkeypatch.setattr(course.training, "train", keep_the_run)
    try:
        trained_translator()
    except InterruptedError:
        pass

    # The cells of the lesson that decide the run, in their order.
    scope: dict = {}
    for cell in jupytext.read(LESSON).cells:
        source = cell.source
        decisive = ("import ", "pairs = load_pairs", "train_pairs, valid_pairs", "subwords = Subwords.train",
                    "encoded = encode_pairs", "own = True", "history = train(")
        if cell.cell_type == "code" and any(f"\n{start}" in f"\n{source}" for start in decisive):
            try:
                exec(compile(source, LESSON.name, "exec"), scope)
            except InterruptedError:
                break

    (loaded, loaded_layers, loaded_recipe), (taught, taught_layers, taught_recipe) = runs
    assert loaded_recipe == taught_recipe
    assert loaded_layers == taught_layers
    assert len(loaded) == len(taught) and all(map(torch.equal, loaded, taught))


def test_a_line_says_which_model_it_is():
    history = [{"seconds": 200.0, "tokens": 3_000_000}, {"seconds": 400.0, "tokens": 6_500_123}]
    which = course.translator._which
    assert "from the cache: 6.5 million tokens in 2 steps, 400 seconds" in which(history, waited=0.3)
    assert "trained just now" in which(history, waited=400.2)
    assert "begun earlier, and trained to its end now (150 of the seconds were earlier)" in which(history, waited=250.0)
