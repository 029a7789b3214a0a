"""Time decoding: the test sentences by `translate`, the cache of keys and values, and `transformers` beside ours.

    python benchmarks/decoding.py                  # a table
    python benchmarks/decoding.py --json           # one line of JSON
    python benchmarks/decoding.py --only cache     # one of the three parts: translate, cache, peer

translate   1,000 test sentences, greedily and with a beam of 5, by `course.decoding.translate` with the translator of
            lesson 09 (from the cache, else trained now): cutting into subwords, decoding until each sentence ends, and
            putting the pieces together.
cache       greedy decoding with a cache and without one. Both write the same number of tokens for the same sentences
            with the same model, whose weights are random: how long a step takes does not depend on them. `ratio` is
            the median over the pairs; `last_step_ratio` compares the last token alone; `same_tokens` says whether both
            wrote the same.
peer        `generate` of Hugging Face's transformers against `greedy_decode` and `beam_search`. Its model is a
            MarianMTModel of the same sizes; ours do not fit into it (Marian norms after each residual), so that both
            have random weights. The work is made equal: no sentence may end, and each is given the same number of
            tokens, in the same batches, all 5 beams to the last. So what either does with sentences that have ended is
            not compared. transformers is not installed with the course; where it is missing, `peer` says so, and the
            other numbers are there all the same.

What is compared takes turns in one process, so that a busy moment of the machine hits both. Times are in seconds, if
nothing else is said, the median over `--repeat` runs (`--pairs` for the cache) after one that warms up.
"""
import argparse
import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from course.decoding import CachedDecoder, UncachedDecoder, beam_search, greedy_decode, translate
from course.transformer import Transformer
from course.translator import trained_translator

VOCAB, SOURCE_LENGTH, BOS, NEVER = 2000, 10, 2, -1        # a token that is never written: no sentence ends
SIZES = {"d_model": 128, "n_heads": 4, "d_ff": 512, "n_layers": 2}
BEAM, BATCH = 5, 100                                      # as many sentences at once as `translate` takes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=["translate", "cache", "peer"], help="these parts (default: all)")
    parser.add_argument("--sentences", type=int, default=1000, help="to translate, and beside the peer (default: 1000)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median counts (default: 3)")
    parser.add_argument("--tokens", type=int, default=40, help="to write with a cache and without (default: 40)")
    parser.add_argument("--batch", type=int, default=32, help="sentences in the batch for that (default: 32)")
    parser.add_argument("--pairs", type=int, default=10, help="timed pairs for that (default: 10)")
    parser.add_argument("--length", type=int, default=10, help="tokens to write beside the peer (default: 10)")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (default: 2)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    parts = {"translate": measure_translate, "cache": measure_cache, "peer": measure_peer}
    result = {"threads": options.threads, "torch": torch.__version__}
    for name, part in parts.items():
        if name in (options.only or parts):
            torch.manual_seed(0)
            result |= part(options)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:22} {value}")


def measure_translate(options: argparse.Namespace) -> dict:
    """Sentences of the test part, from text to text."""
    model, subwords, split = trained_translator(progress=not options.json)
    sentences = [pair.source for pair in split.test[:options.sentences]]
    greedy, beam = in_turns(options.repeat, [lambda: translate(model, sentences, subwords),
                                             lambda: translate(model, sentences, subwords, beam_size=BEAM)])
    return {"translated_sentences": len(sentences), "translate_greedy": median(greedy),
            f"translate_beam_{BEAM}": median(beam)}


def measure_cache(options: argparse.Namespace) -> dict:
    """With a cache and without one."""
    model = Transformer(VOCAB, **SIZES).eval()
    source = torch.randint(4, VOCAB, (options.batch, SOURCE_LENGTH))
    runs = {CachedDecoder: [], UncachedDecoder: []}
    for i in range(options.pairs + 1):
        for kind in list(runs)[:: 1 if i % 2 else -1]:
            runs[kind].append(write(kind, model, source, options.tokens))
    cached, uncached = (kept[1:] for kept in runs.values())             # the first pair warms up
    return {
        "ratio": round(statistics.median(b[0] / a[0] for a, b in zip(cached, uncached, strict=True)), 2),
        "last_step_ratio": round(statistics.median(b[1] / a[1] for a, b in zip(cached, uncached, strict=True)), 2),
        "cached_ms": round(1000 * statistics.median(run[0] for run in cached), 1),
        "uncached_ms": round(1000 * statistics.median(run[0] for run in uncached), 1),
        "same_tokens": all(torch.equal(a[2], b[2]) for a, b in zip(cached, uncached, strict=True)),
        "tokens": options.tokens,
        "batch": options.batch,
        "pairs": options.pairs,
    }


