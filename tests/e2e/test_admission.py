# SPDX-License-Identifier: GPL-2.0-or-later
"""A server lets in whom it introduces, so the gateway must keep the channel's rules itself."""
import pytest

from clients import unique
from servers import OPER


@pytest.fixture
def gate(nurse, channel):
    """The nurse keeps the channel; gate("+i") sets its modes."""
    nurse.join(channel)

    def set_mode(mode):
        nurse.send(f"MODE {channel} {mode}")
        nurse.expect(rf" MODE {channel} ")
        nurse.sync()
        return nurse
    return set_mode


def refused(client, room, password=None):
    answer = client.join(room, password=password)
    assert len(answer) == 1, "nothing of the room may be seen"
    assert answer[0].kind == "presence" and answer[0].type == "error"
    assert answer[0].sender == f"{room}/{client.user}"
    return answer[0].error


def let_in(client, room, password=None):
    *presences, subject = client.join(room, password=password)
    assert subject.type == "groupchat"
    assert 110 in presences[-1].codes


def test_invitation_only(romeo, gate, room):
    gate("+i")
    assert refused(romeo, room) == "registration-required"
    gate("-i")
    let_in(romeo, room)


def test_an_invitation_opens_it(romeo, gate, channel, room):
    nurse = gate("+i")
    assert refused(romeo, room) == "registration-required"
    # Known to the network once it has talked; then it can be invited.
    romeo.chat(f"{nurse.nick}@irc.example.org", "let me in")
    nurse.expect_message(nurse.nick, "let me in", romeo.user)
    nurse.send(f"INVITE {romeo.user} {channel}")
    nurse.expect(rf" 341 {nurse.nick} {romeo.user} :?{channel}$")
    romeo.expect(lambda s: s.kind == "message" and channel in str(s))
    let_in(romeo, room)


def test_key(romeo, juliet, gate, room):
    gate("+k sesame")
    assert refused(romeo, room) == "not-authorized"
    assert refused(romeo, room, "wrong") == "not-authorized"
    let_in(romeo, room, "sesame")
    assert refused(juliet, room) == "not-authorized"


def test_limit(romeo, juliet, gate, room):
    gate("+l 2")
    let_in(romeo, room)
    assert refused(juliet, room) == "service-unavailable"
    romeo.leave(room)
    romeo.expect(kind="presence", type="unavailable", bare=room)
    let_in(juliet, room)


def test_banned_by_nick(romeo, gate, room):
    gate(f"+b {romeo.user}!*@*")
    assert refused(romeo, room) == "forbidden"
    gate(f"-b {romeo.user}!*@*")
    let_in(romeo, room)


def test_banned_by_host(romeo, juliet, gate, channel, room):
    """One person can be banned, whatever the nick."""
    nurse = gate("+n")
    let_in(romeo, room)
    host = nurse.expect(rf"^:{romeo.user}!(\S+@\S+) JOIN ").group(1)
    nurse.send(f"KICK {channel} {romeo.user} :out")
    gate(f"+b *!*@{host.split('@')[1]}")
    romeo.expect(kind="presence", type="unavailable", bare=room)
    assert romeo.join(room, unique("disguise"))[0].error in ("forbidden", "conflict")
    assert refused(romeo, room) == "forbidden"
    let_in(juliet, room)


def test_exception_from_a_ban(romeo, gate, room):
    gate("+b *!*@*")
    gate(f"+e {romeo.user}!*@*")
    let_in(romeo, room)


def test_exception_from_invitation(romeo, gate, room):
    gate("+i")
    gate(f"+I {romeo.user}!*@*")
    let_in(romeo, room)


def test_rules_of_a_channel_older_than_the_link(private_lab, people):
    """Modes and bans come with the burst."""
    lab = private_lab()
    lab.gateway.stop()
    keeper = people.irc(lab, "keeper")
    for name, mode in (("#inv", "+i"), ("#key", "+k sesame"), ("#ban", "+b romeo!*@*"),
                       ("#max", "+l 1"), ("#ok", "+n")):
        keeper.join(name)
        keeper.send(f"MODE {name} {mode}")
        keeper.expect(rf" MODE {name} ")
    lab.start_gateway()
    romeo = people.xmpp(lab, "romeo")
    host = "irc.example.org"
    assert refused(romeo, f"#inv@{host}") == "registration-required"
    assert refused(romeo, f"#key@{host}") == "not-authorized"
    assert refused(romeo, f"#ban@{host}") == "forbidden"
    assert refused(romeo, f"#max@{host}") == "service-unavailable"
    let_in(romeo, f"#ok@{host}")
    let_in(romeo, f"#key@{host}", "sesame")


def test_a_ban_forbids_to_speak(romeo, gate, channel, room):
    nurse = gate("+n")
    let_in(romeo, room)
    gate(f"+b {romeo.user}!*@*")
    number = romeo.say(room, "may I?")
    assert romeo.expect(kind="message", type="error", id=number).error in (
        "forbidden", "not-allowed")
    nurse.sync()
    assert not nurse.matching("may I")


def test_network_operators_channel(romeo, nurse, channel, room):
    """+O: IRC operators only."""
    nurse.oper(OPER)
    nurse.join(channel)
    nurse.send(f"MODE {channel} +O")
    nurse.expect(rf" MODE {channel} ")
    nurse.sync()
    answer = romeo.join(room)
    assert answer[-1].type == "error"
