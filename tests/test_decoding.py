"""Greedy decoding, beam search and the cache."""
import itertools

import pytest
import torch

from course.decoding import CachedDecoder, UncachedDecoder, beam_search, greedy_decode, translate
from course.tokens import Subwords
from course.transformer import Transformer

PAD, BOS, EOS = 0, 2, 3


class Scripted:
    """A stand-in whose next token depends on the source's first id and on how many were written."""

    pad_id = PAD

    def __init__(self, scripts, vocab=12):
        self.scripts, self.vocab = scripts, vocab

    def source_mask(self, source):
        return None

    def encode(self, source, mask):
        return source

    def decode(self, target, memory, mask):
        rows = [self.scripts[int(source[0])][: target.shape[1]] for source in memory]
        rows = [row + [EOS + 2] * (target.shape[1] - len(row)) for row in rows]     # babbles on after its script
        return torch.nn.functional.one_hot(torch.tensor(rows), self.vocab).float()

    def unembed(self, states):
        return states


def test_stops_each_sentence_at_its_eos_and_pads_after_it():
    model = Scripted({4: [7, EOS], 5: [8, 9, 10, EOS], 6: [EOS]})
    ids = greedy_decode(model, torch.tensor([[4], [5], [6]]), BOS, EOS)
    assert ids.tolist() == [[7, EOS, PAD, PAD], [8, 9, 10, EOS], [EOS, PAD, PAD, PAD]]


def test_gives_up_at_max_len():
    model = Scripted({4: [7] * 50})
    assert greedy_decode(model, torch.tensor([[4]]), BOS, EOS, max_len=6).tolist() == [[7] * 6]


@pytest.fixture(scope="module")
def random_model():
    torch.manual_seed(0)
    return Transformer(vocab_size=60, d_model=16, n_heads=2, d_ff=32, n_layers=2).double().eval()


def test_each_token_is_the_argmax_given_those_before(random_model):
    source = torch.tensor([[5, 6, 7, EOS], [8, 9, EOS, PAD]])
    ids = greedy_decode(random_model, source, BOS, EOS, max_len=7)
    decoder_input = torch.cat([torch.full((2, 1), BOS), ids], dim=1)[:, :-1]
    forced = random_model(source, decoder_input).argmax(-1)
    for row, expected in zip(ids.tolist(), forced.tolist(), strict=True):
        end = row.index(EOS) + 1 if EOS in row else len(row)
        assert row[:end] == expected[:end]


def test_a_sentence_alone_equals_the_same_sentence_in_a_batch(random_model):
    source = torch.tensor([[5, 6, 7, 10, EOS], [8, 9, EOS, PAD, PAD]])
    together = greedy_decode(random_model, source, BOS, EOS, max_len=9)
    alone = greedy_decode(random_model, source[1:, :3], BOS, EOS, max_len=9)
    assert together[1, : alone.shape[1]].tolist() == alone[0].tolist()


def test_translate_keeps_the_order_of_the_questions():
    subwords = Subwords.train(["a b c d e f", "uno dos tres"], vocab_size=40)
    sentences = ["a b c d", "b", "c a b", "d e"]
    first = {sentence: subwords.encode(sentence)[0] for sentence in sentences}
    model = Scripted({ids: subwords.encode(answer) + [EOS] for ids, answer in zip(
        first.values(), ["uno", "dos", "tres", "uno dos"], strict=True)}, vocab=len(subwords))
    model.parameters = lambda: iter([torch.zeros(1)])
    model.eval = lambda: model
    assert translate(model, sentences, subwords, batch_size=2) == ["uno", "dos", "tres", "uno dos"]
    assert translate(model, [], subwords) == []


@pytest.mark.parametrize("norm_first", [True, False])
def test_cached_equals_uncached_step_by_step(norm_first):
    torch.manual_seed(1)
    model = Transformer(60, d_model=24, n_heads=3, d_ff=32, n_layers=2, norm_first=norm_first).double().eval()
    source = torch.tensor([[5, 6, 7, 10, EOS], [8, 9, EOS, PAD, PAD]])
    mask = model.source_mask(source)
    memory = model.encode(source, mask)
    cached, uncached = CachedDecoder(model, memory, mask), UncachedDecoder(model, memory, mask)
    tokens = torch.tensor([[BOS, 7, 8, 9, 4], [BOS, 5, 5, 6, 30]])
    with torch.no_grad():
        for t, column in enumerate(tokens.T):
            torch.testing.assert_close(cached.step(column), uncached.step(column))
            if t == 2:                                   # exchange the sentences and keep one twice
                for decoder in (cached, uncached):
                    decoder.keep(torch.tensor([1, 0, 1]))
                break
        for column in torch.tensor([[9, 4, 12], [11, 13, 14]]):
            torch.testing.assert_close(cached.step(column), uncached.step(column))


