/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "gw-frame.h"

#define HEADER sizeof(GwFrameHeader)

/* ---- records made and compared by their tables ---- */

typedef struct {
	GPtrArray *memory;
	guint counter;
} Maker;

static gpointer make_memory(Maker *maker, gsize size)
{
	gpointer memory = g_malloc0(size);

	g_ptr_array_add(maker->memory, memory);
	return memory;
}

static const char *make_string(Maker *maker)
{
	/* Empty ones, and some beyond ASCII. */
	guint n = maker->counter++;
	char *text = g_strdup_printf("%s%u",
		n % 3 == 0 ? "gr\xc3\xbc\xc3\x9f"
			     "e \xf0\x9f\x98\x80 "
			   : "some plain words ",
		n);

	if (n % 7 == 6) {
		*text = '\0';
	}
	g_ptr_array_add(maker->memory, text);
	return text;
}

static void make_record(Maker *maker, const GwRecordType *type, char *record);

static void make_field(Maker *maker, const GwRecordField *field, char *record)
{
	char *value = record + field->offset;
	const char **strings;
	char *list;

	switch (field->kind) {
	case GW_RECORD_STRING:
		*(const char **)value = make_string(maker);
		break;
	case GW_RECORD_INT:
		*(int *)value = -1000 + (int)maker->counter++;
		break;
	case GW_RECORD_INT64:
		*(gint64 *)value = G_MAXINT64 - maker->counter++;
		break;
	case GW_RECORD_STRINGS:
		strings = make_memory(maker, 4 * sizeof(*strings));
		for (guint i = 0; i < 3; i++) {
			strings[i] = make_string(maker);
		}
		*(const char ***)value = strings;
		break;
	case GW_RECORD_LIST:
		list = make_memory(maker, 3 * field->element->size);
		for (guint i = 0; i < 3; i++) {
			make_record(maker, field->element, list + i * field->element->size);
		}
		*(char **)value = list;
		*(guint *)(record + field->count_offset) = 3;
		break;
	}
}

static void make_record(Maker *maker, const GwRecordType *type, char *record)
{
	for (guint i = 0; i < type->n_fields; i++) {
		make_field(maker, &type->fields[i], record);
	}
}

static void assert_same(const GwRecordType *type, const char *a, const char *b);

static void assert_same_field(const GwRecordField *field, const char *a, const char *b)
{
	const char *left = a + field->offset;
	const char *right = b + field->offset;
	guint n;

	switch (field->kind) {
	case GW_RECORD_STRING:
		g_assert_cmpstr(*(char **)left, ==, *(char **)right);
		break;
	case GW_RECORD_INT:
		g_assert_cmpint(*(int *)left, ==, *(int *)right);
		break;
	case GW_RECORD_INT64:
		g_assert_cmpint(*(gint64 *)left, ==, *(gint64 *)right);
		break;
	case GW_RECORD_STRINGS:
		g_assert_cmpstrv(*(char ***)left, *(char ***)right);
		break;
	case GW_RECORD_LIST:
		n = *(guint *)(a + field->count_offset);
		g_assert_cmpuint(n, ==, *(guint *)(b + field->count_offset));
		for (guint i = 0; i < n; i++) {
			assert_same(field->element, *(char **)left + i * field->element->size,
				*(char **)right + i * field->element->size);
		}
		break;
	}
}

static void assert_same(const GwRecordType *type, const char *a, const char *b)
{
	for (guint i = 0; i < type->n_fields; i++) {
		assert_same_field(&type->fields[i], a, b);
	}
}

/* A frame of the type with every field filled; `record` as made. */
static GString *make_frame(Maker *maker, guint type, GwRecord *record)
{
	GString *frame = g_string_new("before");

	memset(record, 0, sizeof(*record));
	make_record(maker, gw_frame_record(type), (char *)record);
	g_assert_true(gw_frame_pack(frame, type, 7, 9, record));
	g_string_erase(frame, 0, strlen("before"));
	return frame;
}

static void maker_init(Maker *maker)
{
	maker->counter = 0;
	maker->memory = g_ptr_array_new_with_free_func(g_free);
}

static void maker_clear(Maker *maker)
{
	g_ptr_array_unref(maker->memory);
}

/* ---- tests ---- */

static void test_round_trip(void)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();

	for (guint type = 0; type < GW_N_FRAME_TYPES; type++) {
		g_autoptr(GError) error = NULL;
		GwRecord record, unpacked;
		GwFrameHeader header;
		Maker maker;

		maker_init(&maker);
		g_autoptr(GString) frame = make_frame(&maker, type, &record);
		memcpy(&header, frame->str, sizeof(header));
		g_assert_cmpuint(header.length, ==, frame->len);
		g_assert_cmpuint(header.type, ==, type);
		g_assert_cmpuint(header.session, ==, 7);
		g_assert_cmpuint(header.serial, ==, 9);
		memset(&unpacked, 0xaa, sizeof(unpacked));
		g_assert_true(gw_frame_unpack(type, frame->str + HEADER, frame->len - HEADER,
			&unpacked, scratch, &error));
		g_assert_no_error(error);
		assert_same(gw_frame_record(type), (char *)&record, (char *)&unpacked);
		maker_clear(&maker);
	}
}

