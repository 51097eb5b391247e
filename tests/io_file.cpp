#include <ranktape/core/error.hpp>
#include <ranktape/core/io/file.hpp>
#include <doctest/doctest.h>

#include "io_files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

using namespace ranktape;
using ranktape::testing::error_of;
using ranktape::testing::gzip;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;

TEST_CASE("file: reads what was written, any byte and size") {
  const TemporaryFolder folder;
  const std::string every_byte = [] {
    std::string bytes;
    for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(i * 7);
    return bytes;
  }();
  for (const std::size_t size : {0U, 1U, 2U, 4096U, 65535U, 65536U, 300000U}) {
    write_file_atomically(folder / "file", every_byte.substr(0, size));
    CHECK(read_file(folder / "file") == every_byte.substr(0, size));
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("file: a pipe is read to its end") {
  std::array<int, 2> ends = {};
  REQUIRE(::pipe(ends.data()) == 0);
  const std::string bytes(200000, 'x');
  std::thread writer([&] {
    std::size_t done = 0;
    while (done < bytes.size())
      done += static_cast<std::size_t>(::write(ends[1], bytes.data() + done, bytes.size() - done));
    ::close(ends[1]);
  });
  CHECK(read_file("/dev/fd/" + std::to_string(ends[0])) == bytes);
  writer.join();
  ::close(ends[0]);
}

TEST_CASE("file: what cannot be read says why") {
  const TemporaryFolder folder;
  const std::string missing = (folder / "missing").string();
  CHECK(error_of<Error>([&] { read_file(missing); }) == missing + ": cannot be opened: No such file or directory");
  const std::string itself = (folder / "").string();
  CHECK(error_of<Error>([&] { read_file(itself); }) == itself + ": cannot be read: Is a directory");
}

TEST_CASE("file: gzip is told by its first bytes and unpacked, all members of it") {
  const TemporaryFolder folder;
  const std::string text(100000, 'a');
  put(folder / "plain.gz", text);
  CHECK(read_file_unpacked(folder / "plain.gz") == text);
  put(folder / "packed", gzip(text));
  CHECK(read_file_unpacked(folder / "packed") == text);
  CHECK(read_file(folder / "packed") == gzip(text));
  put(folder / "members", gzip(text) + gzip("") + gzip("end") + std::string(512, '\0'));
  CHECK(read_file_unpacked(folder / "members") == text + "end");
  put(folder / "nothing", gzip(""));
  CHECK(read_file_unpacked(folder / "nothing").empty());
}

TEST_CASE("file: every cut of a gzip file is refused with the file's name") {
  const TemporaryFolder folder;
  const std::string packed = gzip("0 qid:1 1:0.5\n1 qid:1 1:0.75\n");
  const std::filesystem::path path = folder / "train.gz";
  for (std::size_t size = 2; size < packed.size(); ++size) {
    put(path, packed.substr(0, size));
    CHECK(error_of<FormatError>([&] { read_file_unpacked(path); }) ==
          path.string() + ": the gzip file is cut off after " + std::to_string(size) + " bytes; fetch it again");
  }
}

TEST_CASE("file: damage in gzip data is found, also by the checksum alone") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "train.gz";
  std::string packed = gzip("0 qid:1 1:0.5\n");
  packed[packed.size() - 7] ^= 1;
  put(path, packed);
  CHECK(error_of<FormatError>([&] { read_file_unpacked(path); }) ==
        path.string() + ": the gzip file is damaged near byte " + std::to_string(packed.size() - 4) +
            " (incorrect data check); fetch it again");
  put(path, gzip("a") + "rubbish");
  CHECK(error_of<FormatError>([&] { read_file_unpacked(path); }) ==
        path.string() + ": 7 bytes that are not gzip follow the end of the gzip data; pack the file again");
}

TEST_CASE("file: a gzip file that unpacks to more than allowed is given up") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "bomb.gz";
  put(path, gzip(std::string(1 << 20, '\0')));
  CHECK(read_file_unpacked(path, 1 << 20).size() == 1 << 20);
  for (const std::size_t limit : {0U, 1U, 1000U, (1U << 20) - 1}) {
    CHECK(error_of<FormatError>([&] { read_file_unpacked(path, limit); }) ==
          path.string() + ": the gzip file unpacks to more than " + std::to_string(limit) + " bytes");
  }
}

