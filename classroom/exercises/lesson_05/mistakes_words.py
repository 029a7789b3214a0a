"""Exercise 5.3: what learners write instead, and what it means. Used by `lesson_05`."""
import math
from functools import partial

import torch
import torch.nn.functional as F

from classroom.judge.exercise import Misconception
from course._words import later
from course.transformer import sinusoidal_encoding


def _add(embedded, scale="root", rows="time", how="add", order="first", most=None):
    """`add_positions` with switches; of positions there are at most `most`."""
    batch, length, d_model = embedded.shape
    most = most.get(d_model) if isinstance(most, dict) else most
    if rows == "exchanged":
        return embedded * math.sqrt(d_model) + sinusoidal_encoding(d_model, length).T
    if rows in ("misread", "misread and cut"):
        table = sinusoidal_encoding(d_model, length)
        return embedded * math.sqrt(length) + (table if rows == "misread" else table[:length])
    if rows in ("not turned", "not turned, cut"):
        table = sinusoidal_encoding(d_model, length)
        return embedded * math.sqrt(d_model) + (table if rows == "not turned" else table[:length])
    if rows == "not cut":
        return embedded * math.sqrt(d_model) + sinusoidal_encoding(most, d_model)
    if most is not None and length > most:
        if rows == "time":
            return embedded * math.sqrt(d_model) + sinusoidal_encoding(most, d_model)[:length]
        row = torch.arange(length).clamp(max=most - 1) if rows == "clamped" else torch.arange(length) % most
        return embedded * math.sqrt(d_model) + sinusoidal_encoding(most, d_model)[row]
    factor = {"root": math.sqrt(d_model), "none": 1.0, "d_model": d_model, "inverse": 1 / math.sqrt(d_model),
              "length": math.sqrt(length), "no brackets": d_model / 2, "root rounded down": math.isqrt(d_model),
              "two": 2, "root rounded": round(math.sqrt(d_model)),
              "square": d_model ** 2, "half": math.sqrt(d_model / 2),
              "ours": math.sqrt(128), "paper's": math.sqrt(512)}[scale]
    positions = sinusoidal_encoding(batch * length + 1, d_model)
    positions = {"first axis": positions[:batch], "running on": positions[:-1].reshape(batch, length, d_model),
                 "time": positions[:length], "time in front": positions[:length, None],
                 "batch": positions[:batch, None], "last": positions[length - 1],
                 "zero": positions[0], "one": positions[1],
                 "clamped": positions[:length], "in a ring": positions[:length],
                 "from one": positions[1:length + 1], "reversed": positions[:length].flip(0)}[rows]
    if how == "numbers":
        return embedded * factor + torch.arange(length).unsqueeze(1)
    if how == "first sentence":
        return torch.cat(((embedded[:1] * factor + positions), embedded[1:] * factor))
    if how == "not at zeros":
        return embedded * factor + positions * (embedded != 0).any(-1, keepdim=True)
    if how == "words divided by their length":
        return embedded / embedded.norm(dim=-1, keepdim=True) * factor + positions
    if how == "words of one length":
        return F.normalize(embedded, dim=-1) * factor + positions
    if how == "normalised":
        return F.layer_norm(embedded * factor + positions, (d_model,))
    if how == "times":
        return embedded * factor * positions
    if how == "concatenate":
        return torch.cat((embedded * factor, positions.expand(batch, length, d_model)), -1)
    if how == "half each":
        half = d_model // 2
        return torch.cat(((embedded * factor)[..., :half], positions[..., :d_model - half].expand(batch, -1, -1)), -1)
    if how == "subtract":
        return embedded * factor - positions
    if how == "positions only":
        return positions.expand_as(embedded)
    if how == "words only":
        return embedded * factor
    if order == "sum scaled":
        return (embedded + positions) * factor
    if order == "positions divided alone":
        return embedded + positions / math.sqrt(d_model)
    if order == "positions divided":
        return embedded * factor + positions / math.sqrt(d_model)
    return embedded + positions * factor if order == "positions scaled" else embedded * factor + positions


def _sum(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(_add, **switches), later(
        "Your result is exactly what comes out when {says}.", says=says), why,
                         look)


_FACTOR = ("Embeddings start with numbers of about 1/√d_model, so that a word's vector has a length of about 1; that "
           "of a position is √(d_model/2). The factor √d_model brings the two to a similar size.")

