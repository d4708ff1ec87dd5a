# SPDX-License-Identifier: GPL-2.0-or-later
"""What no sane server would send. The gateway survives all of it, answers what can be answered,
and serves the next one."""
import re
from xml.sax.saxutils import quoteattr

import pytest

from clients import DEADLINE, MUC, FakeIrcd, FakeXmppServer, unique
from conftest import needs
from servers import IRC_HOST, LINK_NAME, Ngircd, Tombolo, free_port

ROMEO = "romeo@example.org/test"
ROOM = f"#verona@{IRC_HOST}"


@pytest.fixture
def xmpp():
    server = FakeXmppServer(free_port())
    yield server
    server.close()


@pytest.fixture
def ircd(make_server):
    needs("ngircd")
    return make_server(Ngircd)


@pytest.fixture
def gateway(make_server, xmpp, ircd):
    """Tombolo between a fake XMPP server and a real ngIRCd."""
    ircd.start()
    one = make_server(Tombolo)
    one.attach(xmpp, message_rate=10000, message_burst=10000).link(ircd)
    one.start()
    xmpp.wait_connected()
    ircd.wait_for_link()
    yield one
    assert one.process and one.process.poll() is None, "the gateway died"


def ask(xmpp, payload="<ping xmlns='urn:xmpp:ping'/>", to=IRC_HOST, timeout=DEADLINE):
    number = unique("ask")
    xmpp.send(f"<iq type='get' from='{ROMEO}' to={quoteattr(to)} id='{number}'>{payload}</iq>")
    return xmpp.expect(kind="iq", id=number, timeout=timeout)


def join(xmpp, room=ROOM, nick="romeo", sender=ROMEO):
    xmpp.send(f"<presence from='{sender}' to={quoteattr(f'{room}/{nick}')}><x xmlns='{MUC}'/>"
              "</presence>")
    return xmpp.until(lambda s: s.to == sender and (
        s.kind == "message" and s.subject is not None or s.type == "error"), bare=room)


def still_works(xmpp):
    assert ask(xmpp).type == "result"


# ---- from XMPP: too much ----

def nested(depth):
    return "<a xmlns='urn:a'>" + "<a>" * (depth - 1) + "</a>" * depth


TOO_MUCH = {
    "a body of 10 MB": lambda: f"<body>{'x' * 10_000_000}</body>",
    "100,000 children": lambda: "<a xmlns='urn:a'/>" * 100_000,
    "depth 100,000": lambda: nested(100_000),
    "25,000 attributes": lambda: "<a xmlns='urn:a' "
                                 + " ".join(f"a{n}='1'" for n in range(25_000)) + "/>",
    "an attribute of 1 MB": lambda: f"<a xmlns='urn:a' b='{'x' * 1_000_000}'/>",
    "a name of 1 MB": lambda: f"<{'a' * 1_000_000} xmlns='urn:a'/>",
}


@pytest.mark.parametrize("what", TOO_MUCH)
@pytest.mark.parametrize("kind", ["message", "iq"])
def test_too_much(gateway, xmpp, what, kind):
    """The stanza is skipped and answered; the stream lives."""
    number = unique("big")
    kind_type = "chat" if kind == "message" else "get"
    xmpp.send(f"<{kind} type='{kind_type}' from='{ROMEO}' to='nurse@{IRC_HOST}' id='{number}'>"
              f"{TOO_MUCH[what]()}</{kind}>")
    answer = xmpp.expect(kind=kind, id=number, timeout=30)
    assert answer.error == "policy-violation" and answer.to == ROMEO
    still_works(xmpp)
    assert xmpp.connections == 1


def test_attributes_of_the_stanza_itself(gateway, xmpp):
    many = " ".join(f"a{n}='1'" for n in range(25_000))
    xmpp.send(f"<message type='chat' from='{ROMEO}' to='nurse@{IRC_HOST}' id='m' {many}/>")
    still_works(xmpp)


def test_as_much_as_servers_allow(gateway, xmpp, ircd, people):
    """Prosody and ejabberd let 256 KiB pass: that gets an answer too."""
    nurse = people.irc(ircd, "nurse", "#verona")
    join(xmpp)
    number = unique("long")
    xmpp.send(f"<message type='groupchat' from='{ROMEO}' to='{ROOM}' id='{number}'>"
              f"<body>{'word ' * 48_000}</body></message>")
    answer = xmpp.expect(kind="message", id=number, timeout=30)
    assert answer.type in ("groupchat", "error")
    still_works(xmpp)
    nurse.say("#verona", "are you well?")
    xmpp.expect(kind="message", body="are you well?", timeout=30)


