"""Lesson 04: what a severe reader got past the checks, or was told and was not so."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course import attention as library
from course.attention import causal_mask, split_heads

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


class OnTheClass(library.MultiHeadAttention):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        del self.n_heads
        OnTheClass.n_heads = n_heads


class CausalInTraining(library.MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        if self.training:
            seen = causal_mask(max(query.shape[1], key.shape[1]))[..., :query.shape[1], :key.shape[1]]
            mask = seen.reshape(1, *seen.shape[-2:]) if mask is None else mask & seen
        return super().forward(query, key, value, mask)


class StopsInTraining(library.MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        if self.training:
            raise RuntimeError
        return super().forward(query, key, value, mask)


class OutputAlone(library.MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return output, None if self.training else weights


class Dropping(library.MultiHeadAttention):
    by_hand = False

    def forward(self, query, key, value, mask=None):
        output, weights = super().forward(query, key, value, mask)
        if self.by_hand and self.training:
            return output * (torch.rand_like(output) < 0.5) * 2, weights
        return F.dropout(output, 0.1, self.training), weights


class DroppingByHand(Dropping):
    by_hand = True


class Frozen(library.MultiHeadAttention):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        self.w_o.requires_grad_(False)


def test_another_layer_changes_nothing():
    refused("4.3", OnTheClass, "shared-between-layers", says=("n_heads = 2",))


def test_training_mode_is_looked_at_and_dropout_may_differ():
    for answer in (CausalInTraining, StopsInTraining, OutputAlone):
        refused("4.3", answer, "differs-in-training", says=("After `.train()`",))
    for answer in (Dropping, DroppingByHand):
        accepted("4.3", answer)


def test_nothing_lies_behind_a_parameter():
    refused("4.3", Frozen, "gradient-cut", says=("requires_grad",), never=("behind it",))


def test_one_head_without_its_axis_and_a_cut_sentence():
    refused("4.1", lambda x, n_heads: x if n_heads == 1 else split_heads(x, n_heads), "one-head-without-axis")
    refused("4.1", lambda x, n_heads: torch.stack(x.tensor_split(n_heads, dim=1), dim=1), "positions-cut")
    refused("4.1", lambda x, n_heads: x.transpose_(0, 1).reshape(*x.shape[:2], n_heads, -1).permute(1, 2, 0, 3),
            "changes-inputs", says=("or its shape",))


def positions_first(x, n_heads):
    batch, length, d_model = x.shape
    heads = x.reshape(length, batch * n_heads, d_model // n_heads).transpose(0, 1)
    return heads.reshape(batch, n_heads, length, -1)


def positions_in_a_row(x, n_heads):
    batch, length, d_model = x.shape
    heads = x.reshape(batch * length, n_heads, d_model // n_heads).transpose(0, 1)
    return heads.reshape(batch, n_heads, length, -1)


def first_sentence_again(x, n_heads):
    heads = torch.stack(x[0].chunk(n_heads, dim=-1))
    return heads.unsqueeze(0).expand(len(x), -1, -1, -1)


def test_sentences_that_are_mixed():
    refused("4.1", positions_first, "sentences-mixed", says=("exchange B and T",))
    refused("4.1", positions_in_a_row, "poured-from-heads-first", says=("your last reshape",), never=("`stack`",))
    refused("4.1", first_sentence_again, "first-sentence-for-all")
    refused("4.2", lambda x: x[:1].transpose(1, 2).flatten(2), "entries-missing", says=("an index or a slice",))


def test_joined_in_place_of_stacked():
    for dim, slug in ((0, "heads-folded-into-batch"), (1, "axes-joined")):
        refused("4.1", lambda x, n_heads, dim=dim: torch.cat(x.chunk(n_heads, dim=-1), dim=dim), slug,
                says=("`stack` makes a new one",))


def four_axes(x, n_heads):
    return x.reshape(*x.shape[:2], n_heads, -1)


def test_more_arguments_than_a_method_takes():
    for order in ((0, 2, 1, 3), ((0, 2, 1, 3),)):
        refused("4.1", lambda x, n_heads, order=order: four_axes(x, n_heads).transpose(*order), "numpy-in-torch",
                says=("`permute`",), never=("counted",))
    refused("4.1", lambda x, n_heads: four_axes(x, n_heads).swapaxes(0, 1, 2), "another-number-of-arguments",
            says=("`swapaxes` takes 2 at most, and your call hands it 3",), never=("counted",))
    refused("4.1", lambda x, n_heads: x.unflatten(-1, n_heads, -1), "another-number-of-arguments",
            says=("`unflatten` takes 3 at most, `self` counted, and your call hands it 4",))


class ReluOnValues(library.MultiHeadAttention):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        self.w_v.register_forward_hook(lambda layer, inputs, output: output.relu())


def test_a_relu_on_the_values():
    refused("4.3", ReluOnValues, "relu-inside", says=("the values go",))


def zeros_into(which):
    def head_parts(heads, W_o):
        heads, W_o = heads.clone() if which else heads, W_o if which else W_o.clone()
        parts = []
        for h in range(heads.shape[1]):
            if which:
                rows = torch.arange(len(W_o)) // heads.shape[3]
                W_o[rows != h] = 0
            else:
                heads[:, [i for i in range(heads.shape[1]) if i != h]] = 0
            parts.append(heads.transpose(1, 2).flatten(2) @ W_o)
        return torch.stack(parts, dim=1)
    return head_parts


def stops_after_one(heads, W_o):
    parts = heads.new_zeros(*heads.shape[:3], len(W_o))
    for h in range(heads.shape[1]):
        parts[:, h] = heads[:, h] @ W_o[: heads.shape[3]]
        return parts


def test_what_leaves_only_the_first_head():
    for answer in (zeros_into(0), zeros_into(1), stops_after_one):
        refused("4.5", answer, "first-head-only", says=("`return`",), never=("set to 0 in `heads`",))


# ------------------------------------------------------------------------------------------------- 4.4


def looks_at(places, tolerance=1e-5):
    """A test of the shape, and of the numbers at some places."""
    def test(split):
        x = torch.arange(6 * 5 * 12.0).reshape(6, 5, 12)
        found, wanted = split(x, 3), torch.stack(x.chunk(3, dim=-1), dim=1)
        assert found.shape == wanted.shape and torch.allclose(found[places], wanted[places], rtol=tolerance)
    return test


def each_head(split):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    found = split(x, 3)
    for h in range(3):
        assert torch.equal(found[:, h], x[:, :, 4 * h : 4 * h + 4])


def zipped(split):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    assert all(torch.equal(a, b) for a, b in zip(split(x, 3).unbind(1), x.chunk(3, -1), strict=False))


@pytest.mark.parametrize("answer, slug", [
    (looks_at((slice(None), slice(None), [0, -1])), "misses-middle-positions-wrong"),
    (looks_at([0, -1]), "misses-middle-sentences-wrong"), (looks_at((..., [0, -1])), "misses-middle-numbers-lost"),
    (looks_at(..., tolerance=0.01), "misses-largest-number-off"),
    (each_head, "misses-one-head-too-many"), (zipped, "misses-last-head-missing"),
])
def test_a_test_that_leaves_something_out(answer, slug):
    refused("4.4", answer, slug)


def test_a_test_that_looks_at_all_of_it():
    accepted("4.4", looks_at(...))


def not_called(split):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    assert (split(x, 3) == torch.stack(x.chunk(3, dim=-1), dim=1)).all


def with_itself(split):
    found = split(torch.arange(2 * 5 * 12).reshape(2, 5, 12), 3)
    for h in range(3):
        assert torch.equal(found[:, h], found[:, h])


def test_a_test_in_which_no_comparison_decides():
    for answer in (not_called, with_itself):
        refused("4.4", answer, "accepts-everything", says=("compared with itself", "`.all`"),
                never=("in either direction",))


def against(places, axis, sizes=(2, 5, 3, 4)):
    """A test that compares the numbers at some places one by one, and all others in sums along an axis."""
    def test(split):
        batch, length, heads, d_head = sizes
        x = torch.arange(batch * length * heads * d_head).reshape(batch, length, heads * d_head)
        found, wanted = split(x, heads), torch.stack(x.chunk(heads, dim=-1), dim=1)
        assert found.shape == wanted.shape
        assert torch.equal(found[places], wanted[places]) and torch.equal(found.sum(axis), wanted.sum(axis))
    return test


ALL = slice(None)


@pytest.mark.parametrize("answer, slug", [
    (against((ALL, 0), (0, 1, 2, 3), (3, 3, 2, 4)), "misses-last-two-positions-exchanged"),
    (against((ALL, -1), (0, 1, 2, 3), (3, 3, 2, 4)), "misses-first-two-positions-exchanged"),
    (against((ALL, 0), (1, 3), (3, 3, 2, 4)), "misses-last-two-numbers-exchanged"),
    (against((ALL, [0, 1]), 3), "misses-last-two-numbers-exchanged"),
    (against((ALL, [1, 2]), 3), "misses-first-two-numbers-exchanged"),
    (against((..., 0), 3), "misses-last-two-numbers-exchanged"),
    (against((..., -1), 3), "misses-first-two-numbers-exchanged"),
    (against(0, 3), "misses-last-two-numbers-exchanged"), (against(-1, 2), "misses-first-two-positions-exchanged"),
    (against((ALL, ALL, 0), 2), "misses-last-two-positions-exchanged"),
    (against((ALL, ALL, 0), 3), "misses-last-two-numbers-exchanged"),
])
def test_a_part_of_which_only_sums_are_compared(answer, slug):
    refused("4.4", answer, slug, says=("its own place",))


@pytest.mark.parametrize("sizes, slug", [
    ((2, 3, 2, 4), "misses-sentences-for-heads"), ((4, 2, 3, 4), "misses-sentences-for-size"),
    ((2, 4, 4, 3), "misses-positions-for-heads"), ((2, 2, 3, 2), "misses-sentences-for-size"),
    ((2, 3, 2, 3), "misses-sentences-for-heads")])
def test_a_full_comparison_with_sizes_that_are_equal(sizes, slug):
    refused("4.4", against(..., 0, sizes), slug, ("Which of the four sizes B, T, n_heads and d_head are equal there?",))


def far_up(split):
    x = 1e6 + torch.arange(2 * 5 * 12.0).reshape(2, 5, 12)
    found, wanted = split(x, 3), torch.stack(x.chunk(3, dim=-1), dim=1)
    assert found.shape == wanted.shape and torch.allclose(found, wanted)


def test_large_numbers_and_a_tolerance_that_is_a_share_of_them():
    refused("4.4", far_up, "misses-interleaved", says=("How far apart may two numbers be",),
            never=("only at which positions",))


# ------------------------------------------------------------------------------------------------- 4.3


def with_layers(value, last):
    class Exchanged(library.MultiHeadAttention):
        def forward(self, query, key, value_, mask=None):
            q, k, v = (split_heads(x, self.n_heads) for x in (
                self.w_q(query), self.w_k(key), getattr(self, value)(value_)))
            mask = None if mask is None else mask.unsqueeze(1)
            mixed, weights = library.scaled_dot_product_attention(q, k, v, mask)
            return getattr(self, last)(mixed.transpose(1, 2).flatten(2)), weights
    return Exchanged


@pytest.mark.parametrize("value, last, said", [
    ("w_o", "w_v", "`w_v` and `w_o` have changed places"), ("w_v", "w_v", "`w_v` also projects the merged heads"),
    ("w_o", "w_o", "`w_o` also projects the values"),
])
def test_the_last_layer_in_another_place(value, last, said):
    refused("4.3", with_layers(value, last), "output-projection-confused", says=(said,))


def checked(raises, late=False):
    """A layer that looks at its sizes itself: when it is made, or `late`, when it is called."""
    class Checked(library.MultiHeadAttention):
        def __init__(self, d_model, n_heads):
            if not late and raises(d_model, n_heads):
                raise ValueError("n_heads must divide d_model")
            nn.Module.__init__(self)
            self.d_model, self.n_heads = d_model, n_heads
            self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

        def forward(self, query, key, value, mask=None):
            if late and raises(self.d_model, self.n_heads):
                raise ValueError("n_heads must divide d_model")
            return super().forward(query, key, value, mask)
    return Checked


class OrderTurned(library.MultiHeadAttention):
    def __init__(self, n_heads, d_model):
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        super().__init__(d_model, n_heads)


def test_the_sizes_are_divided_the_wrong_way_round():
    for answer in (checked(lambda d_model, n_heads: n_heads % d_model), OrderTurned):
        refused("4.3", answer, "divisibility-turned-round",
                says=("d_model = 4 and n_heads = 8", "in which order does the `def`"), never=("2 of the 16",))
    verdict = evaluate("4.3", checked(lambda d_model, n_heads: n_heads != d_model))
    assert verdict.status == "error" and verdict.mistake != "divisibility-turned-round", verdict.message


def test_the_sizes_are_looked_at_when_it_is_called():
    refused("4.3", checked(lambda d_model, n_heads: d_model % n_heads, late=True), "no-divisibility-check",
            says=("only when it was called", "a `raise` in it"), never=("numbers of every vector are lost",))
    refused("4.3", checked(lambda d_model, n_heads: False), "no-divisibility-check")


def with_roles(roles, mask_axis=lambda mask: mask.unsqueeze(1)):
    class Roles(library.MultiHeadAttention):
        def forward(self, query, key, value, mask=None):
            given = dict(q=query, k=key, v=value)
            query, key, value = (given[role] for role in roles)
            q, k, v = (split_heads(layer(x), self.n_heads) for layer, x in (
                (self.w_q, query), (self.w_k, key), (self.w_v, value)))
            mixed, weights = library.scaled_dot_product_attention(q, k, v, None if mask is None else mask_axis(mask))
            return self.w_o(mixed.transpose(1, 2).flatten(2)), weights
    return Roles


def test_one_argument_in_place_of_another_and_order():
    order = "in which order does its `def` name them"
    refused("4.3", with_roles("qkk"), "inputs-confused", says=("to each projection?",), never=(order,))
    refused("4.3", with_roles("qvk"), "inputs-confused", says=(order,))


def test_a_mask_for_each_query_without_an_axis_for_the_heads():
    refused("4.3", with_roles("qkv", lambda mask: mask.unsqueeze(1) if mask.shape[1] == 1 else mask),
            "mask-head-axis-for-padding-only", says=("With several sentences that is wrong",), never=("That fails",))


@pytest.mark.parametrize("long", ["queries", "keys", "scores"])
@pytest.mark.parametrize("masked, slug", [
    (lambda past, mask: past if mask is None else mask, "causal-without-a-mask"),
    (lambda past, mask: past if mask is None else mask & past, "causal-as-well"),
    (lambda past, mask: mask if mask is None else mask & past, "causal-as-well"),
    (lambda past, mask: past, "causal-whatever-the-mask"),
])
def test_a_causal_mask_of_ones_own(masked, slug, long):
    class Answer(library.MultiHeadAttention):
        def forward(self, query, key, value, mask=None):
            rows, columns = {"queries": (query, query), "keys": (key, key), "scores": (query, key)}[long]
            past = torch.ones(1, rows.shape[1], columns.shape[1]).tril().bool()
            return super().forward(query, key, value, masked(past, mask))

    refused("4.3", Answer, slug, says=() if long == "scores" else ("it fits only where",))
