/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modes.h"

#include <string.h>

#define MAX_STATUSES 12

/* RFC 2811 §4 */
#define DEFAULT_CHANMODES "beI,k,l,aimnpqrst"
#define DEFAULT_PREFIX "(ov)@+"

typedef struct {
	char letter;
	char prefix;
	guint bit;
	guint means; /* the known status with the same power; 0: none */
} Status;

struct IrcModeTable {
	guint8 kinds[128];             /* by CHANMODES; IrcModeKind */
	Status statuses[MAX_STATUSES]; /* highest first */
	guint n_statuses;
};

typedef struct {
	char letter;
	IrcStatus bit;
	IrcStanding standing;
} KnownStatus;

/* Highest first. */
static const KnownStatus known_statuses[] = {
	{ 'q', IRC_STATUS_OWNER, { GW_ROLE_MODERATOR, GW_AFFILIATION_OWNER } },
	{ 'a', IRC_STATUS_ADMIN, { GW_ROLE_MODERATOR, GW_AFFILIATION_ADMIN } },
	{ 'o', IRC_STATUS_OP, { GW_ROLE_MODERATOR, GW_AFFILIATION_ADMIN } },
	{ 'h', IRC_STATUS_HALFOP, { GW_ROLE_MODERATOR, GW_AFFILIATION_MEMBER } },
	{ 'v', IRC_STATUS_VOICE, { GW_ROLE_PARTICIPANT, GW_AFFILIATION_MEMBER } },
};

#define STATUS_MODERATOR (IRC_STATUS_OWNER | IRC_STATUS_ADMIN | IRC_STATUS_OP | IRC_STATUS_HALFOP)

static guint known_bit(char letter)
{
	for (guint i = 0; i < G_N_ELEMENTS(known_statuses); i++) {
		if (known_statuses[i].letter == letter) {
			return known_statuses[i].bit;
		}
	}
	return 0;
}

static gboolean is_mode_letter(char letter)
{
	return g_ascii_isalnum(letter);
}

gboolean irc_mode_table_set_chanmodes(IrcModeTable *table, const char *chanmodes)
{
	guint8 kinds[G_N_ELEMENTS(table->kinds)] = { 0 };
	guint kind = IRC_MODE_LIST;

	for (const char *at = chanmodes; *at != '\0'; at++) {
		if (*at == ',') {
			kind++;
		} else if (!is_mode_letter(*at)) {
			return FALSE;
		} else if (kind <= IRC_MODE_FLAG) {
			kinds[(guchar)*at] = kind;
		}
	}
	if (kind < IRC_MODE_FLAG) {
		return FALSE;
	}
	memcpy(table->kinds, kinds, sizeof(kinds));
	return TRUE;
}

/* A letter that is not known has the power of the known one below it, but never an owner's: what
 * networks put on top ("official join") are their operators. */
static void find_meanings(IrcModeTable *table)
{
	guint below = 0;

	for (guint i = table->n_statuses; i-- > 0;) {
		Status *status = &table->statuses[i];
		guint bit = known_bit(status->letter);

		if (bit != 0) {
			below = bit;
		}
		status->means = bit != 0 ? bit : MIN(below, IRC_STATUS_OP);
	}
}

/* "(ov)@+", or nothing. */
static gboolean is_prefix_value(const char *value)
{
	const char *close = strchr(value, ')');
	gsize letters = close ? (gsize)(close - value - 1) : 0;

	if (*value == '\0') {
		return TRUE;
	}
	if (*value != '(' || !close || strlen(close + 1) != letters || letters > MAX_STATUSES) {
		return FALSE;
	}
	for (gsize i = 0; i < letters; i++) {
		if (!is_mode_letter(value[1 + i]) || !g_ascii_ispunct(close[1 + i])) {
			return FALSE;
		}
	}
	return TRUE;
}

gboolean irc_mode_table_set_prefix(IrcModeTable *table, const char *prefix)
{
	const char *close = strchr(prefix, ')');
	guint next_bit = IRC_STATUS_OTHER;

	if (!is_prefix_value(prefix)) {
		return FALSE;
	}
	table->n_statuses = 0;
	for (const char *letter = prefix + 1; close && letter < close; letter++) {
		Status *status = &table->statuses[table->n_statuses++];
		guint bit = known_bit(*letter);

		*status = (Status){ .letter = *letter,
			.prefix = close[letter - prefix],
			.bit = bit != 0 ? bit : next_bit };
		next_bit <<= bit == 0;
	}
	find_meanings(table);
	return TRUE;
}

