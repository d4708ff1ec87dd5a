/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-settings.h"

#include <string.h>

/* ---- values ---- */

static gboolean fail(GError **error, const GwSetting *setting, const char *value, const char *right)
{
	if (setting->kind == GW_SETTING_SECRET) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			"%s: the value is not %s", setting->key, right);
	} else {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
			"%s: \"%s\" is not %s", setting->key, value, right);
	}
	return FALSE;
}

static gpointer place_of(const GwSetting *setting, gpointer target)
{
	return (char *)target + setting->offset;
}

static gboolean read_number(
	const GwSetting *setting, gint64 *number, const char *value, GError **error)
{
	g_autofree char *right =
		g_strdup_printf("a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
			setting->least, setting->most);

	return g_ascii_string_to_signed(value, 10, setting->least, setting->most, number, NULL) ||
	       fail(error, setting, value, right);
}

static gboolean read_boolean(
	const GwSetting *setting, gboolean *boolean, const char *value, GError **error)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_ascii_strcasecmp(words[i], value) == 0) {
			*boolean = i % 2;
			return TRUE;
		}
	}
	return fail(error, setting, value, "yes or no");
}

static gboolean is_port(const char *text)
{
	guint64 port;

	return g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL);
}

/* HOST:PORT, or [ADDRESS]:PORT where the address has colons of its own. */
static gboolean is_address(const char *value)
{
	const char *colon = strrchr(value, ':');

	if (colon == NULL || colon == value || !is_port(colon + 1) ||
		strpbrk(value, " \t/") != NULL) {
		return FALSE;
	}
	if (value[0] == '[') {
		return colon[-1] == ']' && colon > value + 2;
	}
	return strchr(value, ':') == colon;
}

static gboolean is_among(const char *choices, const char *value)
{
	g_auto(GStrv) words = g_strsplit(choices, " ", -1);

	return *value != '\0' && g_strv_contains((const char *const *)words, value);
}

static char **split_list(const char *value)
{
	g_auto(GStrv) pieces = g_strsplit_set(value, " \t,", -1);
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();

	for (char **piece = pieces; *piece != NULL; piece++) {
		if (**piece != '\0') {
			g_strv_builder_add(words, *piece);
		}
	}
	return g_strv_builder_end(words);
}

static gboolean check(const GwSetting *setting, const char *value, GError **error)
{
	const char *right = setting->check != NULL ? setting->check(value) : NULL;

	return right == NULL || fail(error, setting, value, right);
}

static gboolean check_list(const GwSetting *setting, char **words, GError **error)
{
	for (; *words != NULL; words++) {
		if (!check(setting, *words, error)) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean read_text(const GwSetting *setting, char **text, const char *value, GError **error)
{
	if (!check(setting, value, error)) {
		return FALSE;
	}
	*text = g_strdup(value);
	return TRUE;
}

static gboolean read_choice(
	const GwSetting *setting, char **text, const char *value, GError **error)
{
	g_autofree char *right = g_strconcat("one of: ", setting->choices, NULL);

	return is_among(setting->choices, value) ? read_text(setting, text, value, error)
						 : fail(error, setting, value, right);
}

static gboolean read_value(
	const GwSetting *setting, gpointer target, const char *value, GError **error)
{
	gpointer place = place_of(setting, target);

	switch (setting->kind) {
	case GW_SETTING_STRING:
	case GW_SETTING_SECRET:
		return read_text(setting, place, value, error);
	case GW_SETTING_NUMBER:
		return check(setting, value, error) && read_number(setting, place, value, error);
	case GW_SETTING_BOOLEAN:
		return check(setting, value, error) && read_boolean(setting, place, value, error);
	case GW_SETTING_ADDRESS:
		return is_address(value) ? read_text(setting, place, value, error)
					 : fail(error, setting, value, "HOST:PORT");
	case GW_SETTING_LIST:
		*(char ***)place = split_list(value);
		return check_list(setting, *(char ***)place, error);
	case GW_SETTING_CHOICE:
		return read_choice(setting, place, value, error);
	}
	g_return_val_if_reached(FALSE);
}

/* ---- tables ---- */

static void clear_value(const GwSetting *setting, gpointer place)
{
	switch (setting->kind) {
	case GW_SETTING_NUMBER:
		*(gint64 *)place = 0;
		break;
	case GW_SETTING_BOOLEAN:
		*(gboolean *)place = FALSE;
		break;
	case GW_SETTING_LIST:
		g_clear_pointer((char ***)place, g_strfreev);
		break;
	case GW_SETTING_STRING:
	case GW_SETTING_SECRET:
	case GW_SETTING_ADDRESS:
	case GW_SETTING_CHOICE:
		g_clear_pointer((char **)place, g_free);
		break;
	}
}

void gw_settings_clear(const GwSetting *table, gpointer target)
{
	for (; table->key != NULL; table++) {
		clear_value(table, place_of(table, target));
	}
}

static gboolean is_known(const GwSetting *table, const char *key)
{
	for (; table->key != NULL; table++) {
		if (strcmp(table->key, key) == 0) {
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean check_keys(const GwSetting *table, const char *const *keys, gsize n, GError **error)
{
	for (gsize i = 0; i < n; i++) {
		if (!is_known(table, keys[i])) {
			g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
				"%s: there is no such key", keys[i]);
			return FALSE;
		}
		for (gsize j = 0; j < i; j++) {
			if (strcmp(keys[i], keys[j]) == 0) {
				g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
					"%s: given twice", keys[i]);
				return FALSE;
			}
		}
	}
	return TRUE;
}

/* As given; NULL: not. An empty value for what must be given is not given. */
static const char *given_value(
	const GwSetting *setting, const char *const *keys, const char *const *values, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		if (strcmp(keys[i], setting->key) == 0) {
			return setting->required && *values[i] == '\0' ? NULL : values[i];
		}
	}
	return NULL;
}

static gboolean read_setting(
	const GwSetting *setting, gpointer target, const char *given, GError **error)
{
	const char *value = given != NULL ? given : setting->fallback;

	if (value != NULL) {
		return read_value(setting, target, value, error);
	}
	if (setting->required) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
			"%s: must be given", setting->key);
		return FALSE;
	}
	return TRUE;
}

gboolean gw_settings_read(const GwSetting *table, gpointer target, const char *const *keys,
	const char *const *values, gsize n, GError **error)
{
	for (const GwSetting *setting = table; setting->key != NULL; setting++) {
		gpointer place = place_of(setting, target);

		/* Not clear_value(): what is there has never been a value. */
		if (setting->kind == GW_SETTING_NUMBER) {
			*(gint64 *)place = 0;
		} else if (setting->kind == GW_SETTING_BOOLEAN) {
			*(gboolean *)place = FALSE;
		} else {
			*(gpointer *)place = NULL;
		}
	}
	if (!check_keys(table, keys, n, error)) {
		return FALSE;
	}
	for (const GwSetting *setting = table; setting->key != NULL; setting++) {
		const char *given = given_value(setting, keys, values, n);

		if (!read_setting(setting, target, given, error)) {
			return FALSE;
		}
	}
	return TRUE;
}
