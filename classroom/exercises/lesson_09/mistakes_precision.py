"""Lesson 09, n-gram precision: what learners write instead, and what it means. Used by `lesson_09`."""
from functools import partial

from classroom.ask.language import WORDS, spell
from classroom.judge.evidence import Sight
from classroom.judge.exercise import Misconception
from course._words import later, plural, say

from . import precisions

# -------------------------------------------------------------------------- evidence in words


def sentences_of(inputs: dict) -> str:
    count = len(inputs["hypotheses"])
    return plural("{count} sentence, n = {n}", "{count} sentences, n = {n}", count, count=count, n=inputs["n"])


def as_sentences(sight: Sight) -> str:
    pairs = zip(sight.inputs["hypotheses"], sight.inputs["references"], strict=True)
    lines = [say("    “{spell}” against “{spell2}”", spell=' '.join(spell(h, WORDS)),
                 spell2=' '.join(spell(r, WORDS))) for h, r in pairs]
    shown = "\n".join(lines[:3]) + ("\n    …" if len(lines) > 3 else "")
    got, want = float(sight.got.values["precision"]), float(sight.want.values["precision"])
    return say("With n = {n} and\n\n{shown}\n\nyou find {got:.3f}; {want:.3f} is expected.", n=sight.inputs['n'],
               shown=shown, got=got, want=want)


# ------------------------------------------------------------------------------- 9.5 precision

