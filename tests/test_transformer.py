"""`course.transformer` against PyTorch's modules under copied weights, and its properties.

Sizes are unequal on purpose, so that no two axes can be confused, and everything is float64.
"""
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course.attention import causal_mask, decoder_mask, padding_mask
from course.interop import copy_weights
from course.transformer import (
    Decoder,
    DecoderLayer,
    Dropout,
    Encoder,
    EncoderLayer,
    FeedForward,
    LayerNorm,
    Transformer,
    layer_norm,
    sinusoidal_encoding,
)

B, HEADS, T_Q, T_K, D_MODEL, D_FF, LAYERS, VOCAB = 2, 3, 4, 5, 12, 17, 2, 11
PAD, BOS = 0, 1
SOURCE = torch.tensor([[5, 3, 8, 9, 2], [4, 7, 2, 0, 0]])
TARGET = torch.tensor([[1, 6, 3, 9], [1, 10, 0, 0]])

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=20, deadline=None, derandomize=True)
pytestmark = pytest.mark.filterwarnings("ignore:enable_nested_tensor")     # PyTorch's, about its own shortcut
both_norms = pytest.mark.parametrize("norm_first", [True, False], ids=["pre-norm", "post-norm"])


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def scramble(module, seed=0):
    """Give each parameter random values: fresh norms and biases are ones and zeros, which hide mistakes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=parameter.shape[-1] ** -0.5, generator=generator)
            else:
                parameter.uniform_(-1, 1, generator=generator)
    return module.double()


def model(norm_first=True, **kwargs):
    sizes = {"d_model": D_MODEL, "n_heads": HEADS, "d_ff": D_FF, "n_layers": LAYERS, "max_len": 9}
    return scramble(Transformer(VOCAB, norm_first=norm_first, pad_id=PAD, **{**sizes, **kwargs}))


def pytorchs_model(norm_first=True):
    theirs = nn.Transformer(D_MODEL, HEADS, LAYERS, LAYERS, D_FF, 0.0, batch_first=True, norm_first=norm_first)
    if not norm_first:                 # the paper's post-norm has no further norm at the end of a stack
        theirs.encoder.norm = theirs.decoder.norm = None
    return scramble(theirs)


# Equality with PyTorch

@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layer_norm_equals_pytorchs(eps):
    theirs = scramble(nn.LayerNorm(D_MODEL, eps=eps))
    ours = LayerNorm(D_MODEL, eps).double()
    copy_weights(theirs, ours)
    x = 3 * random(B, HEADS, T_Q, D_MODEL) + 2
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(layer_norm(x, ours.weight, ours.bias, eps), theirs(x))


def test_feed_forward_equals_its_equation():
    feed_forward = scramble(FeedForward(D_MODEL, D_FF))
    x = random(B, T_Q, D_MODEL)
    w_1, w_2 = feed_forward.w_1, feed_forward.w_2
    expected = torch.clamp(x @ w_1.weight.T + w_1.bias, min=0) @ w_2.weight.T + w_2.bias
    torch.testing.assert_close(feed_forward(x), expected)


@both_norms
def test_encoder_layer_equals_pytorchs(norm_first):
    theirs = scramble(nn.TransformerEncoderLayer(D_MODEL, HEADS, D_FF, 0.0, batch_first=True, norm_first=norm_first))
    ours = EncoderLayer(D_MODEL, HEADS, D_FF, norm_first=norm_first).double()
    copy_weights(theirs, ours)
    x = random(B, T_K, D_MODEL)
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(
        ours(x, decoder_mask(SOURCE, PAD)),
        theirs(x, src_mask=~causal_mask(T_K), src_key_padding_mask=SOURCE == PAD),
    )


@both_norms
def test_decoder_layer_equals_pytorchs(norm_first):
    theirs = scramble(nn.TransformerDecoderLayer(D_MODEL, HEADS, D_FF, 0.0, batch_first=True, norm_first=norm_first))
    ours = DecoderLayer(D_MODEL, HEADS, D_FF, norm_first=norm_first).double()
    copy_weights(theirs, ours)
    x, memory = random(B, T_Q, D_MODEL), random(B, T_K, D_MODEL, seed=1)
    torch.testing.assert_close(ours(x, memory), theirs(x, memory))
    torch.testing.assert_close(
        ours(x, memory, decoder_mask(TARGET, PAD), padding_mask(SOURCE, PAD)),
        theirs(x, memory, tgt_mask=~causal_mask(T_Q), tgt_key_padding_mask=TARGET == PAD,
               memory_key_padding_mask=SOURCE == PAD),
    )


@both_norms
def test_stacks_equal_pytorchs_transformer(norm_first):
    """Encoder and Decoder by themselves, in training mode: there PyTorch takes no shortcut for padding."""
    theirs = pytorchs_model(norm_first)
    encoder, decoder = (stack(LAYERS, D_MODEL, HEADS, D_FF, norm_first=norm_first).double()
                        for stack in (Encoder, Decoder))
    copy_weights(theirs.encoder, encoder)
    copy_weights(theirs.decoder, decoder)
    x, y = random(B, T_K, D_MODEL), random(B, T_Q, D_MODEL, seed=1)
    memory = encoder(x, padding_mask(SOURCE, PAD))
    torch.testing.assert_close(memory, theirs.encoder(x, src_key_padding_mask=SOURCE == PAD))
    torch.testing.assert_close(decoder(y, memory), theirs.decoder(y, memory))


@both_norms
def test_the_whole_model_equals_pytorchs_transformer(norm_first):
    """The same ids through both, PyTorch's used as its documentation shows; also the gradients."""
    ours, theirs = model(norm_first), pytorchs_model(norm_first)
    copy_weights(theirs, ours)
    real = TARGET != PAD                     # what comes out where the target is padding means nothing
    logits = ours(SOURCE, TARGET)
    assert logits.shape == (B, T_Q, VOCAB)
    padding = {"src_key_padding_mask": SOURCE == PAD, "tgt_key_padding_mask": TARGET == PAD,
               "memory_key_padding_mask": SOURCE == PAD}
    causal = nn.Transformer.generate_square_subsequent_mask(T_Q) < 0       # True = forbidden
    states = theirs(ours.embed(SOURCE), ours.embed(TARGET), tgt_mask=causal, **padding)
    torch.testing.assert_close(ours.states(SOURCE, TARGET)[real], states[real])
    torch.testing.assert_close(logits[real], (states @ ours.embedding.weight.T)[real])

    embedding = ours.embedding.weight
    expected = torch.autograd.grad((states @ embedding.T)[real].square().sum(), embedding)
    torch.testing.assert_close(torch.autograd.grad(logits[real].square().sum(), embedding), expected)


