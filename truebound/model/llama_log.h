#pragma once

// What llama.cpp says while it works, kept from the terminal: it logs through one function for the
// whole process, from any thread.

#include <string>

namespace truebound::model {

/// While one lives, the last error that llama.cpp logs in this thread is kept.
class LlamaLog {
 public:
  LlamaLog();
  ~LlamaLog();
  LlamaLog(const LlamaLog&) = delete;
  LlamaLog& operator=(const LlamaLog&) = delete;

  /// The last error in one line, or `no reason given`.
  std::string reason() const;

 private:
  std::string last_;
  LlamaLog* outer_;

  friend struct LlamaLogSink;
};

}  // namespace truebound::model
