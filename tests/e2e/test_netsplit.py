# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers lose each other: behind our link, and our link itself."""
import pytest

from servers import IRC_HOST, IRCD_NAME, LINK_NAME, OPER, Ngircd, free_port

ROOM = f"#verona@{IRC_HOST}"
FAR = "far.example.org"


@pytest.fixture
def far(make_server):
    return make_server(Ngircd, links=(), ircd_name=FAR, name="far-ngircd")


def test_a_server_behind_ours(private_lab, people, far):
    def configure(lab):
        lab.ircd.peers = [(FAR, None)]
        far.peers = [(IRCD_NAME, lab.ircd.port)]
    lab = private_lab(configure)
    far.start()
    lab.ircd.wait_for_link(FAR)

    near, distant = people.irc(lab, "near", "#verona"), people.irc(far, "distant", "#verona")
    near.expect(r"^:distant!\S+ JOIN ")
    romeo = people.xmpp(lab, "romeo")
    nicks = {s.nick for s in romeo.join(ROOM)[:-1]}
    assert nicks == {"near", "distant", "romeo"}
    distant.say("#verona", "from afar")
    romeo.expect(kind="message", nick="distant", body="from afar")

    far.kill()
    gone = romeo.expect(kind="presence", nick="distant", type="unavailable")
    assert gone.item["role"] == "none"
    near.say("#verona", "we are alone")
    romeo.expect(kind="message", nick="near", body="we are alone")
    assert not romeo.matching(kind="presence", nick="near", type="unavailable")

    mark = lab.ircd.mark()
    far.start()
    lab.ircd.wait_for_link(FAR, since=mark)
    again = people.irc(far, "distant", "#verona")
    romeo.expect(kind="presence", nick="distant", type="")
    again.say("#verona", "back again")
    romeo.expect(kind="message", nick="distant", body="back again")


def test_an_operator_cuts_our_link(private_lab, people):
    lab = private_lab()
    romeo, juliet = people.xmpp(lab, "romeo"), people.xmpp(lab, "juliet")
    nurse = people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    juliet.join(ROOM)
    nurse.oper(OPER)
    mark = lab.ircd.mark()
    nurse.send(f"SQUIT {LINK_NAME} :maintenance")
    nurse.expect(r"^:romeo!\S+ QUIT ")
    # XMPP is told that the room lost its network, or that its people left.
    lost = romeo.expect(kind="presence", type="unavailable", bare=ROOM, timeout=30)
    assert lost.nick != "romeo" or lost.codes & {332, 333}
    # All come back without a hand.
    lab.ircd.wait_for_link(since=mark, timeout=90)
    nurse.expect(r"^:romeo!\S+ JOIN ", timeout=30)
    nurse.expect(r"^:juliet!\S+ JOIN ", timeout=30)
    romeo.expect(kind="presence", bare=ROOM, type="", codes=lambda c: 110 in c, timeout=30)
    nurse.say("#verona", "welcome back")
    romeo.expect(kind="message", body="welcome back")
    romeo.say(ROOM, "here we are")
    nurse.expect_message("#verona", "here we are", "romeo")


def test_while_the_network_is_away(private_lab, people):
    """Whatever is sent meanwhile is answered."""
    lab = private_lab()
    romeo = people.xmpp(lab, "romeo")
    nurse = people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    lab.ircd.kill()
    nurse.wait_closed()
    romeo.expect(kind="presence", type="unavailable", bare=ROOM)
    answer = romeo.iq(IRC_HOST, "<ping xmlns='urn:xmpp:ping'/>")
    assert answer.type == "result"
    mark = lab.ircd.mark()
    lab.ircd.start()
    lab.ircd.wait_for_link(since=mark, timeout=90)
    nurse = people.irc(lab, "nurse", "#verona")
    romeo.expect(kind="presence", bare=ROOM, type="", codes=lambda c: 110 in c, timeout=30)
    nurse.say("#verona", "hello again")
    romeo.expect(kind="message", body="hello again")


def test_the_other_way_of_linking(private_lab, people):
    """The IRC server connects to us."""
    def configure(lab):
        lab.ircd.gateway_port = free_port()
    lab = private_lab(configure)
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    romeo.say(ROOM, "linked")
    nurse.expect_message("#verona", "linked", "romeo")


def test_a_nick_taken_during_the_split(private_lab, people):
    """Who comes back finds the nick gone: nobody is killed for it."""
    lab = private_lab()
    romeo = people.xmpp(lab, "romeo")
    romeo.join(ROOM)
    lab.ircd.kill()
    romeo.expect(kind="presence", type="unavailable", bare=ROOM)
    # The gateway waits before it tries again, a client does not.
    mark = lab.ircd.mark()
    lab.ircd.start()
    thief = people.irc(lab, "thief", "#verona")
    thief.send("NICK romeo")
    thief.expect(r"NICK :?romeo$| 433 ")
    lab.ircd.wait_for_link(since=mark, timeout=90)
    romeo.join(ROOM, wait=False)
    romeo.expect(lambda s: s.kind == "presence" and s.bare == ROOM and
                 (s.type == "error" or 110 in s.codes), timeout=30)
    thief.sync()
