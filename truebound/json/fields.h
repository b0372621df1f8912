#pragma once

// A noun lists its fields once, and reading, writing, the check for unknown keys and the list in
// its page of docs/ all come from that:
//
//   struct Persona {
//     std::string text;
//     template <class Visitor>
//     void fields(Visitor& visit) { visit("text", text, "said before the request"); }
//   };
//
// A field that must be there is visited as visit(json::required("text"), text, "...").

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "truebound/core/words.h"
#include "truebound/json/value.h"

namespace truebound::json {

/// The key of a field, and whether it must be there.
struct Key {
  Key(const char* key) : name(key) {}  // NOLINT(google-explicit-constructor)
  const char* name;
  bool needed = false;
};

/// A key that must be there.
inline Key required(const char* name) {
  Key key(name);
  key.needed = true;
  return key;
}

/// A specification under the name that its mapping in the file gave it. A mapping from names to
/// specifications keeps its order; written, it is a list of {name, specification}.
template <class T>
struct Named {
  std::string name;
  T specification;
  int line = 0;
};
template <class T>
using NamedList = std::vector<Named<T>>;

/// The entry of this name, or nullptr.
template <class T>
const T* find(const NamedList<T>& list, std::string_view name) {
  for (const Named<T>& entry : list) {
    if (entry.name == name) return &entry.specification;
  }
  return nullptr;
}

/// `file:line: expectation, got finding`.
Error wrong(const std::string& file, int line, const std::string& expectation);

template <class T>
concept HasFields = requires(T noun, int& visitor) { noun.template fields<int>(visitor); };
template <class T>
concept IsWord = std::is_enum_v<T>;

// Each overload reads one type; `what` names the value for messages ("epochs").
Result<void> read_into(bool& field, const Value& value, const std::string& file,
                       const std::string& what);
Result<void> read_into(std::int64_t& field, const Value& value, const std::string& file,
                       const std::string& what);
Result<void> read_into(std::uint64_t& field, const Value& value, const std::string& file,
                       const std::string& what);
Result<void> read_into(double& field, const Value& value, const std::string& file,
                       const std::string& what);
Result<void> read_into(std::string& field, const Value& value, const std::string& file,
                       const std::string& what);
Result<void> read_into(Value& field, const Value& value, const std::string& file,
                       const std::string& what);
template <IsWord T>
Result<void> read_into(T& field, const Value& value, const std::string& file,
                       const std::string& what);
template <class T>
Result<void> read_into(std::optional<T>& field, const Value& value, const std::string& file,
                       const std::string& what);
template <class T>
Result<void> read_into(std::vector<T>& field, const Value& value, const std::string& file,
                       const std::string& what);
template <class T>
Result<void> read_into(std::map<std::string, T>& field, const Value& value, const std::string& file,
                       const std::string& what);
template <class T>
Result<void> read_into(NamedList<T>& field, const Value& value, const std::string& file,
                       const std::string& what);
template <class T>
  requires requires(T noun, Value& any) { noun.fields(any); } || std::is_class_v<T>
Result<void> read_into(T& field, const Value& value, const std::string& file,
                       const std::string& what);

/// Visits a noun's fields to fill them from an object.
class FieldReader {
 public:
  FieldReader(const Value& object, const std::string& file) : object_(object), file_(file) {}

  template <class T>
  void operator()(Key key, T& field, const char* /*about*/) {
    known_.emplace_back(key.name);
    if (error_) return;
    const Value* value = object_.find(key.name);
    if (value == nullptr) {
      if (key.needed) error_ = wrong(file_, object_.line(), std::string(key.name) + " is required");
      return;
    }
    if (Result<void> read = read_into(field, *value, file_, key.name); !read.ok())
      error_ = read.error();
  }

  /// The first thing wrong: a field, or a key that no field has.
  Result<void> finish(const std::string& what) const;

