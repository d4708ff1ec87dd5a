/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_JID_H
#define GW_JID_H

#include <glib.h>

/* Addresses (RFC 7622) and the ids of other networks in them (XEP-0106). */

/* Parts of a JID; strings in one allocation of the caller's (see gw_jid_split). */
typedef struct {
	const char *local;    /* NULL: none */
	const char *domain;   /* never NULL */
	const char *resource; /* NULL: none */
	char *storage;        /* what the parts point into */
} GwJid;

/* Splits without preparing: for JIDs that an XMPP server has checked. FALSE: not a JID (empty or
 * missing parts, a part over 1023 bytes, not UTF-8). Clear with gw_jid_clear(). */
gboolean gw_jid_split(GwJid *jid, const char *text);
void gw_jid_clear(GwJid *jid);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwJid, gw_jid_clear)

/* Prepared (nodeprep, nameprep, resourceprep): for JIDs that people or files gave. NULL: not a JID.
 */
char *gw_jid_prepare(const char *text);

/* Length of the bare JID at the start of `text`. */
gsize gw_jid_bare_length(const char *text);
char *gw_jid_bare(const char *text);
const char *gw_jid_resource(const char *text); /* points into `text`; NULL: none */
/* "a@b/c" of parts; `local` and `resource` may be NULL. */
char *gw_jid_join(const char *local, const char *domain, const char *resource);

/* A legacy id as local part: escaped by XEP-0106, then folded by nodeprep. NULL: impossible (empty,
 * over 1023 bytes, a space at an end, forbidden characters). */
char *gw_jid_escape(const char *id);
/* Back to the id, as far as nodeprep has left it. Never NULL. */
char *gw_jid_unescape(const char *local);

/* A nick as resource (resourceprep). NULL: impossible. */
char *gw_jid_prepare_resource(const char *nick);

#endif
