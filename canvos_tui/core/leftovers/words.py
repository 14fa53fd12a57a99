"""What is left, as lines for people and as plain data for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from canvos_tui.core.command_words import word
from canvos_tui.core.leftovers.collect import Found
from canvos_tui.core.leftovers.thing import PRICES, Kind, Thing
from canvos_tui.core.text import ago, size

SCHEMA = "canvos-tui.leftovers/1"
NOTHING = "nothing is left of the runs of this machine"


def lines(found: Found, now: datetime) -> tuple[str, ...]:
    """The things, the dearest first, each with what it is and what takes it away; then the sum, and what was not seen."""
    told = [line for thing in _dearest_first(found) for line in _lines(thing, now)]
    if not found.things and not found.unseen:
        told.append(NOTHING)
    if total := monthly(found):
        told.append(f"together at most {total:.2f} USD a month ({PRICES})")
    return (*told, *(f"? {text}" for text in found.unseen), *(f"- {text}" for text in found.passed_over))


def monthly(found: Found) -> float:
    """US dollars a month for all that is certain."""
    return sum(thing.monthly for thing in found.things if thing.certain)


def _dearest_first(found: Found) -> list[Thing]:
    return sorted(found.things, key=lambda thing: (not thing.certain, -thing.monthly, list(Kind).index(thing.kind), thing.id))


def _lines(thing: Thing, now: datetime) -> tuple[str, ...]:
    most = "at most " if thing.kind is Kind.SNAPSHOT else ""
    price = f"{most}{max(thing.monthly, 0.01):.2f} USD a month" if thing.monthly else ""
    facts = (size(thing.size) if thing.size else "", ago(now, thing.since) if thing.since is not None else "", price)
    sure = "" if thing.certain else "  (not certain)"
    if thing.needed:
        way = f"stays: {thing.needed}"
    elif thing.certain:
        way = f"remove: {delete_command(thing)}"
    else:
        way = "is not removed by this program"
    head = f"{thing.kind.value:<12}{thing.id}{sure}   {' · '.join(filter(None, facts))}".rstrip()
    of = f"of run {thing.run}; " if thing.run else ""
    return head, f"            {of}{thing.note}", f"            {way}"


def delete_command(thing: Thing) -> str:
    """What takes it away, on a terminal."""
    return f"canvos-tui leftovers --delete {word(thing.id)}"


def data(found: Found, now: datetime) -> dict[str, Any]:
    """The same as a document of schema `canvos-tui.leftovers/1`; sizes are bytes, ages seconds, prices US dollars a month."""
    return {
        "schema": SCHEMA,
        "prices": PRICES,
        "monthly_usd": round(monthly(found), 4),
        "things": [_data(thing, now) for thing in _dearest_first(found)],
        "unseen": list(found.unseen),
        "passed_over": list(found.passed_over),
    }


def _data(thing: Thing, now: datetime) -> dict[str, Any]:
    return {
        "kind": thing.kind.value,
        "id": thing.id,
        "region": thing.place.region or None,
        "run": thing.run or None,
        "certain": thing.certain,
        "removable": thing.removable,
        "needed": thing.needed or None,
        "size": thing.size or None,
        "since": thing.since.isoformat() if thing.since is not None else None,
        "age_seconds": round((now - thing.since).total_seconds()) if thing.since is not None else None,
        "monthly_usd": thing.monthly,
        "note": thing.note,
        "command": delete_command(thing) if thing.removable else None,
    }
