"""How a file was made: the command line, the date and the git commit."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


def how_made() -> dict[str, str]:
    """`command`, `date` and `commit` of the process that runs."""
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=True)
        revision = commit.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        revision = "unknown"
    main = sys.modules.get("__main__")
    module = getattr(getattr(main, "__spec__", None), "name", None) or Path(sys.argv[0]).name
    command = " ".join(["python -m", module, *sys.argv[1:]])
    return {"command": command, "date": datetime.now(UTC).date().isoformat(), "commit": revision}
