#include "truebound/attack/attack.h"

#include "truebound/attack/method.h"

namespace truebound::attack {
namespace {

// Every method that exists, a line each; the control first.
const std::vector<Method>& table() {
  static const std::vector<Method> all = {
      direct(), repeated(), base64(), role_play(), prefix_injection(),
  };
  return all;
}

// 0 is A, 25 is Z, 26 is AA.
std::string letters(std::size_t number) {
  std::string text(1, static_cast<char>('A' + number % 26));
  return number < 26 ? text : letters(number / 26 - 1) + text;
}

}  // namespace

Result<std::unique_ptr<Attack>> make(const eval::Specification& specification,
                                     const FileSource& files) {
  std::vector<std::string> known;
  for (const Method& method : table()) {
    if (method.kind.id == specification.id) return method.make(specification, files);
    known.push_back(method.kind.id);
  }
  return invalid_input("attacks: id must be one of " + join(known) + ", got \"" + specification.id +
                       "\"");
}

std::vector<eval::KnownKind> attacks() {
  std::vector<eval::KnownKind> kinds;
  for (const Method& method : table())
    kinds.push_back(method.kind);
  return kinds;
}

std::string render_input(const eval::Sample& sample) {
  std::string text = sample.input;
  for (std::size_t i = 0; i < sample.choices.size(); ++i) {
    text += i == 0 ? "\n\n" : "\n";
    text += letters(i) + ". " + sample.choices[i];
  }
  return text;
}

}  // namespace truebound::attack
