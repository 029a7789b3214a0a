"""The parts of today: equal to PyTorch's, properties of positions and masks, and a cache that changes nothing."""
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course.ablation import sentence_losses, task_from
from course.attention import MultiHeadAttention, causal_mask
from course.data import Pair
from course.modern import (
    Cache,
    DecoderOnly,
    Design,
    GroupedQueryAttention,
    ReLULayer,
    RMSNorm,
    SwiGLU,
    generate,
    prefix_mask,
    rms_norm,
    rotate,
)
from course.training import train
from course.transformer import FeedForward

SMALL = Design(d_model=12, n_heads=2, n_kv_heads=2, d_ff=18, n_layers=2)
TODAY = {"norm": "rms", "feed_forward": "swiglu", "positions": "rotary", "bias": False, "n_kv_heads": 1}
SWITCHES = {"rms": {"norm": "rms"}, "swiglu": {"feed_forward": "swiglu"}, "rotary": {"positions": "rotary"},
            "no bias": {"bias": False}, "one key": {"n_kv_heads": 1}, "causal": {"mask": "causal"}, "today": TODAY}


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def model_of(seed=0, **changes):
    torch.manual_seed(seed)
    return DecoderOnly(20, replace(SMALL, **changes)).double().eval()


def padded():
    """Sources of 4, 2 and 3 tokens and targets of 5, each with bos 2 and eos 3."""
    source = torch.tensor([[5, 6, 7, 3], [8, 3, 0, 0], [9, 10, 3, 0]])
    target = torch.tensor([[2, 11, 12, 13, 14], [2, 15, 0, 0, 0], [2, 16, 17, 4, 0]])
    return source, target


class TestNorm:
    @pytest.mark.parametrize("eps", [1e-6, 0.5])
    def test_equals_torch(self, eps):
        x, weight = normal(3, 4, 7), normal(7, seed=1)
        theirs = nn.RMSNorm(7, eps=eps, dtype=torch.float64)
        ours = RMSNorm(7, eps=eps).double()
        for module in (theirs, ours):
            module.weight.data.copy_(weight)
        assert torch.allclose(rms_norm(x, weight, eps), theirs(x))
        assert torch.allclose(ours(x), theirs(x))

    def test_default_eps_is_the_same_in_both_forms(self):
        x = 1e-3 * normal(2, 5)
        assert torch.allclose(RMSNorm(5).double()(x), rms_norm(x, torch.ones(5, dtype=torch.float64)))

    def test_scale_of_the_input_is_lost_and_its_mean_is_not(self):
        x, one = normal(2, 6) + 3, torch.ones(6, dtype=torch.float64)
        assert torch.allclose(rms_norm(5 * x, one, 0.0), rms_norm(x, one, 0.0))
        assert torch.allclose(rms_norm(x, one, 0.0).square().mean(-1), torch.ones(2, dtype=torch.float64))
        assert rms_norm(x, one).mean(-1).abs().min() > 0.5


class TestFeedForward:
    def test_gate_by_the_formula(self):
        layer, x = SwiGLU(5, 7).double(), normal(2, 3, 5)
        gate, up = x @ layer.w_gate.weight.T, x @ layer.w_up.weight.T
        assert torch.allclose(layer(x), (gate * gate.sigmoid() * up) @ layer.w_down.weight.T)
        assert {name for name, _ in layer.named_parameters()} == {"w_gate.weight", "w_up.weight", "w_down.weight"}

    def test_relu_layer_is_that_of_lesson_06(self):
        theirs, ours = FeedForward(4, 6), ReLULayer(4, 6)
        ours.load_state_dict(theirs.state_dict())
        x = torch.randn(3, 4)
        assert torch.equal(ours(x), theirs(x))

    def test_two_thirds_of_d_ff_are_about_as_many_weights(self):
        layers = [Design(d_ff=d_ff, feed_forward=name, bias=False).new_feed_forward()
                  for d_ff in (256, 300) for name in ("relu", "swiglu")]
        sizes = [sum(parameter.numel() for parameter in layer.parameters()) for layer in layers]
        assert 0.99 < sizes[1] / sizes[0] <= 1 and sizes[3] == sizes[2]


