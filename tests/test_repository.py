"""The repository as a whole: its dependencies, links, pictures, and what must not be in it."""
import ast
import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

import course
from classroom.app import COMMANDS
from classroom.build import editions

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]
REQUIRED = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = {name: [Requirement(text) for text in texts] for name, texts in PROJECT["optional-dependencies"].items()}


def group(name: str) -> list[Requirement]:
    """What a dependency group names, with those that it includes."""
    return [required for entry in GROUPS[name]
            for required in (group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)])]


ALL_REQUIRED = [*REQUIRED, *sum(EXTRAS.values(), []), *group("test")]
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base", "dask": "distributed"}
STARTED = {"jupyterlab", "ipykernel"}   # programs, not imported
OPTIONAL = {"distributed"}              # imported when it is asked for, from the extra "cluster"


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.exists() and (not suffixes or path.suffix in suffixes)]


@functools.cache
def markdown() -> list[tuple[Path, str]]:
    """Every text of the course: Markdown files, and the text cells of each notebook together."""
    texts = [(path, path.read_text(encoding="utf-8")) for path in tracked(".md")]
    for path in tracked(".ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        texts.append((path, "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")))
    return texts


def pins_of(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_the_locks_satisfy_the_project():
    learners, testers = pins_of("requirements.lock"), pins_of("requirements-test.lock")
    pins = learners + testers
    version = {canonicalize_name(pin.name): str(pin.specifier) for pin in pins}
    assert {required.name for required in REQUIRED} <= {canonicalize_name(pin.name) for pin in learners}
    assert not {canonicalize_name(pin.name) for pin in learners} & {canonicalize_name(pin.name) for pin in testers}
    assert {"nbgrader", "pytest", "ruff", "playwright"} <= {pin.name for pin in testers}, "learners need none of these"
    assert all(re.fullmatch(r"==[\w.]+", text) for text in version.values()), "exact versions, without local suffix"
    for required in ALL_REQUIRED:
        pin = version[canonicalize_name(required.name)]
        assert required.specifier.contains(pin.removeprefix("==")), f"{required} is locked to {pin}"
    assert not [pin.name for pin in pins if re.match("nvidia|cuda|triton", pin.name)]
    assert not [pin.name for pin in pins if pin.url]


def test_conda_has_the_same_packages():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [text for text in environment["dependencies"] if isinstance(text, str)]
    from_pip = [packages["pip"] for packages in environment["dependencies"] if isinstance(packages, dict)]
    listed += [text for text in sum(from_pip, []) if not text.startswith("-")]
    there = dict(text.split(" ", 1) if " " in text else (text, "") for text in listed)
    assert there.pop("python") == PROJECT["requires-python"]
    assert there.pop("pip") == ""
    assert there["pytorch"].endswith(" cpu*"), "the CPU build"
    there["pytorch"] = there["pytorch"].removesuffix(" cpu*")
    assert {name: set(text.split(",")) for name, text in there.items()} == {
        CONDA_NAMES.get(required.name, required.name): set(str(required.specifier).split(","))
        for required in REQUIRED
    }


@pytest.mark.slow
def test_what_is_required_is_imported_and_the_reverse():
    imported = set()
    for path in [path for folder in ("course", "classroom", "solutions") for path in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules = [name.name for name in names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            imported |= {module.split(".")[0] for module in modules}
    names = {canonicalize_name(name) for name in imported - {"classroom", "course", *sys.stdlib_module_names}}
    assert names - OPTIONAL | STARTED == {required.name for required in REQUIRED}


def test_the_group_for_tests_holds_all_the_others():
    """The wheel names none of them; what an extra brings is no tool."""
    tools = {str(required) for required in group("test")}
    assert all({str(required) for required in group(name)} <= tools for name in GROUPS)
    assert not {required.name for required in group("test")} & {
        required.name for required in [*REQUIRED, *sum(EXTRAS.values(), [])]}


def test_one_version_is_named():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert course.__version__ == cited["version"] and newest[1] in (course.__version__, "Unreleased")
    assert PYPROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "course.__version__"}


@pytest.mark.parametrize(("arguments", "heavy"), [
    (["-c", "import course"], {"torch", "numpy", "matplotlib", "platformdirs"}),
    (["-c", "from classroom import check"], {"torch", "matplotlib", "IPython"}),
    (["-m", "classroom", "--help"], {"torch", "numpy", "matplotlib", "nbformat", "jupytext"}),
])
def test_importing_is_cheap(arguments, heavy):
    """What Python itself reports to have imported, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[1].strip() for line in run.stderr.splitlines() if "|" in line}
    assert imported & {"course", "classroom"}
    assert not imported & heavy


def test_student_notebooks_are_untouched():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code), path
        assert "SOLUTION" not in path.read_text(encoding="utf-8"), path


@pytest.mark.slow
def test_nothing_belongs_to_one_machine():
    """No path into someone's home, no package index: what is here works anywhere."""
    machine = re.compile(r"(?<![\w.:/*\])])/(home|root|Users|work|tmp|opt|mnt|var)/\w|\b[A-Z]:\\\\?\w+\\")
    index = re.compile(r"--?(extra-)?index(-url)?[ =]\S*//|find-links|trusted-host")
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__):
            text = re.sub(r"data:image/png;base64,[\w+/=\s\\]+|\"image/png\": \"[^\"]+\"", "", text)
            for pattern in (machine, index):
                found = pattern.search(text)
                assert not found, f"{path.relative_to(ROOT)}: {text[found.start() - 30:found.end() + 30]!r}"


@pytest.mark.slow
def test_links_lead_somewhere():
    for path, text in markdown():
        text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", text):
            if re.match(r"https?://|mailto:|attachment:", target):
                continue
            name, _, anchor = target.partition("#")
            linked = path.parent / name if name else path
            assert linked.exists(), f"{path.relative_to(ROOT)}: {target}"
            if anchor and linked.suffix in (".md", ".ipynb"):
                assert _anchor(anchor) in anchors(linked), f"{path.relative_to(ROOT)}: {target}"


def test_commands_and_files_that_the_documentation_names_are_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = COMMANDS
    checked = 0
    for path, text in markdown():
        if path.suffix != ".md" or path.name == "comparison.md":          # which names other courses' files
            continue
        code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))
        named = {
            "target": (re.findall(r"^`*make ([a-z]+)", code, re.MULTILINE), targets.__contains__),
            "command": (re.findall(r"python -m classroom ([a-z-]+)", code), commands.__contains__),
            "module": (re.findall(r"python -m ((?:classroom|tools)\.[\w.]+)", code), importlib.util.find_spec),
            "file": (re.findall(r"(?<![\w/.])(?:classroom|course|tests|tools|solutions|docs|benchmarks)/[\w/]+\.\w+",
                                code),
                     lambda name: "NN" in name or "NAME" in name or (ROOT / name).exists()),
        }
        for kind, (names, known) in named.items():
            checked += len(names)
            unknown = [name for name in names if not known(name)]
            assert not unknown, f"{path.relative_to(ROOT)}: no such {kind}: {unknown}"
    assert checked > 50


