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
    lost(romeo)
    lost(juliet)
    # All come back without a hand.
    lab.ircd.wait_for_link(since=mark, timeout=90)
    nurse.expect(r"^:romeo!\S+ JOIN ", timeout=30)
    nurse.expect(r"^:juliet!\S+ JOIN ", timeout=30)
    back(romeo)
    back(juliet)
    nurse.say("#verona", "welcome back")
    romeo.expect(kind="message", body="welcome back")
    romeo.say(ROOM, "here we are")
    nurse.expect_message("#verona", "here we are", "romeo")


def lost(client):
    """The room says that it lost its network; nobody has to leave."""
    assert "lost" in client.expect(kind="message", sender=ROOM, body=bool, timeout=30).body


def back(client):
    assert "back" in client.expect(kind="message", sender=ROOM, body=bool, timeout=30).body


def test_while_the_network_is_away(private_lab, people):
    """What is said meanwhile arrives later; questions are answered at once."""
    lab = private_lab()
    romeo = people.xmpp(lab, "romeo")
    nurse = people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    lab.ircd.kill()
    nurse.wait_closed()
    lost(romeo)
    answer = romeo.iq(IRC_HOST, "<ping xmlns='urn:xmpp:ping'/>")
    assert answer.type == "result"
    assert romeo.iq(f"{ROOM}/romeo", "<ping xmlns='urn:xmpp:ping'/>").type == "result"
    number = romeo.say(ROOM, "is anybody there?")
    juliet = people.xmpp(lab, "juliet")
    juliet.join(ROOM, wait=False)
    romeo.sync(IRC_HOST)
    assert not romeo.matching(id=number)
    mark = lab.ircd.mark()
    lab.ircd.start()
    nurse = people.irc(lab, "nurse", "#verona")
    lab.ircd.wait_for_link(since=mark, timeout=90)
    back(romeo)
    nurse.expect_message("#verona", "is anybody there?", "romeo")
    assert romeo.expect(kind="message", id=number).type == "groupchat"
    juliet.until(lambda s: s.type == "error" or s.subject is not None, bare=ROOM, timeout=60)
    nurse.say("#verona", "hello again")
    romeo.expect(kind="message", body="hello again")


def test_to_a_person_while_the_network_is_away(private_lab, people):
    """It waits: delivered once after the relink, or answered with an error if there is nobody."""
    lab = private_lab()
    romeo, juliet = people.xmpp(lab, "romeo"), people.xmpp(lab, "juliet")
    nurse = people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    mark = lab.gateway.mark()
    lab.ircd.kill()
    nurse.wait_closed()
    lab.gateway.wait_for_log("the network is away", since=mark)
    known = [romeo.chat(f"nurse@{IRC_HOST}", f"are you there? {n}") for n in range(3)]
    first_contact = juliet.chat(f"nurse@{IRC_HOST}", "who are you?")
    in_vain = romeo.chat(f"nobody@{IRC_HOST}", "hello?")
    for client in (romeo, juliet):
        client.sync(IRC_HOST)
        assert not client.matching(kind="message", type="error")

    mark = lab.ircd.mark()
    lab.ircd.start()
    nurse = people.irc(lab, "nurse")
    lab.ircd.wait_for_link(since=mark, timeout=90)
    for n in range(3):
        line = nurse.expect(r"^:romeo!\S+ PRIVMSG nurse :(.*)$", timeout=30)
        assert line.group(1) == f"are you there? {n}"
    nurse.expect_message("nurse", "who are you?", "juliet", timeout=30)
    assert romeo.expect(kind="message", type="error", id=in_vain, timeout=30).error == \
        "item-not-found"
    nurse.say("romeo", "yes")
    romeo.expect(kind="message", type="chat", body="yes")
    nurse.sync()
    assert not nurse.matching(r"PRIVMSG nurse :"), "delivered once"
    assert not [s for s in romeo.matching(type="error") if s.id in known]
    assert not juliet.matching(type="error", id=first_contact)


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
    lost(romeo)
    # The gateway waits before it tries again, a client does not.
    mark = lab.ircd.mark()
    lab.ircd.start()
    thief = people.irc(lab, "thief", "#verona")
    thief.send("NICK romeo")
    thief.expect(r"NICK :?romeo$| 433 ")
    lab.ircd.wait_for_link(since=mark, timeout=90)
    back(romeo)
    romeo.say(ROOM, "under which name?")
    said = thief.expect(r"^:([^!]+)!\S+ PRIVMSG #verona :under which name\?$", timeout=30)
    thief.sync()
    assert romeo.expect(kind="message", body="under which name?").nick == said.group(1)
