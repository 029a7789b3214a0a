"""Answers as learners write them in lessons 06 and 07: what is right is accepted, what is wrong is named."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate, exercises
from classroom.exercises.lesson_07 import mistakes_leaks
from course.attention import MultiHeadAttention, causal_mask
from course.transformer import DecoderLayer, Encoder, EncoderLayer, FeedForward, LayerNorm
from tests import variants

pytestmark = pytest.mark.slow          # many answers, each on several cases


def named(answer, name):
    """As it is called in a notebook, so that Python's messages are those that a learner gets."""
    answer.__name__ = answer.__qualname__ = name
    if isinstance(answer, type):
        answer.forward.__qualname__ = f"{name}.forward"
    return answer


# --------------------------------------------------------------------------------- 6.1 layer norm

def norm(forward, parameters=("weight", "bias"), eps=1e-5, learns=True):
    class Answer(nn.Module):
        def __init__(self, d_model, eps=eps):
            super().__init__()
            self.eps = eps
            for name, start in zip(parameters, (torch.ones(d_model), torch.zeros(d_model)), strict=True):
                setattr(self, name, nn.Parameter(start, requires_grad=learns))
    Answer.forward = forward
    return Answer


def centred(x):
    return x - x.mean(-1, keepdim=True)


def variance(x):
    return centred(x).square().mean(-1, keepdim=True)


class InheritsNorm(nn.LayerNorm):
    pass


class HoldsNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.norm = nn.LayerNorm(d_model, eps=eps)

    def forward(self, x):
        return self.norm(x)


NORMS = [
    (nn.LayerNorm, "torchs-own"), (InheritsNorm, "torchs-own"), (HoldsNorm, "torchs-own"),
    (norm(lambda self, x: F.layer_norm(x, x.shape[-1:], self.weight, self.bias, self.eps)), "torchs-own"),
    (norm(lambda self, x: torch.layer_norm(x, x.shape[-1:], self.weight, self.bias, self.eps)), "torchs-own"),
    (norm(lambda self, x: centred(x) / variance(x).clamp(min=self.eps).sqrt() * self.weight + self.bias),
     "eps-as-a-floor"),
    (norm(lambda self, x: centred(x) / variance(x).sqrt().clamp(min=self.eps) * self.weight + self.bias),
     "eps-as-a-floor"),
    (norm(lambda self, x: centred(x) / torch.sqrt(variance(x) + self.eps) * self.weight + self.bias, learns=False),
     "frozen"),
    (norm(lambda self, x: centred(x) / torch.sqrt(variance(x) + self.eps) * self.gamma + self.beta, ("gamma", "beta")),
     "missing-layer"),
]

# -------------------------------------------------------------------- 6.2 to 6.4, and 7.1: layers


class PythonsMax(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(max(0, self.w_1(x)))


class InheritsEncoderLayer(nn.TransformerEncoderLayer):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff, dropout=0.0, batch_first=True, norm_first=True)

    def forward(self, x, mask=None):
        hidden = None if mask is None else ~mask.expand(-1, x.shape[1], -1).repeat_interleave(
            self.self_attn.num_heads, dim=0)
        return super().forward(x, hidden)


class HoldsEncoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        layer = nn.TransformerEncoderLayer(d_model, n_heads, d_ff, 0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, n_layers, nn.LayerNorm(d_model), enable_nested_tensor=False)

    def forward(self, x, mask=None):
        return self.encoder(x)


class HoldsDecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.layer = nn.TransformerDecoderLayer(d_model, n_heads, d_ff, 0.0, batch_first=True, norm_first=True)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return self.layer(x, memory)


class StackOfTorchs(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(InheritsEncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


def layer(forward, heads=None, bias=True):
    class Answer(nn.Module):
        def __init__(self, d_model, n_heads, d_ff):
            super().__init__()
            self.self_attention = MultiHeadAttention(d_model, heads or n_heads, bias=bias)
            self.cross_attention = MultiHeadAttention(d_model, heads or n_heads, bias=bias)
            self.feed_forward = FeedForward(d_model, d_ff)
            self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))
    Answer.forward = forward
    return Answer


def encode(self, x, mask=None):
    h = self.norm_1(x)
    x = x + self.self_attention(h, h, h, mask)[0]
    return x + self.feed_forward(self.norm_2(x))


def encode_without_default(self, x, mask):
    return encode(self, x, mask)


def encode_by_keyword(self, x, *, mask=None):
    return encode(self, x, mask)


def encode_causally(self, x, mask=None):
    return encode(self, x, causal_mask(x.shape[1])[None] if mask is None else mask)


def stack(count=None, invert=False, default=True):
    class Answer(nn.Module):
        def __init__(self, n_layers, d_model, n_heads, d_ff):
            super().__init__()
            self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(count or n_layers))
            self.norm = LayerNorm(d_model)

        def forward(self, x, mask=None):
            for one in self.layers:
                x = one(x, ~mask if invert and mask is not None else mask)
            return self.norm(x)
    if not default:
        Answer.forward.__defaults__ = None
    return named(Answer, "Encoder")


