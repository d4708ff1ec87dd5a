/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mask.h"

#include <string.h>

/* A wildcard character that stands for itself. */
static gboolean is_escaped(const char *mask)
{
	return mask[0] == '\\' && (mask[1] == '*' || mask[1] == '?');
}

gboolean irc_mask_match(IrcCasemap casemap, const char *mask, const char *text)
{
	const char *after_star = NULL; /* of the mask: where to try again */
	const char *tried = NULL;      /* of the text: where the last try began */

	/* Only the last star needs another try: what stands before it has matched as early as it
	 * can. */
	while (*text != '\0') {
		gboolean escaped = is_escaped(mask);

		if (*mask == '*') {
			after_star = ++mask;
			tried = text;
			continue;
		}
		mask += escaped;
		if (*mask != '\0' &&
			((*mask == '?' && !escaped) || irc_casemap_lower(casemap, *mask) ==
							       irc_casemap_lower(casemap, *text))) {
			mask++;
			text++;
		} else if (after_star) {
			mask = after_star;
			text = ++tried;
		} else {
			return FALSE;
		}
	}
	mask += strspn(mask, "*");
	return *mask == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* "$a:x" cannot begin a nick; "~a:x" or "~account:x" is told from a user name ("~bob@host") by its
 * colon, "R:x" (InspIRCd) from an IPv6 address by its characters. */
static gboolean is_extended(const char *mask)
{
	gsize word = strspn(mask + (*mask == '~'), LETTERS "-");

	return mask[0] == '$' || (mask[0] == '~' && word > 0 && mask[1 + word] == ':') ||
	       (g_ascii_isalpha(mask[0]) && mask[1] == ':' &&
		       mask[strspn(mask, "0123456789abcdefABCDEF:.*?/")] != '\0');
}

char *irc_mask_normalise(const char *mask)
{
	const char *user = strchr(mask, '!');
	const char *host = strrchr(user ? user : mask, '@');

	if (*mask == '\0') {
		return NULL;
	}
	for (const char *at = mask; *at != '\0'; at++) {
		if ((guchar)*at <= ' ' || *at == 0x7f) {
			return NULL;
		}
	}
	if (is_extended(mask)) {
		return g_strdup(mask);
	}
	if (!user && !host && strpbrk(mask, ".:/")) {
		return g_strdup_printf("*!*@%s", mask);
	}

	g_autofree char *nick_part = user ? g_strndup(mask, user - mask) : NULL;
	g_autofree char *user_part = NULL;
	const char *host_part = host ? host + 1 : "*";

	if (user) {
		user_part = g_strndup(user + 1, host ? (gsize)(host - user - 1) : strlen(user + 1));
	} else if (host) {
		user_part = g_strndup(mask, host - mask);
	} else {
		nick_part = g_strdup(mask);
	}
	return g_strdup_printf("%s!%s@%s", nick_part && *nick_part ? nick_part : "*",
		user_part && *user_part ? user_part : "*", *host_part ? host_part : "*");
}
