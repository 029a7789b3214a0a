"""Lesson 03: the loop over batches, and matrices set by hand."""
import numpy as np
import torch

from classroom.ask.case import Case
from classroom.ask.fitting import Fitting
from classroom.ask.looking import FindsNoun, LooksBack
from classroom.judge.exercise import Exercise
from course import fitting
from course._words import say

from . import mistakes_agreement, mistakes_looking, mistakes_loop


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


def find_noun(n_genders, n_numbers):
    """W_q and W_k, (3 + n_genders + n_numbers, d_k), with which each adjective looks at its noun."""
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = torch.zeros(2 + d_k, d_k), torch.zeros(2 + d_k, d_k)
    W_k[0, 0] = W_q[1, 0] = 1.0                              # nouns are found as nouns, adjectives look for one
    W_k[3:, 1:] = W_q[3:, 1:] = torch.eye(d_k - 1)           # of the same gender, of the same number
    return 20.0 * d_k ** 0.5 * W_q, W_k


# -------------------------------------------------------------------------------------- cases

def _batches(rng):
    """Everything for 3.5."""
    def of(about, n, m, d, training=False, once=False, scale=1.0, frozen=False):
        return Case(about, x=scale * rng.normal(size=(n, m, d)), y=rng.normal(size=(n, m)), start=rng.normal(size=d),
                    training=training, once=once, frozen=frozen)
    yield of("batches of two examples", 3, 2, 2)
    yield of("handed over in training mode", 3, 4, 3, training=True)
    yield of("batches that can be gone through only once", 4, 3, 2, once=True)
    yield of("one batch", 1, 3, 4)
    yield of("many batches", 12, 4, 3, training=True, once=True)
    yield of("batches of one example", 5, 1, 3)
    yield of("larger numbers", 4, 6, 2, scale=2.0)
    yield of("a model with a frozen parameter", 4, 3, 3, frozen=True)


def _on_batches(inputs) -> str:
    n, m, d = inputs["x"].shape
    return say("{n} batches of {m} examples, a model with {d} weights", n=n, m=m, d=d)


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
    return say("n_words = {n_words}, n_places = {n_places}, sentences of {length} words", n_words=inputs['n_words'],
               n_places=inputs['n_places'], length=length)


def _agreeing(rng):
    """Everything for 3.7; a word is its kind (0 noun, 1 adjective, 2 other), gender and number, −1 for none."""
    def of(about, n_genders, n_numbers, n_nouns, n_adjectives, n_others, n=3):
        every = np.array([(0, g, m) for g in range(n_genders) for m in range(n_numbers)])
        sentences = []
        for _ in range(n):
            nouns = rng.permutation(every)[:n_nouns]                 # no two that agree
            adjectives = rng.permutation(np.resize(rng.permutation(nouns), (n_adjectives, 3))) + [1, 0, 0]
            others = np.stack([np.full(n_others, 2), rng.integers(-1, n_genders, n_others),
                               rng.integers(-1, n_numbers, n_others)], axis=-1)
            sentences.append(rng.permutation(np.concatenate([nouns, adjectives, others])))
        return Case(about, n_genders=n_genders, n_numbers=n_numbers, words=np.array(sentences))
    yield Case("la casa de los gatos es blanca", n_genders=2, n_numbers=2, words=np.array(
        [[[2, 1, 0], [0, 1, 0], [2, -1, -1], [2, 0, 1], [0, 0, 1], [2, -1, 0], [1, 1, 0]]]))
    yield Case("el gato mira la casa blanca", n_genders=2, n_numbers=2, words=np.array(
        [[[2, 0, 0], [0, 0, 0], [2, -1, 0], [2, 1, 0], [0, 1, 0], [1, 1, 0]]]))
    yield Case("los gatos miran el libro negro", n_genders=2, n_numbers=2, words=np.array(
        [[[2, 0, 1], [0, 0, 1], [2, -1, 1], [2, 0, 0], [0, 0, 0], [1, 0, 0]]]))
    yield of("four nouns", 2, 2, 4, 4, 3)
    yield of("three genders", 3, 2, 6, 6, 4)
    yield of("three genders, three numbers", 3, 3, 9, 9, 3, n=2)
    yield of("one gender", 1, 2, 2, 3, 3)
    yield of("four genders, one number", 4, 1, 4, 4, 2)
    yield of("many genders, few nouns", 9, 2, 3, 5, 4)
    yield of("many adjectives", 2, 3, 3, 12, 1, n=2)
    for about, n_genders, gender in (("forty words, and 38 of them nearly fit", 3, 1),
                                     ("eighteen genders, forty words", 18, 0)):
        number = rng.integers(2)
        near = [(2, gender, number), (0, gender, 1 - number), (0, (gender + 1) % n_genders, number)]
        yield Case(about, n_genders=n_genders, n_numbers=2, words=np.array([rng.permutation(
            [(1, gender, number), (0, gender, number), *[one] * 38]) for one in near]))


