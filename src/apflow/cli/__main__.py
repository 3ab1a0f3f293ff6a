"""`python -m apflow.cli` is `apflow`."""

from apflow.cli import main

main()
