/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-stream.h"

#define READ_SIZE (64 * 1024)
/* One busy socket must not keep the others from their turn. */
#define READS_PER_TURN 4
/* After a failed write: how much of the peer's last words to wait for. */
#define LAST_READS 64
#define KEEP_QUEUE (64 * 1024)

struct GwStream {
	gint references; /* one is the owner's, one that of each dispatch under way */
	GIOStream *io;
	GPollableInputStream *input;
	GPollableOutputStream *output;
	const GwStreamHandlers *handlers; /* NULL: closed, no callback any more */
	gpointer user;

	GSource *readable; /* NULL: not reading */
	GSource *writable; /* NULL: the kernel takes what we have */
	GSource *turn;
	gboolean needs_turn; /* to tell something; output asks for its turn by being there */

	GString *queue;
	gsize written; /* bytes at the start of `queue` that the kernel has */
	gsize high, low;
	gboolean was_full;
	gboolean reading;
	GError *write_error;
};

static void unref_stream(GwStream *stream)
{
	if (--stream->references > 0) {
		return;
	}
	g_object_unref(stream->io);
	g_string_free(stream->queue, TRUE);
	g_clear_error(&stream->write_error);
	g_free(stream);
}

static void clear_source(GSource **source)
{
	if (*source != NULL) {
		g_source_destroy(*source);
		g_source_unref(*source);
		*source = NULL;
	}
}

static void stop_sources(GwStream *stream)
{
	clear_source(&stream->readable);
	clear_source(&stream->writable);
	clear_source(&stream->turn);
}

/* Nothing happens after this; `error` NULL: the peer closed. */
static void report_closed(GwStream *stream, const GError *error)
{
	const GwStreamHandlers *handlers = stream->handlers;

	stream->handlers = NULL;
	stop_sources(stream);
	g_string_truncate(stream->queue, 0);
	stream->written = 0;
	handlers->on_closed(stream->user, error);
}

/* ---- in ---- */

/* TRUE: there is more to read. The stream may be closed or freed by then. */
static gboolean read_once(GwStream *stream)
{
	/* Shared by all streams: handlers do not run a main loop of their own. */
	static char buffer[READ_SIZE];
	g_autoptr(GError) error = NULL;

	gssize n = g_pollable_input_stream_read_nonblocking(
		stream->input, buffer, sizeof(buffer), NULL, &error);
	if (n > 0) {
		stream->handlers->on_bytes(stream->user, buffer, (gsize)n);
		return n == sizeof(buffer);
	}
	if (n == 0 || !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
		report_closed(stream, error);
	}
	return FALSE;
}

static gboolean on_readable(GObject *input, gpointer data)
{
	GwStream *stream = data;

	stream->references++;
	for (int i = 0; i < READS_PER_TURN && stream->handlers != NULL && stream->reading; i++) {
		if (!read_once(stream)) {
			break;
		}
	}
	unref_stream(stream);
	return G_SOURCE_CONTINUE;
}

static void watch_input(GwStream *stream)
{
	if (stream->reading && stream->handlers != NULL && stream->readable == NULL) {
		stream->readable = g_pollable_input_stream_create_source(stream->input, NULL);
		g_source_set_callback(stream->readable, G_SOURCE_FUNC(on_readable), stream, NULL);
		g_source_attach(stream->readable, g_main_context_get_thread_default());
	}
}

void gw_stream_set_reading(GwStream *stream, gboolean reading)
{
	stream->reading = reading;
	if (reading) {
		watch_input(stream);
	} else {
		clear_source(&stream->readable);
	}
}

/* ---- out ---- */

gsize gw_stream_queued(const GwStream *stream)
{
	return stream->queue->len - stream->written;
}

static void drop_written(GwStream *stream)
{
	GString *queue = stream->queue;

	if (stream->written == queue->len) {
		g_string_truncate(queue, 0);
		stream->written = 0;
		if (queue->allocated_len > KEEP_QUEUE) {
			/* The GString stays: callers may hold it until the end of the turn. */
			queue->allocated_len = 64;
			queue->str = g_realloc(queue->str, queue->allocated_len);
		}
	} else if (stream->written > KEEP_QUEUE && stream->written > queue->len / 2) {
		g_string_erase(queue, 0, (gssize)stream->written);
		stream->written = 0;
	}
}

static gboolean on_writable(GObject *output, gpointer data);

static void watch_output(GwStream *stream)
{
	if (stream->writable == NULL) {
		stream->writable = g_pollable_output_stream_create_source(stream->output, NULL);
		g_source_set_callback(stream->writable, G_SOURCE_FUNC(on_writable), stream, NULL);
		g_source_attach(stream->writable, g_main_context_get_thread_default());
	}
}

