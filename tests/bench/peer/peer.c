/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays an XMPP server with many users, and IRC clients, against a gateway under
 * test, and prints one JSON object. Started by ../peer-bench. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc-clients.h"
#include "xmpp-server.h"

#define USER_DOMAIN "xmpp.test"
#define PAD "lorem ipsum dolor sit amet consectetur adipiscing elit sed do"

enum {
	SEQUENCE_DIGITS = 7,
	CONNECT_LIMIT_S = 30,
	PID_LIMIT_S = 2,
	SINGLE_LIMIT_S = 5,
};

static int component_port, irc_port;
static char *secret, *channel = "#bench", *room, *pid_file, *label = "";
static int n_users = 50, n_rooms = 1, n_x2i = 2000, n_i2x = 2000, n_latency = 200, window = 100;
static double join_limit = 120, run_limit = 120;

static const GOptionEntry options[] = {
	{ "component-port", 0, 0, G_OPTION_ARG_INT, &component_port, NULL, NULL },
	{ "irc-port", 0, 0, G_OPTION_ARG_INT, &irc_port, NULL, NULL },
	{ "secret", 0, 0, G_OPTION_ARG_STRING, &secret, NULL, NULL },
	{ "channel", 0, 0, G_OPTION_ARG_STRING, &channel, NULL, NULL },
	{ "room", 0, 0, G_OPTION_ARG_STRING, &room, "its JID; contains the channel", NULL },
	{ "pid-file", 0, 0, G_OPTION_ARG_STRING, &pid_file, "of the gateway", NULL },
	{ "label", 0, 0, G_OPTION_ARG_STRING, &label, NULL, NULL },
	{ "users", 0, 0, G_OPTION_ARG_INT, &n_users, NULL, NULL },
	{ "rooms", 0, 0, G_OPTION_ARG_INT, &n_rooms, NULL, NULL },
	{ "x2i", 0, 0, G_OPTION_ARG_INT, &n_x2i, "messages from XMPP", NULL },
	{ "i2x", 0, 0, G_OPTION_ARG_INT, &n_i2x, "messages from IRC", NULL },
	{ "latency", 0, 0, G_OPTION_ARG_INT, &n_latency, "messages, one at a time", NULL },
	{ "window", 0, 0, G_OPTION_ARG_INT, &window, "messages in flight", NULL },
	{ "join-limit", 0, 0, G_OPTION_ARG_DOUBLE, &join_limit, "seconds", NULL },
	{ "run-limit", 0, 0, G_OPTION_ARG_DOUBLE, &run_limit, "seconds", NULL },
	{ 0 },
};

static XmppServer server;
static pid_t gateway;

/* ---- what has been seen ---- */

static uint64_t joined, errors, stanzas, iqs, last_traffic_ns;
static gboolean *user_joined;

/* The running phase: messages carry "<tag><sequence>" with a fixed-width number. */
static struct {
	char tag[8];
	int total;
	guint *copies; /* groupchat copies of each message */
	int *room;     /* which room it went to */
	uint64_t *sent_ns, *first_ns, *full_ns, *irc_ns;
	uint64_t seen_irc; /* messages at the observer */
	uint64_t all_copies;
	uint64_t full; /* messages delivered to every member */
} phase;

static void phase_begin(const char *tag, int total)
{
	gsize n = (gsize)total + 1;

	g_free(phase.copies);
	g_free(phase.room);
	g_free(phase.sent_ns);
	g_free(phase.first_ns);
	g_free(phase.full_ns);
	g_free(phase.irc_ns);
	memset(&phase, 0, sizeof phase);
	g_strlcpy(phase.tag, tag, sizeof phase.tag);
	phase.total = total;
	phase.copies = g_new0(guint, n);
	phase.room = g_new0(int, n);
	phase.sent_ns = g_new0(uint64_t, n);
	phase.first_ns = g_new0(uint64_t, n);
	phase.full_ns = g_new0(uint64_t, n);
	phase.irc_ns = g_new0(uint64_t, n);
}

/* User u sits in room u % n_rooms. */
static guint members_of(int number)
{
	return (guint)(n_users / n_rooms + (number < n_users % n_rooms));
}

/* "#bench", or with several rooms "#bench<number>". */
static const char *channel_name(guint number)
{
	static char name[64];

	if (n_rooms == 1) {
		return channel;
	}
	g_snprintf(name, sizeof name, "%s%u", channel, number);
	return name;
}

static const char *room_name(int number)
{
	const char *at = strstr(room, channel);
	static char name[256];

	g_snprintf(name, sizeof name, "%.*s%s%s", (int)(at - room), room,
		channel_name((guint)number), at + strlen(channel));
	return name;
}

