"""People by the measures that the translator is scored with: `python benchmarks/translator.py --ceiling`.

Compared are translations of the same English sentences: of those of the test part that have several Spanish ones in the
corpus (among its short pairs; what differs in case and punctuation alone counts once). Each sentence counts the same,
however many translations it has. Hypotheses are

person            each of its translations in turn, by the others. It never equals a reference.
model             the model's one translation, by the same references, in the same shares.
model, same rule  by the same references, but for one that it has written itself: like a person, it never equals any.

References are

one               each translation alone. What is counted is the mean over all of them, so that none has to be chosen.
several           all but one, of sentences with three or more: of k translations the person has the other k - 1. The
                  model has k - 1, too, each k - 1 of them in turn. One reference on these sentences stands beside it.

Few sentences of the test part have three. So people alone are scored on all such sentences of the corpus, too, of which
the test part is a random choice, and with `--valid` those of the validation part, which nobody trains on either, are
added to those of the test part.

Why a third hypothesis? A collection keeps each translation of a sentence once, and so two people never agree in it, and
nothing in it says how often they would. "model" against "person" is therefore unfair to the person: the model alone can
get a sentence wholly right. "model, same rule" gives neither of them that. What is left: an odd translation counts as
much here as the one that most people would write, so that a real person would rather get more.

Intervals hold 95 % of 1,000 draws of the sentences, the same draws for all, so that `ahead`, by how much the person is
ahead of the model, has an interval as well. They tell of the choice of sentences alone.
"""
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.base import Metric

from course.data import Pair, normalise

DRAWS = 1000


class Row(NamedTuple):
    """A hypothesis beside its references: of which sentence, and with what share of that sentence's weight."""

    sentence: int
    hypothesis: str
    references: list[str]
    share: float


def translations_of(chosen: Sequence[Pair], pairs: Iterable[Pair]) -> list[list[str]]:
    """All translations that `pairs` has of the source of each chosen pair: first its own, each once."""
    found = {normalise(pair.source): {normalise(pair.target): pair.target} for pair in chosen}
    for pair in pairs:
        if (known := found.get(normalise(pair.source))) is not None:
            known.setdefault(normalise(pair.target), pair.target)
    return [list(found[normalise(pair.source)].values()) for pair in chosen]


def place_of(text: str, translations: Sequence[str]) -> int | None:
    """Which of the translations a text is, but for case and punctuation; None if it is none of them."""
    return next((n for n, other in enumerate(translations) if normalise(other) == normalise(text)), None)


def reference_sets(translations: Sequence[str], several: bool, own: int | None = None) -> list[list[str]]:
    """The references that a hypothesis is scored by, one set after the other.

    Args:
        translations: all translations of the sentence.
        several: all but one of them in each set, else a single one.
        own: which of them the hypothesis is; it is in no set. None: it is none of them, or may equal one.
    """
    if own is not None:
        others = [*translations[:own], *translations[own + 1 :]]
        return [others] if several else [[other] for other in others]
    if several:
        return [[*translations[:n], *translations[n + 1 :]] for n in range(len(translations))]
    return [[one] for one in translations]


def people(translations: Sequence[Sequence[str]], several: bool) -> Iterator[Row]:
    """Each translation by the others."""
    for sentence, texts in enumerate(translations):
        for own, text in enumerate(texts):
            sets = reference_sets(texts, several, own)
            yield from (Row(sentence, text, references, 1 / len(texts) / len(sets)) for references in sets)


def machine(translations: Sequence[Sequence[str]], written: Sequence[str], several: bool,
            same_rule: bool) -> Iterator[Row]:
    """What the model has written by the same references; with `same_rule`, never by what it has written itself."""
    for sentence, (texts, text) in enumerate(zip(translations, written, strict=True)):
        sets = reference_sets(texts, several, place_of(text, texts) if same_rule else None)
        yield from (Row(sentence, text, references, 1 / len(sets)) for references in sets)


def counts(metric: Metric, rows: Iterable[Row]) -> np.ndarray:
    """What the metric counts, n-grams for example, in each sentence: the weighted sum of its rows.

    A row of the result a sentence; a score is computed from the sum over sentences.
    """
    rows = list(rows)
    most = max(len(row.references) for row in rows)
    streams = [[row.references[n] if n < len(row.references) else None for row in rows] for n in range(most)]
    counted = np.array(metric._extract_corpus_statistics([row.hypothesis for row in rows], streams), dtype=float)
    sums = np.zeros((max(row.sentence for row in rows) + 1, counted.shape[1]))
    np.add.at(sums, [row.sentence for row in rows], counted * np.array([[row.share] for row in rows]))
    return sums


