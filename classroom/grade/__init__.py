"""Grading of many submissions: a trusted checker, a fork server, confined children. See `docs/grading_internals.md`."""
