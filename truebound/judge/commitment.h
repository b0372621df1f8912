#pragma once

// Where an answer commits itself: after a marker ("Answer:"), in a box, after `####`. What a model
// runs on with afterwards, such as a further question that it makes up, is no part of its answer.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace truebound::judge {

/// How an answer commits itself. `label` ends in a colon or the like ("Answer: B"), `phrase` does
/// not
/// ("the answer is B"), `hint` lacks the word for an answer ("so it must be B"), `box` is LaTeX's,
/// `hash` is `####`.
enum class CommitmentKind { label, phrase, hint, box, hash };

/// One commitment: where the marker begins and what stands after it.
struct Commitment {
  CommitmentKind kind = CommitmentKind::label;
  std::size_t begin = 0;    ///< of the marker, in bytes
  std::size_t content = 0;  ///< where what follows the marker begins
  std::size_t end = 0;      ///< where it ends: the line's end, or the box's
  bool starts_line = false;
};

/// All commitments of a text, in its order. Markers are known in some thirty languages.
std::vector<Commitment> commitments_in(std::string_view text);

/// The text up to where it starts a new question after having committed itself, or after no more
/// than three words, which are taken for its answer.
std::string_view before_run_on(std::string_view text);

/// Whether a text takes back what stood before it ("wait", "that was wrong").
bool takes_back(std::string_view text);

}  // namespace truebound::judge
