/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "gw-jid.h"

static const char *check_domain_or_jid(const char *value)
{
	g_autofree char *prepared = gw_jid_prepare(value);

	return prepared || g_str_equal(value, "*") ? NULL : "a hostname, a bare JID, or *";
}

const GwSetting config_gateway_settings[] = {
	{ .key = "store",
		.kind = GW_SETTING_STRING,
		.offset = offsetof(Config, store),
		.fallback = "/var/lib/tombolo/tombolo.sqlite" },
	{ .key = "log-level",
		.kind = GW_SETTING_CHOICE,
		.offset = offsetof(Config, log_level),
		.fallback = "message",
		.choices = "warning message info debug",
		.reloadable = TRUE },
	{ 0 },
};

const GwSetting config_component_settings[] = {
	{ .key = "server",
		.kind = GW_SETTING_ADDRESS,
		.offset = offsetof(ComponentConfig, server),
		.fallback = "127.0.0.1:5347",
		.reloadable = TRUE },
	{ .key = "secret",
		.kind = GW_SETTING_SECRET,
		.offset = offsetof(ComponentConfig, secret),
		.required = TRUE,
		.reloadable = TRUE },
	{ .key = "network",
		.kind = GW_SETTING_STRING,
		.offset = offsetof(ComponentConfig, network),
		.required = TRUE },
	{ .key = "allow",
		.kind = GW_SETTING_LIST,
		.offset = offsetof(ComponentConfig, allow),
		.reloadable = TRUE,
		.check = check_domain_or_jid },
	{ .key = "admins",
		.kind = GW_SETTING_LIST,
		.offset = offsetof(ComponentConfig, admins),
		.reloadable = TRUE,
		.check = check_domain_or_jid },
	{ .key = "rooms-per-user",
		.kind = GW_SETTING_NUMBER,
		.offset = offsetof(ComponentConfig, rooms_per_user),
		.fallback = "50",
		.least = 1,
		.most = 100000,
		.reloadable = TRUE },
	{ .key = "message-rate",
		.kind = GW_SETTING_NUMBER,
		.offset = offsetof(ComponentConfig, message_rate),
		.fallback = "5",
		.least = 1,
		.most = 1000000,
		.reloadable = TRUE },
	{ .key = "message-burst",
		.kind = GW_SETTING_NUMBER,
		.offset = offsetof(ComponentConfig, message_burst),
		.fallback = "20",
		.least = 1,
		.most = 1000000,
		.reloadable = TRUE },
	{ 0 },
};

static void component_config_free(gpointer data)
{
	ComponentConfig *component = data;

	gw_settings_clear(config_component_settings, component);
	g_free(component->domain);
	g_free(component);
}

static void network_config_free(gpointer data)
{
	NetworkConfig *network = data;

	g_free(network->backend);
	g_free(network->name);
	g_ptr_array_unref(network->keys);
	g_ptr_array_unref(network->values);
	g_free(network->settings);
	g_free(network);
}

void config_free(Config *config)
{
	if (!config) {
		return;
	}
	gw_settings_clear(config_gateway_settings, config);
	g_free(config->path);
	g_ptr_array_unref(config->components);
	g_ptr_array_unref(config->networks);
	g_free(config);
}

/* A section's lines as two lists. */
static gboolean read_lines(
	GKeyFile *file, const char *section, GPtrArray *keys, GPtrArray *values, GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(file, section, NULL, error);

	if (!names) {
		return FALSE;
	}
	for (char **name = names; *name; name++) {
		char *value = g_key_file_get_string(file, section, *name, error);

		if (!value) {
			return FALSE;
		}
		g_ptr_array_add(keys, g_strdup(*name));
		g_ptr_array_add(values, g_strstrip(value));
	}
	return TRUE;
}

