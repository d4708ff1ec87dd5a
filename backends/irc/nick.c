/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nick.h"

#include <glib/gi18n.h>
#include <string.h>

#define SPECIALS "[]\\`_^{|}" /* RFC 2812 §2.3.1 */
#define FALLBACK 'x'          /* a letter is legal everywhere */

const IrcNickRules irc_nick_rfc2812 = {
	.max_length = 30,
	.first = SPECIALS,
	.rest = SPECIALS "-",
};

static const char *const fault_texts[IRC_N_NAME_FAULTS] = {
	[IRC_NAME_OK] = NULL,
	[IRC_NAME_EMPTY] = N_("The name is empty. Please choose one."),
	[IRC_NAME_TOO_LONG] =
		N_("The name is too long for this network. Please choose a shorter one."),
	[IRC_NAME_BAD_START] =
		N_("On this network a name may not begin like that. Please choose another one."),
	[IRC_NAME_BAD_CHARACTER] = N_("The name has a character that this network does not allow. "
				      "Please choose another one."),
};

const char *irc_name_fault_text(IrcNameFault fault)
{
	return fault == IRC_NAME_OK ? NULL : _(fault_texts[fault]);
}

static gboolean is_first(const IrcNickRules *rules, gunichar character)
{
	if (character < 0x80) {
		return character != 0 &&
		       (g_ascii_isalpha(character) || strchr(rules->first, character));
	}
	return rules->utf8 && g_unichar_isgraph(character) && !g_unichar_ismark(character);
}

static gboolean is_rest(const IrcNickRules *rules, gunichar character)
{
	if (character < 0x80) {
		return character != 0 &&
		       (g_ascii_isalnum(character) || strchr(rules->rest, character));
	}
	return rules->utf8 && g_unichar_isgraph(character);
}

static gboolean is_too_long(const IrcNickRules *rules, gsize length)
{
	return rules->max_length > 0 && length > rules->max_length;
}

IrcNameFault irc_nick_check(const IrcNickRules *rules, const char *nick)
{
	if (*nick == '\0') {
		return IRC_NAME_EMPTY;
	}
	if (!g_utf8_validate(nick, -1, NULL)) {
		return IRC_NAME_BAD_CHARACTER;
	}
	for (const char *at = nick; *at != '\0'; at = g_utf8_next_char(at)) {
		if (!is_rest(rules, g_utf8_get_char(at)) &&
			(at != nick || !is_first(rules, g_utf8_get_char(at)))) {
			return IRC_NAME_BAD_CHARACTER;
		}
	}
	if (!is_first(rules, g_utf8_get_char(nick))) {
		return IRC_NAME_BAD_START;
	}
	return is_too_long(rules, strlen(nick)) ? IRC_NAME_TOO_LONG : IRC_NAME_OK;
}

/* The most of `length` bytes that ends between two characters. */
static gsize cut_length(const char *text, gsize length)
{
	while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80) {
		length--;
	}
	return length;
}

static void cut(const IrcNickRules *rules, GString *nick)
{
	if (is_too_long(rules, nick->len)) {
		g_string_truncate(nick, cut_length(nick->str, rules->max_length));
	}
}

/* A row of characters that are not legal becomes one '_'. FALSE: none is legal. */
static gboolean append_legal(GString *out, const IrcNickRules *rules, const char *text)
{
	gboolean replaced = FALSE;
	gboolean some = FALSE;

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar character = g_utf8_get_char(text);
		gboolean legal = is_rest(rules, character);

		if (legal) {
			g_string_append_unichar(out, character);
		} else if (!replaced && is_rest(rules, '_')) {
			g_string_append_c(out, '_');
		}
		replaced = !legal;
		some = some || legal;
	}
	return some;
}

static void fix_start(GString *nick, const IrcNickRules *rules)
{
	if (nick->len == 0 || !is_first(rules, g_utf8_get_char(nick->str))) {
		g_string_prepend_c(nick, is_first(rules, '_') && nick->len > 0 ? '_' : FALLBACK);
	}
}

char *irc_nick_make(const IrcNickRules *rules, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	/* In the C locale, since a nick must not depend on where the gateway runs. */
	g_autofree char *plain = rules->utf8 ? g_strdup(valid) : g_str_to_ascii(valid, "C");
	g_autoptr(GString) nick = g_string_sized_new(strlen(plain));

	if (!append_legal(nick, rules, g_strstrip(plain))) {
		g_string_truncate(nick, 0);
	}
	fix_start(nick, rules);
	cut(rules, nick);
	if (nick->len == 0) {
		g_string_append_c(nick, FALLBACK);
	}
	return g_string_free(g_steal_pointer(&nick), FALSE);
}

static char *suffix_of(const IrcNickRules *rules, guint n)
{
	gboolean underscores = is_rest(rules, '_');

	if (underscores && n <= 2) {
		return g_strdup(n < 2 ? "_" : "__");
	}
	return g_strdup_printf("%u", underscores ? n - 1 : n + 1);
}

static char *with_suffix(const IrcNickRules *rules, const char *nick, const char *suffix)
{
	g_autoptr(GString) out = g_string_new(nick);
	gsize room = rules->max_length;

	if (room > 0 && out->len + strlen(suffix) > room) {
		room -= MIN(room, strlen(suffix));
		g_string_truncate(out, cut_length(nick, MIN(room, out->len)));
	}
	g_string_append(out, suffix);
	fix_start(out, rules);
	cut(rules, out);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *irc_nick_alternative(const IrcNickRules *rules, const char *nick, guint n)
{
	g_autofree char *suffix = suffix_of(rules, n);
	char *other = with_suffix(rules, nick, suffix);

	/* "nick_" of a nick that fills the length and ends with '_' is that nick. */
	for (char letter = 'a'; letter <= 'z' && strcmp(other, nick) == 0; letter++) {
		char replacement[] = { letter, '\0' };

		g_free(other);
		other = with_suffix(rules, nick, replacement);
	}
	return other;
}

IrcNameFault irc_channel_check(const char *name, const char *types, gsize max_length)
{
	if (*name == '\0') {
		return IRC_NAME_EMPTY;
	}
	if (!strchr(types ? types : "#&", *name)) {
		return IRC_NAME_BAD_START;
	}
	if (strpbrk(name, " ,\a\r\n")) {
		return IRC_NAME_BAD_CHARACTER;
	}
	return max_length > 0 && strlen(name) > max_length ? IRC_NAME_TOO_LONG : IRC_NAME_OK;
}
