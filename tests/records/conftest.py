"""Every test of records runs on SQLite and on PostgreSQL, each time in a database of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handing import BOSS, DANA, SAM, hire
from sqlalchemy import create_engine, text

from bot.handoff.service import Handoffs
from bot.handoff.settings import HandoffSettings
from bot.records import opening
from bot.records.engine import Records
from bot.records.opening import open_records

ACCOUNT = "postgres"


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).parent if found else debian[-1].parent if debian else None


def _run(*command: str | Path) -> None:
    """Run a program of PostgreSQL, which refuses to work for root."""
    other = ["runuser", "-u", ACCOUNT, "--"] if os.getuid() == 0 else []
    subprocess.run([*other, *map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a server of these tests alone, reached by its socket; it has no network."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install -y postgresql")
    folder = Path(tempfile.mkdtemp(prefix="guide-postgresql-"))  # not pytest's own, which other accounts cannot enter
    try:
        if os.getuid() == 0:
            shutil.chown(folder, ACCOUNT, ACCOUNT)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start")
        try:
            yield f"postgresql://{ACCOUNT}@/{{database}}?host={folder}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def url(backend: str, state: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of an empty database."""
    if backend == "sqlite":
        yield f"sqlite:///{state / 'guide.db'}"
        return
    server, name = request.getfixturevalue("postgresql"), f"guide_{uuid.uuid4().hex}"
    admin = create_engine(server.format(database=ACCOUNT), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    yield server.format(database=name)
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture(autouse=True)
def environment(backend: str, url: str, state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in service, even where the guide of other tests keeps its records in memory."""
    monkeypatch.setattr(opening, "_in_memory", None)
    monkeypatch.setenv("GUIDE_STATE", str(state))
    monkeypatch.setenv("GUIDE_DATABASE_URL", url if backend == "postgresql" else "")
    yield
    opening.close_shared()


Open = Callable[..., Records]


@pytest.fixture
def open_again(url: str, state: Path) -> Iterator[Open]:
    """Open the test's database as another process would."""
    opened: list[Records] = []

    def again() -> Records:
        opened.append(open_records(url, state))
        return opened[-1]

    yield again
    for records in opened:
        records.close()


@pytest.fixture
def records(open_again: Open) -> Records:
    return open_again()


@pytest.fixture
def stored(url: str, state: Path) -> Callable[[], bytes]:
    """All bytes that lie in files of the state folder; of PostgreSQL, every value of every table."""

    def everything() -> bytes:
        found = b"".join(file.read_bytes() for file in state.rglob("*") if file.is_file())
        if url.startswith("postgresql"):
            engine = create_engine(url)
            with engine.connect() as connection:
                names = connection.execute(text("select tablename from pg_tables where schemaname = 'public'"))
                for (name,) in names.all():
                    found += str(connection.execute(text(f"select * from {name}")).all()).encode()
            engine.dispose()
        return found

    return everything


@pytest.fixture
def handoffs(records: Records) -> Handoffs:
    """The service, with three agents who are there."""
    for each in (DANA, SAM, BOSS):
        hire(records, each)
    return Handoffs(records, HandoffSettings())