def test_many_at_once(gateway, xmpp):
    """One client's storm leaves the others alone."""
    storm = "".join(f"<message type='chat' from='{ROMEO}' to='n{n}@{IRC_HOST}' id='s{n}'>"
                    "<body>x</body></message>" for n in range(20_000))
    xmpp.send(storm)
    assert ask(xmpp, timeout=30).type == "result"


# ---- from XMPP: nonsense ----

NOT_XML = {
    "invalid UTF-8": b"<message from='%s' to='nurse@%s'><body>\xff\xfe</body></message>",
    "overlong UTF-8": b"<message from='%s' to='nurse@%s'><body>\xc0\x8d\xc0\x8a</body></message>",
    "a surrogate": b"<message from='%s' to='nurse@%s'><body>\xed\xa0\x80</body></message>",
    "a control character": b"<message from='%s' to='nurse@%s'><body>\x01ACTION\x01</body></message>",
    "NUL": b"<message from='%s' to='nurse@%s'><body>\x00</body></message>",
    "a reference to NUL": b"<message from='%s' to='nurse@%s'><body>&#0;</body></message>",
    "wrong nesting": b"<message from='%s' to='nurse@%s'><body></message></body>",
    "an unknown entity": b"<message from='%s' to='nurse@%s'><body>&lol;</body></message>",
    "a DOCTYPE": b"<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><message from='%s' to='nurse@%s'/>",
    "a comment": b"<!-- x --><message from='%s' to='nurse@%s'><!-- y --></message>",
    "a processing instruction": b"<?php x?><message from='%s' to='nurse@%s'/>",
    "the end": b"</stream:stream><message from='%s' to='nurse@%s'/>",
    "a stream error": b"<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                      b"</stream:error><message from='%s' to='nurse@%s'/>",
}


@pytest.mark.parametrize("what", NOT_XML)
def test_not_xml(gateway, xmpp, ircd, what):
    """The stream may end for it; then it comes back."""
    xmpp.send(NOT_XML[what] % (ROMEO.encode(), IRC_HOST.encode()))
    if what == "a stream error":
        assert gateway.process.poll() is None
        gateway.wait_for_log("conflict")
        return
    number = unique("probe")
    try:
        xmpp.send(f"<iq type='get' from='{ROMEO}' to='{IRC_HOST}' id='{number}'>"
                  "<ping xmlns='urn:xmpp:ping'/></iq>")
    except OSError:
        pass  # it hung up already
    if not xmpp.wait_for_answer(number, connections=2, timeout=30):
        xmpp.wait_connected(2)
        still_works(xmpp)


ODD = [
    "<message from='{me}'><body>no to</body></message>",
    "<message to='nurse@{host}'><body>no from</body></message>",
    "<message/>",
    "<presence/>",
    "<iq/>",
    "<iq type='get'/>",
    "<iq type='get' from='{me}' to='{host}'/>",
    "<iq type='bogus' from='{me}' to='{host}' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='get' from='{me}' to='{host}'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<message from='{me}' to='other.example.net' id='1'><body>not ours</body></message>",
    "<presence from='{me}' to='#x@other.example.net/romeo'><x xmlns='" + MUC + "'/></presence>",
    "<iq type='get' from='{me}' to='other.example.net' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<message from='nurse@{host}' to='nurse@{host}' type='chat'><body>to myself</body></message>",
    "<presence from='{host}' to='{host}'/>",
    "<iq type='get' from='{host}' to='{host}' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<message from='not a jid@@' to='nurse@{host}'><body>x</body></message>",
    "<message from='@example.org' to='nurse@{host}'><body>x</body></message>",
    "<message from='{me}' to='@{host}'><body>x</body></message>",
    "<message from='{me}' to='#@{host}' type='groupchat'><body>x</body></message>",
    "<presence from='{me}' to='#@{host}/romeo'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a,b@{host}/romeo'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a b@{host}/romeo'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a\\20b@{host}/romeo'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a&#10;QUIT@{host}/romeo'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a@{host}/ro&#13;&#10;QUIT'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a@{host}/" + "n" * 1100 + "'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='" + "x" * 3000 + "@{host}/r'><x xmlns='" + MUC + "'/></presence>",
    "<presence from='{me}' to='#a@{host}/romeo'><x xmlns='" + MUC + "'><password>a&#10;b c"
    "</password><history maxstanzas='-5' seconds='x' since='never'/></x></presence>",
    "<presence from='{me}' to='#a@{host}/romeo' type='bogus'/>",
    "<presence from='{me}' to='nobody@{host}' type='subscribe'/>",
    "<presence from='{me}' to='{host}' type='unsubscribed'/>",
    "<message from='{me}' to='#a@{host}' type='bogus'><body>x</body></message>",
    "<message from='{me}' to='nurse@{host}' id='" + "i" * 5000 + "'><body>x</body></message>",
    "<message from='{me}' to='nurse@{host}'><body>a</body><body>b</body></message>",
    "<message from='{me}' to='nurse@{host}'><body><b>not text</b></body></message>",
    "<message from='{me}' to='nurse@{host}'><body>&#13;&#10;&#10;</body></message>",
    "<message xmlns='urn:other' from='{me}' to='nurse@{host}'><body>x</body></message>",
    "<unknown from='{me}' to='{host}'/>",
    "text between stanzas",
    "<iq type='set' from='{me}' to='#a@{host}' id='1'><query xmlns='http://jabber.org/protocol/"
    "muc#admin'/></iq>",
    "<iq type='set' from='{me}' to='#a@{host}' id='1'><query xmlns='http://jabber.org/protocol/"
    "muc#admin'><item/><item nick='&#10;' role='none'/><item nick='x' role='bogus'/></query></iq>",
    "<iq type='set' from='{me}' to='{host}' id='1'><query xmlns='jabber:iq:gateway'><prompt>a b\n"
    "</prompt></query></iq>",
]


