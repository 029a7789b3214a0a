"""`python -m classroom`."""
import sys

try:
    import course  # noqa: F401 - it says so where this Python is too old for what comes next
except ImportError as error:
    sys.exit(str(error)[:1].upper() + str(error)[1:])

from classroom.app import main

if __name__ == "__main__":
    raise SystemExit(main())
