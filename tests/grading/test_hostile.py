"""Submissions that are broken, careless or hostile: the right status, no undeserved point, nobody else harmed."""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.grade.read.submissions import Submission

from .helpers import START, lesson_01, notebook, statuses

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")]

ROOT = Path(__file__).resolve().parents[2]
ALL_RIGHT = {"1.1": "correct", "1.2": "correct", "1.3": "correct", "1.4": "correct"}
SECRET = "the expected values of everybody"


@pytest.fixture
def graded(grader, tmp_path, monkeypatch):
    assert grader.level == "full"
    monkeypatch.setattr(grader, "seconds", 0.5)

    def grade(content: bytes, name: str = "x.ipynb") -> dict:
        path = tmp_path / name
        path.write_bytes(content)
        record = grader.grade(Submission("anna", name, path))
        json.dumps(record)
        again = tmp_path / "next.ipynb"
        again.write_bytes(lesson_01())
        other = grader.grade(Submission("bert", "next.ipynb", again))
        assert statuses(other) == ALL_RIGHT, "somebody else's marks changed"
        return record
    return grade


def only(record: dict, id: str, status: str) -> None:
    """This exercise has this status and no point; the others are right."""
    assert statuses(record) == ALL_RIGHT | {id: status}, record
    assert record["status"] == "graded"
    assert record["points"] == record["max_points"] - {"1.1": 1, "1.2": 2, "1.3": 3, "1.4": 1}[id]


def softmax(body: str) -> str:
    """An `ex_1_2` that does something, and then answers rightly."""
    lines = "\n".join("    " + line for line in body.splitlines())
    return (f"def softmax(x):\n{lines}\n    p = np.exp(x - x.max(-1, keepdims=True))\n"
            "    return p / p.sum(-1, keepdims=True)")


# ---------------------------------------------------------------- what a careless or angry learner hands in

BROKEN = {      # what is done before the right answer, and the status
    "an infinite loop": ("while True:\n    pass", "timeout"),
    "a loop that catches everything":
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "timeout"),
    "sys.exit": ("import sys\nsys.exit(0)", "error"),
    "os._exit": ("import os\nos._exit(0)", "killed"),
    "a crash": ("import ctypes\nctypes.string_at(0)", "killed"),
    "4 GB": ("import numpy\nnumpy.ones(500_000_000)", "memory"),
    "4 GB in a list": ("y = [0] * 500_000_000", "memory"),
    "a process": ("import os\nos.fork()", "error"),
    "a program": ("import subprocess\nsubprocess.run(['/bin/true'])", "error"),
    "a socket": ("import socket\nsocket.create_connection(('127.0.0.1', 80))", "error"),
    "recursion": ("return softmax(x)", "error"),
    "a raised BaseException": ("raise KeyboardInterrupt", "error"),
    "sleeping for ever": ("import time\nwhile True: time.sleep(1000)", "timeout"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_only_that_exercise_is_lost(graded, case):
    body, status = BROKEN[case]
    only(graded(lesson_01(ex_1_2=softmax(body), ex_1_3=STANDALONE)), "1.2", status)


STANDALONE = ("def attention(q, k, v):\n    s = q @ k.T / np.sqrt(q.shape[-1])\n"
              "    p = np.exp(s - s.max(-1, keepdims=True))"
              "\n    w = p / p.sum(-1, keepdims=True)\n    return w @ v, w")


def test_an_exit_at_the_outer_level_costs_nothing(graded):
    content = notebook(START, "import sys\nsys.exit()", "import os\nos._exit(1)", "while True:\n    pass",
                       *[json.loads(lesson_01())["cells"][n]["source"] for n in range(1, 12)])
    assert statuses(graded(content)) == ALL_RIGHT


def test_exercises_that_use_a_broken_one_get_the_course_version(graded):
    record = graded(lesson_01(ex_1_2="def softmax(x):\n    return x"))
    only(record, "1.2", "wrong")
    assert any("1.2" in note and "1.3" in note for note in record["notes"])


def test_threads_that_never_end(graded):
    body = "import threading, time\nfor _ in range(20):\n    threading.Thread(target=lambda: time.sleep(1e6)).start()"
    assert statuses(graded(lesson_01(ex_1_2=softmax(body))))["1.1"] == "correct"


def test_a_hundred_megabytes_printed(graded):
    record = graded(lesson_01(ex_1_2=softmax("print('x' * 10_000_000)")))
    assert statuses(record) == ALL_RIGHT
    assert len(json.dumps(record)) < 50_000


@pytest.mark.parametrize("content", [
    b"", b"   \n", b"%PDF-1.7 ...", b"PK\x03\x04....", b'{"cells": [{"cell_type": "code", "sour', b"[]", b"null", b"7",
    b'{"cells": 3}', b'{"cells": []}', b"\xff\xfe\x00", b"<html></html>", b"[" * 100_000, b'{"a":' * 50_000,
    json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}]}).encode()], ids=range(15))
