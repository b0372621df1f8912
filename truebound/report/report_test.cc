#include "truebound/report/report.h"

#include <gtest/gtest.h>

#include "truebound/report/report_cases.h"

namespace truebound::report {
namespace {

TEST(Report, TheSameDossierGivesTheSameBytes) {
  for (const Format format : {Format::html, Format::markdown, Format::json}) {
    EXPECT_EQ(render(cases::uncalibrated(), format), render(cases::uncalibrated(), format));
    EXPECT_NE(render(cases::uncalibrated(), format), render(cases::calibrated(), format));
  }
}

}  // namespace
}  // namespace truebound::report
