#pragma once

// Freezing a plan: its canonical form and every file that it names go into the ledger, and only
// then is the seed drawn, so that nobody can fit the plan to the seed. Later stages read the frozen
// files, never the disk. docs/formats/plan.md

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/json/fields.h"
#include "truebound/ledger/ledger.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// The entry by which a plan is registered. `<c>` is a blob's name, 64 hexadecimal digits.
struct PlanRegister {
  static constexpr const char* type = "plan.register";
  std::string files;
  std::string plan;
  std::string plan_digest;
  std::uint64_t slots = 0;
  std::int64_t time_ms = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("files"), files, "<c>: the list of the files that the plan names");
    visit(json::required("plan"), plan, "<c>: the plan's canonical form");
    visit(json::required("plan_digest"), plan_digest, "SHA-256 of the canonical form");
    visit(json::required("slots"), slots, "how many slots it has");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// The entry by which the seed of a registered plan is drawn.
struct SeedDraw {
  static constexpr const char* type = "seed.draw";
  std::string checkpoint_root;
  std::uint64_t checkpoint_size = 0;
  std::uint64_t cosignatures = 0;
  std::uint64_t plan = 0;
  std::string seed;
  std::int64_t time_ms = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("checkpoint_root"), checkpoint_root, "root of the checkpoint, in hex");
    visit(json::required("checkpoint_size"), checkpoint_size, "entries that the checkpoint has");
    visit(json::required("cosignatures"), cosignatures, "cosignatures that went into the seed");
    visit(json::required("plan"), plan, "index of the plan.register");
    visit(json::required("seed"), seed, "64 hexadecimal digits");
    visit(json::required("time_ms"), time_ms, "UTC");
  }
};

/// One file of the list that `files` names. The first is the plan's own.
struct FrozenFile {
  std::string name;
  std::string digest;
  std::string blob;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("name"), name, "as the plan names it");
    visit(json::required("digest"), digest, "SHA-256 of its bytes");
    visit(json::required("blob"), blob, "<c>: its bytes");
  }
};

/// A plan's place in a ledger.
struct Frozen {
  std::uint64_t plan_entry = 0;  ///< index of plan.register
  std::uint64_t seed_entry = 0;  ///< index of seed.draw
  std::string seed;              ///< 64 hexadecimal digits
  Digest plan_digest;
};

/// Files as they were first read: whoever reads one again gets the same bytes, whatever the disk
/// holds by then. What is frozen is then what was checked. One thread at a time.
class SteadyFiles final : public FileSource {
 public:
  /// `files` must outlive this.
  explicit SteadyFiles(const FileSource& files) : files_(files) {}
  Result<std::string> read(const std::string& name) const override;

 private:
  const FileSource& files_;
  mutable std::map<std::string, std::string> kept_;
};

/// The digest by which a plan with its files is known: SHA-256 of its canonical form.
/// @error invalid_input  a file is missing
Result<Digest> digest_of(const Plan& plan, const FileSource& files);

/// Registers a plan: blobs of its canonical form and its files, then `plan.register`. Where this
/// ledger has the same plan digest already, that entry holds and nothing is written.
/// @param slots  as count() gives it
/// @return the index of the plan.register
/// @error invalid_input  a file is missing; nothing was written
/// @error stopped        the disk is full or failed
/// @error malformed      a plan.register in the ledger is none
Result<std::uint64_t> register_plan(const Plan& plan, const FileSource& files, std::uint64_t slots,
                                    ledger::Ledger& ledger, Clock& clock);

/// Draws the seed of a registered plan: signs a checkpoint and appends `seed.draw`. A plan has one
/// seed: where it has been drawn, that one holds.
/// @error malformed  the entry is no plan.register
/// @error mismatch   the seed that the ledger has is not the one that its entries give
/// @error stopped    the disk is full or failed
Result<Frozen> draw_seed(std::uint64_t plan_entry, ledger::Ledger& ledger, Clock& clock);

/// Registers a plan and draws its seed. Beyond this, nothing that affects a result can change.
/// @error as register_plan and draw_seed
Result<Frozen> freeze(const Plan& plan, const FileSource& files, std::uint64_t slots,
                      ledger::Ledger& ledger, Clock& clock);

/// The seed that a plan's entry and a checkpoint give: SHA-256("truebound/seed/v1\n" + the entry's
/// leaf hash + the checkpoint's root + the cosignatures, sorted), in hex. Digests go in as 32
/// bytes.
std::string seed_of(const Digest& plan_leaf, const Digest& checkpoint_root,
                    std::vector<std::string> cosignatures = {});

/// The index of the plan.register with this digest, or nothing. Looks at every entry.
/// @error malformed  a plan.register that is none
Result<std::optional<std::uint64_t>> find_registered(const Digest& plan_digest,
                                                     const ledger::Ledger& ledger);

/// The files that a plan.register froze, by their names in the plan or by their digests.
class FrozenFiles final : public FileSource {
 public:
  /// The ledger must outlive the files.
  /// @error malformed              the entry is no plan.register, or its list is none
  /// @error incomplete and others  as Ledger::blob
  static Result<std::unique_ptr<FrozenFiles>> open(const ledger::Ledger& ledger,
                                                   std::uint64_t plan_entry);

  /// A file's bytes.
  /// @error invalid_input          it was not frozen
  /// @error incomplete             its blob is withheld or lost
  /// @error mismatch               the blob holds other bytes than the list says
  Result<std::string> read(const std::string& name) const override;

  /// All files, the plan's own first.
  const std::vector<FrozenFile>& list() const { return list_; }
  const PlanRegister& entry() const { return entry_; }
  /// The name of a file by its digest, as the plan gave it; the digest itself where there is none.
  std::string name_of(const std::string& digest) const;

 private:
  FrozenFiles(const ledger::Ledger& ledger, PlanRegister entry, std::vector<FrozenFile> list)
      : ledger_(ledger), entry_(std::move(entry)), list_(std::move(list)) {}

  const ledger::Ledger& ledger_;
  PlanRegister entry_;
  std::vector<FrozenFile> list_;
};

/// A registered plan with its files, as the ledger has them.
struct Registered {
  std::uint64_t entry = 0;  ///< index of plan.register
  /// From the canonical form, with `who` and `budget` from the plan's own file. Its files are named
  /// by their digests; options that affect speed only are not there.
  Plan plan;
  std::string digest;  ///< SHA-256 of the canonical form, in hex
  std::uint64_t slots = 0;
  std::int64_t time_ms = 0;
  std::unique_ptr<FrozenFiles> files;
};

/// Reads a registered plan back. The ledger must outlive it.
/// @error malformed  the entry is no plan.register, or a blob is not what it must be
/// @error mismatch   the canonical form does not have the digest of the entry
/// @error incomplete and others  as Ledger::blob
Result<Registered> registered(const ledger::Ledger& ledger, std::uint64_t plan_entry);

/// The seed of a seed.draw, checked against the plan's entry and the checkpoint that it names.
/// @error malformed  the entry is no seed.draw, or names no plan.register before its checkpoint
/// @error mismatch   the seed is not the one that they give
Result<std::string> drawn_seed(const ledger::Ledger& ledger, std::uint64_t seed_entry);

}  // namespace truebound::plan
