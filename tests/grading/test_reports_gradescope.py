"""Results in Gradescope's format, and the autograder that is uploaded there."""
import ast
import contextlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from classroom import evaluate, exercises
from classroom.grade.book import adjust, gradescope
from classroom.grade.book.mark import UNDECIDED, Mark
from classroom.grade.read.notebooks import cells_of, digest

from .helpers import lesson_01

ROOT = Path(__file__).parents[2]
LESSON = "01_dot_product_attention"


def mark(status="graded", *found, **more):
    record = {"exercises": list(found), "message": "Cut off.", "status": status}
    points = sum(e["points"] for e in found) if status == "graded" else None
    return Mark(LESSON, status, points, 7 if points is not None else None, record=record, **more)


def verdict(id, answer):
    return {**evaluate(id, answer, seed=1).as_dict(), "seconds": 0.0}


def test_a_graded_notebook():
    right, wrong = exercises.get("1.1").reference, exercises.get("1.3").misconceptions[0]
    found = gradescope.results(mark("graded", verdict("1.1", right), verdict("1.3", wrong.wrong)))
    assert (found["score"], found["visibility"], found["stdout_visibility"]) == (1, "visible", "hidden")
    one, three = found["tests"]
    assert (one["number"], one["score"], one["max_score"], one["status"]) == ("1.1", 1, 1, "passed")
    assert (three["number"], three["score"], three["max_score"], three["status"]) == ("1.3", 0, 3, "failed")
    assert three["output"].startswith("Not yet. ") and " ".join(wrong.says.split()[:6]) in three["output"]
    assert {test["output_format"] for test in found["tests"]} == {"text"}, "never read as HTML"


def test_what_the_teacher_decided():
    changed = {**verdict("1.1", exercises.get("1.1").reference), "points": 0.5, "before": 1,
               "comment": "Copied from 1.2."}
    excused = {**verdict("1.3", None), "points": 0, "max_points": 0, "before": 0, "excused": True}
    found = gradescope.results(mark("graded", changed, excused, comment="See me.", late=10))
    assert "10 % taken off" in found["output"] and "Your teacher writes: See me." in found["output"]
    one, three = found["tests"]
    assert one["score"] == 0.5 and one["output"].endswith(
        "Your teacher has set these points.\n\nYour teacher writes: Copied from 1.2.")
    assert three["max_score"] == 0 and three["output"].endswith("Excused.")
    assert gradescope.results(mark("excused")) is None


def test_what_cannot_be_read_is_a_marked_zero():
    found = gradescope.results(mark("unreadable"))
    (test,) = found["tests"]
    assert (found["score"], test["score"], test["max_score"], test["status"]) == (0, 0, 7, "failed")
    assert test["name"] == "The notebook (unreadable)" and "Cut off." in found["output"]


def test_no_result_where_there_is_nothing_to_say():
    assert gradescope.results(mark("grader error")) is None
    assert gradescope.results(mark("missing")) is None
    assert gradescope.results(mark("missing"), handing_in=True)["tests"][0]["name"] == "The notebook (missing)"
    assert gradescope.results(mark(UNDECIDED)) is None
    found = gradescope.results(mark(UNDECIDED), handing_in=True)
    assert found["score"] == 0 and "Hand in the one notebook that is to count." in found["output"]


def test_other_statuses_have_words():
    late = gradescope.results(mark("graded", {**verdict("1.1", None), "status": "timeout", "message": "8 seconds."}))
    assert late["tests"][0]["output"] == "Timeout. 8 seconds."


@pytest.fixture
def autograder(tmp_path):
    """The zip, unpacked as Gradescope does."""
    path = gradescope.build_zip(tmp_path / "autograder.zip", LESSON, pip_args="--extra-index-url ADDRESS")
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            archive.extract(entry, root / "source")
            (root / "source" / entry.filename).chmod(entry.external_attr >> 16)
    return root


@pytest.mark.slow
def test_the_zip_has_what_gradescope_asks_for(autograder, tmp_path):
    source = autograder / "source"
    for name in ("setup.sh", "run_autograder"):
        text = (source / name).read_text()
        assert text.startswith("#!/usr/bin/env bash\n") and "@" not in text.replace("$@", "")
        assert stat.S_IMODE((source / name).stat().st_mode) == 0o755
        subprocess.run(["bash", "-n", source / name], check=True)
    assert "pip install --no-cache-dir --extra-index-url ADDRESS" in (source / "setup.sh").read_text()
    assert (source / "classroom" / "grade" / "book" / "templates" / "style.css").exists()
    assert not list(source.rglob("__pycache__"))
    assert "COURSE_LANG=en" in (source / "run_autograder").read_text()
    found = {path.relative_to(source).as_posix() for path in source.rglob("*.ipynb")}
    assert found == {path.relative_to(ROOT).as_posix() for path in (ROOT / "solutions").rglob(f"{LESSON}.ipynb")}
    for solution, original in ((source / name, ROOT / name) for name in found):
        assert digest(cells_of(solution.read_bytes())) == digest(cells_of(original.read_bytes())), "it never counts"
        assert solution.stat().st_size < original.stat().st_size, "without outputs"
    names = [re.split(r"[^\w-]", line)[0] for line in (source / "requirements.txt").read_text().split()]
    assert tuple(names) == gradescope.PACKAGES, "no JupyterLab; each with the bounds of the course"
    again = gradescope.build_zip(tmp_path / "again.zip", LESSON, pip_args="--extra-index-url ADDRESS")
    assert again.read_bytes() == (tmp_path / "autograder.zip").read_bytes(), "the same course, the same file"


