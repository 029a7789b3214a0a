"""The tasks that there are, and what each of their switches says: a short list, and `docs/exam_switches.md`."""
from course._words import ENGLISH, language, later, say

from .families import FAMILIES

__all__ = ["switches", "tasks"]

_HEAD = later("""\
# The conventions of exam tasks

This page is made by `build-a-transformer exam tasks --switches > docs/exam_switches.md`. [Exams](exams.md) says what it
is for.

A task has switches. Each is one line of a sheet, and can be one of several sentences; all of them are sensible. The
first is the convention of the lessons. Every variant of a task turns the same number of switches away from it.
""")


def tasks() -> str:
    """A line for each task."""
    return "".join(f"{key:12}" + say(
        "{title}: {variants} variants, {turned} of {switches} conventions other than in lesson {lesson:02d}; {points} "
        "points", title=say(family.title), variants=len(family.variants), turned=family.turned,
        switches=len(family.switches), lesson=family.lesson, points=family.points) + "\n"
        for key, family in FAMILIES.items())


def switches() -> str:
    """Every task with its text, and for each switch the sentence of each option, as Markdown."""
    parts = [say(_HEAD)]
    for key, family in FAMILIES.items():
        title = say(family.title)
        heading = say("`{key}`: {title}", key=key, title=title.lower() if language() == ENGLISH else title)
        about = say("{variants} variants, each with {turned} of {switches} switches turned. Lesson {lesson:02d} "
                    "follows the first sentence of each.", variants=len(family.variants), turned=family.turned,
                    switches=len(family.switches), lesson=family.lesson)
        parts.append(f"\n## {heading}\n\n{say(family.text)}\n\n{about}\n\n"
                     f"{say('| Switch | Option | What the sheet says |')}\n|---|---|---|\n")
        for switch in family.switches:
            parts += [f"| {switch.name.replace('_', ' ') if n == 0 else ''} | {option} | {say(sentence)} |\n"
                      for n, (option, sentence) in enumerate(switch.options.items())]
    return "".join(parts)
