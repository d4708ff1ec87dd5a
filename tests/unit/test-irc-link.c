/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gw-channel.h"
#include "gw-log.h"

/* The whole IRC backend, as a program of its own: we are the gateway on its
 * channel, and the daemon (an ngIRCd that follows a script) on its link. */

enum {
	PATIENCE_MS = 5000,
};

typedef struct {
	int listener;
	guint16 port;
	int link; /* -1: none */
	GString *received;
	GQueue lines;
	gboolean answers_pings;
	char *last_ping;

	GwChannel *channel;
	GPid worker;
	GQueue events;
	guint taken; /* serial */
	guint serial;
	gboolean closed;
} Fixture;

static char *worker_program;

/* ---- events as text ---- */

static void put(GString *text, const char *name, const char *value)
{
	if (value) {
		g_string_append_printf(text, " %s=%s", name, value);
	}
}

static void put_number(GString *text, const char *name, gint64 value)
{
	if (value) {
		g_string_append_printf(text, " %s=%" G_GINT64_FORMAT, name, value);
	}
}

static const char *const failures[GW_N_FAILURES] = {
	[GW_FAILURE_NETWORK] = "NETWORK",
	[GW_FAILURE_AUTH] = "AUTH",
	[GW_FAILURE_NOT_FOUND] = "NOT_FOUND",
	[GW_FAILURE_CONFLICT] = "CONFLICT",
	[GW_FAILURE_BAD_NAME] = "BAD_NAME",
	[GW_FAILURE_NOT_JOINED] = "NOT_JOINED",
	[GW_FAILURE_BANNED] = "BANNED",
	[GW_FAILURE_PASSWORD] = "PASSWORD",
	[GW_FAILURE_MEMBERS_ONLY] = "MEMBERS_ONLY",
	[GW_FAILURE_FULL] = "FULL",
	[GW_FAILURE_NOT_ALLOWED] = "NOT_ALLOWED",
	[GW_FAILURE_BAD_REQUEST] = "BAD_REQUEST",
	[GW_FAILURE_UNSUPPORTED] = "UNSUPPORTED",
	[GW_FAILURE_INTERNAL] = "INTERNAL",
	[GW_FAILURE_LIMIT] = "LIMIT",
};

static void render_member(GString *text, const GwMember *member)
{
	static const char *const roles[] = { "none", "visitor", "participant", "moderator" };
	static const char *const affiliations[] = { "none", "outcast", "member", "admin", "owner" };

	put(text, "room", member->room);
	put(text, "nick", member->nick);
	put_number(text, "own", member->session);
	put(text, "role", roles[member->role]);
	put(text, "affiliation", affiliations[member->affiliation]);
	put_number(text, "away", member->show == GW_SHOW_AWAY);
}

static void render_gone(GString *text, const GwLeave *leave)
{
	static const char *const kinds[] = { "left", "quit", "kicked", "banned", "killed",
		"split" };

	put(text, "room", leave->room);
	put(text, "nick", leave->nick);
	put_number(text, "own", leave->session);
	put(text, "kind", kinds[leave->kind]);
	put(text, "actor", leave->actor);
	put(text, "reason", leave->reason);
}

static void render_message(GString *text, const GwMessage *message)
{
	put(text, "room", message->room);
	put(text, "peer", message->peer);
	put_number(text, "flags", message->flags);
	put(text, "body", message->body);
}

static void render_failed(GString *text, const GwFailed *failed)
{
	g_string_append_printf(text, " %s", failures[failed->failure]);
}

static void render_record(GString *text, guint type, const void *record)
{
	const GwRoom *room = record;
	const GwNick *nick = record;
	const GwSubject *subject = record;
	const GwPresence *presence = record;
	const GwInvite *invite = record;
	const GwInfo *info = record;
	const GwItem *item = record;

	switch (type) {
	case GW_EVENT_OFFLINE:
	case GW_EVENT_FAILED:
		render_failed(text, record);
		break;
	case GW_EVENT_MEMBER:
		render_member(text, record);
		break;
	case GW_EVENT_MEMBER_GONE:
		render_gone(text, record);
		break;
	case GW_EVENT_MESSAGE:
		render_message(text, record);
		break;
	case GW_EVENT_ROOM:
		put(text, "room", room->room);
		put_number(text, "flags", room->flags);
		break;
	case GW_EVENT_ROOMS_SYNCED:
		put(text, "room", room->room);
		break;
	case GW_EVENT_MEMBER_NICK:
		put(text, "room", nick->room);
		put(text, "nick", nick->nick);
		put(text, "to", nick->new_nick);
		put_number(text, "own", nick->session);
		put_number(text, "forced", nick->forced);
		break;
	case GW_EVENT_SUBJECT:
		put(text, "room", subject->room);
		put(text, "nick", subject->nick);
		put(text, "text", subject->text);
		break;
	case GW_EVENT_PRESENCE:
		put(text, "peer", presence->peer);
		put_number(text, "show", presence->show);
		break;
	case GW_EVENT_INVITE:
		put(text, "room", invite->room);
		put(text, "peer", invite->peer);
		break;
	case GW_EVENT_INFO:
		put(text, "peer", info->peer);
		for (guint i = 0; i < info->n_values; i++) {
			put(text, info->values[i].name, info->values[i].value);
		}
		break;
	case GW_EVENT_LIST_ITEM:
		put(text, "id", item->id);
		put_number(text, "last", item->last);
		break;
	}
}

static void on_frame(gpointer user, const GwFrameHeader *header, const void *record)
{
	Fixture *fixture = user;
	g_autoptr(GString) text = g_string_new(NULL);

	if (header->type == GW_FRAME_HELLO) {
		return;
	}
	if (header->type == GW_EVENT_TAKEN) {
		fixture->taken = header->serial;
		return;
	}
	g_string_append(text, gw_frame_name(header->type) + strlen("EVENT_"));
	put_number(text, "session", header->session);
	put_number(text, "serial", header->serial);
	render_record(text, header->type, record);
	g_queue_push_tail(&fixture->events, g_strdup(text->str));
}

static void on_closed(gpointer user, const GError *error)
{
	((Fixture *)user)->closed = TRUE;
}

/* ---- the daemon ---- */