def test_unreadable(graded, content):
    record = graded(content)
    assert record["status"] == "unreadable" and record["message"] and record["points"] == 0


def test_no_file_is_missing(grader, tmp_path):
    assert grader.grade(Submission("anna", "anna", tmp_path))["status"] == "missing"
    assert grader.grade(Submission("anna", "gone.ipynb", tmp_path / "gone.ipynb"))["status"] == "missing"


def test_links_and_pipes_are_not_read(grader, tmp_path):
    (tmp_path / "real.ipynb").write_bytes(lesson_01())
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link.ipynb", "pipe.ipynb"):
        assert grader.grade(Submission("anna", name, tmp_path / name))["status"] == "unreadable"


# --------------------------------------------------------------------- what wants points it has not earned

WRONG = "def softmax(x):\n    return np.zeros_like(x, dtype=float)"
PATCHES = {
    "comparisons": "import numpy\nfor n in ('allclose', 'array_equal', 'isclose', 'abs', 'isnan'):\n"
                   "    setattr(numpy, n, lambda *a, **k: True)\nsoftmax_ = None",
    "serialising": "import json, struct, numpy\njson.dumps = lambda *a, **k: '{\"values\": []}'\n"
                   "struct.pack = lambda *a: b'\\0' * 4\nnumpy.savez = print",
    "the checks in the child": "import sys\nfor m in list(sys.modules.values()):\n"
                               "    if getattr(m, '__name__', '').startswith('course'):\n"
                               "        for n in list(vars(m)):\n"
                               "            if callable(vars(m)[n]): setattr(m, n, lambda *a, **k: True)",
    "builtins": "import builtins\nbuiltins.all = builtins.any = lambda *a: True\nbuiltins.isinstance = lambda *a: True",
}


@pytest.mark.parametrize("patch", PATCHES)
def test_patching_earns_nothing(graded, patch):
    lines = "\n".join("    " + line for line in PATCHES[patch].splitlines())
    record = graded(lesson_01(ex_1_2=f"def softmax(x):\n{lines}\n    return x * 0.0"))
    assert statuses(record)["1.2"] in ("wrong", "error", "killed")
    assert statuses(record)["1.4"] == statuses(record)["1.1"] == "correct"
    assert record["points"] <= 5