@torch.no_grad()
def write(kind: type, model: Transformer, source: Tensor, n_tokens: int) -> tuple[float, float, Tensor]:
    """Seconds for all tokens and for the last one, and the tokens (B, n_tokens)."""
    decoder = kind(model, model.encode(source))
    token, written = torch.full((len(source),), BOS), []
    started = time.perf_counter()
    for _ in range(n_tokens):
        step_started = time.perf_counter()
        token = model.unembed(decoder.step(token)).argmax(-1)
        written.append(token)
    ended = time.perf_counter()
    return ended - started, ended - step_started, torch.stack(written, dim=1)


def measure_peer(options: argparse.Namespace) -> dict:
    """transformers and ours, greedily and with a beam."""
    if importlib.util.find_spec("transformers") is None:
        return {"peer": "transformers is not installed: pip install transformers"}
    import transformers

    ours, theirs, n = Transformer(VOCAB, **SIZES).eval(), marian(), options.length
    batches = torch.randint(4, VOCAB, (options.sentences, SOURCE_LENGTH)).split(BATCH)

    def generate(beams: int) -> None:
        for source in batches:
            written = theirs.generate(source, attention_mask=torch.ones_like(source), num_beams=beams, do_sample=False,
                                      min_new_tokens=n, max_new_tokens=n)
            assert written.shape == (len(source), n + 1), written.shape        # it begins with a token of its own

    def greedy() -> None:
        for source in batches:
            assert greedy_decode(ours, source, BOS, NEVER, n).shape == (len(source), n)

    def beam() -> None:
        for source in batches:
            found = beam_search(ours, source, BOS, NEVER, BEAM, max_len=n)
            assert {len(best.ids) for best, *_ in found} == {n}

    ours_greedy, peer_greedy, ours_beam, peer_beam = in_turns(
        options.repeat, [greedy, lambda: generate(1), beam, lambda: generate(BEAM)])

    def ratio(peer: list[float], own: list[float]) -> float:
        return median(b / a for a, b in zip(own, peer, strict=True))

    return {
        "peer": f"transformers {transformers.__version__}", "peer_sentences": options.sentences, "peer_tokens": n,
        "ours_parameters": sum(each.numel() for each in ours.parameters()),
        "peer_parameters": sum(each.numel() for each in theirs.parameters() if each.requires_grad),
        "ours_greedy": median(ours_greedy), "peer_greedy": median(peer_greedy),
        "greedy_ratio": ratio(peer_greedy, ours_greedy),
        f"ours_beam_{BEAM}": median(ours_beam), f"peer_beam_{BEAM}": median(peer_beam),
        f"beam_{BEAM}_ratio": ratio(peer_beam, ours_beam),
    }


def marian() -> torch.nn.Module:
    """A MarianMTModel of our sizes with random weights: sinusoidal positions and one embedding for all, as ours."""
    from transformers import MarianConfig, MarianMTModel

    width, heads, inner, layers = SIZES.values()
    return MarianMTModel(MarianConfig(
        vocab_size=VOCAB, d_model=width, encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=heads,
        decoder_attention_heads=heads, encoder_ffn_dim=inner, decoder_ffn_dim=inner, activation_function="relu",
        scale_embedding=True, max_position_embeddings=256, pad_token_id=0, bos_token_id=BOS, eos_token_id=3,
        decoder_start_token_id=BOS, forced_eos_token_id=None,
    )).eval()


def in_turns(repeat: int, works: list[Callable[[], object]]) -> list[list[float]]:
    """The seconds that each takes, in turns; all of them run once before."""
    times: list[list[float]] = [[] for _ in works]
    for turn in range(repeat + 1):
        for work, spent in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            if turn:
                spent.append(time.perf_counter() - started)
    return times


def median(numbers: Iterable[float]) -> float:
    return round(statistics.median(numbers), 3)


if __name__ == "__main__":
    main()
