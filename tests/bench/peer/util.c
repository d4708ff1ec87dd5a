/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

G_GNUC_PRINTF(2, 0) static void say(const char *tag, const char *format, va_list arguments)
{
	fprintf(stderr, "%s: ", tag);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("fatal", format, arguments);
	va_end(arguments);
	exit(2);
}

void note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("note", format, arguments);
	va_end(arguments);
}

void buffer_reserve(Buffer *buffer, size_t extra)
{
	if (buffer->head == buffer->length) {
		buffer->head = buffer->length = 0;
	}
	if (buffer->length + extra <= buffer->capacity) {
		return;
	}
	if (buffer->head) {
		memmove(buffer->data, buffer->data + buffer->head, buffer_pending(buffer));
		buffer->length -= buffer->head;
		buffer->head = 0;
	}
	if (buffer->length + extra > buffer->capacity) {
		buffer->capacity = MAX(MAX(buffer->capacity * 2, 4096), buffer->length + extra);
		buffer->data = g_realloc(buffer->data, buffer->capacity);
	}
}

void buffer_addf(Buffer *buffer, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	buffer_reserve(buffer, (size_t)n + 1);
	va_start(arguments, format);
	vsnprintf(buffer->data + buffer->length, (size_t)n + 1, format, arguments);
	va_end(arguments);
	buffer->length += (size_t)n;
}

void buffer_drop(Buffer *buffer, size_t n)
{
	buffer->head += n;
}

/* The scheduler's run time of each thread, which is exact where ticks are not. */
static uint64_t cpu_of(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
	g_autoptr(GDir) threads = g_dir_open(path, 0, NULL);
	const char *thread;
	uint64_t total = 0;

	while (threads && (thread = g_dir_read_name(threads))) {
		g_autofree char *file = g_build_filename(path, thread, "schedstat", NULL);
		g_autofree char *text = NULL;

		if (g_file_get_contents(file, &text, NULL, NULL)) {
			total += g_ascii_strtoull(text, NULL, 10);
		}
	}
	return total;
}

static long rss_of(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
	g_autofree char *text = NULL;
	const char *line = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL)) {
		line = strstr(text, "VmRSS:");
	}
	return line ? strtol(line + strlen("VmRSS:"), NULL, 10) : 0;
}

static void sum_up(pid_t pid, uint64_t *cpu_ns, long *rss_kib)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", (int)pid, (int)pid);
	g_autofree char *text = NULL;

	*cpu_ns += cpu_of(pid);
	*rss_kib += rss_of(pid);
	if (g_file_get_contents(path, &text, NULL, NULL)) {
		g_auto(GStrv) children = g_strsplit(g_strstrip(text), " ", -1);

		for (char **child = children; *child && **child; child++) {
			sum_up((pid_t)g_ascii_strtoll(*child, NULL, 10), cpu_ns, rss_kib);
		}
	}
}

uint64_t process_cpu_ns(pid_t pid)
{
	uint64_t cpu_ns = 0;
	long rss_kib = 0;

	sum_up(pid, &cpu_ns, &rss_kib);
	return cpu_ns;
}

long process_rss_kib(pid_t pid)
{
	uint64_t cpu_ns = 0;
	long rss_kib = 0;

	sum_up(pid, &cpu_ns, &rss_kib);
	return rss_kib;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double percentile(double *values, size_t n, double percent)
{
	if (!n) {
		return 0;
	}
	qsort(values, n, sizeof *values, compare_doubles);
	return values[MIN((size_t)(percent / 100 * (double)(n - 1) + 0.5), n - 1)];
}
