"""A mail server on a real socket, as much of RFC 5321 as a sender needs, that also misbehaves as it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Received:
    """A mail that was taken: who it was from and to in the conversation, and what was said."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


@dataclass
class RunningSmtp:
    """``answers`` replaces what is answered to a command (``END`` is the end of a mail); None: hang up there.

    ``silent`` commands are answered never. ``logins`` holds what AUTH brought.
    """

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: dict[str, Callable[[str], str | None]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    connections: int = 0
    waiting: int = 0
    logins: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = recipient = ""
        line = "HELLO"
        while True:
            word = line.split(" ")[0].split(":")[0].upper()
            if word in self.silent:
                self.waiting += 1
                await reader.read()
                return
            if word == "AUTH":
                self.logins.append(line)
            elif word == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
            elif word == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            answer = self._answer(word, line)
            if answer is None:
                return
            writer.write(answer.encode() + b"\r\n")
            if word == "QUIT":
                return
            if word == "DATA" and answer.startswith("354"):
                content = await reader.readuntil(b"\r\n.\r\n")
                answer = self._answer("END", recipient)
                if answer is None or answer.startswith("250"):
                    self.received.append(
                        Received(sender, recipient, content[:-3].replace(b"\r\n..", b"\r\n."))
                    )
                if answer is None:
                    return
                writer.write(answer.encode() + b"\r\n")
            await writer.drain()
            line = (await reader.readuntil(b"\r\n")).decode().rstrip()

    def _answer(self, word: str, line: str) -> str | None:
        if word in self.answers:
            return self.answers[word](line)
        return {
            "HELLO": "220 here",
            "EHLO": "250-here\r\n250 AUTH PLAIN",
            "AUTH": "235 welcome",
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }.get(word, "250 well")


@asynccontextmanager
async def running_smtp() -> AsyncIterator[RunningSmtp]:
    smtp = RunningSmtp()
    server = await asyncio.start_server(smtp.serve, "127.0.0.1", 0, family=socket.AF_INET, limit=1 << 20)
    smtp.port = server.sockets[0].getsockname()[1]
    try:
        yield smtp
    finally:
        server.close()