IrcModeTable *irc_mode_table_new(const char *chanmodes, const char *prefix)
{
	IrcModeTable *table = g_new0(IrcModeTable, 1);

	if (!chanmodes || !irc_mode_table_set_chanmodes(table, chanmodes)) {
		irc_mode_table_set_chanmodes(table, DEFAULT_CHANMODES);
	}
	if (!prefix || !irc_mode_table_set_prefix(table, prefix)) {
		irc_mode_table_set_prefix(table, DEFAULT_PREFIX);
	}
	return table;
}

void irc_mode_table_free(IrcModeTable *table)
{
	g_free(table);
}

IrcModeKind irc_mode_table_kind(const IrcModeTable *table, char letter)
{
	guchar index = letter;

	if (irc_mode_table_status_of_letter(table, letter) != 0) {
		return IRC_MODE_STATUS;
	}
	return index < G_N_ELEMENTS(table->kinds) ? table->kinds[index] : IRC_MODE_UNKNOWN;
}

guint irc_mode_table_status_of_letter(const IrcModeTable *table, char letter)
{
	for (guint i = 0; i < table->n_statuses; i++) {
		if (table->statuses[i].letter == letter) {
			return table->statuses[i].bit;
		}
	}
	return 0;
}

guint irc_mode_table_status_of_prefix(const IrcModeTable *table, char prefix)
{
	for (guint i = 0; i < table->n_statuses; i++) {
		if (table->statuses[i].prefix == prefix) {
			return table->statuses[i].bit;
		}
	}
	return 0;
}

guint irc_mode_table_take_prefixes(const IrcModeTable *table, const char **name)
{
	guint status = 0;
	guint bit;

	while ((bit = irc_mode_table_status_of_prefix(table, **name)) != 0) {
		status |= bit;
		(*name)++;
	}
	return status;
}

static char *status_string(const IrcModeTable *table, guint status, gboolean prefixes)
{
	char text[MAX_STATUSES + 1];
	guint length = 0;

	for (guint i = 0; i < table->n_statuses; i++) {
		const Status *row = &table->statuses[i];

		if (status & row->bit) {
			text[length++] = prefixes ? row->prefix : row->letter;
		}
	}
	return g_strndup(text, length);
}

char *irc_mode_table_prefixes(const IrcModeTable *table, guint status)
{
	return status_string(table, status, TRUE);
}

char *irc_mode_table_letters(const IrcModeTable *table, guint status)
{
	return status_string(table, status, FALSE);
}

guint irc_mode_table_rank(const IrcModeTable *table, guint status)
{
	for (guint i = 0; i < table->n_statuses; i++) {
		if (status & table->statuses[i].bit) {
			return table->n_statuses - i;
		}
	}
	return 0;
}

void irc_mode_iter_init(
	IrcModeIter *iter, const IrcModeTable *table, const char *const *params, guint n_params)
{
	*iter = (IrcModeIter){ .table = table,
		.params = params,
		.n_params = n_params,
		.next_param = 1,
		.letters = n_params > 0 ? params[0] : "",
		.sign = '+' };
}

static gboolean takes_param(IrcModeKind kind, char sign)
{
	switch (kind) {
	case IRC_MODE_LIST:
	case IRC_MODE_ALWAYS:
	case IRC_MODE_STATUS:
		return TRUE;
	case IRC_MODE_SET:
		return sign == '+';
	case IRC_MODE_FLAG:
	case IRC_MODE_UNKNOWN:
		return FALSE;
	}
	return FALSE;
}

gboolean irc_mode_iter_next(IrcModeIter *iter, IrcModeChange *change)
{
	while (*iter->letters != '\0') {
		char letter = *iter->letters++;
		IrcModeKind kind = irc_mode_table_kind(iter->table, letter);
		gboolean wants = takes_param(kind, iter->sign);
		const char *param = NULL;

		if (letter == '+' || letter == '-') {
			iter->sign = letter;
			continue;
		}
		if (!is_mode_letter(letter)) {
			continue;
		}
		if (wants && iter->next_param < iter->n_params) {
			param = iter->params[iter->next_param++];
		}
		if (wants && !param && (kind != IRC_MODE_ALWAYS || iter->sign == '+')) {
			continue;
		}
		*change = (IrcModeChange){
			.sign = iter->sign, .letter = letter, .kind = kind, .param = param
		};
		return TRUE;
	}
	return FALSE;
}

