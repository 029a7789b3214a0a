"""The course's translator in one call, for the lessons that come after the one that trains it."""
import time
from typing import NamedTuple

import torch

from course.data import Split, load_pairs, short_pairs, split_pairs
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.transformer import Transformer

__all__ = ["TOKENS", "Translator", "trained_translator"]

TOKENS = 6_500_000      # what lesson 09 trains for: about five minutes on two cores that have nothing else to do


class Translator(NamedTuple):
    """A trained model (in eval mode, on the CPU), its subwords, and the split it was trained on."""

    model: Transformer
    subwords: Subwords
    split: Split


def trained_translator(tokens: int = TOKENS, seed: int = 0, progress: bool = True) -> Translator:
    """The translator of lesson 09: from the cache if it was trained before, else trained now.

    The steps are those of the lesson, in the same order and with the same seed, so that both
    find the same file in the cache. A training that was interrupted goes on to its end, here as there.

    Args:
        tokens: the budget of the training.
        seed: decides the first weights and the order of the batches.
        progress: whether to show a progress bar, and to print a line that says which model this is.
    """
    split = split_pairs(short_pairs(load_pairs()), seed=0)
    subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size=2000)
    torch.manual_seed(seed)
    model = Transformer(len(subwords), d_model=128, n_heads=4, d_ff=512, n_layers=2)
    encoded = encode_pairs(split.train, subwords)
    started = time.perf_counter()
    history = train(model, encoded, tokens=tokens, seed=seed, workers=2, checkpoint="cache", progress=progress)
    if progress:
        print(_which(history, time.perf_counter() - started))
    return Translator(model.eval(), subwords, split)


def _which(history: list[dict[str, float]], waited: float) -> str:
    """A line on the model that was loaded or trained."""
    last = history[-1]
    earlier = max(last["seconds"] - waited, 0.0)
    how = "trained just now" if earlier < 1 else "from the cache" if earlier > last["seconds"] - 30 else \
        f"begun earlier, and trained to its end now ({earlier:.0f} of the seconds were earlier)"
    return (f"The translator of lesson 09, {how}: {last['tokens'] / 1e6:.1f} million tokens in {len(history):,} steps, "
            f"{last['seconds']:.0f} seconds.")
