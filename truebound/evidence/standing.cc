#include "truebound/evidence/standing.h"

#include "truebound/evidence/claim.h"

namespace truebound::evidence {
namespace {

bool is_judged(const analyze::Estimate& estimate) {
  return estimate.judge.has_value();
}

// Labels from elsewhere give error rates; those of the run itself need none.
bool has_error_rates(const analyze::Estimate& estimate) {
  return estimate.judge && estimate.judge->sensitivity.size() == 2 &&
         estimate.judge->specificity.size() == 2;
}

std::vector<Assumption> assumptions_of_found(const Claim& claim) {
  return {is_judged(claim.estimate) ? Assumption::labels_right : Assumption::scorer_right};
}

void add_how_decided(const Claim& claim, std::vector<Assumption>& list) {
  if (!is_judged(claim.estimate)) {
    list.push_back(Assumption::scorer_right);
    return;
  }
  // Without a number no label was used.
  if (!claim.estimate.value) return;
  list.push_back(has_error_rates(claim.estimate) ? Assumption::judge_errs_as_on_labels
                                                 : Assumption::labels_drawn_at_random);
  list.push_back(Assumption::labels_right);
}

}  // namespace

std::vector<Assumption> assumptions_of(const Claim& claim) {
  if (claim.kind == ClaimKind::found) return assumptions_of_found(claim);
  std::vector<Assumption> list;
  if (claim.estimate.estimand == eval::Estimand::generalized) {
    list = {Assumption::samples_stand_for_more, Assumption::clusters_independent};
    if (claim.estimate.correlation < 1) list.push_back(Assumption::correlation_as_assumed);
  } else {
    list = {Assumption::answers_drawn_alike};
  }
  add_how_decided(claim, list);
  if (claim.estimate.counts.missing() > 0) list.push_back(Assumption::missing_may_be_anything);
  list.push_back(Assumption::draw_not_chosen);
  list.push_back(Assumption::system_stayed_the_same);
  if (claim.asked == eval::Ask::no_worse_than) list.push_back(Assumption::versions_drawn_apart);
  if (claim.correction == eval::Correction::bh) list.push_back(Assumption::cells_depend_positively);
  return list;
}

std::vector<Defeater> defeaters_of(const Claim& claim) {
  if (claim.kind == ClaimKind::inconclusive) return {};
  const bool labels_count = is_judged(claim.estimate);
  if (claim.kind == ClaimKind::found) {
    std::vector<Defeater> list = {Defeater::evidence_not_verified};
    if (labels_count) list.insert(list.begin(), Defeater::labels_overturned);
    return list;
  }
  std::vector<Defeater> list = {Defeater::another_system};
  if (!claim.expires.value_or("").empty()) list.push_back(Defeater::date_passed);
  // What is shown to happen too often is not undone by trying harder or by having seen the samples.
  if (claim.kind != ClaimKind::rate_above) {
    list.push_back(Defeater::another_attack);
    list.push_back(Defeater::samples_seen);
  }
  if (has_error_rates(claim.estimate)) list.push_back(Defeater::judge_errs_more);
  if (labels_count) list.push_back(Defeater::labels_overturned);
  const bool stands_for_more = claim.estimate.estimand == eval::Estimand::generalized;
  if (stands_for_more && claim.estimate.correlation < 1) list.push_back(Defeater::clusters_alike);
  list.push_back(Defeater::rate_shown_otherwise);
  list.push_back(Defeater::evidence_not_verified);
  return list;
}

}  // namespace truebound::evidence
