/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-stanza.h"

#include <expat.h>
#include <gio/gio.h>
#include <string.h>

#include "arena.h"
#include "gw-xml.h"

/* Between namespace and name in what expat says; XML cannot contain it. */
#define SEPARATOR '\x1f'
#define XML_NS "http://www.w3.org/XML/1998/namespace"

/* Expat reads an unfinished tag again from its start whenever bytes come, so beyond the first size
 * it gets them only when the tag may be finished, and beyond the second the stream is given up. */
#define HOLD_TAG (64 * 1024)
#define MAX_TAG (1024 * 1024)
/* Expat keeps something for each level, also of a stanza that is skipped. */
#define MAX_SKIPPED_DEPTH (256 * 1024)
/* What an answer to a stanza with too large a start tag needs. */
#define MAX_KEPT_VALUE 4096

/* Since expat 2.6, and backported; elsewhere NULL. */
extern XML_Bool XML_SetReparseDeferralEnabled(XML_Parser parser, XML_Bool enabled)
	__attribute__((weak));

/* An element while it is built. */
typedef struct Node Node;
struct Node {
	GwElement element; /* first: a Node is an element */
	Node *last;        /* child */
	char *text;
	gsize text_length;
	gsize text_size; /* allocated */
};

struct GwParser {
	XML_Parser expat;
	const GwParserHandlers *handlers;
	gpointer user;
	guint stanza_depth; /* 1 in a stream, 0 in a document */
	guint depth;        /* of open elements */
	gboolean stopped;
	gboolean skipping;
	const char *wrong; /* forbidden in a stream */

	Arena arena; /* of the stanza */
	Node *stanza;
	Node *current;
	gint64 start; /* of the stanza, in the stream */
	guint n_elements;

	gint64 fed; /* bytes given to expat */
	GString *held;
};

/* ---- reading a tree ---- */

const char *gw_element_attribute(const GwElement *element, const char *name)
{
	for (guint i = 0; element != NULL && i < element->n_attributes; i++) {
		if (strcmp(element->attributes[i].name, name) == 0) {
			return element->attributes[i].value;
		}
	}
	return NULL;
}

gboolean gw_element_is(const GwElement *element, const char *name, const char *ns)
{
	return element != NULL && (name == NULL || strcmp(element->name, name) == 0) &&
	       (ns == NULL || strcmp(element->ns, ns) == 0);
}

const GwElement *gw_element_child(const GwElement *element, const char *name, const char *ns)
{
	const GwElement *child = element != NULL ? element->children : NULL;

	while (child != NULL && !gw_element_is(child, name, ns)) {
		child = child->next;
	}
	return child;
}

const char *gw_element_child_text(const GwElement *element, const char *name, const char *ns)
{
	const GwElement *child = gw_element_child(element, name, ns);

	if (child == NULL) {
		return NULL;
	}
	return child->text != NULL ? child->text : "";
}

void gw_element_print(const GwElement *element, const char *ns, GString *out)
{
	gw_xml_open(out, element->name);
	if (g_strcmp0(element->ns, ns) != 0) {
		gw_xml_attribute(out, "xmlns", element->ns);
	}
	for (guint i = 0; i < element->n_attributes; i++) {
		gw_xml_attribute(out, element->attributes[i].name, element->attributes[i].value);
	}
	if (element->text != NULL) {
		gw_xml_text(out, element->text);
	}
	for (const GwElement *child = element->children; child != NULL; child = child->next) {
		gw_element_print(child, element->ns, out);
	}
	gw_xml_close(out, element->name);
}

/* ---- building it ---- */

