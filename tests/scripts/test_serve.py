"""The command that serves several copies: what it says when it cannot. tests/deploy tests it at work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import serve

ROOT = Path(__file__).parents[2]


def test_without_the_proxy_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "")
    assert serve.main([]) == 2
    assert capsys.readouterr().err == (
        "error: Caddy is not on PATH. Install it, on Debian with: apt-get install caddy\n"
    )


def test_an_app_that_ends_at_once_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "caddy").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "caddy").chmod(0o755)
    broken = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "STREAMLIT_SERVER_PORT": "none",
              "STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "many"}  # fmt: skip
    command = [sys.executable, "-m", "scripts.serve", "--copies", "1"]
    ended = subprocess.run(command, cwd=ROOT, env=broken, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("error: The app did not start at http://127.0.0.1:")


@pytest.mark.parametrize("copies", ["0", "-1", "two"])
def test_a_wrong_number_of_copies_is_refused(copies: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        serve.main(["--copies", copies])
    assert "--copies" in capsys.readouterr().err
