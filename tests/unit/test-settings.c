/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "gw-settings.h"

typedef struct {
	char *name;
	char *secret;
	gint64 port;
	gboolean tls;
	char *server;
	char **channels;
	char *mode;
	char *host;
} Target;

static const char *check_host(const char *value)
{
	return strchr(value, '.') != NULL ? NULL : "a hostname";
}

static const GwSetting table[] = {
	{ .key = "name", .kind = GW_SETTING_STRING, .offset = offsetof(Target, name) },
	{ .key = "secret",
		.kind = GW_SETTING_SECRET,
		.offset = offsetof(Target, secret),
		.required = TRUE },
	{ .key = "port",
		.kind = GW_SETTING_NUMBER,
		.offset = offsetof(Target, port),
		.fallback = "6667",
		.least = 1,
		.most = 65535 },
	{ .key = "tls",
		.kind = GW_SETTING_BOOLEAN,
		.offset = offsetof(Target, tls),
		.fallback = "yes" },
	{ .key = "server", .kind = GW_SETTING_ADDRESS, .offset = offsetof(Target, server) },
	{ .key = "channels",
		.kind = GW_SETTING_LIST,
		.offset = offsetof(Target, channels),
		.fallback = "#a #b" },
	{ .key = "mode",
		.kind = GW_SETTING_CHOICE,
		.offset = offsetof(Target, mode),
		.fallback = "link",
		.choices = "link client" },
	{ .key = "host",
		.kind = GW_SETTING_STRING,
		.offset = offsetof(Target, host),
		.check = check_host },
	{ .key = NULL },
};

static gboolean read_one(Target *target, const char *key, const char *value, GError **error)
{
	const char *keys[] = { "secret", key };
	const char *values[] = { "s3cret", value };

	return gw_settings_read(table, target, keys, values, 2, error);
}

static void test_defaults(void)
{
	const char *const keys[] = { "secret" };
	const char *const values[] = { "s3cret" };
	g_autoptr(GError) error = NULL;
	Target target;

	memset(&target, 0xaa, sizeof(target));
	g_assert_true(gw_settings_read(table, &target, keys, values, 1, &error));
	g_assert_no_error(error);
	g_assert_null(target.name);
	g_assert_cmpstr(target.secret, ==, "s3cret");
	g_assert_cmpint(target.port, ==, 6667);
	g_assert_true(target.tls);
	g_assert_null(target.server);
	g_assert_cmpuint(g_strv_length(target.channels), ==, 2);
	g_assert_cmpstr(target.channels[1], ==, "#b");
	g_assert_cmpstr(target.mode, ==, "link");
	gw_settings_clear(table, &target);
	g_assert_null(target.secret);
	g_assert_null(target.channels);
	gw_settings_clear(table, &target);
}

static void test_values(void)
{
	static const char *const keys[] = { "name", "secret", "port", "tls", "server", "channels",
		"mode", "host" };
	static const char *const values[] = { "a name", "x", "65535", "Off", "[::1]:5347",
		"#x,#y, #z", "client", "a.b" };
	static const char *const channels[] = { "#x", "#y", "#z", NULL };
	g_autoptr(GError) error = NULL;
	Target target;

	g_assert_true(gw_settings_read(table, &target, keys, values, G_N_ELEMENTS(keys), &error));
	g_assert_no_error(error);
	g_assert_cmpstr(target.name, ==, "a name");
	g_assert_cmpint(target.port, ==, 65535);
	g_assert_false(target.tls);
	g_assert_cmpstr(target.server, ==, "[::1]:5347");
	g_assert_cmpstrv(target.channels, channels);
	g_assert_cmpstr(target.mode, ==, "client");
	g_assert_cmpstr(target.host, ==, "a.b");
	gw_settings_clear(table, &target);
}

