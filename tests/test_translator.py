"""The translator that later lessons load is the one that lesson 09 trains."""
import inspect
import warnings
from pathlib import Path

import jupytext
import pytest
import torch

import course.counting
import course.tokens
import course.training
import course.translator
from course.data import Pair, Split
from course.tokens import Subwords
from course.transformer import Transformer
from course.translator import trained_translator

LESSON = Path(__file__).parents[1] / "solutions" / "09_translator.py"


def once(function):
    """The same result for the same arguments, so that what the lesson and the library do alike is done once."""
    known = []

    def call(*given, **options):
        for others, named, result in known:
            if named == options and len(others) == len(given) and all(map(same, others, given)):
                return result
        known.append((given, options, function(*given, **options)))
        return known[-1][2]

    def same(one, other):
        return one is other or type(one) in (int, list) and one == other

    return call


@pytest.mark.slow
def test_lesson_09_and_trained_translator_are_one_and_the_same_run(monkeypatch):
    runs = []
    monkeypatch.setattr(Subwords, "train", once(Subwords.train))
    for module, name in ((course.tokens, "encode_pairs"), (course.counting, "count_vectors")):
        shared = once(getattr(module, name))
        monkeypatch.setattr(module, name, shared)
        monkeypatch.setattr(course.translator, name, shared)
    defaults = inspect.signature(course.training.train).parameters

    def keep_the_run(model, encoded, *, progress=True, device="cpu", **options):
        recipe = {name: defaults[name].default for name in ("batch_tokens", "lr", "seed")} | options
        runs.append(([tensor.clone() for tensor in [*model.state_dict().values(), *encoded]], str(model), recipe))
        raise InterruptedError

    monkeypatch.setattr(course.translator, "train", keep_the_run)
    monkeypatch.setattr(course.training, "train", keep_the_run)
    monkeypatch.setattr(course.translator, "_noted", lambda note: None)
    try:
        trained_translator()
    except InterruptedError:
        pass

    # The cells of the lesson that decide the run, in their order.
    scope: dict = {}
    for cell in jupytext.read(LESSON).cells:
        source = cell.source
        decisive = ("import ", "pairs = load_pairs", "train_pairs, valid_pairs", "subwords = Subwords.train",
                    "encoded = encode_pairs", "own = True",
                    "together = pair_counts", "vectors = count_vectors", "begin_with(model", "history = train(")
        if cell.cell_type == "code" and any(f"\n{start}" in f"\n{source}" for start in decisive):
            try:
                exec(compile(source, LESSON.name, "exec"), scope)
            except InterruptedError:
                break

    (loaded, loaded_layers, loaded_recipe), (taught, taught_layers, taught_recipe) = runs
    assert loaded_recipe == taught_recipe
    assert loaded_layers == taught_layers
    assert len(loaded) == len(taught) and all(map(torch.equal, loaded, taught))


class TestASecondCall:
    """It finds the model by a note, without learning the subwords and encoding all pairs again."""

    @pytest.fixture
    def calls(self, monkeypatch, tmp_path):
        monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
        pairs = [Pair("the cat sleeps", "el gato duerme"), Pair("the dog runs", "el perro corre")] * 20
        split = Split(pairs, pairs, pairs)
        monkeypatch.setattr(course.translator, "load_pairs", lambda: pairs)
        monkeypatch.setattr(course.translator, "short_pairs", lambda pairs: pairs)
        monkeypatch.setattr(course.translator, "split_pairs", lambda pairs, seed: split)
        monkeypatch.setattr(course.translator, "Subwords", Few)
        monkeypatch.setattr(course.translator, "_new_model", lambda subwords: Transformer(
            len(subwords), d_model=32, n_heads=4, d_ff=64, n_layers=1))
        calls, train = [], course.translator.train

        def counted(*args, **options):
            calls.append(1)
            return train(*args, **options | {"workers": 1})

        monkeypatch.setattr(course.translator, "train", counted)
        return calls

    @pytest.mark.slow
    def test_is_the_same_translator(self, calls):
        first, second = (trained_translator(tokens=500, progress=False) for _ in range(2))
        assert len(calls) == 1
        assert all(map(torch.equal, first.model.state_dict().values(), second.model.state_dict().values()))
        assert first.subwords.encode("the cat") == second.subwords.encode("the cat")
        assert trained_translator(tokens=600, progress=False) and len(calls) == 2
        assert trained_translator(tokens=500, seed=1, progress=False) and len(calls) == 3

    def test_leaves_chance_as_training_leaves_it(self, calls):
        trained_translator(tokens=500, progress=False)
        after_training = torch.rand(3)
        trained_translator(tokens=500, progress=False)
        assert torch.equal(after_training, torch.rand(3))

    @pytest.mark.slow
    @pytest.mark.parametrize("ending", [".json", ".run", ".pt"])
    def test_trains_again_where_a_file_is_damaged(self, calls, tmp_path, ending):
        first = trained_translator(tokens=500, progress=False)
        file, = (tmp_path / "models").glob(f"*{ending}")
        file.write_bytes(b"broken")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)      # `train` says what became of a model
            second = trained_translator(tokens=500, progress=False)
        assert len(calls) == 2
        assert all(map(torch.equal, first.model.state_dict().values(), second.model.state_dict().values()))


class Few(Subwords):
    """So many as these sentences allow."""

    @classmethod
    def train(cls, sentences, vocab_size):
        return super().train(sentences, 40)


def test_a_line_says_which_model_it_is():
    history = [{"seconds": 200.0, "tokens": 3_000_000}, {"seconds": 400.0, "tokens": 6_500_123}]
    which = course.translator._which
    assert "from the cache: 6.5 million tokens in 2 steps, 400 seconds" in which(history, waited=0.3)
    assert "trained just now" in which(history, waited=400.2)
    assert "begun earlier, and trained to its end now (150 of the seconds were earlier)" in which(history, waited=250.0)
