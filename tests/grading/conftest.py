"""The grader of this folder's tests: one for all, since each start loads PyTorch twice."""
import pytest

from classroom.grade.grader import Grader
from classroom.grade.read.submissions import Submission

from .helpers import ALL_RIGHT, lesson_01, statuses


@pytest.fixture(scope="session")
def grader():
    """Of all lessons, with the seed 7, confined as far as the system can."""
    with Grader(seed=7) as grader:
        yield grader


@pytest.fixture
def graded(grader, tmp_path):
    """The record of a submission; somebody else's, graded afterwards, must be as it always is."""
    assert grader.level == "full"

    def grade(content: bytes) -> dict:
        path, other = tmp_path / "x.ipynb", tmp_path / "other.ipynb"
        path.write_bytes(content)
        record = grader.grade(Submission("mallory", path.name, path))
        other.write_bytes(lesson_01())
        assert statuses(grader.grade(Submission("ada", other.name, other))) == ALL_RIGHT
        assert record["status"] == "graded" and record["points"] is not None, record
        assert "grader error" not in statuses(record).values()
        return record
    return grade
