/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "settings.h"

static const char good[] = "[component irc.example.org]\n"
			   "secret = s3cret\n"
			   "network = home\n"
			   "allow = example.org, friend@example.net\n"
			   "[irc home]\n"
			   "daemon = ngircd\n";

static Config *load_text(const char *text, GError **error)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("tombolo-config-XXXXXX", &path, NULL);
	Config *config;

	g_assert_cmpint(fd, >=, 0);
	g_close(fd, NULL);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	config = config_load(path, error);
	g_unlink(path);
	return config;
}

static void test_defaults(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_text(good, &error);
	const ComponentConfig *component;

	g_assert_no_error(error);
	component = config_component(config, "irc.example.org");
	g_assert_cmpstr(config->store, ==, "/var/lib/tombolo/tombolo.sqlite");
	g_assert_cmpstr(component->server, ==, "127.0.0.1:5347");
	g_assert_cmpint(component->rooms_per_user, ==, 50);
	g_assert_cmpstr(config_network(config, "home")->backend, ==, "irc");
}

/* What is wrong, and what the message must say of it. */
static void test_errors(void)
{
	static const struct {
		const char *text;
		const char *says[3];
	} rows[] = {
		{ "", { "no [component" } },
		{ "[nonsense]\n", { "[nonsense]", "unknown section" } },
		{ "[gateway]\nstrore = x\n", { "[gateway]", "strore" } },
		{ "[gateway]\nlog-level = loud\n", { "log-level", "loud", "debug" } },
		{ "[component irc.example.org]\nnetwork = x\n", { "secret" } },
		{ "[component irc.example.org]\nsecret = a\nnetwork = x\n",
			{ "network", "[BACKEND x]" } },
		{ "[component irc.example.org]\nsecret = a\nnetwork = x\nmessage-rate = fast\n",
			{ "message-rate", "\"fast\"", "number" } },
		{ "[component irc.example.org]\nsecret = a\nnetwork = x\nserver = nowhere\n",
			{ "server", "nowhere" } },
		{ "[component not a host]\nsecret = a\nnetwork = x\n", { "hostname" } },
		{ "[component a.example]\nsecret = a\nnetwork = x\n[component b.example]\n"
		  "secret = a\nnetwork = x\n[irc x]\n",
			{ "has a component already" } },
		{ "[irc x]\n[jabber x]\n", { "names must differ" } },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(load_text(rows[i].text, &error));
		for (guint j = 0; j < 3 && rows[i].says[j]; j++) {
			if (!strstr(error->message, rows[i].says[j])) {
				g_test_message(
					"\"%s\" lacks \"%s\"", error->message, rows[i].says[j]);
				g_test_fail();
			}
		}
	}
}

static gboolean has(char *const *list, const char *user)
{
	return config_list_has(list, user, strlen(user));
}

static void test_lists(void)
{
	g_autoptr(Config) config = load_text(good, NULL);
	char **allow = config_component(config, "irc.example.org")->allow;
	char *everybody[] = { (char *)"*", NULL };

	g_assert_true(has(allow, "juliet@example.org"));
	g_assert_true(has(allow, "friend@example.net"));
	g_assert_false(has(allow, "other@example.net"));
	g_assert_false(has(allow, "juliet@sub.example.org"));
	g_assert_false(has(allow, "example.org@evil.example"));
	g_assert_true(has(everybody, "x@y.example"));
	g_assert_false(has(NULL, "juliet@example.org"));
}

static void test_needs_restart(void)
{
	g_autoptr(Config) running = load_text(good, NULL);
	g_autoptr(Config) same = load_text(good, NULL);
	g_autofree char *text =
		g_strconcat("[gateway]\nstore = /elsewhere\n", good, "server-name = a.b\n", NULL);
	g_autoptr(Config) other = load_text(text, NULL);
	g_autoptr(GPtrArray) none = config_needs_restart(running, same);
	g_autoptr(GPtrArray) some = config_needs_restart(running, other);

	g_assert_cmpuint(none->len, ==, 0);
	g_assert_cmpuint(some->len, ==, 2);
	g_assert_cmpstr(some->pdata[0], ==, "[gateway] store has changed");
	g_assert_cmpstr(some->pdata[1], ==, "[irc home] has changed");
}

/* ---- gateway.conf.example against the tables ---- */

static const GwSetting *find_setting(const GwSetting *table, const char *key)
{
	for (; table->key; table++) {
		if (g_str_equal(table->key, key)) {
			return table;
		}
	}
	return NULL;
}

/* "#key = value" is a default, "key = value" one to replace. */
static void check_line(const GwSetting *table, const char *line, GHashTable *seen)
{
	gboolean is_default = *line == '#';
	g_auto(GStrv) parts = g_strsplit(line + is_default, "=", 2);
	const GwSetting *setting = find_setting(table, g_strstrip(parts[0]));

	g_assert_nonnull(setting);
	g_assert_true(g_hash_table_add(seen, (gpointer)setting->key));
	if (is_default && setting->fallback) {
		g_assert_cmpstr(g_strstrip(parts[1]), ==, setting->fallback);
	}
	g_assert_true(is_default || setting->required || !setting->fallback);
}

static void check_section(const GwSetting *table, char *const *lines)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GRegex) key = g_regex_new("^#?[a-z-]+ = ?", 0, 0, NULL);

	for (; *lines && **lines != '['; lines++) {
		if (g_regex_match(key, *lines, 0, NULL)) {
			check_line(table, *lines, seen);
		}
	}
	for (; table->key; table++) {
		if (!g_hash_table_contains(seen, table->key)) {
			g_test_message("the example lacks %s", table->key);
			g_test_fail();
		}
	}
}

static void test_example(void)
{
	static const struct {
		const char *section;
		const GwSetting *table;
	} rows[] = {
		{ "[gateway]", config_gateway_settings },
		{ "[component irc.example.org]", config_component_settings },
		{ "[irc example]", irc_settings_table },
	};
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	guint found = 0;

	g_assert_true(g_file_get_contents("gateway.conf.example", &text, NULL, NULL));
	lines = g_strsplit(text, "\n", 0);
	for (guint i = 0; lines[i]; i++) {
		for (guint j = 0; j < G_N_ELEMENTS(rows); j++) {
			if (g_str_equal(lines[i], rows[j].section)) {
				check_section(rows[j].table, lines + i + 1);
				found++;
			}
		}
	}
	g_assert_cmpuint(found, ==, G_N_ELEMENTS(rows));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/defaults", test_defaults);
	g_test_add_func("/config/errors", test_errors);
	g_test_add_func("/config/lists", test_lists);
	g_test_add_func("/config/needs-restart", test_needs_restart);
	g_test_add_func("/config/example", test_example);
	return g_test_run();
}
