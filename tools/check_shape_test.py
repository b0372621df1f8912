"""check-shape finds each fault in a small tree that has it, and none in one that has none."""

import unittest

from small_tree import run_check, small_tree

HEADER = "#pragma once\n\n// What it is for.\n\n"
SOUND = {
    "README.md": "# A house\nRead [the tour](docs/tour.md), then `truebound/core/sound.h`.\n",
    "docs/tour.md": "Back to [the start](../README.md).\n",
    "truebound/core/sound.h": HEADER
    + """
enum class Redact { secrets, nothing };
struct Options {
  int epochs = 1;
  bool quiet = false;
};
bool is_empty(const std::string& text);
std::map<std::string, int> table(int a, std::map<int, int> b, int c, int d, std::pair<int, int> e);
template <class Enum>
  requires requires(Enum value) { words(value).size(); }
std::string_view to_text(Enum value) {
  return words(value)[static_cast<std::size_t>(value)];
}
class Door final : public Part {
 public:
  explicit Door(int width) : width_{width}, height_(2) {}
  [[nodiscard]] int width() const { return width_ > 0 ? width_ : 0; }

 private:
  int width_;
  int height_ = 0;
};
""",
    "truebound/core/sound.cc": """
#define BRACES(x) \\
  do { co_await f({x}); } while (false)
// co_await f({1}) and {{{ in a comment, "behavior" is spelled so
constexpr std::array<char, 2> letters = {'{', '"'};
const auto text = R"(no ) brace { here)";
Task<void> wait(int count) {
  for (const int i : {1, 2, 3}) co_await sleep(i);
  std::vector<Task<void>> tasks{};
  tasks.push_back([&]() -> Task<void> { co_await sleep(count); }());
  co_await gather([&](int i) { return Options{.epochs = i}; });
  if (co_await ready()) {
    const Options options{.epochs = 2};
    co_return;
  }
  switch (count) {
    case 1: {
      co_await sleep(1);
    }
  }
  const Task<int> late = co_await open();
}
""",
}


def long_function(lines):
    return "int f() {\n" + "  g();\n" * (lines - 2) + "}\n"