class FromTheLast(stack()):
    def forward(self, x, mask=None):
        for one in reversed(self.layers):
            x = one(x, mask)
        return self.norm(x)


def decode(self, x, memory, self_mask=None, memory_mask=None):
    h = self.norm_1(x)
    x = x + self.self_attention(h, h, h, self_mask)[0]
    h = self.norm_2(x)
    x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
    return x + self.feed_forward(self.norm_3(x))


def decode_without_defaults(self, x, memory, self_mask, memory_mask):
    return decode(self, x, memory, self_mask, memory_mask)


def decode_causally(self, x, memory, self_mask=None, memory_mask=None):
    return decode(self, x, memory, causal_mask(x.shape[1])[None] if self_mask is None else self_mask, memory_mask)


def decode_with_a_stale_h(self, x, memory, self_mask=None, memory_mask=None):
    h = self.norm_1(x)
    x = x + self.self_attention(h, h, h, self_mask)[0]
    x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
    return x + self.feed_forward(self.norm_3(x))


def decode_from_h(self, x, memory, self_mask=None, memory_mask=None):
    h = self.norm_1(x)
    x = x + self.self_attention(h, h, h, self_mask)[0]
    h = self.norm_2(x)
    x = h + self.cross_attention(h, memory, memory, memory_mask)[0]
    return x + self.feed_forward(self.norm_3(x))


LAYERS = [
    ("6.2", PythonsMax, "pythons-max"),
    ("6.3", InheritsEncoderLayer, "torchs-own"), ("6.4", HoldsEncoder, "torchs-own"),
    ("6.4", StackOfTorchs, "torchs-own"), ("7.1", HoldsDecoderLayer, "torchs-own"),
    ("6.3", named(layer(encode_without_default), "EncoderLayer"), "mask-has-no-default"),
    ("6.3", layer(encode_by_keyword), "keyword-only"),
    ("6.3", layer(encode_causally), "causal-without-a-mask"), ("6.3", layer(encode, heads=1), "one-head-only"),
    ("6.4", stack(count=2), "two-layers-typed-in"), ("6.4", stack(invert=True), "mask-inverted"),
    ("6.4", stack(default=False), "mask-has-no-default"), ("6.4", FromTheLast, "layers-out-of-order"),
    ("7.1", layer(decode_causally), "causal-without-a-mask"),
    ("7.1", named(layer(decode_without_defaults), "DecoderLayer"), "mask-has-no-default"),
    ("7.1", layer(decode_with_a_stale_h), "stale-norm"), ("7.1", layer(decode, heads=1), "one-head-only"),
    ("7.1", layer(decode_from_h), "second-residual-from-normalised"),
]

# ---------------------------------------------------------------------- 7.2 and 7.3: shift, leaks


def both(make):
    """A test for leaks: `make(x, t)` is x with another future from position t on."""
    def test(decode):
        x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
        for t in range(1, 6):
            assert torch.allclose(decode(x, memory)[:, :t], decode(make(x, t), memory)[:, :t], atol=1e-4)
    return test


