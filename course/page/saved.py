"""A translator in one file: weights, sizes, subwords, and what is to be said about it."""
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import nn

from course._paths import atomic_path
from course._words import later, say
from course.languages import SpacedSubwords
from course.page.packing import PageError, PlainTransformer, pack, plain
from course.tokens import Subwords
from course.translator import TOKENS, Translator

__all__ = ["About", "Saved", "about_the_course", "load_translator", "save_translator"]

_FORMAT = "build-a-transformer translator 1"
_NOT_SAID = later("not stated by whoever made this page")


@dataclass(frozen=True)
class About:
    """What a page says of its translator.

    Args:
        source, target: the languages, for readers.
        source_code, target_code: the same for browsers, which choose voices and fonts by them: "en", "es", "zh".
        trained: with what it was trained.
        score: its score, and on what; see `course.page.score_of`.
        licence: the licence of the sentences, and whom to credit.
        examples: sentences to try.
    """

    source: str = later("English")
    target: str = later("Spanish")
    source_code: str = "en"
    target_code: str = "es"
    trained: str = _NOT_SAID
    score: str = _NOT_SAID
    licence: str = _NOT_SAID
    examples: Sequence[str] = ()


def in_words(about: About) -> About:
    """The same in the reader's language, as far as the catalogues have it: names of languages, and what is not said."""
    return replace(about, **{name: say(getattr(about, name))
                             for name in ("source", "target", "trained", "score", "licence")})


class Saved(NamedTuple):
    """What `load_translator` gives: a model in eval mode on the CPU, its subwords, and what is said about it."""

    model: PlainTransformer
    subwords: Subwords
    about: About


def about_the_course(translator: Translator, score: str = _NOT_SAID) -> About:
    """What is to be said of the translator of lesson 09; `score` from `course.page.score_of`."""
    return About(
        trained=say("{train:,} pairs of short sentences; {tokens:.1f} million tokens were read in training",
                    train=len(translator.split.train), tokens=TOKENS / 1e6),
        score=score,
        licence=say("sentences of Tatoeba (tatoeba.org) by its contributors, CC BY 2.0 FR"),
        examples=("The black cat is sleeping.", "I don't know where she lives.", "He bought a new red car.",
                  "What time is it?"))


def save_translator(path: Path | str, model: nn.Module, subwords: Subwords, about: About | None = None) -> Path:
    """Write a translator into one file, from which `build-a-transformer page` makes a page.

    Args:
        path: the file, replaced as a whole if it exists.
        model, subwords: as for `course.page.export_page`.

    Raises:
        PageError: if the model or the subwords are none that a page can run, or the file cannot be written.
    """
    path = Path(path)
    config, state = plain(model).contents()
    pack(model, subwords)                        # whatever would be refused later is refused now
    contents = {"format": _FORMAT, "config": config, "state": state, "subwords": subwords._tokenizer.to_str(),
                "spaced": isinstance(subwords, SpacedSubwords), "about": json.dumps(asdict(about or About()))}
    try:
        with atomic_path(path) as temporary:
            torch.save(contents, temporary)
    except (OSError, RuntimeError) as error:       # torch.save raises RuntimeError on a full disk
        raise PageError(say("{path} cannot be written: {splitlines}", path=path,
                            splitlines=str(error).splitlines()[0])) from error
    return path


def load_translator(path: Path | str) -> Saved:
    """Read what `save_translator` wrote; no code in the file is run.

    Raises:
        PageError: if there is no such file, or it is damaged or something else.
    """
    path = Path(path)
    if not path.exists():
        raise PageError(say("there is no file {path}", path=path))
    how = say("write one with `course.page.save_translator(path, model, subwords)` in the notebook that trained it")
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise PageError(say("{path} is damaged, or no translator ({name}); {how}", path=path,
                            name=type(error).__name__, how=how)) from error
    if isinstance(contents, dict) and {"recipe", "model", "history"} <= contents.keys():
        raise PageError(say("{path} is a checkpoint of `train`, without the subwords and the number of heads; {how}",
                            path=path, how=how))
    if not isinstance(contents, dict) or contents.get("format") != _FORMAT:
        raise PageError(say("{path} is no translator of this course; {how}", path=path, how=how))
    try:
        spaced = SpacedSubwords if contents["spaced"] else Subwords
        model = PlainTransformer(contents["config"], contents["state"])
        return Saved(model, spaced(Tokenizer.from_str(contents["subwords"])), _about(json.loads(contents["about"])))
    except Exception as error:                     # whatever is wrong with a file that somebody has changed
        said = str(error).splitlines()[0] if str(error) else ""
        raise PageError(say("{path} is damaged ({name}: {said}); {how}", path=path, name=type(error).__name__,
                            said=said, how=how)) from error


def _about(stored: dict[str, Any]) -> About:
    known = {field.name for field in fields(About)}
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                             for name, value in stored.items() if name in known}
    about = About(**given)
    if not all(isinstance(text, str) for name, value in asdict(about).items()
               for text in (value if name == "examples" else [value])):
        raise ValueError(say("what is said about the translator is not text"))
    return about
