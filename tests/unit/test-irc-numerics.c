/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "numerics.h"

static void test_parse(void)
{
	static const struct {
		const char *command;
		guint numeric;
	} rows[] = {
		{ "001", 1 },
		{ "433", IRC_ERR_NICKNAMEINUSE },
		{ "999", 999 },
		{ "", 0 },
		{ "43", 0 },
		{ "4333", 0 },
		{ "43x", 0 },
		{ "-43", 0 },
		{ "PING", 0 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpuint(irc_numeric_parse(rows[i].command), ==, rows[i].numeric);
	}
}

/* Numbers, not names, so that a name with a wrong number is found. */
static void test_failure(void)
{
	static const struct {
		guint numeric;
		GwFailure failure;
	} rows[] = {
		{ 0, GW_FAILURE_NONE },
		{ 1, GW_FAILURE_NONE },
		{ 263, GW_FAILURE_LIMIT },
		{ 376, GW_FAILURE_NONE },
		{ 401, GW_FAILURE_NOT_FOUND },
		{ 402, GW_FAILURE_NOT_FOUND },
		{ 403, GW_FAILURE_NOT_FOUND },
		{ 404, GW_FAILURE_NOT_ALLOWED },
		{ 405, GW_FAILURE_LIMIT },
		{ 406, GW_FAILURE_NOT_FOUND },
		{ 407, GW_FAILURE_BAD_REQUEST },
		{ 409, GW_FAILURE_BAD_REQUEST },
		{ 411, GW_FAILURE_BAD_REQUEST },
		{ 412, GW_FAILURE_BAD_REQUEST },
		{ 413, GW_FAILURE_BAD_REQUEST },
		{ 414, GW_FAILURE_BAD_REQUEST },
		{ 417, GW_FAILURE_LIMIT },
		{ 421, GW_FAILURE_UNSUPPORTED },
		{ 422, GW_FAILURE_NOT_FOUND },
		{ 423, GW_FAILURE_NOT_FOUND },
		{ 431, GW_FAILURE_BAD_NAME },
		{ 432, GW_FAILURE_BAD_NAME },
		{ 433, GW_FAILURE_CONFLICT },
		{ 436, GW_FAILURE_CONFLICT },
		{ 437, GW_FAILURE_CONFLICT },
		{ 438, GW_FAILURE_LIMIT },
		{ 439, GW_FAILURE_LIMIT },
		{ 440, GW_FAILURE_NETWORK },
		{ 441, GW_FAILURE_NOT_JOINED },
		{ 442, GW_FAILURE_NOT_JOINED },
		{ 443, GW_FAILURE_CONFLICT },
		{ 451, GW_FAILURE_AUTH },
		{ 461, GW_FAILURE_BAD_REQUEST },
		{ 462, GW_FAILURE_BAD_REQUEST },
		{ 464, GW_FAILURE_AUTH },
		{ 465, GW_FAILURE_BANNED },
		{ 466, GW_FAILURE_BANNED },
		{ 467, GW_FAILURE_CONFLICT },
		{ 471, GW_FAILURE_FULL },
		{ 472, GW_FAILURE_UNSUPPORTED },
		{ 473, GW_FAILURE_MEMBERS_ONLY },
		{ 474, GW_FAILURE_BANNED },
		{ 475, GW_FAILURE_PASSWORD },
		{ 476, GW_FAILURE_NOT_FOUND },
		{ 477, GW_FAILURE_MEMBERS_ONLY },
		{ 478, GW_FAILURE_LIMIT },
		{ 479, GW_FAILURE_BAD_NAME },
		{ 481, GW_FAILURE_NOT_ALLOWED },
		{ 482, GW_FAILURE_NOT_ALLOWED },
		{ 483, GW_FAILURE_NOT_ALLOWED },
		{ 484, GW_FAILURE_NOT_ALLOWED },
		{ 485, GW_FAILURE_NOT_ALLOWED },
		{ 489, GW_FAILURE_NOT_ALLOWED },
		{ 491, GW_FAILURE_NOT_ALLOWED },
		{ 501, GW_FAILURE_UNSUPPORTED },
		{ 502, GW_FAILURE_NOT_ALLOWED },
		{ 531, GW_FAILURE_NOT_ALLOWED },
		{ 599, GW_FAILURE_NOT_ALLOWED }, /* no row */
		{ 600, GW_FAILURE_NONE },
		{ 716, GW_FAILURE_NOT_ALLOWED },
		{ 717, GW_FAILURE_NOT_ALLOWED },
		{ 718, GW_FAILURE_NONE }, /* somebody else's message to us */
		{ 902, GW_FAILURE_AUTH },
		{ 903, GW_FAILURE_NONE },
		{ 904, GW_FAILURE_AUTH },
		{ 905, GW_FAILURE_AUTH },
		{ 906, GW_FAILURE_AUTH },
		{ 907, GW_FAILURE_NONE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(irc_numeric_failure(rows[i].numeric), ==, rows[i].failure);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/numerics/parse", test_parse);
	g_test_add_func("/irc/numerics/failure", test_failure);
	return g_test_run();
}