/* Sequence number of a phase message, or -1. */
static int sequence_in(const char *text, size_t length)
{
	size_t n = strlen(phase.tag);
	const char *found = n ? memmem(text, length, phase.tag, n) : NULL;
	long number;

	if (!found || (size_t)(text + length - found) < n + SEQUENCE_DIGITS) {
		return -1;
	}
	number = strtol(found + n, NULL, 10);
	return number < phase.total ? (int)number : -1;
}

static void on_irc_text(const char *text)
{
	int sequence = sequence_in(text, strlen(text));

	if (sequence >= 0) {
		phase.irc_ns[sequence] = now_ns();
		phase.seen_irc++;
	}
}

static void on_message(const char *stanza, size_t length)
{
	int sequence = -1;

	if (stanza_attribute_is(stanza, length, "type", "groupchat")) {
		sequence = sequence_in(stanza, length);
	}
	if (sequence < 0) {
		return;
	}
	phase.all_copies++;
	if (!phase.first_ns[sequence]) {
		phase.first_ns[sequence] = last_traffic_ns;
	}
	if (++phase.copies[sequence] == members_of(phase.room[sequence])) {
		phase.full_ns[sequence] = last_traffic_ns;
		phase.full++;
	}
}

/* A user's own presence in the room ends the join. */
static void on_presence(const char *stanza, size_t length)
{
	size_t n;
	const char *to = stanza_attribute(stanza, length, "to", &n);
	long user = to && n > 6 && *to == 'u' ? strtol(to + 1, NULL, 10) : n_users;

	if (user < n_users && !user_joined[user] &&
		!stanza_attribute_is(stanza, length, "type", "unavailable") &&
		(memmem(stanza, length, "code='110'", 10) ||
			memmem(stanza, length, "code=\"110\"", 10))) {
		user_joined[user] = TRUE;
		joined++;
	}
}

static void answer_iq(const char *stanza, size_t length)
{
	size_t from_length, to_length, id_length;
	const char *from = stanza_attribute(stanza, length, "from", &from_length);
	const char *to = stanza_attribute(stanza, length, "to", &to_length);
	const char *id = stanza_attribute(stanza, length, "id", &id_length);

	iqs++;
	if (!from || !to || !id ||
		!(stanza_attribute_is(stanza, length, "type", "get") ||
			stanza_attribute_is(stanza, length, "type", "set"))) {
		return;
	}
	buffer_addf(&server.connection->out, "<iq type='result' from='%.*s' to='%.*s' id='%.*s'/>",
		(int)to_length, to, (int)from_length, from, (int)id_length, id);
	loop_flush(server.connection);
}

static void on_stanza(const char *stanza, size_t length)
{
	stanzas++;
	last_traffic_ns = now_ns();
	if (stanza_attribute_is(stanza, length, "type", "error")) {
		if (errors++ < 3) {
			note("error stanza: %.*s", (int)MIN(length, 600), stanza);
		}
	} else if (stanza_is(stanza, length, "message")) {
		on_message(stanza, length);
	} else if (stanza_is(stanza, length, "presence")) {
		on_presence(stanza, length);
	} else if (stanza_is(stanza, length, "iq")) {
		answer_iq(stanza, length);
	}
}

/* ---- what is told ---- */

static GString *json;

G_GNUC_PRINTF(2, 3) static void put(const char *key, const char *format, ...)
{
	va_list arguments;

	g_string_append_printf(json, "%s\"%s\":", json->len ? "," : "", key);
	va_start(arguments, format);
	g_string_append_vprintf(json, format, arguments);
	va_end(arguments);
}

#define PUT(prefix, suffix, format, value)                                    \
	do {                                                                  \
		g_autofree char *put_key = g_strconcat(prefix, suffix, NULL); \
		put(put_key, format, value);                                  \
	} while (0)

static void put_latency(const char *prefix, const uint64_t *end_ns, int n)
{
	g_autofree double *values = g_new0(double, n + 1);
	size_t count = 0;

	for (int i = 0; i < n; i++) {
		if (end_ns[i]) {
			values[count++] = (double)(end_ns[i] - phase.sent_ns[i]) / 1e6;
		}
	}
	PUT(prefix, "_p50_ms", "%.3f", percentile(values, count, 50));
	PUT(prefix, "_p99_ms", "%.3f", percentile(values, count, 99));
	PUT(prefix, "_samples", "%zu", count);
}

typedef struct {
	uint64_t time_ns, cpu_ns, stanzas;
} Meter;

