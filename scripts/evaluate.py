"""Measure models on real ratings of held-out fans and titles, and write the tables of results."""

import sys

from scripts.commands import Command, run

#: Subject -> its module, with `add_arguments(parser)` and `main(args) -> int`.
COMMANDS = {
    "article": Command("scripts.evaluations.article", "the reference article's table: errors and times over 5 folds"),
    "fold-in": Command(
        "scripts.evaluations.fold_in", "errors and prediction intervals for new fans with few known ratings"
    ),
    "new-fans": Command(
        "scripts.evaluations.new_fans", "ranking and errors for new fans, compared with strong baselines"
    ),
    "cold-titles": Command(
        "scripts.evaluations.cold_titles", "predicted scores of titles without ratings, from their content"
    ),
    "page": Command("scripts.evaluations.page", "cost of the page's series rules and diversity in NDCG"),
    "elicitation": Command("scripts.evaluations.elicitation", "orders of asking a new fan about titles"),
    "tables": Command(
        "scripts.evaluations.tables", "the tables of docs/results.md and README.md, from what was measured"
    ),
}


def main(argv: list[str] | None = None) -> int:
    return run("evaluate", __doc__, COMMANDS, argv)


if __name__ == "__main__":
    sys.exit(main())
