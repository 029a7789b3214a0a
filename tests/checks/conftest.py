"""The engine looks for pairs of mistakes as long as it takes, so that no test depends on the machine's speed, and what
our own implementations return is computed once for many answers."""
import math

import pytest

from classroom.judge import judgement, recognise

_REMEMBERED = judgement.Remembered()


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(recognise, "patience", dict.fromkeys(recognise.patience, math.inf))
    with judgement.remembering(_REMEMBERED):
        yield
