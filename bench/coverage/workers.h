#pragma once

// Cells of a table over threads: what a cell gives depends on the cell alone, so any number of
// threads makes the same table.

#include <cstddef>
#include <functional>

namespace truebound::coverage {

/// Calls `work` once for each index below `count`, on `threads` threads (>= 1), and returns when
/// all are done. `work` must write to its own index only.
void each_on_threads(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace truebound::coverage