@pytest.mark.slow
def test_grading_needs_no_other_packages():
    """The grader and all exercises load where no package can be imported but those that the autograder installs."""
    allowed, todo = set(), list(gradescope.PACKAGES)
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name not in allowed:
            allowed.add(name)
            with contextlib.suppress(metadata.PackageNotFoundError):
                todo += [re.split(r"[^\w.-]", line)[0] for line in metadata.requires(name) or ()
                         if "extra ==" not in line]
    allowed.add("build-a-transformer")
    refused = [module for module, projects in metadata.packages_distributions().items()
               if not {re.sub(r"[-_.]+", "-", project).lower() for project in projects} & allowed]
    code = "import sys\nclass Refuses:\n    def find_spec(self, name, *_):\n        if name in sys.argv:\n" \
           "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n" \
           "sys.meta_path.insert(0, Refuses())\n" \
           "from classroom import exercises\nfrom classroom.grade import grader, read\n" \
           "from classroom.grade.book import gradescope\nfrom classroom.grade.read import submissions\n" \
           "[exercises.get(id).fallback for id in exercises.all_ids() if hasattr(exercises.get(id), 'fallback')]\n" \
           "print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code, *refused], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    assert {"IPython", "ipywidgets", "jupyterlab"} <= {*refused} and "torch" in run.stdout.split()


def test_pip_args_cannot_smuggle_commands(tmp_path):
    with pytest.raises(adjust.SettingsError, match="a shell would read"):
        gradescope.build_zip(tmp_path / "x.zip", LESSON, pip_args="; rm -rf ~")
    assert not list(tmp_path.iterdir())


FAKE = """#!/usr/bin/env bash
if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo venv >> "$AUTOGRADER/did"; fi
if [ "$1" = -m ] && [ "$2" = pip ]; then echo "$@" >> "$AUTOGRADER/asked"; fi
if [ "$2" = pip ] && [ "$5" = --target ]; then mkdir -p "$6/bin"; cp "$AUTOGRADER/uv-to-be" "$6/bin/uv"; fi
if [ "$1" = -m ] && [ "$2" = compileall ]; then echo compiled >> "$AUTOGRADER/did"; fi
if [ "$1" = --version ]; then echo "Python 3.x"; fi
"""
UV = """#!/usr/bin/env bash
echo "uv $@ in $UV_PYTHON_INSTALL_DIR" >> "$AUTOGRADER/did"
for last; do :; done
mkdir -p "$last/bin"; cp "$AUTOGRADER/fake" "$last/bin/python"
"""


def set_up(autograder, tmp_path, **programs):
    """Run setup.sh where these are the programs; a pip only says what it was asked for. Returns what it printed."""
    found = tmp_path / "bin"
    found.mkdir()
    versions = "python3.14 python3.13 python3.12 python3.11 python3".split()
    for name, text in (dict.fromkeys(versions, "#!/usr/bin/env bash\nexit 1\n") | programs).items():
        (found / name).write_text(text)
        (found / name).chmod(0o755)
    for name, text in (("fake", FAKE), ("uv-to-be", UV)):
        (autograder / name).write_text(text)
        (autograder / name).chmod(0o755)
    for name in ("bash", "mkdir", "cp", "env"):
        (found / name).symlink_to(shutil.which(name))
    run = subprocess.run([autograder / "source" / "setup.sh"], check=True, capture_output=True, text=True,
                         env={"AUTOGRADER": str(autograder), "PATH": str(found)})
    asked = (autograder / "asked").read_text().splitlines()[-1]
    assert "--constraint" in asked and asked.split("--requirement ")[1].strip().endswith("source/requirements.txt")
    assert re.search(r"The autograder is ready: Python 3.x, built in \d+ seconds.$", run.stdout.strip())
    return (autograder / "did").read_text().splitlines()


@pytest.mark.slow
def test_setup_finds_a_python_and_installs(autograder, tmp_path):
    only_final = FAKE + 'if [ "$1" = -c ]; then case "$2" in *releaselevel*) exit 0;; *) exit 1;; esac; fi\n'
    assert set_up(autograder, tmp_path, **{"python3.12": only_final}) == ["venv", "compiled"]


OLD = FAKE + 'if [ "$1" = -c ]; then exit 1; fi\n'       # Python 3.10, say, or a release candidate of 3.11


@pytest.mark.slow
def test_setup_has_uv_bring_a_python(autograder, tmp_path):
    uv, compiled = set_up(autograder, tmp_path, python3=OLD)
    mine = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert uv == f"uv venv --seed --python {mine} {autograder}/venv in {autograder}/python", "the teacher's version"
    assert compiled == "compiled"
    assert "pip install --no-cache-dir --target" in (autograder / "asked").read_text().splitlines()[1]


