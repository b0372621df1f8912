#pragma once

// The page as one HTML file: no script, no fetch, opened from disk, printed on A4. Text of models,
// users and suites comes in as text alone (piece.h).

#include <string>

#include "truebound/report/page.h"
#include "truebound/report/piece.h"

namespace truebound::report {

std::string html(const Page& page);

// The parts of it.
Piece html_of(const Sentence& sentence);
Piece html_of(const Table& table);
Piece html_of(const Facts& facts);
Piece html_of(const Fold& fold);
/// The `id` of a part of the page.
Own id_of(Place place);

}  // namespace truebound::report
