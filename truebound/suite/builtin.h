#pragma once

// What is built into the program: the starter suite with its card and filters, and the taxonomy.
// Built-in files have names such as `builtin:starter/starter.jsonl`, so that a plan's freeze copies
// them into the ledger like any other.

#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/file.h"

namespace truebound::suite {

/// The suites that are built in.
std::vector<std::string> builtin_names();

/// The files that are built in, by their names.
std::vector<std::string> builtin_files();

/// Built-in files by their names, and all others from the disk or wherever `others` looks.
class BuiltinFiles final : public FileSource {
 public:
  /// `others` must outlive this.
  explicit BuiltinFiles(const FileSource& others) : others_(others) {}
  Result<std::string> read(const std::string& name) const override;

 private:
  const FileSource& others_;
};

}  // namespace truebound::suite