static gsize size_of(GwRecordKind kind)
{
	switch (kind) {
	case GW_RECORD_INT:
		return sizeof(int);
	case GW_RECORD_INT64:
		return sizeof(gint64);
	case GW_RECORD_STRING:
	case GW_RECORD_STRINGS:
	case GW_RECORD_LIST:
		return sizeof(gpointer);
	}
	g_assert_not_reached();
}

/* What a table forgets, an event loses. */
static void test_tables_are_complete(void)
{
	for (guint type = 0; type < GW_N_FRAME_TYPES; type++) {
		const GwRecordType *record = gw_frame_record(type);
		gboolean covered[sizeof(GwRecord)] = { FALSE };
		gsize uncovered = 0;

		for (guint i = 0; i < record->n_fields; i++) {
			const GwRecordField *field = &record->fields[i];
			gsize size = size_of(field->kind);

			for (gsize at = 0; at < size; at++) {
				g_assert_false(covered[field->offset + at]);
				covered[field->offset + at] = TRUE;
			}
			for (gsize at = 0; field->kind == GW_RECORD_LIST && at < 4; at++) {
				covered[field->count_offset + at] = TRUE;
			}
		}
		for (gsize at = 0; at < record->size; at++) {
			uncovered += !covered[at];
			/* Padding comes in fours and is aligned to them. */
			if (!covered[at] && strcmp(record->name, "GwNothing") != 0) {
				g_assert_cmpuint(at % 8, >=, 4);
			}
		}
		g_assert_cmpuint(uncovered, <=, 16);
	}
}

static void test_null_record(void)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();

	for (guint type = 0; type < GW_N_FRAME_TYPES; type++) {
		static const GwRecord empty;
		g_autoptr(GString) frame = g_string_new(NULL);
		GwRecord unpacked;

		g_assert_true(gw_frame_pack(frame, type, 0, 0, NULL));
		g_assert_true(gw_frame_unpack(
			type, frame->str + HEADER, frame->len - HEADER, &unpacked, scratch, NULL));
		g_assert_cmpmem(&unpacked, gw_frame_record(type)->size, &empty,
			gw_frame_record(type)->size);
	}
}

static void test_empty_list_is_not_null(void)
{
	const char *const none[] = { NULL };
	g_autoptr(GwScratch) scratch = gw_scratch_new();
	g_autoptr(GString) frame = g_string_new(NULL);
	GwRecord unpacked;

	g_assert_true(gw_frame_pack(
		frame, GW_EVENT_MESSAGE, 1, 0, &(GwMessage){ .body = "", .reactions = none }));
	g_assert_true(gw_frame_unpack(GW_EVENT_MESSAGE, frame->str + HEADER, frame->len - HEADER,
		&unpacked, scratch, NULL));
	const GwMessage *message = (const GwMessage *)&unpacked;
	g_assert_cmpstr(message->body, ==, "");
	g_assert_nonnull(message->reactions);
	g_assert_null(message->reactions[0]);
}

static gboolean unpacks(guint type, const char *payload, gsize length, GwScratch *scratch)
{
	g_autoptr(GError) error = NULL;
	GwRecord record;
	/* Of the exact size, so that a sanitizer sees each byte too many. */
	g_autofree char *copy = g_malloc(length > 0 ? length : 1);

	memcpy(copy, payload, length);
	gboolean ok = gw_frame_unpack(type, copy, length, &record, scratch, &error);
	if (!ok) {
		g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
	} else {
		g_assert_no_error(error);
	}
	return ok;
}

static void test_truncation(void)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();

	for (guint type = 0; type < GW_N_FRAME_TYPES; type++) {
		GwRecord record;
		Maker maker;

		maker_init(&maker);
		g_autoptr(GString) frame = make_frame(&maker, type, &record);
		gsize length = frame->len - HEADER;
		for (gsize n = 0; n < length; n++) {
			g_assert_false(unpacks(type, frame->str + HEADER, n, scratch));
		}
		g_assert_true(unpacks(type, frame->str + HEADER, length, scratch));
		g_string_append_c(frame, '\0');
		g_assert_false(unpacks(type, frame->str + HEADER, length + 1, scratch));
		maker_clear(&maker);
	}
}

static void test_corruption(void)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();

	for (guint type = 0; type < GW_N_FRAME_TYPES; type++) {
		GwRecord record;
		Maker maker;

		maker_init(&maker);
		g_autoptr(GString) frame = make_frame(&maker, type, &record);
		for (guint i = 0; i < 2000 && frame->len > HEADER; i++) {
			gsize at = HEADER +
				   (gsize)g_test_rand_int_range(0, (gint32)(frame->len - HEADER));
			char before = frame->str[at];

			frame->str[at] = (char)g_test_rand_int();
			unpacks(type, frame->str + HEADER, frame->len - HEADER, scratch);
			if (i % 4 != 0) {
				frame->str[at] = before;
			}
		}
		maker_clear(&maker);
	}
}

