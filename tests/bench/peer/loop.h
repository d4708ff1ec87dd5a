/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_LOOP_H
#define BENCH_LOOP_H

#include "util.h"

/* A minimal epoll loop with buffered, non-blocking connections, much cheaper than
 * what it measures. The phases of a benchmark are straight-line code: queue some
 * output, then loop_until() a counter reaches its goal or a deadline passes. */

typedef struct Connection Connection;

typedef struct {
	/* New bytes are in connection->in; consume with buffer_drop(). Without it, `fd` belongs to
	 * somebody else, and `readable` is called when there is something to read. */
	void (*data)(Connection *connection);
	void (*readable)(Connection *connection);
	void (*closed)(Connection *connection);
	void (*accepted)(Connection *listener, int fd); /* listening sockets only */
} ConnectionHandlers;

struct Connection {
	int fd;
	gboolean listening, want_write, dead;
	const ConnectionHandlers *handlers;
	void *user;
	Buffer in, out;
};

void loop_init(void);
Connection *loop_listen(const char *host, int port, const ConnectionHandlers *handlers, void *user);
Connection *loop_adopt(int fd, const ConnectionHandlers *handlers, void *user);
/* Waits for a peer that is still starting. */
Connection *loop_connect(
	const char *host, int port, const ConnectionHandlers *handlers, void *user);
void loop_close(Connection *connection);
/* Tries to write pending output now; the rest follows when there is room. */
void loop_flush(Connection *connection);
/* One epoll_wait() round, at most timeout_ms. */
void loop_pump(int timeout_ms);
/* Pumps until *counter >= goal; FALSE when the deadline passed first. */
gboolean loop_until(const uint64_t *counter, uint64_t goal, double seconds);
/* Pumps for a fixed time. */
void loop_rest(double seconds);

#endif