static gboolean read_section(GKeyFile *file, const char *section, const GwSetting *table,
	gpointer target, GError **error)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);

	return read_lines(file, section, keys, values, error) &&
	       gw_settings_read(table, target, (const char *const *)keys->pdata,
		       (const char *const *)values->pdata, keys->len, error);
}

static gboolean read_component(
	Config *config, GKeyFile *file, const char *section, const char *name, GError **error)
{
	ComponentConfig *component = g_new0(ComponentConfig, 1);

	g_ptr_array_add(config->components, component);
	component->domain = gw_jid_prepare(name);
	if (!component->domain || strpbrk(component->domain, "@/")) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			"\"%s\" is not a hostname", name);
		return FALSE;
	}
	return read_section(file, section, config_component_settings, component, error);
}

static gboolean read_network(Config *config, GKeyFile *file, const char *section,
	const char *backend, const char *name, GError **error)
{
	NetworkConfig *network = g_new0(NetworkConfig, 1);

	network->backend = g_strdup(backend);
	network->name = g_strdup(name);
	network->keys = g_ptr_array_new_with_free_func(g_free);
	network->values = g_ptr_array_new_with_free_func(g_free);
	if (config_network(config, name)) {
		network_config_free(network);
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			"another network is called \"%s\" already; names must differ", name);
		return FALSE;
	}
	g_ptr_array_add(config->networks, network);
	if (!read_lines(file, section, network->keys, network->values, error)) {
		return FALSE;
	}
	network->settings = g_new0(GwPair, network->keys->len + 1);
	for (guint i = 0; i < network->keys->len; i++) {
		network->settings[i].name = network->keys->pdata[i];
		network->settings[i].value = network->values->pdata[i];
	}
	return TRUE;
}

static gboolean is_word(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (!g_ascii_islower(*c)) {
			return FALSE;
		}
	}
	return *text != '\0';
}

static gboolean read_any_section(
	Config *config, GKeyFile *file, const char *section, GError **error)
{
	g_auto(GStrv) words = g_strsplit(section, " ", 2);
	const char *name = words[0] && words[1] ? g_strstrip(words[1]) : NULL;

	if (g_str_equal(section, "gateway")) {
		return read_section(file, section, config_gateway_settings, config, error);
	}
	if (!name || !*name || !is_word(words[0]) || g_str_equal(words[0], "gateway")) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
			"unknown section; there are [gateway], [component HOSTNAME] and [BACKEND "
			"NAME], "
			"for example [irc example]");
		return FALSE;
	}
	if (g_str_equal(words[0], "component")) {
		return read_component(config, file, section, name, error);
	}
	return read_network(config, file, section, words[0], name, error);
}

/* Each component has its network, and each network one component at most. */
static gboolean check_pairs(const Config *config, GError **error)
{
	g_autoptr(GHashTable) used = g_hash_table_new(g_str_hash, g_str_equal);

	if (!config->components->len) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
			"%s: there is no [component HOSTNAME] section, so nothing to do",
			config->path);
		return FALSE;
	}
	for (guint i = 0; i < config->components->len; i++) {
		const ComponentConfig *component = config->components->pdata[i];

		if (!config_network(config, component->network)) {
			g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
				"%s: [component %s] network: there is no section [BACKEND %s]",
				config->path, component->domain, component->network);
			return FALSE;
		}
		if (!g_hash_table_add(used, component->network)) {
			g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
				"%s: [component %s] network: \"%s\" has a component already; give "
				"this one a network section of its own",
				config->path, component->domain, component->network);
			return FALSE;
		}
	}
	for (guint i = 0; i < config->networks->len; i++) {
		const NetworkConfig *network = config->networks->pdata[i];

		if (!g_hash_table_contains(used, network->name)) {
			g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
				"%s: [%s %s] no component has this network: name it in a "
				"[component HOSTNAME] section, as `network = %s`, or remove it",
				config->path, network->backend, network->name, network->name);
			return FALSE;
		}
	}
	return TRUE;
}

