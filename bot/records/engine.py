"""One database behind an interface that neither loses a write silently nor holds up the event loop.

Work is a function of a connection and runs in a thread, in one transaction: SQLite has one thread that writes and
others that read, PostgreSQL a pool of connections.  What the database refuses for the moment is tried again for less
than five seconds; then whoever waits is told, and the work is certain not to have happened.
"""

from __future__ import annotations

import asyncio
import concurrent.futures as futures
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import exc, text
from sqlalchemy.engine import Connection, make_url

from bot.records.connecting import WRITES, make_engine, truncate_log
from bot.records.spool import Spool

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Connection], T]
Write = Callable[[Connection, Any], object]

PATIENCE = 4.5  # seconds until whoever waits is told, so that a visitor hears of it within five
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5  # seconds between attempts
DRAIN_PAUSE = 1.0  # seconds between attempts to store what was spooled
READERS, POOL = 2, 8  # threads, each with a connection: for SQLite and for PostgreSQL

_FOR_THE_MOMENT = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
_BROKEN = (*_FOR_THE_MOMENT, exc.DatabaseError)
_OUR_OWN_FAULT = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)


class RecordsUnavailable(RuntimeError):
    """The database could not be asked in time; what was to be written is not."""


class _Job(Generic[T]):
    """Work that somebody waits for: either the waiter gives up first, or the worker commits first, never both."""

    def __init__(self, patience: float) -> None:
        self.deadline = time.monotonic() + patience
        self.future: futures.Future[T] = futures.Future()
        self._lock = threading.Lock()
        self._owner: str | None = None

    def claim(self, who: str) -> bool:
        """Whether the outcome is for this one to decide; the first who asks has it from then on."""
        with self._lock:
            self._owner = self._owner or who
            return self._owner == who

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self.deadline - time.monotonic())


