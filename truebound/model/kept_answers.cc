#include "truebound/model/kept_answers.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "truebound/crypto/sha256.h"
#include "truebound/json/fields.h"

namespace truebound::model {

std::string KeptAnswers::key(const json::Value& identity, const Request& request,
                             std::size_t calls) const {
  if (request.slot.empty()) return "";
  // The stream is keyed by the run's seed: what a rehearsal under a chosen seed was answered can
  // never stand in an assessment, whose seed is drawn.
  RandomStream stream = request.stream;
  const std::int64_t drawn = (std::int64_t{stream.next_word() >> 12U} << 32U) | stream.next_word();
  json::Value parts = json::Object{{"call", static_cast<std::int64_t>(calls)},
                                   {"identity", identity},
                                   {"messages", json::write(request.messages)},
                                   {"slot", request.slot},
                                   {"stream", drawn}};
  if (request.temperature) parts.set("temperature", *request.temperature);
  if (request.top_p) parts.set("top_p", *request.top_p);
  if (request.max_tokens) parts.set("max_tokens", *request.max_tokens);
  return crypto::sha256("truebound/answer/v1\n" + json::canonical(parts)).hex();
}

std::optional<eval::Reply> KeptAnswers::find(const std::string& key) const {
  std::error_code failed;
  if (key.empty() || !std::filesystem::exists(path(key), failed)) return std::nullopt;
  const auto bytes = read_file(path(key));
  if (!bytes.ok()) return std::nullopt;
  const auto value = json::parse_json(bytes.value(), key);
  if (!value.ok()) return std::nullopt;
  const auto reply = json::read<eval::Reply>(value.value(), key, "the reply");
  if (!reply.ok()) return std::nullopt;
  return reply.value();
}

void KeptAnswers::keep(const std::string& key, const eval::Reply& reply) const {
  if (key.empty()) return;
  std::error_code failed;
  const Path file = path(key);
  std::filesystem::create_directories(file.parent_path(), failed);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, failed);
  const Result<void> written = write_file(file, json::canonical(json::write(reply)));
  static_cast<void>(written.ok());
}

}  // namespace truebound::model
