/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "gw-log.h"

static guint n_evaluated;

static int evaluate(void)
{
	return (int)++n_evaluated;
}

static void say_all(void)
{
	gw_log_init("test-log", "info");
	gw_warning("a %s", "warning");
	gw_message("a message");
	gw_info("an info\nwith a forged line");
	gw_debug("a debug %d", evaluate());
	gw_log(G_LOG_LEVEL_INFO, "alice@example.org", "logged in");
	gw_log_set_level("warning");
	gw_message("dropped");
	gw_log_set_level("debug");
	gw_debug("shown %d", evaluate());
	/* Another domain's keep GLib's rule. */
	g_log_structured("Other", G_LOG_LEVEL_DEBUG, "MESSAGE", "foreign");
}

static void test_output(void)
{
	if (g_test_subprocess()) {
		say_all();
		return;
	}
	g_unsetenv("G_MESSAGES_DEBUG");
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_passed();
	g_test_trap_assert_stderr("*test-log-WARNING*a warning*");
	g_test_trap_assert_stderr("*test-log-Message*a message*");
	g_test_trap_assert_stderr("*test-log-INFO*an info with a forged line*");
	g_test_trap_assert_stderr("*test-log-INFO*alice@example.org: logged in*");
	g_test_trap_assert_stderr_unmatched("*a debug*");
	g_test_trap_assert_stderr_unmatched("*dropped*");
	g_test_trap_assert_stderr_unmatched("*foreign*");
	g_test_trap_assert_stderr("*test-log-DEBUG*shown 1*");
}

static void test_levels(void)
{
	g_assert_true(gw_log_set_level("message"));
	g_assert_true(gw_log_is_on(G_LOG_LEVEL_WARNING));
	g_assert_true(gw_log_is_on(G_LOG_LEVEL_MESSAGE));
	g_assert_false(gw_log_is_on(G_LOG_LEVEL_INFO));
	g_assert_false(gw_log_is_on(G_LOG_LEVEL_DEBUG));
	g_assert_false(gw_log_set_level("loud"));
	g_assert_false(gw_log_set_level(NULL));
	g_assert_false(gw_log_is_on(G_LOG_LEVEL_INFO));
	g_assert_true(gw_log_set_level("debug"));
	g_assert_true(gw_log_is_on(G_LOG_LEVEL_DEBUG));
	g_assert_true(gw_log_set_level("warning"));
	g_assert_false(gw_log_is_on(G_LOG_LEVEL_MESSAGE));
	g_assert_true(gw_log_is_on(G_LOG_LEVEL_CRITICAL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	g_test_add_func("/log/output", test_output);
	g_test_add_func("/log/levels", test_levels);
	return g_test_run();
}
