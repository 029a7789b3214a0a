"""Lesson 02, PyTorch's mask: what learners write instead, and what it means. Used by `lesson_02`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes_masks import LOW, TO_BE_ADDED, added


def _handed_over(mask, invert=True, shape="row", kind=torch.bool, opened=None):
    if opened is not None:
        mask = mask | ~mask.any(-1, keepdim=True) & _places(mask.shape[-1])[opened]
    mask = ~mask if invert else mask
    out = {"row": lambda: mask[:, 0], "same": lambda: mask, "squeezed": lambda: mask.squeeze(),
           "first": lambda: mask[0], "column": lambda: mask[:, :, 0], "turned": lambda: mask[:, 0].T,
           "heads": lambda: mask.unsqueeze(1), "flat": mask.flatten, "axis 0": lambda: mask.squeeze(0),
           "last axis": lambda: mask.squeeze(-1), "exchanged": lambda: mask.transpose(0, 1),
           "first for all": lambda: mask[:1, 0].expand(len(mask), -1),
           "square": lambda: mask.expand(-1, mask.shape[-1], -1),
           "one column": lambda: mask.reshape(-1, 1), "one row": lambda: mask.reshape(1, -1),
           "any": lambda: mask.any(-1), "all": lambda: mask.all(-1), "any 0": lambda: mask.any(0),
           "all 0": lambda: mask.all(0), "last column": lambda: mask[:, :, -1], "last": lambda: mask[-1],
           "counted": lambda: torch.arange(mask.shape[-1]) >= (~mask).sum(-1)}[shape]()
    return out.to(kind)


def _places(length):
    """Places to be opened."""
    place = torch.arange(length)
    return {"all": place >= 0, "first": place == 0, "last": place == length - 1}


_OPPOSITE = "For `key_padding_mask`, True means: ignore this key. It is the opposite of ours."

KEY_PADDING = [
    Misconception(
        "not-inverted", partial(_handed_over, invert=False),
        "Your mask is exactly ours without its middle axis: True where a key may be attended to.",
        later("{opposite} With yours, every word looks at nothing but padding, and a sentence without padding gives "
              "NaN.", opposite=_OPPOSITE),
        "What should a real word's entry be?"),
    Misconception(
        "axis-kept", partial(_handed_over, shape="same"), "Your mask is exactly the right one, still (B, 1, T).",
        "PyTorch wants (B, T) here and adds the axes for heads and queries by itself.",
        "How do you get rid of an axis of length 1?"),
    Misconception(
        "all-single-axes-dropped", partial(_handed_over, shape="squeezed"),
        "Your mask is exactly what `squeeze()` gives: every axis of length 1 is gone.",
        "With one sentence the axis of sentences is lost, too, and with one word that of words.",
        "Which axis is to go? `squeeze` takes its number."),
    Misconception(
        "first-sentence-only", partial(_handed_over, shape="first"), "Your mask is exactly that of sentence 0.",
        "Each sentence has its own padding.", "On which axis is your index 0?"),
    Misconception(
        "first-sentence-for-all", partial(_handed_over, shape="first for all"),
        "Your mask is exactly that of sentence 0, for every sentence.", "Each sentence has its own padding.",
        "Which axis goes with an index `[0]` at the front, and which one has the length 1?"),
    Misconception(
        "one-key-only", partial(_handed_over, shape="column"), "Your mask is exactly the entry of word 0.",
        "Every key has its own entry.", "On which axis is your index 0?"),
    Misconception(
        "transposed", partial(_handed_over, shape="turned"), "Your mask is exactly the right one, transposed.",
        "Sentences come first here, keys second.", "Is there a transpose too many?"),
    *(Misconception(
        slug, partial(_handed_over, shape=shape), later("Your mask is exactly {words}.", words=words), why, look)
      for slug, shape, words, why, look in (
          ("flattened", "flat", "the right one, with all sentences in one row", "Each sentence has a row of its own.",
           "Which axes became one? Only the middle one is to go."),
          ("flattened", "one column", "the right one, with all sentences in one column",
           "Each sentence has a row of its own.", "Which size stands second in your `view` or `reshape`?"),
          ("flattened", "one row", "the right one, with all sentences in one row",
           "Each sentence has a row of its own.", "Which size stands first in your `view` or `reshape`?"),
          ("another-axis-squeezed", "axis 0", "the right one, with axis 0 squeezed, that of the sentences",
           "That does something only where there is a single sentence.", "Which axis has the length 1?"),
          ("another-axis-squeezed", "last axis", "the right one, with the last axis squeezed, that of the keys",
           "That does something only where there is a single word.", "Which axis has the length 1?"),
          ("axes-exchanged", "exchanged", "the right one as (1, B, T)",
           "The axis of length 1 is to go, and not to move.", "Is there a transpose too many?"),
          ("repeated-for-each-query", "square", "the right one, repeated for each of T queries",
           "PyTorch adds the axes for heads and queries by itself: it wants (B, T).", "Which shape is asked for?"),
          ("one-answer-for-each-sentence", "any", "one yes or no for each sentence: whether it has any padding",
           "Every key has its own entry.", "Along which axis does your `any` or `all` run?"),
          ("one-answer-for-each-sentence", "all", "one yes or no for each sentence: whether it is nothing but padding",
           "Every key has its own entry.", "Along which axis does your `any` or `all` run?"),
          ("one-row-for-all-sentences", "any 0", "one row for all sentences: True where any of them has padding",
           "Each sentence has its own padding.", "Along which axis does your `any` or `all` run?"),
          ("one-row-for-all-sentences", "all 0", "one row for all sentences: True where all of them have padding",
           "Each sentence has its own padding.", "Along which axis does your `any` or `all` run?"),
          ("one-key-only", "last column", "the entry of the last word", "Every key has its own entry.",
           "On which axis is your index −1?"),
          ("last-sentence-only", "last", "that of the last sentence", "Each sentence has its own padding.",
           "On which axis is your index −1?"),
          ("lengths-counted", "counted", "what comes out when the real tokens are counted and that many places opened "
           "from the left", "That is right while all padding stands at the end. Some batches are filled up at the "
           "front.", "Does your mask look at where the padding stands?"))),
    Misconception(
        "head-axis-added", partial(_handed_over, shape="heads"), "Your mask is exactly inverted, with one axis more.",
        "PyTorch adds the axes for heads and queries by itself: it wants (B, T).", "Which shape is asked for?"),
    Misconception(
        "bits-turned-round", lambda mask: ~mask.int()[:, 0],
        "Your mask is exactly what `~` makes of whole numbers: −1 of 0, and −2 of 1.",
        "`~` turns every bit round. Of True and False that makes the other one; of whole numbers it does not.",
        "Which dtype does the mask have when `~` comes?"),
    Misconception(
        "everything-ignored", lambda mask: torch.ones_like(mask[:, 0]),
        "Your mask is exactly True everywhere: all keys are to be ignored.", "No word may look at anything then. (`~` "
        "turns every bit round: of the whole numbers 0 and 1 it makes −1 and −2, and both of them count as True.)",
        "Where does `mask` come in? And if there is a `~`, which dtype has the tensor behind it?"),
    *(Misconception(
        "all-padding-opened", partial(_handed_over, opened=opened),
        later("Your mask is exactly the right one, except that in a sentence of nothing but padding {words} may be "
              "attended to.", words=words),
        "PyTorch's layer can give NaN where all keys of a sentence are to be ignored. But both masks have to say the "
        "same, and with yours padding is no longer ignored.",
        "What does your code do with a sentence that has no real token?")
      for opened, words in (("all", "all keys"), ("first", "the first key"), ("last", "the last key"))),
    *(Misconception(
        "mask-to-be-added", lambda mask, low=low: added(mask, low)[:, 0], **TO_BE_ADDED,
        why="PyTorch's layers take such a mask, too, and add it to the scores. The exercise asks for the boolean kind, "
            "which says the same with True for the keys to ignore.") for low in LOW),
]
