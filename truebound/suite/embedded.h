#pragma once

// The bytes that the build puts into the program; see embed.cmake.

#include <span>
#include <string_view>

namespace truebound::suite {

struct EmbeddedFile {
  std::string_view name;
  std::string_view bytes;
};

/// Every embedded file, in a fixed order.
std::span<const EmbeddedFile> embedded_files();

}  // namespace truebound::suite
