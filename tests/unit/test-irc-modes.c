/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modes.h"

#include <string.h>

#define NGIRCD_CHANMODES "beI,k,l,imMnOPQRstVz"
#define NGIRCD_PREFIX "(qaohv)~&@%+"

static IrcModeTable *ngircd(void)
{
	return irc_mode_table_new(NGIRCD_CHANMODES, NGIRCD_PREFIX);
}

/* Every letter of both values, and some that are in none. */
static void test_kinds(void)
{
	static const struct {
		const char *letters;
		IrcModeKind kind;
	} rows[] = {
		{ "beI", IRC_MODE_LIST },
		{ "k", IRC_MODE_ALWAYS },
		{ "l", IRC_MODE_SET },
		{ "imMnOPQRstVz", IRC_MODE_FLAG },
		{ "qaohv", IRC_MODE_STATUS },
		{ "xyZ,+@\xff", IRC_MODE_UNKNOWN },
	};
	g_autoptr(IrcModeTable) table = ngircd();

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (const char *at = rows[i].letters; *at != '\0'; at++) {
			g_assert_cmpint(irc_mode_table_kind(table, *at), ==, rows[i].kind);
		}
	}
	g_assert_cmpint(irc_mode_table_kind(table, '\0'), ==, IRC_MODE_UNKNOWN);
}

static void test_bad_values(void)
{
	static const char *const bad_chanmodes[] = { "", "b", "b,k,l", "b,k,l,i m", "b,k,l,\xff" };
	static const char *const bad_prefixes[] = { "ov", "(ov", "(ov)", "(ov)@", "(ov)@+%",
		"ov)@+", "(o v)@ +", "(ov)ab", "(abcdefghijklm)!!!!!!!!!!!!!", "()+" };
	g_autoptr(IrcModeTable) table = irc_mode_table_new("bad", "bad");

	for (guint i = 0; i < G_N_ELEMENTS(bad_chanmodes); i++) {
		g_assert_false(irc_mode_table_set_chanmodes(table, bad_chanmodes[i]));
	}
	for (guint i = 0; i < G_N_ELEMENTS(bad_prefixes); i++) {
		g_assert_false(irc_mode_table_set_prefix(table, bad_prefixes[i]));
	}
	/* Still the defaults. */
	g_assert_cmpint(irc_mode_table_kind(table, 'k'), ==, IRC_MODE_ALWAYS);
	g_assert_cmpint(irc_mode_table_kind(table, 'o'), ==, IRC_MODE_STATUS);
	g_assert_cmpint(irc_mode_table_kind(table, 'h'), ==, IRC_MODE_UNKNOWN);
}

static void test_odd_values(void)
{
	g_autoptr(IrcModeTable) table = irc_mode_table_new(NULL, NULL);

	g_assert_true(irc_mode_table_set_chanmodes(table, ",,,,X"));
	g_assert_cmpint(irc_mode_table_kind(table, 'X'), ==, IRC_MODE_UNKNOWN);
	g_assert_true(irc_mode_table_set_prefix(table, ""));
	g_assert_cmpuint(irc_mode_table_status_of_letter(table, 'o'), ==, 0);
	g_assert_true(irc_mode_table_set_prefix(table, "()"));
	/* The prefix wins, as with q: a list on some networks, the owner on others. */
	g_assert_true(irc_mode_table_set_chanmodes(table, "bq,k,l,i"));
	g_assert_cmpint(irc_mode_table_kind(table, 'q'), ==, IRC_MODE_LIST);
	g_assert_true(irc_mode_table_set_prefix(table, "(qo)~@"));
	g_assert_cmpint(irc_mode_table_kind(table, 'q'), ==, IRC_MODE_STATUS);
}

static void test_status(void)
{
	static const struct {
		char letter, prefix;
		guint bit, rank;
	} rows[] = {
		{ 'q', '~', IRC_STATUS_OWNER, 5 },
		{ 'a', '&', IRC_STATUS_ADMIN, 4 },
		{ 'o', '@', IRC_STATUS_OP, 3 },
		{ 'h', '%', IRC_STATUS_HALFOP, 2 },
		{ 'v', '+', IRC_STATUS_VOICE, 1 },
		{ 'x', '!', 0, 0 },
	};
	g_autoptr(IrcModeTable) table = ngircd();

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint bit = rows[i].bit;

		g_assert_cmpuint(irc_mode_table_status_of_letter(table, rows[i].letter), ==, bit);
		g_assert_cmpuint(irc_mode_table_status_of_prefix(table, rows[i].prefix), ==, bit);
		g_assert_cmpuint(irc_mode_table_rank(table, bit), ==, rows[i].rank);
		g_assert_cmpuint(irc_mode_table_rank(table, bit | IRC_STATUS_VOICE), ==,
			MAX(rows[i].rank, 1));
	}
}

