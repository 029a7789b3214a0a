"""The engine looks for pairs of mistakes as long as it takes, so that no test depends on the machine's speed."""
import math

import pytest

from classroom.judge import recognise


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(recognise, "patience", dict.fromkeys(recognise.patience, math.inf))
