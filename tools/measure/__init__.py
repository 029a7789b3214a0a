"""How good the checks are, measured: mutants, rewritten mistakes, many seeds, and the report in docs/checks.md."""
