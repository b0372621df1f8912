#pragma once

// Folder: suites, the samples of an assessment with the card that says what they are for. Readers
// of CSV, JSON and JSONL, one's own columns mapped; the suites and taxonomies that are built in.
//
// This header: the entry of a suite in a plan.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/sample.h"
#include "truebound/json/fields.h"

namespace truebound::suite {

/// How a suite's file is written.
enum class Format { csv, jsonl, json };
constexpr std::array<std::string_view, 3> words(Format /*list*/) {
  return {"csv", "jsonl", "json"};
}

/// A list of names; a file may give a single one as a text. Written, it is a list.
struct Names {
  std::vector<std::string> list;
};
Result<void> read_into(Names& field, const json::Value& value, const std::string& file,
                       const std::string& what);
json::Value write(const Names& field);

/// What a plan says of a suite. The key tells whether it is built in or a file, never a guess.
struct SuiteSpec {
  std::string builtin;
  std::string file;
  std::string card;
  std::optional<Format> format;
  std::map<std::string, std::string> columns;
  std::map<std::string, std::string> values;
  std::optional<eval::Expect> expect;
  std::string hazard;
  std::string language;
  Names judge;
  std::uint64_t bad_rows = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("builtin", builtin, "name of a suite that is built in; instead of file");
    visit("file", file, "the samples, a path from the plan's folder");
    visit("card", card, "the suite's card, a JSON file; optional for a suite of one's own");
    visit("format", format, "csv, jsonl or json; by default from the file's ending");
    visit("columns", columns, "our field to the column that holds it, such as input: text");
    visit("values", values, "words of the expect column to refuse, answer or target");
    visit("expect", expect, "what every sample expects that does not say so itself");
    visit("hazard", hazard, "the hazard of every sample that does not name one itself");
    visit("language", language, "the language of every sample that does not name one itself");
    visit("judge", judge, "judges, the next one where the first is undecided; default: all");
    visit("bad_rows", bad_rows, "rows that may be bad; they are counted and named all the same");
  }
};

/// Fills in what a plan may leave out: the files of a built-in suite, the format of a file. Done
/// once, before a plan is frozen; `read` expects it.
/// @param place  `plan.yaml:14`, for messages
/// @error invalid_input  neither or both of builtin and file, an unknown built-in suite, an ending
///        that tells no format, a column or value that does not exist
Result<void> complete(SuiteSpec& spec, const std::string& place);

}  // namespace truebound::suite
