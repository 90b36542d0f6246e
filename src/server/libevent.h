/* libevent: the event loop and its HTTP, and libssl beneath it, loaded when a server starts: few commands need them. Never unloaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LIBEVENT_H
#define SERVER_LIBEVENT_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "base/err.h"

#define EVENT_CORE_FUNCTIONS(X)                                                                                                            \
    X(event_base_new)                                                                                                                      \
    X(event_base_free)                                                                                                                     \
    X(event_base_dispatch)                                                                                                                 \
    X(event_base_loopbreak)                                                                                                                \
    X(event_new)                                                                                                                           \
    X(event_free)                                                                                                                          \
    X(event_add)                                                                                                                           \
    X(evbuffer_new)                                                                                                                        \
    X(evbuffer_free)                                                                                                                       \
    X(evbuffer_add)                                                                                                                        \
    X(evbuffer_add_cb)                                                                                                                     \
    X(evbuffer_copyout)                                                                                                                    \
    X(evbuffer_get_length)                                                                                                                 \
    X(evconnlistener_enable)                                                                                                               \
    X(evconnlistener_disable)                                                                                                              \
    X(bufferevent_socket_new)                                                                                                              \
    X(bufferevent_get_input)                                                                                                               \
    X(bufferevent_getcb)                                                                                                                   \
    X(bufferevent_getfd)                                                                                                                   \
    X(bufferevent_incref)                                                                                                                  \
    X(bufferevent_decref)

#define EVENT_HTTP_FUNCTIONS(X)                                                                                                            \
    X(evhttp_new)                                                                                                                          \
    X(evhttp_free)                                                                                                                         \
    X(evhttp_set_gencb)                                                                                                                    \
    X(evhttp_set_bevcb)                                                                                                                    \
    X(evhttp_set_timeout)                                                                                                                  \
    X(evhttp_set_flags)                                                                                                                    \
    X(evhttp_set_max_headers_size)                                                                                                         \
    X(evhttp_set_max_body_size)                                                                                                            \
    X(evhttp_set_allowed_methods)                                                                                                          \
    X(evhttp_set_default_content_type)                                                                                                     \
    X(evhttp_accept_socket_with_handle)                                                                                                    \
    X(evhttp_bound_socket_get_listener)                                                                                                    \
    X(evhttp_del_accept_socket)                                                                                                            \
    X(evhttp_request_get_command)                                                                                                          \
    X(evhttp_request_get_connection)                                                                                                       \
    X(evhttp_request_get_evhttp_uri)                                                                                                       \
    X(evhttp_request_get_input_headers)                                                                                                    \
    X(evhttp_request_get_output_headers)                                                                                                   \
    X(evhttp_request_get_input_buffer)                                                                                                     \
    X(evhttp_request_set_on_complete_cb)                                                                                                   \
    X(evhttp_connection_get_bufferevent)                                                                                                   \
    X(evhttp_connection_set_closecb)                                                                                                       \
    X(evhttp_uri_get_path)                                                                                                                 \
    X(evhttp_uri_get_query)                                                                                                                \
    X(evhttp_add_header)                                                                                                                   \
    X(evhttp_send_reply)

#define EVENT_TLS_FUNCTIONS(X)                                                                                                             \
    X(bufferevent_openssl_socket_new)                                                                                                      \
    X(bufferevent_openssl_set_allow_dirty_shutdown)

#define SSL_FUNCTIONS(X)                                                                                                                   \
    X(TLS_server_method)                                                                                                                   \
    X(SSL_CTX_new)                                                                                                                         \
    X(SSL_CTX_free)                                                                                                                        \
    X(SSL_CTX_ctrl)                                                                                                                        \
    X(SSL_CTX_set_options)                                                                                                                 \
    X(SSL_CTX_set_default_passwd_cb)                                                                                                       \
    X(SSL_CTX_use_certificate_chain_file)                                                                                                  \
    X(SSL_CTX_use_PrivateKey_file)                                                                                                         \
    X(SSL_CTX_check_private_key)                                                                                                           \
    X(SSL_new)

struct libevent {
#define X(name) __typeof__(name) *name;
    EVENT_CORE_FUNCTIONS(X)
    EVENT_HTTP_FUNCTIONS(X)
    EVENT_TLS_FUNCTIONS(X)
    SSL_FUNCTIONS(X)
#undef X
};

/* False and err where a library is not installed. */
bool libevent_load(struct libevent *out, struct err *err);

#endif
