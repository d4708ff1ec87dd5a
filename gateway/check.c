/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <glib/gi18n.h>

#include "component.h"
#include "config.h"
#include "gw-log.h"
#include "supervisor.h"

enum {
	SETTINGS_WITHIN_S = 10,
	CONNECT_WITHIN_S = 20,
};

/* One component and its network, being tried. */
typedef struct {
	const ComponentConfig *config;
	const NetworkConfig *settings;
	Component *component;
	Worker *worker;
	gboolean connect;
	gboolean started, online, up, failed;
	gboolean network_tried, server_tried; /* the first attempt has ended, well or not */
	char *network_words, *server_words;   /* what the last attempt said */
} Trial;

static void keep_words(char **words, const char *text)
{
	g_free(*words);
	*words = g_strdup(text);
}

/* ---- the network's side ---- */

static void on_started(gpointer user, const GwFeatures *features)
{
	((Trial *)user)->started = TRUE;
}

static void on_refused(gpointer user, const char *text)
{
	Trial *trial = user;

	trial->failed = TRUE;
	keep_words(&trial->network_words, text);
}

static void on_event(gpointer user, const GwFrameHeader *header, const void *record)
{
	Trial *trial = user;

	if (header->type == GW_EVENT_ONLINE) {
		trial->online = trial->network_tried = TRUE;
	} else if (header->type == GW_EVENT_OFFLINE) {
		trial->network_tried = TRUE;
		keep_words(&trial->network_words, ((const GwFailed *)record)->text);
	}
}

static void on_gone(gpointer user, const char *reason)
{
	Trial *trial = user;

	trial->failed = !trial->started;
	keep_words(&trial->network_words, reason);
}

static void on_drained(gpointer user)
{
}

static const WorkerHandlers worker_handlers = { on_started, on_refused, on_event, on_gone,
	on_drained };

/* ---- the server's side ---- */

static void on_stanza(gpointer user, const GwElement *stanza)
{
}

static void on_up(gpointer user)
{
	Trial *trial = user;

	trial->up = trial->server_tried = TRUE;
}

static void on_down(gpointer user, const char *reason)
{
	Trial *trial = user;

	trial->server_tried = TRUE;
	keep_words(&trial->server_words, reason);
}

static void on_confirmed(gpointer user, guint64 mark)
{
}

static const ComponentHandlers component_handlers = { on_stanza, on_up, on_down, on_confirmed,
	on_drained };

/* ---- the trial ---- */

static gboolean is_done(const Trial *trial)
{
	return trial->failed ||
	       (trial->started &&
		       (!trial->connect || (trial->network_tried && trial->server_tried)));
}

static gboolean on_late(gpointer data)
{
	*(gboolean *)data = TRUE;
	return G_SOURCE_REMOVE;
}

static void wait_for(const Trial *trial)
{
	gboolean late = FALSE;
	guint timer = g_timeout_add_seconds(
		trial->connect ? CONNECT_WITHIN_S : SETTINGS_WITHIN_S, on_late, &late);

	while (!is_done(trial) && !late) {
		g_main_context_iteration(NULL, TRUE);
	}
	if (!late) {
		g_source_remove(timer);
	}
}

static const char *words_or(const char *words, const char *fallback)
{
	return words && *words ? words : fallback;
}

static gboolean report(const Trial *trial, const char *path)
{
	gboolean well = trial->started && !trial->failed;

	if (!well) {
		g_printerr("%s: [%s %s] %s\n", path, trial->settings->backend,
			trial->settings->name,
			words_or(trial->network_words, _("the backend does not answer")));
		return FALSE;
	}
	if (trial->connect && !trial->up) {
		g_printerr(_("%s: [component %s] the XMPP server at %s does not take us: %s\n"),
			path, trial->config->domain, trial->config->server,
			words_or(trial->server_words, _("no answer")));
		well = FALSE;
	}
	if (trial->connect && !trial->online) {
		g_printerr(_("%s: [%s %s] the network does not take us: %s\n"), path,
			trial->settings->backend, trial->settings->name,
			words_or(trial->network_words, _("no answer")));
		well = FALSE;
	}
	if (well) {
		g_print(trial->connect ? _("%s: settings, server and network are well\n")
				       : _("%s: settings are well\n"),
			trial->config->domain);
	}
	return well;
}

static Worker *make_worker(Trial *trial)
{
	const NetworkConfig *settings = trial->settings;
	GwStart start = { .settings = settings->settings,
		.n_settings = settings->keys->len,
		.check_only = !trial->connect };

	return worker_new(settings->backend, &start, &worker_handlers, trial);
}

static gboolean try_one(const Config *config, const ComponentConfig *component, gboolean connect)
{
	Trial trial = { .config = component,
		.connect = connect,
		.settings = config_network(config, component->network) };
	g_autoptr(GError) error = NULL;
	gboolean well;

	trial.worker = make_worker(&trial);
	if (!worker_start(trial.worker, &error)) {
		trial.failed = TRUE;
		keep_words(&trial.network_words, error->message);
	} else if (connect) {
		trial.component = component_new(component->domain, component->server,
			component->secret, &component_handlers, &trial);
		component_open(trial.component);
	}
	wait_for(&trial);
	well = report(&trial, config->path);
	component_free(trial.component);
	worker_free(trial.worker);
	g_free(trial.network_words);
	g_free(trial.server_words);
	return well;
}

gboolean check(const char *path, gboolean connect)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = config_load(path, &error);
	gboolean well = TRUE;

	gw_log_init("tombolo", "warning");
	if (!config) {
		g_printerr("%s\n", error->message);
		return FALSE;
	}
	for (guint i = 0; i < config->components->len; i++) {
		well = try_one(config, config->components->pdata[i], connect) && well;
	}
	return well;
}
