"""`build-a-transformer lab`: fetch the sentence pairs and open JupyterLab at lesson 00, with or without make.

In a copy of the repository its notebooks are opened. Installed from a wheel, the course first copies the lessons into a
folder of the learner's: `--lessons FOLDER`, by default `build-a-transformer-lessons`, or the one of last time.
"""
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from classroom.arguments import Parser
from course import _system
from course._paths import FolderError, atomic_path, cache_dir
from course._words import say

ROOT = Path(__file__).resolve().parents[2]
LESSON = "notebooks/00_welcome.ipynb"


def main(arguments: Sequence[str] = (), root: Path = ROOT) -> int:
    """Prepare what JupyterLab needs and become it, so that whatever ends this process ends it.

    Returns only where it has not begun, and on Windows, where no process can become another one: JupyterLab then runs
    below this one, and the exit code is its own.

    Args:
        arguments: passed on to JupyterLab, such as `--no-browser` or `--port=8899`. One that ends in
            .ipynb is opened in the place of lesson 00. `--lessons FOLDER` is the command's own: a folder that the
            lessons are copied into, if they are not there yet, and opened from.
        root: the copy of the repository whose notebooks are opened; where there is none, the lessons are copied.

    Without the sentence pairs (offline, for instance) it says so and opens JupyterLab all the same.
    """
    parser = Parser(prog="build-a-transformer lab", add_help=False, allow_abbrev=False)
    parser.add_argument("--lessons", metavar=say("FOLDER"))
    options, arguments = parser.parse_known_args(arguments)
    lesson = LESSON
    if options.lessons is not None or not (root / LESSON).exists():
        from . import lessons

        lesson = lessons.FIRST
        try:
            root = _own_folder(options.lessons)
        except lessons.LessonsError as error:
            print(error, file=sys.stderr)
            return 1
    _fetch()
    _no_pop_ups(Path(sys.prefix))
    return _system.become(command(arguments, root, lesson), root, environment())


def _own_folder(named: str | None) -> Path:
    """The learner's folder, with the lessons in it. Raises LessonsError where they cannot be put there."""
    from . import lessons, update

    folder = lessons.chosen(named)
    if not any(folder.glob("[0-9][0-9]_*.ipynb")):
        copied = lessons.copy(folder)
        print(say("{copied} notebooks are now in {folder}", copied=len(copied), folder=folder), flush=True)
    else:
        print(say("Your lessons are in {folder}", folder=folder), flush=True)
        try:
            newer = any(update.newer(folder, name) for name in lessons.names(lessons.source()))
        except lessons.LessonsError:
            newer = False                  # `update` says what is wrong; the other lessons can be opened
        if newer:
            print(say("This version of the course has newer ones: `build-a-transformer update` brings them, and "
                      "keeps your answers."), flush=True)
    lessons.remember(folder)
    return folder


def command(arguments: Sequence[str], root: Path, lesson: str = LESSON) -> list[str]:
    """How JupyterLab is started: by this Python, so that the notebooks run in it too."""
    as_root = ["--allow-root"] if _system.administrator() else []
    named = any(argument.endswith(".ipynb") for argument in arguments)
    start = [sys.executable, "-m", "jupyterlab", "--log-level=WARN", f"--ServerApp.root_dir={root}", *as_root,
             *arguments]   # the address to open is printed at any level
    return start if named else [*start, lesson]


def environment() -> dict[str, str]:
    """The environment of JupyterLab: this Python's programs come first, as in an activated environment."""
    binaries = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join([binaries, os.environ.get("PATH", "")])}


def _fetch() -> None:
    from course import data

    try:
        if not (cache_dir() / "spa.tsv").exists():
            print(say("Fetching the sentence pairs: 85 MB, once."), flush=True)
        data.fetch()
    except (data.DataError, FolderError) as error:
        print(say("{upper}{error}\nJupyterLab opens without them: lesson 09 needs them, the lessons before it do not.",
                  upper=str(error)[:1].upper(), error=str(error)[1:]), file=sys.stderr)


def _no_pop_ups(prefix: Path) -> None:
    """JupyterLab need not ask about news and updates, in an environment of the course's own."""
    path = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    if path.exists() or sys.prefix == sys.base_prefix:
        return
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    except OSError:
        pass   # an environment that may not be written to: JupyterLab asks, and nothing else happens