@pytest.mark.parametrize("number", range(len(ODD)))
def test_odd_stanzas(gateway, xmpp, number):
    xmpp.send(ODD[number].format(me=ROMEO, host=IRC_HOST))
    still_works(xmpp)
    assert xmpp.connections == 1
    for stanza in xmpp.unread():
        host = stanza.sender.split("/")[0].rsplit("@", 1)[-1]
        assert host == IRC_HOST, f"sent as somebody else: {stanza}"


def test_nothing_odd_reaches_irc(gateway, xmpp, ircd, people):
    """All of the above at once, seen from IRC: no command of theirs is carried out."""
    nurse = people.irc(ircd, "nurse", "#a")
    for text in ODD:
        xmpp.send(text.format(me=ROMEO, host=IRC_HOST))
    still_works(xmpp)
    join(xmpp, f"#a@{IRC_HOST}", sender="juliet@example.org/test", nick="juliet")
    xmpp.send(f"<message type='groupchat' from='juliet@example.org/test' to='#a@{IRC_HOST}'>"
              "<body>the end</body></message>")
    nurse.expect_message("#a", "the end", "juliet")
    for line in nurse.unread():
        assert re.match(r":(nurse|romeo|juliet|\w+)!|:\S+ \d\d\d |:\S+ (MODE|PONG)", line), line
        assert " QUIT" not in line
    assert ircd.log().count(f'Server "{LINK_NAME}"') <= 2, "the link was never lost"


# ---- from IRC ----

@pytest.fixture
def fake_ircd():
    server = FakeIrcd(free_port())
    yield server
    server.close()


@pytest.fixture
def fake_gateway(make_server, xmpp, fake_ircd):
    """Tombolo between two fakes."""
    one = make_server(Tombolo)
    one.attach(xmpp).link(fake_ircd)
    one.start()
    xmpp.wait_connected()
    fake_ircd.wait_linked()
    yield one
    assert one.process and one.process.poll() is None, "the gateway died"


BAD_LINES = {
    "64 KiB": b":alice PRIVMSG #verona :" + b"x" * 65536,
    "64 KiB without space": b"x" * 65536,
    "NUL": b":alice PRIVMSG #verona :a\x00b",
    "bare CR": b":alice PRIVMSG #verona :a\rQUIT :b",
    "empty": b"",
    "spaces": b"   ",
    "a colon": b":",
    "only a source": b":alice",
    "only a source and a space": b":alice ",
    "1000 parameters": b":alice PRIVMSG " + b"x " * 200,
    "not UTF-8": b":al\xff\xfe PRIVMSG #ver\xff :\xff\xfe\x80",
    "control characters": b":alice PRIVMSG #verona :" + bytes(range(1, 10)) + bytes(range(14, 32)),
    "unknown source": b":stranger PRIVMSG #verona :boo",
    "no source": b"PRIVMSG #verona :boo",
    "unknown command": b":alice FROBNICATE a b c",
    "unknown numeric": b":ircd.example.org 999 x :y",
    "tags": b"@time=x;a=b :alice PRIVMSG #verona :tagged",
    "CTCP in the middle": b":alice PRIVMSG #verona :\x01ACTION",
    "empty CTCP": b":alice PRIVMSG #verona :\x01\x01",
    "formatting": b":alice PRIVMSG #verona :\x02\x02\x03\x0399,99\x1d\x16\x04ffffff\x11",
}
COMMANDS = ("NICK USER SERVER PASS NJOIN JOIN PART QUIT KICK KILL MODE TOPIC PRIVMSG NOTICE "
            "SQUIT PING PONG ERROR INVITE AWAY WHOIS CHANINFO METADATA SVSNICK SERVICE WALLOPS "
            "VERSION TIME ADMIN INFO MOTD STATS LINKS LUSERS CONNECT GLINE KLINE DIE REHASH 001 005 "
            "376 433 401 404 311 318").split()
