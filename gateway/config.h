/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONFIG_H
#define CONFIG_H

#include "gw-settings.h"
#include "gw-types.h"

/* gateway.conf as records. Everything is checked here but the keys of a network's
 * section, which only its backend knows. */

/* [component HOSTNAME] */
typedef struct {
	char *domain;
	char *server; /* HOST:PORT */
	char *secret;
	char *network;
	char **allow; /* domains and bare JIDs; "*": everybody */
	char **admins;
	gint64 rooms_per_user;
	gint64 message_rate; /* a second, for each user */
	gint64 message_burst;
} ComponentConfig;

/* [BACKEND NAME] */
typedef struct {
	char *backend;
	char *name;
	GPtrArray *keys; /* of strings */
	GPtrArray *values;
	GwPair *settings; /* the same as pairs, keys->len of them */
} NetworkConfig;

typedef struct {
	char *path;
	char *store;
	char *log_level;
	GPtrArray *components; /* ComponentConfig */
	GPtrArray *networks;   /* NetworkConfig */
} Config;

extern const GwSetting config_gateway_settings[];
extern const GwSetting config_component_settings[];

/* NULL: `error` says file, section, key and what would be right. */
Config *config_load(const char *path, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

const NetworkConfig *config_network(const Config *config, const char *name);
const ComponentConfig *config_component(const Config *config, const char *domain);

/* Whether `list` (allow or admins) names the bare JID `user`, or its domain, or everybody. */
gboolean config_list_has(char *const *list, const char *user, gsize user_length);

/* What is different in `fresh` but cannot be changed in a running gateway, as lines for the log. */
GPtrArray *config_needs_restart(const Config *running, const Config *fresh);

#endif
