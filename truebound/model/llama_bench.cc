// Runs prompts through the engine and tells what it cost; bench/llama-server/compare holds it
// against llama.cpp's own server.
//   truebound_llama_bench MODEL PROMPTS [SEQUENCES [WINDOW [THREADS [MAX_TOKENS]]]]
// PROMPTS has one a line. One JSON object on standard output: seconds of load and of the answers
// (wall and processor), tokens in and out, and peak memory in KiB.

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include <sys/resource.h>

#include "truebound/model/llama_engine.h"

namespace {

using namespace truebound;
using namespace truebound::model;
using Seconds = std::chrono::duration<double>;

struct Total {
  std::mutex mutex;
  std::condition_variable done;
  std::size_t left = 0;
  long tokens_in = 0;
  long tokens_out = 0;
  long failed = 0;
};

std::vector<std::string> read_lines(const char* file) {
  std::ifstream in(file);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);)
    all.push_back(line);
  return all;
}

void answer_all(LlamaEngine& engine, const std::vector<std::string>& prompts, int max_tokens,
                Total& total) {
  total.left = prompts.size();
  for (const std::string& prompt : prompts) {
    engine.submit(
        {.messages = {{"user", prompt}}, .sampling = {.temperature = 0}, .max_tokens = max_tokens},
        [&total](Result<LlamaReply> reply) {
          const std::lock_guard lock(total.mutex);
          if (reply.ok()) {
            total.tokens_in += reply.value().tokens_in;
            total.tokens_out += reply.value().tokens_out;
          } else {
            ++total.failed;
          }
          if (--total.left == 0) total.done.notify_one();
        });
  }
  std::unique_lock lock(total.mutex);
  total.done.wait(lock, [&total] { return total.left == 0; });
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

int argument(int count, char** values, int number, int otherwise) {
  return number < count ? std::atoi(values[number]) : otherwise;
}

}  // namespace

int main(int count, char** values) {
  if (count < 3) {
    std::fputs("truebound_llama_bench MODEL PROMPTS [SEQUENCES [WINDOW [THREADS [MAX_TOKENS]]]]\n",
               stderr);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto engine = LlamaEngine::load(values[1], {.window = argument(count, values, 4, 2048),
                                                    .sequences = argument(count, values, 3, 8),
                                                    .threads = argument(count, values, 5, 0)});
  if (!engine.ok()) {
    std::fprintf(stderr, "%s\n", engine.error().message.c_str());
    return 2;
  }
  const auto loaded = std::chrono::steady_clock::now();
  const double cpu_before = processor_seconds();
  Total total;
  answer_all(*engine.value(), read_lines(values[2]), argument(count, values, 6, 64), total);
  const auto end = std::chrono::steady_clock::now();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"load_s\":%.3f,\"answers_s\":%.3f,\"answers_cpu_s\":%.3f,\"tokens_in\":%ld,"
      "\"tokens_out\":%ld,\"failed\":%ld,\"peak_kib\":%ld}\n",
      Seconds(loaded - begin).count(), Seconds(end - loaded).count(),
      processor_seconds() - cpu_before, total.tokens_in, total.tokens_out, total.failed,
      usage.ru_maxrss);
  return total.failed == 0 ? 0 : 1;
}
