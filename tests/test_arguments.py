"""Arguments out of their range: the error that is documented, with the value that came, and no raw one from below."""
import pytest
import torch

from course.ablation import Config, Variant, task_from
from course.alignment import IBMModel1, align_from_attention, alignment_error_rate, word_weights
from course.attention import MultiHeadAttention
from course.data import DataError, Pair, pairs_that_fit, short_pairs, split_pairs
from course.decoding import beam_search, greedy_decode, translate
from course.intervention import switch_off
from course.languages import SpacedSubwords
from course.page import quantise, score_of, with_fewer_bits
from course.parts import build_transformer, seconds_per_step
from course.tokens import Subwords, encode_pairs
from course.training import label_smoothing_loss, train, warmup_lr
from course.transformer import Dropout, EncoderLayer, Transformer

PAIRS = [Pair("a cat", "un gato")] * 4
SUBWORDS = Subwords.train(["a cat", "un gato"], 40)
ENCODED = encode_pairs(PAIRS, SUBWORDS)
SOURCE = torch.tensor([[5, SUBWORDS.eos_id]])
ENDS = SUBWORDS.bos_id, SUBWORDS.eos_id


def model(n_heads=2, **sizes):
    return Transformer(len(SUBWORDS), 8, n_heads, 8, 1, **sizes)


def trained(**arguments):
    return train(model(), ENCODED, progress=False, **({"steps": 1} | arguments))


# What is called, how, and what the error says.
OUT_OF_RANGE = {
    **{f"{name} heads {n}": (lambda make=make, n=n: make(n), rf"n_heads must be at least 1, got (\d+ and )?{n}")
       for n in (0, -2)
       for name, make in {"attention": lambda n: MultiHeadAttention(8, n), "layer": lambda n: EncoderLayer(8, n, 8),
                          "model": model, "variant": lambda n: Variant(9, Config(n_heads=n)),
                          "own parts": lambda n: build_transformer(9, 8, n, 8, 1)}.items()},
    "attention d_model 0": (lambda: MultiHeadAttention(0, 1), "at least 1, got 0 and 1"),
    "heads that do not divide": (lambda: MultiHeadAttention(8, 3), "8 is not divisible by n_heads = 3"),
    "dropout 1.5": (lambda: Dropout(1.5), "from 0 to 1, got 1.5"),
    "dropout -0.1": (lambda: model(dropout=-0.1), "from 0 to 1, got -0.1"),
    **{f"{name} {n}": (lambda name=name, n=n: trained(**{"steps": None, name: n}), f"`{name}` must be .*got {n}")
       for name in ("steps", "tokens", "seconds") for n in (0, -1)},
    "half a step": (lambda: trained(steps=1.5), "`steps` must be a whole number, at least 1; got 1.5"),
    "no number of seconds": (lambda: trained(steps=None, seconds=float("nan")), "`seconds` must be above 0; got nan"),
    "no budget": (lambda: trained(steps=None), "exactly one of them"),
    "two budgets": (lambda: trained(tokens=5), "exactly one of them"),
    **{f"{name} {n}": (lambda name=name, n=n: trained(**{name: n}), f"`{name}` must be a whole number.*got {n}")
       for name in ("workers", "batch_tokens") for n in (0, -1)},
    "a rate below 0": (lambda: trained(lr=-1.0), "learning rate|`lr`"),
    "step 0": (lambda: warmup_lr(0, 8), "steps count from 1, got 0"),
    "nothing but padding": (lambda: label_smoothing_loss(torch.zeros(2, 5), torch.tensor([0, 0]), 0), "are padding"),
    "no pairs to encode": (lambda: encode_pairs([], SUBWORDS), "no sentence pairs to encode"),
    "no words wanted": (lambda: short_pairs(PAIRS, 0), "at least 1 word, got 0 and 10"),
    "fewer than no words": (lambda: short_pairs(PAIRS, 8, -1), "at least 1 word, got 8 and -1"),
    "fewer than none held out": (lambda: split_pairs(PAIRS, -1, 0), "not be below 0, got -1 and 0"),
    "no positions": (lambda: pairs_that_fit(PAIRS, SUBWORDS, 0), "max_len must be at least 1, got 0"),
    "subwords of no sentence": (lambda: SpacedSubwords.train([]), "no sentence to learn subwords from"),
    "no subwords": (lambda: SpacedSubwords.train(["a"], 0), "at least 1, got 0"),
    "a vocabulary of 0": (lambda: Subwords.train(["a"], 0), "vocab_size"),
    **{f"{function.__name__} {name} {n}": (
        lambda function=function, name=name, n=n: function(model(), SOURCE, *ENDS, **{name: n}),
        f"{name} must be at least 1, got {n}")
       for function, names in ((greedy_decode, ["max_len"]), (beam_search, ["max_len", "beam_size"]))
       for name in names for n in (0, -1)},
    **{f"translate {name} {n}": (lambda name=name, n=n: translate(model(), ["a cat"], SUBWORDS, **{name: n}),
                                 f"{name} must be at least 1, got {n}")
       for name in ("beam_size", "batch_size", "max_len") for n in (0, -1)},
    "an empty sentence": (lambda: translate(model(), ["a cat", ""], SUBWORDS), "sentence 1, counted from 0, is empty"),
    "a sentence too long": (lambda: translate(model(max_len=3), ["a cat a cat"], SUBWORDS), "max_len = 3: 'a cat"),
    "pairs too long": (lambda: train(model(max_len=2), ENCODED, steps=1), "max_len = 2"),
    "no head 9": (lambda: switch_off(model(), "encoder.layers.0.self_attention", [9]).__enter__(), "0 to 1, not 9"),
    "no link": (lambda: alignment_error_rate(set(), set(), set()), "no link at all"),
    "no rounds": (lambda: IBMModel1.train([("a", "b")], 0), "n_iterations must be at least 1, got 0"),
    "no sentences to align": (lambda: IBMModel1.train([]), "no word on the target side"),
    "no words to align": (lambda: IBMModel1.train([("", "...")]), "no word on the target side"),
    "nothing but the end": (lambda: align_from_attention(torch.ones(2, 3, 1)), "no token but <eos>"),
    "1 bit": (lambda: quantise(torch.ones(2, 2), 1), "2 to 8"),
    "0 bits": (lambda: with_fewer_bits(model(), 0), "2 to 8"),
    "no sentences to score": (lambda: score_of(model(), SUBWORDS, []), "no sentence pairs"),
    "no batch to time": (lambda: seconds_per_step(model(), []), "no batch"),
}


@pytest.mark.parametrize("name", OUT_OF_RANGE)
def test_out_of_range(name):
    call, message = OUT_OF_RANGE[name]
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("call", [lambda: split_pairs([]), lambda: task_from([]), lambda: split_pairs(PAIRS, 1, 0)])
def test_a_corpus_that_is_too_small(call):
    with pytest.raises(DataError, match=r"\d different source sentences are too few"):
        call()


def test_what_is_empty_and_has_an_answer():
    aligner = IBMModel1.train([("a", "b")])
    assert aligner.align("", "") == aligner.align("a", "") == set()
    assert word_weights(torch.ones(0, 0), [], []).shape == word_weights(torch.ones(1, 1), [-1], [-1]).shape == (0, 0)
    assert short_pairs([]) == [] == pairs_that_fit([], SUBWORDS)
