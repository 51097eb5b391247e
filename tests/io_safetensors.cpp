#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/safetensors.hpp>
#include <doctest/doctest.h>

#include "io_files.hpp"

#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace ranktape;
using ranktape::testing::error_of;
using ranktape::testing::gzip;
using ranktape::testing::put;
using ranktape::testing::TemporaryFolder;

namespace {

/// A file of this header, which is not padded, and so many bytes of data.
std::string bytes_of(std::string_view header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes.append(header).append(data_bytes, '\x01');
}

std::string refusal(std::string_view bytes) {
  return error_of<FormatError>([&] { parse_safetensors(bytes, "model"); });
}

struct Lie {
  std::string header;
  std::size_t data_bytes;
  std::string message;
};

SafetensorsFile small_model() {
  return {.tensors = {{"layer.weight", Tensor::from({1, 2, 3, 4, 5, 6}, Shape{2, 3})},
                      {"layer.bias", Tensor::from({-0.5, 0.25})},
                      {"mean", Tensor::from({0.1, -1e300}, {.dtype = DType::float64})}},
          .metadata = {{"format", "test"}, {"quote", "\" \\ \n \xc3\xa9"}}};
}

}  // namespace

TEST_CASE("safetensors: what is saved is loaded, to the bit") {
  const TemporaryFolder folder;
  SafetensorsFile file = small_model();
  file.tensors.push_back({"scalar", Tensor::scalar(7)});
  file.tensors.push_back({"nothing", Tensor::zeros({3, 0})});
  file.tensors.push_back({"", Tensor::zeros({1, 1, 1, 2})});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  file.tensors.push_back({"odd", Tensor({nan, -0.0F, 1e-45F, std::numeric_limits<float>::infinity()})});
  save_safetensors(folder / "model", file);
  const SafetensorsFile loaded = load_safetensors(folder / "model");
  CHECK(folder.entries() == 1);
  CHECK(loaded.source == (folder / "model").string());
  CHECK(loaded.has_checksum);
  CHECK(loaded.metadata == file.metadata);
  CHECK(loaded.text_at("format") == "test");
  REQUIRE(loaded.tensors.size() == file.tensors.size());
  for (const NamedTensor& named : file.tensors) {
    const Tensor& tensor = loaded.at(named.name);
    CHECK(tensor.shape() == named.tensor.shape());
    REQUIRE(tensor.dtype() == named.tensor.dtype());
    CHECK(tensor.name() == named.name);
    CHECK_FALSE(tensor.requires_grad());
    const auto same_bits = [&]<class T>(std::span<const T> a, std::span<const T> b) {
      return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
    };
    if (tensor.dtype() == DType::float64) {
      CHECK(same_bits(tensor.values<double>(), named.tensor.values<double>()));
    } else {
      CHECK(same_bits(tensor.values<float>(), named.tensor.values<float>()));
    }
  }
}

TEST_CASE("safetensors: the same content gives the same bytes, in one layout") {
  SafetensorsFile file = small_model();
  const std::string bytes = format_safetensors(file);
  std::swap(file.tensors[0], file.tensors[2]);
  CHECK(format_safetensors(file) == bytes);
  CHECK(format_safetensors(parse_safetensors(bytes, "model")) == bytes);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const std::string header = bytes.substr(8, length);
  CHECK(header.substr(header.find("\"mean\""))
            .starts_with(R"("mean":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},)"
                         R"("layer.bias":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},)"
                         R"("layer.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]}})"));
}

TEST_CASE("safetensors: a file written by the Python package") {
  const SafetensorsFile file =
      load_safetensors(std::filesystem::path(RANKTAPE_GOLDEN_DIRECTORY) / "python_written.safetensors");
  CHECK(file.tensors.size() == 3);
  CHECK_FALSE(file.has_checksum);
  CHECK(file.at("layer.weight").shape() == Shape{2, 3});
  CHECK(file.at("layer.weight").to_vector<float>() == std::vector<float>{0.5F, -1.25F, 3, 0.1F, 1e-30F, -65504});
  CHECK(file.at("layer.bias").to_vector<float>() == std::vector<float>{1, -2, 0.333F});
  CHECK(file.at("feature_mean").to_vector<double>() == std::vector<double>{0.1, -1e300});
  CHECK(file.text_at("note") == "quotes \" and \\ and \xc3\xa9");
  CHECK(file.text_at("layer_sizes") == "[2, 3]");
}

