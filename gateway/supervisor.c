/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "supervisor.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gw-channel.h"
#include "gw-log.h"

enum {
	PING_AFTER_S = 10,   /* of silence */
	SILENT_AFTER_S = 20, /* then it is killed */
	FIRST_DELAY_MS = 300,
	LONGEST_DELAY_MS = 60 * 1000,
	STEADY_S = 60, /* after so long the delay starts anew */
};

typedef enum {
	WORKER_DOWN,     /* no process; a restart may be under way */
	WORKER_GREETING, /* hello and settings are sent */
	WORKER_RUNNING,
	WORKER_STOPPING, /* was asked to leave */
	WORKER_REFUSED,
} WorkerState;

struct Worker {
	char *backend;
	GPtrArray *strings; /* of the settings */
	GwStart start;
	const WorkerHandlers *handlers;
	gpointer user;
	void (*done)(gpointer user);

	WorkerState state;
	GwChannel *channel;
	GPid pid;
	guint child_watch, restart_timer, ping_timer, stop_timer, close_idle;
	guint serial;
	guint delay_ms;
	gint64 started_us, heard_us;
	gboolean pinged;
	char *end; /* how the process ended */
};

static gboolean spawn(Worker *worker, GError **error);

/* ---- the program ---- */

/* Beside our own program when that runs from a build folder, else where it was installed. */
static char *find_program(const char *backend, GError **error)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
	g_autofree char *name = g_strconcat("backend-", backend, NULL);
	const char *const folders[] = { folder, GW_WORKER_DIR };

	for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *path =
			folders[i] ? g_build_filename(folders[i], name, NULL) : NULL;

		if (path && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
			return g_steal_pointer(&path);
		}
	}
	g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT,
		"there is no backend \"%s\": no program %s in %s or %s", backend, name,
		folder ? folder : "our own folder", GW_WORKER_DIR);
	return NULL;
}

/* ---- life and death ---- */

static void set_state(Worker *worker, WorkerState state)
{
	static const char *const names[] = { "down", "greeting", "running", "stopping", "refused" };

	gw_debug("worker %s: %s -> %s", worker->backend, names[worker->state], names[state]);
	worker->state = state;
}

static gboolean on_restart(gpointer data)
{
	Worker *worker = data;
	g_autoptr(GError) error = NULL;

	worker->restart_timer = 0;
	if (!spawn(worker, &error)) {
		gw_warning("%s", error->message);
		worker->restart_timer = g_timeout_add(LONGEST_DELAY_MS, on_restart, worker);
	}
	return G_SOURCE_REMOVE;
}

static void restart_later(Worker *worker)
{
	if (g_get_monotonic_time() - worker->started_us > STEADY_S * G_USEC_PER_SEC) {
		worker->delay_ms = FIRST_DELAY_MS;
	}
	worker->restart_timer = g_timeout_add(worker->delay_ms, on_restart, worker);
	worker->delay_ms = MIN(worker->delay_ms * 2, LONGEST_DELAY_MS);
}