@both_norms
def test_copying_there_and_back_restores_all_weights(norm_first):
    ours, theirs = model(norm_first), pytorchs_model(norm_first)
    before = {name: tensor.clone() for name, tensor in ours.state_dict().items()}
    copy_weights(ours, theirs)
    fresh = model(norm_first)
    with torch.no_grad():
        for stack in (fresh.encoder, fresh.decoder):
            for parameter in stack.parameters():
                parameter.zero_()
    copy_weights(theirs, fresh)
    torch.testing.assert_close(dict(fresh.state_dict()), before, rtol=0, atol=0)


def test_copying_refuses_what_would_not_be_equal():
    def pytorchs(**kwargs):
        sizes = {"d_model": D_MODEL, "nhead": HEADS, "num_encoder_layers": LAYERS, "num_decoder_layers": LAYERS,
                 "dim_feedforward": D_FF, "norm_first": True, "batch_first": True}
        return nn.Transformer(**{**sizes, **kwargs})

    ours = model()
    before = {name: tensor.clone() for name, tensor in ours.state_dict().items()}
    for theirs, message in [
        (pytorchs(dim_feedforward=D_FF + 1), r"shape of encoder.layers.0.feed_forward.w_1.weight is \(17, 12\)"),
        (pytorchs(num_decoder_layers=3), "number of decoder.layers is 2 in ours, but 3"),
        (pytorchs(norm_first=False), "encoder.layers.0.norm_first is True in ours, but False"),
        (pytorchs(layer_norm_eps=1e-3), "norm_1.eps is 1e-05 in ours, but 0.001"),
        (pytorchs(activation="gelu"), "another activation than ReLU"),
        (pytorchs(nhead=4), "n_heads is 3 in ours, but 4"),
    ]:
        with pytest.raises(ValueError, match=message):
            copy_weights(theirs, ours)
    with pytest.raises(ValueError, match="PyTorch alone has a final norm"):
        copy_weights(pytorchs(norm_first=False), model(norm_first=False))
    for theirs, mine in [
        (nn.TransformerDecoderLayer(D_MODEL, HEADS, D_FF, norm_first=True), ours.encoder.layers[0]),
        (nn.TransformerEncoderLayer(D_MODEL, HEADS, D_FF, norm_first=True), ours.decoder.layers[0]),
        (nn.TransformerEncoderLayer(D_MODEL, HEADS, D_FF), ours),
    ]:
        with pytest.raises(TypeError, match="cross_attention|self_attention"):
            copy_weights(theirs, mine)
    torch.testing.assert_close(dict(ours.state_dict()), before, rtol=0, atol=0)


