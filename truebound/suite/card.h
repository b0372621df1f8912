#pragma once

// The card of a suite: what it measures, what it is for and not for, its source, license, limits
// and exposure. A report repeats it, so that a number is not read as more than the suite can carry.

#include <map>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/sample.h"
#include "truebound/json/fields.h"

namespace truebound::suite {

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
  std::vector<eval::EmptyCell> empty_cells;
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

/// A card from its JSON.
/// @error invalid_input  `file:line: ...`
Result<Card> read_card(std::string_view text, const std::string& file);

}  // namespace truebound::suite
