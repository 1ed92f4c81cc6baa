"""The voter's cookie: a device and the ten minutes in which it was made, signed; the first ones say no time."""

import base64

import pytest

from realtime.refusals import Refusal
from server.identity import begin_at_kiosk, caller_of, cookie_of
from storage.keys import Keys
from web.catalogue import Language
from web.language import language_of

KEYS = Keys(bytes(range(32)))
DEVICE = bytes(range(16))


def brought(value: str) -> dict[bytes, bytes]:
    return {b"cookie": f"imaginest={value}".encode()}


@pytest.mark.parametrize("born", [None, 0, 2_966_000])
def test_what_a_cookie_says_is_read_again(born: int | None) -> None:
    caller = caller_of(brought(cookie_of(DEVICE, KEYS, born)), KEYS)
    assert (caller.device, caller.has_cookie, caller.born) == (DEVICE, True, born)


@pytest.mark.parametrize("other", ['prefs={"a":1}', "nom=\u00e9", "a b=c", "bare", 'x="', "=", ""])
@pytest.mark.parametrize("is_first", [True, False])
def test_what_else_a_browser_brings_takes_nobody_s_vote(other: str, is_first: bool) -> None:
    mine = f"imaginest={cookie_of(DEVICE, KEYS, 5)}"
    header = "; ".join([other, mine] if is_first else [mine, other]).encode()
    assert caller_of({b"cookie": header}, KEYS).device == DEVICE
    assert language_of({b"cookie": f"{other}; langue=de".encode()}) is Language.GERMAN


@pytest.mark.parametrize("value", ['ab"cd', "a b", "2."])
def test_what_is_no_value_of_ours_is_forged_not_absent(value: str) -> None:
    caller = caller_of(brought(value), KEYS)
    assert (caller.has_cookie, caller.fault) == (False, Refusal.FORGED_COOKIE)


def test_nobody_makes_themselves_older_or_takes_the_moment_away() -> None:
    version, body = cookie_of(DEVICE, KEYS, 2_966_000).split(".")
    signed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    older = signed[:16] + (2_900_000).to_bytes(4) + signed[20:]
    for forged in (older, signed[:16] + signed[20:], signed[:-1], signed + b"x"):
        for under in (version, "1", "3", "4"):
            value = f"{under}.{base64.urlsafe_b64encode(forged).rstrip(b'=').decode()}"
            caller = caller_of(brought(value), KEYS)
            assert not caller.has_cookie and caller.fault is Refusal.FORGED_COOKIE


def test_at_a_kiosk_only_a_visit_begun_there_is_somebody() -> None:
    kiosk = f"borne={KEYS.kiosk_code('agence-metz')}"
    begun = begin_at_kiosk(KEYS, 2_966_000, secure=False).decode().split(";")[0]
    usual = f"imaginest={cookie_of(DEVICE, KEYS, 2_966_000)}"
    renamed = usual.replace("=2.", "=3.")

    def brings(*cookies: str) -> tuple[bool, bool]:
        caller = caller_of({b"cookie": "; ".join(cookies).encode()}, KEYS)
        return caller.has_cookie, caller.between

    assert brings(kiosk, begun) == (True, False)
    assert brings(begun) == brings(usual) == brings("borne=forged.x", usual) == (True, False)
    for cookies in ([], [usual], [renamed], [begun[:-2]], [begun, "borne-fin=1"]):
        assert brings(kiosk, *cookies) == (False, True)
    assert not brings(renamed)[0]
