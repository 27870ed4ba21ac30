"""The real ``guide serve``: both servers, the page, a talk over the web channel, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.ask import Guide
from bot.runtime.supervisor import free_port

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
HEARD_SECONDS = 120  # the stream gives a sign of life every fifteen
QUESTION = "does our GL cover it when an agent gives a caller wrong info?"


def _commands() -> dict[int, tuple[int, str]]:
    """Parent and command line of every running process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if status[0] != "Z":
            found[int(folder.name)] = (int(status[1]), command)
    return found


def _descendants(pid: int) -> dict[int, str]:
    """Command lines of everything a process started, at any remove."""
    commands = _commands()
    found: dict[int, str] = {}
    frontier = {pid}
    while frontier:
        frontier = {child for child, (parent, _) in commands.items() if parent in frontier}
        found.update({child: commands[child][1] for child in frontier})
    return found


@dataclass
class Served:
    """A running ``guide serve``."""

    url: str
    process: subprocess.Popen[str]
    children: dict[int, str]

    def ended(self, seconds: float = 120) -> tuple[int, str]:
        """Its exit code and all it printed, once it has ended by itself."""
        printed, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, printed

    def orphans(self) -> dict[int, str]:
        """Children that still run."""
        running = _commands()
        return {pid: command for pid, command in self.children.items() if running.get(pid, (0, ""))[1] == command}

    def child(self, words: str) -> int:
        """The one child whose command line has these words."""
        (pid,) = (pid for pid, command in self.children.items() if words in command)
        return pid


@contextmanager
def _serving(state: Path) -> Iterator[Served]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "GUIDE_STATE": str(state), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    served = Served(url, process, {})
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "it did not start in time"
            time.sleep(0.2)
        # The page is up before the supervisor has seen that it is: let it go on to watching.
        time.sleep(0.5)
        served.children = _descendants(process.pid)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
        for pid in served.orphans():
            os.kill(pid, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/", timeout=60) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def _post(url: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=120) as reply:
        return dict(json.load(reply))


def _heard(url: str, token: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first message of the stream for which ``until`` holds."""
    deadline, heard = time.monotonic() + HEARD_SECONDS, []
    with urllib.request.urlopen(f"{url}/chat/stream?token={token}&after=0", timeout=120) as stream:
        for line in stream:
            assert time.monotonic() < deadline, f"what was waited for was not said, but {heard}"
            if line.startswith(b"data: "):
                message = json.loads(line.removeprefix(b"data: "))
                if isinstance(message, dict) and until(message):
                    return message
                heard.append(message.get("text"))
    raise AssertionError("the stream ended")


def test_the_page_is_served_a_question_is_answered_and_ctrl_c_ends_both_servers(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        with urllib.request.urlopen(served.url + "/", timeout=60) as reply:
            page = reply.read().decode()
        assert "<html" in page
        assert "widget.js" in page
        assert "Rasa" not in page

        token = _post(served.url + "/chat/session", {})["token"]
        _post(served.url + "/chat/message", {"id": "m-1", "text": QUESTION}, token)
        answer = _heard(served.url, token, lambda message: message.get("from") == "bot" and "answer" in message)
        assert answer["answer"]["verdict"] == "no"
        assert answer["text"].startswith("No. ")
        assert "I am an automated assistant" not in answer["text"]  # the welcome said it
        assert answer["answer"]["sources"]

        _post(served.url + "/chat/message", {"id": "m-2", "text": answer["buttons"][0]["title"]}, token)
        pressed = _heard(
            served.url, token, lambda message: message.get("from") == "bot" and message.get("seq", 0) > answer["seq"]
        )
        assert pressed["answer"]["intent"] == "ask_policy"

        served.children.update(_descendants(served.process.pid))
        assert len(served.children) >= 2
        served.process.send_signal(signal.SIGINT)
        code, printed = served.ended()
        assert code == 0
        assert f"The guide is at {served.url}/" in printed
        assert printed.rstrip().endswith("Stopped.")
        assert "Traceback" not in printed
        assert served.orphans() == {}
    assert (tmp_path / "state" / "logs" / "rasa.log").exists()


def test_an_action_server_that_dies_ends_the_guide_with_its_name_and_leaves_no_orphan(
    guide: Guide, tmp_path: Path
) -> None:
    with _serving(tmp_path / "state") as served:
        os.kill(served.child("action_server"), signal.SIGKILL)
        code, printed = served.ended()
        assert code == 1
        assert "The action server ended unexpectedly." in printed
        assert "Traceback" not in printed
        assert served.orphans() == {}


SSN = "536-22-8712"


class _Chat:
    """A visitor of the website, with one session."""

    def __init__(self, served: Served, token: str | None = None) -> None:
        self._url = served.url
        self.token = token or _post(served.url + "/chat/session", {})["token"]

    def hears(self, words: str, after_saying: str) -> str:
        """The text of the answer that has these words."""
        body = {"id": f"c-{time.monotonic_ns()}", "text": after_saying}
        seq = _post(self._url + "/chat/message", body, self.token)["seq"]
        heard = _heard(self._url, self.token, lambda m: m.get("seq", 0) > seq and words in m.get("text", ""))
        return str(heard["text"])


def _everywhere(folder: Path, words: str) -> list[str]:
    """Files below a folder that hold the words, in whatever page or side file."""
    found = [file for file in folder.rglob("*") if file.is_file() and words.encode() in file.read_bytes()]
    return [file.relative_to(folder).as_posix() for file in found]


def test_a_quote_request_goes_on_after_a_restart_and_no_trace_stays_of_what_is_erased(
    guide: Guide, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    with _serving(state) as served:
        chat = _Chat(served)
        chat.hears("What does your business do?", after_saying="I'd like a quote please")
        noted = chat.hears("In which state", after_saying=f"a help desk with 12 people, my ssn is {SSN}")
        assert "Employees: 12" in noted
    with _serving(state) as served:
        chat = _Chat(served, chat.token)
        chat.hears("Which services", after_saying="Reno")
        chat.hears("Your reference is", after_saying="talk to a person please")
        assert _everywhere(state, "help desk") != []
        assert _everywhere(state, SSN) == []
        assert _everywhere(state, "[social security number removed]") != []

        chat.hears("Shall I erase it all?", after_saying="delete all my data")
        assert "and the requests" in chat.hears("Your receipt is", after_saying="yes")
        assert _everywhere(state, "help desk") == []
        # It is a conversation like a new one; the website's welcome has said that this is a machine.
        assert "automated assistant" not in chat.hears("EPLI answers", after_saying="What is EPLI?")
    assert _everywhere(state, SSN) == []
