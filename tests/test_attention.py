"""`course.attention` against PyTorch's own attention, and its properties.

Sizes are unequal on purpose, so that no two axes can be confused, and everything is float64.
"""
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    fused_attention,
    merge_heads,
    padding_mask,
    scaled_dot_product_attention,
    split_heads,
)
from course.interop import copy_weights

B, HEADS, T_Q, T_K, D_K, D_V, D_MODEL = 2, 3, 4, 5, 7, 6, 12
PAD = 0
IDS = torch.tensor([[5, 3, 8, 9, 2], [4, 7, 0, 0, 0]])

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=25, deadline=None, derandomize=True)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def random(*shape, seed=0, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def random_mask(*shape, seed=0):
    """Random, with one row that may attend to nothing and one that may attend to one key only."""
    mask = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.6
    mask[..., 0, :] = False
    mask[..., 1, :] = False
    mask[..., 1, -1] = True
    return mask


def qkv(seed=0, *leading, scale=1.0):
    return (
        random(*leading, T_Q, D_K, seed=seed, scale=scale),
        random(*leading, T_K, D_K, seed=seed + 1, scale=scale),
        random(*leading, T_K, D_V, seed=seed + 2),
    )


MASKS = {
    "none": None,
    "(T_q, T_k)": random_mask(T_Q, T_K, seed=1),
    "(B, 1, T_q, T_k)": random_mask(B, 1, T_Q, T_K, seed=2),
    "(B, h, T_q, T_k)": random_mask(B, HEADS, T_Q, T_K, seed=3),
    "(B, 1, 1, T_k)": padding_mask(IDS, PAD).unsqueeze(1),
}


# The function

@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("scale", [1.0, 50.0])
def test_equals_pytorchs_function(mask, scale):
    q, k, v = qkv(0, B, HEADS, scale=scale)
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    assert output.shape == (B, HEADS, T_Q, D_V) and weights.shape == (B, HEADS, T_Q, T_K)
    torch.testing.assert_close(output, F.scaled_dot_product_attention(q, k, v, attn_mask=mask))
    torch.testing.assert_close(output, weights @ v)


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("d_v", [D_V, D_K])         # PyTorch takes another kernel when d_v == d_k
def test_readable_path_equals_fused_path_and_so_do_gradients(mask, dtype, d_v):
    results = []
    for function in (lambda *args: scaled_dot_product_attention(*args)[0], fused_attention):
        inputs = [x.to(dtype).requires_grad_() for x in (
            random(B, HEADS, T_Q, D_K, seed=0), random(B, HEADS, T_K, D_K, seed=1), random(B, HEADS, T_K, d_v, seed=2)
        )]
        output = function(*inputs, mask)
        assert output.dtype == dtype
        (output * random(*output.shape, seed=3).to(dtype)).sum().backward()
        results.append([output, *(x.grad for x in inputs)])
    tolerance = {"rtol": 0.05, "atol": 0.05} if dtype == torch.bfloat16 else {}
    torch.testing.assert_close(results[0], results[1], **tolerance)


def test_by_hand():
    """The course's running example: the row of "black" over "the black cat sleeps"."""
    q = torch.tensor([[0, 1, 2, 1]], dtype=torch.float64)
    k = torch.tensor([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]], dtype=torch.float64)
    output, weights = scaled_dot_product_attention(q, k, torch.eye(4, dtype=torch.float64))
    exponentials = [math.exp(score / 2) for score in (1, 2, 6, 3)]
    expected = torch.tensor([[e / sum(exponentials) for e in exponentials]], dtype=torch.float64)
    torch.testing.assert_close(weights, expected)
    torch.testing.assert_close(output, expected)


@quick
@given(seed=seeds, leading=st.lists(st.integers(1, 3), max_size=3), length_q=st.integers(1, 5),
       length_k=st.integers(1, 5), masked=st.booleans())
