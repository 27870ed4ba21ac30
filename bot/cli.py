"""The ``guide`` command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from dotenv import load_dotenv

from bot.channels.slack.commands import slack
from bot.desk.commands import agents
from bot.handoff.commands import tickets
from bot.handoff.desk_commands import desk
from bot.handoff.testing import NOTHING_TELLS, handoff
from bot.records.commands import feedback, migrate, open_or_stop, privacy, stop
from bot.runtime import hush, quiet

if TYPE_CHECKING:  # loading these takes a second, which no other command should wait for
    from collections.abc import Callable

    from bot.channels.slack.settings import SlackSettings
    from bot.edge.app import Channel, Edge


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="insurance-guide")
def main() -> None:
    """The insurance guide: cited answers about business insurance.

    \b
    Example:
      guide train && guide ask "Does GL cover call center mistakes?"
    """
    os.chdir(Path(__file__).resolve().parents[1])  # Rasa's files are named from the project's folder
    load_dotenv(".env")  # secrets that no shell history should keep; what is set already stays
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
    from bot.progress import step
    from knowledge.build import build
    from knowledge.content import ContentError

    log = _state_folder() / "logs" / "training.log"
    try:
        if training.is_knowledge_stale():
            with step("Building the knowledge base", log):
                build()
        if not force and training.is_trained() and training.is_sealed():
            click.echo("Nothing changed since the last training.")
            return
        with step("Training", log):
            hush()
            model = training.train()
        click.echo(f"Trained: {model}")
    except ContentError as error:
        stop(f"The content cannot be published; the old answers stay in service.\n{error}")
    except training.TrainingFailed as error:
        stop(f"{error} The log is {log}.")


def _ready_or_stop() -> Path:
    """The model, if it was trained from what is here now: another would know neither the names nor the answers."""
    from bot import training
    from knowledge.base import KnowledgeUnavailable
    from knowledge.build import DATABASE

    if not DATABASE.exists() or not training.MODEL.exists():
        stop("The guide is not trained yet: run `make train`.")
    try:
        if not training.is_trained():
            stop("What the guide is trained from has changed since: run `make train`.")
        if not training.is_sealed():
            stop("The trained model is not the file that training wrote: run `make train`.")
    except KnowledgeUnavailable as error:
        stop(str(error))
    return training.MODEL


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the website chat; else PORT, else 5005.")
@click.option("--interface", default="127.0.0.1", show_default=True, help="Address to listen on.")
def serve(port: int | None, interface: str) -> None:
    """Start the guide: it serves the website chat.

    With GUIDE_SERVICE=1 it serves real visitors, and does not start before the agency's settings are
    complete.  Without, it is a demo.

    \b
    Example:
      guide serve --port 8080
    """
    from bot.agency import require
    from bot.channels.slack.settings import SlackSettings
    from bot.handoff.settings import HandoffSettings
    from bot.settings import SettingError, Settings

    try:
        agency = require()
        settings, in_slack = Settings.load(), SlackSettings.load()
        tells_by = HandoffSettings.load().tells_by
    except SettingError as error:
        stop(str(error))
    if missing := in_slack.missing():
        stop("\n".join(["The guide cannot be in Slack until these settings are right:", *missing]))
    if agency.in_service and not tells_by:
        click.echo(NOTHING_TELLS, err=True)
    model = _ready_or_stop()
    logs = _state_folder() / "logs"
    log, printed = logs / "guide.log", logs / "start.log"
    from bot.edge.listening import CannotStart, listen
    from bot.edge.nursery import Nursery
    from bot.edge.raising import guide
    from bot.progress import step
    from bot.runtime import garbage, hush_logs

    garbage.hold_back()  # until the web application is loaded
    starting = ExitStack()
    try:
        listener = listen(settings.port if port is None else port, interface)
        local = "127.0.0.1" if interface in ("0.0.0.0", "::") else interface

        def started() -> None:
            garbage.resume()
            starting.close()
            click.echo(
                f"The guide is at http://{local}:{listener.getsockname()[1]}/  (Ctrl-C stops it; the log is {log})"
            )

        with Nursery(partial(guide, model), log, printed, leave=[listener]) as nursery:  # before there are threads
            open_or_stop()
            with starting:
                starting.enter_context(step("Starting", printed))
                hush_logs()
                from bot.edge.serve import CannotGoOn
                from bot.edge.serve import serve as serve_edge

                try:
                    serve_edge(nursery, settings, agency, listener, log, started, _channels(in_slack))
                except CannotGoOn as error:
                    stop(str(error))
    except CannotStart as error:
        stop(str(error))
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _channels(in_slack: SlackSettings) -> list[Callable[[Edge], Channel]]:
    """What makes the channels that the settings want; the others are not even loaded."""
    if not in_slack.wanted:
        return []
    from bot.channels.slack.channel import SlackChannel

    return [*SlackChannel.wanted(in_slack)]


@main.command()
def shell() -> None:
    """Talk to the guide on this terminal, for agents testing answers.

    \b
    Example:
      guide shell
    """
    from bot.progress import step

    model = _ready_or_stop()
    hush()
    open_or_stop()
    from bot.shell import run

    try:
        run(model, step("Starting", _state_folder() / "logs" / "shell.log"))
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
    hush()
    items = _read_items() if jsonl else []
    from bot.ask import Guide, ModelMissing, answer_lines
    from bot.records.opening import use_memory

    use_memory()  # trying questions out must not call an agent
    try:
        guide = Guide(model)
    except ModelMissing as error:
        stop(str(error))

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
            stop(f"Line {number} of the input: {error}")
        items.append(item)
    return items


@main.command()
@click.argument("message")
def explain(message: str) -> None:
    """Say why a message is read as it is: what was linked, the five likeliest answers, and what decided.

    For whoever keeps the knowledge: it shows which entry's phrases to sharpen.

    \b
    Example:
      guide explain "who pays if our sprinkler floods the tenant below"
    """
    model = _ready_or_stop()
    hush()
    from bot.ask import Guide, ModelMissing

    try:
        guide = Guide(model)
    except ModelMissing as error:
        stop(str(error))
    click.echo("\n".join(asyncio.run(guide.explain(message))))


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
        stop(str(error))
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
        stop(str(error))
    known = [entry.id for _, entry in content.entries()]
    for one in entries:
        if one not in known:
            stop(f"There is no entry '{one}': its id stands after 'id:' in knowledge/content.")
    findings = check(content)
    if findings:
        stop(f"Nothing was signed: put right first what `guide knowledge check` finds ({len(findings)}).")
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
        stop(f"The content cannot be published; the old answers stay in service.\n{error}")


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


for command in (agents, desk, feedback, handoff, migrate, privacy, slack, tickets):
    main.add_command(command)


def _state_folder() -> Path:
    from bot.records.place import state_folder

    return state_folder()


if __name__ == "__main__":
    main()
