"""Lesson 10: answers that were accepted though wrong, or told something that was not so."""
import pytest
import torch

from classroom import evaluate
from classroom.exercises.lesson_10.tasks import beam_step, cached_attention

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases

# ------------------------------------------------------------------------------------ 10.1, 10.2

def test_an_alpha_that_becomes_a_whole_number_is_told_as_that():
    def of_the_dtype_of_n(log_p, n, alpha):
        n = torch.as_tensor(n)
        return log_p / ((5 + n) / 6) ** torch.as_tensor(alpha).to(n.dtype)
    refused("10.1", of_the_dtype_of_n, "alpha-rounded", ["rounded down"], ["whatever", "α = 1,"])
    refused("10.1", lambda log_p, n, alpha: log_p / ((5 + n) / 6) ** round(alpha), "alpha-rounded", ["to the nearest"])
    refused("10.1", lambda log_p, n, alpha: log_p / ((5 + n) / 6 ** alpha), "power-of-six-only")


def test_a_power_of_everything_is_told_though_nan_depends_on_nothing():
    for answer, says in ((lambda log_p, n, alpha: (log_p / (5 + n) / 6) ** alpha, "once more by 6"),
                         (lambda log_p, n, alpha: (log_p / (5 + n / 6)) ** alpha, "5 + (n / 6)")):
        refused("10.1", answer, "power-of-everything", [says], ["does not depend"])


def test_a_caret_is_no_power_of_tensors_either():
    refused("10.1", lambda log_p, n, alpha: log_p / ((5 + n) / 6) ^ alpha, "caret-for-a-power", ["two stars"],
            ["comparison"])