@pytest.mark.slow
def test_setup_takes_the_uv_that_is_there(autograder, tmp_path):
    uv, _ = set_up(autograder, tmp_path, python3=OLD, uv=UV)
    assert uv.startswith("uv venv") and len((autograder / "asked").read_text().splitlines()) == 1


def memory(process):
    """MB of all processes together, each page counted once."""
    total = 0
    for pid in [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]:
        with contextlib.suppress(OSError, StopIteration):
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1024


@pytest.mark.slow
def test_the_autograder_grades(autograder):
    """As Gradescope runs it, apart from the folder and the Python. Its smallest machines have 768 MB."""
    no_scaling = "def attention(q, k, v):\n    w = softmax(dot_product_scores(q, k))\n    return w @ v, w"
    for name, content in (("mine", lesson_01(ex_1_3=no_scaling)), ("b", lesson_01()), ("cut", lesson_01()[:500]),
                          ("theirs", (ROOT / "solutions" / f"{LESSON}.ipynb").read_bytes())):
        (autograder / "submission" / f"{name}.ipynb").write_bytes(content)
    most = 0
    with subprocess.Popen([autograder / "source" / "run_autograder"], cwd=autograder, stderr=subprocess.PIPE, text=True,
                          stdout=subprocess.DEVNULL,
                          env=os.environ | {"AUTOGRADER": str(autograder), "PYTHON": sys.executable}) as run:
        while run.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess, subprocess.TimeoutExpired):
                most = max(most, memory(run))
                run.wait(0.05)
        assert run.returncode == 0, run.stderr.read()
    found = json.loads((autograder / "results" / "results.json").read_text())
    assert found["output"] == ("7 of 7 points. 3 notebooks; the best counts: b.ipynb (7 of 7). Not counted: cut.ipynb "
                               "(unreadable), mine.ipynb (4 of 7)."), "the course's own solution has no part in it"
    assert found["score"] == sum(test["score"] for test in found["tests"]) == 7 and len(found["tests"]) == 4
    assert most < 400, "MB"


def test_the_process_that_waits_holds_nothing_of_the_course(tmp_path):
    """It becomes the fork server, in which learners' code will run."""
    code = """
import importlib.util, os, sys, types
sys.modules["torch"] = types.ModuleType("torch")           # the real one takes seconds
spec = importlib.util.spec_from_file_location("warm", sys.argv[1])
warm = importlib.util.module_from_spec(spec); spec.loader.exec_module(warm)
os.environ["SECRET"] = "of the checker"
waiting = warm.Standby()
sys.path.insert(0, sys.argv[2])
import classroom.exercises
ours, theirs = os.pipe()
boot = "import os, sys; os.write(int(sys.argv[1]), repr((sorted(m for m in sys.modules if m.startswith(('course', " \
       "'classroom'))), 'SOURCE' in sys.path, dict(os.environ), os.getcwd(), sys.argv[0], " \
       "len(os.listdir('/proc/self/fd')), os.getsid(0) == os.getpid())).encode())".replace("SOURCE", sys.argv[2])
waiting.become(boot, {"HOME": "/nowhere"}, theirs, os.open(os.devnull, os.O_WRONLY))
print(os.waitstatus_to_exitcode(waiting.wait()), os.read(ours, 10000).decode())
"""
    warm = ROOT / "classroom" / "grade" / "book" / "autograder" / "warm.py"
    run = subprocess.run([sys.executable, "-I", "-B", "-c", code, warm, ROOT], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    status, _, said = run.stdout.partition(" ")
    modules, on_the_path, environment, folder, name, files, own_session = ast.literal_eval(said)
    assert (status, modules, on_the_path, environment) == ("70", [], False, {"HOME": "/nowhere"})
    assert (folder, name, own_session) == ("/", "-c", True) and files <= 5, "three, the socket, and the folder itself"


def test_a_failing_grader_writes_no_result(tmp_path, monkeypatch, capsys):
    from classroom.grade import grader
    from classroom.grade.read import submissions

    class Failing:
        def __init__(self, **settings):
            assert settings == {"lesson": "01", "isolation": "full"}

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def grade(self, submission):
            return {"learner": "x", "lesson": LESSON, "status": "grader error", "message": "No memory.",
                    "exercises": []}

    monkeypatch.setattr(grader, "Grader", Failing)
    arguments = ["--lesson=01", "--isolation=full", f"--submission={tmp_path}", f"--results={tmp_path / 'r.json'}"]
    assert gradescope.main(arguments) == 0
    found = json.loads((tmp_path / "r.json").read_text())
    assert (found["score"], found["tests"][0]["max_score"]) == (0, 7) and "Nothing was handed in." in found["output"]
    (tmp_path / "r.json").unlink()
    monkeypatch.setattr(submissions, "find", lambda path: [path])
    assert gradescope.main(arguments) == 1
    assert "No memory." in capsys.readouterr().err and not (tmp_path / "r.json").exists()
