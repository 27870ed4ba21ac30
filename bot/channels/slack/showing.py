"""Shows in the agents' channel how tickets stand: their cards, and in the threads what was said elsewhere."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from bot.channels.slack import cards
from bot.channels.slack.blocks import Post
from bot.channels.slack.calls import NO_ACCESS, Never
from bot.channels.slack.payloads import Place
from bot.channels.slack.sending import PACED, Sender
from bot.channels.slack.text import escaped
from bot.handoff import people
from bot.records import journal, slack_cards, transcript
from bot.records.outbox import Parcel
from bot.records.slack_cards import Card, Noted
from bot.records.states import CLOSED
from bot.records.tickets import Ticket, Tickets
from bot.records.transcript import Entry

MOST = 1_000  # messages and notes that are put into a thread in one go
_GONE = {"message_not_found", "already_reacted", "user_not_in_channel"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """A ticket as it is now, and what of it is not in the thread yet."""

    card: Card
    ticket: Ticket
    names: dict[str, str]
    entries: list[Entry]
    for_people: set[int]
    notes: list[Noted]
    in_thread: set[str]


def look(connection: Connection, reference: str) -> Look | None:
    """What there is to show of a ticket; None where it was erased."""
    card, ticket = slack_cards.get(connection, reference), Tickets(connection).get(reference)
    if card is None or ticket is None:
        return None
    entries = transcript.since(connection, ticket.conversation, card.seq, MOST)
    end = slack_cards.end_of(connection, ticket) if ticket.state in CLOSED else None
    return Look(
        card,
        ticket,
        people.names(connection),
        [each for each in entries if end is None or each.seq <= end],
        journal.for_people(connection, ticket.conversation, card.seq),
        slack_cards.notes_after(connection, reference, card.note),
        set(slack_cards.replies(connection, reference)),
    )


class Showing(Sender):
    """Works through what the guide is to do in the agents' channel."""

    kind = slack_cards.SHOWN
    waits_for = NO_ACCESS | {"not_in_channel", "channel_not_found", "is_archived"}

    def __init__(self, *own: Any, desk: str) -> None:
        super().__init__(*own)
        self._desk = desk

    async def _send(self, parcel: Parcel) -> Any:
        payload = parcel.payload
        if "card" in payload:
            return await self._show(parcel, payload["card"])
        if "thread" in payload and "tell" not in payload:
            return await self._line(parcel, payload)
        token = await self._token(Place(payload["team"], ""))
        if "delete" in payload:
            for post in payload["delete"]:
                with suppress(Never):  # gone already
                    await self._slack.call(token, "chat.delete", **post)
        elif "react" in payload:
            mark = {"channel": payload["channel"], "timestamp": payload["react"], "name": cards.TICK}
            await self._unless_gone(token, "reactions.add", **mark)
        else:
            await self._tell(token, payload)
        return None

    async def _show(self, parcel: Parcel, reference: str) -> None:
        seen = await self._stores.records.read(lambda db: look(db, reference))
        if seen is None:
            return
        token, ts = await self._token(Place(seen.card.team, "")), seen.card.ts
        post = cards.card(seen.ticket, seen.names.get(seen.ticket.owner or "", seen.ticket.owner), self._desk)
        shown = cards.digest(post)
        name = f"{reference}:card"
        if ts is None:  # what an earlier attempt has posted may show another state
            ts = await self._there_already(parcel, token, seen.card, None, name)
        if ts and shown != seen.card.shown and not await self._changed(token, seen.card.channel, ts, post):
            ts = None
        if ts is None:
            ts = await self._once(parcel, token, seen.card, None, post, name)
        if shown != seen.card.shown:
            await self._keep(token, seen.card, ts, lambda db: slack_cards.stands(db, reference, ts, shown))
        for entry in seen.entries:
            await self._pass_on(parcel, token, seen, ts, entry)
        for note in seen.notes:
            line = cards.note(seen.names.get(note.login, note.login), note.text)
            said = await self._once(parcel, token, seen.card, ts, line, f"{reference}:note:{note.id}")
            await self._keep(token, seen.card, said, lambda db: slack_cards.said(db, reference, said, note=note.id))  # noqa: B023

    async def _changed(self, token: str, channel: str, ts: str, post: Post) -> bool:
        """Change a card; false where somebody has deleted it."""
        try:
            await self._slack.call(token, "chat.update", channel=channel, ts=ts, text=post.text, blocks=post.blocks)
        except Never as error:
            if error.code in self.waits_for:
                raise
            logger.warning("Slack does not change a card: %s", error)  # what is said below it goes on
            return error.code != "message_not_found"
        return True

    async def _pass_on(self, parcel: Parcel, token: str, seen: Look, thread: str, entry: Entry) -> None:
        """Put a message of the conversation into the thread, unless it was for the guide, or written there."""
        card, sender = seen.card, entry.body.get("from")
        written_here = entry.client_id in seen.in_thread
        for_guide = sender == "visitor" and entry.seq not in seen.for_people
        line = None if written_here or for_guide else cards.line(entry.body)
        said = None
        if line:
            name = f"{card.reference}:{entry.seq}"
            said = await self._once(parcel, token, card, thread, line, name)

        def keep(db: Connection) -> bool:
            if said and sender == "agent":
                mark = {"react": said, "team": card.team, "channel": card.channel}
                slack_cards.show(db, mark, seen.ticket.conversation)
            return slack_cards.said(db, card.reference, said, seq=entry.seq)

        await self._keep(token, card, said, keep)

    async def _line(self, parcel: Parcel, payload: dict[str, Any]) -> None:
        reference = str(payload["thread"])
        card = await self._stores.records.read(lambda db: slack_cards.get(db, reference))
        if card is None or card.ts is None:
            return
        token, post = await self._token(Place(card.team, "")), cards.quiet(payload["text"])
        said = await self._once(parcel, token, card, card.ts, post, f"{reference}:{payload['name']}")
        await self._keep(token, card, said, lambda db: slack_cards.said(db, reference, said))

    async def _once(self, parcel: Parcel, token: str, card: Card, thread: str | None, post: Post, name: str) -> str:
        """Post something that is not there yet; its ts.  Its name is the same at every attempt."""
        there = await self._there_already(parcel, token, card, thread, name)
        return there or await self._post(token, card.channel, Place(card.team, card.channel, thread), post, name)

    async def _there_already(self, parcel: Parcel, token: str, card: Card, thread: str | None, name: str) -> str | None:
        """Where something stands that an earlier attempt may have posted."""
        if parcel.attempts == 1 or parcel.error == PACED:
            return None
        return (await self._there(token, card.channel, Place(card.team, card.channel, thread), parcel)).get(name)

    async def _keep(self, token: str, card: Card, said: str | None, store: Any) -> None:
        """Note what was posted; what belongs to a ticket that was erased meanwhile is taken back."""
        if not await self._stores.records.run(store) and said:
            await self._unless_gone(token, "chat.delete", channel=card.channel, ts=said)

    async def _tell(self, token: str, payload: dict[str, Any]) -> None:
        """Tell one person something: where they pressed, or else in the thread."""
        url, text = self._box.open(payload.get("url") or ""), escaped(payload["tell"])
        if url:
            try:
                body = {"response_type": "ephemeral", "replace_original": False, "text": text}
                return await self._slack.respond(url, body)
            except Never:
                pass  # too late for that address
        told = {"channel": payload["channel"], "user": payload["user"], "thread_ts": payload["thread"], "text": text}
        await self._unless_gone(token, "chat.postEphemeral", **told)

    async def _unless_gone(self, token: str, method: str, **arguments: Any) -> None:
        try:
            await self._slack.call(token, method, **arguments)
        except Never as error:
            if error.code not in _GONE:
                raise
