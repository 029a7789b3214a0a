"""Renew the locks: exact versions of all packages, for every system. `make lock` calls it; it needs uv.

    python tools/lock.py               what pyproject.toml asks for now; versions change where they have to
    python tools/lock.py --upgrade     the newest versions that it admits

`requirements.lock` is what the course needs, `requirements-test.lock` what its tests need beyond that. uv's own file,
`uv.lock`, is not kept: it names one package index, and the address of every file there, while the course is installed
from whatever index a machine has, by pip as well as by uv. Both read these two files.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"requirements.lock": "what the course needs.",
         "requirements-test.lock": "what the tests need beyond requirements.lock."}
# A CPU build of torch has none of them, and the others name the versions they need themselves.
CUDA = re.compile(r"(cuda|nvidia|triton)\b")


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write both locks; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    options = parser.parse_args(arguments)
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        print("uv is not there: pip install uv", file=sys.stderr)
        return 1
    known = [] if options.upgrade else [line for name in LOCKS for line in pins(read(root / name))]
    try:
        everything = resolved(uv, root, known, ["--all-extras", "--group", "test"])
        course = resolved(uv, root, everything, [])         # the same versions: there is one environment
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    for name, lines in zip(LOCKS, (course, beyond(everything, course)), strict=True):
        temporary = root / f".{name}.part"
        temporary.write_text("\n".join([f"# Made by `make lock`: {LOCKS[name]}", *lines, ""]), encoding="utf-8")
        temporary.replace(root / name)
    return 0


def resolved(uv: str, root: Path, known: Iterable[str], options: Sequence[str]) -> list[str]:
    """The pins for what pyproject.toml names, in order; versions that are known are kept where they can be.

    Raises subprocess.CalledProcessError if no versions fit together, or the index does not answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "all.lock")
        lock.write_text("\n".join([*known, ""]), encoding="utf-8")   # uv prefers what the file holds already
        subprocess.run([uv, "pip", "compile", "--quiet", "--universal", "--fork-strategy", "fewest", "--python-version",
                        "3.11", "--no-annotate", "--no-header", *options, "--output-file", str(lock),
                        "pyproject.toml"], cwd=root, check=True, capture_output=True, text=True)
        return pins(read(lock))


def read(path: Path) -> str:
    """The text of a file, "" if there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def pins(lock: str) -> list[str]:
    """The lines of a lock that name a package, those of CUDA left out, in order."""
    return sorted(line for line in lock.splitlines() if re.match(r"[A-Za-z0-9]", line) and not CUDA.match(line))


def beyond(everything: Iterable[str], course: Iterable[str]) -> list[str]:
    """The pins of packages that the course itself does not need."""
    there = {line.split("==")[0] for line in course}
    return [line for line in everything if line.split("==")[0] not in there]


if __name__ == "__main__":
    raise SystemExit(main())