static void say(Fixture *fixture, const char *line)
{
	g_autofree char *text = g_strconcat(line, "\r\n", NULL);

	g_assert_cmpint(write(fixture->link, text, strlen(text)), ==, (gssize)strlen(text));
}

static void on_line(Fixture *fixture, const char *line)
{
	if (g_str_has_prefix(line, ":xmpp.test PING ")) {
		g_autofree char *pong = g_strdup_printf(
			":irc.test PONG xmpp.test :%s", line + strlen(":xmpp.test PING "));

		if (fixture->answers_pings) {
			say(fixture, pong);
		} else {
			g_free(fixture->last_ping);
			fixture->last_ping = g_steal_pointer(&pong);
		}
		return;
	}
	g_queue_push_tail(&fixture->lines, g_strdup(line));
}

static void read_link(Fixture *fixture)
{
	char bytes[65536];
	gssize length =
		fixture->link < 0 ? 0 : recv(fixture->link, bytes, sizeof bytes, MSG_DONTWAIT);
	char *end = NULL;

	if (length > 0) {
		g_string_append_len(fixture->received, bytes, length);
	}
	while ((end = strstr(fixture->received->str, "\r\n"))) {
		gsize size = (gsize)(end - fixture->received->str);
		g_autofree char *line = g_strndup(fixture->received->str, size);

		/* Whatever anybody says, one line stays one line. */
		g_assert_null(strpbrk(line, "\r\n"));
		g_assert_cmpuint(size, <=, 510);
		g_string_erase(fixture->received, 0, (gssize)size + 2);
		on_line(fixture, line);
	}
}

static void pump(Fixture *fixture)
{
	struct pollfd fd = { .fd = fixture->link, .events = POLLIN };

	poll(&fd, 1, 2);
	read_link(fixture);
	while (g_main_context_iteration(NULL, FALSE)) {
	}
}

static char *wait_for(Fixture *fixture, GQueue *queue, const char *wanted)
{
	gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000;

	while (g_queue_is_empty(queue) && g_get_monotonic_time() < until) {
		pump(fixture);
	}
	if (g_queue_is_empty(queue)) {
		g_error("nothing came, where this was to come: %s", wanted);
	}
	return g_queue_pop_head(queue);
}

static void expect_line(Fixture *fixture, const char *wanted)
{
	g_autofree char *line = wait_for(fixture, &fixture->lines, wanted);

	g_assert_cmpstr(line, ==, wanted);
}

static void expect_event(Fixture *fixture, const char *wanted)
{
	g_autofree char *event = wait_for(fixture, &fixture->events, wanted);

	g_assert_cmpstr(event, ==, wanted);
}

static void expect_nothing(Fixture *fixture)
{
	for (guint i = 0; i < 20; i++) {
		pump(fixture);
	}
	g_assert_cmpstr(g_queue_peek_head(&fixture->lines), ==, NULL);
	g_assert_cmpstr(g_queue_peek_head(&fixture->events), ==, NULL);
}

static void expect_taken(Fixture *fixture)
{
	gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000;

	while (fixture->taken != fixture->serial && g_get_monotonic_time() < until) {
		pump(fixture);
	}
	g_assert_cmpuint(fixture->taken, ==, fixture->serial);
}

static void listen_for_worker(Fixture *fixture)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(fixture->listener, (struct sockaddr *)&address, size), ==, 0);
	g_assert_cmpint(listen(fixture->listener, 5), ==, 0);
	getsockname(fixture->listener, (struct sockaddr *)&address, &size);
	fixture->port = ntohs(address.sin_port);
}

static void accept_link(Fixture *fixture)
{
	struct pollfd fd = { .fd = fixture->listener, .events = POLLIN };

	for (guint i = 0; i < PATIENCE_MS / 10 && poll(&fd, 1, 10) == 0; i++) {
		g_main_context_iteration(NULL, FALSE);
	}
	fixture->link = accept(fixture->listener, NULL, NULL);
	g_assert_cmpint(fixture->link, >=, 0);
	fcntl(fixture->link, F_SETFD, FD_CLOEXEC);
	g_string_truncate(fixture->received, 0);
}

static void drop_link(Fixture *fixture)
{
	close(fixture->link);
	fixture->link = -1;
}

/* ---- the gateway ---- */

static guint command(Fixture *fixture, GwFrameType type, guint session, const void *record)
{
	g_assert_true(gw_channel_send(fixture->channel, type, session, ++fixture->serial, record));
	return fixture->serial;
}

static void login(Fixture *fixture, guint session, const char *nick)
{
	g_autofree char *user = g_strdup_printf("user%u@example.org", session);
	g_autofree char *token = g_strdup_printf("T%uok-en", session);
	g_autofree char *wanted = NULL;
	guint serial = command(fixture, GW_COMMAND_LOGIN, session,
		&(GwLogin){ .user = user, .token = token, .nick = nick });

	wanted = g_strdup_printf("ONLINE session=%u serial=%u", session, serial);
	expect_event(fixture, wanted);
}

static void join(Fixture *fixture, guint session, const char *room, const char *nick)
{
	command(fixture, GW_COMMAND_JOIN, session, &(GwJoin){ .room = room, .nick = nick });
}

static void send_body(Fixture *fixture, guint session, const char *room, const char *body)
{
	command(fixture, GW_COMMAND_MESSAGE, session, &(GwMessage){ .room = room, .body = body });
}

static void send_private(Fixture *fixture, guint session, const char *peer, const char *body)
{
	command(fixture, GW_COMMAND_MESSAGE, session, &(GwMessage){ .peer = peer, .body = body });
}

/* With the serial of the last command put where %u stands. */
G_GNUC_PRINTF(2, 3) static void expect(Fixture *fixture, const char *format, ...)
{
	g_autofree char *wanted = NULL;
	va_list arguments;

	va_start(arguments, format);
	wanted = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	expect_event(fixture, wanted);
}

static void expect_failure(Fixture *fixture, guint session, const char *failure)
{
	expect(fixture, "FAILED session=%u serial=%u %s", session, fixture->serial, failure);
}

/* ---- start and end ---- */

static int channel_end;

static void place_channel(gpointer user)
{
	if (channel_end == 3) {
		fcntl(3, F_SETFD, 0);
	} else {
		dup2(channel_end, 3);
	}
}

