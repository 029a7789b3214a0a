"""Lessons 09 and 10: answers as learners write them, each for a kind, and what they are to be told."""
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch

from classroom import evaluate
from classroom.exercises.lesson_09.tasks import greedy_decode
from classroom.exercises.lesson_10.tasks import beam_search, beam_step, cached_attention, length_penalty_score

from .told import SEEDS, accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases

# ---------------------------------------------------------------------------------- 9.1, 9.2

def test_pairs_that_do_not_occur_may_be_in_the_counts_with_0():
    def with_zeros(words):
        counts = Counter(dict.fromkeys(((a, b) for w in words for a in w for b in w), 0))
        for symbols, times in words.items():
            for pair in pairwise(symbols):
                counts[pair] += times
        return counts
    accepted("9.1", with_zeros)


def test_a_merge_compares_symbols_and_not_what_they_spell():
    def by_spelling(symbols, pair):
        merged, i = [], 0
        while i < len(symbols):
            if i + 1 < len(symbols) and symbols[i] + symbols[i + 1] == "".join(pair):
                merged.append(symbols[i] + symbols[i + 1])
                i += 2
            else:
                merged.append(symbols[i])
                i += 1
        return merged
    refused("9.2", by_spelling, "compared-by-spelling", ["'l', 'ow'", "('lo', 'w')"])


def test_letters_of_a_merged_symbol_are_one_mistake():
    def letters(symbols, pair):
        merged, i = [], 0
        while i < len(symbols):
            hit = tuple(symbols[i:i + 2]) == pair
            merged += "".join(pair) if hit else [symbols[i]]
            i += 1 + hit
        return merged
    refused("9.2", letters, "letters-of-the-pair", ["`+=`"], ["In 9 of the"])


def test_a_tuple_is_as_good_as_a_list_of_symbols():
    from classroom.exercises.lesson_09.tasks import merge_pair
    accepted("9.2", lambda symbols, pair: tuple(merge_pair(symbols, pair)))


# --------------------------------------------------------------------------------------- 9.4

def decoding(stop, pad=None, ends=lambda token, eos_id, pad_id: token == eos_id):
    def decode(model, source, bos_id, eos_id, pad_id, max_len):
        pad_id = pad_id if pad is None else pad
        target = torch.full((len(source), 1), bos_id)
        ended = torch.zeros(len(source), dtype=torch.bool)
        for _ in range(max_len):
            token = model(source, target)[:, -1].argmax(-1)
            token[ended] = pad_id
            target = torch.cat([target, token[:, None]], 1)
            ended = ended | ends(token, eos_id, pad_id)
            if stop(ended, token, eos_id):
                break
        return target[:, 1:]
    return decode


def test_decoding_ends_when_all_sentences_have_ended():
    refused("9.4", decoding(lambda ended, token, eos_id: (token == eos_id).all()), "does-not-stop", ["max_len = 30"])
    refused("9.4", decoding(lambda ended, token, eos_id: False), "does-not-stop", ["and 60 with max_len = 30"])
    accepted("9.4", decoding(lambda ended, token, eos_id: ended.all()))


def test_one_round_of_decoding_too_many_is_no_mistake():
    def a_round_late(model, source, bos_id, eos_id, pad_id, max_len):
        target, n = torch.full((len(source), 1), bos_id), 0
        while n < max_len:
            token = model(source, target)[:, -1].argmax(-1)
            ended = (target[:, 1:] == eos_id).any(1)
            if ended.all():
                break
            target = torch.cat([target, token.masked_fill(ended, pad_id)[:, None]], 1)
            n += 1
        return target[:, 1:]
    accepted("9.4", a_round_late)


def test_the_ids_of_the_special_tokens_are_those_that_are_given():
    refused("9.4", decoding(lambda ended, *_: ended.all(), pad=0), "pad-typed-in", ["pad 5"])


def test_a_padding_token_that_the_model_writes_ends_nothing():
    def either(token, eos_id, pad_id):
        return (token == eos_id) | (token == pad_id)
    refused("9.4", decoding(lambda ended, *_: ended.all(), ends=either), "padding-ends-a-sentence")


