"""The surroundings of every test: one thread, no display, and a progress file of its own."""
import atexit
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from hypothesis import settings

# Set when this file is imported, that is before any test imports torch or matplotlib.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ["COURSE_LANG"] = "en"         # whatever the system speaks
os.environ["COURSE_STATE"] = tempfile.mkdtemp(prefix="course-state-")
atexit.register(shutil.rmtree, os.environ["COURSE_STATE"], ignore_errors=True)

# jsonschema, and with it nbformat, takes a second to make grammars of addresses, if it finds this package: in the tests
# and in each of the many processes that they start. No schema of a notebook asks for them.
if not os.environ.get("COURSE_WITHOUT"):
    os.environ["COURSE_WITHOUT"] = tempfile.mkdtemp(prefix="course-without-")
    atexit.register(shutil.rmtree, os.environ["COURSE_WITHOUT"], ignore_errors=True)
    Path(os.environ["COURSE_WITHOUT"], "rfc3987_syntax.py").write_text("raise ImportError\n", encoding="utf-8")
    inherited = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    os.environ["PYTHONPATH"] = os.pathsep.join([os.environ["COURSE_WITHOUT"], *inherited])
sys.path.insert(0, os.environ["COURSE_WITHOUT"])

# No absolute times, and the same examples in every run.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


def pytest_ignore_collect(collection_path, config):
    """`make quick` does not even read the files in which all tests are slow: half of the tests there are."""
    if config.option.markexpr == "not slow" and collection_path.suffix == ".py":
        text = collection_path.read_text(encoding="utf-8")
        return re.search(r"^pytestmark = .*\bpytest\.mark\.slow\b", text, re.MULTILINE) is not None or None
    return None
