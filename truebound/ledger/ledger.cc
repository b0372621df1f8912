#include "truebound/ledger/ledger.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "truebound/core/check.h"
#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/signer.h"
#include "truebound/ledger/blob.h"
#include "truebound/ledger/checkpoint.h"
#include "truebound/ledger/entries.h"
#include "truebound/ledger/entry.h"
#include "truebound/ledger/lock.h"
#include "truebound/ledger/segment.h"
#include "truebound/ledger/store.h"

namespace truebound::ledger {
namespace {

Error mismatch(const Path& place, const std::string& why) {
  return {.code = ErrorCode::mismatch, .message = place.string() + ": " + why};
}

// `runs/ledger/` and `runs/ledger` are one folder, and its parent is `runs`.
Path without_end_slash(const Path& folder) {
  return folder.has_filename() ? folder : folder.parent_path();
}

// A new ledger is made where nothing is, or where a crash left the beginning of one.
Result<void> check_folder(const Path& folder) {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (name != "segments" && name != "blobs" && name != "checkpoint" && name != ".cache") {
      return invalid_input(folder.string() + ": expected a ledger or an empty folder, found " +
                           name + " in it");
    }
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return invalid_input(folder.string() + ": cannot be read: " + failed.message());
  }
  return {};
}

// Records of at most a MiB, each as many whole entries as fit.
std::vector<std::string> pack(std::span<const std::string> entries) {
  std::vector<std::string> records;
  std::string data;
  for (const std::string& entry : entries) {
    if (!data.empty() && data.size() + 1 + entry.size() > max_record_data) {
      records.push_back(write_record(RecordType::entries, data));
      data.clear();
    }
    if (!data.empty()) data += '\n';
    data += entry;
  }
  if (!data.empty()) records.push_back(write_record(RecordType::entries, data));
  return records;
}

}  // namespace

struct Ledger::Writer {
  Writer(const crypto::Signer& key, Clock& time, const LedgerOptions& set, WriterLock held)
      : signer(key),
        clock(time),
        options(set),
        store(set.store != nullptr ? *set.store : disk),
        lock(std::move(held)) {}

  DiskStore disk;
  const crypto::Signer& signer;
  Clock& clock;
  LedgerOptions options;
  Store& store;
  WriterLock lock;
  std::unique_ptr<AppendFile> segment;
  std::optional<Error> failed;
  std::bitset<256> blob_folders;  ///< those whose names this process has synced
  std::int64_t signed_us = 0;
};