static Meter read_meter(void)
{
	return (Meter){ now_ns(), process_cpu_ns(gateway), stanzas };
}

static void put_rate(
	const char *prefix, Meter before, Meter after, uint64_t messages, uint64_t copies)
{
	double seconds = (double)(after.time_ns - before.time_ns) / 1e9;
	double cpu_us = (double)(after.cpu_ns - before.cpu_ns) / 1e3;

	PUT(prefix, "_messages", "%" G_GUINT64_FORMAT, messages);
	PUT(prefix, "_copies", "%" G_GUINT64_FORMAT, copies);
	PUT(prefix, "_seconds", "%.3f", seconds);
	PUT(prefix, "_msgs_per_s", "%.0f", (double)messages / seconds);
	PUT(prefix, "_copies_per_s", "%.0f", (double)copies / seconds);
	PUT(prefix, "_cpu_us_per_msg", "%.2f", cpu_us / (double)MAX(messages, 1));
	PUT(prefix, "_cpu_us_per_copy", "%.2f", cpu_us / (double)MAX(copies, 1));
	PUT(prefix, "_gw_cpu_share", "%.2f", cpu_us / 1e6 / seconds);
}

/* ---- phases ---- */

/* Until no stanza has come for `quiet` seconds. */
static void settle(double quiet, double limit)
{
	uint64_t end = now_ns() + (uint64_t)(limit * 1e9);

	last_traffic_ns = now_ns();
	while (now_ns() < end && now_ns() - last_traffic_ns < (uint64_t)(quiet * 1e9)) {
		loop_pump(20);
	}
}

static void send_join(int user)
{
	buffer_addf(&server.connection->out,
		"<presence from='u%04d@" USER_DOMAIN "/bench' to='%s/u%04d'>"
		"<x xmlns='http://jabber.org/protocol/muc'><history "
		"maxstanzas='0'/></x></presence>",
		user, room_name(user % n_rooms), user);
}

static void send_groupchat(int user, int sequence)
{
	buffer_addf(&server.connection->out,
		"<message from='u%04d@" USER_DOMAIN "/bench' to='%s' type='groupchat' id='%s%07d'>"
		"<body>%s%07d " PAD
		"</body><origin-id xmlns='urn:xmpp:sid:0' id='%s%07d'/></message>",
		user, room_name(user % n_rooms), phase.tag, sequence, phase.tag, sequence,
		phase.tag, sequence);
	phase.room[sequence] = user % n_rooms;
	phase.sent_ns[sequence] = now_ns();
}

static void send_line(IrcTalker *talker, int sequence)
{
	irc_talker_say(talker, "PRIVMSG %s :%s%07d " PAD, channel_name((guint)(sequence % n_rooms)),
		phase.tag, sequence);
	phase.room[sequence] = sequence % n_rooms;
	phase.sent_ns[sequence] = now_ns();
}

static void phase_join(void)
{
	long rss_idle, rss_joined;
	Meter before, after, settled;

	loop_rest(0.5);
	rss_idle = process_rss_kib(gateway);
	before = read_meter();
	for (int user = 0; user < n_users; user++) {
		send_join(user);
	}
	loop_flush(server.connection);
	if (!loop_until(&joined, (uint64_t)n_users, join_limit)) {
		note("only %" G_GUINT64_FORMAT " of %d users joined", joined, n_users);
	}
	after = read_meter();
	settle(1.0, 60);
	settled = read_meter();
	rss_joined = process_rss_kib(gateway);
	put("join_seconds", "%.3f", (double)(after.time_ns - before.time_ns) / 1e9);
	put("join_cpu_ms", "%.1f", (double)(settled.cpu_ns - before.cpu_ns) / 1e6);
	put("join_stanzas_out", "%" G_GUINT64_FORMAT, settled.stanzas - before.stanzas);
	put("join_cpu_us_per_stanza", "%.2f",
		(double)(settled.cpu_ns - before.cpu_ns) / 1e3 /
			(double)MAX(settled.stanzas - before.stanzas, 1));
	put("rss_idle_kib", "%ld", rss_idle);
	put("rss_joined_kib", "%ld", rss_joined);
	put("rss_per_user_kib", "%.1f", (double)(rss_joined - rss_idle) / (double)MAX(joined, 1));
}

