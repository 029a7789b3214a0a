"""Lesson 02, the decoder's mask: what learners write instead, and what it means. Used by `lesson_02`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes_masks import CUTS, DROPPED, LOW, TO_BE_ADDED, ZERO_TOO, added


def _decoder(ids, pad_id, causal="past", padding="columns", join="and", first=False, head=False, pad=None, own=False,
             turned=False, cut=slice(None), opened=None):
    ids = ids[:, cut]
    past = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
    past = {"past": past, "future": past.T, "inverted": ~past, "strict": past.tril(-1), "ahead": ~past.T | past
            | torch.ones_like(past).tril(1), "none": torch.ones_like(past)}[causal]
    real = ids != (pad_id if pad is None else pad)
    real = real[:1].expand_as(real) if first else real
    real = {"so far": lambda: real.int().cummin(0).values.bool(),
            "anywhere": lambda: real.all(0, keepdim=True).expand_as(real)}.get(padding, lambda: real)()
    if padding.startswith("counted"):                   # as many places from the left as there are real tokens
        real = torch.arange(ids.shape[1]) < real.sum(1, keepdim=True)
        padding = padding.removeprefix("counted, ")
    columns = real.unsqueeze(1).expand(-1, ids.shape[1], -1)
    seen = {"columns": columns, "rows": columns.transpose(1, 2), "both": columns & columns.transpose(1, 2),
            "inverted": ~columns, "none": torch.ones_like(columns), "first axis": real.unsqueeze(0)}
    seen = seen.get(padding, columns)
    mask = {"and": lambda: seen & past, "or": lambda: seen | past, "xor": lambda: seen ^ past,
            "same": lambda: seen == past, "<=": lambda: seen <= past, ">=": lambda: seen >= past}[join]()
    mask = mask | torch.eye(ids.shape[1], dtype=torch.bool) if own else mask
    if opened is not None:
        places = {"itself": torch.eye(ids.shape[1]).bool(), "first": torch.arange(ids.shape[1]) == 0,
                  "all": torch.ones(ids.shape[1]).bool()}[opened]
        mask = mask | ~mask.any(-1, keepdim=True) & places
    mask = ~mask if turned else mask
    return mask[:, None] if head else mask


def _past(ids):
    return torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()


def _into(mask, other):
    mask &= other
    return mask


_BOTH = "A target word may look at what is real and not in the future: both conditions at once."


def _square_of(make):
    """The decoder's mask, with a causal mask that is given the ids in place of their length."""
    return lambda ids, pad_id: (ids != pad_id).unsqueeze(1) & make(ids)


