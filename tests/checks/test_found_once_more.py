"""Answers of all lessons, each for a kind: what they are told, and what is no longer said of them."""
import functools
import math

import numpy as np
import pytest
import torch
from torch import nn

from classroom import evaluate
from classroom.exercises.lesson_10.tasks import beam_step
from course._words import speaking
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.training import label_smoothing_loss
from course.transformer import DecoderLayer, LayerNorm, sinusoidal_encoding

from .told import refused

pytestmark = pytest.mark.slow          # many answers, each on several cases and seeds


# ------------------------------------------------------------------------------------ packages and classes

def imports_einops(x):
    import a_package_of_nobody
    return a_package_of_nobody.rearrange(x, "b h t d -> b t (h d)")


def imports_a_part(x):
    import torch.nothing_of_this_name
    return torch.nothing_of_this_name(x)


def imports_a_name(x):
    from torch import nothing_of_this_name
    return nothing_of_this_name(x)


class Attention(nn.Module):
    def forward(self, q, k, v):
        return q, k


@pytest.mark.parametrize("id, answer, slug, words", [
    ("4.2", imports_einops, "not-installed", "`a_package_of_nobody` is not installed here"),
    ("4.2", imports_a_part, "not-in-the-package", "has no part called `nothing_of_this_name`"),
    ("4.2", imports_a_name, "not-in-the-package", "`torch` has nothing called `nothing_of_this_name`"),
    ("1.3", Attention, "class-for-a-function", "written with `def`"),
    ("14.2", lambda q, scale: q.to(scale.dtype) @ scale, "shapes-do-not-fit", "which axes meet?"),
    ("3.5", lambda model, loss_of, batches, optimiser: len(iter(batches)), "gone-through-once", "A list_iterator"),
    ("3.5", lambda model, loss_of, batches, optimiser: map(loss_of, batches)[0], "gone-through-once", "A map hands"),
    ("11.1", lambda *links: torch.rand(2).topk(3), "more-than-there-are", "along this axis"),
    ("14.2", lambda q, scale: torch.cat([q, scale[None]]), "joined-sizes-differ", "all other axes"),
    ("0.1", lambda scores: np.concatenate([np.ones((1, 2)), np.ones((1, 3))]), "joined-sizes-differ", "all other axes"),
])
def test_errors_are_explained(id, answer, slug, words):
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == ("error", slug) and words in verdict.message, verdict.message


@pytest.mark.parametrize("id, answer, slug, words", [
    ("0.1", lambda scores: scores[:, None] / scores.sum() * np.ones(len(scores)), "several-for-one", "one too many"),
    ("10.1", lambda log_p, n, alpha: log_p / ((5 + torch.as_tensor(n).reshape(-1, 1)) / 6) ** alpha, "each-with-each",
     "stand on its diagonal"),
    ("14.2", lambda q, scale: (q * scale[:, None]).sum(1), "axis-summed-up", "the sum of the right numbers along"),
    ("14.2", lambda q, scale: (q * scale[:, None]).mean(0), "axis-summed-up", "the mean of the right numbers along"),
    ("14.2", lambda q, scale: (q * scale[:, None]).amax(0), "axis-summed-up", "the largest of the right numbers along"),
])
def test_another_shape_is_explained_by_the_numbers_in_it(id, answer, slug, words):
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == ("wrong", slug) and words in verdict.message, verdict.message


def test_a_hint_for_pytorchs_developers_is_left_out():
    def in_place(q, k, v, mask=None):
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)
        if mask is not None:
            weights.masked_fill_(~mask, 0.0)
        return weights @ v, weights
    assert "anomaly" not in evaluate("2.1", in_place).message


# ------------------------------------------------------------------------------------- parameters' names

class Norm(nn.Module):
    """Layer norm whose parameters bear other names, made in one order or the other."""

    order = ("gamma", "beta")

    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        for name in self.order:
            setattr(self, name, nn.Parameter(torch.ones(d_model) if name == "gamma" else torch.zeros(d_model)))

    def divisor(self, x):
        return torch.sqrt(x.var(-1, keepdim=True, correction=0) + self.eps)

    def forward(self, x):
        return self.gamma * (x - x.mean(-1, keepdim=True)) / self.divisor(x) + self.beta