static void spawn_worker(Fixture *fixture)
{
	static const GwChannelHandlers handlers = { on_frame, on_closed, NULL };
	char *arguments[] = { worker_program, NULL };
	g_autoptr(GError) error = NULL;
	int ends[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
	channel_end = ends[1];
	g_spawn_async(NULL, arguments, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, place_channel, NULL,
		&fixture->worker, &error);
	g_assert_no_error(error);
	close(ends[1]);
	fixture->channel = gw_channel_new(ends[0], &handlers, fixture);
	gw_channel_send(fixture->channel, GW_FRAME_HELLO, 0, 0,
		&(GwPair){ .name = "test", .value = G_STRINGIFY(GW_PROTOCOL) });
}

static void start_backend(Fixture *fixture, const char *extra_key, const char *extra_value)
{
	g_autofree char *address = g_strdup_printf("127.0.0.1:%u", fixture->port);
	const GwPair settings[] = {
		{ "daemon", "ngircd" },
		{ "connect", address },
		{ "server-name", "xmpp.test" },
		{ "send-password", "out" },
		{ "accept-password", "in" },
		{ extra_key, extra_value },
	};

	command(fixture, GW_COMMAND_START, 0,
		&(GwStart){ .settings = settings, .n_settings = extra_key ? 6 : 5 });
}

static void greet(Fixture *fixture)
{
	accept_link(fixture);
	expect_line(fixture, "PASS out 0210-IRC+ Tombolo|" GW_VERSION ":CHLMoX");
	expect_line(fixture, "SERVER xmpp.test 1 :XMPP gateway");
	say(fixture, ":irc.test PASS in 0210-IRC+ ngIRCd|26.1:CHLMSXZo PZ");
	say(fixture, ":irc.test SERVER irc.test 1 :A daemon");
	say(fixture, ":irc.test 005 xmpp.test RFC2812 IRCD=ngIRCd CHARSET=UTF-8 CASEMAPPING=ascii "
		     "PREFIX=(qaohv)~&@%+ CHANTYPES=#&+ CHANMODES=beI,k,l,imMnOPQRstVz "
		     "CHANLIMIT=#&+:50 :are supported on this server");
	say(fixture, ":irc.test 005 xmpp.test CHANNELLEN=50 NICKLEN=9 TOPICLEN=20 AWAYLEN=127 "
		     "KICKLEN=400 MODES=5 MAXLIST=beI:50 :are supported on this server");
	say(fixture, ":irc.test 376 xmpp.test :End of MOTD command");
	expect_line(fixture, ":xmpp.test 005 irc.test PREFIX=(qaohv)~&@%+ "
			     "CHANMODES=beI,k,l,imMnOPQRstVz :are supported on this server");
	expect_line(fixture, ":xmpp.test 376 irc.test :End of MOTD command");
}

/* alice is operator of #c, bob has a voice. */
static void burst(Fixture *fixture)
{
	say(fixture, ":irc.test NICK alice 1 ~alice host.a 1 + :Alice");
	say(fixture, ":irc.test NICK bob 1 ~bob host.b 1 + :Bob");
	say(fixture, ":irc.test CHANINFO #c +nt :Old topic");
	say(fixture, ":irc.test NJOIN #c :@alice,+bob");
	say(fixture, ":irc.test PING :irc.test");
	expect_line(fixture, ":xmpp.test PONG xmpp.test irc.test");
	expect_event(fixture, "ONLINE");
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	fixture->link = -1;
	fixture->received = g_string_new(NULL);
	fixture->answers_pings = TRUE;
	g_queue_init(&fixture->lines);
	g_queue_init(&fixture->events);
	listen_for_worker(fixture);
	spawn_worker(fixture);
}

static void set_up_linked(Fixture *fixture, gconstpointer data)
{
	set_up(fixture, data);
	start_backend(fixture, NULL, NULL);
	expect_event(fixture, "STARTED serial=1");
	greet(fixture);
	burst(fixture);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	int status = 0;
	gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000;

	gw_channel_free(fixture->channel);
	if (fixture->link >= 0) {
		drop_link(fixture);
	}
	while (waitpid(fixture->worker, &status, WNOHANG) == 0) {
		g_assert_cmpint(g_get_monotonic_time(), <, until);
		g_usleep(2000);
	}
	g_assert_true(WIFEXITED(status));
	close(fixture->listener);
	g_string_free(fixture->received, TRUE);
	g_queue_clear_full(&fixture->lines, g_free);
	g_queue_clear_full(&fixture->events, g_free);
	g_clear_pointer(&fixture->last_ping, g_free);
}

/* juliet, session 1, in #c. */
static void join_juliet(Fixture *fixture)
{
	login(fixture, 1, "juliet");
	join(fixture, 1, "#c", "juliet");
	expect_line(fixture, ":xmpp.test NICK juliet 1 t1oken t1oken.xmpp.test 1 +i juliet");
	expect_line(fixture, ":juliet JOIN #c");
	expect(fixture, "ROOM serial=%u room=#c", fixture->serial);
	expect(fixture, "MEMBER serial=%u room=#c nick=bob role=participant affiliation=member",
		fixture->serial);
	expect(fixture, "MEMBER serial=%u room=#c nick=alice role=moderator affiliation=admin",
		fixture->serial);
	expect(fixture, "SUBJECT serial=%u room=#c text=Old topic", fixture->serial);
	expect(fixture, "ROOMS_SYNCED serial=%u room=#c", fixture->serial);
	expect(fixture,
		"MEMBER serial=%u room=#c nick=juliet own=1 role=participant affiliation=none",
		fixture->serial);
}

/* ---- settings and greeting ---- */

static void test_bad_settings(Fixture *fixture, gconstpointer data)
{
	start_backend(fixture, "tls-fingerprint", "zz");
	expect_event(fixture, "FAILED serial=1 BAD_REQUEST");
	start_backend(fixture, "listen", "127.0.0.1:1");
	expect_event(fixture, "FAILED serial=2 BAD_REQUEST");
	start_backend(fixture, "tls-certificate", "/nowhere");
	expect_event(fixture, "FAILED serial=3 BAD_REQUEST");
}

static void test_wrong_password(Fixture *fixture, gconstpointer data)
{
	start_backend(fixture, NULL, NULL);
	expect_event(fixture, "STARTED serial=1");
	accept_link(fixture);
	say(fixture, "ERROR :Bad password");
	expect_event(fixture, "OFFLINE AUTH");
	accept_link(fixture);
	say(fixture, "ERROR :Server not configured here");
	expect_event(fixture, "OFFLINE AUTH");
	g_queue_clear_full(&fixture->lines, g_free);
	accept_link(fixture);
	say(fixture, ":irc.test PASS wrong 0210-IRC+ ngIRCd|26.1:CHLMSXZo PZ");
	expect_event(fixture, "OFFLINE AUTH");
}

/* Who has shown no password yet is not listened to. */
static void test_before_greeting(Fixture *fixture, gconstpointer data)
{
	static const char *const lines[] = {
		":irc.test NICK eve 1 ~eve host.e 1 + :Eve",
		":eve JOIN #c",
		":irc.test NJOIN #c :eve",
		":irc.test CHANINFO #c +k key 0 :Topic",
		":irc.test MODE #c +b *!*@*",
		":eve PRIVMSG #c :hello",
		":irc.test SQUIT xmpp.test :away with you",
		":irc.test 005 xmpp.test NICKLEN=1 :are supported on this server",
		":irc.test 376 xmpp.test :End of MOTD command",
		"NICK",
		"PASS",
		"PING :irc.test",
		"PONG",
	};

	start_backend(fixture, NULL, NULL);
	expect_event(fixture, "STARTED serial=1");
	accept_link(fixture);
	g_free(wait_for(fixture, &fixture->lines, "PASS"));
	g_free(wait_for(fixture, &fixture->lines, "SERVER"));
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		say(fixture, lines[i]);
	}
	expect_nothing(fixture);
	say(fixture, ":irc.test SERVER irc.test 1 :A daemon");
	expect_event(fixture, "OFFLINE AUTH");
	greet(fixture);
	burst(fixture);
	join_juliet(fixture);
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	send_body(fixture, 1, "#c", "last words");
	command(fixture, GW_COMMAND_STOP, 0, &(GwFailed){ .text = "Upgrade" });
	expect_line(fixture, ":juliet PRIVMSG #c :last words");
	expect_line(fixture, ":xmpp.test SQUIT xmpp.test Upgrade");
	drop_link(fixture);
	expect(fixture, "MESSAGE serial=%u room=#c peer=juliet body=last words",
		fixture->serial - 1);
	expect_event(fixture, "STOPPED");
	g_assert_cmpuint(fixture->taken, ==, fixture->serial - 1);
}