PRECISION = [
    Misconception(
        "nothing-matches", partial(precisions.precision, constant=0.0),
        "Your precision is 0 in every case, also where a translation *is* its reference.",
        "So no n-gram is ever found, whatever the sentences are. Frequent causes: a list is compared with a tuple, "
        "which are never equal; or `references[i]` is taken for a list of sentences, but it is one sentence, a list of "
        "words.", "Print one n-gram of the translation and one of the reference. Are they of the same type?",
        as_sentences),
    Misconception(
        "nothing-to-divide-by", partial(precisions.precision, guard=False),
        "Your precision is right wherever there are n-grams. Where all sentences are shorter than n there are none, "
        "and 0 is divided by 0.", "The exercise asks for 0 there: a short text has no runs of four words, and `bleu`, "
        "below, still needs a number.", "What is your last division when there is nothing to count?", as_sentences),
    Misconception(
        "nothing-returned-for-nothing", partial(precisions.precision, without=None),
        "Your precision is right wherever there are n-grams. Where all sentences are shorter than n, your function "
        "returns `None`, and not a number.",
        "The exercise asks for 0 there. A function returns `None` where its `return` says so, and also where it comes "
        "to its end without one.", "What do you return where there is nothing to count?", as_sentences),
    Misconception(
        "nan-for-nothing", partial(precisions.precision, without=float("nan")),
        "Your precision is right wherever there are n-grams. Where all sentences are shorter than n, your function "
        "returns nan, “not a number”.",
        "The exercise asks for 0 there: a short text has no runs of four words, and `bleu`, below, still needs a "
        "number.", "What do you return where there is nothing to count?", as_sentences),
    Misconception(
        "single-words", partial(precisions.precision, kind="words"),
        "Your precision is exactly that of single words, whatever n is.",
        "Single words say nothing about their order; that is what the larger n are for.",
        "Where does `n` stand in your code?", as_sentences),
    *(Misconception(
        "n-typed-in", partial(precisions.precision, size=size),
        later("Your precision is exactly that of runs of {size} words, whatever n is.", size=size),
        "BLEU needs it for n = 1, 2, 3 and 4.", "Where does `n` stand in your code?", as_sentences)
      for size in (2, 3, 4)),
    Misconception(
        "lower-cased", partial(precisions.precision, kind="lower-cased"),
        "Your precision is exactly what comes out when capitals and small letters count as the same.",
        "That is a choice, and sacreBLEU's default is another. Here the words are compared as they are.",
        "Is there a `lower` or a `casefold`?", as_sentences),
    Misconception(
        "words-glued-together", partial(precisions.precision, kind="glued"),
        "Your precision is exactly what comes out when the words of an n-gram are joined with nothing between them.",
        "“no where” and “now here” would then be the same. A tuple of words keeps them apart.",
        "What is an n-gram in your code: a tuple, or a string?", as_sentences),
    *(Misconception(
        "pieces-of-words-match", partial(precisions.precision, how=how),
        later("Your precision is exactly what comes out when an n-gram is looked for in the text of the "
              "reference{times}.", times=times),
        "In a text, pieces of other words match, too, such as “a” in “cat”. A tuple of words matches only whole words.",
        "Where do you join words with blanks before you look for the n-gram, or count it?", as_sentences)
      for how, times in (("pieces", ""), ("pieces, each time", " and counts each time the translation says it"))),
    Misconception(
        "at-least-one-n-gram", partial(precisions.precision, at_least_one=True),
        "Your precision is exactly what comes out when a sentence without n-grams counts as if it had one.",
        "A sentence shorter than n has no n-grams: it adds nothing, above the line or below it.",
        "Where is there a `max(…, 1)`: round the sum, or round each of its parts?", as_sentences),
    Misconception(
        "short-sentence-taken-as-one", partial(precisions.precision, kind="at least one"),
        "Your precision is exactly what comes out when a sentence shorter than n counts as one n-gram.",
        "A sentence of m words has m − n + 1 n-grams, and none where that is not above 0.",
        "How many pairs does your code find in a sentence of one word?", as_sentences),
    Misconception(
        "brevity-penalty-included", partial(precisions.precision, brevity=True),
        "Your precision is exactly the expected one times the brevity penalty.",
        "BLEU has that factor once, not once for each n. It comes in the next cell.",
        "Which of your factors has to do with the lengths of the sentences?", as_sentences),
    Misconception(
        "not-clipped", partial(precisions.precision, clip=False),
        "Your precision is exactly what comes out when an n-gram counts each time the translation says it, however "
        "often the reference has it.",
        "“the the the the” would then be a perfect translation of any sentence with a “the”.",
        "How often may one n-gram match?", as_sentences),
    Misconception(
        "each-once", partial(precisions.precision, unique=True),
        "Your precision is exactly what comes out when every n-gram counts once, however often it is said.",
        "A word that is rightly said twice should count twice.",
        "Do you make a set of the n-grams, or take the `len` of a Counter?", as_sentences),
    Misconception(
        "mean-of-sentences", partial(precisions.precision, mean=True),
        "Your precision is exactly the mean of the sentences' precisions.",
        "That gives a sentence of two words as much weight as one of twenty. BLEU adds up first and divides once.",
        "Where is your division: inside the loop over sentences, or after it?", as_sentences),
    Misconception(
        "mean-of-sentences", precisions.mean_with_zeros,
        "Your precision is exactly the mean of the sentences' precisions, with 0 for sentences that have no n-gram.",
        "That gives a sentence of two words as much weight as one of twenty. BLEU adds up first and divides once.",
        "Where is your division: inside the loop over sentences, or after it?", as_sentences),
    Misconception(
        "recall", partial(precisions.precision, swap=True),
        "Your precision is exactly what comes out when translation and reference change places. That is the recall: "
        "how much of the reference was said.",
        "Precision asks how much of what was said is right. BLEU punishes what is missing in another way.",
        "Whose n-grams do you divide by?", as_sentences),
    Misconception(
        "pooled", precisions.precision_of_pools,
        "Your precision is exactly what comes out when the n-grams of all sentences are put together before they are "
        "compared.",
        "A word would then be right because some other sentence's reference has it.",
        "Are translation and reference compared sentence by sentence?", as_sentences),
    Misconception(
        "joined", partial(precisions.precision, joined=True),
        "Your precision is exactly what comes out when all sentences are joined into one before n-grams are formed.",
        "That makes n-grams across the ends of sentences, and lets words match in other sentences.",
        "Are n-grams formed sentence by sentence?", as_sentences),
    Misconception(
        "ends-marked", partial(precisions.precision, kind="padded"),
        "Your precision is exactly that of sentences with a mark for the beginning and one for the end.",
        "BLEU counts the n-grams of the words themselves. A mark would match in every sentence.",
        "What do you put in front of a sentence, and behind it?", as_sentences),
    Misconception(
        "letters-for-words", partial(precisions.precision, kind="letters"),
        "Your precision is exactly that of n-grams of *letters*, of the words of a sentence written together.",
        "A sentence is a list of words, and an n-gram is n words of it.", "Do you join the words into a string?",
        as_sentences),
    Misconception(
        "letters-for-words", partial(precisions.precision, kind="letters and blanks"),
        "Your precision is exactly that of n-grams of *letters*, with the blanks between the words.",
        "A sentence is a list of words, and an n-gram is n words of it.", "Do you join the words into a string?",
        as_sentences),
    *(Misconception(
        "one-sentence-only", partial(precisions.precision, only=only),
        later("Your precision is exactly that of the {name} sentence alone.", name=name),
        "Matches and n-grams are added up over all sentences.", look, as_sentences)
      for only, name, look in ((0, "first", "Is your `return` inside the loop?"),
                               (-1, "last", "Where are your sums set to 0: before the loop, or in it?"))),
    Misconception(
        "every-reference-counts", partial(precisions.precision, every=True),
        "Your precision is exactly what comes out when each translation is compared with *all* references, and all "
        "matches are added up.", "A word would then be right because some other sentence's reference has it.",
        "Which two sentences belong together?", as_sentences),
    Misconception(
        "reference-counts-added", partial(precisions.precision, added=True),
        "Your precision is exactly what comes out when an n-gram matches as often as the reference has it, even if "
        "the translation says it less often.", "A word said once can be right only once.",
        "Of which two numbers must it be the smaller one?", as_sentences),
    Misconception(
        "divided-by-different-n-grams", partial(precisions.precision, distinct=True),
        "Your precision is exactly the number of matches divided by the number of *different* n-grams.",
        "An n-gram that is said twice counts twice, above the line and below it.",
        "What is the length of a Counter?", as_sentences),
    Misconception(
        "negative-counts", partial(precisions.precision, negative=True),
        "Your precision is exactly what comes out when every sentence of m words counts as m − n + 1 n-grams, even "
        "where that is negative.", "A sentence shorter than n has no n-grams, and must not take away those of others.",
        "What is m − n + 1 for m = 1 and n = 3?", as_sentences),
    Misconception(
        "rounded-down", partial(precisions.precision, whole=True),
        "Your precision is exactly the expected one, rounded down to a whole number.",
        "A share lies between 0 and 1.", "In Python `/` divides, and `//` divides and rounds down.", as_sentences),
    Misconception(
        "last-n-gram-missing", partial(precisions.precision, kind="short"),
        "Your precision is exactly what comes out when the last n-gram of every sentence is left out.",
        "A sentence of m words has m − n + 1 n-grams.", "Where does your range end?", as_sentences),
    Misconception(
        "ragged-end", partial(precisions.precision, kind="ragged"),
        "Your precision is exactly what comes out when the shorter remains at the end of a sentence count as n-grams.",
        "A slice past the end is short and not an error. A sentence of m words has m − n + 1 n-grams.",
        "Where does your range end?", as_sentences),
    Misconception(
        "blocks", partial(precisions.precision, kind="blocks"),
        "Your precision is exactly what comes out when sentences are cut into blocks of n words.",
        "N-grams overlap: of “the black cat” both “the black” and “black cat” are pairs.",
        "How far do you move from one n-gram to the next?", as_sentences),
    Misconception(
        "order-ignored", partial(precisions.precision, kind="bags"),
        "Your precision is exactly what comes out when the order of the words within an n-gram does not count.",
        "Word order is what n-grams of two and more words are there to judge.", "Is anything sorted, or a set?",
        as_sentences),
    Misconception(
        "all-sizes-up-to-n", partial(precisions.precision, kind="up to n"),
        "Your precision is exactly what comes out when all n-grams from 1 to n are counted together.",
        "BLEU has one precision for each n and then takes their geometric mean.", "Is there a loop over n?",
        as_sentences),
    Misconception(
        "divided-by-words", partial(precisions.precision, by_words=True),
        "Your precision is exactly the number of matches divided by the number of *words*.",
        "There are fewer n-grams than words, so even a perfect translation would not reach 1.",
        "What do you divide by?", as_sentences),
    Misconception(
        "same-place-only", partial(precisions.precision, by_place=True),
        "Your precision is exactly what comes out when an n-gram counts only at the place where the reference has it.",
        "One word more at the start would then make everything after it wrong.",
        "Do you compare place by place?", as_sentences),
    *(Misconception(
        "short-sentence-decides", partial(precisions.precision, short=short, then=then), later(
            "Your precision is exactly what comes out when {words}.", words=words),
        "A translation shorter than n adds no n-grams, and one whose reference is shorter than n adds no matches. All "
        "other sentences count as before.",
        "What does your code do at such a sentence, and what happens to the others?", as_sentences)
      for short, then, words in (
          ("translation", "zero", "one translation shorter than n makes the whole result 0"),
          ("reference", "zero", "one reference shorter than n makes the whole result 0"),
          ("either", "zero", "one sentence shorter than n, translation or reference, makes the whole result 0"),
          ("translation", "break", "counting ends at the first translation that is shorter than n"),
          ("reference", "break", "counting ends at the first reference that is shorter than n"),
          ("either", "break", "counting ends at the first sentence, translation or reference, that is shorter than "
           "n"))),
    Misconception(
        "short-reference-left-out", partial(precisions.precision, short="reference"),
        "Your precision is exactly what comes out when a translation whose reference is shorter than n is left out.",
        "Its n-grams were said, and none of them is right: they count below the line.",
        "Of which of the two sentences do you ask how long it is?", as_sentences),
    *(Misconception(
        slug, partial(precisions.precision, **switch), later("Your precision is exactly what comes out when {words}.",
                                                   words=words), why, look,
        as_sentences)
      for slug, switch, words, why, look in (
          ("divided-by-the-longer", {"below": "larger"}, "the larger of the two numbers of n-grams stands below the "
           "line",
           "Precision asks how much of what was *said* is right. What was left out is the brevity penalty's business.",
           "Which n-grams do you count below the line?"),
          ("f-measure", {"below": "mean"}, "matches count twice, over the n-grams of both sides: an F-measure",
           "Precision asks how much of what was *said* is right.", "Which n-grams do you count below the line?"),
          ("divided-by-the-union", {"below": "union"}, "the n-grams of both sides together stand below the line",
           "Precision asks how much of what was *said* is right.", "Which n-grams do you count below the line?"),
          ("divided-by-the-shorter", {"below": "smaller"}, "the smaller of the two numbers of n-grams stands below the "
           "line",
           "Precision asks how much of what was *said* is right, and all of it was said.",
           "Which n-grams do you count below the line?"),
          ("each-match-once", {"how": "once"}, "each different n-gram matches at most once, and all n-grams stand "
           "below the line",
           "An n-gram that is rightly said twice matches twice.",
           "Do you count matches, or different n-grams that match?"),
          ("counters-kept", {"how": "counters kept"}, "the n-grams of the earlier sentences are counted again with "
           "each further sentence",
           "Each sentence is compared with its own reference, and counts once.",
           "Where are your Counters made: before the loop over the sentences, or in it?"),
          ("order-ignored", {"kind": "sets"}, "an n-gram is the set of its words, without order and repetition",
           "Word order is what n-grams of two and more words are there to judge.", "What is an n-gram in your code?"),
          ("every-reference-allows", {"how": "all"}, "an n-gram matches as often as any of *all* the references has it",
           "A word would then be right because some other sentence's reference has it.",
           "Which two sentences belong together?"),
          ("every-reference-allows", {"how": "all, added"}, "each translation is compared with the n-grams of *all* "
           "references put together",
           "A word would then be right because some other sentence's reference has it.",
           "Which two sentences belong together?"),
          ("every-reference-allows", {"how": "best of all"}, "each translation is compared with each of *all* "
           "references, and the largest number of matches counts",
           "A word would then be right because some other sentence's reference has it.",
           "Which two sentences belong together?"),
          ("larger-count-taken", {"how": "larger"}, "an n-gram that both sentences have matches as often as it stands "
           "in that of the two that has it more often",
           "Then more may match than was said, and the share may be above 1.", "Of which two numbers must it be the "
           "smaller one?"),
          ("larger-count-taken", {"how": "larger", "clip": False}, "each n-gram of the translation matches as often as "
           "it stands in that of the two sentences that has it more often",
           "Then all that was said is right, also what the reference does not have, and the share is never below 1.",
           "Of which two numbers must it be the smaller one?"),
          ("each-with-each", {"how": "each with each"}, "each n-gram of the translation matches every equal one of the "
           "reference",
           "One that stands twice in both sentences would then match four times, and the share may be above 1.",
           "May two n-grams of the translation match the same one of the reference in your code?"),
          ("divided-by-sentences", {"by_sentences": True}, "the matches are divided by the number of sentences",
           "The share asked for is one of n-grams.", "Of what is there a length below the line?"),
          ("slice-too-long", {"kind": "one longer"}, "the runs have n + 1 words, and the last one n",
           "In Python the end of a slice is not part of it.", "How many words does your slice hold for n = 1?"),
          ("sentences-without-a-match-left-out", {"unmatched_too": False}, "a translation without any match is left "
           "out", "Its n-grams were said, and none of them is right: they count below the line.",
           "Under which condition do you add to the number below the line?"),
          ("left-over-counted", {"how": "left over"}, "the n-grams are counted that do *not* match",
           "`a - b` of two Counters keeps what a has beyond b.", "Which operation finds what both have?"),
          ("either-side-counted", {"how": "either"}, "n-grams count as matches that only one of the two sentences has",
           "`a | b` of two Counters takes the larger of the two counts.", "Which operation finds what both have?"),
          *(("rounded", {"digits": digits}, later("the result is rounded to {digits} digits after the point",
                                                  digits=digits),
             "`bleu`, below, goes on computing with it, and needs all of it.", "Where do you round, and for whom?")
            for digits in (2, 3, 4)),
          ("one-if-there-are-none", {"without": 1.0}, "a text without n-grams gets 1", "The exercise asks for 0 there.",
           "What do you return where there is nothing to count?"),
          ("one-word-too-many", {"more": 1}, "the runs have n + 1 words", "n counts the words of a run.",
           "Where does your slice end?"),
          *(("smoothed", {"smoothed": True, "guard": guard}, "1 is added above and below the line",
             "Some libraries do that, so that a single sentence does not get 0. Here nothing is added.",
             "What is added to your counts?") for guard in (True, False)))),
]
