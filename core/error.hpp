#pragma once

#include <stdexcept>

namespace ranktape {

/// What every failure of the library is. The text reads `file:line: operation: what is wrong; what to do`, where
/// file:line is the caller's (or, for a data file, the place in that file). Nothing is printed and nothing aborts.
class Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Shapes, lengths or offsets that do not fit each other or the operation.
class ShapeError : public Error {
  using Error::Error;
};

/// A tensor of another element type than the operation, or its other inputs, have.
class DTypeError : public Error {
  using Error::Error;
};

/// A device that this build lacks, or tensors on different devices.
class DeviceError : public Error {
  using Error::Error;
};

/// A gradient asked of something that no living tape recorded, or of a parameter changed since it was recorded.
class TapeError : public Error {
  using Error::Error;
};

/// A value outside an operation's domain: NaN, infinity, a strength that is not positive.
class NumericError : public Error {
  using Error::Error;
};

/// A file that is not what it should be; the text begins with the file and, for text files, the line.
class FormatError : public Error {
  using Error::Error;
};

}  // namespace ranktape
