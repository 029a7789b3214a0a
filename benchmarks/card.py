"""How many tokens a second training reads on a device: larger batches, bfloat16, compiled steps.

    python benchmarks/card.py                        # on the graphics card, if there is one
    python benchmarks/card.py --device cpu --largest 2400 --steps 20
    python benchmarks/card.py --json                 # one line of JSON

Lesson 09's model, data and rates, in `course.training.train`, one process. Each line has twice the batch of the line
before, until `--largest` or until the card's memory is full. The first third of the steps is not counted: PyTorch
chooses its ways of computing there, and compiles. The speed is a median over the other steps. A larger batch is
another training: fewer, better steps for the same tokens, and rates that fit 1,200 tokens need not fit 20,000.
This finds out what a card can read; what is learnt from it `translator.py --device cuda --batch-tokens N` says.
"""
import argparse
import json
import statistics
import sys
from itertools import pairwise

import torch
from step import corpus, course_model
from tqdm import tqdm

from course.tokens import Encoded
from course.training import best_device, train
from course.translator import RECIPE

WAYS = {"float32": {}, "bfloat16": {"precision": "bfloat16"}, "float32, compiled": {"compiled": True},
        "bfloat16, compiled": {"precision": "bfloat16", "compiled": True}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default=best_device(), help="default: the one that is here (%(default)s)")
    parser.add_argument("--smallest", type=int, default=RECIPE["batch_tokens"], help="tokens (default: %(default)s)")
    parser.add_argument("--largest", type=int, default=80_000, help="tokens (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=60, help="for each line (default: %(default)s)")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="default: all")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    if options.steps < 3 or not 0 < options.smallest <= options.largest:
        parser.error("--steps must be at least 3, and --smallest from 1 to --largest")

    encoded, vocab_size = corpus()
    sizes = [options.smallest]
    while 2 * sizes[-1] <= options.largest:
        sizes.append(2 * sizes[-1])
    found = []
    for way in options.ways:
        for size in tqdm(sizes, desc=way, disable=not sys.stderr.isatty()):
            try:
                found.append({"way": way, "batch_tokens": size,
                              **speed(encoded, vocab_size, options.device, size, options.steps, WAYS[way])})
            except torch.OutOfMemoryError:
                break
    result = {"device": name_of(options.device), "torch": torch.__version__, "steps": options.steps, "lines": found}
    if options.json:
        print(json.dumps(result))
        return
    print(f"{result['device']}, torch {result['torch']}")
    print(f"{'':20}{'batch':>10}{'tokens/s':>12}{'MB':>8}")
    for line in found:
        memory = "" if line["memory_mb"] is None else f"{line['memory_mb']:,}"
        print(f"{line['way']:20}{line['batch_tokens']:10,}{line['tokens_per_second']:12,}{memory:>8}")


def speed(encoded: Encoded, vocab_size: int, device: str, batch_tokens: int, steps: int, way: dict) -> dict:
    """Real tokens, of source and target, in a second, and the most memory that PyTorch has had on the card."""
    torch.manual_seed(0)
    on_card = torch.device(device).type == "cuda"
    if on_card:
        torch.cuda.reset_peak_memory_stats()
    recipe = {**RECIPE, "batch_tokens": batch_tokens, **way}
    history = train(course_model(vocab_size), encoded, steps=steps, device=device, progress=False, **recipe)
    rates = [(b["tokens"] - a["tokens"]) / (b["seconds"] - a["seconds"]) for a, b in pairwise(history[steps // 3 :])]
    return {"tokens_per_second": round(statistics.median(rates)),
            "memory_mb": round(torch.cuda.max_memory_allocated() / 2**20) if on_card else None}


def name_of(device: str) -> str:
    return torch.cuda.get_device_name(device) if torch.device(device).type == "cuda" else device


if __name__ == "__main__":
    main()
