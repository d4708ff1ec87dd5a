# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: a running gateway between real servers, and people on both sides.

`lab` is shared by all tests of a process: each test brings its own users, nicks and rooms. Tests
that kill, cut or reconfigure something take `private_lab`, which is theirs alone. Logs of all
servers are shown with a failure, and their folder is kept.
"""
import os
import re
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(__file__))

# pylint: disable=wrong-import-position
import servers  # noqa: E402
from clients import IrcClient, XmppClient, unique  # noqa: E402

_running = []  # servers whose logs belong to the current test
_failures = []


def pytest_configure(config):
    program = os.path.join(servers.build_folder(), "bin", "tombolo")
    if not os.access(program, os.X_OK):
        pytest.exit(f"{program} is not built: run make first", 2)


    config.addinivalue_line("markers", "slow: waits for a time limit of the gateway; once is enough")


def pytest_collection_modifyitems(items):
    """Who waits long starts first, so that the processes end at about the same time."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        _failures.append(item.nodeid)
        for server in _running:
            most = 4000 if server.name == "tombolo" else 1200
            report.sections.append((f"log of {server.name} ({server.log_path})",
                                    server.log()[-most:]))


@pytest.fixture(scope="session")
def folder():
    """The throw-away folder of this run; kept when something failed."""
    path = tempfile.mkdtemp(prefix="tombolo-test-")
    os.chmod(path, 0o755)
    yield path
    if _failures:
        print(f"\nthe servers' logs are in {path}")
    else:
        shutil.rmtree(path, ignore_errors=True)


def needs(*programs):
    for name in programs:
        if not servers.have(name):
            pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def lab(folder):
    needs("prosody", "ngircd")
    shared = servers.Lab(os.path.join(folder, "shared"), message_rate=1000, message_burst=1000,
                         rooms_per_user=20)
    _running.extend(shared.servers)
    try:
        yield shared.start()
    finally:
        shared.stop()
        for server in shared.servers:
            _running.remove(server)
    _check(shared.gateway)


def _check(server):
    """What a sanitizer found, and who died."""
    if isinstance(server, servers.Tombolo):
        found = server.faults()
        assert not found, "\n".join(found)


@pytest.fixture(autouse=True)
def no_faults():
    """A test fails when the gateway or a worker of the shared lab has a fault in it."""
    yield
    for server in _running:
        _check(server)


@pytest.fixture
def make_server(folder):
    """make_server(Class, ...): a server of this test alone, not started; stopped afterwards."""
    made = []

    def make(kind, *arguments, **keywords):
        server = kind(os.path.join(folder, unique("private")), *arguments, **keywords)
        made.append(server)
        _running.append(server)
        return server
    yield make
    for server in reversed(made):
        server.stop()
        _running.remove(server)
    for server in made:
        _check(server)


@pytest.fixture
def private_lab(folder):
    """private_lab(configure=None, xmpp=Prosody, **component_keys): a running lab of this test
    alone. `configure(lab)` runs before anything starts."""
    made = []

    def make(configure=None, start=True, **keywords):
        needs("prosody", "ngircd")
        keywords.setdefault("message_rate", 1000)
        keywords.setdefault("message_burst", 1000)
        one = servers.Lab(os.path.join(folder, unique("private")), **keywords)
        if configure:
            configure(one)
        made.append(one)
        _running.extend(one.servers)
        return one.start() if start else one
    yield make
    for one in made:
        one.stop()
        for server in one.servers:
            _running.remove(server)
    for one in made:
        _check(one.gateway)


@pytest.fixture
def people():
    """Makes clients that leave when the test ends."""
    made = []

    class People:
        @staticmethod
        def xmpp(lab, user=None, **keywords):
            made.append(XmppClient(lab.xmpp, user or unique("user"), **keywords))
            return made[-1]

        @staticmethod
        def irc(lab, nick=None, channel=None, **keywords):
            made.append(IrcClient(getattr(lab, "ircd", lab), nick, **keywords))
            if channel:
                made[-1].join(channel)
            return made[-1]

        @staticmethod
        def keep(client):
            made.append(client)
            return client
    yield People
    for client in made:
        try:
            client.disconnect() if isinstance(client, XmppClient) else client.close()
        except (AssertionError, OSError):
            pass


@pytest.fixture
def romeo(lab, people):
    return people.xmpp(lab, unique("romeo"))


@pytest.fixture
def juliet(lab, people):
    return people.xmpp(lab, unique("juliet"))


@pytest.fixture
def nurse(lab, people):
    """On IRC, in no channel; the gateway knows of her."""
    client = people.irc(lab, unique("nurse"))
    client.sync()
    return client


@pytest.fixture
def channel(request):
    """A channel that only this test knows."""
    return unique("#" + re.sub(r"\W", "", request.node.name)[:20].lower())


@pytest.fixture
def room(channel):
    """The same, as a room."""
    return f"{channel}@{servers.IRC_HOST}"
