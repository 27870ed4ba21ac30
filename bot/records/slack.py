"""What Slack has sent, and what it has been sent: messages come twice, and are changed after they were posted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.records import outbox
from bot.records.connecting import lock
from bot.records.journal import Accepted, accept
from bot.records.tables import insert_new, slack_inbox, slack_place, slack_post

CHANNEL = "slack"  # as conversations begin, and what parcels are called
SEEN_SECONDS = 3 * 24 * 3600.0  # Slack gives up long before

Place = dict[str, Any]
Posts = list[dict[str, str]]


@dataclass(frozen=True)
class Posted:
    """An answer that stands in Slack.

    Attributes:
        seqs: the numbers of its messages in the transcript.
        to: what the question is called that they answer, if they answer one.
        posts: channel and ts of each of Slack's messages that hold it; none where only the asker sees it.
        chosen: the title of the button that was used.
    """

    seqs: list[int]
    to: str | None
    posts: Posts
    chosen: str | None


def first_time(connection: Connection, keys: Sequence[str], call: str) -> bool:
    """Note what has come in by all its names; false where it had come before under one of them."""
    insert_new(connection, slack_inbox, [{"key": key, "call": call, "at": time.time()} for key in keys])
    found = select(slack_inbox.c.call).where(slack_inbox.c.key.in_(keys))
    return set(connection.execute(found).scalars()) == {call}


def ask(
    connection: Connection,
    keys: Sequence[str],
    conversation: str,
    client_id: str,
    text: str,
    place: Place,
    call: str,
    server: str | None = None,
) -> Accepted | None:
    """Store a question with the place that its answer goes to; None where it had come before.

    Args:
        keys: the names that it may come again under.
        text: without identifiers.
        call: which attempt this is.
        server: the id of the process that has it in hand.
    """
    lock(connection, CHANNEL)  # the same may come twice at the same moment, in different conversations
    if not first_time(connection, keys, call):
        return None
    keep_place(connection, conversation, place)
    return accept(connection, conversation, CHANNEL, client_id, text, call, server)


def keep_place(connection: Connection, conversation: str, place: Place) -> None:
    """Keep where a conversation is answered from now on."""
    changed = update(slack_place).where(slack_place.c.conversation == conversation)
    if not connection.execute(changed.values(place=place, at=time.time())).rowcount:
        connection.execute(insert(slack_place), {"conversation": conversation, "place": place, "at": time.time()})


def place_of(connection: Connection, conversation: str) -> Place | None:
    """Where a conversation is answered."""
    found = select(slack_place.c.place).where(slack_place.c.conversation == conversation)
    return connection.execute(found).scalar()


def posted(connection: Connection, conversation: str, seqs: Sequence[int], to: str | None, posts: Posts) -> None:
    """Note where an answer stands now."""
    kept = {"posts": {"seqs": list(seqs), "to": to, "posts": posts}, "at": time.time()}
    if not connection.execute(_of(conversation, seqs[0], update(slack_post)).values(**kept)).rowcount:
        row = {"conversation": conversation, "seq": seqs[0], "chosen": None, **kept}
        connection.execute(insert(slack_post), row)


def post_of(connection: Connection, conversation: str, seq: int) -> Posted | None:
    """Where the answer stands that begins with this message."""
    found = connection.execute(_of(conversation, seq, select(slack_post))).first()
    return Posted(**found.posts, chosen=found.chosen) if found else None


def choose(connection: Connection, conversation: str, seq: int, title: str) -> None:
    """Note which button of an answer was used, even before it is known where the answer stands."""
    if not connection.execute(_of(conversation, seq, update(slack_post)).values(chosen=title)).rowcount:
        row = {"conversation": conversation, "seq": seq, "posts": {"seqs": [seq], "to": None, "posts": []}}
        connection.execute(insert(slack_post), {**row, "chosen": title, "at": time.time()})


def mark(connection: Connection, conversation: str, seq: int, url: str | None) -> None:
    """Have an answer that stands in Slack shown anew.

    Args:
        url: where it is replaced, sealed, if only its asker sees it.
    """
    outbox.put(connection, CHANNEL, {"mark": seq, "url": url, "since": time.time()}, conversation)


def mark_about(connection: Connection, conversation: str, seq: int, url: str | None) -> None:
    """``mark`` for the answer that this message is part of, whichever is its first."""
    rows = connection.execute(
        select(slack_post.c.seq, slack_post.c.posts).where(slack_post.c.conversation == conversation)
    )
    for first, posts in rows.all():
        if seq in posts["seqs"]:
            mark(connection, conversation, first, url)


def share(connection: Connection, conversation: str, seq: int, url: str, call: str) -> bool:
    """Have an answer that only its asker sees shown to the channel; false where it was before.

    Args:
        url: where the channel is reached, sealed.
    """
    if not first_time(connection, [f"{conversation}:{seq}:shared"], call):
        return False
    outbox.put(connection, CHANNEL, {"share": seq, "url": url, "since": time.time()}, conversation)
    return True


def forget(connection: Connection, conversation: str) -> None:
    """Have what the guide said taken back from Slack, and erase where it stands."""
    rows = connection.execute(select(slack_post.c.posts).where(slack_post.c.conversation == conversation)).scalars()
    posts = [post for row in rows for post in row["posts"]]
    for table in (slack_post, slack_place):
        connection.execute(delete(table).where(table.c.conversation == conversation))
    if posts:
        outbox.put(connection, CHANNEL, {"delete": posts, "since": time.time()}, conversation)


def forget_older_than(connection: Connection, seconds: float) -> None:
    """Erase places and posts in which nothing happened for that long, and what cannot come again any more."""
    now = time.time()
    for table in (slack_place, slack_post):
        connection.execute(delete(table).where(table.c.at < now - seconds))
    connection.execute(delete(slack_inbox).where(slack_inbox.c.at < now - SEEN_SECONDS))


def _of(conversation: str, seq: int, statement: Any) -> Any:
    return statement.where(slack_post.c.conversation == conversation, slack_post.c.seq == seq)