static void test_words(void)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "YES" };
	static const char *const no[] = { "no", "false", "off", "0", "False" };
	static const char *const addresses[] = { "localhost:1", "1.2.3.4:65535", "[fe80::1]:5347" };
	Target target;

	for (guint i = 0; i < G_N_ELEMENTS(yes); i++) {
		g_assert_true(read_one(&target, "tls", yes[i], NULL));
		g_assert_true(target.tls);
		gw_settings_clear(table, &target);
		g_assert_true(read_one(&target, "tls", no[i], NULL));
		g_assert_false(target.tls);
		gw_settings_clear(table, &target);
	}
	for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_assert_true(read_one(&target, "server", addresses[i], NULL));
		gw_settings_clear(table, &target);
	}
	g_assert_true(read_one(&target, "channels", "  ", NULL));
	g_assert_cmpuint(g_strv_length(target.channels), ==, 0);
	gw_settings_clear(table, &target);
}

static void test_errors(void)
{
	static const struct {
		const char *key, *value, *message;
	} rows[] = {
		{ "port", "abc", "port: \"abc\" is not a number from 1 to 65535" },
		{ "port", "0", "port: \"0\" is not a number from 1 to 65535" },
		{ "port", "65536", "port: \"65536\" is not a number from 1 to 65535" },
		{ "port", "", "port: \"\" is not a number from 1 to 65535" },
		{ "port", "1x", "port: \"1x\" is not a number from 1 to 65535" },
		{ "tls", "maybe", "tls: \"maybe\" is not yes or no" },
		{ "server", "localhost", "server: \"localhost\" is not HOST:PORT" },
		{ "server", ":1", "server: \":1\" is not HOST:PORT" },
		{ "server", "a:0", "server: \"a:0\" is not HOST:PORT" },
		{ "server", "::1:5347", "server: \"::1:5347\" is not HOST:PORT" },
		{ "server", "[]:1", "server: \"[]:1\" is not HOST:PORT" },
		{ "server", "a b:1", "server: \"a b:1\" is not HOST:PORT" },
		{ "mode", "relay", "mode: \"relay\" is not one of: link client" },
		{ "mode", "", "mode: \"\" is not one of: link client" },
		{ "host", "nowhere", "host: \"nowhere\" is not a hostname" },
		{ "porrt", "1", "porrt: there is no such key" },
		{ "secret", "again", "secret: given twice" },
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		Target target;

		g_assert_false(read_one(&target, rows[i].key, rows[i].value, &error));
		g_assert_cmpstr(error->message, ==, rows[i].message);
		gw_settings_clear(table, &target);
	}
}

static void test_required(void)
{
	static const char *const keys[] = { "secret" };
	static const char *const values[] = { "" };
	g_autoptr(GError) error = NULL;
	Target target;

	g_assert_false(gw_settings_read(table, &target, NULL, NULL, 0, &error));
	g_assert_cmpstr(error->message, ==, "secret: must be given");
	gw_settings_clear(table, &target);
	g_clear_error(&error);
	g_assert_false(gw_settings_read(table, &target, keys, values, 1, &error));
	g_assert_cmpstr(error->message, ==, "secret: must be given");
	gw_settings_clear(table, &target);
}

static const char *refuse(const char *value)
{
	return "long enough";
}

static void test_secret_is_not_shown(void)
{
	static const GwSetting secret_table[] = {
		{ .key = "key",
			.kind = GW_SETTING_SECRET,
			.offset = offsetof(Target, secret),
			.check = refuse },
		{ .key = NULL },
	};
	static const char *const keys[] = { "key" };
	static const char *const values[] = { "hunter2" };
	g_autoptr(GError) error = NULL;
	Target target;

	g_assert_false(gw_settings_read(secret_table, &target, keys, values, 1, &error));
	g_assert_cmpstr(error->message, ==, "key: the value is not long enough");
	gw_settings_clear(secret_table, &target);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/settings/defaults", test_defaults);
	g_test_add_func("/settings/values", test_values);
	g_test_add_func("/settings/words", test_words);
	g_test_add_func("/settings/errors", test_errors);
	g_test_add_func("/settings/required", test_required);
	g_test_add_func("/settings/secret-is-not-shown", test_secret_is_not_shown);
	return g_test_run();
}