def test_greedy_with_and_without_cache_writes_the_same(random_model):
    source = torch.tensor([[5, 6, 7, 10, EOS], [8, 9, EOS, PAD, PAD]])
    with_cache = greedy_decode(random_model, source, BOS, EOS, max_len=20, cached=True)
    assert torch.equal(with_cache, greedy_decode(random_model, source, BOS, EOS, max_len=20, cached=False))


@pytest.fixture(scope="module")
def small_vocab():
    torch.manual_seed(3)
    model = Transformer(vocab_size=12, d_model=16, n_heads=2, d_ff=32, n_layers=1).double().eval()
    torch.nn.init.normal_(model.embedding.weight, std=0.6)
    return model


class TestBeamSearch:
    source = torch.tensor([[5, 6, 7, 10, EOS], [8, 9, EOS, PAD, PAD], [11, EOS, PAD, PAD, PAD]])

    def test_a_beam_of_one_without_penalty_is_greedy(self, random_model):
        greedy = greedy_decode(random_model, self.source, BOS, EOS, max_len=8)
        beams = beam_search(random_model, self.source, BOS, EOS, beam_size=1, length_penalty=0.0, max_len=8)
        for row, hypotheses in zip(greedy.tolist(), beams, strict=True):
            assert hypotheses[0].ids == (row[: row.index(EOS) + 1] if EOS in row else row)

    @pytest.mark.slow
    @pytest.mark.parametrize("length_penalty", [0.0, 0.6, 2.0])
    def test_a_beam_that_holds_everything_finds_the_best_of_all(self, small_vocab, length_penalty):
        max_len, others = 3, [i for i in range(12) if i != EOS]
        found = beam_search(small_vocab, self.source, BOS, EOS, 2000, length_penalty, max_len)
        for row in range(len(self.source)):
            all_scores = {}
            for n in range(max_len):
                for ids in itertools.product(others, repeat=n):
                    target = torch.tensor([[BOS, *ids, EOS]])
                    with torch.no_grad():
                        log_p = small_vocab(self.source[row : row + 1], target[:, :-1]).log_softmax(-1)
                    total = log_p[0].gather(-1, target[0, 1:, None]).sum().item()
                    all_scores[(*ids, EOS)] = total / ((5 + n + 1) / 6) ** length_penalty
            best = sorted(all_scores, key=lambda ids: -all_scores[ids])[:5]
            assert [tuple(h.ids) for h in found[row][:5]] == best
            assert [h.score for h in found[row][:5]] == pytest.approx([all_scores[ids] for ids in best])

    @pytest.mark.parametrize("length_penalty, expected", [(0.0, [EOS]), (1.0, [7, EOS])])
    def test_the_penalty_lets_a_longer_sentence_win(self, length_penalty, expected):
        """Ending at once has p = 0.4, ending one token later 0.6 · 0.6 = 0.36."""
        class Table(Scripted):
            def decode(self, target, memory, mask):
                p = torch.full((target.shape[1], 12), 1e-9)
                p[0, [EOS, 7]] = torch.tensor([0.4, 0.6])
                p[1:, [EOS, 7]] = torch.tensor([0.6, 0.4])
                return p.log().expand(len(target), -1, -1)

        [hypotheses] = beam_search(Table({}), torch.tensor([[4]]), BOS, EOS, 2, length_penalty, max_len=6)
        assert hypotheses[0].ids == expected

    def test_cache_and_batch_change_nothing(self, random_model):
        together = beam_search(random_model, self.source, BOS, EOS, beam_size=3, max_len=9)
        uncached = beam_search(random_model, self.source, BOS, EOS, beam_size=3, max_len=9, cached=False)
        alone = [beam_search(random_model, row[None], BOS, EOS, beam_size=3, max_len=9)[0] for row in self.source]
        for a, b, c in zip(together, uncached, alone, strict=True):
            assert [h.ids for h in a] == [h.ids for h in b] == [h.ids for h in c]
            assert [h.score for h in a] == pytest.approx([h.score for h in b])
            assert [h.score for h in a] == pytest.approx([h.score for h in c])

    def test_unfinished_sentences_stand_in_where_none_ended(self):
        never = Scripted({4: [7] * 50})
        [hypotheses] = beam_search(never, torch.tensor([[4]]), BOS, EOS, beam_size=1, max_len=5)
        assert hypotheses[0].ids == [7] * 5

    def test_an_empty_beam_is_an_error(self, random_model):
        with pytest.raises(ValueError, match="at least 1"):
            beam_search(random_model, self.source, BOS, EOS, beam_size=0)