static const char *keep(GwParser *parser, const char *text, gsize length)
{
	char *copy = arena_alloc(&parser->arena, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

static const char *keep_ns(GwParser *parser, const char *ns, gsize length)
{
	const char *outer = parser->current != NULL ? parser->current->element.ns : "";

	/* Most have the namespace of what they are in. */
	if (strncmp(outer, ns, length) == 0 && outer[length] == '\0') {
		return outer;
	}
	return keep(parser, ns, length);
}

static const char *keep_attribute_name(GwParser *parser, const char *name)
{
	const char *separator = strchr(name, SEPARATOR);

	if (separator == NULL) {
		return keep(parser, name, strlen(name));
	}
	const char *local = separator + 1;
	if (!g_str_has_prefix(name, XML_NS) || name + strlen(XML_NS) != separator) {
		return keep(parser, local, strlen(local));
	}
	gsize length = strlen(local);
	char *copy = arena_alloc(&parser->arena, sizeof("xml:") + length);
	memcpy(copy, "xml:", 4);
	memcpy(copy + 4, local, length + 1);
	return copy;
}

static guint count_attributes(const XML_Char **pairs)
{
	guint n = 0;

	while (pairs[2 * n] != NULL) {
		n++;
	}
	return n;
}

static void add_attributes(GwParser *parser, Node *node, const XML_Char **pairs, guint n)
{
	GwAttribute *attributes = arena_alloc(&parser->arena, n * sizeof(*attributes));

	for (guint i = 0; i < n; i++) {
		const char *value = pairs[2 * i + 1];

		attributes[i].name = keep_attribute_name(parser, pairs[2 * i]);
		attributes[i].value = keep(parser, value, strlen(value));
	}
	node->element.attributes = attributes;
	node->element.n_attributes = n;
}

/* Of a start tag over the limits: what an answer needs. */
static void add_address(GwParser *parser, Node *node, const XML_Char **pairs)
{
	static const char *const names[] = { "from", "to", "type", "id" };
	GwAttribute *attributes =
		arena_alloc(&parser->arena, sizeof(names) / sizeof(*names) * sizeof(*attributes));
	guint n = 0;

	for (; *pairs != NULL; pairs += 2) {
		for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
			gsize length = strlen(pairs[1]);

			if (strcmp(pairs[0], names[i]) == 0 && length <= MAX_KEPT_VALUE) {
				attributes[n].name = names[i];
				attributes[n++].value = keep(parser, pairs[1], length);
			}
		}
	}
	node->element.attributes = attributes;
	node->element.n_attributes = n;
}

static Node *new_node(GwParser *parser, const char *name)
{
	Node *node = arena_alloc(&parser->arena, sizeof(*node));
	const char *separator = strchr(name, SEPARATOR);

	memset(node, 0, sizeof(*node));
	if (separator != NULL) {
		node->element.ns = keep_ns(parser, name, (gsize)(separator - name));
		name = separator + 1;
	} else {
		node->element.ns = "";
	}
	node->element.name = keep(parser, name, strlen(name));
	return node;
}

static void append_child(Node *parent, Node *child)
{
	child->element.parent = &parent->element;
	if (parent->last != NULL) {
		parent->last->element.next = &child->element;
	} else {
		parent->element.children = &child->element;
	}
	parent->last = child;
}

/* Text comes in pieces: each line and each entity is one. */
static void append_text(GwParser *parser, Node *node, const char *text, gsize length)
{
	gsize needed = node->text_length + length + 1;

	if (needed > node->text_size) {
		gsize size = node->text == NULL ? needed : 2 * needed;
		char *larger = arena_alloc(&parser->arena, size);

		if (node->text != NULL) {
			memcpy(larger, node->text, node->text_length);
		}
		node->text = larger;
		node->text_size = size;
		node->element.text = larger;
	}
	memcpy(node->text + node->text_length, text, length);
	node->text_length += length;
	node->text[node->text_length] = '\0';
}

/* ---- limits ---- */

static void stop_expat(GwParser *parser)
{
	parser->stopped = TRUE;
	XML_StopParser(parser->expat, XML_FALSE);
}

static void forbid(GwParser *parser, const char *wrong)
{
	if (!parser->stopped) {
		parser->wrong = wrong;
		stop_expat(parser);
	}
}

/* From the start of the stanza to the end of what is being handled. */
static gint64 stanza_bytes(const GwParser *parser)
{
	return (gint64)XML_GetCurrentByteIndex(parser->expat) +
	       XML_GetCurrentByteCount(parser->expat) - parser->start;
}

static void skip(GwParser *parser, const char *limit)
{
	GwElement *stanza = &parser->stanza->element;

	stanza->children = NULL;
	stanza->text = NULL;
	parser->skipping = TRUE;
	parser->handlers->on_skipped(parser->user, stanza, limit);
}

/* NULL: the start tag is within the limits. */
static const char *limit_of_tag(GwParser *parser, guint n_attributes)
{
	if (stanza_bytes(parser) > GW_STANZA_MAX_BYTES) {
		return "bytes";
	}
	if (parser->depth - parser->stanza_depth >= GW_STANZA_MAX_DEPTH) {
		return "depth";
	}
	if (parser->n_elements >= GW_STANZA_MAX_ELEMENTS) {
		return "elements";
	}
	if (n_attributes > GW_STANZA_MAX_ATTRIBUTES) {
		return "attributes";
	}
	return NULL;
}

/* ---- what expat says ---- */

static void forget_stanza(GwParser *parser)
{
	arena_reset(&parser->arena);
	parser->stanza = parser->current = NULL;
	parser->n_elements = 0;
	parser->skipping = FALSE;
}

static void open_root(GwParser *parser, const XML_Char *name, const XML_Char **pairs)
{
	Node *root = new_node(parser, name);

	add_attributes(parser, root, pairs, MIN(count_attributes(pairs), GW_STANZA_MAX_ATTRIBUTES));
	if (parser->handlers->on_open != NULL) {
		parser->handlers->on_open(parser->user, &root->element);
	}
	forget_stanza(parser);
}

static void open_stanza(GwParser *parser, const XML_Char *name, const XML_Char **pairs)
{
	guint n_attributes = count_attributes(pairs);

	parser->start = XML_GetCurrentByteIndex(parser->expat);
	const char *limit = limit_of_tag(parser, n_attributes);
	parser->stanza = parser->current = new_node(parser, name);
	parser->n_elements = 1;
	if (limit != NULL) {
		add_address(parser, parser->stanza, pairs);
		skip(parser, limit);
	} else {
		add_attributes(parser, parser->stanza, pairs, n_attributes);
	}
}

static void open_child(GwParser *parser, const XML_Char *name, const XML_Char **pairs)
{
	guint n_attributes = count_attributes(pairs);
	const char *limit = limit_of_tag(parser, n_attributes);

	if (limit != NULL) {
		skip(parser, limit);
		return;
	}
	Node *node = new_node(parser, name);
	add_attributes(parser, node, pairs, n_attributes);
	append_child(parser->current, node);
	parser->current = node;
	parser->n_elements++;
}

static void on_start(void *data, const XML_Char *name, const XML_Char **pairs)
{
	GwParser *parser = data;

	if (parser->stopped) {
		return;
	}
	if (parser->skipping) {
		if (parser->depth >= MAX_SKIPPED_DEPTH) {
			forbid(parser, "endless nesting");
		}
	} else if (parser->depth < parser->stanza_depth) {
		open_root(parser, name, pairs);
	} else if (parser->depth == parser->stanza_depth) {
		open_stanza(parser, name, pairs);
	} else {
		open_child(parser, name, pairs);
	}
	parser->depth++;
}

static void close_stanza(GwParser *parser)
{
	if (!parser->skipping && stanza_bytes(parser) > GW_STANZA_MAX_BYTES) {
		skip(parser, "bytes");
	} else if (!parser->skipping) {
		parser->handlers->on_stanza(parser->user, &parser->stanza->element);
	}
	/* A document's tree is kept. */
	if (parser->stanza_depth > 0) {
		forget_stanza(parser);
	}
}

static void on_end(void *data, const XML_Char *name)
{
	GwParser *parser = data;

	if (parser->stopped) {
		return;
	}
	parser->depth--;
	if (parser->depth < parser->stanza_depth) {
		if (parser->handlers->on_close != NULL) {
			parser->handlers->on_close(parser->user);
		}
	} else if (parser->depth == parser->stanza_depth) {
		close_stanza(parser);
	} else if (!parser->skipping) {
		parser->current = (Node *)parser->current->element.parent;
	}
}

static void on_text(void *data, const XML_Char *text, int length)
{
	GwParser *parser = data;

	if (parser->stopped || parser->skipping || parser->current == NULL) {
		return;
	}
	if (stanza_bytes(parser) > GW_STANZA_MAX_BYTES) {
		skip(parser, "bytes");
	} else {
		append_text(parser, parser->current, text, (gsize)length);
	}
}

static void on_doctype(void *data, const XML_Char *name, const XML_Char *system_id,
	const XML_Char *public_id, int has_internal_subset)
{
	forbid(data, "document type declaration");
}

static void on_instruction(void *data, const XML_Char *target, const XML_Char *text)
{
	forbid(data, "processing instruction");
}

static void on_comment(void *data, const XML_Char *text)
{
	forbid(data, "comment");
}

/* ---- parser ---- */

static GwParser *new_parser(const GwParserHandlers *handlers, gpointer user, guint stanza_depth)
{
	GwParser *parser = g_new0(GwParser, 1);

	parser->handlers = handlers;
	parser->user = user;
	parser->stanza_depth = stanza_depth;
	parser->expat = XML_ParserCreateNS("UTF-8", SEPARATOR);
	if (XML_SetReparseDeferralEnabled != NULL) {
		/* Or a stanza cut inside its start tag waits for more traffic. */
		XML_SetReparseDeferralEnabled(parser->expat, XML_FALSE);
	}
	XML_SetUserData(parser->expat, parser);
	XML_SetElementHandler(parser->expat, on_start, on_end);
	XML_SetCharacterDataHandler(parser->expat, on_text);
	XML_SetStartDoctypeDeclHandler(parser->expat, on_doctype);
	XML_SetProcessingInstructionHandler(parser->expat, on_instruction);
	XML_SetCommentHandler(parser->expat, on_comment);
	return parser;
}

GwParser *gw_parser_new(const GwParserHandlers *handlers, gpointer user)
{
	return new_parser(handlers, user, 1);
}

void gw_parser_free(GwParser *parser)
{
	if (parser == NULL) {
		return;
	}
	if (parser->expat != NULL) {
		XML_ParserFree(parser->expat);
	}
	if (parser->held != NULL) {
		g_string_free(parser->held, TRUE);
	}
	arena_clear(&parser->arena);
	g_free(parser);
}

void gw_parser_stop(GwParser *parser)
{
	stop_expat(parser);
}

static gboolean fail(GError **error, const char *wrong)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "XML: %s", wrong);
	return FALSE;
}

