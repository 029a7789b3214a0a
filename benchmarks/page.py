"""The translator of lesson 09 as a web page, in Chromium with the network off: equal to Python, small, fast?

    python benchmarks/page.py                # the 1,000 test sentences, about three minutes
    python benchmarks/page.py --json         # one line of JSON

Each sentence is translated by Python and by the page, greedily, with float32 weights and with int8; of the beam of 4
every fifth sentence. "Equal" means token by token. A page's time for a sentence of eight words is the median over all
such sentences among those, after each was translated once.
"""
import argparse
import json
import shutil
import tempfile
from pathlib import Path

import sacrebleu
import torch
from playwright.sync_api import sync_playwright
from tqdm import tqdm

from course.decoding import beam_search, greedy_decode
from course.page import export_page, with_fewer_bits
from course.translator import trained_translator

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
WRITE = """([sentence, beam_size]) => {
  const { model, subwords, follow, beam_search } = translator, ends = [subwords.bos_id, subwords.eos_id];
  const source = [...subwords.encode(sentence), subwords.eos_id];
  return beam_size === 1 ? [...follow(model, source, ...ends)].map((step) => step.token)
    : beam_search(model, source, ...ends, beam_size)[0].ids;
}"""
TIME = """([sentence, beam_size]) => {
  const start = performance.now();
  translator.translate(sentence, beam_size);
  return performance.now() - start;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        parser.exit(1, "Chromium is not installed; Debian and Ubuntu: apt-get install chromium\n")
    torch.set_num_threads(1)
    model, subwords, split = trained_translator()
    sentences, references = [pair.source for pair in split.test], [[pair.target for pair in split.test]]
    some, eight_words = sentences[::5], [sentence for sentence in sentences if len(sentence.split()) == 8]
    result = {"sentences": len(sentences)}

    def bleu(written: list[list[int]]) -> float:
        return sacrebleu.corpus_bleu([subwords.decode(ids) for ids in written], references).score

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for bits, python in ((32, model), (8, with_fewer_bits(model))):
            path = export_page(model, subwords, Path(folder) / f"{bits}.html", bits=bits)
            context = browser.new_context()
            context.set_offline(True)
            page = context.new_page()
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready=yes]", state="attached")
            ours = [_written(python, subwords, one) for one in tqdm(sentences, f"Python, {bits} bits", leave=False)]
            theirs = [page.evaluate(WRITE, [one, 1]) for one in tqdm(sentences, f"page, {bits} bits", leave=False)]
            name = {32: "float32", 8: "int8"}[bits]
            result[f"{name}_megabytes"] = round(path.stat().st_size / 1e6, 2)
            result[f"{name}_equal_percent"] = _equal(ours, theirs)
            result[f"{name}_bleu_python"], result[f"{name}_bleu_page"] = round(bleu(ours), 2), round(bleu(theirs), 2)
            result[f"{name}_beam_equal_percent"] = _equal(
                [_written(python, subwords, one, 4) for one in some], [page.evaluate(WRITE, [one, 4]) for one in some])
            for beam_size in (1, 4):
                times = sorted(page.evaluate(TIME, [one, beam_size]) for one in eight_words)
                result[f"{name}_eight_words_ms_beam_{beam_size}"] = round(times[len(times) // 2], 1)
            context.close()
        browser.close()
    result["int8_costs_bleu"] = round(result["float32_bleu_python"] - result["int8_bleu_page"], 2)
    result["eight_word_sentences"] = len(eight_words)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:>28}  {value}")


def _written(model, subwords, sentence: str, beam_size: int = 1) -> list[int]:
    source = torch.tensor([[*subwords.encode(sentence), subwords.eos_id]])
    if beam_size == 1:
        return greedy_decode(model, source, subwords.bos_id, subwords.eos_id)[0].tolist()
    return beam_search(model, source, subwords.bos_id, subwords.eos_id, beam_size)[0][0].ids


def _equal(ours: list[list[int]], theirs: list[list[int]]) -> float:
    """In how many per cent of the sentences both have written the same tokens."""
    return round(100 * sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(ours), 2)


if __name__ == "__main__":
    main()
