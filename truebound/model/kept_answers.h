#pragma once

// Replies kept from earlier runs, so that a run can be repeated without asking again. A reply
// belongs to its slot and its place among the calls of the attempt, never to the words of a prompt
// alone: five epochs of one sample have five replies.

#include <cstddef>
#include <optional>
#include <string>

#include "truebound/core/file.h"
#include "truebound/eval/conversation.h"
#include "truebound/json/value.h"
#include "truebound/model/model.h"

namespace truebound::model {

/// A folder of replies, a file each, for the user alone.
class KeptAnswers {
 public:
  explicit KeptAnswers(Path folder) : folder_(std::move(folder)) {}

  /// The name of a reply: SHA-256 of who is asked, what, in which slot, from which random stream
  /// (so, in runs of which seed), and as which call of its attempt. Empty where the request is of
  /// no slot: its reply is not kept.
  std::string key(const json::Value& identity, const Request& request, std::size_t calls) const;
  /// The reply kept under a key, or nothing; a file that cannot be read is no reply.
  std::optional<eval::Reply> find(const std::string& key) const;
  /// Keeps a reply. Where the folder cannot be written, the run goes on without.
  void keep(const std::string& key, const eval::Reply& reply) const;

 private:
  Path path(const std::string& key) const { return folder_ / key.substr(0, 2) / (key + ".json"); }

  Path folder_;
};

}  // namespace truebound::model
