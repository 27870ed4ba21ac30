"""Sends what the outbox holds for Slack: in order within a conversation, once, and as fast as Slack lets it.

Each message carries the number of its parcel.  After an attempt of which nobody knows the end, the conversation is
looked through for that number before anything is sent again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.engine import Connection

from bot.channels.slack.blocks import Post, Said, Shown, posts
from bot.channels.slack.calls import NO_ACCESS, Later, Never, Slack, Unsure
from bot.channels.slack.pacing import Pace
from bot.channels.slack.payloads import CHOICE, TS, Place
from bot.channels.slack.workspaces import Box, Workspaces
from bot.edge.metrics import Metrics
from bot.edge.stores import Stores
from bot.records import feedback, slack, transcript
from bot.records.engine import RecordsUnavailable
from bot.records.outbox import Outbox, Parcel
from bot.records.slack import CHANNEL, Posts

logger = logging.getLogger(__name__)

AT_ONCE = 16
POLL = 0.5  # seconds between looks for what is due, where nothing wakes the sender
UNSURE_PAUSE = 3.0  # seconds until it is looked up: a request may still be on its way
LONGEST_PAUSE = 60.0
KEPT_TRYING = 24 * 3600.0  # seconds after which an answer is of no use
EVENT = "guide_message"  # of the metadata that messages carry
LOOKED_THROUGH = 100  # messages
PACED = "it waits for its turn"
_TOO_RICH = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "invalid_metadata_format",
}


class Sender:
    """Works through the outbox until it is cancelled; what is not sent by then is sent after the next start.

    Args:
        pace: of all that send to the same channels.
    """

    kind = CHANNEL
    """Of the parcels that it sends."""
    waits_for = NO_ACCESS
    """What Slack may refuse a parcel with that is tried again, for a day."""

    def __init__(
        self, slack_: Slack, workspaces: Workspaces, box: Box, stores: Stores, metrics: Metrics, pace: Pace
    ) -> None:
        self._slack = slack_
        self._workspaces = workspaces
        self._box = box
        self._stores = stores
        self._metrics = metrics
        self._pace = pace
        self._hands: set[asyncio.Task[None]] = set()

    async def run(self, wake: asyncio.Event) -> None:
        """Send what there is, and whatever comes.

        Args:
            wake: set where there may be something new.
        """
        outbox = Outbox(self._stores.records)
        while True:
            wake.clear()
            parcels: list[Parcel] = []
            free = AT_ONCE - len(self._hands)
            with suppress(RecordsUnavailable):
                parcels = await outbox.claim_some(self.kind, free) if free else []
            for parcel in parcels:
                hand = asyncio.create_task(self._handle(outbox, parcel))
                self._hands.add(hand)
                hand.add_done_callback(self._hands.discard)
                hand.add_done_callback(lambda _: wake.set())
            if not parcels:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await wake.wait()

    async def finish(self, seconds: float) -> None:
        """Wait for what is being sent."""
        if self._hands:
            await asyncio.wait(self._hands, timeout=seconds)

    async def _handle(self, outbox: Outbox, parcel: Parcel) -> None:
        try:
            await self._delivered(outbox, parcel)
        except RecordsUnavailable:
            logger.warning("What became of a message to Slack could not be stored; it is looked up and tried again.")
        except Exception:
            self._metrics.losses.labels(CHANNEL).inc()
            logger.exception("A message to Slack failed.")
            with suppress(RecordsUnavailable):
                await outbox.failed(parcel, "it failed inside; the log says how", LONGEST_PAUSE)

    async def _delivered(self, outbox: Outbox, parcel: Parcel) -> None:
        try:
            done = await self._send(parcel)
        except Later as error:
            await outbox.failed(parcel, str(error), error.seconds)
        except Unsure as error:
            logger.warning("%s; it is looked up before anything is sent again.", error)
            await outbox.unsure(parcel, UNSURE_PAUSE * min(parcel.attempts, 5))
        except Never as error:
            await self._refused(outbox, parcel, error)
        else:
            await outbox.delivered(parcel, done)

    async def _refused(self, outbox: Outbox, parcel: Parcel, error: Never) -> None:
        self._metrics.losses.labels(CHANNEL).inc()
        waits = error.code in self.waits_for and time.time() - parcel.payload.get("since", 0) < KEPT_TRYING
        logger.error(
            "Slack refuses a message: %s. %s", error, "It is tried again." if waits else "It is given up.",
            extra={"code": error.code},
        )  # fmt: skip
        if waits:
            await outbox.failed(parcel, str(error), LONGEST_PAUSE)
        else:
            await outbox.given_up(parcel, str(error))

    async def _send(self, parcel: Parcel) -> Any:
        """Do what a parcel asks; what is to be stored with the note that it is done."""
        payload, conversation = parcel.payload, str(parcel.conversation)
        if "seqs" in payload:
            return await self._answer(parcel, conversation, payload["seqs"], payload.get("to"))
        if "mark" in payload:
            return await self._mark(conversation, int(payload["mark"]), payload.get("url"))
        if "share" in payload:
            return await self._share(conversation, int(payload["share"]), payload["url"])
        return await self._take_back(conversation, payload["delete"])

    async def _answer(self, parcel: Parcel, conversation: str, seqs: list[int], to: str | None) -> Any:
        place = Place.of(conversation)
        made, kept = await self._made(conversation, seqs, to)
        url = self._box.open(kept.get("url") or "") if place.asker else None
        if made and url and await self._privately(url, made):
            return lambda connection: slack.posted(connection, conversation, seqs, to, [])
        sent = await self._posted(parcel, place, made) if made else []
        return lambda connection: slack.posted(connection, conversation, seqs, to, sent)

    async def _privately(self, url: str, made: Sequence[Post]) -> bool:
        """Answer so that only the asker sees it; false where it is too late for that."""
        for post in made:
            body = {"response_type": "ephemeral", "replace_original": False, "text": post.text, "blocks": post.blocks}
            try:
                await self._slack.respond(url, body)
            except Never as error:
                if error.code in _TOO_RICH:
                    await self._slack.respond(url, {**body, "blocks": []})
                    continue
                logger.info("An answer is sent as a direct message: %s", error)
                return False
        return True

    async def _posted(self, parcel: Parcel, place: Place, made: Sequence[Post]) -> Posts:
        token = await self._token(place)
        channel = await self._channel(token, place)
        doubtful = parcel.attempts > 1 and (parcel.error != PACED or len(made) > 1)
        there = await self._there(token, channel, place, parcel) if doubtful else {}
        sent = []
        for number, post in enumerate(made):
            name = f"{parcel.id}.{number}"
            ts = there.get(name) or await self._post(token, channel, place, post, name)
            sent.append({"channel": channel, "ts": ts})
        return sent

    async def _post(self, token: str, channel: str, place: Place, post: Post, name: str) -> str:
        if wait := self._pace.until_free(place.team, channel):
            if wait > self._pace.PATIENCE:
                raise Later(PACED, wait)
            await asyncio.sleep(wait)
        message = {
            "channel": channel,
            "thread_ts": place.thread,
            "text": post.text,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT, "event_payload": {"id": name}},
        }
        try:
            reply = await self._slack.call(token, "chat.postMessage", blocks=post.blocks, **message)
        except Never as error:
            if error.code not in _TOO_RICH:
                raise
            logger.error("Slack takes no blocks (%s); the answer is sent as plain text.", error)
            reply = await self._slack.call(token, "chat.postMessage", **message)
        except Later as error:
            self._pace.hold(place.team, channel, error.seconds)
            raise
        return str(reply.get("ts"))

    async def _there(self, token: str, channel: str, place: Place, parcel: Parcel) -> dict[str, str]:
        """Which messages of a parcel are in Slack already, by number."""
        since = f"{float(parcel.payload.get('since', 0)) - 60:.6f}"
        common = {"channel": channel, "oldest": since, "limit": LOOKED_THROUGH, "include_all_metadata": "true"}
        try:
            if place.thread:
                found = await self._slack.read(token, "conversations.replies", ts=place.thread, **common)
            else:
                found = await self._slack.read(token, "conversations.history", **common)
        except Never as error:
            if error.code == "thread_not_found":
                return {}
            raise
        named = {}
        for message in found.get("messages") or []:
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT:
                named[str((metadata.get("event_payload") or {}).get("id"))] = str(message.get("ts"))
        return named

    async def _mark(self, conversation: str, seq: int, sealed: str | None) -> None:
        found = await self._stores.records.read(lambda connection: slack.post_of(connection, conversation, seq))
        if found is None or not found.seqs:
            return
        made, _ = await self._made(conversation, found.seqs, found.to, found.chosen)
        url = self._box.open(sealed) if sealed else None
        if url and made and not found.posts:
            body = {"replace_original": True, "text": made[-1].text, "blocks": made[-1].blocks}
            with suppress(Never):  # too late: the buttons are refused when they are used
                await self._slack.respond(url, body)
            return
        token = await self._token(Place.of(conversation))
        for post, now in zip(found.posts, made, strict=False):
            with suppress(Never):  # deleted meanwhile, or no longer to be changed
                await self._slack.call(token, "chat.update", text=now.text, blocks=now.blocks, **post)

    async def _share(self, conversation: str, seq: int, sealed: str) -> None:
        found = await self._stores.records.read(lambda connection: slack.post_of(connection, conversation, seq))
        url = self._box.open(sealed)
        if found is None or url is None:
            return
        made, _ = await self._made(conversation, found.seqs, found.to, shared=True)
        for post in made:
            body = {"response_type": "in_channel", "replace_original": False, "text": post.text, "blocks": post.blocks}
            await self._slack.respond(url, body)

    async def _take_back(self, conversation: str, told: Posts) -> None:
        token = await self._token(Place.of(conversation))
        for post in told:
            with suppress(Never):  # gone already
                await self._slack.call(token, "chat.delete", **post)

    async def _made(
        self, conversation: str, seqs: list[int], to: str | None, chosen: str | None = None, shared: bool = False
    ) -> tuple[list[Post], slack.Place]:
        """A turn as messages, from what is stored of it now."""
        if not seqs:
            return [], {}

        def read(connection: Connection) -> Any:
            said = transcript.since(connection, conversation, min(seqs) - 1)
            question = transcript.called(connection, conversation, to) if to else None
            votes = feedback.votes_of(connection, conversation)
            return said, question, votes, slack.place_of(connection, conversation) or {}

        said, question, votes, kept = await self._stores.records.read(read)
        place = Place.of(conversation)
        turn = [Said(entry.seq, entry.body) for entry in said if entry.seq in seqs]
        seen = to and (TS.fullmatch(to) or to.startswith(CHOICE))
        hidden = str(question.body.get("text") or "") if question and (shared or not seen) else None
        shown = Shown(conversation, hidden or None, place.asker is not None, shared, chosen, votes)
        return posts(turn, shown) if turn else [], kept

    async def _token(self, place: Place) -> str:
        token = await self._workspaces.token(place.team)
        if not token:
            raise Never("not_authed")
        return token

    async def _channel(self, token: str, place: Place) -> str:
        """Where to post: a private answer that came too late is a direct message."""
        if not place.asker:
            return place.channel
        opened = await self._slack.call(token, "conversations.open", users=place.asker)
        return str(opened["channel"]["id"])