def test_a_bos_that_the_model_writes_ends_nothing():
    def either(token, eos_id, pad_id):
        return (token == eos_id) | (token == 2)
    refused("9.4", decoding(lambda ended, *_: ended.all(), ends=either), "bos-ends-a-sentence", ["bos in the middle"])


def test_one_sentence_does_not_decide_for_all():
    for one, name in ((0, "first"), (-1, "last")):
        refused("9.4", decoding(lambda ended, token, eos_id, one=one: ended[one]), "one-sentence-decides", [name],
                ["`any`", "source tokens"])


def test_a_slice_that_drops_the_last_column_is_told_as_one_mistake():
    refused("9.4", lambda *given: greedy_decode(*given)[:, :-1], "last-column-dropped", ["slice"], ["Two things"])


def test_decoding_may_switch_a_model_to_eval_if_it_is_one():
    def careful(model, source, *settings):
        if isinstance(model, torch.nn.Module):
            model.eval()
        with torch.no_grad():
            return greedy_decode(model, source, *settings)
    accepted("9.4", careful)


# --------------------------------------------------------------------------------------- 9.5

def precision(grams, total=lambda have, sentence, n: len(have), end=lambda matches, total: matches / total if total
              else 0.0):
    def ngram_precision(hypotheses, references, n):
        matches = all_ = 0
        for h, r in zip(hypotheses, references, strict=True):
            have, allowed = Counter(grams(h, n)), Counter(grams(r, n))
            matches += (have & allowed).total()
            all_ += total(list(have.elements()), h, n)
        return end(matches, all_)
    return ngram_precision


def tuples(sentence, n):
    return [tuple(sentence[i:i + n]) for i in range(len(sentence) - n + 1)]


def test_a_fraction_and_a_whole_number_are_numbers():
    accepted("9.5", precision(tuples, end=lambda matches, total: Fraction(matches, total) if total else 0))


def test_capitals_and_blanks_belong_to_the_words():
    refused("9.5", precision(lambda s, n: tuples([w.lower() for w in s], n)), "lower-cased", ["The"])
    refused("9.5", precision(lambda s, n: ["".join(g) for g in tuples(s, n)]), "words-glued-together", ["now here"])
    accepted("9.5", precision(lambda s, n: [" ".join(g) for g in tuples(s, n)]))


