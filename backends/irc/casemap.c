/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "casemap.h"

typedef struct {
	const char *name;
	guchar last_upper; /* 'A' to this one have a lower case 0x20 further on */
	GHashFunc hash;
	GEqualFunc equal;
} Mapping;

static guint hash_ascii(gconstpointer name)
{
	return irc_casemap_hash(IRC_CASEMAP_ASCII, name);
}

static guint hash_rfc1459(gconstpointer name)
{
	return irc_casemap_hash(IRC_CASEMAP_RFC1459, name);
}

static guint hash_strict(gconstpointer name)
{
	return irc_casemap_hash(IRC_CASEMAP_STRICT_RFC1459, name);
}

static gboolean equal_ascii(gconstpointer a, gconstpointer b)
{
	return irc_casemap_equal(IRC_CASEMAP_ASCII, a, b);
}

static gboolean equal_rfc1459(gconstpointer a, gconstpointer b)
{
	return irc_casemap_equal(IRC_CASEMAP_RFC1459, a, b);
}

static gboolean equal_strict(gconstpointer a, gconstpointer b)
{
	return irc_casemap_equal(IRC_CASEMAP_STRICT_RFC1459, a, b);
}

static const Mapping mappings[IRC_N_CASEMAPS] = {
	[IRC_CASEMAP_ASCII] = { "ascii", 'Z', hash_ascii, equal_ascii },
	[IRC_CASEMAP_RFC1459] = { "rfc1459", '^', hash_rfc1459, equal_rfc1459 },
	[IRC_CASEMAP_STRICT_RFC1459] = { "strict-rfc1459", ']', hash_strict, equal_strict },
};

/* Some servers write it with an underscore. */
static gboolean same_word(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		char left = *a == '_' ? '-' : g_ascii_tolower(*a);
		char right = *b == '_' ? '-' : g_ascii_tolower(*b);

		if (left != right) {
			return FALSE;
		}
	}
	return *a == *b;
}

IrcCasemap irc_casemap_from_name(const char *name, IrcCasemap fallback)
{
	for (guint i = 0; name && i < IRC_N_CASEMAPS; i++) {
		if (same_word(name, mappings[i].name)) {
			return i;
		}
	}
	return fallback;
}

const char *irc_casemap_name(IrcCasemap casemap)
{
	return mappings[casemap].name;
}

guchar irc_casemap_lower(IrcCasemap casemap, guchar byte)
{
	return byte >= 'A' && byte <= mappings[casemap].last_upper ? byte + 0x20 : byte;
}

char *irc_casemap_fold(IrcCasemap casemap, const char *name)
{
	char *folded = g_strdup(name);

	for (char *at = folded; *at != '\0'; at++) {
		*at = irc_casemap_lower(casemap, *at);
	}
	return folded;
}

gboolean irc_casemap_equal(IrcCasemap casemap, const char *a, const char *b)
{
	if (!a || !b) {
		return a == b;
	}
	for (; *a != '\0'; a++, b++) {
		if (irc_casemap_lower(casemap, *a) != irc_casemap_lower(casemap, *b)) {
			return FALSE;
		}
	}
	return *b == '\0';
}

guint irc_casemap_hash(IrcCasemap casemap, const char *name)
{
	guint hash = 5381;

	for (; *name != '\0'; name++) {
		hash = hash * 33 + irc_casemap_lower(casemap, *name);
	}
	return hash;
}

GHashFunc irc_casemap_hash_func(IrcCasemap casemap)
{
	return mappings[casemap].hash;
}

GEqualFunc irc_casemap_equal_func(IrcCasemap casemap)
{
	return mappings[casemap].equal;
}
