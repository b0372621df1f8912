// expect: ignoring return value|ignoring returned value
// Nor may one be dropped that carries nothing but whether it worked: a failed write above all.

#include "truebound/core/result.h"

truebound::Result<void> write_down();

truebound::Result<void> walk() {
#ifdef CONTROL
  TRUEBOUND_TRY_VOID(write_down());
#else
  write_down();
#endif
  return {};
}
