"""The surroundings of every test: one thread, no display, and a progress file of its own."""
import atexit
import os
import shutil
import tempfile

from hypothesis import settings

# Set when this file is imported, that is before any test imports torch or matplotlib.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ["COURSE_LANG"] = "en"         # whatever the system speaks
os.environ["COURSE_STATE"] = tempfile.mkdtemp(prefix="course-state-")
atexit.register(shutil.rmtree, os.environ["COURSE_STATE"], ignore_errors=True)

# No absolute times, and the same examples in every run.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
