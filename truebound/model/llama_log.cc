#include "truebound/model/llama_log.h"

#include <mutex>

#include <llama.h>

namespace truebound::model {
namespace {

thread_local LlamaLog* current = nullptr;

}  // namespace

struct LlamaLogSink {
  static void take(ggml_log_level level, const char* text, void*) {
    if (level != GGML_LOG_LEVEL_ERROR || current == nullptr) return;
    std::string line = text;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' '))
      line.pop_back();
    if (!line.empty()) current->last_ = line;
  }
};

LlamaLog::LlamaLog() : outer_(current) {
  static std::once_flag once;
  std::call_once(once, [] { llama_log_set(LlamaLogSink::take, nullptr); });
  current = this;
}

LlamaLog::~LlamaLog() {
  current = outer_;
}

std::string LlamaLog::reason() const {
  std::string line = last_.empty() ? "no reason given" : last_;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

}  // namespace truebound::model