static void phase_latency(IrcTalker *talker)
{
	phase_begin("lx", n_latency);
	for (int i = 0; i < n_latency; i++) {
		send_groupchat(i % n_users, i);
		loop_flush(server.connection);
		if (!loop_until(&phase.seen_irc, (uint64_t)i + 1, SINGLE_LIMIT_S)) {
			note("message %d did not reach IRC", i);
		}
		loop_until(&phase.full, (uint64_t)i + 1, SINGLE_LIMIT_S);
		loop_rest(0.01);
	}
	put_latency("lat_x2i", phase.irc_ns, n_latency);
	put_latency("lat_x2x_all", phase.full_ns, n_latency);

	phase_begin("li", n_latency);
	for (int i = 0; i < n_latency; i++) {
		send_line(talker, i);
		irc_talker_flush(talker);
		if (!loop_until(&phase.full, (uint64_t)i + 1, SINGLE_LIMIT_S)) {
			note("line %d did not reach all users", i);
		}
		loop_rest(0.01);
	}
	put_latency("lat_i2x_first", phase.first_ns, n_latency);
	put_latency("lat_i2x_all", phase.full_ns, n_latency);
}

/* With a bounded window neither the IRC server's send queues nor the gateway's buffers decide the
 * result. */
static void phase_x2i(void)
{
	uint64_t deadline = now_ns() + (uint64_t)(run_limit * 1e9);
	Meter before, after;
	int sent = 0;

	phase_begin("qx", n_x2i);
	before = read_meter();
	while (now_ns() < deadline) {
		int done = (int)MIN(phase.seen_irc, phase.full);

		if (done >= n_x2i) {
			break;
		}
		for (; sent < n_x2i && sent - done < window; sent++) {
			send_groupchat(sent % n_users, sent);
		}
		loop_flush(server.connection);
		loop_pump(100);
	}
	after = read_meter();
	put_rate("x2i", before, after, phase.seen_irc, phase.all_copies);
	settle(0.5, 10);
}

static void phase_i2x(IrcTalker *talker)
{
	uint64_t deadline = now_ns() + (uint64_t)(run_limit * 1e9);
	Meter before, after;
	int sent = 0;

	phase_begin("qi", n_i2x);
	before = read_meter();
	while ((int)phase.full < n_i2x && now_ns() < deadline) {
		for (; sent < n_i2x && sent - (int)phase.full < window; sent++) {
			send_line(talker, sent);
		}
		irc_talker_flush(talker);
		loop_pump(100);
	}
	after = read_meter();
	put_rate("i2x", before, after, phase.full, phase.all_copies);
}

/* It may connect before its starter has written the file. */
static pid_t read_pid(void)
{
	g_autofree char *text = NULL;
	uint64_t end = now_ns() + PID_LIMIT_S * (uint64_t)1e9;

	while (!g_file_get_contents(pid_file, &text, NULL, NULL)) {
		if (now_ns() > end) {
			die("no process id in %s", pid_file);
		}
		loop_rest(0.01);
	}
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

static void read_options(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		die("%s", error->message);
	}
	if (!room || !pid_file || !secret || !strstr(room, channel)) {
		die("--secret, --pid-file, and a --room that contains the channel are needed");
	}
	if (n_rooms < 1 || n_rooms > n_users) {
		die("1 <= rooms <= users");
	}
}

int main(int argc, char **argv)
{
	IrcClientsConfig irc = { .host = "127.0.0.1", .channel = channel_name };
	IrcTalker *talker;

	read_options(argc, argv);
	user_joined = g_new0(gboolean, n_users);
	json = g_string_new(NULL);
	loop_init();
	xmpp_server_open(&server, "127.0.0.1", component_port, secret, on_stanza);
	puts("READY");
	fflush(stdout);
	if (!loop_until(&server.ready, 1, CONNECT_LIMIT_S)) {
		die("the gateway did not connect within %d s", CONNECT_LIMIT_S);
	}
	gateway = read_pid();
	irc.port = irc_port;
	irc.n_channels = (guint)n_rooms;
	irc_observer_start(&irc, on_irc_text);
	talker = irc_talker_start(&irc);

	put("label", "\"%s\"", label);
	put("users", "%d", n_users);
	put("rooms", "%d", n_rooms);
	put("window", "%d", window);
	phase_join();
	if (joined == (uint64_t)n_users) {
		phase_latency(talker);
		phase_x2i();
		phase_i2x(talker);
	}
	put("errors", "%" G_GUINT64_FORMAT, errors);
	put("iqs", "%" G_GUINT64_FORMAT, iqs);
	put("observer_joins", "%" G_GUINT64_FORMAT, irc_observer_joins());
	put("rss_end_kib", "%ld", process_rss_kib(gateway));
	printf("{%s}\n", json->str);
	return joined == (uint64_t)n_users ? 0 : 1;
}
