"""Lesson 09, decoding: what learners write instead, and what it means. Used by `lesson_09`."""
from functools import partial

import torch

from classroom.judge.evidence import Sight, commas, shape
from classroom.judge.exercise import Misconception
from course._words import later, say

PAD, BOS, EOS = 0, 2, 3

# -------------------------------------------------------------------------- evidence in words


def source_of(inputs: dict) -> str:
    """The case as the learner knows it."""
    settings = commas([f"{name} = {inputs[name]}" for name in ("bos_id", "eos_id", "pad_id", "max_len")])
    return say("`source` {source} with {settings}", source=shape(inputs['source']), settings=settings)


def as_ids(sight: Sight) -> str:
    got, want = sight.got.values["ids"], sight.want.values["ids"]
    if got.ndim != 2 or len(got) != len(want):
        return say("On {source_of} your ids have the shape {got}; {want} is expected.",
                   source_of=source_of(sight.inputs), got=shape(got), want=shape(want))
    pad = sight.inputs["pad_id"]
    row = next(i for i in range(len(want)) if _written(got[i], pad) != _written(want[i], pad))
    ids = commas([f"{name} {sight.inputs[f'{name}_id']}" for name in ("bos", "eos", "pad")])
    return say("On the case “{about}” ({ids}, max_len {max_len}), sentence {row}:\n\n    yours     {tolist}\n    "
               "expected  {tolist2}", about=say(sight.got.case.about), ids=ids, max_len=sight.inputs['max_len'],
               row=row, tolist=got[row].tolist() or say("nothing but padding"), tolist2=want[row].tolist())


def _written(row, pad: int) -> list[int]:
    """A row of ids without the padding at its end, which may be of any length."""
    ids = row.tolist()
    while ids and ids[-1] == pad:
        ids.pop()
    return ids


# -------------------------------------------------------------------------------- 9.4 decoding

def _decode(model, source, bos_id, eos_id, pad_id, max_len, start="bos", at=-1, after="pad", keep_eos=True,
            keep_bos=False, stop="all", feed="all", extra=0, worst=False, memory=True, typed=(), pad_ends=False,
            rounds=None, over=-1, rank=0, of=slice(None), also_ends=(), cut=0, swapped=False, never=(), repeats=True,
            last_is_eos=False, part_of_source=False):
    """`greedy_decode` with one thing done differently."""
    bos_id, eos_id, pad_id = (usual if name in typed else given for name, usual, given in
                              (("bos", BOS, bos_id), ("eos", EOS, eos_id), ("pad", PAD, pad_id)))
    target = torch.full((len(source), 1), {"bos": bos_id, "pad": pad_id, "eos": eos_id}[start])
    ended = torch.zeros(len(source), dtype=torch.bool)
    ever = ended.clone()
    for _ in range((source.shape[1] if rounds == "source" else max_len) + extra):
        read = {"all": target, "last": target[:, -1:], "no bos": target[:, min(1, target.shape[1] - 1):]}[feed]
        given = source[:, :-1] if part_of_source else source
        logits = model(read, given) if swapped else model(given, read)
        logits = logits.softmax(over) if over != -1 else logits
        logits = logits.scatter(-1, logits.argmax(-1, keepdim=True), -torch.inf) if rank else logits
        special = {"bos": bos_id, "eos": eos_id, "pad": pad_id}
        for name in never:
            logits = logits.index_fill(-1, torch.tensor([special[name]]), -torch.inf)
        if not repeats:
            newest = torch.nn.functional.one_hot(target[:, -1:], logits.shape[-1]).bool()
            logits = logits.masked_fill(newest, -torch.inf)
        token = logits[:, at].argmin(-1) if worst else logits[:, at].argmax(-1)
        token = token[of].expand(len(source))
        ends = (token == eos_id) | (token == pad_id) if pad_ends else token == eos_id
        for name in also_ends:
            ends = ends | (token == special[name])
        if after != "babble":
            token = torch.where(ended, eos_id if after == "eos" else pad_id, token)
        if not keep_eos:
            token = torch.where(ends, pad_id, token)
        if stop == "all, before it is appended" and (ended | ends).all():
            break
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended, ever = ended | ends if memory else ends, ever | ends
        if {"all": ended.all(), "any": ended.any(), "all, each in its round": ever.all(), "first": ended[0],
                "last": ended[-1]}.get(stop, False):
            break
    if last_is_eos:
        target[:, -1] = torch.where(ended, target[:, -1], eos_id)
    return target[:, 0 if keep_bos else 1:target.shape[1] - cut]


def _decode_in_one_go(model, source, bos_id, eos_id, pad_id, max_len):
    target = _decode(model, source, bos_id, eos_id, pad_id, max_len, keep_bos=True)
    return model(source, target).argmax(-1)


