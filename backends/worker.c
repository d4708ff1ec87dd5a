/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw-backend.h"
#include "gw-channel.h"
#include "gw-log.h"

/* main() of every worker: frames on descriptor 3 become calls of gw_backend,
 * and its gw_session_*() become frames. */

enum {
	CHANNEL_FD = 3,
	STOP_TIMEOUT_S = 2, /* for the backend to take leave once nobody listens to us */
	STATUS_NOT_STARTED_BY_GATEWAY = 2,
};

struct GwSession {
	guint number;
	char *user;
	gpointer data;
	GDestroyNotify free_data;
};

static struct {
	GMainLoop *loop;
	GwChannel *channel;
	gboolean connected; /* the gateway is there */
	gboolean greeted;
	gboolean started;
	gboolean stopping;
	int status;           /* of the process, at its end */
	GHashTable *sessions; /* number: GwSession */
	guint serial;         /* of the command being handled */
	guint answering;      /* of an earlier one, for the next event */
	void (*resume)(void);
} worker;

/* ---- sending ---- */

static void send_frame(GwFrameType type, guint session, guint serial, const void *record)
{
	if (worker.connected && !gw_channel_send(worker.channel, type, session, serial, record)) {
		gw_warning("%s is too large for a frame and was dropped", gw_frame_name(type));
	}
}

static void send_failed(guint session, guint serial, GwFailure why, const char *text)
{
	send_frame(GW_EVENT_FAILED, session, serial, &(GwFailed){ .failure = why, .text = text });
}

static guint take_serial(void)
{
	guint serial = worker.answering ? worker.answering : worker.serial;

	worker.answering = 0;
	return serial;
}

/* ---- sessions ---- */

static void session_free(gpointer data)
{
	GwSession *session = data;

	if (session->free_data) {
		session->free_data(session->data);
	}
	g_free(session->user);
	g_free(session);
}

static GwSession *session_new(guint number, const char *user)
{
	GwSession *session = g_new0(GwSession, 1);

	session->number = number;
	session->user = g_strdup(user ? user : "");
	g_hash_table_insert(worker.sessions, GUINT_TO_POINTER(number), session);
	return session;
}

static GwSession *find_session(guint number)
{
	return g_hash_table_lookup(worker.sessions, GUINT_TO_POINTER(number));
}

/* ---- commands ---- */

#define CALL_SLOT(TYPE, Record, slot)                                       \
	static gboolean call_##slot(GwSession *session, const void *record) \
	{                                                                   \
		if (!gw_backend.slot) {                                     \
			return FALSE;                                       \
		}                                                           \
		gw_backend.slot(session, (const Record *)record);           \
		return TRUE;                                                \
	}
GW_COMMANDS(CALL_SLOT)

/* FALSE: the backend has no such slot. */
typedef gboolean (*CallSlot)(GwSession *session, const void *record);

#define SLOT_ROW(TYPE, Record, slot) [GW_COMMAND_##TYPE] = call_##slot,
static const CallSlot slots[GW_N_FRAME_TYPES] = { GW_COMMANDS(SLOT_ROW) };

static void handle_start(const GwFrameHeader *header, const GwStart *start)
{
	GwFeatures features = { 0 };
	g_autoptr(GError) error = NULL;

	if (worker.started) {
		send_failed(0, header->serial, GW_FAILURE_INTERNAL, "started already");
		return;
	}
	if (!gw_backend.start(start, &features, &error)) {
		send_failed(0, header->serial, GW_FAILURE_BAD_REQUEST,
			error ? error->message : "the backend gave no reason");
		return;
	}
	worker.started = !start->check_only;
	send_frame(GW_EVENT_STARTED, 0, header->serial, &features);
}

static void handle_stop(const char *reason)
{
	if (worker.stopping) {
		return;
	}
	worker.stopping = TRUE;
	if (worker.started) {
		gw_backend.stop(reason);
	} else {
		gw_stopped();
	}
}

