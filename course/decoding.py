"""From a trained model to sentences."""
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from course.tokens import Subwords

__all__ = ["greedy_decode", "translate"]


@torch.no_grad()
def greedy_decode(model: Any, source: Tensor, bos_id: int, eos_id: int, max_len: int = 60) -> Tensor:
    """Write the most likely next token until every sentence has ended.

    Args:
        model: has `source_mask`, `encode`, `decode`, `unembed` and `pad_id`; should be in eval mode.
        source: (B, T_k) ids, filled up with pad.
        max_len: the most tokens to write.

    Returns:
        ids (B, T) without bos; after a sentence's eos there is only pad.
    """
    mask = model.source_mask(source)
    memory = model.encode(source, mask)
    target = torch.full((len(source), 1), bos_id, device=source.device)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        state = model.decode(target, memory, mask)[:, -1]           # only the last position is new
        token = model.unembed(state).argmax(-1).masked_fill(ended, model.pad_id)
        target = torch.cat([target, token.unsqueeze(1)], dim=1)
        ended |= token == eos_id
        if ended.all():
            break
    return target[:, 1:]


def translate(model: Any, sentences: Sequence[str], subwords: Subwords, batch_size: int = 100) -> list[str]:
    """Translate sentences greedily; the order of the answers is that of the questions."""
    device = next(model.parameters()).device
    encoded = [ids + [subwords.eos_id] for ids in subwords.encode_all(sentences)]
    order = sorted(range(len(sentences)), key=lambda i: len(encoded[i]))    # similar lengths together
    translations = [""] * len(sentences)
    model.eval()
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        source = torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(encoded[i]) for i in rows], batch_first=True, padding_value=subwords.pad_id
        ).to(device)
        written = greedy_decode(model, source, subwords.bos_id, subwords.eos_id)
        for i, ids in zip(rows, written.tolist(), strict=True):
            translations[i] = subwords.decode(ids)
    return translations