def the_same_tensor(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    other = x
    other[:, 3:] = torch.randn(2, 3, 16)
    assert torch.allclose(decode(x, memory)[:, :3], decode(other, memory)[:, :3], atol=1e-5)


def a_constant_added(x, t):
    other = x.clone()
    other[:, t:] += 100
    return other


def the_future_flipped(x, t):
    return torch.cat([x[:, :t], x[:, t:].flip(1)], dim=1)


def new_numbers(x, t):
    return torch.cat([x[:, :t], torch.randn(x[:, t:].shape)], 1)


def looks(sentences=slice(None), less=0, changes=range(1, 6), batch=2, atol=1e-5):
    def test(decode):
        x, memory = torch.randn(batch, 6, 16), torch.randn(batch, 5, 16)
        for t in changes:
            before, after = decode(x, memory), decode(new_numbers(x, t), memory)
            assert torch.allclose(before[sentences, : t - less], after[sentences, : t - less], atol=atol)
    return test


def returns_in_the_loop(decode):
    x, memory = torch.randn(4, 20, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 20):
        return torch.allclose(before[:, :t], decode(new_numbers(x, t), memory)[:, :t], atol=1e-5)


SHIFTS = [
    (lambda ids: (ids[:, :-1], ids.roll(1, 1)[:, :-1]), "rolled-the-wrong-way"),
    (lambda ids: (ids, ids.roll(1, 1)), "rolled-the-wrong-way"),
    (lambda ids: (ids.roll(1, 1), ids), "rolled-around"), (lambda ids: (ids, ids.roll(-1, 1)), "rolled-around"),
    (lambda ids: (ids[:, :-1], ids[:, 1:].flatten()), "sentences-joined"),
    (lambda ids: (ids[:, :-1].flatten(), ids[:, 1:].flatten()), "sentences-joined"),
    (lambda ids: (ids[:, :-1], ids[:, 1:].reshape(1, -1)), "sentences-joined"),
]
TESTS = [
    (looks(atol=1), "accepts-everything"), (looks(sentences=0), "misses-first-sentence"),
    (looks(sentences=-1), "misses-last-sentence"), (looks(batch=1), "misses-first-sentence"),
    (looks(less=1), "misses-one-ahead"), (looks(changes=range(1, 5)), "misses-last-position"),
    (looks(changes=range(2, 6)), "misses-first-position"), (looks(changes=[3]), "misses-late"),
    (the_same_tensor, "accepts-everything"), (both(a_constant_added), "misses-no-mask"),
    (looks(atol=0.05), "misses-weak"), (looks(less=-1), "refuses-right"), (returns_in_the_loop, "misses-late"),
]

WRONG = [*(("6.1", *one) for one in NORMS), *LAYERS, *(("7.2", *one) for one in SHIFTS),
         *(("7.3", *one) for one in TESTS)]
RIGHT = [(id, answer) for id in ("6.1", "6.2", "6.3", "6.4", "7.1", "7.2", "7.3") for answer in variants.of(id)]


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("id, answer, slug", WRONG, ids=[f"{id}-{n}-{slug}" for n, (id, _, slug) in enumerate(WRONG)])
def test_what_is_wrong_is_refused_and_named(id, answer, slug, seed):
    verdict = evaluate(id, answer, seed=seed)
    assert verdict.status in ("wrong", "error") and verdict.points == 0
    assert slug is None or verdict.mistake == slug, f"{verdict.mistakes} {verdict.message}"


@pytest.mark.parametrize("id, answer", RIGHT, ids=[f"{id}-{n}" for n, (id, _) in enumerate(RIGHT)])
def test_what_is_right_is_accepted(id, answer):
    verdict = evaluate(id, answer)
    assert verdict.status == "correct", verdict.message


# -------------------------------------------------------------------------------------- messages

def test_pytorchs_own_module_is_refused_kindly():
    message = evaluate("6.1", nn.LayerNorm).message
    assert "nn.LayerNorm" in message and "may well be right" in message and "no points" in message


def test_a_shift_is_shown_where_something_differs():
    def only_the_second(ids):
        labels = ids[:, 1:].clone()
        labels[1:, 0] = 9
        return ids[:, :-1], labels

    for answer in (only_the_second, *(m.wrong for m in exercises.get("7.2").misconceptions)):
        message = evaluate("7.2", answer).message
        assert "sentence" not in message or "← differs" in message or "yours" in message or "shape" in message, message


def seen(test, bug):
    """What a test calls an implementation with, if it accepts it."""
    calls = []

    def watched(x, memory):
        calls.append({"x": x.detach().numpy().copy(), "memory": memory.detach().numpy().copy()})
        return bug.wrong(x, memory)
    test(watched)
    return calls


@pytest.mark.parametrize("test, words", [
    (the_same_tensor, "the very same `x`"), (both(a_constant_added), "one and the same number"),
    (looks(atol=1), "in every sentence, by"), (both(the_future_flipped), "in another order"),
    (both(lambda x, t: torch.cat([x[:, :t], 3 * x[:, t:]], 1)), "multiplied by a positive number"),
    (both(lambda x, t: torch.cat([x[:, :t], x[:, t:] + 1e-4 * torch.randn_like(x[:, t:])], 1)), "at most, and what"),
    (lambda decode: decode(torch.randn(2, 6, 16), torch.randn(2, 5, 16)), ""),
])
def test_why_a_test_for_leaks_sees_nothing(test, words):
    bug = mistakes_leaks.LEAKS[0]
    torch.manual_seed(0)
    said = mistakes_leaks.notices(bug, seen(test, bug))
    assert words in said if words else said == ""
    assert words in evaluate("7.3", test).message


@pytest.mark.parametrize("test, words", [
    (returns_in_the_loop, "from position 1 on, and from no other"),
    (looks(changes=[3]), "from position 3 on, and from no other"),
    (looks(changes=range(1, 5)), "from no others: 1, 2, 3, 4."),
    (looks(changes=range(2, 6)), "from no others: 2, 3, 4, 5."),
    (looks(batch=1), "How many sentences"), (looks(less=1), "moved, by up to"),
])
def test_what_a_test_for_leaks_never_changed(test, words):
    message = evaluate("7.3", test).message
    assert words in message and ("from no other" in words) == ("to all of them" in message)


def test_a_position_that_was_changed_itself_may_move():
    assert "moves wherever x was changed" in evaluate("7.3", looks(less=-1)).message


def test_nothing_here_is_a_copy_of_the_catalogue():
    known = {id(m.wrong) for task in map(exercises.get, exercises.all_ids()) for m in task.misconceptions}
    assert not known & {id(answer) for _, answer, _ in WRONG}
    assert DecoderLayer and Encoder          # the library's own layers are right answers
    assert evaluate("6.4", Encoder).status == evaluate("7.1", DecoderLayer).status == "correct"
