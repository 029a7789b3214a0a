"""With which numbers the table of 7.6 begins: what is refused, and what may be otherwise."""
import pytest
from torch import nn

from classroom.exercises.lesson_07.tasks import Transformer

from .told import accepted, refused

pytestmark = pytest.mark.slow


def filled(fill):
    """A right model whose numbers `fill(model, d_model ** -0.5)` then overwrites."""
    class Filled(Transformer):
        def __init__(self, vocab_size, d_model, *sizes, **more):
            super().__init__(vocab_size, d_model, *sizes, **more)
            fill(self, d_model ** -0.5)
    return Filled


def of_linear(model, a):
    """The table is tied the wrong way round: what filled it is lost."""
    model.embedding.weight = nn.Linear(*reversed(model.embedding.weight.shape), bias=False).weight


def truncated(model, a):
    nn.init.trunc_normal_(model.embedding.weight, std=a, a=-2 * a, b=2 * a)


def others_small(model, a):
    for parameter in (*model.encoder.parameters(), *model.decoder.parameters()):
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=0.02)


def others_xavier(model, a):
    for parameter in (*model.encoder.parameters(), *model.decoder.parameters()):
        if parameter.ndim > 1:
            nn.init.xavier_uniform_(parameter)


@pytest.mark.parametrize("fill, slug", [
    (of_linear, "as-a-linear-layer"), (lambda model, a: nn.init.uniform_(model.embedding.weight, -a, a),
                                       "as-a-linear-layer"),
    (lambda model, a: nn.init.normal_(model.embedding.weight, std=0.125), "whatever-d-model"),
    (lambda model, a: nn.init.normal_(model.embedding.weight, std=0.7 * a), "too-large-or-small")])
def test_a_table_that_begins_with_other_numbers(fill, slug):
    refused("7.6", filled(fill), f"table-begins-{slug}", ["about 1 in both"])


@pytest.mark.parametrize("fill", [
    truncated, others_small, others_xavier,
    lambda model, a: nn.init.uniform_(model.embedding.weight, -a * 3 ** 0.5, a * 3 ** 0.5)])
def test_other_numbers_of_the_same_size(fill):
    accepted("7.6", filled(fill))
