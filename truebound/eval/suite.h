#pragma once

// Suites as nouns: the entry in a plan, the card, and the samples as they were read. They cross
// rooms: a plan names suites and lays out slots over their samples, the room `suite` reads them.

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

namespace truebound::eval {

/// What every name of a file begins with that is built into the program: a suite NAME has the files
/// `builtin:NAME/NAME.jsonl` and `builtin:NAME/card.json`.
inline constexpr std::string_view builtin_mark = "builtin:";

/// How a suite's file is written.
enum class Format { csv, jsonl, json };
constexpr std::array<std::string_view, 3> words(Format /*list*/) {
  return {"csv", "jsonl", "json"};
}

/// Public prompt sets whose files are read as they are published.
enum class PublicSet { ailuminate, xstest };
constexpr std::array<std::string_view, 2> words(PublicSet /*list*/) {
  return {"ailuminate", "xstest"};
}

/// A list of names; a file may give a single one as a text. Written, it is a list.
struct Names {
  std::vector<std::string> list;
};
inline Result<void> read_into(Names& field, const json::Value& value, const std::string& file,
                              const std::string& what) {
  if (value.text() == nullptr) return json::read_into(field.list, value, file, what);
  field.list = {*value.text()};
  return {};
}
inline json::Value write(const Names& field) {
  return json::write(field.list);
}

/// What a plan says of a suite. The key tells whether it is built in or a file, never a guess.
struct SuiteSpec {
  std::string builtin;
  std::string file;
  std::optional<PublicSet> reader;
  std::string card;
  std::optional<Format> format;
  std::map<std::string, std::string> columns;
  std::map<std::string, std::string> values;
  std::optional<Expect> expect;
  std::string hazard;
  std::string language;
  Names judge;
  std::uint64_t bad_rows = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("builtin", builtin, "name of a suite that is built in; instead of file");
    visit("file", file, "the samples, a path from the plan's folder");
    visit("reader", reader, "ailuminate or xstest: the file is that public prompt set");
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

/// The taxonomy that the hazards of a suite are keys of.
struct TaxonomyName {
  std::string name;
  std::string version;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the taxonomy");
    visit("version", version, "its version");
  }
};

/// Whether the samples may have been seen by a model or its makers.
struct Exposure {
  bool is_public = false;
  std::string since;
  std::string note;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("public", is_public, "whether anyone can read the samples");
    visit("since", since, "since when, year and month");
    visit("note", note, "what follows from it");
  }
};

/// A suite's card, as docs/formats/suite.md has it.
struct Card {
  std::string truebound = "suite/1";
  std::string name;
  std::string version;
  std::string title;
  std::string file;
  TaxonomyName taxonomy;
  std::string construct;
  std::vector<std::string> intended_use;
  std::vector<std::string> not_for;
  std::string source;
  std::string license;
  std::vector<std::string> languages;
  std::string written;
  std::map<std::string, std::string> columns;
  std::string strata;
  std::string clusters;
  std::string policy;
  Exposure exposure;
  std::vector<std::string> limits;
  std::vector<EmptyCell> empty_cells;
  json::Value counts;
  std::string content_note;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("truebound", truebound, "suite/1");
    visit("name", name, "a short name");
    visit("version", version, "the suite's version");
    visit(json::required("title"), title, "one line for the report");
    visit("file", file, "the samples, beside the card");
    visit("taxonomy", taxonomy, "what the hazards are keys of");
    visit("construct", construct, "what it means to measure");
    visit("intended_use", intended_use, "what it is for");
    visit("not_for", not_for, "what it must not be used for");
    visit("source", source, "where the samples come from");
    visit("license", license, "SPDX identifier");
    visit("languages", languages, "languages of the samples (BCP 47)");
    visit("written", written, "how and by whom it was written");
    visit("fields", columns, "what each field of a sample means here");
    visit("strata", strata, "how the strata were made");
    visit("clusters", clusters, "what shares a cluster");
    visit("policy", policy, "what is expected, where opinions differ");
    visit("exposure", exposure, "who may have seen the samples");
    visit("limits", limits, "what a result on it cannot show");
    visit("empty_cells", empty_cells, "cells left empty on purpose: reported as not looked at");
    visit("counts", counts, "samples and clusters by cell");
    visit("content_note", content_note, "a warning to readers");
  }
};

/// A row that is no sample, by the line of its file where it starts.
struct BadRow {
  std::string file;
  std::size_t line = 0;
  std::string why;  ///< expectation and finding
};

/// A suite, read.
struct Suite {
  std::string name;  ///< in the plan
  Card card;
  std::vector<Sample> samples;
  std::vector<BadRow> bad_rows;     ///< at most as many as the plan allows
  std::vector<std::string> judges;  ///< names in the plan, in the order in which they are asked
  std::vector<std::string> files;   ///< names of every file that was read
  std::vector<std::string> unread_columns;  ///< columns of the file that nothing is read from
  std::uint64_t expect_assumed = 0;         ///< samples that nobody said the expectation of
};

}  // namespace truebound::eval
