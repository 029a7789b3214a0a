"""Sizes and shares out of their range, in the model and its training: goes into tests/ with arguments*.patch."""
import pytest
import torch

from course.ablation import Config, results_table
from course.attention import causal_mask, split_heads
from course.data import Pair
from course.modern import DecoderOnly, Design, GroupedQueryAttention
from course.tokens import Batch, Subwords, encode_pairs, token_batches
from course.training import label_smoothing_loss, linear_schedule, token_shares, train, warmup_lr
from course.transformer import Decoder, Encoder, FeedForward, LayerNorm, Transformer, sinusoidal_encoding

SUBWORDS = Subwords.train(["a cat", "un gato"], 40)
ENCODED = encode_pairs([Pair("a cat", "un gato")] * 4, SUBWORDS)
SIZES = dict(vocab_size=9, d_model=8, n_heads=2, d_ff=8, n_layers=1, max_len=9)
OUT_OF_RANGE = {
    **{f"Transformer {name} {n}": (lambda name=name, n=n: Transformer(**SIZES | {name: n}), f"at least 1, got .*{n}")
       for name in SIZES for n in (0, -2)},
    **{f"{kind.__name__} {n}": (lambda kind=kind, n=n: kind(n, 8, 2, 8), f"n_layers must be at least 1, got {n}")
       for kind in (Encoder, Decoder) for n in (0, -1)},
    "LayerNorm": (lambda: LayerNorm(-1), "d_model must be at least 1, got -1"),
    "FeedForward": (lambda: FeedForward(8, 0), "d_ff must be at least 1, got 0"),
    "sinusoids": (lambda: sinusoidal_encoding(-1, 4), "max_len must be at least 1, got -1"),
    "split_heads 0": (lambda: split_heads(torch.ones(1, 2, 8), 0), "n_heads = 0"),
    "split_heads -2": (lambda: split_heads(torch.ones(1, 2, 8), -2), "n_heads = -2"),
    "causal_mask": (lambda: causal_mask(-1), "got -1"),
    "vocabulary": (lambda: Subwords.train(["a"], -1), "vocab_size must be at least 1, got -1"),
    "no sentence": (lambda: Subwords.train([]), "no sentence to learn subwords from"),
    "batches": (lambda: next(token_batches(ENCODED, 0, torch.Generator())), "max_tokens must be at least 1, got 0"),
    "warmup 0": (lambda: warmup_lr(1, 8, 0), "got 8 and 0"),
    "d_model 0": (lambda: warmup_lr(1, 0), "got 0 and 4000"),
    "a warm-up of all": (lambda: linear_schedule(1.0, 1.0), "got 1.0"),
    "smoothing": (lambda: label_smoothing_loss(torch.ones(1, 5), torch.tensor([1]), 0, 2.0), "from 0 to 1, got 2.0"),
    "train smoothing": (lambda: train(Transformer(**SIZES), ENCODED, steps=1, smoothing=-1.0), "from 0 to 1"),
    "train lr": (lambda: train(Transformer(**SIZES), ENCODED, steps=1, lr=0.0), "`lr` must be above 0"),
    "shares": (lambda: token_shares([Batch(torch.zeros(1, 2).long(), torch.zeros(1, 3).long())], 0), "are padding"),
    **{f"Config {name}": (lambda name=name, n=n: Config(**{name: n}), f"{name} must be .*got {n}")
       for name, n in (("steps", 0), ("max_len", 0), ("n_heads", -2), ("smoothing", 2.0), ("warmup", 1.0), ("lr", 0))},
    "no runs": (lambda: results_table({Config(): []}, Config()), "no run of the base"),
    "grouped heads": (lambda: GroupedQueryAttention(8, 0, 1), "n_heads = 0"),
    "grouped keys": (lambda: GroupedQueryAttention(8, -2, -2), "n_heads = -2"),
    "design": (lambda: DecoderOnly(9, Design(n_layers=0)), "all sizes must be at least 1"),
}


@pytest.mark.parametrize("name", OUT_OF_RANGE)
def test_out_of_range(name):
    call, message = OUT_OF_RANGE[name]
    with pytest.raises(ValueError, match=message):
        call()


def test_a_string_is_no_list_of_sentences():
    with pytest.raises(TypeError, match="a list of sentences"):
        Subwords.train("a cat")
