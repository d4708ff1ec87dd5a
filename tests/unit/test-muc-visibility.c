/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "features/muc-send.h"

/* A line of a room goes to a client only while its user is in the channel on the network and the
 * client is known to be there: each condition alone keeps it away. */
static void test_may_see(void)
{
	static const struct {
		gboolean in, leaving, away, lost, sees;
	} rows[] = {
		{ TRUE, FALSE, FALSE, FALSE, TRUE },
		{ FALSE, FALSE, FALSE, FALSE, FALSE },
		{ TRUE, TRUE, FALSE, FALSE, FALSE },
		{ TRUE, FALSE, TRUE, FALSE, FALSE },
		{ TRUE, FALSE, FALSE, TRUE, FALSE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		Room room = { .lost = rows[i].lost };
		Member member = { .leaving = rows[i].leaving };
		Occupant occupant = { .member = rows[i].in ? &member : NULL, .away = rows[i].away };

		g_assert_cmpint(muc_may_see(&room, &occupant), ==, rows[i].sees);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/muc/may-see", test_may_see);
	return g_test_run();
}
