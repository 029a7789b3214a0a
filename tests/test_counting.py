"""Vectors of tokens that come from counting alone."""
import itertools
import math

import pytest
import torch

from course.counting import begin_with, count_vectors, largest_patterns, pair_counts, positive_pmi
from course.tokens import Encoded
from course.transformer import Transformer

WORDS = 6               # of each language: 4 to 9, and 10 to 15; word n means n + 6


def sentences(n=400, seed=0):
    """Sentences of 1 to 3 words, and their translation in another order."""
    generator = torch.Generator().manual_seed(seed)
    source, target = torch.zeros(n, 4, dtype=torch.long), torch.zeros(n, 5, dtype=torch.long)
    for row in range(n):
        words = 4 + torch.randint(WORDS, (int(torch.randint(1, 4, (1,), generator=generator)),), generator=generator)
        source[row, : len(words) + 1] = torch.cat([words, torch.tensor([3])])
        target[row, : len(words) + 2] = torch.cat([torch.tensor([2]), words.flip(0) + WORDS, torch.tensor([3])])
    return Encoded(source, target, (source != 0).sum(1), (target != 0).sum(1))


def test_pairs_are_counted_across_the_languages_once_in_a_sentence():
    encoded = Encoded(torch.tensor([[4, 4, 5, 3], [4, 3, 0, 0]]), torch.tensor([[2, 6, 3, 0], [2, 6, 7, 3]]),
                      torch.tensor([4, 2]), torch.tensor([3, 4]))
    expected = torch.zeros(8, 8)
    for i, j, times in [(4, 6, 2), (5, 6, 1), (4, 7, 1)]:
        expected[i, j] = expected[j, i] = times
    assert pair_counts(encoded, 8).equal(expected)


def test_counts_as_a_loop_would():
    encoded = sentences()
    expected = torch.zeros(16, 16)
    for source, target in zip(encoded.source.tolist(), encoded.target.tolist(), strict=True):
        for i, j in itertools.product({i for i in source if i > 3}, {j for j in target if j > 3}):
            expected[i, j] += 1
            expected[j, i] += 1
    assert pair_counts(encoded, 16).equal(expected)


def test_pmi_is_the_log_of_how_much_more_often_than_by_chance():
    counts = torch.tensor([[0.0, 6.0, 2.0], [6.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    chance = 8 / 16 * 6 / 16                                        # of the pair 0, 1; all counts together are 16
    expected = math.log(6 / 16 / chance)
    assert positive_pmi(counts)[0, 1] == pytest.approx(expected) and positive_pmi(counts)[1, 2] == 0
    assert (positive_pmi(torch.tensor([[1.0, 9.0], [9.0, 90.0]])) >= 0).all()
    assert positive_pmi(torch.zeros(2, 2)).equal(torch.zeros(2, 2))


@pytest.mark.slow
def test_a_token_is_nearest_to_its_translation():
    vectors = count_vectors(sentences(2000), 16, 6)
    close = vectors @ vectors.T
    close.fill_diagonal_(-1)
    assert close[4:10].argmax(1).tolist() == list(range(10, 16))
    assert close[10:].argmax(1).tolist() == list(range(4, 10))


def test_vectors_have_length_1_or_nothing_is_known_of_the_token():
    vectors = count_vectors(sentences(), 20, 8)
    torch.testing.assert_close(vectors[4:16].norm(dim=1), torch.ones(12))
    assert not vectors[:4].any() and not vectors[16:].any()


def table_with(values, seed=0):
    """A symmetric table with these eigenvalues, and its eigenvectors in their order."""
    torch.manual_seed(seed)
    vectors = torch.linalg.qr(torch.randn(len(values), len(values), dtype=torch.float64))[0]
    return vectors * values @ vectors.T, vectors


def test_the_largest_patterns_of_a_large_table_come_out_nearly():
    """Also where the strongest are negative, as for counts across two languages."""
    values = torch.cat([torch.linspace(-30, 1, 580, dtype=torch.float64), torch.linspace(5, 20, 20).double()])
    table, vectors = table_with(values)
    found = largest_patterns(table, 20)
    assert found.shape == (600, 20)
    torch.testing.assert_close(found.T @ found, torch.eye(20, dtype=torch.float64))
    assert torch.linalg.svdvals(found.T @ vectors[:, -20:]).min() > 0.99
    torch.testing.assert_close(found.T @ table @ found, values[-20:].diag(), rtol=0.01, atol=0.01)


def test_the_patterns_of_a_small_table_are_its_eigenvectors():
    table, vectors = table_with(torch.arange(-5.0, 7.0, dtype=torch.float64))
    torch.testing.assert_close((largest_patterns(table, 3).T @ vectors[:, -3:]).abs(), torch.eye(3).double())


def test_the_number_of_threads_changes_no_bit():
    found, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(torch.cat([count_vectors(sentences(), size, 40) for size in (300, 400)]))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert found[0].equal(found[1])


@pytest.mark.parametrize("d_model", [0, 17])
def test_sizes_that_cannot_be(d_model):
    with pytest.raises(ValueError, match=f"from 1 to vocab_size = 16, got {d_model}"):
        count_vectors(sentences(10), 16, d_model)


def test_a_model_begins_with_them():
    model = Transformer(16, d_model=8, n_heads=2, d_ff=16, n_layers=1)
    before, vectors = model.embedding.weight.detach().clone(), count_vectors(sentences(), 16, 8)
    begin_with(model, vectors)
    after = model.embedding.weight.detach()
    assert after[:4].equal(before[:4])                              # of which nothing is known
    torch.testing.assert_close(after[4:], before.norm(dim=1).mean() * vectors[4:])


def test_a_model_without_such_a_table():
    with pytest.raises(ValueError, match=r"no table of embeddings of shape \(16, 8\)"):
        begin_with(Transformer(17, d_model=8, n_heads=2, d_ff=16, n_layers=1), torch.ones(16, 8))    # w_1 is (16, 8)
