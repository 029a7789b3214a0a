"""The commands: `python -m classroom COMMAND`, or `build-a-transformer COMMAND`; without one, `lab`."""
import argparse
import importlib
from collections.abc import Sequence

from course._printing import plain_output

__all__ = ["COMMANDS", "main"]

# Each is the function `main` of a module, which reads its own arguments and returns an exit code.
COMMANDS = {
    "lab": ("classroom.app.lab", "fetch the sentence pairs and open JupyterLab at lesson 00"),
    "update": ("classroom.app.update", "bring newer lessons into your folder, and keep your answers"),
    "doctor": ("classroom.app.doctor", "look whether this computer is ready for the course"),
    "data": ("classroom.app.data", "fetch the sentence pairs, verify them and keep them in the cache"),
    "progress": ("classroom.app.progress", "show which exercises are solved"),
    "grade": ("classroom.app.grade", "grade a class's notebooks, or an exam: marks, feedback pages, tables"),
    "page": ("classroom.app.page", "a trained translator as one web page that works without network"),
    "exam": ("classroom.exam.command", "exams whose sheets differ from learner to learner: make them, mark them"),
    "site": ("classroom.site", "the solved lessons as pages that open without network"),
    "slides": ("classroom.lecture.slides", "a lesson as a deck of slides that needs no network"),
    "question-bank": ("classroom.lecture.bank", "choices and predictions for Moodle, Canvas and what reads QTI"),
    "editions": ("classroom.build.editions", "the learner's notebooks for Colab, which fetch the course themselves"),
    "build": ("classroom.build", "build the notebooks from their text twins"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. What a command needs is imported when it runs."""
    plain_output()
    parser = argparse.ArgumentParser(prog="build-a-transformer",
                                     description="Build a Transformer: the course's commands.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (_, purpose) in COMMANDS.items():
        commands.add_parser(name, help=purpose, add_help=False)
    options, rest = parser.parse_known_args(arguments)
    return importlib.import_module(COMMANDS[options.command or "lab"][0]).main(rest)
