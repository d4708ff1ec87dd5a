# SPDX-License-Identifier: GPL-2.0-or-later
"""One user with two clients in a room is one person on IRC, whatever happens to that person."""
import pytest

from clients import unique
from servers import OPER


@pytest.fixture
def phone(lab, people, romeo):
    return people.xmpp(lab, romeo.user, resource="phone", account=False)


@pytest.fixture
def scene(romeo, phone, juliet, nurse, channel, room):
    """Romeo with both clients, Juliet with one, the nurse as operator."""
    nurse.join(channel)
    romeo.join(room)
    phone.join(room, romeo.user)
    juliet.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    return romeo, phone, juliet, nurse


def only(client, room, **properties):
    """The one presence that fits: there is no second."""
    found = client.expect(kind="presence", bare=room, **properties)
    client.sync(room.split("@")[1])
    assert not client.matching(kind="presence", bare=room, **properties)
    return found


def test_kick(scene, channel, room):
    romeo, phone, juliet, nurse = scene
    nurse.send(f"KICK {channel} {romeo.user} :villain")
    for client in (romeo, phone, juliet):
        gone = only(client, room, nick=romeo.user, type="unavailable")
        assert 307 in gone.codes and gone.item["reason"] == "villain"
        assert (110 in gone.codes) == (client is not juliet)
    for client in (romeo, phone):
        number = client.say(room, "still here?")
        assert client.expect(kind="message", type="error", id=number).error == "not-acceptable"
    # One comes back, the other is not dragged in.
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    nurse.say(channel, "welcome")
    romeo.expect(kind="message", body="welcome")
    phone.sync(room.split("@")[1])
    assert not phone.matching(kind="message", body="welcome")


def test_nick_change_by_one_of_them(scene, channel, room):
    romeo, phone, juliet, nurse = scene
    new = unique("montague")
    phone.send(f"<presence to='{room}/{new}'/>")
    nurse.expect(rf"^:{romeo.user}!\S+ NICK :?{new}$")
    for client in (romeo, phone, juliet):
        gone = only(client, room, nick=romeo.user, type="unavailable")
        assert 303 in gone.codes and gone.item["nick"] == new
        come = only(client, room, nick=new, type="")
        assert (110 in gone.codes) == (110 in come.codes) == (client is not juliet)
    for client in (romeo, phone):
        text = f"from {client.jid}"
        client.say(room, text)
        nurse.expect_message(channel, text, new)
        for other in (romeo, phone, juliet):
            assert other.expect(kind="message", body=text).nick == new
    assert not romeo.matching(type="error") and not phone.matching(type="error")
    # He leaves with each of them by the new name.
    phone.leave(room, new)
    assert 110 in phone.expect(kind="presence", nick=new, type="unavailable").codes
    romeo.leave(room, new)
    nurse.expect(rf"^:{new}!\S+ PART ")
    juliet.expect(kind="presence", nick=new, type="unavailable")


def test_a_refused_nick_is_told_to_who_asked(scene, room):
    romeo, phone, juliet, nurse = scene
    phone.send(f"<presence to='{room}/{nurse.nick}'/>")
    assert phone.expect(kind="presence", type="error").error == "conflict"
    romeo.sync(room.split("@")[1])
    assert not romeo.matching(kind="presence", type="error")


def test_kill(scene, room):
    """The network throws the person off: both clients are told, in the room."""
    romeo, phone, juliet, nurse = scene
    nurse.oper(OPER)
    nurse.send(f"KILL {romeo.user} :begone")
    for client in (romeo, phone):
        gone = only(client, room, nick=romeo.user, type="unavailable")
        assert 110 in gone.codes and "begone" in str(gone)
    juliet.expect(kind="presence", nick=romeo.user, type="unavailable")
