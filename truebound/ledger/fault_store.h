#pragma once

// A file system for tests: it writes to real files, syncs nothing, knows what a power cut would
// lose, and lets any call fail. Test code; no part of the program.

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "truebound/core/random.h"
#include "truebound/ledger/store.h"

namespace truebound::ledger {

class FaultStore final : public Store {
 public:
  /// What follows a call that failed.
  enum class Then { works, fails };

  /// Calls so far, of the store and its files.
  std::uint64_t calls() const { return calls_; }

  /// Lets the call of this number (from 0) fail with an errno; an append first writes a part.
  void fail_at(std::uint64_t call, int error_number, Then then) {
    fail_at_ = call;
    error_number_ = error_number;
    then_ = then;
  }

  /// The power goes: names in folders that were not synced may be gone, and of bytes that were not
  /// synced a part may be there, one of them zero.
  void lose_unsynced(RandomStream& random) {
    for (auto name = unsynced_.rbegin(); name != unsynced_.rend(); ++name) {
      if (random.below(2) == 0) continue;
      std::filesystem::remove_all(name->path);
      synced_.erase(name->path);
      if (const auto& before = name->before) write(name->path, *before);
    }
    unsynced_.clear();
    for (const auto& [path, synced] : synced_) {
      if (!std::filesystem::exists(path)) continue;
      std::string bytes = read_file(path).value();
      const std::uint64_t kept = synced + random.below(bytes.size() - synced + 1);
      bytes.resize(kept);
      if (kept > synced && random.below(2) == 0) bytes[synced + random.below(kept - synced)] = '\0';
      write(path, bytes);
    }
    synced_.clear();
  }

  Result<void> make_folder(const Path& folder) override {
    if (fails()) return write_error(folder, error_number_);
    std::vector<Path> missing;
    for (Path at = folder; !std::filesystem::exists(at); at = at.parent_path()) {
      missing.push_back(at);
    }
    for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
      std::filesystem::create_directory(*at);
      unsynced_.push_back({*at, std::nullopt});
    }
    return {};
  }

  Result<std::unique_ptr<AppendFile>> create(const Path& file) override {
    if (fails()) return write_error(file, error_number_);
    unsynced_.push_back({file, bytes_of(file)});
    write(file, "");
    synced_[file] = 0;
    return make_file(file);
  }

  Result<std::unique_ptr<AppendFile>> open(const Path& file) override {
    if (fails()) return write_error(file, error_number_);
    synced_.emplace(file, std::filesystem::file_size(file));
    return make_file(file);
  }

  Result<void> rename(const Path& from, const Path& to) override {
    if (fails()) return write_error(to, error_number_);
    unsynced_.push_back({to, bytes_of(to)});
    std::filesystem::rename(from, to);
    if (synced_.contains(from)) synced_[to] = synced_[from];
    synced_.erase(from);
    return {};
  }

  Result<void> sync_folder(const Path& folder) override {
    if (fails()) return write_error(folder, error_number_);
    std::erase_if(unsynced_, [&](const Name& name) { return name.path.parent_path() == folder; });
    return {};
  }

  Result<void> cut(const Path& file, std::uint64_t size) override {
    if (fails()) return write_error(file, error_number_);
    std::filesystem::resize_file(file, size);
    synced_[file] = size;
    return {};
  }

 private:
  // A name that a power cut may take away, and what bore it before.
  struct Name {
    Path path;
    std::optional<std::string> before;
  };

  class File final : public AppendFile {
   public:
    File(FaultStore& store, Path path) : store_(store), path_(std::move(path)) {}

    Result<void> append(std::string_view bytes) override {
      const bool failed = store_.fails();
      std::ofstream(path_, std::ios::binary | std::ios::app)
          << bytes.substr(0, failed ? bytes.size() / 2 : bytes.size());
      if (failed) return write_error(path_, store_.error_number_);
      return {};
    }

    Result<void> sync() override {
      if (store_.fails()) return write_error(path_, store_.error_number_);
      store_.synced_[path_] = std::filesystem::file_size(path_);
      return {};
    }

   private:
    FaultStore& store_;
    Path path_;
  };

  std::unique_ptr<AppendFile> make_file(const Path& path) {
    return std::make_unique<File>(*this, path);
  }

  bool fails() {
    const std::uint64_t call = calls_++;
    return fail_at_ && (call == *fail_at_ || (call > *fail_at_ && then_ == Then::fails));
  }

  static void write(const Path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  static std::optional<std::string> bytes_of(const Path& path) {
    if (!std::filesystem::exists(path)) return std::nullopt;
    return read_file(path).value();
  }

  std::uint64_t calls_ = 0;
  std::optional<std::uint64_t> fail_at_;
  int error_number_ = EIO;
  Then then_ = Then::works;
  std::vector<Name> unsynced_;
  std::map<Path, std::uint64_t> synced_;
};

}  // namespace truebound::ledger
