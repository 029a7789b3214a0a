"""Which of the computer's fonts have the characters that the course's own two lack."""
import contextlib
import dataclasses
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from matplotlib.font_manager import FontEntry, findSystemFonts, fontManager, weight_dict
from matplotlib.ft2font import FT2Font

__all__ = ["OWN", "SCRIPTS", "Script", "families", "look_again", "missing"]

OWN = ("DejaVu Sans", "Course CJK")       # the first comes with matplotlib; the second has what the course's pages need


class Script(NamedTuple):
    """A word to try, and the names of fonts that have such letters, the freely available one first."""

    word: str
    fonts: tuple[str, ...]


SCRIPTS = {
    "Chinese": Script("这們個", ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Heiti TC",
                              "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "SimSun", "WenQuanYi Micro Hei",
                              "WenQuanYi Zen Hei")),
    "Japanese": Script("ねこ語", ("Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo",
                               "IPAexGothic", "TakaoPGothic")),
    "Korean": Script("고양이", ("Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic",
                              "NanumGothic")),
    "Hindi": Script("बिल्ली", ("Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI", "Lohit Devanagari")),
    "Bengali": Script("বিড়াল", ("Noto Sans Bengali", "Bangla Sangam MN", "Nirmala UI", "Lohit Bengali")),
    "Tamil": Script("பூனை", ("Noto Sans Tamil", "Tamil Sangam MN", "Nirmala UI", "Lohit Tamil")),
    "Thai": Script("แมว", ("Noto Sans Thai", "Thonburi", "Leelawadee UI", "Loma", "Waree")),
    "Arabic": Script("قطة", ("DejaVu Sans", "Noto Sans Arabic", "Geeza Pro", "Segoe UI")),
    "Hebrew": Script("חתול", ("DejaVu Sans", "Noto Sans Hebrew", "Arial Hebrew", "Segoe UI")),
    "Amharic": Script("ድመት", ("Noto Sans Ethiopic", "Kefa", "Ebrima", "Abyssinica SIL")),
}


def families() -> list[str]:
    """What figures are drawn with: the course's own fonts, and after them those of this computer, script by script."""
    there = {font.name for font in _there()}
    more = (name for script in SCRIPTS.values() for name in script.fonts if name in there)
    names = list(dict.fromkeys([*OWN, *more]))
    for name in names[len(OWN):]:
        styles = [font for font in _there() if font.name == name]
        if not any(weight_dict.get(str(font.weight), font.weight) in range(600, 1001) for font in styles):
            fontManager.ttflist.append(dataclasses.replace(styles[0], weight=700))    # it stands in for its bold
    return names


def missing(text: str, names: Iterable[str] | None = None) -> str:
    """The characters of a text that none of these fonts has (by default: those of `families`), each once."""
    wanted = set(families() if names is None else names)
    lacking = {ord(character) for character in text if not character.isspace()}
    for path in {font.fname for font in _there() if font.name in wanted}:
        if not lacking:
            break
        lacking -= set(FT2Font(path).get_charmap())
    return "".join(dict.fromkeys(character for character in text if ord(character) in lacking))


@functools.cache
def look_again() -> tuple[str, ...]:
    """Add the fonts that were installed after matplotlib made its list, which it keeps for long; return their names."""
    known = {font.fname for font in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            with contextlib.suppress(Exception):           # not every file there is a font that can be read
                fontManager.addfont(path)
    return tuple(font.name for font in fontManager.ttflist if font.fname not in known)


def _there() -> list[FontEntry]:
    """The fonts that matplotlib knows, without those whose file is gone: it keeps its list from earlier days."""
    return [font for font in fontManager.ttflist if Path(font.fname).exists()]