def test_the_readme_lists_the_lessons_that_are_there():
    linked = re.findall(r"\]\(notebooks/(\w+\.ipynb)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert sorted(linked) == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def anchors(path: Path) -> set[str]:
    text = dict(markdown())[path.resolve()]
    return {_anchor(heading) for heading in re.findall(r"^#+ +(.+)$", text, re.MULTILINE)}


def _anchor(heading: str) -> str:
    """Headings as GitHub and as Jupyter make anchors of them, reduced to what both have in common."""
    return re.sub(r"[^\w]+", "", heading.lower())


@pytest.mark.slow
def test_pictures_have_alt_texts():
    for path, text in markdown():
        assert not re.search(r"!\[\s*\]\(", text), f"{path}: a picture without alt text"
        assert_alt_texts(path, text)
    pictures = 0
    for path in tracked(".ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                html = data.get("text/html", "")
                assert_alt_texts(f"{path}, cell {cell.id}", html)
                if any(kind.startswith("image/") for kind in data):
                    pictures += 1
                    assert "<img" in html, f"{path}, cell {cell.id}: a picture without alt text"
    assert pictures


def assert_alt_texts(where, html: str) -> None:
    for tag in re.findall(r"<img\b[^>]*>", html):
        assert re.search(r"\balt=([\"'])\s*\S.*?\1", tag, re.DOTALL), f"{where}: {tag[:80]}"


def test_ci_runs_what_the_reader_runs():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "make test"


def test_the_image_is_built_as_a_learner_installs():
    """Every file that the Dockerfile names is there and gets into the image; hadolint looks too, where it is."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert re.match(r"FROM \S+:[\w.-]*\d", text), "the base image is pinned"
    assert "-r requirements.lock" in text and "--no-deps --no-build-isolation --editable ." in text
    for name in [*re.findall(r"-r (\S+)", text), *re.findall(r"lab/tree/(\S+?)\"", text)]:
        assert (ROOT / name).exists() and name not in ignored
    if hadolint := shutil.which("hadolint"):
        run = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
        assert run.returncode == 0, run.stdout


@pytest.mark.skipif(os.name != "posix", reason="Binder is Linux")
def test_binder_installs_the_lock_with_the_small_pytorch(tmp_path):
    """The script, run with a Python that only says what it is asked for; Binder reads this folder and no other."""
    folder = ROOT / ".binder"
    script = folder / "postBuild"
    assert os.access(script, os.X_OK) and (folder / "runtime.txt").read_text(encoding="utf-8").startswith("python-3.")
    assert not (ROOT / "postBuild").exists() and not (folder / "environment.yml").exists()
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$UV_TORCH_BACKEND ${UV_PYTHON##*/}: $*"\n', encoding="utf-8")
    python.chmod(0o755)
    run = subprocess.run(["bash", str(script)], cwd=tmp_path, capture_output=True, text=True, check=True,
                         env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"})
    first, *rest = run.stdout.splitlines()
    assert first.endswith(" uv") and all(line.startswith("cpu python: -m ") for line in rest)
    assert [line.partition("-m ")[2] for line in rest] == [
        "uv pip install --quiet -r requirements.lock",
        "uv pip install --quiet --no-deps --no-build-isolation --editable .", "classroom data"]


def test_colab_installs_what_it_lacks():
    """The cell for Colab names packages of the course."""
    assert set(editions.LACKING) <= {each.name for each in REQUIRED}


def test_the_moving_picture_begins_again_and_is_small():
    path = ROOT / "docs" / "images" / "stepper.gif"
    assert "docs/images/stepper.gif" in (ROOT / "README.md").read_text(encoding="utf-8")
    with Image.open(path) as picture:
        assert picture.n_frames > 5 and picture.info["loop"] == 0 and path.stat().st_size < 10**6


@pytest.mark.slow
def test_the_tests_of_a_group_run_on_one_worker(tmp_path):
    """`make test` counts on it: what a group shares is made once, and a translator trained once."""
    test = ("import os, pathlib, pytest\n@pytest.mark.xdist_group('one')\n@pytest.mark.parametrize('n', range(6))\n"
            "def test_it(n):\n    with open('workers', 'a') as file:\n"
            "        file.write(os.environ['PYTEST_XDIST_WORKER'] + '\\n')\n")
    (tmp_path / "test_group.py").write_text(test, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    finished = subprocess.run([sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup"], cwd=tmp_path,
                              capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout
    workers = (tmp_path / "workers").read_text(encoding="utf-8").split()
    assert len(workers) == 6 and len(set(workers)) == 1
