"""Files that are hostile before any code of theirs could run: nobody else is found, read or named otherwise for them.

Each case is met: what was refused is named in `Submission.ignored`, or said by the grader.
"""
import json
import os
import signal
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from classroom.grade.grader import Grader
from classroom.grade.lessons import solutions
from classroom.grade.read import archives
from classroom.grade.read.notebooks import Unreadable, cells_of, content_of, digest
from classroom.grade.read.slicing import Slicer
from classroom.grade.read.submissions import Submission, find

from .helpers import START, handed_in, lesson_01, notebook

pytestmark = pytest.mark.slow          # processes of their own

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def within(seconds: float):
    """Fail, rather than hang, if this takes longer. Computing time alone counts, for other work may be going on."""
    def ring(number, frame):
        raise AssertionError(f"not finished after {seconds:g} seconds")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(int(20 * seconds))
    started = time.process_time()
    try:
        yield
        assert time.process_time() - started < seconds
    finally:
        signal.alarm(0)


@pytest.fixture
def school(tmp_path):
    """A class of three who have nothing to do with it: after the test, they are found and read as before."""
    root = tmp_path / "class"
    for name in ("ada", "bert", "zoe"):
        (root / name).mkdir(parents=True)
        (root / name / "01.ipynb").write_bytes(lesson_01())
    (root / "mallory").mkdir()
    yield root
    with within(20):
        found = {s.name: s for s in find(root)}
    for name in ("ada", "bert", "zoe"):
        neighbour = found[f"{name}/01.ipynb"]
        assert (neighbour.learner, neighbour.notes, neighbour.ignored) == (name, (), ())
        assert content_of(neighbour.path) == lesson_01()


def of(root: Path, learner: str, separate: bool = True) -> list[Submission]:
    with within(20):
        return [s for s in find(root, separate) if s.learner == learner]


def zipped(path: Path, members: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


# ------------------------------------------------------------------------------------ zips and folders

def test_a_zip_of_empty_folders(school):
    with zipfile.ZipFile(school / "mallory" / "w.zip", "w") as archive:
        for n in range(50_001):
            archive.writestr(f"{n}/", b"")
    (only,) = of(school, "mallory")
    assert any("more files and folders than" in text and "w.zip" in text for text in only.ignored), only
    with pytest.raises(Unreadable, match="zip"):
        cells_of(content_of(only.path))


def test_a_zip_that_is_too_full_costs_not_the_notebook_beside_it(school):
    zipped(school / "mallory" / "w.zip", {f"{n}/": b"" for n in range(6000)})
    (school / "mallory" / "01.ipynb").write_bytes(lesson_01())
    (only,) = of(school, "mallory")
    assert only.name == "mallory/01.ipynb" and only.path.is_file() and only.ignored


def test_a_list_of_members_is_not_read_before_it_is_measured(school, monkeypatch):
    """The end of the file says how long the list is; one that says less than there is, is read no further than that."""
    zipped(school / "mallory" / "w.zip", {f"{n}/": b"" for n in range(6000)})
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", lambda self: pytest.fail("the list was read"))
    (only,) = of(school, "mallory", separate=False)
    assert only.ignored
    monkeypatch.undo()


def test_folders_without_end(school, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 100)
    for n in range(120):
        (school / "mallory" / f"d{n}").mkdir()
    (only,) = of(school, "mallory")
    assert "more than 100 files and folders" in only.ignored[0]


def test_three_thousand_notebooks_in_one_zip(school):
    zipped(school / "mallory" / "w.zip", {f"{n}.ipynb": notebook("x = 1") for n in range(3000)})
    found = of(school, "mallory")
    assert len(found) == archives.MAX_NOTEBOOKS and "more than 40 notebooks" in found[0].ignored[0]


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_cannot_be_unpacked_piece_by_piece_is_not_unpacked(school, packed, monkeypatch):
    path = zipped(school / "mallory" / "w.zip", {"x.ipynb": bytes(50_000_000)}, packed)
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("it was opened"))
    (only,) = of(school, "mallory", separate=False)
    assert "not read here" in only.notes[0] and not only.path.exists()
    monkeypatch.undo()


def test_the_budget_is_the_learners_not_the_zips(school, monkeypatch):
    """Ten zips in a zip, each below the limit."""
    monkeypatch.setattr(archives, "MAX_UNPACKED", 3 << 20)
    inner = zipped(school.parent / "in.zip", {"x.ipynb": bytes(1 << 20)}).read_bytes()
    zipped(school / "mallory" / "w.zip", {f"{n}.zip": inner for n in range(10)})
    found = of(school, "mallory")
    assert sum(s.path.exists() for s in found) == 2              # the inner zips count as well
    assert any("more than 3 MB" in text for text in found[0].ignored)