/* ---- joining ---- */

static void test_join(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	login(fixture, 2, "romeo");
	join(fixture, 2, "#C", "romeo");
	expect_line(fixture, ":xmpp.test NICK romeo 1 t2oken t2oken.xmpp.test 1 +i romeo");
	expect_line(fixture, ":romeo JOIN #c");
	expect(fixture,
		"MEMBER serial=%u room=#c nick=romeo own=2 role=participant affiliation=none",
		fixture->serial);
	expect_taken(fixture);
	say(fixture, ":irc.test NICK carl 1 ~carl host.c 1 +a :Carl");
	say(fixture, ":carl JOIN #c");
	expect_event(fixture, "MEMBER room=#c nick=carl role=participant affiliation=none away=1");
	say(fixture, ":carl PART #c :bye");
	expect_event(fixture, "MEMBER_GONE room=#c nick=carl kind=left reason=bye");
}

static void test_create(Fixture *fixture, gconstpointer data)
{
	login(fixture, 1, "juliet");
	join(fixture, 1, "#new", "juliet");
	expect_line(fixture, ":xmpp.test NICK juliet 1 t1oken t1oken.xmpp.test 1 +i juliet");
	expect_line(fixture, ":juliet JOIN #new\x07o");
	expect(fixture, "ROOM serial=%u room=#new flags=%d", fixture->serial,
		GW_ROOM_CREATED | GW_ROOM_OPEN_SUBJECT);
	expect(fixture, "ROOMS_SYNCED serial=%u room=#new", fixture->serial);
	expect(fixture,
		"MEMBER serial=%u room=#new nick=juliet own=1 role=moderator affiliation=admin",
		fixture->serial);
}

/* The daemon lets a server's users in anywhere, so nothing may reach it. */
static void test_closed_doors(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const char *closing, *opening, *password, *failure;
	} doors[] = {
		{ ":alice MODE #c +b *!t1oken@*", ":alice MODE #c -b *!t1oken@*", NULL, "BANNED" },
		{ ":alice MODE #c +b *!*@T1OKEN.xmpp.test", ":alice MODE #c +e juliet!*@*", NULL,
			"BANNED" },
		{ ":alice MODE #c +i", ":alice MODE #c +I *!*@t1*", NULL, "MEMBERS_ONLY" },
		{ ":alice MODE #c +k sesame", ":alice MODE #c -k sesame", "wrong", "PASSWORD" },
		{ ":alice MODE #c +l 2", ":alice MODE #c -l", NULL, "FULL" },
		{ ":alice MODE #c +O", ":alice MODE #c -O", NULL, "NOT_ALLOWED" },
		{ ":alice MODE #c +R", ":alice MODE #c -R", NULL, "MEMBERS_ONLY" },
		{ ":alice MODE #c +z", ":alice MODE #c -z", NULL, "NOT_ALLOWED" },
	};

	login(fixture, 1, "juliet");
	for (guint i = 0; i < G_N_ELEMENTS(doors); i++) {
		say(fixture, doors[i].closing);
		say(fixture, ":irc.test PING :irc.test");
		expect_line(fixture, ":xmpp.test PONG xmpp.test irc.test");
		command(fixture, GW_COMMAND_JOIN, 1,
			&(GwJoin){ .room = "#c", .nick = "juliet", .password = doors[i].password });
		expect_failure(fixture, 1, doors[i].failure);
		expect_nothing(fixture);
		say(fixture, doors[i].opening);
	}
	say(fixture, ":alice MODE #c +k-i sesame");
	say(fixture, ":irc.test PING :irc.test");
	expect_line(fixture, ":xmpp.test PONG xmpp.test irc.test");
	command(fixture, GW_COMMAND_JOIN, 1,
		&(GwJoin){ .room = "#c", .nick = "juliet", .password = "sesame" });
	expect_line(fixture, ":xmpp.test NICK juliet 1 t1oken t1oken.xmpp.test 1 +i juliet");
	expect_line(fixture, ":juliet JOIN #c");
}

