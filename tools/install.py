"""Make the course's environment: `.venv`, with the packages in the versions of the lock. `make` calls it.

    python tools/install.py                  what a learner needs
    python tools/install.py --tests          the tools that the tests use as well
    python tools/install.py -- OPTIONS       options for pip, for instance to choose a CPU build of PyTorch

It needs Python 3.11 and nothing else. Pip's own words go to `.venv/pip.log`; here one line says how far it is.
"""
from __future__ import annotations  # so that an old Python gets as far as to be told that it is old

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK, TESTS = "requirements.lock", "requirements-test.lock"
_NAMED = r"(?:Collecting|Processing|Requirement already satisfied:) (\S+).* \(from -r (\S+ .*)\)"
PIP = ["-m", "pip", "--disable-pip-version-check", "--retries", "2", "--timeout", "20", "install"]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Install what the command line asks for; 0 if everything is there, else 1, with what to do on stderr."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, default=Path(".venv"))
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    options = parser.parse_args(arguments[:cut])
    if sys.version_info < (3, 11):   # noqa: UP036 - the check that says so
        print("Python 3.11 or newer is needed; this is {}.{}. Name one: make PYTHON=python3.12 lab"
              .format(*sys.version_info), file=sys.stderr)
        return 1
    python = root / options.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Making {options.venv}, the course's own environment.", flush=True)
        if subprocess.run([sys.executable, "-m", "venv", str(root / options.venv)]).returncode:
            print("It could not be made. Debian and Ubuntu: apt install python3-venv", file=sys.stderr)
            return 1
    names = [LOCK, TESTS] if options.tests else [LOCK]
    total = sum(len(pinned((root / name).read_text(encoding="utf-8"))) for name in names)
    print(f"Installing {'the packages of course and tests' if options.tests else 'the packages of the course'} "
          f"into {options.venv}: once, some minutes.", flush=True)
    log = root / options.venv / "pip.log"
    chosen = [part for name in names for part in ("-r", name)]
    own = ["--no-deps", "--no-build-isolation", "--editable", "."]
    with log.open("w", encoding="utf-8") as file:
        for wanted in ([*arguments[cut + 1:], *chosen], own):
            if pip(python, wanted, root, file, total if wanted is not own else 0):
                file.flush()
                print(explain(log.read_text(encoding="utf-8"), log), file=sys.stderr)
                return 1
    for name in names:
        (root / options.venv / f".{Path(name).stem}").touch()
    return 0


def pinned(lock: str) -> list[str]:
    """The pins of a lock that this platform could install; those for other platforms are counted out roughly."""
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    other = {"win32", "darwin", "linux", "emscripten"} - {sys.platform}
    return [line for line in lines if not any(f"sys_platform == '{name}'" in line for name in other)]


def pip(python: Path, wanted: Sequence[str], root: Path, log, total: int) -> int:
    """Run `pip install`; its words go to the log, and how far it is to the screen. Returns its exit code."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PIP_PROGRESS_BAR": "off", "PYTHONIOENCODING": "utf-8"}
    show = Progress(total)
    with subprocess.Popen([str(python), *PIP, *wanted], cwd=root, env=environment, text=True, encoding="utf-8",
                          errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            log.write(line)
            show.heard(line)
    show.end()
    return process.returncode


class Progress:
    """How far pip is: on a terminal one line that is renewed each second, elsewhere a line for each quarter."""

    def __init__(self, total: int):
        self.total, self.seen, self.doing = total, set(), "asking the package index"
        self.began, self.quarter, self.screen = time.monotonic(), 0, sys.stdout.isatty()
        self.ended = threading.Event()
        self.ticks = threading.Thread(target=self._tick, daemon=True)
        if self.screen and total:
            self.ticks.start()

    def heard(self, line: str) -> None:
        """Take one line of pip's output into account."""
        if found := re.match(_NAMED, line):
            self.seen.add(found[2])                     # a line of a lock
            self.doing = Path(found[1]).name.split("-")[0]
        elif found := re.match(r" +Downloading (?:\S*/)?([\w.]+)-\S+ \((.+)\)", line):
            self.doing = f"downloading {found[1]}, {found[2]}"
        elif found := re.match(r"Installing collected packages: (.*)", line):
            self.doing = f"unpacking {found[1].count(',') + 1} packages"
            if not self.screen and self.total:
                print(f"  {self.doing}", flush=True)
        if not self.screen and self.total and 4 * len(self.seen) // self.total > self.quarter:
            self.quarter = 4 * len(self.seen) // self.total
            print(f"  {len(self.seen)} of about {self.total} packages", flush=True)

    def end(self) -> None:
        """Leave the line as it is and go to the next."""
        self.ended.set()
        if self.ticks.is_alive():
            self.ticks.join()
            print("\r" + 100 * " " + "\r", end="", flush=True)

    def _tick(self) -> None:
        while not self.ended.wait(1):
            minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
            text = f"  {len(self.seen)} of about {self.total} packages, {minutes}:{seconds:02d}, {self.doing}"
            print(f"\r{text[:99]:99}", end="", flush=True)


def explain(log: str, path: Path) -> str:
    """What to tell a person when pip failed, from what it wrote."""
    if "connection broken" in log or "Temporary failure in name resolution" in log:
        return ("The course's packages could not be fetched: the package index does not answer.\n"
                "Connect this computer to the internet and run the same command again.")
    if "No space left on device" in log:
        return "The disk is full: the course's packages need about 2 GB. Make room and run the same command again."
    errors: Iterable[str] = [line for line in log.splitlines() if line.startswith("ERROR")]
    return "\n".join([f"The course's packages could not be installed ({path} has more):", *list(errors)[-2:]])


if __name__ == "__main__":
    raise SystemExit(main())
