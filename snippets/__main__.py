import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("snippets: Python 3.11 or newer is needed: `make serve` sets it up")

from lab.command import main

sys.exit(main())