class TestRotate:
    def test_scores_depend_on_the_difference_of_positions_alone(self):
        q, k = normal(1, 8), normal(1, 8, seed=1)

        def score(t, s):
            return (rotate(q, torch.tensor([t])) @ rotate(k, torch.tensor([s])).T).item()
        for distance in (0, 1, 7, -3):
            scores = [score(start + distance, start) for start in (3, 4, 50, 1000)]
            assert scores == pytest.approx([scores[0]] * 4, abs=1e-9)
        assert abs(score(5, 4) - score(5, 3)) > 1e-3

    def test_halves_are_neighbours_in_another_order(self):
        x, positions = normal(2, 5, 6), torch.arange(5)
        angle = positions[:, None] * 10000.0 ** (-torch.arange(0, 6, 2, dtype=torch.float64) / 6)
        z = torch.polar(torch.ones_like(angle), angle)
        pairs = torch.view_as_complex(x.unflatten(-1, (3, 2))) * z
        order = torch.tensor([0, 2, 4, 1, 3, 5])
        assert torch.allclose(rotate(x[..., order], positions), torch.view_as_real(pairs).flatten(-2)[..., order])

    def test_lengths_stay_and_position_0_changes_nothing(self):
        x = normal(2, 3, 4, 6)
        assert torch.allclose(rotate(x, torch.tensor([0, 3, 9, 2])).norm(dim=-1), x.norm(dim=-1))
        assert torch.equal(rotate(x, torch.zeros(4, dtype=torch.long)), x)

    def test_positions_of_each_sentence(self):
        x, positions = normal(2, 3, 4, 6), torch.tensor([[0, 1, 2, 3], [0, 1, 1, 2]])
        both = rotate(x, positions.unsqueeze(1))
        for b in range(2):
            assert torch.allclose(both[b], rotate(x[b], positions[b]))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
    def test_dtype_stays(self, dtype):
        assert rotate(torch.ones(3, 4, dtype=dtype), torch.arange(3)).dtype == dtype


class TestMask:
    def test_equals_loops(self):
        lengths, size = torch.tensor([0, 1, 3, 5]), 5
        wanted = torch.tensor([[[s <= t or s < n for s in range(size)] for t in range(size)] for n in lengths.tolist()])
        mask = prefix_mask(lengths, size)
        assert mask.dtype == torch.bool and torch.equal(mask, wanted)

    def test_ends(self):
        none, all_ = prefix_mask(torch.tensor([0, 4]), 4)
        assert torch.equal(none, causal_mask(4)) and all_.all()


class TestGroupedQueryAttention:
    @pytest.mark.parametrize("n_kv_heads", [1, 2, 3, 6])
    def test_equals_torchs_fused_kernel(self, n_kv_heads):
        attention, x = GroupedQueryAttention(24, 6, n_kv_heads).double(), normal(2, 5, 24)
        mask = prefix_mask(torch.tensor([3, 1]), 5)
        output, weights = attention(x, mask)
        q, k, v = attention.project(x)
        theirs = F.scaled_dot_product_attention(q, k, v, mask.unsqueeze(1), enable_gqa=True)
        assert torch.allclose(output, attention.w_o(theirs.transpose(1, 2).flatten(2)))
        assert torch.allclose(attention.attend(q, k, v, mask), output)
        assert weights.shape == (2, 6, 5, 5) and torch.allclose(weights.sum(-1), torch.ones(2, 6, 5).double())

    def test_a_key_for_each_head_is_multi_head_attention(self):
        theirs, ours = MultiHeadAttention(12, 3, bias=False).double(), GroupedQueryAttention(12, 3, 3).double()
        ours.load_state_dict(theirs.state_dict())
        x = normal(2, 4, 12)
        for a, b in zip(ours(x, causal_mask(4)[None]), theirs(x, x, x, causal_mask(4)[None]), strict=True):
            assert torch.allclose(a, b)

    def test_positions_rotate_queries_and_keys_and_not_values(self):
        attention, x = GroupedQueryAttention(12, 2, 1).double(), normal(2, 4, 12)
        plain, turned = attention.project(x), attention.project(x, torch.arange(4))
        assert torch.allclose(turned[0], rotate(plain[0], torch.arange(4)))
        assert torch.allclose(turned[1], rotate(plain[1], torch.arange(4)))
        assert torch.equal(turned[2], plain[2])
        _, weights = attention(x, positions=torch.arange(4))
        _, shifted = attention(x, positions=torch.arange(4) + 9)
        assert torch.allclose(weights, shifted) and not torch.allclose(weights, attention(x)[1])

    @pytest.mark.parametrize("sizes", [(10, 4, 2), (12, 6, 4)])
    def test_sizes_that_do_not_fit(self, sizes):
        with pytest.raises(ValueError, match="is not divisible by n_"):
            GroupedQueryAttention(*sizes)


