"""Lessons 03 to 05 with other right answers in them: the page runs to its end, and prints what its text says."""
import contextlib
import io
import re

import pytest

from classroom import build, exercises
from classroom.build.twin import read
from tests import variants

_TRAINING = r"train\(\*make|train\(model, (round|order|distance)|models\[|learned_|accuracy\((layer|kind)|shown = "
_TELLING = {
    "03": r"passes|fails|^weights of black|^output of black|^after |^scores of|order of the source| Q (en|de)coder",
    "04": r"True|False|passes|fails|^weights of|^output of|^head|by hand",
    "05": r"error|^ +(the|black|cat|sleeps) |^tensor|difference|most like",
}


def page(lesson, id="", answer=None):
    """The telling lines of what a lesson prints, with another answer to exercise `id` in it; nothing is trained."""
    [path] = (build.ROOT / "solutions").glob(f"{lesson}_*.py")
    namespace, printed = {"__name__": "page"}, io.StringIO()
    for cell in read(path, exercises.all_ids()).cells:
        if cell.kind != "code" or cell.grades or "solution-only" in cell.tags or re.search(_TRAINING, cell.source):
            continue
        if cell.solves == id:
            namespace[exercises.get(id).names[0]] = answer
            continue
        source = re.sub(r"^evaluate\(.*$|^\w+ = carry_on\(.*$|^interactive\..*$", "", cell.source, flags=re.M)
        with contextlib.redirect_stdout(printed):
            exec(compile(source, f"<{lesson}, {cell.id}>", "exec"), namespace)
    return [line for line in printed.getvalue().splitlines() if re.search(_TELLING[lesson], line)]


IDS = ("3.1", "3.2", "3.3", "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "5.4")


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
def test_a_page_says_the_same_with_every_right_answer(id):
    lesson = f"{int(id[0]):02}"
    want = page(lesson)
    assert len(want) >= 12 and sum("fails" in line for line in want) == {"03": 2, "04": 1, "05": 0}[lesson]
    for answer in variants.of(id):
        assert page(lesson, id, answer) == want, answer
