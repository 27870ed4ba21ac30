"""The real ``guide serve``: its processes, the page, a talk, and how it ends; and Rasa's own commands beside it."""

from __future__ import annotations

import hashlib
import json
import os
import re
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

from bench.processes import free_port, session_members
from bot.ask import Guide

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
HEARD_SECONDS = 120  # the stream gives a sign of life every fifteen
QUESTION = "does our GL cover it when an agent gives a caller wrong info?"


@dataclass
class Served:
    """A running ``guide serve``."""

    url: str
    process: subprocess.Popen[str]

    def ended(self, seconds: float = 120) -> tuple[int, str]:
        """Its exit code and all it printed, once it has ended by itself."""
        printed, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, printed

    def listens_at(self) -> list[int]:
        """The ports at which its processes take connections."""
        found = []
        for pid in self.processes():
            folder = Path(f"/proc/{pid}")
            own = {link.readlink().name for link in (folder / "fd").iterdir() if link.is_symlink()}
            tables = [(folder / "net" / name).read_text().splitlines() for name in ("tcp", "tcp6")]
            lines = [line.split() for table in tables for line in table]
            found += [
                int(line[1].rpartition(":")[2], 16)
                for line in lines
                if line[3] == "0A" and f"socket:[{line[9]}]" in own
            ]
        return found

    def processes(self) -> list[int]:
        """Itself, and what it has started: the nursery, and the agents."""
        return session_members(self.process.pid)

    def agents(self) -> list[int]:
        """The processes that answer."""
        (nursery,) = _children(self.process.pid)
        return _children(nursery)

    def holds(self, library: str) -> list[int]:
        """Those of its processes that have loaded a library."""
        return [pid for pid in self.processes() if library in Path(f"/proc/{pid}/maps").read_text()]


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def _serving(state: Path, project: Path = PROJECT, **settings: str) -> Iterator[Served]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)],
        cwd=project,
        env={**os.environ, "GUIDE_STATE": str(state), "PYTHONUNBUFFERED": "1", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    served = Served(url, process)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_up(url + "/health/ready"):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "it did not start in time"
            time.sleep(0.2)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60) as reply:
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


