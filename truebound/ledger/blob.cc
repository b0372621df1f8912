#include "truebound/ledger/blob.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/check.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/salt.h"
#include "truebound/crypto/sha256.h"

namespace truebound::ledger {
namespace {

Error malformed(const Path& place, const std::string& why) {
  return {.code = ErrorCode::malformed, .message = place.string() + ": " + why};
}

bool is_plain_file(const std::filesystem::directory_entry& entry) {
  std::error_code failed;
  return entry.symlink_status(failed).type() == std::filesystem::file_type::regular;
}

bool is_plain_folder(const std::filesystem::directory_entry& entry) {
  std::error_code failed;
  return entry.symlink_status(failed).type() == std::filesystem::file_type::directory;
}

// What a folder holds; nothing where it is not there.
Result<std::vector<std::filesystem::directory_entry>> list_folder(const Path& folder) {
  std::vector<std::filesystem::directory_entry> found;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    found.push_back(*at);
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return invalid_input(folder.string() + ": cannot be read: " + failed.message());
  }
  return found;
}

}  // namespace

BlobFile make_blob(std::string_view payload) {
  BlobFile blob;
  blob.bytes = crypto::fresh_salt();
  TRUEBOUND_CHECK(blob.bytes.size() == salt_size, "a salt has 32 bytes");
  blob.bytes += payload;
  blob.name = crypto::sha256(blob.bytes);
  return blob;
}

Result<std::string> open_blob(const Digest& name, std::string file) {
  if (crypto::sha256(file) != name) {
    return Error{.code = ErrorCode::crypto,
                 .message = "blob " + name.hex() + ": its bytes do not give its name"};
  }
  if (file.size() < salt_size) {
    return Error{.code = ErrorCode::malformed,
                 .message = "blob " + name.hex() + ": expected a salt of 32 bytes, got " +
                            std::to_string(file.size()) + " bytes"};
  }
  file.erase(0, salt_size);
  return file;
}

Path Blobs::path_of(const Digest& name) const {
  const std::string digits = name.hex();
  return ledger_ / "blobs" / digits.substr(0, 2) / digits;
}

bool Blobs::has(const Digest& name) const {
  std::error_code failed;
  return std::filesystem::is_regular_file(path_of(name), failed);
}

Result<std::string> Blobs::get(const Digest& name) const {
  if (!has(name)) {
    return Error{.code = ErrorCode::incomplete,
                 .message = path_of(name).string() + ": this blob is not here"};
  }
  TRUEBOUND_TRY(file, read_file(path_of(name)));
  return open_blob(name, std::move(file));
}

Result<std::vector<Digest>> Blobs::list() const {
  std::vector<Digest> names;
  TRUEBOUND_TRY(folders, list_folder(ledger_ / "blobs"));
  for (const auto& folder : folders) {
    const Result<std::string> digits = from_hex(folder.path().filename().string());
    if (!is_plain_folder(folder) || !digits.ok() || digits.value().size() != 1) {
      return malformed(folder.path(), "no folder of blobs");
    }
    TRUEBOUND_TRY(files, list_folder(folder.path()));
    for (const auto& file : files) {
      const Result<Digest> name = parse_digest(file.path().filename().string());
      if (!is_plain_file(file) || !name.ok() || path_of(name.value()) != file.path()) {
        return malformed(file.path(), "no blob; a ledger holds no other files");
      }
      names.push_back(name.value());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace truebound::ledger