/* The table's defaults, for a file without a [gateway] section. */
static void set_defaults(Config *config)
{
	gw_settings_read(config_gateway_settings, config, NULL, NULL, 0, NULL);
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(Config) config = g_new0(Config, 1);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_auto(GStrv) sections = NULL;

	config->path = g_strdup(path);
	config->components = g_ptr_array_new_with_free_func(component_config_free);
	config->networks = g_ptr_array_new_with_free_func(network_config_free);
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	if (!g_key_file_has_group(file, "gateway")) {
		set_defaults(config);
	}
	sections = g_key_file_get_groups(file, NULL);
	for (char **section = sections; *section; section++) {
		if (!read_any_section(config, file, *section, error)) {
			g_prefix_error(error, "%s: [%s] ", path, *section);
			return NULL;
		}
	}
	return check_pairs(config, error) ? g_steal_pointer(&config) : NULL;
}

const NetworkConfig *config_network(const Config *config, const char *name)
{
	for (guint i = 0; i < config->networks->len; i++) {
		const NetworkConfig *network = config->networks->pdata[i];

		if (g_str_equal(network->name, name)) {
			return network;
		}
	}
	return NULL;
}

const ComponentConfig *config_component(const Config *config, const char *domain)
{
	for (guint i = 0; i < config->components->len; i++) {
		const ComponentConfig *component = config->components->pdata[i];

		if (g_str_equal(component->domain, domain)) {
			return component;
		}
	}
	return NULL;
}

gboolean config_list_has(char *const *list, const char *user, gsize user_length)
{
	const char *at = memchr(user, '@', user_length);
	const char *domain = at ? at + 1 : user;
	gsize domain_length = user_length - (gsize)(domain - user);

	for (; list && *list; list++) {
		gsize length = strlen(*list);

		if (g_str_equal(*list, "*") ||
			(length == user_length && memcmp(*list, user, length) == 0) ||
			(length == domain_length && memcmp(*list, domain, length) == 0)) {
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean same_lines(const NetworkConfig *a, const NetworkConfig *b)
{
	gboolean same = g_str_equal(a->backend, b->backend) && a->keys->len == b->keys->len;

	for (guint i = 0; same && i < a->keys->len; i++) {
		same = g_str_equal(a->keys->pdata[i], b->keys->pdata[i]) &&
		       g_str_equal(a->values->pdata[i], b->values->pdata[i]);
	}
	return same;
}

static void compare_components(const Config *running, const Config *fresh, GPtrArray *lines)
{
	for (guint i = 0; i < fresh->components->len; i++) {
		const ComponentConfig *now = fresh->components->pdata[i];
		const ComponentConfig *before = config_component(running, now->domain);

		if (!before) {
			g_ptr_array_add(
				lines, g_strdup_printf("[component %s] is new", now->domain));
		} else if (!g_str_equal(before->network, now->network)) {
			g_ptr_array_add(lines,
				g_strdup_printf("[component %s] network has changed", now->domain));
		}
	}
	for (guint i = 0; i < running->components->len; i++) {
		const ComponentConfig *before = running->components->pdata[i];

		if (!config_component(fresh, before->domain)) {
			g_ptr_array_add(
				lines, g_strdup_printf("[component %s] is gone", before->domain));
		}
	}
}

GPtrArray *config_needs_restart(const Config *running, const Config *fresh)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	if (!g_str_equal(running->store, fresh->store)) {
		g_ptr_array_add(lines, g_strdup("[gateway] store has changed"));
	}
	compare_components(running, fresh, lines);
	for (guint i = 0; i < running->networks->len; i++) {
		const NetworkConfig *before = running->networks->pdata[i];
		const NetworkConfig *now = config_network(fresh, before->name);

		if (now && !same_lines(before, now)) {
			g_ptr_array_add(lines, g_strdup_printf("[%s %s] has changed",
						       before->backend, before->name));
		}
	}
	return lines;
}
