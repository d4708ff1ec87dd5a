/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "check.h"
#include "config.h"
#include "gw-log.h"
#include "network.h"

enum {
	EXIT_CONFIG = 2, /* nothing was started: the config, the store or a backend is wrong */
};

typedef struct {
	GMainLoop *loop;
	Config *config;
	GPtrArray *old_configs; /* networks may still point into them */
	Store *store;
	GPtrArray *networks; /* owns */
	guint running;       /* networks not stopped yet */
	gboolean stopping;
	int status;
} Gateway;

/* ---- stopping ---- */

static void on_network_stopped(Network *network)
{
	Gateway *gateway = network->owner;

	network_log_counters(network);
	if (--gateway->running == 0) {
		g_main_loop_quit(gateway->loop);
	}
}

static void stop(Gateway *gateway)
{
	if (gateway->stopping) {
		return;
	}
	gateway->stopping = TRUE;
	for (guint i = 0; i < gateway->networks->len; i++) {
		network_stop(gateway->networks->pdata[i], on_network_stopped);
	}
	if (!gateway->running) {
		g_main_loop_quit(gateway->loop);
	}
}

static gboolean on_terminate(gpointer data)
{
	gw_message("stopping");
	stop(data);
	return G_SOURCE_CONTINUE;
}

/* A backend refuses its section: that is a config error, wherever it is found. */
static void on_refused(Network *network, const char *text)
{
	Gateway *gateway = network->owner;

	gw_warning("%s: [%s %s] %s", gateway->config->path, network->settings->backend,
		network->settings->name, text);
	gateway->status = EXIT_CONFIG;
	stop(gateway);
}

/* ---- reloading ---- */

static gboolean on_reload(gpointer data)
{
	Gateway *gateway = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) refused = NULL;
	Config *fresh = config_load(gateway->config->path, &error);

	if (!fresh) {
		gw_warning("the config is not reloaded: %s", error->message);
		return G_SOURCE_CONTINUE;
	}
	refused = config_needs_restart(gateway->config, fresh);
	for (guint i = 0; i < refused->len; i++) {
		gw_warning("%s: %s; that takes effect at the next start", fresh->path,
			(const char *)refused->pdata[i]);
	}
	for (guint i = 0; i < gateway->networks->len; i++) {
		Network *network = gateway->networks->pdata[i];
		const ComponentConfig *component = config_component(fresh, network->config->domain);

		if (component && g_str_equal(component->network, network->config->network)) {
			network_reload(network, component);
		}
	}
	gw_log_set_level(fresh->log_level);
	g_ptr_array_add(gateway->old_configs, gateway->config);
	gateway->config = fresh;
	gw_message("the config is reloaded");
	return G_SOURCE_CONTINUE;
}

static gboolean on_report(gpointer data)
{
	Gateway *gateway = data;

	for (guint i = 0; i < gateway->networks->len; i++) {
		network_log_counters(gateway->networks->pdata[i]);
	}
	return G_SOURCE_CONTINUE;
}

/* ---- running ---- */

static gboolean start(Gateway *gateway, GError **error)
{
	for (guint i = 0; i < gateway->config->components->len; i++) {
		const ComponentConfig *component = gateway->config->components->pdata[i];
		Network *network = network_new(component,
			config_network(gateway->config, component->network), gateway->store, error);

		if (!network) {
			return FALSE;
		}
		network->owner = gateway;
		network->on_refused = on_refused;
		g_ptr_array_add(gateway->networks, network);
		if (!network_start(network, error)) {
			return FALSE;
		}
		gateway->running++;
	}
	return TRUE;
}

/* No descriptor but 0 to 2 reaches our workers, no core file holds anybody's secrets, and memory
 * that a burst took is given back. */
static void prepare_process(void)
{
	struct rlimit files;

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 128 * 1024);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int run(const char *path)
{
	g_autoptr(GError) error = NULL;
	Gateway gateway = { .config = config_load(path, &error) };

	if (!gateway.config) {
		g_printerr("tombolo: %s\n", error->message);
		return EXIT_CONFIG;
	}
	gw_log_init("tombolo", gateway.config->log_level);
	g_setenv("TOMBOLO_LOG_LEVEL", gateway.config->log_level, TRUE);
	prepare_process();
	gateway.store = store_open(gateway.config->store, &error);
	if (!gateway.store) {
		g_printerr("tombolo: %s\n", error->message);
		config_free(gateway.config);
		return EXIT_CONFIG;
	}
	gateway.loop = g_main_loop_new(NULL, FALSE);
	gateway.networks = g_ptr_array_new_with_free_func((GDestroyNotify)network_free);
	gateway.old_configs = g_ptr_array_new_with_free_func((GDestroyNotify)config_free);
	g_unix_signal_add(SIGTERM, on_terminate, &gateway);
	g_unix_signal_add(SIGINT, on_terminate, &gateway);
	g_unix_signal_add(SIGHUP, on_reload, &gateway);
	g_unix_signal_add(SIGUSR1, on_report, &gateway);
	if (start(&gateway, &error)) {
		gw_message("Tombolo %s is running", GW_VERSION);
		g_main_loop_run(gateway.loop);
	} else {
		g_printerr("tombolo: %s: %s\n", path, error->message);
		gateway.status = EXIT_CONFIG;
	}
	g_ptr_array_unref(gateway.networks);
	store_close(gateway.store);
	config_free(gateway.config);
	g_ptr_array_unref(gateway.old_configs);
	g_main_loop_unref(gateway.loop);
	return gateway.status;
}

int main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	gboolean connect = FALSE;
	const GOptionEntry options[] = {
		{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, N_("The config file"),
			N_("FILE") },
		{ "connect", 0, 0, G_OPTION_ARG_NONE, &connect,
			N_("With check: try each server and network, too"), NULL },
		{ 0 },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(_("[run|check|version]"));
	g_autoptr(GError) error = NULL;
	const char *command;

	setlocale(LC_ALL, "");
	bindtextdomain("tombolo", GW_LOCALEDIR);
	bind_textdomain_codeset("tombolo", "UTF-8");
	textdomain("tombolo");
	g_option_context_add_main_entries(context, options, "tombolo");
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 2) {
		g_printerr("tombolo: %s\n", error ? error->message : _("too many arguments"));
		return EXIT_CONFIG;
	}
	command = argc == 2 ? argv[1] : "run";
	if (!path) {
		path = g_strdup(GW_SYSCONFDIR "/tombolo/gateway.conf");
	}
	if (g_str_equal(command, "version")) {
		g_print("Tombolo %s\n", GW_VERSION);
		return EXIT_SUCCESS;
	}
	if (g_str_equal(command, "check")) {
		return check(path, connect) ? EXIT_SUCCESS : EXIT_CONFIG;
	}
	if (g_str_equal(command, "run")) {
		return run(path);
	}
	g_printerr(_("tombolo: there is no command \"%s\"; try run, check or version\n"), command);
	return EXIT_CONFIG;
}