class OtherOrder(Norm):
    order = ("beta", "gamma")


class WithStd(Norm):
    def divisor(self, x):
        return x.std(-1, keepdim=True) + self.eps


class Heads(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.k_proj, self.q_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        layers = ((self.q_proj, query), (self.k_proj, key), (self.v_proj, value))
        q, k, v = (split_heads(layer(x), self.n_heads) for layer, x in layers)
        mixed, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.out_proj(merge_heads(mixed)), weights


@pytest.mark.parametrize("id, answer", [("6.1", Norm), ("6.1", OtherOrder), ("4.3", Heads)])
def test_names_alone_are_told_as_that(id, answer):
    verdict = evaluate(id, answer)
    assert verdict.mistakes == ("missing-layer",) and "all your numbers would be right" in verdict.message


def test_wrong_numbers_under_other_names_are_told_as_well():
    verdict = evaluate("6.1", WithStd)
    assert verdict.mistakes == ("missing-layer", "unbiased-and-eps-outside"), verdict.message
    assert "It is not the names alone" in verdict.message and "would be right" not in verdict.message


# ----------------------------------------------------------------------- what is said is so, and says enough

def test_no_input_is_called_ignored_where_it_matters():
    """Cut down to whole numbers, small shares are 0 whatever the scores are; elsewhere they are right."""
    def cut(x):
        powers = np.exp(x.astype(np.longdouble))
        return (powers / powers.sum(-1, keepdims=True)).astype(x.dtype)
    assert "does not depend" not in evaluate("1.2", cut).message


def test_a_wider_dtype_loses_nothing():
    for id, answer in (("5.1", lambda n, d: sinusoidal_encoding(n, d).double()),
                       ("4.2", lambda x: merge_heads(x).double())):
        refused(id, answer, "dtype-widened", ["Nothing is lost"], ["Precision is lost"])


def test_a_pseudo_count_is_not_given_another_size():
    def rounds(t, pairs):
        counts = np.full_like(t, 1e-9)
        for source, target in pairs:
            for j in target:
                for i in source:
                    counts[i, j] += t[i, j] / sum(t[k, j] for k in source)
        return counts / counts.sum(1, keepdims=True)
    refused("11.3", rounds, "pseudo-count", ["a tiny number"], ["1e-12"])


def test_a_negative_base_of_a_plain_number():
    refused("10.1", lambda log_p, n, alpha: log_p / ((5 - n) / 6) ** alpha, "n-subtracted", ["complex"],
            ["there is a second mistake"])


def test_a_loop_over_one_and_the_same_tensor():
    def no_copy(decode):
        x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
        for t in range(1, 6):
            other = x
            other[:, t:] = torch.randn(2, 6 - t, 16)
            assert torch.allclose(decode(x, memory)[:, :t], decode(other, memory)[:, :t], atol=1e-5)
    assert "the very same `x`" in evaluate("7.3", no_copy).message


# -------------------------------------------------------------------------------------------------- named

def divided_twice(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return (-(1 - smoothing) * right - smoothing / logits.shape[-1] * log_p.mean(-1)).mean()


def step(model, optimiser, source, target, pad_id, smoothing, length=None):
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:],
                                *((smoothing, pad_id) if length is None else (pad_id, smoothing)))
    optimiser.zero_grad()
    loss.backward()
    if length is not None:
        nn.utils.clip_grad_norm_(model.parameters(), length)
    optimiser.step()
    return loss.item()


def best_of_each(log_p, next_log_p, beam_size):
    best, token = (log_p[:, None] + next_log_p).max(dim=1)
    scores, parent = best.topk(min(beam_size, len(best)))
    return scores, parent, token[parent]


def eight_tokens(log_p, next_log_p, beam_size):
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    return scores, place // 8, place % 8


