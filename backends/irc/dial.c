/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "gw-log.h"

enum {
	TIMEOUT_S = 20, /* for TCP and for TLS, each */
};

struct IrcDial {
	const IrcSettings *settings;
	IrcDialResult on_result;
	GSocketConnectable *address;
	GSocketClient *client;   /* NULL: we listen */
	GSocketService *service; /* NULL: we connect */
	GTlsCertificate *certificate;
	GCancellable *cancellable; /* of all that is under way */
	guint timer;
	char *refused; /* fingerprint of the last certificate that was not trusted */
};

/* ---- result ---- */

static void finish(IrcDial *dial, GIOStream *io, const GError *error)
{
	g_clear_handle_id(&dial->timer, g_source_remove);
	dial->on_result(io, error);
}

static void fail(IrcDial *dial, const char *what, const GError *cause)
{
	g_autoptr(GError) error = NULL;

	error = g_error_new(cause->domain, cause->code, "%s: %s", what, cause->message);
	finish(dial, NULL, error);
}

static gboolean on_timeout(gpointer user)
{
	IrcDial *dial = user;
	g_autoptr(GError) error = g_error_new_literal(
		G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the daemon does not answer our TLS greeting");

	dial->timer = 0;
	g_cancellable_cancel(dial->cancellable);
	g_object_unref(dial->cancellable);
	dial->cancellable = g_cancellable_new();
	finish(dial, NULL, error);
	return G_SOURCE_REMOVE;
}

/* ---- TLS ---- */

static char *fingerprint_of(GTlsCertificate *certificate)
{
	g_autoptr(GByteArray) bytes = NULL;

	g_object_get(certificate, "certificate", &bytes, NULL);
	return bytes ? g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data, bytes->len)
		     : g_strdup("");
}

static gboolean has_pin(const IrcDial *dial, GTlsCertificate *certificate)
{
	g_autofree char *fingerprint = certificate ? fingerprint_of(certificate) : g_strdup("");

	return g_str_equal(fingerprint, dial->settings->tls_fingerprint);
}

/* Called only where the usual checks, by CA and host name, have failed. Who calls us needs a
 * certificate only where one is pinned. */
static gboolean on_certificate(GTlsConnection *tls, GTlsCertificate *certificate,
	GTlsCertificateFlags faults, gpointer user)
{
	IrcDial *dial = user;

	g_free(dial->refused);
	dial->refused = fingerprint_of(certificate);
	return dial->settings->tls_fingerprint
		       ? g_str_equal(dial->refused, dial->settings->tls_fingerprint)
		       : dial->client == NULL;
}

/* A certificate that a CA vouches for was not asked about: the pin counts all the same. */
static gboolean check_pin(const IrcDial *dial, GTlsConnection *tls, GError **error)
{
	GTlsCertificate *certificate = g_tls_connection_get_peer_certificate(tls);
	g_autofree char *fingerprint = NULL;

	if (!dial->settings->tls_fingerprint || has_pin(dial, certificate)) {
		return TRUE;
	}
	fingerprint = certificate ? fingerprint_of(certificate) : g_strdup("none");
	g_set_error(error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
		"the daemon's certificate is not the one of tls-fingerprint; its SHA-256 is %s",
		fingerprint);
	return FALSE;
}

static void fail_handshake(IrcDial *dial, const GError *cause)
{
	g_autoptr(GError) error = NULL;

	if (!g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) || !dial->refused) {
		fail(dial, "TLS", cause);
		return;
	}
	error = g_error_new(G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
		dial->settings->tls_fingerprint ? "the daemon's certificate is not the one of "
						  "tls-fingerprint; its SHA-256 is %s"
						: "no CA vouches for the daemon's certificate "
						  "under this host name; if it is "
						  "the right one, say tls-fingerprint = %s",
		dial->refused);
	finish(dial, NULL, error);
}

static void on_handshake(GObject *source, GAsyncResult *result, gpointer user)
{
	GTlsConnection *tls = G_TLS_CONNECTION(source);
	g_autoptr(GError) error = NULL;
	IrcDial *dial = user;

	if (!g_tls_connection_handshake_finish(tls, result, &error)) {
		if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
			fail_handshake(dial, error);
		}
		return;
	}
	if (!check_pin(dial, tls, &error)) {
		fail(dial, "TLS", error);
		return;
	}
	finish(dial, G_IO_STREAM(g_object_ref(tls)), NULL);
}

