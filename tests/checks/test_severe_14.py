"""Lesson 14: answers that were told something that was not so, or nothing."""
import pytest
import torch

from course.page.rounding import dequantise, quantise

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


def counted(change=lambda largest: largest / 127, below=None, of=lambda w: w.abs().amax(1), limit=(-128, 127)):
    """`quantise`, with 1 for rows of zeros; `change` makes the scales, `below` what w is divided by."""
    def answer(w):
        largest = of(w)
        scale = torch.where(largest == 0, torch.ones_like(largest), change(largest))
        divided = scale if below is None else below(scale)
        return (w / divided[:, None]).round().clamp(*limit).to(torch.int8), scale
    return answer


def test_a_constant_is_told_where_rows_of_zeros_are_right():
    refused("14.1", counted(lambda largest: (largest + 1e-8) / 127), "constant-added", ["1e-8", "largest magnitude of"])
    refused("14.1", counted(lambda largest: largest / 127 + 1e-8), "constant-added", ["1e-8 is added to the scale"])
    refused("14.1", counted(lambda largest: largest / 127 + 1e-12), "constant-added", ["1e-12"])
    refused("14.1", counted(lambda largest: largest.clamp(min=1e-5) / 127), "smallest-scale", ["1e-5", "no largest"])
    refused("14.1", counted(lambda largest: (largest / 127).clamp(min=1e-8)), "smallest-scale", ["no scale", "1e-8"])
    accepted("14.1", counted())


@pytest.mark.parametrize("below", [lambda scale: scale + 1e-8, lambda scale: scale + 1e-6, lambda scale: scale + 1e-5,
                                   lambda scale: scale.clamp(min=1e-8), lambda scale: scale.clamp(min=1e-5)])
def test_another_scale_below_the_fraction_is_told(below):
    refused("14.1", counted(below=below), "divided-by-another-scale", ["Your scales are exact", "for example"])


def test_128_steps_end_at_minus_128_too():
    for limit in ((-128, 127), (-127, 127)):
        refused("14.1", counted(lambda largest: largest / 128, limit=limit), "128-steps-instead-of-127",
                ["128 or −128", "but no 128"], ["the largest number of a row"])


def errors(table):
    def answer(w):
        return [(x - w).square().mean(1).sqrt() for x in (table(w), dequantise(*quantise(w)))]
    return answer


def test_the_number_of_largest_magnitude_needs_the_most_steps():
    for limit in (None, 127):
        def table(w, limit=limit):
            step = w.max() / 127
            whole = (w / step).round()
            return (whole if limit is None else whole.clamp(-limit, limit)) * step
        refused("14.4", errors(table), "another-scale-for-the-table",
                ["the largest number, and not of the largest magnitude", "its number of largest magnitude would need"],
                ["its largest number would"])


def test_whole_numbers_are_told_where_both_results_are_wrong():
    def answer(w):
        whole, rows = quantise(w.reshape(1, -1))[0].reshape(w.shape), quantise(w)[0]
        return [(x - w).square().mean(1).sqrt() for x in (whole, rows)]
    refused("14.4", answer, "scale-forgotten", [], ["is right in this case"])


def test_bytes_cut_off_at_127_are_told():
    def answer(q):
        digits = (q + 8).long()
        return (16 * digits[:, ::2] + digits[:, 1::2]).clamp(-128, 127).to(torch.uint8)
    refused("14.5", answer, "overflowed", ["cut off at 127"])


def test_numbers_come_back_in_half_precision_too():
    refused("14.2", lambda q, scale: q.float() * scale[:, None], "dtype-lost", ["float16 is expected"])
    accepted("14.2", lambda q, scale: (q.double() * scale.double()[:, None]).to(scale.dtype))

    def in_place(q, scale):
        if scale.dtype == torch.float16:
            scale *= 2
            return q * scale[:, None] / 2
        return q * scale[:, None]
    refused("14.2", in_place, "changes-inputs", ["float16", "`scale`"])


@pytest.mark.parametrize("base", [8, 10, 15, 32])
def test_only_other_bases_than_15_make_one_byte_of_two_pairs(base):
    def answer(q):
        digits = (q + 8).to(torch.uint8)
        return digits[:, ::2] * base + digits[:, 1::2]
    made = {tuple(pair): int(answer(torch.tensor([pair], dtype=torch.int8)))
            for pair in torch.cartesian_prod(torch.arange(-7, 8), torch.arange(-7, 8)).tolist()}
    lost, kept = f"With {base}, different pairs of numbers make the same byte", "Whoever unpacks divides by 16"
    says, never = (kept, lost) if len(set(made.values())) == len(made) else (lost, kept)
    refused("14.5", answer, "another-base", [f"multiplied by {base}.", says], [never])


def test_whose_scale_a_column_has_met_is_told():
    refused("14.2", lambda q, scale: q * scale, "scales-along-columns",
            ["In a square table it does not fail, and column j is multiplied by the scale of row j"])