def test_the_page_is_served_a_question_is_answered_and_ctrl_c_ends_it(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        with urllib.request.urlopen(served.url + "/", timeout=60) as reply:
            page = reply.read().decode()
        assert "<html" in page
        assert "widget.js" in page
        assert "Rasa" not in page

        token = _post(served.url + "/chat/session", {})["token"]
        asked = _post(served.url + "/chat/message", {"id": "m-1", "text": QUESTION}, token)["seq"]
        answer = _heard(served.url, token, lambda message: message.get("seq", 0) > asked)
        assert answer["answer"]["verdict"] == "no"
        assert answer["text"].startswith("No. ")
        assert "I am an automated assistant" not in answer["text"]  # the welcome said it
        assert answer["answer"]["sources"]

        _post(served.url + "/chat/message", {"id": "m-2", "text": answer["buttons"][0]["title"]}, token)
        pressed = _heard(
            served.url, token, lambda message: message.get("from") == "bot" and message.get("seq", 0) > answer["seq"]
        )
        assert pressed["answer"]["intent"] == "ask_policy"

        with urllib.request.urlopen(served.url + "/metrics", timeout=60) as reply:
            figures = reply.read().decode()
        assert 'guide_verdicts_total{verdict="no"} 1.0' in figures
        assert 'guide_stage_seconds_count{stage="understand"}' in figures
        processes = served.processes()
        served.process.send_signal(signal.SIGINT)
        code, printed = served.ended()
        assert code == 0
        assert served.processes() == [] and len(processes) > 2
        starting, where, stopped = printed.splitlines()  # and nothing of what the libraries say
        assert re.fullmatch(r"Starting … done in \d+ s", starting)
        assert where.startswith(f"The guide is at {served.url}/")
        assert stopped == "Stopped."
    log = (tmp_path / "state" / "logs" / "guide.log").read_text()
    answered = [line for line in map(json.loads, log.splitlines()) if line["event"] == "answered"]
    assert len({line["id"] for line in answered}) == len(answered) == 2


def test_one_address_is_listened_at_and_old_servers_at_none(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        assert served.listens_at() == [int(served.url.rpartition(":")[2])]


def test_sigterm_stops_it_while_a_chat_is_open(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        token = _post(served.url + "/chat/session", {})["token"]
        with urllib.request.urlopen(f"{served.url}/chat/stream?token={token}", timeout=60):
            served.process.send_signal(signal.SIGTERM)
            code, printed = served.ended(60)
        assert (code, printed.splitlines()[-1]) == (0, "Stopped.")


def test_a_message_accepted_before_a_kill_is_answered_once_after_the_start(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        token = _post(served.url + "/chat/session", {})["token"]
        asked = _post(served.url + "/chat/message", {"id": "m-1", "text": QUESTION}, token)["seq"]
        served.process.kill()
        served.process.wait()
    with _serving(tmp_path / "state") as served:
        _heard(served.url, token, lambda message: message.get("seq", 0) > asked)
        time.sleep(1)
        joined = _post(served.url + "/chat/session", {"token": token})
    assert [message["from"] for message in joined["messages"]] == ["bot", "visitor", "bot"]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_each_agent_has_a_process_and_the_front_loads_no_model(guide: Guide, tmp_path: Path, processes: str) -> None:
    with _serving(tmp_path / "state", GUIDE_PROCESSES=processes) as served:
        agents = served.agents()
        assert len(agents) == int(processes)
        assert len(served.processes()) == len(agents) + 2
        assert served.process.pid not in served.holds("onnxruntime") and set(agents) <= set(served.holds("onnxruntime"))
        assert "rasa" not in (tmp_path / "state" / "logs" / "guide.log").read_text()


def test_agents_that_are_killed_while_they_answer_lose_nothing(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state", GUIDE_PROCESSES="2") as served:
        chats = [_Chat(served) for _ in range(8)]
        before = served.agents()
        asked = [_post(f"{served.url}/chat/message", {"id": "m-1", "text": QUESTION}, chat.token) for chat in chats]
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        for chat, message in zip(chats, asked, strict=True):
            answer = _heard(served.url, chat.token, lambda heard, seq=message["seq"]: heard.get("seq", 0) > seq)
            assert answer["answer"]["verdict"] == "no"
            assert "EPLI answers" in chat.hears("EPLI", after_saying="What is EPLI?")
            joined = _post(f"{served.url}/chat/session", {"token": chat.token})
            assert [each["from"] for each in joined["messages"]] == ["bot", "visitor", "bot", "visitor", "bot"]
        assert not set(before) & set(served.agents())


def test_without_its_nursery_the_guide_ends_in_a_sentence(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        (nursery,) = _children(served.process.pid)
        os.kill(nursery, signal.SIGKILL)
        code, printed = served.ended()
        assert code == 1 and "The process that agents come from has ended" in printed.splitlines()[-1]
        _wait_until(lambda: served.processes() == [])


def test_the_front_killed_leaves_no_process(guide: Guide, tmp_path: Path) -> None:
    with _serving(tmp_path / "state") as served:
        served.process.kill()
        served.process.wait()
        _wait_until(lambda: served.processes() == [])


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)


def test_a_model_that_cannot_be_read_is_said_in_one_sentence(guide: Guide, tmp_path: Path) -> None:
    broken = tmp_path / "guide.tar.gz"
    broken.write_bytes(b"this is no model")
    digest = tmp_path / "guide.sha256"
    digest.write_text(hashlib.sha256(broken.read_bytes()).hexdigest())
    code = (
        f"from pathlib import Path; from bot import cli, training; training.MODEL = Path({str(broken)!r});"
        f" training.SEAL = Path({str(digest)!r}); cli.main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "serve", "--port", "0"],
        cwd=PROJECT,
        env={**os.environ, "GUIDE_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 1
    assert re.fullmatch(r"Starting … failed after \d+ s\n", run.stdout)
    assert re.fullmatch(r"The guide could not start: .*\. The log is .*guide\.log\.\n", run.stderr)


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
        assert "12 employees" in noted
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


def _exactly(command: list[str], typed: str, state: Path) -> str:
    """What a command prints that reads these lines from standard input."""
    run = subprocess.run(
        command,
        input=typed,
        cwd=PROJECT,
        env={**os.environ, "GUIDE_STATE": str(state), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_guide_shell_answers_what_is_piped_in_and_numbers_its_buttons(guide: Guide, tmp_path: Path) -> None:
    said = _exactly([sys.executable, "-m", "bot.cli", "shell"], f"{QUESTION}\n1\n/stop\n", tmp_path / "state")
    assert said.startswith("Starting … done in")
    assert "No. " in said and "  1. " in said
    assert said.count("Your question (/stop ends): ") == 3


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is ended with the block; what it prints is in the log."""
    with log.open("wb") as printed:
        program = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=printed, stderr=subprocess.STDOUT
        )
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        if program.stdin:
            program.stdin.close()


def test_rasa_users_run_the_actions_and_the_shell_as_they_know_them(guide: Guide, tmp_path: Path) -> None:
    health = "http://127.0.0.1:5055/health"
    if _is_up(health):
        pytest.skip("another action server has port 5055, which endpoints.yml names")
    rasa = str(Path(sys.executable).with_name("rasa"))
    environment = {**os.environ, "GUIDE_STATE": str(tmp_path / "state"), "PYTHONWARNINGS": "ignore"}
    shell = [rasa, "shell", "--model", "models/guide.tar.gz", "--port", str(free_port())]
    acting, said = tmp_path / "actions.log", tmp_path / "shell.log"
    with _running([rasa, "run", "actions"], environment, acting) as actions:
        _wait(lambda: _is_up(health), actions, acting)
        # The menu of buttons that Rasa's shell shows below an answer wants keys, so the program is ended from here.
        with _running(shell, environment, said) as talking:
            assert talking.stdin
            talking.stdin.write(f"{QUESTION}\n".encode())
            talking.stdin.flush()
            _wait(lambda: "general liability" in said.read_text(errors="replace").lower(), talking, said)


def _wait(until: Callable[[], bool], program: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not until():
        assert program.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.2)
