#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/gzip.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace ranktape::detail {
namespace {

class GzipStream : public ByteStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> packed, std::string source, std::size_t max_bytes)
      : packed_(std::move(packed)), source_(std::move(source)), max_bytes_(max_bytes) {
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    constexpr int gzip_only = 16;  // zlib's flag: expect a gzip header and check the CRC at the end
    if (inflateInit2(&stream_, gzip_only + MAX_WBITS) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t room) override {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    const auto wanted = static_cast<uInt>(std::min(room, most));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted && !at_end_) {
      step();
    }
    const std::size_t count = wanted - stream_.avail_out;
    unpacked_ += count;
    if (unpacked_ > max_bytes_) {
      fail_in_file(source_, "the gzip file unpacks to more than {} bytes", max_bytes_);
    }
    return count;
  }

 private:
  void step() {
    if (stream_.avail_in == 0) {
      refill();
    }
    const std::size_t given = stream_.avail_in;
    const uInt room = stream_.avail_out;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    consumed_ += given - stream_.avail_in;
    if (status == Z_STREAM_END) {
      end_member();
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      fail_in_file(source_, "the gzip file is damaged near byte {} ({}); fetch it again", consumed_,
                   stream_.msg == nullptr ? "no reason given" : stream_.msg);
    } else if (given == 0 && stream_.avail_out == room) {
      fail_in_file(source_, "the gzip file is cut off after {} bytes; fetch it again", consumed_);
    }
  }

  // Appends to what inflate has not taken yet; false at the end.
  bool refill() {
    std::memmove(buffer_.data(), stream_.next_in, stream_.avail_in);
    const std::size_t count = packed_->read(buffer_.data() + stream_.avail_in, buffer_.size() - stream_.avail_in);
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in += static_cast<uInt>(count);
    return count != 0;
  }

  [[nodiscard]] std::string_view waiting() const {
    return {reinterpret_cast<const char*>(stream_.next_in), stream_.avail_in};
  }

  // What follows may be another member, the zeros with which tapes and disks pad, or nothing.
  void end_member() {
    while (stream_.avail_in < 2 && refill()) {
    }
    if (is_gzip(waiting())) {
      inflateReset(&stream_);
      return;
    }
    std::size_t rest = 0;
    bool zeros = true;
    do {
      rest += waiting().size();
      zeros = zeros && waiting().find_first_not_of('\0') == std::string_view::npos;
      stream_.avail_in = 0;
    } while (refill());
    if (!zeros) {
      fail_in_file(source_, "{} bytes that are not gzip follow the end of the gzip data; pack the file again", rest);
    }
    at_end_ = true;
  }

  std::unique_ptr<ByteStream> packed_;
  std::string source_;
  std::size_t max_bytes_;
  z_stream stream_ = {};
  std::array<char, 1 << 16> buffer_ = {};
  std::size_t consumed_ = 0;
  std::size_t unpacked_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> unpack_gzip(std::unique_ptr<ByteStream> packed, std::string source, std::size_t max_bytes) {
  return std::make_unique<GzipStream>(std::move(packed), std::move(source), max_bytes);
}

}  // namespace ranktape::detail