guint irc_mode_build(
	GPtrArray *out, const IrcModeChange *changes, guint n, guint max_params, gsize max_bytes)
{
	/* The 15 of a line without the channel, a timestamp (link protocols) and the letters. */
	guint most = max_params > 0 ? MIN(max_params, 12) : 12;
	g_autoptr(GString) letters = g_string_new(NULL);
	guint n_params = 0;
	gsize bytes = 0;
	char sign = '\0';
	guint done;

	for (done = 0; done < n; done++) {
		const IrcModeChange *change = &changes[done];
		gsize size = (change->sign != sign) + 1 +
			     (change->param ? 1 + strlen(change->param) : 0);

		if ((change->param && n_params == most) ||
			(max_bytes > 0 && bytes + size > max_bytes)) {
			break;
		}
		if (change->sign != sign) {
			g_string_append_c(letters, sign = change->sign);
		}
		g_string_append_c(letters, change->letter);
		n_params += change->param != NULL;
		bytes += size;
	}
	if (done == 0) {
		return 0;
	}
	g_ptr_array_add(out, g_strdup(letters->str));
	for (guint i = 0; i < done; i++) {
		if (changes[i].param) {
			g_ptr_array_add(out, g_strdup(changes[i].param));
		}
	}
	return done;
}

IrcStanding irc_mode_table_standing(const IrcModeTable *table, guint status, gboolean moderated)
{
	IrcStanding none = { moderated ? GW_ROLE_VISITOR : GW_ROLE_PARTICIPANT,
		GW_AFFILIATION_NONE };
	guint meaning = 0;

	for (guint i = 0; i < table->n_statuses; i++) {
		if (status & table->statuses[i].bit) {
			meaning |= table->statuses[i].means;
		}
	}
	for (guint i = 0; i < G_N_ELEMENTS(known_statuses); i++) {
		if (meaning & known_statuses[i].bit) {
			return known_statuses[i].standing;
		}
	}
	return none;
}

/* The first of these letters that the network has. */
static guint first_status(const IrcModeTable *table, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		guint bit = irc_mode_table_status_of_letter(table, *letters);

		if (bit != 0) {
			return bit;
		}
	}
	return 0;
}

/* What is left of a status that means no moderator: also letters that are not known can. */
static guint without_power(const IrcModeTable *table, guint status)
{
	for (guint i = 0; i < table->n_statuses; i++) {
		if (table->statuses[i].means & STATUS_MODERATOR) {
			status &= ~table->statuses[i].bit;
		}
	}
	return status;
}

guint irc_mode_table_status_for_role(
	const IrcModeTable *table, guint status, GwRole role, gboolean moderated)
{
	GwRole now = irc_mode_table_standing(table, status, moderated).role;

	if (role == now) {
		return status;
	}
	switch (role) {
	case GW_ROLE_NONE:
		return status;
	case GW_ROLE_VISITOR:
		return 0;
	case GW_ROLE_PARTICIPANT:
		status = without_power(table, status);
		return moderated ? status | first_status(table, "v") : status;
	case GW_ROLE_MODERATOR:
		/* The least that makes one: nobody asked for an admin. */
		return status | first_status(table, "ho");
	}
	return status;
}

guint irc_mode_table_status_for_affiliation(
	const IrcModeTable *table, guint status, GwAffiliation affiliation)
{
	GwAffiliation now = irc_mode_table_standing(table, status, FALSE).affiliation;

	if (affiliation == now) {
		return status;
	}
	switch (affiliation) {
	case GW_AFFILIATION_OUTCAST:
		return status;
	case GW_AFFILIATION_NONE:
		return 0;
	case GW_AFFILIATION_MEMBER:
		return without_power(table, status) | first_status(table, "v");
	case GW_AFFILIATION_ADMIN:
		return (status & ~(guint)IRC_STATUS_OWNER) | first_status(table, "oa");
	case GW_AFFILIATION_OWNER:
		return status | first_status(table, "q");
	}
	return status;
}

static void append_changes(
	const IrcModeTable *table, guint bits, char sign, const char *nick, GArray *changes)
{
	for (guint i = 0; i < table->n_statuses; i++) {
		IrcModeChange change = { sign, table->statuses[i].letter, IRC_MODE_STATUS, nick };

		if (bits & table->statuses[i].bit) {
			g_array_append_val(changes, change);
		}
	}
}

void irc_mode_table_diff(
	const IrcModeTable *table, guint from, guint to, const char *nick, GArray *changes)
{
	append_changes(table, to & ~from, '+', nick, changes);
	append_changes(table, from & ~to, '-', nick, changes);
}
