"""Lesson 11: answers that were told something that was not so."""
from collections import Counter

import pytest
import torch.nn.functional as F

from .told import refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


@pytest.mark.parametrize("elected, of_equals", [
    (lambda votes, n: votes.mode(0).values, "the first of them in the sentence"),
    (lambda votes, n: F.one_hot(votes, n).sum(0).argmax(-1), "the first of them in the sentence"),
    (lambda votes, n: [Counter(column).most_common(1)[0][0] for column in votes.T.tolist()],
     "the one that a head chose first, counted from head 0")])
def test_heads_that_vote_are_told_what_becomes_of_equal_votes(elected, of_equals):
    def answer(weights):
        return elected(weights[:, :-1, :-1].argmax(-1), weights.shape[2] - 1)
    refused("11.2", answer, "heads-vote", [f"equally many votes, {of_equals}."], ["most heads choose"])