static char *describe_end(int status)
{
	if (WIFSIGNALED(status)) {
		return g_strdup_printf(
			"died of signal %d (%s)", WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	}
	return g_strdup_printf("ended with status %d", WEXITSTATUS(status));
}

/* The process has ended *and* what it wrote has been read. */
static void on_gone(Worker *worker)
{
	WorkerState before = worker->state;
	g_autofree char *end = g_steal_pointer(&worker->end);

	g_clear_handle_id(&worker->ping_timer, g_source_remove);
	g_clear_handle_id(&worker->stop_timer, g_source_remove);
	if (before == WORKER_REFUSED) {
		return;
	}
	set_state(worker, WORKER_DOWN);
	if (before != WORKER_STOPPING) {
		gw_warning("worker %s %s; starting it again in %u ms", worker->backend, end,
			worker->delay_ms);
		restart_later(worker);
	}
	worker->handlers->on_gone(worker->user, end);
	if (before == WORKER_STOPPING) {
		worker->done(worker->user);
	}
}

static void on_child(GPid pid, gint status, gpointer data)
{
	Worker *worker = data;

	g_spawn_close_pid(pid);
	worker->child_watch = 0;
	worker->pid = 0;
	g_free(worker->end);
	worker->end = describe_end(status);
	if (worker->channel) {
		gw_channel_set_reading(worker->channel, TRUE);
	} else {
		on_gone(worker);
	}
}

static void kill_process(Worker *worker, const char *why)
{
	if (worker->pid) {
		gw_warning("worker %s: %s; killing it", worker->backend, why);
		kill(worker->pid, SIGKILL);
	}
}

static void on_channel_closed(gpointer user, const GError *error)
{
	Worker *worker = user;

	g_clear_pointer(&worker->channel, gw_channel_free);
	if (!worker->pid) {
		on_gone(worker);
	} else if (error) {
		kill_process(worker, error->message);
	} else if (worker->state != WORKER_STOPPING && worker->state != WORKER_REFUSED) {
		/* It closed its end and lives on: it is of no use any more. */
		kill(worker->pid, SIGKILL);
	}
}

/* ---- what it says ---- */

static gboolean greet_is_right(const Worker *worker, const GwPair *hello)
{
	g_autofree char *protocol = g_strdup_printf("%d", GW_PROTOCOL);

	return g_strcmp0(hello->name, worker->backend) == 0 &&
	       g_strcmp0(hello->value, protocol) == 0;
}

static void on_refused(Worker *worker, const GwFailed *failed)
{
	set_state(worker, WORKER_REFUSED);
	worker->handlers->on_refused(worker->user, failed->text ? failed->text : "");
}

static void on_frame(gpointer user, const GwFrameHeader *header, const void *record)
{
	Worker *worker = user;

	worker->heard_us = g_get_monotonic_time();
	worker->pinged = FALSE;
	switch (header->type) {
	case GW_FRAME_HELLO:
		if (!greet_is_right(worker, record)) {
			kill_process(worker, "it is from another version of Tombolo");
		}
		return;
	case GW_FRAME_PING:
		gw_channel_send(worker->channel, GW_FRAME_PONG, 0, header->serial, NULL);
		return;
	case GW_FRAME_PONG:
	case GW_EVENT_STOPPED:
		return;
	case GW_EVENT_STARTED:
		set_state(worker, WORKER_RUNNING);
		worker->handlers->on_started(worker->user, record);
		return;
	case GW_EVENT_FAILED:
		if (worker->state == WORKER_GREETING) {
			on_refused(worker, record);
			return;
		}
		break;
	default:
		break;
	}
	if (header->type >= GW_EVENT_ONLINE) {
		worker->handlers->on_event(worker->user, header, record);
	}
}

static void on_channel_drained(gpointer user)
{
	Worker *worker = user;

	worker->handlers->on_drained(worker->user);
}

static const GwChannelHandlers channel_handlers = { on_frame, on_channel_closed,
	on_channel_drained };

/* One rare timer: silence is answered by a ping, lasting silence by a kill. */
static gboolean on_ping_time(gpointer data)
{
	Worker *worker = data;
	gint64 silent_us = g_get_monotonic_time() - worker->heard_us;

	if (worker->pinged && silent_us > SILENT_AFTER_S * G_USEC_PER_SEC) {
		kill_process(worker, "it does not answer");
	} else if (silent_us > PING_AFTER_S * G_USEC_PER_SEC && worker->channel) {
		worker->pinged = TRUE;
		gw_channel_send(worker->channel, GW_FRAME_PING, 0, 0, NULL);
	}
	return G_SOURCE_CONTINUE;
}

/* ---- start ---- */

static gboolean spawn_program(Worker *worker, const char *program, int child_fd, GError **error)
{
	const char *const argv[] = { program, NULL };
	const int target = 3;

	return g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
		NULL, -1, -1, -1, &child_fd, &target, 1, &worker->pid, NULL, NULL, NULL, error);
}

