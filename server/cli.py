"""The command ``imaginest``."""

import argparse
import asyncio
import gc
import io
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from server.editor_commands import BadOption, add_editor_commands
from server.letter_commands import add_letter_command
from server.settings import BadSetting, Settings
from server.staff_commands import add_staff_command

WRONG_USE = 2
"""The exit status where a command was not written as it is used, as argparse has it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status says whether it did what it says."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="replace")  # a citizen's words on a terminal that lacks a letter
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.of(
            data=options.data, host=getattr(options, "host", None), port=getattr(options, "port", None)
        )
        return _run(settings, options)
    except BadSetting as error:
        return _fail(str(error))
    except BadOption as error:
        return _fail(str(error), WRONG_USE)
    except Exception as error:
        from server.orders import OrderRefused, WrongUse
        from storage.backend import UnusableDatabase

        if isinstance(error, WrongUse):
            return _fail(str(error), WRONG_USE)
        if isinstance(error, (UnusableDatabase, OrderRefused)):
            return _fail(str(error))
        raise
    except KeyboardInterrupt:
        return 130


def _run(settings: Settings, options: argparse.Namespace) -> int:
    """A command that acts on a database tells on which it did: several may lie beside each other."""
    status = int(options.run(settings, options))
    if options.acts and status == 0:
        from server.data import place_of

        print(f"(database: {place_of(settings)})", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="imaginest", description="Imagin'Est: live votes of the Région Grand Est."
    )
    parser.add_argument("--data", type=Path, help="folder of the database and the master secret (.data)")
    parser.set_defaults(acts=False)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=what)

    serve = command("serve", "migrate the database and serve the application")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on, 0 for any free one (8000)")
    serve.add_argument(
        "--demo", action="store_true", help="fill an empty database with marked demonstration content"
    )
    serve.add_argument(
        "--demo-launch",
        action="store_true",
        help="the same, and an evening in three halls that begins in a minute and a half, with a simulated crowd",
    )
    serve.add_argument("--crowd", type=int, default=0, metavar="N", help="let N simulated citizens vote")
    serve.set_defaults(run=_serve)

    worker = command(
        "worker", "beside nodes on PostgreSQL: destroy expired keys, recount every topic once a day"
    )
    worker.set_defaults(run=_worker)

    migrate = command("migrate", "create or upgrade the tables")
    migrate.set_defaults(run=_migrate)

    check = command("check-tallies", "recount every topic and series; exit status 1 where one differs")
    check.set_defaults(run=_check_tallies)

    backup = command("backup", "copy the database into a new file, also while a server runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="the new file; none is replaced")
    backup.set_defaults(run=_backup)

    restore = command("restore", "have the database of a backup; what is there is kept aside")
    restore.add_argument("file", type=Path, metavar="FILE", help="a file that backup has made")
    restore.set_defaults(run=_restore)

    posts = command("posts", "what citizens post and waits for a moderator: list, publish or refuse it")
    posts.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=["list", "publish", "refuse"],
        help="list (what waits), publish or refuse",
    )
    posts.add_argument("post", metavar="ID", nargs="?", type=int, help="the post's number in the list")
    posts.add_argument(
        "--reason",
        metavar="TEXT",
        default="",
        help="why it is refused, read by its author: insult, off-topic, personal-data, advertising, duplicate, "
        "or a sentence of your own in French",
    )
    posts.set_defaults(run=_posts, acts=True)

    contact = command("contact", "read what citizens wrote to the Région, and answer it")
    contact.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=("list", "show", "answer", "close"),
        metavar="ACTION",
        help="list (the default), show, answer or close",
    )
    contact.add_argument("id", nargs="?", type=int, metavar="ID", help="the number of a conversation")
    contact.add_argument(
        "--text", metavar="TEXT", help="of answer: what the citizen reads, at most 2,000 signs"
    )
    contact.set_defaults(run=_contact, acts=True)

    reports = command("reports", "what citizens report, the topics of five people or more first; settle it")
    reports.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=["list", "settle"],
        help="list (what is open) or settle",
    )
    reports.add_argument("topic", metavar="TOPIC", nargs="?", type=int, help="the topic's number in the list")
    reports.set_defaults(run=_reports, acts=True)

    add_editor_commands(command)
    add_letter_command(command)
    add_staff_command(command)

    kiosk = command("kiosk", "the link that makes a browser of an agency a kiosk")
    kiosk.add_argument("name", metavar="NAME", help="small letters, digits and dashes, as in agence-metz")
    kiosk.set_defaults(run=_kiosk, acts=True)

    replay = command("replay", "play a recorded Polis conversation through the public door")
    replay.add_argument("--votes", type=Path, required=True, metavar="V.csv", help="the recording's votes")
    replay.add_argument(
        "--comments", type=Path, required=True, metavar="C.csv", help="the recording's statements"
    )
    replay.add_argument(
        "--profiles", type=Path, metavar="POP.csv", help="population table to draw profiles from"
    )
    replay.add_argument(
        "--speed", type=float, metavar="X", help="times as fast as recorded (as fast as it goes)"
    )
    replay.add_argument(
        "--stay", action="store_true", help="keep the pages open after the table, until Ctrl-C"
    )
    replay.add_argument("--port", type=int, help="port to serve on while no server runs on the data (8000)")
    replay.set_defaults(run=_replay)
    return parser


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    gc.disable()  # until it serves: to look for garbage among half-loaded modules was a tenth of the start
    from realtime.bus import BusRefused
    from server import serving
    from server.app import check_bus, try_database
    from server.data import take_data
    from storage.data_lock import DataInUse

    try:
        probe = take_data(settings)
    except DataInUse as used:
        return _fail(f"{settings.data} is already served at {used or 'another address'}")
    asyncio.run(try_database(settings))
    if options.demo or options.demo_launch:
        from server.demonstration import fill

        asyncio.run(fill(settings))
    launching = _launch(settings) if options.demo_launch else nullcontext()
    probe.release()
    try:
        asyncio.run(check_bus(settings))
        with _crowd(settings, options.crowd), launching:
            return 0 if serving.serve(settings) else 1
    except BusRefused as error:
        return _fail(str(error))


def _crowd(settings: Settings, number: int) -> AbstractContextManager[None]:
    """Simulated citizens vote while it is open, in a process of their own."""
    if number <= 0:
        return nullcontext()
    from server.crowd import crowd

    return crowd(settings, number)


def _launch(settings: Settings) -> AbstractContextManager[None]:
    """An event of the demonstration is put into the data, and runs by itself while it is open."""
    from server.demonstration_launch import CROWD, fill_launch, launch

    return launch(settings, asyncio.run(fill_launch(settings)), CROWD)


def _worker(settings: Settings, _: argparse.Namespace) -> int:
    from server.worker import run

    run(settings)
    return 0


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    from server.data import make_folder, take_data
    from storage.data_lock import DataInUse
    from storage.database import bring_up_to_date

    if settings.is_shared:  # nodes of another release may run meanwhile: PostgreSQL keeps them apart
        make_folder(settings)
        bring_up_to_date(settings.database)
    else:
        try:
            lock = take_data(settings)
        except DataInUse as used:
            return _in_use(settings, used)
        try:
            bring_up_to_date(settings.database)
        finally:
            lock.release()
    print("the tables are up to date")
    return 0


def _check_tallies(settings: Settings, _: argparse.Namespace) -> int:
    from server.data import need_database
    from server.progress import counted
    from storage.database import Database, StorageUnavailable
    from storage.tallies import discrepancies

    need_database(settings)
    logging.getLogger("imaginest.storage").setLevel(logging.ERROR)  # what fails is said below, once
    try:
        found = asyncio.run(discrepancies(Database(settings.database)))
    except StorageUnavailable as error:
        return _fail(f"the database cannot be read: {error}")
    for one in found:
        print(f"topic {one.topic} {one.series}: stored {one.stored}, recounted {one.recounted}")
    print(
        f"{counted(len(found), 'counter')} differ"
        if found
        else "every counter equals the recount of its ballots"
    )
    return 1 if found else 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from storage.backup import back_up

    size = back_up(settings.database, options.file)
    print(f"{options.file} holds the database ({size:,} bytes)\n{_NOT_IN_IT}")
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    from server.app import wall_ms
    from server.data import take_data
    from storage.data_lock import DataInUse
    from storage.restore import restore

    try:
        lock = take_data(settings, alone=True)
    except DataInUse as used:
        return _in_use(settings, used)
    try:
        done = restore(settings.database, options.file, wall_ms())
    finally:
        lock.release()
    print(f"the database is that of {options.file}; its versions begin with epoch {done.epoch}")
    if done.aside:
        print(f"the one that it replaces is kept as {done.aside}")
    print(f"every counter equals the recount of its ballots\n{_NOT_IN_IT}")
    return 0


_NOT_IN_IT = (
    "the master secret is not in a backup: keep IMAGINEST_SECRET, "
    "or the data folder's file “secret”, in another place"
)


def _posts(settings: Settings, options: argparse.Namespace) -> int:
    from server.posts import run

    return run(settings, options.action, options.post, options.reason)


def _contact(settings: Settings, options: argparse.Namespace) -> int:
    from server.correspondence import run

    return run(settings, options.action, options.id, options.text)


def _reports(settings: Settings, options: argparse.Namespace) -> int:
    from server.reports import run

    return run(settings, options.action, options.topic)


def _kiosk(settings: Settings, options: argparse.Namespace) -> int:
    from server.app import open_keys
    from server.data import need_database
    from server.public_address import public_address
    from storage.data_lock import address_told
    from web.kiosks import is_kiosk_name

    if not is_kiosk_name(options.name):
        return _fail(
            f"{options.name!r} is no kiosk's name: up to 40 small letters, digits and dashes are needed",
            WRONG_USE,
        )
    need_database(settings)
    site = public_address(settings, address_told(settings.data))
    print(f"{site}/borne?code={open_keys(settings).kiosk_code(options.name)}")
    return 0


def _replay(settings: Settings, options: argparse.Namespace) -> int:
    from server.replay import run

    return run(settings, options.votes, options.comments, options.profiles, options.speed, stay=options.stay)


def _in_use(settings: Settings, used: Exception) -> int:
    return _fail(f"{settings.data} is served at {str(used) or 'another address'}: stop the server first")


def _fail(why: str, status: int = 1) -> int:
    print(f"imaginest: {why}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
