"""Subwords and batches."""
import pytest
import torch

from course.data import Pair, load_pairs, short_pairs
from course.tokens import Subwords, encode_pairs, token_batches

SENTENCES = ["the black cat sleeps", "the cat sleeps", "el gato negro duerme", "el gato duerme", "¿dónde está?"]


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(SENTENCES, vocab_size=80)


def random_pairs(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    words = " ".join(SENTENCES).split()

    def sentence():
        length = int(torch.randint(1, 7, (1,), generator=generator))
        return " ".join(words[int(i)] for i in torch.randint(len(words), (length,), generator=generator))

    return [Pair(sentence(), sentence()) for _ in range(n)]


def test_special_tokens_have_the_ids_the_class_promises(subwords):
    assert subwords.tokens(range(4)) == ["<pad>", "<unk>", "<bos>", "<eos>"]
    assert (subwords.pad_id, subwords.unk_id, subwords.bos_id, subwords.eos_id) == (0, 1, 2, 3)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_decoding_undoes_encoding_and_leaves_special_tokens_out(subwords, sentence):
    ids = subwords.encode(sentence)
    assert subwords.decode([subwords.bos_id, *ids, subwords.eos_id, subwords.pad_id]) == sentence


def test_accents_in_either_unicode_form_are_the_same(subwords):
    assert subwords.encode("do\u0301nde") == subwords.encode("d\u00f3nde")


def test_a_character_never_seen_becomes_unk(subwords):
    assert subwords.unk_id in subwords.encode("猫")


def test_saved_and_loaded_subwords_are_the_same(subwords, tmp_path):
    subwords.save(tmp_path / "subwords.json")
    loaded = Subwords.load(tmp_path / "subwords.json")
    assert len(loaded) == len(subwords)
    assert loaded.encode_all(SENTENCES) == subwords.encode_all(SENTENCES) == [subwords.encode(s) for s in SENTENCES]


def test_encoded_pairs_carry_special_tokens_and_lengths(subwords):
    encoded = encode_pairs([Pair("the cat", "el gato negro"), Pair("cat", "gato")], subwords)
    first = encoded.batch(torch.tensor([0]))
    assert first.source[0].tolist() == [*subwords.encode("the cat"), subwords.eos_id]
    assert first.target[0].tolist() == [subwords.bos_id, *subwords.encode("el gato negro"), subwords.eos_id]
    second = encoded.batch(torch.tensor([1]))
    assert subwords.pad_id not in second.source, "a batch is cut to its longest"
    assert subwords.pad_id not in second.target


def test_no_pairs_is_an_error(subwords):
    with pytest.raises(ValueError, match="no sentence pairs"):
        encode_pairs([], subwords)


def test_batches_hold_every_pair_once_within_the_token_budget(subwords):
    pairs = random_pairs(200)
    encoded = encode_pairs(pairs, subwords)
    batches = list(token_batches(encoded, 120, torch.Generator().manual_seed(0)))
    rows = [row for batch in batches for row in zip(batch.source, batch.target, strict=True)]
    seen = sorted((subwords.decode(source), subwords.decode(target)) for source, target in rows)
    assert seen == sorted((pair.source, pair.target) for pair in pairs)
    for batch in batches:
        assert (batch.source != subwords.pad_id).all(), "sources of one batch have one length"
        assert len(batch.source) == 1 or batch.source.numel() + batch.target.numel() <= 120


@pytest.mark.slow
def test_hardly_anything_is_spent_on_padding():
    pairs = short_pairs(load_pairs())[::5]
    subwords = Subwords.train([pair.source for pair in pairs] + [pair.target for pair in pairs], vocab_size=1000)
    batches = list(token_batches(encode_pairs(pairs, subwords), 1000, torch.Generator().manual_seed(0)))
    real = sum(int((b.target != subwords.pad_id).sum()) for b in batches)
    assert real / sum(b.target.numel() for b in batches) > 0.95


def test_the_order_follows_from_the_generator(subwords):
    encoded = encode_pairs(random_pairs(100), subwords)

    def order(seed):
        return [b.target.tolist() for b in token_batches(encoded, 100, torch.Generator().manual_seed(seed))]

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_a_sentence_longer_than_the_budget_is_a_batch_of_its_own(subwords):
    encoded = encode_pairs(random_pairs(20), subwords)
    batches = list(token_batches(encoded, 1, torch.Generator().manual_seed(0)))
    assert [len(b.source) for b in batches] == [1] * 20


def test_a_vocabulary_that_its_characters_fill_is_refused():
    sentences = ["abcdefgh", "ijklmnop"]
    with pytest.raises(ValueError, match="vocab_size = 12 is too small: the sentences have 17 different") as error:
        Subwords.train(sentences, vocab_size=12)
    enough = int(str(error.value).split("Take ")[1].split(",")[0])
    assert len(Subwords.train(sentences, vocab_size=enough)) > 17 + 4
