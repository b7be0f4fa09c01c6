// SPDX-License-Identifier: Apache-2.0
#include "image/blob_writer.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace ekiben::image {
namespace {

constexpr size_t kChunk = size_t{1} << 18;
constexpr int kGzip = 16;  // Added to the window's bits: gzip's header and trailer, not zlib's.

}  // namespace

struct BlobWriter::Deflater {
  explicit Deflater(int level) : out(kChunk) {
    deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + kGzip, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
  }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  z_stream stream{};
  std::vector<char> out;
};

Result<std::unique_ptr<BlobWriter>> BlobWriter::Create(const std::filesystem::path& path,
                                                       int level) {
  FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return Error(FileError("cannot write", path, errno));
  return std::unique_ptr<BlobWriter>(new BlobWriter(path, std::move(file), level));
}

BlobWriter::BlobWriter(std::filesystem::path path, FileDescriptor file, int level)
    : path_(std::move(path)),
      file_(std::move(file)),
      deflater_(std::make_unique<Deflater>(level)) {}

BlobWriter::~BlobWriter() {
  if (!finished_) unlink(path_.c_str());
}

Status BlobWriter::Put(std::string_view bytes) {
  packed_.Update(bytes);
  blob_.size += bytes.size();
  return WriteAll(file_, bytes, path_);
}

Status BlobWriter::Deflate(std::string_view bytes, bool last) {
  z_stream& stream = deflater_->stream;
  std::vector<char>& out = deflater_->out;
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  do {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
    const size_t made = out.size() - stream.avail_out;
    if (made == 0) continue;
    if (Status put = Put({out.data(), made}); !put.ok()) return put;
  } while (stream.avail_out == 0);
  return {};
}

Status BlobWriter::Write(std::string_view bytes) {
  plain_.Update(bytes);
  blob_.unpacked += bytes.size();
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kChunk);
    if (Status done = Deflate(piece, false); !done.ok()) return done;
    bytes.remove_prefix(piece.size());
  }
  return {};
}

Result<Blob> BlobWriter::Finish() {
  if (Status done = Deflate({}, true); !done.ok()) return Error(std::move(done));
  if (fdatasync(file_.get()) != 0) return Error(FileError("cannot flush", path_, errno));
  blob_.digest = packed_.Digest();
  blob_.diff_id = plain_.Digest();
  finished_ = true;
  return blob_;
}

}  // namespace ekiben::image
