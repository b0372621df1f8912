// Property: whatever the bytes, reading them as a segment ends, and what is read is what would be
// written: each record gives its own bytes again, the entries of a record give its data, an entry
// that passes is what the canonical writer makes of it. Where reading stops without a valid record
// after it (a torn end), the records before it are all that any suffix of the bytes holds.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "truebound/core/check.h"
#include "truebound/json/value.h"
#include "truebound/ledger/entry.h"
#include "truebound/ledger/segment.h"

namespace truebound::ledger {
namespace {

void check_data(const Record& record) {
  if (record.type == RecordType::header) {
    static_cast<void>(key_of_header(record.data, "header"));
    return;
  }
  const auto entries = split_entries(record.data, "record");
  if (!entries.ok()) return;
  std::string joined;
  for (const std::string_view entry : entries.value()) {
    if (!joined.empty()) joined += '\n';
    joined += entry;
    if (!check_entry(entry).ok()) continue;
    const json::Value value = json::parse_json(entry, "entry").value();
    TRUEBOUND_CHECK(json::canonical(value) == entry, "an entry is its canonical form");
    TRUEBOUND_CHECK(entry.find('\n') == entry.npos, "an entry is one line");
  }
  TRUEBOUND_CHECK(joined == record.data, "entries give the data of their record");
}

void check_segment(std::string_view bytes) {
  std::string_view rest = bytes;
  while (const std::optional<Record> record = read_record(rest)) {
    TRUEBOUND_CHECK(write_record(record->type, record->data) == rest.substr(0, record->size),
                    "a record gives its own bytes again");
    check_data(*record);
    rest.remove_prefix(record->size);
  }
  if (has_record_within(rest)) return;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    TRUEBOUND_CHECK(!read_record(rest.substr(at)), "a torn end holds no record");
  }
}

}  // namespace
}  // namespace truebound::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  truebound::ledger::check_segment(text);
  // Random bytes never meet a checksum: the entries are also looked at without one.
  if (text.empty() || text.size() > truebound::ledger::max_record_data) return 0;
  truebound::ledger::check_segment(
      truebound::ledger::write_record(truebound::ledger::RecordType::entries, text));
  truebound::ledger::check_segment(
      truebound::ledger::write_record(truebound::ledger::RecordType::header, text));
  return 0;
}
