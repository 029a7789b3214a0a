"""Marks: points and lateness, tables and pages, and the files of learning management systems."""
