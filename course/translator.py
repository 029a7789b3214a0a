"""The course's translator in one call, for the lessons that come after the one that trains it."""
from typing import NamedTuple

import torch

from course.data import Split, load_pairs, short_pairs, split_pairs
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.transformer import Transformer

__all__ = ["SECONDS", "Translator", "trained_translator"]

SECONDS = 300           # what lesson 09 trains for


class Translator(NamedTuple):
    """A trained model (in eval mode, on the CPU), its subwords, and the split it was trained on."""

    model: Transformer
    subwords: Subwords
    split: Split


def trained_translator(seconds: float = SECONDS, seed: int = 0, progress: bool = True) -> Translator:
    """The translator of lesson 09: taken from the cache if it was trained before, else trained now.

    The steps are those of the lesson, in the same order and with the same seed, so that both
    find the same file in the cache.
    """
    split = split_pairs(short_pairs(load_pairs()), seed=0)
    subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size=2000)
    torch.manual_seed(seed)
    model = Transformer(len(subwords), d_model=128, n_heads=4, d_ff=512, n_layers=2)
    encoded = encode_pairs(split.train, subwords)
    train(model, encoded, seconds=seconds, seed=seed, workers=2, checkpoint="cache", progress=progress)
    return Translator(model.eval(), subwords, split)
