"""The tests on the lowest and the newest versions that pyproject.toml admits, each in an environment of its own.

    python tools/versions.py                         lowest and newest, this Python
    python tools/versions.py newest --python 3.13    one of them, another Python
    python tools/versions.py lowest --fix torch==2.13.0+cpu -- -f DIRECTORY
                                                     one package held, the rest goes to `uv pip install`

It needs uv, which finds or fetches the Python asked for. The environments are made in
build/versions/ and kept, so that a second run is quick.
"""
import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESOLUTION = {"lowest": "lowest-direct", "newest": "highest"}


def run(which: str, python: str, fixed: list[str], tests: list[str], options: list[str]) -> int:
    """Install into an environment of its own and run the tests there; the exit code of what failed, or 0."""
    folder = ROOT / "build" / "versions" / f"{which}-{python}"
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    overrides = folder.with_suffix(".txt")
    overrides.parent.mkdir(parents=True, exist_ok=True)
    overrides.write_text("\n".join(fixed) + "\n", encoding="utf-8")
    commands = [
        ["uv", "venv", "--quiet", "--allow-existing", "--python", python, str(folder)],
        ["uv", "pip", "install", "--python", str(folder), "--resolution", RESOLUTION[which],
         "--override", str(overrides), "--editable", ".[cluster,slides]", "--group", "test", *options],
        [str(binaries / "python"), "-W", "error:::course", "-m", "pytest", "-q", "-m", "not slow", *tests],
    ]
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["PATH"] = os.pathsep.join([str(binaries), os.environ["PATH"]])
    for command in commands:
        print("$", " ".join(command), flush=True)
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
        if code:
            return code
    return 0


def main() -> int:
    """Run what the command line asks for; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="?", choices=RESOLUTION, help="both if not given")
    parser.add_argument("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}")
    parser.add_argument("--fix", action="append", default=[], metavar="PACKAGE==VERSION", help="hold one package")
    parser.add_argument("--tests", action="append", default=[], metavar="ARGUMENT", help="an argument for pytest")
    arguments = sys.argv[1:]
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:cut])
    if not shutil.which("uv"):
        print("uv is not there: pip install uv", file=sys.stderr)
        return 1
    codes = {
        which: run(which, options.python, options.fix, options.tests, arguments[cut + 1 :])
        for which in ([options.which] if options.which else RESOLUTION)
    }
    for which, code in codes.items():
        print(f"{which} versions, Python {options.python}: {'passed' if code == 0 else f'failed ({code})'}")
    return 1 if any(codes.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
