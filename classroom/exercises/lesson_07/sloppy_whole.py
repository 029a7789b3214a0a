"""A whole model with switches: what learners write instead in 7.6. Used by `mistakes_whole`."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask
from course.transformer import Decoder, Encoder, LayerNorm, sinusoidal_encoding


class SloppyTransformer(nn.Module):
    """A whole model with switches. Sides are s (source) and t (target)."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256, scale="√d_model",
                 scaled="st", positions="st", place="right", tables="one", own_mask="right", encoder_mask="right",
                 memory_mask="right", memory="right", output="right", inputs="right", pad="given", layers="both",
                 heads=None, cut=False, longest="given"):
        super().__init__()
        self.source_pad = 0 if pad in ("0", "0 in the source") else pad_id
        self.target_pad = 0 if pad in ("0", "0 in the target") else pad_id
        self.pad_id, self.bound = pad_id, {"bound": "st", "bound in the source": "s"}.get(pad, "")
        max_len = {"50": 50, "256": 256, "more": max_len + pad_id + 1}.get(longest, max_len)
        self.table = nn.ModuleList(nn.Embedding(vocab_size, d_model) for _ in range(3))
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        n_heads = heads or n_heads
        one = {"one encoder layer": (1, n_layers), "one decoder layer": (n_layers, 1), "both": (n_layers, n_layers),
               "encoder one less": (max(n_layers - 1, 1), n_layers),
               "decoder one less": (n_layers, max(n_layers - 1, 1)),
               "each one less": (max(n_layers - 1, 1),) * 2, "each one less, or none": (n_layers - 1,) * 2,
               "one each": (1, 1), "two each": (2, 2), "shared out": (n_layers // 2,) * 2,
               "shared out, at least one": (max(n_layers // 2, 1),) * 2,
               "encoder shared out": (n_layers // 2, n_layers), "decoder shared out": (n_layers, n_layers // 2),
               "encoder shared out, at least one": (max(n_layers // 2, 1), n_layers),
               "decoder shared out, at least one": (n_layers, max(n_layers // 2, 1))}
        self.encoder = Encoder(one[layers][0], d_model, n_heads, d_ff)
        self.decoder = Decoder(one[layers][1], d_model, n_heads, d_ff)
        self.extra = LayerNorm(d_model)
        d_head = d_model // n_heads
        self.factor = {"√d_model": math.sqrt(d_model), "none": 1.0, "d_model": float(d_model),
                       "sum": math.sqrt(d_model), "1/√d_model": 1 / math.sqrt(d_model),
                       "√d_head": math.sqrt(d_head), "√vocab_size": math.sqrt(vocab_size),
                       "√512": math.sqrt(512), "√16": 4.0, "d_model / 2": d_model / 2}[scale]
        self.scale, self.scaled, self.placed, self.place, self.tables = scale, scaled, positions, place, tables
        self.masks, self.memory, self.output = (own_mask, encoder_mask, memory_mask), memory, output
        self.inputs, self.cut = inputs, cut

    def embed(self, ids, side, before=0):
        table = self.table[side == "t" and self.tables != "one"]
        x = table(ids)
        factor = self.factor if side in self.scaled else 1.0
        x = x * factor if self.scale != "sum" else x
        if side in self.placed:
            start = {"from 1": 1, "goes on": before, "target from 1": int(side == "t"),
                     "after pad_id": self.pad_id + 1}.get(self.place, 0)
            size = self.sizes.get(self.place, ids.shape[1])
            rows = {"by id": ids, "last rows": slice(-size, None)}.get(self.place, slice(start, start + size))
            x = x + self.positions[rows]
        return x * factor if self.scale == "sum" else x

    def forward(self, source, target):
        if self.inputs == "swapped":
            source, target = target, source
        elif self.inputs in ("source twice", "target twice"):
            source, target = (source, source) if self.inputs == "source twice" else (target, target)
        elif self.inputs.startswith("target shifted"):
            first = {"pad_id": torch.full_like(target[:, :1], self.pad_id), "2": torch.full_like(target[:, :1], 2),
                     "the last": target[:, -1:]}.get(self.inputs.partition(", ")[2], target[:, :1])
            target = torch.cat([first, target[:, :-1]], dim=1)
        if self.cut:
            target = target[:, :-1]
        self.sizes = {"by batch": len(source), "of the source": source.shape[1], "of the target": target.shape[1]}
        padding = self._padding(source, self.source_pad, "s")
        own, of_encoder, of_memory = self._choose(source, target, padding)
        x, y = self.embed(source, "s"), self.embed(target, "t", source.shape[1])
        if self.memory.startswith("layer by layer"):
            for encoder_layer, decoder_layer in zip(self.encoder.layers, self.decoder.layers, strict=False):
                x = encoder_layer(x, of_encoder)
                y = decoder_layer(y, self.encoder.norm(x) if self.memory.endswith("normed") else x, own, of_memory)
            states = self.decoder.norm(y)
        else:
            states = self.decoder(y, self._changed(self._remember(x, of_encoder, y), padding), own, of_memory)
        return self._logits(states)

    def _padding(self, ids, pad_id, side):
        return (ids > pad_id)[:, None] if side in self.bound else padding_mask(ids, pad_id)

    def _choose(self, source, target, padding):
        size, of_target = target.shape[1], self._padding(target, self.target_pad, "t")
        causal = causal_mask(size)[None]
        own = {"right": causal & of_target, "none": None, "causal alone": causal, "padding only": of_target,
               "the source's": padding, "transposed": causal.mT & of_target,
               "off by one": torch.ones(size, size).tril(1).bool()[None] & of_target, "inverted": ~causal,
               "strict": torch.ones(size, size).tril(-1).bool()[None] & of_target}[self.masks[0]]
        over = torch.ones(size, source.shape[1]).tril().bool()[None]
        square = causal_mask(source.shape[1])[None]
        found = {"right": padding, "none": None, "inverted": ~padding, "the target's": of_target,
                 "causal": over & padding, "causal alone": over, "causal, source": square & padding,
                 "decoder's": causal & of_target, "first's": padding[:1],
                 "in batches": padding if len(source) > 1 else None}
        return own, found[self.masks[1]], found[self.masks[2]]

    def _remember(self, x, mask, y):
        if self.memory in ("encoder's layers", "decoder's norm", "normed twice"):
            for layer in self.encoder.layers:
                x = layer(x, mask)
            if self.memory == "normed twice":
                return self.extra(self.encoder.norm(x))
            return self.decoder.norm(x) if self.memory == "decoder's norm" else x
        if self.memory.startswith("embedded"):
            if self.memory.endswith("encoded in vain"):
                self.encoder(x, mask)
            return x if self.memory.startswith("embedded source") else y
        if self.memory == "encoded twice":
            return self.encoder(self.encoder(x, mask), mask)
        if self.memory == "source added":
            return x + self.encoder(x, mask)
        return self.encoder(x, mask)

    def _changed(self, memory, padding):
        return {"times √d_model": memory * self.factor, "first sentence": memory[:1], "last": memory[:, -1:],
                "mean": memory.mean(1, keepdim=True), "zeroed": memory * padding.mT}.get(self.memory, memory)

    def _logits(self, states):
        if self.output == "states":
            return states
        if self.output == "√d_model":
            states = states * self.factor
        elif self.output == "1/√d_model":
            states = states / self.factor
        elif self.output == "normed":
            states = self.extra(states)
        of = {"own": 1, "two": 1, "two, source's": 0, "three": 2, "one": 0}
        table = self.table[of["own" if self.output == "own" else self.tables]].weight
        logits = states @ (F.normalize(table, dim=-1) if self.output == "normalised table" else table).T
        if self.output == "bias":
            logits = logits + self.bias
        if self.output in ("softmax", "log_softmax"):
            logits = getattr(logits, self.output)(-1)
        elif self.output.endswith(" over 1"):
            logits = getattr(logits, self.output.removesuffix(" over 1"))(1)
        elif self.output == "padding hidden":
            logits = logits.index_fill(-1, torch.tensor([self.pad_id]), -math.inf)
        return {"last": logits[:, -1:], "last, no axis": logits[:, -1:].squeeze(1),
                "relu": logits.relu(), "negative": -logits}.get(self.output, logits)