def test_what_comes_out_0_everywhere_is_not_called_rounded_down():
    def tuple_in_list(hypotheses, references, n):
        matches = total = 0
        for h, r in zip(hypotheses, references, strict=True):
            allowed = [r[i:i + n] for i in range(len(r) - n + 1)]
            for gram in tuples(h, n):
                total += 1
                if gram in allowed:
                    allowed.remove(gram)
                    matches += 1
        return matches / total if total else 0.0

    def nested(hypotheses, references, n):
        matches = total = 0
        for h, r in zip(hypotheses, references, strict=True):
            allowed = [gram for sentence in r for gram in tuples(sentence.split(), n + 1)]
            matches += sum(gram in allowed for gram in tuples(h, n))
            total += len(tuples(h, n))
        return matches / total if total else 0.0
    for answer in (tuple_in_list, nested, lambda *_: 0):
        refused("9.5", answer, "nothing-matches", ["list"], ["rounded", "dtype"])
    refused("9.5", precision(tuples, end=lambda m, t: m // t if t else 0), "rounded-down", never=["dtype"])


def test_nothing_returned_is_told_of_texts_without_n_grams():
    refused("9.5", precision(tuples, end=lambda matches, total: matches / total if total else None),
            "nothing-returned-for-nothing", ["shorter than n"], ["ends without a `return`"])


def test_precisions_with_a_wrong_total_are_named():
    refused("9.5", lambda h, r, n: precision(tuples)(h, r, 1), "single-words")
    refused("9.5", precision(tuples, total=lambda have, s, n: max(1, len(have))), "at-least-one-n-gram")
    refused("9.5", precision(tuples, end=lambda matches, total: matches / total), "nothing-to-divide-by", ["0 there"])

    def short(hypotheses, references, n):
        h, r = sum(map(len, hypotheses)), sum(map(len, references))
        return precision(tuples)(hypotheses, references, n) * (min(1, np.exp(1 - r / h)) if h else 0)
    refused("9.5", short, "brevity-penalty-included")


# ------------------------------------------------------------------------------------ 10.1, 10.2

def test_a_negative_base_is_told_by_its_sign():
    refused("10.1", lambda log_p, n, alpha: log_p / ((5 - n) / 6) ** alpha, "n-subtracted", ["NaN"], ["0 by 0"])


def test_an_index_that_is_no_whole_number_is_told_as_that():
    def floor(log_p, next_log_p, beam_size):
        scores, index = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
        return scores, torch.floor(index / next_log_p.shape[1]), index % next_log_p.shape[1]
    refused("10.2", floor, "wrong-dtype", ["`parent`", "used as an index", "`//`"], ["written down"])

    def int32(log_p, next_log_p, beam_size):
        scores, parent, token = beam_step(log_p, next_log_p, beam_size)
        return scores, parent.int(), token.int()
    accepted("10.2", int32)


def test_impossible_continuations_keep_their_places():
    def living(log_p, next_log_p, beam_size):
        scores, parent, token = beam_step(log_p, next_log_p, beam_size)
        return scores[scores > -torch.inf], parent[scores > -torch.inf], token[scores > -torch.inf]
    refused("10.2", living, "impossible-ones-left-out", ["3 for beam_size = 4"])


# --------------------------------------------------------------------------------------- 10.3

def searching(places=lambda size, done: size - done, start=1, enough=lambda done, size: done == size, finish=lambda row:
              row[1:], width=lambda size: size):
    def search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
        beam_size = width(beam_size)
        many = beam_size if start == "many" else 1
        target, log_p, finished = torch.full((many, 1), bos_id), torch.zeros(many), []
        for n in range(1, max_len + 1):
            following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
            log_p, parent, token = beam_step(log_p, following, places(beam_size, len(finished)))
            target = torch.cat([target[parent], token[:, None]], 1)
            scores, ended = length_penalty_score(log_p, n, alpha), token == eos_id
            finished += [(s.item(), finish(row.tolist())) for s, row in zip(scores[ended], target[ended], strict=True)]
            if enough(len(finished), beam_size):
                break
            target, log_p, scores = target[~ended], log_p[~ended], scores[~ended]
        if not finished:
            finished = [(scores[0].item(), target[0, 1:].tolist())]
        score, ids = max(finished)
        return ids, score
    return search


def test_a_search_written_out_is_right():
    accepted("10.3", searching())
    accepted("10.3", lambda *given: (lambda ids, score: (torch.tensor(ids), score))(*beam_search(*given)))


def test_ids_are_one_row():
    def as_a_table(*given):
        ids, score = beam_search(*given)
        return torch.tensor([ids]), score
    refused("10.3", as_a_table, "wrong-number-of-axes", ["a row of ids"])


def test_bos_in_finished_sentences_alone_is_told_as_that():
    refused("10.3", searching(finish=lambda row: row), "bos-kept", ["bos in front"], ["places"])


def test_equal_beginnings_are_not_asked_how_many_they_are():
    refused("10.3", searching(start="many"), "greedy", ["different", "copies"])


def test_what_the_draw_used_to_decide_in_a_search():
    refused("10.3", searching(enough=lambda done, size: done >= max(size - 1, 1)), "stops-too-early")
    refused("10.3", searching(width=lambda size: 4), "beam-size-typed-in")


def test_a_search_that_ends_too_soon_is_told_by_what():
    def satisfied(model, source, bos_id, eos_id, beam_size, alpha, max_len):
        target, log_p, finished = torch.tensor([[bos_id]]), torch.zeros(1), []
        for n in range(1, max_len + 1):
            following = model(source.expand(len(target), -1), target)[:, -1].log_softmax(-1)
            log_p, parent, token = beam_step(log_p, following, beam_size - len(finished))
            target, ended = torch.cat([target[parent], token[:, None]], 1), token == eos_id
            scores = length_penalty_score(log_p, n, alpha)
            finished += zip(scores[ended].tolist(), target[ended, 1:].tolist(), strict=True)
            target, log_p, scores = target[~ended], log_p[~ended], scores[~ended]
            if not len(target) or finished and max(finished)[0] >= scores.max():
                break
        score, ids = max(finished or [(scores[0].item(), target[0, 1:].tolist())])
        return ids, score
    refused("10.3", satisfied, "stops-when-satisfied", ["may still overtake"])


def test_a_sentence_of_another_length_is_shown_as_a_sentence():
    def every_second(*given):
        ids, score = beam_search(*given)
        return ids[::2] or ids, score
    for seed in SEEDS:
        verdict = evaluate("10.3", every_second, seed=seed)
        assert verdict.status == "wrong" and "expected  [" in verdict.message
        assert "size you have there" not in verdict.message and "axis 0" not in verdict.message


# --------------------------------------------------------------------------------------- 10.5

def as_dict(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is not None:
        k, v = torch.cat([past["k"], k], 2), torch.cat([past["v"], v], 2)
    return attention.attend(attention.queries(x), k, v)[0], {"k": k, "v": v}


def before_splitting(attention, x, past):
    new = torch.stack([attention.w_k(x), attention.w_v(x)])
    past = new if past is None else torch.cat([past, new], dim=2)
    k, v = past.unflatten(-1, (attention.n_heads, -1)).transpose(2, 3)
    return attention.attend(attention.queries(x), k, v)[0], past


def values_first(attention, x, past):
    output, (k, v) = cached_attention(attention, x, past and past[::-1])
    return output, (v, k)


def in_place(attention, x, past):
    k, v = attention.keys_and_values(x, x)
    if past is None:
        past = [k, v]
    else:
        past[0], past[1] = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
    return attention.attend(attention.queries(x), *past)[0], past


def with_queries(attention, x, past):
    output, past = cached_attention(attention, x, past and past[:2])
    return output, (*past, None)


@pytest.mark.parametrize("answer, says", [
    (as_dict, "is a dict; a tuple `(k, v)` of two tensors"),
    (before_splitting, "is a Tensor"), (values_first, "values first"),
    (in_place, "changes the past"), (with_queries, "tuple of 3"),
], ids=lambda value: getattr(value, "__name__", None))
def test_the_past_is_what_the_page_reads(answer, says):
    refused("10.5", answer, "another-past", ["Your output is right", says])


def test_what_is_projected_again_is_counted():
    def inputs_kept(attention, x, past):
        known = None if past is None else past[2]
        x_all = x if known is None else torch.cat([known, x], 1)
        k, v = attention.keys_and_values(x_all, x_all)
        return attention.attend(attention.queries(x), k, v)[0], Pair(k, v, x_all)

    class Pair(tuple):
        """Keys and values, and something beside them."""
        def __new__(cls, k, v, x_all):
            pair = super().__new__(cls, (k, v))
            pair.x_all = x_all
            return pair

        def __getitem__(self, i):
            return self.x_all if i == 2 else super().__getitem__(i)
    refused("10.5", inputs_kept, "projects-the-past-again", ["[1, 2, 3]"], ["projected is right"])


def test_the_first_position_alone_has_two_causes():
    def never_extended(attention, x, past):
        past = attention.keys_and_values(x, x) if past is None else past
        return attention.attend(attention.queries(x), *past)[0], past
    refused("10.5", never_extended, "first-key-only", ["never extended"])


def test_a_score_is_a_number():
    def in_brackets(*given):
        ids, score = beam_search(*given)
        return ids, torch.tensor([score])
    refused("10.3", in_brackets, "wrong-type", ["(1,)", "without any axis"])
    accepted("10.3", lambda *given: (lambda ids, score: (ids, torch.tensor(score)))(*beam_search(*given)))


def test_nothing_is_kept_beside_the_past():
    def on_the_layer(attention, x, past):
        k, v = attention.keys_and_values(x, x)
        if hasattr(attention, "cache"):
            k, v = (torch.cat(pair, dim=2) for pair in zip(attention.cache, (k, v), strict=True))
        attention.cache = (k, v)
        return attention.attend(attention.queries(x), k, v)[0], (k, v)
    refused("10.5", on_the_layer, "another-past", ["begins on the same `attention`"])

    def since_the_beginning(attention, x, past):
        if past is None:
            attention.cache = ()
        attention.cache = (*attention.cache, attention.keys_and_values(x, x))
        k, v = (torch.cat(parts, dim=2) for parts in zip(*attention.cache, strict=True))
        return attention.attend(attention.queries(x), k, v)[0], (k, v)
    refused("10.5", since_the_beginning, "another-past", ["is fed once more"])