static void test_invited(Fixture *fixture, gconstpointer data)
{
	login(fixture, 1, "juliet");
	join(fixture, 1, "#other", "juliet");
	expect_line(fixture, ":xmpp.test NICK juliet 1 t1oken t1oken.xmpp.test 1 +i juliet");
	expect_line(fixture, ":juliet JOIN #other\x07o");
	for (guint i = 0; i < 3; i++) {
		g_free(wait_for(fixture, &fixture->events, "the room"));
	}
	say(fixture, ":alice MODE #c +i");
	say(fixture, ":alice INVITE juliet #c");
	expect_line(fixture, ":juliet 341 alice juliet #c");
	expect_event(fixture, "INVITE session=1 room=#c peer=alice");
	/* A server needs no answer; whom nobody knows gets none. */
	say(fixture, ":irc.test INVITE juliet #c");
	expect_event(fixture, "INVITE session=1 room=#c peer=irc.test");
	say(fixture, ":alice INVITE nobody #c");
	say(fixture, ":nobody INVITE juliet #c");
	expect_event(fixture, "INVITE session=1 room=#c peer=nobody");
	expect_nothing(fixture);
	join(fixture, 1, "#c", "juliet");
	expect_line(fixture, ":juliet JOIN #c");
}

static void test_nicks(Fixture *fixture, gconstpointer data)
{
	login(fixture, 1, "juliet");
	join(fixture, 1, "#c", "ALICE");
	expect_failure(fixture, 1, "CONFLICT");
	join(fixture, 1, "#c", "two words");
	expect_failure(fixture, 1, "BAD_NAME");
	join(fixture, 1, "#c", "muchtoolong");
	expect_failure(fixture, 1, "BAD_NAME");
	join(fixture, 1, "#c", "x\r\nQUIT");
	expect_failure(fixture, 1, "BAD_NAME");
	join(fixture, 1, "#c\r\nQUIT", "juliet");
	expect_failure(fixture, 1, "BAD_NAME");
	join(fixture, 1, "#a,#b", "juliet");
	expect_failure(fixture, 1, "BAD_NAME");
	expect_nothing(fixture);
}

static void test_nick_change(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	command(fixture, GW_COMMAND_NICK, 1, &(GwNick){ .new_nick = "bob" });
	expect_failure(fixture, 1, "CONFLICT");
	command(fixture, GW_COMMAND_NICK, 1, &(GwNick){ .new_nick = "jules" });
	expect_line(fixture, ":juliet NICK jules");
	expect(fixture, "MEMBER_NICK serial=%u room=#c nick=juliet to=jules own=1",
		fixture->serial);
	say(fixture, ":irc.test SVSNICK jules guest1");
	expect_line(fixture, ":jules NICK guest1");
	expect_event(fixture, "MEMBER_NICK room=#c nick=jules to=guest1 own=1 forced=1");
}

/* carl comes while our change to that nick is on its way: the daemon keeps our old nick. */
static void test_nick_race(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	expect_taken(fixture);
	fixture->answers_pings = FALSE;
	command(fixture, GW_COMMAND_NICK, 1, &(GwNick){ .new_nick = "carl" });
	expect_line(fixture, ":juliet NICK carl");
	expect(fixture, "MEMBER_NICK serial=%u room=#c nick=juliet to=carl own=1", fixture->serial);
	say(fixture, ":irc.test NICK carl 1 ~carl host.c 1 + :Carl");
	say(fixture, ":irc.test 433 juliet carl :Nickname already in use");
	expect_event(fixture, "MEMBER_NICK room=#c nick=carl to=juliet own=1 forced=1");
	expect_event(fixture, "FAILED session=1 CONFLICT");
	say(fixture, ":carl PRIVMSG juliet :hi");
	expect_event(fixture, "MESSAGE session=1 peer=carl body=hi");
}

/* ---- messages ---- */

static void test_messages(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":alice PRIVMSG #c :hello \x02you\x02");
	expect_event(fixture, "MESSAGE room=#c peer=alice body=hello *you*");
	say(fixture, ":alice PRIVMSG #c :\x01"
		     "ACTION waves\x01");
	expect_event(fixture, "MESSAGE room=#c peer=alice body=/me waves");
	say(fixture, ":alice NOTICE juliet :caf\xe9");
	expect_event(fixture, "MESSAGE session=1 peer=alice flags=1 body=café");
	say(fixture, ":alice PRIVMSG #elsewhere :nothing of ours");
	send_body(fixture, 1, "#c", "hi *there*");
	expect_line(fixture, ":juliet PRIVMSG #c :hi \x02there\x02");
	expect(fixture, "MESSAGE serial=%u room=#c peer=juliet body=hi *there*", fixture->serial);
	expect_taken(fixture);
	send_body(fixture, 1, "#c", "/me dances");
	expect_line(fixture, ":juliet PRIVMSG #c :\x01"
			     "ACTION dances\x01");
	expect(fixture, "MESSAGE serial=%u room=#c peer=juliet body=/me dances", fixture->serial);
	send_private(fixture, 1, "Bob", "psst");
	expect_line(fixture, ":juliet PRIVMSG bob psst");
	expect_taken(fixture);
	send_private(fixture, 1, "nobody", "psst");
	expect_failure(fixture, 1, "NOT_FOUND");
	send_body(fixture, 1, "#elsewhere", "x");
	expect_failure(fixture, 1, "NOT_JOINED");
}

