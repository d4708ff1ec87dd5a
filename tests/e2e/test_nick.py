# SPDX-License-Identifier: GPL-2.0-or-later
"""Nicks: taken, changed, impossible (XEP-0045 §7.2.8, §7.6)."""
import pytest

from clients import unique
from servers import IRC_HOST


def test_a_taken_nick_is_a_conflict(romeo, nurse, channel, room):
    nurse.join(channel)
    answer = romeo.join(room, nurse.nick)[-1]
    assert answer.kind == "presence" and answer.error == "conflict"
    assert answer.sender == f"{room}/{nurse.nick}"
    nurse.sync()
    assert not nurse.matching("KILL|QUIT")


def test_taken_by_somebody_outside_of_the_room(romeo, nurse, room):
    assert romeo.join(room, nurse.nick.upper())[-1].error == "conflict"


def test_taken_by_another_of_ours(romeo, juliet, room):
    romeo.join(room)
    assert juliet.join(room, romeo.user)[-1].error == "conflict"
    assert juliet.join(room)[-1].subject is not None


def test_a_free_one_is_suggested_and_works(romeo, nurse, channel, room):
    nurse.join(channel)
    answer = romeo.join(room, nurse.nick)[-1]
    words = [w.strip(".,;:\"'“”()") for w in answer.error_text.split()]
    suggested = [w for w in words if w.startswith(nurse.nick) and w != nurse.nick]
    assert suggested, answer.error_text
    assert romeo.join(room, suggested[0])[-1].subject is not None


@pytest.mark.parametrize("nick", ["1romeo", "two words", "ro@meo", "röméo", "x" * 60, "a!b", ":a"])
def test_a_nick_that_irc_does_not_know(romeo, room, nick):
    """Refused, or changed and said so (status 210); never passed on to the network as it is."""
    answer = romeo.join(room, nick)
    if answer[-1].type == "error":
        assert answer[-1].error in ("not-acceptable", "jid-malformed", "conflict")
    else:
        own = answer[-2]
        assert {110, 210} <= own.codes and own.nick != nick


def test_change_from_xmpp(romeo, juliet, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    juliet.join(room)
    new = unique("montague")
    old_id = juliet.matching(kind="presence", nick=romeo.user)
    romeo.send(f"<presence to='{room}/{new}'/>")
    nurse.expect(rf"^:{romeo.user}!\S+ NICK :?{new}$")
    for client in (romeo, juliet):
        gone = client.expect(kind="presence", nick=romeo.user, type="unavailable")
        assert 303 in gone.codes and gone.item["nick"] == new
        assert (110 in gone.codes) == (client is romeo)
        come = client.expect(kind="presence", nick=new, type="")
        assert (110 in come.codes) == (client is romeo)
        assert gone.occupant_id == come.occupant_id
    assert not old_id
    romeo.say(room, "a new name")
    nurse.expect_message(channel, "a new name", new)


def test_change_from_irc(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    old, new = nurse.nick, unique("angelica")
    nurse.send(f"NICK {new}")
    gone = romeo.expect(kind="presence", nick=old, type="unavailable")
    assert 303 in gone.codes and gone.item["nick"] == new
    romeo.expect(kind="presence", nick=new, type="")
    nurse.say(channel, "it is me")
    assert romeo.expect(kind="message", body="it is me").nick == new


def test_change_to_a_taken_one(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    romeo.send(f"<presence to='{room}/{nurse.nick}'/>")
    answer = romeo.expect(kind="presence", type="error")
    assert answer.error == "conflict" and answer.sender == f"{room}/{nurse.nick}"
    romeo.say(room, "as before")
    nurse.expect_message(channel, "as before", romeo.user)


def test_change_to_an_impossible_one(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    romeo.send(f"<presence to='{room}/no way'/>")
    assert romeo.expect(kind="presence", type="error").error in ("not-acceptable", "jid-malformed")


def test_only_the_case_changes(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    romeo.send(f"<presence to='{room}/{romeo.user.upper()}'/>")
    nurse.expect(rf"^:{romeo.user}!\S+ NICK :?{romeo.user.upper()}$")
    romeo.expect(kind="presence", nick=romeo.user.upper(), codes=lambda c: 110 in c)


def test_the_nick_is_free_again_afterwards(lab, people, romeo, nurse, channel, room):
    romeo.join(room)
    nurse.join(channel)
    romeo.disconnect()
    nurse.expect(rf"^:{romeo.user}!\S+ (PART|QUIT)")
    tybalt = people.irc(lab)
    tybalt.send(f"NICK {romeo.user}")
    # The guest may stay for a moment after the last room; then the nick is nobody's.
    tybalt.expect(rf"^:\S+ NICK :?{romeo.user}$| 433 ")


def test_one_user_in_two_rooms_has_one_nick(romeo, nurse, channel, room):
    other = unique("#other")
    nurse.join(channel)
    nurse.join(other)
    romeo.join(room)
    answer = romeo.join(f"{other}@{IRC_HOST}", unique("alias"))
    if answer[-1].type == "error":
        assert answer[-1].error in ("conflict", "not-acceptable")
    else:
        own = answer[-2]
        nurse.expect(rf"^:{own.nick}!\S+ JOIN :?{other}$")
        nurse.send(f"NAMES {other}")
        names = nurse.expect(rf" 353 \S+ . {other} :(.*)$").group(1).replace("@", "").split()
        assert own.nick in names