TEST_CASE("safetensors: odd but legal files") {
  CHECK(parse_safetensors(bytes_of("{}", 0), "model").tensors.empty());
  CHECK(parse_safetensors(bytes_of("{}      ", 0), "model").tensors.empty());
  CHECK(parse_safetensors(bytes_of(R"({"__metadata__":{}})", 0), "model").metadata.empty());
  const SafetensorsFile file =
      parse_safetensors(bytes_of("{ \"b\" : {\"data_offsets\":[4,8],\"shape\":[1],\"dtype\":\"F32\"},\n"
                                 R"("empty":{"dtype":"F64","shape":[0,7],"data_offsets":[4,4]},)"
                                 R"("\u0061":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                                 8),
                        "model");
  REQUIRE(file.tensors.size() == 3);
  CHECK(file.tensors[0].name == "a");
  CHECK(file.tensors[1].name == "empty");
  CHECK(file.tensors[2].name == "b");
  CHECK(file.at("a").shape() == Shape{});
}

TEST_CASE("safetensors: lies about the format are refused, each with its own text") {
  const std::string tensor = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  const auto named = [](std::string_view entry) { return R"({"w":)" + std::string(entry) + "}"; };
  const std::vector<Lie> cases = {
      {"", 0, "the header is not JSON text that begins with '{'; is this a safetensors file?"},
      {" {}", 0, "the header is not JSON text that begins with '{'; is this a safetensors file?"},
      {"[]", 0, "the header is not JSON text that begins with '{'; is this a safetensors file?"},
      {std::string("{}\0rest", 7), 0, "the header is not JSON text that begins with '{'; is this a safetensors file?"},
      {"{", 0, "the header is not JSON at its byte 2, near '{'"},
      {"{}}", 0, "the header is not JSON at its byte 3, near '{}}'"},
      {R"({"w":)" + tensor + ",}", 8, "the header is not JSON at its byte 55, near '8]},}'"},
      {"{\"\xff\":1}", 0, "the header is not JSON at its byte 3, near '\"\\xff'"},
      {R"({"w":1e999})", 0, "the header is not JSON at its byte 10, near '1e999'"},
      {R"({"w":1})", 0, "the header has a number for 'w', not an object"},
      {R"({"w":null})", 0, "the header has null for 'w', not an object"},
      {R"({"w":[1]})", 0, "the header has a list for 'w', not an object"},
      {R"({"w":)" + tensor + R"(,"w":)" + tensor + "}", 8, "the header has 'w' twice"},
      {R"({"w":)" + tensor + R"(,"\u0077":)" + tensor + "}", 8, "the header has 'w' twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", 0, "the header has '__metadata__' twice"},
      {R"({"__metadata__":{"a":"1","a":"2"}})", 0, "the metadata have 'a' twice"},
      {R"({"__metadata__":{"a":1}})", 0, "the metadata have a number for 'a', not a text"},
      {R"({"__metadata__":{"a":{}}})", 0, "the metadata have an object for 'a', not a text"},
      {R"({"__metadata__":"a"})", 0, "the header has a text for '__metadata__', not an object"},
      {R"({"__metadata__":null})", 0, "the header has null for '__metadata__', not an object"},
      {named("{}"), 0, "tensor 'w' lacks dtype"},
      {named(R"({"dtype":"F32","shape":[2]})"), 8, "tensor 'w' lacks data_offsets"},
      {named(R"({"dtype":"F32","data_offsets":[0,8]})"), 8, "tensor 'w' lacks shape"},
      {named(R"({"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,8]})"), 8, "tensor 'w' has twice 'dtype'"},
      {named(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":[1]})"), 8,
       "tensor 'w' has the unknown field 'stride'"},
      {named(R"({"dtype":"BF16","shape":[4],"data_offsets":[0,8]})"), 8,
       "tensor 'w' has dtype 'BF16'; only F32 and F64 are read"},
      {named(R"({"dtype":32,"shape":[2],"data_offsets":[0,8]})"), 8, "tensor 'w' has a number in dtype"},
      {named(R"({"dtype":["F32"],"shape":[2],"data_offsets":[0,8]})"), 8, "tensor 'w' has a list in dtype"},
      {named(R"({"dtype":"F32","shape":2,"data_offsets":[0,8]})"), 8, "tensor 'w' has a number in shape"},
      {named(R"({"dtype":"F32","shape":"2","data_offsets":[0,8]})"), 8, "tensor 'w' has a text in shape"},
      {named(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), 8, "tensor 'w' has a negative number in shape"},
      {named(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), 8,
       "tensor 'w' has a number that is not whole in shape"},
      {named(R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]})"), 8,
       "tensor 'w' has a number that is not whole in shape"},
      {named(R"({"dtype":"F32","shape":[true],"data_offsets":[0,8]})"), 8, "tensor 'w' has true or false in shape"},
      {named(R"({"dtype":"F32","shape":[[2]],"data_offsets":[0,8]})"), 8, "tensor 'w' has a list in shape"},
      {named(R"({"dtype":"F32","shape":[{}],"data_offsets":[0,8]})"), 8, "tensor 'w' has an object in shape"},
      {named(R"({"dtype":"F32","shape":[1,1,1,1,2],"data_offsets":[0,8]})"), 8,
       "tensor 'w' has more than 4 numbers in shape"},
      {named(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})"), 0,
       "tensor 'w' has the shape [4294967296, 4294967296], more than 2^58 elements"},
      {named(R"({"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]})"), 0,
       "tensor 'w' has the shape [0, 18446744073709551615], more than 2^58 elements"},
      {named(R"({"dtype":"F64","shape":[288230376151711744],"data_offsets":[0,0]})"), 0,
       "tensor 'w' of shape [288230376151711744] and dtype F64 takes 2305843009213693952 bytes, but its data_offsets "
       "[0, 0] span 0"},
      {named(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), 8,
       "tensor 'w' has the data_offsets [8, 0]; they must be [begin, end]"},
      {named(R"({"dtype":"F32","shape":[2],"data_offsets":[8]})"), 8,
       "tensor 'w' has the data_offsets [8]; they must be [begin, end]"},
      {named(R"({"dtype":"F32","shape":[2],"data_offsets":[]})"), 8,
       "tensor 'w' has the data_offsets []; they must be [begin, end]"},
      {named(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), 8,
       "tensor 'w' of shape [3] and dtype F32 takes 12 bytes, but its data_offsets [0, 8] span 8"},
      {named(R"({"dtype":"F64","shape":[2],"data_offsets":[0,8]})"), 8,
       "tensor 'w' of shape [2] and dtype F64 takes 16 bytes, but its data_offsets [0, 8] span 8"},
      {named(tensor), 7, "tensor 'w' ends at byte 8 of the data, but there are 7; the file is cut off"},
      {named(R"({"dtype":"F32","shape":[2],"data_offsets":[18446744073709551607,18446744073709551615]})"), 8,
       "tensor 'w' ends at byte 18446744073709551615 of the data, but there are 8; the file is cut off"},
      {named(tensor), 9, "the tensors take 8 bytes, but 9 follow the header"},
      {"{}", 1, "the tensors take 0 bytes, but 1 follow the header"},
      {named(R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})"), 12,
       "tensor 'w' begins at byte 4 of the data, beyond the end of the one before, 0"},
      {R"({"v":)" + tensor + R"(,"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12,
       "tensor 'w' begins at byte 4 of the data, before the end of the one before, 8"},
      {R"({"v":)" + tensor + R"(,"w":)" + tensor + "}", 8,
       "tensor 'w' begins at byte 0 of the data, before the end of the one before, 8"},
      {R"({"v":)" + tensor + R"(,"w":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})", 20,
       "tensor 'w' begins at byte 12 of the data, beyond the end of the one before, 8"},
      {R"({")" + std::string(257, 'n') + R"(":)" + tensor + "}", 8,
       "tensor '" + std::string(40, 'n') + "...' has a name of 257 bytes; at most 256 are read"},
      {R"({"__metadata__":{"ranktape.crc32":"00000000"}})", 0,
       "the checksum is e95f24c2, but the metadata say '00000000'; the file is damaged"},
      {R"({"w":)" + std::string(100000, '[') + "}", 0, "the header has a list for 'w', not an object"},
      {R"({"w":)" + std::string(100000, '{') + "}", 0, "the header is not JSON at its byte 7, near '\"w\":{{'"},
  };
  for (const Lie& lie : cases) {
    CAPTURE(lie.header.substr(0, 200));
    CHECK(refusal(bytes_of(lie.header, lie.data_bytes)) == "model: " + lie.message);
  }
}

