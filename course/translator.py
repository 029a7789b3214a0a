"""The course's translator in one call, for the lessons that come after the one that trains it."""
import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch

from course._checkpoints import Run, code_of, read, runs
from course._paths import FolderError, atomic_path, cache_dir
from course._words import say
from course.counting import begin_with, count_vectors
from course.data import Split, load_pairs, short_pairs, split_pairs
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.transformer import Transformer

__all__ = ["RECIPE", "TOKENS", "VOCAB_SIZE", "Translator", "trained_translator"]

VOCAB_SIZE = 6000       # subwords of both languages together
TOKENS = 6_000_000      # what lesson 09 trains for: about five minutes on two cores that have nothing else to do
RECIPE: dict[str, Any] = {"batch_tokens": 1200, "lr": 3e-3, "matrix_lr": 0.02, "matrix_every": 2}


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
    torch.manual_seed(seed)
    started = time.perf_counter()
    note = _note(split, tokens, seed)
    found = _noted(note)
    if found is None:
        subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size=VOCAB_SIZE)
        model = _new_model(subwords)
        encoded = encode_pairs(split.train, subwords)
        begin_with(model, count_vectors(encoded, *model.embedding.weight.shape))
        started = time.perf_counter()
        history = train(model, encoded, tokens=tokens, **RECIPE, seed=seed, workers=2, checkpoint="cache",
                        progress=progress)
        _write_down(note, model, subwords)
    else:
        model, subwords, history = found
    if progress:
        print(_which(history, time.perf_counter() - started))
    return Translator(model.eval(), subwords, split)


def _new_model(subwords: Subwords) -> Transformer:
    return Transformer(len(subwords), d_model=128, n_heads=4, d_ff=512, n_layers=2)


def _note(split: Split, tokens: int, seed: int) -> Path | None:
    """Where the subwords and the run of this translator are written down, so that a second call need not learn the
    subwords and encode all pairs again just to find the file in the cache. None where there is no cache.
    """
    code = code_of("attention", "transformer", "tokens", "training", "muon", "_team", "counting", "translator")
    digest = hashlib.sha256(f"{tokens} {seed} {torch.__version__} {code}".encode())
    digest.update("\n".join(sentence for pair in split.train for sentence in pair[:2]).encode())
    try:
        return cache_dir() / "models" / f"{digest.hexdigest()[:20]}.json"
    except FolderError:
        return None


def _noted(note: Path | None) -> tuple[Transformer, Subwords, list[dict[str, float]]] | None:
    """The finished model that a note leads to. None if anything is not as it should be: `train` knows what to say."""
    if note is None or not note.exists():
        return None
    try:
        subwords = Subwords.load(note)
        run = Run(**json.loads(_run_beside(note).read_text(encoding="utf-8")))
        state = read(run.path)
        if not state["finished"]:
            return None
        model = _new_model(subwords)
        model.load_state_dict(state["model"])
        torch.set_rng_state(state["random"])            # as `train` leaves it
    except Exception:
        return None
    runs[model] = run.left(model)
    return model, subwords, state["history"]


def _write_down(note: Path | None, model: Transformer, subwords: Subwords) -> None:
    run = runs.get(model)
    if note is None or run is None or not run.path.exists():
        return
    with contextlib.suppress(OSError):
        with atomic_path(_run_beside(note)) as temporary:
            temporary.write_text(json.dumps({"start": run.start, "rest": run.rest}), encoding="utf-8")
        subwords.save(note)


def _run_beside(note: Path) -> Path:
    return note.with_suffix(".run")


def _which(history: list[dict[str, float]], waited: float) -> str:
    """A line on the model that was loaded or trained."""
    last = history[-1]
    earlier = max(last["seconds"] - waited, 0.0)
    how = say("trained just now") if earlier < 1 else say("from the cache") if earlier > last["seconds"] - 30 else \
        say("begun earlier, and trained to its end now ({earlier:.0f} of the seconds were earlier)", earlier=earlier)
    return say("The translator of lesson 09, {how}: {tokens:.1f} million tokens in {history:,} steps, {seconds:.0f} "
               "seconds.", how=how, tokens=last['tokens'] / 1e6, history=len(history), seconds=last['seconds'])