PARAMETERS = [b"", b" ", b" :", b" #verona", b" romeo", b" alice", b" #verona romeo", b" nobody nobody",
              b" #verona +o", b" #verona +ovb-k+l", b" #verona +kl", b" alice +a", b" alice :",
              b" #verona :romeo,alice,@nobody,", b" ,,, ,,,", b" #verona,#verona :x",
              b" \xff\xfe :\xff", b" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18", b" #verona\x07o",
              b" #verona +lk 99999999999999999999 :", b" romeo romeo romeo romeo romeo romeo :romeo"]


def irc_still_works(xmpp, fake_ircd, links):
    """On the same link, or on the next one. Returns how many there were."""
    try:
        talk(xmpp, fake_ircd)
    except (AssertionError, OSError):
        fake_ircd.wait_linked(links + 1, timeout=60)
        talk(xmpp, fake_ircd)
    return fake_ircd.links


def talk(xmpp, fake_ircd):
    """Somebody new from XMPP hears somebody new from IRC."""
    number = unique()
    room = f"#room{number}@{IRC_HOST}"
    answer = join(xmpp, room, f"watcher{number}", f"watcher{number}@example.org/test")
    assert answer[-1].type != "error", answer[-1]
    fake_ircd.introduce(f"probe{number}", f"#room{number}")
    fake_ircd.send(f":probe{number} PRIVMSG #room{number} :still there?")
    xmpp.expect(kind="message", body="still there?", bare=room, timeout=5)
    still_works(xmpp)


def test_bad_lines(fake_gateway, xmpp, fake_ircd):
    fake_ircd.introduce("alice", "#verona")
    join(xmpp)
    links = 1
    for what, line in BAD_LINES.items():
        fake_ircd.send(line)
        now = irc_still_works(xmpp, fake_ircd, links)
        assert now == links, f"the link did not survive {what}"


def test_every_command_with_odd_parameters(fake_gateway, xmpp, fake_ircd):
    fake_ircd.introduce("alice", "#verona")
    join(xmpp)
    links = 1
    workers = fake_gateway.workers()
    for command in COMMANDS:
        for source in (b"", b":alice ", b":romeo ", b":ircd.example.org ", b":nobody "):
            try:
                for parameters in PARAMETERS:
                    fake_ircd.send(source + command.encode() + parameters)
            except OSError:
                pass  # it hung up, as it may on ERROR or SQUIT
        links = irc_still_works(xmpp, fake_ircd, links)
        assert fake_gateway.workers() == workers, f"the worker died of {command}"


def test_a_flood_from_irc(fake_gateway, xmpp, fake_ircd):
    """More than anybody reads: memory stays bounded, order is kept."""
    fake_ircd.introduce("alice", "#verona")
    join(xmpp)
    block = b"".join(b":alice PRIVMSG #verona :flood %d\r\n" % n for n in range(50_000))
    fake_ircd.send(block + b":alice PRIVMSG #verona :dry again")
    seen = xmpp.until(kind="message", body="dry again", timeout=60)
    numbers = [int(s.body.split()[1]) for s in seen if s.body and s.body.startswith("flood")]
    assert numbers == sorted(numbers) and len(numbers) == len(set(numbers))


def test_a_gateway_that_claims_to_be_somebody(fake_gateway, xmpp, fake_ircd):
    """The daemon introduces people with our users' names, twice, and with impossible ones."""
    join(xmpp)
    for nick in (b"romeo", b"romeo", b"ROMEO", b"", b"a b", b"\xff", b"x" * 500, b"#verona", b"a@b/c",
                 b"&<>'\""):
        try:
            fake_ircd.send(b":ircd.example.org NICK " + nick + b" 1 u h 1 + :x")
            fake_ircd.send(b":" + nick + b" JOIN #verona")
            fake_ircd.send(b":" + nick + b" PRIVMSG #verona :hello")
        except OSError:
            fake_ircd.wait_linked(fake_ircd.links + 1, timeout=60)
    irc_still_works(xmpp, fake_ircd, fake_ircd.links)
