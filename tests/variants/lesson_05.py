"""Lesson 05: right answers, written otherwise than the solutions."""
import math

import numpy as np
import torch

from course.transformer import sinusoidal_encoding


def _encode_by_loops(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    for pos in range(max_len):
        for column in range(d_model):
            angle = pos / 10000 ** (2 * (column // 2) / d_model)
            table[pos, column] = math.sin(angle) if column % 2 == 0 else math.cos(angle)
    return table


def _encode_annotated(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    position = torch.arange(0, max_len).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    table[:, 0::2] = torch.sin(position * div_term)
    table[:, 1::2] = torch.cos(position * div_term[: d_model // 2])
    return table


def _encode_by_where(max_len, d_model):
    column = torch.arange(d_model)
    angle = torch.arange(max_len)[:, None] / torch.pow(10000, (column - column % 2) / d_model)
    return torch.where(column % 2 == 0, torch.sin(angle), torch.cos(angle))


def _encode_by_stacking(max_len, d_model):
    angle = torch.outer(torch.arange(max_len).float(), 1 / 10000 ** (torch.arange(0, d_model, 2).float() / d_model))
    return torch.stack((angle.sin(), angle.cos()), dim=-1).reshape(max_len, -1)[:, :d_model]


def _encode_in_numpy(max_len, d_model):
    angle = np.arange(max_len)[:, None] / np.power(10000.0, 2 * (np.arange(d_model) // 2) / d_model)
    angle[:, 0::2], angle[:, 1::2] = np.sin(angle[:, 0::2]), np.cos(angle[:, 1::2])
    return torch.tensor(angle, dtype=torch.float32)


def _encode_by_phase(max_len, d_model):
    column = torch.arange(d_model, dtype=torch.float64)
    wave = torch.arange(max_len).unsqueeze(-1) * torch.exp(-math.log(1e4) * 2 * (column // 2) / d_model)
    return torch.sin(wave + (column % 2) * math.pi / 2).float()


def _shift_by_loop(offset, d_model, dtype=torch.float32):
    matrix = torch.eye(d_model, dtype=dtype)
    for i in range(0, d_model, 2):
        angle = offset / 10000 ** (i / d_model)
        s, c = math.sin(angle), math.cos(angle)
        matrix[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]], dtype=dtype)
    return matrix


def _shift_by_blocks(offset, d_model):
    angles = offset * torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000) / d_model))
    return torch.block_diag(*(torch.stack([a.cos(), a.sin(), -a.sin(), a.cos()]).view(2, 2) for a in angles))


def _shift_by_encoding(offset, d_model):
    row = sinusoidal_encoding(abs(offset) + 1, d_model)[abs(offset)]
    sin, cos = row[0::2] * (1 if offset >= 0 else -1), row[1::2]
    matrix = torch.zeros(d_model // 2, 2, d_model // 2, 2)
    pair = torch.arange(d_model // 2)
    matrix[pair, :, pair] = torch.stack((torch.stack((cos, sin), -1), torch.stack((-sin, cos), -1)), -2)
    return matrix.reshape(d_model, d_model)


def _shift_by_strides(offset, d_model):
    angle = offset / 10000.0 ** (torch.arange(0, d_model, 2) / d_model)
    matrix = torch.zeros(d_model, d_model)
    matrix.diagonal()[:] = angle.cos().repeat_interleave(2)
    matrix.diagonal(1)[::2] = angle.sin()
    matrix.diagonal(-1)[::2] = -angle.sin()
    return matrix


def _shift_by_exponential(offset, d_model):
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    return torch.linalg.matrix_exp(offset * torch.block_diag(*(f * turn for f in frequency))).float()


def _shift_by_power(offset, d_model):
    return torch.linalg.matrix_power(_shift_by_loop(1, d_model, torch.float64), offset).float()


def _add_in_place(embedded):
    x = embedded * embedded.size(-1) ** 0.5
    x += _encode_annotated(embedded.size(1), embedded.size(2)).unsqueeze(0)
    return x


def _add_word_by_word(embedded):
    table = _encode_by_loops(embedded.shape[1], embedded.shape[2])
    return torch.stack([embedded[:, t] * embedded.shape[2] ** 0.5 + table[t] for t in range(embedded.shape[1])], dim=1)


def _encode_within_a_turn(max_len, d_model):
    """All whole turns are taken off first, in single precision."""
    column = torch.arange(d_model)
    angle = torch.arange(max_len)[:, None] / 10000 ** ((column - column % 2) / d_model) % (2 * math.pi)
    return torch.where(column % 2 == 0, angle.sin(), angle.cos())


def _rotary_by_complex(x):
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
    frequency = 1.0 / (10000 ** (torch.arange(0, x.shape[-1], 2, dtype=x.dtype) / x.shape[-1]))
    angle = torch.outer(torch.arange(x.shape[-2], dtype=x.dtype), frequency)
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(-2)


def _rotary_by_matrices(x):
    turned = [x[..., t, :] @ _shift_by_loop(-t, x.shape[-1], x.dtype).T for t in range(x.shape[-2])]
    return torch.stack(turned, dim=-2)


def _rotary_by_halves(x):
    """In double precision on the way, whatever comes in."""
    column = torch.arange(x.shape[-1])
    angle = torch.arange(x.shape[-2]).double()[:, None] * 1e4 ** (-(column - column % 2).double() / x.shape[-1])
    turned = torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).reshape(x.shape)
    return x * angle.cos().to(x.dtype) + turned * angle.sin().to(x.dtype)


def _rotary_in_place(x):
    y = torch.empty_like(x)
    for t in range(x.shape[-2]):
        for i in range(0, x.shape[-1], 2):
            c, s = math.cos(t / 10000 ** (i / x.shape[-1])), math.sin(t / 10000 ** (i / x.shape[-1]))
            y[..., t, i] = x[..., t, i] * c - x[..., t, i + 1] * s
            y[..., t, i + 1] = x[..., t, i] * s + x[..., t, i + 1] * c
    return y


VARIANTS = {
    "5.1": [_encode_by_loops, _encode_annotated, _encode_by_where, _encode_by_stacking, _encode_in_numpy,
            _encode_by_phase, _encode_within_a_turn],
    "5.2": [_shift_by_loop, _shift_by_blocks, _shift_by_encoding, _shift_by_strides,
            _shift_by_exponential, _shift_by_power],
    "5.3": [_add_in_place, _add_word_by_word],
    "5.4": [_rotary_by_complex, _rotary_by_matrices, _rotary_by_halves, _rotary_in_place],
}
