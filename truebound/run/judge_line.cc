#include "truebound/run/judge_line.h"

#include <utility>
#include <variant>

namespace truebound::run {

JudgeLine::JudgeLine(Clock& clock, JudgeAccount* account)
    : account_(account), tape_(clock, account == nullptr ? nullptr : &account->allowance) {
  if (account != nullptr) before_ = account->allowance.spent();
}

Task<model::Answer> JudgeLine::ask(model::Model& model, model::Request request) {
  failure_.reset();
  if (account_ != nullptr) {
    account_->about.most = model.most(request) * model.most_tries();
    const Result<std::uint64_t> open = account_->record.open_verdict(account_->about);
    if (!open.ok()) {
      broken_ = open.error();
      failure_ = model::Failure{.status = eval::Status::canceled, .message = "not asked"};
      co_return *failure_;
    }
    opens_.push_back(open.value());
  }
  model::Answer got = co_await model.ask(eval::CallRole::verdict, std::move(request), tape_);
  if (const auto* failure = std::get_if<model::Failure>(&got)) failure_ = *failure;
  co_return got;
}

std::optional<eval::Call> JudgeLine::call() const {
  if (tape_.calls().empty()) return std::nullopt;
  return tape_.calls().back();
}

std::optional<eval::Spent> JudgeLine::spent() const {
  if (account_ == nullptr) return std::nullopt;
  return account_->allowance.spent() - before_;
}

std::optional<std::vector<std::uint64_t>> JudgeLine::opens() const {
  if (opens_.empty()) return std::nullopt;
  return opens_;
}

Result<void> JudgeLine::lose() {
  if (opens_.empty()) return {};
  return account_->record.lose_verdict({.opens = opens_, .spent = *spent()});
}

}  // namespace truebound::run
