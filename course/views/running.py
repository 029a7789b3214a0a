"""A translator at work, a token at a time: what the views of the later lessons ask of a model.

The model is a `course.transformer.Transformer` in eval mode, or one with the same methods;
sentences are decoded greedily and without a cache, so that every row of the weights is there.
"""
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from course._words import say
from course.views._matrix import as_matrix
from course.views.base import rounded

if TYPE_CHECKING:
    import torch
    from torch import nn

    from course.tokens import Subwords
    from course.transformer import Transformer

__all__ = ["CANDIDATES", "MOST_TOKENS", "attentions", "encode", "follow", "write"]

CANDIDATES = 5          # tokens shown with their probabilities at each step
MOST_TOKENS = 30        # of a translation; what is longer ends with "…"
MOST_LETTERS = 200      # of a sentence


def encode(model: "Transformer", subwords: "Subwords", sentence: str) -> "torch.Tensor":
    """A sentence -> ids (1, T_k) with eos. Raises ValueError if it is empty or too long for the view."""
    import torch

    sentence = str(sentence).strip()
    if not sentence:
        raise ValueError(say("There is nothing to translate: type a sentence."))
    if len(sentence) > MOST_LETTERS:
        raise ValueError(say("The sentence has {sentence} characters; at most {most_letters} fit here.",
                             sentence=len(sentence), most_letters=MOST_LETTERS))
    device = next(model.parameters()).device
    return torch.tensor([[*subwords.encode(sentence), subwords.eos_id]], device=device)


def write(
    model: "Transformer", subwords: "Subwords", source: "torch.Tensor", on_step: Callable | None = None
) -> list[int]:
    """The greedy translation of source (1, T_k) as ids, eos included; `on_step(probabilities)` at each token."""
    import torch

    written: list[int] = []
    with torch.no_grad():
        mask = model.source_mask(source)
        memory = model.encode(source, mask)
        for _ in range(MOST_TOKENS):
            target = torch.tensor([[subwords.bos_id, *written]], device=source.device)
            probabilities = model.unembed(model.decode(target, memory, mask)[0, -1]).softmax(-1)
            if on_step:
                on_step(probabilities)
            written.append(int(probabilities.argmax()))
            if written[-1] == subwords.eos_id:
                break
    return written


def follow(model: "Transformer", subwords: "Subwords", sentence: str) -> dict:
    """Translate a sentence and keep what a view shows: tokens, candidates and cross-attention, step by step.

    The attention is that of the last decoder layer, the mean of its heads; the row of a token is
    the one that predicts it.

    Raises:
        ValueError: for a sentence that is empty or too long.
    """
    from course.inspection import record_attention

    model.eval()
    source = encode(model, subwords, sentence)
    steps: list[dict] = []
    with record_attention(model) as weights:
        def on_step(probabilities):
            best = probabilities.topk(CANDIDATES)
            names = [_token(subwords, i) for i in best.indices.tolist()]
            last = [name for name in weights if name.endswith("cross_attention")][-1]
            steps.append({"token": names[0], "row": rounded(weights[last][0].mean(0)[-1]),
                          "candidates": [list(pair) for pair in zip(names, rounded(best.values), strict=True)]})

        written = write(model, subwords, source, on_step)
    return {"sentence": sentence.strip(), "source": subwords.tokens(source[0].tolist()), "steps": steps,
            "translation": _text(subwords, written)}


def attentions(model: "nn.Module", ending: str = "") -> dict[str, int]:
    """The names of a model's attentions and their numbers of heads."""
    from course.intervention import attention_names

    modules = dict(model.named_modules())
    return {name: modules[name].n_heads for name in attention_names(model, ending)}


def intervene(
    model: "Transformer", subwords: "Subwords", sentence: str, off: Sequence = (), edits: Sequence = ()
) -> dict:
    """Translate with some heads silenced and some weights replaced.

    Args:
        off: pairs (name of an attention, head).
        edits: (name, head, row, column, value): that weight becomes `value`, and the others of its row
            share what is left, in the proportions they had.

    Returns:
        translation, its tokens with the source's, and the weights of the cross-attentions by name.

    Raises:
        ValueError: for a sentence, an attention, a head or a weight that is not there.
    """
    from course.inspection import record_attention
    from course.intervention import edit_attention, switch_off

    model.eval()
    source = encode(model, subwords, sentence)
    known = attentions(model)
    with contextlib.ExitStack() as stack:
        for name in {name for name, _ in off}:
            stack.enter_context(switch_off(model, name, [head for other, head in off if other == name]))
        for name in {edit[0] for edit in edits}:
            own = [edit[1:] for edit in edits if edit[0] == name]
            if wrong := [head for head, *_ in own if not 0 <= head < known.get(name, 0)]:
                raise ValueError(say("there is no head {wrong} in {name!r}", wrong=wrong[0], name=name))

            def edit(weights, own=own):
                return _edited(weights, own)

            stack.enter_context(edit_attention(model, name, edit))
        weights = stack.enter_context(record_attention(model))
        written = write(model, subwords, source)
        cross = {name: [as_matrix(head, name) for head in values[0]]
                 for name, values in weights.items() if name.endswith("cross_attention")}
    return {"translation": _text(subwords, written), "tokens": [_token(subwords, i) for i in written],
            "source": subwords.tokens(source[0].tolist()),
            "weights": {name: [rounded(head) for head in heads] for name, heads in cross.items()}}


def _edited(weights, edits):
    new = weights.clone()
    for head, row, column, value in edits:
        if row < weights.shape[-2] and column < weights.shape[-1]:
            line = new[:, head, row].clone()
            line[:, column] = 0
            line = line * ((1 - value) / line.sum(-1, keepdim=True).clamp(min=1e-9))
            line[:, column] = value
            new[:, head, row] = line
    return new


def _text(subwords, written: list[int]) -> str:
    """The sentence that was written, with "…" where it had not ended after `MOST_TOKENS`."""
    return subwords.decode(written) + ("" if written[-1:] == [subwords.eos_id] else " …")


def _token(subwords, i: int) -> str:
    return subwords.tokens([i])[0]
