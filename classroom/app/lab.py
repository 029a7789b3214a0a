"""`python -m classroom lab`: fetch the sentence pairs and open JupyterLab at lesson 00, with or without make."""
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course._paths import FolderError, atomic_path, cache_dir

ROOT = Path(__file__).resolve().parents[2]
LESSON = "notebooks/00_welcome.ipynb"


def main(arguments: Sequence[str] = (), root: Path = ROOT) -> int:
    """Prepare what JupyterLab needs and become it, so that whatever ends this process ends it.

    Returns only where it has not begun, and on Windows, where no process can become another one: JupyterLab then runs
    below this one, and the exit code is its own.

    Args:
        arguments: passed on to JupyterLab, such as `--no-browser` or `--port=8899`. One that ends in
            .ipynb is opened in the place of lesson 00.
        root: the copy of the repository whose notebooks are opened.

    Without the sentence pairs (offline, for instance) it says so and opens JupyterLab all the same.
    """
    if not (root / LESSON).exists():
        print(f"There is no {LESSON} in {root}. The lessons are opened from a copy of the repository: "
              "clone it, and install it with `pip install -e .`.", file=sys.stderr)
        return 1
    _fetch()
    _no_pop_ups(Path(sys.prefix))
    return _become(command(arguments, root), root, environment())


def command(arguments: Sequence[str], root: Path) -> list[str]:
    """How JupyterLab is started: by this Python, so that the notebooks run in it too."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    named = any(argument.endswith(".ipynb") for argument in arguments)
    start = [sys.executable, "-m", "jupyterlab", "--log-level=WARN", f"--ServerApp.root_dir={root}", *as_root,
             *arguments]   # the address to open is printed at any level
    return start if named else [*start, LESSON]


def environment() -> dict[str, str]:
    """The environment of JupyterLab: this Python's programs come first, as in an activated environment."""
    binaries = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join([binaries, os.environ.get("PATH", "")])}


def _become(command: Sequence[str], folder: Path, environment: dict[str, str]) -> int:
    if os.name == "posix":
        sys.stdout.flush()
        sys.stderr.flush()
        os.chdir(folder)
        os.execve(command[0], [*command], environment)
    try:
        return subprocess.run(command, cwd=folder, env=environment).returncode
    except KeyboardInterrupt:
        return 0


def _fetch() -> None:
    from course import data

    try:
        if not (cache_dir() / "spa.tsv").exists():
            print("Fetching the sentence pairs: 85 MB, once.", flush=True)
        data.fetch()
    except (data.DataError, FolderError) as error:
        print(f"{str(error)[:1].upper()}{str(error)[1:]}\n"
              "JupyterLab opens without them: lesson 09 needs them, the lessons before it do not.", file=sys.stderr)


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
