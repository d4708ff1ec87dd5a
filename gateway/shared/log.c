/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-log.h"

#include <stdio.h>
#include <string.h>

static const char *domain = "tombolo";
static GLogLevelFlags least = G_LOG_LEVEL_MESSAGE;

static const struct {
	const char *name;
	GLogLevelFlags level;
	const char *priority; /* of syslog */
} levels[] = {
	{ "warning", G_LOG_LEVEL_WARNING, "4" },
	{ "message", G_LOG_LEVEL_MESSAGE, "5" },
	{ "info", G_LOG_LEVEL_INFO, "6" },
	{ "debug", G_LOG_LEVEL_DEBUG, "7" },
};

/* GLib's own writers, without the rule that info and debug need an environment variable: what is
 * shown of ours has been decided before it comes here. */
static GLogWriterOutput write_log(
	GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
	if (n_fields == 0 || fields[0].value != domain) {
		return g_log_writer_default(level, fields, n_fields, data);
	}
	if (g_log_writer_is_journald(fileno(stderr)) &&
		g_log_writer_journald(level, fields, n_fields, data) == G_LOG_WRITER_HANDLED) {
		return G_LOG_WRITER_HANDLED;
	}
	return g_log_writer_standard_streams(level, fields, n_fields, data);
}

void gw_log_init(const char *program, const char *level)
{
	static gboolean has_writer;

	domain = program;
	gw_log_set_level(level);
	g_log_writer_default_set_use_stderr(TRUE);
	/* GLib takes one for the life of a process. */
	if (!has_writer) {
		g_log_set_writer_func(write_log, NULL, NULL);
		has_writer = TRUE;
	}
}

gboolean gw_log_set_level(const char *level)
{
	for (guint i = 0; i < G_N_ELEMENTS(levels); i++) {
		if (g_strcmp0(levels[i].name, level) == 0) {
			least = levels[i].level;
			return TRUE;
		}
	}
	return FALSE;
}

gboolean gw_log_is_on(GLogLevelFlags level)
{
	/* GLib's flags grow as the level falls. */
	return (level & G_LOG_LEVEL_MASK) <= least;
}

static const char *priority_of(GLogLevelFlags level)
{
	for (guint i = 0; i < G_N_ELEMENTS(levels); i++) {
		if ((level & levels[i].level) != 0) {
			return levels[i].priority;
		}
	}
	return "3";
}

/* What a peer said must not look like a line of ours. */
static void make_one_line(char *text)
{
	for (; *text != '\0'; text++) {
		if (g_ascii_iscntrl(*text)) {
			*text = ' ';
		}
	}
}

void gw_log(GLogLevelFlags level, const char *user, const char *format, ...)
{
	g_autofree char *text = NULL;
	g_autofree char *line = NULL;
	va_list arguments;

	if (!gw_log_is_on(level)) {
		return;
	}
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	/* On a terminal the fields are not seen. */
	line = user != NULL ? g_strconcat(user, ": ", text, NULL) : g_steal_pointer(&text);
	make_one_line(line);

	const GLogField fields[] = {
		{ "GLIB_DOMAIN", domain, -1 },
		{ "SYSLOG_IDENTIFIER", domain, -1 },
		{ "PRIORITY", priority_of(level), -1 },
		{ "MESSAGE", line, -1 },
		{ "USER", user, -1 },
	};
	g_log_structured_array(level, fields, G_N_ELEMENTS(fields) - (user == NULL ? 1 : 0));
}
