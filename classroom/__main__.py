"""`python -m classroom`."""
from classroom.app import main

if __name__ == "__main__":
    raise SystemExit(main())
