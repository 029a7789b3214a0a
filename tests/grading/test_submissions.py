"""Finding submissions in what teachers download."""
import json
import os
import stat
import zipfile

import pytest

from classroom.grade.grader import Grader
from classroom.grade.read import archives
from classroom.grade.read.submissions import find

from .helpers import lesson_01


def put(root, *names):
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(lesson_01())


def found(path):
    return [(s.learner, s.name) for s in find(path)]


def test_a_folder_for_each_learner(tmp_path):
    put(tmp_path, "anna/04.ipynb", "bert/work/04.ipynb", "carl/", "dora/notes.txt", "eva/.ipynb_checkpoints/04.ipynb")
    assert found(tmp_path) == [("anna", "anna/04.ipynb"), ("bert", "bert/work/04.ipynb"), ("carl", "carl"),
                               ("dora", "dora/notes.txt"), ("eva", "eva")]
    assert all("no notebook" in s.notes[0] for s in find(tmp_path) if s.path.is_dir() or s.learner == "dora")
    assert not any(s.ignored for s in find(tmp_path))


def test_plain_notebooks(tmp_path):
    put(tmp_path, "anna.ipynb", "bert.IPYNB")
    assert found(tmp_path) == [("anna", "anna.ipynb"), ("bert", "bert.IPYNB")]
    assert found(tmp_path / "anna.ipynb") == [("anna", "anna.ipynb")]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_moodle(tmp_path, zipped, wrapped):
    root = tmp_path / "class"
    base = root / "Assignment 4 all" if wrapped else root
    put(base, "Anna Müller_12345_assignsubmission_file_/x.ipynb", "Bert_777_assignsubmission_file/y.ipynb",
        "Carl_9_assignsubmission_file_/")
    path = _zip(root) if zipped else root
    assert [s.learner for s in find(path)] == ["Anna Müller", "Bert", "Carl"]


def test_canvas(tmp_path):
    put(tmp_path, "mulleranna_12345_67890_04_multi.ipynb", "doebert_LATE_11_22_x.ipynb", "kim_1_2_x.ipynb",
        "kim_3_4_x.ipynb")
    got = {s.name: (s.learner, s.notes) for s in find(tmp_path)}
    assert got["mulleranna_12345_67890_04_multi.ipynb"] == ("mulleranna", ())
    assert got["doebert_LATE_11_22_x.ipynb"] == ("doebert", ("handed in late",))
    assert {got[n][0] for n in got if n.startswith("kim")} == {"kim (1)", "kim (3)"}


@pytest.mark.parametrize("zipped", [False, True])
def test_files_beside_the_learners_folders_are_somebodys_work_or_named(tmp_path, zipped):
    """Nothing is left out without a word: a notebook by another name is read, a list of the class is no learner."""
    put(tmp_path / "class", "anna/04.ipynb", "bert.json", "carl.rar", "dora.html", "class.csv", "to do.txt", ".hidden")
    got = find(_zip(tmp_path / "class") if zipped else tmp_path / "class")
    assert [s.name for s in got] == ["anna/04.ipynb", "bert.json", "carl.rar", "dora.html"]
    assert sorted(got.left) == ["class.csv", "to do.txt"]


def test_nbgrader(tmp_path):
    put(tmp_path, "submitted/anna/04/x.ipynb", "submitted/bert/04/x.ipynb")
    assert [s.learner for s in find(tmp_path)] == ["anna", "bert"]
    put(tmp_path, "alone/submitted/anna/04/x.ipynb")
    assert [s.learner for s in find(tmp_path / "alone")] == ["anna"]


def test_two_notebooks_of_one_learner(tmp_path):
    put(tmp_path, "anna/01.ipynb", "anna/02.ipynb", "bert/01.ipynb")
    assert found(tmp_path) == [("anna", "anna/01.ipynb"), ("anna", "anna/02.ipynb"), ("bert", "bert/01.ipynb")]


def test_zip_with_a_zip_of_a_learner(tmp_path):
    put(tmp_path / "in", "work/x.ipynb")
    inner = _zip(tmp_path / "in")
    (tmp_path / "class/anna").mkdir(parents=True)
    inner.rename(tmp_path / "class/anna/my work.zip")
    put(tmp_path / "class", "bert/x.ipynb")
    for path in (tmp_path / "class", _zip(tmp_path / "class")):
        assert [(s.learner, s.path.is_file()) for s in find(path)] == [("anna", True), ("bert", True)]


def test_names_in_a_zip_lead_nowhere(tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../../etc/evil.ipynb", "/abs/evil.ipynb", "a/../../evil.ipynb", "C:\\evil.ipynb",
                     "anna/x.ipynb"):
            archive.writestr(name, lesson_01())
    before = set(os.listdir(tmp_path))
    got = find(path)
    assert set(os.listdir(tmp_path)) == before and len(got) == 5
    assert all(".." not in s.name.split("/") and not s.name.startswith("/") for s in got)
    parents = {s.path.parent for s in got}
    assert len(parents) == 1 and all(s.path.name[0].isdigit() for s in got)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 3_000_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anna/x.ipynb", lesson_01())
        archive.writestr("bert/x.ipynb", bytes(30_000_000))
    anna, bert = find(path)
    assert anna.path.exists() and not bert.path.exists()
    assert "more than" in bert.notes[0] and not anna.ignored
    assert bert.ignored == ("The zips hold more than 2 MB; the rest was not unpacked.",)


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(lesson_01())
    root = tmp_path / "class"
    put(root, "anna/x.ipynb", "bert/")
    (root / "bert/x.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (root / "carl").symlink_to(tmp_path)
    got = find(root)
    assert [(s.learner, bool(s.notes)) for s in got] == [("anna", False), ("bert", True), ("carl", True)]
    assert Grader(lesson="01", seed=1).grade(got[2])["message"].startswith("This is a link, which is not followed")
    link = zipfile.ZipInfo("dora/x.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("anna/x.ipynb", lesson_01())
    got = {s.learner: s for s in find(tmp_path / "z.zip")}
    assert "link" in got["dora"].notes[0] and not got["dora"].path.exists()


def test_odd_names_are_fit_for_a_file(tmp_path):
    put(tmp_path, "李小龙/x.ipynb", "=cmd|' '!A0/x.ipynb", "a\nb/x.ipynb", "rtl\u202egnp/x.ipynb", "e\u0301/x.ipynb")
    os.makedirs(os.fsencode(tmp_path) + b"/\xff\xfe")
    (tmp_path / os.fsdecode(b"\xff\xfe") / "x.ipynb").write_bytes(lesson_01())
    got = find(tmp_path)
    assert len(got) == 6 and all(s.path.is_file() for s in got)
    for s in got:
        json.dumps([s.learner, s.name], ensure_ascii=False).encode("utf-8")
        assert "\n" not in s.learner and "\u202e" not in s.name
    assert {"李小龙", "é"} <= {s.learner for s in got}


def test_a_zip_without_a_word_on_its_encoding(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Müller/x.ipynb", lesson_01())
        archive.writestr("Bert/x.ipynb", lesson_01())
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        start = -1
        while (start := content.find(signature, start + 1)) >= 0:
            content[start + at + 1] &= ~0x08
    path.write_bytes(content)
    assert {s.learner for s in find(path)} == {"Müller", "Bert"}


def test_what_is_no_place_for_submissions(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing here"):
        find(tmp_path / "gone")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ValueError, match="neither"):
        find(tmp_path / "a.txt")
    with pytest.raises(ValueError, match="no notebook"):
        find(tmp_path)


def _zip(folder):
    path = folder.parent / f"{folder.name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path
