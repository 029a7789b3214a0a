"""Lesson 11: judging an alignment, reading one off attention, learning one by counting."""
import numpy as np

from classroom.ask.alignments import Links, LinkSets, SentencePairs
from classroom.ask.case import Case
from classroom.judge.exercise import Choice, Exercise
from course._words import say

from . import mistakes, mistakes_counts, mistakes_links, mistakes_rounds, tasks_patch, tasks_take_away


def alignment_error_rate(predicted, sure, possible):
    """1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) for sets of links; the sure links are possible too."""
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / (len(predicted) + len(sure))


def align_from_attention(weights):
    """For each target token its source token: cross-attention (n_heads, T_q, T_k) -> (T_q - 1,) int64."""
    mean = weights.mean(dim=0)            # (T_q, T_k)
    return mean[:-1, :-1].argmax(dim=-1)


def em_step(t, pairs):
    """One round of IBM model 1: t (n_source, n_target) and pairs of lists of ids -> the new t."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)


# ------------------------------------------------------------------------------------ cases

def _alignments(rng):
    def of(about, predicted, sure, only_possible=()):
        width = len((*predicted, *sure, *only_possible)[0])
        tables = [np.array(links, dtype=int).reshape(-1, width) for links in (predicted, sure, [*sure, *only_possible])]
        return Case(about, predicted=tables[0], sure=tables[1], possible=tables[2])
    cat = [(0, 0), (1, 2), (2, 1), (3, 3)]
    yield of("the diagonal for “the black cat sleeps”", [(0, 0), (1, 1), (2, 2), (3, 3)], cat)
    yield of("one link that is only possible", [(0, 0), (1, 1), (2, 0)], [(1, 1), (2, 2)], [(0, 0)])
    yield of("two sure links missed", [(0, 0), (1, 2)], cat, [(0, 1)])
    yield of("all wrong", [(0, 1), (1, 0)], [(0, 0), (1, 1), (2, 2)])
    yield of("all right", cat, cat, [(0, 1), (3, 1)])
    yield of("all right, possible ones too", [*cat, (0, 1)], cat, [(0, 1), (3, 1)])
    yield of("a single link", [(0, 0)], [(0, 0), (1, 1)], [(1, 0)])
    yield of("nothing predicted", [], cat, [(0, 1)])
    yield of("no sure links", [(0, 0), (1, 1), (2, 1)], [], [(0, 0), (1, 2)])
    yield of("two sentences, numbered in front", [(0, 0, 2), (1, 1, 1), (1, 1, 2), (1, 0, 0)],
             [(0, 0, 2), (0, 1, 1), (1, 0, 3), (1, 1, 0)], [(1, 1, 2)])
    for about, size, width in (("a long sentence", 9, 2), ("three sentences, numbered in front", 7, 3)):
        heads = range(3) if width == 3 else [None]
        grid = [(*([n] * (width - 2)), i, j) for n in heads for i in range(size) for j in range(size)]
        order = [grid[k] for k in rng.permutation(len(grid))]
        a, b = size + int(rng.integers(2, 5)), 2 * size + int(rng.integers(4))
        yield of(about, [*order[: size - 2], *order[a - 2 : a + 2], *order[-size:]], order[:a], order[a:b])


def _how_many(inputs) -> str:
    """Sets have no shape: how many links there are."""
    return say("{predicted} predicted, {sure} sure and {possible} possible links",
               **{name: len(inputs[name]) for name in ("predicted", "sure", "possible")})


def _attentions(rng):
    def of(about, n_heads, t_q, t_k, dtype="float32", sharp=1.5, **changed):
        scores = sharp * rng.normal(size=(n_heads, t_q, t_k))
        scores[..., -1] += changed.get("eos", 0.0)
        weights = np.exp(scores)
        return Case(about, weights=(weights / weights.sum(-1, keepdims=True)).astype(dtype))
    yield of("two heads, four target tokens", 2, 5, 4)
    yield of("sizes that all differ", 3, 6, 5)
    yield of("a source longer than the target", 4, 5, 9)
    yield of("one head", 1, 7, 5)
    yield of("much weight on <eos>", 3, 6, 7, eos=3.0)
    yield of("float64", 4, 8, 6, "float64")
    yield of("a single target token", 3, 2, 6)
    yield of("a single source token", 3, 5, 2)
    yield of("heads that disagree", 4, 9, 9, sharp=5.0)
    yield of("a long sentence", 4, 14, 12, eos=1.0)
    yield of("many target tokens, a few of them between two words", 3, 60, 10, sharp=2.5)


def _rows(rows):
    table = np.full((len(rows), max(map(len, rows))), -1)
    for n, row in enumerate(rows):
        table[n, : len(row)] = row
    return table


def _corpora(rng):
    def of(about, pairs, n_source, n_target, even=False, dtype="float64"):
        t = np.ones((n_source, n_target)) if even else rng.uniform(0.1, 1.0, size=(n_source, n_target))
        t = (t / t.sum(1, keepdims=True)).astype(dtype)
        return Case(about, t=t, sources=_rows([e for e, _ in pairs]), targets=_rows([f for _, f in pairs]))

    def drawn(n_pairs, n_source, n_target, longest):
        first = rng.permutation(n_source)           # each source word occurs at least once
        pairs = [([*first[k::n_pairs], *rng.integers(0, n_source, size=rng.integers(1, longest))],
                  rng.integers(0, n_target, size=rng.integers(1, longest))) for k in range(n_pairs)]
        return [(list(rng.permutation(e)), f) for e, f in pairs]

    cats = [([0, 1], [0, 1]), ([1, 2], [0, 2])]     # black cat, cat sleeps; gato negro, gato duerme
    yield of("two pairs, all entries alike", cats, 3, 3, even=True)
    yield of("two pairs", cats, 3, 3)
    yield of("sentences of unequal length", [([0, 1, 2], [0, 3]), ([3], [1, 2, 3]), ([2, 0], [3])], 4, 4)
    yield of("more source words than target words", [([0, 1, 4], [0, 1]), ([2, 3, 0], [2, 0]), ([4], [1])], 5, 3)
    yield of("a target word that occurs twice in a sentence", [([0, 1], [2, 2, 0]), ([1, 2], [1, 2])], 3, 3)
    yield of("a source word that occurs twice in a sentence", [([0, 1, 0], [2, 0]), ([1, 2], [1, 2])], 3, 3)
    yield of("float32", [([0, 1], [0, 1]), ([1, 2, 0], [3, 2])], 3, 4, dtype="float32")
    yield of("eight pairs", drawn(8, 9, 7, 6), 9, 7)
    yield of("one pair", [([2, 0, 1], [1, 0])], 3, 2)
    yield of("both words occur twice", [([0, 1, 0, 2], [2, 0, 2]), ([1, 2, 2], [1, 1, 0])], 3, 3)


# -------------------------------------------------------------------- right answers, written otherwise


EXERCISES = [
    Exercise(
        id="11.1", title="alignment error rate", names=("alignment_error_rate",), points=2, minutes=8, difficulty=1,
        takes={"predicted": "", "sure": "", "possible": ""}, gives={"rate": ""},
        reference=alignment_error_rate, cases=_alignments, probe=LinkSets(), place=_how_many,
        misconceptions=mistakes.RATES,
        hints=("Count by hand for the diagonal: how many of its links are sure, how many possible, how many are there?",
               "`a & b` is the set of what is in both; `len` counts. A predicted link that is sure is counted twice: "
               "once for being sure, once for being possible.",
               "Four numbers, each a `len`: two intersections are added above the line, two whole sets below it. "
               "Brackets round both sums, and the quotient is taken away from 1."),
        moral="Sure links must be found, possible ones may be. With links numbered by sentence it judges a whole "
              "collection at once.",
    ),
    Exercise(
        id="11.2", title="links from attention", names=("align_from_attention",), points=2, minutes=10, difficulty=2,
        takes={"weights": "n_heads T_q T_k"}, gives={"aligned": "T_q−1"},
        reference=align_from_attention, cases=_attentions, framework="torch", probe=Links(),
        misconceptions=mistakes_links.ALIGNERS,
        hints=("Which rows predict a word, and which one predicts <eos>? Which columns are words?",
               "The row of <bos> predicts target token 0, the next row token 1, and so on: the row number *is* the "
               "token number. Average the heads first.",
               "`weights.mean(dim=0)` is (T_q, T_k). Leave out its last row and its last column, and take the argmax "
               "along what remains of each row."),
        moral="The row of a token shows what was looked at to find the *next* one. Read one row too low, and the "
              "picture explains the wrong words.",
    ),
    Exercise(
        id="11.3", title="one round of counting", names=("em_step",), points=3, minutes=20, difficulty=3,
        takes={"t": "n_source n_target", "pairs": ""}, gives={"t": "n_source n_target"},
        shares=("t",), reference=em_step, cases=_corpora, probe=SentencePairs(), place=mistakes_counts.corpus,
        misconceptions=[*mistakes_counts.ROUNDS, *mistakes_rounds.LOOPS], styles=mistakes_counts.STYLES,
        hints=("Take one target word of one pair. It has 1 to give, and hands it out among the source words of its own "
               "sentence, in proportion to their t. Do that on paper for “negro” in the second round.",
               "Three loops: over pairs, over the target words of a pair, over its source words. The share of source "
               "word i is t[i, j] divided by the sum of t[·, j] over the source words of *this sentence*. Add it to "
               "counts[i, j].",
               "After all pairs: divide each row of the counts by its sum, `counts.sum(axis=1, keepdims=True)`. With "
               "`t[np.ix_(source, target)]` instead of loops, mind that `+=` counts a repeated word only once."),
        moral="Count with what you believe, believe what you have counted, again and again: this is expectation "
              "maximisation.",
    ),
    Choice(
        id="11.4", title="equal values", names=("prediction",), points=1, minutes=3, difficulty=1,
        options=("unchanged", "doubled", "exchanged", "depends on the query"), reference="unchanged",
        wrong={
            "doubled": "Weight is moved, not created: what one word gains the other loses, and the row still sums to "
                       "1. Write down the two terms of the sum, before and after.",
            "exchanged": "One word has given all its weight to the other. But what reaches the output is weight "
                         "times value. Write down the two terms of the sum, before and after.",
            "depends on the query": "The query decides the weights, and these you set by hand here. After that only "
                                    "the values count. Write down the two terms of the sum, before and after.",
        },
        hints=("The output of a head is the sum of weight times value. Only two terms of the sum change.",
               "Before: a·v₁ + b·v₂. After: 0·v₁ + (a + b)·v₂. And v₁ = v₂.",
               "a·v + b·v = (a + b)·v."),
        solution_source='prediction = "unchanged"',
        moral="Weights that differ widely, and the same output. A picture of weights never shows the values.",
    ),
    *tasks_take_away.EXERCISES,
    *tasks_patch.EXERCISES,
]