def _on_words(inputs) -> str:
    return say("n_genders = {n_genders}, n_numbers = {n_numbers}, sentences of {shape} words",
               n_genders=inputs['n_genders'], n_numbers=inputs['n_numbers'], shape=inputs['words'].shape[1])


EXERCISES = [
    Exercise(
        id="3.5", title="the loop", names=("fit",), points=3, minutes=12, difficulty=2,
        takes={"model": "", "loss_of": "", "batches": "", "optimiser": ""},
        gives={"losses": "batches", "weights": "d", "mode": "modules", "requires_grad": "parameters"},
        framework="torch", reference=fit, library=fitting.fit, cases=_batches, probe=Fitting(), place=_on_batches,
        misconceptions=mistakes_loop.LOOP, shows=mistakes_loop._shown,
        hints=(
            "One `for` loop. In it: the loss of this batch, the three calls, and one number for the list. Before it "
            "and after it one line each, for the mode.",
            "`loss_of(model, batch)` gives the loss. Old gradients go before new ones are computed; the step comes "
            "when they are there. `loss.item()` is the loss as a plain number.",
            "In the loop: `loss_of`, `zero_grad`, `backward`, `step`, `append`, in this order. `model.train()` stands "
            "above the loop, `model.eval()` below it, and the list is made before it."),
        moral="Every training of this course, up to the translator, goes round such a loop.",
    ),
    Exercise(
        id="3.6", title="looking back", names=("look_back",), points=2, minutes=12, difficulty=3,
        takes={"n_words": "", "n_places": "", "ids": "B T"}, gives={"looks_at": "B T", "alike": "B T", "share": "B T"},
        framework="torch", reference=look_back, cases=_sentences, probe=LooksBack(), place=_on_a_sentence,
        misconceptions=mistakes_looking.LOOKING, shows=mistakes_looking.shown,
        describes=mistakes_looking.where_they_look, read_off=True,
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
    Exercise(
        id="3.7", title="an adjective's noun", names=("find_noun",), points=2, minutes=12, difficulty=3,
        takes={"n_genders": "", "n_numbers": "", "words": "B T 3"},
        gives={"looks_at": "B T", "share": "B T", "rival": "B T", "rival_share": "B T"},
        framework="torch", reference=find_noun, cases=_agreeing, probe=FindsNoun(), place=_on_words,
        misconceptions=mistakes_agreement.AGREEMENT, shows=mistakes_agreement.shown,
        describes=mistakes_agreement.who_wins, read_off=True,
        hints=(
            "A score is a sum of d_k products. Let one of the d_k numbers be for \"noun\", one for each gender, one "
            "for each number. Which words have a 1 there in their key, and which in their query?",
            "`W_k`: the row of nouns says \"noun\"; the row of a gender or number says that gender or number; the "
            "other rows are 0. Then the noun that fits can get three parts of the sum. Which rows of `W_q` ask for "
            "them?",
            "With d_k = 1 + n_genders + n_numbers: `W_k` has a 1 at (0, 0), `W_q` at (1, 0), and both have "
            "`torch.eye(n_genders + n_numbers)` from row 3 and column 1 on. Then make one of the two large: after the "
            "division by √d_k, e to the power of a difference of 1 must be far above the number of words."),
        moral="A sum can ask for three things at once: whoever has all of them gets the highest score, and large "
              "numbers make the softmax sharp.",
    ),
]
