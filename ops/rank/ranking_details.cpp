#include <ranktape/core/host_copy.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/ranking_details.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace ranktape::detail {
namespace {

/// A strength that is still positive and finite.
double scaled(double strength, double factor) {
  using Limits = std::numeric_limits<double>;
  return std::clamp(strength * factor, Limits::min(), Limits::max());
}

/// The values of one list as a tensor of its own, given all on the CPU.
Tensor list_of(const Tensor& values, const Lists& lists, std::int64_t list) {
  return dispatch(values.dtype(), [&]<class Scalar>() {
    const std::span<const Scalar> own(data<Scalar>(values) + lists.begin(list),
                                      static_cast<std::size_t>(lists.size(list)));
    return Tensor::from(own, {.dtype = values.dtype()});
  });
}

std::vector<double> reciprocals(std::vector<double> numbers) {
  for (double& number : numbers) {
    number = 1 / number;
  }
  return numbers;
}

std::vector<double> strengths_of(const Pooling& pooling) {
  const DevicePooling& there = pooling.there;
  if (there.found.size() == 0) {
    return reciprocals(host_copy(pooling.inverse_strength));
  }
  if (there.strengths.inverse_each != nullptr) {
    return reciprocals(host_copy(there.inverse_strength));
  }
  std::vector<double> by_length;
  for (std::int64_t list = 0; list < pooling.lists.count(); ++list) {
    by_length.push_back(there.strengths.inverse(list, pooling.lists.size(list)));
  }
  return reciprocals(std::move(by_length));
}

/// Where the blocks of a list of two or more documents begin in the order in which they pooled, and its end.
class BlockEnds {
 public:
  explicit BlockEnds(const Pooling& pooling) : pooling_(pooling), found_(host_copy(pooling.there.found)) {}

  std::vector<std::uint32_t> operator()(std::int64_t list) const {
    const Lists& lists = pooling_.lists;
    std::vector<std::uint32_t> ends;
    if (found_.empty()) {
      const std::uint32_t* const own = pooling_.ends.data() + lists.begin(list);
      const std::uint32_t blocks = pooling_.blocks[static_cast<std::size_t>(list)];
      ends.assign(own, own + (blocks > 1 ? blocks - 1 : 0));  // those of a single block are unset
    } else {
      add_starts(list, ends);
    }
    ends.push_back(static_cast<std::uint32_t>(lists.size(list)));
    return ends;
  }

 private:
  /// A block ends where the next one starts.
  void add_starts(std::int64_t list, std::vector<std::uint32_t>& ends) const {
    const Tiles& tiles = pooling_.there.tiles;
    const std::int64_t first = tiles.first_of(list, pooling_.lists.begin(list));
    for (std::int64_t tile = 0; tile <= pooling_.lists.size(list) / tiles.size; ++tile) {
      for (std::uint64_t starts = found_[static_cast<std::size_t>(first + tile)].starts; starts != 0;
           starts &= starts - 1) {
        const auto start = static_cast<std::uint32_t>(tile * tiles.size + bits::lowest(starts));
        if (start != 0) {
          ends.push_back(start);
        }
      }
    }
  }

  const Pooling& pooling_;
  std::vector<BlocksOfTile> found_;
};

/// For each document the number of its block, from that of rank 1.
std::vector<std::uint32_t> numbered_blocks(const Pooling& pooling) {
  const Lists& lists = pooling.lists;
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(lists.documents()));
  const std::vector<std::uint32_t> order = host_copy(pooling.order);
  const BlockEnds ends_of(pooling);
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    if (lists.size(list) < 2) {
      continue;
    }
    const std::vector<std::uint32_t> ends = ends_of(list);
    const auto begin = static_cast<std::size_t>(lists.begin(list));
    std::uint32_t place = 0;
    for (std::size_t block = 0; ends.size() > 1 && block < ends.size(); ++block) {
      for (; place < ends[block]; ++place) {
        numbers[begin + order[begin + place]] = static_cast<std::uint32_t>(ends.size() - 1 - block);
      }
    }
  }
  return numbers;
}

}  // namespace

RankingDetails pooled_ranking(const Pooling& pooling, const Tensor& values) {
  const SoftRankOptions& options = pooling.options;
  const auto at_strength = [lists = pooling.lists, options, scores = values.detach().to(Device::cpu)](
                               std::int64_t list, double factor) -> SoftRanksOfList {
    SoftRankOptions own = options;
    own.regularization_strength = scaled(options.regularization_strength, factor);
    const Tensor of_list = list_of(scores, lists, list);
    Tensor ranks;
    const Pooling found = pool_ranks(of_list, Lists::rows("soft_rank", of_list), own, DType::float64, ranks);
    return {ranks.to_vector<double>(), numbered_blocks(found)};
  };
  return {.relaxation = options.regularization == Regularization::kl ? "kl" : "l2",
          .ascending = options.direction == Direction::ascending,
          .offsets = pooling.lists.offsets(),
          .strength_option = "regularization_strength",
          .strength_setting = options.regularization_strength,
          .strengths = strengths_of(pooling),
          .blocks = numbered_blocks(pooling),
          .at_strength = at_strength};
}

RankingDetails unpooled_ranking(const char* relaxation, const Lists& lists, const Tensor& values,
                                const Array<double>& inverse, const RelaxationOptions& options, RanksAs ranks_as,
                                const std::optional<PerList>& factor) {
  const auto at_strength = [lists, options, ranks_as, factor, relaxation, scores = values.detach().to(Device::cpu)](
                               std::int64_t list, double by) -> SoftRanksOfList {
    RelaxationOptions own = options;
    own.temperature = scaled(options.temperature * (factor ? (*factor)[list] : 1), by);
    const Tensor of_list = list_of(scores, lists, list);
    return {ranks_as(DType::float64, of_list, Lists::rows(relaxation, of_list), own).to_vector<double>(), {}};
  };
  return {.relaxation = relaxation,
          .ascending = options.direction == Direction::ascending,
          .offsets = lists.offsets(),
          .strength_option = "temperature",
          .strength_setting = !factor               ? options.temperature
                              : factor->size() == 1 ? options.temperature * (*factor)[0]
                                                    : 0,
          .strengths = reciprocals(host_copy(inverse)),
          .blocks = {},
          .at_strength = at_strength};
}

}  // namespace ranktape::detail
