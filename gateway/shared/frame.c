/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-frame.h"

#include <gio/gio.h>
#include <stddef.h>
#include <string.h>

#include "arena.h"

/* After the header come the fields in the order of the record's table: a string as its length, its
 * bytes and a NUL; numbers as they are; a list as its count and its elements. */

#define NOTHING G_MAXUINT32 /* length of a NULL string, count of a NULL list of strings */

/* ---- the tables ---- */

/* Fails to compile where the member is not of that type. */
#define OFFSET(Record, member, Type) \
	(offsetof(Record, member) + 0 * sizeof(char[IS_A(Record, member, Type) ? 1 : -1]))
#define IS_A(Record, member, Type) \
	__builtin_types_compatible_p(__typeof__(((Record *)0)->member), Type)
#define INT_OFFSET(Record, member)                                                           \
	(offsetof(Record, member) +                                                          \
		0 * sizeof(char[IS_A(Record, member, int) || IS_A(Record, member, guint) ? 1 \
											 : -1]))

#define STRING(Record, member)                                                  \
	{                                                                       \
		GW_RECORD_STRING, OFFSET(Record, member, const char *), 0, NULL \
	}
#define INT(Record, member)                                        \
	{                                                          \
		GW_RECORD_INT, INT_OFFSET(Record, member), 0, NULL \
	}
#define INT64(Record, member)                                            \
	{                                                                \
		GW_RECORD_INT64, OFFSET(Record, member, gint64), 0, NULL \
	}
#define STRINGS(Record, member)                                                         \
	{                                                                               \
		GW_RECORD_STRINGS, OFFSET(Record, member, const char *const *), 0, NULL \
	}
