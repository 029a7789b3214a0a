"""The block diagrams: nothing is cut off or overlaps, each block says its lesson, and each word is in the alt text."""
import itertools
import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from classroom import build
from classroom.site.lesson import body
from course.views import blocks
from course.views.blocks import show_blocks

pytestmark = pytest.mark.slow          # many figures

EACH = pytest.mark.parametrize("which", ["attention", "encoder", "decoder", "transformer"])
LESSONS = {twin.stem[:2] for twin in build.twins(build.ROOT)}


def boxes(picture):
    """What is written, and where, in pixels."""
    figure = picture.figure
    figure.draw_without_rendering()
    return [(text.get_text(), text.get_window_extent()) for text in figure.axes[0].texts]


@EACH
def test_nothing_is_cut_off_and_no_words_overlap(which):
    picture = show_blocks(which)
    written = boxes(picture)
    area = picture.figure.bbox
    assert len(written) > 8
    for text, box in written:
        assert box.x0 >= area.x0 and box.x1 <= area.x1 and box.y0 >= area.y0 and box.y1 <= area.y1, text
    assert not [(a, b) for (a, one), (b, other) in itertools.combinations(written, 2) if one.overlaps(other)]


@EACH
def test_blocks_are_wide_enough_for_their_words(which):
    ax = show_blocks(which).figure.axes[0]
    ax.figure.draw_without_rendering()
    scale = ax.transData.transform((1, 0))[0] - ax.transData.transform((0, 0))[0]
    widths = {block.label: block.width * scale for block in blocks._DRAWINGS[which]().blocks.values() if block.lesson}
    for text in ax.texts:
        if text.get_text() in widths:
            assert text.get_window_extent().width < widths[text.get_text()], text.get_text()


@EACH
def test_each_block_says_its_lesson_and_is_told(which):
    picture, drawing = show_blocks(which), blocks._DRAWINGS[which]()
    shown = [text.get_text() for text in picture.figure.axes[0].texts]
    built = [block for block in drawing.blocks.values() if block.lesson]
    assert len(built) >= 4 and {block.lesson for block in built} <= LESSONS
    assert shown.count("+") == sum(block.label == "+" for block in drawing.blocks.values())
    assert sum(bool(re.fullmatch(r"lesson \d\d", text)) for text in shown) == len(built)
    assert all(block.label in picture.alt for block in built)


def test_links_name_the_lessons_that_there_are():
    assert set(blocks._LESSONS.values()) <= {twin.stem for twin in build.twins(build.ROOT)}
    assert all(name[:2] == lesson for lesson, name in blocks._LESSONS.items())


@EACH
def test_each_block_is_a_link_to_its_lesson_and_lies_where_its_words_are(which):
    picture, drawing = show_blocks(which), blocks._DRAWINGS[which]()
    built = [block for block in drawing.blocks.values() if block.lesson or block.label == "+"]
    assert len(picture.links) == len(built)
    area, written = picture.figure.bbox, boxes(picture)
    for block, link in zip(built, picture.links, strict=True):
        assert link.href == f"{blocks._LESSONS[block.lesson or '06']}.ipynb" and block.label in link.title
        inside = [text for text, box in written
                  if area.width * link.left <= box.x0 and box.x1 <= area.width * (link.left + link.width)
                  and area.height * link.top <= area.y1 - box.y1 and area.y1 - box.y0 <= area.height *
                  (link.top + link.height)]
        assert inside == ["+"] if block.label == "+" else inside == [block.label, f"lesson {block.lesson}"]


def test_the_page_has_the_picture_and_its_links_and_the_site_leads_them_to_its_own_pages():
    picture = show_blocks("encoder")
    data, metadata = picture._repr_mimebundle_()
    assert data["text/html"].count("<a href=") == len(picture.links) and data["text/plain"] == picture.alt
    assert "<img alt=" in data["text/html"] and metadata["image/png"]["alt"] == picture.alt
    cell = new_code_cell("show", outputs=[new_output("display_data", data, metadata=metadata)], execution_count=1)
    text, _ = body(new_notebook(cells=[cell]))
    assert 'href="04_multi_head_attention.html"' in text and ".ipynb" not in text


@EACH
def test_every_block_is_reached_and_the_flow_goes_up(which):
    drawing = blocks._DRAWINGS[which]()
    ends = {flow.end for flow in drawing.flows}
    starts = {flow.start for flow in drawing.flows}
    assert starts | ends == set(drawing.blocks)
    assert all(name in ends and (name in starts or name == "loss")
               for name, block in drawing.blocks.items() if block.lesson)
    assert all(drawing.blocks[flow.end].y > drawing.blocks[flow.start].y or flow.label in ("K, V", "memory", "")
               for flow in drawing.flows)


def test_the_same_picture_each_time_and_no_other_word():
    assert show_blocks("encoder").png == show_blocks("encoder").png
    with pytest.raises(ValueError, match="there is no drawing 'head'; there are 'attention', 'encoder'"):
        show_blocks("head")
