"""`python -m classroom page MODEL`: a trained translator as one web page that works without network."""
import sys
from collections.abc import Sequence

from classroom.arguments import Parser
from course._words import say

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit code."""
    parser = Parser(prog="python -m classroom page", description=say(
        "Write a trained translator as one web page that works from disk, without network."))
    parser.add_argument("model", metavar=say("MODEL"), help=say(
        "a file that `course.page.save_translator` wrote, or the word `course` for the translator of lesson 09, which "
        "is trained now if it is not in the cache"))
    parser.add_argument("--out", default="translator.html", metavar=say("FILE"), help=say(
        "the page (default: translator.html)"))
    parser.add_argument("--float32", action="store_true", help=say(
        "weights as float32, four times as large, not as int8"))
    options = parser.parse_args(arguments)

    from course import page
    from course.data import DataError
    bits = 32 if options.float32 else 8
    try:
        if options.model == "course":
            model, subwords, about = _of_the_course(bits)
        else:
            model, subwords, about = page.load_translator(options.model)
        path = page.export_page(model, subwords, options.out, about, bits)
    except (page.PageError, DataError) as error:
        message = str(error)
        print(message[:1].upper() + message[1:], file=sys.stderr)
        return 1
    print(say("{source} to {target}, {st_size:.2f} MB, in {path}\nOpen it in a browser, or send it to a friend: it "
              "needs no network.", source=about.source, target=about.target, st_size=path.stat().st_size / 1e6,
              path=path))
    return 0


def _of_the_course(bits: int):
    """The translator of lesson 09 with its score, measured with the weights that are shipped."""
    from course import page
    from course.translator import trained_translator

    translator = trained_translator()
    shipped = translator.model if bits == 32 else page.with_fewer_bits(translator.model, bits)
    about = page.about_the_course(translator, page.score_of(shipped, translator.subwords, translator.split.test))
    return translator.model, translator.subwords, about