#define LIST(Record, member, Element)                                        \
	{                                                                    \
		GW_RECORD_LIST, OFFSET(Record, member, const Element *),     \
			OFFSET(Record, n_##member, guint), &Element##_record \
	}

#define RECORD(Record, ...)                                                    \
	static const GwRecordField Record##_fields[] = { __VA_ARGS__ };        \
	static const GwRecordType Record##_record = { #Record, sizeof(Record), \
		G_N_ELEMENTS(Record##_fields), Record##_fields };              \
	_Static_assert(sizeof(Record) <= sizeof(GwRecord), "GwRecord is too small")

RECORD(GwPair, STRING(GwPair, name), STRING(GwPair, value));
RECORD(GwFormField, STRING(GwFormField, name), STRING(GwFormField, label),
	STRING(GwFormField, help), INT(GwFormField, kind), STRINGS(GwFormField, values),
	LIST(GwFormField, options, GwPair), INT(GwFormField, required), INT(GwFormField, advanced));
RECORD(GwForm, STRING(GwForm, id), STRING(GwForm, peer), STRING(GwForm, title),
	STRING(GwForm, instructions), LIST(GwForm, fields, GwFormField), INT64(GwForm, expires_us));
RECORD(GwAnswer, STRING(GwAnswer, id), INT(GwAnswer, cancelled), LIST(GwAnswer, values, GwPair));
RECORD(GwStart, LIST(GwStart, settings, GwPair), INT(GwStart, check_only));
RECORD(GwFeatures, STRING(GwFeatures, type), STRING(GwFeatures, name),
	STRING(GwFeatures, room_prefixes), LIST(GwFeatures, account_fields, GwFormField),
	INT(GwFeatures, rooms), INT(GwFeatures, shared_rooms), INT(GwFeatures, subjects),
	INT(GwFeatures, moderation), INT(GwFeatures, invitations),
	INT(GwFeatures, private_messages), INT(GwFeatures, typing), INT(GwFeatures, receipts),
	INT(GwFeatures, files), INT(GwFeatures, profiles));
RECORD(GwLogin, STRING(GwLogin, user), STRING(GwLogin, token), STRING(GwLogin, nick),
	STRING(GwLogin, name), STRING(GwLogin, secret), LIST(GwLogin, settings, GwPair));
RECORD(GwFailed, INT(GwFailed, failure), STRING(GwFailed, text));
RECORD(GwPresence, STRING(GwPresence, peer), STRING(GwPresence, resource), STRING(GwPresence, name),
	INT(GwPresence, show), STRING(GwPresence, status), INT(GwPresence, priority),
	INT64(GwPresence, idle_since_us), STRING(GwPresence, extensions));
RECORD(GwContact, STRING(GwContact, peer), STRING(GwContact, name), STRINGS(GwContact, groups),
	INT(GwContact, subscription));
RECORD(GwAuthorization, STRING(GwAuthorization, peer), STRING(GwAuthorization, name),
	STRING(GwAuthorization, text), INT(GwAuthorization, allow));
RECORD(GwMessage, STRING(GwMessage, room), STRING(GwMessage, peer), STRING(GwMessage, resource),
	STRING(GwMessage, id), STRING(GwMessage, body), STRING(GwMessage, styled),
	INT(GwMessage, flags), INT64(GwMessage, time_us), INT(GwMessage, reference),
	STRING(GwMessage, target), STRING(GwMessage, target_peer), STRINGS(GwMessage, reactions),
	STRING(GwMessage, extensions));
RECORD(GwTyping, STRING(GwTyping, room), STRING(GwTyping, peer), INT(GwTyping, state));
RECORD(GwMarker, STRING(GwMarker, room), STRING(GwMarker, peer), STRING(GwMarker, id),
	INT(GwMarker, displayed));
RECORD(GwJoin, STRING(GwJoin, room), STRING(GwJoin, nick), STRING(GwJoin, password),
	LIST(GwJoin, components, GwPair), INT64(GwJoin, history_since_us),
	INT(GwJoin, history_max));
RECORD(GwRoom, STRING(GwRoom, room), STRING(GwRoom, name), STRING(GwRoom, description),
	INT(GwRoom, flags), INT(GwRoom, members), INT(GwRoom, max_members));
RECORD(GwMember, STRING(GwMember, room), STRING(GwMember, nick), INT(GwMember, session),
	STRING(GwMember, identity), STRING(GwMember, jid), INT(GwMember, role),
	INT(GwMember, affiliation), INT(GwMember, flags), INT(GwMember, show),
	STRING(GwMember, status), STRING(GwMember, extensions));
RECORD(GwLeave, STRING(GwLeave, room), STRING(GwLeave, nick), INT(GwLeave, session),
	INT(GwLeave, kind), STRING(GwLeave, actor), STRING(GwLeave, reason));
RECORD(GwNick, STRING(GwNick, room), STRING(GwNick, nick), STRING(GwNick, new_nick),
	INT(GwNick, session), INT(GwNick, forced));
RECORD(GwSubject, STRING(GwSubject, room), STRING(GwSubject, nick), STRING(GwSubject, text),
	INT64(GwSubject, time_us));
RECORD(GwModerate, STRING(GwModerate, room), STRING(GwModerate, nick), STRING(GwModerate, identity),
	INT(GwModerate, kick), INT(GwModerate, set_role), INT(GwModerate, role),
	INT(GwModerate, set_affiliation), INT(GwModerate, affiliation), STRING(GwModerate, reason));
RECORD(GwInvite, STRING(GwInvite, room), STRING(GwInvite, peer), STRING(GwInvite, reason),
	STRING(GwInvite, password));
RECORD(GwQuery, STRING(GwQuery, room), INT(GwQuery, affiliation), STRING(GwQuery, text),
	STRING(GwQuery, after), INT64(GwQuery, since_us), INT64(GwQuery, until_us),
	INT(GwQuery, max));
RECORD(GwItem, STRING(GwItem, id), STRING(GwItem, name), STRING(GwItem, text), INT(GwItem, count),
	INT(GwItem, last));
RECORD(GwInfo, STRING(GwInfo, room), STRING(GwInfo, peer), INT(GwInfo, kind),
	LIST(GwInfo, values, GwPair));
RECORD(GwAvatar, STRING(GwAvatar, peer), STRING(GwAvatar, hash), STRING(GwAvatar, type),
	STRING(GwAvatar, file), INT64(GwAvatar, size));
RECORD(GwFile, STRING(GwFile, id), STRING(GwFile, room), STRING(GwFile, peer), INT(GwFile, step),
	STRING(GwFile, name), STRING(GwFile, type), STRING(GwFile, description),
	INT64(GwFile, size), INT64(GwFile, done), STRING(GwFile, file), STRING(GwFile, uri));
RECORD(GwIq, STRING(GwIq, peer), STRING(GwIq, resource), STRING(GwIq, id), STRING(GwIq, type),
	STRING(GwIq, payload));

static const GwRecordType GwNothing_record = { "GwNothing", sizeof(GwNothing), 0, NULL };

#define FRAME(TYPE, Record) [GW_##TYPE] = { #TYPE, &Record##_record },
#define COMMAND(TYPE, Record, slot) FRAME(COMMAND_##TYPE, Record)
#define EVENT(TYPE, Record, name) FRAME(EVENT_##TYPE, Record)

static const struct {
	const char *name;
	const GwRecordType *record;
} frames[GW_N_FRAME_TYPES] = {
	/* clang-format off */
	FRAME(FRAME_HELLO, GwPair)
	FRAME(FRAME_PING, GwNothing)
	FRAME(FRAME_PONG, GwNothing)
	FRAME(COMMAND_START, GwStart)
	FRAME(COMMAND_STOP, GwFailed)
	FRAME(COMMAND_LOGIN, GwLogin)
	GW_COMMANDS(COMMAND)
	FRAME(EVENT_STARTED, GwFeatures)
	FRAME(EVENT_STOPPED, GwNothing)
	FRAME(EVENT_ONLINE, GwNothing)
	FRAME(EVENT_OFFLINE, GwFailed)
	FRAME(EVENT_FAILED, GwFailed)
	FRAME(EVENT_TAKEN, GwNothing)
	FRAME(EVENT_UNCERTAIN, GwNothing)
	GW_EVENTS(EVENT)
	/* clang-format on */
};

const GwRecordType *gw_frame_record(guint type)
{
	return type < GW_N_FRAME_TYPES ? frames[type].record : NULL;
}

const char *gw_frame_name(guint type)
{
	return type < GW_N_FRAME_TYPES ? frames[type].name : "?";
}

/* A record's pointers, of whatever type. */
static gconstpointer pointer_at(const char *place)
{
	gconstpointer pointer;

	memcpy(&pointer, place, sizeof(pointer));
	return pointer;
}

static void put_pointer(char *place, gconstpointer pointer)
{
	memcpy(place, &pointer, sizeof(pointer));
}

/* ---- text ---- */

static gboolean has_high_bit(guint64 word)
{
	return (word & G_GUINT64_CONSTANT(0x8080808080808080)) != 0;
}

static gboolean has_zero_byte(guint64 word)
{
	return ((word - G_GUINT64_CONSTANT(0x0101010101010101)) & ~word &
		       G_GUINT64_CONSTANT(0x8080808080808080)) != 0;
}

/* UTF-8 without a NUL. Nearly all text is ASCII, eight bytes of which are checked at once. */
static gboolean is_text(const char *text, gsize length)
{
	gsize at = 0;

	for (; at + 8 <= length; at += 8) {
		guint64 word;

		memcpy(&word, text + at, 8);
		if (has_high_bit(word) || has_zero_byte(word)) {
			return g_utf8_validate(text + at, (gssize)(length - at), NULL);
		}
	}
	for (; at < length; at++) {
		if ((signed char)text[at] <= 0) {
			return g_utf8_validate(text + at, (gssize)(length - at), NULL);
		}
	}
	return TRUE;
}

/* ---- pack ---- */

typedef struct {
	GString *out;
	gsize start;
	gboolean too_large;
} Packer;

/* Room for `size` bytes at the end; NULL: the frame would be too large. */
static char *reserve(Packer *packer, gsize size)
{
	GString *out = packer->out;
	gsize at = out->len;

	if (size > GW_FRAME_MAX - (at - packer->start)) {
		packer->too_large = TRUE;
		return NULL;
	}
	if (G_LIKELY(out->allocated_len - at > size)) {
		out->len += size;
	} else {
		g_string_set_size(out, at + size);
	}
	return out->str + at;
}

static void pack_bytes(Packer *packer, gconstpointer bytes, gsize size)
{
	char *place = reserve(packer, size);

	if (place != NULL) {
		memcpy(place, bytes, size);
	}
}

static void pack_count(Packer *packer, guint32 count)
{
	pack_bytes(packer, &count, sizeof(count));
}

static void pack_text(Packer *packer, const char *text, gsize length)
{
	guint32 count = (guint32)length;
	char *place = reserve(packer, sizeof(count) + length + 1);

	if (place != NULL) {
		memcpy(place, &count, sizeof(count));
		memcpy(place + sizeof(count), text, length + 1);
	}
}

static void pack_string(Packer *packer, const char *text)
{
	if (text == NULL) {
		pack_count(packer, NOTHING);
		return;
	}
	gsize length = strlen(text);
	if (length > GW_FRAME_MAX) {
		packer->too_large = TRUE;
	} else if (G_LIKELY(is_text(text, length))) {
		pack_text(packer, text, length);
	} else {
		/* The other end would close the channel, for all users. */
		g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);

		pack_text(packer, valid, strlen(valid));
	}
}

static void pack_strings(Packer *packer, const char *const *strings)
{
	if (strings == NULL) {
		pack_count(packer, NOTHING);
		return;
	}
	pack_count(packer, g_strv_length((char **)strings));
	for (; *strings != NULL && !packer->too_large; strings++) {
		pack_string(packer, *strings);
	}
}

static void pack_record(Packer *packer, const GwRecordType *type, const char *record);

static void pack_list(Packer *packer, const GwRecordType *element, const char *list, guint count)
{
	if (list == NULL) {
		count = 0;
	}
	pack_count(packer, count);
	for (guint i = 0; i < count && !packer->too_large; i++) {
		pack_record(packer, element, list + (gsize)i * element->size);
	}
}

static void pack_field(Packer *packer, const GwRecordField *field, const char *record)
{
	const char *value = record + field->offset;

	switch (field->kind) {
	case GW_RECORD_STRING:
		pack_string(packer, pointer_at(value));
		break;
	case GW_RECORD_INT:
		pack_bytes(packer, value, sizeof(int));
		break;
	case GW_RECORD_INT64:
		pack_bytes(packer, value, sizeof(gint64));
		break;
	case GW_RECORD_STRINGS:
		pack_strings(packer, pointer_at(value));
		break;
	case GW_RECORD_LIST:
		pack_list(packer, field->element, pointer_at(value),
			*(const guint *)(record + field->count_offset));
		break;
	}
}

static void pack_record(Packer *packer, const GwRecordType *type, const char *record)
{
	for (guint i = 0; i < type->n_fields && !packer->too_large; i++) {
		pack_field(packer, &type->fields[i], record);
	}
}

gboolean gw_frame_pack(GString *out, guint type, guint session, guint serial, const void *record)
{
	static const GwRecord empty;
	Packer packer = { .out = out, .start = out->len };

	g_return_val_if_fail(type < GW_N_FRAME_TYPES, FALSE);
	reserve(&packer, sizeof(GwFrameHeader));
	pack_record(&packer, frames[type].record, record != NULL ? record : (const void *)&empty);
	if (packer.too_large) {
		g_string_truncate(out, packer.start);
		return FALSE;
	}

	GwFrameHeader header = { (guint32)(out->len - packer.start), type, session, serial };
	memcpy(out->str + packer.start, &header, sizeof(header));
	out->str[out->len] = '\0';
	return TRUE;
}

/* ---- unpack ---- */

struct GwScratch {
	Arena arena;
};

GwScratch *gw_scratch_new(void)
{
	return g_new0(GwScratch, 1);
}

void gw_scratch_free(GwScratch *scratch)
{
	if (scratch != NULL) {
		arena_clear(&scratch->arena);
		g_free(scratch);
	}
}

typedef struct {
	const char *next;
	const char *end;
	Arena *arena;
	const char *wrong; /* NULL while all is well */
} Unpacker;

static gboolean fail(Unpacker *unpacker, const char *wrong)
{
	unpacker->wrong = wrong;
	return FALSE;
}

static gsize left(const Unpacker *unpacker)
{
	return (gsize)(unpacker->end - unpacker->next);
}

static gboolean unpack_bytes(Unpacker *unpacker, gpointer bytes, gsize size)
{
	if (G_UNLIKELY(left(unpacker) < size)) {
		return fail(unpacker, "ends early");
	}
	memcpy(bytes, unpacker->next, size);
	unpacker->next += size;
	return TRUE;
}

static gboolean unpack_string(Unpacker *unpacker, const char **text)
{
	guint32 length;

	if (!unpack_bytes(unpacker, &length, sizeof(length))) {
		return FALSE;
	}
	if (length == NOTHING) {
		*text = NULL;
		return TRUE;
	}
	if (G_UNLIKELY(length >= left(unpacker))) {
		return fail(unpacker, "has a string longer than itself");
	}
	if (G_UNLIKELY(unpacker->next[length] != '\0' || !is_text(unpacker->next, length))) {
		return fail(unpacker, "has a string that is no UTF-8 text");
	}
	*text = unpacker->next;
	unpacker->next += length + 1;
	return TRUE;
}

/* `place` is NULL before. */
static gboolean unpack_strings(Unpacker *unpacker, char *place)
{
	guint32 count;

	if (!unpack_bytes(unpacker, &count, sizeof(count))) {
		return FALSE;
	}
	if (count == NOTHING) {
		return TRUE;
	}
	/* A string takes five bytes at least: a small frame cannot ask for much memory. */
	if (count > left(unpacker) / 5) {
		return fail(unpacker, "has a list longer than itself");
	}
	const char **list = arena_alloc(unpacker->arena, ((gsize)count + 1) * sizeof(*list));
	for (guint i = 0; i < count; i++) {
		if (!unpack_string(unpacker, &list[i])) {
			return FALSE;
		}
		if (list[i] == NULL) {
			return fail(unpacker, "has a list with nothing in it");
		}
	}
	list[count] = NULL;
	put_pointer(place, list);
	return TRUE;
}

/* Packed, the smallest record of the type. */
static gsize least_size(const GwRecordType *type)
{
	gsize size = 0;

	for (guint i = 0; i < type->n_fields; i++) {
		size += type->fields[i].kind == GW_RECORD_INT64 ? 8 : 4;
	}
	return size;
}

static gboolean unpack_record(Unpacker *unpacker, const GwRecordType *type, char *record);

static gboolean unpack_list(
	Unpacker *unpacker, const GwRecordType *element, char *place, char *count_place)
{
	guint32 count;

	if (!unpack_bytes(unpacker, &count, sizeof(count))) {
		return FALSE;
	}
	if (count > left(unpacker) / least_size(element)) {
		return fail(unpacker, "has a list longer than itself");
	}
	if (count == 0) {
		return TRUE;
	}
	char *elements = arena_alloc(unpacker->arena, (gsize)count * element->size);
	for (guint i = 0; i < count; i++) {
		if (!unpack_record(unpacker, element, elements + (gsize)i * element->size)) {
			return FALSE;
		}
	}
	put_pointer(place, elements);
	memcpy(count_place, &count, sizeof(count));
	return TRUE;
}

static gboolean unpack_field(Unpacker *unpacker, const GwRecordField *field, char *record)
{
	char *value = record + field->offset;

	switch (field->kind) {
	case GW_RECORD_STRING:
		return unpack_string(unpacker, (const char **)value);
	case GW_RECORD_INT:
		return unpack_bytes(unpacker, value, sizeof(int));
	case GW_RECORD_INT64:
		return unpack_bytes(unpacker, value, sizeof(gint64));
	case GW_RECORD_STRINGS:
		return unpack_strings(unpacker, value);
	case GW_RECORD_LIST:
		return unpack_list(unpacker, field->element, value, record + field->count_offset);
	}
	g_return_val_if_reached(FALSE);
}

static gboolean unpack_record(Unpacker *unpacker, const GwRecordType *type, char *record)
{
	memset(record, 0, type->size);
	for (guint i = 0; i < type->n_fields; i++) {
		if (!unpack_field(unpacker, &type->fields[i], record)) {
			return FALSE;
		}
	}
	return TRUE;
}

gboolean gw_frame_unpack(guint type, const char *payload, gsize length, GwRecord *record,
	GwScratch *scratch, GError **error)
{
	if (type >= GW_N_FRAME_TYPES) {
		g_set_error(
			error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no frame has type %u", type);
		return FALSE;
	}
	Unpacker unpacker = { payload, payload + length, &scratch->arena, NULL };
	arena_reset(&scratch->arena);
	if (unpack_record(&unpacker, frames[type].record, (char *)record) && left(&unpacker) > 0) {
		fail(&unpacker, "is longer than its record");
	}
	if (unpacker.wrong != NULL) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "frame %s %s",
			frames[type].name, unpacker.wrong);
	}
	return unpacker.wrong == NULL;
}
