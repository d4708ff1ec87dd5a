# SPDX-License-Identifier: GPL-2.0-or-later
"""gateway.conf: mistakes are named with file, section and key; SIGHUP reads it again."""
import os
import re
import signal

import pytest

from clients import unique
from servers import IRC_HOST, Ngircd, Prosody, Tombolo

ROOM = f"#verona@{IRC_HOST}"


@pytest.fixture
def gateway(make_server):
    """Configured for servers that do not run."""
    one = make_server(Tombolo)
    return one.attach(make_server(Prosody)).link(make_server(Ngircd))


def check(gateway, *more):
    return gateway.run("check", *more, "-c", gateway.path("gateway.conf"))


def test_a_good_one(gateway):
    status, output = check(gateway)
    assert status == 0, output


MISTAKES = [
    # where, key, value, what the message must say besides
    ("gateway", "colour", "blue", ""),
    ("gateway", "log-level", "loud", "debug"),
    ("component irc.example.org", "server", "nonsense", "(?i)host:port"),
    ("component irc.example.org", "server", "127.0.0.1:99999", ""),
    ("component irc.example.org", "rooms-per-user", "many", "number"),
    ("component irc.example.org", "rooms-per-user", "-1", ""),
    ("component irc.example.org", "allow", "not a jid@@", ""),
    ("component irc.example.org", "network", "nowhere", "irc nowhere|no section"),
    ("component irc.example.org", "secret", None, ""),
    ("irc example", "daemon", "unrealircd", "ngircd"),
    ("irc example", "server-name", "no spaces please", ""),
    ("irc example", "tls", "perhaps", "yes"),
    ("irc example", "send-password", None, ""),
    ("irc example", "charset", "KLINGON-8", ""),
    ("irc example", "tls-fingerprint", "12:34", ""),
    ("irc example", "nonsense", "1", ""),
]


@pytest.mark.parametrize("section, key, value, hint", MISTAKES,
                         ids=[f"{s.split()[0]}-{k}-{v}" for s, k, v, _ in MISTAKES])
def test_mistakes(gateway, section, key, value, hint):
    kind = section.split()[0]
    table = {"gateway": gateway.gateway, "component": gateway.components.get(IRC_HOST),
             "irc": gateway.networks.get("example")}[kind]
    table[key] = value
    for words in (("check",), ("run",)):
        gateway.configure()
        status, output = gateway.run(*words, "-c", gateway.path("gateway.conf"))
        assert status not in (0, None) and status > 0
        assert "gateway.conf" in output and f"[{section}]" in output and key in output, output
        assert re.search(hint, output), output


def test_a_section_nobody_knows(gateway):
    gateway.more = "\n[telegraph x]\nkey = 1\n"
    status, output = check(gateway)
    assert status > 0 and "telegraph" in output


def test_not_a_config_at_all(gateway):
    gateway.config = lambda: "hello world\n"
    status, output = check(gateway)
    assert status > 0 and "gateway.conf" in output


def test_no_file(gateway):
    status, output = gateway.run("run", "-c", "/nonexistent/gateway.conf")
    assert status > 0 and "/nonexistent/gateway.conf" in output


def test_version(gateway):
    status, output = gateway.run("version")
    assert status == 0 and re.search(r"tombolo \d+\.\d+", output, re.I)


@pytest.mark.parametrize("words", [("frobnicate",), ("run", "--frobnicate"), ("check", "extra")])
def test_usage(gateway, words):
    status, output = gateway.run(*words)
    assert status == 2 and "tombolo" in output


@pytest.fixture
def connectable(private_lab):
    """Both servers run, the gateway does not."""
    lab = private_lab(start=False)
    lab.xmpp.start()
    lab.ircd.start()
    lab.gateway.attach(lab.xmpp).link(lab.ircd)
    return lab


def test_check_connects(connectable):
    status, output = check(connectable.gateway, "--connect")
    assert status == 0, output
    assert IRC_HOST in output and "example" in output


@pytest.mark.slow
def test_check_finds_a_wrong_secret(connectable):
    connectable.gateway.attach(connectable.xmpp, secret="wrong")
    status, output = check(connectable.gateway, "--connect")
    assert status > 0 and "secret" in output


