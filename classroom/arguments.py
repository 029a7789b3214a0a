"""The arguments of the commands: argparse, in the reader's language and with Chinese in columns."""
import argparse
from collections.abc import Callable, Iterable
from typing import Any

from classroom.judge.prose import filled
from course._printing import columns
from course._words import later, say

__all__ = ["Parser"]

# What argparse says of its own accord, in Python 3.11 to 3.14. Texts for programmers are not among them.
_OWN = [
    later("usage: "), later("options"), later("positional arguments"), later("%(heading)s:"),
    later("show this help message and exit"), later("%(prog)s: error: %(message)s\n"),
    later("argument %(argument_name)s: %(message)s"), later("unrecognized arguments: %s"),
    later("the following arguments are required: %s"), later("one of the arguments %s is required"),
    later("not allowed with argument %s"), later("ignored explicit argument %r"), later("expected one argument"),
    later("expected at most one argument"), later("expected at least one argument"), later("expected %s argument"),
    later("expected %s arguments"), later("ambiguous option: %(option)s could match %(matches)s"),
    later("unexpected option string: %s"), later("invalid %(type)s value: %(value)r"),
    later("invalid choice: %(value)r (choose from %(choices)s)"),
    later("invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)"),
]
_FILL = "\u200b"           # behind a character of two columns, so that argparse, which counts characters, counts right


def _either(one: str, many: str, n: int) -> str:
    return say(one if n == 1 else many)


vars(argparse).update(_=say, ngettext=_either)        # the names under which argparse has imported gettext's


class Parser(argparse.ArgumentParser):
    """As `argparse.ArgumentParser`. In English it says what that says, letter for letter."""

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **{"formatter_class": _Help, **named})


class _Help(argparse.HelpFormatter):
    """Lays out text that has characters of two columns, and no blanks between its words."""

    _headings: tuple[str, ...] = ()

    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action],
                  groups: Iterable[Any], prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, _counted(say("usage: ")) if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading)
        self._headings += (heading,) if heading else ()

    def format_help(self) -> str:
        text = super().format_help().replace(_FILL, "")
        for heading in self._headings:                       # since Python 3.13, argparse says this itself
            text = text.replace(f"\n{heading}:\n", "\n" + say("%(heading)s:") % {"heading": heading} + "\n")
        return text

    def _metavar_formatter(self, action: argparse.Action, default_metavar: str) -> Callable[[int], tuple[str, ...]]:
        made = super()._metavar_formatter(action, default_metavar)
        return lambda size: tuple(_counted(name) if name else name for name in made(size))

    def _split_lines(self, text: str, width: int) -> list[str]:
        if columns(text) == len(text):
            return super()._split_lines(text, width)
        return filled(" ".join(text.split()), width).splitlines()

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if columns(text) == len(text):
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))


def _counted(text: str) -> str:
    """As many characters as the text takes columns."""
    return "".join(character + _FILL * (columns(character) - 1) for character in text)
