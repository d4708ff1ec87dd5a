# SPDX-License-Identifier: GPL-2.0-or-later
"""Real servers in a throw-away folder, on free loopback ports.

Each is a small class with start(), stop(), kill() and wait_for_log(). They run in
the foreground with their output read by a thread, so a start is over when the
server says so and nobody sleeps. Used by the tests and by contrib/demo.
"""
import ctypes
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PR_SET_PDEATHSIG = 1
SECRET = "component-secret"
IRC_HOST = "irc.example.org"
IRCD_NAME = "ircd.example.org"
LINK_NAME = "xmpp.example.org"
OPER = ("oper", "oper-password")

_ports_given = 0
_libc = ctypes.CDLL(None, use_errno=True)


def free_port():
    """A loopback port that nobody listens on, outside of what the kernel hands out itself. Each
    process counts through a block of its own, so test runs side by side do not meet."""
    global _ports_given
    while True:
        port = 10240 + os.getpid() % 84 * 256 + _ports_given % 256
        _ports_given += 1
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def build_folder():
    return os.path.join(ROOT, os.environ.get("BUILD", "build"))


def program(name):
    """Absolute path of a program; Debian keeps daemons out of a user's PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")
    if path is None:
        raise FileNotFoundError(f"{name} is not installed (contrib/install-deps says what to do)")
    return path


def have(name):
    try:
        return bool(program(name))
    except FileNotFoundError:
        return False


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """A process whose output is kept line by line, in memory and in NAME.log."""

    ready = None  # a line that says "up", as a regular expression
    start_deadline = 30
    prefix = ()  # words before the command

    def __init__(self, folder, name):
        self.name = name
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.log_path = os.path.join(folder, name + ".log")
        self.process = None
        self._reading = None  # whose output the log is
        self._reader = None
        self._lines = []
        self._news = threading.Condition()
        self._ended = True

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), 0o644)
        return self.path(name)

    def configure(self):
        """Writes the configuration; called by every start."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    @property
    def pid(self):
        return self.process.pid

    def start(self, wait=True):
        assert self.process is None, f"{self.name} runs already"
        self.configure()
        mark = self.mark()
        self._reading = None
        self._ended = False
        self._reading = self.process = subprocess.Popen(
            [*self.prefix, *self.command()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self.folder, env=self.environment(),
            start_new_session=True, preexec_fn=_die_with_parent)
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()
        if wait and self.ready:
            self.wait_for_log(self.ready, since=mark, timeout=self.start_deadline)
        return self

    def _read(self, process):
        with open(self.log_path, "a", encoding="utf-8") as log:
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip("\n")
                log.write(line + "\n")
                log.flush()
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
        with self._news:
            # A child that outlived a killed process may have kept the pipe until now.
            if self._reading is process:
                self._ended = True
                self._news.notify_all()

    def mark(self):
        """A place in the log, to wait for what comes after it."""
        with self._news:
            return len(self._lines)

    def log(self, since=0):
        with self._news:
            return "\n".join(self._lines[since:])

    def wait_for_log(self, pattern, since=0, timeout=30):
        end = time.monotonic() + timeout
        regex = re.compile(pattern)
        with self._news:
            position = since
            while True:
                while position < len(self._lines):
                    found = regex.search(self._lines[position])
                    if found:
                        return found
                    position += 1
                if self._ended:
                    why = "it ended"
                    break
                left = end - time.monotonic()
                if left <= 0:
                    why = f"waited {timeout} s"
                    break
                self._news.wait(left)
            tail = "\n".join(self._lines[since:][-25:])
        raise AssertionError(f"{self.name} did not say /{pattern}/ ({why}); it said:\n{tail}")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=20):
        """The exit status of a process that ends by itself."""
        status = self.process.wait(timeout)
        self._forget()
        return status

    def stop(self, timeout=20):
        """Asks it to end, then insists. Returns the exit status; None when it did not run."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        return self._forget()

    def kill(self):
        """kill -9, as a crash would."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self._forget()

    def _forget(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        status = self.process.wait()
        self.process = None
        self._reader.join(5)
        return status


def certificate(folder, name="tls", common_name="localhost"):
    """A self-signed certificate and key: (certificate path, key path)."""
    cert, key = os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key")
    if not os.path.exists(cert):
        subprocess.run(
            [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
             "-out", cert, "-days", "30", "-subj", f"/CN={common_name}", "-addext",
             f"subjectAltName=DNS:{common_name},IP:127.0.0.1"],
            check=True, capture_output=True)
        os.chmod(cert, 0o644)
        os.chmod(key, 0o644)
    return cert, key


def dh_parameters(folder):
    """Path of a file; without one ngIRCd takes up to half a minute to make its own."""
    path = os.path.join(folder, "dh.pem")
    if not os.path.exists(path):
        subprocess.run([program("openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt",
                        "group:ffdhe2048", "-out", path], check=True, capture_output=True)
        os.chmod(path, 0o644)
    return path


def fingerprint(cert):
    """SHA-256 of a certificate, as hex with colons."""
    answer = subprocess.run([program("openssl"), "x509", "-in", cert, "-noout", "-fingerprint",
                             "-sha256"], check=True, capture_output=True, text=True)
    return answer.stdout.split("=", 1)[1].strip()


PROSODY = """\
daemonize = false
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {client_port} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
s2s_direct_tls_ports = {{}}
http_ports = {{}}
https_ports = {{}}
component_ports = {{ {component_port} }}
component_interfaces = {{ "127.0.0.1" }}
modules_enabled = {{ "roster"; "saslauth"; "disco"; "ping"; "register"; "presence"; "message"; "iq"; {tls_module} }}
modules_disabled = {{ "s2s"; "offline"; "admin_shell"; "admin_socket"; "admin_telnet"; "http" }}
allow_registration = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
limits = {{}}
log = {{ info = "*console" }}
{tls}
{hosts}
{components}
"""


class Prosody(Server):
    ready = r"Activated service 'component'"

    def __init__(self, folder, components=(IRC_HOST,), secret=SECRET, name="prosody"):
        super().__init__(folder, name)
        self.components = list(components)
        self.secret = secret
        self.client_port = free_port()
        self.component_port = free_port()
        self.hosts = ["example.org", "example.net"]
        self.tls = False

    def configure(self):
        tls = ""
        if self.tls:
            cert, key = certificate(self.folder, common_name=self.hosts[0])
            tls = f'ssl = {{ certificate = "{cert}"; key = "{key}"; }}'
        components = "".join(
            f'Component "{host}"\n\tcomponent_secret = "{self.secret}"\n'
            for host in self.components)
        self.write("prosody.cfg.lua", PROSODY.format(
            folder=self.folder, client_port=self.client_port, component_port=self.component_port,
            tls_module='"tls";' if self.tls else "", tls=tls, components=components,
            hosts="\n".join(f'VirtualHost "{host}"' for host in self.hosts)))

    def command(self):
        return [program("prosody"), "--config", self.path("prosody.cfg.lua"), "-F"]

    def wait_for_component(self, host=IRC_HOST, since=0, timeout=30):
        self.wait_for_log(f"^{re.escape(host)}:component.*successfully authenticated", since,
                          timeout)


EJABBERD = """\
loglevel: info
hosts: [example.org, example.net]
listen:
  - port: {client_port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    access: all
  - port: {component_port}
    ip: "127.0.0.1"
    module: ejabberd_service
    hosts:
{components}
auth_method: internal
registration_timeout: infinity
modules:
  mod_disco: {{}}
  mod_ping: {{}}
  mod_register: {{ip_access: all, access: all}}
  mod_roster: {{}}
"""


class Ejabberd(Server):
    """Without ejabberdctl, which wants to be the package's own user and start epmd: one node
    with no name needs neither."""

    ready = r"Start accepting TCP connections at 127\.0\.0\.1:\d+ for ejabberd_service"
    start_deadline = 60

    def __init__(self, folder, components=(IRC_HOST,), secret=SECRET, name="ejabberd"):
        super().__init__(folder, name)
        self.components = list(components)
        self.secret = secret
        self.client_port = free_port()
        self.component_port = free_port()

    def configure(self):
        components = "".join(f"      {host}: {{password: {self.secret}}}\n"
                             for host in self.components)
        self.write("ejabberd.yml", EJABBERD.format(
            client_port=self.client_port, component_port=self.component_port,
            components=components))
        os.makedirs(self.path("spool"), exist_ok=True)

    def command(self):
        return [program("erl"), "-noinput", "-mnesia", "dir", f'"{self.path("spool")}"',
                "-s", "ejabberd"]

    def environment(self):
        libraries = {os.path.dirname(path) for path in glob.glob("/usr/lib/*/ejabberd-*")}
        return dict(os.environ, HOME=self.folder, ERL_LIBS=":".join(libraries),
                    EJABBERD_CONFIG_PATH=self.path("ejabberd.yml"),
                    EJABBERD_LOG_PATH=self.path("ejabberd-file.log"),
                    ERL_CRASH_DUMP=self.path("crash.dump"))

    def wait_for_component(self, host=IRC_HOST, since=0, timeout=30):
        self.wait_for_log(f"handshake authentication for {re.escape(host)} ", since, timeout)


NGIRCD = """\
[Global]
	Name = {name}
	Info = test server
	Network = TestNet
	AdminInfo1 = test
	AdminEMail = admin@example.org
	Listen = 127.0.0.1
	Ports = {port}
	MotdPhrase = hello
	{user}
[Limits]
	ConnectRetry = 5
	MaxConnections = 0
	MaxConnectionsIP = 0
	MaxJoins = 0
	MaxNickLength = 30
	MaxPenaltyTime = 0
	PingTimeout = {ping_timeout}
	PongTimeout = {ping_timeout}
[Options]
	AllowRemoteOper = yes
	DefaultUserModes =
	DNS = no
	Ident = no
	PAM = no
	OperCanUseMode = yes
	SyslogFacility = local1
[Operator]
	Name = {oper[0]}
	Password = {oper[1]}
{more}
{links}
"""


class Ngircd(Server):
    """`send_password` is what the gateway sends, `accept_password` what it gets."""

    ready = r"Now listening on"
    send_password = "password-from-gateway"
    accept_password = "password-to-gateway"

    def __init__(self, folder, links=(LINK_NAME,), ircd_name=IRCD_NAME, name="ngircd"):
        super().__init__(folder, name)
        self.ircd_name = ircd_name
        self.links = list(links)
        self.peers = []  # (name, port or None): other ngIRCds, None for those which connect to us
        self.port = free_port()
        self.tls_port = None
        self.ping_timeout = 120
        self.gateway_port = None  # set: ngIRCd connects to the gateway
        self.link_options = ""
        self.more = ""

    def configure(self):
        links = []
        for link in self.links:
            links.append(f"[Server]\n\tName = {link}\n\tMyPassword = {self.send_password}\n"
                         f"\tPeerPassword = {self.accept_password}\n")
            if self.gateway_port:
                links.append(f"\tHost = 127.0.0.1\n\tPort = {self.gateway_port}\n"
                             f"\t{self.link_options}\n")
            else:
                links.append("\tPassive = yes\n")
        for name, port in self.peers:
            links.append(f"[Server]\n\tName = {name}\n\tMyPassword = peer\n"
                         "\tPeerPassword = peer\n")
            links.append(f"\tHost = 127.0.0.1\n\tPort = {port}\n" if port else "\tPassive = yes\n")
        more = self.more
        if self.tls_port:
            cert, key = certificate(self.folder)
            more += (f"[SSL]\n\tCertFile = {cert}\n\tKeyFile = {key}\n\tPorts = {self.tls_port}\n"
                     f"\tDHFile = {dh_parameters(self.folder)}\n")
        user = ""
        if os.getuid() == 0:
            account = "irc" if _user_exists("irc") else "nobody"
            group = pwd.getpwnam(account).pw_gid
            user = f"ServerUID = {account}\n\tServerGID = {group}"
        self.write("ngircd.conf", NGIRCD.format(
            name=self.ircd_name, port=self.port, user=user, oper=OPER, more=more,
            links="".join(links), ping_timeout=self.ping_timeout))

    def command(self):
        return [program("ngircd"), "-n", "-f", self.path("ngircd.conf")]

    def wait_for_link(self, name=LINK_NAME, since=0, timeout=30):
        """The link is up and both sides know all that the other has."""
        self.wait_for_log(f'Synchronization with "{re.escape(name)}" done', since, timeout)

    def wait_for_unlink(self, name=LINK_NAME, since=0, timeout=30):
        self.wait_for_log(f'Server "{re.escape(name)}".* unregistered', since, timeout)


def _user_exists(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _config_keys(keywords):
    return {name.replace("_", "-"): value for name, value in keywords.items()}


# "assertion" is g_return_if_fail() and g_assert(), which outside input never reaches.
# LeakSanitizer gives up ("a fatal error") in a process that has loaded GnuTLS: nothing is known then.
FAULTS = re.compile(r"Sanitizer(?! has encountered a fatal error| does not work)|runtime error:|CRITICAL|assertion|worker \S+ (died|ended)"
                    r"|worker \S+: .*; killing it")


class Tombolo(Server):
    """The gateway. `components` is a list of dicts of keys, `networks` likewise by name; what is
    None is left out."""

    def __init__(self, folder, name="tombolo"):
        super().__init__(folder, name)
        self.gateway = {"store": self.path("tombolo.sqlite"), "log-level": "info"}
        self.components = {}
        self.networks = {}
        self.more = ""
        self.variables = {}
        self._ends = []
        self._looked_at = 0
        self._workers_killed = 0

    def attach(self, server, host=IRC_HOST, network="example", **keys):
        """A component on an XMPP server, for the network of that name."""
        self.components[host] = {
            "server": f"127.0.0.1:{server.component_port}", "secret": server.secret,
            "network": network, "allow": "example.org", "admins": "admin@example.org",
            **_config_keys(keys)}
        return self

    def link(self, ircd, network="example", server_name=LINK_NAME, **keys):
        """A link to an ngIRCd."""
        connect = {} if ircd.gateway_port else {"connect": f"127.0.0.1:{ircd.port}"}
        if ircd.gateway_port:
            connect = {"listen": f"127.0.0.1:{ircd.gateway_port}"}
        self.networks[network] = {
            "daemon": "ngircd", "server-name": server_name,
            "send-password": ircd.send_password, "accept-password": ircd.accept_password,
            **connect, **_config_keys(keys)}
        return self

    def config(self):
        def section(title, keys):
            lines = [f"{key} = {value}\n"
                     for key, value in keys.items() if value is not None]
            return f"[{title}]\n" + "".join(lines)
        return "\n".join(
            [section("gateway", self.gateway)] +
            [section(f"component {host}", keys) for host, keys in self.components.items()] +
            [section(f"irc {name}", keys) for name, keys in self.networks.items()]) + self.more

    def configure(self):
        self.write("gateway.conf", self.config())

    def stop(self, timeout=20):
        ran = self.process is not None and self.process.poll() is None
        status = super().stop(timeout)
        if status not in (None, 0):
            self._ends.append(f"the gateway {'stopped' if ran else 'ended by itself'}: {status}")
        return status

    def kill_worker(self):
        """kill -9 of the only worker, if it runs now."""
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)
            self._workers_killed += 1

    def faults(self):
        """What must never be in a log, since the last call: sanitizers' reports, GLib's complaints
        about our own mistakes, processes that died and were not killed by the test."""
        if self.process is not None and self.process.poll() is not None:
            self.stop()
        found, self._ends = self._ends, []
        with self._news:
            lines = self._lines[self._looked_at:]
            self._looked_at = len(self._lines)
        for line in lines:
            killed = re.search(r"worker \S+ died of signal 9 ", line)
            if killed and self._workers_killed:
                self._workers_killed -= 1
            elif FAULTS.search(line):
                found.append(line)
        return found

    def command(self):
        return [os.path.join(build_folder(), "bin", "tombolo"), "run", "-c",
                self.path("gateway.conf")]

    def environment(self):
        return dict(os.environ, LC_ALL="C.UTF-8", **self.variables)

    def run(self, *words, timeout=30):
        """A run of the program to its end, on this configuration: (status, output)."""
        self.configure()
        done = subprocess.run(
            [self.command()[0], *words], cwd=self.folder, env=self.environment(), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=timeout, check=False)
        return done.returncode, done.stdout

    def workers(self):
        """Process ids of the workers."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as children:
            return [int(pid) for pid in children.read().split()]


class Lab:
    """An XMPP server, an IRC server and the gateway between them."""

    def __init__(self, folder, xmpp=Prosody, **component_keys):
        self.folder = folder
        self.xmpp = xmpp(folder)
        self.ircd = Ngircd(folder)
        self.gateway = Tombolo(folder)
        self.component_keys = component_keys
        self.network_keys = {}

    @property
    def servers(self):
        return [self.gateway, self.xmpp, self.ircd]

    def start(self):
        ircd_calls = self.ircd.gateway_port is not None
        self.xmpp.start(wait=False)
        if not ircd_calls:
            self.ircd.start(wait=False)
            self.ircd.wait_for_log(self.ircd.ready)
        self.xmpp.wait_for_log(self.xmpp.ready, timeout=self.xmpp.start_deadline)
        self.gateway.attach(self.xmpp, **self.component_keys)
        self.gateway.link(self.ircd, **self.network_keys)
        if ircd_calls:
            # A caller that comes too early calls again many seconds later. The gateway listens
            # before it shows up at the XMPP server.
            self.gateway.start()
            self.xmpp.wait_for_component()
            self.ircd.start()
            self.wait_until_up()
        else:
            self.start_gateway()
        return self

    def start_gateway(self):
        xmpp, ircd = self.xmpp.mark(), self.ircd.mark()
        self.gateway.start()
        self.wait_until_up(xmpp, ircd)

    def wait_until_up(self, xmpp_since=0, ircd_since=0):
        try:
            self.xmpp.wait_for_component(since=xmpp_since)
            self.ircd.wait_for_link(since=ircd_since)
        except AssertionError as error:
            raise AssertionError(f"{error}\nThe gateway said:\n{self.gateway.log()}") from None

    def stop(self):
        for server in self.servers:
            server.stop()
