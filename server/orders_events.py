"""What operators order of launch events: pair a screen, move a show."""

from channels.names import is_op
from server.orders import Answer, Desk, Order, OrderRefused, Wanted
from storage.screens import pair
from storage.shows import move
from storage.values_screens import ScreenFault
from storage.values_show import Gesture, ShowFault
from web.halls import hall_in


async def _pair(desk: Desk, wanted: Wanted) -> Answer:
    hall = hall_in(str(wanted["hall"]))
    if hall is None:
        raise OrderRefused("the slug of a hall is needed")
    paired = await pair(desk.database, hall, str(wanted["code"]), by=None, now=desk.now)
    if isinstance(paired, ScreenFault):
        raise OrderRefused(f"the screen is not paired: {paired}")
    return {"screen": paired.id}


async def _move(desk: Desk, wanted: Wanted) -> Answer:
    op, gesture = str(wanted.get("op")), Gesture(str(wanted["gesture"]))
    if not is_op(op):
        raise OrderRefused("an op is needed")
    step = wanted.get("step")
    moved = await move(
        desk.database,
        desk.keys,
        int(wanted["event"]),
        gesture,
        upon=int(wanted["upon"]),
        op=op,
        by=None,
        now=lambda: desk.now,
        step=None if step is None else int(step),
    )
    if isinstance(moved, ShowFault):
        raise OrderRefused(f"the show does not move: {moved}")
    return {"number": moved.number, "at": moved.at, "mode": str(moved.mode)}


EVENT_ORDERS: dict[str, Order] = {"pair-screen": _pair, "move-show": _move}