/* Servers, services that the network does not show, people outside of the channel. */
static void test_odd_senders(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":irc.test NOTICE juliet :*** Be nice");
	expect_event(fixture, "MESSAGE session=1 peer=irc.test flags=1 body=*** Be nice");
	say(fixture, "NOTICE juliet :*** Be kind");
	expect_event(fixture, "MESSAGE session=1 peer=irc.test flags=1 body=*** Be kind");
	say(fixture, ":irc.test NOTICE #c :*** to all");
	expect_event(fixture, "MESSAGE room=#c peer=irc.test flags=1 body=*** to all");
	say(fixture, ":NickServ NOTICE juliet :Who are you?");
	expect_event(fixture, "MESSAGE session=1 peer=NickServ flags=1 body=Who are you?");
	say(fixture, ":NickServ PRIVMSG juliet :\x01"
		     "ACTION waves\x01");
	expect_event(fixture, "MESSAGE session=1 peer=NickServ body=/me waves");
	say(fixture, ":irc.test NICK carl 1 ~carl host.c 1 + :Carl");
	say(fixture, ":carl PRIVMSG #c :from outside");
	expect_event(fixture, "MESSAGE room=#c peer=carl body=from outside");
	say(fixture, ":ALICE PRIVMSG #C :shouting");
	expect_event(fixture, "MESSAGE room=#c peer=alice body=shouting");
	send_private(fixture, 1, "NickServ", "it is me");
	expect_failure(fixture, 1, "NOT_FOUND");
}

/* Nobody is told of these, and nothing breaks. */
static void test_odd_messages(Fixture *fixture, gconstpointer data)
{
	static const char *const lines[] = {
		":NickServ PRIVMSG juliet :\x01VERSION\x01",
		":irc.test PRIVMSG juliet :\x01PING 1\x01",
		":irc.test NOTICE juliet :\x01VERSION x\x01",
		":alice NOTICE juliet :\x01VERSION not asked\x01",
		":alice PRIVMSG #c :\x01VERSION\x01",
		":alice PRIVMSG juliet :\x01",
		":alice PRIVMSG juliet :\x01\x01",
		":alice PRIVMSG juliet :\x02\x02\x03",
		":alice PRIVMSG juliet :",
		":alice PRIVMSG #c :",
		":alice PRIVMSG juliet",
		":alice PRIVMSG",
		":alice PRIVMSG : :x",
		":alice PRIVMSG nobody :x",
		":alice PRIVMSG xmpp.test :x",
		":alice PRIVMSG #nowhere :x",
		":",
	};

	join_juliet(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		say(fixture, lines[i]);
	}
	expect_nothing(fixture);
	say(fixture, ":alice PRIVMSG juliet :still here?");
	expect_event(fixture, "MESSAGE session=1 peer=alice body=still here?");
}

static void test_messages_refused(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":alice MODE #c +m");
	expect(fixture, "ROOM room=#c flags=%d", GW_ROOM_MODERATED);
	expect_event(fixture, "MEMBER room=#c nick=juliet own=1 role=visitor affiliation=none");
	send_body(fixture, 1, "#c", "x");
	expect_failure(fixture, 1, "NOT_ALLOWED");
	say(fixture, ":alice MODE #c +v juliet");
	expect_event(
		fixture, "MEMBER room=#c nick=juliet own=1 role=participant affiliation=member");
	send_body(fixture, 1, "#c", "x");
	expect_line(fixture, ":juliet PRIVMSG #c x");
	expect(fixture, "MESSAGE serial=%u room=#c peer=juliet body=x", fixture->serial);
	say(fixture, ":irc.test 404 juliet #c :Cannot send to channel");
	expect_event(fixture, "FAILED session=1 NOT_ALLOWED");
}

static void test_between_ours(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	login(fixture, 2, "bob");
	send_private(fixture, 2, "juliet", "it is me");
	expect_line(fixture, ":xmpp.test NICK bob_ 1 t2oken t2oken.xmpp.test 1 +i bob_");
	expect(fixture, "MESSAGE session=1 serial=%u peer=bob_ body=it is me", fixture->serial);
	expect_nothing(fixture);
}

/* Nothing that a user writes ends a line or begins another. */
static void test_injection(Fixture *fixture, gconstpointer data)
{
	static const char evil[] = "a\r\n:irc.test KILL alice :x\nQUIT\rQUIT";

	join_juliet(fixture);
	send_body(fixture, 1, "#c", evil);
	expect_line(fixture, ":juliet PRIVMSG #c a");
	say(fixture, ":alice MODE #c +o juliet");
	command(fixture, GW_COMMAND_SUBJECT, 1, &(GwSubject){ .room = "#c", .text = evil });
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c", .nick = "bob", .kick = TRUE, .reason = evil });
	command(fixture, GW_COMMAND_LEAVE, 1, &(GwLeave){ .room = "#c", .reason = evil });
	command(fixture, GW_COMMAND_LOGOUT, 1, &(GwFailed){ .text = evil });
	for (guint i = 0; i < 20; i++) {
		pump(fixture);
	}
	for (const GList *line = fixture->lines.head; line; line = line->next) {
		g_assert_true(g_str_has_prefix(line->data, ":juliet "));
	}
	command(fixture, GW_COMMAND_LOGIN, 2,
		&(GwLogin){ .user = "u", .token = "\r\nX", .nick = "a\r\nQUIT" });
	command(fixture, GW_COMMAND_MESSAGE, 2, &(GwMessage){ .peer = "alice", .body = "x" });
	command(fixture, GW_COMMAND_MESSAGE, 2,
		&(GwMessage){ .peer = "alice\r\nQUIT", .body = "x" });
	for (guint i = 0; i < 20; i++) {
		pump(fixture);
	}
	g_assert_cmpuint(g_queue_get_length(&fixture->lines), >=, 8);
	for (const GList *line = fixture->lines.head; line; line = line->next) {
		g_assert_false(g_str_has_prefix(line->data, "QUIT"));
		g_assert_false(g_str_has_prefix(line->data, ":irc.test"));
	}
}

static void test_long_message(Fixture *fixture, gconstpointer data)
{
	g_autofree char *body = g_strnfill(1000, 'x');
	gsize sent = 0;

	join_juliet(fixture);
	send_body(fixture, 1, "#c", body);
	while (sent < 1000) {
		g_autofree char *line = wait_for(fixture, &fixture->lines, "a part");
		const char *text = strstr(line, " #c ");

		/* As the others see it, with user and host in the prefix. */
		g_assert_cmpuint(strlen(line) + strlen("!t1oken@t1oken.xmpp.test"), <=, 510);
		sent += strlen(text + strlen(" #c ")) - (text[strlen(" #c ")] == ':');
	}
	g_assert_cmpuint(sent, ==, 1000);
}

/* ---- channel operators ---- */

