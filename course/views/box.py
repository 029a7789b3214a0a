"""The translator box: type a sentence, and watch its translation come, a token at a time."""
from typing import TYPE_CHECKING

import traitlets

from course._words import listed, say
from course.views._matrix import number
from course.views.base import Table, View
from course.views.running import follow

if TYPE_CHECKING:
    from course.tokens import Subwords
    from course.transformer import Transformer

__all__ = ["Box", "translator"]


class Box(View):
    """A sentence, its translation step by step, with the cross-attention row and the best candidates of each step.

    The kernel is needed for a new sentence; one that was translated can be stepped through without it.
    """

    sentence = traitlets.Unicode(help="what the learner asks for").tag(sync=True)
    result = traitlets.Dict(help="what `course.views.running.follow` gives").tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(1, help="how many tokens are shown").tag(sync=True)
    script = "box"
    height = 640

    def __init__(self, model, subwords, **traits):
        super().__init__(**traits)
        self._model, self._subwords = model, subwords
        self.observe(self._translate, "sentence")
        self._translate()

    def _translate(self, _change=None) -> None:
        try:
            self.result = follow(self._model, self._subwords, self.sentence)
            self.error = ""
        except Exception as error:                      # the view lives on, and says what happened
            self.error = str(error) or type(error).__name__

    def tables(self) -> list[Table]:
        if not self.result:
            return [Table(say("No translation"), [[say("what happened")], [self.error]])]
        rows = [[str(n), step["token"], listed(f"{name} {number(p)}" for name, p in step["candidates"]),
                 self.result["source"][max(range(len(step["row"])), key=step["row"].__getitem__)]]
                for n, step in enumerate(self.result["steps"], 1)]
        return [Table(f"{self.result['sentence']} → {self.result['translation']}",
                      [[say("step"), say("token"), say("candidates"), say("looks most at")], *rows])]


def translator(
    model: "Transformer", subwords: "Subwords", sentence: str = "The black cat sleeps.", predict: bool = False
) -> Box:
    """A box for sentences, on your own trained model.

    Args:
        model: a `Transformer`; it is put into eval mode.
        subwords: the `Subwords` it was trained with.
        sentence: the first one; it is also what an exported page shows.
        predict: at each step, hide the attention until the learner has guessed the largest weight so far.

    Raises:
        ValueError: if the first sentence cannot be translated.
    """
    box = Box(model, subwords, label=say("The translator at work, a token at a time."),
              sentence=sentence, predict=predict)
    if box.error:
        raise ValueError(box.error)
    return box