def scores(metric: Metric, counted: np.ndarray, seed: int = 0) -> np.ndarray:
    """The score, followed by those of `DRAWS` draws of as many sentences."""
    n = len(counted)
    drawn = np.random.default_rng(seed).integers(n, size=(DRAWS, n))
    times = np.stack([np.ones(n), *(np.bincount(draw, minlength=n) for draw in drawn)])
    return np.array([metric._compute_score_from_stats(sums).score for sums in (times @ counted).tolist()])


def compare(translations: Sequence[Sequence[str]], written: Sequence[str] | None, several: bool) -> dict:
    """Scores with their intervals of person, model, and model by the same rule; and how far the person is ahead.

    Without what the model has written: of the person alone.
    """
    rows = {"person": list(people(translations, several))}
    if written is not None:
        rows |= {"model": list(machine(translations, written, several, same_rule=False)),
                 "model, same rule": list(machine(translations, written, several, same_rule=True))}
    table: dict[str, dict] = {name: {} for name in [*rows, *(name.replace("model", "ahead") for name in [*rows][1:])]}
    signatures = []
    for measure, metric in (("bleu", BLEU()), ("chrf", CHRF())):
        found = {name: scores(metric, counts(metric, each)) for name, each in rows.items()}
        found |= {name.replace("model", "ahead"): found["person"] - found[name] for name in [*rows][1:]}
        for name, (score, *draws) in found.items():
            interval = [round(float(end), 2) for end in np.quantile(draws, [0.025, 0.975])]
            table[name] |= {measure: round(float(score), 2), f"{measure}_interval": interval}
        signatures.append(str(metric.get_signature()))
    references = sorted({len(row.references) for row in rows["person"]})
    return {"sentences": len(translations), "references": references, **table, "signatures": signatures}


def ceiling(chosen: Sequence[Pair], pairs: Sequence[Pair], translate: Callable[[list[str]], list[str]]) -> dict:
    """People and a model on the chosen sentences that have several translations in `pairs`; people on all that have."""
    of_source = zip((pair.source for pair in chosen), translations_of(chosen, pairs), strict=True)
    sources, translations = zip(*((source, texts) for source, texts in of_source if len(texts) > 1), strict=True)
    written = translate(list(sources))
    most = [n for n, texts in enumerate(translations) if len(texts) > 2]
    of_most = [translations[n] for n in most], [written[n] for n in most]
    first = list({normalise(pair.source): pair for pair in reversed(pairs)}.values())
    everywhere = translations_of(first, pairs)
    return {
        "one": compare(translations, written, several=False),
        "one, of those with three or more": compare(*of_most, several=False),
        "several": compare(*of_most, several=True),
        "people everywhere, one": compare([texts for texts in everywhere if len(texts) > 1], None, several=False),
        "people everywhere, several": compare([texts for texts in everywhere if len(texts) > 2], None, several=True),
        "model_wrote_one_of_them": sum(place_of(text, texts) is not None
                                       for text, texts in zip(written, translations, strict=True)),
    }


def table(result: dict) -> str:
    """The same to be read."""
    lines = []
    for title, part in result.items():
        if not isinstance(part, dict):
            continue
        few, many = part["references"][0], part["references"][-1]
        lines.append(f"{title}: {part['sentences']} sentences, references: {few if few == many else f'{few} to {many}'}"
                     f"\n{'':20}{'BLEU (95 % interval)':26}chrF (95 % interval)")
        for name, row in part.items():
            if isinstance(row, dict):
                cells = (f"{row[m]:5.1f} ({row[m + '_interval'][0]:.1f} to {row[m + '_interval'][1]:.1f})"
                         for m in ("bleu", "chrf"))
                lines.append(f"{name:20}" + "".join(f"{cell:26}" for cell in cells).rstrip())
        lines.append("")
    wrote = result["model_wrote_one_of_them"]
    return "\n".join([*lines, f"one: {wrote} times the model wrote one of the translations itself"])
