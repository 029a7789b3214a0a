"""The commands: `python -m classroom COMMAND`, or `build-a-transformer COMMAND`; without one, `lab`."""
import importlib
from collections.abc import Sequence

from classroom.arguments import Parser
from course._printing import plain_output
from course._words import later, say

__all__ = ["COMMANDS", "main"]

# Each is the function `main` of a module, which reads its own arguments and returns an exit code.
COMMANDS = {
    "lab": ("classroom.app.lab", later("fetch the sentence pairs and open JupyterLab at lesson 00")),
    "update": ("classroom.app.update", later("bring newer lessons into your folder, and keep your answers")),
    "doctor": ("classroom.app.doctor", later("look whether this computer is ready for the course")),
    "data": ("classroom.app.data", later("fetch the sentence pairs, verify them and keep them in the cache")),
    "progress": ("classroom.app.progress", later("show which exercises are solved")),
    "grade": ("classroom.app.grade", later("grade a class's notebooks, or an exam: marks, feedback pages, tables")),
    "page": ("classroom.app.page", later("a trained translator as one web page that works without network")),
    "exam": ("classroom.exam.command", later(
        "exams whose sheets differ from learner to learner: make them, mark them")),
    "site": ("classroom.site", later("the solved lessons as pages that open without network")),
    "slides": ("classroom.lecture.slides", later("a lesson as a deck of slides that needs no network")),
    "question-bank": ("classroom.lecture.bank", later("choices and predictions for Moodle, Canvas and what reads QTI")),
    "editions": ("classroom.build.editions", later(
        "the learner's notebooks for Colab, which fetch the course themselves")),
    "build": ("classroom.build", later("build the notebooks from their text twins")),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. What a command needs is imported when it runs."""
    plain_output()
    parser = Parser(prog="build-a-transformer", description=say("Build a Transformer: the course's commands."))
    commands = parser.add_subparsers(dest="command", metavar=say("COMMAND"))
    for name, (_, purpose) in COMMANDS.items():
        commands.add_parser(name, help=say(purpose), add_help=False)
    options, rest = parser.parse_known_args(arguments)
    return importlib.import_module(COMMANDS[options.command or "lab"][0]).main(rest)