def test_any_leading_dimensions_and_rows_that_sum_to_one_or_zero(seed, leading, length_q, length_k, masked):
    q, k = random(*leading, length_q, D_K, seed=seed), random(*leading, length_k, D_K, seed=seed + 1)
    v = random(*leading, length_k, D_V, seed=seed + 2)
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(*leading, length_q, length_k, generator=generator) < 0.5 if masked else None
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    assert output.shape == (*leading, length_q, D_V) and weights.shape == (*leading, length_q, length_k)
    assert (weights >= 0).all()
    expected = torch.ones(*leading, length_q) if mask is None else mask.any(-1)
    torch.testing.assert_close(weights.sum(-1), expected.to(weights))
    if mask is not None:
        assert (weights[~mask] == 0).all()


@quick
@given(seed=seeds, order=st.permutations(range(T_K)))
def test_the_order_of_the_keys_does_not_matter(seed, order):
    q, k, v = qkv(seed, B)
    mask = random_mask(B, T_Q, T_K, seed=seed)
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    permuted, permuted_weights = scaled_dot_product_attention(q, k[:, order], v[:, order], mask[:, :, order])
    torch.testing.assert_close(permuted, output)
    torch.testing.assert_close(permuted_weights, weights[:, :, order])


@quick
@given(seed=seeds, order=st.permutations(range(T_Q)))
def test_each_query_is_answered_by_itself(seed, order):
    q, k, v = qkv(seed, B)
    output, _ = scaled_dot_product_attention(q, k, v)
    torch.testing.assert_close(scaled_dot_product_attention(q[:, order], k, v)[0], output[:, order])


@pytest.mark.parametrize("attend", [lambda *args: scaled_dot_product_attention(*args)[0], fused_attention],
                         ids=["readable", "fused"])
@pytest.mark.parametrize("d_v", [D_V, D_K])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_a_query_that_may_attend_to_nothing_gets_zero_and_finite_gradients(attend, d_v, scale):
    q, k = random(B, T_Q, D_K, seed=0, scale=scale), random(B, T_K, D_K, seed=1, scale=scale)
    v = random(B, T_K, d_v, seed=2)
    mask = random_mask(B, T_Q, T_K)
    mask[1] = False                                  # a whole sentence of padding
    inputs = [x.requires_grad_() for x in (q, k, v)]
    output = attend(*inputs, mask)
    assert (output[:, 0] == 0).all() and (output[1] == 0).all()
    assert (output[0, 1:] != 0).all()
    output.square().sum().backward()
    for x in inputs:
        assert x.grad.isfinite().all()
    assert (q.grad[:, 0] == 0).all() and (v.grad[1] == 0).all()


def test_forbidden_keys_have_no_influence_however_large():
    q, k, v = qkv(0, B)
    mask = torch.ones(B, T_Q, T_K, dtype=torch.bool)
    mask[:, :, 3:] = False
    output, _ = scaled_dot_product_attention(q, k, v, mask)
    k[:, 3:] *= 1e6
    v[:, 3:] *= 1e6
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v, mask)[0], output)


@pytest.mark.parametrize("attend", [scaled_dot_product_attention, fused_attention])
@pytest.mark.parametrize("dtype", [torch.float64, torch.int64])
def test_a_mask_that_is_not_boolean_is_refused(attend, dtype):
    q, k, v = qkv()
    with pytest.raises(TypeError, match="True = may attend"):
        attend(q, k, v, torch.ones(T_Q, T_K, dtype=dtype))


def test_inputs_are_not_changed():
    q, k, v = qkv(0, B)
    mask = random_mask(B, T_Q, T_K)
    before = [x.clone() for x in (q, k, v, mask)]
    scaled_dot_product_attention(q, k, v, mask)
    fused_attention(q, k, v, mask)
    torch.testing.assert_close([q, k, v, mask], before, rtol=0, atol=0)


# Masks

def test_causal_mask():
    expected = [[True, False, False], [True, True, False], [True, True, True]]
    assert causal_mask(3).tolist() == expected
    assert causal_mask(1).tolist() == [[True]] and causal_mask(0).shape == (0, 0)
    pytorchs = nn.Transformer.generate_square_subsequent_mask(T_K)
    assert torch.equal(causal_mask(T_K), pytorchs == 0)     # PyTorch's is 0 and -inf, to be added


def test_padding_and_decoder_mask():
    assert padding_mask(IDS, PAD).tolist() == [[[True] * 5], [[True, True, False, False, False]]]
    both = decoder_mask(IDS, PAD)
    assert both.shape == (B, T_K, T_K) and both.dtype == torch.bool
    for b in range(B):
        for t in range(T_K):
            for s in range(T_K):
                assert both[b, t, s].item() == (s <= t and IDS[b, s].item() != PAD)