TEST_CASE("file: a write that fails leaves the old file and nothing else") {
  const TemporaryFolder folder;
  const std::filesystem::path missing = folder / "none/model";
  CHECK(error_of<Error>([&] { write_file_atomically(missing, "new"); }) ==
        missing.string() + ": cannot be written (no file can be made in its folder): No such file or directory");

  // Renaming fails: a folder has the name.
  std::filesystem::create_directory(folder / "taken");
  CHECK(error_of<Error>([&] { write_file_atomically(folder / "taken", "new"); }) ==
        (folder / "taken").string() + ": cannot be written: Is a directory");
  CHECK(folder.entries() == 1);

  // Writing fails half-way, as on a full disk.
  put(folder / "model", "old");
  rlimit before = {};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {1 << 16, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string text = error_of<Error>([&] { write_file_atomically(folder / "model", std::string(1 << 20, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  static_cast<void>(std::signal(SIGXFSZ, handler));
  CHECK(text == (folder / "model").string() + ": cannot be written: File too large");
  CHECK(read_file(folder / "model") == "old");
  CHECK(folder.entries() == 2);
}

TEST_CASE("file: devices and links are not replaced by files") {
  const TemporaryFolder folder;
  CHECK(error_of<Error>([] { write_file_atomically("/dev/null", "new"); }) ==
        "/dev/null: cannot be replaced: it is not a regular file; choose another name");
  put(folder / "real", "old");
  std::filesystem::create_symlink("real", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "real") == "new");
}

TEST_CASE("file: a replaced file keeps its rights") {
  const TemporaryFolder folder;
  put(folder / "model", "old");
  std::filesystem::permissions(folder / "model", std::filesystem::perms::owner_read);
  write_file_atomically(folder / "model", "new");
  CHECK(std::filesystem::status(folder / "model").permissions() == std::filesystem::perms::owner_read);
  CHECK(read_file(folder / "model") == "new");
}

TEST_CASE("file: killed at any moment, the writer leaves the old file or the new one") {
  const TemporaryFolder folder;
  const std::string old_bytes(100000, 'o');
  const std::string new_bytes(150000, 'n');
  const std::filesystem::path path = folder / "model";
  for (int trial = 0; trial < 40; ++trial) {
    put(path, old_bytes);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      while (true) write_file_atomically(path, new_bytes);
    }
    ::usleep(static_cast<useconds_t>(trial * 137));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = read_file(path);
    CHECK((found == old_bytes || found == new_bytes));
  }
}

TEST_CASE("file: what need not survive a power cut takes its name in one step, too") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "first", {.survives_power_cut = false});
  CHECK(read_file(folder / "file") == "first");
  std::filesystem::permissions(folder / "file", std::filesystem::perms(0640));
  write_file_atomically(folder / "file", "second", {.survives_power_cut = false});
  CHECK(read_file(folder / "file") == "second");
  CHECK(std::filesystem::status(folder / "file").permissions() == std::filesystem::perms(0640));
  std::filesystem::create_directory(folder / "folder");
  CHECK(error_of<Error>([&] { write_file_atomically(folder / "folder", "x", {.survives_power_cut = false}); }) ==
        (folder / "folder").string() + ": cannot be written: Is a directory");
  CHECK(folder.entries() == 2);

  // Whoever reads meanwhile sees one or the other, whole.
  const std::string zeros(1 << 16, '0');
  const std::string ones(1 << 16, '1');
  write_file_atomically(folder / "file", zeros, {.survives_power_cut = false});
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) {
      write_file_atomically(folder / "file", i % 2 == 0 ? ones : zeros, {.survives_power_cut = false});
    }
  });
  int torn = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string seen = read_file(folder / "file");
    torn += seen != zeros && seen != ones ? 1 : 0;
  }
  writer.join();
  CHECK(torn == 0);
}