def _decode_by_one_argmax(model, source, bos_id, eos_id, pad_id, max_len, set_ended=False):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = model(source, target)[:, -1].argmax()
        if set_ended:
            token[ended] = pad_id                             # raises: there is only one token
        token = torch.where(ended, pad_id, token)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def _decode_in_a_buffer(model, source, bos_id, eos_id, pad_id, max_len, width=1):
    """The target has its full length from the start, and the logits behind its padding are read."""
    target = torch.full((len(source), max_len + width), pad_id)
    target[:, 0] = bos_id
    ended = torch.zeros(len(source), dtype=torch.bool)
    for t in range(max_len):
        token = torch.where(ended, pad_id, model(source, target)[:, -1].argmax(-1))
        if t + 1 < target.shape[1]:
            target[:, t + 1] = token
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def _decode_over_positions(model, source, bos_id, eos_id, pad_id, max_len):
    target = torch.full((len(source), 1), bos_id)
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(max_len):
        token = torch.where(ended, pad_id, model(source, target).argmax(1)[:, -1])
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended = ended | (token == eos_id)
        if ended.all():
            break
    return target[:, 1:]


def _decode_leaving(model, source, bos_id, eos_id, pad_id, max_len, source_too=True, remembered=True):
    """Sentences that have ended leave the batch: with their source or without, and back to their rows or not."""
    ids = torch.full((len(source), max_len), pad_id)
    rows, target = torch.arange(len(source)), torch.full((len(source), 1), bos_id)
    for t in range(max_len):
        token = model(source[rows] if source_too else source[:len(rows)], target)[:, -1].argmax(-1)
        ids[rows if remembered else slice(len(rows)), t] = token
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        rows, target = rows[token != eos_id], target[token != eos_id]
        if not len(rows):
            break
    return ids


def _decode_first_only(model, source, *settings):
    return _decode(model, source[:1], *settings)


