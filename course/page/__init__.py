"""A trained translator as one web page, which works from disk in any browser, without network.

`transformer.js` is the course's Transformer in JavaScript, to be read next to the Python; beside it are `tokens.js`, as
`tokens.py` is beside `transformer.py`, and `torch.js`, with what PyTorch does in Python. `export_page` puts them into a
page together with a model's weights, as int8, and its subwords. What the page says stands in `page.html` in double
braces and in `page.js` in `say("...")`; it is written in the language of whoever exports it.
"""
import html
import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import sacrebleu
from torch import nn

from course._paths import atomic_path
from course._words import Later, in_script, language, later, say, translated
from course.data import Pair
from course.decoding import translate
from course.page.packing import PageError, pack
from course.page.rounding import dequantise, quantise, with_fewer_bits
from course.page.saved import About, Saved, about_the_course, in_words, load_translator, save_translator
from course.page.showing import show_page
from course.tokens import Subwords

__all__ = ["About", "PageError", "Saved", "about_the_course", "as_html", "dequantise", "export_page", "in_frame",
           "load_translator", "modules", "pack", "quantise", "save_translator", "score_of", "scored", "script",
           "show_page", "source_of", "with_fewer_bits"]

_HERE = Path(__file__).parent


def export_page(
    model: nn.Module, subwords: Subwords, path: Path | str, about: About | None = None, bits: int = 8
) -> Path:
    """Write a translator as one web page that needs nothing else, and return its path.

    Args:
        model: a `course.transformer.Transformer`, a variant of lesson 12, or a class with the same parts; it is left
            as it is.
        subwords: those that it was trained with.
        path: the file, replaced as a whole if it exists.
        about: the languages, what the model was trained with, its score, the corpus's licence. The page shows it.
        bits: 8 for weights as int8, a quarter of the size; 32 for float32.

    Raises:
        PageError: if the model or the subwords are none that the page can run, or the file cannot be written.
        ValueError: if bits is neither 8 nor 32.
    """
    path = Path(path)
    if path.is_dir():
        raise PageError(say("{path} is a folder; name a file in it, for example {example}", path=path,
                            example=path / "translator.html"))
    text = as_html(model, subwords, about, bits)
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PageError(say("{path} cannot be written: {error}", path=path, error=error.strerror or error)) from error
    return path


def as_html(model: nn.Module, subwords: Subwords, about: About | None = None, bits: int = 8) -> str:
    """The page as text; arguments and errors as for `export_page`."""
    about = in_words(about or About())
    contents = {"about": asdict(about), "words": translated(in_script(source_of("page.js"))),
                **pack(model, subwords, bits)}
    stored = json.dumps(contents, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    title = say("{source} → {target}: a small translator", source=about.source, target=about.target)
    parts = {"LANGUAGE": language(), "TITLE": html.escape(title), "STYLE": source_of("page.css"), "MODEL": stored,
             "SCRIPT": script()}
    before, *rest = source_of("page.html").split("{{")
    return before + "".join(parts.get(name, say(" ".join(name.split()))) + after
                            for name, after in (part.split("}}", 1) for part in rest))


def in_frame(text: str) -> list[str]:
    """The sentences of a text such as `page.html`: what stands in double braces, but for names in capital letters."""
    found = (" ".join(sentence.split()) for sentence in re.findall(r"\{\{(.+?)\}\}", text, re.DOTALL))
    return [sentence for sentence in found if not sentence.isupper()]


def script() -> str:
    """The script of the page: `modules`, and what draws and listens."""
    return "\n".join([modules(), _without_imports("page.js")])


def modules() -> str:
    """`torch.js`, `transformer.js` and `tokens.js` as one module, which imports nothing."""
    return "\n".join(_without_imports(name) for name in ("torch.js", "transformer.js", "tokens.js"))


def source_of(name: str) -> str:
    """The text of a file that the page is made of, for example "transformer.js"."""
    return (_HERE / name).read_text(encoding="utf-8")


def score_of(model: nn.Module, subwords: Subwords, pairs: Sequence[Pair], tokenize: str = "13a") -> str:
    """The sacreBLEU of greedy translations of `pairs`, as a sentence for `About`.

    Args:
        tokenize: how sacreBLEU cuts words: "13a" where they stand between blanks, "zh" for Chinese, else "char".

    Raises:
        ValueError: if there are no pairs.
    """
    return say(scored(model, subwords, pairs, tokenize))


def scored(model: nn.Module, subwords: Subwords, pairs: Sequence[Pair], tokenize: str = "13a") -> Later:
    """The sentence of `score_of`, for `say` to say in any language."""
    if not pairs:
        raise ValueError(say("there are no sentence pairs to measure a score on"))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* max_len = ")           # what does not end counts as far as it goes
        written = translate(model, [pair.source for pair in pairs], subwords)
    metric = sacrebleu.BLEU(tokenize=tokenize)
    score = metric.corpus_score(written, [[pair.target for pair in pairs]])
    return later("{score:.1f} sacreBLEU on {n:,} sentences that it was not trained on (greedy; {signature})",
                 score=score.score, n=len(pairs), signature=str(metric.get_signature()))


def _without_imports(name: str) -> str:
    return re.sub(r"^import .*\n", "", source_of(name), flags=re.MULTILINE)