/* Also of a session that is known: it was offline, and comes back. */
static void handle_login(const GwFrameHeader *header, const GwLogin *login)
{
	GwSession *session = NULL;

	if (!worker.started || header->session == 0) {
		send_failed(header->session, header->serial, GW_FAILURE_INTERNAL,
			"no login now under this number");
		return;
	}
	session = find_session(header->session);
	if (!session) {
		session = session_new(header->session, login->user);
	}
	gw_backend.login(session, login);
}

static void handle_command(const GwFrameHeader *header, const void *record)
{
	GwSession *session = find_session(header->session);

	if (!session) {
		send_failed(header->session, header->serial, GW_FAILURE_INTERNAL,
			"no session has this number");
		return;
	}
	if (!slots[header->type](session, record)) {
		send_failed(header->session, header->serial, GW_FAILURE_UNSUPPORTED, NULL);
	}
	if (header->type == GW_COMMAND_LOGOUT) {
		g_hash_table_remove(worker.sessions, GUINT_TO_POINTER(header->session));
	}
}

/* The gateway is gone, or talks nonsense: nobody is left to serve. */
static gboolean on_stop_timeout(gpointer user)
{
	g_main_loop_quit(worker.loop);
	return G_SOURCE_REMOVE;
}

static void lose_gateway(const char *why)
{
	gw_warning("%s; leaving the network", why);
	worker.connected = FALSE;
	worker.status = EXIT_FAILURE;
	g_timeout_add_seconds(STOP_TIMEOUT_S, on_stop_timeout, NULL);
	handle_stop(_("The gateway is gone"));
}

static void handle_hello(const GwPair *hello)
{
	worker.greeted = g_strcmp0(hello->value, G_STRINGIFY(GW_PROTOCOL)) == 0;
	if (!worker.greeted) {
		lose_gateway(
			"the gateway is of another build: its protocol number is not " G_STRINGIFY(
				GW_PROTOCOL));
	}
}

static void handle_frame(const GwFrameHeader *header, const void *record)
{
	switch (header->type) {
	case GW_FRAME_PING:
		send_frame(GW_FRAME_PONG, 0, header->serial, NULL);
		break;
	case GW_FRAME_PONG:
		break;
	case GW_COMMAND_START:
		handle_start(header, record);
		break;
	case GW_COMMAND_STOP:
		handle_stop(((const GwFailed *)record)->text);
		break;
	case GW_COMMAND_LOGIN:
		handle_login(header, record);
		break;
	default:
		if (header->type < GW_N_FRAME_TYPES && slots[header->type]) {
			handle_command(header, record);
		} else {
			gw_warning("the gateway sent %s, which is no command",
				gw_frame_name(header->type));
		}
	}
}

static void on_frame(gpointer user, const GwFrameHeader *header, const void *record)
{
	if (header->type == GW_FRAME_HELLO) {
		handle_hello(record);
		return;
	}
	if (!worker.greeted || !worker.connected) {
		gw_warning("%s before the greeting", gw_frame_name(header->type));
		return;
	}
	worker.serial = header->serial;
	handle_frame(header, record);
	worker.serial = worker.answering = 0;
}

static void on_closed(gpointer user, const GError *error)
{
	g_autofree char *why = error ? g_strdup_printf("the gateway is gone: %s", error->message)
				     : g_strdup("the gateway is gone");

	lose_gateway(why);
}

static void on_drained(gpointer user)
{
	if (worker.resume) {
		worker.resume();
	}
}

/* ---- what backends call (gw-backend.h) ---- */

guint gw_serial(void)
{
	return worker.serial;
}

gpointer gw_session_data(const GwSession *session)
{
	return session->data;
}

void gw_session_set_data(GwSession *session, gpointer data, GDestroyNotify free_data)
{
	if (session->free_data) {
		session->free_data(session->data);
	}
	session->data = data;
	session->free_data = free_data;
}

guint gw_session_number(const GwSession *session)
{
	return session ? session->number : 0;
}

const char *gw_session_user(const GwSession *session)
{
	return session->user;
}