static void test_prefixes(void)
{
	g_autoptr(IrcModeTable) table = ngircd();

	for (guint status = 0; status < IRC_STATUS_OTHER; status++) {
		g_autofree char *prefixes = irc_mode_table_prefixes(table, status);
		g_autofree char *letters = irc_mode_table_letters(table, status);
		g_autofree char *name = g_strconcat(prefixes, "nick", NULL);
		const char *at = name;

		g_assert_cmpuint(strlen(prefixes), ==, strlen(letters));
		g_assert_cmpuint(irc_mode_table_take_prefixes(table, &at), ==, status);
		g_assert_cmpstr(at, ==, "nick");
	}

	const char *at = "@";
	g_assert_cmpuint(irc_mode_table_take_prefixes(table, &at), ==, IRC_STATUS_OP);
	g_assert_cmpstr(at, ==, "");
}

/* Writes the changes of a MODE line out: "+o:a -k +n". */
static char *read_modes(const IrcModeTable *table, const char *text)
{
	g_auto(GStrv) params = g_strsplit(text, " ", -1);
	g_autoptr(GString) out = g_string_new(NULL);
	IrcModeIter iter;
	IrcModeChange change;

	irc_mode_iter_init(&iter, table, (const char *const *)params, g_strv_length(params));
	while (irc_mode_iter_next(&iter, &change)) {
		g_string_append_printf(out, "%s%c%c%s%s", out->len > 0 ? " " : "", change.sign,
			change.letter, change.param ? ":" : "", change.param ? change.param : "");
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static void test_iter(void)
{
	static const char *const rows[][2] = {
		{ "+ov a b", "+o:a +v:b" },
		{ "+o-v+b a b c!*@*", "+o:a -v:b +b:c!*@*" },
		{ "nt", "+n +t" },
		{ "+kl key 20", "+k:key +l:20" },
		{ "-kl key", "-k:key -l" },
		{ "-kl", "-k -l" },
		{ "-k+l 20", "-k:20" }, /* the key's parameter is not optional when there is one */
		{ "+k", "" },
		{ "+o", "" },
		{ "+b", "" },
		{ "+l", "" },
		{ "+oov a", "+o:a" },
		{ "++--+-n", "-n" },
		{ "+yn x", "+y +n" },
		{ "+ :n", "" },
		{ "+@n\xff", "+n" },
		{ "", "" },
	};
	g_autoptr(IrcModeTable) table = ngircd();
	IrcModeIter empty;
	IrcModeChange change;

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = read_modes(table, rows[i][0]);

		g_assert_cmpstr(text, ==, rows[i][1]);
	}
	irc_mode_iter_init(&empty, table, NULL, 0);
	g_assert_false(irc_mode_iter_next(&empty, &change));
}

static const IrcModeChange changes[] = {
	{ '+', 'o', IRC_MODE_STATUS, "a" },
	{ '+', 'v', IRC_MODE_STATUS, "b" },
	{ '-', 'n', IRC_MODE_FLAG, NULL },
	{ '-', 'k', IRC_MODE_ALWAYS, "c" },
	{ '+', 't', IRC_MODE_FLAG, NULL },
};

static char *build(guint n, guint max_params, gsize max_bytes, guint *done)
{
	g_autoptr(GPtrArray) params = g_ptr_array_new_with_free_func(g_free);

	*done = irc_mode_build(params, changes, n, max_params, max_bytes);
	g_ptr_array_add(params, NULL);
	return g_strjoinv(" ", (char **)params->pdata);
}

static void test_build(void)
{
	static const struct {
		guint n, max_params;
		gsize max_bytes;
		guint done;
		const char *text;
	} rows[] = {
		{ 5, 0, 0, 5, "+ov-nk+t a b c" },
		{ 5, 3, 0, 5, "+ov-nk+t a b c" },
		{ 5, 2, 0, 3, "+ov-n a b" },
		{ 5, 1, 0, 1, "+o a" },
		{ 5, 0, 14, 5, "+ov-nk+t a b c" },
		{ 5, 0, 13, 4, "+ov-nk a b c" },
		{ 5, 0, 7, 2, "+ov a b" },
		{ 5, 0, 6, 1, "+o a" },
		{ 5, 0, 3, 0, "" },
		{ 0, 0, 0, 0, "" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint done;
		g_autofree char *text =
			build(rows[i].n, rows[i].max_params, rows[i].max_bytes, &done);

		g_assert_cmpstr(text, ==, rows[i].text);
		g_assert_cmpuint(done, ==, rows[i].done);
	}
}

/* What was built reads as the same changes, and no line has more parameters than there can be. */
static void test_build_many(void)
{
	g_autoptr(IrcModeTable) table = ngircd();
	IrcModeChange many[40];

	for (guint i = 0; i < G_N_ELEMENTS(many); i++) {
		many[i] = (IrcModeChange){ i & 1 ? '+' : '-', 'o', IRC_MODE_STATUS, "nick" };
	}
	for (guint at = 0; at < G_N_ELEMENTS(many);) {
		g_autoptr(GPtrArray) params = g_ptr_array_new_with_free_func(g_free);
		guint done = irc_mode_build(params, many + at, G_N_ELEMENTS(many) - at, 0, 0);
		IrcModeIter iter;
		IrcModeChange change;

		g_assert_cmpuint(done, >, 0);
		g_assert_cmpuint(params->len, <=, 14);
		irc_mode_iter_init(&iter, table, (const char *const *)params->pdata, params->len);
		for (guint end = at + done; at < end; at++) {
			g_assert_true(irc_mode_iter_next(&iter, &change));
			g_assert_cmpint(change.sign, ==, many[at].sign);
			g_assert_cmpstr(change.param, ==, "nick");
		}
		g_assert_false(irc_mode_iter_next(&iter, &change));
	}
}

static void test_standing(void)
{
	static const struct {
		guint status;
		gboolean moderated;
		GwRole role;
		GwAffiliation affiliation;
	} rows[] = {
		{ IRC_STATUS_OWNER, FALSE, GW_ROLE_MODERATOR, GW_AFFILIATION_OWNER },
		{ IRC_STATUS_ADMIN, FALSE, GW_ROLE_MODERATOR, GW_AFFILIATION_ADMIN },
		{ IRC_STATUS_OP, FALSE, GW_ROLE_MODERATOR, GW_AFFILIATION_ADMIN },
		{ IRC_STATUS_OP, TRUE, GW_ROLE_MODERATOR, GW_AFFILIATION_ADMIN },
		{ IRC_STATUS_HALFOP, FALSE, GW_ROLE_MODERATOR, GW_AFFILIATION_MEMBER },
		{ IRC_STATUS_VOICE, FALSE, GW_ROLE_PARTICIPANT, GW_AFFILIATION_MEMBER },
		{ IRC_STATUS_VOICE, TRUE, GW_ROLE_PARTICIPANT, GW_AFFILIATION_MEMBER },
		{ 0, FALSE, GW_ROLE_PARTICIPANT, GW_AFFILIATION_NONE },
		{ 0, TRUE, GW_ROLE_VISITOR, GW_AFFILIATION_NONE },
		{ IRC_STATUS_OP | IRC_STATUS_VOICE, TRUE, GW_ROLE_MODERATOR, GW_AFFILIATION_ADMIN },
		{ IRC_STATUS_OTHER, TRUE, GW_ROLE_VISITOR, GW_AFFILIATION_NONE },
	};
	g_autoptr(IrcModeTable) table = ngircd();

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		IrcStanding standing =
			irc_mode_table_standing(table, rows[i].status, rows[i].moderated);

		g_assert_cmpint(standing.role, ==, rows[i].role);
		g_assert_cmpint(standing.affiliation, ==, rows[i].affiliation);
	}
}

/* Letters that are not known have the power of the next one below, and at most an operator's. */
static void test_standing_other(void)
{
	static const struct {
		char letter;
		GwAffiliation affiliation;
	} rows[] = {
		{ 'Y', GW_AFFILIATION_ADMIN },
		{ 'X', GW_AFFILIATION_MEMBER },
		{ 'W', GW_AFFILIATION_NONE },
	};
	g_autoptr(IrcModeTable) table = irc_mode_table_new(NULL, "(YqoXvW)!~@#+-");

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint bit = irc_mode_table_status_of_letter(table, rows[i].letter);

		g_assert_cmpuint(bit, >=, IRC_STATUS_OTHER);
		g_assert_cmpint(irc_mode_table_standing(table, bit, FALSE).affiliation, ==,
			rows[i].affiliation);
	}
}

