#include "truebound/plan/freeze.h"

#include <algorithm>

#include "truebound/crypto/sha256.h"
#include "truebound/ledger/entry.h"
#include "truebound/ledger/merkle.h"
#include "truebound/plan/canonical.h"
#include "truebound/text/utf8.h"

namespace truebound::plan {
namespace {

Error malformed(const std::string& message) {
  return {.code = ErrorCode::malformed, .message = message};
}
Error mismatch(const std::string& message) {
  return {.code = ErrorCode::mismatch, .message = message};
}

// What is read from a ledger and has not our shape is no bad input but broken evidence.
template <class T>
Result<T> as_evidence(Result<T> result) {
  if (result.ok() || result.error().code != ErrorCode::invalid_input) return result;
  return malformed(result.error().message);
}

// Nothing where the entry is of another type.
template <class Entry>
Result<std::optional<Entry>> entry_at(const ledger::Ledger& ledger, std::uint64_t index) {
  TRUEBOUND_TRY(line, ledger.entry(index));
  // Most entries are of other types, and canonical JSON spells each type in one way.
  if (line.find(std::string("\"t\":\"") + Entry::type + "\"") == std::string::npos) {
    return std::optional<Entry>();
  }
  TRUEBOUND_TRY(value, ledger::parse_entry(line, index));
  if (ledger::type_of(value) != Entry::type) return std::optional<Entry>();
  TRUEBOUND_TRY(entry, ledger::from_line<Entry>(value, index));
  return std::optional<Entry>(std::move(entry));
}

// A file with its bytes, before it has a blob.
struct FileBytes {
  std::string name;
  std::string bytes;
  Digest digest;
};

Result<std::vector<FileBytes>> read_files(const Plan& plan, const FileSource& files) {
  std::vector<std::string> names{plan.file};
  for (const std::string& name : file_names(plan)) {
    if (name != plan.file) names.push_back(name);
  }
  std::vector<FileBytes> read;
  for (const std::string& name : names) {
    TRUEBOUND_TRY(bytes, files.read(name));
    const Digest digest = crypto::sha256(bytes);
    read.push_back({.name = name, .bytes = std::move(bytes), .digest = digest});
  }
  return read;
}

std::string form_of(const Plan& plan, const std::vector<FileBytes>& files) {
  FileDigests digests;
  for (const FileBytes& file : files)
    digests.emplace(file.name, file.digest);
  return canonical(plan, digests);
}

Result<Digest> put_files(const std::vector<FileBytes>& files, ledger::Ledger& ledger) {
  std::vector<FrozenFile> list;
  for (const FileBytes& file : files) {
    TRUEBOUND_TRY(blob, ledger.put_blob(file.bytes));
    list.push_back({.name = file.name, .digest = file.digest.hex(), .blob = blob.hex()});
  }
  return ledger.put_blob(json::canonical(json::write(list)));
}

// Holds where a seed is the one that its plan's entry and its checkpoint give.
Result<void> check_draw(const SeedDraw& draw, std::uint64_t index, const ledger::Ledger& ledger) {
  const std::string place = "entry " + std::to_string(index);
  if (draw.checkpoint_size <= draw.plan || draw.checkpoint_size > index) {
    return malformed(place + ": expected a checkpoint of the plan's entry, got one of " +
                     std::to_string(draw.checkpoint_size) + " entries");
  }
  TRUEBOUND_TRY(line, ledger.entry(draw.plan));
  TRUEBOUND_TRY(root, ledger.root_at(draw.checkpoint_size));
  if (draw.checkpoint_root != root.hex()) {
    return mismatch(place + ": expected the root of its checkpoint, got another");
  }
  // Cosignatures are not kept yet; a seed that has some cannot be drawn again here.
  if (draw.cosignatures == 0 && draw.seed != seed_of(ledger::leaf_hash(line), root)) {
    return mismatch(place + ": expected the seed that its checkpoint gives, got another");
  }
  return {};
}

// The seed.draw of a plan, if there is one, with its index.
Result<std::optional<Frozen>> find_seed(std::uint64_t plan_entry, const ledger::Ledger& ledger) {
  for (std::uint64_t i = plan_entry + 1; i < ledger.size(); ++i) {
    TRUEBOUND_TRY(draw, entry_at<SeedDraw>(ledger, i));
    if (!draw || draw->plan != plan_entry) continue;
    TRUEBOUND_TRY_VOID(check_draw(*draw, i, ledger));
    return std::optional<Frozen>({.plan_entry = plan_entry, .seed_entry = i, .seed = draw->seed});
  }
  return std::optional<Frozen>();
}

// `who` and `budget` affect no result, so the canonical form lacks them; the plan's file has them.
Result<void> take_over_rest(Plan& plan, const std::string& text, const std::string& name) {
  TRUEBOUND_TRY(source, json::parse_yaml(text, name));
  if (const json::Value* who = source.find("who")) {
    TRUEBOUND_TRY_VOID(json::read_into(plan.who, *who, name, "who"));
  }
  if (const json::Value* budget = source.find("budget")) {
    TRUEBOUND_TRY_VOID(json::read_into(plan.budget, *budget, name, "budget"));
  }
  plan.file = name;
  return {};
}

}  // namespace

Result<std::string> SteadyFiles::read(const std::string& name) const {
  const auto found = kept_.find(name);
  if (found != kept_.end()) return found->second;
  TRUEBOUND_TRY(bytes, files_.read(name));
  kept_.emplace(name, bytes);
  return bytes;
}

std::string seed_of(const Digest& plan_leaf, const Digest& checkpoint_root,
                    std::vector<std::string> cosignatures) {
  std::ranges::sort(cosignatures);
  crypto::Sha256 hash;
  hash.add("truebound/seed/v1\n").add(plan_leaf.raw()).add(checkpoint_root.raw());
  for (const std::string& cosignature : cosignatures)
    hash.add(cosignature);
  return hash.finish().hex();
}

Result<std::optional<std::uint64_t>> find_registered(const Digest& plan_digest,
                                                     const ledger::Ledger& ledger) {
  for (std::uint64_t i = 0; i < ledger.size(); ++i) {
    TRUEBOUND_TRY(entry, entry_at<PlanRegister>(ledger, i));
    if (entry && entry->plan_digest == plan_digest.hex()) return std::optional<std::uint64_t>(i);
  }
  return std::optional<std::uint64_t>();
}

Result<Digest> digest_of(const Plan& plan, const FileSource& files) {
  TRUEBOUND_TRY(read, read_files(plan, files));
  return crypto::sha256(form_of(plan, read));
}

Result<std::uint64_t> register_plan(const Plan& plan, const FileSource& files, std::uint64_t slots,
                                    ledger::Ledger& ledger, Clock& clock) {
  TRUEBOUND_TRY(read, read_files(plan, files));
  const std::string form = form_of(plan, read);
  const Digest digest = crypto::sha256(form);
  TRUEBOUND_TRY(registered, find_registered(digest, ledger));
  if (registered) return *registered;

  TRUEBOUND_TRY(list, put_files(read, ledger));
  TRUEBOUND_TRY(blob, ledger.put_blob(form));
  const PlanRegister entry{.files = list.hex(),
                           .plan = blob.hex(),
                           .plan_digest = digest.hex(),
                           .slots = slots,
                           .time_ms = clock.time_ms()};
  return ledger.append(ledger::to_line(entry));
}

Result<Frozen> draw_seed(std::uint64_t plan_entry, ledger::Ledger& ledger, Clock& clock) {
  TRUEBOUND_TRY(entry, entry_at<PlanRegister>(ledger, plan_entry));
  if (!entry) {
    return malformed("entry " + std::to_string(plan_entry) +
                     ": expected a plan.register, got another entry");
  }
  TRUEBOUND_TRY(digest, as_evidence(parse_digest(entry->plan_digest)));
  TRUEBOUND_TRY(drawn, find_seed(plan_entry, ledger));
  if (drawn) {
    drawn->plan_digest = digest;
    return *drawn;
  }
  TRUEBOUND_TRY(line, ledger.entry(plan_entry));
  TRUEBOUND_TRY_VOID(ledger.checkpoint());
  TRUEBOUND_CHECK(ledger.checkpoint_size() == ledger.size(), "a checkpoint has all entries");
  const Digest root = ledger.root();
  const SeedDraw draw{.checkpoint_root = root.hex(),
                      .checkpoint_size = ledger.size(),
                      .plan = plan_entry,
                      .seed = seed_of(ledger::leaf_hash(line), root),
                      .time_ms = clock.time_ms()};
  TRUEBOUND_TRY(seed_entry, ledger.append(ledger::to_line(draw)));
  return Frozen{
      .plan_entry = plan_entry, .seed_entry = seed_entry, .seed = draw.seed, .plan_digest = digest};
}

Result<Frozen> freeze(const Plan& plan, const FileSource& files, std::uint64_t slots,
                      ledger::Ledger& ledger, Clock& clock) {
  TRUEBOUND_TRY(plan_entry, register_plan(plan, files, slots, ledger, clock));
  return draw_seed(plan_entry, ledger, clock);
}

Result<std::unique_ptr<FrozenFiles>> FrozenFiles::open(const ledger::Ledger& ledger,
                                                       std::uint64_t plan_entry) {
  const std::string place = "entry " + std::to_string(plan_entry);
  if (plan_entry >= ledger.size()) return malformed(place + ": expected a plan.register, got none");
  TRUEBOUND_TRY(entry, entry_at<PlanRegister>(ledger, plan_entry));
  if (!entry) return malformed(place + ": expected a plan.register, got another entry");
  TRUEBOUND_TRY(name, as_evidence(parse_digest(entry->files)));
  TRUEBOUND_TRY(text, ledger.blob(name));
  const std::string what = "files of " + place;
  TRUEBOUND_TRY(value, as_evidence(json::parse_json(text, what)));
  std::vector<FrozenFile> list;
  if (auto read = json::read_into(list, value, what, "files"); !read.ok()) {
    return malformed(read.error().message);
  }
  if (list.empty()) return malformed(what + ": expected the plan's file first, got no file");
  return std::unique_ptr<FrozenFiles>(new FrozenFiles(ledger, *entry, std::move(list)));
}

Result<std::string> FrozenFiles::read(const std::string& name) const {
  const auto found = std::ranges::find_if(
      list_, [&](const FrozenFile& file) { return file.name == name || file.digest == name; });
  if (found == list_.end()) {
    return invalid_input(text::visible(name, text::Breaks::show) +
                         ": expected a file that is frozen in the ledger, got another");
  }
  TRUEBOUND_TRY(blob, as_evidence(parse_digest(found->blob)));
  TRUEBOUND_TRY(bytes, ledger_.blob(blob));
  if (crypto::sha256(bytes).hex() != found->digest) {
    return mismatch("blob " + found->blob + ": expected the bytes of " + found->name +
                    " by their digest, got others");
  }
  return bytes;
}

std::string FrozenFiles::name_of(const std::string& digest) const {
  const auto found = std::ranges::find(list_, digest, &FrozenFile::digest);
  return found == list_.end() ? digest : found->name;
}

Result<Registered> registered(const ledger::Ledger& ledger, std::uint64_t plan_entry) {
  TRUEBOUND_TRY(files, FrozenFiles::open(ledger, plan_entry));
  const PlanRegister& entry = files->entry();
  TRUEBOUND_TRY(blob, as_evidence(parse_digest(entry.plan)));
  TRUEBOUND_TRY(form, ledger.blob(blob));
  if (crypto::sha256(form).hex() != entry.plan_digest) {
    return mismatch("blob " + entry.plan + ": expected the plan of digest " + entry.plan_digest +
                    ", got another");
  }
  TRUEBOUND_TRY(value, as_evidence(json::parse_json(form, "blob " + entry.plan)));
  TRUEBOUND_TRY(plan, thaw(value));
  const std::string& name = files->list().front().name;
  TRUEBOUND_TRY(text, files->read(name));
  if (auto read = take_over_rest(plan, text, name); !read.ok()) {
    return malformed(read.error().message);
  }
  return Registered{.entry = plan_entry,
                    .plan = std::move(plan),
                    .digest = entry.plan_digest,
                    .slots = entry.slots,
                    .time_ms = entry.time_ms,
                    .files = std::move(files)};
}

Result<std::string> drawn_seed(const ledger::Ledger& ledger, std::uint64_t seed_entry) {
  const std::string place = "entry " + std::to_string(seed_entry);
  if (seed_entry >= ledger.size()) return malformed(place + ": expected a seed.draw, got none");
  TRUEBOUND_TRY(draw, entry_at<SeedDraw>(ledger, seed_entry));
  if (!draw) return malformed(place + ": expected a seed.draw, got another entry");
  TRUEBOUND_TRY_VOID(check_draw(*draw, seed_entry, ledger));
  TRUEBOUND_TRY(entry, entry_at<PlanRegister>(ledger, draw->plan));
  if (!entry) return malformed(place + ": expected the seed of a plan, got one of another entry");
  return draw->seed;
}

}  // namespace truebound::plan
