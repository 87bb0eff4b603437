"""Fetch a public list by username: what all sites share."""

from collections.abc import Callable
from dataclasses import dataclass

from recsys.lists import cache, http
from recsys.lists.build import ImportedList
from recsys.lists.errors import BadAnswerError, PartialListError
from recsys.settings import ListSettings
from recsys.types import Profile

#: A list has fewer pages.
_MAX_PAGES = 200

#: Downloads the list of a valid username.
Download = Callable[[str, ListSettings, http.Progress | None], ImportedList]


@dataclass(frozen=True)
class PublicLists:
    """The public lists of one site. `url` is the field of `ListSettings` with the address of its API."""

    site: http.Site
    url: str
    download: Download

    def fetch(
        self, name: str, *, settings: ListSettings | None = None, progress: http.Progress | None = None
    ) -> Profile:
        """The public list of the user `name`. Raises the errors of `import_list`."""
        return self.import_list(name, settings=settings, progress=progress).profile

    def import_list(
        self, name: str, *, settings: ListSettings | None = None, progress: http.Progress | None = None
    ) -> ImportedList:
        """The public list of `name`, with notes on what was changed; at most an hour old.

        `settings` are by default those of the environment. Raises `BadUsernameError`, `NoSuchUserError`,
        `PrivateListError`, `EmptyListError`, `TooLongError`, or a `DownloadError`; MyAnimeList also `ClientIdError`.
        Never returns a partial list.
        """
        name = self.site.check_username(name)
        own = settings or ListSettings.from_env()
        return cache.shared.get_or_fetch(getattr(own, self.url), name, lambda: self.download(name, own, progress))

    def forget(self, name: str, settings: ListSettings | None = None) -> None:
        """Remove this user's list from the cache."""
        own = settings or ListSettings.from_env()
        cache.shared.forget(getattr(own, self.url), self.site.check_username(name))


def read_pages(client: http.Client, first: str, read: Callable[[str], str | None]) -> None:
    """Call `read` with the address of each page of a list, from `first` on; it returns that of the next page, or None
    after the last.

    Raises `PartialListError` if a page comes again, and `BadAnswerError` if the next one is on another host.
    """
    url: str | None = first
    visited: set[str] = set()
    while url:
        if url in visited or len(visited) >= _MAX_PAGES:
            raise PartialListError(
                f"{client.site} repeated a page of the list, so the list was not used. Upload an export."
            )
        visited.add(url)
        following = read(url)
        url = client.same_origin(following) if following else ""
        if url is None:
            raise BadAnswerError(
                f"{client.site} continues the list at another address, which is not allowed. Upload an export."
            )