TEST_CASE("safetensors: limits") {
  std::string header = "{";
  for (int i = 0; i <= 4096; ++i) {
    header += "\"" + std::to_string(i) + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)";
  }
  header.back() = '}';
  CHECK(refusal(bytes_of(header, 0)) == "model: more than 4096 tensors");
  CHECK(refusal(bytes_of("{}" + std::string(1 << 20, ' '), 0)) ==
        "model: the header is said to take 1048578 bytes, more than 1048576; is this a safetensors file?");
  CHECK(parse_safetensors(bytes_of("{}" + std::string((1 << 20) - 2, ' '), 0), "model").tensors.empty());
  CHECK(refusal(bytes_of("{}", 0).substr(0, 9)) ==
        "model: the header is said to take 2 bytes, but 1 follow; the file is cut off");
  CHECK(refusal("1234567") == "model: 7 bytes are too few for a safetensors file; it is cut off");
  CHECK(refusal("") == "model: 0 bytes are too few for a safetensors file; it is cut off");
  CHECK(refusal(std::string(100, '\xff')) ==
        "model: the header is said to take 18446744073709551615 bytes, more than 1048576; is this a safetensors file?");
  CHECK(refusal(gzip(bytes_of("{}", 0))) == "model: the file is packed by gzip; unpack it with gunzip");
}

