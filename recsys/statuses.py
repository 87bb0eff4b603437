"""MyAnimeList's statuses: of a title on a fan's list (its data has numbers), and of a broadcast (words)."""

WATCHING, COMPLETED, ON_HOLD, DROPPED, PLANNED = 1, 2, 3, 4, 6
#: Status on a list -> the set of `Profile` that holds such titles. Any other number counts as completed.
SETS = {COMPLETED: "seen", WATCHING: "watching", ON_HOLD: "on_hold", DROPPED: "dropped", PLANNED: "planned"}

FINISHED, AIRING, NOT_AIRED, CANCELLED = "Finished Airing", "Currently Airing", "Not yet aired", "Cancelled"