static gboolean parse(
	GwParser *parser, const char *bytes, gsize length, gboolean is_last, GError **error)
{
	while (!parser->stopped && (length > 0 || is_last)) {
		int piece = (int)MIN(length, (gsize)G_MAXINT / 2);
		gboolean is_last_piece = is_last && (gsize)piece == length;

		parser->fed += piece;
		if (XML_Parse(parser->expat, bytes, piece, is_last_piece) != XML_STATUS_OK &&
			!parser->stopped) {
			return fail(error, XML_ErrorString(XML_GetErrorCode(parser->expat)));
		}
		if (is_last_piece) {
			break;
		}
		bytes += piece;
		length -= (gsize)piece;
	}
	return parser->wrong == NULL || fail(error, parser->wrong);
}

/* Length of the tag that has begun and not ended. */
static gsize unfinished_tag(const GwParser *parser)
{
	gint64 at = XML_GetCurrentByteIndex(parser->expat);

	return at < 0 || at > parser->fed ? 0 : (gsize)(parser->fed - at);
}

static gboolean parse_held(GwParser *parser, GError **error)
{
	g_autoptr(GString) held = g_steal_pointer(&parser->held);

	return parse(parser, held->str, held->len, FALSE, error);
}

/* Keeps the bytes of a huge tag away from expat until its end may be there. */
static gboolean hold(GwParser *parser, gsize tag, const char *bytes, gsize length, GError **error)
{
	if (parser->held == NULL) {
		parser->held = g_string_new(NULL);
	}
	g_string_append_len(parser->held, bytes, (gssize)length);
	if (tag + parser->held->len > MAX_TAG) {
		return fail(error, "a tag without end");
	}
	return memchr(bytes, '>', length) == NULL || parse_held(parser, error);
}