# Heads

@quick
@given(batch=st.integers(1, 3), length=st.integers(1, 5), n_heads=st.integers(1, 4), d_head=st.integers(1, 4))
def test_split_heads_puts_each_slice_in_its_place_and_merge_puts_it_back(batch, length, n_heads, d_head):
    x = torch.arange(batch * length * n_heads * d_head).reshape(batch, length, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert heads.shape == (batch, n_heads, length, d_head)
    for h in range(n_heads):
        assert torch.equal(heads[:, h], x[:, :, h * d_head : (h + 1) * d_head])
    assert torch.equal(merge_heads(heads), x)


def test_indivisible_heads_are_refused():
    with pytest.raises(ValueError, match="d_model = 12.*n_heads = 5"):
        split_heads(torch.zeros(1, 1, 12), 5)
    with pytest.raises(ValueError, match="d_model = 12.*n_heads = 5"):
        MultiHeadAttention(12, 5)


# Multi-head attention

def attentions(bias=True):
    """Ours with PyTorch's weights, and PyTorch's; the biases are not the zeros it starts with."""
    theirs = nn.MultiheadAttention(D_MODEL, HEADS, bias=bias, batch_first=True).double()
    for name, parameter in theirs.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(parameter)
    ours = MultiHeadAttention(D_MODEL, HEADS, bias).double()
    copy_weights(theirs, ours)
    return ours, theirs


def query_key_value(seed=0):
    return tuple(random(B, length, D_MODEL, seed=seed + i) for i, length in enumerate((T_Q, T_K, T_K)))


def pytorchs_mask(mask):
    """True = may attend, any of our shapes -> True = forbidden, (B * h, T_q, T_k)."""
    if mask.dim() == 3:
        mask = mask.unsqueeze(1)
    return ~mask.expand(B, HEADS, T_Q, T_K).reshape(B * HEADS, T_Q, T_K)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("need_weights", [True, False], ids=["readable", "fused"])
def test_equals_pytorchs_module(bias, need_weights):
    ours, theirs = attentions(bias)
    q, k, v = query_key_value()
    output, weights = ours(q, k, v, need_weights=need_weights)
    expected, expected_weights = theirs(q, k, v, average_attn_weights=False)
    assert output.shape == (B, T_Q, D_MODEL)
    torch.testing.assert_close(output, expected)
    if need_weights:
        torch.testing.assert_close(weights, expected_weights)
    else:
        assert weights is None


@pytest.mark.parametrize("need_weights", [True, False], ids=["readable", "fused"])
@pytest.mark.parametrize("shape", [(T_Q, T_K), (B, 1, T_K), (B, T_Q, T_K), (B, HEADS, T_Q, T_K)], ids=str)
def test_equals_pytorchs_module_under_a_mask_of_the_opposite_polarity(shape, need_weights):
    ours, theirs = attentions()
    q, k, v = query_key_value()
    mask = torch.rand(shape) < 0.5
    mask[..., 0] = True                              # PyTorch's module turns empty rows into NaN
    output, weights = ours(q, k, v, mask, need_weights)
    expected, expected_weights = theirs(q, k, v, attn_mask=pytorchs_mask(mask), average_attn_weights=False)
    torch.testing.assert_close(output, expected)
    if need_weights:
        torch.testing.assert_close(weights, expected_weights)


def test_equals_pytorchs_module_with_padding_and_causal_mask():
    ours, theirs = attentions()
    x = random(B, T_K, D_MODEL)
    output, weights = ours(x, x, x, decoder_mask(IDS, PAD))
    expected, expected_weights = theirs(
        x, x, x, key_padding_mask=IDS == PAD, attn_mask=~causal_mask(T_K), average_attn_weights=False
    )
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(weights, expected_weights)


def test_gradients_equal_pytorchs():
    ours, theirs = attentions()
    inputs = query_key_value()
    ours(*inputs)[0].square().sum().backward()
    theirs(*inputs)[0].square().sum().backward()
    expected = dict(zip(("w_q", "w_k", "w_v"), theirs.in_proj_weight.grad.chunk(3), strict=True))
    expected["w_o"] = theirs.out_proj.weight.grad
    for name, gradient in expected.items():
        torch.testing.assert_close(getattr(ours, name).weight.grad, gradient)


@quick
@given(seed=seeds, order=st.permutations(range(T_K)))
def test_self_attention_without_positions_only_permutes(seed, order):
    """Shuffle the words of a sentence and the answers are shuffled alike: order carries no meaning."""
    ours, _ = attentions()
    x = random(B, T_K, D_MODEL, seed=seed)
    output = ours(x, x, x)[0]
    shuffled = x[:, order]
    torch.testing.assert_close(ours(shuffled, shuffled, shuffled)[0], output[:, order])


@quick
@given(seed=seeds, position=st.integers(0, T_K - 1), need_weights=st.booleans())
def test_under_a_causal_mask_the_future_changes_nothing(seed, position, need_weights):
    ours, _ = attentions()
    x = random(B, T_K, D_MODEL, seed=seed)
    changed = x.clone()
    changed[:, position:] = random(B, T_K - position, D_MODEL, seed=seed + 1)
    before, after = (ours(y, y, y, causal_mask(T_K), need_weights)[0] for y in (x, changed))
    torch.testing.assert_close(after[:, :position], before[:, :position])
    assert not torch.allclose(after[:, position:], before[:, position:])


@pytest.mark.parametrize("need_weights", [True, False], ids=["readable", "fused"])
def test_padding_changes_nothing_and_one_sentence_alone_equals_the_same_in_a_batch(need_weights):
    ours, _ = attentions()
    x = random(B, T_K, D_MODEL)
    output = ours(x, x, x, padding_mask(IDS, PAD), need_weights)[0]
    changed = x.clone()
    changed[IDS == PAD] = 1e3
    real = IDS != PAD
    torch.testing.assert_close(ours(changed, changed, changed, padding_mask(IDS, PAD), need_weights)[0][real],
                               output[real])
    for b in range(B):
        alone = x[b : b + 1, : int(real[b].sum())]
        torch.testing.assert_close(ours(alone, alone, alone, None, need_weights)[0][0], output[b][real[b]])


def test_finite_gradients_of_all_weights_with_an_empty_sentence():
    for need_weights in (True, False):
        ours, _ = attentions()
        x = random(B, T_K, D_MODEL).requires_grad_()
        ids = torch.stack([IDS[0], torch.full((T_K,), PAD)])
        ours(x, x, x, padding_mask(ids, PAD), need_weights)[0].square().sum().backward()
        for tensor in (x, *ours.parameters()):
            assert tensor.grad.isfinite().all()


# Weights to and from PyTorch

def test_copying_there_and_back_restores_all_weights():
    for bias in (True, False):
        ours, theirs = attentions(bias)
        fresh = nn.MultiheadAttention(D_MODEL, HEADS, bias=bias, batch_first=True).double()
        copy_weights(ours, fresh)
        torch.testing.assert_close(fresh.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_copying_refuses_what_would_not_be_equal():
    ours = MultiHeadAttention(D_MODEL, HEADS)
    before = {name: tensor.clone() for name, tensor in ours.state_dict().items()}
    for source, message in [
        (nn.MultiheadAttention(D_MODEL, 4), "n_heads is 3 in ours, but 4"),
        (nn.MultiheadAttention(15, HEADS), r"shape of w_q.weight is \(12, 12\) in ours, but \(15, 15\)"),
        (nn.MultiheadAttention(D_MODEL, HEADS, bias=False), r"shape of w_q.bias is \(12,\) in ours, but None"),
        (nn.MultiheadAttention(D_MODEL, HEADS, kdim=5), "no counterpart"),
    ]:
        with pytest.raises(ValueError, match=message):
            copy_weights(source, ours)
    with pytest.raises(TypeError, match="has no `weight`"):
        copy_weights(nn.LayerNorm(D_MODEL), ours)
    with pytest.raises(TypeError, match="load_state_dict"):
        copy_weights(MultiHeadAttention(D_MODEL, HEADS), ours)
    torch.testing.assert_close(dict(ours.state_dict()), before, rtol=0, atol=0)