class Records:
    """One database, asked from any thread or event loop.

    Args:
        url: as SQLAlchemy writes it; ``sqlite://`` is in memory.
        folder: for what the database cannot take; without one, such a write fails.
        patience: seconds until whoever waits is told.
    """

    def __init__(self, url: str, folder: Path | None = None, patience: float = PATIENCE) -> None:
        backend, file = make_url(url).get_backend_name(), make_url(url).database
        writers, readers = (1, READERS) if backend == "sqlite" else (POOL, POOL)
        self._engine = make_engine(url, writers + readers)
        self._writers = futures.ThreadPoolExecutor(writers, "records-write")
        in_memory = backend == "sqlite" and not file  # has one connection
        self._readers = self._writers if in_memory else futures.ThreadPoolExecutor(readers, "records-read")
        self._spool = Spool(folder) if folder else None
        self._patience = patience
        self._kinds: dict[str, Write] = {}
        self._draining: threading.Timer | None = None

    async def run(self, work: Work[T], erases: bool = False) -> T:
        """Do something that may write, in one transaction.

        Args:
            erases: what it deletes must be gone from SQLite's side file as well.

        Raises:
            RecordsUnavailable: nothing was written.
        """
        return await self._awaited(self._submit(work, writes=True, erases=erases))

    async def read(self, work: Work[T]) -> T:
        """Do something that only reads; a long write does not hold it up.

        Raises:
            RecordsUnavailable: the database did not answer in time.
        """
        return await self._awaited(self._submit(work, writes=False))

    def run_now(self, work: Work[T], erases: bool = False, seconds: float | None = None) -> T:
        """``run`` for threads and commands, which may wait.

        Args:
            seconds: that the work itself may take, where that is more than anybody's patience.
        """
        return self._waited(self._submit(work, writes=True, erases=erases), seconds)

    def read_now(self, work: Work[T]) -> T:
        """``read`` for threads and commands, which may wait."""
        return self._waited(self._submit(work, writes=False))

    def spooled_as(self, kind: str, write: Write) -> None:
        """Say how a spooled write of a kind is stored later; done twice, it must change nothing."""
        self._kinds[kind] = write

    @property
    def spooling(self) -> bool:
        """Whether writes wait for the database in the spool."""
        return self._spool is not None and self._spool.waiting

    async def spool(self, kind: str, payload: Any) -> None:
        """Keep a write that the database could not take; it is stored before any other write, as soon as it can be.

        Raises:
            RecordsUnavailable: it could not be kept here either.
        """
        if self._spool is None:
            raise RecordsUnavailable("The write could not be stored, and there is no folder to keep it in.")
        try:
            await asyncio.to_thread(self._spool.add, kind, payload)
        except OSError as error:
            raise RecordsUnavailable(
                f"The write could be stored neither in the database nor beside it: {error}"
            ) from error
        logger.warning("A write of kind %s waits in the spool until the database takes it.", kind)
        self._drain_later()

    async def check(self) -> None:
        """Raises RecordsUnavailable where nothing can be written."""
        await self.run(lambda connection: connection.execute(text("delete from imported where digest = ''")))

    def replay(self, seconds: float | None = None) -> None:
        """Store now what is in the spool.

        Args:
            seconds: that it may take, where a long spool is more than anybody's patience.

        Raises:
            RecordsUnavailable: it stays there.
        """
        self._waited(self._submit(lambda _: None, writes=True), seconds)

    def close(self) -> None:
        """Finish what is in hand and release the database."""
        if self._draining:
            self._draining.cancel()
        for executor in (self._writers, self._readers):
            executor.shutdown()
        self._engine.dispose()

    def _submit(self, work: Work[T], writes: bool, erases: bool = False) -> _Job[T]:
        job: _Job[T] = _Job(self._patience)
        executor = self._writers if writes else self._readers
        executor.submit(self._finish, job, work, writes, erases)
        return job

    async def _awaited(self, job: _Job[T]) -> T:
        future = asyncio.wrap_future(job.future)
        try:
            done, _ = await asyncio.wait({future}, timeout=job.left)
        except asyncio.CancelledError:
            job.claim("waiter")
            raise
        if not done and job.claim("waiter"):
            future.cancel()
            raise RecordsUnavailable(self._too_slow())
        return await future

    def _waited(self, job: _Job[T], seconds: float | None = None) -> T:
        done, _ = futures.wait({job.future}, seconds or job.left)
        if not done and job.claim("waiter"):
            raise RecordsUnavailable(self._too_slow())
        return job.future.result()

    def _too_slow(self) -> str:
        return f"The database did not answer for {self._patience:g} seconds."

    def _finish(self, job: _Job[T], work: Work[T], writes: bool, erases: bool) -> None:
        """Run in a thread; a job whose waiter has given up leaves nothing behind."""
        try:
            result = self._persist(job, work, writes, erases)
        except _GivenUp:
            return
        except BaseException as error:
            if job.claim("worker"):
                job.future.set_exception(error)
        else:
            job.future.set_result(result)

    def _persist(self, job: _Job[T], work: Work[T], writes: bool, erases: bool) -> T:
        pause = FIRST_PAUSE
        while True:
            try:
                if writes and self._kinds and self.spooling:
                    self._replay()
                return self._once(job, work, writes, erases)
            except _BROKEN as error:
                if _is_our_own_fault(error):
                    raise
                if not isinstance(error, _FOR_THE_MOMENT) or job.left <= pause:
                    raise RecordsUnavailable(f"The database cannot be used: {_reason(error)}") from error
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _once(self, job: _Job[T], work: Work[T], writes: bool, erases: bool) -> T:
        with self._connect(writes) as connection:
            with connection.begin():
                result = work(connection)
                if not job.claim("worker"):
                    raise _GivenUp
            if erases:
                truncate_log(connection)
        return result

    def _connect(self, writes: bool) -> Connection:
        return self._engine.connect().execution_options(**{WRITES: writes})

    def _replay(self) -> None:
        assert self._spool
        with self._spool.taken() as lines, self._connect(writes=True) as connection, connection.begin():
            for kind, payload in lines:
                self._store_spooled(connection, kind, payload)
        if lines:
            logger.warning("%d spooled writes are stored now.", len(lines))

    def _store_spooled(self, connection: Connection, kind: str, payload: Any) -> None:
        try:
            with connection.begin_nested():
                self._kinds[kind](connection, payload)
        except _FOR_THE_MOMENT:
            raise
        except Exception:
            logger.exception("A spooled write of kind %s cannot be stored; it is put aside.", kind)
            assert self._spool
            self._spool.reject(kind, payload)

    def _drain_later(self) -> None:
        if self._draining and self._draining is not threading.current_thread():
            self._draining.cancel()  # one is enough: it stores everything
        self._draining = threading.Timer(DRAIN_PAUSE, self._drain)
        self._draining.daemon = True
        self._draining.start()

    def _drain(self) -> None:
        try:
            self.replay()
        except RecordsUnavailable:
            self._drain_later()
        except RuntimeError:  # closed meanwhile
            logger.info("What is in the spool is stored at the next start.")


class _GivenUp(Exception):
    """Whoever waited for this work has been told that it did not happen."""


def _is_our_own_fault(error: exc.SQLAlchemyError) -> bool:
    """Whether the statement is wrong, and not the state of the database; SQLite tells them apart by a code alone."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return isinstance(error, _OUR_OWN_FAULT) or code == sqlite3.SQLITE_ERROR


def _reason(error: BaseException) -> str:
    """What the driver says, without the statement and its values, which are a visitor's."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
