#include "interrupt.hpp"

#include <csignal>

namespace train_ranker {
namespace {

volatile std::sig_atomic_t received = 0;  // the only thing that a handler may touch

void handle(int signal) {
  received = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  received = 0;
  std::signal(SIGINT, handle);
  std::signal(SIGTERM, handle);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::interrupted() const { return received != 0; }

}  // namespace train_ranker
