"""What `python -m scripts.benchmark` measures, one module per subject."""
