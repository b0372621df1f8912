// Freezing: what is written in which order, what holds when it is done again, and that what comes
// back from the ledger is what went in.

#include "truebound/plan/freeze.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "truebound/crypto/sha256.h"
#include "truebound/ledger/merkle.h"
#include "truebound/plan/canonical.h"
#include "truebound/plan/plan_cases.h"

namespace truebound::plan {
namespace {

const std::string with_who = std::string(small_plan) +
                             "who: {assessor: Example Ltd}\n"
                             "budget: {calls: 7}\n";

// A ledger in a folder of its own, gone with it.
class Freeze : public testing::Test {
 protected:
  Freeze()
      : folder_(Path(testing::TempDir()) /
                ("freeze-" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    signer_ = std::make_unique<crypto::Signer>(
        crypto::Signer::load_or_create(folder_ / "key", "example.com/test").value());
    ledger_ = ledger::Ledger::open(folder_ / "ledger", *signer_, clock_).value();
  }
  ~Freeze() override {
    ledger_.reset();
    std::filesystem::remove_all(folder_);
  }
  Freeze(const Freeze&) = delete;
  Freeze& operator=(const Freeze&) = delete;

  Plan read_plan(const TextFiles& files) {
    return read(files, "plan.yaml", made_up_catalog()).value();
  }
  json::Value entry(std::uint64_t index) {
    return json::parse_json(ledger_->entry(index).value(), "entry").value();
  }

  Path folder_;
  StepClock clock_{1000};
  std::unique_ptr<crypto::Signer> signer_;
  std::unique_ptr<ledger::Ledger> ledger_;
  const TextFiles files_{
      {{"plan.yaml", with_who}, {"own.csv", "id,input\na,x\n"}, {"answers.jsonl", "{}\n"}}};
};

TEST_F(Freeze, RegistersThenSignsThenDrawsTheSeed) {
  const Plan plan = read_plan(files_);
  const Frozen frozen = freeze(plan, files_, 5, *ledger_, clock_).value();
  ASSERT_EQ(ledger_->size(), 2U);
  EXPECT_EQ(frozen.plan_entry, 0U);
  EXPECT_EQ(frozen.seed_entry, 1U);

  const json::Value registered = entry(0);
  ASSERT_EQ(registered.object()->size(), 6U);
  EXPECT_EQ(*registered.find("t")->text(), "plan.register");
  EXPECT_EQ(*registered.find("slots")->integer(), 5);
  const std::string digest = plan_digest(plan, digest_files(plan, files_).value()).hex();
  EXPECT_EQ(*registered.find("plan_digest")->text(), digest);
  EXPECT_EQ(frozen.plan_digest.hex(), digest);
  const Digest blob = parse_digest(*registered.find("plan")->text()).value();
  EXPECT_EQ(crypto::sha256(ledger_->blob(blob).value()).hex(), digest);

  const json::Value draw = entry(1);
  ASSERT_EQ(draw.object()->size(), 7U);
  EXPECT_EQ(*draw.find("t")->text(), "seed.draw");
  EXPECT_EQ(*draw.find("plan")->integer(), 0);
  EXPECT_EQ(*draw.find("checkpoint_size")->integer(), 1);
  EXPECT_EQ(*draw.find("cosignatures")->integer(), 0);
  // One entry: the root of the tree is its leaf hash.
  const Digest leaf = ledger::leaf_hash(ledger_->entry(0).value());
  EXPECT_EQ(*draw.find("checkpoint_root")->text(), leaf.hex());
  EXPECT_EQ(frozen.seed, crypto::sha256("truebound/seed/v1\n" + leaf.raw() + leaf.raw()).hex());
  EXPECT_EQ(*draw.find("seed")->text(), frozen.seed);
}

TEST_F(Freeze, TheSamePlanAgainIsTheSameEntryAndTheSameSeed) {
  const Plan plan = read_plan(files_);
  const Frozen first = freeze(plan, files_, 5, *ledger_, clock_).value();
  const Frozen again = freeze(plan, files_, 5, *ledger_, clock_).value();
  EXPECT_EQ(ledger_->size(), 2U);
  EXPECT_EQ(again.seed, first.seed);
  EXPECT_EQ(again.plan_entry, first.plan_entry);
  EXPECT_EQ(again.seed_entry, first.seed_entry);
  EXPECT_EQ(again.plan_digest, first.plan_digest);
}

TEST_F(Freeze, AChangedFileIsAnotherPlanWithAnotherSeed) {
  const Plan plan = read_plan(files_);
  const Frozen first = freeze(plan, files_, 5, *ledger_, clock_).value();
  const TextFiles changed(
      {{"plan.yaml", with_who}, {"own.csv", "id,input\na,y\n"}, {"answers.jsonl", "{}\n"}});
  const Frozen second = freeze(plan, changed, 5, *ledger_, clock_).value();
  EXPECT_EQ(second.plan_entry, 2U);
  EXPECT_NE(second.seed, first.seed);
  EXPECT_NE(second.plan_digest, first.plan_digest);
}

TEST_F(Freeze, ARegisteredPlanWaitsForItsSeed) {
  const Plan plan = read_plan(files_);
  EXPECT_EQ(register_plan(plan, files_, 5, *ledger_, clock_).value(), 0U);
  EXPECT_EQ(ledger_->size(), 1U);
  ASSERT_TRUE(ledger_->append(R"({"t":"other"})").ok());
  const Frozen frozen = freeze(plan, files_, 5, *ledger_, clock_).value();
  EXPECT_EQ(frozen.plan_entry, 0U);
  EXPECT_EQ(frozen.seed_entry, 2U);
  EXPECT_EQ(frozen.seed,
            seed_of(ledger::leaf_hash(ledger_->entry(0).value()), ledger_->root_at(2).value()));
  // The checkpoint is older than the ledger by now; the seed is still what it gave.
  EXPECT_EQ(draw_seed(0, *ledger_, clock_).value().seed, frozen.seed);
}

TEST_F(Freeze, AMissingFileWritesNothing) {
  const TextFiles some({{"plan.yaml", with_who}, {"own.csv", "id,input\na,x\n"}});
  const Plan plan = read_plan(some);
  EXPECT_EQ(freeze(plan, some, 5, *ledger_, clock_).error().message,
            "answers.jsonl: expected a file, got none");
  EXPECT_EQ(ledger_->size(), 0U);
  EXPECT_TRUE(ledger_->blobs().list().value().empty());
}

TEST_F(Freeze, ASeedThatWasWrittenInByHandIsFound) {
  const Plan plan = read_plan(files_);
  ASSERT_TRUE(register_plan(plan, files_, 5, *ledger_, clock_).ok());
  ASSERT_TRUE(ledger_
                  ->append(R"({"checkpoint_root":")" + ledger_->root().hex() +
                           R"(","checkpoint_size":1,"cosignatures":0,"plan":0,"seed":")" +
                           std::string(64, '0') + R"(","t":"seed.draw","time_ms":1})")
                  .ok());
  EXPECT_EQ(draw_seed(0, *ledger_, clock_).error().code, ErrorCode::mismatch);
  EXPECT_EQ(drawn_seed(*ledger_, 1).error().code, ErrorCode::mismatch);
}

TEST_F(Freeze, OnlyARegisteredPlanGetsASeed) {
  ASSERT_TRUE(ledger_->append(R"({"t":"other"})").ok());
  EXPECT_EQ(draw_seed(0, *ledger_, clock_).error().code, ErrorCode::malformed);
  EXPECT_EQ(FrozenFiles::open(*ledger_, 0).error().code, ErrorCode::malformed);
  EXPECT_EQ(FrozenFiles::open(*ledger_, 9).error().code, ErrorCode::malformed);
  EXPECT_EQ(drawn_seed(*ledger_, 0).error().code, ErrorCode::malformed);
  EXPECT_EQ(drawn_seed(*ledger_, 9).error().code, ErrorCode::malformed);
}

TEST_F(Freeze, TheFrozenPlanAndItsFilesComeBackFromTheLedger) {
  const Plan plan = read_plan(files_);
  const Frozen frozen = freeze(plan, files_, 5, *ledger_, clock_).value();
  const Registered back = registered(*ledger_, frozen.plan_entry).value();
  const FrozenFiles* files = back.files.get();
  ASSERT_EQ(files->list().size(), 3U);
  EXPECT_EQ(files->list()[0].name, "plan.yaml");
  EXPECT_EQ(files->read("plan.yaml").value(), with_who);
  EXPECT_EQ(files->read("own.csv").value(), "id,input\na,x\n");
  EXPECT_EQ(files->read("other.csv").error().code, ErrorCode::invalid_input);

  EXPECT_EQ(canonical(back.plan, {}), canonical(plan, digest_files(plan, files_).value()));
  EXPECT_EQ(back.digest, frozen.plan_digest.hex());
  EXPECT_EQ(back.slots, 5U);
  EXPECT_EQ(back.plan.who.assessor, "Example Ltd");
  EXPECT_EQ(back.plan.budget.calls, 7U);
  EXPECT_EQ(back.plan.file, "plan.yaml");
  EXPECT_EQ(drawn_seed(*ledger_, frozen.seed_entry).value(), frozen.seed);
  const std::string& by_digest = back.plan.suites[0].specification.file;
  EXPECT_EQ(files->read(by_digest).value(), "id,input\na,x\n");
  EXPECT_EQ(files->name_of(by_digest), "own.csv");

  // The same reader as for the disk gives the plan with its names and all options.
  const Plan reread = read(*files, "plan.yaml", made_up_catalog()).value();
  EXPECT_EQ(plan_digest(reread, digest_files(reread, *files).value()), frozen.plan_digest);
}

// A source whose files change each time that one is read.
class ChangingFiles final : public FileSource {
 public:
  Result<std::string> read(const std::string& /*name*/) const override {
    return std::to_string(++reads_);
  }

 private:
  mutable int reads_ = 0;
};

TEST(SteadyFiles, GiveTheSameBytesAgain) {
  const ChangingFiles changing;
  const SteadyFiles steady(changing);
  EXPECT_EQ(steady.read("a").value(), "1");
  EXPECT_EQ(steady.read("b").value(), "2");
  EXPECT_EQ(steady.read("a").value(), "1");
}

TEST(Seed, DependsOnCosignaturesButNotOnTheirOrder) {
  const Digest a = crypto::sha256("a");
  const Digest b = crypto::sha256("b");
  EXPECT_EQ(seed_of(a, b, {"x", "y"}), seed_of(a, b, {"y", "x"}));
  EXPECT_NE(seed_of(a, b, {"x"}), seed_of(a, b));
  EXPECT_NE(seed_of(a, b), seed_of(b, a));
}

}  // namespace
}  // namespace truebound::plan
