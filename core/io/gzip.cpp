#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/gzip.hpp>

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace ranktape::detail {
namespace {

class Inflater {
 public:
  Inflater() {
    constexpr int gzip_only = 16;  // zlib's flag: expect a gzip header and check the CRC at the end
    if (inflateInit2(&stream_, gzip_only + MAX_WBITS) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  z_stream* operator->() { return &stream_; }
  int step() { return inflate(&stream_, Z_NO_FLUSH); }
  void restart() { inflateReset(&stream_); }

 private:
  z_stream stream_ = {};
};

uInt at_most_one_step(std::size_t bytes) {
  return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

}  // namespace

std::string unpack_gzip(std::string_view packed, std::string_view source, std::size_t max_bytes) {
  constexpr std::size_t first_guess = 4;  // text shrinks to about a quarter
  Inflater inflater;
  std::string unpacked;
  std::size_t read = 0;
  std::size_t written = 0;
  while (true) {
    if (written == unpacked.size()) {
      if (written > max_bytes) {
        fail_in_file(source, "the gzip file unpacks to more than {} bytes", max_bytes);
      }
      // One byte more than allowed, to notice.
      unpacked.resize(std::min(max_bytes + 1, std::max(packed.size() * first_guess, written + written / 2) + 64));
    }
    const uInt room = at_most_one_step(unpacked.size() - written);
    const uInt given = at_most_one_step(packed.size() - read);
    inflater->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + read));
    inflater->avail_in = given;
    inflater->next_out = reinterpret_cast<Bytef*>(unpacked.data() + written);
    inflater->avail_out = room;
    const int status = inflater.step();
    read += given - inflater->avail_in;
    written += room - inflater->avail_out;
    if (status == Z_STREAM_END) {
      if (packed.find_first_not_of('\0', read) == std::string_view::npos) {  // tapes and disks pad with zeros
        break;
      }
      if (!is_gzip(packed.substr(read))) {
        fail_in_file(source, "{} bytes that are not gzip follow the end of the gzip data; pack the file again",
                     packed.size() - read);
      }
      inflater.restart();
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      fail_in_file(source, "the gzip file is damaged near byte {} ({}); fetch it again", read,
                   inflater->msg == nullptr ? "no reason given" : inflater->msg);
    } else if (read == packed.size() && written < unpacked.size()) {
      fail_in_file(source, "the gzip file is cut off after {} bytes; fetch it again", packed.size());
    }
  }
  if (written > max_bytes) {
    fail_in_file(source, "the gzip file unpacks to more than {} bytes", max_bytes);
  }
  unpacked.resize(written);
  return unpacked;
}

}  // namespace ranktape::detail