Ledger::Ledger(Path folder, Entries entries)
    : folder_(folder), entries_(std::move(entries)), blobs_(std::move(folder)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const Path& folder, const crypto::Signer& signer,
                                             Clock& clock, const LedgerOptions& options) {
  const Path place = without_end_slash(folder);
  TRUEBOUND_TRY_VOID(check_folder(place));
  DiskStore disk;
  Store& store = options.store != nullptr ? *options.store : disk;
  TRUEBOUND_TRY_VOID(store.make_folder(place / ".cache"));
  TRUEBOUND_TRY(lock, WriterLock::take(place));
  // Beyond this point, nobody else writes.
  TRUEBOUND_TRY(entries, Entries::open(place));
  std::unique_ptr<Ledger> ledger(new Ledger(place, std::move(entries)));
  ledger->writer_ = std::make_unique<Writer>(signer, clock, options, std::move(lock));
  if (ledger->entries_.segments() > 0 && ledger->verifier_key() != signer.verifier_key()) {
    return invalid_input(place.string() + ": expected the key " + ledger->verifier_key() +
                         ", which signs this ledger, got " + signer.verifier_key());
  }
  TRUEBOUND_TRY_VOID(ledger->take_up_checkpoint());
  TRUEBOUND_TRY_VOID(ledger->recover());
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::read(const Path& folder) {
  const Path place = without_end_slash(folder);
  TRUEBOUND_TRY(entries, Entries::open(place));
  if (entries.segments() == 0) {
    return invalid_input(place.string() + ": expected a ledger, found no segment of one");
  }
  std::unique_ptr<Ledger> ledger(new Ledger(place, std::move(entries)));
  ledger->recovered_bytes_ = ledger->entries_.torn_bytes();
  TRUEBOUND_TRY_VOID(ledger->take_up_checkpoint());
  return ledger;
}

// Reads the last checkpoint and holds the entries against it; changes nothing.
Result<void> Ledger::take_up_checkpoint() {
  const Path path = folder_ / "checkpoint";
  std::error_code failed;
  if (!std::filesystem::exists(path, failed) && size() == 0) return {};
  if (!std::filesystem::exists(path, failed)) {
    return Error{.code = ErrorCode::incomplete,
                 .message = path.string() + ": expected a checkpoint of the entries, found none"};
  }
  if (entries_.segments() == 0) {
    return mismatch(path, "there is a checkpoint and no segment: the entries were taken away");
  }
  TRUEBOUND_TRY(text, read_file(path));
  TRUEBOUND_TRY(key, crypto::Verifier::parse(entries_.key()));
  TRUEBOUND_TRY(checkpoint, open_own_checkpoint(text, key));
  if (checkpoint.head.size > size()) {
    return mismatch(path, "it covers " + std::to_string(checkpoint.head.size) + " entries, only " +
                              std::to_string(size()) +
                              " are here: the ledger was cut, or an old copy put back");
  }
  TRUEBOUND_TRY(root, entries_.root_at(checkpoint.head.size));
  if (root != checkpoint.head.root) return mismatch(path, "its root is not that of the entries");
  checkpoint_text_ = text;
  checkpoint_size_ = checkpoint.head.size;
  return {};
}

// Makes what is missing of a new ledger and what a crash left undone. An entry that was written and
// not synced when its process died can be read here: it is synced before anything builds on it.
Result<void> Ledger::recover() {
  Store& store = writer_->store;
  TRUEBOUND_TRY_VOID(store.make_folder(folder_ / "segments"));
  TRUEBOUND_TRY_VOID(store.make_folder(folder_ / "blobs"));
  TRUEBOUND_TRY_VOID(store.sync_folder(folder_));
  TRUEBOUND_TRY_VOID(store.sync_folder(std::filesystem::absolute(folder_).parent_path()));
  if (entries_.segments() == 0) {
    TRUEBOUND_TRY_VOID(begin_segment());
  } else {
    const Path last = entries_.segment_path(entries_.segments() - 1);
    recovered_bytes_ = entries_.torn_bytes();
    if (recovered_bytes_ > 0) TRUEBOUND_TRY_VOID(store.cut(last, entries_.end_of_last()));
    TRUEBOUND_TRY(segment, store.open(last));
    TRUEBOUND_TRY_VOID(segment->sync());
    TRUEBOUND_TRY_VOID(store.sync_folder(folder_ / "segments"));
    writer_->segment = std::move(segment);
  }
  writer_->signed_us = writer_->clock.steady_us();
  return checkpoint_text_.empty() ? write_checkpoint() : Result<void>();
}

Result<void> Ledger::begin_segment() {
  const std::string key = writer_->signer.verifier_key();
  const std::string header =
      write_record(RecordType::header, header_text(entries_.next_header(key)));
  const Path path = entries_.segment_path(entries_.segments());
  TRUEBOUND_TRY_VOID(write_whole(writer_->store, folder_ / ".cache" / "draft", path, header));
  TRUEBOUND_TRY(segment, writer_->store.open(path));
  writer_->segment = std::move(segment);
  entries_.segment_added(key, header.size());
  return {};
}

Result<void> Ledger::write_checkpoint() {
  const std::string text = make_checkpoint(entries_.tree().head(), writer_->signer);
  TRUEBOUND_TRY_VOID(
      write_whole(writer_->store, folder_ / ".cache" / "draft", folder_ / "checkpoint", text));
  checkpoint_text_ = text;
  checkpoint_size_ = size();
  writer_->signed_us = writer_->clock.steady_us();
  return {};
}

Result<void> Ledger::keep_record(const std::string& record) {
  if (entries_.end_of_last() >= writer_->options.segment_bytes) {
    TRUEBOUND_TRY_VOID(begin_segment());
  }
  Result<void> appended = writer_->segment->append(record);
  if (!appended.ok()) {
    // Nothing of it was acknowledged; without the torn part the ledger verifies as it stands. Where
    // that fails too, the next open() cuts it.
    static_cast<void>(
        writer_->store.cut(entries_.segment_path(entries_.segments() - 1), entries_.end_of_last()));
    return appended;
  }
  TRUEBOUND_TRY_VOID(writer_->segment->sync());
  entries_.record_added(record);
  return {};
}

Result<void> Ledger::usable() const {
  TRUEBOUND_CHECK(writer_ != nullptr, "a ledger that was opened for writing");
  if (const std::optional<Error>& failed = writer_->failed) return *failed;
  return {};
}

Result<void> Ledger::stop_if_failed(Result<void> result) {
  if (!result.ok()) {
    Error error = stopped("the ledger has stopped: " + result.error().message);
    writer_->failed = error;
    return error;
  }
  return result;
}

Result<std::uint64_t> Ledger::append(std::string_view entry) {
  const std::string one(entry);
  return append_grouped({&one, 1});
}

Result<std::uint64_t> Ledger::append_grouped(std::span<const std::string> entries) {
  TRUEBOUND_TRY_VOID(usable());
  for (const std::string& entry : entries) {
    const Result<void> checked = check_entry(entry);
    if (!checked.ok()) return invalid_input(checked.error().message);
  }
  const std::uint64_t first = size();
  for (const std::string& record : pack(entries)) {
    TRUEBOUND_TRY_VOID(stop_if_failed(keep_record(record)));
  }
  if (writer_->clock.steady_us() - writer_->signed_us >= writer_->options.checkpoint_us) {
    TRUEBOUND_TRY_VOID(checkpoint());
  }
  return first;
}

Result<void> Ledger::write_blob(const BlobFile& blob) {
  const Path path = blobs_.path_of(blob.name);
  const std::size_t number = blob.name.bytes[0];
  if (!writer_->blob_folders.test(number)) {
    TRUEBOUND_TRY_VOID(writer_->store.make_folder(path.parent_path()));
    TRUEBOUND_TRY_VOID(writer_->store.sync_folder(folder_ / "blobs"));
    writer_->blob_folders.set(number);
  }
  return write_whole(writer_->store, folder_ / ".cache" / "draft", path, blob.bytes);
}

Result<Digest> Ledger::put_blob(std::string_view payload) {
  TRUEBOUND_TRY_VOID(usable());
  const BlobFile blob = make_blob(payload);
  TRUEBOUND_TRY_VOID(stop_if_failed(write_blob(blob)));
  return blob.name;
}

Result<void> Ledger::checkpoint() {
  TRUEBOUND_TRY_VOID(usable());
  if (checkpoint_size_ == size()) return {};
  return stop_if_failed(write_checkpoint());
}

Result<void> Ledger::move_aside(const Digest& name) {
  const Path path = blobs_.path_of(name);
  const Path aside = folder_ / ".cache" / "unnamed";
  TRUEBOUND_TRY_VOID(writer_->store.make_folder(aside));
  TRUEBOUND_TRY_VOID(writer_->store.rename(path, aside / path.filename()));
  return writer_->store.sync_folder(path.parent_path());
}

Result<std::uint64_t> Ledger::set_aside_unnamed(const BlobReferences& references) {
  TRUEBOUND_TRY_VOID(usable());
  TRUEBOUND_TRY(named, named_blobs(references));
  TRUEBOUND_TRY(there, blobs_.list());
  std::vector<Digest> unnamed;
  std::set_difference(there.begin(), there.end(), named.begin(), named.end(),
                      std::back_inserter(unnamed));
  for (const Digest& name : unnamed) {
    TRUEBOUND_TRY_VOID(stop_if_failed(move_aside(name)));
  }
  return unnamed.size();
}

Result<std::vector<Digest>> Ledger::named_blobs(const BlobReferences& references) const {
  std::vector<Digest> names;
  for (std::uint64_t index = 0; index < size(); ++index) {
    TRUEBOUND_TRY(text, entry(index));
    TRUEBOUND_TRY(named, references.named_by(text, blobs_));
    names.insert(names.end(), named.begin(), named.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace truebound::ledger
