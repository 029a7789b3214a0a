"""Gradescope's *Export submissions*: folders `submission_123`, and in `submission_metadata.yml` whose they are.

The file is read line by line, for a few keys. It is no general reader of YAML: it makes no objects, follows no
references, and skips what it does not know.
"""
import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import due
from .safe import line

_NAME = "submission_metadata.yml"
_LONGEST = 4096                # characters of a line that could matter; results hold much longer ones
_KEY = re.compile(r"( *)(- +)?:?(\w+):(?:\s+(.*))?$")


@dataclass(frozen=True)
class Submitter:
    """Somebody who handed in: a group's submission has several."""

    name: str = ""
    sid: str = ""
    email: str = ""

    @property
    def keys(self) -> list[str]:
        """What to look for in a class's list, the surest first."""
        return [key for key in (self.email, self.sid, self.name) if key]


@dataclass(frozen=True)
class Export:
    """Who handed in what and when, by the name of the submission's folder."""

    submitters: dict[str, list[Submitter]]
    times: dict[str, datetime]


def find(path: Path) -> Export | None:
    """Of a folder or zip of submissions; None if it is no export of Gradescope's."""
    if path.is_dir():
        for file in (path / _NAME, *sorted(path.glob(f"*/{_NAME}"))[:1]):
            if file.is_file() and not file.is_symlink():
                with file.open(encoding="utf-8-sig", errors="replace") as lines:
                    return parse(lines)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.filename.count("/") <= 1 and member.filename.rpartition("/")[2] == _NAME:
                    with archive.open(member) as content:
                        return parse(io.TextIOWrapper(content, "utf-8-sig", "replace"))
    return None


def parse(lines: Iterable[str]) -> Export:
    """The submitters and times in the text of `submission_metadata.yml`."""
    submitters: dict[str, list[Submitter]] = {}
    times: dict[str, datetime] = {}
    folder, section, inner = "", "", 0
    person: dict[str, str] = {}

    def done() -> None:
        if person:
            submitters.setdefault(folder, []).append(Submitter(**person))
            person.clear()

    for text in lines:
        match = _KEY.match(text.rstrip("\r\n")) if len(text) <= _LONGEST else None
        if not match:
            continue
        indent, dash, key, value = len(match[1]), match[2], match[3], _scalar(match[4] or "")
        if indent == 0 and not dash:
            done()
            folder, section, inner = key, "", 0
            continue
        inner = inner or indent                            # how far the keys of a submission are indented
        if indent == inner and not dash:
            done()
            section = key
            if key == "created_at" and (time := due.parse(value)):
                times[folder] = time
        elif section == "submitters":
            if dash:
                done()
            if key in ("name", "sid", "email"):
                person[key] = line(value)
    done()
    return Export(submitters, times)


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(re.sub(r"\\x([0-9A-Fa-f]{2})", r"\\u00\1", text)))
        except ValueError:
            return text[1:-1]
    return "" if text in ("~", "null") else text
