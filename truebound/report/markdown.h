#pragma once

// The page as Markdown (CommonMark with GitHub's tables): the same sections, sentences and numbers
// as in HTML, without the plots, which say nothing that their rows do not say.

#include <string>

#include "truebound/report/page.h"

namespace truebound::report {

std::string markdown(const Page& page);

}  // namespace truebound::report