# Positions


def test_odd_d_model_in_the_whole_model():
    assert model(d_model=9, n_heads=3)(SOURCE, TARGET).isfinite().all()


def test_a_sentence_longer_than_the_positions_is_refused():
    ids = torch.ones(1, 10, dtype=torch.long)
    model()(ids[:, :9], ids[:, :9])
    with pytest.raises(ValueError, match="10 tokens.*max_len = 9"):
        model()(ids, ids[:, :9])
    with pytest.raises(ValueError, match="10 tokens.*max_len = 9"):
        model()(ids[:, :9], ids)


def test_embedding_is_scaled_and_gets_positions():
    ours = model()
    embedded = ours.embed(SOURCE)
    expected = ours.embedding.weight[SOURCE] * math.sqrt(D_MODEL) + sinusoidal_encoding(T_K, D_MODEL).double()
    torch.testing.assert_close(embedded, expected)


def test_positions_are_neither_trained_nor_saved():
    ours = model()
    assert not any("positions" in name for name, _ in ours.named_parameters())
    longer = model(max_len=20)
    longer.load_state_dict(ours.state_dict())
    torch.testing.assert_close(longer(SOURCE, TARGET), ours(SOURCE, TARGET))


# Properties of the whole model

@both_norms
@pytest.mark.parametrize("position", range(T_Q))
def test_the_future_changes_nothing(norm_first, position):
    ours = model(norm_first)
    target = TARGET[:1]
    changed = target.clone()
    changed[:, position:] = torch.tensor([[7, 4, 5, 8]])[:, position:]
    before, after = ours(SOURCE[:1], target), ours(SOURCE[:1], changed)
    torch.testing.assert_close(after[:, :position], before[:, :position])
    assert not torch.allclose(after[:, position], before[:, position])


def test_the_gradient_of_the_future_is_zero():
    ours = model()
    y, memory = random(1, T_Q, D_MODEL).requires_grad_(), random(1, T_K, D_MODEL, seed=1)
    for t in range(T_Q):
        states = ours.decoder(y, memory, causal_mask(T_Q))
        (gradient,) = torch.autograd.grad(states[0, t].square().sum(), y)
        assert (gradient[0, t + 1 :] == 0).all()
        assert (gradient[0, : t + 1] != 0).any(-1).all()


@pytest.mark.slow
@both_norms
@quick
@given(more_source=st.integers(0, 4), more_target=st.integers(0, 4))
def test_padding_changes_nothing(norm_first, more_source, more_target):
    ours = model(norm_first)
    source, target = F.pad(SOURCE, (0, more_source), value=PAD), F.pad(TARGET, (0, more_target), value=PAD)
    real = TARGET != PAD
    torch.testing.assert_close(ours(source, target)[:, :T_Q][real], ours(SOURCE, TARGET)[real])
    # Nor does it matter what the padding's own vector is.
    before = ours(SOURCE, TARGET)
    with torch.no_grad():
        ours.embedding.weight[PAD] = 100.0
    words = [token for token in range(VOCAB) if token != PAD]
    torch.testing.assert_close(ours(SOURCE, TARGET)[real][:, words], before[real][:, words])


@both_norms
def test_one_sentence_alone_equals_the_same_in_a_batch(norm_first):
    ours = model(norm_first)
    together = ours(SOURCE, TARGET)
    for b in range(B):
        source, target = SOURCE[b][SOURCE[b] != PAD], TARGET[b][TARGET[b] != PAD]
        torch.testing.assert_close(ours(source[None], target[None])[0], together[b, : len(target)])


@pytest.mark.slow
@quick
@given(order=st.permutations(range(T_K)))
def test_without_positions_the_order_of_the_source_does_not_matter(order):
    ours = model()
    with_positions = ours(SOURCE[:1, order], TARGET[:1])
    if order != list(range(T_K)):
        assert not torch.allclose(with_positions, ours(SOURCE[:1], TARGET[:1]))
    x, y = random(B, T_K, D_MODEL), random(B, T_Q, D_MODEL, seed=1)
    memory = ours.encoder(x)
    torch.testing.assert_close(ours.encoder(x[:, order]), memory[:, order])
    torch.testing.assert_close(ours.decoder(y, memory[:, order]), ours.decoder(y, memory))


def test_a_source_of_nothing_but_padding_gives_finite_numbers_and_gradients():
    ours = model()
    source = SOURCE.clone()
    source[1] = PAD
    logits = ours(source, TARGET)
    assert logits.isfinite().all()
    logits.square().mean().backward()
    for parameter in ours.parameters():
        assert parameter.grad.isfinite().all()


