"""What lesson 10 leans on: the picture of a beam, the library's beam search, the benchmark's line."""
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from classroom.exercises.lesson_10 import tasks
from course.decoding import beam_search
from course.transformer import Transformer
from course.views.beam import Node, show_beam

ROOT = Path(__file__).parents[1]
BOS, EOS = 2, 3
ROUNDS = [
    [Node(None, "el", -0.11), Node(None, "un", -2.3)],
    [Node(0, "negro", -0.8), Node(0, "gato", -1.02), Node(1, "gato", -2.31, "pruned")],
    [Node(1, "<eos>", -1.5, "best"), Node(0, "<eos>", -1.7, "finished")],
]


class TestPicture:
    def test_every_node_is_written_and_every_fate_looks_different(self):
        [ax] = show_beam(ROUNDS).figure.axes
        texts = {text.get_text(): text for text in ax.texts}
        assert set(texts) == {"<bos>", "el\n−0.11", "un\n−2.30", "negro\n−0.80", "gato\n−1.02", "gato\n−2.31",
                              "<eos>\n−1.50", "<eos>\n−1.70"}
        looks = {label: (texts[label].get_color(), texts[label].get_bbox_patch().get_edgecolor(),
                         texts[label].get_bbox_patch().get_facecolor())
                 for label in ("gato\n−1.02", "gato\n−2.31", "<eos>\n−1.50", "<eos>\n−1.70")}
        assert len(set(looks.values())) == 4

    def test_lines_lead_from_parents_to_children_and_the_way_to_the_best_is_the_thickest(self):
        [ax] = show_beam(ROUNDS).figure.axes
        places = {text.get_text(): text.get_position() for text in ax.texts}
        lines = {tuple(zip(*line.get_data(), strict=True)): line.get_linewidth() for line in ax.lines}
        ways = [("<bos>", "el\n−0.11"), ("el\n−0.11", "gato\n−1.02"), ("gato\n−1.02", "<eos>\n−1.50")]
        thickest = {line for line, width in lines.items() if width == max(lines.values())}
        assert thickest == {(places[a], places[b]) for a, b in ways}
        assert (places["un\n−2.30"], places["gato\n−2.31"]) in lines and len(lines) == 7

    def test_no_two_nodes_stand_in_one_place(self):
        [ax] = show_beam(ROUNDS).figure.axes
        assert len({text.get_position() for text in ax.texts}) == len(ax.texts)

    def test_the_alt_text_tells_each_round(self):
        alt = show_beam(ROUNDS, "Two beams").alt
        assert alt == (
            "Two beams: round 1: kept “el” (−0.11) and “un” (−2.30). round 2: kept “el negro” (−0.80) and “el gato” "
            "(−1.02); pruned “un gato” (−2.31). round 3: finished “el negro <eos>” (−1.70); chosen “el gato <eos>” "
            "(−1.50)")

    @pytest.mark.parametrize("rounds, complaint", [
        ([], "at least one round"), ([[]], "at least one round"),
        ([[Node(0, "el", -1)]], "not there"), ([[Node(None, "el", -1)], [Node(1, "gato", -2)]], "not there"),
        ([[Node(None, "el", -1, "lost")]], "unknown fate"),
    ])
    def test_impossible_trees_are_errors(self, rounds, complaint):
        with pytest.raises(ValueError, match=complaint):
            show_beam(rounds)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(5)
    model = Transformer(vocab_size=14, d_model=16, n_heads=2, d_ff=32, n_layers=1).double().eval()
    torch.nn.init.normal_(model.embedding.weight, std=0.5)
    return model


class TestLibrary:
    @pytest.mark.parametrize("beam_size, alpha", [(1, 0.0), (2, 0.6), (4, 0.0), (4, 2.0)])
    def test_the_whole_batch_equals_the_lessons_search_one_by_one(self, model, beam_size, alpha):
        source = torch.tensor([[5, 6, 7, 10, EOS], [8, 9, EOS, 0, 0], [11, EOS, 0, 0, 0], [4, 13, 12, EOS, 0]])
        found = beam_search(model, source, BOS, EOS, beam_size, alpha, max_len=9)
        for row, hypotheses in zip(source, found, strict=True):
            alone = row[row != model.pad_id].unsqueeze(0)
            with torch.no_grad():
                ids, score = tasks.beam_search(model, alone, BOS, EOS, beam_size, alpha, max_len=9)
            assert hypotheses[0].ids == ids
            assert hypotheses[0].score == pytest.approx(score)


@pytest.mark.slow
def test_the_benchmark_prints_one_line_of_json():
    done = subprocess.run(
        [sys.executable, "benchmarks/decoding.py", "--only", "cache", "--tokens", "4", "--sentences", "2",
         "--pairs", "1", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    assert result["ratio"] > 0 and result["same_tokens"] and result["tokens"] == 4
