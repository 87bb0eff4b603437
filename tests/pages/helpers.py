"""What every test of a page does."""

from streamlit.testing.v1 import AppTest

from pages.parts.state import Visit


def opened(app: AppTest, visit: Visit | None = None, *, script: str | None = None, **parameters: object) -> AppTest:
    """The app on the page of `script`, or its first, as `visit` sees it at an address with these `parameters`."""
    if visit:
        app.session_state["visit"] = visit
    for name, value in parameters.items():
        app.query_params[name] = value
    if script:
        app.switch_page(script)
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """What is written on the page, except in widgets."""
    kinds = (app.title, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def cards(app: AppTest, grid: str = "ten") -> dict[int, str]:
    """Anime id -> label of each card's button, in order."""
    buttons = {button.key: button.label for button in app.button if (button.key or "").startswith(f"{grid}-open-")}
    return {int(key.rpartition("-")[2]): label for key, label in buttons.items()}


def report_opened(app: AppTest) -> AppTest:
    """The app after a click on what was read of an imported list."""
    app.session_state["import-open"] = True
    return app.run()
