#include "truebound/model/replay.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "truebound/crypto/sha256.h"
#include "truebound/json/fields.h"
#include "truebound/text/lines.h"

namespace truebound::model {
namespace {

using std::chrono::milliseconds;

/// `fail` of a line.
struct RecordedFailure {
  eval::Status status = eval::Status::lost;
  std::string message;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("status"), status, "timeout, lost, rejected or malformed");
    visit("message", message, "what was wrong");
  }
};

/// A line of the recording.
struct Line {
  std::string slot;
  std::optional<std::int64_t> query;
  std::optional<std::string> text;
  std::string thinking;
  eval::Finish finish = eval::Finish::unknown;
  std::optional<std::int64_t> tokens_in;
  std::optional<std::int64_t> tokens_out;
  std::string served = "replay";
  std::optional<RecordedFailure> fail;
  std::optional<std::int64_t> delay_ms;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("slot"), slot, "key of the slot, its first part, id of the sample, or *");
    visit("query", query, "which call within the slot, from 1; absent: all others");
    visit("text", text, "the answer");
    visit("thinking", thinking, "thinking, apart from the answer");
    visit("finish", finish, "why it ended");
    visit("tokens_in", tokens_in, "tokens of the request");
    visit("tokens_out", tokens_out, "tokens of the reply");
    visit("served", served, "id of the model that answered");
    visit("fail", fail, "instead of text: why no reply came");
    visit("delay_ms", delay_ms, "milliseconds until the reply, instead of the model's own");
  }
};

struct Recorded {
  Answer answer;
  std::optional<milliseconds> delay;
  std::size_t line = 0;
};

constexpr std::int64_t every_call = 0;  // the key of a line without `query`

/// The answers of one slot or sample, by the number of the call.
using Calls = std::map<std::int64_t, Recorded>;
using Recording = std::map<std::string, Calls, std::less<>>;

Result<void> check_line(const Line& line, const std::string& place) {
  if (line.text.has_value() == line.fail.has_value()) {
    return invalid_input(place + "expected either text or fail, got " +
                         (line.text ? "both" : "neither"));
  }
  if (line.query && *line.query < 1) {
    return invalid_input(place + "query must be >= 1, got " + std::to_string(*line.query));
  }
  if (line.delay_ms && *line.delay_ms < 0) {
    return invalid_input(place + "delay_ms must be >= 0, got " + std::to_string(*line.delay_ms));
  }
  constexpr std::array possible = {eval::Status::timeout, eval::Status::lost,
                                   eval::Status::rejected, eval::Status::malformed};
  if (line.fail && std::find(possible.begin(), possible.end(), line.fail->status) == possible.end())
    return invalid_input(place + "status must be timeout, lost, rejected or malformed, got " +
                         std::string(to_text(line.fail->status)));
  return {};
}

Recorded recorded(const Line& line, std::size_t number) {
  Recorded made;
  made.line = number;
  if (line.delay_ms) made.delay = milliseconds(*line.delay_ms);
  if (line.fail) {
    made.answer = Failure{.status = line.fail->status, .message = line.fail->message};
  } else {
    made.answer = eval::Reply{.text = *line.text,
                              .thinking = line.thinking,
                              .finish = line.finish,
                              .tokens_in = line.tokens_in,
                              .tokens_out = line.tokens_out,
                              .served = line.served};
  }
  return made;
}

Result<Recording> read_recording(const std::string& bytes, const std::string& file) {
  Recording recording;
  for (const text::Line& at : text::lines(bytes)) {
    const int number = static_cast<int>(at.number);
    TRUEBOUND_TRY(value, json::parse_json(at.text, file, number));
    TRUEBOUND_TRY(line, json::read<Line>(value, file, "a recorded answer"));
    const std::string place = file + ":" + std::to_string(number) + ": ";
    TRUEBOUND_TRY_VOID(check_line(line, place));
    const auto [kept, fresh] = recording[line.slot].try_emplace(line.query.value_or(every_call),
                                                                recorded(line, at.number));
    if (!fresh) {
      return invalid_input(place + "expected one answer for each slot and query, got a second to " +
                           "that of line " + std::to_string(kept->second.line));
    }
  }
  if (recording.empty()) return invalid_input(file + ": expected recorded answers, got none");
  return recording;
}

