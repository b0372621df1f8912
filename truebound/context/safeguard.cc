#include "truebound/context/safeguard.h"

#include "truebound/context/safeguard_kind.h"

namespace truebound::context {
namespace {

// Every kind that exists, a line each.
const std::vector<SafeguardKind>& table() {
  static const std::vector<SafeguardKind> all = {
      system_prompt_kind(),
      input_filter_kind(),
      output_filter_kind(),
  };
  return all;
}

}  // namespace

std::string Safeguard::system_text() const {
  return {};
}

Task<std::optional<Stop>> Safeguard::check_request(const eval::Conversation& /*messages*/,
                                                   model::Tape& /*tape*/) const {
  co_return std::nullopt;
}

Task<std::optional<Stop>> Safeguard::check_reply(const eval::Reply& /*reply*/,
                                                 model::Tape& /*tape*/) const {
  co_return std::nullopt;
}

Result<std::unique_ptr<Safeguard>> make_safeguard(const std::string& name,
                                                  const eval::Specification& specification,
                                                  const FileSource& files) {
  const std::string place = "safeguards." + name + ": ";
  // A stop is counted under the safeguard's name, and these count something else.
  if (name == "none" || name == "provider") {
    return invalid_input(place + "expected a name other than the layers none and provider");
  }
  std::vector<std::string> known;
  for (const SafeguardKind& kind : table()) {
    if (kind.kind.id == specification.id) {
      return kind.make({.name = name, .specification = specification, .files = files});
    }
    known.push_back(kind.kind.id);
  }
  return invalid_input(place + "kind must be one of " + join(known) + ", got \"" +
                       specification.id + "\"");
}

std::vector<eval::KnownKind> safeguards() {
  std::vector<eval::KnownKind> kinds;
  for (const SafeguardKind& kind : table())
    kinds.push_back(kind.kind);
  return kinds;
}

}  // namespace truebound::context
