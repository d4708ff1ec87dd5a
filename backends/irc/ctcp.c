/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctcp.h"

#include <string.h>

#define DELIMITER '\x01'
#define MAX_ECHO 64 /* bytes of a PING; a longer one is no clock's, and gets no answer */

typedef struct {
	const char *command;
	/* NULL: it is known, but has no answer. (transfer full) (nullable) */
	char *(*answer)(const IrcCtcp *request, const char *version, gint64 time_us);
} Command;

static char *answer_clientinfo(const IrcCtcp *request, const char *version, gint64 time_us);

static char *answer_ping(const IrcCtcp *request, const char *version, gint64 time_us)
{
	return strlen(request->arguments) <= MAX_ECHO ? g_strdup(request->arguments) : NULL;
}

/* UTC: the gateway's own zone says nothing about its user. */
static char *answer_time(const IrcCtcp *request, const char *version, gint64 time_us)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);

	return time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
}

static char *answer_version(const IrcCtcp *request, const char *version, gint64 time_us)
{
	return g_strdup(version);
}

static const Command commands[] = {
	{ "ACTION", NULL },
	{ "CLIENTINFO", answer_clientinfo },
	{ "PING", answer_ping },
	{ "TIME", answer_time },
	{ "VERSION", answer_version },
};

static char *answer_clientinfo(const IrcCtcp *request, const char *version, gint64 time_us)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
		g_string_append_printf(names, "%s%s", i > 0 ? " " : "", commands[i].command);
	}
	return g_string_free(g_steal_pointer(&names), FALSE);
}

gboolean irc_ctcp_parse(IrcCtcp *ctcp, const char *text)
{
	gsize length;

	*ctcp = (IrcCtcp){ NULL, "" };
	if (text[0] != DELIMITER) {
		return FALSE;
	}
	text++;
	length = strcspn(text, "\x01");
	if (length == 0 || *text == ' ') {
		return FALSE;
	}
	ctcp->command = g_strndup(text, length);
	ctcp->arguments = ctcp->command + length;

	char *at = ctcp->command;
	for (; *at != '\0' && *at != ' '; at++) {
		*at = g_ascii_toupper(*at);
	}
	if (*at == ' ') {
		*at = '\0';
		ctcp->arguments = at + 1;
	}
	return TRUE;
}

void irc_ctcp_clear(IrcCtcp *ctcp)
{
	g_free(ctcp->command);
	*ctcp = (IrcCtcp){ NULL, "" };
}

gboolean irc_ctcp_is(const IrcCtcp *ctcp, const char *command)
{
	return strcmp(ctcp->command, command) == 0;
}

char *irc_ctcp_build(const char *command, const char *arguments)
{
	gboolean bare = !arguments || *arguments == '\0';
	g_autofree char *text = g_strconcat(command, bare ? NULL : " ", arguments, NULL);

	return g_strdup_printf("\x01%s\x01", g_strdelimit(text, "\x01\r\n", ' '));
}

char *irc_ctcp_reply(const IrcCtcp *request, const char *version, gint64 time_us)
{
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (commands[i].answer && irc_ctcp_is(request, commands[i].command)) {
			g_autofree char *answer = commands[i].answer(request, version, time_us);

			return answer ? irc_ctcp_build(request->command, answer) : NULL;
		}
	}
	return NULL;
}

char *irc_ctcp_action_to_body(const char *text)
{
	return g_strconcat("/me ", text, NULL);
}

const char *irc_ctcp_action_of_body(const char *body)
{
	return g_str_has_prefix(body, "/me ") ? body + strlen("/me ") : NULL;
}
