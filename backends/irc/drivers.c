/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "driver.h"

static const IrcDriver *const drivers[] = {
	&irc_driver_ngircd,
};

const IrcDriver *irc_driver_find(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(drivers); i++) {
		if (g_str_equal(drivers[i]->name, name)) {
			return drivers[i];
		}
	}
	return NULL;
}
