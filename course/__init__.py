"""Build a Transformer: the helper library of the course.

Importing `course` is cheap: nothing else is imported until it is needed.
"""

__version__ = "0.1.0"