def finished_keep_no_place(model, source, bos_id, eos_id, beam_size, alpha, max_len):
    target, log_p, finished = torch.full((1, 1), bos_id), torch.zeros(1), []
    for n in range(1, max_len + 1):
        following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
        log_p, parent, token = beam_step(log_p, following, beam_size)
        target = torch.cat([target[parent], token[:, None]], 1)
        scores, ended = log_p / ((5 + n) / 6) ** alpha, token == eos_id
        finished += zip(scores[ended].tolist(), target[ended, 1:].tolist(), strict=True)
        if len(finished) >= beam_size or ended.all():
            break
        target, log_p, scores = target[~ended], log_p[~ended], scores[~ended]
    score, ids = max(finished) if finished else (scores[0].item(), target[0, 1:].tolist())
    return ids, score


class MemoryReplaced(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            memory = layer(x, memory, self_mask, memory_mask)
        return self.norm(memory)


def prefix_for_itself(prefix_lengths, size):
    mask = torch.ones(size, size, dtype=torch.bool).tril().repeat(len(prefix_lengths), 1, 1)
    for b, n in enumerate(prefix_lengths):
        mask[b, :n, :n] = True
        mask[b, n:, :n] = False
    return mask


def weight_twice(x, weight, eps=1e-6):
    return weight * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def quantised(w, change=lambda scale: scale, count=torch.round):
    scale = change(w.abs().amax(1) / 127)
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return count(w / scale[:, None]).to(torch.int8), scale


@pytest.mark.parametrize("id, answer, slug", [
    ("5.3", lambda x: x * math.sqrt(x.shape[-1]) + sinusoidal_encoding(1, x.shape[-1]), "same-position-for-all"),
    ("7.5", MemoryReplaced, "memory-replaced"),
    ("8.1", divided_twice, "smoothing-divided-twice"), ("8.4", step, "arguments-exchanged"),
    ("8.4", functools.partial(step, length=0.1), "gradients-clipped"),
    ("10.2", best_of_each, "each-beginning-alone"), ("10.2", eight_tokens, "vocabulary-size-typed-in"),
    ("10.3", finished_keep_no_place, "places-not-given-up"),
    ("11.1", lambda a, s, p: len(a & s) + len(a & p), "not-divided"),
    ("13.1", weight_twice, "weight-twice"), ("13.3", prefix_for_itself, "prefix-for-itself"),
    ("14.1", functools.partial(quantised, change=torch.round), "scale-made-whole"),
    ("14.1", functools.partial(quantised, count=lambda x: x + 0.5), "half-added"),
])
def test_a_mistake_is_told_by_its_name(id, answer, slug):
    refused(id, answer, slug)


def test_matrices_that_are_large_enough_are_large_enough_whatever_they_are():
    """Shares of e^-20 and of e^-50 are both nothing: the mistake is the same, and has the same name."""
    def ahead(n_words, n_places, factor):
        W_q, W_k = torch.zeros(2, n_words + n_places, n_places, dtype=torch.float64)
        W_q[n_words:] = factor * torch.eye(n_places, dtype=torch.float64).roll(1, 1)
        W_k[n_words:] = torch.eye(n_places)
        return W_q, W_k
    for factor in (90.0, 123.0, 1e3, 1e4):
        assert evaluate("3.6", functools.partial(ahead, factor=factor)).mistake == "looks-ahead"



# ------------------------------------------------------------------- what two readers of one lesson each have found

def template_left(q, k):
    scores = q @ k.T                                                          # noqa: F841 - not given back
    raise NotImplementedError


def sizes_by_the_texts_names(q, k):
    scores = np.zeros((T_q, T_k))                                             # noqa: F821 - that is the mistake
    return scores


def one_array_of_both(q, k, v):
    weights = shares(q @ k.T / math.sqrt(q.shape[-1]))
    return np.array([weights @ v, weights])


def shares(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def rounds(t, pairs, through=lambda pairs: pairs):
    counts = np.zeros_like(t)
    for source, target in through(pairs):
        for j in target:
            for i in source:
                counts[i, j] += t[i, j] / sum(t[k, j] for k in source)
    return counts / counts.sum(1, keepdims=True)


@pytest.mark.parametrize("id, answer, status, slug, words", [
    ("1.1", template_left, "error", "template-line-left", "`raise NotImplementedError` that was there to begin with"),
    ("1.1", sizes_by_the_texts_names, "error", "unknown-name", "`T_q` is a size in the text, and no name of your code"),
    ("1.1", lambda q, k: np.vdot(q, k), "error", "shapes-do-not-fit", "not equally long"),
    ("1.1", lambda q, k: np.matrix(q) * np.matrix(k).T, "wrong", "not-an-array", "`np.asarray(...)`"),
    ("1.3", one_array_of_both, "error", "not-one-array", "with a comma between them"),
    ("11.1", lambda a, s, p: 1 - len((a & s) + (a & p)) / len(a + s), "error", "sets-are-no-numbers", "`len` says how"),
    ("11.3", functools.partial(rounds, through=enumerate), "error", "number-for-a-list", "`enumerate` gives a number"),
    ("11.3", functools.partial(rounds, through=lambda pairs: pairs[:-1]), "wrong", "last-pair-left-out", "last pair"),
    ("11.2", lambda weights: weights.mean(0)[1:-1, :-1].argmax(-1), "wrong", "rows-cut-twice", "the first row"),
])
def test_it_is_told_what_was_done(id, answer, status, slug, words):
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == (status, slug) and words in verdict.message, verdict.message


def test_a_stub_below_a_call_of_the_class_above_is_still_a_stub():
    class EncoderLayer(nn.Module):
        def __init__(self, d_model, n_heads, d_ff):
            super().__init__()
            raise NotImplementedError

    class Encoder(nn.Module):
        def __init__(self, n_layers, d_model, n_heads, d_ff):
            super().__init__()
            self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))

        def forward(self, x, mask=None):
            return x
    assert evaluate("6.4", Encoder).status == evaluate("6.3", EncoderLayer).status == "not attempted"