DECODING = [
    *(Misconception(
        slug, partial(_decode, **switch), later("Your ids are exactly what comes out when {words}.",
                                                words=words), why, look, as_ids)
      for slug, switch, words, why, look in (
          ("as-many-rounds-as-source-tokens", {"rounds": "source"}, "there are as many rounds as source tokens",
           "A translation may be longer than its source. `max_len` says how long it may be.", "How often does your "
           "loop run?"),
          ("bos-not-read", {"feed": "no bos"}, "the model no longer reads bos after the first round",
           "In training every target began with bos, and each token has its own position.",
           "What does the model get in the second round?"),
          ("softmax-over-sentences", {"over": 0}, "a softmax runs over the sentences, before the best token is chosen",
           "The tokens of one sentence compete with each other, not the sentences of a batch.",
           "Along which axis? (The argmax needs no softmax at all.)"),
          ("softmax-over-positions", {"over": 1}, "a softmax runs over the positions, before the best token is chosen",
           "The tokens of one position compete with each other.", "Along which axis? (The argmax needs no softmax.)"),
          ("first-sentence-for-all", {"of": 0}, "the best token of the first sentence is written for all",
           "Each sentence of the batch has its own best token.", "Where does your code take the first row alone, with "
           "an index 0 or a slice?"),
          ("second-best", {"rank": 1}, "the second best token is taken", "Greedy decoding takes the best.",
           "Which place of your order do you take?"))),
    Misconception(
        "first-sentence-only", _decode_first_only,
        "Your ids are exactly those of the first sentence; the others are missing.",
        "`source` is a batch: each of its rows is a sentence.", "With how many rows does your target begin?", as_ids),
    Misconception(
        "keeps-writing-after-eos", partial(_decode, after="babble"),
        "Your ids are exactly what comes out when a sentence that has ended goes on until all have.",
        "The model writes something after eos, too; it means nothing. In a batch the short sentences would end in "
        "noise.", "What is appended to a sentence that has ended already?", as_ids),
    Misconception(
        "no-stop-at-all", partial(_decode, after="babble", stop="never"),
        "Your ids are exactly what comes out when nothing ever stops a sentence but `max_len`.",
        "The model writes something after eos, too; it means nothing, and every round costs time.",
        "Where does your code look for `eos_id`?", as_ids),
    Misconception(
        "stops-only-if-all-end-together", partial(_decode, after="babble", memory=False),
        "Your ids are exactly what comes out when the loop ends only if all sentences write eos in the same round.",
        "The model writes something after eos, too; it means nothing. Which sentences have ended must be remembered "
        "from round to round.", "What is appended to a sentence that has ended already?", as_ids),
    *(Misconception(
        "ended-forgotten", partial(_decode, memory=False, stop=stop),
        "Your ids are exactly what comes out when it is remembered for one round only that a sentence has ended.",
        "After one pad the sentence goes on. A sentence that has ended stays ended.",
        "How do you join what you knew (which sentences had ended) with what is new?", as_ids)
      for stop in ("all", "all, each in its round", "never")),
    *(Misconception(
        f"{name}-typed-in", partial(_decode, typed=(name,)),
        later("Your ids are exactly what comes out when {name}_id is {usual}, whatever it is given as.", name=name,
              usual=usual),
        "Another vocabulary has other ids. The function is told which ones.",
        later("Where does `{name}_id` stand in your code, and where a number?", name=name), as_ids)
      for name, usual in (("pad", PAD), ("bos", BOS), ("eos", EOS))),
    Misconception(
        "padding-ends-a-sentence", partial(_decode, pad_ends=True),
        "Your ids are exactly what comes out when a sentence counts as ended after a padding token, too.",
        "Only eos ends a sentence. A padding token that the *model* writes, as it may in its first steps of training, "
        "is a token like any other.", "By which token do you find out that a sentence has ended?", as_ids),
    Misconception(
        "bos-ends-a-sentence", partial(_decode, also_ends=("bos",)),
        "Your ids are exactly what comes out when a sentence counts as ended after a bos, too.",
        "Only eos ends a sentence. A bos that the *model* writes, as it may in its first steps of training, is a token "
        "like any other.", "By which token do you find out that a sentence has ended?", as_ids),
    Misconception(
        "padding-and-bos-end-a-sentence", partial(_decode, also_ends=("pad", "bos")),
        "Your ids are exactly what comes out when a sentence counts as ended after a padding token or a bos, too.",
        "Only eos ends a sentence. What else the *model* writes, as it may in its first steps of training, is a token "
        "like any other.", "By which token do you find out that a sentence has ended?", as_ids),
    Misconception(
        "source-and-target-swapped", partial(_decode, swapped=True),
        "Your ids are exactly what comes out when the model gets the target for its source, and the source for its "
        "target.",
        "The encoder reads the sentence to be translated, the decoder what has been written so far.",
        "In which order does `model` take the two?", as_ids),
    Misconception(
        "another-source", partial(_decode, part_of_source=True),
        "Your ids are exactly what comes out when the model gets another source than the one that your function was "
        "given, a part of it for example.",
        "Each word of the sentence to be translated may change the translation.",
        "Which rows and columns of `source` does the model get?", as_ids),
    *(Misconception(
        "one-sentence-decides", partial(_decode, stop=which),
        later("Your ids are exactly what comes out when the loop ends as soon as the {which} sentence of the batch "
              "has ended.", which=name),
        "The others may not have ended yet, and are cut off in the middle.",
        "Of which sentences does your condition ask whether they have ended?", as_ids)
      for which, name in (("first", "first"), ("last", "last"))),
    *(Misconception(
        "tokens-forbidden", partial(_decode, never=never),
        later("Your ids are exactly what comes out when the model may not write {names}.", names=names),
        "The exercise asks for the most likely token, whichever it is. A trained model hardly ever writes these; one "
        "that does shows that something is wrong, and so it should be seen.",
        "What happens to the logits before you take the largest?", as_ids)
      for never, names in ((("pad",), "pad"), (("bos",), "bos"), (("pad", "bos"), "pad and bos"))),
    Misconception(
        "no-token-twice", partial(_decode, repeats=False),
        "Your ids are exactly what comes out when a token may not be written twice in a row.",
        "The exercise asks for the most likely token, also where it is the same as the last one.",
        "What happens to the logits before you take the largest?", as_ids),
    Misconception(
        "eos-put-at-the-end", partial(_decode, last_is_eos=True),
        "Your ids are exactly the expected ones, with eos as the last token of a sentence that has not ended.",
        "It was cut off at `max_len`, and without an eos one can see that.", "What is done after the loop, or in its "
        "last round?", as_ids),
    Misconception(
        "last-column-dropped", partial(_decode, cut=1),
        "Your ids are exactly the expected ones without the last column.",
        "It holds the eos of the longest sentence, or the last token before `max_len`: both belong to the answer.",
        "Where does the slice that you return begin, and where does it end?", as_ids),
    Misconception(
        "last-column-dropped-for-the-first", partial(_decode, cut=1, keep_bos=True),
        "Your ids are exactly the expected ones with bos in front, and without the last column.",
        "bos only starts the model and is no part of the translation; the last column is.",
        "Which column does your slice leave out?", as_ids),
    *(Misconception(
        "read-behind-the-padding", partial(_decode_in_a_buffer, width=width),
        "Your ids are exactly what comes out when the target has its full length from the first round on, filled up "
        "with pad, and its last position is read.",
        "What stands there says what comes after a padding token. The logits at position t say what follows the tokens "
        "up to t.", "In round t, at which position is the newest token?", as_ids)
      for width in (1, 0)),
    Misconception(
        "argmax-over-positions", _decode_over_positions,
        "Your ids are exactly what comes out when the largest logit is looked for over the positions, axis 1 of "
        "(B, T, vocab_size).",
        "What is found then is a position, and no id of a token.", "Which axis counts the tokens to choose from?",
        as_ids),
    Misconception(
        "source-not-cut", partial(_decode_leaving, source_too=False),
        "Your ids are exactly what comes out when sentences that have ended leave the target, and the first rows of "
        "the source go on, whichever they are.",
        "Then a sentence is continued with another one's source.",
        "Are the same rows taken from the source as from the target?", as_ids),
    Misconception(
        "rows-not-followed", partial(_decode_leaving, remembered=False),
        "Your ids are exactly what comes out when sentences that have ended leave the batch, and the tokens of the "
        "others are written into the first rows of the result.",
        "After that, row i of the batch is no longer sentence i.",
        "How do you find out to which sentence a row of the smaller batch belongs?", as_ids),
    Misconception(
        "last-eos-lost", partial(_decode, stop="all, before it is appended"),
        "Your ids are exactly what comes out when the loop ends before the last column is appended.",
        "The eos of the longest sentence is in that column, and it is part of the answer.",
        "Which comes first in your loop, the `break` or the appending?", as_ids),
    Misconception(
        "filled-with-eos", partial(_decode, after="eos"),
        "Your ids are exactly the expected ones, with eos instead of pad after the end of a sentence.",
        "The exercise asks for pad there, so that the end of a sentence can be told from what fills it up.",
        "With which id do you fill up?", as_ids),
    Misconception(
        "stops-at-the-first-eos", partial(_decode, stop="any"),
        "Your ids are exactly what comes out when the loop ends as soon as one sentence has ended.",
        "The others of the batch are cut off in the middle.", "`any` or `all`?", as_ids),
    Misconception(
        "eos-left-out", partial(_decode, keep_eos=False),
        "Your ids are exactly the expected ones without the eos.",
        "The eos is part of the answer: without it a finished sentence looks like one that was cut off at "
        "`max_len`.", "When does a sentence count as ended: before its eos is written, or after?", as_ids),
    Misconception(
        "bos-kept", partial(_decode, keep_bos=True),
        "Your ids are exactly the expected ones with bos in front.",
        "bos only starts the model; it is not part of the translation.", "What do you return?", as_ids),
    Misconception(
        "starts-with-padding", partial(_decode, start="pad"),
        "Your ids are exactly what comes out when the target begins with pad instead of bos.",
        "In training every target began with bos; any other beginning is one that the model has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "starts-with-eos", partial(_decode, start="eos"),
        "Your ids are exactly what comes out when the target begins with eos instead of bos.",
        "In training every target began with bos; any other beginning is one that the model has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "first-position", partial(_decode, at=0),
        "Your ids are exactly what comes out when the logits of the *first* position are read in every round.",
        "The logits at position t say what follows the tokens up to t. What is new is at the end.",
        "At which position do you read the logits?", as_ids),
    Misconception(
        "only-the-last-token-fed", partial(_decode, feed="last"),
        "Your ids are exactly what comes out when the model is given the last token alone.",
        "The next word depends on all words before it, and the model tells positions by counting from the start of "
        "what it is given.", "What do you hand to the model in each round?", as_ids),
    Misconception(
        "one-round-too-many", partial(_decode, extra=1),
        "Your ids are exactly what comes out when one token more than `max_len` may be written.",
        "`max_len` counts the tokens that are returned; bos is none of them.", "How often does your loop run?",
        as_ids),
    Misconception(
        "one-round-too-few", partial(_decode, extra=-1),
        "Your ids are exactly what comes out when one token less than `max_len` may be written.",
        "`max_len` counts the tokens that are returned; bos is none of them.", "How often does your loop run?",
        as_ids),
    Misconception(
        "least-likely", partial(_decode, worst=True),
        "Your ids are exactly those of the *least* likely tokens.",
        "Greedy decoding takes the most likely one each time.", "Which end of the logits do you take?", as_ids),
    *(Misconception(
        "one-argmax-for-all", wrong,
        "Your code does exactly what it does when `argmax` is given no axis: it finds one place in the whole table "
        "(B, vocab_size), not one in each row.",
        "For one sentence both are the same. For several, the place counts through all rows and is no id of a token.",
        "Which axis of (B, vocab_size) counts the tokens to choose from?", as_ids)
      for wrong in (_decode_by_one_argmax, partial(_decode_by_one_argmax, set_ended=True))),
    Misconception(
        "predicted-in-one-go", _decode_in_one_go,
        "Your ids are exactly the model's predictions for every position of the finished target, one more than needed.",
        "After the loop the translation is already there; the model need not be asked again.", "What do you return?",
        as_ids),
]