void gw_taken(guint serial)
{
	send_frame(GW_EVENT_TAKEN, 0, serial, NULL);
}

void gw_uncertain(guint serial)
{
	send_frame(GW_EVENT_UNCERTAIN, 0, serial, NULL);
}

/* The last frames must reach the gateway even where it reads slowly. */
static gboolean on_flush(gpointer user)
{
	static guint turns;

	gw_channel_flush(worker.channel);
	if (gw_channel_queued(worker.channel) == 0 || !worker.connected || ++turns > 200) {
		g_main_loop_quit(worker.loop);
		return G_SOURCE_REMOVE;
	}
	return G_SOURCE_CONTINUE;
}

void gw_stopped(void)
{
	send_frame(GW_EVENT_STOPPED, 0, 0, NULL);
	g_timeout_add(worker.connected ? 10 : 0, on_flush, NULL);
}

gboolean gw_is_busy(void)
{
	return worker.connected && gw_channel_is_full(worker.channel);
}

void gw_when_ready(void (*resume)(void))
{
	worker.resume = resume;
}

void gw_session_online(GwSession *session)
{
	send_frame(GW_EVENT_ONLINE, gw_session_number(session), take_serial(), NULL);
}

void gw_session_offline(GwSession *session, GwFailure why, const char *text)
{
	send_frame(GW_EVENT_OFFLINE, gw_session_number(session), take_serial(),
		&(GwFailed){ .failure = why, .text = text });
}

void gw_session_failed(GwSession *session, guint serial, GwFailure why, const char *text)
{
	send_failed(gw_session_number(session), serial, why, text);
}

void gw_answering(guint serial)
{
	worker.answering = serial;
}

void gw_session_event(GwSession *session, GwFrameType type, const void *record)
{
	send_frame(type, gw_session_number(session), take_serial(), record);
}

/* ---- the process ---- */

static gboolean is_started_by_gateway(void)
{
	struct stat info;

	return fstat(CHANNEL_FD, &info) == 0 && S_ISSOCK(info.st_mode);
}

/* A worker holds secrets and parses what strangers send. */
static void confine(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* A Ctrl-C or systemd's SIGTERM reaches the whole group at once. The gateway then still has
 * messages for us and says STOP when they are through; its end shows on the channel. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	for (guint i = 0; i < G_N_ELEMENTS(ignored); i++) {
		signal(ignored[i], SIG_IGN);
	}
}

static void serve(void)
{
	static const GwChannelHandlers handlers = { on_frame, on_closed, on_drained };

	fcntl(CHANNEL_FD, F_SETFD, FD_CLOEXEC);
	worker.loop = g_main_loop_new(NULL, FALSE);
	worker.sessions = g_hash_table_new_full(NULL, NULL, NULL, session_free);
	worker.channel = gw_channel_new(CHANNEL_FD, &handlers, NULL);
	worker.connected = TRUE;
	send_frame(GW_FRAME_HELLO, 0, 0,
		&(GwPair){ .name = gw_backend.name, .value = G_STRINGIFY(GW_PROTOCOL) });
	g_main_loop_run(worker.loop);
	worker.connected = FALSE;
	g_hash_table_unref(worker.sessions);
	gw_channel_free(worker.channel);
	g_main_loop_unref(worker.loop);
}

int main(int argc, char **argv)
{
	g_autofree char *program = g_strconcat("tombolo-", gw_backend.name, NULL);
	const char *level = g_getenv("TOMBOLO_LOG_LEVEL");

	if (!is_started_by_gateway()) {
		g_printerr("%s is a part of tombolo, which starts it by itself: see tombolo(8).\n",
			argv[0]);
		return STATUS_NOT_STARTED_BY_GATEWAY;
	}
	setlocale(LC_ALL, "");
	bindtextdomain(GETTEXT_PACKAGE, GW_LOCALEDIR);
	bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
	textdomain(GETTEXT_PACKAGE);
	confine();
	ignore_signals();
	gw_log_init(program, level ? level : "message");
	serve();
	return worker.status;
}
