// Links a fuzzer into the normal build, so that it cannot rot: every file of the corpus folders
// that are named, or else standard input, goes through the fuzzer's one function. An input on which
// a fuzzer once failed lies in its corpus, and is a test from then on.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), {}};
}

void feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

int feed_folder(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    std::printf("%s: no such folder, so no input of it\n", folder.c_str());
    return 0;
  }
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    if (!file) {
      std::printf("%s: cannot be read\n", entry.path().c_str());
      return -1;
    }
    feed(read_all(file));
    ++count;
  }
  std::printf("%s: %d inputs\n", folder.c_str(), count);
  return count;
}

}  // namespace

int main(int count, char** arguments) {
  // The empty input is one that every reader must bear.
  feed("");
  if (count < 2) {
    feed(read_all(std::cin));
    return 0;
  }
  for (int i = 1; i < count; ++i)
    if (feed_folder(arguments[i]) < 0) return 1;
  return 0;
}
