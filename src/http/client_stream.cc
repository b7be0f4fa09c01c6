// SPDX-License-Identifier: Apache-2.0
#include "http/client_stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace ekiben::http {
namespace {

// Where systems keep the authorities that they trust: Debian, Red Hat, SUSE, Alpine.
constexpr const char* kBundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                    "/etc/ssl/cert.pem"};

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

const char* Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

// OpenSSL's last error in its words, and forgets all.
std::string LastTlsError() {
  char text[256] = "unknown error";
  if (const unsigned long error = ERR_get_error(); error != 0) {
    ERR_error_string_n(error, text, sizeof text);
  }
  ERR_clear_error();
  return text;
}

bool LoadAuthorities(SSL_CTX* context) {
  const char* const file = Variable("SSL_CERT_FILE");
  const char* const folder = Variable("SSL_CERT_DIR");
  if (file != nullptr || folder != nullptr) {
    return SSL_CTX_load_verify_locations(context, file, folder) == 1;
  }
  for (const char* const bundle : kBundles) {
    if (access(bundle, R_OK) != 0) continue;
    if (SSL_CTX_load_verify_locations(context, bundle, nullptr) == 1) return true;
  }
  return false;
}

}  // namespace

struct TlsContext::Handle {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                            SSL_CTX_free};
};

TlsContext::TlsContext(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::Make() {
  auto handle = std::make_unique<Handle>();
  SSL_CTX* const context = handle->context.get();
  if (context == nullptr) return Error(Internal("no TLS: " + LastTlsError()));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!LoadAuthorities(context)) {
    ERR_clear_error();
    return Error(
        FailedPrecondition("there are no certificates of authorities to trust")
            .WithHint("install ca-certificates, or let SSL_CERT_FILE name a file of them"));
  }
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(handle)));
}

struct ClientStream::Tls {
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl;
};

ClientStream::ClientStream(FileDescriptor socket, std::string peer, const StreamTimes& times)
    : socket_(std::move(socket)), peer_(std::move(peer)), times_(times) {}
ClientStream::~ClientStream() = default;

Status ClientStream::Broken(std::string_view doing, std::string_view why) const {
  return Unavailable(fmt::format("cannot {} {}: {}", doing, peer_, why));
}

Status ClientStream::Await(short events, std::chrono::milliseconds time) const {
  pollfd wanted{.fd = socket_.get(), .events = events};
  while (true) {
    const int ready = poll(&wanted, 1, static_cast<int>(time.count()));
    if (ready > 0) return {};
    if (ready == 0)
      return Broken("talk to", fmt::format("no answer within {} s", time.count() / 1000));
    if (errno != EINTR) return Broken("talk to", std::strerror(errno));
  }
}

Result<std::unique_ptr<ClientStream>> ClientStream::Connect(const std::string& host, uint16_t port,
                                                            const StreamTimes& times) {
  const std::string peer = fmt::format("'{}:{}'", host, port);
  addrinfo wanted{.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* list = nullptr;
  if (const int failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
      failed != 0) {
    return Error(Unavailable(fmt::format("cannot find {}: {}", peer, gai_strerror(failed))));
  }
  const Addresses addresses(list);
  Status last = Unavailable(fmt::format("cannot connect to {}", peer));
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    FileDescriptor socket(::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) continue;
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int error = connect(socket.get(), one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    std::unique_ptr<ClientStream> stream(new ClientStream(std::move(socket), peer, times));
    if (error == EINPROGRESS) {
      if (last = stream->Await(POLLOUT, times.connect); !last.ok()) continue;
      socklen_t size = sizeof error;
      getsockopt(stream->socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) return stream;
    last = stream->Broken("connect to", std::strerror(error));
  }
  return Error(std::move(last));
}

// Waits for what TLS needs to go on after `result`, or says why it cannot.
Status ClientStream::AwaitTls(int result, std::string_view doing) const {
  const int saved = errno;
  switch (SSL_get_error(tls_->ssl.get(), result)) {
    case SSL_ERROR_WANT_READ: return Await(POLLIN, times_.idle);
    case SSL_ERROR_WANT_WRITE: return Await(POLLOUT, times_.idle);
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      return Broken(doing, saved != 0 ? std::strerror(saved) : "the connection was broken off");
    default: return Broken(doing, LastTlsError());
  }
}

Status ClientStream::StartTls(const TlsContext& context, const std::string& host) {
  tls_ = std::make_unique<Tls>(Tls{{SSL_new(context.handle_->context.get()), SSL_free}});
  SSL* const ssl = tls_->ssl.get();
  SSL_set_fd(ssl, socket_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) {
    ERR_clear_error();
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl);
    if (result == 1) return {};
    if (const long why = SSL_get_verify_result(ssl); why != X509_V_OK) {
      ERR_clear_error();
      return PermissionDenied(fmt::format("the certificate of {} is not trusted: {}", peer_,
                                          X509_verify_cert_error_string(why)))
          .WithHint("let SSL_CERT_FILE name the certificate of the authority that has signed it");
    }
    if (Status ready = AwaitTls(result, "begin TLS with"); !ready.ok()) return ready;
  }
}

Status ClientStream::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (tls_ != nullptr) {
      ERR_clear_error();
      size_t done = 0;
      const int result = SSL_write_ex(tls_->ssl.get(), bytes.data(), bytes.size(), &done);
      if (result == 1) {
        bytes.remove_prefix(done);
      } else if (Status ready = AwaitTls(result, "send to"); !ready.ok()) {
        return ready;
      }
      continue;
    }
    const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      if (Status ready = Await(POLLOUT, times_.idle); !ready.ok()) return ready;
    } else if (errno != EINTR) {
      return Broken("send to", std::strerror(errno));
    }
  }
  return {};
}

Result<size_t> ClientStream::Read(char* into, size_t most) {
  while (true) {
    if (tls_ != nullptr) {
      ERR_clear_error();
      size_t got = 0;
      const int result = SSL_read_ex(tls_->ssl.get(), into, most, &got);
      if (result == 1) return got;
      if (SSL_get_error(tls_->ssl.get(), result) == SSL_ERROR_ZERO_RETURN) return 0;
      if (Status ready = AwaitTls(result, "read from"); !ready.ok()) return Error(std::move(ready));
      continue;
    }
    const ssize_t got = recv(socket_.get(), into, most, 0);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EAGAIN) {
      if (Status ready = Await(POLLIN, times_.idle); !ready.ok()) return Error(std::move(ready));
    } else if (errno != EINTR) {
      return Error(Broken("read from", std::strerror(errno)));
    }
  }
}

bool ClientStream::IsQuiet() const {
  pollfd wanted{.fd = socket_.get(), .events = POLLIN};
  return poll(&wanted, 1, 0) == 0;
}

}  // namespace ekiben::http
