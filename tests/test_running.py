"""A translator at work: what the views of the later lessons show."""
import pytest
import torch

from course.tokens import Subwords
from course.transformer import Transformer
from course.views import running

SUBWORDS = Subwords.train(["the cat sleeps", "el gato duerme"], 40)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Transformer(len(SUBWORDS), d_model=8, n_heads=2, d_ff=16, n_layers=1).eval()


@pytest.mark.parametrize("ask", [running.follow, running.intervene])
def test_what_has_not_ended_says_so(model, ask, monkeypatch):
    always = iter([])
    monkeypatch.setattr(model, "unembed", lambda states: torch.eye(len(SUBWORDS))[next(always, 7)])
    assert ask(model, SUBWORDS, "the cat")["translation"].endswith(" …")
    assert len(running.write(model, SUBWORDS, running.encode(model, SUBWORDS, "the cat"))) == running.MOST_TOKENS
    always = iter([7, SUBWORDS.eos_id])
    found = ask(model, SUBWORDS, "the cat")
    assert found["translation"] and not found["translation"].endswith("…")
