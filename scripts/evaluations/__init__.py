"""What `python -m scripts.evaluate` measures, one module per subject."""
