"""Time greedy decoding with a cache of keys and values against decoding without one.

    python benchmarks/decoding.py            # a table
    python benchmarks/decoding.py --json     # one line of JSON

Both write the same number of tokens for the same sentences with the same model, which has the
size of the course's translator and random weights: how long a step takes does not depend on them.
The two take turns in one process, and `ratio` is the median over the pairs, so that a busy moment
of the machine hits both. `last_step_ratio` compares the last token alone. `same_tokens` says
whether both wrote the same.
"""
import argparse
import json
import statistics
import time

import torch
from torch import Tensor

from course.decoding import CachedDecoder, UncachedDecoder
from course.transformer import Transformer

VOCAB, SOURCE_LENGTH, BOS = 2000, 10, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=40, help="tokens to write (default: 40)")
    parser.add_argument("--sentences", type=int, default=32, help="sentences in the batch (default: 32)")
    parser.add_argument("--pairs", type=int, default=10, help="timed pairs (default: 10)")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (default: 2)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    model = Transformer(VOCAB, d_model=128, n_heads=4, d_ff=512, n_layers=2).eval()
    source = torch.randint(4, VOCAB, (options.sentences, SOURCE_LENGTH))
    runs = {CachedDecoder: [], UncachedDecoder: []}
    for i in range(options.pairs + 1):
        for kind in list(runs)[:: 1 if i % 2 else -1]:
            runs[kind].append(write(kind, model, source, options.tokens))
    cached, uncached = (kept[1:] for kept in runs.values())             # the first pair warms up

    result = {
        "ratio": round(statistics.median(b[0] / a[0] for a, b in zip(cached, uncached, strict=True)), 2),
        "last_step_ratio": round(statistics.median(b[1] / a[1] for a, b in zip(cached, uncached, strict=True)), 2),
        "cached_ms": round(1000 * statistics.median(run[0] for run in cached), 1),
        "uncached_ms": round(1000 * statistics.median(run[0] for run in uncached), 1),
        "same_tokens": all(torch.equal(a[2], b[2]) for a, b in zip(cached, uncached, strict=True)),
        "tokens": options.tokens,
        "sentences": options.sentences,
        "pairs": options.pairs,
        "threads": options.threads,
        "torch": torch.__version__,
    }
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:15} {value}")


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


if __name__ == "__main__":
    main()
