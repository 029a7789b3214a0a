"""Everything that a learner waits for, in seconds: the median of some tries, and the shortest and longest of them.

    python benchmarks/waiting.py                             # a table; all lessons, three times each: an hour or so
    python benchmarks/waiting.py --lessons 00,01 --repeat 1  # these lessons only; `--lessons none` leaves them out
    python benchmarks/waiting.py --json                      # one line of JSON

Everything is set up: packages, sentence pairs, and what is in the cache of trained models. Measured are

lab        `python -m classroom lab --no-browser`, until the page of lesson 00 is answered; `make lab`, the same by make
doctor     `python -m classroom doctor`
imports    `import torch`, and `from classroom import check`, each in a new Python, whose own start is not counted
kernel     until a new one answers; then in it, cell by cell, `import torch` and the first and the second check, of
           exercise 2.1, with a right answer
lessons    the solved notebooks, run in a temporary folder with a record of their own. Of each lesson the longest cell
           that does not train, and apart from it the cells that do: those that call `train(` with `checkpoint=`, or
           take more than 60 seconds. A model that is in the cache already is loaded and not trained.

A cell's time is what the kernel says: from "busy" to "idle".
"""
import argparse
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from cells import lesson, run, seconds_of, summary
from nbformat.v4 import new_code_cell, new_notebook

from course import _system

ROOT = Path(__file__).resolve().parents[1]
PAGE = "lab/tree/notebooks/00_welcome.ipynb"
ANSWER = '''import math
from classroom import check

def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return scores.softmax(-1) @ v, scores.softmax(-1)
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1).masked_fill(~mask, 0.0)
    return weights @ v, weights'''
CELLS = [("kernel, import torch", "import torch"), ("", ANSWER), ("kernel, the first check", 'check("2.1", attention)'),
         ("kernel, the second check", 'check("2.1", attention)')]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lessons", default="all", help="00,01 for some, `none` for none (default: all)")
    parser.add_argument("--repeat", type=int, default=3, help="tries (default: 3)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    paths = chosen(options.lessons)
    with tempfile.TemporaryDirectory(prefix="course-waiting-", ignore_cleanup_errors=True) as folder:
        result = {"waits": waits(options.repeat, Path(folder)), "lessons": {}}
        for path in paths:
            print(path.stem, file=sys.stderr)
            result["lessons"][path.stem[:2]] = lesson(path, options.repeat, Path(folder))
    result |= {"repeat": options.repeat, "cores": os.cpu_count()}
    print(json.dumps(result) if options.json else table(result))


def chosen(lessons: str) -> list[Path]:
    """The solved notebooks of the lessons that are named."""
    paths = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))
    if lessons in ("all", "none"):
        return paths if lessons == "all" else []
    if unknown := set(lessons.split(",")) - {path.stem[:2] for path in paths}:
        raise SystemExit(f"no such lesson: {', '.join(sorted(unknown))}")
    return [path for path in paths if path.stem[:2] in lessons.split(",")]


def waits(repeat: int, folder: Path) -> dict[str, dict | str]:
    """All but the lessons: a summary of each, or why there is none."""
    def tries(measure: Callable[..., float], *arguments: object) -> dict[str, float]:
        return summary([measure(*arguments) for _ in range(repeat)])

    command = [sys.executable, "-m", "classroom"]
    found: dict[str, dict | str] = {"classroom lab": tries(opening, [*command, "lab"], folder)}
    found["make lab"] = tries(opening, ["make", "lab"], folder) if made() else \
        "not measured: make is not there, or would install something first (run `make lab` once)"
    found["doctor"] = tries(running, [*command, "doctor"])
    found |= {line: tries(importing, line) for line in ("import torch", "from classroom import check")}
    kernels = [kernel(folder) for _ in range(repeat)]
    return found | {name: summary([times[name] for times in kernels]) for name in kernels[0]}


def made() -> bool:
    """Whether `make lab` would open JupyterLab at once."""
    return shutil.which("make") is not None and not subprocess.run(
        ["make", "--question", ".venv/.requirements"], cwd=ROOT, capture_output=True).returncode


def opening(command: Sequence[str], folder: Path) -> float:
    """Seconds until JupyterLab answers with the page of lesson 00; then it is ended, and all that it has started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    flags = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    arguments = [*command, f"ARGS={' '.join(flags)}"] if command[0] == "make" else [*command, *flags]
    address = f"http://127.0.0.1:{port}/{PAGE}?token={token}"
    environment = os.environ | {"JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    started = time.perf_counter()
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=60) as answer:
                answer.read()
                return time.perf_counter() - started
            time.sleep(0.02)
        raise SystemExit(f"{' '.join(command)} ended before it answered, with the code {process.returncode}")
    finally:
        with contextlib.suppress(OSError):
            _system.end_group(process.pid)
        process.wait()


def running(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def importing(line: str) -> float:
    """Seconds that a line takes in a new Python."""
    code = f"import time; start = time.perf_counter(); {line}; print(time.perf_counter() - start)"
    return float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                                check=True).stdout)


def kernel(folder: Path) -> dict[str, float]:
    """Seconds until a new kernel answers, and those of the cells that are named above."""
    notebook = new_notebook(cells=[new_code_cell(source) for _, source in CELLS])
    ready = run(notebook, folder)
    named = zip(CELLS, notebook.cells, strict=True)
    return {"kernel, until it answers": ready, **{name: seconds_of(cell) for (name, _), cell in named if name}}


def table(result: dict) -> str:
    """The same to be read."""
    rows = list(result["waits"].items())
    for number, found in result["lessons"].items():
        of_lesson = {"cell": "", "training": {}} if isinstance(found, str) else found
        rows.append((f"lesson {number}  {of_lesson['cell']}", found))
        rows += [(f"   trains  {id}", times) for id, times in of_lesson["training"].items()]
    width = max(len(name) for name, _ in rows)
    lines = [f"{'':{width}} {'median':>8} {'from':>8} {'to':>8}   seconds"]
    lines += [f"{name:{width}} {row}" if isinstance(row, str) else
              f"{name:{width}} {row['median']:8.2f} {row['from']:8.2f} {row['to']:8.2f}" for name, row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