ADD = [
    _sum("half-replaced", "the first half of the numbers is the word, and the second half the position", "The encoding "
         "is added to all numbers of the word; nothing of the word is replaced.",
         "Into which of the numbers does the encoding go, and how?", how="half each"),
    _sum("not-scaled", "the embeddings are not multiplied by √d_model", _FACTOR,
         "What do you multiply the embeddings by?", scale="none"),
    _sum("scaled-by-d-model", "the embeddings are multiplied by d_model, without the root", _FACTOR,
         "What do you multiply the embeddings by?", scale="d_model"),
    _sum("root-without-brackets", "the embeddings are multiplied by d_model/2", later(
        "{factor} An exponent 1/2 without brackets gives just this: Python computes `**` before `/`, so that "
        "`d_model ** 1/2` is (d_model ** 1) / 2.", factor=_FACTOR),
         "How is your root written?", scale="no brackets"),
    *(_sum("root-made-whole", later("√d_model is {rounded} to a whole number", rounded=rounded),
           "Most roots are not whole: √6 is 2.449.", "Which function takes your root, and what does it return for 6?",
           scale=scale)
      for scale, rounded in (("root rounded down", "rounded down"), ("root rounded", "rounded"))),
    _sum("divided-by-the-root", "the embeddings are divided by √d_model", _FACTOR,
         "Multiply or divide? The scores of attention are divided; embeddings are made larger.", scale="inverse"),
    _sum("root-of-the-length", "the embeddings are multiplied by √T, the root of the sentence's length", _FACTOR,
         "Which axis does the size under your root come from?", scale="length"),
    _sum("root-of-half", "the embeddings are multiplied by √(d_model/2)",
         "That is the length of a position's vector. The paper's factor is √d_model (§3.4).",
         "What stands under your root?", scale="half"),
    *(_sum("root-of-a-fixed-size", later("the embeddings are multiplied by √{size}, whatever their size", size=size),
           later("That is √d_model for {whose} model, and for no other.", whose=whose),
           "Is there a number in your code that should be the size of the last axis?", scale=scale)
      for scale, size, whose in (("ours", 128, "the course's"), ("paper's", 512, "the paper's"))),
    _sum("root-of-a-fixed-size", "the embeddings are multiplied by 2, whatever their size",
         "That is √d_model for vectors of 4 numbers, and for no others.",
         "Is there a number in your code that should be the size of the last axis?", scale="two"),
    _sum("sum-scaled", "words and positions are both multiplied by √d_model",
         later("{factor} It must not enlarge both.",
               factor=_FACTOR), "What stands inside the brackets?", order="sum scaled"),
    _sum("positions-divided", "the positions are divided by √d_model", later(
        "{factor} The positions are added as they are.", factor=_FACTOR),
         "Which of the two gets a factor?", order="positions divided"),
    _sum("positions-divided", "the positions are divided by √d_model, and the embeddings are left as they are", later(
        "{factor} Smaller positions are similar to the embeddings, too; but all numbers are then smaller.",
        factor=_FACTOR), "Which of the two gets a factor?",
         order="positions divided alone"),
    _sum("positions-scaled", "the positions are multiplied by √d_model instead of the embeddings", _FACTOR,
         "Which of the two gets the factor?", order="positions scaled"),
    _sum("indexed-by-the-batch", "all words of sentence b get the encoding of position b",
         "Then words in one place of different sentences differ, and words of one sentence all have the same position: "
         "nothing is said about order. (Code that puts the length first has its positions on axis 0; ours are on "
         "axis 1.)", "Which axis of `embedded` is the time?", rows="batch"),
    _sum("indexed-by-the-batch", "the table has as many rows as there are sentences, and is added as it is",
         "The table needs one row for each word of a sentence. (Code that puts the length first has its positions on "
         "axis 0; ours are on axis 1.)", "Which axis of `embedded` is the time?", rows="first axis"),
    _sum("sizes-exchanged", "the encoding is made for d_model positions of T dimensions, and transposed",
         "The frequencies are then those of vectors as long as the sentence, and change with it.",
         "Which of the two sizes comes first in `sinusoidal_encoding`?", rows="exchanged"),
    *(_sum("sizes-exchanged", "the encoding is made for d_model positions of T dimensions",
           "The two agree only where T and d_model are equal.",
           "Which of the two sizes comes first in `sinusoidal_encoding`?", rows=rows)
      for rows in ("not turned", "not turned, cut")),
    *(_sum("sizes-misread", "the sizes of `embedded` are taken in the order B, d_model, T",
           "They stand in the order B, T, d_model. Only where T and d_model are equal does the other order do no harm.",
           "Which line takes the sizes out of `embedded.shape`, and in which order?", rows=rows)
      for rows in ("misread", "misread and cut")),
    _sum("axis-in-the-middle", "the table is given an axis of length 1 in the middle, (T, 1, d_model)",
         "Axes are lined up from the right: its positions then meet the sentences, which stops, or makes T sentences "
         "of one. (Code that puts the length first, (T, B, d_model), needs that axis; ours has the batch first.)",
         "What is the shape of your table where it is added?", rows="time in front"),
    *(_sum("table-not-cut", later("the whole table of {most} rows is added", most=most),
           "A sentence of T words needs the first T rows, one for each word.",
           "How many rows does your table have when it is added?", most=most, rows="not cut")
      for most in (50, 60, 64, 100, 128, 200, 256, 500, 512, 1000, 1024, 2000, 5000, 10000)),
    _sum("positions-run-on", "the positions run on from one sentence of the batch to the next",
         "Every sentence begins at position 0, wherever it stands in the batch.",
         "How many rows does your table have? It needs as many as one sentence has words.", rows="running on"),
    *(_sum("same-position-for-all", later("all words get the encoding of position {place}", place=place),
           "Each word needs the row of its own position.", "How many rows has the table that you add? One row is added "
           "to every word.", rows=rows) for place, rows in ((0, "zero"), (1, "one"))),
    _sum("same-position-for-all", "all words get the encoding of the last position",
         "Each word needs the row of its own position.", "Do you take one row of the table, or as many as there are "
                                                         "words?", rows="last"),
    _sum("only-the-first-sentence", "only the first sentence gets positions",
         "Each sentence of the batch has a position 0, and the others as well.",
         "Which sentences do you add the table to? `x[0]` is one sentence.", how="first sentence"),
    _sum("numbers-added", "the number of its position is added to each word, and not the encoding",
         "At the end of a long sentence it would dwarf every number in the word's vector.",
         "Where do you call `sinusoidal_encoding`?", how="numbers"),
    _sum("no-position-for-zeros", "words whose numbers are all 0 get no position",
         "Each word has a position, whatever its numbers are. (Padding is left to masks.)",
         "Which words does your code treat in another way?", how="not at zeros"),
    _sum("words-of-one-length", "every word is first made a vector of length √d_model",
         "A factor is asked for, the same for all words. It leaves a longer word longer.",
         "What do you divide by?", how="words of one length"),
    _sum("words-of-one-length", "every word is first divided by its length as a vector, and a word of zeros, whose "
         "length is 0, becomes NaN", "A factor is asked for, the same for all words. It leaves a longer word longer.",
         "What do you divide by?", how="words divided by their length"),
    _sum("normalised", "each word's sum is normalised: mean 0, standard deviation 1",
         "Layer normalisation comes later, in lesson 06. Here the sum stays as it is.",
         "What happens after the two are added?", how="normalised"),
    _sum("positions-from-one", "the first word gets the encoding of position 1", "The first word has position 0.",
         "Where does your slice of the table begin?", rows="from one"),
    _sum("positions-reversed", "the last word gets the encoding of position 0", "The first word has position 0.",
         "In which direction do your positions count?", rows="reversed"),
    *(Misconception("table-of-fixed-length", partial(_add, most=most), later(
        "Your code does what a table of {most} rows does, however long the sentence is.", most=most),
                    "A sentence may be longer than that, and each of its words needs a row of its own.",
                    "Where does the number of rows in your table come from?")
      for most in (8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 1024, 2000, 2048, 4096, 5000)),
    _sum("table-kept-from-first-call", "the table of the first call with some d_model is kept, and all later calls get "
         "its first rows", "A later sentence may be longer than the first one was.",
         "What is stored between two calls, and for which sizes is it right?", most={4: 3, 6: 5, 8: 3, 5: 4, 10: 7}),
    *(_sum("table-of-fixed-length", later("the table has {most} rows, and {words}", most=most, words=words),
           "A sentence may be longer than that, and each of its words needs a row of its own.",
           "Where does the number of rows in your table come from?", most=most, rows=rows)
      for rows, words in (("clamped", "all later words get the last one"),
                          ("in a ring", "later words begin again at the first"))
      for most in (8, 10, 64, 100, 128, 256, 512)),
    _sum("multiplied", "words and positions are multiplied with each other",
         "Position 0 holds a 0 in every other place: half of the first word would be wiped out.",
         "How are the two combined?", how="times"),
    _sum("concatenated", "the positions are put beside the words",
         "It would work, but the vectors become twice as long. The paper adds.", "How are the two combined?",
         how="concatenate"),
    _sum("subtracted", "the positions are subtracted", "The paper adds them.", "How are the two combined?",
         how="subtract"),
    _sum("words-lost", "only the positions are returned", "Without the words there is nothing to say.",
         "What is your result made of?", how="positions only"),
    _sum("positions-lost", "only the scaled words are returned", "Without the positions the order is unknown.",
         "What is your result made of? `a + b` alone changes neither a nor b.", how="words only"),
]
