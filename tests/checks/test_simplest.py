"""Nothing simpler explains it: one mistake in any right style before two; "exactly" only where all numbers agree."""
import math
from functools import partial

import pytest
import torch

from classroom import evaluate, exercises
from classroom.exercises.lesson_03.tasks import CrossAttention, SelfAttention
from classroom.judge.exercise import both
from course.attention import MultiHeadAttention, merge_heads, split_heads

pytestmark = pytest.mark.slow          # many answers, each on several cases

STYLED = ("2.1", "3.1", "3.2", "4.3")


@pytest.mark.parametrize("id", STYLED)
def test_styles_are_right(id):
    task = exercises.get(id)
    assert len(task.styles) >= 5
    for style in task.styles:
        assert evaluate(id, style).status == "correct", style.keywords


@pytest.mark.parametrize("id, n", [(id, n) for id in STYLED for n in range(len(exercises.get(id).styles))])
def test_each_mistake_has_one_name_in_every_style(id, n):
    task = exercises.get(id)
    tried = 0
    for mistake in task.misconceptions:
        if (otherwise := both(mistake.wrong, task.styles[n])) is not None:
            tried += 1
            verdict = evaluate(id, otherwise)
            assert verdict.mistakes in ((mistake.slug,), ()), (mistake.slug, verdict.mistakes)
    assert tried > 20


# ------------------------------------------------------- written anew, with the softmax along another axis

FILLS = {"lowest": lambda scores: torch.finfo(scores.dtype).min, "infinity": lambda scores: -math.inf,
         "a billion": lambda scores: -1e9}
CLOSINGS = {
    "every place": lambda weights, mask: weights.masked_fill(~mask, 0),
    "rows": lambda weights, mask: weights.masked_fill(~mask.any(-1, keepdim=True), 0),
    "times": lambda weights, mask: weights.nan_to_num(0.0) * mask,
}


def mixed(q, k, v, mask, axis, fill, close):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(axis)
    else:
        weights = close(scores.masked_fill(~mask, fill(scores)).softmax(axis), mask)
    return weights @ v, weights


def function(**how):
    return lambda q, k, v, mask=None: mixed(q, k, v, mask, **how)


def alone(**how):
    class SelfAttentionAnew(SelfAttention):
        def forward(self, x, mask=None):
            return mixed(self.w_q(x), self.w_k(x), self.w_v(x), mask, **how)
    return SelfAttentionAnew


def across(**how):
    class CrossAttentionAnew(CrossAttention):
        def forward(self, x, memory, mask=None):
            return mixed(self.w_q(x), self.w_k(memory), self.w_v(memory), mask, **how)
    return CrossAttentionAnew


def heads(**how):
    class MultiHeadAttentionAnew(MultiHeadAttention):
        def forward(self, query, key, value, mask=None):
            parts = (layer(x) for layer, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
            q, k, v = (split_heads(part, self.n_heads) for part in parts)
            mask = None if mask is None else mask.unsqueeze(1)
            output, weights = mixed(q, k, v, mask, **how)
            return self.w_o(merge_heads(output)), weights
    return MultiHeadAttentionAnew


MAKE = {"2.1": function, "3.1": alone, "3.2": across, "4.3": heads}
NAMES = {("2.1", 0): "softmax-over-axis-0", ("2.1", 1): "softmax-over-axis-1", ("4.3", 1): "softmax-over-heads",
         ("4.3", 0): "softmax-over-sentences"}


@pytest.mark.parametrize("close", CLOSINGS)
@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("id", STYLED)
def test_a_softmax_along_the_wrong_axis_is_one_mistake_however_places_are_closed(id, fill, close):
    how = {"fill": FILLS[fill], "close": CLOSINGS[close]}
    for axis in (-2, *((0, 1) if id in ("2.1", "4.3") else ())):
        verdict = evaluate(id, MAKE[id](axis=axis, **how))
        assert verdict.mistakes == (NAMES.get((id, axis), "softmax-over-queries"),), verdict.message
        assert "Two things" not in verdict.message
    assert evaluate(id, MAKE[id](axis=-1, **how)).status == "correct"


def test_two_mistakes_are_still_told():
    two = partial(exercises.get("2.1").misconceptions[0].wrong.func, scale="none", axis=-2)
    verdict = evaluate("2.1", two)
    assert set(verdict.mistakes) == {"no-scaling", "softmax-over-queries"} and "Two things at once" in verdict.message


def test_no_time_for_the_simplest_means_no_pair(monkeypatch):
    from classroom.judge import recognise
    monkeypatch.setattr(recognise, "patience", dict.fromkeys(recognise.patience, -1.0))
    two = partial(exercises.get("2.1").misconceptions[0].wrong.func, scale="none", axis=-2)
    assert "Two things" not in evaluate("2.1", two).message


# --------------------------------------------------------------------------------------------------- exactly

def test_exactly_is_not_said_of_some_cases():
    reference = exercises.get("2.1").reference

    def partly(q, k, v, mask=None):
        if q.dim() > 2 and q.shape[-1] == 5:
            return (x * 1.01 for x in reference(q, k, v, mask))
        return reference(q / math.sqrt(q.shape[-1]), k, v, mask)

    assert "exactly" not in evaluate("2.1", lambda *inputs: tuple(partly(*inputs))).message


def test_a_mistake_made_now_and_then_is_told_as_that():
    reference = exercises.get("2.1").reference

    def rarely(q, k, v, mask=None):                # one mistake, in the few cases without a batch
        return reference(q / math.sqrt(q.shape[-1]) if q.dim() == 2 else q, k, v, mask)

    verdict = evaluate("2.1", rarely)
    assert verdict.mistake == "divided-by-d-k" and "exactly" not in verdict.message
    assert verdict.message.startswith("In 3 of the 31 cases: ") and "only now and then" in verdict.message


def test_what_explains_few_of_the_wrong_cases_is_not_named():
    reference = exercises.get("2.1").reference

    def mostly_odd(q, k, v, mask=None):
        output, weights = reference(q / math.sqrt(q.shape[-1]), k, v, mask)
        return (output, weights) if q.dim() == 2 else (output * 1.3 + weights.mean(), weights)

    assert "divided-by-d-k" not in evaluate("2.1", mostly_odd).mistakes
