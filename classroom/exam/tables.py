"""The tasks that there are, and what each of their switches says: a short list, and `docs/exam_switches.md`."""
from .families import FAMILIES

__all__ = ["switches", "tasks"]

_HEAD = """\
# The conventions of exam tasks

This page is made by `build-a-transformer exam tasks --switches > docs/exam_switches.md`. [Exams](exams.md) says what it
is for.

A task has switches. Each is one line of a sheet, and can be one of several sentences; all of them are sensible. The
first is the convention of the lessons. Every variant of a task turns the same number of switches away from it.
"""


def tasks() -> str:
    """A line for each task."""
    return "".join(f"{key:12}{family.title}: {len(family.variants)} variants, {family.turned} of "
                   f"{len(family.switches)} conventions other than in lesson {family.lesson:02d}; "
                   f"{family.points} points\n" for key, family in FAMILIES.items())


def switches() -> str:
    """Every task with its text, and for each switch the sentence of each option, as Markdown."""
    parts = [_HEAD]
    for key, family in FAMILIES.items():
        parts.append(f"\n## `{key}`: {family.title.lower()}\n\n{family.text}\n\n{len(family.variants)} variants, each "
                     f"with {family.turned} of {len(family.switches)} switches turned. Lesson {family.lesson:02d} "
                     "follows the first sentence of each.\n\n| Switch | Option | What the sheet says |\n"
                     "|---|---|---|\n")
        for switch in family.switches:
            parts += [f"| {switch.name.replace('_', ' ') if n == 0 else ''} | {option} | {sentence} |\n"
                      for n, (option, sentence) in enumerate(switch.options.items())]
    return "".join(parts)
