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
    row = next(i for i in range(len(want)) if got[i].tolist() != want[i].tolist())
    ids = commas([f"{name} {sight.inputs[f'{name}_id']}" for name in ("bos", "eos", "pad")])
    return say("On the case “{about}” ({ids}, max_len {max_len}), sentence {row}:\n\n    yours     {tolist}\n    "
               "expected  {tolist2}", about=say(sight.got.case.about), ids=ids, max_len=sight.inputs['max_len'],
               row=row, tolist=got[row].tolist(), tolist2=want[row].tolist())


# -------------------------------------------------------------------------------- 9.4 decoding

def _decode(model, source, bos_id, eos_id, pad_id, max_len, start="bos", at=-1, after="pad", keep_eos=True,
            keep_bos=False, stop="all", feed="all", extra=0, worst=False, memory=True, typed=(), pad_ends=False,
            rounds=None, over=-1, rank=0, of=slice(None)):
    """`greedy_decode` with one thing done differently."""
    bos_id, eos_id, pad_id = (usual if name in typed else given for name, usual, given in
                              (("bos", BOS, bos_id), ("eos", EOS, eos_id), ("pad", PAD, pad_id)))
    target = torch.full((len(source), 1), {"bos": bos_id, "pad": pad_id, "eos": eos_id}[start])
    ended = torch.zeros(len(source), dtype=torch.bool)
    ever = ended.clone()
    for _ in range((source.shape[1] if rounds == "source" else max_len) + extra):
        read = {"all": target, "last": target[:, -1:], "no bos": target[:, min(1, target.shape[1] - 1):]}[feed]
        logits = model(source, read)
        logits = logits.softmax(over) if over != -1 else logits
        logits = logits.scatter(-1, logits.argmax(-1, keepdim=True), -torch.inf) if rank else logits
        token = logits[:, at].argmin(-1) if worst else logits[:, at].argmax(-1)
        token = token[of].expand(len(source))
        ends = (token == eos_id) | (token == pad_id) if pad_ends else token == eos_id
        if after != "babble":
            token = torch.where(ended, eos_id if after == "eos" else pad_id, token)
        if not keep_eos:
            token = torch.where(ends, pad_id, token)
        if stop == "all, before it is appended" and (ended | ends).all():
            break
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended, ever = ended | ends if memory else ends, ever | ends
        if {"all": ended.all(), "any": ended.any(), "all, each in its round": ever.all()}.get(stop, False):
            break
    return target if keep_bos else target[:, 1:]


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
           "Each sentence of the batch has its own best token.", "Which axis does an index 0 take away in your code?"),
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
