#include <ranktape/core/inspect/inspection.hpp>

namespace ranktape {

std::vector<Verdict> find_verdicts(const Inspection&) { return {}; }

}  // namespace ranktape
