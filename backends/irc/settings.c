/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <gio/gio.h>
#include <string.h>

#include "driver.h"
#include "gw-log.h"
#include "link.h"

enum {
	HOST_LENGTH_MAX = 63, /* what the daemons keep of a host */
};

/* ---- checks of single values ---- */

static gboolean is_host_text(const char *value)
{
	for (const char *c = value; *c; c++) {
		if (!g_ascii_isalnum(*c) && !strchr("-._:/", *c)) {
			return FALSE;
		}
	}
	return *value && *value != ':';
}

static const char *check_server_name(const char *value)
{
	gboolean dot = strchr(value, '.') && value[0] != '.' && !g_str_has_suffix(value, ".");

	return dot && is_host_text(value) && !strpbrk(value, ":/_") &&
			       strlen(value) <= HOST_LENGTH_MAX
		       ? NULL
		       : "a server name: letters, digits, hyphens and at least one dot, 63 bytes "
			 "at most";
}

/* It travels as one word of a line. */
static const char *check_password(const char *value)
{
	return *value && *value != ':' && !strpbrk(value, " \t\r\n")
		       ? NULL
		       : "a word without spaces that does not begin with a colon";
}

static const char *check_fingerprint(const char *value)
{
	guint digits = 0;

	for (const char *c = value; *c; c++) {
		if (!g_ascii_isxdigit(*c) && *c != ':') {
			return "a SHA-256 fingerprint: 64 hex digits, with or without colons";
		}
		digits += *c != ':';
	}
	return digits == 64 ? NULL : "a SHA-256 fingerprint: 64 hex digits, with or without colons";
}

static const char *check_charset(const char *value)
{
	g_autofree char *probe = g_convert("x", 1, "UTF-8", value, NULL, NULL, NULL);

	return probe ? NULL : "a character set that iconv knows, like WINDOWS-1252";
}

static const char *check_user_host(const char *value)
{
	const char *token = strstr(value, "%t");
	g_autofree char *rest =
		token ? g_strdup_printf("%.*s%s", (int)(token - value), value, token + 2) : NULL;

	return token && (*rest == '\0' || is_host_text(rest)) && *value != ':'
		       ? NULL
		       : "a host name with %t in it, the place of the user's token";
}

static const char *check_line_text(const char *value)
{
	return strpbrk(value, "\r\n") ? "one line of text" : NULL;
}

/* ---- the table ---- */

#define ROW(name, KIND, member) \
	.key = name, .kind = GW_SETTING_##KIND, .offset = offsetof(IrcSettings, member)

const GwSetting irc_settings_table[] = {
	{ ROW("daemon", CHOICE, daemon), .required = TRUE, .choices = IRC_DRIVER_NAMES },
	{ ROW("connect", ADDRESS, connect) },
	{ ROW("listen", ADDRESS, listen) },
	{ ROW("server-name", STRING, server_name), .required = TRUE, .check = check_server_name },
	{ ROW("server-info", STRING, server_info), .fallback = "XMPP gateway",
		.check = check_line_text },
	{ ROW("send-password", SECRET, send_password), .required = TRUE, .check = check_password },
	{ ROW("accept-password", SECRET, accept_password), .required = TRUE,
		.check = check_password },
	{ ROW("tls", BOOLEAN, tls), .fallback = "no" },
	{ ROW("tls-fingerprint", STRING, tls_fingerprint), .check = check_fingerprint },
	{ ROW("tls-certificate", STRING, tls_certificate) },
	{ ROW("tls-key", STRING, tls_key) },
	{ ROW("charset", STRING, charset), .fallback = "WINDOWS-1252", .check = check_charset },
	{ ROW("user-host", STRING, user_host), .check = check_user_host },
	{ ROW("realname", CHOICE, realname), .fallback = "nick", .choices = "nick jid" },
	{ ROW("network-name", STRING, network_name), .check = check_line_text },
	{ ROW("admin-contact", STRING, admin_contact), .check = check_line_text },
	{ ROW("nick-length", NUMBER, nick_length), .fallback = "0", .least = 0, .most = 64 },
	{ 0 },
};

