"""The course's interactive views, each made by one function.

They are shown by being the last line of a cell, work by mouse and by keyboard, and stay alive in
an exported page; how, is told in `course.views.base`.

    view             lessons 01 to 03: attention stage by stage, on your own function
    drag             lesson 01: query and keys in the plane
    temperature      lesson 02: d_k, its root, and how sharp the softmax chooses
    masks            lesson 02: a mask to click
    heads, shapes    lesson 04: a layer's heads; where splitting puts each number
    positions        lesson 05: a positional encoding to slide through
    layers           lesson 07: layer by head, for each kind of attention
    translator       lesson 09: a sentence and its translation, a token at a time
    beam             lesson 10: the beam, round by round
    switches         lesson 11: heads to switch off, weights to edit
    alignment        lesson 11: attention beside links made by hand

Those that show weights or scores take `predict=True`: they then begin with the numbers hidden, and
the learner chooses the cell expected to be largest.
"""
from course.views.box import translator
from course.views.gold import alignment
from course.views.heads import Attention, heads, layers
from course.views.masking import masks
from course.views.plane import drag
from course.views.sharpness import temperature
from course.views.splitting import shapes
from course.views.stepper import view
from course.views.switches import switches
from course.views.tree import beam
from course.views.waves import positions

__all__ = [
    "Attention", "alignment", "beam", "drag", "heads", "layers", "masks", "positions", "shapes", "switches",
    "temperature", "translator", "view",
]
