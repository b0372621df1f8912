#pragma once

// Files of this folder that are built into the program as text.

#include "truebound/report/own.h"

namespace truebound::report {

/// report.css
Own style_sheet();
/// marks.svg: grid, patterns and icons that plots refer to.
Own shared_marks();

}  // namespace truebound::report