int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? digit(text[i + 1]) : -1;
    const int low = escape ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

/// The names under which a slot is looked up, the most particular first.
std::vector<std::string> names_of(std::string_view slot_key) {
  const std::string_view first = slot_key.substr(0, slot_key.find('|'));
  const std::string_view sample = first.substr(first.find(':') + 1);  // all of it without a colon
  return {std::string(slot_key), std::string(first), percent_decoded(sample), "*"};
}

/// Not thread-safe, as every model.
class Replay final : public Model {
 public:
  Replay(std::string name, Recording recording, std::string digest, milliseconds delay)
      : Model(std::move(name)),
        recording_(std::move(recording)),
        digest_(std::move(digest)),
        delay_(delay) {}

  json::Value identity() const override {
    return json::Object{{"provider", "replay"}, {"file", digest_}};
  }

  void cancel() override { canceled_ = true; }

 protected:
  Task<Answer> answer(Request request) override {
    const std::int64_t number = count_call(request.slot);
    const Recorded* found = find(request.slot, number);
    if (found == nullptr) {
      co_return Failure{.status = eval::Status::rejected,
                        .message = "the recording has no answer for slot \"" + request.slot +
                                   "\", query " + std::to_string(number)};
    }
    const milliseconds delay = found->delay.value_or(delay_);
    co_await wait(std::min(delay, request.timeout));
    if (canceled_) co_return Failure{.status = eval::Status::canceled, .message = "canceled"};
    if (delay > request.timeout) {
      co_return Failure{
          .status = eval::Status::timeout,
          .message = "no reply in " + std::to_string(request.timeout.count()) + " ms"};
    }
    co_return found->answer;
  }

 private:
  // Slots without an answer of their own for some call need no count: memory then does not grow
  // with their number.
  std::int64_t count_call(const std::string& slot) {
    const std::vector<std::string> names = names_of(slot);
    const bool counts = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      const auto calls = recording_.find(name);
      return calls != recording_.end() && calls->second.rbegin()->first != every_call;
    });
    return counts ? ++calls_[slot] : 1;
  }

  const Recorded* find(const std::string& slot, std::int64_t number) const {
    for (const std::string& name : names_of(slot)) {
      const auto calls = recording_.find(name);
      if (calls == recording_.end()) continue;
      auto found = calls->second.find(number);
      if (found == calls->second.end()) found = calls->second.find(every_call);
      if (found != calls->second.end()) return &found->second;
    }
    return nullptr;
  }

  // In slices, so that cancel() is heard.
  Task<void> wait(milliseconds time) const {
    constexpr milliseconds slice(20);
    while (time > milliseconds(0) && !canceled_) {
      const milliseconds next = std::min(time, slice);
      co_await sleep_for(next);
      time -= next;
    }
  }

  Recording recording_;
  std::string digest_;
  milliseconds delay_;
  std::map<std::string, std::int64_t> calls_;
  bool canceled_ = false;
};

Result<std::unique_ptr<Model>> make_replay(const Casting& casting) {
  const std::string place = "models." + casting.name;
  const std::string file = casting.specification.text("file");
  if (file.empty()) return invalid_input(place + ": expected file, the recorded answers, got none");
  const std::int64_t delay_ms = casting.specification.whole("delay_ms").value_or(0);
  if (delay_ms < 0) {
    return invalid_input(place + ": delay_ms must be >= 0, got " + std::to_string(delay_ms));
  }
  TRUEBOUND_TRY(bytes, casting.files.read(file));
  TRUEBOUND_TRY(recording, read_recording(bytes, file));
  return std::unique_ptr<Model>(std::make_unique<Replay>(
      casting.name, std::move(recording), crypto::sha256(bytes).hex(), milliseconds(delay_ms)));
}

}  // namespace

Provider replay_provider() {
  return {
      .kind = {.id = "replay",
               .about = "answers from a recorded file, JSONL",
               .options = {{.name = "file",
                            .kind = eval::OptionKind::file,
                            .presence = eval::Presence::required,
                            .about = "the recorded answers"},
                           {.name = "delay_ms",
                            .kind = eval::OptionKind::whole,
                            .fallback = 0,
                            .affects = eval::Affects::speed,
                            .about = "milliseconds until a reply, where its line says nothing"}}},
      .make = make_replay};
}

}  // namespace truebound::model
