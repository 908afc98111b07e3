"""`python -m cli`: the entry point of ./signify.

Ctrl-C is handled here too, since importing the commands takes a second in which their own handler does not exist yet.
"""

import sys

INTERRUPTED_EXIT_CODE = 130
"""Exit code after Ctrl-C, as shells set it: 128 plus the number of SIGINT."""

if __name__ == "__main__":
    try:
        from cli.app import main

        main()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED_EXIT_CODE)
