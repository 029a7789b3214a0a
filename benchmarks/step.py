"""Time one training step of the course's Transformer against one of torch.nn.Transformer, and of other peers.

    python benchmarks/step.py            # a table
    python benchmarks/step.py --json     # one line of JSON

Both do forward pass, loss, backward pass and Adam on the same batches of the course's corpus, with
the same sizes, tied embeddings, dropout and label smoothing. PyTorch's module is used as its
documentation shows: a causal mask, padding masks for source, target and memory, logits for every
position, cross-entropy that ignores the padding, Adam as it comes, all threads for every product. Two tutorials'
models and, where it is installed, that of x-transformers (`peers.py`) take their step in the same way, each with its
own loss. Ours is the step of `course.training.train`: workers that share the batch, a core for each, and Adam.

They take turns. An untimed step on the same batch goes before each timed one, since a step in training follows
one of its own kind: the threads are awake and the batch is in the processor's cache. `ratio` says how many times
as long PyTorch's step takes. It is the median over the pairs, so that a busy moment of the machine hits both.
`ratio_muon` is for our step with a push of Muon's for the matrices, which lesson 09 makes at every second step.
`ratio_annotated`, `ratio_bentrevett` and `ratio_x-transformers` say what `ratio` says, of the other peers.
`ratio_same_adam` gives PyTorch's module our fused optimiser. `ratio_one_process` is for our step without workers.
`throughput_share` compares the floating-point operations of our step's matrix products with what one product of two
1024 x 1024 matrices reaches in the same run.
"""
import argparse
import atexit
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator

import torch
from peers import PEERS, SMOOTHING, Peer
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from course._team import Team
from course.data import load_pairs, short_pairs, split_pairs
from course.muon import Muon, matrices_of
from course.tokens import Batch, Encoded, Subwords, encode_pairs, token_batches
from course.training import token_shares, training_loss
from course.transformer import Transformer
from course.translator import VOCAB_SIZE

SIZES = {"d_model": 128, "n_heads": 4, "d_ff": 512, "n_layers": 2, "dropout": 0.1}


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
    steps = {
        "ours": shared_stepper(course_model(vocab_size), options.threads),
        "muon": shared_stepper(course_model(vocab_size), options.threads, muon=True),
        **{name: stepper(build(vocab_size, **SIZES), documented_loss) for name, build in PEERS.items()},
        "torch_same_adam": stepper(PEERS["torch"](vocab_size, **SIZES), documented_loss, fused=True),
        "one_process": stepper(course_model(vocab_size), training_loss_of, fused=True),
    }
    times: dict[str, list[float]] = {name: [] for name in steps}
    shares, peaks = [], []
    for i, batch in enumerate(itertools.islice(stream, options.warmup + options.pairs)):
        # Who goes first changes, so that nobody always comes after the same other one.
        order = list(steps)[i % len(steps) :] + list(steps)[: i % len(steps)]
        for name in order:
            steps[name](batch)
            times[name].append(seconds(lambda name=name, batch=batch: steps[name](batch)))
        if i >= options.warmup and (i - options.warmup) % 10 == 0:
            peaks.append(matrix_throughput())
            with FlopCounterMode(display=False) as counter:
                steps["one_process"](batch)
            shares.append(counter.get_total_flops() / times["ours"][-1] / peaks[-1])

    def ratios(peer: str, own: str = "ours") -> list[float]:
        pairs = zip(times[own][options.warmup :], times[peer][options.warmup :], strict=True)
        return [b / a for a, b in pairs]

    low, ratio, high = statistics.quantiles(ratios("torch"), n=4)
    result = {
        "ratio": round(ratio, 3),
        "ratio_quartiles": [round(low, 3), round(high, 3)],
        "ratio_muon": round(statistics.median(ratios("torch", "muon")), 3),
        **{f"ratio_{name}": round(statistics.median(ratios(name)), 3) for name in PEERS if name != "torch"},
        "ratio_same_adam": round(statistics.median(ratios("torch_same_adam")), 3),
        "ratio_one_process": round(statistics.median(ratios("torch", "one_process")), 3),
        **{f"{name}_ms": round(1000 * statistics.median(spent[options.warmup :]), 2) for name, spent in times.items()},
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
            print(f"{name:20} {value}")


def corpus() -> tuple[Encoded, int]:
    """The training part of the course's corpus, in the lesson's subwords, and the size of the vocabulary."""
    split = split_pairs(short_pairs(load_pairs()))
    subwords = Subwords.train([sentence for pair in split.train for sentence in pair[:2]], vocab_size=VOCAB_SIZE)
    return encode_pairs(split.train, subwords), len(subwords)


def endless(encoded: Encoded, batch_tokens: int) -> Iterator[Batch]:
    generator = torch.Generator().manual_seed(0)
    while True:
        yield from token_batches(encoded, batch_tokens, generator)


def documented_loss(model: Peer, batch: Batch) -> Tensor:
    return model.loss(batch)


def training_loss_of(model: Transformer, batch: Batch) -> Tensor:
    return training_loss(model, batch, SMOOTHING)


def course_model(vocab_size: int) -> Transformer:
    return Transformer(vocab_size, **SIZES)


def adam(parameters: Iterable[torch.nn.Parameter], fused: bool) -> torch.optim.Adam:
    options = {"fused": True} if fused else {}
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9, **options)


def stepper(
    model: torch.nn.Module, loss_of: Callable[[torch.nn.Module, Batch], Tensor], fused: bool = False
) -> Callable[[Batch], None]:
    """A function that trains `model` on one batch, with Adam as it comes or as `course.training.train` has it."""
    optimizer = adam(model.parameters(), fused)
    model.train()

    def step(batch: Batch) -> None:
        loss = loss_of(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def shared_stepper(model: Transformer, workers: int, muon: bool = False) -> Callable[[Batch], None]:
    """The same, shared by the workers of `course.training.train`."""
    model.train()
    threads = torch.get_num_threads()
    matrices = matrices_of(model) if muon else []
    others = [parameter for parameter in model.parameters() if not any(parameter is matrix for matrix in matrices)]
    team = Team(lambda batch: training_loss_of(model, batch), [*matrices, *others], workers)
    optimizer = Muon(team.flat, [matrix.shape for matrix in matrices], 0.01, spread=team.spread, lr=1e-3,
                     betas=(0.9, 0.98), eps=1e-9, fused=True) if muon else adam([team.flat], fused=True)
    torch.set_num_threads(threads)
    atexit.register(team.close)
    count = itertools.count()

    def step(batch: Batch) -> None:
        torch.set_num_threads(1)
        parts = [Batch(*part) for part in zip(batch.source.chunk(workers), batch.target.chunk(workers), strict=True)]
        team.compute_gradients(parts, token_shares(parts, model.pad_id), next(count))
        optimizer.step()
        torch.set_num_threads(threads)

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
