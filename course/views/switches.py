"""Heads to switch off and weights to edit, and what becomes of a translation."""
from collections.abc import Sequence
from typing import TYPE_CHECKING

import traitlets

from course._words import listed, say
from course.views.base import Table, View
from course.views.running import attentions, intervene

if TYPE_CHECKING:
    from course.tokens import Subwords
    from course.transformer import Transformer

__all__ = ["Switches", "switches"]


class Switches(View):
    """A switch for each head, the cross-attention of one head to edit, and the translation before and after.

    Without a kernel there are the answers that were computed in advance: one head off at a time.
    """

    off: traitlets.List = traitlets.List(help="[name of an attention, head] for each head that is off").tag(sync=True)
    edits: traitlets.List = traitlets.List(
        help="[name, head, row, column, value] for each edited weight").tag(sync=True)
    result = traitlets.Dict(help="{off, edits, translation, tokens} or {off, edits, error}").tag(sync=True)
    script = "switches"
    height = 640

    def __init__(self, model, subwords, sentence: str, **traits):
        super().__init__(**traits)
        self._model, self._subwords, self._sentence = model, subwords, sentence
        self.observe(self._act, ["off", "edits"])

    def _act(self, _change=None) -> None:
        asked = {"off": self.off, "edits": self.edits}
        try:
            answer = intervene(self._model, self._subwords, self._sentence, self.off, self.edits)
            self.result = {**asked, "translation": answer["translation"], "tokens": answer["tokens"]}
        except Exception as error:                      # the view lives on, and says what happened
            self.result = {**asked, "error": str(error) or type(error).__name__}

    def tables(self) -> list[Table]:
        before = self.data["before"]["translation"]
        rows = [[name, str(head), text, say("as before") if text == before else say("changed")]
                for name, heads in self.data["single"].items() for head, text in enumerate(heads)]
        heading = [say("attention"), say("head off"), say("translation"), ""]
        return [Table(f"{self._sentence} → {before}", [heading, *rows])]


def switches(
    model: "Transformer", subwords: "Subwords", sentence: str = "The black cat sleeps.",
    names: Sequence[str] | None = None, predict: bool = False,
) -> Switches:
    """Switch heads off, or edit a weight of the cross-attention, and see the translation change.

    Args:
        model: a trained `Transformer`.
        subwords: the `Subwords` it was trained with.
        sentence: what is translated.
        names: the attentions whose heads get switches, by default all.
        predict: hide the weights until the learner has guessed the largest.

    Raises:
        ValueError: for a name that is not there, or a sentence that cannot be translated.
    """
    known = attentions(model)
    names = list(known) if names is None else list(names)
    if wrong := [name for name in names if name not in known]:
        raise ValueError(say("there is no attention {wrong!r}; there are: {known}", wrong=wrong[0],
                             known=listed(known)))
    before = intervene(model, subwords, sentence)
    single = {name: [intervene(model, subwords, sentence, [(name, head)])["translation"]
                     for head in range(known[name])] for name in names}
    return Switches(model, subwords, sentence, label=say("Act on attention: {sentence}", sentence=sentence),
                    predict=predict, data={"sentence": sentence, "heads": {name: known[name] for name in names},
                                           "before": before, "single": single})
