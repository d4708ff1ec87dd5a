# SPDX-License-Identifier: GPL-2.0-or-later
"""Those who talk: XMPP clients (slixmpp), IRC clients (a raw socket), and two fakes that stand in
for an XMPP server and an IRC daemon where a test wants to send what no real one would.

All are used from plain, synchronous code: what comes in is put in an Inbox by a thread, and
expect() waits for it with a deadline.
"""
import asyncio
import hashlib
import itertools
import logging
import re
import socket
import threading
import time
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

DEADLINE = 10
PASSWORD = "a-password"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
MUC_ADMIN = "http://jabber.org/protocol/muc#admin"
MUC_OWNER = "http://jabber.org/protocol/muc#owner"
DELAY = "urn:xmpp:delay"
SID = "urn:xmpp:sid:0"
OCCUPANT_ID = "urn:xmpp:occupant-id:0"
DISCO_INFO = "http://jabber.org/protocol/disco#info"
DISCO_ITEMS = "http://jabber.org/protocol/disco#items"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"

_numbers = itertools.count(1)


def unique(prefix="n"):
    """A name that no other test uses."""
    return f"{prefix}{next(_numbers)}"


class Inbox:
    """What has come in and was not yet asked for."""

    def __init__(self, name):
        self.name = name
        self._items = []
        self._taken = []
        self._closed = False
        self._news = threading.Condition()

    def put(self, item):
        with self._news:
            self._items.append(item)
            self._news.notify_all()

    def closed(self):
        """No more will come."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    def reopened(self):
        with self._news:
            self._closed = False

    def wait_closed(self, timeout=DEADLINE):
        with self._news:
            if not self._news.wait_for(lambda: self._closed, timeout):
                raise AssertionError(f"{self.name}: not closed within {timeout} s")

    def _wait(self, matches, take, what, timeout):
        end = time.monotonic() + timeout
        position = 0
        with self._news:
            while True:
                while position < len(self._items):
                    if matches(self._items[position]):
                        return take(position)
                    position += 1
                left = end - time.monotonic()
                if left <= 0 or self._closed:
                    seen = "\n  ".join(str(item)[:600] for item in self._items[-20:])
                    read = "\n  ".join(str(item)[:200] for item in self._taken[-5:])
                    why = "the connection is closed" if self._closed else f"{timeout} s"
                    raise AssertionError(f"{self.name}: no {what} ({why}); unread:\n  {seen}\n"
                                         f"read before:\n  {read}")
                self._news.wait(left)

    def _take_one(self, position):
        item = self._items.pop(position)
        self._taken.append(item)
        return item

    def _take_up_to(self, position):
        items = self._items[:position + 1]
        del self._items[:position + 1]
        self._taken.extend(items)
        return items

    def unread(self):
        with self._news:
            return list(self._items)

    def clear(self):
        with self._news:
            self._items.clear()


# ---- stanzas ----

def local_name(tag):
    return tag.rsplit("}", 1)[-1]


class Stanza:
    """A received message, presence or iq."""

    def __init__(self, xml):
        self.xml = xml
        self.kind = local_name(xml.tag)
        self.type = xml.get("type", "")
        self.id = xml.get("id")
        self.sender = xml.get("from", "")
        self.to = xml.get("to", "")

    def __str__(self):
        return ET.tostring(self.xml, encoding="unicode")

    @property
    def bare(self):
        return self.sender.split("/", 1)[0]

    @property
    def nick(self):
        """The resource of the sender: in a room, who it is."""
        return self.sender.split("/", 1)[1] if "/" in self.sender else None

    def child(self, name, namespace=None):
        """The first child element of that name."""
        for child in self.xml:
            if local_name(child.tag) == name and namespace in (None, child.tag[1:].split("}")[0]):
                return child
        return None

    def _text(self, name):
        child = self.child(name)
        return None if child is None else child.text or ""

    @property
    def body(self):
        return self._text("body")

    @property
    def subject(self):
        return self._text("subject")

    @property
    def show(self):
        return self._text("show")

    @property
    def status(self):
        return self._text("status")

    @property
    def codes(self):
        """MUC status codes."""
        user = self.child("x", MUC_USER)
        return set() if user is None else {
            int(status.get("code")) for status in user.findall(f"{{{MUC_USER}}}status")}

    @property
    def item(self):
        """The MUC item: its attributes, and `actor` and `reason` where told."""
        user = self.child("x", MUC_USER)
        item = None if user is None else user.find(f"{{{MUC_USER}}}item")
        if item is None:
            return {}
        values = dict(item.attrib)
        actor, reason = item.find(f"{{{MUC_USER}}}actor"), item.find(f"{{{MUC_USER}}}reason")
        if actor is not None:
            values["actor"] = actor.get("nick")
        if reason is not None:
            values["reason"] = reason.text
        return values

    @property
    def error(self):
        """The condition of an error stanza, None otherwise."""
        if self.type != "error":
            return None
        error = self.child("error")
        for child in error if error is not None else ():
            if child.tag.startswith(f"{{{STANZAS}}}") and local_name(child.tag) != "text":
                return local_name(child.tag)
        return "no-condition"

    @property
    def error_text(self):
        error = self.child("error")
        text = None if error is None else error.find(f"{{{STANZAS}}}text")
        return "" if text is None else text.text or ""

    @property
    def delay(self):
        """The time stamp of XEP-0203."""
        delay = self.child("delay", DELAY)
        return None if delay is None else delay.get("stamp")

    @property
    def stanza_id(self):
        ids = [child for child in self.xml if child.tag == f"{{{SID}}}stanza-id"]
        return ids[0].get("id") if ids else None

    @property
    def occupant_id(self):
        child = self.child("occupant-id", OCCUPANT_ID)
        return None if child is None else child.get("id")


class StanzaInbox(Inbox):
    """expect(kind="message", body="hi") and its like: each keyword is a property of Stanza, its
    value what it has to be, or a function that says whether it is right; `where` sees the
    stanza."""

    @staticmethod
    def _matcher(where, properties):
        def matches(stanza):
            for name, wanted in properties.items():
                value = getattr(stanza, name)
                if not (wanted(value) if callable(wanted) else value == wanted):
                    return False
            return where is None or where(stanza)
        return matches

    def expect(self, where=None, timeout=DEADLINE, **properties):
        """The first unread stanza that fits; others stay unread."""
        return self._wait(self._matcher(where, properties), self._take_one, properties, timeout)

    def until(self, where=None, timeout=DEADLINE, bare=None, **properties):
        """All unread stanzas up to the first that fits; with `bare` only those from there, and the
        others stay unread."""
        if bare:
            properties["bare"] = bare

        def take(position):
            taken = [item for item in self._items[:position + 1] if bare in (None, item.bare)]
            self._items[:position + 1] = [item for item in self._items[:position + 1]
                                          if bare not in (None, item.bare)]
            self._taken.extend(taken)
            return taken
        return self._wait(self._matcher(where, properties), take, properties, timeout)

    def matching(self, where=None, **properties):
        """Those among the unread that fit, without waiting."""
        return [item for item in self.unread() if self._matcher(where, properties)(item)]


# ---- XMPP client ----

class _Loop:
    """One asyncio loop in a thread, for all slixmpp clients."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, function, *arguments, timeout=DEADLINE):
        done = threading.Event()
        result = []

        def run():
            try:
                result.append((function(*arguments), None))
            except Exception as error:  # pylint: disable=broad-except
                result.append((None, error))
            done.set()
        self.loop.call_soon_threadsafe(run)
        if not done.wait(timeout):
            raise AssertionError("the XMPP clients' loop is stuck")
        value, error = result[0]
        if error:
            raise error
        return value