#undef ROW

/* ---- what keys say together ---- */

G_GNUC_PRINTF(2, 3) static gboolean refuse(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, text);
	return FALSE;
}

static gboolean check_tls(const IrcSettings *settings, GError **error)
{
	if (!settings->tls) {
		return !settings->tls_fingerprint && !settings->tls_certificate &&
				       !settings->tls_key
			       ? TRUE
			       : refuse(error,
					 "tls: is \"no\", so tls-fingerprint, tls-certificate and "
					 "tls-key have no use; say tls = yes");
	}
	if (!settings->tls_certificate != !settings->tls_key) {
		return refuse(error, "tls-certificate and tls-key: both or neither");
	}
	if (settings->listen && !settings->tls_certificate) {
		return refuse(error, "tls-certificate: needed to listen with TLS");
	}
	if (!g_tls_backend_supports_tls(g_tls_backend_get_default())) {
		return refuse(error, "tls: the package glib-networking is not installed");
	}
	if (settings->tls_certificate) {
		g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_files(
			settings->tls_certificate, settings->tls_key, error);

		if (!certificate) {
			g_prefix_error(error, "tls-certificate, tls-key: ");
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean check_together(const IrcSettings *settings, GError **error)
{
	if (!settings->connect == !settings->listen) {
		return refuse(error, "connect, listen: exactly one of them, connect = HOST:PORT of "
				     "the daemon or listen = HOST:PORT for it to connect to");
	}
	return check_tls(settings, error);
}

static void fill_in(IrcSettings *settings)
{
	if (!settings->user_host) {
		settings->user_host = g_strconcat("%t.", settings->server_name, NULL);
	}
	if (!settings->network_name) {
		settings->network_name =
			irc_settings_host(settings->connect ? settings->connect : settings->listen);
	}
	if (settings->tls_fingerprint) {
		char *to = settings->tls_fingerprint;

		for (const char *from = to; *from; from++) {
			if (*from != ':') {
				*to++ = g_ascii_tolower(*from);
			}
		}
		*to = '\0';
	}
}

static gboolean is_loopback(const char *host)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	return address ? g_inet_address_get_is_loopback(address) : g_str_equal(host, "localhost");
}

static void warn_of_plain_text(const IrcSettings *settings)
{
	const char *address = settings->connect ? settings->connect : settings->listen;
	g_autofree char *host = irc_settings_host(address);

	if (!settings->tls && !is_loopback(host)) {
		gw_warning("the link at %s is not encrypted, and its passwords can be read on the "
			   "way; "
			   "say tls = yes",
			address);
	}
}

gboolean irc_settings_read(IrcSettings *settings, const GwStart *start, GError **error)
{
	g_autofree const char **keys = g_new(const char *, start->n_settings + 1);
	g_autofree const char **values = g_new(const char *, start->n_settings + 1);

	for (guint i = 0; i < start->n_settings; i++) {
		keys[i] = start->settings[i].name;
		values[i] = start->settings[i].value;
	}
	memset(settings, 0, sizeof *settings);
	if (!gw_settings_read(
		    irc_settings_table, settings, keys, values, start->n_settings, error) ||
		!check_together(settings, error)) {
		irc_settings_clear(settings);
		return FALSE;
	}
	fill_in(settings);
	if (!start->check_only) {
		warn_of_plain_text(settings);
	}
	return TRUE;
}

void irc_settings_clear(IrcSettings *settings)
{
	gw_settings_clear(irc_settings_table, settings);
}

char *irc_settings_host(const char *address)
{
	const char *colon = strrchr(address, ':');
	const char *start = *address == '[' ? address + 1 : address;
	const char *end = *address == '[' ? strchr(address, ']') : colon;

	return g_strndup(start, end ? (gsize)(end - start) : strlen(start));
}

guint16 irc_settings_port(const char *address)
{
	const char *colon = strrchr(address, ':');

	return colon ? (guint16)g_ascii_strtoull(colon + 1, NULL, 10) : 0;
}
