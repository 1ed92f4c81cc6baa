"""Sends an issue of the letter to everybody who is subscribed, each once.

In rounds: a few mails are claimed, and said through as many connections but for their end; that the end is about to
be said is committed; it is, each noted in the process's own file at that moment; what became of them is committed.
So at any instant it is known of every mail whether it was said (docs/decisions.md).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from server.hands import Hand
from server.letter_handed import Handed, left_behind
from server.letter_message import BadAddress, Letter, letter_of
from server.mail import FOLDER, GIVE_UP_MS, next_try, write_file
from server.mail_server import MailFault, MailPutOff, NotSent, read_mail_server
from server.public_address import public_address
from server.settings import Settings
from storage import letter_deliveries, letter_editions
from storage.database import Database, StorageUnavailable
from storage.keys import Keys
from storage.letter import sent_issue
from storage.letter_names import return_path
from storage.values_letter import Delivery, Edition, Outcome, OutcomeKind
from web.letter_mail import letter_mail
from web.rendering import Pages

log = logging.getLogger("imaginest.letter")

CONNECTIONS = 8
BATCH = 200
"""Mails that are claimed at once."""

LOOK_SECONDS = 1.0
REST_SECONDS = 10.0
"""How long a server that is away is left alone."""

STEP_SECONDS = 60.0
"""How long the mails of a round may take to be said, up to their content or to their end."""

ENDING_SECONDS = 3.0
AGAIN_SECONDS = 0.5
UNREADABLE = "unreadable"
NOT_SET = "not-set"
_SENT = Outcome(OutcomeKind.SENT)

Said = BaseException | None


class LetterSender:
    """``deliver`` again and again; ``stop`` before the database closes.

    ``listening``: where the running server does, for links where no address is configured.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        keys: Keys,
        pages: Callable[[], Pages],
        wall: Callable[[], int],
        monotonic: Callable[[], float],
        listening: Callable[[], str] = lambda: "",
    ) -> None:
        self._data = settings.data
        self._database = database
        self._keys = keys
        self._pages = pages
        self._wall = wall
        self._monotonic = monotonic
        self._rate = settings.letter_rate
        server = read_mail_server(settings.smtp_url) if settings.smtp_url else None
        self._can_send = server is None or bool(settings.mail_from and settings.public_url)
        self._hands = [Hand(server) for _ in range(CONNECTIONS)]
        self._width = CONNECTIONS
        self._sender = settings.mail_from or "imaginest@localhost"
        self._bounces = settings.bounce_address
        self._settings = settings
        self._listening = listening
        self._handed: Handed | None = None
        self._unsettled: tuple[int, Mapping[bytes, Outcome]] | None = None
        self._is_clean = True
        """Whether the database says of nothing that it is in this process's hands."""
        self._rests_until = 0.0
        self._sending: asyncio.Task[None] | None = None
        self._ending = False

    async def deliver(self) -> None:
        """Send all that is due. Whoever is cancelled here leaves the mails in hand to be sent to the end."""
        if self._ending or self._monotonic() < self._rests_until:
            return
        if not await letter_editions.is_sending_due(self._database, self._wall()):
            return
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all(), name="letter")
        await asyncio.shield(self._sending)

    async def stop(self) -> None:
        self._ending = True
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=ENDING_SECONDS)
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        for hand in self._hands:
            hand.stop()
        if self._handed is not None:
            self._handed.close() if self._is_clean else self._handed.leave()

    async def _send_all(self) -> None:
        for token, said in left_behind(self._data):
            await letter_deliveries.resolve(self._database, token, said, self._wall())
        await letter_editions.begin_due(self._database, self._wall())
        try:
            for edition in reversed(await letter_editions.sending(self._database)):
                if not self._can_send:
                    await letter_editions.tell_trouble(self._database, edition.number, NOT_SET)
                elif not await self._send(edition):
                    break
        finally:
            for hand in self._hands:
                hand.rest()

    async def _send(self, edition: Edition) -> bool:
        """Send what is due of an issue; false where the mail server takes nothing."""
        letter = await self._letter(edition.number)
        self._handed = self._handed or Handed(self._data)
        await self._put_back()
        trouble = edition.trouble
        batch: list[Delivery] = []
        while not self._ending:
            if not batch:
                await self._settle()
                batch = await self._claim(edition.number)
                if not batch:
                    await letter_deliveries.finish_if_done(self._database, edition.number, self._wall())
                    self._is_clean = True
                    return True
            began, some, batch = self._monotonic(), batch[: self._width], batch[self._width :]
            outcomes = await self._round(edition, letter, some)
            if not outcomes:  # paused or given up meanwhile
                break
            reason = self._judge(outcomes)
            if reason != trouble:
                trouble = reason
                await letter_editions.tell_trouble(self._database, edition.number, reason)
            if reason:
                self._rests_until = self._monotonic() + REST_SECONDS
                break
            if self._rate:
                await asyncio.sleep(max(0.0, began + len(some) / self._rate - self._monotonic()))
        await self._put_back()
        return not trouble

    async def _claim(self, number: int) -> list[Delivery]:
        assert self._handed is not None  # noqa: S101 - made before
        self._is_clean = False
        return await letter_deliveries.claim(
            self._database, self._keys, number, self._handed.token, BATCH, self._wall()
        )

    async def _letter(self, number: int) -> Letter:
        issue = await sent_issue(self._database, number, self._wall())
        assert issue is not None  # noqa: S101 - it is in the archive since it began to be sent
        mail = letter_mail(self._pages(), number, issue.title, issue.blocks)
        at = issue.sent_at or 0
        return letter_of(
            mail,
            number,
            sender=self._sender,
            public=public_address(self._settings, self._listening()),
            sent_at=at,
        )

    def _judge(self, outcomes: Mapping[bytes, Outcome]) -> str:
        """Why nothing leaves, empty where mails do; fewer connections where the server does not take so many."""
        back = [outcome.reason for outcome in outcomes.values() if outcome.kind is OutcomeKind.BACK]
        well = len(outcomes) - len(back)
        if not any(back):
            return ""
        self._width = well or CONNECTIONS
        return "" if well else next(filter(None, back))

    # --- a round

    async def _round(
        self, edition: Edition, letter: Letter, claimed: list[Delivery]
    ) -> Mapping[bytes, Outcome]:
        number = edition.number
        outcomes: dict[bytes, Outcome] = {}
        contents: dict[bytes, bytes] = {}
        for one in claimed:
            try:
                contents[one.subscriber] = letter.to(self._keys, one.subscriber, one.address)
            except BadAddress:
                outcomes[one.subscriber] = Outcome(OutcomeKind.BOUNCED, UNREADABLE)
        hands = dict(zip((one for one in claimed if one.subscriber in contents), self._hands, strict=False))
        begun = await self._step(
            hands, lambda one, hand: partial(self._begin, hand, number, one, contents[one.subscriber])
        )
        ready = {one: hand for one, hand in hands.items() if begun[one] is None}
        ready = await self._allowed(number, ready)
        said = await self._say_ends(number, ready, contents)
        heard = await self._step(
            {one: hand for one, hand in ready.items() if said[one] is None},
            lambda one, hand: partial(self._hear, hand, one),
        )
        for one, error in {**begun, **said, **heard}.items():
            if error is not None or one in ready:
                outcomes[one.subscriber] = self._outcome(edition, one, error)
        self._unsettled = (number, outcomes)
        return outcomes

    async def _allowed(self, number: int, ready: Mapping[Delivery, Hand]) -> dict[Delivery, Hand]:
        """Write down what is about to be said to the end, and what became of the round before.

        Who unsubscribed meanwhile is not among them; nobody is where the sending was paused or given up.
        """
        assert self._handed is not None  # noqa: S101 - made before
        before = self._unsettled
        allowed = await letter_deliveries.begin_handing(
            self._database,
            number,
            self._handed.token,
            [one.subscriber for one in ready],
            before[1] if before else {},
            self._wall(),
        )
        self._settled()
        for one, hand in ready.items():
            if one.subscriber not in allowed:
                hand.rest()
        return {one: hand for one, hand in ready.items() if one.subscriber in allowed}

    async def _step(
        self,
        hands: Mapping[Delivery, Hand],
        call: Callable[[Delivery, Hand], Callable[[], None]],
    ) -> dict[Delivery, Said]:
        """Have each hand do its part; what went wrong with each mail. Who takes too long is cut off."""
        doing: dict[Delivery, Awaitable[None]] = {
            one: asyncio.ensure_future(hand.do(call(one, hand))) for one, hand in hands.items()
        }
        if not doing:
            return {}
        _, late = await asyncio.wait(doing.values(), timeout=STEP_SECONDS)  # type: ignore[type-var]
        if late:
            for hand in hands.values():
                hand.rest()
        found = await asyncio.gather(*doing.values(), return_exceptions=True)
        return dict(zip(doing, found, strict=True))

    def _begin(self, hand: Hand, number: int, one: Delivery, content: bytes) -> None:
        if hand.conversation is not None:
            hand.conversation.begin(self._back_to(number, one), one.address, content)

    def _back_to(self, number: int, one: Delivery) -> str:
        """The address in the envelope: there a mail comes back that cannot be delivered."""
        if not self._bounces:
            return self._sender
        return return_path(self._keys, self._bounces, number, one.subscriber)

    async def _say_ends(
        self, number: int, ready: Mapping[Delivery, Hand], contents: Mapping[bytes, bytes]
    ) -> dict[Delivery, Said]:
        """One after the other in one thread: nothing comes between a mail's last bytes and the note of it."""

        def say() -> dict[Delivery, Said]:
            return {
                one: self._say_end(hand, number, one, contents[one.subscriber]) for one, hand in ready.items()
            }

        return await self._hands[0].do(say) if ready else {}

    def _say_end(self, hand: Hand, number: int, one: Delivery, content: bytes) -> Said:
        handed = self._handed
        assert handed is not None  # noqa: S101 - made before
        try:
            if hand.conversation is None:
                write_file(self._data / FOLDER / f"lettre-{number}", f"{one.subscriber.hex()}.eml", content)
            else:
                hand.conversation.say_end()
            handed.note(one.subscriber)
        except OSError:
            return NotSent(MailFault.UNREACHABLE)
        except NotSent as error:
            return error
        return None

    def _hear(self, hand: Hand, one: Delivery) -> None:
        """What the server did not take, or did not answer to, is sent again, under the same Message-ID."""
        try:
            if hand.conversation is not None:
                hand.conversation.hear()
        except NotSent:
            if self._handed is not None:
                self._handed.unsay(one.subscriber)
            raise

    def _outcome(self, edition: Edition, one: Delivery, error: Said) -> Outcome:
        if error is None:
            return _SENT
        if not isinstance(error, NotSent):
            raise error
        if error.fault.is_final:
            return Outcome(OutcomeKind.BOUNCED, error.reason)
        if not isinstance(error, MailPutOff):
            return Outcome(OutcomeKind.BACK, error.reason)
        now = self._wall()
        if now - (edition.started_at or now) > GIVE_UP_MS:
            return Outcome(OutcomeKind.BOUNCED, error.reason)
        return Outcome(OutcomeKind.LATER, error.reason, next_try(one.tries + 1, now))

    async def _settle(self) -> None:
        """What was sent and is not written down would be sent again: tried until the database answers."""
        while self._unsettled is not None and self._handed is not None:
            number, outcomes = self._unsettled
            try:
                token, now = self._handed.token, self._wall()
                await letter_deliveries.settle(self._database, number, token, outcomes, now)
                self._settled()
            except StorageUnavailable:
                log.warning("what became of %d mails cannot be written down yet", len(outcomes))
                await asyncio.sleep(AGAIN_SECONDS)

    def _settled(self) -> None:
        self._unsettled = None
        if self._handed is not None:
            self._handed.clear()

    async def _put_back(self) -> None:
        """Nothing is in hand: what this process has claimed waits again."""
        await self._settle()
        if self._handed is not None:
            await letter_deliveries.resolve(self._database, self._handed.token, (), self._wall())
            self._is_clean = True
