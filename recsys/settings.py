"""Run-time choices that are not part of a model's configuration."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What serving may be told from outside; each field is one knob."""

    #: Titles with fewer ratings in the training data are not recommended: their means are mostly luck.
    min_raters: int = 50
    #: Share of held-out scores that the error band is meant to cover.
    band: float = 0.80
