"""Lesson 03: what a severe reader found. Layers in training mode, masks of all shapes, loops, matrices, tests."""
import math

import pytest
import torch
from torch import nn

from classroom import evaluate
from classroom.exercises.lesson_03.mistakes_loop import LOOP
from classroom.judge.explain import _heading
from course._words import speaking
from course.attention import causal_mask, scaled_dot_product_attention

from .told import accepted, refused

pytestmark = pytest.mark.slow


class Layer(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def of(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)


class OfItself(Layer):
    def forward(self, x, mask=None):
        return self.of(x, x, mask)


class Across(Layer):
    def forward(self, x, memory, mask=None):
        return self.of(x, memory, mask)


# ------------------------------------------------------------------------------------------ training mode

class OpenWhileItLearns(OfItself):
    def forward(self, x, mask=None):
        return super().forward(x, None if self.training else mask)


class CutWhileItLearns(OfItself):
    def of(self, x, memory, mask=None):
        k = self.w_k(x).detach() if self.training else self.w_k(x)
        return scaled_dot_product_attention(self.w_q(x), k, self.w_v(x), mask)


class FromNothing(OfItself):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        nn.init.zeros_(self.w_q.weight)
        nn.init.zeros_(self.w_k.weight)


class QueriesFromNothing(OfItself):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        nn.init.zeros_(self.w_q.weight)


class WithDropout(Across):
    def forward(self, x, memory, mask=None):
        drop = nn.functional.dropout
        output, weights = self.of(drop(x, 0.3, self.training), memory, mask)
        return drop(output, 0.5, self.training), weights


@pytest.mark.parametrize("answer, slug", [(OpenWhileItLearns, "mask-off-in-training"), (FromNothing, "never-learns"),
                                          (CutWhileItLearns, "gradient-cut-in-training")])
def test_what_is_right_in_evaluation_mode_only(answer, slug):
    refused("3.1", answer, slug)


@pytest.mark.parametrize("id, answer", [("3.1", QueriesFromNothing), ("3.2", WithDropout)])
def test_what_can_learn(id, answer):
    accepted(id, answer)


class KeepsKeys(Across):
    seen = None

    def forward(self, x, memory, mask=None):
        if self.seen is not memory:
            self.seen, self.kept = memory, (self.w_k(memory), self.w_v(memory))
        return scaled_dot_product_attention(self.w_q(x), *self.kept, mask)


def test_numbers_kept_from_old_weights():
    refused("3.2", KeepsKeys, "not-repeatable", ["computed with the old weights"])


# -------------------------------------------------------------------------------------------------- masks

class RowForEachSentence(OfItself):
    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 2 and len(mask) == len(x):
            mask = mask.unsqueeze(1)
        return super().forward(x, mask)


class TurnsMasks(Across):
    def forward(self, x, memory, mask=None):
        if mask is not None and mask.shape[-1] != memory.shape[1]:
            mask = mask.mT
        return super().forward(x, memory, mask)


class MaskForEachSentence(OfItself):
    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 3 and len(mask) != len(x):
            raise ValueError("the mask must have the batch of x")
        return super().forward(x, mask)


class ClosesQueries(OfItself):
    def forward(self, x, mask=None):
        return super().forward(x, mask & mask.mT if mask is not None and mask.shape[-2] == 1 else mask)


class CausalWhereSquare(Across):
    def forward(self, x, memory, mask=None):
        if mask is None and x.shape[1] == memory.shape[1]:
            mask = torch.ones(x.shape[1], x.shape[1]).tril().bool()
        return super().forward(x, memory, mask)


@pytest.mark.parametrize("id, answer, slug", [
    ("3.1", RowForEachSentence, "mask-of-two-axes-for-padding"), ("3.1", ClosesQueries, "padded-queries-closed"),
    ("3.2", CausalWhereSquare, "causal-where-square"), ("3.2", TurnsMasks, "shapes-do-not-fit"),
    ("3.1", MaskForEachSentence, "stops-by-itself"),
])
def test_masks(id, answer, slug):
    refused(id, answer, slug)


# -------------------------------------------------------------------------------------------------- loops

def loop(before=None, after=None, rises=None, modes=None):
    def fit(model, loss_of, batches, optimiser):
        layers = list(model.children()) if modes == "layers" else [model]
        for layer in layers:
            layer.train()
        if before:
            before(model)
        losses = []
        for batch in batches:
            optimiser.zero_grad()
            loss = loss_of(model, batch)
            losses.append(loss.item())
            if rises and losses[-1] > min(losses[-2:]):
                if rises == "break":
                    break
                continue
            loss.backward()
            optimiser.step()
        for layer in layers:
            layer.eval()
        return losses
    return fit


@pytest.mark.parametrize("answer, slug, says", [
    (loop(rises="break"), "stops-early", "does not take its step"), (loop(rises="continue"), "steps-left-out", ""),
    (loop(modes="layers"), "layers-mode-only", ""),
    (loop(before=lambda model: model.requires_grad_(True)), "frozen-parameters-freed", ""),
])
def test_loops(answer, slug, says):
    refused("3.5", answer, slug, [says], ["Two things at once"])


def test_a_loop_has_a_heading_in_chinese():
    with speaking("zh"):
        headings = {_heading(mistake) for mistake in LOOP}
    assert not any(heading.startswith("这样的") for heading in headings), headings


# ------------------------------------------------------------------------------------- tests and matrices

def mean_of_differences(attend):
    x, order = torch.randn(3, 6, 8), torch.tensor([2, 0, 5, 3, 1, 4])
    assert (attend(x[:, order]) - attend(x)[:, order]).mean().abs() < 1e-5


def small_numbers(attend):
    x, order = torch.rand(3, 7, 8) * 1e-3, torch.tensor([2, 0, 6, 3, 5, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)


def later_is_better(n_words, n_places):
    W_q, W_k = torch.zeros(2, n_words + n_places, 1)
    W_q[n_words:], W_k[n_words:, 0] = 100, torch.arange(n_places)
    return W_q, W_k


def too_large(n_words, n_places):
    W_q, W_k = torch.zeros(2, n_words + n_places, n_places, dtype=torch.float64)
    W_k[n_words:] = 1e200 * torch.eye(n_places).double()
    W_q[n_words + 1 :, :-1] = 1e200 * torch.eye(n_places - 1).double()
    return W_q, W_k


def strength(q, k, noun=None):
    def find_noun(n_genders, n_numbers):
        d = 3 + n_genders + n_numbers
        W_q, W_k = q * torch.eye(d), k * torch.eye(d)
        W_q[0], W_q[1], W_q[1, 0] = 0, 0, q if noun is None else noun
        return W_q, W_k
    return find_noun


@pytest.mark.parametrize("id, answer, slug, says, never", [
    ("3.3", mean_of_differences, "misses-words-sorted", "some cancel others", "?."),
    ("3.3", small_numbers, "misses-values-shifted", "further from 0", "round in a circle"),
    ("3.6", later_is_better, "looks-at-the-last", "whoever asks", "product"),
    ("3.6", too_large, "infinite-entries", "they are infinite", "looks most"),
    ("3.7", strength(5, 5), "not-sharp-enough", "n_genders = 18", "0.00 goes"),
    ("3.7", strength(100, 1, noun=1), "one-part-too-soft", "the adjective itself", "goes to itself"),
])
def test_what_is_said(id, answer, slug, says, never):
    verdict = evaluate(id, answer)
    assert verdict.mistake == slug, verdict.message
    assert says in verdict.message and never not in verdict.message, verdict.message


def one_number_each(n_genders, n_numbers):
    W_q, W_k = torch.zeros(2, 3 + n_genders + n_numbers, 3)
    W_q[1, 0] = W_k[0, 0] = 10
    for start, size, column in ((3, n_genders, 1), (3 + n_genders, n_numbers, 2)):
        for W in (W_q, W_k):
            W[start : start + size, column] = 10 * torch.linspace(-1, 1, size)
    return W_q, W_k


def test_a_product_of_two_numbers_is_named():
    verdict = evaluate("3.7", one_number_each)
    assert verdict.mistake == "numbers-multiplied", verdict.message
    assert "the gender is one number, and so is the number" in verdict.message


def test_strong_matrices_are_right_in_long_sentences():
    accepted("3.7", strength(20 * math.sqrt(24), 1))


# ------------------------------------------------------------------------------------- found by a new user

class AxisForHeads(OfItself):
    def forward(self, x, mask=None):
        return super().forward(x, mask.unsqueeze(1) if mask is not None and mask.dim() == 3 else mask)


class MaskTimesScores(OfItself):
    def forward(self, x, mask=None):
        scores = self.w_q(x) @ self.w_k(x).mT / math.sqrt(self.w_q.out_features)
        weights = (scores if mask is None else scores * mask).softmax(-1)
        return weights @ self.w_v(x), weights


def shuffles_sentences(attend):
    x, order = torch.randn(6, 6, 8), torch.tensor([3, 0, 5, 1, 4, 2])
    assert torch.allclose(attend(x[order]), attend(x)[order], atol=1e-5)


def outermost_in_the_end(model, loss_of, batches, optimiser):
    losses = loop()(model, loss_of, batches, optimiser)
    model.train()
    model.training = False
    return losses


def layers_in_the_end(model, loss_of, batches, optimiser):
    losses = loop()(model, loss_of, batches, optimiser)
    model.training = True
    return losses


def numbers_behind_numbers(n_genders, n_numbers):
    W_q, W_k = torch.zeros(2, 3 + n_genders + n_numbers, 1 + n_genders + n_numbers)
    W_q[1, 0] = W_k[0, 0] = 20
    for W in (W_q, W_k):
        for n in range(n_genders):
            W[3 + n, 1 + n] = 20
        for n in range(n_numbers):
            W[3 + n_numbers + n, 1 + n_genders + n] = 20
    return W_q, W_k


@pytest.mark.parametrize("id, answer, slug, says, never", [
    ("3.1", AxisForHeads, "mask-given-an-axis", "one axis more, behind its first", "a row?"),
    ("3.1", MaskTimesScores, "mask-fills-zero", "all shares are equal", "nan"),
    ("3.3", shuffles_sentences, "misses-positions-added", "change places in the batch", "did not fail"),
    ("3.5", outermost_in_the_end, "outermost-mode-only", "`model.eval()` sets it in all layers", "came"),
    ("3.5", layers_in_the_end, "layers-mode-only", "in the end", "came"),
    ("3.7", numbers_behind_numbers, "numbers-in-other-rows", "beyond the last row", "cases that differ"),
])
def test_a_new_user(id, answer, slug, says, never):
    refused(id, answer, slug, [says], [never])


def test_two_things_at_once_are_told_in_sentences():
    class Answer(OfItself):
        def forward(self, x, mask=None):
            scores = self.w_q(x) @ self.w_k(x).mT
            weights = (scores if mask is None else scores.masked_fill(~mask, -math.inf)).softmax(-1)
            return weights @ self.w_v(x), weights

    refused("3.1", Answer, "no-scaling", ["2. Forbidden scores are −∞"], ["Empty rows"])


def words_and_sentences_shuffled(attend):
    x, order, turn = torch.randn(3, 6, 8), torch.tensor([2, 0, 5, 3, 1, 4]), torch.tensor([2, 0, 1])
    attend(x[turn])
    assert torch.allclose(attend(x[:, order])[0], attend(x)[:, order][0], atol=1e-5)


def test_shuffled_sentences_are_named_only_if_no_word_moves():
    refused("3.3", words_and_sentences_shuffled, "misses-later-sentences-only", [], ["change places in the batch"])


def crossed_with(masked):
    class CrossAttention(Across):
        def forward(self, x, memory, mask=None):
            return super().forward(x, memory, masked(causal_mask(x.shape[1]), mask))
    return CrossAttention


def test_a_causal_mask_that_fits_only_where_both_are_equally_long():
    for masked, slug in ((lambda past, mask: past if mask is None else mask, "causal-without-a-mask"),
                         (lambda past, mask: past if mask is None else mask & past, "causal-as-well")):
        refused("3.2", crossed_with(masked), slug, says=("it fits only where",))


# ------------------------------------------------------------------------------------- tests that refuse what is right

def expects(wanted, sentences=4, order=(2, 0, 5, 3, 1, 4)):
    def test(attend):
        x, places = torch.randn(sentences, 6, 8), torch.tensor(order)
        assert torch.allclose(attend(x[:, places]), wanted(attend(x), places), atol=1e-5)
    return test


@pytest.mark.parametrize("answer", [
    expects(lambda before, order: before), expects(lambda before, order: before[order], sentences=6),
    expects(lambda before, order: before[:, order.argsort()])])
def test_a_test_that_refuses_what_is_right_is_told_which_outputs_belong_together(answer):
    refused("3.3", answer, "refuses-right", ["output `[:, 0]` of the one belongs to output `[:, 2]` of the other"],
            ["switched off"])


def test_nothing_is_said_of_orders_where_no_word_moves():
    refused("3.3", expects(lambda before, order: before + 1, order=range(6)), "refuses-right", ["switched off"],
            ["two orders"])
