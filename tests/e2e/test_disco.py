# SPDX-License-Identifier: GPL-2.0-or-later
"""What the component, its rooms and its people answer to questions."""
import threading

import pytest

from clients import DISCO_INFO, DISCO_ITEMS, MUC, unique
from servers import IRC_HOST, LINK_NAME

PING = "<ping xmlns='urn:xmpp:ping'/>"


def info(client, to):
    query = client.iq(to, f"<query xmlns='{DISCO_INFO}'/>").child("query", DISCO_INFO)
    identities = {(i.get("category"), i.get("type")) for i in query if i.tag.endswith("}identity")}
    features = {f.get("var") for f in query if f.tag.endswith("}feature")}
    return identities, features


def test_component(romeo):
    identities, features = info(romeo, IRC_HOST)
    assert ("gateway", "irc") in identities and ("conference", "irc") in identities
    assert {DISCO_INFO, DISCO_ITEMS, MUC, "urn:xmpp:ping", "jabber:iq:version",
            "jabber:iq:gateway"} <= features


def test_rooms_of_the_component(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    items = romeo.iq(IRC_HOST, f"<query xmlns='{DISCO_ITEMS}'/>").child("query")
    assert room in {item.get("jid") for item in items}


def test_secret_rooms_are_not_listed(romeo, juliet, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.send(f"MODE {channel} +s")
    nurse.expect(rf" MODE {channel} ")
    nurse.sync()
    romeo.sync(IRC_HOST)
    items = juliet.iq(IRC_HOST, f"<query xmlns='{DISCO_ITEMS}'/>").child("query")
    assert room not in {item.get("jid") for item in items}


def test_room(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.send(f"MODE {channel} +mi")
    nurse.expect(rf" MODE {channel} ")
    nurse.sync()
    identities, features = info(romeo, room)
    assert ("conference", "irc") in identities or ("conference", "text") in identities
    assert {MUC, "muc_moderated", "muc_membersonly", "muc_unsecured"} <= features


def test_room_that_does_not_exist(romeo, room):
    """A client asks before it makes one."""
    answer = romeo.iq(room, f"<query xmlns='{DISCO_INFO}'/>")
    assert answer.type == "result" or answer.error == "item-not-found"


def test_peer(romeo, nurse):
    identities, _ = info(romeo, f"{nurse.nick}@{IRC_HOST}")
    assert any(category in ("client", "account") for category, _ in identities)


def test_peer_that_does_not_exist(romeo):
    """It may exist tomorrow: an answer that promises nothing is as good as an error."""
    answer = romeo.iq(f"nobody-at-all@{IRC_HOST}", f"<query xmlns='{DISCO_INFO}'/>")
    assert answer.type == "result" or answer.error in ("item-not-found", "service-unavailable")


def test_unknown_node(romeo):
    answer = romeo.iq(IRC_HOST, f"<query xmlns='{DISCO_INFO}' node='no-such'/>")
    assert answer.error == "item-not-found"


def test_ping(romeo, nurse, channel, room):
    nurse.join(channel)
    assert romeo.iq(IRC_HOST, PING).type == "result"
    assert romeo.iq(f"{nurse.nick}@{IRC_HOST}", PING).error == "not-acceptable", "not on IRC yet"
    romeo.join(room)
    assert romeo.iq(f"{nurse.nick}@{IRC_HOST}", PING).type == "result"
    assert romeo.iq(f"nobody-at-all@{IRC_HOST}", PING).error == "item-not-found"


def test_self_ping(romeo, room):
    """XEP-0410: am I still in?"""
    assert romeo.iq(f"{room}/{romeo.user}", PING).error == "not-acceptable"
    romeo.join(room)
    assert romeo.iq(f"{room}/{romeo.user}", PING).type == "result"
    romeo.leave(room)
    romeo.expect(kind="presence", type="unavailable", bare=room)
    assert romeo.iq(f"{room}/{romeo.user}", PING).error == "not-acceptable"


def test_self_ping_is_by_resource(lab, people, romeo, room):
    romeo.join(room)
    phone = people.xmpp(lab, romeo.user, resource="phone", account=False)
    assert phone.iq(f"{room}/{romeo.user}", PING).error == "not-acceptable"


def test_self_ping_after_a_kick(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.send(f"KICK {channel} {romeo.user}")
    romeo.expect(kind="presence", type="unavailable", bare=room)
    assert romeo.iq(f"{room}/{romeo.user}", PING).error == "not-acceptable"


def test_version(romeo):
    query = romeo.iq(IRC_HOST, "<query xmlns='jabber:iq:version'/>").child("query")
    values = {child.tag.split("}")[1]: child.text for child in query}
    assert values["name"] == "Tombolo" and values["version"]


def test_version_of_a_peer_asks_the_peer(romeo, nurse, room):
    """CTCP VERSION, answered by the person's own client."""
    romeo.join(room)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(romeo.iq(
        f"{nurse.nick}@{IRC_HOST}", "<query xmlns='jabber:iq:version'/>")))
    thread.start()
    who = nurse.expect(rf"^:([^!]+)!\S+ PRIVMSG {nurse.nick} :\x01VERSION\x01$").group(1)
    nurse.send(f"NOTICE {who} :\x01VERSION NurseIRC 1.0\x01")
    thread.join()
    assert "NurseIRC 1.0" in str(answers[0])


def test_time(romeo):
    answer = romeo.iq(IRC_HOST, "<time xmlns='urn:xmpp:time'/>").child("time", "urn:xmpp:time")
    values = {child.tag.split("}")[1]: child.text for child in answer}
    assert values["utc"].endswith("Z") and values["tzo"]


def test_uptime(romeo):
    query = romeo.iq(IRC_HOST, "<query xmlns='jabber:iq:last'/>").child("query")
    assert int(query.get("seconds")) >= 0


def test_idle_time_of_a_peer(romeo, nurse, room):
    romeo.join(room)
    answer = romeo.iq(f"{nurse.nick}@{IRC_HOST}", "<query xmlns='jabber:iq:last'/>")
    assert int(answer.child("query").get("seconds")) >= 0


def test_legacy_name_to_jid(romeo):
    prompt = romeo.iq(IRC_HOST, "<query xmlns='jabber:iq:gateway'/>").child("query")
    assert any(child.tag.endswith("}prompt") for child in prompt)
    answer = romeo.iq(IRC_HOST, "<query xmlns='jabber:iq:gateway'><prompt>Nurse</prompt></query>",
                      "set").child("query")
    jids = [child.text for child in answer if child.tag.endswith("}jid")]
    assert jids[0].lower() == f"nurse@{IRC_HOST}"


@pytest.mark.parametrize("to", [IRC_HOST, f"#x@{IRC_HOST}", f"somebody@{IRC_HOST}"])
@pytest.mark.parametrize("kind", ["get", "set"])
def test_unknown_requests(romeo, to, kind):
    answer = romeo.iq(to, "<query xmlns='urn:example:unknown'/>", kind)
    assert answer.type == "error"
    assert answer.error in ("service-unavailable", "feature-not-implemented", "item-not-found",
                            "not-acceptable")
    if to == IRC_HOST:
        assert answer.error == "service-unavailable"


def test_no_answer_to_answers(romeo):
    """An error is never answered by an error."""
    romeo.send(f"<iq type='result' to='{IRC_HOST}' id='unasked'/>")
    romeo.send(f"<iq type='error' to='{IRC_HOST}' id='unasked2'><error type='cancel'/></iq>")
    romeo.send(f"<message type='error' to='nobody@{IRC_HOST}' id='unasked3'><body>x</body>"
               "<error type='cancel'/></message>")
    romeo.send(f"<presence type='error' to='#x@{IRC_HOST}/x' id='unasked4'/>")
    romeo.sync(IRC_HOST)
    assert not romeo.matching(id=lambda i: i and i.startswith("unasked"))


def test_iq_with_wrong_type_or_payload(romeo):
    for payload in ("", "<a xmlns='urn:a'/><b xmlns='urn:b'/>"):
        answer = romeo.iq(IRC_HOST, payload)
        assert answer.type == "error"


def test_whois_shows_where_from(lab, romeo, nurse):
    romeo.chat(f"{nurse.nick}@{IRC_HOST}", "hi")
    nurse.expect_message(nurse.nick, "hi")
    nurse.send(f"WHOIS {romeo.user} {romeo.user}")
    assert nurse.expect(rf" 312 \S+ {romeo.user} (\S+) ").group(1) == LINK_NAME
    nurse.expect(r" 318 ")


def test_rooms_of_the_network_by_pages(romeo, nurse):
    """Channels where nobody of XMPP is, too; secret ones not."""
    channels = [unique(f"#page-{i}-") for i in range(3)]
    for name in channels:
        nurse.join(name)
    secret = unique("#page-secret")
    nurse.join(secret)
    nurse.send(f"MODE {secret} +s")
    nurse.sync()

    def page(after=""):
        answer = romeo.iq(IRC_HOST, f"<query xmlns='{DISCO_ITEMS}'><set "
                          f"xmlns='http://jabber.org/protocol/rsm'><max>1</max>{after}</set>"
                          "</query>")
        items = [item.get("jid") for item in answer.child("query") if item.tag.endswith("}item")]
        return items, answer
    seen, after = [], ""
    while True:
        items, answer = page(after)
        if not items:
            break
        seen += items
        assert len(items) == 1 and len(seen) < 1000
        after = f"<after>{items[-1]}</after>"
    assert {f"{name}@{IRC_HOST}" for name in channels} <= set(seen)
    assert f"{secret}@{IRC_HOST}" not in seen and len(seen) == len(set(seen))
