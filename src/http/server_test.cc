// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "http/problem.h"

namespace ekiben::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A blocking client that sends bytes as they are.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 10};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }
  void Send(std::string_view bytes) {
    EXPECT_EQ(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  // All that comes until `end` has come or the server closes.
  std::string ReadUntil(std::string_view end) {
    std::string got;
    char some[4096];
    while (!got.ends_with(end)) {
      const ssize_t size = recv(socket_.get(), some, sizeof some, 0);
      if (size <= 0) return got + "<closed>";
      got.append(some, static_cast<size_t>(size));
    }
    return got;
  }
  std::string ReadAll() { return ReadUntil("<never>"); }

 private:
  FileDescriptor socket_;
  bool connected_ = false;
};

// Gives `pieces`, then ends, or fails where the last one is "!". Endless: gives the first for ever.
class Pieces final : public BodyStream {
 public:
  struct Seen {
    std::atomic<int> given = 0;
    std::atomic<bool> over = false;
  };
  Pieces(std::vector<std::string> pieces, bool endless, Seen& seen)
      : pieces_(std::move(pieces)), endless_(endless), seen_(seen) {
    seen_.over = false;
  }
  ~Pieces() override {
    seen_.over = true;
    seen_.over.notify_all();
  }

  Task<Result<std::optional<std::string>>> Next() override {
    ++seen_.given;
    if (endless_) co_return pieces_.front();
    if (at_ == pieces_.size()) co_return std::nullopt;
    if (pieces_[at_] == "!") co_return Error(Internal("it broke"));
    co_return pieces_[at_++];
  }

 private:
  const std::vector<std::string> pieces_;
  const bool endless_;
  Seen& seen_;
  size_t at_ = 0;
};

// A server whose handler gives back the request's body; "/park" waits until Release(), "/stream"
// gives pieces_.
constexpr std::string_view kGetStream = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

class ServerTest : public testing::Test {
 protected:
  void StartServer(Limits limits = {}) {
    server_ = Server::Create(
        loop_, Server::Options{.port = 0, .limits = limits},
        [this](const Request& request) { return Answer(request); },
        [this](const Exchange& exchange) {
          last_status_ = exchange.status;
          last_status_.notify_all();
        });
    ASSERT_THAT(server_->Bind(), IsOk());
    ASSERT_THAT(server_->Listen(), IsOk());
    thread_ = std::jthread([this] { loop_.Run(); });
  }
  ~ServerTest() override {
    loop_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  Task<Response> Answer(const Request& request) {
    if (request.path == "/park") {
      Parking parking{*this};
      co_await parking;
      client_had_gone_ = request.client_has_gone();
    }
    if (request.path == "/stream") {
      co_return Response{.content_type = "text/plain",
                         .stream = std::make_unique<Pieces>(pieces_, endless_, seen_)};
    }
    if (request.path == "/none") co_return Response{.status = 204, .body = "nobody sees it"};
    co_return Response{.content_type = "text/plain", .body = request.body + "."};
  }

  struct Parking {
    ServerTest& test;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      test.parked_ = waiter;
      test.is_parked_.test_and_set();
      test.is_parked_.notify_all();
    }
    void await_resume() const {}
  };
  void Release() {
    is_parked_.wait(false);
    loop_.Post([this] { parked_.resume(); });
  }

  AsioLoop loop_;
  std::shared_ptr<Server> server_;
  std::jthread thread_;
  std::coroutine_handle<> parked_;
  std::atomic_flag is_parked_;
  std::atomic<int> last_status_ = 0;
  bool client_had_gone_ = false;
  std::vector<std::string> pieces_ = {"one", "", "three"};
  bool endless_ = false;
  Pieces::Seen seen_;
};

std::string Post(std::string_view body, std::string_view path = "/") {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST_F(ServerTest, AnswersOneRequestAfterTheOther) {
  StartServer();
  Client client(server_->port());
  for (const std::string body : {"one", "two"}) {
    client.Send(Post(body));
    const std::string answer = client.ReadUntil(body + ".");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nx-request-id: "));
  }
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  StartServer();
  Client client(server_->port());
  std::string many;
  for (int i = 0; i < 500; ++i) many += Post(std::to_string(i));
  client.Send(many);
  const std::string answers = client.ReadUntil("\r\n499.");
  EXPECT_LT(answers.find("\r\n17."), answers.find("\r\n18."));
}

TEST_F(ServerTest, ALargeBodyArrivesWhole) {
  StartServer();
  Client client(server_->port());
  const std::string body(3 << 20, 'b');
  std::jthread sender([&] { client.Send(Post(body)); });
  EXPECT_EQ(client.ReadUntil("b.").size() > body.size(), true);
}

TEST_F(ServerTest, AClientThatWaitsForContinueGetsIt) {
  StartServer();
  Client client(server_->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ab");
  EXPECT_THAT(client.ReadUntil("ab."), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(ServerTest, ATooLargeBodyIsRefusedAndTheAnswerSeen) {
  StartServer({.body_bytes = 10});
  Client client(server_->port());
  client.Send(Post(std::string(100'000, 'a')));
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
  EXPECT_THAT(answer, HasSubstr("the body has more than 10 bytes"));
  EXPECT_THAT(answer, EndsWith("<closed>"));
}

TEST_F(ServerTest, WhatIsNotHttpIsRefusedAndClosed) {
  StartServer();
  Client client(server_->port());
  client.Send("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(last_status_, 400);
}

TEST_F(ServerTest, ConnectionCloseIsHonoured) {
  StartServer();
  Client client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, HasSubstr("connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n.<closed>"));
}

TEST_F(ServerTest, AnAnswerToHeadHasNoBody) {
  StartServer();
  Client client(server_->port());
  client.Send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), EndsWith("\r\n\r\n<closed>"));
}

TEST_F(ServerTest, ASlowHeaderIsCutOff) {
  StartServer({.header_time = std::chrono::milliseconds(1)});
  Client client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(ServerTest, AnIdleConnectionIsClosed) {
  StartServer({.idle_time = std::chrono::milliseconds(1)});
  EXPECT_EQ(Client(server_->port()).ReadAll(), "<closed>");
}

TEST_F(ServerTest, ATooLateConnectionIsTurnedAway) {
  StartServer({.connections = 1});
  Client first(server_->port());
  first.Send(Post("a"));
  first.ReadUntil("a.");
  EXPECT_THAT(Client(server_->port()).ReadAll(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerTest, DrainingLetsARequestUnderWayEnd) {
  StartServer();
  Client idle(server_->port());
  idle.Send(Post("a"));
  idle.ReadUntil("a.");
  Client busy(server_->port());
  busy.Send(Post("x", "/park"));
  is_parked_.wait(false);

  std::atomic_flag drained;
  loop_.Post([&] {
    server_->Drain([&] {
      drained.test_and_set();
      drained.notify_all();
    });
  });
  EXPECT_EQ(idle.ReadAll(), "<closed>");
  EXPECT_FALSE(Client(server_->port()).connected());
  EXPECT_FALSE(drained.test());
  Release();
  EXPECT_THAT(busy.ReadAll(), HasSubstr("connection: close\r\n"));
  drained.wait(false);
}

TEST_F(ServerTest, APortInUseIsNamedWithAWayOut) {
  StartServer();
  const Status status = Server::Create(loop_, {.port = server_->port()}, nullptr, nullptr)->Bind();
  EXPECT_THAT(status, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(status.hint(), HasSubstr("--port"));
}

TEST_F(ServerTest, AClientThatStaysOrLeavesIsSeen) {
  StartServer();
  auto client = std::make_unique<Client>(server_->port());
  client->Send(Post("x", "/park"));
  Release();
  client->ReadUntil("x.");
  EXPECT_FALSE(client_had_gone_);

  is_parked_.clear();
  last_status_ = 0;
  client->Send(Post("x", "/park"));
  is_parked_.wait(false);
  client.reset();
  Release();
  last_status_.wait(0);
  EXPECT_TRUE(client_had_gone_);
}

TEST_F(ServerTest, AStreamIsSentInChunksAndTheConnectionKept) {
  StartServer();
  Client client(server_->port());
  for (int i = 0; i < 2; ++i) {
    client.Send(kGetStream);
    const std::string answer = client.ReadUntil("\r\n0\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("transfer-encoding: chunked\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"));
  }
}

TEST_F(ServerTest, AnOldClientGetsAStreamToTheConnectionsEnd) {
  StartServer();
  Client client(server_->port());
  client.Send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), EndsWith("\r\n\r\nonethree<closed>"));
}

TEST_F(ServerTest, AnAnswerToHeadAsksForNoPiece) {
  StartServer();
  Client client(server_->port());
  client.Send("HEAD /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), EndsWith("\r\n\r\n<closed>"));
  EXPECT_EQ(seen_.given, 0);
  seen_.over.wait(false);
}

TEST_F(ServerTest, AStreamThatFailsBreaksTheConnectionOff) {
  pieces_ = {"one", "!"};
  StartServer();
  Client client(server_->port());
  client.Send(kGetStream);
  EXPECT_THAT(client.ReadAll(), EndsWith("3\r\none\r\n<closed>"));
}

TEST_F(ServerTest, AStreamGoesNoFasterThanItsClientReads) {
  pieces_ = {std::string(1 << 20, 'x')};
  endless_ = true;
  StartServer();
  auto client = std::make_unique<Client>(server_->port());
  client->Send(kGetStream);
  // Sockets hold a few of these pieces, and then one waits.
  int before = -1;
  while (seen_.given == 0 || seen_.given != before) {
    before = seen_.given;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_LT(before, 64);
  EXPECT_FALSE(seen_.over);
  client.reset();
  seen_.over.wait(false);
}

TEST_F(ServerTest, AStatusWithoutABodyHasNone) {
  StartServer();
  Client client(server_->port());
  client.Send("GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("content-length")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n<closed>"));
}

}  // namespace
}  // namespace ekiben::http
