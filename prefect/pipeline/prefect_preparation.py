"""``python -m pipeline.prefect_preparation``: prepares Prefect's database (see ``prefect_database``).

Runs when the environment or the image is built. It starts the server once, which migrates a new database and
registers Prefect's block types.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from pipeline import prefect_environment
from pipeline.prefect_database import FOLDER, MEMO, NAME, prepared

# A busy machine may need minutes for all migrations.
START_SECONDS = 900.0


def environment_of(home: Path) -> dict[str, str]:
    """The variables for the server, without the user's own for Prefect: they may name another database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment["PREFECT_HOME"] = str(home)
    prefect_environment.set_defaults(environment)
    return environment


def prepare() -> None:
    """Prepare the database. An interrupted process leaves no incomplete database."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as home, tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        with prefect_environment.own_server(environment_of(Path(home)), START_SECONDS):
            pass
        with closing(sqlite3.connect(Path(home) / NAME)) as database:
            # A complete copy, without the journal that the server keeps next to the database.
            database.execute("VACUUM INTO ?", [str(Path(folder) / NAME)])
        shutil.copyfile(Path(home) / MEMO, Path(folder) / MEMO)
        Path(folder).chmod(0o755)
        Path(folder).rename(prepared())


def main() -> None:
    """Prepare the database unless it exists, and remove those of other versions."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in set(FOLDER.iterdir()) - {prepared()}:
        shutil.rmtree(old)
    if not prepared().is_dir():
        prepare()


if __name__ == "__main__":
    main()
