"""MyAnimeList's statuses of a title on a fan's list: the numbers that its data has for them."""

WATCHING, COMPLETED, ON_HOLD, DROPPED, PLANNED = 1, 2, 3, 4, 6
#: Status -> the set of `Profile` that holds such titles. Any other number counts as completed.
SETS = {COMPLETED: "seen", WATCHING: "watching", ON_HOLD: "on_hold", DROPPED: "dropped", PLANNED: "planned"}