/* Role or affiliation wished by somebody with `from`, as the mode line's letters. */
static void test_wishes(void)
{
	enum {
		Q = IRC_STATUS_OWNER,
		O = IRC_STATUS_OP,
		H = IRC_STATUS_HALFOP,
		V = IRC_STATUS_VOICE
	};
	static const struct {
		const char *prefix;
		guint from;
		GwRole role; /* NONE: the affiliation is wished */
		GwAffiliation affiliation;
		gboolean moderated;
		const char *modes;
		gboolean met;
	} rows[] = {
		{ "(qaohv)~&@%+", 0, GW_ROLE_MODERATOR, 0, FALSE, "+h", TRUE },
		{ "(ov)@+", V, GW_ROLE_MODERATOR, 0, FALSE, "+o", TRUE },
		{ "(v)+", 0, GW_ROLE_MODERATOR, 0, FALSE, "", FALSE },
		{ "(ov)@+", O, GW_ROLE_MODERATOR, 0, FALSE, "", TRUE },
		{ "(ov)@+", 0, GW_ROLE_PARTICIPANT, 0, FALSE, "", TRUE },
		{ "(ov)@+", 0, GW_ROLE_PARTICIPANT, 0, TRUE, "+v", TRUE },
		{ "(ov)@+", O, GW_ROLE_PARTICIPANT, 0, TRUE, "+v-o", TRUE },
		{ "(ov)@+", O | V, GW_ROLE_PARTICIPANT, 0, FALSE, "-o", TRUE },
		{ "(qohv)~@%+", Q | O | H, GW_ROLE_PARTICIPANT, 0, FALSE, "-qoh", TRUE },
		{ "(Yov)!@+", IRC_STATUS_OTHER, GW_ROLE_PARTICIPANT, 0, FALSE, "-Y", TRUE },
		{ "(ov)@+", O | V, GW_ROLE_VISITOR, 0, TRUE, "-ov", TRUE },
		{ "(ov)@+", V, GW_ROLE_VISITOR, 0, FALSE, "-v", FALSE },
		{ "(qaohv)~&@%+", 0, 0, GW_AFFILIATION_OWNER, FALSE, "+q", TRUE },
		{ "(ov)@+", 0, 0, GW_AFFILIATION_OWNER, FALSE, "", FALSE },
		{ "(qaohv)~&@%+", V, 0, GW_AFFILIATION_ADMIN, FALSE, "+o", TRUE },
		{ "(qaohv)~&@%+", Q, 0, GW_AFFILIATION_ADMIN, FALSE, "+o-q", TRUE },
		{ "(qaohv)~&@%+", IRC_STATUS_ADMIN, 0, GW_AFFILIATION_ADMIN, FALSE, "", TRUE },
		{ "(ov)@+", 0, 0, GW_AFFILIATION_MEMBER, FALSE, "+v", TRUE },
		{ "(ov)@+", O, 0, GW_AFFILIATION_MEMBER, FALSE, "+v-o", TRUE },
		{ "(ohv)@%+", H, 0, GW_AFFILIATION_MEMBER, FALSE, "", TRUE },
		{ "(o)@", 0, 0, GW_AFFILIATION_MEMBER, FALSE, "", FALSE },
		{ "(ov)@+", O | V, 0, GW_AFFILIATION_NONE, FALSE, "-ov", TRUE },
		{ "(ov)@+", O | V, 0, GW_AFFILIATION_OUTCAST, FALSE, "", FALSE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(IrcModeTable) table = irc_mode_table_new(NULL, rows[i].prefix);
		g_autoptr(GArray) diff = g_array_new(FALSE, FALSE, sizeof(IrcModeChange));
		g_autoptr(GPtrArray) params = g_ptr_array_new_with_free_func(g_free);
		guint to = rows[i].role != GW_ROLE_NONE
				   ? irc_mode_table_status_for_role(
					     table, rows[i].from, rows[i].role, rows[i].moderated)
				   : irc_mode_table_status_for_affiliation(
					     table, rows[i].from, rows[i].affiliation);
		IrcStanding standing = irc_mode_table_standing(table, to, rows[i].moderated);

		irc_mode_table_diff(table, rows[i].from, to, "nick", diff);
		irc_mode_build(params, (const IrcModeChange *)(void *)diff->data, diff->len, 0, 0);
		g_assert_cmpstr(params->len > 0 ? params->pdata[0] : "", ==, rows[i].modes);
		g_assert_cmpint(rows[i].role != GW_ROLE_NONE
					? standing.role == rows[i].role
					: standing.affiliation == rows[i].affiliation,
			==, rows[i].met);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/modes/kinds", test_kinds);
	g_test_add_func("/irc/modes/bad-values", test_bad_values);
	g_test_add_func("/irc/modes/odd-values", test_odd_values);
	g_test_add_func("/irc/modes/status", test_status);
	g_test_add_func("/irc/modes/prefixes", test_prefixes);
	g_test_add_func("/irc/modes/iter", test_iter);
	g_test_add_func("/irc/modes/build", test_build);
	g_test_add_func("/irc/modes/build-many", test_build_many);
	g_test_add_func("/irc/modes/standing", test_standing);
	g_test_add_func("/irc/modes/standing-other", test_standing_other);
	g_test_add_func("/irc/modes/wishes", test_wishes);
	return g_test_run();
}