/* Calls no handler: what there is to tell waits for the next turn. */
void gw_stream_flush(GwStream *stream)
{
	GString *queue = stream->queue;
	g_autoptr(GError) error = NULL;
	gssize n = 0;

	if (stream->handlers == NULL || stream->write_error != NULL) {
		return;
	}
	stream->was_full = gw_stream_is_full(stream);
	while (stream->written < queue->len && n >= 0) {
		n = g_pollable_output_stream_write_nonblocking(stream->output,
			queue->str + stream->written, queue->len - stream->written, NULL, &error);
		stream->written += (gsize)MAX(n, 0);
	}
	if (stream->written == queue->len) {
		clear_source(&stream->writable);
	} else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
		watch_output(stream);
	} else {
		clear_source(&stream->writable);
		stream->write_error = g_steal_pointer(&error);
		stream->written = queue->len;
		stream->needs_turn = TRUE;
	}
	drop_written(stream);
	if (stream->was_full && gw_stream_queued(stream) <= stream->low) {
		stream->needs_turn = TRUE;
	}
}

/* The peer may have said why before it closed its end. */
static void read_last_words(GwStream *stream)
{
	for (int i = 0; i < LAST_READS && stream->handlers != NULL && stream->reading; i++) {
		if (!read_once(stream)) {
			break;
		}
	}
	if (stream->handlers != NULL) {
		report_closed(stream, stream->write_error);
	}
}

static void tell_drained(GwStream *stream)
{
	if (stream->was_full && gw_stream_queued(stream) <= stream->low) {
		stream->was_full = FALSE;
		if (stream->handlers->on_drained != NULL) {
			stream->handlers->on_drained(stream->user);
		}
	}
}

static void take_turn(GwStream *stream)
{
	stream->references++;
	stream->needs_turn = FALSE;
	gw_stream_flush(stream);
	if (stream->write_error != NULL) {
		read_last_words(stream);
	} else {
		/* Flushing may have asked for the turn that is now. */
		stream->needs_turn = FALSE;
		tell_drained(stream);
	}
	unref_stream(stream);
}

static gboolean on_writable(GObject *output, gpointer data)
{
	take_turn(data);
	return G_SOURCE_CONTINUE;
}

typedef struct {
	GSource source;
	GwStream *stream;
} TurnSource;

static gboolean prepare_turn(GSource *source, int *timeout_ms)
{
	const GwStream *stream = ((TurnSource *)source)->stream;

	*timeout_ms = -1;
	return stream->needs_turn || (stream->writable == NULL && gw_stream_queued(stream) > 0);
}

static gboolean dispatch_turn(GSource *source, GSourceFunc callback, gpointer data)
{
	take_turn(((TurnSource *)source)->stream);
	return G_SOURCE_CONTINUE;
}

/* Becomes ready by what is queued, so arming it costs neither an allocation nor a wake-up. It has
 * the priority of the input: all that a turn of the loop brought is handled before the next turn
 * begins with this source, and endless input cannot starve it. */
static GSourceFuncs turn_functions = { .prepare = prepare_turn, .dispatch = dispatch_turn };

static void watch_turn(GwStream *stream)
{
	stream->turn = g_source_new(&turn_functions, sizeof(TurnSource));
	((TurnSource *)stream->turn)->stream = stream;
	g_source_set_name(stream->turn, "stream output");
	g_source_attach(stream->turn, g_main_context_get_thread_default());
}

GString *gw_stream_output(GwStream *stream)
{
	if (stream->handlers == NULL || stream->write_error != NULL) {
		/* Nobody will write it. */
		g_string_truncate(stream->queue, 0);
		stream->written = 0;
	}
	return stream->queue;
}

void gw_stream_write(GwStream *stream, const char *bytes, gsize length)
{
	g_string_append_len(gw_stream_output(stream), bytes, (gssize)length);
}

void gw_stream_set_marks(GwStream *stream, gsize high, gsize low)
{
	stream->high = high;
	stream->low = low;
}

gboolean gw_stream_is_full(const GwStream *stream)
{
	return stream->was_full || gw_stream_queued(stream) > stream->high;
}

/* ---- life ---- */

GwStream *gw_stream_new(GIOStream *io, const GwStreamHandlers *handlers, gpointer user)
{
	GwStream *stream = g_new0(GwStream, 1);

	stream->references = 1;
	stream->io = g_object_ref(io);
	stream->input = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(io));
	stream->output = G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(io));
	stream->handlers = handlers;
	stream->user = user;
	stream->queue = g_string_new(NULL);
	stream->high = 256 * 1024;
	stream->low = 64 * 1024;
	watch_turn(stream);
	gw_stream_set_reading(stream, TRUE);
	return stream;
}

/* TLS says goodbye by writing, which blocks when the peer does not read: then do without. */
static void close_io(GIOStream *io, gboolean healthy)
{
	if (!G_IS_TLS_CONNECTION(io)) {
		g_io_stream_close(io, NULL, NULL);
	} else if (healthy) {
		g_io_stream_close_async(io, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
	} else {
		g_autoptr(GIOStream) base = NULL;

		g_object_get(io, "base-io-stream", &base, NULL);
		g_io_stream_close(base, NULL, NULL);
	}
}

void gw_stream_free(GwStream *stream)
{
	if (stream == NULL) {
		return;
	}
	gboolean healthy = stream->handlers != NULL && stream->write_error == NULL &&
			   gw_stream_queued(stream) == 0;
	stream->handlers = NULL;
	stop_sources(stream);
	close_io(stream->io, healthy);
	unref_stream(stream);
}