def test_zips_without_end_in_zips(school):
    content = lesson_01()
    for n in range(6):
        content = zipped(school.parent / f"{n}.zip", {f"{n}.zip" if n else "x.ipynb": content}).read_bytes()
    (school / "mallory" / "w.zip").write_bytes(content)
    (only,) = of(school, "mallory")
    assert "too deep" in only.ignored[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.parametrize("name", ["w.zip", "x.ipynb", "x.ipynb.txt", "x.json"])
def test_a_pipe_is_not_opened(school, name):
    os.mkfifo(school / "mallory" / name)
    (only,) = of(school, "mallory")
    with within(1), pytest.raises(Unreadable, match="no ordinary file"):
        content_of(only.path)


@pytest.mark.parametrize("target", ["/dev/zero", "../ada/01.ipynb", "/etc/passwd"])
def test_a_link_is_not_followed(school, target):
    for name in ("x.ipynb", "w.zip", "y.json"):
        (school / "mallory" / name).symlink_to(target)
    (only,) = of(school, "mallory")
    assert only.name == "mallory/x.ipynb" and "link" in only.notes[0]
    with within(1), pytest.raises(Unreadable):
        content_of(only.path)


BIG = b"PK\6\6" + bytes(20) + b"\xff" * 32 + b"PK\6\7" + bytes(16) + b"PK\5\6" + b"\xff" * 16 + b"\0\0"


@pytest.mark.parametrize("content", [b"PK\5\6", b"PK\3\4" + bytes(500), b"PK\5\6" * 5000, BIG],
                         ids=["an end alone", "a beginning alone", "ends", "2 ** 64 members"])
def test_torn_zips(school, content):
    (school / "mallory" / "w.zip").write_bytes(content)
    (only,) = of(school, "mallory")
    assert only.path.suffix == ".zip"
    with pytest.raises(Unreadable):
        cells_of(content_of(only.path))


def test_one_name_twice_in_a_zip(school):
    with zipfile.ZipFile(school / "mallory" / "w.zip", "w") as archive, pytest.warns(UserWarning):
        for n in range(3):
            archive.writestr("x.ipynb", notebook(f"x = {n}"))
    (only,) = of(school, "mallory")
    assert b"x = 0" in content_of(only.path) and "twice" in only.ignored[0]


# ------------------------------------------------------------------------------------ names

@pytest.mark.parametrize("twin", ["\u3000ada.ipynb", "ada .ipynb", "a\u200bda.ipynb", "\uff41da.ipynb"])
def test_a_name_that_reads_like_anothers(tmp_path, twin):
    (tmp_path / "ada.ipynb").write_bytes(lesson_01())
    (tmp_path / twin).write_bytes(notebook("x = 1"))
    found = {s.learner: s for s in find(tmp_path)}
    assert len(found) == 2 and content_of(found["ada"].path) == lesson_01() and not found["ada"].ignored
    (other,) = [s for name, s in found.items() if name != "ada"]
    assert "reads like" in other.ignored[0] and not other.name.startswith("ada.ipynb")


@pytest.mark.parametrize("twins", [("\u00e9va", "e\u0301va"), ("\u212bsa", "A\u030asa")])
def test_two_spellings_of_one_name(tmp_path, twins):
    """No two of them become one."""
    for n, name in enumerate(twins):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.ipynb").write_bytes(notebook(f"x = {n}"))
    found = find(tmp_path)
    assert len({s.learner for s in found}) == len({s.name for s in found}) == 2
    assert {content_of(s.path) for s in found} == {notebook(f"x = {n}") for n in range(2)}
    assert any(s.ignored for s in found)


def test_names_that_differ_in_case_alone(tmp_path):
    for name in ("Ada", "ada"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.ipynb").write_bytes(lesson_01())
    if len(os.listdir(tmp_path)) == 1:
        pytest.skip("this disk does not tell them apart")
    found = find(tmp_path)
    assert {s.learner for s in found} == {"Ada [Ada]", "ada [ada]"} and all(s.ignored for s in found)


def test_a_zip_and_the_folder_that_was_made_of_it_are_one_learner(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "x.ipynb").write_bytes(lesson_01())
    zipped(tmp_path / "ada.zip", {"x.ipynb": notebook("x = 1"), "y.ipynb": notebook("x = 2")})
    first, second = find(tmp_path)
    assert (first.learner, first.name, second.learner, second.name) == ("ada", "ada/x.ipynb", "ada", "ada/y.ipynb")
    assert content_of(first.path) == lesson_01() and "called ada/x.ipynb" in first.ignored[1]
    assert first.ignored[0] == "`ada` is there twice, as a folder and a zip: both were taken for one learner's."


# ------------------------------------------------------------------------------------ inside a notebook

LONG = {
    "spaces and a bracket": " " * 150_000 + "(",
    "names and spaces": "a, " * 60_000 + "(",
    "words without an end": "a" * 190_000 + " (",
    "question marks": "?" * 190_000 + "(",
    "a magic of one long word": "%%" + "a" * 190_000 + "\n(",
    "many magics": "%a\n" * 60_000 + "(",
    "equals": "=" * 190_000,
    "brackets": "(" * 190_000,
    "a sum": "x = " + "+".join("1" * 90_000),
    "statements in one line": "x;" * 99_000,
    "a name changed again and again": "x = 0\n" + "x += 1\n" * 25_000,
    "stubs again and again": "def softmax(x): pass\n" * 9000,
    "checks again and again": 'check("1.2", softmax);' * 9000,
    "every statement uses the one before": "\n".join(f"x{n + 1} = x{n} + x{n // 2}" for n in range(9000)),
    "many names in every statement":
        "\n".join(f"def f{n}(): " + "; ".join(f"f{m}" for m in range(300)) for n in range(120)),
}


@pytest.mark.parametrize("code", LONG)
@pytest.mark.slow
def test_code_is_read_in_time(code):
    """However long a cell is, reading it and finding all answers in it takes no more than seconds."""
    answer = "def softmax(x):\n    return x, x1, f0, x8999"
    cells = cells_of(notebook(START, LONG[code], answer, 'check("1.2", softmax)'))
    with within(15):
        slicer = Slicer(cells)
        for _ in range(3):
            part = slicer.slice("1.2", ("softmax",))
    assert part.statements[-1].code.startswith("def softmax")
    assert len(json.dumps([cell.notes for cell in cells])) < 2000


@pytest.mark.parametrize("cell", [*LONG.values()][:8])
def test_a_cell_is_parsed_in_time(cell):
    with within(4):
        cells_of(notebook(cell))


# ------------------------------------------------------------------------------------ whose work, which lesson

def graded(path: Path, lesson: str | None = None) -> dict:
    """By a grader that has no process to run anything in: what is decided before that."""
    return Grader(lesson=lesson, seed=1).grade(Submission("mallory", path.name, path))


@pytest.mark.parametrize("name", ["01_dot_product_attention.ipynb", "07_decoder_and_transformer.ipynb"])
def test_the_courses_own_solution_is_nobodys(tmp_path, name):
    made = json.loads((ROOT / "solutions" / name).read_text(encoding="utf-8"))
    for cell in made["cells"]:                                   # run, renamed, and with a cell of text more
        cell["outputs"], cell["execution_count"] = [], 7
    made["cells"].append({"cell_type": "markdown", "source": "mine", "metadata": {}})
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(made))
    record = graded(path)
    assert record["status"] == "missing" and not record["exercises"] and "own solution" in record["message"]
    assert digest(cells_of(handed_in(ROOT / "solutions" / name))) not in solutions()


def test_the_courses_folder_of_solutions_never_counts(school):
    mallory = school / "mallory" / "build-a-transformer"
    for folder in ("solutions", "notebooks"):
        (mallory / folder).mkdir(parents=True)
        (mallory / folder / "01.ipynb").write_bytes(lesson_01() if folder == "solutions" else notebook(START))
    (only,) = of(school, "mallory")
    assert only.name == "mallory/build-a-transformer/notebooks/01.ipynb" and "nothing in it counts" in only.ignored[0]
    zipped(school / "zoe" / "all.zip", {"repo/solutions/01.ipynb": lesson_01(), "repo/README.md": b""})
    assert len(of(school, "zoe")) == 1 and "nothing in it counts" in of(school, "zoe")[0].ignored[0]
    (school / "zoe" / "all.zip").unlink()


def test_a_notebook_of_another_lesson_has_no_mark(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_bytes(lesson_01())
    record = graded(path, "02")
    assert record["status"] == "missing" and not record["exercises"]
    assert record["message"] == ("Wrong lesson: this is a notebook of lesson 01; lesson 02 was to be handed in.")


@pytest.mark.parametrize("name", ["a.py", "a.pdf", "a.docx", "a.html", "a.txt", "a.rar"])
def test_what_is_no_notebook_is_unreadable(school, name):
    (school / "mallory" / name).write_bytes(b"import numpy as np\n" * 100)
    (only,) = of(school, "mallory")
    record = graded(only.path)
    assert (record["status"], record["points"]) == ("unreadable", 0)
    assert record["message"].startswith(f"`{name}` is no notebook.") and name in only.notes[0]


@pytest.mark.parametrize("name", ["a.ipynb.txt", "a.json"])
def test_a_notebook_by_another_name_is_read(school, name):
    (school / "mallory" / name).write_bytes(lesson_01())
    (only,) = of(school, "mallory")
    assert "Wrong lesson" in graded(only.path, "02")["message"]  # it was read, as far as its checks
    (school / "mallory" / name).write_bytes(b"{}")
    assert graded(of(school, "mallory")[0].path)["status"] == "unreadable"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_repository_with_untouched_stubs_is_worth_nothing(school, grader, monkeypatch):
    mallory = school / "mallory" / "repo"
    for folder in ("solutions", "notebooks"):
        (mallory / folder).mkdir(parents=True)
        name = "01_dot_product_attention.ipynb"
        (mallory / folder / name).write_bytes((ROOT / folder / name).read_bytes())
    (only,) = of(school, "mallory")
    monkeypatch.setattr(grader, "lesson", 1)
    record = grader.grade(only)
    assert (record["status"], record["points"]) == ("graded", 0) and record["exercises"]
    assert any("nothing in it counts" in note for note in record["notes"])
