"""``python -m explorer COMMAND``."""

import sys

from explorer.cli.main import main

sys.exit(main())
