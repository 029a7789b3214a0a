"""Time one training step of the course's Transformer against one of torch.nn.Transformer.

    python benchmarks/step.py            # a table
    python benchmarks/step.py --json     # one line of JSON

Both do forward pass, loss, backward pass and Adam on the same batches of the course's corpus, with
the same sizes, tied embeddings, dropout and label smoothing. PyTorch's module is used as its
documentation shows: a causal mask, padding masks for source, target and memory, logits for every
position, cross-entropy that ignores the padding. Ours is `course.training.training_loss`.

The two take turns in one process. `ratio` says how many times as long PyTorch's step takes. It is the
median over the pairs, so that a busy moment of the machine hits both. `throughput_share` compares
the floating-point operations of our step's matrix products with what one product of two 1024 x 1024
matrices reaches in the same run.
"""
import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from peers import TorchTransformer
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from course.data import load_pairs, short_pairs, split_pairs
from course.tokens import Batch, Encoded, Subwords, encode_pairs, token_batches
from course.training import training_loss
from course.transformer import Transformer

SIZES = {"d_model": 128, "n_heads": 4, "d_ff": 512, "n_layers": 2, "dropout": 0.1}
SMOOTHING = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=200, help="timed pairs of steps (default: 200)")
    parser.add_argument("--warmup", type=int, default=20, help="pairs before them (default: 20)")
    parser.add_argument("--batch-tokens", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (default: 2)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    encoded, vocab_size = corpus()
    stream = endless(encoded, options.batch_tokens)
    ours = stepper(Transformer(vocab_size, **SIZES), lambda model, batch: training_loss(model, batch, SMOOTHING))
    theirs = stepper(TorchTransformer(vocab_size, **SIZES), documented_loss)

    our_times, their_times, shares, peaks = [], [], [], []
    for i, batch in enumerate(itertools.islice(stream, options.warmup + options.pairs)):
        # Who goes first alternates: the second finds the batch in the processor's cache.
        order = [(ours, our_times), (theirs, their_times)][:: 1 if i % 2 else -1]
        for step, times in order:
            times.append(seconds(lambda step=step, batch=batch: step(batch)))
        if i >= options.warmup and i % 10 == 0:
            peaks.append(matrix_throughput())
            with FlopCounterMode(display=False) as counter:
                ours(batch)
            shares.append(counter.get_total_flops() / our_times[-1] / peaks[-1])
    our_times, their_times = our_times[options.warmup :], their_times[options.warmup :]

    low, ratio, high = statistics.quantiles((b / a for a, b in zip(our_times, their_times, strict=True)), n=4)
    result = {
        "ratio": round(ratio, 3),
        "ratio_quartiles": [round(low, 3), round(high, 3)],
        "ours_ms": round(1000 * statistics.median(our_times), 2),
        "torch_ms": round(1000 * statistics.median(their_times), 2),
        "throughput_share": round(statistics.median(shares), 3),
        "matmul_gflops": round(statistics.median(peaks) / 1e9, 1),
        "pairs": options.pairs,
        "batch_tokens": options.batch_tokens,
        "threads": options.threads,
        "torch": torch.__version__,
    }
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:17} {value}")


def corpus() -> tuple[Encoded, int]:
    """The training part of the course's corpus, in 2,000 subwords, and the size of the vocabulary."""
    split = split_pairs(short_pairs(load_pairs()))
    subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size=2000)
    return encode_pairs(split.train, subwords), len(subwords)


def endless(encoded: Encoded, batch_tokens: int) -> Iterator[Batch]:
    generator = torch.Generator().manual_seed(0)
    while True:
        yield from token_batches(encoded, batch_tokens, generator)


def documented_loss(model: TorchTransformer, batch: Batch) -> Tensor:
    """Logits for every position, and a loss that leaves out the padded ones."""
    labels = batch.target[:, 1:]
    logits = model(batch.source, batch.target[:, :-1])
    return F.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=model.pad_id, label_smoothing=SMOOTHING
    )


def stepper(model: torch.nn.Module, loss_of: Callable[[torch.nn.Module, Batch], Tensor]) -> Callable[[Batch], None]:
    """A function that trains `model` on one batch, with the optimiser of `course.training.train`."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9, fused=True)
    model.train()

    def step(batch: Batch) -> None:
        loss = loss_of(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def matrix_throughput(size: int = 1024) -> float:
    """Floating-point operations a second in a product of two square matrices: the best of five."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / min(seconds(lambda: a @ b) for _ in range(5))


if __name__ == "__main__":
    main()
