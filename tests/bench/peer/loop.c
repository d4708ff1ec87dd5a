/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_CHUNK = 256 * 1024,
	CONNECT_TRIES = 100,
	CONNECT_PAUSE_US = 50000,
};

static int epoll_fd = -1;

void loop_init(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0) {
		die("epoll_create1: %s", strerror(errno));
	}
}

static void set_interest(Connection *connection, int operation)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

	if (connection->want_write) {
		event.events |= EPOLLOUT;
	}
	if (epoll_ctl(epoll_fd, operation, connection->fd, &event) < 0) {
		die("epoll_ctl: %s", strerror(errno));
	}
}

Connection *loop_adopt(int fd, const ConnectionHandlers *handlers, void *user)
{
	Connection *connection = g_new0(Connection, 1);
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	connection->fd = fd;
	connection->handlers = handlers;
	connection->user = user;
	set_interest(connection, EPOLL_CTL_ADD);
	return connection;
}

static struct sockaddr_in address_of(const char *host, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		die("not an IPv4 address: %s", host);
	}
	return address;
}

Connection *loop_listen(const char *host, int port, const ConnectionHandlers *handlers, void *user)
{
	struct sockaddr_in address = address_of(host, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	Connection *connection;
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 64) < 0) {
		die("listen %s:%d: %s", host, port, strerror(errno));
	}
	connection = loop_adopt(fd, handlers, user);
	connection->listening = TRUE;
	return connection;
}

Connection *loop_connect(const char *host, int port, const ConnectionHandlers *handlers, void *user)
{
	struct sockaddr_in address = address_of(host, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (int tries = 0; connect(fd, (struct sockaddr *)&address, sizeof address) < 0; tries++) {
		if (errno != ECONNREFUSED || tries == CONNECT_TRIES) {
			die("connect %s:%d: %s", host, port, strerror(errno));
		}
		close(fd);
		g_usleep(CONNECT_PAUSE_US);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	}
	return loop_adopt(fd, handlers, user);
}

void loop_close(Connection *connection)
{
	if (connection->dead) {
		return;
	}
	connection->dead = TRUE;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, connection->fd, NULL);
	close(connection->fd);
	if (connection->handlers->closed) {
		connection->handlers->closed(connection);
	}
}

void loop_flush(Connection *connection)
{
	Buffer *out = &connection->out;

	while (!connection->dead && buffer_pending(out)) {
		ssize_t n = send(connection->fd, out->data + out->head, buffer_pending(out),
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			buffer_drop(out, (size_t)n);
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			loop_close(connection);
		}
	}
	if (!connection->dead && connection->want_write != (buffer_pending(out) > 0)) {
		connection->want_write = buffer_pending(out) > 0;
		set_interest(connection, EPOLL_CTL_MOD);
	}
}

static void accept_all(Connection *listener)
{
	int fd;

	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		listener->handlers->accepted(listener, fd);
	}
}

static void read_some(Connection *connection)
{
	Buffer *in = &connection->in;
	ssize_t n;

	if (connection->handlers->readable) {
		connection->handlers->readable(connection);
		return;
	}
	buffer_reserve(in, READ_CHUNK);
	n = recv(connection->fd, in->data + in->length, in->capacity - in->length, MSG_DONTWAIT);
	if (n > 0) {
		in->length += (size_t)n;
		connection->handlers->data(connection);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		loop_close(connection);
	}
}

void loop_pump(int timeout_ms)
{
	struct epoll_event events[64];
	int n = epoll_wait(epoll_fd, events, G_N_ELEMENTS(events), timeout_ms);

	for (int i = 0; i < n; i++) {
		Connection *connection = events[i].data.ptr;

		if (connection->listening) {
			accept_all(connection);
			continue;
		}
		if (!connection->dead && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
			read_some(connection);
		}
		if (!connection->dead && events[i].events & EPOLLOUT) {
			loop_flush(connection);
		}
	}
}

gboolean loop_until(const uint64_t *counter, uint64_t goal, double seconds)
{
	uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);

	while (*(volatile const uint64_t *)counter < goal) {
		uint64_t now = now_ns();

		if (now >= end) {
			return FALSE;
		}
		loop_pump((int)((end - now) / 1000000) + 1);
	}
	return TRUE;
}

void loop_rest(double seconds)
{
	static const uint64_t never;

	loop_until(&never, 1, seconds);
}