gboolean gw_parser_feed(GwParser *parser, const char *bytes, gsize length, GError **error)
{
	if (parser->stopped) {
		return TRUE;
	}
	gsize tag = unfinished_tag(parser);
	if (tag > HOLD_TAG) {
		return hold(parser, tag, bytes, length, error);
	}
	return parse(parser, bytes, length, FALSE, error);
}

/* ---- documents ---- */

struct GwDocument {
	GwParser *parser; /* its arena has the tree */
	const GwElement *root;
	const char *limit;
};

static void on_document_root(gpointer user, const GwElement *root)
{
	GwDocument *document = user;

	document->root = root;
}

static void on_document_skipped(gpointer user, const GwElement *root, const char *limit)
{
	GwDocument *document = user;

	document->limit = limit;
	gw_parser_stop(document->parser);
}

static const GwParserHandlers document_handlers = {
	.on_stanza = on_document_root,
	.on_skipped = on_document_skipped,
};

GwDocument *gw_document_parse(const char *xml, gssize length, GError **error)
{
	g_autoptr(GwDocument) document = g_new0(GwDocument, 1);

	document->parser = new_parser(&document_handlers, document, 0);
	if (!parse(document->parser, xml, length < 0 ? strlen(xml) : (gsize)length, TRUE, error)) {
		return NULL;
	}
	if (document->limit != NULL) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "XML: too many %s",
			document->limit);
		return NULL;
	}
	g_clear_pointer(&document->parser->expat, XML_ParserFree);
	return g_steal_pointer(&document);
}

const GwElement *gw_document_root(const GwDocument *document)
{
	return document->root;
}

void gw_document_free(GwDocument *document)
{
	if (document != NULL) {
		gw_parser_free(document->parser);
		g_free(document);
	}
}
