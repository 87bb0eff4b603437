"""Measure models on real ratings of held-out fans, and write the tables of results."""

import sys

from scripts.commands import Command, run

#: What can be measured, and the module that does it: `add_arguments(parser)` and `main(args) -> int`.
COMMANDS = {
    "article": Command("scripts.evaluations.article", "the reference article's table: errors and times over 5 folds"),
    "fold-in": Command("scripts.evaluations.fold_in", "new fans with few known ratings: errors and error bands"),
    "new-fans": Command("scripts.evaluations.new_fans", "ranking and errors for new fans, against strong baselines"),
    "cold-titles": Command("scripts.evaluations.cold_titles", "scores of titles without ratings, from what they are"),
    "page": Command("scripts.evaluations.page", "what the page's series rules and diversity cost"),
    "elicitation": Command("scripts.evaluations.elicitation", "which titles to ask a new fan about first"),
    "tables": Command(
        "scripts.evaluations.tables", "the tables of docs/results.md and README.md, from what was measured"
    ),
}


def main(argv: list[str] | None = None) -> int:
    return run("evaluate", __doc__, COMMANDS, argv)


if __name__ == "__main__":
    sys.exit(main())