ANSWERS = {
    "an array that equals everything":
        "class Yes(np.ndarray):\n    def __eq__(self, o): return True\n    def __array_wrap__(self, *a): return True\n"
        "    def __reduce__(self): return (print, ('boo',))\n"
        "def softmax(x):\n    return np.zeros(x.shape).view(Yes)",
    "a class that claims to be an array":
        "class Fake:\n    __class__ = np.ndarray\n    shape = (2, 3)\n    dtype = np.dtype(float)\n"
        "    def __eq__(self, o): return True\ndef softmax(x):\n    return Fake()",
    "an object array": "def softmax(x):\n    return np.array([print] * x.size, dtype=object).reshape(x.shape)",
    "not a number": "def softmax(x):\n    return np.full(x.shape, np.nan)",
    "infinity": "def softmax(x):\n    return np.full(x.shape, np.inf)",
    "a huge array": "def softmax(x):\n    return np.zeros((5000, 5000))",
    "a huge broadcast": "def softmax(x):\n    return np.broadcast_to(np.zeros(1), (100_000, 100_000))",
    "65 axes of nothing": "def softmax(x):\n    return np.zeros((1,) * 30)",
    "complex": "def softmax(x):\n    return x + 0j",
    "text": "def softmax(x):\n    return np.array(['a'])",
    "a pickle": "import pickle\nclass E:\n    def __reduce__(self): return (print, ('boo',))\n"
                "def softmax(x):\n    return pickle.dumps(E())",
    "an endless iterator": "import itertools\ndef softmax(x):\n    return itertools.count()",
    "a list of itself": "def softmax(x):\n    y = []; y.append(y); return y",
    "the frames of the grader":
        "import sys\ndef softmax(x):\n    f = sys._getframe()\n    while f:\n"
        "        for v in list(f.f_locals.values()):\n"
        "            if isinstance(v, dict) and 'expected' in v: return v['expected']\n        f = f.f_back\n"
        "    return x * 0.0",
    "every array in memory":
        "import gc\ndef softmax(x):\n    for o in gc.get_objects():\n"
        "        if isinstance(o, np.ndarray) and o is not x"
        " and o.shape == x.shape and abs(o.sum() - 1) < 1e-6: return o\n    return x * 0.0",
    "the course's own": "import classroom.exercises.lesson_01.tasks as l\nsoftmax = l.softmax",
    "the course's own, by its file":
        f"import importlib.util as u\n"
        f"s = u.spec_from_file_location('m', {str(ROOT / 'classroom/exercises/lesson_01/tasks.py')!r})\n"
        "m = u.module_from_spec(s)\ns.loader.exec_module(m)\nsoftmax = m.softmax",
    "evaluate": "from classroom import exercises\nsoftmax = exercises.get('1.2').reference",
    "carry_on for itself": "def softmax(x):\n    raise NotImplementedError\nsoftmax = carry_on('1.2', softmax)",
    "state between calls":
        "calls = []\ndef softmax(x):\n    calls.append(1)\n    p = np.exp(x - x.max(-1, keepdims=True))\n"
        "    return p / p.sum(-1, keepdims=True) if len(calls) < 5 else x * 0.0",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_undeserved_point(graded, answer):
    record = graded(lesson_01(ex_1_2=ANSWERS[answer], ex_1_3=STANDALONE))
    assert statuses(record)["1.2"] in ("wrong", "error", "not attempted", "timeout", "killed", "missing",
                                       "memory")
    assert record["points"] == record["max_points"] - 2
    assert "boo" not in json.dumps(record)


FORGED = {
    "replies before the questions":
        "import os, json, struct\n"
        "head = json.dumps({'values': [['shares', {'array': 0}, 'float64']], 'arrays': []}).encode()\n"
        "frame = bytes(16) + struct.pack('>I', len(head)) + head\n"
        "for n in range(3, 10):\n    try: os.write(n, (struct.pack('>I', len(frame)) + frame) * 50)\n"
        "    except OSError: pass",
    "garbage on every descriptor":
        "import os, random\ngarbage = random.Random(5).randbytes(1000)\nfor n in range(64):\n"
        "    try: os.write(n, garbage)\n    except OSError: pass",
    "a frame that claims 4 GB": "import os\nos.write(3, b'\\xff\\xff\\xff\\xff')",
    "hanging up": "import os\nos.close(3)",
    "everything closed": "import os\nos.closerange(0, 4096)",
    "another question read ahead":
        "import os\nos.set_blocking(3, False)\ntry:\n    os.read(3, 1 << 20)\nexcept OSError:\n    pass\n"
        "os.write(3, b'\\0\\0\\0\\0')",
    "the reply seen, and sent twice":
        "import os\nw = os.write\ndef twice(n, data):\n    w(n, data)\n    return w(n, data)\nos.write = twice",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_forged_replies(graded, forgery):
    record = graded(lesson_01(ex_1_2=softmax(FORGED[forgery]), ex_1_3=STANDALONE))
    assert statuses(record)["1.2"] in ("error", "killed")
    assert record["points"] == record["max_points"] - 2


def test_the_working_folder_is_empty_and_forgets(graded, grader):
    body = ("import os\nif os.listdir('.'):\n    return None\n"
            "open('expected.npz', 'wb').write(b'x' * 1000)\nos.unlink('expected.npz')")
    assert statuses(graded(lesson_01(ex_1_2=softmax(body)))) == ALL_RIGHT
    leaves = "open('kept', 'a').write('x')\nimport os\nif len(os.listdir('.')) > 1: return None"
    for _ in range(2):
        assert statuses(graded(lesson_01(ex_1_2=softmax(leaves)))) == ALL_RIGHT
    assert os.listdir(grader.server.work) == []


def test_a_folder_filled_with_files(graded):
    body = "for n in range(10**9):\n    open(str(n), 'w').close()"
    assert statuses(graded(lesson_01(ex_1_2=softmax(body), ex_1_3=STANDALONE)))["1.2"] in ("killed", "timeout")


def test_threads_without_end(graded):
    body = ("import threading, time\nthreading.stack_size(1 << 16)\n"
            "while True:\n    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()")
    record = graded(lesson_01(ex_1_2=softmax(body), ex_1_3=STANDALONE))
    assert statuses(record)["1.2"] in ("error", "memory", "timeout")


def test_the_environment_says_nothing(graded, monkeypatch):
    monkeypatch.setenv("GRADEBOOK_TOKEN", SECRET)
    body = "import os\nif any('TOKEN' in n or 'PYTHONPATH' in n for n in os.environ):\n    return None"
    assert statuses(graded(lesson_01(ex_1_2=softmax(body)))) == ALL_RIGHT


def test_nothing_of_the_references_is_in_the_child(graded):
    body = ("import gc, sys\nif any(n.startswith('classroom.exercises') for n in sys.modules):\n    return None\n"
            "for o in gc.get_objects():\n    if isinstance(o, dict) and 'EXERCISES' in o:\n        return None")
    assert statuses(graded(lesson_01(ex_1_2=softmax(body)))) == ALL_RIGHT


def test_no_process_is_left(grader, graded):
    graded(lesson_01(ex_1_2=softmax("import os, time\ntry:\n    os.fork()\nexcept OSError:\n    pass")))
    children = Path(f"/proc/{grader.server.process.pid}/task/{grader.server.process.pid}/children").read_text()
    assert children.strip() == ""


def test_a_dead_server_is_replaced(grader, graded):
    os.kill(grader.server.process.pid, 9)
    grader.server.process.wait()
    assert statuses(graded(lesson_01())) == ALL_RIGHT


def test_a_test_that_counts_its_calls_is_no_test(graded):
    """Accept the first four implementations, which the checks would offer first, and refuse the others."""
    content = notebook(START, "calls = []\ndef test_split_heads(split_heads):\n    import torch\n"
                       "    split_heads(torch.zeros(2, 3, 4), 2)\n    calls.append(1)\n    assert len(calls) <= 4",
                       'check("4.4", test_split_heads)')
    record = graded(content)
    assert statuses(record)["4.4"] == "wrong"


# ------------------------------------------------------------------------------------ the list

# What an attacker who had read the source found, and the tests that hold it closed. Each runs the hostile code or reads
# the hostile file, proves that it did, and grades or finds somebody else afterwards.
ROWS = {
    "a cell of many spaces and a bracket; a line that makes a pattern cubic":
        ["files.test_code_is_read_in_time", "files.test_a_cell_is_parsed_in_time"],
    "reading without end, whatever it is that has none":
        ["reader.test_computing_without_end_is_the_authors", "reader.test_memory_without_end_is_the_authors"],
    "a zip of 50,001 empty folders": ["files.test_a_zip_of_empty_folders"],
    "an argument whose name is 400,000 characters long": ["hostile_tests.test_a_test_that_tests_nothing_earns_nothing"],
    "a reply of 32 MB that drips": ["hostile_code.test_a_reply_that_never_comes_to_an_end",
                                    "channel.test_a_reply_that_drips_is_not_waited_for_any_longer"],
    "files written while it drips": ["hostile_code.test_a_reply_that_never_comes_to_an_end",
                                     "channel.test_a_folder_filled_while_a_reply_drips"],
    "bzip2 and LZMA": ["files.test_what_cannot_be_unpacked_piece_by_piece_is_not_unpacked"],
    "zips in zips": ["files.test_the_budget_is_the_learners_not_the_zips", "files.test_zips_without_end_in_zips",
                     "reader.test_one_who_hides_a_mountain_in_a_zip_is_named_and_the_others_are_found"],
    "a pipe called w.zip": ["files.test_a_pipe_is_not_opened"],
    "tests that test nothing": ["hostile_tests.test_a_test_that_tests_nothing_earns_nothing"],
    "our implementations called without end, for ever new sizes":
        ["hostile_tests.test_the_checkers_own_work_has_an_end"],
    "names that read the same": ["files.test_a_name_that_reads_like_anothers", "files.test_two_spellings_of_one_name"],
    "threads without end": ["hostile.test_threads_without_end", "hostile_code.test_threads_have_an_end",
                            "hostile_code.test_a_system_without_a_process_to_spare_is_waited_for"],
    "a trace that an earlier exercise left for a choice": ["hostile_code.test_a_choice_is_asked_once_and_sees_no_trace",
                                                           "hostile_code.test_a_choice_that_ends_its_process_has_no_"
                                                           "second_guess"],
    "a layer of PyTorch's": ["hostile_code.test_a_layer_of_torchs_earns_nothing"],
    "sums of 600 terms, 500 elif, 600 dots": ["hostile_code.test_what_is_nested_too_deeply_is_that_exercises_error"],
    "a forged count of errors": ["hostile_code.test_forged_errors_are_that_exercises_error"],
    "many statements times many names": ["files.test_code_is_read_in_time"],
    "a problem made up by the code":
        ["hostile_code.test_a_problem_that_the_code_makes_up",
         "reports_folder.test_what_a_learners_code_chose_is_not_said_in_the_graders_words"],
    "an error's own text": ["hostile_code.test_an_errors_text_is_not_on_the_page_of_the_class",
                            "reports_folder.test_the_class_page_says_late_and_stopped"],
    "files, zips, code and texts at random": ["fuzz.test_files", "fuzz.test_json", "fuzz.test_code", "fuzz.test_zips",
                                              "fuzz.test_reports"],
    "answers that are hard to compare with others":
        ["reports_likeness.test_what_learners_wrote_is_taken_apart_by_the_reader_alone",
         "reports_likeness.test_what_no_answer_looks_like_hides_and_holds_up_nobody"],
    "3,000 notebooks in one zip": ["files.test_three_thousand_notebooks_in_one_zip"],
    "a test that hangs on a bug": ["hostile_tests.test_a_test_that_hangs_on_a_bug_rejects_nothing"],
    "the frames of the server": ["hostile_code.test_the_frames_around_it_hold_no_path"],
    "frames as large as allowed": ["hostile_code.test_replies_as_large_as_allowed",
                                   "hostile_code.test_own_work_is_stopped_and_costs_that_exercise_alone"],
    "a command that is killed while a worker computes":
        ["batch.test_a_worker_in_the_middle_of_something_ends_with_its_parent",
         "reader.test_it_ends_with_its_parent_in_the_middle_of_its_work"],
    "something ignored, merged or renamed, and nobody told":
        ["cli.test_what_was_left_out_is_named_and_is_in_the_exit_code"],
}
# As root a child gets a user of its own. Without root it shares the grader's, and is kept from the grader's files,
# processes and limits by other means. These are what those means protect. Reading files, comparing values and calling
# our own implementations is the same for every user (and all of it is run as an ordinary user where the suite is).
AS_A_USER = [
    *(f"hostile.test_only_that_exercise_is_lost[{case}]" for case in (
        "a loop that catches everything", "a crash", "4 GB", "a process", "a program", "a socket")),
    *(f"hostile.test_no_undeserved_point[{answer}]" for answer in (
        "every array in memory", "the course's own", "the course's own, by its file")),
    "hostile.test_forged_replies[garbage on every descriptor]",
    "hostile.test_the_working_folder_is_empty_and_forgets", "hostile.test_a_folder_filled_with_files",
    "hostile.test_threads_without_end", "hostile.test_the_environment_says_nothing",
    "hostile.test_no_process_is_left", "hostile.test_a_dead_server_is_replaced",
    "hostile_code.test_the_frames_around_it_hold_no_path",
    "hostile_code.test_a_system_without_a_process_to_spare_is_waited_for", "hostile_code.test_threads_have_an_end",
    "hostile_code.test_a_reply_that_never_comes_to_an_end[a drip beside many files]",
    "hostile_escapes.test_no_way_out",
    "hostile_files.test_a_pipe_is_not_opened", "hostile_files.test_a_link_is_not_followed",
    "reader.test_memory_without_end_is_the_authors", "reader.test_it_ends_with_its_parent_in_the_middle_of_its_work",
]


@pytest.mark.parametrize("row", ROWS)
def test_each_of_them_has_a_test(row):
    for place in ROWS[row]:
        file, _, name = place.partition(".")
        path = Path(__file__).with_name(f"test_{'hostile_files' if file == 'files' else file}.py")
        assert f"\ndef {name}(" in path.read_text(encoding="utf-8"), place


def test_an_ordinary_user_is_as_safe():
    """All that differs for one, in one process."""
    if os.geteuid() != 0 or os.environ.get("GRADING_AS_USER"):
        pytest.skip("is run by root, for an ordinary user")
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv")
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+dac_read_search",
               "--ambient-caps=+dac_read_search", sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
               "-n", "0", *(str(Path(__file__).with_name(f"test_{place.replace('.', '.py::', 1)}"))
                            for place in AS_A_USER)]
    environment = os.environ | {"GRADING_AS_USER": "1", "HOME": "/nonexistent", "COURSE_STATE": "/tmp",
                                "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/")
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-2000:]
    ran = re.search(r"(\d+) passed", ended.stdout)
    assert ran is not None and int(ran[1]) > len(AS_A_USER) and "skipped" not in ended.stdout, ended.stdout[-3000:]
