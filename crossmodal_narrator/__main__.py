"""`python -m crossmodal_narrator`."""

import sys

from crossmodal_narrator.cli.main import main

sys.exit(main())