static void put_u32(GString *out, guint32 number)
{
	g_string_append_len(out, (const char *)&number, sizeof(number));
}

static void test_bad_payloads(void)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();
	g_autoptr(GString) inner = g_string_new(NULL);
	g_autoptr(GString) list = g_string_new(NULL);

	/* GwFailed: a number and a string. */
	put_u32(inner, 1);
	put_u32(inner, 3);
	g_string_append_len(inner, "a\0b", 4);
	g_assert_false(unpacks(GW_EVENT_FAILED, inner->str, inner->len, scratch));
	memcpy(inner->str + 8,
		"a\xff"
		"b",
		4);
	g_assert_false(unpacks(GW_EVENT_FAILED, inner->str, inner->len, scratch));
	memcpy(inner->str + 8, "aab", 4);
	g_assert_true(unpacks(GW_EVENT_FAILED, inner->str, inner->len, scratch));
	inner->str[inner->len - 1] = 'c';
	g_assert_false(unpacks(GW_EVENT_FAILED, inner->str, inner->len, scratch));

	/* GwStart: a list with a huge count must not get its memory. */
	put_u32(list, 0xfffffffe);
	put_u32(list, 0);
	g_assert_false(unpacks(GW_COMMAND_START, list->str, list->len, scratch));
	g_assert_false(unpacks(GW_N_FRAME_TYPES, "", 0, scratch));
	g_assert_false(unpacks(G_MAXUINT32, "", 0, scratch));
}

static void test_too_large(void)
{
	g_autofree char *text = g_strnfill(GW_FRAME_MAX, 'x');
	g_autoptr(GString) out = g_string_new("kept");
	GwFailed failed = { .text = text };

	g_assert_false(gw_frame_pack(out, GW_EVENT_FAILED, 0, 0, &failed));
	g_assert_cmpstr(out->str, ==, "kept");
	/* Header, number, length and NUL. */
	text[GW_FRAME_MAX - HEADER - 4 - 4] = '\0';
	g_assert_false(gw_frame_pack(out, GW_EVENT_FAILED, 0, 0, &failed));
	g_assert_cmpstr(out->str, ==, "kept");
	text[GW_FRAME_MAX - HEADER - 4 - 4 - 1] = '\0';
	g_assert_true(gw_frame_pack(out, GW_EVENT_FAILED, 0, 0, &failed));
	g_assert_cmpuint(out->len, ==, 4 + GW_FRAME_MAX);

	const char *many[4] = { text, text, text, NULL };
	g_assert_false(gw_frame_pack(out, GW_EVENT_CONTACT, 0, 0, &(GwContact){ .groups = many }));
	g_assert_cmpuint(out->len, ==, 4 + GW_FRAME_MAX);
}

/* One bad string of a network must not close the channel. */
static void test_bad_text_is_repaired(void)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();
	g_autoptr(GString) frame = g_string_new(NULL);
	GwRecord unpacked;

	g_assert_true(gw_frame_pack(
		frame, GW_EVENT_FAILED, 0, 0, &(GwFailed){ .text = "some \xe4 words" }));
	g_assert_true(gw_frame_unpack(GW_EVENT_FAILED, frame->str + HEADER, frame->len - HEADER,
		&unpacked, scratch, NULL));
	const GwFailed *failed = (const GwFailed *)&unpacked;
	g_assert_cmpstr(failed->text, ==, "some \xef\xbf\xbd words");
}

static void test_names(void)
{
	g_assert_cmpstr(gw_frame_name(GW_EVENT_MESSAGE), ==, "EVENT_MESSAGE");
	g_assert_cmpstr(gw_frame_name(GW_FRAME_HELLO), ==, "FRAME_HELLO");
	g_assert_cmpstr(gw_frame_name(GW_N_FRAME_TYPES), ==, "?");
	g_assert_cmpstr(gw_frame_record(GW_COMMAND_MESSAGE)->name, ==, "GwMessage");
	g_assert_null(gw_frame_record(GW_N_FRAME_TYPES));
	for (guint type = 0; type < GW_N_FRAME_TYPES; type++) {
		g_assert_nonnull(gw_frame_name(type));
		g_assert_nonnull(gw_frame_record(type));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/frame/round-trip", test_round_trip);
	g_test_add_func("/frame/tables-are-complete", test_tables_are_complete);
	g_test_add_func("/frame/null-record", test_null_record);
	g_test_add_func("/frame/empty-list-is-not-null", test_empty_list_is_not_null);
	g_test_add_func("/frame/truncation", test_truncation);
	g_test_add_func("/frame/corruption", test_corruption);
	g_test_add_func("/frame/bad-payloads", test_bad_payloads);
	g_test_add_func("/frame/too-large", test_too_large);
	g_test_add_func("/frame/bad-text-is-repaired", test_bad_text_is_repaired);
	g_test_add_func("/frame/names", test_names);
	return g_test_run();
}
