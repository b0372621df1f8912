// Suites: what is read, what is refused, and how both are told.

#include "truebound/suite/suite.h"

#include <gtest/gtest.h>

#include "truebound/suite/builtin.h"
#include "truebound/suite/taxonomy.h"

namespace truebound::suite {
namespace {

TEST(Starter, IsBuiltInWithItsCard) {
  const DiskFiles nowhere("/nonexistent");
  const SuiteSpec spec{.builtin = "starter",
                       .file = "builtin:starter/starter.jsonl",
                       .card = "builtin:starter/card.json",
                       .format = Format::jsonl};
  const Suite suite = read(spec, "starter", BuiltinFiles(nowhere)).value();
  EXPECT_EQ(suite.samples.size(), 220U);
  EXPECT_EQ(suite.card.empty_cells.size(), 2U);
  EXPECT_TRUE(suite.bad_rows.empty());
  EXPECT_EQ(suite.expect_assumed, 0U);
  EXPECT_EQ(suite.unread_columns, std::vector<std::string>{});
}

TEST(Taxonomy, HasTheTwelveHazardsAndFindsSubkeys) {
  EXPECT_EQ(ailuminate().hazards.size(), 12U);
  EXPECT_EQ(ailuminate().find("spc_fin")->key, "spc");
  EXPECT_EQ(ailuminate().find("nothing"), nullptr);
}

}  // namespace
}  // namespace truebound::suite
