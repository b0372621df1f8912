// truebound explain METHOD: the page of a method, so that nobody must trust a number unexplained.

#include <algorithm>

#include <fmt/format.h>

#include "truebound/analyze/methods.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/pages.h"
#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/json/value.h"

namespace truebound::cli {
namespace {

Error unknown(const std::string& name) {
  std::vector<std::string> known;
  for (const Page& page : method_pages())
    known.emplace_back(page.name);
  const auto near = nearest(name, known);
  return invalid_input("explain: there is no page for " + name + "; " +
                       (near ? "did you mean " + *near + "?" : "there are " + join(known)));
}

json::Object told(const Page& page) {
  json::Object object = {{"method", page.name}, {"page", page.text}};
  // A page may explain what no method of that name runs.
  if (const analyze::Method* method = analyze::method_of(page.name)) {
    object.emplace_back("columns", method->columns);
    object.emplace_back("about", method->about);
    json::List options;
    for (const std::string& option : analyze::words_of(method->options))
      options.emplace_back(option);
    object.emplace_back("options", std::move(options));
  }
  return object;
}

std::string in_words(const Page& page) {
  std::string text(page.text);
  if (const analyze::Method* method = analyze::method_of(page.name)) {
    text += fmt::format("\nColumns: {}\nOptions: {}\n", method->columns,
                        dashed(analyze::words_of(method->options)));
  }
  return text;
}

}  // namespace

Result<int> explain(const ExplainArguments& arguments, const Invocation& invocation) {
  if (arguments.method.empty()) {
    json::List names;
    for (const Page& page : method_pages())
      names.emplace_back(page.name);
    TRUEBOUND_TRY_VOID(
        deliver(invocation, invocation.output == Output::json
                                ? json::pretty(json::Object{{"pages", std::move(names)}}) + "\n"
                                : methods_in_words()));
    return 0;
  }
  const auto& pages = method_pages();
  // `rate` takes whichever of two methods fits the table; the chain's page tells of both.
  const std::string wanted = arguments.method == "rate" ? "chain" : arguments.method;
  const auto page = std::ranges::find(pages, wanted, &Page::name);
  if (page == pages.end()) return unknown(arguments.method);
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(told(*page)) + "\n"
                                             : in_words(*page)));
  return 0;
}

}  // namespace truebound::cli
