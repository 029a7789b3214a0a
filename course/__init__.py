"""Build a Transformer: the helper library of the course.

Importing `course` is cheap: nothing else is imported until it is needed.
"""
import sys

if sys.version_info < (3, 11):   # noqa: UP036 - before anything that an old Python cannot read
    raise ImportError("the course needs Python 3.11 or newer; this is {}.{}. In a notebook, choose another kernel: "
                      "that of the course's own environment.".format(*sys.version_info))

__version__ = "1.0.0"
