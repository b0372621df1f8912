#include "truebound/report/json_report.h"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/evidence/dossier.h"
#include "truebound/json/fields.h"
#include "truebound/json/value.h"

namespace truebound::report {
namespace {

using json::Value;

template <class T>
Value value_of(const T& noun);

// Visits a noun's fields; unlike json::FieldWriter it writes an absent value as null.
class NullingWriter {
 public:
  template <class T>
  void operator()(const json::Key& key, T& field, const char* /*about*/) {
    object_.set(key.name, value_of(field));
  }
  Value take() { return std::move(object_); }

 private:
  Value object_ = json::Object{};
};

template <class T>
Value by_fields(T noun) {
  NullingWriter writer;
  noun.fields(writer);
  return writer.take();
}

template <class T>
Value list_of(const std::vector<T>& elements) {
  json::List list;
  for (const T& element : elements) {
    list.push_back(value_of(element));
  }
  return list;
}

template <class T>
struct ElementOf : std::false_type {};
template <class T>
struct ElementOf<std::vector<T>> : std::true_type {};

template <class T>
Value value_of(const T& noun) {
  if constexpr (std::is_same_v<T, analyze::Estimate>) {
    return analyze::to_json(noun);
  } else if constexpr (std::is_same_v<T, analyze::Comparison>) {
    Value object = by_fields(noun);
    object.set("reason", noun.difference ? Value() : Value("no_pairs"));
    return object;
  } else if constexpr (json::IsOptional<T>::value) {
    return noun ? value_of(*noun) : Value();
  } else if constexpr (ElementOf<T>::value) {
    return list_of(noun);
  } else if constexpr (json::HasFields<T>) {
    return by_fields(noun);
  } else {
    return json::write(noun);
  }
}

}  // namespace

std::string json_report(const evidence::Dossier& dossier) {
  Value report = json::Object{};
  report.set("truebound", "report/1");
  const Value fields = value_of(dossier);
  for (const json::Member& member : *fields.object()) {
    report.set(member.first, member.second);
  }
  return json::pretty(report) + "\n";
}

}  // namespace truebound::report
