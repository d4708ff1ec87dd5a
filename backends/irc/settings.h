/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_SETTINGS_H
#define IRC_SETTINGS_H

#include "gw-settings.h"
#include "gw-types.h"

/* The [irc NAME] section of gateway.conf: one network, linked as one of its servers. */

typedef struct {
	char *daemon;
	char *connect; /* HOST:PORT; this or `listen` */
	char *listen;
	char *server_name;
	char *server_info;
	char *send_password;
	char *accept_password;
	gboolean tls;
	char *tls_fingerprint; /* 64 lower-case hex digits */
	char *tls_certificate;
	char *tls_key;
	char *charset;   /* of lines that are not UTF-8 */
	char *user_host; /* "%t.example.org": %t is the user's token */
	char *realname;
	char *network_name;
	char *admin_contact; /* may be NULL */
	gint64 nick_length;  /* 0: as the daemon says */
} IrcSettings;

extern const GwSetting irc_settings_table[];

/* FALSE: `error` says which key is wrong and what would be right. */
gboolean irc_settings_read(IrcSettings *settings, const GwStart *start, GError **error);
void irc_settings_clear(IrcSettings *settings);

/* Splits HOST:PORT or [IPv6]:PORT, which was checked when it was read. */
char *irc_settings_host(const char *address);
guint16 irc_settings_port(const char *address);

#endif
