"""Greedy decoding."""
import pytest
import torch

from course.decoding import greedy_decode, translate
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
