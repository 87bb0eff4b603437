"""A table to fill in with a spreadsheet program."""


def template() -> bytes:
    """CSV with a byte order mark, so that spreadsheet programs read it as UTF-8."""
    rows = [
        "anime_id,title,score,status",
        "5114,,9,completed",
        ",Cowboy Bebop,8.5,completed",
        "1535,Death Note,,dropped",
    ]
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode("utf-8")
