"""Lesson 02, attention: scores of another size than they should have. Used by `lesson_02`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .switches import sloppy_attention

ROOT = ("A dot product of d_k numbers spreads about √d_k wide. Dividing by √d_k keeps the softmax about "
        "equally sharp for vectors of few and of many numbers.")

SCALES = [
    *(Misconception(
        "fourth-root", partial(sloppy_attention, scale=scale),
        later("Your weights are exactly what comes out when the scores are divided by {words}.", words=words),
        later("Both factors divided by the fourth root make √d_k together; one alone does not. {root}", root=ROOT),
        "By what are q, k and the scores divided, each?")
      for scale, words in (("fourth root", "the fourth root of d_k, and not by √d_k"),
                           ("fourth root more", "√d_k and by the fourth root of d_k as well"))),
    *(Misconception(
        "cosine", partial(sloppy_attention, scale=scale),
        later("Your weights are exactly what comes out when q and k are divided by their lengths{words}.", words=words),
        "A score is then a cosine, between −1 and 1, and no key can stand out far. Attention of the paper takes the "
        "dot product as it is, and divides by √d_k.", "Which of your lines divides by a length?")
      for scale, words in (("cosine", ", and the scores by nothing"), ("cosine, divided", ", besides the √d_k"))),
    *(Misconception(
        "scores-clamped", partial(sloppy_attention, scale=f"clamped {limit}"),
        later("Your weights are exactly what comes out when the scores are first cut off at −{limit} and {limit}.",
              limit=limit),
        "Scores beyond that become equal, and so do their shares. PyTorch's softmax is protected against overflow, and "
        "needs no such limit.", "Is there a `clamp` or a `clip` in your code?") for limit in (50, 100)),
]
