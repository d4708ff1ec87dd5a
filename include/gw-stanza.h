/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_STANZA_H
#define GW_STANZA_H

#include <glib.h>

/* XML of a stream: whole stanzas in as trees (GwParser), text out (gw-xml.h).
 *
 * A tree lives in one arena and is read-only; it is borrowed until the handler
 * that got it returns. RFC 6120 §11: no DOCTYPE, comment or processing
 * instruction; one of them, or XML that is not well-formed, ends the stream. */

typedef struct GwElement GwElement;

typedef struct {
	const char *name; /* "type", or "xml:lang"; other prefixed ones keep their local name */
	const char *value;
} GwAttribute;

struct GwElement {
	const char *name; /* without prefix */
	const char *ns;   /* never NULL; "" for none */
	GwElement *parent;
	GwElement *children; /* first child element */
	GwElement *next;     /* next sibling element */
	const char *text;    /* of this element itself, all pieces joined; NULL: none */
	const GwAttribute *attributes;
	guint n_attributes;
};

/* NULL where there is none. A NULL element has nothing, so calls can be nested. */
const char *gw_element_attribute(const GwElement *element, const char *name);
/* First child of that name (NULL: any) and namespace (NULL: any). */
const GwElement *gw_element_child(const GwElement *element, const char *name, const char *ns);
/* Text of that child; NULL: no such child; "" for an empty one. */
const char *gw_element_child_text(const GwElement *element, const char *name, const char *ns);
gboolean gw_element_is(const GwElement *element, const char *name, const char *ns);
/* Appends the element as text that can stand alone: namespaces are declared where they differ from
 * the surrounding `ns`. */
void gw_element_print(const GwElement *element, const char *ns, GString *out);

/* Limits of one stanza. What is over is skipped to its end, and told once. Only a single tag of
 * more than 1 MiB, or more than 262,144 open elements, end the stream. */
#define GW_STANZA_MAX_BYTES (256 * 1024)
#define GW_STANZA_MAX_DEPTH 64
#define GW_STANZA_MAX_ELEMENTS 2000
#define GW_STANZA_MAX_ATTRIBUTES 64 /* of one element */

typedef struct GwParser GwParser;

typedef struct {
	/* The root's start tag; it has no children yet. NULL: not wanted. */
	void (*on_open)(gpointer user, const GwElement *root);
	void (*on_stanza)(gpointer user, const GwElement *stanza);
	/* A stanza was over a limit: `stanza` is its start tag alone, `limit` says which one:
	 * "bytes", "depth", "elements" or "attributes". Where the start tag itself is the reason,
	 * it has no more than from, to, type and id. Called as soon as that is known. */
	void (*on_skipped)(gpointer user, const GwElement *stanza, const char *limit);
	/* The root's end tag. NULL: not wanted. */
	void (*on_close)(gpointer user);
} GwParserHandlers;

/* `handlers` must outlive the parser. */
GwParser *gw_parser_new(const GwParserHandlers *handlers, gpointer user);
void gw_parser_free(GwParser *parser); /* not from inside a handler; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwParser, gw_parser_free)

/* FALSE: the stream is broken, `error` says why; do not feed it again. */
gboolean gw_parser_feed(GwParser *parser, const char *bytes, gsize length, GError **error);
/* From inside a handler: drop the rest of what is being fed, and everything later. */
void gw_parser_stop(GwParser *parser);

/* A tree of its own from text, with the limits above. Free with gw_document_free(). */
typedef struct GwDocument GwDocument;
GwDocument *gw_document_parse(const char *xml, gssize length, GError **error);
const GwElement *gw_document_root(const GwDocument *document);
void gw_document_free(GwDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwDocument, gw_document_free)

#endif