def test_a_result_in_place_of_the_function_has_stopped_nothing():
    assert evaluate("1.1", np.eye(3)).heading == "Nothing was run."


def test_a_row_is_shown_that_has_what_is_said_of_it():
    def negative_where_it_fails(x):
        try:
            powers = np.exp(x - x.max(axis=1))
            return powers / powers.sum(axis=1)
        except Exception:
            return x
    verdict = evaluate("1.2", negative_where_it_fails)
    assert verdict.mistake == "negative-shares"
    assert " -1 " in verdict.message.split("yours")[1].split("\n")[0], verdict.message


def test_a_dtype_in_one_corner_explains_nothing():
    def one_too_few(q, k, v):
        weights = shares(q @ k.T / math.sqrt(q.shape[-1]))
        return np.array([sum(w * value for w, value in zip(row, v[1:], strict=False)) for row in weights]), weights
    refused("1.3", one_too_few, "values-shifted", never=["dtype"])


def test_sets_have_no_shape_and_one_number_is_no_list():
    verdict = evaluate("11.1", lambda a, s, p: 0.25 + 0.1 * len(a))
    assert "4 predicted, 4 sure and 4 possible links" in verdict.message and "yours     0.650" in verdict.message


def test_a_tensor_without_axes_is_a_number():
    def rate(a, s, p):
        return torch.tensor(1 - (len(a & s) + len(a & p)) / (len(a) + len(s)))
    assert evaluate("11.1", rate).status == "correct"


def test_two_mistakes_have_headings_that_say_what_was_done():
    def attention(q, k, v):
        weights = shares(q @ k.T / math.sqrt(len(q)))
        return weights @ k, weights
    message = evaluate("1.3", attention).message
    assert "1. The scores are divided by √T_q, where T_q is the number of queries." in message
    assert "root of t q" not in message


def test_in_chinese_two_mistakes_are_told_by_what_was_done():
    """Of a sentence like "your results are exactly those of ...", what follows."""
    def attention(q, k, v):
        weights = shares(q @ k.T / math.sqrt(len(q)))
        return weights @ k, weights
    with speaking("zh"):
        message = evaluate("1.3", attention).message
    assert "1. 把分数除以 √T_q。" in message and "2. 键的混合。" in message
    assert message.count("恰好") == 1
