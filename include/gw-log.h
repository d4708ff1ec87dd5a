/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_LOG_H
#define GW_LOG_H

#include <glib.h>

/* Log lines through GLib's structured log (journald or stderr).
 *
 * G_LOG_DOMAIN is "tombolo" in the gateway and "tombolo-NAME" in workers.
 * warning: someone should look. message: what an admin wants to know. info: a
 * line per login or join. debug: traffic. Never a password or a body. */

#define gw_warning(...) gw_log(G_LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define gw_message(...) gw_log(G_LOG_LEVEL_MESSAGE, NULL, __VA_ARGS__)
#define gw_info(...) gw_log(G_LOG_LEVEL_INFO, NULL, __VA_ARGS__)
/* Arguments are not evaluated unless the level is on. */
#define gw_debug(...)                                                 \
	G_STMT_START                                                  \
	{                                                             \
		if (gw_log_is_on(G_LOG_LEVEL_DEBUG))                  \
			gw_log(G_LOG_LEVEL_DEBUG, NULL, __VA_ARGS__); \
	}                                                             \
	G_STMT_END

/* `program` becomes the domain; it must stay valid. `level` is the least that is shown: "warning",
 * "message", "info" or "debug". */
void gw_log_init(const char *program, const char *level);
gboolean gw_log_set_level(const char *level); /* FALSE: no such level */
gboolean gw_log_is_on(GLogLevelFlags level);

/* `user`: the bare JID of the session it is about, as field USER=; NULL: none. */
void gw_log(GLogLevelFlags level, const char *user, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
