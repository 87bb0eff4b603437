"""The sub-commands of `python -m scripts.evaluate`, one module for each."""
