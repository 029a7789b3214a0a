"""Lesson 04: multi-head attention with switches for what learners write instead. Used by `mistakes_04_attention`."""
from types import SimpleNamespace

import torch
from torch import nn

from classroom.exercises.lesson_02.mistakes import STYLES, in_style
from classroom.exercises.lesson_02.switches import DIVIDED, divided_by_what_is_left
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

from .mistakes import cut, reshaped


class Sloppy(nn.Module):
    """Multi-head attention with switches.

    `products` says how the four layers are applied: "as stored" multiplies by their weights without
    transposing them, "no bias" leaves the biases out; `at` names the layers where that happens. "-" in
    `projections` stands for none; `project` names the last layer; `needs` is a use of the mask that stops without one.
    """

    def __init__(self, d_model, n_heads, scale="sqrt d_head", axis=-1, split="", merge="", mask="", empty="zero",
                 project="o", projections="qkv", roles="qkv", gives="", stable=True,
                 products="", at="qkvo", needs=None):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("not divisible")
        self.n_heads, self.needs = n_heads, needs
        self.how = SimpleNamespace(scale=scale, axis=axis, split=split, merge=merge, mask=mask, empty=empty,
                                   project=project, projections=projections, roles=roles, gives=gives, stable=stable,
                                   products=products, at=at)
        for name in "qkvo":
            setattr(self, f"w_{name}", nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask=None):
        if mask is None and self.needs is not None:
            self.needs(mask)
        given = dict(zip("qkv", (query, key, value), strict=True))
        inputs = [given[name] for name in self.how.roles]
        q, k, v = (self._product(name, x) for name, x in zip(self.how.projections, inputs, strict=True))
        if self.how.split == "none":
            output, weights = scaled_dot_product_attention(q, k, v, mask)
            return self.w_o(output), weights.unsqueeze(1).expand(-1, self.n_heads, -1, -1)
        if self.how.at == "values":
            v = self.w_o(v)
        whole = v.unsqueeze(1)
        q, k, v = (self._heads(x) for x in (q, k, v))
        if mask is not None and self.how.mask == "axis 2":
            scaled_dot_product_attention(q, k, v, mask.unsqueeze(2))
        scores = q @ k.transpose(-2, -1) / self._divisor(q, k, query)
        weights = self._weights(scores, mask)
        if self.how.scale == "after":
            weights = weights / q.shape[-1] ** 0.5
        if self.how.gives == "softmax again":
            weights = weights.softmax(-1)
        unmasked = self._softmax(scores)
        output = self._merged((unmasked if self.how.gives == "unmasked output" else weights) @ v, query)
        if self.how.merge == "whole values":
            output = (weights @ whole).mean(1)
        if self.how.gives == "residual before":
            output = output + query
        if self.how.gives == "relu before":
            output = output.relu()
        if self.how.merge in ("mean", "sum"):
            heads = self._heads(output)
            output = (heads.mean(1) if self.how.merge == "mean" else heads.sum(1)).repeat(1, 1, self.n_heads)
        if self.how.at == "twice":
            output = self.w_o(output)
        if self.how.project:
            output = self._product(self.how.project, output)
        if self.how.products == "bias for each head":
            output = output + (self.n_heads - 1) * self.w_o.bias
        if self.how.gives == "zeros":
            output = output if mask is None else output * mask.any(-1, keepdim=True)
        if self.how.gives == "residual":
            output = output + query
        if self.how.gives == "relu":
            output = output.relu()
        if self.how.gives.startswith("norm"):
            output = output + query if "sum" in self.how.gives else output
            output = nn.functional.layer_norm(output, output.shape[-1:], eps=1e-6 if "1e-6" in self.how.gives else 1e-5)
        if self.how.gives == "swapped":
            return weights, output
        if self.how.gives == "squeezed":
            return output.squeeze(), weights.squeeze()
        shown = {"head 0": weights[:, :1].expand_as(weights), "mean": weights.mean(1), "sum": weights.sum(1),
                 "scores": scores, "first head": weights[:, 0], "unmasked weights": unmasked,
                 "transposed": weights.transpose(-1, -2), "softmax twice": weights.softmax(-1)}
        return output, shown.get(self.how.gives, weights)

    def _product(self, name, x):
        if name == "-":
            return x
        layer = getattr(self, f"w_{name}")
        if not self.how.products or name not in self.how.at or self.how.products == "bias for each head":
            return layer(x)
        if self.how.products == "relu":
            return layer(x).relu()
        weight = layer.weight if "as stored" in self.how.products else layer.weight.T
        return x @ weight + (0 if "no bias" in self.how.products else layer.bias)

    def _heads(self, x):
        if self.how.split == "view":
            return reshaped(x, self.n_heads, "BhTd")
        if self.how.split == "interleaved":
            return reshaped(x, self.n_heads, "BTdh", (0, 3, 1, 2))
        if self.how.split == "heads last":
            return cut(x, self.n_heads)
        if self.how.split == "sizes exchanged":
            return split_heads(x, x.shape[-1] // self.n_heads)
        return split_heads(x, self.n_heads)

    def _divisor(self, q, k, query):
        return {"sqrt d_head": q.shape[-1] ** 0.5, "none": 1, "d_head": q.shape[-1], "d_model": query.shape[-1] ** 0.5,
                "T_k": k.shape[-2] ** 0.5, "n_heads": self.n_heads ** 0.5, "after": 1}[self.how.scale]

    def _merged(self, heads, query):
        if self.how.merge == "view":
            return heads.reshape(*query.shape)
        if self.how.merge == "view of a transpose":
            return heads.transpose(1, 2).view(*query.shape)
        if self.how.merge == "interleaved":
            return heads.permute(0, 2, 3, 1).reshape(*query.shape)
        if self.how.split == "heads last":
            return heads.flatten(2)
        return merge_heads(heads)

    def _softmax(self, scores):
        if self.how.stable:
            return scores.softmax(self.how.axis)
        return scores.exp() / scores.exp().sum(self.how.axis, keepdim=True)

    def _causal(self, mask, when, long, n_queries, n_keys):
        rows = n_keys if long == "keys" else n_queries
        columns = n_queries if long == "queries" else n_keys
        past = torch.ones(1, rows, columns, dtype=torch.bool).tril()
        if when == "instead" or mask is None:
            return mask if when == "given" else past
        return mask if when == "no mask" else mask & past

    def _weights(self, scores, mask):
        if self.how.mask.startswith("causal"):               # "causal WHEN, LONG"
            mask = self._causal(mask, *self.how.mask.removeprefix("causal ").split(", "), *scores.shape[-2:])
        if self.how.empty.startswith("powers") and mask is None:
            return divided_by_what_is_left(scores, None, self._softmax, self.how.empty)
        if mask is None or self.how.mask == "ignored":
            return self._softmax(scores)
        if self.how.mask == "repeated":                      # as if heads came before sentences in the first axis
            mask = mask.repeat(self.n_heads, 1, 1).unflatten(0, (len(scores), self.n_heads))
        elif self.how.mask.startswith("axis 2"):
            mask = mask.unsqueeze(2)
        elif (self.how.mask == "head axis for padding" and mask.shape[1] > 1
              or self.how.mask == "head axis but for padding" and mask.shape[1] == 1):
            pass
        elif self.how.mask != "no head axis":
            mask = mask.unsqueeze(1)
        if self.how.mask == "inverted":
            mask = ~mask
        elif self.how.mask == "first sentence":
            mask = mask[:1]
        elif self.how.mask == "first query":
            mask = mask[..., :1, :]
        elif self.how.mask == "last query":
            mask = mask[..., -1:, :]
        elif self.how.mask == "some query":
            mask = mask.any(-2, keepdim=True)
        elif self.how.mask == "some key":
            mask = mask.any(-1, keepdim=True)
        if self.how.mask == "one added":
            return self._softmax(scores + mask)
        if self.how.mask == "after":
            return self._softmax(scores).masked_fill(~mask, 0)
        if self.how.mask == "times":
            return self._softmax(scores * mask)
        if self.how.mask == "times -inf":
            return self._softmax(scores + (~mask) * float("-inf"))
        fills = {"zero": 0.0, **dict.fromkeys(("weak", "weak, closed", "weak, added", "weak, added, closed"), -1e4)}
        if self.how.empty in DIVIDED:
            return divided_by_what_is_left(scores, mask, self._softmax, self.how.empty)
        if self.how.empty in STYLES and self.how.mask not in fills:
            return in_style(scores, mask, self._softmax, self.how.empty)
        low = fills.get(self.how.mask, torch.finfo(scores.dtype).min)
        if self.how.empty == "nan":
            low = float("-inf")
        if self.how.mask.startswith("weak, added"):
            filled = scores + (~mask) * -1e4
        elif self.how.empty.startswith("added"):
            filled = scores + (~mask) * (-1e4 if self.how.empty == "added, weak" else -1e9)
        else:
            filled = scores.masked_fill(~mask, low)
        weights = self._softmax(filled)
        if self.how.mask in ("weak, closed", "weak, added, closed"):
            return weights * mask
        return weights.masked_fill(~mask.any(-1, keepdim=True), 0) if self.how.empty in ("zero", *STYLES) else weights


def equal_lengths(d_model, n_heads, size=-1):
    class EqualLengths(Sloppy):
        def _heads(self, x):
            self.length = getattr(self, "length", x.shape[1])
            d_head = size if size == -1 else d_model // n_heads
            return x.reshape(x.shape[0], self.length, self.n_heads, d_head).transpose(1, 2)
    return EqualLengths(d_model, n_heads)
