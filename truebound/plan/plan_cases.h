#pragma once

// What the tests of this room share: files in memory, and a catalog of kinds made up for them.

#include <map>
#include <string>

#include "truebound/core/file.h"
#include "truebound/eval/specification.h"

namespace truebound::plan {

/// Files in memory, by name.
class TextFiles final : public FileSource {
 public:
  explicit TextFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  Result<std::string> read(const std::string& name) const override {
    const auto found = files_.find(name);
    if (found == files_.end()) return invalid_input(name + ": expected a file, got none");
    return found->second;
  }

 private:
  std::map<std::string, std::string> files_;
};

inline const eval::Catalog& made_up_catalog() {
  using eval::OptionKind;
  static const eval::Catalog known{
      .providers = {{.id = "replay",
                     .options = {{.name = "file",
                                  .kind = OptionKind::file,
                                  .presence = eval::Presence::required},
                                 {.name = "threads",
                                  .kind = OptionKind::whole,
                                  .fallback = 2,
                                  .affects = eval::Affects::speed}}},
                    {.id = "endpoint",
                     .options = {{.name = "url", .presence = eval::Presence::required},
                                 {.name = "name"},
                                 {.name = "headers", .kind = OptionKind::mapping},
                                 {.name = "price",
                                  .kind = OptionKind::mapping,
                                  .affects = eval::Affects::speed}}}},
      .safeguards = {{.id = "system_prompt", .options = {{.name = "text"}}},
                     {.id = "input_filter",
                      .options = {{.name = "patterns", .kind = OptionKind::file},
                                  {.name = "words", .kind = OptionKind::texts}}},
                     {.id = "model_filter", .options = {{.name = "model"}}}},
      .judges = {{.id = "rules",
                  .options = {{.name = "calibration", .fallback = "after"},
                              {.name = "cut", .kind = OptionKind::decimal, .fallback = 0.5}}},
                 {.id = "rubric",
                  .options = {{.name = "model", .presence = eval::Presence::required},
                              {.name = "rubric", .kind = OptionKind::file},
                              {.name = "calibration", .fallback = "after"}}}},
      .attacks = {{.id = "direct"},
                  {.id = "base64", .options = {{.name = "instruction", .fallback = "with"}}}},
      .suites = {"starter"}};
  return known;
}

/// The shortest plan that can be read.
inline const char* const small_plan =
    "truebound: plan/1\n"
    "models: {m: {provider: replay, file: answers.jsonl}}\n"
    "suites: {own: {file: own.csv}}\n";

}  // namespace truebound::plan
