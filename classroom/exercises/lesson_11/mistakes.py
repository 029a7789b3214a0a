"""Exercise 11.1, the alignment error rate: what learners write instead. Used by `lesson_11`."""
from functools import partial

from classroom.judge.evidence import Sight, number, place
from classroom.judge.exercise import Misconception
from course._words import plural, say


def counts(sight: Sight) -> str:
    """How large the sets of a case are, and both rates."""
    a, s, p = ({tuple(link) for link in sight.inputs[name].tolist()} for name in ("predicted", "sure", "possible"))
    is_sure = plural("{n} is sure", "{n} are sure", len(a & s), n=len(a & s))
    return say("{place}: of the predicted links {is_sure}, and {a} at least possible.\n\n    yours     {rate}\n    "
               "expected  {rate2}", place=place(sight), is_sure=is_sure, a=len(a & p),
               rate=number(sight.got.values['rate']), rate2=number(sight.want.values['rate']))


def _rate(predicted, sure, possible, first="sure", second="possible", below="A+S", flip=True, factor=1, whole=False,
          without_links=None, without_sure=None, always=None, undivided="", careful=True):
    """`alignment_error_rate` with switches."""
    if always is not None:
        return always
    if without_links is not None and not predicted:
        return without_links
    if without_sure is not None and not sure:
        return without_sure
    sets = {"sure": sure, "possible": possible, "only possible": possible - sure, "none": set()}
    hits = len(predicted & sets[first]) + len(predicted & sets[second])
    total = {"A+S": len(predicted) + len(sure), "A+P": len(predicted) + len(possible), "A": len(predicted),
             "A or S": len(predicted | sure), "S": len(sure), "P": len(possible),
             "larger": 2 * max(len(predicted), len(sure)), "2A": 2 * len(predicted),
             "A+S+P": len(predicted) + len(sure) + len(possible), "A or P": len(predicted | possible),
             "(A or S) + (A and P)": len(predicted | sure) + len(predicted & possible)}[below]
    if undivided:
        return float({"wrong": hits if first == second == "sure" else total - hits, "right": hits,
                      "one less": 1 - hits}[undivided])
    if whole:
        return float(1 - hits // total)
    if not total and careful:
        return 1.0 if below in ("A", "S", "P") else float("nan")
    return factor * (1 - hits / total if flip else hits / total)


def _parts(predicted, sure, possible, empty):
    """Precision and recall. Where there is nothing to divide by, what `empty` says of each; "other": the other one."""
    if empty is None or predicted and sure:
        return len(predicted & possible) / len(predicted), len(predicted & sure) / len(sure)
    if predicted:
        precision = len(predicted & possible) / len(predicted)
        return precision, precision if empty == "other" else empty[1]
    return (0.0 if empty == "other" else empty[0]), 0.0


def _harmonic(predicted, sure, possible, empty=(0, 0)):
    precision, recall = _parts(predicted, sure, possible, empty)
    return 1 - 2 * precision * recall / (precision + recall) if precision + recall or empty is None else 1.0


def _mean(predicted, sure, possible, empty=(0, 0)):
    return 1 - sum(_parts(predicted, sure, possible, empty)) / 2


def _only_possible(predicted, sure, possible, how):
    """Something else is made of predicted links that are only possible."""
    kept, hits = predicted - (possible - sure), len(predicted & sure) + len(predicted & possible)
    above, below = {"left out": (2 * len(kept & sure), len(kept) + len(sure)),
                    "left out below": (hits, len(kept) + len(sure)),
                    "impossible left out": (hits, len(predicted & possible) + len(sure)),
                    "half of P": (hits - len(predicted & possible) / 2, len(predicted) + len(sure)),
                    "half of the rest": (len(predicted & sure) + len(predicted & possible - sure) / 2,
                                         len(predicted) + len(sure))}[how]
    return 1 - above / max(below, 1)


def _other_sets(predicted, sure, possible, how):
    """Other things counted than links that are in both sets."""
    if how == "one for each source word":
        predicted, sure, possible = (set(dict(links).items()) for links in (predicted, sure, possible))
    elif how == "target words":
        predicted, sure, possible = ({link[-1] for link in links} for links in (predicted, sure, possible))
    hits = len(predicted & sure) + len(predicted & possible)
    if how == "sure for predicted":
        hits = len(predicted & sure) + len(sure & possible)
    elif how == "place by place":
        hits = sum(a == b for links in (sure, possible) for a, b in zip(sorted(predicted), sorted(links), strict=False))
    elif how in ("target word", "source word"):
        at = {"target word": -1, "source word": -2}[how]
        hits = sum(link[at] in {other[at] for other in links} for links in (sure, possible) for link in predicted)
    elif how == "united with possible":
        hits = len(predicted & sure | possible)
    return 1 - hits / (len(predicted) + len(sure))


def _mean_of_sentences(predicted, sure, possible):
    """The mean of the rates of the sentences, where links are numbered."""
    sentences = sorted({link[:-2] for link in predicted | sure})
    each = [[{link for link in links if link[:-2] == s} for links in (predicted, sure, possible)] for s in sentences]
    rates = [_rate(*sets) for sets in each if sets[0] or sets[1]]
    return sum(rates) / len(rates) if rates else float("nan")


def _brackets_missing(predicted, sure, possible, above=True, below=True, swapped=False, careful=True):
    """Without brackets around what stands above the line, below it, or both. Not `careful`: 0 may stand below it."""
    first, second = len(predicted & sure), len(predicted & possible)
    first, second = (second, first) if swapped else (first, second)
    divisor = len(predicted) + len(sure) if below else max(len(predicted), int(careful))
    rest = 0 if below else len(sure)
    return (1 - (first + second) / divisor if above else 1 - first + second / divisor) + rest


def _product_below(predicted, sure, possible, least=1):
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / (2 * (max(len(predicted), least) * max(len(sure), least)) ** 0.5)


def _union_above(predicted, sure, possible):
    return 1 - (len(predicted | sure) + len(predicted | possible)) / (len(predicted) + len(sure))


def _other_links(predicted, sure, possible, turned, sizes="new"):
    """Each link is turned into something else before the sets are compared."""
    a, s, p = ({turned(link) for link in links} for links in (predicted, sure, possible))
    total = len(a) + len(s) if sizes == "new" else len(predicted) + len(sure)
    return 1 - (len(a & s) + len(a & p)) / total


def _and_for_intersection(predicted, sure, possible):
    return 1 - (len(predicted and sure) + len(predicted and possible)) / (len(predicted) + len(sure))


_TWO = ("A link counts as right in two ways: sure links have to be found (recall), and what is predicted has to be at "
        "least possible (precision).")

_ONCE = ("The formula leaves out none of the predicted links: one that is only possible counts once above the line, "
         "and once below it.")
_WEIGHT = ("Neither term has a factor: a predicted link that is sure counts twice, one that is only possible once. In "
           "yours, an alignment that is just the sure links gets {rate}.")


def _of(slug, says, why, look, **switches):
    return Misconception(slug, partial(_rate, **switches), says, why, look, counts)


RATES = [
    *(_of("the-same-for-all", f"Your rate is {value:g} in every case, whatever the links are.",
          "A rate that does not depend on the links judges nothing.",
          "Print the parts of your formula: which of them is never anything but 0?", always=value)
      for value in (0.0, 0.5, 1.0)),
    _of("rounded-down", "Your rate is exactly what comes out when the quotient is rounded down to a whole number.",
        "What is right is a share between 0 and 1; rounded down it is 0, but for a perfect alignment.",
        "In Python `/` divides, and `//` divides and rounds down.", whole=True),
    _of("not-divided", "Your rate is exactly the number of what is wrong, not divided by anything.",
        "Of two alignments the longer one would look worse, even if a smaller share of it is wrong.",
        "What stands below the line?", undivided="wrong"),
    *(_of("not-divided", f"Your rate is exactly {words}, not divided by anything.",
          "It is the larger the longer a sentence is. A rate is a share, so that sentences can be compared.",
          "What stands below the line?", undivided=undivided)
      for undivided, words in (("right", "the number of what is right, |A ∩ S| + |A ∩ P|"),
                            ("one less", "1 minus the number of what is right, |A ∩ S| + |A ∩ P|"))),
    *(_of("nothing-predicted-is-special", f"Your rate is right, but where nothing was predicted it is {value:g}.",
          "The formula needs no special case there: above the line stands 0, below it |S|. An aligner that says "
          "nothing has found none of the sure links.", "Is there an `if` for an empty set?", without_links=value)
      for value in (0.0, 0.5)),
    *(_of("no-sure-links-is-special", f"Your rate is right, but where there are no sure links it is {value:g}.",
          "The formula needs no special case there: below the line stands |A|, and possible links still count as "
          "right.", "Is there an `if` for an empty set?", without_sure=value) for value in (0.0, 1.0)),
    _of("empty-set-is-special", "Your rate is right, but where nothing was predicted, and where there are no sure "
        "links, it is 0.", "The formula needs no special case there: the other set still stands below the line.",
        "Is there an `if` for an empty set?", without_links=0.0, without_sure=0.0),
    _of("union-below", "Your rate is exactly what comes out when |A ∪ S| + |A ∩ P| stands below the line.", "Below the "
        "line each set is counted by itself: |A| + |S|, also where they have links in common.",
        "What stands below the line of the formula?", below="(A or S) + (A and P)"),
    _of("not-subtracted-from-one", "Your rate is exactly one minus the expected one: a rate of what is right.",
        "An error rate is 0 for a perfect alignment.", "What does the formula begin with?", flip=False),
    _of("possible-ignored", "Your rate is exactly what comes out when only sure links count as right.",
        f"{_TWO} An aligner would be punished for links that people disagree about.",
        "Where do the possible links come in?", second="sure"),
    _of("sure-ignored", "Your rate is exactly what comes out when possible links count as much as sure ones.",
        f"{_TWO} An aligner would be praised for links that need not be there.",
        "Which of your terms asks for sure links?", first="possible"),
    _of("sure-links-count-once", "Your rate is exactly what comes out when each predicted link counts once at most: a "
        "sure one for being sure and not again for being possible, or the other way round.",
        "A sure link is possible too, and counts in both terms; below the line it stands twice as well. In yours, "
        "an alignment that is just the sure links gets 0.5.",
        "Are both terms there, and is one set taken out of the other?", second="only possible"),
    *(_of("precision-only", "Your rate is exactly the share of predicted links that are not possible.",
          f"{_TWO} One single safe link would be a perfect alignment.", "Where do the sure links come in?",
          first="none", below="A", careful=careful) for careful in (True, False)),
    *(_of("precision-of-sure-links", "Your rate is exactly the share of predicted links that are not sure.",
          _TWO, "What stands below the line?", second="none", below="A", careful=careful) for careful in (True, False)),
    *(_of("recall-only", "Your rate is exactly the share of sure links that were not found.",
          f"{_TWO} Linking everything with everything would be perfect.", "Where does the number of predicted links "
          "come in?", second="none", below="S", careful=careful) for careful in (True, False)),
    _of("all-possible-required", "Your rate is exactly what comes out when |P| stands below the line instead of |S|.",
        "That asks for every possible link to be found; they may be there, they need not.",
        "Which two numbers are added below the line?", below="A+P"),
    _of("all-possible-required", "Your rate is exactly what comes out when |P| is added below the line as well.",
        "That asks for every possible link to be found; they may be there, they need not.",
        "Which numbers are added below the line?", below="A+S+P"),
    _of("possible-treated-as-sure", "Your rate is exactly what comes out when every possible link counts as sure.",
        "Possible links may be there, they need not.", "Which set does each of your terms use?",
        first="possible", below="A+P"),
    _of("union-below-the-line", "Your rate is exactly what comes out when |A ∪ S| stands below the line.",
        "There a link that is in both sets counts once, but above the line it counts twice.",
        "Do you add two numbers, or unite two sets?", below="A or S"),
    *(_of("sizes-not-added", f"Your rate is exactly what comes out when {words} stands below the line.",
          "|A| and |S| are added there: what is predicted, and what should be found. Neither of the two alone may be 0 "
          "below the line.", "Which two numbers are added below the line?", below=below, careful=careful)
      for careful in (False, True)
      for below, words in (("larger", "twice the larger of |A| and |S|"), ("2A", "twice |A|"), ("A", "|A| alone"),
                           ("S", "|S| alone"))),
    _of("jaccard", "Your rate is exactly one minus the share of links in A ∩ S among those in A ∪ S.",
        f"That is the Jaccard distance. {_TWO}", "Compare your quotient with the formula, term by term.",
        second="none", below="A or S"),
    _of("one-term-missing", "Your rate is exactly what comes out when |A ∩ P| is left out.",
        "A perfect alignment would get 0.5.", "How many terms stand above the line?", second="none"),
    _of("per-cent", "Your rate is exactly the expected one times 100.", "Rates of this course lie between 0 and 1.",
        "Is there a factor of 100?", factor=100),
    *(Misconception(
        "brackets-missing", partial(_brackets_missing, above=above, below=below, swapped=swapped, careful=careful),
        f"Your rate is exactly what comes out when {words}.",
        "`/` binds more tightly than `+` and `-`.", "Where must brackets stand?", counts)
      for careful in (False, True)
      for above, below, swapped, words in (
          (True, False, False, "|S| is added at the end instead of standing below the line"),
          (False, True, False, "only |A ∩ P| is divided, and |A ∩ S| is taken from 1 as it is"),
          (False, True, True, "only |A ∩ S| is divided, and |A ∩ P| is taken from 1 as it is"),
          (False, False, False, "there are no brackets above the line and none below it"),
          (False, False, True, "there are no brackets above the line and none below it"))),
    *(Misconception(
        "product-below-the-line", partial(_product_below, least=least),
        "Your rate is exactly what comes out when twice the root of |A| · |S| stands below the line.",
        "Sizes are added there. The two are the same only where as many links are predicted as are sure.",
        "Which sign stands between |A| and |S|?", counts) for least in (0, 1)),
    Misconception(
        "union-above-the-line", _union_above,
        "Your rate is exactly what comes out when unions are counted above the line, and not intersections.",
        "A | S holds what is in *either* set; what counts as right is in *both*.",
        "How is an intersection written?", counts),
    *(Misconception(
        "direction-ignored", partial(_other_links, turned=turned),
        f"Your rate is exactly what comes out when the link (i, j) counts as (j, i){more}.",
        "The first number belongs to the source, the second to the target.", "Is anything sorted, or a set?", counts)
      for turned, more in (
          (lambda link: (*link[:-2], *sorted(link[-2:])), ""),
          (lambda link: tuple(sorted(link)), ", and a sentence number in front takes part in that: all three numbers "
           "may stand in any order"),
          (frozenset, ", and a sentence number in front takes part in that: of all three only the set counts"))),
    *(Misconception(
        "sentence-number-lost", partial(_other_links, turned=turned, sizes=sizes),
        f"Your rate is right, but where a sentence number stands in front only {kept} of each link are compared.",
        "A link of one sentence then counts as found in another one. Whole tuples are compared, however long they are.",
        "What do you take out of each link?", counts)
      for kept, turned in (("the last two numbers", lambda link: link[-2:]),
                           ("the first two numbers", lambda link: link[:2]))
      for sizes in ("new", "given")),
    Misconception(
        "and-for-intersection", _and_for_intersection,
        "Your rate is exactly what comes out when sets are joined with `and`.",
        "`a and b` is simply b if a is not empty, and asks nothing about what is in both.",
        "How is an intersection written?", counts),
    *(Misconception(
        "harmonic-mean", partial(_harmonic, empty=empty),
        "Your rate is exactly one minus the harmonic mean of precision and recall.",
        "That is the F-measure with its two kinds of links. Och and Ney's rate adds the counts first and divides once.",
        "How many divisions does the formula have?", counts) for empty in (None, (0, 0), (1, 1), "other")),
    *(Misconception(
        "mean-of-precision-and-recall", partial(_mean, empty=empty),
        "Your rate is exactly one minus the mean of precision and recall.",
        "That gives two quotients the same weight, however many links each stands for, and one of them may be 0/0. Add "
        "first, divide once.", "How many divisions does the formula have?", counts)
      for empty in (None, (0, 0), (1, 1), (0, 1), (1, 0), "other")),
    Misconception(
        "mean-of-the-sentences", _mean_of_sentences,
        "Where links are numbered by sentence, your rate is exactly the mean of the rates of the sentences.",
        "A sentence with two links then counts as much as one with twenty. Count over all sentences first, and divide "
        "once.", "How often does your code divide?", counts),
    *(Misconception(
        "only-possible-links-apart", partial(_only_possible, how=how),
        f"Your rate is exactly what comes out when {words}.", why, look, counts)
      for how, words, why, look in (
          ("left out", "predicted links that are only possible are left out before anything is counted",
           _ONCE, "How many links does your |A| count?"),
          ("left out below", "predicted links that are only possible are left out of |A| below the line",
           _ONCE, "How many links does your |A| count?"),
          ("impossible left out", "predicted links that are not even possible are left out of |A|",
           "Then nothing punishes a wrong link.", "How many links does your |A| count?"),
          ("half of P", "|A ∩ P| counts half", _WEIGHT.format(rate="0.25"), "By what are your terms multiplied?"),
          ("half of the rest", "a sure link counts once, and one that is only possible half",
           _WEIGHT.format(rate="0.5"), "By what are your terms multiplied?"))),
    *(Misconception(
        slug, partial(_other_sets, how=how), f"Your rate is exactly what comes out when {words}.", why, look, counts)
      for slug, how, words, why, look in (
          ("one-link-for-each-source-word", "one for each source word", "each source word keeps one link only",
           "A word may have several links, and a dictionary keeps one value for each key.", "Is there a `dict`?"),
          ("target-words-counted", "target words", "only the target words of the links are compared",
           "A link is right if *both* of its words are.", "What do you take out of each link?"),
          ("target-words-counted", "target word", "only the target word of each predicted link is looked up",
           "A link is right if *both* of its words are.", "What do you take out of each link?"),
          ("source-words-counted", "source word", "only the source word of each predicted link is looked up",
           "A link is right if *both* of its words are.", "What do you take out of each link?"),
          ("sure-for-predicted", "sure for predicted", "the links of S that are possible are counted, and not those "
           "of A", "All sure links are possible, so that this term says nothing of what was predicted.",
           "Which of your terms would be the same whatever was predicted?"),
          ("place-by-place", "place by place", "sorted links are compared place by place",
           "One link more, and all after it stand in other places. A set asks whether a link is in it, wherever.",
           "How is an intersection written?"),
          ("united-with-possible", "united with possible", "the possible links are united with A ∩ S, and all counted",
           "`&` binds more tightly than `|`, and a union holds what is in either set. Two numbers are to be added.",
           "Which `len` are there in the formula, and of what?"))),
]