static void test_moderation(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c", .nick = "bob", .kick = TRUE });
	expect_failure(fixture, 1, "NOT_ALLOWED");
	command(fixture, GW_COMMAND_SUBJECT, 1, &(GwSubject){ .room = "#c", .text = "New" });
	expect_failure(fixture, 1, "NOT_ALLOWED");
	say(fixture, ":alice MODE #c +h juliet");
	expect_event(fixture, "MEMBER room=#c nick=juliet own=1 role=moderator affiliation=member");
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c", .nick = "alice", .kick = TRUE });
	expect_failure(fixture, 1, "NOT_ALLOWED");
	command(fixture, GW_COMMAND_SUBJECT, 1,
		&(GwSubject){ .room = "#c", .text = "012345678901234567é9" });
	expect_line(fixture, ":juliet TOPIC #c 012345678901234567é");
	expect(fixture, "SUBJECT serial=%u room=#c nick=juliet text=012345678901234567é",
		fixture->serial);
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c", .nick = "bob", .kick = TRUE, .reason = "bad bob" });
	expect_line(fixture, ":juliet KICK #c bob :bad bob");
	expect(fixture,
		"MEMBER_GONE serial=%u room=#c nick=bob kind=kicked actor=juliet reason=bad bob",
		fixture->serial);
}

static void test_ranks(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":alice MODE #c +o juliet");
	expect_event(fixture, "MEMBER room=#c nick=juliet own=1 role=moderator affiliation=admin");
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c",
			.nick = "bob",
			.set_affiliation = TRUE,
			.affiliation = GW_AFFILIATION_OWNER });
	expect_failure(fixture, 1, "NOT_ALLOWED");
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c",
			.nick = "bob",
			.set_affiliation = TRUE,
			.affiliation = GW_AFFILIATION_OUTCAST,
			.reason = "out" });
	expect_line(fixture, ":juliet MODE #c +b *!*@host.b");
	expect_line(fixture, ":juliet KICK #c bob out");
	expect(fixture,
		"MEMBER_GONE serial=%u room=#c nick=bob kind=banned actor=juliet reason=out",
		fixture->serial);
	command(fixture, GW_COMMAND_MODERATE, 1,
		&(GwModerate){ .room = "#c",
			.identity = "~bob@host.b",
			.set_affiliation = TRUE,
			.affiliation = GW_AFFILIATION_NONE });
	expect_line(fixture, ":juliet MODE #c -b *!*@host.b");
}

static void test_kicked(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":alice KICK #c juliet :out with you");
	expect_event(fixture, "MEMBER_GONE room=#c nick=juliet own=1 kind=kicked actor=alice "
			      "reason=out with you");
	send_body(fixture, 1, "#c", "x");
	expect_failure(fixture, 1, "NOT_JOINED");
}

static void test_killed(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":alice KILL juliet :KILLed by alice: zap");
	expect_event(fixture,
		"MEMBER_GONE room=#c nick=juliet own=1 kind=killed actor=alice reason=zap");
	expect_event(fixture, "OFFLINE session=1 BANNED");
	/* Nor is a new session a way back. */
	command(fixture, GW_COMMAND_LOGOUT, 1, &(GwFailed){ .text = NULL });
	login(fixture, 1, "juliet");
	join(fixture, 1, "#c", "juliet");
	expect_failure(fixture, 1, "BANNED");
	expect_nothing(fixture);
}

/* ---- servers ---- */

static void test_split(Fixture *fixture, gconstpointer data)
{
	say(fixture, ":irc.test SERVER far.test 2 2 :Far");
	say(fixture, ":far.test SERVER further.test 3 3 :Further");
	say(fixture, ":further.test NICK dora 3 ~dora host.d 3 + :Dora");
	say(fixture, ":far.test NJOIN #c :dora");
	say(fixture, ":irc.test PING :irc.test");
	expect_line(fixture, ":xmpp.test PONG xmpp.test irc.test");
	login(fixture, 1, "juliet");
	join(fixture, 1, "#c", "juliet");
	for (guint i = 0; i < 7; i++) {
		g_free(wait_for(fixture, &fixture->events, "the room"));
	}
	say(fixture, ":irc.test SQUIT far.test :cable cut");
	expect_event(fixture, "MEMBER_GONE room=#c nick=dora kind=split reason=cable cut");
	say(fixture, ":irc.test NICK dora 1 ~dora host.d 1 + :Dora");
	say(fixture, ":dora JOIN #c");
	expect_event(fixture, "MEMBER room=#c nick=dora role=participant affiliation=none");
}

static void test_lost_and_back(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	expect_taken(fixture);
	fixture->answers_pings = FALSE;
	send_body(fixture, 1, "#c", "into the void");
	expect_line(fixture, ":juliet PRIVMSG #c :into the void");
	expect(fixture, "MESSAGE serial=%u room=#c peer=juliet body=into the void",
		fixture->serial);
	drop_link(fixture);
	expect(fixture, "UNCERTAIN serial=%u", fixture->serial);
	expect_event(fixture, "OFFLINE NETWORK");
	send_body(fixture, 1, "#c", "not now");
	expect_failure(fixture, 1, "NETWORK");
	fixture->answers_pings = TRUE;
	greet(fixture);
	burst(fixture);
	join_juliet(fixture);
	expect_taken(fixture);
}

static void test_operator_squit(Fixture *fixture, gconstpointer data)
{
	say(fixture, ":irc.test WALLOPS :Received SQUIT xmpp.test from op: go away");
	say(fixture, "ERROR :\"go away\" (SQUIT from op)");
	expect_event(fixture, "OFFLINE NETWORK");
}

static void test_queries(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	say(fixture, ":alice VERSION xmpp.test");
	expect_line(fixture, ":xmpp.test 351 alice Tombolo-" GW_VERSION " xmpp.test :XMPP gateway");
	say(fixture, ":alice WHOIS xmpp.test :juliet");
	expect_line(fixture, ":xmpp.test 311 alice juliet t1oken t1oken.xmpp.test * juliet");
	expect_line(fixture, ":xmpp.test 312 alice juliet xmpp.test :XMPP gateway");
	g_free(wait_for(fixture, &fixture->lines, "317"));
	expect_line(fixture, ":xmpp.test 318 alice juliet :End of WHOIS list");
	say(fixture, ":alice TRACE xmpp.test");
	expect_line(fixture, ":xmpp.test 421 alice TRACE :Unknown command");
	say(fixture, ":alice PRIVMSG juliet :\x01VERSION\x01");
	expect_line(fixture,
		":juliet NOTICE alice :\x01VERSION Tombolo " GW_VERSION " XMPP gateway\x01");
}