def test_no_mask_where_nothing_is_padded():
    assert model().source_mask(SOURCE[:1]) is None
    assert model().source_mask(SOURCE).tolist() == (SOURCE != PAD)[:, None].tolist()


def test_the_three_tables_are_one():
    """Source embedding, target embedding and output layer share their weights, and their gradient."""
    ours = model()
    assert sum(parameter.shape == (VOCAB, D_MODEL) for parameter in ours.parameters()) == 1
    torch.testing.assert_close(ours.unembed(torch.eye(D_MODEL).double()).T, ours.embedding.weight)
    source_only, target_only, unused = 8, 6, 7           # tokens of SOURCE, of TARGET, of neither
    ours(SOURCE, TARGET)[..., unused].sum().backward()
    moved = (ours.embedding.weight.grad != 0).any(-1)
    assert moved[source_only] and moved[target_only] and moved[unused]


def test_embedding_from_a_later_position_on():
    ours = model()
    torch.testing.assert_close(ours.embed(SOURCE[:, 2:], start=2), ours.embed(SOURCE)[:, 2:])
    with pytest.raises(ValueError, match="max_len = 9"):
        ours.embed(SOURCE, start=5)


def test_fresh_matrices_are_glorot_uniform_and_biases_zero():
    for name, parameter in Transformer(VOCAB, d_model=48, n_heads=3, d_ff=160).named_parameters():
        if name.endswith("bias"):
            assert (parameter == 0).all(), name
        elif "norm" in name:
            assert (parameter == 1).all(), name
        elif "embedding" not in name:
            bound = math.sqrt(6 / sum(parameter.shape))
            assert 0.95 * bound < parameter.abs().max() <= bound, name


def test_defaults_are_pre_norm_without_dropout():
    for layer in (EncoderLayer, DecoderLayer):
        ours = layer(D_MODEL, HEADS, D_FF)
        assert ours.norm_first and not any(part.p for part in ours.modules() if isinstance(part, Dropout))
    ours = Transformer(VOCAB, D_MODEL, HEADS)
    assert isinstance(ours.encoder.norm, LayerNorm) and isinstance(ours.decoder.norm, LayerNorm)
    assert torch.equal(ours(SOURCE, TARGET), ours(SOURCE, TARGET))
    assert ours.pad_id == PAD and LayerNorm(D_MODEL).eps == nn.LayerNorm(D_MODEL).eps


def test_layers_share_nothing():
    ours = model()
    tensors = [parameter.data_ptr() for parameter in ours.parameters()]
    assert len(set(tensors)) == len(tensors)
    assert not torch.equal(*(layer.feed_forward.w_1.weight for layer in ours.encoder.layers))


@both_norms
def test_all_parameters_are_reached_by_the_gradient(norm_first):
    ours = model(norm_first)
    F.cross_entropy(ours(SOURCE, TARGET).flatten(0, 1), torch.randint(1, VOCAB, (B * T_Q,))).backward()
    for name, parameter in ours.named_parameters():
        # A bias of the keys adds the same to all scores of a query, which the softmax takes out again.
        if not name.endswith("w_k.bias"):
            assert parameter.grad is not None and (parameter.grad != 0).any(), name


def test_fresh_model_starts_near_the_uniform_guess():
    """Scaled embeddings of unit variance, so that the first loss is about ln(vocab_size)."""
    ours = Transformer(1000, d_model=64, n_heads=4, d_ff=128)
    ids = torch.randint(1, 1000, (8, 12))
    assert 0.8 < (ours.embedding(ids) * 8).std().item() < 1.2
    loss = F.cross_entropy(ours(ids, ids).flatten(0, 1), torch.randint(1, 1000, (96,))).item()
    assert abs(loss - math.log(1000)) < 1.0


def test_dropout_only_in_training():
    ours = model(dropout=0.5)
    same = model()
    ours.train()
    assert not torch.equal(ours(SOURCE, TARGET), ours(SOURCE, TARGET))
    ours.eval()
    assert torch.equal(ours(SOURCE, TARGET), same(SOURCE, TARGET))


def test_every_dropout_of_the_layers_is_used():
    """With everything dropped a layer adds nothing: pre-norm hands its input on unchanged."""
    x, memory = random(B, T_Q, D_MODEL), random(B, T_K, D_MODEL, seed=1)
    for layer, inputs in [(EncoderLayer, (x,)), (DecoderLayer, (x, memory))]:
        ours = scramble(layer(D_MODEL, HEADS, D_FF, dropout=1.0))
        assert torch.equal(ours(*inputs), x)
