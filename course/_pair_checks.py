"""What is wrong, or doubtful, about sentence pairs: said by line, and counted."""
import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from course._words import later, say

__all__ = ["cleaned", "doubts", "empty"]

# Zero-width blanks and marks of byte order. The joiners U+200C and U+200D are letters' business in many scripts.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CERTAIN = 5.0           # nats by which a sentence has to look more like the other side's language


def cleaned(sentence: str) -> str:
    """The sentence without invisible characters, and with plain blanks: one for each run of white space."""
    return " ".join(_INVISIBLE.sub("", sentence).split())


def empty(sentence: str) -> bool:
    """Whether there is nothing to be seen in it."""
    return not any(unicodedata.category(c)[0] in "LNPSM" for c in sentence)


def doubts(pairs: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Pairs that are probably not what they should be: their number, and why."""
    found = _scripts(pairs) | _swapped(pairs)
    return found | {n: say("both sides are equal") for n, (source, target) in enumerate(pairs) if source == target}


def script(sentence: str) -> str:
    """The script of most of its letters: "Latin", "Devanagari", "Chinese or Japanese"; "" without letters."""
    letters = Counter(_script(c) for c in sentence if c.isalpha())
    return letters.most_common(1)[0][0] if letters else ""


@functools.cache
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?").split(" ")[0].split("-")[0]
    return later("Chinese or Japanese") if name in ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC") else \
        later("Latin") if name == "LATIN" else name.title()


def _usual(scripts: Iterable[str]) -> str:
    """The script of nine sentences in ten, or ""."""
    counts = Counter(s for s in scripts if s)
    (name, most), = counts.most_common(1) or [("", 0)]
    return name if most >= 0.9 * sum(counts.values()) else ""


def _scripts(pairs: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Where one side is written in the other's script."""
    sides = [[script(pair[side]) for pair in pairs] for side in (0, 1)]
    usual = [_usual(side) for side in sides]
    if "" in usual or usual[0] == usual[1]:
        return {}
    said = {}
    for n, (source, target) in enumerate(zip(*sides, strict=True)):
        if (source, target) == (usual[1], usual[0]):
            said[n] = say("source and target are exchanged, by their scripts")
        elif target and target == usual[0]:
            said[n] = say("the target is in {usual} letters, as the sources are", usual=say(usual[0]))
        elif source and source == usual[1]:
            said[n] = say("the source is in {usual} letters, as the targets are", usual=say(usual[1]))
    return said


def _swapped(pairs: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Where each side's words are far likelier on the other side, by how often they stand on either elsewhere."""
    words = [(source.casefold().split(), target.casefold().split()) for source, target in pairs]
    if len(pairs) < 200:
        return {}
    counts = [Counter(word for pair in words for word in pair[side]) for side in (0, 1)]
    totals = [sum(count.values()) + len(count) for count in counts]

    def lean(sentence: list[str], side: int) -> float:
        """How much likelier the other side is than its own, where its own words are not counted."""
        own = Counter(sentence)
        return sum(math.log((counts[1 - side][w] + 1) / totals[1 - side]) -
                   math.log((counts[side][w] - own[w] + 1) / totals[side]) for w in sentence)

    return {n: say("source and target are exchanged, by their words") for n, (source, target) in enumerate(words)
            if lean(source, 0) > _CERTAIN and lean(target, 1) > _CERTAIN}