TEST_CASE("safetensors: every truncation, every longer file and every flipped bit of a model is noticed") {
  const std::string good = format_safetensors(small_model());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(refusal(good.substr(0, size)).starts_with("model: "));
  }
  CHECK(refusal(good + '\0').starts_with("model: "));
  std::vector<std::string> accepted;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    try {
      const SafetensorsFile file = parse_safetensors(bytes, "model");
      // Only what hides the checksum itself, or means the same, is let through.
      if (file.has_checksum) {
        CHECK(format_safetensors(file) == good);
      } else {
        accepted.push_back(bytes);
        CHECK(bytes.find("ranktape.crc32") == std::string::npos);
      }
    } catch (const FormatError& error) {
      CHECK(std::string_view(error.what()).starts_with("model: "));
    }
  }
  CHECK(accepted.size() <= 14 * 8);
}

TEST_CASE("safetensors: every truncation and flipped bit of a file without a checksum is legal or refused") {
  const std::string good = read_file(std::filesystem::path(RANKTAPE_GOLDEN_DIRECTORY) / "python_written.safetensors");
  int refused = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    refused += refusal(bytes) == "nothing thrown" ? 0 : 1;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(refusal(good.substr(0, size)).starts_with("model: "));
  }
  CHECK(refused > 1000);
}

TEST_CASE("safetensors: another program may write the content again and keep the checksum") {
  const std::string good = format_safetensors(small_model());
  std::uint64_t length = 0;
  std::memcpy(&length, good.data(), 8);
  std::string header = good.substr(8, length);
  std::string data = good.substr(8 + length);
  // The float64 tensor last, and blanks.
  const auto replace = [&header](const std::string& from, const std::string& to) {
    REQUIRE(header.find(from) != std::string::npos);
    header.replace(header.find(from), from.size(), to);
  };
  replace("[0,16]", "[ 32, 48 ]");
  replace("[16,24]", "[0,8]");
  replace("[24,48]", "[8,32]");
  data = data.substr(16) + data.substr(0, 16);
  std::string bytes = bytes_of(header, 0) + data;
  CHECK(parse_safetensors(bytes, "model").has_checksum);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  CHECK(refusal(bytes).find("; the file is damaged") != std::string::npos);
}

TEST_CASE("safetensors: what is not there is named with what is") {
  const SafetensorsFile file = parse_safetensors(format_safetensors(small_model()), "model");
  CHECK(error_of<FormatError>([&] { static_cast<void>(file.at("layer.weights")); }) ==
        "model: no tensor 'layer.weights'; there are: 'mean', 'layer.bias', 'layer.weight'");
  CHECK(error_of<FormatError>([&] { static_cast<void>(file.text_at("base")); }) ==
        "model: no metadata 'base'; there are: 'format', 'quote'");
  const SafetensorsFile empty = parse_safetensors(bytes_of("{}", 0), "model");
  CHECK(error_of<FormatError>([&] { static_cast<void>(empty.at("w")); }) == "model: no tensor 'w'; there are: none");
}

TEST_CASE("safetensors: what would not be read is not written, and the old file stays") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "model";
  save_safetensors(path, small_model());
  const std::string before = read_file(path);
  const auto refused = [&](const SafetensorsFile& file) {
    return error_of<FormatError>([&] { save_safetensors(path, file); });
  };
  const std::string start = path.string() + ": ";
  const Tensor tensor({1.F});
  CHECK(refused({.tensors = {{"w", Tensor()}}}) == start + "tensor 'w' to be written is undefined; assign one first");
  CHECK(refused({.tensors = {{"w", tensor}, {"w", tensor}}}) == start + "two tensors to be written have the name 'w'");
  CHECK(refused({.tensors = {{"__metadata__", tensor}}}) ==
        start + "no tensor can have the name '__metadata__', which the format keeps for itself");
  CHECK(refused({.tensors = {{std::string(257, 'n'), tensor}}}) ==
        start + "tensor '" + std::string(40, 'n') + "...' has a name of 257 bytes; at most 256 are read");
  CHECK(refused({.tensors = {{"\xff", tensor}}}) == start + "the text '\\xff' is not UTF-8");
  CHECK(refused({.metadata = {{"a", "\xc3"}}}) == start + "the text '\\xc3' is not UTF-8");
  CHECK(refused({.metadata = {{"a", std::string(1 << 20, 'a')}}}) ==
        start + "names and metadata to be written take 1048632 bytes; at most 1048576 are read");
  CHECK(error_of<Error>([&] { save_safetensors(folder / "none/model", small_model()); }) ==
        (folder / "none/model").string() +
            ": cannot be written (no file can be made in its folder): No such file or directory");
  CHECK(read_file(path) == before);
  CHECK(folder.entries() == 1);
}