class TestModel:
    @pytest.mark.parametrize("name", SWITCHES)
    def test_cached_equals_uncached(self, name):
        model, (source, target) = model_of(**SWITCHES[name]), padded()
        cache, lengths = Cache(), model.lengths(source)
        model.read(source, lengths, cache)
        steps = [model.read(target[:, t:t + 1], lengths, cache) for t in range(target.shape[1])]
        real = target != model.pad_id
        assert torch.allclose(torch.cat(steps, 1)[real], model.states(source, target)[real])
        written = [generate(model, source, 2, 3, max_len=9, cache=kept) for kept in (None, Cache())]
        assert torch.equal(*written) and written[0].shape[1] <= 9

    @pytest.mark.parametrize("name", SWITCHES)
    def test_batch_equals_single_and_padding_changes_nothing(self, name):
        model, (source, target) = model_of(**SWITCHES[name]), padded()
        logits = model(source, target)
        for b, (n, m) in enumerate(((4, 5), (2, 2), (3, 4))):
            assert torch.allclose(model(source[b:b + 1, :n], target[b:b + 1, :m]), logits[b:b + 1, :m])

    @pytest.mark.parametrize("name", SWITCHES)
    def test_no_target_position_sees_its_future(self, name):
        model, (source, target) = model_of(**SWITCHES[name]), padded()
        changed = target.clone()
        changed[:, 3:] = 19
        assert torch.allclose(model(source, changed)[:, :3], model(source, target)[:, :3])
        assert not torch.allclose(model(source, changed)[:, 3:], model(source, target)[:, 3:])

    def test_source_positions_see_the_whole_source_with_a_prefix_only(self):
        source = padded()[0][:1]
        changed = source.clone()
        changed[0, 2] = 18
        for mask, sees in (("prefix", True), ("causal", False)):
            model = model_of(mask=mask)
            first = [model.read(ids, model.lengths(ids))[:, 0] for ids in (source, changed)]
            assert torch.allclose(*first) is not sees

    @pytest.mark.parametrize("name", SWITCHES)
    def test_switch_changes_the_output_and_keeps_the_rest_of_the_weights(self, name):
        base, other = model_of(), model_of(**SWITCHES[name])
        alike = torch.allclose(base(*padded()), other(*padded()), atol=1e-4)
        assert alike is (name == "no bias")                # biases begin at 0
        ours, theirs = base.state_dict(), other.state_dict()
        common = [key for key in ours if key in theirs and ours[key].shape == theirs[key].shape]
        assert "embedding.weight" in common and all(torch.equal(ours[key], theirs[key]) for key in common)

    def test_order_is_seen_with_both_kinds_of_positions(self):
        source, target = padded()
        for positions in ("sinusoid", "rotary"):
            model = model_of(positions=positions)
            order = torch.tensor([1, 0, 2, 3])
            assert not torch.allclose(model(source[:1], target[:1]), model(source[:1, order], target[:1]), atol=1e-4)

    def test_cache_takes_as_many_bytes_as_it_should(self):
        source = padded()[0]
        for n_kv_heads in (1, 2):
            model, cache = model_of(n_kv_heads=n_kv_heads), Cache()
            model.read(source, model.lengths(source), cache)
            assert cache.nbytes() == 2 * SMALL.n_layers * 3 * n_kv_heads * 4 * (12 // 2) * 8

    def test_too_long(self):
        model = DecoderOnly(20, SMALL, max_len=8)
        with pytest.raises(ValueError, match="9 tokens together.*max_len = 8"):
            model(*padded())
        DecoderOnly(20, replace(SMALL, positions="rotary"), max_len=8)(*padded())

    @pytest.mark.slow
    def test_trains_by_the_courses_loop_and_every_setting_is_in_its_name(self):
        words = ["a", "b", "c", "d", "e"]
        pairs = [Pair(f"{x} {y}", f"{y} {x}".upper()) for x in words for y in words]
        task = task_from(pairs, n_valid=4, vocab_size=40)
        torch.manual_seed(0)
        model = DecoderOnly(len(task.subwords), replace(SMALL, **TODAY))
        before = sentence_losses(model, task.train)[0].sum()
        train(model, task.train, steps=60, batch_tokens=200, progress=False)
        assert sentence_losses(model, task.train)[0].sum() < 0.5 * before
        source = task.train.source[:5]
        assert torch.equal(generate(model, source, 2, 3, 8, Cache()), generate(model, source, 2, 3, 8))
        assert len({str(model_of(**changes)) for changes in [{}, *SWITCHES.values()]}) == len(SWITCHES) + 1

    @pytest.mark.parametrize(("name", "value"), [("norm", "batch"), ("feed_forward", "gelu"),
                                                 ("positions", "learned"), ("mask", "none")])
    def test_unknown_option(self, name, value):
        with pytest.raises(ValueError, match=f"{name} must be one of .*got '{value}'"):
            replace(SMALL, **{name: value})
