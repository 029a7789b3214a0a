"""What learners and their files are called: names fit to be written, and such as read the same kept apart."""
import os
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from .archives import Budget

__all__ = ["NOTEBOOKS", "OTHERS", "clean", "stem", "tell_apart"]

NOTEBOOKS = (".ipynb", ".ipynb.txt")
OTHERS = (".json", ".py", ".pdf", ".html", ".htm", ".docx", ".doc", ".odt", ".txt", ".md", ".rar", ".7z", ".gz",
           ".tar", ".png", ".jpg", ".jpeg", ".heic")         # handed in instead of a notebook, the likeliest first


class Owner(Protocol):
    """One entry of the class's folder. `plain`: its name is spelt as it is read."""

    raw: str
    learner: str
    id: str | None
    plain: bool
    budget: Budget


def tell_apart(owners: Sequence[Owner]) -> None:
    """Nobody's work is laid to somebody else whose name reads the same.

    Canvas writes `anderskim` for two people of one name: their numbers tell them apart. Of other names that differ only
    in spaces, in case, in letters that look the same or in signs that cannot be seen, one keeps its name if it alone is
    written plainly; the others get theirs as it is spelt behind it, so that no roster matches them.
    """
    groups: dict[str, dict[str, list[Owner]]] = {}
    for owner in owners:
        owner.plain = owner.learner == clean(owner.learner) == _shown(owner.learner)
        owner.learner = clean(owner.learner)
        who = f"number {owner.id}" if owner.id else owner.raw
        groups.setdefault(_key(owner.learner), {}).setdefault(who, []).append(owner)
    for group in groups.values():
        if len(group) == 1:
            continue
        numbered = [who for who, mine in group.items() if mine[0].id]
        exact = numbered or [who for who, mine in group.items() if mine[0].plain]
        for who, mine in group.items():
            for owner in mine:
                if owner.id and len(numbered) > 1:
                    owner.learner = f"{owner.learner} ({owner.id})"
                elif not owner.id and exact != [who]:
                    written = owner.raw.encode("unicode_escape", "surrogatepass").decode("ascii")[:80]
                    others = ", ".join(repr(other)[:80] for other in list(group)[:4] if other != who)
                    owner.budget.refuse(f"The name {written!r} reads like {others}: it was not matched to anybody.")
                    owner.raw = owner.learner = f"{owner.learner} [{written}]"


def _key(name: str) -> str:
    """What two names have in common that can be taken for each other."""
    return " ".join(_shown(name).casefold().split())


def _shown(name: str) -> str:
    """Without what cannot be seen, and each letter as the common one that looks like it."""
    return "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")


def stem(name: str) -> str:
    """A file's name without its ending."""
    for ending in (*reversed(NOTEBOOKS), *OTHERS):
        if name.lower().endswith(ending):
            return name[:-len(ending)]
    return name


def clean(name: str) -> str:
    """Fit to be written to a file: no lone surrogates, no control characters, one form for each letter."""
    name = unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace") if _surrogates(name) else name)
    turned = "\u202a\u202b\u202d\u202e"              # these would show a name in another order
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cs") or c in turned else c
                   for c in name).strip() or "unnamed"


def _surrogates(name: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in name)