class CheckShape(unittest.TestCase):
    def faults(self, **changed):
        with small_tree(SOUND, changed) as root:
            return run_check("check-shape", root)

    def assert_fault(self, file, text, place, words):
        status, output = self.faults(**{file: text})
        self.assertEqual(status, 1, f"no fault found in {file}: {text[-200:]}")
        self.assertIn(f"{file}:{place}: ", output)
        self.assertIn(words, output)
        self.assertEqual(output.count("\n"), 1, output)

    def test_a_sound_tree_passes(self):
        self.assertEqual(self.faults(), (0, "shape: no fault\n"))

    def test_long_files_are_named(self):
        status, output = self.faults(**{"truebound/core/a.cc": "int a;\n" * 801})
        self.assertEqual((status, output), (1, "truebound/core/a.cc: at most 800 lines, got 801\n"))
        self.assertEqual(self.faults(**{"truebound/core/a_test.cc": "int a;\n" * 1200})[0], 0)
        self.assertEqual(self.faults(**{"truebound/core/a_test.cc": "int a;\n" * 1201})[0], 1)

    def test_long_functions_are_named(self):
        self.assertEqual(self.faults(**{"truebound/core/a.cc": long_function(80)})[0], 0)
        for start in ("", "namespace a {\n", "namespace {\nclass A {\n", "struct A {};\n", "enum class A { b };\n"):
            self.assert_fault(
                "truebound/core/a.cc", start + long_function(81), start.count("\n") + 1, "got 81"
            )
        body = "  a();\n" * 79
        for head in (
            "TEST(Interval, CountsUp) {\n",
            "A::A(int b) : b_{b}, c_(b) {\n",
            "auto f() -> std::vector<int> {\n",
            "template <class T> T A<T>::f() const& noexcept {\n",
        ):
            self.assert_fault("truebound/core/a.cc", head + body + "}\n", 1, "got 81")

    def test_vague_names_are_named(self):
        for name in ("string_utils.h", "common.h", "base/a.h", "test-helpers.h"):
            status, output = self.faults(**{f"truebound/core/{name}": HEADER})
            self.assertEqual(status, 1, name)
            self.assertIn("a name says its subject", output)
        for name in ("base64.h", "shared_prefix.h".replace("shared", "sharing"), "database.h"):
            self.assertEqual(self.faults(**{f"truebound/core/{name}": HEADER})[0], 0, name)
        self.assert_fault("truebound/core/a.cc", "class RunManager {\n};\n", 1, "RunManager")

    def test_bool_parameters_are_named(self):
        for line in ("void f(bool quiet);", "void f(int a, const bool quiet = true);"):
            self.assert_fault("truebound/core/a.h", HEADER + line + "\n", 5, "an enum class")
        self.assertEqual(self.faults(**{"truebound/core/a.h": HEADER + "bool f(int a);\n"})[0], 0)

    def test_a_bool_among_overloads_by_type_is_a_value(self):
        text = HEADER + "void write(bool a);\nvoid write(int a);\nvoid write(const std::string& a);\n"
        self.assertEqual(self.faults(**{"truebound/core/a.h": text})[0], 0)
        self.assert_fault("truebound/core/a.h", text.replace("bool a", "int b, bool a"), 5, "an enum class")

    def test_more_than_five_parameters_are_named(self):
        for text in (
            "void f(int a, int b, int c, int d, int e, int f);\n",
            "struct A {\n  A(int a, int b, int c, int d, int e, std::map<int, int> f) : a_(a) {}\n};\n",
            "namespace a {\nint A::f(int a, int b, int c, int d, int e, int f) {\n  return 0;\n}\n}\n",
        ):
            line = 1 if text.startswith("void") else 2
            self.assert_fault("truebound/core/a.cc", text, line, "at most 5 parameters, got 6")

    def test_braces_and_choices_beside_co_await_are_named(self):
        for line, words in (
            ("  co_await f(Options{.epochs = 1});", "no brace"),
            ("  TRUEBOUND_CO_TRY(a, co_await f({1, 2}));", "no brace"),
            ("  const A a{co_await f()};", "no brace"),
            ("  c ? co_await a() : co_await b();", "no '?:'"),
            ("  co_return co_await f(c ? 1 : 2);", "no '?:'"),
            ("  if (co_await f(c ? 1 : 2)) {\n  }", "no '?:'"),
            ("  return [&]() -> Task<void> { co_await f({1}); };", "no brace"),
        ):
            self.assert_fault("truebound/core/a.cc", f"Task<void> t() {{\n{line}\n}}\n", 2, words)

    def test_the_standard_librarys_draws_are_named(self):
        for line in ("std::uniform_int_distribution<int> d(1, 6);", "std::ranges::shuffle(a, b);"):
            self.assert_fault("truebound/core/a.cc", line + "\n", 1, "core/random.h")

    def test_a_header_opens_with_its_purpose(self):
        self.assert_fault("truebound/core/a.h", "#pragma once\n\nint f();\n", 2, "what the header is for")
        self.assert_fault("truebound/core/a.h", "// What for.\n#pragma once\n// x\n", 1, "#pragma once")

    def test_paths_in_docs_exist(self):
        self.assert_fault("docs/a.md", "\nSee `truebound/core/gone.h`.\n", 2, "truebound/core/gone.h")
        self.assert_fault("docs/a.md", "See [this](gone.md#part).\n", 1, "gone.md")
        text = "See `truebound/core/*.h`, `build/truebound` and [this](https://example.com/a).\n"
        self.assertEqual(self.faults(**{"docs/a.md": text})[0], 0)

    def test_a_term_has_one_meaning(self):
        text = "| word | means |\n| --- | --- |\n| `arm` | one |\n| `slot` | `arm` |\n| `arm` | two |\n"
        self.assert_fault("docs/terms.md", text, 5, "'arm' twice")

    def test_the_readme_is_short(self):
        status, output = self.faults(**{"README.md": "word\n" * 151})
        self.assertEqual((status, output), (1, "README.md: at most 150 lines, got 151\n"))

    def test_spelling_is_american(self):
        for word in ("behaviour", "Colour", "analysed", "serialise"):  # spelling: British
            self.assert_fault("truebound/core/a.cc", f"// {word}\n", 1, "American spelling")
        kept = 'const char* word = "behaviour";  // spelling: British, as models write it\n'
        self.assertEqual(self.faults(**{"truebound/core/a.cc": kept})[0], 0)


if __name__ == "__main__":
    unittest.main()