DECODER = [
    *(Misconception(
        "shape-for-the-size", _square_of(make),
        "Your code does exactly what happens when `causal_mask` is given the ids themselves.",
        "`causal_mask` asks for a size, one whole number: how many positions there are. The ids are a whole table.",
        "How long are the sentences of `ids`, and where does a tensor say so?")
      for make in (lambda ids: torch.ones(ids, ids, dtype=torch.bool).tril(),
                   lambda ids: torch.ones((ids, ids), dtype=torch.bool).tril(),
                   lambda ids: torch.arange(ids) <= torch.arange(ids)[:, None],
                   lambda ids: torch.tensor([[j <= i for j in range(ids)] for i in range(ids)]))),
    Misconception(
        "causal-only", partial(_decoder, padding="none"),
        "Your mask is exactly the causal one, the same for every sentence: it lets words look at padding.",
        later("{both} Where padding stands in front of words, it is in their past.", both=_BOTH),
        "Where does `pad_id` come in?"),
    Misconception(
        "causal-only", lambda ids, pad_id: torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril(),
        "Your mask is exactly the causal one, (T, T): it lets words look at padding.",
        later("{both} Each sentence has padding of its own, so that there is a mask for each.", both=_BOTH),
        "Where does `pad_id` come in?"),
    Misconception(
        "padding-only", partial(_decoder, causal="none"),
        "Your mask is exactly the padding mask for every query: it lets words look at the future.",
        later("{both} A model that sees the next word learns to copy it.",
              both=_BOTH), "Where does the causal mask come in?"),
    Misconception(
        "or-instead-of-and", partial(_decoder, join="or"),
        "Your mask is exactly True where either condition holds.", _BOTH,
        "Which operator joins the two masks? A sum of booleans is an *or*, too."),
    Misconception(
        "one-of-the-two", partial(_decoder, join="xor"), "Your mask is exactly True where only one condition holds.",
        _BOTH, "Which operator joins the two masks?"),
    *(Misconception(
        "compared-with-each-other", partial(_decoder, join=join),
        later("Your mask is exactly True {words}.", words=words), _BOTH,
        "Which sign joins the two masks? A comparison asks how one of them stands to the other.")
      for join, words in (
          ("same", "where both conditions hold, and where neither does"),
          ("<=", "everywhere but at real tokens that are in the future"),
          (">=", "everywhere but at padding that is not in the future"))),
    Misconception(
        "future-instead-of-past", partial(_decoder, causal="future"),
        "Your mask is exactly what comes out with the upper triangle: every word sees itself and its future.", _BOTH,
        "Is it your `causal_mask` of exercise 2.2 that you use, and untransposed?"),
    Misconception(
        "inverted", partial(_decoder, turned=True),
        "Your mask is exactly the right one with True and False exchanged.",
        "In this course True means: may attend. PyTorch's layers take masks that say what is forbidden.",
        "What should entry (0, 0) of a sentence without padding be?"),
    Misconception(
        "causal-inverted", partial(_decoder, causal="inverted"),
        "Your mask is exactly what comes out when True and False of the causal mask are exchanged.", _BOTH,
        "Is there a `~` too many? And which sign joins the two masks?"),
    Misconception(
        "not-even-itself", partial(_decoder, causal="strict"),
        "Your mask is exactly the right one without its diagonal: no word sees itself.",
        "Position t may look at 0 to t. Without itself, position 0 has nothing to look at.",
        "What is `mask[0, 0, 0]`?"),
    Misconception(
        "one-step-ahead", partial(_decoder, causal="ahead"),
        "Your mask is exactly what comes out when every word may also see the next one.",
        "That is precisely the word that is to be predicted.", "What is `mask[0, 0, 1]`?"),
    Misconception(
        "padding-inverted", partial(_decoder, padding="inverted"),
        "Your mask is exactly what comes out when True and False of the padding mask are exchanged.", _BOTH,
        "Compare with `==` or with `!=`?"),
    Misconception(
        "rows-instead-of-columns", partial(_decoder, padding="rows"),
        "Your mask is exactly what comes out when the rows of padding are closed instead of its columns.",
        "Columns are keys: padding must not be looked at. Its own rows stay open.",
        "Along which axis does your padding mask have length 1?"),
    Misconception(
        "rows-and-columns", partial(_decoder, padding="both"),
        "Your mask is exactly the right one with the rows of padding closed as well as its columns.",
        "The contract is: real keys that are not in the future, for every query, also for one that is padding.",
        "Is there one padding mask too many?"),
    *(Misconception(
        "lengths-counted", partial(_decoder, padding=f"counted, {padding}"),
        later("Your mask is exactly what comes out when the n real tokens of a sentence are counted, and the causal "
              "mask is left open in {words}.", words=words), why,
        "Does your mask look at where the padding stands?")
      for padding, words, why in (
          ("columns", "the first n columns alone",
           "That is right while all padding stands at the end. Some batches are filled up at the front."),
          ("both", "the first n rows and columns alone",
           "Padding may stand in front: its places are then open, and those of words are closed. And each query has a "
           "row, also that of padding: the contract is real keys that are not in the future, for every query."))),
    *(Misconception(
        "written-into-a-smaller-mask", wrong,
        later("Your code does exactly what `&=` does with the two masks: it stops, for it writes into the one on its "
              "left, which is {shape}.", shape=shape),
        "Both together are (B, T, T): neither of the two has room for that.",
        "Which of your lines writes into a tensor that is there already?")
      for wrong, shape in ((lambda ids, pad_id: _into((ids != pad_id).unsqueeze(1), _past(ids)), "(B, 1, T)"),
                           (lambda ids, pad_id: _into(_past(ids), (ids != pad_id).unsqueeze(1)), "(T, T)"))),
    Misconception(
        "ids-compared", lambda ids, pad_id: (ids != pad_id).unsqueeze(1) & (ids.unsqueeze(1) <= ids.unsqueeze(2)),
        "Your mask is exactly what comes out when the *ids* of query and key are compared, in the place of their "
        "positions.", "An id is the number of a word in the vocabulary. It does not say where the word stands.",
        "What do you compare to find out whether a key is in the future?"),
    Misconception(
        "mask-of-first-sentence", partial(_decoder, first=True),
        "Your mask is exactly what comes out when the padding of sentence 0 is used for all.",
        "Each sentence has its own padding.", "Is there an index 0?"),
    *(Misconception(
        "pad-id-fixed", partial(_decoder, pad=pad),
        later("Your mask is exactly the one for padding with the id {pad}, whatever `pad_id` is.", pad=pad),
        "Which id stands for padding depends on the vocabulary.", "Does `pad_id` occur in your code?")
      for pad in (0, 1)),
    Misconception(
        "zero-is-padding-too", lambda ids, pad_id: _decoder(ids, pad_id) & (ids != 0).unsqueeze(1), **ZERO_TOO),
    *(Misconception(
        "first-place-opened", lambda ids, pad_id, also=also: (ids != pad_id).unsqueeze(1) & _past(ids)
        | also(ids) & (torch.arange(ids.shape[1]) == 0),
        later("Your mask is exactly the right one with the first place open {words}, also where it is padding.",
              words=words),
        later("{both} A row with nothing open does no harm here: attention gives it zero weights.", both=_BOTH),
        "What is written into the first place, and why?")
      for also, words in (
          (lambda ids: torch.ones(len(ids), ids.shape[1], 1).bool(), "for every query"),
          (lambda ids: (torch.arange(ids.shape[1]) == 0)[None, :, None], "for the first query"))),
    Misconception(
        "batch-axis-last", partial(_decoder, padding="first axis"),
        "Your code does exactly what happens when a padding mask (1, B, T) meets the causal mask: your sentences meet "
        "the queries.", "The first axis must be that of the sentences. Yours is an error on most sizes, and "
        "right with one sentence. With as many sentences as words, or one word each, it is no error, and the "
        "wrong mask.",
        "Is it your `padding_mask` that you use? Where is its axis of length 1?"),
    Misconception(
        "triangle-of-one-row", lambda ids, pad_id: (ids != pad_id).unsqueeze(1).tril(),
        "Your mask is exactly what `tril` makes of the padding mask (B, 1, T): only column 0 of one row is left.",
        "A triangle needs a row for each query, and the padding mask has one row for all.",
        "Which shape has the tensor before `tril`?"),
    Misconception(
        "only-the-first-sentence", lambda ids, pad_id: _decoder(ids, pad_id)[0],
        "Your mask is exactly that of sentence 0 alone, (T, T).", "Each sentence has its own padding.",
        "Is there an index 0 too many?"),
    Misconception(
        "padding-sees-itself", partial(_decoder, own=True),
        "Your mask is exactly the right one with the whole diagonal open, padding included.",
        later("{both} A row with nothing open does no harm here: attention gives it zero weights.", both=_BOTH),
        "Is something added so that no row is empty?"),
    Misconception(
        "head-axis-added", partial(_decoder, head=True), "Your mask is exactly the right one with an axis for heads.",
        "That will be needed from lesson 04 on, and will be added there.", "Which shape is asked for?"),
    Misconception(
        "size-of-the-batch", lambda ids, pad_id: (ids != pad_id)[:, None]
        & torch.ones(len(ids), len(ids), dtype=torch.bool).tril(),
        "Your code does exactly what happens when the causal mask gets the number of sentences as its size.",
        "The causal mask is as large as a sentence is long.", "Which axis of `ids` counts the words?"),
    *(Misconception(
        "shape-for-the-size", lambda ids, pad_id, made=made, given=given: made(given(ids)),
        later("Your code stops, as `causal_mask` does when it is given {words} in place of one number.", words=words),
        "The causal mask is square: its size is one number, how many words a sentence has.",
        "What does the call of `causal_mask` have in its brackets?")
      for given, words in ((lambda ids: ids.shape, "the whole shape of `ids`"),
                           (lambda ids: ids, "`ids`, or a sentence of them,"))
      for made in (lambda size: torch.ones(size, size, dtype=torch.bool), lambda size: torch.ones(size, size),
                   torch.arange)),
    *(Misconception(
        "stacked", lambda ids, pad_id, dim=dim: torch.stack([_decoder(ids, pad_id, causal="none"),
                                                             _decoder(ids, pad_id, padding="none")], dim),
        "What you return is exactly both masks, one beside the other.", _BOTH,
        "How do two masks become one, place by place?") for dim in (0, 1)),
    Misconception(
        "as-long-as-the-longest", lambda ids, pad_id: _decoder(*(lambda n: (ids[:, :n], pad_id))(
            int((ids != pad_id).sum(1).max()))),
        "Your mask is exactly the right one, cut to as many places as the longest sentence has real tokens.",
        "Padding may stand in front, and it has its place in the mask.", "Where does your size come from?"),
    *(Misconception(
        "matrix-product", wrong,
        later("Your code does exactly what `@`, the matrix product, makes of the two masks: {words}.",
              words=words), _BOTH,
        "Which operator joins the two masks, place by place?")
      for wrong, words in (
          (lambda ids, pad_id: (ids != pad_id).unsqueeze(1) @ torch.ones(ids.shape[1], ids.shape[1]).bool().tril(),
           "it stops, since there is none for True and False"),
          (lambda ids, pad_id: (ids != pad_id).unsqueeze(1).float() @ torch.ones(ids.shape[1], ids.shape[1]).tril(),
           "sums, with one row for each sentence"))),
    Misconception(
        "no-query-axis", lambda ids, pad_id: (ids != pad_id) & torch.ones(
            ids.shape[1], ids.shape[1], dtype=torch.bool).tril(),
        "Your code does exactly what happens when a padding mask (B, T) meets the causal mask (T, T).",
        "Axes are lined up from the right: your sentences meet the queries. That is an error on most sizes; with one "
        "sentence, as many sentences as words, or one word each, it is no error, and the wrong shape.",
        "Is it your `padding_mask` that you use?"),
    *(Misconception(
        "padding-of-other-sentences", partial(_decoder, padding=padding),
        later("Your mask is exactly what comes out when each sentence is closed at its own padding and at that of all "
              "{words}.", words=words),
        "Each sentence has its own padding. A mask that is changed in place keeps what it has closed for another "
        "sentence.", "Do all sentences share one tensor that your loop changes?")
      for padding, words in (("so far", "sentences before it"), ("anywhere", "other sentences"))),
    *(Misconception(
        f"{which}-token-dropped", partial(_decoder, cut=cut),
        later("Your mask is exactly the right one for sentences without their {which} token.", which=which), DROPPED,
        "Is there a slice of `ids`, or a number taken from their length?") for which, cut in CUTS),
    *(Misconception(
        "empty-rows-opened", partial(_decoder, opened=opened),
        later("Your mask is exactly the right one, except that a query with nothing open may attend to {words}.",
              words=words),
        later("{both} A row with nothing open does no harm here: attention gives it zero weights.", both=_BOTH),
        "Is something added so that no row is empty?")
      for opened, words in (("itself", "itself"), ("first", "the first place"), ("all", "all places"))),
    *(Misconception(
        "mask-to-be-added", lambda ids, pad_id, low=low: added(_decoder(ids, pad_id), low), **TO_BE_ADDED,
        why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.") for low in LOW),
    Misconception(
        "nothing-allowed", lambda ids, pad_id: torch.zeros(len(ids), *ids.shape[1:] * 2, dtype=torch.bool),
        "Your mask is exactly False everywhere.", later("{both} Nobody may look at anything in yours.", both=_BOTH),
        "How are the two masks joined? (`+` of two booleans is True where one of them is, and never 2.)"),
    Misconception(
        "everything-allowed", lambda ids, pad_id: torch.ones(len(ids), *ids.shape[1:] * 2, dtype=torch.bool),
        "Your mask is exactly True everywhere.", later("{both} Nothing is hidden in yours.", both=_BOTH),
        "How are the two masks joined?"),
]