static GIOStream *make_tls(IrcDial *dial, GIOStream *plain, GError **error)
{
	GIOStream *io = dial->client ? g_tls_client_connection_new(plain, dial->address, error)
				     : g_tls_server_connection_new(plain, dial->certificate, error);

	if (!io) {
		return NULL;
	}
	if (dial->client && dial->certificate) {
		g_tls_connection_set_certificate(G_TLS_CONNECTION(io), dial->certificate);
	}
	if (!dial->client && dial->settings->tls_fingerprint) {
		g_object_set(io, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
	}
	g_signal_connect(io, "accept-certificate", G_CALLBACK(on_certificate), dial);
	return io;
}

static void start_tls(IrcDial *dial, GIOStream *plain)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GIOStream) io = make_tls(dial, plain, &error);

	if (!io) {
		fail(dial, "TLS", error);
		return;
	}
	g_clear_handle_id(&dial->timer, g_source_remove);
	dial->timer = g_timeout_add_seconds(TIMEOUT_S, on_timeout, dial);
	g_tls_connection_handshake_async(
		G_TLS_CONNECTION(io), G_PRIORITY_DEFAULT, dial->cancellable, on_handshake, dial);
}

/* ---- TCP ---- */

static void on_tcp(IrcDial *dial, GSocketConnection *connection)
{
	GSocket *socket = g_socket_connection_get_socket(connection);

	g_socket_set_timeout(socket, 0);
	g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
	if (dial->settings->tls) {
		start_tls(dial, G_IO_STREAM(connection));
	} else {
		finish(dial, G_IO_STREAM(g_object_ref(connection)), NULL);
	}
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSocketConnection) connection =
		g_socket_client_connect_finish(G_SOCKET_CLIENT(source), result, &error);
	IrcDial *dial = user;

	if (connection) {
		on_tcp(dial, connection);
	} else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		fail(dial, dial->settings->connect, error);
	}
}

static gboolean on_incoming(
	GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user)
{
	on_tcp(user, connection);
	return TRUE;
}

static GSocketAddress *listen_address(const char *address)
{
	g_autofree char *host = irc_settings_host(address);

	return g_inet_socket_address_new_from_string(
		g_str_equal(host, "localhost") ? "127.0.0.1" : host, irc_settings_port(address));
}

static gboolean start_listening(IrcDial *dial, GError **error)
{
	const char *text = dial->settings->listen;
	g_autoptr(GSocketAddress) address = listen_address(text);

	if (!address) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			"listen: \"%s\" is not an IP address and a port, like 127.0.0.1:6667",
			text);
		return FALSE;
	}
	dial->service = g_socket_service_new();
	if (!g_socket_listener_add_address(G_SOCKET_LISTENER(dial->service), address,
		    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, NULL, error)) {
		g_prefix_error(error, "listen: ");
		return FALSE;
	}
	g_signal_connect(dial->service, "incoming", G_CALLBACK(on_incoming), dial);
	return TRUE;
}

static void prepare_connecting(IrcDial *dial)
{
	const char *text = dial->settings->connect;
	g_autofree char *host = irc_settings_host(text);

	dial->address = g_network_address_new(host, irc_settings_port(text));
	dial->client = g_socket_client_new();
	g_socket_client_set_timeout(dial->client, TIMEOUT_S);
	g_socket_client_set_enable_proxy(dial->client, FALSE);
}

/* ---- public ---- */

IrcDial *irc_dial_new(const IrcSettings *settings, IrcDialResult on_result, GError **error)
{
	g_autoptr(IrcDial) dial = g_new0(IrcDial, 1);

	dial->settings = settings;
	dial->on_result = on_result;
	dial->cancellable = g_cancellable_new();
	if (settings->tls_certificate) {
		dial->certificate = g_tls_certificate_new_from_files(
			settings->tls_certificate, settings->tls_key, error);
		if (!dial->certificate) {
			return NULL;
		}
	}
	if (settings->connect) {
		prepare_connecting(dial);
	} else if (!start_listening(dial, error)) {
		return NULL;
	}
	return g_steal_pointer(&dial);
}

void irc_dial_again(IrcDial *dial)
{
	if (dial->client) {
		g_socket_client_connect_async(
			dial->client, dial->address, dial->cancellable, on_connected, dial);
	}
}

void irc_dial_free(IrcDial *dial)
{
	if (!dial) {
		return;
	}
	g_cancellable_cancel(dial->cancellable);
	g_clear_handle_id(&dial->timer, g_source_remove);
	if (dial->service) {
		g_socket_service_stop(dial->service);
		g_socket_listener_close(G_SOCKET_LISTENER(dial->service));
	}
	g_clear_object(&dial->service);
	g_clear_object(&dial->client);
	g_clear_object(&dial->address);
	g_clear_object(&dial->certificate);
	g_clear_object(&dial->cancellable);
	g_free(dial->refused);
	g_free(dial);
}
