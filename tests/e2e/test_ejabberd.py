# SPDX-License-Identifier: GPL-2.0-or-later
"""The main conversation once more, with ejabberd as the XMPP server."""
import pytest

from clients import DISCO_INFO, unique
from conftest import needs
from servers import IRC_HOST, Ejabberd

ROOM = f"#verona@{IRC_HOST}"


@pytest.fixture
def lab(private_lab):
    needs("ejabberdctl", "erl")
    return private_lab(xmpp=Ejabberd)


def test_the_main_conversation(lab, people):
    romeo, nurse = people.xmpp(lab, unique("romeo")), people.irc(lab, "nurse", "#verona")
    nurse.send("TOPIC #verona :In fair Verona")
    nurse.sync()

    *presences, subject = romeo.join(ROOM)
    assert [s.nick for s in presences] == ["nurse", romeo.user]
    assert 110 in presences[-1].codes and subject.subject == "In fair Verona"

    number = romeo.say(ROOM, "Wherefore art thou? ☺")
    nurse.expect_message("#verona", "Wherefore art thou? ☺", romeo.user)
    own = romeo.expect(kind="message", nick=romeo.user)
    assert own.id == number and own.stanza_id and own.occupant_id
    nurse.say("#verona", "Anon, good nurse!")
    assert romeo.expect(kind="message", nick="nurse").body == "Anon, good nurse!"

    romeo.chat(f"nurse@{IRC_HOST}", "psst")
    nurse.expect_message("nurse", "psst", romeo.user)
    nurse.say(romeo.user, "what?")
    assert romeo.expect(kind="message", type="chat").bare == f"nurse@{IRC_HOST}"

    assert romeo.iq(IRC_HOST, f"<query xmlns='{DISCO_INFO}'/>").type == "result"
    assert romeo.iq(IRC_HOST, "<query xmlns='urn:example:unknown'/>").error == \
        "service-unavailable"

    nurse.send(f"KICK #verona {romeo.user} :out")
    gone = romeo.expect(kind="presence", nick=romeo.user, type="unavailable")
    assert {110, 307} <= gone.codes
    romeo.join(ROOM)
    romeo.leave(ROOM)
    romeo.expect(kind="presence", nick=romeo.user, type="unavailable")


def test_ejabberd_comes_back(lab, people):
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    mark = lab.xmpp.mark()
    lab.xmpp.kill()
    romeo.wait_closed()
    lab.xmpp.start()
    lab.xmpp.wait_for_component(since=mark, timeout=90)
    # Accounts made just before a crash are gone: it writes them a moment later.
    juliet = people.xmpp(lab, "juliet")
    juliet.join(ROOM)
    juliet.say(ROOM, "back")
    nurse.expect_message("#verona", "back", "juliet")
