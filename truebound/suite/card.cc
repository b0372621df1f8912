#include "truebound/suite/card.h"

namespace truebound::suite {

Result<Card> read_card(std::string_view text, const std::string& file) {
  TRUEBOUND_TRY(value, json::parse_json(text, file));
  TRUEBOUND_TRY(card, json::read<Card>(value, file, "the card"));
  if (card.truebound != "suite/1") {
    return json::wrong(file, value.line(), "truebound must be suite/1, got " + card.truebound);
  }
  return card;
}

}  // namespace truebound::suite
