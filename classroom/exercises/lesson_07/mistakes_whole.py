"""Exercise 7.6: what learners write instead, and what it means. Used by `lesson_07`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .sloppy_whole import SloppyTransformer


class _OwnOutput(SloppyTransformer):
    """The output is an `nn.Linear` with a table of its own, and a bias."""

    def _logits(self, states):
        return states @ self.table[1].weight.T + self.bias


class _ArgMax(SloppyTransformer):
    """The likeliest tokens instead of the logits."""

    def _logits(self, states):
        return super()._logits(states).argmax(-1)


_SCALE = ("The table begins with numbers of size 1/√d_model, since it is the output layer, too. The factor √d_model "
          "(§3.4 of the paper) brings a word's vector to the size of the positions that are added to it.")
_TABLE = "The paper (§3.4) shares one table: source, target and, transposed, the output."
_PAD = "Padding is no word: no query may attend to it, in the encoder or from the decoder."
_FUTURE = ("Position t is asked for the token that stands at t + 1, and may not read it. A model that was trained so "
           "can have a very low loss, and cannot write.")
_MEMORY = "Every layer of the decoder reads the same memory: what the whole encoder, its norm included, has made."
_POSITIONS = "Attention itself knows no order: both sides are told it, each counted from 0."
_SOURCE = "The source is known from end to end before the first word is written: nothing of it is the future."
_LOGITS = "The loss and decoding take logits, one for each token of the vocabulary, and no softmax before."


def _whole(slug: str, says: str, why: str, look: str, kind=SloppyTransformer, **switches) -> Misconception:
    return Misconception(slug, partial(kind, **switches), later(
        "Your logits are exactly {says}.", says=says), why, look)


WHOLE = [
    _whole("scale-forgotten", "what comes out when the embeddings are not multiplied by √d_model", _SCALE,
           "What happens between the table and the positions?", scale="none"),
    *(_whole("scale-forgotten-on-one-side", later("what comes out when only the {side} is multiplied by √d_model",
                                                  side=side), _SCALE,
             "Do source and target go through the same steps?", scaled=letter)
      for side, letter in (("source", "s"), ("target", "t"))),
    _whole("scaled-twice", "what comes out when the embeddings are multiplied by d_model: by √d_model, twice", _SCALE,
           "How often is the factor applied, and is it a root?", scale="d_model"),
    _whole("scale-inverted", "what comes out when the embeddings are divided by √d_model", _SCALE,
           "Do you multiply or divide?", scale="1/√d_model"),
    _whole("scaled-by-d-head", "what comes out when the embeddings are multiplied by √d_head", _SCALE,
           "Of which size do you take the root?", scale="√d_head"),
    _whole("scaled-by-the-vocabulary", "what comes out when the embeddings are multiplied by √vocab_size", _SCALE,
           "Of which size do you take the root?", scale="√vocab_size"),
    _whole("scaled-by-√512", "what comes out when the embeddings are multiplied by √512, whatever d_model is",
           later("{scale} 512 is the d_model of the paper.", scale=_SCALE), "Of which number do you take the root?",
           scale="√512"),
    _whole("scaled-by-√16", "what comes out when the embeddings are multiplied by √16, whatever d_model is",
           later("{scale} 16 is the d_model of the page's small models.", scale=_SCALE),
           "Of which number do you take the root?", scale="√16"),
    _whole("scaled-by-half", "what comes out when the embeddings are multiplied by d_model / 2", later(
        "{scale} At d_model = 4 the root is 4 / 2, elsewhere it is not. And in Python `d_model ** 1/2` is "
        "`(d_model ** 1) / 2`.", scale=_SCALE), "How do you write the root?", scale="d_model / 2"),
    _whole("positions-scaled", "what comes out when the sum of embedding and position is multiplied by √d_model",
           _SCALE, "What stands inside the brackets?", scale="sum"),
    _whole("no-positions", "what comes out without positions", _POSITIONS, "What is added to the embeddings?",
           positions=""),
    _whole("no-positions-in-the-target", "what comes out when the target gets no positions", _POSITIONS,
           "Do source and target go through the same steps?", positions="s"),
    _whole("no-positions-in-the-source", "what comes out when the source gets no positions", _POSITIONS,
           "Do source and target go through the same steps?", positions="t"),
    _whole("positions-from-1", "what comes out when the positions are counted from 1", _POSITIONS,
           "Which row of the table does the first token get?", place="from 1"),
    *(_whole(f"positions-from-{slug}", later("what comes out when the positions are counted from {words}, and "
                                             "the table has rows enough for that", words=words), _POSITIONS,
             "Which row of the table does the first token get?", place=place, longest="more")
      for slug, words, place in (("1", "1", "from 1"), ("pad-id", "`pad_id` + 1", "after pad_id"))),
    _whole("target-positions-from-1", "what comes out when the positions of the target are counted from 1, and those "
           "of the source from 0", _POSITIONS, "Which row of the table does the first token of the target get?",
           place="target from 1"),
    _whole("target-positions-go-on", "what comes out when the positions of the target go on where the source ends",
           later("{positions} Otherwise the same target would be read in another way after a longer source.",
                 positions=_POSITIONS),
           "Which rows of the table does the target get?", place="goes on"),
    _whole("positions-of-the-batch", "what comes out when as many positions are added as there are sentences",
           "The first axis of ids counts sentences, the second one tokens.",
           "What is the number in the brackets after `positions`?", place="by batch"),
    *(Misconception(f"positions-of-the-{of}", partial(SloppyTransformer, place=f"of the {of}"), later(
        "Your model does exactly the same as one in which the {side}, too, gets as many positions as the {of} has "
        "tokens. It is right only where the two are equally long.", side=side, of=of), _POSITIONS, later(
            "To which length do you cut the positions of the {side}?", side=side))
      for of, side in (("source", "target"), ("target", "source"))),
    _whole("positions-looked-up-by-id", "what comes out when each token gets the row of the positions whose number is "
           "its id", later("{positions} Which row a token gets says where it stands, not which token it is.",
                           positions=_POSITIONS),
           "What stands in the brackets after `positions`?", place="by id"),
    _whole("last-positions", "what comes out when the last rows of the table of positions are added, and not the "
           "first ones", _POSITIONS, "Which row of the table does the first token get?", place="last rows"),
    _whole("causal-mask-missing", "what comes out when the decoder's self-attention hides padding only", _FUTURE,
           "Which mask does the decoder get for the target?", own_mask="padding only"),
    _whole("causal-mask-missing", "what comes out when the decoder gets no mask for the target", _FUTURE,
           "Which mask does the decoder get for the target?", own_mask="none"),
    _whole("causal-mask-transposed", "what comes out when each position of the target sees itself and the future, and "
           "not the past", _FUTURE, "Are the rows of your causal mask the queries?", own_mask="transposed"),
    _whole("causal-mask-off-by-one", "what comes out when each position of the target also sees the next one",
           _FUTURE, "Where does your causal mask begin to be False?", own_mask="off by one"),
    _whole("causal-mask-strict", "what comes out when no position of the target sees itself", "Position t has read the "
           "token at t, which is the latest thing that it knows.", "Is the diagonal of your mask True?",
           own_mask="strict"),
    _whole("causal-mask-inverted", "what comes out when True and False of the causal mask are exchanged",
           "In this course True means: may attend. PyTorch's own module has it the other way round.",
           "What happens to the mask before the decoder gets it?", own_mask="inverted"),
    _whole("source-padding-not-masked", "what comes out when the source's padding is masked nowhere", _PAD,
           "Where is `pad_id` used?", encoder_mask="none", memory_mask="none"),
    _whole("source-padding-not-masked-in-the-encoder", "what comes out when the encoder gets no padding mask", _PAD,
           "Which masks do the encoder and the decoder get?", encoder_mask="none"),
    _whole("source-padding-not-masked-in-cross-attention", "what comes out when cross-attention gets no padding mask",
           later("{pad} The encoder makes a vector for padding, too, and it stands in the memory.", pad=_PAD),
           "Which masks do the encoder and the decoder get?", memory_mask="none"),
    _whole("first-sentence's-padding-mask", "what comes out when all sentences get the padding mask of the first one",
           "The sentences of a batch differ in length, and so in what is padding.",
           "What happens to the mask of the source before it is handed on?", encoder_mask="first's",
           memory_mask="first's"),
    _whole("padding-of-one-sentence-not-masked", "what comes out when the source's padding is masked in a batch of "
           "several sentences, and not in a batch of one", later(
               "{pad} A single sentence may be padded, too.", pad=_PAD),
           "When does your model make no mask of the source?", encoder_mask="in batches", memory_mask="in batches"),
    _whole("padding-mask-inverted", "what comes out when True and False of the source's padding mask are exchanged",
           "In this course True means: may attend. PyTorch's own module has it the other way round.",
           "Where is the mask True, at words or at padding?", encoder_mask="inverted", memory_mask="inverted"),
    _whole("target-padding-in-cross-attention", "what comes out when cross-attention gets the padding mask of the "
           "target", "Its keys are the memory, one for each token of the *source*.",
           "Which masks does the decoder get?", memory_mask="the target's"),
    _whole("decoder-mask-in-cross-attention", "what comes out when cross-attention gets the mask of the target",
           later("{source} Its keys are the memory, one for each token of the source.", source=_SOURCE),
           "Which masks does the decoder get?", memory_mask="decoder's"),
    _whole("masks-swapped", "what comes out when the two masks of the decoder have changed places", "The mask of the "
           "target is for self-attention, that of the source's padding for cross-attention. Where the two sentences "
           "are equally long, there is no error.", "In which order does the decoder get its masks?",
           own_mask="the source's", memory_mask="decoder's"),
    _whole("causal-cross-attention", "what comes out when cross-attention is causal, too", _SOURCE,
           "Which masks does the decoder get?", memory_mask="causal"),
    _whole("causal-cross-attention", "what comes out when cross-attention gets a causal mask and no padding mask",
           _SOURCE, "Which masks does the decoder get?", memory_mask="causal alone"),
    _whole("causal-encoder", "what comes out when the encoder is causal", _SOURCE, "Which mask does the encoder get?",
           encoder_mask="causal, source"),
    _whole("pad-id-ignored", "what comes out when 0 is taken for padding, whatever `pad_id` is",
           "Which id stands for padding is decided by the vocabulary.", "Where is `pad_id` used?", pad="0"),
    *(_whole("pad-id-as-a-bound", says, "Padding is the one id that is equal to `pad_id`. Where it is not 0, there are "
             "words below it.", "With which sign does your mask compare ids and `pad_id`?", pad=pad)
      for says, pad in (("what comes out when only ids above `pad_id` are taken for words", "bound"),
                        ("what comes out when only ids above `pad_id` are taken for words of the source",
                         "bound in the source"))),
    *(_whole("pad-id-ignored-on-one-side", later("what comes out when 0 is taken for padding in the {side}, whatever "
                                                 "`pad_id` is", side=side),
             "Which id stands for padding is decided by the vocabulary.", "Which id is each of your masks told?",
             pad=f"0 in the {side}") for side in ("source", "target")),
    _whole("encoder-layer-to-decoder-layer", "what comes out when each decoder layer gets what the encoder layer of "
           "the same height has made", _MEMORY, "Do the two stacks run one after the other, or side by side?",
           memory="layer by layer"),
    _whole("encoder-layer-to-decoder-layer", "what comes out when each decoder layer gets what the encoder layer of "
           "the same height has made, normalised", _MEMORY,
           "Do the two stacks run one after the other, or side by side?", memory="layer by layer, normed"),
    _whole("encoder-norm-missing", "what comes out when the memory is not normalised at the end of the encoder",
           _MEMORY, "Do you call the encoder, or its layers one by one?", memory="encoder's layers"),
    _whole("one-norm-for-both-stacks", "what comes out when the encoder ends with the norm of the decoder",
           later("{memory} Each stack has a final norm of its own.",
                 memory=_MEMORY), "Which norm does the memory pass?",
           memory="decoder's norm"),
    _whole("memory-normalised-again", "what comes out when the memory passes through one more norm", later(
        "{memory} It needs no second one.",
        memory=_MEMORY), "What happens between the encoder and the decoder?", memory="normed twice"),
    _whole("encoder-skipped", "what comes out when the memory is the embedded source, and the encoder is never used",
           _MEMORY, "What does the decoder get as memory?", memory="embedded source"),
    _whole("encoder-skipped", "what comes out when the memory is the embedded source; what the encoder gives is used "
           "nowhere", _MEMORY, "Which name does the encoder's result get, and what does the decoder get as memory?",
           memory="embedded source, encoded in vain"),
    _whole("memory-of-the-target", "what comes out when the decoder gets the embedded target as its memory; what the "
           "encoder gives is used nowhere", later("{memory} Without it the translation has nothing to do with the "
                                                  "source.", memory=_MEMORY),
           "Which name does the encoder's result get, and what does the decoder get as memory?",
           memory="embedded target, encoded in vain"),
    _whole("memory-of-the-target", "what comes out when the decoder gets the embedded target as its memory",
           later("{memory} Without it the translation has nothing to do with the source.", memory=_MEMORY),
           "What does the decoder get as memory?", memory="embedded target"),
    _whole("encoded-twice", "what comes out when the memory goes through the encoder once more", _MEMORY,
           "How often is the encoder called?", memory="encoded twice"),
    _whole("source-added-to-memory", "what comes out when the embedded source is added to the memory", later(
        "{memory} The residual connections are inside the layers.",
        memory=_MEMORY), "What does the decoder get as memory?",
           memory="source added"),
    _whole("memory-scaled", "what comes out when the memory is multiplied by √d_model", later(
        "{memory} The factor belongs to the embeddings.", memory=_MEMORY),
           "What happens between the encoder and the decoder?", memory="times √d_model"),
    _whole("memory-of-the-first-sentence", "what comes out when every sentence gets the memory of the first one", later(
        "{memory} Unlike an attention, `Encoder` returns a single tensor, with a memory for each sentence.",
        memory=_MEMORY), "Does a `[0]` or `[:1]` stand behind the encoder?", memory="first sentence"),
    *(_whole("memory-of-one-vector", later("what comes out when the decoder gets {words}, without a mask", words=words),
             later("{memory} That there is one vector for each word is why the decoder can look for the word that it "
                   "needs.", memory=_MEMORY), "Which shape has what the decoder gets as memory?", memory=memory,
             memory_mask="none")
      for words, memory in (("the mean of the memory alone", "mean"), ("the last vector of the memory alone", "last"))),
    _whole("memory-zeroed-at-padding", "what comes out when the memory is set to 0 where the source is padding, and "
           "cross-attention gets no mask", later("{pad} A vector of zeros still takes a share of the attention.",
                                                 pad=_PAD),
           "Which masks do the encoder and the decoder get?", memory="zeroed", memory_mask="none"),
    _whole("source-and-target-swapped", "what comes out when source and target have changed places",
           "`forward(source, target)`: the encoder reads the first, the decoder the second.",
           "Which ids does the encoder get?", inputs="swapped"),
    _whole("target-in-the-encoder", "what comes out when encoder and decoder both read the target",
           "Then the model has nothing to translate, and everything to copy.", "Which ids does the encoder get?",
           inputs="target twice"),
    _whole("source-in-the-decoder", "what comes out when encoder and decoder both read the source",
           "The decoder reads what has been written so far.", "Which ids does the decoder get?",
           inputs="source twice"),
    _whole("output-not-tied", "what comes out when the output layer has a table of its own", later(
        "{table} A copy holds the same numbers only until one of the two is changed, by training or, as here, by "
        "weights "
        "that are put in: it must be the same parameter.", table=_TABLE),
           "What are the decoder's vectors multiplied with?", output="own"),
    _whole("output-not-tied", "what comes out when the output layer has a table of its own, and a bias", _TABLE,
           "What are the decoder's vectors multiplied with?", _OwnOutput),
    _whole("source-and-target-tables", "what comes out when source and target have a table each", later(
        "{table} That needs a vocabulary of both languages, which is what ours is.", table=_TABLE),
           "How many `nn.Embedding`s does `__init__` make?", tables="two"),
    _whole("source-and-target-tables", "what comes out when the target has a table of its own, and the output is that "
           "of the source", _TABLE, "How many `nn.Embedding`s does `__init__` make?", tables="two, source's"),
    _whole("three-tables", "what comes out when source, target and output have a table each", _TABLE,
           "How many matrices of vocab_size × d_model does `__init__` make?", tables="three"),
    _whole("bias-on-the-output", "the right ones plus a number for each token", later(
        "{table} The logit is the dot product with a token's embedding, and nothing besides. Some models add a bias "
        "here; then the comparison with PyTorch's module at the end of the lesson fails.",
        table=_TABLE), "An `nn.Linear` has a bias unless told otherwise.",
           output="bias"),
    _whole("softmax-on-the-output", "the right ones after a softmax", _LOGITS,
           "What happens after the product with the table?", output="softmax"),
    _whole("softmax-on-the-output", "the right ones after a log-softmax", _LOGITS,
           "What happens after the product with the table?", output="log_softmax"),
    *(_whole("softmax-over-the-positions", later("the right ones after a {name} over axis 1", name=name), later(
        "{logits} Axis 1 counts the positions of the target: each would then depend on all the others.",
        logits=_LOGITS),
             "What happens after the product with the table?", output=f"{output} over 1")
      for name, output in (("softmax", "softmax"), ("log-softmax", "log_softmax"))),
    _whole("padding-hidden-in-the-logits", "the right ones with −∞ for the id of padding", "The model returns the "
           "dot product with every row of the table. Which tokens may be written is decided later, by what calls it.",
           "What happens after the product with the table?", output="padding hidden"),
    _whole("table-normalised", "what comes out when each row of the output table is divided by its length",
           later("{table} The dot product with a row is the logit, its length included.", table=_TABLE),
           "What is the table that the decoder's vectors are multiplied with?", output="normalised table"),
    _whole("logits-scaled", "the right ones divided by √d_model", "The factor belongs to the embeddings that go in; "
           "what comes out is a plain product.", "What happens between the decoder and the logits?",
           output="1/√d_model"),
    _whole("logits-scaled", "the right ones multiplied by √d_model", "The factor belongs to the embeddings that go in; "
           "what comes out is a plain product.", "Where does your code multiply by √d_model: only where ids become "
           "vectors?", output="√d_model"),
    _whole("normalised-before-the-output", "what comes out with one more norm before the output", "The decoder ends "
           "with a norm already.", "What happens to what the decoder returns?", output="normed"),
    _whole("no-output-layer", "the decoder's vectors: they are not compared with the table",
           "For each position there is one number for each token of the vocabulary.",
           "What does your `forward` return?", output="states"),
    *(_whole("last-position-only", "those of the last position only", "In training all positions are asked at once.",
             "What does your `forward` return?", output=output) for output in ("last", "last, no axis")),
    _whole("tokens-returned", "what the right ones become when only the likeliest token is kept", _LOGITS,
           "What does your `forward` return?", _ArgMax),
    _whole("shifted-inside", "those for the target moved by one to the right, its first token twice", "The shift is "
           "made outside: what arrives is the decoder's input already.", "Which ids does the decoder get?",
           inputs="target shifted"),
    *(_whole("shifted-inside", later("those for the target moved by one to the right, with {what} in front", what=what),
             "The shift is made outside: what arrives is the decoder's input already, and begins with `<bos>`.",
             "Which ids does the decoder get?", inputs=f"target shifted, {first}", own_mask=mask)
      for first, what in (("pad_id", "`pad_id`"), ("2", "the id 2"), ("the last", "its last token"))
      for mask in ("right", "causal alone")),
    _whole("shifted-inside", "those for the target without its last token", "The shift is made outside: what arrives "
           "is the decoder's input already.", "Which ids does the decoder get?", cut=True),
    _whole("one-encoder-layer", "what an encoder gives of which a single layer is used, whatever `n_layers` says",
           "`n_layers` is meant for both stacks.", "What is `Encoder` told, and do you call it, or its layers?",
           layers="one encoder layer"),
    _whole("one-decoder-layer", "what a decoder of a single layer gives, whatever `n_layers` says",
           "`n_layers` is meant for both stacks.", "What is `Decoder` told?", layers="one decoder layer"),
    *(_whole("one-layer-less", later(
        "what comes out when {words} one layer less than `n_layers` says, and at least one", words=words),
             "`n_layers` is the number of layers in each of the two stacks.", "What are `Encoder` and `Decoder` told?",
             layers=layers)
      for words, layers in (("the encoder has", "encoder one less"), ("the decoder has", "decoder one less"),
                            ("each stack has", "each one less"))),
    _whole("one-layer-less", "what comes out when each stack has one layer less than `n_layers` says. Where `n_layers` "
           "is 1, none would be left, and your code stops", "`n_layers` is the number of layers in each of the two "
           "stacks.", "What are `Encoder` and `Decoder` told?", layers="each one less, or none"),
    _whole("one-layer-each", "what comes out when each stack has a single layer, whatever `n_layers` says",
           "`n_layers` is meant for both stacks.", "What are `Encoder` and `Decoder` told?", layers="one each"),
    _whole("two-layers-typed-in", "what comes out when each stack has two layers, whatever `n_layers` says",
           "`n_layers` is meant for both stacks.", "What are `Encoder` and `Decoder` told?", layers="two each"),
    *(_whole("layers-shared-out", says, "`n_layers` is not shared out between the two stacks: `n_layers = 2` means "
             "two layers in the encoder and two in the decoder.", "What are `Encoder` and `Decoder` told?",
             layers=layers)
      for says, layers in (
          ("what comes out when each stack has half as many layers as `n_layers` says, and at least one",
           "shared out, at least one"),
          ("what comes out when each stack has half as many layers as `n_layers` says. Half of 1, rounded down, is 0, "
           "and there your code stops", "shared out"))),
    *(_whole("layers-shared-out", later(
        "what comes out when the {stack} has half as many layers as `n_layers` says{rest}", stack=stack, rest=rest),
             "`n_layers` is the number of layers in each of the two stacks.", "What are `Encoder` and `Decoder` told?",
             layers=f"{stack} {layers}")
      for stack in ("encoder", "decoder")
      for rest, layers in ((", and at least one", "shared out, at least one"),
                           (". Half of 1, rounded down, is 0, and there your code stops", "shared out"))),
    *(Misconception(
        "max-len-ignored", partial(SloppyTransformer, longest=longest), later(
            "Your model stops exactly where a sentence is longer than {longest} tokens: it has positions for "
            "{longest}, whatever `max_len` is.", longest=longest),
        "`max_len` is the longest sentence that the caller has.", "Where is `max_len` used, and is it assigned to?")
      for longest in ("256", "50")),
    _whole("one-head-only", "what a model with a single head in each attention gives, whatever `n_heads` says",
           "Several heads look at several things at once.", "What are `Encoder` and `Decoder` told?", heads=1),
]
