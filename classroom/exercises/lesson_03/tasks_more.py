"""Lesson 03: the loop over batches, and matrices set by hand."""
import numpy as np
import torch

from classroom.ask.case import Case
from classroom.ask.fitting import Fitting
from classroom.ask.looking import LooksBack
from classroom.judge.exercise import Exercise
from course import fitting

from . import mistakes_looking, mistakes_loop


def fit(model, loss_of, batches, optimiser):
    """Train the model on each batch once, one step each; return the loss of each batch before its step."""
    losses = []
    model.train()
    for batch in batches:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses


def look_back(n_words, n_places):
    """W_q and W_k, (n_words + n_places, d_k), with which each word looks at the one before it."""
    d_model = n_words + n_places
    W_q, W_k = torch.zeros(d_model, n_places), torch.zeros(d_model, n_places)
    for t in range(n_places):
        W_k[n_words + t, t] = 1.0                            # place t is found by the number t
        if t > 0:
            W_q[n_words + t, t - 1] = 20.0 * n_places ** 0.5     # and looks for t - 1
    return W_q, W_k


# -------------------------------------------------------------------------------------- cases

def _batches(rng):
    """Everything for 3.5."""
    def of(about, n, m, d, training=False, once=False, scale=1.0):
        return Case(about, x=scale * rng.normal(size=(n, m, d)), y=rng.normal(size=(n, m)), start=rng.normal(size=d),
                    training=training, once=once)
    yield of("three batches", 3, 2, 2)
    yield of("handed over in training mode", 3, 4, 3, training=True)
    yield of("batches that can be gone through only once", 4, 3, 2, once=True)
    yield of("one batch", 1, 3, 4)
    yield of("many batches", 12, 4, 3, training=True, once=True)
    yield of("batches of one example", 5, 1, 3)
    yield of("larger numbers", 4, 6, 2, scale=2.0)


def _on_batches(inputs) -> str:
    n, m, d = inputs["x"].shape
    return f"{n} batches of {m} examples, a model with {d} weights"


def _sentences(rng):
    """Everything for 3.6."""
    def of(about, n_words, n_places, n, length):
        return Case(about, n_words=n_words, n_places=n_places, ids=rng.integers(n_words, size=(n, length)))
    yield Case("four different words", n_words=4, n_places=4, ids=np.array([[0, 1, 2, 3]]))
    yield Case("a word that occurs twice", n_words=3, n_places=5, ids=np.array([[1, 0, 2, 1, 0]]))
    yield Case("one word again and again", n_words=2, n_places=4, ids=np.array([[1, 1, 1, 1]]))
    yield of("more words than places", 9, 5, 3, 5)
    yield of("more places than words", 3, 8, 3, 8)
    yield of("a sentence that is shorter than it might be", 5, 7, 4, 3)
    yield of("two words", 4, 6, 3, 2)
    yield of("many places", 6, 24, 2, 24)


def _on_a_sentence(inputs) -> str:
    length = inputs["ids"].shape[1]
    return f"n_words = {inputs['n_words']}, n_places = {inputs['n_places']}, sentences of {length} words"


EXERCISES = [
    Exercise(
        id="3.5", title="the loop", names=("fit",), points=3, minutes=12, difficulty=2,
        takes={"model": "", "loss_of": "", "batches": "", "optimiser": ""},
        gives={"losses": "batches", "weights": "d", "training": ""},
        framework="torch", reference=fit, library=fitting.fit, cases=_batches, probe=Fitting(), place=_on_batches,
        misconceptions=mistakes_loop.LOOP, shows=mistakes_loop._shown,
        hints=(
            "One `for` loop. In it: the loss of this batch, the three calls, and one number for the list. Before it "
            "and after it one line each, for the mode.",
            "`loss_of(model, batch)` gives the loss. Old gradients go before new ones are computed; the step comes "
            "when they are there. `loss.item()` is the loss as a plain number.",
            "In the loop: `loss_of`, `zero_grad`, `backward`, `step`, `append`, in this order. `model.train()` stands "
            "above the loop, `model.eval()` below it, and the list is made before it."),
        moral="Every training of this course, up to the translator, goes round this loop.",
    ),
    Exercise(
        id="3.6", title="looking back", names=("look_back",), points=2, minutes=12, difficulty=3,
        takes={"n_words": "", "n_places": "", "ids": "B T"}, gives={"looks_at": "B T", "share": "B T"},
        framework="torch", reference=look_back, cases=_sentences, probe=LooksBack(), place=_on_a_sentence,
        misconceptions=mistakes_looking.LOOKING, shows=mistakes_looking.shown,
        hints=(
            "Decide first what a key is: by which numbers can place t be found? Then: what must the query of place t "
            "look like, so that it fits the key of place t − 1 and no other?",
            "A vector times a matrix adds up the rows that meet a 1. So the row of `W_k` for place t *is* the key of "
            "place t, and the row of `W_q` for place t its query. Rows of zeros make a number count for nothing.",
            "With d_k = n_places the key of place t can have its only 1 at number t. The query of place t has one "
            "large number; where? How large: after the division by √d_k, e to that power must be far above the number "
            "of places."),
        moral="Nobody computes t − 1: a table says for each place what it looks for. Trained models have such heads.",
    ),
]
