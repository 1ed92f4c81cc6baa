"""Does what ``imaginest`` does, with everything that goes by the ping interval ``QUICKER`` times as fast.

This needs an interpreter of its own: who imports the timers first keeps the usual pace.
"""

import sys

from channels import framing

QUICKER = 12

if __name__ == "__main__":
    for one in framing.PING_SECONDS:
        framing.PING_SECONDS[one] /= QUICKER

    from server.cli import main

    sys.exit(main())
