"""The ``guide`` command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from bot.runtime import hush, quiet

EXAMPLES = "\b\nExample:\n  "


def _stop(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="insurance-guide")
def main() -> None:
    """The insurance guide: cited answers about business insurance.

    \b
    Example:
      guide train && guide ask "Does GL cover call center mistakes?"
    """
    os.chdir(Path(__file__).resolve().parents[1])  # Rasa's files are named from the project's folder
    quiet()


@main.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
def train(force: bool) -> None:
    """Build the knowledge base and train, if their inputs changed.

    \b
    Example:
      guide train --force
    """
    from bot import training
    from knowledge.content import ContentError

    try:
        if training.build_knowledge_if_stale():
            click.echo("The knowledge base is built.")
        if not force and training.is_trained():
            click.echo("Nothing changed since the last training.")
            return
        click.echo("Training (under a minute) …")
        hush()
        click.echo(f"Trained: {training.train()}")
    except ContentError as error:
        _stop(f"The content cannot be published; the old answers stay in service.\n{error}")
    except training.TrainingFailed as error:
        _stop(str(error))


def _ready_or_stop() -> Path:
    from bot import training
    from knowledge.build import DATABASE

    if not DATABASE.exists() or not training.MODEL.exists():
        _stop("The guide is not trained yet: run `make train`.")
    return training.MODEL


@main.command()
@click.option("--port", default=5005, show_default=True, envvar="PORT", help="Port of the website chat.")
@click.option("--interface", default="127.0.0.1", show_default=True, help="Address to listen on.")
def serve(port: int, interface: str) -> None:
    """Start the guide: the website chat at / and the action server behind it.

    \b
    Example:
      guide serve --port 8080
    """
    from bot.channels.settings import SettingError, WebSettings
    from bot.runtime import supervisor as s

    model = _ready_or_stop()
    logs = _state_folder() / "logs"
    try:
        WebSettings.read()  # for its complaints: the server would make them in the middle of its log
        s.require_free(port, interface)
        action_port = s.free_port()
        local = "127.0.0.1" if interface == "0.0.0.0" else interface
        rasa = s.Server(
            "Rasa server",
            [
                sys.executable,
                "-m",
                "bot.runtime.server",
                "--model",
                str(model),
                "--interface",
                interface,
                "--port",
                str(port),
            ],
            f"http://{local}:{port}/",
            logs / "rasa.log",
        )
        servers = [s.action_server(action_port, logs), rasa]
        with s.stopping(servers):
            click.echo("Starting …")
            for server in servers:
                server.start(s.child_environment(action_port))
            s.wait_until_healthy(servers)
            click.echo(f"The guide is at http://{local}:{port}/  (Ctrl-C stops it; logs in {logs})")
            s.watch(servers)
    except (s.CannotStart, SettingError) as error:
        _stop(str(error))
    except KeyboardInterrupt:
        click.echo("Stopped.")


@main.command()
def shell() -> None:
    """Talk to the guide in the Rasa shell, for agents testing answers.

    \b
    Example:
      guide shell
    """
    from bot.runtime import supervisor as s

    model = _ready_or_stop()
    port, action_port = s.free_port(), s.free_port()
    os.environ.update(s.child_environment(action_port))
    server = s.action_server(action_port, _state_folder() / "logs")
    try:
        with s.stopping([server]):
            server.start(s.child_environment(action_port))
            s.wait_until_healthy([server])
            from bot.runtime.server import serve as serve_rasa

            serve_rasa(str(model), "127.0.0.1", port, shell=True)
    except s.CannotStart as error:
        _stop(str(error))
    except KeyboardInterrupt:
        click.echo("Stopped.")


@main.command()
@click.argument("question", required=False)
@click.option("--jsonl", is_flag=True, help="Read objects from standard input, write a result a line.")
def ask(question: str | None, jsonl: bool) -> None:
    """Ask the whole guide one question, or many.

    With --jsonl every input line is {"id", "text", "context"} or {"id", "turns"}; each is a fresh
    conversation.

    \b
    Example:
      guide ask "Does GL cover call center mistakes?"
      guide ask --jsonl < questions.jsonl > answers.jsonl
    """
    if jsonl == bool(question):
        raise click.UsageError("Give a question, or --jsonl with questions on standard input.")
    model = _ready_or_stop()
    items = _read_items() if jsonl else []
    hush()
    from bot.ask import Guide, ModelMissing, answer_lines
    from bot.handoff import tickets

    tickets.use_memory()  # trying questions out must not call an agent
    try:
        guide = Guide(model)
    except ModelMissing as error:
        _stop(str(error))

    async def run() -> None:
        if question:
            click.echo((await guide.converse([question]))[0].as_read())
            return
        async for result in answer_lines(guide, items):
            # JSON may name half a character ("\ud800"), which only its escape can say in UTF-8.
            click.echo(json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace"))

    asyncio.run(run())


def _read_items() -> list[dict[str, Any]]:
    """Lines of standard input, all checked before the first is answered."""
    from bot.ask import turns_of

    items = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            if not isinstance(item, dict):
                raise ValueError("expected an object")
            turns_of(item)
        except (ValueError, RecursionError) as error:
            _stop(f"Line {number} of the input: {error}")
        items.append(item)
    return items


@main.command()
def feedback() -> None:
    """Print the answers that visitors found not helpful, newest first.

    Each with what was asked, while the transcript is kept, what was said to be missing, and the ids of
    the entries that answered.

    \b
    Example:
      guide feedback
    """
    from bot.channels.feedback import Feedback, as_read
    from bot.channels.transcript import SqliteTranscript

    votes, said = _state_folder() / "feedback.db", _state_folder() / "web_transcript.db"
    if not votes.exists():
        click.echo("Nobody has rated an answer yet.")
        return
    store = Feedback(votes)
    transcript = SqliteTranscript(said if said.exists() else None)
    opinions = store.all("down")
    for opinion in opinions:
        click.echo(as_read(opinion, transcript) + "\n")
    click.echo(f"{len(opinions)} of {store.count()} rated answers were not helpful.")
    transcript.close()
    store.close()


@main.group()
def knowledge() -> None:
    """Check and build what the guide knows.

    \b
    Example:
      guide knowledge check
    """


@knowledge.command("check")
def knowledge_check() -> None:
    """Say what is wrong with the content, with file, line and remedy, and how much of it is signed.

    \b
    Example:
      guide knowledge check
    """
    import datetime

    from knowledge.check import check
    from knowledge.content import ContentError, read_content
    from knowledge.reviews import check_reviews, counts, ledger_of, read_ledger

    today = datetime.date.today()
    try:
        content, ledger = read_content(), read_ledger(ledger_of())
    except ContentError as error:
        _stop(str(error))
    findings = check(content) + check_reviews(content, ledger, today)
    for finding in findings:
        click.echo(str(finding))
    count = sum(1 for _ in content.entries())
    click.echo(f"{count} entries, {len(findings)} finding{'s' if len(findings) != 1 else ''}.")
    signed = counts(content, ledger, today)
    void = f"{signed['changed']} changed since they were signed, {signed['lapsed']} lapsed"
    click.echo(f"{signed['valid']} signed, {void}, {signed['unsigned']} never signed.")
    sys.exit(1 if findings else 0)


@knowledge.command("sign")
@click.option("--by", required=True, help="Name of the licensed agent who read the text.")
@click.option("--licence", required=True, help="The agent's licence, with the state.")
@click.option("--entry", "entries", multiple=True, help="Id of an entry; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Every entry.")
def knowledge_sign(by: str, licence: str, entries: tuple[str, ...], everything: bool) -> None:
    """Sign entries as they read now; the guide names who signed with each answer that rests on signed entries alone.

    A signature ends when the text changes or its day of review has come.  Publish afterwards with
    `guide knowledge build`.

    \b
    Example:
      guide knowledge sign --by "Dana Reyes" --licence "CA 0X12345" --entry employee_theft --entry cyber
    """
    import datetime

    from knowledge.check import check
    from knowledge.content import ContentError, read_content
    from knowledge.reviews import ledger_of, read_ledger, sign, write_ledger

    if not by.strip() or not licence.strip():
        raise click.UsageError("A signature needs a name and a licence.")
    if everything == bool(entries):
        raise click.UsageError("Name entries with --entry, or sign all with --all.")
    try:
        content, ledger = read_content(), read_ledger(ledger_of())
    except ContentError as error:
        _stop(str(error))
    known = [entry.id for _, entry in content.entries()]
    for one in entries:
        if one not in known:
            _stop(f"There is no entry '{one}': its id stands after 'id:' in knowledge/content.")
    findings = check(content)
    if findings:
        _stop(f"Nothing was signed: put right first what `guide knowledge check` finds ({len(findings)}).")
    chosen = known if everything else list(dict.fromkeys(entries))
    write_ledger(sign(content, ledger, chosen, by.strip(), licence.strip(), datetime.date.today()), ledger_of())
    what = "entry" if len(chosen) == 1 else "entries"
    click.echo(f"Signed {len(chosen)} {what} in knowledge/reviews.yml. Publish with: guide knowledge build")


@knowledge.command("build")
def knowledge_build() -> None:
    """Build the database the guide answers from.

    \b
    Example:
      guide knowledge build
    """
    from knowledge.build import DATABASE, build
    from knowledge.content import ContentError

    try:
        click.echo(f"Built {DATABASE.name}, content version {build()}.")
    except ContentError as error:
        _stop(f"The content cannot be published; the old answers stay in service.\n{error}")


@knowledge.command("diff")
@click.argument("old", required=False, type=click.Path(path_type=Path))
@click.argument("new", required=False, type=click.Path(path_type=Path))
def knowledge_diff(old: Path | None, new: Path | None) -> None:
    """Say which answers change from OLD to NEW, changed verdicts first.

    Each is a content folder or a built database; relative paths start at the project's folder.  OLD is
    the database in service and NEW is knowledge/content unless given.  The exit code is 0 if nothing
    differs, 1 if something does, 2 if a version cannot be read.

    \b
    Example:
      guide knowledge diff
      guide knowledge diff knowledge/guide.db /tmp/draft/content
    """
    from knowledge.base import KnowledgeUnavailable
    from knowledge.build import DATABASE
    from knowledge.content import CONTENT, ContentError
    from knowledge.diff import compare, load

    try:
        changes = compare(load(old or DATABASE), load(new or CONTENT))
    except (ContentError, KnowledgeUnavailable) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(str(changes))
    sys.exit(1 if changes else 0)


def _state_folder() -> Path:
    from bot.handoff.tickets import state_folder

    return state_folder()


if __name__ == "__main__":
    main()
