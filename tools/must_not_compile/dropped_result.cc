// expect: ignoring return value|ignoring returned value
// A Result that nobody looks at is an error that nobody sees.

#include "truebound/core/result.h"

truebound::Result<int> open_door();

void walk() {
#ifdef CONTROL
  static_cast<void>(open_door().ok());
#else
  open_door();
#endif
}
