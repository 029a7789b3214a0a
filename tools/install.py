"""Make the course's environment: `.venv`, with the packages in the versions of the lock. `make` calls it.

    python tools/install.py                  what a learner needs
    python tools/install.py --tests          the tools that the tests use as well
    python tools/install.py --torch cpu      PyTorch's CPU build, which is small; `cuda`: for NVIDIA's graphics cards
    python tools/install.py -- OPTIONS       options for pip

It needs Python 3.11 and nothing else. Where uv is installed, it does the work; where it is not, or where pip has been
told where packages come from, pip does. Its words go to `.venv/pip.log`; here one line says how far it is.
"""
from __future__ import annotations  # so that an old Python gets as far as to be told that it is old

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK, TESTS = "requirements.lock", "requirements-test.lock"
PIP = ["-m", "pip", "--disable-pip-version-check", "--retries", "2", "--timeout", "20"]
_NAMED = r"(?:Collecting|Processing|Requirement already satisfied:) (\S+).* \(from -r (\S+ .*)\)"
_TOLD = r"(?m)^\S+\.(index-url|extra-index-url|find.links|no-index)="       # in what `pip config list` prints
_CPU = r"(?i)(\+|%2B)cpu"                                                   # in the name of a CPU build
SMALL, CPU, LARGE = "0.1 GB", "0.2 GB", "2.7 GB"                            # what is fetched for PyTorch


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Install what the command line asks for; 0 if everything is there, else 1, with what to do on stderr."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, default=Path(".venv"))
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    parser.add_argument("--torch", choices=("auto", "cpu", "cuda"), default="auto",
                        help="the build of PyTorch on Linux; auto: for a graphics card if there is one")
    options = parser.parse_args(arguments[:cut])
    if sys.version_info < (3, 11):   # noqa: UP036 - the check that says so
        print("Python 3.11 or newer is needed; this is {}.{}. Name one: make PYTHON=python3.12 lab"
              .format(*sys.version_info), file=sys.stderr)
        return 1
    if not environment(root / options.venv):
        print("The environment could not be made. Debian and Ubuntu: apt install python3-venv", file=sys.stderr)
        return 1
    names = [LOCK, TESTS] if options.tests else [LOCK]
    total = sum(len(pinned((root / name).read_text(encoding="utf-8"))) for name in names)
    path = root / options.venv / "pip.log"
    with path.open("w", encoding="utf-8") as log:
        installer = Installer(root, root / options.venv, arguments[cut + 1:], log)
        done = installer.pytorch(version_of("torch", (root / LOCK).read_text(encoding="utf-8")), options.torch)
        if done:
            print(f"Installing {'the packages of course and tests' if options.tests else 'the packages of the course'} "
                  f"into {options.venv} with {'uv' if installer.uv else 'pip'}: once, some minutes.", flush=True)
            done = installer.install([part for name in names for part in ("-r", name)], total) and installer.pip(
                ["install", "--no-deps", "--no-build-isolation", "--editable", "."])
    if not done:
        print(explain(path.read_text(encoding="utf-8"), path), file=sys.stderr)
        return 1
    for name in names:
        (root / options.venv / f".{Path(name).stem}").touch()
    return 0


def environment(folder: Path) -> bool:
    """See that the environment is there, with pip in it; by uv where Python's own `venv` is not complete."""
    if program(folder, "python").exists():
        return True
    making = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True)
    uv = shutil.which("uv")
    if making.returncode and uv:
        making = subprocess.run([uv, "venv", "--quiet", "--seed", "--clear", "--python", sys.executable, str(folder)])
    return making.returncode == 0


def program(folder: Path, name: str) -> Path:
    """Where a program of a virtual environment is."""
    return folder / "Scripts" / f"{name}.exe" if os.name == "nt" else folder / "bin" / name


def pinned(lock: str) -> list[str]:
    """The pins of a lock that this platform could install; those for other platforms are counted out roughly."""
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    other = {"win32", "darwin", "linux", "emscripten"} - {sys.platform}
    return [line for line in lines if not any(f"sys_platform == '{name}'" in line for name in other)]


def version_of(package: str, lock: str) -> str:
    """The version that a lock names for a package, "" if it does not."""
    found = re.search(rf"(?m)^{re.escape(package)}==([^\s;]+)", lock)
    return found[1] if found else ""


