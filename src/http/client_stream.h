// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/status.h"

namespace ekiben::http {

// What TLS connections have in common: the authorities that are trusted. Those of SSL_CERT_FILE and
// SSL_CERT_DIR where they are set, else the system's. Thread-safe once made.
class TlsContext {
 public:
  // kFailedPrecondition where this machine has no certificates.
  static Result<std::unique_ptr<TlsContext>> Make();
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

 private:
  friend class ClientStream;
  struct Handle;

  explicit TlsContext(std::unique_ptr<Handle> handle);

  std::unique_ptr<Handle> handle_;
};

struct StreamTimes {
  std::chrono::milliseconds connect = std::chrono::seconds(10);
  std::chrono::milliseconds idle = std::chrono::seconds(60);  // Without a byte to or fro.
};

// A connection that this process has opened: TCP, or TLS over it. Calls block. What fails for the
// moment (no connection, time is up, broken off) is kUnavailable. Not thread-safe.
class ClientStream {
 public:
  static Result<std::unique_ptr<ClientStream>> Connect(const std::string& host, uint16_t port,
                                                       const StreamTimes& times);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  // Goes on in TLS with `host`, whose certificate must be valid: kPermissionDenied where it is not.
  Status StartTls(const TlsContext& context, const std::string& host);

  Status Write(std::string_view bytes);
  // At most `most` bytes, and none where the other side has ended.
  Result<size_t> Read(char* into, size_t most);

  // Whether the other side has neither sent anything nor closed since the last Read().
  bool IsQuiet() const;

 private:
  struct Tls;

  ClientStream(FileDescriptor socket, std::string peer, const StreamTimes& times);
  Status Await(short events, std::chrono::milliseconds time) const;
  Status AwaitTls(int result, std::string_view doing) const;
  Status Broken(std::string_view doing, std::string_view why) const;

  const FileDescriptor socket_;
  const std::string peer_;  // For messages.
  const StreamTimes times_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace ekiben::http
