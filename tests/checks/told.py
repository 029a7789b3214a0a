"""What an answer is told, on several seeds."""
from classroom import evaluate

SEEDS = (None, 1, 2, 3)


def refused(id, answer, slug, says=(), never=()):
    for seed in SEEDS:
        verdict = evaluate(id, answer, seed=seed)
        assert verdict.status in ("wrong", "error") and verdict.points == 0, f"seed {seed}: {verdict.message}"
        assert verdict.mistake == slug, f"seed {seed}: {verdict.mistakes} {verdict.message}"
        assert all(text in verdict.message for text in says), verdict.message
        assert not any(text in verdict.message for text in never), verdict.message


def accepted(id, answer):
    for seed in SEEDS:
        verdict = evaluate(id, answer, seed=seed)
        assert verdict.status == "correct", f"seed {seed}: {verdict.message}"
