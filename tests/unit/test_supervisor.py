"""Two servers as one: waited for, watched, and never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.runtime import supervisor
from bot.runtime.supervisor import CannotStart, Server, free_port, require_free, stopping, wait_until_healthy, watch

SERVES = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
GARBAGE = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = listener.accept()
    client.recv(1000)
    client.sendall(b"this is no HTTP\\r\\n\\r\\n")
    client.close()
"""
SLEEPS = "import time; time.sleep(60)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
FAILS = "import sys; print('no such table: guide', flush=True); sys.exit(3)"


def _server(tmp_path: Path, code: str, name: str = "test server") -> Server:
    port = free_port()
    command = [sys.executable, "-c", code, str(port)]
    return Server(name, command, f"http://127.0.0.1:{port}/", tmp_path / "logs" / f"{name}.log")


def _start(server: Server) -> None:
    server.start(dict(os.environ))


def _pid(server: Server) -> int:
    assert server.process is not None
    return server.process.pid


def _alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(condition, seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_server_is_waited_for_until_it_answers(tmp_path: Path) -> None:
    server = _server(tmp_path, SERVES)
    with stopping([server]):
        assert not server.is_healthy()
        _start(server)
        wait_until_healthy([server], 120)
        assert server.is_healthy()
        pid = _pid(server)
    assert not _alive(pid)


def test_a_proxy_of_the_environment_is_not_asked_for_our_own_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server = _server(tmp_path, SERVES)
    with stopping([server]):
        _start(server)
        wait_until_healthy([server], 120)


def test_whatever_else_listens_there_is_not_healthy(tmp_path: Path) -> None:
    server = _server(tmp_path, GARBAGE)
    with stopping([server]):
        _start(server)
        port = int(server.command[-1])
        assert _until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        assert not server.is_healthy()


def test_a_server_that_fails_to_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    server = _server(tmp_path, FAILS, "action server")
    with stopping([server]):
        _start(server)
        with pytest.raises(CannotStart, match=r"(?s)action server stopped while starting.*no such table: guide"):
            wait_until_healthy([server], 120)


def test_a_server_that_never_answers_is_named_with_its_log(tmp_path: Path) -> None:
    server = _server(tmp_path, SLEEPS, "Rasa server")
    with stopping([server]):
        _start(server)
        with pytest.raises(CannotStart, match=r"The Rasa server did not answer in 0 s\. See .*Rasa server\.log"):
            wait_until_healthy([server], 0.3)


def test_the_one_that_ends_by_itself_is_named_and_the_other_is_stopped(tmp_path: Path) -> None:
    one, other = _server(tmp_path, FAILS, "action server"), _server(tmp_path, SLEEPS, "Rasa server")

    def run() -> None:
        with stopping([one, other]):
            _start(one)
            _start(other)
            watch([one, other])

    with pytest.raises(CannotStart, match=r"(?s)The action server ended unexpectedly.*no such table"):
        run()
    assert not _alive(_pid(other))


def test_a_server_that_ignores_the_request_to_stop_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    server = _server(tmp_path, STUBBORN)
    with stopping([server]):
        _start(server)
        assert _until(lambda: "ready" in server.tail())
    assert not _alive(_pid(server))


def test_a_request_to_end_us_ends_the_servers_first(tmp_path: Path) -> None:
    server = _server(tmp_path, SLEEPS)
    before = signal.getsignal(signal.SIGTERM)

    def run() -> None:
        with stopping([server]):
            _start(server)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        run()
    assert not _alive(_pid(server))
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_a_killed_supervisor_takes_its_servers_along(tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from bot.runtime.supervisor import Server
server = Server("child", [sys.executable, "-c", {SLEEPS!r}], "http://127.0.0.1:9/", Path({str(tmp_path)!r}) / "log")
server.start(dict(os.environ))
print(server.process.pid, flush=True)
time.sleep(60)
"""
    supervising = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert supervising.stdout is not None
    child = int(supervising.stdout.readline())
    assert _alive(child)
    supervising.kill()
    supervising.wait()
    assert _until(lambda: not _alive(child))
    supervising.stdout.close()


def test_a_taken_port_is_said_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} on 127\.0\.0\.1 is taken .* choose another with PORT="):
            require_free(port, "127.0.0.1")
    require_free(port, "127.0.0.1")


def test_a_free_port_is_free() -> None:
    require_free(free_port(), "127.0.0.1")


def test_no_log_has_no_end(tmp_path: Path) -> None:
    assert _server(tmp_path, SLEEPS).tail() == ""


def test_the_end_of_a_log_survives_bytes_that_are_no_text(tmp_path: Path) -> None:
    server = _server(tmp_path, SLEEPS)
    server.log.parent.mkdir()
    server.log.write_bytes(b"".join(b"line %d \xff\n" % number for number in range(50)))
    assert server.tail(2).splitlines() == ["line 48 \ufffd", "line 49 \ufffd"]


def test_the_servers_know_each_other_and_stay_on_this_machine() -> None:
    environment = supervisor.child_environment(4321)
    assert environment["GUIDE_ACTION_PORT"] == "4321"
    assert environment["SANIC_HOST"] == "127.0.0.1"
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == os.getcwd()
    assert "4321" in supervisor.action_server(4321, Path("logs")).command