static void test_info(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	command(fixture, GW_COMMAND_INFO, 1, &(GwInfo){ .peer = "alice", .kind = GW_INFO_VERSION });
	expect_line(fixture, ":juliet PRIVMSG alice \x01VERSION\x01");
	say(fixture, ":alice NOTICE juliet :\x01VERSION irssi 1.4\x01");
	expect(fixture, "INFO session=1 serial=%u peer=alice name=irssi 1.4", fixture->serial);
	command(fixture, GW_COMMAND_INFO, 1, &(GwInfo){ .peer = "bob", .kind = GW_INFO_IDLE });
	expect_line(fixture, ":juliet WHOIS bob bob");
	say(fixture, ":irc.test 311 juliet bob ~bob host.b * :Bob");
	say(fixture, ":irc.test 317 juliet bob 42 1700000000 :seconds idle, signon time");
	say(fixture, ":irc.test 318 juliet bob :End of WHOIS list");
	expect(fixture, "INFO session=1 serial=%u peer=bob seconds=42", fixture->serial);
}

static void test_presence(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	command(fixture, GW_COMMAND_CONTACT, 1, &(GwContact){ .peer = "Carl" });
	expect(fixture, "PRESENCE session=1 serial=%u peer=Carl", fixture->serial);
	say(fixture, ":irc.test NICK carl 1 ~carl host.c 1 + :Carl");
	expect(fixture, "PRESENCE session=1 peer=carl show=%d", GW_SHOW_ONLINE);
	say(fixture, ":carl MODE carl :+a");
	expect(fixture, "PRESENCE session=1 peer=carl show=%d", GW_SHOW_AWAY);
	say(fixture, ":carl NICK :carlo");
	expect_event(fixture, "PRESENCE session=1 peer=carl");
	command(fixture, GW_COMMAND_PRESENCE, 1, &(GwPresence){ .show = GW_SHOW_DND });
	expect_line(fixture, ":juliet MODE juliet +a");
	expect(fixture,
		"MEMBER serial=%u room=#c nick=juliet own=1 role=participant "
		"affiliation=none away=1",
		fixture->serial);
}

/* Sends on from `at` until all is through or the worker has not read for a while; how far it got.
 */
static gsize send_on(Fixture *fixture, const GString *lines, gsize at)
{
	gint64 moved_us = g_get_monotonic_time();

	while (at < lines->len && g_get_monotonic_time() - moved_us < G_USEC_PER_SEC / 3) {
		gssize sent = send(fixture->link, lines->str + at, lines->len - at, MSG_DONTWAIT);

		if (sent > 0) {
			at += (gsize)sent;
			moved_us = g_get_monotonic_time();
		}
		g_main_context_iteration(NULL, FALSE);
	}
	return at;
}

/* While the gateway does not read, neither does the worker: the daemon has to wait, and nothing is
 * dropped. */
static void test_back_pressure(Fixture *fixture, gconstpointer data)
{
	enum { N_LINES = 50000 };
	g_autoptr(GString) lines = g_string_new(NULL);
	gsize at = 0;

	for (guint i = 0; i < N_LINES; i++) {
		g_string_append_printf(lines, ":alice PRIVMSG #c :%0400u\r\n", i);
	}
	join_juliet(fixture);
	expect_taken(fixture);
	gw_channel_set_reading(fixture->channel, FALSE);
	at = send_on(fixture, lines, 0);
	g_assert_cmpuint(at, <, lines->len);
	gw_channel_set_reading(fixture->channel, TRUE);
	g_assert_cmpuint(send_on(fixture, lines, at), ==, lines->len);
	for (guint i = 0; i < N_LINES; i++) {
		g_free(wait_for(fixture, &fixture->events, "a message"));
	}
	expect_nothing(fixture);
}

static void test_logout(Fixture *fixture, gconstpointer data)
{
	join_juliet(fixture);
	command(fixture, GW_COMMAND_LOGOUT, 1, &(GwFailed){ .text = "Disconnected" });
	expect_line(fixture, ":juliet QUIT Disconnected");
	expect(fixture,
		"MEMBER_GONE serial=%u room=#c nick=juliet own=1 kind=quit "
		"reason=Disconnected",
		fixture->serial);
	expect_taken(fixture);
	send_body(fixture, 1, "#c", "x");
	expect_failure(fixture, 1, "INTERNAL");
}

int main(int argc, char **argv)
{
	g_autofree char *folder = g_path_get_dirname(argv[0]);

	worker_program = g_build_filename(folder, "backend-irc", NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/irc-link/" path, Fixture, NULL, set_up_linked, test, tear_down)
	g_test_add("/irc-link/bad-settings", Fixture, NULL, set_up, test_bad_settings, tear_down);
	g_test_add(
		"/irc-link/wrong-password", Fixture, NULL, set_up, test_wrong_password, tear_down);
	g_test_add("/irc-link/before-greeting", Fixture, NULL, set_up, test_before_greeting,
		tear_down);
	ADD("stop", test_stop);
	ADD("join", test_join);
	ADD("create", test_create);
	ADD("closed-doors", test_closed_doors);
	ADD("invited", test_invited);
	ADD("nicks", test_nicks);
	ADD("nick-change", test_nick_change);
	ADD("nick-race", test_nick_race);
	ADD("messages", test_messages);
	ADD("odd-senders", test_odd_senders);
	ADD("odd-messages", test_odd_messages);
	ADD("messages-refused", test_messages_refused);
	ADD("between-ours", test_between_ours);
	ADD("injection", test_injection);
	ADD("long-message", test_long_message);
	ADD("moderation", test_moderation);
	ADD("ranks", test_ranks);
	ADD("kicked", test_kicked);
	ADD("killed", test_killed);
	ADD("split", test_split);
	ADD("lost-and-back", test_lost_and_back);
	ADD("operator-squit", test_operator_squit);
	ADD("queries", test_queries);
	ADD("info", test_info);
	ADD("presence", test_presence);
	ADD("back-pressure", test_back_pressure);
	ADD("logout", test_logout);
#undef ADD
	return g_test_run();
}
