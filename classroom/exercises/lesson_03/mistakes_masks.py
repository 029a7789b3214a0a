"""Exercises 3.1 and 3.2: what is done to a mask, or in its place. Used by `lesson_03`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes import Sloppy


class ByMask(Sloppy):
    """Something else is done with the mask, `how`; `x` and the memory may be changed in its place."""

    def __init__(self, *sizes, how, **switches):
        super().__init__(*sizes, **switches)
        self.how = how

    def forward(self, x, memory=None, mask=None):
        if mask is not None and self.how == "a row for each sentence":
            mask = mask.unsqueeze(1) if mask.dim() == 2 else mask
        elif mask is not None and self.how == "queries too":
            mask = mask & mask.mT if mask.dim() == 3 else mask
        elif mask is not None and self.how == "its transpose":
            mask = mask & mask.mT
        elif mask is not None:
            seen = mask.any(-2).unsqueeze(-1)
            memory = (x if memory is None else memory) * seen
            x = x * seen if self.how == "zeros for all" else x
            mask = None
        return super().forward(x, memory, mask)


class ByMaskSelf(ByMask):
    """The same for `forward(x, mask)`."""

    def forward(self, x, mask=None):
        return super().forward(x, None, mask)


def _shared(cls) -> list[Misconception]:
    return [
        Misconception(
            "mask-of-two-axes-for-padding", partial(cls, how="a row for each sentence"),
            "Your code does exactly what happens when every mask of two axes is taken for one with a row for each "
            "sentence: where there are not as many sentences as queries, it stops.",
            "Axes are matched from the last one on: the rows of a mask of two axes are queries, for all sentences "
            "alike, and `scaled_dot_product_attention` takes it as it is.",
            "Which of your lines gives the mask another axis?"),
        *(Misconception(
            "padding-made-zeros", partial(cls, how=how),
            later("Your weights are exactly what comes out when the vectors that no query may look at are set to 0{too}"
                  ", and attention gets no mask.", too=too),
            "A vector of zeros gets a score of 0, which is an ordinary score: exp(0) is 1, and it takes its share.",
            "What does `scaled_dot_product_attention` get as its mask?")
          for how, too in (("zeros", ""), *((("zeros for all", later(", also where they ask")),) if cls is ByMaskSelf
                                            else ()))),
    ]


SELF = [*_shared(ByMaskSelf),
        Misconception(
            "padded-queries-closed", partial(ByMaskSelf, how="queries too"),
            "Your weights are exactly what comes out when every mask of three axes is joined with its own transpose: "
            "who may not be looked at may not look, either.",
            "The mask says who may be looked *at*, and goes to attention as it is.",
            "What happens to the mask before the scores meet it?"),
        Misconception(
            "padded-queries-closed", partial(ByMaskSelf, how="its transpose"),
            "Your weights are exactly what comes out when the mask is joined with its own transpose: who may not be "
            "looked at may not look, either.",
            "The mask says who may be looked *at*, and goes to attention as it is.",
            "What happens to the mask before the scores meet it?")]
CROSS = _shared(ByMask)
