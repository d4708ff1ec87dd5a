/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include <glib.h>

/* Step n takes a store from version n to n + 1 (PRAGMA user_version). Append only: a released step
 * is never changed. Ends with NULL. */
extern const char *const store_migrations[];
extern const int store_version;

#endif