static gboolean spawn(Worker *worker, GError **error)
{
	g_autofree char *program = find_program(worker->backend, error);
	GwPair hello = { "tombolo", G_STRINGIFY(GW_PROTOCOL) };
	int fds[2];

	if (!program) {
		return FALSE;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "socketpair: %s",
			g_strerror(errno));
		return FALSE;
	}
	if (!spawn_program(worker, program, fds[1], error)) {
		close(fds[0]);
		close(fds[1]);
		return FALSE;
	}
	close(fds[1]);
	worker->started_us = worker->heard_us = g_get_monotonic_time();
	worker->child_watch = g_child_watch_add(worker->pid, on_child, worker);
	worker->channel = gw_channel_new(fds[0], &channel_handlers, worker);
	worker->ping_timer = g_timeout_add_seconds(PING_AFTER_S, on_ping_time, worker);
	set_state(worker, WORKER_GREETING);
	gw_channel_send(worker->channel, GW_FRAME_HELLO, 0, 0, &hello);
	gw_channel_send(worker->channel, GW_COMMAND_START, 0, 0, &worker->start);
	return TRUE;
}

gboolean worker_start(Worker *worker, GError **error)
{
	return spawn(worker, error);
}

/* ---- stop ---- */

static gboolean on_stop_late(gpointer data)
{
	Worker *worker = data;

	worker->stop_timer = 0;
	kill_process(worker, "it does not stop");
	return G_SOURCE_REMOVE;
}

static gboolean on_stopped_already(gpointer data)
{
	Worker *worker = data;

	worker->close_idle = 0;
	worker->done(worker->user);
	return G_SOURCE_REMOVE;
}

void worker_stop(Worker *worker, const char *reason, guint timeout_s, void (*done)(gpointer user))
{
	GwFailed why = { GW_FAILURE_SHUTDOWN, reason };

	worker->done = done;
	g_clear_handle_id(&worker->restart_timer, g_source_remove);
	if (!worker->channel || worker->state == WORKER_REFUSED) {
		worker->close_idle = g_idle_add(on_stopped_already, worker);
		return;
	}
	set_state(worker, WORKER_STOPPING);
	gw_channel_send(worker->channel, GW_COMMAND_STOP, 0, 0, &why);
	worker->stop_timer = g_timeout_add_seconds(timeout_s, on_stop_late, worker);
}

/* ---- commands ---- */

guint worker_send(Worker *worker, GwFrameType type, guint session, const void *record)
{
	if (!worker->channel || worker->state != WORKER_RUNNING) {
		return 0;
	}
	if (++worker->serial == 0) {
		worker->serial = 1;
	}
	return gw_channel_send(worker->channel, type, session, worker->serial, record)
		       ? worker->serial
		       : 0;
}

gboolean worker_is_full(const Worker *worker)
{
	return worker->channel && gw_channel_is_full(worker->channel);
}

void worker_set_reading(Worker *worker, gboolean reading)
{
	if (worker->channel) {
		gw_channel_set_reading(worker->channel, reading);
	}
}

/* ---- making ---- */

static const char *keep(Worker *worker, const char *text)
{
	char *copy = g_strdup(text);

	g_ptr_array_add(worker->strings, copy);
	return copy;
}

Worker *worker_new(
	const char *backend, const GwStart *start, const WorkerHandlers *handlers, gpointer user)
{
	Worker *worker = g_new0(Worker, 1);
	GwPair *settings = g_new0(GwPair, start->n_settings + 1);

	worker->backend = g_strdup(backend);
	worker->strings = g_ptr_array_new_with_free_func(g_free);
	worker->handlers = handlers;
	worker->user = user;
	worker->delay_ms = FIRST_DELAY_MS;
	for (guint i = 0; i < start->n_settings; i++) {
		settings[i].name = keep(worker, start->settings[i].name);
		settings[i].value = keep(worker, start->settings[i].value);
	}
	worker->start = *start;
	worker->start.settings = settings;
	return worker;
}

void worker_free(Worker *worker)
{
	if (!worker) {
		return;
	}
	g_clear_handle_id(&worker->restart_timer, g_source_remove);
	g_clear_handle_id(&worker->ping_timer, g_source_remove);
	g_clear_handle_id(&worker->stop_timer, g_source_remove);
	g_clear_handle_id(&worker->close_idle, g_source_remove);
	g_clear_handle_id(&worker->child_watch, g_source_remove);
	gw_channel_free(worker->channel);
	if (worker->pid) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
	}
	g_ptr_array_unref(worker->strings);
	g_free((gpointer)worker->start.settings);
	g_free(worker->backend);
	g_free(worker->end);
	g_free(worker);
}
