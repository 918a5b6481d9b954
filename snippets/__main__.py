import sys

if sys.version_info < (3, 11):  # noqa: UP036
    print("snippets: Python 3.11 or newer, as in .venv", file=sys.stderr)
    sys.exit(2)

from lab.command import main

sys.exit(main())
