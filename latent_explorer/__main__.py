"""``python -m latent_explorer``."""

import sys

from latent_explorer.launcher import main

sys.exit(main())