 private:
  const Value& object_;
  const std::string& file_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

/// Visits a noun's fields to write them. An empty optional is left out.
class FieldWriter {
 public:
  template <class T>
  void operator()(Key key, T& field, const char* about);
  Value object = Object{};
};

/// What a noun's page in docs/ lists of each field.
struct FieldPage {
  std::string name;
  std::string about;
  bool needed = false;
};
class FieldLister {
 public:
  template <class T>
  void operator()(Key key, T& /*field*/, const char* about) {
    pages.push_back({.name = key.name, .about = about, .needed = key.needed});
  }
  std::vector<FieldPage> pages;
};

// Writing.
inline Value write(bool field) {
  return field;
}
inline Value write(std::int64_t field) {
  return field;
}
inline Value write(std::uint64_t field) {
  return field;
}
inline Value write(double field) {
  return field;
}
inline Value write(const std::string& field) {
  return field;
}
inline Value write(const Value& field) {
  return field;
}
template <IsWord T>
Value write(T field) {
  return to_text(field);
}
template <class T>
Value write(const std::vector<T>& field);
template <class T>
Value write(const std::map<std::string, T>& field);
template <class T>
Value write(const Named<T>& field);
/// A noun as an object of its fields. Takes a copy, since fields() visits what it may fill.
template <class T>
  requires std::is_class_v<T>
Value write(T noun);

template <class T>
Value write(const std::vector<T>& field) {
  List list;
  for (const T& element : field)
    list.push_back(write(element));
  return list;
}
template <class T>
Value write(const std::map<std::string, T>& field) {
  Object object;
  for (const auto& [key, element] : field)
    object.emplace_back(key, write(element));
  return object;
}
template <class T>
Value write(const Named<T>& field) {
  return Object{{"name", field.name}, {"specification", write(field.specification)}};
}
template <class T>
  requires std::is_class_v<T>
Value write(T noun) {
  FieldWriter writer;
  noun.fields(writer);
  return writer.object;
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
void FieldWriter::operator()(Key key, T& field, const char* /*about*/) {
  if constexpr (IsOptional<T>::value) {
    if (field) object.set(key.name, write(*field));
  } else {
    object.set(key.name, write(field));
  }
}

/// A noun from a value; unknown keys are refused with the nearest known one.
/// @error invalid_input  `file:line: ...`
template <class T>
Result<T> read(const Value& value, const std::string& file, const std::string& what) {
  T noun{};
  TRUEBOUND_TRY_VOID(read_into(noun, value, file, what));
  return noun;
}

// Reading of composed types.
Error wrong_word(const Value& value, const std::string& file, const std::string& what,
                 const std::vector<std::string>& options);

template <IsWord T>
Result<void> read_into(T& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.text() != nullptr) {
    if (const std::optional<T> word = from_text<T>(*value.text())) {
      field = *word;
      return {};
    }
  }
  return wrong_word(value, file, what, all_words<T>());
}

template <class T>
Result<void> read_into(std::optional<T>& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.is_null()) return {};
  field.emplace();
  return read_into(*field, value, file, what);
}

template <class T>
Result<void> read_into(std::vector<T>& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.list() == nullptr)
    return wrong(file, value.line(), what + " must be a list, got " + value.kind());
  field.clear();
  for (const Value& element : *value.list()) {
    T read{};
    TRUEBOUND_TRY_VOID(read_into(read, element, file, what));
    field.push_back(std::move(read));
  }
  return {};
}

template <class T>
Result<void> read_into(std::map<std::string, T>& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.object() == nullptr)
    return wrong(file, value.line(), what + " must be a mapping, got " + value.kind());
  field.clear();
  for (const auto& [key, element] : *value.object()) {
    TRUEBOUND_TRY_VOID(read_into(field[key], element, file, what + "." + key));
  }
  return {};
}

template <class T>
Result<void> read_into(NamedList<T>& field, const Value& value, const std::string& file,
                       const std::string& what) {
  field.clear();
  const auto add = [&](const std::string& name, const Value& specification) -> Result<void> {
    Named<T> entry{.name = name, .specification = {}, .line = specification.line()};
    TRUEBOUND_TRY_VOID(read_into(entry.specification, specification, file, what + "." + name));
    field.push_back(std::move(entry));
    return {};
  };
  if (value.object() != nullptr) {
    for (const auto& [name, specification] : *value.object()) {
      TRUEBOUND_TRY_VOID(add(name, specification));
    }
    return {};
  }
  // The form that canonical() hashes: objects sort their keys there, and the order matters.
  if (value.list() == nullptr)
    return wrong(file, value.line(), what + " must be a mapping, got " + value.kind());
  for (const Value& entry : *value.list()) {
    const Value* name = entry.find("name");
    const Value* specification = entry.find("specification");
    if (name == nullptr || name->text() == nullptr || specification == nullptr) {
      return wrong(file, entry.line(), what + " must list objects of name and specification");
    }
    TRUEBOUND_TRY_VOID(add(*name->text(), *specification));
  }
  return {};
}

template <class T>
  requires requires(T noun, Value& any) { noun.fields(any); } || std::is_class_v<T>
Result<void> read_into(T& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.object() == nullptr)
    return wrong(file, value.line(), what + " must be a mapping, got " + value.kind());
  FieldReader reader(value, file);
  field.fields(reader);
  return reader.finish(what);
}

}  // namespace truebound::json
