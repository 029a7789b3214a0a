"""Attention beside links made by hand."""
from collections.abc import Iterable, Mapping, Sequence

import traitlets

from course._words import listed, say
from course.views._matrix import check_matrix
from course.views.base import Table, View, rounded, weights_table

__all__ = ["Gold", "alignment"]


class Gold(View):
    """The weights of one head, or of a mean of them, with the links they stand for; beside them the gold links."""

    choice = traitlets.Int(0, help="which of the weights").tag(sync=True)
    script = "gold"

    def tables(self) -> list[Table]:
        target, source = self.data["target"], self.data["source"]
        links = [[word, listed(source[i] for i, k in self.data["sure"] if k == j),
                  listed(source[i] for i, k in self.data["possible"] if k == j)] for j, word in enumerate(target)]
        return [Table(say("Links made by hand"), [[say("target"), say("sure"), say("possible")], *links]),
                *(weights_table(name, weights, target, source) for name, weights in self.data["weights"])]


def alignment(weights: Mapping[str, Sequence], target: Sequence, source: Sequence, sure: Iterable[tuple[int, int]],
              possible: Iterable[tuple[int, int]] = (), predict: bool = False) -> Gold:
    """Attention beside gold alignment, with the alignment error rate of the largest weights.

    Args:
        weights: what to choose from, `{"layer 1, mean": (n_target, n_source), ...}`, rows target words.
        target, source: the words.
        sure: links made by hand, (source word, target word).
        possible: links that may be there.
        predict: hide the weights until the learner has guessed the largest.

    Raises:
        ValueError: if there are no weights, shapes and labels do not fit, or a link lies outside the table.
    """
    if not weights:
        raise ValueError(say("there are no weights to show"))
    sure, possible = set(sure), set(possible) - set(sure)
    shown = [[name, rounded(check_matrix(values, target, source, None, name)[0])]
             for name, values in weights.items()]
    if outside := [link for link in sure | possible if not (0 <= link[0] < len(source) and 0 <= link[1] < len(target))]:
        raise ValueError(say("the link {outside} lies outside {source} source and {target} target words",
                             outside=outside[0], source=len(source), target=len(target)))
    return Gold(label=say("What attention links, and what people link."), predict=predict, data={
        "weights": shown, "target": list(map(str, target)), "source": list(map(str, source)),
        "sure": sorted(map(list, sure)), "possible": sorted(map(list, possible)),
    })