def rounds(table, after=lambda *found: found, choose=lambda flat, size: flat.topk(size)):
    def step(log_p, next_log_p, beam_size):
        scores, place = choose(table(log_p[:, None], next_log_p).flatten(), beam_size)
        return after(scores, place // next_log_p.shape[1], place % next_log_p.shape[1])
    return step


def the_sum(past, following):
    return past + following


def test_probabilities_of_long_sentences_are_zero():
    product = rounds(lambda past, following: past.exp() * following.exp(), lambda p, *places: (p.log(), *places))
    refused("10.2", product, "through-probabilities", ["-inf"])
    refused("10.2", rounds(lambda past, following: (the_sum(past, following).exp() + 1e-12).log()),
            "small-number-added", ["1e-12"])


def test_what_is_impossible_stays_so():
    for made in (lambda x: x.clamp(min=-1e9), torch.nan_to_num):
        answer = rounds(lambda past, following, made=made: made(the_sum(past, following)))
        refused("10.2", answer, "impossible-made-possible", ["2 of 4 continuations", "−∞"])
    only_the_next = rounds(lambda past, following: past + following.clamp(min=-1e9))
    refused("10.2", only_the_next, "impossible-made-possible", ["2 of 4"])


def test_the_best_comes_first():
    def unsorted(flat, size):
        return flat.topk(size, sorted=False)
    refused("10.2", rounds(the_sum, choose=unsorted), "not-the-best-first", ["`sorted=False`"], ["other places"])

    def by_parent(log_p, next_log_p, beam_size):
        found = beam_step(log_p, next_log_p, beam_size)
        order = found[1].argsort(stable=True)
        return tuple(part[order] for part in found)
    refused("10.2", by_parent, "not-the-best-first", ["another order"])


def test_beginnings_stand_in_no_order():
    def first_ones(log_p, next_log_p, beam_size):
        return beam_step(log_p[:beam_size], next_log_p[:beam_size], beam_size)
    refused("10.2", first_ones, "first-beginnings-only")


# --------------------------------------------------------------------------------------- 10.3

def searching(source=lambda source, target: source.expand(len(target), -1), following=lambda x, bos_id: x,
              rounds=0, ended=lambda token, eos_id, last: token == eos_id, rows=lambda target, ended: target[~ended],
              exchanged=False):
    def search(model, given, bos_id, eos_id, beam_size, alpha, max_len):
        target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
        for n in range(1, max_len + rounds + 1):
            both = source(given, target), target
            next_log_p = following(model(*both[::-1] if exchanged else both)[:, -1].log_softmax(-1), bos_id)
            log_p, parent, token = beam_step(log_p, next_log_p, beam_size - len(finished))
            target = torch.cat([target[parent], token[:, None]], 1)
            done = ended(token, eos_id, n == max_len)
            finished += [(p / ((5 + n) / 6) ** alpha, row)
                         for p, row in zip(log_p[done].tolist(), target[done, 1:].tolist(), strict=True)]
            target, log_p = rows(target, done), log_p[~done]
            if len(finished) == beam_size:
                break
        score, ids = max(finished or [(log_p[0].item() / ((5 + max_len) / 6) ** alpha, target[0, 1:].tolist())])
        return ids, score
    return search


@pytest.mark.parametrize("source", [
    lambda source, target: (source * 0).expand(len(target), -1), lambda source, target: target,
    lambda source, target: source[:, :-1].expand(len(target), -1),
    lambda source, target: source.flip(1).expand(len(target), -1),
    lambda source, target: source.repeat(len(target), len(target)),
], ids=["zeros", "target", "without its eos", "turned round", "repeated along T"])
def test_the_model_reads_the_source(source):
    refused("10.3", searching(source), "another-source", ["another source than `source`"])


def test_source_and_target_have_their_places():
    refused("10.3", searching(exchanged=True), "another-source", ["as its second argument"])
    accepted("10.3", searching())
    accepted("10.3", searching(lambda source, target: source.repeat(len(target), 1)))


def test_no_token_is_forbidden():
    def never(*tokens):
        return lambda x, bos_id: x.index_fill(1, torch.tensor([bos_id if t is None else t for t in tokens]), -torch.inf)
    for tokens, says in (((None,), " bos may"), ((0,), "the id 0"), ((None, 0), "bos and the id 0")):
        refused("10.3", searching(following=never(*tokens)), "tokens-forbidden", [says])


def test_one_round_more_and_the_last_round_are_told():
    refused("10.3", searching(rounds=1), "one-round-too-many")
    refused("10.3", searching(ended=lambda token, eos_id, last: (token == eos_id) & (not last)),
            "last-round-not-counted")
    refused("10.3", searching(rows=lambda target, ended: target[:int((~ended).sum())]), "rows-of-others")


def test_a_search_with_twice_as_many_candidates_is_told():
    def twice(model, source, bos_id, eos_id, beam_size, alpha, max_len):
        target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
        for n in range(1, max_len + 1):
            following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
            log_p, parent, token = beam_step(log_p, following, min(2 * beam_size, following.numel()))
            target = torch.cat([target[parent], token[:, None]], 1)
            finished += [(log_p[i].item() / ((5 + n) / 6) ** alpha, target[i, 1:].tolist())
                         for i in range(beam_size) if token[i] == eos_id]
            finished, alive = finished[:beam_size], (token != eos_id).nonzero()[:beam_size, 0]
            target, log_p = target[alive], log_p[alive]
            if len(finished) == beam_size:
                break
        score, ids = max(finished or [(log_p[0].item() / ((5 + max_len) / 6) ** alpha, target[0, 1:].tolist())])
        return ids, score
    refused("10.3", twice, "places-not-given-up", ["among the best"])


def scored_at_the_end(length=lambda row, rounds, done: len(row), bos=None, eos=None):
    def search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
        target, log_p, done, n = torch.tensor([[bos or bos_id]]), torch.zeros(1), [], 0
        while n < max_len and len(done) < beam_size:
            n += 1
            following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
            log_p, parent, token = beam_step(log_p, following, beam_size - len(done))
            target, ended = torch.cat([target[parent], token[:, None]], 1), token == (eos or eos_id)
            done += zip(log_p[ended].tolist(), target[ended, 1:].tolist(), strict=True)
            target, log_p = target[~ended], log_p[~ended]
        done = done or [(log_p[0].item(), target[0, 1:].tolist())]
        score, ids = max((p / ((5 + length(row, n, done)) / 6) ** alpha, row) for p, row in done)
        return ids, score
    return search


def with_all_that_stand_in(rounds=0, put_aside=lambda found: found, before=False, choose=max):
    """As many learners write it: where nothing has finished, all beginnings are chosen from."""
    def search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
        target, log_p, done = torch.tensor([[bos_id]]), torch.zeros(1), []
        for n in range(1, max_len + 1 + rounds):
            following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
            old, (log_p, parent, token) = log_p, beam_step(log_p, following, beam_size - len(done))
            target, ended = torch.cat([target[parent], token[:, None]], 1), token == eos_id
            found = zip((old[parent] if before else log_p)[ended].tolist(), target[ended, 1:].tolist(), strict=True)
            done += put_aside([(p / ((5 + n) / 6) ** alpha, ids) for p, ids in found])
            target, log_p = target[~ended], log_p[~ended]
            if len(done) == beam_size:
                break
        score, ids = choose(done or [(p.item() / ((5 + max_len) / 6) ** alpha, row[1:].tolist())
                                     for p, row in zip(log_p, target, strict=True)])
        return ids, score
    return search


def test_one_thing_in_the_choice_or_in_what_is_put_aside_is_told():
    accepted("10.3", with_all_that_stand_in())
    refused("10.3", with_all_that_stand_in(rounds=-1), "one-round-too-few", ["one round less than `max_len`"])
    refused("10.3", with_all_that_stand_in(choose=min), "worst-chosen", ["*lowest*"], ["Two things"])
    refused("10.3", with_all_that_stand_in(choose=lambda rows: rows[-1]), "last-finished-chosen",
            ["finished last, and where none"], ["Two things"])
    refused("10.3", with_all_that_stand_in(before=True), "eos-costs-nothing", ["its own eos"])
    refused("10.3", with_all_that_stand_in(put_aside=lambda found: found[:1]), "first-of-a-round-only",
            ["only the likeliest"])


def test_one_length_for_all_is_told_whichever_it_is():
    accepted("10.3", scored_at_the_end())
    refused("10.3", scored_at_the_end(lambda row, rounds, done: rounds), "same-length-for-all", ["number of rounds"])
    refused("10.3", scored_at_the_end(lambda row, rounds, done: max(len(row) for _, row in done)),
            "same-length-for-all", ["the longest one"])


def test_ids_of_the_page_are_told():
    for ids, says in (({"eos": 2}, "the id 2 ends a sentence"), ({"bos": 2}, "the id 2 begins the target"),
                      ({"bos": 1, "eos": 2}, "the id 1 begins the target and the id 2 ends a sentence")):
        refused("10.3", scored_at_the_end(**ids), "ids-typed-in", [says])


def test_a_further_token_may_make_a_finished_sentence_more_probable():
    assert "never makes a sentence" not in evaluate("10.4", "longer").message


# --------------------------------------------------------------------------------------- 10.5

def test_two_continuations_of_one_past_do_not_disturb_each_other():
    def in_a_buffer(attention, x, past):
        new = attention.keys_and_values(x, x)
        if past is None:
            past = [part.new_zeros(*part.shape[:2], 64, part.shape[3])[:, :, :0] for part in new]
        t = past[0].shape[2]
        for kept, part in zip(past, new, strict=True):
            kept._base[:, :, t:t + 1] = part
        k, v = (kept._base[:, :, :t + 1] for kept in past)
        return attention.attend(attention.queries(x), k, v)[0], (k, v)
    refused("10.5", in_a_buffer, "another-past", ["both live in one tensor"])


def test_sentence_0_does_not_decide_for_all():
    def first_kept(attention, x, past):
        past = past and tuple(part.expand(len(x), -1, -1, -1) for part in past)
        output, past = cached_attention(attention, x, past)
        return output, tuple(part[:1] for part in past)

    def first_met(attention, x, past):
        _, (k, v) = cached_attention(attention, x, past)
        return attention.attend(attention.queries(x), k[:1], v[:1])[0], (k, v)
    refused("10.5", first_kept, "keys-of-sentence-0", ["the earlier keys and values of sentence 0"], ["n_heads is"])
    refused("10.5", first_met, "keys-of-sentence-0", ["keys and values of sentence 0"])


def test_an_order_is_described_by_more_than_two_positions():
    def before_the_last(attention, x, past):
        new = attention.keys_and_values(x, x)
        if past is not None:
            new = tuple(torch.cat([old[:, :, :-1], part, old[:, :, -1:]], 2)
                        for old, part in zip(past, new, strict=True))
        return attention.attend(attention.queries(x), *new)[0], new

    def in_front(attention, x, past):
        new = attention.keys_and_values(x, x)
        new = new if past is None else tuple(torch.cat([part, old], 2) for old, part in zip(past, new, strict=True))
        return attention.attend(attention.queries(x), *new)[0], new
    refused("10.5", before_the_last, "another-past", ["does not hold"], ["from the last to the first"])
    refused("10.5", in_front, "another-past", ["from the last to the first"])


def test_numbers_kept_in_half_precision_are_told():
    def halved(attention, x, past):
        k, v = (part.half() for part in attention.keys_and_values(x, x))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        return attention.attend(attention.queries(x), k.to(x.dtype), v.to(x.dtype))[0], (k, v)
    refused("10.5", halved, "kept-in-half-precision", ["float16"])


def test_where_nan_comes_back_no_input_is_said_to_be_ignored():
    refused("10.1", lambda log_p, n, alpha: (log_p / (5 + n) * 7) ** alpha, "not-finite", ["NaN"], ["does not depend"])