@pytest.fixture
def small_translator():
    subwords = Subwords.train(["uno dos tres cuatro"] * 3, vocab_size=60)
    torch.manual_seed(0)
    return Transformer(len(subwords), d_model=8, n_heads=2, d_ff=16, n_layers=1, max_len=12).eval(), subwords


def test_translate_refuses_what_it_cannot_translate(small_translator):
    model, subwords = small_translator
    with pytest.raises(TypeError, match=r"takes a list of sentences: translate\(model, \['uno dos'\], subwords\)"):
        translate(model, "uno dos", subwords)
    with pytest.raises(TypeError, match=r"list of strings; number 1, counted from 0, is \('dos', 'two'"):
        translate(model, ["uno", ("dos", "two")], subwords)
    with pytest.raises(ValueError, match=r"sentence 1, counted from 0, has 2\d tokens.*max_len = 12: 'dos dos"):
        translate(model, ["uno", "dos " * 22], subwords)
    with pytest.raises(ValueError, match="sentence 2, counted from 0, is empty"):
        translate(model, ["uno", "dos", " "], subwords)


@pytest.mark.parametrize("beam_size", [1, 2])
def test_translate_says_how_many_sentences_were_cut_once(small_translator, beam_size):
    model, subwords = small_translator
    with torch.no_grad():
        model.embedding.weight[subwords.eos_id] = 0                       # eos never wins
    with pytest.warns(UserWarning) as said:
        translate(model, ["uno", "dos", "tres"], subwords, beam_size=beam_size, batch_size=1, max_len=5)
        translate(model, ["uno"], subwords, beam_size=beam_size)
    assert [str(one.message) for one in said] == [
        "3 of 3 translations did not end within max_len = 5 tokens; they are cut there (`max_len=10` allows more)",
        "1 of 1 translations did not end within max_len = 12 tokens; they are cut there (the model has no more "
        "positions)"]
    assert {one.filename for one in said} == {__file__}, "it points to who has asked"


def test_translations_that_end_are_not_spoken_of(recwarn):
    subwords = Subwords.train(["a b", "uno dos"], vocab_size=40)
    answer = [*subwords.encode("uno dos"), EOS]
    model = Scripted({subwords.encode("a")[0]: answer}, vocab=len(subwords))
    model.parameters, model.eval = lambda: iter([torch.zeros(1)]), lambda: model
    assert translate(model, ["a"], subwords, max_len=len(answer)) == ["uno dos"] and not recwarn.list
    with pytest.warns(UserWarning, match="1 of 1 translations did not end"):
        translate(model, ["a"], subwords, max_len=len(answer) - 1)        # only its end is cut off


@pytest.mark.parametrize("name", ["beam_size", "batch_size", "max_len"])
@pytest.mark.parametrize("number", [0, -2])
def test_numbers_below_one_are_refused(small_translator, name, number):
    model, subwords = small_translator
    source = torch.tensor([[5, EOS]])
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got {number}"):
        translate(model, ["uno"], subwords, **{name: number})
    if name != "batch_size":
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got {number}"):
            beam_search(model, source, BOS, EOS, **{name: number})
    if name == "max_len":
        with pytest.raises(ValueError, match=f"max_len must be at least 1, got {number}"):
            greedy_decode(model, source, BOS, EOS, max_len=number)


def test_no_sentence_at_all(small_translator):
    model, subwords = small_translator
    nothing = torch.empty(0, 3, dtype=torch.long)
    assert translate(model, [], subwords) == [] == beam_search(model, nothing, BOS, EOS)
    assert greedy_decode(model, nothing, BOS, EOS).shape[0] == 0
