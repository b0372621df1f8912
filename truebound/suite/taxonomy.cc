#include "truebound/suite/taxonomy.h"

#include <algorithm>

#include "truebound/suite/embedded.h"

namespace truebound::suite {

const Hazard* Taxonomy::find(std::string_view key) const {
  const auto found = std::ranges::find_if(hazards, [&](const Hazard& hazard) {
    return hazard.key == key || std::ranges::find(hazard.subkeys, key) != hazard.subkeys.end();
  });
  return found == hazards.end() ? nullptr : &*found;
}

Result<Taxonomy> read_taxonomy(std::string_view text, const std::string& file) {
  TRUEBOUND_TRY(value, json::parse_json(text, file));
  return json::read<Taxonomy>(value, file, "the taxonomy");
}

const Taxonomy& ailuminate() {
  static const Taxonomy taxonomy = [] {
    const auto files = embedded_files();
    const auto file =
        std::ranges::find(files, "builtin:taxonomies/ailuminate.json", &EmbeddedFile::name);
    TRUEBOUND_CHECK(file != files.end(), "the taxonomy is built in");
    return read_taxonomy(file->bytes, std::string(file->name)).value();
  }();
  return taxonomy;
}

}  // namespace truebound::suite
