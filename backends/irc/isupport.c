/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "isupport.h"

#include <string.h>

#include "gw-log.h"
#include "irc.h"

static void set_casemap(const char *value)
{
	IrcCasemap casemap = irc_casemap_from_name(value, irc.network->limits.casemap);

	if (!irc_network_set_casemap(irc.network, casemap)) {
		gw_warning("the daemon changed its case mapping while linked");
	}
}

static void set_prefix(const char *value)
{
	irc_mode_table_set_prefix(irc.network->limits.modes, value);
}

static void set_channel_modes(const char *value)
{
	irc_mode_table_set_chanmodes(irc.network->limits.modes, value);
}

/* Channels of '&' are the daemon's own: those behind a link can not be there. */
static void set_channel_types(const char *value)
{
	char *types = g_strdup(value);
	char *to = types;

	for (const char *from = value; *from; from++) {
		if (*from != '&') {
			*to++ = *from;
		}
	}
	*to = '\0';
	g_free(irc.network->limits.channel_types);
	irc.network->limits.channel_types = types;
}

static void set_nick_length(const char *value)
{
	if (irc.settings.nick_length == 0) {
		irc.network->limits.nick.max_length = g_ascii_strtoull(value, NULL, 10);
	}
}

static void set_channel_length(const char *value)
{
	irc.network->limits.channel_length = g_ascii_strtoull(value, NULL, 10);
}

static void set_topic_length(const char *value)
{
	irc.network->limits.topic_length = g_ascii_strtoull(value, NULL, 10);
}

static void set_modes_per_line(const char *value)
{
	irc.network->limits.modes_per_line = (guint)g_ascii_strtoull(value, NULL, 10);
}

static const struct {
	const char *key;
	void (*set)(const char *value);
} limits[] = {
	{ "CASEMAPPING=", set_casemap },
	{ "PREFIX=", set_prefix },
	{ "CHANMODES=", set_channel_modes },
	{ "CHANTYPES=", set_channel_types },
	{ "NICKLEN=", set_nick_length },
	{ "CHANNELLEN=", set_channel_length },
	{ "TOPICLEN=", set_topic_length },
	{ "MODES=", set_modes_per_line },
};

void irc_isupport_read(const IrcLine *line)
{
	for (guint i = 1; i < line->n_params; i++) {
		for (guint k = 0; k < G_N_ELEMENTS(limits); k++) {
			if (g_str_has_prefix(line->params[i], limits[k].key)) {
				limits[k].set(line->params[i] + strlen(limits[k].key));
			}
		}
	}
}