_loop = None


def loop():
    global _loop
    if _loop is None:
        for name in ("slixmpp", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        _loop = _Loop()
    return _loop


def register(server, user, domain="example.org", password=PASSWORD):
    """Makes an account, in-band (XEP-0077)."""
    with socket.create_connection(("127.0.0.1", server.client_port), DEADLINE) as connection:
        def talk(text, answer):
            connection.sendall(text.encode())
            got = b""
            while not re.search(answer, got):
                chunk = connection.recv(65536)
                assert chunk, f"{server.name} closed while registering {user}: {got}"
                got += chunk
            return got
        talk(f"<stream:stream to='{domain}' version='1.0' xmlns='jabber:client' "
             "xmlns:stream='http://etherx.jabber.org/streams'>", rb"</stream:features>")
        got = talk("<iq type='set' id='r'><query xmlns='jabber:iq:register'>"
                   f"<username>{user}</username><password>{password}</password></query></iq>",
                   rb"<iq[^>]*type=.(result|error)")
        assert b"error" not in got, got


class XmppClient(StanzaInbox):
    """An account with one resource, online."""

    def __init__(self, server, user=None, domain="example.org", resource=None, account=True,
                 online=True):
        user = user or unique("user")
        super().__init__(f"{user}/{resource or ''}")
        if account:
            register(server, user, domain)
        self.bare = f"{user}@{domain}"
        self.user = user
        self.server = server
        self.jid = f"{self.bare}/{resource or 'test'}"
        self._slix = None
        if online:
            self.connect()

    def connect(self, presence=True):
        started = threading.Event()
        failed = []

        def begin():
            import slixmpp  # late, so that what needs no client can do without
            slix = slixmpp.ClientXMPP(self.jid, PASSWORD)
            slix.loop = loop().loop
            slix.auto_authorize = None
            slix.auto_subscribe = False
            slix.whitespace_keepalive = False
            slix.add_filter("in", self._on_stanza)
            slix.add_event_handler("session_start", lambda _: started.set())
            slix.add_event_handler("failed_auth", lambda _: (failed.append(1), started.set()))
            slix.add_event_handler("disconnected", lambda _: self.closed())
            slix["feature_mechanisms"].unencrypted_plain = True
            slix.connect(("127.0.0.1", self.server.client_port), use_ssl=False,
                         force_starttls=False, disable_starttls=True)
            return slix
        self.reopened()
        self._slix = loop().call(begin)
        if not started.wait(DEADLINE) or failed:
            raise AssertionError(f"{self.jid} could not log in")
        if presence:
            # Only who has asked for the contact list is told of changes to it.
            self.iq(self.bare, "<query xmlns='jabber:iq:roster'/>")
            self.send("<presence/>")
        return self

    def _on_stanza(self, stanza):
        if local_name(stanza.xml.tag) in ("message", "presence", "iq"):
            self.put(Stanza(stanza.xml))
        return stanza

    def is_connected(self):
        return self._slix is not None and self._slix.is_connected()

    def send(self, xml):
        """ConnectionError when the stream is gone."""
        if not self.is_connected():
            raise ConnectionError(f"{self.jid} is not connected")
        loop().call(self._slix.send_raw, xml)

    def disconnect(self):
        """Closes the stream; the server tells everybody that we are unavailable."""
        if self._slix is not None:
            loop().call(self._slix.disconnect)
            self.wait_closed()
            self._slix = None

    def vanish(self):
        """Cuts the connection."""
        loop().call(self._slix.abort)
        self.wait_closed()
        self._slix = None

    # what people do

    def join(self, room, nick=None, password=None, inner="", wait=True):
        """Joins; returns what came, up to the subject (or the error)."""
        nick = nick or self.user
        secret = f"<password>{escape(password)}</password>" if password is not None else ""
        self.send(f"<presence to={quoteattr(f'{room}/{nick}')}><x xmlns='{MUC}'>{secret}{inner}"
                  "</x></presence>")
        if not wait:
            return None
        return self.until(lambda s: (
            s.kind == "message" and s.subject is not None and s.body is None or
            s.kind == "presence" and s.type == "error"), bare=room)

    def leave(self, room, nick=None, status=""):
        nick = nick or self.user
        status = f"<status>{escape(status)}</status>" if status else ""
        self.send(f"<presence type='unavailable' to={quoteattr(f'{room}/{nick}')}>{status}"
                  "</presence>")

    def say(self, to, body, kind="groupchat", inner=""):
        """Sends a message; returns its id."""
        number = unique("m")
        self.send(f"<message type='{kind}' to={quoteattr(to)} id='{number}'>"
                  f"<body>{escape(body)}</body>{inner}</message>")
        return number

    def chat(self, to, body, inner=""):
        return self.say(to, body, "chat", inner)

    def iq(self, to, payload, kind="get", timeout=DEADLINE):
        """The answer to a request, be it a result or an error."""
        number = unique("q")
        self.send(f"<iq type='{kind}' to={quoteattr(to)} id='{number}'>{payload}</iq>")
        return self.expect(lambda s: s.kind == "iq" and s.id == number and
                           s.type in ("result", "error"), timeout=timeout)

    def sync(self, host):
        """Returns when the gateway has handled all that we sent before, and we have seen all that
        it had said to us by then."""
        self.iq(host, "<ping xmlns='urn:xmpp:ping'/>")


# ---- IRC client ----

class Line(str):
    """A line from an IRC server; `raw` has its bytes."""

    raw = b""


class LineInbox(Inbox):
    def expect(self, pattern, timeout=DEADLINE):
        """The match of the first unread line that fits; other lines stay unread."""
        regex = re.compile(pattern)
        line = self._wait(regex.search, self._take_one, f"/{pattern}/", timeout)
        return regex.search(line)

    def wait_for(self, pattern, timeout=DEADLINE):
        """As expect(), but the line stays unread."""
        regex = re.compile(pattern)
        return regex.search(self._wait(regex.search, self._items.__getitem__, f"/{pattern}/",
                                       timeout))

    def until(self, pattern, timeout=DEADLINE):
        """All unread lines up to the first that fits."""
        return self._wait(re.compile(pattern).search, self._take_up_to, f"/{pattern}/", timeout)

    def matching(self, pattern):
        return [line for line in self.unread() if re.search(pattern, line)]

    def _read_lines(self, connection):
        rest = b""
        while True:
            try:
                chunk = connection.recv(65536)
            except OSError:
                chunk = b""
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for raw in lines:
                line = Line(raw.rstrip(b"\r").decode("utf-8", "surrogateescape"))
                line.raw = raw.rstrip(b"\r")
                if not self.on_line(line):
                    self.put(line)

    def on_line(self, line):
        """TRUE: dealt with, not for the inbox."""
        raise NotImplementedError


class IrcClient(LineInbox):
    """`nick` is the one that the server knows us by: it changes when the server says so."""

    gateway_name = "xmpp.example.org"

    def __init__(self, server, nick=None, user=None):
        self.nick = nick or unique("nick")
        super().__init__(self.nick)
        self._socket = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
        self._socket.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        self.send(f"NICK {self.nick}")
        self.send(f"USER {user or self.nick} 0 * :{self.nick} in person")
        self.expect(r" 001 ")
        self.until(r" (376|422) ")

    def _read(self):
        self._read_lines(self._socket)
        self.closed()

    def on_line(self, line):
        if line.startswith("PING"):
            self.send("PONG" + line[4:])
            return True
        renamed = re.match(r":([^! ]+)!\S+ NICK :?(\S+)$", line)
        if renamed and renamed.group(1) == self.nick:
            self.nick = renamed.group(2)
        ping = re.match(rf":([^!]+)!\S+ PRIVMSG {re.escape(self.nick)} :(\x01PING.*)$", line)
        if ping:
            self.send(f"NOTICE {ping.group(1)} :{ping.group(2)}")
        return bool(ping)

    def send(self, line):
        data = line if isinstance(line, bytes) else line.encode("utf-8", "surrogateescape")
        self._socket.sendall(data + b"\r\n")

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    # what people do

    def join(self, channel, key=""):
        self.send(f"JOIN {channel} {key}".rstrip())
        where = re.escape(channel)
        self.expect(rf" 366 {re.escape(self.nick)} {where} ")
        self.expect(rf" 353 {re.escape(self.nick)} . {where} ")
        self.sync()

    def say(self, target, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.send(b"PRIVMSG " + target.encode() + b" :" + data)

    def expect_message(self, target, text, sender=None, timeout=DEADLINE):
        """PRIVMSG to `target`; `text` is taken literally."""
        who = re.escape(sender) if sender else "[^! ]+"
        return self.expect(rf"^:{who}!\S+ PRIVMSG {re.escape(target)} :{re.escape(text)}$",
                           timeout)

    def oper(self, credentials):
        self.send(f"OPER {credentials[0]} {credentials[1]}")
        self.expect(r" 381 ")

    def sync(self):
        """Returns when the server, and the gateway if it is linked, have handled all that we sent
        before: a question to a server travels behind the rest."""
        self.send(f"VERSION {self.gateway_name}")
        self.expect(r"^:\S+ (351|402|421) ")


# ---- stand-ins for servers ----

class _Listener:
    """Accepts one connection after another, each on a thread of its own."""

    def __init__(self, port, serve):
        self.port = port
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()


class FakeXmppServer(StanzaInbox):
    """The accepting side of XEP-0114. Whatever is given to send() goes out as it is; pings to the
    server's domain are answered while `answers_pings`."""

    name = "fake XMPP server"
    secret = "component-secret"

    def __init__(self, port):
        super().__init__(self.name)
        self.component_port = port
        self.answers_pings = True
        self.connections = 0  # successful handshakes so far
        self._connection = None
        self._listener = _Listener(port, self._serve)

    def wait_connected(self, count=1, timeout=DEADLINE):
        """Until the gateway has connected `count` times."""
        with self._news:
            if not self._news.wait_for(lambda: self.connections >= count, timeout):
                raise AssertionError("the gateway did not connect")

    def wait_for_answer(self, number, connections, timeout):
        """Until an iq of that id has come (it stays unread), or the gateway has connected anew, for
        the time that `connections` says. TRUE: it has come."""
        def answered():
            return bool(self.matching(kind="iq", id=number))
        with self._news:
            self._news.wait_for(lambda: answered() or self.connections >= connections, timeout)
        return answered()

    def _serve(self, connection):
        parser = ET.XMLPullParser(("start", "end"))
        depth = 0
        root = None
        stream_id = unique("stream")
        while True:
            try:
                chunk = connection.recv(65536)
            except OSError:
                chunk = b""
            if not chunk:
                break
            parser.feed(chunk)
            for event, element in parser.read_events():
                if event == "start":
                    depth += 1
                    if depth == 1:
                        root = element
                        connection.sendall(
                            "<?xml version='1.0'?><stream:stream "
                            "xmlns='jabber:component:accept' "
                            "xmlns:stream='http://etherx.jabber.org/streams' "
                            f"from='{element.get('to')}' id='{stream_id}'>".encode())
                    continue
                depth -= 1
                if depth == 1:
                    root.clear()
                    self._on_element(connection, element, stream_id)
        connection.close()

    def _on_element(self, connection, element, stream_id):
        if local_name(element.tag) == "handshake":
            expected = hashlib.sha1((stream_id + self.secret).encode()).hexdigest()
            assert element.text == expected, "wrong handshake"
            self._connection = connection
            connection.sendall(b"<handshake/>")
            with self._news:
                self.connections += 1
                self._news.notify_all()
            return
        stanza = Stanza(element)
        if self.answers_pings and stanza.kind == "iq" and stanza.type == "get" \
                and stanza.child("ping") is not None and "@" not in stanza.to:
            try:
                self.send(f"<iq type='result' id={quoteattr(stanza.id)} "
                          f"from={quoteattr(stanza.to)} to={quoteattr(stanza.sender)}/>")
            except OSError:
                pass  # it has left
            return
        self.put(stanza)

    def send(self, data):
        self._connection.sendall(data if isinstance(data, bytes) else data.encode())

    def drop(self):
        """Cuts the connection; the gateway may come back."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()
        if self._connection:
            try:
                self.drop()
            except OSError:
                pass


class FakeIrcd(LineInbox):
    """The daemon's side of an ngIRCd link, for what a real one would never say."""

    ircd_name = "ircd.example.org"
    send_password = "password-from-gateway"
    accept_password = "password-to-gateway"
    gateway_port = None

    def __init__(self, port):
        super().__init__("fake IRC daemon")
        self.port = port
        self.answers_pings = True
        self.links = 0  # complete handshakes so far
        self._connection = None
        self._linking = False
        self._listener = _Listener(port, self._serve)

    def wait_linked(self, count=1, timeout=DEADLINE):
        """Until the gateway has linked `count` times."""
        with self._news:
            if not self._news.wait_for(lambda: self.links >= count, timeout):
                raise AssertionError("the gateway did not link")

    def _serve(self, connection):
        self._connection = connection
        self._linking = True
        self._read_lines(connection)
        connection.close()

    def on_line(self, line):
        if line.startswith("PASS "):
            self.send(f":{self.ircd_name} PASS {self.accept_password} 0210-IRC+ "
                      "ngIRCd|26.1:CHLMSXZo PZ")
            self.send(f":{self.ircd_name} SERVER {self.ircd_name} 1 :fake")
            self.send(f":{self.ircd_name} 005 x RFC2812 IRCD=ngIRCd CHARSET=UTF-8 "
                      "CASEMAPPING=ascii PREFIX=(qaohv)~&@%+ CHANTYPES=#&+ "
                      "CHANMODES=beI,k,l,imMnOPQRstVz :are supported on this server")
            self.send(f":{self.ircd_name} 005 x CHANNELLEN=50 NICKLEN=30 TOPICLEN=490 AWAYLEN=127 "
                      "KICKLEN=400 MODES=5 :are supported on this server")
            self.send(f":{self.ircd_name} 376 x :End of MOTD command")
            return True
        if re.search(r"(^|^:\S+ )376 ", line):
            self.send(f":{self.ircd_name} PING :{self.ircd_name}")
            return True
        if re.search(r"(^|^:\S+ )PONG ", line):
            with self._news:
                self.links += self._linking
                self._linking = False
                self._news.notify_all()
            return True
        ping = re.search(r"(^|^:\S+ )PING :?(\S+)", line)
        if ping and self.answers_pings:
            try:
                self.send(f":{self.ircd_name} PONG {self.ircd_name} :{ping.group(2)}")
            except OSError:
                pass  # it has left
            return True
        return False

    def send(self, line):
        data = line if isinstance(line, bytes) else line.encode()
        self._connection.sendall(data + b"\r\n")

    def introduce(self, nick, channel=None):
        self.send(f":{self.ircd_name} NICK {nick} 1 ~{nick} 127.0.0.1 1 + :{nick}")
        if channel:
            self.send(f":{nick} JOIN {channel}")

    def drop(self):
        self._connection.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()
        if self._connection:
            try:
                self.drop()
            except OSError:
                pass
