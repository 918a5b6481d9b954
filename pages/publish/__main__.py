"""`python -m pages.publish SITE`."""

import sys

from pages.publish.command import main

if __name__ == "__main__":
    sys.exit(main())
