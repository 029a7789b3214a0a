"""How many layers the two stacks of 7.6 have."""
import pytest

from classroom.exercises.lesson_07.tasks import Transformer

from .told import refused

pytestmark = pytest.mark.slow


def with_layers(count):
    """A model whose stacks have `count(n_layers)` layers each."""
    class Counted(Transformer):
        def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
            super().__init__(vocab_size, d_model, n_heads, d_ff, count(n_layers), pad_id, max_len)
    return Counted


@pytest.mark.parametrize("count, slug, says, never", [
    (lambda n: n // 2, "layers-shared-out", ["half as many", "there your code stops"], ["at least one"]),
    (lambda n: max(1, n // 2), "layers-shared-out", ["half as many", "at least one"], ["stops"]),
    (lambda n: (n + 1) // 2, "layers-shared-out", ["half as many", "at least one"], ["one layer less"]),
    (lambda n: max(n - 1, 1), "one-layer-less", ["at least one"], ["half", "stops"]),
    (lambda n: n - 1, "one-layer-less", ["your code stops"], ["half", "at least one"]),
    (lambda n: 1, "one-layer-each", ["a single layer"], ["half"]),
    (lambda n: 2, "two-layers-typed-in", ["two layers, whatever"], ["half"])])
def test_layers_that_are_too_few_in_both_stacks(count, slug, says, never):
    refused("7.6", with_layers(count), slug, ["exactly", *says], never)
