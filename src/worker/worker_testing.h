// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "worker/worker.h"

namespace ekiben::worker {

// A worker that a test writes in Python: `script` finds `settings` (the protocol's), read(lane),
// which gives (kind, call, target, flags, payload, reserved), send(kind, call, payload, target,
// flags, lane, reserved), text(str), read_text(payload, at), which gives (str, where it ends),
// counts(first, second), frames(ready), which says that it is ready and gives the frames of lane 0
// until it is told to stop, and batch_of(payload), how many calls a batch has.
inline Worker::Options ScriptedWorker(const std::string& script, size_t lanes = 1) {
  static constexpr const char* kPrelude = R"(
import json, os, socket, struct, sys, time
settings = json.loads(sys.argv[1])
lanes = [socket.socket(fileno=3 + lane) for lane in range(settings["lanes"])]

def exactly(lane, size):
    data = b""
    while len(data) < size:
        some = lanes[lane].recv(size - len(data))
        if not some:
            os._exit(0)
        data += some
    return data

def read(lane=0):
    size, call, target, kind, flags, reserved = struct.unpack("<IIHBBI", exactly(lane, 16))
    return kind, call, target, flags, exactly(lane, size), reserved

def send(kind, call=0, payload=b"", target=0, flags=0, lane=0, reserved=0):
    payload += bytes(-len(payload) % 8)
    head = struct.pack("<IIHBBI", len(payload), call, target, kind, flags, reserved)
    lanes[lane].sendall(head + payload)

def text(value):
    data = value.encode()
    return struct.pack("<BBBBI", 3, 0, 0, 0, len(data)) + data + bytes(-len(data) % 8)

def read_text(payload, at=0):
    size, = struct.unpack_from("<I", payload, at + 4)
    return payload[at + 8 : at + 8 + size].decode(), at + 8 + size + -size % 8

def counts(first, second=0):
    return struct.pack("<II", first, second)

def batch_of(payload):
    return struct.unpack_from("<I", payload)[0]

def frames(ready=""):
    send(READY, 0, text(ready))
    while (frame := read())[0] != STOP:
        yield frame
    os._exit(0)

CALL, REPLY, CANCEL, BATCH, STOP, CREDIT = 1, 2, 3, 4, 6, 9
READY, FAILED, RESULT, ERROR, RUN, CHUNK, END, BATCH_RESULT = 32, 33, 34, 35, 36, 37, 38, 39
FETCH = 41
)";
  // Worker adds the settings as the last argument.
  return {.command = {"/usr/bin/env", "python3", "-c", kPrelude + script},
          .settings = R"("role": "test")",
          .lanes = lanes};
}

}  // namespace ekiben::worker
