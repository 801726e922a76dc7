"""`python -m charley`."""

import sys

from charley.cli import main

if __name__ == "__main__":
    sys.exit(main())
