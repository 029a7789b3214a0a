"""Beam search as a tree that grows a round at a time."""
from collections.abc import Sequence

import traitlets

from course._words import later, say
from course.views._matrix import number
from course.views.base import Table, View
from course.views.beam import Node, _check, _layout, _sentence, _ways_to_the_best

__all__ = ["Tree", "beam"]


class Tree(View):
    """The rounds of a beam search, one more with each step; pruned branches stay in sight, dotted."""

    step = traitlets.Int(1, help="how many rounds are shown").tag(sync=True)
    script = "tree"
    height = 560

    def tables(self) -> list[Table]:
        rounds = [[Node(**node) for node in nodes] for nodes in self.data["rounds"]]
        rows = [[str(n + 1), _sentence(rounds, n, i), number(node.log_p, 3), _said(node.fate)]
                for n, nodes in enumerate(rounds) for i, node in enumerate(nodes)]
        return [Table(self.label, [[say("round"), say("beginning"), "log p", say("fate")], *rows])]


def _said(fate: str) -> str:
    return {"kept": say("kept"), "pruned": say("pruned"), "finished": say("finished"), "best": say("best")}[fate]


def beam(rounds: Sequence[Sequence[Node]], title: str = later("The beam, round by round"),
         predict: bool = False) -> Tree:
    """The rounds of a beam search, as `show_beam` takes them, to step through.

    Args:
        rounds: for each round a list of `course.views.beam.Node`.
        title: of the view.
        predict: hide the numbers and fates of a new round until the learner has chosen the likeliest.

    Raises:
        ValueError: for a parent that is not in the round before, and for an unknown fate.
    """
    rounds = [[Node(*node) for node in nodes] for nodes in rounds]
    _check(rounds)
    heights, n_leaves = _layout(rounds)
    nodes = [[{**node._asdict(), "log_p": round(float(node.log_p), 4)} for node in nodes] for nodes in rounds]
    return Tree(label=say("{title}.", title=say(title).rstrip(".。")), predict=predict, data={
        "rounds": nodes, "heights": heights, "leaves": n_leaves,
        "best": sorted(list(place) for place in _ways_to_the_best(rounds)),
    })
