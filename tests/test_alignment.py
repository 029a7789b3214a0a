"""Hand-made alignments, the aligners, and interventions in attention."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course.alignment import (
    IBMModel1,
    align_from_attention,
    alignment_error_rate,
    gold_alignments,
    pool,
    word_links,
    word_numbers,
    word_weights,
    words,
)
from course.decoding import greedy_decode
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import Subwords
from course.transformer import Transformer

LINKS = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


# ---------------------------------------------------------------------------------- the gold file

def test_the_gold_file_is_whole():
    gold = gold_alignments()
    assert len(gold) >= 60
    assert len({pair.source for pair in gold}) == len(gold)
    for pair in gold:
        assert pair.sure and pair.sure <= pair.possible
        assert "tatoeba.org" in pair.attribution and "CC-BY 2.0" in pair.attribution
        linked = [{link[side] for link in pair.possible} for side in (0, 1)]
        assert linked == [set(range(len(words(pair.source)))), set(range(len(words(pair.target))))], "no word forgotten"


def test_many_gold_pairs_change_the_word_order():
    def crossing(links):
        return any(a < c and b > d for a, b in links for c, d in links)
    gold = gold_alignments()
    assert sum(crossing(pair.sure) for pair in gold) >= len(gold) / 3


@pytest.mark.parametrize(("line", "message"), [
    ("a b\tc d\t0-0 2-1\tme", "line 1: the sentences have 2 and 2 words, but a link is \\(2, 1\\)"),
    ("a b\tc d\t0-0", "line 1: expected source, target, links"),
    ("a b\tc d\t0=0\tme", "line 1: expected source, target, links"),
])
def test_a_broken_gold_file_is_explained(tmp_path, line, message):
    path = tmp_path / "gold.tsv"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        gold_alignments(path)


def test_a_gold_file_of_ones_own(tmp_path):
    path = tmp_path / "gold.tsv"
    path.write_text("# a comment\nThe cat.\tEl gato.\t0-0 1-1 0?1\tme\n", encoding="utf-8")
    [pair] = gold_alignments(path)
    assert pair.sure == {(0, 0), (1, 1)} and pair.possible == {(0, 0), (1, 1), (0, 1)}


# ------------------------------------------------------------------------------------------ words

def test_words_and_the_words_of_tokens():
    assert words("¿Te gusta, Tom's “don't”?") == ["Te", "gusta", "Tom's", "don't"]
    tokens = ["▁I", "▁don", "'", "t", "▁know", ".", "<eos>"]
    assert word_numbers(tokens) == [0, 1, 1, 1, 2, -1, -1]
    assert word_numbers(["<bos>", "▁", "¿", "Qu", "é", "?", "<pad>"]) == [-1, -1, -1, 0, 0, -1, -1]
    assert word_numbers(["▁c", "<unk>", "t", "▁a"]) == [0, 0, 0, 1]


def test_every_token_of_the_gold_sentences_finds_its_word():
    gold = gold_alignments()
    sentences = [sentence for pair in gold for sentence in pair[:2]]
    subwords = Subwords.train(sentences, vocab_size=300)
    for sentence in sentences:
        tokens = subwords.tokens(subwords.encode(sentence))
        numbers = word_numbers(tokens)
        spelt = ["".join(t for t, n in zip(tokens, numbers, strict=True) if n == k).replace("▁", "")
                 for k in range(len(words(sentence)))]
        assert spelt == words(sentence)


# ------------------------------------------------------------------------------------- error rate

def test_error_rate_by_hand():
    sure = {(0, 0), (1, 2), (2, 1), (3, 3)}
    diagonal = {(i, i) for i in range(4)}
    assert alignment_error_rate(diagonal, sure, sure) == 0.5
    assert alignment_error_rate(diagonal, sure, sure | {(1, 1)}) == 1 - (2 + 3) / 8
    assert alignment_error_rate(sure, sure, sure) == 0
    assert alignment_error_rate(set(), sure, sure) == 1
    with pytest.raises(ValueError, match="no link"):
        alignment_error_rate(set(), set(), {(0, 0)})


@pytest.mark.slow
@given(LINKS, LINKS, LINKS)
def test_error_rate_lies_between_0_and_1_and_rewards_sure_links(predicted, sure, more):
    if not predicted and not sure:
        return
    rate = alignment_error_rate(predicted, sure, sure | more)
    assert 0 <= rate <= 1
    assert rate == alignment_error_rate(predicted, sure, more), "sure links count as possible"
    for link in sure - predicted:
        assert alignment_error_rate(predicted | {link}, sure, sure | more) <= rate


def test_pooled_links_never_match_those_of_another_sentence():
    pooled = pool([{(0, 0)}, {(0, 0), (1, 0)}])
    assert pooled == {(0, 0, 0), (1, 0, 0), (1, 1, 0)}
    assert alignment_error_rate(pool([{(0, 0)}, set()]), pool([set(), {(0, 0)}]), set()) == 1


# ---------------------------------------------------------------------------------- from attention

def test_rows_predict_the_next_token():
    weights = torch.zeros(2, 4, 5)                        # <bos> y0 y1 y2 against x0 x1 x2 x3 <eos>
    for row, column in enumerate([2, 0, 3, 4]):
        weights[:, row, column] = 1.0
    assert align_from_attention(weights).tolist() == [2, 0, 3]
    weights[:, 1, 4] = 5.0                                # <eos> is no word
    assert align_from_attention(weights).tolist() == [2, 0, 3]
    weights[0, 2, 1] = 1.5                                # the average of the heads decides
    assert align_from_attention(weights).tolist() == [2, 0, 3]


def test_words_are_linked_if_any_of_their_tokens_are():
    assert word_links([0, 2, 1, 3], [0, 1, 1, -1], [0, 0, 1, 2]) == {(0, 0), (1, 0), (1, 1)}
    assert word_links(torch.tensor([0, 1]), [0, 1], [-1, 0]) == {(1, 0)}


def test_word_weights_add_over_the_source_and_average_over_the_target():
    weights = torch.tensor([[0.2, 0.3, 0.4, 0.1], [0.6, 0.1, 0.1, 0.2], [0.0, 0.5, 0.4, 0.1]])
    expected = [[0.4, 0.45], [0.0, 0.9]]
    np.testing.assert_allclose(word_weights(weights, [0, 1, 1, -1], [0, 0, 1]), expected, atol=1e-6)


# ------------------------------------------------------------------------------------- IBM model 1

PAIRS = [("black cat", "gato negro"), ("Cat sleeps", "gato duerme")]


def dense(pairs, n_iterations):
    """IBM model 1 with an empty word, by loops."""
    source_words = ["", *dict.fromkeys(w for e, _ in pairs for w in e.lower().split())]
    target_words = list(dict.fromkeys(w for _, f in pairs for w in f.lower().split()))
    t = {(e, f): 1.0 for e in source_words for f in target_words}
    for _ in range(n_iterations):
        counts = dict.fromkeys(t, 0.0)
        for source, target in pairs:
            e_words = ["", *source.lower().split()]
            for f in target.lower().split():
                total = sum(t[e, f] for e in e_words)
                for e in e_words:
                    counts[e, f] += t[e, f] / total
        sums = {e: sum(counts[e, f] for f in target_words) for e in source_words}
        t = {(e, f): counts[e, f] / sums[e] for e, f in counts}
    return t


@pytest.mark.parametrize("n_iterations", [1, 2, 5])
def test_the_fast_model_counts_like_the_slow_one(n_iterations):
    pairs = [*PAIRS, ("the the cat", "el gato"), ("black", "negro negro")]
    model, expected = IBMModel1.train(pairs, n_iterations), dense(pairs, n_iterations)
    source, target = ["the", "black", "cat", "sleeps"], ["el", "gato", "negro", "duerme"]
    found = model.probabilities(source, target)
    for i, e in enumerate(["", *source]):
        for j, f in enumerate(target):
            assert found[i, j] == pytest.approx(expected.get((e, f), 0.0))


def test_it_finds_out_who_belongs_to_whom():
    model = IBMModel1.train([*PAIRS, ("the cat", "el gato"), ("the dog", "el perro")], 20)
    assert model.align("The black cat sleeps.", "El gato negro duerme.") == {(0, 0), (1, 2), (2, 1), (3, 3)}


def test_unknown_words_get_no_link_and_rows_are_distributions():
    model = IBMModel1.train(PAIRS, 3)
    assert model.align("black unicorn", "unicornio negro") == {(0, 1)}
    table = model.probabilities(["black", "cat", "sleeps", "unicorn"], ["gato", "negro", "duerme", "unicornio"])
    np.testing.assert_allclose(table.sum(1), [1, 1, 1, 1, 0])


# ---------------------------------------------------------------------------------- interventions

@pytest.fixture
def model():
    torch.manual_seed(0)
    return Transformer(vocab_size=20, d_model=12, n_heads=3, d_ff=16, n_layers=2).eval()


SOURCE, TARGET = torch.tensor([[5, 6, 7, 8], [9, 4, 3, 0]]), torch.tensor([[2, 5, 9], [2, 7, 4]])


def test_names(model):
    assert attention_names(model, "cross_attention") == [f"decoder.layers.{i}.cross_attention" for i in (0, 1)]
    assert len(attention_names(model)) == 6


@pytest.mark.parametrize("name", ["encoder.layers.0.self_attention", "decoder.layers.1.cross_attention"])
def test_a_silent_head_is_one_whose_columns_of_w_o_are_zero(model, name):
    before = model(SOURCE, TARGET)
    with switch_off(model, name, [1]):
        silent = model(SOURCE, TARGET)
    assert torch.equal(model(SOURCE, TARGET), before), "afterwards all is as it was"
    assert not torch.allclose(silent, before)
    with torch.no_grad():
        model.get_submodule(name).w_o.weight[:, 4:8] = 0.0
    torch.testing.assert_close(silent, model(SOURCE, TARGET))


def test_an_edit_that_changes_nothing_changes_nothing(model):
    before = model(SOURCE, TARGET)
    with edit_attention(model, attention_names(model), lambda weights: weights):
        torch.testing.assert_close(model(SOURCE, TARGET), before)
    assert torch.equal(model(SOURCE, TARGET), before)
    assert not any("attend" in vars(module) for module in model.modules())


def test_edited_weights_are_the_ones_used_and_recorded(model):
    name = "decoder.layers.0.cross_attention"
    with edit_attention(model, name, uniform), record_attention(model) as weights:
        model(SOURCE, TARGET)
    torch.testing.assert_close(weights[name][0], torch.full((3, 3, 4), 0.25))
    torch.testing.assert_close(weights[name][1, 0, 0], torch.tensor([1 / 3, 1 / 3, 1 / 3, 0]))


def test_exchanged_columns_are_exchanged_values(model):
    order, name = [1, 0, 2, 3], "decoder.layers.0.cross_attention"
    module, x, memory = model.get_submodule(name), torch.randn(1, 3, 12), torch.randn(1, 4, 12)
    expected = module(x, memory, memory[:, order])[0]
    with edit_attention(model, name, lambda weights: weights[..., order]):
        torch.testing.assert_close(module(x, memory, memory)[0], expected)


def test_the_model_is_restored_after_an_error(model):
    before = model(SOURCE, TARGET)
    with pytest.raises(ValueError, match="edited weights have the shape"):
        with edit_attention(model, attention_names(model), lambda weights: weights[:1]):
            model(SOURCE, TARGET)
    with pytest.raises(RuntimeError), switch_off(model, "encoder.layers.0.self_attention", [0]):
        raise RuntimeError
    assert torch.equal(model(SOURCE, TARGET), before)


def test_interventions_reach_cached_decoding(model):
    name = "decoder.layers.1.cross_attention"
    for intervene in (lambda: switch_off(model, name, [0, 2]), lambda: edit_attention(model, name, uniform)):
        with intervene():
            written = [greedy_decode(model, SOURCE, 2, 3, max_len=8, cached=cached) for cached in (True, False)]
        assert torch.equal(*written)


def test_what_is_not_there_is_named(model):
    with pytest.raises(ValueError, match="heads 0 to 2, not 3"), switch_off(
            model, "encoder.layers.0.self_attention", [3]):
        pass
    with pytest.raises(ValueError, match="no attention 'decoder'; there are: encoder.layers.0.self_attention"):
        with edit_attention(model, "decoder", uniform):
            pass
