/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_SETTINGS_H
#define GW_SETTINGS_H

#include <glib.h>

/* A config section as a table: key, kind, default, and where the value goes.
 * The table is all there is to know of a key: reading, checking, the example
 * file's test and the manual's all go by it. */

typedef enum {
	GW_SETTING_STRING,  /* char *, NULL when not given and no default */
	GW_SETTING_SECRET,  /* char *; never shown */
	GW_SETTING_NUMBER,  /* gint64, within least..most */
	GW_SETTING_BOOLEAN, /* gboolean: yes/no, true/false, on/off, 1/0 */
	GW_SETTING_ADDRESS, /* char *: HOST:PORT or [IPv6]:PORT */
	GW_SETTING_LIST,    /* char **: separated by spaces or commas */
	GW_SETTING_CHOICE,  /* char *: one of `choices`, separated by spaces */
} GwSettingKind;

typedef struct {
	const char *key;
	GwSettingKind kind;
	gsize offset;         /* of the value in the struct */
	const char *fallback; /* the default as written in the file; NULL: none */
	gboolean required;
	gboolean reloadable; /* takes effect on SIGHUP */
	gint64 least, most;  /* NUMBER */
	const char *choices; /* CHOICE */
	/* Further check, of each word of a LIST. NULL when fine, else what would be right:
	 * "a hostname". */
	const char *(*check)(const char *value);
} GwSetting;

/* Ends with a row whose key is NULL. Reads `keys` and `values` (n of each) into `target`, defaults
 * for the rest. FALSE: `error` says `port: "abc" is not a number from 1 to 65535`. On failure and
 * success free with gw_settings_clear(). */
gboolean gw_settings_read(const GwSetting *table, gpointer target, const char *const *keys,
	const char *const *values, gsize n, GError **error);
void gw_settings_clear(const GwSetting *table, gpointer target);

#endif
