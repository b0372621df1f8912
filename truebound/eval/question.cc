#include "truebound/eval/question.h"

#include <algorithm>
#include <utility>

namespace truebound::eval {

std::vector<Cell> cells_of(const Question& question, const Levels& levels) {
  std::vector<Cell> cells = {{.name = question.name, .where = question.where}};
  for (const std::string& factor : question.by) {
    const auto found = levels.find(factor);
    if (found == levels.end()) continue;
    std::vector<Cell> finer;
    for (const Cell& cell : cells) {
      for (const std::string& level : found->second) {
        Cell part = cell;
        part.name += "/" + factor + "=" + level;
        part.where[factor] = level;
        finer.push_back(std::move(part));
      }
    }
    cells = std::move(finer);
  }
  return cells;
}

bool is_gate(const Question& question, const std::map<std::string, std::string>& where) {
  if (question.gate.empty()) return false;
  if (question.gate == "all") return true;
  return std::ranges::any_of(question.by, [&](const std::string& factor) {
    const auto level = where.find(factor);
    return level != where.end() && level->second == question.gate;
  });
}

}  // namespace truebound::eval
