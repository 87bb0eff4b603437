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


def report_opened(app: AppTest) -> AppTest:
    """The app after a click on what was read of an imported list."""
    app.session_state["import-open"] = True
    return app.run()