@pytest.mark.slow
def test_check_finds_a_wrong_password(connectable):
    connectable.gateway.link(connectable.ircd, send_password="wrong")
    status, output = check(connectable.gateway, "--connect")
    assert status > 0 and "password" in output.lower()


@pytest.mark.slow
def test_check_finds_nobody(connectable):
    lab = connectable
    lab.ircd.stop()
    lab.xmpp.stop()
    status, output = check(lab.gateway, "--connect")
    assert status > 0
    assert f":{lab.xmpp.component_port}" in output and f":{lab.ircd.port}" in output


def test_reload(private_lab, people):
    lab = private_lab()
    stranger = people.xmpp(lab, unique("stranger"), domain="example.net")
    assert stranger.join(ROOM)[-1].type == "error"

    mark = lab.gateway.mark()
    lab.gateway.components[IRC_HOST]["allow"] = "example.org, example.net"
    lab.gateway.configure()
    lab.gateway.signal(signal.SIGHUP)
    lab.gateway.wait_for_log("(?i)reload|read again", since=mark)
    assert stranger.join(ROOM)[-1].subject is not None


def test_a_reload_shuts_somebody_out(private_lab, people):
    """`allow` counts at once, also for those who are inside: they can read no more either."""
    lab = private_lab(allow="example.org, example.net")
    romeo, guest = people.xmpp(lab, "romeo"), people.xmpp(lab, "guest", domain="example.net")
    nurse = people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    guest.join(ROOM)
    guest.say(ROOM, "let me in")
    nurse.expect_message("#verona", "let me in", "guest")
    romeo.expect(kind="message", body="let me in")

    mark = lab.gateway.mark()
    lab.gateway.components[IRC_HOST]["allow"] = "example.org"
    lab.gateway.configure()
    lab.gateway.signal(signal.SIGHUP)
    lab.gateway.wait_for_log("(?i)reload|read again", since=mark)
    gone = guest.expect(kind="presence", nick="guest", type="unavailable", bare=ROOM)
    assert 110 in gone.codes
    nurse.expect(r"^:guest!\S+ (PART|QUIT)")
    for to, kind in ((ROOM, "groupchat"), (f"nurse@{IRC_HOST}", "chat")):
        number = guest.say(to, "am I still welcome?", kind)
        assert guest.expect(kind="message", type="error", id=number).error in (
            "forbidden", "not-allowed")
    romeo.say(ROOM, "I am")
    nurse.expect_message("#verona", "I am", "romeo")
    assert not nurse.matching("still welcome")
    assert not guest.matching(kind="message", body="I am")
    assert guest.join(ROOM)[-1].type == "error"


def test_reload_says_what_needs_a_restart(private_lab, people):
    lab = private_lab()
    mark = lab.gateway.mark()
    lab.gateway.gateway["store"] = lab.gateway.path("other.sqlite")
    lab.gateway.configure()
    lab.gateway.signal(signal.SIGHUP)
    lab.gateway.wait_for_log("store.*(restart|next start)", since=mark)
    assert not os.path.exists(lab.gateway.path("other.sqlite"))


def test_reload_of_a_broken_file_changes_nothing(private_lab, people):
    lab = private_lab()
    romeo = people.xmpp(lab, "romeo")
    mark = lab.gateway.mark()
    lab.gateway.components[IRC_HOST]["allow"] = "nobody.example"
    lab.gateway.components[IRC_HOST]["rooms-per-user"] = "many"
    lab.gateway.configure()
    lab.gateway.signal(signal.SIGHUP)
    lab.gateway.wait_for_log("rooms-per-user", since=mark)
    assert romeo.join(ROOM)[-1].subject is not None


def test_nothing_secret_is_logged(private_lab, people):
    def configure(lab):
        lab.gateway.gateway["log-level"] = "debug"
    lab = private_lab(configure)
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    romeo.say(ROOM, "a-secret-from-romeo")
    nurse.expect_message("#verona", "a-secret-from-romeo")
    nurse.say("#verona", "a-secret-from-the-nurse")
    romeo.expect(kind="message", body="a-secret-from-the-nurse")
    lab.gateway.stop()
    for secret in ("a-secret-from", lab.xmpp.secret, lab.ircd.send_password,
                   lab.ircd.accept_password):
        assert secret not in lab.gateway.log()