def graphics_card() -> bool:
    """Whether the driver of a graphics card by NVIDIA is there, the only kind that the usual build on Linux uses."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def start(command: Sequence[str | Path], **options) -> subprocess.Popen:
    """Start a program; tests put others in its place."""
    return subprocess.Popen([str(part) for part in command], **options)


class Installer:
    """Brings packages into one environment: uv does it where it is there, pip elsewhere. What they say is logged.

    Args:
        root: folder with the locks and the course.
        folder: of the environment.
        options: for pip. Where there are some, or pip's settings name an index or a folder, pip does the work: it
            knows where packages come from on this machine, and uv does not.
        log: a text file, open for writing.
    """

    def __init__(self, root: Path, folder: Path, options: Sequence[str], log):
        self.root, self.folder, self.options, self.log = root, folder, list(options), log
        self.python = program(folder, "python")
        told = bool(options) or re.search(_TOLD, self.said([self.python, *PIP, "config", "list"])[1]) is not None
        self.uv = None if told else shutil.which("uv")

    def install(self, wanted: Sequence[str], total: int = 0) -> bool:
        """Install what requirements name; whether it worked. Of `total` packages it is said how many there are."""
        if not self.uv:
            return self.pip(["install", *self.options, *wanted], total)
        return self.by_uv(self.uv, wanted)

    def by_uv(self, uv: str | Path, wanted: Sequence[str]) -> bool:
        """`uv pip install`. On a terminal uv shows its own progress there."""
        command = [uv, "pip", "install", "--python", self.python, *wanted]
        if sys.stdout.isatty():
            return start(command, cwd=self.root).wait() == 0
        return self.said(command)[0] == 0

    def pip(self, arguments: Sequence[str], total: int = 0) -> bool:
        """Run pip; its words go to the log, and how far it is to the screen."""
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PIP_PROGRESS_BAR": "off", "PYTHONIOENCODING": "utf-8"}
        show = Progress(total)
        with start([self.python, *PIP, *arguments], cwd=self.root, env=environment, text=True, encoding="utf-8",
                   errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            for line in process.stdout:
                self.log.write(line)
                show.heard(line)
        show.end()
        self.log.flush()
        return process.returncode == 0

    def said(self, command: Sequence[str | Path], **environment: str) -> tuple[int, str]:
        """The exit code of a program and what it said, which is logged."""
        with start(command, cwd=self.root, env=os.environ | environment, text=True, encoding="utf-8",
                   errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            text = process.stdout.read()
        self.log.write(text)
        self.log.flush()
        return process.returncode, text

    def pytorch(self, version: str, wanted: str) -> bool:
        """Say which build of PyTorch it will be and how large it is; fetch it if it comes from elsewhere than the rest.

        On Linux the usual index has the CUDA build alone. The CPU build is at an index of PyTorch's own, whose address
        uv knows; where pip does the work, uv is fetched for this. Where that index does not answer, the usual build is
        taken. On macOS and Windows the usual build is small, and nothing is chosen.

        Args:
            version: that of the lock.
            wanted: "cpu", "cuda", or "auto": cuda if this computer has such a card.

        Returns:
            False if the fetching has failed.
        """
        if sys.platform != "linux":
            say(f"PyTorch {version} for this system: {SMALL}.")
            return True
        if wanted == "auto":
            wanted = "cuda" if graphics_card() else "cpu"
        there = self.there("torch")
        if wanted == "cuda":
            if "+cpu" in there:
                self.pip(["uninstall", "--yes", "torch"])
            say(f"PyTorch {version} with CUDA, for NVIDIA's graphics cards: {LARGE}. (TORCH=cpu: without, {CPU}.)")
            return True
        if there == f"{version}+cpu":
            say(f"PyTorch {there} is there: the CPU build.")
            return True
        file = self.chosen(f"torch=={version}")
        if not file:
            return True                                     # what is wrong is said when all packages are installed
        if re.search(_CPU, file):
            say(f"PyTorch {version}, the CPU build: {CPU}.")
            return True
        uv = self.uv or self.fetched_uv()
        build = ["--torch-backend=cpu", "--no-deps", "--reinstall-package", "torch", f"torch=={version}"]
        if not uv or self.said([uv, "pip", "install", "--python", self.python, "--dry-run", *build],
                               UV_HTTP_TIMEOUT="10", UV_HTTP_RETRIES="1")[0]:
            say(f"PyTorch {version} with CUDA: {LARGE}. The CPU build, {CPU}, is at PyTorch's own index, which does "
                "not answer here.")
            return True
        say(f"PyTorch {version}, the CPU build: {CPU}. (TORCH=cuda: for NVIDIA's graphics cards, {LARGE}.)")
        return self.by_uv(uv, build)

    def chosen(self, wanted: str) -> str:
        """What would be fetched for a requirement: the file or the version, "" if nothing is found."""
        if self.uv:
            code, text = self.said([self.uv, "pip", "install", "--python", self.python, "--dry-run", "--no-deps",
                                    "--reinstall", wanted])
            return "" if code else text
        command = [self.python, *PIP, "install", "--dry-run", "--no-deps", "--ignore-installed", *self.options, wanted]
        with start(command, cwd=self.root, text=True, encoding="utf-8", errors="replace", stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT) as process:
            for line in process.stdout:
                self.log.write(line)
                if found := re.match(r" *(?:Processing|Downloading|Using cached) (\S+\.whl)", line):
                    process.kill()                          # pip would fetch it, although it is not to install it
                    return found[1]
        return ""

    def there(self, package: str) -> str:
        """The version of a package in the environment, "" if it is not there."""
        for pattern in ("lib/python*/site-packages", "Lib/site-packages"):
            for found in self.folder.glob(f"{pattern}/{package}-*.dist-info"):
                return found.name.removesuffix(".dist-info").partition("-")[2]
        return ""

    def fetched_uv(self) -> Path | None:
        """uv, from the usual index into the environment; None where it is not to be had."""
        if not self.pip(["install", *self.options, "uv"]):
            return None
        return program(self.folder, "uv")


def say(text: str) -> None:
    """A line on the screen, now."""
    print(text, flush=True)


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
                say(f"  {self.doing}")
        if not self.screen and self.total and 4 * len(self.seen) // self.total > self.quarter:
            self.quarter = 4 * len(self.seen) // self.total
            say(f"  {len(self.seen)} of about {self.total} packages")

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
    """What to tell a person when the installation failed, from what was logged."""
    if re.search("connection broken|[Tt]emporary failure in name resolution|dns error|error sending request|"
                 "[Nn]etwork is unreachable", log):
        return ("The course's packages could not be fetched: the package index does not answer.\n"
                "Connect this computer to the internet and run the same command again.")
    if "No space left on device" in log:
        return "The disk is full: the course's packages need about 2 GB. Make room and run the same command again."
    errors: Iterable[str] = [line for line in log.splitlines() if re.match("(ERROR|error)\\b", line)]
    return "\n".join([f"The course's packages could not be installed ({path} has more):", *list(errors)[-2:]])


if __name__ == "__main__":
    raise SystemExit(main())
