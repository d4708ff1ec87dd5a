/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-jid.h"

#include <string.h>
#include <stringprep.h>

#define MAX_PART 1023 /* bytes, RFC 7622 §3.1 */

/* ---- parts ---- */

static gboolean is_part(const char *text)
{
	gsize length = strlen(text);

	return length > 0 && length <= MAX_PART;
}

static gboolean are_parts(const GwJid *jid)
{
	return is_part(jid->domain) && (jid->local == NULL || is_part(jid->local)) &&
	       (jid->resource == NULL || is_part(jid->resource));
}

gboolean gw_jid_split(GwJid *jid, const char *text)
{
	memset(jid, 0, sizeof(*jid));
	if (text == NULL || !g_utf8_validate(text, -1, NULL)) {
		return FALSE;
	}
	jid->storage = g_strdup(text);
	char *slash = strchr(jid->storage, '/');
	if (slash != NULL) {
		*slash = '\0';
		jid->resource = slash + 1;
	}
	char *at = strchr(jid->storage, '@');
	if (at != NULL) {
		*at = '\0';
		jid->local = jid->storage;
	}
	jid->domain = at != NULL ? at + 1 : jid->storage;
	if (!are_parts(jid) || strchr(jid->domain, '@') != NULL) {
		gw_jid_clear(jid);
		return FALSE;
	}
	return TRUE;
}

void gw_jid_clear(GwJid *jid)
{
	g_free(jid->storage);
	memset(jid, 0, sizeof(*jid));
}

gsize gw_jid_bare_length(const char *text)
{
	return strcspn(text, "/");
}

char *gw_jid_bare(const char *text)
{
	return g_strndup(text, gw_jid_bare_length(text));
}

const char *gw_jid_resource(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : NULL;
}

char *gw_jid_join(const char *local, const char *domain, const char *resource)
{
	return g_strconcat(local != NULL ? local : "", local != NULL ? "@" : "", domain,
		resource != NULL ? "/" : "", resource != NULL ? resource : "", NULL);
}

/* ---- preparing ---- */

typedef struct {
	const Stringprep_profile *profile;
	gboolean folds;        /* case */
	const char *forbidden; /* in ASCII, besides controls; what the profile's tables say */
} Preparation;

/* Nameprep itself allows nearly all of ASCII; these cannot be in a host name or an address. */
static const Preparation prepare_domain = { stringprep_nameprep, TRUE,
	" !\"#$%&'()*+,/;<=>?@\\^_`{|}~" };
static const Preparation prepare_local = { stringprep_xmpp_nodeprep, TRUE, " \"&'/:<>@" };
static const Preparation prepare_resource = { stringprep_xmpp_resourceprep, FALSE, "" };

static gboolean is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((signed char)*text < 0) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean is_allowed(const Preparation *preparation, const char *text)
{
	for (; *text != '\0'; text++) {
		if (g_ascii_iscntrl(*text) || strchr(preparation->forbidden, *text) != NULL) {
			return FALSE;
		}
	}
	return TRUE;
}

/* NULL: impossible. */
static char *prepare(const Preparation *preparation, const char *text)
{
	char prepared[MAX_PART + 1];

	if (!is_part(text)) {
		return NULL;
	}
	if (is_ascii(text)) {
		if (!is_allowed(preparation, text)) {
			return NULL;
		}
		return preparation->folds ? g_ascii_strdown(text, -1) : g_strdup(text);
	}
	if (!g_utf8_validate(text, -1, NULL)) {
		return NULL;
	}
	memcpy(prepared, text, strlen(text) + 1);
	/* Characters that its Unicode does not know yet are allowed: new emoji are in many nicks.
	 */
	if (stringprep(prepared, sizeof(prepared), 0, preparation->profile) != STRINGPREP_OK ||
		!is_part(prepared) || !is_allowed(preparation, prepared)) {
		return NULL;
	}
	return g_strdup(prepared);
}

char *gw_jid_prepare_resource(const char *nick)
{
	return nick != NULL ? prepare(&prepare_resource, nick) : NULL;
}

/* The dot of a fully qualified name is no part of the address (RFC 7622 §3.2). */
static char *prepare_hostname(const char *domain)
{
	g_autofree char *name = g_strdup(domain);
	gsize length = strlen(name);

	if (length > 1 && name[length - 1] == '.') {
		name[length - 1] = '\0';
	}
	return prepare(&prepare_domain, name);
}

char *gw_jid_prepare(const char *text)
{
	g_auto(GwJid) jid = { .local = NULL };

	if (!gw_jid_split(&jid, text)) {
		return NULL;
	}
	g_autofree char *domain = prepare_hostname(jid.domain);
	g_autofree char *local = jid.local != NULL ? prepare(&prepare_local, jid.local) : NULL;
	g_autofree char *resource = gw_jid_prepare_resource(jid.resource);
	if (domain == NULL || (jid.local != NULL && local == NULL) ||
		(jid.resource != NULL && resource == NULL)) {
		return NULL;
	}
	return gw_jid_join(local, domain, resource);
}

/* ---- XEP-0106 ---- */

#define ESCAPED "\\ \"&'/:<>@" /* in the order of their codes below */

static const char codes[][3] = { "5c", "20", "22", "26", "27", "2f", "3a", "3c", "3e", "40" };

/* The character that the code at `text` stands for; 0: it is none. Case does not count, for
 * nodeprep folds it. */
static char decode(const char *text)
{
	for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
		if (g_ascii_strncasecmp(text, codes[i], 2) == 0) {
			return ESCAPED[i];
		}
	}
	return '\0';
}

static void escape_character(GString *out, const char *text)
{
	const char *found = strchr(ESCAPED, *text);

	/* A backslash only where it could be taken for the start of a code. */
	if (found == NULL || (*text == '\\' && decode(text + 1) == '\0')) {
		g_string_append_c(out, *text);
	} else {
		g_string_append_c(out, '\\');
		g_string_append(out, codes[found - ESCAPED]);
	}
}

char *gw_jid_escape(const char *id)
{
	gsize length = id != NULL ? strlen(id) : 0;

	/* XEP-0106 §4.1: no space at either end. */
	if (length == 0 || length > MAX_PART || id[0] == ' ' || id[length - 1] == ' ') {
		return NULL;
	}
	g_autoptr(GString) escaped = g_string_sized_new(length + 16);
	for (; *id != '\0'; id++) {
		escape_character(escaped, id);
	}
	return prepare(&prepare_local, escaped->str);
}

char *gw_jid_unescape(const char *local)
{
	GString *id = g_string_sized_new(strlen(local));
	const char *text = local;

	while (*text != '\0') {
		char character = *text == '\\' ? decode(text + 1) : '\0';
		gboolean at_end = text == local || text[3 * (character != '\0')] == '\0';

		if (character == '\0' || (character == ' ' && at_end)) {
			g_string_append_c(id, *text++);
		} else {
			g_string_append_c(id, character);
			text += 3;
		}
	}
	return g_string_free(id, FALSE);
}
